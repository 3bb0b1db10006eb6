/** Finds the runs in a log of calls: a run is one session of one user, whose running total starts anew. */
import { compareExact, derivedId } from '../../../kernel/index.ts';
import type { RunDraft } from './types.ts';

export interface LoggedCall {
  readonly user: string;
  readonly at: Date;
  readonly amount: string;
  /** What the session had cost after this call. */
  readonly sessionTotal: string;
  /** Place of the call in the file; part of the id of a run that it begins. */
  readonly line: number;
}

interface OpenRun {
  readonly id: string;
  readonly startTime: Date;
  endTime: Date;
  lastTotal: string;
  error: string | null;
}

/** Users with a session at the same time; beyond it the one idle longest is closed. */
const MAX_OPEN_RUNS = 10_000;
/** A session left alone for this long is over, even where its total would go on. */
const MAX_IDLE_MS = 12 * 60 * 60 * 1000;

export class RunTracker {
  private readonly open = new Map<string, OpenRun>();
  private readonly launched = new Map<string, Date>();
  private readonly seed: string;

  /** The seed is part of every run's id: the same log in another project makes other runs. */
  constructor(seed: string) {
    this.seed = seed;
  }

  /** The run a call belongs to. */
  call(call: LoggedCall): RunDraft {
    const current = this.open.get(call.user);
    const goesOn = current !== undefined && continues(current, call);
    const run = goesOn ? current : this.begin(call);
    run.endTime = later(run.endTime, call.at);
    run.lastTotal = call.sessionTotal;
    run.error = null;
    this.touch(call.user, run);
    return toDraft(run, !goesOn);
  }

  /** The tool was started: whatever comes next is another run. */
  launch(user: string, at: Date): void {
    this.open.delete(user);
    this.launched.set(user, at);
    if (this.launched.size > MAX_OPEN_RUNS) dropOldest(this.launched);
  }

  /** A call failed; the run has failed unless a later call succeeds. */
  fail(user: string, error: string): void {
    const run = this.open.get(user);
    if (run !== undefined) run.error = error;
  }

  /** The tool was left; null when it had made no call. */
  exit(user: string, at: Date): RunDraft | null {
    this.launched.delete(user);
    const run = this.open.get(user);
    if (run === undefined) return null;
    this.open.delete(user);
    run.endTime = later(run.endTime, at);
    return toDraft(run, false);
  }

  private begin(call: LoggedCall): OpenRun {
    const startTime = this.launched.get(call.user) ?? call.at;
    this.launched.delete(call.user);
    return {
      id: derivedId('agt', this.seed, call.user, call.line),
      startTime: earlier(startTime, call.at),
      endTime: call.at,
      lastTotal: '0',
      error: null,
    };
  }

  /** Keeps the map in order of last use, so that the oldest comes first. */
  private touch(user: string, run: OpenRun): void {
    this.open.delete(user);
    this.open.set(user, run);
    if (this.open.size > MAX_OPEN_RUNS) dropOldest(this.open);
  }
}

/**
 * A total equal to the call's own cost begins a session, unless nothing had been spent before, or the row is an exact
 * repeat of the one before. A smaller total begins one too: logs have gaps.
 */
function continues(run: OpenRun, call: LoggedCall): boolean {
  if (call.at.getTime() - run.endTime.getTime() > MAX_IDLE_MS) return false;
  const change = compareExact(call.sessionTotal, run.lastTotal);
  if (change < 0) return false;
  const repeat = change === 0 && call.at.getTime() === run.endTime.getTime();
  const spentBefore = compareExact(run.lastTotal, '0') > 0;
  return repeat || !spentBefore || compareExact(call.sessionTotal, call.amount) !== 0;
}

function toDraft(run: OpenRun, begins: boolean): RunDraft {
  const { id, startTime, endTime, error } = run;
  return { id, begins, startTime, endTime, error, status: error === null ? 'completed' : 'failed', log: [] };
}

function later(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}

function earlier(a: Date, b: Date): Date {
  return new Date(Math.min(a.getTime(), b.getTime()));
}

function dropOldest(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
