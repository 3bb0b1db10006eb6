import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, tally, times, undone } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  // As many callers inside the database as a busy server has, so that they really meet.
  t = await openAgents({ pool_max: '16' });
  service = t.service;
});

afterAll(() => t?.close());

const call = { model: 'm', provider: 'p' };

async function withBudget(
  limit: string,
  input: { kind?: 'hard' | 'soft'; period?: 'day' | 'month' | 'total'; thresholds?: string[] } = {},
) {
  const project = await t.newProject();
  const budget = await service.createBudget({
    projectId: project.id,
    kind: 'hard',
    period: 'total',
    limit,
    ...input,
  });
  return { projectId: project.id, budget };
}

const spend = (projectId: string, amount: string, timestamp?: Date) =>
  service.createCost({ ...call, projectId, amount, ...(timestamp === undefined ? {} : { timestamp }) });

const alertsOf = async (projectId: string) =>
  (await service.getActivitiesByProject(projectId)).filter(({ type }) => type === 'cost_alert');

const thresholdsOf = async (projectId: string) =>
  (await alertsOf(projectId)).map(({ metadata }) => (metadata as { threshold: string }).threshold).sort();

describe('a budget', () => {
  it('shows what is spent, reserved and left, exactly', async () => {
    const { projectId, budget } = await withBudget('10.50', { thresholds: ['0.5', '1.0'] });
    expect(budget).toEqual({
      id: expect.stringMatching(/^bdg_/),
      projectId,
      agentId: null,
      kind: 'hard',
      period: 'total',
      limit: '10.5',
      thresholds: ['0.5', '1'],
      periodStart: '0001-01-01',
      spent: '0',
      reserved: '0',
      remaining: '10.5',
      unpricedCalls: 0,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    await spend(projectId, '0.1');
    await spend(projectId, '0.2');
    await service.reserveBudget({ projectId, amount: '0.05' });
    const now = await service.getBudget(budget.id);
    expect(now).toMatchObject({ spent: '0.3', reserved: '0.05', remaining: '10.15' });
    expect(await service.listBudgets({ projectId })).toEqual([now]);
    await service.foldSpend();
    expect(await service.getBudget(budget.id)).toEqual(now);
  });

  it('is single for its project, run, kind and period', async () => {
    const agent = await t.newAgent();
    const input = { projectId: agent.projectId, kind: 'hard' as const, period: 'day' as const, limit: '1' };
    const outcomes = await tally(times(5, () => service.createBudget(input)));
    expect(outcomes).toEqual({ ok: 1, already_exists: 4 });
    await service.createBudget({ ...input, kind: 'soft' });
    await service.createBudget({ ...input, period: 'month' });
    await service.createBudget({ ...input, agentId: agent.id });
    expect(await refusal(service.createBudget({ ...input, agentId: agent.id }))).toMatchObject({
      code: 'already_exists',
      field: 'period',
    });
    expect(await service.listBudgets({ projectId: agent.projectId })).toHaveLength(4);
  });

  it('is refused with a limit, threshold, kind or period that is none, and for what does not exist', async () => {
    const project = await t.newProject();
    const good = { projectId: project.id, kind: 'hard' as const, period: 'day' as const, limit: '1' };
    const bad: [object, string, string][] = [
      [{ limit: '0' }, 'invalid_input', 'limit'],
      [{ limit: '-1' }, 'invalid_input', 'limit'],
      [{ limit: 1 }, 'invalid_input', 'limit'],
      [{ limit: 'NaN' }, 'invalid_input', 'limit'],
      [{ limit: '1e15' }, 'invalid_input', 'limit'],
      [{ kind: 'medium' }, 'invalid_input', 'kind'],
      [{ period: 'week' }, 'invalid_input', 'period'],
      [{ thresholds: ['0'] }, 'invalid_input', 'thresholds[0]'],
      [{ thresholds: ['0.5', 0.8] }, 'invalid_input', 'thresholds[1]'],
      [{ thresholds: ['11'] }, 'invalid_input', 'thresholds'],
      [{ thresholds: times(21, (n) => String(n / 10 + 0.1).slice(0, 3)) }, 'invalid_input', 'thresholds'],
      [{ projectId: 'prj_unknown' }, 'not_found', 'projectId'],
      [{ agentId: (await t.newAgent()).id }, 'not_found', 'agentId'],
    ];
    for (const [input, code, field] of bad) {
      expect(await refusal(service.createBudget({ ...good, ...input })), JSON.stringify(input)).toMatchObject(
        { code, field },
      );
    }
    expect(await service.listBudgets({ projectId: project.id })).toEqual([]);
  });

  it('can be changed and deleted; an unknown one is not_found, and false', async () => {
    const { budget } = await withBudget('1');
    const raised = await service.updateBudget(budget.id, { limit: '2.5' });
    expect(raised).toMatchObject({ limit: '2.5', thresholds: ['0.5', '0.8', '1'] });
    expect(await service.updateBudget(budget.id, { thresholds: ['0.9'] })).toMatchObject({
      limit: '2.5',
      thresholds: ['0.9'],
    });
    expect(await refusal(service.updateBudget(budget.id, { limit: '0' }))).toMatchObject({
      code: 'invalid_input',
    });
    expect(await refusal(service.updateBudget('bdg_unknown', { limit: '1' }))).toMatchObject({
      code: 'not_found',
    });
    expect(await refusal(service.getBudget('bdg_unknown'))).toMatchObject({ code: 'not_found' });
    expect(await service.deleteBudget(budget.id)).toBe(true);
    expect(await service.deleteBudget(budget.id)).toBe(false);
    expect(await refusal(service.getBudget(budget.id))).toMatchObject({ code: 'not_found' });
  });

  it('flags calls without a price: they are counted, and never as zero cost', async () => {
    const { projectId, budget } = await withBudget('10');
    await service.createCost({ projectId, model: 'nobody-knows', provider: 'p', inputTokens: 1_000 });
    await spend(projectId, '1');
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: '1', unpricedCalls: 1 });
    const held = await service.reserveBudget({ projectId, amount: '2' });
    const { cost } = await service.settleReservation(held.id, {
      model: 'nobody-knows',
      provider: 'p',
      inputTokens: 5,
    });
    expect(cost).toMatchObject({ amount: null, pricing: 'unpriced' });
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: '1', reserved: '0', unpricedCalls: 2 });
  });
});

describe('a period', () => {
  const DAY_MS = 86_400_000;
  const now = new Date();
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);

  it('of a day, a month and all time begins and ends at midnight UTC, folded or not', async () => {
    const project = await t.newProject();
    const projectId = project.id;
    const moments = [
      0,
      month - 1,
      month,
      today - 1,
      today,
      today + DAY_MS - 1,
      today + DAY_MS,
      nextMonth - 1,
      nextMonth,
    ];
    await service.bulkCreateCosts(
      moments.map((at, n) => ({ ...call, projectId, amount: `1${'0'.repeat(n)}`, timestamp: new Date(at) })),
    );
    const within = (from: number, to: number) =>
      String(moments.reduce((sum, at, n) => (at >= from && at < to ? sum + 10 ** n : sum), 0));
    for (const period of ['day', 'month', 'total'] as const) {
      await service.createBudget({ projectId, kind: 'hard', period, limit: '1e12' });
    }
    for (let round = 0; round < 2; round += 1) {
      const budgets = await service.listBudgets({ projectId });
      const spent = Object.fromEntries(budgets.map(({ period, spent: sum }) => [period, sum]));
      expect(spent).toEqual({
        day: within(today, today + DAY_MS),
        month: within(month, nextMonth),
        total: within(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
      });
      const starts = Object.fromEntries(budgets.map(({ period, periodStart }) => [period, periodStart]));
      const text = (at: number) => new Date(at).toISOString().slice(0, 10);
      expect(starts).toEqual({ day: text(today), month: text(month), total: '0001-01-01' });
      await service.foldSpend();
    }
  });

  it('of a run counts the same way', async () => {
    const agent = await t.newAgent();
    const { projectId } = agent;
    const at = (ms: number, amount: string) => ({
      ...call,
      projectId,
      agentId: agent.id,
      amount,
      timestamp: new Date(ms),
    });
    await service.bulkCreateCosts([at(today - 1, '1'), at(today, '10'), at(today + DAY_MS, '100')]);
    await spend(projectId, '1000');
    const day = await service.createBudget({
      projectId,
      agentId: agent.id,
      kind: 'hard',
      period: 'day',
      limit: '5000',
    });
    const total = await service.createBudget({
      projectId,
      agentId: agent.id,
      kind: 'hard',
      period: 'total',
      limit: '5000',
    });
    for (let round = 0; round < 2; round += 1) {
      expect((await service.getBudget(day.id)).spent).toBe('10');
      expect((await service.getBudget(total.id)).spent).toBe('111');
      await service.foldSpend();
    }
  });

  it('is of UTC whatever time zone the session that records has', async () => {
    const { projectId, budget } = await withBudget('100', { period: 'day' });
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      await service.transaction(async (inner) => {
        await inner.scope.query(`set local timezone = '${zone}'`);
        await inner.createCost({ ...call, projectId, amount: '1', timestamp: new Date(today) });
        await inner.createCost({ ...call, projectId, amount: '10', timestamp: new Date(today - 1) });
        const { spent, periodStart } = await inner.getBudget(budget.id);
        expect(periodStart).toBe(new Date(today).toISOString().slice(0, 10));
        expect(spent).toBe(zone === 'Pacific/Kiritimati' ? '1' : '2');
      });
    }
    expect((await service.getBudget(budget.id)).spent).toBe('2');
  });
});

describe('an alert', () => {
  it('is written once when a threshold is reached, with what was spent', async () => {
    const { projectId, budget } = await withBudget('10', { kind: 'soft', thresholds: ['0.5', '0.8', '1'] });
    await spend(projectId, '4.99');
    expect(await alertsOf(projectId)).toEqual([]);
    await spend(projectId, '0.01');
    const [alert, ...none] = await alertsOf(projectId);
    expect(none).toEqual([]);
    expect(alert?.metadata).toEqual({
      budgetId: budget.id,
      agentId: null,
      kind: 'soft',
      period: 'total',
      periodStart: '0001-01-01',
      threshold: '0.5',
      limit: '10',
      actual: '5',
    });
    expect(alert?.message).toMatch(/50 % of the total budget: 5 of 10 USD/);
    await spend(projectId, '1');
    expect(await thresholdsOf(projectId)).toEqual(['0.5']);
    await spend(projectId, '100');
    expect(await thresholdsOf(projectId)).toEqual(['0.5', '0.8', '1']);
    await spend(projectId, '100');
    await service.foldSpend();
    expect(await thresholdsOf(projectId)).toEqual(['0.5', '0.8', '1']);
    const events = await t.sql("select 1 from :schema.outbox where type = 'budget.alert' and subject = $1", [
      budget.id,
    ]);
    expect(events).toHaveLength(3);
  });

  it('is written for what was spent before the budget was made or lowered', async () => {
    const project = await t.newProject();
    await spend(project.id, '6');
    const budget = await service.createBudget({
      projectId: project.id,
      kind: 'soft',
      period: 'total',
      limit: '10',
    });
    expect(await thresholdsOf(project.id)).toEqual(['0.5']);
    await service.updateBudget(budget.id, { limit: '6' });
    expect(await thresholdsOf(project.id)).toEqual(['0.5', '0.8', '1']);
    await service.updateBudget(budget.id, { limit: '100' });
    await service.updateBudget(budget.id, { limit: '1' });
    expect(await thresholdsOf(project.id)).toEqual(['0.5', '0.8', '1']);
  });

  it('is written again in the next period', async () => {
    const { projectId, budget } = await withBudget('1', { kind: 'soft', period: 'day', thresholds: ['1'] });
    await spend(projectId, '2');
    expect(await alertsOf(projectId)).toHaveLength(1);
    await t.sql('update :schema.budget_alerts set period_start = period_start - 1 where budget_id = $1', [
      budget.id,
    ]);
    await spend(projectId, '0.1');
    expect(await alertsOf(projectId)).toHaveLength(2);
    await spend(projectId, '0.1');
    expect(await alertsOf(projectId)).toHaveLength(2);
  });

  it('comes from a bulk, a settlement and a correction too, and from a hard budget as well', async () => {
    const bulk = await withBudget('1', { kind: 'soft', thresholds: ['1'] });
    await service.bulkCreateCosts(times(10, () => ({ ...call, projectId: bulk.projectId, amount: '0.1' })));
    expect(await thresholdsOf(bulk.projectId)).toEqual(['1']);
    const settled = await withBudget('1', { kind: 'hard', thresholds: ['1'] });
    const held = await service.reserveBudget({ projectId: settled.projectId, amount: '1' });
    await service.settleReservation(held.id, { ...call, amount: '1' });
    expect(await thresholdsOf(settled.projectId)).toEqual(['1']);
    const corrected = await withBudget('1', { kind: 'soft', thresholds: ['1'] });
    const cost = await spend(corrected.projectId, '0.1');
    await t.sql('update :schema.costs set amount = 1 where id = $1', [cost.id]);
    expect(await thresholdsOf(corrected.projectId)).toEqual(['1']);
  });

  it('of a run hears only that run', async () => {
    const agent = await t.newAgent();
    const { projectId } = agent;
    await service.createBudget({
      projectId,
      agentId: agent.id,
      kind: 'soft',
      period: 'month',
      limit: '1',
      thresholds: ['1'],
    });
    await spend(projectId, '5');
    expect(await alertsOf(projectId)).toEqual([]);
    await service.createCost({ ...call, projectId, agentId: agent.id, amount: '1' });
    expect((await alertsOf(projectId)).map(({ metadata }) => metadata)).toMatchObject([
      { agentId: agent.id },
    ]);
  });

  it('is exactly one for each threshold under twenty costs at once with folding', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { projectId } = await withBudget('10', {
        kind: 'soft',
        thresholds: ['0.25', '0.5', '0.75', '1'],
      });
      let done = false;
      const folding = times(2, async () => {
        while (!done) await t.sql('select :schema.fold_spend(3)');
      });
      await Promise.all(times(20, () => spend(projectId, '0.5')));
      done = true;
      await Promise.all(folding);
      await service.foldSpend();
      expect(await thresholdsOf(projectId)).toEqual(['0.25', '0.5', '0.75', '1']);
    }
  });

  it('is not missed when two costs reach it together without seeing each other: folding finds it', async () => {
    const { projectId } = await withBudget('10', { kind: 'soft', thresholds: ['1'] });
    const other = await t.secondService(1);
    await service.transaction(async (inner) => {
      await inner.createCost({ ...call, projectId, amount: '5' });
      await other.createCost({ ...call, projectId, amount: '5' });
    });
    expect(await service.getTotalCostByProject(projectId)).toBe('10');
    expect(await alertsOf(projectId)).toEqual([]);
    await service.foldSpend();
    expect(await thresholdsOf(projectId)).toEqual(['1']);
  });

  it('is undone with the cost that caused it, and written by the next', async () => {
    const { projectId } = await withBudget('1', { kind: 'soft', thresholds: ['1'] });
    const seen = await undone(service, async (inner) => {
      await inner.createCost({ ...call, projectId, amount: '1' });
      return (await inner.getActivitiesByProject(projectId)).length;
    });
    expect(seen).toBe(1);
    expect(await alertsOf(projectId)).toEqual([]);
    await spend(projectId, '1');
    expect(await alertsOf(projectId)).toHaveLength(1);
  });
});
