import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker, type Database, enqueue, type JobDefinition, type Scope } from '../src/kernel/index.ts';
import { installKernel, scopeOf, until } from './support/kernel.ts';
import { brokenInvariants, countOf, numberJob, reapAll } from './support/queue.ts';
import {
  FORGETFUL,
  FSYNC_ROUNDS,
  killUnderLoad,
  type Load,
  type MortalServer,
  prepareOn,
  ROUNDS,
  ROUNDS_TIMEOUT_MS,
  startMortal,
  untilGone,
  withDatabase,
} from './support/server-kills.ts';

/** Jobs enqueued and jobs done between two kills. */
const ENOUGH = 25;
/** Enqueuing waits beyond so many jobs alive, so that little is left to do at the end. */
const BACKLOG = 80;

/** What the callers were told, by the number in the payload. */
class Told {
  next = 0;
  readonly enqueued = new Map<number, bigint>();
  /** Called with a key, and not answered. */
  readonly doubtful = new Set<number>();
  /** Tokens of jobs whose end was acknowledged, by job. */
  readonly ended = new Map<bigint, bigint>();
}

const isKeyed = (n: number): boolean => n % 2 === 0;

const enqueueNumber = (scope: Scope, job: JobDefinition<{ n: number }, { n: number }>, n: number) =>
  enqueue(scope, job, { n }, isKeyed(n) ? { idempotencyKey: `call ${n}` } : {});

/** Settles each job together with one row of `effects`. */
function jobOn(database: Database, told: Told) {
  return numberJob({
    name: 'numbers',
    leaseS: 1,
    retry: { baseS: 0, maxFailures: 1_000, maxLosses: 1_000 },
    handler: async (running) => {
      await database.transaction(async (tx) => {
        await tx.query('insert into effects (job_id, n) values ($1, $2)', [running.id, running.payload.n]);
        await running.complete(tx);
      });
      told.ended.set(running.id, running.token);
    },
  });
}

async function repeatDoubtful(scope: Scope, database: Database, told: Told): Promise<void> {
  for (const n of told.doubtful) {
    told.enqueued.set(n, (await enqueueNumber(scope, jobOn(database, told), n)).id);
    told.doubtful.delete(n);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Three who enqueue, half of the calls with a key, a worker, and who finds what killed ones had taken. */
async function begin(database: Database, told: Told): Promise<Load> {
  const scope = scopeOf(database, 'work');
  await repeatDoubtful(scope, database, told);
  const job = jobOn(database, told);
  const before = { enqueued: told.enqueued.size, ended: told.ended.size };
  // Counted anew: of some that are done nobody was told.
  const alive = await countOf(scope, 'select count(*) from :schema.queue_jobs');
  const backlog = (): number =>
    alive + (told.enqueued.size - before.enqueued) - (told.ended.size - before.ended);
  let stopped = false;
  const worker = createWorker(scope, [job], {
    concurrency: 6,
    prefetch: 6,
    pollMs: 20,
    onError: () => undefined,
  });
  const callers = [1, 2, 3].map(() =>
    untilGone(
      () => stopped,
      async () => {
        if (backlog() > BACKLOG) {
          await pause(2);
          return;
        }
        const n = told.next;
        told.next += 1;
        if (isKeyed(n)) told.doubtful.add(n);
        told.enqueued.set(n, (await enqueueNumber(scope, job, n)).id);
        told.doubtful.delete(n);
      },
    ),
  );
  const reaper = untilGone(
    () => stopped,
    async () => {
      await reapAll(scope);
      await pause(50);
    },
  );
  return {
    enough: () => told.enqueued.size >= before.enqueued + ENOUGH && told.ended.size >= before.ended + ENOUGH,
    stop: async () => {
      stopped = true;
      await Promise.all([...callers, reaper, worker.stop(0)]);
    },
  };
}

/** Acknowledged jobs that are nowhere, and acknowledged ends that are not in the history. */
async function lostIn(scope: Scope, told: Told): Promise<string[]> {
  const rows = await scope.query<{ id: bigint; token: bigint | null }>(
    `select id, token from :schema.queue_history where outcome = 'done'
     union all select id, null from :schema.queue_jobs`,
  );
  const tokens = new Map(rows.map(({ id, token }) => [id, token]));
  return [
    ...[...told.enqueued].filter(([, id]) => !tokens.has(id)).map(([n]) => `job of ${n}`),
    ...[...told.ended].filter(([id, token]) => tokens.get(id) !== token).map(([id]) => `end of job ${id}`),
  ];
}

/** Jobs of a number more than once, and jobs whose effects are not one. */
async function doubledIn(scope: Scope): Promise<unknown[]> {
  return [
    ...(await scope.query(
      `select payload->>'n' as n, count(*) as jobs from :schema.queue_history group by 1 having count(*) <> 1`,
    )),
    ...(await scope.query(
      `select h.id, h.payload->>'n' as n, array_agg(e.n) as effects
       from :schema.queue_history as h full join effects as e on e.job_id = h.id
       group by 1, 2 having count(e.n) <> 1 or min(e.n) is distinct from (h.payload->>'n')::bigint`,
    )),
  ];
}

async function prepare(server: MortalServer): Promise<void> {
  await prepareOn(server, async (database) => {
    await installKernel(database, 'work');
    await database.query('create table effects (job_id bigint not null, n bigint not null)');
  });
}

describe('a server that is killed while jobs are enqueued and done', () => {
  let server: MortalServer;
  beforeAll(async () => {
    server = await startMortal();
    await prepare(server);
  });
  afterAll(() => server?.close());

  it(
    `${ROUNDS} times loses no job and no end that was acknowledged, and leaves each effect once`,
    async () => {
      const told = new Told();
      await killUnderLoad(server, ROUNDS, (database) => begin(database, told));
      await withDatabase(server, async (database) => {
        const scope = scopeOf(database, 'work');
        await repeatDoubtful(scope, database, told);
        expect(await lostIn(scope, told)).toEqual([]);
        const worker = createWorker(scope, [jobOn(database, told)], { pollMs: 20, prefetch: 20 });
        await until('every job to be done', async () => {
          await reapAll(scope);
          return (await countOf(scope, 'select count(*) from :schema.queue_jobs')) === 0;
        });
        await worker.stop();
        expect(await lostIn(scope, told)).toEqual([]);
        expect(await doubledIn(scope)).toEqual([]);
        expect(
          await countOf(scope, "select count(*) from :schema.queue_history where outcome <> 'done'"),
        ).toBe(0);
        expect(await brokenInvariants(scope)).toEqual([]);
      });
      expect(told.enqueued.size).toBeGreaterThanOrEqual(ROUNDS * ENOUGH);
      expect(server.killed).toBeGreaterThan(ROUNDS);
      expect(server.started.fsync).toBeGreaterThanOrEqual(FSYNC_ROUNDS);
    },
    ROUNDS_TIMEOUT_MS,
  );
});

describe('a server that acknowledges before it writes (control)', () => {
  it('loses jobs or ends when it is killed', async () => {
    const server = await startMortal(FORGETFUL);
    try {
      await prepare(server);
      const told = new Told();
      let lost: string[] = [];
      for (let kills = 0; kills < 5 && lost.length === 0; kills += 1) {
        await killUnderLoad(server, 1, (database) => begin(database, told));
        lost = await withDatabase(server, (database) => lostIn(scopeOf(database, 'work'), told));
      }
      expect(lost).not.toEqual([]);
    } finally {
      await server.close();
    }
  }, 60_000);
});
