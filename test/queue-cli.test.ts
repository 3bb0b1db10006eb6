import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../src/cli/main.ts';
import {
  defineSchedule,
  enqueue,
  enqueueMany,
  fail,
  getJob,
  pauseQueue,
  type Scope,
} from '../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { numberJob, take, takeOne } from './support/queue.ts';

let opened: TestDatabase;
let scope: Scope;
let written = '';

beforeAll(async () => {
  opened = await openTestDatabase();
  scope = opened.agents.scope;
});

afterAll(() => opened?.close());

beforeEach(() => {
  vi.stubEnv('DATABASE_URL', opened.url);
  const catching = (chunk: unknown): boolean => {
    written += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(catching as typeof process.stdout.write);
  vi.spyOn(process.stderr, 'write').mockImplementation(catching as typeof process.stderr.write);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

/** What a command line writes, and its exit code. */
async function run(...argv: string[]): Promise<{ text: string; code: number }> {
  return runAsIs(...argv, ...(argv.includes('--instance') ? [] : ['--instance', 'agents']));
}

async function runAsIs(...argv: string[]): Promise<{ text: string; code: number }> {
  written = '';
  process.exitCode = 0;
  await main(['queue', ...argv]);
  return { text: written, code: Number(process.exitCode ?? 0) };
}

const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).text);

/** A queue with two dead jobs and one in line. */
async function deadLetters() {
  const job = numberJob();
  await scope.query('select :schema.queue_define($1, 1, 1, 0, 0)', [job.name]);
  const made = await enqueueMany(scope, job, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  for (const lease of await take(scope, job, 2)) await fail(scope, lease, `broken ${lease.id}`);
  return { job, made };
}

describe('guildhall queue', () => {
  it('asks which instance when there are several', async () => {
    const { text, code } = await runAsIs('list', 'mail');
    expect(code).toBe(2);
    expect(text).toContain('--instance: agents, gigs');
  });

  it('lists the queues and their jobs', async () => {
    const { job, made } = await deadLetters();
    await pauseQueue(scope, job.name);
    const { text, code } = await run('list');
    expect(code).toBe(0);
    expect(text).toMatch(new RegExp(`${job.name} +1 +0 +0 +2 .*paused since`));
    const { queues } = await json('list');
    expect(queues.find((one: { queue: string }) => one.queue === job.name)).toMatchObject({
      inLine: 1,
      dead: 2,
    });
    const { jobs } = await json('list', job.name, '--state', 'dead', '--limit', '1');
    expect(jobs).toMatchObject([
      { id: Number(made[1]?.id), error: `broken ${made[1]?.id}`, payload: { n: 2 } },
    ]);
    expect((await run('list', job.name, '--state', 'in_work')).text).toContain(
      `No job of ${job.name} is in_work.`,
    );
  });

  it('shows a job with every attempt at it', async () => {
    const { made } = await deadLetters();
    const id = made[0]?.id ?? 0n;
    const { text } = await run('show', String(id));
    expect(text).toContain(`Job ${id} of`);
    expect(text).toMatch(new RegExp(`failed +tester +broken ${id}`));
    expect((await json('show', String(id))).attempts).toMatchObject([
      { outcome: 'failed', worker: 'tester' },
    ]);
  });

  it('retries one job or all dead ones of a queue', async () => {
    const { job, made } = await deadLetters();
    expect((await run('retry', String(made[0]?.id))).text).toContain('in line again');
    expect(await json('retry', job.name)).toEqual({ queue: job.name, retried: 1 });
    expect(await take(scope, job, 10)).toHaveLength(3);
    const again = await run('retry', String(made[0]?.id));
    expect([again.code, again.text.includes('only dead letters')]).toEqual([1, true]);
  });

  it('pauses, resumes and cancels', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 1 });
    expect((await run('pause', job.name)).text).toContain('is paused');
    expect(await take(scope, job)).toEqual([]);
    expect(await json('resume', job.name)).toEqual({ queue: job.name, paused: false });
    await takeOne(scope, job);
    expect((await run('cancel', String(id))).code).toBe(0);
    expect((await getJob(scope, id)).state).toBe('cancelled');
  });

  it('lists schedules', async () => {
    const job = numberJob();
    await defineSchedule(scope, job, {
      name: 'nightly',
      cron: '30 2 * * *',
      timeZone: 'Europe/Berlin',
      payload: { n: 1 },
    });
    expect((await run('schedules')).text).toMatch(/nightly +numbers-\d+ +30 2 \* \* \* +Europe\/Berlin/);
  });

  it('refuses what is not there, and says what is', async () => {
    const { text, code } = await run('pause', 'mistyped');
    expect([code, text.includes('There is no queue "mistyped"'), text.includes('Queues: numbers-')]).toEqual([
      1,
      true,
      true,
    ]);
    expect((await run('list', 'mistyped')).code).toBe(1);
    expect((await run('show', 'abc')).code).toBe(2);
    expect((await run('show', '999999')).code).toBe(1);
    expect((await run('list', '--instance', 'other')).code).toBe(2);
  });
});
