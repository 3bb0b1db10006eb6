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

const hour = { durationS: 3_600, releaseIntervalS: 60 };
const task = (amount: string, escrowed = amount, of = who) =>
  streamingTask(t.scope, { ...of, amount, escrowed });
const stream = async (amount: string, escrowed = amount, of = who): Promise<StreamProgress> =>
  t.service.createStream({ taskId: await task(amount, escrowed, of), ...hour });
const read = async (id: string) => (await t.service.getStream(id)) as StreamProgress;
const taskRow = async (id: string) => {
  const [row] = await t.scope.query<{ escrowed_amount: string; paid_amount: string; paid_at: Date | null }>(
    'select escrowed_amount, paid_amount, paid_at from :schema.tasks where id = $1',
    [id],
  );
  return row;
};
const events = async (id: string) =>
  (
    await t.scope.query<{ type: string }>(
      'select type from :schema.outbox where subject = $1 and audience = $2 order by id',
      [id, who.workerId],
    )
  ).map(({ type }) => type);

describe('creating a stream', () => {
  it('promises money that lies in the escrow of its task', async () => {
    const made = await stream('36');
    expect(made).toMatchObject({
      id: expect.stringMatching(/^str_/),
      ...who,
      totalAmount: '36',
      fundedAmount: '36',
      releasedAmount: '0',
      remainingAmount: '36',
      status: 'active',
      feeBps: 200,
      releaseInterval: 60,
      amountPerRelease: '0.6',
      percentReleased: '0',
      runsOutAt: null,
    });
    expect(made.endTime.getTime() - made.startTime.getTime()).toBe(3_600_000);
    expect(made.nextReleaseAt?.getTime()).toBe(made.startTime.getTime() + 60_000);
    expect(made.estimatedCompletionAt).toEqual(made.endTime);
    expect(await events(made.id)).toEqual(['stream.created']);
  });

  it('keeps the limits of interval and duration, and one past each is refused', async () => {
    const taskId = await task('10');
    const month = 30 * 86_400;
    for (const [change, field] of [
      [{ durationS: 3_600, releaseIntervalS: 59 }, 'releaseIntervalS'],
      [{ durationS: 3_600, releaseIntervalS: 3_601 }, 'releaseIntervalS'],
      [{ durationS: month + 1, releaseIntervalS: 60 }, 'durationS'],
      [{ durationS: 60.5, releaseIntervalS: 60 }, 'durationS'],
      [{ endTime: new Date(Date.now() + month * 1_000 + 60_000), releaseIntervalS: 60 }, 'endTime'],
      [{ endTime: new Date(Date.now() - 60_000), releaseIntervalS: 60 }, 'endTime'],
      [{ releaseIntervalS: 60 }, 'durationS'],
      [{ ...hour, totalAmount: '0' }, 'totalAmount'],
      [{ ...hour, totalAmount: '0.0000001' }, 'amount'],
      [{ ...hour, contractAddress: '0x1' }, 'contractAddress'],
    ] as const) {
      expect(await failureOf(t.service.createStream({ taskId, ...change }))).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
    const least = { taskId, totalAmount: '1', durationS: 60, releaseIntervalS: 60 };
    expect((await t.service.createStream(least)).amountPerRelease).toBe('1');
    const most = { taskId, totalAmount: '1', durationS: month, releaseIntervalS: month };
    expect((await t.service.createStream(most)).nextReleaseAt).not.toBeNull();
  });

  it('is for active streaming tasks only', async () => {
    const fixed = await streamingTask(t.scope, { ...who, amount: '1', taskType: 'fixed' });
    const pending = await streamingTask(t.scope, { ...who, amount: '1', status: 'pending' });
    for (const [taskId, code, reason] of [
      ['tsk_none', 'not_found', 'task_not_found'],
      [fixed, 'conflict', 'task_not_streaming'],
      [pending, 'conflict', 'task_not_active'],
    ] as const) {
      expect(await failureOf(t.service.createStream({ taskId, ...hour }))).toMatchObject({ code, reason });
    }
  });

  it('refuses totals that together exceed the amount of the task', async () => {
    const taskId = await task('10');
    await t.service.createStream({ taskId, ...hour, totalAmount: '4' });
    const more = t.service.createStream({ taskId, ...hour, totalAmount: '6.000001' });
    expect(await failureOf(more)).toMatchObject({ reason: 'above_task_amount', details: { left: '6' } });
    expect((await t.service.createStream({ taskId, ...hour, totalAmount: '6' })).fundedAmount).toBe('6');
    expect(await failureOf(t.service.createStream({ taskId, ...hour }))).toMatchObject({ code: 'conflict' });
  });

  it('once for a key, also by two callers at once', async () => {
    const taskId = await task('10');
    const [first, second] = await Promise.all([t.opened.connect(), t.opened.connect()]);
    const call = (on: typeof first) =>
      t.service.on(t.scope.on(on)).createStream({ taskId, ...hour }, { idempotencyKey: `make ${taskId}` });
    const [one, other] = await Promise.all([call(first), call(second)]);
    expect(other.id).toBe(one.id);
    const changed = t.service.createStream(
      { taskId, ...hour, totalAmount: '1' },
      { idempotencyKey: `make ${taskId}` },
    );
    expect(await failureOf(changed)).toMatchObject({ code: 'idempotency_mismatch' });
  });
});

describe('releasing', () => {
  it('pays what has accrued by the second, less the fee, when the interval is over', async () => {
    const made = await stream('36');
    await elapse(t.scope, made.id, 59);
    expect((await t.service.releaseDueStreams()).streams).toBe(0);
    await elapse(t.scope, made.id, 62);
    const before = await t.balance(`worker:${who.workerId}`);
    expect(await t.service.releaseDueStreams()).toMatchObject({ streams: 1, failed: 0, more: false });
    const after = await read(made.id);
    // 121 seconds, or one more when the machine is slow.
    expect(['1.21', '1.22']).toContain(after.releasedAmount);
    expect(after.nextReleaseAt?.getTime()).toBe(after.startTime.getTime() + 180_000);
    const [payout] = await t.scope.query<{ amount: string; fee: string; status: string }>(
      'select amount, fee, status from :schema.transactions where stream_id = $1',
      [made.id],
    );
    expect(payout).toMatchObject({ amount: after.releasedAmount, status: 'completed' });
    expect(Number(payout?.fee)).toBeCloseTo(Number(after.releasedAmount) * 0.02, 9);
    const paid = Number(await t.balance(`worker:${who.workerId}`)) - Number(before);
    expect(paid).toBeCloseTo(Number(after.releasedAmount) * 0.98, 6);
    expect(await taskRow(made.taskId)).toMatchObject({ paid_amount: after.releasedAmount, paid_at: null });
  });

  it('completes a stream at its end, with the sum exact and the task paid', async () => {
    const made = await stream('10.000001');
    for (const passedS of [100, 1_000, 1_000, 2_000]) {
      await elapse(t.scope, made.id, passedS);
      await t.service.releaseDueStreams();
    }
    expect(await read(made.id)).toMatchObject({
      status: 'completed',
      releasedAmount: '10.000001',
      remainingAmount: '0',
      percentReleased: '100',
      nextReleaseAt: null,
      completedAt: expect.any(Date),
    });
    expect(await taskRow(made.taskId)).toMatchObject({
      escrowed_amount: '0',
      paid_amount: '10.000001',
      paid_at: expect.any(Date),
    });
    const [fees] = await t.scope.query<{ fee: string }>(
      'select sum(fee) as fee from :schema.transactions where stream_id = $1',
      [made.id],
    );
    expect(fees?.fee).toBe('0.2');
    expect((await events(made.id)).slice(-2)).toEqual(['stream.released', 'stream.completed']);
    expect((await t.service.releaseDueStreams()).streams).toBe(0);
  });

  it('that is refused for one stream holds up no other, and is tried again in a minute', async () => {
    const [good, bad, last] = [await stream('10'), await stream('10'), await stream('10')];
    for (const { id } of [good, bad, last]) await elapse(t.scope, id, 600);
    await t.scope.query('update :schema.tasks set escrowed_amount = 0 where id = $1', [bad.taskId]);
    expect(await t.service.releaseDueStreams()).toMatchObject({ streams: 3, failed: 1 });
    expect(Number((await read(good.id)).releasedAmount)).toBeGreaterThan(1.6);
    expect(Number((await read(last.id)).releasedAmount)).toBeGreaterThan(1.6);
    expect(await read(bad.id)).toMatchObject({ releasedAmount: '0', status: 'active' });
    expect((await t.service.releaseDueStreams()).streams).toBe(0);
    await t.scope.query('update :schema.tasks set escrowed_amount = 10 where id = $1', [bad.taskId]);
    await elapse(t.scope, bad.id, 61);
    expect(await t.service.releaseDueStreams()).toMatchObject({ streams: 1, failed: 0 });
  });

  it('takes no more than its limit, soonest first, and says that more is due', async () => {
    const made = [await stream('1'), await stream('1'), await stream('1')];
    for (const [index, { id }] of made.entries()) await elapse(t.scope, id, 100 + index);
    expect(await t.service.releaseDueStreams(2)).toMatchObject({ streams: 2, more: true });
    expect((await read(made[0]?.id ?? '')).releasedAmount).toBe('0');
    expect(await t.service.releaseDueStreams(2)).toMatchObject({ streams: 1, more: false });
    for (const limit of [0, 1.5, 100_001]) {
      expect(await failureOf(t.service.releaseDueStreams(limit))).toMatchObject({ field: 'limit' });
    }
  });

  it('pays nothing while the task is disputed', async () => {
    const made = await stream('10');
    await elapse(t.scope, made.id, 600);
    await t.scope.query("update :schema.tasks set status = 'disputed' where id = $1", [made.taskId]);
    expect((await t.service.releaseDueStreams()).streams).toBe(0);
    const refused = { code: 'conflict', reason: 'task_not_active' };
    expect(await failureOf(t.service.withdrawFromStream(made.id))).toMatchObject(refused);
    expect(await failureOf(t.service.topUpStream(made.id, '1'))).toMatchObject(refused);
    await t.scope.query("update :schema.tasks set status = 'active' where id = $1", [made.taskId]);
    expect((await t.service.releaseDueStreams()).streams).toBe(1);
  });
});

describe('lists', () => {
  it('come newest first by cursor, of a task, worker, platform or status', async () => {
    const own = await parties(t, '100');
    const made = [await stream('1', '1', own), await stream('1', '1', own), await stream('1', '0', own)];
    const first = await t.service.listStreams({ workerId: own.workerId, limit: 2, withTotal: true });
    expect(first.data.map(({ id }) => id)).toEqual([made[2]?.id, made[1]?.id]);
    expect(first).toMatchObject({ hasMore: true, total: 3 });
    const second = await t.service.listStreams({
      workerId: own.workerId,
      limit: 2,
      cursor: first.nextCursor as string,
    });
    expect(second.data.map(({ id }) => id)).toEqual([made[0]?.id]);
    const lacking = await t.service.listStreams({ platformId: own.platformId, status: 'insolvent' });
    expect(lacking.data.map(({ id }) => id)).toEqual([made[2]?.id]);
    expect((await t.service.listStreams({ taskId: made[0]?.taskId as string })).data).toHaveLength(1);
    expect(await failureOf(t.service.listStreams({ status: 'gone' as 'active' }))).toMatchObject({
      field: 'status',
    });
    expect(await t.service.getStream('str_none')).toBeNull();
  });

  it('of what runs name task, worker and platform, the soonest release first', async () => {
    const own = await parties(t, '100');
    const [later, sooner] = [await stream('1', '1', own), await stream('2', '2', own)];
    await elapse(t.scope, sooner.id, 70);
    const running = await t.service.getActiveStreams({ platformId: own.platformId });
    expect(running.map(({ id, isDue }) => [id, isDue])).toEqual([
      [sooner.id, true],
      [later.id, false],
    ]);
    expect(running[0]).toMatchObject({
      nextReleaseAt: expect.any(Date),
      task: { id: sooner.taskId, amount: '2', createdAt: expect.any(Date) },
      worker: { id: own.workerId, reputationScore: 500 },
      platform: { id: own.platformId },
    });
    const due = await t.service.getActiveStreams({ workerId: own.workerId, due: true, limit: 1 });
    expect(due.map(({ id }) => id)).toEqual([sooner.id]);
    await t.service.releaseDueStreams();
  });
});
