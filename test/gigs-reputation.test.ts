import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GigsService, NewTask, Task } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { failureOf, until, untilBlocked } from './support/kernel.ts';

let t: GigsFixture;
let others: GigsService[];

beforeAll(async () => {
  t = await openGigs();
  others = await Promise.all(
    [1, 2, 3, 4].map(async () => t.service.on(t.scope.on(await t.opened.connect({ pool_max: '2' })))),
  );
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

type WorkerTask = Task & { readonly workerId: string };

const active = async (input: Partial<NewTask> = {}): Promise<WorkerTask> => {
  const workerId = input.workerId ?? (await t.worker()).id;
  const platformId = input.platformId ?? (await t.platform()).id;
  const task = await t.service.createTaskWithAudit({ amount: '25', ...input, platformId, workerId });
  return { ...(await t.service.startTask(task.id)), workerId };
};
const completed = async (input: Partial<NewTask> = {}): Promise<WorkerTask> => {
  const task = await active(input);
  return { ...(await t.service.completeTaskWithReputation(task.id)), workerId: task.workerId };
};
const scoreOf = async (workerId: string) => (await t.service.getWorker(workerId))?.reputationScore;
const eventsOf = async (workerId: string) =>
  (await t.service.listReputationEvents(workerId)).data.map(({ eventType, delta }) => [eventType, delta]);

describe('completing a task', () => {
  it('adds ten points, writes the audit entry and leaves the money in escrow', async () => {
    const task = await active();
    const done = await t.service
      .by({ kind: 'platform', id: task.platformId })
      .completeTaskWithReputation(task.id, {
        completionProof: 'https://example.com/proof',
        verificationData: { minutes: 30 },
      });
    expect(done).toMatchObject({
      ...{ status: 'completed', escrowedAmount: '25', paidAmount: '0', completedAt: expect.any(Date) },
      ...{ completionProof: 'https://example.com/proof', verificationData: { minutes: 30 } },
      ...{ reputationDelta: 10, reputationScore: 510 },
    });
    expect(await scoreOf(task.workerId)).toBe(510);
    const audit = await t.scope.query<{ actor_id: string; metadata: object }>(
      `select actor_id, metadata from :schema.audit_logs where resource_id = $1 and action = 'complete_task'`,
      [task.id],
    );
    expect(audit).toEqual([
      { actor_id: task.platformId, metadata: { amount: '25', reputation_delta: 10, reputation_score: 510 } },
    ]);
  });

  it('takes five points from one who is late, and no more than the score has room for', async () => {
    const late = await completed({ dueAt: new Date(Date.now() - 60_000) });
    expect(await eventsOf(late.workerId)).toEqual([
      ['task_late', -5],
      ['task_completed', 10],
    ]);
    expect((await completed({ dueAt: new Date(Date.now() + 60_000) })).status).toBe('completed');
    const best = await active();
    await t.service.addReputation(best.workerId, { type: 'bonus', delta: 495, reason: 'Start' });
    expect(await t.service.completeTaskWithReputation(best.id)).toMatchObject({
      reputationDelta: 5,
      reputationScore: 1000,
    });
    const two = await active();
    expect(await t.service.completeTaskWithReputation(two.id, { delta: 2 })).toMatchObject({
      reputationScore: 502,
    });
    expect(await failureOf(t.service.completeTaskWithReputation(two.id, { delta: 1.5 }))).toMatchObject({
      field: 'delta',
    });
  });

  it('has one effect of several at once, and the stored answer under one key', async () => {
    const task = await active();
    const outcomes = await Promise.allSettled(others.map((one) => one.completeTaskWithReputation(task.id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of outcomes) {
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({ code: 'conflict', reason: 'task_status' });
    }
    expect(await scoreOf(task.workerId)).toBe(510);
    const keyed = await active();
    const once = { idempotencyKey: 'done-1' };
    const answers = await Promise.all(others.map((one) => one.completeTaskWithReputation(keyed.id, once)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await eventsOf(keyed.workerId)).toEqual([['task_completed', 10]]);
  });

  it('has one effect when the connection is cut in the middle and the call is made again', async () => {
    const task = await active();
    const once = { idempotencyKey: 'cut-1' };
    const [holder, cut] = [await t.opened.connect(), await t.opened.connect({ pool_max: '1' })];
    const pids = await cut.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pid = pids.rows[0]?.pid;
    let failed: Promise<unknown> = Promise.resolve();
    await holder.transaction(async (tx) => {
      await t.scope.on(tx).query('select from :schema.tasks where id = $1 for update', [task.id]);
      failed = failureOf(t.service.on(t.scope.on(cut)).completeTaskWithReputation(task.id, once));
      await until('the call waits for the task', async () => {
        const [row] = await t.scope.query<{ type: string | null }>(
          'select wait_event_type as type from pg_stat_activity where pid = $1',
          [pid],
        );
        return row?.type === 'Lock';
      });
      await t.scope.query('select pg_terminate_backend($1)', [pid]);
      await failed;
    });
    expect(await t.service.getTask(task.id)).toMatchObject({ status: 'active' });
    const answers = [1, 2].map(() => t.service.completeTaskWithReputation(task.id, once));
    expect(await answers[0]).toEqual(await answers[1]);
    expect(await eventsOf(task.workerId)).toEqual([['task_completed', 10]]);
  });

  it('is the platform’s to do, and only of an active task', async () => {
    const task = await active();
    const asWorker = t.service.by({ kind: 'worker', id: task.workerId });
    expect(await failureOf(asWorker.completeTaskWithReputation(task.id))).toMatchObject({
      reason: 'not_your_task',
    });
    await t.service.cancelTask(task.id);
    expect(await failureOf(t.service.completeTaskWithReputation(task.id))).toMatchObject({
      reason: 'task_status',
      details: { status: 'cancelled' },
    });
    expect(await eventsOf(task.workerId)).toEqual([]);
  });

  it('of forty tasks of one worker by several callers loses no point (a read-modify-write does: control)', async () => {
    const [worker, platform] = [await t.worker(), await t.platform()];
    const tasks = await Promise.all(
      Array.from({ length: 40 }, () => active({ workerId: worker.id, platformId: platform.id })),
    );
    await Promise.all(
      tasks.map((task, index) => others[index % 4]?.completeTaskWithReputation(task.id, { delta: 3 })),
    );
    expect(await scoreOf(worker.id)).toBe(500 + 40 * 3);
    const write = (score: number | undefined) =>
      t.scope.query('update :schema.workers set reputation_score = $2::integer + 3 where id = $1', [
        worker.id,
        score,
      ]);
    const read = await Promise.all(others.map(() => scoreOf(worker.id)));
    await Promise.all(read.map(write));
    expect(await scoreOf(worker.id)).not.toBe(500 + 44 * 3);
    await write(500 + 39 * 3);
  });
});

describe('disputes', () => {
  it('freeze a task and end as completed, cancelled or resumed, at ten points a step of severity', async () => {
    const first = await active();
    const asWorker = t.service.by({ kind: 'worker', id: first.workerId });
    expect(await failureOf(asWorker.disputeTask(first.id, { by: 'platform', reason: 'x' }))).toMatchObject({
      code: 'forbidden',
    });
    const disputed = await asWorker.disputeTask(first.id, { by: 'worker', reason: 'Nobody was there' });
    expect(disputed).toMatchObject({ status: 'disputed', wasDisputed: true, disputedAt: expect.any(Date) });
    expect(await failureOf(t.service.cancelTask(first.id))).toMatchObject({ reason: 'task_status' });
    expect(await failureOf(asWorker.resolveDispute(first.id, { outcome: 'complete' }))).toMatchObject({
      code: 'forbidden',
    });
    expect(await t.service.resolveDispute(first.id, { outcome: 'complete' })).toMatchObject({
      status: 'completed',
    });
    expect(await eventsOf(first.workerId)).toEqual([
      ...[
        ['task_completed', 10],
        ['dispute_resolved', 0],
        ['dispute_filed', 0],
      ],
    ]);

    const second = await active({ amount: '7' });
    await t.service.disputeTask(second.id, { by: 'platform', reason: 'Not done' });
    const cancelled = await t.service.resolveDispute(second.id, {
      outcome: 'cancel',
      severity: 5,
      note: 'Photos are old',
    });
    expect(cancelled).toMatchObject({ status: 'cancelled', escrowedAmount: '0' });
    expect(await scoreOf(second.workerId)).toBe(450);
    expect(await t.balance(`escrow:${second.platformId}`)).toBe('0');

    const third = await completed();
    await t.service.disputeTask(third.id, { by: 'system', reason: 'Check' });
    expect(await t.service.resolveDispute(third.id, { outcome: 'resume', severity: 1 })).toMatchObject({
      status: 'active',
      completedAt: null,
    });
    await t.service.completeTaskWithReputation(third.id);
    expect(await scoreOf(third.workerId)).toBe(500);
    expect(await t.service.getTask(third.id)).toMatchObject({ status: 'completed', wasDisputed: true });
  });

  it('are refused without a worker, twice, and with a severity above five', async () => {
    const open = await t.service.createTaskWithAudit({ platformId: (await t.platform()).id, amount: '1' });
    const why = { by: 'platform', reason: 'x' } as const;
    expect(await failureOf(t.service.disputeTask(open.id, why))).toMatchObject({
      code: 'conflict',
      reason: 'task_open',
    });
    const task = await active();
    const outcomes = await Promise.allSettled(others.map((one) => one.disputeTask(task.id, why)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const end = { outcome: 'cancel', severity: 6 } as const;
    expect(await failureOf(t.service.resolveDispute(task.id, end))).toMatchObject({ field: 'severity' });
    expect(await failureOf(t.service.resolveDispute(open.id, { outcome: 'resume' }))).toMatchObject({
      reason: 'task_status',
    });
    const ends = await Promise.allSettled(
      others.map((one) => one.resolveDispute(task.id, { outcome: 'cancel', severity: 2 })),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await scoreOf(task.workerId)).toBe(480);
  });

  it('of a paid task touch no money: they can only end as completed', async () => {
    const task = await completed();
    await t.service.processPayment({ taskId: task.id });
    await t.service.disputeTask(task.id, { by: 'platform', reason: 'Broken' });
    for (const outcome of ['cancel', 'resume'] as const) {
      expect(await failureOf(t.service.resolveDispute(task.id, { outcome }))).toMatchObject({
        code: 'conflict',
        reason: 'task_paid',
      });
    }
    const ended = await t.service.resolveDispute(task.id, { outcome: 'complete', severity: 3 });
    expect(ended).toMatchObject({ status: 'completed', paidAmount: '25', completedAt: task.completedAt });
    expect(await scoreOf(task.workerId)).toBe(480);
    expect(await t.balance(`worker:${task.workerId}`)).toBe('24.5');
  });
});

describe('ratings', () => {
  it.each([
    [1, -10],
    [2, -5],
    [3, 0],
    [4, 5],
    [5, 10],
  ])('of %i stars by a platform move the score by %i, once', async (stars, delta) => {
    const task = await completed();
    const rated = await t.service.rateTask(task.id, { by: 'platform', stars, comment: 'Thanks' });
    expect(rated).toMatchObject({ workerRating: stars, platformRating: null });
    expect(await scoreOf(task.workerId)).toBe(510 + delta);
    expect(await failureOf(t.service.rateTask(task.id, { by: 'platform', stars }))).toMatchObject({
      code: 'conflict',
      reason: 'already_rated',
    });
  });

  it('go both ways, from those it belongs to, for completed tasks only', async () => {
    const task = await completed();
    const asWorker = t.service.by({ kind: 'worker', id: task.workerId });
    expect(await failureOf(asWorker.rateTask(task.id, { by: 'platform', stars: 5 }))).toMatchObject({
      code: 'forbidden',
    });
    expect(await asWorker.rateTask(task.id, { by: 'worker', stars: 2 })).toMatchObject({
      platformRating: 2,
      workerRating: null,
    });
    expect(await scoreOf(task.workerId)).toBe(510);
    for (const stars of [0, 6, 2.5]) {
      expect(await failureOf(t.service.rateTask(task.id, { by: 'platform', stars }))).toMatchObject({
        field: 'stars',
      });
    }
    const begun = await active();
    expect(await failureOf(t.service.rateTask(begun.id, { by: 'platform', stars: 5 }))).toMatchObject({
      reason: 'task_status',
    });
    const rate = (one: GigsService) => one.rateTask(task.id, { by: 'platform', stars: 5 });
    const outcomes = await Promise.allSettled(others.map(rate));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await scoreOf(task.workerId)).toBe(520);
  });
});

describe('reputation', () => {
  it.each([
    [1000, 'Diamond'],
    [900, 'Diamond'],
    [899, 'Platinum'],
    [800, 'Platinum'],
    [799, 'Gold'],
    [700, 'Gold'],
    [699, 'Silver'],
    [600, 'Silver'],
    [599, 'Bronze'],
    [400, 'Bronze'],
    [399, 'Starter'],
    [0, 'Starter'],
  ])('of %i is %s', async (score, rank) => {
    const [row] = await t.scope.query<{ rank: string }>('select :schema.reputation_rank($1) as rank', [
      score,
    ]);
    expect(row?.rank).toBe(rank);
  });

  it.each([
    [0, '0', 0, '0', 330, []],
    [1, '50', 0, '0', 899, ['First Task']],
    [9, '94.99', 4, '5', 899, ['First Task']],
    [10, '94.99', 5, '4.49', 899, ['First Task', 'Consistent']],
    [49, '95', 5, '4.5', 899, ['First Task', 'Consistent', 'Top Rated', 'Reliable']],
    [50, '100', 60, '5', 900, ['First Task', 'Consistent', 'Veteran', 'Top Rated', 'Reliable', 'Excellent']],
  ])(
    'has badges for %i tasks, %s %% completed, %i ratings of %s, a risk score of %i',
    async (tasks, rate, ratings, average, risk, badges) => {
      const [row] = await t.scope.query<{ badges: string[] }>(
        'select :schema.reputation_badges($1, $2, $3, $4, $5) as badges',
        [...[tasks, rate, ratings, average, risk]],
      );
      expect(row?.badges).toEqual(badges);
    },
  );

  it('explains itself: start and points of each kind add up to the score', async () => {
    const task = await completed({ dueAt: new Date(Date.now() - 60_000) });
    await t.service.rateTask(task.id, { by: 'platform', stars: 5 });
    await t.service.addReputation(task.workerId, { type: 'bonus', delta: 600, reason: 'Helped' });
    await t.service.addReputation(task.workerId, { type: 'penalty', delta: -50, reason: 'No show' });
    const reputation = await t.service.getReputation(task.workerId);
    expect(reputation).toMatchObject({
      ...{
        workerId: task.workerId,
        score: 950,
        rank: 'Diamond',
        badges: ['First Task', 'Reliable'],
        percentile: expect.any(Number),
      },
      ...{ completedTasks: 1, completionRate: 100, ratings: 1, averageRating: 5 },
      explanation: {
        start: 500,
        points: [
          { type: 'bonus', events: 1, points: 485 },
          { type: 'penalty', events: 1, points: -50 },
          { type: 'rating_received', events: 1, points: 10 },
          { type: 'task_completed', events: 1, points: 10 },
          { type: 'task_late', events: 1, points: -5 },
        ],
      },
    });
    expect(reputation?.events.map(({ eventType }) => eventType)).toEqual([
      ...['penalty', 'bonus', 'rating_received', 'task_late', 'task_completed'],
    ]);
    expect(reputation?.events[1]).toMatchObject({
      requestedDelta: 600,
      delta: 485,
      createdAt: expect.any(Date),
    });
    expect(await t.service.replayReputation(task.workerId)).toBe(950);
    const best = await t.worker();
    await t.service.addReputation(best.id, { type: 'bonus', delta: 500, reason: 'Best' });
    expect(await t.service.getReputation(best.id)).toMatchObject({ percentile: 100, badges: [] });
    expect(await t.service.getReputation('wrk_none')).toBeNull();
    expect(await failureOf(t.service.replayReputation('wrk_none'))).toMatchObject({ code: 'not_found' });
  });

  it('is changed by the house only, with a reason, the right sign, and once for a key', async () => {
    const { id } = await t.worker();
    const change = { type: 'bonus', delta: 5, reason: 'Fast' } as const;
    expect(await failureOf(t.service.by({ kind: 'worker', id }).addReputation(id, change))).toMatchObject({
      code: 'forbidden',
    });
    for (const bad of [{ delta: -5 }, { type: 'penalty' }, { delta: 0 }, { delta: 1001 }] as const) {
      expect(await failureOf(t.service.addReputation(id, { ...change, ...bad }))).toMatchObject({
        field: 'delta',
      });
    }
    expect(await failureOf(t.service.addReputation(id, { ...change, reason: ' ' }))).toMatchObject({
      field: 'reason',
    });
    expect(
      await failureOf(t.service.addReputation(id, { ...change, type: 'task_completed' as never })),
    ).toMatchObject({ field: 'type' });
    expect(await failureOf(t.service.addReputation('wrk_none', change))).toMatchObject({ code: 'not_found' });
    const once = { ...change, idempotencyKey: 'bonus-1' };
    await Promise.all(others.map((one) => one.addReputation(id, once)));
    expect(await scoreOf(id)).toBe(505);
    const audit = await t.scope.query<{ changes_after: object }>(
      `select changes_after from :schema.audit_logs where resource_id = $1 and action = 'add_reputation'`,
      [id],
    );
    expect(audit).toEqual([{ changes_after: { reputation_score: 505 } }]);
  });

  it('has its events in pages, and their order is the one they were applied in', async () => {
    const { id } = await t.worker();
    const deltas = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 400 : -300));
    await Promise.all(
      deltas.map((delta, index) =>
        others[index % 4]?.addReputation(id, { type: 'manual_adjustment', delta, reason: 'x' }),
      ),
    );
    // With the cuts at 0 and 1000 the sum depends on the order; only the right one replays.
    expect(await t.service.replayReputation(id)).toBe(await scoreOf(id));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await t.service.listReputationEvents(id, {
        limit: 7,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.data.map((event) => event.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(40);
  });

  it.each([
    ['room is made for points that had none', 500, -100, 10, 910],
    ['the room for points is taken', 490, 10, 10, 1000],
  ])('waits for whoever holds the worker, and sees that %s', async (_, before, first, second, expected) => {
    const { id } = await t.worker();
    const add = (service: GigsService, delta: number) =>
      service.addReputation(id, { type: 'manual_adjustment', delta, reason: 'x' });
    await add(t.service, before);
    const holder = await t.opened.connect();
    let waiting: Promise<unknown> = Promise.resolve();
    await holder.transaction(async (tx) => {
      await add(t.service.on(t.scope.on(tx)), first);
      waiting = add(others[0]!, second);
      await untilBlocked(t.opened.database);
    });
    await waiting;
    expect(await scoreOf(id)).toBe(expected);
    expect(await t.service.replayReputation(id)).toBe(expected);
  });

  it('that somebody wrote past the trigger is found (control), and so is escrow without a task', async () => {
    const [worker, platform] = [await t.worker(), await t.platform()];
    await t.scope.query('update :schema.workers set reputation_score = 501 where id = $1', [worker.id]);
    expect(await t.broken()).toEqual(['invariant_reputation_replays']);
    await t.scope.query('update :schema.workers set reputation_score = 500 where id = $1', [worker.id]);
    const task = await t.service.createTaskWithAudit({ platformId: platform.id, amount: '2' });
    await t.scope.query('update :schema.tasks set escrowed_amount = 1 where id = $1', [task.id]);
    expect(await t.broken()).toEqual(['invariant_escrow_equals_tasks']);
    await t.scope.query('update :schema.tasks set escrowed_amount = 2 where id = $1', [task.id]);
  });
});
