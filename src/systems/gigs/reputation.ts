/** Reputation: what moved a score, what it is worth, and the same score again from its events. */
import {
  actorParams,
  decodeCursor,
  GuildhallError,
  invalidInput,
  jsonParam,
  type Page,
  pageLimit,
  requiredText,
  toPage,
} from '../../kernel/index.ts';
import { type Context, type OnceOptions, onceParams } from './context.ts';
import { readRow, readRows } from './rows.ts';
import { MAX_REASON, oneOf, optionalText, wholeNumber } from './task-input.ts';
import type { ReputationEvent } from './types.ts';

const MAX_ID = 200;
/** The whole range of scores. */
const MAX_DELTA = 1_000;
const TYPES = ['bonus', 'penalty', 'manual_adjustment'] as const;

export interface ReputationChange extends OnceOptions {
  readonly type: 'bonus' | 'penalty' | 'manual_adjustment';
  /** Above zero for a bonus, below for a penalty. */
  readonly delta: number;
  readonly reason: string;
  /** Id of what caused it. */
  readonly relatedId?: string;
  readonly metadata?: unknown;
}

export type ReputationRank = 'Diamond' | 'Platinum' | 'Gold' | 'Silver' | 'Bronze' | 'Starter';

export interface Reputation {
  readonly workerId: string;
  readonly score: number;
  readonly rank: ReputationRank;
  readonly badges: readonly string[];
  /** 0 to 1000, as calculateRiskScore gives it. */
  readonly riskScore: number;
  /** Percent of all workers whose score is not higher; the best has 100. */
  readonly percentile: number;
  readonly completedTasks: number;
  /** Percent of tasks that were begun and are not active any more. */
  readonly completionRate: number;
  readonly ratings: number;
  /** 0 without a rating. */
  readonly averageRating: number;
  /** Start and points add up to the score. */
  readonly explanation: {
    readonly start: number;
    readonly points: readonly { readonly type: string; readonly events: number; readonly points: number }[];
  };
  /** The last 20, newest first. */
  readonly events: readonly ReputationEvent[];
}

/** A bonus, penalty or adjustment by the house. Throws `not_found` ("Worker not found"). */
export async function addReputation(
  context: Context,
  workerId: string,
  input: ReputationChange,
): Promise<ReputationEvent> {
  const type = oneOf(input.type, TYPES, 'type');
  const delta = wholeNumber(input.delta, 'delta', [-MAX_DELTA, MAX_DELTA]);
  if (delta === 0 || (type === 'bonus' && delta < 0) || (type === 'penalty' && delta > 0)) {
    throw invalidInput('delta', `${delta} is no ${type.replace('_', ' ')}.`, 'Mind its sign.');
  }
  const own = [
    requiredText(workerId, 'workerId', MAX_ID),
    type,
    delta,
    requiredText(input.reason, 'reason', MAX_REASON),
    optionalText(input.relatedId, 'relatedId', MAX_ID),
    jsonParam(input.metadata, 'metadata') ?? '{}',
  ];
  const once = onceParams(context, input, { operation: 'add_reputation', request: own });
  const [row] = await context.scope.query<{ event: Record<string, unknown> }>(
    'select :schema.add_reputation($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as event',
    [...actorParams(context.actor), ...once, ...own],
  );
  return readRow<ReputationEvent>((row as { event: Record<string, unknown> }).event);
}

/** Null without such a worker. */
export async function getReputation(context: Context, workerId: string): Promise<Reputation | null> {
  const [row] = await context.scope.query<{ reputation: Record<string, unknown> | null }>(
    'select :schema.worker_reputation($1) as reputation',
    [workerId],
  );
  if (row === undefined || row.reputation === null) return null;
  const read = readRow<Reputation>(row.reputation);
  return { ...read, events: readRows<ReputationEvent>(read.events) };
}

/** The last that was applied first: of two in one millisecond only seq tells which. */
export async function listReputationEvents(
  context: Context,
  workerId: string,
  page: { readonly limit?: number; readonly cursor?: string } = {},
): Promise<Page<ReputationEvent>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor('reputation-events', page.cursor);
  const rows = await context.scope.query<{ event: Record<string, unknown> }>(
    `select to_jsonb(e) - 'seq' as event from :schema.reputation_events e
      where e.worker_id = $1
        ${after === null ? '' : 'and e.seq < (select o.seq from :schema.reputation_events o where o.id = $3)'}
      order by e.seq desc limit $2`,
    [workerId, limit + 1, ...(after === null ? [] : [after.id])],
  );
  const events = rows.map(({ event }) => readRow<ReputationEvent>(event));
  return toPage('reputation-events', events, limit, (event) => event.createdAt);
}

/** The score that follows from the worker's events alone. Throws `not_found`. */
export async function replayReputation(context: Context, workerId: string): Promise<number> {
  const [row] = await context.scope.query<{ score: number }>(
    'select :schema.replay_reputation(w.id) as score from :schema.workers w where w.id = $1',
    [workerId],
  );
  if (row !== undefined) return row.score;
  throw new GuildhallError('not_found', `Worker ${workerId} not found.`, {
    field: 'workerId',
    hint: 'Check the id.',
  });
}
