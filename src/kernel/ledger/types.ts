/** What the ledger takes and gives. Amounts are decimal text in the asset's own unit, times are the database's. */

export interface NewAsset {
  /** Its code, such as `USDC`; letters, digits and . _ : / - after a first letter, at most 64. */
  readonly code: string;
  /** Decimals of one unit, 0 to 38: 6 for USDC, 18 for wei. */
  readonly decimals: number;
}

export interface NewLedgerAccount {
  /** The caller's own name for it, unique in the ledger and never changed: `worker:wrk_…:earned`. */
  readonly code: string;
  readonly asset: string;
  /** The side that raises the balance: debit for what is owned or spent, credit for what is owed or earned. */
  readonly normalSide: 'debit' | 'credit';
  /** Lowest balance, zero or below, with open holds counted against it; default null: any. */
  readonly minBalance?: string | null;
  /** Highest balance, zero or above, with open holds counted into it; default null: any. */
  readonly maxBalance?: string | null;
  /** Parts to keep the balance in, 1 to 64; more than one for an account that everybody posts to at once. Default 1. */
  readonly slots?: number;
  readonly metadata?: unknown;
}

export interface AccountChange {
  readonly minBalance?: string | null;
  readonly maxBalance?: string | null;
  /** Never fewer than it has. */
  readonly slots?: number;
  /** Only an account that has nothing, and nothing held, can be closed. */
  readonly closed?: boolean;
}

export interface LedgerAccount {
  readonly id: string;
  readonly code: string;
  readonly asset: string;
  readonly normalSide: 'debit' | 'credit';
  readonly balance: string;
  /** Held and not yet settled: what may come in, and what may go out. */
  readonly heldIn: string;
  readonly heldOut: string;
  /** What it may still spend; null: without limit. */
  readonly available: string | null;
  readonly debits: string;
  readonly credits: string;
  readonly minBalance: string | null;
  readonly maxBalance: string | null;
  readonly slots: number;
  readonly metadata: unknown;
  readonly closedAt: Date | null;
  readonly createdAt: Date;
}

interface Keyed {
  /** The caller's idempotency key, 1 to 255 characters, not beginning with `guildhall:`; the same content again gives the same posting. */
  readonly key: string;
  /** The caller's words or a foreign id, at most 500 characters; `reconcile` compares by it. */
  readonly reference?: string;
  readonly metadata?: unknown;
}

/** Moves an amount: the debit account is debited and the credit account credited. */
export interface NewTransfer extends Keyed {
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
}

/** Sets an amount aside for a transfer that comes later, in full or in part, or not at all. */
export interface NewHold extends NewTransfer {
  readonly kind: 'hold';
  /** Seconds after which it may be expired, 1 to 10 years; default: never. */
  readonly holdS?: number;
}

/** Ends a hold with a transfer of all of it or a part; the rest is given back. */
export interface NewSettlement extends Keyed {
  readonly kind: 'settle';
  readonly holdId: string;
  /** Default: all that was held. */
  readonly amount?: string;
}

/** Ends a hold without a transfer. */
export interface NewRelease extends Keyed {
  readonly kind: 'release';
  readonly holdId: string;
}

export type NewPosting =
  | (NewTransfer & { readonly kind?: 'transfer' })
  | NewHold
  | NewSettlement
  | NewRelease;

export interface Posting {
  /** Of the transfer in the journal; a hold is settled or released by it. */
  readonly id: string;
  readonly key: string;
  readonly at: Date;
  /** True when an earlier call had posted it. */
  readonly replayed: boolean;
}

/** Why a posting was refused. */
export const REFUSALS = [
  'key_reused',
  'hold_unknown',
  'hold_ended',
  'hold_expired',
  'hold_not_expired',
  'debit_unknown',
  'credit_unknown',
  'same_account',
  'asset_mismatch',
  'account_closed',
  'amount_invalid',
  'amount_too_fine',
  'amount_too_large',
  'amount_exceeds_hold',
  'insufficient',
  'limit',
  'linked',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** The answer for one posting of a batch. */
export type PostingResult =
  | { readonly ok: true; readonly posting: Posting }
  | {
      readonly ok: false;
      readonly key: string;
      readonly refusal: Refusal;
      /** Account that had too little, or no more room, and how much it had. */
      readonly account: string | null;
      readonly available: string | null;
    };

export interface StatementLine {
  readonly id: string;
  readonly at: Date;
  readonly kind: 'transfer' | 'settle';
  readonly side: 'debit' | 'credit';
  readonly otherAccount: string;
  readonly amount: string;
  /** Of the account after this line. */
  readonly balance: string;
  readonly holdId: string | null;
  readonly reference: string | null;
  readonly metadata: unknown;
}

export interface StatementRequest {
  /** From this moment on; default the first posting. */
  readonly from?: Date;
  /** Up to before this moment; default now. */
  readonly until?: Date;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Statement {
  readonly lines: readonly StatementLine[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
}

export interface TrialBalanceLine {
  readonly asset: string;
  readonly decimals: number;
  readonly accounts: number;
  readonly debits: string;
  readonly credits: string;
  /** Zero, or the ledger is broken. */
  readonly difference: string;
  readonly held: string;
}

/** The end of the hash chain: kept elsewhere, it proves later that nothing before it was changed or cut off. */
export interface LedgerRoot {
  readonly number: string;
  readonly upTo: string;
  /** Hexadecimal SHA-256. */
  readonly hash: string;
}

export interface ReconciliationLine {
  readonly outcome: 'matched' | 'different' | 'missing_in_ledger' | 'missing_outside';
  readonly reference: string | null;
  readonly ledgerAmount: string | null;
  readonly outsideAmount: string | null;
  readonly transferIds: readonly string[];
}
