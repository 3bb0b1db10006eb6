import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsApi, type Caller, openAgentsApi } from './support/agents-api.ts';

let api: AgentsApi;
let robin: Caller;

beforeAll(async () => {
  api = await openAgentsApi();
  robin = await api.user('Robin Vale');
});

afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);

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
