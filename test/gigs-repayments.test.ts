import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/index.ts';
import { DEFAULT_PENALTY, type GigsService, gigs, type Loan } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { addTask, eligibleWorker, payOut } from './support/gigs-risk.ts';
import { failureOf } from './support/kernel.ts';

const SEED = Number(process.env.GUILDHALL_SEED ?? Date.now() % 1_000_000);
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

const key = (): string => {
  count += 1;
  return `pay ${count}`;
};
const pay = (amount: string, taskId?: string) => payOut(t, platform, worker, amount, key(), taskId);
const loanOf = async (): Promise<Loan> => (await t.service.listLoans(worker, { limit: 1 })).data[0]!;
const makeOverdue = (id: string) =>
  t.scope.query(
    `update :schema.loans set repayment_due = statement_timestamp() - interval '1 millisecond' where id = $1`,
    [id],
  );
const makeDefaulted = async (): Promise<Loan> => {
  const { id } = await t.service.requestAdvance(worker, { amount: '100' });
  await makeOverdue(id);
  await t.service.defaultOverdueLoans();
  return loanOf();
};
const eventsOf = async (id: string): Promise<string[]> =>
  (
    await t.scope.query<{ type: string }>('select type from :schema.outbox where subject = $1 order by id', [
      id,
    ])
  ).map(({ type }) => type);

describe('what is withheld', () => {
  it('is nothing without an advance', async () => {
    expect(await pay('10')).toBe('0');
    expect(await t.balance(`worker:${worker}`)).toBe('10');
  });

  it('is a fifth from each of five payouts, and then nothing more', async () => {
    const { id } = await t.service.requestAdvance(worker, { amount: '100' });
    const task = await addTask(t, platform, worker);
    expect(await pay('30', task)).toBe('20.7');
    expect(await t.service.getActiveLoan(worker)).toMatchObject({
      id,
      status: 'repaying',
      remaining: '82.8',
      progress: 20,
      repaymentTasksCompleted: 1,
    });
    for (let n = 0; n < 4; n += 1) expect(await pay('30')).toBe('20.7');
    expect(await loanOf()).toMatchObject({
      status: 'repaid',
      amountRepaid: '103.5',
      installmentsPaid: 5,
      repaidAt: expect.any(Date),
    });
    expect(await pay('30')).toBe('0');
    expect(await t.service.getActiveLoan(worker)).toBeNull();
    expect(await t.balance(`worker:${worker}`)).toBe('176.5'); // 100 + 6 × 30 - 103.5
    expect(await t.balance(`advance:${worker}`)).toBe('0');
    expect((await eventsOf(id)).filter((type) => type === 'loan.repaid')).toHaveLength(1);
    const rows = await t.scope.query<{ amount: string; task_id: string | null }>(
      `select amount, task_id from :schema.transactions where loan_id = $1 and tx_type = 'repayment'
       order by created_at, id`,
      [id],
    );
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({ amount: '20.7', task_id: task });
    expect(await t.service.requestAdvance(worker, { amount: '1' })).toMatchObject({ status: 'disbursed' });
  });

  it('is never more than what was paid', async () => {
    await t.service.requestAdvance(worker, { amount: '100' });
    expect(await pay('5.000001')).toBe('5.000001');
    expect(await t.balance(`worker:${worker}`)).toBe('100');
    expect(await loanOf()).toMatchObject({ amountRepaid: '5.000001', installmentsPaid: 1 });
  });

  it('is rounded up, so that five are the whole to the last unit', async () => {
    // 1.000001 × 1.035 = 1.035001 due; a fifth is 0.2070002
    await t.service.requestAdvance(worker, { amount: '1.000001' });
    for (let n = 0; n < 4; n += 1) expect(await pay('2')).toBe('0.207001');
    expect(await pay('2')).toBe('0.206997');
    expect(await loanOf()).toMatchObject({ status: 'repaid', amountRepaid: '1.035001', installmentsPaid: 5 });
  });

  it('is taken once for its key', async () => {
    await t.service.requestAdvance(worker, { amount: '100' });
    await payOut(t, platform, worker, '30', 'same key');
    expect(await payOut(t, platform, worker, '30', 'same key')).toBe('20.7');
    expect(await loanOf()).toMatchObject({ amountRepaid: '20.7', installmentsPaid: 1 });
  });

  it(`adds up for any payouts (seed ${SEED})`, async () => {
    const micros = fc.integer({ min: 1, max: 60_000_000 }).map((one) => (one / 1e6).toFixed(6));
    const runs = fc.sample(
      fc.record({
        amount: fc.integer({ min: 1_000_000, max: 100_000_000 }).map((one) => (one / 1e6).toFixed(6)),
        steps: fc.array(fc.record({ kind: fc.constantFrom('pay', 'pay', 'pay', 'hand'), amount: micros }), {
          minLength: 5,
          maxLength: 12,
        }),
      }),
      { seed: SEED, numRuns: 6 },
    );
    for (const { amount, steps } of runs) {
      worker = await eligibleWorker(t, platform);
      const loan = await t.service.requestAdvance(worker, { amount });
      for (const step of steps) {
        if (step.kind === 'pay') await pay(step.amount);
        else await t.service.repayAdvance(worker, step.amount).catch(() => undefined);
      }
      const [row] = await t.scope.query<{ fits: boolean; repaid: string; status: string }>(
        `select l.amount_repaid as repaid, l.status,
           l.amount_repaid = coalesce((select sum(amount) from :schema.transactions
             where loan_id = l.id and tx_type = 'repayment'), 0)
           and (l.status = 'repaid') = (l.amount_repaid = l.total_due) as fits
         from :schema.loans l where l.id = $1`,
        [loan.id],
      );
      expect(row).toMatchObject({ fits: true });
      const [sum] = await t.scope.query<{ left: string }>(
        'select ($1::numeric - $2::numeric)::text as left',
        [loan.totalDue, row!.repaid],
      );
      expect(Number(await t.balance(`advance:${worker}`))).toBe(Number(sum!.left));
      if (steps.filter(({ kind, amount: paid }) => kind === 'pay' && Number(paid) >= 21).length >= 5) {
        expect(row!.status).toBe('repaid');
      }
    }
    expect(await t.broken()).toEqual([]);
  });
});

describe('repaying by hand', () => {
  it('takes any part, and the last one ends it', async () => {
    const { id } = await t.service.requestAdvance(worker, { amount: '100' });
    expect(await t.service.repayAdvance(worker, '40.5')).toMatchObject({
      id,
      status: 'repaying',
      amountRepaid: '40.5',
      installmentsPaid: 0,
    });
    expect(await failureOf(t.service.repayAdvance(worker, '63.000001'))).toMatchObject({
      code: 'conflict',
      reason: 'amount_exceeds_due',
      details: { due: '63' },
    });
    expect(await failureOf(t.service.repayAdvance(worker, '63'))).toMatchObject({
      code: 'limit_exceeded',
      reason: 'insufficient_funds',
      details: { available: '59.5' },
    });
    expect(await pay('30')).toBe('20.7');
    expect(await t.service.repayAdvance(worker, '42.3')).toMatchObject({ status: 'repaid' });
    expect(await failureOf(t.service.repayAdvance(worker, '1'))).toMatchObject({
      code: 'not_found',
      reason: 'no_open_loan',
    });
    for (const amount of ['0', '-1', '0.0000001', 'x']) {
      expect(await failureOf(t.service.repayAdvance(worker, amount))).toMatchObject({
        code: 'invalid_input',
        field: 'amount',
      });
    }
  });

  it('is done once for its key', async () => {
    await t.service.requestAdvance(worker, { amount: '100' });
    const first = await t.service.repayAdvance(worker, '10', { idempotencyKey: `by hand ${worker}` });
    expect(await t.service.repayAdvance(worker, '10', { idempotencyKey: `by hand ${worker}` })).toEqual(
      first,
    );
    expect(await loanOf()).toMatchObject({ amountRepaid: '10' });
  });

  it('at the same time as payouts loses and doubles nothing', async () => {
    await t.service.requestAdvance(worker, { amount: '100' });
    const callers: GigsService[] = await Promise.all(
      Array.from({ length: 4 }, async () => createInstance(gigs, await t.opened.connect()).service),
    );
    const outcomes = await Promise.allSettled([
      ...callers.flatMap((service) => [
        service.repayAdvance(worker, '7'),
        service.repayAdvance(worker, '11'),
      ]),
      ...Array.from({ length: 6 }, () => pay('25')),
    ]);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toSatisfy(
      (refused: PromiseRejectedResult[]) =>
        refused.every(({ reason }) => ['amount_exceeds_due', 'no_open_loan'].includes(reason.reason)),
    );
    const { amountRepaid, totalDue, status } = await loanOf();
    expect([amountRepaid, status]).toEqual([totalDue, 'repaid']);
    expect(await t.balance(`worker:${worker}`)).toBe('146.5'); // 100 + 6 × 25 - 103.5
    expect(await t.balance(`advance:${worker}`)).toBe('0');
  });
});

describe('a loan that is not repaid', () => {
  it('is defaulted after its due date and not before, with a penalty, once', async () => {
    const { id } = await t.service.requestAdvance(worker, { amount: '100' });
    await pay('30');
    await t.scope.query(
      `update :schema.loans set repayment_due = statement_timestamp() + interval '1 hour' where id = $1`,
      [id],
    );
    expect(await t.service.defaultOverdueLoans()).toBe(false);
    expect(await loanOf()).toMatchObject({ status: 'repaying', defaultedAt: null });
    const early = t.scope.query(
      `update :schema.loans set status = 'defaulted', defaulted_at = clock_timestamp() where id = $1`,
      [id],
    );
    expect(await failureOf(early)).toMatchObject({ code: 'invalid_input' });
    await makeOverdue(id);
    const others = await Promise.all([t.opened.connect(), t.opened.connect()]);
    await Promise.all(others.map((other) => createInstance(gigs, other).service.defaultOverdueLoans()));
    await t.service.defaultOverdueLoans();
    expect(await loanOf()).toMatchObject({ status: 'defaulted', defaultedAt: expect.any(Date) });
    expect((await t.service.getWorker(worker))?.reputationScore).toBe(800 + DEFAULT_PENALTY);
    expect((await eventsOf(id)).filter((type) => type === 'loan.defaulted')).toHaveLength(1);
    expect(await t.service.calculateRiskScore(worker)).toMatchObject({
      inputs: { loansDue: 1, loansOnTime: 0, openLoanId: id },
    });
    const again = t.service.requestAdvance(worker, { amount: '1' });
    expect(await failureOf(again)).toMatchObject({ reason: 'active_loan_exists' });
  });

  it('stays defaulted while it is repaid late, until the last unit', async () => {
    await makeDefaulted();
    expect(await pay('30')).toBe('20.7');
    expect(await loanOf()).toMatchObject({ status: 'defaulted', amountRepaid: '20.7' });
    expect(await t.service.repayAdvance(worker, '82.8')).toMatchObject({ status: 'repaid' });
    expect(await t.service.calculateRiskScore(worker)).toMatchObject({
      inputs: { loansDue: 1, loansOnTime: 0, openLoanId: null },
    });
  });

  it('can be written off when it is defaulted, which the books show as a loss', async () => {
    const { id } = await t.service.requestAdvance(worker, { amount: '100' });
    const input = { reason: 'cannot be found' };
    expect(await failureOf(t.service.writeOffLoan(id, input))).toMatchObject({
      code: 'conflict',
      reason: 'loan_not_defaulted',
      details: { status: 'disbursed' },
    });
    await makeOverdue(id);
    await t.service.defaultOverdueLoans();
    await pay('30');
    const before = Number(await t.balance('losses'));
    const once = { idempotencyKey: 'write off' };
    const written = await t.service.writeOffLoan(id, input, once);
    expect(written).toMatchObject({
      status: 'written_off',
      amountRepaid: '20.7',
      writtenOffAt: expect.any(Date),
    });
    expect(await t.service.writeOffLoan(id, input, once)).toEqual(written);
    expect(Number(await t.balance('losses')) - before).toBeCloseTo(82.8, 6);
    expect(await t.balance(`advance:${worker}`)).toBe('0');
    const { reasons } = await t.service.checkAdvanceEligibility(worker);
    expect(reasons.map(({ reason }) => reason)).toContain('written_off_loan');
    expect(await failureOf(t.service.writeOffLoan('lon_none', input))).toMatchObject({
      code: 'not_found',
      reason: 'loan_not_found',
    });
  });

  it('is written off or repaid, when both happen at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      worker = await eligibleWorker(t, platform);
      const { id } = await makeDefaulted();
      await pay('30');
      const other = createInstance(gigs, await t.opened.connect()).service;
      await Promise.allSettled([
        other.writeOffLoan(id, { reason: 'lost' }),
        t.service.repayAdvance(worker, '82.8'),
        pay('30'),
      ]);
      expect(['repaid', 'written_off']).toContain((await loanOf()).status);
      expect(await t.balance(`advance:${worker}`)).toBe('0');
    }
  });
});

describe('the books of loans', () => {
  it('are compared with the loans: a loan nobody booked is found (negative control)', async () => {
    const rows = await t.scope.executor
      .transaction(async (tx) => {
        const scope = t.scope.on(tx);
        await scope.query(
          `insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, status, risk_score,
             predicted_earnings, disbursed_at, repayment_due)
           values ($1, 10, 1, 0, 11, 'disbursed', 700, 100, now(), now() + interval '30 days')`,
          [worker],
        );
        const found = await scope.query('select * from :schema.invariant_loans_equal_books');
        throw Object.assign(new Error('undo'), { found });
      })
      .catch((error: Error & { found?: unknown }) => error.found);
    expect(rows).toEqual([{ worker_id: worker, due: '11', balance: '0' }]);
  });
});
