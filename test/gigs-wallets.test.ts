import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checksumAddress,
  createInstance,
  type Instance,
  migratorOf,
  runRetention,
} from '../src/kernel/index.ts';
import { gigs } from '../src/systems/gigs/index.ts';
import { openApi } from './support/api.ts';
import {
  type Answer,
  type Body,
  type Caller,
  type GigsApi,
  openGigsApi,
  PASSWORD,
} from './support/gigs-api.ts';
import { GIGS } from './support/gigs-events.ts';
import { failureOf, signal, untilBlocked } from './support/kernel.ts';
import { newWallet, type Wallet, withHighS, withRecovery } from './support/wallets.ts';

let api: GigsApi;

beforeAll(async () => {
  api = await openGigsApi();
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

type Face = Pick<GigsApi, 'call'>;

/** The message of a challenge, to sign in or, for somebody, to link. */
async function challenge(wallet: Wallet, as?: Caller, face: Face = api): Promise<string> {
  const path = as === undefined ? '/auth/wallet/challenge' : `/workers/${as.id}/wallet/challenge`;
  const answer = await face.call('POST', path, {
    body: { address: wallet.address },
    ...(as === undefined ? {} : { as }),
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return String(answer.body.message);
}

const signIn = (message: string, signature: string, face: Face = api): Promise<Answer> =>
  face.call('POST', '/auth/wallet-login', { body: { message, signature } });

/** Challenge, signature, sign-in. */
async function walletLogin(wallet: Wallet, face: Face = api): Promise<Answer> {
  const message = await challenge(wallet, undefined, face);
  return signIn(message, wallet.sign(message), face);
}

/** Links and answers the caller with the tokens of its new session. */
async function linked(as: Caller, wallet: Wallet): Promise<Caller> {
  const answer = await link(as, wallet);
  if (answer.status !== 200) throw new Error(answer.text);
  return { ...as, headers: { authorization: `Bearer ${answer.body.accessToken}` } };
}

async function link(as: Caller, wallet: Wallet): Promise<Answer> {
  const message = await challenge(wallet, as);
  return sendLink(as, message, wallet.sign(message));
}

const sendLink = (as: Caller, message: string, signature: string): Promise<Answer> =>
  api.call('POST', `/workers/${as.id}/wallet`, { as, body: { message, signature } });

/** A worker with a wallet that it has proven. */
async function walletWorker(): Promise<{ worker: Caller; wallet: Wallet }> {
  const wallet = newWallet();
  return { worker: await linked(await api.worker(), wallet), wallet };
}

async function registered(walletAddress: string): Promise<Answer> {
  const email = `${crypto.randomUUID()}@example.org`;
  const input = { email, password: PASSWORD, name: 'Typed In', type: 'worker', walletAddress };
  return api.call('POST', '/auth/register', { body: input });
}

const refusalOf = ({ status, body }: Answer) => [status, body.reason, body.field];
const isOk = async (as: Caller) => (await api.call('GET', '/auth/me', { as })).status === 200;
const byToken = ({ body }: Answer): Caller => ({
  id: String(body.account === undefined ? '' : (body.account as Body).id),
  email: '',
  headers: { authorization: `Bearer ${body.accessToken}` },
});

describe('a challenge', () => {
  it('is a message of EIP-4361 with our domain, for five minutes, under a nonce that is never the same', async () => {
    const wallet = newWallet();
    const given = `0x${wallet.address.slice(2).toUpperCase()}`;
    const { status, body } = await api.call('POST', '/auth/wallet/challenge', { body: { address: given } });
    expect(status).toBe(200);
    const { nonce, expiresAt } = body as unknown as { nonce: string; expiresAt: string };
    const issuedAt = new Date(Date.parse(expiresAt) - 300_000).toISOString();
    expect(body.message).toBe(
      [
        'http://localhost wants you to sign in with your Ethereum account:',
        await checksumAddress(wallet.address),
        '',
        'Sign in to gigs.',
        '',
        'URI: http://localhost/v1/gigs',
        'Version: 1',
        'Chain ID: 1',
        `Nonce: ${nonce}`,
        `Issued At: ${issuedAt}`,
        `Expiration Time: ${expiresAt}`,
      ].join('\n'),
    );
    expect(nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(await challenge(wallet)).not.toContain(nonce);
  });

  it('does not say whether anybody has the address: same answer, same statements', async () => {
    const { wallet } = await walletWorker();
    const unknown = newWallet();
    const plain = (text: string, { address }: Wallet) =>
      text
        .toLowerCase()
        .replace(address, 'ADDRESS')
        .replace(/(nonce|at|time): .*/g, '$1');
    const ran: string[][] = [];
    api.fixture.opened.database.onQuery(({ text }) => ran.at(-1)?.push(text));
    const texts: string[] = [];
    for (const one of [wallet, unknown]) {
      ran.push([]);
      texts.push(plain(await challenge(one), one));
    }
    ran.push([]);
    expect(texts[1]).toBe(texts[0]);
    expect(ran[0]).toHaveLength(1);
    expect(ran[1]).toEqual(ran[0]);
  });

  it('is refused for what is no address and for a chain that is not accepted, and names it', async () => {
    const { address } = newWallet();
    for (const [body, field] of [
      [{ address: address.slice(0, -1) }, 'address'],
      [{ address: `${address}0` }, 'address'],
      [{ address: `${address.slice(0, -1)}g` }, 'address'],
      [{ address: '' }, 'address'],
      [{}, 'address'],
      [{ address, chainId: 5 }, 'chainId'],
      [{ address, chainId: '1' }, 'chainId'],
      [{ address, domain: 'evil.example' }, 'domain'],
    ] as const) {
      const answer = await api.call('POST', '/auth/wallet/challenge', { body });
      expect([body, answer.status, answer.body.field]).toEqual([body, 400, field]);
    }
    expect((await api.call('POST', '/auth/wallet/challenge', { body: { address, chainId: 1 } })).status).toBe(
      200,
    );
  });
});

describe('signing in with a wallet', () => {
  it('answers as a password does', async () => {
    const { worker, wallet } = await walletWorker();
    const [byWallet, byPassword] = [
      await walletLogin(wallet),
      await api.call('POST', '/auth/login', { body: { email: worker.email, password: PASSWORD } }),
    ];
    expect(byWallet.status).toBe(200);
    expect(Object.keys(byWallet.body)).toEqual(Object.keys(byPassword.body));
    expect(byWallet.body.account).toEqual(byPassword.body.account);
    const me = await api.get('/auth/me', byToken(byWallet));
    expect(me).toMatchObject({ id: worker.id, via: 'token', worker: { walletAddress: wallet.address } });
    const { refreshToken } = byWallet.body;
    expect((await api.call('POST', '/auth/refresh', { body: { refreshToken } })).status).toBe(200);
  });

  it('takes both spellings of the recovery byte and of the address', async () => {
    const { wallet } = await walletWorker();
    const message = await challenge(wallet);
    const lower = message.replace(/^0x.*$/m, wallet.address);
    expect(lower).not.toBe(message);
    const signature = withRecovery(wallet.sign(lower), (byte) => byte - 27);
    expect((await signIn(lower, signature)).status).toBe(200);
  });

  it('is refused with the wrong key', async () => {
    const { wallet } = await walletWorker();
    const message = await challenge(wallet);
    const wrong = await signIn(message, newWallet().sign(message));
    expect(refusalOf(wrong)).toEqual([401, 'signature_mismatch', 'signature']);
    // Who guesses does not use up the owner's nonce.
    expect((await signIn(message, wallet.sign(message))).status).toBe(200);
  });

  it('is refused when the message was altered, before the signature or after it', async () => {
    const { wallet } = await walletWorker();
    const alterations: readonly (readonly [string, (message: string) => string])[] = [
      ['statement', (text) => text.replace('Sign in to gigs.', 'Sign in to gigs')],
      ['no statement', (text) => text.replace('Sign in to gigs.\n', '')],
      ['resources', (text) => `${text}\nResources:\n- https://example.com/`],
      ['issued at', (text) => text.replace(/(Issued At: ).*/, '$12026-01-31T09:30:00.000Z')],
      ['later end', (text) => text.replace(/(Expiration Time: ).*/, '$12100-01-31T09:30:00.000Z')],
      ['no end', (text) => text.replace(/\nExpiration Time: .*/, '')],
    ];
    for (const [name, alter] of alterations) {
      const message = await challenge(wallet);
      const altered = alter(message);
      expect(altered).not.toBe(message);
      expect([name, ...refusalOf(await signIn(altered, wallet.sign(altered)))]).toEqual([
        name,
        401,
        'message_altered',
        'message',
      ]);
      expect([name, ...refusalOf(await signIn(altered, wallet.sign(message)))]).toEqual([
        name,
        401,
        'signature_mismatch',
        'signature',
      ]);
    }
  });

  it('is refused for another domain, URI, chain, version, and nonce', async () => {
    const { wallet } = await walletWorker();
    const message = await challenge(wallet);
    for (const [from, to, status, reason, field] of [
      ['http://localhost wants', 'http://evil.example wants', 401, 'domain_mismatch', 'message.domain'],
      ['http://localhost wants', 'https://localhost wants', 401, 'domain_mismatch', 'message.domain'],
      ['http://localhost wants', 'http://localhost:4477 wants', 401, 'domain_mismatch', 'message.domain'],
      [
        'URI: http://localhost/v1/gigs',
        'URI: http://evil.example/v1/gigs',
        401,
        'uri_mismatch',
        'message.uri',
      ],
      [
        'URI: http://localhost/v1/gigs',
        'URI: http://localhost/v1/agents',
        401,
        'uri_mismatch',
        'message.uri',
      ],
      ['Chain ID: 1', 'Chain ID: 5', 401, 'chain_not_accepted', 'message.chainId'],
      ['Version: 1', 'Version: 2', 400, 'message_malformed', 'message.version'],
      [/Nonce: .*/, 'Nonce: 4b1f0f6f3d1e4a0c9d5c2b7a8e6f1d20', 401, 'nonce_unknown', 'message.nonce'],
    ] as const) {
      const altered = message.replace(from, to);
      expect(altered).not.toBe(message);
      expect([to, ...refusalOf(await signIn(altered, wallet.sign(altered)))]).toEqual([
        to,
        status,
        reason,
        field,
      ]);
    }
    expect((await signIn(message, wallet.sign(message))).status).toBe(200);
  });

  it('is refused when the message has expired, and before the time that it names', async () => {
    const { wallet } = await walletWorker();
    const message = await challenge(wallet);
    for (const [line, reason, field] of [
      ['Not Before: 2100-01-31T09:30:00.000Z', 'message_not_yet_valid', 'message.notBefore'],
      ['Not Before: 9999-12-31T23:59:59.999-23:59', 'message_not_yet_valid', 'message.notBefore'],
      ['Not Before: 2020-01-31T09:30:00.000Z\nRequest ID: a-1', undefined, undefined],
      ['Not Before: 0000-01-01T00:00:00+23:59', 'nonce_used', 'message.nonce'],
    ] as const) {
      const longer = `${message}\n${line}`;
      const status = reason === undefined ? 200 : 401;
      expect(refusalOf(await signIn(longer, wallet.sign(longer)))).toEqual([status, reason, field]);
    }
    // Nobody can wait five minutes here: both the row and the message are from six minutes ago.
    const old = await challenge(wallet);
    const ago = (text: string) => new Date(Date.parse(text) - 360_000).toISOString();
    const expired = old.replace(/(?<=(At|Time): ).*/g, ago);
    await api.fixture.scope.query(
      `update :schema.wallet_challenges set issued_at = issued_at - interval '6 minutes',
        expires_at = expires_at - interval '6 minutes' where nonce = $1`,
      [/Nonce: (.*)/.exec(old)?.[1]],
    );
    expect(refusalOf(await signIn(expired, wallet.sign(expired)))).toEqual([
      401,
      'message_expired',
      'message.expirationTime',
    ]);
  });

  it('is refused the second time, and nonces of others and of another purpose are good for nothing', async () => {
    const { worker, wallet } = await walletWorker();
    const message = await challenge(wallet);
    const signature = wallet.sign(message);
    expect((await signIn(message, signature)).status).toBe(200);
    expect(refusalOf(await signIn(message, signature))).toEqual([401, 'nonce_used', 'message.nonce']);
    const other = newWallet();
    const ofOther = (await challenge(other)).replace(/^0x.*$/m, wallet.address);
    expect(refusalOf(await signIn(ofOther, wallet.sign(ofOther)))).toEqual([
      401,
      'message_altered',
      'message',
    ]);
    const toLink = await challenge(wallet, worker);
    expect(refusalOf(await signIn(toLink, wallet.sign(toLink)))).toEqual([401, 'message_altered', 'message']);
    const disguised = toLink.replace(/^Link this .*$/m, 'Sign in to gigs.');
    expect(refusalOf(await signIn(disguised, wallet.sign(disguised)))).toEqual([
      401,
      'message_altered',
      'message',
    ]);
    // Through the doors of the wallet that is linked, somebody who is not cannot come in with theirs either.
    expect(refusalOf(await walletLogin(other))).toEqual([401, 'wallet_not_linked', 'message.address']);
  });

  it('of eight callers with one nonce, in two processes’ pools, lets one in', async () => {
    const { worker, wallet } = await walletWorker();
    const database = await api.fixture.opened.connect();
    const second = openApi<Body>({ database, instance: createInstance(gigs, database) as Instance });
    for (let round = 0; round < 5; round += 1) {
      const message = await challenge(wallet);
      const signature = wallet.sign(message);
      const calls = Array.from({ length: 8 }, (_none, at) =>
        signIn(message, signature, at % 2 ? api : second),
      );
      const answers = (await Promise.all(calls)).map(refusalOf).sort();
      expect(answers).toEqual([
        [200, undefined, undefined],
        ...Array(7).fill([401, 'nonce_used', 'message.nonce']),
      ]);
    }
    const [sessions] = await api.fixture.scope.query<{ count: number }>(
      'select count(*)::integer as count from :schema.account_sessions where account_id = $1',
      [worker.id],
    );
    // Registration, link, and one of each round.
    expect(sessions?.count).toBe(7);
  });

  it('is refused with a nonce of another instance, whatever the message says', async () => {
    const { wallet } = await walletWorker();
    const { database } = api.fixture.opened;
    const team = createInstance(gigs, database, 'team_gigs');
    await migratorOf(team).up();
    const other = openApi<Body>({ database, instance: team as Instance });
    const message = await challenge(wallet, undefined, other);
    expect(message).toContain('Sign in to team_gigs.');
    expect(refusalOf(await signIn(message, wallet.sign(message)))).toEqual([
      401,
      'uri_mismatch',
      'message.uri',
    ]);
    const moved = message.replace('/v1/team_gigs', '/v1/gigs').replace('to team_gigs.', 'to gigs.');
    expect(refusalOf(await signIn(moved, wallet.sign(moved)))).toEqual([
      401,
      'nonce_unknown',
      'message.nonce',
    ]);
    // And in its own instance the wallet is nobody's.
    expect(refusalOf(await walletLogin(wallet, other))).toEqual([
      401,
      'wallet_not_linked',
      'message.address',
    ]);
  });

  it('names what is malformed, in message or signature', async () => {
    const { wallet } = await walletWorker();
    const message = await challenge(wallet);
    const signature = wallet.sign(message);
    for (const [body, field, reason] of [
      [{}, 'message', undefined],
      [{ message }, 'signature', undefined],
      [{ message, signature: '' }, 'signature', undefined],
      [{ message, signature, address: wallet.address }, 'address', undefined],
      [{ message: 'x'.repeat(2_001), signature }, 'message', undefined],
      [{ message: 'Sign in, please', signature }, 'message.domain', 'message_malformed'],
      [{ message: `${message}\n`, signature }, 'message', 'message_malformed'],
      [{ message: message.replaceAll('\n', '\r\n'), signature }, 'message.domain', 'message_malformed'],
      [
        { message: message.replace(/Nonce: .*/, 'Nonce: 1'), signature },
        'message.nonce',
        'message_malformed',
      ],
      [{ message, signature: '0x' }, 'signature', 'signature_malformed'],
      [{ message, signature: signature.slice(2) }, 'signature', 'signature_malformed'],
      [{ message, signature: signature.slice(0, 130) }, 'signature', 'signature_malformed'],
      [{ message, signature: `0x${'ab'.repeat(300)}` }, 'signature', 'signature_malformed'],
      [{ message, signature: withRecovery(signature, () => 30) }, 'signature', 'signature_malformed'],
      [{ message, signature: withHighS(signature) }, 'signature', 'signature_high_s'],
    ] as const) {
      const { status, body: problem } = await api.call('POST', '/auth/wallet-login', { body });
      expect([status, problem.code, problem.field, problem.reason]).toEqual([
        400,
        'invalid_input',
        field,
        reason,
      ]);
      if (reason !== undefined) expect(problem.hint).toEqual(expect.stringMatching(/\.$/));
    }
    expect((await signIn(message, signature)).status).toBe(200);
  });

  it('is refused alike for a wallet of nobody, one that was typed in, and a disabled account; a suspended worker signs in as by password', async () => {
    const [unlinked, typed] = [newWallet(), newWallet()];
    expect((await registered(typed.address)).status).toBe(201);
    const { worker, wallet } = await walletWorker();
    const byPassword = () =>
      api.call('POST', '/auth/login', { body: { email: worker.email, password: PASSWORD } });
    await api.fixture.scope.query(`update :schema.workers set status = 'suspended' where id = $1`, [
      worker.id,
    ]);
    expect([(await walletLogin(wallet)).status, (await byPassword()).status]).toEqual([200, 200]);
    await api.service.accounts.disableAccount(worker.id);
    expect((await byPassword()).status).toBe(401);
    const problems: object[] = [];
    for (const one of [unlinked, typed, wallet]) {
      const message = await challenge(one);
      const answer = await signIn(message, one.sign(message));
      const { request_id: _id, ...problem } = answer.body;
      problems.push({ ...problem, status: answer.status });
      // The challenge is used up by that, too.
      expect(refusalOf(await signIn(message, one.sign(message)))).toEqual([
        401,
        'nonce_used',
        'message.nonce',
      ]);
    }
    expect(problems[0]).toMatchObject({
      status: 401,
      reason: 'wallet_not_linked',
      hint: expect.stringContaining('/wallet'),
    });
    expect(problems.slice(1)).toEqual([problems[0], problems[0]]);
    await api.service.accounts.enableAccount(worker.id);
    expect((await walletLogin(wallet)).status).toBe(200);
  });
});

describe('an address that was typed in', () => {
  it('would be a way in if proof were not asked for (negative control)', async () => {
    const wallet = newWallet();
    const typed = await registered(wallet.address);
    const site = { origins: ['http://localhost'], chainIds: [1] };
    const message = await challenge(wallet);
    const signed = { message, signature: wallet.sign(message) };
    let got: string | undefined;
    const trial = api.service.transaction(async (service) => {
      await service.scope.query(
        `create or replace function :schema.wallet_worker(p_address text) returns text language sql
          as 'select id from :schema.workers where wallet_address = p_address'`,
      );
      got = (await service.wallets.signIn(signed, site)).account.id;
      throw new Error('taken back');
    });
    await expect(trial).rejects.toThrow('taken back');
    expect(got).toBe(typed.body.worker.id);
    expect(refusalOf(await signIn(message, signed.signature))).toEqual([
      401,
      'wallet_not_linked',
      'message.address',
    ]);
  });
});

describe('linking a wallet', () => {
  it('proves the address, is audited, tells the worker, and ends the other sessions', async () => {
    const [worker, wallet] = [await api.worker(), newWallet()];
    const message = await challenge(wallet, worker);
    expect(message).toContain(
      `\nLink this wallet to ${worker.id} of gigs. It can sign in there from then on.\n`,
    );
    const answer = await sendLink(worker, message, wallet.sign(message));
    expect(answer.status).toBe(200);
    expect(answer.body.worker).toMatchObject({ id: worker.id, walletAddress: wallet.address });
    expect(answer.body.worker.walletVerifiedAt).toEqual(expect.stringMatching(/Z$/));
    expect(await isOk(worker)).toBe(false);
    const again = { ...worker, headers: { authorization: `Bearer ${answer.body.accessToken}` } };
    expect(await isOk(again)).toBe(true);
    expect(refusalOf(await sendLink(again, message, wallet.sign(message)))).toEqual([
      400,
      'nonce_used',
      'message.nonce',
    ]);
    const trail = await api.fixture.scope.query<object>(
      `select actor_type, actor_id, changes_before as before, changes_after as after
        from :schema.audit_logs where resource_id = $1 and resource_type = 'wallet'`,
      [worker.id],
    );
    expect(trail).toEqual([
      {
        actor_type: 'worker',
        actor_id: worker.id,
        before: { walletAddress: null, walletVerifiedAt: null },
        after: { walletAddress: wallet.address, walletVerifiedAt: expect.any(String) },
      },
    ]);
    expect(await events(worker.id)).toEqual(['wallet.linked']);
  });

  it('is for the worker alone, by token: no other worker, platform, administrator or API key', async () => {
    const [worker, wallet] = [await api.worker(), newWallet()];
    const [other, platform, admin] = [await api.worker(), await api.platform('0'), await api.admin()];
    const { key } = (await api.post('/api-keys', worker, { name: 'k' })) as Body;
    const byKey = { ...worker, headers: { authorization: `Bearer ${key}` } };
    const message = await challenge(wallet, worker);
    for (const caller of [other, platform, admin, byKey]) {
      const as = { ...caller, id: worker.id };
      expect((await sendLink(as, message, wallet.sign(message))).status).toBe(403);
      await expect(challenge(wallet, as)).rejects.toThrow('"status":403');
    }
    expect((await sendLink({ ...admin, id: 'wrk_unknown' }, message, wallet.sign(message))).status).toBe(404);
    const service = api.service.by({ kind: 'worker', id: other.id });
    const site = { origins: ['http://localhost'], chainIds: [1] };
    const signed = { message, signature: wallet.sign(message) };
    for (const call of [
      service.wallets.link(worker.id, signed, site),
      service.wallets.linkChallenge(worker.id, { address: wallet.address }, site),
      service.wallets.unlink(worker.id),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: 'forbidden', reason: 'not_your_worker' });
    }
    expect((await sendLink(worker, message, wallet.sign(message))).status).toBe(200);
  });

  it('needs the message for this worker: neither another’s nor that of a sign-in will do', async () => {
    const [worker, thief, wallet] = [await api.worker(), await api.worker(), newWallet()];
    for (const message of [await challenge(wallet), await challenge(wallet, worker)]) {
      const answer = await sendLink(thief, message, wallet.sign(message));
      expect(refusalOf(answer)).toEqual([400, 'message_altered', 'message']);
      const disguised = message
        .replace(
          'Sign in to gigs.',
          `Link this wallet to ${thief.id} of gigs. It can sign in there from then on.`,
        )
        .replace(worker.id, thief.id);
      const second = await sendLink(thief, disguised, wallet.sign(disguised));
      expect(refusalOf(second)).toEqual([400, 'message_altered', 'message']);
    }
    const message = await challenge(wallet, worker);
    const wrong = await sendLink(worker, message, newWallet().sign(message));
    expect(refusalOf(wrong)).toEqual([400, 'signature_mismatch', 'signature']);
    expect(await walletOf(worker)).toEqual([null, null]);
  });

  it('takes the address from who has only typed it in, and nobody blocks it by typing', async () => {
    const wallet = newWallet();
    const typed = await registered(wallet.address);
    const squatter = { ...byToken(typed), id: typed.body.worker.id };
    const worker = await linked(await api.worker(), wallet);
    expect(await walletOf(squatter)).toEqual([null, null]);
    expect((await walletOf(worker))[0]).toBe(wallet.address);
    expect((await walletLogin(wallet)).body.account).toMatchObject({ id: worker.id });
    expect(await isOk(squatter)).toBe(true);
    expect(await events(squatter.id)).toEqual(['wallet.displaced']);
    // Where proof exists, typing is refused and changes nothing.
    expect(refusalOf(await registered(wallet.address))).toEqual([409, undefined, 'walletAddress']);
    expect((await walletLogin(wallet)).body.account).toMatchObject({ id: worker.id });
  });

  it('is refused while another worker has proven the address', async () => {
    const { worker: first, wallet } = await walletWorker();
    const second = await api.worker();
    expect(refusalOf(await link(second, wallet))).toEqual([409, 'wallet_taken', 'walletAddress']);
    expect((await walletLogin(wallet)).body.account).toMatchObject({ id: first.id });
    expect(
      (await api.call('DELETE', `/workers/${first.id}/wallet`, { as: byToken(await walletLogin(wallet)) }))
        .status,
    ).toBe(204);
    expect((await link(second, wallet)).status).toBe(200);
    expect((await walletLogin(wallet)).body.account).toMatchObject({ id: second.id });
  });

  it('of two workers who prove one address at once, gives it to one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [wallet, first, second] = [newWallet(), await api.worker(), await api.worker()];
      const answers = await Promise.all([link(first, wallet), link(second, wallet)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const winner = answers[0]?.status === 200 ? first : second;
      expect((await walletLogin(wallet)).body.account).toMatchObject({ id: winner.id });
    }
  });

  it('wins over a registration with the address that commits at the same moment', async () => {
    const [worker, wallet] = [await api.worker(), newWallet()];
    const message = await challenge(wallet, worker);
    const written = signal();
    const commit = signal();
    const registering = api.service.transaction(async (service) => {
      const made = await service.registerWorker({
        name: 'Typed In',
        email: 'at-once@example.org',
        password: PASSWORD,
        walletAddress: wallet.address,
      });
      written.fire();
      await commit.promise;
      return made;
    });
    await written.promise;
    const linking = sendLink(worker, message, wallet.sign(message));
    await untilBlocked(api.fixture.opened.database);
    commit.fire();
    const typed = await registering;
    expect((await linking).status).toBe(200);
    expect(await walletOf(typed)).toEqual([null, null]);
    expect((await walletOf(worker))[0]).toBe(wallet.address);
  });

  it('proves what the worker itself has typed in, and may be done again', async () => {
    const wallet = newWallet();
    const typed = await registered(wallet.address);
    const worker = { ...byToken(typed), id: typed.body.worker.id };
    expect(await walletOf(worker)).toEqual([wallet.address, null]);
    const again = await linked(worker, wallet);
    const [, first] = await walletOf(worker);
    await linked(again, wallet);
    const [address, second] = await walletOf(worker);
    expect([address, Number(second) >= Number(first)]).toEqual([wallet.address, true]);
    expect((await walletLogin(wallet)).body.account).toMatchObject({ id: worker.id });
    expect(await events(worker.id)).toEqual(['wallet.linked', 'wallet.linked']);
  });

  it('of another wallet ends the proof of the first', async () => {
    const { worker, wallet } = await walletWorker();
    const next = newWallet();
    await linked(worker, next);
    expect(refusalOf(await walletLogin(wallet))).toEqual([401, 'wallet_not_linked', 'message.address']);
    expect((await walletLogin(next)).body.account).toMatchObject({ id: worker.id });
    // The first is free again.
    expect((await link(await api.worker(), wallet)).status).toBe(200);
  });
});

describe('unlinking a wallet', () => {
  it('ends the sessions, by the worker or an administrator, and what is not there is no error', async () => {
    const admin = await api.admin();
    for (const byAdmin of [false, true]) {
      const { worker, wallet } = await walletWorker();
      const session = byToken(await walletLogin(wallet));
      const path = `/workers/${worker.id}/wallet`;
      const as = byAdmin ? admin : session;
      expect((await api.call('DELETE', path, { as: await api.worker() })).status).toBe(403);
      expect((await api.call('DELETE', path, { as })).status).toBe(204);
      expect([await isOk(session), await isOk(worker), await isOk(admin)]).toEqual([false, false, true]);
      expect(await walletOf(worker)).toEqual([null, null]);
      expect(refusalOf(await walletLogin(wallet))).toEqual([401, 'wallet_not_linked', 'message.address']);
      expect((await api.call('DELETE', path, { as: admin })).status).toBe(204);
      expect(await events(worker.id)).toEqual(['wallet.linked', 'wallet.unlinked']);
    }
    expect((await api.call('DELETE', '/workers/wrk_unknown/wallet', { as: admin })).status).toBe(404);
  });

  it('of an address that was only typed in leaves the sessions', async () => {
    const typed = await registered(newWallet().address);
    const worker = { ...byToken(typed), id: typed.body.worker.id };
    expect((await api.call('DELETE', `/workers/${worker.id}/wallet`, { as: worker })).status).toBe(204);
    expect([await isOk(worker), await walletOf(worker)]).toEqual([true, [null, null]]);
  });

  it('at the moment of a sign-in leaves no session behind', async () => {
    const outcomes = new Set<number>();
    for (let round = 0; round < 12; round += 1) {
      const { worker, wallet } = await walletWorker();
      const message = await challenge(wallet);
      const signature = wallet.sign(message);
      const [answer] = await Promise.all([
        signIn(message, signature),
        api.call('DELETE', `/workers/${worker.id}/wallet`, { as: worker }),
      ]);
      outcomes.add(answer.status);
      if (answer.status === 200) expect(await isOk(byToken(answer))).toBe(false);
      else expect(answer.body.reason).toBe('wallet_not_linked');
    }
    expect([...outcomes].filter((status) => status !== 200 && status !== 401)).toEqual([]);
  });
});

describe('the sample of the README', () => {
  it('links a wallet and signs in with it', async () => {
    const [worker, wallet] = [await api.worker(), newWallet()];
    const blocks = readFileSync(`${GIGS}README.md`, 'utf8').matchAll(/```js\n([\s\S]*?)```/g);
    const [sample] = [...blocks]
      .map(([, code = '']) => code)
      .filter((code) => code.includes('personal_sign'));
    const ethereum = {
      request: async ({ method, params = [] }: { method: string; params?: readonly string[] }) =>
        method === 'eth_requestAccounts' ? [wallet.address] : wallet.sign(params[0] ?? ''),
    };
    const run = new Function(
      'ethereum, fetch, API, workerId, accessToken',
      `return (async () => { ${sample}; return session; })()`,
    );
    const token = worker.headers.authorization?.replace('Bearer ', '');
    const session = (await run(ethereum, api.app.request, '/v1/gigs', worker.id, token)) as Body;
    expect(session.account).toMatchObject({ id: worker.id, worker: { walletAddress: wallet.address } });
  });
});

describe('in the database', () => {
  const change = (id: string, set: string, params: readonly unknown[] = []) =>
    api.fixture.scope.query(`update :schema.workers set ${set} where id = $1`, [id, ...params]);

  it('no wallet counts as proven without a challenge that was used in the same transaction', async () => {
    const { worker, wallet } = await walletWorker();
    const [address, provenAt] = await walletOf(worker);
    expect(address).toBe(wallet.address);
    const other = await api.worker();
    const { wallet: elsewhere } = await walletWorker();
    const unproven = { code: 'forbidden', reason: 'wallet_unproven' };
    for (const [id, set, params] of [
      [other.id, 'wallet_address = $2, wallet_verified_at = now()', [newWallet().address]],
      [worker.id, `wallet_verified_at = now()`, []],
      [worker.id, `wallet_address = $2, wallet_verified_at = now()`, [newWallet().address]],
    ] as const) {
      expect(await failureOf(change(id, set, params))).toMatchObject(unproven);
    }
    expect(elsewhere.address).not.toBe(address);
    // Another address without a word about the proof: it is of the first.
    await change(worker.id, 'wallet_address = $2', [newWallet().address]);
    expect((await walletOf(worker))[1]).toBeNull();
    // An old proof cannot be put back.
    const back = change(worker.id, 'wallet_address = $2, wallet_verified_at = $3', [address, provenAt]);
    expect(await failureOf(back)).toMatchObject(unproven);
    expect(refusalOf(await walletLogin(wallet))).toEqual([401, 'wallet_not_linked', 'message.address']);
    await change(worker.id, 'wallet_address = null');
    expect(await walletOf(worker)).toEqual([null, null]);
  });

  it('nobody is made with a wallet that is proven', async () => {
    const account = await api.service.accounts.createAccount({ kind: 'worker', login: 'made@example.org' });
    const made = api.fixture.scope.query(
      `insert into :schema.workers (id, name, email, wallet_address, wallet_verified_at) values ($1, 'A', $2, $3, now())`,
      [account.id, account.login, newWallet().address],
    );
    expect(await failureOf(made)).toMatchObject({ code: 'forbidden', reason: 'wallet_unproven' });
    await api.service.accounts.deleteAccount(account.id);
  });

  it('challenges are swept an hour after their end, and go with their worker', async () => {
    const { scope } = api.fixture;
    const nonceOf = async (wallet: Wallet, as?: Caller) =>
      /Nonce: (.*)/.exec(await challenge(wallet, as))?.[1] ?? '';
    const [old, young] = [await nonceOf(newWallet()), await nonceOf(newWallet())];
    const age = (nonce: string, minutes: number) =>
      scope.query(
        `update :schema.wallet_challenges set issued_at = now() - make_interval(mins => $2) - interval '5 minutes',
          expires_at = now() - make_interval(mins => $2) where nonce = $1`,
        [nonce, minutes],
      );
    await age(old, 61);
    await age(young, 59);
    const left = async (nonces: readonly string[]) =>
      (
        await scope.query<{ nonce: string }>(
          'select nonce from :schema.wallet_challenges where nonce = any($1)',
          [nonces],
        )
      ).map(({ nonce }) => nonce);
    await runRetention(scope, { policy: 'wallet_challenges' });
    expect(await left([old, young])).toEqual([young]);
    const worker = await api.worker();
    const ofWorker = await nonceOf(newWallet(), worker);
    await scope.query('delete from :schema.workers where id = $1', [worker.id]);
    expect(await left([ofWorker])).toEqual([]);
  });
});

describe('the place of a sign-in', () => {
  const faceOf = (
    settings: Parameters<typeof createInstance>[3],
  ): Face & ReturnType<typeof openApi<Body>> => {
    const { database } = api.fixture.opened;
    return openApi<Body>({
      database,
      instance: createInstance(gigs, database, 'gigs', settings) as Instance,
    });
  };
  const at = async (face: ReturnType<typeof faceOf>, url: string, headers: Record<string, string> = {}) => {
    const answer = await face.app.request(`${url}/v1/gigs/auth/wallet/challenge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ address: newWallet().address }),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  };

  it('is this machine, unless it is set: a host that the caller names is not taken', async () => {
    const plain = faceOf({});
    for (const url of ['http://127.0.0.1:4477', 'http://localhost:4477', 'http://[::1]:4477']) {
      const { status, body } = await at(plain, url);
      expect([url, status]).toEqual([url, 200]);
      expect(body.message).toContain(`${url} wants you`);
      expect(body.message).toContain(`URI: ${url}/v1/gigs\n`);
    }
    for (const url of ['http://evil.example', 'http://127.0.0.1.evil.example', 'http://10.0.0.1:4477']) {
      const { status, body } = await at(plain, url, { origin: 'http://localhost' });
      expect([url, status, body.reason]).toEqual([url, 409, 'wallet_origins_missing']);
    }
  });

  it('is one of the origins that are set, whatever host or other origin the caller names', async () => {
    const origins = ['https://app.example.com', 'https://console.example.com:8443'];
    const face = faceOf({ wallets: { origins, chainIds: [8453, 1] } });
    for (const [url, headers, domain] of [
      ['http://127.0.0.1:4477', {}, 'app.example.com'],
      ['http://evil.example', {}, 'app.example.com'],
      ['http://127.0.0.1:4477', { origin: 'https://evil.example' }, 'app.example.com'],
      ['http://127.0.0.1:4477', { origin: 'https://console.example.com:8443' }, 'console.example.com:8443'],
    ] as const) {
      const { body } = await at(face, url, headers);
      expect(body.message).toMatch(new RegExp(`^${domain.replaceAll('.', '\\.')} wants you`));
      expect(body.message).toContain(`URI: https://${domain}/v1/gigs\nVersion: 1\nChain ID: 8453\n`);
    }
    const { wallet } = await walletWorker();
    // A message for this machine is of no use where origins are set, nor the other way round.
    const local = await challenge(wallet);
    expect(refusalOf(await signIn(local, wallet.sign(local), face))).toEqual([
      401,
      'domain_mismatch',
      'message.domain',
    ]);
    const set = await challenge(wallet, undefined, face);
    expect(refusalOf(await signIn(set, wallet.sign(set)))).toEqual([
      401,
      'domain_mismatch',
      'message.domain',
    ]);
    const mixed = set.replace('URI: https://app.example.com/', 'URI: https://console.example.com:8443/');
    expect(refusalOf(await signIn(mixed, wallet.sign(mixed), face))).toEqual([
      401,
      'uri_mismatch',
      'message.uri',
    ]);
    expect((await signIn(set, wallet.sign(set), face)).status).toBe(200);
  });

  it('counts sign-ins by address, as passwords are counted', async () => {
    const rules = { calls: 2, seconds: 60 };
    const { database, gigs: instance } = api.fixture.opened;
    const face = openApi<Body>(
      { database, instance: instance as Instance },
      { rateLimits: { everything: { calls: 100, seconds: 60 }, create: rules, auth: rules } },
    );
    const calls: readonly (readonly [string, object])[] = [
      ['/auth/wallet/challenge', { address: newWallet().address }],
      ['/auth/wallet-login', { message: 'm', signature: 's' }],
    ];
    for (const [path, body] of calls) {
      const statuses: number[] = [];
      for (let call = 0; call < 3; call += 1) statuses.push((await face.call('POST', path, { body })).status);
      expect(statuses[2]).toBe(429);
      expect(statuses.slice(0, 2)).not.toContain(429);
    }
  });
});

async function walletOf({ id }: { readonly id: string }): Promise<[string | null, Date | null]> {
  const worker = await api.service.getWorker(id);
  return [worker?.walletAddress ?? null, worker?.walletVerifiedAt ?? null];
}

async function events(audience: string): Promise<string[]> {
  const rows = await api.fixture.scope.query<{ type: string }>(
    `select type from :schema.outbox where audience = $1 and type like 'wallet.%' order by id`,
    [audience],
  );
  return rows.map(({ type }) => type);
}
