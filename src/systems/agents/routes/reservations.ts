/** Reservations: money set aside before a call, and settled with what the call really cost. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  decimalSchema,
  defined,
  defineRoute,
  idParam,
  json,
  MACHINE_PACE,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import { RESERVATION_STATES } from '../budgets.ts';
import type { Access } from './access.ts';
import { callFields } from './costs.ts';
import { costSchema, reservationSchema } from './schemas.ts';

const newReservation = z
  .strictObject({
    projectId: anyId('prj'),
    agentId: anyId('agt').nullable().optional(),
    amount: decimalSchema({ min: 'positive', example: '0.5' }).openapi({
      description: 'The most the call can cost, USD.',
    }),
    holdS: z.int().min(1).max(86_400).optional().openapi({
      default: 600,
      description: 'Seconds until it lapses by itself.',
    }),
    purpose: z.string().max(500).optional().openapi({ example: 'issue #125' }),
  })
  .openapi('NewReservation', {
    example: { projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p', amount: '0.5', purpose: 'issue #125' },
  });

const settlement = z.strictObject(callFields).openapi('Settlement', {
  example: { model: 'gpt-4o', provider: 'openai', inputTokens: 1500, outputTokens: 800 },
});

const settledSchema = z
  .object({ reservation: reservationSchema, cost: costSchema })
  .openapi('SettledReservation');

export function addReservationRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/reservations',
      operationId: 'listReservations',
      tags: ['budgets'],
      summary: 'List reservations',
      request: {
        query: pageQuery.extend({
          projectId: anyId('prj').optional(),
          state: z.enum(RESERVATION_STATES).optional(),
          userId: anyId('usr').optional(),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(reservationSchema)) } },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      return respond(c, 200, await service.pageReservations({ ...filter, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/reservations',
      operationId: 'createReservation',
      tags: ['budgets'],
      summary: 'Reserve before a call',
      description:
        'Needs an `Idempotency-Key`: it moves money, and a repeated call must not set it aside twice. Refused with 409 `budget_exceeded` when a hard budget of the project or the run has no room; concurrent calls are let in one by one.',
      limits: { ...MACHINE_PACE, needsKey: 'A reservation' },
      request: { body: { content: json(newReservation) } },
      responses: { 201: { description: 'The reservation.', content: json(reservationSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const input = defined(c.req.valid('json'));
        await access.project(c, service, input.projectId);
        return service.reserveBudget(input);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/reservations/{id}',
      operationId: 'getReservation',
      tags: ['budgets'],
      summary: 'One reservation',
      request: { params: idParam('rsv') },
      responses: { 200: { description: 'The reservation.', content: json(reservationSchema) } },
    }),
    async (c) => {
      const service = access.service(c);
      const thing = await service.getReservation(c.req.valid('param').id);
      return respond(c, 200, await access.within(c, service, { noun: 'Reservation', thing }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/reservations/{id}/settle',
      operationId: 'settleReservation',
      tags: ['budgets'],
      summary: 'Settle with the real cost',
      description:
        'Records the cost and closes the reservation together. A second settlement answers with the first one’s cost. A cost above the reserved amount is recorded as it is; an expired reservation can still be settled, a released one cannot.',
      limits: MACHINE_PACE,
      request: { params: idParam('rsv'), body: { content: json(settlement) } },
      responses: { 200: { description: 'Reservation and cost.', content: json(settledSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.within(c, service, { noun: 'Reservation', thing: await service.getReservation(id) });
        return service.settleReservation(id, defined(c.req.valid('json')));
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/reservations/{id}/release',
      operationId: 'releaseReservation',
      tags: ['budgets'],
      summary: 'Give reserved money back',
      description: 'For a call that was not made. Releasing twice is one release; a settled one is refused.',
      limits: MACHINE_PACE,
      request: { params: idParam('rsv') },
      responses: { 200: { description: 'The reservation.', content: json(reservationSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.within(c, service, { noun: 'Reservation', thing: await service.getReservation(id) });
        return service.releaseReservation(id);
      }),
  );
}
