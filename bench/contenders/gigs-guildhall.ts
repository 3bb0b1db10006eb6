/** Guildhall's `gigs` as an application uses it: the service, every step with a key, background tasks running. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGuildhall } from '../../src/guildhall.ts';
import { Ledger } from '../../src/kernel/index.ts';
import { benchFolder } from '../support/dataset.ts';
import { type Books, type GigsContender, PLATFORMS, POOL, WORKERS } from '../support/gigs-contract.ts';

export const version: string = JSON.parse(
  readFileSync(join(benchFolder(), '..', 'package.json'), 'utf8'),
).version;

export const settings =
  'createTaskWithAudit (begun), completeTaskWithReputation, processPayment, each with a key and a commit of its own, escrow and double entry; at once: recordWork';

export async function prepare(url: string): Promise<void> {
  await using guildhall = await openGuildhall({ url, tasks: false, instances: [{ system: 'gigs' }] });
  await guildhall.migrate();
  const { scope } = guildhall.gigs;
  // Accounts with passwords would take minutes to make, and nobody signs in here.
  await scope.executor.transaction(async (tx) => {
    const inner = scope.on(tx);
    await inner.query(`set local session_replication_role = replica`);
    await inner.query(
      `with made as (
         insert into :schema.workers (id, name, email)
         select 'wrk_' || g, 'Worker ' || g, 'worker-' || g || '@example.com' from generate_series(1, $1::integer) as g
         returning id
       )
       select count(:schema.open_books('worker', id)::text) from made`,
      [WORKERS],
    );
    await inner.query(
      `with made as (
         insert into :schema.platforms (id, name, contact_email)
         select 'plt_' || g, 'Platform ' || g, 'platform-' || g || '@example.com' from generate_series(1, $1::integer) as g
         returning id
       )
       select count(:schema.open_books('platform', id)::text) from made`,
      [PLATFORMS],
    );
  });
  const ledger = new Ledger(scope);
  for (let index = 1; index <= PLATFORMS; index += 1) {
    await ledger.transfer({
      key: `funds ${index}`,
      debit: 'bank',
      credit: `platform:plt_${index}`,
      amount: '1000000000',
    });
  }
  await guildhall.database.query('vacuum analyze');
}

export async function open(address: string): Promise<GigsContender> {
  const url = new URL(address);
  url.searchParams.set('pool_max', String(POOL));
  const guildhall = await openGuildhall({
    url: url.toString(),
    instances: [{ system: 'gigs' }],
    // An error in a background task ends this process, so that the benchmark reports it.
    onError: (error) => process.nextTick(() => Promise.reject(error)),
  });
  const { service, scope } = guildhall.gigs;
  return {
    async live({ key, platformId, workerId, amount }) {
      const { id } = await service.createTaskWithAudit(
        { platformId, workerId, amount, title: 'Delivery', begun: true },
        { idempotencyKey: `${key} create` },
      );
      await service.completeTaskWithReputation(id, { idempotencyKey: `${key} complete` });
      await service.processPayment({ taskId: id }, { idempotencyKey: `${key} pay` });
    },
    async liveAtOnce({ key, platformId, workerId, amount }) {
      await service.recordWork(
        { platformId, workerId, amount, title: 'Delivery' },
        { idempotencyKey: `${key} record` },
      );
    },
    async books() {
      while (await service.foldStatistics());
      const [books] = await scope.query<Books>(BOOKS);
      if (books === undefined) throw new Error('The question about the books has no answer.');
      const broken: string[] = [];
      const views = await scope.query<{ name: string }>(
        `select viewname as name from pg_views where schemaname = $1 and viewname like 'invariant\\_%'`,
        [scope.schema],
      );
      for (const { name } of views) {
        const [found] = await scope.query<{ broken: boolean }>(
          `select exists (select from :schema.${name}) as broken`,
        );
        if (found?.broken === true) broken.push(name);
      }
      return { ...books, broken };
    },
    close: () => guildhall.close(),
  };
}

/** What the ledger has paid is asked too: to workers and, as fees, to the house, it must be what the payouts say. */
const BOOKS = `select
  (select count(*)::integer from :schema.transactions where tx_type = 'payout') as "payouts",
  (select count(distinct task_id)::integer from :schema.transactions where tx_type = 'payout') as "paidTasks",
  (select count(*)::integer from :schema.tasks where status = 'completed' and paid_amount = amount) as "completedTasks",
  (select count(*)::integer from :schema.reputation_events) as "reputationEvents",
  (select count(*)::integer from :schema.audit_logs where action = 'create_task') as "auditCreated",
  (select count(*)::integer from :schema.audit_logs where action = 'complete_task') as "auditCompleted",
  (select count(*)::integer from :schema.audit_logs where action = 'execute_payment') as "auditPaid",
  (select coalesce(trim_scale(sum(amount)), 0)::text from :schema.transactions) as "paid",
  (select trim_scale(sum(total_earned))::text from :schema.workers) as "earned",
  (select trim_scale(sum(total_payouts))::text from :schema.platforms) as "paidOut"`;
