import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EarningsHistory,
  maxAdvance,
  predictEarnings,
  type RiskFacts,
  riskFeeBps,
  riskGrade,
  riskScore,
} from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { addPayout, addRating, addTask, setWorker } from './support/gigs-risk.ts';
import { failureOf } from './support/kernel.ts';

const SEED = Number(process.env.GUILDHALL_SEED ?? Date.now() % 1_000_000);
let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const newcomer: RiskFacts = {
  reputationScore: 500,
  accountAgeDays: 0,
  completedTasks: 0,
  completionRate: 0,
  onTimeRate: 1,
  averageRating: 0,
  disputes: 0,
  loans: 0,
  loansDue: 0,
  loansOnTime: 0,
  weeklyDeviation: 0,
  recentEarnings: '0',
  openLoanId: null,
};
const veteran: RiskFacts = {
  ...newcomer,
  reputationScore: 850,
  accountAgeDays: 97,
  completedTasks: 50,
  completionRate: 0.95,
  averageRating: 4.8,
};

const part = (facts: RiskFacts, name: string) =>
  riskScore(facts).breakdown.find((one) => one.part === name)?.points;

describe('the risk score', () => {
  it('of a newcomer is 330, of a veteran 949', () => {
    expect(riskScore(newcomer)).toMatchObject({
      score: 330,
      grade: 'Poor',
      confidence: 0.5,
      maxAdvance: '0',
      feeBps: 500,
    });
    expect(riskScore(veteran)).toMatchObject({
      score: 949,
      grade: 'Excellent',
      confidence: 0.9,
    });
  });

  it('says nothing of eligibility: one word means the one of an advance', () => {
    expect(riskScore(veteran)).not.toHaveProperty('eligible');
  });

  it('says where its points come from, and they add up', () => {
    const { breakdown, score } = riskScore(veteran);
    expect(breakdown.map(({ part: name, points }) => [name, points])).toEqual([
      ['reputation', 255],
      ['maturity', 150],
      ['taskHistory', 250],
      ['performance', 194.4],
      ['disputes', 100],
      ['loanHistory', 0],
      ['consistency', 0],
    ]);
    expect(Math.round(breakdown.reduce((sum, { points }) => sum + points, 0))).toBe(score);
    expect(breakdown.every(({ points, most, why }) => points <= most && why !== '')).toBe(true);
  });

  it('stays within 0 and 1000', () => {
    const best = { ...veteran, reputationScore: 1000, completionRate: 1, averageRating: 5, loans: 1 };
    expect(riskScore({ ...best, loansDue: 1, loansOnTime: 1, recentEarnings: '500' }).score).toBe(1000);
    const worst = { ...newcomer, reputationScore: 0, onTimeRate: 0, disputes: 9, loans: 1, loansDue: 1 };
    expect(riskScore({ ...worst, weeklyDeviation: 151 }).score).toBe(0);
  });

  it('counts loans that are due, not those that run', () => {
    expect(part({ ...veteran, loans: 1, openLoanId: 'lon_1' }, 'loanHistory')).toBe(0);
    expect(part({ ...veteran, loans: 2, loansDue: 1, loansOnTime: 1 }, 'loanHistory')).toBe(50);
    expect(part({ ...veteran, loans: 5, loansDue: 5, loansOnTime: 4 }, 'loanHistory')).toBe(0);
    expect(part({ ...veteran, loans: 5, loansDue: 5, loansOnTime: 3 }, 'loanHistory')).toBe(-50);
  });

  it('rewards steady weeks, at the limits and one past each', () => {
    const steady = { ...veteran, weeklyDeviation: 49.99, recentEarnings: '100.000001' };
    expect(part(steady, 'consistency')).toBe(30);
    expect(part({ ...steady, weeklyDeviation: 50 }, 'consistency')).toBe(0);
    expect(part({ ...steady, recentEarnings: '100' }, 'consistency')).toBe(0);
    expect(part({ ...steady, weeklyDeviation: 150 }, 'consistency')).toBe(0);
    expect(part({ ...steady, weeklyDeviation: 150.01 }, 'consistency')).toBe(-30);
  });

  it('has grades and fees with limits', () => {
    expect([800, 799, 700, 699, 600, 599, 500, 499].map(riskGrade)).toEqual([
      ...['Excellent', 'Very Good', 'Very Good', 'Good', 'Good', 'Fair', 'Fair', 'Poor'],
    ]);
    expect([800, 799, 600, 599].map(riskFeeBps)).toEqual([200, 350, 350, 500]);
    expect(maxAdvance(600, '100.000001')).toBe('68'); // 68.00000068, rounded down
    expect(maxAdvance(1000, '625')).toBe('500');
    expect(maxAdvance(1000, '624.999999')).toBe('499.999999');
  });

  it(`is the same in SQL and TypeScript (seed ${SEED})`, async () => {
    // Rates as they come about: of counts.
    const count = fc.integer({ min: 1, max: 5000 });
    const rate = fc.tuple(fc.nat(5000), count).map(([some, others]) => some / (some + others));
    const facts = fc.record({
      reputationScore: fc.nat(1000),
      accountAgeDays: fc.nat(200),
      completedTasks: fc.nat(100),
      completionRate: rate,
      onTimeRate: rate,
      averageRating: rate.map((part) => part * 5),
      disputes: fc.nat(8),
      loans: fc.nat(6),
      loansDue: fc.nat(6),
      loansOnTime: fc.nat(6),
      weeklyDeviation: rate.map((part) => part * 300),
      recentEarnings: fc.nat(1_500_000_000).map((micros) => (micros / 1e6).toFixed(6)),
      openLoanId: fc.constant(null),
    });
    const samples = fc.sample(facts, { seed: SEED, numRuns: 2000 });
    const rows = await t.scope.query<{ score: number; most: string; fee: number }>(
      `select s.score, :schema.risk_max_advance(s.score, s.earnings) as most, :schema.risk_fee_bps(s.score) as fee
       from (
         select f.n, (f.x ->> 'recentEarnings')::numeric as earnings, (:schema.risk_parts(
           (f.x ->> 'reputationScore')::integer, (f.x ->> 'accountAgeDays')::integer, (f.x ->> 'completedTasks')::bigint,
           (f.x ->> 'completionRate')::float8, (f.x ->> 'onTimeRate')::float8, (f.x ->> 'averageRating')::float8,
           (f.x ->> 'disputes')::bigint, (f.x ->> 'loansDue')::bigint, (f.x ->> 'loansOnTime')::bigint,
           (f.x ->> 'weeklyDeviation')::float8, (f.x ->> 'recentEarnings')::numeric)).score as score
         from jsonb_array_elements($1) with ordinality as f(x, n)
       ) as s order by s.n`,
      [JSON.stringify(samples)],
    );
    const both = samples.map((sample, index) => {
      const { score, maxAdvance: most, feeBps: fee } = riskScore(sample);
      return { sample, typescript: { score, most, fee }, sql: rows[index] };
    });
    expect(both.filter(({ typescript, sql }) => JSON.stringify(typescript) !== JSON.stringify(sql))).toEqual(
      [],
    );
  });

  it('is read from the tables in one go', async () => {
    const [platform, worker] = [await t.platform('0'), await t.worker()];
    expect(await t.service.calculateRiskScore(worker.id)).toMatchObject({ score: 330 });
    await setWorker(t, worker.id, { score: 700, ageDays: 45 });
    await addTask(t, platform.id, worker.id, { late: true });
    for (const status of ['active', 'pending', 'cancelled', 'disputed'] as const) {
      await addTask(t, platform.id, worker.id, { status, disputed: status === 'disputed' });
    }
    await addTask(t, platform.id, worker.id, { daysAgo: 40 });
    for (const stars of [4, 5]) await addRating(t, worker.id, stars);
    await addPayout(t, worker.id, '60', { daysAgo: 2, fee: '1.2' });
    await addPayout(t, worker.id, '40', { daysAgo: 31 });
    expect(await t.service.collectRiskInputs(worker.id)).toMatchObject({
      reputationScore: 700,
      accountAgeDays: 45,
      completedTasks: 2,
      lateTasks: 1,
      disputes: 1,
      endedTasks: 4,
      recentTasks: 5,
      recentCompletedTasks: 1,
      completionRate: 0.2,
      onTimeRate: 0.5,
      averageRating: 4.5,
      weeklyDeviation: 0,
      recentEarnings: '58.8',
      openLoanId: null,
    });
  });

  it('groups weeks from Sunday, in UTC', async () => {
    const worker = await t.worker();
    // The Saturday and the Sunday before last: two weeks. The Sunday and the Monday after it: one.
    const [row] = await t.scope.query<{ sunday: number }>(
      `select extract(epoch from statement_timestamp() - (date_trunc('week', now() at time zone 'UTC')
         - interval '8 days' + interval '12 hours') at time zone 'UTC')::float8 / 86400 as sunday`,
    );
    const sunday = row!.sunday;
    await addPayout(t, worker.id, '100', { daysAgo: sunday });
    await addPayout(t, worker.id, '20', { daysAgo: sunday - 1 });
    expect(await t.service.collectRiskInputs(worker.id)).toMatchObject({ weeklyDeviation: 0 });
    await addPayout(t, worker.id, '20', { daysAgo: sunday + 1 });
    expect(await t.service.collectRiskInputs(worker.id)).toMatchObject({ weeklyDeviation: 50 });
  });

  it('of an unknown worker is refused', async () => {
    for (const call of [
      () => t.service.collectRiskInputs('wrk_none'),
      () => t.service.predictEarnings('wrk_none'),
      () => t.service.checkAdvanceEligibility('wrk_none'),
    ]) {
      expect(await failureOf(call())).toMatchObject({
        code: 'not_found',
        reason: 'worker_not_found',
        message: 'Worker wrk_none not found',
      });
    }
  });
});

describe('the earnings prediction', () => {
  const history = (sums: readonly string[], firstDaysAgo = sums.length): EarningsHistory => ({
    lastDay: '2026-03-31',
    firstEarningDay: new Date(Date.UTC(2026, 3, 1 - firstDaysAgo)).toISOString().slice(0, 10),
    dailySums: [...Array.from({ length: 30 - sums.length }, () => '0'), ...sums],
  });
  const flat = (days: number, sum = '10') => history(Array.from({ length: days }, () => sum));

  it('of steady days is the same again, with high confidence', () => {
    expect(predictEarnings(flat(30))).toEqual({
      days: 7,
      predicted: '70',
      predictedWeek: '70',
      low: '59.5',
      high: '80.5',
      confidence: 'high',
      safeAdvance: '56',
      trend: 0,
      variation: 0,
      historyDays: 30,
      meanErrorPercent: 0,
    });
  });

  it('needs 14 days for medium and 30 for high confidence', () => {
    expect(predictEarnings(flat(29))).toMatchObject({ confidence: 'medium', safeAdvance: '45.5' });
    expect(predictEarnings(flat(14))).toMatchObject({ confidence: 'medium', meanErrorPercent: 15 });
    expect(predictEarnings(flat(13))).toMatchObject({ confidence: 'low', safeAdvance: '35' });
  });

  it('of fewer than seven days since the first earning is careful', () => {
    expect(predictEarnings(flat(7))).toMatchObject({ predicted: '70', low: '59.5' });
    expect(predictEarnings(flat(6))).toMatchObject({
      predicted: '49', // 10 × 7 × 0.7
      low: '29.4',
      high: '68.6',
      confidence: 'low',
      safeAdvance: '24.5',
      historyDays: 6,
    });
    expect(predictEarnings({ ...flat(6), firstEarningDay: null })).toMatchObject({
      predicted: '0',
      historyDays: 0,
    });
  });

  it('knows weekdays: work on one day a week is expected on that day', () => {
    // 2026-03-31 was the last day; each seventh one back has 70. Weekday part 70 × 0.6 with a trend of zero or so.
    const sums = Array.from({ length: 28 }, (_day, index) => ((28 - index) % 7 === 1 ? '70' : '0'));
    const { predicted, variation, confidence, trend } = predictEarnings(history(sums));
    const overall = 10; // a weekday without any earnings counts as the average day
    const expected = (70 + 6 * overall) * 0.6 * (1 + trend * 0.1) + 7 * 10 * 0.4;
    expect(Number(predicted)).toBeCloseTo(expected, 5);
    expect(variation).toBeGreaterThan(0.4);
    expect(confidence).toBe('low');
  });

  it('follows a trend, a tenth of it', () => {
    const sums = Array.from({ length: 30 }, (_day, index) => String(100 + index));
    const { trend, predicted } = predictEarnings(history(sums));
    expect(trend).toBeCloseTo(1 / 122.5, 10); // slope 1 over the mean of 116 to 129
    expect(Number(predicted)).toBeGreaterThan(7 * 114.5 * 0.6 + 7 * 126 * 0.4);
  });

  it('has bands by variation', () => {
    const two = (low: string, high: string) =>
      predictEarnings(history(Array.from({ length: 30 }, (_day, index) => (index % 2 === 0 ? low : high))));
    const width = ({ low, high, predicted }: ReturnType<typeof two>) =>
      Math.round(((Number(high) - Number(low)) / Number(predicted)) * 50);
    expect(two('81', '119')).toMatchObject({ variation: expect.closeTo(0.19), confidence: 'high' });
    expect(width(two('81', '119'))).toBe(15);
    expect(two('79', '121')).toMatchObject({ confidence: 'medium' });
    expect(width(two('79', '121'))).toBe(25);
    expect(two('59', '141')).toMatchObject({ confidence: 'low' });
    expect(width(two('59', '141'))).toBe(40);
  });

  it('scales to other horizons, and refuses those out of reach', async () => {
    expect(predictEarnings(flat(30), 1)).toMatchObject({ predicted: '10', predictedWeek: '70' });
    expect(predictEarnings(flat(30), 90).predicted).toBe('900');
    const error = await failureOf(Promise.resolve().then(() => predictEarnings(flat(30), 91)));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'days' });
  });

  it(`is never negative, within its band, and money of six decimals (seed ${SEED})`, () => {
    const sums = fc.array(fc.nat(2_000_000_000), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sums, fc.integer({ min: 1, max: 90 }), (micros, days) => {
        const made = predictEarnings(history(micros.map((one) => (one / 1e6).toFixed(6))), days);
        for (const text of [made.predicted, made.predictedWeek, made.low, made.high, made.safeAdvance]) {
          expect(text).toMatch(/^\d+(\.\d{1,6})?$/);
        }
        expect(Number(made.low)).toBeLessThanOrEqual(Number(made.predicted));
        expect(Number(made.high)).toBeGreaterThanOrEqual(Number(made.predicted));
        expect(Number(made.safeAdvance)).toBeLessThanOrEqual(Number(made.predictedWeek) * 0.8 + 1e-9);
        expect(made.meanErrorPercent).toBeLessThanOrEqual(100);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('reads payouts after fees, of whole days before today', async () => {
    const worker = await t.worker();
    expect(await t.service.predictEarnings(worker.id)).toMatchObject({ predicted: '0', historyDays: 0 });
    await addPayout(t, worker.id, '99', { daysAgo: 0 });
    expect(await t.service.predictEarnings(worker.id)).toMatchObject({ predicted: '0', historyDays: 0 });
    for (let day = 1; day <= 30; day += 1) await addPayout(t, worker.id, '10', { daysAgo: day, fee: '0.2' });
    expect(await t.service.predictEarnings(worker.id, 14)).toMatchObject({
      predicted: '137.2',
      predictedWeek: '68.6',
      confidence: 'high',
      historyDays: 30,
    });
  });
});
