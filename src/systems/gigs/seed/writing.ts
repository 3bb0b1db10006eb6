/** Times and movements of the demonstration data. */
import type { Scope } from '../../../kernel/index.ts';
import { type SeedTask, TASKS } from './data.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const COMPLETED_POINTS = 10;
export const STAR_POINTS = 5;

export const completed = TASKS.filter(({ status }) => status === 'completed');
export const streamed = TASKS.filter(({ streaming, status }) => streaming && status !== 'pending');

export type Insert = (
  table: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly unknown[])[],
) => Promise<number>;

/** Times relative to the moment of seeding. */
export class Clock {
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

export interface Movement {
  readonly key: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
}

export async function move(
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
