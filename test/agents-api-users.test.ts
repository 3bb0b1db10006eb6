import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsApi, openAgentsApi, PASSWORD } from './support/agents-api.ts';

let api: AgentsApi;
beforeAll(async () => {
  api = await openAgentsApi();
});
afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('an API key', () => {
  it('is shown once, works until revoked, and is listed without itself', async () => {
    const user = await api.user();
    const made = await call('POST', '/api-keys', { as: user, body: { name: 'ci', expiresInS: 3600 } });
    expect(made.status).toBe(201);
    expect(made.body.key).toMatch(/^ghk_/);
    const as = bearer(made.body.key);
    expect((await call('GET', '/auth/me', { as })).body).toMatchObject({
      user: { id: user.id },
      via: 'api_key',
    });
    const listed = await call('GET', '/api-keys', { as: user });
    expect(listed.body.data).toMatchObject([{ id: made.body.apiKey.id, name: 'ci', revokedAt: null }]);
    expect(listed.text).not.toContain(made.body.key);
    expect((await call('DELETE', `/api-keys/${made.body.apiKey.id}`, { as: user })).status).toBe(204);
    expect((await call('GET', '/auth/me', { as })).status).toBe(401);
  });

  it('is replaced by a rotation, at once when there is no overlap', async () => {
    const user = await api.user();
    const { body: first } = await call('POST', '/api-keys', { as: user, body: { name: 'ci' } });
    const second = await call('POST', `/api-keys/${first.apiKey.id}/rotate`, { as: user });
    expect(second.status).toBe(201);
    expect(second.body.apiKey).toMatchObject({ name: 'ci' });
    expect((await call('GET', '/auth/me', { as: bearer(first.key) })).status).toBe(200);
    const third = await call('POST', `/api-keys/${second.body.apiKey.id}/rotate`, {
      as: user,
      body: { overlapS: 0 },
    });
    expect((await call('GET', '/auth/me', { as: bearer(second.body.key) })).status).toBe(401);
    expect((await call('GET', '/auth/me', { as: bearer(third.body.key) })).status).toBe(200);
  });

  it('cannot manage keys or passwords, so that a stolen one stays what it is', async () => {
    const user = await api.user();
    const { body } = await call('POST', '/api-keys', { as: user, body: { name: 'ci' } });
    const as = bearer(body.key);
    for (const [method, path, sent] of [
      ['POST', '/api-keys', { name: 'more' }],
      ['DELETE', `/api-keys/${body.apiKey.id}`, undefined],
      ['POST', `/api-keys/${body.apiKey.id}/rotate`, {}],
      ['POST', '/auth/password', { currentPassword: PASSWORD, newPassword: 'something else' }],
    ] as const) {
      const answer = await call(method, path, { as, ...(sent === undefined ? {} : { body: sent }) });
      expect([path, answer.status, answer.body.reason]).toEqual([path, 403, 'token_needed']);
    }
  });

  it('is made anew by each call: an answer that holds a secret is never stored', async () => {
    const user = await api.user();
    const headers = { 'idempotency-key': 'same' };
    const keys = await Promise.all(
      [0, 1].map(() => call('POST', '/api-keys', { as: user, body: { name: 'twice' }, headers })),
    );
    expect(keys[0]?.body.key).not.toBe(keys[1]?.body.key);
    const stored = await api.sql(
      `select answer::text as answer from :schema.idempotency_keys where answer::text ~ 'ghk_|ghr_|eyJ'`,
    );
    expect(stored).toEqual([]);
  });
});

describe('an administrator', () => {
  it('locks a user out from the next call on, and lets them in again', async () => {
    const admin = await api.admin();
    const user = await api.user();
    const { body } = await call('POST', '/api-keys', { as: user, body: { name: 'k' } });
    const key = bearer(body.key);
    const disabled = await call('POST', `/users/${user.id}/disable`, { as: admin });
    expect(disabled.body).toMatchObject({ id: user.id, disabledAt: expect.any(String) });
    for (const as of [user, key]) expect((await call('GET', '/projects', { as })).status).toBe(401);
    const refresh = await call('POST', '/auth/refresh', { body: { refreshToken: user.refreshToken } });
    expect(refresh.status).toBe(401);
    const enabled = await call('POST', `/users/${user.id}/enable`, { as: admin });
    expect(enabled.body.disabledAt).toBeNull();
    expect((await call('GET', '/projects', { as: user })).status).toBe(401);
    expect((await call('GET', '/projects', { as: key })).status).toBe(200);
    expect((await api.signIn(user.email)).id).toBe(user.id);
  });

  it('gives and takes roles, which count from the next call on', async () => {
    const admin = await api.admin();
    const user = await api.user();
    expect((await call('GET', '/users', { as: user })).status).toBe(403);
    const given = await call('PUT', `/users/${user.id}/roles`, { as: admin, body: { roles: ['admin'] } });
    expect(given.body.roles).toEqual(['admin']);
    expect((await call('GET', '/users', { as: user })).status).toBe(200);
    await call('PUT', `/users/${user.id}/roles`, { as: user, body: { roles: [] } }).then((answer) =>
      expect([answer.status, answer.body.reason]).toEqual([409, 'own_account']),
    );
    await call('PUT', `/users/${user.id}/roles`, { as: admin, body: { roles: [] } });
    expect((await call('GET', '/users', { as: user })).status).toBe(403);
    const bad = await call('PUT', `/users/${user.id}/roles`, { as: admin, body: { roles: ['Über Admin'] } });
    expect([bad.status, bad.body.field]).toEqual([400, 'roles']);
  });

  it('cannot delete, disable or demote themselves, so that one always remains', async () => {
    const admin = await api.admin();
    for (const [method, path, body] of [
      ['DELETE', `/users/${admin.id}`, undefined],
      ['POST', `/users/${admin.id}/disable`, undefined],
      ['PUT', `/users/${admin.id}/roles`, { roles: [] }],
    ] as const) {
      const answer = await call(method, path, { as: admin, ...(body === undefined ? {} : { body }) });
      expect([path, answer.status, answer.body.reason]).toEqual([path, 409, 'own_account']);
    }
  });

  it('deletes a user with everything that is theirs', async () => {
    const admin = await api.admin();
    const user = await api.user('Gone');
    const project = await api.project(user);
    expect((await call('DELETE', `/users/${user.id}`, { as: admin })).status).toBe(204);
    expect((await call('GET', `/projects/${project.id}`, { as: admin })).body.detail).toBe(
      'Project not found',
    );
    expect((await call('GET', `/users/${user.id}`, { as: admin })).body.detail).toBe('User not found');
    expect(
      await api.sql('select id from :schema.organizations where personal_user_id = $1', [user.id]),
    ).toEqual([]);
    expect((await call('DELETE', `/users/${user.id}`, { as: admin })).body.detail).toBe('User not found');
    expect((await call('GET', '/auth/me', { as: user })).status).toBe(401);
  });

  it('pages users with roles and state', async () => {
    const admin = await api.admin();
    const first = await call('GET', '/users?limit=1&withTotal=true', { as: admin });
    expect(first.body.data).toMatchObject([{ id: admin.id, roles: ['admin'], disabledAt: null }]);
    expect(first.body.total).toBeGreaterThan(5);
    expect(first.text).not.toMatch(/password|argon2/i);
    const second = await call('GET', `/users?limit=1&cursor=${first.body.nextCursor}`, { as: admin });
    expect(second.body.data[0]?.id).not.toBe(admin.id);
  });
});

describe('an API key of an administrator with fewer roles', () => {
  it('is not an administrator’s', async () => {
    const admin = await api.admin();
    const { body } = await call('POST', '/api-keys', { as: admin, body: { name: 'plain', roles: [] } });
    expect((await call('GET', '/users', { as: bearer(body.key) })).status).toBe(403);
    expect((await call('GET', '/users', { as: admin })).status).toBe(200);
  });
});
