import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal } from './support/agents.ts';
import { foldAll } from './support/rollups.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents({ pool_max: '12' });
  service = t.service;
});

afterAll(() => t?.close());

const cost = (projectId: string, amount: string, input: object = {}) => ({
  projectId,
  amount,
  model: 'm',
  provider: 'p',
  ...input,
});

describe('daily spend', () => {
  const at = (day: number, hour = 12) => new Date(Date.UTC(2026, 0, day, hour));

  async function spent() {
    const user = await t.newUser();
    const [one, two] = [await t.newProject({ userId: user.id }), await t.newProject({ userId: user.id })];
    const agent = await t.newAgent({ projectId: one.id });
    await service.bulkCreateCosts([
      cost(one.id, '1', {
        timestamp: at(1),
        provider: 'openai',
        model: 'a',
        inputTokens: 10,
        outputTokens: 1,
      }),
      cost(one.id, '2', {
        timestamp: at(2),
        provider: 'openai',
        model: 'b',
        agentId: agent.id,
        inputTokens: 0,
      }),
      cost(one.id, '4', { timestamp: at(2), provider: 'anthropic', model: 'c', agentId: agent.id }),
      cost(two.id, '8', { timestamp: at(3), provider: 'openai', model: 'a' }),
    ]);
    await service.createCost({
      projectId: two.id,
      provider: 'openai',
      model: 'nobody-knows',
      inputTokens: 7,
      timestamp: at(3),
    });
    return { user, one, two, agent };
  }

  it('is a row a day, newest first, with exact sums', async () => {
    const { user } = await spent();
    expect(await service.getDailySpend({ userId: user.id })).toEqual([
      { day: '2026-01-03', amount: '8', calls: 2, unpricedCalls: 1, inputTokens: '7', outputTokens: '0' },
      { day: '2026-01-02', amount: '6', calls: 2, unpricedCalls: 0, inputTokens: '0', outputTokens: '0' },
      { day: '2026-01-01', amount: '1', calls: 1, unpricedCalls: 0, inputTokens: '10', outputTokens: '1' },
    ]);
    expect(await service.getDailySpend({ userId: user.id, limit: 1 })).toHaveLength(1);
    expect(await service.getDailySpend({ userId: 'usr_unknown' })).toEqual([]);
  });

  it('is split by project, provider, model and run as asked', async () => {
    const { user, one, two, agent } = await spent();
    const rows = async (filter: Parameters<AgentsService['getDailySpend']>[0], key: string) =>
      (await service.getDailySpend({ userId: user.id, ...filter })).map((row) => [
        row.day.slice(-2),
        row[key as 'model'],
        row.amount,
      ]);
    expect(await rows({ by: ['project'] }, 'projectId')).toEqual([
      ['03', two.id, '8'],
      ['02', one.id, '6'],
      ['01', one.id, '1'],
    ]);
    expect(await rows({ by: ['provider'], projectId: one.id }, 'provider')).toEqual([
      ['02', 'anthropic', '4'],
      ['02', 'openai', '2'],
      ['01', 'openai', '1'],
    ]);
    expect(await rows({ by: ['model', 'provider'], projectId: one.id }, 'model')).toEqual([
      ['02', 'b', '2'],
      ['02', 'c', '4'],
      ['01', 'a', '1'],
    ]);
    expect(await rows({ by: ['agent'] }, 'agentId')).toEqual([['02', agent.id, '6']]);
    expect(await rows({ agentId: agent.id, by: ['project', 'agent'] }, 'projectId')).toEqual([
      ['02', one.id, '6'],
    ]);
  });

  it('is of the days asked for, both included', async () => {
    const { user } = await spent();
    const days = async (range: object) =>
      (await service.getDailySpend({ userId: user.id, ...range })).map(({ day }) => day.slice(-2));
    expect(await days({ from: '2026-01-02' })).toEqual(['03', '02']);
    expect(await days({ to: '2026-01-02' })).toEqual(['02', '01']);
    expect(await days({ from: '2026-01-02', to: '2026-01-02' })).toEqual(['02']);
    expect(await days({ from: '2026-01-04' })).toEqual([]);
  });

  it('counts a cost on its UTC day, to the millisecond', async () => {
    const project = await t.newProject();
    const edges = ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z'];
    for (const [n, text] of edges.entries())
      await service.createCost(cost(project.id, String(n + 1), { timestamp: new Date(text) }));
    const rows = await service.getDailySpend({ projectId: project.id });
    expect(rows.map(({ day, amount: sum }) => [day, sum])).toEqual([
      ['2026-02-01', '2'],
      ['2026-01-31', '1'],
    ]);
  });

  it('is refused for days that are none, and for a run split by model', async () => {
    for (const from of ['2026-1-1', '2026-02-30', '2026-13-01', 'today', '']) {
      expect(await refusal(service.getDailySpend({ from }))).toMatchObject({
        code: 'invalid_input',
        field: 'from',
      });
    }
    for (const by of [
      ['agent', 'model'],
      ['agent', 'provider'],
    ] as const) {
      expect(await refusal(service.getDailySpend({ by }))).toMatchObject({
        code: 'invalid_input',
        field: 'by',
      });
    }
    expect(await refusal(service.getDailySpend({ agentId: 'agt_x', by: ['model'] }))).toMatchObject({
      code: 'invalid_input',
    });
    const by = ['nonsense'] as unknown as ['model'];
    expect(await refusal(service.getDailySpend({ by }))).toMatchObject({ code: 'invalid_input' });
  });

  it('has no row for a day whose costs are all gone', async () => {
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    await foldAll(service);
    await t.sql('delete from :schema.costs where project_id = $1', [project.id]);
    for (let round = 0; round < 2; round += 1) {
      expect(await service.getDailySpend({ projectId: project.id })).toEqual([]);
      expect(await service.getTotalCostByProject(project.id)).toBe('0');
      await foldAll(service);
    }
  });
});
