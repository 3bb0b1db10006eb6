import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { isGuildhallError, Ledger, type NewTransfer } from '../src/kernel/index.ts';
import type { Scope } from '../src/kernel/system.ts';
import { cutter, installKernel, scopeOf, signal, startProxy, until } from './support/kernel.ts';
import { INVARIANTS, type LedgerFixture, openLedger } from './support/ledger.ts';
import {
  FORGETFUL,
  FSYNC_ROUNDS,
  killUnderLoad,
  type Load,
  type MortalServer,
  prepareOn,
  ROUNDS,
  ROUNDS_TIMEOUT_MS,
  startMortal,
  untilGone,
  withDatabase,
} from './support/server-kills.ts';

/** Payments between two kills. */
const ENOUGH = 30;
const CALLERS = 4;
const PAYERS = 6;

/** What must hold after any fault: an empty list. */
async function brokenIn(scope: Scope): Promise<string[]> {
  const broken: string[] = [];
  for (const view of INVARIANTS) {
    if ((await scope.query(`select 1 from :schema.${view} limit 1`)).length > 0) broken.push(view);
  }
  const lines = await new Ledger(scope).trialBalance();
  return [...broken, ...lines.filter(({ difference }) => difference !== '0').map(({ asset }) => asset)];
}

async function openPayers(ledger: Ledger): Promise<void> {
  await ledger.defineAssets([{ code: 'COIN', decimals: 0 }]);
  await ledger.openAccounts(
    Array.from({ length: PAYERS }, (_, index) => ({
      ...{ code: `payer ${index}`, asset: 'COIN', normalSide: 'credit' as const },
      slots: index === 0 ? 4 : 1,
    })),
  );
}

const paymentOf = (number: number): NewTransfer => ({
  key: `payment ${number}`,
  debit: `payer ${number % PAYERS}`,
  credit: `payer ${(number + 1 + (number % 3)) % PAYERS}`,
  amount: '1',
  reference: `payment ${number}`,
});

/** Ids of payments by their references, each of which must be there once. */
async function journalOf(scope: Scope): Promise<Map<string, string[]>> {
  const rows = await scope.query<{ reference: string; ids: bigint[] }>(
    'select reference, array_agg(id) as ids from :schema.ledger_transfers group by reference',
  );
  return new Map(rows.map(({ reference, ids }) => [reference, ids.map(String)]));
}

/** What the callers of payments were told. */
class Told {
  next = 0;
  readonly posted = new Map<string, string>();
  readonly doubtful = new Set<number>();
}

/** What is in doubt is repeated with its key. */
async function repeatDoubtful(ledger: Ledger, told: Told): Promise<void> {
  for (const number of told.doubtful) {
    told.posted.set(`payment ${number}`, (await ledger.transfer(paymentOf(number))).id);
    told.doubtful.delete(number);
  }
}

async function begin(database: Database, told: Told): Promise<Load> {
  const ledger = new Ledger(scopeOf(database, 'books'));
  await repeatDoubtful(ledger, told);
  let posted = 0;
  let stopped = false;
  const callers = Array.from({ length: CALLERS }, () =>
    untilGone(
      () => stopped,
      async () => {
        const number = told.next;
        told.next += 1;
        told.doubtful.add(number);
        told.posted.set(`payment ${number}`, (await ledger.transfer(paymentOf(number))).id);
        told.doubtful.delete(number);
        posted += 1;
        if (posted % 10 === 0) await ledger.seal().catch(() => undefined);
      },
    ),
  );
  return {
    enough: () => posted >= ENOUGH,
    stop: async () => {
      stopped = true;
      await Promise.all(callers);
    },
  };
}

/** Payments that were acknowledged and are not in the journal once, under the number that was told. */
async function lostIn(scope: Scope, told: Told): Promise<string[]> {
  const journal = await journalOf(scope);
  return [...told.posted]
    .filter(([reference, id]) => journal.get(reference)?.join() !== id)
    .map(([reference]) => reference);
}

async function prepare(server: MortalServer): Promise<void> {
  await prepareOn(server, async (database) => openPayers(new Ledger(await installKernel(database, 'books'))));
}

describe('a server that is killed under load', () => {
  let server: MortalServer;
  beforeAll(async () => {
    server = await startMortal();
    await prepare(server);
  });
  afterAll(() => server?.close());

  it(
    `${ROUNDS} times loses nothing that was acknowledged and does nothing twice`,
    async () => {
      const told = new Told();
      await killUnderLoad(server, ROUNDS, (database) => begin(database, told));
      await withDatabase(server, async (database) => {
        const scope = scopeOf(database, 'books');
        const ledger = new Ledger(scope);
        await repeatDoubtful(ledger, told);
        expect(await lostIn(scope, told)).toEqual([]);
        expect((await journalOf(scope)).size).toBe(told.next);
        expect(await brokenIn(scope)).toEqual([]);
        expect(await ledger.root()).not.toBeNull();
      });
      expect(told.posted.size).toBeGreaterThanOrEqual(ROUNDS * ENOUGH);
      expect(server.killed).toBeGreaterThan(ROUNDS);
      expect(server.started.fsync).toBeGreaterThanOrEqual(FSYNC_ROUNDS);
    },
    ROUNDS_TIMEOUT_MS,
  );

  it('loses payments when it acknowledges before it writes (control)', async () => {
    const forgetful = await startMortal(FORGETFUL);
    try {
      await prepare(forgetful);
      const told = new Told();
      let lost: string[] = [];
      for (let kills = 0; kills < 5 && lost.length === 0; kills += 1) {
        await killUnderLoad(forgetful, 1, (database) => begin(database, told));
        lost = await withDatabase(forgetful, (database) => lostIn(scopeOf(database, 'books'), told));
      }
      expect(lost).not.toEqual([]);
    } finally {
      await forgetful.close();
    }
  }, 60_000);
});

/** Every other time what was sent has arrived: the caller cannot tell. */
const howOf = (number: number) => (number % 2 === 0 ? 'cut' : 'drop');

describe('a connection that is cut', () => {
  let t: LedgerFixture;
  const line = cutter();
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let faulty: Database;
  let behind: Ledger;

  beforeAll(async () => {
    t = await openLedger();
    await openPayers(t.ledger);
    proxy = await startProxy(t.opened.url, line.rules);
    faulty = await openDatabase(proxy.urlFor(t.opened.url));
    behind = new Ledger(t.scope.on(faulty));
  });
  afterAll(async () => {
    expect(await brokenIn(t.scope)).toEqual([]);
    await faulty.close();
    await proxy.close();
    await t.opened.close();
  });

  it(
    `${ROUNDS} times after the posting was sent: repeated with its key it is there once`,
    async () => {
      await behind.transfer({ ...paymentOf(0), key: 'warm', reference: 'warm' });
      for (let number = 0; number < ROUNDS; number += 1) {
        line.arm('anything', howOf(number));
        const lost = await behind.transfer(paymentOf(number)).catch((error: unknown) => error);
        expect(isGuildhallError(lost, 'unavailable')).toBe(true);
        await behind.transfer(paymentOf(number));
      }
      expect(line.cuts).toBe(ROUNDS);
      const journal = await journalOf(t.scope);
      for (let number = 0; number < ROUNDS; number += 1) {
        expect(journal.get(`payment ${number}`)).toHaveLength(1);
      }
    },
    ROUNDS_TIMEOUT_MS,
  );

  it(
    `${ROUNDS} times after COMMIT was sent: repeated with its keys the transaction is there once`,
    async () => {
      for (let number = 1_000; number < 1_000 + ROUNDS; number += 1) {
        const once = (cut: boolean) =>
          faulty.transaction(async (tx) => {
            await behind.on(tx).transfer(paymentOf(number));
            if (cut) line.arm('commit', howOf(number));
          });
        const lost = await once(true).catch((error: unknown) => error);
        expect(lost).toMatchObject({ code: 'unavailable', reason: 'commit_unknown' });
        await once(false);
        expect((await journalOf(t.scope)).get(`payment ${number}`)).toHaveLength(1);
      }
    },
    ROUNDS_TIMEOUT_MS,
  );

  it('and repeated without a key of its own posts twice (control)', async () => {
    const transfer = (attempt: number) => ({ ...paymentOf(9_000), key: `no key ${attempt}` });
    line.arm('anything', 'cut');
    await behind.transfer(transfer(1)).catch(() => undefined);
    await until('the posting whose answer was lost', async () =>
      (await journalOf(t.scope)).has('payment 9000'),
    );
    await behind.transfer(transfer(2));
    expect((await journalOf(t.scope)).get('payment 9000')).toHaveLength(2);
  });
});

describe('the clock of the application', () => {
  let t: LedgerFixture;
  beforeAll(async () => {
    t = await openLedger();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(() => t.opened.close());

  it.each([-3_600_000, 3_600_000])(
    'wrong by %i ms changes no time, no expiry and no order',
    async (skewMs) => {
      const [from, to] = [await t.funded('10'), await t.open()];
      const clock = async () =>
        (await t.scope.query<{ now: Date }>('select clock_timestamp() as now'))[0]?.now.getTime() ?? 0;
      const real = await clock();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skewMs });
      const posting = await t.ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '1' });
      const held = await t.ledger.hold({ key: t.key(), debit: from, credit: to, amount: '1', holdS: 1_800 });
      expect(posting.at.getTime()).toBeGreaterThanOrEqual(real - 1);
      expect(held.at.getTime()).toBeLessThanOrEqual((await clock()) + 1);
      expect(await t.ledger.expireHolds()).toBe(false);
      expect((await t.ledger.account(from)).heldOut).toBe('1');
      expect((await t.ledger.statement(to)).lines).toMatchObject([{ id: posting.id, balance: '1' }]);
      await t.ledger.settle({ key: t.key(), holdId: held.id });
      expect(await t.ledger.balanceAt(to, posting.at)).toBe('1');
      expect((await t.ledger.account(to)).balance).toBe('2');
    },
  );
});

describe('two payments at once', () => {
  let t: LedgerFixture;
  beforeAll(async () => {
    t = await openLedger();
  });
  afterAll(() => t.opened.close());

  /** Two payments of 10 from 100 to 0, at once: what both must have moved. */
  const BOTH = ['80', '20'];

  it('both count', async () => {
    const [a, b] = [await t.funded('100'), await t.open()];
    const other = new Ledger(t.scope.on(await t.opened.connect()));
    await Promise.all(
      [t.ledger, other].map((one) => one.transfer({ key: t.key(), debit: a, credit: b, amount: '10' })),
    );
    expect([(await t.ledger.account(a)).balance, (await t.ledger.account(b)).balance]).toEqual(BOTH);
  });

  it('lose one of them in a ledger that reads and then writes (control)', async () => {
    const { database } = t.opened;
    await database.query('create table naive (code text primary key, balance int not null)');
    await database.query("insert into naive values ('a', 100), ('b', 0)");
    const balances = async (executor: Pick<Database, 'query'>) =>
      (await executor.query<{ balance: number }>('select balance from naive order by code')).rows.map(
        ({ balance }) => balance,
      );
    const read = [signal(), signal()] as const;
    const pay = (place: 0 | 1) =>
      database.transaction(async (tx) => {
        const [a = 0, b = 0] = await balances(tx);
        read[place].fire();
        await read[place === 0 ? 1 : 0].promise;
        await tx.query("update naive set balance = $1 where code = 'a'", [a - 10]);
        await tx.query("update naive set balance = $1 where code = 'b'", [b + 10]);
      });
    await Promise.all([pay(0), pay(1)]);
    const after = (await balances(database)).map(String);
    expect(after).not.toEqual(BOTH);
    expect(after).toEqual(['90', '10']);
  });
});
