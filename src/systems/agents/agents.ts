/** Runs of agents, and their logs. */
import {
  camelRow,
  camelRows,
  GuildhallError,
  invalidInput,
  newId,
  type Page,
  type Scope,
} from '../../kernel/index.ts';
import { actorParams, type Context, listLimit, moment, once, storableText } from './context.ts';
import { type ProjectFilter, type ProjectList, pageOfProjects } from './project-pages.ts';
import {
  AGENT_STATUSES,
  type Agent,
  type AgentChange,
  type CreateOptions,
  type ListOptions,
  type NewAgent,
  type Project,
} from './types.ts';

/** Lines of one call, and characters of one line: more is a file, not a log. */
const MAX_LINES = 10_000;
const MAX_LINE = 65_536;
const MAX_ERROR = 65_536;
/** Characters of log in one answer, but always a line: what follows is for the next call. */
const MAX_LOG = 4 * 1024 * 1024;

const LOGS = `case when a.has_logs then array(
  select l.line from :schema.agent_log_lines l where l.agent_id = a.id order by l.id) end as logs`;
const COLUMNS = `a.id, a.project_id, a.status, a.start_time, a.end_time, ${LOGS}, a.error, a.created_at, a.updated_at`;
/** Of a row made in this very statement, whose log lines cannot be read back yet. */
const MADE = 'a.id, a.project_id, a.status, a.start_time, a.end_time, a.error, a.created_at, a.updated_at';

/** Throws "Invalid agent status: …" and `not_found` ("Project not found"). */
export async function createAgent(
  context: Context,
  input: NewAgent,
  options: CreateOptions = {},
): Promise<Agent> {
  checkStatus(input.status);
  const lines = input.logs === undefined || input.logs === null ? null : checkLines(input.logs);
  return once(context, options, { operation: 'createAgent', request: input }, async (inner) => {
    const rows = await inner.scope.query<object>(
      `with a as (
         insert into :schema.agents (id, project_id, status, start_time, end_time, error, has_logs)
         values ($4, $5, $6, coalesce($7, clock_timestamp()), $8, $9, $10::text[] is not null)
         returning *
       ), lines as (
         insert into :schema.agent_log_lines (agent_id, line)
         select a.id, t.line from a, unnest($10::text[]) with ordinality as t(line, place) order by t.place
       ), told as (
         select :schema.record_change($1, $2, $3, 'agent.' || case a.status when 'running' then 'started' else a.status end,
           a.id, p.user_id, null, jsonb_build_object('projectId', a.project_id, 'status', a.status))
         from a join :schema.projects p on p.id = a.project_id
       )
       select ${MADE} from a left join told on true`,
      [
        ...actorParams(inner),
        newId('agt'),
        input.projectId,
        input.status,
        moment(input.startTime, 'startTime'),
        moment(input.endTime, 'endTime'),
        checkError(input.error),
        lines,
      ],
    );
    return { ...camelRow<Agent>(rows[0] as object), logs: lines === null ? null : [...lines] };
  });
}

/** Null when there is none. */
export async function getAgentById(
  context: Context,
  id: string,
  options: { readonly includeProject?: boolean } = {},
): Promise<(Agent & { readonly project?: Project }) | null> {
  const rows = await context.scope.query<Record<string, unknown>>(
    options.includeProject === true
      ? `select ${COLUMNS}, p.name, p.path, p.user_id, p.settings, p.created_at as p_created_at, p.updated_at as p_updated_at
           from :schema.agents a join :schema.projects p on p.id = a.project_id where a.id = $1`
      : `select ${COLUMNS} from :schema.agents a where a.id = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return null;
  if (options.includeProject !== true) return camelRow<Agent>(row);
  const { name, path, user_id, settings, p_created_at, p_updated_at, ...agent } = row;
  const project = {
    id: row.project_id,
    name,
    path,
    userId: user_id,
    settings,
    createdAt: p_created_at,
    updatedAt: p_updated_at,
  };
  return { ...camelRow<Agent>(agent), project: project as Project };
}

/** A run without its log, which may be long. */
export type AgentSummary = Omit<Agent, 'logs'>;

/** Null when there is none. */
export async function getAgentSummary(context: Context, id: string): Promise<AgentSummary | null> {
  const rows = await context.scope.query<object>(`select ${MADE} from :schema.agents a where a.id = $1`, [
    id,
  ]);
  return rows[0] === undefined ? null : camelRow<AgentSummary>(rows[0]);
}

/** Newest start first. */
export async function listAgentsByProject(
  context: Context,
  projectId: string,
  options: ListOptions = {},
): Promise<Agent[]> {
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.agents a where a.project_id = $1
      order by a.start_time desc, a.id desc limit $2`,
    [projectId, listLimit(options.limit)],
  );
  return camelRows<Agent>(rows);
}

export interface AgentFilter extends ProjectFilter {
  readonly status?: string;
}

const LIST: ProjectList = {
  list: 'agents',
  table: 'agents',
  columns: MADE.replaceAll('a.', 'r.'),
  time: 'start_time',
};

/** Runs without their logs, newest start first. */
export async function pageAgents(context: Context, filter: AgentFilter = {}): Promise<Page<AgentSummary>> {
  if (filter.status !== undefined) checkStatus(filter.status);
  return pageOfProjects<AgentSummary>(context, {
    list: LIST,
    filter,
    conditions: [[filter.status, (p) => `r.status = ${p}`]],
    timeOf: (agent) => agent.startTime,
  });
}

/** Changes what is given; any status may follow any other. Throws `not_found` for an unknown id. */
export async function updateAgent(context: Context, id: string, change: AgentChange): Promise<Agent> {
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    await changeAgent(inner, id, change);
    const stored = await inner.scope.query<object>(
      `select ${COLUMNS} from :schema.agents a where a.id = $1`,
      [id],
    );
    return camelRow<Agent>(stored[0] as object);
  });
}

/** The same without reading the log back; also tells the status that was replaced. */
export async function changeAgent(
  context: Context,
  id: string,
  change: AgentChange,
): Promise<{ readonly agent: AgentSummary; readonly previousStatus: Agent['status'] }> {
  if (change.status !== undefined) checkStatus(change.status);
  const replacesLogs = change.logs !== undefined;
  const lines = change.logs === undefined || change.logs === null ? null : checkLines(change.logs);
  return context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    const rows = await scope.query<Record<string, unknown>>(
      `with previous as (
         select * from :schema.agents where id = $4 for no key update
       ), a as (
         update :schema.agents a
            set status = coalesce($5, a.status),
                end_time = case when $6::boolean then $7::timestamptz else a.end_time end,
                error = case when $8::boolean then $9::text else a.error end,
                has_logs = case when $10::boolean then $11::text[] is not null else a.has_logs end,
                updated_at = clock_timestamp()
           from previous where a.id = previous.id
         returning a.*
       ), told as (
         select :schema.record_change($1, $2, $3,
           'agent.' || case when a.status = o.status then 'updated' when a.status = 'running' then 'started' else a.status end,
           a.id, p.user_id, jsonb_build_object('status', o.status),
           jsonb_build_object('projectId', a.project_id, 'status', a.status, 'error', a.error))
         from a join previous o on o.id = a.id join :schema.projects p on p.id = a.project_id
       )
       select ${MADE}, previous.status as previous_status from a cross join previous left join told on true`,
      [
        ...actorParams(context),
        id,
        change.status ?? null,
        change.endTime !== undefined,
        moment(change.endTime, 'endTime'),
        change.error !== undefined,
        checkError(change.error),
        replacesLogs,
        lines,
      ],
    );
    if (rows[0] === undefined) throw agentNotFound('id');
    if (replacesLogs) await replaceLines(scope, id, lines);
    const { previous_status: previousStatus, ...row } = rows[0];
    return { agent: camelRow<AgentSummary>(row), previousStatus: previousStatus as Agent['status'] };
  });
}

async function replaceLines(scope: Scope, id: string, lines: readonly string[] | null): Promise<void> {
  await scope.query('delete from :schema.agent_log_lines where agent_id = $1', [id]);
  if (lines === null || lines.length === 0) return;
  await scope.query(
    `insert into :schema.agent_log_lines (agent_id, line)
     select $1, t.line from unnest($2::text[]) with ordinality as t(line, place) order by t.place`,
    [id, lines],
  );
}

/**
 * Adds lines to the log in one statement; writers never overwrite each other, and the lines of one call
 * stay together in order. Throws `not_found` for an unknown id.
 */
export async function appendAgentLogs(context: Context, id: string, lines: readonly string[]): Promise<void> {
  const checked = checkLines(lines);
  const rows = await context.scope.query(
    `with a as (
       select a.id, a.has_logs, p.user_id from :schema.agents a join :schema.projects p on p.id = a.project_id
        where a.id = $1
        -- One writer at a time: line ids are then in the order of commit, and the lines of a call stay together.
        for no key update of a
     ), marked as (
       update :schema.agents set has_logs = true where id = $1 and not has_logs
     ), added as (
       insert into :schema.agent_log_lines (agent_id, line)
       select a.id, t.line from a, unnest($2::text[]) with ordinality as t(line, place) order by t.place
       returning id
     ), told as (
       insert into :schema.outbox (type, subject, audience, payload)
       select 'agent.logged', a.id, a.user_id, jsonb_build_object('lines', cardinality($2::text[])) from a
     )
     select a.id, (select count(*) from added) from a`,
    [id, checked],
  );
  if (rows.length === 0) throw agentNotFound('id');
}

export interface AgentLogs {
  /** Lines joined by line ends, 10,000 lines or 4 Mi characters at most; empty when there is none. */
  readonly logs: string;
  readonly status: Agent['status'];
  readonly error: string | null;
  /** Id of the last line: pass it as `after` to get only what follows. */
  readonly lastLine: string | null;
}

/** The log of a run as text, or only what came after a line; null when there is no such run. */
export async function getAgentLogs(
  context: Context,
  id: string,
  options: { readonly after?: string } = {},
): Promise<AgentLogs | null> {
  const after = options.after ?? '0';
  if (!/^\d{1,18}$/.test(after))
    throw invalidInput('after', 'after is not the id of a line.', 'Pass lastLine.');
  const rows = await context.scope.query<AgentLogs>(
    `select a.status, a.error, coalesce(l.logs, '') as logs, l.last_line as "lastLine"
       from :schema.agents a
       left join lateral (
         select string_agg(line, e'\\n' order by id) as logs, max(id)::text as last_line
           from (
             select id, line, sum(length(line)) over (order by id rows unbounded preceding) - length(line) as before
               from (select id, line from :schema.agent_log_lines
                      where agent_id = a.id and id > $2::bigint order by id limit ${MAX_LINES}) as newer
           ) as part
          where before < ${MAX_LOG}
       ) l on true
      where a.id = $1`,
    [id, after],
  );
  return rows[0] ?? null;
}

/** The project of a run and its owner, for rights; null when there is none. */
export async function getAgentOwner(
  context: Context,
  id: string,
): Promise<{ readonly projectId: string; readonly userId: string } | null> {
  const rows = await context.scope.query<{ projectId: string; userId: string }>(
    `select a.project_id as "projectId", p.user_id as "userId"
       from :schema.agents a join :schema.projects p on p.id = a.project_id where a.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

function checkStatus(status: unknown): void {
  if ((AGENT_STATUSES as readonly unknown[]).includes(status)) return;
  throw invalidInput(
    'status',
    `Invalid agent status: ${String(status).slice(0, 80)}. Must be one of: ${AGENT_STATUSES.join(', ')}`,
    `Pass one of: ${AGENT_STATUSES.join(', ')}.`,
  );
}

function checkLines(lines: readonly string[]): readonly string[] {
  if (!Array.isArray(lines))
    throw invalidInput('logs', 'logs must be a list of lines.', 'Pass an array of text.');
  if (lines.length > MAX_LINES) {
    throw invalidInput(
      'logs',
      `${lines.length} lines are more than ${MAX_LINES} in one call.`,
      'Append in parts.',
    );
  }
  return lines.map((line, index) => {
    if (typeof line !== 'string')
      throw invalidInput(`logs[${index}]`, 'A log line must be text.', 'Pass text.');
    return storableText(line, `logs[${index}]`, MAX_LINE);
  });
}

function checkError(error: string | null | undefined): string | null {
  return error === undefined || error === null ? null : storableText(error, 'error', MAX_ERROR);
}

function agentNotFound(field: string): GuildhallError {
  return new GuildhallError('not_found', 'Agent not found', { field });
}
