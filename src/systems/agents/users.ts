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

/** Creates account and user. Throws `invalid_input` ("Invalid email format") and `already_exists`. */
export async function createUser(
  context: Context,
  input: NewUser,
  options: { readonly allowShortPassword?: boolean; readonly roles?: readonly string[] } = {},
): Promise<User> {
  const email = checkEmail(input.email);
  const name =
    input.name === undefined || input.name === null ? null : storableText(input.name, 'name', MAX_NAME);
  // Hashed before the transaction, so that no connection waits for it.
  const passwordHash = await context.accounts.hashPassword(input.password, {
    allowShortPassword: options.allowShortPassword === true,
  });
  const id = newId('usr');
  return context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    const roles = options.roles ?? [];
    await context.accounts
      .on(tx)
      .by(context.actor)
      .createAccount({ id, kind: 'user', login: email, passwordHash, roles });
    const rows = await scope.query<object>(
      `insert into :schema.users (id, email, name) values ($1, $2, $3) returning ${COLUMNS}`,
      [id, email, name],
    );
    return camelRow<User>(rows[0] as object);
  });
}

export async function getUserById(context: Context, id: string): Promise<User | null> {
  const rows = await context.scope.query<object>(`select ${COLUMNS} from :schema.users where id = $1`, [id]);
  return rows[0] === undefined ? null : camelRow<User>(rows[0]);
}

/** Upper and lower case are the same address. */
export async function getUserByEmail(context: Context, email: string): Promise<User | null> {
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.users where email = lower($1)`,
    [email.trim()],
  );
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
      where u.email = lower($1)`,
    [email.trim()],
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
 * Founding name. Refresh tokens are kept as hashes in session families, so there is no token to set:
 * null ends every session of the user; text must be a refresh token of the user's own session.
 */
export async function updateUserRefreshToken(
  context: Context,
  id: string,
  token: string | null,
): Promise<User> {
  if (token !== null) {
    throw invalidInput(
      'refreshToken',
      'A refresh token cannot be set: sign-in makes it and only its hash is stored.',
      'Sign in to get one; pass null to end every session of the user.',
    );
  }
  const rows = await context.scope.query<object>(
    `update :schema.users set updated_at = clock_timestamp() where id = $1 returning ${COLUMNS}`,
    [id],
  );
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'User not found', { field: 'id' });
  await context.accounts.on(context.scope.executor).by(context.actor).signOutEverywhere(id);
  return camelRow<User>(rows[0]);
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
  return email.trim().toLowerCase();
}

/** True for the error of a taken address, whichever constraint noticed it. */
export function isEmailTaken(error: unknown): boolean {
  return isGuildhallError(error, 'already_exists') && error.field === 'email';
}
