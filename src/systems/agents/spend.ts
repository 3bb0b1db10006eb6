/** Spend from the rollups: totals and days without reading the costs, exact at every moment. */
import { camelRow, camelRows, type Executor, invalidInput } from '../../kernel/index.ts';
import { type Context, listLimit } from './context.ts';

export interface Spend {
  /** USD, exact. */
  readonly amount: string;
  readonly calls: number;
  /** Of the calls, those whose price is unknown: they are in no amount. */
  readonly unpricedCalls: number;
  readonly inputTokens: string;
  readonly outputTokens: string;
}

export interface DailySpend extends Spend {
  /** UTC day, `2026-01-31`. */
  readonly day: string;
  readonly projectId?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly agentId?: string;
}

export const SPEND_GROUPS = ['project', 'provider', 'model', 'agent'] as const;
export type SpendGroup = (typeof SPEND_GROUPS)[number];

export interface SpendFilter {
  readonly projectId?: string;
  readonly agentId?: string;
  /** Only projects of this user. */
  readonly userId?: string;
  /** First UTC day, inclusive. */
  readonly from?: string;
  /** Last UTC day, inclusive. */
  readonly to?: string;
  /** Splits each day by these; none gives a row a day. */
  readonly by?: readonly SpendGroup[];
  readonly limit?: number;
}

const SUMS = `sum(s.amount) as amount, sum(s.calls)::float8 as calls, sum(s.unpriced_calls)::float8 as unpriced_calls,
  sum(s.input_tokens) as input_tokens, sum(s.output_tokens) as output_tokens`;

const GROUP_COLUMNS: Readonly<Record<SpendGroup, string>> = {
  project: 'project_id',
  provider: 'provider',
  model: 'model',
  agent: 'agent_id',
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** USD of all costs of a project, exact decimal text; "0" without costs. */
export async function getTotalCostByProject(context: Context, projectId: string): Promise<string> {
  const rows = await context.scope.query<{ amount: string }>(
    'select amount from :schema.total_spend where project_id = $1',
    [projectId],
  );
  return rows[0]?.amount ?? '0';
}

/** All sums of a project from its first day. */
export async function getSpendByProject(context: Context, projectId: string): Promise<Spend> {
  const rows = await context.scope.query<object>(
    `select ${SUMS} from :schema.total_spend s where s.project_id = $1 group by s.project_id`,
    [projectId],
  );
  if (rows[0] !== undefined) return camelRow<Spend>(rows[0]);
  return { amount: '0', calls: 0, unpricedCalls: 0, inputTokens: '0', outputTokens: '0' };
}

/** Spend by UTC day, newest first, split as asked. Grouping by agent excludes provider and model. */
export async function getDailySpend(context: Context, filter: SpendFilter = {}): Promise<DailySpend[]> {
  const by = filter.by ?? [];
  if (by.some((group) => !SPEND_GROUPS.includes(group))) {
    throw invalidInput('by', `Spend cannot be split by ${by.join(', ')}.`, `Use ${SPEND_GROUPS.join(', ')}.`);
  }
  const perAgent = by.includes('agent') || filter.agentId !== undefined;
  if (perAgent && (by.includes('provider') || by.includes('model'))) {
    throw invalidInput(
      'by',
      'Spend by agent is not split by provider or model.',
      'Ask for the two separately.',
    );
  }
  const params: unknown[] = [];
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    params.push(value);
    conditions.push(condition(`$${params.length}`));
  };
  add(filter.projectId, (p) => `s.project_id = ${p}`);
  add(filter.agentId, (p) => `s.agent_id = ${p}`);
  add(filter.userId, (p) => `s.project_id in (select id from :schema.projects where user_id = ${p})`);
  add(day(filter.from, 'from'), (p) => `s.day >= ${p}::date`);
  add(day(filter.to, 'to'), (p) => `s.day <= ${p}::date`);
  const groups = by.map((group) => `s.${GROUP_COLUMNS[group]}`);
  const columns = ['s.day', ...groups].join(', ');
  params.push(listLimit(filter.limit));
  const rows = await context.scope.query<object>(
    `select ${columns}, ${SUMS}
       from :schema.${perAgent ? 'daily_agent_spend' : 'spend_parts'} s
      ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
      group by ${columns}
     having sum(s.calls) <> 0 or sum(s.amount) <> 0
      order by s.day desc${groups.length === 0 ? '' : `, ${groups.join(', ')}`}
      limit $${params.length}`,
    params,
  );
  return camelRows<DailySpend>(rows);
}

/** Folds appended deltas into the rollups; true when more are waiting. */
export async function foldSpend(context: Context): Promise<boolean> {
  const rows = await context.scope.query<{ moved: number }>('select :schema.fold_spend($1) as moved', [
    FOLD_ROWS,
  ]);
  return rows[0]?.moved === FOLD_ROWS;
}

/** Makes the rollups anew from the costs; writers of costs wait meanwhile. Returns how many projects have spend. */
export async function rebuildSpend(context: Context): Promise<number> {
  const rebuild = async (executor: Executor): Promise<number> => {
    const rows = await context.scope
      .on(executor)
      .query<{ projects: bigint }>('select :schema.rebuild_spend() as projects');
    return Number(rows[0]?.projects ?? 0);
  };
  return context.scope.executor.transaction(rebuild, { statementTimeoutMs: REBUILD_TIMEOUT_MS });
}

/** It reads every cost there is; this only ends one that hangs. */
const REBUILD_TIMEOUT_MS = 3_600_000;

/** Deltas of one fold: some 100 ms of work, so that its locks are short. */
const FOLD_ROWS = 10_000;

function day(value: string | undefined, field: string): string | undefined {
  if (value === undefined) return undefined;
  const parsed = new Date(`${value}T00:00:00Z`);
  // Date takes 2026-02-30 for 2 March, so the day must come back as it went in.
  const real = DAY.test(value) && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
  if (real) return value;
  throw invalidInput(field, `${field} is not a day.`, 'Write it as 2026-01-31.');
}
