/** Where a worker begins to look: past what is done, so that dead rows kept by somebody's long snapshot cost nothing. */
import type { Scope } from '../system.ts';
import { claim } from './leases.ts';
import type { ClaimedJob } from './types.ts';

const PRIORITIES = 10;
/** From the floor on again at least this often: for jobs handed back, and for those that were committed late. */
const SWEEP_MS = 500;
/** A sweep that is slow, because much lies dead above the floor, is made so much less often. */
const SWEEP_SHARE = 20;
/**
 * From the very beginning this often: a server that crashed may give out places again that transactions had drawn
 * and not committed, and the floor of a worker that outlived the crash would lie above them.
 */
const FULL_SWEEP_MS = 60_000;
/** Marks not settled yet; a transaction that stays open for long lets them pile up, and older ones then serve as well. */
const MAX_MARKS = 100;

/** At one moment: the last place drawn, and the transactions that could have drawn it. */
interface Mark {
  readonly drawn: bigint;
  readonly horizon: bigint;
}

interface Sweep {
  readonly oldest: readonly (bigint | null)[];
  readonly drawn: bigint;
  readonly horizon: string;
  readonly settled: string;
}

/**
 * Two bounds for each priority. Claims begin at `after`, the last place this worker took: a hint that may pass over
 * a job. Every half second a sweep looks for the oldest live job above the floor, and claims begin there again. The
 * floor is what no live job is below and none can turn up below: all places up to it were drawn by transactions
 * that have ended.
 */
export class ClaimCursor {
  private readonly floor: bigint[] = new Array<bigint>(PRIORITIES).fill(0n);
  private after: bigint[] = [...this.floor];
  private marks: Mark[] = [];
  private sweepAt = 0;
  private fullSweepAt = 0;

  constructor(
    private readonly scope: Scope,
    private readonly queue: string,
    private readonly worker: string,
    private readonly leaseS: number,
  ) {}

  /** Takes up to `limit` jobs. */
  async claim(limit: number): Promise<ClaimedJob[]> {
    if (performance.now() >= this.sweepAt) await this.sweep();
    const { scope, queue, worker, leaseS, after } = this;
    const jobs = await claim(scope, { queue, worker, limit, leaseS, after });
    for (const { priority, place } of jobs) {
      if (place > (after[priority] ?? 0n)) after[priority] = place;
    }
    return jobs;
  }

  private async sweep(): Promise<void> {
    const began = performance.now();
    const full = began >= this.fullSweepAt;
    if (full) this.floor.fill(0n);
    const [sweep] = await this.scope.query<Sweep>(
      'select oldest, drawn, horizon, settled from :schema.queue_sweep($1, $2::bigint[])',
      [this.queue, this.floor],
    );
    const now = performance.now();
    const restMs = (now - began) * SWEEP_SHARE;
    this.sweepAt = now + Math.max(SWEEP_MS, restMs);
    if (full) this.fullSweepAt = now + Math.max(FULL_SWEEP_MS, restMs);
    if (sweep === undefined) return;
    this.raiseFloor(sweep);
    // Where nothing is live, nothing drawn until then is looked for before the next sweep.
    this.after = sweep.oldest.map((oldest) => (oldest === null ? sweep.drawn : oldest - 1n));
  }

  private raiseFloor({ oldest, drawn, horizon, settled }: Sweep): void {
    const ended = BigInt(settled);
    const safe = this.marks.findLast((mark) => mark.horizon <= ended);
    if (safe !== undefined) {
      this.marks = this.marks.filter((mark) => mark.horizon > ended);
      for (const [priority, place] of oldest.entries()) {
        const bound = place !== null && place <= safe.drawn ? place - 1n : safe.drawn;
        if (bound > (this.floor[priority] ?? 0n)) this.floor[priority] = bound;
      }
    }
    if (this.marks.length < MAX_MARKS) this.marks.push({ drawn, horizon: BigInt(horizon) });
  }
}
