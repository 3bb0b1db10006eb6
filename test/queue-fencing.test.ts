import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ClaimCursor,
  complete,
  completeMany,
  createWorker,
  type Database,
  endAttempts,
  enqueue,
  enqueueMany,
  fail,
  heartbeat,
  holdLease,
  progress,
  type Scope,
} from '../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, signal, until } from './support/kernel.ts';
import {
  brokenInvariants,
  countOf,
  expireLeases,
  makeDue,
  numberJob,
  reapAll,
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
  await database.query('create table effects (job_id bigint not null)');
});

afterAll(() => opened?.close());

afterEach(async () => expect(await brokenInvariants(scope)).toEqual([]));

const LEASE_LOST = { code: 'conflict', reason: 'lease_lost' };
const soon = (job: { name: string }) =>
  scope.query('select :schema.queue_define($1, 10, 1000, 0, 0)', [job.name]);

/** One job, held by two: the first lost it and does not know. */
async function twoWorkers() {
  const job = numberJob();
  await soon(job);
  await enqueue(scope, job, { n: 1 });
  const stale = await takeOne(scope, job);
  await expireLeases(scope);
  expect(await reapAll(scope)).toBe(1);
  const current = await takeOne(scope, job);
  expect(current.id).toBe(stale.id);
  return { job, stale, current };
}

describe('a worker that lost its lease', () => {
  it('can do nothing any more with the job that another has', async () => {
    const { stale, current } = await twoWorkers();
    expect(current.token).toBeGreaterThan(stale.token);
    expect(await failureOf(complete(scope, stale))).toMatchObject(LEASE_LOST);
    expect(await failureOf(fail(scope, stale, 'x'))).toMatchObject(LEASE_LOST);
    expect(await failureOf(progress(scope, stale, 1))).toMatchObject(LEASE_LOST);
    expect(await failureOf(database.transaction((tx) => holdLease(scope.on(tx), stale)))).toMatchObject(
      LEASE_LOST,
    );
    expect(await heartbeat(scope, [stale, current], 60)).toEqual([stale.id]);
    expect(await completeMany(scope, [stale])).toEqual([false]);
    await complete(scope, current);
  });

  it('is refused also before another has it', async () => {
    const job = numberJob();
    await soon(job);
    await enqueue(scope, job, { n: 1 });
    const stale = await takeOne(scope, job);
    await expireLeases(scope);
    await reapAll(scope);
    expect(await failureOf(complete(scope, stale))).toMatchObject(LEASE_LOST);
  });

  it('takes its rows with it when it settles in their transaction', async () => {
    const { stale, current } = await twoWorkers();
    const settle = (lease: typeof stale) =>
      database.transaction(async (tx) => {
        await tx.query('insert into effects values ($1)', [lease.id]);
        await complete(scope.on(tx), lease);
      });
    expect(await failureOf(settle(stale))).toMatchObject(LEASE_LOST);
    await settle(current);
    expect(await failureOf(settle(current))).toMatchObject(LEASE_LOST);
    expect(await countOf(database, 'select count(*) from effects where job_id = $1', [current.id])).toBe(1);
  });

  it('settles twice where the token is not asked for (control)', async () => {
    const { stale, current } = await twoWorkers();
    // What most queues do: the job is looked for by its id and its state.
    await database.query(`create or replace function unfenced_complete(p_id bigint) returns void language sql
      as $$ insert into effects select id from agents.queue_jobs where id = p_id and lease_until is not null $$`);
    for (const { id } of [stale, current]) await database.query('select unfenced_complete($1)', [id]);
    expect(await countOf(database, 'select count(*) from effects where job_id = $1', [current.id])).toBe(2);
    await complete(scope, current);
  });
});

describe('leases', () => {
  it('that ran out ten thousand times let no stale completion in', async () => {
    const job = numberJob();
    await soon(job);
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 5_000 }, (_, n) => ({ n })),
    );
    let expired = 0;
    const old: { id: bigint; token: bigint }[] = [];
    for (let round = 0; round < 2; round += 1) {
      const taken = await take(scope, job, 5_000, `round ${round}`);
      expect(taken).toHaveLength(5_000);
      old.push(...taken);
      await expireLeases(scope);
      expired += await reapAll(scope);
      await makeDue(scope);
      await scope.query(
        'select :schema.queue_promote(id, 10000) from :schema.queue_settings where name = $1',
        [job.name],
      );
    }
    expect(expired).toBe(10_000);
    const current = await take(scope, job, 5_000, 'last');
    expect(current).toHaveLength(5_000);
    // What most queues do, and what must not happen: whoever knows the id ends the job (control).
    const undone = new Error('undone');
    const unfenced = database.transaction(async (tx) => {
      const ended = await tx.query(
        'delete from agents.queue_jobs where id = any ($1::bigint[]) and lease_until is not null',
        [old.map(({ id }) => id)],
      );
      expect(ended.rowCount).toBe(5_000);
      throw undone;
    });
    await expect(unfenced).rejects.toBe(undone);
    // Stale and current ones together, so that a wrong one could slip in beside a right one.
    expect((await completeMany(scope, old)).filter(Boolean)).toHaveLength(0);
    const mixed = await completeMany(scope, [...old.slice(0, 5_000), ...current]);
    expect(mixed.filter(Boolean)).toHaveLength(5_000);
    expect(mixed.slice(0, 5_000).some(Boolean)).toBe(false);
    expect(
      await countOf(
        scope,
        "select count(*) from :schema.queue_attempts where outcome = 'lost' and worker like 'round %'",
      ),
    ).toBe(10_000);
  });

  it('last as long as heartbeats come, and no claim is forgotten that has one job left', async () => {
    const job = numberJob();
    await soon(job);
    await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]);
    const [one, two] = await take(scope, job, 2);
    if (!one || !two) throw new Error('two');
    await expireLeases(scope);
    expect(await heartbeat(scope, [one], 60)).toEqual([]);
    expect(await reapAll(scope)).toBe(1);
    expect(
      await countOf(scope, 'select count(*) from :schema.queue_claims where token = $1', [one.token]),
    ).toBe(1);
    await complete(scope, one);
    await scope.query("update :schema.queue_claims set expires_at = clock_timestamp() - interval '1 second'");
    await reapAll(scope);
    expect(
      await countOf(scope, 'select count(*) from :schema.queue_claims where token = $1', [one.token]),
    ).toBe(0);
  });

  it('of a job that is being ended are left alone, and looked at again when that comes to nothing', async () => {
    const job = numberJob();
    await soon(job);
    await enqueue(scope, job, { n: 1 });
    const lease = await takeOne(scope, job);
    await expireLeases(scope);
    const [ended, go] = [signal(), signal()];
    const ending = database.transaction(async (tx) => {
      await complete(scope.on(tx), lease);
      ended.fire();
      await go.promise;
      throw new Error('undone');
    });
    await ended.promise;
    expect(await reapAll(scope)).toBe(0);
    go.fire();
    await expect(ending).rejects.toThrow('undone');
    await expireLeases(scope);
    expect(await reapAll(scope)).toBe(1);
  });

  it('given out by many at once have tokens that only rise for each job', async () => {
    const job = numberJob();
    await soon(job);
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 20 }, (_, n) => ({ n })),
    );
    const last = new Map<bigint, bigint>();
    for (let round = 0; round < 10; round += 1) {
      const taken = (await Promise.all([1, 2, 3, 4].map(() => take(scope, job, 5)))).flat();
      for (const { id, token } of taken) {
        expect(token).toBeGreaterThan(last.get(id) ?? 0n);
        last.set(id, token);
      }
      await expireLeases(scope);
      await reapAll(scope);
    }
  });
});

describe('the clock of the application', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Seconds from now to a time in a row, by the database. */
  const secondsTo = async (column: string, id: bigint): Promise<number> => {
    const [row] = await scope.query<{ left: number }>(
      `select extract(epoch from ${column} - clock_timestamp())::float8 as left from :schema.queue_jobs where id = $1`,
      [id],
    );
    return row?.left ?? Number.NaN;
  };

  // Five seconds about a value: a lease may be longer than asked by the rounding to a millisecond.
  it.each([-1, 1])('wrong by %i h makes no job due, no lease longer and none lost', async (hours) => {
    const job = numberJob();
    // An attempt that failed is to wait a hundred seconds, of which half are chance.
    await scope.query('select :schema.queue_define($1, 10, 10, 100, 100)', [job.name]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    const { id } = await enqueue(scope, job, { n: 1 });
    const later = await enqueue(scope, job, { n: 2 }, { delayS: 1_800 });
    const lease = await takeOne(scope, job);
    expect(lease.id).toBe(id);
    expect(await take(scope, job, 10)).toEqual([]);
    expect(await secondsTo('run_at', later.id)).toBeCloseTo(1_796, -1);
    expect(await secondsTo('lease_until', id)).toBeCloseTo(56, -1);
    expect(await heartbeat(scope, [lease], 1_800)).toEqual([]);
    expect(await secondsTo('lease_until', id)).toBeCloseTo(1_796, -1);
    expect(await reapAll(scope)).toBe(0);
    await fail(scope, lease, 'once');
    expect(await secondsTo('run_at', id)).toBeGreaterThan(40);
    expect(await secondsTo('run_at', id)).toBeLessThan(101);
  });

  it.each([-1, 1])('of a worker wrong by %i h ends no attempt early and loses no job', async (hours) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    const aborted: unknown[] = [];
    const seen: number[] = [];
    const job = numberJob({
      ...{ leaseS: 5, runS: 5 },
      handler: ({ payload, signal: stop }) => {
        seen.push(payload.n);
        if (stop.aborted) aborted.push(stop.reason);
      },
    });
    await enqueueMany(
      scope,
      job,
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );
    const worker = createWorker(scope, [job], { pollMs: 20 });
    await until('all to be done', () => worker.state()[job.name]?.completed === 50);
    await worker.stop();
    expect(aborted).toEqual([]);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    const [times] = await scope.query<{ sound: boolean }>(
      `select bool_and(h.created_at <= h.started_at and h.started_at <= h.finished_at
           and h.finished_at between clock_timestamp() - interval '1 minute' and clock_timestamp() + interval '1 millisecond') as sound
       from :schema.queue_history as h join :schema.queue_settings as s on s.id = h.queue_id where s.name = $1`,
      [job.name],
    );
    expect(times).toEqual({ sound: true });
  });
});

describe('a cursor', () => {
  it('finds every job: also handed back, late committed, and of any priority', async () => {
    const job = numberJob();
    await soon(job);
    const cursor = new ClaimCursor(scope, job.name, 'cursor', 60);
    const seen = new Set<bigint>();
    const claimAll = async (): Promise<void> => {
      for (;;) {
        const jobs = await cursor.claim(7);
        for (const one of jobs) seen.add(one.id);
        if ((await completeMany(scope, jobs)).length === 0) return;
      }
    };
    // One is drawn before all others and committed after them.
    const [drawn, go] = [signal(), signal()];
    let late = 0n;
    const writing = database.transaction(async (tx) => {
      late = (await enqueue(scope.on(tx), job, { n: 0 })).id;
      drawn.fire();
      await go.promise;
    });
    await drawn.promise;
    const made = [];
    for (let n = 0; n < 100; n += 1) made.push((await enqueue(scope, job, { n }, { priority: n % 10 })).id);
    await claimAll();
    expect(seen.size).toBe(100);
    go.fire();
    await writing;
    // And one that is handed back when the cursor is past it.
    const returned = (await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }]))[0]?.id ?? 0n;
    const held = await cursor.claim(1);
    expect(held.map(({ id }) => id)).toEqual([returned]);
    await claimAll();
    await endAttempts(
      scope,
      held.map(({ id, token }) => ({ id, token, outcome: 'returned' as const })),
    );
    made.push(returned);
    // Both are passed by now, and found when the cursor goes back to its floor.
    for (let tries = 0; tries < 200 && !(seen.has(late) && seen.has(returned)); tries += 1) {
      await claimAll();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect([...made, late].filter((id) => !seen.has(id))).toEqual([]);
  });
});
