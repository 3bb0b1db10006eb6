import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, times } from './support/agents.ts';
import { differences, foldAll, pendingDeltas } from './support/rollups.ts';

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

describe('folding', () => {
  it('moves at most as many deltas as asked, and says whether more are waiting', async () => {
    await foldAll(service);
    const project = await t.newProject();
    for (let n = 0; n < 5; n += 1) await service.createCost(cost(project.id, '1'));
    expect(await pendingDeltas(t, project.id)).toBe(5);
    expect(await t.sql('select :schema.fold_spend(3) as moved')).toEqual([{ moved: 3 }]);
    expect(await pendingDeltas(t, project.id)).toBe(2);
    expect(await service.getTotalCostByProject(project.id)).toBe('5');
    expect(await service.foldSpend()).toBe(false);
    expect(await pendingDeltas(t, project.id)).toBe(0);
    expect(await service.getTotalCostByProject(project.id)).toBe('5');
    expect(await service.foldSpend()).toBe(false);
  });

  it('says that more are waiting when it took all it may', async () => {
    await foldAll(service);
    const project = await t.newProject();
    await t.sql(
      `insert into :schema.spend_deltas (project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
       select $1, '2026-01-01', 'p', 'm', 0, 0, 0, 0, 0 from generate_series(1, 10000)`,
      [project.id],
    );
    expect(await service.foldSpend()).toBe(true);
    expect(await service.foldSpend()).toBe(false);
    await service.deleteProject(project.id);
  });

  it('writes one delta for a statement and group, whatever the number of costs', async () => {
    await foldAll(service);
    const project = await t.newProject();
    await service.bulkCreateCosts(
      times(1_000, (n) => cost(project.id, '0.001', { model: n % 2 === 0 ? 'a' : 'b' })),
    );
    const written = await pendingDeltas(t, project.id);
    expect(written).toBeGreaterThanOrEqual(2);
    // Two, or four where the batch crosses midnight.
    expect(written).toBeLessThanOrEqual(4);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('by two at once shares the work: neither takes what the other holds, and nothing is counted twice', async () => {
    await foldAll(service);
    const project = await t.newProject();
    for (let n = 0; n < 6; n += 1) await service.createCost(cost(project.id, '1'));
    const other = await t.secondService(1);
    let second: Promise<boolean> | undefined;
    await service.transaction(async ({ scope }) => {
      expect(await scope.query('select :schema.fold_spend(2) as moved')).toEqual([{ moved: 2 }]);
      second = other.foldSpend();
      // Both add to the same row of the rollup, so the second waits for the first.
      await t.untilWaiting(1);
    });
    await second;
    expect(await pendingDeltas(t, project.id)).toBe(0);
    expect(await service.getTotalCostByProject(project.id)).toBe('6');
    expect(await differences(t)).toEqual([]);
  });

  it('that is rolled back loses nothing', async () => {
    await foldAll(service);
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    const stop = new Error('stop');
    const failed = service.transaction(async (inner) => {
      await inner.foldSpend();
      throw stop;
    });
    await expect(failed).rejects.toBe(stop);
    expect(await pendingDeltas(t, project.id)).toBe(1);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('never shows in a read: a total neither dips nor doubles while it goes on', async () => {
    await foldAll(service);
    const agent = await t.newAgent();
    const { projectId } = agent;
    for (let n = 0; n < 30; n += 1) await service.createCost(cost(projectId, '1', { agentId: agent.id }));
    let done = false;
    const folding = (async () => {
      for (let n = 0; n < 30; n += 1) await t.sql('select :schema.fold_spend(1)');
      done = true;
    })();
    const totals = new Set<string>();
    while (!done) {
      totals.add(await service.getTotalCostByProject(projectId));
      for (const { amount: sum } of await service.getDailySpend({ agentId: agent.id })) totals.add(sum);
    }
    await folding;
    expect([...totals]).toEqual(['30']);
  });

  it('waits for a project that is being deleted, and then writes nothing for it', async () => {
    await foldAll(service);
    const [doomed, kept] = [await t.newProject(), await t.newProject()];
    for (const { id } of [doomed, kept]) await service.createCost(cost(id, '1'));
    const other = await t.secondService(1);
    let folding: Promise<boolean> | undefined;
    await service.transaction(async (inner) => {
      await inner.deleteProject(doomed.id);
      folding = other.foldSpend();
      await t.untilWaiting(1);
    });
    expect(await folding).toBe(false);
    expect(
      await t.sql('select project_id from :schema.project_spend where project_id = any ($1)', [
        [doomed.id, kept.id],
      ]),
    ).toEqual([{ project_id: kept.id }]);
    expect(await differences(t)).toEqual([]);
  });

  it('waits for a deletion that is then undone, and counts the project', async () => {
    await foldAll(service);
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    const other = await t.secondService(1);
    let folding: Promise<boolean> | undefined;
    const stop = new Error('stop');
    const undone = service.transaction(async (inner) => {
      await inner.deleteProject(project.id);
      folding = other.foldSpend();
      await t.untilWaiting(1);
      throw stop;
    });
    await expect(undone).rejects.toBe(stop);
    await folding;
    expect(await pendingDeltas(t, project.id)).toBe(0);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
    expect(await differences(t)).toEqual([]);
  });

  it('waits for a run that is being deleted: the project keeps the cost, the run has none', async () => {
    await foldAll(service);
    const agent = await t.newAgent();
    await service.createCost(cost(agent.projectId, '1', { agentId: agent.id }));
    const other = await t.secondService(1);
    let folding: Promise<boolean> | undefined;
    await service.transaction(async ({ scope }) => {
      await scope.query('delete from :schema.agents where id = $1', [agent.id]);
      folding = other.foldSpend();
      await t.untilWaiting(1);
    });
    await folding;
    expect(await service.getTotalCostByProject(agent.projectId)).toBe('1');
    expect(await service.getDailySpend({ agentId: agent.id })).toEqual([]);
    expect(await t.sql('select 1 from :schema.agent_spend_daily where agent_id = $1', [agent.id])).toEqual(
      [],
    );
    expect(await differences(t)).toEqual([]);
  });

  it('of what a deleted project left brings nothing back, and until then no read shows it', async () => {
    await foldAll(service);
    const user = await t.newUser();
    const agent = await t.newAgent({ projectId: (await t.newProject({ userId: user.id })).id });
    await service.createCost(cost(agent.projectId, '1', { agentId: agent.id }));
    await foldAll(service);
    await service.createCost(cost(agent.projectId, '2', { agentId: agent.id }));
    await service.deleteProject(agent.projectId);
    expect(await pendingDeltas(t, agent.projectId)).toBeGreaterThan(0);
    for (let round = 0; round < 2; round += 1) {
      expect(await service.getTotalCostByProject(agent.projectId)).toBe('0');
      expect(await service.getDailySpend({ projectId: agent.projectId })).toEqual([]);
      expect(await service.getDailySpend({ by: ['project'] })).not.toContainEqual(
        expect.objectContaining({ projectId: agent.projectId }),
      );
      expect(await service.getDailySpend({ agentId: agent.id })).toEqual([]);
      expect(await differences(t)).toEqual([]);
      await foldAll(service);
    }
    expect(await pendingDeltas(t, agent.projectId)).toBe(0);
  });
});

describe('rebuilding', () => {
  const broken = async () =>
    (await verify(t.opened.agents)).findings
      .filter(({ kind }) => kind === 'invariant')
      .map(({ subject }) => subject.replace('view invariant_', ''));

  /** A project with folded and waiting spend of a run, on two days. */
  async function withSpend() {
    const agent = await t.newAgent();
    const { projectId } = agent;
    for (const day of ['2026-01-01', '2026-01-02']) {
      const timestamp = new Date(day);
      await service.createCost(cost(projectId, '1.5', { agentId: agent.id, timestamp, inputTokens: 10 }));
    }
    await foldAll(service);
    await service.createCost(cost(projectId, '4', { agentId: agent.id }));
    return { projectId, agentId: agent.id };
  }

  it.each([
    ['a sum', 'update :schema.spend_daily set amount = amount + 1 where project_id = $1'],
    [
      'an unpriced call',
      'update :schema.spend_daily set unpriced_calls = unpriced_calls + 1 where project_id = $1',
    ],
    ['tokens', 'update :schema.spend_daily set input_tokens = input_tokens - 1 where project_id = $1'],
    ['a day', "update :schema.spend_daily set day = day + 7 where project_id = $1 and day = '2026-01-01'"],
    ['a model', "update :schema.spend_daily set model = 'x' where project_id = $1 and day = '2026-01-01'"],
    ['a lost row', 'delete from :schema.spend_daily where project_id = $1'],
    ['a lost total', 'delete from :schema.project_spend where project_id = $1'],
    ['a lost delta', 'delete from :schema.spend_deltas where project_id = $1'],
    ['a run', 'update :schema.agent_spend_daily set amount = amount / 2 where project_id = $1'],
    ['a lost run', 'delete from :schema.agent_spend_daily where project_id = $1'],
  ])('mends %s that went wrong, which verify finds before and no more after', async (_, damage) => {
    const { projectId } = await withSpend();
    expect(await broken()).toEqual([]);
    await t.sql(damage, [projectId]);
    expect(await broken()).not.toEqual([]);
    expect(await service.rebuildSpend()).toBeGreaterThan(0);
    expect(await broken()).toEqual([]);
    expect(await differences(t)).toEqual([]);
    expect(await service.getTotalCostByProject(projectId)).toBe('7');
    expect(await pendingDeltas(t, projectId)).toBe(0);
  });

  it('while others write, fold and delete loses and doubles nothing', async () => {
    const doomed = await Promise.all(times(4, withSpend));
    const project = await t.newProject();
    let done = false;
    const folding = (async () => {
      while (!done) await t.sql('select :schema.fold_spend(3)');
    })();
    const writing = times(4, async () => {
      for (let n = 0; n < 15; n += 1) await service.createCost(cost(project.id, '1'));
    });
    const deleting = doomed.map(({ projectId }) => service.deleteProject(projectId));
    for (let n = 0; n < 5; n += 1) await service.rebuildSpend();
    await Promise.all([...writing, ...deleting]);
    done = true;
    await folding;
    expect(await service.getTotalCostByProject(project.id)).toBe('60');
    expect(await differences(t)).toEqual([]);
    expect(await broken()).toEqual([]);
  });
});
