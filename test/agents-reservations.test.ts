import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IsolationLevel } from '../src/kernel/database/types.ts';
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

describe('a reservation', () => {
  it('holds its amount for a while, with what it is for', async () => {
    const agent = await t.newAgent();
    const before = Date.now();
    const held = await service.reserveBudget({
      projectId: agent.projectId,
      agentId: agent.id,
      amount: '0.250',
      holdS: 60,
      purpose: 'one call',
    });
    expect(held).toEqual({
      id: expect.stringMatching(/^rsv_/),
      projectId: agent.projectId,
      agentId: agent.id,
      amount: '0.25',
      state: 'open',
      purpose: 'one call',
      costId: null,
      createdAt: expect.any(Date),
      expiresAt: expect.any(Date),
      closedAt: null,
    });
    expect(held.expiresAt.getTime() - before).toBeGreaterThan(55_000);
    expect(held.expiresAt.getTime() - before).toBeLessThan(65_000);
    expect(await service.getReservation(held.id)).toEqual(held);
    expect(await service.getReservation('rsv_unknown')).toBeNull();
  });

  it('may fill a hard budget to the last digit, and not pass it by any', async () => {
    const { projectId, budget } = await withBudget('1');
    await spend(projectId, '0.3');
    await service.reserveBudget({ projectId, amount: '0.6' });
    const refused = await refusal(service.reserveBudget({ projectId, amount: '0.10000000000000000001' }));
    expect(refused).toMatchObject({
      code: 'limit_exceeded',
      reason: 'budget_exceeded',
      field: 'amount',
      details: { budgetId: budget.id, limit: '1', spent: '0.3', reserved: '0.6', remaining: '0.1' },
    });
    expect(refused.message).toContain(projectId);
    await service.reserveBudget({ projectId, amount: '0.1' });
    expect(await service.getBudget(budget.id)).toMatchObject({ remaining: '0', reserved: '0.7' });
  });

  it('is not held back by a soft budget, nor without any', async () => {
    const { projectId } = await withBudget('1', { kind: 'soft' });
    await expect(service.reserveBudget({ projectId, amount: '100' })).resolves.toMatchObject({
      state: 'open',
    });
    const free = await t.newProject();
    await expect(service.reserveBudget({ projectId: free.id, amount: '100' })).resolves.toMatchObject({
      state: 'open',
    });
  });

  it('finds no room where costs have passed the limit already', async () => {
    const { projectId, budget } = await withBudget('1');
    await spend(projectId, '5');
    expect(await service.getBudget(budget.id)).toMatchObject({ remaining: '-4' });
    const refused = await refusal(service.reserveBudget({ projectId, amount: '0.01' }));
    expect(refused).toMatchObject({ code: 'limit_exceeded', details: { remaining: '0' } });
  });

  it('is refused with an amount or a time that is none, and for what does not exist', async () => {
    const project = await t.newProject();
    const good = { projectId: project.id, amount: '1' };
    const bad: [object, string, string][] = [
      [{ amount: '0' }, 'invalid_input', 'amount'],
      [{ amount: '-1' }, 'invalid_input', 'amount'],
      [{ amount: 0.5 }, 'invalid_input', 'amount'],
      [{ amount: 'Infinity' }, 'invalid_input', 'amount'],
      [{ holdS: 0 }, 'invalid_input', 'holdS'],
      [{ holdS: 1.5 }, 'invalid_input', 'holdS'],
      [{ holdS: 86_401 }, 'invalid_input', 'holdS'],
      [{ purpose: 'x'.repeat(501) }, 'invalid_input', 'purpose'],
      [{ projectId: 'prj_unknown' }, 'not_found', 'projectId'],
      [{ agentId: (await t.newAgent()).id }, 'not_found', 'agentId'],
    ];
    for (const [input, code, field] of bad) {
      expect(
        await refusal(service.reserveBudget({ ...good, ...input })),
        JSON.stringify(input),
      ).toMatchObject({ code, field });
    }
  });

  it('counts against the budgets of project and run together', async () => {
    const agent = await t.newAgent();
    const { projectId } = agent;
    const ofProject = await service.createBudget({ projectId, kind: 'hard', period: 'total', limit: '10' });
    const ofRun = await service.createBudget({
      projectId,
      agentId: agent.id,
      kind: 'hard',
      period: 'total',
      limit: '3',
    });
    await service.reserveBudget({ projectId, agentId: agent.id, amount: '2' });
    expect(await refusal(service.reserveBudget({ projectId, agentId: agent.id, amount: '2' }))).toMatchObject(
      {
        code: 'limit_exceeded',
        details: { budgetId: ofRun.id },
      },
    );
    await service.reserveBudget({ projectId, amount: '7' });
    expect(
      await refusal(service.reserveBudget({ projectId, agentId: agent.id, amount: '1.5' })),
    ).toMatchObject({ code: 'limit_exceeded' });
    expect(await refusal(service.reserveBudget({ projectId, amount: '1.5' }))).toMatchObject({
      details: { budgetId: ofProject.id },
    });
    await service.reserveBudget({ projectId, agentId: agent.id, amount: '1' });
    expect(await service.getBudget(ofProject.id)).toMatchObject({ reserved: '10', remaining: '0' });
    expect(await service.getBudget(ofRun.id)).toMatchObject({ reserved: '3', remaining: '0' });
  });
});

describe('fifty reservations at once against room for ten', () => {
  const CALLERS = 50;

  type Reserve = (projectId: string) => Promise<unknown>;

  /** What became of the callers, and what the budget holds afterwards. */
  async function contend(reserve: Reserve) {
    const { projectId, budget } = await withBudget('10');
    const outcomes = await tally(times(CALLERS, () => reserve(projectId)));
    const { reserved } = await service.getBudget(budget.id);
    return { outcomes, reserved };
  }

  it('leave exactly ten', async () => {
    const { outcomes, reserved } = await contend((projectId) =>
      service.reserveBudget({ projectId, amount: '1' }),
    );
    expect(outcomes).toEqual({ ok: 10, limit_exceeded: 40 });
    expect(reserved).toBe('10');
  });

  it.each(['read committed', 'repeatable read', 'serializable'] as IsolationLevel[])(
    'leave exactly ten when each caller is in a %s transaction that has read before',
    async (isolation) => {
      const { outcomes, reserved } = await contend((projectId) =>
        service.transaction(
          async (inner) => {
            await inner.getProjectById(projectId);
            return inner.reserveBudget({ projectId, amount: '1' });
          },
          { isolation, retries: 20 },
        ),
      );
      expect(outcomes).toEqual({ ok: 10, limit_exceeded: 40 });
      expect(reserved).toBe('10');
    },
  );

  it('leave exactly ten where half of them settle at once, above or below what they held', async () => {
    const { projectId, budget } = await withBudget('10');
    const outcomes = await tally(
      times(CALLERS, async (n) => {
        const held = await service.reserveBudget({ projectId, amount: '1' });
        if (n % 2 === 0) await service.settleReservation(held.id, { ...call, amount: '1' });
      }),
    );
    expect(outcomes).toEqual({ ok: 10, limit_exceeded: 40 });
    expect(await service.getBudget(budget.id)).toMatchObject({ remaining: '0' });
  });

  it('leave exactly ten with folding going on', async () => {
    const { projectId, budget } = await withBudget('20');
    await service.bulkCreateCosts(times(10, () => ({ ...call, projectId, amount: '1' })));
    let done = false;
    const folding = (async () => {
      while (!done) await t.sql('select :schema.fold_spend(2)');
    })();
    const outcomes = await tally(times(CALLERS, () => service.reserveBudget({ projectId, amount: '1' })));
    done = true;
    await folding;
    expect(outcomes).toEqual({ ok: 10, limit_exceeded: 40 });
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: '10', reserved: '10', remaining: '0' });
  });

  it('leave no run with more than its five, and both together with the nine of their project', async () => {
    const one = await t.newAgent();
    const { projectId } = one;
    const other = await t.newAgent({ projectId });
    const project = await service.createBudget({ projectId, kind: 'hard', period: 'day', limit: '9' });
    for (const { id } of [one, other]) {
      await service.createBudget({ projectId, agentId: id, kind: 'hard', period: 'day', limit: '5' });
    }
    const outcomes = await tally(
      times(CALLERS, (n) =>
        service.reserveBudget({ projectId, agentId: n % 2 === 0 ? one.id : other.id, amount: '1' }),
      ),
    );
    expect(outcomes).toEqual({ ok: 9, limit_exceeded: 41 });
    for (const budget of await service.listBudgets({ projectId })) {
      expect(Number(budget.remaining)).toBeGreaterThanOrEqual(0);
    }
    expect(await service.getBudget(project.id)).toMatchObject({ reserved: '9' });
  });

  it('overspend when each reads first and inserts then: the harness can tell', async () => {
    const { outcomes, reserved } = await contend(async (projectId) => {
      const [budget] = await service.listBudgets({ projectId });
      if (Number(budget?.remaining) < 1) throw await refusal(service.getBudget('bdg_unknown'));
      await t.sql(
        `insert into :schema.budget_reservations (project_id, amount, expires_at)
         values ($1, 1, clock_timestamp() + interval '1 hour')`,
        [projectId],
      );
    });
    expect(outcomes.ok).toBeGreaterThan(10);
    expect(Number(reserved)).toBeGreaterThan(10);
  });

  it('cannot slip past a snapshot: a repeatable-read caller that read before others filled the budget is refused', async () => {
    const { projectId, budget } = await withBudget('1');
    let attempts = 0;
    const late = service.transaction(
      async (inner) => {
        attempts += 1;
        const before = await inner.getBudget(budget.id);
        if (attempts === 1) {
          expect(before.remaining).toBe('1');
          await (await t.secondService(1)).reserveBudget({ projectId, amount: '1' });
        }
        return inner.reserveBudget({ projectId, amount: '1' });
      },
      { isolation: 'repeatable read' },
    );
    expect(await refusal(late)).toMatchObject({ code: 'limit_exceeded' });
    expect(attempts).toBe(2);
    expect(await service.getBudget(budget.id)).toMatchObject({ reserved: '1' });
  });

  it('that are rolled back leave their room to others', async () => {
    const { projectId, budget } = await withBudget('1');
    await undone(service, (inner) => inner.reserveBudget({ projectId, amount: '1' }));
    await expect(service.reserveBudget({ projectId, amount: '1' })).resolves.toMatchObject({ state: 'open' });
    expect(await service.getBudget(budget.id)).toMatchObject({ reserved: '1' });
  });
});

describe('an idempotency key of a reservation', () => {
  it('used by fifty callers at once is one reservation', async () => {
    const { projectId, budget } = await withBudget('10');
    const options = { idempotencyKey: randomUUID() };
    const answers = await Promise.all(
      times(50, () => service.reserveBudget({ projectId, amount: '1' }, options)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await service.getBudget(budget.id)).toMatchObject({ reserved: '1' });
  });

  it('with other content is refused', async () => {
    const { projectId, budget } = await withBudget('10');
    const options = { idempotencyKey: randomUUID() };
    await service.reserveBudget({ projectId, amount: '1' }, options);
    for (const input of [
      { projectId, amount: '2' },
      { projectId, amount: '1', purpose: 'x' },
    ]) {
      expect(await refusal(service.reserveBudget(input, options))).toMatchObject({
        code: 'idempotency_mismatch',
      });
    }
    expect(
      await refusal(service.createBudget({ projectId, kind: 'soft', period: 'day', limit: '1' }, options)),
    ).toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect(await service.getBudget(budget.id)).toMatchObject({ reserved: '1' });
  });

  it('of a refused reservation works once there is room', async () => {
    const { projectId, budget } = await withBudget('1');
    const options = { idempotencyKey: randomUUID() };
    expect(await refusal(service.reserveBudget({ projectId, amount: '2' }, options))).toMatchObject({
      code: 'limit_exceeded',
    });
    await service.updateBudget(budget.id, { limit: '2' });
    const held = await service.reserveBudget({ projectId, amount: '2' }, options);
    expect(await service.reserveBudget({ projectId, amount: '2' }, options)).toEqual(held);
  });
});
