/** Brings jobs into the queue, alone or many at once, inside a transaction or gathered. */
import { invalidInput } from '../errors.ts';
import { type Batch, gather } from '../gather.ts';
import { runIdempotent } from '../idempotency.ts';
import type { Scope } from '../system.ts';
import { payloadText } from './define.ts';
import type { EnqueuedJob, EnqueueOptions, JobDefinition } from './types.ts';
import { announce } from './wake.ts';

/** One statement takes this many: 16 MB at a kilobyte each. */
export const MAX_ENQUEUED = 10_000;

/** A job ready to go, as `queue_enqueue` reads it. */
interface Item {
  readonly queue: string;
  readonly json: string;
}

const enqueuing: Batch<Item, EnqueuedJob> = {
  most: 1_000,
  run: async (scope, items) => {
    const byQueue = groupItems(items);
    const answers = new Map<Item, EnqueuedJob>();
    const run = async (on: Scope): Promise<void> => {
      for (const [queue, members] of byQueue) {
        const made = await insertJobs(
          on,
          queue,
          members.map(({ json }) => json),
        );
        for (const [index, item] of members.entries()) answers.set(item, made[index] as EnqueuedJob);
      }
    };
    if (byQueue.size === 1) await run(scope);
    else await scope.executor.transaction((tx) => run(scope.on(tx)));
    return items.map((item) => answers.get(item) as EnqueuedJob);
  },
};

/**
 * Enqueues one job. Inside a transaction it is part of it; outside, calls made at the same time share a statement.
 * With `idempotencyKey` a repeated call gives the first one's job, also after that has been done.
 */
export async function enqueue<Input, Output>(
  scope: Scope,
  job: JobDefinition<Input, Output>,
  payload: Input,
  options: EnqueueOptions & { readonly idempotencyKey?: string } = {},
): Promise<EnqueuedJob> {
  const { idempotencyKey, ...rest } = options;
  const item = { queue: job.name, json: itemJson(await payloadText(job, payload), rest) };
  if (idempotencyKey !== undefined) {
    const call = {
      key: idempotencyKey,
      account: `queue:${job.name}`,
      operation: 'enqueue',
      request: item.json,
    };
    const { value } = await runIdempotent(scope, call, async (inner) => {
      const made = (await insertJobs(inner, job.name, [item.json]))[0] as EnqueuedJob;
      return { id: made.id, created: made.created };
    });
    announce(scope, job.name);
    return value;
  }
  const made = await gather(scope, enqueuing, item);
  announce(scope, job.name);
  return made;
}

/** Enqueues many jobs of one kind in one statement, all or none. */
export async function enqueueMany<Input, Output>(
  scope: Scope,
  job: JobDefinition<Input, Output>,
  payloads: readonly Input[],
  options: Omit<EnqueueOptions, 'key'> = {},
): Promise<EnqueuedJob[]> {
  if (payloads.length === 0) return [];
  if (payloads.length > MAX_ENQUEUED) {
    throw invalidInput('payloads', `${payloads.length} jobs are more than ${MAX_ENQUEUED} in one call.`);
  }
  const items: string[] = [];
  for (const payload of payloads) items.push(itemJson(await payloadText(job, payload), options));
  const made = await insertJobs(scope, job.name, items);
  announce(scope, job.name);
  return made;
}

function insertJobs(scope: Scope, queue: string, items: readonly string[]): Promise<EnqueuedJob[]> {
  return scope.query<EnqueuedJob>('select id, created from :schema.queue_enqueue($1, $2::jsonb)', [
    queue,
    `[${items.join(',')}]`,
  ]);
}

function itemJson(payload: string, options: EnqueueOptions): string {
  const { priority, runAt, delayS, key } = options;
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 9)) {
    throw invalidInput(
      'priority',
      `Priority ${priority} is not a whole number from 0 to 9.`,
      '0 goes first.',
    );
  }
  if (delayS !== undefined && !(delayS >= 0 && delayS <= MAX_DELAY_S)) {
    throw invalidInput(
      'delayS',
      `A delay of ${delayS} seconds is not possible.`,
      'Use 0 seconds to ten years.',
    );
  }
  if (runAt !== undefined && delayS !== undefined) {
    throw invalidInput('runAt', 'runAt and delayS exclude each other.', 'Leave one of them out.');
  }
  const rest = JSON.stringify({ priority, runAt, delayS, key });
  return rest === '{}' ? `{"payload":${payload}}` : `{"payload":${payload},${rest.slice(1)}`;
}

const MAX_DELAY_S = 315_360_000;

function groupItems(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.queue);
    if (group === undefined) groups.set(item.queue, [item]);
    else group.push(item);
  }
  return groups;
}
