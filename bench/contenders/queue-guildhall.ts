/** Guildhall's queue as an application uses it: a worker with fencing on, upkeep running. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from '@hono/zod-openapi';
import { createWorker, defineJob, enqueueMany, openGuildhall } from '../../src/guildhall.ts';
import { benchFolder } from '../support/dataset.ts';
import type { QueueContender } from '../support/queue-contract.ts';

export const version: string = JSON.parse(
  readFileSync(join(benchFolder(), '..', 'package.json'), 'utf8'),
).version;

const CONCURRENCY = 100;
const PREFETCH = 1_900;

export const settings = `createWorker: concurrency ${CONCURRENCY}, prefetch ${PREFETCH}; enqueueMany`;

export async function prepare(url: string): Promise<void> {
  await using guildhall = await openGuildhall({ url, tasks: false });
  await guildhall.migrate();
}

export async function open(url: string): Promise<QueueContender> {
  const guildhall = await openGuildhall({ url });
  const { scope } = guildhall.agents;
  let onDone: (count: number) => void = () => undefined;
  const job = defineJob({
    name: 'nothing',
    schema: z.object({ n: z.int() }),
    handler: () => onDone(1),
  });
  return {
    async produce(count) {
      await enqueueMany(
        scope,
        job,
        Array.from({ length: count }, (_, n) => ({ n })),
      );
    },
    async consume(callback) {
      onDone = callback;
      const worker = createWorker(scope, [job], {
        concurrency: CONCURRENCY,
        prefetch: PREFETCH,
        onError: (error) => process.stderr.write(`${String(error)}\n`),
      });
      return { stop: () => worker.stop() };
    },
    async unfinished() {
      const rows = await scope.query<{ left: boolean }>(
        'select exists (select from :schema.queue_jobs) as left',
      );
      return rows[0]?.left === true ? 1 : 0;
    },
    async clear() {
      await scope.query(
        'truncate :schema.queue_jobs, :schema.queue_claims, :schema.queue_history, :schema.queue_attempts',
      );
    },
    close: () => guildhall.close(),
  };
}
