/** The queue's lists by pages, for callers who cannot take all at once. */
import { GuildhallError, invalidInput } from '../errors.ts';
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageLimit } from '../page.ts';
import type { Scope } from '../system.ts';
import { JOB_COLUMNS, type JobRecord, type JobState, OVERVIEW_COLUMNS, type QueueOverview } from './admin.ts';
import { SCHEDULE_COLUMNS, type ScheduleState } from './schedules.ts';

export interface QueueSetting {
  readonly id: number;
  readonly queue: string;
  /** Null: jobs are handed out. */
  readonly pausedAt: Date | null;
}

/** A queue that is there; throws `not_found`, since a mistyped name must not make one. */
export async function findQueue(
  scope: Scope,
  name: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<QueueSetting> {
  const [found] = await scope.query<QueueSetting>(
    lock
      ? 'select id, name as queue, paused_at as "pausedAt" from :schema.queue_settings where name = $1 for no key update'
      : 'select id, name as queue, paused_at as "pausedAt" from :schema.queue_settings where name = $1',
    [name],
  );
  if (found !== undefined) return found;
  throw new GuildhallError('not_found', `There is no queue "${name}".`, {
    field: 'queue',
    reason: 'queue_unknown',
    hint: 'A queue is there once a job was enqueued or a worker was started for it.',
  });
}

/** Queues by name. Each page counts the jobs of all queues. */
export async function pageQueues(scope: Scope, page: PageRequest = {}): Promise<Page<QueueOverview>> {
  const limit = pageLimit(page.limit);
  const rows = await scope.query<QueueOverview>(
    `select ${OVERVIEW_COLUMNS} from :schema.queue_overview
      where ($1::text is null or queue > $1) order by queue limit $2`,
    [decodeCursor('queues', page.cursor)?.id ?? null, limit + 1],
  );
  return cut(rows, limit, ({ queue }) => encodeCursor('queues', new Date(0), queue));
}

/** Schedules by name. */
export async function pageSchedules(scope: Scope, page: PageRequest = {}): Promise<Page<ScheduleState>> {
  const limit = pageLimit(page.limit);
  const rows = await scope.query<ScheduleState>(
    `select ${SCHEDULE_COLUMNS}
       from :schema.queue_schedules as s
       join :schema.queue_settings as q on q.id = s.queue_id
      where ($1::text is null or s.name > $1) order by s.name limit $2`,
    [decodeCursor('queue_schedules', page.cursor)?.id ?? null, limit + 1],
  );
  return cut(rows, limit, ({ name }) => encodeCursor('queue_schedules', new Date(0), name));
}

// A state is looked for where its jobs are: each first condition stands without a column, so that the other tables
// are not read at all. Ids are told first and rows then, or the history would be sorted with its payloads.
const JOBS_SQL = `
with ids as (
  (select j.id from :schema.queue_jobs as j
    where ($2::text is null or $2 in ('in_line', 'in_work', 'waiting'))
      and ($2 is null or $2 = case
        when j.lease_until is not null then 'in_work' when j.place is not null then 'in_line' else 'waiting' end)
      and j.queue_id = $1 and ($3::bigint is null or j.id < $3)
    order by j.id desc limit $4)
  union all
  (select d.id from :schema.queue_dead as d
    where ($2 is null or $2 = 'dead') and d.queue_id = $1 and ($3 is null or d.id < $3)
    order by d.id desc limit $4)
  union all
  (select h.id from :schema.queue_history as h
    where ($2 is null or $2 in ('done', 'cancelled')) and ($2 is null or h.outcome = $2)
      and h.queue_id = $1 and ($3 is null or h.id < $3)
    order by h.id desc limit $4)
)
select ${JOB_COLUMNS} from :schema.queue_states
 where id = any (array(select id from ids order by id desc limit $4))
 order by id desc`;

/** Jobs of a queue, the youngest first; of one state or of all. Throws `not_found` for an unknown queue. */
export async function pageJobs(
  scope: Scope,
  { queue, state, ...page }: PageRequest & { readonly queue: string; readonly state?: JobState },
): Promise<Page<JobRecord>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor('queue_jobs', page.cursor)?.id ?? null;
  if (after !== null && !/^\d{1,18}$/.test(after)) {
    throw invalidInput('cursor', 'That is not a cursor of this list.', 'Pass nextCursor as it was given.');
  }
  const { id } = await findQueue(scope, queue);
  const rows = await scope.query<JobRecord>(JOBS_SQL, [id, state ?? null, after, limit + 1]);
  return cut(rows, limit, (job) => encodeCursor('queue_jobs', job.createdAt, String(job.id)));
}

function cut<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const hasMore = rows.length > limit;
  return { data, hasMore, nextCursor: hasMore && last !== undefined ? cursorOf(last) : null };
}
