import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../src/kernel/system.ts';
import type { StreamProgress } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { until } from './support/kernel.ts';
import { amountOf, elapse, type Parties, parties, streamingTask } from './support/streams.ts';

/** Kills; more by the flag. */
const ROUNDS = Number(process.env.GUILDHALL_FAULT_ROUNDS ?? 10);
const STREAMS = 60;

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'node_modules/.cache/guildhall', `stream-child-${process.pid}.mjs`);
const children = new Set<ChildProcess>();

let t: GigsFixture;
let who: Parties;

beforeAll(async () => {
  t = await openGigs();
  who = await parties(t);
  await build({
    entryPoints: [join(root, 'test/support/stream-child.ts')],
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
  await t.opened.close();
});

function startChild(): ChildProcess {
  const child = spawn(process.execPath, [program, t.opened.url], { stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  expect((await gone)[1]).toBe('SIGKILL');
}

const stream = async (
  on: GigsFixture = t,
  of = who,
  total = '36.000007',
  durationS = 3_600,
): Promise<StreamProgress> =>
  on.service.createStream({
    taskId: await streamingTask(on.scope, { ...of, amount: total }),
    durationS,
    releaseIntervalS: 60,
  });
const read = async (id: string) => (await t.service.getStream(id)) as StreamProgress;
const payouts = async (scope: Scope, id?: string) =>
  (
    await scope.query<{ n: number }>(
      'select count(*)::integer as n from :schema.transactions where stream_id = coalesce($1, stream_id)',
      [id ?? null],
    )
  )[0]?.n ?? 0;

/** What a release done twice, or half, would show: streams whose sums differ, and books that differ from them. */
async function wrongSums(scope: Scope): Promise<string[]> {
  const rows = await scope.query<{ what: string }>(
    `select 'stream ' || stream_id as what from :schema.invariant_stream_releases_equal_transactions
     union all select 'task ' || task_id from :schema.invariant_streams_within_escrow
     union all
     select 'worker ' || w.id from :schema.workers w
     join :schema.ledger_account_balances b on b.code = 'worker:' || w.id
     where b.balance <> (select coalesce(sum(s.released_amount - round(s.released_amount * s.fee_bps * 0.0001, 6)), 0)
       from :schema.streams s where s.worker_id = w.id)
     union all
     select 'platform ' || p.id from :schema.platforms p
     join :schema.ledger_account_balances b on b.code = 'escrow:' || p.id
     where b.balance <> (select coalesce(sum(k.escrowed_amount), 0) from :schema.tasks k where k.platform_id = p.id)`,
  );
  return rows.map(({ what }) => what);
}

describe('releases at the same moment', () => {
  it('by four processes pay each stream once', async () => {
    const made: StreamProgress[] = [];
    for (let index = 0; index < STREAMS; index += 1) made.push(await stream());
    const pools = await Promise.all([1, 2, 3, 4].map(() => t.opened.connect()));
    const services = pools.map((pool) => t.service.on(t.scope.on(pool)));
    for (let round = 1; round <= 3; round += 1) {
      for (const { id } of made) await elapse(t.scope, id, 60);
      const reports = await Promise.all(services.map((service) => service.releaseDueStreams()));
      expect(reports.reduce((sum, { streams }) => sum + streams, 0)).toBe(STREAMS);
      expect(reports.some(({ failed }) => failed > 0)).toBe(false);
      expect(await payouts(t.scope)).toBe(STREAMS * round);
    }
    for (const { id } of made) await t.service.cancelStream(id);
    expect(await wrongSums(t.scope)).toEqual([]);
  }, 60_000);

  it('as a cancel leave one effect of each', async () => {
    const [first, second] = await Promise.all([t.opened.connect(), t.opened.connect()]);
    const [releasing, cancelling] = [t.service.on(t.scope.on(first)), t.service.on(t.scope.on(second))];
    for (let round = 0; round < 25; round += 1) {
      const { id, taskId } = await stream();
      await elapse(t.scope, id, 600);
      const [report, ended] = await Promise.all([releasing.releaseDueStreams(), cancelling.cancelStream(id)]);
      expect(report.failed).toBe(0);
      expect(ended.status).toBe('cancelled');
      const after = await read(id);
      expect([after.status, after.releasedAmount]).toEqual(['cancelled', ended.releasedAmount]);
      expect(Number(after.releasedAmount)).toBeGreaterThanOrEqual(6);
      expect(Number(after.releasedAmount)).toBeLessThan(6.1);
      const [task] = await t.scope.query<{ free: string; sum: string }>(
        `select escrowed_amount - :schema.promised_escrow(id) as free, escrowed_amount + paid_amount as sum
         from :schema.tasks where id = $1`,
        [taskId],
      );
      expect(task?.sum).toBe('36.000007');
      expect(Number(task?.free)).toBeCloseTo(36.000007 - Number(after.releasedAmount), 6);
    }
    expect(await wrongSums(t.scope)).toEqual([]);
  }, 60_000);

  it('as withdrawals of the worker pay what has accrued once', async () => {
    const pools = await Promise.all([1, 2, 3, 4].map(() => t.opened.connect()));
    const services = pools.map((pool) => t.service.on(t.scope.on(pool)));
    for (let round = 0; round < 10; round += 1) {
      const { id } = await stream();
      await elapse(t.scope, id, 3_600);
      await Promise.all(
        services.map((service, index) =>
          index % 2 === 0
            ? service.releaseDueStreams()
            : service.withdrawFromStream(id).catch((error: { reason: string }) => {
                expect(error.reason).toBe('nothing_to_release');
              }),
        ),
      );
      expect(await read(id)).toMatchObject({ status: 'completed', releasedAmount: '36.000007' });
      expect(await payouts(t.scope, id)).toBe(1);
    }
    expect(await wrongSums(t.scope)).toEqual([]);
  }, 60_000);
});

describe('a release worker that is killed', () => {
  it(
    `leaves every release whole or not made (${ROUNDS} kills)`,
    async () => {
      const made: StreamProgress[] = [];
      for (let index = 0; index < STREAMS; index += 1)
        made.push(await stream(t, who, '30.000001', 2_592_000));
      const ids = made.map(({ id }) => id);
      const passAll = (passedS: number) =>
        t.scope.query(
          `update :schema.streams s set start_time = start_time - m.passed, end_time = end_time - m.passed,
             next_release_at = next_release_at - m.passed
           from (select make_interval(secs => $2) as passed) as m,
             (select id from :schema.streams where id = any ($1) order by id for no key update) as locked
           where s.id = locked.id`,
          [ids, passedS],
        );
      const crew = [startChild(), startChild()];
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = await payouts(t.scope);
        await passAll(601);
        // In the middle of it: some are released and some are not.
        await until('some releases', async () => (await payouts(t.scope)) > before);
        const victim = crew.shift();
        if (victim !== undefined) await kill(victim);
        crew.push(startChild());
        await until('the others to go on', async () => {
          const [row] = await t.scope.query<{ due: number }>(
            `select count(*)::integer as due from :schema.streams
             where id = any ($1) and next_release_at <= clock_timestamp()`,
            [ids],
          );
          return row?.due === 0;
        });
        expect(await wrongSums(t.scope)).toEqual([]);
        for (const id of ids) expect(await payouts(t.scope, id)).toBe(round + 1);
      }
      await passAll(2_592_000);
      await until('all to be complete', async () => {
        const { data } = await t.service.listStreams({ status: 'active', workerId: who.workerId, limit: 1 });
        return data.length === 0;
      });
      for (const child of crew) await kill(child);
      const [sum] = await t.scope.query<{ released: string; payouts: number }>(
        `select sum(released_amount) as released,
           (select count(*)::integer from :schema.transactions where stream_id = any ($1)) as payouts
         from :schema.streams where id = any ($1) and status = 'completed'`,
        [ids],
      );
      expect(sum).toEqual({
        released: amountOf(30_000_001n * BigInt(STREAMS)),
        payouts: STREAMS * (ROUNDS + 1),
      });
      expect(await wrongSums(t.scope)).toEqual([]);
    },
    60_000 + ROUNDS * 10_000,
  );
});

describe('a release that reads, computes in the process and writes back (control)', () => {
  it('fails the same check', async () => {
    const own = await openGigs();
    try {
      const parts = await parties(own);
      const { id } = await stream(own, parts);
      await elapse(own.scope, id, 600);
      const pools = await Promise.all([own.opened.connect(), own.opened.connect()]);
      let readers = 0;
      await Promise.all(
        pools.map(async (pool, index) => {
          const scope = own.scope.on(pool);
          const [row] = await scope.query<{ accrued: string; released: string; task: string }>(
            `select :schema.stream_accrued(s, clock_timestamp()) as accrued, s.released_amount as released,
               s.task_id as task from :schema.streams s where s.id = $1`,
            [id],
          );
          readers += 1;
          await until('both have read', () => readers === 2);
          const amount = Number(row?.accrued) - Number(row?.released);
          const fee = Number((amount * 0.02).toFixed(6));
          await scope.query('select :schema.move_money($1, $2, $3, $4, null)', [
            [`naive ${index}`, `naive ${index} fee`],
            [`escrow:${parts.platformId}`, `escrow:${parts.platformId}`],
            [`worker:${parts.workerId}`, 'fees'],
            [(amount - fee).toFixed(6), fee.toFixed(6)],
          ]);
          await scope.query(
            `insert into :schema.transactions (worker_id, task_id, stream_id, tx_type, amount, fee, status, processed_at)
             values ($1, $2, $3, 'payout', $4, $5, 'completed', clock_timestamp())`,
            [parts.workerId, row?.task, id, amount.toFixed(6), fee.toFixed(6)],
          );
          await scope.query('update :schema.streams set released_amount = $2 where id = $1', [
            id,
            (Number(row?.released) + amount).toFixed(6),
          ]);
        }),
      );
      expect((await wrongSums(own.scope)).map((what) => what.split(' ')[0])).toEqual([
        'stream',
        'worker',
        'platform',
      ]);
    } finally {
      await own.opened.close();
    }
  });
});
