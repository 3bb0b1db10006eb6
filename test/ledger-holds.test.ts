import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger, type NewHold } from '../src/kernel/index.ts';
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

const hold = (debit: string, credit: string, amount: string, more: { holdS?: number } = {}) =>
  ledger.hold({ key: t.key(), debit, credit, amount, ...more });
const settle = (holdId: string, amount?: string) =>
  ledger.settle({ key: t.key(), holdId, ...(amount === undefined ? {} : { amount }) });
const release = (holdId: string) => ledger.release({ key: t.key(), holdId });
const reasonOf = async (call: Promise<unknown>) => (await failureOf(call)).reason;

/** Balance, what may come in and go out, and what it may still spend. */
async function stateOf(code: string): Promise<(string | null)[]> {
  const { balance, heldIn, heldOut, available } = await ledger.account(code);
  return [balance, heldIn, heldOut, available];
}

/** A hold whose time has passed by the database's clock, however fast this test runs. */
async function expiredHold(debit: string, credit: string, amount: string): Promise<string> {
  const { id } = await hold(debit, credit, amount, { holdS: 1 });
  await t.scope.query('select pg_sleep_until(expires_at) from :schema.ledger_holds where hold_id = $1', [id]);
  return id;
}

describe('a hold', () => {
  it('sets an amount aside on both sides and moves nothing', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    await hold(from, to, '4');
    expect(await stateOf(from)).toEqual(['10', '0', '4', '6']);
    expect(await stateOf(to)).toEqual(['0', '4', '0', null]);
    expect((await ledger.statement(to)).lines).toEqual([]);
  });

  it('counts against what its payer may still spend', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    await hold(from, to, '7');
    const over = await failureOf(hold(from, to, '3.000001'));
    expect(over).toMatchObject({ reason: 'ledger_insufficient', details: { account: from, available: '3' } });
    expect(await reasonOf(ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '4' }))).toBe(
      'ledger_insufficient',
    );
    await hold(from, to, '3');
    expect(await stateOf(from)).toEqual(['10', '0', '10', '0']);
  });

  it('counts into what its receiver may still take', async () => {
    const to = await t.open({ maxBalance: '5' });
    const first = await hold('bank:USDC', to, '4');
    const over = await failureOf(hold('bank:USDC', to, '1.000001'));
    expect(over).toMatchObject({ reason: 'ledger_limit', details: { account: to, available: '1' } });
    await release(first.id);
    await hold('bank:USDC', to, '5');
  });

  it('cannot be spent by its receiver before it is settled', async () => {
    const [from, to, on] = [await t.funded('5'), await t.funded('0'), await t.open()];
    const { id } = await hold(from, to, '5');
    const spend = { key: t.key(), debit: to, credit: on, amount: '5' };
    expect(await reasonOf(ledger.transfer(spend))).toBe('ledger_insufficient');
    await settle(id);
    await ledger.transfer(spend);
    expect(await stateOf(to)).toEqual(['0', '0', '0', '0']);
  });

  it('settled in full moves all of it', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    await settle(id);
    expect(await stateOf(from)).toEqual(['6', '0', '0', '6']);
    expect(await stateOf(to)).toEqual(['4', '0', '0', null]);
    expect((await ledger.statement(to)).lines).toMatchObject([{ kind: 'settle', amount: '4', holdId: id }]);
  });

  it('settled in part moves the part and gives the rest back', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    await settle(id, '1.5');
    expect(await stateOf(from)).toEqual(['8.5', '0', '0', '8.5']);
    expect(await stateOf(to)).toEqual(['1.5', '0', '0', null]);
  });

  it('released gives all of it back', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    await release(id);
    expect(await stateOf(from)).toEqual(['10', '0', '0', '10']);
    expect(await stateOf(to)).toEqual(['0', '0', '0', null]);
  });

  it('ends once: what comes second is refused, whatever it is', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const [settled, released] = [await hold(from, to, '1'), await hold(from, to, '1')];
    await settle(settled.id, '0.5');
    await release(released.id);
    for (const { id } of [settled, released]) {
      expect(await reasonOf(settle(id))).toBe('ledger_hold_ended');
      expect(await reasonOf(release(id))).toBe('ledger_hold_ended');
    }
    expect(await stateOf(from)).toEqual(['9.5', '0', '0', '9.5']);
  });

  it('is not settled for more than was held, for nothing, or finer than its asset', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    expect(await failureOf(settle(id, '4.000001'))).toMatchObject({
      code: 'conflict',
      reason: 'ledger_amount_exceeds_hold',
    });
    expect(await failureOf(settle(id, '0'))).toMatchObject({ code: 'invalid_input', field: 'amount' });
    expect(await reasonOf(settle(id, '0.0000001'))).toBe('ledger_amount_too_fine');
    expect(await stateOf(from)).toEqual(['10', '0', '4', '6']);
  });

  it('that does not exist, or is a transfer, cannot be ended', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '1' });
    for (const unknown of [id, '999999999']) {
      expect(await failureOf(settle(unknown))).toMatchObject({
        code: 'not_found',
        reason: 'ledger_hold_unknown',
      });
    }
    for (const malformed of ['', '0', '-1', 'hold', `1${'0'.repeat(18)}`]) {
      expect(await failureOf(release(malformed))).toMatchObject({ code: 'invalid_input', field: 'holdId' });
    }
  });

  it('may be ended on accounts that are slotted', async () => {
    const [from, to] = [await t.funded('10', { slots: 8 }), await t.open({ slots: 8 })];
    const ids = await Promise.all(['1', '2', '3', '4'].map((amount) => hold(from, to, amount)));
    expect(await reasonOf(hold(from, to, '0.000001'))).toBe('ledger_insufficient');
    await settle(ids[3]?.id ?? '', '1');
    await release(ids[2]?.id ?? '');
    expect(await stateOf(from)).toEqual(['9', '0', '3', '6']);
    await ledger.transfer({ key: t.key(), debit: from, credit: to, amount: '6' });
  });
});

describe('the time of a hold', () => {
  it('once over, it cannot be settled; it can be released', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const id = await expiredHold(from, to, '4');
    expect(await failureOf(settle(id))).toMatchObject({ code: 'conflict', reason: 'ledger_hold_expired' });
    expect(await stateOf(from)).toEqual(['10', '0', '4', '6']);
    await release(id);
    expect(await stateOf(from)).toEqual(['10', '0', '0', '10']);
    while (await ledger.expireHolds());
    expect(await reasonOf(release(id))).toBe('ledger_hold_ended');
  });

  it('once over, expireHolds gives the amount back, once, and leaves the others', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const [later, never] = [await hold(from, to, '1', { holdS: 3_600 }), await hold(from, to, '2')];
    const id = await expiredHold(from, to, '4');
    const other = new Ledger(t.scope.on(await t.opened.connect()));
    expect(await Promise.all([ledger.expireHolds(), other.expireHolds(), other.expireHolds()])).toEqual([
      false,
      false,
      false,
    ]);
    expect(await stateOf(from)).toEqual(['10', '0', '3', '7']);
    expect(await reasonOf(settle(id))).toBe('ledger_hold_ended');
    const rows = await t.scope.query('select kind from :schema.ledger_transfers where hold_id = $1', [id]);
    expect(rows).toEqual([{ kind: 5 }]);
    await settle(later.id);
    await settle(never.id);
  });

  it('over ten thousand times lets no settlement in, and gives each amount back once', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 10 }, async () => [await t.funded('1000'), await t.open()] as const),
    );
    const ids: string[] = [];
    for (const [from, to] of pairs) {
      const results = await ledger.post(
        Array.from({ length: 1_000 }, () => ({
          ...{ kind: 'hold' as const, key: t.key(), debit: from, credit: to, amount: '1', holdS: 3_600 },
        })),
      );
      for (const result of results) if (result.ok) ids.push(result.posting.id);
    }
    expect(ids).toHaveLength(10_000);
    // The hour passes for all of them at once.
    await t.scope.query(
      "update :schema.ledger_holds set expires_at = clock_timestamp() - interval '1 second' where hold_id = any ($1::bigint[])",
      [ids],
    );
    const others = await Promise.all([1, 2].map(() => t.opened.connect()));
    const expirers = [ledger, ...others.map((other) => new Ledger(t.scope.on(other)))];
    const settled = Array.from({ length: 10 }, (_, part) =>
      ledger.post(
        ids
          .filter((_id, index) => index % 10 === part)
          .map((holdId) => ({ kind: 'settle' as const, key: t.key(), holdId })),
      ),
    );
    await Promise.all(
      expirers.map(async (one) => {
        while (await one.expireHolds());
      }),
    );
    const refusals = new Set(
      (await Promise.all(settled)).flat().map((one) => (one.ok ? 'posted' : one.refusal)),
    );
    expect([...refusals].filter((one) => one !== 'hold_expired' && one !== 'hold_ended')).toEqual([]);
    while (await ledger.expireHolds());
    const [ends] = await t.scope.query(
      `select count(*)::int as ends, count(distinct hold_id)::int as holds, array_agg(distinct kind) as kinds
         from :schema.ledger_transfers where hold_id = any ($1::bigint[])`,
      [ids],
    );
    expect(ends).toEqual({ ends: 10_000, holds: 10_000, kinds: [5] });
    for (const [from, to] of pairs) {
      expect(await stateOf(from)).toEqual(['1000', '0', '0', '1000']);
      expect((await stateOf(to)).slice(0, 3)).toEqual(['0', '0', '0']);
    }
    expect(await t.broken()).toEqual([]);
  });

  it('cannot be blocked by a caller who takes the key of its expiry', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const key = 'guildhall:expire:1';
    const call = ledger.transfer({ key, debit: from, credit: to, amount: '1' });
    expect(await failureOf(call)).toMatchObject({ code: 'invalid_input', field: 'key' });
  });

  it('is whole seconds from one to ten years', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    for (const holdS of [0, -1, 1.5, Number.NaN, 10 * 366 * 86_400 + 1]) {
      expect(await failureOf(hold(from, to, '1', { holdS }))).toMatchObject({ field: 'holdS' });
    }
    await hold(from, to, '1', { holdS: 10 * 366 * 86_400 });
  });
});

describe('of several who end one hold', () => {
  it('fifty at once, over five connections, one wins', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    const others = await Promise.all([1, 2, 3, 4].map(() => t.opened.connect()));
    const ledgers = [ledger, ...others.map((database) => new Ledger(t.scope.on(database)))];
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => {
        const one = ledgers[index % 5] as Ledger;
        const input = { key: t.key(), holdId: id };
        return index % 2 === 0 ? one.settle(input) : one.release(input);
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of results) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ reason: 'ledger_hold_ended' });
    }
    const { balance, heldOut } = await ledger.account(from);
    expect(heldOut).toBe('0');
    expect(['6', '10']).toContain(balance);
  });

  it('in one batch, the first wins', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    const end = (amount: string) => ({ kind: 'settle' as const, key: t.key(), holdId: id, amount });
    const results = await ledger.post([end('1'), end('2'), { kind: 'release', key: t.key(), holdId: id }]);
    expect(outcomes(results)).toEqual(['posted', 'hold_ended', 'hold_ended']);
    expect(await stateOf(from)).toEqual(['9', '0', '0', '9']);
  });

  it('in one batch, the next one wins when the group of the first is refused', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const { id } = await hold(from, to, '4');
    const end = { kind: 'settle' as const, key: t.key(), holdId: id };
    const tooMuch = { key: t.key(), debit: from, credit: to, amount: '100' };
    const results = await ledger.post([[end, tooMuch], { ...end, key: t.key(), amount: '3' }]);
    expect(outcomes(results)).toEqual(['linked', 'insufficient', 'posted']);
    expect(await stateOf(from)).toEqual(['7', '0', '0', '7']);
  });
});

describe('a group', () => {
  it('with a hold and a transfer makes both or none', async () => {
    const [from, fee, to] = [await t.funded('10'), await t.open(), await t.open()];
    const group = (
      amount: string,
    ): [NewHold, { key: string; debit: string; credit: string; amount: string }] => [
      { kind: 'hold', key: t.key(), debit: from, credit: to, amount },
      { key: t.key(), debit: from, credit: fee, amount: '1' },
    ];
    expect(outcomes(await ledger.post([group('9.5')]))).toEqual(['linked', 'insufficient']);
    expect(await stateOf(from)).toEqual(['10', '0', '0', '10']);
    expect(outcomes(await ledger.post([group('9')]))).toEqual(['posted', 'posted']);
    expect(await stateOf(from)).toEqual(['9', '0', '9', '0']);
  });

  it('settles one hold and releases another, and pays on what it settled', async () => {
    const [from, escrow, worker] = [await t.funded('10'), await t.funded('0'), await t.open()];
    const [first, second] = [await hold(from, escrow, '6'), await hold(from, escrow, '4')];
    const results = await ledger.post([
      [
        { kind: 'settle', key: t.key(), holdId: first.id },
        { kind: 'release', key: t.key(), holdId: second.id },
        { key: t.key(), debit: escrow, credit: worker, amount: '6' },
      ],
    ]);
    expect(outcomes(results)).toEqual(['posted', 'posted', 'posted']);
    expect(await stateOf(from)).toEqual(['4', '0', '0', '4']);
    expect(await stateOf(worker)).toEqual(['6', '0', '0', null]);
  });
});

describe('a key', () => {
  it('of a hold, a settlement or a release gives the same posting again', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const held = { key: t.key(), debit: from, credit: to, amount: '4', holdS: 60, reference: 'order 1' };
    const first = await ledger.hold(held);
    expect(await ledger.hold(held)).toEqual({ ...first, replayed: true });
    const part = { key: t.key(), holdId: first.id, amount: '1' };
    const settled = await ledger.settle(part);
    expect(await ledger.settle(part)).toEqual({ ...settled, replayed: true });
    expect(await ledger.hold(held)).toEqual({ ...first, replayed: true });
    const second = await hold(from, to, '1');
    const back = { key: t.key(), holdId: second.id };
    const released = await ledger.release(back);
    expect(await ledger.release(back)).toEqual({ ...released, replayed: true });
    expect(await stateOf(from)).toEqual(['9', '0', '0', '9']);
  });

  it('used again for another hold, amount, time or kind is refused', async () => {
    const [from, to] = [await t.funded('10'), await t.open()];
    const held = { key: t.key(), debit: from, credit: to, amount: '4', holdS: 60 };
    const { id } = await ledger.hold(held);
    const other = await hold(from, to, '1');
    const { holdS: _, ...withoutTime } = held;
    for (const call of [
      ledger.hold({ ...held, amount: '5' }),
      ledger.hold({ ...held, holdS: 61 }),
      ledger.hold(withoutTime),
      ledger.transfer(withoutTime),
      ledger.settle({ key: held.key, holdId: id }),
    ]) {
      expect(await reasonOf(call)).toBe('ledger_key_reused');
    }
    const settled = { key: t.key(), holdId: id, amount: '1' };
    await ledger.settle(settled);
    expect(await reasonOf(ledger.settle({ ...settled, amount: '2' }))).toBe('ledger_key_reused');
    expect(await reasonOf(ledger.settle({ ...settled, holdId: other.id }))).toBe('ledger_key_reused');
    expect(await reasonOf(ledger.release({ key: settled.key, holdId: id }))).toBe('ledger_key_reused');
  });
});
