import { z } from '@hono/zod-openapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createWorker,
  type Database,
  defineJob,
  enqueue,
  enqueueMany,
  getJob,
  JobRefused,
  openDatabase,
  type RunningJob,
  type Scope,
  type Worker,
  type WorkerOptions,
} from '../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, scopeOf, signal, startProxy, until } from './support/kernel.ts';
import { binary, startPgBouncer } from './support/pgbouncer.ts';
import { brokenInvariants, countOf, expireLeases, numberJob, reapAll } from './support/queue.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;
let workers: Worker[] = [];

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  scope = opened.agents.scope;
  await database.query('create table effects (job_id bigint not null)');
});

afterAll(() => opened?.close());

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop(0)));
  workers = [];
  expect(await brokenInvariants(scope)).toEqual([]);
});

type NumberJob = ReturnType<typeof numberJob>;

function start(jobs: readonly NumberJob[], options: WorkerOptions = {}, on = scope): Worker {
  const worker = createWorker(on, jobs, { pollMs: 20, ...options });
  workers.push(worker);
  return worker;
}

const state = async (id: bigint) => (await getJob(scope, id)).state;
const ended = (job: { name: string }) =>
  countOf(
    scope,
    "select count(*) from :schema.queue_states where queue = $1 and state in ('done', 'dead', 'cancelled')",
    [job.name],
  );

describe('a worker', () => {
  it('gives each job to its handler once, as the schema made it', async () => {
    const seen: number[] = [];
    const job = defineJob({
      name: 'doubled',
      schema: z.object({ n: z.int(), at: z.iso.datetime().transform((text) => new Date(text)) }),
      handler: ({ payload }) => {
        expect(payload.at).toBeInstanceOf(Date);
        seen.push(payload.n);
        return payload.n * 2;
      },
    });
    const at = new Date().toISOString();
    const made = await enqueueMany(
      scope,
      job,
      Array.from({ length: 500 }, (_, n) => ({ n, at })),
    );
    workers.push(createWorker(scope, [job], { concurrency: 20, prefetch: 100 }));
    await until('all to be done', async () => (await ended(job)) === 500);
    expect(seen.sort((a, b) => a - b)).toEqual(made.map((_, n) => n));
    expect((await getJob(scope, made[21]?.id ?? 0n)).result).toBe(42);
  });

  it('is woken by an enqueue of its own process, also one in a transaction', async () => {
    const job = numberJob();
    const worker = start([job], { pollMs: 60_000 });
    await enqueue(scope, job, { n: 1 });
    await until('the first', async () => (await ended(job)) === 1);
    await database.transaction((tx) => enqueue(scope.on(tx), job, { n: 2 }));
    // The worker hears of its end a moment after the database has it.
    await until('the second', () => worker.state()[job.name]?.completed === 2);
    expect(await ended(job)).toBe(2);
    expect(worker.state()[job.name]).toMatchObject({ running: 0, held: 0 });
  });

  it('never runs more at a time than it may', async () => {
    let [running, most] = [0, 0];
    const job = numberJob({
      handler: async () => {
        running += 1;
        most = Math.max(most, running);
        await database.query('select pg_sleep(0.005)');
        running -= 1;
      },
    });
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 60 }, (_, n) => ({ n })),
    );
    start([job], { concurrency: 4, prefetch: 20 });
    await until('all to be done', async () => (await ended(job)) === 60);
    expect(most).toBe(4);
  });

  it('sends a poisoned payload to the dead letters with what is wrong, and never to the handler', async () => {
    const seen: number[] = [];
    const job = numberJob({ handler: ({ payload }) => seen.push(payload.n) });
    const [row] = await scope.query<{ id: bigint }>(
      `select id from :schema.queue_enqueue($1, '[{"payload": {"n": "seven"}}]')`,
      [job.name],
    );
    await enqueue(scope, job, { n: 8 });
    start([job]);
    await until('both to end', async () => (await ended(job)) === 2);
    expect(await getJob(scope, row?.id ?? 0n)).toMatchObject({ state: 'dead', failures: 1 });
    expect((await getJob(scope, row?.id ?? 0n)).error).toContain('n: Invalid input: expected number');
    expect(seen).toEqual([8]);
  });

  it('tries again what a handler threw, and not what it refused', async () => {
    const attempts: number[] = [];
    const errors: unknown[] = [];
    const job = numberJob({
      retry: { baseS: 0, maxFailures: 3 },
      handler: ({ payload, attempt }) => {
        attempts.push(attempt);
        throw payload.n === 1 ? new Error('again') : new JobRefused('never');
      },
    });
    const tried = await enqueue(scope, job, { n: 1 });
    start([job], { onError: (error) => errors.push(error) });
    await until('it to die', async () => (await state(tried.id)) === 'dead');
    expect(attempts).toEqual([1, 2, 3]);
    const refused = await enqueue(scope, job, { n: 2 });
    await until('it to die', async () => (await state(refused.id)) === 'dead');
    expect(attempts).toEqual([1, 2, 3, 1]);
    expect((await getJob(scope, refused.id)).error).toContain('never');
    expect(errors).toHaveLength(4);
  });

  it('keeps the lease of a long job by heartbeats', async () => {
    const go = signal();
    const job = numberJob({ leaseS: 1, handler: () => go.promise });
    const { id } = await enqueue(scope, job, { n: 1 });
    start([job]);
    const lease = () =>
      scope.query<{ until: Date }>(
        'select lease_until as until from :schema.queue_jobs where id = $1 and lease_until is not null',
        [id],
      );
    await until('the start', async () => (await lease()).length === 1);
    const first = (await lease())[0]?.until as Date;
    await until('a heartbeat', async () => ((await lease())[0]?.until ?? first) > first);
    expect(await reapAll(scope)).toBe(0);
    go.fire();
    await until('the end', async () => (await state(id)) === 'done');
  });

  it('aborts an attempt whose lease is lost, and its late success counts nothing', async () => {
    const go = signal();
    const reasons: unknown[] = [];
    let first = true;
    const job = numberJob({
      leaseS: 1,
      retry: { baseS: 0 },
      handler: async ({ signal: aborted }) => {
        if (!first) return 'second';
        first = false;
        aborted.addEventListener('abort', () => reasons.push(aborted.reason));
        await go.promise;
        return 'first';
      },
    });
    const { id } = await enqueue(scope, job, { n: 1 });
    const worker = start([job]);
    await until('the start', () => !first);
    await expireLeases(scope);
    expect(await reapAll(scope)).toBe(1);
    await until('the abort', () => reasons.length > 0);
    go.fire();
    await until('the end', async () => (await state(id)) === 'done');
    expect(reasons).toEqual(['lease_lost']);
    const done = await getJob(scope, id);
    expect([done.result, done.losses, done.failures]).toEqual(['second', 1, 0]);
    expect(worker.state()[job.name]?.stale).toBe(1);
  });

  it('ends an attempt that takes too long as timed out, whatever its handler does', async () => {
    const never = signal();
    const job = numberJob({ leaseS: 1, runS: 1, retry: { maxFailures: 1 }, handler: () => never.promise });
    const { id } = await enqueue(scope, job, { n: 1 });
    start([job]);
    await until('the end', async () => (await state(id)) === 'dead');
    expect((await getJob(scope, id)).attempts).toMatchObject([
      { outcome: 'timed_out', error: 'It took longer than 1 s.' },
    ]);
    never.fire();
  });

  it('settles in the transaction of the handler: both or neither', async () => {
    const job = numberJob({
      retry: { baseS: 0 },
      handler: (running: RunningJob<{ n: number }>) =>
        running.scope.executor.transaction(async (tx) => {
          await tx.query('insert into effects values ($1)', [running.id]);
          await running.complete(tx, 'settled');
          if (running.attempt === 1) throw new Error('after settling');
        }),
    });
    const { id } = await enqueue(scope, job, { n: 1 });
    start([job]);
    await until('the end', async () => (await state(id)) === 'done');
    expect(await getJob(scope, id)).toMatchObject({ failures: 1, result: 'settled' });
    expect(await countOf(database, 'select count(*) from effects where job_id = $1', [id])).toBe(1);
  });

  it('goes on after every connection was cut', async () => {
    const proxy = await startProxy(opened.url);
    const job = numberJob({ leaseS: 1, retry: { baseS: 0 } });
    const other = await openDatabase(proxy.urlFor(opened.url), { applicationName: 'cut' });
    const worker = createWorker(scopeOf(other, 'agents'), [job], { concurrency: 5, pollMs: 20 });
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );
    await until('some to be done', async () => (await ended(job)) > 0);
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut'",
    );
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );
    await until('all to be done', async () => {
      await reapAll(scope);
      return (await ended(job)) === 100;
    });
    await worker.stop();
    await other.close();
    await proxy.close();
  });
});

it.runIf(binary !== null)('a worker behind a transaction-mode pooler does the same', async () => {
  const pooler = await startPgBouncer(opened.url);
  const pooled = await openDatabase(pooler.url);
  const on = scopeOf(pooled, 'agents');
  const job = numberJob({
    handler: (running) =>
      pooled.transaction(async (tx) => {
        await tx.query('insert into effects values ($1)', [running.id]);
        await running.complete(tx);
      }),
  });
  const worker = createWorker(on, [job], { concurrency: 8, prefetch: 20, pollMs: 20 });
  await enqueueMany(
    on,
    job,
    Array.from({ length: 200 }, (_, n) => ({ n })),
  );
  await until('all to be done', async () => (await ended(job)) === 200);
  await worker.stop();
  const once = await countOf(
    database,
    'select count(*) from (select from effects as e join agents.queue_history as h on h.id = e.job_id join agents.queue_settings as s on s.id = h.queue_id where s.name = $1) as t',
    [job.name],
  );
  expect(once).toBe(200);
  await pooled.close();
  await pooler.stop();
});

describe('a worker that is stopped', () => {
  it('claims nothing more, finishes what runs, and hands back what has not begun', async () => {
    const [begun, go] = [signal(), signal()];
    const job = numberJob({
      handler: async () => {
        begun.fire();
        await go.promise;
      },
    });
    const made = await enqueueMany(
      scope,
      job,
      Array.from({ length: 10 }, (_, n) => ({ n })),
    );
    const worker = start([job], { concurrency: 2, prefetch: 4 });
    await begun.promise;
    const stopping = worker.stop(10_000);
    await until('the hand-back', async () => {
      const held = await countOf(
        scope,
        "select count(*) from :schema.queue_states where queue = $1 and state = 'in_work'",
        [job.name],
      );
      return held === 2;
    });
    go.fire();
    await stopping;
    const states = await Promise.all(made.map(({ id }) => getJob(scope, id)));
    expect(states.map((one) => one.state)).toEqual([...Array(2).fill('done'), ...Array(8).fill('in_line')]);
    expect(states.every(({ failures, losses }) => failures + losses === 0)).toBe(true);
  });

  it('aborts what does not end in the grace time and hands it back uncounted', async () => {
    const never = signal();
    const begun = signal();
    const reasons: unknown[] = [];
    const job = numberJob({
      handler: async ({ signal: aborted }) => {
        aborted.addEventListener('abort', () => reasons.push(aborted.reason));
        begun.fire();
        await never.promise;
      },
    });
    const { id } = await enqueue(scope, job, { n: 1 });
    const worker = start([job]);
    await begun.promise;
    await worker.stop(20);
    expect(reasons).toEqual(['draining']);
    expect(await getJob(scope, id)).toMatchObject({ state: 'in_line', failures: 0, losses: 0 });
    expect((await getJob(scope, id)).attempts).toMatchObject([{ outcome: 'returned' }]);
    never.fire();
  });

  it('cannot be made inside a transaction or with bad numbers', async () => {
    const job = numberJob();
    await failureOf(
      database.transaction(async (tx) => {
        createWorker(scope.on(tx), [job]);
      }),
    );
    expect(() => createWorker(scope, [job], { concurrency: 0 })).toThrow(/concurrency/);
    expect(() => createWorker(scope, [job, job])).toThrow(/same name/);
  });
});
