/** The HTTP face over an instance: calls that check every answer, and the table of its routes. */
import { Writable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { z } from '@hono/zod-openapi';
import { type App, createApp, createLogger, type HttpConfig } from '../../src/http/index.ts';
import type { Database, Instance } from '../../src/kernel/index.ts';
import { problemOf } from './face.ts';

/** Routes that the kernel gives every instance: their rules are in their own tests, their tables in docs/. */
export function isEngineRoute({ path }: { readonly path: string }): boolean {
  return /^\/(webhooks|ledger|queues|queue-jobs|queue-schedules)(\/|$)/.test(path);
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface CallOptions {
  readonly as?: { readonly headers: Record<string, string> };
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface ListBody<Item> {
  readonly data: Item[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
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
    readonly content: Record<
      string,
      { readonly schema: { readonly $ref?: string }; readonly example?: unknown }
    >;
  };
  readonly responses: Record<string, { readonly description?: string; readonly $ref?: string }>;
}

export interface Api<Body> {
  readonly app: App;
  readonly logs: string[];
  /**
   * Calls the API below the instance. An answer that is no success must be a problem, and every other one must be
   * exactly as its route declares it: each call of each test is a test of the API document too.
   */
  call(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>;
  /** Every entry of a list, by cursor; between pages `onPage` may add some. */
  walk(
    path: string,
    as: { readonly headers: Record<string, string> },
    onPage?: () => Promise<void>,
  ): Promise<Body[]>;
  routes(): Promise<Route[]>;
}

export function openApi<Body>(
  { database, instance }: { readonly database: Database; readonly instance: Instance },
  config: Partial<HttpConfig> = {},
): Api<Body> {
  const base = `/v1/${instance.schema}`;
  const logs: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logs.push(String(chunk));
      done();
    },
  });
  const app = createApp({
    database,
    instances: [instance],
    logger: createLogger({ destination }),
    config: { rateLimits: false, ...config },
  });

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

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> => {
    const { as, body, headers } = options;
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await app.request(base + path, {
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

  return {
    app,
    logs,
    call,
    walk: async (path, as, onPage) => {
      const all: Body[] = [];
      let cursor: string | null = null;
      do {
        const joint = path.includes('?') ? '&' : '?';
        const answer: Answer<Body> = await call(
          'GET',
          `${path}${cursor === null ? '' : `${joint}cursor=${cursor}`}`,
          {
            as,
          },
        );
        const { status, text } = answer;
        const body = answer.body as unknown as ListBody<Body>;
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
        path.startsWith(`${base}/`)
          ? Object.entries(item).map(([method, operation]) => ({
              method: method.toUpperCase(),
              path: path.slice(base.length),
              operation,
            }))
          : [],
      );
    },
  };
}

interface Declaration {
  readonly method: string;
  readonly pattern: RegExp;
  readonly responses: Record<number, { readonly content?: Record<string, { readonly schema: z.ZodType }> }>;
}

/** Static paths first, as the router matches them. */
function declarationsOf(instance: Instance): Declaration[] {
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
