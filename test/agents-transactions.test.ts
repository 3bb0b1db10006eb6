import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, PASSWORD, refusal, times, undone } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  // One connection: whatever in a transaction asked for a second one would never get it.
  t = await openAgents({ pool_max: '1', connect_timeout_ms: '5000' });
  service = t.service;
});

afterAll(() => t?.close());

const cost = (projectId: string, amount = '1') => ({ projectId, amount, model: 'm', provider: 'p' });
const note = (projectId: string) => ({ projectId, type: 'agent_started' as const, message: 'm' });

/** One of everything, made with the service given; the later steps use what the earlier ones made. */
async function makeAll(inner: AgentsService, email: string) {
  const user = await inner.createUser({ email, password: PASSWORD });
  const project = await inner.createProject(
    { name: 'P', path: '/p', userId: user.id },
    { idempotencyKey: email },
  );
  const agent = await inner.createAgent({ projectId: project.id, status: 'running', logs: ['one'] });
  await inner.appendAgentLogs(agent.id, ['two']);
  await inner.updateAgent(agent.id, { status: 'completed' });
  await inner.updateProject(project.id, { name: 'Renamed' });
  await inner.updateUser(user.id, { name: 'Named' });
  await inner.updateUserRefreshToken(user.id, `${email}-${'x'.repeat(40)}`);
  await inner.createCost({ ...cost(project.id), agentId: agent.id });
  await inner.bulkCreateCosts(times(3, () => cost(project.id)));
  await inner.createActivity(note(project.id));
  await inner.bulkCreateActivities(times(3, () => note(project.id)));
  const budget = await inner.createBudget({
    projectId: project.id,
    kind: 'hard',
    period: 'total',
    limit: '100',
  });
  const reservation = await inner.reserveBudget({ projectId: project.id, amount: '1' });
  await inner.settleReservation(reservation.id, { amount: '2', model: 'm', provider: 'p' });
  const released = await inner.reserveBudget({ projectId: project.id, amount: '1' });
  await inner.releaseReservation(released.id);
  await inner.foldSpend();
  return { user, project, agent, budget, reservation };
}

async function expectAll(view: AgentsService, made: Awaited<ReturnType<typeof makeAll>>) {
  expect((await view.getUserById(made.user.id))?.name).toBe('Named');
  expect(await view.getProjectById(made.project.id)).toMatchObject({ name: 'Renamed' });
  expect(await view.getAgentById(made.agent.id)).toMatchObject({ status: 'completed', logs: ['one', 'two'] });
  expect(await view.getCostsByProject(made.project.id)).toHaveLength(5);
  expect(await view.getTotalCostByProject(made.project.id)).toBe('6');
  const feed = await view.getActivitiesByProject(made.project.id);
  expect(feed.filter(({ type }) => type === 'agent_started')).toHaveLength(4);
  expect(await view.getBudget(made.budget.id)).toMatchObject({ spent: '6', reserved: '0' });
  expect(await view.getReservation(made.reservation.id)).toMatchObject({ state: 'settled' });
}

describe('a transaction', () => {
  it('makes everything visible at its commit and nothing before', async () => {
    const outside = await t.secondService(1);
    let made: Awaited<ReturnType<typeof makeAll>> | undefined;
    await service.transaction(async (inner) => {
      made = await makeAll(inner, 'commit@example.org');
      await expectAll(inner, made);
      expect(await outside.getUserByEmail('commit@example.org')).toBeNull();
      expect(await outside.getProjectById(made.project.id)).toBeNull();
      expect(await outside.getTotalCostByProject(made.project.id)).toBe('0');
    });
    await expectAll(service, made!);
    await expectAll(outside, made!);
  });

  it('that throws undoes what every method in it did', async () => {
    const count = async () =>
      (
        await t.sql(
          `select (select count(*) from :schema.accounts) as accounts, (select count(*) from :schema.users) as users,
             (select count(*) from :schema.projects) as projects, (select count(*) from :schema.agents) as agents,
             (select count(*) from :schema.agent_log_lines) as lines, (select count(*) from :schema.costs) as costs,
             (select count(*) from :schema.activities) as activities, (select count(*) from :schema.budgets) as budgets,
             (select count(*) from :schema.budget_reservations) as reservations,
             (select count(*) from :schema.spend_deltas) as deltas, (select count(*) from :schema.spend_daily) as daily,
             (select count(*) from :schema.project_spend) as totals, (select count(*) from :schema.outbox) as events,
             (select count(*) from :schema.audit_log) as audit, (select count(*) from :schema.idempotency_keys) as keys,
             (select count(*) from :schema.account_sessions) as sessions`,
        )
      )[0];
    const before = await count();
    const thrown = new Error('on purpose');
    const run = service.transaction(async (inner) => {
      await makeAll(inner, 'undone@example.org');
      throw thrown;
    });
    await expect(run).rejects.toBe(thrown);
    expect(await count()).toEqual(before);
  });

  it('undoes deletions too', async () => {
    const project = await t.newProject();
    await service.createCost(cost(project.id));
    const answers = await undone(service, async (inner) => [
      await inner.deleteProject(project.id),
      await inner.getProjectById(project.id),
      await inner.getTotalCostByProject(project.id),
      await inner.deleteUser(project.userId),
    ]);
    expect(answers).toEqual([true, null, '0', true]);
    expect(await service.getProjectById(project.id)).toEqual(project);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('lets operations in it see each other, and returns what its body returns', async () => {
    const project = await t.newProject();
    const total = await service.transaction(async (inner) => {
      await inner.createCost(cost(project.id, '0.01'));
      await inner.createCost(cost(project.id, '0.02'));
      return inner.getTotalCostByProject(project.id);
    });
    expect(total).toBe('0.03');
  });

  it('undoes everything when one of its calls is refused and the refusal is not caught', async () => {
    const project = await t.newProject();
    const run = service.transaction(async (inner) => {
      await inner.createCost(cost(project.id));
      await inner.createCost(cost('prj_unknown'));
    });
    expect(await refusal(run)).toMatchObject({ code: 'not_found' });
    expect(await service.getCostsByProject(project.id)).toEqual([]);
  });

  it('cannot commit after a statement failed and was swallowed: it says so', async () => {
    const project = await t.newProject();
    const run = service.transaction(async (inner) => {
      await inner.createCost(cost(project.id));
      await inner.createCost(cost('prj_unknown')).catch(() => undefined);
    });
    expect(await refusal(run)).toMatchObject({ code: 'conflict' });
    expect(await service.getCostsByProject(project.id)).toEqual([]);
  });

  it('inside another is a savepoint: the inner one can fail alone', async () => {
    const project = await t.newProject();
    await service.transaction(async (outer) => {
      await outer.createCost(cost(project.id, '1'));
      const inner = outer.transaction(async (nested) => {
        await nested.createCost(cost(project.id, '10'));
        await nested.createCost(cost('prj_unknown'));
      });
      expect(await refusal(inner)).toMatchObject({ code: 'not_found' });
      await outer.transaction((nested) => nested.createCost(cost(project.id, '100')));
      await outer.createCost(cost(project.id, '1000'));
    });
    expect(await service.getTotalCostByProject(project.id)).toBe('1101');
  });

  it('takes calls started together', async () => {
    const project = await t.newProject();
    const [costs] = await service.transaction((inner) =>
      Promise.all([
        inner.bulkCreateCosts(times(2, () => cost(project.id))),
        inner.createActivity(note(project.id)),
        inner.getDashboard(project.userId),
        inner.getProjectById(project.id, { includeCosts: true }),
      ]),
    );
    expect(costs.count).toBe(2);
    expect(await service.getTotalCostByProject(project.id)).toBe('2');
  });

  it('refuses the service from outside of it, at once and by name', async () => {
    const project = await t.newProject();
    const run = service.transaction(async (inner) => {
      await inner.createCost(cost(project.id));
      await service.createCost(cost(project.id));
    });
    expect(await refusal(run)).toMatchObject({ code: 'wrong_database_handle' });
    expect(await service.getCostsByProject(project.id)).toEqual([]);
  });

  it('leaves a service that works no more once it is over', async () => {
    const kept = await service.transaction(async (inner) => inner);
    expect(await refusal(kept.listUsers())).toMatchObject({ code: 'wrong_database_handle' });
  });

  it('runs again as a whole after a serialization failure, and counts once', async () => {
    const project = await t.newProject();
    const rival = await t.secondService(1);
    let attempts = 0;
    await service.transaction(
      async (inner) => {
        attempts += 1;
        const before = await inner.getProjectById(project.id);
        // The rival's change after our snapshot makes the first attempt impossible to commit.
        if (attempts === 1) await rival.updateProject(project.id, { path: '/rival' });
        await inner.createCost(cost(project.id));
        await inner.updateProject(project.id, { name: `after ${before?.path}` });
      },
      { isolation: 'repeatable read' },
    );
    expect(attempts).toBe(2);
    expect(await service.getProjectById(project.id)).toMatchObject({ name: 'after /rival', path: '/rival' });
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('that only reads refuses to write', async () => {
    const project = await t.newProject();
    const run = service.transaction(async (inner) => inner.createCost(cost(project.id)), { readOnly: true });
    await expect(run).rejects.toThrow(/read-only/);
  });

  it('holds for every method of the service: none reaches for another connection', async () => {
    // What follows needs no arguments of its own: an unknown id is enough to reach the database.
    const besides = new Set(['constructor', 'by', 'on', 'transaction', 'disconnect', 'clearAll']);
    const names = Object.getOwnPropertyNames(AgentsService.prototype).filter((name) => !besides.has(name));
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      const outcome = await undone(service, async (inner) => {
        const method = inner[name as 'getUserById'].bind(inner);
        return method('unknown').then(
          () => null,
          (error: Error & { code?: string }) => error,
        );
      });
      expect(outcome?.code, `${name}: ${outcome?.message}`).not.toBe('wrong_database_handle');
      expect(outcome?.code, `${name}: ${outcome?.message}`).not.toBe('unavailable');
    }
  });
});
