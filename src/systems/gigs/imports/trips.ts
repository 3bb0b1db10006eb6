/** Taxi trips with what the passenger paid. */
import { decimalOf, guarded, importKey, readCsv, shortText, timeOf } from '../../../kernel/index.ts';
import type { ImportOptions, TaskEntry, TaskKind } from './types.ts';
import { usdcOf } from './values.ts';

const COLUMNS = ['pickup', 'dropoff', 'passengers', 'distance', 'fare', 'tip', 'tolls', 'total'] as const;
const DETAILS = ['passengers', 'distance', 'fare', 'tolls', 'color', 'payment'] as const;
const POINTS = 1;
const WORKER = { email: 'driver@trips.invalid', name: 'Driver of the trips' };

export const trips: TaskKind = {
  kind: 'trips',
  platformName: 'Trips',
  options: ['worker'],
  recognises: (_name, sample) => sample.startsWith(COLUMNS.join(',')),
  entries: tripEntries,
  count: (task, totals) => totals.sum('tips', String(task.metadata.tip)),
  notes: () => ['Times are read as UTC, and the file names no drivers: all trips are of one worker.'],
};

async function* tripEntries(
  chunks: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): AsyncGenerator<TaskEntry> {
  for await (const { line, fields, problem, content } of readCsv(chunks, COLUMNS)) {
    if (fields === null) {
      yield { line, content, refusal: problem };
      continue;
    }
    yield guarded<TaskEntry>(line, content, () => {
      const startedAt = timeOf(fields.pickup ?? '', 'pickup');
      const completedAt = timeOf(fields.dropoff ?? '', 'dropoff');
      if (completedAt < startedAt) return { refusal: 'dropoff is before pickup.' };
      const amount = usdcOf(fields.total ?? '', 'total');
      const tip = decimalOf(fields.tip ?? '', 'tip', { most: 10_000, unit: 'USD' });
      const place = (end: 'pickup' | 'dropoff'): string =>
        fields[`${end}_zone`] || fields[`${end}_borough`] || 'an unknown place';
      return {
        task: {
          externalId: `trip ${importKey(line, content)}`,
          amount,
          title: shortText(`Trip from ${place('pickup')} to ${place('dropoff')}`, 500),
          // Empty fields say nothing, so they are left out.
          metadata: {
            tip,
            ...Object.fromEntries(
              DETAILS.flatMap((name) => {
                const value = fields[name]?.trim() ?? '';
                return value === '' ? [] : [[name, shortText(value, 100)]];
              }),
            ),
          },
          verification: 'approved',
          points: POINTS,
          startedAt,
          completedAt,
          shares: [{ ...(options.worker === undefined ? WORKER : { worker: options.worker }), amount }],
        },
      };
    });
  }
}
