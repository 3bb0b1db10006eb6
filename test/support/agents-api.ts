/** The HTTP face over a cloned database with an `agents` instance: callers, calls, and the table of its routes. */
import { Writable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { z } from '@hono/zod-openapi';
import { type App, createApp, createLogger, type HttpConfig } from '../../src/http/index.ts';
import type { Instance } from '../../src/kernel/index.ts';
import type { AgentsService } from '../../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { problemOf } from './face.ts';

export const BASE = '/v1/agents';
export const PASSWORD = 'correct horse battery';

/** Routes that the kernel gives every instance: their rules are in their own tests, their tables in docs/. */
export function isEngineRoute({ path }: { readonly path: string }): boolean {
  return /^\/(webhooks|ledger|queues|queue-jobs|queue-schedules)(\/|$)/.test(path);
}

/** The fields of answers that tests name; the rest is compared as a whole. */
export interface Body {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly status: string;
  readonly amount: string | null;
  readonly data: Body[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
  readonly total: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: Body;
  readonly apiKey: Body;
  readonly key: string;
  readonly detail: string;
  readonly code: string;
  readonly [name: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface Caller {
  readonly id: string;
  readonly email: string;
  readonly refreshToken: string;
  readonly headers: Record<string, string>;
}

export interface CallOptions {
  readonly as?: Caller | { readonly headers: Record<string, string> };
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A route as the API document has it. */
export interface Route {
  readonly method: string;
  /** Below the instance: `/projects/{id}`. */
  readonly path: string;
  readonly operation: Operation;
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: { readonly $ref?: string } }>;
  };
  readonly responses: Record<string, { readonly description?: string; readonly $ref?: string }>;
}

export interface AgentsApi {
  readonly opened: TestDatabase;
  readonly instance: Instance<AgentsService>;
  readonly service: AgentsService;
  readonly app: App;
  readonly logs: string[];
  /**
   * Calls the API below /v1/agents. An answer that is no success must be a problem, and every other one must be
   * exactly as its route declares it: each call of each test is a test of the API document too.
   */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Registers over the API. */
  user(name?: string): Promise<Caller>;
  /** Registers, and is made an administrator. */
  admin(): Promise<Caller>;
  signIn(email: string, password?: string): Promise<Caller>;
  project(as: Caller, input?: object): Promise<Body>;
  /** Every entry of a list, by cursor; between pages `onPage` may add some. */
  walk(path: string, as: Caller, onPage?: () => Promise<void>): Promise<Body[]>;
  routes(): Promise<Route[]>;
  sql<Row = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openAgentsApi(config: Partial<HttpConfig> = {}): Promise<AgentsApi> {
  const opened = await openTestDatabase();
  const instance = opened.agents;
  const logs: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logs.push(String(chunk));
      done();
    },
  });
  const app = createApp({
    database: opened.database,
    instances: [instance as Instance],
    logger: createLogger({ destination }),
    config: { rateLimits: false, ...config },
  });
  let serial = 0;

  const declared = declarationsOf(instance);
  const assertDeclared = (name: string, answer: { status: number; text: string }): void => {
    const [method = '', path = ''] = name.split(' ');
    const found = declared.find((one) => one.method === method && one.pattern.test(path.split('?')[0] ?? ''));
    const response = found?.responses[answer.status];
    if (response === undefined)
      throw new Error(`${name} answers ${answer.status}, which it does not declare`);
    const schema = response.content?.['application/json']?.schema;
    if (schema === undefined) {
      if (answer.text !== '') throw new Error(`${name} answers ${answer.text}, but declares no content`);
      return;
    }
    const body: unknown = JSON.parse(answer.text);
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new Error(`${name} is not as declared: ${parsed.error.message}`);
    // A schema drops what it does not know.
    if (!isDeepStrictEqual(parsed.data, body))
      throw new Error(`${name} answers more than declared: ${answer.text}`);
  };

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { as, body, headers } = options;
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await app.request(BASE + path, {
      method,
      headers: {
        ...(text === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(text)}` }),
        ...as?.headers,
        ...headers,
      },
      body: text,
    });
    if (answer.status >= 400) await problemOf(answer.clone() as Response);
    const received = await answer.text();
    if (answer.status < 400) assertDeclared(`${method} ${path}`, { status: answer.status, text: received });
    return {
      status: answer.status,
      headers: answer.headers,
      text: received,
      body: (received === '' ? {} : JSON.parse(received)) as Body,
    };
  };

  const callerOf = (email: string, session: Body): Caller => ({
    id: session.user.id,
    email,
    refreshToken: session.refreshToken,
    headers: { authorization: `Bearer ${session.accessToken}` },
  });

  const user = async (name?: string): Promise<Caller> => {
    serial += 1;
    const email = `user${serial}@example.org`;
    const made = await call('POST', '/auth/register', {
      body: { email, password: PASSWORD, name: name ?? null },
    });
    if (made.status !== 201) throw new Error(made.text);
    return callerOf(email, made.body);
  };

  return {
    opened,
    instance,
    service: instance.service,
    app,
    logs,
    call,
    user,
    admin: async () => {
      const caller = await user();
      await instance.service.accounts.setRoles(caller.id, ['admin']);
      return caller;
    },
    signIn: async (email, password = PASSWORD) => {
      const session = await call('POST', '/auth/login', { body: { email, password } });
      if (session.status !== 200) throw new Error(session.text);
      return callerOf(email, session.body);
    },
    project: async (as, input = {}) => {
      serial += 1;
      const made = await call('POST', '/projects', {
        as,
        body: { name: `P${serial}`, path: `/p/${serial}`, ...input },
      });
      if (made.status !== 201) throw new Error(made.text);
      return made.body;
    },
    walk: async (path, as, onPage) => {
      const all: Body[] = [];
      let cursor: string | null = null;
      do {
        const joint = path.includes('?') ? '&' : '?';
        const { status, body, text } = await call(
          'GET',
          `${path}${cursor === null ? '' : `${joint}cursor=${cursor}`}`,
          {
            as,
          },
        );
        if (status !== 200 || body.hasMore !== (body.nextCursor !== null)) throw new Error(text);
        all.push(...body.data);
        cursor = body.nextCursor;
        await onPage?.();
      } while (cursor !== null);
      return all;
    },
    routes: async () => {
      const document = (await (await app.request('/openapi.json')).json()) as {
        paths: Record<string, Record<string, Operation>>;
      };
      return Object.entries(document.paths).flatMap(([path, item]) =>
        path.startsWith(`${BASE}/`)
          ? Object.entries(item).map(([method, operation]) => ({
              method: method.toUpperCase(),
              path: path.slice(BASE.length),
              operation,
            }))
          : [],
      );
    },
    sql: (text, params) => instance.scope.query(text, params),
    close: () => opened.close(),
  };
}

interface Declaration {
  readonly method: string;
  readonly pattern: RegExp;
  readonly responses: Record<number, { readonly content?: Record<string, { readonly schema: z.ZodType }> }>;
}

/** Static paths first, as the router matches them. */
function declarationsOf(instance: Instance<AgentsService>): Declaration[] {
  const { definitions } = instance.definition.createRouter(instance).openAPIRegistry;
  const routes = definitions.flatMap((one) => (one.type === 'route' ? [one.route] : []));
  const holes = (path: string): number => path.split('{').length;
  return routes
    .sort((a, b) => holes(a.path) - holes(b.path))
    .map(({ method, path, responses }) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      responses: responses as unknown as Declaration['responses'],
    }));
}
