import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { invalidInput } from '../src/kernel/errors.ts';
import { type Batch, gather } from '../src/kernel/gather.ts';
import { createScope } from '../src/kernel/scope.ts';
import type { Scope } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

const scopeOn = (executor: Database): Scope =>
  createScope({
    schema: 'store',
    system: 'store',
    executor,
    constraints: {
      wares_price_check: { code: 'invalid_input', message: 'That price is too low.', field: 'price' },
    },
  });

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
  await database.query(`create schema store;
    create table store.wares (id integer primary key, price integer not null constraint wares_price_check check (price > 0))`);
  scope = scopeOn(database);
});

afterAll(() => opened?.close());

beforeEach(() => database.query('truncate store.wares'));

interface Ware {
  readonly id: number;
  readonly price: number;
}

/** Inserts wares, and remembers how many went together in each run. */
function insertion(most?: number): Batch<Ware, string> & { readonly runs: number[] } {
  const runs: number[] = [];
  return {
    runs,
    ...(most === undefined ? {} : { most }),
    async run(on, wares) {
      runs.push(wares.length);
      const made = await on.query<{ id: number }>(
        'insert into :schema.wares select * from unnest($1::integer[], $2::integer[]) returning id',
        [wares.map(({ id }) => id), wares.map(({ price }) => price)],
      );
      const known = new Set(made.map(({ id }) => id));
      return wares.map(({ id }) => (known.has(id) ? `ware ${id}` : 'lost'));
    },
  };
}

const wares = (count: number): Ware[] =>
  Array.from({ length: count }, (_, index) => ({ id: index, price: 1 + index }));
const stored = () => database.query<Ware>('select id, price from store.wares order by id');

describe('gathered calls', () => {
  it('go together in two halves, and each gets its own answer', async () => {
    const batch = insertion();
    const answers = await Promise.all(wares(300).map((ware) => gather(scope, batch, ware)));
    expect(answers).toEqual(wares(300).map(({ id }) => `ware ${id}`));
    expect(batch.runs).toEqual([150, 150]);
    expect((await stored()).rows).toEqual(wares(300));
  });

  it('that read are spread over half of the connections, and no more go together than must', async () => {
    const pool = await opened.connect({ pool_max: '6' });
    const batch = { ...insertion(), reads: true };
    await Promise.all(wares(7).map((ware) => gather(scopeOn(pool), batch, ware)));
    expect(batch.runs).toEqual([3, 2, 2]);
  });

  it('in turn run one at a time, at most a share of all that are under way', async () => {
    const [first, second] = [insertion(), insertion()].map((batch) => ({ ...batch, inTurn: true })) as [
      ReturnType<typeof insertion>,
      ReturnType<typeof insertion>,
    ];
    let running = 0;
    const watched: typeof first = {
      ...first,
      async run(on, list) {
        running += 1;
        expect(running).toBe(1);
        try {
          return await first.run(on, list);
        } finally {
          running -= 1;
        }
      },
    };
    const calls = wares(96).map((ware) => gather(scope, ware.id % 2 === 0 ? watched : second, ware));
    expect(await Promise.all(calls)).toEqual(wares(96).map(({ id }) => `ware ${id}`));
    // A third of 96, and then of what was left; never fewer than are worth a run of their own while so many wait.
    expect(first.runs[0]).toBe(32);
    expect(first.runs.reduce((sum, run) => sum + run)).toBe(48);
    // One that is refused neither stops those behind it nor keeps its place.
    const settled = await Promise.allSettled(
      wares(200)
        .slice(100)
        .map((ware) => gather(scope, watched, ware.id === 150 ? { ...ware, price: -1 } : ware)),
    );
    expect(settled.flatMap((one, index) => (one.status === 'rejected' ? [index] : []))).toEqual([50]);
    first.runs.length = 0;
    await Promise.all(
      wares(330)
        .slice(300)
        .map((ware) => gather(scope, watched, ware)),
    );
    expect(first.runs[0]).toBe(10);
  });

  it('go at once when alone', async () => {
    const batch = insertion();
    for (const ware of wares(3)) expect(await gather(scope, batch, ware)).toBe(`ware ${ware.id}`);
    expect(batch.runs).toEqual([1, 1, 1]);
  });

  it('that come while others run go in the next run, at most so many in one', async () => {
    const batch = insertion(4);
    const calls = wares(2).map((ware) => gather(scope, batch, ware));
    await Promise.resolve();
    await Promise.all([
      ...calls,
      ...wares(13)
        .slice(2)
        .map((ware) => gather(scope, batch, ware)),
    ]);
    expect(Math.max(...batch.runs)).toBe(4);
    expect(batch.runs.reduce((sum, run) => sum + run)).toBe(13);
  });

  it('that are refused fail alone, with their own error', async () => {
    const batch = insertion();
    const given = wares(50).map((ware) => (ware.id % 17 === 3 ? { ...ware, price: -1 } : ware));
    const settled = await Promise.allSettled(given.map((ware) => gather(scope, batch, ware)));
    const refused = settled.flatMap((one, index) => (one.status === 'rejected' ? [index] : []));
    expect(refused).toEqual([3, 20, 37]);
    expect((settled[20] as PromiseRejectedResult).reason).toMatchObject({
      code: 'invalid_input',
      field: 'price',
      message: 'That price is too low.',
    });
    expect((await stored()).rows).toEqual(given.filter(({ price }) => price > 0));
  });

  it('do not meet calls of another schema or of another batch', async () => {
    const [one, other] = [insertion(), insertion()];
    await Promise.all([gather(scope, one, { id: 1, price: 1 }), gather(scope, other, { id: 2, price: 1 })]);
    expect([one.runs, other.runs]).toEqual([[1], [1]]);
  });

  it('inside a transaction are part of it', async () => {
    const batch = insertion();
    const failed = database.transaction(async (tx) => {
      await gather(scope.on(tx), batch, { id: 1, price: 1 });
      expect((await stored().catch((error) => error)).code).toBe('wrong_database_handle');
      throw invalidInput('x', 'No.');
    });
    expect((await failureOf(failed)).code).toBe('invalid_input');
    expect((await stored()).rows).toEqual([]);
  });

  it('with the outer handle inside a transaction are refused', async () => {
    const batch = insertion();
    const failed = database.transaction(() => gather(scope, batch, { id: 1, price: 1 }));
    expect((await failureOf(failed)).code).toBe('wrong_database_handle');
    expect(batch.runs).toEqual([]);
  });

  it('are not tried again when nobody knows what became of them', async () => {
    const batch = insertion();
    const cut: Batch<Ware, string> = {
      async run(on, items) {
        await batch.run(on, items);
        // The answer is lost on its way, as after a cut connection.
        return on.query('select pg_terminate_backend(pg_backend_pid())') as never;
      },
    };
    const settled = await Promise.allSettled(wares(4).map((ware) => gather(scope, cut, ware)));
    expect(settled.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
      Array(4).fill('unavailable'),
    );
    expect(batch.runs).toEqual([4]);
    expect((await stored()).rows).toHaveLength(4);
  });

  it('that were made before close() are served, and none after it', async () => {
    const own = await openDatabase(opened.url);
    const batch = insertion(2);
    const calls = wares(7).map((ware) => gather(scopeOn(own), batch, ware));
    const closed = own.close();
    const late = gather(scopeOn(own), batch, { id: 99, price: 1 });
    expect((await failureOf(late)).reason).toBe('closed');
    expect(await Promise.all(calls)).toHaveLength(7);
    await closed;
    expect((await stored()).rows).toHaveLength(7);
  });
});
