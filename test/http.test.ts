import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, STATUS_OF } from '../src/http/index.ts';
import { newId } from '../src/kernel/index.ts';
import { type Face, openFace, PASSWORD, post, problemOf } from './support/face.ts';

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

const NOTE = { title: 'Lunch', amount: '12.50' };
const as = (headers: Record<string, string>, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { ...(init.headers as Record<string, string>), ...headers },
});

describe('a problem answer', () => {
  it('comes for every call that does not succeed, whatever is sent', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'v1',
        'notes',
        'auth',
        'login',
        'imports',
        'admin',
        'slow',
        'broken',
        'docs',
        'livez',
        '{id}',
        '..',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }).map(encodeURIComponent),
      fc.constantFrom('%', '%00', '%ff', '%zz', 'not_01jd7q8w9e3r5t6y7h8k9m0n1p'),
    );
    const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
    const known = fc.constantFrom(
      '/v1/notes/notes',
      '/v1/notes/auth/login',
      '/v1/notes/imports',
      '/v1/notes/broken/x',
    );
    const query = fc.oneof(
      fc.constant(''),
      fc.string({ maxLength: 20 }).map((text) => `?limit=${encodeURIComponent(text)}`),
    );
    const body = fc.oneof(
      fc.constant(undefined),
      fc.string({ maxLength: 50 }),
      fc.json({ maxDepth: 3 }),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => new Uint8Array(bytes)),
    );
    const type = fc.constantFrom(
      undefined,
      'application/json',
      'text/plain',
      'application/json; charset=utf-16',
      ';',
    );
    const method = fc.constantFrom(
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'PROPFIND',
      'QUERY',
    );
    const seed = Number(process.env.SEED ?? Date.now() % 2_147_483_647);
    await fc.assert(
      fc.asyncProperty(fc.oneof(path, known), query, method, body, type, fc.boolean(), async (...given) => {
        const [where, search, verb, content, media, signedIn] = given;
        const headers: Record<string, string> = signedIn ? { ...alice.headers } : {};
        if (media !== undefined) headers['content-type'] = media;
        const bodyless = verb === 'GET' || verb === 'HEAD' || content === undefined;
        const answer = await app.request(`http://localhost${where}${search}`, {
          method: verb,
          headers,
          ...(bodyless ? {} : { body: content }),
        });
        expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
        if (answer.status >= 200 && answer.status < 300) return;
        if (verb === 'HEAD') return;
        const problem = await problemOf(answer);
        expect(JSON.stringify(problem)).not.toMatch(/hunter2|select \*/);
        if (answer.status >= 500) expect(where).toMatch(/broken|slow/);
      }),
      { numRuns: 400, seed },
    );
  }, 60_000);

  it('is told from any other answer by these tests', async () => {
    await expect(problemOf(new Response('404 Not Found', { status: 404 }))).rejects.toThrow('404');
    const headers = { 'content-type': 'application/problem+json' };
    await expect(problemOf(new Response('{"status":404}', { status: 404, headers }))).rejects.toThrow(
      'is missing',
    );
  });

  it('of a fault on our side shows the request id and nothing of the inside', async () => {
    for (const how of ['error', 'string']) {
      const answer = await app.request(`/v1/notes/broken/${how}`);
      const problem = await problemOf(answer);
      expect(answer.status).toBe(500);
      expect(Object.keys(problem).sort()).toEqual(
        ['code', 'detail', 'instance', 'request_id', 'status', 'title', 'type'].sort(),
      );
      expect(JSON.stringify(problem)).not.toContain('hunter2');
      const line = face.logs.find((log) => log.includes(String(problem.request_id)));
      expect(line).toContain('"level":"error"');
      expect(line).toContain('hunter2');
    }
  });

  it('names every bad field with its problem and its mend', async () => {
    const answer = await app.request(
      '/v1/notes/notes',
      as(alice.headers, post({ title: '', amount: 0.1, extra: 1 })),
    );
    const problem = await problemOf(answer);
    expect(answer.status).toBe(400);
    expect(problem.code).toBe('invalid_input');
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { field: 'title', problem: 'must have at least 1 character' },
        {
          field: 'amount',
          problem: 'is a JSON number, which cannot hold amounts exactly',
          mend: 'Quote it: "0.1".',
        },
        expect.objectContaining({ field: 'extra', problem: 'is not a field of this call' }),
      ]),
    );
  });

  it('of one bad field says so in its detail, field and hint', async () => {
    const problem = await problemOf(await app.request('/v1/notes/notes?limit=0', { headers: alice.headers }));
    expect(problem).toMatchObject({ detail: 'limit must be at least 1.', field: 'limit' });
    const missing = await problemOf(
      await app.request('/v1/notes/notes', as(alice.headers, post({ title: 'x' }))),
    );
    expect(missing).toMatchObject({ detail: 'amount is missing.', field: 'amount' });
  });

  it('of a path without that method lists the ones it has', async () => {
    const answer = await app.request('/v1/notes/notes', { method: 'PUT', headers: alice.headers });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    expect((await problemOf(answer)).code).toBe('method_not_allowed');
  });

  it('of an unknown path is not found, for every method', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      const answer = await app.request('/v1/nowhere', { method });
      expect(answer.status).toBe(404);
      await problemOf(answer);
    }
  });

  it('has its code and status in the documentation', async () => {
    const text = await readFile('docs/errors.md', 'utf8');
    const listed = [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(Object.fromEntries(listed)).toEqual(STATUS_OF);
  });

  it('keeps codes and statuses apart: a used-up limit is 409, not 429', async () => {
    const problem = await problemOf(await app.request('/v1/notes/broken/limit'));
    expect(problem).toMatchObject({
      status: 409,
      code: 'limit_exceeded',
      detail: 'The budget of prj_1 is used up.',
    });
  });
});

describe('a caller', () => {
  it('without credentials gets no further than public routes', async () => {
    for (const path of ['/v1/notes/notes', '/v1/notes/undeclared', '/v1/notes/events']) {
      const answer = await app.request(path);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="guildhall"');
      await problemOf(answer);
    }
    expect(await (await app.request('/v1/notes/optional')).json()).toEqual({ login: null });
  });

  it('with credentials that are no good is refused, also where none are needed', async () => {
    for (const authorization of [
      'Bearer nonsense',
      'Basic YTpi',
      `Bearer ${alice.token.replace(/.(?=.{9}$)/, (one) => (one === 'x' ? 'y' : 'x'))}`,
      '',
    ]) {
      for (const path of ['/v1/notes/notes', '/v1/notes/optional']) {
        const answer = await app.request(path, { headers: { authorization } });
        expect([authorization, answer.status]).toEqual([authorization, 401]);
        await problemOf(answer);
      }
    }
  });

  it('without the role is forbidden', async () => {
    expect((await app.request('/v1/notes/admin', { headers: alice.headers })).status).toBe(403);
    expect(await (await app.request('/v1/notes/admin', { headers: root.headers })).json()).toEqual({
      login: 'root@example.org',
    });
  });

  it('signs in and uses the token', async () => {
    const answer = await app.request(
      '/v1/notes/auth/login',
      post({ login: 'alice@example.org', password: PASSWORD }),
    );
    const { accessToken } = (await answer.json()) as { accessToken: string };
    const made = await app.request('/v1/notes/notes', post(NOTE, { authorization: `Bearer ${accessToken}` }));
    expect(made.status).toBe(201);
    const note = (await made.json()) as Record<string, unknown>;
    expect(note).toMatchObject({ title: 'Lunch', amount: '12.5', tokens: 0 });
    expect(note.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('walks pages while rows are added, and neither loses nor doubles one', async () => {
    const walker = await face.account('walker@example.org');
    const add = async () => {
      const made = await app.request('/v1/notes/notes', as(walker.headers, post(NOTE)));
      return ((await made.json()) as { id: string }).id;
    };
    const before = [];
    for (let count = 0; count < 7; count += 1) before.push(await add());
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer: Response = await app.request(
        `/v1/notes/notes?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { headers: walker.headers },
      );
      const page = (await answer.json()) as { data: { id: string }[]; nextCursor: string | null };
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
      await add();
    }
    expect(seen).toEqual([...before].reverse());
  });
});

describe('counts and amounts', () => {
  it('leave as numbers while exact and as text beyond', async () => {
    const id = newId('not');
    const insert =
      'insert into :schema.notes (id, owner_id, title, amount, tokens) values ($1, $2, $3, $4, $5)';
    await face.instance.scope.query(insert, [
      id,
      alice.id,
      'big',
      '0.10000000000000000001',
      9_007_199_254_740_992n,
    ]);
    const note = await (await app.request(`/v1/notes/notes/${id}`, { headers: alice.headers })).json();
    expect(note).toMatchObject({ tokens: '9007199254740992', amount: '0.10000000000000000001' });
  });
});

describe('an idempotency key', () => {
  const send = (key: string, body: unknown) =>
    app.request('/v1/notes/notes', as({ ...alice.headers, 'idempotency-key': key }, post(body)));

  it('gives a repeated call the very bytes of the first answer', async () => {
    const first = await send('key-1', NOTE);
    const second = await send('key-1', NOTE);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await second.text()).toBe(await first.text());
  });

  it('runs one of many concurrent calls', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('key-2', NOTE)));
    const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(bodies.size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  it('refuses other content', async () => {
    await send('key-3', NOTE);
    const answer = await send('key-3', { ...NOTE, title: 'Dinner' });
    expect(answer.status).toBe(422);
    expect((await problemOf(answer)).code).toBe('idempotency_mismatch');
  });

  it('may be 255 characters, not 256, and nothing that is not visible', async () => {
    expect((await send('k'.repeat(255), NOTE)).status).toBe(201);
    for (const key of ['k'.repeat(256), 'a b', 'ä']) {
      const answer = await send(key, NOTE);
      expect(answer.status).toBe(400);
      expect((await problemOf(answer)).field).toBe('Idempotency-Key');
    }
  });

  it('is free again when the call was refused', async () => {
    expect((await send('key-4', { title: 'x' })).status).toBe(400);
    expect((await send('key-4', NOTE)).status).toBe(201);
  });
});

describe('every answer', () => {
  it('carries a request id, the caller’s own when it is harmless', async () => {
    const own = await app.request('/livez', { headers: { 'x-request-id': 'trace-1.2:3' } });
    expect(own.headers.get('x-request-id')).toBe('trace-1.2:3');
    for (const bad of ['a b', 'x'.repeat(129), '<script>']) {
      const answer = await app.request('/livez', { headers: { 'x-request-id': bad } });
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    }
  });

  it('is not cached, not sniffed, not framed, and shared with no other origin', async () => {
    for (const path of ['/livez', '/v1/notes/notes', '/nowhere', '/v1/notes/broken/x']) {
      const { headers } = await app.request(path, { headers: { origin: 'https://evil.example' } });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('answers HEAD like GET without a body, and OPTIONS with the methods', async () => {
    const head = await app.request('/v1/notes/notes', { method: 'HEAD', headers: alice.headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const options = await app.request('/v1/notes/notes', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  });

  it('that takes too long ends as a time-out', async () => {
    const answer = await app.request('/v1/notes/slow');
    expect(answer.status).toBe(504);
    expect((await problemOf(answer)).code).toBe('timeout');
  });

  it('is shared with origins on the list only', async () => {
    const shared = face.app({ corsOrigins: ['https://console.example'] });
    const preflight = await shared.request('/v1/notes/notes', {
      method: 'OPTIONS',
      headers: { origin: 'https://console.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://console.example');
    const other = await shared.request('/livez', { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});
