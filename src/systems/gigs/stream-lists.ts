/** Reading payment streams: one, pages, and those that run. */
import { decodeCursor, invalidInput, type Page, pageLimit, toPage } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { readRow } from './rows.ts';
import {
  type ActiveStream,
  type ActiveStreamFilter,
  STREAM_STATUSES,
  type StreamFilter,
  type StreamProgress,
} from './stream-types.ts';

const LIST = 'streams';
/** A poller's list inside one process; the API pages. */
const MAX_ACTIVE = 1_000;
const DEFAULT_ACTIVE = 100;

type Json = Readonly<Record<string, unknown>>;

/** Null when there is none. */
export async function getStream(context: Context, id: string): Promise<StreamProgress | null> {
  const [row] = await context.scope.query<{ stream: Json }>(
    'select :schema.stream_progress(s, statement_timestamp()) as stream from :schema.streams s where s.id = $1',
    [id],
  );
  return row === undefined ? null : readRow<StreamProgress>(row.stream);
}

/** Newest first. */
export async function listStreams(
  context: Context,
  filter: StreamFilter = {},
): Promise<Page<StreamProgress>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor(LIST, filter.cursor);
  if (filter.status !== undefined && !STREAM_STATUSES.includes(filter.status)) {
    throw invalidInput('status', `"${filter.status}" is no status.`, `Pass ${STREAM_STATUSES.join(', ')}.`);
  }
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const conditions = conditionsOf(filter, param);
  if (filter.taskId !== undefined) conditions.push(`s.task_id = ${param(filter.taskId)}`);
  if (filter.status !== undefined) conditions.push(`s.status = ${param(filter.status)}`);
  const matching = whereOf(conditions);
  const countParams = [...params];
  if (after !== null) conditions.push(`(s.created_at, s.id) < (${param(after.at)}, ${param(after.id)})`);
  const rows = await context.scope.query<{ stream: Json }>(
    `select :schema.stream_progress(s, statement_timestamp()) as stream from :schema.streams s ${whereOf(conditions)}
      order by s.created_at desc, s.id desc limit ${param(limit + 1)}`,
    params,
  );
  const page = toPage(
    LIST,
    rows.map(({ stream }) => readRow<StreamProgress>(stream)),
    limit,
    ({ createdAt }) => createdAt,
  );
  if (filter.withTotal !== true) return page;
  const [counted] = await context.scope.query<{ total: number }>(
    `select count(*)::integer as total from :schema.streams s ${matching}`,
    countParams,
  );
  return { ...page, total: counted?.total ?? 0 };
}

/** Streams that run, the soonest next release first, each with its task, worker and platform; one round trip. */
export async function getActiveStreams(
  context: Context,
  filter: ActiveStreamFilter = {},
): Promise<ActiveStream[]> {
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const conditions = ["s.status = 'active'", ...conditionsOf(filter, param)];
  if (filter.due === true) conditions.push('s.next_release_at <= statement_timestamp()');
  const limit = pageLimit(filter.limit, { max: MAX_ACTIVE, fallback: DEFAULT_ACTIVE });
  const rows = await context.scope.query<Record<'stream' | 'task' | 'worker' | 'platform', Json>>(
    `select :schema.stream_progress(s, statement_timestamp())
        || jsonb_build_object('is_due', s.next_release_at <= statement_timestamp()) as stream,
      :schema.task_json(t) as task,
      jsonb_build_object('id', w.id, 'name', w.name, 'wallet_address', w.wallet_address,
        'reputation_score', w.reputation_score) as worker,
      jsonb_build_object('id', p.id, 'name', p.name, 'wallet_address', p.wallet_address) as platform
     from (
       select * from :schema.streams s ${whereOf(conditions)} order by s.next_release_at, s.id limit ${param(limit)}
     ) as s
     join :schema.tasks t on t.id = s.task_id
     join :schema.workers w on w.id = s.worker_id
     join :schema.platforms p on p.id = s.platform_id
     order by s.next_release_at, s.id`,
    params,
  );
  return rows.map(({ stream, task, worker, platform }) => ({
    ...readRow<Omit<ActiveStream, 'task' | 'worker' | 'platform'>>(stream),
    task: readRow<ActiveStream['task']>(task),
    worker: readRow<ActiveStream['worker']>(worker),
    platform: readRow<ActiveStream['platform']>(platform),
  }));
}

function conditionsOf(
  filter: { readonly workerId?: string; readonly platformId?: string },
  param: (value: unknown) => string,
): string[] {
  return [
    ...(filter.workerId === undefined ? [] : [`s.worker_id = ${param(filter.workerId)}`]),
    ...(filter.platformId === undefined ? [] : [`s.platform_id = ${param(filter.platformId)}`]),
  ];
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}
