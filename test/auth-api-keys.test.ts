import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/kernel/auth/gate.ts';
import { type Accounts, requireRole } from '../src/kernel/auth/index.ts';
import { GuildhallError } from '../src/kernel/errors.ts';
import type { Scope } from '../src/kernel/system.ts';
import { type AuthFixture, newLogin, openAuth, refusal } from './support/auth.ts';

let fixture: AuthFixture;
let scope: Scope;
let accounts: Accounts;
let newUser: AuthFixture['newUser'];
let countStatements: AuthFixture['countStatements'];

beforeAll(async () => {
  fixture = await openAuth();
  ({ scope, accounts, newUser, countStatements } = fixture);
});

afterAll(async () => {
  await fixture?.opened.close();
});

describe('API keys', () => {
  it('are shown once, stored as a hash, and act for their account', async () => {
    const user = await newUser(['reader']);
    const { key, apiKey } = await accounts.createApiKey({ accountId: user.id, name: ' robot ' });
    expect(key).toMatch(/^ghk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(apiKey).toMatchObject({
      name: 'robot',
      roles: ['reader'],
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(key.startsWith(`ghk_${apiKey.prefix}_`)).toBe(true);
    expect(await accounts.verifyApiKey(key)).toEqual({
      id: user.id,
      kind: 'user',
      login: user.login,
      roles: ['reader'],
      via: 'api_key',
    });
    const dump = await scope.query('select k::text from :schema.api_keys as k where id = $1', [apiKey.id]);
    expect(JSON.stringify([dump, await accounts.listApiKeys(user.id)])).not.toContain(key.slice(17));
  });

  it('that are wrong in any place are refused', async () => {
    const { key } = await accounts.createApiKey({ accountId: (await newUser()).id, name: 'k' });
    const last = key.at(-1) === 'A' ? 'B' : 'A';
    const wrong = [
      `${key.slice(0, -1)}${last}`,
      `ghk_000000000000_${key.slice(17)}`,
      key.slice(0, -1),
      `${key}A`,
      'ghk_',
      '',
    ];
    for (const attempt of wrong) {
      expect(await refusal(accounts.verifyApiKey(attempt))).toMatchObject({
        code: 'unauthenticated',
        reason: 'api_key_invalid',
      });
    }
    await accounts.verifyApiKey(key);
  });

  it('have a part of the roles of their account, also when the account loses some', async () => {
    const user = await newUser(['admin', 'reader']);
    const tooMuch = accounts.createApiKey({ accountId: user.id, name: 'k', roles: ['owner'] });
    expect(await refusal(tooMuch)).toMatchObject({ code: 'forbidden', reason: 'roles_not_held' });
    const { key } = await accounts.createApiKey({
      accountId: user.id,
      name: 'k',
      roles: ['reader', 'admin'],
    });
    expect((await accounts.verifyApiKey(key)).roles).toEqual(['admin', 'reader']);
    await accounts.setRoles(user.id, ['owner', 'reader']);
    expect((await accounts.verifyApiKey(key)).roles).toEqual(['reader']);
  });

  it('are refused when expired, revoked, or while the account is disabled', async () => {
    const user = await newUser();
    const create = (expiresInS?: number) =>
      accounts.createApiKey({
        accountId: user.id,
        name: 'k',
        ...(expiresInS === undefined ? {} : { expiresInS }),
      });
    const [expiring, revoked, plain] = [await create(60), await create(), await create()];
    await accounts.verifyApiKey(expiring.key);
    await scope.query('update :schema.api_keys set expires_at = now() where id = $1', [expiring.apiKey.id]);
    await accounts.revokeApiKey({ accountId: user.id, keyId: revoked.apiKey.id });
    for (const { key } of [expiring, revoked]) {
      expect((await refusal(accounts.verifyApiKey(key))).code).toBe('unauthenticated');
    }
    await accounts.verifyApiKey(plain.key);
    await accounts.disableAccount(user.id);
    expect((await refusal(accounts.verifyApiKey(plain.key))).code).toBe('unauthenticated');
    await accounts.enableAccount(user.id);
    await accounts.verifyApiKey(plain.key);
  });

  it('belong to their account: nobody else revokes or rotates them', async () => {
    const [owner, stranger] = [await newUser(), await newUser()];
    const { apiKey, key } = await accounts.createApiKey({ accountId: owner.id, name: 'k' });
    const name = { accountId: stranger.id, keyId: apiKey.id };
    for (const call of [() => accounts.revokeApiKey(name), () => accounts.rotateApiKey(name)]) {
      expect(await refusal(call())).toMatchObject({ code: 'not_found', reason: 'api_key_unknown' });
    }
    await accounts.verifyApiKey(key);
    expect(await accounts.listApiKeys(stranger.id)).toEqual([]);
  });

  it('rotate: old and new work for the overlap, and never more than two of a line', async () => {
    const user = await newUser(['reader']);
    const first = await accounts.createApiKey({ accountId: user.id, name: 'k', expiresInS: 3_600 });
    const rotate = (keyId: string) => accounts.rotateApiKey({ accountId: user.id, keyId, overlapS: 600 });
    const second = await rotate(first.apiKey.id);
    expect(second.apiKey).toMatchObject({ name: 'k', roles: ['reader'] });
    expect(second.apiKey.expiresAt!.getTime() - second.apiKey.createdAt.getTime()).toBe(3_600_000);
    await accounts.verifyApiKey(first.key);
    await accounts.verifyApiKey(second.key);
    expect(await refusal(rotate(first.apiKey.id))).toMatchObject({
      code: 'conflict',
      reason: 'api_key_not_live',
    });
    const third = await rotate(second.apiKey.id);
    await scope.query("update :schema.api_keys set expires_at = expires_at - interval '1 ms' where id = $1", [
      first.apiKey.id,
    ]);
    expect((await refusal(accounts.verifyApiKey(first.key))).code).toBe('unauthenticated');
    await accounts.verifyApiKey(second.key);
    await accounts.verifyApiKey(third.key);
    const listed = await accounts.listApiKeys(user.id);
    expect(new Map(listed.map((one) => [one.id, one.replacedBy]))).toEqual(
      new Map([
        [first.apiKey.id, second.apiKey.id],
        [second.apiKey.id, third.apiKey.id],
        [third.apiKey.id, null],
      ]),
    );
  });

  it('rotated ten times at once follow once', async () => {
    const user = await newUser();
    const { apiKey } = await accounts.createApiKey({ accountId: user.id, name: 'k' });
    const calls = Array.from({ length: 10 }, () =>
      accounts.rotateApiKey({ accountId: user.id, keyId: apiKey.id }),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('revoked ten times at once are revoked, and every call says so', async () => {
    const user = await newUser();
    const { apiKey } = await accounts.createApiKey({ accountId: user.id, name: 'k' });
    const name = { accountId: user.id, keyId: apiKey.id };
    const answers = await Promise.all(Array.from({ length: 10 }, () => accounts.revokeApiKey(name)));
    expect(new Set(answers.map((answer) => answer.revokedAt?.getTime())).size).toBe(1);
    expect(answers[0]?.revokedAt).toBeInstanceOf(Date);
  });

  it('of one account number fifty at most, also when created at once', async () => {
    const user = await newUser();
    const calls = Array.from({ length: 60 }, (_, index) =>
      accounts.createApiKey({ accountId: user.id, name: `key ${index}` }),
    );
    const outcomes = await Promise.allSettled(calls);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(10);
    expect(refused[0]?.reason).toMatchObject({ code: 'limit_exceeded', reason: 'too_many_api_keys' });
  });

  it('note their use once a minute, not at every call', async () => {
    const user = await newUser();
    const { key, apiKey } = await accounts.createApiKey({ accountId: user.id, name: 'k' });
    const version = async () =>
      (
        await scope.query<{ version: string; used: Date }>(
          'select xmin::text as version, last_used_at as used from :schema.api_keys where id = $1',
          [apiKey.id],
        )
      )[0]!;
    await Promise.all(Array.from({ length: 20 }, () => accounts.verifyApiKey(key)));
    const first = await version();
    expect(first.used).toBeInstanceOf(Date);
    const { statements: taken } = await countStatements(() => accounts.verifyApiKey(key));
    expect(taken).toBe(1);
    expect(await version()).toEqual(first);
    await scope.query("update :schema.api_keys set last_used_at = now() - interval '61 s' where id = $1", [
      apiKey.id,
    ]);
    await accounts.verifyApiKey(key);
    expect((await version()).used.getTime()).toBeGreaterThanOrEqual(first.used.getTime());
  });

  it.each([{ name: '' }, { name: '  ' }, { name: 'x'.repeat(201) }, { expiresInS: 0 }, { expiresInS: 1.5 }])(
    'are not created with %j',
    async (wrong) => {
      const user = await newUser();
      const call = accounts.createApiKey({ accountId: user.id, name: 'k', ...wrong });
      expect((await refusal(call)).code).toBe('invalid_input');
    },
  );
});

describe('the Authorization header', () => {
  it('proves an account by token or by key, however Bearer is written', async () => {
    const user = await newUser();
    const { accessToken } = await accounts.startSession(user.id);
    const { key } = await accounts.createApiKey({ accountId: user.id, name: 'k' });
    expect((await accounts.authenticate(`Bearer ${accessToken}`)).via).toBe('token');
    expect((await accounts.authenticate(`bearer  ${key}`)).via).toBe('api_key');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', `Bearer ${'x'.repeat(5_000)}`])(
    'refuses %j',
    async (header) => {
      expect((await refusal(accounts.authenticate(header))).code).toBe('unauthenticated');
    },
  );

  it('proves nothing more: a role is asked for, and its absence is a refusal', async () => {
    const user = await newUser(['reader']);
    const principal = await accounts.authenticate(
      `Bearer ${(await accounts.startSession(user.id)).accessToken}`,
    );
    expect(requireRole(principal, 'reader')).toBe(principal);
    expect(() => requireRole(principal, 'admin')).toThrow(expect.objectContaining({ code: 'forbidden' }));
    expect(() => requireRole(undefined, 'reader')).toThrow(
      expect.objectContaining({ code: 'unauthenticated' }),
    );
  });
});

describe('secrets', () => {
  it('are in no error, not even in its causes', async () => {
    const user = await newUser();
    const password = 'tell nobody this one';
    const { accessToken, refreshToken } = await accounts.startSession(user.id);
    const { key } = await accounts.createApiKey({ accountId: user.id, name: 'k' });
    await accounts.disableAccount(user.id);
    const calls = {
      signIn: () => accounts.signIn({ login: user.login, password }),
      changePassword: () =>
        accounts.changePassword({ accountId: user.id, currentPassword: password, newPassword: password }),
      longPassword: () => accounts.hashPassword(password.repeat(60)),
      takenId: () => accounts.createAccount({ id: user.id, kind: 'user', login: newLogin(), password }),
      refresh: () => accounts.refresh(refreshToken),
      accessToken: () => accounts.verifyAccessToken(accessToken),
      forgery: () => accounts.verifyAccessToken(`${accessToken}x`),
      header: () => accounts.authenticate(`Basic ${key}`),
      apiKey: () => accounts.verifyApiKey(key),
    };
    for (const [what, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((caught: unknown) => caught);
      expect(error, what).toBeInstanceOf(GuildhallError);
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      for (const secret of [
        password,
        accessToken,
        refreshToken,
        key,
        accessToken.split('.')[2] ?? '',
        '$argon2',
      ]) {
        expect(shown.includes(secret), `${what} shows ${secret}`).toBe(false);
      }
    }
  });
});

describe('the gate before the hashing', () => {
  it('runs as many as it may, lets the others wait in order, and refuses those beyond the line', async () => {
    const gate = createGate(2, 3);
    const order: number[] = [];
    const finish: (() => void)[] = [];
    const job = (number: number) =>
      gate(async () => {
        order.push(number);
        await new Promise<void>((resolve) => finish.push(resolve));
        if (number === 1) throw new Error('a job that fails frees its place too');
        return number;
      });
    const jobs = [1, 2, 3, 4, 5].map(job);
    const settled = Promise.allSettled(jobs);
    expect(await refusal(job(6))).toMatchObject({ code: 'rate_limited' });
    expect(order).toEqual([1, 2]);
    for (let done = 0; done < 5; done += 1) {
      expect(finish.length - done).toBeLessThanOrEqual(2);
      finish[done]?.();
      await Promise.race([jobs[done], settled]).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const outcomes = await settled;
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', ...Array(4).fill('fulfilled')]);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(await gate(async () => 'open again')).toBe('open again');
  });
});
