import fc from 'fast-check';
import { parse } from 'lossless-json';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGuildhallError, type Scope } from '../src/kernel/index.ts';
import { loadPriceTable } from '../src/systems/agents/price-loading.ts';
import { setPrice } from '../src/systems/agents/prices.ts';
import { type Quote, quote } from '../src/systems/agents/quotes.ts';
import { normaliseUsage, type UsageFlavour } from '../src/systems/agents/usage.ts';
import { tokenTotals, USAGE_KINDS, type UsageKind } from '../src/systems/agents/usage-kinds.ts';
import { dataText } from './support/agents-data.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';

interface Case {
  readonly id: number;
  readonly model: string;
  readonly body: unknown;
  readonly expected: readonly {
    readonly prices: readonly {
      readonly provider_id: string;
      readonly api_flavor: string;
      readonly input_price: string;
      readonly output_price: string;
    }[];
  }[];
}

const cases = dataText('usage_price_cases.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

/** The moment for which the published cases hold. */
const THEN = new Date('2026-08-21T12:00:00Z');

/** How the published cases call our flavours; `default` is the provider's own. */
function flavourOf(provider: string, name: string): UsageFlavour {
  if (name === 'anthropic') return 'anthropic';
  if (name !== 'default') return `openai-${name}` as UsageFlavour;
  return provider === 'anthropic' || provider === 'google' ? provider : 'openai-chat';
}

let t: TestDatabase;
let scope: Scope;
beforeAll(async () => {
  t = await openTestDatabase();
  scope = t.agents.scope;
  await loadPriceTable(scope, 'genai', dataText('genai_prices_2026-08.json'));
});
afterAll(() => t.close());

/** What one side costs, in integers of 10^-15 USD, so that nothing is rounded on the way. */
function side(quoted: Quote, wanted: 'input' | 'output'): bigint {
  return quoted.lines
    .filter((line) => USAGE_KINDS[line.kind as UsageKind].side === wanted && line.kind !== 'web_searches')
    .reduce((sum, line) => sum + units(line.amount ?? '0'), 0n);
}

function units(text: string): bigint {
  const [, whole = '0', fraction = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text) ?? [];
  const scale = 15 - fraction.length + Number(exponent);
  return BigInt(whole + fraction) * 10n ** BigInt(scale);
}

/** Every published price of a case that ours differs from. */
async function differences(one: Case): Promise<string[]> {
  const found: string[] = [];
  for (const expected of one.expected.flatMap((group) => group.prices)) {
    const { provider_id: provider, api_flavor: flavour } = expected;
    const { usage } = normaliseUsage(one.body, { flavour: flavourOf(provider, flavour) });
    const quoted = await quote(scope, { provider, model: one.model, at: THEN, usage });
    const same =
      side(quoted, 'input') === units(expected.input_price) &&
      side(quoted, 'output') === units(expected.output_price);
    if (!same) found.push(`${one.id} ${provider}/${flavour}`);
  }
  return found;
}

describe('the published cases', () => {
  test('cost what their authors expect, to the last digit, but for three of 349 prices', async () => {
    const prices = cases.flatMap((one) => one.expected.flatMap((group) => group.prices));
    expect(cases).toHaveLength(150);
    expect(prices).toHaveLength(349);
    const different = (await Promise.all(cases.map(differences))).flat();
    expect(different).toEqual([
      // The published table has one output price for this model, the one of its images; the cases were computed
      // with a newer table, which prices its text apart.
      '88 google/default',
      '104 google/default',
      // The authors' reader for Azure overlooks cache_write_tokens; ours prices them as written.
      '352 azure/chat',
    ]);
  });

  test('match with a corrected price too where the table was too coarse', async () => {
    await setPrice(scope, {
      provider: 'google',
      model: 'gemini-2.5-flash-image',
      rates: [
        { kind: 'input', unitPrice: '0.3e-6' },
        { kind: 'output', unitPrice: '2.5e-6' },
        { kind: 'output_image', unitPrice: '30e-6' },
      ],
    });
    for (const id of [88, 104])
      expect(await differences(cases.find((one) => one.id === id) as Case)).toEqual([]);
  });

  test('are recognised without being told their flavour', () => {
    const flavours = cases.map((one) => normaliseUsage(one.body).flavour);
    const counted: Record<string, number> = {};
    for (const flavour of flavours) counted[flavour] = (counted[flavour] ?? 0) + 1;
    expect(counted).toEqual({
      anthropic: 36,
      'openai-responses': 14,
      google: 71,
      'openai-chat': 29,
    });
  });

  test('a web search without a price leaves the call unpriced, and is flagged', async () => {
    const one = cases.find((candidate) => candidate.id === 260) as Case;
    const { usage } = normaliseUsage(one.body);
    const quoted = await quote(scope, { provider: 'anthropic', model: one.model, at: THEN, usage });
    expect(quoted).toMatchObject({ amount: null, reason: 'unpriced_kind', unpricedKinds: ['web_searches'] });
  });

  test('a service tier without a price leaves the call unpriced, although the standard price is known', async () => {
    const one = cases.find((candidate) => candidate.id === 128) as Case;
    const { usage, serviceTier } = normaliseUsage(one.body);
    expect(serviceTier).toBe('flex');
    const call = { provider: 'google', model: one.model, at: THEN, usage };
    expect(await quote(scope, { ...call, serviceTier })).toMatchObject({
      amount: null,
      reason: 'no_price_then',
    });
    expect((await quote(scope, call)).amount).toBe('0.0001585');
  });

  test('negative control: counting cached tokens inside the input as well does not give the published price', async () => {
    const one = cases.find((candidate) => candidate.id === 680) as Case;
    const { usage } = normaliseUsage(one.body);
    const doubled = { ...usage, input: String(BigInt(usage.input ?? 0) + BigInt(usage.cache_read ?? 0)) };
    const cost = async (counts: typeof usage) =>
      (await quote(scope, { provider: 'google', model: one.model, at: THEN, usage: counts })).amount;
    expect(await cost(usage)).toBe('0.00047193');
    expect(await cost(doubled)).not.toBe('0.00047193');
  });
});

describe('normalised usage', () => {
  test('takes cached and reasoning tokens out of the totals of the chat API', () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 300,
      total_tokens: 1300,
      prompt_tokens_details: { cached_tokens: 600, audio_tokens: 50 },
      completion_tokens_details: { reasoning_tokens: 200, audio_tokens: 20 },
    };
    expect(normaliseUsage({ model: 'gpt-x', usage, service_tier: 'flex' })).toMatchObject({
      flavour: 'openai-chat',
      model: 'gpt-x',
      serviceTier: 'flex',
      usage: {
        input: '350',
        input_audio: '50',
        cache_read: '600',
        output: '80',
        reasoning: '200',
        output_audio: '20',
      },
      raw: usage,
    });
  });

  test('sees from the total that reasoning stands beside the completion', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    expect(normaliseUsage({ usage }).usage).toEqual({ input: '10', output: '5', reasoning: '100' });
  });

  test('keeps cache writes of five minutes and of one hour apart', () => {
    const usage = {
      input_tokens: 3,
      output_tokens: 33,
      cache_read_input_tokens: 1111,
      cache_creation_input_tokens: 418,
      cache_creation: { ephemeral_5m_input_tokens: 18, ephemeral_1h_input_tokens: 400 },
      output_tokens_details: { thinking_tokens: 30 },
    };
    expect(normaliseUsage({ usage }).usage).toEqual({
      input: '3',
      cache_read: '1111',
      cache_write: '18',
      cache_write_1h: '400',
      output: '3',
      reasoning: '30',
    });
  });

  test('gives the usage of another model inside the answer apart', () => {
    const one = cases.find((candidate) => candidate.id === 204) as Case;
    const normalised = normaliseUsage(one.body);
    expect(normalised.usage).toEqual({ input: '2390', output: '93', reasoning: '28' });
    expect(normalised.also).toEqual([{ model: 'claude-opus-4-8', usage: { input: '2518', output: '22' } }]);
  });

  test('reads Bedrock, Cohere, Ollama, DeepSeek, the realtime API, embeddings and transcriptions', () => {
    const read = (usage: unknown) => normaliseUsage({ usage }).usage;
    expect(
      read({ inputTokens: 5, outputTokens: 6, cacheReadInputTokens: 7, cacheWriteInputTokens: 8 }),
    ).toEqual({
      input: '5',
      output: '6',
      cache_read: '7',
      cache_write: '8',
    });
    expect(read({ billed_units: { input_tokens: 5, output_tokens: 6, search_units: 1 } })).toEqual({
      input: '5',
      output: '6',
      web_searches: '1',
    });
    expect(normaliseUsage({ model: 'llama', prompt_eval_count: 9, eval_count: 4 }).usage).toEqual({
      input: '9',
      output: '4',
    });
    expect(
      read({
        prompt_tokens: 9,
        completion_tokens: 1,
        prompt_cache_hit_tokens: 4,
        prompt_cache_miss_tokens: 5,
      }),
    ).toEqual({ input: '5', cache_read: '4', output: '1' });
    expect(
      read({
        input_tokens: 100,
        output_tokens: 50,
        input_token_details: {
          cached_tokens: 40,
          audio_tokens: 70,
          cached_tokens_details: { audio_tokens: 30 },
        },
        output_token_details: { audio_tokens: 45 },
      }),
    ).toEqual({
      input: '20',
      input_audio: '40',
      cache_read: '10',
      cache_read_audio: '30',
      output: '5',
      output_audio: '45',
    });
    expect(read({ prompt_tokens: 8, total_tokens: 8 })).toEqual({ input: '8' });
    expect(read({ type: 'duration', seconds: 12.5 })).toEqual({ seconds: '12.5' });
  });

  test('reads numbers that a lossless parser kept as text', () => {
    expect(normaliseUsage(parse('{"usage":{"prompt_tokens":12,"completion_tokens":3}}')).usage).toEqual({
      input: '12',
      output: '3',
    });
  });

  test.each([
    [{ prompt_tokens: 5, completion_tokens: -1 }, 'completion_tokens'],
    [{ prompt_tokens: 5.5, completion_tokens: 1 }, 'prompt_tokens'],
    [{ prompt_tokens: Number.NaN, completion_tokens: 1 }, 'prompt_tokens'],
    [{ prompt_tokens: '5', completion_tokens: 1 }, 'prompt_tokens'],
    [
      { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 6 } },
      'prompt_tokens',
    ],
    [{ something: 1 }, 'usage'],
  ])('refuses %j and names the field', (usage, field) => {
    expect(() => normaliseUsage({ usage })).toThrow(
      expect.objectContaining({ code: 'invalid_input', field }) as unknown as Error,
    );
  });

  test('never counts a token twice, whatever the details say', () => {
    const parts = fc.array(fc.nat(100_000), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(parts, ([cached = 0, audio = 0, fresh = 0, reasoning = 0, spoken = 0, said = 0]) => {
        const usage = {
          prompt_tokens: cached + audio + fresh,
          completion_tokens: reasoning + spoken + said,
          total_tokens: cached + audio + fresh + reasoning + spoken + said,
          prompt_tokens_details: { cached_tokens: cached, audio_tokens: audio },
          completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: spoken },
        };
        const totals = tokenTotals(normaliseUsage({ usage }).usage);
        expect(totals.inputTokens ?? 0n).toBe(BigInt(usage.prompt_tokens));
        expect(totals.outputTokens ?? 0n).toBe(BigInt(usage.completion_tokens));
      }),
    );
  });

  test('is an object or refused', () => {
    for (const body of [null, 'usage', 7, []]) {
      try {
        normaliseUsage(body);
        expect.unreachable();
      } catch (error) {
        expect(isGuildhallError(error, 'invalid_input')).toBe(true);
      }
    }
  });
});
