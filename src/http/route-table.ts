/** What each route declared about itself, found by method and path template before any handler runs. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { TrieRouter } from 'hono/router/trie-router';
import { type Instance, LIMITS_KEY, type RouteEnv, type RouteLimits } from '../kernel/index.ts';

export type Access = 'public' | 'optional' | 'required';

export interface RouteFacts {
  /** Path template as the API document has it: `/v1/agents/projects/{id}`. */
  readonly template: string;
  /** Missing for the face's own routes, such as /livez. */
  readonly instance?: Instance;
  readonly access: Access;
  readonly limits: RouteLimits;
  readonly mediaTypes: readonly string[];
  readonly bodyRequired: boolean;
  /** The access token may come as `?access_token=`. */
  readonly tokenInQuery?: boolean;
}

/** The part of zod-openapi's route declarations that is read here. */
interface Declaration {
  readonly method: string;
  readonly path: string;
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly request?: { readonly body?: { readonly content: object; readonly required?: boolean } };
  readonly [LIMITS_KEY]?: RouteLimits;
}

/** The part of a Hono app that is read here; its routes are read late, when all are there. */
interface Routes {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

export interface RouteTable {
  /** Facts of the route that will answer; undefined when none matches. */
  find(c: Context): RouteFacts | undefined;
  /** Methods that the path answers to; empty for a path that is not known. */
  allowed(path: string): readonly string[];
}

/** The declarations of an instance's router, by `METHOD /full/:path` as Hono knows the routes. */
export function declaredRoutes(
  instance: Instance,
  router: OpenAPIHono<RouteEnv>,
  base: string,
): Map<string, RouteFacts> {
  const facts = new Map<string, RouteFacts>();
  for (const definition of router.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const route = definition.route as unknown as Declaration;
    const template = base + (route.path === '/' ? '' : route.path);
    const body = route.request?.body;
    facts.set(`${route.method.toUpperCase()} ${template.replaceAll(/\/{(.+?)}/g, '/:$1')}`, {
      template,
      instance,
      access: accessOf(route.security),
      limits: route[LIMITS_KEY] ?? {},
      mediaTypes: Object.keys(body?.content ?? {}),
      bodyRequired: body?.required ?? false,
    });
  }
  return facts;
}

/** The table over the finished app. A route of an instance that declared nothing demands a signed-in caller. */
export function createRouteTable(
  app: Routes,
  declared: ReadonlyMap<string, RouteFacts>,
  instances: readonly Instance[],
): RouteTable {
  let methods: TrieRouter<string> | undefined;
  return {
    find(c) {
      const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
      if (!route) return undefined;
      return declared.get(`${route.method} ${route.path}`) ?? undeclared(route.path, instances);
    },
    allowed(path) {
      methods ??= methodRouter(app);
      const found = new Set(methods.match('ALL', path)[0].map(([method]) => method));
      if (found.size === 0) return [];
      if (found.has('GET')) found.add('HEAD');
      return [...found.add('OPTIONS')].sort();
    },
  };
}

function accessOf(security: Declaration['security']): Access {
  if (security === undefined) return 'required';
  if (security.length === 0) return 'public';
  return security.some((scheme) => Object.keys(scheme).length === 0) ? 'optional' : 'required';
}

function undeclared(path: string, instances: readonly Instance[]): RouteFacts {
  const instance = instances.find(
    ({ schema }) => path.startsWith(`/v1/${schema}/`) || path === `/v1/${schema}`,
  );
  return {
    template: path.replaceAll(/\/:([^/]+)/g, '/{$1}'),
    ...(instance === undefined ? {} : { instance }),
    access: instance === undefined ? 'public' : 'required',
    limits: {},
    mediaTypes: [],
    bodyRequired: false,
  };
}

function methodRouter(app: Routes): TrieRouter<string> {
  const router = new TrieRouter<string>();
  const known = new Set<string>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL' || known.has(`${method} ${path}`)) continue;
    known.add(`${method} ${path}`);
    router.add('ALL', path, method);
  }
  return router;
}
