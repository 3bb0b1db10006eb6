/** Passwords of accounts: hash, change, set. */
import { GuildhallError, invalidInput } from '../errors.ts';
import { type AuthContext, actorParams, unknownAccount } from './context.ts';
import { assertPassword, assertPasswordHash, isTooLong } from './passwords.ts';
import { SET_PASSWORD } from './statements.ts';
import type { PasswordInput } from './types.ts';

export async function hashPassword(
  context: AuthContext,
  password: string,
  options: { readonly allowShortPassword?: boolean } = {},
): Promise<string> {
  assertPassword(password, {
    allowShort: options.allowShortPassword === true,
    shortMessage: context.settings.messages.shortPassword,
  });
  return context.settings.passwords.hash(password);
}

export async function changePassword(
  context: AuthContext,
  change: { readonly accountId: string; readonly currentPassword: string; readonly newPassword: string },
): Promise<void> {
  const { accountId, currentPassword, newPassword } = change;
  const { passwords, messages, dummyHash } = context.settings;
  assertPassword(newPassword, { allowShort: false, shortMessage: messages.shortPassword });
  const [row] = await context.scope.query<{ password_hash: string | null }>(
    'select password_hash from :schema.accounts where id = $1',
    [accountId],
  );
  if (row === undefined) throw unknownAccount(accountId);
  const right =
    !isTooLong(currentPassword) &&
    (await passwords.verify(row.password_hash ?? (await dummyHash()), currentPassword));
  if (!right || row.password_hash === null) {
    throw invalidInput('currentPassword', 'The current password is wrong.');
  }
  const hash = await passwords.hash(newPassword);
  const rows = await context.scope.query(SET_PASSWORD, [
    ...actorParams(context),
    accountId,
    hash,
    row.password_hash,
  ]);
  if (rows.length > 0) return;
  throw new GuildhallError('conflict', `The password of account ${accountId} was changed by another call.`, {
    reason: 'password_changed',
  });
}

export async function setPassword(
  context: AuthContext,
  accountId: string,
  input: PasswordInput,
): Promise<void> {
  const hash = await passwordHashOf(context, input);
  const rows = await context.scope.query(SET_PASSWORD, [...actorParams(context), accountId, hash, null]);
  if (rows.length === 0) throw unknownAccount(accountId);
}

/** The hash to store: a ready one checked, a password hashed, or null for neither. */
export async function passwordHashOf(context: AuthContext, input: PasswordInput): Promise<string | null> {
  if (input.password !== undefined && input.passwordHash !== undefined) {
    throw invalidInput('passwordHash', 'Both a password and a hash are given.', 'Give one of them.');
  }
  if (input.passwordHash !== undefined) {
    assertPasswordHash(input.passwordHash);
    return input.passwordHash;
  }
  if (input.password === undefined) return null;
  return hashPassword(context, input.password, { allowShortPassword: input.allowShortPassword === true });
}
