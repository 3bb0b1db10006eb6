/** Assets and accounts of the ledger, and what callers need to know of an account to post to it. */
import type { Database, Transaction } from '../database/types.ts';
import { decimalText } from '../decimal.ts';
import { GuildhallError, invalidInput } from '../errors.ts';
import { camelRow } from '../rows.ts';
import type { Scope } from '../system.ts';
import type { AccountChange, LedgerAccount, NewAsset, NewLedgerAccount } from './types.ts';

/** Accounts opened by one call. */
export const MAX_ACCOUNTS = 10_000;
export const MAX_SLOTS = 64;
/** Accounts remembered per ledger: about 100 bytes each. */
const MAX_REMEMBERED = 100_000;

/** An account never changes its code, id or asset, so these may be remembered. */
export interface KnownAccount {
  readonly id: string;
  readonly slotted: boolean;
}

const known = new WeakMap<object, Map<string, Map<string, KnownAccount>>>();

/**
 * Ids of accounts by their codes; codes that name none are missing. One query for all that are not remembered by
 * the owner, which is the database; what a transaction sees is remembered only once it is committed.
 */
export async function knownAccounts(
  scope: Scope,
  owner: object,
  codes: readonly string[],
): Promise<ReadonlyMap<string, KnownAccount>> {
  const remembered = rememberedAccounts(owner, scope.schema);
  const found = new Map<string, KnownAccount>();
  const missing = new Set<string>();
  for (const code of codes) {
    const account = remembered.get(code);
    if (account === undefined) missing.add(code);
    else found.set(code, account);
  }
  if (missing.size === 0) return found;
  const rows = await scope.query<{ code: string; id: bigint; slots: number }>(
    'select code, id, slots from :schema.ledger_accounts where code = any($1)',
    [[...missing]],
  );
  const fresh = rows.map(({ code, id, slots }) => [code, { id: String(id), slotted: slots > 1 }] as const);
  for (const [code, account] of fresh) found.set(code, account);
  const remember = (): void => {
    if (remembered.size > MAX_REMEMBERED) remembered.clear();
    for (const [code, account] of fresh) remembered.set(code, account);
  };
  const executor = scope.executor as Database | Transaction;
  if (executor.inTransaction) executor.afterCommit(remember);
  else remember();
  return found;
}

/** An account was given more slots meanwhile: ask again. */
export function forgetAccounts(owner: object, schema: string): void {
  rememberedAccounts(owner, schema).clear();
}

function rememberedAccounts(owner: object, schema: string): Map<string, KnownAccount> {
  const schemas = known.get(owner) ?? new Map<string, Map<string, KnownAccount>>();
  known.set(owner, schemas);
  const accounts = schemas.get(schema) ?? new Map<string, KnownAccount>();
  schemas.set(schema, accounts);
  return accounts;
}

/** Defines assets; one that is there with the same decimals is left as it is. */
export async function defineAssets(scope: Scope, assets: readonly NewAsset[]): Promise<void> {
  for (const [index, { decimals }] of assets.entries()) {
    if (Number.isInteger(decimals) && decimals >= 0 && decimals <= 38) continue;
    throw invalidInput(
      `assets[${index}].decimals`,
      `decimals is ${decimals}.`,
      'Pass a whole number from 0 to 38.',
    );
  }
  const rows = await scope.query<{ code: string; decimals: number }>(
    `with made as (
       insert into :schema.ledger_assets (code, decimals)
       select code, decimals from unnest($1::text[], $2::smallint[]) as t(code, decimals) order by code
       on conflict (code) do nothing
     )
     select a.code, a.decimals from :schema.ledger_assets a
       join unnest($1::text[], $2::smallint[]) as t(code, decimals) on t.code = a.code and t.decimals <> a.decimals`,
    [assets.map(({ code }) => code), assets.map(({ decimals }) => decimals)],
  );
  const other = rows[0];
  if (other === undefined) return;
  throw new GuildhallError('already_exists', `Asset ${other.code} has ${other.decimals} decimals already.`, {
    field: 'decimals',
    hint: 'Decimals of an asset never change; define another asset.',
  });
}

/**
 * Opens accounts in one statement and returns their ids in order. An account that is there with the same asset,
 * side and limits is left as it is; one that differs is `already_exists`, and then none is opened.
 */
export async function openAccounts(scope: Scope, accounts: readonly NewLedgerAccount[]): Promise<string[]> {
  if (accounts.length > MAX_ACCOUNTS) {
    throw invalidInput(
      'accounts',
      `${accounts.length} are more than ${MAX_ACCOUNTS} in one call.`,
      'Split them.',
    );
  }
  accounts.forEach(checkAccount);
  return scope.executor.transaction(
    async (tx) => {
      const rows = await scope
        .on(tx)
        .query<{ place: number; outcome: string; id: bigint | null }>(
          'select * from :schema.ledger_open_accounts($1, $2, $3, $4, $5, $6, $7)',
          [
            accounts.map(({ code }) => code),
            accounts.map(({ asset }) => asset),
            accounts.map(({ normalSide }) => normalSide),
            accounts.map(({ minBalance }) => minBalance ?? null),
            accounts.map(({ maxBalance }) => maxBalance ?? null),
            accounts.map(({ slots }) => slots ?? 1),
            accounts.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
          ],
        );
      for (const { place, outcome } of rows) {
        const account = accounts[place - 1] as NewLedgerAccount;
        if (outcome === 'asset_unknown') {
          throw new GuildhallError('not_found', `Asset ${account.asset} is not defined.`, {
            field: `accounts[${place - 1}].asset`,
            hint: 'Define it with defineAssets first.',
          });
        }
        if (outcome === 'different') {
          throw new GuildhallError('already_exists', `Account ${account.code} is there with other terms.`, {
            field: `accounts[${place - 1}].code`,
            hint: 'Change its limits with changeAccount, or use another code.',
          });
        }
      }
      return rows.map(({ id }) => String(id));
    },
    { idempotent: true },
  );
}

function checkAccount(account: NewLedgerAccount, index: number): void {
  const at = `accounts[${index}]`;
  if (typeof account.code !== 'string' || account.code === '' || account.code.length > 200) {
    throw invalidInput(`${at}.code`, 'The code has no or too many characters.', 'Use 1 to 200.');
  }
  if (account.normalSide !== 'debit' && account.normalSide !== 'credit') {
    throw invalidInput(
      `${at}.normalSide`,
      `normalSide is ${String(account.normalSide)}.`,
      'Pass debit or credit.',
    );
  }
  checkTerms(account, at);
}

function checkTerms({ minBalance, maxBalance, slots }: AccountChange, at: string): void {
  if (minBalance !== undefined && minBalance !== null) decimalText(minBalance, `${at}.minBalance`);
  if (maxBalance !== undefined && maxBalance !== null)
    decimalText(maxBalance, `${at}.maxBalance`, { min: 'zero' });
  if (slots === undefined || (Number.isInteger(slots) && slots >= 1 && slots <= MAX_SLOTS)) return;
  throw invalidInput(`${at}.slots`, `slots is ${slots}.`, `Pass a whole number from 1 to ${MAX_SLOTS}.`);
}

const CHANGE_REFUSED: Readonly<Record<string, readonly [string, string]>> = {
  outside: ['Its balance lies outside the new limits.', 'Move the difference first.'],
  not_empty: ['It is not empty, or something is held.', 'Move the balance away and end its holds first.'],
  fewer_slots: ['It has more slots already.', 'Leave slots out.'],
};

/** Sets the terms of an account; what is left out stays. */
export async function changeAccount(
  scope: Scope,
  code: string,
  change: AccountChange,
): Promise<LedgerAccount> {
  checkTerms(change, 'change');
  return scope.executor.transaction(async (tx) => {
    const inner = scope.on(tx);
    // Locked before it is read: of two changes at once neither writes back what the other has just changed.
    await inner.query('select 1 from :schema.ledger_accounts where code = $1 for no key update', [code]);
    const before = await getAccount(inner, code);
    const rows = await inner.query<{ outcome: string }>(
      'select :schema.ledger_change_account($1, $2, $3, $4, $5) as outcome',
      [
        code,
        change.minBalance === undefined ? before.minBalance : change.minBalance,
        change.maxBalance === undefined ? before.maxBalance : change.maxBalance,
        change.slots ?? before.slots,
        change.closed ?? before.closedAt !== null,
      ],
    );
    const refused = CHANGE_REFUSED[rows[0]?.outcome ?? ''];
    if (refused !== undefined) {
      throw new GuildhallError('conflict', `Account ${code} cannot be changed so: ${refused[0]}`, {
        reason: `ledger_account_${rows[0]?.outcome}`,
        hint: refused[1],
      });
    }
    return getAccount(inner, code);
  });
}

/** Throws `not_found` for an unknown code. */
export async function getAccount(scope: Scope, code: string): Promise<LedgerAccount> {
  const rows = await scope.query<object>('select * from :schema.ledger_account_balances where code = $1', [
    code,
  ]);
  if (rows[0] === undefined) throw accountUnknown(code);
  return toAccount(rows[0]);
}

export function accountUnknown(code: string): GuildhallError {
  return new GuildhallError('not_found', `There is no account ${code}.`, {
    field: 'account',
    hint: 'guildhall ledger accounts lists them.',
  });
}

export function toAccount(row: object): LedgerAccount {
  const account = camelRow<LedgerAccount>(row);
  return { ...account, id: String(account.id) };
}
