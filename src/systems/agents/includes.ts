/** Relations as JSON columns of one statement: exact amounts as text, times with their milliseconds. */
import { canonicalDecimal, invalidInput } from '../../kernel/index.ts';
import { DEFAULT_LIST, type Include, MAX_LIST, type ProjectWithRelations } from './types.ts';

/** Milliseconds since 1970 cross JSON as a whole number and become a Date in one step. */
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

export const USER_JSON = `(
  select json_build_array(u.id, u.email, u.name, ${ms('u.created_at')}, ${ms('u.updated_at')})
    from :schema.users u where u.id = p.user_id)`;

export const AGENTS_JSON = (limit: number) => `(
  select coalesce(json_agg(json_build_array(a.id, a.project_id, a.status, ${ms('a.start_time')}, ${ms('a.end_time')},
      case when a.has_logs then (select coalesce(json_agg(l.line order by l.id), '[]') from :schema.agent_log_lines l
        where l.agent_id = a.id) end,
      a.error, ${ms('a.created_at')}, ${ms('a.updated_at')}) order by a.start_time desc, a.id desc), '[]')
    from (select * from :schema.agents where project_id = p.id order by start_time desc, id desc limit ${limit}) a)`;

export const COSTS_JSON = (limit: number) => `(
  select coalesce(json_agg(json_build_array(c.id, c.project_id, c.agent_id, c.amount::text, c.model, c.provider,
      c.input_tokens, c.output_tokens, c.usage, c.service_tier, c.pricing, c.price_id, c.unpriced_kinds,
      ${ms('c.timestamp')}) order by c.timestamp desc, c.id desc), '[]')
    from (select * from :schema.costs where project_id = p.id order by timestamp desc, id desc limit ${limit}) c)`;

export const ACTIVITIES_JSON = (limit: number) => `(
  select coalesce(json_agg(json_build_array(v.id, v.project_id, v.type, v.message, v.metadata,
      ${ms('v.timestamp')}) order by v.timestamp desc, v.id desc), '[]')
    from (select * from :schema.activities where project_id = p.id order by timestamp desc, id desc limit ${limit}) v)`;

/** Names of the array elements above, in their order. */
const FIELDS = {
  user: ['id', 'email', 'name', 'createdAt', 'updatedAt'],
  agents: ['id', 'projectId', 'status', 'startTime', 'endTime', 'logs', 'error', 'createdAt', 'updatedAt'],
  costs: [
    'id',
    'projectId',
    'agentId',
    'amount',
    'model',
    'provider',
    'inputTokens',
    'outputTokens',
    'usage',
    'serviceTier',
    'pricing',
    'priceId',
    'unpricedKinds',
    'timestamp',
  ],
  activities: ['id', 'projectId', 'type', 'message', 'metadata', 'timestamp'],
} as const;

const TIMES = new Set(['createdAt', 'updatedAt', 'startTime', 'endTime', 'timestamp']);

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
  return {
    id: row.id as string,
    name: row.name as string,
    path: row.path as string,
    userId: row.user_id as string,
    settings: row.settings as ProjectWithRelations['settings'],
    createdAt: row.created_at as Date,
    updatedAt: row.updated_at as Date,
    ...(user === undefined ? {} : { user: toObject('user', user as unknown[]) }),
    ...(agents === undefined ? {} : { agents: toObjects('agents', agents) }),
    ...(costs === undefined ? {} : { costs: toObjects('costs', costs) }),
    ...(activities === undefined ? {} : { activities: toObjects('activities', activities) }),
  } as ProjectWithRelations;
}

function toObjects(kind: keyof typeof FIELDS, rows: unknown): unknown[] {
  return (rows as unknown[][]).map((row) => toObject(kind, row));
}

function toObject(kind: keyof typeof FIELDS, values: readonly unknown[]): unknown {
  const result: Record<string, unknown> = {};
  FIELDS[kind].forEach((name, index) => {
    const value = values[index];
    if (value !== null && TIMES.has(name)) result[name] = new Date(value as number);
    else if (value !== null && name === 'amount') result[name] = canonicalDecimal(value as string);
    else result[name] = value;
  });
  return result;
}
