import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstance, SYSTEM_ACTOR } from '../src/kernel/index.ts';
import { type AdvanceReason, advanceEligibility, gigs, type RiskInputs } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { eligibleWorker, setWorker } from './support/gigs-risk.ts';
import { failureOf } from './support/kernel.ts';

let t: GigsFixture;
let platform: string;
let worker: string;

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

const inputs: RiskInputs = {
  workerId: 'wrk_1',
  status: 'active',
  reputationScore: 700,
  accountAgeDays: 7,
  completedTasks: 40,
  lateTasks: 0,
  disputes: 0,
  endedTasks: 50,
  recentTasks: 40,
  recentCompletedTasks: 40,
  completionRate: 1,
  onTimeRate: 1,
  averageRating: 5,
  loans: 0,
  loansDue: 0,
  loansOnTime: 0,
  openLoanId: null,
  writtenOffLoans: 0,
  weeklyDeviation: 0,
  recentEarnings: '1000',
};
const prediction = {
  days: 7,
  predicted: '50',
  predictedWeek: '50',
  low: '42.5',
  high: '57.5',
  confidence: 'high',
  safeAdvance: '40',
  trend: 0,
  variation: 0,
  historyDays: 30,
  meanErrorPercent: 15,
} as const;

describe('eligibility', () => {
  it('holds at each limit, and ends one past it', () => {
    expect(advanceEligibility(inputs, prediction)).toMatchObject({
      eligible: true,
      reasons: [],
      maxAmount: '40',
    });
    const changes: [Partial<RiskInputs>, AdvanceReason['reason']][] = [
      [{ status: 'suspended' }, 'not_active'],
      [{ openLoanId: 'lon_1' }, 'open_loan'],
      [{ writtenOffLoans: 1 }, 'written_off_loan'],
      [{ accountAgeDays: 6 }, 'new_account'],
      [{ completedTasks: 4, endedTasks: 4, reputationScore: 1000 }, 'few_tasks'],
      [{ endedTasks: 51 }, 'low_completion'],
    ];
    for (const [change, reason] of changes) {
      const { eligible, reasons } = advanceEligibility({ ...inputs, ...change }, prediction);
      expect([eligible, reasons.map((one) => one.reason)]).toEqual([false, [reason]]);
    }
    const five = { ...inputs, completedTasks: 5, endedTasks: 6, reputationScore: 1000 };
    expect(advanceEligibility(five, prediction).eligible).toBe(true);
    const poor = advanceEligibility(inputs, { ...prediction, predictedWeek: '49.999999' });
    expect(poor.reasons).toEqual([
      {
        reason: 'low_prediction',
        message: 'Too little is predicted to be earned in the coming week.',
        actual: '49.999999',
        required: '50',
      },
    ]);
    // All else equal, reputation decides.
    const scores = [...Array(1000).keys()].map((reputationScore) => ({ ...inputs, reputationScore }));
    const last = scores.filter((one) => !advanceEligibility(one, prediction).eligible).at(-1);
    expect(advanceEligibility(last ?? inputs, prediction)).toMatchObject({
      risk: { score: 599 },
      reasons: [{ reason: 'low_score', actual: '599', required: '600' }],
    });
  });

  it('limits by risk where that is less', () => {
    const poor = advanceEligibility({ ...inputs, recentEarnings: '40' }, prediction);
    expect(Number(poor.maxAmount)).toBeLessThan(40);
    expect(poor.maxAmount).toBe(poor.risk.maxAdvance);
  });

  it('is read in one go, and lists all that is missing', async () => {
    expect(await t.service.checkAdvanceEligibility(worker)).toMatchObject({
      eligible: true,
      minAmount: '1',
      maxAmount: '112', // 80 % of 140
      feeBps: 350,
      termDays: 30,
      installments: 5,
      prediction: { predictedWeek: '140', confidence: 'high' },
    });
    const newcomer = await t.worker();
    const { reasons } = await t.service.checkAdvanceEligibility(newcomer.id);
    expect(reasons.map(({ reason }) => reason)).toEqual([
      ...['low_score', 'low_prediction', 'new_account', 'low_completion', 'few_tasks'],
    ]);
  });
});

describe('an advance', () => {
  it('of 100 at 350 basis points costs 3.50, is due with 103.50, in five parts of 20.70', async () => {
    const loan = await t.service.requestAdvance(worker, { amount: '100' });
    expect(loan).toMatchObject({
      id: expect.stringMatching(/^lon_/),
      workerId: worker,
      amount: '100',
      fee: '3.5',
      feeBps: 350,
      totalDue: '103.5',
      amountRepaid: '0',
      status: 'disbursed',
      installments: 5,
      predictedEarnings: '140',
      disbursedAt: expect.any(Date),
    });
    expect(loan.repaymentDue.getTime() - loan.disbursedAt!.getTime()).toBe(30 * 86_400_000);
    expect(await t.service.getActiveLoan(worker)).toEqual({
      ...loan,
      remaining: '103.5',
      installmentAmount: '20.7',
      progress: 0,
      repaymentTasksCompleted: 0,
      repaymentTasksTarget: 5,
    });
    expect(await t.balance(`worker:${worker}`)).toBe('100');
    expect(await t.balance(`advance:${worker}`)).toBe('103.5');
    const rows = await t.scope.query<{ action: string }>(
      'select action from :schema.audit_logs where resource_id = $1 order by created_at, id',
      [loan.id],
    );
    expect(rows.map(({ action }) => action).sort()).toEqual([
      'approve_loan',
      'disburse_loan',
      'request_advance',
    ]);
    const transactions = await t.scope.query<{ tx_type: string; amount: string; status: string }>(
      'select tx_type, amount, status from :schema.transactions where loan_id = $1',
      [loan.id],
    );
    expect(transactions).toEqual([{ tx_type: 'advance', amount: '100', status: 'completed' }]);
  });

  it('is from 1 to 500 and to the limit, and not one past', async () => {
    for (const amount of ['0.999999', '500.000001', '0', '-5', '1.0000001', '1e2']) {
      expect(await failureOf(t.service.requestAdvance(worker, { amount }))).toMatchObject({
        code: 'invalid_input',
        reason: 'invalid_amount',
        details: { min: '1', max: '500' },
      });
    }
    for (const amount of ['112.000001', '500']) {
      expect(await failureOf(t.service.requestAdvance(worker, { amount }))).toMatchObject({
        code: 'limit_exceeded',
        reason: 'amount_exceeds_limit',
        details: { limit: '112' },
      });
    }
    expect(await t.service.listLoans(worker)).toMatchObject({ data: [] });
    expect(await t.service.requestAdvance(worker, { amount: '112' })).toMatchObject({ fee: '3.92' });
    const other = await eligibleWorker(t, platform);
    expect(await t.service.requestAdvance(other, { amount: '1.000000' })).toMatchObject({
      amount: '1',
      fee: '0.035',
    });
  });

  it('has a fee rounded half up to six decimals', async () => {
    // 33.3333 × 350 / 10000 = 1.1666655
    expect(await t.service.requestAdvance(worker, { amount: '33.3333' })).toMatchObject({
      fee: '1.166666',
      totalDue: '34.499966',
    });
  });

  it('of an unknown, an ineligible and an indebted worker is refused', async () => {
    expect(await failureOf(t.service.requestAdvance('wrk_none', { amount: '10' }))).toMatchObject({
      code: 'not_found',
      reason: 'worker_not_found',
    });
    const ineligible = await t.worker();
    expect(await failureOf(t.service.requestAdvance(ineligible.id, { amount: '10' }))).toMatchObject({
      code: 'conflict',
      reason: 'not_eligible',
      details: { reasons: expect.arrayContaining(['low_score', 'few_tasks']) },
    });
    await t.service.requestAdvance(worker, { amount: '10' });
    expect(await failureOf(t.service.requestAdvance(worker, { amount: '10' }))).toMatchObject({
      code: 'conflict',
      reason: 'active_loan_exists',
    });
    expect(await t.balance(`worker:${worker}`)).toBe('10');
  });

  it('asked for again with its key gives the first answer, eligible still or not', async () => {
    const once = { idempotencyKey: 'advance 1' };
    const service = t.service.by({ kind: 'worker', id: worker });
    const first = await service.requestAdvance(worker, { amount: '50' }, once);
    await setWorker(t, worker, { score: 0, ageDays: 0 });
    expect(await service.requestAdvance(worker, { amount: '50.0' }, once)).toEqual(first);
    expect(await failureOf(service.requestAdvance(worker, { amount: '51' }, once))).toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect(await t.balance(`worker:${worker}`)).toBe('50');
  });

  it('takes part in a transaction of the caller', async () => {
    const rolledBack = t.service.transaction(async (service) => {
      await service.requestAdvance(worker, { amount: '20' });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await t.balance(`worker:${worker}`)).toBe('0');
    expect(await t.service.getActiveLoan(worker)).toBeNull();
  });

  it('is given to one of many requests at once', async () => {
    const callers = await Promise.all(
      Array.from({ length: 8 }, async () => createInstance(gigs, await t.opened.connect()).service),
    );
    const outcomes = await Promise.allSettled(
      callers.map((service) => service.by(SYSTEM_ACTOR).requestAdvance(worker, { amount: '30' })),
    );
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.reason] : []));
    expect(refused).toEqual(Array(7).fill('active_loan_exists'));
    expect(await t.balance(`worker:${worker}`)).toBe('30');
    expect((await t.service.listLoans(worker)).data).toHaveLength(1);
  });

  it('checked and then inserted without the index is given twice (negative control)', async () => {
    await t.scope.query(
      'create table :schema.loans_unguarded (worker_id text not null, status text not null, amount numeric not null)',
    );
    const [one, other] = await Promise.all([t.opened.connect(), t.opened.connect()]);
    const table = `${t.scope.schema}.loans_unguarded`;
    const check = `select count(*) as n from ${table} where worker_id = $1 and status = 'active'`;
    let arrived = 0;
    let open: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    await Promise.all(
      [one, other].map((database) =>
        database.transaction(async (tx) => {
          const [row] = await tx.query<{ n: bigint }>(check, [worker]).then((result) => result.rows);
          arrived += 1;
          if (arrived === 2) open();
          await both;
          if (row?.n === 0n) await tx.query(`insert into ${table} values ($1, 'disbursed', 30)`, [worker]);
        }),
      ),
    );
    const [row] = await t.scope.query<{ n: bigint }>('select count(*) as n from :schema.loans_unguarded');
    expect(row?.n).toBe(2n);
    await t.scope.query('drop table :schema.loans_unguarded');
  });
});

describe('a list of loans', () => {
  it('is of one worker, newest first, by page and status', async () => {
    for (let n = 0; n < 3; n += 1) {
      await t.scope.query(
        `insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, amount_repaid, status, risk_score,
           predicted_earnings, disbursed_at, repayment_due, repaid_at)
         values ($1, 10, 0, 0, 10, 10, 'repaid', 700, 100, now(), now() + interval '30 days', now())`,
        [worker],
      );
    }
    const open = await t.service.requestAdvance(worker, { amount: '10' });
    const first = await t.service.listLoans(worker, { limit: 3, withTotal: true });
    expect(first).toMatchObject({ hasMore: true, total: 4 });
    expect(first.data[0]).toEqual(open);
    const rest = await t.service.listLoans(worker, { limit: 3, cursor: first.nextCursor! });
    expect(rest).toMatchObject({ hasMore: false, nextCursor: null });
    expect(new Set([...first.data, ...rest.data].map(({ id }) => id)).size).toBe(4);
    expect((await t.service.listLoans(worker, { status: 'repaid' })).data).toHaveLength(3);
    expect(await t.service.calculateRiskScore(worker)).toMatchObject({
      inputs: { loans: 4, loansDue: 3, loansOnTime: 3, openLoanId: open.id },
    });
    const bad = t.service.listLoans(worker, { status: 'lost' as 'repaid' });
    expect(await failureOf(bad)).toMatchObject({ code: 'invalid_input', field: 'status' });
  });
});
