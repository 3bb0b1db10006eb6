import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isConnectionLost,
  isStalePlan,
  sqlStateOf,
  toGuildhallError,
} from '../src/kernel/database/sql-errors.ts';
import type { Database } from '../src/kernel/database/types.ts';
import {
  assert,
  ERROR_CODES,
  type ErrorCode,
  GuildhallError,
  invalidInput,
  isGuildhallError,
} from '../src/kernel/errors.ts';
import { createScope, explainConstraint } from '../src/kernel/scope.ts';
import type { ConstraintMeaning } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { everythingOf, failureOf } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
  await database.query(`create schema shop;
    create table shop.owners (id int primary key);
    create table shop.pets (
      id int primary key,
      name text not null constraint pets_name_key unique,
      legs smallint constraint pets_legs_check check (legs >= 0),
      owner_id int constraint pets_owner_id_fkey references shop.owners (id),
      strict_owner_id int constraint pets_strict_owner_id_fkey references shop.owners (id) on delete restrict,
      stay int4range,
      constraint pets_stay_excl exclude using gist (stay with &&));
    create table shop.tags (tag varchar(2));
    insert into shop.owners values (1), (2);
    insert into shop.pets values (1, 'rex', 4, 1, null, '[1,5)'), (2, 'tom', 4, null, 2, null)`);
});

afterAll(() => opened?.close());

const failed: readonly (readonly [
  what: string,
  sql: string,
  code: ErrorCode,
  details: Record<string, string>,
])[] = [
  [
    'a unique value taken',
    "insert into shop.pets values (9, 'rex')",
    'already_exists',
    { constraint: 'pets_name_key', table: 'pets' },
  ],
  [
    'a parent that is not there',
    "insert into shop.pets values (9, 'x', 1, 9)",
    'not_found',
    { constraint: 'pets_owner_id_fkey' },
  ],
  [
    'a parent that others point to',
    'delete from shop.owners where id = 1',
    'conflict',
    { constraint: 'pets_owner_id_fkey' },
  ],
  [
    'a parent that must not go',
    'delete from shop.owners where id = 2',
    'conflict',
    { constraint: 'pets_strict_owner_id_fkey' },
  ],
  [
    'a broken check',
    "insert into shop.pets values (9, 'x', -1)",
    'invalid_input',
    { constraint: 'pets_legs_check', sqlState: '23514' },
  ],
  [
    'a missing value',
    'insert into shop.pets values (9)',
    'invalid_input',
    { sqlState: '23502', table: 'pets' },
  ],
  [
    'an overlap',
    "insert into shop.pets values (9, 'x', 1, null, null, '[4,9)')",
    'conflict',
    { constraint: 'pets_stay_excl' },
  ],
  [
    'a number too large',
    "insert into shop.pets values (9, 'x', 99999)",
    'invalid_input',
    { sqlState: '22003' },
  ],
  ['a text that is no number', "select 'x'::int", 'invalid_input', { sqlState: '22P02' }],
  ['a day that is none', "select '2024-02-30'::date", 'invalid_input', { sqlState: '22008' }],
  ['a time that is none', "select 'noon'::timestamptz", 'invalid_input', { sqlState: '22007' }],
  ['a text too long', "insert into shop.tags values ('abc')", 'invalid_input', { sqlState: '22001' }],
  ['JSON that is none', "select '{'::jsonb", 'invalid_input', { sqlState: '22P02' }],
  ['a setting out of range', 'set local work_mem = 1', 'invalid_input', { sqlState: '22023' }],
  ['SQL that is none', 'selec 1', 'internal', { sqlState: '42601' }],
  ['a table that is not there', 'select from nowhere', 'internal', { sqlState: '42P01' }],
];

describe('a table that is not there', () => {
  it('says what to do when the database was never migrated', async () => {
    for (const statement of ['select 1 from shop.nothing', 'create table nowhere.t ()']) {
      expect((await failureOf(database.query(statement))).hint).toContain('guildhall migrate up');
    }
  });
});

describe('an error of the server', () => {
  it.each(failed)('for %s has its code and its facts', async (_, sql, code, details) => {
    const error = await failureOf(database.transaction((tx) => tx.query(sql), { retries: 0 }));
    expect(error).toMatchObject({ code, details });
    expect(error.details.sqlState).toMatch(/^[0-9A-Z]{5}$/);
    expect(sqlStateOf(error)).toBe(error.details.sqlState);
    expect(error.cause).toBeInstanceOf(Error);
  });

  const raised: readonly (readonly [state: string, code: ErrorCode])[] = [
    ['GH400', 'invalid_input'],
    ['GH403', 'forbidden'],
    ['GH404', 'not_found'],
    ['GH409', 'conflict'],
    ['GH422', 'idempotency_mismatch'],
    ['GH429', 'limit_exceeded'],
    ['42501', 'forbidden'],
    ['40001', 'serialization'],
    ['40P01', 'serialization'],
    ['55P03', 'timeout'],
    ['57014', 'timeout'],
    ['22999', 'invalid_input'],
    ['GH999', 'internal'],
    ['P0001', 'internal'],
  ];
  it.each(raised)('raised as %s is %s', async (state, code) => {
    const text = `do $$ begin raise exception 'so it is' using errcode = '${state}', hint = 'do that'; end $$`;
    const error = await failureOf(database.query(text));
    expect(error).toMatchObject({ code, message: 'so it is' });
    if (state.startsWith('GH')) expect(error.hint).toBe('do that');
  });

  it('of ours brings reason, field, hint and the facts in its detail', async () => {
    const error = await failureOf(
      database.query(`do $$ begin raise exception 'Budget bud_1 has 0.10 left.' using errcode = 'GH429',
        constraint = 'budget_exceeded', column = 'amount', hint = 'Raise it.', detail = '{"left": "0.10", "id": "bud_1"}'; end $$`),
    );
    expect(error.toJSON()).toEqual({
      code: 'limit_exceeded',
      message: 'Budget bud_1 has 0.10 left.',
      reason: 'budget_exceeded',
      field: 'amount',
      hint: 'Raise it.',
      details: { sqlState: 'GH429', constraint: 'budget_exceeded', left: '0.10', id: 'bud_1' },
    });
  });

  it('of ours with a broken detail is no worse for it', async () => {
    const raise = (detail: string) =>
      failureOf(
        database.query(
          `do $$ begin raise exception 'x' using errcode = 'GH409', detail = '${detail}'; end $$`,
        ),
      );
    expect((await raise('{broken')).details).toEqual({ sqlState: 'GH409', detail: '{broken' });
    expect((await raise('just words')).details).toEqual({ sqlState: 'GH409' });
  });
});

describe('a constraint that a system explains', () => {
  const constraints: Record<string, ConstraintMeaning> = {
    pets_name_key: {
      code: 'already_exists',
      message: 'A pet of that name lives here.',
      field: 'name',
      reason: 'name_taken',
      hint: 'Choose another.',
    },
  };

  it('reads as an error about the input', async () => {
    const scope = createScope({ schema: 'shop', system: 'shop', executor: database, constraints });
    const error = await failureOf(scope.query("insert into :schema.pets values ($1, 'rex')", [9]));
    expect(error.toJSON()).toEqual({
      code: 'already_exists',
      message: 'A pet of that name lives here.',
      reason: 'name_taken',
      field: 'name',
      hint: 'Choose another.',
      details: { sqlState: '23505', table: 'pets', constraint: 'pets_name_key' },
    });
    expect(sqlStateOf(error)).toBe('23505');
  });

  it('leaves every other error alone', () => {
    const foreign = new Error('x');
    const other = new GuildhallError('conflict', 'y', { details: { constraint: 'another' } });
    expect(explainConstraint(foreign, constraints)).toBe(foreign);
    expect(explainConstraint(other, constraints)).toBe(other);
  });
});

describe('an error of ours', () => {
  it('has a code of a closed list, each with a sentence', () => {
    for (const [code, sentence] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z_]+$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('says in JSON what is known and nothing else, never its cause', () => {
    const bare = new GuildhallError('internal', 'x', { cause: new Error('secret') });
    expect(bare.toJSON()).toEqual({ code: 'internal', message: 'x' });
    expect(JSON.stringify(bare)).not.toContain('secret');
    expect(everythingOf(bare)).toContain('secret');
  });

  it('for a bad value names the field, the problem and the mend', () => {
    expect(invalidInput('amount', 'amount is missing.', 'Add it.').toJSON()).toEqual({
      code: 'invalid_input',
      message: 'amount is missing.',
      field: 'amount',
      hint: 'Add it.',
    });
    expect(invalidInput('amount', 'amount is missing.').hint).toBeUndefined();
  });

  it('is known whichever copy of the package made it', () => {
    const copy = Object.assign(new Error('x'), { name: 'GuildhallError', code: 'conflict' });
    expect(isGuildhallError(copy)).toBe(true);
    expect(isGuildhallError(copy, 'conflict')).toBe(true);
    expect(isGuildhallError(copy, 'internal')).toBe(false);
    for (const other of [
      new Error('x'),
      { name: 'GuildhallError', code: 'conflict' },
      'GuildhallError',
      null,
      undefined,
    ]) {
      expect(isGuildhallError(other)).toBe(false);
    }
  });

  it('is thrown by assert for what cannot happen', () => {
    expect(() => assert(true, 'x')).not.toThrow();
    expect(() => assert(0, 'the sky is blue')).toThrow(
      expect.objectContaining({ code: 'internal', message: 'Assertion failed: the sky is blue' }),
    );
  });
});

describe('what the driver throws', () => {
  const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

  it('is a lost connection for sockets, shutdowns and the driver’s own words, anywhere in the chain', () => {
    const lost = [
      withCode('ECONNREFUSED'),
      withCode('ECONNRESET'),
      withCode('EPIPE'),
      withCode('57P01'),
      withCode('08006'),
      withCode('08P01'),
      new Error('Connection terminated unexpectedly'),
      new Error('Client has encountered a connection error and is not queryable'),
      new Error('outer', { cause: new Error('middle', { cause: withCode('ETIMEDOUT') }) }),
      new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]),
    ];
    for (const error of lost) {
      expect(isConnectionLost(error)).toBe(true);
      expect(toGuildhallError(error, 'host:5432/db')).toMatchObject({
        code: 'unavailable',
        details: { address: 'host:5432/db' },
      });
    }
    for (const error of [withCode('23505'), withCode('0800'), new Error('x'), 'ECONNREFUSED', null]) {
      expect(isConnectionLost(error)).toBe(false);
    }
  });

  it('is internal when nobody knows it, and an error of ours as it is', () => {
    expect(toGuildhallError(new TypeError('x'), 'a')).toMatchObject({
      code: 'internal',
      cause: new TypeError('x'),
    });
    const own = invalidInput('a', 'b');
    expect(toGuildhallError(own, 'a')).toBe(own);
  });

  it('is a stale plan by its code, and for 0A000 by its words as well', () => {
    const server = (code: string, message: string) =>
      Object.assign(new Error(message), { code, severity: 'ERROR' });
    expect(isStalePlan(server('26000', 'x'))).toBe(true);
    expect(isStalePlan(server('42P05', 'x'))).toBe(true);
    const stale = server('0A000', 'cached plan must not change result type');
    expect(isStalePlan(stale)).toBe(true);
    expect(isStalePlan(new Error('could not migrate', { cause: stale }))).toBe(true);
    expect(isStalePlan(server('0A000', 'cannot alter type of a column used by a view'))).toBe(false);
  });

  it('stops looking in a chain that never ends', () => {
    const one = new Error('one');
    one.cause = one;
    expect(sqlStateOf(one)).toBeNull();
    expect(isConnectionLost(one)).toBe(false);
  });
});
