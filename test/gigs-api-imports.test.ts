import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type Body,
  type Caller,
  type GigsApi,
  openGigsApi,
  type PlatformCaller,
} from './support/gigs-api.ts';
import { gigsText } from './support/gigs-data.ts';

let api: GigsApi;
let platform: PlatformCaller;
let worker: Caller;
let admin: Caller;
beforeAll(async () => {
  api = await openGigsApi();
  [platform, worker, admin] = [await api.platform('1000'), await api.worker(), await api.admin()];
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

const TASKS =
  'issue_id,price_usd,title\n1,10.00,Button\n2,5,Menu\n3,-1,Owed\n4,2,[HOLD for payment 2999-01-01] Later\n';

const send = (query: string, body: string, as: Caller): Promise<Answer> =>
  api.call('POST', `/imports?${query}`, { as, body, headers: { 'content-type': 'text/csv' } });
const balance = async (account: string): Promise<string> => api.fixture.balance(account);

describe('a file that a platform sends', () => {
  it('becomes its tasks, paid from its money, and names the rows it refuses', async () => {
    const { status, body } = await send(`source=work.csv&worker=${worker.id}`, TASKS, platform);
    expect([status, body]).toMatchObject([
      201,
      {
        kind: 'paid-tasks',
        source: 'work.csv',
        rowsRead: 4,
        rowsInserted: 3,
        rowsKnown: 0,
        rowsRefused: 1,
        refusals: [{ line: 4, reason: expect.any(String) }],
        totals: { tasks: '3', amount: '17', held: '1' },
      },
    ]);
    expect(await balance(`worker:${worker.id}`)).toBe('14.7');
    expect(await balance(`escrow:${platform.id}`)).toBe('2');
    expect(await balance(`platform:${platform.id}`)).toBe('983');
    const tasks = await api.get('/tasks', platform);
    expect(tasks.data.map(({ platformId, workerId }) => [platformId, workerId])).toEqual(
      Array.from({ length: 3 }, () => [platform.id, worker.id]),
    );
  });

  it('pays nothing the second time, also by API key', async () => {
    const key: Caller = { ...platform, headers: platform.keyHeaders };
    const { status, body } = await send(`source=work.csv&worker=${worker.id}`, TASKS, key);
    expect([status, body]).toMatchObject([201, { rowsInserted: 0, rowsKnown: 3, rowsRefused: 1 }]);
    expect(await balance(`worker:${worker.id}`)).toBe('14.7');
    expect(await balance(`platform:${platform.id}`)).toBe('983');
  });

  it('is listed to it, newest first, with the rows that were refused', async () => {
    const listed = await api.get('/imports', platform);
    expect(listed.data).toMatchObject([
      {
        kind: 'paid-tasks',
        source: 'work.csv',
        platformId: platform.id,
        state: 'completed',
        rowsInserted: 0,
      },
      { rowsInserted: 3, rowsRefused: 1 },
    ]);
    const page = await api.get('/imports?limit=1', platform);
    expect(page).toMatchObject({ hasMore: true, data: [{ id: listed.data[0]?.id }] });
    const rest = await api.get(`/imports?limit=1&cursor=${page.nextCursor}`, platform);
    expect(rest).toMatchObject({ hasMore: false, data: [{ id: listed.data[1]?.id }] });
    expect(await api.get(`/imports/${listed.data[1]?.id}`, platform)).toMatchObject({
      id: listed.data[1]?.id,
      refusals: { data: [{ line: 4, excerpt: expect.stringContaining('-1') }], hasMore: false },
    });
  });

  it('that costs more than it has is refused, and nothing of it is there', async () => {
    const file = 'issue_id,price_usd,title\n77,983.000001,Too much\n';
    const { status, body } = await send(`source=dear.csv&worker=${worker.id}`, file, platform);
    expect([status, body.code]).toEqual([409, 'limit_exceeded']);
    expect(await balance(`platform:${platform.id}`)).toBe('983');
    const [failed] = (await api.get('/imports', platform)).data;
    expect(failed).toMatchObject({ source: 'dear.csv', state: 'failed', rowsInserted: 0 });
    const exact = await send(
      `source=exact.csv&worker=${worker.id}`,
      'issue_id,price_usd,title\n78,983,All\n',
      platform,
    );
    expect([exact.status, await balance(`platform:${platform.id}`)]).toEqual([201, '0']);
  });

  it('pages through what it refuses', async () => {
    const rows = Array.from({ length: 10 }, (_, row) => `${row},x,Task ${row}`);
    const { body } = await send(
      'source=bad.csv',
      ['issue_id,price_usd,title', 'a,1,Good', ...rows, ''].join('\n'),
      await api.platform('1'),
    );
    expect(body).toMatchObject({ rowsRefused: 10, rowsInserted: 1 });
    const lines: unknown[] = [];
    let cursor = '';
    do {
      const { refusals } = await api.get(`/imports/${body.importId}?limit=4${cursor}`, admin);
      const { data, nextCursor } = refusals as Body;
      lines.push(...data.map(({ line }) => line));
      cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');
    expect(lines).toEqual(Array.from({ length: 10 }, (_, row) => 3 + row));
    const strange = await api.call('GET', `/imports/${body.importId}?cursor=x`, { as: admin });
    expect([strange.status, strange.body.field]).toEqual([400, 'cursor']);
  });
});

describe('a file in the name of somebody else', () => {
  it('is refused: a platform imports for itself, a worker not at all', async () => {
    const other = await api.platform('50');
    const foreign = await send(`source=a.csv&platform=${platform.id}`, TASKS, other);
    expect([foreign.status, foreign.body.reason]).toEqual([403, 'not_owner']);
    expect((await send('source=a.csv', TASKS, worker)).status).toBe(403);
    expect((await api.call('GET', '/imports', { as: worker })).status).toBe(403);
    expect((await api.get('/imports', other)).data).toEqual([]);
    const [theirs] = (await api.get('/imports', platform)).data;
    expect((await api.call('GET', `/imports/${theirs?.id}`, { as: other })).status).toBe(403);
    expect((await api.call('GET', `/imports?platformId=${platform.id}`, { as: other })).status).toBe(403);
    expect(await balance(`platform:${other.id}`)).toBe('50');
  });

  it('is in order for an administrator, who may also name nobody', async () => {
    const other = await api.platform('50');
    const named = await send(`source=a.csv&platform=${other.id}&worker=${worker.id}`, TASKS, admin);
    expect([named.status, await balance(`platform:${other.id}`)]).toEqual([201, '33']);
    const unnamed = await send('source=b.csv', gigsText('swelancer_paid_tasks.csv'), admin);
    expect([unnamed.status, unnamed.body]).toMatchObject([201, { rowsInserted: 120 }]);
    const all = (await api.get('/imports', admin)).data.map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining([named.body.importId, unnamed.body.importId]));
    const of = await api.get(`/imports?platformId=${other.id}`, admin);
    expect(of.data.map(({ id }) => id)).toEqual([named.body.importId]);
    const unknown = await send('source=a.csv&platform=plt_unknown', TASKS, admin);
    expect([unknown.status, unknown.body.field]).toEqual([404, 'options.platform']);
  });
});

describe('tainted work in a file', () => {
  const file = (worker: string, ids: string) =>
    [
      '_unit_id,_created_at,_id,_started_at,_tainted,_trust,_worker_id',
      ...[...ids].map((id) => `1,8/29/2018 8:54:08,${id},8/29/2018 8:53:31,true,0.7,${worker}`),
      '',
    ].join('\n');
  const eventsOf = (worker: string) =>
    api.fixture.scope.query<{ event_type: string; delta: number }>(
      `select r.event_type, r.delta from :schema.reputation_events r join :schema.workers w on w.id = r.worker_id
       where w.email = $1 order by r.seq`,
      [`${worker}@crowd.invalid`],
    );
  const [done, rated] = [
    { event_type: 'task_completed', delta: 1 },
    { event_type: 'rating_received', delta: 0 },
  ];

  it('costs the worker no points when a platform says so, and a dispute decides', async () => {
    const own = await api.platform('50');
    const sent = await send('source=crowd.csv&kind=crowd-judgements', file('wone', 'ab'), own);
    expect([sent.status, sent.body]).toMatchObject([201, { totals: { rejected: '2' } }]);
    expect(JSON.stringify(sent.body.notes)).toContain('costs the worker no points');
    expect(await eventsOf('wone')).toEqual([done, rated, done, rated]);
    expect(await balance(`platform:${own.id}`)).toBe('50');
    const [task] = (await api.get('/tasks', own)).data;
    await api.post(`/tasks/${task?.id}/dispute`, own, { reason: 'answers of a machine' });
    await api.post(`/tasks/${task?.id}/resolve`, admin, { outcome: 'complete', severity: 1 });
    expect((await eventsOf('wone')).at(-1)).toEqual({ event_type: 'dispute_resolved', delta: -10 });
  });

  it('costs 10 points when an administrator imports, also for a platform, and the trail counts them', async () => {
    const own = await api.platform('50');
    const query = `source=crowd.csv&kind=crowd-judgements&platform=${own.id}`;
    const sent = await send(query, file('wtwo', 'c'), admin);
    expect(JSON.stringify(sent.body.notes)).toContain('costs the worker 10 points');
    expect(await eventsOf('wtwo')).toEqual([done, rated, { event_type: 'penalty', delta: -10 }]);
    const trail = await api.fixture.scope.query(
      `select actor_type, metadata -> 'penalties' as penalties from :schema.audit_logs
       where action = 'import_tasks' and resource_id = $1`,
      [sent.body.importId],
    );
    expect(trail).toEqual([{ actor_type: 'admin', penalties: 1 }]);
  });

  it('that a platform imported first costs nothing later either: the task is known', async () => {
    const own = await api.platform('50');
    await send('source=crowd.csv&kind=crowd-judgements', file('wthree', 'd'), own);
    const query = `source=again.csv&kind=crowd-judgements&platform=${own.id}`;
    expect((await send(query, file('wthree', 'd'), admin)).body).toMatchObject({ rowsKnown: 1 });
    expect(await eventsOf('wthree')).toEqual([done, rated]);
  });
});

describe('what was seen on a chain', () => {
  it('is for administrators, recognised or named', async () => {
    const text = gigsText('erc20_transfers.jsonl');
    for (const query of ['source=erc20_transfers.jsonl', 'source=x.jsonl&kind=token-transfers']) {
      const refused = await send(query, text, platform);
      expect([refused.status, refused.body.reason]).toEqual([403, 'role_missing']);
    }
    const { status, body } = await send('source=erc20_transfers.jsonl', text, admin);
    expect([status, body.kind, body.rowsRefused]).toEqual([201, 'token-transfers', 0]);
    expect((await api.call('GET', `/imports/${body.importId}`, { as: platform })).status).toBe(403);
    expect(await api.get(`/imports/${body.importId}`, admin)).toMatchObject({ platformId: null });
  });
});

describe('a file or option that is not understood', () => {
  it('is refused with its name', async () => {
    for (const [query, body, field] of [
      ['source=photo.jpg', 'not a table', 'kind'],
      ['source=t.csv&kind=party', TASKS, 'kind'],
      ['source=t.csv&kind=paid-tasks&amount=1', TASKS, 'options.amount'],
      ['source=t.csv&amount=1.0000000001x', TASKS, 'amount'],
      ['kind=paid-tasks', TASKS, 'source'],
    ] as const) {
      const answer = await send(query, body, platform);
      expect([query, answer.status, answer.body.field]).toEqual([query, 400, field]);
    }
    const unknown = await api.call('GET', '/imports/imp_unknown', { as: platform });
    expect([unknown.status, unknown.body.detail]).toEqual([404, 'Import not found']);
  });
});
