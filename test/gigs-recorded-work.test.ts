/** Work that is done already, recorded and paid in one call: the same traces as step by step, once whatever is retried. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { failureOf, until, untilBlocked } from './support/kernel.ts';

let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const count = async (table: string, platform: string): Promise<number> => {
  const [row] = await t.scope.query<{ count: number }>(
    `select count(*)::integer as count from :schema.${table} where platform_id = $1`,
    [platform],
  );
  return row?.count ?? -1;
};

describe('recorded work', () => {
  it('leaves the task, the payment, the points, the trail and the events of the steps', async () => {
    const [platform, worker] = [await t.platform('100'), await t.worker()];
    const startedAt = new Date('2026-01-05T10:00:00.123Z');
    const completedAt = new Date('2026-01-05T10:30:00.456Z');
    const { task, payment } = await t.service.recordWork({
      ...{
        platformId: platform.id,
        workerId: worker.id,
        amount: '25.50',
        title: 'Trip',
        externalId: 'trip 1',
      },
      ...{ metadata: { km: 3 }, completionProof: 'sha256:1', startedAt, completedAt },
    });
    expect(task).toMatchObject({
      ...{ status: 'completed', amount: '25.5', paidAmount: '25.5', escrowedAmount: '0', title: 'Trip' },
      ...{ startedAt, completedAt, completionProof: 'sha256:1', metadata: { km: 3 }, externalId: 'trip 1' },
      ...{ reputationDelta: 10, reputationScore: 510 },
    });
    expect(payment).toMatchObject({
      ...{ taskId: task.id, workerId: worker.id, platformId: platform.id, amount: '25.5', fee: '0.51' },
      ...{ net: '24.99', withheld: '0', withdrawal: null, status: 'completed', txType: 'payout' },
    });
    const { reputationDelta: _delta, reputationScore: _score, ...plain } = task;
    expect(await t.service.getTask(task.id)).toEqual(plain);
    expect(await t.balance(`platform:${platform.id}`)).toBe('74.5');
    expect(await t.balance(`escrow:${platform.id}`)).toBe('0');
    expect(await t.balance(`worker:${worker.id}`)).toBe('24.99');
    const stepwise = await t.service.createTaskWithAudit({
      ...{ platformId: platform.id, workerId: worker.id, amount: '25.50', begun: true },
    });
    await t.service.completeTaskWithReputation(stepwise.id);
    const paid = await t.service.processPayment({ taskId: stepwise.id });
    const traces = (ids: readonly string[]) =>
      Promise.all([
        t.scope.query(
          `select action, resource_type, metadata - 'begun' - 'recorded' - 'taskId' - 'reputation_score' as metadata
           from :schema.audit_logs where resource_id = any ($1) order by action`,
          [ids],
        ),
        t.scope.query(
          `select type, audience, (select array_agg(k order by k) from jsonb_object_keys(payload - 'begun' - 'recorded') k) as keys
           from :schema.outbox where subject = any ($1) order by type, audience`,
          [ids],
        ),
      ]);
    expect(await traces([task.id, payment.id])).toEqual(await traces([stepwise.id, paid.id]));
    await t.service.foldStatistics();
    expect(await t.service.getWorkerEarnings(worker.id)).toMatchObject({
      completedTasks: 2,
      totalEarned: '51',
    });
  });

  it('is paid once for its key and once for the platform’s own id', async () => {
    const [platform, worker] = [await t.platform('100'), await t.worker()];
    const input = { platformId: platform.id, workerId: worker.id, amount: '5', externalId: 'job 7' };
    const once = { idempotencyKey: `record ${platform.id}` };
    const all = await Promise.all(Array.from({ length: 50 }, () => t.service.recordWork(input, once)));
    for (const one of all) expect(one).toEqual(all[0]);
    expect([await count('tasks', platform.id), await count('transactions', platform.id)]).toEqual([1, 1]);
    expect(await failureOf(t.service.recordWork({ ...input, amount: '6' }, once))).toMatchObject({
      reason: 'idempotency_key_reused',
    });
    expect(await failureOf(t.service.recordWork(input))).toMatchObject({
      ...{ code: 'conflict', reason: 'external_id_reused', field: 'externalId' },
      details: { id: all[0]?.task.id },
    });
    expect(await t.balance(`platform:${platform.id}`)).toBe('95');
  });

  it('of many callers goes together, and what is refused is refused alone', async () => {
    const [platform, poor, workers] = [
      await t.platform('1000'),
      await t.platform('1'),
      await Promise.all([t.worker(), t.worker(), t.worker()]),
    ];
    const settled = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        t.service.recordWork({
          platformId: index === 11 ? poor.id : index === 17 ? 'plt_nobody' : platform.id,
          workerId: index === 23 ? 'wrk_nobody' : (workers[index % 3]?.id ?? ''),
          amount: `${2 + index}.000001`,
        }),
      ),
    );
    expect(
      settled.flatMap((one, index) => (one.status === 'rejected' ? [[index, one.reason.reason]] : [])),
    ).toEqual([
      [11, 'insufficient_funds'],
      [17, 'platform_not_found'],
      [23, 'worker_not_found'],
    ]);
    for (const [index, one] of settled.entries()) {
      if (one.status === 'fulfilled') expect(one.value.payment.amount).toBe(`${2 + index}.000001`);
    }
    expect([await count('tasks', platform.id), await count('tasks', poor.id)]).toEqual([37, 0]);
    expect(await t.balance(`platform:${poor.id}`)).toBe('1');
  });

  it('repays an advance like any payout', async () => {
    const [platform, worker] = [await t.platform('1000'), await t.worker()];
    await t.scope.query(
      `insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, status, risk_score, predicted_earnings,
         disbursed_at, repayment_due)
       values ($1, 100, 0, 0, 100, 'disbursed', 700, 500, now(), now() + interval '30 days')`,
      [worker.id],
    );
    await t.scope.query(
      `select :schema.move_money(array['loan of ' || $1], array['advance:' || $1], array['worker:' || $1], array[100::numeric], null)`,
      [worker.id],
    );
    const recorded = await Promise.all(
      [1, 2, 3, 4].map((index) =>
        t.service.recordWork({ platformId: platform.id, workerId: worker.id, amount: String(50 * index) }),
      ),
    );
    expect(recorded.map(({ payment }) => payment.withheld)).toEqual(['20', '20', '20', '20']);
    expect(await t.balance(`advance:${worker.id}`)).toBe('20');
  });

  it('is made again when it lost a deadlock, and once', async () => {
    const [platform, worker] = [await t.platform('100'), await t.worker()];
    const other = await t.opened.connect();
    let recorded: Promise<unknown> | undefined;
    await other.transaction(async (tx) => {
      // On a slow machine the server may choose this transaction to give way, which is then made again as well.
      if (recorded !== undefined) return;
      await tx.query(
        `select from gigs.ledger_balances b join gigs.ledger_accounts a on a.id = b.account_id
         where a.code = 'worker:${worker.id}' for no key update of b`,
      );
      recorded = t.service.recordWork({ platformId: platform.id, workerId: worker.id, amount: '5' });
      // It has the worker's row now, and waits for the balance.
      await untilBlocked(t.opened.database);
      await tx.query(`select from gigs.workers where id = '${worker.id}' for no key update`);
    });
    expect(await recorded).toMatchObject({ payment: { amount: '5' } });
    await until('the server to have counted the deadlock', async () => {
      const [row] = await t.scope.query<{ deadlocks: bigint }>(
        'select deadlocks from pg_stat_database where datname = current_database()',
      );
      return Number(row?.deadlocks) > 0;
    });
    expect([await count('tasks', platform.id), await count('transactions', platform.id)]).toEqual([1, 1]);
  });

  it('says what is wrong with it', async () => {
    const [platform, worker] = [await t.platform('100'), await t.worker()];
    const input = { platformId: platform.id, workerId: worker.id, amount: '5' };
    const later = new Date(Date.now() + 3_600_000);
    for (const [change, field] of [
      [{ workerId: ' ' }, 'workerId'],
      [{ amount: '0' }, 'amount'],
      [{ completedAt: later }, 'completedAt'],
      [{ startedAt: later }, 'startedAt'],
      [{ startedAt: new Date('2026-01-02'), completedAt: new Date('2026-01-01') }, 'startedAt'],
      [{ delta: 1_001 }, 'delta'],
    ] as const) {
      expect(await failureOf(t.service.recordWork({ ...input, ...change }))).toMatchObject({
        ...{ code: 'invalid_input', field },
      });
    }
    // A minute of skew is no future.
    const { task } = await t.service.recordWork({ ...input, completedAt: new Date(Date.now() + 20_000) });
    expect(task.completedAt?.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    await expect(t.service.by({ kind: 'worker', id: worker.id }).recordWork(input)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      t.service.transaction(async (inner) => {
        await inner.recordWork({ ...input, externalId: 'undone' });
        throw new Error('undo');
      }),
    ).rejects.toThrow('undo');
    expect(await count('tasks', platform.id)).toBe(1);
  });
});
