/** The benchmark of the queue: Guildhall, pg-boss and graphile-worker, in turns, on one server. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import type { Program } from './support/fleet.ts';
import { quantile } from './support/measure.ts';
import type { QueueRequest, Rate } from './support/queue-contract.ts';
import { machineFacts, OURS, type ResultRow } from './support/report.ts';
import { type BenchServer, SERVER_SETTINGS, startServer } from './support/server.ts';

interface Pace {
  readonly rounds: number;
  readonly jobs: number;
  readonly warmUpMs: number;
  readonly forMs: number;
  readonly backlog: number;
  readonly snapshotMs: number;
}

const FULL: Pace = {
  rounds: 5,
  jobs: 100_000,
  warmUpMs: 2_000,
  forMs: 10_000,
  backlog: 10_000,
  snapshotMs: 60_000,
};
const QUICK: Pace = {
  rounds: 2,
  jobs: 20_000,
  warmUpMs: 500,
  forMs: 2_000,
  backlog: 10_000,
  snapshotMs: 10_000,
};
/** Part of its rate that a queue may lose while somebody holds a snapshot. */
const SNAPSHOT_AIM = 0.8;
/** Parts of the minute that are measured, first to last. */
const SNAPSHOT_PARTS = 6;

const HELP = `npm run bench -- queue [options]
  --quick              fewer jobs and short slices: does it work, roughly how fast
  --contenders <names> comma-separated, instead of all
  --no-snapshot        leave out the minute with a snapshot held open
  --data <folder>      where the server's temporary folder is made, instead of the system's
  --out <file>         where the result is written; a quick or partial run writes only with this option
`;

interface Measurement {
  readonly shape: string;
  readonly contender: string;
  readonly perSecond: number;
  readonly lowest: number;
  readonly highest: number;
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    contenders: { type: 'string' },
    'no-snapshot': { type: 'boolean', default: false },
    data: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const pace = options.quick ? QUICK : FULL;
  const programs = await readPrograms();
  const began = Date.now();
  const server = await startServer(options.data);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(1)));
  }
  const queues: Queue[] = [];
  const failures: string[] = [];
  const guarded = async <T>(
    queue: Queue | Program,
    what: string,
    body: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await body();
    } catch (error) {
      const message = `${queue.name}, ${what}: ${error instanceof Error ? error.message : String(error)}`;
      failures.push(message);
      say(`FAILED: ${message}`);
      return undefined;
    }
  };
  try {
    for (const program of programs) {
      await guarded(program, 'the start', async () => {
        if (program.problem !== undefined) throw new Error(program.problem);
        const database = `queue_${program.name.replaceAll('-', '_')}`;
        await runOn(server, 'postgres', `create database ${database}`);
        queues.push(await Queue.start(program, server.url(database)));
      });
    }
    say(queues.map((queue) => `${queue.name} ${queue.version}: ${queue.settings}`).join('\n'));
    const measurements = [
      ...(await inTurns('burn-down', queues, pace, guarded, (queue) =>
        queue.rate({ kind: 'burn-down', jobs: pace.jobs }),
      )),
      ...(await inTurns('steady', queues, pace, guarded, (queue) =>
        queue.rate({ kind: 'steady', ...pace, parts: 1 }),
      )),
    ];
    const rows = rowsOf(measurements);
    const ours = queues.find((queue) => queue.name === OURS);
    let minutes: Minutes | undefined;
    if (ours !== undefined && !options['no-snapshot']) {
      minutes = await guarded(ours, 'the snapshot', () => underSnapshot(server, ours, pace));
      if (minutes !== undefined) rows.push(snapshotRow(minutes));
    }
    for (const row of rows) {
      const aim = row.aim === null ? '' : `  aim >= ${row.aim}x ${row.met ? 'met' : 'MISSED'}`;
      say(
        `${row.id.padEnd(28)} ${thousands(row.ours)} against ${thousands(row.rival)}: ${row.ratio.toFixed(2)}x${aim}`,
      );
    }
    await report({
      server,
      queues,
      measurements,
      rows,
      minutes,
      failures,
      pace,
      seconds: (Date.now() - began) / 1_000,
    });
  } finally {
    await Promise.all(queues.map((queue) => queue.end()));
    await server.stop();
  }
  return failures.length === 0 ? 0 : 1;
}

/** Each contender once a round, the order moving on; the first round only warms up. */
async function inTurns(
  shape: string,
  queues: readonly Queue[],
  pace: Pace,
  guarded: <T>(queue: Queue, what: string, body: () => Promise<T>) => Promise<T | undefined>,
  once: (queue: Queue) => Promise<number>,
): Promise<Measurement[]> {
  const rates = new Map<Queue, number[]>(queues.map((queue) => [queue, []]));
  for (let round = 0; round <= pace.rounds; round += 1) {
    const order = [...queues.slice(round % queues.length), ...queues.slice(0, round % queues.length)];
    for (const queue of order) {
      const rate = await guarded(queue, shape, () => once(queue));
      if (round > 0 && rate !== undefined) rates.get(queue)?.push(rate);
    }
  }
  const measured = [...rates].map(([queue, taken]) => {
    const sorted = Float64Array.from(taken).sort();
    return {
      shape,
      contender: queue.name,
      perSecond: quantile(sorted, 0.5),
      lowest: quantile(sorted, 0),
      highest: quantile(sorted, 1),
    };
  });
  for (const one of measured) {
    const spread = `${thousands(one.lowest)} - ${thousands(one.highest)}`;
    say(`${shape.padEnd(10)} ${one.contender.padEnd(16)} ${thousands(one.perSecond)} jobs/s (${spread})`);
  }
  return measured;
}

/** Rates over a minute, part by part: as usual, and while another session holds a snapshot. */
interface Minutes {
  readonly usual: readonly number[];
  readonly held: readonly number[];
}

/** Steady work, first as usual, then while another session keeps the view of the database it had at the beginning. */
async function underSnapshot(server: BenchServer, queue: Queue, pace: Pace): Promise<Minutes> {
  const minute = async (name: string): Promise<number[]> => {
    const forMs = pace.snapshotMs / SNAPSHOT_PARTS;
    const parts = await queue.rates({ kind: 'steady', ...pace, forMs, parts: SNAPSHOT_PARTS });
    say(`${name.padEnd(10)} ${queue.name.padEnd(16)} ${parts.map(thousands).join(', ')} jobs/s`);
    return parts;
  };
  const usual = await minute('usual');
  const holder = new Client({ connectionString: server.url(`queue_${OURS}`) });
  await holder.connect();
  try {
    await holder.query('begin isolation level repeatable read');
    await holder.query('select count(*) from pg_class');
    return { usual, held: await minute('snapshot') };
  } finally {
    await holder.end();
  }
}

/** The second half of the minute counts, when much lies dead already. */
function snapshotRow({ usual, held }: Minutes): ResultRow {
  const middle = (parts: readonly number[]): number => quantile(Float64Array.from(parts).sort(), 0.5);
  const [before, under] = [middle(usual), middle(held.slice(SNAPSHOT_PARTS / 2))];
  return {
    id: 'steady.snapshot-held',
    ours: rounded(under),
    rival: rounded(before),
    ratio: rounded(under / before),
    aim: SNAPSHOT_AIM,
    met: under / before >= SNAPSHOT_AIM,
    unit: 'jobs/s',
    rivalName: 'itself without a snapshot held',
  };
}

function rowsOf(measurements: readonly Measurement[]): ResultRow[] {
  return measurements
    .filter(({ contender }) => contender !== OURS)
    .flatMap((rival) => {
      const ours = measurements.find((one) => one.contender === OURS && one.shape === rival.shape);
      if (ours === undefined) return [];
      const ratio = ours.perSecond / rival.perSecond;
      return {
        id: `${rival.shape}.${rival.contender}`,
        ours: rounded(ours.perSecond),
        rival: rounded(rival.perSecond),
        ratio: rounded(ratio),
        aim: 1,
        met: ratio >= 1,
        unit: 'jobs/s',
        rivalName: rival.contender,
      };
    });
}

async function report(facts: {
  readonly server: BenchServer;
  readonly queues: readonly Queue[];
  readonly measurements: readonly Measurement[];
  readonly rows: readonly ResultRow[];
  readonly minutes: Minutes | undefined;
  readonly failures: readonly string[];
  readonly pace: Pace;
  readonly seconds: number;
}): Promise<void> {
  const partial = options.quick || options.contenders !== undefined || options['no-snapshot'];
  const target =
    options.out ?? (partial || facts.failures.length > 0 ? undefined : 'docs/benchmarks/queue.json');
  if (target === undefined) return;
  const [version] = await runOn(facts.server, 'postgres', 'show server_version');
  const document = {
    benchmark: 'queue',
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round(facts.seconds),
    quick: options.quick,
    machine: machineFacts(),
    node: process.version,
    postgres: { version: version?.server_version, settings: SERVER_SETTINGS },
    versions: Object.fromEntries(facts.queues.map((queue) => [queue.name, queue.version])),
    settings: Object.fromEntries(facts.queues.map((queue) => [queue.name, queue.settings])),
    pace: facts.pace,
    rows: facts.rows,
    measurements: facts.measurements.map((one) => ({
      ...one,
      perSecond: rounded(one.perSecond),
      lowest: rounded(one.lowest),
      highest: rounded(one.highest),
    })),
    snapshot: {
      usual: facts.minutes?.usual.map(rounded) ?? [],
      held: facts.minutes?.held.map(rounded) ?? [],
    },
    failures: facts.failures,
  };
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
  say(`Wrote ${target}.`);
}

/** A contender's process, asked one thing at a time. */
class Queue {
  readonly name: string;
  version = '';
  settings = '';
  readonly #child: ChildProcess;

  private constructor(program: Program) {
    this.name = program.name;
    this.#child = fork(program.worker, [], {
      execArgv: ['--expose-gc', ...program.nodeFlags],
      env: { ...process.env, NODE_ENV: 'production', TZ: 'UTC' },
    });
  }

  static async start(program: Program, url: string): Promise<Queue> {
    const queue = new Queue(program);
    Object.assign(queue, await queue.#ask({ kind: 'load', path: program.contender }));
    await queue.#ask({ kind: 'open', url });
    return queue;
  }

  /** Jobs a second. */
  async rate(request: QueueRequest): Promise<number> {
    return (await this.rates(request))[0] ?? 0;
  }

  /** Jobs a second in each part. */
  async rates(request: QueueRequest): Promise<number[]> {
    const parts = (await this.#ask(request)) as Rate[];
    return parts.map(({ jobs, elapsedMs }) => (jobs * 1_000) / elapsedMs);
  }

  #ask(request: QueueRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`Its process ended with code ${code}.`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer: { value?: unknown; error?: string }) => {
        this.#child.off('exit', onExit);
        if (answer.error === undefined) resolve(answer.value);
        else reject(new Error(answer.error));
      });
      this.#child.send(request, (error) => error !== null && reject(error));
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    await this.#ask({ kind: 'close' }).catch(() => undefined);
    this.#child.kill();
    await ended;
  }
}

async function readPrograms(): Promise<(Program & { readonly problem?: string })[]> {
  const path = process.env.GUILDHALL_BENCH_PROGRAMS;
  if (path === undefined) throw new Error('Start the benchmark with `node bench/run.mjs queue`.');
  const all: (Program & { readonly problem?: string })[] = JSON.parse(await readFile(path, 'utf8'));
  const wanted = options.contenders?.split(',');
  for (const name of wanted ?? []) {
    if (!all.some((program) => program.name === name)) throw new Error(`There is no contender "${name}".`);
  }
  return all.filter((program) => wanted?.includes(program.name) ?? true);
}

async function runOn(server: BenchServer, database: string, text: string): Promise<Record<string, string>[]> {
  const client = new Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// At the end, because the class above is not there before.
if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();
