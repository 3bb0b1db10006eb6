import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService, NewCost } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, tally, times, undone } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

const given = (projectId: string, amount: string, timestamp?: Date): NewCost => ({
  projectId,
  amount,
  model: 'gpt-4o',
  provider: 'openai',
  ...(timestamp === undefined ? {} : { timestamp }),
});

describe('costs in bulk', () => {
  it('of 100 take less than a second', async () => {
    const project = await t.newProject();
    const started = performance.now();
    const result = await service.bulkCreateCosts(times(100, (n) => given(project.id, `0.${n + 1}`)));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(result.count).toBe(100);
    expect(new Set(result.ids).size).toBe(100);
    expect(await service.getCostsByProject(project.id)).toHaveLength(100);
  });

  it('come back by id in the order of the input, across projects', async () => {
    const [one, two] = [await t.newProject(), await t.newProject()];
    const inputs = times(10, (n) => given((n % 2 === 0 ? one : two).id, String(n)));
    const { ids } = await service.bulkCreateCosts(inputs);
    const stored = await Promise.all(ids.map((id) => service.getCostById(id)));
    expect(stored.map((cost) => cost?.amount)).toEqual(times(10, String));
    expect(await service.getTotalCostByProject(one.id)).toBe('20');
    expect(await service.getTotalCostByProject(two.id)).toBe('25');
  });

  it('are all or none: an unknown project undoes the whole batch', async () => {
    const project = await t.newProject();
    const batch = times(50, (n) => given(n === 37 ? 'prj_unknown' : project.id, '1'));
    expect(await refusal(service.bulkCreateCosts(batch))).toMatchObject({
      code: 'not_found',
      message: 'Project not found',
    });
    expect(await service.getCostsByProject(project.id)).toEqual([]);
    expect(await service.getTotalCostByProject(project.id)).toBe('0');
    const events = await t.sql("select 1 from :schema.outbox where subject = $1 and type like 'cost%'", [
      project.id,
    ]);
    expect(events).toEqual([]);
  });

  it('are checked before anything is sent: a bad one is named by its place', async () => {
    const project = await t.newProject();
    const batch = [given(project.id, '1'), given(project.id, '2'), given(project.id, '-3')];
    const { value, statements } = await t.countStatements(() => refusal(service.bulkCreateCosts(batch)));
    expect(value).toMatchObject({ code: 'invalid_input', field: 'costs[2].amount' });
    expect(statements).toBe(0);
    const number = [given(project.id, 3 as unknown as string)];
    expect(await refusal(service.bulkCreateCosts(number))).toMatchObject({ field: 'costs[0].amount' });
    expect(await service.getCostsByProject(project.id)).toEqual([]);
  });

  it('of none are nothing, and of too many refused', async () => {
    expect(await service.bulkCreateCosts([])).toEqual({ count: 0, ids: [] });
    const many = Array.from<NewCost>({ length: 50_001 }).fill(given('prj_unknown', '1'));
    expect(await refusal(service.bulkCreateCosts(many))).toMatchObject({
      code: 'invalid_input',
      field: 'costs',
    });
  });

  it('of 10,000 are one statement, with null and zero tokens kept apart', async () => {
    const project = await t.newProject();
    const tokens = [null, 0, 7];
    const inputs = times(10_000, (n) => ({
      ...given(project.id, '0.0001'),
      inputTokens: tokens[n % 3] ?? null,
    }));
    const { statements } = await t.countStatements(() => service.bulkCreateCosts(inputs));
    expect(statements).toBe(1);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
    const rows = await t.sql<{ kind: string; count: number }>(
      `select coalesce(input_tokens::text, 'null') as kind, count(*)::integer as count
         from :schema.costs where project_id = $1 group by 1 order by 1`,
      [project.id],
    );
    expect(rows).toEqual([
      { kind: '0', count: 3_333 },
      { kind: '7', count: 3_333 },
      { kind: 'null', count: 3_334 },
    ]);
    expect((await service.getSpendByProject(project.id)).inputTokens).toBe(String(3_333 * 7));
  });
});

describe('an idempotency key', () => {
  it('of fifty calls at once makes one cost, and all get the same answer', async () => {
    const project = await t.newProject();
    const input = { ...given(project.id, '0.25'), timestamp: new Date('2026-01-01T00:00:00.123Z') };
    const answers = await Promise.all(
      times(50, () => service.createCost(input, { idempotencyKey: 'cost-1' })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await service.getTotalCostByProject(project.id)).toBe('0.25');
  });

  it('with other content is refused, also for another kind of call', async () => {
    const project = await t.newProject();
    const options = { idempotencyKey: 'cost-2' };
    await service.createCost(given(project.id, '1'), options);
    const calls = [
      service.createCost(given(project.id, '2'), options),
      service.bulkCreateCosts([given(project.id, '1')], options),
      service.createActivity({ projectId: project.id, type: 'agent_started', message: 'm' }, options),
    ];
    expect(await tally(calls)).toEqual({ idempotency_mismatch: 3 });
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('of one caller is not that of another', async () => {
    const project = await t.newProject();
    const [one, two] = ['usr_one', 'usr_two'].map((id) => service.by({ kind: 'user', id }));
    const options = { idempotencyKey: 'cost-3' };
    const first = await one!.createCost(given(project.id, '1'), options);
    expect((await two!.createCost(given(project.id, '1'), options)).id).not.toBe(first.id);
    expect((await one!.createCost(given(project.id, '1'), options)).id).toBe(first.id);
  });

  it('is free again when the call failed or was rolled back', async () => {
    const project = await t.newProject();
    const options = { idempotencyKey: 'cost-4' };
    expect(await refusal(service.createCost(given('prj_unknown', '1'), options))).toMatchObject({
      code: 'not_found',
    });
    await undone(service, (inner) => inner.createCost(given(project.id, '2'), options));
    expect((await service.createCost(given(project.id, '3'), options)).amount).toBe('3');
  });

  it('repeats the answer of a bulk call', async () => {
    const project = await t.newProject();
    const batch = times(3, (n) => given(project.id, String(n)));
    const first = await service.bulkCreateCosts(batch, { idempotencyKey: 'bulk-1' });
    expect(await service.bulkCreateCosts(batch, { idempotencyKey: 'bulk-1' })).toEqual(first);
    expect(await service.getCostsByProject(project.id)).toHaveLength(3);
  });
});
