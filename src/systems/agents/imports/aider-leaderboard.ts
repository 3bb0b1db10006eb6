/** The leaderboard of aider: one benchmark run of a model an entry, with what the whole run cost. */
import { parse } from 'yaml';
import {
  derivedId,
  guarded,
  invalidInput,
  isRecord,
  nameOf,
  RowProblem,
  readWhole,
  textOf,
  timeOf,
} from '../../../kernel/index.ts';
import { providerOfModel } from '../providers.ts';
import type { Entry, Importer, ImporterInput } from './types.ts';
import { amountOf, tokensOf } from './values.ts';

/** A benchmark run is hundreds of calls. */
const MAX_RUN_TOKENS = 100_000_000_000n;
const MODEL_ARGUMENT = /--model\s+(\S+)/;

export const aiderLeaderboard: Importer = {
  kind: 'aider-leaderboard',
  defaultProject: 'Aider leaderboard',
  options: [],
  recognises: (_name, sample) => /^- dirname:/m.test(sample) && sample.includes('edit_format:'),
  entries: leaderboardEntries,
  notes: ({ zeroAmounts }) =>
    zeroAmounts === 0
      ? []
      : [`${zeroAmounts} runs are logged at 0 USD: free, or without a known price at the time.`],
};

async function* leaderboardEntries({ chunks, projectId }: ImporterInput): AsyncGenerator<Entry> {
  const text = await readWhole(chunks);
  let list: unknown;
  try {
    // The failsafe schema keeps every number as the text it was written in.
    list = parse(text, { schema: 'failsafe' });
  } catch (cause) {
    throw invalidInput('file', `The file is not YAML: ${cause instanceof Error ? cause.message : ''}`);
  }
  if (!Array.isArray(list))
    throw invalidInput('file', 'The file is not a list of runs.', 'Name another kind.');
  let line = 0;
  for (const entry of list as unknown[]) {
    line += 1;
    const place = line;
    const fields = isRecord(entry) ? entry : {};
    yield guarded(place, JSON.stringify(fields), () => runOf(projectId, place, fields));
  }
}

function runOf(projectId: string, line: number, fields: Readonly<Record<string, unknown>>): Partial<Entry> {
  const model = nameOf(MODEL_ARGUMENT.exec(textOf(fields.command))?.[1] ?? textOf(fields.model), 'model');
  if (fields.total_cost === undefined) {
    throw new RowProblem(
      'total_cost is missing, and the tokens of a whole benchmark cannot be priced as one call.',
    );
  }
  const startTime = timeOf(textOf(fields.date), 'date');
  const seconds = Number(textOf(fields.seconds_per_case) || '0') * Number(textOf(fields.test_cases) || '0');
  const endTime = new Date(startTime.getTime() + (Number.isFinite(seconds) ? Math.round(seconds * 1000) : 0));
  const id = derivedId('agt', projectId, 'aider-leaderboard', line, textOf(fields.dirname));
  const tokens = (name: string): bigint | null =>
    fields[name] === undefined ? null : tokensOf(textOf(fields[name]), name, MAX_RUN_TOKENS);
  return {
    runs: [{ id, begins: true, status: 'completed', startTime, endTime, error: null, log: logOf(fields) }],
    costs: [
      {
        model,
        provider: providerOfModel(model),
        at: startTime,
        amount: amountOf(textOf(fields.total_cost), 'total_cost'),
        inputTokens: tokens('prompt_tokens'),
        outputTokens: tokens('completion_tokens'),
        runId: id,
      },
    ],
  };
}

function logOf(fields: Readonly<Record<string, unknown>>): string[] {
  const names = [
    'model',
    'command',
    'edit_format',
    'test_cases',
    'pass_rate_1',
    'pass_rate_2',
    'seconds_per_case',
  ];
  return names.filter((name) => fields[name] !== undefined).map((name) => `${name}: ${textOf(fields[name])}`);
}
