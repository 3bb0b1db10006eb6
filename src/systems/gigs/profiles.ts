/** A worker with what is around it, in one round trip. */
import { camelRow } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { WORKER_COLUMNS } from './parties.ts';
import { readRows } from './rows.ts';
import type { GigTransaction, Loan, Task, Worker } from './types.ts';

export interface WorkerProfile extends Worker {
  /** The last ten, newest first. */
  readonly tasks: readonly Task[];
  /** The last ten, newest first. */
  readonly transactions: readonly GigTransaction[];
  /** Those that are disbursed or repaying. */
  readonly loans: readonly Loan[];
}

const latest = (table: string, json: string, where: string): string => `coalesce((
  select jsonb_agg(:schema.${json}(r.one) order by (r.one).created_at desc, (r.one).id desc)
  from (
    select x as one from :schema.${table} x where x.worker_id = w.id ${where}
    order by x.created_at desc, x.id desc limit 10
  ) as r), '[]') as ${table}`;

/** Null without such a worker. */
export async function getWorkerProfile(context: Context, id: string): Promise<WorkerProfile | null> {
  const [row] = await context.scope.query<Record<string, unknown>>(
    `select ${WORKER_COLUMNS}, ${latest('tasks', 'task_json', '')},
      ${latest('transactions', 'transaction_json', '')},
      ${latest('loans', 'loan_json', `and x.status in ('disbursed', 'repaying')`)}
    from :schema.worker_profiles w where w.id = $1`,
    [id],
  );
  if (row === undefined) return null;
  const { tasks, transactions, loans, ...worker } = row;
  return {
    ...camelRow<Worker>(worker),
    tasks: readRows<Task>(tasks),
    transactions: readRows<GigTransaction>(transactions),
    loans: readRows<Loan>(loans),
  };
}
