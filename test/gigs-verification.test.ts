import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/index.ts';
import { gigs, judgeTask, type VerificationFacts } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { addRating, addTask, setWorker } from './support/gigs-risk.ts';
import { failureOf } from './support/kernel.ts';

let t: GigsFixture;
let platform: string;

beforeAll(async () => {
  t = await openGigs();
  platform = (await t.platform('0')).id;
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const NOON = new Date('2026-03-31T12:00:00Z');
const since = (ms: number): Date => new Date(NOON.getTime() + ms);
type Worker = NonNullable<VerificationFacts['worker']>;

const trusted: Worker = {
  reputationScore: 800,
  accountAgeDays: 30,
  completedTasks: 20,
  tasksInDay: 1,
  disputes: 0,
  averageRating: 4,
  averageAmount: 40,
  averageMinutes: 30,
  samePlace: 0,
};
const good: VerificationFacts = {
  amount: 40,
  now: NOON,
  completedAt: NOON,
  durationMinutes: 30,
  photos: 2,
  hasLocation: true,
  worker: trusted,
};
const judge = (change: Partial<VerificationFacts>, worker: Partial<Worker> = {}) =>
  judgeTask({ ...good, ...change, worker: { ...trusted, ...worker } });
const fraudOf = (change: Partial<VerificationFacts>, worker: Partial<Worker> = {}) =>
  judge(change, worker).fraud.reasons.map(({ rule, points }) => `${rule} ${points}`);
const pointsOf = (name: string, change: Partial<VerificationFacts>, worker: Partial<Worker> = {}) =>
  judge(change, worker).breakdown.find(({ rule }) => rule === name)?.points ?? 0;

describe('the rules', () => {
  it('approve what is good in every way, and say why', () => {
    const result = judgeTask(good);
    expect(result).toMatchObject({
      verdict: 'approve',
      score: 100,
      confidence: 100,
      fraud: { points: 0, level: 'low' },
    });
    expect(result.checks.every(({ passed }) => passed)).toBe(true);
    expect(result.breakdown.map(({ rule, points }) => `${rule} ${points}`)).toEqual([
      ...['base 50', 'reputation 30', 'completion 15', 'undisputed 5', 'smallAmount 5', 'photos 10'],
      ...['location 5', 'usualDuration 5', 'rating 5'],
    ]);
  });

  it('reject outright what has no worker, an impossible amount or lies in the future', () => {
    const outright = { verdict: 'reject', confidence: 100, score: 0 };
    expect(judgeTask({ ...good, worker: null })).toMatchObject(outright);
    expect(judge({ amount: 0.009 })).toMatchObject(outright);
    expect(judge({ amount: 0.01 }).verdict).toBe('approve');
    expect(judge({ amount: 1000.01 })).toMatchObject(outright);
    expect(judge({ completedAt: since(5 * 60_000) }).verdict).toBe('approve');
    expect(judge({ completedAt: since(5 * 60_000 + 1) })).toMatchObject(outright);
  });

  it('let a person look above 500, and approve by themselves up to 200', () => {
    const used = { averageAmount: 1000 };
    expect(judge({ amount: 200 }, used).verdict).toBe('approve');
    expect(judge({ amount: 200.01 }, used).verdict).toBe('flag');
    expect(judge({ amount: 500 }, used).checks.find(({ check }) => check === 'review')?.passed).toBe(true);
    expect(judge({ amount: 500.01 }, used)).toMatchObject({ verdict: 'flag' });
    expect(judge({ amount: 1000 }, { reputationScore: 0, disputes: 9 })).toMatchObject({ verdict: 'flag' });
  });

  it('take ten points for a failed check, and approve nothing with one', () => {
    for (const change of [
      { completedAt: since(-24 * 3_600_000 - 1) },
      { durationMinutes: 0.9 },
      { durationMinutes: 480.1 },
    ]) {
      expect(judge(change, { averageMinutes: null }).verdict).toBe('flag');
      expect(pointsOf('checks', change)).toBe(-10);
    }
    for (const change of [
      { completedAt: since(-24 * 3_600_000) },
      { durationMinutes: 1 },
      { durationMinutes: 480 },
    ]) {
      expect(pointsOf('checks', change)).toBe(0);
    }
  });

  it('count fraud points, at each limit and one past it', () => {
    const at = (hour: number) => new Date(`2026-03-31T0${hour}:00:00Z`);
    const time = (hour: number) => ({ completedAt: at(hour), now: at(hour) });
    expect([30, 31, 50, 51].map((tasksInDay) => fraudOf({}, { tasksInDay }))).toEqual([
      ...[[], ['rate 15'], ['rate 15'], ['rate 30']],
    ]);
    expect([80, 80.01, 120, 120.01].map((amount) => fraudOf({ amount }))).toEqual([
      ...[[], ['amount 10'], ['amount 10'], ['amount 25']],
    ]);
    expect([1, 2, 5, 6].map((hour) => fraudOf(time(hour)))).toEqual([[], ['hour 10'], ['hour 10'], []]);
    expect([5, 6, 10, 11].map((samePlace) => fraudOf({}, { samePlace }))).toEqual([
      ...[[], ['place 10'], ['place 10'], ['place 25']],
    ]);
    const usual = { averageAmount: 100 };
    expect(fraudOf({ amount: 100.01 }, { ...usual, accountAgeDays: 6 })).toEqual(['newAccount 20']);
    expect(fraudOf({ amount: 100 }, { ...usual, accountAgeDays: 6 })).toEqual([]);
    expect(fraudOf({ amount: 101 }, { ...usual, accountAgeDays: 7 })).toEqual([]);
    expect(fraudOf({}, { reputationScore: 499, disputes: 3 })).toEqual(['disputes 20']);
    expect(fraudOf({}, { reputationScore: 500, disputes: 3 })).toEqual([]);
    expect(fraudOf({}, { reputationScore: 499, disputes: 2 })).toEqual([]);
    expect(fraudOf({}, { disputes: 5 })).toEqual([]); // 20 of 25 are 0.8
    expect(fraudOf({}, { disputes: 6 })).toEqual(['completion 15']);
    expect(fraudOf({ durationMinutes: 9 })).toEqual([]);
    expect(fraudOf({ durationMinutes: 8.9 })).toEqual(['duration 15']);
  });

  it('lower the score by the level of fraud: 25 are medium, 50 are high and rejected', () => {
    const medium = { tasksInDay: 31, samePlace: 6 };
    expect(judge({}, medium)).toMatchObject({ fraud: { points: 25, level: 'medium' }, verdict: 'flag' });
    expect(pointsOf('fraud', {}, medium)).toBe(-15);
    expect(judge({}, { tasksInDay: 31 })).toMatchObject({
      fraud: { points: 15, level: 'low' },
      verdict: 'approve',
    });
    const high = judge({}, { tasksInDay: 31, samePlace: 11, disputes: 6, averageMinutes: null });
    expect(high).toMatchObject({ fraud: { points: 55, level: 'high' }, verdict: 'reject' });
    expect(high.breakdown.find(({ rule }) => rule === 'fraud')?.points).toBe(-30);
  });

  it('score worker and evidence at their limits', () => {
    const reputations = [800, 799, 600, 599, 400, 399];
    expect(reputations.map((reputationScore) => pointsOf('reputation', {}, { reputationScore }))).toEqual([
      ...[30, 20, 20, 10, 10, 0],
    ]);
    expect([1, 2, 3, 6, 7].map((disputes) => pointsOf('completion', {}, { disputes }))).toEqual([
      15, 10, 10, 5, 0,
    ]);
    expect([0, 1, 2, 3, 5, 6].map((disputes) => pointsOf('disputes', {}, { disputes }))).toEqual([
      ...[0, -10, -10, -20, -20, -30],
    ]);
    expect([10, 11].map((completedTasks) => pointsOf('undisputed', {}, { completedTasks }))).toEqual([0, 5]);
    expect([49.99, 50].map((amount) => pointsOf('smallAmount', { amount }))).toEqual([5, 0]);
    expect([0, 1, 2, 3].map((photos) => pointsOf('photos', { photos }))).toEqual([0, 5, 10, 10]);
    expect(pointsOf('location', { hasLocation: false })).toBe(0);
    expect(
      [9.9, 10, 240, 240.1].map((durationMinutes) => pointsOf('usualDuration', { durationMinutes })),
    ).toEqual([...[0, 5, 5, 0]]);
    expect([3.99, 4].map((averageRating) => pointsOf('rating', {}, { averageRating }))).toEqual([0, 5]);
    expect([0.99, 1].map((durationMinutes) => pointsOf('tooQuick', { durationMinutes }))).toEqual([-20, 0]);
    expect([80, 80.01].map((amount) => pointsOf('largeAmount', { amount }))).toEqual([0, -15]);
    expect([2, 3, 6, 7].map((accountAgeDays) => pointsOf('newAccount', {}, { accountAgeDays }))).toEqual([
      ...[-15, -10, -10, 0],
    ]);
    expect([4, 5].map((completedTasks) => pointsOf('fewTasks', { amount: 101 }, { completedTasks }))).toEqual(
      [-20, 0],
    );
  });

  it('flag from 70 and reject below', () => {
    const plain = { photos: 0, hasLocation: false, durationMinutes: null, amount: 50 };
    const known = { averageRating: 0, completedTasks: 10 };
    // 50 + reputation + completion 15
    expect(judge(plain, { ...known, reputationScore: 599 })).toMatchObject({ score: 75, verdict: 'flag' });
    expect(judge(plain, { ...known, reputationScore: 399 })).toMatchObject({
      score: 65,
      verdict: 'reject',
      confidence: 35,
    });
    expect(judge({ ...plain, photos: 1 }, { ...known, reputationScore: 399 })).toMatchObject({
      score: 70,
      verdict: 'flag',
    });
  });
});

describe('verifying a task', () => {
  const evidence = {
    photos: ['https://example.com/1.jpg', 'https://example.com/2.jpg'],
    location: { latitude: 52.5, longitude: 13.4 },
    durationMinutes: 45,
  };
  /** Twenty tasks of 40 USDC, well done. */
  async function veteran(): Promise<string> {
    const { id } = await t.worker();
    await setWorker(t, id, { score: 850, ageDays: 60 });
    for (let n = 1; n <= 20; n += 1) {
      const location =
        n <= 3 ? { latitude: 52.5004, longitude: 13.4 } : { latitude: 52.502, longitude: 13.4 };
      await addTask(t, platform, id, { amount: '40', daysAgo: n + 0.5, location });
    }
    await addRating(t, id, 5);
    return id;
  }

  it('stores verdict and evidence, and tells worker and platform', async () => {
    const worker = await veteran();
    const id = await addTask(t, platform, worker, { amount: '40', status: 'active', daysAgo: 0 });
    const completedAt = new Date();
    completedAt.setUTCHours(completedAt.getUTCHours() < 12 ? 0 : 12, 0, 0, 0);
    const { task, result } = await t.service.verifyTaskCompletion(id, { ...evidence, completedAt });
    expect(result).toMatchObject({ verdict: 'approve', score: 100, fraud: { points: 0 } });
    expect(task).toMatchObject({
      id,
      verificationStatus: 'approved',
      verifiedBy: 'auto',
      verificationData: { ...evidence, verification: { verdict: 'approve' } },
    });
    const events = await t.scope.query<{ type: string; audience: string }>(
      'select type, audience from :schema.outbox where subject = $1 order by id',
      [id],
    );
    expect(events).toEqual([
      { type: 'task.verified', audience: platform },
      { type: 'task.verified', audience: worker },
    ]);
    const audit = await t.scope.query(
      'select action, changes_after from :schema.audit_logs where resource_id = $1',
      [id],
    );
    expect(audit).toEqual([{ action: 'verify_task', changes_after: { verificationStatus: 'approved' } }]);
  });

  it('counts other tasks at the same place, and whatever shape their evidence has', async () => {
    const worker = await veteran();
    for (let n = 0; n < 4; n += 1) {
      await addTask(t, platform, worker, { amount: '40', daysAgo: 20, location: evidence.location });
    }
    const odd = await addTask(t, platform, worker, { amount: '40' });
    await t.scope.query(`update :schema.tasks set verification_data = $2 where id = $1`, [
      odd,
      JSON.stringify({ location: { latitude: 'north', longitude: [1] } }),
    ]);
    const id = await addTask(t, platform, worker, { amount: '40', status: 'active', daysAgo: 0 });
    const { result } = await t.service.verifyTaskCompletion(id, evidence);
    expect(result.fraud.reasons).toContainEqual({
      rule: 'place',
      points: 10,
      why: '7 other tasks at the same place',
    });
  });

  it('without a worker is a rejection', async () => {
    const id = await addTask(t, platform, null, { status: 'pending' });
    expect(await t.service.verifyTaskCompletion(id)).toMatchObject({
      task: { verificationStatus: 'rejected' },
      result: { verdict: 'reject', confidence: 100 },
    });
  });

  it('is done once, by one of two at once', async () => {
    const worker = await veteran();
    const id = await addTask(t, platform, worker, { status: 'active', daysAgo: 0 });
    const other = createInstance(gigs, await t.opened.connect()).service;
    const outcomes = await Promise.allSettled([
      t.service.verifyTaskCompletion(id, evidence),
      other.verifyTaskCompletion(id, evidence),
    ]);
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.reason] : []));
    expect(refused).toEqual(['already_verified']);
  });

  it('is refused for unknown and cancelled tasks and for bad evidence', async () => {
    expect(await failureOf(t.service.verifyTaskCompletion('tsk_none'))).toMatchObject({
      code: 'not_found',
      reason: 'task_not_found',
    });
    const worker = await t.worker();
    const id = await addTask(t, platform, worker.id, { status: 'cancelled' });
    expect(await failureOf(t.service.verifyTaskCompletion(id))).toMatchObject({ reason: 'task_cancelled' });
    for (const [bad, field] of [
      [{ photos: Array.from({ length: 21 }, (_photo, n) => `${n}`) }, 'photos'],
      [{ photos: ['a', 'a'] }, 'photos'],
      [{ location: { latitude: 91, longitude: 0 } }, 'location'],
      [{ durationMinutes: -1 }, 'durationMinutes'],
      [{ completedAt: new Date('nonsense') }, 'completedAt'],
    ] as const) {
      expect(await failureOf(t.service.verifyTaskCompletion(id, bad))).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
  });

  it('can be overruled by a person, unless it is paid', async () => {
    const worker = await t.worker();
    const reviewer = t.service.by({ kind: 'platform', id: platform });
    const id = await addTask(t, platform, worker.id, { amount: '600', status: 'active', daysAgo: 0 });
    expect(await t.service.verifyTaskCompletion(id, evidence)).toMatchObject({ result: { verdict: 'flag' } });
    expect(await reviewer.reviewTask(id, { verdict: 'approve', notes: 'seen' })).toMatchObject({
      verificationStatus: 'approved',
      verifiedBy: 'manual',
      verificationData: { ...evidence, review: { verdict: 'approve', notes: 'seen', reviewer: platform } },
    });
    expect(await reviewer.reviewTask(id, { verdict: 'reject' })).toMatchObject({
      verificationStatus: 'rejected',
    });
    await reviewer.reviewTask(id, { verdict: 'approve' });
    await t.scope.query('update :schema.tasks set paid_amount = 1 where id = $1', [id]);
    expect(await failureOf(reviewer.reviewTask(id, { verdict: 'reject' }))).toMatchObject({
      code: 'conflict',
      reason: 'already_paid',
    });
    const bad = reviewer.reviewTask(id, { verdict: 'flag' as 'reject' });
    expect(await failureOf(bad)).toMatchObject({ code: 'invalid_input', field: 'verdict' });
  });

  it('is counted, of one platform or all', async () => {
    const own = (await t.platform('0')).id;
    const worker = await t.worker();
    const ids = await Promise.all([1, 2, 3].map(() => addTask(t, own, worker.id, { amount: '20' })));
    await t.service.verifyTaskCompletion(ids[0]!, { completedAt: new Date() });
    await t.service.reviewTask(ids[1]!, { verdict: 'approve' });
    const stats = await t.service.getVerificationStats({ platformId: own });
    expect(stats).toMatchObject({ days: 30, total: 3, pending: 1, approved: 1, auto: 1, manual: 1 });
    expect(stats.averageScore).toBeGreaterThan(0);
    expect((await t.service.getVerificationStats()).total).toBeGreaterThan(3);
    expect(await t.service.getVerificationStats({ platformId: 'plt_none' })).toMatchObject({
      total: 0,
      approvalRate: null,
      averageScore: null,
    });
  });
});
