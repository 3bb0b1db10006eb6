import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/instance.ts';
import {
  type GigsService,
  gigs,
  MAX_PAYMENTS,
  type Platform,
  type Worker,
} from '../src/systems/gigs/index.ts';
import { tally, times } from './support/agents.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { escrowBroken, type MadeTask, makeTask } from './support/gigs-tasks.ts';
import { failureOf } from './support/kernel.ts';

let t: GigsFixture;
let platform: Platform;
let worker: Worker;
let others: GigsService[];

beforeAll(async () => {
  t = await openGigs();
  [platform, worker] = [await t.platform(), await t.worker()];
  others = [];
  for (let n = 0; n < 3; n += 1) {
    others.push(createInstance(gigs, await t.opened.connect({ pool_max: '8' })).service);
  }
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  expect(await escrowBroken(t)).toEqual([]);
  await t.opened.close();
});

const task = (more: Partial<MadeTask> = {}) =>
  makeTask(t, { platformId: platform.id, workerId: worker.id, ...more });
const count = async (text: string, params: unknown[]): Promise<number> => {
  const [row] = await t.scope.query<{ n: number }>(`select count(*)::integer as n from ${text}`, params);
  return row?.n ?? -1;
};
const payouts = (taskId: string) =>
  count(":schema.transactions where task_id = $1 and tx_type = 'payout'", [taskId]);

describe('paying a task', () => {
  it('moves its amount from escrow to worker and fees, and says so everywhere', async () => {
    const [own, paid] = [await t.platform('100'), await t.worker()];
    const taskId = await makeTask(t, { platformId: own.id, workerId: paid.id, amount: '33.333333' });
    const fees = Number(await t.balance('fees'));
    const payment = await t.service.processPayment({ taskId, workerId: paid.id, metadata: { note: 1 } });
    // 2 % of 33.333333 is 0.66666666.
    expect(payment).toMatchObject({
      taskId,
      workerId: paid.id,
      platformId: own.id,
      txType: 'payout',
      status: 'completed',
      rail: 'ledger',
      amount: '33.333333',
      fee: '0.666667',
      net: '32.666666',
      withheld: '0',
      withdrawal: null,
      metadata: { note: 1 },
      processedAt: expect.any(Date),
    });
    expect(await t.balance(`worker:${paid.id}`)).toBe('32.666666');
    expect(await t.balance(`escrow:${own.id}`)).toBe('0');
    expect(Number(await t.balance('fees')) - fees).toBeCloseTo(0.666667, 6);
    const [row] = await t.scope.query(
      'select escrowed_amount, paid_amount, paid_at is not null as paid from :schema.tasks where id = $1',
      [taskId],
    );
    expect(row).toEqual({ escrowed_amount: '0', paid_amount: '33.333333', paid: true });
    expect(
      await count(":schema.audit_logs where action = 'execute_payment' and resource_id = $1", [payment.id]),
    ).toBe(1);
    const events = await t.scope.query(
      "select audience from :schema.outbox where type = 'payment.confirmed' and subject = $1 order by 1",
      [payment.id],
    );
    expect(events.map(({ audience }) => audience)).toEqual([own.id, paid.id].sort());
    const stored = await t.service.getPaymentTransaction(payment.id);
    expect(payment).toMatchObject({ ...stored });
    expect(await t.service.getPaymentTransaction('txn_none')).toBeNull();
  });

  it.each([
    ['0.000025', 200, '0.000001'], // 0.0000005 is half a unit: up
    ['0.000024', 200, undefined],
    ['10', 0, undefined],
    ['10', 10_000, '10'],
  ])('of %s with %i basis points', async (amount, feeBps, fee = '0') => {
    const own = await t.platform(amount, { feeBps });
    const taskId = await makeTask(t, { platformId: own.id, workerId: worker.id, amount });
    expect(await t.service.processPayment({ taskId })).toMatchObject({ amount, fee });
  });

  it('is refused in the order and with the words of the founding interface', async () => {
    const paid = await task();
    await t.service.processPayment({ taskId: paid });
    const stranger = await t.worker();
    const cases: [string, Partial<{ workerId: string }>, object][] = [
      ['tsk_none', { workerId: stranger.id }, { code: 'not_found', message: 'Task not found' }],
      [
        await task({ status: 'active' }),
        { workerId: stranger.id },
        { code: 'forbidden', message: 'Task does not belong to this worker', field: 'workerId' },
      ],
      [
        await task({ status: 'active' }),
        {},
        { code: 'conflict', message: 'Task is not completed', reason: 'task_not_completed' },
      ],
      [
        paid,
        {},
        {
          code: 'conflict',
          message: 'Task already paid',
          reason: 'task_already_paid',
          hint: expect.stringContaining('paid once'),
        },
      ],
      [await task({ holdS: 3_600, verification: 'flagged' }), {}, { code: 'conflict', reason: 'task_held' }],
      [await task({ verification: 'flagged' }), {}, { code: 'conflict', reason: 'not_verified' }],
      [await task({ verification: 'rejected' }), {}, { code: 'conflict', reason: 'not_verified' }],
      [await task({ escrowed: '9.999999' }), {}, { code: 'limit_exceeded', reason: 'insufficient_escrow' }],
    ];
    for (const [taskId, more, refusal] of cases) {
      const error = await failureOf(t.service.processPayment({ taskId, ...more }));
      expect(error).toMatchObject(refusal);
      expect(error.details).toMatchObject({ taskId });
      if (taskId !== paid) expect(await payouts(taskId)).toBe(0);
    }
    expect(await failureOf(t.service.processPayment({ taskId: paid, rail: 'circle' }))).toMatchObject({
      code: 'invalid_input',
      reason: 'rail_not_found',
    });
    expect(await failureOf(t.service.processPayment({ taskId: paid, metadata: [1] }))).toMatchObject({
      field: 'metadata',
    });
  });

  it.each([['one key'], ['a key each'], ['no key']])('by 50 callers with %s happens once', async (keys) => {
    const [paid, taskId] = [await t.worker(), await task()];
    await t.scope.query('update :schema.tasks set worker_id = $2 where id = $1', [taskId, paid.id]);
    const calls = times(50, (n) => {
      const options = keys === 'no key' ? {} : { idempotencyKey: keys === 'one key' ? 'same' : `key ${n}` };
      const service = others[n % others.length] as GigsService;
      return service.processPayment({ taskId }, options);
    });
    const expected = keys === 'one key' ? { ok: 50 } : { ok: 1, conflict: 49 };
    expect(await tally(calls)).toEqual(expected);
    expect(await payouts(taskId)).toBe(1);
    expect(await t.balance(`worker:${paid.id}`)).toBe('9.8');
    if (keys === 'one key') {
      const again = await t.service.processPayment({ taskId }, { idempotencyKey: 'same' });
      expect(again.id).toBe((await calls[0])?.id);
      const other = t.service.processPayment({ taskId: await task() }, { idempotencyKey: 'same' });
      expect((await failureOf(other)).code).toBe('idempotency_mismatch');
    }
  });

  it('takes part in a transaction, and goes with it', async () => {
    const taskId = await task();
    const outcome = t.service.transaction(async (inner) => {
      await inner.processPayment({ taskId });
      throw new Error('changed my mind');
    });
    await expect(outcome).rejects.toThrow('changed my mind');
    expect(await payouts(taskId)).toBe(0);
    await t.service.transaction((inner) => inner.processPayment({ taskId }));
    expect(await payouts(taskId)).toBe(1);
  });
});

describe('a split payment', () => {
  it('pays each share less its fee, leaves the rest, and the rest goes back', async () => {
    const own = await t.platform('100', { feeBps: 1_000 });
    const [a, b, c] = [await t.worker(), await t.worker(), await t.worker()];
    const taskId = await makeTask(t, { platformId: own.id, workerId: a.id, amount: '100' });
    const shares = [
      { workerId: a.id, amount: '50' },
      { workerId: b.id, amount: '20.5' },
    ];
    const options = { idempotencyKey: 'split' };
    const made = await t.service.processSplitPayment(taskId, shares, options);
    expect(made.map(({ workerId, amount, fee, net }) => [workerId, amount, fee, net])).toEqual([
      [a.id, '50', '5', '45'],
      [b.id, '20.5', '2.05', '18.45'],
    ]);
    expect(await t.service.processSplitPayment(taskId, shares, options)).toEqual(made);
    expect(await t.balance(`escrow:${own.id}`)).toBe('29.5');
    const again = t.service.processSplitPayment(taskId, [{ workerId: b.id, amount: '1' }]);
    expect(await failureOf(again)).toMatchObject({
      message: 'Task already paid',
      details: { workerId: b.id },
    });
    expect(await failureOf(t.service.processPayment({ taskId }))).toMatchObject({
      reason: 'task_already_paid',
    });
    const over = t.service.processSplitPayment(taskId, [{ workerId: c.id, amount: '29.500001' }]);
    expect(await failureOf(over)).toMatchObject({ code: 'limit_exceeded', details: { available: '29.5' } });
    await t.service.processSplitPayment(taskId, [{ workerId: c.id, amount: '9.5' }]);
    expect(await tally(times(8, (n) => (others[n % 3] as GigsService).refundTask(taskId)))).toEqual({
      ok: 1,
      conflict: 7,
    });
    expect(await t.balance(`escrow:${own.id}`)).toBe('0');
    expect(await t.balance(`platform:${own.id}`)).toBe('20');
    const page = await t.service.listTransactions({ taskId, txType: 'refund' });
    expect(page.data).toMatchObject([{ amount: '20', status: 'completed', platformId: own.id }]);
  });

  it('that uses up the escrow pays the task', async () => {
    const taskId = await task();
    await t.service.processSplitPayment(taskId, [{ workerId: worker.id, amount: '10' }]);
    expect(await count(':schema.tasks where id = $1 and paid_at is not null', [taskId])).toBe(1);
    expect(await failureOf(t.service.refundTask(taskId))).toMatchObject({ reason: 'nothing_to_refund' });
  });

  it('is refused with bad shares, and pays nobody then', async () => {
    const taskId = await task();
    const share = { workerId: worker.id, amount: '1' };
    for (const [shares, refusal] of [
      [[], { field: 'shares' }],
      [[share, share], { field: 'shares' }],
      [[share, { ...share, workerId: 'wrk_none' }], { message: 'Worker not found' }],
      [[{ ...share, amount: '0' }], { field: 'shares[0].amount' }],
      [[{ ...share, amount: '-1' }], { field: 'shares[0].amount' }],
      [[{ ...share, amount: '0.0000001' }], { field: 'shares[0].amount' }],
      [[{ ...share, amount: '1e1' }], { field: 'shares[0].amount' }],
    ] as const) {
      expect(await failureOf(t.service.processSplitPayment(taskId, shares))).toMatchObject(refusal);
    }
    const open = t.service.processSplitPayment(await task({ status: 'active' }), [share]);
    expect(await failureOf(open)).toMatchObject({ reason: 'task_not_completed' });
    const held = t.service.processSplitPayment(await task({ holdS: 60 }), [share]);
    expect(await failureOf(held)).toMatchObject({ reason: 'task_held' });
    expect(await payouts(taskId)).toBe(0);
  });

  it('of one worker by many at once happens once', async () => {
    const taskId = await task({ amount: '100' });
    const calls = times(12, (n) =>
      (others[n % 3] as GigsService).processSplitPayment(taskId, [{ workerId: worker.id, amount: '5' }]),
    );
    expect(await tally(calls)).toEqual({ ok: 1, conflict: 11 });
    expect(await payouts(taskId)).toBe(1);
    await t.service.refundTask(taskId);
  });
});

describe('a refund', () => {
  it('does not take back what a worker has earned', async () => {
    for (const more of [{}, { status: 'active' }, { verification: 'flagged' }]) {
      const error = await failureOf(t.service.refundTask(await task(more)));
      expect(error).toMatchObject({ code: 'conflict', reason: 'task_not_refundable' });
    }
    for (const more of [{ status: 'cancelled' }, { verification: 'rejected' }]) {
      expect(await t.service.refundTask(await task(more))).toMatchObject({ txType: 'refund', amount: '10' });
    }
    expect(await failureOf(t.service.refundTask('tsk_none'))).toMatchObject({ message: 'Task not found' });
  });
});

describe('many payments in one call', () => {
  it('pay the good ones, and say of the bad ones why, in the order asked', async () => {
    const [good, open, last] = [await task(), await task({ status: 'active' }), await task()];
    const ids = [good, open, 'tsk_none', good, last];
    const answers = await t.service.executeBulkPayments(ids, { idempotencyKey: 'bulk' });
    expect(answers.map(({ taskId }) => taskId)).toEqual(ids);
    expect(answers.map(({ error }) => error?.message ?? 'paid')).toEqual([
      ...['paid', 'Task is not completed', 'Task not found', 'Task already paid', 'paid'],
    ]);
    expect(answers[1]?.error).toMatchObject({ code: 'conflict', reason: 'task_not_completed' });
    expect(answers[4]?.payment).toMatchObject({ taskId: last, net: '9.8' });
    const again = await t.service.executeBulkPayments(ids, { idempotencyKey: 'bulk' });
    expect(again[4]?.payment?.id).toBe(answers[4]?.payment?.id);
  });

  it(`are ${MAX_PAYMENTS} at most`, async () => {
    expect(await t.service.executeBulkPayments([])).toEqual([]);
    const over = t.service.executeBulkPayments(times(MAX_PAYMENTS + 1, () => 'tsk_none'));
    expect(await failureOf(over)).toMatchObject({ field: 'taskIds' });
    const ids: string[] = [];
    for (let n = 0; n < MAX_PAYMENTS; n += 1) ids.push(await task({ amount: '0.01' }));
    const answers = await t.service.executeBulkPayments(ids);
    expect(answers.filter(({ success }) => success)).toHaveLength(MAX_PAYMENTS);
  }, 60_000);
});

describe('held tasks', () => {
  it('are paid when their hold is over, each once, by several processes at once', async () => {
    const own = await t.platform('1000');
    const ids: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      const made = { platformId: own.id, workerId: worker.id, verification: 'approved', holdS: -1 };
      ids.push(await makeTask(t, { ...made, amount: '1' }));
    }
    const rest = [
      await task({ holdS: 3_600, verification: 'approved' }),
      await task({ holdS: -1 }),
      await task({ holdS: -1, verification: 'flagged' }),
      await task({ holdS: -1, verification: 'approved', status: 'active' }),
    ];
    const drain = async (service: GigsService) => {
      while (await service.releaseHolds(4));
    };
    await Promise.all(others.map(drain));
    await drain(t.service);
    for (const id of ids) expect(await payouts(id)).toBe(1);
    for (const id of rest) expect(await payouts(id)).toBe(0);
    expect(await t.balance(`escrow:${own.id}`)).toBe('0');
    expect(await t.service.releaseHolds()).toBe(false);
  });
});

describe('reading', () => {
  it('payments, their numbers, the balance and pages', async () => {
    const [own, paid] = [await t.platform('1000'), await t.worker({ walletAddress: `0x${'77'.repeat(20)}` })];
    const stats = await t.service.getWorkerPaymentStats(paid.id);
    expect(stats).toEqual({
      ...{ totalPayments: 0, totalAmount: '0', totalFees: '0', successRate: 100, averagePaymentTime: 0 },
    });
    for (const agoS of [10, 30]) {
      const taskId = await makeTask(t, { platformId: own.id, workerId: paid.id, amount: '50', agoS });
      await t.service.processPayment({ taskId });
    }
    await makeTask(t, { platformId: own.id, workerId: paid.id, amount: '7.5' });
    await makeTask(t, { platformId: own.id, workerId: paid.id, amount: '8', status: 'active' });
    expect(await t.service.getWorkerPaymentStats(paid.id)).toMatchObject({
      ...{ totalPayments: 2, totalAmount: '100', totalFees: '2', successRate: 100 },
    });
    const seconds = (await t.service.getWorkerPaymentStats(paid.id)).averagePaymentTime;
    expect(seconds).toBeGreaterThanOrEqual(20);
    expect(seconds).toBeLessThan(40);
    expect(await t.service.getWorkerBalance(paid.id)).toEqual({
      walletAddress: `0x${'77'.repeat(20)}`,
      balanceUsdc: '98',
      pendingUsdc: '7.5',
      advanceOwedUsdc: '0',
      lastUpdated: expect.any(Date),
    });
    expect((await failureOf(t.service.getWorkerBalance('wrk_none'))).message).toBe('Worker not found');
    expect((await t.service.getWorkerPayments(paid.id)).map(({ amount }) => amount)).toEqual(['50', '50']);
    expect(await t.service.getWorkerPayments(paid.id, 1)).toHaveLength(1);
    const first = await t.service.listTransactions({ workerId: paid.id }, { limit: 1 });
    expect(first.hasMore).toBe(true);
    const second = await t.service.listTransactions(
      { workerId: paid.id },
      { limit: 1, cursor: first.nextCursor ?? '' },
    );
    expect(second.hasMore).toBe(false);
    expect(second.data[0]?.id).not.toBe(first.data[0]?.id);
    expect(await failureOf(t.service.listTransactions({}, { limit: 101 }))).toMatchObject({ field: 'limit' });
  });
});
