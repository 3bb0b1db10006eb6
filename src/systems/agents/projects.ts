/** Projects, with their relations in one round trip. */
import {
  type Batch,
  camelRow,
  camelRows,
  decodeCursor,
  GuildhallError,
  gather,
  newId,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import { actorParams, type Context, jsonParam, listLimit, once, requiredText } from './context.ts';
import {
  ACTIVITIES_JSON,
  AGENTS_JSON,
  COSTS_JSON,
  includeLimit,
  readRelations,
  USER_JSON,
} from './includes.ts';
import type {
  CreateOptions,
  ListOptions,
  NewProject,
  Project,
  ProjectChange,
  ProjectIncludes,
  ProjectWithRelations,
} from './types.ts';

const COLUMNS = 'id, name, path, user_id, settings, created_at, updated_at';
const MAX_NAME = 200;
const MAX_PATH = 4_096;

/** Throws `not_found` ("User not found") for an unknown owner. */
export async function createProject(
  context: Context,
  input: NewProject,
  options: CreateOptions = {},
): Promise<Project> {
  const name = requiredText(input.name, 'name', MAX_NAME);
  const path = requiredText(input.path, 'path', MAX_PATH);
  const settings = jsonParam(input.settings, 'settings');
  return once(context, options, { operation: 'createProject', request: input }, async (inner) => {
    const rows = await inner.scope.query<object>(
      `with made as (
         insert into :schema.projects (id, name, path, user_id, settings)
         values ($4, $5, $6, $7, $8)
         returning ${COLUMNS}
       ), told as (
         select :schema.record_change($1, $2, $3, 'project.created', id, user_id, null,
           jsonb_build_object('name', name, 'path', path)) from made
       )
       select made.* from made, told`,
      [...actorParams(inner), newId('prj'), name, path, input.userId, settings],
    );
    return camelRow<Project>(rows[0] as object);
  });
}

/** The project with what was asked for, in one statement; null when there is none. */
export async function getProjectById(
  context: Context,
  id: string,
  includes: ProjectIncludes = {},
): Promise<ProjectWithRelations | null> {
  const parts = [
    ...(includes.includeUser === true ? [`${USER_JSON} as "user"`] : []),
    ...(includes.includeAgents ? [`${AGENTS_JSON(includeLimit(includes.includeAgents))} as agents`] : []),
    ...(includes.includeCosts ? [`${COSTS_JSON(includeLimit(includes.includeCosts))} as costs`] : []),
    ...(includes.includeActivities
      ? [`${ACTIVITIES_JSON(includeLimit(includes.includeActivities))} as activities`]
      : []),
  ];
  const columns = COLUMNS.split(', ').map((name) => `p.${name}`);
  return gather(context.scope, readingOf([...columns, ...parts].join(', ')), id);
}

/** Readings by the columns they bring; calls meet by the identity of their reading. */
const readings = new Map<string, Batch<string, ProjectWithRelations | null>>();
/** Limits of includes make ever new ones; above this the memory is started afresh. */
const MAX_READINGS = 100;
/** So many projects with everything take some 5 ms. */
const MOST_READ_TOGETHER = 8;

function readingOf(columns: string): Batch<string, ProjectWithRelations | null> {
  const known = readings.get(columns);
  if (known !== undefined) return known;
  const from = `select ${columns} from :schema.projects p where`;
  const [one, many] = [`${from} p.id = $1`, `${from} p.id = any ($1::text[])`];
  const reading: Batch<string, ProjectWithRelations | null> = {
    reads: true,
    most: MOST_READ_TOGETHER,
    async run(scope, ids) {
      const [text, params] = ids.length === 1 ? [one, [ids[0]]] : [many, [ids]];
      const rows = await scope.query<Record<string, unknown>>(text, params);
      const found = new Map(rows.map((row) => [row.id as string, row]));
      return ids.map((id, index) => {
        const row = found.get(id);
        if (row === undefined) return null;
        // Two who asked for the same do not share what they were given.
        return readRelations(ids.indexOf(id) === index ? row : structuredClone(row));
      });
    },
  };
  if (readings.size >= MAX_READINGS) readings.clear();
  readings.set(columns, reading);
  return reading;
}

/** Newest first. */
export async function listProjectsByUser(
  context: Context,
  userId: string,
  options: ListOptions = {},
): Promise<Project[]> {
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.projects where user_id = $1 order by created_at desc, id desc limit $2`,
    [userId, listLimit(options.limit)],
  );
  return camelRows<Project>(rows);
}

export interface ProjectSummary extends Project {
  /** Completed runs of all runs in percent, rounded; 0 without runs. */
  readonly progress: number;
  readonly agentCount: number;
  /** USD, exact. */
  readonly totalCost: string;
  /** Calls whose price is unknown: they are in no amount. */
  readonly unpricedCalls: number;
  readonly lastActivity: Date | null;
}

/** Projects with progress and spend; of one user, or of all when `userId` is missing. */
export async function pageProjectSummaries(
  context: Context,
  request: PageRequest & { readonly userId?: string } = {},
): Promise<Page<ProjectSummary>> {
  const limit = pageLimit(request.limit);
  const after = decodeCursor('projects', request.cursor);
  const rows = await context.scope.query<Record<string, unknown>>(
    `select ${COLUMNS.split(', ')
      .map((name) => `p.${name}`)
      .join(', ')}, s.progress, s.agent_count, s.total_cost, s.unpriced_calls, s.last_activity
       from (
         select * from :schema.projects
          where ($1::text is null or user_id = $1)
            and ($2::timestamptz is null or (created_at, id) < ($2, $3))
          order by created_at desc, id desc limit $4
       ) p
       join lateral :schema.project_summary(p.id) s on true
      order by p.created_at desc, p.id desc`,
    [request.userId ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage('projects', camelRows<ProjectSummary>(rows), limit, (project) => project.createdAt);
  if (request.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    'select count(*) as total from :schema.projects where $1::text is null or user_id = $1',
    [request.userId ?? null],
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

/** One project with progress and spend; null when there is none. */
export async function getProjectSummary(context: Context, id: string): Promise<ProjectSummary | null> {
  const rows = await context.scope.query<object>(
    `select ${COLUMNS.split(', ')
      .map((name) => `p.${name}`)
      .join(', ')}, s.progress, s.agent_count, s.total_cost, s.unpriced_calls, s.last_activity
       from :schema.projects p join lateral :schema.project_summary(p.id) s on true
      where p.id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : camelRow<ProjectSummary>(rows[0]);
}

/** Owners by project, for rights; a project that does not exist is not in it. */
export async function getProjectOwners(
  context: Context,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await context.scope.query<{ id: string; user_id: string }>(
    'select id, user_id from :schema.projects where id = any ($1::text[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.user_id]));
}

/** Changes what is given; settings are replaced whole. Throws `not_found` for an unknown id. */
export async function updateProject(context: Context, id: string, change: ProjectChange): Promise<Project> {
  const name = change.name === undefined ? null : requiredText(change.name, 'name', MAX_NAME);
  const path = change.path === undefined ? null : requiredText(change.path, 'path', MAX_PATH);
  const rows = await context.scope.query<object>(
    `with previous as (
       select * from :schema.projects where id = $4 for no key update
     ), changed as (
       update :schema.projects p
          set name = coalesce($5, p.name), path = coalesce($6, p.path),
              settings = case when $7::boolean then $8::jsonb else p.settings end,
              updated_at = clock_timestamp()
         from previous where p.id = previous.id
       returning ${COLUMNS.split(', ')
         .map((column) => `p.${column}`)
         .join(', ')}
     ), told as (
       select :schema.record_change($1, $2, $3, 'project.updated', c.id, c.user_id,
         jsonb_build_object('name', o.name, 'path', o.path, 'settings', o.settings),
         jsonb_build_object('name', c.name, 'path', c.path, 'settings', c.settings))
       from changed c, previous o
     )
     select changed.* from changed, told`,
    [
      ...actorParams(context),
      id,
      name,
      path,
      change.settings !== undefined,
      jsonParam(change.settings, 'settings'),
    ],
  );
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'Project not found', { field: 'id' });
  return camelRow<Project>(rows[0]);
}

/** True, or false when there was none. Agents, costs, activities and budgets go with it. */
export async function deleteProject(context: Context, id: string): Promise<boolean> {
  const rows = await context.scope.query(
    `with gone as (
       delete from :schema.projects where id = $4 returning id, user_id, name, path
     ), told as (
       select :schema.record_change($1, $2, $3, 'project.deleted', id, user_id,
         jsonb_build_object('name', name, 'path', path), null) from gone
     )
     select gone.id from gone, told`,
    [...actorParams(context), id],
  );
  return rows.length > 0;
}
