/** Calls of several callers that go in one statement: each has its own answer, and is refused alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GuildhallError } from '../src/kernel/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';

const CALLERS = 24;
let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

/** So many calls at once: the first goes alone, the others together. */
function atOnce<T>(call: (index: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: CALLERS }, (_, index) => call(index)));
}

function values<T>(settled: readonly PromiseSettledResult<T>[]): T[] {
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function count(table: string, where: string, params: readonly unknown[]): Promise<number> {
  const [row] = await t.scope.query<{ count: number }>(
    `select count(*)::integer as count from :schema.${table} where ${where}`,
    params,
  );
  return row?.count ?? 0;
}

describe('calls that go together', () => {
  it('live the lives of calls made alone, with the same answers, traces and events', async () => {
    const [platform, workers] = [
      await t.platform('10000'),
      await Promise.all([t.worker(), t.worker(), t.worker()]),
    ];
    const input = (index: number) => ({
      platformId: platform.id,
      workerId: workers[index % 3]?.id ?? '',
      amount: `${10 + index}.25`,
      title: `Task ${index}`,
      metadata: { index },
    });
    const key = (name: string, index: number) => ({ idempotencyKey: `${name} ${index} of ${platform.id}` });
    const live = async (index: number) => {
      const created = await t.service.createTaskWithAudit(input(index), key('create', index));
      const started = await t.service.startTask(created.id, key('start', index));
      const completed = await t.service.completeTaskWithReputation(created.id, key('complete', index));
      const paid = await t.service.processPayment({ taskId: created.id }, key('pay', index));
      return { created, started, completed, paid };
    };
    const alone = await live(CALLERS);
    const together = values(await atOnce(live));
    for (const [index, { created, started, completed, paid }] of together.entries()) {
      expect(Object.keys(created).sort()).toEqual(Object.keys(alone.created).sort());
      expect(Object.keys(completed).sort()).toEqual(Object.keys(alone.completed).sort());
      expect(Object.keys(paid).sort()).toEqual(Object.keys(alone.paid).sort());
      expect(created).toMatchObject({
        ...input(index),
        status: 'pending',
        escrowedAmount: `${10 + index}.25`,
      });
      expect(started).toMatchObject({ id: created.id, status: 'active' });
      expect(completed).toMatchObject({ id: created.id, status: 'completed', reputationDelta: 10 });
      expect(paid).toMatchObject({
        taskId: created.id,
        amount: created.amount,
        withheld: '0',
        withdrawal: null,
      });
      expect(await t.service.getTask(created.id)).toMatchObject({
        escrowedAmount: '0',
        paidAmount: created.amount,
      });
    }
    const traces = async (task: string, payout: string) => ({
      audit: await t.scope.query(
        `select actor_type, action, resource_type, (select array_agg(k order by k) from jsonb_object_keys(metadata) k) as keys
         from :schema.audit_logs where resource_id in ($1, $2) order by action`,
        [task, payout],
      ),
      events: await t.scope.query(
        `select type, (select array_agg(k order by k) from jsonb_object_keys(payload) k) as keys
         from :schema.outbox where subject in ($1, $2) order by type, audience`,
        [task, payout],
      ),
      entries: await t.scope.query(
        'select count(*) as count from :schema.ledger_transfers where reference = $1',
        [task],
      ),
    });
    const expected = await traces(alone.created.id, alone.paid.id);
    expect(expected.events).toHaveLength(8);
    for (const { created, paid } of together) {
      expect(await traces(created.id, paid.id)).toEqual(expected);
    }
    // The same keys again, all at once: the first answers, and nothing is done twice.
    expect(values(await atOnce(live))).toEqual(together);
    expect(await count('transactions', 'platform_id = $1', [platform.id])).toBe(CALLERS + 1);
  });

  it('are refused alone: the others of the statement are made', async () => {
    const [platform, worker] = [await t.platform('10000'), await t.worker()];
    const posted = await atOnce((index) =>
      t.service.createTaskWithAudit({
        platformId: index === 7 ? 'plt_nobody' : platform.id,
        workerId: worker.id,
        amount: index === 11 ? '100000' : '5',
      }),
    );
    const reasons = posted.map((one) =>
      one.status === 'fulfilled' ? 'made' : (one.reason as GuildhallError).reason,
    );
    expect(reasons[7]).toBe('platform_not_found');
    expect(reasons[11]).toBe('insufficient_funds');
    expect(reasons.filter((reason) => reason === 'made')).toHaveLength(CALLERS - 2);
    const ids = posted.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
    const begun = ids.slice(1);
    await Promise.all(begun.map((id) => t.service.startTask(id)));
    const completed = await Promise.allSettled(ids.map((id) => t.service.completeTaskWithReputation(id)));
    expect(completed.map(({ status }) => status)).toEqual(['rejected', ...begun.map(() => 'fulfilled')]);
    const paid = await Promise.allSettled(ids.map((id) => t.service.processPayment({ taskId: id })));
    expect(paid.map(({ status }) => status)).toEqual(['rejected', ...begun.map(() => 'fulfilled')]);
    expect(await count('reputation_events', 'worker_id = $1', [worker.id])).toBe(begun.length);
  });

  it('have one effect, however often one task is completed and paid at once', async () => {
    const [platform, worker] = [await t.platform('10000'), await t.worker()];
    const { id } = await t.service.createTaskWithAudit({
      platformId: platform.id,
      workerId: worker.id,
      amount: '8',
    });
    await t.service.startTask(id);
    const completed = await atOnce(() => t.service.completeTaskWithReputation(id));
    expect(completed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const paid = await atOnce(() => t.service.processPayment({ taskId: id }));
    expect(paid.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    // With one key all have the one answer.
    const again = await atOnce(() =>
      t.service.createTaskWithAudit(
        { platformId: platform.id, workerId: worker.id, amount: '3' },
        { idempotencyKey: `one of ${platform.id}` },
      ),
    );
    expect(new Set(values(again).map((task) => task.id)).size).toBe(1);
    expect(await count('reputation_events', 'worker_id = $1', [worker.id])).toBe(1);
    expect(await count('transactions', 'task_id = $1', [id])).toBe(1);
  });
});
