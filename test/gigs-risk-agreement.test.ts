import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceEligibility, predictEarnings } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { addPayouts, addRating, addTask, eligibleWorker, setWorker } from './support/gigs-risk.ts';
import { foldAll, randomOf } from './support/gigs-statistics.ts';

const SEED = Number(process.env.GUILDHALL_SEED ?? randomInt(2 ** 31));
let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken(), `seed ${SEED}`).toEqual([]);
  await t.opened.close();
});

const history = {
  lastDay: '2026-03-31',
  firstEarningDay: null,
  dailySums: Array.from({ length: 30 }, () => '0'),
};
const PLAIN_INPUTS = `
  select (select count(*) from :schema.tasks k where k.worker_id = $1 and k.status = 'completed') as completed,
    (select count(*) from :schema.tasks k where k.worker_id = $1 and k.status = 'completed' and k.completed_at > k.due_at) as late,
    (select count(*) from :schema.tasks k where k.worker_id = $1 and k.was_disputed) as disputes,
    (select coalesce(avg(e.rating), 0)::float8 from :schema.reputation_events e where e.worker_id = $1 and e.rating > 0) as rating,
    (select coalesce(sum(x.amount - x.fee), 0) from :schema.transactions x
     where x.worker_id = $1 and x.tx_type = 'payout' and x.status = 'completed'
       and (x.processed_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 30) as earnings`;

/** A worker of any past: tasks, payouts, ratings, perhaps a loan, perhaps suspended. */
async function anyWorker(platformId: string, random: (below: number) => number): Promise<string> {
  if (random(4) === 0) {
    const id = await eligibleWorker(t, platformId);
    if (random(2) === 0) await t.service.requestAdvance(id, { amount: '20' });
    return id;
  }
  const { id } = await t.worker();
  await setWorker(t, id, { score: random(1001), ageDays: random(120) });
  const statuses = [
    'completed',
    'completed',
    'completed',
    'completed',
    'cancelled',
    'disputed',
    'active',
    'pending',
  ] as const;
  const tasks = random(30);
  for (let n = 0; n < tasks; n += 1) {
    const status = statuses[random(statuses.length)]!;
    const disputed = status === 'disputed' || random(20) === 0;
    await addTask(t, platformId, id, { status, disputed, late: random(5) === 0, daysAgo: random(45) + 0.5 });
  }
  const payout = () => {
    const micros = 1 + random(150_000_000);
    return {
      amount: (micros / 1e6).toFixed(6),
      fee: (random(micros) / 1e6).toFixed(6),
      daysAgo: random(45) + 0.25,
    };
  };
  await addPayouts(t, id, Array.from({ length: random(25) }, payout));
  const ratings = random(6);
  for (let n = 0; n < ratings; n += 1) await addRating(t, id, 1 + random(5));
  if (random(5) === 0)
    await t.scope.query(`update :schema.workers set status = 'suspended' where id = $1`, [id]);
  return id;
}

async function agree(id: string, when: string): Promise<void> {
  const risk = await t.service.calculateRiskScore(id);
  const row = await t.service.getWorkerRiskAssessment(id);
  const { reasons } = advanceEligibility(risk.inputs, predictEarnings(history));
  const told = `seed ${SEED}, ${when}`;
  expect(row, told).toMatchObject({
    riskScore: risk.score,
    riskFactors: risk.breakdown.map(({ part, points }) => ({ part, points })),
    maxAdvanceByRisk: risk.maxAdvance,
    feeBps: risk.feeBps,
    earnings30d: risk.inputs.recentEarnings,
    reasons: reasons.map(({ reason }) => reason).filter((reason) => reason !== 'low_prediction'),
    eligibleWithoutPrediction: reasons.every(({ reason }) => reason === 'low_prediction'),
  });
  const [plain] = await t.scope.query(PLAIN_INPUTS, [id]);
  const { completedTasks, lateTasks, disputes, averageRating, recentEarnings } = risk.inputs;
  expect(plain, told).toMatchObject({
    completed: BigInt(completedTasks),
    late: BigInt(lateTasks),
    disputes: BigInt(disputes),
    earnings: recentEarnings,
  });
  expect((plain as { rating: number }).rating, told).toBeCloseTo(averageRating, 12);
  expect((await t.service.getReputation(id))?.riskScore, told).toBe(risk.score);
}

describe('the risk of a worker', () => {
  it(`is the same in the service, in the view and from the tables (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const platform = await t.platform();
    // One of each answer by design: chance alone leaves one of them out in some runs.
    const suspended = (await t.worker()).id;
    await t.scope.query(`update :schema.workers set status = 'suspended' where id = $1`, [suspended]);
    const workers = [await eligibleWorker(t, platform.id), suspended];
    for (let n = 0; n < 30; n += 1) workers.push(await anyWorker(platform.id, random));
    for (const id of workers) await agree(id, 'before the fold');
    await foldAll(t);
    for (const id of workers) await agree(id, 'folded');
    const eligible = await t.scope.query<{ eligible: boolean }>(
      'select eligible_without_prediction as eligible from :schema.worker_risk_assessment',
    );
    // Both answers were looked at.
    expect(new Set(eligible.map((row) => row.eligible)).size).toBe(2);
  });

  it('of 900 or more is worth a badge', async () => {
    const platform = await t.platform();
    const id = await eligibleWorker(t, platform.id);
    expect((await t.service.getReputation(id))?.badges).not.toContain('Excellent');
    await setWorker(t, id, { score: 1000, ageDays: 97 });
    for (let n = 0; n < 38; n += 1) await addTask(t, platform.id, id);
    expect(await t.service.getReputation(id)).toMatchObject({
      riskScore: expect.toSatisfy((score: number) => score >= 900),
      badges: expect.arrayContaining(['Excellent', 'Veteran']),
    });
  });
});

describe('workers and platforms that are read', () => {
  it('have the statistics of the moment, before anything is folded', async () => {
    const [platform, worker] = [await t.platform('100', { feeBps: 0 }), await t.worker()];
    const task = await t.service.createTaskWithAudit({
      platformId: platform.id,
      workerId: worker.id,
      amount: '25',
    });
    await t.service.startTask(task.id);
    await t.service.completeTaskWithReputation(task.id);
    await t.service.processPayment({ taskId: task.id });
    const statistics = { totalTasks: 1, totalEarned: '25', completionRate: '100', reputationScore: 510 };
    for (const when of ['before', 'after']) {
      expect(await t.service.getWorker(worker.id), when).toMatchObject(statistics);
      expect(await t.service.getWorkerProfile(worker.id), when).toMatchObject(statistics);
      expect(await t.service.getPlatform(platform.id), when).toMatchObject({
        totalTasks: 1,
        totalPayouts: '25',
        activeWorkers: 1,
      });
      if (when === 'before') await foldAll(t);
    }
    expect(await t.service.getWorker('wrk_none')).toBeNull();
    expect(await t.service.getPlatform('plt_none')).toBeNull();
  });
});

describe('streams that run', () => {
  it('have accrued the same in the view and in the service', async () => {
    const [platform, worker] = [await t.platform(), await t.worker()];
    const { id: taskId } = await t.service.createTaskWithAudit({
      ...{ platformId: platform.id, workerId: worker.id, taskType: 'streaming', amount: '100' },
    });
    await t.service.startTask(taskId);
    const stream = await t.service.createStream({
      taskId,
      totalAmount: '100',
      durationS: 3_600,
      releaseIntervalS: 60,
    });
    await t.scope.query(
      `update :schema.streams set start_time = start_time - interval '1003 seconds', end_time = end_time - interval '1003 seconds'
       where id = $1`,
      [stream.id],
    );
    await t.service.withdrawFromStream(stream.id, { amount: '7.654321' });
    await t.service.transaction(async (service) => {
      // One moment for both: the second is over between them at worst.
      const read = () =>
        service.scope.query<{ accrued: string; percent: string }>(
          'select accrued_amount as accrued, percent_released as percent from :schema.active_streams_view where stream_id = $1',
          [stream.id],
        );
      const [before] = await read();
      const [one] = await service.getActiveStreams({ workerId: worker.id });
      const [after] = await read();
      expect([before?.accrued, after?.accrued]).toContain(one?.accrued);
      expect(before?.percent).toBe(one?.percentReleased);
    });
    await t.service.cancelStream(stream.id);
  });
});
