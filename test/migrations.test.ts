import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systems } from '../src/guildhall.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { createInstance, migratorOf, modulesOf, verify } from '../src/kernel/instance.ts';
import { catalogTemplate, readCatalog } from '../src/kernel/migrate/catalog.ts';
import { createMigrator, type Migrator } from '../src/kernel/migrate/migrator.ts';
import { readTemplate } from '../src/kernel/migrate/template.ts';
import type { Catalog, SqlModule } from '../src/kernel/system.ts';
import { agents } from '../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, moduleOf, until, untilBlocked } from './support/kernel.ts';
import { GATE, slowModule } from './support/slow-module.ts';

let opened: TestDatabase;
let database: Database;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
});

afterAll(() => opened?.close());

let serial = 0;
const newSchema = (): string => `schema_${++serial}`;

const migrator = (schema: string, module: SqlModule, lockWaitMs?: number): Migrator =>
  createMigrator({
    database,
    schema,
    modules: [module],
    ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
  });

/** What is in a schema, without its name. */
const contents = async (schema: string): Promise<Catalog> =>
  catalogTemplate(await readCatalog(database, schema), schema);

const SHELVES = {
  'migrations/0001_create_shelves.up.sql':
    'create table :schema.shelves (id int primary key, width int not null);',
  'migrations/0001_create_shelves.down.sql': 'drop table :schema.shelves;',
};
const BOOKS = {
  'migrations/0002_create_books.up.sql': `create table :schema.books (id int primary key,
    shelf_id int not null constraint books_shelf_id_fkey references :schema.shelves);`,
  'migrations/0002_create_books.down.sql': 'drop table :schema.books;',
};
const library = (more: Readonly<Record<string, string>> = {}) =>
  moduleOf('library', { ...SHELVES, ...BOOKS, ...more });

describe.each(systems.map((system) => [system.name, system] as const))(
  'the migrations of %s',
  (_, system) => {
    let stepped = '';

    it('go up, down to nothing and up again, and every level looks the same both ways', async () => {
      const schema = newSchema();
      stepped = schema;
      const modules = modulesOf(system);
      const own = createMigrator({ database, schema, modules });
      const levels = modules.flatMap((module) =>
        readTemplate(module).migrations.map(({ number }) => ({ module: module.name, number })),
      );
      const seen: Catalog[] = [];
      for (const { module, number } of levels) {
        expect(await own.to(module, number)).toHaveLength(1);
        seen.push(await contents(schema));
      }
      const full = await contents(schema);
      for (let level = levels.length - 2; level >= 0; level -= 1) {
        const last = levels[level + 1];
        expect(await own.down()).toEqual([
          { direction: 'down', module: last?.module, name: expect.any(String) },
        ]);
        const now = await contents(schema);
        // The highest level of a module has its functions, views and triggers as well.
        expect(now).toEqual(seen[level]);
      }
      await own.down();
      expect(
        Object.keys(await contents(schema)).filter((key) => /^(table|view|function|type) /.test(key)),
      ).toEqual(['table migration_objects', 'table migrations']);
      expect(await own.up()).toHaveLength(levels.length);
      expect(await contents(schema)).toEqual(full);
      expect(Object.keys(full).length).toBeGreaterThan(100);
    });

    it('do at once what they do one by one', async () => {
      const schema = newSchema();
      const own = createMigrator({ database, schema, modules: modulesOf(system) });
      await own.up();
      expect(await contents(schema)).toEqual(await contents(stepped));
      expect(await own.up()).toEqual([]);
      expect(await own.plan()).toBe('');
    });

    it('leave nothing in the way of putting every function, view and trigger in anew', async () => {
      const own = createMigrator({ database, schema: stepped, modules: modulesOf(system) });
      const before = await contents(stepped);
      expect(await own.replace()).toEqual([]);
      expect(await contents(stepped)).toEqual(before);
    });
  },
);

describe('two instances side by side', () => {
  it('are equal, independent, and neither reaches into the other', async () => {
    const [one, two] = [
      createInstance(agents, database, 'team_one'),
      createInstance(agents, database, 'order'),
    ];
    await Promise.all([migratorOf(one).up(), migratorOf(two).up()]);
    expect(await contents('team_one')).toEqual(await contents('order'));

    const { rows: crossings } = await database.query(
      `select classid::regclass::text as what, count(*) as count
         from pg_depend d
         join pg_class r on d.refclassid = 'pg_class'::regclass and r.oid = d.refobjid
         join lateral (
           select coalesce(
             (select connamespace from pg_constraint where d.classid = 'pg_constraint'::regclass and oid = d.objid),
             (select relnamespace from pg_trigger t join pg_class on pg_class.oid = t.tgrelid
               where d.classid = 'pg_trigger'::regclass and t.oid = d.objid),
             (select relnamespace from pg_rewrite w join pg_class on pg_class.oid = w.ev_class
               where d.classid = 'pg_rewrite'::regclass and w.oid = d.objid)) as of) owner on true
        where owner.of in ('team_one'::regnamespace, '"order"'::regnamespace)
          and r.relnamespace not in (owner.of, 'pg_catalog'::regnamespace)
        group by 1`,
    );
    expect(crossings).toEqual([]);
    const { rows: strangers } = await database.query(
      `select t.tgname from pg_trigger t
         join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
        where not t.tgisinternal and c.relnamespace <> p.pronamespace`,
    );
    expect(strangers).toEqual([]);

    await one.service.seed();
    expect(await two.service.listUsers()).toEqual([]);
    await two.service.seed();
    await database.query('drop schema team_one cascade');
    expect((await verify(two)).findings).toEqual([]);
    expect(await two.service.listUsers()).toHaveLength(2);
  });
});

describe('a second migrator', () => {
  it('is told who holds the lock, or waits for it and then finds nothing to do', async () => {
    const schema = newSchema();
    const watcher = await opened.connect();
    const waiting = await watcher.transaction(async (gate) => {
      await gate.query(`select pg_advisory_xact_lock(${GATE})`);
      const first = migrator(schema, slowModule).up();
      await untilBlocked(database);
      const error = await failureOf(migrator(schema, slowModule, 50).up());
      expect(error).toMatchObject({ code: 'migration_conflict', reason: 'migration_locked' });
      expect(error.message).toMatch(/process \d+ \(guildhall\) since 20/);
      expect(error.hint).toMatch(/Waited 50 ms\. Wait for it to end, or stop it/);
      return [first, migrator(schema, slowModule).up()] as const;
    });
    const [first, second] = await Promise.all(waiting);
    expect(first).toHaveLength(2);
    expect(second).toEqual([]);
  });

  it('of another schema does not wait', async () => {
    const schema = newSchema();
    const watcher = await opened.connect();
    const first = await watcher.transaction(async (gate) => {
      await gate.query(`select pg_advisory_xact_lock(${GATE})`);
      const slow = migrator(schema, slowModule).up();
      await untilBlocked(database);
      expect(await migrator(newSchema(), library(), 0).up()).toHaveLength(2);
      return { slow };
    });
    await first.slow;
  });

  it('or a fifth at the same moment: each migration is applied once', async () => {
    const schema = newSchema();
    const other = await opened.connect();
    const start = (on: Database) => createMigrator({ database: on, schema, modules: [library()] }).up();
    const steps = await Promise.all([
      start(database),
      start(other),
      start(database),
      start(other),
      start(database),
    ]);
    expect(steps.map((taken) => taken.length).toSorted()).toEqual([0, 0, 0, 0, 2]);
  });
});

describe('a migrator that is killed half-way', () => {
  it('leaves nothing behind, and the next one succeeds', async () => {
    const schema = newSchema();
    const watcher = await opened.connect();
    const root = fileURLToPath(new URL('..', import.meta.url));
    await watcher.transaction(async (gate) => {
      await gate.query(`select pg_advisory_xact_lock(${GATE})`);
      const child = spawn(
        process.execPath,
        ['scripts/run-ts.mjs', 'test/support/slow-migrator.ts', opened.url, schema],
        { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
      );
      const ended = once(child, 'exit');
      await untilBlocked(database);
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      expect(await readCatalog(database, schema)).toEqual({});
    });
    expect(await migrator(schema, slowModule).up()).toHaveLength(2);
    expect((await database.query(`select id from ${schema}.first`)).rows).toEqual([{ id: 1 }]);
    await until('the killed one to be gone', async () => {
      const { rowCount } = await database.query(
        "select from pg_stat_activity where application_name = 'slow migrator'",
      );
      return rowCount === 0;
    });
  });
});

describe('the files', () => {
  it('of an applied migration must not change: the edited one is refused by name, whatever is asked', async () => {
    const schema = newSchema();
    await migrator(schema, library()).up();
    const edited = library({
      'migrations/0001_create_shelves.up.sql': 'create table :schema.shelves (id int);',
    });
    const own = migrator(schema, edited);
    const calls: readonly (() => Promise<unknown>)[] = [
      own.up,
      own.replace,
      own.down,
      own.redo,
      () => own.to('library', 1),
      own.plan,
    ];
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ code: 'migration_conflict', reason: 'migration_edited' });
      expect(error.message).toContain('library/0001_create_shelves');
      expect(error.hint).toContain('new migration');
    }
    expect((await own.status())[0]?.edited).toEqual(['0001_create_shelves']);
  });

  it('of an applied migration must be there: the missing one is refused by name', async () => {
    const schema = newSchema();
    await migrator(schema, library()).up();
    const error = await failureOf(migrator(schema, moduleOf('library', SHELVES)).up());
    expect(error).toMatchObject({ code: 'migration_conflict', reason: 'migration_missing' });
    expect(error.message).toContain('library/0002_create_books');
    expect(error.hint).toContain('newer');
  });

  it('with other line ends are the same files', async () => {
    const schema = newSchema();
    const view = {
      'views/wide.sql': 'create or replace view :schema.wide as\nselect id\nfrom :schema.shelves;\n',
    };
    const module = library(view);
    await migrator(schema, module).up();
    const windows = {
      name: 'library',
      files: module.files.map(({ path, text }) => ({ path, text: text.replaceAll('\n', '\r\n') })),
    };
    expect(await migrator(schema, windows).up()).toEqual([]);
    expect(await migrator(schema, windows).plan()).toBe('');
  });

  it('of a migration merged late are found and applied', async () => {
    const schema = newSchema();
    await migrator(schema, library()).up();
    await database.query(`delete from ${schema}.migrations where number = 1`);
    await database.query(`drop table ${schema}.books; drop table ${schema}.shelves`);
    const late = library({
      'migrations/0002_create_books.up.sql': BOOKS['migrations/0002_create_books.up.sql'],
    });
    expect(await migrator(schema, late).up()).toEqual([
      { direction: 'up', module: 'library', name: '0001_create_shelves' },
    ]);
  });

  const wrong: readonly (readonly [
    what: string,
    files: Readonly<Record<string, string>>,
    problem: RegExp,
  ])[] = [
    [
      'a gap',
      { 'migrations/0004_x.up.sql': '', 'migrations/0004_x.down.sql': '' },
      /0004_x should have the number 3/,
    ],
    [
      'a number twice',
      { 'migrations/0002_b.up.sql': '', 'migrations/0002_b.down.sql': '' },
      /should have the number 3/,
    ],
    ['no down file', { 'migrations/0003_x.up.sql': '' }, /0003_x has no down file/],
    ['no up file', { 'migrations/0003_x.down.sql': '' }, /0003_x has a down file and no up file/],
    ['a file of no kind', { 'seed.sql': '' }, /seed\.sql is neither/],
    [
      'an object under another name',
      { 'views/a.sql': 'create or replace view :schema.b as select 1' },
      /views\/a\.sql does not/,
    ],
    [
      'a view that requires nothing there',
      { 'views/a.sql': '-- requires: b\ncreate or replace view :schema.a as select 1' },
      /a requires b/,
    ],
    [
      'views that require each other',
      {
        'views/a.sql': '-- requires: b\ncreate or replace view :schema.a as select 1',
        'views/b.sql': '-- requires: a\ncreate or replace view :schema.b as select 1',
      },
      /a → b → a require each other/,
    ],
  ];
  it.each(wrong)('with %s are refused with what is wrong', (_, files, problem) => {
    expect(() => migrator('any', library(files))).toThrow(problem);
    expect(() => migrator('any', library(files))).toThrow(
      expect.objectContaining({ code: 'migration_conflict' }),
    );
  });
});

describe('going down', () => {
  it('refuses to drop tables that hold rows and names them, unless forced', async () => {
    const schema = newSchema();
    const own = migrator(schema, library());
    await own.up();
    await database.query(
      `insert into ${schema}.shelves values (1, 80); insert into ${schema}.books values (1, 1)`,
    );
    const before = await contents(schema);
    for (const call of [own.down, own.redo, () => own.to('library', 0)]) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ code: 'migration_failed', reason: 'rows_would_be_lost' });
      expect(error.message).toContain('books');
      expect(error.hint).toContain('--force');
    }
    expect((await failureOf(own.to('library', 0))).details).toEqual({ tables: ['books', 'shelves'] });
    expect(await contents(schema)).toEqual(before);
    expect((await database.query(`select * from ${schema}.books`)).rowCount).toBe(1);
    expect(await own.down(1, { force: true })).toHaveLength(1);
    expect((await database.query(`select * from ${schema}.shelves`)).rowCount).toBe(1);
  });

  it('waits for rows that are being written meanwhile, and then refuses', async () => {
    const schema = newSchema();
    const own = migrator(schema, library());
    await own.up();
    const writer = await opened.connect();
    const refused = await writer.transaction(async (tx) => {
      await tx.query(`insert into ${schema}.shelves values (1, 80)`);
      const down = failureOf(own.down(2));
      await untilBlocked(await opened.connect());
      return { down };
    });
    expect(await refused.down).toMatchObject({
      reason: 'rows_would_be_lost',
      details: { tables: ['shelves'] },
    });
  });

  it('takes only whole steps back, from the newest on', async () => {
    const schema = newSchema();
    const own = migrator(schema, library());
    await own.up();
    for (const steps of [0, -1, 1.5, Number.NaN]) {
      expect(await failureOf(own.down(steps))).toMatchObject({ code: 'invalid_input', field: 'steps' });
    }
    expect((await own.down(9)).map(({ name }) => name)).toEqual(['0002_create_books', '0001_create_shelves']);
    expect(await own.down()).toEqual([]);
  });
});

describe('redo', () => {
  it('takes the newest back and applies it again', async () => {
    const schema = newSchema();
    const own = migrator(schema, library());
    await own.up();
    const before = await contents(schema);
    expect(await own.redo()).toEqual([
      { direction: 'down', module: 'library', name: '0002_create_books' },
      { direction: 'up', module: 'library', name: '0002_create_books' },
    ]);
    expect(await contents(schema)).toEqual(before);
  });

  it('that fails on its way up has not gone down either', async () => {
    const schema = newSchema();
    await database.query(
      'create table if not exists public.luck (left_over int); insert into public.luck values (1)',
    );
    const fickle = library({
      'migrations/0003_try_luck.up.sql': `create table :schema.tries as
        select 1 / left_over as worked from public.luck; update public.luck set left_over = left_over - 1;`,
      'migrations/0003_try_luck.down.sql': 'drop table :schema.tries;',
    });
    const own = migrator(schema, fickle);
    await own.up();
    const before = await contents(schema);
    const error = await failureOf(own.redo({ force: true }));
    expect(error.code).toBe('migration_failed');
    expect(error.message).toContain('library/0003_try_luck');
    expect(error.hint).toContain('Nothing was changed');
    expect(await contents(schema)).toEqual(before);
    expect((await own.status())[0]?.pending).toEqual([]);
  });
});

describe('to', () => {
  it('goes up and down to a number, and refuses one that is not there', async () => {
    const schema = newSchema();
    const own = migrator(schema, library());
    const at = async () => (await own.status())[0]?.applied.map((row) => row.number);
    await own.to('library', 1);
    expect(await at()).toEqual([1]);
    await own.to('library', 2);
    expect(await at()).toEqual([1, 2]);
    expect(await own.to('library', 2)).toEqual([]);
    await own.to('library', 0);
    expect(await at()).toEqual([]);
    for (const [module, number] of [
      ['library', 3],
      ['library', -1],
      ['library', 0.5],
      ['nowhere', 1],
    ] as const) {
      const error = await failureOf(own.to(module, number));
      expect(error).toMatchObject({ code: 'invalid_input', field: 'number', hint: 'library: 0 to 2' });
    }
  });

  it('brings up what the module stands on, and leaves alone what stands on it', async () => {
    const schema = newSchema();
    const desk = moduleOf('desk', {
      'migrations/0001_create_desks.up.sql':
        'create table :schema.desks (id int references :schema.shelves);',
      'migrations/0001_create_desks.down.sql': 'drop table :schema.desks;',
    });
    const own = createMigrator({ database, schema, modules: [library(), desk] });
    await own.to('library', 1);
    expect((await own.status()).map(({ applied }) => applied.length)).toEqual([1, 0]);
    await own.to('desk', 1);
    expect((await own.status()).map(({ applied }) => applied.length)).toEqual([2, 1]);
    await own.to('library', 1);
    expect((await own.status()).map(({ applied }) => applied.length)).toEqual([1, 1]);
  });
});

describe('plan', () => {
  it('prints the SQL that up would run, and runs nothing', async () => {
    const schema = newSchema();
    const own = migrator(
      schema,
      library({ 'views/wide.sql': 'create or replace view :schema.wide as select 1 as one;' }),
    );
    const sql = await own.plan();
    expect(sql).toContain(`create table "${schema}".shelves`);
    expect(sql).toContain('-- library/view wide');
    expect(sql).not.toContain(':schema');
    expect(await readCatalog(database, schema)).toEqual({});
    await database.query(sql);
    const printed = await contents(schema);
    await database.query(`drop schema ${schema} cascade`);
    await own.up();
    expect(await contents(schema)).toEqual(printed);
    expect(await own.plan()).toBe('');
  });
});

describe('a migration that fails', () => {
  it('is named, and nothing of the whole run stays', async () => {
    const schema = newSchema();
    const broken = library({
      'migrations/0003_break.up.sql': 'create table :schema.fine (id int); select 1 / 0;',
      'migrations/0003_break.down.sql': '',
    });
    const error = await failureOf(migrator(schema, broken).up());
    expect(error).toMatchObject({ code: 'migration_failed', details: { statement: 'library/0003_break' } });
    expect(error.message).toMatch(/library\/0003_break failed in schema .*division by zero/);
    expect(await readCatalog(database, schema)).toEqual({});
  });
});

describe('a function, view or trigger', () => {
  const FUNCTION = 'functions/area.sql';
  const area = (args: string, result: string, body: string) => ({
    [FUNCTION]: `create or replace function :schema.area(${args}) returns ${result} language sql as $$ ${body} $$;`,
  });
  const call = async (schema: string, text: string) =>
    (await database.query(text.replaceAll('$s', schema))).rows[0];

  it('is replaced when its file changes, also with other arguments or another result', async () => {
    const schema = newSchema();
    await migrator(schema, library(area('w int', 'int', 'select w'))).up();
    expect(await call(schema, 'select $s.area(2) as area')).toEqual({ area: 2 });
    await migrator(schema, library(area('w int', 'int', 'select w * 10'))).up();
    expect(await call(schema, 'select $s.area(2) as area')).toEqual({ area: 20 });
    await migrator(schema, library(area('w int, h int', 'bigint', 'select w::bigint * h'))).up();
    expect(await call(schema, 'select $s.area(2, 3) as area')).toEqual({ area: 6n });
    expect(Object.keys(await contents(schema)).filter((key) => key.startsWith('function '))).toEqual([
      'function area(w integer, h integer)',
    ]);
  });

  it('is dropped when its file is gone, even while others lean on it', async () => {
    const schema = newSchema();
    const before = library({
      ...area('w int', 'int', 'select w'),
      'views/narrow.sql':
        'create or replace view :schema.narrow as select id, :schema.area(width) as area from :schema.shelves;',
      'views/thin.sql':
        '-- requires: narrow\ncreate or replace view :schema.thin as select * from :schema.narrow;',
      'views/all_shelves.sql':
        '-- requires: thin\ncreate or replace view :schema.all_shelves as select id from :schema.thin;',
    });
    await migrator(schema, before).up();
    await migrator(
      schema,
      library({
        'views/all_shelves.sql':
          'create or replace view :schema.all_shelves as select id from :schema.shelves;',
      }),
    ).up();
    expect(Object.keys(await contents(schema)).filter((key) => /^(view|function) /.test(key))).toEqual([
      'view all_shelves',
    ]);
    await migrator(schema, library()).up();
    expect(Object.keys(await contents(schema)).filter((key) => /^(view|function) /.test(key))).toEqual([]);
  });

  it('that is a view follows a column whose type a migration changes', async () => {
    const schema = newSchema();
    const view = {
      'views/wide.sql': 'create or replace view :schema.wide as select id, width from :schema.shelves;',
    };
    await migrator(schema, library(view)).up();
    const retyped = library({
      ...view,
      'migrations/0003_widen.up.sql': 'alter table :schema.shelves alter column width type numeric;',
      'migrations/0003_widen.down.sql': 'alter table :schema.shelves alter column width type int;',
    });
    await migrator(schema, retyped).up();
    expect((await contents(schema))['view wide']).toContain('width numeric');
    await migrator(schema, retyped).down();
    await migrator(schema, retyped).up();
    const error = await failureOf(
      database.query(`alter table ${schema}.shelves alter column width type int`),
    );
    expect(error.message).toContain('used by a view');
  });

  it('that is a view follows what another module changes beneath it', async () => {
    const schema = newSchema();
    const desk = moduleOf('desk', {
      'views/broad.sql': 'create or replace view :schema.broad as select id, width from :schema.wide;',
      'views/shelf_widths.sql':
        'create or replace view :schema.shelf_widths as select width from :schema.shelves;',
    });
    const wide = (columns: string) => ({
      'views/wide.sql': `create or replace view :schema.wide as select ${columns} from :schema.shelves;`,
    });
    const migratorWith = (files: Readonly<Record<string, string>>) =>
      createMigrator({ database, schema, modules: [library(files), desk] });
    await migratorWith(wide('id, width')).up();
    // The view below it has other columns now.
    await migratorWith(wide('width, id')).up();
    expect((await contents(schema))['view broad']).toContain('(id integer, width integer)');
    const retyped = {
      ...wide('width, id'),
      'migrations/0003_widen.up.sql': 'alter table :schema.shelves alter column width type numeric;',
      'migrations/0003_widen.down.sql': 'alter table :schema.shelves alter column width type int;',
    };
    const [plan, steps] = [await migratorWith(retyped).plan(), await migratorWith(retyped).up()];
    expect(plan.indexOf('drop view if exists')).toBeLessThan(plan.indexOf('library/0003_widen'));
    expect(steps.map(({ module, name }) => `${module}/${name}`)).toEqual(['library/0003_widen']);
    expect(await contents(schema)).toMatchObject({
      'view broad': expect.stringContaining('width numeric'),
      'view shelf_widths': expect.stringContaining('width numeric'),
    });
    expect(await migratorWith(retyped).up()).toEqual([]);
  });

  const trigger = (table: string, action: string) => ({
    'triggers/watch.sql': `create or replace trigger watch before insert on :schema.${table} for each row execute function :schema.${action}();`,
    [`functions/${action}.sql`]: `create or replace function :schema.${action}() returns trigger language plpgsql as $$ begin new.id := new.id + 1; return new; end $$;`,
  });
  const triggers = async (schema: string) =>
    Object.entries(await contents(schema)).filter(([key]) => key.startsWith('trigger '));

  it('that is a trigger can be given another function and another table, and be taken away', async () => {
    const schema = newSchema();
    await migrator(schema, library(trigger('shelves', 'count_one'))).up();
    await migrator(schema, library(trigger('shelves', 'count_two'))).up();
    expect(await triggers(schema)).toEqual([['trigger shelves.watch', expect.stringContaining('count_two')]]);
    await migrator(schema, library(trigger('books', 'count_two'))).up();
    expect(await triggers(schema)).toEqual([['trigger books.watch', expect.stringContaining('count_two')]]);
    await migrator(schema, library()).up();
    expect(await triggers(schema)).toEqual([]);
    expect(Object.keys(await contents(schema)).some((key) => key.startsWith('function '))).toBe(false);
  });

  it('is not there between two migrations: its file fits the newest tables only', async () => {
    const schema = newSchema();
    const own = migrator(
      schema,
      library({ ...trigger('books', 'count_one'), ...area('w int', 'int', 'select w') }),
    );
    await own.up();
    await own.to('library', 1);
    expect(
      Object.keys(await contents(schema)).filter((key) => /^(view|function|trigger) /.test(key)),
    ).toEqual([]);
    expect((await own.status())[0]?.objects).toEqual([]);
    await own.up();
    expect(await triggers(schema)).toHaveLength(1);
  });

  it('that is out of date is shown by status', async () => {
    const schema = newSchema();
    await migrator(schema, library(area('w int', 'int', 'select w'))).up();
    const [status] = await migrator(schema, library(area('w int', 'int', 'select w + 1'))).status();
    expect(status).toMatchObject({
      pending: [],
      changedObjects: [{ kind: 'function', name: 'area' }],
      removedObjects: [],
    });
    const [without] = await migrator(schema, library()).status();
    expect(without?.removedObjects).toMatchObject([{ kind: 'function', name: 'area' }]);
  });
});
