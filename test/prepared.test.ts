import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Executor } from '../src/kernel/database/types.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf } from './support/kernel.ts';

let opened: TestDatabase;
/** Another pool, whose statements are nobody's business here. */
let world: Database;
/** A pool of one: every statement meets the same server session. */
let single: Database;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  world = opened.database;
});

afterAll(() => opened?.close());

beforeEach(async () => {
  single = await opened.connect({ pool_max: '1' });
  await world.query(`drop table if exists things;
    create table things (id int primary key, name text not null);
    insert into things values (1, 'one')`);
});

const find = (executor: Executor) => executor.query('select * from things where id = $1', [1]);

async function names(executor: Executor): Promise<string[]> {
  const { rows } = await executor.query<{ name: string }>(
    'select name from pg_prepared_statements order by name',
  );
  return rows.map((row) => row.name);
}

describe('a statement', () => {
  it('with parameters is prepared under a name, once per text', async () => {
    await find(single);
    await find(single);
    await single.query('select 1 + $1::int', [1]);
    await single.kysely().selectFrom('things').selectAll().where('id', '=', 1).execute();
    const known = await names(single);
    expect(known).toHaveLength(3);
    for (const name of known) expect(name).toMatch(/^g0_[\w-]{20}$/);
  });

  it('without parameters, or built once, is not', async () => {
    await single.query('select 1');
    await single.query('select 1 + $1::int', [1], { named: false });
    await single.transaction((tx) => tx.query('select 2 + $1::int', [1], { named: false }));
    expect(await names(single)).toEqual([]);
  });

  it('runs unnamed beyond 150 names on one connection', async () => {
    for (let number = 0; number < 160; number += 1) {
      const { rows } = await single.query(`select ${number} + $1::int as sum`, [1]);
      expect(rows).toEqual([{ sum: number + 1 }]);
    }
    expect(await names(single)).toHaveLength(150);
    await single.query('select 0 + $1::int as sum', [1]);
    expect(await names(single)).toHaveLength(150);
  });

  it('is never named when the URL says prepared=false', async () => {
    const plain = await opened.connect({ pool_max: '1', prepared: 'false' });
    await find(plain);
    await plain.transaction(find);
    expect(await names(plain)).toEqual([]);
  });
});

describe('DDL between two uses', () => {
  const widen = () => world.query("alter table things add column colour text default 'red'");

  it('is noticed outside a transaction, and the answer has the new shape', async () => {
    const other = await opened.connect({ pool_max: '1' });
    for (const database of [single, other])
      expect((await find(database)).rows).toEqual([{ id: 1, name: 'one' }]);
    await widen();
    for (const database of [single, other]) {
      expect((await find(database)).rows).toEqual([{ id: 1, name: 'one', colour: 'red' }]);
    }
    await find(single);
    expect((await names(single)).filter((name) => name.startsWith('g1_'))).toHaveLength(1);
  });

  it('is noticed inside a transaction, which is repeated as a whole', async () => {
    await find(single);
    await widen();
    let runs = 0;
    const { rows } = await single.transaction(async (tx) => {
      runs += 1;
      await tx.query("insert into things values ($1, 'new')", [7]);
      return find(tx);
    });
    expect(rows).toEqual([{ id: 1, name: 'one', colour: 'red' }]);
    expect(runs).toBe(2);
    expect((await world.query('select id from things where id = 7')).rowCount).toBe(1);
  });

  it('inside a savepoint repeats the outermost transaction', async () => {
    await find(single);
    await widen();
    const { rows } = await single.transaction((tx) => tx.transaction(find));
    expect(rows).toEqual([{ id: 1, name: 'one', colour: 'red' }]);
  });

  it('leaves room for names, however many there were before', async () => {
    const useMany = async () => {
      for (let number = 0; number < 100; number += 1)
        await single.query(`select ${number} + $1::int as sum`, [1]);
    };
    await find(single);
    await useMany();
    await widen();
    expect(Object.keys((await find(single)).rows[0] ?? {})).toContain('colour');
    await find(single);
    await useMany();
    expect((await names(single)).filter((name) => name.startsWith('g1_'))).toHaveLength(101);
  });

  it('fails in the driver by itself (control)', async () => {
    const client = new pg.Client({ connectionString: opened.url });
    await client.connect();
    const query = () =>
      client.query({ name: 'find', text: 'select * from things where id = $1', values: [1] });
    await query();
    await widen();
    await expect(query()).rejects.toThrow('cached plan must not change result type');
    await client.end();
  });
});

describe('names lost behind our back', () => {
  it.each(['deallocate all', 'discard all'])('by %s are made again', async (theft) => {
    await find(single);
    await single.query(theft);
    expect((await find(single)).rowCount).toBe(1);
    await find(single);
    expect(await names(single)).toEqual([expect.stringMatching(/^g1_/)]);
  });

  it('inside a transaction repeat it', async () => {
    await find(single);
    await single.query('deallocate all');
    let runs = 0;
    await single.transaction(async (tx) => {
      runs += 1;
      await find(tx);
    });
    expect(runs).toBe(2);
  });

  it('and taken by somebody else are avoided', async () => {
    await find(single);
    const [name] = await names(single);
    const other = await opened.connect({ pool_max: '1' });
    await other.query(`prepare "${name}" as select 1`);
    expect((await find(other)).rowCount).toBe(1);
    expect((await find(other)).rowCount).toBe(1);
  });

  it('again and again are given up, and statements go on unnamed', async () => {
    for (let round = 0; round < 4; round += 1) {
      await find(single);
      await single.query('deallocate all');
      expect((await find(single)).rowCount).toBe(1);
    }
    expect(await names(single)).toEqual([]);
  });

  it('do not hide an error of the statement itself', async () => {
    const failing = () => failureOf(single.query('select 1 / $1::int', [0]));
    expect((await failing()).details).toMatchObject({ sqlState: '22012' });
    await single.query('deallocate all');
    expect((await failing()).details).toMatchObject({ sqlState: '22012' });
  });
});

describe('what is remembered of a statement', () => {
  it('survives a value that cannot be sent and one that the server refuses', async () => {
    const text = 'select $1::numeric as amount, $2::jsonb as facts';
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(single.query(text, ['1', circular])).rejects.toThrow();
    await expect(single.query(text, ['one', null])).rejects.toMatchObject({ code: 'invalid_input' });
    for (const amount of ['1.50', '2.50']) {
      const { rows, rowCount } = await single.query(text, [amount, '{"a":1}']);
      expect(rows).toEqual([{ amount: amount.slice(0, 3), facts: { a: 1 } }]);
      expect(rowCount).toBe(1);
    }
    await expect(single.query(text, ['1', circular])).rejects.toThrow();
    expect((await single.query(text, ['3', null])).rows).toEqual([{ amount: '3', facts: null }]);
  });

  it('is that it has no rows, where it has none', async () => {
    await single.query('create table if not exists counted (n integer)');
    for (const n of [1, 2, 3]) {
      expect(await single.query('insert into counted values ($1)', [n])).toEqual({ rows: [], rowCount: 1 });
    }
    expect((await single.query('delete from counted where n > $1', [0])).rowCount).toBe(3);
  });
});
