/** A worker's part for one kind of job: claim, run, settle, keep alive. */
import { isGuildhallError } from '../errors.ts';
import type { Scope } from '../system.ts';
import { ClaimCursor } from './cursor.ts';
import { checkPayload } from './define.ts';
import { completeSoon, type Ending, endAttempts, heartbeat } from './leases.ts';
import { Attempt } from './running.ts';
import type { ClaimedJob } from './types.ts';
import { listen } from './wake.ts';
import type { AnyJob } from './worker.ts';

export interface LaneState {
  readonly running: number;
  /** Claimed, and not begun. */
  readonly held: number;
  readonly completed: number;
  readonly failed: number;
  /** Attempts whose job was no longer ours when they ended. */
  readonly stale: number;
}

export interface LaneOptions {
  readonly scope: Scope;
  readonly job: AnyJob;
  readonly worker: string;
  readonly concurrency: number;
  readonly prefetch: number;
  readonly pollMs: number;
  readonly report: (error: unknown, context: { readonly queue: string; readonly jobId?: bigint }) => void;
}

/** First pause after an empty look; doubled by each further one. */
const LEAST_PAUSE_MS = 10;
/** After an error of the database. */
const ERROR_PAUSE_MS = 500;
/** Budgets and leases are looked at this often at least. */
const TICK_MS = 1_000;
/** Jobs done whose end is not written yet, as a multiple of those that may be held; beyond it nothing is claimed. */
const SETTLING_SHARE = 4;
const MAX_ERROR_CHARACTERS = 10_000;
/** Tries to write an end down while the database is away; the lease runs out meanwhile. */
const MAX_SETTLE_TRIES = 10;

export class Lane {
  readonly queue: string;
  private readonly leaseS: number;
  private readonly runMs: number;
  private readonly cursor: ClaimCursor;
  private readonly waiting: Attempt[] = [];
  private readonly running = new Set<Attempt>();
  private readonly settling = new Set<Attempt>();
  private readonly counts = { completed: 0, failed: 0, stale: 0 };
  private readonly stopListening: () => void;
  private readonly ticker: NodeJS.Timeout;
  private readonly loop: Promise<void>;
  private ticking: Promise<void> = Promise.resolve();
  private inTick = false;
  /** When heartbeats went out last. */
  private beatAt = performance.now();
  private stopping = false;
  private wakeUp: (() => void) | undefined;
  /** Rung while nobody slept. */
  private rung = false;
  private idle: (() => void) | undefined;

  constructor(private readonly options: LaneOptions) {
    const { job, scope, worker } = options;
    this.queue = job.name;
    this.leaseS = job.leaseS ?? 30;
    this.runMs = (job.runS ?? 900) * 1_000;
    this.cursor = new ClaimCursor(scope, job.name, worker, this.leaseS);
    this.stopListening = listen(scope, job.name, () => this.ring());
    this.ticker = setInterval(
      () => {
        if (this.inTick) return;
        this.inTick = true;
        this.ticking = this.tick().finally(() => {
          this.inTick = false;
        });
      },
      Math.min(TICK_MS, (this.leaseS * 1_000) / 3),
    );
    this.loop = this.run();
  }

  state(): LaneState {
    return { running: this.running.size, held: this.waiting.length, ...this.counts };
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.stopListening();
    this.ring();
    await this.loop;
    await this.handBack(this.waiting.splice(0));
    await this.untilIdle(graceMs);
    const late = [...this.running];
    for (const attempt of late) attempt.stop('draining');
    this.running.clear();
    await this.handBack(late);
    // What handlers finished in the last moment is still being written.
    await this.untilIdle(graceMs);
    clearInterval(this.ticker);
    await this.ticking;
  }

  private async run(): Promise<void> {
    let pauseMs = 0;
    await this.declare();
    while (!this.stopping) {
      const limit = this.room();
      if (limit === 0) {
        await this.sleep(TICK_MS);
        continue;
      }
      try {
        const jobs = await this.cursor.claim(limit);
        this.take(jobs);
        if (jobs.length > 0) pauseMs = 0;
        else pauseMs = Math.min(this.options.pollMs, Math.max(LEAST_PAUSE_MS, pauseMs * 2));
      } catch (error) {
        pauseMs = ERROR_PAUSE_MS;
        this.options.report(error, { queue: this.queue });
      }
      if (pauseMs > 0) await this.sleep(pauseMs);
    }
  }

  private async declare(): Promise<void> {
    const { retry = {} } = this.options.job;
    const { maxFailures = 10, maxLosses = 20, mostS = 3_600, baseS = Math.min(2, mostS) } = retry;
    while (!this.stopping) {
      try {
        await this.options.scope.query('select :schema.queue_define($1, $2, $3, $4, $5)', [
          ...[this.queue, maxFailures, maxLosses, baseS, mostS],
        ]);
        return;
      } catch (error) {
        this.options.report(error, { queue: this.queue });
        await this.sleep(ERROR_PAUSE_MS);
      }
    }
  }

  /** How many to claim now: none until it is worth a round trip. */
  private room(): number {
    const { concurrency, prefetch } = this.options;
    const most = concurrency + prefetch;
    const free = most - this.waiting.length - this.running.size;
    if (this.settling.size > most * SETTLING_SHARE) return 0;
    return free > prefetch / 2 ? free : 0;
  }

  private take(jobs: readonly ClaimedJob[]): void {
    for (const job of jobs) this.waiting.push(new Attempt(this.options.scope, job));
    this.pump();
  }

  private pump(): void {
    while (!this.stopping && this.running.size < this.options.concurrency) {
      const attempt = this.waiting.shift();
      if (attempt === undefined) break;
      this.running.add(attempt);
      attempt.beganAt = performance.now();
      void this.work(attempt);
    }
    if (this.room() > 0) this.ring();
  }

  private async work(attempt: Attempt): Promise<void> {
    let ending: Ending | undefined;
    let result: unknown;
    try {
      attempt.payload = await checkPayload(this.options.job, attempt.payload);
      result = await this.options.job.handler(attempt);
    } catch (error) {
      ending = this.endingOf(attempt, error);
    }
    // Stopped meanwhile: its end was written when it was stopped.
    if (!this.running.delete(attempt)) return;
    this.settling.add(attempt);
    this.pump();
    if (attempt.settled) this.counts.completed += 1;
    else await this.settle(attempt, ending, result);
    this.settling.delete(attempt);
    if (this.running.size + this.settling.size === 0) this.idle?.();
    if (this.room() > 0) this.ring();
  }

  private endingOf(attempt: Attempt, error: unknown): Ending {
    const { id, token } = attempt;
    const text = describe(error).slice(0, MAX_ERROR_CHARACTERS);
    if (isGuildhallError(error, 'invalid_input') && error.reason === 'invalid_payload') {
      return { id, token, outcome: 'invalid_payload', error: text };
    }
    this.options.report(error, { queue: this.queue, jobId: id });
    // By name: the package may be there twice.
    const refused = error instanceof Error && error.name === 'JobRefused';
    return { id, token, outcome: refused ? 'refused' : 'failed', error: text };
  }

  /** Writes the end down, again while the database is away: what cannot be written is found by the reaper. */
  private async settle(attempt: Attempt, ending: Ending | undefined, result: unknown): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { id, token } = attempt;
        let ours: boolean;
        if (ending === undefined) {
          const lease = result === undefined ? { id, token } : { id, token, result };
          ours = await completeSoon(this.options.scope, lease);
        } else {
          ours = (await endAttempts(this.options.scope, [ending]))[0]?.verdict !== 'stale';
        }
        this.counts[!ours ? 'stale' : ending === undefined ? 'completed' : 'failed'] += 1;
        return;
      } catch (error) {
        this.options.report(error, { queue: this.queue, jobId: attempt.id });
        if (tries === MAX_SETTLE_TRIES || !isGuildhallError(error, 'unavailable')) return;
        await new Promise((resolve) => setTimeout(resolve, ERROR_PAUSE_MS));
      }
    }
  }

  private async tick(): Promise<void> {
    const now = performance.now();
    const late = [...this.running].filter(({ beganAt }) => beganAt !== null && now - beganAt > this.runMs);
    for (const attempt of late) {
      attempt.stop('timed_out');
      this.running.delete(attempt);
    }
    try {
      if (late.length > 0) {
        this.counts.failed += late.length;
        const error = `It took longer than ${this.runMs / 1_000} s.`;
        await this.end(late, 'timed_out', error);
      }
      if (now - this.beatAt < (this.leaseS * 1_000) / 3) return;
      this.beatAt = now;
      const held = [...this.waiting, ...this.running, ...this.settling];
      const lost = new Set(await heartbeat(this.options.scope, held, this.leaseS));
      for (const attempt of held) if (lost.has(attempt.id)) this.lose(attempt);
    } catch (error) {
      this.beatAt = 0;
      this.options.report(error, { queue: this.queue });
    }
    this.pump();
  }

  private lose(attempt: Attempt): void {
    // What is being settled has gone because it was settled, or is told so by its own statement.
    if (this.settling.has(attempt)) return;
    attempt.stop('lease_lost');
    if (this.running.delete(attempt)) this.counts.stale += 1;
    const index = this.waiting.indexOf(attempt);
    if (index >= 0) this.waiting.splice(index, 1);
  }

  private async handBack(attempts: readonly Attempt[]): Promise<void> {
    try {
      await this.end(attempts, 'returned', 'The worker stopped.');
    } catch (error) {
      this.options.report(error, { queue: this.queue });
    }
  }

  private async end(attempts: readonly Attempt[], outcome: Ending['outcome'], error: string): Promise<void> {
    const open = attempts.filter(({ settled }) => !settled);
    await endAttempts(
      this.options.scope,
      open.map(({ id, token }) => ({ id, token, outcome, error })),
    );
  }

  private async untilIdle(graceMs: number): Promise<void> {
    if (this.running.size + this.settling.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.idle = resolve;
      timer = setTimeout(resolve, graceMs);
    });
    clearTimeout(timer);
    this.idle = undefined;
  }

  private ring(): void {
    if (this.wakeUp === undefined) this.rung = true;
    else this.wakeUp();
  }

  /** Until somebody rings or the time is over. */
  private async sleep(forMs: number): Promise<void> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
        timer = setTimeout(resolve, forMs);
      });
      clearTimeout(timer);
      this.wakeUp = undefined;
    }
    this.rung = false;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.message}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
