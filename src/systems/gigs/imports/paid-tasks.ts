/** Software tasks with the payout that was paid for them, and the day until which it was held. */
import { guarded, nameOf, RowProblem, readCsv, shortText } from '../../../kernel/index.ts';
import type { ImportOptions, TaskEntry, TaskKind } from './types.ts';
import { usdcOf } from './values.ts';

const COLUMNS = ['issue_id', 'price_usd', 'title'] as const;
const HOLD = /\[HOLD for payment (\d{4}-\d{2}-\d{2})\]/gi;
/** What the tracker writes into titles about payment; other words in brackets belong to the title. */
const MARKERS =
  /\[(?:(?:ON )?HOLD\b[^\]]*|\$[\d.,]+|PAID|WAITING ON [^\]]*|C\+ checklist[^\]]*|LOW|MEDIUM|HIGH|CRITICAL)\]|^(?:LOW|MEDIUM|HIGH|CRITICAL):/gi;

const POINTS = 10;
const WORKER = { email: 'contributor@paid-tasks.invalid', name: 'Contributor of paid tasks' };

export const paidTasks: TaskKind = {
  kind: 'paid-tasks',
  platformName: 'Paid tasks',
  options: ['worker'],
  recognises: (_name, sample) => sample.startsWith(COLUMNS.join(',')),
  entries: taskEntries,
  count: (task, totals) => {
    if (task.holdUntil !== undefined) totals.count('held');
  },
  notes: () => [
    'The file does not say when a task was done: all are completed at the import. Held ones are paid when their hold is over.',
  ],
};

async function* taskEntries(
  chunks: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): AsyncGenerator<TaskEntry> {
  for await (const { line, fields, problem, content } of readCsv(chunks, COLUMNS)) {
    if (fields === null) {
      yield { line, content, refusal: problem };
      continue;
    }
    yield guarded<TaskEntry>(line, content, () => {
      const issueId = nameOf(fields.issue_id ?? '', 'issue_id');
      const amount = usdcOf(fields.price_usd ?? '', 'price_usd');
      const published = fields.title ?? '';
      const holdUntil = holdOf(published);
      return {
        task: {
          externalId: `issue ${issueId}`,
          amount,
          title: shortText(titleOf(published) || `Issue ${issueId}`, 500),
          metadata: { issueId, publishedTitle: shortText(published, 500) },
          verification: 'approved',
          points: POINTS,
          ...(holdUntil === undefined ? {} : { holdUntil }),
          shares: [{ ...(options.worker === undefined ? WORKER : { worker: options.worker }), amount }],
        },
      };
    });
  }
}

/** The latest day that the title names: a hold that was prolonged has several. */
export function holdOf(title: string): Date | undefined {
  const days = [...title.matchAll(HOLD)].map(([, day = '']) => new Date(`${day}T00:00:00Z`));
  if (days.some((day) => Number.isNaN(day.getTime()))) {
    throw new RowProblem('The title holds the payment until a day that is none.');
  }
  return days.length === 0 ? undefined : new Date(Math.max(...days.map((day) => day.getTime())));
}

/** The title without what it says about payment and urgency. */
export function titleOf(title: string): string {
  // A word before a bracket can hide behind a marker, so it is done until nothing is left to take away.
  let [before, text] = ['', title.trim()];
  while (before !== text) {
    before = text;
    text = text.replace(MARKERS, ' ').replace(/\s+/g, ' ').trim();
  }
  return text;
}
