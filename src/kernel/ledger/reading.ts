/** What the ledger says: balances, statements, trial balance, reconciliation. */
import { decimalText } from '../decimal.ts';
import { invalidInput } from '../errors.ts';
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageLimit, toPage } from '../page.ts';
import { camelRows } from '../rows.ts';
import type { Scope } from '../system.ts';
import { accountUnknown, toAccount } from './accounts.ts';
import type {
  LedgerAccount,
  ReconciliationLine,
  Statement,
  StatementLine,
  StatementRequest,
  TrialBalanceLine,
} from './types.ts';

/** Lines of an outside list in one comparison. */
export const MAX_RECONCILED = 50_000;

export interface AccountFilter extends PageRequest {
  readonly asset?: string;
  /** Only codes that begin so. */
  readonly codePrefix?: string;
  /** Only those with a balance, or with something held. */
  readonly nonEmpty?: boolean;
}

/** Accounts with their balances, newest first. */
export async function pageAccounts(scope: Scope, filter: AccountFilter = {}): Promise<Page<LedgerAccount>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('ledger_accounts', filter.cursor);
  const rows = await scope.query<object>(
    `select v.* from (
       select a.id from :schema.ledger_accounts a
        where ($1::text is null or a.asset_id = (select id from :schema.ledger_assets where code = $1))
          and ($2::text is null or starts_with(a.code, $2))
          and ($3::timestamptz is null or (a.created_at, a.id) < ($3, $4::bigint))
          and (not $6 or (
            select sum(b.debits - b.credits) <> 0 or sum(b.held_debits + b.held_credits) > 0
              from :schema.ledger_balances b where b.account_id = a.id))
        order by a.created_at desc, a.id desc limit $5
     ) p join :schema.ledger_account_balances v on v.id = p.id
     order by v.created_at desc, v.id desc`,
    [
      filter.asset ?? null,
      filter.codePrefix ?? null,
      after?.at ?? null,
      after?.id ?? null,
      limit + 1,
      filter.nonEmpty === true,
    ],
  );
  return toPage('ledger_accounts', rows.map(toAccount), limit, ({ createdAt }) => createdAt);
}

/** Balance right after the last posting at or before a moment: once the moment has passed it never changes. */
export async function balanceAt(scope: Scope, code: string, at: Date): Promise<string> {
  const rows = await scope.query<{ balance: string | null }>(
    // A Date has milliseconds; what was posted within its last one counts.
    `select :schema.ledger_balance_at((select id from :schema.ledger_accounts where code = $1),
       $2::timestamptz + interval '999 microseconds') as balance`,
    [code, moment(at, 'at')],
  );
  const balance = rows[0]?.balance ?? null;
  if (balance === null) throw accountUnknown(code);
  return balance;
}

interface Position {
  /** Microseconds since 1970. */
  readonly us: string;
  readonly id: string;
  readonly balance: string;
  readonly until: string;
}

/** Lines of an account's statement, oldest first, each with the balance after it. */
export async function statement(
  scope: Scope,
  code: string,
  request: StatementRequest = {},
): Promise<Statement> {
  const limit = pageLimit(request.limit);
  const after = request.cursor === undefined ? null : readPosition(request.cursor);
  const from = request.from === undefined ? '-infinity' : moment(request.from, 'from').toISOString();
  const rows = await scope.query<Record<string, unknown>>(
    `with until as (
       select coalesce($3::timestamptz, case when $4::bigint is null then clock_timestamp()
         else timestamptz 'epoch' + $4::bigint * interval '1 microsecond' end) as until
     )
     select s.*, (extract(epoch from s.at) * 1000000)::bigint as us,
       (extract(epoch from u.until) * 1000000)::bigint as until
     from until u
     join :schema.ledger_accounts a on a.code = $1
     cross join lateral :schema.ledger_statement(a.id, $2, u.until,
       timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6, $7, $8) s
     order by s.at, s.id`,
    [
      code,
      from,
      request.until ?? null,
      after?.until ?? null,
      after?.us ?? null,
      after?.id ?? null,
      after?.balance ?? null,
      limit + 1,
    ],
  );
  if (rows.length === 0) await assertAccount(scope, code);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit;
  return {
    lines: page.map(toLine),
    hasMore,
    nextCursor: hasMore && last !== undefined ? writePosition(last) : null,
  };
}

async function assertAccount(scope: Scope, code: string): Promise<void> {
  const rows = await scope.query('select 1 from :schema.ledger_accounts where code = $1', [code]);
  if (rows.length === 0) throw accountUnknown(code);
}

function toLine(row: Record<string, unknown>): StatementLine {
  return {
    id: String(row.id),
    at: row.at as Date,
    kind: row.kind === 3 ? 'settle' : 'transfer',
    side: row.side as StatementLine['side'],
    otherAccount: row.other_account as string,
    amount: row.amount as string,
    balance: row.balance as string,
    holdId: row.hold_id === null ? null : String(row.hold_id),
    reference: row.reference as string | null,
    metadata: row.metadata,
  };
}

function writePosition(row: Record<string, unknown>): string {
  const { us, id, balance, until } = row;
  const text = [us, id, balance, until].map(String).join(' ');
  return encodeCursor('ledger_statement', new Date(0), text);
}

function readPosition(cursor: string): Position {
  const parts = decodeCursor('ledger_statement', cursor)?.id.split(' ') ?? [];
  const [us, id, balance, until] = parts;
  const wellFormed =
    [us, id, until].every((part) => /^\d{1,18}$/.test(part ?? '')) && /^-?[\d.]+$/.test(balance ?? '');
  if (us === undefined || id === undefined || balance === undefined || until === undefined || !wellFormed) {
    throw invalidInput('cursor', 'That is not a cursor of this list.', 'Pass nextCursor as it was given.');
  }
  return { us, id, balance, until };
}

/** Debits and credits per asset over all accounts: the difference is zero, or the ledger is broken. */
export async function trialBalance(scope: Scope): Promise<TrialBalanceLine[]> {
  const rows = await scope.query<object>('select * from :schema.ledger_trial_balance order by asset');
  return camelRows<TrialBalanceLine>(rows).map((line) => ({ ...line, accounts: Number(line.accounts) }));
}

/**
 * Compares the postings of an account, summed by reference, with a list from outside. Amounts are signed: what
 * raises the balance is positive.
 */
export async function reconcile(
  scope: Scope,
  code: string,
  outside: readonly { readonly reference: string; readonly amount: string }[],
  period: { readonly from?: Date; readonly until?: Date } = {},
): Promise<ReconciliationLine[]> {
  if (outside.length > MAX_RECONCILED) {
    throw invalidInput(
      'outside',
      `${outside.length} lines are more than ${MAX_RECONCILED}.`,
      'Compare by shorter periods.',
    );
  }
  for (const [index, { amount }] of outside.entries()) decimalText(amount, `outside[${index}].amount`);
  await assertAccount(scope, code);
  const rows = await scope.query<Record<string, unknown>>(
    `select * from :schema.ledger_reconcile((select id from :schema.ledger_accounts where code = $1),
       coalesce($2::timestamptz, '-infinity'), coalesce($3::timestamptz, 'infinity'), $4, $5)`,
    [
      code,
      period.from ?? null,
      period.until ?? null,
      outside.map(({ reference }) => reference),
      outside.map(({ amount }) => amount),
    ],
  );
  return rows.map((row) => ({
    outcome: row.outcome as ReconciliationLine['outcome'],
    reference: row.reference as string | null,
    ledgerAmount: row.ledger_amount as string | null,
    outsideAmount: row.outside_amount as string | null,
    transferIds: ((row.transfer_ids as bigint[] | null) ?? []).map(String),
  }));
}

function moment(value: Date, field: string): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw invalidInput(field, `${field} is not a valid date.`, 'Pass a Date.');
}
