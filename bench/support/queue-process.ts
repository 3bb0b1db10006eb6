/** One queue in a process of its own: producer and consumer, as asked by the benchmark. */
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { QueueContender, QueueModule, QueueRequest, Rate } from './queue-contract.ts';

/** Jobs per call of the producer. */
const PRODUCE_BATCH = 1_000;
/** Producers at a time. */
const PRODUCERS = 2;

let loaded: QueueModule | undefined;
let contender: QueueContender | undefined;

process.on('message', (request: QueueRequest) => {
  perform(request).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
// The benchmark went away: nothing is left to do for.
process.on('disconnect', () => process.exit(1));

async function perform(request: QueueRequest): Promise<unknown> {
  switch (request.kind) {
    case 'load': {
      const module: QueueModule = await import(pathToFileURL(request.path).href);
      loaded = module;
      return { version: module.version, settings: module.settings };
    }
    case 'open':
      await loaded?.prepare(request.url);
      contender = await loaded?.open(request.url);
      return undefined;
    case 'burn-down':
      return await burnDown(opened(), request.jobs);
    case 'steady':
      return await steady(opened(), request);
    case 'close':
      await contender?.close();
      contender = undefined;
      return undefined;
  }
}

/** Jobs that were all there before; the time from the first claim to the last job done. */
async function burnDown(target: QueueContender, jobs: number): Promise<Rate[]> {
  await target.clear();
  for (let left = jobs; left > 0; left -= PRODUCE_BATCH) await target.produce(Math.min(left, PRODUCE_BATCH));
  globalThis.gc?.();
  let done = 0;
  const began = performance.now();
  const finished = withResolvers();
  const consumer = await target.consume((count) => {
    done += count;
    if (done >= jobs) finished.resolve();
  });
  await finished.promise;
  // Not before the last end is written: some write them down a little later.
  await untilNone(target);
  const elapsedMs = performance.now() - began;
  await consumer.stop();
  if (done !== jobs) throw new Error(`${done} of ${jobs} jobs were done.`);
  return [{ jobs, elapsedMs }];
}

/** Producer and consumer together; the producer keeps at most so many waiting. */
async function steady(
  target: QueueContender,
  { warmUpMs, forMs, parts, backlog }: Extract<QueueRequest, { readonly backlog: number }>,
): Promise<Rate[]> {
  await target.clear();
  let produced = 0;
  let done = 0;
  let over = false;
  let wake: (() => void)[] = [];
  const producer = async (): Promise<void> => {
    while (!over) {
      if (produced - done >= backlog) {
        await new Promise<void>((resolve) => wake.push(resolve));
        continue;
      }
      produced += PRODUCE_BATCH;
      await target.produce(PRODUCE_BATCH);
    }
  };
  globalThis.gc?.();
  const consumer = await target.consume((count) => {
    done += count;
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
  });
  const producers = Array.from({ length: PRODUCERS }, producer);
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  const rates: Rate[] = [];
  for (let part = 0; part < parts; part += 1) {
    const [before, began] = [done, performance.now()];
    await new Promise((resolve) => setTimeout(resolve, forMs));
    rates.push({ jobs: done - before, elapsedMs: performance.now() - began });
  }
  over = true;
  for (const resolve of wake) resolve();
  await Promise.all(producers);
  await untilNone(target);
  await consumer.stop();
  if (done !== produced) throw new Error(`${done} of ${produced} jobs were done.`);
  return rates;
}

async function untilNone(target: QueueContender): Promise<void> {
  const deadline = performance.now() + 60_000;
  while ((await target.unfinished()) > 0) {
    if (performance.now() > deadline) throw new Error('Jobs are left a minute after the last was done.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function opened(): QueueContender {
  if (contender === undefined) throw new Error('The queue is not open.');
  return contender;
}
