import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGuildhallError, type Scope } from '../src/kernel/index.ts';
import { loadBuiltinPrices, loadPriceTable } from '../src/systems/agents/price-loading.ts';
import { builtinTable, perUnit } from '../src/systems/agents/price-tables/index.ts';
import { deletePrice, findPrice, listPrices, type NewPrice, setPrice } from '../src/systems/agents/prices.ts';
import { quote, reprice, type UsageToPrice } from '../src/systems/agents/quotes.ts';
import { USAGE_KINDS } from '../src/systems/agents/usage-kinds.ts';
import { dataText } from './support/agents-data.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';

let t: TestDatabase;
let scope: Scope;
beforeAll(async () => {
  t = await openTestDatabase();
  scope = t.agents.scope;
});
afterAll(() => t.close());

const at = (text: string): Date => new Date(text);
const JUNE = at('2026-06-01T12:00:00Z');

/** A model of its own for every test, so that tests share the database and not the prices. */
let models = 0;
function freshModel(): string {
  models += 1;
  return `test-model-${models}`;
}

function price(model: string, rates: Record<string, string>, more: Partial<NewPrice> = {}): NewPrice {
  return {
    provider: 'acme',
    model,
    rates: Object.entries(rates).map(([kind, unitPrice]) => ({ kind, unitPrice })),
    ...more,
  };
}

function call(model: string, usage: UsageToPrice['usage'], when = JUNE, serviceTier?: string): UsageToPrice {
  return { provider: 'acme', model, at: when, usage, ...(serviceTier === undefined ? {} : { serviceTier }) };
}

async function caught(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (problem: unknown) => problem,
  );
  if (!isGuildhallError(error)) throw new Error(`expected an error of ours, got ${String(error)}`);
  return error;
}

describe('a price', () => {
  test('of one token is kept and multiplied exactly', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '2.5e-6', output: '0.00001' }));
    expect((await quote(scope, call(model, { input: '1500', output: '800' }))).amount).toBe('0.01175');
    expect((await findPrice(scope, { provider: 'acme', model, at: JUNE }))?.rates).toEqual([
      { kind: 'input', aboveTokens: 0, unitPrice: '0.0000025' },
      { kind: 'output', aboveTokens: 0, unitPrice: '0.00001' },
    ]);
  });

  test('holds from its first moment, inclusive, until the next one starts, exclusive', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }));
    await setPrice(scope, price(model, { input: '0.000002' }, { validFrom: at('2026-03-01T00:00:00Z') }));
    await setPrice(scope, price(model, { input: '0.000003' }, { validFrom: at('2026-02-01T00:00:00Z') }));
    const amountAt = async (text: string) =>
      (await quote(scope, call(model, { input: '1000000' }, at(text)))).amount;
    expect(await amountAt('2026-01-31T23:59:59.999Z')).toBe('1');
    expect(await amountAt('2026-02-01T00:00:00.000Z')).toBe('3');
    expect(await amountAt('2026-02-28T23:59:59.999Z')).toBe('3');
    expect(await amountAt('2026-03-01T00:00:00.000Z')).toBe('2');
  });

  test('with an end leaves the time after it unpriced rather than free', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }, { validUntil: at('2026-01-01T00:00:00Z') }));
    const quoted = await quote(scope, call(model, { input: '10' }));
    expect(quoted).toMatchObject({ amount: null, reason: 'no_price_then', unpricedKinds: ['input'] });
  });

  test('that ends before the one it interrupts is refused, because a gap would follow', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }));
    const error = await caught(
      setPrice(
        scope,
        price(model, { input: '0.000002' }, { validFrom: JUNE, validUntil: at('2026-07-01T00:00:00Z') }),
      ),
    );
    expect(error).toMatchObject({ code: 'conflict', reason: 'price_overlap', field: 'validUntil' });
  });

  test('set twice is one price', async () => {
    const model = freshModel();
    const first = await setPrice(scope, price(model, { input: '0.000001' }, { validFrom: JUNE }));
    const second = await setPrice(scope, price(model, { input: '1e-6' }, { validFrom: JUNE }));
    expect(second.id).toBe(first.id);
  });

  test('may be corrected until costs were computed with it, and not afterwards', async () => {
    const model = freshModel();
    const wrong = await setPrice(scope, price(model, { input: '0.000005' }));
    const right = await setPrice(scope, price(model, { input: '0.000001' }));
    expect(right.id).not.toBe(wrong.id);
    const { project } = await someProject();
    await t.agents.service.createCost({ projectId: project, provider: 'acme', model, inputTokens: 10 });
    expect(await caught(setPrice(scope, price(model, { input: '0.000002' })))).toMatchObject({
      code: 'conflict',
      reason: 'price_in_use',
    });
    expect(await caught(deletePrice(scope, right.id))).toMatchObject({
      code: 'conflict',
      reason: 'price_in_use',
    });
  });

  test('that nothing used can be deleted', async () => {
    const model = freshModel();
    const { id } = await setPrice(scope, price(model, { input: '0.000001' }));
    await deletePrice(scope, id);
    expect(await findPrice(scope, { provider: 'acme', model })).toBeNull();
    expect(await caught(deletePrice(scope, id))).toMatchObject({ code: 'not_found' });
  });

  test('of one model cannot overlap another in the database, whoever writes it', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }));
    const error = await caught(
      scope.query(
        `insert into :schema.model_prices (priced_model_id, valid_from, rates_digest)
         select id, '2026-01-01', 'x' from :schema.priced_models where model = $1`,
        [model],
      ),
    );
    expect(error).toMatchObject({ code: 'conflict', details: { constraint: 'model_prices_overlap_excl' } });
  });

  test('changed by many at once ends with one version for each moment', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }));
    const days = Array.from({ length: 12 }, (_, index) => index + 1);
    await Promise.all(
      days.map((day) =>
        setPrice(
          scope,
          price(model, { input: `${day}e-6` }, { validFrom: new Date(Date.UTC(2026, 0, day)) }),
        ),
      ),
    );
    for (const day of days) {
      const when = new Date(Date.UTC(2026, 0, day, 12));
      expect((await quote(scope, call(model, { input: '1000000' }, when))).amount).toBe(String(day));
    }
  });

  test.each(['NaN', 'Infinity', '-0.000001', '1,5', ''])('of %s is refused', async (unitPrice) => {
    const error = await caught(setPrice(scope, price(freshModel(), { input: unitPrice })));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'rates[0].unitPrice' });
  });

  test('of a kind that does not exist is refused with the kinds that do', async () => {
    const error = await caught(setPrice(scope, price(freshModel(), { tokens: '0.1' })));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'rates[0].kind' });
    expect(error.hint).toContain('cache_read');
  });
});

describe('plausibility', () => {
  test('a price per million entered as a price per token is refused with field, value, limit and mend', async () => {
    const error = await caught(setPrice(scope, price(freshModel(), { input: '2.50', output: '0.00001' })));
    expect(error).toMatchObject({ code: 'invalid_input', reason: 'implausible_price', field: 'rates.input' });
    expect(error.message).toContain('2.5 USD per token is above the limit of 0.001');
    expect(error.hint).toContain('per million');
    expect(error.details.implausible).toEqual([{ kind: 'input', unit_price: '2.5', limit: '0.001' }]);
  });

  test('an implausible price enters when it is accepted explicitly, and that is recorded', async () => {
    const model = freshModel();
    const entered = await setPrice(scope, price(model, { input: '0.5' }, { acceptImplausible: true }));
    expect(entered.acceptedImplausible).toEqual([{ kind: 'input', unit_price: '0.5', limit: '0.001' }]);
    expect((await quote(scope, call(model, { input: '2' }))).amount).toBe('1');
  });

  test('a price a hundred times off the one in force is refused, below the limit as well', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.00000015' }));
    const tooMuch = await caught(setPrice(scope, price(model, { input: '0.00015' }, { validFrom: JUNE })));
    expect(tooMuch).toMatchObject({ reason: 'implausible_price', field: 'rates.input' });
    const tooLittle = await caught(setPrice(scope, price(model, { input: '1.5e-13' }, { validFrom: JUNE })));
    expect(tooLittle).toMatchObject({ reason: 'implausible_price' });
    await setPrice(scope, price(model, { input: '0.0000015' }, { validFrom: JUNE }));
  });

  test('a table with an absurd entry loads without it and says so', async () => {
    const text = JSON.stringify({
      'good-1': { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, litellm_provider: 'absurd' },
      'bad-1': { input_cost_per_token: 1.5, output_cost_per_token: 2e-6, litellm_provider: 'absurd' },
    });
    const report = await loadPriceTable(scope, 'litellm', text);
    expect(report).toMatchObject({ inserted: 1, refused: [{ line: 2 }] });
    expect(report.refused[0]?.reason).toContain('bad-1 input: 1.5 USD per token is above the limit of 0.001');
    const quoted = await quote(scope, {
      provider: 'absurd',
      model: 'bad-1',
      at: JUNE,
      usage: { input: '1' },
    });
    expect(quoted).toMatchObject({ amount: null, reason: 'unknown_model' });
  });
});

describe('a quote', () => {
  test('of an unknown model is unknown, never zero', async () => {
    const quoted = await quote(scope, call('no-such-model', { input: '100', output: '5' }));
    expect(quoted).toMatchObject({
      amount: null,
      reason: 'unknown_model',
      unpricedKinds: ['input', 'output'],
    });
  });

  test('of a kind without a rate is unknown, and names the kind', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001', output: '0.000002' }));
    const quoted = await quote(scope, call(model, { input: '100', cache_read: '50', output: '5' }));
    expect(quoted).toMatchObject({ amount: null, reason: 'unpriced_kind', unpricedKinds: ['cache_read'] });
    expect(quoted.lines.find((line) => line.kind === 'input')?.amount).toBe('0.0001');
    expect((await quote(scope, call(model, { input: '100', cache_read: '0' }))).amount).toBe('0.0001');
  });

  test('takes the output rate for reasoning, and its own where there is one', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { output: '0.000002' }));
    const inherited = await quote(scope, call(model, { reasoning: '1000000' }));
    expect(inherited).toMatchObject({ amount: '2', lines: [{ kind: 'reasoning', pricedAs: 'output' }] });
    await setPrice(scope, price(model, { output: '0.000002', reasoning: '0.000003' }, { validFrom: JUNE }));
    expect((await quote(scope, call(model, { reasoning: '1000000' }))).amount).toBe('3');
  });

  test('pays the long-context rate for all tokens once the input exceeds the step, cached tokens included', async () => {
    const model = freshModel();
    await setPrice(scope, {
      ...price(model, { cache_read: '0.0000001' }),
      rates: [
        { kind: 'input', unitPrice: '0.000001' },
        { kind: 'input', unitPrice: '0.000002', aboveTokens: 200_000 },
        { kind: 'output', unitPrice: '0.00001' },
        { kind: 'output', unitPrice: '0.00002', aboveTokens: 200_000 },
        { kind: 'cache_read', unitPrice: '0.0000001' },
      ],
    });
    const amount = async (usage: UsageToPrice['usage']) => (await quote(scope, call(model, usage))).amount;
    expect(await amount({ input: '200000', output: '1000' })).toBe('0.21');
    expect(await amount({ input: '200001', output: '1000' })).toBe('0.420002');
    expect(await amount({ input: '100000', cache_read: '100001', output: '1000' })).toBe('0.2300001');
  });

  test('follows the hours of the day in UTC', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }));
    await setPrice(scope, price(model, { input: '0.000002' }, { dayFrom: '00:30', dayUntil: '16:30' }));
    const amount = async (time: string) =>
      (await quote(scope, call(model, { input: '1000000' }, at(`2026-06-01T${time}Z`)))).amount;
    expect(await amount('00:29:59.999')).toBe('1');
    expect(await amount('00:30:00')).toBe('2');
    expect(await amount('16:29:59.999')).toBe('2');
    expect(await amount('16:30:00')).toBe('1');
  });

  test('at a service tier without a price is unknown', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000002' }));
    await setPrice(scope, price(model, { input: '0.000001' }, { serviceTier: 'batch' }));
    expect((await quote(scope, call(model, { input: '1000000' }, JUNE, 'batch'))).amount).toBe('1');
    expect(await quote(scope, call(model, { input: '1000000' }, JUNE, 'flex'))).toMatchObject({
      amount: null,
      reason: 'no_price_then',
    });
  });

  test('counts one request where a price has a rate per request, unless the usage says how many', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001', requests: '0.005' }));
    expect((await quote(scope, call(model, { input: '1000' }))).amount).toBe('0.006');
    expect((await quote(scope, call(model, { input: '1000', requests: '3' }))).amount).toBe('0.016');
  });

  test('never prices a quantity that is not a plain number', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000001' }));
    for (const usage of [
      '{"input":"NaN"}',
      '{"input":"Infinity"}',
      '{"input":-5}',
      '{"input":null}',
      '{"input":{}}',
    ]) {
      const [row] = await scope.query<{ amount: string | null; unpriced_kinds: string[] }>(
        'select amount, unpriced_kinds from :schema.quote_usage($1, $2, $3, $4, null)',
        ['acme', model, JUNE, usage],
      );
      expect(row, usage).toEqual({ amount: null, unpriced_kinds: ['input'] });
    }
  });

  test('of disjoint kinds adds up, whatever the quantities', async () => {
    const model = freshModel();
    const rates = {
      input: '0.000003',
      cache_read: '0.0000003',
      cache_write: '0.00000375',
      output: '0.000015',
    };
    await setPrice(scope, price(model, rates));
    const perMillion = {
      input: 3_000_000n,
      cache_read: 300_000n,
      cache_write: 3_750_000n,
      output: 15_000_000n,
    };
    const quantities = fc.record({
      input: fc.bigInt(0n, 10n ** 9n),
      cache_read: fc.bigInt(0n, 10n ** 9n),
      cache_write: fc.bigInt(0n, 10n ** 9n),
      output: fc.bigInt(0n, 10n ** 9n),
    });
    await fc.assert(
      fc.asyncProperty(quantities, async (usage) => {
        const kinds = Object.keys(usage) as (keyof typeof usage)[];
        const text = Object.fromEntries(kinds.map((kind) => [kind, usage[kind].toString()]));
        const { amount } = await quote(scope, call(model, text));
        // Exact integers of 10^-12 USD: no floating point on either side.
        const units = kinds.reduce((sum, kind) => sum + usage[kind] * perMillion[kind], 0n);
        expect(toUnits(amount ?? '')).toBe(units);
      }),
      { numRuns: 40 },
    );
  });

  test('negative control: cached tokens counted inside the input as well cost too much', async () => {
    const model = freshModel();
    await setPrice(scope, price(model, { input: '0.000003', cache_read: '0.0000003', output: '0.000015' }));
    const disjoint = await quote(scope, call(model, { input: '100', cache_read: '900', output: '10' }));
    const doubled = await quote(scope, call(model, { input: '1000', cache_read: '900', output: '10' }));
    expect(disjoint.amount).toBe('0.00072');
    expect(doubled.amount).not.toBe(disjoint.amount);
  });

  test('of many calls is the same as one by one', async () => {
    const [a, b] = [freshModel(), freshModel()];
    await setPrice(scope, price(a, { input: '0.000001', output: '0.000002' }));
    await setPrice(scope, price(b, { input: '0.000005' }, { validFrom: at('2026-05-01T00:00:00Z') }));
    const calls = Array.from({ length: 300 }, (_, index) => ({
      model: [a, b, 'unknown-model'][index % 3] ?? '',
      at: new Date(Date.UTC(2026, 3 + (index % 4), 1 + (index % 28))),
      usage: JSON.stringify({ input: index * 7, ...(index % 5 === 0 ? { output: index } : {}) }),
    }));
    const many = await scope.query<{ ordinal: bigint; amount: string | null; reason: string | null }>(
      `select ordinal, amount, reason from :schema.quote_usages($1::text[], $2::text[], $3::timestamptz[], $4::jsonb[], $5::text[])
       order by ordinal`,
      [
        calls.map(() => 'acme'),
        calls.map((one) => one.model),
        calls.map((one) => one.at),
        calls.map((one) => one.usage),
        calls.map(() => null),
      ],
    );
    const single = await scope.query<{ amount: string | null; reason: string | null }>(
      `select q.amount, q.reason
       from unnest($1::text[], $2::timestamptz[], $3::jsonb[]) with ordinality as c (model, at, usage, ordinal)
       cross join lateral :schema.quote_usage('acme', c.model, c.at, c.usage, null) as q
       order by c.ordinal`,
      [calls.map((one) => one.model), calls.map((one) => one.at), calls.map((one) => one.usage)],
    );
    expect(many.map(({ amount, reason }) => ({ amount, reason }))).toEqual(single);
    expect(new Set(single.map((row) => row.reason))).toEqual(
      new Set([null, 'unknown_model', 'no_price_then', 'unpriced_kind']),
    );
  });
});

describe('reprice', () => {
  test('computes what was unpriced once prices are known, in batches, and leaves the rest', async () => {
    const model = freshModel();
    const { project } = await someProject();
    const service = t.agents.service;
    await service.bulkCreateCosts(
      Array.from({ length: 25 }, (_, index) => ({
        projectId: project,
        provider: 'acme',
        model: index < 20 ? model : 'never-priced',
        inputTokens: 1_000,
        timestamp: JUNE,
      })),
    );
    expect((await service.getSpendByProject(project)).unpricedCalls).toBe(25);
    expect(await reprice(scope, { projectId: project })).toEqual({ examined: 25, priced: 0 });
    await setPrice(scope, price(model, { input: '0.000001', output: '0.000001' }));
    expect(await reprice(scope, { projectId: project, batch: 7 })).toEqual({ examined: 25, priced: 20 });
    expect(await service.getTotalCostByProject(project)).toBe('0.02');
    expect((await service.getSpendByProject(project)).unpricedCalls).toBe(5);
    const [row] = await scope.query<object>(
      `select count(*) as count from :schema.costs where project_id = $1 and pricing = 'computed' and price_id is not null
         and unpriced_kinds is null`,
      [project],
    );
    expect(row).toEqual({ count: 20n });
  });
});

describe('tables', () => {
  test('the built-in prices include speech by its length', async () => {
    await loadBuiltinPrices(scope);
    const amount = async (provider: string, model: string, usage: UsageToPrice['usage']) =>
      (await quote(scope, { provider, model, at: JUNE, usage })).amount;
    expect(await amount('openai', 'gpt-4o', { input: '1500', output: '800' })).toBe('0.01175');
    expect(await amount('openai', 'whisper-1', { seconds: '90' })).toBe('0.009');
    expect(await amount('openai', 'tts-1', { characters: '1000' })).toBe('0.015');
    expect(builtinTable().models).toHaveLength(12);
  });

  test('loading a table twice changes nothing, and a changed price starts at the time of the load', async () => {
    const table = (input: number) =>
      JSON.stringify({
        'reloaded-1': {
          input_cost_per_token: input,
          output_cost_per_token: 1e-6,
          litellm_provider: 'reload',
        },
      });
    const asOf = at('2026-05-01T00:00:00Z');
    expect(await loadPriceTable(scope, 'litellm', table(1e-6))).toMatchObject({ inserted: 1, known: 0 });
    expect(await loadPriceTable(scope, 'litellm', table(1e-6))).toMatchObject({ inserted: 0, known: 1 });
    expect(await loadPriceTable(scope, 'litellm', table(2e-6), { asOf })).toMatchObject({
      inserted: 1,
      known: 0,
    });
    const amountAt = async (when: Date) =>
      (await quote(scope, { provider: 'reload', model: 'reloaded-1', at: when, usage: { input: '1000000' } }))
        .amount;
    expect(await amountAt(at('2026-04-30T23:59:59Z'))).toBe('1');
    expect(await amountAt(asOf)).toBe('2');
  });

  test('a table that changes a price now and again later enters both', async () => {
    const table = (prices: unknown) =>
      JSON.stringify([
        { id: 'moving', name: 'Moving', models: [{ id: 'm', match: { equals: 'm' }, prices }] },
      ]);
    const dated = (input: number, date?: string) => ({
      prices: { input_mtok: input, output_mtok: 1 },
      ...(date === undefined ? {} : { constraint: { start_date: date } }),
    });
    await loadPriceTable(scope, 'genai', table([dated(1)]));
    const asOf = at('2026-05-01T00:00:00Z');
    const later = table([dated(2), dated(3, '2026-09-01')]);
    expect(await loadPriceTable(scope, 'genai', later, { asOf })).toMatchObject({ inserted: 2 });
    expect(await loadPriceTable(scope, 'genai', later, { asOf })).toMatchObject({ inserted: 0, known: 2 });
    const amountAt = async (text: string) =>
      (await quote(scope, { provider: 'moving', model: 'm', at: at(text), usage: { input: '1000000' } }))
        .amount;
    expect(await amountAt('2026-04-30T00:00:00Z')).toBe('1');
    expect(await amountAt('2026-08-31T23:59:59Z')).toBe('2');
    expect(await amountAt('2026-09-01T00:00:00Z')).toBe('3');
  });

  test('the real history of prices is kept: a price of June 2025 is not that of May', async () => {
    await loadPriceTable(scope, 'genai', dataText('genai_prices_2026-08.json'));
    const amountAt = async (text: string) =>
      (await quote(scope, { model: 'o3', at: at(text), usage: { input: '1000000' } })).amount;
    expect(await amountAt('2025-06-09T23:59:59Z')).toBe('10');
    expect(await amountAt('2025-06-10T00:00:00Z')).toBe('2');
    const [night, day] = ['2025-01-01T20:00:00Z', '2025-01-01T12:00:00Z'];
    const chat = async (text: string) =>
      (await quote(scope, { model: 'deepseek/deepseek-chat', at: at(text), usage: { output: '1000000' } }))
        .amount;
    expect([await chat(night ?? ''), await chat(day ?? '')]).toEqual(['0.55', '1.1']);
  });

  test('a logged name finds its model in many spellings', async () => {
    const found = async (provider: string | undefined, model: string) => {
      const one = await findPrice(scope, {
        ...(provider === undefined ? {} : { provider }),
        model,
        at: JUNE,
      });
      return one === null ? null : `${one.provider}/${one.model}`;
    };
    expect(await found(undefined, 'claude-3-5-sonnet-20241022')).toBe('anthropic/claude-3-5-sonnet');
    expect(await found(undefined, 'openai/gpt-4o')).toBe('openai/gpt-4o');
    expect(await found('OpenAI', 'GPT-4o')).toBe('openai/gpt-4o');
    expect(await found('gemini', 'gemini-2.5-pro')).toBe('google/gemini-2.5-pro');
    expect(await found('azure', 'gpt-4o')).toBe('openai/gpt-4o');
    expect(await found('azure', 'o3-mini')).toBe('azure/o3-mini');
    expect(await found('bedrock', 'us.anthropic.claude-3-5-haiku-20241022-v1:0')).toMatch(/^aws\//);
    expect(await found('openrouter', 'openrouter/anthropic/claude-sonnet-4.5')).toBe(
      'openrouter/anthropic/claude-sonnet-4.5',
    );
    expect(await found('gemini', 'gemini/REDACTED')).toBeNull();
  });

  test('what is entered by hand comes before a table, and the genai table before LiteLLM', async () => {
    const litellm = {
      'ranked-1': { input_cost_per_token: 3e-6, output_cost_per_token: 1e-6, litellm_provider: 'ranked' },
    };
    await loadPriceTable(scope, 'litellm', JSON.stringify(litellm));
    const amount = async () =>
      (await quote(scope, { provider: 'ranked', model: 'ranked-1', at: JUNE, usage: { input: '1000000' } }))
        .amount;
    expect(await amount()).toBe('3');
    const genai = [
      {
        id: 'ranked',
        name: 'Ranked',
        models: [
          { id: 'ranked', match: { starts_with: 'ranked-' }, prices: { input_mtok: 2, output_mtok: 1 } },
        ],
      },
    ];
    await loadPriceTable(scope, 'genai', JSON.stringify(genai));
    expect(await amount()).toBe('2');
    await setPrice(scope, { ...price('ranked-1', { input: '0.000001' }), provider: 'ranked' });
    expect(await amount()).toBe('1');
  });

  test('name rules with and, or and every operator find their model', async () => {
    const rule = {
      and: [
        { starts_with: 'acme' },
        { or: [{ contains: '-fast' }, { ends_with: '-v2' }] },
        { regex: '\\d$' },
      ],
    };
    const provider = {
      id: 'ruled',
      name: 'Ruled',
      provider_match: { and: [{ contains: 'ruled' }, { contains: 'cloud' }] },
      models: [{ id: 'x', match: rule, prices: { input_mtok: 1, output_mtok: 1 } }],
    };
    await loadPriceTable(scope, 'genai', JSON.stringify([provider]));
    const known = async (model: string, name = 'ruled') =>
      (await quote(scope, { provider: name, model, at: JUNE, usage: { input: '1' } })).amount !== null;
    expect(await known('acme-big-fast-7')).toBe(true);
    expect(await known('ACME-v2')).toBe(true);
    expect(await known('acme-v2', 'Ruled-Cloud-EU')).toBe(true);
    expect(await known('acme-slow-7')).toBe(false);
    expect(await known('acme-fast')).toBe(false);
    expect(await known('new-acme-v2')).toBe(false);
  });

  test('a price list in CSV takes prices per million, and leaves a price with a bad row out whole', async () => {
    const csv = [
      'provider,model,kind,price,per,above_tokens,valid_from',
      'listed,l-1,input,2.50,1000000,,2026-01-01',
      'listed,l-1,input,5.00,1000000,200000,2026-01-01',
      'listed,l-1,output,10,1000000,,2026-01-01',
      'listed,l-2,input,2.50,1000000,,',
      'listed,l-2,output,ten,1000000,,',
      'listed,l-3,tokens,1,1000000,,',
    ].join('\n');
    const report = await loadPriceTable(scope, 'list', csv);
    expect(report).toMatchObject({ inserted: 1, refused: [{ line: 6 }, { line: 7 }] });
    const amount = async (model: string, input: string) =>
      (await quote(scope, { provider: 'listed', model, at: JUNE, usage: { input, output: '100' } })).amount;
    expect(await amount('l-1', '1000')).toBe('0.0035');
    expect(await amount('l-1', '300000')).toBe('1.501');
    expect(await amount('l-2', '1000')).toBeNull();
  });

  test('a table that is not what it is said to be is refused', async () => {
    for (const [format, text] of [
      ['genai', '{}'],
      ['litellm', '[]'],
      ['list', 'a,b\n1,2'],
      ['genai', 'no json'],
    ] as const) {
      expect(await caught(loadPriceTable(scope, format, text))).toMatchObject({ code: 'invalid_input' });
    }
  });

  test('every price of the published tables keeps all its digits', () => {
    const numbers = dataText('genai_prices_2026-08.json').match(/(?<="\w+_mtok":)[0-9.eE+-]+/g) ?? [];
    expect(numbers.length).toBeGreaterThan(2_000);
    for (const number of numbers) expect(perUnit(number, 6, 'price')).toBe(`${number}e-6`);
  });

  test('the list of kinds is the same in the database', async () => {
    const rows = await scope.query<{ kind: string; unit: string; side: string }>(
      'select kind, unit, side from :schema.usage_kinds',
    );
    expect(Object.fromEntries(rows.map(({ kind, ...facts }) => [kind, facts]))).toEqual(USAGE_KINDS);
  });
});

describe('lists of prices', () => {
  test('page through every price once, newest first', async () => {
    const models = [freshModel(), freshModel(), freshModel()];
    for (const model of models)
      await setPrice(scope, { ...price(model, { input: '0.000001' }), provider: 'paged' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await listPrices(scope, {
        provider: 'paged',
        limit: 2,
        ...(cursor === '' ? {} : { cursor }),
      });
      seen.push(...page.data.map((one) => one.model));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(models.reverse());
  });
});

async function someProject(): Promise<{ project: string }> {
  const service = t.agents.service;
  const email = `${freshModel()}@example.org`;
  const user = await service.createUser({ email, password: 'long enough 1' });
  const project = await service.createProject({ name: 'Prices', path: '/p', userId: user.id });
  return { project: project.id };
}

/** Decimal text as an integer of 10^-12. */
function toUnits(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(12, '0'));
}
