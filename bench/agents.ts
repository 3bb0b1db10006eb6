/** The benchmark of the `agents` system: Guildhall, hand-written SQL and three libraries, in turns, on one server. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { createFiveTables, type DatasetSize, SEED, type Targets } from './support/dataset.ts';
import { type Program, Worker } from './support/fleet.ts';
import { FULL_PACE, type Measurement, measure, QUICK_PACE } from './support/measure.ts';
import { OPERATION_IDS, OPERATIONS, type OperationId } from './support/operations.ts';
import { formatSlot, machineFacts, resultRows, roundedMeasurement } from './support/report.ts';
import { type BenchServer, SERVER_SETTINGS, startServer } from './support/server.ts';
import { type Answers, assertSameAnswers, readAnswers, verifyTotal, verifyWrites } from './support/verify.ts';

/** The same for every contender; node-postgres' own default. */
const POOL_MAX = 10;
const BULK_ROWS = 10_000;
const FULL_SIZE: DatasetSize = { costs: 1_000_000 };
const QUICK_SIZE: DatasetSize = { costs: 100_000 };

const HELP = `npm run bench [-- options]
  --quick              100,000 costs and short slices: does it work, roughly how fast
  --only <ids>         operations, comma-separated: ${OPERATION_IDS.join(', ')}
  --contenders <names> comma-separated, instead of all
  --costs <number>     costs in the database, instead of 1,000,000
  --data <folder>      where the server's temporary folder is made, instead of the system's
  --out <file>         where the result is written; a quick or partial run writes only with this option
`;

interface Failure {
  readonly contender: string;
  readonly during: string;
  readonly message: string;
}

interface Run {
  readonly server: BenchServer;
  readonly workers: Worker[];
  readonly failures: Failure[];
  readonly size: DatasetSize;
  readonly operations: readonly OperationId[];
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    contenders: { type: 'string' },
    costs: { type: 'string' },
    data: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const programs = await readPrograms();
  const chosen = choose(
    'contender',
    options.contenders,
    programs.map((program) => program.name),
  );
  const operations = choose('operation', options.only, OPERATION_IDS);
  const size = readSize();
  const began = Date.now();
  const server = await startServer(options.data);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(1)));
  }
  const run: Run = { server, workers: [], failures: [], size, operations };
  try {
    say(`PostgreSQL is up; loading ${size.costs.toLocaleString('en-US')} costs …`);
    const targets = await openContenders(
      run,
      programs.filter((program) => chosen.includes(program.name)),
    );
    await verifyAll(run);
    const measurements = await measureAll(run);
    await guarded(run, 'the final check of sums', (worker) => verifyTotal(worker, BULK_ROWS));
    await report(run, measurements, { targets, chosen, seconds: Math.round((Date.now() - began) / 1_000) });
  } finally {
    await Promise.all(run.workers.map((worker) => worker.end()));
    await server.stop();
  }
  for (const failure of run.failures)
    say(`FAILED: ${failure.contender}, ${failure.during}: ${failure.message}`);
  return run.failures.length === 0 ? 0 : 1;
}

/** `run.mjs` bundles each contender where its packages are, and says here where, or why it could not. */
async function readPrograms(): Promise<(Program & { readonly problem?: string })[]> {
  const path = process.env.GUILDHALL_BENCH_PROGRAMS;
  if (path === undefined) throw new Error('Start the benchmark with `node bench/run.mjs`.');
  return JSON.parse(await readFile(path, 'utf8'));
}

function choose<Name extends string>(
  what: string,
  list: string | undefined,
  known: readonly Name[],
): readonly Name[] {
  if (list === undefined) return known;
  return list.split(',').map((text) => {
    const name = known.find((candidate) => candidate === text.trim());
    if (name === undefined) throw new Error(`There is no ${what} "${text}". Known: ${known.join(', ')}.`);
    return name;
  });
}

function readSize(): DatasetSize {
  if (options.costs === undefined) return options.quick ? QUICK_SIZE : FULL_SIZE;
  const costs = Number(options.costs);
  if (Number.isInteger(costs) && costs >= 20_000 && costs <= 100_000_000) return { costs };
  throw new Error(`--costs ${options.costs}: use a whole number from 20,000 to 100,000,000.`);
}

async function openContenders(
  run: Run,
  programs: readonly (Program & { problem?: string })[],
): Promise<Targets> {
  await createDatabase(run.server, 'five_tables');
  const targets = await createFiveTables(run.server.url('five_tables'), run.size);
  for (const [index, program] of programs.entries()) {
    const sinkProject = targets.sinkProjects[index];
    if (sinkProject === undefined) throw new Error('The data set has too few projects to write into.');
    if (program.problem !== undefined) {
      run.failures.push({ contender: program.name, during: 'the build', message: program.problem });
      continue;
    }
    const worker = new Worker(program);
    run.workers.push(worker);
    await guardOne(run, worker, 'the start', async () => {
      await worker.load(program.contender);
      const database = worker.hasOwnTables ? worker.name.replaceAll('-', '_') : 'five_tables';
      const url = run.server.url(database);
      if (worker.hasOwnTables) {
        await createDatabase(run.server, database);
        await worker.ask({ kind: 'prepare', url, size: run.size });
      }
      const assignment = { url, poolMax: POOL_MAX, targets, sinkProject, bulkRows: BULK_ROWS };
      await worker.ask({ kind: 'open', assignment });
    });
  }
  return targets;
}

async function verifyAll(run: Run): Promise<void> {
  let reference: Answers | undefined;
  await guarded(run, 'the check of answers', async (worker) => {
    const answers = await readAnswers(worker, run.operations);
    // The first contender that answers is the measure of the others; which one does not matter, they must agree.
    if (reference !== undefined) assertSameAnswers(worker.name, answers, reference);
    reference ??= answers;
    if (run.operations.some((id) => OPERATIONS[id].kind !== 'read')) await verifyWrites(worker, BULK_ROWS);
  });
  say(`${run.workers.map((worker) => worker.name).join(', ')} give the same answers.\n`);
}

async function measureAll(run: Run): Promise<Measurement[]> {
  const all: Measurement[] = [];
  for (const operation of run.operations) {
    for (const concurrency of OPERATIONS[operation].concurrencies) {
      const slot = { operation, concurrency, bulkRows: BULK_ROWS };
      const pace = options.quick ? QUICK_PACE : FULL_PACE;
      const measured = await measure([...run.workers], slot, pace, (worker, error) =>
        fail(run, worker, `${operation}, ${concurrency} at a time`, error),
      );
      say(formatSlot(measured));
      all.push(...measured);
    }
  }
  return all;
}

async function report(
  run: Run,
  measurements: readonly Measurement[],
  facts: { readonly targets: Targets; readonly chosen: readonly string[]; readonly seconds: number },
): Promise<void> {
  const rows = resultRows(measurements);
  const missed = rows.filter((row) => row.met === false);
  const met = rows.filter((row) => row.met === true);
  say(
    `${met.length} aims met, ${missed.length} missed${missed.map((row) => `\n  ${row.id}: ${row.ratio}x, aim ${row.aim}x`).join('')}`,
  );
  const partial = options.quick || options.only !== undefined || options.contenders !== undefined;
  const target =
    options.out ?? (partial || run.failures.length > 0 ? undefined : 'docs/benchmarks/agents.json');
  if (target === undefined) return;
  const document = {
    benchmark: 'agents',
    date: new Date().toISOString().slice(0, 10),
    seconds: facts.seconds,
    quick: options.quick,
    machine: machineFacts(),
    node: process.version,
    postgres: { version: await serverVersion(run.server), settings: SERVER_SETTINGS },
    versions: Object.fromEntries(run.workers.map((worker) => [worker.name, worker.version])),
    data: { seed: SEED, costs: run.size.costs, bulkRows: BULK_ROWS, poolMax: POOL_MAX },
    pace: options.quick ? QUICK_PACE : FULL_PACE,
    rows,
    measurements: measurements.map(roundedMeasurement),
    failures: run.failures,
  };
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
  say(`Written to ${target}.`);
}

/** Runs a step for every contender; who fails is named, and takes no further part. */
async function guarded(run: Run, during: string, step: (worker: Worker) => Promise<void>): Promise<void> {
  for (const worker of [...run.workers]) await guardOne(run, worker, during, () => step(worker));
}

async function guardOne(run: Run, worker: Worker, during: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    fail(run, worker, during, error);
  }
}

function fail(run: Run, worker: Worker, during: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  run.failures.push({ contender: worker.name, during, message });
  run.workers.splice(run.workers.indexOf(worker), 1);
  worker.kill();
  say(`FAILED: ${worker.name}, ${during}: ${message}\n`);
}

async function createDatabase(server: BenchServer, name: string): Promise<void> {
  await query(server, `create database ${name}`);
}

async function serverVersion(server: BenchServer): Promise<string> {
  return String((await query(server, 'show server_version'))[0]?.server_version);
}

async function query(server: BenchServer, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
