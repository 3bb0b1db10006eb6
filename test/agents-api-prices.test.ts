import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type AgentsApi,
  type Body,
  type Caller,
  isEngineRoute,
  openAgentsApi,
} from './support/agents-api.ts';

let api: AgentsApi;
let robin: Caller;
let admin: Caller;
beforeAll(async () => {
  api = await openAgentsApi();
  robin = await api.user('Robin Vale');
  admin = await api.admin();
});
afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);
const rates = (input: string, output: string) => [
  { kind: 'input', unitPrice: input },
  { kind: 'output', unitPrice: output },
];
const setPrice = (model: string, more: object = {}) =>
  call('POST', '/prices', {
    as: admin,
    body: { provider: 'openai', model, rates: rates('0.0000025', '0.00001'), ...more },
  });

describe('a price', () => {
  it('is set by administrators, found by everybody, and prices what was used then', async () => {
    const made = await setPrice('test-1', { validFrom: '2025-01-01T00:00:00Z', note: 'list' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ source: 'manual', provider: 'openai', model: 'test-1', note: 'list' });
    const later = await setPrice('test-1', {
      rates: rates('0.000005', '0.00002'),
      validFrom: '2026-01-01T00:00:00Z',
    });
    const find = (at: string) =>
      call('GET', `/prices/find?model=test-1&provider=openai&at=${at}`, { as: robin });
    expect((await find('2025-06-01T00:00:00Z')).body).toMatchObject({
      id: made.body.id,
      validUntil: '2026-01-01T00:00:00.000Z',
    });
    expect((await find('2026-06-01T00:00:00Z')).body.id).toBe(later.body.id);
    const before = await find('2024-06-01T00:00:00Z');
    expect([before.status, before.body.detail]).toEqual([404, 'Price not found']);
    const quote = (at: string, usage: object) =>
      call('POST', '/prices/quote', { as: robin, body: { model: 'test-1', provider: 'openai', at, usage } });
    const quoted = await quote('2025-06-01T00:00:00Z', { input: 1500, output: '800' });
    expect(quoted.body).toMatchObject({
      amount: '0.01175',
      reason: null,
      priceId: made.body.id,
      unpricedKinds: [],
    });
    expect(quoted.body.lines).toContainEqual({
      kind: 'input',
      quantity: '1500',
      unitPrice: '0.0000025',
      pricedAs: 'input',
      aboveTokens: 0,
      amount: '0.00375',
    });
    expect((await quote('2026-06-01T00:00:00Z', { input: 1500, output: 800 })).body.amount).toBe('0.0235');
    expect((await quote('2024-06-01T00:00:00Z', { input: 1 })).body).toMatchObject({
      amount: null,
      reason: 'no_price_then',
    });
  });

  it('of an unknown model or kind is never zero', async () => {
    const unknown = await call('POST', '/prices/quote', {
      as: robin,
      body: { model: 'nobody-1', usage: { input: 1 } },
    });
    expect(unknown.body).toMatchObject({ amount: null, reason: 'unknown_model' });
    const kind = await call('POST', '/prices/quote', {
      as: robin,
      body: { model: 'x', usage: { thoughts: 1 } },
    });
    expect([kind.status, kind.body.field]).toEqual([400, 'usage.thoughts']);
    const fraction = await call('POST', '/prices/quote', {
      as: robin,
      body: { model: 'x', usage: { seconds: 1.5 } },
    });
    expect([fraction.status, fraction.body.field]).toEqual([400, 'usage.seconds']);
  });

  it('that is absurd is refused, unless it is said to be meant', async () => {
    const absurd = { rates: rates('2.5', '10') };
    const refused = await setPrice('test-absurd', absurd);
    expect([refused.status, refused.body.reason]).toEqual([400, 'implausible_price']);
    const accepted = await setPrice('test-absurd', { ...absurd, acceptImplausible: true });
    expect(accepted.status).toBe(201);
    expect(accepted.body.acceptedImplausible).toContainEqual(
      expect.objectContaining({ kind: 'input', unit_price: '2.5' }),
    );
  });

  it('is removed only while nothing was computed with it', async () => {
    const { body: price } = await setPrice('test-gone');
    const { id: projectId } = await api.project(robin);
    const cost = await call('POST', '/costs', {
      as: robin,
      body: { projectId, provider: 'openai', model: 'test-gone', inputTokens: 1000, outputTokens: 0 },
    });
    expect(cost.body).toMatchObject({ amount: '0.0025', pricing: 'computed', priceId: price.id });
    const used = await call('DELETE', `/prices/${price.id}`, { as: admin });
    expect([used.status, used.body.reason]).toEqual([409, 'price_in_use']);
    const { body: unused } = await setPrice('test-unused');
    expect((await call('DELETE', `/prices/${unused.id}`, { as: admin })).status).toBe(204);
    expect((await call('DELETE', `/prices/${unused.id}`, { as: admin })).status).toBe(404);
  });

  it('that comes later prices the costs that had none', async () => {
    const { id: projectId } = await api.project(robin);
    const body = { projectId, provider: 'openai', model: 'test-late', inputTokens: 1000, outputTokens: 100 };
    await call('POST', '/costs', { as: robin, body });
    expect((await call('GET', `/projects/${projectId}`, { as: robin })).body).toMatchObject({
      totalCost: '0',
      unpricedCalls: 1,
    });
    await setPrice('test-late');
    const all = await call('POST', '/prices/reprice', { as: robin, body: {} });
    expect([all.status, all.body.reason]).toEqual([403, 'role_missing']);
    const repriced = await call('POST', '/prices/reprice', { as: robin, body: { projectId } });
    expect(repriced.body).toEqual({ examined: 1, priced: 1 });
    expect((await call('GET', `/projects/${projectId}`, { as: robin })).body).toMatchObject({
      totalCost: '0.0035',
      unpricedCalls: 0,
    });
    expect((await call('POST', '/prices/reprice', { as: admin, body: {} })).status).toBe(200);
  });

  it('is listed by source, provider, model and moment, page by page', async () => {
    for (let count = 0; count < 3; count += 1) await setPrice(`test-list-${count}`, { provider: 'acme' });
    const first = await call('GET', '/prices?provider=acme&limit=2', { as: robin });
    expect(first.body).toMatchObject({
      hasMore: true,
      data: [{ model: 'test-list-2' }, { model: 'test-list-1' }],
    });
    const second = await call('GET', `/prices?provider=acme&limit=2&cursor=${first.body.nextCursor}`, {
      as: robin,
    });
    expect(second.body).toMatchObject({ hasMore: false, data: [{ model: 'test-list-0' }] });
    const one = await call('GET', '/prices?model=test-list-1&source=manual&at=2030-01-01T00:00:00Z', {
      as: robin,
    });
    expect(one.body.data).toHaveLength(1);
  });

  it('is in the audit trail with who set it', async () => {
    const { body: price } = await setPrice('test-audit');
    const trail = await call('GET', `/audit?subject=${price.id}`, { as: admin });
    expect(trail.body.data).toMatchObject([{ action: 'price.set', actorId: admin.id, actorKind: 'user' }]);
  });

  it('set twice under one key is set once', async () => {
    const headers = { 'idempotency-key': 'price' };
    const body = { provider: 'openai', model: 'test-once', rates: rates('0.000001', '0.000002') };
    const [one, two] = [
      await call('POST', '/prices', { as: admin, body, headers }),
      await call('POST', '/prices', { as: admin, body, headers }),
    ];
    expect(two.text).toBe(one.text);
    expect(two.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('an import', () => {
  const TRACE = [
    'TIMESTAMP,ContextTokens,GeneratedTokens',
    '2023-11-16 18:17:03.9799600,4808,10',
    '2023-11-16 18:17:04.0319600,-1,8',
    '2023-11-16 18:17:04.0781300,110,27',
    '',
  ].join('\n');
  const send = (query: string, body: string, as: Caller) =>
    call('POST', `/imports?${query}`, { as, body, headers: { 'content-type': 'text/csv' } });

  it('brings in the rows of a file, names those it refuses, and adds nothing the second time', async () => {
    const query = 'source=trace.csv&project=My%20trace&model=gpt-4o&provider=openai';
    const first = await send(query, TRACE, robin);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      kind: 'azure-trace',
      source: 'trace.csv',
      rowsRead: 3,
      rowsInserted: 2,
      rowsKnown: 0,
      rowsRefused: 1,
      refusals: [{ line: 3, reason: expect.any(String) }],
    });
    const second = await send(query, TRACE, robin);
    expect(second.body).toMatchObject({ rowsInserted: 0, rowsKnown: 2, rowsRefused: 1 });
    const projects = await call('GET', '/projects', { as: robin });
    const project = projects.body.data.find(({ name }) => name === 'My trace') as Body;
    expect(project.userId).toBe(robin.id);
    const costs = await call('GET', `/costs?projectId=${project.id}&withTotal=true`, { as: robin });
    expect(costs.body.total).toBe(2);
    const detail = await call('GET', `/imports/${first.body.importId}`, { as: robin });
    expect(detail.body).toMatchObject({
      id: first.body.importId,
      projectId: project.id,
      state: 'completed',
      rowsInserted: 2,
      refusals: {
        data: [{ line: 3, reason: expect.any(String), excerpt: expect.stringContaining('-1') }],
        hasMore: false,
      },
    });
    const listed = await call('GET', `/imports?projectId=${project.id}&withTotal=true`, { as: robin });
    expect(listed.body).toMatchObject({
      total: 2,
      data: [{ id: second.body.importId }, { id: first.body.importId }],
    });
  });

  it('of the real log of a developer gives its known totals', async () => {
    const log = await readFile('examples/agents/aider_llm_costs.csv', 'utf8');
    const report = await send('source=aider_llm_costs.csv', log, robin);
    expect(report.status).toBe(201);
    expect(report.body).toMatchObject({ rowsRead: 2669, rowsInserted: 2669, rowsRefused: 0 });
    expect(JSON.stringify(report.body.totals)).toContain('75.619557446');
  }, 60_000);

  it('pages through the rows that were refused', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, index) => `2023-11-16 18:17:03,${index % 3 === 0 ? 'x' : index},1`,
    );
    const file = ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows, ''].join('\n');
    const { body } = await send('source=bad.csv&project=Bad', file, robin);
    expect(body).toMatchObject({ rowsRefused: 10, rowsInserted: 20 });
    const lines: unknown[] = [];
    let cursor = '';
    do {
      const page = await call('GET', `/imports/${body.importId}?limit=4${cursor}`, { as: robin });
      const refusals = page.body.refusals as Body;
      lines.push(...refusals.data.map(({ line }) => line));
      cursor = refusals.nextCursor === null ? '' : `&cursor=${refusals.nextCursor}`;
    } while (cursor !== '');
    expect(lines).toEqual(Array.from({ length: 10 }, (_, index) => 2 + 3 * index));
    const strange = await call('GET', `/imports/${body.importId}?cursor=x`, { as: robin });
    expect([strange.status, strange.body.field]).toEqual([400, 'cursor']);
  });

  it('cannot put rows into a project of somebody else, by id or by name', async () => {
    const other = await api.user();
    const { id } = await api.project(other, { name: 'Precious' });
    const byId = await send(`source=t.csv&project=${id}`, TRACE, robin);
    expect([byId.status, byId.body.detail]).toEqual([403, 'Access denied']);
    const byName = await send('source=t.csv&project=Precious', TRACE, robin);
    expect(byName.status).toBe(201);
    expect((await call('GET', `/projects/${id}`, { as: other })).body.unpricedCalls).toBe(0);
    const unknown = await send('source=t.csv&project=prj_unknown', TRACE, robin);
    expect([unknown.status, unknown.body.detail]).toEqual([404, 'Project not found']);
    const byAdmin = await send(`source=t.csv&project=${id}`, TRACE, admin);
    expect(byAdmin.status).toBe(201);
    expect((await call('GET', `/projects/${id}`, { as: other })).body.unpricedCalls).toBe(2);
  });

  it('of a price table is for administrators, recognised or named', async () => {
    const list = 'provider,model,kind,price\nacme,acme-1,input,0.000001\nacme,acme-1,output,0.000002\n';
    const refused = await send('source=list.csv', list, robin);
    expect([refused.status, refused.body.reason]).toEqual([403, 'role_missing']);
    const loaded = await send('source=list.csv', list, admin);
    expect([loaded.status, loaded.body.kind]).toEqual([201, 'price-list']);
    const detail = await call('GET', `/imports/${loaded.body.importId}`, { as: robin });
    expect(detail.status).toBe(403);
    const quoted = await call('POST', '/prices/quote', {
      as: robin,
      body: { model: 'acme-1', provider: 'acme', usage: { input: 1 } },
    });
    expect(quoted.body.amount).not.toBeNull();
  });

  it('of what is not recognised, or not known, says so', async () => {
    const strange = await send('source=photo.jpg', 'not a log', robin);
    expect([strange.status, strange.body.field]).toEqual([400, 'kind']);
    const kind = await send('source=t.csv&kind=party', TRACE, robin);
    expect([kind.status, kind.body.field]).toEqual([400, 'kind']);
    const option = await send('source=t.csv&kind=aider-costs&model=x', TRACE, robin);
    expect([option.status, option.body.field]).toEqual([400, 'options.model']);
    const source = await send('kind=azure-trace', TRACE, robin);
    expect([source.status, source.body.field]).toEqual([400, 'source']);
    expect((await call('GET', '/imports/imp_unknown', { as: robin })).body.detail).toBe('Import not found');
  });

  it('leaves no file behind', async () => {
    // A folder of its own: other test files import at the same time.
    const folder = await mkdtemp(join(tmpdir(), 'guildhall-spool-'));
    vi.stubEnv('TMPDIR', folder);
    await send('source=t.csv', TRACE, robin);
    await send('source=photo.jpg', 'not a log', robin);
    expect(tmpdir()).toBe(folder);
    vi.unstubAllEnvs();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe('the API document', () => {
  it('describes every route: a summary, tags, every answer, and an example for every body', async () => {
    const document = (await (await api.app.request('/openapi.json')).json()) as {
      components: { schemas: Record<string, { example?: unknown }> };
    };
    for (const { method, path, operation } of await api.routes()) {
      const name = `${method} ${path}`;
      expect([name, operation.summary?.length ?? 0]).toEqual([
        name,
        expect.toSatisfy((length: number) => length > 5),
      ]);
      expect([name, operation.tags?.length]).toEqual([name, 1]);
      expect([name, operation.operationId]).toEqual([name, expect.stringMatching(/^agents_[a-z][A-Za-z]+$/)]);
      for (const [status, answer] of Object.entries(operation.responses)) {
        expect([name, status, (answer.description ?? answer.$ref ?? '').length > 3]).toEqual([
          name,
          status,
          true,
        ]);
      }
      const reference = operation.requestBody?.content['application/json']?.schema.$ref;
      if (operation.requestBody?.content['application/json'] === undefined) continue;
      const schema = document.components.schemas[reference?.split('/').at(-1) ?? ''];
      expect([name, schema?.example]).toEqual([name, expect.anything()]);
    }
  });

  it('names each operation once', async () => {
    const ids = (await api.routes()).map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the system’s README', () => {
  it('lists every route of the API', async () => {
    const readme = await readFile('src/systems/agents/README.md', 'utf8');
    const missing = (await api.routes())
      .filter((route) => !isEngineRoute(route))
      .map(({ method, path }) => `\`${method} ${path}\``)
      .filter((name) => !readme.includes(name));
    expect(missing).toEqual([]);
  });

  it('lists every method of the service', async () => {
    const readme = await readFile('src/systems/agents/README.md', 'utf8');
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(api.service)).filter(
      (name) => name !== 'constructor',
    );
    expect(methods.filter((name) => !readme.includes(`\`${name}\``) && name !== 'clearAll')).toEqual([]);
  });
});
