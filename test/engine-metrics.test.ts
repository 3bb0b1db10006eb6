import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, createLogger } from '../src/http/index.ts';
import {
  createInstance,
  engineFigures,
  enqueue,
  type Instance,
  Ledger,
  listQueues,
  MAX_JOBS_COUNTED,
  migratorOf,
  recordChange,
  type Scope,
  SYSTEM_ACTOR,
  webhooksOf,
} from '../src/kernel/index.ts';
import { type Face, openFace } from './support/face.ts';
import { signal, until } from './support/kernel.ts';
import { notesSystem } from './support/notes-system.ts';
import { numberJob, takeOne } from './support/queue.ts';

let face: Face;
let scope: Scope;

beforeAll(async () => {
  face = await openFace(['notes', 'second']);
  scope = face.instance.scope;
});

afterAll(() => face?.opened.close());

const scrape = async (app = face.app()): Promise<string> => {
  const answer = await app.request('/metrics');
  expect(answer.status).toBe(200);
  return answer.text();
};
/** The value of a figure, by its name and labels as Prometheus writes them. */
const figureIn = (text: string, figure: string): number => {
  const line = text.split('\n').find((one) => one.startsWith(`${figure} `));
  return line === undefined ? Number.NaN : Number(line.slice(figure.length + 1));
};

describe('the figures', () => {
  it('of engines that have nothing to do are zero, not missing', async () => {
    const text = await scrape();
    for (const figure of [
      'guildhall_queues{instance="second"}',
      'guildhall_ledger_seal_lag_seconds{instance="second"}',
      'guildhall_ledger_open_holds{instance="second"}',
      'guildhall_webhook_deliveries{instance="second",state="pending"}',
      'guildhall_webhook_deliveries{instance="second",state="dead"}',
      'guildhall_webhook_fanout_lag_seconds{instance="second"}',
      'guildhall_retention_alarms{instance="second",alarm="late"}',
    ]) {
      expect([figure, figureIn(text, figure)]).toEqual([figure, 0]);
    }
    expect(figureIn(text, 'guildhall_engine_up{instance="second"}')).toBe(1);
    const readAt = figureIn(text, 'guildhall_engine_read_timestamp_seconds{instance="second"}');
    expect(Math.abs(Date.now() / 1000 - readAt)).toBeLessThan(60);
  });

  it('of a queue tell its jobs by state and how long the oldest has waited, also where no worker is', async () => {
    const job = numberJob();
    for (let n = 0; n < 4; n += 1) await enqueue(scope, job, { n }, { priority: 9 - n });
    await enqueue(scope, job, { n: 9 }, { delayS: 600 });
    await enqueue(scope, job, { n: 9 }, { delayS: 600 });
    await takeOne(scope, job);
    // Its time has come, and nobody was there to put it in line.
    await scope.query(
      `update :schema.queue_jobs set run_at = clock_timestamp() - interval '2 minutes'
        where id = (select min(id) from :schema.queue_jobs where place is null)`,
    );
    const labels = `instance="notes",queue="${job.name}"`;
    const text = await scrape();
    for (const [state, count] of Object.entries({ ready: 4, running: 1, waiting: 1, dead: 0 })) {
      expect(figureIn(text, `guildhall_queue_jobs{${labels},state="${state}"}`)).toBe(count);
    }
    const age = figureIn(text, `guildhall_queue_oldest_ready_age_seconds{${labels}}`);
    expect(age).toBeGreaterThanOrEqual(120);
    expect(age).toBeLessThan(240);
    expect(figureIn(text, `guildhall_queue_paused{${labels}}`)).toBe(0);
  });

  it('of the ledger tell what is not sealed and which holds are overdue', async () => {
    const ledger = new Ledger(scope);
    await ledger.defineAssets([{ code: 'USDC', decimals: 6 }]);
    await ledger.openAccounts([
      { code: 'a', asset: 'USDC', normalSide: 'debit' },
      { code: 'b', asset: 'USDC', normalSide: 'credit' },
    ]);
    await ledger.transfer({ key: '1', debit: 'a', credit: 'b', amount: '1' });
    await ledger.hold({ key: '2', debit: 'a', credit: 'b', amount: '1' });
    await ledger.hold({ key: '3', debit: 'a', credit: 'b', amount: '1', holdS: 60 });
    await scope.query(
      `update :schema.ledger_holds set expires_at = clock_timestamp() - interval '90 seconds' where expires_at is not null`,
    );
    const before = (await engineFigures(scope)).ledger;
    expect(before).toMatchObject({ unsealed: 3, openHolds: 2, overdueHolds: 1 });
    expect(before.sealLagS).toBeGreaterThan(0);
    expect(before.overdueHoldS).toBeGreaterThanOrEqual(90);
    // Sealing waits for transactions of other tests on the same server.
    await until('the seal', async () => {
      await ledger.seal();
      const { unsealed, sealLagS } = (await engineFigures(scope)).ledger;
      return unsealed === 0 && sealLagS === 0;
    });
  });

  it('of webhooks tell what is pending, dead and disabled', async () => {
    const { id: ownerId } = await face.account('hooks@example.org', ['admin']);
    const webhooks = webhooksOf(face.instances[0] as Instance);
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      made.push((await webhooks.create({ ownerId, url: 'https://example.com/hooks' })).webhook.id);
    }
    await webhooks.disable(made[0]!);
    await scope.query('update :schema.webhook_endpoints set failing_since = now() where id = $1', [made[1]]);
    await scope.query(
      `insert into :schema.webhook_deliveries (id, endpoint_id, event_type, subject, body, created_at, due_at)
       values ('whd_1', $1, 't', 's', '{}', clock_timestamp() - interval '1 hour', clock_timestamp() - interval '5 minutes'),
              ('whd_2', $1, 't', 's', '{}', clock_timestamp(), clock_timestamp() + interval '5 minutes')`,
      [made[2]],
    );
    await scope.query(
      `insert into :schema.webhook_delivery_history
         (id, endpoint_id, event_type, subject, body, attempts, fence, state, reason, created_at)
       values ('whd_3', $1, 't', 's', '{}', 1, 1, 'dead', 'schedule_ended', now()),
              ('whd_4', $1, 't', 's', '{}', 1, 1, 'delivered', null, now())`,
      [made[2]],
    );
    const { webhooks: figures } = await engineFigures(scope);
    expect(figures).toMatchObject({ pending: 2, dead: 1, active: 1, failing: 1, disabled: 1 });
    expect(figures.oldestPendingS).toBeGreaterThanOrEqual(3_600);
    expect(figures.overdueS).toBeGreaterThanOrEqual(300);
    expect(figures.overdueS).toBeLessThan(400);
  });

  it('of the outbox tell what waits for the fan-out from what an open transaction holds back', async () => {
    const second = face.instances[1] as Instance;
    const change = { action: 'note.made', subject: 's', audience: null };
    await recordChange(second.scope, SYSTEM_ACTOR, change);
    // Transactions of other tests on the same server hold it back for a moment.
    await until('the event', async () => {
      const { behind, behindS, heldBackS } = (await engineFigures(second.scope)).outbox;
      return behind === 1 && behindS > 0 && heldBackS === 0;
    });
    await face.opened.database.transaction(async (tx) => {
      await tx.query('select pg_current_xact_id()');
      const other = await face.opened.connect();
      const elsewhere = createInstance(notesSystem, other, 'second');
      await recordChange(elsewhere.scope, SYSTEM_ACTOR, change);
      const held = (await engineFigures(elsewhere.scope)).outbox;
      expect(held).toMatchObject({ behind: 1 });
      expect(held.heldBackS).toBeGreaterThan(0);
    });
  });

  it('of retention tell how long partitions are ready, and which alarms are up', async () => {
    const { retentionAlarms, runways } = await engineFigures(scope);
    expect(runways.map(({ policy }) => policy).toSorted()).toEqual([
      'webhook_attempts',
      'webhook_delivery_history',
    ]);
    // No background task has made any yet, and a row of the test before lies in the default partition.
    expect(retentionAlarms).toEqual({ runway: 2, default_rows: 1, late: 0 });
    await scope.query(`update :schema.retention_policies set next_run_at = now() - interval '2 days'`);
    expect((await engineFigures(scope)).retentionAlarms.late).toBe(4);
    await scope.query('update :schema.retention_policies set next_run_at = now()');
  });

  it('count no further than they say, and agree with the exact view below that', async () => {
    const job = numberJob();
    await enqueue(scope, job, { n: 1 });
    const [exact] = (await listQueues(scope)).filter(({ queue }) => queue === job.name);
    const find = async () => (await engineFigures(scope)).queues.find(({ queue }) => queue === job.name);
    expect((await find())?.ready).toBe(Number(exact?.inLine));
    await scope.query(
      `insert into :schema.queue_jobs (id, place, queue_id, payload)
       select nextval(':schema.queue_places'), currval(':schema.queue_places'), s.id, '{}'
         from :schema.queue_settings as s, generate_series(1, $2) where s.name = $1`,
      [job.name, MAX_JOBS_COUNTED + 5],
    );
    expect((await find())?.ready).toBe(MAX_JOBS_COUNTED);
    await scope.query(
      'delete from :schema.queue_jobs where queue_id = (select id from :schema.queue_settings where name = $1)',
      [job.name],
    );
  });
});

describe('a scrape', () => {
  it('asks each database once for several scrapers', async () => {
    const app = face.app();
    let asked = 0;
    face.opened.database.onQuery(({ text }) => {
      if (text.includes('queue_figures')) asked += 1;
    });
    await Promise.all([scrape(app), scrape(app), scrape(app)]);
    await scrape(app);
    expect(asked).toBe(2);
  });

  it('tells which instance could not be read, shows none of its figures, and those of the others', async () => {
    const missing = createInstance(notesSystem, face.opened.database, 'missing');
    const app = createApp({
      database: face.opened.database,
      instances: [missing as Instance, ...face.instances],
      logger: createLogger({ level: 'silent' }),
    });
    const text = await scrape(app);
    expect(figureIn(text, 'guildhall_engine_up{instance="missing"}')).toBe(0);
    expect(figureIn(text, 'guildhall_engine_up{instance="notes"}')).toBe(1);
    expect(text.split('\n').filter((line) => line.includes('instance="missing"'))).toHaveLength(1);
  });

  it('is answered when the engines are locked or the pool is taken, with no figure of theirs', async () => {
    const database = await face.opened.connect({ pool_max: '1' });
    const instance = createInstance(notesSystem, database, 'second');
    const app = createApp({
      database,
      instances: [instance as Instance],
      logger: createLogger({ level: 'silent' }),
    });
    const started = performance.now();
    await face.opened.database.transaction(async (tx) => {
      await tx.query('lock table second.queue_jobs in access exclusive mode');
      expect(figureIn(await scrape(app), 'guildhall_engine_up{instance="second"}')).toBe(0);
    });
    const left = signal();
    const taken = database.transaction(() => left.promise);
    const other = createApp({
      database,
      instances: [instance as Instance],
      logger: createLogger({ level: 'silent' }),
    });
    const text = await scrape(other);
    expect(figureIn(text, 'guildhall_engine_up{instance="second"}')).toBe(0);
    expect(text).not.toContain('guildhall_ledger_open_holds{');
    // The time-outs are one and three seconds.
    expect(performance.now() - started).toBeLessThan(15_000);
    left.fire();
    await taken;
  });

  it('is answered when the database is gone', async () => {
    const database = await face.opened.connect();
    const instance = createInstance(notesSystem, database, 'second');
    await migratorOf(instance).status();
    const app = createApp({
      database,
      instances: [instance as Instance],
      logger: createLogger({ level: 'silent' }),
    });
    await database.close();
    const text = await scrape(app);
    expect(figureIn(text, 'guildhall_engine_up{instance="second"}')).toBe(0);
    expect(text).toContain('process_cpu_seconds_total');
  });
});
