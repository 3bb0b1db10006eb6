import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRetention } from '../src/kernel/index.ts';
import { signInbound } from '../src/systems/gigs/index.ts';
import { type Caller, type GigsApi, openGigsApi, type PlatformCaller } from './support/gigs-api.ts';
import { expireLeases, makeDue, reapAll, take } from './support/queue.ts';

let api: GigsApi;
let platform: PlatformCaller;
let worker: Caller;
let secret: string;
let serial = 0;

beforeAll(async () => {
  api = await openGigsApi();
  [platform, worker] = [await api.platform('100000'), await api.worker()];
  secret = await api.secretOf(platform);
  // Old and proven enough for the rules to approve small tasks with photos.
  await api.fixture.scope.query(
    `update :schema.workers set created_at = created_at - interval '100 days', reputation_score = 900 where id = $1`,
    [worker.id],
  );
});
afterAll(async () => {
  expect((await api.fixture.broken()).filter((name) => name !== 'invariant_reputation_replays')).toEqual([]);
  await api.close();
});

const event = (change: object = {}) => {
  serial += 1;
  return {
    eventId: `evt-${serial}`,
    externalTaskId: `job-${serial}`,
    workerId: worker.id,
    amount: '20',
    title: 'Delivery',
    completedAt: new Date().toISOString(),
    proof: 'sha256:1',
    verification: {
      photos: ['https://example.org/1.jpg', 'https://example.org/2.jpg'],
      // Many tasks at one place look like fraud.
      location: { latitude: serial / 10, longitude: 13.4 },
      durationMinutes: 30,
    },
    ...change,
  };
};
const send = (body: unknown, more: object = {}) => api.deliver({ key: platform.key, secret, body, ...more });
/** Works until nothing waits; jobs that wait to be tried again are made due. */
const work = async (): Promise<void> => {
  for (let round = 0; round < 40; round += 1) {
    await makeDue(api.fixture.scope);
    if (await api.service.inbound.work()) continue;
    const [row] = await api.fixture.scope.query<{ waiting: bigint }>(
      `select waiting from :schema.queue_overview where queue = 'task-completed'`,
    );
    if (row === undefined || row.waiting === 0n) return;
  }
  throw new Error('Events still wait.');
};
const taskOf = async (externalId: string) => {
  const list = await api.get('/tasks?limit=100', platform);
  return list.data.filter((task) => task.externalId === externalId);
};

describe('an event of a platform', () => {
  it('is kept, then posts the task, completes, verifies and pays it', async () => {
    const body = event();
    const answer = await send(body);
    expect([answer.status, answer.body]).toEqual([
      202,
      { id: expect.stringMatching(/^inb_/), eventId: body.eventId, created: true },
    ]);
    await work();
    expect(await taskOf(body.externalTaskId)).toMatchObject([
      {
        workerId: worker.id,
        status: 'completed',
        completionProof: 'sha256:1',
        verificationStatus: 'approved',
        verifiedBy: 'auto',
        paidAmount: '20',
        escrowedAmount: '0',
      },
    ]);
    const [row] = await api.fixture.scope.query<{ outcome: string }>(
      'select outcome from :schema.inbound_events where id = $1',
      [answer.body.id],
    );
    expect(row?.outcome).toBe('paid');
  });

  it('that comes again inside the window does nothing twice', async () => {
    const body = event();
    const before = await api.fixture.balance(`worker:${worker.id}`);
    const answers = await Promise.all([send(body), send(body), send(body), send(body)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(answers.filter((one) => one.body.created === true)).toHaveLength(1);
    await work();
    expect((await send(body)).body.created).toBe(false);
    await work();
    expect(await taskOf(body.externalTaskId)).toHaveLength(1);
    const after = await api.fixture.balance(`worker:${worker.id}`);
    expect(Number(after) - Number(before)).toBeCloseTo(19.6, 6);
  });

  it('under two ids about one task pays it once', async () => {
    const body = event();
    await send(body);
    await send({ ...body, eventId: `${body.eventId}-again` });
    await Promise.all([api.service.inbound.work(), api.service.inbound.work()]);
    await work();
    expect(await taskOf(body.externalTaskId)).toMatchObject([{ paidAmount: '20' }]);
    const paid = await api.get(`/workers/${worker.id}/earnings?type=payout&limit=100`, worker);
    const [task] = await taskOf(body.externalTaskId);
    expect(paid.data.filter((one) => one.taskId === task?.id)).toHaveLength(1);
  });

  it('with other content under a known id is refused', async () => {
    const body = event();
    await send(body);
    const other = await send({ ...body, amount: '21' });
    expect([other.status, other.body.reason, other.body.field]).toEqual([409, 'event_id_reused', 'eventId']);
    await work();
  });

  it('about a task that was posted is about that task, with its amount', async () => {
    const body = event();
    const { amount: _left, ...rest } = body;
    await api.post('/tasks', platform, { amount: '7', externalId: body.externalTaskId });
    await send(rest);
    await work();
    expect(await taskOf(body.externalTaskId)).toMatchObject([{ status: 'completed', amount: '7' }]);
  });

  it('whose task was completed, or paid, on the way is finished from there, and paid once', async () => {
    for (const isPaid of [false, true]) {
      const body = event();
      const input = { amount: body.amount, externalId: body.externalTaskId, workerId: worker.id };
      const task = await api.post('/tasks', platform, input);
      await send(body);
      await api.post(`/tasks/${task.id}/start`, platform);
      await api.post(`/tasks/${task.id}/complete`, platform);
      if (isPaid) await api.post(`/tasks/${task.id}/pay`, platform);
      await work();
      expect(await api.get(`/tasks/${task.id}`, platform)).toMatchObject({
        paidAmount: '20',
        status: 'completed',
      });
      const [row] = await api.fixture.scope.query<{ payouts: bigint }>(
        `select count(*) as payouts from :schema.transactions where task_id = $1 and tx_type = 'payout'`,
        [task.id],
      );
      expect(row?.payouts).toBe(1n);
    }
  });

  it('whose worker was killed while it had it is worked on by the next', async () => {
    const body = event();
    await send(body);
    const { scope } = api.fixture;
    const lost = await take(scope, { name: 'task-completed' }, 10, 'killed');
    expect(lost).toHaveLength(1);
    expect(await api.service.inbound.work()).toBe(false);
    await expireLeases(scope);
    expect(await reapAll(scope)).toBe(1);
    await work();
    expect(await taskOf(body.externalTaskId)).toMatchObject([{ paidAmount: '20' }]);
  });

  it('is left to a person when the rules flag it', async () => {
    const body = event({ amount: '600' });
    await send(body);
    await work();
    const [task] = await taskOf(body.externalTaskId);
    expect(task).toMatchObject({ status: 'completed', paidAmount: '0' });
    expect(['flagged', 'rejected']).toContain(task?.verificationStatus);
  });
});

describe('a sender', () => {
  const refusal = async (delivery: Parameters<GigsApi['deliver']>[0]): Promise<unknown[]> => {
    const { status, body } = await api.deliver(delivery);
    return [status, body.reason];
  };

  it('must prove who it is, in a stable order of refusals', async () => {
    const body = event();
    const good = { key: platform.key, secret, body };
    expect(await refusal({ ...good, key: undefined })).toEqual([401, 'missing_auth_headers']);
    for (const header of ['x-signature', 'x-timestamp', 'x-api-key']) {
      const answer = await api.call('POST', '/webhooks-in/task-completed', {
        body,
        headers: Object.fromEntries(
          Object.entries({ 'x-api-key': platform.key, 'x-timestamp': '1', 'x-signature': 'sha256=1' }).filter(
            ([name]) => name !== header,
          ),
        ),
      });
      expect([answer.status, answer.body.reason]).toEqual([401, 'missing_auth_headers']);
    }
    expect(await refusal({ ...good, key: 'ghk_no' })).toEqual([401, 'invalid_api_key']);
    const workerKey = (await api.post('/api-keys', worker, { name: 'k' })).key;
    expect(await refusal({ ...good, key: workerKey })).toEqual([401, 'invalid_api_key']);
    const bare = await api.platform('0');
    expect(await refusal({ ...good, key: bare.key })).toEqual([409, 'webhook_not_configured']);
    const other = await api.platform('0');
    const otherSecret = await api.secretOf(other);
    expect(await refusal({ ...good, secret: otherSecret })).toEqual([403, 'invalid_signature']);
    expect(await refusal({ ...good, headers: { 'x-signature': 'sha256=00' } })).toEqual([
      403,
      'invalid_signature',
    ]);
    expect(await refusal({ ...good, headers: { 'x-signature': '' } })).toEqual([403, 'invalid_signature']);
    expect(await refusal({ ...good, body: '{"x": ' })).toEqual([400, 'invalid_json']);
    expect(await refusal({ ...good, body: { ...body, workerId: undefined } })).toEqual([
      400,
      'invalid_payload',
    ]);
    expect(await refusal({ ...good, body: { ...body, completedAt: 'today' } })).toEqual([
      400,
      'invalid_payload',
    ]);
    expect(await refusal({ ...good, body: { ...body, amount: 20 } })).toEqual([400, 'invalid_payload']);
    await api.fixture.scope.query('update :schema.platforms set is_active = false where id = $1', [other.id]);
    expect(await refusal({ ...good, key: other.key, secret: otherSecret })).toEqual([
      403,
      'platform_inactive',
    ]);
    expect(await taskOf(body.externalTaskId)).toEqual([]);
  });

  it('is heard within five minutes, and not beyond', async () => {
    const good = { key: platform.key, secret };
    for (const skewS of [-295, 295]) {
      expect((await api.deliver({ ...good, body: event(), skewS })).status).toBe(202);
    }
    for (const skewS of [-302, 302]) {
      expect(await refusal({ ...good, body: event(), skewS })).toEqual([403, 'stale_timestamp']);
    }
    const headers = { 'x-timestamp': 'soon' };
    expect(await refusal({ ...good, body: event(), headers })).toEqual([403, 'stale_timestamp']);
    await work();
  });

  it('signs the very bytes: the same JSON written otherwise is not signed', async () => {
    const body = JSON.stringify(event());
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      'x-api-key': platform.key,
      'x-timestamp': timestamp,
      'x-signature': signInbound(secret, timestamp, body),
    };
    const path = '/webhooks-in/task-completed';
    const spaced = await api.call('POST', path, { body: body.replace('{', '{ '), headers });
    expect([spaced.status, spaced.body.reason]).toEqual([403, 'invalid_signature']);
    const later = { ...headers, 'x-timestamp': String(Number(timestamp) + 1) };
    expect((await api.call('POST', path, { body, headers: later })).status).toBe(403);
    expect((await api.call('POST', path, { body, headers })).status).toBe(202);
    await work();
  });

  it('whose secret was replaced must use the new one', async () => {
    const other = await api.platform('0');
    const [first, second] = [await api.secretOf(other), await api.secretOf(other)];
    expect(await refusal({ key: other.key, secret: first, body: event() })).toEqual([
      403,
      'invalid_signature',
    ]);
    expect((await api.deliver({ key: other.key, secret: second, body: event() })).status).toBe(202);
    const byKey = await api.call('POST', `/platforms/${other.id}/webhook-secret`, {
      as: { headers: other.keyHeaders },
    });
    expect([byKey.status, byKey.body.reason]).toEqual([403, 'token_needed']);
  });
});

describe('a dead letter', () => {
  it('is what cannot be mended at once, and can be retried once it can', async () => {
    const body = event();
    const task = await api.post('/tasks', platform, { amount: '21', externalId: body.externalTaskId });
    const { id } = (await send(body)).body;
    await work();
    const letters = await api.get('/webhooks-in/dead-letters', platform);
    expect(letters.data).toMatchObject([
      {
        id,
        platformId: platform.id,
        eventId: body.eventId,
        error: expect.stringContaining('was posted for 21'),
      },
    ]);
    const stranger = await api.platform('0');
    expect((await api.get('/webhooks-in/dead-letters', stranger)).data).toEqual([]);
    const path = `/webhooks-in/dead-letters/${id}/retry`;
    expect((await api.call('POST', path, { as: stranger })).status).toBe(403);
    await api.post(`/tasks/${task.id}/cancel`, platform);
    expect((await api.call('POST', path, { as: platform })).status).toBe(202);
    const again = await api.call('POST', path, { as: platform });
    expect([again.status, again.body.reason]).toEqual([404, 'dead_letter_not_found']);
    await work();
    expect((await api.get('/webhooks-in/dead-letters', platform)).data).toMatchObject([
      { id, error: expect.stringContaining('is cancelled') },
    ]);
  });

  it('is what stays without funds after every attempt, and is paid when retried with funds', async () => {
    const poor = await api.platform('0');
    const poorSecret = await api.secretOf(poor);
    const body = event();
    const sent = await api.deliver({ key: poor.key, secret: poorSecret, body });
    await work();
    const [letter] = (await api.get('/webhooks-in/dead-letters', poor)).data;
    expect(letter).toMatchObject({ id: sent.body.id, failures: 10 });
    await api.post(`/platforms/${poor.id}/deposits`, poor, { amount: '20' });
    await api.post(`/webhooks-in/dead-letters/${sent.body.id}/retry`, poor);
    await work();
    expect((await api.get('/webhooks-in/dead-letters', poor)).data).toEqual([]);
    expect((await api.get('/tasks', poor)).data).toMatchObject([{ paidAmount: '20' }]);
  });
});

describe('how long events are kept', () => {
  const age = (id: unknown, days: number) =>
    api.fixture.scope.query(
      `update :schema.inbound_events set received_at = received_at - make_interval(days => $2),
         processed_at = processed_at - make_interval(days => $2) where id = $1`,
      [id, days],
    );
  const kept = async (ids: readonly unknown[]): Promise<unknown[]> =>
    (
      await api.fixture.scope.query<{ id: string }>(
        'select id from :schema.inbound_events where id = any ($1) order by id',
        [ids],
      )
    ).map(({ id }) => id);
  const clean = async () => (await runRetention(api.fixture.scope, { policy: 'inbound_events' }))[0]?.gone;

  it('is 90 days from the end of the work on them; what waits or died stays', async () => {
    const [old, young] = [await send(event()), await send(event())];
    const dead = await send(event({ workerId: 'wrk_none' }));
    await work();
    const waiting = await send(event());
    for (const [{ body }, days] of [
      [old, 91],
      [young, 89],
      [dead, 400],
      [waiting, 400],
    ] as const) {
      await age(body.id, days);
    }
    expect(await clean()).toBe(1);
    const ids = [old, young, dead, waiting].map(({ body }) => body.id);
    expect(await kept(ids)).toEqual(ids.slice(1).sort());
    expect((await api.get('/webhooks-in/dead-letters', platform)).data.map(({ id }) => id)).toContain(
      dead.body.id,
    );
    await work();
    expect(await clean()).toBe(0);
    expect(await kept([waiting.body.id])).toHaveLength(1);
  });

  it('is long enough: one that is reported anew later posts and pays nothing twice', async () => {
    const body = event();
    const first = await send(body);
    await work();
    await age(first.body.id, 91);
    await clean();
    const before = await api.fixture.balance(`worker:${worker.id}`);
    const again = await send(body);
    expect([again.status, again.body.created]).toEqual([202, true]);
    await work();
    expect(await taskOf(body.externalTaskId)).toMatchObject([{ paidAmount: '20' }]);
    expect(await api.fixture.balance(`worker:${worker.id}`)).toBe(before);
    const [row] = await api.fixture.scope.query('select outcome from :schema.inbound_events where id = $1', [
      again.body.id,
    ]);
    expect(row).toEqual({ outcome: 'paid' });
  });
});
