import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { createInstance, migratorOf, verify } from '../src/kernel/instance.ts';
import { agents } from '../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { backendPid, failureOf, killBackend } from './support/kernel.ts';
import { binary, type PgBouncer, startPgBouncer, version } from './support/pgbouncer.ts';

const missing = binary === null;
/** From this version on PgBouncer follows named statements. */
const FOLLOWS_NAMES = 1.21;

let opened: TestDatabase;
/** Straight to the server. */
let direct: Database;

beforeAll(async () => {
  opened = await openTestDatabase();
  direct = opened.database;
  await direct.query('create table things (id int primary key, name text)');
});

afterAll(() => opened?.close());

const withParameters = (url: string, parameters: Readonly<Record<string, string>>): string => {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(parameters)) changed.searchParams.set(name, value);
  return changed.toString();
};

it('a direct connection is not taken for a pooled one, unless the URL says so', async () => {
  expect(direct.profile).toBe('direct');
  for (const said of [{ profile: 'pooled' }, { pgbouncer: 'true' }]) {
    expect((await opened.connect(said as Record<string, string>)).profile).toBe('pooled');
  }
});

it.runIf(missing)(
  'PgBouncer is not installed here: apt-get install -y pgbouncer runs the rest',
  (context) => {
    context.skip('PgBouncer is not installed here: apt-get install -y pgbouncer runs the rest');
  },
);

/** Poolers differ in what they do with start-up options and with named statements. */
const kinds: readonly {
  readonly kind: string;
  readonly settings: Record<string, string>;
  readonly from: number;
}[] = [
  {
    kind: 'that cannot follow names',
    settings: version >= FOLLOWS_NAMES ? { max_prepared_statements: '0' } : {},
    from: 0,
  },
  {
    kind: 'that is told to ignore start-up options',
    settings: {
      ignore_startup_parameters: 'extra_float_digits,options',
      ...(version >= FOLLOWS_NAMES ? { max_prepared_statements: '0' } : {}),
    },
    from: 0,
  },
  {
    kind: `that follows 200 names (needs PgBouncer ${FOLLOWS_NAMES})`,
    settings: { max_prepared_statements: '200' },
    from: FOLLOWS_NAMES,
  },
];

for (const { kind, settings, from } of kinds) {
  describe.skipIf(missing || version < from)(`behind a transaction pooler ${kind}`, () => {
    let bouncer: PgBouncer;
    let pooled: Database;

    beforeAll(async () => {
      bouncer = await startPgBouncer(opened.url, settings);
      pooled = await openDatabase(withParameters(bouncer.url, { pool_max: '6' }));
      await direct.query(
        "truncate things; insert into things select id, 'thing' from generate_series(1, 9) as id",
      );
    });

    afterAll(async () => {
      await pooled?.close(0);
      await bouncer?.stop();
    });

    it('the database knows what it is behind', () => {
      expect(pooled.profile).toBe('pooled');
      expect(pooled.serverVersion).toBe(direct.serverVersion);
    });

    it('a transaction has its time-outs, which stay inside it', async () => {
      const shown = await pooled.transaction((tx) =>
        tx.query(`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
          current_setting('idle_in_transaction_session_timeout') as idle, current_setting('timezone') as zone`),
      );
      expect(shown.rows).toEqual([{ statement: '30s', lock: '10s', idle: '1min', zone: 'UTC' }]);
      const longer = await pooled.transaction(
        (tx) => tx.query("select current_setting('statement_timeout') as own"),
        {
          statementTimeoutMs: 90_000,
        },
      );
      expect(longer.rows).toEqual([{ own: '90s' }]);
      const after = await Promise.all(
        Array.from({ length: 6 }, () =>
          pooled.query("select current_setting('statement_timeout') as left_behind"),
        ),
      );
      for (const { rows } of after) expect(rows).toEqual([{ left_behind: '0' }]);
    });

    it('a statement outside a transaction is ended in time as well', async () => {
      const hasty = await openDatabase(
        withParameters(bouncer.url, { statement_timeout_ms: '100', pool_max: '1' }),
      );
      const started = performance.now();
      const error = await failureOf(hasty.query('select pg_sleep(5)'));
      expect(error).toMatchObject({ code: 'timeout', reason: 'statement_timeout' });
      expect(performance.now() - started).toBeLessThan(3_000);
      expect((await hasty.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      await hasty.close();
    });

    it('transactions commit, roll back, nest and repeat', async () => {
      let runs = 0;
      await pooled.transaction(
        async (tx) => {
          runs += 1;
          await tx.query("insert into things values ($1, 'new')", [100]);
          await failureOf(
            tx.transaction((nested) => nested.query("insert into things values ($1, 'again')", [100])),
          );
          if (runs === 1)
            await tx.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
        },
        { isolation: 'serializable' },
      );
      const broken = pooled.transaction(async (tx) => {
        await tx.query('delete from things');
        throw new Error('no');
      });
      await expect(broken).rejects.toThrow('no');
      expect(runs).toBe(2);
      expect((await direct.query('select count(*)::int as count from things')).rows).toEqual([{ count: 10 }]);
    });

    it('statements with parameters work however the sessions are mixed', async () => {
      const find = (id: number) => pooled.query('select name from things where id = $1', [id]);
      const inside = (id: number) =>
        pooled.transaction(async (tx) => {
          await tx.query('select name from things where id = $1 for share', [id]);
          return tx.query('select id, name from things where id = $1', [id]);
        });
      const calls = Array.from({ length: 90 }, (_, index) => [
        find((index % 9) + 1),
        inside((index % 9) + 1),
      ]).flat();
      const answers = await Promise.all(calls);
      expect(answers.every(({ rows }) => rows.length === 1)).toBe(true);
    });

    it('named statements survive DDL', async () => {
      const all = () => pooled.query('select * from things where id = $1', [1]);
      await Promise.all(Array.from({ length: 6 }, all));
      await direct.query(`alter table things add column extra_${from * 100} int`);
      const answers = await Promise.all(Array.from({ length: 12 }, all));
      for (const { rows } of answers) expect(Object.keys(rows[0] ?? {})).toContain(`extra_${from * 100}`);
      await direct.query(`alter table things drop column extra_${from * 100}`);
    });

    it('a server session that ends is replaced, and the transaction repeated', async () => {
      let runs = 0;
      await pooled.transaction(async (tx) => {
        runs += 1;
        if (runs === 1) await killBackend(direct, await backendPid(tx));
        await tx.query('select 1');
      });
      expect(runs).toBe(2);
    });

    it('an instance migrates, verifies and serves', async () => {
      const schema = `through_${kinds.findIndex((one) => one.kind === kind)}`;
      const instance = createInstance(agents, pooled, schema);
      const steps = await migratorOf(instance).up();
      expect(steps.length).toBeGreaterThan(3);
      expect(await migratorOf(instance).up()).toEqual([]);
      expect((await verify(instance)).findings).toEqual([]);
      const { service } = instance;
      expect((await service.seed()).written).toBe(true);
      const [first] = await service.listUsers();
      expect(await service.getUserById(first?.id ?? '')).toMatchObject({ id: first?.id });
      const inside = await service.transaction((tx) => tx.listUsers());
      expect(inside).toHaveLength(2);
      expect((await migratorOf(instance).redo({ force: true })).length).toBeGreaterThan(1);
    });

    it('a second migrator waits for the first, and no lock stays behind', async () => {
      const instance = createInstance(agents, pooled, 'through_lock');
      const steps = await Promise.all([migratorOf(instance).up(), migratorOf(instance).up()]);
      expect(steps.map((taken) => taken.length).toSorted((a, b) => a - b)[0]).toBe(0);
      const locks = await direct.query(
        `select from pg_locks where locktype = 'advisory'
          and database = (select oid from pg_database where datname = current_database())`,
      );
      expect(locks.rowCount).toBe(0);
      await direct.query('drop schema through_lock cascade');
    });
  });
}

describe.skipIf(missing)('a pooler', () => {
  it('that was declared direct is refused with what to change', async () => {
    const bouncer = await startPgBouncer(opened.url);
    try {
      const error = await failureOf(openDatabase(withParameters(bouncer.url, { profile: 'direct' })));
      expect(error.code).toBe('unavailable');
      expect(error.message).toMatch(/startup parameter/i);
      expect(error.hint).toContain('Remove profile=direct');
    } finally {
      await bouncer.stop();
    }
  });
});
