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

export const USER_JSON = `(
  select json_build_array(u.id, u.email, u.name, u.created_at, u.updated_at)
    from :schema.users u where u.id = p.user_id)`;

// Each aggregate reads a subquery that is sorted for its limit, so it needs no sort of its own.
export const AGENTS_JSON = (limit: number) => `(
  select coalesce(json_agg(json_build_array(a.id, a.status, a.start_time, a.end_time,
      case when a.has_logs then (select coalesce(json_agg(l.line order by l.id), '[]') from :schema.agent_log_lines l
        where l.agent_id = a.id) end,
      a.error, a.created_at, a.updated_at)), '[]')
    from (select * from :schema.agents where project_id = p.id order by start_time desc, id desc limit ${limit}) a)`;

export const COSTS_JSON = (limit: number) => `(
  select coalesce(json_agg(json_build_array(c.id, c.agent_id, c.amount::text, c.model, c.provider,
      c.input_tokens, c.output_tokens, c.timestamp,
      case when c.pricing <> 'given' or c.usage is not null or c.service_tier <> 'standard' then
        json_build_array(c.usage, c.service_tier, c.pricing, c.price_id, c.unpriced_kinds) end)), '[]')
    from (select * from :schema.costs where project_id = p.id order by timestamp desc, id desc limit ${limit}) c)`;

export const ACTIVITIES_JSON = (limit: number) => `(
  select coalesce(json_agg(json_build_array(v.id, v.type, v.message, v.metadata, v.timestamp)), '[]')
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
    ...(user === undefined ? {} : { user: toUser(user as Tuple) }),
    ...(agents === undefined ? {} : { agents: (agents as Tuple[]).map((one) => toAgent(projectId, one)) }),
    ...(costs === undefined ? {} : { costs: (costs as Tuple[]).map((one) => toCost(projectId, one)) }),
    ...(activities === undefined ? {} : { activities: (activities as Tuple[]).map((one) => toActivity(projectId, one)) }),
  };
}

/** A row as the JSON arrays above have it: values in the order of their `json_build_array`. */
type Tuple = readonly unknown[];

// Written out, because a loop over names costs as much as the query.
function toUser(row: Tuple): User {
  return {
    id: row[0] as string,
    email: row[1] as string,
    name: row[2] as string | null,
    createdAt: new Date(row[3] as string),
    updatedAt: new Date(row[4] as string),
  };
}

function toAgent(projectId: string, row: Tuple): Agent {
  const end = row[3] as string | null;
  return {
    id: row[0] as string,
    projectId,
    status: row[1] as Agent['status'],
    startTime: new Date(row[2] as string),
    endTime: end === null ? null : new Date(end),
    logs: row[4] as string[] | null,
    error: row[5] as string | null,
    createdAt: new Date(row[6] as string),
    updatedAt: new Date(row[7] as string),
  };
}

function toCost(projectId: string, row: Tuple): Cost {
  const amount = row[2] as string | null;
  // Most costs say nothing about how they were priced; those that do bring it in one extra array.
  const pricing = (row[8] ?? GIVEN) as Tuple;
  return {
    id: row[0] as string,
    projectId,
    agentId: row[1] as string | null,
    amount: amount === null ? null : canonicalDecimal(amount),
    model: row[3] as string,
    provider: row[4] as string,
    inputTokens: row[5] as number | null,
    outputTokens: row[6] as number | null,
    usage: pricing[0] as Cost['usage'],
    serviceTier: pricing[1] as Cost['serviceTier'],
    pricing: pricing[2] as Cost['pricing'],
    priceId: pricing[3] as string | null,
    unpricedKinds: pricing[4] as string[] | null,
    timestamp: new Date(row[7] as string),
  };
}

const GIVEN: Tuple = [null, 'standard', 'given', null, null];

function toActivity(projectId: string, row: Tuple): Activity {
  return {
    id: row[0] as string,
    projectId,
    type: row[1] as Activity['type'],
    message: row[2] as string,
    metadata: row[3],
    timestamp: new Date(row[4] as string),
  };
}
