import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { acquireEmbedded, type EmbeddedServer } from '../src/kernel/database/embedded/index.ts';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { isGuildhallError, Ledger, type NewTransfer } from '../src/kernel/index.ts';
import type { Scope } from '../src/kernel/system.ts';
import { installKernel, scopeOf, signal, startProxy, until } from './support/kernel.ts';
import { INVARIANTS, type LedgerFixture, openLedger } from './support/ledger.ts';

/** Kills of the server, and as many connections cut. */
const ROUNDS = Number(process.env.GUILDHALL_FAULT_ROUNDS ?? 30);
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

describe('a server that is killed under load', () => {
  let home: string;
  let server: EmbeddedServer;
  let next = 0;
  const acknowledged = new Map<string, string>();
  const unknown = new Set<number>();
  const ending: Promise<void>[] = [];

  // fsync makes no difference to a killed process: what it has written the system keeps.
  const start = () => acquireEmbedded({ home, settings: { fsync: 'off' } });

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'guildhall-ledger-faults-'));
    server = await start();
    const database = await openDatabase(server.url);
    await openPayers(new Ledger(await installKernel(database, 'books')));
    await database.close();
  });
  afterAll(async () => {
    await server.release();
    await rm(home, { recursive: true, force: true });
  });

  /** What is in doubt is repeated with its key. */
  async function repeatUnknown(ledger: Ledger): Promise<void> {
    for (const number of [...unknown]) {
      acknowledged.set(`payment ${number}`, (await ledger.transfer(paymentOf(number))).id);
      unknown.delete(number);
    }
  }

  async function round(): Promise<void> {
    const database = await openDatabase(server.url);
    const scope = await installedScope(database);
    const ledger = new Ledger(scope);
    await repeatUnknown(ledger);
    let posted = 0;
    let killed = false;
    const enough = signal();
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!killed) {
        const number = next;
        next += 1;
        try {
          acknowledged.set(`payment ${number}`, (await ledger.transfer(paymentOf(number))).id);
        } catch (error) {
          if (!isGuildhallError(error, 'unavailable')) throw error;
          unknown.add(number);
          return;
        }
        posted += 1;
        if (posted % 10 === 0) await ledger.seal().catch(() => undefined);
        if (posted >= 30) enough.fire();
      }
    });
    await Promise.race([enough.promise, Promise.all(callers)]);
    process.kill(server.pid, 'SIGKILL');
    killed = true;
    // Who was calling may look for the dead server for seconds; the next round does not wait for that.
    ending.push(Promise.all(callers).then(() => database.close()));
    await server.release();
    server = await start();
  }

  it(
    `${ROUNDS} times loses nothing that was acknowledged and does nothing twice`,
    async () => {
      for (let count = 0; count < ROUNDS; count += 1) await round();
      await Promise.all(ending);
      const database = await openDatabase(server.url);
      const scope = await installedScope(database);
      const ledger = new Ledger(scope);
      await repeatUnknown(ledger);
      const journal = await journalOf(scope);
      expect(journal.size).toBe(next);
      for (const [reference, id] of acknowledged) expect(journal.get(reference)).toEqual([id]);
      expect(await brokenIn(scope)).toEqual([]);
      expect(await ledger.root()).not.toBeNull();
      await database.close();
    },
    Math.max(60_000, ROUNDS * 5_000),
  );
});

async function installedScope(database: Database): Promise<Scope> {
  return scopeOf(database, 'books');
}

describe('a connection that is cut', () => {
  let t: LedgerFixture;
  let cutting = false;
  let cuts = 0;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let faulty: Database;
  let behind: Ledger;

  beforeAll(async () => {
    t = await openLedger();
    await openPayers(t.ledger);
    proxy = await startProxy(t.opened.url, {
      onSend: () => {
        if (!cutting) return 'pass';
        cutting = false;
        cuts += 1;
        return 'cut';
      },
    });
    faulty = await openDatabase(proxy.urlFor(t.opened.url));
    behind = new Ledger(t.scope.on(faulty));
  });
  afterAll(async () => {
    expect(await brokenIn(t.scope)).toEqual([]);
    await faulty.close();
    await proxy.close();
    await t.opened.close();
  });

  it(`${ROUNDS} times after the posting was sent: repeated with its key it is there once`, async () => {
    await behind.transfer({ ...paymentOf(0), key: 'warm', reference: 'warm' });
    for (let number = 0; number < ROUNDS; number += 1) {
      cutting = true;
      const lost = await behind.transfer(paymentOf(number)).catch((error: unknown) => error);
      expect(isGuildhallError(lost, 'unavailable')).toBe(true);
      await behind.transfer(paymentOf(number));
    }
    expect(cuts).toBe(ROUNDS);
    const journal = await journalOf(t.scope);
    for (let number = 0; number < ROUNDS; number += 1) {
      expect(journal.get(`payment ${number}`)).toHaveLength(1);
    }
  });

  it('after COMMIT was sent: repeated with its keys the transaction is there once', async () => {
    for (let number = 1_000; number < 1_010; number += 1) {
      const once = (cut: boolean) =>
        faulty.transaction(async (tx) => {
          await behind.on(tx).transfer(paymentOf(number));
          cutting = cut;
        });
      const lost = await once(true).catch((error: unknown) => error);
      expect(lost).toMatchObject({ code: 'unavailable', reason: 'commit_unknown' });
      await once(false);
      expect((await journalOf(t.scope)).get(`payment ${number}`)).toHaveLength(1);
    }
  });

  it('and repeated without a key of its own posts twice (control)', async () => {
    const transfer = (attempt: number) => ({ ...paymentOf(2_000), key: `no key ${attempt}` });
    cutting = true;
    await behind.transfer(transfer(1)).catch(() => undefined);
    await until('the posting whose answer was lost', async () =>
      (await journalOf(t.scope)).has('payment 2000'),
    );
    await behind.transfer(transfer(2));
    expect((await journalOf(t.scope)).get('payment 2000')).toHaveLength(2);
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

describe('a ledger that reads and then writes (control)', () => {
  it('loses money under two callers, where this one does not', async () => {
    const t = await openLedger();
    try {
      const { database } = t.opened;
      await database.query('create table naive (code text primary key, balance int not null)');
      await database.query("insert into naive values ('a', 100), ('b', 0)");
      const read = [signal(), signal()] as const;
      const move = (place: 0 | 1) =>
        database.transaction(async (tx) => {
          const { rows } = await tx.query<{ code: string; balance: number }>('select * from naive');
          const balanceOf = (code: string) => rows.find((row) => row.code === code)?.balance ?? 0;
          read[place].fire();
          await read[place === 0 ? 1 : 0].promise;
          await tx.query("update naive set balance = $1 where code = 'a'", [balanceOf('a') - 10]);
          await tx.query("update naive set balance = $1 where code = 'b'", [balanceOf('b') + 10]);
        });
      await Promise.all([move(0), move(1)]);
      const { rows } = await database.query('select balance from naive order by code');
      expect(rows).toEqual([{ balance: 90 }, { balance: 10 }]);

      const [a, b] = [await t.funded('100'), await t.open()];
      const other = new Ledger(t.scope.on(await t.opened.connect()));
      await Promise.all(
        [t.ledger, other].map((one) => one.transfer({ key: t.key(), debit: a, credit: b, amount: '10' })),
      );
      expect((await t.ledger.account(a)).balance).toBe('80');
      expect((await t.ledger.account(b)).balance).toBe('20');
    } finally {
      await t.opened.close();
    }
  });
});
