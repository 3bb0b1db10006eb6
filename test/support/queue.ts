/** What the tests of the queue have in common. */
import { z } from '@hono/zod-openapi';
import {
  type ClaimedJob,
  claim,
  type Database,
  defineJob,
  type JobDefinition,
  reapLost,
  type Scope,
} from '../../src/kernel/index.ts';

export const numberSchema = z.object({ n: z.int() });

let serial = 0;

/** A kind of job of its own for each test. */
export function numberJob(
  more: Partial<JobDefinition<{ n: number }, { n: number }>> = {},
): JobDefinition<{ n: number }, { n: number }> {
  serial += 1;
  return defineJob({ name: `numbers-${serial}`, schema: numberSchema, handler: () => undefined, ...more });
}

export function take(
  scope: Scope,
  job: { readonly name: string },
  limit = 1,
  worker = 'tester',
): Promise<ClaimedJob[]> {
  return claim(scope, { queue: job.name, worker, limit, leaseS: 60 });
}

export async function takeOne(scope: Scope, job: { readonly name: string }): Promise<ClaimedJob> {
  const [first] = await take(scope, job);
  if (first === undefined) throw new Error(`Nothing is in line in ${job.name}.`);
  return first;
}

/** Lets every lease run out, as time would; what is found by it is up to the reaper. */
export async function expireLeases(scope: Scope): Promise<void> {
  await scope.query(
    "update :schema.queue_jobs set lease_until = clock_timestamp() - interval '1 second' where lease_until is not null",
  );
  await scope.query("update :schema.queue_claims set expires_at = clock_timestamp() - interval '1 second'");
}

/** Looks at every claim whose lease has run out; returns how many jobs were lost. */
export async function reapAll(scope: Scope): Promise<number> {
  for (let lost = 0; ; ) {
    const reaped = await reapLost(scope);
    lost += Number(reaped.lost);
    if (!reaped.more) return lost;
  }
}

/** Brings the time of waiting jobs. */
export async function makeDue(scope: Scope): Promise<void> {
  await scope.query(
    "update :schema.queue_jobs set run_at = clock_timestamp() - interval '1 second' where place is null",
  );
}

export async function countOf(
  scope: Scope | Database,
  text: string,
  params: unknown[] = [],
): Promise<number> {
  const rows = 'schema' in scope ? await scope.query(text, params) : (await scope.query(text, params)).rows;
  return Number(Object.values(rows[0] as object)[0]);
}

/** The invariants of the queue, each of which must find nothing. */
export async function brokenInvariants(scope: Scope): Promise<unknown[]> {
  const broken: unknown[] = [];
  for (const view of ['job_in_one_place', 'lease_has_claim', 'slot_behind_pointer']) {
    broken.push(
      ...(await scope.query(`select '${view}' as view, v.* from :schema.invariant_queue_${view} as v`)),
    );
  }
  return broken;
}
