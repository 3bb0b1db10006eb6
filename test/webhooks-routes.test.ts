import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp, createLogger } from '../src/http/index.ts';
import { startTasks } from '../src/kernel/tasks.ts';
import { verifyWebhook } from '../src/kernel/webhooks/index.ts';
import { problemOf } from './support/face.ts';
import { until } from './support/kernel.ts';
import type { NotesService } from './support/notes-system.ts';
import { type Hooks, openHooks, type Receiver, startReceiver } from './support/webhooks.ts';

interface Caller {
  readonly id: string;
  readonly authorization: string;
}

interface Body {
  readonly id: string;
  readonly webhook: Body;
  readonly secret: string;
  readonly state: string;
  readonly deliveryId: string;
  readonly data: Body[];
  readonly nextCursor: string | null;
  readonly [name: string]: unknown;
}

let hooks: Hooks;
let app: App;
let receiver: Receiver;
const callers: Record<string, Caller> = {};

beforeAll(async () => {
  hooks = await openHooks();
  app = createApp({
    database: hooks.opened.database,
    instances: [hooks.instance],
    logger: createLogger({ level: 'silent' }),
    config: { rateLimits: false },
  });
  const { accounts } = hooks.instance.service as NotesService;
  for (const [name, roles] of [
    ['ada', []],
    ['bob', []],
    ['root', ['admin']],
  ] as const) {
    const id = await hooks.account(name, roles);
    callers[name] = { id, authorization: `Bearer ${(await accounts.startSession(id)).accessToken}` };
  }
});

afterAll(() => hooks?.close());

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.close());

async function call(
  as: string,
  method: string,
  path: string,
  { body, key }: { readonly body?: unknown; readonly key?: string } = {},
): Promise<{ status: number; body: Body; text: string; headers: Headers }> {
  const text = body === undefined ? null : JSON.stringify(body);
  const answer = await app.request(`/v1/notes/webhooks${path}`, {
    method,
    headers: {
      ...(callers[as] === undefined ? {} : { authorization: callers[as].authorization }),
      ...(text === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(text)}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: text,
  });
  if (answer.status >= 400) await problemOf(answer.clone() as Response);
  const got = await answer.text();
  return {
    status: answer.status,
    body: (got === '' ? {} : JSON.parse(got)) as Body,
    text: got,
    headers: answer.headers,
  };
}

const create = async (as: string, more: object = {}): Promise<Body> => {
  const { status, body, text } = await call(as, 'POST', '', { body: { url: receiver.url, ...more } });
  if (status !== 201) throw new Error(text);
  return body;
};

const send = async (as: string): Promise<void> => {
  await hooks.emit(callers[as]!.id);
  await hooks.fanAll();
  await hooks.deliver();
};

describe('an owner', () => {
  it('adds, lists, changes, tests, disables, enables and removes endpoints', async () => {
    const { webhook, secret } = await create('ada', { description: 'mine', eventTypes: ['note.*'] });
    expect(webhook).toMatchObject({ ownerId: callers.ada!.id, state: 'active', eventTypes: ['note.*'] });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect((await call('ada', 'GET', '')).body.data.map(({ id }) => id)).toEqual([webhook.id]);
    expect((await call('ada', 'GET', `/${webhook.id}`)).text).not.toContain(secret);
    const changed = await call('ada', 'PATCH', `/${webhook.id}`, { body: { eventTypes: [] } });
    expect(changed.body).toMatchObject({ eventTypes: [], description: 'mine' });
    const ping = await call('ada', 'POST', `/${webhook.id}/test`);
    expect(ping.status).toBe(202);
    await hooks.deliver();
    const shown = await call('ada', 'GET', `/${webhook.id}/deliveries/${ping.body.deliveryId}`);
    expect(shown.body).toMatchObject({
      state: 'delivered',
      eventType: 'webhook.test',
      attemptLog: [{ number: 1, status: 204 }],
    });
    expect(verifyWebhook(secret, receiver.received[0]!)).toBe(ping.body.deliveryId);
    expect((await call('ada', 'POST', `/${webhook.id}/disable`)).body.state).toBe('disabled');
    expect((await call('ada', 'POST', `/${webhook.id}/test`)).status).toBe(409);
    expect((await call('ada', 'POST', `/${webhook.id}/enable`)).body.state).toBe('active');
    const rotated = await call('ada', 'POST', `/${webhook.id}/rotate-secret`, { body: { overlapS: 60 } });
    expect(rotated.body.secret).not.toBe(secret);
    expect((await call('ada', 'POST', `/${webhook.id}/rotate-secret`)).status).toBe(200);
    expect((await call('ada', 'DELETE', `/${webhook.id}`)).status).toBe(204);
    expect((await call('ada', 'GET', `/${webhook.id}`)).status).toBe(404);
  });

  it('reads the log page by page, and sends again what failed', async () => {
    const { webhook } = await create('ada');
    receiver.answer = (response) => void response.writeHead(500).end();
    for (let index = 0; index < 3; index += 1) await hooks.emit(callers.ada!.id);
    await hooks.fanAll();
    await hooks.scope.query('update :schema.webhook_deliveries set tries = 9, attempts = 9');
    await hooks.deliver();
    const first = await call('ada', 'GET', `/${webhook.id}/deliveries?limit=2&state=dead`);
    expect(first.body.data).toHaveLength(2);
    const rest = await call(
      'ada',
      'GET',
      `/${webhook.id}/deliveries?limit=2&state=dead&cursor=${first.body.nextCursor}`,
    );
    expect(rest.body).toMatchObject({ hasMore: false, nextCursor: null });
    expect(new Set([...first.body.data, ...rest.body.data].map(({ id }) => id)).size).toBe(3);
    receiver.answer = (response) => void response.writeHead(200).end();
    const [one] = first.body.data;
    expect((await call('ada', 'POST', `/${webhook.id}/deliveries/${one!.id}/replay`)).status).toBe(202);
    const since = { since: '2020-01-01T00:00:00Z' };
    expect((await call('ada', 'POST', `/${webhook.id}/replay`, { body: since })).body).toEqual({
      replayed: 2,
      more: false,
    });
    await hooks.deliver();
    expect((await call('ada', 'GET', `/${webhook.id}/deliveries?state=delivered`)).body.data).toHaveLength(3);
    await call('ada', 'DELETE', `/${webhook.id}`);
  });

  it('adds one endpoint for one idempotency key of fifty callers, with the same secret in the same bytes', async () => {
    const input = { body: { url: receiver.url }, key: 'once-1' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => call('ada', 'POST', '', input)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(49);
    expect((await call('ada', 'GET', '')).body.data).toHaveLength(1);
    const other = await call('ada', 'POST', '', {
      body: { url: receiver.url, description: 'x' },
      key: 'once-1',
    });
    expect(other).toMatchObject({ status: 422 });
    await call('ada', 'DELETE', `/${answers[0]?.body.webhook.id}`);
  });

  it('adds two endpoints by two calls without a key (control)', async () => {
    const made = await Promise.all([create('ada'), create('ada')]);
    expect((await call('ada', 'GET', '')).body.data).toHaveLength(2);
    for (const { webhook } of made) await call('ada', 'DELETE', `/${webhook.id}`);
  });

  it('is told what is wrong with an address', async () => {
    for (const url of ['http://example.com/', 'https://10.0.0.1/', 'https://u:p@example.com/', 'nonsense']) {
      const answer = await call('ada', 'POST', '', { body: { url } });
      expect(answer).toMatchObject({ status: 400, body: { field: 'url' } });
    }
    expect((await call('ada', 'POST', '', { body: { url: receiver.url, eventTypes: ['No!'] } })).status).toBe(
      400,
    );
    expect((await call('ada', 'POST', '', { body: { url: receiver.url, secret: 'mine' } })).status).toBe(400);
  });
});

describe('nobody else', () => {
  it('sees or touches an endpoint, except administrators; strangers are not told that it exists', async () => {
    const { webhook } = await create('ada');
    await send('ada');
    const { body } = await call('ada', 'GET', `/${webhook.id}/deliveries`);
    const delivery = `/${webhook.id}/deliveries/${body.data[0]!.id}`;
    const calls: [string, string, unknown?][] = [
      ['GET', `/${webhook.id}`],
      ['PATCH', `/${webhook.id}`, { description: 'x' }],
      ['DELETE', `/${webhook.id}`],
      ['POST', `/${webhook.id}/disable`],
      ['POST', `/${webhook.id}/enable`],
      ['POST', `/${webhook.id}/rotate-secret`, {}],
      ['POST', `/${webhook.id}/test`],
      ['GET', `/${webhook.id}/deliveries`],
      ['GET', delivery],
      ['POST', `${delivery}/replay`],
      ['POST', `/${webhook.id}/replay`, { since: '2020-01-01T00:00:00Z' }],
    ];
    for (const [method, path, input] of calls) {
      expect(await call('bob', method, path, { body: input })).toMatchObject({ status: 404 });
      expect(await call('nobody', method, path, { body: input })).toMatchObject({ status: 401 });
    }
    expect((await call('bob', 'GET', '')).body.data).toEqual([]);
    expect((await call('root', 'GET', '')).body.data.map(({ id }) => id)).toEqual([webhook.id]);
    // Of another endpoint of one's own a delivery cannot be reached either.
    const { webhook: own } = await create('bob');
    expect(await call('bob', 'GET', `/${own.id}/deliveries/${body.data[0]!.id}`)).toMatchObject({
      status: 404,
    });
    for (const [method, path, input] of calls.filter(([method]) => method !== 'DELETE').toReversed())
      expect((await call('root', method, path, { body: input })).status).toBeLessThan(300);
    for (const id of [webhook.id, own.id]) expect((await call('root', 'DELETE', `/${id}`)).status).toBe(204);
  });
});

describe('the background tasks', () => {
  it('bring an event to its receiver by themselves, and end what they began when they stop', async () => {
    const { webhook } = await create('ada');
    const errors: unknown[] = [];
    const runner = startTasks([hooks.instance], { onError: (error) => errors.push(error) });
    await hooks.emit(callers.ada!.id);
    await until('the event', () => receiver.received.length === 1);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(200).end(), 300);
    await hooks.emit(callers.ada!.id);
    await until('the second to be on its way', () => receiver.received.length === 2);
    await runner.stop();
    const { data } = (await call('ada', 'GET', `/${webhook.id}/deliveries`)).body;
    expect(data.map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect(errors).toEqual([]);
    expect(await hooks.scope.query('select * from :schema.webhook_delivery_history_default')).toEqual([]);
    await call('ada', 'DELETE', `/${webhook.id}`);
  });
});

describe('the document', () => {
  it('has the routes of the webhooks for every instance', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, object> };
    expect(Object.keys(document.paths).filter((path) => path.includes('/webhooks'))).toHaveLength(10);
  });

  it('and the command line its commands, which say what is missing', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['bin/guildhall.mjs', ...args], {
        encoding: 'utf8',
        env: { ...process.env, DATABASE_URL: hooks.opened.url, GUILDHALL_INSTANCES: 'agents' },
      });
    const replay = run('webhooks', 'replay', 'whe_01jd7q8w9e3r5t6y7h8k9m0n1p');
    expect([replay.status, replay.stderr]).toEqual([2, expect.stringContaining('--since')]);
    expect(run('retention', 'run', '--help').stdout).toContain('--dry-run');
  });
});
