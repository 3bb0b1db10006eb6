/** Verification of tasks: collects what the rules look at, stores the verdict; reviews by people; figures. */
import {
  actorParams,
  GuildhallError,
  invalidInput,
  jsonParam,
  moment,
  storableText,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { readRow } from './rows.ts';
import type { Task } from './types.ts';
import {
  judgeTask,
  type VerificationEvidence,
  type VerificationFacts,
  type VerificationResult,
} from './verification.ts';

export interface VerifiedTask {
  readonly task: Task;
  readonly result: VerificationResult;
}

export interface VerificationStats {
  readonly days: number;
  readonly total: number;
  readonly pending: number;
  readonly approved: number;
  readonly flagged: number;
  readonly rejected: number;
  readonly auto: number;
  readonly manual: number;
  /** Approved of those with a verdict that is final, 0 to 1; null without any. */
  readonly approvalRate: number | null;
  /** Of automatic verdicts; null without any. */
  readonly averageScore: number | null;
}

const MAX_PHOTOS = 20;
const MAX_URL = 2048;
const MAX_NOTES = 2000;
const MAX_DAYS = 365;
const STATUS = { approve: 'approved', flag: 'flagged', reject: 'rejected' } as const;

/**
 * Judges a task once and stores the verdict. One read, one write. Throws `not_found` (task_not_found) and `conflict`
 * (already_verified, task_cancelled).
 */
export async function verifyTaskCompletion(
  context: Context,
  taskId: string,
  evidence: VerificationEvidence = {},
): Promise<VerifiedTask> {
  checkEvidence(evidence);
  const result = judgeTask(await collectFacts(context, taskId, evidence));
  const task = await setVerification(context, taskId, {
    status: STATUS[result.verdict],
    by: 'auto',
    data: { ...evidence, verification: result },
  });
  return { task, result };
}

/** A person's verdict, which may overrule an earlier one; what is paid cannot be rejected any more. */
export async function reviewTask(
  context: Context,
  taskId: string,
  input: { readonly verdict: 'approve' | 'reject'; readonly notes?: string },
): Promise<Task> {
  const { verdict, notes } = input;
  if (verdict !== 'approve' && verdict !== 'reject') {
    throw invalidInput('verdict', 'verdict is not one of a review.', 'Pass approve or reject.');
  }
  if (notes !== undefined) storableText(notes, 'notes', MAX_NOTES);
  return setVerification(context, taskId, {
    status: STATUS[verdict],
    by: 'manual',
    data: { verdict, notes: notes ?? null, reviewer: context.actor.id },
  });
}

/** Of tasks created in the last days (default 30), of one platform or all. */
export async function getVerificationStats(
  context: Context,
  filter: { readonly platformId?: string; readonly days?: number } = {},
): Promise<VerificationStats> {
  const days = filter.days ?? 30;
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw invalidInput('days', `days must be a whole number, but is ${days}.`, `Pass 1 to ${MAX_DAYS}.`);
  }
  const [row] = await context.scope.query<Omit<VerificationStats, 'days' | 'approvalRate'>>(
    `select count(*)::integer as total,
       (count(*) filter (where t.verification_status = 'pending'))::integer as pending,
       (count(*) filter (where t.verification_status = 'approved'))::integer as approved,
       (count(*) filter (where t.verification_status = 'flagged'))::integer as flagged,
       (count(*) filter (where t.verification_status = 'rejected'))::integer as rejected,
       (count(*) filter (where t.verified_by = 'auto'))::integer as auto,
       (count(*) filter (where t.verified_by = 'manual'))::integer as manual,
       (avg(case when jsonb_typeof(t.verification_data #> '{verification,score}') = 'number'
         then (t.verification_data #>> '{verification,score}')::numeric end))::float8 as "averageScore"
     from :schema.tasks t
     where t.created_at > statement_timestamp() - make_interval(days => $2)
       and ($1::text is null or t.platform_id = $1)`,
    [filter.platformId ?? null, days],
  );
  const counts = row as Omit<VerificationStats, 'days' | 'approvalRate'>;
  const final = counts.approved + counts.rejected;
  return { days, ...counts, approvalRate: final === 0 ? null : counts.approved / final };
}

interface FactsRow {
  readonly amount: number;
  readonly now: Date;
  readonly completed_at: Date | null;
  readonly started_at: Date | null;
  readonly worker: VerificationFacts['worker'];
}

/** One round trip for all that is known of the worker besides this task. */
const FACTS_SQL = `
select t.amount::float8 as amount, statement_timestamp() as now, t.completed_at, t.started_at,
  case when w.id is not null then jsonb_build_object(
    'reputationScore', w.reputation_score,
    'accountAgeDays', :schema.account_age_days(w),
    'completedTasks', k.completed,
    'tasksInDay', k.in_day,
    'disputes', k.disputes,
    'averageAmount', k.average_amount,
    'averageMinutes', k.average_minutes,
    'samePlace', k.same_place,
    'averageRating', r.average
  ) end as worker
from :schema.tasks t
left join :schema.workers w on w.id = t.worker_id
cross join lateral (
  select count(*) filter (where o.status = 'completed') as completed,
    count(*) filter (where o.status = 'completed'
      and o.completed_at > statement_timestamp() - interval '24 hours') as in_day,
    count(*) filter (where o.was_disputed) as disputes,
    (avg(o.amount) filter (where o.status = 'completed'))::float8 as average_amount,
    (avg(extract(epoch from o.completed_at - o.started_at) / 60)
      filter (where o.status = 'completed' and o.started_at is not null))::float8 as average_minutes,
    -- In a case, for the evidence of other tasks may have any shape.
    count(*) filter (where o.created_at > statement_timestamp() - interval '30 days' and case
      when jsonb_typeof(o.verification_data #> '{location,latitude}') = 'number'
        and jsonb_typeof(o.verification_data #> '{location,longitude}') = 'number'
      then abs((o.verification_data #>> '{location,latitude}')::numeric - $2::numeric) < 0.001
        and abs((o.verification_data #>> '{location,longitude}')::numeric - $3::numeric) < 0.001
      else false end) as same_place
  from :schema.tasks o where o.worker_id = t.worker_id and o.id <> t.id
) as k
cross join lateral (
  select coalesce(avg(v.rating), 0)::float8 as average
  from :schema.reputation_events v where v.worker_id = t.worker_id and v.event_type = 'rating_received'
) as r
where t.id = $1`;

async function collectFacts(
  context: Context,
  taskId: string,
  evidence: VerificationEvidence,
): Promise<VerificationFacts> {
  const { location } = evidence;
  const [row] = await context.scope.query<FactsRow>(FACTS_SQL, [
    taskId,
    location === undefined ? null : String(location.latitude),
    location === undefined ? null : String(location.longitude),
  ]);
  if (row === undefined) {
    throw new GuildhallError('not_found', `Task ${taskId} not found`, {
      reason: 'task_not_found',
      field: 'taskId',
      hint: 'listTasks shows those there are.',
    });
  }
  const completedAt = evidence.completedAt ?? row.completed_at ?? row.now;
  const known = row.started_at === null ? null : (completedAt.getTime() - row.started_at.getTime()) / 60_000;
  return {
    amount: row.amount,
    now: row.now,
    completedAt,
    durationMinutes: evidence.durationMinutes ?? known,
    photos: evidence.photos?.length ?? 0,
    hasLocation: location !== undefined,
    worker: row.worker,
  };
}

async function setVerification(
  context: Context,
  taskId: string,
  change: { readonly status: string; readonly by: 'auto' | 'manual'; readonly data: unknown },
): Promise<Task> {
  const [row] = await context.scope.query<{ task: Record<string, unknown> }>(
    'select :schema.set_verification($1, $2, $3, $4, $5, $6, $7) as task',
    [...actorParams(context.actor), taskId, change.status, change.by, jsonParam(change.data, 'evidence')],
  );
  return readRow<Task>(row?.task ?? {});
}

function checkEvidence({
  photos = [],
  location,
  durationMinutes,
  completedAt,
  notes,
}: VerificationEvidence): void {
  if (photos.length > MAX_PHOTOS) {
    throw invalidInput('photos', `${photos.length} photos are too many.`, `Pass ${MAX_PHOTOS} at most.`);
  }
  for (const [index, photo] of photos.entries()) storableText(photo, `photos[${index}]`, MAX_URL);
  if (new Set(photos).size !== photos.length) {
    throw invalidInput('photos', 'A photo is listed twice.', 'Pass each once.');
  }
  if (location !== undefined && !(isWithin(location.latitude, 90) && isWithin(location.longitude, 180))) {
    throw invalidInput(
      'location',
      'location is no place on earth.',
      'Pass latitude and longitude in degrees.',
    );
  }
  if (durationMinutes !== undefined && !(Number.isFinite(durationMinutes) && durationMinutes >= 0)) {
    throw invalidInput('durationMinutes', 'durationMinutes is not a duration.', 'Pass minutes, 0 or more.');
  }
  moment(completedAt, 'completedAt');
  if (notes !== undefined) storableText(notes, 'notes', MAX_NOTES);
}

function isWithin(value: number, most: number): boolean {
  return Number.isFinite(value) && Math.abs(value) <= most;
}
