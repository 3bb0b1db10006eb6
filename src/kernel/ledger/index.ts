/** The ledger of an instance: exact double entry with holds, limits, idempotency and a hash chain. */
import type { Executor } from '../database/types.ts';
import { invalidInput } from '../errors.ts';
import type { Page } from '../page.ts';
import type { Scope } from '../system.ts';
import * as accounts from './accounts.ts';
import { MAX_POSTINGS, OWN_KEYS, type Prepared, postOne, postTogether, prepare } from './post.ts';
import * as reading from './reading.ts';
import * as seals from './seals.ts';
import type * as T from './types.ts';

export { refusalError } from './refusals.ts';
export type { BrokenSeal } from './seals.ts';
export type * from './types.ts';
export { MAX_POSTINGS };

/** Expired holds ended by one call. */
const EXPIRE_LIMIT = 500;

/**
 * The door to an instance's ledger. Every method takes part in a transaction through `on(tx)`; outside of one,
 * postings that are made at the same moment go to the database together.
 */
export class Ledger {
  readonly #scope: Scope;
  /** Callers meet, and accounts are remembered, by the database behind all scopes. */
  readonly #database: object;

  constructor(scope: Scope, database: object = scope.executor) {
    this.#scope = scope;
    this.#database = database;
  }

  /** The same ledger inside a transaction. */
  on(executor: Executor): Ledger {
    return new Ledger(this.#scope.on(executor), this.#database);
  }

  defineAssets(assets: readonly T.NewAsset[]): Promise<void> {
    return accounts.defineAssets(this.#scope, assets);
  }

  openAccounts(list: readonly T.NewLedgerAccount[]): Promise<string[]> {
    return accounts.openAccounts(this.#scope, list);
  }

  changeAccount(code: string, change: T.AccountChange): Promise<T.LedgerAccount> {
    return accounts.changeAccount(this.#scope, code, change);
  }

  account(code: string): Promise<T.LedgerAccount> {
    return accounts.getAccount(this.#scope, code);
  }

  accounts(filter: reading.AccountFilter = {}): Promise<Page<T.LedgerAccount>> {
    return reading.pageAccounts(this.#scope, filter);
  }

  /** Moves an amount. Throws what refused it; posts nothing then. */
  transfer(input: T.NewTransfer): Promise<T.Posting> {
    return this.#one({ ...input, kind: 'transfer' });
  }

  /** Sets an amount aside: it counts against the limits of both accounts, and moves when it is settled. */
  hold(input: Omit<T.NewHold, 'kind'>): Promise<T.Posting> {
    return this.#one({ ...input, kind: 'hold' });
  }

  /** Ends a hold with a transfer of all of it, or of a part; the rest is given back. */
  settle(input: Omit<T.NewSettlement, 'kind'>): Promise<T.Posting> {
    return this.#one({ ...input, kind: 'settle' });
  }

  /** Ends a hold without a transfer. */
  release(input: Omit<T.NewRelease, 'kind'>): Promise<T.Posting> {
    return this.#one({ ...input, kind: 'release' });
  }

  /**
   * Posts many in one round trip. The good ones are posted and the bad ones told, each by its result, in order;
   * a list within the list is a group that is posted together or not at all. Throws only for malformed input,
   * and then nothing is posted.
   */
  async post(batch: readonly (T.NewPosting | readonly T.NewPosting[])[]): Promise<T.PostingResult[]> {
    const groups = batch.map((entry, index): Prepared[] =>
      isGroup(entry)
        ? entry.map((one, place) => prepare(one, `[${index}][${place}]`))
        : [prepare(entry, `[${index}]`)],
    );
    const count = groups.reduce((sum, group) => sum + group.length, 0);
    if (count > MAX_POSTINGS) {
      throw invalidInput(
        'batch',
        `${count} postings are more than ${MAX_POSTINGS} in one call.`,
        'Split the batch.',
      );
    }
    return count === 0 ? [] : postTogether(this.#scope, this.#database, groups);
  }

  balanceAt(code: string, at: Date): Promise<string> {
    return reading.balanceAt(this.#scope, code, at);
  }

  statement(code: string, request: T.StatementRequest = {}): Promise<T.Statement> {
    return reading.statement(this.#scope, code, request);
  }

  trialBalance(): Promise<T.TrialBalanceLine[]> {
    return reading.trialBalance(this.#scope);
  }

  reconcile(
    code: string,
    outside: readonly { readonly reference: string; readonly amount: string }[],
    period: { readonly from?: Date; readonly until?: Date } = {},
  ): Promise<T.ReconciliationLine[]> {
    return reading.reconcile(this.#scope, code, outside, period);
  }

  /** Ends holds whose time is over; true when more are waiting. */
  async expireHolds(): Promise<boolean> {
    const rows = await this.#scope.query<{ hold_id: bigint }>(
      `select hold_id from :schema.ledger_holds
        where expires_at <= (select clock_timestamp()) order by expires_at limit $1`,
      [EXPIRE_LIMIT],
    );
    if (rows.length === 0) return false;
    await postTogether(
      this.#scope,
      this.#database,
      rows.map(({ hold_id }) => [expiry(String(hold_id))]),
    );
    return rows.length === EXPIRE_LIMIT;
  }

  /** Seals what can have no late neighbour any more; true when more is waiting. */
  seal(): Promise<boolean> {
    return seals.seal(this.#scope);
  }

  /** The end of the hash chain, to be kept elsewhere; null before the first seal. */
  root(): Promise<T.LedgerRoot | null> {
    return seals.root(this.#scope);
  }

  /** What in the chain is broken, or does not contain the root that was kept; an empty list is the proof. */
  brokenSeals(kept?: T.LedgerRoot, signal?: AbortSignal): Promise<seals.BrokenSeal[]> {
    return seals.brokenSeals(this.#scope, kept, signal);
  }

  async #one(input: T.NewPosting): Promise<T.Posting> {
    return postOne(this.#scope, this.#database, prepare(input, ''));
  }
}

function isGroup(entry: T.NewPosting | readonly T.NewPosting[]): entry is readonly T.NewPosting[] {
  return Array.isArray(entry);
}

function expiry(holdId: string): Prepared {
  return {
    ...{ key: `${OWN_KEYS}expire:${holdId}`, kind: 5, holdId },
    ...{ debit: null, credit: null, amount: null, holdS: null, reference: null, metadata: null },
  };
}
