/** Everything a call must pass before its handler runs: sane URL, rate limits, credentials, key, body. */
import type { Context, MiddlewareHandler } from 'hono';
import {
  GuildhallError,
  type Instance,
  invalidInput,
  isGuildhallError,
  keyMissing,
  type Principal,
  parseIdempotencyKey,
  type RouteContext,
} from '../kernel/index.ts';
import { readBody } from './body.ts';
import { addressKey, clientAddress } from './client-address.ts';
import type { HttpConfig } from './config.ts';
import type { FaceEnv } from './env.ts';
import type { Metrics } from './metrics.ts';
import { createRateGate, type RateClass, type RateGate } from './rate-limit.ts';
import type { RouteFacts } from './route-table.ts';

/** Who an Authorization header proves the caller to be; undefined, or `unauthenticated`, when nobody. */
export type Authenticate = (instance: Instance, header: string | undefined) => Promise<Principal | undefined>;

export interface GuardOptions {
  readonly config: HttpConfig;
  readonly authenticate: Authenticate;
  readonly metrics: Metrics;
}

export function guard({ config, authenticate, metrics }: GuardOptions): MiddlewareHandler<FaceEnv> {
  const gate = config.rateLimits === false ? undefined : createRateGate(config.rateLimits);
  return async (c, next) => {
    refuseBadUrl(c);
    const facts = c.get('facts');
    const address = addressKey(clientAddress(c, config.trustedProxies));
    try {
      const principal = await identify(c, { facts, authenticate, gate, address });
      if (principal) c.set('principal', principal);
      if (gate) await count(c, { facts, gate, address, principal });
    } catch (error) {
      if (isGuildhallError(error, 'rate_limited')) metrics.countRefused(String(error.details.policy));
      throw error;
    }
    if (facts?.access === 'required' && !c.get('principal')) throw notSignedIn();
    if (c.req.method === 'POST') {
      const key = parseIdempotencyKey(c.req.header('idempotency-key'));
      if (key !== undefined) c.set('idempotencyKey', key);
      else if (facts?.limits.needsKey !== undefined) throw keyMissing(facts.limits.needsKey);
    }
    if (facts) {
      // The face's variables are a superset of what routes see, which Hono's types cannot say.
      await readBody(c as unknown as RouteContext, {
        limitBytes: c.get('bodyLimitBytes'),
        streamed: facts.limits.streamsBody ?? false,
        mediaTypes: facts.mediaTypes,
        required: facts.bodyRequired,
      });
    }
    await next();
  };
}

interface Caller {
  readonly facts: RouteFacts | undefined;
  readonly gate: RateGate | undefined;
  readonly address: string;
}

async function identify(
  c: Context<FaceEnv>,
  { facts, authenticate, gate, address }: Caller & { readonly authenticate: Authenticate },
): Promise<Principal | undefined> {
  if (!facts?.instance || facts.access === 'public') return undefined;
  const header = credentials(c, facts);
  if (header === undefined) return undefined;
  // Before the credentials are looked up: an address that guesses keys is refused without touching the database.
  await gate?.check('everything', address);
  const principal = await unlessUnauthenticated(() => authenticate(facts.instance as Instance, header));
  if (principal && !('failure' in principal)) return principal;
  if (gate) c.set('allowances', [await gate.take('everything', address)]);
  throw principal?.failure ?? badCredentials();
}

/** A browser's EventSource cannot set headers, so event streams take the token as a query parameter too. */
function credentials(c: Context<FaceEnv>, facts: RouteFacts): string | undefined {
  const header = c.req.header('authorization');
  if (header !== undefined || !facts.tokenInQuery) return header;
  const token = c.req.query('access_token');
  return token === undefined ? undefined : `Bearer ${token}`;
}

async function unlessUnauthenticated<T>(body: () => Promise<T>): Promise<T | { failure: GuildhallError }> {
  try {
    return await body();
  } catch (error) {
    if (isGuildhallError(error, 'unauthenticated')) return { failure: error };
    throw error;
  }
}

async function count(
  c: Context<FaceEnv>,
  {
    facts,
    gate,
    address,
    principal,
  }: Caller & { readonly gate: RateGate; readonly principal: Principal | undefined },
): Promise<void> {
  if (facts?.limits.rate === 'none' && facts.instance === undefined) return;
  const client = principal ? `${facts?.instance?.schema}:${principal.id}` : address;
  c.set('allowances', [await gate.take('everything', client)]);
  const name = rateClassOf(c.req.method, facts);
  if (name === undefined || facts === undefined) return;
  // Guessing passwords must not get cheaper with many accounts, so sign-ins count by address.
  const key = `${name === 'auth' ? address : client} ${facts.template}`;
  c.set('allowances', [...c.get('allowances'), await gate.take(name, key)]);
}

function rateClassOf(method: string, facts: RouteFacts | undefined): RateClass | undefined {
  const declared = facts?.limits.rate;
  if (declared !== undefined) return declared === 'none' ? undefined : declared;
  if (method !== 'POST' || !facts?.instance) return undefined;
  return facts.template.startsWith(`/v1/${facts.instance.schema}/auth/`) ? 'auth' : 'create';
}

function refuseBadUrl(c: Context): void {
  const { url } = c.req.raw;
  if (!url.includes('%')) return;
  try {
    if (!decodeURIComponent(url).includes('\0')) return;
  } catch {
    throw invalidInput('url', 'The URL is not valid percent-encoded UTF-8.', 'Encode parameters as UTF-8.');
  }
  throw invalidInput(
    'url',
    'The URL holds the NUL character, which text in PostgreSQL cannot.',
    'Remove %00.',
  );
}

function notSignedIn(): GuildhallError {
  return new GuildhallError('unauthenticated', 'This call needs a signed-in caller.', {
    hint: 'Send "Authorization: Bearer <access token or API key>".',
  });
}

function badCredentials(): GuildhallError {
  return new GuildhallError('unauthenticated', 'The credentials are unknown, expired or revoked.', {
    hint: 'Sign in again, refresh the token, or use another API key.',
  });
}
