import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger, type LedgerAccount, type StatementLine } from '../src/kernel/index.ts';
import { failureOf } from './support/kernel.ts';
import { expectPosted, type LedgerFixture, openLedger } from './support/ledger.ts';

let t: LedgerFixture;
let ledger: Ledger;

beforeAll(async () => {
  t = await openLedger();
  ledger = t.ledger;
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const pay = (debit: string, credit: string, amount: string, reference?: string) =>
  ledger.transfer({ key: t.key(), debit, credit, amount, ...(reference === undefined ? {} : { reference }) });
const now = async (): Promise<Date> =>
  (await t.scope.query<{ now: Date }>(`select date_trunc('milliseconds', clock_timestamp()) as now`))[0]
    ?.now as Date;
/** Waits until the database's clock shows a later millisecond: what is asked for then has passed. */
const nextMoment = async (): Promise<Date> => {
  const before = await now();
  for (;;) {
    const after = await now();
    if (after > before) return before;
  }
};

async function wholeStatement(code: string, limit: number): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.statement(code, { limit, ...(cursor === undefined ? {} : { cursor }) });
    lines.push(...page.lines);
    expect(page.hasMore).toBe(page.nextCursor !== null);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return lines;
}

/** Postings from several connections until it is stopped; a small account's worth of everything. */
async function startRush(accounts: readonly string[], callers = 3) {
  let running = true;
  let posted = 0;
  const databases = await Promise.all(Array.from({ length: callers }, () => t.opened.connect()));
  const work = databases.map(async (database, place) => {
    const own = new Ledger(t.scope.on(database));
    while (running) {
      const [a, b] = [posted, posted + 1 + (place % 2)].map((at) => accounts[at % accounts.length] as string);
      posted += 1;
      await own.transfer({ key: t.key(), debit: a as string, credit: b as string, amount: '0.000001' });
    }
  });
  return {
    count: () => posted,
    async stop(): Promise<void> {
      running = false;
      await Promise.all(work);
    },
  };
}

describe('the balance at a moment', () => {
  it('that has passed never changes while others post, and equals the journal', async () => {
    const accounts = [await t.open(), await t.open({ slots: 4 }), await t.open()];
    const rush = await startRush(accounts);
    const moments: { at: Date; first: string[] }[] = [];
    try {
      for (let round = 0; round < 12; round += 1) {
        const at = await nextMoment();
        moments.push({ at, first: await Promise.all(accounts.map((code) => ledger.balanceAt(code, at))) });
        const from = rush.count();
        while (rush.count() < from + 5) await now();
        for (const { at: moment, first } of moments) {
          expect(await Promise.all(accounts.map((code) => ledger.balanceAt(code, moment)))).toEqual(first);
        }
      }
    } finally {
      await rush.stop();
    }
    for (const { at, first } of moments) {
      const replayed = await Promise.all(accounts.map((code) => replay(code, at)));
      expect(replayed).toEqual(first);
      expect(await Promise.all(accounts.map((code) => ledger.balanceAt(code, at)))).toEqual(first);
    }
    expect(new Set(moments.map(({ first }) => first.join())).size).toBeGreaterThan(1);
  });

  async function replay(code: string, at: Date): Promise<string> {
    const rows = await t.scope.query<{ balance: string }>(
      `select coalesce(sum(case when c.code = $1 then t.amount else -t.amount end), 0) / 1000000 as balance
       from :schema.ledger_transfers t
       join :schema.ledger_accounts d on d.id = t.debit_account
       join :schema.ledger_accounts c on c.id = t.credit_account
       where $1 in (d.code, c.code) and t.kind in (1, 3) and t.at <= $2::timestamptz + interval '999 microseconds'`,
      [code, at],
    );
    return rows[0]?.balance ?? '';
  }

  it('waits for a posting that is under way: it has taken its time already', async () => {
    const [a, b] = [await t.open(), await t.open()];
    let asked: Promise<string> | undefined;
    await t.opened.database.transaction(async (tx) => {
      await ledger.on(tx).transfer({ key: t.key(), debit: a, credit: b, amount: '1' });
      const other = new Ledger(t.scope.on(await t.opened.connect()));
      const { rows } = await tx.query<{ at: Date }>('select clock_timestamp() as at');
      asked = other.balanceAt(b, new Date((rows[0]?.at.getTime() ?? 0) + 1));
    });
    expect(await asked).toBe('1');
  });

  it('before the first posting is zero; of nobody, or at no moment, it is refused', async () => {
    const [a, b] = [await t.open(), await t.open()];
    const before = await nextMoment();
    await pay(a, b, '1');
    expect(await ledger.balanceAt(b, before)).toBe('0');
    expect(await ledger.balanceAt(b, new Date(Date.now() + 86_400_000))).toBe('1');
    expect(await failureOf(ledger.balanceAt('nobody', before))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(ledger.balanceAt(b, new Date(Number.NaN)))).toMatchObject({
      code: 'invalid_input',
      field: 'at',
    });
  });

  it('does not count what is only held', async () => {
    const [a, b] = [await t.open(), await t.open()];
    const { id } = await ledger.hold({ key: t.key(), debit: a, credit: b, amount: '3' });
    const held = await nextMoment();
    await ledger.settle({ key: t.key(), holdId: id, amount: '2' });
    const settled = await nextMoment();
    expect(await ledger.balanceAt(b, held)).toBe('0');
    expect(await ledger.balanceAt(b, settled)).toBe('2');
    expect(await ledger.balanceAt(a, settled)).toBe('-2');
  });
});

describe('a statement', () => {
  it('shows every posting once, oldest first, with the balance after it, in pages of any size', async () => {
    const [a, b] = [await t.open(), await t.open()];
    const results = await ledger.post(
      ['5', '0.5', '2'].map((amount) => ({ key: t.key(), debit: a, credit: b, amount })),
    );
    expectPosted(results);
    await pay(b, a, '1.25', 'back');
    await pay(a, b, '10');
    const expected = ['5', '5.5', '7.5', '6.25', '16.25'];
    for (const limit of [1, 2, 3, 4, 5, 100]) {
      const lines = await wholeStatement(b, limit);
      expect(lines.map(({ balance }) => balance)).toEqual(expected);
      expect(new Set(lines.map(({ id }) => id)).size).toBe(5);
    }
    expect((await ledger.statement(b)).lines[3]).toMatchObject({
      side: 'debit',
      amount: '1.25',
      otherAccount: a,
      reference: 'back',
      kind: 'transfer',
    });
    expect((await wholeStatement(a, 2)).map(({ balance }) => balance)).toEqual(
      expected.map((one) => `-${one}`),
    );
  });

  it('of a period begins with the balance that the account had', async () => {
    const [a, b] = [await t.open(), await t.open()];
    await pay(a, b, '1');
    const from = await nextMoment();
    await pay(a, b, '2');
    const until = await nextMoment();
    await pay(a, b, '4');
    const later = (at: Date) => new Date(at.getTime() + 1);
    const { lines } = await ledger.statement(b, { from: later(from), until: later(until) });
    expect(lines.map(({ amount, balance }) => [amount, balance])).toEqual([['2', '3']]);
    expect((await ledger.statement(b, { until: later(until) })).lines).toHaveLength(2);
    expect((await ledger.statement(b, { from: later(until) })).lines).toMatchObject([{ balance: '7' }]);
  });

  it('pages while postings go on: no line twice, none missing, every balance right', async () => {
    const [a, b, c] = [await t.open(), await t.open({ slots: 3 }), await t.open()];
    const rush = await startRush([a, b, c]);
    try {
      while (rush.count() < 40) await now();
      for (let round = 0; round < 3; round += 1) {
        const lines = await wholeStatement(b, 7);
        let balance = 0n;
        for (const { side, balance: told } of lines) {
          balance += side === 'credit' ? 1n : -1n;
          expect(Number(told)).toBe(Number(balance) / 1_000_000);
        }
        expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
        expect(lines.length).toBeGreaterThan(7);
      }
    } finally {
      await rush.stop();
    }
    expect((await wholeStatement(b, 100)).at(-1)?.balance ?? '0').toBe((await ledger.account(b)).balance);
  });

  it('of nobody, with a foreign cursor or a limit out of range is refused', async () => {
    const a = await t.open();
    expect(await failureOf(ledger.statement('nobody'))).toMatchObject({ code: 'not_found' });
    const { nextCursor } = await ledger.accounts({ limit: 1 });
    const forged = (text: string) =>
      Buffer.from(JSON.stringify(['ledger_statement', new Date(0).toISOString(), text])).toString(
        'base64url',
      );
    for (const cursor of [
      'x',
      nextCursor as string,
      forged('1 2 3'),
      forged('1 2 NaN 3'),
      forged("1 2 ' 3"),
    ]) {
      expect(await failureOf(ledger.statement(a, { cursor }))).toMatchObject({
        code: 'invalid_input',
        field: 'cursor',
      });
    }
    for (const limit of [0, 101, 1.5]) {
      expect(await failureOf(ledger.statement(a, { limit }))).toMatchObject({ field: 'limit' });
    }
  });
});

describe('the trial balance', () => {
  it('is equal on both sides for every asset, and tells what is held', async () => {
    const [eth, gnk] = [await t.open({ asset: 'ETH' }), await t.open({ asset: 'GNK' })];
    const before = await ledger.trialBalance();
    await pay('bank:ETH', eth, '0.000000000000000001');
    await ledger.hold({ key: t.key(), debit: 'bank:GNK', credit: gnk, amount: '1.5' });
    const after = await ledger.trialBalance();
    expect(after.map(({ asset }) => asset)).toEqual(['ETH', 'GNK', 'QUBIC', 'USDC']);
    for (const { debits, credits, difference } of after) expect([credits, difference]).toEqual([debits, '0']);
    const held = (lines: typeof after) => lines.find(({ asset }) => asset === 'GNK')?.held;
    expect([held(before), held(after)]).toEqual(['0', '1.5']);
    expect(after[0]?.debits).not.toBe(before[0]?.debits);
  });
});

describe('reconciliation', () => {
  it('tells what agrees, what differs and what either side lacks', async () => {
    const [bank, other] = [await t.open(), await t.open()];
    await pay(other, bank, '10', 'inv-1');
    await pay(other, bank, '4', 'inv-2');
    await pay(bank, other, '1', 'inv-2');
    await pay(other, bank, '7', 'inv-3');
    const nameless = await pay(other, bank, '2');
    const lines = await ledger.reconcile(bank, [
      { reference: 'inv-1', amount: '10.0' },
      { reference: 'inv-2', amount: '4' },
      { reference: 'inv-9', amount: '-5' },
    ]);
    expect(
      lines.map(({ outcome, reference, ledgerAmount, outsideAmount }) => [
        outcome,
        reference,
        ledgerAmount,
        outsideAmount,
      ]),
    ).toEqual([
      ['matched', 'inv-1', '10', '10'],
      ['different', 'inv-2', '3', '4'],
      ['missing_outside', 'inv-3', '7', null],
      ['missing_in_ledger', 'inv-9', null, '-5'],
      ['missing_outside', null, '2', null],
    ]);
    expect(lines[1]?.transferIds).toHaveLength(2);
    expect(lines[4]?.transferIds).toEqual([nameless.id]);
    expect(lines[3]?.transferIds).toEqual([]);
  });

  it('adds up lines of one reference on both sides, and keeps to its period', async () => {
    const [bank, other] = [await t.open(), await t.open()];
    await pay(other, bank, '1', 'day 1');
    const from = new Date((await nextMoment()).getTime() + 1);
    await pay(other, bank, '2', 'day 2');
    const halves = [1, 2].map(() => ({ reference: 'day 2', amount: '1' }));
    expect(await ledger.reconcile(bank, halves, { from })).toMatchObject([{ outcome: 'matched' }]);
    expect(await ledger.reconcile(bank, [], { until: from })).toMatchObject([{ reference: 'day 1' }]);
  });

  it('of nobody, or with an amount that is none, is refused', async () => {
    const bank = await t.open();
    expect(await failureOf(ledger.reconcile('nobody', []))).toMatchObject({ code: 'not_found' });
    const call = ledger.reconcile(bank, [{ reference: 'a', amount: 'NaN' }]);
    expect(await failureOf(call)).toMatchObject({ field: 'outside[0].amount' });
    const many = Array.from({ length: 50_001 }, () => ({ reference: 'a', amount: '1' }));
    expect(await failureOf(ledger.reconcile(bank, many))).toMatchObject({ field: 'outside' });
  });
});

describe('the list of accounts', () => {
  it('pages through all of them once, by asset and by prefix', async () => {
    await ledger.openAccounts(
      Array.from({ length: 25 }, (_, index) => ({
        code: `list:${index}`,
        asset: index % 2 === 0 ? 'ETH' : 'GNK',
        normalSide: 'credit' as const,
      })),
    );
    const codes: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.accounts({
        codePrefix: 'list:',
        limit: 4,
        ...(cursor === undefined ? {} : { cursor }),
      });
      codes.push(...page.data.map(({ code }: LedgerAccount) => code));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(codes).toEqual(Array.from({ length: 25 }, (_, index) => `list:${24 - index}`));
    const eth = await ledger.accounts({ codePrefix: 'list:', asset: 'ETH', limit: 100 });
    expect(eth.data).toHaveLength(13);
    expect((await ledger.accounts({ codePrefix: 'list_' })).data).toEqual([]);
  });

  it('without the empty ones pages through the others once: with a balance, or something held', async () => {
    await ledger.openAccounts(
      Array.from({ length: 30 }, (_, index) => ({
        code: `some:${index}`,
        asset: 'ETH',
        normalSide: 'credit' as const,
        slots: 1 + (index % 3),
      })),
    );
    await ledger.openAccounts([{ code: 'source:some', asset: 'ETH', normalSide: 'debit' }]);
    const pay = (key: string, debit: string, credit: string) =>
      ledger.transfer({ key, debit, credit, amount: '2' });
    for (let index = 0; index < 30; index += 4) await pay(`some ${index}`, 'source:some', `some:${index}`);
    // Emptied again; and with nothing but a hold that is on its way in.
    await pay('some back', 'some:8', 'source:some');
    await ledger.hold({ key: 'some held', debit: 'source:some', credit: 'some:9', amount: '1' });
    const codes: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.accounts({
        ...{ codePrefix: 'some:', nonEmpty: true, limit: 2 },
        ...(cursor === undefined ? {} : { cursor }),
      });
      codes.push(...page.data.map(({ code }: LedgerAccount) => code));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(codes).toEqual([28, 24, 20, 16, 12, 9, 4, 0].map((index) => `some:${index}`));
  });
});
