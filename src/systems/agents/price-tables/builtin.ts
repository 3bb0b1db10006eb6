/** Prices known without any table, so that a first installation can price the models its demonstration uses. */
import {
  aliasRules,
  type PriceTable,
  perUnit,
  SOURCE_PRECEDENCE,
  type TableModel,
  type TableProvider,
} from './table.ts';

/** Provider, model, kind, USD per million units: list prices of 2024 and 2025. Speech is priced by its length. */
const PRICES: readonly (readonly [
  provider: string,
  model: string,
  rates: Readonly<Record<string, string>>,
])[] = [
  ['openai', 'gpt-4o', { input: '2.5', output: '10' }],
  ['openai', 'gpt-4o-mini', { input: '0.15', output: '0.6' }],
  ['openai', 'gpt-4-turbo', { input: '10', output: '30' }],
  ['openai', 'gpt-4', { input: '30', output: '60' }],
  ['openai', 'gpt-3.5-turbo', { input: '0.5', output: '1.5' }],
  // 0.006 USD a minute.
  ['openai', 'whisper-1', { seconds: '100' }],
  ['openai', 'tts-1', { characters: '15' }],
  ['openai', 'tts-1-hd', { characters: '30' }],
  ['anthropic', 'claude-opus-4', { input: '15', output: '75' }],
  ['anthropic', 'claude-sonnet-4-5', { input: '3', output: '15' }],
  ['anthropic', 'claude-sonnet-3-5', { input: '3', output: '15' }],
  ['anthropic', 'claude-haiku-3-5', { input: '0.8', output: '4' }],
];

/** Other names of the same models, as providers log them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'claude-sonnet-3-5': ['claude-3-5-sonnet-20240620', 'claude-3-5-sonnet-20241022', 'claude-3.5-sonnet'],
  'claude-haiku-3-5': ['claude-3-5-haiku-20241022', 'claude-3.5-haiku'],
  'claude-sonnet-4-5': ['claude-sonnet-4-5-20250929'],
  'claude-opus-4': ['claude-opus-4-20250514'],
};

const PROVIDERS: readonly TableProvider[] = [
  {
    id: 'anthropic',
    name: 'Anthropic',
    fallbackProviders: [],
    rules: [
      { subject: 'provider', operator: 'contains', pattern: 'anthropic' },
      { subject: 'model', operator: 'contains', pattern: 'claude' },
    ],
    complete: false,
  },
  {
    id: 'openai',
    name: 'OpenAI',
    fallbackProviders: [],
    rules: [
      ...aliasRules('openai'),
      { subject: 'model', operator: 'regex', pattern: '^(gpt-|o[134](-|$)|whisper-|tts-)' },
    ],
    complete: false,
  },
];

/** The built-in table; every other source comes before it. */
export function builtinTable(): PriceTable {
  return {
    source: 'builtin',
    precedence: SOURCE_PRECEDENCE.builtin,
    providers: PROVIDERS,
    models: PRICES.map(
      ([provider, model, rates], index): TableModel => ({
        line: index + 1,
        provider,
        model,
        names: NAMES[model] ?? [],
        rules: [],
        prices: [
          {
            rates: Object.entries(rates).map(([kind, price]) => ({
              kind,
              unitPrice: perUnit(price, 6, kind),
            })),
          },
        ],
      }),
    ),
    refusals: [],
    notes: [],
  };
}
