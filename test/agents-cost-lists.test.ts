import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService, NewCost } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, times } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

/** A cost of a new project, with what the test is about. */
async function newCost(input: Partial<NewCost> = {}) {
  const projectId = input.projectId ?? (await t.newProject()).id;
  return service.createCost({ model: 'gpt-4o', provider: 'openai', ...input, projectId });
}

const given = (projectId: string, amount: string, timestamp?: Date): NewCost => ({
  projectId,
  amount,
  model: 'gpt-4o',
  provider: 'openai',
  ...(timestamp === undefined ? {} : { timestamp }),
});

describe('the costs of a project', () => {
  it('are newest first, and an empty list without any', async () => {
    const project = await t.newProject();
    expect(await service.getCostsByProject(project.id)).toEqual([]);
    for (const day of ['02', '03', '01']) {
      await service.createCost(given(project.id, `0.${day}`, new Date(`2026-01-${day}`)));
    }
    await newCost({ amount: '9' });
    const list = await service.getCostsByProject(project.id);
    expect(list.map(({ amount }) => amount)).toEqual(['0.03', '0.02', '0.01']);
    expect(await service.getCostsByProject(project.id, { limit: 2 })).toEqual(list.slice(0, 2));
    expect(await service.getCostsByProject('prj_unknown')).toEqual([]);
  });

  it('keep one order among equal times, in the list and over pages', async () => {
    const project = await t.newProject();
    const timestamp = new Date('2026-01-01T00:00:00.500Z');
    await service.bulkCreateCosts(times(23, (n) => given(project.id, String(n), timestamp)));
    const list = (await service.getCostsByProject(project.id)).map(({ id }) => id);
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.pageCosts({
        projectId: project.id,
        limit: 5,
        withTotal: true,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.total).toBe(23);
      pages.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(list);
    expect(new Set(pages).size).toBe(23);
  });

  it('are paged by run, owner, provider, model and time, alone and together', async () => {
    const user = await t.newUser();
    const project = await t.newProject({ userId: user.id });
    const agent = await t.newAgent({ projectId: project.id });
    const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
    await service.bulkCreateCosts([
      { ...given(project.id, '1', at(1)), agentId: agent.id },
      { ...given(project.id, '2', at(2)), provider: 'anthropic' },
      { ...given(project.id, '3', at(3)), model: 'other' },
      given(project.id, '4', at(4)),
    ]);
    const amounts = async (filter: Parameters<AgentsService['pageCosts']>[0]) =>
      (await service.pageCosts(filter)).data.map(({ amount }) => amount);
    expect(await amounts({ userId: user.id })).toEqual(['4', '3', '2', '1']);
    expect(await amounts({ agentId: agent.id })).toEqual(['1']);
    expect(await amounts({ projectId: project.id, provider: 'anthropic' })).toEqual(['2']);
    expect(await amounts({ projectId: project.id, model: 'other' })).toEqual(['3']);
    expect(await amounts({ projectId: project.id, from: at(2), to: at(4) })).toEqual(['3', '2']);
    expect(
      await amounts({
        userId: user.id,
        projectId: project.id,
        from: at(2),
        provider: 'openai',
        model: 'gpt-4o',
      }),
    ).toEqual(['4']);
    expect(await amounts({ userId: 'usr_unknown', projectId: project.id })).toEqual([]);
  });
});

describe('costs by time range', () => {
  it('have both ends in, span all projects, and are newest first', async () => {
    const [one, two] = [await t.newProject(), await t.newProject()];
    const at = (ms: number) => new Date(Date.UTC(2001, 0, 1) + ms);
    await service.createCost(given(one.id, '1', at(-1)));
    await service.createCost(given(one.id, '2', at(0)));
    await service.createCost(given(two.id, '3', at(500)));
    await service.createCost(given(one.id, '4', at(1_000)));
    await service.createCost(given(two.id, '5', at(1_001)));
    const range = await service.getCostsByTimeRange(at(0), at(1_000));
    expect(range.map(({ amount }) => amount)).toEqual(['4', '3', '2']);
    expect((await service.getCostsByTimeRange(at(0), at(0))).map(({ amount }) => amount)).toEqual(['2']);
    expect(
      (await service.getCostsByTimeRange(at(0), at(1_000), { limit: 1 })).map(({ amount }) => amount),
    ).toEqual(['4']);
    expect(await service.getCostsByTimeRange(at(1_000), at(0))).toEqual([]);
    expect(await service.getCostsByTimeRange(new Date('1990-01-01'), new Date('1990-01-02'))).toEqual([]);
    expect(await refusal(service.getCostsByTimeRange(new Date('x'), at(0)))).toMatchObject({
      code: 'invalid_input',
      field: 'start',
    });
  });
});
