/** Findings of audit contests: each award goes to everybody who found it. */
import { guarded, nameOf, readCsv, shortText, wholeNumberOf } from '../../../kernel/index.ts';
import type { TaskEntry, TaskKind } from './types.ts';
import { times, usdcOf } from './values.ts';

const COLUMNS = ['audit', 'vuln', 'description', 'n_auditors_found', 'award'] as const;
/** The most known is 177; all shares of a finding are posted together. */
const MAX_FINDERS = 1_000n;
const POINTS = 10;

export const bountyAwards: TaskKind = {
  kind: 'bounty-awards',
  platformName: 'Audit contests',
  options: [],
  recognises: (_name, sample) => sample.startsWith(COLUMNS.join(',')),
  entries: awardEntries,
  count: (task, totals) => {
    totals.sum('awards', task.shares[0]?.amount ?? '0');
    for (let place = 0; place < task.shares.length; place += 1) totals.count('payouts');
  },
  notes: () => [
    'awards is the sum of the awards as published, for one finder each; amount is what all finders were paid. The file does not name them: a finding of n goes to the first n of a list of numbered finders.',
  ],
};

async function* awardEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TaskEntry> {
  for await (const { line, fields, problem, content } of readCsv(chunks, COLUMNS)) {
    if (fields === null) {
      yield { line, content, refusal: problem };
      continue;
    }
    yield guarded<TaskEntry>(line, content, () => {
      const audit = nameOf(fields.audit ?? '', 'audit');
      const finding = nameOf(fields.vuln ?? '', 'vuln');
      const award = usdcOf(fields.award ?? '', 'award');
      const finders = wholeNumberOf(fields.n_auditors_found ?? '', 'n_auditors_found', MAX_FINDERS);
      if (finders === 0n) return { refusal: 'n_auditors_found is 0, so nobody is to be paid.' };
      return {
        task: {
          externalId: shortText(`${audit}/${finding}`, 200),
          amount: times(award, finders),
          title: shortText(`${audit} ${finding}`, 500),
          description: shortText(fields.description ?? '', 10_000),
          metadata: { audit, finding, award, finders: Number(finders) },
          verification: 'approved',
          points: POINTS,
          shares: Array.from({ length: Number(finders) }, (_none, index) => ({
            email: `finder-${index + 1}@audit-contests.invalid`,
            name: `Finder ${index + 1}`,
            amount: award,
          })),
        },
      };
    });
  }
}
