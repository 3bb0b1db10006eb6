/** The Azure inference traces: time and token counts of production calls, without model or price. */
import { guarded, nameOf, readCsv, timeOf } from '../../../kernel/index.ts';
import { providerId, UNKNOWN_PROVIDER } from '../providers.ts';
import type { Entry, Importer, ImporterInput } from './types.ts';
import { tokensOf } from './values.ts';

const COLUMNS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const;

export const azureTrace: Importer = {
  kind: 'azure-trace',
  defaultProject: 'Azure trace',
  options: ['model', 'provider'],
  recognises: (_name, sample) => sample.startsWith(COLUMNS.join(',')),
  entries: traceEntries,
  notes: ({ options }) =>
    options.model === undefined
      ? [
          'The trace names no model: its calls are unpriced. Import it with model=… (and provider=…) to price them.',
        ]
      : [],
};

async function* traceEntries({ chunks, options }: ImporterInput): AsyncGenerator<Entry> {
  const model = options.model === undefined ? UNKNOWN_PROVIDER : nameOf(options.model, 'model');
  const provider = providerId(options.provider ?? 'azure');
  for await (const { line, fields, problem, content } of readCsv(chunks, COLUMNS)) {
    if (fields === null) {
      yield { line, content, refusal: problem };
      continue;
    }
    yield guarded(line, content, () => ({
      costs: [
        {
          model,
          provider,
          at: timeOf(fields.TIMESTAMP ?? '', 'TIMESTAMP'),
          amount: null,
          inputTokens: tokensOf(fields.ContextTokens ?? '', 'ContextTokens'),
          outputTokens: tokensOf(fields.GeneratedTokens ?? '', 'GeneratedTokens'),
          runId: null,
        },
      ],
    }));
  }
}
