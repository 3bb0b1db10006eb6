import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createInstance,
  type Database,
  defineSchedule,
  dueSlots,
  fireSchedules,
  listSchedules,
  nextSlot,
  pauseSchedule,
  pruneHistory,
  removeSchedule,
  resumeSchedule,
  type Scope,
} from '../src/kernel/index.ts';
import { agents } from '../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf } from './support/kernel.ts';
import { brokenInvariants, countOf, numberJob } from './support/queue.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  scope = opened.agents.scope;
});

afterAll(() => opened?.close());

afterEach(async () => {
  expect(await brokenInvariants(scope)).toEqual([]);
  await scope.query('delete from :schema.queue_schedules');
});

const HOUR_MS = 3_600_000;

/** Every slot after a moment and before another. */
function slotsBetween(cron: string, timeZone: string, from: string, to: string): string[] {
  const slots: string[] = [];
  for (let slot = nextSlot({ cron, timeZone }, new Date(from)); slot !== null && slot < new Date(to); ) {
    slots.push(slot.toISOString().slice(5, 16));
    slot = nextSlot({ cron, timeZone }, slot);
  }
  return slots;
}

/** The pointer of a schedule, as a downtime would leave it. */
const rewind = (name: string, by: string) =>
  scope.query(
    `update :schema.queue_schedules set next_slot = date_trunc('minute', clock_timestamp()) - $2::interval where name = $1`,
    [name, by],
  );

const jobsOf = (job: { name: string }) =>
  countOf(
    scope,
    'select count(*) from :schema.queue_jobs j join :schema.queue_settings s on s.id = j.queue_id where s.name = $1',
    [job.name],
  );

describe('a time of day', () => {
  it.each([
    [
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      '2026-03-31T12:00Z',
      ['03-29T01:00', '03-30T00:30', '03-31T00:30'],
    ],
    [
      'America/New_York',
      '2026-03-07T12:00Z',
      '2026-03-10T12:00Z',
      ['03-08T07:00', '03-09T06:30', '03-10T06:30'],
    ],
    ['Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-05T12:00Z', ['10-03T15:30', '10-04T15:30']],
  ])('that the spring of %s leaves out comes at the first moment after the gap', (zone, from, to, slots) => {
    const cron = zone === 'Australia/Lord_Howe' ? '30 2 * * *' : '30 2 * * *';
    expect(slotsBetween(cron, zone, from, to)).toEqual(slots);
  });

  it.each([
    [
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      '2026-10-27T12:00Z',
      ['10-25T00:30', '10-26T01:30', '10-27T01:30'],
    ],
    [
      'America/New_York',
      '2026-10-31T12:00Z',
      '2026-11-03T12:00Z',
      ['11-01T06:30', '11-02T06:30', '11-03T06:30'],
    ],
  ])('that the autumn of %s has twice comes once, the first time', (zone, from, to, slots) => {
    const cron = zone === 'Europe/Berlin' ? '30 2 * * *' : '30 1 * * *';
    const expected = zone === 'Europe/Berlin' ? slots : ['11-01T05:30', '11-02T06:30', '11-03T06:30'];
    expect(slotsBetween(cron, zone, from, to)).toEqual(expected);
  });
});

describe('a rhythm', () => {
  it.each([
    ['Europe/Berlin', '2026-03-28T23:50Z', '2026-03-29T03:10Z'],
    ['America/New_York', '2026-03-08T05:50Z', '2026-03-08T09:10Z'],
    ['Europe/Berlin', '2026-10-24T23:50Z', '2026-10-25T03:10Z'],
    ['America/New_York', '2026-11-01T04:50Z', '2026-11-01T08:10Z'],
  ])('of half an hour goes on in %s through the change at %s', (zone, from, to) => {
    const expected = [];
    for (let at = Math.ceil(Date.parse(from) / 1_800_000) * 1_800_000; at < Date.parse(to); at += 1_800_000) {
      expected.push(new Date(at).toISOString().slice(5, 16));
    }
    expect(slotsBetween('*/30 * * * *', zone, from, to)).toEqual(expected);
  });

  it('of stated hours misses those in the gap and has those in the fold twice', () => {
    expect(slotsBetween('0 1,2,3 * * *', 'Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T12:00Z')).toEqual([
      '03-29T00:00',
      '03-29T01:00',
    ]);
    expect(slotsBetween('0 1,2,3 * * *', 'Europe/Berlin', '2026-10-24T22:30Z', '2026-10-25T12:00Z')).toEqual([
      '10-24T23:00',
      '10-25T00:00',
      '10-25T01:00',
      '10-25T02:00',
    ]);
  });

  it('of seconds, with names, and one that never comes', () => {
    const second = nextSlot({ cron: '*/10 * * * * *', timeZone: 'UTC' }, new Date('2026-01-01T00:00:01Z'));
    expect(second).toEqual(new Date('2026-01-01T00:00:10Z'));
    const friday = nextSlot(
      { cron: '0 9 * * FRI', timeZone: 'Asia/Tokyo' },
      new Date('2026-01-01T00:00:00Z'),
    );
    expect(friday).toEqual(new Date('2026-01-02T00:00:00Z'));
    expect(nextSlot({ cron: '0 0 30 2 *', timeZone: 'UTC' }, new Date())).toBeNull();
  });
});

describe('slots missed', () => {
  const rhythm = { cron: '* * * * *', timeZone: 'UTC' };
  const from = new Date('2026-01-01T00:00:00Z');
  const now = new Date('2026-01-01T05:00:30Z');

  it('are all caught up, the latest so many; or the last; or none', () => {
    const all = dueSlots(rhythm, { from, now, catchUp: 'all', most: 1_000 });
    expect([all.slots.length, all.skipped, all.next]).toEqual([301, 0, new Date('2026-01-01T05:01:00Z')]);
    const some = dueSlots(rhythm, { from, now, catchUp: 'all', most: 3 });
    expect(some.slots.map((slot) => slot.toISOString().slice(11, 16))).toEqual(['04:58', '04:59', '05:00']);
    expect(some.skipped).toBe(298);
    expect(dueSlots(rhythm, { from, now, catchUp: 'last', most: 9 }).slots).toEqual([
      new Date('2026-01-01T05:00:00Z'),
    ]);
    const late = new Date('2026-01-01T05:00:00Z');
    const none = dueSlots(
      { cron: '0 * * * *', timeZone: 'UTC' },
      { from, now: new Date(+late + 120_000), catchUp: 'none', most: 9 },
    );
    expect([none.slots, none.skipped, none.next]).toEqual([[], 6, new Date('2026-01-01T06:00:00Z')]);
    const punctual = dueSlots(rhythm, { from: late, now, catchUp: 'none', most: 9 });
    expect([punctual.slots, punctual.skipped]).toEqual([[late], 0]);
  });

  it('of years are not counted one by one for ever', () => {
    const began = performance.now();
    const due = dueSlots(
      { cron: '* * * * * *', timeZone: 'UTC' },
      { from: new Date('2020-01-01T00:00:00Z'), now, catchUp: 'all', most: 2 },
    );
    expect(due.slots).toEqual([new Date('2026-01-01T05:00:29Z'), new Date('2026-01-01T05:00:30Z')]);
    expect(due.next).toEqual(new Date('2026-01-01T05:00:31Z'));
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('a schedule', () => {
  it('enqueues each slot once, whichever of many schedulers comes first', async () => {
    const job = numberJob();
    await defineSchedule(scope, job, {
      name: 'each',
      cron: '* * * * *',
      payload: { n: 1 },
      catchUp: 'all',
      catchUpMost: 1_000,
    });
    await rewind('each', '30 minutes');
    const others = await Promise.all([1, 2, 3, 4].map(() => opened.connect()));
    const scopes = [scope, ...others.map((other) => createInstance(agents, other).scope)];
    await Promise.all(scopes.flatMap((one) => [fireSchedules(one), fireSchedules(one)]));
    await fireSchedules(scope);
    const minutes = await countOf(
      scope,
      "select count(distinct slot) from :schema.queue_slots where schedule = 'each'",
    );
    expect([31, 32]).toContain(minutes);
    expect(await jobsOf(job)).toBe(minutes);
    const [state] = await listSchedules(scope);
    expect(state).toMatchObject({ name: 'each', queue: job.name, slotsSkipped: 0n });
    expect(state?.lastSlot?.getTime()).toBe((state?.nextSlot?.getTime() ?? 0) - 60_000);
  });

  it('whose pointer was moved back gives no slot a second job', async () => {
    const job = numberJob();
    await defineSchedule(scope, job, { name: 'back', cron: '* * * * *', payload: { n: 1 }, catchUp: 'all' });
    await rewind('back', '10 minutes');
    await fireSchedules(scope);
    const before = await jobsOf(job);
    await rewind('back', '10 minutes');
    await fireSchedules(scope);
    expect((await jobsOf(job)) - before).toBeLessThanOrEqual(1);
  });

  it('moves its pointer and enqueues in one transaction, or does neither', async () => {
    const job = numberJob();
    await defineSchedule(scope, job, { name: 'both', cron: '* * * * *', payload: { n: 1 } });
    await rewind('both', '1 minute');
    await expect(
      database.transaction(async (tx) => {
        await fireSchedules(scope.on(tx));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await jobsOf(job)).toBe(0);
    await fireSchedules(scope);
    expect(await jobsOf(job)).toBe(1);
  });

  it.each([-1, 1])(
    'goes by the clock of the database when that of the process is wrong by %i h',
    async (hours) => {
      const job = numberJob();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * HOUR_MS });
      try {
        await defineSchedule(scope, job, {
          name: `skewed ${hours}`,
          cron: '*/20 * * * *',
          payload: { n: 1 },
          catchUp: 'all',
        });
        const next = await scope.query<{ soon: boolean }>(
          "select next_slot > clock_timestamp() and next_slot <= clock_timestamp() + interval '20 minutes' as soon from :schema.queue_schedules",
        );
        expect(next).toEqual([{ soon: true }]);
        await fireSchedules(scope);
        expect(await jobsOf(job)).toBe(0);
        await scope.query("update :schema.queue_schedules set next_slot = next_slot - interval '1 hour'");
        await fireSchedules(scope);
        expect(await jobsOf(job)).toBe(3);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('defined again the same keeps its pointer; with another rhythm it begins anew', async () => {
    const job = numberJob();
    const schedule = { name: 'again', cron: '0 0 * * *', payload: { n: 1 } };
    await defineSchedule(scope, job, schedule);
    await rewind('again', '3 days');
    const pointer = async () => (await listSchedules(scope))[0]?.nextSlot;
    const before = await pointer();
    await defineSchedule(scope, job, schedule);
    await defineSchedule(scope, job, { ...schedule, payload: { n: 2 } });
    expect(await pointer()).toEqual(before);
    await defineSchedule(scope, job, { ...schedule, timeZone: 'Asia/Tokyo' });
    expect((await pointer())?.getTime()).toBeGreaterThan(Date.now());
  });

  it('that is paused lets its slots pass, and goes on with the next', async () => {
    const job = numberJob();
    await defineSchedule(scope, job, {
      name: 'paused',
      cron: '* * * * *',
      payload: { n: 1 },
      catchUp: 'all',
    });
    await rewind('paused', '5 minutes');
    await pauseSchedule(scope, 'paused');
    await fireSchedules(scope);
    expect(await jobsOf(job)).toBe(0);
    await resumeSchedule(scope, 'paused');
    await fireSchedules(scope);
    expect(await jobsOf(job)).toBeLessThanOrEqual(1);
    expect((await listSchedules(scope))[0]?.slotsSkipped).toBeGreaterThanOrEqual(5n);
    await removeSchedule(scope, 'paused');
    expect((await failureOf(removeSchedule(scope, 'paused'))).code).toBe('not_found');
  });

  it('keeps the slots that could come again when old ones are pruned', async () => {
    const job = numberJob();
    await defineSchedule(scope, job, { name: 'kept', cron: '* * * * *', payload: { n: 1 }, catchUp: 'all' });
    await rewind('kept', '10 days');
    await fireSchedules(scope);
    const slots = () => countOf(scope, "select count(*) from :schema.queue_slots where schedule = 'kept'");
    expect(await slots()).toBe(100);
    await pruneHistory(scope);
    expect(await slots()).toBe(100);
    await scope.query(
      "update :schema.queue_slots set slot = slot - interval '8 days' where schedule = 'kept'",
    );
    await pruneHistory(scope);
    expect(await slots()).toBe(0);
  });

  it('is refused with a bad expression, zone or payload', async () => {
    const job = numberJob();
    for (const [bad, field] of [
      [{ cron: '99 * * * *' }, 'cron'],
      [{ timeZone: 'Mars/Olympus' }, 'cron'],
      [{ catchUp: 'some' }, 'catchUp'],
      [{ catchUpMost: 0 }, 'catchUpMost'],
      [{ payload: { n: 'x' } }, 'payload.n'],
    ] as const) {
      const schedule = { name: 'bad', cron: '* * * * *', payload: { n: 1 }, ...bad } as never;
      expect(await failureOf(defineSchedule(scope, job, schedule))).toMatchObject({
        code: 'invalid_input',
        field,
      });
    }
  });
});
