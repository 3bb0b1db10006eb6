/** Turns the usage object of any provider's answer into disjoint kinds of usage, which can be priced without counting twice. */
import { invalidInput } from '../../kernel/index.ts';
import { at, type Body, count, has, isBody, quantity, rest, text } from './usage-body.ts';
import type { Usage, UsageKind } from './usage-kinds.ts';

/** Shapes of usage objects; named after the API that made the shape common, not after the seller. */
export const USAGE_FLAVOURS = [
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
  'openai-transcription',
  'anthropic',
  'google',
  'bedrock',
  'cohere',
  'ollama',
] as const;

export type UsageFlavour = (typeof USAGE_FLAVOURS)[number];

export interface NormalisedUsage {
  readonly flavour: UsageFlavour;
  /** Model as the answer names it; null when it does not. */
  readonly model: string | null;
  /** `standard`, `batch`, `flex`, `priority`, or what the provider calls it. */
  readonly serviceTier: string;
  /** Disjoint quantities; kinds that were not used are left out. */
  readonly usage: Usage;
  /** Usage of other models inside this answer, such as an advisor's; it is not part of `usage`. */
  readonly also: readonly { readonly model: string; readonly usage: Usage }[];
  /** The usage object as it came. */
  readonly raw: unknown;
}

type Counts = Readonly<Partial<Record<UsageKind, bigint | string>>>;

const READERS: Readonly<Record<UsageFlavour, (usage: Body) => Counts>> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  'openai-embeddings': (usage) => ({ input: count(usage, 'prompt_tokens', 'input_tokens') }),
  'openai-transcription': (usage) => ({ seconds: quantity(usage, 'seconds') }),
  anthropic: readAnthropic,
  google: readGoogle,
  bedrock: readBedrock,
  cohere: readCohere,
  ollama: (usage) => ({ input: count(usage, 'prompt_eval_count'), output: count(usage, 'eval_count') }),
};

/**
 * Reads the usage of a whole answer (`{ model, usage }`, `{ modelVersion, usageMetadata }`) or of its usage object alone.
 * The flavour is recognised from its fields unless given. Throws `invalid_input` for counts that are
 * negative, fractional, or larger than the total they belong to.
 */
export function normaliseUsage(
  body: unknown,
  options: { readonly flavour?: UsageFlavour } = {},
): NormalisedUsage {
  if (!isBody(body))
    throw invalidInput('usage', 'The usage is not an object.', 'Pass the answer of the provider.');
  const usage = usagePart(body);
  const flavour = options.flavour ?? recognise(usage);
  return {
    flavour,
    model: text(body, 'model') ?? text(body, 'modelVersion') ?? text(body, 'model_version'),
    serviceTier: serviceTier(body, usage),
    usage: toUsage(READERS[flavour](usage)),
    also: flavour === 'anthropic' ? otherModels(body, usage) : [],
    raw: usage,
  };
}

function usagePart(body: Body): Body {
  for (const name of ['usage', 'usageMetadata', 'usage_metadata', 'meta']) {
    const part = at(body, name);
    if (isBody(part)) return part;
  }
  return body;
}

function recognise(usage: Body): UsageFlavour {
  if (has(usage, 'promptTokenCount') || has(usage, 'prompt_token_count')) return 'google';
  if (has(usage, 'billed_units')) return 'cohere';
  if (has(usage, 'inputTokens')) return 'bedrock';
  if (has(usage, 'prompt_eval_count')) return 'ollama';
  if (has(usage, 'prompt_tokens'))
    return has(usage, 'completion_tokens') ? 'openai-chat' : 'openai-embeddings';
  if (at(usage, 'type') === 'duration') return 'openai-transcription';
  if (has(usage, 'input_tokens')) return isAnthropic(usage) ? 'anthropic' : 'openai-responses';
  throw invalidInput(
    'usage',
    `The usage object has none of the fields of ${USAGE_FLAVOURS.join(', ')}.`,
    'Pass the usage as the provider returned it, or name its flavour.',
  );
}

function isAnthropic(usage: Body): boolean {
  const fields = [
    'cache_creation_input_tokens',
    'cache_read_input_tokens',
    'cache_creation',
    'server_tool_use',
  ];
  return fields.some((field) => field in usage);
}

/** Cached tokens are part of `prompt_tokens` here, reasoning and media part of `completion_tokens`. */
function readChat(usage: Body): Counts {
  const prompt = count(usage, 'prompt_tokens');
  const completion = count(usage, 'completion_tokens');
  const read = count(
    usage,
    'prompt_tokens_details.cached_tokens',
    'prompt_cache_hit_tokens',
    'cached_tokens',
    'cached_prompt_text_tokens',
    'cache_read_input_tokens',
  );
  const write = count(usage, 'prompt_tokens_details.cache_write_tokens', 'cache_creation_input_tokens');
  const inputAudio = count(usage, 'prompt_tokens_details.audio_tokens');
  const inputVideo = count(usage, 'prompt_tokens_details.video_tokens');
  const inputImage = count(usage, 'prompt_tokens_details.image_tokens');
  const reasoning = count(usage, 'completion_tokens_details.reasoning_tokens');
  const outputAudio = count(usage, 'completion_tokens_details.audio_tokens');
  const outputImage = count(usage, 'completion_tokens_details.image_tokens');
  // Some providers count reasoning beside completion_tokens; the total gives them away.
  const beside = reasoning > 0n && count(usage, 'total_tokens') === prompt + completion + reasoning;
  return {
    input: rest(prompt, [read, write, inputAudio, inputVideo, inputImage], 'prompt_tokens'),
    input_image: inputImage,
    input_video: inputVideo,
    input_audio: inputAudio,
    cache_read: read,
    cache_write: write,
    output: rest(completion, [beside ? 0n : reasoning, outputAudio, outputImage], 'completion_tokens'),
    reasoning,
    output_audio: outputAudio,
    output_image: outputImage,
    ...webSearches(usage),
  };
}

/** As in chat, with other names; the realtime API spells the details in the singular and splits them by medium. */
function readResponses(usage: Body): Counts {
  const input = count(usage, 'input_tokens');
  const output = count(usage, 'output_tokens');
  const read = count(usage, 'input_tokens_details.cached_tokens', 'input_token_details.cached_tokens');
  const write = count(usage, 'input_tokens_details.cache_write_tokens');
  const readAudio = count(usage, 'input_token_details.cached_tokens_details.audio_tokens');
  const readImage = count(usage, 'input_token_details.cached_tokens_details.image_tokens');
  const allAudio = count(usage, 'input_token_details.audio_tokens', 'input_tokens_details.audio_tokens');
  const allImage = count(usage, 'input_token_details.image_tokens', 'input_tokens_details.image_tokens');
  const inputAudio = rest(allAudio, [readAudio], 'input_token_details.audio_tokens');
  const inputImage = rest(allImage, [readImage], 'input_token_details.image_tokens');
  const reasoning = count(usage, 'output_tokens_details.reasoning_tokens');
  const outputAudio = count(usage, 'output_token_details.audio_tokens', 'output_tokens_details.audio_tokens');
  const outputImage = count(usage, 'output_token_details.image_tokens', 'output_tokens_details.image_tokens');
  return {
    input: rest(input, [read, write, inputAudio, inputImage], 'input_tokens'),
    input_audio: inputAudio,
    input_image: inputImage,
    cache_read: rest(read, [readAudio, readImage], 'cached_tokens'),
    cache_read_audio: readAudio,
    cache_read_image: readImage,
    cache_write: write,
    output: rest(output, [reasoning, outputAudio, outputImage], 'output_tokens'),
    reasoning,
    output_audio: outputAudio,
    output_image: outputImage,
    ...webSearches(usage),
  };
}

/** Cached tokens stand beside `input_tokens` here, not inside it. */
function readAnthropic(usage: Body): Counts {
  const written = count(usage, 'cache_creation_input_tokens');
  const longWritten = count(usage, 'cache_creation.ephemeral_1h_input_tokens');
  const thinking = count(usage, 'output_tokens_details.thinking_tokens');
  return {
    input: count(usage, 'input_tokens'),
    cache_read: count(usage, 'cache_read_input_tokens'),
    cache_write: rest(written, [longWritten], 'cache_creation_input_tokens'),
    cache_write_1h: longWritten,
    output: rest(count(usage, 'output_tokens'), [thinking], 'output_tokens'),
    reasoning: thinking,
    ...webSearches(usage),
  };
}

/** Totals with a list by medium beside them; cached tokens are inside the prompt, thoughts beside the candidates. */
function readGoogle(usage: Body): Counts {
  const field = (name: string): string[] => [
    name,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ];
  const medium = (list: string, modality: string): bigint => mediumTokens(usage, field(list), modality);
  const prompt =
    count(usage, ...field('promptTokenCount')) + count(usage, ...field('toolUsePromptTokenCount'));
  const cached = count(usage, ...field('cachedContentTokenCount'));
  const read = {
    image: medium('cacheTokensDetails', 'IMAGE'),
    video: medium('cacheTokensDetails', 'VIDEO'),
    audio: medium('cacheTokensDetails', 'AUDIO'),
  };
  const fresh = (modality: string, cachedPart: bigint): bigint =>
    rest(
      medium('promptTokensDetails', modality) + medium('toolUsePromptTokensDetails', modality),
      [cachedPart],
      `promptTokensDetails ${modality}`,
    );
  const input = {
    image: fresh('IMAGE', read.image),
    video: fresh('VIDEO', read.video),
    audio: fresh('AUDIO', read.audio),
  };
  const outputAudio = medium('candidatesTokensDetails', 'AUDIO');
  const outputImage = medium('candidatesTokensDetails', 'IMAGE');
  return {
    input: rest(prompt, [cached, input.image, input.video, input.audio], 'promptTokenCount'),
    input_image: input.image,
    input_video: input.video,
    input_audio: input.audio,
    cache_read: rest(cached, [read.image, read.video, read.audio], 'cachedContentTokenCount'),
    cache_read_image: read.image,
    cache_read_video: read.video,
    cache_read_audio: read.audio,
    output: rest(
      count(usage, ...field('candidatesTokenCount')),
      [outputAudio, outputImage],
      'candidatesTokenCount',
    ),
    output_audio: outputAudio,
    output_image: outputImage,
    reasoning: count(usage, ...field('thoughtsTokenCount')),
  };
}

function readBedrock(usage: Body): Counts {
  return {
    input: count(usage, 'inputTokens'),
    cache_read: count(usage, 'cacheReadInputTokens'),
    cache_write: count(usage, 'cacheWriteInputTokens'),
    output: count(usage, 'outputTokens'),
  };
}

/** Billed units, which leave out the tokens that Cohere adds itself. */
function readCohere(usage: Body): Counts {
  return {
    input: count(usage, 'billed_units.input_tokens'),
    output: count(usage, 'billed_units.output_tokens'),
    web_searches: count(usage, 'billed_units.search_units'),
  };
}

function webSearches(usage: Body): Counts {
  return { web_searches: count(usage, 'server_tool_use.web_search_requests', 'num_search_queries') };
}

function mediumTokens(usage: Body, names: readonly string[], modality: string): bigint {
  const list = names.map((name) => at(usage, name)).find(Array.isArray) ?? [];
  return list
    .filter((entry: unknown): entry is Body => isBody(entry) && entry.modality === modality)
    .reduce((sum: bigint, entry: Body) => sum + count(entry, 'tokenCount', 'token_count'), 0n);
}

/** Steps that ran on another model are billed at that model's price. */
function otherModels(body: Body, usage: Body): { readonly model: string; readonly usage: Usage }[] {
  const steps = at(usage, 'iterations');
  if (!Array.isArray(steps)) return [];
  return steps.filter(isBody).flatMap((step) => {
    const model = text(step, 'model');
    return model === null || model === text(body, 'model')
      ? []
      : [{ model, usage: toUsage(readAnthropic(step)) }];
  });
}

const STANDARD_TIERS = new Set(['default', 'auto', 'standard', 'on_demand', 'none']);

function serviceTier(body: Body, usage: Body): string {
  const tier =
    text(usage, 'service_tier') ??
    text(usage, 'serviceTier') ??
    text(usage, 'trafficType') ??
    text(body, 'service_tier');
  if (tier === null) return 'standard';
  const name = tier.toLowerCase().replace(/^on_demand_/, '');
  return STANDARD_TIERS.has(name) ? 'standard' : name;
}

function toUsage(counts: Counts): Usage {
  const entries = Object.entries(counts).filter(([, value]) => value !== 0n && value !== '0');
  return Object.fromEntries(entries.map(([kind, value]) => [kind, String(value)]));
}
