/** Costs of model calls: exact amounts, given or computed from usage at the price valid then. */
import {
  bulkInsert,
  canonicalDecimal,
  decimalText,
  invalidInput,
  newId,
  type Page,
  type Scope,
} from '../../kernel/index.ts';

import { type Context, listLimit, moment, once, requiredText } from './context.ts';
import { type ProjectFilter, type ProjectList, pageOfProjects } from './project-pages.ts';
import type { Cost, CreateOptions, ListOptions, NewCost } from './types.ts';

export const COST_COLUMNS = `id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
  usage, service_tier, pricing, price_id, unpriced_kinds, "timestamp"`;

/** Costs of one bulk call; larger sets go through the importer or several calls. */
export const MAX_BULK_COSTS = 50_000;
const MAX_MODEL = 200;
const SERVICE_TIERS = ['standard', 'batch', 'flex', 'priority'];

/** One row for SQL, in the order of `COST_TYPES`. */
type CostRow = readonly [
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

/**
 * Records one cost. Without `amount` it is computed from the usage at the price valid then; where no price
 * is known the cost is kept with amount null, flagged `unpriced`, and never counts as zero.
 * Throws `invalid_input` for a negative or inexact amount, `not_found` for an unknown project or run.
 */
export async function createCost(
  context: Context,
  input: NewCost,
  options: CreateOptions = {},
): Promise<Cost> {
  const row = checkCost(input, '');
  return once(context, options, { operation: 'createCost', request: input }, (inner) =>
    insertCost(inner, row),
  );
}

/** The insertion itself, for callers that are inside a transaction already. */
export async function insertCost(context: Context, row: CostRow): Promise<Cost> {
  const rows = await context.scope.query<Record<string, unknown>>(
    row[3] === null ? INSERT_QUOTED : INSERT_GIVEN,
    row,
  );
  return toCost(rows[0] as Record<string, unknown>);
}

/** Events of spend come from the fold, so this is a plain insert; the trigger appends its part of the rollups. */
const INSERT_GIVEN = `
  insert into :schema.costs (id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
    usage, service_tier, "timestamp")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, clock_timestamp()))
  returning ${COST_COLUMNS}`;

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

export interface BulkResult {
  readonly count: number;
  /** Ids in the order of the input. */
  readonly ids: readonly string[];
}

/** Checks every cost first, then inserts all in one statement: all or none. */
export async function bulkCreateCosts(
  context: Context,
  inputs: readonly NewCost[],
  options: CreateOptions = {},
): Promise<BulkResult> {
  if (inputs.length > MAX_BULK_COSTS) {
    throw invalidInput(
      'costs',
      `${inputs.length} are more than ${MAX_BULK_COSTS} in one call.`,
      'Split the batch.',
    );
  }
  const rows = inputs.map((input, index) => checkCost(input, `costs[${index}].`));
  if (rows.length === 0) return { count: 0, ids: [] };
  return once(context, options, { operation: 'bulkCreateCosts', request: inputs }, async (inner) => {
    if (rows.some((row) => row[3] === null)) {
      const columns = COST_TYPES.map((_, index) => rows.map((row) => row[index] ?? null));
      await inner.scope.query(BULK_QUOTED, columns);
    } else {
      await insertGiven(inner.scope, rows);
    }
    return { count: rows.length, ids: rows.map((row) => row[0]) };
  });
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

/** Null when there is none. */
export async function getCostById(context: Context, id: string): Promise<Cost | null> {
  const rows = await context.scope.query<Record<string, unknown>>(
    `select ${COST_COLUMNS} from :schema.costs where id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : toCost(rows[0]);
}

/** Newest first. */
export async function getCostsByProject(
  context: Context,
  projectId: string,
  options: ListOptions = {},
): Promise<Cost[]> {
  const rows = await context.scope.query<Record<string, unknown>>(
    `select ${COST_COLUMNS} from :schema.costs where project_id = $1 order by "timestamp" desc, id desc limit $2`,
    [projectId, listLimit(options.limit)],
  );
  return rows.map(toCost);
}

/** Across all projects, newest first; both ends are inclusive. */
export async function getCostsByTimeRange(
  context: Context,
  start: Date,
  end: Date,
  options: ListOptions = {},
): Promise<Cost[]> {
  const rows = await context.scope.query<Record<string, unknown>>(
    `select ${COST_COLUMNS} from :schema.costs where "timestamp" between $1 and $2
      order by "timestamp" desc, id desc limit $3`,
    [moment(start, 'start'), moment(end, 'end'), listLimit(options.limit)],
  );
  return rows.map(toCost);
}

export interface CostFilter extends ProjectFilter {
  readonly agentId?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  /** Only calls whose price is unknown. */
  readonly unpriced?: boolean;
}

const LIST: ProjectList = {
  list: 'costs',
  table: 'costs',
  columns: COST_COLUMNS.replaceAll(/[a-z_"]+/g, 'r.$&'),
  time: '"timestamp"',
};

/** Costs by any of the filters, newest first. */
export function pageCosts(context: Context, filter: CostFilter = {}): Promise<Page<Cost>> {
  return pageOfProjects<Cost>(context, {
    list: LIST,
    filter,
    read: toCost,
    conditions: [
      [filter.agentId, (p) => `r.agent_id = ${p}`],
      [filter.provider, (p) => `r.provider = ${p}`],
      [filter.model, (p) => `r.model = ${p}`],
      [filter.from, (p) => `r."timestamp" >= ${p}`],
      [filter.to, (p) => `r."timestamp" < ${p}`],
      [filter.unpriced === true ? 'unpriced' : undefined, (p) => `r.pricing = ${p}`],
    ],
    timeOf: (cost) => cost.timestamp,
  });
}

/** Checks one cost and puts it into the order of the statement's parameters; `path` names it in errors. */
export function checkCost(input: NewCost, path: string): CostRow {
  const amount =
    input.amount === undefined ? null : decimalText(input.amount, `${path}amount`, { min: 'zero' });
  const inputTokens = tokenCount(input.inputTokens, `${path}inputTokens`);
  const outputTokens = tokenCount(input.outputTokens, `${path}outputTokens`);
  const tier = input.serviceTier ?? 'standard';
  if (!SERVICE_TIERS.includes(tier)) {
    throw invalidInput(
      `${path}serviceTier`,
      `Service tier "${tier}" is not known.`,
      `Use ${SERVICE_TIERS.join(', ')}.`,
    );
  }
  return [
    newId('cst'),
    input.projectId,
    input.agentId ?? null,
    amount,
    requiredText(input.model, `${path}model`, MAX_MODEL),
    requiredText(input.provider, `${path}provider`, MAX_MODEL),
    inputTokens,
    outputTokens,
    usageJson(input, { amount, inputTokens, outputTokens, path }),
    tier,
    moment(input.timestamp, `${path}timestamp`),
  ];
}

/** Usage as JSON text. A cost to be computed must have some; plain token counts are enough. */
function usageJson(
  input: NewCost,
  known: { amount: string | null; inputTokens: number | null; outputTokens: number | null; path: string },
): string | null {
  const { amount, inputTokens, outputTokens, path } = known;
  if (input.usage !== undefined && input.usage !== null) {
    const entries = Object.entries(input.usage).map(([kind, quantity]) => {
      const text = typeof quantity === 'string' ? quantity : String(quantity);
      const field = `${path}usage.${kind}`;
      return `${JSON.stringify(kind)}:${canonicalDecimal(decimalText(text, field, { min: 'zero' }))}`;
    });
    return `{${entries.join(',')}}`;
  }
  if (amount !== null) return null;
  if (inputTokens === null && outputTokens === null) {
    throw invalidInput(
      `${path}amount`,
      'Neither an amount nor any usage was given.',
      'Pass amount as decimal text, or inputTokens, outputTokens or usage to have it computed.',
    );
  }
  return `{"input":${inputTokens ?? 0},"output":${outputTokens ?? 0}}`;
}

function tokenCount(value: number | null | undefined, field: string): number | null {
  if (value === undefined || value === null) return null;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidInput(
    field,
    `${field} must be a whole number of zero or more, but is ${value}.`,
    'Pass a count.',
  );
}

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
