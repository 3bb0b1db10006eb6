/** Rows of costs: into the table one by one, gathered or in bulk, and out of it again. */
import { type Batch, bulkInsert, gather, type Scope } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import type { Cost } from './types.ts';

export const COST_COLUMNS = `id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
  usage, service_tier, pricing, price_id, unpriced_kinds, "timestamp"`;

/** One row for SQL, in the order of `COST_TYPES`. */
export type CostRow = readonly [
  id: string,
  projectId: string,
  agentId: string | null,
  amount: string | null,
  model: string,
  provider: string,
  inputTokens: number | null,
  outputTokens: number | null,
  usage: string | null,
  serviceTier: string,
  timestamp: Date | null,
];

const COST_TYPES = [
  'text',
  'text',
  'text',
  'numeric',
  'text',
  'text',
  'bigint',
  'bigint',
  'jsonb',
  'text',
  'timestamptz',
];

const COST_COLUMN_NAMES = [
  'id',
  'project_id',
  'agent_id',
  'amount',
  'model',
  'provider',
  'input_tokens',
  'output_tokens',
  'usage',
  'service_tier',
  'timestamp',
] as const;

/** What the table puts where a column is left out; undefined where it must be given. */
const COST_DEFAULTS = [
  undefined,
  undefined,
  null,
  undefined,
  undefined,
  undefined,
  null,
  null,
  null,
  'standard',
  null,
];

/** The insertion itself; outside a transaction it goes together with what others insert at the same moment. */
export async function insertCost(context: Context, row: CostRow): Promise<Cost> {
  if (row[3] !== null) return gather(context.scope, GIVEN, row);
  const rows = await context.scope.query<Record<string, unknown>>(INSERT_QUOTED, row);
  return toCost(rows[0] as Record<string, unknown>);
}

const GIVEN: Batch<CostRow, Cost> = {
  async run(scope, rows) {
    const [first] = rows;
    if (first !== undefined && rows.length === 1) {
      const made = await scope.query<Made>(INSERT_GIVEN, first);
      return [givenCost(first, made[0] as Made)];
    }
    const made = await scope.query<Made>(INSERT_GIVEN_TOGETHER, columnsOf(rows));
    const madeById = new Map(made.map((row) => [row.id, row]));
    return rows.map((row) => givenCost(row, madeById.get(row[0]) as Made));
  },
};

/** What the server makes of a cost with a given amount; all else it keeps as it was sent. */
interface Made {
  readonly id: string;
  readonly amount: string;
  readonly usage: Cost['usage'];
  readonly timestamp: Date;
}
const MADE = 'id, amount, usage, "timestamp"';

function givenCost(row: CostRow, { amount, usage, timestamp }: Made): Cost {
  const [id, projectId, agentId, , model, provider, inputTokens, outputTokens, , tier] = row;
  return {
    ...{ id, projectId, agentId, amount, model, provider, inputTokens, outputTokens, usage, timestamp },
    serviceTier: tier as Cost['serviceTier'],
    pricing: 'given',
    priceId: null,
    unpricedKinds: null,
  };
}

/** Events of spend come from the fold, so this is a plain insert; the trigger appends its part of the rollups. */
const INSERT_GIVEN = `
  insert into :schema.costs (id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
    usage, service_tier, "timestamp")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, clock_timestamp()))
  returning ${MADE}`;

const INSERT_GIVEN_TOGETHER = `
  insert into :schema.costs (id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
    usage, service_tier, "timestamp")
  select id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
    usage, service_tier, coalesce(at, clock_timestamp())
  from unnest(${COST_TYPES.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})
    as t(id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens, usage, service_tier, at)
  returning ${MADE}`;

const INSERT_QUOTED = `
with given as (
  select $4::numeric, coalesce($11::timestamptz(3), clock_timestamp()) as at
)
insert into :schema.costs (id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
  usage, service_tier, "timestamp", pricing, price_id, unpriced_kinds)
  select $1, $2, $3, q.amount, $5, $6, $7, $8, $9::jsonb, $10, g.at,
    case when q.amount is null then 'unpriced' else 'computed' end,
    case when q.amount is not null then q.price_id end, q.unpriced_kinds
  from given g
  cross join lateral :schema.quote_usage($6, $5, g.at, $9::jsonb, $10) q
  returning ${COST_COLUMNS}`;

/** Inserts all rows in one statement: all or none. */
export async function insertCosts(scope: Scope, rows: readonly CostRow[]): Promise<void> {
  if (rows.every((row) => row[3] !== null)) await insertGiven(scope, rows);
  else await scope.query(BULK_QUOTED, columnsOf(rows));
}

function columnsOf(rows: readonly CostRow[]): unknown[][] {
  return COST_TYPES.map((_, index) => rows.map((row) => row[index] ?? null));
}

const UNNEST = `unnest(${COST_TYPES.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})
  with ordinality as t(id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
    usage, service_tier, at, place)`;

/** COPY is a fifth faster from here on; below, its round trips cost more than they save. */
const COPY_FROM_ROWS = 1_000;

/** Inserts costs whose amounts are given. Columns in which every row has the default are left out: most need seven of eleven. */
async function insertGiven(scope: Scope, rows: readonly CostRow[]): Promise<void> {
  const used = COST_COLUMN_NAMES.map((name, index) => ({ name, index })).filter(({ index }) =>
    rows.some((row) => row[index] !== COST_DEFAULTS[index]),
  );
  const now = new Date();
  await bulkInsert(scope, {
    table: 'costs',
    via: rows.length < COPY_FROM_ROWS ? 'unnest' : 'copy',
    columns: Object.fromEntries(used.map(({ name, index }) => [name, COST_TYPES[index] as string])),
    // Where only some say when, the others happened now.
    rows: rows.map((row) => used.map(({ name, index }) => row[index] ?? (name === 'timestamp' ? now : null))),
  });
}

const BULK_QUOTED = `
with input as materialized (
  select t.*, coalesce(t.at, clock_timestamp()) as moment from ${UNNEST}
), quotes as materialized (
  select q.* from (
    select array_agg(provider order by place) as providers, array_agg(model order by place) as models,
      array_agg(moment order by place) as moments, array_agg(usage order by place) as usages,
      array_agg(service_tier order by place) as tiers
    from input
  ) as a
  cross join lateral :schema.quote_usages(a.providers, a.models, a.moments, a.usages, a.tiers) q
)
insert into :schema.costs (id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
  usage, service_tier, "timestamp", pricing, price_id, unpriced_kinds)
  select i.id, i.project_id, i.agent_id, coalesce(i.amount, q.amount), i.model, i.provider,
    i.input_tokens, i.output_tokens, i.usage, i.service_tier, i.moment,
    case when i.amount is not null then 'given' when q.amount is null then 'unpriced' else 'computed' end,
    case when i.amount is null and q.amount is not null then q.price_id end,
    case when i.amount is null then q.unpriced_kinds end
  from input i left join quotes q on q.ordinal = i.place`;

/** Written out, because creating costs is the hot path. */
export function toCost(row: Record<string, unknown>): Cost {
  return {
    id: row.id as string,
    projectId: row.project_id as string,
    agentId: row.agent_id as string | null,
    amount: row.amount as string | null,
    model: row.model as string,
    provider: row.provider as string,
    inputTokens: numberOrNull(row.input_tokens),
    outputTokens: numberOrNull(row.output_tokens),
    usage: row.usage as Cost['usage'],
    serviceTier: row.service_tier as Cost['serviceTier'],
    pricing: row.pricing as Cost['pricing'],
    priceId: row.price_id as string | null,
    unpricedKinds: row.unpriced_kinds as string[] | null,
    timestamp: row.timestamp as Date,
  };
}

function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
