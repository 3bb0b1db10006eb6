/** The operations that are compared: what each asks, what counts as one, and what its answer must look like. */
import type { Activity, Agent, Assignment, Contender, Cost, Money, NewCost, Project } from './contract.ts';

export const OPERATION_IDS = [
  'project-with-includes',
  'recent-activities',
  'total',
  'daily-spend',
  'create-cost',
  'bulk-create-costs',
] as const;
export type OperationId = (typeof OPERATION_IDS)[number];

export interface Operation {
  readonly kind: 'read' | 'write' | 'bulk';
  readonly title: string;
  readonly unit: 'operations/s' | 'rows/s';
  readonly concurrencies: readonly number[];
  /** Runs the operation once; `turn` counts up, so that calls walk over the rows instead of asking for one row. */
  run(contender: Contender, assignment: Assignment, turn: number): Promise<unknown>;
  /** The answer without what may differ (ids and times made while writing), as plain values in a fixed order. */
  canonical(answer: unknown): unknown;
}

/** As many as the pool holds, and well above it. */
const READ_CONCURRENCIES = [1, 16];
export const RECENT_LIMIT = 10;

export const OPERATIONS: Readonly<Record<OperationId, Operation>> = {
  'project-with-includes': {
    kind: 'read',
    title: 'project with user, 10 agents, 100 costs, 100 activities',
    unit: 'operations/s',
    concurrencies: READ_CONCURRENCIES,
    run: (contender, { targets }, turn) => contender.project(pick(targets.smallProjects, turn)),
    canonical: (answer) => canonicalProjectWithAll(answer as Awaited<ReturnType<Contender['project']>>),
  },
  'recent-activities': {
    kind: 'read',
    title: `${RECENT_LIMIT} newest activities of a user, each with its project`,
    unit: 'operations/s',
    concurrencies: READ_CONCURRENCIES,
    run: (contender, { targets }, turn) =>
      contender.recentActivities(pick(targets.users, turn), RECENT_LIMIT),
    canonical: (answer) =>
      (answer as Awaited<ReturnType<Contender['recentActivities']>>).map((activity) => ({
        ...canonicalActivity(activity),
        project: canonicalProject(activity.project),
      })),
  },
  total: {
    kind: 'read',
    title: 'total cost of a big project',
    unit: 'operations/s',
    concurrencies: READ_CONCURRENCIES,
    run: (contender, { targets }, turn) => contender.totalCost(pick(targets.bigProjects, turn)),
    canonical: (answer) => canonicalMoney(answer as Money),
  },
  'daily-spend': {
    kind: 'read',
    title: 'spending of a big project per day, 30 days',
    unit: 'operations/s',
    concurrencies: READ_CONCURRENCIES,
    run: (contender, { targets }, turn) =>
      contender.dailySpend({
        projectId: pick(targets.bigProjects, turn),
        from: targets.from,
        to: targets.to,
      }),
    canonical: (answer) =>
      (answer as Awaited<ReturnType<Contender['dailySpend']>>)
        .map((row) => ({ day: row.day, amount: canonicalMoney(row.amount) }))
        // Oldest or newest first is a matter of taste; which days there are is not.
        .sort((a, b) => (a.day < b.day ? -1 : 1)),
  },
  'create-cost': {
    kind: 'write',
    title: 'create one cost, durable when it returns',
    unit: 'operations/s',
    concurrencies: READ_CONCURRENCIES,
    run: (contender, { sinkProject }) => contender.createCost({ ...sampleCost(0), projectId: sinkProject }),
    canonical: (answer) => canonicalCreated(answer as Cost),
  },
  'bulk-create-costs': {
    kind: 'bulk',
    title: 'create 10,000 costs, all or nothing',
    unit: 'rows/s',
    concurrencies: [1],
    run: (contender, assignment) => contender.bulkCreateCosts(bulkCosts(assignment)),
    canonical: (answer) => answer,
  },
};

/** What single and bulk writes write: the amount is the original's seed value, so that sums are easy to check. */
export function sampleCost(index: number): Omit<NewCost, 'projectId'> {
  return {
    amount: index % 2 === 0 ? '0.045' : '0.0012',
    model: index % 2 === 0 ? 'gpt-4o' : 'claude-sonnet-4-5',
    provider: index % 2 === 0 ? 'openai' : 'anthropic',
    inputTokens: 1500 + (index % 7),
    outputTokens: 800 + (index % 5),
  };
}

const bulkInputs = new WeakMap<Assignment, NewCost[]>();

/** Made once: the objects are the caller's, not part of the operation. */
function bulkCosts(assignment: Assignment): NewCost[] {
  let costs = bulkInputs.get(assignment);
  if (costs === undefined) {
    costs = Array.from({ length: assignment.bulkRows }, (_, index) => ({
      projectId: assignment.sinkProject,
      ...sampleCost(index),
    }));
    bulkInputs.set(assignment, costs);
  }
  return costs;
}

/** Amounts of `singles` single writes and `batches` bulk writes, exactly, as canonical text. */
export function writtenTotal(singles: number, batches: number, bulkRows: number): string {
  const tenThousandths = (amount: string): bigint => BigInt(Math.round(Number(amount) * 10_000));
  let sum = tenThousandths(sampleCost(0).amount) * BigInt(singles);
  for (let index = 0; index < bulkRows; index += 1)
    sum += tenThousandths(sampleCost(index).amount) * BigInt(batches);
  return canonicalMoney(`${sum / 10_000n}.${(sum % 10_000n).toString().padStart(4, '0')}`);
}

/** A batch whose last row names no project must be refused whole; true when it was. */
export async function refusesBrokenBatch(contender: Contender, assignment: Assignment): Promise<boolean> {
  const batch = bulkCosts(assignment).slice(0, 20);
  const broken = { ...sampleCost(0), projectId: `prj_${'0'.repeat(26)}` };
  return await contender.bulkCreateCosts([...batch, broken]).then(
    () => false,
    () => true,
  );
}

function pick(values: readonly string[], turn: number): string {
  const value = values[turn % values.length];
  if (value === undefined) throw new Error('The data set has no such rows.');
  return value;
}

/** `0.0450000000` and `0.045` are the same amount; a JavaScript number is refused, because it may not be. */
export function canonicalMoney(money: Money): string {
  if (typeof money === 'number') throw new Error(`Money came back as a JavaScript number: ${money}`);
  const text = money.toString();
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`Not plain decimal text: ${text}`);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function canonicalProjectWithAll(project: Awaited<ReturnType<Contender['project']>>): unknown {
  if (project === null) return null;
  for (const secret of ['password', 'passwordHash', 'refreshToken']) {
    if (secret in project.user) throw new Error(`The project's user came back with its ${secret}.`);
  }
  return {
    ...canonicalProject(project),
    user: { id: project.user.id, email: project.user.email, name: project.user.name },
    agents: project.agents.map(canonicalAgent),
    costs: project.costs.map(canonicalCost),
    activities: project.activities.map(canonicalActivity),
  };
}

function canonicalProject(project: Project): Record<string, unknown> {
  const { id, name, path, userId, settings, createdAt } = project;
  return { id, name, path, userId, settings: sorted(settings), createdAt: time(createdAt) };
}

function canonicalAgent(agent: Agent): unknown {
  const { id, projectId, status, startTime, endTime, logs, error } = agent;
  return {
    id,
    projectId,
    status,
    startTime: time(startTime),
    endTime: endTime && time(endTime),
    logs,
    error,
  };
}

function canonicalActivity(activity: Activity): Record<string, unknown> {
  const { id, projectId, type, message, metadata, timestamp } = activity;
  return { id, projectId, type, message, metadata: sorted(metadata), timestamp: time(timestamp) };
}

function canonicalCost(cost: Cost): unknown {
  const { id, projectId, amount, model, provider, inputTokens, outputTokens, timestamp } = cost;
  return {
    ...{ id, projectId, model, provider },
    amount: canonicalMoney(amount),
    inputTokens: inputTokens === null ? null : Number(inputTokens),
    outputTokens: outputTokens === null ? null : Number(outputTokens),
    timestamp: time(timestamp),
  };
}

/** Ids, times and the sink project differ by contender. */
function canonicalCreated(cost: Cost): unknown {
  if (typeof cost.id !== 'string' || cost.id.length < 10) throw new Error(`Not an id: ${cost.id}`);
  if (Math.abs(Date.now() - cost.timestamp.getTime()) > 60_000)
    throw new Error('The new cost is not dated now.');
  const { amount, model, provider, inputTokens, outputTokens } = cost;
  return {
    ...{ model, provider },
    amount: canonicalMoney(amount),
    inputTokens: Number(inputTokens),
    outputTokens: Number(outputTokens),
  };
}

function time(value: Date): string {
  if (!(value instanceof Date)) throw new Error(`Not a Date: ${String(value)}`);
  return value.toISOString();
}

/** JSON objects have no order of keys; jsonb and text keep different ones. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
