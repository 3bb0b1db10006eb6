/** Demonstration data: the same workers, platforms, tasks, streams, payments, scores and advances at every run. */
import { bulkInsert, type DemoSignIn, type Scope, type SeedReport } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import {
  LOAN_DAYS,
  LOAN_FEE_BPS,
  LOANS,
  PLATFORMS,
  type SeedTask,
  seedHash,
  seedId,
  TASKS,
  WORKERS,
} from './seed-data.ts';

const PASSWORD = 'demo123';
const ADMIN = { id: seedId('acc', 1), email: 'ops@example.com' };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const COMPLETED_POINTS = 10;
const STAR_POINTS = 5;
const RELEASE_INTERVAL_S = 3_600;
const FUNDS = '500';
const CONFIRMATIONS = 12;
const AUDIT_ROWS = 30;

const COUNTS = {
  workers: WORKERS.length,
  platforms: PLATFORMS.length,
  tasks: TASKS.length,
  streams: 8,
  transactions: 11,
  reputation_events: 21,
  loans: LOANS.length,
  audit_logs: AUDIT_ROWS,
};

const completed = TASKS.filter(({ status }) => status === 'completed');
const streamed = TASKS.filter(({ streaming, status }) => streaming && status !== 'pending');

type Insert = (
  table: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly unknown[])[],
) => Promise<number>;

/** Times relative to the moment of seeding. */
class Clock {
  private readonly now = Date.now();

  ago(ms: number): Date {
    return new Date(this.now - ms);
  }
  posted(task: SeedTask): Date {
    return this.ago(task.daysAgo * DAY + task.number * MINUTE);
  }
  /** Streams that run have begun just now: their first release is still to come. */
  started(task: SeedTask): Date {
    if (task.status === 'active' && task.streaming) return this.ago((1 + (task.number % 10)) * MINUTE);
    return new Date(this.posted(task).getTime() + HOUR / 2);
  }
  ended(task: SeedTask): Date {
    return new Date(this.started(task).getTime() + task.hours * HOUR);
  }
}

/** Writes the data once; a second run finds the accounts and writes nothing. */
export async function seed(context: Context): Promise<SeedReport> {
  const passwordHash = await context.accounts.hashPassword(PASSWORD, { allowShortPassword: true });
  const written = await context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    if (!(await claimAccounts(scope, passwordHash))) return false;
    const insert: Insert = (table, columns, rows) => bulkInsert(scope, { table, columns, rows });
    const clock = new Clock();
    await insertParties(insert, clock);
    await scope.query(
      `select :schema.open_books(a.kind, a.id) from :schema.accounts a where a.id = any ($1) order by a.id`,
      [[...PLATFORMS, ...WORKERS].map(({ id }) => id)],
    );
    await insertWork(insert, clock);
    await insertPayments(scope, insert, clock);
    await insertLoans(scope, insert, clock);
    await insertTrail(insert, clock);
    return true;
  });
  return { written, counts: COUNTS };
}

/** The demonstration accounts that are still there: one of each kind. */
export async function demoSignIns(context: Context): Promise<DemoSignIn[]> {
  const shown = [WORKERS[0]?.id, PLATFORMS[0]?.id, ADMIN.id];
  const rows = await context.scope.query<{ login: string; kind: string }>(
    `select a.login, a.kind from :schema.accounts a join unnest($1::text[]) with ordinality as s(id, place) using (id)
     where a.disabled_at is null order by s.place`,
    [shown],
  );
  return rows.map(({ login, kind }) => ({ login, password: PASSWORD, role: kind }));
}

/** The unique logins are the guard: of two seeds at once the second waits here and then finds them taken. */
async function claimAccounts(scope: Scope, passwordHash: string): Promise<boolean> {
  const all = [
    ...WORKERS.map(({ id, email }) => ({ id, email, kind: 'worker', role: 'worker' })),
    ...PLATFORMS.map(({ id, email }) => ({ id, email, kind: 'platform', role: 'platform' })),
    { ...ADMIN, kind: 'admin', role: 'admin' },
  ];
  const claimed = await scope.query<{ id: string }>(
    `insert into :schema.accounts (id, kind, login, password_hash, roles)
     select g.id, g.kind, g.login, $4, array[g.role]
     from unnest($1::text[], $2::text[], $3::text[], $5::text[]) as g(id, kind, login, role) order by g.login
     on conflict do nothing returning id`,
    [
      all.map(({ id }) => id),
      all.map(({ kind }) => kind),
      all.map(({ email }) => email),
      passwordHash,
      all.map(({ role }) => role),
    ],
  );
  if (claimed.length === all.length) return true;
  // Only some were free: accounts without the rest would be half a seed.
  await scope.query('delete from :schema.accounts where id = any ($1)', [claimed.map(({ id }) => id)]);
  return false;
}

async function insertParties(insert: Insert, clock: Clock): Promise<void> {
  await insert(
    'workers',
    {
      id: 'text',
      name: 'text',
      email: 'text',
      wallet_address: 'text',
      reputation_score: 'integer',
      initial_score: 'integer',
      last_active_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    WORKERS.map((worker) => {
      const tasks = completed.filter((task) => task.worker === worker).length;
      const start = worker.score - tasks * COMPLETED_POINTS - (worker.stars - 3) * STAR_POINTS;
      const wallet = seedHash(worker.email, 40);
      return [
        worker.id,
        worker.name,
        worker.email,
        wallet,
        start,
        start,
        clock.ago(HOUR),
        clock.ago(worker.ageDays * DAY),
      ];
    }),
  );
  await insert(
    'platforms',
    { id: 'text', name: 'text', contact_email: 'text', wallet_address: 'text', created_at: 'timestamptz' },
    PLATFORMS.map(({ id, name, email }) => [id, name, email, seedHash(email, 40), clock.ago(98 * DAY)]),
  );
}

async function insertWork(insert: Insert, clock: Clock): Promise<void> {
  await insert(
    'tasks',
    {
      id: 'text',
      platform_id: 'text',
      worker_id: 'text',
      external_id: 'text',
      task_type: 'text',
      amount: 'numeric',
      escrowed_amount: 'numeric',
      paid_amount: 'numeric',
      status: 'text',
      title: 'text',
      verification_status: 'text',
      verified_by: 'text',
      worker_rating: 'smallint',
      started_at: 'timestamptz',
      completed_at: 'timestamptz',
      paid_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    TASKS.map((task) => {
      const done = task.status === 'completed';
      return [
        ...[task.id, task.platformId, task.worker.id, `demo-${task.number}`],
        ...[
          task.streaming ? 'streaming' : 'fixed',
          task.amount,
          done ? '0' : task.amount,
          done ? task.amount : '0',
        ],
        ...[task.status, task.title, done ? 'approved' : 'pending', done ? 'auto' : null],
        task.number <= WORKERS.length ? task.worker.stars : null,
        task.status === 'pending' ? null : clock.started(task),
        ...(done ? [clock.ended(task), clock.ended(task)] : [null, null]),
        clock.posted(task),
      ];
    }),
  );
  await insert(
    'streams',
    {
      id: 'text',
      task_id: 'text',
      platform_id: 'text',
      worker_id: 'text',
      start_time: 'timestamptz',
      end_time: 'timestamptz',
      total_amount: 'numeric',
      funded_amount: 'numeric',
      released_amount: 'numeric',
      release_interval: 'integer',
      status: 'text',
      next_release_at: 'timestamptz',
      last_released_at: 'timestamptz',
      completed_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    streamed.map((task) => {
      const start = clock.started(task);
      const done = task.status === 'completed';
      return [
        ...[seedId('str', task.number), task.id, task.platformId, task.worker.id, start, clock.ended(task)],
        ...[task.amount, task.amount, done ? task.amount : '0', RELEASE_INTERVAL_S],
        ...[
          done ? 'completed' : 'active',
          done ? null : new Date(start.getTime() + RELEASE_INTERVAL_S * 1000),
        ],
        ...(done ? [clock.ended(task), clock.ended(task)] : [null, null]),
        start,
      ];
    }),
  );
}

/** Deposits, escrow, payouts and fees in the books; a payout for each completed task; what scores are made of. */
async function insertPayments(scope: Scope, insert: Insert, clock: Clock): Promise<void> {
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
  const events = completed
    .flatMap((task) => {
      const at = clock.ended(task);
      const done = [at, task, 'task_completed', COMPLETED_POINTS, null, `Completed "${task.title}"`] as const;
      if (task.number > WORKERS.length) return [done];
      const { stars } = task.worker;
      const later = new Date(at.getTime() + 20 * MINUTE);
      return [
        done,
        [later, task, 'rating_received', (stars - 3) * STAR_POINTS, stars, `Rated ${stars} of 5`] as const,
      ];
    })
    .sort(([a], [b]) => a.getTime() - b.getTime());
  await insert(
    'reputation_events',
    {
      id: 'text',
      worker_id: 'text',
      task_id: 'text',
      event_type: 'text',
      requested_delta: 'integer',
      rating: 'smallint',
      reason: 'text',
      created_at: 'timestamptz',
    },
    events.map(([at, task, type, delta, rating, reason], index) => [
      ...[seedId('rep', index + 1), task.worker.id, task.id, type, delta, rating, reason, at],
    ]),
  );
}

async function insertLoans(scope: Scope, insert: Insert, clock: Clock): Promise<void> {
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

/** A part of what happened, as the audit trail of the demonstration: six entries of each of five kinds, but five loans. */
async function insertTrail(insert: Insert, clock: Clock): Promise<void> {
  const entries = [
    ...TASKS.slice(0, 8).map((task) => ({
      at: clock.posted(task),
      actor: ['platform', task.platformId],
      what: ['create_task', 'task', task.id],
      metadata: { task_type: task.streaming ? 'streaming' : 'fixed', amount: task.amount },
    })),
    ...completed.slice(0, 6).map((task) => ({
      at: clock.ended(task),
      actor: ['platform', task.platformId],
      what: ['complete_task', 'task', task.id],
      metadata: { amount: task.amount, reputation_delta: COMPLETED_POINTS },
    })),
    ...completed.slice(0, 6).map((task) => ({
      at: new Date(clock.ended(task).getTime() + 1000),
      actor: ['system', null],
      what: ['process_payment', 'transaction', seedId('txn', task.number)],
      metadata: { taskId: task.id, workerId: task.worker.id, amount: task.amount, fee: task.fee },
    })),
    ...LOANS.flatMap((loan) =>
      ['approve_loan', 'disburse_loan'].map((action, step) => ({
        at: clock.ago(loan.daysAgo * DAY + (1 - step) * MINUTE),
        actor: ['system', null],
        what: [action, 'loan', loan.id],
        metadata: { workerId: loan.worker.id, amount: loan.amount, fee: loan.fee },
      })),
    ),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  await insert(
    'audit_logs',
    {
      id: 'text',
      actor_type: 'text',
      actor_id: 'text',
      action: 'text',
      resource_type: 'text',
      resource_id: 'text',
      metadata: 'jsonb',
      created_at: 'timestamptz',
    },
    entries.map(({ at, actor, what, metadata }, index) => [
      seedId('aud', index + 1),
      ...actor,
      ...what,
      metadata,
      at,
    ]),
  );
}

interface Movement {
  readonly key: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
}

async function move(
  scope: Scope,
  reference: string,
  movements: readonly Movement[],
): Promise<readonly (bigint | null)[]> {
  const [row] = await scope.query<{ ids: (bigint | null)[] }>(
    'select :schema.move_money($1, $2, $3, $4::numeric[], $5, true) as ids',
    [
      movements.map(({ key }) => key),
      movements.map(({ debit }) => debit),
      movements.map(({ credit }) => credit),
      movements.map(({ amount }) => amount),
      reference,
    ],
  );
  return row?.ids ?? [];
}
