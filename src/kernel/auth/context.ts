/** What all parts of the account service share: the scope they run in, and the settings of the instance. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../audit.ts';
import { GuildhallError } from '../errors.ts';
import { camelRow } from '../rows.ts';
import type { Scope } from '../system.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { createPasswordHasher, type PasswordHasher } from './passwords.ts';
import type { Account, AccountMessages, AccountOptions } from './types.ts';

export interface AuthContext {
  readonly scope: Scope;
  /** Named in the audit trail. */
  readonly actor: Actor;
  readonly settings: AuthSettings;
}

export interface AuthSettings {
  readonly accessTtlS: number;
  readonly refreshTtlS: number;
  readonly sessionMaxAgeS: number;
  readonly refreshGraceS: number;
  readonly loginRule: RegExp;
  readonly loginField: string;
  readonly messages: AccountMessages;
  readonly passwords: PasswordHasher;
  readonly keyring: Keyring;
  /** Hash of a password nobody knows, for sign-ins that have no hash to be checked against. */
  readonly dummyHash: () => Promise<string>;
}

export interface AccountRow {
  readonly id: string;
  readonly kind: string;
  readonly login: string;
  readonly roles: string[];
  readonly disabled_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const DAY_S = 86_400;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const MESSAGES: AccountMessages = {
  invalidLogin: 'The login is not an e-mail address.',
  shortPassword: 'The password is too short.',
  loginTaken: 'The login is taken.',
  badCredentials: 'Login or password is wrong.',
  badRefreshToken: 'The refresh token is not valid.',
};

export function readAuthSettings(schema: string, options: AccountOptions): AuthSettings {
  const passwords = options.passwords ?? createPasswordHasher();
  let dummy: Promise<string> | undefined;
  return {
    accessTtlS: seconds('accessTtlS', options.accessTtlS ?? 900, { least: 1, most: DAY_S }),
    refreshTtlS: seconds('refreshTtlS', options.refreshTtlS ?? 7 * DAY_S, { least: 60, most: 400 * DAY_S }),
    sessionMaxAgeS: seconds('sessionMaxAgeS', options.sessionMaxAgeS ?? 90 * DAY_S, {
      least: 60,
      most: 4000 * DAY_S,
    }),
    refreshGraceS: seconds('refreshGraceS', options.refreshGraceS ?? 10, { least: 0, most: 60 }),
    loginRule: options.loginRule ?? EMAIL,
    loginField: options.loginField ?? 'login',
    messages: { ...MESSAGES, ...options.messages },
    passwords,
    keyring: createKeyring(schema, options.issuer ?? 'guildhall', options.secrets ?? []),
    dummyHash: () => {
      dummy ??= passwords.hash(randomBytes(24).toString('base64url'));
      return dummy;
    },
  };
}

/** The account in a row that may hold more than it. */
export function toAccount(row: AccountRow): Account {
  const { id, kind, login, roles, disabled_at, created_at, updated_at } = row;
  return camelRow({ id, kind, login, roles, disabled_at, created_at, updated_at });
}

/** First three parameters of every audited statement. */
export function actorParams({ actor }: AuthContext): readonly [string, string | null, string | null] {
  return [actor.kind, actor.id, actor.requestId ?? null];
}

export function unknownAccount(accountId: string): GuildhallError {
  return new GuildhallError('not_found', `There is no account ${accountId}.`, { reason: 'account_unknown' });
}

/** A whole number of seconds within bounds; settings and arguments alike. */
export function seconds(name: string, value: number, bounds: { least: number; most: number }): number {
  if (Number.isSafeInteger(value) && value >= bounds.least && value <= bounds.most) return value;
  throw new GuildhallError(
    'invalid_input',
    `${name} is ${value}, not a whole number of seconds in its bounds.`,
    {
      field: name,
      hint: `Use ${bounds.least} to ${bounds.most}.`,
    },
  );
}
