import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, accountsOn, requireRole } from '../src/kernel/auth/index.ts';
import type { Scope } from '../src/kernel/system.ts';
import { type AuthFixture, newLogin, openAuth, PASSWORD, refusal } from './support/auth.ts';

let fixture: AuthFixture;
let scope: Scope;
let otherScope: Scope;
let accounts: Accounts;
let others: Accounts;
let install: AuthFixture['install'];
let newUser: AuthFixture['newUser'];
let countStatements: AuthFixture['countStatements'];

beforeAll(async () => {
  fixture = await openAuth();
  ({ scope, otherScope, accounts, others, install, newUser, countStatements } = fixture);
});

afterAll(async () => {
  await fixture?.opened.close();
});

describe('access tokens', () => {
  const parts = (token: string) => token.split('.') as [string, string, string];
  const json = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signing = async (of: Scope): Promise<{ kid: string; secret: Buffer }> => {
    const [row] = await of.query<{ kid: string; secret: Buffer }>(
      'select kid, secret from :schema.auth_secrets where verify_until is null',
    );
    return row!;
  };
  const forge = (header: unknown, claims: unknown, secret: Buffer, hash = 'sha256') => {
    const body = `${encode(header)}.${encode(claims)}`;
    return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`;
  };
  let token: string;
  let userId: string;

  beforeAll(async () => {
    userId = (await newUser()).id;
    token = (await accounts.startSession(userId)).accessToken;
  });

  it('name the type, the key, the instance and the times, and nothing about the person', async () => {
    const [header, claims] = parts(token).map((part, index) => (index < 2 ? json(part) : {}));
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.stringMatching(/^k_[0-9a-f]{16}$/) });
    expect(claims).toEqual({
      iss: 'guildhall',
      aud: 'guildhall:auth_one',
      sub: userId,
      sid: expect.stringMatching(/^ses_/),
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(Number(claims?.exp) - Number(claims?.iat)).toBe(900);
  });

  it('signed by hand like ours are accepted: the forgeries below fail for their own reason', async () => {
    const { kid, secret } = await signing(scope);
    const good = forge({ alg: 'HS256', typ: 'at+jwt', kid }, json(parts(token)[1]), secret);
    expect((await accounts.verifyAccessToken(good)).id).toBe(userId);
  });

  it('are refused when a forger leaves out or changes anything', async () => {
    const { kid, secret } = await signing(scope);
    const claims = json(parts(token)[1]);
    const header = { alg: 'HS256', typ: 'at+jwt', kid };
    const [head, body, signature] = parts(token);
    const { exp: _exp, ...endless } = claims;
    const { sid: _sid, ...sessionless } = claims;
    const forgeries = {
      'no signature': `${encode({ ...header, alg: 'none' })}.${body}.`,
      'alg none in capitals': `${encode({ ...header, alg: 'NONE' })}.${body}.${signature}`,
      'another HMAC': forge({ ...header, alg: 'HS512' }, claims, secret, 'sha512'),
      'a public-key algorithm': forge({ ...header, alg: 'RS256' }, claims, secret),
      'a header that asks for another key': forge(
        { ...header, jwk: { kty: 'oct', k: 'AA' } },
        claims,
        Buffer.alloc(32),
      ),
      'an empty key': forge(header, claims, Buffer.alloc(0)),
      'another type': forge({ ...header, typ: 'JWT' }, claims, secret),
      'no type': forge({ alg: 'HS256', kid }, claims, secret),
      'no key id': forge({ alg: 'HS256', typ: 'at+jwt' }, claims, secret),
      'an unknown key id': forge({ ...header, kid: 'k_0000000000000000' }, claims, secret),
      'a key id that is SQL': forge({ ...header, kid: "' or true --" }, claims, secret),
      'another issuer': forge(header, { ...claims, iss: 'someone' }, secret),
      'another audience': forge(header, { ...claims, aud: 'guildhall:auth_two' }, secret),
      'no expiry': forge(header, endless, secret),
      'expiry as text': forge(header, { ...claims, exp: '99999999999' }, secret),
      'no session': forge(header, sessionless, secret),
      'another account': forge(header, { ...claims, sub: 'acc_other' }, secret),
      'another body': `${head}.${encode({ ...claims, sub: 'acc_other' })}.${signature}`,
      'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      'a cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
      'not a token': 'x.y.z',
      nothing: '',
    };
    for (const [what, forged] of Object.entries(forgeries)) {
      expect(await refusal(accounts.verifyAccessToken(forged)), what).toMatchObject({
        code: 'unauthenticated',
        reason: 'token_invalid',
      });
    }
  });

  it('of another instance are refused, even with the same account id and the same secret from outside', async () => {
    await others.createAccount({ id: userId, kind: 'user', login: newLogin() });
    const foreign = (await others.startSession(userId)).accessToken;
    expect((await refusal(accounts.verifyAccessToken(foreign))).code).toBe('unauthenticated');
    const secrets = [randomBytes(32).toString('hex')];
    const here = accountsOn(scope, { secrets });
    const there = accountsOn(otherScope, { secrets });
    const outside = (await there.startSession(userId)).accessToken;
    expect((await there.verifyAccessToken(outside)).id).toBe(userId);
    expect((await refusal(here.verifyAccessToken(outside))).code).toBe('unauthenticated');
  });

  it('expire by the clock of the database', async () => {
    const { kid, secret } = await signing(scope);
    const claims = json(parts(token)[1]);
    const [clock] = await scope.query<{ now: number }>('select extract(epoch from now())::float8 as now');
    const at = (exp: number) => forge({ alg: 'HS256', typ: 'at+jwt', kid }, { ...claims, exp }, secret);
    expect(await refusal(accounts.verifyAccessToken(at(Math.floor(clock!.now))))).toMatchObject({
      code: 'unauthenticated',
      reason: 'token_expired',
    });
    await accounts.verifyAccessToken(at(Math.ceil(clock!.now) + 60));
  });

  it('carry no rights: a role given or taken counts at the next request, in one statement each', async () => {
    await accounts.setRoles(userId, ['admin']);
    const { value, statements: taken } = await countStatements(() => accounts.verifyAccessToken(token));
    expect(taken).toBe(1);
    expect(requireRole(value, 'admin').id).toBe(userId);
    await accounts.setRoles(userId, []);
    const now = await accounts.verifyAccessToken(token);
    expect(() => requireRole(now, 'admin')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it('of a disabled account are refused at once, and stay so after it is enabled again', async () => {
    const user = await newUser();
    const { accessToken, refreshToken } = await accounts.startSession(user.id);
    await accounts.disableAccount(user.id);
    expect((await refusal(accounts.verifyAccessToken(accessToken))).code).toBe('unauthenticated');
    expect((await refusal(accounts.refresh(refreshToken))).code).toBe('unauthenticated');
    await accounts.enableAccount(user.id);
    expect((await refusal(accounts.verifyAccessToken(accessToken))).code).toBe('unauthenticated');
    await accounts.signIn({ login: user.login, password: PASSWORD });
  });

  it('stop for an account that was disabled by hand, in SQL', async () => {
    const user = await newUser();
    const { accessToken } = await accounts.startSession(user.id);
    await scope.query('update :schema.accounts set disabled_at = now() where id = $1', [user.id]);
    expect((await refusal(accounts.verifyAccessToken(accessToken))).code).toBe('unauthenticated');
  });

  it('are signed by another key in each instance, also when the secret from outside is the same', async () => {
    const secrets = [randomBytes(32).toString('hex')];
    const { id } = await others.createAccount({ kind: 'user', login: newLogin() });
    const here = json(parts((await accountsOn(scope, { secrets }).startSession(userId)).accessToken)[0]);
    const there = json(parts((await accountsOn(otherScope, { secrets }).startSession(id)).accessToken)[0]);
    expect(here.kid).toMatch(/^s_[0-9a-f]{16}$/);
    expect(there.kid).not.toBe(here.kid);
  });

  it('last as long as the system says', async () => {
    const hour = accountsOn(scope, { accessTtlS: 3_600 });
    const signedIn = await hour.startSession(userId);
    const claims = json(parts(signedIn.accessToken)[1]);
    expect(signedIn.expiresInS).toBe(3_600);
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3_600);
    for (const accessTtlS of [0, -1, 1.5, Number.NaN, 86_401]) {
      expect(() => accountsOn(scope, { accessTtlS })).toThrow(
        expect.objectContaining({ field: 'accessTtlS' }),
      );
    }
  });
});

describe('signing keys', () => {
  it('are made once, however many processes need the first one', async () => {
    const fresh = await install('auth_keys');
    const processes = Array.from({ length: 12 }, () => accountsOn(fresh));
    const { id } = await processes[0]!.createAccount({ kind: 'user', login: newLogin() });
    const sessions = await Promise.all(processes.map((one) => one.startSession(id)));
    const rows = await fresh.query('select kid from :schema.auth_secrets');
    expect(rows).toHaveLength(1);
    for (const [index, session] of sessions.entries()) {
      expect((await processes[(index + 1) % 12]!.verifyAccessToken(session.accessToken)).id).toBe(id);
    }
  });

  it('rotate: tokens of the old key live on for the overlap, and all processes sign with the new one', async () => {
    const fresh = await install('auth_rotate');
    const [one, two] = [accountsOn(fresh), accountsOn(fresh)];
    const { id } = await one.createAccount({ kind: 'user', login: newLogin() });
    const old = (await one.startSession(id)).accessToken;
    await one.verifyAccessToken(old);
    await two.rotateSigningKey();
    const next = (await one.startSession(id)).accessToken;
    expect(next.split('.')[0]).not.toBe(old.split('.')[0]);
    await two.verifyAccessToken(old);
    await two.verifyAccessToken(next);
    await fresh.query(
      "update :schema.auth_secrets set verify_until = now() - interval '1 s' where verify_until is not null",
    );
    expect((await refusal(one.verifyAccessToken(old))).code).toBe('unauthenticated');
    await one.verifyAccessToken(next);
  });

  it('rotate without overlap when one has leaked: no earlier token is accepted any more', async () => {
    const fresh = await install('auth_leak');
    const one = accountsOn(fresh);
    const { id } = await one.createAccount({ kind: 'user', login: newLogin() });
    const first = (await one.startSession(id)).accessToken;
    await one.rotateSigningKey();
    const second = (await one.startSession(id)).accessToken;
    await Promise.all([one.rotateSigningKey({ overlapS: 0 }), one.rotateSigningKey({ overlapS: 0 })]);
    const third = await one.startSession(id);
    // The end is kept to a millisecond; step over it.
    await fresh.query("update :schema.auth_secrets set verify_until = verify_until - interval '1 ms'");
    for (const token of [first, second]) {
      expect((await refusal(one.verifyAccessToken(token))).code).toBe('unauthenticated');
    }
    await one.verifyAccessToken(third.accessToken);
    await one.refresh(third.refreshToken);
  });

  it('from outside: the first signs, the others verify, and none is stored', async () => {
    const fresh = await install('auth_outside');
    const [older, newer] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
    const before = accountsOn(fresh, { secrets: [older] });
    const during = accountsOn(fresh, { secrets: [newer, older] });
    const after = accountsOn(fresh, { secrets: [newer] });
    const { id } = await before.createAccount({ kind: 'user', login: newLogin() });
    const oldToken = (await before.startSession(id)).accessToken;
    const session = await during.startSession(id);
    await during.verifyAccessToken(oldToken);
    await after.verifyAccessToken(session.accessToken);
    await after.refresh(session.refreshToken);
    expect((await refusal(after.verifyAccessToken(oldToken))).code).toBe('unauthenticated');
    expect((await refusal(before.verifyAccessToken(session.accessToken))).code).toBe('unauthenticated');
    expect(await fresh.query('select from :schema.auth_secrets')).toHaveLength(0);
    expect((await refusal(during.rotateSigningKey())).code).toBe('conflict');
    expect(() => accountsOn(fresh, { secrets: ['too short'] })).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.not.stringContaining('too short') }),
    );
  });
});
