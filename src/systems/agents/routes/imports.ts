/** Imports: a file as the body of a call, and what became of the files before. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  booleanParam,
  callerOf,
  callingActor,
  defined,
  defineRoute,
  IMPORT_LIMITS,
  type ImportExample,
  idParam,
  importBody,
  importQuery,
  importRecordSchema,
  importRefusalsSchema,
  importReportSchema,
  json,
  pageQuery,
  pageSchema,
  type RouteContext,
  type RouteEnv,
  respond,
  spoolBody,
} from '../../../kernel/index.ts';
import { IMPORT_KINDS, importFile, PRICE_TABLE_KINDS, recogniseKind } from '../imports/index.ts';
import type { Access } from './access.ts';

const EXAMPLE: ImportExample = {
  kind: IMPORT_KINDS[0] ?? '',
  source: 'aider_llm_costs.csv',
  head: 'time_unix,time_utc,user_id,main_model,weak_model,edit_format,prompt_tokens,completion_tokens,total_tokens,cost_usd,session_total_cost_usd,aider_version\n1723560043,2024-08-13T14:40:43Z,u2fe9bcf18f,gpt-4o-mini,,,638,25,663,0.0001107,0.0001107,0.49.2-dev\n',
  rows: 2669,
  totals: { calls: '2669', logged: '75.619557446' },
  reason: 'amount is negative',
  excerpt: '2025-01-01,gpt-4o,-1',
};

const importSchema = importRecordSchema(EXAMPLE, {
  projectId: anyId('prj').nullable().openapi({ description: 'Null: a price table.' }),
}).openapi('Import');

const query = importQuery(EXAMPLE, IMPORT_KINDS).extend({
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

const importDetail = importSchema.extend({ refusals: importRefusalsSchema(EXAMPLE) }).openapi('ImportDetail');

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
      limits: IMPORT_LIMITS,
      request: { query, body: importBody(EXAMPLE) },
      responses: {
        201: {
          description: 'What came in, and what was refused.',
          content: json(importReportSchema(EXAMPLE)),
        },
      },
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
