/** Times the contenders in turns: in every round each has one slice, and the order moves on by one. */
import type { Worker } from './fleet.ts';
import { OPERATIONS, type OperationId } from './operations.ts';

export interface Pace {
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
  /** Bulk writes are counted, not timed out, so that all contenders write equally much. */
  readonly bulkCallsPerSlice: number;
}

export const FULL_PACE: Pace = { rounds: 7, sliceMs: 1_500, warmUpMs: 1_500, bulkCallsPerSlice: 3 };
export const QUICK_PACE: Pace = { rounds: 3, sliceMs: 250, warmUpMs: 250, bulkCallsPerSlice: 1 };

/** A bulk slice ends by its count of calls; this only stops a contender that hardly moves. */
const BULK_SLICE_MS = 60_000;

export interface Measurement {
  readonly operation: OperationId;
  readonly concurrency: number;
  readonly contender: string;
  readonly unit: string;
  /** Median over the rounds. */
  readonly perSecond: number;
  /** Slowest and fastest round. */
  readonly lowest: number;
  readonly highest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly calls: number;
}

interface Samples {
  readonly rates: number[];
  readonly latencies: Float64Array[];
}

/** Measures one operation at one concurrency; `onFailure` takes a contender out of the rest. */
export async function measure(
  workers: readonly Worker[],
  slot: { readonly operation: OperationId; readonly concurrency: number; readonly bulkRows: number },
  pace: Pace,
  onFailure: (worker: Worker, error: unknown) => void,
): Promise<Measurement[]> {
  const operation = OPERATIONS[slot.operation];
  const bulk = operation.kind === 'bulk';
  const samples = new Map<Worker, Samples>(workers.map((worker) => [worker, { rates: [], latencies: [] }]));
  for (let round = 0; round <= pace.rounds; round += 1) {
    const warmUp = round === 0;
    for (const worker of rotated([...samples.keys()], round)) {
      try {
        const slice = await worker.slice(slot.operation, {
          concurrency: slot.concurrency,
          durationMs: bulk ? BULK_SLICE_MS : warmUp ? pace.warmUpMs : pace.sliceMs,
          maxCalls: bulk ? pace.bulkCallsPerSlice : Number.MAX_SAFE_INTEGER,
        });
        if (warmUp) continue;
        const perCall = bulk ? slot.bulkRows : 1;
        samples.get(worker)?.rates.push((slice.calls * perCall * 1_000) / slice.elapsedMs);
        samples.get(worker)?.latencies.push(slice.latenciesMs);
      } catch (error) {
        samples.delete(worker);
        onFailure(worker, error);
      }
    }
  }
  return [...samples].map(([worker, taken]) => ({
    operation: slot.operation,
    concurrency: slot.concurrency,
    contender: worker.name,
    unit: operation.unit,
    ...summary(taken),
  }));
}

function summary({ rates, latencies }: Samples) {
  const sortedRates = Float64Array.from(rates).sort();
  const all = new Float64Array(latencies.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of latencies) {
    all.set(part, offset);
    offset += part.length;
  }
  all.sort();
  return {
    perSecond: quantile(sortedRates, 0.5),
    lowest: quantile(sortedRates, 0),
    highest: quantile(sortedRates, 1),
    p50Ms: quantile(all, 0.5),
    p99Ms: quantile(all, 0.99),
    calls: all.length,
  };
}

/** Linear between neighbours, of sorted values. */
export function quantile(sorted: Float64Array, q: number): number {
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const start = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}
