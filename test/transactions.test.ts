import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database, IsolationLevel, Transaction } from '../src/kernel/database/types.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { backendPid, failureOf, killBackend, signal, startProxy, until } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
/** Another pool: what the rest of the world sees. */
let world: Database;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  world = await opened.connect();
  await world.query(`create table notes (id int primary key, text text not null);
    create table purses (id int primary key, amount int not null)`);
});

afterAll(() => opened?.close());

beforeEach(() => world.query('truncate notes, purses; insert into purses values (1, 100), (2, 100)'));

const add = (tx: Pick<Database, 'query'>, id: number, text = 'a note') =>
  tx.query('insert into notes values ($1, $2)', [id, text]);

async function noteIds(): Promise<number[]> {
  const { rows } = await world.query<{ id: number }>('select id from notes order by id');
  return rows.map((row) => row.id);
}

describe('a transaction', () => {
  it('keeps all of its changes or none', async () => {
    const value = await database.transaction(async (tx) => {
      await add(tx, 1);
      expect(await noteIds()).toEqual([]);
      await add(tx, 2);
      return 'done';
    });
    expect(value).toBe('done');
    const broken = database.transaction(async (tx) => {
      await add(tx, 3);
      throw new Error('changed my mind');
    });
    await expect(broken).rejects.toThrow('changed my mind');
    expect(await noteIds()).toEqual([1, 2]);
  });

  it.each(['read committed', 'repeatable read', 'serializable'] as const)(
    'runs at %s when asked to',
    async (isolation) => {
      const shown = await database.transaction(
        (tx) => tx.query("select current_setting('transaction_isolation') as level"),
        { isolation },
      );
      expect(shown.rows).toEqual([{ level: isolation }]);
    },
  );

  it('refuses a level that is not known, whatever it contains', async () => {
    const level = 'serializable; drop table notes' as IsolationLevel;
    expect(await failureOf(database.transaction(async () => 1, { isolation: level }))).toMatchObject({
      code: 'invalid_input',
      field: 'isolation',
    });
  });

  it('that only reads cannot write', async () => {
    const error = await failureOf(database.transaction((tx) => add(tx, 1), { readOnly: true }));
    expect(error.details).toMatchObject({ sqlState: '25006' });
  });

  it('takes Kysely and COPY along', async () => {
    const broken = database.transaction(async (tx) => {
      await tx.kysely().insertInto('notes').values({ id: 1, text: 'kysely' }).execute();
      expect(await tx.copyIn('copy notes from stdin', ['2\tco', 'py\n3\tcopy\n'])).toBe(2);
      const rows = await tx.kysely().selectFrom('notes').select('id').orderBy('id').execute();
      expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
      throw new Error('none of it');
    });
    await expect(broken).rejects.toThrow('none of it');
    expect(await noteIds()).toEqual([]);
  });

  it('is left whole by a COPY whose source fails, and the error of the source comes through', async () => {
    const single = await opened.connect({ pool_max: '1' });
    async function* source(): AsyncGenerator<string> {
      yield '1\tone\n';
      throw new RangeError('the file is torn');
    }
    await expect(single.copyIn('copy notes from stdin', source())).rejects.toThrow(
      new RangeError('the file is torn'),
    );
    const badRow = await failureOf(single.copyIn('copy notes from stdin', ['1\tone\n', 'x\ttwo\n']));
    expect(badRow).toMatchObject({ code: 'invalid_input', details: { sqlState: '22P02' } });
    const badStatement = await failureOf(single.copyIn('copy nowhere from stdin', ['1\tone\n']));
    expect(badStatement.details).toMatchObject({ sqlState: '42P01' });
    expect(await single.copyIn('copy notes from stdin', ['4\tfour\n'])).toBe(1);
    expect(await noteIds()).toEqual([4]);
  });
});

describe('a conflict with another transaction', () => {
  /** Two transactions that both read before either writes: write skew, refused at serializable. */
  async function writeSkew(retries?: number) {
    const bothHaveRead = barrier(2);
    const runs: [number, number] = [0, 0];
    const withdraw = (index: 0 | 1) =>
      database.transaction(
        async (tx) => {
          runs[index] += 1;
          const { rows } = await tx.query<{ sum: bigint }>('select sum(amount) as sum from purses');
          await bothHaveRead();
          if (Number(rows[0]?.sum) < 150) return 'refused';
          await tx.query('update purses set amount = amount - 100 where id = $1', [index + 1]);
          return 'paid';
        },
        { isolation: 'serializable', ...(retries === undefined ? {} : { retries }) },
      );
    const outcomes = await Promise.allSettled([withdraw(0), withdraw(1)]);
    return { outcomes, runs };
  }

  it('is repeated until it holds: write skew pays once', async () => {
    const { outcomes, runs } = await writeSkew();
    expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value : one.reason)).sort()).toEqual([
      'paid',
      'refused',
    ]);
    expect(runs.toSorted()).toEqual([1, 2]);
  });

  it('is thrown as serialization when no repeat is allowed', async () => {
    const { outcomes, runs } = await writeSkew(0);
    const failed = outcomes.find((one) => one.status === 'rejected');
    expect(failed?.reason).toMatchObject({ code: 'serialization', details: { sqlState: '40001' } });
    expect(runs).toEqual([1, 1]);
  });

  it('pays twice at read committed (control)', async () => {
    const bothHaveRead = barrier(2);
    const withdraw = (id: number) =>
      database.transaction(async (tx) => {
        const { rows } = await tx.query<{ sum: bigint }>('select sum(amount) as sum from purses');
        await bothHaveRead();
        if (Number(rows[0]?.sum) < 150) return 'refused';
        await tx.query('update purses set amount = amount - 100 where id = $1', [id]);
        return 'paid';
      });
    expect(await Promise.all([withdraw(1), withdraw(2)])).toEqual(['paid', 'paid']);
  });

  it('that is a deadlock is repeated, and both changes stand', async () => {
    const bothHoldOne = barrier(2);
    let runs = 0;
    const move = (first: number, second: number) =>
      database.transaction(async (tx) => {
        runs += 1;
        await tx.query("set local deadlock_timeout = '10ms'");
        await tx.query('update purses set amount = amount + 1 where id = $1', [first]);
        await bothHoldOne();
        await tx.query('update purses set amount = amount + 1 where id = $1', [second]);
      });
    await Promise.all([move(1, 2), move(2, 1)]);
    expect(runs).toBe(3);
    expect((await world.query('select amount from purses')).rows).toEqual([{ amount: 102 }, { amount: 102 }]);
  });

  it.each(['40001', '40P01'])('of the kind %s is repeated a bounded number of times', async (state) => {
    let runs = 0;
    const hopeless = database.transaction(
      async (tx) => {
        runs += 1;
        await tx.query(`do $$ begin raise exception 'again' using errcode = '${state}'; end $$`);
      },
      { retries: 2 },
    );
    expect(await failureOf(hopeless)).toMatchObject({ code: 'serialization', details: { sqlState: state } });
    expect(runs).toBe(3);
  });

  it('is seen through an error that a service wrapped around it', async () => {
    let runs = 0;
    await database.transaction(async (tx) => {
      runs += 1;
      if (runs > 1) return;
      await tx.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$").catch((cause) => {
        throw new Error('could not book', { cause });
      });
    });
    expect(runs).toBe(2);
  });

  it('of another kind is not repeated', async () => {
    let runs = 0;
    const twice = database.transaction(async (tx) => {
      runs += 1;
      await add(tx, 1);
      await add(tx, 1);
    });
    expect(await failureOf(twice)).toMatchObject({
      code: 'already_exists',
      details: { constraint: 'notes_pkey' },
    });
    expect(runs).toBe(1);
  });
});

describe('a nested transaction', () => {
  it('that fails is undone, and the outer one goes on', async () => {
    await database.transaction(async (tx) => {
      await add(tx, 1);
      const inner = tx.transaction(async (nested) => {
        await add(nested, 2);
        await nested.transaction((deeper) => add(deeper, 3));
        await add(nested, 1);
      });
      expect(await failureOf(inner)).toMatchObject({ code: 'already_exists' });
      await tx.transaction((nested) => add(nested, 4));
      await add(tx, 5);
    });
    expect(await noteIds()).toEqual([1, 4, 5]);
  });

  it('that fails many times leaves no savepoints behind', async () => {
    await database.transaction(async (tx) => {
      for (let attempt = 0; attempt < 50; attempt += 1) {
        await failureOf(tx.transaction((nested) => nested.query('select 1 / 0')));
      }
      await add(tx, 1);
      // A savepoint left open would be one more transaction id to lock for the row written inside it.
      const { rows } = await tx.query<{ ids: bigint }>(
        "select count(*) as ids from pg_locks where pid = pg_backend_pid() and locktype = 'transactionid'",
      );
      expect(rows[0]?.ids).toBe(1n);
    });
  });

  it('is undone with the outer one', async () => {
    const broken = database.transaction(async (tx) => {
      await tx.transaction((nested) => add(nested, 1));
      throw new Error('all of it');
    });
    await expect(broken).rejects.toThrow('all of it');
    expect(await noteIds()).toEqual([]);
  });

  it('that failed for an outage elsewhere is undone as well', async () => {
    const nowhere = async () => {
      await openDatabase('postgres://u:p@127.0.0.1:9/db');
    };
    await database.transaction(async (tx) => {
      const inner = tx.transaction(async (nested) => {
        await add(nested, 1);
        await nowhere();
      });
      expect(await failureOf(inner)).toMatchObject({ code: 'unavailable' });
      await add(tx, 2);
    });
    expect(await noteIds()).toEqual([2]);
  });

  it('cannot be of a stronger isolation than the outer one', async () => {
    await database.transaction(async (tx) => {
      const error = await failureOf(tx.transaction(async () => 1, { isolation: 'serializable' }));
      expect(error).toMatchObject({ code: 'invalid_input', field: 'isolation' });
      expect(error.hint).toContain("isolation: 'serializable'");
    });
    await database.transaction(
      (tx) => tx.transaction((nested) => add(nested, 1), { isolation: 'repeatable read' }),
      {
        isolation: 'serializable',
      },
    );
    expect(await noteIds()).toEqual([1]);
  });

  it('keeps its outer handle out while it is open', async () => {
    await database.transaction(async (tx) => {
      await tx.transaction(async (nested) => {
        expect(await failureOf(tx.query('select 1'))).toMatchObject({ code: 'wrong_database_handle' });
        expect(await failureOf(tx.transaction(async () => 1))).toMatchObject({
          code: 'wrong_database_handle',
        });
        await nested.transaction(async () => {
          expect(await failureOf(tx.query('select 1'))).toMatchObject({ code: 'wrong_database_handle' });
          expect(await failureOf(nested.query('select 1'))).toMatchObject({ code: 'wrong_database_handle' });
        });
        await add(nested, 1);
      });
      await add(tx, 2);
    });
    expect(await noteIds()).toEqual([1, 2]);
  });
});

describe('the handle', () => {
  it('outside is refused inside at once, even where a pool of one would wait for ever', async () => {
    const single = await opened.connect({ pool_max: '1' });
    const misuses: readonly (readonly [string, (db: Database) => Promise<unknown>])[] = [
      ['query', (db) => db.query('select 1')],
      ['transaction', (db) => db.transaction(async () => 1)],
      ['kysely', (db) => db.kysely().selectFrom('notes').selectAll().execute()],
      ['copyIn', (db) => db.copyIn('copy notes from stdin', [])],
    ];
    await single.transaction(async (tx) => {
      for (const [, misuse] of misuses) {
        const error = await failureOf(misuse(single));
        expect(error).toMatchObject({ code: 'wrong_database_handle' });
        expect(error.hint).toContain('tx');
      }
      await tx.transaction(async () => {
        expect(await failureOf(single.query('select 1'))).toMatchObject({ code: 'wrong_database_handle' });
      });
      await add(tx, 1);
    });
    expect(await noteIds()).toEqual([1]);
  });

  it('outside is refused through a service as well', async () => {
    const { service } = opened.agents;
    await database.transaction(async () => {
      expect(await failureOf(service.listUsers())).toMatchObject({ code: 'wrong_database_handle' });
    });
    expect(await service.transaction((inside) => inside.listUsers())).toEqual([]);
  });

  it('outside is refused although another database lies between', async () => {
    await database.transaction((tx) =>
      world.transaction(async (other) => {
        expect(await failureOf(database.query('select 1'))).toMatchObject({ code: 'wrong_database_handle' });
        expect(await failureOf(world.query('select 1'))).toMatchObject({ code: 'wrong_database_handle' });
        await add(tx, 1);
        await other.query('select 1');
      }),
    );
    expect(await noteIds()).toEqual([1]);
  });

  it('outside may be used again when the transaction has ended, by code that began inside', async () => {
    const ended = signal();
    let later: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      await add(tx, 1);
      later = ended.promise.then(() => database.query('select 1'));
    });
    ended.fire();
    await expect(later).resolves.toMatchObject({ rowCount: 1 });
  });

  it('inside is refused once the transaction has ended', async () => {
    let leaked: Transaction | undefined;
    await database.transaction(async (tx) => {
      leaked = tx;
      await add(tx, 1);
    });
    const tx = leaked as Transaction;
    for (const misuse of [
      () => tx.query('select 1'),
      () => tx.transaction(async () => 1),
      () => tx.kysely().selectFrom('notes').selectAll().execute(),
      () => tx.copyIn('copy notes from stdin', []),
      async () => tx.afterCommit(() => undefined),
    ]) {
      expect(await failureOf(misuse())).toMatchObject({ code: 'wrong_database_handle' });
    }
  });

  it('inside serves Promise.all in order, savepoints and steps of several callers included', async () => {
    const steps = (tx: Transaction, from: number) => async () => {
      await add(tx, from);
      await tx.transaction(async (nested) => {
        await add(nested, from + 1);
        await nested.query('select 1');
      });
      await add(tx, from + 2);
    };
    await database.transaction(async (tx) => {
      await Promise.all([steps(tx, 10)(), steps(tx, 20)(), steps(tx, 30)(), tx.query('select 1')]);
    });
    expect(await noteIds()).toEqual([10, 11, 12, 20, 21, 22, 30, 31, 32]);
  });

  it('inside never runs what was left behind by a failed body outside the transaction', async () => {
    const single = await opened.connect({ pool_max: '1' });
    const left: Promise<unknown>[] = [];
    const broken = single.transaction(async (tx) => {
      left.push(
        add(tx, 1),
        tx.query('select 1 / 0'),
        add(tx, 2),
        tx.transaction((nested) => add(nested, 3)),
        add(tx, 4),
      );
      await Promise.all(left);
    });
    expect(await failureOf(broken)).toMatchObject({ details: { sqlState: '22012' } });
    const outcomes = await Promise.allSettled(left);
    expect(outcomes.slice(1).map((one) => one.status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ]);
    await single.query('select 1');
    expect(await noteIds()).toEqual([]);
  });

  it('inside refuses what is still queued when the body has failed', async () => {
    const left: Promise<unknown>[] = [];
    const broken = database.transaction(async (tx) => {
      left.push(tx.query('select 1'), add(tx, 1), add(tx, 2));
      for (const promise of left) promise.catch(() => undefined);
      throw new Error('changed my mind');
    });
    await expect(broken).rejects.toThrow('changed my mind');
    const [, ...queued] = await Promise.allSettled(left);
    for (const outcome of queued) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'wrong_database_handle' } });
    }
    expect(await noteIds()).toEqual([]);
  });

  it('inside runs what the body started and did not await, before COMMIT', async () => {
    await database.transaction(async (tx) => {
      void add(tx, 1).then(() => add(tx, 2));
      void add(tx, 3);
    });
    expect(await noteIds()).toEqual([1, 2, 3]);
  });
});

describe('an error that the body caught', () => {
  it('is told as a conflict instead of a silent rollback', async () => {
    const careless = database.transaction(async (tx) => {
      await add(tx, 1);
      await add(tx, 1).catch(() => undefined);
      return 'all is well';
    });
    const error = await failureOf(careless);
    expect(error.code).toBe('conflict');
    expect(error.hint).toContain('nested');
    expect(await noteIds()).toEqual([]);
  });

  it('is told by the next statement and by the nested transaction as well', async () => {
    const next = database.transaction(async (tx) => {
      await tx.query('select 1 / 0').catch(() => undefined);
      await add(tx, 1);
    });
    expect(await failureOf(next)).toMatchObject({ code: 'conflict', details: { sqlState: '25P02' } });
    await database.transaction(async (tx) => {
      const nested = tx.transaction(async (inner) => {
        await inner.query('select 1 / 0').catch(() => undefined);
      });
      expect(await failureOf(nested)).toMatchObject({ code: 'conflict' });
      await add(tx, 2);
    });
    expect(await noteIds()).toEqual([2]);
  });
});

describe('afterCommit', () => {
  it('runs in order once COMMIT stands, also from nested transactions that stayed', async () => {
    const heard: string[] = [];
    const note = (text: string) => async () => {
      heard.push(`${text} sees ${(await noteIds()).join()}`);
    };
    await database.transaction(async (tx) => {
      tx.afterCommit(note('first'));
      await tx.transaction(async (nested) => {
        nested.afterCommit(note('nested'));
        await add(nested, 1);
      });
      await failureOf(
        tx.transaction(async (nested) => {
          nested.afterCommit(note('undone'));
          await add(nested, 1);
        }),
      );
      tx.afterCommit(note('last'));
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(['first sees 1', 'nested sees 1', 'last sees 1']);
  });

  it('does not run after a rollback, and once when the body had to be repeated', async () => {
    const heard: number[] = [];
    let runs = 0;
    await database.transaction(async (tx) => {
      runs += 1;
      tx.afterCommit(() => void heard.push(runs));
      if (runs === 1) await tx.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
    });
    const broken = database.transaction(async (tx) => {
      tx.afterCommit(() => void heard.push(99));
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect(heard).toEqual([2]);
  });

  it('that throws is reported and changes nothing, since the change stands', async () => {
    const errors: unknown[] = [];
    await using own = await openDatabase(opened.url, { onError: (error) => errors.push(error) });
    await own.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error('mail is down');
      });
      await add(tx, 1);
    });
    expect(errors).toEqual([new Error('mail is down')]);
    expect(await noteIds()).toEqual([1]);
  });
});

describe('a COMMIT that is refused', () => {
  it('undoes everything, says why, and leaves the connection in use', async () => {
    await world.query(
      'create table late (id int constraint late_id_key unique deferrable initially deferred)',
    );
    const single = await opened.connect({ pool_max: '1' });
    const pid = await backendPid(single);
    const error = await failureOf(single.transaction((tx) => tx.query('insert into late values (1), (1)')));
    expect(error).toMatchObject({ code: 'already_exists', details: { constraint: 'late_id_key' } });
    expect((await single.query('select from late')).rowCount).toBe(0);
    expect(await backendPid(single)).toBe(pid);
  });
});

describe('a connection lost', () => {
  it('before COMMIT is replaced and the body repeated', async () => {
    let runs = 0;
    await database.transaction(async (tx) => {
      runs += 1;
      await add(tx, runs);
      if (runs === 1) await killBackend(world, await backendPid(tx));
      await add(tx, 10);
    });
    expect(runs).toBe(2);
    expect(await noteIds()).toEqual([2, 10]);
  });

  it('before COMMIT is noticed although the body kept quiet about it', async () => {
    let runs = 0;
    await database.transaction(async (tx) => {
      runs += 1;
      await add(tx, runs);
      if (runs > 1) return;
      await killBackend(world, await backendPid(tx));
      await tx.query('select 1').catch(() => undefined);
    });
    expect(runs).toBe(2);
    expect(await noteIds()).toEqual([2]);
  });

  it('before COMMIT is not repeated when no repeat is allowed', async () => {
    let runs = 0;
    const lost = database.transaction(
      async (tx) => {
        runs += 1;
        await killBackend(world, await backendPid(tx));
        await add(tx, 1);
      },
      { retries: 0 },
    );
    expect(await failureOf(lost)).toMatchObject({ code: 'unavailable' });
    expect(runs).toBe(1);
  });

  it('inside a savepoint repeats the whole', async () => {
    let runs = 0;
    await database.transaction(async (tx) => {
      runs += 1;
      await add(tx, 1);
      await tx.transaction(async (nested) => {
        if (runs === 1) await killBackend(world, await backendPid(nested));
        await add(nested, 2);
      });
    });
    expect(runs).toBe(2);
    expect(await noteIds()).toEqual([1, 2]);
  });

  /** Cuts the connection right after the first COMMIT has been passed on to the server. */
  async function throughCutter<T>(use: (cut: Database) => Promise<T>): Promise<T> {
    let cuts = 0;
    const proxy = await startProxy(opened.url, {
      onSend: (bytes) => (bytes.includes('commit\0') && ++cuts === 1 ? 'cut' : 'pass'),
    });
    const behind = await openDatabase(proxy.urlFor(opened.url));
    try {
      return await use(behind);
    } finally {
      await behind.close(0);
      await proxy.close();
    }
  }

  it('while COMMIT is under way is told as unknown, and the body is not repeated', async () => {
    let runs = 0;
    const error = await throughCutter((cut) =>
      failureOf(
        cut.transaction(async (tx) => {
          runs += 1;
          await add(tx, runs);
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'unavailable', reason: 'commit_unknown' });
    expect(error.hint).toContain('idempotency key');
    expect(runs).toBe(1);
    // The server had the COMMIT: repeating blindly would have written twice.
    await until('the commit to stand', async () => (await noteIds()).length === 1);
  });

  it('while COMMIT is under way is repeated when the body is idempotent', async () => {
    let runs = 0;
    await throughCutter((cut) =>
      cut.transaction(
        async (tx) => {
          runs += 1;
          await tx.query("insert into notes values (1, 'once') on conflict do nothing");
        },
        { idempotent: true },
      ),
    );
    expect(runs).toBe(2);
    expect(await noteIds()).toEqual([1]);
  });

  it('to something else by the body is not mistaken for ours', async () => {
    const single = await opened.connect({ pool_max: '1' });
    const pid = await backendPid(single);
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });
    let runs = 0;
    const bodies: readonly (() => Promise<never>)[] = [
      () => Promise.reject(refused),
      () => openDatabase('postgres://u:p@127.0.0.1:9/db') as Promise<never>,
    ];
    for (const body of bodies) {
      const call = single.transaction(async (tx) => {
        runs += 1;
        await add(tx, runs);
        return body();
      });
      await expect(call).rejects.toThrow('ECONNREFUSED');
    }
    expect(runs).toBe(2);
    expect(await noteIds()).toEqual([]);
    expect(await backendPid(single)).toBe(pid);
  });

  it('while it waited for a lock is repeated like any other', async () => {
    let runs = 0;
    const blocked = await world.transaction(async (holder) => {
      await holder.query('select * from purses where id = 1 for update');
      const waiting = database.transaction(async (tx) => {
        runs += 1;
        await tx.query('update purses set amount = 0 where id = 1');
      });
      await untilBlockedBy(holder);
      return { waiting };
    });
    await blocked.waiting;
    expect(runs).toBe(2);
  });

  async function untilBlockedBy(holder: Transaction): Promise<void> {
    await until('the victim to wait', async () => {
      const { rows } = await holder.query<{ pid: number }>(
        'select pid from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))',
      );
      if (rows[0] === undefined) return false;
      await holder.query('select pg_terminate_backend($1, 5000)', [rows[0].pid]);
      return true;
    });
  }
});

/** A meeting point for a number of callers; later ones walk through. */
function barrier(count: number): () => Promise<void> {
  const open = signal();
  let arrived = 0;
  return async () => {
    arrived += 1;
    if (arrived === count) open.fire();
    await open.promise;
  };
}
