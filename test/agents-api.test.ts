import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import { type AgentsApi, type Body, type Caller, openAgentsApi } from './support/agents-api.ts';

let api: AgentsApi;
let robin: Caller;

beforeAll(async () => {
  api = await openAgentsApi();
  robin = await api.user('Robin Vale');
});

afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);
const walk = (...args: Parameters<AgentsApi['walk']>) => api.walk(...args);

describe('a project', () => {
  it('comes with progress and spend, and tells the feed that it was made', async () => {
    const body = {
      name: 'Quetrex',
      path: '/projects/quetrex',
      settings: { theme: 'dark', deep: [1, { two: null }] },
    };
    const made = await call('POST', '/projects', { as: robin, body });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...body,
      userId: robin.id,
      progress: 0,
      agentCount: 0,
      totalCost: '0',
      unpricedCalls: 0,
      lastActivity: expect.stringMatching(/Z$/),
    });
    const feed = await call('GET', `/activity?projectId=${made.body.id}`, { as: robin });
    expect(feed.body.data).toMatchObject([
      { type: 'project_created', message: 'Project created: Quetrex', metadata: null },
    ]);
    expect((await call('GET', `/projects/${made.body.id}`, { as: robin })).body).toEqual(made.body);
  });

  it('has the share of its completed runs as progress, rounded', async () => {
    const { id } = await api.project(robin);
    for (const status of ['completed', 'completed', 'failed']) {
      await call('POST', '/agents', { as: robin, body: { projectId: id, status } });
    }
    const { body } = await call('GET', `/projects/${id}`, { as: robin });
    expect(body).toMatchObject({ progress: 67, agentCount: 3 });
  });

  it('brings what is included and nothing else', async () => {
    const { id } = await api.project(robin);
    await call('POST', '/agents', { as: robin, body: { projectId: id, logs: ['a line'] } });
    await call('POST', '/costs', {
      as: robin,
      body: { projectId: id, amount: '0.10', model: 'm', provider: 'p' },
    });
    const plain = await call('GET', `/projects/${id}`, { as: robin });
    expect(plain.body).not.toHaveProperty('user');
    const full = await call('GET', `/projects/${id}?include=user,agents,costs,activities`, { as: robin });
    expect(full.body).toMatchObject({
      totalCost: '0.1',
      user: { id: robin.id, email: robin.email, name: 'Robin Vale' },
      agents: [{ projectId: id, status: 'running' }],
      costs: [{ projectId: id, amount: '0.1' }],
      activities: [{ type: 'agent_started' }, { type: 'project_created' }],
    });
    const unknown = await call('GET', `/projects/${id}?include=secrets`, { as: robin });
    expect(unknown.status).toBe(400);
    expect(unknown.body).toMatchObject({ field: 'include' });
  });

  it('changes by field, with settings replaced whole, and tells the feed what changed', async () => {
    const { id } = await api.project(robin, { settings: { a: 1, b: 2 } });
    const changed = await call('PATCH', `/projects/${id}`, {
      as: robin,
      body: { name: 'New', settings: { b: 3 } },
    });
    expect(changed.body).toMatchObject({ name: 'New', settings: { b: 3 } });
    const cleared = await call('PATCH', `/projects/${id}`, { as: robin, body: { settings: null } });
    expect(cleared.body).toMatchObject({ name: 'New', settings: null });
    const feed = await call('GET', `/activity?projectId=${id}`, { as: robin });
    expect(feed.body.data.slice(0, 2)).toMatchObject([
      { type: 'project_updated', metadata: { changed: ['settings'] } },
      { type: 'project_updated', metadata: { changed: ['name', 'settings'] } },
    ]);
    const nothing = await call('PATCH', `/projects/${id}`, { as: robin, body: {} });
    expect(nothing.status).toBe(400);
    expect(nothing.body.detail).toBe('body changes nothing.');
  });

  it('takes everything with it when deleted, and is then not found', async () => {
    const { id } = await api.project(robin);
    const run = await call('POST', '/agents', { as: robin, body: { projectId: id } });
    const gone = await call('DELETE', `/projects/${id}`, { as: robin });
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const [method, path] of [
      ['GET', `/projects/${id}`],
      ['PATCH', `/projects/${id}`],
      ['DELETE', `/projects/${id}`],
      ['GET', `/projects/${id}/spend`],
      ['GET', `/agents?projectId=${id}`],
      ['GET', `/costs?projectId=${id}`],
      ['GET', `/activity?projectId=${id}`],
      ['GET', `/budgets?projectId=${id}`],
      ['GET', `/spend/daily?projectId=${id}`],
    ] as const) {
      const answer = await call(method, path, {
        as: robin,
        ...(method === 'PATCH' ? { body: { name: 'x' } } : {}),
      });
      expect([path, answer.status, answer.body.detail]).toEqual([path, 404, 'Project not found']);
    }
    expect((await call('GET', `/agents/${run.body.id}`, { as: robin })).body.detail).toBe('Agent not found');
  });

  it('needs a name and a path, and knows no other fields', async () => {
    const missing = await call('POST', '/projects', { as: robin, body: { settings: 'dark', color: 'red' } });
    expect(missing.status).toBe(400);
    const errors = missing.body.errors as { field: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual(['color', 'name', 'path', 'settings']);
  });
});

describe('lists', () => {
  it('walk every entry once while others are added, with the true total on request', async () => {
    const walker = await api.user();
    const before: string[] = [];
    for (let count = 0; count < 7; count += 1) before.unshift((await api.project(walker)).id);
    const counted = await call('GET', '/projects?limit=2&withTotal=true', { as: walker });
    expect(counted.body.total).toBe(7);
    const seen = await walk('/projects?limit=2', walker, async () => void (await api.project(walker)));
    expect(seen.map(({ id }) => id)).toEqual(before);
  });

  it('order entries of one moment by id, so that pages never overlap', async () => {
    const walker = await api.user();
    const { id: projectId } = await api.project(walker);
    const cost = { projectId, amount: '0.01', model: 'm', provider: 'p', timestamp: '2026-01-31T09:30:00Z' };
    const made = await call('POST', '/costs/bulk', {
      as: walker,
      body: { costs: Array.from({ length: 9 }, () => cost) },
    });
    const seen = await walk(`/costs?projectId=${projectId}&limit=2`, walker);
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(made.body.ids as string[]));
    expect(seen).toHaveLength(9);
  });

  it('of a user run through all projects in one order, and past everybody else’s', async () => {
    const [mine, other] = [await api.user(), await api.user()];
    const made: string[] = [];
    const projects = [
      await api.project(mine),
      await api.project(mine),
      await api.project(other),
      await api.project(mine),
    ];
    for (let count = 0; count < 16; count += 1) {
      const project = projects[count % 4] as Body;
      const as = project.userId === mine.id ? mine : other;
      const timestamp = `2026-01-31T09:${String(Math.floor(count / 2)).padStart(2, '0')}:00Z`;
      const body = { projectId: project.id, amount: '1', model: 'm', provider: 'p', timestamp };
      const { id } = (await call('POST', '/costs', { as, body })).body;
      if (as === mine) made.push(id);
    }
    const seen = await walk('/costs?limit=5&withTotal=true', mine);
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(made));
    const keys = seen.map(({ timestamp, id }) => `${timestamp} ${id}`);
    expect(keys).toEqual([...keys].sort().reverse());
    expect((await call('GET', '/costs?limit=5&withTotal=true', { as: mine })).body.total).toBe(12);
    expect(
      (await walk('/costs?limit=5&from=2026-01-31T09:02:00Z&to=2026-01-31T09:06:00Z', mine)).length,
    ).toBe(6);
    const feed = await walk('/activity?limit=100', mine);
    const skipped = await call('GET', '/activity?limit=2&offset=1', { as: mine });
    expect(skipped.body.data.map(({ id }) => id)).toEqual(feed.slice(1, 3).map(({ id }) => id));
    expect(skipped.body.pagination).toEqual({ limit: 2, offset: 1, total: 3 });
  });

  it('refuse a cursor of another list, and limits out of range', async () => {
    await api.project(robin);
    const page = await call('GET', '/projects?limit=1', { as: robin });
    const strange = await call('GET', `/costs?cursor=${page.body.nextCursor}`, { as: robin });
    expect([strange.status, strange.body.field]).toEqual([400, 'cursor']);
    for (const limit of ['0', '101', 'x', '-1', '1.5']) {
      const answer = await call('GET', `/projects?limit=${limit}`, { as: robin });
      expect([limit, answer.status, answer.body.field]).toEqual([limit, 400, 'limit']);
    }
  });
});

describe('the dashboard', () => {
  it('sums what is the caller’s, to cents for people and exactly for programs', async () => {
    const owner = await api.user();
    const other = await api.user();
    for (const as of [owner, other]) {
      for (let count = 0; count < 6; count += 1) {
        const { id: projectId } = await api.project(as);
        await call('POST', '/agents', { as, body: { projectId } });
        await call('POST', '/costs', {
          as,
          body: { projectId, amount: '0.0041', model: 'm', provider: 'p' },
        });
      }
    }
    const { body } = await call('GET', '/dashboard', { as: owner });
    expect(body.summary).toEqual({
      totalProjects: 6,
      activeAgents: 6,
      totalCosts: '0.02',
      totalCostsExact: '0.0246',
      unpricedCalls: 0,
    });
    const { recentActivities, projects } = body as unknown as Record<string, Body[]>;
    expect(recentActivities).toHaveLength(10);
    expect(recentActivities?.[0]).toMatchObject({ type: 'agent_started', project: { userId: owner.id } });
    expect(projects).toHaveLength(5);
    expect(projects?.[0]).toMatchObject({
      userId: owner.id,
      agentCount: 1,
      progress: 0,
      totalCost: '0.0041',
    });
  });
});

describe('the audit trail', () => {
  it('names the caller and the request of a change', async () => {
    const admin = await api.admin();
    const made = await call('POST', '/projects', {
      as: robin,
      body: { name: 'Audited', path: '/a' },
      headers: { 'x-request-id': 'trace-42' },
    });
    const trail = await call('GET', `/audit?subject=${made.body.id}`, { as: admin });
    expect(trail.body.data).toMatchObject([
      {
        actorKind: 'user',
        actorId: robin.id,
        action: 'project.created',
        requestId: 'trace-42',
        before: null,
      },
    ]);
    const pages = await walk('/audit?limit=25', admin);
    expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
  });
});

describe('after all of this', () => {
  it('the database is as its files say, and every invariant holds', async () => {
    expect((await verify(api.instance)).findings).toEqual([]);
  });
});
