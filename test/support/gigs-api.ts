/** The HTTP face over a cloned database with a `gigs` instance: workers, platforms and their calls. */
import { createHmac } from 'node:crypto';
import type { HttpConfig } from '../../src/http/index.ts';
import type { Instance } from '../../src/kernel/index.ts';
import type { GigsService } from '../../src/systems/gigs/index.ts';
import { type Api, type Answer as ApiAnswer, openApi } from './api.ts';
import { type GigsFixture, openGigs } from './gigs.ts';

export const PASSWORD = 'correct horse battery';

/** The fields of answers that tests name; the rest is compared as a whole. */
export interface Body {
  readonly id: string;
  readonly status: string;
  readonly amount: string;
  readonly data: Body[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly worker: Body;
  readonly platform: Body;
  readonly task: Body;
  readonly stream: Body;
  readonly apiKey: Body;
  readonly key: string;
  readonly secret: string;
  readonly detail: string;
  readonly code: string;
  readonly reason: string;
  readonly [name: string]: unknown;
}

export type Answer = ApiAnswer<Body>;

export interface Caller {
  readonly id: string;
  readonly email: string;
  readonly headers: Record<string, string>;
}

export interface PlatformCaller extends Caller {
  /** By API key. */
  readonly keyHeaders: Record<string, string>;
  readonly key: string;
}

export interface Delivery {
  readonly key?: string | undefined;
  readonly secret: string;
  readonly body: unknown;
  /** Seconds off the clock. */
  readonly skewS?: number;
  readonly headers?: Record<string, string>;
}

export interface GigsApi extends Api<Body> {
  readonly fixture: GigsFixture;
  readonly service: GigsService;
  /** Registers over the API. */
  worker(): Promise<Caller>;
  /** Registers over the API and pays in so much (default 1000; '0' for none). */
  platform(funds?: string): Promise<PlatformCaller>;
  admin(): Promise<Caller>;
  /** A POST with a fresh idempotency key; throws unless it succeeds. */
  post(path: string, as: Caller, body?: unknown): Promise<Body>;
  get(path: string, as: Caller): Promise<Body>;
  /** Posts an event as a platform's program would. */
  deliver(delivery: Delivery): Promise<Answer>;
  secretOf(platform: PlatformCaller): Promise<string>;
  close(): Promise<void>;
}

export function freshKey(): Record<string, string> {
  return { 'idempotency-key': crypto.randomUUID() };
}

export async function openGigsApi(config: Partial<HttpConfig> = {}): Promise<GigsApi> {
  const fixture = await openGigs();
  const { database, gigs } = fixture.opened;
  const api = openApi<Body>({ database, instance: gigs as Instance }, config);
  const { service } = gigs;
  let serial = 0;

  const register = async (type: 'worker' | 'platform'): Promise<{ email: string; body: Body }> => {
    serial += 1;
    const email = `${type}${serial}@example.org`;
    const input = { email, password: PASSWORD, name: `${type} ${serial}`, type };
    const made = await api.call('POST', '/auth/register', { body: input });
    if (made.status !== 201) throw new Error(made.text);
    return { email, body: made.body };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  const worker = async (): Promise<Caller> => {
    const { email, body } = await register('worker');
    return { id: body.worker.id, email, headers: bearer(body.accessToken) };
  };
  const post = async (path: string, as: Caller, body?: unknown): Promise<Body> => {
    const sent = body === undefined ? {} : { body };
    const answer = await api.call('POST', path, { as, headers: freshKey(), ...sent });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.text}`);
    return answer.body;
  };

  return {
    ...api,
    fixture,
    service,
    worker,
    platform: async (funds = '1000') => {
      const { email, body } = await register('platform');
      const signedIn = await api.call('POST', '/auth/login', { body: { email, password: PASSWORD } });
      const caller: PlatformCaller = {
        id: body.platform.id,
        email,
        headers: bearer(signedIn.body.accessToken),
        keyHeaders: bearer(body.key),
        key: body.key,
      };
      if (funds !== '0') await post(`/platforms/${caller.id}/deposits`, caller, { amount: funds });
      return caller;
    },
    admin: async () => {
      const caller = await worker();
      await service.accounts.setRoles(caller.id, ['admin', 'worker']);
      return caller;
    },
    post,
    get: async (path, as) => {
      const answer = await api.call('GET', path, { as });
      if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.text}`);
      return answer.body;
    },
    deliver: ({ key, secret, body, skewS = 0, headers }) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const timestamp = String(Math.floor(Date.now() / 1000) + skewS);
      const digest = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
      return api.call('POST', '/webhooks-in/task-completed', {
        body: text,
        headers: {
          ...(key === undefined ? {} : { 'x-api-key': key }),
          'x-timestamp': timestamp,
          'x-signature': `sha256=${digest}`,
          ...headers,
        },
      });
    },
    secretOf: async (platform) => (await post(`/platforms/${platform.id}/webhook-secret`, platform)).secret,
    close: () => fixture.opened.close(),
  };
}
