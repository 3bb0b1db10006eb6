/** Imports: a file of work done elsewhere as the body of a call, and what became of the files before. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  anyId,
  callerOf,
  decimalSchema,
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
  isAdmin,
  json,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  spoolBody,
} from '../../../kernel/index.ts';
import { CHAIN_KINDS, IMPORT_KINDS, recogniseKind } from '../imports/index.ts';
import type { Access } from './access.ts';

const EXAMPLE: ImportExample = {
  kind: IMPORT_KINDS[0] ?? '',
  source: 'swelancer_paid_tasks.csv',
  head: 'issue_id,price_usd,title\n14268,2000.00,[$2000] Sending a message\n',
  rows: 120,
  totals: { tasks: '120', amount: '92175', held: '108', workers: '1' },
  reason: 'price_usd is not a positive amount',
  excerpt: '14268,-1,Sending a message',
};

const importSchema = importRecordSchema(EXAMPLE, {
  platformId: anyId('plt').nullable().openapi({ description: 'Null: what was seen on a chain.' }),
}).openapi('Import');

const importDetail = importSchema.extend({ refusals: importRefusalsSchema(EXAMPLE) }).openapi('ImportDetail');

const query = importQuery(EXAMPLE, IMPORT_KINDS).extend({
  platform: anyId('plt').optional().openapi({
    description:
      'Platform that posts and pays the tasks. A platform imports for itself; without it an administrator imports for the one of this kind of file, which is made.',
  }),
  worker: anyId('wrk').optional().openapi({ description: 'Who did the work, for files that name nobody.' }),
  amount: decimalSchema({ example: '0.05' })
    .optional()
    .openapi({ description: 'Pay of one judgement, for files that name none.' }),
});

export function addImportRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/imports',
      operationId: 'importFile',
      tags: ['imports'],
      summary: 'Import a file',
      description:
        'Tasks that were done elsewhere, which the platform posts and pays, or (administrators) what was seen on a chain, as the body. Importing a file twice adds nothing and pays nothing; bad rows are left out and reported.',
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
      const { source, kind: named, ...given } = defined(c.req.valid('query'));
      const platform = isAdmin(callerOf(c)) ? given.platform : access.actingPlatform(c, given.platform);
      await using file = await spoolBody(c);
      const kind = named ?? (await recogniseKind({ source, open: file.open }));
      if (CHAIN_KINDS.includes(kind)) access.admin(c);
      const report = await access.service(c).importFile({
        source,
        kind,
        open: file.open,
        options: { ...given, ...(platform === undefined ? {} : { platform }) },
        signal: c.get('signal'),
      });
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
      request: { query: pageQuery.omit({ withTotal: true }).extend({ platformId: anyId('plt').optional() }) },
      responses: {
        200: {
          description: 'Newest first; those of a chain are for administrators.',
          content: json(pageSchema(importSchema)),
        },
      },
    }),
    async (c) => {
      const { platformId, ...page } = defined(c.req.valid('query'));
      const shown = access.platformsOnly(c, platformId);
      return respond(c, 200, await access.service(c).pageImports({ ...page, ...shown }));
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
      access.owner(c, found.platformId);
      return respond(c, 200, {
        ...found,
        refusals: await service.pageRefusals(id, defined(c.req.valid('query'))),
      });
    },
  );
}
