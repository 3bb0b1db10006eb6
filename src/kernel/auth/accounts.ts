/** Accounts: create, find, change, disable, and their passwords. */
import { GuildhallError, invalidInput } from '../errors.ts';
import { newId } from '../ids.ts';
import { passwordHashOf } from './account-passwords.ts';
import { type AccountRow, type AuthContext, actorParams, toAccount, unknownAccount } from './context.ts';
import {
  ACCOUNT_COLUMNS,
  DELETE,
  DISABLE,
  ENABLE,
  END_SESSIONS,
  INSERT,
  SET_LOGIN,
  SET_ROLES,
} from './statements.ts';
import type { Account, NewAccount } from './types.ts';

const LOGIN_MAX_BYTES = 320;
const ID_MAX_CHARACTERS = 64;
const ROLES_MAX = 32;
const KIND = /^[a-z][a-z0-9_]{0,39}$/;
const ROLE = /^[a-z][a-z0-9_.:-]{0,63}$/;

export async function createAccount(context: AuthContext, input: NewAccount): Promise<Account> {
  const id = input.id ?? newId('acc');
  if (id.length === 0 || id.length > ID_MAX_CHARACTERS) {
    throw invalidInput(
      'id',
      'The account id is empty or too long.',
      `Use up to ${ID_MAX_CHARACTERS} characters.`,
    );
  }
  if (!KIND.test(input.kind)) {
    throw invalidInput(
      'kind',
      `"${input.kind}" is not a kind of account.`,
      'Use lower-case letters, digits and _.',
    );
  }
  const login = checkedLogin(context, input.login);
  const roles = checkedRoles(input.roles ?? []);
  const hash = await passwordHashOf(context, input);
  const [row] = await context.scope.query<AccountRow>(INSERT, [
    ...actorParams(context),
    id,
    input.kind,
    login,
    hash,
    roles,
  ]);
  if (row === undefined) {
    const { loginField, messages } = context.settings;
    throw new GuildhallError('already_exists', messages.loginTaken, {
      field: loginField,
      reason: 'login_taken',
    });
  }
  return toAccount(row);
}

export async function getAccount(context: AuthContext, accountId: string): Promise<Account | null> {
  const [row] = await context.scope.query<AccountRow>(
    `select ${ACCOUNT_COLUMNS} from :schema.accounts where id = $1`,
    [accountId],
  );
  return row === undefined ? null : toAccount(row);
}

export async function getAccountByLogin(context: AuthContext, login: string): Promise<Account | null> {
  const [row] = await context.scope.query<AccountRow>(
    `select ${ACCOUNT_COLUMNS} from :schema.accounts where login = $1`,
    [soughtLogin(login)],
  );
  return row === undefined ? null : toAccount(row);
}

export async function changeLogin(
  context: AuthContext,
  change: { readonly accountId: string; readonly login: string },
): Promise<Account> {
  return changed(context, SET_LOGIN, [change.accountId, checkedLogin(context, change.login)]);
}

export async function setRoles(
  context: AuthContext,
  accountId: string,
  roles: readonly string[],
): Promise<Account> {
  return changed(context, SET_ROLES, [accountId, checkedRoles(roles)]);
}

export async function disableAccount(context: AuthContext, accountId: string): Promise<Account> {
  return changed(context, DISABLE, [accountId]);
}

export async function enableAccount(context: AuthContext, accountId: string): Promise<Account> {
  return changed(context, ENABLE, [accountId]);
}

export async function deleteAccount(context: AuthContext, accountId: string): Promise<boolean> {
  const rows = await context.scope.query(DELETE, [...actorParams(context), accountId]);
  return rows.length > 0;
}

export async function signOutEverywhere(context: AuthContext, accountId: string): Promise<void> {
  await changed(context, END_SESSIONS, [accountId]);
}

/** A login as it is stored, to look it up: what cannot be one finds nothing. */
export function soughtLogin(login: string): string {
  const text = normaliseLogin(login);
  return text.includes('\0') || Buffer.byteLength(text) > LOGIN_MAX_BYTES ? '' : text;
}

function normaliseLogin(login: string): string {
  return login.normalize('NFC').toLowerCase();
}

function checkedLogin(context: AuthContext, login: string): string {
  const { loginField, loginRule, messages } = context.settings;
  // Length first: the rule must not be run over a text of any size.
  const sized = typeof login === 'string' && login.length > 0 && Buffer.byteLength(login) <= LOGIN_MAX_BYTES;
  const text = sized ? normaliseLogin(login) : '';
  if (!sized || text.includes('\0') || Buffer.byteLength(text) > LOGIN_MAX_BYTES || !loginRule.test(text)) {
    throw invalidInput(loginField, messages.invalidLogin);
  }
  return text;
}

function checkedRoles(roles: readonly string[]): string[] {
  const unique = [...new Set(roles)].sort();
  const wrong = unique.find((role) => !ROLE.test(role));
  if (wrong !== undefined) {
    throw invalidInput(
      'roles',
      `"${wrong.slice(0, 80)}" is not a role.`,
      'Use lower-case letters, digits and _.:-',
    );
  }
  if (unique.length > ROLES_MAX) throw invalidInput('roles', `An account has at most ${ROLES_MAX} roles.`);
  return unique;
}

/** Runs an audited update of one account: its id, then what is set. */
async function changed(
  context: AuthContext,
  text: string,
  params: readonly [string, ...unknown[]],
): Promise<Account> {
  const [row] = await context.scope.query<AccountRow>(text, [...actorParams(context), ...params]);
  if (row === undefined) throw unknownAccount(params[0]);
  return toAccount(row);
}
