/** Sessions: sign-in, rotating refresh tokens, and who an access token belongs to. */
import { createHash, randomBytes } from 'node:crypto';
import { GuildhallError, invalidInput } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Principal } from '../routes.ts';
import { soughtLogin } from './accounts.ts';
import {
  type AccountRow,
  type AuthContext,
  actorParams,
  seconds,
  toAccount,
  unknownAccount,
} from './context.ts';
import { invalidToken } from './keyring.ts';
import { isTooLong } from './passwords.ts';
import type { SignedIn } from './types.ts';

/** A person has a few browsers and telephones; beyond this the oldest session ends. */
const SESSIONS_MAX = 100;
/** Rows that one purge takes, so that it holds its locks for a moment only. */
const PURGE_ROWS = 1_000;
/** Ours have 47 characters; a token taken over from elsewhere may have another form. */
const REFRESH_TOKEN = /^[\x21-\x7e]{32,512}$/;

interface SessionRow extends AccountRow {
  readonly issued_at: Date;
  readonly expires_at: Date;
  /** Null when the secret comes from outside. */
  readonly kid: string | null;
}

type RefreshRow =
  | (SessionRow & { readonly outcome: 'refreshed'; readonly session_id: string })
  | { readonly outcome: 'reused' | 'superseded' | 'invalid' };

const FIND_CREDENTIALS = `
  select id, password_hash, disabled_at is not null as disabled
  from :schema.accounts
  where login = $1`;

const OPEN = 'select * from :schema.open_account_session($1, $2, $3, $4, $5, $6, $7, $8)';

const REFRESH = 'select * from :schema.refresh_account_session($1, $2, $3, $4, $5, $6)';

const SIGN_OUT = `
  update :schema.account_sessions as s
  set revoked_at = now(), revoked_reason = 'signed_out'
  from :schema.refresh_tokens as t
  where t.token_hash = $1 and s.id = t.session_id and s.revoked_at is null`;

// Rights are read at every request and never remembered: a change counts from the next one on.
const CHECK = `
  select a.id, a.kind, a.login, a.roles, statement_timestamp() >= to_timestamp($3::double precision) as expired
  from :schema.account_sessions as s
  join :schema.accounts as a on a.id = s.account_id
  where s.id = $1
    and s.account_id = $2
    and s.epoch = a.session_epoch
    and s.revoked_at is null
    and a.disabled_at is null
    and ($4::text is null or exists (
      select from :schema.auth_secrets as k
      where k.kid = $4 and (k.verify_until is null or k.verify_until > statement_timestamp())
    ))`;

export async function signIn(
  context: AuthContext,
  credentials: { readonly login: string; readonly password: string },
): Promise<SignedIn> {
  const { passwords, dummyHash } = context.settings;
  const { login, password } = credentials;
  // Too long a password is no account's; this says nothing about the login.
  if (isTooLong(password)) throw badCredentials(context);
  const [found] = await context.scope.query<{ id: string; password_hash: string | null; disabled: boolean }>(
    FIND_CREDENTIALS,
    [soughtLogin(login)],
  );
  // Exactly one hash is checked, whoever asks: time does not tell an unknown login from a wrong password.
  const dummy = await dummyHash();
  const right = await passwords.verify(found?.password_hash ?? dummy, password);
  const hash = found?.password_hash ?? null;
  if (!right || found === undefined || hash === null || found.disabled) throw badCredentials(context);
  const betterHash = passwords.isWeak(hash) ? await passwords.hash(password) : null;
  const signedIn = await openSession(context, found.id, { verifiedHash: hash, betterHash });
  if (signedIn === undefined) throw badCredentials(context);
  return signedIn;
}

export async function startSession(
  context: AuthContext,
  accountId: string,
  options: { readonly refreshToken?: string } = {},
): Promise<SignedIn> {
  const { refreshToken } = options;
  if (refreshToken !== undefined && !REFRESH_TOKEN.test(refreshToken)) {
    throw invalidInput(
      'refreshToken',
      'A refresh token has 32 to 512 visible ASCII characters.',
      'Pass a random one.',
    );
  }
  const signedIn = await openSession(context, accountId, {
    verifiedHash: null,
    betterHash: null,
    ...(refreshToken === undefined ? {} : { refreshToken }),
  });
  if (signedIn !== undefined) return signedIn;
  throw unknownAccount(accountId);
}

export async function refresh(context: AuthContext, refreshToken: string): Promise<SignedIn> {
  const { scope, settings } = context;
  if ('inTransaction' in scope.executor && scope.executor.inTransaction === true) {
    throw new GuildhallError('wrong_database_handle', 'refresh() was called inside a transaction.', {
      hint: 'Call it outside: ending the session of a stolen token must stand although the call fails.',
    });
  }
  if (!REFRESH_TOKEN.test(refreshToken)) throw badRefreshToken(context, 'refresh_token_invalid');
  const next = newRefreshToken();
  const [row] = await scope.query<RefreshRow>(REFRESH, [
    sha256(refreshToken),
    sha256(next),
    settings.refreshTtlS,
    settings.sessionMaxAgeS,
    settings.refreshGraceS,
    settings.keyring.stored,
  ]);
  if (row === undefined || row.outcome !== 'refreshed') {
    throw badRefreshToken(context, `refresh_token_${row?.outcome ?? 'invalid'}`);
  }
  return tokensFor(context, { row, sessionId: row.session_id, refreshToken: next });
}

export async function signOut(context: AuthContext, refreshToken: string): Promise<void> {
  if (!REFRESH_TOKEN.test(refreshToken)) return;
  await context.scope.query(SIGN_OUT, [sha256(refreshToken)]);
}

export async function verifyAccessToken(context: AuthContext, token: string): Promise<Principal> {
  const { scope, settings } = context;
  const claims = await settings.keyring.read(scope, token);
  const [row] = await scope.query<AccountRow & { expired: boolean }>(CHECK, [
    claims.sessionId,
    claims.accountId,
    claims.expiresAtS,
    claims.storedKid,
  ]);
  if (row === undefined) throw invalidToken();
  if (row.expired) throw invalidToken('token_expired');
  return { id: row.id, kind: row.kind, login: row.login, roles: row.roles, via: 'token' };
}

export async function rotateSigningKey(
  context: AuthContext,
  options: { readonly overlapS?: number } = {},
): Promise<void> {
  const { scope, settings } = context;
  if (!settings.keyring.stored) {
    throw new GuildhallError('conflict', 'The token secret of this instance comes from its settings.', {
      reason: 'secret_from_settings',
      hint: 'Put the new secret first in the list, keep the old one second for a while.',
    });
  }
  const overlapS = seconds('overlapS', options.overlapS ?? settings.accessTtlS, { least: 0, most: 86_400 });
  await scope.query('select :schema.rotate_signing_key($1, $2, $3, $4)', [...actorParams(context), overlapS]);
}

export async function purge(context: AuthContext): Promise<boolean> {
  const [row] = await context.scope.query<{ purged: number }>('select :schema.purge_accounts($1) as purged', [
    PURGE_ROWS,
  ]);
  return (row?.purged ?? 0) >= PURGE_ROWS;
}

async function openSession(
  context: AuthContext,
  accountId: string,
  hashes: {
    readonly verifiedHash: string | null;
    readonly betterHash: string | null;
    readonly refreshToken?: string;
  },
): Promise<SignedIn | undefined> {
  const { scope, settings } = context;
  const sessionId = newId('ses');
  const refreshToken = hashes.refreshToken ?? newRefreshToken();
  const [row] = await scope.query<SessionRow>(OPEN, [
    accountId,
    sessionId,
    sha256(refreshToken),
    hashes.verifiedHash,
    hashes.betterHash,
    Math.min(settings.refreshTtlS, settings.sessionMaxAgeS),
    SESSIONS_MAX,
    settings.keyring.stored,
  ]);
  return row === undefined ? undefined : tokensFor(context, { row, sessionId, refreshToken });
}

async function tokensFor(
  context: AuthContext,
  session: { readonly row: SessionRow; readonly sessionId: string; readonly refreshToken: string },
): Promise<SignedIn> {
  const { row, sessionId, refreshToken } = session;
  const issuedAtS = Math.floor(row.issued_at.getTime() / 1000);
  const expiresInS = context.settings.accessTtlS;
  const accessToken = await context.settings.keyring.sign(context.scope, row.kid, {
    accountId: row.id,
    sessionId,
    issuedAtS,
    expiresAtS: issuedAtS + expiresInS,
  });
  return { account: toAccount(row), accessToken, refreshToken, expiresInS, refreshExpiresAt: row.expires_at };
}

function newRefreshToken(): string {
  return `ghr_${randomBytes(32).toString('base64url')}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function badCredentials(context: AuthContext): GuildhallError {
  return new GuildhallError('unauthenticated', context.settings.messages.badCredentials, {
    reason: 'bad_credentials',
  });
}

function badRefreshToken(context: AuthContext, reason: string): GuildhallError {
  return new GuildhallError('unauthenticated', context.settings.messages.badRefreshToken, {
    reason,
    hint:
      reason === 'refresh_token_superseded'
        ? 'Another call has just used this token: use the tokens which that one was given.'
        : 'Sign in again.',
  });
}
