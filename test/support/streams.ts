/** What the tests of payment streams have in common: a streaming task with money in escrow, and time that is moved. */
import type { Scope } from '../../src/kernel/system.ts';
import type { GigsFixture } from './gigs.ts';

export interface TaskParts {
  readonly platformId: string;
  readonly workerId: string;
  readonly amount: string;
  /** Default: all of the amount. */
  readonly escrowed?: string;
  readonly taskType?: 'fixed' | 'streaming';
  readonly status?: 'active' | 'pending';
}

/** An active streaming task, its money moved from the platform into escrow. */
export async function streamingTask(scope: Scope, parts: TaskParts): Promise<string> {
  const escrowed = parts.escrowed ?? parts.amount;
  const [row] = await scope.query<{ id: string }>(
    `with made as (
       insert into :schema.tasks (platform_id, worker_id, task_type, amount, status, escrowed_amount, started_at)
       values ($1, $2, $3, $4, $5, $6, clock_timestamp()) returning id
     )
     select m.id from made m cross join lateral (select :schema.move_money(array['task ' || m.id || ' escrow'],
       array['platform:' || $1], array['escrow:' || $1], array[$6::numeric], m.id)) as moved`,
    [
      parts.platformId,
      parts.workerId,
      parts.taskType ?? 'streaming',
      parts.amount,
      parts.status ?? 'active',
      escrowed,
    ],
  );
  return (row as { id: string }).id;
}

/** Lets time pass for a stream: all its moments are so much longer ago. */
export async function elapse(scope: Scope, streamId: string, passedS: number): Promise<void> {
  await scope.query(
    `update :schema.streams set start_time = start_time - m.passed, end_time = end_time - m.passed,
       next_release_at = next_release_at - m.passed, paused_at = paused_at - m.passed
     from (select make_interval(secs => $2) as passed) as m where id = $1`,
    [streamId, passedS],
  );
}

export interface Parties {
  readonly platformId: string;
  readonly workerId: string;
}

export async function parties(t: GigsFixture, funds = '1000000', feeBps = 200): Promise<Parties> {
  const [platform, worker] = [await t.platform(funds, { feeBps }), await t.worker()];
  return { platformId: platform.id, workerId: worker.id };
}

const UNIT = 6;

/** Smallest units of an amount of USDC. */
export function units(amount: string): bigint {
  const [whole = '0', part = ''] = amount.split('.');
  return BigInt(whole + part.padEnd(UNIT, '0'));
}

export function amountOf(value: bigint): string {
  const digits = value.toString().padStart(UNIT + 1, '0');
  return `${digits.slice(0, -UNIT)}.${digits.slice(-UNIT)}`.replace(/\.?0+$/, '');
}
