/** Totals of a file, from its rows, whether or not they were already known. */
import { compareExact, ExactSum } from '../../../kernel/index.ts';
import type { Entry } from './types.ts';

/** Names remembered to count them; the largest price table knows 1,700. */
const MAX_MODELS = 100_000;

export class Totals {
  private readonly logged = new ExactSum();
  private readonly models = new Set<string>();
  private rows = 0;
  private runs = 0;
  private ignored = 0;
  private calls = 0;
  private loggedCalls = 0;
  private unlogged = false;
  private zeros = 0;
  private tokensKnown = false;
  private inputTokens = 0n;
  private outputTokens = 0n;

  get rowsRead(): number {
    return this.rows;
  }

  /** Calls logged at exactly nothing. */
  get zeroAmounts(): number {
    return this.zeros;
  }

  add(entry: Entry): void {
    this.rows += 1;
    if (entry.refusal !== undefined) return;
    if ((entry.costs?.length ?? 0) + (entry.activities?.length ?? 0) === 0) this.ignored += 1;
    this.runs += (entry.runs ?? []).filter((run) => run.begins).length;
    for (const cost of entry.costs ?? []) {
      this.calls += cost.calls ?? 1;
      if (this.models.size < MAX_MODELS) this.models.add(cost.model);
      if (cost.inputTokens !== null || cost.outputTokens !== null) this.tokensKnown = true;
      this.inputTokens += cost.inputTokens ?? 0n;
      this.outputTokens += cost.outputTokens ?? 0n;
      if (cost.amount === null) {
        this.unlogged = true;
        continue;
      }
      this.logged.add(cost.amount);
      this.loggedCalls += 1;
      if (compareExact(cost.amount, '0') === 0) this.zeros += 1;
    }
  }

  /** Exact text by name, in the order in which it is told; `priced` is what the database found for unlogged amounts. */
  report(priced: { readonly computed: string; readonly unpriced: number }): Record<string, string> {
    return {
      calls: String(this.calls),
      models: String(this.models.size),
      runs: String(this.runs),
      ...(this.loggedCalls === 0
        ? {}
        : { loggedAmount: this.logged.rounded(9), loggedAmountExact: this.logged.toString() }),
      ...(!this.unlogged ? {} : { computedAmount: priced.computed, unpricedCalls: String(priced.unpriced) }),
      ...(this.tokensKnown
        ? { inputTokens: this.inputTokens.toString(), outputTokens: this.outputTokens.toString() }
        : {}),
      ...(this.ignored === 0 ? {} : { rowsWithoutCalls: String(this.ignored) }),
    };
  }
}
