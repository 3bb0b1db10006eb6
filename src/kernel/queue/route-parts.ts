/** What requests and answers of the queue's routes are made of. */
import { z } from '@hono/zod-openapi';
import { countSchema, pageQuery, timeSchema } from '../route-schemas.ts';
import { type AttemptRecord, JOB_STATES, type JobRecord } from './admin.ts';

export const queueTags = ['queue'];

/** A list that is never counted as a whole. */
export const pageOnly = z.strictObject({ limit: pageQuery.shape.limit, cursor: pageQuery.shape.cursor });

export const queueParams = z.object({
  queue: z.string().min(1).max(100).openapi({ description: 'Name of a queue.', example: 'welcome' }),
});

export const jobParams = z.object({
  jobId: z
    .string()
    .regex(/^\d{1,18}$/, { error: 'is not the number of a job | Pass the id as it was returned.' })
    .openapi({ example: '4711' }),
});

const jobId = z.string().openapi({ description: 'A whole number as text.', example: '4711' });

export const overviewSchema = z
  .object({
    queue: z.string().openapi({ example: 'welcome' }),
    pausedAt: timeSchema().nullable().openapi({ description: 'Null: jobs are handed out.' }),
    inLine: countSchema().openapi({ description: 'May run now.' }),
    inWork: countSchema(),
    waiting: countSchema().openapi({ description: 'Delayed, or to be tried again later.' }),
    dead: countSchema(),
    oldestAt: timeSchema()
      .nullable()
      .openapi({ description: 'Since when the oldest in line could have run; null when none is.' }),
  })
  .openapi('Queue');

export const pausedSchema = z
  .object({ queue: z.string().openapi({ example: 'welcome' }), pausedAt: timeSchema().nullable() })
  .openapi('QueuePause');

export const jobSchema = z
  .object({
    id: jobId,
    queue: z.string().openapi({ example: 'welcome' }),
    state: z.enum(JOB_STATES),
    token: z.string().openapi({ description: 'Fencing token of the last claim; "0" before the first.' }),
    priority: z.int(),
    failures: z.int(),
    losses: z.int(),
    key: z.string().nullable(),
    payload: z.unknown().openapi({ example: { userId: 'usr_1' } }),
    createdAt: timeSchema(),
    at: timeSchema().openapi({ description: 'When it may run, died or was finished, by its state.' }),
    error: z.string().nullable(),
    result: z.unknown().openapi({ description: 'What its worker gave back; null: nothing.' }),
    progress: z.unknown().openapi({ description: 'What its worker last reported; null: nothing.' }),
    worker: z.string().nullable(),
  })
  .openapi('QueueJob');

export const jobDetailSchema = jobSchema
  .extend({
    attempts: z
      .array(
        z.object({
          token: z.string(),
          worker: z.string().nullable(),
          startedAt: timeSchema().nullable(),
          endedAt: timeSchema(),
          outcome: z.enum(['done', 'failed', 'timed_out', 'lost', 'returned', 'invalid_payload', 'refused']),
          error: z.string().nullable(),
        }),
      )
      .openapi({ description: 'Every attempt that is still known, oldest first.' }),
  })
  .openapi('QueueJobDetail');

export const scheduleSchema = z
  .object({
    name: z.string().openapi({ example: 'every morning' }),
    queue: z.string().openapi({ example: 'welcome' }),
    cron: z.string().openapi({ example: '0 7 * * *' }),
    timeZone: z.string().openapi({ example: 'Europe/Berlin' }),
    catchUp: z.enum(['all', 'last', 'none']),
    nextSlot: timeSchema().nullable().openapi({ description: 'Null: there is no further time.' }),
    lastSlot: timeSchema().nullable(),
    slotsSkipped: countSchema(3),
    pausedAt: timeSchema().nullable(),
  })
  .openapi('QueueSchedule');

/** Ids are text over HTTP, as all ids are. */
export function jobAnswer(job: JobRecord) {
  return { ...job, id: String(job.id), token: String(job.token) };
}

export function jobDetailAnswer(job: JobRecord & { readonly attempts: readonly AttemptRecord[] }) {
  const attempts = job.attempts.map((one) => ({ ...one, token: String(one.token) }));
  return { ...jobAnswer(job), attempts };
}
