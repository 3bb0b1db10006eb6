/** The hash chain over the journal: sealing, its root, and the proof that nothing was changed. */
import { invalidInput } from '../errors.ts';
import type { Scope } from '../system.ts';
import type { LedgerRoot } from './types.ts';

/** Transfers of one seal: what a broken seal narrows the search down to. */
const SEAL_ROWS = 1_000;
/** Seals of one call: a tenth of a second's work. */
const SEALS_PER_CALL = 50;

/** Seals what can have no late neighbour any more; true when more is waiting. */
export async function seal(scope: Scope): Promise<boolean> {
  const rows = await scope.query<{ made: number }>('select :schema.ledger_seal($1, $2) as made', [
    SEAL_ROWS,
    SEALS_PER_CALL,
  ]);
  return rows[0]?.made === SEALS_PER_CALL;
}

/** The newest seal; null before the first. */
export async function root(scope: Scope): Promise<LedgerRoot | null> {
  const rows = await scope.query<{ number: bigint; up_to: bigint; hash: string }>(
    `select number, up_to, encode(hash, 'hex') as hash from :schema.ledger_seals order by number desc limit 1`,
  );
  const last = rows[0];
  return last === undefined
    ? null
    : { number: String(last.number), upTo: String(last.up_to), hash: last.hash };
}

export interface BrokenSeal {
  readonly number: string;
  readonly upTo: string;
  readonly problem: string;
}

/** Seals checked by one statement: some 100,000 transfers. */
const SEALS_PER_CHECK = 100n;

/**
 * Checks the whole chain against the journal and, given a root that was kept elsewhere, that the chain still
 * contains it. An empty list is the proof. It can be told to stop between two statements.
 */
export async function brokenSeals(
  scope: Scope,
  kept?: LedgerRoot,
  signal?: AbortSignal,
): Promise<BrokenSeal[]> {
  const broken: BrokenSeal[] = [];
  if (kept !== undefined) {
    const numbers = [kept.number, kept.upTo].every((one) => /^\d{1,18}$/.test(one));
    if (!numbers || !/^[0-9a-f]{64}$/.test(kept.hash)) {
      throw invalidInput('root', 'That is not a root of a ledger.', 'Pass what root() gave.');
    }
    const rows = await scope.query(
      `select 1 from :schema.ledger_seals where number = $1 and up_to = $2 and hash = decode($3, 'hex')`,
      [kept.number, kept.upTo, kept.hash],
    );
    if (rows.length === 0) {
      broken.push({
        number: kept.number,
        upTo: kept.upTo,
        problem: 'The root that was kept is not in the chain.',
      });
    }
  }
  const end = BigInt((await root(scope))?.number ?? '0');
  for (let from = 1n; from <= end; from += SEALS_PER_CHECK) {
    signal?.throwIfAborted();
    const rows = await scope.query<{ number: bigint; up_to: bigint; problem: string }>(
      'select number, up_to, problem from :schema.ledger_broken_seals($1, $2) order by number',
      [from, from + SEALS_PER_CHECK - 1n],
    );
    broken.push(
      ...rows.map((row) => ({ number: String(row.number), upTo: String(row.up_to), problem: row.problem })),
    );
  }
  return broken;
}
