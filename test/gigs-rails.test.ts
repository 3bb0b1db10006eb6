import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/instance.ts';
import { type GigTransaction, gigs, type PaymentRail } from '../src/systems/gigs/index.ts';
import { tally, times } from './support/agents.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { escrowBroken, makeTask, paidWorker, passValidity, settleTransfers } from './support/gigs-tasks.ts';
import { failureOf } from './support/kernel.ts';
import { makeDue } from './support/queue.ts';

let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  expect(await escrowBroken(t)).toEqual([]);
  await t.opened.close();
});

const read = async (id: string) => (await t.service.getPaymentTransaction(id)) as GigTransaction;
const sends = async (id: string): Promise<number> => {
  const [row] = await t.scope.query<{ sends: number }>(
    'select coalesce(sum(sends), 0)::integer as sends from :schema.sandbox_transfers where reference like $1',
    [`${id}%`],
  );
  return row?.sends ?? 0;
};
const step = async (validS = 60): Promise<void> => {
  // Nothing that this round leaves for later is due in the same round.
  await makeDue(t.scope);
  await t.service.workTransfers({ validS, confirmEveryS: 60, limit: 50 });
};

describe('a deposit', () => {
  it('is booked at once, and once for its key or reference', async () => {
    const platform = await t.platform('0');
    const made = await t.service.depositFunds(platform.id, '250.5', {
      idempotencyKey: 'd',
      reference: 'wire 1',
    });
    expect(made).toMatchObject({ txType: 'deposit', status: 'completed', rail: 'sandbox', amount: '250.5' });
    expect(
      await t.service.depositFunds(platform.id, '250.5', { idempotencyKey: 'd', reference: 'wire 1' }),
    ).toEqual(made);
    const calls = times(10, () => t.service.depositFunds(platform.id, '250.5', { reference: 'wire 1' }));
    expect(new Set((await Promise.all(calls)).map(({ id }) => id))).toEqual(new Set([made.id]));
    expect(await t.balance(`platform:${platform.id}`)).toBe('250.5');
    const other = t.service.depositFunds(platform.id, '1', { reference: 'wire 1' });
    expect(await failureOf(other)).toMatchObject({ code: 'conflict', reason: 'reference_used' });
    expect((await failureOf(t.service.depositFunds('plt_none', '1'))).message).toBe('Platform not found');
    for (const amount of ['0', '-1', '0.0000001', 'ten', '100000000000000']) {
      expect(await failureOf(t.service.depositFunds(platform.id, amount))).toMatchObject({ field: 'amount' });
    }
  });
});

describe('a withdrawal', () => {
  it('leaves the balance at once, is sent once, and is complete with 12 confirmations', async () => {
    const workerId = await paidWorker(t, '40');
    const made = await t.service.withdraw(workerId, { amount: '25' }, { idempotencyKey: 'w' });
    expect(made).toMatchObject({ txType: 'withdrawal', status: 'pending', amount: '25', rail: 'sandbox' });
    expect(await t.service.withdraw(workerId, { amount: '25' }, { idempotencyKey: 'w' })).toEqual(made);
    expect(await t.balance(`worker:${workerId}`)).toBe('15');
    expect(await t.balance('rail')).toBe('25');
    const over = t.service.withdraw(workerId, { amount: '15.000001' });
    expect(await failureOf(over)).toMatchObject({ code: 'limit_exceeded', reason: 'insufficient_funds' });
    await step();
    expect(await read(made.id)).toMatchObject({ status: 'processing', submittedAt: expect.any(Date) });
    const seen: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      await step();
      seen.push((await read(made.id)).blockchainConfirmations);
    }
    expect(seen).toEqual([4, 8, 12]);
    const hash = `0x${createHash('sha256').update(made.id).digest('hex')}`;
    expect(await read(made.id)).toMatchObject({ status: 'completed', txHash: hash, errorMessage: null });
    expect(await sends(made.id)).toBe(1);
    expect(await t.balance('rail')).toBe('0');
    const actions = await t.scope.query<{ action: string }>(
      'select action from :schema.audit_logs where resource_id = $1 order by created_at, action desc',
      [made.id],
    );
    expect(actions.map(({ action }) => action)).toEqual(['request', 'complete']);
  });

  it('is refused below 1 USDC, without an address, for nobody and for the suspended', async () => {
    const [workerId, bare] = [await paidWorker(t, '5'), await t.worker()];
    for (const amount of ['0.999999', '0', '1.0000001']) {
      expect(await failureOf(t.service.withdraw(workerId, { amount }))).toMatchObject({ field: 'amount' });
    }
    expect(await failureOf(t.service.withdraw(bare.id, { amount: '1' }))).toMatchObject({
      code: 'conflict',
      reason: 'no_wallet',
    });
    expect(await failureOf(t.service.withdraw(workerId, { amount: '1', toAddress: '0x1' }))).toMatchObject({
      field: 'toAddress',
    });
    expect((await failureOf(t.service.withdraw('wrk_none', { amount: '1' }))).message).toBe(
      'Worker not found',
    );
    await t.scope.query("update :schema.workers set status = 'suspended' where id = $1", [workerId]);
    expect(await failureOf(t.service.withdraw(workerId, { amount: '1' }))).toMatchObject({
      code: 'forbidden',
    });
    await t.scope.query("update :schema.workers set status = 'active' where id = $1", [workerId]);
    await t.service.withdraw(workerId, { amount: '1' });
    await settleTransfers(t);
    expect(await t.balance(`worker:${workerId}`)).toBe('4');
  });

  it('by many at once never takes more than there is', async () => {
    const workerId = await paidWorker(t, '10');
    const calls = times(10, () => t.service.withdraw(workerId, { amount: '3' }));
    expect(await tally(calls)).toEqual({ ok: 3, limit_exceeded: 7 });
    await settleTransfers(t);
    expect(await t.balance(`worker:${workerId}`)).toBe('1');
  });

  it('follows a payment over the rail, in one call', async () => {
    const [platform, bare] = [await t.platform('100'), await t.worker()];
    const worker = await t.worker({ walletAddress: `0x${'a1'.repeat(20)}` });
    const taskId = await makeTask(t, { platformId: platform.id, workerId: worker.id, amount: '20' });
    const payment = await t.service.processPayment({ taskId, rail: 'sandbox' });
    expect(payment.withdrawal).toMatchObject({
      amount: '19.6',
      status: 'pending',
      toAddress: `0x${'a1'.repeat(20)}`,
    });
    expect(payment.withdrawal?.createdAt).toBeInstanceOf(Date);
    expect(await t.balance(`worker:${worker.id}`)).toBe('0');
    const small = await makeTask(t, { platformId: platform.id, workerId: worker.id, amount: '1' });
    expect((await t.service.processPayment({ taskId: small, rail: 'sandbox' })).withdrawal).toBeNull();
    const none = await makeTask(t, { platformId: platform.id, workerId: bare.id });
    expect(await failureOf(t.service.processPayment({ taskId: none, rail: 'sandbox' }))).toMatchObject({
      reason: 'no_wallet',
    });
    await settleTransfers(t);
    expect((await read(payment.withdrawal?.id ?? '')).status).toBe('completed');
  });
});

describe('several workers at once', () => {
  it('send each withdrawal once', async () => {
    const workerId = await paidWorker(t, '100');
    const services = [t.service];
    for (let n = 0; n < 3; n += 1) {
      services.push(createInstance(gigs, await t.opened.connect({ pool_max: '4' })).service);
    }
    const made = await Promise.all(times(30, () => t.service.withdraw(workerId, { amount: '2' })));
    await Promise.all(services.map((service) => settleTransfers(t, { service })));
    await settleTransfers(t);
    for (const { id } of made) {
      expect((await read(id)).status).toBe('completed');
      expect(await sends(id)).toBe(1);
    }
    expect(await t.balance(`worker:${workerId}`)).toBe('40');
  });

  it('that all found nothing of a send: one may send again, and only when the first has lost its time', async () => {
    const workerId = await paidWorker(t, '10', '0bad');
    const { id } = await t.service.withdraw(workerId, { amount: '10' });
    await step();
    const ask = async () => {
      const seen = (await read(id)).submittedAt;
      const answers = await Promise.all(
        times(10, () =>
          t.scope.query<{ turn: { action: string } }>('select :schema.begin_send($1, 60, $2) as turn', [
            id,
            seen,
          ]),
        ),
      );
      return answers.map(([row]) => row?.turn.action).sort();
    };
    expect(await ask()).toEqual(times(10, () => 'find'));
    await passValidity(t);
    expect(await ask()).toEqual([...times(9, () => 'find'), 'send']);
    await passValidity(t);
    await settleTransfers(t);
    expect((await read(id)).status).toBe('completed');
    expect(await sends(id)).toBe(1);
  });

  it('of one key make one withdrawal', async () => {
    const workerId = await paidWorker(t, '100');
    const calls = times(20, () => t.service.withdraw(workerId, { amount: '5' }, { idempotencyKey: 'once' }));
    expect(new Set((await Promise.all(calls)).map(({ id }) => id)).size).toBe(1);
    expect(await t.balance(`worker:${workerId}`)).toBe('95');
    await settleTransfers(t);
  });
});

describe('when the rail', () => {
  const start = async (walletEnd: string): Promise<{ workerId: string; id: string }> => {
    const workerId = await paidWorker(t, '10', walletEnd);
    return { workerId, id: (await t.service.withdraw(workerId, { amount: '10' })).id };
  };

  it('refuses, the money is back, and a retry takes it again', async () => {
    const { workerId, id } = await start('dead');
    await settleTransfers(t);
    expect(await read(id)).toMatchObject({ status: 'failed', errorMessage: 'The address is refused.' });
    expect(await t.balance(`worker:${workerId}`)).toBe('10');
    expect(await t.service.retryFailedPayment(id)).toMatchObject({ status: 'processing', attempts: 2 });
    expect(await t.balance(`worker:${workerId}`)).toBe('0');
    const underWay = t.service.retryFailedPayment(id);
    expect(await failureOf(underWay)).toMatchObject({ code: 'conflict', reason: 'transaction_not_failed' });
    await t.scope.query('update :schema.transactions set to_address = $2 where id = $1', [
      id,
      `0x${'b2'.repeat(20)}`,
    ]);
    await settleTransfers(t);
    expect(await read(id)).toMatchObject({ status: 'completed', errorMessage: null });
    expect(await sends(id)).toBe(1);
    expect((await failureOf(t.service.retryFailedPayment(id))).message).toBe('Transaction already completed');
    expect((await failureOf(t.service.retryFailedPayment('txn_none'))).message).toBe('Transaction not found');
  });

  it('is retried by many at once, it takes the money once', async () => {
    const { workerId, id } = await start('dead');
    await settleTransfers(t);
    expect(await tally(times(10, () => t.service.retryFailedPayment(id)))).toEqual({ ok: 1, conflict: 9 });
    await settleTransfers(t);
    expect(await read(id)).toMatchObject({ status: 'failed', attempts: 2 });
    expect(await t.balance(`worker:${workerId}`)).toBe('10');
  });

  it('accepts and does not answer, it is found and not sent again', async () => {
    const { id } = await start('beef');
    await step();
    expect(await read(id)).toMatchObject({ status: 'processing', railReference: null });
    await settleTransfers(t);
    expect((await read(id)).status).toBe('completed');
    expect(await sends(id)).toBe(1);
  });

  it('never got it, it is sent again only when the first can no longer be accepted', async () => {
    const { id } = await start('0bad');
    await step();
    const { submittedAt } = await read(id);
    await step();
    await step();
    expect(await read(id)).toMatchObject({ status: 'processing', submittedAt });
    expect(await sends(id)).toBe(0);
    await passValidity(t);
    await settleTransfers(t);
    expect((await read(id)).status).toBe('completed');
    expect(await sends(id)).toBe(1);
  });

  it('takes what comes after its time for nothing', async () => {
    const [row] = await t.scope.query<{ answer: object }>(
      "select :schema.sandbox_send('late', 5, $1, clock_timestamp() - interval '1 ms') as answer",
      [`0x${'c3'.repeat(20)}`],
    );
    expect(row?.answer).toMatchObject({ outcome: 'unknown' });
    expect(await t.service.rails.get('sandbox').find('late')).toBeNull();
  });

  it('fails after it accepted, the money is back', async () => {
    const { workerId, id } = await start('fade');
    await settleTransfers(t);
    expect(await read(id)).toMatchObject({
      status: 'failed',
      errorMessage: 'It was dropped from the chain.',
    });
    expect(await t.balance(`worker:${workerId}`)).toBe('10');
  });

  it('never confirms, it stays under way, and is asked and not sent', async () => {
    const { id } = await start('cafe');
    await settleTransfers(t);
    expect(await read(id)).toMatchObject({ status: 'processing', blockchainConfirmations: 0 });
    expect(await sends(id)).toBe(1);
    await t.scope.query(
      "update :schema.transactions set updated_at = now() - interval '1 hour' where id = $1",
      [id],
    );
    expect(await t.service.chaseTransfers()).toBe(false);
    await step();
    expect(await sends(id)).toBe(1);
  });

  it('is away, the job waits and is tried again', async () => {
    let away = true;
    const sandbox = t.service.rails.get('sandbox');
    const moody: PaymentRail = {
      name: 'moody',
      send: async () => {
        throw new Error('away');
      },
      find: async (reference) => {
        if (away) throw new Error('away');
        return sandbox.find(reference);
      },
    };
    t.service.rails.add(moody);
    const workerId = await paidWorker(t, '10');
    const { id } = await t.service.withdraw(workerId, { amount: '10', rail: 'moody' });
    await step();
    await step();
    expect(await read(id)).toMatchObject({ status: 'processing', railReference: null });
    away = false;
    t.service.rails.add({ ...sandbox, name: 'moody' });
    await passValidity(t);
    await settleTransfers(t);
    expect((await read(id)).status).toBe('completed');
    expect(await sends(id)).toBe(1);
    expect(() => t.service.rails.add({ ...sandbox, name: 'ledger' })).toThrow('cannot be the name of a rail');
  });
});
