/** What of the demonstration lies in the books: funds, escrow, payouts, advances. */
import type { Scope } from '../../../kernel/index.ts';
import { LOAN_DAYS, LOAN_FEE_BPS, LOANS, PLATFORMS, type SeedTask, seedHash, seedId, TASKS } from './data.ts';
import { type Clock, completed, DAY, HOUR, type Insert, move } from './writing.ts';

const FUNDS = '500';
const CONFIRMATIONS = 12;

/** Deposits, escrow, payouts and fees in the books; a payout for each completed task. */
export async function insertPayments(scope: Scope, insert: Insert, clock: Clock): Promise<void> {
  await move(scope, 'demonstration funds', [
    ...PLATFORMS.map(({ id }) => ({
      key: `demo funds ${id}`,
      debit: 'bank',
      credit: `platform:${id}`,
      amount: FUNDS,
    })),
  ]);
  await move(
    scope,
    'demonstration escrow',
    TASKS.map((task) => ({
      key: `task ${task.id} escrow`,
      debit: `platform:${task.platformId}`,
      credit: `escrow:${task.platformId}`,
      amount: task.amount,
    })),
  );
  // The keys are those that payments and releases use, so that neither can happen again.
  const keyOf = (task: SeedTask, what: 'pay' | 'fee'): string =>
    task.streaming
      ? `stream ${seedId('str', task.number)} 0${what === 'fee' ? ' fee' : ''}`
      : `task ${task.id} ${what} ${task.worker.id}`;
  const escrow = (task: SeedTask): string => `escrow:${task.platformId}`;
  const net = await scope.query<{ net: string }>(
    'select (a - f) as net from unnest($1::numeric[], $2::numeric[]) with ordinality as g(a, f, place) order by place',
    [completed.map(({ amount }) => amount), completed.map(({ fee }) => fee)],
  );
  const paid = await move(
    scope,
    'demonstration payouts',
    completed.map((task, place) => ({
      key: keyOf(task, 'pay'),
      debit: escrow(task),
      credit: `worker:${task.worker.id}`,
      amount: net[place]?.net ?? '0',
    })),
  );
  await move(
    scope,
    'demonstration fees',
    completed.map((task) => ({
      key: keyOf(task, 'fee'),
      debit: escrow(task),
      credit: 'fees',
      amount: task.fee,
    })),
  );
  await insert(
    'transactions',
    {
      id: 'text',
      worker_id: 'text',
      platform_id: 'text',
      task_id: 'text',
      stream_id: 'text',
      tx_type: 'text',
      amount: 'numeric',
      fee: 'numeric',
      status: 'text',
      tx_hash: 'text',
      to_address: 'text',
      blockchain_confirmations: 'integer',
      ledger_transfer_id: 'bigint',
      processed_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    completed.map((task, place) => [
      ...[seedId('txn', task.number), task.worker.id, task.platformId, task.id],
      ...[task.streaming ? seedId('str', task.number) : null, 'payout', task.amount, task.fee, 'completed'],
      ...[seedHash(`payout ${task.number}`, 64), seedHash(task.worker.email, 40), CONFIRMATIONS, paid[place]],
      ...[clock.ended(task), clock.ended(task)],
    ]),
  );
}

export async function insertLoans(scope: Scope, insert: Insert, clock: Clock): Promise<void> {
  await insert(
    'loans',
    {
      id: 'text',
      worker_id: 'text',
      amount: 'numeric',
      fee: 'numeric',
      fee_bps: 'integer',
      total_due: 'numeric',
      amount_repaid: 'numeric',
      status: 'text',
      risk_score: 'integer',
      predicted_earnings: 'numeric',
      installments_paid: 'integer',
      disbursed_at: 'timestamptz',
      repayment_due: 'timestamptz',
      repaid_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    LOANS.map((loan) => {
      const at = loan.daysAgo * DAY;
      return [
        ...[
          loan.id,
          loan.worker.id,
          loan.amount,
          loan.fee,
          LOAN_FEE_BPS,
          loan.totalDue,
          loan.repaid,
          loan.status,
        ],
        ...[
          loan.worker.score,
          loan.predicted,
          loan.installmentsPaid,
          clock.ago(at),
          clock.ago(at - LOAN_DAYS * DAY),
        ],
        ...[loan.status === 'repaid' ? clock.ago(at - 10 * DAY) : null, clock.ago(at + HOUR)],
      ];
    }),
  );
  const owed = ({ worker }: (typeof LOANS)[number]): string => `advance:${worker.id}`;
  const balance = ({ worker }: (typeof LOANS)[number]): string => `worker:${worker.id}`;
  await move(
    scope,
    'demonstration advances',
    LOANS.flatMap((loan) => [
      { key: `loan ${loan.id} disbursement`, debit: owed(loan), credit: balance(loan), amount: loan.amount },
      { key: `loan ${loan.id} fee`, debit: owed(loan), credit: 'advance-fees', amount: loan.fee },
      {
        key: `loan ${loan.id} demo repayment`,
        debit: balance(loan),
        credit: owed(loan),
        amount: loan.repaid,
      },
    ]),
  );
}
