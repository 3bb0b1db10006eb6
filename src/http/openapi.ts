/** One OpenAPI 3.1 document over all instances, with what every route shares added once, here. */
import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { type Instance, LIMITS_KEY, type RouteEnv, type RouteLimits } from '../kernel/index.ts';
import type { HttpConfig } from './config.ts';
import { ownRoutes } from './openapi-own.ts';
import { PROBLEM_TYPE, STATUS_OF, titleOf } from './problem.ts';

export type ApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

export interface DocumentOptions {
  readonly config: HttpConfig;
  readonly routers: readonly { readonly instance: Instance; readonly router: OpenAPIHono<RouteEnv> }[];
}

/** The parts of an operation that are read or added here. */
interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  parameters?: unknown[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  security?: Record<string, string[]>[];
  [LIMITS_KEY]?: RouteLimits;
}

type PathItem = Record<string, Operation>;
type Schemas = Record<string, unknown>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const INTRODUCTION = `
Every answer that is not a success is \`${PROBLEM_TYPE}\` with a stable \`code\`; /docs/errors lists them.
Amounts are decimal text, never JSON numbers. Times are ISO 8601 in UTC. Ids begin with their kind.
Lists take \`limit\` and \`cursor\` and answer \`{ data, hasMore, nextCursor }\`.
Send \`Idempotency-Key\` with a POST to make it safe to repeat; calls that move money or create work require it.
`.trim();

export function buildDocument({ config, routers }: DocumentOptions): ApiDocument {
  const paths: Record<string, PathItem> = {};
  const schemas: Schemas = {};
  const groups: { name: string; tags: string[] }[] = [];
  for (const { instance, router } of routers) {
    const own = ownRoutes(instance);
    const documents = [generate(router), generate(own)];
    const names = new Set<string>();
    for (const document of documents) {
      addSchemas(schemas, document, instance.schema);
      for (const [path, item] of Object.entries(document.paths ?? {})) {
        const full = `/v1/${instance.schema}${path === '/' ? '' : path}`;
        paths[full] = finishPath(item as PathItem, { path: full, schema: instance.schema, names });
      }
    }
    groups.push({ name: instance.schema, tags: [...names] });
  }
  const service = generate(ownRoutes());
  addSchemas(schemas, service, 'service');
  for (const [path, item] of Object.entries(service.paths ?? {})) {
    paths[path] = finishPath(item as PathItem, { path, schema: '', names: new Set() });
  }
  groups.push({ name: 'service', tags: ['service'] });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Guildhall',
      version: config.version,
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: groups.flatMap(({ tags }) => tags.map((name) => ({ name }))),
    'x-tagGroups': groups,
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A short-lived access token from signing in, or an API key.',
        },
      },
      parameters: {
        IdempotencyKey: IDEMPOTENCY_KEY,
        RequiredIdempotencyKey: REQUIRED_KEY,
      },
      responses: problemResponses(),
    },
  } as ApiDocument;
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Your own unique text for this call. Sent again with the same content, it gets the first answer.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  example: '6f1c2a3e-9d0b-4c55-8a6d-2f7f0f1b9a10',
};

const REQUIRED_KEY = {
  ...IDEMPOTENCY_KEY,
  required: true,
  description: `${IDEMPOTENCY_KEY.description} Without one the call is refused.`,
};

/** Statuses whose problem answers are described, with the codes that lead to them. */
function problemResponses(): Record<string, unknown> {
  const codes = new Map<number, string[]>();
  for (const [code, status] of Object.entries(STATUS_OF))
    codes.set(status, [...(codes.get(status) ?? []), code]);
  const responses: Record<string, unknown> = {};
  for (const [status, names] of codes) {
    responses[`Problem${status}`] = {
      description: names.map((name) => titleOf(name as keyof typeof STATUS_OF)).join(', or '),
      content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}

function generate(router: OpenAPIHono<RouteEnv>): ApiDocument {
  return router.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } });
}

/** Two systems may use one name for different things; the later one then gets its instance's name in front. */
function addSchemas(schemas: Schemas, document: ApiDocument, prefix: string): void {
  const added = (document.components?.schemas ?? {}) as Schemas;
  const renamed = Object.keys(added).filter(
    (name) => schemas[name] !== undefined && !isDeepStrictEqual(schemas[name], added[name]),
  );
  if (renamed.length > 0) rewriteReferences(document, new Set(renamed), prefix);
  for (const [name, schema] of Object.entries(added)) {
    schemas[renamed.includes(name) ? `${prefix}_${name}` : name] = schema;
  }
}

function rewriteReferences(node: unknown, names: ReadonlySet<string>, prefix: string): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key !== '$ref' || typeof value !== 'string') {
      rewriteReferences(value, names, prefix);
      continue;
    }
    const name = value.replace('#/components/schemas/', '');
    if (names.has(name)) (node as Record<string, string>)[key] = `#/components/schemas/${prefix}_${name}`;
  }
}

interface Place {
  readonly path: string;
  /** Empty for routes of the service itself. */
  readonly schema: string;
  /** Collects the tags in use. */
  readonly names: Set<string>;
}

function finishPath(item: PathItem, place: Place): PathItem {
  for (const method of METHODS) {
    const operation = item[method];
    if (operation) finishOperation(operation, method, place);
  }
  return item;
}

function finishOperation(operation: Operation, method: string, { path, schema, names }: Place): void {
  const secured = (operation.security?.length ?? 0) > 0;
  const [tag = 'general'] = operation.tags ?? [];
  const name = schema === '' ? tag : `${schema}: ${tag}`;
  names.add(name);
  operation.tags = [name];
  const id = operation.operationId ?? idOf(method, schema === '' ? path : path.replace(`/v1/${schema}`, ''));
  operation.operationId = schema === '' ? id : `${schema}_${id}`;
  const { streamsBody, needsKey } = operation[LIMITS_KEY] ?? {};
  // As the guard has it: whatever else a route is, one that needs a key is refused without.
  const takesKey = secured && streamsBody !== true;
  if (method === 'post' && (takesKey || needsKey !== undefined)) {
    operation.parameters = [
      ...(operation.parameters ?? []),
      {
        $ref: `#/components/parameters/${needsKey === undefined ? 'IdempotencyKey' : 'RequiredIdempotencyKey'}`,
      },
    ];
  }
  for (const status of problemStatuses(operation, { method, path, secured })) {
    operation.responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
  }
}

function problemStatuses(
  operation: Operation,
  { method, path, secured }: { method: string; path: string; secured: boolean },
): number[] {
  const body = operation.requestBody !== undefined;
  const statuses = [429, 500, 503];
  if (body || (operation.parameters?.length ?? 0) > 0) statuses.push(400);
  if (secured) statuses.push(401, 403);
  if (path.includes('{')) statuses.push(404);
  if (method !== 'get') statuses.push(409);
  if (body) statuses.push(413, 415);
  if (method === 'post' && secured) statuses.push(422);
  return statuses.sort((a, b) => a - b);
}

/** `get /projects/{id}/costs` → `getProjectsIdCosts`, for routes that chose no name. */
function idOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
