import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTP_DEFAULTS } from '../src/http/index.ts';
import { type AgentsApi, type Caller, openAgentsApi } from './support/agents-api.ts';

let api: AgentsApi;
let robin: Caller;

beforeAll(async () => {
  api = await openAgentsApi();
  robin = await api.user('Robin Vale');
});

afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);
const walk = (...args: Parameters<AgentsApi['walk']>) => api.walk(...args);

describe('a cost', () => {
  it('keeps its amount to the last digit', async () => {
    const { id: projectId } = await api.project(robin);
    const amount = '0.000000000123456789';
    const body = {
      projectId,
      amount,
      model: 'gpt-4o',
      provider: 'openai',
      inputTokens: 0,
      outputTokens: 800,
    };
    const made = await call('POST', '/costs', { as: robin, body });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...body, pricing: 'given', agentId: null, serviceTier: 'standard' });
    expect((await call('GET', `/costs/${made.body.id}`, { as: robin })).body).toEqual(made.body);
    const { body: project } = await call('GET', `/projects/${projectId}`, { as: robin });
    expect(project.totalCost).toBe(amount);
  });

  it('is refused as a JSON number, with the mend', async () => {
    const { id: projectId } = await api.project(robin);
    const body = { projectId, amount: 0.045, model: 'gpt-4o', provider: 'openai' };
    const answer = await call('POST', '/costs', { as: robin, body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      field: 'amount',
      detail: 'amount is a JSON number, which cannot hold amounts exactly.',
      hint: 'Quote it: "0.045".',
    });
    for (const amount of ['-0.01', 'NaN', 'Infinity', '', '1,5', '1e15']) {
      const bad = await call('POST', '/costs', { as: robin, body: { ...body, amount } });
      expect([amount, bad.status, bad.body.field]).toEqual([amount, 400, 'amount']);
    }
  });

  it('needs an amount or usage', async () => {
    const { id: projectId } = await api.project(robin);
    const answer = await call('POST', '/costs', {
      as: robin,
      body: { projectId, model: 'm', provider: 'p' },
    });
    expect([answer.status, answer.body.field]).toEqual([400, 'amount']);
  });

  it('without a known price is kept, flagged, and never counted as zero', async () => {
    const { id: projectId } = await api.project(robin);
    const body = { projectId, model: 'nobody-knows-1', provider: 'nobody', inputTokens: 10 };
    const made = await call('POST', '/costs', { as: robin, body });
    expect(made.body).toMatchObject({ amount: null, pricing: 'unpriced' });
    const { body: project } = await call('GET', `/projects/${projectId}`, { as: robin });
    expect(project).toMatchObject({ totalCost: '0', unpricedCalls: 1 });
    const listed = await call('GET', `/costs?projectId=${projectId}&unpriced=true`, { as: robin });
    expect(listed.body.data).toHaveLength(1);
  });

  it('may be attributed to a run of its own project only', async () => {
    const [one, two] = [await api.project(robin), await api.project(robin)];
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId: one.id } });
    const cost = { amount: '1', model: 'm', provider: 'p', agentId: run.id };
    const right = await call('POST', '/costs', { as: robin, body: { ...cost, projectId: one.id } });
    expect(right.body.agentId).toBe(run.id);
    const wrong = await call('POST', '/costs', { as: robin, body: { ...cost, projectId: two.id } });
    expect([wrong.status, wrong.body.detail]).toEqual([404, 'Agent not found in this project']);
    const listed = await call('GET', `/costs?agentId=${run.id}`, { as: robin });
    expect(listed.body.data).toMatchObject([{ id: right.body.id }]);
  });

  it('goes in with many others or not at all', async () => {
    const { id: projectId } = await api.project(robin);
    const good = { projectId, amount: '0.001', model: 'm', provider: 'p' };
    const made = await call('POST', '/costs/bulk', { as: robin, body: { costs: [good, good, good] } });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ count: 3, ids: expect.any(Array) });
    const spend = await call('GET', `/projects/${projectId}/spend`, { as: robin });
    expect(spend.body).toEqual({
      projectId,
      amount: '0.003',
      calls: 3,
      unpricedCalls: 0,
      inputTokens: '0',
      outputTokens: '0',
    });
    const bad = await call('POST', '/costs/bulk', {
      as: robin,
      body: { costs: [good, { ...good, amount: '-1' }] },
    });
    expect([bad.status, bad.body.field]).toEqual([400, 'costs[1].amount']);
    const unknown = await call('POST', '/costs/bulk', {
      as: robin,
      body: { costs: [good, { ...good, projectId: 'prj_unknown' }] },
    });
    expect([unknown.status, unknown.body.field, unknown.body.detail]).toEqual([
      404,
      'costs[1].projectId',
      'Project not found',
    ]);
    expect((await call('GET', `/projects/${projectId}/spend`, { as: robin })).body.calls).toBe(3);
  });

  it('is found by provider, model and time, where the end is exclusive', async () => {
    const { id: projectId } = await api.project(robin);
    const cost = (provider: string, day: string) => ({
      projectId,
      amount: '1',
      model: `${provider}-1`,
      provider,
      timestamp: `2026-01-${day}T00:00:00Z`,
    });
    await call('POST', '/costs/bulk', {
      as: robin,
      body: { costs: [cost('a', '01'), cost('b', '02'), cost('a', '03')] },
    });
    const count = async (query: string) =>
      (await call('GET', `/costs?projectId=${projectId}&withTotal=true&${query}`, { as: robin })).body.total;
    expect(await count('provider=a')).toBe(2);
    expect(await count('model=b-1')).toBe(1);
    expect(await count('from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z')).toBe(2);
    expect(await count('from=2026-01-03T00:00:00%2B00:00')).toBe(1);
  });
});

describe('the feed', () => {
  it('pages by offset as the founding API did, with the true total', async () => {
    const reader = await api.user();
    const { id: projectId } = await api.project(reader);
    const metadata = [{ nested: { list: [1, 2] } }, [1, 2], 'text', 0, false, null];
    for (const value of metadata) {
      const body = { projectId, type: 'cost_alert', message: 'm', metadata: value };
      expect((await call('POST', '/activity', { as: reader, body })).status).toBe(201);
    }
    const page = await call('GET', `/activity?projectId=${projectId}&limit=3&offset=3`, { as: reader });
    expect(page.body.pagination).toEqual({ limit: 3, offset: 3, total: 7 });
    expect(page.body.data.map((one) => one.metadata)).toEqual(['text', [1, 2], { nested: { list: [1, 2] } }]);
    const all = await call('GET', '/activity?offset=0', { as: reader });
    expect(all.body.pagination).toEqual({ limit: 50, offset: 0, total: 7 });
    expect((await walk('/activity?limit=2', reader)).length).toBe(7);
  });

  it('says which parameter is invalid', async () => {
    for (const [query, detail] of [
      ['limit=0', 'Invalid limit parameter'],
      ['limit=101', 'Invalid limit parameter'],
      ['limit=ten', 'Invalid limit parameter'],
      ['offset=-1', 'Invalid offset parameter'],
      ['offset=x', 'Invalid offset parameter'],
      ['offset=1000000000', 'Invalid offset parameter'],
      ['offset=1&cursor=abc', 'offset and cursor exclude each other.'],
    ]) {
      const answer = await call('GET', `/activity?${query}`, { as: robin });
      expect([query, answer.status, answer.body.detail]).toEqual([query, 400, detail]);
    }
  });

  it('knows seven types', async () => {
    const { id: projectId } = await api.project(robin);
    const answer = await call('POST', '/activity', {
      as: robin,
      body: { projectId, type: 'party', message: 'm' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toBe(
      'Invalid activity type: party. Must be one of: agent_started, agent_completed, agent_failed, cost_alert, project_created, project_updated, project_deleted',
    );
  });
});

describe('spend by day', () => {
  it('is split as asked, within the days asked for', async () => {
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId } });
    const cost = (day: string, model: string, more: object = {}) => ({
      projectId,
      amount: '0.1',
      model,
      provider: 'openai',
      inputTokens: 10,
      timestamp: `2026-01-${day}T23:59:59.999Z`,
      ...more,
    });
    await call('POST', '/costs/bulk', {
      as: robin,
      body: {
        costs: [cost('01', 'a'), cost('01', 'b'), cost('02', 'a', { agentId: run.id }), cost('03', 'a')],
      },
    });
    const days = async (query: string) =>
      (await call('GET', `/spend/daily?projectId=${projectId}&${query}`, { as: robin })).body;
    expect((await days('')).data).toMatchObject([
      { day: '2026-01-03', amount: '0.1', calls: 1, inputTokens: '10' },
      { day: '2026-01-02', amount: '0.1' },
      { day: '2026-01-01', amount: '0.2', calls: 2 },
    ]);
    expect((await days('by=model&to=2026-01-01')).data).toMatchObject([
      { day: '2026-01-01', model: 'a', amount: '0.1' },
      { day: '2026-01-01', model: 'b', amount: '0.1' },
    ]);
    expect((await days('by=project,provider&from=2026-01-03')).data).toMatchObject([
      { day: '2026-01-03', projectId, provider: 'openai' },
    ]);
    expect((await days('by=agent')).data).toMatchObject([
      { day: '2026-01-02', agentId: run.id, amount: '0.1' },
    ]);
    expect(await days('limit=1')).toMatchObject({ data: [{ day: '2026-01-03' }], hasMore: true });
    expect(await days('limit=3')).toMatchObject({ hasMore: false });
    for (const [query, field] of [
      ['by=colour', 'by'],
      ['by=agent,model', 'by'],
      ['from=2026-02-30', 'from'],
      ['to=yesterday', 'to'],
      ['limit=1001', 'limit'],
    ]) {
      expect([query, (await days(query as string)).field]).toEqual([query, field]);
    }
  });
});

describe('what programs write', () => {
  it('is not held up by the limit on creating things, which is meant for people', async () => {
    const limited = await openAgentsApi({ rateLimits: HTTP_DEFAULTS.rateLimits });
    try {
      const writer = await limited.user();
      const { id: projectId } = await limited.project(writer);
      const body = { projectId, amount: '0.001', model: 'm', provider: 'p' };
      const costs = [];
      for (let count = 0; count < 30; count += 1)
        costs.push(await limited.call('POST', '/costs', { as: writer, body }));
      expect(new Set(costs.map(({ status }) => status))).toEqual(new Set([201]));
      const projects = [];
      for (let count = 0; count < 25; count += 1) {
        projects.push(
          await limited.call('POST', '/projects', { as: writer, body: { name: 'P', path: '/p' } }),
        );
      }
      expect(projects.some(({ status }) => status === 429)).toBe(true);
    } finally {
      await limited.close();
    }
  });
});
