import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import { makePartitions, runRetention } from '../src/kernel/retention/index.ts';
import { createDeliveryWorker, fanOut } from '../src/kernel/webhooks/index.ts';
import { until } from './support/kernel.ts';
import { binary, startPgBouncer } from './support/pgbouncer.ts';
import { ROUNDS } from './support/server-kills.ts';
import { root } from './support/sources.ts';
import { type Hooks, openHooks, type Receiver, startReceiver } from './support/webhooks.ts';

/** Processes at once: they race for the same events and deliveries, and each round kills one. */
const AT_ONCE = 3;
const folder = join(root, 'node_modules/.cache/guildhall');
const script = join(folder, `webhook-child-${process.pid}.mjs`);
const children = new Set<ChildProcess>();

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  // Once for all rounds: a process then starts in a fraction of a second.
  await build({
    entryPoints: [join(root, 'test/support/webhook-child.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  });
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(script, { force: true });
});

function start(hooks: Hooks, mode: string, onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [script, hooks.opened.url, 'notes', mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) onLine(line);
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  children.delete(child);
}

const eventIdOf = (body: string): string => (JSON.parse(body) as { id: string }).id;

async function written(hooks: Hooks): Promise<string[]> {
  const rows = await hooks.scope.query<{ id: string }>(
    `select 'evt_' || id as id from :schema.outbox where type = 'note.created' order by 1`,
  );
  return rows.map(({ id }) => id);
}

/** What has a delivery, live or finished, per event. */
async function fannedOut(hooks: Hooks): Promise<string[]> {
  const rows = await hooks.scope.query<{ id: string }>(
    `select 'evt_' || event_id as id from (
       select event_id from :schema.webhook_deliveries union all select event_id from :schema.webhook_delivery_history
     ) as d order by 1`,
  );
  return rows.map(({ id }) => id);
}

/** Ends what the killed ones left leased, and delivers everything. */
async function finish(hooks: Hooks): Promise<void> {
  await hooks.fanAll();
  await hooks.hurry();
  await hooks.deliver();
}

describe('processes killed at any moment', () => {
  let hooks: Hooks;
  let receiver: Receiver;

  beforeAll(async () => {
    hooks = await openHooks();
    receiver = await startReceiver();
  });

  afterAll(async () => {
    await receiver?.close();
    await hooks?.close();
  });

  it(`lose no delivery and double or skip no event (${ROUNDS} rounds)`, {
    timeout: 20_000 + ROUNDS * 2_000,
  }, async () => {
    const owner = await hooks.account('owner');
    await hooks.webhooks.create({ ownerId: owner, url: receiver.url });
    let writing = true;
    const writer = (async () => {
      while (writing) {
        // Several at once, which commit out of order.
        await Promise.all(
          [1, 3, 2].map((size) =>
            hooks.scope.executor.transaction((tx) =>
              hooks.scope.on(tx).query(
                `insert into :schema.outbox (type, subject, audience)
                 select 'note.created', 'not_1', $1 from generate_series(1, $2::integer)`,
                [owner, size],
              ),
            ),
          ),
        );
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    let killed = 0;
    const one = async (): Promise<void> => {
      while (killed < ROUNDS) {
        killed += 1;
        const child = start(hooks, 'real', () => undefined);
        const before = receiver.received.length;
        // Some work first, its or another’s; then at whatever moment that happens to be.
        await until('a delivery', () => receiver.received.length > before || child.exitCode !== null);
        expect(child.exitCode).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
        await kill(child);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    writing = false;
    await writer;
    await finish(hooks);
    const events = await written(hooks);
    expect(events.length).toBeGreaterThan(ROUNDS);
    expect(await fannedOut(hooks)).toEqual(events);
    expect([...new Set(receiver.received.map(({ body }) => eventIdOf(body)))].toSorted()).toEqual(
      events.toSorted(),
    );
    expect(await hooks.scope.query('select * from :schema.invariant_webhook_deliveries_once')).toEqual([]);
    const states = await hooks.scope.query('select distinct state from :schema.webhook_delivery_history');
    expect(states).toEqual([{ state: 'delivered' }]);
    expect(await hooks.scope.query('select id from :schema.webhook_deliveries')).toEqual([]);
    // A repetition has the id of the first, so that a receiver can tell.
    const ids = new Map<string, Set<unknown>>();
    for (const { headers, body } of receiver.received) {
      const id = eventIdOf(body);
      ids.set(id, (ids.get(id) ?? new Set()).add(headers['webhook-id']));
    }
    expect([...ids.values()].every((set) => set.size === 1)).toBe(true);
  });

  it('lose events when the cursor moves before the deliveries are written (control)', {
    timeout: 30_000,
  }, async () => {
    const control = await openHooks();
    try {
      const owner = await control.account('owner');
      await control.webhooks.create({ ownerId: owner, url: receiver.url });
      await control.fanAll();
      for (let index = 0; index < 10; index += 1) await control.emit(owner);
      let advanced = false;
      const child = start(control, 'naive', (line) => {
        advanced ||= line === 'advanced';
      });
      await until('the cursor to have moved', () => advanced);
      await kill(child);
      await finish(control);
      const [events, found] = [await written(control), await fannedOut(control)];
      expect(events).toHaveLength(10);
      expect(found.length).toBeLessThan(10);
    } finally {
      await control.close();
    }
  });
});

describe('connections cut at any moment', () => {
  it('lose no delivery and double no event', { timeout: 30_000 }, async () => {
    const hooks = await openHooks();
    const receiver = await startReceiver();
    try {
      const owner = await hooks.account('owner');
      await hooks.webhooks.create({ ownerId: owner, url: receiver.url });
      const admin = await hooks.opened.connect();
      let cutting = true;
      const cutter = (async () => {
        while (cutting) {
          await admin.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()
              order by random() limit 1`,
          );
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
        }
      })();
      const patiently = async <T>(body: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await body();
          } catch {
            // A lost connection; what was acknowledged must stand all the same.
          }
        }
      };
      for (let index = 0; index < 25; index += 1) {
        await patiently(() => hooks.emit(owner));
        await patiently(() => hooks.fanAll());
        await patiently(() => hooks.deliver({ onError: () => undefined }));
      }
      cutting = false;
      await cutter;
      await finish(hooks);
      const events = await written(hooks);
      expect(await fannedOut(hooks)).toEqual(events);
      expect(new Set(receiver.received.map(({ body }) => eventIdOf(body)))).toEqual(new Set(events));
    } finally {
      await receiver.close();
      await hooks.close();
    }
  });
});

describe.runIf(binary !== null)('through a transaction-mode pooler (needs PgBouncer)', () => {
  it('events are fanned out and delivered, and old ones cleaned up', { timeout: 30_000 }, async () => {
    const hooks = await openHooks();
    const receiver = await startReceiver();
    const pooler = await startPgBouncer(hooks.opened.url);
    const database = await openDatabase(`${pooler.url}${pooler.url.includes('?') ? '&' : '?'}profile=pooled`);
    try {
      const owner = await hooks.account('owner');
      await hooks.webhooks.create({ ownerId: owner, url: receiver.url });
      const instance = { ...hooks.instance, database, scope: hooks.scope.on(database) };
      expect(await makePartitions(instance.scope, 'webhook_attempts')).toBe(15);
      for (let index = 0; index < 20; index += 1) await hooks.emit(owner);
      const worker = createDeliveryWorker(instance);
      await until('everything to arrive', async () => {
        await Promise.all([fanOut(instance), fanOut(instance), worker.run()]);
        return receiver.received.length === 20;
      });
      await worker.drain();
      expect(await fannedOut(hooks)).toEqual(await written(hooks));
      const results = await runRetention(instance.scope, { all: true });
      expect(results.map(({ busy, more }) => busy || more)).toEqual([false, false, false, false]);
    } finally {
      await database.close();
      await pooler.stop();
      await receiver.close();
      await hooks.close();
    }
  });
});
