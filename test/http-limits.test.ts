import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createLogger } from '../src/http/index.ts';
import { type Face, openFace, post, problemOf } from './support/face.ts';

let face: Face;
let app: App;
let alice: Awaited<ReturnType<Face['account']>>;
let root: Awaited<ReturnType<Face['account']>>;

beforeAll(async () => {
  face = await openFace();
  app = face.app();
  alice = await face.account('alice@example.org');
  root = await face.account('root@example.org', ['admin']);
});

afterAll(async () => {
  await face?.opened.close();
});

describe('a body', () => {
  const send = (body: string | Uint8Array | ReadableStream, headers: Record<string, string> = {}) =>
    app.request('/v1/notes/notes', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...alice.headers, ...headers },
      body,
      duplex: 'half',
    } as RequestInit);

  it('of a megabyte is read, and one byte more is refused, whether its length is declared or not', async () => {
    const filler = (bytes: number) => `{"title":"${'x'.repeat(bytes - 12)}"}`;
    const stream = (text: string) =>
      new ReadableStream({
        start(controller) {
          const bytes = new TextEncoder().encode(text);
          for (let at = 0; at < bytes.length; at += 65_536)
            controller.enqueue(bytes.subarray(at, at + 65_536));
          controller.close();
        },
      });
    for (const declared of [true, false]) {
      const headers = (text: string): Record<string, string> =>
        declared ? { 'content-length': String(text.length) } : { 'transfer-encoding': 'chunked' };
      const fits = filler(1_048_576);
      const over = filler(1_048_577);
      expect(fits.length).toBe(1_048_576);
      expect((await problemOf(await send(stream(fits), headers(fits)))).code).toBe('invalid_input');
      const refused = await send(stream(over), headers(over));
      expect(refused.status).toBe(413);
      expect(await problemOf(refused)).toMatchObject({ details: { limitBytes: 1_048_576 } });
    }
  });

  it('that streams may be as large as its route says, and not a byte larger', async () => {
    const upload = (bytes: number) =>
      app.request('/v1/notes/imports', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', ...alice.headers },
        body: new Uint8Array(bytes),
      });
    expect(await (await upload(2_000_000)).json()).toEqual({ bytes: 2_000_000 });
    const refused = await upload(2_000_001);
    expect(refused.status).toBe(413);
    await problemOf(refused);
  });

  it.each([
    ['not JSON', '{"title":', 'invalid_input', 400],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'invalid_input', 400],
    ['empty', '', 'invalid_input', 400],
    ['33 levels deep', '['.repeat(33) + ']'.repeat(33), 'invalid_input', 400],
    ['a million levels deep', '['.repeat(1_000_000), 'invalid_input', 400],
    ['with NUL', '{"title":"a\\u0000b","amount":"1"}', 'invalid_input', 400],
    ['with NUL in a key', '{"a\\u0000b":1}', 'invalid_input', 400],
    ['with half a surrogate pair', '{"title":"\\ud800","amount":"1"}', 'invalid_input', 400],
    ['with a raw control character', '{"title":"a\u0000b"}', 'invalid_input', 400],
  ])('that is %s is refused as input', async (_name, body, code, status) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect((await problemOf(answer)).code).toBe(code);
  });

  it('of 32 levels gets as far as the schema', async () => {
    const problem = await problemOf(await send('['.repeat(32) + ']'.repeat(32)));
    expect(problem.detail).toBe('body is a list, but an object is expected.');
  });

  it('with surrogate pairs and brackets in text is stored as it came', async () => {
    const title = '😀 [[[{{{ "quoted" \\u0000 is only text';
    const made = await send(JSON.stringify({ title, amount: '1' }));
    expect(made.status).toBe(201);
    expect(((await made.json()) as { title: string }).title).toBe(title);
  });

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('as %s %o is of an unsupported type', async (type, headers) => {
    const answer = await send('{}', { 'content-type': type, ...headers });
    expect(answer.status).toBe(415);
    expect((await problemOf(answer)).code).toBe('unsupported_media_type');
  });
});

describe('rate limits', () => {
  it('are on by default, count by client and operation, and say when to come back', async () => {
    const limited = face.app({
      rateLimits: {
        everything: { calls: 300, seconds: 10 },
        create: { calls: 20, seconds: 5 },
        auth: { calls: 2, seconds: 3 },
      },
    });
    const attempt = () =>
      limited.request('/v1/notes/auth/login', post({ login: 'a@b.example', password: 'wrong wrong' }));
    const first = await attempt();
    expect(first.status).toBe(401);
    expect(first.headers.get('ratelimit-policy')).toBe('"everything";q=300;w=10, "auth";q=2;w=3');
    expect(first.headers.get('ratelimit')).toMatch(/^"everything";r=299;t=\d+, "auth";r=1;t=\d+$/);
    expect((await attempt()).status).toBe(401);
    const third = await attempt();
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await problemOf(third)).toMatchObject({ code: 'rate_limited', reason: 'rate_auth' });
  });

  it('give each account its own allowance, and guesses share the address’s', async () => {
    const limited = face.app({
      rateLimits: {
        everything: { calls: 3, seconds: 60 },
        create: { calls: 9, seconds: 5 },
        auth: { calls: 9, seconds: 3 },
      },
    });
    const as = (headers: Record<string, string>) => limited.request('/v1/notes/notes', { headers });
    for (const headers of [alice.headers, root.headers]) {
      for (let count = 0; count < 3; count += 1) expect((await as(headers)).status).toBe(200);
      expect((await as(headers)).status).toBe(429);
    }
    for (let count = 0; count < 3; count += 1)
      expect((await as({ authorization: 'Bearer guess' })).status).toBe(401);
    expect((await as({ authorization: 'Bearer guess' })).status).toBe(429);
    expect((await limited.request('/livez')).status).toBe(200);
  });

  it('believe X-Forwarded-For only as far as proxies are trusted', async () => {
    const rules = {
      everything: { calls: 1, seconds: 60 },
      create: { calls: 9, seconds: 5 },
      auth: { calls: 9, seconds: 3 },
    };
    const from = (target: App, forwarded: string) =>
      target.request('/v1/notes/optional', { headers: { 'x-forwarded-for': forwarded } });
    const direct = face.app({ rateLimits: rules });
    expect((await from(direct, '198.51.100.1')).status).toBe(200);
    expect((await from(direct, '198.51.100.2')).status).toBe(429);
    const proxied = face.app({ rateLimits: rules, trustedProxies: 1 });
    expect((await from(proxied, '198.51.100.1')).status).toBe(200);
    expect((await from(proxied, '198.51.100.2')).status).toBe(200);
    expect((await from(proxied, '203.0.113.9, 198.51.100.2')).status).toBe(429);
    // One customer's /64 is one client.
    expect((await from(proxied, '2001:db8:0:1::1')).status).toBe(200);
    expect((await from(proxied, '2001:db8:0:1:ffff::2')).status).toBe(429);
    expect((await from(proxied, '2001:db8:0:2::1')).status).toBe(200);
  });
});

describe('logs', () => {
  it('name route and account, and hold no secret that was sent', async () => {
    face.logs.length = 0;
    await app.request(
      '/v1/notes/auth/login',
      post({ login: 'alice@example.org', password: 'secret-password' }),
    );
    await app.request('/v1/notes/notes?cursor=secret-cursor', {
      headers: { ...alice.headers, cookie: 'secret-cookie' },
    });
    await app.request(`/v1/notes/events?access_token=${alice.token}x`);
    const lines = face.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[1]).toMatchObject({
      msg: 'request',
      method: 'GET',
      route: '/v1/notes/notes',
      status: 400,
      account: alice.id,
    });
    const everything = face.logs.join('');
    expect(everything).not.toMatch(/secret-/);
    expect(everything).not.toContain(alice.token.slice(0, 20));
    expect(everything).not.toContain('access_token');
  });

  it('lose a secret even when somebody logs the whole thing', async () => {
    let text = '';
    const destination = new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    const logger = createLogger({ destination });
    const cycle: Record<string, unknown> = { Password: 's3cret' };
    cycle.self = cycle;
    logger.info({
      req: {
        headers: { authorization: 'Bearer s3cret', 'Set-Cookie': 's3cret' },
        body: { password: 's3cret' },
      },
      refresh_token: 's3cret',
      results: [{ apiKey: { key: 's3cret' } }, { a: { b: { c: { d: { token: 's3cret' } } } } }],
      cycle,
      kept: { keyboard: 'seen', at: new Date(0) },
    });
    logger.error({ err: Object.assign(new Error('broken'), { config: { apiKey: 's3cret' } }) });
    logger.child({ accessToken: 's3cret' }).info('child');
    expect(text).toContain('"kept":{"keyboard":"seen","at":"1970-01-01T00:00:00.000Z"}');
    expect(text).toContain('broken');
    expect(text).toContain('child');
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('s3cret');
  });
});
