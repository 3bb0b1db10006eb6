import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { type IdempotentCall, runIdempotent } from '../src/kernel/idempotency.ts';
import { contentHash, decodeJson, encodeJson } from '../src/kernel/json.ts';
import type { Scope } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, installKernel, scopeOf, signal, startProxy, untilBlocked } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
  scope = await installKernel(database, 'shop');
  await scope.query(
    'create table :schema.orders (id bigint generated always as identity, what text not null)',
  );
});

afterAll(() => opened?.close());

beforeEach(() => scope.query('truncate :schema.orders, :schema.idempotency_keys'));

const call = (change: Partial<IdempotentCall> = {}): IdempotentCall => ({
  key: 'key-1',
  account: 'usr_1',
  operation: 'createOrder',
  request: { what: 'apples', count: 3 },
  ...change,
});

/** Writes an order; what a caller would not want to happen twice. */
async function order(inner: Scope, what = 'apples'): Promise<{ id: bigint; what: string }> {
  const [row] = await inner.query<{ id: bigint; what: string }>(
    'insert into :schema.orders (what) values ($1) returning id, what',
    [what],
  );
  return row as { id: bigint; what: string };
}

const orders = async (): Promise<number> => (await scope.query('select from :schema.orders')).length;
const keys = async (): Promise<number> => (await scope.query('select from :schema.idempotency_keys')).length;

describe('a call with a key', () => {
  it('runs once; the same call again gets the stored answer', async () => {
    const first = await runIdempotent(scope, call(), (inner) => order(inner));
    expect(first).toEqual({ value: { id: expect.any(BigInt), what: 'apples' }, replayed: false });
    const again = await runIdempotent(scope, call(), () => Promise.reject(new Error('must not run')));
    expect(again).toEqual({ value: first.value, replayed: true });
    expect(await orders()).toBe(1);
  });

  it('is the same call however its content is written', async () => {
    await runIdempotent(scope, call({ request: { a: 1, b: { c: [1, 2], d: undefined } } }), (inner) =>
      order(inner),
    );
    const again = await runIdempotent(scope, call({ request: { b: { c: [1, 2] }, a: 1 } }), (inner) =>
      order(inner),
    );
    expect(again.replayed).toBe(true);
  });

  it.each([
    ['other content', { request: { what: 'apples', count: 4 } }],
    ['content in another order where order counts', { request: ['count', 'what'] }],
    ['no content', { request: undefined }],
    ['another operation', { operation: 'deleteOrder' }],
  ])('with %s is refused, and says what the key was used for', async (_, change) => {
    await runIdempotent(scope, call(), (inner) => order(inner));
    const error = await failureOf(runIdempotent(scope, call(change), (inner) => order(inner)));
    expect(error).toMatchObject({
      code: 'idempotency_mismatch',
      field: 'Idempotency-Key',
      details: { operation: 'createOrder' },
    });
    expect(error.hint).toContain('new key');
    expect(await orders()).toBe(1);
  });

  it('of another account never meets it', async () => {
    const first = await runIdempotent(scope, call(), (inner) => order(inner));
    const other = await runIdempotent(scope, call({ account: 'usr_2', request: 'else' }), (inner) =>
      order(inner),
    );
    expect(other.replayed).toBe(false);
    expect(other.value).not.toEqual(first.value);
    expect(await keys()).toBe(2);
  });

  it('that fails stores nothing, and can be mended and sent again', async () => {
    const failed = runIdempotent(scope, call(), async (inner) => {
      await order(inner);
      throw new Error('out of apples');
    });
    await expect(failed).rejects.toThrow('out of apples');
    expect([await orders(), await keys()]).toEqual([0, 0]);
    const mended = await runIdempotent(scope, call({ request: 'pears' }), (inner) => order(inner, 'pears'));
    expect(mended).toMatchObject({ replayed: false, value: { what: 'pears' } });
  });

  it('takes part in the transaction around it', async () => {
    const broken = database.transaction(async (tx) => {
      await runIdempotent(scope.on(tx), call(), (inner) => order(inner));
      throw new Error('all of it');
    });
    await expect(broken).rejects.toThrow('all of it');
    expect([await orders(), await keys()]).toEqual([0, 0]);
  });

  it('needs a key of 1 to 255 characters', async () => {
    for (const key of ['', 'k'.repeat(256)]) {
      const error = await failureOf(runIdempotent(scope, call({ key }), (inner) => order(inner)));
      expect(error).toMatchObject({ code: 'invalid_input', field: 'Idempotency-Key' });
      expect(error.hint).toContain('1 to 255');
    }
    await runIdempotent(scope, call({ key: 'k'.repeat(255) }), (inner) => order(inner));
    expect(await keys()).toBe(1);
  });
});

describe('concurrent calls with one key', () => {
  it('run once, fifty of them, through several pools', async () => {
    const pools = [database, await opened.connect(), await opened.connect()];
    let runs = 0;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        runIdempotent(scopeOf(pools[index % 3] as Database, 'shop'), call(), async (inner) => {
          runs += 1;
          return order(inner);
        }),
      ),
    );
    expect(runs).toBe(1);
    expect(await orders()).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ value }) => value.id)).size).toBe(1);
  });

  it('wait for the first, and take over when it fails', async () => {
    const [entered, fail] = [signal(), signal()];
    const first = runIdempotent(scope, call(), async (inner) => {
      await order(inner, 'first');
      entered.fire();
      await fail.promise;
      throw new Error('the first gives up');
    });
    await entered.promise;
    const second = runIdempotent(scope, call(), (inner) => order(inner, 'second'));
    await untilBlocked(database);
    fail.fire();
    await expect(first).rejects.toThrow('the first gives up');
    expect(await second).toMatchObject({ replayed: false, value: { what: 'second' } });
    expect(await orders()).toBe(1);
  });

  it('run twice where the key is looked up first and written afterwards (control)', async () => {
    const bothHaveLooked = signal();
    let looked = 0;
    let runs = 0;
    const naive = async (): Promise<void> => {
      await database.transaction(async (tx) => {
        const inner = scope.on(tx);
        const known = await inner.query("select from :schema.idempotency_keys where key = 'naive'");
        looked += 1;
        if (looked === 2) bothHaveLooked.fire();
        await bothHaveLooked.promise;
        if (known.length > 0) return;
        runs += 1;
        await order(inner);
        await inner.query(
          `insert into :schema.idempotency_keys (account, key, operation, request_sha256)
           values ('usr_1', 'naive', 'createOrder', '') on conflict do nothing`,
        );
      });
    };
    await Promise.all([naive(), naive()]);
    expect(runs).toBe(2);
    expect(await orders()).toBe(2);
  });
});

describe('a connection lost while COMMIT is under way', () => {
  it('ends in one change and its answer', async () => {
    let cuts = 0;
    const proxy = await startProxy(opened.url, {
      onSend: (bytes) => (bytes.includes('commit\0') && ++cuts === 1 ? 'cut' : 'pass'),
    });
    const behind = await openDatabase(proxy.urlFor(opened.url));
    let runs = 0;
    try {
      const answer = await runIdempotent(scopeOf(behind, 'shop'), call(), async (inner) => {
        runs += 1;
        return order(inner);
      });
      expect(answer).toMatchObject({ replayed: true, value: { what: 'apples' } });
    } finally {
      await behind.close(0);
      await proxy.close();
    }
    expect([runs, await orders()]).toEqual([1, 1]);
  });
});

describe('stored answers', () => {
  it('bring back dates and bigints, at any depth', async () => {
    const value = {
      at: new Date('2024-02-29T12:00:00.123Z'),
      tokens: 2n ** 63n,
      list: [1n, new Date(0), null, { deep: [5n] }],
      amount: '0.10',
      none: null,
      $date: 'this one is text',
    };
    await runIdempotent(scope, call(), async () => value);
    const { value: replayed } = await runIdempotent(scope, call(), async () => value);
    expect(replayed).toEqual(value);
  });

  it('bring back any value, also one that looks like our own marks', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.bigInt(),
        fc.date({ noInvalidDate: true }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$date', '$bigint', '$plain')), tie('value'), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        expect(decodeJson(JSON.parse(encodeJson(original)))).toEqual(original);
      }),
    );
  });

  it('are compared by content: equal content has equal hashes, other content has others', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (object) => {
        const shuffled = Object.fromEntries(Object.entries(object).reverse());
        expect(contentHash(shuffled)).toEqual(contentHash(object));
        expect(contentHash({ ...object, added: 1 }).equals(contentHash({ ...object, added: 2 }))).toBe(false);
      }),
    );
  });
});

describe('old keys', () => {
  it('are pruned, the oldest first and no more than asked', async () => {
    await scope.query(
      `insert into :schema.idempotency_keys (account, key, operation, request_sha256, created_at)
       select 'usr_1', 'old ' || n, 'createOrder', '', clock_timestamp() - make_interval(days => n)
       from generate_series(1, 9) as n`,
    );
    const prune = async (limit: number) => {
      await scope.query(
        "update :schema.retention_policies set batch_size = $1 where name = 'idempotency_keys'",
        [limit],
      );
      return scope.query("select gone from :schema.retention_delete_batch('idempotency_keys')");
    };
    expect(await prune(4)).toEqual([{ gone: 4 }]);
    expect(await scope.query('select key from :schema.idempotency_keys order by key')).toEqual(
      [1, 2, 3, 4, 5].map((days) => ({ key: `old ${days}` })),
    );
    expect(await prune(100)).toEqual([{ gone: 3 }]);
    expect(await prune(100)).toEqual([{ gone: 0 }]);
  });
});
