import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../src/kernel/database/types.ts';
import { GuildhallError } from '../src/kernel/errors.ts';
import type { BackgroundTask, Instance, Scope } from '../src/kernel/system.ts';
import { startTasks, type TaskRunner } from '../src/kernel/tasks.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { signal, until } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let runner: TaskRunner | undefined;
let errors: [unknown, string][];

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
});

afterAll(() => opened?.close());

beforeEach(() => {
  errors = [];
  // Only these: the connections of the database keep their real clocks.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await runner?.stop();
  runner = undefined;
});

function start(...tasks: BackgroundTask<Instance['service']>[]): void {
  const { agents } = opened;
  // The queue's own tasks run each second: an hour of fake time would be full of them, and no connection opens in it.
  const scope: Scope = {
    ...agents.scope,
    query: (text, params) =>
      text.includes(':schema.queue_') ? Promise.resolve([]) : agents.scope.query(text, params),
  };
  const instance: Instance = {
    ...agents,
    scope,
    definition: { ...agents.definition, tasks },
  } as unknown as Instance;
  runner = startTasks([instance], { onError: (error, task) => errors.push([error, task]) });
}

const task = (run: () => Promise<boolean>, everyMs = 1_000) => ({ name: 'sweep', everyMs, run });

describe('a background task', () => {
  it('runs after its time, and again after each', async () => {
    let runs = 0;
    start(
      task(async () => {
        runs += 1;
        return false;
      }),
    );
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(999);
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(runs).toBe(4);
  });

  it('runs again at once while more is waiting, up to a hundred rounds, then lets others have their turn', async () => {
    let left = 3;
    let endless = 0;
    start(
      task(async () => {
        left -= 1;
        return left > 0;
      }),
      task(async () => {
        endless += 1;
        return true;
      }),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(left).toBe(0);
    expect(endless).toBe(100);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(endless).toBe(200);
  });

  it('never overlaps with itself, however long it takes', async () => {
    const done = signal();
    let running = 0;
    let most = 0;
    start(
      task(async () => {
        running += 1;
        most = Math.max(most, running);
        await done.promise;
        running -= 1;
        return false;
      }),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect([running, most]).toEqual([1, 1]);
    done.fire();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(most).toBe(1);
  });

  it('that fails is reported and comes back after five seconds at least, and disturbs no other', async () => {
    let fails = 0;
    let other = 0;
    start(
      task(async () => {
        fails += 1;
        throw new Error('no luck');
      }),
      task(async () => {
        other += 1;
        return false;
      }),
    );
    await vi.advanceTimersByTimeAsync(5_999);
    expect([fails, other]).toEqual([1, 5]);
    await vi.advanceTimersByTimeAsync(1);
    expect(fails).toBe(2);
    expect(errors[0]).toEqual([new Error('no luck'), `sweep on ${database.address}`]);
  });

  it('that found the pool full says nothing: callers come first', async () => {
    start(task(() => Promise.reject(new GuildhallError('unavailable', 'x', { reason: 'pool_exhausted' }))));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(errors).toEqual([]);
  });

  it('that finds no schema says so when it finds none again: a reset makes it anew meanwhile', async () => {
    let there = false;
    let runs = 0;
    start(
      task(async () => {
        runs += 1;
        if (there) return false;
        const missing = Object.assign(new Error('schema "gigs" does not exist'), {
          ...{ code: '3F000', severity: 'ERROR' },
        });
        throw new GuildhallError('internal', missing.message, { cause: missing });
      }),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect([runs, errors.length]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([runs, errors.length]).toEqual([2, 1]);
    there = true;
    await vi.advanceTimersByTimeAsync(6_000);
    there = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(errors).toHaveLength(1);
  });

  it('is waited for when the runner stops, and does not run any more', async () => {
    const [entered, done] = [signal(), signal()];
    let runs = 0;
    start(
      task(async () => {
        runs += 1;
        entered.fire();
        await done.promise;
        return true;
      }),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    await entered.promise;
    let stopped = false;
    const stopping = runner?.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(stopped).toBe(false);
    done.fire();
    await stopping;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBe(1);
  });

  it('of the kernel looks after what is to be cleaned up in every instance, such as idempotency keys', async () => {
    const { scope } = opened.agents;
    // Connections made under the false clock would time out at once: so there are enough of them before.
    await Promise.all(
      Array.from({ length: database.poolState().max }, () => database.query('select pg_sleep(0.1)')),
    );
    await scope.query(
      `insert into :schema.idempotency_keys (account, key, operation, request_sha256, created_at)
       values ('usr_1', 'old', 'x', '', clock_timestamp() - interval '4 days'), ('usr_1', 'new', 'x', '', clock_timestamp())`,
    );
    start();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    await until('the old key to go', async () => {
      const rows = await scope.query<{ key: string }>('select key from :schema.idempotency_keys');
      return rows.length === 1 && rows[0]?.key === 'new';
    });
    // An hour passes at once for the connections of the other tasks too, so only its own errors count.
    expect(errors.filter(([, name]) => name.startsWith('prune'))).toEqual([]);
  });
});
