import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireEmbedded } from '../src/kernel/database/embedded/index.ts';
import { databaseHealth, isReachable } from '../src/kernel/database/health.ts';
import { openDatabase } from '../src/kernel/database/open.ts';
import { readConnectionSettings } from '../src/kernel/database/settings.ts';
import { schemaStats } from '../src/kernel/database/stats.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import {
  backendPid,
  everythingOf,
  failureOf,
  killBackend,
  signal,
  until,
  untilBlocked,
} from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
});

afterAll(() => opened?.close());

describe('values', () => {
  it('arrive exactly: bigint, numeric, date, interval and time to the millisecond', async () => {
    const { rows } = await database.query(
      `select 9007199254740993::bigint as big, (-9223372036854775807)::bigint as lowest,
         12345678901234567890.123456789012345678900::numeric as amount, 1.500::numeric(10, 3) as price,
         100::numeric as hundred, 0.000::numeric as nothing,
         date '2024-02-29' as day, interval '1 month 2 days' as span,
         timestamptz '2024-10-27 02:30:00.123+02' as at`,
    );
    expect(rows[0]).toEqual({
      big: 9007199254740993n,
      lowest: -9223372036854775807n,
      amount: '12345678901234567890.1234567890123456789',
      price: '1.5',
      hundred: '100',
      nothing: '0',
      day: '2024-02-29',
      span: '1 mon 2 days',
      at: new Date('2024-10-27T00:30:00.123Z'),
    });
  });

  it('in arrays are as exact as alone, with nulls and further dimensions', async () => {
    const { rows } = await database.query(
      `select array[1, null, 9007199254740993]::bigint[] as bigs, array[1.50, null]::numeric[] as amounts,
         array[[1, 2], [3, 4]]::bigint[] as grid, '{}'::numeric[] as none,
         array[date '2024-02-29'] as days, array['a,b', 'c"d', null, 'NULL', '{e}', e'f\\\\g'] as texts,
         array[timestamptz '2024-10-27 02:30:00.123+02'] as times`,
    );
    expect(rows[0]).toEqual({
      bigs: [1n, null, 9007199254740993n],
      amounts: ['1.5', null],
      grid: [
        [1n, 2n],
        [3n, 4n],
      ],
      none: [],
      days: ['2024-02-29'],
      texts: ['a,b', 'c"d', null, 'NULL', '{e}', 'f\\g'],
      times: [new Date('2024-10-27T00:30:00.123Z')],
    });
  });

  it('come back as they were sent, times included', async () => {
    const at = new Date('2024-03-31T01:59:59.999Z');
    const { rows } = await database.query(
      'select $1::timestamptz(3) as at, $2::numeric as amount, $3::bigint as big, $4::jsonb as data, $5::bigint[] as list',
      [at, '0.10', 2n ** 62n, { a: [1, 'ä', null] }, [1n, 2n]],
    );
    expect(rows[0]).toEqual({
      at,
      amount: '0.1',
      big: 2n ** 62n,
      data: { a: [1, 'ä', null] },
      list: [1n, 2n],
    });
  });

  it('are exact through Kysely as well', async () => {
    const row = await database
      .kysely()
      .selectNoFrom((eb) => [
        eb.cast<bigint>(eb.val('9007199254740993'), 'bigint').as('big'),
        eb.cast<string>(eb.val('1.50'), 'numeric').as('amount'),
      ])
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ big: 9007199254740993n, amount: '1.5' });
  });

  it('would not be exact without our parsers (control)', async () => {
    const client = new pg.Client({ connectionString: opened.url });
    await client.connect();
    const { rows } = await client.query("select 9007199254740993::bigint as big, date '2024-02-29' as day");
    await client.end();
    expect(rows[0].big).not.toBe(9007199254740993n);
    expect(rows[0].day).toBeInstanceOf(Date);
  });
});

describe('a DATABASE_URL', () => {
  const badUrls: readonly (readonly [what: string, url: string, problem: RegExp])[] = [
    ['that is no URL', 'not a url, hunter2', /cannot be read/],
    ['of another scheme', 'mysql://u:hunter2@h/db', /begins with mysql:/],
    ['with broken percent-encoding', 'postgres://u:hunter2%zz@h/db', /percent-encoding/],
    ['with a limit that is no number', 'postgres://u:hunter2@h/db?pool_max=many', /pool_max=many/],
    ['with a limit out of range', 'postgres://u:hunter2@h/db?pool_max=0', /pool_max=0/],
    ['with an unknown profile', 'postgres://u:hunter2@h/db?profile=edge', /profile=edge/],
  ];
  it.each(badUrls)('%s is refused with what is wrong and without the password', async (_, url, problem) => {
    const error = await failureOf(openDatabase(url));
    expect(error).toMatchObject({ code: 'configuration', field: 'DATABASE_URL' });
    expect(error.message).toMatch(problem);
    expect(error.hint).toMatch(/^(Write postgres:|Use )/);
    expect(everythingOf(error)).not.toContain('hunter2');
  });

  const withUrl = (change: (url: URL) => void): string => {
    const url = new URL(opened.url);
    url.searchParams.set('connect_timeout_ms', '2000');
    change(url);
    return url.toString();
  };

  it('with a refused port fails with host, port, cause and the next command', async () => {
    const port = await unusedPort();
    const error = await failureOf(
      openDatabase(
        withUrl((url) => Object.assign(url, { hostname: '127.0.0.1', port, password: 'hunter2' })),
      ),
    );
    expect(error).toMatchObject({ code: 'unavailable', details: { host: '127.0.0.1', port: Number(port) } });
    expect(error.message).toContain(`host 127.0.0.1, port ${port}`);
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.hint).toMatch(/server runs.*guildhall status.*gives up after 2 s/);
    expect(everythingOf(error)).not.toContain('hunter2');
  });

  it('with a wrong password says so and never shows it', async () => {
    const error = await failureOf(
      openDatabase(withUrl((url) => Object.assign(url, { password: 'hunter2' }))),
    );
    expect(error).toMatchObject({ code: 'unavailable', details: { sqlState: '28P01' } });
    expect(error.hint).toMatch(/Check user and password in DATABASE_URL.*guildhall status/);
    expect(everythingOf(error)).not.toContain('hunter2');
  });

  it('with a database that is not there says how to make it', async () => {
    const error = await failureOf(
      openDatabase(withUrl((url) => Object.assign(url, { pathname: '/nowhere' }))),
    );
    expect(error).toMatchObject({ code: 'unavailable', details: { sqlState: '3D000' } });
    expect(error.message).toContain('nowhere');
    expect(error.hint).toMatch(/createdb.*guildhall status/);
  });

  it('with an unknown host says so', async () => {
    const error = await failureOf(
      openDatabase(
        withUrl((url) => Object.assign(url, { hostname: 'nowhere.invalid', password: 'hunter2' })),
      ),
    );
    expect(error).toMatchObject({ code: 'unavailable', details: { host: 'nowhere.invalid' } });
    expect(error.message).toMatch(/host nowhere\.invalid/);
    expect(everythingOf(error)).not.toContain('hunter2');
  });

  it('whose host swallows everything is given up in the stated time', async () => {
    await using hole = await listen(() => undefined);
    const started = performance.now();
    const error = await failureOf(
      openDatabase(`postgres://u:hunter2@127.0.0.1:${hole.port}/db?connect_timeout_ms=300`),
    );
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(error).toMatchObject({ code: 'unavailable', details: { port: hole.port } });
    expect(error.hint).toContain('gives up after 0.3 s');
    expect(everythingOf(error)).not.toContain('hunter2');
  });

  it('of a server older than 15 is refused', async () => {
    await using old = await listen(answerAsVersion('140012'));
    const error = await failureOf(openDatabase(`postgres://u:hunter2@127.0.0.1:${old.port}/db`));
    expect(error).toMatchObject({ code: 'configuration' });
    expect(error.message).toContain('PostgreSQL 14.12');
    expect(error.hint).toContain('PostgreSQL 15 to 18');
    expect(everythingOf(error)).not.toContain('hunter2');
  });

  it('of any supported server is opened, and its address shows no password', async () => {
    expect(database.serverVersion).toBeGreaterThanOrEqual(150_000);
    expect(database.profile).toBe('direct');
    expect(database.address).toBe(
      `127.0.0.1:${new URL(opened.url).port}/${new URL(opened.url).pathname.slice(1)}`,
    );
  });

  it('keeps its own start-up options beside ours', async () => {
    const own = await opened.connect({ options: '-c work_mem=7MB' });
    const { rows } = await own.query(
      "select current_setting('work_mem') as mem, current_setting('lock_timeout') as wait",
    );
    expect(rows[0]).toEqual({ mem: '7MB', wait: '10s' });
    expect(own.profile).toBe('direct');
  });

  it('may name a folder with a Unix socket', () => {
    expect(readConnectionSettings('postgres:///shop?host=/var/run/postgresql')).toMatchObject({
      host: '/var/run/postgresql',
      port: 5432,
      address: '/var/run/postgresql:5432/shop',
    });
  });
});

describe('limits', () => {
  it('default to CPUs × 2 + 1 connections and to time-outs that are on', async () => {
    expect(database.poolState().max).toBe(availableParallelism() * 2 + 1);
    const { rows } = await database.query(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
         current_setting('idle_in_transaction_session_timeout') as idle, current_setting('timezone') as zone,
         current_setting('application_name') as name`,
    );
    expect(rows[0]).toEqual({ statement: '30s', lock: '10s', idle: '1min', zone: 'UTC', name: 'guildhall' });
  });

  it('can be set in the URL', async () => {
    const tuned = await opened.connect({
      pool_max: '3',
      statement_timeout_ms: '1500',
      lock_timeout_ms: '700',
      idle_in_transaction_timeout_ms: '0',
    });
    expect(tuned.poolState().max).toBe(3);
    const { rows } = await tuned.query(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
         current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(rows[0]).toEqual({ statement: '1500ms', lock: '700ms', idle: '0' });
  });

  it('of the pool hold: no more connections than allowed, and whoever waits too long is told why', async () => {
    const small = await opened.connect({ pool_max: '2', connect_timeout_ms: '250' });
    const [held, release] = [signal(), signal()];
    let holding = 0;
    const hold = () =>
      small.transaction(async () => {
        holding += 1;
        if (holding === 2) held.fire();
        await release.promise;
      });
    const holders = [hold(), hold()];
    await held.promise;
    const error = await failureOf(small.query('select 1'));
    expect(error).toMatchObject({ code: 'unavailable', reason: 'pool_exhausted' });
    expect(error.message).toMatch(/2 of 2 in use/);
    expect(error.hint).toContain('pool_max');
    expect(small.poolState()).toMatchObject({ max: 2, open: 2, idle: 0 });
    release.fire();
    await Promise.all(holders);
    expect((await small.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('end a statement that runs too long', async () => {
    const hasty = await opened.connect({ statement_timeout_ms: '50', pool_max: '1' });
    const error = await failureOf(hasty.query('select pg_sleep(30)'));
    expect(error).toMatchObject({
      code: 'timeout',
      reason: 'statement_timeout',
      details: { sqlState: '57014' },
    });
    expect((await hasty.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    const patient = hasty.transaction((tx) => tx.query("select 'done' from pg_sleep(0.1)"), {
      statementTimeoutMs: 0,
    });
    expect((await patient).rowCount).toBe(1);
  });

  it('end a wait for a lock', async () => {
    await database.query('create table locked (id int primary key); insert into locked values (1)');
    const hasty = await opened.connect({ lock_timeout_ms: '50' });
    const error = await database.transaction(async (tx) => {
      await tx.query('select * from locked for update');
      return failureOf(hasty.query('update locked set id = id'));
    });
    expect(error).toMatchObject({ code: 'timeout', reason: 'lock_timeout', details: { sqlState: '55P03' } });
  });

  it('end a transaction in which nothing happens, and it is not repeated', async () => {
    const hasty = await opened.connect({ idle_in_transaction_timeout_ms: '50' });
    let runs = 0;
    const error = await failureOf(
      hasty.transaction(async (tx) => {
        runs += 1;
        const pid = await backendPid(tx);
        await until('the server to end the session', async () => {
          const { rowCount } = await database.query('select from pg_stat_activity where pid = $1', [pid]);
          return rowCount === 0;
        });
        await tx.query('select 1');
      }),
    );
    expect(error).toMatchObject({ code: 'timeout', reason: 'idle_in_transaction_timeout' });
    expect(error.hint).toContain('network calls');
    expect(runs).toBe(1);
    expect((await hasty.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('a pool', () => {
  it('that is closed lets running and waiting statements end, and refuses new ones', async () => {
    const closing = await opened.connect({ pool_max: '1' });
    const watcher = await opened.connect({ pool_max: '1' });
    const gate = await database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(71)');
      const running = closing.query('select pg_advisory_xact_lock(71), 1 as one');
      const waiting = closing.query('select 2 as two');
      await untilBlocked(watcher);
      const closed = closing.close();
      expect(await failureOf(closing.query('select 3'))).toMatchObject({
        code: 'unavailable',
        reason: 'closed',
      });
      return { running, waiting, closed };
    });
    expect((await gate.running).rows).toEqual([{ pg_advisory_xact_lock: '', one: 1 }]);
    expect((await gate.waiting).rows).toEqual([{ two: 2 }]);
    await gate.closed;
    expect(closing.poolState()).toMatchObject({ open: 0, waiting: 0 });
    await closing.close();
  });

  it('that is closed cuts off what still runs after the grace time', async () => {
    const closing = await opened.connect();
    const failed = failureOf(closing.query('select pg_sleep(60)'));
    const stuck = signal();
    const held = failureOf(
      closing.transaction(async (tx) => {
        await tx.query('select 1');
        await stuck.promise;
        await tx.query('select 2');
      }),
    );
    await until('both to run', () => closing.poolState().open === 2 && closing.poolState().idle === 0);
    const started = performance.now();
    await closing.close(20);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(await failed).toMatchObject({ code: 'unavailable' });
    stuck.fire();
    expect((await held).code).toBe('unavailable');
  });

  it('that is closed while a connection is being made does not leave it to its statement', async () => {
    const closing = await opened.connect();
    const failed = failureOf(closing.query('select pg_sleep(60)'));
    await closing.close(0);
    expect(await failed).toMatchObject({ code: 'unavailable' });
  });

  it('whose idle connections were ended by the server makes new ones', async () => {
    const errors: unknown[] = [];
    const url = new URL(opened.url);
    await using pool = await openDatabase(url.toString(), { onError: (error) => errors.push(error) });
    const pids = await Promise.all([backendPid(pool), backendPid(pool)]);
    for (const pid of pids) await killBackend(database, pid);
    await until('the pool to notice', () => pool.poolState().open === 0);
    expect(await backendPid(pool)).toBeGreaterThan(0);
    expect(errors.length).toBeGreaterThan(0);
  });

  it('that is given back a connection with an open transaction does not lend it again', async () => {
    const single = await opened.connect({ pool_max: '1' });
    await single.query('create table left_open (id int)');
    await single.query('begin; insert into left_open values (1)');
    expect((await single.query('select * from left_open')).rows).toEqual([]);
    await failureOf(single.query('begin; select 1 / 0'));
    expect((await single.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('tells its listeners text, rows, time and SQLSTATE of each statement', async () => {
    const heard: unknown[] = [];
    const pool = await opened.connect();
    pool.onQuery((timing) => heard.push(timing));
    await pool.query('select generate_series(1, $1::int)', [3]);
    await failureOf(pool.query('select 1 / 0'));
    expect(heard).toEqual([
      {
        text: 'select generate_series(1, $1::int)',
        rowCount: 3,
        sqlState: null,
        durationMs: expect.any(Number),
      },
      { text: 'select 1 / 0', rowCount: 0, sqlState: '22012', durationMs: expect.any(Number) },
    ]);
  });

  it('refuses a transaction of Kysely itself, which would lack retry and the guard', async () => {
    const error = await failureOf(
      database
        .kysely()
        .transaction()
        .execute(async () => 1),
    );
    expect(error).toMatchObject({ code: 'wrong_database_handle' });
    expect(error.hint).toContain('db.transaction');
  });
});

describe('a server', () => {
  it('that was killed and started again under the pool serves the next query', async () => {
    const home = await mkdtemp(join(tmpdir(), 'guildhall-restart-'));
    const first = await acquireEmbedded({ home, settings: { fsync: 'off' } });
    const pool = await openDatabase(first.url);
    try {
      await pool.query('create table kept (id int); insert into kept values (1)');
      expect(await databaseHealth(pool)).toMatchObject({ ok: true, problem: null });
      process.kill(first.pid, 'SIGKILL');
      await until('the pool to notice', () => pool.poolState().open === 0);
      expect(await isReachable(pool, 200)).toBe(false);
      const health = await databaseHealth(pool, 200);
      expect(health).toMatchObject({ ok: false, serverVersion: null });
      expect(health.problem).toBeTruthy();
      const second = await acquireEmbedded({ home });
      expect(second.port).toBe(first.port);
      expect((await pool.query('select id from kept')).rows).toEqual([{ id: 1 }]);
      await pool.close();
      await second.release();
    } finally {
      await pool.close(0);
      await first.release();
      await rm(home, { recursive: true, force: true });
    }
  });
});

describe('statistics', () => {
  it('name tables, unused indexes, foreign keys without index and blocked statements', async () => {
    await database.query(`create schema shop;
      create table shop.parents (id int primary key);
      create table shop.children (id int primary key, parent_id int references shop.parents, other_id int,
        constraint children_other_fkey foreign key (other_id) references shop.parents);
      create index children_parent_idx on shop.children (parent_id, id);
      insert into shop.parents select generate_series(1, 100);
      analyze shop.parents`);
    const waiter = await opened.connect();
    const blocked = await database.transaction(async (tx) => {
      await tx.query('select * from shop.parents where id = 1 for update');
      const waiting = waiter.query('delete from shop.parents where id = 1');
      await untilBlocked(waiter);
      const stats = await schemaStats(waiter, 'shop');
      return { stats, waiting, pid: await backendPid(tx) };
    });
    await blocked.waiting;
    const { stats } = blocked;
    expect(stats.tables.find((table) => table.table === 'parents')).toMatchObject({ estimatedRows: 100n });
    expect(stats.unusedIndexes.map(({ index }) => index)).toContain('children_parent_idx');
    expect(stats.unindexedForeignKeys).toEqual(['shop.children.children_other_fkey']);
    expect(stats.blocked).toEqual([
      { pid: expect.any(Number), blockedBy: [blocked.pid], waitingS: expect.any(Number) },
    ]);
  });
});

interface Listener extends AsyncDisposable {
  readonly port: number;
}

async function listen(onConnection: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function unusedPort(): Promise<string> {
  await using taken = await listen(() => undefined);
  return String(taken.port);
}

/** The few messages of the wire protocol that an old server would answer with. */
function answerAsVersion(version: string): (socket: Socket) => void {
  const message = (type: string, ...parts: (string | Buffer)[]): Buffer => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int = (value: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const column = (name: string) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int(0, 4),
      int(0, 2),
      int(25, 4),
      int(-1, 2),
      int(-1, 4),
      int(0, 2),
    ]);
  const ready = message('Z', 'I');
  return (socket) => {
    let started = false;
    socket.on('data', () => {
      if (!started) {
        started = true;
        socket.write(Buffer.concat([message('R', int(0, 4)), ready]));
        return;
      }
      const fields = message('T', int(2, 2), column('version'), column('direct'));
      const row = message('D', int(2, 2), int(version.length, 4), version, int(1, 4), 't');
      socket.write(Buffer.concat([fields, row, message('C', 'SELECT 1\0'), ready]));
    });
  };
}
