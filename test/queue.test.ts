import { z } from '@hono/zod-openapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  cancelJob,
  claim,
  complete,
  completeMany,
  type Database,
  defineJob,
  endAttempts,
  enqueue,
  enqueueMany,
  fail,
  getJob,
  listJobs,
  listQueues,
  pauseQueue,
  progress,
  pruneHistory,
  resumeQueue,
  retryDead,
  retryJob,
  type Scope,
} from '../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, signal, untilBlocked } from './support/kernel.ts';
import {
  brokenInvariants,
  countOf,
  expireLeases,
  makeDue,
  numberJob,
  take,
  takeOne,
} from './support/queue.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  scope = opened.agents.scope;
});

afterAll(() => opened?.close());

afterEach(async () => expect(await brokenInvariants(scope)).toEqual([]));

const limits = (job: { name: string }, maxFailures: number, baseS = 0) =>
  scope.query('select :schema.queue_define($1, $2, 2, $3, 3600)', [job.name, maxFailures, baseS]);

const payloads = (jobs: readonly { payload: unknown }[]) =>
  jobs.map(({ payload }) => (payload as { n: number }).n);

describe('enqueued jobs', () => {
  it('come in the order they went in, the lower priority number first', async () => {
    const job = numberJob();
    await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]);
    await enqueue(scope, job, { n: 3 }, { priority: 9 });
    await enqueue(scope, job, { n: 4 }, { priority: 0 });
    expect(payloads(await take(scope, job, 10))).toEqual([4, 1, 2, 3]);
  });

  it('are handed out once, and never more than asked for', async () => {
    const job = numberJob();
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 300 }, (_, n) => ({ n })),
    );
    const taken = (await Promise.all(Array.from({ length: 20 }, () => take(scope, job, 20)))).flat();
    expect(taken).toHaveLength(300);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(300);
  });

  it('of several calls at once share a statement and get their own answers', async () => {
    const [one, other] = [numberJob(), numberJob()];
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, n) => enqueue(scope, n % 2 === 0 ? one : other, { n })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(40);
    for (const [n, { id }] of made.entries()) expect((await getJob(scope, id)).payload).toEqual({ n });
  });

  it('go with the transaction they were enqueued in', async () => {
    const job = numberJob();
    await expect(
      database.transaction(async (tx) => {
        await enqueue(scope.on(tx), job, { n: 1 });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await take(scope, job)).toEqual([]);
  });

  it('with a delay wait for their time, by the clock of the database', async () => {
    const job = numberJob();
    await enqueue(scope, job, { n: 1 }, { delayS: 3600 });
    await enqueue(scope, job, { n: 2 }, { runAt: new Date(Date.now() + 86_400_000) });
    expect(await take(scope, job)).toEqual([]);
    expect((await listQueues(scope)).find(({ queue }) => queue === job.name)).toMatchObject({
      waiting: 2n,
      inLine: 0n,
    });
    await makeDue(scope);
    expect(payloads(await take(scope, job, 10)).sort()).toEqual([1, 2]);
  });

  it('are refused with the name of the bad field', async () => {
    const job = numberJob();
    const error = await failureOf(enqueue(scope, job, { n: 1.5 }));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'payload.n', reason: 'invalid_payload' });
    // @ts-expect-error The payload is typed by the schema.
    expect((await failureOf(enqueue(scope, job, { m: 1 }))).field).toBe('payload.n');
    for (const [options, field] of [
      [{ priority: 10 }, 'priority'],
      [{ delayS: -1 }, 'delayS'],
      [{ delayS: Number.NaN }, 'delayS'],
      [{ delayS: 1, runAt: new Date() }, 'runAt'],
    ] as const) {
      expect(await failureOf(enqueue(scope, job, { n: 1 }, options))).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
    const large = defineJob({ name: 'large', schema: z.string(), handler: () => undefined });
    expect((await failureOf(enqueue(scope, large, 'x'.repeat(300_000)))).code).toBe('payload_too_large');
    const past = scope.query(
      "select :schema.queue_enqueue('large', jsonb_build_array(jsonb_build_object('payload', $1::text)))",
      ['x'.repeat(300_000)],
    );
    expect(await failureOf(past)).toMatchObject({ code: 'payload_too_large', field: 'payload' });
    for (const retry of [{ maxFailures: 0 }, { maxLosses: -1 }, { baseS: 9, mostS: 8 }, { mostS: 1e9 }]) {
      expect(() => numberJob({ retry })).toThrow(/retry\./);
    }
    expect(() => numberJob({ leaseS: 0.5 })).toThrow(/leaseS/);
    expect(() => defineJob({ name: 'Bad Name', schema: z.string(), handler: () => undefined })).toThrow(
      /name of a queue/,
    );
  });

  it('with a key are one while it lives: the second enqueue gives the first', async () => {
    const job = numberJob();
    const first = await enqueue(scope, job, { n: 1 }, { key: 'a' });
    expect(first.created).toBe(true);
    expect(await enqueue(scope, job, { n: 2 }, { key: 'a' })).toEqual({ id: first.id, created: false });
    expect((await enqueue(scope, numberJob(), { n: 2 }, { key: 'a' })).created).toBe(true);
    const lease = await takeOne(scope, job);
    expect((await enqueue(scope, job, { n: 3 }, { key: 'a' })).created).toBe(false);
    await complete(scope, lease);
    expect((await enqueue(scope, job, { n: 4 }, { key: 'a' })).created).toBe(true);
  });

  it('with one key from fifty callers at once are one', async () => {
    const job = numberJob();
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        database.transaction((tx) => enqueue(scope.on(tx), job, { n }, { key: 'only' })),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(await take(scope, job, 10)).toHaveLength(1);
  });

  it('with one idempotency key from fifty callers at once are one; without it fifty (control)', async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => opened.connect()));
    const callers = [scope, ...others.map((other) => scope.on(other))];
    const jobsOf = async (options: { idempotencyKey?: string }) => {
      const job = numberJob();
      const made = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          enqueue(callers[index % 5] ?? scope, job, { n: 1 }, options),
        ),
      );
      expect(new Set(made.map(({ id }) => id)).size).toBe((await take(scope, job, 100)).length);
      return new Set(made.map(({ id }) => id)).size;
    };
    expect(await jobsOf({ idempotencyKey: 'fifty' })).toBe(1);
    expect(await jobsOf({})).toBe(50);
  });

  it('with the key of a job that is ending right now are new', async () => {
    const job = numberJob();
    await enqueue(scope, job, { n: 1 }, { key: 'a' });
    const lease = await takeOne(scope, job);
    const [ended, go] = [signal(), signal()];
    const ending = database.transaction(async (tx) => {
      await complete(scope.on(tx), lease);
      ended.fire();
      await go.promise;
    });
    await ended.promise;
    const second = enqueue(scope, job, { n: 2 }, { key: 'a' });
    await untilBlocked(database);
    go.fire();
    await ending;
    expect((await second).created).toBe(true);
  });

  it('with an idempotency key are enqueued once, also after they are done; other content is refused', async () => {
    const job = numberJob();
    const options = { idempotencyKey: 'call-1' };
    const first = await enqueue(scope, job, { n: 1 }, options);
    await complete(scope, await takeOne(scope, job));
    expect(await enqueue(scope, job, { n: 1 }, options)).toEqual(first);
    expect(await take(scope, job)).toEqual([]);
    expect((await failureOf(enqueue(scope, job, { n: 2 }, options))).code).toBe('idempotency_mismatch');
  });
});

describe('a job', () => {
  it('that is done is in the history, with who did it and when, and nowhere else', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 7 });
    const lease = await takeOne(scope, job);
    await progress(scope, lease, { half: true });
    expect(await getJob(scope, id)).toMatchObject({
      state: 'in_work',
      progress: { half: true },
      worker: 'tester',
    });
    await complete(scope, lease, { sum: 7 });
    const done = await getJob(scope, id);
    expect(done).toMatchObject({
      state: 'done',
      result: { sum: 7 },
      worker: 'tester',
      payload: { n: 7 },
      failures: 0,
    });
    expect(done.attempts).toMatchObject([{ outcome: 'done', worker: 'tester', token: lease.token }]);
    expect(await countOf(scope, 'select count(*) from :schema.queue_jobs where id = $1', [id])).toBe(0);
  });

  it('that fails waits twice as long each time, and is a dead letter after the last', async () => {
    const job = numberJob();
    await limits(job, 3, 100);
    const { id } = await enqueue(scope, job, { n: 1 });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await makeDue(scope);
      const ended = await fail(scope, await takeOne(scope, job), `reason ${attempt}`);
      expect(ended.verdict).toBe(attempt < 3 ? 'retry' : 'dead');
      const rows = await scope.query<{ wait: number }>(
        'select extract(epoch from run_at - clock_timestamp())::float8 as wait from :schema.queue_jobs where id = $1',
        [id],
      );
      if (rows[0] !== undefined) waits.push(rows[0].wait);
    }
    expect(waits[0]).toBeGreaterThan(49);
    expect(waits[0]).toBeLessThanOrEqual(100);
    expect(waits[1]).toBeGreaterThan(99);
    expect(waits[1]).toBeLessThanOrEqual(200);
    const dead = await getJob(scope, id);
    expect(dead).toMatchObject({ state: 'dead', error: 'reason 3', failures: 3, payload: { n: 1 } });
    expect(dead.attempts.map(({ outcome, error, worker }) => [outcome, error, worker])).toEqual(
      [1, 2, 3].map((attempt) => ['failed', `reason ${attempt}`, 'tester']),
    );
  });

  it('that is lost too often is a dead letter too; losses and failures are counted apart', async () => {
    const job = numberJob();
    await limits(job, 2);
    const { id } = await enqueue(scope, job, { n: 1 });
    await fail(scope, await takeOne(scope, job), 'once');
    for (let loss = 1; loss <= 3; loss += 1) {
      await makeDue(scope);
      await takeOne(scope, job);
      await expireLeases(scope);
      await scope.query('select :schema.queue_reap(1000)');
      const state = await getJob(scope, id);
      expect([state.state, state.failures, state.losses]).toEqual([loss < 3 ? 'waiting' : 'dead', 1, loss]);
    }
    expect((await getJob(scope, id)).attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'lost',
      'lost',
      'lost',
    ]);
  });

  it('that is handed back keeps its place in line and counts nothing', async () => {
    const job = numberJob();
    await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]);
    const lease = await takeOne(scope, job);
    expect(
      await endAttempts(scope, [{ id: lease.id, token: lease.token, outcome: 'returned' }]),
    ).toMatchObject([{ verdict: 'returned' }]);
    const again = await takeOne(scope, job);
    expect([again.id, again.failures, again.losses]).toEqual([lease.id, 0, 0]);
    expect(again.token).toBeGreaterThan(lease.token);
  });

  it('that is refused is a dead letter at once', async () => {
    const job = numberJob();
    await enqueue(scope, job, { n: 1 });
    const lease = await takeOne(scope, job);
    const [ended] = await endAttempts(scope, [
      { id: lease.id, token: lease.token, outcome: 'refused', error: 'no use' },
    ]);
    expect(ended?.verdict).toBe('dead');
  });

  it('that is cancelled is not handed out, and whoever has it cannot end it', async () => {
    const job = numberJob();
    const [first, second] = await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]);
    const lease = await takeOne(scope, job);
    await cancelJob(scope, lease.id);
    await cancelJob(scope, second?.id ?? 0n);
    expect(await take(scope, job)).toEqual([]);
    expect(await failureOf(complete(scope, lease))).toMatchObject({ code: 'conflict', reason: 'lease_lost' });
    expect(await getJob(scope, first?.id ?? 0n)).toMatchObject({ state: 'cancelled', worker: 'tester' });
    expect(await failureOf(cancelJob(scope, lease.id))).toMatchObject({
      code: 'conflict',
      reason: 'job_ended',
    });
    expect((await failureOf(cancelJob(scope, 999_999_999n))).code).toBe('not_found');
  });

  it('that is dead can be put back in line, unless a live job has its key', async () => {
    const job = numberJob();
    await limits(job, 1);
    const { id } = await enqueue(scope, job, { n: 1 }, { key: 'k' });
    const lease = await takeOne(scope, job);
    await fail(scope, lease, 'x');
    const other = await enqueue(scope, job, { n: 2 }, { key: 'k' });
    expect(await failureOf(retryJob(scope, id))).toMatchObject({ code: 'conflict', reason: 'key_taken' });
    await cancelJob(scope, other.id);
    await retryJob(scope, id);
    expect(await failureOf(retryJob(scope, id))).toMatchObject({ reason: 'job_not_dead' });
    const again = await takeOne(scope, job);
    expect([again.id, again.failures]).toEqual([id, 0]);
    expect(again.token).toBeGreaterThan(lease.token);
    await fail(scope, again, 'y');
    expect(await retryDead(scope, job.name)).toBe(1);
    expect(await listJobs(scope, { queue: job.name, state: 'in_line' })).toHaveLength(1);
    expect((await getJob(scope, id)).attempts.map(({ error }) => error)).toEqual(['x', 'y']);
  });
});

describe('a queue', () => {
  it('that is paused hands out nothing until it is resumed; what is in work can be ended', async () => {
    const job = numberJob();
    await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]);
    const lease = await takeOne(scope, job);
    await pauseQueue(scope, job.name);
    expect(await take(scope, job)).toEqual([]);
    await complete(scope, lease);
    await enqueue(scope, job, { n: 3 });
    await resumeQueue(scope, job.name);
    expect(payloads(await take(scope, job, 5))).toEqual([2, 3]);
  });

  it('ends many jobs in one call, each accepted or not', async () => {
    const job = numberJob();
    await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const [one, two, three] = await take(scope, job, 3);
    if (!one || !two || !three) throw new Error('three');
    const stale = { id: two.id, token: two.token - 1n };
    expect(await completeMany(scope, [one, stale, three, one])).toEqual([true, false, true, true]);
    expect((await getJob(scope, two.id)).state).toBe('in_work');
    expect(await completeMany(scope, [one, two])).toEqual([false, true]);
  });

  it('refuses claims out of its limits', async () => {
    const job = numberJob();
    for (const [limit, leaseS] of [
      [0, 10],
      [5_001, 10],
      [1, 0],
      [1, 100_000],
    ] as const) {
      const error = await failureOf(claim(scope, { queue: job.name, worker: 'w', limit, leaseS }));
      expect(error).toMatchObject({ code: 'invalid_input', reason: 'queue_claim_limits' });
    }
  });

  it('forgets what is old, in steps, but no dead letter and not its story', async () => {
    const job = numberJob();
    await limits(job, 1);
    await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]);
    const [one, two] = await take(scope, job, 2);
    if (!one || !two) throw new Error('two');
    await complete(scope, one);
    await fail(scope, two, 'why');
    await scope.query("update :schema.queue_history set finished_at = clock_timestamp() - interval '8 days'");
    await scope.query("update :schema.queue_attempts set ended_at = clock_timestamp() - interval '8 days'");
    expect(await pruneHistory(scope)).toBe(false);
    expect((await failureOf(getJob(scope, one.id))).code).toBe('not_found');
    expect((await getJob(scope, two.id)).attempts).toHaveLength(1);
  });
});
