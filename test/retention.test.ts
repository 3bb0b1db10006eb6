import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstance, migratorOf, verify } from '../src/kernel/instance.ts';
import { catalogTemplate, readCatalog } from '../src/kernel/migrate/catalog.ts';
import { generateTypes } from '../src/kernel/migrate/type-generator.ts';
import {
  addRetentionPolicy,
  changeRetentionPolicy,
  makePartitions,
  type RetentionProgress,
  retentionAlarms,
  retentionStatus,
  runRetention,
} from '../src/kernel/retention/index.ts';
import type { Scope } from '../src/kernel/system.ts';
import { agents } from '../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, installKernel, signal, until } from './support/kernel.ts';

let opened: TestDatabase;
let scope: Scope;
let serial = 0;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
});

afterAll(() => opened?.close());

beforeEach(async () => {
  serial += 1;
  scope = await installKernel(opened.database, `keep_${serial}`);
  await scope.query('update :schema.retention_policies set enabled = false');
});

const count = async (table: string): Promise<number> => {
  const [row] = await scope.query<{ count: bigint }>(`select count(*) as count from :schema.${table}`);
  return Number(row?.count);
};

/** A table of a system: `days` gives the age of each row. */
async function readings(days: readonly number[]): Promise<void> {
  await scope.query(
    'create table :schema.readings (id bigint generated always as identity primary key, at timestamptz(3) not null)',
  );
  await scope.query('create index readings_at_idx on :schema.readings (at)');
  await scope.query(
    'insert into :schema.readings (at) select clock_timestamp() - make_interval(days => d) from unnest($1::integer[]) as d',
    [days],
  );
  await addRetentionPolicy(scope, {
    name: 'readings',
    kind: 'rows',
    tableName: 'readings',
    timeColumn: 'at',
    keep: '10 days',
    batchSize: 3,
  });
}

/** A table by day, with a default partition. */
async function samples(stepsAhead = 3): Promise<void> {
  await scope.query(
    `create table :schema.samples (id bigint not null, at timestamptz(3) not null, note text not null default 'x',
       constraint samples_pkey primary key (id, at)) partition by range (at)`,
  );
  await scope.query('create table :schema.samples_default partition of :schema.samples default');
  await addRetentionPolicy(scope, {
    name: 'samples',
    kind: 'partitions',
    tableName: 'samples',
    timeColumn: 'at',
    keep: '5 days',
    stepsAhead,
    alarmDays: 2,
  });
}

const partitions = () =>
  scope.query<{ partition_name: string; from_at: Date | null; until_at: Date | null; is_default: boolean }>(
    "select partition_name, from_at, until_at, is_default from :schema.retention_partitions('samples')",
  );

const run = async (policy: string, options = {}) => (await runRetention(scope, { policy, ...options }))[0]!;

describe('rows', () => {
  it('go when they are older than the policy says, oldest first, in bounded batches with progress', async () => {
    await readings([20, 19, 18, 17, 16, 15, 14, 9, 1, 0]);
    const progress: RetentionProgress[] = [];
    const first = await run('readings', {
      maxBatches: 1,
      onProgress: (step: RetentionProgress) => progress.push(step),
    });
    expect(first).toMatchObject({ gone: 3, batches: 1, more: true, busy: false });
    const [oldest] = await scope.query<{ days: number }>(
      'select extract(day from clock_timestamp() - min(at))::integer as days from :schema.readings',
    );
    expect(oldest?.days).toBe(17);
    expect(
      await run('readings', { onProgress: (step: RetentionProgress) => progress.push(step) }),
    ).toMatchObject({
      gone: 4,
      batches: 2,
      more: false,
    });
    expect(progress.map(({ gone }) => gone)).toEqual([3, 3, 4]);
    expect(await count('readings')).toBe(3);
    const [status] = (await retentionStatus(scope)).filter(({ name }) => name === 'readings');
    expect(status).toMatchObject({ totalGone: 7n, lastGone: 1n, keep: '10 days' });
  });

  it('are counted and left alone by a dry run', async () => {
    await readings([20, 15, 1]);
    expect(await run('readings', { dryRun: true })).toMatchObject({ gone: 2, batches: 0 });
    expect(await count('readings')).toBe(3);
  });

  it('are looked for by the index on time', async () => {
    await readings([20]);
    await scope.query(
      'insert into :schema.readings (at) select clock_timestamp() from generate_series(1, 20000)',
    );
    await scope.query('analyze :schema.readings');
    const plan = await scope.query<{ 'QUERY PLAN': string }>(
      `explain select ctid from :schema.readings where at < now() - interval '10 days' order by at limit 3 for update skip locked`,
    );
    expect(JSON.stringify(plan)).toContain('readings_at_idx');
  });

  it('that somebody holds are passed over; two maintainers of one policy do not meet', async () => {
    await readings([20, 19, 18, 17]);
    const second = scope.on(await opened.connect());
    const [held, release] = [signal(), signal()];
    const holder = second.executor.transaction(async (tx) => {
      await second.on(tx).query("select from :schema.retention_policies where name = 'readings' for update");
      held.fire();
      await release.promise;
    });
    await held.promise;
    expect(await run('readings')).toMatchObject({ gone: 0, busy: true });
    release.fire();
    await holder;
    const results = await Promise.all([
      runRetention(scope, { policy: 'readings' }),
      runRetention(second, { policy: 'readings' }),
    ]);
    expect(results.flat().reduce((sum, { gone }) => sum + gone, 0)).toBe(4);
  });

  it('of append-only tables, without an index, or without such a time are refused', async () => {
    const add = (tableName: string, timeColumn: string, kind: 'rows' | 'partitions' = 'rows') =>
      failureOf(addRetentionPolicy(scope, { name: 'bad', kind, tableName, timeColumn, keep: '1 day' }));
    expect(await add('audit_log', 'at')).toMatchObject({ code: 'forbidden', reason: 'append_only' });
    expect(await add('outbox', 'at')).toMatchObject({ reason: 'retention_index_missing' });
    expect(await add('accounts', 'disabled_at')).toMatchObject({ reason: 'retention_time_column' });
    expect(await add('accounts', 'login')).toMatchObject({ reason: 'retention_time_column' });
    expect(await add('nothing', 'at')).toMatchObject({ code: 'not_found' });
    expect(await add('idempotency_keys', 'created_at', 'partitions')).toMatchObject({
      reason: 'retention_not_partitioned',
    });
    await scope
      .query("update :schema.retention_policies set table_name = 'audit_log' where name = 'outbox'")
      .then(
        () => expect.unreachable(),
        (error) => expect(error).toMatchObject({ reason: 'append_only' }),
      );
    expect(await failureOf(changeRetentionPolicy(scope, 'outbox', { keep: '1 second' }))).toMatchObject({
      code: 'invalid_input',
    });
    expect(await failureOf(changeRetentionPolicy(scope, 'none', { keep: '1 day' }))).toMatchObject({
      code: 'not_found',
    });
  });
});

describe('a policy', () => {
  it('whose table is gone is an error, and the others are carried out all the same', async () => {
    await readings([20]);
    await scope.query('create table :schema.aaa (at timestamptz not null)');
    await scope.query('create index aaa_at_idx on :schema.aaa (at)');
    await addRetentionPolicy(scope, {
      name: 'aaa',
      kind: 'rows',
      tableName: 'aaa',
      timeColumn: 'at',
      keep: '1 day',
    });
    await scope.query('drop table :schema.aaa');
    await expect(runRetention(scope)).rejects.toThrow('aaa');
    expect(await count('readings')).toBe(0);
  });

  it('runs when it is due, and then again after its time', async () => {
    await readings([20]);
    expect(await runRetention(scope)).toMatchObject([{ policy: 'readings', gone: 1 }]);
    expect(await runRetention(scope)).toEqual([]);
    await scope.query(
      "update :schema.retention_policies set next_run_at = clock_timestamp() - interval '1 second'",
    );
    expect(await runRetention(scope)).toHaveLength(1);
  });
});

describe('events', () => {
  const event = (ageDays: number) =>
    scope.query(
      `insert into :schema.outbox (type, subject, at) values ('thing.changed', $1::text, clock_timestamp() - make_interval(days => $1::integer))`,
      [ageDays],
    );
  const subjects = async () =>
    (await scope.query<{ subject: string }>('select subject from :schema.outbox order by xid, id')).map(
      ({ subject }) => subject,
    );

  it('go when they are old and the webhooks have read them, and never before', async () => {
    await changeRetentionPolicy(scope, 'outbox', { enabled: true, batchSize: 2 });
    for (const age of [60, 50, 45, 40, 35, 5]) await event(age);
    expect(await run('outbox')).toMatchObject({ gone: 0, more: false });
    await scope.query(
      `update :schema.webhook_cursor as c set xid = o.xid, event_id = o.id from :schema.outbox as o where o.subject = '40'`,
    );
    expect(await run('outbox', { dryRun: true })).toMatchObject({ gone: 4 });
    expect(await run('outbox')).toMatchObject({ gone: 4, batches: 3 });
    expect(await subjects()).toEqual(['35', '5']);
    await scope.query('update :schema.webhook_cursor set xid = pg_current_xact_id(), event_id = 0');
    expect(await run('outbox')).toMatchObject({ gone: 1, more: false });
    expect(await subjects()).toEqual(['5']);
  });
});

describe('partitions', () => {
  it('are made ahead, by day in UTC, whatever the session’s time zone', async () => {
    await samples();
    expect(await makePartitions(scope, 'samples')).toBe(4);
    expect(await makePartitions(scope, 'samples')).toBe(0);
    const made = (await partitions()).filter(({ is_default }) => !is_default);
    expect(made).toHaveLength(4);
    for (const { partition_name, from_at, until_at } of made) {
      const day = from_at!.toISOString();
      expect(day).toMatch(/T00:00:00\.000Z$/);
      expect(until_at!.getTime() - from_at!.getTime()).toBe(86_400_000);
      expect(partition_name).toBe(`samples_p${day.slice(0, 10).replaceAll('-', '')}`);
    }
    await scope.executor.transaction(async (tx) => {
      await tx.query("set local timezone = 'Pacific/Kiritimati'");
      await tx.query("set local datestyle = 'SQL, DMY'");
      expect(
        await scope
          .on(tx)
          .query('select days_ahead > 2 as ok from :schema.retention_status where name = $1', ['samples']),
      ).toEqual([{ ok: true }]);
    });
  });

  it('of months go over the ends of years', async () => {
    await scope.query(
      'create table :schema.bills (id int not null, at timestamptz not null, primary key (id, at)) partition by range (at)',
    );
    await addRetentionPolicy(scope, {
      name: 'bills',
      kind: 'partitions',
      tableName: 'bills',
      timeColumn: 'at',
      keep: '2 years',
      step: 'month',
      stepsAhead: 14,
    });
    expect(await makePartitions(scope, 'bills')).toBe(15);
    const rows = await scope.query<{ from_at: Date; until_at: Date }>(
      "select from_at, until_at from :schema.retention_partitions('bills')",
    );
    for (const [index, { from_at, until_at }] of rows.entries()) {
      expect(from_at.getUTCDate()).toBe(1);
      if (index > 0) expect(from_at).toEqual(rows[index - 1]?.until_at);
      expect(until_at > from_at).toBe(true);
    }
  });

  it('wholly past their time are dropped, the others stay with their rows', async () => {
    await samples();
    // Rows of twelve days that had no partitions in time.
    await scope.query(
      `insert into :schema.samples (id, at) select d, clock_timestamp() - make_interval(days => d) from generate_series(0, 11) as d`,
    );
    const result = await run('samples');
    expect(result.partitionsMade).toBe(15);
    expect(await count('samples_default')).toBe(0);
    // Whole days that ended at least five days ago: ages 6 to 11.
    expect(result).toMatchObject({ gone: 6, more: false });
    const left = await scope.query<{ id: bigint }>('select id from :schema.samples order by id');
    expect(left.map(({ id }) => Number(id))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await run('samples', { dryRun: true })).toMatchObject({ gone: 0 });
  });

  it('that were missing leave rows in the default one, which is an alarm until they are put right', async () => {
    await samples();
    await scope.query(
      "insert into :schema.samples (id, at) values (1, clock_timestamp()), (2, clock_timestamp() + interval '1 day')",
    );
    expect(await retentionAlarms(scope)).toEqual([
      { name: 'samples', alarm: 'default_rows', problem: expect.stringContaining('2 rows of samples') },
      { name: 'samples', alarm: 'runway', problem: expect.stringContaining('0.00 more days') },
    ]);
    await runRetention(scope, { policy: 'samples' });
    expect(await retentionAlarms(scope)).toEqual([]);
    expect(await count('samples')).toBe(2);
    expect(await count('samples_default')).toBe(0);
  });

  it('that run out raise the alarm, as does a policy that has not run for a day', async () => {
    await samples(1);
    await makePartitions(scope, 'samples');
    expect(await retentionAlarms(scope)).toMatchObject([{ name: 'samples', alarm: 'runway' }]);
    await scope.query("update :schema.retention_policies set steps_ahead = 9 where name = 'samples'");
    await makePartitions(scope, 'samples');
    expect(await retentionAlarms(scope)).toEqual([]);
    await scope.query(
      "update :schema.retention_policies set next_run_at = now() - interval '2 days' where name = 'samples'",
    );
    expect(await retentionAlarms(scope)).toMatchObject([{ name: 'samples', alarm: 'late' }]);
  });

  it('are not waited for: with a reader on the table a drop gives up, and everybody else goes on', async () => {
    await samples();
    await scope.query(
      "insert into :schema.samples (id, at) values (1, clock_timestamp() - interval '9 days')",
    );
    await makePartitions(scope, 'samples');
    const reader = scope.on(await opened.connect());
    const [reading, done] = [signal(), signal()];
    const read = reader.executor.transaction(async (tx) => {
      await reader.on(tx).query('select from :schema.samples');
      reading.fire();
      await done.promise;
    });
    await reading.promise;
    const started = performance.now();
    expect(await run('samples')).toMatchObject({ gone: 0, busy: true });
    expect(performance.now() - started).toBeLessThan(5_000);
    await scope.query('insert into :schema.samples (id, at) values (2, clock_timestamp())');
    done.fire();
    await read;
    expect(await run('samples')).toMatchObject({ gone: 1, busy: false });
  });

  it('are made once by maintainers that come at the same moment, while rows keep coming', async () => {
    await samples(10);
    const others = await Promise.all([opened.connect(), opened.connect(), opened.connect()]);
    let writing = true;
    let rows = 0;
    const writer = (async () => {
      while (writing) {
        rows += 1;
        await scope.query(
          'insert into :schema.samples (id, at) values ($1::bigint, clock_timestamp() + make_interval(days => ($1::bigint % 11)::integer))',
          [rows],
        );
      }
    })();
    await until('some rows', () => rows > 20);
    const results = await Promise.all(
      others.map((database) => makePartitions(scope.on(database), 'samples')),
    );
    await until('the partitions', async () => {
      await makePartitions(scope, 'samples');
      return (await partitions()).length === 12;
    });
    writing = false;
    await writer;
    expect(results.every((made) => made >= 0)).toBe(true);
    await makePartitions(scope, 'samples');
    expect(await count('samples')).toBe(rows);
    expect(await count('samples_default')).toBe(0);
  });
});

describe('the catalogue', () => {
  it('is the same before partitions, with them, and after they are dropped; verify stays sound', async () => {
    const instance = createInstance(agents, opened.database, `team_${serial}`);
    await migratorOf(instance).up();
    const facts = async () => readCatalog(opened.database, instance.schema);
    const types = await generateTypes(opened.database, instance.schema);
    const before = await facts();
    expect((await verify(instance)).findings).toEqual([]);
    expect(await makePartitions(instance.scope, 'webhook_attempts')).toBe(15);
    expect(await makePartitions(instance.scope, 'webhook_delivery_history')).toBe(15);
    expect(await facts()).toEqual(before);
    expect(await generateTypes(opened.database, instance.schema)).toBe(types);
    expect((await verify(instance)).findings).toEqual([]);
    await instance.scope.query(
      "update :schema.retention_policies set keep = '1 hour' where name = 'webhook_attempts'",
    );
    await instance.scope.query(
      `insert into :schema.webhook_attempts (delivery_id, number, endpoint_id, at, duration_ms)
       values ('whd_1', 1, 'whe_1', clock_timestamp() - interval '3 days', 1)`,
    );
    expect((await runRetention(instance.scope, { policy: 'webhook_attempts' }))[0]).toMatchObject({
      gone: 1,
      partitionsMade: 1,
    });
    expect((await verify(instance)).findings).toEqual([]);
    expect(catalogTemplate(before, instance.schema)['table webhook_attempts']).toBe(
      'partitioned table by RANGE (at)',
    );
  });

  it('still tells a wrong partition column, a stray table, a foreign one, and a partition in another schema', async () => {
    const instance = createInstance(agents, opened.database, `strict_${serial}`);
    await migratorOf(instance).up();
    const { scope: own, schema } = instance;
    const subjects = async () =>
      (await verify(instance)).findings.map(({ kind, subject }) => `${kind} ${subject}`);
    await own.query('create table :schema.stray (id int primary key)');
    expect(await subjects()).toEqual(['unexpected table stray']);
    await own.query('drop table :schema.stray');
    await own.query(
      `create table :schema.stray_p20200101 (id int not null, at timestamptz not null) partition by range (at)`,
    );
    expect(await subjects()).toEqual(['unexpected table stray_p20200101']);
    await own.query('drop table :schema.stray_p20200101');
    await opened.database.query(`create schema elsewhere_${serial}`);
    await own.query(
      `create table elsewhere_${serial}.w partition of :schema.webhook_attempts for values from ('2020-01-01') to ('2020-01-02')`,
    );
    expect(await subjects()).toEqual([`unexpected table elsewhere_${serial}.w`]);
    await opened.database.query(`drop table elsewhere_${serial}.w`);
    await own.query('alter table :schema.webhook_attempts add column extra text');
    expect(await subjects()).toEqual(['unexpected column webhook_attempts.extra']);
    await own.query('alter table :schema.webhook_attempts drop column extra');
    const [definition] = await own.query<{ text: string }>(
      "select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'webhook_attempts_pkey' and connamespace = to_regnamespace($1)",
      [schema],
    );
    expect(definition?.text).toContain('delivery_id');
    // The same table by another column.
    await own.query('alter table :schema.webhook_attempts rename to webhook_attempts_before');
    await own.query('drop table :schema.webhook_attempts_before');
    await own.query(
      `create table :schema.webhook_attempts (delivery_id text not null, number integer not null, endpoint_id text not null,
         at timestamptz(3) not null default clock_timestamp(), status integer, duration_ms integer not null, error text,
         response text not null default '', constraint webhook_attempts_pkey primary key (delivery_id, number, at),
         constraint webhook_attempts_response_check check (length(response) <= 1024)) partition by range (number)`,
    );
    expect(await subjects()).toContain('changed table webhook_attempts');
  });
});
