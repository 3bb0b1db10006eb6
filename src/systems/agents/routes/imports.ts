/** Imports: a file as the body of a call, and what became of the files before. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  booleanParam,
  callerOf,
  callingActor,
  countSchema,
  defined,
  defineRoute,
  idParam,
  json,
  MAX_IMPORT_BYTES,
  pageQuery,
  pageSchema,
  type RouteContext,
  type RouteEnv,
  respond,
  spoolBody,
} from '../../../kernel/index.ts';
import { IMPORT_KINDS, importFile, PRICE_TABLE_KINDS, recogniseKind } from '../imports/index.ts';
import type { Access } from './access.ts';
import { importSchema } from './schemas.ts';

const reportSchema = z
  .object({
    importId: anyId('imp'),
    kind: z.string().openapi({ example: 'aider-costs' }),
    source: z.string().openapi({ example: 'aider_llm_costs.csv' }),
    rowsRead: z.int().openapi({ example: 2669 }),
    rowsInserted: z.int().openapi({ example: 2669 }),
    rowsKnown: z.int().openapi({ example: 0, description: 'Rows that an earlier import had brought in.' }),
    rowsRefused: z.int().openapi({ example: 0 }),
    refusals: z
      .array(z.object({ line: z.int(), reason: z.string() }))
      .openapi({ example: [], description: 'The first 100; /imports/{id} has more.' }),
    totals: z.record(z.string(), z.string()).openapi({ example: { calls: '2669', logged: '75.619557446' } }),
    notes: z.array(z.string()).openapi({ example: [] }),
  })
  .openapi('ImportReport');

const importQuery = z.strictObject({
  source: z.string().min(1).max(500).openapi({
    example: 'aider_llm_costs.csv',
    description: 'Name of the file: an import that was cut off goes on when a file of this name comes again.',
  }),
  kind: z
    .string()
    .max(40)
    .optional()
    .openapi({
      example: IMPORT_KINDS[0],
      description: `Recognised from name and content when left out. One of ${IMPORT_KINDS.join(', ')}.`,
    }),
  project: z.string().min(1).max(200).optional().openapi({
    example: 'Aider log',
    description: 'Id or name of your project that gets the rows; a new name makes a new project.',
  }),
  model: z.string().max(200).optional().openapi({ description: 'For files that name none.' }),
  provider: z.string().max(200).optional().openapi({ description: 'For files that name none.' }),
  at: z.string().max(40).optional().openapi({ description: 'Time of rows in files that have none.' }),
  asOf: z.string().max(40).optional().openapi({ description: 'Price tables: when changed prices start.' }),
  acceptImplausible: booleanParam()
    .optional()
    .openapi({ description: 'Price tables: enters implausible rates.' }),
});

const importDetail = importSchema
  .extend({
    refusals: pageSchema(
      z.object({
        line: countSchema(17),
        reason: z.string().openapi({ example: 'amount is negative' }),
        excerpt: z.string().openapi({ example: '2025-01-01,gpt-4o,-1' }),
      }),
    ),
  })
  .openapi('ImportDetail');

export function addImportRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/imports',
      operationId: 'importFile',
      tags: ['imports'],
      summary: 'Import a file',
      description:
        'A log of calls, agent runs, or (administrators) a price table, as the body. Importing a file twice adds nothing; bad rows are left out and reported.',
      limits: { streamsBody: true, bodyBytes: MAX_IMPORT_BYTES, timeMs: 0 },
      request: {
        query: importQuery,
        body: { content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } } },
      },
      responses: { 201: { description: 'What came in, and what was refused.', content: json(reportSchema) } },
    }),
    async (c) => {
      const { source, kind: named, acceptImplausible, ...given } = defined(c.req.valid('query'));
      const service = access.service(c);
      const user = await ownerOf(access, c, given.project);
      await using file = await spoolBody(c);
      const kind = named ?? (await recogniseKind({ source, open: file.open }));
      const table = PRICE_TABLE_KINDS.includes(kind);
      if (table) access.admin(c);
      const options = {
        ...given,
        ...(acceptImplausible === undefined ? {} : { acceptImplausible: String(acceptImplausible) }),
        ...(table ? {} : { user }),
      };
      const report = await importFile(
        { scope: service.scope, actor: callingActor(c) },
        { source, kind, open: file.open, options, signal: c.get('signal') },
      );
      return respond(c, 201, report);
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/imports',
      operationId: 'listImports',
      tags: ['imports'],
      summary: 'List imports',
      request: {
        query: pageQuery.extend({ projectId: anyId('prj').optional(), userId: anyId('usr').optional() }),
      },
      responses: {
        200: {
          description: 'Newest first; those of price tables are for administrators.',
          content: json(pageSchema(importSchema)),
        },
      },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      return respond(c, 200, await service.pageImports({ ...filter, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/imports/{id}',
      operationId: 'getImport',
      tags: ['imports'],
      summary: 'One import, and the rows it refused',
      request: { params: idParam('imp'), query: pageQuery.omit({ withTotal: true }) },
      responses: {
        200: {
          description:
            'The import with a page of its refusals, in the order of the file; the first 1,000 are kept.',
          content: json(importDetail),
        },
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      const found = await service.getImport(id);
      if (found.projectId === null) access.admin(c);
      else await access.project(c, service, found.projectId);
      const refusals = await service.pageRefusals(id, defined(c.req.valid('query')));
      return respond(c, 200, { ...found, refusals });
    },
  );
}

/** Whose project gets the rows: the caller's, unless an administrator names one of somebody else by its id. */
async function ownerOf(access: Access, c: RouteContext, project: string | undefined): Promise<string> {
  if (project?.startsWith('prj_') !== true) return callerOf(c).id;
  const service = access.service(c);
  await access.projects(c, service, [{ id: project, field: 'project' }]);
  return (await service.getProjectOwners([project])).get(project) ?? callerOf(c).id;
}
