/** The activity feed of projects. */
import { camelRow, camelRows, invalidInput, newId, type Page } from '../../kernel/index.ts';
import { type Context, jsonParam, listLimit, moment, once, storableText } from './context.ts';
import { checkOffset, type ProjectFilter, type ProjectList, pageOfProjects } from './project-pages.ts';
import {
  ACTIVITY_TYPES,
  type Activity,
  type CreateOptions,
  type NewActivity,
  type Project,
} from './types.ts';

const COLUMNS = 'id, project_id, type, message, metadata, "timestamp"';
const MAX_MESSAGE = 65_536;
/** Activities of one bulk call. */
const MAX_BULK = 10_000;

/** Throws "Invalid activity type: …" and `not_found` ("Project not found"). */
export async function createActivity(
  context: Context,
  input: NewActivity,
  options: CreateOptions = {},
): Promise<Activity> {
  const row = checkActivity(input, '');
  return once(context, options, { operation: 'createActivity', request: input }, async (inner) => {
    const rows = await inner.scope.query<object>(
      `with made as (
         insert into :schema.activities (id, project_id, type, message, metadata, "timestamp")
         values ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp()))
         returning ${COLUMNS}
       ), told as (
         insert into :schema.outbox (type, subject, audience, payload)
         select 'activity.' || m.type, m.id, p.user_id,
           jsonb_build_object('projectId', m.project_id, 'message', left(m.message, 500))
         from made m join :schema.projects p on p.id = m.project_id
       )
       select * from made`,
      row,
    );
    return camelRow<Activity>(rows[0] as object);
  });
}

/** Inserts all or none, in one statement; returns how many. */
export async function bulkCreateActivities(
  context: Context,
  inputs: readonly NewActivity[],
  options: CreateOptions = {},
): Promise<number> {
  if (inputs.length > MAX_BULK) {
    throw invalidInput(
      'activities',
      `${inputs.length} are more than ${MAX_BULK} in one call.`,
      'Split the batch.',
    );
  }
  const rows = inputs.map((input, index) => checkActivity(input, `activities[${index}].`));
  if (rows.length === 0) return 0;
  return once(context, options, { operation: 'bulkCreateActivities', request: inputs }, async (inner) => {
    const columns = [0, 1, 2, 3, 4, 5].map((index) => rows.map((row) => row[index]));
    const made = await inner.scope.query<{ made: number }>(
      `with made as (
         insert into :schema.activities (id, project_id, type, message, metadata, "timestamp")
         select id, project_id, type, message, metadata, coalesce(at, clock_timestamp())
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
             as t(id, project_id, type, message, metadata, at)
         returning project_id
       ), told as (
         insert into :schema.outbox (type, subject, audience, payload)
         select 'activities.created', m.project_id, p.user_id, jsonb_build_object('count', count(*))
         from made m join :schema.projects p on p.id = m.project_id group by m.project_id, p.user_id
       )
       select count(*)::integer as made from made`,
      columns,
    );
    return made[0]?.made ?? 0;
  });
}

/** Newest first; `offset` skips, for callers of the founding interface. Prefer pages. */
export async function getActivitiesByProject(
  context: Context,
  projectId: string,
  options: { readonly limit?: number; readonly offset?: number } = {},
): Promise<Activity[]> {
  const offset = checkOffset(options.offset);
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.activities where project_id = $1
      order by "timestamp" desc, id desc limit $2 offset $3`,
    [projectId, listLimit(options.limit), offset],
  );
  return camelRows<Activity>(rows);
}

/** The newest activities across a user's projects, each with its project. */
export async function getRecentActivities(
  context: Context,
  userId: string,
  limit = 10,
): Promise<(Activity & { readonly project: Project })[]> {
  // Each project brings the newest few of its index, and only the rows of the answer are read: the cost is that of
  // the answer, not of the feed. The limit stands in the text, because the server plans anew at each call for a
  // limit it does not know beforehand.
  const most = listLimit(limit);
  const rows = await context.scope.query<Record<string, unknown>>(
    `select v.id, v.project_id, v.type, v.message, v.metadata, v."timestamp",
        p.name as p_name, p.path as p_path, p.settings as p_settings,
        p.created_at as p_created_at, p.updated_at as p_updated_at
       from (
         select n.id, n."timestamp"
           from :schema.projects o
           join lateral (
             select a.id, a."timestamp" from :schema.activities a where a.project_id = o.id
              order by a."timestamp" desc, a.id desc limit ${most}
           ) n on true
          where o.user_id = $1
          order by n."timestamp" desc, n.id desc limit ${most}
       ) newest
       join :schema.activities v on v.id = newest.id
       join :schema.projects p on p.id = v.project_id
      order by newest."timestamp" desc, newest.id desc`,
    [userId],
  );
  return rows.map((row) => ({
    id: row.id as string,
    projectId: row.project_id as string,
    type: row.type as Activity['type'],
    message: row.message as string,
    metadata: row.metadata,
    timestamp: row.timestamp as Date,
    project: {
      id: row.project_id as string,
      name: row.p_name as string,
      path: row.p_path as string,
      userId,
      settings: row.p_settings as Project['settings'],
      createdAt: row.p_created_at as Date,
      updatedAt: row.p_updated_at as Date,
    },
  }));
}

const LIST: ProjectList = {
  list: 'activities',
  table: 'activities',
  columns: 'r.id, r.project_id, r.type, r.message, r.metadata, r."timestamp"',
  time: '"timestamp"',
};

/** The feed of one project, of one user's projects, or of all; newest first. */
export function pageActivities(context: Context, filter: ProjectFilter = {}): Promise<Page<Activity>> {
  return pageOfProjects<Activity>(context, { list: LIST, filter, timeOf: (activity) => activity.timestamp });
}

function checkActivity(input: NewActivity, path: string): unknown[] {
  if (!(ACTIVITY_TYPES as readonly unknown[]).includes(input.type)) {
    throw invalidInput(
      `${path}type`,
      `Invalid activity type: ${String(input.type).slice(0, 80)}. Must be one of: ${ACTIVITY_TYPES.join(', ')}`,
      `Pass one of: ${ACTIVITY_TYPES.join(', ')}.`,
    );
  }
  if (typeof input.message !== 'string')
    throw invalidInput(`${path}message`, 'message must be text.', 'Pass text.');
  return [
    newId('act'),
    input.projectId,
    input.type,
    storableText(input.message, `${path}message`, MAX_MESSAGE),
    jsonParam(input.metadata, `${path}metadata`),
    moment(input.timestamp, `${path}timestamp`),
  ];
}
