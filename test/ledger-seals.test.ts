import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ledger, type LedgerRoot } from '../src/kernel/index.ts';
import { verify } from '../src/kernel/instance.ts';
import { failureOf, signal, until } from './support/kernel.ts';
import { type LedgerFixture, openLedger } from './support/ledger.ts';

let t: LedgerFixture;
let ledger: Ledger;
let from: string;
let to: string;

async function openFresh(): Promise<void> {
  t = await openLedger();
  ledger = t.ledger;
  [from, to] = [await t.funded('1000'), await t.open()];
}
const close = () => t.opened.close();

const post = (count: number) =>
  ledger.post(
    Array.from({ length: count }, (_, index) => ({
      key: t.key(),
      debit: from,
      credit: to,
      amount: '1',
      reference: `line ${index}`,
    })),
  );
const lastTransfer = async (): Promise<string> => {
  const rows = await t.scope.query<{ id: bigint }>('select max(id) as id from :schema.ledger_transfers');
  return String(rows[0]?.id);
};

/** Seals until the newest transfer is sealed: transactions of other tests on the server are waited for. */
async function sealAll(): Promise<LedgerRoot> {
  const last = await lastTransfer();
  let root: LedgerRoot | null = null;
  await until('everything to be sealed', async () => {
    await ledger.seal();
    root = await ledger.root();
    return root?.upTo === last;
  });
  return root as unknown as LedgerRoot;
}

describe('a seal', () => {
  beforeEach(openFresh);
  afterEach(close);

  it('covers what was posted; an unchanged journal has no broken one', async () => {
    expect(await ledger.root()).toBeNull();
    await post(5);
    const first = await sealAll();
    expect(first).toMatchObject({ number: '1', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await post(5);
    const second = await sealAll();
    expect(second.number).toBe('2');
    expect(await ledger.brokenSeals()).toEqual([]);
    expect(await ledger.brokenSeals(first)).toEqual([]);
    expect(await ledger.brokenSeals(second)).toEqual([]);
  });

  it('covers a thousand transfers at most', async () => {
    await t.ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit: from, amount: '5000' });
    for (let batch = 0; batch < 3; batch += 1) await post(1_000);
    await sealAll();
    const rows = await t.scope.query<{ transfers: number }>(
      'select transfers from :schema.ledger_seals order by number',
    );
    expect(rows.map(({ transfers }) => transfers)).toEqual([1_000, 1_000, 1_000, 2]);
    expect(await ledger.brokenSeals()).toEqual([]);
  });

  it('is made of an idle ledger never, and asking writes nothing', async () => {
    await post(1);
    const root = await sealAll();
    const position = async () =>
      (await t.scope.query<{ xid: bigint | null }>(
        'select (select :schema.ledger_seal(1000, 50)) as made, pg_current_xact_id_if_assigned()::text as xid',
      )) as unknown;
    expect(await position()).toEqual([{ made: 0, xid: null }]);
    expect(await ledger.root()).toEqual(root);
  });

  it('is made once by sealers that come at once', async () => {
    await post(10);
    const others = await Promise.all([1, 2, 3].map(() => t.opened.connect()));
    const sealers = [ledger, ...others.map((database) => new Ledger(t.scope.on(database)))];
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([post(3), ...sealers.flatMap((one) => [one.seal(), one.seal()])]);
    }
    await sealAll();
    expect(await ledger.brokenSeals()).toEqual([]);
    const rows = await t.scope.query<{ sealed: bigint; posted: bigint }>(
      `select (select sum(transfers) from :schema.ledger_seals)::bigint as sealed,
         (select count(*) from :schema.ledger_transfers) as posted`,
    );
    expect(rows[0]?.sealed).toBe(rows[0]?.posted);
  });
});

describe('a transfer that commits late', () => {
  beforeEach(openFresh);
  afterEach(close);

  it('behind later ones is never sealed over', async () => {
    await post(2);
    await sealAll();
    const [taken, done] = [signal(), signal()];
    const payer = await t.funded('5');
    const late = t.opened.database.transaction(async (tx) => {
      const { id } = await ledger
        .on(tx)
        .transfer({ key: t.key(), debit: payer, credit: 'bank:USDC', amount: '5' });
      taken.fire();
      await done.promise;
      return id;
    });
    await taken.promise;
    const other = await t.open();
    const other2 = await t.funded('2', { asset: 'ETH' });
    const { id: later } = await ledger.transfer({ key: t.key(), debit: from, credit: other, amount: '1' });
    for (let call = 0; call < 5; call += 1) await ledger.seal();
    expect(BigInt((await ledger.root())?.upTo ?? 0)).toBeLessThan(BigInt(later));
    done.fire();
    const id = await late;
    expect(BigInt(id)).toBeLessThan(BigInt(later));
    expect(other2).toBeTruthy();
    const root = await sealAll();
    expect(BigInt(root.upTo)).toBeGreaterThanOrEqual(BigInt(later));
    expect(await ledger.brokenSeals(root)).toEqual([]);
  });

  it('and began after the later one began is never sealed over', async () => {
    // The one that takes the higher number has the lower transaction id: the snapshot alone would not show the other.
    const [began, go] = [signal(), signal()];
    const [taken, done] = [signal(), signal()];
    const [a, b] = [await t.funded('5'), await t.funded('5', { asset: 'ETH' })];
    await sealAll();
    const early = t.opened.database.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()');
      began.fire();
      await go.promise;
      return (await ledger.on(tx).transfer({ key: t.key(), debit: a, credit: to, amount: '1' })).id;
    });
    await began.promise;
    const late = t.opened.database.transaction(async (tx) => {
      const input = { key: t.key(), debit: b, credit: 'bank:ETH', amount: '1' };
      const { id } = await ledger.on(tx).transfer(input);
      taken.fire();
      await done.promise;
      return id;
    });
    await taken.promise;
    go.fire();
    const later = await early;
    for (let call = 0; call < 5; call += 1) await ledger.seal();
    expect(BigInt((await ledger.root())?.upTo ?? 0)).toBeLessThan(BigInt(later));
    done.fire();
    expect(BigInt(await late)).toBeLessThan(BigInt(later));
    const root = await sealAll();
    expect(await ledger.brokenSeals(root)).toEqual([]);
  });

  it('under load with sealers all the time leaves a sound chain', async () => {
    const databases = await Promise.all([1, 2, 3].map(() => t.opened.connect()));
    const callers = databases.map((database) => new Ledger(t.scope.on(database)));
    let posting = true;
    const sealer = (async () => {
      while (posting) await ledger.seal();
    })();
    await Promise.all(
      callers.map(async (caller, place) => {
        const own = await t.funded('100');
        for (let round = 0; round < 40; round += 1) {
          await (databases[place] as (typeof databases)[number]).transaction(async (tx) => {
            await caller.on(tx).transfer({ key: t.key(), debit: own, credit: `bank:USDC`, amount: '0.1' });
            await tx.query('select 1');
          });
        }
      }),
    );
    posting = false;
    await sealer;
    const root = await sealAll();
    expect(Number(root.number)).toBeGreaterThan(1);
    expect(await ledger.brokenSeals(root)).toEqual([]);
  });
});

describe('the journal', () => {
  beforeAll(openFresh);
  afterAll(close);

  it.each(['ledger_transfers', 'ledger_seals'])('%s refuses update, delete and truncate', async (name) => {
    await post(1);
    await sealAll();
    const table = `:schema.${name}`;
    const changes = [`update ${table} set at = at`, `delete from ${table}`, `truncate ${table} cascade`];
    for (const sql of changes) {
      expect(await failureOf(t.scope.query(sql))).toMatchObject({ code: 'forbidden', reason: 'append_only' });
    }
  });

  it('gives its own owner no right to change it', async () => {
    const rows = await t.scope.query<{ name: string; allowed: boolean }>(
      `select c.relname as name, bool_or(g.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')) as allowed
       from pg_class c cross join lateral aclexplode(c.relacl) as g
       where c.relnamespace = ':schema'::regnamespace and c.relname in ('ledger_transfers', 'ledger_seals')
       group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { name: 'ledger_seals', allowed: false },
      { name: 'ledger_transfers', allowed: false },
    ]);
  });
});

const COLUMNS = `at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot, kind, amount, hold_id,
  expires_at, reference, metadata`;

/** What somebody with every right does to the journal, past its triggers. $low and $high are two sealed transfers. */
const tamperings: readonly (readonly [what: string, sql: string])[] = [
  ['edit of an amount', 'update $.ledger_transfers set amount = amount + 1 where id = $low'],
  ['edit of a time', "update $.ledger_transfers set at = at + interval '1 microsecond' where id = $low"],
  ['edit of a reference', "update $.ledger_transfers set reference = reference || ' ' where id = $low"],
  [
    'edit that turns a missing reference into an empty one',
    "update $.ledger_transfers set reference = '' where id = $none",
  ],
  ['edit of metadata', "update $.ledger_transfers set metadata = '{}' where id = $low"],
  [
    'edit of an account',
    'update $.ledger_transfers set debit_account = (select min(account_id) from $.ledger_balances where asset_id = 1 and account_id not in (debit_account, credit_account)) where id = $low',
  ],
  [
    'swap of debit and credit',
    'update $.ledger_transfers set debit_account = credit_account, credit_account = debit_account where id = $low',
  ],
  ['edit of a key', 'update $.ledger_transfers set key = gen_random_uuid() where id = $low'],
  ['deletion', 'delete from $.ledger_transfers where id = $low'],
  [
    'insertion between two',
    `insert into $.ledger_transfers (id, ${COLUMNS}) overriding system value select $gap, ${COLUMNS.replace('key', 'gen_random_uuid()')} from $.ledger_transfers where id = $low`,
  ],
  [
    'reordering',
    `create temp table swapped as select * from $.ledger_transfers where id in ($low, $high);
     delete from $.ledger_transfers where id in ($low, $high);
     update swapped set id = $low + $high - id;
     insert into $.ledger_transfers overriding system value select * from swapped;`,
  ],
  ['edit of the digest of a seal', "update $.ledger_seals set digest = sha256('x') where number = 2"],
  ['edit of the hash of a seal', "update $.ledger_seals set hash = sha256('x') where number = 2"],
  ['edit of where a seal ends', 'update $.ledger_seals set up_to = up_to - 1 where number = 2'],
  ['edit of the count of a seal', 'update $.ledger_seals set transfers = transfers + 1 where number = 2'],
  ['deletion of a seal', 'delete from $.ledger_seals where number = 2'],
  ['deletion of the first seal', 'delete from $.ledger_seals where number = 1'],
];

describe('tampering', () => {
  let low: string;
  let high: string;
  let none: string;
  let gap: string;
  let root: LedgerRoot;

  afterAll(close);
  beforeAll(async () => {
    await openFresh();
    const { id } = await ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '1' });
    none = id;
    await sealAll();
    const made = await post(3);
    // A posting that was undone leaves a number that nobody has.
    await t.opened.database
      .transaction(async (tx) => {
        const input = { key: t.key(), debit: from, credit: to, amount: '1' };
        gap = (await ledger.on(tx).transfer(input)).id;
        throw new Error('undone');
      })
      .catch(() => undefined);
    const more = await post(3);
    [low, high] = [made[1], more[1]].map((one) => (one?.ok === true ? one.posting.id : '')) as [
      string,
      string,
    ];
    await sealAll();
    await post(3);
    root = await sealAll();
    expect(root.number).toBe('3');
    expect(await ledger.brokenSeals(root)).toEqual([]);
  });

  /** Tampers in a transaction, looks at what it left, and takes it back unless it is to stay. */
  async function tamper(
    sql: string,
    look: (on: LedgerFixture['scope']) => Promise<void> = async () => undefined,
    { stays = false } = {},
  ): Promise<void> {
    const text = sql
      .replaceAll('$.', ':schema.')
      .replaceAll('$low', low)
      .replaceAll('$high', high)
      .replaceAll('$none', none)
      .replaceAll('$gap', gap);
    const undone = new Error('undone');
    const done = t.opened.database.transaction(async (tx) => {
      const on = t.scope.on(tx);
      const triggers = async (what: 'enable' | 'disable'): Promise<void> => {
        for (const table of ['ledger_transfers', 'ledger_seals']) {
          await on.query(`alter table :schema.${table} ${what} trigger all`);
        }
      };
      await triggers('disable');
      for (const statement of text.split(';').filter((one) => one.trim() !== '')) await on.query(statement);
      await triggers('enable');
      await look(on);
      if (!stays) throw undone;
    });
    await done.catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  }

  it.each(tamperings)('by %s is found', async (_, sql) => {
    await tamper(sql, async (on) => {
      expect(await new Ledger(on).brokenSeals()).not.toEqual([]);
      expect(await on.query('select * from :schema.invariant_ledger_seals_unbroken')).not.toEqual([]);
    });
    expect(await ledger.brokenSeals(root)).toEqual([]);
  });

  it('by cutting off the tail is found with the root that was kept, and only with it', async () => {
    const cut = `delete from $.ledger_transfers where id > (select up_to from $.ledger_seals where number = 2);
      delete from $.ledger_seals where number = 3`;
    await tamper(cut, async (on) => {
      expect(await new Ledger(on).brokenSeals()).toEqual([]);
      expect(await new Ledger(on).brokenSeals(root)).toMatchObject([{ number: '3' }]);
      // The balances that it left behind are another witness.
      expect(await on.query('select * from :schema.invariant_ledger_balances_equal_journal')).not.toEqual([]);
    });
  });

  it.each([
    [
      'balance',
      'update $.ledger_balances set debits = debits + 1 where account_id = 1',
      'balances_equal_journal',
    ],
    [
      'limit',
      'update $.ledger_accounts set max_balance = 1 where id in (select credit_account from $.ledger_transfers)',
      'within_limits',
    ],
  ])('of a %s breaks its invariant', async (_, sql, name) => {
    await tamper(sql, async (on) => {
      expect(await on.query(`select * from :schema.invariant_ledger_${name}`)).not.toEqual([]);
    });
  });

  it('of a hold breaks its invariant', async () => {
    const { id } = await ledger.hold({ key: t.key(), debit: from, credit: to, amount: '1' });
    for (const sql of [
      `update $.ledger_holds set amount = 2 where hold_id = ${id}`,
      'delete from $.ledger_holds',
    ]) {
      await tamper(sql, async (on) => {
        expect(await on.query('select * from :schema.invariant_ledger_holds_open')).not.toEqual([]);
      });
    }
  });

  it('by sealing the changed journal anew is found with the root that was kept; verify finds what it can', async () => {
    expect((await verify(t.opened.agents)).findings).toEqual([]);
    const stays = { stays: true };
    await tamper('update $.ledger_transfers set amount = amount + 1 where id = $low', undefined, stays);
    const found = async () => (await verify(t.opened.agents)).findings.map(({ subject }) => subject);
    expect(await found()).toContain('view invariant_ledger_seals_unbroken');
    expect(await found()).toContain('view invariant_ledger_balances_equal_journal');
    await tamper('delete from $.ledger_seals; delete from $.ledger_seal_marks', undefined, stays);
    await sealAll();
    expect(await ledger.brokenSeals()).toEqual([]);
    expect(await ledger.brokenSeals(root)).not.toEqual([]);
    expect(await found()).toEqual(['view invariant_ledger_balances_equal_journal']);
  });
});

describe('a root', () => {
  beforeAll(openFresh);
  afterAll(close);

  it('that is none is refused', async () => {
    for (const kept of [
      { number: 'x', upTo: '1', hash: '0'.repeat(64) },
      { number: '1', upTo: '1', hash: 'abc' },
      { number: '1', upTo: 'x', hash: '0'.repeat(64) },
    ]) {
      expect(await failureOf(ledger.brokenSeals(kept))).toMatchObject({ code: 'invalid_input' });
    }
  });
});
