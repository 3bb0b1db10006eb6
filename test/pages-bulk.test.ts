import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BulkInsert, bulkInsert, MAX_BULK_ROWS } from '../src/kernel/bulk.ts';
import type { Database } from '../src/kernel/database/types.ts';
import {
  DEFAULT_PAGE,
  decodeCursor,
  encodeCursor,
  MAX_PAGE,
  type Page,
  pageLimit,
  toPage,
} from '../src/kernel/page.ts';
import { createScope } from '../src/kernel/scope.ts';
import type { Scope } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
  await database.query(`create schema store;
    create table store.sales (id text primary key, at timestamptz(3) not null);
    create index sales_at_idx on store.sales (at desc, id desc);
    create table store.blurred (id text primary key, at timestamptz not null);
    create table store.wares (
      n bigint primary key,
      name text constraint wares_name_check check (name <> 'forbidden'),
      price numeric, count bigint, sold boolean, at timestamptz(3), day date, data jsonb, photo bytea)`);
  scope = createScope({
    schema: 'store',
    system: 'store',
    executor: database,
    constraints: {
      wares_name_check: { code: 'invalid_input', message: 'That name is taken by the law.', field: 'name' },
      wares_pkey: { code: 'already_exists', message: 'That ware is there already.', field: 'n' },
    },
  });
});

afterAll(() => opened?.close());

beforeEach(() => database.query('truncate store.sales, store.blurred, store.wares'));

interface Sale {
  readonly id: string;
  readonly at: Date;
}

async function salesPage(limit: number, cursor?: string, table = 'sales'): Promise<Page<Sale>> {
  const after = decodeCursor('sales', cursor);
  const rows = await scope.query<Sale>(
    `select id, at from :schema.${table}
      where ($1::timestamptz is null or (at, id) < ($1, $2))
      order by at desc, id desc limit $3`,
    [after?.at ?? null, after?.id ?? null, limit + 1],
  );
  return toPage('sales', rows, limit, (row) => row.at);
}

const START = Date.UTC(2024, 0, 1);
const insertSale = (id: string, tick: number, table = 'sales') =>
  scope.query(`insert into :schema.${table} values ($1, $2)`, [id, new Date(START + tick)]);

describe('pages', () => {
  it('show every row once that is there all the while, in order, whatever comes and goes meanwhile', async () => {
    const tick = fc.nat(3);
    const disturbance = fc.record({
      inserts: fc.array(tick, { maxLength: 3 }),
      deletes: fc.array(fc.nat(40), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(tick, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(disturbance, { maxLength: 12 }),
        async (ticks, limit, disturbances) => {
          await database.query('truncate store.sales');
          const all = new Map<string, number>();
          const stayed = new Set<string>();
          for (const [index, at] of ticks.entries()) {
            const id = `s${String(index).padStart(3, '0')}`;
            all.set(id, at);
            stayed.add(id);
            await insertSale(id, at);
          }
          const seen: Sale[] = [];
          const queue = [...disturbances];
          for (let cursor: string | undefined; ; ) {
            const page = await salesPage(limit, cursor);
            seen.push(...page.data);
            expect(page.hasMore).toBe(page.nextCursor !== null);
            if (page.nextCursor === null) break;
            cursor = page.nextCursor;
            const { inserts, deletes } = queue.shift() ?? { inserts: [], deletes: [] };
            for (const at of inserts) {
              const id = `n${String(all.size).padStart(3, '0')}`;
              all.set(id, at);
              await insertSale(id, at);
            }
            const ids = [...all.keys()];
            for (const index of deletes) {
              const id = ids[index % ids.length] as string;
              stayed.delete(id);
              await scope.query('delete from :schema.sales where id = $1', [id]);
            }
          }
          const shown = seen.map(({ id }) => id);
          expect(new Set(shown).size).toBe(shown.length);
          for (const id of stayed) expect(shown).toContain(id);
          const place = ({ id, at }: Sale) => `${at.toISOString()} ${id}`;
          expect(seen.map(place)).toEqual(seen.map(place).toSorted().reverse());
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('by OFFSET would lose a row when one before it goes (control)', async () => {
    for (const index of [1, 2, 3, 4]) await insertSale(`s${index}`, index);
    const page = (offset: number) =>
      scope.query<Sale>('select id from :schema.sales order by at desc, id desc limit 2 offset $1', [offset]);
    const first = await page(0);
    await scope.query("delete from :schema.sales where id = 's4'");
    const shown = [...first, ...(await page(2))].map(({ id }) => id);
    expect(shown).toEqual(['s4', 's3', 's1']);
  });

  it('over times finer than a millisecond would lose rows (control: this is why ours are timestamptz(3))', async () => {
    for (const us of [1, 2, 3, 4]) {
      await scope.query(
        "insert into :schema.blurred values ($1, timestamptz '2024-01-01' + $2 * interval '1 microsecond')",
        [`s${us}`, us],
      );
    }
    const first = await salesPage(2, undefined, 'blurred');
    const second = await salesPage(2, first.nextCursor ?? '', 'blurred');
    expect(second.data).toHaveLength(0);
  });

  it('end exactly: the last one says so, also when it is full', async () => {
    for (const index of [1, 2, 3, 4]) await insertSale(`s${index}`, 0);
    const first = await salesPage(2);
    expect(first).toMatchObject({ hasMore: true, data: [{ id: 's4' }, { id: 's3' }] });
    const last = await salesPage(2, first.nextCursor ?? '');
    expect(last).toEqual({
      data: [
        { id: 's2', at: new Date(START) },
        { id: 's1', at: new Date(START) },
      ],
      hasMore: false,
      nextCursor: null,
    });
    expect(await salesPage(4)).toMatchObject({ hasMore: false, nextCursor: null });
    await database.query('truncate store.sales');
    expect(await salesPage(2)).toEqual({ data: [], hasMore: false, nextCursor: null });
  });

  it('have a limit from 1 to 100, and 50 rows when none is given', () => {
    expect(pageLimit(undefined)).toBe(DEFAULT_PAGE);
    expect(pageLimit(1)).toBe(1);
    expect(pageLimit(MAX_PAGE)).toBe(MAX_PAGE);
    expect(pageLimit(undefined, { max: 10 })).toBe(10);
    expect(pageLimit(5_000, { max: 10_000 })).toBe(5_000);
    for (const limit of [
      0,
      -1,
      MAX_PAGE + 1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '10' as unknown as number,
    ]) {
      expect(() => pageLimit(limit)).toThrow(
        expect.objectContaining({ code: 'invalid_input', field: 'limit' }),
      );
    }
  });
});

describe('a cursor', () => {
  it('brings back time and id, whatever the id holds', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.string({ unit: 'grapheme' }), (at, id) => {
        expect(decodeCursor('sales', encodeCursor('sales', at, id))).toEqual({ at, id });
      }),
    );
    expect(decodeCursor('sales', undefined)).toBeNull();
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['of another list', encodeCursor('costs', new Date(0), 'c1')],
    ['that is empty', ''],
    ['that is no base64', '???'],
    ['that is no JSON', Buffer.from('hello').toString('base64url')],
    ['of another form', encoded({ list: 'sales' })],
    ['without an id', encoded(['sales', '2024-01-01T00:00:00.000Z'])],
    ['with a number for an id', encoded(['sales', '2024-01-01T00:00:00.000Z', 7])],
    ['with no time', encoded(['sales', 'yesterday', 's1'])],
    ['with too much', encoded(['sales', '2024-01-01T00:00:00.000Z', 's1', 1])],
  ])('%s is refused with what to pass', async (_, cursor) => {
    const error = await failureOf(salesPage(2, cursor));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'cursor' });
    expect(error.hint).toContain('nextCursor');
  });
});

const COLUMNS = {
  n: 'bigint',
  name: 'text',
  price: 'numeric(40,10)',
  count: 'bigint',
  sold: 'boolean',
  at: 'timestamptz(3)',
  day: 'date',
  data: 'jsonb',
  photo: 'bytea',
} as const;
type Row = BulkInsert['rows'][number];

const insert = (rows: readonly Row[], more: Partial<BulkInsert> = {}, on: Scope = scope) =>
  bulkInsert(on, { table: 'wares', columns: COLUMNS, rows, ...more });
const wares = () => scope.query('select * from :schema.wares order by n');

/** Text that formats trip over. */
const AWKWARD = [
  '',
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\\',
  '\\\\',
  '\\N',
  '\\.',
  '\\n',
  '\\t',
  'NULL',
  'null',
  '{}',
  '{a,b}',
  '"',
  '""',
  "'",
  "''",
  ',',
  '$1',
  '%s',
  'a\tb\nc\rd\\e',
  '\\x41',
  '😀',
  '👩‍👩‍👧',
  'ﬁ',
  'مرحبا',
  '\u2028',
  '\u0001',
  '\uFEFF',
  '\b\f\v',
  'x'.repeat(5_000),
];

const text = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 'N', '.', '"', '{', '}', ',', '😀', 'a') }),
);
const json = fc
  .jsonValue({ maxDepth: 3 })
  // A bare string, number or true is JSON text already in the caller's hands; null is SQL's own.
  .filter(
    (value) => typeof value === 'object' && value !== null && !JSON.stringify(value).includes('\\u0000'),
  );
const orNull = <T>(inner: fc.Arbitrary<T>) => fc.option(inner, { nil: null, freq: 5 });
const cells = fc.tuple(
  orNull(text.filter((value) => !value.includes('\u0000') && value !== 'forbidden')),
  orNull(
    fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(999_999))
      .map(([whole, part]) => `${whole}.${part}1`),
  ),
  orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  orNull(fc.boolean()),
  orNull(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })),
  orNull(fc.constantFrom('2024-02-29', '1999-12-31')),
  orNull(json),
  orNull(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))),
);

describe('a bulk insert', () => {
  it('brings the same rows in by unnest and by COPY as one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 12 }), async (all) => {
        const rows: Row[] = all.map((row, index) => [BigInt(index), ...row]);
        const results: unknown[] = [];
        for (const way of ['unnest', 'copy', 'singly'] as const) {
          await database.query('truncate store.wares');
          if (way === 'singly') {
            for (const row of rows) {
              // The driver makes a list at the top of a parameter into an array of the server's.
              const values = row.map((cell) => (Array.isArray(cell) ? JSON.stringify(cell) : cell));
              await scope.query(
                'insert into :schema.wares values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
                values,
              );
            }
          } else expect(await insert(rows, { via: way })).toBe(rows.length);
          results.push(await wares());
        }
        expect(results[0]).toEqual(results[2]);
        expect(results[1]).toEqual(results[2]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it.each(['unnest', 'copy'] as const)('by %s keeps every awkward text as it is', async (via) => {
    const rows = AWKWARD.map(
      (name, index): Row => [BigInt(index), name, null, null, null, null, null, { name }, null],
    );
    expect(await insert(rows, { via })).toBe(AWKWARD.length);
    const stored = await scope.query<{ name: string; data: { name: string } }>(
      'select name, data from :schema.wares order by n',
    );
    expect(stored.map(({ name }) => name)).toEqual(AWKWARD);
    expect(stored.map(({ data }) => data.name)).toEqual(AWKWARD);
  });

  it.each(['unnest', 'copy'] as const)('by %s of what the server cannot hold is refused', async (via) => {
    for (const name of ['a\u0000b']) {
      const error = await failureOf(insert([[1n, name]], { via, columns: { n: 'bigint', name: 'text' } }));
      expect(error.code).toBe('invalid_input');
    }
    expect(await wares()).toEqual([]);
  });

  it.each(['unnest', 'copy'] as const)(
    'by %s is all or nothing, and explains the constraint',
    async (via) => {
      const columns = { n: 'bigint', name: 'text' };
      const taken = await failureOf(
        insert(
          [
            [1n, 'a'],
            [2n, 'forbidden'],
          ],
          { via, columns },
        ),
      );
      expect(taken).toMatchObject({
        code: 'invalid_input',
        field: 'name',
        message: 'That name is taken by the law.',
      });
      const twice = await failureOf(
        insert(
          [
            [1n, 'a'],
            [1n, 'b'],
          ],
          { via, columns },
        ),
      );
      expect(twice).toMatchObject({ code: 'already_exists', field: 'n' });
      const broken = await failureOf(
        insert(
          [
            [1n, 'a'],
            ['x', 'b'],
          ],
          { via, columns },
        ),
      );
      expect(broken).toMatchObject({ code: 'invalid_input', details: { sqlState: '22P02' } });
      expect(await wares()).toEqual([]);
    },
  );

  it('skips what is there already when told to, and counts what went in', async () => {
    const columns = { n: 'bigint', name: 'text' };
    await insert([[1n, 'first']], { columns });
    const rows: Row[] = [
      [1n, 'second'],
      [2n, 'b'],
      [2n, 'c'],
      [3n, 'd'],
    ];
    expect(await insert(rows, { columns, onConflict: 'skip' })).toBe(2);
    expect(await scope.query('select n, name from :schema.wares order by n')).toEqual([
      { n: 1n, name: 'first' },
      { n: 2n, name: 'b' },
      { n: 3n, name: 'd' },
    ]);
    const copied = await failureOf(insert(rows, { columns, onConflict: 'skip', via: 'copy' }));
    expect(copied).toMatchObject({ code: 'invalid_input', field: 'via' });
    expect(copied.hint).toContain('unnest');
  });

  it.each(['unnest', 'copy'] as const)('by %s takes part in the transaction around it', async (via) => {
    const columns = { n: 'bigint' };
    const broken = database.transaction(async (tx) => {
      expect(await insert([[1n], [2n]], { via, columns }, scope.on(tx))).toBe(2);
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect(await wares()).toEqual([]);
  });

  it.each(['unnest', 'copy'] as const)('by %s takes 50,000 rows, and not one more', async (via) => {
    const columns = { n: 'bigint' };
    const rows = Array.from({ length: MAX_BULK_ROWS + 1 }, (_, index): Row => [index]);
    const error = await failureOf(insert(rows, { via, columns }));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'rows', hint: 'Split the batch.' });
    expect(await insert(rows.slice(1), { via, columns })).toBe(MAX_BULK_ROWS);
    expect(await insert([], { via, columns })).toBe(0);
  });

  it('takes names from us only', async () => {
    const wrong: readonly Partial<BulkInsert>[] = [
      { table: 'wares; drop table store.wares' },
      { columns: { 'n"': 'bigint' } },
      { columns: { n: 'bigint); drop table store.wares; --' } },
      { columns: { N: 'bigint' } },
    ];
    for (const more of wrong)
      expect(await failureOf(insert([[1n]], more))).toMatchObject({ code: 'internal' });
    expect(await insert([[1n]], { columns: { n: 'bigint' } })).toBe(1);
  });
});
