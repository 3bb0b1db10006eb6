import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, tally, times } from './support/agents.ts';

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
    const gate = await t.opened.connect({ pool_max: '1' });
    for (let round = 0; round < 20; round += 1) {
      const { projectId, budget } = await withBudget('1');
      const held = await service.reserveBudget({ projectId, amount: '1' });
      const settle = () => service.settleReservation(held.id, { ...call, amount: '1' });
      const release = () => service.releaseReservation(held.id);
      const [first, second] = round % 2 === 0 ? [settle, release] : [release, settle];
      let counted: Promise<Record<string, number>> | undefined;
      // Both wait for the row in the order of the round, so that each wins in turn.
      await gate.transaction(async (tx) => {
        const lock = 'select 1 from :schema.budget_reservations where id = $1 for update';
        await t.scope.on(tx).query(lock, [held.id]);
        const winner = first();
        await t.untilWaiting(1);
        counted = tally([winner, second()]);
        await t.untilWaiting(2);
      });
      expect(await counted).toEqual({ ok: 1, conflict: 1 });
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

describe('after all of this', () => {
  it('the rollups still equal the costs', async () => {
    await service.foldSpend();
    expect((await verify(t.opened.agents)).findings.filter(({ kind }) => kind === 'invariant')).toEqual([]);
  });
});
