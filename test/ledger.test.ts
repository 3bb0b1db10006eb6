import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../src/kernel/index.ts';
import { failureOf } from './support/kernel.ts';
import { type LedgerFixture, openLedger, outcomes } from './support/ledger.ts';

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

const balance = async (code: string) => (await ledger.account(code)).balance;

describe('the journal', () => {
  const insert = (debit: string, credit: string, change = '') =>
    t.scope.query(
      `insert into :schema.ledger_transfers
         (at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot, kind, amount)
       select clock_timestamp(), coalesce(d.id, -1), coalesce(c.id, -1), gen_random_uuid(), s.id, 0, 0${change}, 1, 1
       from :schema.ledger_assets s
       left join :schema.ledger_accounts d on d.code = $1
       left join :schema.ledger_accounts c on c.code = $2
       where s.code = 'USDC'`,
      [debit, credit],
    );

  it('takes no row by hand between accounts that are not there, or not of its asset or slots', async () => {
    const [usdc, other, eth] = [await t.open(), await t.open(), await t.open({ asset: 'ETH' })];
    for (const [debit, credit, change] of [
      [usdc, 'nobody'],
      ['nobody', usdc],
      [usdc, eth],
      [eth, usdc],
      [usdc, other, ' + 1'],
    ] as const) {
      const error = await failureOf(insert(debit, credit, change));
      expect(error.details).toMatchObject({ constraint: 'ledger_transfers_accounts_known' });
    }
  });

  it('keeps the balances that it refers to', async () => {
    const code = await t.funded('1');
    const own = `account_id = (select id from :schema.ledger_accounts where code = '${code}')`;
    for (const statement of [
      `delete from :schema.ledger_balances where ${own}`,
      `update :schema.ledger_balances set slot = 5 where ${own}`,
      'truncate :schema.ledger_balances',
    ]) {
      const error = await failureOf(t.scope.query(statement));
      expect(error.details).toMatchObject({ constraint: 'ledger_balances_kept' });
    }
    expect(await balance(code)).toBe('1');
  });
});

describe('a transfer', () => {
  it('moves an exact amount from one account to the other', async () => {
    const [from, to] = [await t.funded('100'), await t.open()];
    const posting = await ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '0.000001' });
    expect(posting).toMatchObject({ id: expect.stringMatching(/^\d+$/), replayed: false });
    expect(await balance(from)).toBe('99.999999');
    expect(await balance(to)).toBe('0.000001');
  });

  it('is exact at any size met in real data: wei, 31-digit token amounts, whole units', async () => {
    const cases = [
      ['ETH', '123456789.123456789123456789'],
      ['ETH', '0.000000000000000001'],
      ['ETH', '9999999999999.999999999999999999'],
      ['QUBIC', '1234567890123456789012345678901'],
      ['GNK', '1234567890123456789012.345678901'],
    ] as const;
    for (const [asset, amount] of cases) {
      const to = await t.open({ asset });
      await ledger.transfer({ key: t.key(), debit: `bank:${asset}`, credit: to, amount });
      expect(await balance(to)).toBe(amount);
      expect((await ledger.statement(to)).lines).toMatchObject([{ amount, balance: amount }]);
    }
  });

  it.each([
    ['NaN', 'invalid_input'],
    ['Infinity', 'invalid_input'],
    ['-1', 'invalid_input'],
    ['0', 'invalid_input'],
    ['0.000000', 'invalid_input'],
    ['', 'invalid_input'],
    ['1,5', 'invalid_input'],
    ['0.0000001', 'invalid_input'],
    ['1e-7', 'invalid_input'],
  ])('of %s is refused', async (amount, code) => {
    const error = await failureOf(
      ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit: await t.open(), amount }),
    );
    expect(error).toMatchObject({ code, field: 'amount' });
  });

  it('of a JavaScript number is refused, and of more than the ledger holds', async () => {
    const credit = await t.open();
    const numeric = ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit, amount: 1 as never });
    expect(await failureOf(numeric)).toMatchObject({ code: 'invalid_input', field: 'amount' });
    const vast = ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit, amount: `1${'0'.repeat(54)}` });
    expect(await failureOf(vast)).toMatchObject({ reason: 'ledger_amount_too_large' });
    await ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit, amount: '9'.repeat(54) });
  });

  it('between unknown, equal, closed accounts or different assets is refused by name', async () => {
    const [usdc, eth, shut] = [await t.open(), await t.open({ asset: 'ETH' }), await t.open()];
    await ledger.changeAccount(shut, { closed: true });
    const reasons = async (debit: string, credit: string) =>
      (await failureOf(ledger.transfer({ key: t.key(), debit, credit, amount: '1' }))).reason;
    expect(await reasons('nobody', usdc)).toBe('ledger_debit_unknown');
    expect(await reasons(usdc, 'nobody')).toBe('ledger_credit_unknown');
    expect(await reasons(usdc, usdc)).toBe('ledger_same_account');
    expect(await reasons(usdc, eth)).toBe('ledger_asset_mismatch');
    expect(await reasons('bank:USDC', shut)).toBe('ledger_account_closed');
    await ledger.changeAccount(shut, { closed: false });
    expect(
      (await ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit: shut, amount: '1' })).id,
    ).toBeTruthy();
  });

  it('beyond the balance is refused with what was available; up to it is not', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const error = await failureOf(
      ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '10.000001' }),
    );
    expect(error).toMatchObject({
      code: 'limit_exceeded',
      reason: 'ledger_insufficient',
      details: { account: from, available: '10' },
    });
    await ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '10' });
    expect(await balance(from)).toBe('0');
  });

  it('that would overfill an account is refused; up to its limit is not', async () => {
    const to = await t.open({ maxBalance: '5' });
    const give = (amount: string) =>
      ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit: to, amount });
    expect(await failureOf(give('5.000001'))).toMatchObject({
      reason: 'ledger_limit',
      details: { available: '5' },
    });
    await give('5');
    expect(await failureOf(give('0.000001'))).toMatchObject({
      reason: 'ledger_limit',
      details: { available: '0' },
    });
  });
});

describe('a key', () => {
  it('used again with the same content gives the same posting, and moves nothing', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const input = {
      key: t.key(),
      debit: from,
      credit: to,
      amount: '4',
      reference: 'r',
      metadata: { a: [1, null] },
    };
    const first = await ledger.transfer(input);
    const again = await ledger.transfer({ ...input, amount: '4.0' });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await balance(from)).toBe('6');
  });

  it.each([{ amount: '5' }, { reference: 'other' }, { metadata: { a: 2 } }, { credit: 'bank:USDC' }])(
    'used again with %j is refused',
    async (other) => {
      const [from, to] = [await t.funded('10'), await t.open()];
      const input = {
        key: t.key(),
        debit: from,
        credit: to,
        amount: '4',
        reference: 'r',
        metadata: { a: 1 },
      };
      await ledger.transfer(input);
      expect(await failureOf(ledger.transfer({ ...input, ...other }))).toMatchObject({
        code: 'idempotency_mismatch',
        reason: 'ledger_key_reused',
      });
      expect(await balance(from)).toBe('6');
    },
  );

  it('used by fifty callers at once posts once', async () => {
    const [from, to] = [await t.funded('100'), await t.open()];
    const input = { key: t.key(), debit: from, credit: to, amount: '1' };
    const others = await Promise.all([1, 2, 3, 4].map(() => t.opened.connect()));
    const { Ledger: L } = await import('../src/kernel/index.ts');
    const ledgers = [ledger, ...others.map((database) => new L(t.scope.on(database)))];
    const postings = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (ledgers[index % 5] as Ledger).transfer(input)),
    );
    expect(new Set(postings.map(({ id }) => id)).size).toBe(1);
    expect(postings.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await balance(to)).toBe('1');
  });

  it('of a refused posting can be used again', async () => {
    const [from, to] = [await t.funded('1'), await t.open()];
    const input = { key: t.key(), debit: from, credit: to, amount: '2' };
    expect(await failureOf(ledger.transfer(input))).toMatchObject({ reason: 'ledger_insufficient' });
    await ledger.transfer({ key: t.key(), debit: 'bank:USDC', credit: from, amount: '1' });
    expect((await ledger.transfer(input)).replayed).toBe(false);
  });

  it('may be any text, and one that is missing or too long is refused', async () => {
    const credit = await t.open();
    for (const key of ['🔑 ключ', "'; drop", 'x'.repeat(255)]) {
      await ledger.transfer({ key, debit: 'bank:USDC', credit, amount: '1' });
    }
    for (const key of ['', 'x'.repeat(256), undefined as never, 'a\u0000b']) {
      const call = ledger.transfer({ key, debit: 'bank:USDC', credit, amount: '1' });
      expect(await failureOf(call)).toMatchObject({ code: 'invalid_input', field: 'key' });
    }
  });
});

describe('a batch', () => {
  it('keeps the good ones and tells the bad ones, each in its place', async () => {
    const [from, to] = [await t.funded('3'), await t.open()];
    const send = (amount: string, credit = to) => ({ key: t.key(), debit: from, credit, amount });
    const results = await ledger.post([
      send('1'),
      send('5'),
      send('1', 'nobody'),
      send('1'),
      send('2'),
      send('1'),
    ]);
    expect(outcomes(results)).toEqual([
      'posted',
      'insufficient',
      'credit_unknown',
      'posted',
      'insufficient',
      'posted',
    ]);
    expect(results[4]).toMatchObject({ account: from, available: '1' });
    expect(await balance(from)).toBe('0');
  });

  it('spends within itself what it received within itself, in order', async () => {
    const [a, b, c] = [await t.funded('1'), await t.funded('0'), await t.open()];
    const forth = { key: t.key(), debit: a, credit: b, amount: '1' };
    const on = { key: t.key(), debit: b, credit: c, amount: '1' };
    expect(outcomes(await ledger.post([on, forth]))).toEqual(['insufficient', 'posted']);
    expect(outcomes(await ledger.post([on]))).toEqual(['posted']);
  });

  it('posts a group together or not at all', async () => {
    const [a, b, c] = [await t.funded('10'), await t.open(), await t.open()];
    const send = (credit: string, amount: string) => ({ key: t.key(), debit: a, credit, amount });
    const results = await ledger.post([
      [send(b, '4'), send(c, '4')],
      [send(b, '1'), send(c, '2'), send(b, '0.5')],
      send(b, '1.5'),
      [send(b, '0.1'), send('nobody', '0.1')],
    ]);
    expect(outcomes(results)).toEqual([
      ...['posted', 'posted'],
      ...['linked', 'insufficient', 'linked'],
      ...['posted'],
      ...['linked', 'credit_unknown'],
    ]);
    expect(await balance(a)).toBe('0.5');
    expect(await balance(b)).toBe('5.5');
  });

  it('that repeats a group gives the same postings, and refuses a group that has grown', async () => {
    const [a, b] = [await t.funded('10'), await t.open()];
    const group = ['1', '2'].map((amount) => ({ key: t.key(), debit: a, credit: b, amount }));
    const first = await ledger.post([group]);
    const again = await ledger.post([group]);
    expect(outcomes(again)).toEqual(['replayed', 'replayed']);
    expect(again.map((one) => one.ok && one.posting.id)).toEqual(
      first.map((one) => one.ok && one.posting.id),
    );
    const grown = await ledger.post([[...group, { key: t.key(), debit: a, credit: b, amount: '3' }]]);
    expect(outcomes(grown)).toEqual(['replayed', 'replayed', 'linked']);
    expect(await balance(a)).toBe('7');
  });

  it('with one key twice posts once, and refuses other content', async () => {
    const [a, b] = [await t.funded('10'), await t.open()];
    const one = { key: t.key(), debit: a, credit: b, amount: '1' };
    const results = await ledger.post([one, one, { ...one, amount: '2' }]);
    expect(outcomes(results)).toEqual(['posted', 'replayed', 'key_reused']);
    expect(await balance(a)).toBe('9');
  });

  it('may have a thousand postings and none more; a malformed one refuses all of it', async () => {
    const [a, b] = [await t.funded('1000'), await t.open()];
    const many = (count: number) =>
      Array.from({ length: count }, () => ({ key: t.key(), debit: a, credit: b, amount: '1' }));
    expect(await failureOf(ledger.post(many(1_001)))).toMatchObject({
      code: 'invalid_input',
      field: 'batch',
    });
    const malformed = [...many(3), { key: t.key(), debit: a, credit: b, amount: 'x' }];
    expect(await failureOf(ledger.post(malformed))).toMatchObject({ field: '[3].amount' });
    expect(outcomes(await ledger.post(many(1_000))).every((one) => one === 'posted')).toBe(true);
    expect(await balance(a)).toBe('0');
    expect(await ledger.post([])).toEqual([]);
  });
});

describe('inside a transaction', () => {
  it('a posting comes and goes with it', async () => {
    const [a, b] = [await t.funded('10'), await t.open()];
    const input = { key: t.key(), debit: a, credit: b, amount: '1' };
    const failed = t.opened.database.transaction(async (tx) => {
      expect((await ledger.on(tx).transfer(input)).replayed).toBe(false);
      throw new Error('undone');
    });
    await expect(failed).rejects.toThrow('undone');
    expect(await balance(a)).toBe('10');
    await t.opened.database.transaction((tx) => ledger.on(tx).transfer(input));
    expect(await balance(a)).toBe('9');
  });

  it('a refusal leaves the transaction usable', async () => {
    const [a, b] = [await t.funded('1', { slots: 4 }), await t.open()];
    await t.opened.database.transaction(async (tx) => {
      const inner = ledger.on(tx);
      const call = inner.transfer({ key: t.key(), debit: a, credit: b, amount: '2' });
      expect(await failureOf(call)).toMatchObject({ reason: 'ledger_insufficient' });
      await inner.transfer({ key: t.key(), debit: a, credit: b, amount: '1' });
    });
    expect(await balance(a)).toBe('0');
  });
});
