/** The benchmark of the five views of `gigs`, beside plain GROUP BY views of the same columns over the same rows. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openGuildhall } from '../src/guildhall.ts';
import { query } from './support/ledger-contract.ts';
import { quantile } from './support/measure.ts';
import { machineFacts, type ResultRow } from './support/report.ts';
import { SERVER_SETTINGS, startServer } from './support/server.ts';

/** What was promised: one worker, platform or day within so many ms at the 99th percentile, so many times faster. */
const P99_AIM_MS = 10;
const FASTER_AIM = 100;
/** Statements that post and pay after the statistics were made, so that deltas are open while it measures. */
const OPEN_STATEMENTS = 500;

const HELP = `npm run bench -- gigs-views [options]
  --quick          20,000 tasks and 100,000 transactions: does it work, roughly how fast
  --data <folder>  where the server's temporary folder is made, instead of the system's
  --out <file>     where the result is written; a quick run writes only with this option
`;

type Key = 'worker' | 'platform' | 'day';

interface View {
  readonly name: string;
  readonly column: string;
  readonly key: Key;
  /** Columns that both have and that must be equal; all when there are none. */
  readonly compared?: string;
  readonly fasterAim: number | null;
}

const VIEWS: readonly View[] = [
  { name: 'worker_earnings_view', column: 'worker_id', key: 'worker', fasterAim: FASTER_AIM },
  { name: 'platform_performance_view', column: 'platform_id', key: 'platform', fasterAim: FASTER_AIM },
  { name: 'daily_transaction_summary', column: 'transaction_date', key: 'day', fasterAim: FASTER_AIM },
  {
    name: 'worker_risk_assessment',
    column: 'worker_id',
    key: 'worker',
    compared: `worker_id, account_age_days, completed_tasks, late_tasks, disputes, ended_tasks, tasks_30d, completed_30d,
      earnings_30d, weekly_deviation, loans, loans_due, loans_on_time, open_loan_id, risk_score`,
    fasterAim: FASTER_AIM,
  },
  // There is nothing to sum up in streams: the plain view is the same joins.
  {
    name: 'active_streams_view',
    column: 'worker_id',
    key: 'worker',
    compared: 'stream_id, status, worker_name, platform_name, released_amount, next_release_at',
    fasterAim: null,
  },
];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const SIZE = options.quick
  ? { workers: 1_000, platforms: 20, tasks: 20_000, transactions: 100_000, reads: 200, forMs: 1_500 }
  : {
      workers: 10_000,
      platforms: 100,
      tasks: 1_000_000,
      transactions: 5_000_000,
      reads: 2_000,
      forMs: 20_000,
    };

interface Measured {
  readonly view: string;
  readonly side: 'guildhall' | 'plain';
  readonly what: 'one' | 'all';
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly reads: number;
}

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const began = Date.now();
  const server = await startServer(options.data);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(1)));
  }
  try {
    await query(server, 'postgres', 'create database gigs');
    const guildhall = await openGuildhall({ url: server.url('gigs'), tasks: false });
    await guildhall.migrate();
    await guildhall.close();
    const client = new pg.Client({ connectionString: server.url('gigs') });
    await client.connect();
    try {
      await load(client);
      const sound = await sameAnswers(client);
      const measured: Measured[] = [];
      for (const view of VIEWS) measured.push(...(await measureView(client, view)));
      const rows = resultRows(measured);
      for (const row of rows) {
        say(
          `${row.id}: ${row.ours} ${row.unit}, ${row.rivalName} ${row.rival}, ratio ${row.ratio}${row.aim === null ? '' : `, aim ${row.aim}: ${row.met ? 'met' : 'MISSED'}`}`,
        );
      }
      await write(rows, measured, began);
      return sound ? 0 : 1;
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
  }
}

async function load(client: pg.Client): Promise<void> {
  const started = Date.now();
  const numbers: Readonly<Record<string, number>> = {
    $WORKERS: SIZE.workers,
    $PLATFORMS: SIZE.platforms,
    $TASKS: SIZE.tasks,
    $TRANSACTIONS: SIZE.transactions,
  };
  const dataset = await support('gigs-dataset.sql');
  await client.query(dataset.replace(/\$[A-Z]+/g, (name) => String(numbers[name])));
  say(`Loaded in ${seconds(started)} s.`);
  const rebuilding = Date.now();
  await client.query('select gigs.rebuild_statistics()');
  say(`Statistics made in ${seconds(rebuilding)} s.`);
  await client.query('vacuum analyze');
  await client.query(await support('gigs-plain-views.sql'));
  for (let index = 1; index <= OPEN_STATEMENTS; index += 1) {
    const [worker, platform] = [`wrk_${1 + (index % SIZE.workers)}`, `plt_${1 + (index % SIZE.platforms)}`];
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

/** Before anything is timed both sides answer some reads, and the answers must be equal. */
async function sameAnswers(client: pg.Client): Promise<boolean> {
  let sound = true;
  for (const view of VIEWS) {
    const columns = view.compared ?? '*';
    const ids = [1, 2, 3, 4, 5].map((n) => idOf(view.key, n * 7));
    for (const id of ids) {
      const answers: string[] = [];
      for (const schema of ['gigs', 'plain']) {
        const { rows } = await client.query(
          `select to_jsonb(v)::text as row from (select ${columns} from ${schema}.${view.name} where ${view.column} = $1) as v order by 1`,
          [id],
        );
        answers.push(JSON.stringify(rows.map(({ row }) => row)).replace(/(\.\d*?)0+(?=[,}\]])/g, '$1'));
      }
      if (answers[0] !== answers[1]) {
        sound = false;
        say(`DIFFERENT: ${view.name} of ${id}\n  ${answers[0]}\n  ${answers[1]}`);
      }
    }
  }
  return sound;
}

async function measureView(client: pg.Client, view: View): Promise<Measured[]> {
  const sides = [
    ['guildhall', 'gigs'],
    ['plain', 'plain'],
  ] as const;
  const times = new Map<string, number[]>(sides.map(([side]) => [side, []]));
  const spent = new Map<string, number>();
  // In turns, so that both meet the same machine; one that is slow stops early.
  for (let read = 0; read < SIZE.reads + 10; read += 1) {
    for (const [side, schema] of sides) {
      if ((spent.get(side) ?? 0) > SIZE.forMs && read > 15) continue;
      const began = performance.now();
      await client.query({
        name: `${schema}.${view.name}`,
        text: `select * from ${schema}.${view.name} where ${view.column} = $1`,
        values: [idOf(view.key)],
      });
      const ms = performance.now() - began;
      spent.set(side, (spent.get(side) ?? 0) + ms);
      // The first ten are planned anew each time.
      if (read >= 10) times.get(side)?.push(ms);
    }
  }
  const measured = sides.map(([side]) => measurement(view.name, side, 'one', times.get(side) ?? []));
  for (const [side, schema] of sides) {
    const all: number[] = [];
    for (let read = 0; read < 3; read += 1) {
      const began = performance.now();
      await client.query(`select count(v) from (select * from ${schema}.${view.name} offset 0) as v`);
      all.push(performance.now() - began);
    }
    measured.push(measurement(view.name, side, 'all', all));
  }
  return measured;
}

function measurement(
  view: string,
  side: Measured['side'],
  what: Measured['what'],
  times: number[],
): Measured {
  const sorted = Float64Array.from(times).sort();
  return {
    view,
    side,
    what,
    p50Ms: round(quantile(sorted, 0.5)),
    p99Ms: round(quantile(sorted, 0.99)),
    reads: times.length,
  };
}

/** Ratios are how many times faster, so that more is better. */
function resultRows(measured: readonly Measured[]): ResultRow[] {
  return VIEWS.flatMap(({ name, fasterAim }) => {
    const of = (side: Measured['side'], what: Measured['what']) =>
      measured.find((one) => one.view === name && one.side === side && one.what === what);
    const one = [of('guildhall', 'one'), of('plain', 'one')] as const;
    const all = [of('guildhall', 'all'), of('plain', 'all')] as const;
    return [
      row(`${name}.one.p99`, one[0]?.p99Ms, P99_AIM_MS, { rivalName: 'the aim', aim: 1 }),
      row(`${name}.one.p50`, one[0]?.p50Ms, one[1]?.p50Ms, { rivalName: 'plain view', aim: fasterAim }),
      row(`${name}.all.p50`, all[0]?.p50Ms, all[1]?.p50Ms, { rivalName: 'plain view', aim: null }),
    ];
  });
}

function row(
  id: string,
  ours = Number.NaN,
  rival = Number.NaN,
  about: { readonly rivalName: string; readonly aim: number | null },
): ResultRow {
  const ratio = round(rival / ours);
  return {
    id,
    ours,
    rival,
    ratio,
    aim: about.aim,
    met: about.aim === null ? null : ratio >= about.aim,
    unit: 'ms',
    rivalName: about.rivalName,
  };
}

async function write(
  rows: readonly ResultRow[],
  measured: readonly Measured[],
  began: number,
): Promise<void> {
  const target = options.out ?? (options.quick ? undefined : 'docs/benchmarks/gigs-views.json');
  if (target === undefined) return;
  const document = {
    benchmark: 'gigs-views',
    date: new Date().toISOString().slice(0, 10),
    seconds: Number(seconds(began)),
    quick: options.quick,
    machine: machineFacts(),
    node: process.version,
    postgres: SERVER_SETTINGS,
    size: SIZE,
    openStatements: OPEN_STATEMENTS,
    rows,
    measurements: measured,
  };
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
  say(`Written to ${target}.`);
}

function idOf(key: Key, number = Math.floor(Math.random() * 1_000_000)): string {
  if (key === 'worker') return `wrk_${1 + (number % SIZE.workers)}`;
  if (key === 'platform') return `plt_${1 + (number % SIZE.platforms)}`;
  return new Date(Date.now() - (number % 90) * 86_400_000).toISOString().slice(0, 10);
}

function support(file: string): Promise<string> {
  return readFile(join(process.env.GUILDHALL_BENCH_FOLDER ?? 'bench', 'support', file), 'utf8');
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(1);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
