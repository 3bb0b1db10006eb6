import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/kernel/database/open.ts';
import { type Database, runIdempotent, type Scope } from '../src/kernel/index.ts';
import { makePartitions, runRetention } from '../src/kernel/retention/index.ts';
import { createDeliveryWorker, fanOut } from '../src/kernel/webhooks/index.ts';
import { cutter, startProxy, until } from './support/kernel.ts';
import { binary, startPgBouncer } from './support/pgbouncer.ts';
import { ROUNDS, ROUNDS_TIMEOUT_MS } from './support/server-kills.ts';
import { root } from './support/sources.ts';
import {
  type Hooks,
  type HooksOn,
  hooksOn,
  openHooks,
  type Receiver,
  startReceiver,
} from './support/webhooks.ts';

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

describe('connections cut after COMMIT was sent, or before it arrived', () => {
  let hooks: Hooks;
  let receiver: Receiver;
  let owner: string;
  let behind: HooksOn;
  let faulty: Database;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  const line = cutter();
  const howOf = (round: number) => (round % 2 === 0 ? 'cut' : 'drop');

  beforeAll(async () => {
    hooks = await openHooks();
    receiver = await startReceiver();
    owner = await hooks.account('owner');
    await hooks.webhooks.create({ ownerId: owner, url: receiver.url });
    proxy = await startProxy(hooks.opened.url, line.rules);
    faulty = await openDatabase(proxy.urlFor(hooks.opened.url));
    behind = hooksOn(faulty);
  });

  afterAll(async () => {
    await faulty?.close();
    await proxy?.close();
    await receiver?.close();
    await hooks?.close();
  });

  it(`by fan-out and by results, ${ROUNDS} times each: one delivery for an event, again only under its id`, {
    timeout: ROUNDS_TIMEOUT_MS,
  }, async () => {
    const unknown: unknown[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await hooks.emit(owner);
      line.arm('commit', howOf(round));
      await behind.fanAll();
      line.arm('commit', howOf(round));
      await behind.deliver({ onError: (error) => unknown.push(error) });
      await finish(hooks);
    }
    expect(line.cuts).toBe(2 * ROUNDS);
    expect(unknown).toHaveLength(ROUNDS);
    for (const error of unknown) expect(error).toMatchObject({ reason: 'commit_unknown' });
    expect(await fannedOut(hooks)).toEqual(await written(hooks));
    // What arrived was recorded; what did not was made again.
    expect(receiver.received).toHaveLength(ROUNDS + Math.floor(ROUNDS / 2));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(ROUNDS);
    const states = await hooks.scope.query('select distinct state from :schema.webhook_delivery_history');
    expect(states).toEqual([{ state: 'delivered' }]);
  });

  it('of who writes the event: repeated with its key it arrives once, without one twice (control)', async () => {
    const before = receiver.received.length;
    const write = (on: Scope) => on.query(WRITE_EVENT, [owner]);
    const keyed = (key: string) =>
      runIdempotent(
        behind.scope,
        { key, account: owner, operation: 'write', request: null },
        async (inner) => {
          await write(inner);
          return true;
        },
      );
    for (let round = 0; round < 10; round += 1) {
      line.arm('commit', howOf(round));
      await keyed(`write ${round}`);
      expect((await keyed(`write ${round}`)).replayed).toBe(true);
    }
    await finish(hooks);
    expect(receiver.received.length - before).toBe(10);

    const unkeyed = () => faulty.transaction((tx) => write(behind.scope.on(tx)));
    const events = (await written(hooks)).length;
    line.arm('commit', 'cut');
    await expect(unkeyed()).rejects.toMatchObject({ reason: 'commit_unknown' });
    await until('the event whose answer was lost', async () => (await written(hooks)).length > events);
    await unkeyed();
    await finish(hooks);
    expect(receiver.received.length - before).toBe(12);
  });
});

const WRITE_EVENT = `insert into :schema.outbox (type, subject, audience) values ('note.created', 'not_1', $1)`;

describe('leases of deliveries', () => {
  it('that ran out ten thousand times let no late result in', async () => {
    const [DELIVERIES, TIMES] = [500, 20];
    const hooks = await openHooks();
    try {
      const owner = await hooks.account('owner');
      await hooks.webhooks.create({ ownerId: owner, url: 'http://127.0.0.1:9/' });
      await hooks.scope.query(
        `insert into :schema.outbox (type, subject, audience)
         select 'note.created', 'not_1', $1 from generate_series(1, ${DELIVERIES})`,
        [owner],
      );
      await hooks.fanAll();
      type Claim = { readonly id: string; readonly fence: bigint };
      const claim = async (): Promise<Claim[]> => {
        const claims = await hooks.scope.query<Claim>(
          'select id, fence from :schema.webhook_claim($1, $1, 60)',
          [DELIVERIES],
        );
        expect(claims).toHaveLength(DELIVERIES);
        return claims;
      };
      const late: Claim[] = [];
      for (let time = 0; time < TIMES; time += 1) {
        late.push(...(await claim()));
        await hooks.hurry();
      }
      const current = await claim();
      const outcomes = (on: Scope, fence: string, claims: readonly Claim[]) =>
        on.query<{ outcome: string; count: number }>(
          `select outcome, count(*)::int as count
             from unnest($1::text[], $2::bigint[]) as c (id, fence) cross join lateral
                  :schema.webhook_record_attempt(c.id, ${fence}, 204, 1, null, '', null, null) as outcome
            group by 1 order by 1`,
          [claims.map(({ id }) => id), claims.map((one) => one.fence)],
        );
      expect(await outcomes(hooks.scope, 'c.fence', late)).toEqual([
        { outcome: 'stale', count: DELIVERIES * TIMES },
      ]);
      // Where the fence is not asked for they all end what another is making (control).
      const undone = new Error('undone');
      const unfenced = hooks.opened.database.transaction(async (tx) => {
        const fence = '(select d.fence from :schema.webhook_deliveries as d where d.id = c.id)';
        expect(await outcomes(hooks.scope.on(tx), fence, late.slice(0, DELIVERIES))).toEqual([
          { outcome: 'delivered', count: DELIVERIES },
        ]);
        throw undone;
      });
      await expect(unfenced).rejects.toBe(undone);
      expect(await outcomes(hooks.scope, 'c.fence', current)).toEqual([
        { outcome: 'delivered', count: DELIVERIES },
      ]);
    } finally {
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
