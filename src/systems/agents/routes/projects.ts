/** Projects, each with its progress and spend. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  callerOf,
  DEFAULT_PAGE,
  defined,
  defineRoute,
  filledText,
  idParam,
  json,
  listParam,
  noContent,
  notFound,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import type { ProjectSummary } from '../projects.ts';
import type { AgentsService } from '../service.ts';
import type { Access } from './access.ts';
import {
  activitySchema,
  agentSchema,
  costSchema,
  jsonObject,
  projectSchema,
  projectSpendSchema,
  userSchema,
} from './schemas.ts';

const INCLUDES = ['user', 'agents', 'costs', 'activities'] as const;

const name = filledText(200, 'Quetrex');
const path = filledText(4_096, '/projects/quetrex');
const settings = jsonObject.nullable().openapi({ example: { theme: 'dark' } });

const newProject = z.strictObject({ name, path, settings: settings.optional() }).openapi('NewProject', {
  example: { name: 'Quetrex', path: '/projects/quetrex', settings: { theme: 'dark' } },
});

const projectChange = z
  .strictObject({
    name: name.optional(),
    path: path.optional(),
    settings: settings.optional().openapi({ description: 'Replaces all settings.' }),
  })
  .refine((change) => Object.keys(change).length > 0, {
    error: 'changes nothing | Send name, path or settings.',
  })
  .openapi('ProjectChange', { example: { name: 'Quetrex 2' } });

const fullProject = projectSchema
  .extend({
    user: userSchema.optional(),
    agents: z.array(agentSchema).optional(),
    costs: z.array(costSchema).optional(),
    activities: z.array(activitySchema).optional(),
  })
  .openapi('FullProject');

export function addProjectRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/projects',
      operationId: 'listProjects',
      tags: ['projects'],
      summary: 'List projects',
      description: 'The caller’s; an administrator sees all, or those of `userId`.',
      request: { query: pageQuery.extend({ userId: anyId('usr').optional() }) },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(projectSchema)) } },
    }),
    async (c) => {
      const { userId, ...page } = defined(c.req.valid('query'));
      const filter = { ...page, ...access.listed(c, userId) };
      return respond(c, 200, await access.service(c).pageProjectSummaries(filter));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/projects',
      operationId: 'createProject',
      tags: ['projects'],
      summary: 'Create a project',
      description: 'Writes a `project_created` activity with it.',
      request: { body: { content: json(newProject) } },
      responses: { 201: { description: 'The project.', content: json(projectSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const made = await service.createProject({ ...defined(c.req.valid('json')), userId: callerOf(c).id });
        await service.createActivity({
          projectId: made.id,
          type: 'project_created',
          message: `Project created: ${made.name}`,
        });
        return summaryOf(service, made.id);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/projects/{id}',
      operationId: 'getProject',
      tags: ['projects'],
      summary: 'One project',
      description: `\`include\` adds the owner, and the newest ${DEFAULT_PAGE} runs, costs and activities; their own lists have the rest.`,
      request: { params: idParam('prj'), query: z.strictObject({ include: listParam(INCLUDES).optional() }) },
      responses: { 200: { description: 'The project.', content: json(fullProject) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const include = new Set(c.req.valid('query').include);
      const service = access.service(c);
      const summary = await summaryOf(service, id);
      access.owner(c, summary.userId);
      if (include.size === 0) return respond(c, 200, summary);
      const limit = DEFAULT_PAGE;
      const [related, agents] = await Promise.all([
        service.getProjectById(id, {
          includeUser: include.has('user'),
          includeCosts: include.has('costs') && { limit },
          includeActivities: include.has('activities') && { limit },
        }),
        // Not by includeAgents: that brings whole logs, which have no limit.
        include.has('agents') ? service.pageAgents({ projectId: id, limit }) : undefined,
      ]);
      if (related === null) throw notFound('Project');
      return respond(c, 200, { ...related, ...summary, ...(agents && { agents: agents.data }) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'patch',
      path: '/projects/{id}',
      operationId: 'updateProject',
      tags: ['projects'],
      summary: 'Change a project',
      description: 'Writes a `project_updated` activity with it.',
      request: { params: idParam('prj'), body: { content: json(projectChange) } },
      responses: { 200: { description: 'The project.', content: json(projectSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const change = defined(c.req.valid('json'));
      const changed = await access.service(c).transaction(async (service) => {
        await access.projects(c, service, [{ id, field: 'id' }]);
        const project = await service.updateProject(id, change);
        await service.createActivity({
          projectId: id,
          type: 'project_updated',
          message: `Project updated: ${project.name}`,
          metadata: { changed: Object.keys(change) },
        });
        return summaryOf(service, id);
      });
      return respond(c, 200, changed);
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/projects/{id}',
      operationId: 'deleteProject',
      tags: ['projects'],
      summary: 'Delete a project',
      description:
        'Its runs, costs, activities and budgets go with it. The audit trail keeps that it was there.',
      request: { params: idParam('prj') },
      responses: { 204: { description: 'Gone.' } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.projects(c, service, [{ id, field: 'id' }]);
      if (!(await service.deleteProject(id))) throw notFound('Project');
      return noContent(c);
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/projects/{id}/spend',
      operationId: 'getProjectSpend',
      tags: ['spend'],
      summary: 'All spend of a project',
      description:
        'From its first day, without reading the costs: exact at every moment, fast at any number.',
      request: { params: idParam('prj') },
      responses: { 200: { description: 'The sums.', content: json(projectSpendSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.projects(c, service, [{ id, field: 'id' }]);
      return respond(c, 200, { projectId: id, ...(await service.getSpendByProject(id)) });
    },
  );
}

/** Throws the founding text when the project was deleted meanwhile. */
async function summaryOf(service: AgentsService, id: string): Promise<ProjectSummary> {
  const summary = await service.getProjectSummary(id);
  if (summary === null) throw notFound('Project');
  return summary;
}
