import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../src/http/index.ts';
import { encodeCursor, Ledger } from '../src/kernel/index.ts';
import { type Face, openFace, post, problemOf } from './support/face.ts';
import { signal, until } from './support/kernel.ts';

type Body = Record<string, never> & { readonly data: readonly Record<string, unknown>[] };

let face: Face;
let app: App;
let ledger: Ledger;
let user: Record<string, string>;
let admin: Record<string, string>;

const ODD = 'client 7/ü%2F?&#';

beforeAll(async () => {
  face = await openFace();
  app = face.app();
  ({ headers: user } = await face.account('ada@example.org'));
  ({ headers: admin } = await face.account('root@example.org', ['admin']));
  ledger = new Ledger(face.instance.scope);
  await ledger.defineAssets([
    { code: 'USDC', decimals: 6 },
    { code: 'GNK', decimals: 9 },
  ]);
  await ledger.openAccounts([
    { code: 'bank', asset: 'USDC', normalSide: 'debit' },
    { code: ODD, asset: 'USDC', normalSide: 'credit', minBalance: '0', metadata: { note: 'odd' } },
    { code: 'fees', asset: 'USDC', normalSide: 'credit', slots: 4 },
    { code: 'bank:GNK', asset: 'GNK', normalSide: 'debit' },
  ]);
  for (const amount of ['1', '2.5', '3.000001'])
    await ledger.transfer({ key: amount, debit: 'bank', credit: ODD, amount, reference: 'in' });
  await ledger.hold({ key: 'held', debit: ODD, credit: 'fees', amount: '0.5' });
});

afterAll(() => face?.opened.close());

const get = (path: string, headers = admin) => app.request(`/v1/notes/ledger${path}`, { headers });
const read = async (path: string): Promise<Body> => {
  const answer = await get(path);
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as Body;
};
const prove = (body?: unknown, headers: Record<string, string> = {}) =>
  app.request(
    '/v1/notes/ledger/prove',
    body === undefined
      ? { method: 'POST', headers: { ...admin, ...headers } }
      : post(body, { ...admin, ...headers }),
  );

/** Keeps whoever reads the chain waiting. */
async function lockSeals(): Promise<{ release(): Promise<void> }> {
  const [locked, released] = [signal(), signal()];
  const ended = face.opened.database.transaction(async (tx) => {
    await tx.query('lock table notes.ledger_seals in access exclusive mode');
    locked.fire();
    await released.promise;
  });
  await locked.promise;
  return {
    release: () => {
      released.fire();
      return ended;
    },
  };
}

const codes = ({ data }: Body) => data.map(({ code }) => code);
const path = (code: string, rest = '') => `/accounts/${encodeURIComponent(code)}${rest}`;

describe('accounts', () => {
  it('are listed newest first, by pages and by asset and prefix', async () => {
    const first = await read('/accounts?limit=3');
    expect(first).toMatchObject({ hasMore: true });
    const second = await read(`/accounts?limit=3&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ hasMore: false, nextCursor: null });
    expect([...codes(first), ...codes(second)].toSorted()).toEqual(
      ['bank', 'bank:GNK', ODD, 'fees'].toSorted(),
    );
    expect(codes(await read('/accounts?asset=GNK'))).toEqual(['bank:GNK']);
    expect(codes(await read('/accounts?codePrefix=bank')).toSorted()).toEqual(['bank', 'bank:GNK']);
    expect(codes(await read('/accounts?asset=none'))).toEqual([]);
    const full = codes(await read('/accounts?nonEmpty=true'));
    expect(full).toContain(ODD);
    expect(full).not.toContain('bank:GNK');
  });

  it('are shown one by one, whatever characters their code has', async () => {
    expect(await read(path(ODD))).toMatchObject({
      code: ODD,
      asset: 'USDC',
      balance: '6.500001',
      heldOut: '0.5',
      available: '6.000001',
      minBalance: '0',
      maxBalance: null,
      metadata: { note: 'odd' },
    });
  });

  it('have statements by pages, each line with the balance after it', async () => {
    const first = await read(path(ODD, '/statement?limit=2'));
    expect(first.data).toMatchObject([
      { amount: '1', balance: '1', side: 'credit', otherAccount: 'bank', reference: 'in' },
      { amount: '2.5', balance: '3.5' },
    ]);
    const second = await read(path(ODD, `/statement?limit=2&cursor=${first.nextCursor}`));
    expect(second).toMatchObject({ data: [{ balance: '6.500001' }], hasMore: false, nextCursor: null });
    const later = await read(path(ODD, '/statement?from=2999-01-01T00:00:00Z'));
    expect(later.data).toEqual([]);
  });
});

describe('the ledger as a whole', () => {
  it('shows its trial balance', async () => {
    expect((await read('/trial-balance')).data).toEqual([
      expect.objectContaining({ asset: 'GNK', difference: '0', debits: '0' }),
      expect.objectContaining({ asset: 'USDC', difference: '0', debits: '6.500001', held: '0.5' }),
    ]);
  });

  it('gives a root that can be sent back as it is, and finds what was changed since', async () => {
    expect(await read('/root')).toEqual({ root: null });
    expect(await (await prove(await read('/root'))).json()).toEqual({
      broken: [],
      brokenCount: 0,
      root: null,
    });
    // Sealing waits for transactions of other tests on the same server.
    await until('the seal', async () => {
      await ledger.seal();
      return (await ledger.root()) !== null;
    });
    const kept = (await (await get('/root')).json()) as { root: object };
    expect(kept).toMatchObject({ root: { number: '1', hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    for (const body of [kept, { root: null }, undefined]) {
      expect(await (await prove(body)).json()).toEqual({ broken: [], brokenCount: 0, ...kept });
    }
    const other = { root: { ...kept.root, hash: '0'.repeat(64) } };
    expect(await (await prove(other)).json()).toMatchObject({
      brokenCount: 1,
      broken: [{ number: '1', problem: 'The root that was kept is not in the chain.' }],
    });
    const { database } = face.opened;
    const change = (to: string) =>
      database.transaction(async (tx) => {
        await tx.query("set local session_replication_role = 'replica'");
        await tx.query('grant update on notes.ledger_transfers to current_user');
        await tx.query(`update notes.ledger_transfers set reference = '${to}' where id = 1`);
      });
    await change('forged');
    expect(await (await prove()).json()).toMatchObject({ brokenCount: 1, broken: [{ number: '1' }] });
    await change('in');
    expect(await (await prove()).json()).toMatchObject({ brokenCount: 0 });
  });

  it('is proved by one call at a time, and answers a repeated key with the first proof', async () => {
    const seals = await lockSeals();
    const calls = [prove(), prove()];
    const refused = (await Promise.race(calls)).clone() as Response;
    expect(await problemOf(refused)).toMatchObject({ status: 409, reason: 'ledger_proof_running' });
    await seals.release();
    expect((await Promise.all(calls)).map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const first = await prove(undefined, { 'idempotency-key': 'proof-1' });
    const again = await prove(undefined, { 'idempotency-key': 'proof-1' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
    const other = await prove({ root: null }, { 'idempotency-key': 'proof-1' });
    expect(other.status).toBe(422);
  });
});

describe('a refusal', () => {
  const calls = [
    '/accounts',
    '/accounts/bank',
    '/accounts/bank/statement',
    '/trial-balance',
    '/root',
  ] as const;

  it('meets everybody but administrators', async () => {
    const noOne: Record<string, string> = {};
    for (const [headers, status, code] of [
      [user, 403, 'forbidden'],
      [noOne, 401, 'unauthenticated'],
    ] as const) {
      const answers = await Promise.all(calls.map((call) => get(call, headers)));
      answers.push(await app.request('/v1/notes/ledger/prove', { method: 'POST', headers }));
      for (const answer of answers) {
        expect(answer.status).toBe(status);
        expect((await problemOf(answer)).code).toBe(code);
      }
    }
  });

  it('meets unknown codes, bad cursors and bad values, and says which', async () => {
    for (const unknown of ['/accounts/nobody', '/accounts/nobody/statement']) {
      expect(await problemOf(await get(unknown))).toMatchObject({ status: 404, code: 'not_found' });
    }
    const forged = encodeCursor('ledger_accounts', new Date(), "1'); --");
    const foreign = encodeCursor('queues', new Date(), '1');
    for (const [call, field] of [
      ['/accounts?cursor=nonsense', 'cursor'],
      [`/accounts?cursor=${foreign}`, 'cursor'],
      [`/accounts?cursor=${forged}`, undefined],
      ['/accounts?limit=0', 'limit'],
      ['/accounts?side=debit', 'side'],
      ['/accounts/bank/statement?cursor=nonsense', 'cursor'],
      [
        `/accounts/bank/statement?cursor=${encodeCursor('ledger_statement', new Date(0), '1 1 1.1.1 1')}`,
        undefined,
      ],
      ['/accounts/bank/statement?from=yesterday', 'from'],
    ] as const) {
      const problem = await problemOf(await get(call));
      expect(problem).toMatchObject({ status: 400, code: 'invalid_input' });
      if (field !== undefined) expect(problem).toMatchObject({ field });
    }
    for (const body of [{ root: { number: '1', upTo: '2', hash: 'x' } }, { kept: null }, {}]) {
      expect((await prove(body)).status).toBe(400);
    }
  });
});

describe('the document', () => {
  it('has the routes of the ledger, none of which posts', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, object> };
    const own = Object.entries(document.paths).filter(([name]) => name.startsWith('/v1/notes/ledger/'));
    expect(Object.fromEntries(own.map(([name, item]) => [name.slice(16), Object.keys(item)]))).toEqual({
      '/accounts': ['get'],
      '/accounts/{code}': ['get'],
      '/accounts/{code}/statement': ['get'],
      '/trial-balance': ['get'],
      '/root': ['get'],
      '/prove': ['post'],
    });
  });
});
