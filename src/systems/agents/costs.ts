/** Costs of model calls: exact amounts, given or computed from usage at the price valid then. */
import { canonicalDecimal, decimalText, invalidInput, newId, type Page } from '../../kernel/index.ts';
import { type Context, listLimit, moment, once, requiredText } from './context.ts';
import { COST_COLUMNS, type CostRow, insertCost, insertCosts, toCost } from './cost-rows.ts';
import { type ProjectFilter, type ProjectList, pageOfProjects } from './project-pages.ts';
import type { Cost, CreateOptions, ListOptions, NewCost } from './types.ts';

/** Costs of one bulk call; larger sets go through the importer or several calls. */
export const MAX_BULK_COSTS = 50_000;
const MAX_MODEL = 200;
const SERVICE_TIERS = ['standard', 'batch', 'flex', 'priority'];

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
    await insertCosts(inner.scope, rows);
    return { count: rows.length, ids: rows.map((row) => row[0]) };
  });
}

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
