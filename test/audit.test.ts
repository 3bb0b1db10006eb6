import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Change, listAudit, recordChange, SYSTEM_ACTOR } from '../src/kernel/audit.ts';
import { openDatabase } from '../src/kernel/database/open.ts';
import type { Database } from '../src/kernel/database/types.ts';
import { createInstance, migratorOf, verify } from '../src/kernel/instance.ts';
import { readEvents } from '../src/kernel/outbox.ts';
import type { Scope } from '../src/kernel/system.ts';
import { agents } from '../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf, installKernel, until } from './support/kernel.ts';

let opened: TestDatabase;
let database: Database;
let scope: Scope;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  database = opened.database;
});

afterAll(() => opened?.close());

let serial = 0;
beforeEach(async () => {
  scope = await installKernel(database, `office_${++serial}`);
});

const change = (more: Partial<Change> = {}): Change => ({
  action: 'desk.moved',
  subject: 'dsk_1',
  audience: 'usr_1',
  ...more,
});

const walk = async (subject?: string, limit = 3) => {
  const pages = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listAudit(scope, {
      limit,
      ...(subject === undefined ? {} : { subject }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    pages.push(page.data);
    if (page.nextCursor === null) return pages;
    cursor = page.nextCursor;
  }
};

describe('a change', () => {
  it('writes its audit entry and its event, with everything that was said', async () => {
    const actor = { kind: 'user', id: 'usr_7', requestId: 'req_1' };
    await recordChange(
      scope,
      actor,
      change({ before: { room: 1 }, after: { room: 2, tokens: 2n ** 60n, at: new Date(0) } }),
    );
    const { data } = await listAudit(scope);
    expect(data).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: expect.any(Date),
        actorKind: 'user',
        actorId: 'usr_7',
        action: 'desk.moved',
        subject: 'dsk_1',
        before: { room: 1 },
        after: { room: 2, tokens: '1152921504606846976', at: '1970-01-01T00:00:00.000Z' },
        requestId: 'req_1',
      },
    ]);
    await until('the event', async () => (await readEvents(scope)).length === 1);
    expect(await readEvents(scope)).toMatchObject([
      { type: 'desk.moved', subject: 'dsk_1', audience: 'usr_1', payload: { room: 2 } },
    ]);
  });

  it('by the system itself has no actor, and an event with whatever there is to tell', async () => {
    await recordChange(scope, SYSTEM_ACTOR, change({ audience: null, before: { room: 1 } }));
    await recordChange(scope, SYSTEM_ACTOR, change({ audience: null }));
    const { data } = await listAudit(scope);
    expect(data).toMatchObject([
      { actorKind: 'system', actorId: null, requestId: null, before: null, after: null },
      { before: { room: 1 }, after: null },
    ]);
    await until('the events', async () => (await readEvents(scope)).length === 2);
    expect((await readEvents(scope)).map(({ payload, audience }) => [payload, audience])).toEqual([
      [{ room: 1 }, null],
      [{}, null],
    ]);
  });

  it('that is rolled back leaves neither', async () => {
    const broken = database.transaction(async (tx) => {
      await recordChange(scope.on(tx), SYSTEM_ACTOR, change());
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect((await listAudit(scope)).data).toEqual([]);
    expect(await scope.query('select from :schema.outbox')).toEqual([]);
  });
});

describe('the trail', () => {
  it('is listed newest first, page by page, of everything or of one thing', async () => {
    await database.transaction(async (tx) => {
      for (let index = 0; index < 8; index += 1) {
        await recordChange(
          scope.on(tx),
          SYSTEM_ACTOR,
          change({ subject: `dsk_${index % 2}`, after: { index } }),
        );
      }
      // The same millisecond for all: the number of the entry decides.
      await tx.query(scope.sql('alter table :schema.audit_log disable trigger all'));
      await tx.query(scope.sql('grant update on :schema.audit_log to current_user'));
      await tx.query(scope.sql("update :schema.audit_log set at = '2024-01-01'"));
    });
    const index = (entry: { after: unknown }) => (entry.after as { index: number }).index;
    expect((await walk()).map((page) => page.map(index))).toEqual([
      [7, 6, 5],
      [4, 3, 2],
      [1, 0],
    ]);
    expect((await walk('dsk_1', 2)).map((page) => page.map(index))).toEqual([
      [7, 5],
      [3, 1],
    ]);
    expect(await walk('dsk_9')).toEqual([[]]);
  });

  it('refuses a cursor of another list, and a limit beyond 100', async () => {
    const foreign = Buffer.from(JSON.stringify(['costs', new Date(0).toISOString(), '1'])).toString(
      'base64url',
    );
    expect(await failureOf(listAudit(scope, { cursor: foreign }))).toMatchObject({
      code: 'invalid_input',
      field: 'cursor',
    });
    expect(await failureOf(listAudit(scope, { limit: 101 }))).toMatchObject({
      code: 'invalid_input',
      field: 'limit',
    });
  });
});

/** Each must be refused, whoever asks. */
const tampering = [
  "update :schema.audit_log set subject = 'somebody else'",
  'delete from :schema.audit_log',
  'truncate :schema.audit_log',
  'insert into :schema.audit_log (id, actor_kind, action, subject) overriding system value values (1, $$x$$, $$y$$, $$z$$) on conflict (id) do update set subject = $$w$$',
];

describe('the trail is append-only', () => {
  it.each(tampering)('by trigger, for a superuser too: %s', async (text) => {
    await recordChange(scope, SYSTEM_ACTOR, change());
    await scope.query("select setval(pg_get_serial_sequence($1, 'id'), 100)", [`${scope.schema}.audit_log`]);
    const error = await failureOf(scope.query(text));
    expect(error).toMatchObject({ code: 'forbidden', reason: 'append_only' });
    expect(error.message).toMatch(/audit_log is append-only: (update|delete|truncate) is refused/);
    expect(error.hint).toContain('Add a new row');
    expect((await listAudit(scope)).data).toMatchObject([{ subject: 'dsk_1' }]);
  });

  it('by grant, for the role that owns it, even with its trigger switched off; and all else works for that role', async () => {
    const role = `office_clerk_${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    await database.query(`create role ${role} login password '${password}'`);
    const name = new URL(opened.url).pathname.slice(1);
    await database.query(`grant create on database ${name} to ${role}`);
    const url = new URL(opened.url);
    Object.assign(url, { username: role, password });
    const own = await openDatabase(url.toString());
    try {
      const instance = createInstance(agents, own, 'clerks_office');
      await migratorOf(instance).up();
      await instance.service.seed();
      await recordChange(instance.scope, SYSTEM_ACTOR, change());
      await own.query('alter table clerks_office.audit_log disable trigger user');
      for (const text of tampering) {
        expect(await failureOf(instance.scope.query(text))).toMatchObject({
          code: 'forbidden',
          details: { sqlState: '42501' },
        });
      }
      await own.query('alter table clerks_office.audit_log enable trigger user');
      expect((await verify(instance)).findings).toEqual([]);
    } finally {
      await own.close();
      await database.query(`drop owned by ${role} cascade`);
      await database.query(`drop role ${role}`);
    }
  });
});
