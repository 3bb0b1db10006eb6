/** `npm run bench -- [agents|gigs|gigs-views|ledger|queue]`: fetches the rivals, bundles every contender beside its packages, and runs the benchmark. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const BENCH = dirname(fileURLToPath(import.meta.url));
const RIVALS = join(BENCH, 'rivals');
/** Under node_modules: ignored by git, and the bundles find the packages above them. */
const OWN_BUNDLES = join(BENCH, '..', 'node_modules', '.cache', 'guildhall-bench');
const RIVAL_BUNDLES = join(RIVALS, 'node_modules', '.cache', 'guildhall-bench');

/** A benchmark is named first; `agents` when none is. */
const [benchmark, options] = /^[a-z][a-z-]*$/.test(process.argv[2] ?? '')
  ? [process.argv[2], process.argv.slice(3)]
  : ['agents', process.argv.slice(2)];

const AGENTS = [
  { name: 'guildhall', source: join(BENCH, 'contenders', 'guildhall.ts'), bundles: OWN_BUNDLES },
  { name: 'pg', source: join(BENCH, 'contenders', 'pg.ts'), bundles: OWN_BUNDLES },
  { name: 'prisma', source: join(RIVALS, 'prisma.ts'), bundles: RIVAL_BUNDLES },
  { name: 'prisma-tuned', source: join(RIVALS, 'prisma-tuned.ts'), bundles: RIVAL_BUNDLES },
  { name: 'drizzle', source: join(RIVALS, 'drizzle.ts'), bundles: RIVAL_BUNDLES },
  { name: 'typeorm', source: join(RIVALS, 'typeorm.ts'), bundles: RIVAL_BUNDLES },
];

const QUEUE = [
  { name: 'guildhall', source: join(BENCH, 'contenders', 'queue-guildhall.ts'), bundles: OWN_BUNDLES },
  { name: 'pg-boss', source: join(RIVALS, 'queue-pg-boss.ts'), bundles: RIVAL_BUNDLES },
  { name: 'graphile-worker', source: join(RIVALS, 'queue-graphile-worker.ts'), bundles: RIVAL_BUNDLES },
];

const GIGS = [
  { name: 'guildhall', source: join(BENCH, 'contenders', 'gigs-guildhall.ts'), bundles: OWN_BUNDLES },
  { name: 'pg', source: join(BENCH, 'contenders', 'gigs-pg.ts'), bundles: OWN_BUNDLES },
  { name: 'prisma', source: join(RIVALS, 'gigs-prisma.ts'), bundles: RIVAL_BUNDLES },
  { name: 'drizzle', source: join(RIVALS, 'gigs-drizzle.ts'), bundles: RIVAL_BUNDLES },
];

/** A benchmark without an entry has no contenders of its own processes: it brings what it compares with. */
const BENCHMARKS = {
  agents: { contenders: AGENTS, process: 'worker.ts', prisma: generatePrismaClients },
  gigs: { contenders: GIGS, process: 'gigs-process.ts', prisma: generateGigsClient },
  queue: { contenders: QUEUE, process: 'queue-process.ts' },
};
const {
  contenders: CONTENDERS,
  process: processFile,
  prisma,
} = BENCHMARKS[benchmark] ?? { contenders: [], process: 'worker.ts' };
if (!existsSync(join(BENCH, `${benchmark}.ts`))) {
  process.stderr.write(
    `There is no benchmark "${benchmark}": npm run bench -- [agents|gigs|gigs-views|ledger|queue] [options]\n`,
  );
  process.exit(1);
}

const isWanted = wantedContenders();
if (CONTENDERS.some(({ name, bundles }) => bundles === RIVAL_BUNDLES && isWanted(name))) {
  installRivals();
  prisma?.();
}
const main = await bundle(join(BENCH, `${benchmark}.ts`), OWN_BUNDLES);
const programs = [];
for (const contender of CONTENDERS) programs.push(await program(contender));
const list = join(OWN_BUNDLES, `programs-${benchmark}.json`);
writeFileSync(list, JSON.stringify(programs));
const child = spawn(process.execPath, [main, ...options], {
  stdio: 'inherit',
  env: { ...process.env, TZ: 'UTC', GUILDHALL_BENCH_FOLDER: BENCH, GUILDHALL_BENCH_PROGRAMS: list },
});
// The benchmark stops its server itself; this process only waits for that. Ctrl-C reaches both.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

/** Without rivals nothing is installed; the benchmark itself checks the names. */
function wantedContenders() {
  if (process.argv.includes('--help')) return () => false;
  const index = process.argv.findIndex((argument) => argument.startsWith('--contenders'));
  if (index < 0) return () => true;
  const [, list = process.argv[index + 1] ?? ''] = process.argv[index].split('=');
  return (name) => list.split(',').includes(name);
}

/** A contender that cannot be built is reported by the benchmark as failed, not left out. */
async function program({ name, source, bundles }) {
  if (!isWanted(name))
    return { name, worker: '', contender: '', nodeFlags: [], problem: 'It was not built.' };
  try {
    const worker = await bundle(join(BENCH, 'support', processFile), bundles);
    // What a rival's library does with deprecated functions is its makers' business.
    const nodeFlags = bundles === RIVAL_BUNDLES ? ['--no-deprecation'] : [];
    return { name, worker, nodeFlags, contender: await bundle(source, bundles) };
  } catch (error) {
    return { name, worker: '', contender: '', nodeFlags: [], problem: error.message };
  }
}

async function bundle(source, folder) {
  const outfile = join(folder, `${source.slice(BENCH.length + 1).replace(/[\\/]/g, '-')}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return outfile;
}

function installRivals() {
  const lock = readFileSync(join(RIVALS, 'package-lock.json'));
  const mark = join(RIVALS, 'node_modules', '.guildhall-installed');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  process.stdout.write('Installing the rivals (once, about 360 MB) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  must(
    spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: RIVALS,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    }),
    'npm ci in bench/rivals',
  );
  writeFileSync(mark, wanted);
}

/** Two clients from one schema: as it is, and tuned. */
function generatePrismaClients() {
  const schema = readFileSync(join(RIVALS, 'schema.prisma'), 'utf8');
  const tuned = schema
    .replace('"./generated/prisma"', '"./prisma-tuned"\n  previewFeatures = ["relationJoins"]')
    .replace(/^\/\/.*\n/gm, '');
  whenChanged('made-from', schema, () => {
    writeFileSync(join(RIVALS, 'generated', 'tuned.prisma'), tuned);
    for (const path of ['schema.prisma', join('generated', 'tuned.prisma')]) generatePrismaClient(path);
  });
}

function generateGigsClient() {
  const schema = readFileSync(join(RIVALS, 'gigs.prisma'), 'utf8');
  whenChanged('gigs-made-from', schema, () => generatePrismaClient('gigs.prisma'));
}

/** Clients are made again when their schema or the installed version changes. */
function whenChanged(name, schema, generate) {
  const version = JSON.parse(
    readFileSync(join(RIVALS, 'node_modules', 'prisma', 'package.json'), 'utf8'),
  ).version;
  const wanted = createHash('sha256')
    .update(schema + version)
    .digest('hex');
  const generated = join(RIVALS, 'generated');
  const mark = join(generated, name);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  mkdirSync(generated, { recursive: true });
  generate();
  writeFileSync(mark, wanted);
}

/** The engine is only needed for migrations; naming any program keeps the generator from downloading it. */
function generatePrismaClient(path) {
  const cli = join(RIVALS, 'node_modules', 'prisma', 'build', 'index.js');
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const result = spawnSync(process.execPath, [cli, 'generate', '--schema', path], {
    cwd: RIVALS,
    env,
    encoding: 'utf8',
  });
  must(result, `prisma generate: ${result.stdout}${result.stderr}`);
}

function must(result, what) {
  if (result.status === 0) return;
  process.stderr.write(`${what} failed.\n`);
  process.exit(1);
}
