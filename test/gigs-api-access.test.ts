import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Access } from '../src/systems/gigs/routes/access.ts';
import { isEngineRoute, type Route } from './support/api.ts';
import {
  type Answer,
  type Caller,
  freshKey,
  type GigsApi,
  openGigsApi,
  type PlatformCaller,
} from './support/gigs-api.ts';
import { documentedEvents } from './support/gigs-events.ts';

let api: GigsApi;
let worker: Caller;
let otherWorker: Caller;
let platform: PlatformCaller;
let otherPlatform: PlatformCaller;
let admin: Caller;
let routes: Route[];
let things: Things;

/** Ids of what belongs to one worker and one platform. */
interface Things {
  readonly worker: string;
  readonly platform: string;
  /** Taken by the worker, pending. */
  readonly task: string;
  readonly external: string;
  readonly stream: string;
  readonly loan: string;
  readonly deadLetter: string;
  readonly import: string;
  readonly workerKey: string;
}

type Party = 'worker' | 'platform' | 'admin';

interface Rule {
  /** Who may call it for these things; `anyone` acts on the caller alone. */
  readonly for: readonly Party[] | 'anyone';
  readonly path?: (t: Things) => string;
  readonly body?: (t: Things) => object;
  /** Answer to whoever may not; default 403. */
  readonly refusal?: number;
}

const W = ['worker', 'admin'] as const;
const P = ['platform', 'admin'] as const;
const BOTH = ['worker', 'platform', 'admin'] as const;
const A = ['admin'] as const;
const ofWorker = (rest: string, body?: () => object): Rule => ({
  for: W,
  path: (t) => `/workers/${t.worker}${rest}`,
  ...(body === undefined ? {} : { body }),
});
const ofPlatform = (rest: string, body?: (t: Things) => object): Rule => ({
  for: P,
  path: (t) => `/platforms/${t.platform}${rest}`,
  ...(body === undefined ? {} : { body }),
});
const ofTask = (step: string, parties: readonly Party[], body?: (t: Things) => object): Rule => ({
  for: parties,
  path: (t) => `/tasks/${t.task}${step}`,
  ...(body === undefined ? {} : { body }),
});
const ofStream = (step: string, parties: readonly Party[], body?: () => object): Rule => ({
  for: parties,
  path: (t) => `/streams/${t.stream}${step}`,
  ...(body === undefined ? {} : { body }),
});

const RULES: Readonly<Record<string, Rule>> = {
  'POST /auth/logout-all': { for: 'anyone' },
  'GET /auth/me': { for: 'anyone' },
  'POST /auth/password': { for: 'anyone' },
  'GET /api-keys': { for: 'anyone' },
  'POST /api-keys': { for: 'anyone' },
  'DELETE /api-keys/{id}': { for: ['worker'], path: (t) => `/api-keys/${t.workerKey}`, refusal: 404 },
  'POST /api-keys/{id}/rotate': {
    for: ['worker'],
    path: (t) => `/api-keys/${t.workerKey}/rotate`,
    body: () => ({}),
    refusal: 404,
  },
  'GET /workers': { for: A },
  'GET /workers/{id}': ofWorker(''),
  'GET /workers/{id}/balance': ofWorker('/balance'),
  'GET /workers/{id}/earnings': ofWorker('/earnings'),
  'GET /workers/{id}/reputation': ofWorker('/reputation'),
  'GET /workers/{id}/risk': ofWorker('/risk'),
  'GET /workers/{id}/prediction': ofWorker('/prediction'),
  'GET /workers/{id}/transactions': ofWorker('/transactions'),
  'GET /workers/{id}/tasks': ofWorker('/tasks'),
  'GET /workers/{id}/streams': ofWorker('/streams'),
  'GET /workers/{id}/advance/eligibility': ofWorker('/advance/eligibility'),
  'POST /workers/{id}/advance': ofWorker('/advance', () => ({ amount: '10' })),
  'GET /workers/{id}/loans': ofWorker('/loans'),
  'GET /workers/{id}/loans/active': ofWorker('/loans/active'),
  'POST /workers/{id}/loans/{loanId}/repay': {
    for: W,
    path: (t) => `/workers/${t.worker}/loans/${t.loan}/repay`,
    body: () => ({ amount: '1' }),
  },
  'POST /loans/{id}/write-off': {
    for: A,
    path: (t) => `/loans/${t.loan}/write-off`,
    body: () => ({ reason: 'gone' }),
  },
  'POST /workers/{id}/withdrawals': ofWorker('/withdrawals', () => ({
    amount: '1',
    toAddress: `0x${'12'.repeat(20)}`,
  })),
  'POST /workers/{id}/wallet/challenge': {
    ...ofWorker('/wallet/challenge', () => ({ address: `0x${'12'.repeat(20)}` })),
    for: ['worker'],
  },
  'POST /workers/{id}/wallet': {
    ...ofWorker('/wallet', () => ({ message: 'signed', signature: '0x00' })),
    for: ['worker'],
  },
  'DELETE /workers/{id}/wallet': ofWorker('/wallet'),
  'GET /platforms/{id}': ofPlatform(''),
  'PATCH /platforms/{id}': ofPlatform('', () => ({ name: 'Renamed' })),
  'GET /platforms/{id}/analytics': ofPlatform('/analytics'),
  'GET /platforms/{id}/workers': ofPlatform('/workers'),
  'POST /platforms/{id}/deposits': ofPlatform('/deposits', () => ({ amount: '1' })),
  'POST /platforms/{id}/webhook-secret': ofPlatform('/webhook-secret'),
  'POST /platforms/{id}/tasks/complete': ofPlatform('/tasks/complete', (t) => ({ externalId: t.external })),
  'POST /platforms/{id}/tasks/start-stream': ofPlatform('/tasks/start-stream', (t) => ({
    externalId: t.external,
    durationS: 3_600,
    releaseIntervalS: 60,
  })),
  'GET /tasks': { for: BOTH, path: (t) => `/tasks?workerId=${t.worker}&platformId=${t.platform}` },
  'POST /tasks': { for: P, path: () => '/tasks', body: (t) => ({ platformId: t.platform, amount: '1' }) },
  'POST /tasks/record': {
    for: P,
    path: () => '/tasks/record',
    body: (t) => ({ platformId: t.platform, workerId: t.worker, amount: '1' }),
  },
  'GET /tasks/{id}': ofTask('', BOTH),
  'POST /tasks/{id}/assign': ofTask('/assign', P, (t) => ({ workerId: t.worker })),
  'POST /tasks/{id}/claim': ofTask('/claim', W, (t) => ({ workerId: t.worker })),
  'POST /tasks/{id}/start': ofTask('/start', BOTH),
  'POST /tasks/{id}/submit': ofTask('/submit', W, () => ({ completionProof: 'sha256:1' })),
  'POST /tasks/{id}/complete': ofTask('/complete', P),
  'POST /tasks/{id}/pay': ofTask('/pay', P),
  'POST /tasks/{id}/cancel': ofTask('/cancel', P),
  'POST /tasks/{id}/dispute': ofTask('/dispute', BOTH, () => ({ reason: 'wrong' })),
  'POST /tasks/{id}/resolve': ofTask('/resolve', A, () => ({ outcome: 'resume' })),
  'POST /tasks/{id}/rate': ofTask('/rate', BOTH, () => ({ stars: 5 })),
  'POST /tasks/{id}/verify': ofTask('/verify', P),
  'POST /tasks/{id}/review': ofTask('/review', P, () => ({ verdict: 'approve' })),
  'GET /streams': {
    for: BOTH,
    path: (t) => `/streams?workerId=${t.worker}&platformId=${t.platform}`,
  },
  'POST /streams': {
    for: P,
    path: () => '/streams',
    body: (t) => ({ taskId: t.task, durationS: 3_600, releaseIntervalS: 60 }),
  },
  'GET /streams/active': { for: A, path: () => '/streams/active' },
  'GET /streams/{id}': ofStream('', BOTH),
  'POST /streams/{id}/top-up': ofStream('/top-up', P, () => ({ amount: '1' })),
  'POST /streams/{id}/withdraw': ofStream('/withdraw', W),
  'POST /streams/{id}/pause': ofStream('/pause', P),
  'POST /streams/{id}/resume': ofStream('/resume', P),
  'POST /streams/{id}/cancel': ofStream('/cancel', P),
  'GET /webhooks-in/dead-letters': {
    for: P,
    path: (t) => `/webhooks-in/dead-letters?platformId=${t.platform}`,
  },
  'POST /webhooks-in/dead-letters/{id}/retry': {
    for: P,
    path: (t) => `/webhooks-in/dead-letters/${t.deadLetter}/retry`,
  },
  'POST /webhooks-in/rails/{rail}/secret': { for: A, path: () => '/webhooks-in/rails/sandbox/secret' },
  'POST /imports': {
    for: P,
    path: (t) => `/imports?source=a.csv&kind=paid-tasks&platform=${t.platform}`,
    body: () => ({}),
  },
  'GET /imports': { for: P, path: (t) => `/imports?platformId=${t.platform}` },
  'GET /imports/{id}': { for: P, path: (t) => `/imports/${t.import}` },
  'GET /analytics/daily': { for: A, path: () => '/analytics/daily?from=2026-01-31' },
};

beforeAll(async () => {
  api = await openGigsApi();
  [worker, otherWorker, admin] = [await api.worker(), await api.worker(), await api.admin()];
  [platform, otherPlatform] = [await api.platform(), await api.platform()];
  routes = (await api.routes()).filter((route) => route.path !== '/events' && !isEngineRoute(route));
  things = await thingsOf();
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

async function thingsOf(): Promise<Things> {
  const input = { amount: '10', workerId: worker.id };
  const task = await api.post('/tasks', platform, input);
  const other = await api.post('/tasks', platform, { ...input, taskType: 'streaming', externalId: 'x-1' });
  const streaming = await api.post('/tasks', platform, { ...input, taskType: 'streaming' });
  await api.post(`/tasks/${streaming.id}/start`, worker);
  const body = { taskId: streaming.id, totalAmount: '5', durationS: 3_600, releaseIntervalS: 60 };
  const stream = await api.post('/streams', platform, body);
  const event = await api.service.inbound.receive(platform.id, {
    eventId: 'evt-1',
    externalTaskId: 'never posted',
    workerId: worker.id,
    completedAt: new Date().toISOString(),
  });
  await api.service.inbound.work();
  const [imported] = await api.fixture.scope.query<{ id: string }>(
    `insert into :schema.imports (kind, source, platform_id) values ('paid-tasks', 'a.csv', $1) returning id`,
    [platform.id],
  );
  return {
    worker: worker.id,
    platform: platform.id,
    task: task.id,
    external: String(other.externalId),
    stream: stream.id,
    loan: 'lon_unknown',
    deadLetter: event.id,
    import: String(imported?.id),
    workerKey: (await api.post('/api-keys', worker, { name: 'k' })).apiKey.id,
  };
}

const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;
const isPublic = ({ operation }: Route): boolean => operation.security?.length === 0;

function send(name: string, rule: Rule, as?: Caller): Promise<Answer> {
  const [method = '', template = ''] = name.split(' ');
  const body = rule.body?.(things);
  return api.call(method, rule.path?.(things) ?? template, {
    ...(as === undefined ? {} : { as }),
    ...(body === undefined ? {} : { body }),
    headers: method === 'POST' ? freshKey() : {},
  });
}

/** One hash over every row of every table that a call could have changed. */
async function state(): Promise<Record<string, string | null>> {
  const tables = await api.fixture.scope.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'gigs' and table_type = 'BASE TABLE' and table_name <> 'api_keys' order by 1`,
  );
  const hashes: Record<string, string | null> = {};
  for (const { name } of tables) {
    const [row] = await api.fixture.scope.query<{ hash: string | null }>(
      `select md5(string_agg(t::text, ',' order by t::text)) as hash from :schema.${name} t`,
    );
    hashes[name] = row?.hash ?? null;
  }
  return hashes;
}

/** Calls that somebody got an answer to who may not make them. */
async function leaks(callers: Readonly<Record<string, Caller>>): Promise<string[]> {
  const found: string[] = [];
  for (const [name, rule] of Object.entries(RULES)) {
    if (rule.for === 'anyone') continue;
    for (const [who, as] of Object.entries(callers)) {
      if ((rule.for as readonly string[]).includes(who)) continue;
      const answer = await send(name, rule, as);
      if (answer.status !== (rule.refusal ?? 403))
        found.push(`${name} as ${who}: ${answer.status} ${answer.text}`);
    }
  }
  return found;
}

describe('the table of rules', () => {
  it('covers every route of the API, and names none that is not there', () => {
    const uncovered = routes.filter((route) => !isPublic(route) && RULES[nameOf(route)] === undefined);
    expect(uncovered.map(nameOf)).toEqual([]);
    const known = new Set(routes.map(nameOf));
    expect(Object.keys(RULES).filter((name) => !known.has(name))).toEqual([]);
  });

  it('leaves these routes open to everybody', () => {
    expect(routes.filter(isPublic).map(nameOf)).toEqual([
      'POST /auth/register',
      'POST /platforms/register',
      'POST /auth/login',
      'POST /auth/refresh',
      'POST /auth/logout',
      'POST /auth/wallet/challenge',
      'POST /auth/wallet-login',
      'POST /webhooks-in/task-completed',
      'POST /webhooks-in/rails/{rail}',
    ]);
  });
});

describe('somebody else', () => {
  it('is refused by every route, be it another worker, another platform or the wrong side, and changes nothing', async () => {
    const before = await state();
    const strangers = { otherWorker, otherPlatform, worker, platform };
    expect(await leaks(strangers)).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it('would get in if owners were not asked for (negative control)', async () => {
    const open = vi.spyOn(Access.prototype, 'owner').mockImplementation(() => undefined);
    try {
      const reads = Object.entries(RULES).filter(([name]) => name.startsWith('GET /workers/{id}'));
      for (const [name, rule] of reads) expect((await send(name, rule, otherWorker)).status).toBe(200);
      expect(reads.length).toBeGreaterThan(8);
    } finally {
      open.mockRestore();
    }
  });

  it('finds nothing of others in lists without a filter', async () => {
    const [newcomer, newPlatform] = [await api.worker(), await api.platform('0')];
    for (const path of ['/tasks', '/streams']) {
      expect((await api.get(path, newcomer)).data).toEqual([]);
      expect((await api.get(path, newPlatform)).data).toEqual([]);
    }
    expect((await api.get('/webhooks-in/dead-letters', newPlatform)).data).toEqual([]);
  });
});

describe('nobody', () => {
  it('is refused by every route that is not public', async () => {
    for (const [name, rule] of Object.entries(RULES)) {
      const answer = await send(name, {
        path: () => name.split(' ')[1]?.replaceAll(/\{\w+\}/g, 'x') ?? '',
        ...rule,
      });
      expect([name, answer.status, answer.body.code]).toEqual([name, 401, 'unauthenticated']);
    }
  });
});

describe('an unknown id', () => {
  it('is not found, whoever asks', async () => {
    const known = things;
    const unknown = Object.fromEntries(Object.keys(known).map((name) => [name, `${name}_unknown`]));
    things = unknown as unknown as Things;
    try {
      for (const [name, rule] of Object.entries(RULES)) {
        if (rule.for === 'anyone' || !name.includes('{id}')) continue;
        for (const as of [worker, platform, admin]) {
          const answer = await send(name, rule, as);
          const isForAdmins = rule.for.length === 1 && rule.for[0] === 'admin';
          const expected = isForAdmins && as !== admin ? 403 : 404;
          const isClaim = name === 'POST /tasks/{id}/claim' && as !== admin;
          if (!isClaim) expect([name, answer.status]).toEqual([name, expected]);
        }
      }
    } finally {
      things = known;
    }
  });
});

describe('the right party, and an administrator', () => {
  it('get past the rules on every route', async () => {
    const callers: Record<Party, Caller> = { worker, platform, admin };
    // Last what takes a thing away, so that the others still find it.
    const ending = /cancel|secret|complete|DELETE|rotate|retry|logout/;
    const order = Object.entries(RULES).sort(([a], [b]) => Number(ending.test(a)) - Number(ending.test(b)));
    for (const [name, rule] of order) {
      if (rule.for === 'anyone') continue;
      for (const party of rule.for) {
        const { status, text } = await send(name, rule, callers[party]);
        const isRefused = status === 401 || status === 403 || status >= 500;
        expect([name, party, isRefused, isRefused ? text : '']).toEqual([name, party, false, '']);
      }
    }
  });
});

describe('a call that moves money or creates work', () => {
  it('is refused without an Idempotency-Key, and its document says so', async () => {
    const needing = routes.filter(({ operation }) =>
      JSON.stringify(operation).includes('parameters/RequiredIdempotencyKey'),
    );
    expect(needing.map(nameOf).sort()).toEqual([
      'POST /loans/{id}/write-off',
      'POST /platforms/{id}/deposits',
      'POST /platforms/{id}/tasks/complete',
      'POST /platforms/{id}/tasks/start-stream',
      'POST /streams',
      'POST /streams/{id}/top-up',
      'POST /streams/{id}/withdraw',
      'POST /tasks',
      'POST /tasks/record',
      'POST /tasks/{id}/pay',
      'POST /workers/{id}/advance',
      'POST /workers/{id}/loans/{loanId}/repay',
      'POST /workers/{id}/withdrawals',
    ]);
    for (const route of needing) {
      const rule = RULES[nameOf(route)] as Rule;
      const body = rule.body?.(things);
      const answer = await api.call('POST', rule.path?.(things) ?? route.path, {
        as: admin,
        ...(body === undefined ? {} : { body }),
      });
      expect([nameOf(route), answer.status, answer.body.field]).toEqual([
        nameOf(route),
        400,
        'Idempotency-Key',
      ]);
    }
  });
});

describe('the events of all these calls', () => {
  it('are in the list of the README', async () => {
    const rows = await api.fixture.scope.query<{ type: string }>('select distinct type from :schema.outbox');
    const documented = documentedEvents();
    expect(rows.length).toBeGreaterThan(15);
    // Accounts, sessions and endpoints are the kernel's.
    const own = rows.map(({ type }) => type).filter((type) => !/^(account|api_key|webhook)\./.test(type));
    expect(own.filter((type) => !documented.includes(type))).toEqual([]);
  });
});
