/** Before anything is timed: every contender gives the same answers, and the writes do what they say. */
import { isDeepStrictEqual } from 'node:util';
import type { Worker } from './fleet.ts';
import { OPERATIONS, type OperationId, RECENT_LIMIT, writtenTotal } from './operations.ts';

/** Several rows of each kind, so that an answer that is right by chance is caught. */
const TURNS = [0, 1, 7];

export type Answers = ReadonlyMap<string, unknown>;

/** The answers to all reads, checked for the sizes that the data set promises. */
export async function readAnswers(worker: Worker, operations: readonly OperationId[]): Promise<Answers> {
  const answers = new Map<string, unknown>();
  for (const operation of operations.filter((id) => OPERATIONS[id].kind === 'read')) {
    for (const turn of TURNS) {
      const answer = await worker.ask({ kind: 'answer', operation, turn });
      assertSize(operation, answer);
      answers.set(`${operation}, turn ${turn}`, answer);
    }
  }
  return answers;
}

/** Throws at the first answer that differs from the reference's. */
export function assertSameAnswers(name: string, answers: Answers, reference: Answers): void {
  for (const [question, expected] of reference) {
    const answer = answers.get(question);
    if (isDeepStrictEqual(answer, expected)) continue;
    throw new Error(
      `${name} answers "${question}" differently:\n  ${excerpt(answer, expected)}\n  expected\n  ${excerpt(expected, answer)}`,
    );
  }
}

/** Writes one cost and one batch, offers a broken batch, and compares the sum with what was written. */
export async function verifyWrites(worker: Worker, bulkRows: number): Promise<void> {
  const created = await worker.ask({ kind: 'answer', operation: 'create-cost', turn: 0 });
  const expected = {
    model: 'gpt-4o',
    provider: 'openai',
    amount: '0.045',
    inputTokens: 1500,
    outputTokens: 800,
  };
  if (!isDeepStrictEqual(created, expected)) {
    throw new Error(`create-cost returned ${JSON.stringify(created)}, not ${JSON.stringify(expected)}`);
  }
  const written = await worker.ask({ kind: 'answer', operation: 'bulk-create-costs', turn: 0 });
  if (written !== bulkRows) throw new Error(`bulk-create-costs returned ${String(written)}, not ${bulkRows}`);
  if ((await worker.ask({ kind: 'refusal' })) !== true) {
    throw new Error('A batch with an unknown project was accepted.');
  }
  await verifyTotal(worker, bulkRows);
}

/** The project that was written into holds exactly what the calls wrote: nothing lost, doubled or half-done. */
export async function verifyTotal(worker: Worker, bulkRows: number): Promise<void> {
  const tally = (await worker.ask({ kind: 'tally' })) as { single: number; bulk: number };
  const total = await worker.ask({ kind: 'total' });
  const expected = writtenTotal(tally.single, tally.bulk, bulkRows);
  if (total === expected) return;
  throw new Error(
    `${tally.single} single and ${tally.bulk} bulk writes sum to ${String(total)}, not ${expected}`,
  );
}

function assertSize(operation: OperationId, answer: unknown): void {
  const sizes: Readonly<Record<OperationId, () => unknown>> = {
    'project-with-includes': () => lengths(answer, ['agents', 'costs', 'activities']),
    'recent-activities': () => (Array.isArray(answer) ? answer.length : 'not a list'),
    'daily-spend': () => (Array.isArray(answer) ? answer.length : 'not a list'),
    total: () => typeof answer === 'string' && answer !== '0',
    'create-cost': () => null,
    'bulk-create-costs': () => null,
  };
  const expected: Readonly<Record<OperationId, unknown>> = {
    'project-with-includes': [10, 100, 100],
    'recent-activities': RECENT_LIMIT,
    'daily-spend': 30,
    total: true,
    'create-cost': null,
    'bulk-create-costs': null,
  };
  const size = sizes[operation]();
  if (!isDeepStrictEqual(size, expected[operation])) {
    throw new Error(
      `${operation}: expected ${JSON.stringify(expected[operation])}, got ${JSON.stringify(size)}`,
    );
  }
}

function lengths(answer: unknown, names: readonly string[]): unknown {
  if (typeof answer !== 'object' || answer === null) return 'nothing';
  const record = answer as Record<string, unknown>;
  return names.map((name) => (Array.isArray(record[name]) ? record[name].length : 'not a list'));
}

/** The surroundings of the first difference; whole answers are too long to read. */
function excerpt(value: unknown, other: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  const otherText = JSON.stringify(other) ?? 'nothing';
  let index = 0;
  while (index < text.length && text[index] === otherText[index]) index += 1;
  return `…${text.slice(Math.max(0, index - 80), index + 120)}…`;
}
