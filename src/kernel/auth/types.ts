/** What the account service offers, and what it can be told. */
import type { Actor } from '../audit.ts';
import type { Executor } from '../database/types.ts';
import type { Principal } from '../routes.ts';
import type { PasswordHasher } from './passwords.ts';

export interface Account {
  readonly id: string;
  /** What the account is in its system, such as `user` or `worker`. */
  readonly kind: string;
  /** Lower case. */
  readonly login: string;
  readonly roles: readonly string[];
  /** Null: enabled. */
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A password or the argon2 hash of one; with neither the account cannot sign in by password. */
export interface PasswordInput {
  readonly password?: string;
  /** Ready hash in PHC form, from `hashPassword` or from another system. */
  readonly passwordHash?: string;
  /** Lets demonstration data have a password below the least length. */
  readonly allowShortPassword?: boolean;
}

export interface NewAccount extends PasswordInput {
  /** Default: a new id `acc_…`. A system passes the id of its own row. */
  readonly id?: string;
  readonly kind: string;
  readonly login: string;
  readonly roles?: readonly string[];
}

export interface SignedIn {
  readonly account: Account;
  /** JWT for `Authorization: Bearer`. */
  readonly accessToken: string;
  /** Good for one refresh. */
  readonly refreshToken: string;
  /** Lifetime of the access token. */
  readonly expiresInS: number;
  readonly refreshExpiresAt: Date;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The public part: the key begins with `ghk_<prefix>_`. */
  readonly prefix: string;
  readonly roles: readonly string[];
  readonly createdAt: Date;
  /** Null: does not expire. */
  readonly expiresAt: Date | null;
  /** Exact to a minute; null: never used. */
  readonly lastUsedAt: Date | null;
  /** Null: not revoked. */
  readonly revokedAt: Date | null;
  /** Key that followed it in a rotation; null: not rotated. */
  readonly replacedBy: string | null;
}

export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  /** The key itself. It is not stored: this is the only time it can be seen. */
  readonly key: string;
}

export interface NewApiKey {
  readonly accountId: string;
  readonly name: string;
  /** A part of the account's roles; default: all it has now. */
  readonly roles?: readonly string[];
  /** Default: does not expire. */
  readonly expiresInS?: number;
}

export interface ApiKeyName {
  readonly accountId: string;
  readonly keyId: string;
}

export interface ApiKeyRotation extends ApiKeyName {
  /** How long the old key works on; default a day. */
  readonly overlapS?: number;
  /** Lifetime of the new key; default: as long as the old one had. */
  readonly expiresInS?: number;
}

/** Texts that a system may word in its own way. */
export interface AccountMessages {
  readonly invalidLogin: string;
  readonly shortPassword: string;
  readonly loginTaken: string;
  readonly badCredentials: string;
  readonly badRefreshToken: string;
}

export interface AccountOptions {
  /** Lifetime of access tokens; default 900 s, limit a day. */
  readonly accessTtlS?: number;
  /** Lifetime of a refresh token; default 7 days. Each refresh gives a new one as long. */
  readonly refreshTtlS?: number;
  /** After this long the password is asked for again, however often was refreshed; default 90 days. */
  readonly sessionMaxAgeS?: number;
  /** How long the token just replaced is refused without ending the session; default 10 s, 0 is strict. */
  readonly refreshGraceS?: number;
  /**
   * Secrets from outside, 32 bytes at least each: the first signs, the others only verify.
   * Default: a key that is made once and kept in the instance.
   */
  readonly secrets?: readonly string[];
  /** `iss` of the tokens; default `guildhall`. `aud` is always `guildhall:<schema>`. */
  readonly issuer?: string;
  /** What a login must look like; default: an e-mail address. */
  readonly loginRule?: RegExp;
  /** What callers call the login, for errors; default `login`. */
  readonly loginField?: string;
  readonly messages?: Partial<AccountMessages>;
  readonly passwords?: PasswordHasher;
}

/** Accounts, sessions and keys of one instance. */
export interface Accounts {
  /** The same accounts over another executor, such as a transaction. */
  on(executor: Executor): Accounts;
  /** The same accounts with this actor in the audit trail; default: the system itself. */
  by(actor: Actor): Accounts;

  /**
   * Adds an account. In a transaction pass `passwordHash`, made before it by `hashPassword`,
   * so that no connection waits for the hashing. Throws `already_exists` for a taken login.
   */
  createAccount(input: NewAccount): Promise<Account>;
  getAccount(accountId: string): Promise<Account | null>;
  getAccountByLogin(login: string): Promise<Account | null>;
  changeLogin(change: { readonly accountId: string; readonly login: string }): Promise<Account>;
  /** Counts from the next request on, for tokens and keys that exist already. */
  setRoles(accountId: string, roles: readonly string[]): Promise<Account>;
  /** Ends all sessions; keys are refused until the account is enabled again. */
  disableAccount(accountId: string): Promise<Account>;
  enableAccount(accountId: string): Promise<Account>;
  /** False when there was none. Sessions and keys go with it. */
  deleteAccount(accountId: string): Promise<boolean>;

  /** Checks the rules for passwords and hashes; needs no connection. */
  hashPassword(password: string, options?: { readonly allowShortPassword?: boolean }): Promise<string>;
  /** Ends all sessions, also the caller's. Throws `invalid_input` when the current password is wrong. */
  changePassword(change: {
    readonly accountId: string;
    readonly currentPassword: string;
    readonly newPassword: string;
  }): Promise<void>;
  /** Without asking for the current one: for resets and administrators. Ends all sessions. */
  setPassword(accountId: string, input: PasswordInput): Promise<void>;

  /** Throws `unauthenticated`, alike in text and time for unknown, disabled and wrong password. */
  signIn(credentials: { readonly login: string; readonly password: string }): Promise<SignedIn>;
  /**
   * A session without a password check: right after registration, or after another proof. Its refresh token
   * is new, or the one given: random text of 32 to 512 characters that another system issued.
   */
  startSession(accountId: string, options?: { readonly refreshToken?: string }): Promise<SignedIn>;
  /** Trades a refresh token for new tokens; refused inside a transaction. */
  refresh(refreshToken: string): Promise<SignedIn>;
  /** Ends the session of a refresh token; an unknown one is no error. */
  signOut(refreshToken: string): Promise<void>;
  /** Ends all sessions of the account. */
  signOutEverywhere(accountId: string): Promise<void>;

  /** Who sends this `Authorization` header: an access token or an API key. */
  authenticate(authorization: string | undefined): Promise<Principal>;
  verifyAccessToken(token: string): Promise<Principal>;
  verifyApiKey(key: string): Promise<Principal>;

  createApiKey(input: NewApiKey): Promise<IssuedApiKey>;
  /** Newest first, dead ones too, 200 at most. */
  listApiKeys(accountId: string): Promise<ApiKey[]>;
  revokeApiKey(name: ApiKeyName): Promise<ApiKey>;
  /** Makes a new key that follows the old one, which works on for the overlap. */
  rotateApiKey(rotation: ApiKeyRotation): Promise<IssuedApiKey>;

  /** A new signing key; tokens of the old one are accepted for the overlap (default: their lifetime). */
  rotateSigningKey(options?: { readonly overlapS?: number }): Promise<void>;
  /** Deletes what ended long ago, a batch at a time; true when more may be waiting. */
  purge(): Promise<boolean>;
}
