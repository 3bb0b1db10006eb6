import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, enqueueMany, type Scope } from '../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { until } from './support/kernel.ts';
import { brokenInvariants, countOf, numberJob, reapAll } from './support/queue.ts';
import { ROUNDS } from './support/server-kills.ts';

/** Jobs in line for each kill, so that the killed one is always at work. */
const JOBS_PER_ROUND = 100;

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'node_modules/.cache/guildhall', `queue-child-${process.pid}.mjs`);

let opened: TestDatabase;
let database: Database;
let scope: Scope;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  scope = opened.agents.scope;
  await database.query('create table effects (job_id bigint not null)');
  await build({
    entryPoints: [join(root, 'test/support/queue-child.ts')],
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
  await opened?.close();
});

function startChild(queue: string, how: 'settled' | 'unsettled'): ChildProcess {
  const child = spawn(process.execPath, [program, opened.url, queue, how], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  expect((await gone)[1]).toBe('SIGKILL');
}

const effects = () => countOf(database, 'select count(*) from effects');

/** Kills one of three workers at a time while they work; then lets one finish the rest. Returns jobs by their effects. */
async function killWorkers(how: 'settled' | 'unsettled', rounds: number): Promise<Map<number, number>> {
  await database.query('truncate effects');
  const job = numberJob();
  const jobs = rounds * JOBS_PER_ROUND;
  await enqueueMany(
    scope,
    job,
    Array.from({ length: Math.min(jobs, 10_000) }, (_, n) => ({ n })),
  );
  const crew = Array.from({ length: 3 }, () => startChild(job.name, how));
  for (let round = 0; round < rounds; round += 1) {
    const before = await effects();
    await until('some work', async () => (await effects()) > before + 5);
    const victim = crew.shift();
    if (victim !== undefined) await kill(victim);
    crew.push(startChild(job.name, how));
  }
  await until('all to be done', async () => {
    await reapAll(scope);
    return (
      (await countOf(
        scope,
        'select count(*) from :schema.queue_jobs as j join :schema.queue_settings as s on s.id = j.queue_id where s.name = $1',
        [job.name],
      )) === 0
    );
  });
  for (const child of crew) await kill(child);
  const { rows } = await database.query<{ times: number; jobs: number }>(
    `select times::int, count(*)::int as jobs from (
       select h.id, count(e.job_id) as times
       from agents.queue_history as h join agents.queue_settings as s on s.id = h.queue_id
       left join effects as e on e.job_id = h.id
       where s.name = $1 group by h.id) as t group by times`,
    [job.name],
  );
  return new Map(rows.map(({ times, jobs: count }) => [times, count]));
}

describe('workers that are killed at work', () => {
  it(
    `leave the effect of every job exactly once when it is settled with the job (${ROUNDS} kills)`,
    async () => {
      const byEffects = await killWorkers('settled', ROUNDS);
      expect([...byEffects]).toEqual([[1, Math.min(ROUNDS * JOBS_PER_ROUND, 10_000)]]);
      expect(await brokenInvariants(scope)).toEqual([]);
      const lost = await countOf(scope, "select count(*) from :schema.queue_attempts where outcome = 'lost'");
      expect(lost).toBeGreaterThan(0);
    },
    60_000 + ROUNDS * 4_000,
  );

  it('leave some effects twice when the job is ended after them (control)', async () => {
    const byEffects = await killWorkers('unsettled', 8);
    const twice = [...byEffects].filter(([times]) => times > 1).reduce((sum, [, jobs]) => sum + jobs, 0);
    expect(twice).toBeGreaterThan(0);
  }, 60_000);
});
