/** graphile-worker 0.17 with the settings of its performance page: a local queue, ends written in batches. */
import { Logger, makeWorkerUtils, run, type WorkerUtils } from 'graphile-worker';
import pg from 'pg';
import type { QueueContender } from '../support/queue-contract.ts';
import { versionOf } from '../support/version.ts';

export const version = versionOf('graphile-worker');

const CONCURRENT_JOBS = 100;
const LOCAL_QUEUE = 2_000;
const TASK = 'nothing';

export const settings = `run: concurrentJobs ${CONCURRENT_JOBS}, localQueue.size ${LOCAL_QUEUE}, completeJobBatchDelay 0; addJobs`;

const logger = new Logger(() => () => undefined);

export async function prepare(url: string): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  await utils.release();
}

export async function open(url: string): Promise<QueueContender> {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const utils: WorkerUtils = await makeWorkerUtils({ pgPool: pool, logger });
  return {
    async produce(count) {
      await utils.addJobs(Array.from({ length: count }, (_, n) => ({ identifier: TASK, payload: { n } })));
    },
    async consume(onDone) {
      const runner = await run({
        pgPool: pool,
        noHandleSignals: true,
        taskList: { [TASK]: () => onDone(1) },
        preset: {
          worker: {
            concurrentJobs: CONCURRENT_JOBS,
            localQueue: { size: LOCAL_QUEUE },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
            pollInterval: 100,
            logger,
          },
        },
      });
      return { stop: () => runner.stop() };
    },
    async unfinished() {
      const { rows } = await pool.query('select exists (select from graphile_worker._private_jobs) as left');
      return rows[0].left ? 1 : 0;
    },
    async clear() {
      await pool.query('truncate graphile_worker._private_jobs');
    },
    async close() {
      await utils.release();
      await pool.end();
    },
  };
}
