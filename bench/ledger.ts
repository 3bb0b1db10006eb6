/** The benchmark of the ledger: gathered, single and batched, beside what people write by hand, on one server. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openGuildhall } from '../src/guildhall.ts';
import { type Database, Ledger, type NewTransfer, openDatabase } from '../src/kernel/index.ts';
import { openHandWritten } from './contenders/ledger-hand-written.ts';
import {
  AMOUNT,
  BATCH,
  CALLERS,
  type Contender,
  type Layout,
  pair,
  query,
} from './support/ledger-contract.ts';
import { quantile } from './support/measure.ts';
import { machineFacts, type ResultRow } from './support/report.ts';
import { type BenchServer, SERVER_SETTINGS, startServer } from './support/server.ts';

const SLOTS = 16;
const GATHERED_AIM = 12_000;
const HOT_AIM = 0.7;
const BYTES_AIM = 300;

const HELP = `npm run bench -- ledger [options]
  --quick          short slices: does it work, roughly how fast
  --data <folder>  where the server's temporary folder is made, instead of the system's
  --out <file>     where the result is written; a quick run writes only with this option
`;

const LAYOUTS: readonly Layout[] = [
  { name: '10000', accounts: 10_000, hot: false },
  { name: '50', accounts: 50, hot: false },
  { name: 'hot', accounts: 10_000, hot: true },
];

interface Measured {
  readonly contender: string;
  readonly shape: string;
  readonly layout: string;
  readonly perSecond: number;
  readonly lowest: number;
  readonly highest: number;
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const pace = options.quick
    ? { rounds: 2, sliceMs: 700, warmUpMs: 500 }
    : { rounds: 5, sliceMs: 2_500, warmUpMs: 2_000 };
  const began = Date.now();
  const server = await startServer(options.data);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(1)));
  }
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const ours = await openOurs(server, closers);
    const contenders = [...ours.contenders, ...(await openHandWritten(server, closers))];
    const measured: Measured[] = [];
    for (const layout of LAYOUTS) {
      measured.push(...(await measureLayout(contenders, layout, pace)));
      say(formatLayout(layout, measured));
    }
    const tpcb = await measureTpcb(server, pace.sliceMs);
    const facts = await ours.prove();
    const rows = resultRows(measured, facts.bytes, tpcb);
    for (const row of rows.filter(({ aim }) => aim !== null)) {
      say(
        `${row.id}: ${row.ours} ${row.unit}, ${row.ratio} of ${row.rivalName}, aim ${row.aim}: ${row.met ? 'met' : 'MISSED'}`,
      );
    }
    const target = options.out ?? (options.quick ? undefined : 'docs/benchmarks/ledger.json');
    if (target !== undefined) {
      const document = {
        benchmark: 'ledger',
        date: new Date().toISOString().slice(0, 10),
        seconds: Math.round((Date.now() - began) / 1_000),
        quick: options.quick,
        machine: machineFacts(),
        node: process.version,
        postgres: SERVER_SETTINGS,
        pace: { ...pace, callers: CALLERS, batch: BATCH, slots: SLOTS },
        transfers: facts.transfers,
        rows,
        measurements: measured,
      };
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
      say(`Written to ${target}.`);
    }
    return facts.sound ? 0 : 1;
  } finally {
    await Promise.all(closers.map((close) => close()));
    await server.stop();
  }
}

interface Ours {
  readonly contenders: readonly Contender[];
  /** After the run: the ledger adds up, and what a transfer takes on disk. */
  prove(): Promise<{ readonly sound: boolean; readonly bytes: number; readonly transfers: number }>;
}

async function openOurs(server: BenchServer, closers: (() => Promise<unknown>)[]): Promise<Ours> {
  await query(server, 'postgres', 'create database ours');
  const guildhall = await openGuildhall({
    url: server.url('ours'),
    tasks: false,
    instances: [{ system: 'agents' }],
  });
  closers.push(() => guildhall.close());
  await guildhall.migrate();
  const { scope } = guildhall.agents;
  const ledger = new Ledger(scope);
  await ledger.defineAssets([{ code: 'USDC', decimals: 6 }]);
  await ledger.openAccounts(
    Array.from({ length: 10_000 }, (_, index) => ({
      code: accountOf(index),
      asset: 'USDC',
      normalSide: 'credit' as const,
    })),
  );
  await ledger.openAccounts([
    { code: 'hot', asset: 'USDC', normalSide: 'credit', minBalance: '0', slots: SLOTS },
  ]);
  // What it pays out during the run; a limit that is checked, and never reached.
  await ledger.transfer({ key: 'fund', debit: accountOf(0), credit: 'hot', amount: '1000000000' });
  await guildhall.database.query('vacuum analyze');
  // A process each, as far as sharing goes: what stands in one pool is gathered there.
  const apart: Database[] = [];
  for (let caller = 0; caller < CALLERS; caller += 1) {
    const url = new URL(server.url('ours'));
    url.searchParams.set('pool_max', '1');
    const database = await openDatabase(url.toString());
    apart.push(database);
    closers.push(() => database.close());
  }
  const ledgers = apart.map((database) => new Ledger(scope.on(database)));
  let count = 0;
  const transfer = (layout: Layout): NewTransfer => {
    const [from, to] = pair(layout);
    count += 1;
    return {
      key: `bench-${count}`,
      debit: layout.hot ? 'hot' : accountOf(from),
      credit: accountOf(to),
      amount: AMOUNT,
    };
  };
  return {
    contenders: [
      {
        name: 'guildhall',
        shape: 'single',
        async post(layout, caller) {
          await ledgers[caller]?.transfer(transfer(layout));
          return 1;
        },
      },
      {
        name: 'guildhall',
        shape: 'batched',
        async post(layout) {
          const results = await ledger.post(Array.from({ length: BATCH }, () => transfer(layout)));
          if (results.some(({ ok }) => !ok))
            throw new Error('The ledger refused a transfer of the benchmark.');
          return BATCH;
        },
      },
      {
        name: 'guildhall',
        shape: 'gathered',
        async post(layout) {
          await ledger.transfer(transfer(layout));
          return 1;
        },
      },
    ],
    async prove() {
      const verification = await guildhall.database.query<{ broken: bigint }>(
        `select (select count(*) from agents.invariant_ledger_balances_equal_journal)
          + (select count(*) from agents.invariant_ledger_in_balance)
          + (select count(*) from agents.invariant_ledger_within_limits) as broken`,
      );
      const rows = await guildhall.database.query<{ count: bigint; bytes: bigint }>(
        `select count(*) as count, pg_total_relation_size('agents.ledger_transfers') as bytes from agents.ledger_transfers`,
      );
      const { count: transfers, bytes } = rows.rows[0] ?? { count: 0n, bytes: 0n };
      const sound = verification.rows[0]?.broken === 0n && Number(transfers) === count + 1;
      if (!sound) say(`BROKEN: ${transfers} transfers of ${count + 1}, or balances differ from the journal.`);
      return { sound, bytes: Number(bytes) / Number(transfers), transfers: Number(transfers) };
    },
  };
}

async function measureLayout(
  contenders: readonly Contender[],
  layout: Layout,
  pace: { readonly rounds: number; readonly sliceMs: number; readonly warmUpMs: number },
): Promise<Measured[]> {
  const rates = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= pace.rounds; round += 1) {
    // The order moves on by one, so that nobody always comes after the same other.
    const turn = [
      ...contenders.slice(round % contenders.length),
      ...contenders.slice(0, round % contenders.length),
    ];
    for (const contender of turn) {
      const rate = await slice(contender, layout, round === 0 ? pace.warmUpMs : pace.sliceMs);
      if (round > 0) rates.get(contender)?.push(rate);
    }
  }
  return [...rates].map(([contender, all]) => {
    const sorted = Float64Array.from(all).sort();
    const [perSecond, lowest, highest] = [0.5, 0, 1].map((q) => Math.round(quantile(sorted, q)));
    return {
      contender: contender.name,
      shape: contender.shape,
      layout: layout.name,
      perSecond: perSecond ?? 0,
      lowest: lowest ?? 0,
      highest: highest ?? 0,
    };
  });
}

/** Transfers per second: counted when acknowledged, over the time until the last caller is done. */
async function slice(contender: Contender, layout: Layout, forMs: number): Promise<number> {
  const started = performance.now();
  const end = started + forMs;
  const counts = await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      let posted = 0;
      while (performance.now() < end) posted += await contender.post(layout, caller);
      return posted;
    }),
  );
  return (counts.reduce((sum, posted) => sum + posted, 0) * 1_000) / (performance.now() - started);
}

/** pgbench's TPC-B with as many clients, where a pgbench is installed: the yardstick of the machine. */
async function measureTpcb(server: BenchServer, sliceMs: number): Promise<number | null> {
  const pgbench = findPgbench();
  if (pgbench === undefined) return null;
  await query(server, 'postgres', 'create database tpcb');
  const url = server.url('tpcb');
  const initialised = spawnSync(pgbench, ['-i', '-q', '-s', '50', url], { encoding: 'utf8' });
  if (initialised.status !== 0) return null;
  const seconds = String(Math.max(2, Math.round((sliceMs * 4) / 1_000)));
  const output = await new Promise<string>((resolve) => {
    const child = spawn(pgbench, [
      '-n',
      '-M',
      'prepared',
      '-c',
      String(CALLERS),
      '-j',
      '2',
      '-T',
      seconds,
      url,
    ]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('close', () => resolve(text));
  });
  const tps = /tps = ([\d.]+)/.exec(output)?.[1];
  return tps === undefined ? null : Math.round(Number(tps));
}

function findPgbench(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':');
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) folders.push(...readdirSync(debian).map((version) => join(debian, version, 'bin')));
  return folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path));
}

function resultRows(measured: readonly Measured[], bytes: number, tpcb: number | null): ResultRow[] {
  const ours = measured.filter(({ contender }) => contender === 'guildhall');
  const unit = 'transfers/s';
  const rows: ResultRow[] = [];
  const add = (
    id: string,
    mine: number,
    rival: number,
    about: { rivalName: string; aim: number | null; unit?: string },
  ) => {
    const ratio = Number((mine / rival).toPrecision(4));
    const { aim, rivalName } = about;
    rows.push({
      id,
      ours: Math.round(mine),
      rival: Math.round(rival),
      ratio,
      aim,
      met: aim === null ? null : ratio >= aim,
      unit: about.unit ?? unit,
      rivalName,
    });
  };
  for (const mine of ours) {
    for (const rival of measured.filter(
      ({ contender, layout }) => contender !== 'guildhall' && layout === mine.layout,
    )) {
      const comparable = rival.shape === mine.shape || mine.shape === 'gathered';
      if (comparable) {
        add(
          `${mine.shape}.${mine.layout}.${rival.contender}-${rival.shape}`,
          mine.perSecond,
          rival.perSecond,
          {
            rivalName: `${rival.contender}, ${rival.shape}`,
            aim: null,
          },
        );
      }
    }
    if (tpcb !== null) {
      add(`${mine.shape}.${mine.layout}.tpcb`, mine.perSecond, tpcb, {
        rivalName: 'pgbench TPC-B',
        aim: null,
      });
    }
  }
  const rate = (shape: string, layout: string): number =>
    ours.find((one) => one.shape === shape && one.layout === layout)?.perSecond ?? 0;
  add('gathered.10000.aim', rate('gathered', '10000'), GATHERED_AIM, { rivalName: 'the aim', aim: 1 });
  for (const shape of ['single', 'batched', 'gathered']) {
    add(`${shape}.hot.uncontended`, rate(shape, 'hot'), rate(shape, '10000'), {
      rivalName: 'guildhall, 10,000 accounts',
      aim: HOT_AIM,
    });
  }
  // The other way round, so that a higher ratio is better here too.
  add('bytes.aim', BYTES_AIM, bytes, { rivalName: 'bytes a transfer takes', aim: 1, unit: 'bytes' });
  return rows;
}

function formatLayout(layout: Layout, measured: readonly Measured[]): string {
  const lines = measured
    .filter((one) => one.layout === layout.name)
    .map(
      ({ contender, shape, perSecond, lowest, highest }) =>
        `  ${`${contender}, ${shape}`.padEnd(22)}${perSecond.toLocaleString('en-US').padStart(9)}   (${lowest.toLocaleString('en-US')} - ${highest.toLocaleString('en-US')})`,
    );
  return `${layout.hot ? 'one account pays 10,000' : `${layout.accounts} accounts`}, ${CALLERS} callers, transfers/s\n${lines.join('\n')}\n`;
}

function accountOf(index: number): string {
  return `account-${index}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
