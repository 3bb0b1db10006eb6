/** The log of the coding tool aider: its calls as CSV, or all of its events as JSON lines. */
import {
  derivedId,
  guarded,
  isRecord,
  nameOf,
  numberText,
  parseLossless,
  RowProblem,
  readCsv,
  readLines,
  shortText,
  textOf,
  timeOf,
} from '../../../kernel/index.ts';

import { providerOfModel } from '../providers.ts';
import { RunTracker } from './runs.ts';
import type { ActivityDraft, Entry, Importer, ImporterInput, RunDraft } from './types.ts';
import { amountOf, tokensOf } from './values.ts';

const COLUMNS = [
  'time_utc',
  'user_id',
  'main_model',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'cost_usd',
  'session_total_cost_usd',
] as const;

interface LoggedRow {
  readonly line: number;
  readonly time: string;
  readonly user: string;
  readonly model: string;
  readonly prompt: string;
  readonly completion: string;
  readonly total: string;
  readonly cost: string;
  readonly sessionTotal: string;
}

const zeroNote = ({ zeroAmounts }: { readonly zeroAmounts: number }): string[] =>
  zeroAmounts === 0
    ? []
    : [
        `${zeroAmounts} calls are logged at 0 USD. The tool logs 0 for free models and where it knew no price alike.`,
      ];

/** `aider_llm_costs.csv`: one call a row. */
export const aiderCosts: Importer = {
  kind: 'aider-costs',
  defaultProject: 'Aider log',
  options: [],
  recognises: (_name, sample) =>
    /^.*\bcost_usd\b.*\bsession_total_cost_usd\b/.test(sample.split('\n', 1)[0] ?? ''),
  entries: costEntries,
  notes: zeroNote,
};

/** `aider_events.jsonl`: every event of the tool; calls become costs, sessions with calls become runs. */
export const aiderEvents: Importer = {
  kind: 'aider-events',
  defaultProject: 'Aider events',
  options: [],
  recognises: (_name, sample) => /^\s*\{"event":\s*"[^"]+",\s*"properties":/.test(sample),
  entries: eventEntries,
  notes: zeroNote,
};

async function* costEntries({ chunks, projectId }: ImporterInput): AsyncGenerator<Entry> {
  const runs = new RunTracker(`${projectId} aider-costs`);
  for await (const { line, fields, problem, content } of readCsv(chunks, COLUMNS)) {
    if (fields === null) {
      yield { line, content, refusal: problem };
      continue;
    }
    yield guarded(line, content, () => {
      const { run, cost } = callOf(runs, {
        line,
        time: fields.time_utc ?? '',
        user: fields.user_id ?? '',
        model: fields.main_model ?? '',
        prompt: fields.prompt_tokens ?? '',
        completion: fields.completion_tokens ?? '',
        total: fields.total_tokens ?? '',
        cost: fields.cost_usd ?? '',
        sessionTotal: fields.session_total_cost_usd ?? '',
      });
      return { runs: [run], costs: [cost] };
    });
  }
}

async function* eventEntries({ chunks, projectId }: ImporterInput): AsyncGenerator<Entry> {
  const runs = new RunTracker(`${projectId} aider-events`);
  for await (const { line, text } of readLines(chunks)) {
    if (text === null) yield { line, content: '', refusal: 'The line is longer than 16 MB.' };
    else yield guarded(line, text, () => eventOf(runs, line, text));
  }
}

function eventOf(runs: RunTracker, line: number, text: string): Partial<Entry> {
  const event = parseLossless(text, 'The line');
  if (!isRecord(event)) throw new RowProblem('The line is not a JSON object.');
  const properties = isRecord(event.properties) ? event.properties : {};
  const user = nameOf(textOf(event.user_id), 'user_id');
  const time = textOf(event.time);
  switch (textOf(event.event)) {
    case '':
      throw new RowProblem('event is missing.');
    case 'launched':
      runs.launch(user, timeOf(time, 'time'));
      return {};
    case 'message_send_exception':
      runs.fail(user, shortText(textOf(properties.exception) || 'The call failed.', 1000));
      return {};
    case 'exit': {
      const run = runs.exit(user, timeOf(time, 'time'));
      return run === null
        ? {}
        : { runs: [run], activities: [ended(run, shortText(textOf(properties.reason), 200))] };
    }
    case 'message_send': {
      const number = (name: string): string => numberText(properties[name]) ?? '';
      const { run, cost } = callOf(runs, {
        line,
        time,
        user,
        model: textOf(properties.main_model),
        prompt: number('prompt_tokens'),
        completion: number('completion_tokens'),
        total: number('total_tokens'),
        cost: number('cost'),
        sessionTotal: number('total_cost'),
      });
      return { runs: [run], costs: [cost], activities: run.begins ? [started(run, cost.model)] : [] };
    }
    default:
      // Commands and settings: nothing that costs or that belongs into the feed.
      return {};
  }
}

/** Checks everything before the tracker hears of the call, so that a refused row begins no run. */
function callOf(runs: RunTracker, row: LoggedRow) {
  const at = timeOf(row.time, 'time');
  const user = nameOf(row.user, 'user_id');
  const model = nameOf(row.model, 'model');
  const inputTokens = tokensOf(row.prompt, 'prompt_tokens');
  const outputTokens = tokensOf(row.completion, 'completion_tokens');
  const amount = amountOf(row.cost, 'cost');
  const sessionTotal = amountOf(row.sessionTotal, 'session total', Number.POSITIVE_INFINITY);
  if (row.total !== '' && tokensOf(row.total, 'total_tokens') !== inputTokens + outputTokens) {
    throw new RowProblem(
      `total_tokens is ${row.total}, but prompt and completion add up to ${inputTokens + outputTokens}.`,
    );
  }
  const run = runs.call({ user, at, amount, sessionTotal, line: row.line });
  const cost = {
    model,
    provider: providerOfModel(model),
    at,
    amount,
    inputTokens,
    outputTokens,
    runId: run.id,
  };
  return { run, cost };
}

function started(run: RunDraft, model: string): ActivityDraft {
  return {
    id: derivedId('act', run.id, 'started'),
    type: 'agent_started',
    message: `Agent started with ${model}`,
    metadata: { agentId: run.id, model },
    at: run.startTime,
  };
}

function ended(run: RunDraft, reason: string): ActivityDraft {
  const failed = run.status === 'failed';
  return {
    id: derivedId('act', run.id, 'ended'),
    type: failed ? 'agent_failed' : 'agent_completed',
    message: failed ? `Agent failed: ${run.error}` : 'Agent completed',
    metadata: { agentId: run.id, ...(reason === '' ? {} : { reason }) },
    at: run.endTime,
  };
}
