/** Posting: checks, one round trip for as many as come together, and an answer for each. */
import type { Database, Transaction } from '../database/types.ts';
import { decimalText } from '../decimal.ts';
import { assert, GuildhallError, invalidInput, isGuildhallError } from '../errors.ts';
import { type Batch, gather } from '../gather.ts';
import type { Scope } from '../system.ts';
import { forgetAccounts, type KnownAccount, knownAccounts } from './accounts.ts';
import { refusalError } from './refusals.ts';
import type { NewPosting, Posting, PostingResult, Refusal } from './types.ts';

/** Postings of one call; more go in several. A thousand take some 50 ms, in which their accounts are locked. */
export const MAX_POSTINGS = 1_000;
const MAX_KEY = 255;
/** Keys of the ledger's own postings; callers cannot take one and so keep a hold from expiring. */
export const OWN_KEYS = 'guildhall:';
const MAX_REFERENCE = 500;
const MAX_METADATA = 16_384;
const MAX_HOLD_S = 10 * 366 * 86_400;
/** Postings of several callers that go together: longer runs make callers wait without getting more through. */
const MOST_TOGETHER = 200;

const KINDS = { transfer: 1, hold: 2, settle: 3, release: 4, expire: 5 } as const;

/** A posting in the order of the function's parameters; accounts by code. */
export interface Prepared {
  readonly key: string;
  readonly kind: number;
  readonly debit: string | null;
  readonly credit: string | null;
  readonly amount: string | null;
  readonly holdId: string | null;
  readonly holdS: number | null;
  readonly reference: string | null;
  readonly metadata: string | null;
}

/** What one caller brings: groups that stand or fall together, most of them of one. */
interface Call {
  readonly database: object;
  readonly groups: readonly (readonly Prepared[])[];
}

const CALLS: Batch<Call, PostingResult[]> = {
  most: MOST_TOGETHER,
  weigh: ({ groups }) => groups.reduce((sum, group) => sum + group.length, 0),
  async run(scope, calls) {
    const groups = calls.flatMap((call) => call.groups);
    const results = await postGroups(scope, calls[0]?.database ?? scope, groups);
    let next = 0;
    return calls.map((call) => {
      const count = call.groups.reduce((sum, group) => sum + group.length, 0);
      next += count;
      return results.slice(next - count, next);
    });
  },
};

/** Posts groups; calls of others made at the same moment go in the same statement. */
export function postTogether(
  scope: Scope,
  database: object,
  groups: readonly (readonly Prepared[])[],
): Promise<PostingResult[]> {
  return gather(scope, CALLS, { database, groups });
}

/** Posts one, and throws the error of its refusal. */
export async function postOne(scope: Scope, database: object, prepared: Prepared): Promise<Posting> {
  const [result] = await postTogether(scope, database, [[prepared]]);
  assert(result !== undefined, 'A posting has a result.');
  if (!result.ok) throw refusalError(result);
  return result.posting;
}

const POST = `select place, outcome, id, at, account_id, available
  from :schema.ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

interface ResultRow {
  readonly place: number;
  readonly outcome: string;
  readonly id: bigint | null;
  readonly at: Date | null;
  readonly account_id: bigint | null;
  readonly available: string | null;
}

async function postGroups(
  scope: Scope,
  database: object,
  groups: readonly (readonly Prepared[])[],
): Promise<PostingResult[]> {
  const all = groups.flat();
  const codes = all.flatMap(({ debit, credit }) => [debit, credit].filter((code) => code !== null));
  const accounts = await knownAccounts(scope, database, codes);
  const links = groups.flatMap((group, index) => group.map(() => (group.length > 1 ? index : null)));
  const idOf = (code: string | null): string | null =>
    code === null ? null : (accounts.get(code)?.id ?? null);
  const columns = [
    all.map(({ key }) => key),
    all.map(({ kind }) => kind),
    all.map(({ debit }) => idOf(debit)),
    all.map(({ credit }) => idOf(credit)),
    all.map(({ amount }) => amount),
    all.map(({ holdId }) => holdId),
    all.map(({ holdS }) => holdS),
    links,
    all.map(({ reference }) => reference),
    all.map(({ metadata }) => metadata),
  ];
  const slotted = codes.some((code) => accounts.get(code)?.slotted === true) || all.some(isEnding);
  const rows = await call(scope, columns, slotted).catch((error: unknown) => {
    if (!isGuildhallError(error) || error.reason !== 'ledger_slot_short') throw error;
    forgetAccounts(database, scope.schema);
    throw new GuildhallError('serialization', 'An account was given more slots meanwhile.', {
      hint: 'Run the transaction again.',
      cause: error,
    });
  });
  return rows.map((row, index) => toResult(row, all[index] as Prepared, accounts));
}

const isEnding = ({ kind }: Prepared): boolean => kind > 2;

/** Each try after the first follows a commit of somebody else with the same key, so a few are always enough. */
const MAX_ATTEMPTS = 8;

/** Once more with all slots where one had too little, and where another call used a key at the same moment. */
async function call(scope: Scope, columns: readonly unknown[], slotted: boolean): Promise<ResultRow[]> {
  const attempt = (on: Scope, wide: boolean) => on.query<ResultRow>(POST, [...columns, wide]);
  const inside = (scope.executor as Database | Transaction).inTransaction;
  let wide = false;
  for (let count = 1; ; count += 1) {
    try {
      // A refused statement ends a transaction, unless there is a savepoint to go back to.
      if (inside && slotted) {
        return await scope.executor.transaction((tx) => attempt(scope.on(tx), wide));
      }
      return await attempt(scope, wide);
    } catch (error) {
      if (!isGuildhallError(error) || count === MAX_ATTEMPTS) throw error;
      const short: boolean = error.reason === 'ledger_slot_short' && (slotted || !inside);
      if (!short && (inside || error.details.constraint !== 'ledger_transfers_key_key')) throw error;
      wide ||= short;
    }
  }
}

function toResult(
  row: ResultRow,
  { key }: Prepared,
  accounts: ReadonlyMap<string, KnownAccount>,
): PostingResult {
  if ((row.outcome === 'posted' || row.outcome === 'exists') && row.id !== null && row.at !== null) {
    return {
      ok: true,
      posting: { id: String(row.id), key, at: row.at, replayed: row.outcome === 'exists' },
    };
  }
  const short = row.account_id === null ? null : String(row.account_id);
  const account =
    short === null ? null : ([...accounts].find(([, { id }]) => id === short)?.[0] ?? `account ${short}`);
  return { ok: false, key, refusal: row.outcome as Refusal, account, available: row.available };
}

/** Checks one posting before it goes anywhere; `at` names it in errors. */
export function prepare(input: NewPosting, at: string): Prepared {
  const kind = input.kind ?? 'transfer';
  const field = (name: string): string => (at === '' ? name : `${at}.${name}`);
  if (!(kind in KINDS)) {
    throw invalidInput(field('kind'), `kind is ${String(kind)}.`, 'Use transfer, hold, settle or release.');
  }
  const named = input as Partial<Record<'debit' | 'credit' | 'amount' | 'holdId', string>> & {
    holdS?: number;
  };
  const ends = kind === 'settle' || kind === 'release';
  return {
    key: callersKey(input.key, field('key')),
    kind: KINDS[kind],
    debit: ends ? null : text(named.debit, field('debit'), 200),
    credit: ends ? null : text(named.credit, field('credit'), 200),
    amount:
      kind === 'release' || (kind === 'settle' && named.amount === undefined)
        ? null
        : decimalText(named.amount, field('amount'), { min: 'positive' }),
    holdId: ends ? holdId(named.holdId, field('holdId')) : null,
    holdS: kind === 'hold' ? seconds(named.holdS, field('holdS')) : null,
    reference:
      input.reference === undefined ? null : text(input.reference, field('reference'), MAX_REFERENCE),
    metadata: metadata(input.metadata, field('metadata')),
  };
}

function callersKey(value: unknown, field: string): string {
  const key = text(value, field, MAX_KEY);
  if (!key.startsWith(OWN_KEYS)) return key;
  throw invalidInput(field, `Keys that begin with ${OWN_KEYS} are the ledger's own.`, 'Use another key.');
}

function text(value: unknown, field: string, most: number): string {
  if (typeof value === 'string' && value !== '' && value.length <= most && !value.includes('\u0000')) {
    return value;
  }
  throw invalidInput(field, `${field} is missing, too long, or no text.`, `Pass 1 to ${most} characters.`);
}

function holdId(value: unknown, field: string): string {
  if (typeof value === 'string' && /^[1-9]\d{0,17}$/.test(value)) return value;
  throw invalidInput(field, `${field} is not the id of a hold.`, 'Pass the id that the hold was given.');
}

function seconds(value: number | undefined, field: string): number | null {
  if (value === undefined) return null;
  if (Number.isInteger(value) && value >= 1 && value <= MAX_HOLD_S) return value;
  throw invalidInput(field, `${field} is ${value}.`, `Pass whole seconds from 1 to ${MAX_HOLD_S}.`);
}

function metadata(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  const json = JSON.stringify(value);
  if (json !== undefined && json.length <= MAX_METADATA && !json.includes('\\u0000')) return json;
  throw invalidInput(
    field,
    `${field} cannot be kept as JSON, or is too long.`,
    `Keep it below ${MAX_METADATA} characters.`,
  );
}
