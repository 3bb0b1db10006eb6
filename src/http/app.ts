/** Puts the face together: one Hono app over all instances. */
import { inspect } from 'node:util';
import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import {
  addLedgerRoutes,
  addQueueRoutes,
  addWebhookRoutes,
  type Database,
  GuildhallError,
  type Instance,
} from '../kernel/index.ts';
import { HTTP_DEFAULTS, type HttpConfig } from './config.ts';
import { deadline } from './deadline.ts';
import type { FaceEnv } from './env.ts';
import { createEventStreams } from './event-routes.ts';
import { type Authenticate, guard } from './guard.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logging.ts';
import { createMetrics } from './metrics.ts';
import { buildDocument } from './openapi.ts';
import { mountOperations, OPERATION_PATHS } from './operations.ts';
import { mountPages } from './pages/index.ts';
import { problemResponse } from './problem.ts';
import { requestScope } from './request-scope.ts';
import { createRouteTable, declaredRoutes, type RouteFacts } from './route-table.ts';

export interface AppOptions {
  readonly database: Database;
  readonly instances: readonly Instance[];
  readonly config?: Partial<HttpConfig>;
  readonly logger?: Logger;
  /** Default: the accounts of the instance. */
  readonly authenticate?: Authenticate;
}

/** What every instance has, whatever its system declares. */
const ENGINE_ROUTES = [addLedgerRoutes, addQueueRoutes, addWebhookRoutes] as const;

/** A Hono app that can also be told to wind down; `serve` does so. */
export type App = OpenAPIHono<FaceEnv> & { readonly lifecycle: Lifecycle };

export function createApp(options: AppOptions): App {
  const { database, instances } = options;
  const config: HttpConfig = { ...HTTP_DEFAULTS, ...options.config };
  const logger = options.logger ?? createLogger();
  const authenticate = options.authenticate ?? ownAccounts;
  const app = new OpenAPIHono<FaceEnv>();
  const declared = new Map<string, RouteFacts>();
  const table = createRouteTable(app, declared, instances);
  const metrics = createMetrics({ database, instances, openStreams: () => streams.open() });
  const streams = createEventStreams({ config, authenticate, logger, onSent: metrics.countEvents });
  const lifecycle = createLifecycle(() =>
    streams.closeAll('the server is shutting down, reconnect to resume'),
  );

  app.use(requestScope({ config, logger, metrics, table }));
  if (config.corsOrigins.length > 0) app.use(crossOrigin(config.corsOrigins));
  app.use(deadline(config.requestTimeoutMs));
  app.use(guard({ config, authenticate, metrics }));
  app.use(onlyErrors);

  mountOperations(app, { config, instances, lifecycle, metrics });
  for (const path of OPERATION_PATHS) declared.set(`GET ${path}`, ownRoute(path, { rate: 'none' }));

  const routers = instances.map((instance) => {
    const router = instance.definition.createRouter(instance);
    for (const add of ENGINE_ROUTES) add(router, instance);
    return { instance, router };
  });
  for (const { instance, router } of routers) {
    const base = `/v1/${instance.schema}`;
    app.get(`${base}/events`, (c) => streams.handle(instance, c));
    declared.set(`GET ${base}/events`, eventRoute(instance, `${base}/events`));
    for (const [key, facts] of declaredRoutes(instance, router, base)) declared.set(key, facts);
    app.route(base, router);
  }
  mountPages(app, { config, instances, document: () => buildDocument({ config, routers }) });

  app.onError((error, c) => problemResponse(c, error));
  app.notFound((c) => {
    const allowed = table.allowed(c.req.path);
    if (allowed.length === 0) return problemResponse(c, unknownPath(c.req.path));
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allowed.join(', ') });
    return problemResponse(c, wrongMethod(c.req.method, allowed));
  });
  return Object.assign(app, { lifecycle });
}

/** Hono hands only Errors to `onError`; whatever else a handler throws is wrapped. */
async function onlyErrors(_c: unknown, next: () => Promise<void>): Promise<void> {
  try {
    await next();
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    throw new Error(`Thrown, and no Error: ${inspect(thrown)}`);
  }
}

function crossOrigin(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'X-Request-Id'],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: ['Idempotent-Replayed', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  });
}

/** The instance's own accounts: its settings for tokens are in them. */
const ownAccounts: Authenticate = (instance, header) =>
  instance.definition.accountsOf(instance.service).authenticate(header);

function ownRoute(template: string, limits: RouteFacts['limits']): RouteFacts {
  return { template, access: 'public', limits, mediaTypes: [], bodyRequired: false };
}

function eventRoute(instance: Instance, template: string): RouteFacts {
  return { ...ownRoute(template, {}), instance, access: 'required', tokenInQuery: true };
}

function unknownPath(path: string): GuildhallError {
  return new GuildhallError('not_found', `There is nothing at ${path.slice(0, 200)}.`, {
    hint: 'GET /openapi.json lists every path, /docs shows them.',
  });
}

function wrongMethod(method: string, allowed: readonly string[]): GuildhallError {
  return new GuildhallError('method_not_allowed', `This path does not answer ${method.slice(0, 20)}.`, {
    hint: `Use ${allowed.join(', ')}.`,
    details: { allow: allowed.join(', ') },
  });
}
