import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from './support/face.ts';
import { type GigsApi, openGigsApi, PASSWORD } from './support/gigs-api.ts';

let api: GigsApi;

beforeAll(async () => {
  api = await openGigsApi();
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

const register = (body: object) => api.call('POST', '/auth/register', { body });
const worker = { email: 'robin@example.org', password: PASSWORD, name: 'Robin Vale', type: 'worker' };

describe('registering', () => {
  it('signs a worker in, and it can call', async () => {
    const made = await register({ ...worker, walletAddress: `0x${'AB'.repeat(20)}` });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      type: 'worker',
      worker: { email: 'robin@example.org', reputationScore: 500, walletAddress: `0x${'ab'.repeat(20)}` },
    });
    const me = await api.call('GET', '/auth/me', {
      as: { headers: { authorization: `Bearer ${made.body.accessToken}` } },
    });
    expect(me.body).toMatchObject({
      type: 'worker',
      roles: ['worker'],
      via: 'token',
      worker: { id: made.body.worker.id },
      platform: null,
    });
  });

  it('gives a platform its API key once, by either route, and the key works', async () => {
    const party = { password: PASSWORD, name: 'QuickTask', webhookUrl: 'https://example.org/hooks' };
    const made = [
      await register({ ...party, email: 'ops1@example.org', type: 'platform' }),
      await api.call('POST', '/platforms/register', { body: { ...party, email: 'ops2@example.org' } }),
    ];
    for (const { status, body } of made) {
      expect(status).toBe(201);
      expect(body).toMatchObject({ type: 'platform', platform: { webhookUrl: 'https://example.org/hooks' } });
      expect(body.key).toMatch(/^ghk_/);
      const as = { headers: { authorization: `Bearer ${body.key}` } };
      expect((await api.call('GET', '/auth/me', { as })).body).toMatchObject({
        type: 'platform',
        via: 'api_key',
        platform: { id: body.platform.id },
      });
      const keys = await api.call('GET', '/api-keys', { as });
      expect(keys.body.data).toHaveLength(1);
      expect(keys.text).not.toContain(body.key);
    }
  });

  it('is refused with stable reasons', async () => {
    const weak = await register({ ...worker, email: 'weak@example.org', password: 'short' });
    expect([weak.status, weak.body.reason, weak.body.field]).toEqual([400, 'weak_password', 'password']);
    const taken = await register({ ...worker, email: 'ROBIN@example.org' });
    expect([taken.status, taken.body.reason, taken.body.field]).toEqual([409, 'email_exists', 'email']);
    for (const [change, field] of [
      [{ email: 'nobody' }, 'email'],
      [{ type: 'admin' }, 'type'],
      [{ name: '' }, 'name'],
      [{ walletAddress: '0x1' }, 'walletAddress'],
      [{ webhookUrl: 'https://example.org' }, 'webhookUrl'],
      [{ type: 'platform', webhookUrl: 'http://example.org' }, 'webhookUrl'],
      [{ roles: ['admin'] }, 'roles'],
    ] as const) {
      const answer = await register({ ...worker, email: 'other@example.org', ...change });
      expect([answer.status, answer.body.field]).toEqual([400, field]);
    }
  });
});

describe('a session', () => {
  const signIn = (password = PASSWORD) =>
    api.call('POST', '/auth/login', { body: { email: ' Robin@example.org ', password } });

  it('begins with the password, is refreshed, and ends', async () => {
    const first = await signIn();
    expect(first.body).toMatchObject({ expiresIn: 3600, account: { email: 'robin@example.org' } });
    const { refreshToken } = first.body;
    const next = await api.call('POST', '/auth/refresh', { body: { refreshToken } });
    expect(next.status).toBe(200);
    const as = { headers: { authorization: `Bearer ${next.body.accessToken}` } };
    expect((await api.call('POST', '/auth/logout-all', { as })).status).toBe(204);
    expect((await api.call('GET', '/auth/me', { as })).status).toBe(401);
    const gone = await api.call('POST', '/auth/refresh', { body: { refreshToken: next.body.refreshToken } });
    expect(gone.status).toBe(401);
    const again = await signIn();
    const ended = await api.call('POST', '/auth/logout', { body: { refreshToken: again.body.refreshToken } });
    expect(ended.status).toBe(204);
  });

  it('is refused alike for a wrong password and an unknown address', async () => {
    const wrong = await signIn('not the password');
    const unknown = await api.call('POST', '/auth/login', {
      body: { email: 'nobody@example.org', password: PASSWORD },
    });
    for (const { status, body } of [wrong, unknown]) {
      expect([status, body.reason, body.detail]).toEqual([
        401,
        'bad_credentials',
        'Invalid email or password',
      ]);
    }
    const empty = await api.call('POST', '/auth/login', { body: {} });
    expect([empty.status, empty.body.detail]).toEqual([400, 'Email and password are required']);
  });

  it('is needed to make and to revoke keys: a key alone cannot', async () => {
    const platform = await api.platform('0');
    const byKey = { headers: platform.keyHeaders };
    const refused = await api.call('POST', '/api-keys', { as: byKey, body: { name: 'k' } });
    expect([refused.status, refused.body.reason]).toEqual([403, 'token_needed']);
    const made = await api.call('POST', '/api-keys', { as: platform, body: { name: 'k', expiresInS: 60 } });
    expect(made.status).toBe(201);
    const as = { headers: { authorization: `Bearer ${made.body.key}` } };
    expect((await api.call('GET', '/auth/me', { as })).status).toBe(200);
    const path = `/api-keys/${made.body.apiKey.id}`;
    expect((await api.call('DELETE', path, { as: platform })).status).toBe(204);
    expect((await api.call('GET', '/auth/me', { as })).status).toBe(401);
  });

  it('changes its password, which ends the others', async () => {
    const person = await api.worker();
    const changed = await api.call('POST', '/auth/password', {
      as: person,
      body: { currentPassword: PASSWORD, newPassword: 'a longer and better one' },
    });
    expect(changed.status).toBe(200);
    expect((await api.call('GET', '/auth/me', { as: person })).status).toBe(401);
  });
});

describe('a platform', () => {
  it('changes its name and webhook address, which is audited with what was before', async () => {
    const platform = await api.platform('0');
    const path = `/platforms/${platform.id}`;
    const changed = await api.call('PATCH', path, {
      as: platform,
      body: { name: 'New name', webhookUrl: 'https://example.org/new' },
    });
    expect(changed.body).toMatchObject({ name: 'New name', webhookUrl: 'https://example.org/new' });
    const cleared = await api.call('PATCH', path, { as: platform, body: { webhookUrl: null } });
    expect(cleared.body).toMatchObject({ name: 'New name', webhookUrl: null });
    const bad = await api.call('PATCH', path, { as: platform, body: { webhookUrl: 'http://example.org' } });
    expect([bad.status, bad.body.field]).toEqual([400, 'webhookUrl']);
    const rows = await api.fixture.scope.query<{ after: { name: string } }>(
      `select changes_after as after from :schema.audit_logs where resource_id = $1 and action = 'update' order by id`,
      [platform.id],
    );
    expect(rows.map(({ after }) => after.name)).toEqual(['New name', 'New name']);
  });

  it('hears of its own tasks only, by webhook and event stream', async () => {
    const [platform, other, worker2] = [await api.platform(), await api.platform(), await api.worker()];
    const hook = await api.app.request(
      '/v1/gigs/webhooks',
      post({ url: 'https://example.com/hooks', eventTypes: ['task.*'] }, platform.headers),
    );
    expect(hook.status).toBe(201);
    const [mine, theirs] = [
      await api.post('/tasks', platform, { amount: '1', workerId: worker2.id }),
      await api.post('/tasks', other, { amount: '1' }),
    ];
    const events = await api.fixture.scope.query<{ subject: string; audience: string }>(
      `select subject, audience from :schema.outbox where subject = any($1) order by id`,
      [[mine.id, theirs.id]],
    );
    const { maySee } = api.fixture.opened.gigs.definition;
    const principal = { id: platform.id, kind: 'platform', login: '', roles: [], via: 'token' } as const;
    const seen = events.filter((event) => maySee(principal, event as never));
    expect(seen.map(({ subject }) => subject)).toEqual([mine.id]);
    expect(events.map(({ audience }) => audience)).toContain(worker2.id);
  });
});
