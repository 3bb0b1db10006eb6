import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, accountsOn } from '../src/kernel/auth/index.ts';
import type { Database } from '../src/kernel/database/types.ts';
import type { Scope } from '../src/kernel/system.ts';
import {
  type AuthFixture,
  type CountingHasher,
  newLogin,
  openAuth,
  PASSWORD,
  refusal,
} from './support/auth.ts';

let fixture: AuthFixture;
let database: Database;
let scope: Scope;
let accounts: Accounts;
let hasher: CountingHasher;
let newUser: AuthFixture['newUser'];
let countStatements: AuthFixture['countStatements'];

beforeAll(async () => {
  fixture = await openAuth();
  ({ database, scope, accounts, hasher, newUser, countStatements } = fixture);
  // Makes the dummy hash, so that the counts below are those of any later sign-in.
  await refusal(accounts.signIn({ login: newLogin(), password: PASSWORD }));
});

afterAll(async () => {
  await fixture?.opened.close();
});

describe('accounts', () => {
  it('a new account has what it was given and never shows its password', async () => {
    const login = `Ann.${newLogin()}`;
    const account = await accounts.createAccount({
      kind: 'user',
      login,
      password: PASSWORD,
      roles: ['b', 'a', 'b'],
    });
    expect(account).toEqual({
      id: expect.stringMatching(/^acc_[0-9a-z]{26}$/),
      kind: 'user',
      login: login.toLowerCase(),
      roles: ['a', 'b'],
      disabledAt: null,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(await accounts.getAccount(account.id)).toEqual(account);
    expect(await accounts.getAccountByLogin(login.toUpperCase())).toEqual(account);
  });

  it('a login is taken once, whatever its case, and the transaction around a refusal can go on', async () => {
    const login = newLogin();
    await accounts.createAccount({ kind: 'user', login });
    await database.transaction(async (tx) => {
      const within = accounts.on(tx);
      const second = within.createAccount({ kind: 'user', login: login.toUpperCase() });
      expect(await refusal(second)).toMatchObject({
        code: 'already_exists',
        reason: 'login_taken',
        field: 'login',
      });
      await within.createAccount({ kind: 'user', login: `next.${login}` });
    });
    expect(await accounts.getAccountByLogin(`next.${login}`)).not.toBeNull();
  });

  it('of twenty accounts created at once with one login exactly one comes into being', async () => {
    const login = newLogin();
    const calls = Array.from({ length: 20 }, () => accounts.createAccount({ kind: 'user', login }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    '',
    'nobody',
    'a@b',
    '@b.c',
    'a b@c.d',
    'a@b.c\0',
    'two@@signs.example',
    `${'x'.repeat(320)}@b.c`,
  ])('the login %j is refused', async (login) => {
    const error = await refusal(accounts.createAccount({ kind: 'user', login }));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'login' });
  });

  it('a system words the refusals itself', async () => {
    const own = accountsOn(scope, {
      loginField: 'email',
      messages: { invalidLogin: 'Invalid email format', loginTaken: 'Taken', shortPassword: 'Too short' },
    });
    const login = newLogin();
    await own.createAccount({ kind: 'user', login });
    expect(await refusal(own.createAccount({ kind: 'user', login: 'x' }))).toMatchObject({
      field: 'email',
      message: 'Invalid email format',
    });
    expect(await refusal(own.createAccount({ kind: 'user', login }))).toMatchObject({
      field: 'email',
      message: 'Taken',
    });
    expect(await refusal(own.hashPassword('short'))).toMatchObject({ message: 'Too short' });
  });

  it.each([
    { kind: 'User' },
    { kind: '' },
    { roles: ['Admin'] },
    { roles: [''] },
    { roles: ['a b'] },
    { id: '' },
  ])('a malformed value is refused: %j', async (wrong) => {
    const error = await refusal(accounts.createAccount({ kind: 'user', login: newLogin(), ...wrong }));
    expect(error.code).toBe('invalid_input');
  });

  it('an account created in a transaction that fails never was', async () => {
    const login = newLogin();
    const failing = database.transaction(async (tx) => {
      const account = await accounts.on(tx).createAccount({ kind: 'user', login });
      await accounts.on(tx).startSession(account.id);
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    expect(await accounts.getAccountByLogin(login)).toBeNull();
  });

  it('a changed login signs in and the old one does not', async () => {
    const user = await newUser();
    const login = newLogin();
    await accounts.changeLogin({ accountId: user.id, login: login.toUpperCase() });
    expect((await accounts.signIn({ login, password: PASSWORD })).account.login).toBe(login);
    expect(await refusal(accounts.signIn({ login: user.login, password: PASSWORD }))).toMatchObject({
      code: 'unauthenticated',
    });
    const taken = accounts.changeLogin({ accountId: user.id, login: (await newUser()).login });
    expect(await refusal(taken)).toMatchObject({ code: 'already_exists', reason: 'login_taken' });
  });

  it('a deleted account takes its sessions and keys with it', async () => {
    const user = await newUser();
    const { accessToken, refreshToken } = await accounts.startSession(user.id);
    const { key } = await accounts.createApiKey({ accountId: user.id, name: 'k' });
    expect(await accounts.deleteAccount(user.id)).toBe(true);
    expect(await accounts.deleteAccount(user.id)).toBe(false);
    for (const call of [
      () => accounts.verifyAccessToken(accessToken),
      () => accounts.refresh(refreshToken),
      () => accounts.verifyApiKey(key),
    ]) {
      expect((await refusal(call())).code).toBe('unauthenticated');
    }
  });

  it('what names an unknown account is not found', async () => {
    const calls = [
      () => accounts.setRoles('acc_nobody', []),
      () => accounts.disableAccount('acc_nobody'),
      () => accounts.changeLogin({ accountId: 'acc_nobody', login: newLogin() }),
      () => accounts.setPassword('acc_nobody', { password: PASSWORD }),
      () =>
        accounts.changePassword({
          accountId: 'acc_nobody',
          currentPassword: PASSWORD,
          newPassword: PASSWORD,
        }),
      () => accounts.startSession('acc_nobody'),
      () => accounts.signOutEverywhere('acc_nobody'),
      () => accounts.createApiKey({ accountId: 'acc_nobody', name: 'k' }),
    ];
    for (const call of calls) {
      expect(await refusal(call())).toMatchObject({ code: 'not_found', reason: 'account_unknown' });
    }
  });

  it('every change of rights is in the audit trail with who made it, and no secret is', async () => {
    const user = await newUser(['reader']);
    const admin = accounts.by({ kind: 'user', id: 'acc_admin', requestId: 'req_1' });
    await admin.setRoles(user.id, ['admin', 'reader']);
    await admin.disableAccount(user.id);
    await admin.enableAccount(user.id);
    await admin.setPassword(user.id, { password: 'another password' });
    const { apiKey } = await admin.createApiKey({ accountId: user.id, name: 'robot' });
    await admin.revokeApiKey({ accountId: user.id, keyId: apiKey.id });
    await admin.revokeApiKey({ accountId: user.id, keyId: apiKey.id });
    await admin.deleteAccount(user.id);
    const rows = await scope.query<{ action: string; entry: string }>(
      `select action, concat_ws(' ', actor_id, request_id, before, after) as entry
       from :schema.audit_log where subject = any($1) order by id`,
      [[user.id, apiKey.id]],
    );
    expect(rows.map((row) => row.action)).toEqual([
      'account.created',
      'account.roles_set',
      'account.disabled',
      'account.enabled',
      'account.password_changed',
      'api_key.created',
      'api_key.revoked',
      'account.deleted',
    ]);
    expect(rows[1]?.entry).toBe('acc_admin req_1 {"roles": ["reader"]} {"roles": ["admin", "reader"]}');
    expect(JSON.stringify(rows)).not.toMatch(/argon2|ghk_/);
  });
});

describe('passwords', () => {
  it('are stored as argon2id with 19 MiB and two passes', async () => {
    const hash = await accounts.hashPassword(PASSWORD);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const user = await newUser();
    const [row] = await scope.query<{ password_hash: string }>(
      'select password_hash from :schema.accounts where id = $1',
      [user.id],
    );
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('have eight characters at least and 1,024 bytes at most', async () => {
    const create = (password: string) =>
      accounts.createAccount({ kind: 'user', login: newLogin(), password });
    for (const password of ['', '1234567', 'é'.repeat(7), 'x'.repeat(1_025), '😀'.repeat(257)]) {
      expect(await refusal(create(password))).toMatchObject({ code: 'invalid_input', field: 'password' });
    }
    await create('12345678');
    await create('é'.repeat(8));
    await create('x'.repeat(1_024));
  });

  it('may be short for demonstration data', async () => {
    const login = newLogin();
    await accounts.createAccount({ kind: 'user', login, password: 'demo', allowShortPassword: true });
    await accounts.signIn({ login, password: 'demo' });
  });

  it('are the same however the keyboard composes a letter', async () => {
    const login = newLogin();
    await accounts.createAccount({ kind: 'user', login, password: 'caf\u00e9 au lait' });
    await accounts.signIn({ login, password: 'cafe\u0301 au lait' });
  });

  it('can come as a ready hash, which a sign-in makes stronger when it is weak', async () => {
    const { hash } = await import('@node-rs/argon2');
    const login = newLogin();
    const weak = await hash(PASSWORD, { memoryCost: 4_096, timeCost: 1 });
    const { id } = await accounts.createAccount({ kind: 'user', login, passwordHash: weak });
    await accounts.signIn({ login, password: PASSWORD });
    const stored = async () =>
      (
        await scope.query<{ password_hash: string }>(
          'select password_hash from :schema.accounts where id = $1',
          [id],
        )
      )[0]?.password_hash;
    const stronger = await stored();
    expect(stronger).toMatch(/\$m=19456,t=2,p=1\$/);
    await accounts.signIn({ login, password: PASSWORD });
    expect(await stored()).toBe(stronger);
  });

  it.each([
    '$2b$10$abcdefghijklmnopqrstuv',
    'plain',
    '$argon2id$broken',
    `$argon2id$v=19$m=4194304,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ])('the ready hash %s is refused', async (passwordHash) => {
    const error = await refusal(accounts.createAccount({ kind: 'user', login: newLogin(), passwordHash }));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'passwordHash' });
  });

  it('are changed by those who know the current one, which ends all sessions', async () => {
    const user = await newUser();
    const session = await accounts.startSession(user.id);
    const change = { accountId: user.id, newPassword: 'a better pass phrase' };
    const wrong = accounts.changePassword({ ...change, currentPassword: 'not it at all' });
    expect(await refusal(wrong)).toMatchObject({ code: 'invalid_input', field: 'currentPassword' });
    await accounts.verifyAccessToken(session.accessToken);
    await accounts.changePassword({ ...change, currentPassword: PASSWORD });
    expect((await refusal(accounts.verifyAccessToken(session.accessToken))).code).toBe('unauthenticated');
    expect((await refusal(accounts.refresh(session.refreshToken))).code).toBe('unauthenticated');
    expect((await refusal(accounts.signIn({ login: user.login, password: PASSWORD }))).code).toBe(
      'unauthenticated',
    );
    await accounts.signIn({ login: user.login, password: change.newPassword });
  });

  it('changed twice at once from one password change once', async () => {
    const user = await newUser();
    const change = (newPassword: string) =>
      accounts.changePassword({ accountId: user.id, currentPassword: PASSWORD, newPassword });
    const outcomes = await Promise.allSettled([change('first new one'), change('second new one')]);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toMatchObject({ code: 'conflict', reason: 'password_changed' });
  });

  it('verified before a change open no session after it', async () => {
    const user = await newUser();
    // The change happens between the check of the hash and the opening of the session.
    const slow = accountsOn(scope, {
      passwords: {
        ...hasher,
        verify: async (hash, password) => {
          const right = await hasher.verify(hash, password);
          await accounts.setPassword(user.id, { password: 'changed meanwhile' });
          return right;
        },
      },
    });
    expect(await refusal(slow.signIn({ login: user.login, password: PASSWORD }))).toMatchObject({
      code: 'unauthenticated',
      reason: 'bad_credentials',
    });
  });
});

describe('sign-in', () => {
  it('answers unknown login, wrong password, disabled and password-less accounts alike, for the same work', async () => {
    const user = await newUser();
    const disabled = await newUser();
    await accounts.disableAccount(disabled.id);
    const withoutPassword = await accounts.createAccount({ kind: 'user', login: newLogin() });
    const attempts = [
      { login: newLogin(), password: PASSWORD },
      { login: 'not even a login', password: PASSWORD },
      { login: 'nul\0byte@example.org', password: PASSWORD },
      { login: user.login, password: 'wrong password' },
      { login: disabled.login, password: PASSWORD },
      { login: withoutPassword.login, password: PASSWORD },
    ];
    for (const attempt of attempts) {
      const before = { ...hasher.counts };
      const counted = await countStatements(() => refusal(accounts.signIn(attempt)));
      expect(counted).toEqual({
        statements: 1,
        value: {
          code: 'unauthenticated',
          reason: 'bad_credentials',
          message: 'Login or password is wrong.',
          field: undefined,
        },
      });
      expect(hasher.counts).toEqual({ hashed: before.hashed, verified: before.verified + 1 });
    }
  });

  it('takes two statements and gives tokens for the account', async () => {
    const user = await newUser(['reader']);
    const { value: signedIn, statements: taken } = await countStatements(() =>
      accounts.signIn({ login: user.login.toUpperCase(), password: PASSWORD }),
    );
    expect(taken).toBe(2);
    expect(signedIn).toMatchObject({ account: { id: user.id, login: user.login }, expiresInS: 900 });
    expect(Object.keys(signedIn.account)).toHaveLength(7);
    expect(await accounts.verifyAccessToken(signedIn.accessToken)).toEqual({
      id: user.id,
      kind: 'user',
      login: user.login,
      roles: ['reader'],
      via: 'token',
    });
  });

  it('negative control: with a hasher that says yes to everything a wrong password signs in, and only that', async () => {
    const lax = accountsOn(scope, { passwords: { ...hasher, verify: async () => true } });
    const user = await newUser();
    const disabled = await newUser();
    await accounts.disableAccount(disabled.id);
    const withoutPassword = await accounts.createAccount({ kind: 'user', login: newLogin() });
    await lax.signIn({ login: user.login, password: 'wrong password' });
    for (const login of [newLogin(), disabled.login, withoutPassword.login]) {
      expect((await refusal(lax.signIn({ login, password: PASSWORD }))).reason).toBe('bad_credentials');
    }
  });

  it('keeps at most a hundred sessions of an account and ends the oldest', async () => {
    const user = await newUser();
    const first = await accounts.startSession(user.id);
    await scope.query(
      "update :schema.account_sessions set created_at = created_at - interval '1 h' where account_id = $1",
      [user.id],
    );
    for (let count = 0; count < 99; count += 1) await accounts.startSession(user.id);
    await accounts.verifyAccessToken(first.accessToken);
    await accounts.startSession(user.id);
    expect((await refusal(accounts.verifyAccessToken(first.accessToken))).code).toBe('unauthenticated');
  });

  it('is refused for a disabled account also without a password', async () => {
    const user = await newUser();
    await accounts.disableAccount(user.id);
    expect((await refusal(accounts.startSession(user.id))).code).toBe('not_found');
  });
});
