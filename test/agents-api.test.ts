import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsApi, type Body, type Caller, openAgentsApi } from './support/agents-api.ts';

let api: AgentsApi;
let robin: Caller;

beforeAll(async () => {
  api = await openAgentsApi();
  robin = await api.user('Robin Vale');
});

afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);

/** Every page of a list, by cursor. */
async function walk(path: string, as: Caller, onPage?: () => Promise<void>): Promise<Body[]> {
  const all: Body[] = [];
  let cursor: string | null = null;
  do {
    const joint = path.includes('?') ? '&' : '?';
    const { status, body } = await call(
      'GET',
      `${path}${cursor === null ? '' : `${joint}cursor=${cursor}`}`,
      { as },
    );
    expect(status).toBe(200);
    expect(body.hasMore).toBe(body.nextCursor !== null);
    all.push(...body.data);
    cursor = body.nextCursor;
    await onPage?.();
  } while (cursor !== null);
  return all;
}

describe('a project', () => {
  it('comes with progress and spend, and tells the feed that it was made', async () => {
    const body = {
      name: 'Quetrex',
      path: '/projects/quetrex',
      settings: { theme: 'dark', deep: [1, { two: null }] },
    };
    const made = await call('POST', '/projects', { as: robin, body });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...body,
      userId: robin.id,
      progress: 0,
      agentCount: 0,
      totalCost: '0',
      unpricedCalls: 0,
      lastActivity: expect.stringMatching(/Z$/),
    });
    const feed = await call('GET', `/activity?projectId=${made.body.id}`, { as: robin });
    expect(feed.body.data).toMatchObject([
      { type: 'project_created', message: 'Project created: Quetrex', metadata: null },
    ]);
    expect((await call('GET', `/projects/${made.body.id}`, { as: robin })).body).toEqual(made.body);
  });

  it('has the share of its completed runs as progress, rounded', async () => {
    const { id } = await api.project(robin);
    for (const status of ['completed', 'completed', 'failed']) {
      await call('POST', '/agents', { as: robin, body: { projectId: id, status } });
    }
    const { body } = await call('GET', `/projects/${id}`, { as: robin });
    expect(body).toMatchObject({ progress: 67, agentCount: 3 });
  });

  it('brings what is included and nothing else', async () => {
    const { id } = await api.project(robin);
    await call('POST', '/agents', { as: robin, body: { projectId: id, logs: ['a line'] } });
    await call('POST', '/costs', {
      as: robin,
      body: { projectId: id, amount: '0.10', model: 'm', provider: 'p' },
    });
    const plain = await call('GET', `/projects/${id}`, { as: robin });
    expect(plain.body).not.toHaveProperty('user');
    const full = await call('GET', `/projects/${id}?include=user,agents,costs,activities`, { as: robin });
    expect(full.body).toMatchObject({
      totalCost: '0.1',
      user: { id: robin.id, email: robin.email, name: 'Robin Vale' },
      agents: [{ projectId: id, status: 'running' }],
      costs: [{ projectId: id, amount: '0.1' }],
      activities: [{ type: 'agent_started' }, { type: 'project_created' }],
    });
    const unknown = await call('GET', `/projects/${id}?include=secrets`, { as: robin });
    expect(unknown.status).toBe(400);
    expect(unknown.body).toMatchObject({ field: 'include' });
  });

  it('changes by field, with settings replaced whole, and tells the feed what changed', async () => {
    const { id } = await api.project(robin, { settings: { a: 1, b: 2 } });
    const changed = await call('PATCH', `/projects/${id}`, {
      as: robin,
      body: { name: 'New', settings: { b: 3 } },
    });
    expect(changed.body).toMatchObject({ name: 'New', settings: { b: 3 } });
    const cleared = await call('PATCH', `/projects/${id}`, { as: robin, body: { settings: null } });
    expect(cleared.body).toMatchObject({ name: 'New', settings: null });
    const feed = await call('GET', `/activity?projectId=${id}`, { as: robin });
    expect(feed.body.data.slice(0, 2)).toMatchObject([
      { type: 'project_updated', metadata: { changed: ['settings'] } },
      { type: 'project_updated', metadata: { changed: ['name', 'settings'] } },
    ]);
    const nothing = await call('PATCH', `/projects/${id}`, { as: robin, body: {} });
    expect(nothing.status).toBe(400);
    expect(nothing.body.detail).toBe('body changes nothing.');
  });

  it('takes everything with it when deleted, and is then not found', async () => {
    const { id } = await api.project(robin);
    const run = await call('POST', '/agents', { as: robin, body: { projectId: id } });
    const gone = await call('DELETE', `/projects/${id}`, { as: robin });
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const [method, path] of [
      ['GET', `/projects/${id}`],
      ['PATCH', `/projects/${id}`],
      ['DELETE', `/projects/${id}`],
      ['GET', `/projects/${id}/spend`],
      ['GET', `/agents?projectId=${id}`],
      ['GET', `/costs?projectId=${id}`],
      ['GET', `/activity?projectId=${id}`],
      ['GET', `/budgets?projectId=${id}`],
      ['GET', `/spend/daily?projectId=${id}`],
    ] as const) {
      const answer = await call(method, path, {
        as: robin,
        ...(method === 'PATCH' ? { body: { name: 'x' } } : {}),
      });
      expect([path, answer.status, answer.body.detail]).toEqual([path, 404, 'Project not found']);
    }
    expect((await call('GET', `/agents/${run.body.id}`, { as: robin })).body.detail).toBe('Agent not found');
  });

  it('needs a name and a path, and knows no other fields', async () => {
    const missing = await call('POST', '/projects', { as: robin, body: { settings: 'dark', color: 'red' } });
    expect(missing.status).toBe(400);
    const errors = missing.body.errors as { field: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual(['color', 'name', 'path', 'settings']);
  });
});

describe('lists', () => {
  it('walk every entry once while others are added, with the true total on request', async () => {
    const walker = await api.user();
    const before: string[] = [];
    for (let count = 0; count < 7; count += 1) before.unshift((await api.project(walker)).id);
    const counted = await call('GET', '/projects?limit=2&withTotal=true', { as: walker });
    expect(counted.body.total).toBe(7);
    const seen = await walk('/projects?limit=2', walker, async () => void (await api.project(walker)));
    expect(seen.map(({ id }) => id)).toEqual(before);
  });

  it('order entries of one moment by id, so that pages never overlap', async () => {
    const walker = await api.user();
    const { id: projectId } = await api.project(walker);
    const cost = { projectId, amount: '0.01', model: 'm', provider: 'p', timestamp: '2026-01-31T09:30:00Z' };
    const made = await call('POST', '/costs/bulk', {
      as: walker,
      body: { costs: Array.from({ length: 9 }, () => cost) },
    });
    const seen = await walk(`/costs?projectId=${projectId}&limit=2`, walker);
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(made.body.ids as string[]));
    expect(seen).toHaveLength(9);
  });

  it('of a user run through all projects in one order, and past everybody else’s', async () => {
    const [mine, other] = [await api.user(), await api.user()];
    const made: string[] = [];
    const projects = [await api.project(mine), await api.project(mine), await api.project(other), await api.project(mine)];
    for (let count = 0; count < 16; count += 1) {
      const project = projects[count % 4] as Body;
      const as = project.userId === mine.id ? mine : other;
      const timestamp = `2026-01-31T09:${String(Math.floor(count / 2)).padStart(2, '0')}:00Z`;
      const body = { projectId: project.id, amount: '1', model: 'm', provider: 'p', timestamp };
      const { id } = (await call('POST', '/costs', { as, body })).body;
      if (as === mine) made.push(id);
    }
    const seen = await walk('/costs?limit=5&withTotal=true', mine);
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(made));
    const keys = seen.map(({ timestamp, id }) => `${timestamp} ${id}`);
    expect(keys).toEqual([...keys].sort().reverse());
    expect((await call('GET', '/costs?limit=5&withTotal=true', { as: mine })).body.total).toBe(12);
    expect((await walk('/costs?limit=5&from=2026-01-31T09:02:00Z&to=2026-01-31T09:06:00Z', mine)).length).toBe(6);
    const feed = await walk('/activity?limit=100', mine);
    const skipped = await call('GET', '/activity?limit=2&offset=1', { as: mine });
    expect(skipped.body.data.map(({ id }) => id)).toEqual(feed.slice(1, 3).map(({ id }) => id));
    expect(skipped.body.pagination).toEqual({ limit: 2, offset: 1, total: 3 });
  });

  it('refuse a cursor of another list, and limits out of range', async () => {
    await api.project(robin);
    const page = await call('GET', '/projects?limit=1', { as: robin });
    const strange = await call('GET', `/costs?cursor=${page.body.nextCursor}`, { as: robin });
    expect([strange.status, strange.body.field]).toEqual([400, 'cursor']);
    for (const limit of ['0', '101', 'x', '-1', '1.5']) {
      const answer = await call('GET', `/projects?limit=${limit}`, { as: robin });
      expect([limit, answer.status, answer.body.field]).toEqual([limit, 400, 'limit']);
    }
  });
});

describe('a run', () => {
  it('starts now as running unless told otherwise, and the feed tells each new status once', async () => {
    const { id: projectId } = await api.project(robin);
    const made = await call('POST', '/agents', { as: robin, body: { projectId } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ projectId, status: 'running', endTime: null, error: null });
    expect(made.body).not.toHaveProperty('logs');
    const { id } = made.body;
    const end = '2099-01-31T09:30:00.123Z';
    const done = await call('PATCH', `/agents/${id}`, {
      as: robin,
      body: { status: 'completed', endTime: end },
    });
    expect(done.body).toMatchObject({ status: 'completed', endTime: end });
    await call('PATCH', `/agents/${id}`, { as: robin, body: { status: 'completed' } });
    await call('PATCH', `/agents/${id}`, { as: robin, body: { status: 'failed', error: 'broke' } });
    await call('PATCH', `/agents/${id}`, {
      as: robin,
      body: { status: 'running', error: null, endTime: null },
    });
    const feed = await call('GET', `/activity?projectId=${projectId}`, { as: robin });
    expect(feed.body.data.map(({ type, message }) => [type, message])).toEqual([
      ['agent_started', 'Agent started'],
      ['agent_failed', 'Agent failed: broke'],
      ['agent_completed', 'Agent completed'],
      ['agent_started', 'Agent started'],
      ['project_created', expect.any(String)],
    ]);
    expect(feed.body.data[0]).toMatchObject({ metadata: { agentId: id } });
  });

  it('that two callers complete at once is told once', async () => {
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId } });
    await Promise.all(
      Array.from({ length: 6 }, () =>
        call('PATCH', `/agents/${run.id}`, { as: robin, body: { status: 'completed' } }),
      ),
    );
    const feed = await call('GET', `/activity?projectId=${projectId}`, { as: robin });
    expect(feed.body.data.filter(({ type }) => type === 'agent_completed')).toHaveLength(1);
  });

  it('is listed by project and status, newest start first', async () => {
    const { id: projectId } = await api.project(robin);
    const at = (hour: string) => `2026-01-31T${hour}:00:00.000Z`;
    for (const [hour, status] of [
      ['08', 'completed'],
      ['10', 'running'],
      ['09', 'completed'],
    ] as const) {
      await call('POST', '/agents', { as: robin, body: { projectId, status, startTime: at(hour) } });
    }
    const all = await call('GET', `/agents?projectId=${projectId}`, { as: robin });
    expect(all.body.data.map(({ startTime }) => startTime)).toEqual([at('10'), at('09'), at('08')]);
    const some = await call('GET', `/agents?projectId=${projectId}&status=completed&withTotal=true`, {
      as: robin,
    });
    expect(some.body.data).toHaveLength(2);
    expect(some.body.total).toBe(2);
  });

  it('has one of three statuses', async () => {
    const text = 'Invalid agent status: paused. Must be one of: running, completed, failed';
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId } });
    for (const answer of [
      await call('POST', '/agents', { as: robin, body: { projectId, status: 'paused' } }),
      await call('PATCH', `/agents/${run.id}`, { as: robin, body: { status: 'paused' } }),
      await call('GET', '/agents?status=paused', { as: robin }),
    ]) {
      expect([answer.status, answer.body.detail, answer.body.field]).toEqual([400, text, 'status']);
    }
  });

  it('cannot end before it starts', async () => {
    const { id: projectId } = await api.project(robin);
    const body = { projectId, startTime: '2026-01-31T10:00:00Z', endTime: '2026-01-31T09:00:00Z' };
    const answer = await call('POST', '/agents', { as: robin, body });
    expect([answer.status, answer.body.detail]).toEqual([400, 'endTime lies before startTime']);
  });
});

describe('a log', () => {
  it('joins its lines, and gives only what follows a line already read', async () => {
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', {
      as: robin,
      body: { projectId, logs: ['one', 'two'] },
    });
    const first = await call('GET', `/agents/${run.id}/logs`, { as: robin });
    expect(first.body).toEqual({
      logs: 'one\ntwo',
      status: 'running',
      error: null,
      lastLine: expect.stringMatching(/^\d+$/),
    });
    const read = String(first.body.lastLine);
    const none = await call('GET', `/agents/${run.id}/logs?after=${read}`, { as: robin });
    expect(none.body).toMatchObject({ logs: '', lastLine: read });
    const added = await call('POST', `/agents/${run.id}/logs`, {
      as: robin,
      body: { lines: ['three', '“four” 🙂'] },
    });
    expect([added.status, added.body]).toEqual([201, { added: 2 }]);
    const next = await call('GET', `/agents/${run.id}/logs?after=${read}`, { as: robin });
    expect(next.body.logs).toBe('three\n“four” 🙂');
  });

  it('keeps every line of writers that append at once, and each writer’s lines together', async () => {
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId } });
    const writers = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(
      writers.map((name) =>
        call('POST', `/agents/${run.id}/logs`, {
          as: robin,
          body: { lines: [`${name}1`, `${name}2`, `${name}3`] },
        }),
      ),
    );
    const { body } = await call('GET', `/agents/${run.id}/logs`, { as: robin });
    const lines = String(body.logs).split('\n');
    expect(lines).toHaveLength(18);
    for (const name of writers) {
      const at = lines.indexOf(`${name}1`);
      expect(lines.slice(at, at + 3)).toEqual([`${name}1`, `${name}2`, `${name}3`]);
    }
  });

  it('that is long comes in parts of 10,000 lines', async () => {
    const { id: projectId } = await api.project(robin);
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId, logs: lines } });
    await call('POST', `/agents/${run.id}/logs`, { as: robin, body: { lines: ['the last'] } });
    const first = await call('GET', `/agents/${run.id}/logs`, { as: robin });
    expect(first.body.logs).toBe(lines.join('\n'));
    const rest = await call('GET', `/agents/${run.id}/logs?after=${first.body.lastLine}`, { as: robin });
    expect(rest.body.logs).toBe('the last');
    const many = await call('POST', `/agents/${run.id}/logs`, {
      as: robin,
      body: { lines: [...lines, 'x'] },
    });
    expect([many.status, many.body.field]).toEqual([400, 'lines']);
  });

  it('of long lines comes in parts of some 4 million characters', async () => {
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId } });
    const line = 'x'.repeat(65_000);
    for (let part = 0; part < 2; part += 1) {
      await call('POST', `/agents/${run.id}/logs`, {
        as: robin,
        body: { lines: Array.from({ length: 50 }, () => line) },
      });
    }
    let read = '';
    let lines = 0;
    for (let calls = 0; calls < 3; calls += 1) {
      const { body } = await call('GET', `/agents/${run.id}/logs${read === '' ? '' : `?after=${read}`}`, {
        as: robin,
      });
      const text = String(body.logs);
      expect(text.length).toBeLessThan(4.3 * 1024 * 1024);
      lines += text === '' ? 0 : text.split('\n').length;
      read = String(body.lastLine);
    }
    expect(lines).toBe(100);
  });
});

describe('a cost', () => {
  it('keeps its amount to the last digit', async () => {
    const { id: projectId } = await api.project(robin);
    const amount = '0.000000000123456789';
    const body = {
      projectId,
      amount,
      model: 'gpt-4o',
      provider: 'openai',
      inputTokens: 0,
      outputTokens: 800,
    };
    const made = await call('POST', '/costs', { as: robin, body });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...body, pricing: 'given', agentId: null, serviceTier: 'standard' });
    expect((await call('GET', `/costs/${made.body.id}`, { as: robin })).body).toEqual(made.body);
    const { body: project } = await call('GET', `/projects/${projectId}`, { as: robin });
    expect(project.totalCost).toBe(amount);
  });

  it('is refused as a JSON number, with the mend', async () => {
    const { id: projectId } = await api.project(robin);
    const body = { projectId, amount: 0.045, model: 'gpt-4o', provider: 'openai' };
    const answer = await call('POST', '/costs', { as: robin, body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      field: 'amount',
      detail: 'amount is a JSON number, which cannot hold amounts exactly.',
      hint: 'Quote it: "0.045".',
    });
    for (const amount of ['-0.01', 'NaN', 'Infinity', '', '1,5', '1e15']) {
      const bad = await call('POST', '/costs', { as: robin, body: { ...body, amount } });
      expect([amount, bad.status, bad.body.field]).toEqual([amount, 400, 'amount']);
    }
  });

  it('needs an amount or usage', async () => {
    const { id: projectId } = await api.project(robin);
    const answer = await call('POST', '/costs', {
      as: robin,
      body: { projectId, model: 'm', provider: 'p' },
    });
    expect([answer.status, answer.body.field]).toEqual([400, 'amount']);
  });

  it('without a known price is kept, flagged, and never counted as zero', async () => {
    const { id: projectId } = await api.project(robin);
    const body = { projectId, model: 'nobody-knows-1', provider: 'nobody', inputTokens: 10 };
    const made = await call('POST', '/costs', { as: robin, body });
    expect(made.body).toMatchObject({ amount: null, pricing: 'unpriced' });
    const { body: project } = await call('GET', `/projects/${projectId}`, { as: robin });
    expect(project).toMatchObject({ totalCost: '0', unpricedCalls: 1 });
    const listed = await call('GET', `/costs?projectId=${projectId}&unpriced=true`, { as: robin });
    expect(listed.body.data).toHaveLength(1);
  });

  it('may be attributed to a run of its own project only', async () => {
    const [one, two] = [await api.project(robin), await api.project(robin)];
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId: one.id } });
    const cost = { amount: '1', model: 'm', provider: 'p', agentId: run.id };
    const right = await call('POST', '/costs', { as: robin, body: { ...cost, projectId: one.id } });
    expect(right.body.agentId).toBe(run.id);
    const wrong = await call('POST', '/costs', { as: robin, body: { ...cost, projectId: two.id } });
    expect([wrong.status, wrong.body.detail]).toEqual([404, 'Agent not found in this project']);
    const listed = await call('GET', `/costs?agentId=${run.id}`, { as: robin });
    expect(listed.body.data).toMatchObject([{ id: right.body.id }]);
  });

  it('goes in with many others or not at all', async () => {
    const { id: projectId } = await api.project(robin);
    const good = { projectId, amount: '0.001', model: 'm', provider: 'p' };
    const made = await call('POST', '/costs/bulk', { as: robin, body: { costs: [good, good, good] } });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ count: 3, ids: expect.any(Array) });
    const spend = await call('GET', `/projects/${projectId}/spend`, { as: robin });
    expect(spend.body).toEqual({
      projectId,
      amount: '0.003',
      calls: 3,
      unpricedCalls: 0,
      inputTokens: '0',
      outputTokens: '0',
    });
    const bad = await call('POST', '/costs/bulk', {
      as: robin,
      body: { costs: [good, { ...good, amount: '-1' }] },
    });
    expect([bad.status, bad.body.field]).toEqual([400, 'costs[1].amount']);
    const unknown = await call('POST', '/costs/bulk', {
      as: robin,
      body: { costs: [good, { ...good, projectId: 'prj_unknown' }] },
    });
    expect([unknown.status, unknown.body.field, unknown.body.detail]).toEqual([
      404,
      'costs[1].projectId',
      'Project not found',
    ]);
    expect((await call('GET', `/projects/${projectId}/spend`, { as: robin })).body.calls).toBe(3);
  });

  it('is found by provider, model and time, where the end is exclusive', async () => {
    const { id: projectId } = await api.project(robin);
    const cost = (provider: string, day: string) => ({
      projectId,
      amount: '1',
      model: `${provider}-1`,
      provider,
      timestamp: `2026-01-${day}T00:00:00Z`,
    });
    await call('POST', '/costs/bulk', {
      as: robin,
      body: { costs: [cost('a', '01'), cost('b', '02'), cost('a', '03')] },
    });
    const count = async (query: string) =>
      (await call('GET', `/costs?projectId=${projectId}&withTotal=true&${query}`, { as: robin })).body.total;
    expect(await count('provider=a')).toBe(2);
    expect(await count('model=b-1')).toBe(1);
    expect(await count('from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z')).toBe(2);
    expect(await count('from=2026-01-03T00:00:00%2B00:00')).toBe(1);
  });
});

describe('the feed', () => {
  it('pages by offset as the founding API did, with the true total', async () => {
    const reader = await api.user();
    const { id: projectId } = await api.project(reader);
    const metadata = [{ nested: { list: [1, 2] } }, [1, 2], 'text', 0, false, null];
    for (const value of metadata) {
      const body = { projectId, type: 'cost_alert', message: 'm', metadata: value };
      expect((await call('POST', '/activity', { as: reader, body })).status).toBe(201);
    }
    const page = await call('GET', `/activity?projectId=${projectId}&limit=3&offset=3`, { as: reader });
    expect(page.body.pagination).toEqual({ limit: 3, offset: 3, total: 7 });
    expect(page.body.data.map((one) => one.metadata)).toEqual(['text', [1, 2], { nested: { list: [1, 2] } }]);
    const all = await call('GET', '/activity?offset=0', { as: reader });
    expect(all.body.pagination).toEqual({ limit: 50, offset: 0, total: 7 });
    expect((await walk('/activity?limit=2', reader)).length).toBe(7);
  });

  it('says which parameter is invalid', async () => {
    for (const [query, detail] of [
      ['limit=0', 'Invalid limit parameter'],
      ['limit=101', 'Invalid limit parameter'],
      ['limit=ten', 'Invalid limit parameter'],
      ['offset=-1', 'Invalid offset parameter'],
      ['offset=x', 'Invalid offset parameter'],
      ['offset=1000000000', 'Invalid offset parameter'],
      ['offset=1&cursor=abc', 'offset and cursor exclude each other.'],
    ]) {
      const answer = await call('GET', `/activity?${query}`, { as: robin });
      expect([query, answer.status, answer.body.detail]).toEqual([query, 400, detail]);
    }
  });

  it('knows seven types', async () => {
    const { id: projectId } = await api.project(robin);
    const answer = await call('POST', '/activity', {
      as: robin,
      body: { projectId, type: 'party', message: 'm' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toBe(
      'Invalid activity type: party. Must be one of: agent_started, agent_completed, agent_failed, cost_alert, project_created, project_updated, project_deleted',
    );
  });
});

describe('the dashboard', () => {
  it('sums what is the caller’s, to cents for people and exactly for programs', async () => {
    const owner = await api.user();
    const other = await api.user();
    for (const as of [owner, other]) {
      for (let count = 0; count < 6; count += 1) {
        const { id: projectId } = await api.project(as);
        await call('POST', '/agents', { as, body: { projectId } });
        await call('POST', '/costs', {
          as,
          body: { projectId, amount: '0.0041', model: 'm', provider: 'p' },
        });
      }
    }
    const { body } = await call('GET', '/dashboard', { as: owner });
    expect(body.summary).toEqual({
      totalProjects: 6,
      activeAgents: 6,
      totalCosts: '0.02',
      totalCostsExact: '0.0246',
      unpricedCalls: 0,
    });
    const { recentActivities, projects } = body as unknown as Record<string, Body[]>;
    expect(recentActivities).toHaveLength(10);
    expect(recentActivities?.[0]).toMatchObject({ type: 'agent_started', project: { userId: owner.id } });
    expect(projects).toHaveLength(5);
    expect(projects?.[0]).toMatchObject({
      userId: owner.id,
      agentCount: 1,
      progress: 0,
      totalCost: '0.0041',
    });
  });
});

describe('spend by day', () => {
  it('is split as asked, within the days asked for', async () => {
    const { id: projectId } = await api.project(robin);
    const { body: run } = await call('POST', '/agents', { as: robin, body: { projectId } });
    const cost = (day: string, model: string, more: object = {}) => ({
      projectId,
      amount: '0.1',
      model,
      provider: 'openai',
      inputTokens: 10,
      timestamp: `2026-01-${day}T23:59:59.999Z`,
      ...more,
    });
    await call('POST', '/costs/bulk', {
      as: robin,
      body: {
        costs: [cost('01', 'a'), cost('01', 'b'), cost('02', 'a', { agentId: run.id }), cost('03', 'a')],
      },
    });
    const days = async (query: string) =>
      (await call('GET', `/spend/daily?projectId=${projectId}&${query}`, { as: robin })).body;
    expect((await days('')).data).toMatchObject([
      { day: '2026-01-03', amount: '0.1', calls: 1, inputTokens: '10' },
      { day: '2026-01-02', amount: '0.1' },
      { day: '2026-01-01', amount: '0.2', calls: 2 },
    ]);
    expect((await days('by=model&to=2026-01-01')).data).toMatchObject([
      { day: '2026-01-01', model: 'a', amount: '0.1' },
      { day: '2026-01-01', model: 'b', amount: '0.1' },
    ]);
    expect((await days('by=project,provider&from=2026-01-03')).data).toMatchObject([
      { day: '2026-01-03', projectId, provider: 'openai' },
    ]);
    expect((await days('by=agent')).data).toMatchObject([
      { day: '2026-01-02', agentId: run.id, amount: '0.1' },
    ]);
    expect(await days('limit=1')).toMatchObject({ data: [{ day: '2026-01-03' }], hasMore: true });
    expect(await days('limit=3')).toMatchObject({ hasMore: false });
    for (const [query, field] of [
      ['by=colour', 'by'],
      ['by=agent,model', 'by'],
      ['from=2026-02-30', 'from'],
      ['to=yesterday', 'to'],
      ['limit=1001', 'limit'],
    ]) {
      expect([query, (await days(query as string)).field]).toEqual([query, field]);
    }
  });
});

describe('a budget', () => {
  it('shows what its period has used, and changes', async () => {
    const { id: projectId } = await api.project(robin);
    const made = await call('POST', '/budgets', {
      as: robin,
      body: { projectId, kind: 'soft', period: 'total', limit: '1.00' },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      limit: '1',
      thresholds: ['0.5', '0.8', '1'],
      spent: '0',
      remaining: '1',
      agentId: null,
    });
    await call('POST', '/costs', {
      as: robin,
      body: { projectId, amount: '0.6', model: 'm', provider: 'p' },
    });
    const read = await call('GET', `/budgets/${made.body.id}`, { as: robin });
    expect(read.body).toMatchObject({ spent: '0.6', remaining: '0.4' });
    const alerts = (await call('GET', `/activity?projectId=${projectId}`, { as: robin })).body.data;
    expect(alerts.filter(({ type }) => type === 'cost_alert')).toHaveLength(1);
    const changed = await call('PATCH', `/budgets/${made.body.id}`, {
      as: robin,
      body: { limit: '2', thresholds: ['1'] },
    });
    expect(changed.body).toMatchObject({ limit: '2', thresholds: ['1'] });
    const listed = await call('GET', `/budgets?projectId=${projectId}&withTotal=true`, { as: robin });
    expect(listed.body).toMatchObject({
      data: [{ id: made.body.id, spent: '0.6' }],
      total: 1,
      hasMore: false,
    });
    const second = await call('POST', '/budgets', {
      as: robin,
      body: { projectId, kind: 'soft', period: 'total', limit: '9' },
    });
    expect([second.status, second.body.code]).toEqual([409, 'already_exists']);
    expect((await call('DELETE', `/budgets/${made.body.id}`, { as: robin })).status).toBe(204);
    expect((await call('GET', `/budgets/${made.body.id}`, { as: robin })).body.detail).toBe(
      'Budget not found',
    );
  });

  it('lists by page, in the order they were made', async () => {
    const owner = await api.user();
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { id: projectId } = await api.project(owner);
      const body = { projectId, kind: 'hard', period: 'day', limit: '1' };
      made.unshift((await call('POST', '/budgets', { as: owner, body })).body.id);
    }
    expect((await walk('/budgets?limit=2', owner)).map(({ id }) => id)).toEqual(made);
  });
});

describe('a reservation', () => {
  const reserve = (as: Caller, body: object, key: string) =>
    call('POST', '/reservations', { as, body, headers: { 'idempotency-key': key } });

  it('needs an idempotency key, since it moves money', async () => {
    const { id: projectId } = await api.project(robin);
    const answer = await call('POST', '/reservations', { as: robin, body: { projectId, amount: '1' } });
    expect([answer.status, answer.body.field, answer.body.detail]).toEqual([
      400,
      'Idempotency-Key',
      'A reservation needs an Idempotency-Key.',
    ]);
  });

  it('holds its amount against a hard budget until it is settled with the real cost', async () => {
    const { id: projectId } = await api.project(robin);
    await call('POST', '/budgets', {
      as: robin,
      body: { projectId, kind: 'hard', period: 'day', limit: '1' },
    });
    const held = await reserve(robin, { projectId, amount: '0.8', purpose: 'issue #1' }, 'hold-1');
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({ state: 'open', amount: '0.8', purpose: 'issue #1', costId: null });
    const refused = await reserve(robin, { projectId, amount: '0.3' }, 'hold-2');
    expect([refused.status, refused.body.code, refused.body.reason]).toEqual([
      409,
      'limit_exceeded',
      'budget_exceeded',
    ]);
    expect(refused.body.details).toMatchObject({ limit: '1', reserved: '0.8', remaining: '0.2' });
    const actual = { model: 'gpt-4o', provider: 'openai', amount: '0.5', inputTokens: 10 };
    const settled = await call('POST', `/reservations/${held.body.id}/settle`, { as: robin, body: actual });
    expect(settled.status).toBe(200);
    expect(settled.body).toMatchObject({ reservation: { state: 'settled' }, cost: { ...actual, projectId } });
    const again = await call('POST', `/reservations/${held.body.id}/settle`, { as: robin, body: actual });
    expect(again.body).toEqual(settled.body);
    expect((await reserve(robin, { projectId, amount: '0.5' }, 'hold-3')).status).toBe(201);
    const late = await call('POST', `/reservations/${held.body.id}/release`, { as: robin });
    expect([late.status, late.body.reason]).toEqual([409, 'reservation_settled']);
    const listed = await call('GET', `/reservations?projectId=${projectId}&state=open`, { as: robin });
    expect(listed.body.data).toMatchObject([{ amount: '0.5', state: 'open' }]);
  });

  it('can be given back, and then not be settled', async () => {
    const { id: projectId } = await api.project(robin);
    const held = await reserve(robin, { projectId, amount: '1' }, 'release-1');
    for (let count = 0; count < 2; count += 1) {
      const released = await call('POST', `/reservations/${held.body.id}/release`, { as: robin });
      expect([released.status, released.body.state]).toEqual([200, 'released']);
    }
    const body = { model: 'm', provider: 'p', amount: '1' };
    const settled = await call('POST', `/reservations/${held.body.id}/settle`, { as: robin, body });
    expect([settled.status, settled.body.reason]).toEqual([409, 'reservation_released']);
    expect((await call('GET', `/reservations/${held.body.id}`, { as: robin })).body.state).toBe('released');
    expect((await call('GET', '/reservations/rsv_nothing', { as: robin })).body.detail).toBe(
      'Reservation not found',
    );
  });

  it('of many callers at once never passes the budget', async () => {
    const { id: projectId } = await api.project(robin);
    await call('POST', '/budgets', {
      as: robin,
      body: { projectId, kind: 'hard', period: 'day', limit: '1' },
    });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => reserve(robin, { projectId, amount: '0.3' }, `race-${index}`)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  });
});

describe('a repeated call', () => {
  it('gets the first answer and changes nothing, for every kind of creation', async () => {
    const { id: projectId } = await api.project(robin);
    const calls: readonly (readonly [string, object])[] = [
      ['/projects', { name: 'Once', path: '/once' }],
      ['/agents', { projectId }],
      ['/costs', { projectId, amount: '1', model: 'm', provider: 'p' }],
      ['/costs/bulk', { costs: [{ projectId, amount: '1', model: 'm', provider: 'p' }] }],
      ['/activity', { projectId, type: 'cost_alert', message: 'once' }],
      ['/budgets', { projectId, kind: 'soft', period: 'day', limit: '1' }],
      ['/reservations', { projectId, amount: '1' }],
      ['/runners', { provider: 'hetzner', name: 'once', region: 'fsn1', serverType: 'cpx11' }],
    ];
    for (const [path, body] of calls) {
      const headers = { 'idempotency-key': `once${path}` };
      const answers = await Promise.all(
        [0, 1, 2].map(() => call('POST', path, { as: robin, body, headers })),
      );
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(
        2,
      );
      const other = await call('POST', path, {
        as: robin,
        body: { ...body, projectId: 'prj_other', name: 'y' },
        headers,
      });
      expect([path, other.status === 422 || other.status === 400]).toEqual([path, true]);
    }
    const feed = await call('GET', `/activity?projectId=${projectId}&withTotal=true`, { as: robin });
    expect(feed.body.data.filter(({ type }) => type === 'agent_started')).toHaveLength(1);
  });

  it('with other content is refused', async () => {
    const headers = { 'idempotency-key': 'mismatch' };
    expect(
      (await call('POST', '/projects', { as: robin, body: { name: 'A', path: '/a' }, headers })).status,
    ).toBe(201);
    const other = await call('POST', '/projects', { as: robin, body: { name: 'B', path: '/a' }, headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('of somebody else under the same key is their own call', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const other = await api.user();
    const body = { name: 'Same', path: '/same' };
    const mine = await call('POST', '/projects', { as: robin, body, headers });
    const theirs = await call('POST', '/projects', { as: other, body, headers });
    expect(theirs.body.userId).toBe(other.id);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });
});

describe('the audit trail', () => {
  it('names the caller and the request of a change', async () => {
    const admin = await api.admin();
    const made = await call('POST', '/projects', {
      as: robin,
      body: { name: 'Audited', path: '/a' },
      headers: { 'x-request-id': 'trace-42' },
    });
    const trail = await call('GET', `/audit?subject=${made.body.id}`, { as: admin });
    expect(trail.body.data).toMatchObject([
      {
        actorKind: 'user',
        actorId: robin.id,
        action: 'project.created',
        requestId: 'trace-42',
        before: null,
      },
    ]);
    const pages = await walk('/audit?limit=25', admin);
    expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
  });
});
