import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, accountsOn } from '../src/kernel/auth/index.ts';
import type { Database, Executor } from '../src/kernel/database/types.ts';
import { kernelSql } from '../src/kernel/generated/sql.ts';
import type { Scope } from '../src/kernel/system.ts';
import { type AuthFixture, type CountingHasher, newLogin, openAuth, refusal } from './support/auth.ts';
import type { TestDatabase } from './support/database.ts';

let fixture: AuthFixture;
let opened: TestDatabase;
let database: Database;
let scope: Scope;
let accounts: Accounts;
let hasher: CountingHasher;
let install: AuthFixture['install'];
let newUser: AuthFixture['newUser'];
let countStatements: AuthFixture['countStatements'];

beforeAll(async () => {
  fixture = await openAuth();
  ({ opened, database, scope, accounts, hasher, install, newUser, countStatements } = fixture);
});

afterAll(async () => {
  await fixture?.opened.close();
});

describe('refresh tokens', () => {
  const age = (accountId: string, seconds: number) =>
    scope.query(
      `update :schema.account_sessions
       set refreshed_at = refreshed_at - make_interval(secs => $2), created_at = created_at - make_interval(secs => $2)
       where account_id = $1`,
      [accountId, seconds],
    );

  it('give new tokens once, in one statement, and are stored as a hash only', async () => {
    const user = await newUser();
    const first = await accounts.startSession(user.id);
    expect(first.refreshToken).toMatch(/^ghr_[A-Za-z0-9_-]{43}$/);
    const { value: second, statements: taken } = await countStatements(() =>
      accounts.refresh(first.refreshToken),
    );
    expect(taken).toBe(1);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.account.id).toBe(user.id);
    await accounts.verifyAccessToken(second.accessToken);
    const dump = await scope.query<{ all: string }>('select r::text as all from :schema.refresh_tokens as r');
    expect(JSON.stringify(dump)).not.toContain(first.refreshToken.slice(4));
  });

  it('that come back after they were replaced end the whole session, and this stands although the call fails', async () => {
    const user = await newUser();
    const first = await accounts.startSession(user.id);
    const second = await accounts.refresh(first.refreshToken);
    await age(user.id, 11);
    expect(await refusal(accounts.refresh(first.refreshToken))).toMatchObject({
      code: 'unauthenticated',
      reason: 'refresh_token_reused',
    });
    expect((await refusal(accounts.refresh(second.refreshToken))).code).toBe('unauthenticated');
    expect((await refusal(accounts.verifyAccessToken(second.accessToken))).code).toBe('unauthenticated');
    const entries = await scope.query('select from :schema.audit_log where action = $1 and subject = $2', [
      'account.token_reused',
      user.id,
    ]);
    expect(entries).toHaveLength(1);
  });

  it('end only their own session when they are reused', async () => {
    const user = await newUser();
    const stolen = await accounts.startSession(user.id);
    const untouched = await accounts.startSession(user.id);
    await accounts.refresh(stolen.refreshToken);
    await age(user.id, 11);
    await refusal(accounts.refresh(stolen.refreshToken));
    await accounts.refresh(untouched.refreshToken);
  });

  it('older than the one just replaced end the session without any grace', async () => {
    const user = await newUser();
    const first = await accounts.startSession(user.id);
    const second = await accounts.refresh(first.refreshToken);
    const third = await accounts.refresh(second.refreshToken);
    expect((await refusal(accounts.refresh(first.refreshToken))).reason).toBe('refresh_token_reused');
    expect((await refusal(accounts.refresh(third.refreshToken))).code).toBe('unauthenticated');
  });

  it('used fifty times at once win once; the others get nothing and the session lives on', async () => {
    const user = await newUser();
    const { refreshToken } = await accounts.startSession(user.id);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => accounts.refresh(refreshToken)),
    );
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(won).toHaveLength(1);
    expect(new Set(lost.map((outcome) => outcome.reason.reason))).toEqual(
      new Set(['refresh_token_superseded']),
    );
    await accounts.refresh(won[0]!.value.refreshToken);
  });

  it('negative control: without the lock two calls at once both win', async () => {
    const unlocked = await install('auth_unlocked');
    const file = kernelSql.files.find((one) => one.path === 'functions/refresh_account_session.sql');
    await unlocked.query(file?.text.replace('for no key update', '') ?? '');
    await unlocked.query(
      'alter table :schema.refresh_tokens drop constraint refresh_tokens_session_id_generation_key',
    );
    expect(await secondOfTwo(unlocked)).toBe('refreshed');
    expect(await secondOfTwo(scope)).toBe('superseded');
  });

  /** Outcome of a refresh that starts while another with the same token is not committed yet. */
  async function secondOfTwo(of: Scope): Promise<string | undefined> {
    const one = accountsOn(of, { passwords: hasher });
    const { id } = await one.createAccount({ kind: 'user', login: newLogin() });
    const { refreshToken } = await one.startSession(id);
    const call = async (executor: Executor) => {
      const hashes = [createHash('sha256').update(refreshToken).digest(), randomBytes(32)];
      const [row] = await of
        .on(executor)
        .query<{ outcome: string }>(
          'select outcome from :schema.refresh_account_session($1, $2, 60, 600, 10, false)',
          hashes,
        );
      return row?.outcome;
    };
    const second = await opened.connect();
    let outcome: Promise<string | undefined> | undefined;
    await database.transaction(async (tx) => {
      expect(await call(tx)).toBe('refreshed');
      const pid = await new Promise<number>((resolve) => {
        outcome = second.transaction(async (other) => {
          const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
          resolve(rows[0]!.pid);
          return call(other);
        });
      });
      await untilBlocked(tx, pid);
    });
    return outcome;
  }

  async function untilBlocked(executor: Executor, pid: number): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline) {
      const { rows } = await executor.query('select where cardinality(pg_blocking_pids($1)) > 0', [pid]);
      if (rows.length > 0) return;
    }
    throw new Error(`Backend ${pid} was expected to wait for a lock and does not.`);
  }

  it('used at once without a grace time win once and then end the session', async () => {
    const strict = accountsOn(scope, { refreshGraceS: 0 });
    const user = await newUser();
    const { refreshToken } = await strict.startSession(user.id);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => strict.refresh(refreshToken)));
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect((await refusal(strict.refresh(won[0]!.value.refreshToken))).code).toBe('unauthenticated');
  });

  it('expire', async () => {
    const user = await newUser();
    const { refreshToken, refreshExpiresAt } = await accounts.startSession(user.id);
    const [row] = await scope.query<{ left: number }>(
      'select extract(epoch from $1 - now())::float8 as left',
      [refreshExpiresAt],
    );
    expect(Math.round(row!.left / 60)).toBe(7 * 24 * 60);
    await scope.query('update :schema.account_sessions set expires_at = now() where account_id = $1', [
      user.id,
    ]);
    expect((await refusal(accounts.refresh(refreshToken))).reason).toBe('refresh_token_invalid');
  });

  it('do not keep a session alive beyond its greatest age', async () => {
    const user = await newUser();
    const first = await accounts.startSession(user.id);
    await age(user.id, 88 * 86_400);
    const second = await accounts.refresh(first.refreshToken);
    expect(second.refreshExpiresAt.getTime() - first.refreshExpiresAt.getTime()).toBeLessThan(
      -4.9 * 86_400_000,
    );
    await age(user.id, 3 * 86_400);
    expect((await refusal(accounts.refresh(second.refreshToken))).code).toBe('unauthenticated');
  });

  it('that were signed out are dead, with the access tokens of their session', async () => {
    const user = await newUser();
    const first = await accounts.startSession(user.id);
    const other = await accounts.startSession(user.id);
    const second = await accounts.refresh(first.refreshToken);
    await accounts.signOut(second.refreshToken);
    await accounts.signOut(second.refreshToken);
    expect((await refusal(accounts.refresh(second.refreshToken))).code).toBe('unauthenticated');
    expect((await refusal(accounts.verifyAccessToken(first.accessToken))).code).toBe('unauthenticated');
    await accounts.verifyAccessToken(other.accessToken);
    await accounts.signOutEverywhere(user.id);
    expect((await refusal(accounts.verifyAccessToken(other.accessToken))).code).toBe('unauthenticated');
  });

  it('that nobody was given are refused alike, and signing them out is no error', async () => {
    for (const token of ['', 'x', 'ghr_short', `ghr_${'A'.repeat(43)}`, `ghr_${'A'.repeat(10_000)}`]) {
      expect(await refusal(accounts.refresh(token))).toMatchObject({
        code: 'unauthenticated',
        reason: 'refresh_token_invalid',
      });
      await accounts.signOut(token);
    }
  });

  it('are not taken inside a transaction, where the end of a session could be undone', async () => {
    const { refreshToken } = await accounts.startSession((await newUser()).id);
    const inside = database.transaction((tx) => accounts.on(tx).refresh(refreshToken));
    expect((await refusal(inside)).code).toBe('wrong_database_handle');
    await accounts.refresh(refreshToken);
  });

  it('twenty calls at once that end all sessions are all counted', async () => {
    const user = await newUser();
    await Promise.all(Array.from({ length: 20 }, () => accounts.signOutEverywhere(user.id)));
    const rows = await scope.query('select session_epoch from :schema.accounts where id = $1', [user.id]);
    expect(rows).toEqual([{ session_epoch: 20 }]);
  });
});

describe('housekeeping', () => {
  it('deletes sessions and keys that ended long ago and no others', async () => {
    const fresh = await install('auth_purge');
    const one = accountsOn(fresh);
    const { id } = await one.createAccount({ kind: 'user', login: newLogin() });
    const sessions = [await one.startSession(id), await one.startSession(id)];
    const dead = await one.createApiKey({ accountId: id, name: 'dead' });
    const live = await one.createApiKey({ accountId: id, name: 'live' });
    await fresh.query(
      `update :schema.account_sessions set expires_at = now() - interval '25 h'
       where id = (select id from :schema.account_sessions order by id limit 1)`,
    );
    await fresh.query("update :schema.api_keys set revoked_at = now() - interval '91 d' where id = $1", [
      dead.apiKey.id,
    ]);
    expect(await one.purge()).toBe(false);
    expect(await fresh.query('select from :schema.account_sessions')).toHaveLength(1);
    expect(await fresh.query('select from :schema.refresh_tokens')).toHaveLength(1);
    expect((await one.listApiKeys(id)).map((key) => key.id)).toEqual([live.apiKey.id]);
    const alive = await Promise.allSettled(sessions.map((session) => one.refresh(session.refreshToken)));
    expect(alive.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });
});
