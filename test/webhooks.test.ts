import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CreatedWebhook, Delivery } from '../src/kernel/webhooks/index.ts';
import {
  createDeliveryWorker,
  fanOut,
  retireDeliveries,
  verifyWebhook,
} from '../src/kernel/webhooks/index.ts';
import { failureOf, signal, until } from './support/kernel.ts';
import { type Hooks, openHooks, type Receiver, startReceiver } from './support/webhooks.ts';

let hooks: Hooks;
let owner: string;
let other: string;
let admin: string;
let receiver: Receiver;

beforeAll(async () => {
  hooks = await openHooks();
  owner = await hooks.account('owner');
  other = await hooks.account('other');
  admin = await hooks.account('admin', ['admin']);
});

afterAll(() => hooks?.close());

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  await receiver.close();
  const { data } = await hooks.webhooks.list();
  for (const { id } of data) await hooks.webhooks.delete(id);
});

const add = (ownerId = owner, eventTypes: readonly string[] = []): Promise<CreatedWebhook> =>
  hooks.webhooks.create({ ownerId, url: receiver.url, eventTypes });

const bodies = () => receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
const eventIds = () => bodies().map(({ id }) => id);

async function log(webhookId: string): Promise<Delivery[]> {
  return (await hooks.webhooks.listDeliveries({ webhookId })).data;
}

/** The only delivery of an endpoint. */
async function only(webhookId: string): Promise<Delivery> {
  const all = await log(webhookId);
  expect(all).toHaveLength(1);
  return all[0]!;
}

/** One event, sent; returns how the delivery stands then. */
async function sendOne(webhookId: string): Promise<Delivery> {
  await hooks.emit(owner);
  await hooks.fanAll();
  await hooks.deliver();
  return only(webhookId);
}

const waitMs = async (id: string): Promise<number> => {
  const [row] = await hooks.scope.query<{ ms: number }>(
    `select extract(epoch from d.due_at - max(a.at))::float8 * 1000 as ms
       from :schema.webhook_deliveries as d join :schema.webhook_attempts as a on a.delivery_id = d.id
      where d.id = $1 group by d.due_at`,
    [id],
  );
  return row?.ms ?? Number.NaN;
};

describe('an event', () => {
  it('arrives signed, with the delivery’s id, the database’s time and the exact payload', async () => {
    const { webhook, secret } = await add();
    const id = await hooks.emit(owner, 'note.created', { title: 'Lunch' });
    await hooks.scope.query(
      `update :schema.outbox set payload = '{"big": 12345678901234567890.12}' where id = $1`,
      [id],
    );
    await hooks.fanAll();
    await hooks.deliver();
    const [got] = receiver.received;
    const delivery = await only(webhook.id);
    expect(verifyWebhook(secret, { headers: got!.headers, body: got!.body })).toBe(delivery.id);
    expect(got!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': delivery.id });
    expect(got!.body).toContain('12345678901234567890.12');
    expect(bodies()[0]).toMatchObject({
      type: 'note.created',
      id: `evt_${id}`,
      subject: 'not_1',
      source: '/v1/notes',
    });
    expect(delivery).toMatchObject({
      state: 'delivered',
      attempts: 1,
      lastStatus: 204,
      eventId: `evt_${id}`,
    });
  });

  it('goes to endpoints of its audience and of administrators, to nobody else, and not to disabled accounts', async () => {
    const [own, strange, all] = [await add(owner), await add(other), await add(admin)];
    const mine = await hooks.emit(owner);
    const nobodys = await hooks.emit(null);
    await hooks.scope.query('update :schema.accounts set disabled_at = now() where id = $1', [other]);
    const others = await hooks.emit(other);
    await hooks.fanAll();
    await hooks.scope.query('update :schema.accounts set disabled_at = null where id = $1', [other]);
    const idsOf = async ({ webhook }: CreatedWebhook) =>
      (await log(webhook.id))
        .map(({ eventId }) => eventId)
        .filter((id) => !id?.startsWith('whe'))
        .toSorted();
    expect(await idsOf(own)).toEqual([`evt_${mine}`]);
    expect(await idsOf(strange)).toEqual([]);
    // Of the endpoints’ own events those of which it was there to hear.
    expect(await idsOf(all)).toEqual(
      expect.arrayContaining([`evt_${mine}`, `evt_${nobodys}`, `evt_${others}`]),
    );
  });

  it.each([-3_600_000, 3_600_000])(
    'is signed for the database’s time and tried again by it, with the application’s clock %i ms off',
    async (skewMs) => {
      const { webhook, secret } = await add();
      receiver.answer = (response) => void response.writeHead(500).end();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skewMs });
      try {
        const delivery = await sendOne(webhook.id);
        const [now] = await hooks.scope.query<{ s: number }>(
          'select extract(epoch from clock_timestamp())::float8 as s',
        );
        const [got] = receiver.received;
        expect(Math.abs(Number(got!.headers['webhook-timestamp']) - now!.s)).toBeLessThan(15);
        verifyWebhook(secret, { headers: got!.headers, body: got!.body }, { nowS: now!.s });
        expect(await waitMs(delivery.id)).toBeLessThanOrEqual(6_010);
        await hooks.deliver();
        expect(receiver.received).toHaveLength(1);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('goes only to endpoints that want its type, exactly or by prefix', async () => {
    const [exact, prefix, none] = [
      await add(owner, ['note.created']),
      await add(owner, ['note.*', 'bill.paid']),
      await add(owner, ['notes.*']),
    ];
    for (const type of ['note.created', 'note.deleted', 'notebook.created', 'bill.paid', 'bill.sent'])
      await hooks.emit(owner, type);
    await hooks.fanAll();
    const typesOf = async ({ webhook }: CreatedWebhook) =>
      (await log(webhook.id)).map(({ eventType }) => eventType).toSorted();
    expect(await typesOf(exact)).toEqual(['note.created']);
    expect(await typesOf(prefix)).toEqual(['bill.paid', 'note.created', 'note.deleted']);
    expect(await typesOf(none)).toEqual([]);
  });

  it('from before an endpoint was made is not sent to it', async () => {
    await hooks.emit(owner);
    const { webhook } = await add();
    await hooks.fanAll();
    expect(await log(webhook.id)).toEqual([]);
  });

  it('that nobody may hear of is passed over, and none that is still being written', async () => {
    const position = async () => {
      const [row] = await hooks.scope.query<{ at: string }>(
        `select xid::text || '-' || event_id as at from :schema.webhook_cursor`,
      );
      return row?.at;
    };
    const { webhook: silent } = await add();
    await hooks.webhooks.disable(silent.id);
    await hooks.fanAll();
    const writer = await hooks.opened.connect();
    const before = await position();
    await writer.transaction(async (tx) => {
      await tx.query(
        `insert into notes.outbox (type, subject, payload) values ('note.created', 'not_1', '{}')`,
      );
      await hooks.emit(owner);
      expect(await fanOut(hooks.instance)).toBe(false);
      // The second is complete, and waits for the first all the same.
      expect(await position()).toBe(before);
    });
    await hooks.fanAll();
    const [last] = await hooks.scope.query<{ at: string }>(
      `select xid::text || '-' || id as at from :schema.outbox order by xid desc, id desc limit 1`,
    );
    expect(await position()).toBe(last?.at);
    const { webhook } = await add();
    await hooks.emit(owner);
    await hooks.fanAll();
    expect(await log(webhook.id)).toHaveLength(1);
    expect(await log(silent.id)).toEqual([]);
  });

  it('yields one delivery for an endpoint, however many processes fan out at once', async () => {
    const { webhook } = await add();
    const second = await hooks.opened.connect();
    const rival = { ...hooks.instance, database: second, scope: hooks.scope.on(second) };
    const sent = [];
    for (let index = 0; index < 40; index += 1) sent.push(`evt_${await hooks.emit(owner)}`);
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => fanOut(index % 2 === 0 ? hooks.instance : rival)),
    );
    await hooks.fanAll();
    expect((await log(webhook.id)).map(({ eventId }) => eventId).toSorted()).toEqual(sent.toSorted());
  });
});

describe('a failure', () => {
  it.each([500, 404, 408, 429])('of status %i is tried again after about five seconds', async (status) => {
    const { webhook } = await add();
    receiver.answer = (response) => void response.writeHead(status).end('no\u0000 luck');
    const delivery = await sendOne(webhook.id);
    expect(delivery).toMatchObject({ state: 'waiting', attempts: 1, lastStatus: status });
    expect(await waitMs(delivery.id)).toBeGreaterThanOrEqual(4_990);
    expect(await waitMs(delivery.id)).toBeLessThanOrEqual(6_010);
    const detail = await hooks.webhooks.findDelivery({ webhookId: webhook.id, deliveryId: delivery.id });
    expect(detail?.attemptLog).toMatchObject([
      { number: 1, status, error: `It answered ${status}.`, response: 'no\ufffd luck' },
    ]);
  });

  it('follows the schedule of the standard with a jitter of a fifth, then is a dead letter', async () => {
    const { webhook, secret } = await add();
    receiver.answer = (response) => void response.writeHead(503).end();
    let delivery = await sendOne(webhook.id);
    const waits: number[] = [];
    while (delivery.state === 'waiting') {
      waits.push((await waitMs(delivery.id)) / 1000);
      await hooks.hurry();
      await hooks.deliver();
      delivery = await only(webhook.id);
    }
    const wanted = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
    expect(waits).toHaveLength(wanted.length);
    for (const [index, least] of wanted.entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least - 0.01);
      expect(waits[index]).toBeLessThanOrEqual(least * 1.2 + 0.01);
    }
    expect(delivery).toMatchObject({
      state: 'dead',
      reason: 'schedule_ended',
      attempts: 10,
      lastStatus: 503,
    });
    expect((await hooks.webhooks.get(webhook.id)).failingSince).not.toBeNull();
    // Ten attempts, one id, each signed for its own time.
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([delivery.id]),
    );
    for (const { headers, body } of receiver.received) verifyWebhook(secret, { headers, body });
    expect((await hooks.webhooks.listDeliveries({ webhookId: webhook.id, state: 'dead' })).data).toHaveLength(
      1,
    );
  });

  it('with Retry-After waits as long as asked, up to a day, and never shorter than the schedule', async () => {
    const asked = async (value: string): Promise<number> => {
      const { webhook } = await add();
      receiver.answer = (response) => void response.writeHead(429, { 'retry-after': value }).end();
      const { id } = await sendOne(webhook.id);
      const wait = (await waitMs(id)) / 1000;
      await hooks.webhooks.delete(webhook.id);
      return wait;
    };
    expect(await asked('120')).toBeCloseTo(120, 0);
    expect(await asked('999999999')).toBeCloseTo(86_400, 0);
    expect(await asked('1')).toBeGreaterThan(4.9);
    expect(await asked('soon')).toBeLessThan(6.1);
    const at = new Date(Date.now() + 600_000);
    expect(Math.abs((await asked(at.toUTCString())) - 600)).toBeLessThan(10);
  });

  it.each([301, 302, 307, 308])('of a redirect (%i) says so, and nothing is followed', async (status) => {
    const { webhook } = await add();
    receiver.answer = (response) => void response.writeHead(status, { location: '/elsewhere' }).end();
    const delivery = await sendOne(webhook.id);
    expect(delivery).toMatchObject({ state: 'waiting', lastStatus: status });
    expect(delivery.lastError).toBe(
      `It answered ${status}, a redirect to /elsewhere; redirects are not followed.`,
    );
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('of a receiver that hangs, resets or speaks nonsense ends in time and is told apart', async () => {
    const { webhook } = await add();
    receiver.answer = () => undefined;
    await hooks.emit(owner);
    await hooks.fanAll();
    await hooks.deliver({ timeoutMs: 100 });
    expect(await only(webhook.id)).toMatchObject({ lastStatus: null, lastError: 'No answer within 100 ms.' });
    receiver.answer = (response) => void response.socket?.resetAndDestroy();
    await hooks.hurry();
    await hooks.deliver();
    expect((await only(webhook.id)).lastError).toMatch(/ECONNRESET|socket hang up/);
    receiver.answer = (response) => void response.socket?.end('gibberish\r\n\r\n');
    await hooks.hurry();
    await hooks.deliver();
    expect((await only(webhook.id)).lastError).toMatch(/Parse Error/);
    await receiver.close();
    await hooks.hurry();
    await hooks.deliver();
    expect((await only(webhook.id)).lastError).toMatch(/ECONNREFUSED/);
  });

  it('is none when the status came and only the rest of the answer is slow or endless', async () => {
    const { webhook } = await add();
    receiver.answer = (response) => void response.writeHead(200).write('thanks, but');
    await hooks.emit(owner);
    await hooks.fanAll();
    await hooks.deliver({ timeoutMs: 200 });
    expect(await only(webhook.id)).toMatchObject({ state: 'delivered', lastStatus: 200 });
    receiver.answer = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        if (response.writable && response.write('x'.repeat(16_384))) setImmediate(pour);
        else response.once('drain', pour);
      };
      pour();
    };
    await hooks.emit(owner);
    await hooks.fanAll();
    await hooks.deliver({ timeoutMs: 10_000 });
    const [newest] = await log(webhook.id);
    const detail = await hooks.webhooks.findDelivery({ webhookId: webhook.id, deliveryId: newest!.id });
    expect(detail?.attemptLog[0]?.response).toHaveLength(1_024);
    expect(detail?.attemptLog[0]?.durationMs).toBeLessThan(5_000);
  });
});

describe('an endpoint', () => {
  it('that answers 410 is disabled at once, its owner is told, and what waited becomes dead letters', async () => {
    const { webhook } = await add();
    for (let index = 0; index < 3; index += 1) await hooks.emit(owner);
    await hooks.fanAll();
    receiver.answer = (response) => void response.writeHead(410).end();
    await hooks.deliver({ atOnce: 1 });
    expect(await hooks.webhooks.get(webhook.id)).toMatchObject({ state: 'disabled', disabledReason: 'gone' });
    expect(receiver.received).toHaveLength(1);
    const [event] = await hooks.scope.query<{ audience: string; payload: object }>(
      `select audience, payload from :schema.outbox where type = 'webhook.disabled' and subject = $1`,
      [webhook.id],
    );
    expect(event).toMatchObject({ audience: owner, payload: { reason: 'gone', url: receiver.url } });
    await retireDeliveries(hooks.scope);
    expect((await log(webhook.id)).map(({ reason }) => reason).toSorted()).toEqual([
      'endpoint_disabled',
      'endpoint_disabled',
      'endpoint_gone',
    ]);
    expect(await failureOf(hooks.webhooks.ping(webhook.id))).toMatchObject({ reason: 'webhook_disabled' });
  });

  it('with dead letters for five days and no success is disabled; a success in between starts anew', async () => {
    const { webhook } = await add();
    const die = async (): Promise<void> => {
      receiver.answer = (response) => void response.writeHead(500).end();
      await hooks.emit(owner);
      await hooks.fanAll();
      await hooks.scope.query('update :schema.webhook_deliveries set tries = 9, attempts = 9');
      await hooks.deliver();
    };
    const daysAgo = (days: number) =>
      hooks.scope.query(
        'update :schema.webhook_endpoints set failing_since = clock_timestamp() - make_interval(days => $2) where id = $1',
        [webhook.id, days],
      );
    await die();
    await daysAgo(4);
    await die();
    expect((await hooks.webhooks.get(webhook.id)).state).toBe('active');
    await daysAgo(6);
    receiver.answer = (response) => void response.writeHead(200).end();
    await hooks.emit(owner);
    await hooks.fanAll();
    await hooks.deliver();
    expect((await hooks.webhooks.get(webhook.id)).failingSince).toBeNull();
    await die();
    expect((await hooks.webhooks.get(webhook.id)).state).toBe('active');
    await daysAgo(5);
    await die();
    expect(await hooks.webhooks.get(webhook.id)).toMatchObject({
      state: 'disabled',
      disabledReason: 'failing',
    });
  });

  it('that hangs takes no more than its share: others get theirs meanwhile', async () => {
    const slow = await startReceiver();
    slow.answer = () => undefined;
    await hooks.webhooks.create({ ownerId: owner, url: slow.url });
    const { webhook } = await add();
    for (let index = 0; index < 30; index += 1) await hooks.emit(owner);
    await hooks.fanAll();
    const worker = createDeliveryWorker(hooks.instance, { atOnce: 10, perEndpoint: 4, timeoutMs: 1_500 });
    await until('the other endpoint to have everything', async () => {
      await worker.run();
      return receiver.received.length === 30;
    });
    expect(slow.received.length).toBeLessThanOrEqual(4);
    await worker.drain();
    await slow.close();
    expect((await log(webhook.id)).every(({ state }) => state === 'delivered')).toBe(true);
  });

  it('is one of fifty of its owner at most, and an account that is not there has none', async () => {
    for (let index = 0; index < 50; index += 1) await add(other);
    expect(await failureOf(add(other))).toMatchObject({
      code: 'limit_exceeded',
      reason: 'too_many_webhooks',
    });
    expect(await failureOf(add('acc_none'))).toMatchObject({ code: 'not_found' });
  });

  it('with a bad type or address is refused', async () => {
    const bad = (input: object) =>
      failureOf(hooks.webhooks.create({ ownerId: owner, url: receiver.url, ...input }));
    expect(await bad({ eventTypes: ['Note Created'] })).toMatchObject({ field: 'eventTypes[0]' });
    expect(await bad({ eventTypes: ['*'] })).toMatchObject({ field: 'eventTypes[0]' });
    expect(await bad({ url: 'https://10.1.2.3/' })).toMatchObject({ field: 'url' });
    expect(await bad({ url: 'http://example.com/' })).toMatchObject({ field: 'url' });
    expect(await bad({ description: 'x'.repeat(201) })).toMatchObject({ field: 'description' });
  });
});

describe('a rotated secret', () => {
  it('signs beside the old one until the overlap is over, and alone from then on', async () => {
    const { webhook, secret: first } = await add();
    const { secret: second, oldSignsUntil } = await hooks.webhooks.rotateSecret(webhook.id);
    expect(oldSignsUntil.getTime() - Date.now()).toBeGreaterThan(86_000_000);
    await sendOne(webhook.id);
    const [got] = receiver.received;
    for (const secret of [first, second]) verifyWebhook(secret, { headers: got!.headers, body: got!.body });
    await hooks.scope.query(
      'update :schema.webhook_secrets set signs_until = clock_timestamp() where signs_until is not null',
    );
    const [delivery] = await log(webhook.id);
    await hooks.webhooks.replay({ webhookId: webhook.id, deliveryId: delivery!.id });
    await hooks.deliver();
    const again = receiver.received[1]!;
    verifyWebhook(second, { headers: again.headers, body: again.body });
    expect(() => verifyWebhook(first, { headers: again.headers, body: again.body })).toThrow();
  });

  it('without overlap ends the old one at once; twice in a row leaves two', async () => {
    const { webhook, secret: first } = await add();
    const { secret: second } = await hooks.webhooks.rotateSecret(webhook.id, { overlapS: 0 });
    await sendOne(webhook.id);
    const [got] = receiver.received;
    verifyWebhook(second, { headers: got!.headers, body: got!.body });
    expect(() => verifyWebhook(first, { headers: got!.headers, body: got!.body })).toThrow();
    await Promise.all([hooks.webhooks.rotateSecret(webhook.id), hooks.webhooks.rotateSecret(webhook.id)]);
    const [row] = await hooks.scope.query<{ count: bigint }>(
      'select count(*) as count from :schema.webhook_secrets where endpoint_id = $1',
      [webhook.id],
    );
    expect(row?.count).toBe(2n);
  });

  it('is in no audit entry, no event and no error', async () => {
    const { webhook, secret } = await add();
    await hooks.webhooks.rotateSecret(webhook.id);
    const rows = await hooks.scope.query(
      `select to_jsonb(o)::text as text from :schema.outbox as o union all select to_jsonb(a)::text from :schema.audit_log as a`,
    );
    const bare = secret.slice('whsec_'.length);
    expect(JSON.stringify(rows)).not.toContain(bare);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(bare, 'base64').toString('hex'));
  });
});

describe('the log', () => {
  it('pages through live and finished deliveries, each once, while they change places', async () => {
    const { webhook } = await add();
    for (let index = 0; index < 25; index += 1) await hooks.emit(owner);
    await hooks.fanAll();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await hooks.webhooks.listDeliveries({
        webhookId: webhook.id,
        limit: 4,
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
      if (seen.length === 12) await hooks.deliver();
    } while (cursor !== null);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('sends one again under its id, with the whole schedule, and moves it from the history', async () => {
    const { webhook } = await add();
    const delivery = await sendOne(webhook.id);
    await hooks.webhooks.replay({ webhookId: webhook.id, deliveryId: delivery.id });
    expect(await only(webhook.id)).toMatchObject({ id: delivery.id, state: 'waiting', attempts: 1 });
    await hooks.deliver();
    expect(await only(webhook.id)).toMatchObject({ id: delivery.id, state: 'delivered', attempts: 2 });
    expect(eventIds()).toEqual([delivery.eventId, delivery.eventId]);
    const unknown = delivery.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const error = await failureOf(hooks.webhooks.replay({ webhookId: webhook.id, deliveryId: unknown }));
    expect(error).toMatchObject({ code: 'not_found', reason: 'delivery_unknown' });
  });

  it('sends the dead letters of an endpoint since a time again, and no others', async () => {
    const { webhook } = await add();
    receiver.answer = (response) => void response.writeHead(500).end();
    for (let index = 0; index < 4; index += 1) await hooks.emit(owner);
    await hooks.fanAll();
    await hooks.scope.query(
      `update :schema.webhook_deliveries
          set tries = 9, attempts = 9, created_at = created_at + make_interval(secs => event_id)`,
    );
    await hooks.deliver();
    const [, , third] = (await log(webhook.id)).toReversed();
    receiver.received.length = 0;
    receiver.answer = (response) => void response.writeHead(200).end();
    await hooks.emit(owner);
    await hooks.fanAll();
    await hooks.deliver();
    expect(await hooks.webhooks.replayDead({ webhookId: webhook.id, since: third!.createdAt })).toEqual({
      replayed: 2,
      more: false,
    });
    await hooks.deliver();
    expect(receiver.received).toHaveLength(3);
    expect((await log(webhook.id)).filter(({ state }) => state === 'dead')).toHaveLength(2);
    expect(await hooks.webhooks.replayDead({ webhookId: webhook.id, since: new Date(0) })).toMatchObject({
      replayed: 2,
    });
  });

  it('shows a test ping, which is tried once and harms nothing', async () => {
    const { webhook, secret } = await add();
    receiver.answer = (response) => void response.writeHead(500).end('down');
    const id = await hooks.webhooks.ping(webhook.id);
    await hooks.deliver();
    expect(await only(webhook.id)).toMatchObject({
      id,
      eventId: null,
      eventType: 'webhook.test',
      state: 'dead',
      reason: 'test_failed',
    });
    const [got] = receiver.received;
    expect(verifyWebhook(secret, { headers: got!.headers, body: got!.body })).toBe(id);
    expect((await hooks.webhooks.get(webhook.id)).failingSince).toBeNull();
  });
});

describe('a claim', () => {
  it('that was overtaken is refused: the late result changes nothing', async () => {
    const { webhook } = await add();
    const [entered, leave] = [signal(), signal()];
    receiver.answer = async (response) => {
      entered.fire();
      await leave.promise;
      response.writeHead(500).end();
    };
    await hooks.emit(owner);
    await hooks.fanAll();
    const late = createDeliveryWorker(hooks.instance);
    await late.run();
    await entered.promise;
    // The lease ends, another worker is faster.
    await hooks.hurry();
    receiver.answer = (response) => void response.writeHead(200).end();
    await hooks.deliver();
    const before = await only(webhook.id);
    expect(before).toMatchObject({ state: 'delivered', attempts: 1 });
    leave.fire();
    await late.drain();
    expect(await only(webhook.id)).toEqual(before);
  });

  it('is given to one of many workers, whatever the application’s clock says', async () => {
    await add();
    for (let index = 0; index < 40; index += 1) await hooks.emit(owner);
    await hooks.fanAll();
    const claims = await Promise.all(
      Array.from({ length: 8 }, () =>
        hooks.scope.query<{ id: string }>('select id from :schema.webhook_claim(10, 10, 60)'),
      ),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // All of them are leased now, to nobody who is there.
    await hooks.deliver();
    await hooks.hurry();
    await hooks.deliver();
    expect(receiver.received).toHaveLength(40);
  });

  it('waits for nobody who deletes the endpoint, and the late result of one that is gone is refused', async () => {
    const { webhook } = await add();
    const leave = signal();
    receiver.answer = async (response) => {
      await leave.promise;
      response.writeHead(200).end();
    };
    await hooks.emit(owner);
    await hooks.fanAll();
    const worker = createDeliveryWorker(hooks.instance, {
      onError: (error) => {
        throw error;
      },
    });
    await worker.run();
    await hooks.webhooks.delete(webhook.id);
    leave.fire();
    await worker.drain();
    expect(await hooks.webhooks.find(webhook.id)).toBeNull();
  });
});

describe('after a restore on another server', () => {
  it('rebase_outbox keeps what was read apart from what was not: nothing is skipped and nothing doubled', async () => {
    const { webhook } = await add();
    const read = `evt_${await hooks.emit(owner)}`;
    await hooks.fanAll();
    const unread = `evt_${await hooks.emit(owner)}`;
    // As if all of it had come from a server that was further on.
    await hooks.scope.query('update :schema.outbox set xid = (xid::text::bigint + 1000000)::text::xid8');
    await hooks.scope.query(
      'update :schema.webhook_cursor set xid = (xid::text::bigint + 1000000)::text::xid8',
    );
    const ahead = 'select * from :schema.invariant_webhook_cursor_not_ahead';
    expect(await hooks.scope.query(ahead)).toHaveLength(1);
    await hooks.scope.query('select :schema.rebase_outbox()');
    expect(await hooks.scope.query(ahead)).toEqual([]);
    await hooks.fanAll();
    expect((await log(webhook.id)).map(({ eventId }) => eventId).toSorted()).toEqual(
      [read, unread].toSorted(),
    );
    const late = `evt_${await hooks.emit(owner)}`;
    await hooks.fanAll();
    expect((await log(webhook.id)).map(({ eventId }) => eventId)).toContain(late);
    expect(await hooks.scope.query('select * from :schema.invariant_webhook_deliveries_once')).toEqual([]);
  });
});
