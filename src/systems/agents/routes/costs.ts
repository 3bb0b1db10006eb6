/** Costs of model calls: one, many at once, and lists of them. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  booleanParam,
  decimalSchema,
  defined,
  defineRoute,
  filledText,
  idParam,
  json,
  MACHINE_PACE,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  timeInput,
} from '../../../kernel/index.ts';
import { SERVICE_TIERS } from '../price-tables/index.ts';
import type { Access } from './access.ts';
import { costSchema } from './schemas.ts';

/** At some 300 bytes each; larger sets go through the importer. */
const MAX_BULK = 10_000;
const BULK_BODY_BYTES = 16 * 1024 * 1024;

/** A whole number may be written as one: a count of tokens is exact. Anything else is decimal text. */
const quantity = z.union([z.int().min(0), decimalSchema({ min: 'zero', example: '12.5' })]);
const tokens = z.int().min(0).nullable().optional();
const names = { model: filledText(200, 'gpt-4o'), provider: filledText(200, 'openai') };

/** What a call was, without whose it was; a settlement has the same. */
export const callFields = {
  amount: decimalSchema({ min: 'zero', example: '0.045' }).optional().openapi({
    description: 'USD. Left out: computed from the usage at the price valid then.',
  }),
  ...names,
  inputTokens: tokens.openapi({ example: 1500 }),
  outputTokens: tokens.openapi({ example: 800 }),
  usage: z
    .record(z.string().max(100), quantity)
    .nullable()
    .optional()
    .openapi({
      example: { input: 1500, cache_read: 4000, output: 800 },
      description: 'Disjoint kinds of usage; a kind without a price is flagged.',
    }),
  serviceTier: z.enum(SERVICE_TIERS).optional().openapi({ default: 'standard' }),
  timestamp: timeInput().optional().openapi({ description: 'Default: now.' }),
};

const newCost = z
  .strictObject({ projectId: anyId('prj'), agentId: anyId('agt').nullable().optional(), ...callFields })
  .openapi('NewCost', {
    example: {
      projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p',
      model: 'gpt-4o',
      provider: 'openai',
      inputTokens: 1500,
      outputTokens: 800,
    },
  });

const newCosts = z.strictObject({ costs: z.array(newCost).min(1).max(MAX_BULK) }).openapi('NewCosts', {
  example: {
    costs: [
      {
        projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p',
        amount: '0.045',
        model: 'gpt-4o',
        provider: 'openai',
        inputTokens: 1500,
        outputTokens: 800,
      },
    ],
  },
});

const bulkSchema = z
  .object({
    count: z.int().openapi({ example: 1 }),
    ids: z.array(anyId('cst')).openapi({ description: 'In the order of the costs sent.' }),
  })
  .openapi('NewCostIds');

export function addCostRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/costs',
      operationId: 'listCosts',
      tags: ['costs'],
      summary: 'List costs',
      request: {
        query: pageQuery.extend({
          projectId: anyId('prj').optional(),
          agentId: anyId('agt').optional(),
          provider: names.provider.optional(),
          model: names.model.optional(),
          from: timeInput().optional().openapi({ description: 'First moment, inclusive.' }),
          to: timeInput().optional().openapi({ description: 'Last moment, exclusive.' }),
          unpriced: booleanParam().optional().openapi({ description: 'Only calls whose price is unknown.' }),
          userId: anyId('usr').optional(),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(costSchema)) } },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      return respond(c, 200, await service.pageCosts({ ...filter, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/costs',
      operationId: 'createCost',
      tags: ['costs'],
      summary: 'Record a cost',
      description:
        'Without `amount` it is computed from the usage; where no price is known the cost is kept, flagged `unpriced`, and never counted as zero.',
      limits: MACHINE_PACE,
      request: { body: { content: json(newCost) } },
      responses: { 201: { description: 'The cost.', content: json(costSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const input = defined(c.req.valid('json'));
        await access.project(c, service, input.projectId);
        return service.createCost(input);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/costs/bulk',
      operationId: 'createCosts',
      tags: ['costs'],
      summary: 'Record many costs',
      description: `Up to ${MAX_BULK} in one statement: all or none.`,
      limits: { ...MACHINE_PACE, bodyBytes: BULK_BODY_BYTES },
      request: { body: { content: json(newCosts) } },
      responses: { 201: { description: 'Their ids.', content: json(bulkSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const costs = c.req.valid('json').costs.map(defined);
        const named = costs.map(({ projectId }, index) => ({
          id: projectId,
          field: `costs[${index}].projectId`,
        }));
        await access.projects(c, service, named);
        return service.bulkCreateCosts(costs);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/costs/{id}',
      operationId: 'getCost',
      tags: ['costs'],
      summary: 'One cost',
      request: { params: idParam('cst') },
      responses: { 200: { description: 'The cost.', content: json(costSchema) } },
    }),
    async (c) => {
      const service = access.service(c);
      const thing = await service.getCostById(c.req.valid('param').id);
      return respond(c, 200, await access.within(c, service, { noun: 'Cost', thing }));
    },
  );
}
