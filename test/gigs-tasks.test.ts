import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GigsService, NewTask, Task } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { failureOf } from './support/kernel.ts';

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

const post = async (input: Partial<NewTask> = {}): Promise<Task> =>
  t.service.createTaskWithAudit({
    platformId: input.platformId ?? (await t.platform()).id,
    amount: '25',
    ...input,
  });
const active = async (input: Partial<NewTask> = {}): Promise<Task & { workerId: string }> => {
  const workerId = (await t.worker()).id;
  const task = await post({ ...input, workerId });
  return { ...(await t.service.startTask(task.id)), workerId };
};
const audit = (id: string) =>
  t.scope.query<{ action: string; actor_type: string; metadata: object }>(
    'select action, actor_type, metadata from :schema.audit_logs where resource_id = $1 order by created_at, id',
    [id],
  );
const settled = (calls: readonly Promise<unknown>[]) =>
  Promise.allSettled(calls).then((all) => all.filter(({ status }) => status === 'fulfilled').length);

describe('posting a task', () => {
  it('sets its money aside and writes the audit entry and an event for each side', async () => {
    const platform = await t.platform('100');
    const worker = await t.worker();
    const dueAt = new Date('2030-01-01T00:00:00.123Z');
    const task = await post({
      platformId: platform.id,
      workerId: worker.id,
      title: 'Delivery',
      dueAt,
      metadata: { a: 1 },
    });
    expect(task).toMatchObject({
      ...{ status: 'pending', taskType: 'fixed', amount: '25', escrowedAmount: '25', paidAmount: '0' },
      ...{ workerId: worker.id, platformId: platform.id, title: 'Delivery', dueAt, metadata: { a: 1 } },
    });
    expect(await t.service.getTask(task.id)).toEqual(task);
    expect(await t.service.getTask('tsk_none')).toBeNull();
    expect(await t.balance(`platform:${platform.id}`)).toBe('75');
    expect(await t.balance(`escrow:${platform.id}`)).toBe('25');
    expect(await audit(task.id)).toEqual([
      { action: 'create_task', actor_type: 'system', metadata: { task_type: 'fixed', amount: '25' } },
    ]);
    const events = await t.scope.query<{ audience: string }>(
      `select audience from :schema.outbox where subject = $1 and type = 'task.created' order by 1`,
      [task.id],
    );
    expect(events.map(({ audience }) => audience)).toEqual([platform.id, worker.id].sort());
  });

  it('that has begun is active at once, alone, with others and in a list', async () => {
    const [platformId, workerId] = [(await t.platform('1000')).id, (await t.worker()).id];
    const input = { platformId, workerId, amount: '5', begun: true };
    const alone = await post(input);
    const together = await Promise.all(Array.from({ length: 12 }, () => post(input)));
    const listed = await t.service.createTasks([input, { ...input, begun: false }]);
    for (const task of [alone, ...together, listed[0]]) {
      expect(task).toMatchObject({ status: 'active', startedAt: expect.any(Date) });
      expect(task?.startedAt?.getTime()).toBeGreaterThanOrEqual(task?.createdAt.getTime() ?? 0);
      expect((await audit(task?.id ?? '')).map(({ metadata }) => metadata)).toEqual([
        { task_type: 'fixed', amount: '5', begun: true },
      ]);
    }
    expect(listed[1]).toMatchObject({ status: 'pending', startedAt: null });
    expect(await failureOf(t.service.startTask(alone.id))).toMatchObject({ reason: 'task_status' });
    await t.service.completeTaskWithReputation(alone.id);
    expect(await t.service.processPayment({ taskId: alone.id })).toMatchObject({ amount: '5' });
    for (const [bad, problem] of [
      [{ platformId, begun: true }, /nobody has taken/],
      [{ ...input, begun: 'yes' as unknown as boolean }, /true or false/],
    ] as const) {
      expect(await failureOf(post(bad))).toMatchObject({
        ...{ code: 'invalid_input', field: 'begun', message: expect.stringMatching(problem) },
      });
    }
  });

  it('of more than the platform has is refused and leaves nothing', async () => {
    const platform = await t.platform('25');
    expect(await failureOf(post({ platformId: platform.id, amount: '25.000001' }))).toMatchObject({
      code: 'limit_exceeded',
      reason: 'insufficient_funds',
    });
    expect((await t.service.listTasks({ platformId: platform.id })).data).toEqual([]);
    await post({ platformId: platform.id, amount: '25' });
  });

  it('checks the amount, the escrow and every text', async () => {
    const platformId = (await t.platform('2000000')).id;
    for (const amount of ['0.01', '1000000']) {
      expect((await post({ platformId, amount })).amount).toBe(amount);
    }
    for (const [change, field] of [
      [{ amount: '0.009999' }, 'amount'],
      [{ amount: '1000000.000001' }, 'amount'],
      [{ amount: '1.0000001' }, 'amount'],
      [{ amount: '-1' }, 'amount'],
      [{ amount: 1 as never }, 'amount'],
      [{ escrow: '1' }, 'escrow'],
      [{ taskType: 'streaming', escrow: '25.1' }, 'escrow'],
      [{ taskType: 'hourly' as never }, 'taskType'],
      [{ title: 'x'.repeat(501) }, 'title'],
      [{ externalId: ' ' }, 'externalId'],
      [{ metadata: [] }, 'metadata'],
      [{ dueAt: new Date('never') }, 'dueAt'],
    ] as const) {
      expect(
        await failureOf(post({ platformId, ...change } as Partial<NewTask>)),
        JSON.stringify(change),
      ).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
    const task = await post({ platformId, taskType: 'streaming', escrow: '0' });
    expect(task.escrowedAmount).toBe('0');
  });

  it('is refused to inactive platforms, for suspended workers, and in another’s name', async () => {
    const [platform, worker] = [await t.platform(), await t.worker()];
    const as = (kind: string, id: string) => t.service.by({ kind, id });
    const input = { platformId: platform.id, amount: '1' };
    expect(await failureOf(as('worker', worker.id).createTaskWithAudit(input))).toMatchObject({
      code: 'forbidden',
      reason: 'not_your_platform',
    });
    expect(await failureOf(as('platform', 'plt_other').createTaskWithAudit(input))).toMatchObject({
      code: 'forbidden',
    });
    await as('platform', platform.id).createTaskWithAudit(input);
    await t.scope.query(`update :schema.workers set status = 'suspended' where id = $1`, [worker.id]);
    expect(await failureOf(post({ ...input, workerId: worker.id }))).toMatchObject({
      reason: 'worker_suspended',
    });
    expect(await failureOf(post({ ...input, workerId: 'wrk_none' }))).toMatchObject({
      code: 'not_found',
      field: 'workerId',
    });
    expect(await failureOf(post({ platformId: 'plt_none' }))).toMatchObject({
      code: 'not_found',
      field: 'platformId',
    });
    await t.scope.query('update :schema.platforms set is_active = false where id = $1', [platform.id]);
    expect(await failureOf(post(input))).toMatchObject({ code: 'forbidden', reason: 'platform_inactive' });
  });

  it('under the platform’s own id again gives the first, and refuses other content', async () => {
    const platformId = (await t.platform()).id;
    const input = {
      platformId,
      externalId: 'job-1',
      amount: '5',
      title: 'One',
      taskType: 'streaming',
      escrow: '2',
    } as const;
    const first = await post(input);
    await t.service.claimTask(first.id, (await t.worker()).id);
    const again = await post({ ...input, amount: '5.0' });
    expect(again).toMatchObject({ id: first.id, status: 'active' });
    for (const change of [
      { amount: '6' },
      { escrow: '3' },
      { title: 'Two' },
      { workerId: (await t.worker()).id },
      { metadata: { b: 1 } },
    ]) {
      expect(await failureOf(post({ ...input, ...change })), JSON.stringify(change)).toMatchObject({
        code: 'conflict',
        reason: 'external_id_reused',
        details: { id: first.id },
      });
    }
    expect((await post({ ...input, platformId: (await t.platform()).id })).id).not.toBe(first.id);
    expect(await t.balance(`escrow:${platformId}`)).toBe('2');
  });

  it('by several at once with one key or one own id is posted once; without either, each time (control)', async () => {
    const platformId = (await t.platform('100')).id;
    const input = { platformId, amount: '1' };
    const all = [...others, ...others];
    const keyed = await Promise.all(
      all.map((one) => one.createTaskWithAudit(input, { idempotencyKey: 'post-1' })),
    );
    expect(new Set(keyed.map(({ id }) => id)).size).toBe(1);
    const named = await Promise.all(
      all.map((one) => one.createTaskWithAudit({ ...input, externalId: 'own-1' })),
    );
    expect(new Set(named.map(({ id }) => id)).size).toBe(1);
    expect(await t.balance(`escrow:${platformId}`)).toBe('2');
    await Promise.all(all.map((one) => one.createTaskWithAudit(input)));
    expect(await t.balance(`escrow:${platformId}`)).toBe('10');
    const other = t.service.createTaskWithAudit({ ...input, amount: '2' }, { idempotencyKey: 'post-1' });
    expect(await failureOf(other)).toMatchObject({ code: 'idempotency_mismatch' });
  });
});

describe('posting many tasks', () => {
  it('is all or nothing, in one statement, in the order of the list', async () => {
    const [one, two] = [await t.platform('600'), await t.platform('400')];
    const list = Array.from({ length: 1_000 }, (_, index) => ({
      platformId: index % 5 < 3 ? one.id : two.id,
      externalId: `own ${999 - index}`,
      amount: '1',
      metadata: { index },
      dueAt: new Date(1_900_000_000_000 + index),
    }));
    const made = await t.service.createTasks(list);
    expect(made.map(({ externalId }) => externalId)).toEqual(list.map(({ externalId }) => externalId));
    expect(made[7]).toMatchObject({
      metadata: { index: 7 },
      dueAt: list[7]?.dueAt,
      status: 'pending',
      escrowedAmount: '1',
    });
    expect(await t.balance(`escrow:${one.id}`)).toBe('600');
    expect(await t.balance(`platform:${two.id}`)).toBe('0');
    expect(await audit(made[999]?.id ?? '')).toHaveLength(1);
    const again = await Promise.all(
      [others[0], others[1]].map((other) => other?.createTasks([...list].reverse())),
    );
    expect(again[1]?.map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse());
    const more = { platformId: two.id, amount: '0.01' };
    expect(await failureOf(t.service.createTasks([{ ...more, platformId: one.id }, more]))).toMatchObject({
      reason: 'insufficient_funds',
    });
    expect(await failureOf(t.service.createTasks([...list, more]))).toMatchObject({ field: 'tasks' });
    expect(await t.service.createTasks([])).toEqual([]);
  });

  it('names the place of what is wrong', async () => {
    const platformId = (await t.platform()).id;
    const good = { platformId, amount: '1', externalId: 'a' };
    expect(await failureOf(t.service.createTasks([good, { platformId, amount: '0' }]))).toMatchObject({
      field: 'tasks.1.amount',
    });
    const streaming = { platformId, amount: '1', taskType: 'streaming', escrow: '2' } as const;
    expect(await failureOf(t.service.createTasks([good, streaming]))).toMatchObject({
      field: 'tasks.1.escrow',
    });
    expect(await failureOf(t.service.createTasks([good, { ...good, amount: '2' }]))).toMatchObject({
      field: 'tasks.1.externalId',
      reason: 'external_id_reused',
    });
    const made = await t.service.createTasks([good, good], { idempotencyKey: 'list-1' });
    expect(made[0]?.id).toBe(made[1]?.id);
    expect(await t.service.createTasks([good, good], { idempotencyKey: 'list-1' })).toEqual(made);
  });
});

describe('taking and beginning a task', () => {
  it('is assigned, reassigned and started by those it belongs to', async () => {
    const [a, b, task] = [await t.worker(), await t.worker(), await post()];
    expect(await failureOf(t.service.startTask(task.id))).toMatchObject({
      code: 'conflict',
      reason: 'task_open',
    });
    const asA = t.service.by({ kind: 'worker', id: a.id });
    expect(await failureOf(asA.assignTask(task.id, a.id))).toMatchObject({
      code: 'forbidden',
      reason: 'not_your_task',
    });
    expect(await t.service.assignTask(task.id, a.id)).toMatchObject({
      workerId: a.id,
      status: 'pending',
      startedAt: null,
    });
    await t.service.assignTask(task.id, b.id);
    expect(await failureOf(asA.startTask(task.id))).toMatchObject({ reason: 'not_your_task' });
    const started = await t.service.by({ kind: 'worker', id: b.id }).startTask(task.id);
    expect(started).toMatchObject({ status: 'active', workerId: b.id, startedAt: expect.any(Date) });
    expect(await failureOf(t.service.startTask(task.id))).toMatchObject({
      code: 'conflict',
      reason: 'task_status',
      details: { status: 'active', expected: ['pending'] },
    });
    expect(await failureOf(t.service.startTask('tsk_none'))).toMatchObject({ code: 'not_found' });
  });

  it('that is open is claimed by one of several workers at once', async () => {
    const task = await post();
    const workers = await Promise.all(others.map(() => t.worker()));
    const claims = others.map((one, index) => {
      const id = workers[index]?.id ?? '';
      return one.by({ kind: 'worker', id }).claimTask(task.id, id);
    });
    const outcomes = await Promise.allSettled(claims);
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(await t.service.getTask(task.id)).toMatchObject({ status: 'active', workerId: workers[won]?.id });
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(3);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'conflict', reason: 'task_status' });
    const taken = await post({ workerId: workers[0]?.id ?? '' });
    expect(await failureOf(t.service.claimTask(taken.id, workers[1]?.id ?? ''))).toMatchObject({
      reason: 'task_taken',
    });
    const foreign = t.service.by({ kind: 'worker', id: workers[0]?.id ?? '' });
    expect(await failureOf(foreign.claimTask((await post()).id, workers[1]?.id ?? ''))).toMatchObject({
      code: 'forbidden',
    });
  });

  it('hands in what proves it, and only its worker does', async () => {
    const task = await active();
    const asWorker = t.service.by({ kind: 'worker', id: task.workerId });
    expect(await failureOf(asWorker.submitTask(task.id, {}))).toMatchObject({ code: 'invalid_input' });
    const asPlatform = t.service.by({ kind: 'platform', id: task.platformId });
    expect(await failureOf(asPlatform.submitTask(task.id, { completionProof: 'x' }))).toMatchObject({
      code: 'forbidden',
    });
    await asWorker.submitTask(task.id, { verificationData: { photos: ['p'] } });
    expect(await asWorker.submitTask(task.id, { completionProof: 'sha256:1' })).toMatchObject({
      ...{ status: 'active', completionProof: 'sha256:1', verificationData: { photos: ['p'] } },
      ...{ verificationStatus: 'pending', verifiedBy: null },
    });
    expect(await failureOf(t.service.submitTask((await post()).id, { completionProof: 'x' }))).toMatchObject({
      reason: 'task_status',
    });
  });
});

describe('cancelling a task', () => {
  it('gives back what is unpaid, once', async () => {
    const task = await active({ amount: '10' });
    const escrow = `escrow:${task.platformId}`;
    expect(await settled(others.map((one) => one.cancelTask(task.id, { reason: 'No need' })))).toBe(1);
    expect(await t.balance(escrow)).toBe('0');
    expect(await t.balance(`platform:${task.platformId}`)).toBe('1000000');
    expect(await t.service.getTask(task.id)).toMatchObject({ status: 'cancelled', escrowedAmount: '0' });
    const open = await post({ platformId: task.platformId });
    const once = { idempotencyKey: 'cancel-1' };
    expect(await t.service.cancelTask(open.id, once)).toEqual(await t.service.cancelTask(open.id, once));
    expect(await failureOf(t.service.startTask(open.id))).toMatchObject({ reason: 'task_status' });
  });

  it('is refused to its worker, after it was completed, and while a stream or payment of it is under way', async () => {
    const task = await active({ taskType: 'streaming' });
    expect(
      await failureOf(t.service.by({ kind: 'worker', id: task.workerId }).cancelTask(task.id)),
    ).toMatchObject({
      code: 'forbidden',
    });
    const insert = await t.scope.query<{ id: string }>(
      `insert into :schema.streams (task_id, platform_id, worker_id, start_time, end_time, total_amount, release_interval, next_release_at)
       values ($1, $2, $3, now(), now() + interval '1 hour', 25, 60, now()) returning id`,
      [task.id, task.platformId, task.workerId],
    );
    expect(await failureOf(t.service.cancelTask(task.id))).toMatchObject({
      code: 'conflict',
      reason: 'task_has_stream',
    });
    await t.scope.query(
      `update :schema.streams set status = 'cancelled', next_release_at = null, cancelled_at = now() where id = $1`,
      [insert[0]?.id],
    );
    const payout = await t.scope.query<{ id: string }>(
      `insert into :schema.transactions (worker_id, task_id, tx_type, amount, status) values ($1, $2, 'payout', 1, 'processing') returning id`,
      [task.workerId, task.id],
    );
    expect(await failureOf(t.service.cancelTask(task.id))).toMatchObject({
      reason: 'task_payment_under_way',
    });
    await t.scope.query(`update :schema.transactions set status = 'failed' where id = $1`, [payout[0]?.id]);
    await t.service.completeTaskWithReputation(task.id);
    expect(await failureOf(t.service.cancelTask(task.id))).toMatchObject({ reason: 'task_status' });
  });
});

describe('lists and profiles', () => {
  it('page through the tasks of a platform, a worker, a status, and the open ones', async () => {
    const [platform, worker] = [await t.platform(), await t.worker()];
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const workerId = count % 2 === 0 ? { workerId: worker.id } : {};
      made.unshift((await post({ platformId: platform.id, ...workerId })).id);
    }
    const ids = (page: { data: readonly Task[] }) => page.data.map(({ id }) => id);
    const first = await t.service.listTasks({ platformId: platform.id, limit: 3 });
    const rest = await t.service.listTasks({
      platformId: platform.id,
      limit: 3,
      cursor: first.nextCursor ?? '',
    });
    expect([...ids(first), ...ids(rest)]).toEqual(made);
    expect(rest).toMatchObject({ hasMore: false, nextCursor: null });
    expect(ids(await t.service.listTasks({ workerId: worker.id, status: 'pending' }))).toHaveLength(3);
    expect(ids(await t.service.listTasks({ platformId: platform.id, open: true }))).toHaveLength(2);
    expect(await failureOf(t.service.listTasks({ limit: 101 }))).toMatchObject({ field: 'limit' });
    expect(await failureOf(t.service.listTasks({ status: 'paid' as never }))).toMatchObject({
      field: 'status',
    });
    expect(await failureOf(t.service.listTasks({ cursor: 'x' }))).toMatchObject({ field: 'cursor' });
  });

  it('show a worker with ten tasks, ten transactions and its open loans; null if there is none', async () => {
    const [platform, worker] = [await t.platform(), await t.worker()];
    const list = Array.from({ length: 11 }, () => ({
      platformId: platform.id,
      workerId: worker.id,
      amount: '1.5',
    }));
    await t.service.createTasks(list);
    await t.scope.query(
      `insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, status, risk_score, predicted_earnings, repayment_due, disbursed_at, repaid_at, amount_repaid)
       select $1, 100, 3.5, 350, 103.5, s.status, 700, 200, now(), now(), case s.status when 'repaid' then now() end,
         case s.status when 'repaid' then 103.5 else 0 end
       from unnest(array['repaid', 'disbursed']) as s(status)`,
      [worker.id],
    );
    await t.scope.query(
      `select :schema.move_money(array['a ' || $1, 'b ' || $1], array['advance:' || $1, 'advance:' || $1],
         array['worker:' || $1, 'advance-fees'], array[100, 3.5], null)`,
      [worker.id],
    );
    await t.scope.query(
      `insert into :schema.transactions (worker_id, tx_type, amount) select $1, 'transfer', n from generate_series(1, 11) n`,
      [worker.id],
    );
    const profile = await t.service.getWorkerProfile(worker.id);
    expect(profile).toMatchObject({
      ...worker,
      lastActiveAt: profile?.transactions[0]?.createdAt,
      loans: [{ status: 'disbursed', totalDue: '103.5' }],
    });
    expect(profile?.tasks).toHaveLength(10);
    expect(profile?.tasks[0]).toMatchObject({ amount: '1.5', createdAt: expect.any(Date) });
    expect(profile?.transactions).toHaveLength(10);
    expect(await t.service.getWorkerProfile('wrk_none')).toBeNull();
  });

  it('take part in a transaction: what is rolled back was never posted', async () => {
    const platform = await t.platform('10');
    const undone = t.service.transaction(async (service) => {
      const task = await service.createTaskWithAudit({ platformId: platform.id, amount: '10' });
      await service.cancelTask(task.id);
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await t.balance(`platform:${platform.id}`)).toBe('10');
    expect((await t.service.listTasks({ platformId: platform.id })).data).toEqual([]);
  });
});
