import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../src/kernel/index.ts';
import { failureOf, untilBlocked } from './support/kernel.ts';
import { type LedgerFixture, openLedger } from './support/ledger.ts';

let t: LedgerFixture;
let ledger: Ledger;

beforeAll(async () => {
  t = await openLedger();
  ledger = t.ledger;
});
afterAll(() => t.opened.close());

const pay = (debit: string, credit: string, amount: string) =>
  ledger.transfer({ key: t.key(), debit, credit, amount });

describe('limits of an account', () => {
  it('that come while a posting waits for it hold for that posting', async () => {
    const [a, b] = [await t.open(), await t.open()];
    const other = new Ledger(t.scope.on(await t.opened.connect()));
    let posting: Promise<unknown> = Promise.resolve();
    await t.opened.database.transaction(async (tx) => {
      await ledger.on(tx).changeAccount(a, { minBalance: '0' });
      posting = other.transfer({ key: t.key(), debit: a, credit: b, amount: '5' }).then(
        () => 'posted',
        (error: { reason?: string }) => error.reason,
      );
      await untilBlocked(await t.opened.connect());
    });
    expect(await posting).toBe('ledger_insufficient');
    expect((await ledger.account(a)).balance).toBe('0');
  });

  it('that come with more slots while a posting waits refuse nothing that is allowed', async () => {
    const other = new Ledger(t.scope.on(await t.opened.connect()));
    const watcher = await t.opened.connect();
    for (let round = 0; round < 4; round += 1) {
      const [a, b] = [await t.open(), await t.open()];
      const postings: Promise<unknown>[] = [];
      await t.opened.database.transaction(async (tx) => {
        await ledger.on(tx).changeAccount(a, { slots: 64 });
        postings.push(other.transfer({ key: t.key(), debit: a, credit: b, amount: '5' }));
        await untilBlocked(watcher);
      });
      await Promise.all(postings);
      expect((await ledger.account(a)).balance).toBe('-5');
    }
  });

  it('above hold over all slots, with amounts held', async () => {
    for (let round = 0; round < 20; round += 1) {
      const a = await t.open({ slots: 2, maxBalance: '10' });
      await ledger.hold({ key: t.key(), debit: 'bank:USDC', credit: a, amount: '8' });
      expect(await failureOf(pay('bank:USDC', a, '5'))).toMatchObject({ reason: 'ledger_limit' });
    }
  });

  it('below hold over all slots that were filled unevenly before', async () => {
    for (let round = 0; round < 8; round += 1) {
      const a = await t.open({ slots: 2 });
      for (const amount of ['3', '1', '2']) await pay('bank:USDC', a, amount);
      for (const amount of ['1', '3', '2']) await pay(a, 'bank:USDC', amount);
      await ledger.changeAccount(a, { minBalance: '0' });
      expect(await failureOf(pay(a, 'bank:USDC', '0.000001'))).toMatchObject({
        reason: 'ledger_insufficient',
      });
    }
  });

  it('are changed by two at once without either undoing the other', async () => {
    const a = await t.open();
    const other = new Ledger(t.scope.on(await t.opened.connect()));
    await Promise.all([ledger.changeAccount(a, { minBalance: '-5' }), other.changeAccount(a, { slots: 4 })]);
    expect(await ledger.account(a)).toMatchObject({ minBalance: '-5', slots: 4 });
  });

  it('that its balance does not keep, fewer slots, or closing what is not empty is refused', async () => {
    const a = await t.funded('5');
    const reasonOf = async (change: Parameters<Ledger['changeAccount']>[1]) =>
      (await failureOf(ledger.changeAccount(a, change))).reason;
    expect(await reasonOf({ maxBalance: '4' })).toBe('ledger_account_outside');
    expect(await reasonOf({ closed: true })).toBe('ledger_account_not_empty');
    await ledger.changeAccount(a, { slots: 3 });
    expect(await reasonOf({ slots: 2 })).toBe('ledger_account_fewer_slots');
    expect(await failureOf(ledger.changeAccount('nobody', {}))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(ledger.changeAccount(a, { slots: 65 }))).toMatchObject({ field: 'change.slots' });
    expect(await ledger.changeAccount(a, { maxBalance: '5', minBalance: '-1' })).toMatchObject({
      ...{ maxBalance: '5', minBalance: '-1', slots: 3, balance: '5' },
    });
  });

  it('are set when it is opened; opening it again with the same is nothing, with others it is refused', async () => {
    const account = { code: 'again', asset: 'USDC', normalSide: 'credit' as const, minBalance: '-1' };
    const [id] = await ledger.openAccounts([account]);
    expect(await ledger.openAccounts([account, account])).toEqual([id, id]);
    for (const other of [
      { minBalance: '-2' },
      { normalSide: 'debit' as const },
      { asset: 'ETH' },
      { maxBalance: '1' },
    ]) {
      const call = ledger.openAccounts([
        { ...account, code: 'new with it' },
        { ...account, ...other },
      ]);
      expect(await failureOf(call)).toMatchObject({ code: 'already_exists', field: 'accounts[1].code' });
    }
    expect(await failureOf(ledger.openAccounts([{ ...account, asset: 'XXX' }]))).toMatchObject({
      ...{ code: 'not_found', field: 'accounts[0].asset' },
    });
    expect(await failureOf(ledger.account('new with it'))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(ledger.defineAssets([{ code: 'USDC', decimals: 2 }]))).toMatchObject({
      code: 'already_exists',
    });
  });
});

describe('a key', () => {
  it('of a settlement in part, used again for all, is refused', async () => {
    const [a, b] = [await t.funded('5'), await t.open()];
    const { id } = await ledger.hold({ key: t.key(), debit: a, credit: b, amount: '4' });
    const key = t.key();
    await ledger.settle({ key, holdId: id, amount: '1' });
    expect(await failureOf(ledger.settle({ key, holdId: id }))).toMatchObject({
      reason: 'ledger_key_reused',
    });
  });
});

describe('an owner who is no superuser', () => {
  it('can hold and settle', async () => {
    const { database } = t.opened;
    const role = `ledger_owner_${process.pid}`;
    await database.query(`create role ${role}`);
    try {
      await database
        .transaction(async (tx) => {
          const on = t.scope.on(tx);
          const rows = await on.query<{ name: string }>(
            `select relname as name from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'v')`,
            [t.scope.schema],
          );
          await on.query(`grant all on schema :schema to ${role}`);
          for (const { name } of rows) await on.query(`alter table :schema.${name} owner to ${role}`);
          await tx.query(`set local role ${role}`);
          const inner = ledger.on(tx);
          const input = { debit: 'bank:QUBIC', credit: 'bank:QUBIC2', amount: '2' };
          await inner.openAccounts([{ code: 'bank:QUBIC2', asset: 'QUBIC', normalSide: 'debit' }]);
          const { id } = await inner.hold({ key: t.key(), ...input });
          await inner.settle({ key: t.key(), holdId: id });
          throw new Error('enough');
        })
        .catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== 'enough') throw error;
        });
    } finally {
      await database.query(`drop role ${role}`);
    }
  });
});
