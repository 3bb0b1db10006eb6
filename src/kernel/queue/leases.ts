/** Claims, heartbeats and settlements: each of them one round trip, each of them asking for the token. */
import { GuildhallError } from '../errors.ts';
import { type Batch, gather } from '../gather.ts';
import type { Scope } from '../system.ts';
import type { AttemptOutcome, ClaimedJob, EndedAttempt, Lease } from './types.ts';

/** As many as `queue_claim` allows. */
export const MAX_CLAIM = 5_000;

export interface Claim {
  readonly queue: string;
  /** Who takes them; kept in the history. */
  readonly worker: string;
  readonly limit: number;
  readonly leaseS: number;
  /** Where to begin to look, by priority; see `ClaimCursor`. */
  readonly after?: readonly bigint[];
}

const CLAIM_SQL = `select id, token, place, priority, failures, losses, run_at as "runAt", created_at as "createdAt", payload
  from :schema.queue_claim($1, $2, $3, $4, $5::bigint[])`;

/** Takes jobs in line, the first by priority and place; each can be ended with its token only. */
export async function claim(
  scope: Scope,
  { queue, worker, limit, leaseS, after }: Claim,
): Promise<ClaimedJob[]> {
  const params = [queue, worker, limit, leaseS, after ?? null];
  return scope.query<ClaimedJob>(CLAIM_SQL, params);
}

/** Ends a job as done, in the transaction of the scope if it has one. Throws `conflict` (lease_lost) for a stale token. */
export async function complete(scope: Scope, lease: Lease, result?: unknown): Promise<void> {
  await scope.query('select :schema.queue_settle($1, $2, $3::jsonb)', [
    lease.id,
    lease.token,
    resultText(result),
  ]);
}

/** Ends jobs as done in one round trip; true for each that was accepted, false where the token was stale. */
export async function completeMany(
  scope: Scope,
  leases: readonly (Lease & { readonly result?: unknown })[],
): Promise<boolean[]> {
  if (leases.length === 0) return [];
  const results = leases.map(({ result }) => resultText(result));
  const ids = leases.map(({ id }) => id);
  const rows = await scope.query<Lease>(
    'select id, token from :schema.queue_complete($1::bigint[], $2::bigint[], $3::jsonb[])',
    [ids, leases.map(({ token }) => token), results.some((one) => one !== null) ? results : null],
  );
  const done = new Map(rows.map(({ id, token }) => [id, token]));
  return leases.map(({ id, token }) => done.get(id) === token);
}

const completion: Batch<Lease & { readonly result?: unknown }, boolean> = {
  most: 2_000,
  run: (scope, leases) => completeMany(scope, leases),
};

/** Ends a job as done together with others that end at the same time; false when the token was stale. */
export function completeSoon(scope: Scope, lease: Lease & { readonly result?: unknown }): Promise<boolean> {
  return gather(scope, completion, lease);
}

/** Makes leases last from now on; returns the ids of those that are lost. */
export async function heartbeat(scope: Scope, leases: readonly Lease[], leaseS: number): Promise<bigint[]> {
  if (leases.length === 0) return [];
  const rows = await scope.query<{ id: bigint }>(
    'select id from :schema.queue_heartbeat($1::bigint[], $2::bigint[], $3) as lost (id)',
    [leases.map(({ id }) => id), leases.map(({ token }) => token), leaseS],
  );
  return rows.map(({ id }) => id);
}

/** Notes how far a job has come. Throws `conflict` (lease_lost) for a stale token. */
export async function progress(scope: Scope, lease: Lease, value: unknown): Promise<void> {
  await scope.query('select :schema.queue_progress($1, $2, $3::jsonb)', [
    lease.id,
    lease.token,
    resultText(value),
  ]);
}

/** Keeps the job ours until the transaction ends; for a settlement that ends the job later. Throws as `complete`. */
export async function holdLease(scope: Scope, lease: Lease): Promise<void> {
  await scope.query('select :schema.queue_hold($1, $2)', [lease.id, lease.token]);
}

export interface Ending extends Lease {
  readonly outcome: AttemptOutcome;
  readonly error?: string;
}

/** Ends attempts that did not finish their jobs; one round trip for all. */
export async function endAttempts(scope: Scope, endings: readonly Ending[]): Promise<EndedAttempt[]> {
  if (endings.length === 0) return [];
  return scope.query<EndedAttempt>(
    `select id, verdict, run_at as "runAt"
       from :schema.queue_end($1::bigint[], $2::bigint[], $3::text[], $4::text[])`,
    [
      endings.map(({ id }) => id),
      endings.map(({ token }) => token),
      endings.map(({ outcome }) => outcome),
      endings.map(({ error }) => error ?? null),
    ],
  );
}

/** Ends one attempt as failed: it is tried again, or is a dead letter. Throws `conflict` (lease_lost) for a stale token. */
export async function fail(scope: Scope, lease: Lease, error: string): Promise<EndedAttempt> {
  const [ended] = await endAttempts(scope, [{ id: lease.id, token: lease.token, outcome: 'failed', error }]);
  if (ended === undefined || ended.verdict === 'stale') throw leaseLost(lease);
  return ended;
}

export function leaseLost({ id, token }: Lease): GuildhallError {
  return new GuildhallError('conflict', `Job ${id} is no longer held under the token ${token}.`, {
    reason: 'lease_lost',
    hint: 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.',
  });
}

/** The driver would take a list for an array of the database, and a text for JSON already. */
function resultText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
