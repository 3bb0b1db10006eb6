/** Files in which coding agents keep their runs: OpenHands (JSON lines) and SWE-agent (one trajectory). */
import {
  compareExact,
  derivedId,
  ExactSum,
  guarded,
  isRecord,
  listOf,
  nameOf,
  numberText,
  parseLossless,
  RowProblem,
  readLines,
  readWhole,
  shortText,
  textOf,
  timeOf,
} from '../../../kernel/index.ts';
import { providerId, providerOfModel, UNKNOWN_PROVIDER } from '../providers.ts';
import type { Entry, Importer, ImporterInput, RunDraft } from './types.ts';
import { amountOf, tokensOf } from './values.ts';

type Json = Readonly<Record<string, unknown>>;

/** A run of a thousand steps is far beyond what agents are allowed. */
const MAX_LOG_LINES = 5_000;
const LOG_LINE = 500;
/** A whole run in one cost: a thousand times the limit of a call. */
const MAX_RUN_TOKENS = 100_000_000_000n;

const timeNote = ({ options }: { readonly options: Readonly<Record<string, string>> }): string[] =>
  options.at === undefined
    ? ['The file holds no times: its rows are dated at the import. Import with at=… to date them.']
    : [];

/** One run a line, with the cost of each call in `metrics.costs`. */
export const openhandsRuns: Importer = {
  kind: 'openhands-runs',
  defaultProject: 'OpenHands runs',
  options: ['model', 'provider', 'at'],
  recognises: (name, sample) =>
    name.endsWith('.jsonl') && sample.includes('"issue_type"') && sample.startsWith('{'),
  entries: openhandsEntries,
  notes: timeNote,
};

/** One run, with the cost of all its calls together in `info.model_stats`. */
export const sweAgentTrajectory: Importer = {
  kind: 'swe-agent-trajectory',
  defaultProject: 'SWE-agent runs',
  options: ['model', 'provider', 'at'],
  recognises: (_name, sample) => /^\s*\{/.test(sample) && sample.includes('"trajectory"'),
  entries: trajectoryEntries,
  notes: timeNote,
};

async function* openhandsEntries(input: ImporterInput): AsyncGenerator<Entry> {
  for await (const { line, text } of readLines(input.chunks)) {
    if (text === null) yield { line, content: '', refusal: 'The line is longer than 16 MB.' };
    else yield guarded(line, text, () => openhandsRun(input, line, text));
  }
}

function openhandsRun(input: ImporterInput, line: number, text: string): Partial<Entry> {
  const run = parseLossless(text, 'The line');
  if (!isRecord(run)) throw new RowProblem('The line is not a JSON object.');
  const metrics = isRecord(run.metrics) ? run.metrics : {};
  const amounts = listOf(metrics.costs).map((cost, index) =>
    amountOf(numberText(isRecord(cost) ? cost.cost : cost) ?? '', `metrics.costs[${index}]`),
  );
  const sum = new ExactSum();
  for (const amount of amounts) sum.add(amount);
  const total = amountOf(numberText(metrics.accumulated_cost) ?? sum.toString(), 'metrics.accumulated_cost');
  // The tool adds in floating point, so its total may be off in the last digits, but not by a call.
  if (difference(total, sum) > 1e-9) {
    throw new RowProblem(`metrics.accumulated_cost is ${total}, but its costs add up to ${sum.toString()}.`);
  }
  const at = momentOf(input);
  const failed = run.success !== true || typeof run.error === 'string';
  const draft: RunDraft = {
    id: derivedId('agt', input.projectId, 'openhands-runs', line, text),
    begins: true,
    status: failed ? 'failed' : 'completed',
    startTime: at,
    endTime: at,
    error: failed
      ? shortText(textOf(run.error) || textOf(run.result_explanation) || 'The run did not succeed.', 2000)
      : null,
    log: listOf(run.history).filter(isRecord).flatMap(openhandsStep).slice(0, MAX_LOG_LINES),
  };
  const model = modelOf(input, textOf(metrics.model_name));
  const costs = amounts.map((amount) => ({
    ...model,
    at,
    amount,
    inputTokens: null,
    outputTokens: null,
    runId: draft.id,
  }));
  return { runs: [draft], costs };
}

function openhandsStep(step: Json): string[] {
  const action = textOf(step.action);
  if (action === '') return [];
  const what = textOf(step.command) || textOf(step.code) || textOf(step.content) || textOf(step.thought);
  return [shortText(`${action}: ${what}`, LOG_LINE)];
}

async function* trajectoryEntries(input: ImporterInput): AsyncGenerator<Entry> {
  const text = await readWhole(input.chunks);
  yield guarded(1, text, () => {
    const file = parseLossless(text, 'The trajectory');
    const info = isRecord(file) && isRecord(file.info) ? file.info : {};
    if (!isRecord(file) || !isRecord(info.model_stats)) throw new RowProblem('info.model_stats is missing.');
    const stats = info.model_stats;
    const at = momentOf(input);
    const exit = textOf(info.exit_status);
    const failed = !exit.startsWith('submitted');
    const draft: RunDraft = {
      id: derivedId('agt', input.projectId, 'swe-agent-trajectory', text),
      begins: true,
      status: failed ? 'failed' : 'completed',
      startTime: at,
      endTime: at,
      error: failed ? shortText(exit || 'The run has no exit status.', 2000) : null,
      log: listOf(file.trajectory)
        .filter(isRecord)
        .map((step) => shortText(`${textOf(step.thought).trim()} → ${textOf(step.action).trim()}`, LOG_LINE))
        .slice(0, MAX_LOG_LINES),
    };
    const amount = numberText(stats.instance_cost) ?? numberText(stats.total_cost) ?? '';
    return {
      runs: [draft],
      costs: [
        {
          ...modelOf(input, ''),
          at,
          amount: amountOf(amount, 'info.model_stats.instance_cost'),
          inputTokens: tokensOf(numberText(stats.tokens_sent) ?? '', 'tokens_sent', MAX_RUN_TOKENS),
          outputTokens: tokensOf(numberText(stats.tokens_received) ?? '', 'tokens_received', MAX_RUN_TOKENS),
          calls: Number(tokensOf(numberText(stats.api_calls) ?? '1', 'api_calls')),
          runId: draft.id,
        },
      ],
    };
  });
}

function modelOf(input: ImporterInput, named: string): { readonly model: string; readonly provider: string } {
  const model = nameOf(input.options.model ?? (named || UNKNOWN_PROVIDER), 'model');
  const provider =
    input.options.provider === undefined ? providerOfModel(model) : providerId(input.options.provider);
  return { model, provider };
}

function momentOf(input: ImporterInput): Date {
  return input.options.at === undefined ? input.now : timeOf(input.options.at, 'at');
}

function difference(total: string, sum: ExactSum): number {
  return compareExact(total, sum.toString()) === 0 ? 0 : Math.abs(Number(total) - Number(sum.toString()));
}
