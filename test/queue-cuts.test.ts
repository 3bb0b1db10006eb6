import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import {
  type ClaimedJob,
  complete,
  completeMany,
  createWorker,
  type Database,
  enqueue,
  enqueueMany,
  type Lease,
  type Scope,
} from '../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { cutter, failureOf, startProxy, until } from './support/kernel.ts';
import { brokenInvariants, countOf, numberJob, reapAll, take } from './support/queue.ts';
import { ROUNDS, ROUNDS_TIMEOUT_MS } from './support/server-kills.ts';

let opened: TestDatabase;
let scope: Scope;
let proxy: Awaited<ReturnType<typeof startProxy>>;
/** The same database, over connections that break. */
let faulty: Database;
let behind: Scope;
const line = cutter();

beforeAll(async () => {
  opened = await openTestDatabase();
  scope = opened.agents.scope;
  await opened.database.query('create table effects (job_id bigint not null)');
  proxy = await startProxy(opened.url, line.rules);
  faulty = await openDatabase(proxy.urlFor(opened.url));
  behind = scope.on(faulty);
});

afterAll(async () => {
  await faulty?.close();
  await proxy?.close();
  await opened?.close();
});

beforeEach(() => opened.database.query('truncate effects'));
afterEach(async () => {
  line.disarm();
  expect(await brokenInvariants(scope)).toEqual([]);
});

const COMMIT_UNKNOWN = { code: 'unavailable', reason: 'commit_unknown' };
const LEASE_LOST = { code: 'conflict', reason: 'lease_lost' };
/** Every other time what was sent has arrived: the caller cannot tell. */
const howOf = (round: number) => (round % 2 === 0 ? 'cut' : 'drop');
const rounds = (count: number) => Array.from({ length: count }, (_, round) => round);

/** How many jobs, alive or done, have these numbers, by number. */
async function jobsOf(job: { readonly name: string }): Promise<number[]> {
  const rows = await scope.query<{ jobs: number }>(
    `select count(*)::int as jobs from (
       select queue_id, payload from :schema.queue_jobs union all select queue_id, payload from :schema.queue_history
     ) as j join :schema.queue_settings as s on s.id = j.queue_id
     where s.name = $1 group by payload order by (payload->>'n')::int`,
    [job.name],
  );
  return rows.map(({ jobs }) => jobs);
}

const effectsOf = (id: bigint) =>
  countOf(opened.database, 'select count(*) from effects where job_id = $1', [id]);

async function taken(count: number): Promise<ClaimedJob[]> {
  const job = numberJob();
  await enqueueMany(
    scope,
    job,
    rounds(count).map((n) => ({ n })),
  );
  return take(scope, job, count);
}

describe('an enqueue whose COMMIT is cut', () => {
  it(
    `${ROUNDS} times is repeated by itself when it has an idempotency key, and is one job`,
    async () => {
      const job = numberJob();
      const before = line.cuts;
      for (const n of rounds(ROUNDS)) {
        const call = (on: Scope) => enqueue(on, job, { n }, { idempotencyKey: `call ${n}` });
        line.arm('commit', howOf(n));
        const made = await call(behind);
        expect(await call(scope)).toEqual(made);
      }
      expect(line.cuts - before).toBe(ROUNDS);
      expect(await jobsOf(job)).toEqual(rounds(ROUNDS).map(() => 1));
    },
    ROUNDS_TIMEOUT_MS,
  );

  it('again and again is the same job to the caller who repeats it with the key', async () => {
    const job = numberJob();
    for (const n of rounds(6)) {
      const call = (on: Scope) => enqueue(on, job, { n }, { idempotencyKey: `call ${n}` });
      line.arm('commit', howOf(n), Number.POSITIVE_INFINITY);
      expect(await failureOf(call(behind))).toMatchObject(COMMIT_UNKNOWN);
      line.disarm();
      const made = await call(behind);
      expect(await call(scope)).toEqual(made);
    }
    expect(await jobsOf(job)).toEqual(rounds(6).map(() => 1));
  });

  it('with the transaction it is part of is repeated with it, and is one job', async () => {
    const job = numberJob();
    for (const n of rounds(10)) {
      const call = () =>
        faulty.transaction(async (tx) => {
          const made = await enqueue(behind.on(tx), job, { n }, { idempotencyKey: `call ${n}` });
          return made.id;
        });
      line.arm('commit', howOf(n));
      expect(await failureOf(call())).toMatchObject(COMMIT_UNKNOWN);
      expect(await call()).toBe(await call());
    }
    expect(await jobsOf(job)).toEqual(rounds(10).map(() => 1));
  });

  it('and that is repeated without a key is two jobs (control)', async () => {
    const job = numberJob();
    const call = () => faulty.transaction((tx) => enqueue(behind.on(tx), job, { n: 0 }));
    line.arm('commit', 'cut');
    expect(await failureOf(call())).toMatchObject(COMMIT_UNKNOWN);
    await until('the job whose answer was lost', async () => (await jobsOf(job)).length === 1);
    await call();
    expect(await jobsOf(job)).toEqual([2]);
  });
});

describe('a completion that is cut', () => {
  const settle = (lease: Lease) =>
    faulty.transaction(async (tx) => {
      await tx.query('insert into effects (job_id) values ($1)', [lease.id]);
      await complete(behind.on(tx), lease);
    });

  it(
    `${ROUNDS} times with its COMMIT and is repeated under its token leaves its effect once`,
    async () => {
      for (const [round, lease] of (await taken(ROUNDS)).entries()) {
        line.arm('commit', howOf(round));
        expect(await failureOf(settle(lease))).toMatchObject(COMMIT_UNKNOWN);
        // What arrived stands, and is refused the second time; what did not is done now.
        if (howOf(round) === 'cut') expect(await failureOf(settle(lease))).toMatchObject(LEASE_LOST);
        else await settle(lease);
        expect(await failureOf(settle(lease))).toMatchObject(LEASE_LOST);
        expect(await effectsOf(lease.id)).toBe(1);
      }
    },
    ROUNDS_TIMEOUT_MS,
  );

  it('outside of a transaction and is repeated ends the job once, under its token', async () => {
    for (const [round, lease] of (await taken(10)).entries()) {
      line.arm('anything', howOf(round));
      expect(await failureOf(completeMany(behind, [lease]))).toMatchObject({ code: 'unavailable' });
      await completeMany(behind, [lease]);
      expect(await completeMany(behind, [lease])).toEqual([false]);
      const ends = await scope.query('select token from :schema.queue_history where id = $1', [lease.id]);
      expect(ends).toEqual([{ token: lease.token }]);
    }
  });

  it('after an effect of its own transaction leaves the effect twice (control)', async () => {
    const [lease] = await taken(1);
    if (lease === undefined) throw new Error('one');
    const settleApart = async () => {
      await faulty.transaction((tx) => tx.query('insert into effects (job_id) values ($1)', [lease.id]));
      await complete(behind, lease);
    };
    line.arm('commit', 'cut');
    expect(await failureOf(settleApart())).toMatchObject(COMMIT_UNKNOWN);
    await until('the effect whose answer was lost', async () => (await effectsOf(lease.id)) === 1);
    await settleApart();
    expect(await effectsOf(lease.id)).toBe(2);
  });
});

describe('a worker', () => {
  it(
    `whose COMMITs are cut ${ROUNDS} times leaves each effect once`,
    async () => {
      // More than it takes to cut every third.
      const JOBS = ROUNDS * 4;
      const before = line.cuts;
      let ends = 0;
      const job = numberJob({
        leaseS: 1,
        retry: { baseS: 0, maxFailures: 1_000, maxLosses: 1_000 },
        handler: async (running) => {
          await faulty.transaction(async (tx) => {
            await tx.query('insert into effects (job_id) values ($1)', [running.id]);
            await running.complete(tx);
            ends += 1;
            // Of three at once the COMMIT of whoever comes first.
            if (ends % 3 === 0 && line.cuts - before < ROUNDS) line.arm('commit', howOf(ends));
          });
        },
      });
      await enqueueMany(
        scope,
        job,
        rounds(JOBS).map((n) => ({ n })),
      );
      const worker = createWorker(behind, [job], {
        concurrency: 4,
        prefetch: 8,
        pollMs: 20,
        onError: () => undefined,
      });
      await until('every job to be done', async () => {
        await reapAll(scope);
        return (await jobsDone(job)) === JOBS;
      });
      await worker.stop();
      expect(line.cuts - before).toBe(ROUNDS);
      const wrong = await opened.database.query(
        'select job_id from effects group by job_id having count(*) <> 1',
      );
      expect(wrong.rows).toEqual([]);
      expect(await countOf(opened.database, 'select count(*) from effects')).toBe(JOBS);
    },
    ROUNDS_TIMEOUT_MS,
  );
});

function jobsDone(job: { readonly name: string }): Promise<number> {
  return countOf(
    scope,
    `select count(*) from :schema.queue_history as h join :schema.queue_settings as s on s.id = h.queue_id
     where s.name = $1 and h.outcome = 'done'`,
    [job.name],
  );
}
