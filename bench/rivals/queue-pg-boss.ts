/** pg-boss 10: `insert` for many at once; `fetch` and `complete` in batches, as its documentation has it for throughput. */

import pg from 'pg';
import PgBoss from 'pg-boss';
import type { QueueContender } from '../support/queue-contract.ts';
import { versionOf } from '../support/version.ts';

export const version = versionOf('pg-boss');

const BATCH = 1_000;
/** `work()` waits half a second at least between two fetches of one worker; loops of our own do not wait. */
const LOOPS = 3;
const EMPTY_PAUSE_MS = 5;
const QUEUE = 'nothing';

export const settings = `${LOOPS} loops of fetch({ batchSize: ${BATCH} }) and complete(ids); insert(jobs)`;

export async function prepare(url: string): Promise<void> {
  const boss = new PgBoss(url);
  await boss.start();
  await boss.createQueue(QUEUE);
  await boss.stop({ graceful: false });
}

export async function open(url: string): Promise<QueueContender> {
  const boss = new PgBoss({ connectionString: url, max: 10 });
  boss.on('error', (error) => process.stderr.write(`${String(error)}\n`));
  await boss.start();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  return {
    async produce(count) {
      await boss.insert(Array.from({ length: count }, (_, n) => ({ name: QUEUE, data: { n } })));
    },
    async consume(onDone) {
      let over = false;
      const loop = async (): Promise<void> => {
        while (!over) {
          const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
          if (jobs.length === 0) {
            await new Promise((resolve) => setTimeout(resolve, EMPTY_PAUSE_MS));
            continue;
          }
          await boss.complete(
            QUEUE,
            jobs.map(({ id }) => id),
          );
          onDone(jobs.length);
        }
      };
      const loops = Array.from({ length: LOOPS }, loop);
      return {
        stop: async () => {
          over = true;
          await Promise.all(loops);
        },
      };
    },
    async unfinished() {
      const { rows } = await pool.query(
        `select exists (select from pgboss.job where name = $1 and state < 'completed') as left`,
        [QUEUE],
      );
      return rows[0].left ? 1 : 0;
    },
    async clear() {
      await pool.query('truncate pgboss.job');
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
