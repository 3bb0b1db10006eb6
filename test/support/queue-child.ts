/**
 * A worker process for a test to kill: each job leaves one row, in the transaction that ends it or before. It imports
 * little, so that many can be started.
 */
import { openDatabase } from '../../src/kernel/database/open.ts';
import { createWorker, defineJob, type PayloadSchema } from '../../src/kernel/queue/index.ts';
import { createScope } from '../../src/kernel/scope.ts';

const [url = '', queue = '', how = 'settled'] = process.argv.slice(2);
const database = await openDatabase(url, { applicationName: 'queue child' });
const scope = createScope({ schema: 'agents', system: 'agents', executor: database, constraints: {} });
const anything: PayloadSchema = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
};
const job = defineJob({
  name: queue,
  schema: anything,
  leaseS: 1,
  retry: { baseS: 0, maxLosses: 1_000 },
  handler: async (running) => {
    if (how === 'settled') {
      await database.transaction(async (tx) => {
        await tx.query('insert into effects (job_id) values ($1)', [running.id]);
        await running.complete(tx);
      });
    } else {
      await database.query('insert into effects (job_id) values ($1)', [running.id]);
    }
  },
});
createWorker(scope, [job], { concurrency: 8, prefetch: 20, pollMs: 50 });
