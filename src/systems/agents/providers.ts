/** Names of model providers: one spelling for each, whatever a log or a price table calls it. */

/** What logs and price tables call a provider, and the id we keep; ids are those of the genai-prices table. */
export const PROVIDER_ALIASES: Readonly<Record<string, string>> = {
  azure_ai: 'azure',
  azure_text: 'azure',
  'azure-openai': 'azure',
  azure_openai: 'azure',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  codestral: 'mistral',
  'text-completion-codestral': 'mistral',
  cohere_chat: 'cohere',
  fireworks_ai: 'fireworks',
  'fireworks_ai-embedding-models': 'fireworks',
  gemini: 'google',
  palm: 'google',
  vertex: 'google',
  vertex_ai: 'google',
  grok: 'x-ai',
  xai: 'x-ai',
  moonshot: 'moonshotai',
  ollama_chat: 'ollama',
  'text-completion-openai': 'openai',
  together_ai: 'together',
  'together-ai': 'together',
  voyage: 'voyageai',
};

/** The makers whose models are called by bare name; the first that matches is the provider. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/claude/, 'anthropic'],
  [/^(gpt-|chatgpt-|o[134](-|$)|whisper-|tts-|dall-e-|text-embedding-|ft:gpt-|davinci|babbage)/, 'openai'],
  [/gemini|^gemma/, 'google'],
  [/(mi|code|dev|magi|mini|pix)stral/, 'mistral'],
  [/deepseek/, 'deepseek'],
  [/^grok/, 'x-ai'],
  [/^command/, 'cohere'],
  [/^(kimi|moonshot)/, 'moonshotai'],
  [/^sonar/, 'perplexity'],
  [/^voyage-/, 'voyageai'],
];

/** A provider nobody named; its calls are priced by the model's name. */
export const UNKNOWN_PROVIDER = 'unknown';

/** The id of a provider from any of its spellings; an unknown name is kept, in lower case. */
export function providerId(name: string): string {
  const key = name.trim().toLowerCase();
  if (key.startsWith('vertex_ai-')) return 'google';
  return PROVIDER_ALIASES[key] ?? key;
}

/** The provider of a logged model such as `deepseek/deepseek-chat` or `gpt-4o`; `unknown` when its name does not tell. */
export function providerOfModel(model: string): string {
  const name = model.trim().toLowerCase();
  const slash = name.indexOf('/');
  if (slash > 0) return providerId(name.slice(0, slash));
  return MAKERS.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN_PROVIDER;
}

/** The aliases of one provider, as the price book's rules need them. */
export function aliasesOf(id: string): string[] {
  return Object.keys(PROVIDER_ALIASES).filter((alias) => PROVIDER_ALIASES[alias] === id);
}
