import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/instance.ts';
import { type GigTransaction, gigs, type RailDeposit } from '../src/systems/gigs/index.ts';
import { times } from './support/agents.ts';
import { type Caller, type GigsApi, openGigsApi } from './support/gigs-api.ts';
import { failureOf } from './support/kernel.ts';
import { makeDue } from './support/queue.ts';
import { type RailParts, railParts } from './support/rail-notifications.ts';

let api: GigsApi;
let rails: RailParts;
let admin: Caller;

beforeAll(async () => {
  api = await openGigsApi();
  rails = railParts(api);
  admin = await api.admin();
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

const depositsOf = async (platformId: string): Promise<GigTransaction[]> =>
  (await api.service.listTransactions({ platformId, txType: 'deposit' })).data;
const one = async (platformId: string): Promise<GigTransaction> => {
  const list = await depositsOf(platformId);
  expect(list).toHaveLength(1);
  return list[0] as GigTransaction;
};
const paidIn = async (ending = '', amount = '25.5') => {
  const { id } = await api.fixture.platform('0');
  const reference = `in-${id}${ending}`.replace('_', '-');
  await rails.sandbox.payIn({ platformId: id, amount, reference });
  return { platformId: id, reference, balance: () => api.fixture.balance(`platform:${id}`) };
};
/** One look of our own at what is pending. */
const look = async (service = api.service): Promise<void> => {
  await makeDue(api.fixture.scope);
  await service.workTransfers({ confirmEveryS: 60, limit: 50 });
};
const eventsOf = async (id: string): Promise<string[]> =>
  (
    await api.fixture.scope.query<{ type: string }>(
      'select type from :schema.outbox where subject = $1 order by id',
      [id],
    )
  ).map(({ type }) => type);
/** Makes a rail announce a deposit, of which it then says `answer`. */
const announced = async (name: string, answer: (() => RailDeposit | null) | undefined): Promise<string> => {
  const { findDeposit: _own, ...sandbox } = rails.sandbox;
  api.service.rails.add({
    ...sandbox,
    name,
    ...(answer === undefined ? {} : { findDeposit: async () => answer() }),
  });
  const body = { type: 'deposit.updated', data: { reference: 'in-1' } };
  const { body: kept } = await rails.post(await rails.sign(body), name);
  await rails.work();
  return kept.id;
};

describe('a deposit that a rail announces', () => {
  it('is pending first, and booked once when the rail has confirmed it, without being told again', async () => {
    const { platformId, reference, balance } = await paidIn();
    expect(await depositsOf(platformId)).toEqual([]);
    expect(await rails.tell({ deposit: reference })).toBe('waiting');
    const made = await one(platformId);
    expect(made).toMatchObject({
      ...{ txType: 'deposit', status: 'pending', amount: '25.5', rail: 'sandbox' },
      ...{ railReference: reference, blockchainConfirmations: 4, processedAt: null },
    });
    expect(await balance()).toBe('0');
    await look();
    expect(await one(platformId)).toMatchObject({ status: 'pending', blockchainConfirmations: 8 });
    await look();
    expect(await one(platformId)).toMatchObject({
      ...{ id: made.id, status: 'completed', blockchainConfirmations: 12, processedAt: expect.any(Date) },
    });
    expect(await balance()).toBe('25.5');
    await look();
    expect(await rails.tell({ deposit: reference })).toBe('unchanged');
    expect(await balance()).toBe('25.5');
    expect(await eventsOf(made.id)).toEqual(['deposit.announced', 'deposit.completed']);
  });

  it('is booked by notifications alone, and at once when the rail knows it as final', async () => {
    const { platformId, reference, balance } = await paidIn();
    for (const outcome of ['waiting', 'waiting', 'confirmed', 'unchanged']) {
      expect(await rails.tell({ deposit: reference })).toBe(outcome);
    }
    expect([(await one(platformId)).status, await balance()]).toEqual(['completed', '25.5']);
    const late = await paidIn();
    await api.fixture.scope.query(
      'update :schema.sandbox_deposits set confirmations = 12 where reference = $1',
      [late.reference],
    );
    expect(await rails.tell({ deposit: late.reference })).toBe('confirmed');
    expect(await late.balance()).toBe('25.5');
  });

  it('is booked once, however many announce it and look at the same moment', async () => {
    const made = await Promise.all(times(10, () => paidIn()));
    const other = createInstance(gigs, await api.fixture.opened.connect({ pool_max: '4' })).service;
    for (let round = 0; round < 4; round += 1) {
      await makeDue(api.fixture.scope);
      await Promise.all([
        ...made.flatMap(({ reference }) =>
          times(2, async () => rails.post(await rails.sandbox.announce({ deposit: reference }))),
        ),
        ...[api.service, other].map((service) => service.workTransfers({ confirmEveryS: 0, limit: 50 })),
        ...[api.service, other].map((service) => service.inbound.work()),
      ]);
    }
    await rails.work();
    for (const { platformId, balance } of made) {
      expect([(await one(platformId)).status, await balance()]).toEqual(['completed', '25.5']);
    }
  });

  it('fails when the rail drops it, and nothing was booked', async () => {
    const { platformId, reference, balance } = await paidIn('fade');
    expect(await rails.tell({ deposit: reference })).toBe('waiting');
    await look();
    const failed = await one(platformId);
    expect(failed).toMatchObject({ status: 'failed', errorMessage: 'It was dropped from the chain.' });
    expect(await rails.tell({ deposit: reference })).toBe('unchanged');
    expect(await balance()).toBe('0');
    expect(await eventsOf(failed.id)).toEqual(['deposit.announced', 'deposit.failed']);
  });

  it('that never becomes final stays pending, and is taken up again when nobody looks', async () => {
    const { platformId, reference, balance } = await paidIn('cafe');
    await rails.tell({ deposit: reference });
    const { id } = await one(platformId);
    const { scope } = api.fixture;
    // As after its job became a dead letter.
    await scope.query(`delete from :schema.queue_jobs where key = $1`, [id]);
    await scope.query(
      `update :schema.transactions set updated_at = now() - interval '1 hour' where id = $1`,
      [id],
    );
    await api.service.chaseTransfers();
    const looks = async () => {
      const [row] = await scope.query<{ looks: number }>(
        'select looks from :schema.sandbox_deposits where reference = $1',
        [reference],
      );
      return row?.looks ?? 0;
    };
    const before = await looks();
    await look();
    expect(await looks()).toBe(before + 1);
    expect([(await one(platformId)).status, await balance()]).toEqual(['pending', '0']);
  });

  it('with which the rail contradicts what is booked is for a person', async () => {
    const { platformId, reference, balance } = await paidIn();
    for (let n = 0; n < 3; n += 1) await rails.tell({ deposit: reference });
    await api.fixture.scope.query(
      `update :schema.sandbox_deposits set state = 'failed' where reference = $1`,
      [reference],
    );
    const { body } = await rails.post(await rails.sandbox.announce({ deposit: reference }));
    await rails.work();
    expect((await rails.letterOf(body.id, admin))?.error).toBe(
      `${reference} is completed here, and the rail says that it failed: settle the difference by hand.`,
    );
    expect([(await one(platformId)).status, await balance()]).toEqual(['completed', '25.5']);
  });
});

describe('a deposit by hand', () => {
  it('of a reference that the rail has announced is that deposit, and is not booked beside it', async () => {
    const { platformId, reference, balance } = await paidIn();
    await rails.tell({ deposit: reference });
    const { id } = await one(platformId);
    const byHand = await api.service.depositFunds(platformId, '25.5', { reference });
    expect(byHand).toMatchObject({ id, status: 'pending' });
    await look();
    await look();
    expect([(await one(platformId)).status, await balance()]).toEqual(['completed', '25.5']);
    const other = await paidIn();
    await api.service.depositFunds(other.platformId, '25.5', { reference: other.reference });
    expect(await rails.tell({ deposit: other.reference })).toBe('unchanged');
    expect([(await depositsOf(other.platformId)).length, await other.balance()]).toEqual([1, '25.5']);
  });

  it('over another rail than the sandbox is for the house: a platform’s word does not count', async () => {
    api.service.rails.add({ ...rails.sandbox, name: 'wire' });
    const platform = await api.platform('0');
    const path = `/platforms/${platform.id}/deposits`;
    const input = (key: string) => ({
      headers: { 'idempotency-key': key },
      body: { amount: '5', rail: 'wire' },
    });
    const own = await api.call('POST', path, { as: platform, ...input('own') });
    expect([own.status, own.body.reason]).toEqual([403, 'deposit_not_believed']);
    expect(await api.fixture.balance(`platform:${platform.id}`)).toBe('0');
    const house = await api.call('POST', path, { as: admin, ...input('house') });
    expect([house.status, house.body.status]).toEqual([201, 'completed']);
    expect(await api.fixture.balance(`platform:${platform.id}`)).toBe('5');
  });
});

describe('a rail whose deposit cannot be believed', () => {
  it('makes a dead letter, and nothing is booked', async () => {
    const { id: platformId } = await api.fixture.platform('0');
    const good: RailDeposit = { state: 'accepted', platformId, amount: '5', confirmations: 12 };
    const cases: [string, (() => RailDeposit | null) | undefined, string][] = [
      ['silent', undefined, 'cannot be asked for the deposit in-1'],
      ['forgets', () => null, 'and does not know it yet'],
      ['strange', () => ({ ...good, platformId: 'plt_none' }), 'Platform not found'],
      ['dusty', () => ({ ...good, amount: '1.0000001' }), 'amount'],
      ['empty', () => ({ ...good, amount: '0' }), 'amount'],
    ];
    for (const [name, answer, error] of cases) {
      const id = await announced(name, answer);
      expect([name, (await rails.letterOf(id, admin))?.error]).toEqual([
        name,
        expect.stringContaining(error),
      ]);
    }
    let amount = '5';
    await announced('turns', () => ({ ...good, amount, confirmations: 0 }));
    amount = '6';
    const { body } = await rails.post(
      await rails.sign({ type: 'deposit.updated', data: { reference: 'in-1' } }),
      'turns',
    );
    await rails.work();
    expect((await rails.letterOf(body.id, admin))?.error).toContain('belongs to another movement');
    expect(await one(platformId)).toMatchObject({ status: 'pending', amount: '5' });
    expect(await api.fixture.balance(`platform:${platformId}`)).toBe('0');
  });

  it('cannot be announced by the sandbox before somebody paid in', async () => {
    expect(await failureOf(rails.sandbox.announce({ deposit: 'in-none' }))).toMatchObject({
      code: 'not_found',
      field: 'reference',
    });
  });
});
