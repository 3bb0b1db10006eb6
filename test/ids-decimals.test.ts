import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/kernel/database/types.ts';
import { canonicalDecimal, decimalText, isZero } from '../src/kernel/decimal.ts';
import { assertId, newId } from '../src/kernel/ids.ts';
import { camelName, camelRow, camelRows } from '../src/kernel/rows.ts';
import type { Scope } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { installKernel } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
  scope = await installKernel(database, 'office');
});

afterAll(() => opened?.close());

const SHAPE = /^prj_[0-9a-hjkmnp-tv-z]{26}$/;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const timeOf = (id: string): number =>
  [...id.slice(4, 14)].reduce((ms, digit) => ms * 32 + DIGITS.indexOf(digit), 0);

describe('an id', () => {
  it('is prefix and 26 characters, unique, and carries its time', () => {
    const before = Date.now();
    const ids = Array.from({ length: 5_000 }, () => newId('prj'));
    const after = Date.now();
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(id).toMatch(SHAPE);
      expect(timeOf(id)).toBeGreaterThanOrEqual(before);
      expect(timeOf(id)).toBeLessThanOrEqual(after);
    }
  });

  it('sorts by time as text, here and in the database', async () => {
    const ids = [];
    for (let step = 0; step < 5; step += 1) {
      const now = Date.now();
      while (Date.now() === now);
      ids.push(newId('prj'));
    }
    expect(ids.toSorted()).toEqual(ids);
    const { rows } = await database.query<{ id: string }>(
      'select id from unnest($1::text[]) as id order by id',
      [ids.toReversed()],
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it('made by the database looks the same and is as unique', async () => {
    const rows = await scope.query<{ id: string; ms: number }>(
      "select :schema.new_id('prj') as id, (extract(epoch from clock_timestamp()) * 1000)::float8 as ms from generate_series(1, 2000)",
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2_000);
    for (const { id, ms } of rows) {
      expect(id).toMatch(SHAPE);
      expect(Math.abs(timeOf(id) - ms)).toBeLessThan(1_000);
    }
    const random = rows.map(({ id }) => id.slice(14)).join('');
    expect(new Set(random).size).toBe(32);
  });

  it('of this kind is accepted and everything else refused, with its field', () => {
    expect(() => assertId(newId('prj'), 'prj', 'projectId')).not.toThrow();
    const wrong = [
      newId('usr'),
      newId('prj').toUpperCase(),
      newId('prj').slice(0, -1),
      `${newId('prj')}0`,
      'prj_',
      '',
      'prj_il'.padEnd(30, 'u'),
      7,
      null,
      undefined,
      {},
    ];
    for (const value of wrong) {
      expect(() => assertId(value, 'prj', 'projectId')).toThrow(
        expect.objectContaining({
          code: 'invalid_input',
          field: 'projectId',
          hint: expect.stringContaining('prj_'),
        }),
      );
    }
    expect(() => assertId('x'.repeat(10_000), 'prj', 'projectId')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('x'.repeat(100)) }),
    );
  });
});

describe('decimal text', () => {
  it.each([
    '0',
    '-0',
    '1',
    '-1',
    '0.1',
    '12.50',
    '0.000000000000000001',
    '1e-7',
    '2.5E+10',
    '9'.repeat(60),
    5n,
  ])('%s is taken as it is', (value) => {
    expect(decimalText(value, 'amount')).toBe(String(value));
  });

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '+1',
    '.5',
    '5.',
    '1,5',
    '01',
    '1.2.3',
    '1e',
    '0x10',
    'NaN',
    'Infinity',
    '-Infinity',
    'abc',
    '１',
    '1_000',
    '9'.repeat(61),
    '1e60',
    '1e999',
    '1e-999',
    null,
    undefined,
    true,
    {},
    [],
  ])('%s is refused with its field', (value) => {
    expect(() => decimalText(value, 'amount')).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'amount', hint: expect.any(String) }),
    );
  });

  it('is never made from a JavaScript number, which says how to write it', () => {
    for (const value of [0.1, 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => decimalText(value, 'amount')).toThrow(
        expect.objectContaining({
          field: 'amount',
          hint: expect.stringMatching(/^Pass it as text: "[\d.]+"/),
        }),
      );
    }
  });

  it('can be asked to be zero or more, or above zero', () => {
    expect(decimalText('0', 'a', { min: 'zero' })).toBe('0');
    expect(decimalText('-0.00', 'a', { min: 'zero' })).toBe('-0.00');
    expect(decimalText('0.01', 'a', { min: 'positive' })).toBe('0.01');
    for (const [value, min] of [
      ['-1', 'zero'],
      ['-1e-5', 'zero'],
      ['0', 'positive'],
      ['0.000', 'positive'],
      ['0e5', 'positive'],
      ['-1', 'positive'],
    ] as const) {
      expect(() => decimalText(value, 'a', { min })).toThrow(
        expect.objectContaining({ code: 'invalid_input', field: 'a' }),
      );
    }
  });

  it('that passes is understood by the database, and equal amounts come back as equal text', async () => {
    const amount = fc
      .tuple(
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 }),
        fc.nat(5),
      )
      .map(([negative, whole, part, zeros]) => ({
        short: `${negative ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`,
        long: `${negative ? '-' : ''}${whole}.${part}${'0'.repeat(zeros + 1)}`,
      }));
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 20, maxLength: 50 }), async (amounts) => {
        for (const { short, long } of amounts) {
          decimalText(short, 'amount');
          expect(canonicalDecimal(long)).toBe(canonicalDecimal(short));
        }
        const { rows } = await database.query<{ a: string; b: string; equal: boolean }>(
          'select a, b, a = b as equal from unnest($1::numeric[], $2::numeric[]) as t (a, b)',
          [amounts.map(({ short }) => short), amounts.map(({ long }) => long)],
        );
        for (const { a, b, equal } of rows) {
          expect(equal).toBe(true);
          expect(a).toBe(b);
          expect(a).toMatch(/^-?\d+(\.\d*[1-9])?$/);
          expect(isZero(a)).toBe(a === '0');
        }
      }),
      { numRuns: 20 },
    );
  });

  it('keeps zeros that belong to the number', () => {
    for (const [text, canonical] of [
      ['100', '100'],
      ['1000.0', '1000'],
      ['0.090', '0.09'],
      ['1.000', '1'],
      ['0.0', '0'],
      ['1.50e10', '1.50e10'],
      ['NaN', 'NaN'],
    ] as const) {
      expect(canonicalDecimal(text)).toBe(canonical);
    }
  });
});

describe('a row', () => {
  it('gets camelCase names, and its values are left alone', () => {
    expect(camelName('input_tokens_2d')).toBe('inputTokens2d');
    const inner = { snake_inside: 1 };
    expect(camelRow({ id: 1, input_tokens: 2n, meta_data: inner })).toEqual({
      id: 1,
      inputTokens: 2n,
      metaData: inner,
    });
    expect(camelRows([{ a_b: 1 }, { a_b: 2 }])).toEqual([{ aB: 1 }, { aB: 2 }]);
  });
});
