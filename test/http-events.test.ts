import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { App, HttpConfig } from '../src/http/index.ts';
import { HTTP_DEFAULTS } from '../src/http/index.ts';
import { latestCursor, readEvents, recordChange } from '../src/kernel/index.ts';
import { type Face, openFace, problemOf } from './support/face.ts';

let face: Face;
let alice: Awaited<ReturnType<Face['account']>>;
let bob: Awaited<ReturnType<Face['account']>>;
let root: Awaited<ReturnType<Face['account']>>;
const apps: App[] = [];

beforeAll(async () => {
  face = await openFace();
  alice = await face.account('alice@example.org');
  bob = await face.account('bob@example.org');
  root = await face.account('root@example.org', ['admin']);
});

afterEach(() => {
  for (const app of apps.splice(0)) app.lifecycle.closeStreams();
});

afterAll(async () => {
  await face?.opened.close();
});

function open(events: Partial<HttpConfig['events']> = {}): App {
  const app = face.app({ events: { ...HTTP_DEFAULTS.events, pollMs: 10, ...events } });
  apps.push(app);
  return app;
}

/** Writes an event in a transaction that stays open until `hold` is over. */
async function write(
  subject: string,
  { audience = alice.id, hold = 0, action = 'note.created' } = {},
): Promise<void> {
  await face.opened.database.transaction(async (tx) => {
    const change = { action, subject, audience: audience === '' ? null : audience, after: { subject } };
    await recordChange(face.instance.scope.on(tx), { kind: 'user', id: alice.id }, change);
    if (hold > 0) await sleep(hold);
  });
}

interface Frame {
  readonly id?: string;
  readonly data?: { subject: string; type: string; specversion: string; source: string; data: unknown };
  readonly comment?: string;
}

class Reader {
  readonly frames: Frame[] = [];
  readonly done: Promise<void>;
  lastId: string | undefined;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(answer: Response) {
    this.reader = answer.body!.getReader();
    this.done = this.pump();
  }

  get subjects(): string[] {
    return this.frames.flatMap(({ data }) => (data ? [data.subject] : []));
  }

  async until(met: (reader: Reader) => boolean, what = 'the condition'): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!met(this)) {
      if (Date.now() > deadline)
        throw new Error(`${what} was not met by ${JSON.stringify(this.frames.slice(-5))}`);
      await sleep(5);
    }
  }

  async leave(): Promise<void> {
    await this.reader.cancel();
    await this.done;
  }

  private async pump(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const frame: Record<string, unknown> = {};
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) frame.comment = line.slice(1).trim();
      else if (line.startsWith('id: ')) frame.id = line.slice(4);
      else if (line.startsWith('data: ')) frame.data = JSON.parse(line.slice(6));
    }
    if (typeof frame.id === 'string') this.lastId = frame.id;
    this.frames.push(frame as Frame);
  }
}

async function listen(
  app: App,
  query = '',
  headers: Record<string, string> = alice.headers,
): Promise<Reader> {
  const answer = await app.request(`/v1/notes/events${query}`, { headers });
  if (answer.status !== 200) throw new Error(JSON.stringify(await problemOf(answer)));
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  return new Reader(answer);
}

/** Reads what is visible after the highest number it has seen: the way that loses late commits. */
async function naiveReader(going: () => boolean): Promise<string[]> {
  const subjects: string[] = [];
  let last = 0n;
  for (let more = true; more; ) {
    more = going();
    const rows = await face.instance.scope.query<{ id: bigint; subject: string }>(
      'select id, subject from :schema.outbox where id > $1 order by id',
      [last],
    );
    last = rows.at(-1)?.id ?? last;
    subjects.push(...rows.map(({ subject }) => subject));
    await sleep(2);
  }
  return subjects;
}

/** Transactions of other test files, in other databases of the server, hold events back for a moment. */
async function untilReadable(subject: string): Promise<void> {
  while (!(await readEvents(face.instance.scope)).some((event) => event.subject === subject)) await sleep(2);
}

describe('an event stream', () => {
  it('begins with what happens next, as CloudEvents, and hints when to come back', async () => {
    await write('before');
    await untilReadable('before');
    const reader = await listen(open());
    await write('after');
    await reader.until(({ subjects }) => subjects.length > 0);
    expect(reader.subjects).toEqual(['after']);
    const event = reader.frames.find(({ data }) => data)!;
    expect(event.data).toMatchObject({ specversion: '1.0', source: '/v1/notes', type: 'note.created' });
    await reader.leave();
  });

  it('resumes after Last-Event-ID, which counts more than the address it began with', async () => {
    const app = open();
    const start = await latestCursor(face.instance.scope);
    for (const subject of ['r1', 'r2', 'r3']) await write(subject);
    const first = await listen(app, `?after=${start}`);
    await first.until(({ subjects }) => subjects.length === 3);
    const second = first.frames.filter(({ data }) => data)[1]!.id!;
    await first.leave();
    const again = await listen(app, `?after=${start}`, { ...alice.headers, 'last-event-id': second });
    await again.until(({ subjects }) => subjects.length > 0);
    expect(again.subjects).toEqual(['r3']);
  });

  it('replays everything that is kept from the start, over many pages, to a slow reader too', async () => {
    await face.opened.database.transaction(async (tx) => {
      for (let count = 0; count < 1_250; count += 1) {
        await recordChange(
          face.instance.scope.on(tx),
          { kind: 'user', id: bob.id },
          {
            action: 'note.created',
            subject: `bulk-${count}`,
            audience: bob.id,
            after: { filler: 'x'.repeat(1000) },
          },
        );
      }
    });
    // Less than one page fits the buffer: a replay waits for its reader instead of dropping it.
    const reader = await listen(open({ bufferBytes: 100_000 }), '?after=start', bob.headers);
    await reader.until(({ subjects }) => subjects.length >= 1_250);
    expect(reader.subjects).toEqual(Array.from({ length: 1_250 }, (_, index) => `bulk-${index}`));
  });

  it('loses and doubles nothing while transactions commit late and listeners come and go', async () => {
    const app = open();
    const start = await latestCursor(face.instance.scope);
    const total = 150;
    let written = 0;
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let count = 0; count < total / 6; count += 1) {
        await write(`late-${writer}-${count}`, { hold: (writer * 7 + count * 3) % 25 });
        written += 1;
      }
    });
    let writing = true;
    const naive = naiveReader(() => writing);
    const listeners = Array.from({ length: 5 }, async (_, index) => {
      const subjects: string[] = [];
      let last = start;
      let sessions = 0;
      while (subjects.length < total) {
        const reader = await listen(app, '', { ...alice.headers, 'last-event-id': last });
        const enough = Math.min(total - subjects.length, 5 + ((index * 11 + sessions * 7) % 30));
        await reader.until((current) => current.subjects.length >= enough, `${enough} events`);
        await reader.leave();
        // No more than it came for, whatever else arrived before it left: so it comes back several times.
        const taken = reader.frames.filter(({ data }) => data).slice(0, enough);
        subjects.push(...taken.map(({ data }) => data!.subject));
        last = taken.at(-1)!.id!;
        sessions += 1;
      }
      expect(sessions).toBeGreaterThan(2);
      return subjects;
    });
    const [, ...heard] = await Promise.all([Promise.all(writers), ...listeners]);
    writing = false;
    expect(written).toBe(total);
    // The load is one that a reader by number alone does not survive.
    expect((await naive).filter((subject) => subject.startsWith('late-')).length).toBeLessThan(total);
    const truth = (await readEvents(face.instance.scope, { after: start })).map(({ subject }) => subject);
    expect(truth).toHaveLength(total);
    for (const subjects of heard) expect(subjects).toEqual(truth);
  });

  it('keeps the order of transactions whose numbers differ in length', async () => {
    const { scope } = face.instance;
    // Numbers from before this database's first transaction, so that they are surely over.
    const insert = `insert into :schema.outbox (xid, type, subject, audience, payload)
      values ($1::text::xid8, 'order.kept', $2, $3, '{}')`;
    for (const xid of ['9', '10', '100', '11']) await scope.query(insert, [xid, `x${xid}`, bob.id]);
    const reader = await listen(open(), '?after=start&types=order.*', bob.headers);
    await reader.until(({ subjects }) => subjects.length === 4);
    expect(reader.subjects).toEqual(['x9', 'x10', 'x11', 'x100']);
    const resumed = await listen(open(), '?after=9-9223372036854775807&types=order.*', bob.headers);
    await resumed.until(({ subjects }) => subjects.length === 3);
    await scope.query("delete from :schema.outbox where type = 'order.kept'");
  });

  it('asks the outbox once for all listeners', async () => {
    // Slow enough that fifteen listeners who each ask for themselves cannot hide in a loaded machine's delays.
    const app = open({ pollMs: 500 });
    const readers = await Promise.all(Array.from({ length: 15 }, () => listen(app)));
    const all = (subject: string) =>
      Promise.all(readers.map((reader) => reader.until(({ subjects }) => subjects.includes(subject))));
    await write('joined');
    await all('joined');
    let reads = 0;
    face.opened.database.onQuery(({ text }) => {
      if (text.includes('outbox')) reads += 1;
    });
    await write('shared');
    await all('shared');
    // Far fewer than there are listeners, however long a loaded machine takes for it.
    expect(reads).toBeLessThan(10);
  });
});

describe('an event', () => {
  it('reaches whom the system allows, and administrators; without an audience, these only', async () => {
    const app = open({ heartbeatMs: 30 });
    const [forAlice, forBob, forRoot] = await Promise.all([
      listen(app),
      listen(app, '', bob.headers),
      listen(app, '', root.headers),
    ]);
    await write('for alice');
    await write('for bob', { audience: bob.id });
    await write('for nobody', { audience: '' });
    await write('last for alice');
    await write('last for bob', { audience: bob.id });
    await forAlice.until(({ subjects }) => subjects.includes('last for alice'));
    await forBob.until(({ subjects }) => subjects.includes('last for bob'));
    await forRoot.until(({ subjects }) => subjects.length === 5);
    expect(forAlice.subjects).toEqual(['for alice', 'last for alice']);
    expect(forBob.subjects).toEqual(['for bob', 'last for bob']);
    // The position moves past hidden events with the heartbeat, without an event being fired.
    await forAlice.until((reader) => reader.lastId === forBob.lastId);
  });

  it('comes when its type was asked for, alone or as part of its noun', async () => {
    const app = open();
    const exact = await listen(app, '?types=note.created');
    const noun = await listen(app, '?types=cost.*');
    await write('a', { action: 'note.created' });
    await write('b', { action: 'cost.added' });
    await write('c', { action: 'costly.thing' });
    await write('d', { action: 'cost.removed' });
    await noun.until(({ subjects }) => subjects.includes('d'));
    await exact.until(({ subjects }) => subjects.includes('a'));
    expect(noun.subjects).toEqual(['b', 'd']);
    expect(exact.subjects).toEqual(['a']);
  });
});

describe('a listener', () => {
  it('with a position or type that is none is told before the stream begins', async () => {
    const app = open();
    for (const query of [
      '?after=nonsense',
      '?types=Note;drop',
      `?types=${Array(51).fill('a.b').join(',')}`,
    ]) {
      const answer = await app.request(`/v1/notes/events${query}`, { headers: alice.headers });
      expect(answer.status).toBe(400);
      await problemOf(answer);
    }
  });

  it('may send a short-lived token in the address, but never an API key', async () => {
    const app = open();
    const byToken = await app.request(`/v1/notes/events?access_token=${alice.token}`);
    expect(byToken.status).toBe(200);
    await byToken.body?.cancel();
    const { key } = await face.accounts.createApiKey({ accountId: alice.id, name: 'tool' });
    const byKey = await app.request(`/v1/notes/events?access_token=${key}`);
    expect(byKey.status).toBe(401);
    expect((await problemOf(byKey)).field).toBe('access_token');
    const inHeader = await app.request('/v1/notes/events', { headers: { authorization: `Bearer ${key}` } });
    expect(inHeader.status).toBe(200);
    await inHeader.body?.cancel();
    // Elsewhere the address is no place for a token at all.
    expect((await app.request(`/v1/notes/notes?access_token=${alice.token}`)).status).toBe(401);
  });

  it('is sent away when its account is disabled', async () => {
    const carol = await face.account('carol@example.org');
    const reader = await listen(open({ heartbeatMs: 20 }), '', carol.headers);
    await reader.until(({ frames }) => frames.some(({ comment }) => comment === 'heartbeat'));
    await face.accounts.disableAccount(carol.id);
    await reader.done;
    expect(reader.frames.at(-1)?.comment).toBe('the credentials are no longer valid');
  });

  it('is sent away when its token expires', async () => {
    const { accountsOn } = await import('../src/kernel/index.ts');
    const short = accountsOn(face.instance.scope, { accessTtlS: 1 });
    const { accessToken } = await short.startSession(alice.id);
    const reader = await listen(open({ heartbeatMs: 50 }), '', { authorization: `Bearer ${accessToken}` });
    await reader.done;
    expect(reader.frames.at(-1)?.comment).toBe('the credentials are no longer valid');
  });

  it('that does not read is disconnected once its buffer is full, and loses nothing by it', async () => {
    const app = open({ bufferBytes: 200_000 });
    const start = await latestCursor(face.instance.scope);
    const answer = await app.request('/v1/notes/events', { headers: bob.headers });
    const metrics = async () => (await app.request('/metrics')).text();
    await face.opened.database.transaction(async (tx) => {
      for (let count = 0; count < 400; count += 1) {
        const change = {
          action: 'note.created',
          subject: `s${count}`,
          audience: bob.id,
          after: { x: 'x'.repeat(1500) },
        };
        await recordChange(face.instance.scope.on(tx), { kind: 'user', id: bob.id }, change);
      }
    });
    while (!(await metrics()).includes('guildhall_event_streams{instance="notes"} 0')) await sleep(10);
    const reader = new Reader(answer);
    await reader.done;
    expect(reader.frames.at(-1)?.comment).toBe('too slow, reconnect to resume');
    const resumed = await listen(app, `?after=${reader.lastId ?? start}`, bob.headers);
    await resumed.until((current) => reader.subjects.length + current.subjects.length >= 400);
    expect([...reader.subjects, ...resumed.subjects]).toEqual(
      Array.from({ length: 400 }, (_, index) => `s${index}`),
    );
  });

  it('gets as many streams as the limit says, and not one more', async () => {
    const app = open({ maxConnectionsPerAccount: 2, maxConnections: 3 });
    const first = await listen(app);
    await listen(app);
    const third = await app.request('/v1/notes/events', { headers: alice.headers });
    expect(third.status).toBe(429);
    expect(await problemOf(third)).toMatchObject({ reason: 'too_many_streams' });
    await listen(app, '', bob.headers);
    expect((await app.request('/v1/notes/events', { headers: bob.headers })).status).toBe(503);
    await first.leave();
    await listen(app, '', bob.headers);
  });

  it('asking with HEAD opens no stream', async () => {
    const app = open({ maxConnections: 1 });
    for (let count = 0; count < 3; count += 1) {
      const answer = await app.request('/v1/notes/events', { method: 'HEAD', headers: alice.headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
    }
    await listen(app);
  });
});
