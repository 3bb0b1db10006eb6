/** The kinds of usage that are counted and priced. They never overlap, so a sum over them counts nothing twice. */
import { assert } from '../../kernel/index.ts';

type Side = 'input' | 'output';

interface UsageKindFacts {
  readonly unit: 'token' | 'second' | 'character' | 'image' | 'pixel' | 'request' | 'search';
  readonly side: Side;
}

const tokens = (side: Side): UsageKindFacts => ({ unit: 'token', side });

/** The same list as the view `usage_kinds`, which also holds limits; a test compares them. */
export const USAGE_KINDS = {
  input: tokens('input'),
  input_image: tokens('input'),
  input_video: tokens('input'),
  input_audio: tokens('input'),
  cache_read: tokens('input'),
  cache_read_image: tokens('input'),
  cache_read_video: tokens('input'),
  cache_read_audio: tokens('input'),
  cache_write: tokens('input'),
  cache_write_1h: tokens('input'),
  cache_write_audio: tokens('input'),
  output: tokens('output'),
  reasoning: tokens('output'),
  output_image: tokens('output'),
  output_audio: tokens('output'),
  citation: tokens('output'),
  seconds: { unit: 'second', side: 'input' },
  audio_seconds: { unit: 'second', side: 'input' },
  video_seconds: { unit: 'second', side: 'input' },
  output_seconds: { unit: 'second', side: 'output' },
  characters: { unit: 'character', side: 'input' },
  output_characters: { unit: 'character', side: 'output' },
  images: { unit: 'image', side: 'output' },
  input_images: { unit: 'image', side: 'input' },
  pixels: { unit: 'pixel', side: 'output' },
  input_pixels: { unit: 'pixel', side: 'input' },
  requests: { unit: 'request', side: 'input' },
  web_searches: { unit: 'search', side: 'input' },
  web_searches_low: { unit: 'search', side: 'input' },
  web_searches_medium: { unit: 'search', side: 'input' },
  web_searches_high: { unit: 'search', side: 'input' },
} as const satisfies Readonly<Record<string, UsageKindFacts>>;

export type UsageKind = keyof typeof USAGE_KINDS;

/** Quantities by kind as decimal text; a kind that is absent was not used. */
export type Usage = Readonly<Partial<Record<UsageKind, string>>>;

export function isUsageKind(text: string): text is UsageKind {
  return Object.hasOwn(USAGE_KINDS, text);
}

/** Tokens read and written in total; null where no kind of that side was counted in tokens. */
export function tokenTotals(usage: Usage): {
  readonly inputTokens: bigint | null;
  readonly outputTokens: bigint | null;
} {
  const total = { input: null as bigint | null, output: null as bigint | null };
  for (const [kind, quantity] of Object.entries(usage)) {
    assert(isUsageKind(kind), `usage kind ${kind}`);
    const { unit, side } = USAGE_KINDS[kind];
    if (unit === 'token' && quantity !== undefined) total[side] = (total[side] ?? 0n) + BigInt(quantity);
  }
  return { inputTokens: total.input, outputTokens: total.output };
}
