/** Declarations, for the document only, of the routes that the face answers itself. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { createRouter, defineRoute, type Instance, json, type RouteEnv } from '../kernel/index.ts';
import { problemSchema } from './problem.ts';

const OPERATORS_ONLY = 'For callers on the same machine, or with the operations token.';

/** The events route of an instance, or without one the routes of the service itself. */
export function ownRoutes(instance?: Instance): OpenAPIHono<RouteEnv> {
  const router = createRouter();
  const { openAPIRegistry: registry } = router;
  if (instance) {
    registry.registerPath(eventsRoute());
    return router;
  }
  registry.register('Problem', problemSchema);
  for (const route of serviceRoutes()) registry.registerPath(route);
  return router;
}

function eventsRoute() {
  return defineRoute({
    method: 'get',
    path: '/events',
    operationId: 'streamEvents',
    tags: ['events'],
    summary: 'Follow events',
    description:
      'Server-sent events. Each `data` is one CloudEvents 1.0 object; its SSE `id` is the position to resume from. ' +
      'Without a position the stream begins with what happens next. It ends when the credentials do.',
    request: {
      query: z.object({
        after: z.string().optional().openapi({
          description: 'Position to resume after, or `start` for everything kept.',
          example: 'start',
        }),
        types: z
          .string()
          .optional()
          .openapi({ description: 'Only these types, separated by commas; `noun.*` takes all of a noun.' }),
        access_token: z.string().optional().openapi({
          description: 'An access token, for EventSource, which cannot send headers. Never an API key.',
        }),
      }),
      headers: z.object({
        'Last-Event-ID': z
          .string()
          .optional()
          .openapi({ description: 'Position to resume after; EventSource sends it by itself.' }),
      }),
    },
    responses: {
      200: {
        description: 'A stream that stays open.',
        content: {
          'text/event-stream': {
            schema: z.string().openapi({
              example:
                'id: 7421-18\ndata: {"specversion":"1.0","id":"evt_18","source":"/v1/agents","type":"project.created","subject":"prj_…","time":"2026-01-31T09:30:00.000Z","data":{}}\n\n',
            }),
          },
        },
      },
    },
  });
}

function serviceRoutes() {
  const checks = z.array(z.object({ name: z.string(), ok: z.boolean(), note: z.string().optional() }));
  const declare = (path: string, about: { summary: string; description: string }, answer: z.ZodType) =>
    defineRoute({
      method: 'get',
      path,
      tags: ['service'],
      ...about,
      security: path === '/health/db' ? [{}, { bearer: [] }] : [],
      responses: { 200: { description: 'It is.', content: json(answer) } },
    });
  return [
    declare(
      '/livez',
      { summary: 'Alive?', description: 'Whether the process answers. Never asks the database.' },
      z.object({ status: z.literal('ok') }),
    ),
    declare(
      '/readyz',
      {
        summary: 'Ready?',
        description: 'Whether it can serve: the database answers and no migration is pending.',
      },
      z.object({ status: z.literal('ready'), checks }),
    ),
    declare(
      '/health',
      { summary: 'Health', description: 'What runs here, since when, and whether it is ready.' },
      z.object({
        status: z.literal('ok'),
        version: z.string(),
        uptimeSeconds: z.int(),
        instances: z.array(
          z.object({ instance: z.string(), system: z.string(), title: z.string(), url: z.string() }),
        ),
        checks,
      }),
    ),
    declare(
      '/health/db',
      {
        summary: 'Database health',
        description: `Pool, sizes, age of the oldest transaction. ${OPERATORS_ONLY}`,
      },
      z.object({ status: z.literal('ok') }).loose(),
    ),
    defineRoute({
      method: 'get',
      path: '/metrics',
      tags: ['service'],
      summary: 'Metrics',
      description: `For Prometheus. ${OPERATORS_ONLY}`,
      security: [{}, { bearer: [] }],
      responses: {
        200: { description: 'Prometheus text format.', content: { 'text/plain': { schema: z.string() } } },
      },
    }),
  ];
}
