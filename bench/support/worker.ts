/** One contender in a process of its own: it does what the benchmark asks and answers with numbers. */
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Assignment, Contender, ContenderModule } from './contract.ts';
import type { DatasetSize } from './dataset.ts';
import {
  canonicalMoney,
  OPERATIONS,
  type Operation,
  type OperationId,
  refusesBrokenBatch,
} from './operations.ts';

export type Request =
  | { readonly kind: 'load'; readonly path: string }
  | { readonly kind: 'prepare'; readonly url: string; readonly size: DatasetSize }
  | { readonly kind: 'open'; readonly assignment: Assignment }
  | { readonly kind: 'answer'; readonly operation: OperationId; readonly turn: number }
  | { readonly kind: 'total' }
  | { readonly kind: 'refusal' }
  | { readonly kind: 'tally' }
  | ({ readonly kind: 'slice'; readonly operation: OperationId } & SliceOptions)
  | { readonly kind: 'close' };

export interface SliceOptions {
  readonly concurrency: number;
  /** The slice ends after this time or this many calls, whichever comes first; running calls are finished. */
  readonly durationMs: number;
  readonly maxCalls: number;
}

export interface Slice {
  readonly calls: number;
  readonly elapsedMs: number;
  readonly latenciesMs: Float64Array;
}

export type Response = { readonly value: unknown } | { readonly error: string };

let loaded: ContenderModule | undefined;
let contender: Contender | undefined;
let assignment: Assignment | undefined;
const tally = { single: 0, bulk: 0 };
/** Counts on over all slices, so that each slice asks for other rows than the one before. */
let turn = 0;

process.on('message', (request: Request) => {
  perform(request).then(
    (value) => process.send?.({ value } satisfies Response),
    (error: unknown) => process.send?.({ error: describe(error) } satisfies Response),
  );
});
// The benchmark went away: nothing is left to do for.
process.on('disconnect', () => process.exit(1));

async function perform(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'load': {
      const module: ContenderModule = await import(pathToFileURL(request.path).href);
      loaded = module;
      return { version: module.version, hasOwnTables: module.prepare !== undefined };
    }
    case 'prepare':
      return await loaded?.prepare?.(request.url, request.size);
    case 'open':
      assignment = request.assignment;
      contender = await loaded?.open(assignment);
      return undefined;
    case 'answer': {
      const operation = OPERATIONS[request.operation];
      const answer = await operation.run(opened(), assigned(), request.turn);
      count(operation.kind);
      return operation.canonical(answer);
    }
    case 'total':
      return canonicalMoney(await opened().totalCost(assigned().sinkProject));
    case 'refusal':
      return await refusesBrokenBatch(opened(), assigned());
    case 'tally':
      return tally;
    case 'slice':
      return await runSlice(request.operation, request);
    case 'close':
      await contender?.close();
      contender = undefined;
      return undefined;
  }
}

async function runSlice(id: OperationId, options: SliceOptions): Promise<Slice> {
  const operation = OPERATIONS[id];
  const target = opened();
  const own = assigned();
  const latencies: number[] = [];
  let started = 0;
  // Rubbish of the slice before is collected now, not in the middle of this one.
  globalThis.gc?.();
  const begin = performance.now();
  const end = begin + options.durationMs;
  const lane = async (): Promise<void> => {
    while (started < options.maxCalls && performance.now() < end) {
      started += 1;
      turn += 1;
      const callBegin = performance.now();
      await operation.run(target, own, turn);
      latencies.push(performance.now() - callBegin);
      count(operation.kind);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, lane));
  return {
    calls: latencies.length,
    elapsedMs: performance.now() - begin,
    latenciesMs: Float64Array.from(latencies),
  };
}

/** What was written, to check at the end that every write arrived. */
function count(kind: Operation['kind']): void {
  if (kind === 'write') tally.single += 1;
  if (kind === 'bulk') tally.bulk += 1;
}

function opened(): Contender {
  if (contender === undefined) throw new Error('The contender is not open.');
  return contender;
}

function assigned(): Assignment {
  if (assignment === undefined) throw new Error('The contender has no assignment.');
  return assignment;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\n  caused by ${error.cause.message}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
