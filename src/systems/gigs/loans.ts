/** Loans as rows: lists, progress, what happens when one is not repaid. */
import {
  actorParams,
  decodeCursor,
  invalidInput,
  type Page,
  type PageRequest,
  pageLimit,
  requiredText,
  toPage,
} from '../../kernel/index.ts';
import { type Context, moving, type OnceOptions, onceParams } from './context.ts';
import { fromMicros, toMicros } from './micros.ts';
import { readRow, readRows } from './rows.ts';
import type { Loan, LoanStatus } from './types.ts';

export const LOAN_STATUSES = [
  'pending',
  'approved',
  'disbursed',
  'repaying',
  'repaid',
  'defaulted',
  'written_off',
  'cancelled',
] as const satisfies readonly LoanStatus[];

/** A loan of which something is still due. */
export interface ActiveLoan extends Loan {
  /** USDC. */
  readonly remaining: string;
  /** USDC withheld from each task that is paid, less from the last; of a stream's release a fifth at most. */
  readonly installmentAmount: string;
  /** Repaid part, percent, rounded down to whole ones. */
  readonly progress: number;
  /** Tasks that something was withheld from. */
  readonly repaymentTasksCompleted: number;
  readonly repaymentTasksTarget: number;
}

export interface LoanFilter extends PageRequest {
  readonly status?: LoanStatus;
}

/** A worker that lets an advance become overdue loses so much reputation, once. */
export const DEFAULT_PENALTY = -50;
/** Loans a call may make defaulted; the background task goes on at once when there are more. */
const DEFAULT_BATCH = 200;
const MAX_REASON = 1000;

/** Newest first. */
export async function listLoans(
  context: Context,
  workerId: string,
  filter: LoanFilter = {},
): Promise<Page<Loan>> {
  if (filter.status !== undefined && !LOAN_STATUSES.includes(filter.status)) {
    throw invalidInput('status', 'status is not one of a loan.', `Pass ${LOAN_STATUSES.join(', ')}.`);
  }
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('loans', filter.cursor);
  const [row] = await context.scope.query<{ loans: unknown; total: bigint | null }>(
    `select (
       select coalesce(jsonb_agg(:schema.loan_json(l) order by l.created_at desc, l.id desc), '[]') from (
         select * from :schema.loans n
         where n.worker_id = $1 and ($2::text is null or n.status = $2)
           and ($3::timestamptz is null or (n.created_at, n.id) < ($3, $4))
         order by n.created_at desc, n.id desc limit $5
       ) as l
     ) as loans,
     case when $6 then (
       select count(*) from :schema.loans n where n.worker_id = $1 and ($2::text is null or n.status = $2)
     ) end as total`,
    [
      workerId,
      filter.status ?? null,
      after?.at ?? null,
      after?.id ?? null,
      limit + 1,
      filter.withTotal === true,
    ],
  );
  const page = toPage('loans', readRows<Loan>(row?.loans ?? []), limit, ({ createdAt }) => createdAt);
  return row?.total === null || row === undefined ? page : { ...page, total: Number(row.total) };
}

/** The loan of which something is due, a defaulted and a written off one too; null without one. */
export async function getActiveLoan(context: Context, workerId: string): Promise<ActiveLoan | null> {
  const [row] = await context.scope.query<{ loan: Record<string, unknown> }>(
    `select :schema.loan_json(l) as loan from :schema.loans l
      where l.worker_id = $1 and l.status in ('pending', 'approved', 'disbursed', 'repaying', 'defaulted', 'written_off')
      order by l.created_at desc, l.id desc limit 1`,
    [workerId],
  );
  return row === undefined ? null : withProgress(readRow<Loan>(row.loan));
}

export function withProgress(loan: Loan): ActiveLoan {
  const [due, repaid, parts] = [
    toMicros(loan.totalDue),
    toMicros(loan.amountRepaid),
    BigInt(loan.installments),
  ];
  return {
    ...loan,
    remaining: fromMicros(due - repaid),
    installmentAmount: fromMicros((due + parts - 1n) / parts),
    progress: Number((repaid * 100n) / due),
    repaymentTasksCompleted: loan.installmentsPaid,
    repaymentTasksTarget: loan.installments,
  };
}

/** Background task: loans past their due date become defaulted. True when there may be more. */
export async function defaultOverdueLoans(context: Context): Promise<boolean> {
  const [row] = await context.scope.query<{ count: number }>(
    'select :schema.default_overdue_loans($1, $2) as count',
    [DEFAULT_PENALTY, DEFAULT_BATCH],
  );
  return row?.count === DEFAULT_BATCH;
}

/**
 * For operators: books what is left as a loss. What is repaid later makes the loss smaller. Throws `not_found`
 * (loan_not_found) and `conflict` (loan_not_defaulted).
 */
export async function writeOffLoan(
  context: Context,
  loanId: string,
  input: { readonly reason: string },
  options: OnceOptions = {},
): Promise<Loan> {
  const reason = requiredText(input.reason, 'reason', MAX_REASON);
  const once = onceParams(context, options, { operation: 'writeOffLoan', request: { loanId, reason } });
  return moving(context, async (wide) => {
    const rows = await context.scope.query<{ loan: Record<string, unknown> }>(
      'select :schema.write_off_loan($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as loan',
      [...actorParams(context.actor), ...once, loanId, reason, wide],
    );
    return readRow<Loan>(rows[0]?.loan ?? {});
  });
}
