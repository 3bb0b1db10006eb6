/** What a system needs to declare HTTP routes; the face in src/http mounts them. */
import { createRoute, OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import type { Context, TypedResponse } from 'hono';
import { routePath } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Actor } from './audit.ts';
import { requirePrincipal, requireRole } from './auth/roles.ts';
import { GuildhallError, invalidInput } from './errors.ts';
import { runIdempotent } from './idempotency.ts';
import type { Scope } from './system.ts';
import { invalidFields } from './validation.ts';
import { toJsonText, type Wire } from './wire.ts';

export { ADMIN_ROLE } from './auth/roles.ts';
export { type FieldProblem, fieldName } from './validation.ts';

/** Who is calling, as proven by a token or an API key. */
export interface Principal {
  /** Account id, which is also the id of the system's row for it (a user, a worker, a platform). */
  readonly id: string;
  /** What the account is in its system: `user`, `worker`, `platform`. */
  readonly kind: string;
  readonly login: string;
  readonly roles: readonly string[];
  readonly via: 'token' | 'api_key';
}

export interface RouteEnv {
  Variables: {
    requestId: string;
    /** Set by the authentication middleware; absent on public routes. */
    principal?: Principal;
    /** Largest body of this call; `requestBytes` stops there. */
    bodyLimitBytes: number;
    /** The parsed JSON body; undefined when there is none. */
    jsonBody: unknown;
    /** The checked `Idempotency-Key` of this call. */
    idempotencyKey?: string;
    /** Fires when the time allowed for the call is over. */
    signal: AbortSignal;
  };
}

export type RouteContext = Context<RouteEnv>;

/** What the face enforces for one route. */
export interface RouteLimits {
  /** Largest body in bytes; the server's default when missing. */
  readonly bodyBytes?: number;
  /** The handler reads the body as it arrives, with `requestBytes`, instead of as JSON. */
  readonly streamsBody?: boolean;
  /** Longest time until the answer begins; 0 is for ever. The server's default when missing. */
  readonly timeMs?: number;
  /** Rate limit on top of the general one. Default: `auth` below /auth/, `create` for every other POST. */
  readonly rate?: 'auth' | 'create' | 'none';
  /**
   * What a call makes, such as `A payment`: it moves money or creates work, and is refused without an
   * `Idempotency-Key`, because a repeated call must not do it twice.
   */
  readonly needsKey?: string;
}

/** Key of `RouteLimits` in a route's declaration; it shows in the OpenAPI document as well. */
export const LIMITS_KEY = 'x-limits';

/** Longest silence while a body arrives; as long as a whole ordinary call may take. */
const BODY_IDLE_MS = 30_000;

type Declared<P extends string> = Omit<RouteConfig, 'path'> & { path: P; limits?: RouteLimits };

/** A router whose validation failures become one `invalid_input` that names every bad field. */
export function createRouter(): OpenAPIHono<RouteEnv> {
  return new OpenAPIHono<RouteEnv>({
    defaultHook: (result) => {
      if (result.success) return undefined;
      throw invalidFields(result.error, 'data' in result ? result.data : undefined);
    },
  });
}

/**
 * Declares a route. Callers must be signed in unless `security: []` (public) or `[{}, { bearer: [] }]` (optional).
 * A body is required unless it says otherwise; the problem answers are added to the document by the face.
 */
export function defineRoute<P extends string, R extends Declared<P>>(config: R) {
  const { limits, ...route } = config;
  const body = config.request?.body;
  return createRoute({
    ...route,
    ...(limits === undefined ? {} : { [LIMITS_KEY]: limits }),
    // NOTE: without `required`, zod-openapi hands the handler an unchecked {} when no body came.
    ...(body === undefined ? {} : { request: { ...config.request, body: { required: true, ...body } } }),
    security: config.security ?? [{ bearer: [] }],
  } as unknown as R);
}

/** The `content` of a JSON answer or body. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return { 'application/json': { schema } };
}

/** Sends a value as JSON, with dates as ISO text and bigints exact. */
export function respond<S extends ContentfulStatusCode, T>(
  c: Context,
  status: S,
  value: T,
): Response & TypedResponse<Wire<T>, S, 'json'> {
  return jsonText(c, status, toJsonText(value)) as Response & TypedResponse<Wire<T>, S, 'json'>;
}

function jsonText(c: Context, status: ContentfulStatusCode, text: string): unknown {
  return c.body(text, status, { 'content-type': 'application/json' });
}

/** Sends nothing but the status, for a deletion. */
export function noContent(c: Context): Response & TypedResponse<Record<never, never>, 204, string> {
  return c.body(null, 204) as unknown as Response & TypedResponse<Record<never, never>, 204, string>;
}

/** The caller; on a route that is not public the face has already made sure there is one. */
export function callerOf(c: Context<RouteEnv>): Principal {
  return requirePrincipal(c.get('principal'));
}

/** The caller, who must hold the role. */
export function callerWithRole(c: Context<RouteEnv>, role: string): Principal {
  return requireRole(c.get('principal'), role);
}

/** The caller as the audit trail names whoever causes a change. */
export function actorOf(c: Context<RouteEnv>): Actor & { readonly id: string; readonly requestId: string } {
  const { kind, id } = callerOf(c);
  return { kind, id, requestId: c.get('requestId') };
}

/**
 * The bytes of the body as they arrive, for routes that declare `streamsBody`. Throws one byte past the limit,
 * and when the sender falls silent: an import must not hold its transaction for a caller who is gone.
 */
export async function* requestBytes(c: Context<RouteEnv>, idleMs = BODY_IDLE_MS): AsyncIterable<Uint8Array> {
  const limit = c.get('bodyLimitBytes');
  const reader = c.req.raw.body?.getReader();
  if (!reader) return;
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await beforeSilence(reader.read(), idleMs);
      if (done) return;
      c.get('signal').throwIfAborted();
      bytes += value.byteLength;
      if (bytes > limit) throw payloadTooLarge(limit);
      yield value;
    }
  } finally {
    // Not awaited: a sender who never answers must not keep us here.
    reader.cancel().catch(() => undefined);
  }
}

async function beforeSilence<T>(read: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    const error = new GuildhallError('timeout', `No byte of the body arrived for ${idleMs} ms.`);
    timer = setTimeout(() => reject(error), idleMs);
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}

export function payloadTooLarge(limit: number): GuildhallError {
  return new GuildhallError('payload_too_large', `The body is larger than ${limit} bytes.`, {
    details: { limitBytes: limit },
    hint: 'Send less per call, or use the import endpoint for files.',
  });
}

/**
 * Answers a POST once per `Idempotency-Key`: `body` runs in a transaction of `scope`, and a repeated call gets the
 * stored answer, byte for byte, with `Idempotent-Replayed: true`. Without the header it is a plain transaction.
 * What `body` throws is not stored, so the call can be mended and sent again under its key.
 */
export async function idempotent<S extends ContentfulStatusCode, T>(
  c: Context<RouteEnv>,
  scope: Scope,
  answer: { readonly status: S; readonly body: (scope: Scope) => Promise<T> },
): Promise<Response & TypedResponse<Wire<T>, S, 'json'>> {
  const key = c.get('idempotencyKey');
  if (key === undefined) {
    const text = await scope.executor.transaction(async (tx) => toJsonText(await answer.body(scope.on(tx))));
    return jsonText(c, answer.status, text) as Response & TypedResponse<Wire<T>, S, 'json'>;
  }
  const call = {
    key,
    account: c.get('principal')?.id ?? ANONYMOUS,
    operation: `${c.req.method} ${routePath(c)}`,
    request: { url: urlPart(c.req.url), body: c.get('jsonBody') ?? null },
  };
  // Stored as text, so that a replay has the very bytes of the first answer.
  const { value, replayed } = await runIdempotent(scope, call, async (inner) =>
    toJsonText(await answer.body(inner)),
  );
  if (replayed) c.header('Idempotent-Replayed', 'true');
  return jsonText(c, answer.status, value) as Response & TypedResponse<Wire<T>, S, 'json'>;
}

/** Owner of keys on public routes: there is no account yet, so the content must match as well. */
const ANONYMOUS = 'anonymous';

/** Path and query, without the host: the same call through another name is the same call. */
function urlPart(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The error for a call that must not be made twice and came without a key. */
export function keyMissing(what: string): GuildhallError {
  return invalidInput(
    'Idempotency-Key',
    `${what} needs an Idempotency-Key.`,
    'Make a UUID for each call you intend, and send it again when you repeat that call.',
  );
}

/** Longest idempotency key, as Stripe has it; more is a mistake, not a key. */
export const MAX_IDEMPOTENCY_KEY = 255;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Checks the header's value; undefined stays undefined. */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || IDEMPOTENCY_KEY.test(header)) return header;
  throw invalidInput(
    'Idempotency-Key',
    `The Idempotency-Key has ${header.length} characters or ones that are not visible ASCII.`,
    `Use 1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters without spaces, such as a UUID.`,
  );
}
