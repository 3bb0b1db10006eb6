/** Runs of agents and their logs. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  defined,
  defineRoute,
  idParam,
  json,
  MACHINE_PACE,
  notFound,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  texts,
  timeInput,
} from '../../../kernel/index.ts';
import type { AgentSummary } from '../agents.ts';
import type { AgentsService } from '../service.ts';
import { AGENT_STATUSES, type AgentStatus } from '../types.ts';
import type { Access } from './access.ts';
import { badStatus } from './input.ts';
import { agentSchema } from './schemas.ts';

/** Logs of a long run come in parts; a part is at most this. */
const LOG_BODY_BYTES = 8 * 1024 * 1024;
const MAX_LINES = 10_000;

const status = z.enum(AGENT_STATUSES);
const lines = z
  .array(z.string().max(65_536))
  .max(MAX_LINES)
  .openapi({ example: ['Running tests...', 'Tests passed'] });
const error = z.string().max(65_536).nullable().optional().openapi({ description: 'Why it failed.' });

const newAgent = z
  .strictObject({
    projectId: anyId('prj'),
    status: status.optional().openapi({ default: 'running' }),
    startTime: timeInput().optional().openapi({ description: 'Default: now.' }),
    endTime: timeInput().nullable().optional(),
    logs: lines.optional(),
    error,
  })
  .openapi('NewAgent', {
    example: {
      projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p',
      status: 'running',
      logs: ['Agent started: Processing issue #125'],
    },
  });

const agentChange = z
  .strictObject({ status: status.optional(), endTime: timeInput().nullable().optional(), error })
  .refine((change) => Object.keys(change).length > 0, {
    error: 'changes nothing | Send status, endTime or error.',
  })
  .openapi('AgentChange', { example: { status: 'completed', endTime: '2026-01-31T09:30:00Z' } });

const newLines = z
  .strictObject({ lines })
  .openapi('NewLogLines', { example: { lines: ['Running tests...', 'Tests passed'] } });

const logSchema = z
  .object({
    logs: z
      .string()
      .openapi({ example: 'Running tests...\nTests passed', description: 'Lines joined by line ends.' }),
    status,
    error: z.string().nullable(),
    lastLine: z.string().nullable().openapi({
      example: '18',
      description: 'Pass it as `after` to get only what follows; null while there is no line.',
    }),
  })
  .openapi('AgentLogs');

export function addAgentRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/agents',
      operationId: 'listAgents',
      tags: ['agents'],
      summary: 'List runs of agents',
      request: {
        query: pageQuery.extend({
          projectId: anyId('prj').optional(),
          status: status.optional(),
          userId: anyId('usr').optional(),
        }),
      },
      responses: {
        200: { description: 'Newest start first, without logs.', content: json(pageSchema(agentSchema)) },
      },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      return respond(c, 200, await service.pageAgents({ ...filter, ...shown }));
    },
    texts({ bad: { status: badStatus } }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/agents',
      operationId: 'createAgent',
      tags: ['agents'],
      summary: 'Start, or record, a run',
      description: 'Writes an activity with it: `agent_started`, `agent_completed` or `agent_failed`.',
      limits: { bodyBytes: LOG_BODY_BYTES },
      request: { body: { content: json(newAgent) } },
      responses: { 201: { description: 'The run.', content: json(agentSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const input = { status: 'running' as const, ...defined(c.req.valid('json')) };
        await access.project(c, service, input.projectId);
        const { logs: _logs, ...agent } = await service.createAgent(input);
        await tell(service, agent);
        return agent;
      }),
    texts({ bad: { status: badStatus } }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/agents/{id}',
      operationId: 'getAgent',
      tags: ['agents'],
      summary: 'One run',
      request: { params: idParam('agt') },
      responses: { 200: { description: 'The run, without its log.', content: json(agentSchema) } },
    }),
    async (c) => {
      const service = access.service(c);
      const thing = await service.getAgentSummary(c.req.valid('param').id);
      return respond(c, 200, await access.within(c, service, { noun: 'Agent', thing }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'patch',
      path: '/agents/{id}',
      operationId: 'updateAgent',
      tags: ['agents'],
      summary: 'Change a run',
      description:
        'Any status may follow any other. One that is new writes an activity: `agent_started`, `agent_completed` or `agent_failed`.',
      request: { params: idParam('agt'), body: { content: json(agentChange) } },
      responses: { 200: { description: 'The run.', content: json(agentSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const changed = await access.service(c).transaction(async (service) => {
        await access.run(c, service, id);
        const { agent, previousStatus } = await service.changeAgent(id, defined(c.req.valid('json')));
        if (agent.status !== previousStatus) await tell(service, agent);
        return agent;
      });
      return respond(c, 200, changed);
    },
    texts({ bad: { status: badStatus } }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/agents/{id}/logs',
      operationId: 'getAgentLogs',
      tags: ['agents'],
      summary: 'The log of a run',
      description:
        'Up to 10,000 lines or 4 Mi characters; poll with `after` for what follows, or follow /events and read when `agent.logged` comes.',
      request: {
        params: idParam('agt'),
        query: z.strictObject({
          after: z
            .string()
            .regex(/^\d{1,18}$/, { error: 'is not the id of a line | Pass lastLine.' })
            .optional()
            .openapi({ description: '`lastLine` of the answer before.', example: '18' }),
        }),
      },
      responses: { 200: { description: 'Lines, status and error.', content: json(logSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { after } = c.req.valid('query');
      const service = access.service(c);
      await access.run(c, service, id);
      const log = await service.getAgentLogs(id, after === undefined ? {} : { after });
      if (log === null) throw notFound('Agent');
      // Where nothing followed, the reader stays where it was.
      return respond(c, 200, { ...log, lastLine: log.lastLine ?? after ?? null });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/agents/{id}/logs',
      operationId: 'appendAgentLogs',
      tags: ['agents'],
      summary: 'Append to the log of a run',
      description: 'Several writers may append at once; the lines of one call stay together.',
      limits: { ...MACHINE_PACE, bodyBytes: LOG_BODY_BYTES },
      request: { params: idParam('agt'), body: { content: json(newLines) } },
      responses: {
        201: { description: 'How many lines were added.', content: json(z.object({ added: z.int() })) },
      },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        const added = c.req.valid('json').lines;
        await access.run(c, service, id);
        await service.appendAgentLogs(id, added);
        return { added: added.length };
      }),
  );
}

const TOLD: Readonly<
  Record<AgentStatus, readonly ['agent_started' | 'agent_completed' | 'agent_failed', string]>
> = {
  running: ['agent_started', 'Agent started'],
  completed: ['agent_completed', 'Agent completed'],
  failed: ['agent_failed', 'Agent failed'],
};

/** Characters of an error that a feed shows; the run has the whole of it. */
const MAX_TOLD = 500;

/** The activity of a run's status, in the transaction that sets it. */
async function tell(service: AgentsService, agent: AgentSummary): Promise<void> {
  const [type, words] = TOLD[agent.status];
  const message = agent.error === null ? words : `${words}: ${agent.error.slice(0, MAX_TOLD)}`;
  await service.createActivity({
    projectId: agent.projectId,
    type,
    message,
    metadata: { agentId: agent.id },
  });
}
