/** Runs an instance's background tasks: one at a time each, again at once while more is waiting. */
import type { Database } from './database/types.ts';
import { isGuildhallError } from './errors.ts';
import { Ledger } from './ledger/index.ts';
import type { BackgroundTask, Instance } from './system.ts';

export interface TaskRunner {
  /** Ends the timers and waits for what is running. */
  stop(): Promise<void>;
}

export interface TaskRunnerOptions {
  readonly onError: (error: unknown, task: string) => void;
}

/** A task that failed waits this long, so that a lost database does not fill the log. */
const FAILURE_PAUSE_MS = 5_000;
/** Rounds without a pause while a task reports more; then others get their turn. */
const MAX_ROUNDS = 100;

/** Tasks every instance has, whatever its system. */
const KERNEL_TASKS: readonly BackgroundTask<Instance>[] = [
  {
    name: 'prune-idempotency-keys',
    everyMs: 3_600_000,
    run: async ({ scope }) => {
      const rows = await scope.query<{ gone: number }>(
        "select :schema.prune_idempotency_keys('3 days', 5000) as gone",
      );
      return (rows[0]?.gone ?? 0) === 5_000;
    },
  },
  // Both read one index entry and write nothing where nothing is due.
  { name: 'seal-ledger', everyMs: 1_000, run: ({ scope }) => new Ledger(scope).seal() },
  { name: 'expire-ledger-holds', everyMs: 1_000, run: ({ scope }) => new Ledger(scope).expireHolds() },
];

/** Starts the timers; they do not keep the process alive. */
export function startTasks(instances: readonly Instance[], options: TaskRunnerOptions): TaskRunner {
  const loops = instances.flatMap((instance) => [
    ...KERNEL_TASKS.map((task) => startLoop(task, instance, instance.database, options)),
    ...instance.definition.tasks.map((task) => startLoop(task, instance.service, instance.database, options)),
  ]);
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

function startLoop<Subject>(
  task: BackgroundTask<Subject>,
  subject: Subject,
  database: Database,
  options: TaskRunnerOptions,
): TaskRunner {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const schedule = (delayMs: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = round();
    }, delayMs);
    timer.unref();
  };
  const round = async (): Promise<void> => {
    try {
      for (let count = 0; count < MAX_ROUNDS && !stopped; count += 1) {
        if (!(await task.run(subject))) break;
      }
      schedule(task.everyMs);
    } catch (error) {
      // A full pool means that callers are being served; the next round is soon enough.
      const busy = isGuildhallError(error, 'unavailable') && error.reason === 'pool_exhausted';
      if (!busy && !stopped) options.onError(error, `${task.name} on ${database.address}`);
      schedule(Math.max(task.everyMs, FAILURE_PAUSE_MS));
    }
  };
  schedule(task.everyMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
