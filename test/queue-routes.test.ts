import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../src/http/index.ts';
import {
  claim,
  complete,
  defineSchedule,
  encodeCursor,
  endAttempts,
  enqueue,
  listAudit,
  type Scope,
} from '../src/kernel/index.ts';
import { type Face, openFace, problemOf } from './support/face.ts';
import { brokenInvariants, numberJob, takeOne } from './support/queue.ts';

type Entry = Readonly<Record<string, unknown>>;
type Body = Record<string, never> & { readonly data: readonly Entry[] };

let face: Face;
let app: App;
let scope: Scope;
let user: Record<string, string>;
let admin: Record<string, string>;

beforeAll(async () => {
  face = await openFace();
  app = face.app();
  scope = face.instance.scope;
  ({ headers: user } = await face.account('ada@example.org'));
  ({ headers: admin } = await face.account('root@example.org', ['admin']));
});

afterAll(async () => {
  expect(await brokenInvariants(scope)).toEqual([]);
  await face?.opened.close();
});

const call = (method: string, path: string, headers = admin) =>
  app.request(`/v1/notes${path}`, { method, headers });
const ok = async (method: string, path: string, headers = admin): Promise<Body> => {
  const answer = await call(method, path, headers);
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as Body;
};
const ids = ({ data }: Body) => data.map(({ id }) => id);

async function die(job: ReturnType<typeof numberJob>): Promise<void> {
  const { id, token } = await takeOne(scope, job);
  await endAttempts(scope, [{ id, token, outcome: 'refused', error: 'no use' }]);
}

describe('looking', () => {
  it('at queues tells their numbers, by pages', async () => {
    const [first, second] = [numberJob(), numberJob()];
    for (let n = 0; n < 3; n += 1) await enqueue(scope, first, { n });
    await enqueue(scope, second, { n: 0 }, { delayS: 600 });
    await takeOne(scope, first);
    await die(first);
    const one = await ok('GET', '/queues?limit=1');
    expect(one).toMatchObject({
      data: [{ queue: first.name, inLine: 1, inWork: 1, waiting: 0, dead: 1, pausedAt: null }],
      hasMore: true,
    });
    const two = await ok('GET', `/queues?limit=1&cursor=${one.nextCursor}`);
    expect(two).toMatchObject({
      data: [{ queue: second.name, inLine: 0, waiting: 1, oldestAt: null }],
      hasMore: false,
      nextCursor: null,
    });
  });

  it('at jobs tells those of one state or all, the youngest first, by pages', async () => {
    const job = numberJob();
    const made: string[] = [];
    for (let n = 0; n < 6; n += 1) made.unshift(String((await enqueue(scope, job, { n })).id));
    await die(job);
    const [done] = await claim(scope, { queue: job.name, worker: 'w', limit: 1, leaseS: 60 });
    await complete(scope, done!, { answer: 42 });
    await takeOne(scope, job);
    await enqueue(scope, numberJob(), { n: 1 });
    const list = async (query = '') => ids(await ok('GET', `/queues/${job.name}/jobs${query}`));
    expect(await list()).toEqual(made);
    expect(await list('?state=dead')).toEqual([made[5]]);
    expect(await list('?state=done')).toEqual([made[4]]);
    expect(await list('?state=in_work')).toEqual([made[3]]);
    expect(await list('?state=in_line')).toEqual(made.slice(0, 3));
    expect(await list('?state=waiting')).toEqual([]);
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const page = await ok(
        'GET',
        `/queues/${job.name}/jobs?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...ids(page));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(made);
  });

  it('at one job tells every attempt', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 7 }, { key: 'seven' });
    await die(job);
    expect(await ok('GET', `/queue-jobs/${id}`)).toMatchObject({
      id: String(id),
      queue: job.name,
      state: 'dead',
      key: 'seven',
      payload: { n: 7 },
      error: 'no use',
      attempts: [{ outcome: 'refused', worker: 'tester', error: 'no use', token: expect.any(String) }],
    });
  });

  it('at schedules tells their next slots, by pages', async () => {
    for (const name of ['a', 'b']) {
      await defineSchedule(scope, numberJob(), { name, cron: '0 7 * * *', payload: { n: 1 } });
    }
    const one = await ok('GET', '/queue-schedules?limit=1');
    expect(one).toMatchObject({ data: [{ name: 'a', cron: '0 7 * * *', timeZone: 'UTC', slotsSkipped: 0 }] });
    const two = await ok('GET', `/queue-schedules?limit=1&cursor=${one.nextCursor}`);
    expect(two).toMatchObject({ data: [{ name: 'b', nextSlot: expect.any(String) }], hasMore: false });
  });
});

describe('doing', () => {
  it('pauses and resumes a queue, and leaves one trace of each', async () => {
    const job = numberJob();
    await enqueue(scope, job, { n: 1 });
    const paused = await ok('POST', `/queues/${job.name}/pause`);
    expect(paused).toEqual({ queue: job.name, pausedAt: expect.any(String) });
    expect(await ok('POST', `/queues/${job.name}/pause`)).toEqual(paused);
    expect(await claim(scope, { queue: job.name, worker: 'w', limit: 1, leaseS: 60 })).toEqual([]);
    expect(await ok('POST', `/queues/${job.name}/resume`)).toEqual({ queue: job.name, pausedAt: null });
    await takeOne(scope, job);
    const { data } = await listAudit(scope, { subject: `queue:${job.name}` });
    expect(data.map(({ action, actorKind }) => [action, actorKind])).toEqual([
      ['queue.resumed', 'user'],
      ['queue.paused', 'user'],
    ]);
  });

  it('retries a dead letter once, and none that lives', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 1 });
    await die(job);
    expect(await ok('POST', `/queue-jobs/${id}/retry`)).toMatchObject({ state: 'in_line', failures: 0 });
    const again = await call('POST', `/queue-jobs/${id}/retry`);
    expect(await problemOf(again)).toMatchObject({ status: 409, reason: 'job_not_dead' });
    expect((await listAudit(scope, { subject: `queue_job:${id}` })).data).toMatchObject([
      { action: 'queue_job.retried', after: { queue: job.name } },
    ]);
  });

  it('retries all dead letters of a queue', async () => {
    const job = numberJob();
    for (let n = 0; n < 3; n += 1) await enqueue(scope, job, { n });
    for (let n = 0; n < 3; n += 1) await die(job);
    expect(await ok('POST', `/queues/${job.name}/retry-dead`)).toEqual({ queue: job.name, retried: 3 });
    expect(await ok('POST', `/queues/${job.name}/retry-dead`)).toEqual({ queue: job.name, retried: 0 });
  });

  it('cancels a job, whose worker is refused then', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 1 });
    const claimed = await takeOne(scope, job);
    expect(await ok('POST', `/queue-jobs/${id}/cancel`)).toMatchObject({ state: 'cancelled' });
    await expect(complete(scope, claimed)).rejects.toMatchObject({ reason: 'lease_lost' });
    const again = await call('POST', `/queue-jobs/${id}/cancel`);
    expect(await problemOf(again)).toMatchObject({ status: 409, reason: 'job_ended' });
  });

  it('answers a repeated key with the first answer', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 1 });
    const headers = { ...admin, 'idempotency-key': `cancel-${id}` };
    const first = await call('POST', `/queue-jobs/${id}/cancel`, headers);
    const again = await call('POST', `/queue-jobs/${id}/cancel`, headers);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
    const other = await call('POST', `/queues/${job.name}/pause`, headers);
    expect(other.status).toBe(422);
  });
});

describe('a refusal', () => {
  it('meets everybody but administrators, and changes nothing', async () => {
    const job = numberJob();
    const { id } = await enqueue(scope, job, { n: 1 });
    const calls = [
      ['GET', '/queues'],
      ['GET', `/queues/${job.name}/jobs`],
      ['GET', `/queue-jobs/${id}`],
      ['GET', '/queue-schedules'],
      ['POST', `/queue-jobs/${id}/retry`],
      ['POST', `/queue-jobs/${id}/cancel`],
      ['POST', `/queues/${job.name}/pause`],
      ['POST', `/queues/${job.name}/resume`],
      ['POST', `/queues/${job.name}/retry-dead`],
    ] as const;
    for (const [method, path] of calls) {
      expect(await problemOf(await call(method, path, user))).toMatchObject({
        status: 403,
        reason: 'role_missing',
      });
      expect(await problemOf(await call(method, path, {}))).toMatchObject({ status: 401 });
    }
    expect(await ok('GET', `/queue-jobs/${id}`)).toMatchObject({ state: 'in_line' });
    expect((await listAudit(scope, { subject: `queue:${job.name}` })).data).toEqual([]);
  });

  it('meets unknown queues and jobs, and makes none', async () => {
    const before = await ok('GET', '/queues');
    for (const [method, path] of [
      ['GET', '/queues/nothing/jobs'],
      ['GET', '/queues/No%20Name/jobs'],
      ['POST', '/queues/nothing/pause'],
      ['POST', '/queues/nothing/resume'],
      ['POST', '/queues/nothing/retry-dead'],
      ['GET', '/queue-jobs/999999999999999999'],
      ['POST', '/queue-jobs/999999999999999999/retry'],
      ['POST', '/queue-jobs/999999999999999999/cancel'],
    ] as const) {
      expect(await problemOf(await call(method, path))).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect((await ok('GET', '/queues')).data.length).toBe(before.data.length);
  });

  it('meets bad cursors, states and ids, and says which', async () => {
    const { name } = numberJob();
    await enqueue(scope, numberJob({ name }), { n: 1 });
    const cursor = encodeCursor('queue_jobs', new Date(), '1; drop');
    for (const [path, field] of [
      ['/queues?cursor=nonsense', 'cursor'],
      ['/queue-schedules?cursor=nonsense', 'cursor'],
      [`/queues/${name}/jobs?cursor=${cursor}`, 'cursor'],
      [`/queues/${name}/jobs?cursor=${encodeCursor('queues', new Date(), '1')}`, 'cursor'],
      [`/queues/${name}/jobs?state=lost`, 'state'],
      [`/queues/${name}/jobs?limit=101`, 'limit'],
      ['/queues?withTotal=true', 'withTotal'],
      ['/queue-jobs/first', 'jobId'],
    ] as const) {
      expect(await problemOf(await call('GET', path))).toMatchObject({ status: 400, field });
    }
  });
});

describe('the document', () => {
  it('has the routes of the queue', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, object> };
    const own = Object.keys(document.paths).filter((path) => path.startsWith('/v1/notes/queue'));
    expect(own).toHaveLength(9);
  });
});
