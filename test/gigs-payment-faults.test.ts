import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/instance.ts';
import { gigs } from '../src/systems/gigs/index.ts';
import { times } from './support/agents.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { escrowBroken, makeTask, paidWorker, passValidity, settleTransfers } from './support/gigs-tasks.ts';
import { failureOf, startProxy } from './support/kernel.ts';
import { expireLeases, makeDue, reapAll } from './support/queue.ts';

/** Kills in the test that must hold; more by the flag. */
const ROUNDS = Number(process.env.GUILDHALL_FAULT_ROUNDS ?? 10);
const seed = Number(process.env.GUILDHALL_SEED ?? Date.now() % 1_000_000);

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'node_modules/.cache/guildhall', `gigs-child-${process.pid}.mjs`);

let t: GigsFixture;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  t = await openGigs();
  await build({
    entryPoints: [join(root, 'test/support/gigs-child.ts')],
    target: 'node20',
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  expect(await t.broken()).toEqual([]);
  expect(await escrowBroken(t)).toEqual([]);
  await t.opened.close();
});

/** Starts a worker, waits until it has sent so many, and kills it before it can write the last of them down. */
async function killAfter(on: GigsFixture, most: number, how: 'careful' | 'blind'): Promise<void> {
  const child = spawn(process.execPath, [program, on.opened.url, String(most), how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const gone = once(child, 'exit');
  let seen = 0;
  for await (const chunk of child.stdout) {
    seen += String(chunk).split('\n').length - 1;
    if (seen >= most) break;
  }
  child.kill('SIGKILL');
  expect((await gone)[1]).toBe('SIGKILL');
  children.delete(child);
}

/** Leases run out and the dead worker's jobs are back in line. */
async function recover(on: GigsFixture): Promise<void> {
  await expireLeases(on.scope);
  await reapAll(on.scope);
  await makeDue(on.scope);
}

async function sendsOf(on: GigsFixture): Promise<{ transfers: number; most: number; sum: string }> {
  const [row] = await on.scope.query<{ transfers: number; most: number; sum: string }>(
    `select count(*)::integer as transfers, coalesce(max(sends), 0) as most,
       trim_scale(coalesce(sum(amount * sends), 0))::text as sum from :schema.sandbox_transfers`,
  );
  return row as { transfers: number; most: number; sum: string };
}

describe('a worker killed between sending and writing down', () => {
  it(
    `sends every withdrawal once, and the sums are exact (${ROUNDS} kills, seed ${seed})`,
    async () => {
      let state = seed;
      const random = (below: number): number => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return Math.floor((state / 2_147_483_648) * below);
      };
      const workerId = await paidWorker(t, '10000');
      const bank = Number(await t.balance('bank'));
      let made = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const most = 1 + random(3);
        for (let n = 0; n < most; n += 1) await t.service.withdraw(workerId, { amount: '1.5' });
        made += most;
        await killAfter(t, most, 'careful');
        await recover(t);
      }
      // Also when nobody could accept the first send any more: what was sent is found.
      await passValidity(t);
      await settleTransfers(t);
      const sum = String(made * 1.5);
      expect(await sendsOf(t)).toEqual({ transfers: made, most: 1, sum });
      const { data } = await t.service.listTransactions({ workerId, status: 'processing' });
      expect(data).toEqual([]);
      expect(await t.balance('rail')).toBe('0');
      expect(await t.balance(`worker:${workerId}`)).toBe(String(10_000 - made * 1.5));
      expect(bank - Number(await t.balance('bank'))).toBe(made * 1.5);
      const lost = await t.scope.query("select 1 from :schema.queue_attempts where outcome = 'lost'");
      expect(lost.length).toBeGreaterThanOrEqual(ROUNDS);
    },
    60_000 + ROUNDS * 5_000,
  );

  it('that sends again without looking pays twice (control)', async () => {
    const own = await openGigs();
    try {
      const workerId = await paidWorker(own, '100');
      await own.service.withdraw(workerId, { amount: '10' });
      for (let round = 0; round < 2; round += 1) {
        await killAfter(own, 1, 'blind');
        await recover(own);
        await passValidity(own);
      }
      expect(await sendsOf(own)).toEqual({ transfers: 1, most: 2, sum: '20' });
      expect(await own.broken()).toEqual(['invariant_sandbox_sends_once']);
    } finally {
      await own.opened.close();
    }
  }, 60_000);
});

describe('a connection cut before the answer', () => {
  it('leaves one payment, and the retry with its key gives it', async () => {
    const [platform, worker] = [await t.platform('100'), await t.worker()];
    let cutting = false;
    const proxy = await startProxy(t.opened.url, {
      onSend: (bytes) => (cutting && bytes.includes('process_payment') ? 'cut' : 'pass'),
    });
    const { openDatabase } = await import('../src/kernel/database/open.ts');
    const database = await openDatabase(proxy.urlFor(t.opened.url));
    const { service } = createInstance(gigs, database);
    await service.getWorker(worker.id);
    const taskId = await makeTask(t, { platformId: platform.id, workerId: worker.id });
    const options = { idempotencyKey: 'cut' };
    cutting = true;
    const error = await failureOf(service.processPayment({ taskId }, options));
    expect(error.code).toBe('unavailable');
    cutting = false;
    const again = await Promise.all(times(5, () => service.processPayment({ taskId }, options)));
    expect(new Set(again.map(({ id }) => id)).size).toBe(1);
    expect(await t.balance(`worker:${worker.id}`)).toBe('9.8');
    const { data } = await t.service.listTransactions({ taskId });
    expect(data.map(({ id }) => id)).toEqual([again[0]?.id]);
    await database.close();
    await proxy.close();
  });
});

describe('50 payments to one worker at once', () => {
  const PAYMENTS = 50;

  it('add up', async () => {
    const [platform, worker] = [await t.platform('1000'), await t.worker()];
    const ids: string[] = [];
    for (let n = 0; n < PAYMENTS; n += 1) {
      ids.push(await makeTask(t, { platformId: platform.id, workerId: worker.id, amount: '1' }));
    }
    const { service } = createInstance(gigs, await t.opened.connect({ pool_max: '20' }));
    await Promise.all(ids.map((taskId) => service.processPayment({ taskId })));
    expect(await t.balance(`worker:${worker.id}`)).toBe('49');
  });

  it('into a balance that is read, added to and written loses some (control)', async () => {
    const database = await t.opened.connect({ pool_max: '20' });
    await database.query('create table naive_balances (worker text primary key, balance numeric not null)');
    await database.query("insert into naive_balances values ('w', 0)");
    await Promise.all(
      times(PAYMENTS, () =>
        database.transaction(async (tx) => {
          const { rows } = await tx.query<{ balance: string }>('select balance from naive_balances');
          await tx.query('update naive_balances set balance = $1', [Number(rows[0]?.balance) + 0.98]);
        }),
      ),
    );
    const { rows } = await database.query<{ balance: string }>('select balance from naive_balances');
    expect(Number(rows[0]?.balance)).toBeLessThan(49);
    await database.query('drop table naive_balances');
  });
});

describe('an entry or a row changed by hand', () => {
  it('is found by the invariants (control)', async () => {
    const own = await openGigs();
    try {
      const workerId = await paidWorker(own, '100');
      await own.service.withdraw(workerId, { amount: '10' });
      expect(await own.broken()).toEqual([]);
      await own.scope.query("update :schema.transactions set amount = amount + 1 where tx_type = 'payout'");
      expect(await own.broken()).toEqual(['invariant_payouts_have_entries']);
      await own.scope.query("update :schema.transactions set amount = amount - 1 where tx_type = 'payout'");
      await own.scope.query("update :schema.transactions set amount = 11 where tx_type = 'withdrawal'");
      expect(await own.broken()).toEqual([
        'invariant_payouts_have_entries',
        'invariant_rail_equals_transactions',
      ]);
      await own.scope.query("delete from :schema.transactions where tx_type = 'payout'");
      const rows = await own.scope.query('select problem from :schema.invariant_payouts_have_entries');
      expect(rows).toContainEqual({ problem: 'entry without its payout' });
    } finally {
      await own.opened.close();
    }
  });
});
