/** How long rows are kept: the policies, how they stand, and what is wrong with them. */
import { GuildhallError } from '../errors.ts';
import { camelRow, camelRows } from '../rows.ts';
import type { Scope } from '../system.ts';

export type RetentionKind = 'rows' | 'read_events' | 'partitions';

export interface RetentionStatus {
  readonly name: string;
  readonly kind: RetentionKind;
  readonly tableName: string;
  /** As PostgreSQL writes an interval: `30 days`. */
  readonly keep: string;
  readonly batchSize: number;
  readonly enabled: boolean;
  readonly nextRunAt: Date;
  /** Null: it has not run yet. */
  readonly lastRunAt: Date | null;
  /** Rows of the last batch, or partitions of the last step. */
  readonly lastGone: bigint;
  readonly lastMs: number;
  readonly totalGone: bigint;
  /** Null: not partitioned. */
  readonly alarmDays: number | null;
  readonly partitions: bigint | null;
  readonly coveredUntil: Date | null;
  /** Days for which partitions are ready, as decimal text; null: not partitioned. */
  readonly daysAhead: string | null;
  /** Rows in the default partition; must be 0. */
  readonly defaultRows: bigint;
}

export interface RetentionAlarm {
  readonly name: string;
  readonly alarm: 'runway' | 'default_rows' | 'late';
  readonly problem: string;
}

/** A table of the schema that is to be cleaned up by age. */
export interface RetentionPolicy {
  readonly name: string;
  readonly kind: Exclude<RetentionKind, 'read_events'>;
  readonly tableName: string;
  readonly timeColumn: string;
  /** An interval such as `30 days`. */
  readonly keep: string;
  readonly batchSize?: number;
  /** Only for partitions. */
  readonly step?: 'day' | 'month';
  readonly stepsAhead?: number;
  readonly alarmDays?: number;
}

export interface RetentionChange {
  readonly keep?: string;
  readonly batchSize?: number;
  readonly enabled?: boolean;
}

/** Partitions ready when a policy does not say: two weeks or months of a maintainer being away. */
const STEPS_AHEAD = 14;
const ALARM_DAYS = 3;
const BATCH_SIZE = 5_000;

export async function retentionStatus(scope: Scope): Promise<RetentionStatus[]> {
  const rows = await scope.query(
    `select name, kind, table_name, keep::text, batch_size, enabled, next_run_at, last_run_at, last_gone, last_ms,
            total_gone, alarm_days, partitions, covered_until, days_ahead, default_rows
       from :schema.retention_status
      order by name`,
  );
  return camelRows<RetentionStatus>(rows);
}

/** Rows mean that something is wrong. */
export async function retentionAlarms(scope: Scope): Promise<RetentionAlarm[]> {
  const rows = await scope.query(
    'select name, alarm, problem from :schema.retention_alarms order by name, alarm',
  );
  return camelRows<RetentionAlarm>(rows);
}

/** Adds a policy; the database checks that the table is not append-only and that its time column is fit for it. */
export async function addRetentionPolicy(scope: Scope, policy: RetentionPolicy): Promise<void> {
  const partitioned = policy.kind === 'partitions';
  await scope.query(
    `insert into :schema.retention_policies
       (name, kind, table_name, time_column, keep, batch_size, step, steps_ahead, alarm_days)
     values ($1, $2, $3, $4, $5::interval, $6, $7, $8, $9)`,
    [
      policy.name,
      policy.kind,
      policy.tableName,
      policy.timeColumn,
      policy.keep,
      policy.batchSize ?? BATCH_SIZE,
      partitioned ? (policy.step ?? 'day') : null,
      partitioned ? (policy.stepsAhead ?? STEPS_AHEAD) : null,
      partitioned ? (policy.alarmDays ?? ALARM_DAYS) : null,
    ],
  );
}

export async function changeRetentionPolicy(
  scope: Scope,
  name: string,
  { keep, batchSize, enabled }: RetentionChange,
): Promise<void> {
  const [row] = await scope.query(
    `update :schema.retention_policies
        set keep = coalesce($2::interval, keep), batch_size = coalesce($3, batch_size),
            enabled = coalesce($4, enabled), next_run_at = clock_timestamp(), updated_at = clock_timestamp()
      where name = $1
      returning true as changed`,
    [name, keep ?? null, batchSize ?? null, enabled ?? null],
  );
  if (row === undefined) throw unknownPolicy(name);
}

export async function policyNamed(
  scope: Scope,
  name: string,
): Promise<{ readonly kind: RetentionKind; readonly tableName: string }> {
  const [row] = await scope.query('select kind, table_name from :schema.retention_policies where name = $1', [
    name,
  ]);
  if (row === undefined) throw unknownPolicy(name);
  return camelRow(row);
}

function unknownPolicy(name: string): GuildhallError {
  return new GuildhallError('not_found', `There is no retention policy "${name}".`, {
    field: 'policy',
    hint: '`guildhall retention status` lists them.',
  });
}
