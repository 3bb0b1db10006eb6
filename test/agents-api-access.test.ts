import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Access } from '../src/systems/agents/routes/access.ts';
import {
  type AgentsApi,
  type Answer,
  type Caller,
  isEngineRoute,
  openAgentsApi,
  type Route,
} from './support/agents-api.ts';

let api: AgentsApi;
let owner: Caller;
let stranger: Caller;
let admin: Caller;
let routes: Route[];

beforeAll(async () => {
  api = await openAgentsApi();
  [owner, stranger, admin] = [await api.user(), await api.user(), await api.admin()];
  routes = (await api.routes()).filter((route) => route.path !== '/events' && !isEngineRoute(route));
});

afterAll(() => api?.close());

/** Ids of one user's things. */
interface Things {
  readonly user: string;
  readonly project: string;
  readonly run: string;
  readonly cost: string;
  readonly budget: string;
  readonly reservation: string;
  readonly runner: string;
  readonly import: string;
  readonly key: string;
}

interface Request {
  /** Path and query, with the ids of things in it. */
  readonly path: string;
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
}

type Rule =
  /** Acts on the caller alone: there is no thing of somebody else that a call could name. */
  | 'own'
  /** For administrators. */
  | { readonly admin: (t: Things) => Request }
  /** Names things that have an owner, each call in one way. */
  | { readonly owned: (t: Things) => readonly Request[]; readonly refusal?: readonly [number, string] };

const call = { model: 'm', provider: 'p', amount: '1' };
const mine = (path: string) => (t: Things) => [
  { path: `${path}?projectId=${t.project}` },
  { path: `${path}?userId=${t.user}` },
];
const key = () => ({ 'idempotency-key': crypto.randomUUID() });

const RULES: Readonly<Record<string, Rule>> = {
  'POST /auth/logout-all': 'own',
  'GET /auth/me': 'own',
  'GET /auth/profile': 'own',
  'PATCH /auth/profile': 'own',
  'POST /auth/password': 'own',
  'GET /organizations': 'own',
  'GET /api-keys': 'own',
  'POST /api-keys': 'own',
  'DELETE /api-keys/{id}': {
    owned: (t) => [{ path: `/api-keys/${t.key}` }],
    refusal: [404, 'There is no API key'],
  },
  'POST /api-keys/{id}/rotate': {
    owned: (t) => [{ path: `/api-keys/${t.key}/rotate`, body: {} }],
    refusal: [404, 'There is no API key'],
  },
  'GET /projects': { owned: (t) => [{ path: `/projects?userId=${t.user}` }] },
  'POST /projects': 'own',
  'GET /projects/{id}': {
    owned: (t) => [{ path: `/projects/${t.project}` }, { path: `/projects/${t.project}?include=user,costs` }],
  },
  'PATCH /projects/{id}': { owned: (t) => [{ path: `/projects/${t.project}`, body: { name: 'taken' } }] },
  'DELETE /projects/{id}': { owned: (t) => [{ path: `/projects/${t.project}` }] },
  'GET /projects/{id}/spend': { owned: (t) => [{ path: `/projects/${t.project}/spend` }] },
  'GET /agents': { owned: mine('/agents') },
  'POST /agents': { owned: (t) => [{ path: '/agents', body: { projectId: t.project } }] },
  'GET /agents/{id}': { owned: (t) => [{ path: `/agents/${t.run}` }] },
  'PATCH /agents/{id}': { owned: (t) => [{ path: `/agents/${t.run}`, body: { status: 'failed' } }] },
  'GET /agents/{id}/logs': { owned: (t) => [{ path: `/agents/${t.run}/logs` }] },
  'POST /agents/{id}/logs': { owned: (t) => [{ path: `/agents/${t.run}/logs`, body: { lines: ['x'] } }] },
  'GET /costs': { owned: (t) => [...mine('/costs')(t), { path: `/costs?agentId=${t.run}` }] },
  'POST /costs': { owned: (t) => [{ path: '/costs', body: { projectId: t.project, ...call } }] },
  'POST /costs/bulk': {
    owned: (t) => [{ path: '/costs/bulk', body: { costs: [{ projectId: t.project, ...call }] } }],
  },
  'GET /costs/{id}': { owned: (t) => [{ path: `/costs/${t.cost}` }] },
  'GET /activity': {
    owned: (t) => [...mine('/activity')(t), { path: `/activity?offset=0&projectId=${t.project}` }],
  },
  'POST /activity': {
    owned: (t) => [{ path: '/activity', body: { projectId: t.project, type: 'cost_alert', message: 'm' } }],
  },
  'GET /dashboard': 'own',
  'GET /spend/daily': {
    owned: (t) => [...mine('/spend/daily')(t), { path: `/spend/daily?agentId=${t.run}` }],
  },
  'GET /budgets': { owned: mine('/budgets') },
  'POST /budgets': {
    owned: (t) => [
      { path: '/budgets', body: { projectId: t.project, kind: 'hard', period: 'day', limit: '5' } },
    ],
  },
  'GET /budgets/{id}': { owned: (t) => [{ path: `/budgets/${t.budget}` }] },
  'PATCH /budgets/{id}': { owned: (t) => [{ path: `/budgets/${t.budget}`, body: { limit: '1000' } }] },
  'DELETE /budgets/{id}': { owned: (t) => [{ path: `/budgets/${t.budget}` }] },
  'GET /reservations': { owned: mine('/reservations') },
  'POST /reservations': {
    owned: (t) => [{ path: '/reservations', body: { projectId: t.project, amount: '1' }, headers: key() }],
  },
  'GET /reservations/{id}': { owned: (t) => [{ path: `/reservations/${t.reservation}` }] },
  'POST /reservations/{id}/settle': {
    owned: (t) => [{ path: `/reservations/${t.reservation}/settle`, body: call }],
  },
  'POST /reservations/{id}/release': { owned: (t) => [{ path: `/reservations/${t.reservation}/release` }] },
  'GET /prices': 'own',
  'GET /prices/find': 'own',
  'POST /prices': {
    admin: () => ({
      path: '/prices',
      body: {
        provider: 'openai',
        model: `m-${crypto.randomUUID()}`,
        rates: [{ kind: 'input', unitPrice: '0.000001' }],
      },
    }),
  },
  'DELETE /prices/{id}': { admin: () => ({ path: '/prices/mpr_unknown' }) },
  'POST /prices/quote': 'own',
  'POST /prices/reprice': { owned: (t) => [{ path: '/prices/reprice', body: { projectId: t.project } }] },
  'POST /imports': {
    owned: (t) => [
      {
        path: `/imports?source=trace.csv&kind=azure-trace&model=gpt-4o&provider=openai&project=${t.project}`,
        body: 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n',
        headers: { 'content-type': 'text/csv' },
      },
    ],
  },
  'GET /imports': { owned: mine('/imports') },
  'GET /imports/{id}': { owned: (t) => [{ path: `/imports/${t.import}` }] },
  'GET /runners': { owned: (t) => [{ path: `/runners?userId=${t.user}` }] },
  'POST /runners': 'own',
  'GET /runners/{id}': { owned: (t) => [{ path: `/runners/${t.runner}` }], refusal: [403, 'Forbidden'] },
  'DELETE /runners/{id}': { owned: (t) => [{ path: `/runners/${t.runner}` }], refusal: [403, 'Forbidden'] },
  'GET /users': { admin: () => ({ path: '/users' }) },
  'GET /users/{id}': { admin: (t) => ({ path: `/users/${t.user}` }) },
  'DELETE /users/{id}': { admin: (t) => ({ path: `/users/${t.user}` }) },
  'PUT /users/{id}/roles': {
    admin: (t) => ({ path: `/users/${t.user}/roles`, body: { roles: ['auditor'] } }),
  },
  'POST /users/{id}/disable': { admin: (t) => ({ path: `/users/${t.user}/disable` }) },
  'POST /users/{id}/enable': { admin: (t) => ({ path: `/users/${t.user}/enable` }) },
  'GET /audit': { admin: () => ({ path: '/audit' }) },
};

async function thingsOf(as: Caller): Promise<Things> {
  const make = async (path: string, body: object) => {
    const { status, body: made, text } = await api.call('POST', path, { as, body, headers: key() });
    if (status !== 201) throw new Error(`${path}: ${text}`);
    return made;
  };
  const project = (await api.project(as)).id;
  const [imported] = await api.sql<{ id: string }>(
    `insert into :schema.imports (kind, source, project_id) values ('aider-costs', 'a.csv', $1) returning id`,
    [project],
  );
  return {
    user: as.id,
    project,
    run: (await make('/agents', { projectId: project, logs: ['secret line'] })).id,
    cost: (await make('/costs', { projectId: project, ...call })).id,
    budget: (await make('/budgets', { projectId: project, kind: 'soft', period: 'total', limit: '100' })).id,
    reservation: (await make('/reservations', { projectId: project, amount: '1' })).id,
    runner: (await make('/runners', { provider: 'other', name: 'r', region: 'x', serverType: 't' })).id,
    import: String(imported?.id),
    key: (await make('/api-keys', { name: 'k' })).apiKey.id,
  };
}

const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;
const isPublic = ({ operation }: Route): boolean => operation.security?.length === 0;
const uncovered = (all: readonly Route[]): string[] =>
  all.filter((route) => !isPublic(route) && RULES[nameOf(route)] === undefined).map(nameOf);

function requestsOf(rule: Rule, t: Things): readonly Request[] {
  if (rule === 'own') return [];
  return 'admin' in rule ? [rule.admin(t)] : rule.owned(t);
}

const send = (name: string, { path, body, headers }: Request, as?: Caller): Promise<Answer> =>
  api.call(name.split(' ')[0] ?? '', path, {
    ...(as === undefined ? {} : { as }),
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });

/** Calls that named a thing of `t` and were not refused as the rule says. */
async function leaks(t: Things, as: Caller): Promise<string[]> {
  const found: string[] = [];
  for (const [name, rule] of Object.entries(RULES)) {
    if (rule === 'own') continue;
    const [status, text] =
      'admin' in rule ? [403, 'This needs the role admin.'] : (rule.refusal ?? [403, 'Access denied']);
    for (const request of requestsOf(rule, t)) {
      const answer = await send(name, request, as);
      if (answer.status !== status || !answer.body.detail.startsWith(text))
        found.push(`${name}: ${answer.status} ${answer.text}`);
    }
  }
  return found;
}

/** One hash over every row of every table that a call could have changed. */
async function state(): Promise<unknown> {
  const tables = await api.sql<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'agents' and table_type = 'BASE TABLE' and table_name <> 'api_keys' order by 1`,
  );
  const hashes: Record<string, string | null> = {};
  for (const { name } of tables) {
    const [row] = await api.sql<{ hash: string | null }>(
      `select md5(string_agg(t::text, ',' order by t::text)) as hash from :schema.${name} t`,
    );
    hashes[name] = row?.hash ?? null;
  }
  return hashes;
}

describe('the table of rules', () => {
  it('covers every route of the API, and names none that is not there', () => {
    expect(uncovered(routes)).toEqual([]);
    const known = new Set(routes.map(nameOf));
    expect(Object.keys(RULES).filter((name) => !known.has(name))).toEqual([]);
  });

  it('notices a new route', () => {
    const added = {
      method: 'GET',
      path: '/projects/{id}/secrets',
      operation: { operationId: 'x', responses: {} },
    };
    expect(uncovered([...routes, added])).toEqual(['GET /projects/{id}/secrets']);
  });

  it('leaves five routes open to everybody', () => {
    expect(routes.filter(isPublic).map(nameOf)).toEqual([
      'POST /auth/register',
      'POST /auth/login',
      'POST /auth/token',
      'POST /auth/refresh',
      'POST /auth/logout',
    ]);
  });
});

describe('somebody else', () => {
  it('is refused by every route that names a thing of another user, and changes nothing', async () => {
    const things = await thingsOf(owner);
    const before = await state();
    expect(await leaks(things, stranger)).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it('would get in if owners were not asked for (negative control)', async () => {
    const things = await thingsOf(owner);
    const open = vi.spyOn(Access.prototype, 'owner').mockImplementation(() => undefined);
    try {
      const found = await leaks(things, stranger);
      expect(found.some((leak) => leak.startsWith('GET /projects/{id}: 200'))).toBe(true);
      expect(found.length).toBeGreaterThan(20);
    } finally {
      open.mockRestore();
    }
  });

  it('finds nothing of others in lists without a filter', async () => {
    await thingsOf(owner);
    const newcomer = await api.user();
    for (const { path, method } of routes) {
      if (method !== 'GET' || path.includes('{') || path.startsWith('/prices')) continue;
      const rule = RULES[`GET ${path}`];
      if (rule === 'own' || rule === undefined || 'admin' in rule) continue;
      const { body } = await api.call('GET', path, { as: newcomer });
      expect([path, body.data]).toEqual([path, []]);
    }
    const dashboard = await api.call('GET', '/dashboard', { as: newcomer });
    expect(dashboard.body).toMatchObject({
      summary: { totalProjects: 0 },
      recentActivities: [],
      projects: [],
    });
  });
});

describe('nobody', () => {
  it('is refused by every route that is not public', async () => {
    const things = await thingsOf(owner);
    for (const route of routes.filter((one) => !isPublic(one))) {
      const rule = RULES[nameOf(route)] as Rule;
      const [request = { path: route.path.replace('{id}', 'x') }] = requestsOf(rule, things);
      const answer = await send(nameOf(route), request);
      expect([nameOf(route), answer.status, answer.body.code]).toEqual([
        nameOf(route),
        401,
        'unauthenticated',
      ]);
    }
  });
});

describe('an unknown id', () => {
  it('is not found, whoever asks', async () => {
    const unknown: Things = {
      user: 'usr_unknown',
      project: 'prj_unknown',
      run: 'agt_unknown',
      cost: 'cst_unknown',
      budget: 'bdg_unknown',
      reservation: 'rsv_unknown',
      runner: 'rnr_unknown',
      import: 'imp_unknown',
      key: 'key_unknown',
    };
    for (const [name, rule] of Object.entries(RULES)) {
      if (rule === 'own' || ('admin' in rule && !name.includes('{id}'))) continue;
      for (const request of requestsOf(rule, unknown)) {
        if (request.path.includes('userId=')) continue;
        const answer = await send(name, request, 'admin' in rule ? admin : stranger);
        expect([name, answer.status, answer.body.code]).toEqual([name, 404, 'not_found']);
      }
    }
  });
});

describe('the owner and an administrator', () => {
  it('get through every route that names the owner’s things', async () => {
    const read = { ofOwner: await thingsOf(owner), ofAnother: await thingsOf(stranger) };
    for (const [name, rule] of Object.entries(RULES)) {
      if (rule === 'own' || 'admin' in rule) continue;
      // A call that writes may end the thing it names, so it gets things of its own.
      const fresh = name.startsWith('GET ')
        ? read
        : { ofOwner: await thingsOf(owner), ofAnother: await thingsOf(stranger) };
      const { ofOwner, ofAnother } = fresh;
      for (const request of requestsOf(rule, ofOwner)) {
        const answer = await send(name, request, owner);
        expect([name, answer.status, answer.status < 300 || answer.text]).toEqual([
          name,
          answer.status,
          true,
        ]);
      }
      if (rule.refusal?.[0] === 404) continue;
      for (const request of requestsOf(rule, ofAnother)) {
        const answer = await send(name, request, admin);
        expect([name, answer.status, answer.status < 300 || answer.text]).toEqual([
          name,
          answer.status,
          true,
        ]);
      }
    }
  });

  it('may set prices, see users and the trail only as an administrator', async () => {
    const victim = await api.user();
    const things = await thingsOf(victim);
    const order = (name: string): number => (name.startsWith('DELETE /users') ? 1 : 0);
    for (const [name, rule] of Object.entries(RULES).sort(([a], [b]) => order(a) - order(b))) {
      if (rule === 'own' || !('admin' in rule)) continue;
      const answer = await send(name, rule.admin(things), admin);
      const fine = answer.status < 300 || name === 'DELETE /prices/{id}';
      expect([name, fine || answer.text]).toEqual([name, true]);
    }
  });

  it('see everybody’s things in lists as an administrator, or those of the user asked for', async () => {
    const things = await thingsOf(owner);
    const all = await api.call('GET', '/projects?limit=100', { as: admin });
    expect(new Set(all.body.data.map(({ userId }) => userId)).size).toBeGreaterThan(1);
    const some = await api.call('GET', `/projects?limit=100&userId=${owner.id}`, { as: admin });
    expect(some.body.data.some(({ id }) => id === things.project)).toBe(true);
    expect(new Set(some.body.data.map(({ userId }) => userId))).toEqual(new Set([owner.id]));
  });
});
