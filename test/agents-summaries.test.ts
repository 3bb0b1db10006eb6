import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, times } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

describe('the projects of a user', () => {
  it('are only theirs, newest first, and an empty list without any', async () => {
    const [one, other, nobody] = [await t.newUser(), await t.newUser(), await t.newUser()];
    const mine = [];
    for (let n = 0; n < 3; n += 1) mine.push(await t.newProject({ userId: one.id }));
    const theirs = await t.newProject({ userId: other.id });
    await t.sql(
      `update :schema.projects p set created_at = clock_timestamp() + make_interval(hours => n::integer)
         from unnest($1::text[]) with ordinality as t(id, n) where p.id = t.id`,
      [mine.map((project) => project.id)],
    );
    expect((await service.listProjectsByUser(one.id)).map(({ id }) => id)).toEqual(
      mine.map(({ id }) => id).reverse(),
    );
    expect((await service.listProjectsByUser(other.id)).map(({ id }) => id)).toEqual([theirs.id]);
    expect(await service.listProjectsByUser(nobody.id)).toEqual([]);
    expect(await service.listProjectsByUser('usr_unknown')).toEqual([]);
    expect(await service.listProjectsByUser(one.id, { limit: 2 })).toHaveLength(2);
  });

  it('keep one order among equal times, in the list and over pages', async () => {
    const user = await t.newUser();
    await Promise.all(times(11, () => t.newProject({ userId: user.id })));
    await t.sql("update :schema.projects set created_at = '2026-01-01' where user_id = $1", [user.id]);
    const list = (await service.listProjectsByUser(user.id)).map(({ id }) => id);
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.pageProjectSummaries({
        userId: user.id,
        limit: 3,
        withTotal: true,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.total).toBe(11);
      pages.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(list);
    expect(new Set(pages).size).toBe(11);
  });

  it('refuse a cursor of another list', async () => {
    const user = await t.newUser();
    await t.newProject({ userId: user.id });
    await t.newProject({ userId: user.id });
    const page = await service.pageProjectSummaries({ userId: user.id, limit: 1 });
    expect(page.hasMore).toBe(true);
    for (const cursor of [page.nextCursor ?? '', 'nonsense', '']) {
      expect(await refusal(service.pageUsers({ cursor }))).toMatchObject({
        code: 'invalid_input',
        field: 'cursor',
      });
    }
  });
});

describe('the summary of a project', () => {
  const progressOf = async (completed: number, others: number) => {
    const project = await t.newProject();
    const status = (n: number) => (n < completed ? 'completed' : n % 2 === 0 ? 'running' : 'failed');
    await Promise.all(
      times(completed + others, (n) => t.newAgent({ projectId: project.id, status: status(n) })),
    );
    return (await service.getProjectSummary(project.id))?.progress;
  };

  it.each([
    [0, 0, 0],
    [0, 2, 0],
    [1, 0, 100],
    [1, 1, 50],
    [1, 2, 33],
    [2, 1, 67],
    [1, 7, 13],
    [1, 199, 1],
  ])('shows %i completed and %i other runs as %i percent', async (completed, others, percent) => {
    expect(await progressOf(completed, others)).toBe(percent);
  });

  it('has the exact total, the calls without a price, the runs and the last activity', async () => {
    const project = await t.newProject();
    const ids = { projectId: project.id, model: 'm', provider: 'p' };
    await service.bulkCreateCosts(times(3, () => ({ ...ids, amount: '0.001' })));
    await service.createCost({ ...ids, inputTokens: 5 });
    await t.newAgent({ projectId: project.id });
    const activity = await service.createActivity({
      projectId: project.id,
      type: 'project_created',
      message: 'm',
    });
    const expected = {
      ...project,
      progress: 0,
      agentCount: 1,
      totalCost: '0.003',
      unpricedCalls: 1,
      lastActivity: activity.timestamp,
    };
    expect(await service.getProjectSummary(project.id)).toEqual(expected);
    const page = await service.pageProjectSummaries({ limit: 1, userId: project.userId });
    expect(page.data).toEqual([expected]);
    expect(await service.getProjectSummary('prj_unknown')).toBeNull();
    const bare = await t.newProject();
    expect(await service.getProjectSummary(bare.id)).toMatchObject({
      totalCost: '0',
      unpricedCalls: 0,
      lastActivity: null,
    });
  });
});

describe('the dashboard of a user', () => {
  it('sums only their projects, to cents and exactly', async () => {
    const [user, other] = [await t.newUser(), await t.newUser()];
    const mine = await Promise.all(times(7, () => t.newProject({ userId: user.id })));
    const foreign = await t.newProject({ userId: other.id });
    for (const [n, project] of [...mine, foreign].entries()) {
      await service.createCost({ projectId: project.id, amount: '0.0015', model: 'm', provider: 'p' });
      await t.newAgent({ projectId: project.id, status: n % 2 === 0 ? 'running' : 'completed' });
      await service.bulkCreateActivities(
        times(2, (k) => ({ projectId: project.id, type: 'agent_started' as const, message: `${n}/${k}` })),
      );
    }
    await service.createCost({
      projectId: mine[0]!.id,
      model: 'nobody-knows',
      provider: 'p',
      outputTokens: 1,
    });
    const dashboard = await service.getDashboard(user.id);
    expect(dashboard.summary).toEqual({
      totalProjects: 7,
      activeAgents: 4,
      totalCosts: '0.01',
      totalCostsExact: '0.0105',
      unpricedCalls: 1,
    });
    expect(dashboard.recentActivities).toHaveLength(10);
    expect(dashboard.recentActivities.every((activity) => activity.project.userId === user.id)).toBe(true);
    expect(dashboard.projects).toHaveLength(5);
    expect(
      dashboard.projects.every((project) => project.userId === user.id && project.agentCount === 1),
    ).toBe(true);
  });

  it('is all zeros for a user without projects', async () => {
    const user = await t.newUser();
    expect(await service.getDashboard(user.id)).toEqual({
      summary: {
        totalProjects: 0,
        activeAgents: 0,
        totalCosts: '0.00',
        totalCostsExact: '0',
        unpricedCalls: 0,
      },
      recentActivities: [],
      projects: [],
    });
  });
});
