/** What each contender must be able to do in the benchmark of a task's life, and what all of them are asked afterwards. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { benchFolder } from './dataset.ts';

export const WORKERS = 2_000;
export const PLATFORMS = 20;
/** Connections, for everybody. */
export const POOL = 10;

export interface Life {
  /** Unlike that of any other life, in this run and every process of it. */
  readonly key: string;
  readonly platformId: string;
  readonly workerId: string;
  /** USDC as decimal text. */
  readonly amount: string;
}

/** The tables themselves, after the run. */
export interface Books {
  /** Payouts, and tasks that have one: the same number, or a task was paid twice. */
  readonly payouts: number;
  readonly paidTasks: number;
  readonly completedTasks: number;
  readonly reputationEvents: number;
  readonly auditCreated: number;
  readonly auditCompleted: number;
  readonly auditPaid: number;
  /** Sums of what was paid, as the payouts, the workers and the platforms have it. */
  readonly paid: string;
  readonly earned: string;
  readonly paidOut: string;
  /** Other things that are not as they should be. */
  readonly broken: readonly string[];
}

export interface GigsContender {
  /** Posted, completed, paid; durable step by step. */
  live(life: Life): Promise<void>;
  /** The same in one call, where there is one for it. */
  liveAtOnce?(life: Life): Promise<void>;
  books(): Promise<Books>;
  close(): Promise<void>;
}

export interface GigsModule {
  readonly version: string;
  /** How it is written, for the record. */
  readonly settings: string;
  /** Makes tables and parties in an empty database. */
  prepare(url: string): Promise<void>;
  open(url: string): Promise<GigsContender>;
}

export type Shape = 'steps' | 'at-once';

export type GigsRequest =
  | { readonly kind: 'load'; readonly path: string }
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'slice'; readonly shape: Shape; readonly callers: number; readonly forMs: number }
  /** Compares what the tables say with what was acknowledged; answers the number of lives. */
  | { readonly kind: 'check' }
  | { readonly kind: 'close' };

export interface Slice {
  readonly lives: number;
  readonly elapsedMs: number;
  readonly latenciesMs: readonly number[];
}

/** The rivals share tables. */
export async function prepareTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(await readFile(join(benchFolder(), 'support', 'gigs-tables.sql'), 'utf8'));
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** The rivals share the questions, too, so that nobody's own library answers for it. */
export async function tableBooks(url: string): Promise<Books> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`select
      (select count(*)::integer from transactions where "txType" = 'payout') as "payouts",
      (select count(distinct "taskId")::integer from transactions where "txType" = 'payout') as "paidTasks",
      (select count(*)::integer from tasks where status = 'completed') as "completedTasks",
      (select count(*)::integer from reputation_events) as "reputationEvents",
      (select count(*)::integer from audit_logs where action = 'create_task') as "auditCreated",
      (select count(*)::integer from audit_logs where action = 'complete_task') as "auditCompleted",
      (select count(*)::integer from audit_logs where action = 'process_payment') as "auditPaid",
      (select coalesce(trim_scale(sum(amount)), 0)::text from transactions) as "paid",
      (select trim_scale(sum("totalEarned"))::text from workers) as "earned",
      (select trim_scale(sum("totalPayouts"))::text from platforms) as "paidOut",
      array_remove(array[
        case when exists (
          select from workers w left join (select "workerId", sum(delta) as delta from reputation_events group by 1) e
            on e."workerId" = w.id
          where w."reputationScore" <> least(1000, 500 + coalesce(e.delta, 0))
        ) then 'scores' end,
        case when (select count(*) from idempotency_keys) <> (select count(*) from transactions) then 'keys' end
      ], null) as "broken"`);
    return rows[0];
  } finally {
    await client.end();
  }
}
