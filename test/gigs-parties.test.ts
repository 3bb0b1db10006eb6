import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { failureOf } from './support/kernel.ts';

let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

describe('registering', () => {
  it('makes a worker with an account, a score of 500 and books of its own', async () => {
    const worker = await t.worker({ walletAddress: `0x${'AB'.repeat(20)}` });
    expect(worker).toMatchObject({
      id: expect.stringMatching(/^wrk_/),
      status: 'active',
      reputationScore: 500,
      accountAgeDays: 0,
      walletAddress: `0x${'ab'.repeat(20)}`,
      totalTasks: 0,
      totalEarned: '0',
    });
    expect(await t.service.getWorker(worker.id)).toEqual(worker);
    expect(await t.balance(`worker:${worker.id}`)).toBe('0');
    expect(await t.balance(`advance:${worker.id}`)).toBe('0');
  });

  it('makes a platform with funds and escrow', async () => {
    const platform = await t.platform('250.5');
    expect(platform).toMatchObject({ id: expect.stringMatching(/^plt_/), feeBps: 200, isActive: true });
    expect(await t.service.getPlatform(platform.id)).toEqual(platform);
    expect(await t.balance(`platform:${platform.id}`)).toBe('250.5');
    expect(await t.balance(`escrow:${platform.id}`)).toBe('0');
  });

  it('of an address that is taken is refused, and leaves nothing', async () => {
    const first = await t.worker();
    const again = { name: 'Again', password: 'correct horse battery' };
    expect(
      await failureOf(t.service.registerWorker({ ...again, email: first.email.toUpperCase() })),
    ).toMatchObject({
      code: 'already_exists',
      field: 'email',
    });
    const wallet = `0x${'01'.repeat(20)}`;
    await t.worker({ walletAddress: wallet });
    const taken = t.service.registerWorker({ ...again, email: 'other@example.com', walletAddress: wallet });
    expect(await failureOf(taken)).toMatchObject({ code: 'already_exists', field: 'walletAddress' });
    await t.service.registerWorker({ ...again, email: 'other@example.com' });
  });

  it('with bad input names the field', async () => {
    const input = { name: 'A', email: 'a@example.com', password: 'correct horse battery' };
    for (const [change, field] of [
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ walletAddress: '0x12' }, 'walletAddress'],
      [{ email: 'nobody' }, 'email'],
      [{ password: 'short' }, 'password'],
    ] as const) {
      expect(await failureOf(t.service.registerWorker({ ...input, ...change }))).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
    const platform = { name: 'P', contactEmail: 'p@example.com', password: 'correct horse battery' };
    const bad = t.service.registerPlatform({ ...platform, webhookUrl: 'http://example.com' });
    expect(await failureOf(bad)).toMatchObject({ code: 'invalid_input', field: 'webhookUrl' });
  });
});

describe('moving money', () => {
  const move = (amounts: readonly string[], key: string, from: string, to: readonly string[]) =>
    t.scope.query<{ ids: bigint[] }>('select :schema.move_money($1, $2, $3, $4, null) as ids', [
      amounts.map((_amount, index) => `${key} ${index}`),
      amounts.map(() => from),
      to,
      amounts,
    ]);

  it('posts together or not at all, leaves zeros out, and says who has too little', async () => {
    const [platform, worker] = [await t.platform('10'), await t.worker()];
    const accounts = [`worker:${worker.id}`, 'fees', `worker:${worker.id}`];
    const [row] = await move(['6', '0', '1.000001'], 'first', `platform:${platform.id}`, accounts);
    expect(row?.ids.map((id) => id === null)).toEqual([false, true, false]);
    expect(await t.balance(`worker:${worker.id}`)).toBe('7.000001');
    const error = await failureOf(
      move(['2', '1'], 'second', `platform:${platform.id}`, accounts.slice(0, 2)),
    );
    expect(error).toMatchObject({
      code: 'limit_exceeded',
      reason: 'insufficient_funds',
      details: { account: `platform:${platform.id}` },
    });
    expect(await t.balance(`platform:${platform.id}`)).toBe('2.999999');
  });
});
