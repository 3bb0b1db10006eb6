import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systems } from '../src/guildhall.ts';
import { acquireEmbedded } from '../src/kernel/database/embedded/index.ts';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { createInstance, migratorOf, verify } from '../src/kernel/instance.ts';
import { catalogTemplate, readCatalog } from '../src/kernel/migrate/catalog.ts';
import type { Finding } from '../src/kernel/migrate/drift.ts';
import { createMigrator } from '../src/kernel/migrate/migrator.ts';
import { verifyInstance } from '../src/kernel/migrate/verify.ts';
import type { Catalog, SqlModule } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { moduleOf } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;

/** A small system with one of everything that can drift. */
const farm: SqlModule = moduleOf('farm', {
  'migrations/0001_create_animals.up.sql': `create type :schema.weight_range as range (subtype = numeric);
    create domain :schema.colour as text
      constraint colour_known_check check (value in ('black', 'white'))
      constraint colour_short_check check (length(value) < 10);
    create table :schema.owners (id int constraint owners_pkey primary key);
    create table :schema.animals (
      id bigint generated always as identity,
      name text not null default 'nameless',
      legs int not null default 4,
      height int not null default 0,
      colour :schema.colour,
      owner_id int,
      weight :schema.weight_range,
      label text generated always as (name || ' the animal') stored,
      constraint animals_pkey primary key (id),
      constraint animals_name_key unique (name),
      constraint animals_legs_check check (legs between 0 and 1000),
      constraint animals_owner_id_fkey foreign key (owner_id) references :schema.owners (id)
    );
    create index animals_legs_idx on :schema.animals (legs desc) where legs > 4;
    comment on table :schema.animals is 'What lives on the farm.';
    comment on column :schema.animals.owner_id is 'Null: it''s wild. See farm.owners.';
    revoke update on :schema.owners from current_user;
    create function :schema.born_in_migration() returns int language sql as $$ select 1 $$;`,
  'migrations/0001_create_animals.down.sql': `drop function :schema.born_in_migration();
    drop table :schema.animals; drop table :schema.owners; drop type :schema.weight_range; drop domain :schema.colour;`,
  'functions/count_legs.sql': `create or replace function :schema.count_legs() returns bigint language sql
    set search_path = :schema, pg_temp as $$ select sum(legs) from :schema.animals $$;
    comment on function :schema.count_legs() is 'Legs on the farm.';`,
  'functions/check_name.sql': `create or replace function :schema.check_name() returns trigger language plpgsql as
    $$ begin if new.name = '' then raise exception 'no name'; end if; return new; end $$;`,
  'triggers/animals_name.sql': `create or replace trigger animals_name before insert or update on :schema.animals
    for each row when (new.legs > 0) execute function :schema.check_name();`,
  'views/spiders.sql': `create or replace view :schema.spiders as
    select animals.id, animals.name, owners.id as owner from :schema.animals
    left join :schema.owners on owners.id = animals.owner_id where animals.legs = 8 and animals.name <> 'a.b';
    comment on view :schema.spiders is 'Eight legs.';`,
  'views/invariant_even_legs.sql': `create or replace view :schema.invariant_even_legs as
    select id, legs from :schema.animals where legs % 2 = 1;
    comment on view :schema.invariant_even_legs is 'Animals with an odd number of legs: count again.';`,
});

const SCHEMA = 'meadow';
let expected: Catalog;
const check = () => verifyInstance({ database, schema: SCHEMA, modules: [farm], expected });
const install = (schema: string) => createMigrator({ database, schema, modules: [farm] });

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  // Generated as the build does it: from an instance under another name.
  await install('source_of_generated').up();
  expected = catalogTemplate(await readCatalog(database, 'source_of_generated'), 'source_of_generated');
});

afterAll(() => opened?.close());

beforeEach(() => install(SCHEMA).up());
afterEach(() => database.query(`drop schema ${SCHEMA} cascade`));

describe('verify', () => {
  it('finds nothing in a fresh instance, under any name', async () => {
    const { findings, factsCompared, invariantsRun } = await check();
    expect(findings).toEqual([]);
    expect(factsCompared).toBe(Object.keys(expected).length);
    expect(invariantsRun).toBe(1);
  });

  it('finds nothing in a fresh instance of any system', async () => {
    for (const system of systems) {
      expect(await verify(createInstance(system, database))).toMatchObject({ findings: [] });
      const other = createInstance(system, database, `other_${system.name}`);
      await migratorOf(other).up();
      expect(await verify(other)).toMatchObject({ findings: [] });
    }
  });

  it('says how to install what is not there', async () => {
    const { findings } = await verifyInstance({ database, schema: 'nowhere', modules: [farm], expected });
    expect(findings).toEqual([
      {
        kind: 'history',
        subject: 'schema nowhere',
        problem: expect.any(String),
        mend: 'guildhall migrate up',
      },
    ]);
  });

  it('writes nothing', async () => {
    const before = await readCatalog(database, SCHEMA);
    const reader = await opened.connect({ options: '-c default_transaction_read_only=on' });
    expect(
      (await verifyInstance({ database: reader, schema: SCHEMA, modules: [farm], expected })).findings,
    ).toEqual([]);
    expect(await readCatalog(database, SCHEMA)).toEqual(before);
  });
});

type Kind = Finding['kind'];

/** What somebody did by hand, the finding it must lead to, and what its mend must say. */
const drifts: readonly (readonly [what: string, sql: string, kind: Kind, subject: string, mend: RegExp])[] = [
  [
    'a dropped index',
    'drop index $.animals_legs_idx',
    'missing',
    'index animals.animals_legs_idx',
    /^set search_path.*CREATE INDEX/,
  ],
  [
    'another index of the same name',
    'drop index $.animals_legs_idx; create index animals_legs_idx on $.animals (name)',
    'changed',
    'index animals.animals_legs_idx',
    /drop index .*CREATE INDEX/,
  ],
  [
    'an index of somebody',
    'create index by_hand on $.animals (owner_id)',
    'unexpected',
    'index animals.by_hand',
    /^drop index/,
  ],
  [
    'a dropped check',
    'alter table $.animals drop constraint animals_legs_check',
    'missing',
    'constraint animals.animals_legs_check',
    /add constraint/,
  ],
  [
    'a dropped foreign key',
    'alter table $.animals drop constraint animals_owner_id_fkey',
    'missing',
    'constraint animals.animals_owner_id_fkey',
    /REFERENCES owners/,
  ],
  [
    'a dropped unique key',
    'alter table $.animals drop constraint animals_name_key',
    'missing',
    'constraint animals.animals_name_key',
    /UNIQUE \(name\)/,
  ],
  [
    'a loosened check',
    'alter table $.animals drop constraint animals_legs_check, add constraint animals_legs_check check (legs >= 0)',
    'changed',
    'constraint animals.animals_legs_check',
    /drop constraint .*add constraint/,
  ],
  [
    'a check that was never validated',
    'alter table $.animals drop constraint animals_legs_check, add constraint animals_legs_check check (legs between 0 and 1000) not valid',
    'changed',
    'constraint animals.animals_legs_check',
    /add constraint/,
  ],
  [
    'a check of somebody',
    'alter table $.animals add constraint by_hand check (legs < 9)',
    'unexpected',
    'constraint animals.by_hand',
    /drop constraint/,
  ],
  [
    'a rule that a domain lost',
    'alter domain $.colour drop constraint colour_known_check',
    'changed',
    'type colour',
    /^alter domain \S+ add constraint colour_known_check CHECK \([^;]*\);$/,
  ],
  [
    'a loosened rule of a domain',
    'alter domain $.colour drop constraint colour_short_check; alter domain $.colour add constraint colour_short_check check (length(value) < 100)',
    'changed',
    'type colour',
    /^alter domain \S+ drop constraint colour_short_check; alter domain \S+ add constraint colour_short_check CHECK \([^;]*\);$/,
  ],
  [
    'a rule of a domain that was never validated',
    "alter domain $.colour drop constraint colour_short_check; insert into $.animals (colour) values ('white'); alter domain $.colour add constraint colour_short_check check (length(value) < 10) not valid",
    'changed',
    'type colour',
    /^alter domain \S+ drop constraint colour_short_check; alter domain /,
  ],
  [
    'a rule of a domain by somebody',
    "alter domain $.colour add constraint by_hand check (value <> 'white')",
    'changed',
    'type colour',
    /^alter domain \S+ drop constraint by_hand;$/,
  ],
  [
    'a changed default',
    'alter table $.animals alter legs set default 2',
    'changed',
    'column animals.legs',
    /set default 4/,
  ],
  [
    'a dropped default',
    'alter table $.animals alter name drop default',
    'changed',
    'column animals.name',
    /set default 'nameless'/,
  ],
  [
    'a dropped not null',
    'alter table $.animals alter legs drop not null',
    'changed',
    'column animals.legs',
    /set not null/,
  ],
  [
    'a column that became not null',
    'alter table $.animals alter owner_id set not null',
    'changed',
    'column animals.owner_id',
    /drop not null/,
  ],
  [
    'another type',
    'alter table $.animals alter height type bigint',
    'changed',
    'column animals.height',
    /type integer/,
  ],
  [
    'an extra column',
    'alter table $.animals add column voice text',
    'unexpected',
    'column animals.voice',
    /drop column voice/,
  ],
  [
    'a missing column',
    'alter table $.animals drop column weight',
    'missing',
    'column animals.weight',
    /add column weight weight_range/,
  ],
  [
    'a disabled trigger',
    'alter table $.animals disable trigger animals_name',
    'changed',
    'trigger animals.animals_name',
    /enable trigger animals_name/,
  ],
  [
    'a dropped trigger',
    'drop trigger animals_name on $.animals',
    'missing',
    'trigger animals.animals_name',
    /CREATE TRIGGER/,
  ],
  [
    'another trigger of the same name',
    'create or replace trigger animals_name before insert on $.animals for each row execute function $.check_name()',
    'changed',
    'trigger animals.animals_name',
    /drop trigger .*CREATE TRIGGER/,
  ],
  [
    'a trigger of somebody',
    'create trigger by_hand before insert on $.owners for each row execute function $.check_name()',
    'unexpected',
    'trigger owners.by_hand',
    /drop trigger/,
  ],
  [
    'a replaced function body',
    'create or replace function $.count_legs() returns bigint language sql set search_path = $, pg_temp as $f$ select 0::bigint $f$',
    'changed',
    'function count_legs()',
    /^guildhall migrate up --replace$/,
  ],
  [
    'a function that lost its search path',
    'alter function $.count_legs() reset search_path',
    'changed',
    'function count_legs()',
    /^guildhall migrate up --replace$/,
  ],
  [
    'a missing function',
    'drop function $.count_legs()',
    'missing',
    'function count_legs()',
    /^guildhall migrate up --replace$/,
  ],
  [
    'a function of somebody',
    'create function $.by_hand(a int) returns int language sql return a',
    'unexpected',
    'function by_hand(a integer)',
    /^drop function/,
  ],
  [
    'a changed function that a migration made',
    'create or replace function $.born_in_migration() returns int language sql as $f$ select 2 $f$',
    'changed',
    'function born_in_migration()',
    /"create function" from farm\/0001_create_animals\.up\.sql/,
  ],
  [
    'a replaced view',
    'create or replace view $.spiders as select animals.id, animals.name, owners.id as owner from $.animals left join $.owners on owners.id = animals.owner_id',
    'changed',
    'view spiders',
    /^guildhall migrate up --replace$/,
  ],
  [
    'a view that differs in a literal only',
    "create or replace view $.spiders as select animals.id, animals.name, owners.id as owner from $.animals left join $.owners on owners.id = animals.owner_id where animals.legs = 8 and animals.name <> 'c.b'",
    'changed',
    'view spiders',
    /^guildhall migrate up --replace$/,
  ],
  ['a missing view', 'drop view $.spiders', 'missing', 'view spiders', /^guildhall migrate up --replace$/],
  [
    'a view of somebody',
    'create view $.by_hand as select 1 as one',
    'unexpected',
    'view by_hand',
    /^drop view/,
  ],
  [
    'a changed comment',
    "comment on table $.animals is 'Beasts.'",
    'changed',
    'comment table animals',
    /is 'What lives on the farm\.'/,
  ],
  [
    'a removed comment',
    'comment on column $.animals.owner_id is null',
    'missing',
    'comment column animals.owner_id',
    /it''s wild/,
  ],
  [
    'a comment of somebody',
    "comment on column $.animals.legs is 'Usually four.'",
    'unexpected',
    'comment column animals.legs',
    /is null/,
  ],
  [
    'a removed comment on a function',
    'comment on function $.count_legs() is null',
    'missing',
    'comment function count_legs()',
    /comment on function/,
  ],
  [
    'a grant to everybody',
    'grant select on $.animals to public',
    'unexpected',
    'grant animals to public',
    /^revoke select .* from public;$/,
  ],
  [
    'a right the owner should not have',
    'grant update on $.owners to current_user',
    'changed',
    'grant owners to owner',
    /^revoke update/,
  ],
  [
    'a right the owner lost',
    'revoke delete on $.animals from current_user',
    'changed',
    'grant animals to owner',
    /^grant delete/,
  ],
  [
    'a table of somebody',
    'create table $.by_hand (id int primary key)',
    'unexpected',
    'table by_hand',
    /^drop table/,
  ],
  [
    'a type of somebody',
    "create type $.by_hand as enum ('a', 'b')",
    'unexpected',
    'type by_hand',
    /^drop type/,
  ],
];

describe('drift by hand', () => {
  it.each(drifts)(
    '%s is found, named, and mended by what verify says',
    async (_, sql, kind, subject, mend) => {
      await database.query(sql.replaceAll('$.', `${SCHEMA}.`).replaceAll('= $,', `= ${SCHEMA},`));
      const { findings } = await check();
      expect(findings).toEqual([
        {
          kind,
          subject,
          problem: expect.stringMatching(/^(It is|No migration)/),
          mend: expect.stringMatching(mend),
        },
      ]);
      const [found] = findings;
      if (found === undefined || found.mend.startsWith('Run its')) return;
      if (found.mend.startsWith('guildhall migrate up --replace')) await install(SCHEMA).replace();
      else await database.transaction((tx) => tx.query(found.mend));
      expect((await check()).findings).toEqual([]);
    },
  );

  it('is told where two definitions part, and shows no more of them than that', async () => {
    const body = `select ${'1 + '.repeat(400)} 1`;
    const long = (middle: string) =>
      `create or replace function $.born_in_migration() returns int language sql as $f$ ${body} + ${middle} $f$`;
    await database.query(long('7').replaceAll('$.', `${SCHEMA}.`));
    const wanted = {
      ...expected,
      'function born_in_migration()':
        (await readCatalog(database, SCHEMA))['function born_in_migration()'] ?? '',
    };
    await database.query(long('8').replaceAll('$.', `${SCHEMA}.`));
    const { findings } = await verifyInstance({
      database,
      schema: SCHEMA,
      modules: [farm],
      expected: wanted,
    });
    expect(findings[0]?.problem).toMatch(/^It is "….* 8 .*" and should be "….* 7 .*"\.$/);
    expect(findings[0]?.problem.length).toBeLessThan(500);
  });

  it('that took a whole table is one finding, and the invariant it breaks another', async () => {
    await database.query(`drop table ${SCHEMA}.owners cascade`);
    const { findings } = await check();
    expect(findings.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'missing constraint animals.animals_owner_id_fkey',
      'missing table owners',
      'missing view spiders',
    ]);
    expect(findings[1]?.mend).toContain('backup');
  });
});

describe('history', () => {
  it('that is behind, edited or ahead is named with what to do', async () => {
    const more = moduleOf('farm', {
      ...Object.fromEntries(farm.files.map(({ path, text }) => [path, text])),
      'migrations/0001_create_animals.up.sql': 'select 1;',
      'migrations/0002_create_barns.up.sql': 'create table :schema.barns (id int);',
      'migrations/0002_create_barns.down.sql': 'drop table :schema.barns;',
    });
    await database.query(
      `insert into ${SCHEMA}.migrations (module, number, name, sha256) values ('farm', 9, '0009_from_the_future', 'x')`,
    );
    const { findings } = await verifyInstance({ database, schema: SCHEMA, modules: [more], expected });
    expect(findings.map(({ subject, mend }) => [subject, mend])).toEqual([
      ['farm/0002_create_barns', 'guildhall migrate up'],
      ['farm/0001_create_animals', 'Restore the file; put the change into a new migration.'],
      ['farm/0009_from_the_future', 'Use the newer release that has it.'],
    ]);
  });

  it('of an object whose file changed is named', async () => {
    const changed = farm.files.map(({ path, text }) => ({
      path,
      text: path.endsWith('count_legs.sql') ? `${text}\n-- new` : text,
    }));
    const { findings } = await verifyInstance({
      database,
      schema: SCHEMA,
      modules: [{ name: 'farm', files: changed }],
      expected,
    });
    expect(findings).toMatchObject([
      { kind: 'history', subject: 'farm/function count_legs', mend: 'guildhall migrate up' },
    ]);
  });
});

describe('an invariant', () => {
  it('that is broken shows some of its rows, and its comment says the mend', async () => {
    await database.query(
      `insert into ${SCHEMA}.animals (name, legs) values ('ant', 6), ('tripod', 3), ('stool', 3), ('a', 1), ('b', 5)`,
    );
    const { findings, invariantsRun } = await check();
    expect(invariantsRun).toBe(1);
    expect(findings).toEqual([
      {
        kind: 'invariant',
        subject: 'view invariant_even_legs',
        problem: 'Broken: [{"id":2,"legs":3},{"id":3,"legs":3},{"id":4,"legs":1}]',
        mend: 'Animals with an odd number of legs: count again.',
      },
    ]);
  });

  it('that cannot run is told, and the others run all the same', async () => {
    await database.query(`create or replace view ${SCHEMA}.invariant_broken as select 1 / (select count(*) from ${SCHEMA}.owners) as x;
      insert into ${SCHEMA}.animals (name, legs) values ('tripod', 3)`);
    const { findings } = await check();
    expect(findings.filter(({ kind }) => kind === 'invariant')).toMatchObject([
      { subject: 'view invariant_broken', problem: expect.stringContaining('division by zero') },
      { subject: 'view invariant_even_legs' },
    ]);
  });

  it('of a system is broken by rows that went past its triggers', async () => {
    const { service, schema } = opened.agents;
    await service.seed();
    expect((await verify(opened.agents)).findings).toEqual([]);
    await database.transaction(async (tx) => {
      await tx.query("set local session_replication_role = 'replica'");
      await tx.query(
        `update "${schema}".costs set amount = amount + 1 where id = (select min(id) from "${schema}".costs)`,
      );
    });
    const { findings } = await verify(opened.agents);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every(({ kind, mend }) => kind === 'invariant' && mend.length > 20)).toBe(true);
  });
});

const PG_15 = '/usr/lib/postgresql/15/bin';

describe.skipIf(!existsSync(PG_15))('on PostgreSQL 15 (needs its programs, as Debian installs them)', () => {
  it('a fresh instance equals the committed catalogue, whichever server that came from', async () => {
    const home = await mkdtemp(join(tmpdir(), 'guildhall-verify-'));
    const server = await acquireEmbedded({ home, binaries: PG_15, settings: { fsync: 'off' } });
    const old = await openDatabase(server.url);
    try {
      expect(Math.trunc(old.serverVersion / 10_000)).toBe(15);
      for (const system of systems) {
        const instance = createInstance(system, old);
        await migratorOf(instance).up();
        expect(await verify(instance)).toMatchObject({ findings: [] });
      }
      await createMigrator({ database: old, schema: SCHEMA, modules: [farm] }).up();
      const { findings } = await verifyInstance({ database: old, schema: SCHEMA, modules: [farm], expected });
      expect(findings).toEqual([]);
    } finally {
      await old.close();
      await server.release();
      await rm(home, { recursive: true, force: true });
    }
  });
});
