/** Makes deliveries: claims a few, posts them outside of any transaction, records what came of it. */
import type { Instance, Scope } from '../system.ts';
import { policyOf } from './context.ts';
import { type PostResult, post } from './post.ts';
import { signWebhook } from './signature.ts';
import type { TargetPolicy } from './target.ts';

export interface WorkerOptions {
  /** Deliveries being made at once in this process; default 64. */
  readonly atOnce?: number;
  /** Of one endpoint at once; default 8. */
  readonly perEndpoint?: number;
  readonly leaseS?: number;
  readonly timeoutMs?: number;
  readonly onError?: (error: unknown) => void;
}

export interface DeliveryWorker {
  /** Claims what is due, as far as there is room, and begins with it; false once nothing is due and nothing is being made. */
  run(): Promise<boolean>;
  /** Waits until everything begun is recorded. */
  drain(): Promise<void>;
}

/** Waiting for answers costs a socket each and no processor; a few dozen keep slow receivers from holding up the rest. */
const AT_ONCE = 64;
/** An eighth: an endpoint that hangs leaves seven for the others. */
const PER_ENDPOINT = 8;
/** Twice the time-out: the slowest attempt is recorded before somebody else takes it on, and a crash delays for no longer. */
const LEASE_S = 30;
/** Longest wait between two looks while deliveries are being made. */
const LOOK_AGAIN_MS = 250;
/** Deliveries of disabled endpoints that one round puts away. */
const RETIRE_LIMIT = 1_000;

interface Claim {
  readonly id: string;
  readonly fence: bigint;
  readonly endpoint_id: string;
  readonly url: string;
  readonly body: string;
  readonly sent_at_s: bigint;
  readonly secrets: Buffer[];
}

export function createDeliveryWorker(
  instance: Pick<Instance, 'scope' | 'settings'>,
  options: WorkerOptions = {},
): DeliveryWorker {
  const { scope } = instance;
  const { atOnce = AT_ONCE, perEndpoint = PER_ENDPOINT, leaseS = LEASE_S } = options;
  const policy = policyOf(instance);
  const busy = new Set<Promise<void>>();
  const begin = (claim: Claim): void => {
    const work: Promise<void> = deliver(scope, claim, { policy, ...options })
      // What cannot be recorded is made again when its lease ends.
      .catch((error: unknown) => options.onError?.(error))
      .finally(() => busy.delete(work));
    busy.add(work);
  };
  return {
    async run() {
      const room = atOnce - busy.size;
      if (room <= 0) {
        await Promise.race(busy);
        return true;
      }
      const claims = await scope.query<Claim>('select * from :schema.webhook_claim($1, $2, $3)', [
        room,
        Math.min(perEndpoint, room),
        leaseS,
      ]);
      for (const claim of claims) begin(claim);
      if (busy.size === 0) return false;
      // Until one is done and there is room again, but no longer: one that hangs must not keep others waiting.
      await Promise.race([...busy, pause(LOOK_AGAIN_MS)]);
      return true;
    },
    async drain() {
      while (busy.size > 0) await Promise.all(busy);
    },
  };
}

/** Does not keep the process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Puts away what still waits for disabled endpoints; true when more is waiting. */
export async function retireDeliveries(scope: Scope): Promise<boolean> {
  const [row] = await scope.query<{ retired: number }>(
    'select :schema.webhook_retire_deliveries($1) as retired',
    [RETIRE_LIMIT],
  );
  return row?.retired === RETIRE_LIMIT;
}

async function deliver(
  scope: Scope,
  claim: Claim,
  { policy, timeoutMs }: { readonly policy: TargetPolicy } & WorkerOptions,
): Promise<void> {
  const timestampS = Number(claim.sent_at_s);
  const result = await post({
    url: claim.url,
    body: claim.body,
    policy,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Guildhall-Webhooks/1.0',
      'webhook-id': claim.id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signWebhook(claim.secrets, { id: claim.id, timestampS, body: claim.body }),
    },
  });
  await record(scope, claim, result);
}

async function record(scope: Scope, { id, fence }: Claim, result: PostResult): Promise<void> {
  const { status, durationMs, error, response, retryAfterS, retryAt } = result;
  await scope.executor.transaction((tx) =>
    scope
      .on(tx)
      .query('select :schema.webhook_record_attempt($1, $2, $3, $4, $5, $6, $7, $8) as outcome', [
        id,
        fence,
        status,
        durationMs,
        error,
        response,
        retryAfterS,
        retryAt,
      ]),
  );
}
