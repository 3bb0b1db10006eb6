/** Judgements of crowd workers: each is a small task that was done between two known moments. */
import { decimalOf, guarded, invalidInput, nameOf, readCsv, shortText } from '../../../kernel/index.ts';
import type { ImportOptions, TaskEntry, TaskKind } from './types.ts';
import { usdcOf, usTimeOf } from './values.ts';

const COLUMNS = ['_unit_id', '_created_at', '_id', '_started_at', '_worker_id'] as const;
/** Some cents were usual for a judgement; the files do not tell. */
const AMOUNT = '0.02';
/** A judgement takes seconds, so it is worth a tenth of the points of a task. */
const POINTS = 1;
/** What one step of severity of a dispute costs. */
const TAINTED_PENALTY = 10;
/** From which trust of the labour platform how many stars are given. */
const STARS = [
  [0.95, 5],
  [0.85, 4],
  [0.7, 3],
  [0.5, 2],
] as const;

export const crowdJudgements: TaskKind = {
  kind: 'crowd-judgements',
  platformName: 'Crowd judgements',
  options: ['amount'],
  recognises: (_name, sample) => sample.startsWith('_unit_id,') && sample.includes('_worker_id'),
  entries: judgementEntries,
  count: (task, totals) => {
    totals.count(task.verification);
  },
  notes: ({ amount }, isHouse) => [
    `The file does not say what was paid: each judgement is paid ${amount ?? `${AMOUNT} USDC, unless amount=… says otherwise`}.`,
    'Times are read as UTC. _trust gives stars: 5 from 0.95, 4 from 0.85, 3 from 0.7, 2 from 0.5, else 1.',
    isHouse
      ? 'A tainted judgement is rejected and not paid, and costs the worker 10 points.'
      : 'A tainted judgement is rejected and not paid. It costs the worker no points: for that, dispute the task.',
  ],
};

async function* judgementEntries(
  chunks: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): AsyncGenerator<TaskEntry> {
  const amount = amountOption(options.amount);
  for await (const { line, fields, problem, content } of readCsv(chunks, COLUMNS)) {
    if (fields === null) {
      yield { line, content, refusal: problem };
      continue;
    }
    yield guarded<TaskEntry>(line, content, () => judgement(fields, amount));
  }
}

function judgement(fields: Readonly<Record<string, string>>, amount: string): Partial<TaskEntry> {
  const id = nameOf(fields._id ?? '', '_id');
  const unit = nameOf(fields._unit_id ?? '', '_unit_id');
  const worker = nameOf(fields._worker_id ?? '', '_worker_id').toLowerCase();
  const startedAt = usTimeOf(fields._started_at ?? '', '_started_at');
  const completedAt = usTimeOf(fields._created_at ?? '', '_created_at');
  if (completedAt < startedAt) return { refusal: '_created_at is before _started_at.' };
  if (!/^[a-z0-9._-]+$/.test(worker)) return { refusal: `_worker_id is "${worker.slice(0, 60)}".` };
  const tainted = fields._tainted?.toLowerCase() === 'true';
  const rating = fields._trust === undefined ? undefined : starsOf(fields._trust);
  const answers = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('_')));
  return {
    task: {
      externalId: `judgement ${id}`,
      amount,
      title: `Judgement of unit ${unit}`,
      metadata: {
        judgementId: id,
        unitId: unit,
        channel: shortText(fields._channel ?? '', 100),
        country: shortText(fields._country ?? '', 10),
        ...(fields._trust === undefined ? {} : { trust: fields._trust }),
      },
      verificationData: Object.fromEntries(
        Object.entries(answers).map(([name, value]) => [name, shortText(value, 4_000)]),
      ),
      verification: tainted ? 'rejected' : 'approved',
      points: POINTS,
      ...(rating === undefined ? {} : { rating }),
      ...(tainted ? { penalty: TAINTED_PENALTY } : {}),
      startedAt,
      completedAt,
      shares: [{ email: `${worker}@crowd.invalid`, name: `Crowd worker ${worker}`, amount }],
    },
  };
}

/** Stars for a trust from 0 to 1. */
export function starsOf(trust: string): number {
  const value = Number(decimalOf(trust, '_trust', { most: 1 }));
  return STARS.find(([least]) => value >= least)?.[1] ?? 1;
}

function amountOption(given: string | undefined): string {
  if (given === undefined) return AMOUNT;
  try {
    return usdcOf(given, 'amount');
  } catch (error) {
    throw invalidInput(
      'options.amount',
      error instanceof Error ? error.message : String(error),
      'amount=0.02',
    );
  }
}
