/** The benchmark of a task's life, posted to paid: Guildhall, Prisma, Drizzle and node-postgres, in turns, on one server. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { Program } from './support/fleet.ts';
import {
  type GigsRequest,
  PLATFORMS,
  POOL,
  type Shape,
  type Slice,
  WORKERS,
} from './support/gigs-contract.ts';
import { query } from './support/ledger-contract.ts';
import { quantile } from './support/measure.ts';
import { machineFacts, OURS, type ResultRow } from './support/report.ts';
import { type BenchServer, SERVER_SETTINGS, startServer } from './support/server.ts';

interface Pace {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
}

const FULL: Pace = { rounds: 5, warmUpMs: 3_000, sliceMs: 3_000 };
const QUICK: Pace = { rounds: 3, warmUpMs: 1_000, sliceMs: 1_000 };
const CALLERS = [1, 16, 64, 256];
/** Promised against Prisma. */
const AIM = 10;

const HELP = `npm run bench -- gigs [options]
  --quick              short slices: does it work, roughly how fast
  --contenders <names> comma-separated, instead of all
  --data <folder>      where the server's temporary folder is made, instead of the system's
  --out <file>         where the result is written; a quick or partial run writes only with this option
`;

interface Measured {
  readonly shape: Shape;
  readonly callers: number;
  readonly contender: string;
  readonly perSecond: number;
  readonly lowest: number;
  readonly highest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    contenders: { type: 'string' },
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
  const contenders: Contender[] = [];
  const failures: string[] = [];
  const guarded: Guarded = async (contender, what, body) => {
    try {
      return await body();
    } catch (error) {
      const message = `${contender.name}, ${what}: ${error instanceof Error ? error.message : String(error)}`;
      failures.push(message);
      say(`FAILED: ${message}`);
      return undefined;
    }
  };
  try {
    for (const program of programs) {
      await guarded(program, 'the start', async () => {
        if (program.problem !== undefined) throw new Error(program.problem);
        const database = `gigs_${program.name}`;
        await query(server, 'postgres', `create database ${database}`);
        contenders.push(await Contender.start(program, server.url(database)));
      });
    }
    say(contenders.map(({ name, version, settings }) => `${name} ${version}: ${settings}`).join('\n'));
    const measured: Measured[] = [];
    for (const callers of CALLERS) {
      measured.push(...(await measure(contenders, callers, pace, guarded)));
    }
    let lives = 0;
    for (const contender of contenders) {
      lives += (await guarded(contender, 'the books', () => contender.check())) ?? 0;
    }
    const rows = resultRows(measured);
    for (const row of rows) {
      const aim = row.aim === null ? '' : `  aim >= ${row.aim}x ${row.met ? 'met' : 'MISSED'}`;
      say(`${row.id.padEnd(24)} ${row.ours} against ${row.rival}: ${row.ratio.toFixed(2)}x${aim}`);
    }
    await report({ server, contenders, measured, rows, failures, pace, lives, began });
  } finally {
    await Promise.all(contenders.map((contender) => contender.end()));
    await server.stop();
  }
  return failures.length === 0 ? 0 : 1;
}

type Guarded = <T>(
  contender: { readonly name: string },
  what: string,
  body: () => Promise<T>,
) => Promise<T | undefined>;

/** Each contender once a round with each shape it has, the order moving on; the first round only warms up. */
async function measure(
  contenders: readonly Contender[],
  callers: number,
  pace: Pace,
  guarded: Guarded,
): Promise<Measured[]> {
  const entries = contenders.flatMap((contender) =>
    contender.shapes.map((shape) => ({ contender, shape, slices: [] as Slice[] })),
  );
  for (let round = 0; round <= pace.rounds; round += 1) {
    const start = round % entries.length;
    for (const { contender, shape, slices } of [...entries.slice(start), ...entries.slice(0, start)]) {
      const forMs = round === 0 ? pace.warmUpMs : pace.sliceMs;
      const slice = await guarded(contender, `${shape}, ${callers} at a time`, () =>
        contender.slice({ kind: 'slice', shape, callers, forMs }),
      );
      if (round > 0 && slice !== undefined) slices.push(slice);
    }
  }
  return entries
    .filter(({ slices }) => slices.length > 0)
    .map(({ contender, shape, slices }) => {
      const rates = Float64Array.from(
        slices.map(({ lives, elapsedMs }) => (lives * 1_000) / elapsedMs),
      ).sort();
      const latencies = Float64Array.from(slices.flatMap(({ latenciesMs }) => latenciesMs)).sort();
      const one = {
        ...{ shape, callers, contender: contender.name },
        perSecond: rounded(quantile(rates, 0.5)),
        lowest: rounded(quantile(rates, 0)),
        highest: rounded(quantile(rates, 1)),
        p50Ms: rounded(quantile(latencies, 0.5)),
        p99Ms: rounded(quantile(latencies, 0.99)),
      };
      say(
        `${shape.padEnd(8)} ${String(callers).padStart(2)} callers  ${one.contender.padEnd(10)} ${one.perSecond} lives/s (${one.lowest} - ${one.highest}), p50 ${one.p50Ms} ms, p99 ${one.p99Ms} ms`,
      );
      return one;
    });
}

/**
 * What was promised is the life, beside Prisma's: both ways to live it, step by step and in one call, with any number of
 * callers; and as what a server gets through at the most, each side with the number of callers that suits it best.
 */
function resultRows(measured: readonly Measured[]): ResultRow[] {
  const [ours, rivals] = [
    measured.filter(({ contender }) => contender === OURS),
    measured.filter(({ contender }) => contender !== OURS),
  ];
  const most = (of: readonly Measured[], key: 'shape' | 'contender'): Measured[] =>
    [...new Set(of.map((one) => one[key]))].map((name) =>
      of
        .filter((one) => one[key] === name)
        .reduce((best, one) => (one.perSecond > best.perSecond ? one : best)),
    );
  return [
    ...rivals.flatMap((rival) =>
      ours
        .filter(({ callers }) => callers === rival.callers)
        .map((one) => resultRow(`${one.shape}.c${one.callers}.${rival.contender}`, one, rival)),
    ),
    ...most(rivals, 'contender').flatMap((rival) =>
      most(ours, 'shape').map((one) => resultRow(`${one.shape}.most.${rival.contender}`, one, rival)),
    ),
  ];
}

function resultRow(id: string, ours: Measured, rival: Measured): ResultRow {
  const ratio = rounded(ours.perSecond / rival.perSecond);
  const aim = rival.contender === 'prisma' ? AIM : null;
  return {
    id,
    ours: ours.perSecond,
    rival: rival.perSecond,
    ratio,
    aim,
    met: aim === null ? null : ratio >= aim,
    unit: 'lives/s',
    rivalName: rival.contender,
  };
}

async function report(facts: {
  readonly server: BenchServer;
  readonly contenders: readonly Contender[];
  readonly measured: readonly Measured[];
  readonly rows: readonly ResultRow[];
  readonly failures: readonly string[];
  readonly pace: Pace;
  readonly lives: number;
  readonly began: number;
}): Promise<void> {
  const partial = options.quick || options.contenders !== undefined || facts.failures.length > 0;
  const target = options.out ?? (partial ? undefined : 'docs/benchmarks/gigs.json');
  if (target === undefined) return;
  const version = await serverVersion(facts.server);
  const document = {
    benchmark: 'gigs',
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round((Date.now() - facts.began) / 1_000),
    quick: options.quick,
    machine: machineFacts(),
    node: process.version,
    postgres: { version, settings: SERVER_SETTINGS },
    versions: Object.fromEntries(facts.contenders.map(({ name, version }) => [name, version])),
    settings: Object.fromEntries(facts.contenders.map(({ name, settings }) => [name, settings])),
    pace: { ...facts.pace, pool: POOL, platforms: PLATFORMS, workers: WORKERS },
    lives: facts.lives,
    rows: facts.rows,
    measurements: facts.measured,
    failures: facts.failures,
  };
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
  say(`Wrote ${target}.`);
}

/** A contender's process, asked one thing at a time. */
class Contender {
  readonly name: string;
  version = '';
  settings = '';
  shapes: readonly Shape[] = ['steps'];
  readonly #child: ChildProcess;

  private constructor(program: Program) {
    this.name = program.name;
    this.#child = fork(program.worker, [], {
      execArgv: ['--expose-gc', ...program.nodeFlags],
      env: { ...process.env, NODE_ENV: 'production', TZ: 'UTC' },
    });
  }

  static async start(program: Program, url: string): Promise<Contender> {
    const contender = new Contender(program);
    try {
      Object.assign(contender, await contender.#ask({ kind: 'load', path: program.contender }));
      const { atOnce } = (await contender.#ask({ kind: 'open', url })) as { readonly atOnce: boolean };
      if (atOnce) contender.shapes = ['steps', 'at-once'];
      return contender;
    } catch (error) {
      contender.#child.kill();
      throw error;
    }
  }

  async slice(request: Extract<GigsRequest, { readonly kind: 'slice' }>): Promise<Slice> {
    return (await this.#ask(request)) as Slice;
  }

  async check(): Promise<number> {
    return (await this.#ask({ kind: 'check' })) as number;
  }

  #ask(request: GigsRequest): Promise<unknown> {
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
  if (path === undefined) throw new Error('Start the benchmark with `node bench/run.mjs gigs`.');
  const all: (Program & { readonly problem?: string })[] = JSON.parse(await readFile(path, 'utf8'));
  const wanted = options.contenders?.split(',');
  for (const name of wanted ?? []) {
    if (!all.some((program) => program.name === name)) throw new Error(`There is no contender "${name}".`);
  }
  return all.filter((program) => wanted?.includes(program.name) ?? true);
}

async function serverVersion(server: BenchServer): Promise<string> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    return (await client.query('show server_version')).rows[0].server_version;
  } finally {
    await client.end();
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// At the end, because the class above is not there before.
if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();
