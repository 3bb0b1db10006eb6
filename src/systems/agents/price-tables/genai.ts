/** The genai-prices table: providers with models, name rules, prices per million with steps, dates and daily hours. */
import { isRecord, listOf, numberText, textOf } from '../../../kernel/index.ts';
import { modelRules } from './name-rules.ts';
import {
  aliasRules,
  type PriceRate,
  type PriceTable,
  type PriceVersion,
  perUnit,
  SOURCE_PRECEDENCE,
  type TableModel,
  type TableProvider,
} from './table.ts';

type Json = Readonly<Record<string, unknown>>;

/** Price keys, the kind each stands for, and the power of ten of units it prices. */
const KEYS: Readonly<Record<string, readonly [kind: string, powerOfTen: number]>> = {
  input_mtok: ['input', 6],
  input_image_mtok: ['input_image', 6],
  input_video_mtok: ['input_video', 6],
  input_audio_mtok: ['input_audio', 6],
  cache_read_mtok: ['cache_read', 6],
  cache_audio_read_mtok: ['cache_read_audio', 6],
  cache_image_read_mtok: ['cache_read_image', 6],
  cache_write_mtok: ['cache_write', 6],
  cache_write_1h_mtok: ['cache_write_1h', 6],
  output_mtok: ['output', 6],
  output_reasoning_mtok: ['reasoning', 6],
  output_image_mtok: ['output_image', 6],
  output_audio_mtok: ['output_audio', 6],
  requests_kcount: ['requests', 3],
  web_searches_kcount: ['web_searches', 3],
};

/** Kinds that a model marked `:free` costs nothing for; its entry has no prices at all. */
const FREE_KINDS = ['input', 'cache_read', 'output'];

/** Reads the table, parsed without loss of digits. */
export function readGenaiTable(providers: readonly unknown[]): PriceTable {
  const models: TableModel[] = [];
  const refusals: { line: number; reason: string }[] = [];
  const unpriced: string[] = [];
  const ignored = new Set<string>();
  let line = 0;
  for (const provider of providers.filter(isRecord)) {
    for (const model of listOf(provider.models).filter(isRecord)) {
      line += 1;
      const name = `${textOf(provider.id)}/${textOf(model.id)}`;
      try {
        const prices = versionsOf(model, ignored);
        if (prices.length === 0) unpriced.push(name);
        else
          models.push({
            line,
            provider: textOf(provider.id),
            model: textOf(model.id),
            ...modelRules(model.match),
            prices,
          });
      } catch (error) {
        refusals.push({ line, reason: `${name}: ${error instanceof Error ? error.message : String(error)}` });
      }
    }
  }
  return {
    source: 'genai',
    precedence: SOURCE_PRECEDENCE.genai,
    providers: providers.filter(isRecord).map(providerOf),
    models,
    refusals,
    notes: [
      ...(unpriced.length === 0
        ? []
        : [`${unpriced.length} models without a price left out: ${unpriced.join(', ')}.`]),
      ...(ignored.size === 0 ? [] : [`Price keys not understood: ${[...ignored].join(', ')}.`]),
    ],
  };
}

function providerOf(provider: Json): TableProvider {
  const id = textOf(provider.id);
  const rules = (['provider', 'model'] as const).flatMap((subject) => {
    const { names, rules: patterns } = modelRules(provider[`${subject}_match`]);
    return [...names.map((pattern) => ({ operator: 'equals' as const, pattern })), ...patterns].map(
      (rule) => ({
        subject,
        ...rule,
      }),
    );
  });
  return {
    id,
    name: textOf(provider.name),
    fallbackProviders: listOf(provider.fallback_model_providers).map(textOf),
    rules: [...aliasRules(id), ...rules],
    complete: true,
  };
}

/**
 * Conditions are tried last to first and the first that holds wins, so a later start date ends the price before it,
 * and daily hours lie over the price of the whole day.
 */
function versionsOf(model: Json, ignored: Set<string>): PriceVersion[] {
  const conditional = Array.isArray(model.prices)
    ? model.prices.filter(isRecord)
    : [{ prices: model.prices } satisfies Json];
  const daily: PriceVersion[] = [];
  const dated: (PriceVersion & { readonly validFrom?: string })[] = [];
  for (const { prices, constraint } of conditional as readonly Json[]) {
    const rates = ratesOf(isRecord(prices) ? prices : {}, textOf(model.id), ignored);
    if (rates.length === 0) continue;
    if (isRecord(constraint) && constraint.start_time !== undefined) {
      for (const hours of dayHours(textOf(constraint.start_time), textOf(constraint.end_time))) {
        daily.push({ rates, ...hours });
      }
    } else if (isRecord(constraint) && constraint.start_date !== undefined) {
      dated.push({ rates, validFrom: `${textOf(constraint.start_date)}T00:00:00Z` });
    } else dated.push({ rates });
  }
  dated.sort((a, b) => (a.validFrom ?? '').localeCompare(b.validFrom ?? ''));
  const closed = dated.map((version, index) => {
    const next = dated[index + 1]?.validFrom;
    return next === undefined ? version : { ...version, validUntil: next };
  });
  return [...closed, ...daily];
}

function ratesOf(prices: Json, model: string, ignored: Set<string>): PriceRate[] {
  const entries = Object.entries(prices);
  if (entries.length === 0 && model.endsWith(':free'))
    return FREE_KINDS.map((kind) => ({ kind, unitPrice: '0' }));
  return entries.flatMap(([key, value]) => {
    const known = KEYS[key];
    if (known === undefined) {
      ignored.add(key);
      return [];
    }
    const [kind, power] = known;
    const flat = numberText(value);
    if (flat !== null) return [{ kind, unitPrice: perUnit(flat, power, key) }];
    if (!isRecord(value)) throw new Error(`${key} is neither a number nor steps.`);
    return [
      { kind, unitPrice: perUnit(numberText(value.base) ?? '', power, key) },
      ...listOf(value.tiers)
        .filter(isRecord)
        .map((step) => ({
          kind,
          aboveTokens: Number(numberText(step.start)),
          unitPrice: perUnit(numberText(step.price) ?? '', power, key),
        })),
    ];
  });
}

/** Hours over midnight become two stretches. */
function dayHours(start: string, end: string): { readonly dayFrom: string; readonly dayUntil: string }[] {
  const [from, until] = [start.replace(/Z$/, ''), end.replace(/Z$/, '')];
  if (from < until) return [{ dayFrom: from, dayUntil: until }];
  const stretches = [{ dayFrom: from, dayUntil: '24:00:00' }];
  return until === '00:00:00' ? stretches : [...stretches, { dayFrom: '00:00:00', dayUntil: until }];
}
