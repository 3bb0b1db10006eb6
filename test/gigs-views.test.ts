import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/kernel/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { foldAll, randomOf, randomStatement, readViews, stale } from './support/gigs-statistics.ts';
import { failureOf } from './support/kernel.ts';

/** The rows of this file are written past the services, without entries: only the statistics can be right. */
const STATISTICS = /_statistics_|_daily_/;
let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken(STATISTICS)).toEqual([]);
  await t.opened.close();
});

const sql = <Row = Record<string, unknown>>(text: string, params: readonly unknown[] = []) =>
  t.scope.query<Row>(text, params);

interface TaskDraft {
  readonly status?: string;
  readonly worker?: string | null;
  readonly amount?: string;
  readonly daysAgo?: number;
  readonly late?: boolean;
}

/** A task as others write it; begun an hour after it was posted and completed an hour later. */
async function task(platform: string, draft: TaskDraft = {}): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `insert into :schema.tasks (platform_id, worker_id, amount, status, created_at, started_at, completed_at, cancelled_at, due_at)
     select $1, $2, $3, $4::text, at, case when $4::text <> 'pending' then at + interval '1 hour' end,
       case when $4::text = 'completed' then at + interval '2 hours' end, case when $4::text = 'cancelled' then at + interval '2 hours' end,
       case when $6 then at else at + interval '1 day' end
     from (select clock_timestamp() - $5 * interval '1 day' as at) as d
     returning id`,
    [
      platform,
      draft.worker ?? null,
      draft.amount ?? '10',
      draft.status ?? 'pending',
      draft.daysAgo ?? 0,
      draft.late ?? false,
    ],
  );
  return row?.id ?? '';
}

const pay = (worker: string, platform: string, amount: string, fee: string) =>
  sql(
    `insert into :schema.transactions (worker_id, platform_id, tx_type, amount, fee, status, processed_at)
     values ($1, $2, 'payout', $3, $4, 'completed', clock_timestamp())`,
    [worker, platform, amount, fee],
  );

describe('the views', () => {
  it('of parties without work are all zeros, and of nobody null', async () => {
    const [worker, platform] = [await t.worker(), await t.platform('0')];
    expect(await t.service.getWorkerEarnings(worker.id)).toMatchObject({
      workerId: worker.id,
      totalTasks: 0,
      totalEarned: '0',
      pendingEarnings: '0',
      payoutCount: 0,
      openLoanId: null,
      completionRate: '0',
      reputationScore: 500,
      lastActiveAt: worker.lastActiveAt,
    });
    expect(await t.service.getPlatformStats(platform.id)).toMatchObject({
      totalTasks: 0,
      uniqueWorkers: 0,
      activeWorkers7d: 0,
      averageCompletionS: null,
      averagePayment: '0',
    });
    // The documented score of a worker who is new and has nothing.
    expect(await t.service.getWorkerRiskAssessment(worker.id)).toMatchObject({
      riskScore: 330,
      reasons: ['low_score', 'new_account', 'low_completion', 'few_tasks'],
      eligibleWithoutPrediction: false,
      maxAdvanceByRisk: '0',
      openLoanId: null,
    });
    expect(await t.service.getWorkerEarnings('wrk_none')).toBeNull();
    expect(await t.service.getPlatformStats('plt_none')).toBeNull();
    expect(await t.service.getWorkerRiskAssessment('wrk_none')).toBeNull();
  });

  it('count tasks that are inserted as completed, before and after the fold', async () => {
    const [worker, other, platform] = [await t.worker(), await t.worker(), await t.platform('0')];
    await task(platform.id, { worker: worker.id, status: 'completed', amount: '20.5' });
    await task(platform.id, { worker: worker.id, status: 'active', amount: '5' });
    await task(platform.id, { worker: other.id, status: 'cancelled', daysAgo: 20 });
    await task(platform.id);
    await pay(worker.id, platform.id, '20.5', '0.41');
    for (const round of ['open', 'folded']) {
      if (round === 'folded') await foldAll(t);
      expect(await t.service.getWorkerEarnings(worker.id), round).toMatchObject({
        totalTasks: 2,
        completedTasks: 1,
        activeTasks: 1,
        totalEarned: '20.5',
        pendingEarnings: '25.5',
        payoutTotal: '20.5',
        payoutCount: 1,
        completionRate: '100',
      });
      expect(await t.service.getPlatformStats(platform.id), round).toMatchObject({
        totalTasks: 4,
        completedTasks: 1,
        cancelledTasks: 1,
        pendingTasks: 1,
        totalPayouts: '20.5',
        totalFees: '0.41',
        averagePayment: '20.5',
        uniqueWorkers: 2,
        activeWorkers7d: 1,
        activeWorkers30d: 2,
        averageCompletionS: '3600',
        completionRate: '50',
      });
    }
    expect(await t.service.getWorker(worker.id)).toMatchObject({ totalTasks: 1, totalEarned: '20.5' });
    expect(await t.service.getPlatform(platform.id)).toMatchObject({
      totalPayouts: '20.5',
      activeWorkers: 2,
    });
  });

  it('follow a task both ways, and back out when it is deleted', async () => {
    const [worker, platform] = [await t.worker(), await t.platform('0')];
    const id = await task(platform.id, { worker: worker.id, status: 'active' });
    const counts = async () => {
      const row = await t.service.getWorkerEarnings(worker.id);
      return [row?.activeTasks, row?.completedTasks, row?.disputedTasks, row?.totalEarned, row?.disputeRate];
    };
    expect(await counts()).toEqual([1, 0, 0, '0', '0']);
    await sql(
      `update :schema.tasks set status = 'completed', completed_at = clock_timestamp() + interval '2 hours' where id = $1`,
      [id],
    );
    expect(await counts()).toEqual([0, 1, 0, '10', '0']);
    await foldAll(t);
    await sql(`update :schema.tasks set status = 'disputed', was_disputed = true where id = $1`, [id]);
    expect(await counts()).toEqual([0, 0, 1, '0', '100']);
    await sql(`update :schema.tasks set status = 'active' where id = $1`, [id]);
    expect(await counts()).toEqual([1, 0, 0, '0', '100']);
    await sql('delete from :schema.tasks where id = $1', [id]);
    expect(await counts()).toEqual([0, 0, 0, '0', '0']);
    expect(await t.service.getPlatformStats(platform.id)).toMatchObject({
      uniqueWorkers: 0,
      activeWorkers30d: 0,
    });
  });

  it('lose a deleted worker everywhere, and keep the platform exact', async () => {
    const [worker, other, platform] = [await t.worker(), await t.worker(), await t.platform('0')];
    for (const who of [worker, worker, other])
      await task(platform.id, { worker: who.id, status: 'completed' });
    await pay(worker.id, platform.id, '10', '0');
    await foldAll(t);
    await task(platform.id, { worker: worker.id });
    await sql('delete from :schema.workers where id = $1', [worker.id]);
    for (const round of ['open', 'folded']) {
      if (round === 'folded') await foldAll(t);
      expect(await t.service.getWorkerEarnings(worker.id)).toBeNull();
      expect(await t.service.getPlatformStats(platform.id), round).toMatchObject({
        totalTasks: 1,
        uniqueWorkers: 1,
        activeWorkers7d: 1,
        totalPayouts: '0',
      });
      expect(await t.broken(STATISTICS)).toEqual([]);
    }
    expect(await sql('select from :schema.platform_workers where worker_id = $1', [worker.id])).toEqual([]);
  });

  it('of a day sum each asset, type and status for itself', async () => {
    const worker = await t.worker();
    const insert = (asset: string, amount: string, fee: string, status: string) =>
      sql(
        `insert into :schema.transactions (worker_id, asset, tx_type, amount, fee, status, created_at, processed_at)
         values ($1, $2, 'transfer', $3, $4, $5, '2020-02-29T23:59:59.999Z', now())`,
        [worker.id, asset, amount, fee, status],
      );
    await insert('USDC', '1.000001', '0.1', 'completed');
    await insert('USDC', '2', '0', 'completed');
    await insert('WETH', '0.000000000000000001', '0', 'completed');
    await insert('USDC', '7', '0', 'pending');
    const day = { transactionDate: '2020-02-29', txType: 'transfer' };
    expect(await t.service.getDailyTransactions({ from: '2020-02-29' })).toMatchObject([
      {
        ...day,
        asset: 'USDC',
        status: 'completed',
        count: 2,
        totalAmount: '3.000001',
        totalFees: '0.1',
        averageAmount: '1.500001',
      },
      { ...day, asset: 'USDC', status: 'pending', count: 1, totalAmount: '7' },
      { ...day, asset: 'WETH', status: 'completed', count: 1, totalAmount: '0.000000000000000001' },
    ]);
    expect(await t.service.getDailyTransactions({ from: '2020-03-01' })).toEqual([]);
    for (const range of [
      { from: '2020-02-30' },
      { from: '2020-02-02', to: '2020-02-01' },
      { from: '2020-01-01', to: '2021-02-04' },
    ]) {
      expect(await failureOf(t.service.getDailyTransactions(range))).toMatchObject({ code: 'invalid_input' });
    }
    expect(await t.service.getDailyTransactions({ from: '2020-01-01', to: '2021-02-03' })).toHaveLength(3);
  });

  it('take activity from tasks and transactions, and never back', async () => {
    const [worker, platform] = [await t.worker(), await t.platform('0')];
    const later = new Date(worker.lastActiveAt.getTime() + 60_000);
    await sql(
      'insert into :schema.transactions (worker_id, tx_type, amount, created_at) values ($1, $2, 1, $3)',
      [worker.id, 'advance', later],
    );
    expect((await t.service.getWorkerEarnings(worker.id))?.lastActiveAt).toEqual(later);
    await foldAll(t);
    await task(platform.id, { worker: worker.id, daysAgo: 3 });
    await foldAll(t);
    expect((await t.service.getWorker(worker.id))?.lastActiveAt).toEqual(later);
  });

  it('show streams that run, with what has accrued', async () => {
    const [worker, platform] = [await t.worker(), await t.platform('0')];
    const id = await task(platform.id, { worker: worker.id, status: 'active', amount: '100' });
    await sql(
      `insert into :schema.streams (task_id, platform_id, worker_id, start_time, end_time, total_amount, funded_amount,
         released_amount, release_interval, next_release_at, status, paused_at)
       select $1, $2, $3, now() - interval '30 minutes', now() + interval '30 minutes', 100, funded, 25, 60,
         case when status = 'active' then now() + interval '90 seconds' end, status,
         case when status = 'paused' then now() - interval '15 minutes' end
       from (values (100, 'active'), (40, 'insolvent'), (100, 'paused')) as d(funded, status)`,
      [id, platform.id, worker.id],
    );
    const rows = await sql(
      `select status, percent_released, round(accrued_amount, 0) as accrued, seconds_until_next_release between 85 and 90 as soon,
         worker_name, platform_name
       from :schema.active_streams_view where worker_id = $1 order by next_release_at, status`,
      [worker.id],
    );
    const names = { percent_released: '25', worker_name: worker.name, platform_name: platform.name };
    expect(rows).toEqual([
      { ...names, status: 'active', accrued: '50', soon: true },
      { ...names, status: 'insolvent', accrued: '40', soon: null },
      { ...names, status: 'paused', accrued: '25', soon: null },
    ]);
  });
});

describe('the risk of a worker', () => {
  it('has the documented score', async () => {
    const parts = await sql<{ score: number; performance: number }>(
      `select * from :schema.risk_parts(850, 97, 50, 0.95, 1, 4.8, 0, 0, 0, 80, 1000)`,
    );
    expect(parts[0]).toMatchObject({ score: 949, loan_history: 0, consistency: 0 });
    expect(parts[0]?.performance).toBeCloseTo(194.4, 9);
    const at = async (args: string) =>
      (await sql<{ score: number }>(`select score from :schema.risk_parts(${args})`))[0]?.score;
    expect(await at('500, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0')).toBe(330);
    expect(await at('1000, 90, 50, 1, 1, 5, 0, 1, 1, 0, 101')).toBe(1000);
    expect(await at('0, 0, 0, 0, 0, 0, 5, 5, 3, 151, 0')).toBe(0);
    // A share of 0.8 is not below it; one loan less is.
    expect(await at('500, 0, 0, 0, 1, 0, 0, 5, 4, 0, 0')).toBe(330);
    expect(await at('500, 0, 0, 0, 1, 0, 0, 5, 3, 0, 0')).toBe(280);
  });

  it('counts 30 UTC days of tasks and payouts, loans and weeks, and says what stands in the way', async () => {
    const [worker, platform] = [await t.worker(), await t.platform('0')];
    await sql(
      `update :schema.workers set created_at = now() - interval '97 days', reputation_score = 850 where id = $1`,
      [worker.id],
    );
    for (const daysAgo of [29, 22, 15])
      await task(platform.id, { worker: worker.id, status: 'completed', daysAgo, late: daysAgo === 15 });
    for (const daysAgo of [40, 41])
      await task(platform.id, { worker: worker.id, status: 'completed', daysAgo, late: daysAgo === 41 });
    await task(platform.id, { worker: worker.id, daysAgo: 1 });
    for (const [daysAgo, amount] of [
      [29, '102'],
      [22, '102'],
      [15, '102'],
      [30, '1000'],
    ] as const)
      await sql(
        `insert into :schema.transactions (worker_id, tx_type, amount, fee, status, processed_at)
         values ($1, 'payout', $2, 2, 'completed', clock_timestamp() - $3 * interval '1 day')`,
        [worker.id, amount, daysAgo],
      );
    await sql(
      `insert into :schema.reputation_events (worker_id, event_type, requested_delta, rating, reason)
       values ($1, 'rating_received', 0, 5, 'x'), ($1, 'rating_received', 0, 4, 'x')`,
      [worker.id],
    );
    await sql(
      `insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, amount_repaid, status, risk_score, predicted_earnings,
         disbursed_at, repayment_due, repaid_at)
       values ($1, 100, 2, 200, 102, 102, 'repaid', 800, 100, now() - interval '9 days', now(), now() - interval '1 day')`,
      [worker.id],
    );
    const wanted = {
      accountAgeDays: 97,
      completedTasks: 5,
      lateTasks: 2,
      endedTasks: 5,
      tasks30d: 4,
      completed30d: 3,
      completionRate30d: '75',
      onTimeRate: '60',
      earnings30d: '300',
      averageRating: '4.5',
      weeklyDeviation: '0',
      loans: 1,
      loansDue: 1,
      loansOnTime: 1,
      // 255 + 150 + 5/50*250 + (0.75*0.4 + 3/5*0.4 + 0.9*0.2)*200 + 100 + 50 + 30
      riskScore: 754,
      reasons: [],
      eligibleWithoutPrediction: true,
      maxAdvanceByRisk: '217.86',
      feeBps: 350,
    };
    expect(await t.service.getWorkerRiskAssessment(worker.id)).toMatchObject(wanted);
    await foldAll(t);
    expect(await t.service.getWorkerRiskAssessment(worker.id)).toMatchObject(wanted);
    await sql(
      `insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, risk_score, predicted_earnings, repayment_due)
       values ($1, 1, 0, 0, 1, 800, 100, now() + interval '1 day')`,
      [worker.id],
    );
    expect(await t.service.getWorkerRiskAssessment(worker.id)).toMatchObject({
      reasons: ['open_loan'],
      eligibleWithoutPrediction: false,
      maxAdvanceByRisk: '217.86',
      openLoanId: expect.stringMatching(/^lon_/),
    });
    expect(await t.service.getWorkerEarnings(worker.id)).toMatchObject({
      openLoanStatus: 'pending',
      openLoanRemaining: '1',
      loans: 1,
      loansRepaid: 1,
    });
  });
});

describe('random statements', () => {
  const seed = Number(process.env.GUILDHALL_TEST_SEED ?? randomInt(2 ** 31));

  it(`of several callers at once, with folds in between, equal full recomputation (GUILDHALL_TEST_SEED=${seed})`, async () => {
    const parties = {
      workers: await Promise.all(Array.from({ length: 6 }, async () => (await t.worker()).id)),
      platforms: await Promise.all(Array.from({ length: 3 }, async () => (await t.platform('0')).id)),
    };
    const pools: Database[] = await Promise.all([1, 2, 3, 4].map(() => t.opened.connect({ pool_max: '1' })));
    let done = 0;
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.all(
        pools.map(async (pool, caller) => {
          const random = randomOf(seed + round * 101 + caller);
          const errors: unknown[] = [];
          for (let step = 0; step < 40; step += 1) {
            const scope = t.scope.on(pool);
            const [text, params] = randomStatement(parties, random);
            // A deadlock, a task that moved on meanwhile or a worker that is gone: one statement less, whole.
            const run = step % 9 === 8 ? undone(pool, text, params) : scope.query(text, params);
            await run.then(
              () => {
                done += 1;
              },
              (error: unknown) => errors.push(error),
            );
          }
          return errors;
        }),
      );
      const unexpected = results
        .flat()
        .filter(
          (error) => !['serialization', 'conflict', 'not_found'].includes((error as { code: string }).code),
        );
      expect(unexpected).toEqual([]);
      expect(await t.broken(STATISTICS)).toEqual([]);
      if (round === 3) await sql('delete from :schema.workers where id = $1', [parties.workers[0]]);
    }
    expect(done).toBeGreaterThan(600);
    const before = await readViews(t);
    await foldAll(t);
    expect(await readViews(t)).toEqual(before);
    expect(
      await sql('select id from :schema.work_deltas union all select id from :schema.money_deltas'),
    ).toEqual([]);
    expect(await stale(t)).toEqual([]);
    await t.service.rebuildStatistics();
    expect(await readViews(t)).toEqual(before);
    expect(await stale(t)).toEqual([]);
  }, 120_000);

  const undone = async (pool: Database, text: string, params: unknown[]): Promise<void> => {
    const stop = new Error('undo');
    await pool
      .transaction(async (tx) => {
        await t.scope.on(tx).query(text, params);
        throw stop;
      })
      .catch((error: unknown) => {
        if (error !== stop && (error as { cause?: unknown }).cause !== stop) throw error;
      });
  };

  it('lose nothing where a counter that is read and written back loses counts', async () => {
    const [worker, platform] = [await t.worker(), await t.platform('0')];
    await sql('create table :schema.naive_counters (id text primary key, tasks integer not null)');
    await sql('insert into :schema.naive_counters values ($1, 0)', [worker.id]);
    const pools = await Promise.all([1, 2, 3, 4].map(() => t.opened.connect({ pool_max: '1' })));
    for (let round = 0; round < 5; round += 1) {
      const seen = await Promise.all(
        pools.map(async (pool) => {
          const scope = t.scope.on(pool);
          await scope.query(`insert into :schema.tasks (platform_id, worker_id, amount) values ($1, $2, 1)`, [
            platform.id,
            worker.id,
          ]);
          const [row] = await scope.query<{ tasks: number }>(
            'select tasks from :schema.naive_counters where id = $1',
            [worker.id],
          );
          return row?.tasks ?? 0;
        }),
      );
      await Promise.all(
        pools.map((pool, caller) =>
          t.scope
            .on(pool)
            .query('update :schema.naive_counters set tasks = $2 where id = $1', [
              worker.id,
              (seen[caller] ?? 0) + 1,
            ]),
        ),
      );
      if (round % 2 === 0) await t.service.foldStatistics();
    }
    expect(await t.service.getWorkerEarnings(worker.id)).toMatchObject({
      totalTasks: 20,
      pendingTasks: 20,
      pendingEarnings: '20',
    });
    const [naive] = await sql<{ tasks: number }>('select tasks from :schema.naive_counters');
    expect(naive?.tasks).toBeLessThan(20);
    await sql('drop table :schema.naive_counters');
  });
});
