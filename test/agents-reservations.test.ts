import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IsolationLevel } from '../src/kernel/database/types.ts';
import { verify } from '../src/kernel/instance.ts';
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

describe('settling', () => {
  it.each([
    ['below', '0.4', '9.6'],
    ['equal to', '2', '8'],
    ['above', '3.5', '6.5'],
  ])('with a cost %s what was held records it as it is', async (_, amount, remaining) => {
    const agent = await t.newAgent();
    const { projectId } = agent;
    const budget = await service.createBudget({ projectId, kind: 'hard', period: 'total', limit: '10' });
    const held = await service.reserveBudget({ projectId, agentId: agent.id, amount: '2' });
    const { reservation, cost } = await service.settleReservation(held.id, {
      ...call,
      amount,
      inputTokens: 0,
    });
    expect(cost).toMatchObject({ projectId, agentId: agent.id, amount, inputTokens: 0 });
    expect(reservation).toEqual({ ...held, state: 'settled', costId: cost.id, closedAt: expect.any(Date) });
    expect(await service.getReservation(held.id)).toEqual(reservation);
    expect(await service.getCostsByProject(projectId)).toEqual([cost]);
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: amount, reserved: '0', remaining });
  });

  it('may pass the limit, for the money is spent', async () => {
    const { projectId, budget } = await withBudget('1');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    await service.settleReservation(held.id, { ...call, amount: '5' });
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: '5', remaining: '-4' });
  });

  it("twice is once: the second gets the first one's cost, whatever it says", async () => {
    const { projectId } = await withBudget('10');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    const first = await service.settleReservation(held.id, { ...call, amount: '0.5' });
    expect(await service.settleReservation(held.id, { ...call, amount: '0.9' })).toEqual(first);
    expect(await service.getTotalCostByProject(projectId)).toBe('0.5');
  });

  it('by twenty callers at once is one cost', async () => {
    const { projectId, budget } = await withBudget('10');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    const answers = await Promise.all(
      times(20, (n) => service.settleReservation(held.id, { ...call, amount: `0.${n + 1}` })),
    );
    expect(new Set(answers.map(({ cost }) => cost.id)).size).toBe(1);
    expect(await service.getCostsByProject(projectId)).toHaveLength(1);
    expect(await service.getBudget(budget.id)).toMatchObject({
      spent: answers[0]?.cost.amount,
      reserved: '0',
    });
  });

  it('needs a reservation that exists and was not released, and a cost that is one', async () => {
    const { projectId, budget } = await withBudget('10');
    expect(await refusal(service.settleReservation('rsv_unknown', { ...call, amount: '1' }))).toMatchObject({
      code: 'not_found',
    });
    const held = await service.reserveBudget({ projectId, amount: '1' });
    for (const amount of ['-1', 1 as unknown as string, 'x']) {
      expect(await refusal(service.settleReservation(held.id, { ...call, amount }))).toMatchObject({
        code: 'invalid_input',
      });
    }
    expect(await service.getReservation(held.id)).toMatchObject({ state: 'open' });
    await service.releaseReservation(held.id);
    expect(await refusal(service.settleReservation(held.id, { ...call, amount: '1' }))).toMatchObject({
      code: 'conflict',
      reason: 'reservation_released',
    });
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: '0', reserved: '0' });
  });

  it('attributes nothing to a run that was deleted meanwhile', async () => {
    const agent = await t.newAgent();
    const { projectId } = agent;
    const held = await service.reserveBudget({ projectId, agentId: agent.id, amount: '1' });
    await t.sql('delete from :schema.agents where id = $1', [agent.id]);
    const { cost } = await service.settleReservation(held.id, { ...call, amount: '1' });
    expect(cost).toMatchObject({ projectId, agentId: null, amount: '1' });
  });

  it('says so when the cost that settled it was deleted', async () => {
    const { projectId } = await withBudget('10');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    const { cost } = await service.settleReservation(held.id, { ...call, amount: '1' });
    await t.sql('delete from :schema.costs where id = $1', [cost.id]);
    expect(await refusal(service.settleReservation(held.id, { ...call, amount: '1' }))).toMatchObject({
      code: 'conflict',
      reason: 'settlement_deleted',
    });
    expect(await service.getTotalCostByProject(projectId)).toBe('0');
  });
});

describe('releasing', () => {
  it('gives the room back, and twice is once', async () => {
    const { projectId, budget } = await withBudget('1');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    const released = await service.releaseReservation(held.id);
    expect(released).toEqual({ ...held, state: 'released', closedAt: expect.any(Date) });
    expect(await service.releaseReservation(held.id)).toEqual(released);
    expect(await service.getBudget(budget.id)).toMatchObject({ reserved: '0', remaining: '1' });
    await expect(service.reserveBudget({ projectId, amount: '1' })).resolves.toMatchObject({ state: 'open' });
  });

  it('needs a reservation that exists and was not settled', async () => {
    const { projectId } = await withBudget('10');
    expect(await refusal(service.releaseReservation('rsv_unknown'))).toMatchObject({ code: 'not_found' });
    const held = await service.reserveBudget({ projectId, amount: '1' });
    await service.settleReservation(held.id, { ...call, amount: '1' });
    expect(await refusal(service.releaseReservation(held.id))).toMatchObject({
      code: 'conflict',
      reason: 'reservation_settled',
    });
  });

  it('against settling: one wins, and the other is told', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { projectId, budget } = await withBudget('1');
      const held = await service.reserveBudget({ projectId, amount: '1' });
      const settle = () => service.settleReservation(held.id, { ...call, amount: '1' });
      const release = () => service.releaseReservation(held.id);
      const calls = round % 2 === 0 ? [settle(), release()] : [release(), settle()];
      expect(await tally(calls)).toEqual({ ok: 1, conflict: 1 });
      const { state } = (await service.getReservation(held.id))!;
      seen.add(state);
      const costs = await service.getCostsByProject(projectId);
      expect(costs).toHaveLength(state === 'settled' ? 1 : 0);
      expect(await service.getBudget(budget.id)).toMatchObject({
        reserved: '0',
        spent: state === 'settled' ? '1' : '0',
      });
    }
    expect([...seen].sort()).toEqual(['released', 'settled']);
  });

  it('waits for a settlement under way, and is then refused', async () => {
    const { projectId } = await withBudget('1');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    const other = await t.secondService(1);
    let releasing: Promise<unknown> | undefined;
    await service.transaction(async (inner) => {
      await inner.settleReservation(held.id, { ...call, amount: '1' });
      releasing = refusal(other.releaseReservation(held.id));
      await t.untilWaiting(1);
    });
    expect(await releasing).toMatchObject({ code: 'conflict', reason: 'reservation_settled' });
  });
});

describe('a reservation whose time is over', () => {
  const lapse = (id: string) =>
    t.sql(
      "update :schema.budget_reservations set expires_at = clock_timestamp() - interval '1 millisecond' where id = $1",
      [id],
    );

  it('holds nothing any more, even before it is closed', async () => {
    const { projectId, budget } = await withBudget('1');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    await lapse(held.id);
    expect(await service.getReservation(held.id)).toMatchObject({ state: 'open' });
    expect(await service.getBudget(budget.id)).toMatchObject({ reserved: '0' });
    await expect(service.reserveBudget({ projectId, amount: '1' })).resolves.toMatchObject({ state: 'open' });
  });

  it('is closed as expired, and others stay open', async () => {
    const { projectId } = await withBudget('2');
    const [late, open] = [
      await service.reserveBudget({ projectId, amount: '1' }),
      await service.reserveBudget({ projectId, amount: '1' }),
    ];
    await lapse(late.id);
    expect(await service.expireReservations()).toBe(false);
    expect(await service.getReservation(late.id)).toMatchObject({
      state: 'expired',
      closedAt: expect.any(Date),
    });
    expect(await service.getReservation(open.id)).toEqual(open);
  });

  it('can still be settled, for the money is spent; released, it stays expired', async () => {
    const { projectId, budget } = await withBudget('1');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    await lapse(held.id);
    await service.expireReservations();
    expect(await service.releaseReservation(held.id)).toMatchObject({ state: 'expired' });
    const { reservation, cost } = await service.settleReservation(held.id, { ...call, amount: '0.7' });
    expect(reservation).toMatchObject({ state: 'settled', costId: cost.id });
    expect(await service.getBudget(budget.id)).toMatchObject({ spent: '0.7', reserved: '0' });
  });

  it('among more than one closing takes is closed by the next, and the answer says that more are waiting', async () => {
    const project = await t.newProject();
    await service.expireReservations();
    await t.sql(
      `insert into :schema.budget_reservations (project_id, amount, expires_at)
       select $1, 1, clock_timestamp() - interval '1 second' from generate_series(1, 1500)`,
      [project.id],
    );
    expect(await service.expireReservations()).toBe(true);
    expect(await service.expireReservations()).toBe(false);
    expect(
      await t.sql("select 1 from :schema.budget_reservations where state = 'open' and project_id = $1", [
        project.id,
      ]),
    ).toEqual([]);
  });

  it('being settled is left alone by the closing', async () => {
    const { projectId } = await withBudget('1');
    const held = await service.reserveBudget({ projectId, amount: '1' });
    await lapse(held.id);
    const other = await t.secondService(1);
    await service.transaction(async (inner) => {
      await inner.settleReservation(held.id, { ...call, amount: '1' });
      await other.expireReservations();
    });
    expect(await service.getReservation(held.id)).toMatchObject({ state: 'settled' });
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

describe('after all of this', () => {
  it('the rollups still equal the costs', async () => {
    await service.foldSpend();
    expect((await verify(t.opened.agents)).findings.filter(({ kind }) => kind === 'invariant')).toEqual([]);
  });
});
