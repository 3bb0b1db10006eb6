/** One contender of the benchmark of a task's life, in a process of its own. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import {
  type GigsContender,
  type GigsModule,
  type GigsRequest,
  PLATFORMS,
  type Slice,
  WORKERS,
} from './gigs-contract.ts';

let loaded: GigsModule | undefined;
let contender: GigsContender | undefined;
/** Of this process: what was acknowledged, and its sum in cents. */
let lives = 0;
let cents = 0;
let drawn = 0;
const run = randomUUID();

process.on('message', (request: GigsRequest) => {
  perform(request).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
// The benchmark went away: nothing is left to do for.
process.on('disconnect', () => process.exit(1));

async function perform(request: GigsRequest): Promise<unknown> {
  switch (request.kind) {
    case 'load': {
      const module: GigsModule = await import(pathToFileURL(request.path).href);
      loaded = module;
      return { version: module.version, settings: module.settings };
    }
    case 'open':
      await loaded?.prepare(request.url);
      contender = await loaded?.open(request.url);
      return { atOnce: opened().liveAtOnce !== undefined };
    case 'slice':
      return await slice(opened(), request);
    case 'check':
      await check(opened());
      return lives;
    case 'close':
      await contender?.close();
      contender = undefined;
      return undefined;
  }
}

/** Lives that were begun in the time, over the time until the last of them is paid. */
async function slice(
  target: GigsContender,
  { shape, callers, forMs }: Extract<GigsRequest, { readonly kind: 'slice' }>,
): Promise<Slice> {
  const live = (shape === 'steps' ? target.live : target.liveAtOnce)?.bind(target);
  if (live === undefined) throw new Error(`It has no way for "${shape}".`);
  globalThis.gc?.();
  const before = lives;
  const latenciesMs: number[] = [];
  const began = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - began < forMs) {
      drawn += 1;
      // Steps through parties without ever walking in the same line: neither number divides the other's count.
      const amount = 500 + ((drawn * 7_919) % 9_500);
      const started = performance.now();
      await live({
        key: `${run} ${drawn}`,
        platformId: `plt_${1 + ((drawn * 7) % PLATFORMS)}`,
        workerId: `wrk_${1 + ((drawn * 1_237) % WORKERS)}`,
        amount: `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`,
      });
      latenciesMs.push(performance.now() - started);
      lives += 1;
      cents += amount;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: callers }, caller));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return { lives: lives - before, elapsedMs: performance.now() - began, latenciesMs };
}

/** Every life was paid once, in full, and left its traces. */
async function check(target: GigsContender): Promise<void> {
  const { broken, ...found } = await target.books();
  const sum = String(cents / 100);
  const wanted: Record<string, string | number> = {
    ...{ payouts: lives, paidTasks: lives, completedTasks: lives, reputationEvents: lives },
    ...{ auditCreated: lives, auditCompleted: lives, auditPaid: lives, paid: sum, earned: sum, paidOut: sum },
  };
  const wrong = Object.entries(found).filter(([name, value]) => value !== wanted[name]);
  if (wrong.length + broken.length === 0) return;
  throw new Error(
    `After ${lives} lives of ${sum} USDC: ${[...wrong.map(([name, value]) => `${name} ${value}`), ...broken].join(', ')}.`,
  );
}

function opened(): GigsContender {
  if (contender === undefined) throw new Error('The contender is not open.');
  return contender;
}
