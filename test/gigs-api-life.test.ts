import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshKey, type GigsApi, openGigsApi } from './support/gigs-api.ts';
import { eligibleWorker } from './support/gigs-risk.ts';

let api: GigsApi;

beforeAll(async () => {
  api = await openGigsApi();
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

describe('a task', () => {
  it('is posted, claimed, handed in, completed, paid and withdrawn over HTTP', async () => {
    const [platform, worker] = [await api.platform('100'), await api.worker()];
    const task = await api.post('/tasks', platform, { amount: '25', title: 'Delivery', externalId: 'j1' });
    expect(task).toMatchObject({ status: 'pending', escrowedAmount: '25', workerId: null });
    const open = await api.get('/tasks?open=true', worker);
    expect(open.data.map(({ id }) => id)).toContain(task.id);
    expect(await api.get(`/tasks/${task.id}`, worker)).toMatchObject({ id: task.id });

    const claimed = await api.post(`/tasks/${task.id}/claim`, worker);
    expect(claimed).toMatchObject({ status: 'active', workerId: worker.id });
    await api.post(`/tasks/${task.id}/submit`, worker, { completionProof: 'sha256:1' });
    const completed = await api.post(`/tasks/${task.id}/complete`, platform);
    expect(completed).toMatchObject({ status: 'completed', reputationDelta: 10, reputationScore: 510 });
    expect(await api.get(`/workers/${worker.id}/balance`, worker)).toMatchObject({ pendingUsdc: '25' });

    const paid = await api.post(`/tasks/${task.id}/pay`, platform);
    expect(paid).toMatchObject({
      txType: 'payout',
      status: 'completed',
      amount: '25',
      fee: '0.5',
      net: '24.5',
    });
    expect(await api.get(`/workers/${worker.id}/balance`, worker)).toMatchObject({
      balanceUsdc: '24.5',
      pendingUsdc: '0',
    });
    await api.post(`/tasks/${task.id}/rate`, platform, { stars: 5 });
    await api.post(`/tasks/${task.id}/rate`, worker, { stars: 4 });
    expect(await api.get(`/tasks/${task.id}`, worker)).toMatchObject({ workerRating: 5, platformRating: 4 });
    expect(await api.get(`/workers/${worker.id}/reputation`, worker)).toMatchObject({
      score: 520,
      rank: 'Bronze',
      badges: expect.arrayContaining(['First Task']),
    });

    const toAddress = `0x${'12'.repeat(20)}`;
    const out = await api.post(`/workers/${worker.id}/withdrawals`, worker, { amount: '20', toAddress });
    expect(out).toMatchObject({ txType: 'withdrawal', status: 'pending', amount: '20' });
    expect(await api.get(`/workers/${worker.id}/balance`, worker)).toMatchObject({ balanceUsdc: '4.5' });

    const earnings = await api.get(`/workers/${worker.id}/earnings?type=payout&limit=1`, worker);
    expect(earnings).toMatchObject({
      summary: { totalEarned: '25', payoutCount: 1, payoutTotal: '25' },
      matching: { count: 1, total: '25' },
    });
    const profile = await api.get(`/workers/${worker.id}`, worker);
    expect(profile).toMatchObject({ id: worker.id, tasks: [{ id: task.id }], loans: [] });
    const analytics = await api.get(`/platforms/${platform.id}/analytics?days=7&granularity=week`, platform);
    expect(analytics).toMatchObject({
      totals: { tasks: 1, completed: 1, payouts: 1, amount: '25', fees: '0.5', workers: 1 },
      topWorkers: [{ workerId: worker.id, amount: '25', payouts: 1 }],
      allTime: { totalTasks: 1, totalPayouts: '25' },
    });
    const workers = await api.get(`/platforms/${platform.id}/workers?minReputation=520`, platform);
    expect(workers.data).toHaveLength(1);
    expect(workers.data[0]).not.toHaveProperty('email');
    expect((await api.get(`/platforms/${platform.id}/workers?minReputation=521`, platform)).data).toEqual([]);
  });

  it('whose call is repeated under its key is paid once, with the first answer', async () => {
    const [platform, worker] = [await api.platform(), await api.worker()];
    const task = await api.post('/tasks', platform, { amount: '10', workerId: worker.id });
    await api.post(`/tasks/${task.id}/start`, worker);
    await api.post(`/tasks/${task.id}/complete`, platform);
    const headers = freshKey();
    const pay = () => api.call('POST', `/tasks/${task.id}/pay`, { as: platform, headers });
    const answers = await Promise.all([pay(), pay(), pay()]);
    const good = answers.filter(({ status }) => status === 201);
    expect(good.length).toBeGreaterThan(0);
    expect(new Set(good.map(({ text }) => text)).size).toBe(1);
    expect((await pay()).headers.get('idempotent-replayed')).toBe('true');
    const again = await api.call('POST', `/tasks/${task.id}/pay`, { as: platform, headers: freshKey() });
    expect([again.status, again.body.reason]).toEqual([409, 'task_already_paid']);
    expect(await api.fixture.balance(`worker:${worker.id}`)).toBe('9.8');
  });

  it('is completed and paid in one call by its platform, by the platform’s own id', async () => {
    const [platform, worker] = [await api.platform(), await api.worker()];
    const task = await api.post('/tasks', platform, { amount: '10', workerId: worker.id, externalId: 'x-1' });
    await api.post(`/tasks/${task.id}/start`, platform);
    const path = `/platforms/${platform.id}/tasks/complete`;
    const both = await api.post(path, platform, { externalId: 'x-1', proof: 'sha256:2' });
    expect(both).toMatchObject({
      task: { id: task.id, status: 'completed', completionProof: 'sha256:2', paidAmount: '10' },
      payment: { status: 'completed', net: '9.8' },
    });
    const none = await api.call('POST', path, { as: platform, headers: freshKey(), body: {} });
    expect([none.status, none.body.field]).toEqual([400, 'taskId']);
    const other = await api.call('POST', path, {
      as: platform,
      headers: freshKey(),
      body: { externalId: 'no' },
    });
    expect([other.status, other.body.reason]).toEqual([404, 'task_not_found']);
  });

  it('that cannot be paid for is refused, and one that is cancelled gives the money back', async () => {
    const platform = await api.platform('5');
    const poor = await api.call('POST', '/tasks', {
      as: platform,
      headers: freshKey(),
      body: { amount: '6' },
    });
    expect([poor.status, poor.body.reason]).toEqual([409, 'insufficient_funds']);
    const task = await api.post('/tasks', platform, { amount: '5' });
    expect(await api.fixture.balance(`platform:${platform.id}`)).toBe('0');
    const cancelled = await api.post(`/tasks/${task.id}/cancel`, platform, { reason: 'no need' });
    expect(cancelled).toMatchObject({ status: 'cancelled', escrowedAmount: '0' });
    expect(await api.fixture.balance(`platform:${platform.id}`)).toBe('5');
  });

  it('is disputed by a side, and resolved by an administrator', async () => {
    const [platform, worker, admin] = [await api.platform(), await api.worker(), await api.admin()];
    const task = await api.post('/tasks', platform, { amount: '10', workerId: worker.id });
    await api.post(`/tasks/${task.id}/start`, worker);
    await api.post(`/tasks/${task.id}/complete`, platform);
    await api.post(`/tasks/${task.id}/dispute`, platform, { reason: 'wrong address' });
    const asPlatform = await api.call('POST', `/tasks/${task.id}/resolve`, {
      as: platform,
      body: { outcome: 'complete' },
    });
    expect(asPlatform.status).toBe(403);
    const resolved = await api.post(`/tasks/${task.id}/resolve`, admin, { outcome: 'complete', severity: 2 });
    expect(resolved).toMatchObject({ status: 'completed', wasDisputed: true });
    expect(await api.get(`/workers/${worker.id}/reputation`, worker)).toMatchObject({ score: 490 });
  });

  it('is verified by the rules, and reviewed by its platform', async () => {
    const [platform, worker] = [await api.platform(), await api.worker()];
    const task = await api.post('/tasks', platform, { amount: '10', workerId: worker.id });
    await api.post(`/tasks/${task.id}/start`, worker);
    await api.post(`/tasks/${task.id}/complete`, platform);
    const verified = await api.post(`/tasks/${task.id}/verify`, platform, {
      photos: ['https://example.org/1.jpg', 'https://example.org/2.jpg'],
      durationMinutes: 30,
    });
    expect(verified).toMatchObject({ task: { id: task.id, verifiedBy: 'auto' }, result: { fraud: {} } });
    const reviewed = await api.post(`/tasks/${task.id}/review`, platform, { verdict: 'approve' });
    expect(reviewed).toMatchObject({ verificationStatus: 'approved', verifiedBy: 'manual' });
  });
});

describe('a stream', () => {
  it('begins with its task, is withdrawn from, paused, resumed and cancelled', async () => {
    const [platform, worker] = [await api.platform(), await api.worker()];
    const input = { amount: '36', taskType: 'streaming', workerId: worker.id, escrow: '18', externalId: 's' };
    await api.post('/tasks', platform, input);
    const { stream } = await api.post(`/platforms/${platform.id}/tasks/start-stream`, platform, {
      externalId: 's',
      durationS: 3_600,
      releaseIntervalS: 60,
    });
    expect(stream).toMatchObject({ status: 'active', totalAmount: '36', fundedAmount: '18' });
    await api.fixture.scope.query(
      `update :schema.streams set start_time = start_time - interval '10 minutes',
         end_time = end_time - interval '10 minutes' where id = $1`,
      [stream.id],
    );
    const path = `/streams/${stream.id}`;
    const topped = await api.post(`${path}/top-up`, platform, { amount: '18' });
    expect(topped).toMatchObject({ fundedAmount: '36', runsOutAt: null });
    const taken = await api.post(`${path}/withdraw`, worker, { amount: '1' });
    expect(taken).toMatchObject({ transaction: { amount: '1', streamId: stream.id } });
    expect(await api.post(`${path}/pause`, platform)).toMatchObject({ status: 'paused' });
    expect(await api.post(`${path}/resume`, platform)).toMatchObject({ status: 'active' });
    const admin = await api.admin();
    const running = await api.get('/streams/active', admin);
    expect(running.data).toMatchObject([{ id: stream.id, worker: { id: worker.id } }]);
    expect((await api.get(`/workers/${worker.id}/streams`, worker)).data).toHaveLength(1);
    const cancelled = await api.post(`${path}/cancel`, platform);
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect(Number(cancelled.releasedAmount)).toBeGreaterThanOrEqual(6);
  });

  it('is made of an active streaming task by its platform', async () => {
    const [platform, worker] = [await api.platform(), await api.worker()];
    const task = await api.post('/tasks', platform, {
      amount: '36',
      taskType: 'streaming',
      workerId: worker.id,
    });
    const body = { taskId: task.id, durationS: 3_600, releaseIntervalS: 60 };
    const early = await api.call('POST', '/streams', { as: platform, headers: freshKey(), body });
    expect([early.status, early.body.reason]).toEqual([409, 'task_not_active']);
    await api.post(`/tasks/${task.id}/start`, platform);
    const stream = await api.post('/streams', platform, body);
    expect(await api.get(`/streams/${stream.id}`, worker)).toMatchObject({ taskId: task.id });
  });
});

describe('an advance', () => {
  it('that was written off is still shown as owed, and recovered by a repayment', async () => {
    const [platform, admin] = [await api.platform('5000'), await api.admin()];
    const worker = await eligibleWorker(api.fixture, platform.id);
    const { id } = await api.service.requestAdvance(worker, { amount: '100' });
    const key = freshKey();
    const writeOff = (reason: string) =>
      api.call('POST', `/loans/${id}/write-off`, { as: admin, headers: key, body: { reason } });
    const early = await writeOff('too early');
    expect([early.status, early.body.reason]).toEqual([409, 'loan_not_defaulted']);
    await api.fixture.scope.query(
      `update :schema.loans set repayment_due = statement_timestamp() - interval '1 millisecond' where id = $1`,
      [id],
    );
    await api.service.defaultOverdueLoans();
    for (const bad of ['', 'x'.repeat(1_001)]) {
      const refused = await writeOff(bad);
      expect([refused.status, refused.body.field]).toEqual([400, 'reason']);
    }
    const [written, twice] = [await writeOff('x'.repeat(1_000)), await writeOff('x'.repeat(1_000))];
    expect([written.status, written.body]).toMatchObject([200, { id, status: 'written_off' }]);
    expect([twice.status, twice.text]).toEqual([200, written.text]);
    expect(await api.fixture.balance('losses')).toBe('103.5');
    const [entry] = await api.fixture.scope.query(
      `select actor_type as kind, actor_id as actor from :schema.audit_logs
        where action = 'written_off' and resource_id = $1`,
      [id],
    );
    expect(entry).toEqual({ kind: 'admin', actor: admin.id });
    const { activeLoan } = await api.get(`/workers/${worker}/loans/active`, admin);
    expect(activeLoan).toMatchObject({ id, status: 'written_off', remaining: '103.5' });
    const path = `/workers/${worker}/loans/${id}/repay`;
    const headers = freshKey();
    const repay = () => api.call('POST', path, { as: admin, headers, body: { amount: '60' } });
    const [first, again] = [await repay(), await repay()];
    expect([first.status, first.body]).toMatchObject([200, { status: 'written_off', amountRepaid: '60' }]);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(await api.fixture.balance('losses')).toBe('43.5');
  });

  it('is refused with the reasons, or paid out and repaid', async () => {
    const [platform, worker] = [await api.platform('5000'), await api.worker()];
    const path = `/workers/${worker.id}`;
    const before = await api.get(`${path}/advance/eligibility`, worker);
    expect(before).toMatchObject({ eligible: false, installments: 5 });
    const refused = await api.call('POST', `${path}/advance`, {
      as: worker,
      headers: freshKey(),
      body: { amount: '100' },
    });
    expect([refused.status, refused.body.reason]).toEqual([409, 'not_eligible']);

    for (let index = 0; index < 60; index += 1) {
      const task = await api.post('/tasks', platform, { amount: '50', workerId: worker.id });
      await api.post(`/tasks/${task.id}/start`, worker);
      await api.post(`/tasks/${task.id}/complete`, platform);
      await api.post(`/tasks/${task.id}/pay`, platform);
    }
    await api.fixture.scope.query(
      `update :schema.workers set created_at = created_at - interval '40 days' where id = $1`,
      [worker.id],
    );
    await api.fixture.scope.query(
      `update :schema.transactions t set created_at = t.created_at - make_interval(days => (n.place % 10)::integer + 1),
         processed_at = t.processed_at - make_interval(days => (n.place % 10)::integer + 1)
       from (select id, row_number() over () as place from :schema.transactions where worker_id = $1) as n
       where n.id = t.id`,
      [worker.id],
    );
    expect(await api.get(`${path}/risk`, worker)).toMatchObject({ workerId: worker.id });
    expect(await api.get(`${path}/prediction?days=14`, worker)).toMatchObject({ days: 14 });
    const loan = await api.post(`${path}/advance`, worker, { amount: '100' });
    expect(loan).toMatchObject({ amount: '100', workerId: worker.id, installments: 5 });
    const { activeLoan } = await api.get(`${path}/loans/active`, worker);
    expect(activeLoan).toMatchObject({ id: loan.id, progress: 0 });
    const second = await api.call('POST', `${path}/advance`, {
      as: worker,
      headers: freshKey(),
      body: { amount: '1' },
    });
    expect([second.status, second.body.reason]).toEqual([409, 'active_loan_exists']);
    const repaid = await api.post(`${path}/loans/${loan.id}/repay`, worker, {
      amount: String(loan.totalDue),
    });
    expect(repaid).toMatchObject({ status: 'repaid' });
    const over = await api.call('POST', `${path}/loans/${loan.id}/repay`, {
      as: worker,
      headers: freshKey(),
      body: { amount: '1' },
    });
    expect([over.status, over.body.reason]).toEqual([404, 'no_open_loan']);
    expect((await api.get(`${path}/loans?status=repaid`, worker)).data).toHaveLength(1);
    expect(await api.get(`${path}/loans/active`, worker)).toEqual({ activeLoan: null });
  });
});

describe('figures for administrators', () => {
  it('are transactions by day, and workers by reputation', async () => {
    const admin = await api.admin();
    const [row] = await api.fixture.scope.query<{ today: string }>(
      `select to_char(statement_timestamp() at time zone 'UTC', 'YYYY-MM-DD') as today`,
    );
    const daily = await api.get(`/analytics/daily?from=${row?.today}`, admin);
    expect(daily.data.map(({ txType }) => txType)).toContain('deposit');
    const workers = await api.get('/workers?minReputation=520&withTotal=true', admin);
    expect(workers.total).toBe(workers.data.length);
    const bad = await api.call('GET', '/analytics/daily?from=2026-02-30', { as: admin });
    expect([bad.status, bad.body.field]).toEqual([400, 'from']);
  });

  it('of a platform are refused for more than 90 days, naming the field', async () => {
    const platform = await api.platform('0');
    for (const days of ['0', '91', 'x']) {
      const path = `/platforms/${platform.id}/analytics?days=${days}`;
      const answer = await api.call('GET', path, { as: platform });
      expect([answer.status, answer.body.field]).toEqual([400, 'days']);
    }
    expect((await api.get(`/platforms/${platform.id}/analytics?days=90`, platform)).series).toHaveLength(90);
  });
});
