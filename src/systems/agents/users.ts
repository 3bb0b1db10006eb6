/** Users: the people who own projects. */
import {
  camelRow,
  camelRows,
  decodeCursor,
  GuildhallError,
  invalidInput,
  isGuildhallError,
  newId,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import { type Context, listLimit, storableText } from './context.ts';
import type { ListOptions, NewUser, User } from './types.ts';

/** `something@something.something`, without spaces; real addresses are proven by mail, not by patterns. */
export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const MAX_EMAIL = 320;
const MAX_NAME = 200;
const COLUMNS = 'id, email, name, created_at, updated_at';

export interface UserOptions {
  readonly allowShortPassword?: boolean;
  readonly roles?: readonly string[];
}

/** A checked user whose password is hashed already: hashing takes time, and no connection should wait for it. */
export interface PreparedUser {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly passwordHash: string;
  readonly roles: readonly string[];
}

/** Creates account and user. Throws `invalid_input` ("Invalid email format") and `already_exists`. */
export async function createUser(context: Context, input: NewUser, options: UserOptions = {}): Promise<User> {
  const prepared = await prepareUser(context, input, options);
  return context.scope.executor.transaction((tx) =>
    insertUser({ ...context, scope: context.scope.on(tx) }, prepared),
  );
}

/** Checks and hashes; needs no connection. */
export async function prepareUser(
  context: Context,
  input: NewUser,
  options: UserOptions = {},
): Promise<PreparedUser> {
  const email = checkEmail(input.email);
  const name =
    input.name === undefined || input.name === null ? null : storableText(input.name, 'name', MAX_NAME);
  const passwordHash = await context.accounts.hashPassword(input.password, {
    allowShortPassword: options.allowShortPassword === true,
  });
  return { id: newId('usr'), email, name, passwordHash, roles: options.roles ?? [] };
}

/** The insertion itself: account and user, in the caller's transaction. */
export async function insertUser(context: Context, prepared: PreparedUser): Promise<User> {
  const { id, email, name, passwordHash, roles } = prepared;
  const account = await context.accounts
    .on(context.scope.executor)
    .by(context.actor)
    .createAccount({ id, kind: 'user', login: email, passwordHash, roles });
  const rows = await context.scope.query<object>(
    `insert into :schema.users (id, email, name) values ($1, $2, $3) returning ${COLUMNS}`,
    [id, account.login, name],
  );
  return camelRow<User>(rows[0] as object);
}

export async function getUserById(context: Context, id: string): Promise<User | null> {
  const rows = await context.scope.query<object>(`select ${COLUMNS} from :schema.users where id = $1`, [id]);
  return rows[0] === undefined ? null : camelRow<User>(rows[0]);
}

/** Upper and lower case are the same address. */
export async function getUserByEmail(context: Context, email: string): Promise<User | null> {
  const rows = await context.scope.query<object>(`select ${COLUMNS} from :schema.users where email = $1`, [
    foldEmail(email),
  ]);
  return rows[0] === undefined ? null : camelRow<User>(rows[0]);
}

/** With the stored argon2 hash as `password`: for moving accounts elsewhere, never for an answer to a client. */
export async function getUserByEmailWithPassword(
  context: Context,
  email: string,
): Promise<(User & { readonly password: string | null }) | null> {
  const rows = await context.scope.query<object>(
    `select u.id, u.email, u.name, u.created_at, u.updated_at, a.password_hash as password
       from :schema.users u join :schema.accounts a on a.id = u.id
      where u.email = $1`,
    [foldEmail(email)],
  );
  return rows[0] === undefined ? null : camelRow(rows[0]);
}

/** Newest first. */
export async function listUsers(context: Context, options: ListOptions = {}): Promise<User[]> {
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.users order by created_at desc, id desc limit $1`,
    [listLimit(options.limit)],
  );
  return camelRows<User>(rows);
}

export async function pageUsers(context: Context, request: PageRequest = {}): Promise<Page<User>> {
  const limit = pageLimit(request.limit);
  const after = decodeCursor('users', request.cursor);
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.users
      where $1::timestamptz is null or (created_at, id) < ($1, $2)
      order by created_at desc, id desc limit $3`,
    [after?.at ?? null, after?.id ?? null, limit + 1],
  );
  return toPage('users', camelRows<User>(rows), limit, (user) => user.createdAt);
}

/** Throws `not_found` for an unknown id. */
export async function updateUser(
  context: Context,
  id: string,
  change: { readonly name: string | null },
): Promise<User> {
  const name = change.name === null ? null : storableText(change.name, 'name', MAX_NAME);
  const rows = await context.scope.query<object>(
    `update :schema.users set name = $2, updated_at = clock_timestamp() where id = $1 returning ${COLUMNS}`,
    [id, name],
  );
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'User not found', { field: 'id' });
  return camelRow<User>(rows[0]);
}

/**
 * Founding name: the user has this refresh token and no other from now on; null ends every session.
 * Only its hash is stored. Throws `invalid_input` for a token of fewer than 32 or more than 512 characters.
 */
export async function updateUserRefreshToken(
  context: Context,
  id: string,
  token: string | null,
): Promise<User> {
  return context.scope.executor.transaction(async (tx) => {
    const rows = await context.scope
      .on(tx)
      .query<object>(
        `update :schema.users set updated_at = clock_timestamp() where id = $1 returning ${COLUMNS}`,
        [id],
      );
    if (rows[0] === undefined) throw new GuildhallError('not_found', 'User not found', { field: 'id' });
    const accounts = context.accounts.on(tx).by(context.actor);
    await accounts.signOutEverywhere(id);
    if (token !== null) await accounts.startSession(id, { refreshToken: token });
    return camelRow<User>(rows[0]);
  });
}

/** True, or false when there was none; projects and all below them go with the user. */
export async function deleteUser(context: Context, id: string): Promise<boolean> {
  return context.accounts.on(context.scope.executor).by(context.actor).deleteAccount(id);
}

/** Checks and lower-cases an address. */
export function checkEmail(email: unknown): string {
  if (typeof email !== 'string' || !EMAIL.test(email.trim()) || email.length > MAX_EMAIL) {
    throw invalidInput('email', 'Invalid email format', 'Write it as name@example.com.');
  }
  return foldEmail(email);
}

/** The form in which addresses are stored and compared; the same as that of logins. */
function foldEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** True for the error of a taken address, whichever constraint noticed it. */
export function isEmailTaken(error: unknown): boolean {
  return isGuildhallError(error, 'already_exists') && error.field === 'email';
}
