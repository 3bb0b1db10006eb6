/** The price book: anybody may read it and ask what usage would cost; administrators change it. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  callingActor,
  decimalAnswer,
  decimalSchema,
  defined,
  defineRoute,
  filledText,
  idParam,
  json,
  MACHINE_PACE,
  noContent,
  notFound,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  timeInput,
  timeSchema,
} from '../../../kernel/index.ts';
import { SERVICE_TIERS } from '../price-tables/index.ts';
import { deletePrice, findPrice, listPrices, setPrice } from '../prices.ts';
import { checkUsage, quote, reprice } from '../quotes.ts';
import { USAGE_KINDS, type UsageKind } from '../usage-kinds.ts';
import type { Access } from './access.ts';

const USAGE_KIND_NAMES = Object.keys(USAGE_KINDS) as [UsageKind, ...UsageKind[]];
/** Costs are priced in batches that each stand by themselves; what is cut off goes on at the next call. */
const REPRICE_TIME_MS = 10 * 60_000;

const tier = z.enum(SERVICE_TIERS);
const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time of day | Write it as 16:30.' });
const quantities = z.record(z.string().max(100), z.union([z.int().min(0), decimalSchema({ min: 'zero' })]));

const priceSchema = z
  .object({
    id: anyId('mpr'),
    source: z
      .string()
      .openapi({ example: 'manual', description: 'Who says so; manual comes before every table.' }),
    provider: z.string().openapi({ example: 'openai' }),
    model: z.string().openapi({ example: 'gpt-4o' }),
    serviceTier: z.string().openapi({ example: 'standard' }),
    dayFrom: z
      .string()
      .nullable()
      .openapi({ example: null, description: 'Start of daily hours, UTC; null: all day.' }),
    dayUntil: z.string().nullable().openapi({ example: null }),
    validFrom: timeSchema().nullable().openapi({ description: 'Null: as far back as anyone asks.' }),
    validUntil: timeSchema().nullable().openapi({ description: 'Null: until further notice.' }),
    rates: z
      .array(z.object({ kind: z.string(), aboveTokens: z.int(), unitPrice: z.string() }))
      .openapi({ example: [{ kind: 'input', aboveTokens: 0, unitPrice: '0.0000025' }] }),
    acceptedImplausible: z
      .array(z.object({ kind: z.string(), unit_price: z.string(), limit: z.string() }))
      .nullable()
      .openapi({ example: null, description: 'Rates above their limit that somebody accepted.' }),
    note: z.string().nullable().openapi({ example: null }),
    createdAt: timeSchema(),
  })
  .openapi('Price');

const foundPrice = priceSchema
  .extend({ matchedBy: z.string().openapi({ example: 'name gpt-4o' }) })
  .openapi('FoundPrice');

const newPrice = z
  .strictObject({
    provider: filledText(200, 'openai'),
    model: filledText(200, 'gpt-4o'),
    names: z.array(z.string().min(1).max(200)).max(100).optional(),
    rates: z
      .array(
        z.strictObject({
          kind: z.enum(USAGE_KIND_NAMES),
          unitPrice: decimalSchema({ min: 'zero', example: '0.0000025' }).openapi({
            description: 'USD for one unit.',
          }),
          aboveTokens: z
            .int()
            .min(0)
            .optional()
            .openapi({ description: 'Only calls with more input than this.' }),
        }),
      )
      .min(1)
      .max(200),
    serviceTier: tier.optional(),
    validFrom: timeInput().optional(),
    validUntil: timeInput().optional(),
    dayFrom: clock.optional(),
    dayUntil: clock.optional(),
    note: z.string().max(1_000).optional(),
    acceptImplausible: z.boolean().optional().openapi({
      description: 'Enters a rate above the limit of its kind, and records that you did.',
    }),
  })
  .openapi('NewPrice', {
    example: {
      provider: 'openai',
      model: 'gpt-4o',
      rates: [
        { kind: 'input', unitPrice: '0.0000025' },
        { kind: 'output', unitPrice: '0.00001' },
      ],
      validFrom: '2026-01-01T00:00:00Z',
    },
  });

const usageToPrice = z
  .strictObject({
    provider: filledText(200, 'openai').optional(),
    model: filledText(200, 'gpt-4o'),
    usage: quantities,
    serviceTier: tier.optional(),
    at: timeInput().optional().openapi({ description: 'Default: now.' }),
  })
  .openapi('UsageToPrice', {
    example: { provider: 'openai', model: 'gpt-4o', usage: { input: 1500, output: 800 } },
  });

const quoteSchema = z
  .object({
    amount: decimalAnswer('0.01175').nullable().openapi({
      description: 'USD; null when the price is not known, which is never the same as zero.',
    }),
    priceId: anyId('mpr').nullable(),
    reason: z.enum(['unknown_model', 'no_price_then', 'unpriced_kind']).nullable(),
    unpricedKinds: z.array(z.string()).openapi({ example: [] }),
    lines: z.array(
      z.object({
        kind: z.string().openapi({ example: 'input' }),
        quantity: z.string().openapi({ example: '1500' }),
        unitPrice: decimalAnswer('0.0000025').nullable(),
        pricedAs: z.string().nullable().openapi({ example: 'input' }),
        aboveTokens: z.union([z.int(), z.string()]).nullable().openapi({ example: 0 }),
        amount: decimalAnswer('0.00375').nullable(),
      }),
    ),
  })
  .openapi('Quote');

const repriceInput = z
  .strictObject({ projectId: anyId('prj').optional() })
  .openapi('RepriceRequest', { example: { projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p' } });

const repriced = z
  .object({
    examined: z.int().openapi({ example: 12, description: 'Unpriced costs that were looked at.' }),
    priced: z.int().openapi({ example: 10 }),
  })
  .openapi('Repriced');

export function addPriceRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/prices',
      operationId: 'listPrices',
      tags: ['prices'],
      summary: 'List model prices',
      request: {
        query: pageQuery.omit({ withTotal: true }).extend({
          source: z.string().max(40).optional().openapi({ example: 'manual' }),
          provider: filledText(200, 'openai').optional(),
          model: filledText(200, 'gpt-4o').optional(),
          at: timeInput().optional().openapi({ description: 'Only prices that hold at this moment.' }),
        }),
      },
      responses: { 200: { description: 'Newest entries first.', content: json(pageSchema(priceSchema)) } },
    }),
    async (c) => respond(c, 200, await listPrices(access.service(c).scope, defined(c.req.valid('query')))),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/prices/find',
      operationId: 'findPrice',
      tags: ['prices'],
      summary: 'The price of a model at a moment',
      request: {
        query: z.strictObject({
          provider: filledText(200, 'openai').optional(),
          model: filledText(200, 'gpt-4o'),
          at: timeInput().optional().openapi({ description: 'Default: now.' }),
          serviceTier: tier.optional(),
        }),
      },
      responses: { 200: { description: 'The price and how the name led to it.', content: json(foundPrice) } },
    }),
    async (c) => {
      const price = await findPrice(access.service(c).scope, defined(c.req.valid('query')));
      if (price === null) throw notFound('Price', 'model');
      return respond(c, 200, price);
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/prices',
      operationId: 'setPrice',
      tags: ['prices'],
      summary: 'Set a price',
      description:
        'Administrators only. It starts at `validFrom` and ends the price before it; costs computed so far stay. A rate that is implausible for its kind is refused unless accepted.',
      request: { body: { content: json(newPrice) } },
      responses: { 201: { description: 'The price.', content: json(priceSchema) } },
    }),
    (c) => {
      access.admin(c);
      return access.once(c, 201, (service) => {
        const { rates, ...price } = defined(c.req.valid('json'));
        return setPrice(service.scope, { ...price, rates: rates.map(defined) }, callingActor(c));
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/prices/{id}',
      operationId: 'deletePrice',
      tags: ['prices'],
      summary: 'Remove a price that nothing was computed with',
      request: { params: idParam('mpr') },
      responses: { 204: { description: 'Gone.' } },
    }),
    async (c) => {
      access.admin(c);
      await deletePrice(access.service(c).scope, c.req.valid('param').id, callingActor(c));
      return noContent(c);
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/prices/quote',
      operationId: 'quoteUsage',
      tags: ['prices'],
      summary: 'What would usage cost?',
      description: 'Kind by kind, at the price of that moment. Writes nothing.',
      limits: MACHINE_PACE,
      request: { body: { content: json(usageToPrice) } },
      responses: { 200: { description: 'Amount and lines.', content: json(quoteSchema) } },
    }),
    async (c) => {
      const { usage, at, ...call } = defined(c.req.valid('json'));
      const quantitiesAsText = Object.entries(usage).map(([kind, quantity]) => [kind, String(quantity)]);
      const wanted = {
        ...call,
        usage: checkUsage(Object.fromEntries(quantitiesAsText)),
        at: at ?? new Date(),
      };
      return respond(c, 200, await quote(access.service(c).scope, wanted));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/prices/reprice',
      operationId: 'repriceCosts',
      tags: ['prices'],
      summary: 'Price the costs that had no price',
      description: 'Of one project; an administrator may leave the project out to price all.',
      limits: { timeMs: REPRICE_TIME_MS },
      request: { body: { content: json(repriceInput) } },
      responses: { 200: { description: 'How many were priced.', content: json(repriced) } },
    }),
    async (c) => {
      const service = access.service(c);
      const { projectId } = c.req.valid('json');
      if (projectId === undefined) access.admin(c);
      else await access.project(c, service, projectId);
      return respond(c, 200, await reprice(service.scope, projectId === undefined ? {} : { projectId }));
    },
  );
}
