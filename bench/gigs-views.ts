/** The benchmark of the five views of `gigs`, beside plain GROUP BY views of the same columns over the same rows. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openGuildhall } from '../src/guildhall.ts';
import {
  at,
  drawReaders,
  loadMarket,
  OPEN_STATEMENTS,
  openDeltas,
  type Reader,
  shapeOf,
} from './support/gigs-market.ts';
import { query } from './support/ledger-contract.ts';
import { quantile } from './support/measure.ts';
import { machineFacts, type ResultRow } from './support/report.ts';
import { SERVER_SETTINGS, startServer } from './support/server.ts';

/** What was promised: one worker, platform or day within so many ms at the 99th percentile, so many times faster. */
const P99_AIM_MS = 10;
/** At a million tasks: a quick run has too little to sum. */
const FASTER_AIM = 100;
/** As in the other benchmarks a side has a slice of time, then the other: at each single read it would meet the other's caches. */
const SLICE_MS = 500;
/** A named statement is planned anew five times, and the client's code is slow until it has run for a while. */
const WARM_UP = { least: 6, most: 200, forMs: 1_000 };

/** All tables and indexes fit, as on a machine that was bought for them. */
const MEMORY = { shared_buffers: '4GB' };
/** For both sides, though only the plain views gain by it: planning for solid-state disks, and room to sort and for bitmaps. */
const SESSION = "set random_page_cost = 1.1; set work_mem = '64MB'";

const HELP = `npm run bench -- gigs-views [options]
  --quick          20,000 tasks and 100,000 transactions: does it work, roughly how fast
  --data <folder>  where the server's temporary folder is made, instead of the system's
  --out <file>     where the result is written; a quick run writes only with this option
`;

type Key = 'worker' | 'platform' | 'streaming' | 'day';

/** A view of ours and a plain one. */
interface Pair {
  readonly view: string;
  readonly column: string;
  readonly key: Key;
  readonly schema: string;
  /** What is particular about the plain one; empty for the one it is compared with as a matter of course. */
  readonly variant: string;
  /** Run before, for the plain side. */
  readonly before?: string;
  /** Columns that both have and that must be equal; all when there are none. */
  readonly compared?: string;
}

const STREAM_COLUMNS =
  'stream_id, status, worker_name, platform_name, released_amount, remaining_amount, next_release_at';
const PAIRS: readonly Pair[] = [
  { view: 'worker_earnings_view', column: 'worker_id', key: 'worker', schema: 'plain', variant: '' },
  { view: 'platform_performance_view', column: 'platform_id', key: 'platform', schema: 'plain', variant: '' },
  {
    view: 'daily_transaction_summary',
    column: 'transaction_date',
    key: 'day',
    schema: 'plain',
    variant: 'without an index by day',
  },
  {
    view: 'daily_transaction_summary',
    column: 'transaction_date',
    key: 'day',
    schema: 'plain',
    variant: '',
    before: `create index transactions_day_idx on gigs.transactions (((created_at at time zone 'UTC')::date));
      analyze gigs.transactions`,
  },
  {
    view: 'worker_risk_assessment',
    column: 'worker_id',
    key: 'worker',
    schema: 'plain',
    variant: '',
    compared: `worker_id, account_age_days, completed_tasks, late_tasks, disputes, ended_tasks, tasks_30d, completed_30d,
      earnings_30d, weekly_deviation, loans, loans_due, loans_on_time, open_loan_id, risk_score`,
  },
  {
    view: 'active_streams_view',
    column: 'worker_id',
    key: 'streaming',
    schema: 'plain_before',
    variant: 'summed before the join',
    compared: STREAM_COLUMNS,
  },
  {
    view: 'active_streams_view',
    column: 'worker_id',
    key: 'streaming',
    schema: 'plain',
    variant: '',
    compared: STREAM_COLUMNS,
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
  ? { workers: 1_000, platforms: 20, tasks: 20_000, readers: 200, rounds: 2 }
  : // A little more than a million, since releases that are yet to come are no transactions: they must be five million.
    { workers: 10_000, platforms: 100, tasks: 1_005_000, readers: 2_000, rounds: 40 };

type Side = 'guildhall' | 'plain';

interface Measured {
  readonly pair: Pair;
  readonly side: Side;
  readonly what: 'one' | 'all';
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly reads: number;
  /** By the transactions of who reads: up to the number that names it. */
  readonly bySize?: Readonly<Record<string, { readonly reads: number; readonly p50Ms: number }>>;
}

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const began = Date.now();
  const server = await startServer(options.data, MEMORY);
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
      await loadMarket(client, SIZE, say);
      await client.query(SESSION);
      const readers = await drawReaders(client, { readers: SIZE.readers, tasks: SIZE.tasks });
      await openDeltas(client, readers);
      let sound = true;
      const measured: Measured[] = [];
      for (const pair of PAIRS) {
        if (pair.before !== undefined) await client.query(pair.before);
        sound = (await sameAnswers(client, pair, readers)) && sound;
        measured.push(...(await measurePair(client, pair, readers)));
        say(`${pair.view} is measured after ${seconds(began)} s.`);
      }
      const rows = resultRows(measured);
      for (const row of rows) {
        say(
          `${row.id}: ${row.ours} ${row.unit}, ${row.rivalName} ${row.rival}, ratio ${row.ratio}${row.aim === null ? '' : `, aim ${row.aim}: ${row.met ? 'met' : 'MISSED'}`}`,
        );
      }
      await write(rows, { measured, began, shape: await shapeOf(client, readers) });
      return sound ? 0 : 1;
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
  }
}

/** Before anything is timed both sides answer some reads, and the answers must be equal. */
async function sameAnswers(client: pg.Client, pair: Pair, readers: readonly Reader[]): Promise<boolean> {
  let sound = true;
  for (const id of new Set([0, 1, 2, 3, 4].map((n) => at(readers, n)[pair.key]))) {
    const answers: string[] = [];
    for (const schema of ['gigs', pair.schema]) {
      const { rows } = await client.query(
        `select to_jsonb(v)::text as row
        from (select ${pair.compared ?? '*'} from ${schema}.${pair.view} where ${pair.column} = $1) as v order by 1`,
        [id],
      );
      answers.push(JSON.stringify(rows.map(({ row }) => row)).replace(/(\.\d*?)0+(?=[,}\]])/g, '$1'));
    }
    if (answers[0] !== answers[1]) {
      sound = false;
      say(`DIFFERENT: ${pair.view} of ${id}\n  ${answers[0]}\n  ${answers[1]}`);
    }
  }
  return sound;
}

async function measurePair(client: pg.Client, pair: Pair, readers: readonly Reader[]): Promise<Measured[]> {
  const sides = [
    { side: 'guildhall' as Side, schema: 'gigs', reads: [] as Read[] },
    { side: 'plain' as Side, schema: pair.schema, reads: [] as Read[] },
  ];
  const key = pair.key === 'worker' || pair.key === 'platform' ? pair.key : null;
  const size = (reader: Reader): number => (key === null ? 0 : reader.transactions[key]);
  const read = async (schema: string, reader: Reader): Promise<number> => {
    const began = performance.now();
    await client.query({
      name: `${schema}.${pair.view}${pair.variant}`,
      text: `select * from ${schema}.${pair.view} where ${pair.column} = $1`,
      values: [reader[pair.key]],
    });
    return performance.now() - began;
  };
  for (const { schema } of sides) {
    const began = performance.now();
    for (let index = 0; index < WARM_UP.most; index += 1) {
      if (index >= WARM_UP.least && performance.now() - began > WARM_UP.forMs) break;
      await read(schema, at(readers, index));
    }
  }
  // In turns, so that both meet the same machine; each walks through the readers at its own pace.
  for (let round = 0; round < SIZE.rounds; round += 1) {
    for (const one of sides) {
      const until = performance.now() + SLICE_MS;
      while (performance.now() < until) {
        const reader = at(readers, one.reads.length);
        one.reads.push({ ms: await read(one.schema, reader), size: size(reader) });
      }
    }
  }
  const measured = sides.map(({ side, reads }) => ({
    ...measurement(pair, side, 'one', times(reads)),
    ...(key === null ? {} : { bySize: bySize(reads) }),
  }));
  for (const { side, schema } of sides) {
    const all: number[] = [];
    for (let index = 0; index < 2; index += 1) {
      const began = performance.now();
      await client.query(`select count(v) from (select * from ${schema}.${pair.view} offset 0) as v`);
      all.push(performance.now() - began);
    }
    measured.push(measurement(pair, side, 'all', all));
  }
  return measured;
}

interface Read {
  readonly ms: number;
  readonly size: number;
}

function times(reads: readonly Read[]): number[] {
  return reads.map(({ ms }) => ms);
}

function bySize(reads: readonly Read[]): NonNullable<Measured['bySize']> {
  const bounds = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
  const groups = bounds.map((bound, index) => {
    const group = reads.filter(({ size }) => size <= bound && size > (bounds[index - 1] ?? -1));
    return [
      String(bound),
      { reads: group.length, p50Ms: round(quantile(Float64Array.from(times(group)).sort(), 0.5)) },
    ] as const;
  });
  return Object.fromEntries(groups.filter(([, { reads: count }]) => count > 0));
}

function measurement(pair: Pair, side: Side, what: Measured['what'], values: number[]): Measured {
  const sorted = Float64Array.from(values).sort();
  return {
    pair,
    side,
    what,
    p50Ms: round(quantile(sorted, 0.5)),
    p99Ms: round(quantile(sorted, 0.99)),
    reads: values.length,
  };
}

/** Ratios are how many times faster, so that more is better. What was promised is meant at the 99th percentile of both. */
function resultRows(measured: readonly Measured[]): ResultRow[] {
  return PAIRS.flatMap((pair) => {
    const of = (side: Side, what: Measured['what']) =>
      measured.find((one) => one.pair === pair && one.side === side && one.what === what);
    const one = [of('guildhall', 'one'), of('plain', 'one')] as const;
    const all = [of('guildhall', 'all'), of('plain', 'all')] as const;
    const end = pair.variant === '' ? '' : `.${pair.variant.replaceAll(' ', '-')}`;
    const rivalName = pair.variant === '' ? 'plain view' : `plain view ${pair.variant}`;
    return [
      ...(pair.variant === ''
        ? [row(`${pair.view}.one.p99`, one[0]?.p99Ms, P99_AIM_MS, { rivalName: 'the aim', aim: 1 })]
        : []),
      row(`${pair.view}.one.p99.plain${end}`, one[0]?.p99Ms, one[1]?.p99Ms, {
        rivalName,
        aim: options.quick ? null : FASTER_AIM,
      }),
      row(`${pair.view}.one.p50.plain${end}`, one[0]?.p50Ms, one[1]?.p50Ms, { rivalName, aim: null }),
      row(`${pair.view}.all.p50.plain${end}`, all[0]?.p50Ms, all[1]?.p50Ms, { rivalName, aim: null }),
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
  run: { readonly measured: readonly Measured[]; readonly began: number; readonly shape: object },
): Promise<void> {
  const target = options.out ?? (options.quick ? undefined : 'docs/benchmarks/gigs-views.json');
  if (target === undefined) return;
  const document = {
    benchmark: 'gigs-views',
    date: new Date().toISOString().slice(0, 10),
    seconds: Number(seconds(run.began)),
    quick: options.quick,
    machine: machineFacts(),
    node: process.version,
    postgres: { ...SERVER_SETTINGS, ...MEMORY, session: SESSION },
    size: SIZE,
    shape: run.shape,
    openStatements: OPEN_STATEMENTS,
    rows,
    measurements: run.measured.map(({ pair, ...figures }) => ({
      view: pair.view,
      variant: pair.variant,
      ...figures,
    })),
  };
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
  say(`Written to ${target}.`);
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
