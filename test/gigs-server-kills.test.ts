import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createInstance,
  type Database,
  isGuildhallError,
  migratorOf,
  type Scope,
} from '../src/kernel/index.ts';
import { type GigsService, gigs } from '../src/systems/gigs/index.ts';
import { gigsParts } from './support/gigs.ts';
import { eligibleWorker } from './support/gigs-risk.ts';
import { wrongSums } from './support/gigs-sums.ts';
import {
  killUnderLoad,
  type Load,
  type MortalServer,
  prepareOn,
  startMortal,
  untilGone,
  withDatabase,
} from './support/server-kills.ts';

const ROUNDS = Number(process.env.GUILDHALL_FAULT_ROUNDS ?? 10);
const TIMEOUT_MS = Math.max(120_000, ROUNDS * 10_000);
/** Lives that were lived to their end between two kills. */
const ENOUGH = 12;
const CALLERS = 4;
const WALLET = `0x${'ab'.repeat(20)}`;
const RAIL = { validS: 60, confirmEveryS: 0 };

/** What the callers were told: the id of each answer, by the key of its call. */
class Told {
  next = 0;
  ended = 0;
  readonly ids = new Map<string, string>();
  /** Lives that were begun and not lived to their end. */
  readonly open = new Set<number>();
  /** The same key, and another answer. */
  readonly changed: string[] = [];
  private readonly starts = new Map<number, Date>();

  /** Of the stream of a life: the same key must come with the same content. */
  startOf(n: number): Date {
    const start = this.starts.get(n) ?? new Date(Date.now() - 1_200_000);
    this.starts.set(n, start);
    return start;
  }

  note(key: string, id: string): void {
    const first = this.ids.get(key);
    if (first !== undefined && first !== id) this.changed.push(`${key}: ${id} after ${first}`);
    this.ids.set(key, id);
  }
}

/** Two ways to read what was written down, and what it adds up to: the same check for ours and for a bad one. */
interface Books {
  /** id, worker_id, amount. */
  readonly entries: string;
  /** worker_id, balance. */
  readonly balances: string;
}
const OURS: Books = {
  entries: `select id, worker_id, case
      when tx_type = 'payout' and status = 'completed' then amount - fee
      when tx_type = 'advance' and status = 'completed' then amount
      when tx_type = 'repayment' and status = 'completed' then -amount
      when tx_type = 'withdrawal' and status not in ('failed', 'cancelled') then -amount else 0 end as amount
    from :schema.transactions where worker_id is not null`,
  balances: `select substr(code, 8) as worker_id, balance from :schema.ledger_account_balances where code like 'worker:%'`,
};

/** Answers that are not written down, and workers whose balance is not the sum of what is. */
async function faultsIn(scope: Scope, books: Books, told: Told): Promise<string[]> {
  const entries = await scope.query<{ id: string }>(books.entries);
  const standing = new Set(entries.map(({ id }) => id));
  const wrong = await scope.query<{ worker: string }>(
    `select coalesce(b.worker_id, s.worker_id) as worker from (${books.balances}) as b
     full join (select worker_id, sum(amount) as sum from (${books.entries}) as e group by 1) as s
       on s.worker_id = b.worker_id
     where coalesce(b.balance, 0) <> coalesce(s.sum, 0)`,
  );
  return [
    ...told.changed,
    ...[...told.ids]
      .filter(([, id]) => id.startsWith('txn') && !standing.has(id))
      .map(([key]) => `${key} is lost`),
    ...wrong.map(({ worker }) => `the balance of ${worker} is not what was paid`),
  ];
}

/** What of tasks, streams and loans was acknowledged and is not there, or is there twice. */
async function missingIn(scope: Scope, told: Told): Promise<string[]> {
  const rows = await scope.query<{ id: string }>(
    `select id from :schema.tasks union all select id from :schema.streams union all select id from :schema.loans`,
  );
  const standing = new Set(rows.map(({ id }) => id));
  const twice = await scope.query<{ title: string }>(
    `select title from :schema.tasks where title is not null group by title having count(*) <> 1`,
  );
  const ended = await scope.query<{ id: string }>(
    `select id from :schema.tasks where status = 'completed' and (task_type = 'streaming' or paid_amount = amount)`,
  );
  const paid = new Set(ended.map(({ id }) => id));
  return [
    ...[...told.ids]
      .filter(([, id]) => !id.startsWith('txn') && !standing.has(id))
      .map(([key]) => `${key} is lost`),
    ...twice.map(({ title }) => `${title} is there twice`),
    ...[...told.ids.keys()]
      .filter((key) => key.startsWith('pay ') && !paid.has(told.ids.get(key.replace('pay', 'create')) ?? ''))
      .map((key) => `${key} left the task unpaid`),
  ];
}

interface World {
  readonly platform: string;
  readonly workers: readonly string[];
}

/** A task from its posting to its money, every step under a key: lived again after a kill it must be the same life. */
async function live(service: GigsService, world: World, told: Told, n: number): Promise<void> {
  told.open.add(n);
  const workerId = world.workers[n % world.workers.length]!;
  const [streaming, onRail] = [n % 4 === 2, n % 4 === 3];
  const step = async <T extends { readonly id: string }>(
    name: string,
    call: (once: { idempotencyKey: string }) => Promise<T>,
  ): Promise<T> => {
    const made = await call({ idempotencyKey: `${name} ${n}` });
    told.note(`${name} ${n}`, made.id);
    return made;
  };
  /** May be refused for what others did. */
  const perhaps = async (
    name: string,
    call: (once: { idempotencyKey: string }) => Promise<{ id: string }>,
  ) => {
    await step(name, call).catch((error: unknown) => {
      if (!isGuildhallError(error) || !['conflict', 'limit_exceeded', 'not_found'].includes(error.code))
        throw error;
    });
  };
  const { id: taskId } = await step('create', (once) =>
    service.createTaskWithAudit(
      {
        ...{ platformId: world.platform, workerId, amount: '20.000003', title: `life ${n}` },
        taskType: streaming ? 'streaming' : 'fixed',
      },
      once,
    ),
  );
  await step('start', (once) => service.startTask(taskId, once));
  if (streaming) {
    const stream = await step('stream', (once) =>
      service.createStream(
        { taskId, durationS: 3_600, releaseIntervalS: 60, startTime: told.startOf(n) },
        once,
      ),
    );
    await perhaps(
      'take',
      async (once) => (await service.withdrawFromStream(stream.id, { amount: '0.5' }, once)).transaction,
    );
    await step('end', (once) => service.cancelStream(stream.id, once));
  }
  await step('complete', (once) => service.completeTaskWithReputation(taskId, once));
  const rail = onRail ? { rail: 'sandbox' } : {};
  await step('pay', (once) => service.processPayment({ taskId, ...rail }, once));
  if (onRail) await perhaps('advance', (once) => service.requestAdvance(workerId, { amount: '10' }, once));
  if (n % 4 === 0) await perhaps('repay', (once) => service.repayAdvance(workerId, '1.000001', once));
  if (n % 4 === 1) {
    await perhaps('withdraw', (once) =>
      service.withdraw(workerId, { amount: '1.5', toAddress: WALLET }, once),
    );
  }
  told.open.delete(n);
  told.ended += 1;
}

async function begin(database: Database, world: World, told: Told): Promise<Load> {
  const { service } = createInstance(gigs, database);
  const before = told.ended;
  let stopped = false;
  // Lives that were cut off first; each is taken by one caller.
  const waiting = [...told.open];
  const callers = Array.from({ length: CALLERS }, () =>
    untilGone(
      () => stopped,
      async () => {
        const n = waiting.shift() ?? told.next++;
        await live(service, world, told, n);
      },
    ),
  );
  const background = untilGone(
    () => stopped,
    async () => {
      await service.releaseDueStreams();
      await service.workTransfers(RAIL);
      await service.foldStatistics();
    },
  );
  return {
    enough: () => told.ended >= before + ENOUGH,
    stop: async () => {
      stopped = true;
      await Promise.all([...callers, background]);
    },
  };
}

describe('a server that is killed while tasks are posted, streamed, paid, lent on and withdrawn', () => {
  let server: MortalServer;
  let world: World;
  beforeAll(async () => {
    server = await startMortal();
    world = await prepareOn(server, async (database) => {
      const instance = createInstance(gigs, database);
      await migratorOf(instance).up();
      const parts = gigsParts(instance.service);
      const { id } = await parts.platform('1000000', { feeBps: 333 });
      const workers: string[] = [];
      for (let n = 0; n < 3; n += 1) workers.push(await eligibleWorker(parts, id));
      for (const [n, worker] of workers.entries()) {
        const wallet = `0x${String(n).repeat(40)}`;
        await database.query('update gigs.workers set wallet_address = $2 where id = $1', [worker, wallet]);
      }
      return { platform: id, workers };
    });
  }, 120_000);
  afterAll(() => server?.close());

  it(
    `${ROUNDS} times loses nothing that was acknowledged, does nothing twice, and breaks no invariant`,
    async () => {
      const told = new Told();
      for (let round = 1; round <= ROUNDS; round += 1) {
        await killUnderLoad(server, 1, (database) => begin(database, world, told));
        await withDatabase(server, async (database) => {
          const { scope, service } = createInstance(gigs, database);
          const { broken } = gigsParts(service);
          const where = `round ${round}`;
          expect(await faultsIn(scope, OURS, told), where).toEqual([]);
          expect(await missingIn(scope, told), where).toEqual([]);
          expect(await wrongSums(scope), where).toEqual([]);
          expect(await broken(), where).toEqual([]);
        });
      }
      await withDatabase(server, async (database) => {
        const { scope, service } = createInstance(gigs, database);
        for (const n of [...told.open]) await live(service, world, told, n);
        expect(await faultsIn(scope, OURS, told)).toEqual([]);
        expect(await missingIn(scope, told)).toEqual([]);
        // Now that no call is in doubt, there is as much as was acknowledged, and nothing more.
        const count = (name: string) =>
          [...told.ids.keys()].filter((key) => key.startsWith(`${name} `)).length;
        const [rows] = await scope.query(
          `select (select count(*)::int from :schema.tasks where title like 'life %') as tasks,
             (select count(*)::int from :schema.transactions where tx_type = 'payout' and task_id is not null and stream_id is null) as payouts,
             (select count(*)::int from :schema.streams) as streams,
             (select count(*)::int from :schema.loans) as loans,
             (select count(*)::int from :schema.transactions where tx_type = 'withdrawal' and rail = 'sandbox') as withdrawals`,
        );
        const byRail = [...told.ids.keys()].filter(
          (key) => key.startsWith('pay ') && Number(key.slice(4)) % 4 === 3,
        );
        expect(rows).toEqual({
          tasks: count('create'),
          payouts: count('pay'),
          streams: count('stream'),
          loans: count('advance'),
          withdrawals: count('withdraw') + byRail.length,
        });
        expect(count('advance')).toBeGreaterThan(0);
        expect(await gigsParts(service).broken()).toEqual([]);
      });
      expect(told.ended).toBeGreaterThanOrEqual(ROUNDS * ENOUGH);
      expect(server.killed).toBeGreaterThan(ROUNDS);
    },
    TIMEOUT_MS,
  );

  it('finds what is lost where balances are read, changed and written back (control)', async () => {
    const books: Books = {
      entries: 'select id, worker_id, amount from :schema.naive_payments',
      balances: 'select worker_id, balance from :schema.naive_balances',
    };
    await prepareOn(server, async (database) => {
      await database.query('create table gigs.naive_payments (id text, worker_id text, amount numeric)');
      await database.query('create table gigs.naive_balances (worker_id text, balance numeric)');
      await database.query(`insert into gigs.naive_balances values ('one', 0), ('two', 0)`);
    });
    const told = new Told();
    const pay = async (database: Database, n: number): Promise<void> => {
      const worker = n % 2 === 0 ? 'one' : 'two';
      await database.query('insert into gigs.naive_payments values ($1, $2, 5)', [`txn ${n}`, worker]);
      const read = 'select balance from gigs.naive_balances where worker_id = $1';
      const { rows } = await database.query<{ balance: string }>(read, [worker]);
      const balance = Number(rows[0]?.balance) + 5;
      await database.query('update gigs.naive_balances set balance = $2 where worker_id = $1', [
        worker,
        balance,
      ]);
      told.note(`pay ${n}`, `txn ${n}`);
    };
    await killUnderLoad(server, 2, async (database) => {
      const before = told.ids.size;
      let stopped = false;
      const callers = Array.from({ length: CALLERS }, () =>
        untilGone(
          () => stopped,
          () => pay(database, told.next++),
        ),
      );
      return {
        enough: () => told.ids.size >= before + 50,
        stop: async () => {
          stopped = true;
          await Promise.all(callers);
        },
      };
    });
    const faults = await withDatabase(server, (database) =>
      faultsIn(createInstance(gigs, database).scope, books, told),
    );
    expect(faults).toContain('the balance of one is not what was paid');
  }, 60_000);
});
