import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstance, migratorOf, verify } from '../src/kernel/index.ts';
import { gigs, type Loan } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { eligibleWorker, payOut } from './support/gigs-risk.ts';
import { failureOf } from './support/kernel.ts';
import { elapse, streamingTask } from './support/streams.ts';

let t: GigsFixture;
let platform: string;
let worker: string;
let count = 0;

beforeAll(async () => {
  t = await openGigs();
  platform = (await t.platform()).id;
});
beforeEach(async () => {
  worker = await eligibleWorker(t, platform);
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const pay = (amount: string): Promise<string> => {
  count += 1;
  return payOut(t, platform, worker, amount, `recovery ${count}`);
};
const loanOf = async (): Promise<Loan> => (await t.service.listLoans(worker, { limit: 1 })).data[0]!;
const losses = async (): Promise<number> => Number(await t.balance('losses'));
/** 103.5 due, of which so much was repaid before it was written off. */
const writtenOff = async (repaid = '0'): Promise<Loan> => {
  const { id } = await t.service.requestAdvance(worker, { amount: '100' });
  if (repaid !== '0') await t.service.repayAdvance(worker, repaid);
  await t.scope.query(
    `update :schema.loans set repayment_due = statement_timestamp() - interval '1 millisecond' where id = $1`,
    [id],
  );
  await t.service.defaultOverdueLoans();
  return t.service.writeOffLoan(id, { reason: 'cannot be found' });
};
const balances = async () => [await t.balance(`worker:${worker}`), await t.balance(`advance:${worker}`)];

describe('a loan that was written off', () => {
  it('is recovered by hand against the loss, to the last unit, and is repaid then', async () => {
    const { id } = await writtenOff('3.5');
    const before = await losses();
    expect(await t.service.getActiveLoan(worker)).toMatchObject({
      id,
      status: 'written_off',
      remaining: '100',
    });
    const part = await t.service.repayAdvance(worker, '40.000001');
    expect(part).toMatchObject({ id, status: 'written_off', amountRepaid: '43.500001', repaidAt: null });
    expect(await losses()).toBeCloseTo(before - 40.000001, 6);
    expect(await balances()).toEqual(['56.499999', '0']);
    expect(await failureOf(t.service.repayAdvance(worker, '60'))).toMatchObject({
      reason: 'amount_exceeds_due',
      details: { due: '59.999999' },
    });
    // 3.5 was spent on the first repayment.
    expect(await failureOf(t.service.repayAdvance(worker, '59.999999'))).toMatchObject({
      reason: 'insufficient_funds',
    });
    expect(await pay('3.5')).toBe('3.5');
    const last = await t.service.repayAdvance(worker, '56.499999');
    expect(last).toMatchObject({
      status: 'repaid',
      amountRepaid: '103.5',
      repaidAt: expect.any(Date),
      writtenOffAt: expect.any(Date),
    });
    expect(await losses()).toBeCloseTo(before - 100, 6);
    expect(await balances()).toEqual(['0', '0']);
    expect(await t.service.getActiveLoan(worker)).toBeNull();
    expect(await failureOf(t.service.repayAdvance(worker, '1'))).toMatchObject({ reason: 'no_open_loan' });
  });

  it('is recovered from payouts, a fifth of the due from each', async () => {
    await writtenOff();
    const before = await losses();
    for (let n = 0; n < 5; n += 1) expect(await pay('30')).toBe('20.7');
    expect(await pay('30')).toBe('0');
    expect(await loanOf()).toMatchObject({ status: 'repaid', amountRepaid: '103.5', installmentsPaid: 5 });
    expect(before - (await losses())).toBeCloseTo(103.5, 6);
    expect(await balances()).toEqual(['176.5', '0']); // 100 + 6 × 30 - 103.5
    const told = await t.scope.query<{ recovered: boolean }>(
      `select (metadata ->> 'recovered')::boolean as recovered from :schema.audit_logs
       where resource_id = $1 and action = 'repayment'`,
      [(await loanOf()).id],
    );
    expect(told).toEqual(Array.from({ length: 5 }, () => ({ recovered: true })));
  });

  it('is recovered out of what tasks pay, also of calls that are made at once', async () => {
    await writtenOff();
    const before = await losses();
    const paid = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const task = await t.service.createTaskWithAudit({
          platformId: platform,
          workerId: worker,
          amount: '30',
        });
        await t.service.startTask(task.id);
        await t.service.completeTaskWithReputation(task.id);
        return t.service.processPayment({ taskId: task.id });
      }),
    );
    expect(paid.map(({ withheld }) => withheld)).toEqual(['20.7', '20.7', '20.7']);
    expect(before - (await losses())).toBeCloseTo(62.1, 6);
  });

  it('is recovered once for a key', async () => {
    await writtenOff();
    const before = await losses();
    const once = { idempotencyKey: `recover ${worker}` };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => t.service.repayAdvance(worker, '10', once).catch(() => null)),
    );
    expect(answers.filter((one) => one !== null).length).toBeGreaterThan(0);
    expect(await t.service.repayAdvance(worker, '10', once)).toMatchObject({ amountRepaid: '10' });
    await payOut(t, platform, worker, '30', `same ${worker}`);
    expect(await payOut(t, platform, worker, '30', `same ${worker}`)).toBe('20.7');
    expect(before - (await losses())).toBeCloseTo(30.7, 6);
  });

  it('stays in the way of another advance until it is recovered, and counts as late then', async () => {
    await writtenOff('3.5');
    const missing = async () =>
      (await t.service.checkAdvanceEligibility(worker)).reasons.map(({ reason }) => reason);
    expect(await missing()).toContain('written_off_loan');
    await t.service.repayAdvance(worker, '90');
    expect(await missing()).toContain('written_off_loan');
    await pay('10');
    expect(await loanOf()).toMatchObject({ status: 'repaid' });
    expect(await missing()).not.toContain('written_off_loan');
    expect(await t.service.calculateRiskScore(worker)).toMatchObject({
      inputs: { loansDue: 1, loansOnTime: 0, writtenOffLoans: 0 },
    });
  });

  it('is neither doubled nor lost when it is written off and repaid at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      worker = await eligibleWorker(t, platform);
      const { id } = await t.service.requestAdvance(worker, { amount: '100' });
      await t.scope.query(
        `update :schema.loans set repayment_due = statement_timestamp() - interval '1 millisecond' where id = $1`,
        [id],
      );
      await t.service.defaultOverdueLoans();
      const other = createInstance(gigs, await t.opened.connect()).service;
      await Promise.allSettled([
        other.writeOffLoan(id, { reason: 'lost' }),
        t.service.repayAdvance(worker, '60'),
        pay('43.5'),
        pay('50'),
      ]);
      const { amountRepaid, status } = await loanOf();
      expect(status).toBe('written_off');
      expect(Number(amountRepaid)).toBeCloseTo(60 + 20.7 + 20.7, 6);
      expect(await t.balance(`advance:${worker}`)).toBe('0');
      expect(await t.broken(/losses|loans/)).toEqual([]);
    }
  });

  it('goes no other way: the database refuses it', async () => {
    const { id } = await writtenOff();
    for (const status of ['repaying', 'defaulted', 'disbursed']) {
      const step = t.scope.query('update :schema.loans set status = $2 where id = $1', [id, status]);
      expect(await failureOf(step)).toMatchObject({ code: 'conflict', reason: 'loan_status' });
    }
    const early = t.scope.query(
      `update :schema.loans set status = 'repaid', repaid_at = clock_timestamp() where id = $1`,
      [id],
    );
    expect(await failureOf(early)).toMatchObject({ code: 'invalid_input' });
    const whole = t.scope.query('update :schema.loans set amount_repaid = total_due where id = $1', [id]);
    expect(await failureOf(whole)).toMatchObject({ code: 'invalid_input' });
  });

  it('that the books do not know is found (negative control)', async () => {
    const { id } = await writtenOff();
    const found = await t.scope.executor
      .transaction(async (tx) => {
        const scope = t.scope.on(tx);
        await scope.query('update :schema.loans set amount_repaid = 7 where id = $1', [id]);
        const rows = await scope.query<{ short: string }>(
          'select trim_scale(balance - lost)::text as short from :schema.invariant_losses_equal_loans',
        );
        throw Object.assign(new Error('undo'), { rows });
      })
      .catch((error: Error & { rows?: unknown }) => error.rows);
    expect(found).toEqual([{ short: '7' }]);
  });
});

describe('a stream of a worker with an advance', () => {
  const streamOf = async (amount: string) => {
    const taskId = await streamingTask(t.scope, { platformId: platform, workerId: worker, amount });
    return t.service.createStream({
      taskId,
      totalAmount: amount,
      durationS: 3_600,
      releaseIntervalS: 60,
    });
  };
  const withheld = async (): Promise<string[]> =>
    (
      await t.scope.query<{ amount: string }>(
        `select trim_scale(amount)::text as amount from :schema.transactions
         where worker_id = $1 and tx_type = 'repayment' order by created_at, id`,
        [worker],
      )
    ).map(({ amount }) => amount);

  it('repays a fifth of each release, however small it is, and counts as one task', async () => {
    await t.service.requestAdvance(worker, { amount: '100' });
    const stream = await streamOf('36');
    const before = Number(await t.balance(`worker:${worker}`));
    for (let n = 0; n < 3; n += 1) {
      await elapse(t.scope, stream.id, 600);
      await t.service.withdrawFromStream(stream.id);
    }
    const net = (
      await t.scope.query<{ sum: string }>(
        `select sum(amount - fee)::text as sum from :schema.transactions where stream_id = $1`,
        [stream.id],
      )
    )[0]!.sum;
    const taken = (await withheld()).reduce((sum, one) => sum + Number(one), 0);
    expect(await withheld()).toHaveLength(3);
    expect(taken).toBeLessThanOrEqual(Number(net) / 5);
    expect(taken).toBeGreaterThan(Number(net) / 5 - 0.00001);
    expect(Number(await t.balance(`worker:${worker}`))).toBeCloseTo(before + Number(net) - taken, 5);
    expect(await t.service.getActiveLoan(worker)).toMatchObject({ repaymentTasksCompleted: 1 });
  });

  it('repays one instalment in all, and the payout of the rest of its task the remainder of it', async () => {
    await t.service.requestAdvance(worker, { amount: '100' });
    const large = await streamOf('360');
    for (let n = 0; n < 4; n += 1) {
      await elapse(t.scope, large.id, 600);
      await t.service.withdrawFromStream(large.id);
    }
    const [first, second] = await withheld();
    expect(Number(first)).toBeCloseTo(11.8, 0);
    expect(await withheld()).toHaveLength(2);
    expect(Number(first) + Number(second)).toBeCloseTo(20.7, 6);
    expect(await loanOf()).toMatchObject({ amountRepaid: '20.7', installmentsPaid: 1 });
    await t.service.cancelStream(large.id);
    const { taskId } = large;
    await t.service.completeTaskWithReputation(taskId);
    expect(await t.service.processPayment({ taskId })).toMatchObject({ withheld: '0' });
    expect(await pay('30')).toBe('20.7');
    expect(await loanOf()).toMatchObject({ amountRepaid: '41.4', installmentsPaid: 2 });
  });
});

describe('a schema in which a loan was recovered', () => {
  it('goes back to before there was recovery, and forward again', async () => {
    const { id } = await writtenOff('3.5');
    await t.service.repayAdvance(worker, '90');
    await pay('10');
    const migrator = migratorOf(t.opened.gigs);
    // As many as there have been since, whatever they are.
    const since = gigs.sql.files.filter(({ path }) => path.endsWith('.up.sql') && path >= 'migrations/0011');
    const down = await migrator.down(since.length, { force: true });
    expect(down.map(({ name }) => name).at(-1)).toBe('0011_add_recovery_and_retention');
    const [kept] = await t.scope.query('select status, written_off_at from :schema.loans where id = $1', [
      id,
    ]);
    expect(kept).toEqual({ status: 'repaid', written_off_at: null });
    await migrator.up();
    expect((await verify(t.opened.gigs)).findings).toEqual([]);
  });
});
