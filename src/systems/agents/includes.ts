/** Relations as JSON columns of one statement: exact amounts as text, times with their milliseconds. */
import { canonicalDecimal, invalidInput } from '../../kernel/index.ts';
import {
  type Activity,
  type Agent,
  type Cost,
  DEFAULT_LIST,
  type Include,
  MAX_LIST,
  type ProjectWithRelations,
  type User,
} from './types.ts';

// Relations travel as columns: an array of ids, an array of amounts and so on. An aggregate looks its type up once,
// where a JSON array for each row looks up every element; a fifth less work for the server. Each aggregate reads a
// subquery that is sorted for its limit, so it needs no sort of its own. Times go as milliseconds, which a Date
// takes three times as fast as text; a float holds them exactly, and is computed faster than a numeric.
const ms = (column: string) => `(date_part('epoch', ${column}) * 1000)::bigint`;

const columns = (expressions: readonly string[]) =>
  `json_build_array(${expressions.map((expression) => `json_agg(${expression})`).join(', ')})`;

export const USER_JSON = `(
  select json_build_array(u.id, u.email, u.name, ${ms('u.created_at')}, ${ms('u.updated_at')})
    from :schema.users u where u.id = p.user_id)`;

const AGENT_COLUMNS = columns([
  'a.id',
  'a.status',
  ms('a.start_time'),
  ms('a.end_time'),
  `case when a.has_logs then (select coalesce(json_agg(l.line order by l.id), '[]') from :schema.agent_log_lines l
    where l.agent_id = a.id) end`,
  'a.error',
  ms('a.created_at'),
  ms('a.updated_at'),
]);
export const AGENTS_JSON = (limit: number) => `(
  select ${AGENT_COLUMNS}
    from (select * from :schema.agents where project_id = p.id order by start_time desc, id desc limit ${limit}) a)`;

const COST_COLUMNS = columns([
  'c.id',
  'c.agent_id',
  'c.amount::text',
  'c.model',
  'c.provider',
  'c.input_tokens',
  'c.output_tokens',
  ms('c.timestamp'),
  `case when c.pricing <> 'given' or c.usage is not null or c.service_tier <> 'standard' then
    json_build_array(c.usage, c.service_tier, c.pricing, c.price_id, c.unpriced_kinds) end`,
]);
export const COSTS_JSON = (limit: number) => `(
  select ${COST_COLUMNS}
    from (select * from :schema.costs where project_id = p.id order by timestamp desc, id desc limit ${limit}) c)`;

const ACTIVITY_COLUMNS = columns(['v.id', 'v.type', 'v.message', 'v.metadata', ms('v.timestamp')]);
export const ACTIVITIES_JSON = (limit: number) => `(
  select ${ACTIVITY_COLUMNS}
    from (select * from :schema.activities where project_id = p.id order by timestamp desc, id desc limit ${limit}) v)`;

/** How many rows an include brings. */
export function includeLimit(include: Include): number {
  if (typeof include === 'boolean') return DEFAULT_LIST;
  const { limit } = include;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIST) return limit;
  throw invalidInput('include.limit', `The limit of an include is ${limit}.`, `Pass 1 to ${MAX_LIST}.`);
}

/** A row of `getProjectById`: project columns, and JSON arrays for what was included. */
export function readRelations(row: Record<string, unknown>): ProjectWithRelations {
  const { user, agents, costs, activities } = row;
  const projectId = row.id as string;
  return {
    id: projectId,
    name: row.name as string,
    path: row.path as string,
    userId: row.user_id as string,
    settings: row.settings as ProjectWithRelations['settings'],
    createdAt: row.created_at as Date,
    updatedAt: row.updated_at as Date,
    ...(user === undefined ? {} : { user: toUser(user as readonly unknown[]) }),
    ...(agents === undefined ? {} : { agents: toAgents(projectId, agents as Columns) }),
    ...(costs === undefined ? {} : { costs: toCosts(projectId, costs as Columns) }),
    ...(activities === undefined ? {} : { activities: toActivities(projectId, activities as Columns) }),
  };
}

/** Columns in the order of the lists above; null instead of each array when there is no row. */
type Columns = readonly (readonly unknown[] | null)[];

function toUser(row: readonly unknown[]): User {
  const [id, email, name, createdAt, updatedAt] = row as [string, string, string | null, number, number];
  return { id, email, name, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
}

// Written out, because a loop over names costs as much as the query.
function toAgents(projectId: string, columns: Columns): Agent[] {
  const [ids, status, start, end, logs, error, createdAt, updatedAt] = columns as [
    string[] | null,
    Agent['status'][],
    number[],
    (number | null)[],
    Agent['logs'][],
    (string | null)[],
    number[],
    number[],
  ];
  if (ids === null) return [];
  return ids.map((id, index) => ({
    id,
    projectId,
    status: status[index] as Agent['status'],
    startTime: new Date(start[index] as number),
    endTime: dateOrNull(end[index]),
    logs: logs[index] ?? null,
    error: error[index] ?? null,
    createdAt: new Date(createdAt[index] as number),
    updatedAt: new Date(updatedAt[index] as number),
  }));
}

/** Most costs say nothing about how they were priced; those that do bring it in one extra array. */
type Pricing = readonly [
  Cost['usage'],
  Cost['serviceTier'],
  Cost['pricing'],
  Cost['priceId'],
  Cost['unpricedKinds'],
];
const GIVEN: Pricing = [null, 'standard', 'given', null, null];

function toCosts(projectId: string, columns: Columns): Cost[] {
  const [ids, agentIds, amounts, models, providers, inputTokens, outputTokens, times, pricings] = columns as [
    string[] | null,
    (string | null)[],
    (string | null)[],
    string[],
    string[],
    (number | null)[],
    (number | null)[],
    number[],
    (Pricing | null)[],
  ];
  if (ids === null) return [];
  return ids.map((id, index) => {
    const amount = amounts[index] ?? null;
    const pricing = pricings[index] ?? GIVEN;
    return {
      id,
      projectId,
      agentId: agentIds[index] ?? null,
      amount: amount === null ? null : canonicalDecimal(amount),
      model: models[index] as string,
      provider: providers[index] as string,
      inputTokens: inputTokens[index] ?? null,
      outputTokens: outputTokens[index] ?? null,
      usage: pricing[0],
      serviceTier: pricing[1],
      pricing: pricing[2],
      priceId: pricing[3],
      unpricedKinds: pricing[4],
      timestamp: new Date(times[index] as number),
    };
  });
}

function toActivities(projectId: string, columns: Columns): Activity[] {
  const [ids, types, messages, metadata, times] = columns as [
    string[] | null,
    Activity['type'][],
    string[],
    unknown[],
    number[],
  ];
  if (ids === null) return [];
  return ids.map((id, index) => ({
    id,
    projectId,
    type: types[index] as Activity['type'],
    message: messages[index] as string,
    metadata: metadata[index],
    timestamp: new Date(times[index] as number),
  }));
}

function dateOrNull(time: number | null | undefined): Date | null {
  return time === null || time === undefined ? null : new Date(time);
}
