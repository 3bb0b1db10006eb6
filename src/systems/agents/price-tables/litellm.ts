/** The LiteLLM price table: one object per model, one key per price, in USD per unit. */
import { isRecord, numberText, textOf } from '../../../kernel/index.ts';
import { providerId, providerOfModel } from '../providers.ts';
import {
  namedProvider,
  type PriceRate,
  type PriceTable,
  type PriceVersion,
  perUnit,
  type ServiceTier,
  SOURCE_PRECEDENCE,
  type TableModel,
} from './table.ts';

type Json = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, string>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  output_cost_per_reasoning_token: 'reasoning',
  cache_read_input_token_cost: 'cache_read',
  input_cost_per_token_cache_hit: 'cache_read',
  cache_creation_input_token_cost: 'cache_write',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  input_cost_per_audio_token: 'input_audio',
  output_cost_per_audio_token: 'output_audio',
  output_cost_per_image_token: 'output_image',
  cache_read_input_audio_token_cost: 'cache_read_audio',
  cache_creation_input_audio_token_cost: 'cache_write_audio',
  citation_cost_per_token: 'citation',
  input_cost_per_second: 'seconds',
  input_cost_per_audio_per_second: 'audio_seconds',
  input_cost_per_video_per_second: 'video_seconds',
  output_cost_per_second: 'output_seconds',
  input_cost_per_character: 'characters',
  output_cost_per_character: 'output_characters',
  input_cost_per_image: 'input_images',
  output_cost_per_image: 'images',
  input_cost_per_pixel: 'input_pixels',
  output_cost_per_pixel: 'pixels',
  input_cost_per_query: 'requests',
  input_cost_per_request: 'requests',
};

const TIER_SUFFIXES: Readonly<Record<string, ServiceTier>> = {
  batches: 'batch',
  flex: 'flex',
  priority: 'priority',
};
/** `input_cost_per_token_above_128k_tokens_batches`: kind, step, service tier. */
const KEY = /^(.+?)(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority))?$/;
const SEARCH_SIZES = ['low', 'medium', 'high'];

/** Reads the table, parsed without loss of digits. It has no dates: each price holds as far back as anyone asks. */
export function readLitellmTable(table: Json): PriceTable {
  const models: TableModel[] = [];
  const refusals: { line: number; reason: string }[] = [];
  const unpriced: string[] = [];
  const ignored = new Map<string, number>();
  let line = 0;
  for (const [key, facts] of Object.entries(table)) {
    line += 1;
    if (key === 'sample_spec' || !isRecord(facts)) continue;
    try {
      const prices = versionsOf(facts, ignored);
      if (prices.length === 0) unpriced.push(key);
      else models.push({ line, ...modelOf(key, facts, prices) });
    } catch (error) {
      refusals.push({ line, reason: `${key}: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
  return {
    source: 'litellm',
    precedence: SOURCE_PRECEDENCE.litellm,
    providers: [...new Set(models.map((model) => model.provider))].map(namedProvider),
    models,
    refusals,
    notes: [
      ...(unpriced.length === 0 ? [] : [`${unpriced.length} models without a price left out.`]),
      ...(ignored.size === 0
        ? []
        : [`Price keys not used: ${[...ignored].map(([key, count]) => `${key} (${count})`).join(', ')}.`]),
    ],
  };
}

function modelOf(key: string, facts: Json, prices: readonly PriceVersion[]): Omit<TableModel, 'line'> {
  const declared = textOf(facts.litellm_provider);
  const provider = declared === '' ? providerOfModel(key) : providerId(declared);
  const [prefix = '', ...others] = key.split('/');
  const stripped = others.length > 0 && providerId(prefix) === provider ? [others.join('/')] : [];
  return {
    provider,
    model: key,
    names: [key, ...stripped].map((name) => name.toLowerCase()),
    rules: [],
    prices,
  };
}

function versionsOf(facts: Json, ignored: Map<string, number>): PriceVersion[] {
  const byTier = new Map<ServiceTier, Map<string, PriceRate>>();
  const add = (tier: ServiceTier, rate: PriceRate): void => {
    const rates = byTier.get(tier) ?? new Map<string, PriceRate>();
    const slot = `${rate.kind} ${rate.aboveTokens ?? 0}`;
    // Two spellings of one price: the first in the table's own order of keys stands.
    if (!rates.has(slot)) rates.set(slot, rate);
    byTier.set(tier, rates);
  };
  for (const [key, value] of Object.entries(facts)) {
    if (!/cost/.test(key)) continue;
    const price = numberText(value);
    const [, name = '', step, suffix] = KEY.exec(key) ?? [];
    const kind = KINDS[name];
    if (key === 'search_context_cost_per_query' && isRecord(value)) {
      for (const rate of searchRates(value)) add('standard', rate);
    } else if (price !== null && kind !== undefined) {
      const tier = suffix === undefined ? 'standard' : (TIER_SUFFIXES[suffix] ?? 'standard');
      const rate = { kind, unitPrice: perUnit(price, 0, key) };
      add(tier, step === undefined ? rate : { ...rate, aboveTokens: Number(step) * 1000 });
    } else ignored.set(key, (ignored.get(key) ?? 0) + 1);
  }
  return [...byTier].map(([serviceTier, rates]) => ({ serviceTier, rates: [...rates.values()] }));
}

/** A search costs by the size of context asked for; where all sizes cost the same, the size need not be known. */
function searchRates(sizes: Json): PriceRate[] {
  const prices = SEARCH_SIZES.map((size) => numberText(sizes[`search_context_size_${size}`]));
  const rates = SEARCH_SIZES.flatMap((size, index) => {
    const price = prices[index];
    return typeof price === 'string'
      ? [{ kind: `web_searches_${size}`, unitPrice: perUnit(price, 0, 'search') }]
      : [];
  });
  const [first] = rates;
  if (first !== undefined && new Set(prices).size === 1)
    return [{ ...first, kind: 'web_searches' }, ...rates];
  return rates;
}
