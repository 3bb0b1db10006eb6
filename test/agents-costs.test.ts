import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService, NewCost, ServiceTier } from '../src/systems/agents/index.ts';
import { setPrice } from '../src/systems/agents/prices.ts';
import { type AgentsFixture, AWKWARD, openAgents, refusal, times } from './support/agents.ts';

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

describe('a new cost', () => {
  it('keeps amount, model, provider and tokens', async () => {
    const project = await t.newProject();
    const cost = await newCost({
      projectId: project.id,
      amount: '0.045',
      inputTokens: 1_500,
      outputTokens: 800,
    });
    expect(cost).toEqual({
      id: expect.stringMatching(/^cst_[0-9a-z]{26}$/),
      projectId: project.id,
      agentId: null,
      amount: '0.045',
      model: 'gpt-4o',
      provider: 'openai',
      inputTokens: 1_500,
      outputTokens: 800,
      usage: null,
      serviceTier: 'standard',
      pricing: 'given',
      priceId: null,
      unpricedKinds: null,
      timestamp: expect.any(Date),
    });
    expect(await service.getCostById(cost.id)).toEqual(cost);
    expect(await service.getCostById('cst_unknown')).toBeNull();
  });

  it('has null tokens when none are reported, and 0 stays 0', async () => {
    expect(await newCost({ amount: '1' })).toMatchObject({ inputTokens: null, outputTokens: null });
    const zero = await newCost({ amount: '1', inputTokens: 0, outputTokens: 0 });
    expect(zero).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    expect(await service.getCostById(zero.id)).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    const mixed = await newCost({ amount: '1', inputTokens: 0, outputTokens: null });
    expect(await service.getCostById(mixed.id)).toMatchObject({ inputTokens: 0, outputTokens: null });
  });

  it.each(['openai', 'anthropic', 'a provider nobody knows'])(
    'may be of the provider %s',
    async (provider) => {
      expect((await newCost({ amount: '1', provider })).provider).toBe(provider);
    },
  );

  it('may be zero, and tiny or large amounts are exact', async () => {
    const cases: [string, string][] = [
      ['0', '0'],
      ['0.000', '0'],
      ['-0', '0'],
      ['0.1000', '0.1'],
      ['1e-7', '0.0000001'],
      ['1.5e3', '1500'],
      ['0.000000000000000000000000000123', '0.000000000000000000000000000123'],
      ['999999999999999.999999999999', '999999999999999.999999999999'],
    ];
    for (const [text, stored] of cases) {
      const cost = await newCost({ amount: text });
      expect(cost.amount).toBe(stored);
      expect((await service.getCostById(cost.id))?.amount).toBe(stored);
    }
  });

  it.each(['-1', '-0.01', '-1e-30'])('may not be the negative amount %s', async (amount) => {
    const refused = await refusal(newCost({ amount }));
    expect(refused).toMatchObject({ code: 'invalid_input', field: 'amount' });
    expect(refused.message).toMatch(/positive|amount/);
  });

  it.each([
    '',
    ' ',
    'NaN',
    'Infinity',
    '-Infinity',
    '1,5',
    '0x10',
    '1.2.3',
    '.5',
    '1_000',
    '$1',
    '1e1000',
    '1'.repeat(61),
  ])('may not have the amount %j', async (amount) => {
    expect(await refusal(newCost({ amount }))).toMatchObject({ code: 'invalid_input', field: 'amount' });
  });

  it.each([0.1, 1, Number.NaN])(
    'may not have the JavaScript number %d as amount, and the hint says how to write it',
    async (number) => {
      const refused = await refusal(newCost({ amount: number as unknown as string }));
      expect(refused).toMatchObject({ code: 'invalid_input', field: 'amount' });
      expect(refused.message).toContain('JavaScript number');
      expect(refused.hint).toContain(Number.isNaN(number) ? '"0.00"' : `"${number}"`);
    },
  );

  it('above 1e15 is refused with its limit', async () => {
    expect(await refusal(newCost({ amount: '1e15' }))).toMatchObject({
      code: 'invalid_input',
      field: 'amount',
    });
  });

  it('of an unknown project is refused', async () => {
    for (const input of [{ amount: '1' }, { inputTokens: 1 }]) {
      expect(await refusal(newCost({ ...input, projectId: 'prj_unknown' }))).toMatchObject({
        code: 'not_found',
        message: 'Project not found',
      });
    }
  });

  it('belongs to a run of the same project, not of another or of none', async () => {
    const agent = await t.newAgent();
    const cost = await newCost({ projectId: agent.projectId, agentId: agent.id, amount: '1' });
    expect(cost.agentId).toBe(agent.id);
    const other = await t.newAgent();
    for (const agentId of [other.id, 'agt_unknown']) {
      expect(await refusal(newCost({ projectId: agent.projectId, agentId, amount: '1' }))).toMatchObject({
        code: 'not_found',
        field: 'agentId',
        message: 'Agent not found in this project',
      });
    }
  });

  it('is refused with token counts that are none', async () => {
    for (const count of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7' as unknown as number]) {
      for (const field of ['inputTokens', 'outputTokens'] as const) {
        expect(await refusal(newCost({ amount: '1', [field]: count }))).toMatchObject({
          code: 'invalid_input',
          field,
        });
      }
    }
    const most = await newCost({ amount: '1', inputTokens: Number.MAX_SAFE_INTEGER });
    expect(most.inputTokens).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('needs model and provider, and keeps what is written in them', async () => {
    for (const bad of [
      { model: '' },
      { provider: ' ' },
      { model: 'a\u0000' },
      { provider: 'x'.repeat(201) },
    ]) {
      expect(await refusal(newCost({ amount: '1', ...bad }))).toMatchObject({
        code: 'invalid_input',
        field: Object.keys(bad)[0],
      });
    }
    expect(await newCost({ amount: '1', model: AWKWARD, provider: AWKWARD })).toMatchObject({
      model: AWKWARD,
      provider: AWKWARD,
    });
  });

  it('is refused with an unknown service tier and a time that is none', async () => {
    expect(await refusal(newCost({ amount: '1', serviceTier: 'gold' as ServiceTier }))).toMatchObject({
      code: 'invalid_input',
      field: 'serviceTier',
    });
    expect(await refusal(newCost({ amount: '1', timestamp: new Date('x') }))).toMatchObject({
      code: 'invalid_input',
      field: 'timestamp',
    });
  });

  it('keeps the milliseconds of its time', async () => {
    for (const text of ['2026-01-02T03:04:05.678Z', '2026-12-31T23:59:59.999Z', '1999-01-01T00:00:00.001Z']) {
      expect((await newCost({ amount: '1', timestamp: new Date(text) })).timestamp.toISOString()).toBe(text);
    }
  });

  it('keeps usage exactly, in plain and in scientific notation', async () => {
    const usage = {
      input: '12',
      output: 7,
      cache_read: 3n,
      seconds: '1.50',
      characters: '1.5e10',
      requests: 1.5e-10,
    };
    const cost = await newCost({ amount: '1', usage });
    expect(cost.usage).toEqual({
      input: 12,
      output: 7,
      cache_read: 3,
      seconds: 1.5,
      characters: 15_000_000_000,
      requests: 1.5e-10,
    });
    for (const quantity of [-1, Number.NaN, 'x', null as unknown as string]) {
      const refused = await refusal(newCost({ amount: '1', usage: { input: quantity } }));
      expect(refused).toMatchObject({ code: 'invalid_input', field: 'usage.input' });
    }
  });
});

describe('a cost without an amount', () => {
  it('is computed from tokens at the price of its moment', async () => {
    const rates = (input: string, output: string) => [
      { kind: 'input', unitPrice: input },
      { kind: 'output', unitPrice: output },
    ];
    await setPrice(t.scope, {
      provider: 'openai',
      model: 'test-model',
      rates: rates('0.0000025', '0.00001'),
    });
    const cost = await newCost({ model: 'test-model', inputTokens: 1_500, outputTokens: 800 });
    expect(cost).toMatchObject({
      amount: '0.01175',
      pricing: 'computed',
      priceId: expect.stringMatching(/^mpr_/),
    });
    const bulk = await service.bulkCreateCosts([
      {
        projectId: cost.projectId,
        model: 'test-model',
        provider: 'openai',
        inputTokens: 1_500,
        outputTokens: 800,
      },
      { projectId: cost.projectId, model: 'nobody-knows', provider: 'openai', inputTokens: 1 },
      { projectId: cost.projectId, model: 'test-model', provider: 'openai', amount: '5' },
    ]);
    const stored = await Promise.all(bulk.ids.map((id) => service.getCostById(id)));
    expect(stored.map((one) => [one?.amount, one?.pricing])).toEqual([
      ['0.01175', 'computed'],
      [null, 'unpriced'],
      ['5', 'given'],
    ]);
  });

  it('is flagged when the model has no price: never zero, and in no sum', async () => {
    const project = await t.newProject();
    const cost = await newCost({
      projectId: project.id,
      model: 'nobody-knows',
      inputTokens: 10,
      outputTokens: 5,
    });
    expect(cost).toMatchObject({ amount: null, pricing: 'unpriced', priceId: null });
    await newCost({ projectId: project.id, amount: '0.5' });
    expect(await service.getTotalCostByProject(project.id)).toBe('0.5');
    expect(await service.getSpendByProject(project.id)).toEqual({
      amount: '0.5',
      calls: 2,
      unpricedCalls: 1,
      inputTokens: '10',
      outputTokens: '5',
    });
    const page = await service.pageCosts({ projectId: project.id, unpriced: true, withTotal: true });
    expect(page).toMatchObject({ total: 1, data: [{ id: cost.id }] });
  });

  it('needs some usage', async () => {
    expect(await refusal(newCost({}))).toMatchObject({ code: 'invalid_input', field: 'amount' });
    const project = await t.newProject();
    const refused = refusal(
      service.bulkCreateCosts([given(project.id, '1'), { projectId: project.id, model: 'm', provider: 'p' }]),
    );
    expect(await refused).toMatchObject({ code: 'invalid_input', field: 'costs[1].amount' });
  });
});

describe('the total of a project', () => {
  it('is exact for amounts that binary fractions cannot hold', async () => {
    const project = await t.newProject();
    for (const amount of ['0.01', '0.02', '0.03']) await service.createCost(given(project.id, amount));
    expect(await service.getTotalCostByProject(project.id)).toBe('0.06');
    const thrice = await t.newProject();
    for (const amount of ['0.001', '0.001', '0.001']) await service.createCost(given(thrice.id, amount));
    expect(await service.getTotalCostByProject(thrice.id)).toBe('0.003');
    expect(0.1 + 0.2).not.toBe(0.3);
    const tenth = await t.newProject();
    await service.bulkCreateCosts(times(1_000, () => given(tenth.id, '0.1')));
    expect(await service.getTotalCostByProject(tenth.id)).toBe('100');
  });

  it('adds the very large and the very small without losing either', async () => {
    const project = await t.newProject();
    await service.bulkCreateCosts([
      given(project.id, '100000000000000'),
      given(project.id, '0.00000000000000000001'),
    ]);
    expect(await service.getTotalCostByProject(project.id)).toBe('100000000000000.00000000000000000001');
    await service.foldSpend();
    expect(await service.getTotalCostByProject(project.id)).toBe('100000000000000.00000000000000000001');
  });

  it('is 0 without costs, and for an unknown project', async () => {
    expect(await service.getTotalCostByProject((await t.newProject()).id)).toBe('0');
    expect(await service.getTotalCostByProject('prj_unknown')).toBe('0');
    expect(await service.getSpendByProject('prj_unknown')).toEqual({
      amount: '0',
      calls: 0,
      unpricedCalls: 0,
      inputTokens: '0',
      outputTokens: '0',
    });
  });
});
