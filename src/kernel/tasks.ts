/** Runs an instance's background tasks: one at a time each, again at once while more is waiting. */
import { isSchemaMissing } from './database/sql-errors.ts';
import type { Database } from './database/types.ts';
import { isGuildhallError } from './errors.ts';
import { Ledger } from './ledger/index.ts';
import { queueTasks } from './queue/upkeep.ts';
import { makePartitions, runRetention } from './retention/index.ts';
import type { BackgroundTask, Instance } from './system.ts';
import { createDeliveryWorker, fanOut, retireDeliveries } from './webhooks/index.ts';

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

/** A task of the kernel; `stop` ends what its runs have begun and left running. */
interface KernelTask extends BackgroundTask<Instance> {
  readonly stop?: () => Promise<void>;
}

/** Rounds of deliveries without a pause for the timers; each waits for an answer, so this is no busy loop. */
const MAX_DELIVERY_ROUNDS = 1_000;

const WEBHOOK_POLICIES = ['webhook_delivery_history', 'webhook_attempts'] as const;

/** Tasks every instance has, whatever its system. */
function kernelTasks(instance: Instance, options: TaskRunnerOptions): readonly KernelTask[] {
  const { scope, database } = instance;
  const worker = createDeliveryWorker(instance, {
    onError: (error) => options.onError(error, `deliver-webhooks on ${database.address}`),
  });
  let [prepared, stopping] = [false, false];
  return [
    {
      name: 'retention',
      everyMs: 60_000,
      run: async () => (await runRetention(scope)).some(({ more, busy }) => more && !busy),
    },
    { name: 'fan-out-webhooks', everyMs: 500, run: fanOut },
    {
      name: 'deliver-webhooks',
      everyMs: 500,
      run: async () => {
        // After a long absence today's partitions may be missing, and what is finished now should go into them.
        if (!prepared) for (const policy of WEBHOOK_POLICIES) await makePartitions(scope, policy);
        prepared = true;
        for (let round = 0; round < MAX_DELIVERY_ROUNDS && !stopping; round += 1) {
          if (!(await worker.run())) return false;
        }
        return !stopping;
      },
      stop: async () => {
        stopping = true;
        await worker.drain();
      },
    },
    { name: 'retire-webhook-deliveries', everyMs: 10_000, run: () => retireDeliveries(scope) },
    ...queueTasks,
    // Both read one index entry and write nothing where nothing is due.
    { name: 'seal-ledger', everyMs: 1_000, run: () => new Ledger(scope).seal() },
    { name: 'expire-ledger-holds', everyMs: 1_000, run: () => new Ledger(scope).expireHolds() },
  ];
}

/** Starts the timers; they do not keep the process alive. */
export function startTasks(instances: readonly Instance[], options: TaskRunnerOptions): TaskRunner {
  const loops = instances.flatMap((instance) => [
    ...kernelTasks(instance, options).map((task) => startLoop(task, instance, instance.database, options)),
    ...instance.definition.tasks.map((task) => startLoop(task, instance.service, instance.database, options)),
  ]);
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

function startLoop<Subject>(
  task: BackgroundTask<Subject> & Pick<KernelTask, 'stop'>,
  subject: Subject,
  database: Database,
  options: TaskRunnerOptions,
): TaskRunner {
  let [stopped, wasMissing] = [false, false];
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
      wasMissing = false;
      schedule(task.everyMs);
    } catch (error) {
      // A full pool means that callers are being served; the next round is soon enough.
      const busy = isGuildhallError(error, 'unavailable') && error.reason === 'pool_exhausted';
      // A schema that is missing once is being made anew by a reset; one that is missing still is worth a word.
      const isMissing = isSchemaMissing(error);
      const isQuiet = busy || stopped || (isMissing && !wasMissing);
      wasMissing = isMissing;
      if (!isQuiet) options.onError(error, `${task.name} on ${database.address}`);
      schedule(Math.max(task.everyMs, FAILURE_PAUSE_MS));
    }
  };
  schedule(task.everyMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await task.stop?.();
      await running;
      // What the last run began while the first call was waiting.
      await task.stop?.();
    },
  };
}
