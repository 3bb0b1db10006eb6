/** Reads payments: one, a worker's, their numbers, pages of transactions, a worker's balance. */
import {
  camelRow,
  camelRows,
  decodeCursor,
  GuildhallError,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import type { GigTransaction, TransactionStatus, TransactionType } from './types.ts';

export interface WorkerPaymentStats {
  /** Completed payouts. */
  readonly totalPayments: number;
  readonly totalAmount: string;
  readonly totalFees: string;
  /** Percent: completed of the payouts and withdrawals that have ended; 100 when none has. */
  readonly successRate: number;
  /** Seconds from the completion of a task to its payment; 0 without one. */
  readonly averagePaymentTime: number;
}

export interface WorkerBalance {
  readonly walletAddress: string | null;
  readonly balanceUsdc: string;
  /** In escrow for tasks that the worker has completed and was not paid for. */
  readonly pendingUsdc: string;
  readonly advanceOwedUsdc: string;
  /** When the balance last changed. */
  readonly lastUpdated: Date;
}

export interface TransactionFilter {
  readonly workerId?: string;
  readonly platformId?: string;
  readonly taskId?: string;
  readonly txType?: TransactionType;
  readonly status?: TransactionStatus;
}

/** Payments of a worker that one call gives at most. */
const MAX_PAYMENTS_READ = 1_000;

export const TRANSACTION_COLUMNS = `t.id, t.worker_id, t.platform_id, t.task_id, t.stream_id, t.loan_id, t.asset,
  t.tx_hash, t.log_index, t.tx_type, trim_scale(t.amount)::text as amount, trim_scale(t.fee)::text as fee, t.status,
  t.from_address, t.to_address, t.rail, t.rail_reference, t.block_number::float8 as block_number,
  t.blockchain_confirmations, t.attempts, t.error_message, t.metadata, t.submitted_at, t.processed_at, t.created_at,
  t.updated_at`;

/** Null when there is none. */
export async function getPaymentTransaction(context: Context, id: string): Promise<GigTransaction | null> {
  const rows = await context.scope.query<object>(
    `select ${TRANSACTION_COLUMNS} from :schema.transactions t where t.id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : camelRow<GigTransaction>(rows[0]);
}

/** Payouts to a worker, newest first. */
export async function getWorkerPayments(
  context: Context,
  workerId: string,
  limit?: number,
): Promise<GigTransaction[]> {
  const rows = await context.scope.query<object>(
    `select ${TRANSACTION_COLUMNS} from :schema.transactions t
      where t.worker_id = $1 and t.tx_type = 'payout' order by t.created_at desc, t.id desc limit $2`,
    [workerId, pageLimit(limit, { max: MAX_PAYMENTS_READ })],
  );
  return camelRows<GigTransaction>(rows);
}

export async function getWorkerPaymentStats(context: Context, workerId: string): Promise<WorkerPaymentStats> {
  const rows = await context.scope.query<object>(
    `select
       count(*) filter (where p.paid)::integer as total_payments,
       trim_scale(coalesce(sum(p.amount) filter (where p.paid), 0))::text as total_amount,
       trim_scale(coalesce(sum(p.fee) filter (where p.paid), 0))::text as total_fees,
       coalesce(round(100.0 * count(*) filter (where p.status = 'completed') / nullif(count(*), 0), 2), 100)::float8
         as success_rate,
       coalesce(extract(epoch from avg(p.processed_at - k.completed_at) filter (where p.paid)), 0)::float8
         as average_payment_time
     from (
       select t.task_id, t.amount, t.fee, t.status, t.processed_at, t.tx_type = 'payout' and t.status = 'completed' as paid
       from :schema.transactions t
       where t.worker_id = $1 and t.tx_type in ('payout', 'withdrawal') and t.status in ('completed', 'failed')
     ) as p
     left join :schema.tasks k on k.id = p.task_id`,
    [workerId],
  );
  return camelRow<WorkerPaymentStats>(rows[0] as object);
}

/** Throws `not_found`. */
export async function getWorkerBalance(context: Context, workerId: string): Promise<WorkerBalance> {
  const rows = await context.scope.query<object>(
    `select w.wallet_address, trim_scale(b.balance)::text as balance_usdc,
       (select trim_scale(coalesce(sum(t.escrowed_amount), 0))::text from :schema.tasks t
         where t.worker_id = w.id and t.status = 'completed' and t.paid_at is null and t.escrowed_amount > 0
           and not exists (select from :schema.transactions x where x.task_id = t.id and x.tx_type = 'payout'
             and x.stream_id is null and x.status in ('pending', 'processing', 'completed'))) as pending_usdc,
       trim_scale(a.balance)::text as advance_owed_usdc,
       greatest(w.created_at, l.last_at) as last_updated
     from :schema.workers w
     join :schema.ledger_account_balances b on b.code = 'worker:' || w.id
     join :schema.ledger_account_balances a on a.code = 'advance:' || w.id
     cross join lateral (select max(r.last_at) as last_at from :schema.ledger_balances r where r.account_id = b.id) as l
     where w.id = $1`,
    [workerId],
  );
  if (rows[0] !== undefined) return camelRow<WorkerBalance>(rows[0]);
  throw new GuildhallError('not_found', 'Worker not found', {
    field: 'workerId',
    reason: 'worker_not_found',
    details: { workerId },
    hint: 'listWorkers shows those there are.',
  });
}

/** Newest first, by cursor. */
export async function listTransactions(
  context: Context,
  filter: TransactionFilter = {},
  request: PageRequest = {},
): Promise<Page<GigTransaction>> {
  const limit = pageLimit(request.limit);
  const after = decodeCursor('transactions', request.cursor);
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const columns = {
    worker_id: filter.workerId,
    platform_id: filter.platformId,
    task_id: filter.taskId,
    tx_type: filter.txType,
    status: filter.status,
  };
  // Only conditions that apply are written, so that each combination has the plan its index allows.
  const conditions = Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [`t.${column} = ${param(value)}`],
  );
  if (after !== null) conditions.push(`(t.created_at, t.id) < (${param(after.at)}, ${param(after.id)})`);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const rows = await context.scope.query<object>(
    `select ${TRANSACTION_COLUMNS} from :schema.transactions t ${where}
      order by t.created_at desc, t.id desc limit ${param(limit + 1)}`,
    params,
  );
  return toPage('transactions', camelRows<GigTransaction>(rows), limit, ({ createdAt }) => createdAt);
}
