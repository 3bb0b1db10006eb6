import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamProgress } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { failureOf } from './support/kernel.ts';
import { elapse, type Parties, parties, streamingTask } from './support/streams.ts';

let t: GigsFixture;
let who: Parties;

beforeAll(async () => {
  t = await openGigs();
  who = await parties(t);
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

/** A unit a second, so that amounts tell seconds. */
const RATE = { durationS: 3_600, releaseIntervalS: 600 };
const stream = async (escrowed = '3600'): Promise<StreamProgress> =>
  t.service.createStream({
    taskId: await streamingTask(t.scope, { ...who, amount: '3600', escrowed }),
    ...RATE,
  });
const read = async (id: string) => (await t.service.getStream(id)) as StreamProgress;
const secondsOf = (from: Date | null, to: Date | null): number =>
  Math.round(((to?.getTime() ?? Number.NaN) - (from?.getTime() ?? Number.NaN)) / 1_000);
const escrowOf = async (taskId: string) =>
  (
    await t.scope.query<{ free: string; escrowed: string }>(
      `select escrowed_amount as escrowed, escrowed_amount - :schema.promised_escrow(id) as free
       from :schema.tasks where id = $1`,
      [taskId],
    )
  )[0];
/** As many seconds as passed on the clock of a test that is slow. */
const near = (value: string, expected: number): void => {
  expect(Number(value)).toBeGreaterThanOrEqual(expected);
  expect(Number(value)).toBeLessThan(expected + 5);
};

describe('withdrawing', () => {
  it('takes what has accrued now, without waiting for the interval, and does not shift the schedule', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const { stream: after, transaction } = await t.service.withdrawFromStream(made.id);
    near(transaction.amount, 100);
    expect(transaction).toMatchObject({ txType: 'payout', streamId: made.id, status: 'completed' });
    expect(after.releasedAmount).toBe(transaction.amount);
    expect(secondsOf(after.startTime, after.nextReleaseAt)).toBe(600);
  });

  it('of a part leaves the rest, and one unit above what has accrued is refused', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const { transaction } = await t.service.withdrawFromStream(made.id, { amount: '0.000001' });
    expect(transaction.amount).toBe('0.000001');
    const tooMuch = t.service.withdrawFromStream(made.id, { amount: '200' });
    expect(await failureOf(tooMuch)).toMatchObject({
      code: 'conflict',
      reason: 'above_releasable',
      details: { releasable: expect.stringMatching(/^\d+\.999999$/) },
    });
    const tooFine = t.service.withdrawFromStream(made.id, { amount: '0.0000001' });
    expect(await failureOf(tooFine)).toMatchObject({ code: 'invalid_input' });
  });

  it('is refused while there is nothing, before the start and after the end', async () => {
    const taskId = await streamingTask(t.scope, { ...who, amount: '10' });
    const made = await t.service.createStream({
      taskId,
      ...RATE,
      startTime: new Date(Date.now() + 3_600_000),
    });
    const refused = { code: 'conflict', reason: 'nothing_to_release' };
    expect(await failureOf(t.service.withdrawFromStream(made.id))).toMatchObject(refused);
    await elapse(t.scope, made.id, 7_200);
    await t.service.withdrawFromStream(made.id);
    expect(await read(made.id)).toMatchObject({ status: 'completed', releasedAmount: '10' });
    expect(await failureOf(t.service.withdrawFromStream(made.id))).toMatchObject(refused);
    expect(await failureOf(t.service.withdrawFromStream('str_none'))).toMatchObject({
      code: 'not_found',
      reason: 'stream_not_found',
    });
  });

  it('pays once for a key, however often it is asked', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const pools = await Promise.all([t.opened.connect(), t.opened.connect(), t.opened.connect()]);
    const answers = await Promise.all(
      pools.map((pool) =>
        t.service
          .on(t.scope.on(pool))
          .withdrawFromStream(made.id, { amount: '10' }, { idempotencyKey: `take ${made.id}` }),
      ),
    );
    expect(new Set(answers.map(({ transaction }) => transaction.id)).size).toBe(1);
    expect((await read(made.id)).releasedAmount).toBe('10');
  });

  it('takes part in a transaction', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const rolledBack = t.service.transaction(async (service) => {
      await service.withdrawFromStream(made.id);
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect((await read(made.id)).releasedAmount).toBe('0');
    await t.service.transaction((service) => service.withdrawFromStream(made.id));
    expect(Number((await read(made.id)).releasedAmount)).toBeGreaterThan(99);
  });
});

describe('a pause', () => {
  it('first pays what has accrued; its time earns nothing and moves the end', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const paused = await t.service.pauseStream(made.id);
    near(paused.releasedAmount, 100);
    expect(paused).toMatchObject({ status: 'paused', nextReleaseAt: null, releasable: '0' });
    await elapse(t.scope, made.id, 1_000);
    const later = await read(made.id);
    expect(later.accrued).toBe(paused.accrued);
    expect(secondsOf(later.endTime, later.estimatedCompletionAt)).toBeGreaterThanOrEqual(1_000);
    expect((await t.service.releaseDueStreams()).streams).toBe(0);
    const resumed = await t.service.resumeStream(made.id);
    expect(resumed).toMatchObject({
      status: 'active',
      pausedAt: null,
      releasedAmount: paused.releasedAmount,
    });
    expect(secondsOf(resumed.startTime, resumed.endTime)).toBeGreaterThanOrEqual(4_600);
    expect(secondsOf(resumed.startTime, resumed.nextReleaseAt)).toBeGreaterThanOrEqual(1_600);
    await elapse(t.scope, made.id, 50);
    near((await read(made.id)).accrued, 150);
    await elapse(t.scope, made.id, 3_500);
    await t.service.releaseDueStreams();
    expect(await read(made.id)).toMatchObject({ status: 'completed', releasedAmount: '3600' });
  });

  it('before the start costs no time', async () => {
    const made = await t.service.createStream({
      taskId: await streamingTask(t.scope, { ...who, amount: '10' }),
      ...RATE,
      startTime: new Date(Date.now() + 1_000_000),
    });
    await t.service.pauseStream(made.id);
    await elapse(t.scope, made.id, 500);
    const resumed = await t.service.resumeStream(made.id);
    expect(secondsOf(resumed.startTime, resumed.endTime)).toBe(3_600);
    expect(resumed.pausedFor).toBe('00:00:00');
    await t.service.cancelStream(made.id);
  });

  it('of what does not run, and going on with what is not paused, are refused', async () => {
    const made = await stream();
    expect(await failureOf(t.service.resumeStream(made.id))).toMatchObject({ reason: 'stream_not_paused' });
    await t.service.pauseStream(made.id);
    expect(await failureOf(t.service.pauseStream(made.id))).toMatchObject({ reason: 'stream_not_active' });
    await t.scope.query("update :schema.tasks set status = 'disputed' where id = $1", [made.taskId]);
    expect(await failureOf(t.service.resumeStream(made.id))).toMatchObject({ reason: 'task_not_active' });
    await t.scope.query("update :schema.tasks set status = 'active' where id = $1", [made.taskId]);
    await t.service.resumeStream(made.id);
    const actions = await t.scope.query<{ action: string }>(
      'select action from :schema.audit_logs where resource_id = $1 order by created_at, id',
      [made.id],
    );
    expect(actions.map(({ action }) => action)).toEqual(['created', 'paused', 'resumed']);
  });

  it('that finds all accrued completes the stream instead', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 3_600);
    expect(await t.service.pauseStream(made.id)).toMatchObject({ status: 'completed', pausedAt: null });
  });
});

describe('money that runs out', () => {
  it('is foretold, stops the stream at that second, and a top-up lets it go on from then', async () => {
    const made = await stream('900');
    expect(made).toMatchObject({ fundedAmount: '900', estimatedCompletionAt: null });
    expect(secondsOf(made.startTime, made.runsOutAt)).toBe(900);
    await elapse(t.scope, made.id, 700);
    await t.service.releaseDueStreams();
    expect(secondsOf(made.startTime, made.nextReleaseAt)).toBe(600);
    const between = await read(made.id);
    expect(secondsOf(between.startTime, between.nextReleaseAt)).toBe(900);
    await elapse(t.scope, made.id, 1_000);
    expect((await read(made.id)).accrued).toBe('900');
    await t.service.releaseDueStreams();
    expect(await read(made.id)).toMatchObject({
      status: 'insolvent',
      releasedAmount: '900',
      nextReleaseAt: null,
    });
    const told = await t.scope.query(
      "select id from :schema.outbox where subject = $1 and type = 'stream.exhausted'",
      [made.id],
    );
    expect(told).toHaveLength(2);
    const before = await t.balance(`platform:${who.platformId}`);
    const topped = await t.service.topUpStream(made.id, '100');
    expect(topped).toMatchObject({ status: 'active', fundedAmount: '1000', accrued: '900' });
    expect(Number(before) - Number(await t.balance(`platform:${who.platformId}`))).toBeCloseTo(100, 6);
    expect(secondsOf(topped.startTime, topped.endTime)).toBeGreaterThanOrEqual(4_400);
    await elapse(t.scope, made.id, 50);
    near((await read(made.id)).accrued, 950);
    await t.service.topUpStream(made.id, '2600');
    await elapse(t.scope, made.id, 3_600);
    await t.service.releaseDueStreams();
    expect(await read(made.id)).toMatchObject({ status: 'completed', releasedAmount: '3600' });
  });

  it('unnoticed by a release earns nothing either', async () => {
    const made = await stream('100');
    await elapse(t.scope, made.id, 500);
    const topped = await t.service.topUpStream(made.id, '3500');
    expect(topped).toMatchObject({ status: 'active', accrued: '100', runsOutAt: null });
    await t.service.cancelStream(made.id);
    near((await read(made.id)).releasedAmount, 100);
  });

  it('before it began lets it wait for money', async () => {
    const made = await stream('0');
    expect(made).toMatchObject({ status: 'insolvent', nextReleaseAt: null, fundedAmount: '0' });
    await elapse(t.scope, made.id, 500);
    expect(await t.service.topUpStream(made.id, '3600')).toMatchObject({ status: 'active', accrued: '0' });
  });

  it('while paused or insolvent does not hinder a pause', async () => {
    const made = await stream('100');
    await elapse(t.scope, made.id, 500);
    const paused = await t.service.pauseStream(made.id);
    expect(paused).toMatchObject({ status: 'paused', releasedAmount: '100' });
    expect(secondsOf(paused.startTime, paused.pausedAt)).toBe(100);
    expect(await t.service.topUpStream(made.id, '50')).toMatchObject({ status: 'paused', accrued: '100' });
    await elapse(t.scope, made.id, 500);
    const resumed = await t.service.resumeStream(made.id);
    expect(resumed).toMatchObject({ status: 'active', accrued: '100' });
    await t.service.cancelStream(made.id);
  });

  it('is topped up to the total at most, from free escrow first, and never beyond the funds', async () => {
    const taskId = await streamingTask(t.scope, { ...who, amount: '3600', escrowed: '1000' });
    const first = await t.service.createStream({ taskId, totalAmount: '1000', ...RATE });
    const second = await t.service.createStream({ taskId, totalAmount: '2600', ...RATE });
    await t.service.cancelStream(first.id);
    expect(await failureOf(t.service.topUpStream(second.id, '2600.000001'))).toMatchObject({
      reason: 'above_stream_total',
      details: { lacking: '2600' },
    });
    const before = Number(await t.balance(`platform:${who.platformId}`));
    const topped = await t.service.topUpStream(second.id, '2600', { idempotencyKey: 'top up' });
    expect(await t.service.topUpStream(second.id, '2600', { idempotencyKey: 'top up' })).toEqual(topped);
    const paid = before - Number(await t.balance(`platform:${who.platformId}`));
    near(paid.toFixed(6), 1_600);
    const poor = await parties(t, '10');
    const lacking = await t.service.createStream({
      taskId: await streamingTask(t.scope, { ...poor, amount: '100', escrowed: '10' }),
      ...RATE,
    });
    expect(await failureOf(t.service.topUpStream(lacking.id, '1'))).toMatchObject({
      code: 'limit_exceeded',
      reason: 'insufficient_funds',
    });
  });
});

describe('cancelling', () => {
  it('pays the work that was done and frees the rest of the escrow', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const ended = await t.service.cancelStream(made.id);
    near(ended.releasedAmount, 100);
    expect(ended).toMatchObject({ status: 'cancelled', nextReleaseAt: null, cancelledAt: expect.any(Date) });
    const escrow = await escrowOf(made.taskId);
    expect(escrow?.free).toBe(escrow?.escrowed);
    expect(Number(escrow?.free)).toBeCloseTo(3_600 - Number(ended.releasedAmount), 6);
    for (const call of [
      () => t.service.cancelStream(made.id),
      () => t.service.topUpStream(made.id, '1'),
      () => t.service.pauseStream(made.id),
    ]) {
      expect(await failureOf(call())).toMatchObject({ code: 'conflict' });
    }
    const rest = String(3_600 - Number(ended.releasedAmount));
    expect(await t.service.createStream({ taskId: made.taskId, totalAmount: rest, ...RATE })).toMatchObject({
      fundedAmount: rest,
    });
  });

  it('ends a paused one as it was', async () => {
    const made = await stream();
    await elapse(t.scope, made.id, 100);
    const paused = await t.service.pauseStream(made.id);
    await elapse(t.scope, made.id, 100);
    expect(await t.service.cancelStream(made.id)).toMatchObject({
      status: 'cancelled',
      releasedAmount: paused.releasedAmount,
    });
  });

  it('of all streams of a task is one call for whoever ends the task', async () => {
    const taskId = await streamingTask(t.scope, { ...who, amount: '3600' });
    const made = [
      await t.service.createStream({ taskId, totalAmount: '1800', ...RATE }),
      await t.service.createStream({ taskId, totalAmount: '1800', ...RATE }),
    ];
    for (const { id } of made) await elapse(t.scope, id, 100);
    await t.scope.query("select :schema.halt_streams('system', null, null, $1, null, 'cancelled', true)", [
      taskId,
    ]);
    const { data } = await t.service.listStreams({ taskId, status: 'cancelled' });
    expect(data.map(({ releasedAmount }) => Number(releasedAmount) >= 50)).toEqual([true, true]);
    const escrow = await escrowOf(taskId);
    expect(escrow?.free).toBe(escrow?.escrowed);
  });
});
