/** The market that the benchmark of the views of `gigs` measures: who works how much, who reads, what is not folded yet. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { quantile } from './measure.ts';

/**
 * How uneven work is: number n of the workers has n ^ -0.8 of it, of the platforms n ^ -1.1 (Zipf's law). The exponents are
 * the likeliest ones for published data. Platforms: the labour channels of the crowd work of 2014 and 2018 (examples/gigs has
 * a part of it, CrowdTruth-core all) give 1.13 and 1.09; the first channel brings 27 and 31 % of the work, here it is 23 %.
 * Workers: the crowd workers themselves cannot tell (0.35 and 0.56), since nobody could do more than the fifty units of a job,
 * nor can the senders in one block of Ethereum (0.53), who had twelve seconds. What is not cut off gives 0.79 and 0.81 (zones
 * of 4,000 taxi trips, by pickup and dropoff) and 0.9 (awards by contest), and we take 0.8. The busiest worker then has 3.7 %
 * of the work, 410 tasks a day: at the 24 (2018) or 42 seconds (2014) that a judgement takes, three to five hours of them.
 */
export const SKEW = { workers: 0.8, platforms: 1.1 };
/** Statements that post and pay after the statistics were made: about a second of work that is not folded yet. */
export const OPEN_STATEMENTS = 500;

export interface MarketSize {
  readonly workers: number;
  readonly platforms: number;
  readonly tasks: number;
}

/** Who reads: those who work, so the worker and the platform of any task, and the worker of any stream that runs; any day of 90. */
export interface Reader {
  readonly worker: string;
  readonly platform: string;
  readonly streaming: string;
  readonly day: string;
  /** Transactions that a plain view of the worker or of the platform has to sum. */
  readonly transactions: Readonly<Record<'worker' | 'platform', number>>;
}

export async function loadMarket(
  client: pg.Client,
  size: MarketSize,
  say: (text: string) => void,
): Promise<void> {
  const started = Date.now();
  const numbers: Readonly<Record<string, number>> = {
    $WORKERS: size.workers,
    $PLATFORMS: size.platforms,
    $TASKS: size.tasks,
    $WORKER_SKEW: SKEW.workers,
    $PLATFORM_SKEW: SKEW.platforms,
  };
  const dataset = await support('gigs-dataset.sql');
  await client.query(dataset.replace(/\$[A-Z_]+/g, (name) => String(numbers[name])));
  say(`Loaded in ${seconds(started)} s.`);
  const rebuilding = Date.now();
  await client.query('select gigs.rebuild_statistics()');
  say(`Statistics made in ${seconds(rebuilding)} s.`);
  await client.query('vacuum analyze');
  await client.query(await support('gigs-plain-views.sql'));
}

/** The same ones in every run: tasks far apart, each of whom its hash gave the worker and the platform. */
export async function drawReaders(
  client: pg.Client,
  size: { readonly readers: number; readonly tasks: number },
): Promise<Reader[]> {
  const { rows } = await client.query<{
    worker: string;
    platform: string;
    of_worker: string;
    of_platform: string;
  }>(
    `select t.worker_id as worker, t.platform_id as platform, w.transactions as of_worker, p.transactions as of_platform
    from generate_series(1, $1::integer) as n
    join gigs.tasks t on t.id = 'tsk_' || 1 + (n::bigint * 7919) % $2::integer
    join (select worker_id, count(*) as transactions from gigs.transactions group by 1) as w using (worker_id)
    join (select platform_id, count(*) as transactions from gigs.transactions group by 1) as p using (platform_id)
    order by n`,
    [size.readers, size.tasks],
  );
  const streaming = await client.query<{ worker: string }>(
    `select worker_id as worker from gigs.active_streams_view order by hashtext(stream_id)`,
  );
  return rows.map((row, index) => ({
    worker: row.worker,
    platform: row.platform,
    streaming: at(streaming.rows, index).worker,
    day: new Date(Date.now() - (index % 90) * 86_400_000).toISOString().slice(0, 10),
    transactions: { worker: Number(row.of_worker), platform: Number(row.of_platform) },
  }));
}

export async function openDeltas(client: pg.Client, readers: readonly Reader[]): Promise<void> {
  for (let index = 0; index < OPEN_STATEMENTS; index += 1) {
    const { worker, platform } = at(readers, index);
    await client.query({
      name: 'open-task',
      text: `insert into gigs.tasks (platform_id, worker_id, amount, status, started_at, completed_at)
        values ($1, $2, 12.5, 'completed', clock_timestamp(), clock_timestamp() + interval '1 hour')`,
      values: [platform, worker],
    });
    await client.query({
      name: 'open-payout',
      text: `insert into gigs.transactions (platform_id, worker_id, tx_type, amount, fee, status, processed_at)
        values ($1, $2, 'payout', 12.5, 0.25, 'completed', clock_timestamp())`,
      values: [platform, worker],
    });
  }
}

/** What the data look like, and how much there is to sum for who reads. */
export async function shapeOf(
  client: pg.Client,
  readers: readonly Reader[],
): Promise<Record<string, unknown>> {
  const shape: Record<string, unknown> = {};
  for (const key of ['worker', 'platform'] as const) {
    const { rows } = await client.query(
      `select max(tasks)::integer as busiest,
        round(sum(tasks) filter (where place <= greatest(1, many / 100)) / sum(tasks), 3)::float8 as of_top_1_percent,
        round(sum(tasks) filter (where place <= many / 10) / sum(tasks), 3)::float8 as of_top_10_percent
      from (
        select count(*) as tasks, row_number() over (order by count(*) desc) as place, count(*) over () as many
        from gigs.tasks where ${key}_id is not null group by ${key}_id
      ) as t`,
    );
    const sizes = Float64Array.from(readers.map(({ transactions }) => transactions[key])).sort();
    shape[key] = {
      skew: SKEW[`${key}s`],
      tasksOfTheBusiest: rows[0].busiest,
      shareOfTop1Percent: rows[0].of_top_1_percent,
      shareOfTop10Percent: rows[0].of_top_10_percent,
      transactionsOfReaders: {
        p50: quantile(sizes, 0.5),
        p90: quantile(sizes, 0.9),
        p99: quantile(sizes, 0.99),
      },
    };
  }
  const { rows } = await client.query(
    `select (select count(*) from gigs.tasks)::integer as tasks,
      (select count(*) from gigs.transactions)::integer as transactions,
      (select count(*) from gigs.active_streams_view)::integer as live_streams`,
  );
  return { ...rows[0], ...shape };
}

export function at<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('Nobody reads: there are no tasks.');
  return value;
}

function support(file: string): Promise<string> {
  return readFile(join(process.env.GUILDHALL_BENCH_FOLDER ?? 'bench', 'support', file), 'utf8');
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(1);
}
