/** Joins calls that are made at the same time into one statement: no timer, so a lone call waits for nobody. */
import type { Database, Transaction } from './database/types.ts';
import { type ErrorCode, isGuildhallError } from './errors.ts';
import type { Scope } from './system.ts';

/** A statement for many callers; a constant of the module that defines it, since callers meet by its identity. */
export interface Batch<In, Out> {
  /** Runs all items in one transaction, all or none, and answers in their order. */
  readonly run: (scope: Scope, items: readonly In[]) => Promise<readonly Out[]>;
  /** Most items in one run, or most of their weights; default 500. An item that weighs more goes alone. */
  readonly most?: number;
  /** What an item counts for; default 1. */
  readonly weigh?: (item: In) => number;
  /**
   * For reads, which the server works on side by side: as many runs at a time as half of the pool's connections, so
   * that many readers leave some to those who write.
   */
  readonly reads?: boolean;
  /**
   * For calls that lock each other's rows: one run at a time, since a second would only wait for the first one's commit.
   * A run takes at most a share of all calls that are under way in such batches of the schema, so that callers who go
   * from one kind of call to the next do not all end up in one kind while the others idle.
   */
  readonly inTurn?: boolean;
}

/** Two runs at a time: while one waits for the disk, the next is under way. */
const LANES = 2;
/** Fewer than these go in one run: halves would cost more in the two calls than they gain side by side. */
const WORTH_DIVIDING = 8;
const DEFAULT_MOST = 500;
/** Of all calls in turn, one in so many may go in one run. */
const CROWD_PARTS = 3;

/** After these nobody knows whether the statement was carried out, or another try would fail alike. */
const INDIVISIBLE: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'timeout',
  'configuration',
  'wrong_database_handle',
]);

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
}

interface Gatherers {
  readonly byBatch: Map<object, Gatherer<unknown, unknown>>;
  /** Calls that wait or run, of all batches in turn. */
  readonly crowd: { size: number };
}
const gatherersOf = new WeakMap<Database, Map<string, Gatherers>>();

/**
 * Runs one item of the batch. Calls that arrive while others run go together in the next run. An error that
 * an item causes reaches the caller of that item only: the run is divided until the item is alone. Inside a
 * transaction the item runs at once, as part of it.
 */
export async function gather<In, Out>(scope: Scope, batch: Batch<In, Out>, item: In): Promise<Out> {
  const { executor } = scope;
  if ((executor as Database | Transaction).inTransaction) return (await batch.run(scope, [item]))[0] as Out;
  const leave = (executor as Database).enter();
  try {
    return await gathererOf(scope, executor as Database, batch).join(item);
  } finally {
    leave();
  }
}

function gathererOf<In, Out>(scope: Scope, database: Database, batch: Batch<In, Out>): Gatherer<In, Out> {
  const schemas = gatherersOf.get(database) ?? new Map<string, Gatherers>();
  gatherersOf.set(database, schemas);
  const own = schemas.get(scope.schema) ?? { byBatch: new Map(), crowd: { size: 0 } };
  schemas.set(scope.schema, own);
  const known = own.byBatch.get(batch) as Gatherer<In, Out> | undefined;
  if (known !== undefined) return known;
  const gatherer = new Gatherer(scope, batch, own.crowd);
  own.byBatch.set(batch, gatherer as Gatherer<unknown, unknown>);
  return gatherer;
}

class Gatherer<In, Out> {
  private waiting: Waiting<In, Out>[] = [];
  /** Runs under way. */
  private lanes = 0;
  private beginning = false;

  private readonly most: number;
  private readonly worthDividing: number;

  constructor(
    private readonly scope: Scope,
    private readonly batch: Batch<In, Out>,
    private readonly crowd: { size: number },
  ) {
    const reads = batch.reads === true;
    const ours = batch.inTurn === true ? 1 : LANES;
    this.most = reads ? Math.ceil((scope.executor as Database).poolState().max / 2) : ours;
    this.worthDividing = reads ? 1 : WORTH_DIVIDING;
  }

  join(item: In): Promise<Out> {
    return new Promise<Out>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.batch.inTurn === true) this.crowd.size += 1;
      if (this.beginning || this.lanes === this.most) return;
      this.beginning = true;
      // Not at once: callers that one answer woke are still on their way here.
      process.nextTick(() => this.begin());
    });
  }

  private begin(): void {
    this.beginning = false;
    if (this.batch.inTurn === true) {
      void this.runInTurn();
      return;
    }
    while (this.lanes < this.most && this.waiting.length > 0) {
      const count = this.nextCount();
      // A share is left for the other lanes: if all went in one run, its answer would wake all together, and they would
      // go in one run again, with a lane idle for ever.
      const share = Math.ceil(this.waiting.length / (this.most - this.lanes));
      void this.runLane(this.waiting.splice(0, count < this.worthDividing ? count : Math.min(count, share)));
    }
  }

  private async runLane(first: readonly Waiting<In, Out>[]): Promise<void> {
    this.lanes += 1;
    await this.settle(first);
    while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, this.nextCount()));
    this.lanes -= 1;
  }

  private async runInTurn(): Promise<void> {
    this.lanes += 1;
    while (this.waiting.length > 0) {
      const share = Math.max(WORTH_DIVIDING, Math.ceil(this.crowd.size / CROWD_PARTS));
      const part = this.waiting.splice(0, Math.min(this.nextCount(), share));
      await this.settle(part);
      this.crowd.size -= part.length;
    }
    this.lanes -= 1;
  }

  /** How many of those who wait go next. */
  private nextCount(): number {
    const { most = DEFAULT_MOST, weigh } = this.batch;
    if (weigh === undefined) return Math.min(most, this.waiting.length);
    let weight = 0;
    const end = this.waiting.findIndex(({ item }) => {
      weight += weigh(item);
      return weight > most;
    });
    return end === -1 ? this.waiting.length : Math.max(end, 1);
  }

  private async settle(part: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const answers = await this.batch.run(
        this.scope,
        part.map(({ item }) => item),
      );
      for (const [index, { resolve }] of part.entries()) resolve(answers[index] as Out);
    } catch (error) {
      if (part.length === 1 || !isDivisible(error)) {
        for (const { reject } of part) reject(error);
        return;
      }
      const middle = part.length >> 1;
      await this.settle(part.slice(0, middle));
      await this.settle(part.slice(middle));
    }
  }
}

function isDivisible(error: unknown): boolean {
  return isGuildhallError(error) && !INDIVISIBLE.has(error.code);
}
