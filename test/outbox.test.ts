import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../src/kernel/database/types.ts';
import { kernelSql } from '../src/kernel/generated/sql.ts';
import { readCatalog } from '../src/kernel/migrate/catalog.ts';
import { verifyInstance } from '../src/kernel/migrate/verify.ts';
import { latestCursor, MAX_EVENTS, readEvents } from '../src/kernel/outbox.ts';
import type { OutboxEvent, Scope } from '../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, installKernel, until } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

const WRITERS = 4;
const writers: pg.Client[] = [];

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
  scope = await installKernel(database, 'ledger');
  for (let index = 0; index < WRITERS; index += 1) {
    const client = new pg.Client({ connectionString: opened.url });
    await client.connect();
    writers.push(client);
  }
});

afterAll(async () => {
  for (const writer of writers) await writer.end();
  await opened?.close();
});

beforeEach(() => scope.query('truncate :schema.outbox'));
// Whatever a failed test left open would hold up every feed of the server.
afterEach(() => Promise.all(writers.map((writer) => writer.query('rollback'))));

/** Other test files write on this server too, and their open transactions hold the feed up for a moment. */
async function readSoon(count: number, from: { after?: string } = {}): Promise<OutboxEvent[]> {
  let events: OutboxEvent[] = [];
  await until(`${count} events`, async () => {
    events = await readEvents(scope, from);
    return events.length >= count;
  });
  return events;
}

const emit = (executor: Pick<pg.Client, 'query'>, subject: string) =>
  executor.query(
    `insert into ledger.outbox (type, subject, payload) values ('thing.changed', $1, '{"a": 1}')`,
    [subject],
  );

const emitAlone = (subject: string) =>
  scope.query("insert into :schema.outbox (type, subject) values ('thing.changed', $1)", [subject]);

type Action = 'write' | 'commit' | 'roll back' | 'read';
interface Step {
  readonly writer: number;
  readonly action: Action;
}

/** A reader of the feed: takes what there is, and remembers where it stands. */
interface Reader {
  readonly read: () => Promise<readonly string[]>;
}

/** Plays a schedule of concurrent transactions; returns what was committed and what the reader saw. */
async function play(
  schedule: readonly Step[],
  reader: Reader,
): Promise<{ committed: string[]; seen: string[] }> {
  await scope.query('truncate :schema.outbox');
  const open = new Map<number, string[]>();
  const committed: string[] = [];
  const seen: string[] = [];
  const end = async (writer: number, how: 'commit' | 'roll back'): Promise<void> => {
    const written = open.get(writer);
    if (written === undefined) return;
    await writers[writer]?.query(how === 'commit' ? 'commit' : 'rollback');
    open.delete(writer);
    if (how === 'commit') committed.push(...written);
  };
  for (const [index, { writer, action }] of schedule.entries()) {
    if (action === 'read') seen.push(...(await reader.read()));
    else if (action === 'write') {
      const client = writers[writer] as pg.Client;
      if (!open.has(writer)) await client.query('begin');
      const subject = `step ${index} of writer ${writer}`;
      open.set(writer, [...(open.get(writer) ?? []), subject]);
      await emit(client, subject);
    } else await end(writer, action);
  }
  for (let writer = 0; writer < WRITERS; writer += 1) await end(writer, 'commit');
  await readToEnd(reader, seen);
  return { committed, seen };
}

/** To an event that comes last, so that "no more came" is a fact and not a matter of waiting. */
async function readToEnd(reader: Reader, seen: string[]): Promise<void> {
  await emitAlone('the end');
  await until('the end of the feed', async () => {
    seen.push(...(await reader.read()));
    return seen.includes('the end');
  });
  seen.splice(seen.indexOf('the end'), 1);
}

function feedReader(limit: number): Reader {
  let after: string | undefined;
  return {
    read: async () => {
      const events = await readEvents(scope, { limit, ...(after === undefined ? {} : { after }) });
      after = events.at(-1)?.cursor ?? after;
      return events.map((event) => event.subject);
    },
  };
}

/** The reader that everybody writes first: by the number of the row. */
function naiveReader(): Reader {
  let after = '0';
  return {
    read: async () => {
      const rows = await scope.query<{ id: bigint; subject: string }>(
        'select id, subject from :schema.outbox where id > $1 order by id',
        [after],
      );
      after = String(rows.at(-1)?.id ?? after);
      return rows.map((row) => row.subject);
    },
  };
}

/** The later number commits first, and the reader comes by in between. */
const LATE_COMMIT: readonly Step[] = [
  { writer: 0, action: 'write' },
  { writer: 1, action: 'write' },
  { writer: 1, action: 'commit' },
  { writer: 0, action: 'read' },
  { writer: 0, action: 'commit' },
  { writer: 0, action: 'read' },
];

describe('the feed', () => {
  it('shows every committed event once and no other, whatever the order of commits and reads', async () => {
    const step = fc.record({
      writer: fc.nat(WRITERS - 1),
      action: fc.constantFrom<Action>('write', 'write', 'commit', 'roll back', 'read'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (schedule, limit) => {
          const { committed, seen } = await play(schedule, feedReader(limit));
          expect(seen.toSorted()).toEqual(committed.toSorted());
        },
      ),
      { numRuns: 50, endOnFailure: true, examples: [[[...LATE_COMMIT], 1]] },
    );
  });

  it('keeps the order within a transaction', async () => {
    const schedule: Step[] = Array.from({ length: 12 }, (_, index) => ({
      writer: index % 2,
      action: 'write',
    }));
    const { seen } = await play(schedule, feedReader(5));
    for (const writer of [0, 1]) {
      const own = seen.filter((subject) => subject.endsWith(`writer ${writer}`));
      expect(own).toEqual(own.toSorted((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])));
      expect(own).toHaveLength(6);
    }
  });

  it('orders transactions by number, not by the text of their numbers', async () => {
    await scope.query(
      `insert into :schema.outbox (xid, type, subject)
       select n::text::xid8, 'thing.changed', n::text from unnest(array[10, 9, 100, 11]) as n`,
    );
    const reader = feedReader(1);
    const seen = [await reader.read(), await reader.read(), await reader.read(), await reader.read()];
    expect(seen.flat()).toEqual(['9', '10', '11', '100']);
    expect(await latestCursor(scope)).toMatch(/^100-/);
  });

  it('would lose the late commit if it were read by row number (control)', async () => {
    const { committed, seen } = await play(LATE_COMMIT, naiveReader());
    expect(committed).toHaveLength(2);
    expect(seen).toEqual(['step 1 of writer 1']);
    expect((await play(LATE_COMMIT, feedReader(10))).seen).toHaveLength(2);
  });

  it('is held up by an open transaction that writes anything at all, and goes on when it ends', async () => {
    await database.query('create table if not exists elsewhere (id int)');
    const [slow] = writers;
    await slow?.query('begin; insert into elsewhere values (1)');
    await emitAlone('later');
    expect(await readEvents(scope)).toEqual([]);
    await slow?.query('rollback');
    expect(await readSoon(1)).toHaveLength(1);
  });

  it('is not held up by one that only reads', async () => {
    const [reader] = writers;
    await reader?.query('begin isolation level repeatable read; select 1 from ledger.outbox');
    await emitAlone('meanwhile');
    expect(await readSoon(1)).toHaveLength(1);
  });

  it('gives the higher id to the later of two changes of one thing, also where it shows them the other way', async () => {
    const [first, second] = writers as [pg.Client, pg.Client];
    await first.query('begin; select pg_current_xact_id()');
    await second.query('begin');
    await emit(second, 'the thing, changed first');
    await second.query('commit');
    await emit(first, 'the thing, changed last');
    await first.query('commit');
    const events = await readSoon(2);
    expect(events.map(({ subject }) => subject)).toEqual([
      'the thing, changed last',
      'the thing, changed first',
    ]);
    const number = (id: string | undefined) => Number(id?.slice('evt_'.length));
    expect(number(events[0]?.id)).toBeGreaterThan(number(events[1]?.id));
  });

  it('gives an event whole', async () => {
    const before = Date.now();
    await scope.query(
      `insert into :schema.outbox (type, subject, audience, payload) values ('cost.created', 'cst_1', 'usr_1', '{"a": [1, "ä"]}')`,
    );
    const [event] = await readSoon(1);
    expect(event).toEqual({
      cursor: expect.stringMatching(/^\d+-\d+$/),
      id: expect.stringMatching(/^evt_\d+$/),
      type: 'cost.created',
      subject: 'cst_1',
      audience: 'usr_1',
      payload: { a: [1, 'ä'] },
      at: expect.any(Date),
    });
    expect(Math.abs((event?.at.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  it('is read in pages of a thousand at most, and of one at least', async () => {
    await scope.query(
      "insert into :schema.outbox (type, subject) select 'thing.changed', 'thing ' || n from generate_series(1, $1) as n",
      [MAX_EVENTS + 1],
    );
    await readSoon(MAX_EVENTS);
    const page = await readEvents(scope, { limit: MAX_EVENTS + 1 });
    expect(page).toHaveLength(MAX_EVENTS);
    expect(await readEvents(scope, { after: page.at(-1)?.cursor ?? '' })).toMatchObject([
      { subject: 'thing 1001' },
    ]);
    expect(await readEvents(scope, { limit: 1 })).toHaveLength(1);
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      expect(await failureOf(readEvents(scope, { limit }))).toMatchObject({
        code: 'invalid_input',
        field: 'limit',
      });
    }
  });
});

describe('a cursor', () => {
  it('starts at the beginning when it is missing or empty', async () => {
    await emitAlone('one');
    expect(await readSoon(1, { after: '' })).toHaveLength(1);
  });

  it.each([
    'abc',
    '1',
    '1-',
    '-1-1',
    '1-1-1',
    ' 1-1',
    "1-1'; drop table ledger.outbox; --",
    '18446744073709551616-1',
    '1-9223372036854775808',
    '999999999999999999999-1',
  ])('%s is refused', async (after) => {
    const error = await failureOf(readEvents(scope, { after }));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'Last-Event-ID' });
    expect(error.hint).toContain('last event you received');
  });

  it('of the end leads to what is written next, and nothing open is missed', async () => {
    const [slow] = writers as [pg.Client];
    expect(await latestCursor(scope)).toBe('0-0');
    await emitAlone('old');
    await readSoon(1);
    await slow.query('begin');
    await emit(slow, 'open');
    await emitAlone('new');
    const cursor = await latestCursor(scope);
    expect(await readEvents(scope, { after: cursor })).toEqual([]);
    await slow.query('commit');
    expect((await readEvents(scope, { after: cursor })).map(({ subject }) => subject)).toEqual([
      'open',
      'new',
    ]);
  });

  it('of another server is refused instead of waiting for it for ever', async () => {
    const error = await failureOf(readEvents(scope, { after: '9000000000000000000-1' }));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'Last-Event-ID', reason: 'cursor_ahead' });
    expect(error.hint).toContain('Start again without a cursor');
  });
});

describe('after a restore on another server', () => {
  const invariant = async () => {
    const { findings } = await verifyInstance({
      database,
      schema: 'ledger',
      modules: [kernelSql],
      expected: await readCatalog(database, 'ledger'),
    });
    return findings;
  };

  it('events from its future are found by verify, and rebase_outbox puts them first, in order', async () => {
    await emitAlone('one');
    await emitAlone('two');
    expect(await invariant()).toEqual([]);
    await scope.query('update :schema.outbox set xid = (xid::text::numeric + 1000000000)::text::xid8');
    expect(await readEvents(scope)).toEqual([]);
    const findings = await invariant();
    expect(findings).toMatchObject([{ kind: 'invariant', subject: 'view invariant_outbox_not_ahead' }]);
    expect(findings[0]?.mend).toContain('rebase_outbox()');

    expect(await scope.query('select :schema.rebase_outbox() as moved')).toEqual([{ moved: 2 }]);
    await emitAlone('three');
    expect((await readSoon(3)).map(({ subject }) => subject)).toEqual(['one', 'two', 'three']);
    expect(await invariant()).toEqual([]);
  });

  it('rebase_outbox moves nothing where nothing is ahead', async () => {
    await emitAlone('one');
    const [before] = await readSoon(1);
    expect(await scope.query('select :schema.rebase_outbox() as moved')).toEqual([{ moved: 0 }]);
    expect((await readEvents(scope))[0]?.cursor).toBe(before?.cursor);
  });
});
