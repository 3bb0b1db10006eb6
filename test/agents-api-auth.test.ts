import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slugOf } from '../src/systems/agents/organizations.ts';
import { type AgentsApi, openAgentsApi, PASSWORD } from './support/agents-api.ts';

let api: AgentsApi;
beforeAll(async () => {
  api = await openAgentsApi();
});
afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('registration', () => {
  it('makes the user, a personal organization and its ownership, and signs the user in', async () => {
    const body = { email: ' Ada@Example.org ', password: PASSWORD, name: 'Ada Löve' };
    const made = await call('POST', '/auth/register', { body });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      expiresIn: 3600,
      accessToken: expect.stringMatching(/^eyJ/),
      refreshToken: expect.stringMatching(/^ghr_/),
      user: { email: 'ada@example.org', name: 'Ada Löve' },
      organization: {
        name: 'Ada Löve',
        type: 'personal',
        slug: 'ada-love',
        subscriptionTier: 'free',
        subscriptionPrice: '0',
      },
    });
    expect(made.text).not.toMatch(/password|argon2/i);
    const as = bearer(made.body.accessToken);
    const me = await call('GET', '/auth/me', { as });
    expect(me.body).toEqual({ user: made.body.user, roles: [], via: 'token' });
    const organizations = await call('GET', '/organizations?withTotal=true', { as });
    expect(organizations.body).toMatchObject({
      data: [{ ...(made.body.organization as object), role: 'owner' }],
      hasMore: false,
      total: 1,
    });
  });

  it('says in the founding words what is wrong', async () => {
    const good = { email: 'words@example.org', password: PASSWORD };
    for (const [change, status, detail] of [
      [{ email: undefined }, 400, 'Email and password are required'],
      [{ password: undefined }, 400, 'Email and password are required'],
      [{ password: '' }, 400, 'Email and password are required'],
      [{ email: null }, 400, 'Email and password are required'],
      [{ email: 'nobody' }, 400, 'Invalid email format'],
      [{ email: 'a b@c.d' }, 400, 'Invalid email format'],
      [{ email: 7 }, 400, 'Invalid email format'],
      [{ password: 'seven77' }, 400, 'Password must be at least 8 characters'],
      [{ name: 7 }, 400, 'Invalid name'],
      [{}, 201, undefined],
      [{}, 409, 'User with this email already exists'],
      [{ email: 'WORDS@example.org' }, 409, 'User with this email already exists'],
    ] as const) {
      const answer = await call('POST', '/auth/register', { body: { ...good, ...change } });
      expect([change, answer.status, answer.body.detail]).toEqual([change, status, detail]);
    }
  });

  it('of one address by many callers at once makes one user and one organization', async () => {
    const body = { email: 'race@example.org', password: PASSWORD, name: 'Race' };
    const answers = await Promise.all([0, 1, 2, 3].map(() => call('POST', '/auth/register', { body })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const rows = await api.sql(`select id from :schema.organizations where name = 'Race'`);
    expect(rows).toHaveLength(1);
  });

  it('of users of one name at once gives each a slug of their own', async () => {
    const answers = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        call('POST', '/auth/register', {
          body: { email: `twin${index}@example.org`, password: PASSWORD, name: 'Twin' },
        }),
      ),
    );
    const slugs = answers.map(({ body }) => (body.organization as { slug: string }).slug);
    expect(new Set(slugs).size).toBe(4);
    expect(slugs.filter((slug) => slug === 'twin')).toHaveLength(1);
    for (const slug of slugs) expect(slug).toMatch(/^twin(-[0-9a-z]{10})?$/);
  });

  it('that fails leaves nothing behind, not even the account', async () => {
    await api.sql(
      'alter table :schema.organization_members add constraint none_today check (false) not valid',
    );
    try {
      const body = { email: 'half@example.org', password: PASSWORD };
      const answer = await call('POST', '/auth/register', { body });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      const left = await api.sql(`select id from :schema.accounts where login = 'half@example.org'`);
      expect(left).toEqual([]);
    } finally {
      await api.sql('alter table :schema.organization_members drop constraint none_today');
    }
    expect(
      (await call('POST', '/auth/register', { body: { email: 'half@example.org', password: PASSWORD } }))
        .status,
    ).toBe(201);
  });
});

describe('a slug', () => {
  it('has lower-case letters, digits and single hyphens, and is never empty', () => {
    for (const [name, slug] of [
      ['Robin Vale', 'robin-vale'],
      ['  --A&B  c--', 'a-b-c'],
      ['Zoë Löwe', 'zoe-lowe'],
      ['日本', 'organization'],
      ['', 'organization'],
      [`${'a'.repeat(59)} b`, 'a'.repeat(59)],
    ] as const) {
      expect(slugOf(name)).toBe(slug);
    }
  });
});

describe('sign-in', () => {
  it('gives tokens and the user, whatever the case of the address', async () => {
    const user = await api.user('Case');
    for (const path of ['/auth/login', '/auth/token']) {
      const body = { email: user.email.toUpperCase(), password: PASSWORD };
      const answer = await call('POST', path, { body });
      expect([answer.status, answer.body.expiresIn, answer.body.user.id]).toEqual([200, 3600, user.id]);
    }
  });

  it('does not tell an unknown address, a wrong password and a disabled account apart', async () => {
    const user = await api.user();
    const locked = await api.user();
    await api.service.accounts.disableAccount(locked.id);
    for (const [path, text] of [
      ['/auth/login', 'Invalid credentials'],
      ['/auth/token', 'Invalid email or password'],
    ] as const) {
      const seen = new Set<string>();
      for (const body of [
        { email: user.email, password: 'wrong password' },
        { email: 'nobody@example.org', password: PASSWORD },
        { email: locked.email, password: PASSWORD },
        { email: 'not an address', password: PASSWORD },
        { email: user.email, password: 'x'.repeat(5_000) },
      ]) {
        const answer = await call('POST', path, { body });
        expect([answer.status, answer.body.detail]).toEqual([401, text]);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
        const { request_id: _id, ...rest } = answer.body;
        seen.add(JSON.stringify(rest));
      }
      expect(seen.size).toBe(1);
      const missing = await call('POST', path, { body: { email: user.email } });
      expect([missing.status, missing.body.detail]).toEqual([400, 'Email and password are required']);
    }
  });

  it('leaves no password, token or key in the log', async () => {
    api.logs.length = 0;
    const user = await api.user();
    await call('POST', '/auth/login', { body: { email: user.email, password: 'a-wrong-secret' } });
    const { body } = await call('POST', '/api-keys', { as: user, body: { name: 'logged' } });
    await call('GET', '/auth/me', { as: bearer(body.key) });
    const text = api.logs.join('');
    expect(text).not.toBe('');
    for (const secret of [PASSWORD, 'a-wrong-secret', user.refreshToken, body.key])
      expect(text).not.toContain(secret);
  });
});

describe('a refresh token', () => {
  it('is good for one refresh; one that comes back ends the session', async () => {
    const user = await api.user();
    const first = await call('POST', '/auth/refresh', { body: { refreshToken: user.refreshToken } });
    expect(first.status).toBe(200);
    expect(Object.keys(first.body).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken']);
    expect(first.body.refreshToken).not.toBe(user.refreshToken);
    const second = await call('POST', '/auth/refresh', { body: { refreshToken: first.body.refreshToken } });
    expect(second.status).toBe(200);
    const old = await call('POST', '/auth/refresh', { body: { refreshToken: user.refreshToken } });
    expect([old.status, old.body.detail, old.body.reason]).toEqual([
      401,
      'Invalid refresh token',
      'refresh_token_reused',
    ]);
    const ended = await call('POST', '/auth/refresh', { body: { refreshToken: second.body.refreshToken } });
    expect([ended.status, ended.body.detail]).toEqual([401, 'Invalid refresh token']);
    expect((await call('GET', '/auth/me', { as: bearer(second.body.accessToken) })).status).toBe(401);
  });

  it('is required, and nothing else is one', async () => {
    for (const path of ['/auth/refresh', '/auth/logout']) {
      for (const body of [{}, { refreshToken: '' }, { refreshToken: null }]) {
        const answer = await call('POST', path, { body });
        expect([path, answer.status, answer.body.detail]).toEqual([path, 400, 'refreshToken is required']);
      }
    }
    const guess = await call('POST', '/auth/refresh', { body: { refreshToken: 'ghr_guess' } });
    expect([guess.status, guess.body.detail]).toEqual([401, 'Invalid refresh token']);
  });
});

describe('signing out', () => {
  it('ends the session of the token, or all of the caller’s', async () => {
    const user = await api.user();
    const other = await api.signIn(user.email);
    const out = await call('POST', '/auth/logout', { body: { refreshToken: user.refreshToken } });
    expect([out.status, out.text]).toEqual([204, '']);
    expect((await call('GET', '/auth/me', { as: user })).status).toBe(401);
    expect((await call('GET', '/auth/me', { as: other })).status).toBe(200);
    expect((await call('POST', '/auth/logout', { body: { refreshToken: 'ghr_unknown' } })).status).toBe(204);
    const third = await api.signIn(user.email);
    expect((await call('POST', '/auth/logout-all', { as: third })).status).toBe(204);
    for (const as of [other, third]) expect((await call('GET', '/auth/me', { as })).status).toBe(401);
  });
});

describe('a profile', () => {
  it('is the user, whose name can be changed and cleared', async () => {
    const user = await api.user('Before');
    expect((await call('GET', '/auth/profile', { as: user })).body).toMatchObject({
      id: user.id,
      name: 'Before',
    });
    const changed = await call('PATCH', '/auth/profile', { as: user, body: { name: '  After  ' } });
    expect(changed.body.name).toBe('After');
    expect((await call('PATCH', '/auth/profile', { as: user, body: { name: null } })).body.name).toBeNull();
    for (const body of [{ name: '' }, { name: '   ' }, { name: 7 }, {}, { name: 'x'.repeat(201) }]) {
      const answer = await call('PATCH', '/auth/profile', { as: user, body });
      expect([body, answer.status, answer.body.detail]).toEqual([body, 400, 'Invalid name']);
    }
  });

  it('of an account that is no user is not found', async () => {
    const { id } = await api.service.accounts.createAccount({ kind: 'robot', login: 'robot@example.org' });
    const as = bearer((await api.service.accounts.startSession(id)).accessToken);
    for (const [method, path, body] of [
      ['GET', '/auth/me', undefined],
      ['GET', '/auth/profile', undefined],
      ['PATCH', '/auth/profile', { name: 'x' }],
      ['POST', '/projects', { name: 'x', path: '/x' }],
      ['POST', '/runners', { provider: 'other', name: 'x', region: 'x', serverType: 'x' }],
    ] as const) {
      const answer = await call(method, path, { as, ...(body === undefined ? {} : { body }) });
      expect([path, answer.status, answer.body.detail]).toEqual([path, 404, 'User not found']);
    }
  });
});

describe('a password', () => {
  it('is changed by whoever knows it, which ends every other session', async () => {
    const user = await api.user();
    const other = await api.signIn(user.email);
    const newPassword = 'an even better horse';
    const wrong = await call('POST', '/auth/password', {
      as: user,
      body: { currentPassword: 'wrong one', newPassword },
    });
    expect([wrong.status, wrong.body.field]).toEqual([400, 'currentPassword']);
    const short = await call('POST', '/auth/password', {
      as: user,
      body: { currentPassword: PASSWORD, newPassword: 'short' },
    });
    expect([short.status, short.body.detail]).toEqual([400, 'Password must be at least 8 characters']);
    const changed = await call('POST', '/auth/password', {
      as: user,
      body: { currentPassword: PASSWORD, newPassword },
    });
    expect(changed.status).toBe(200);
    for (const as of [user, other]) expect((await call('GET', '/auth/me', { as })).status).toBe(401);
    expect((await call('GET', '/auth/me', { as: bearer(changed.body.accessToken) })).status).toBe(200);
    expect(
      (await call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })).status,
    ).toBe(401);
    expect((await api.signIn(user.email, newPassword)).id).toBe(user.id);
  });
});
