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
const walk = (...args: Parameters<AgentsApi['walk']>) => api.walk(...args);

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
