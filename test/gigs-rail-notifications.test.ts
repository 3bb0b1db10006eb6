import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instance, runRetention } from '../src/kernel/index.ts';
import { createInstance } from '../src/kernel/instance.ts';
import { type GigTransaction, gigs, type PaymentRail, type RailNews } from '../src/systems/gigs/index.ts';
import { times } from './support/agents.ts';
import { openApi } from './support/api.ts';
import {
  type Body,
  type Caller,
  type GigsApi,
  openGigsApi,
  type PlatformCaller,
} from './support/gigs-api.ts';
import { paidWorker, passValidity, settleTransfers } from './support/gigs-tasks.ts';
import { failureOf } from './support/kernel.ts';
import { expireLeases, makeDue, reapAll, take } from './support/queue.ts';
import { type RailParts, railParts } from './support/rail-notifications.ts';

let api: GigsApi;
let rails: RailParts;
let admin: Caller;

beforeAll(async () => {
  api = await openGigsApi();
  rails = railParts(api);
  admin = await api.admin();
});
afterAll(async () => {
  expect(await api.fixture.broken()).toEqual([]);
  await api.close();
});

const read = async (id: string) => (await api.service.getPaymentTransaction(id)) as GigTransaction;
const sends = async (id: string): Promise<number> => {
  const [row] = await api.fixture.scope.query<{ sends: number }>(
    'select coalesce(sum(sends), 0)::integer as sends from :schema.sandbox_transfers where reference like $1',
    [`${id}%`],
  );
  return row?.sends ?? 0;
};
const withdraw = async (walletEnd = '', rail = 'sandbox') => {
  const worker = await paidWorker(api.fixture, '10', walletEnd);
  const { id } = await api.service.withdraw(worker, { amount: '10', rail });
  return { worker, id, balance: () => api.fixture.balance(`worker:${worker}`) };
};
/** One round of our own work on transfers. */
const step = async (): Promise<void> => {
  await makeDue(api.fixture.scope);
  await api.service.workTransfers({ confirmEveryS: 60, limit: 50 });
};
const completed = async (walletEnd = '') => {
  const made = await withdraw(walletEnd);
  await settleTransfers(api.fixture);
  return made;
};
const news = (reference: string, more: object = {}) => ({
  type: 'transfer.updated',
  data: { reference, ...more },
});
/** Signed, posted and worked on. */
const say = async (body: unknown): Promise<string> => {
  const answer = await rails.post(await rails.sign(body));
  expect([answer.status, answer.text]).toEqual([202, answer.text]);
  await rails.work();
  return answer.body.id;
};
const count = async (): Promise<number> => {
  const [row] = await api.fixture.scope.query<{ count: bigint }>(
    'select count(*) as count from :schema.rail_notifications',
  );
  return Number(row?.count);
};

describe('a notification of a rail', () => {
  it('is kept, then has the rail asked, whose answer completes the transfer', async () => {
    const { id } = await withdraw();
    await step();
    const answer = await rails.post(await rails.sandbox.announce({ transfer: id }));
    expect([answer.status, answer.body]).toEqual([
      202,
      { id: expect.stringMatching(/^rnt_/), notificationId: expect.stringMatching(/^msg_/), created: true },
    ]);
    expect(await rails.outcomeOf(answer.body.id)).toBe('waits');
    expect((await read(id)).blockchainConfirmations).toBe(0);
    await rails.work();
    expect(await rails.outcomeOf(answer.body.id)).toBe('waiting');
    expect(await read(id)).toMatchObject({ status: 'processing', blockchainConfirmations: 4 });
    expect(await rails.tell({ transfer: id })).toBe('waiting');
    expect(await rails.tell({ transfer: id })).toBe('confirmed');
    expect(await read(id)).toMatchObject({ status: 'completed', blockchainConfirmations: 12 });
    await settleTransfers(api.fixture);
    expect(await sends(id)).toBe(1);
    expect(await api.fixture.balance('rail')).toBe('0');
  });

  it('of a transfer that the rail dropped gives the money back, once', async () => {
    const { id, balance } = await withdraw('fade');
    await step();
    expect(await rails.tell({ transfer: id })).toBe('waiting');
    expect(await rails.tell({ transfer: id })).toBe('failed');
    expect(await rails.tell({ transfer: id })).toBe('unchanged');
    await settleTransfers(api.fixture);
    expect([(await read(id)).status, await balance()]).toEqual(['failed', '10']);
  });

  it('moves nothing by what it says itself', async () => {
    const { id, balance } = await withdraw('cafe');
    await step();
    for (const more of [{ state: 'failed' }, { state: 'accepted', confirmations: 12 }]) {
      expect(await rails.outcomeOf(await say(news(id, more)))).toBe('waiting');
      expect([(await read(id)).status, await balance()]).toEqual(['processing', '0']);
    }
  });

  it('that is repeated, also at the same moment, is one', async () => {
    const { id } = await withdraw();
    await step();
    const before = await count();
    const notification = await rails.sandbox.announce({ transfer: id });
    const answers = await Promise.all(times(8, () => rails.post(notification)));
    expect(answers.map(({ status }) => status)).toEqual(times(8, () => 202));
    expect(answers.filter(({ body }) => body.created === true)).toHaveLength(1);
    await rails.work();
    expect((await rails.post(notification)).body.created).toBe(false);
    await rails.work();
    expect((await read(id)).blockchainConfirmations).toBe(4);
    expect(await count()).toBe(before + 1);
    const other = await rails.sign(news(id), { id: notification.headers['webhook-id'] ?? '' });
    const refused = await rails.post(other);
    expect([refused.status, refused.body.reason]).toEqual([409, 'notification_id_reused']);
    await settleTransfers(api.fixture);
  });

  it('that comes after the transfer is over changes nothing: failed and pending after confirmed', async () => {
    const { id, balance } = await completed();
    for (const more of [{ state: 'failed' }, { state: 'accepted', confirmations: 0 }]) {
      expect(await rails.outcomeOf(await say(news(id, more)))).toBe('unchanged');
    }
    expect([(await read(id)).status, await balance(), await sends(id)]).toEqual(['completed', '0', 1]);
  });

  it('with which the rail itself contradicts what is over is for a person: nothing moves', async () => {
    const [done, failed] = [await completed(), await completed('dead')];
    const set = (id: string, state: string) =>
      api.fixture.scope.query('update :schema.sandbox_transfers set state = $2 where reference = $1', [
        id,
        state,
      ]);
    await set(done.id, 'failed');
    await set(failed.id, 'accepted');
    const ids = [await say(news(done.id)), await say(news(failed.id))];
    const errors = [];
    for (const id of ids) errors.push((await rails.letterOf(id, admin))?.error);
    expect(errors).toEqual([
      `${done.id} is completed here, and the rail says that it failed: settle the difference by hand.`,
      `${failed.id} is failed here, and the rail says that it was accepted: settle the difference by hand.`,
    ]);
    expect([await done.balance(), await failed.balance()]).toEqual(['0', '10']);
    await set(done.id, 'accepted');
    await set(failed.id, 'refused');
    for (const id of ids) {
      await api.post(`/webhooks-in/dead-letters/${id}/retry`, admin);
      await rails.work();
      expect(await rails.outcomeOf(id)).toBe('unchanged');
    }
  });

  it('about a round that was taken back changes nothing of the one that followed', async () => {
    const { id } = await completed('dead');
    await api.service.retryFailedPayment(id);
    await api.fixture.scope.query('update :schema.transactions set to_address = $2 where id = $1', [
      ...[id, `0x${'b2'.repeat(20)}`],
    ]);
    await step();
    expect(await rails.outcomeOf(await say(news(id)))).toBe('unchanged');
    expect(await read(id)).toMatchObject({ status: 'processing', attempts: 2, blockchainConfirmations: 0 });
    expect(await rails.outcomeOf(await say(news(`${id}-2`)))).toBe('waiting');
    expect((await read(id)).blockchainConfirmations).toBe(4);
    for (const reference of [`${id}-3`, `${id}-1`, `${id}-02`, `${id}-2-2`]) {
      expect([reference, await rails.outcomeOf(await say(news(reference)))]).toEqual([reference, 'dead']);
    }
    await settleTransfers(api.fixture);
    expect([(await read(id)).status, await sends(id)]).toEqual(['completed', 1]);
  });

  it('about a transfer that was sent and is not known as sent here keeps it from being sent again', async () => {
    for (const [end, outcome, status, left] of [
      ['', 'waiting', 'completed', '0'],
      ['dead', 'failed', 'failed', '10'],
    ] as const) {
      const { id, balance } = await withdraw(end);
      const { toAddress } = await read(id);
      await rails.sandbox.send({
        ...{ reference: id, amount: '10', to: toAddress ?? '' },
        ...{ validUntil: new Date(Date.now() + 60_000), signal: AbortSignal.timeout(60_000) },
      });
      expect((await read(id)).status).toBe('pending');
      expect(await rails.tell({ transfer: id })).toBe(outcome);
      expect((await read(id)).submittedAt).toBeInstanceOf(Date);
      await settleTransfers(api.fixture);
      expect([(await read(id)).status, await balance()]).toEqual([status, left]);
      expect(await sends(id)).toBe(end === '' ? 1 : 0);
    }
  });

  it('about nothing of ours is ignored', async () => {
    expect(await rails.outcomeOf(await say({ type: 'ping' }))).toBe('ignored');
  });

  it('whose worker was killed while it had it is worked on by the next', async () => {
    const { id } = await completed();
    const { body } = await rails.post(await rails.sandbox.announce({ transfer: id }));
    const { scope } = api.fixture;
    expect(await take(scope, { name: 'rail-notification' }, 10, 'killed')).toHaveLength(1);
    expect(await api.service.inbound.work()).toBe(false);
    await expireLeases(scope);
    expect(await reapAll(scope)).toBe(1);
    await rails.work();
    expect(await rails.outcomeOf(body.id)).toBe('unchanged');
  });
});

describe('a notification that is quicker than the answer to our own send', () => {
  /** A rail over the sandbox whose answers wait; `read` may tell only the rail's reference. */
  const slowRail = (name: string, answer: () => void, read?: () => RailNews) => {
    let release: () => void = () => undefined;
    let arrived: () => void = () => undefined;
    const isSent = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { sandbox } = rails;
    const rail: PaymentRail = {
      ...sandbox,
      name,
      send: async (order) => {
        const sent = await sandbox.send(order);
        arrived();
        await gate;
        answer();
        return sent;
      },
      notifications: { ...sandbox.notifications, ...(read === undefined ? {} : { read }) },
    };
    api.service.rails.add(rail);
    return { release: () => release(), isSent };
  };

  it('completes it, and whatever the answer then is, it is sent once and moved once', async () => {
    const lost = (): never => {
      throw new Error('the answer was lost');
    };
    for (const [name, answer] of [
      ['slow-well', () => undefined],
      ['slow-lost', lost],
    ] as const) {
      const { release, isSent } = slowRail(name, answer);
      const { id, balance } = await withdraw('', name);
      const sending = step();
      await isSent;
      expect(await read(id)).toMatchObject({ status: 'processing', railReference: null });
      for (const outcome of ['waiting', 'waiting', 'confirmed', 'unchanged']) {
        expect(await rails.tell({ transfer: id }, name)).toBe(outcome);
      }
      expect((await read(id)).status).toBe('completed');
      release();
      await sending;
      await passValidity(api.fixture);
      await settleTransfers(api.fixture);
      expect([(await read(id)).status, await sends(id), await balance()]).toEqual(['completed', 1, '0']);
      expect(await api.fixture.balance('rail')).toBe(await underWay());
    }
  });

  it('waits for the answer when it has only the reference of the rail', async () => {
    let railReference = '';
    const { release, isSent } = slowRail(
      'slow-theirs',
      () => undefined,
      () => ({ about: 'transfer', railReference }),
    );
    const { id } = await withdraw('', 'slow-theirs');
    const sending = step();
    await isSent;
    railReference = (await rails.sandbox.find(id))?.railReference ?? '';
    const { body } = await rails.post(await rails.sandbox.announce({ transfer: id }), 'slow-theirs');
    await api.service.inbound.work();
    expect(await rails.outcomeOf(body.id)).toBe('waits');
    release();
    await sending;
    await rails.work();
    expect(await rails.outcomeOf(body.id)).toBe('waiting');
    expect((await read(id)).blockchainConfirmations).toBeGreaterThan(0);
    await settleTransfers(api.fixture);
    expect([(await read(id)).status, await sends(id)]).toEqual(['completed', 1]);
  });

  const underWay = async (): Promise<string> => {
    const [row] = await api.fixture.scope.query<{ sum: string }>(
      `select trim_scale(coalesce(sum(amount), 0))::text as sum from :schema.transactions
        where tx_type = 'withdrawal' and status in ('pending', 'processing')`,
    );
    return row?.sum ?? '';
  };
});

describe('notifications, looks and answers at once, in whatever order', () => {
  it('send each transfer once and move its money once', async () => {
    const ends = ['', 'beef', 'fade', 'dead', '0bad'];
    const made = await Promise.all(times(20, (n) => withdraw(ends[n % ends.length])));
    const other = createInstance(gigs, await api.fixture.opened.connect({ pool_max: '4' })).service;
    const announce = async (id: string): Promise<void> => {
      // Nothing is there to announce before it was sent.
      const notification = await rails.sandbox.announce({ transfer: id }).catch(() => undefined);
      if (notification === undefined) return;
      await Promise.all([rails.post(notification), rails.post(notification)]);
    };
    for (let round = 0; round < 8; round += 1) {
      await makeDue(api.fixture.scope);
      await Promise.all([
        ...[api.service, other].map((service) => service.workTransfers({ confirmEveryS: 0, limit: 50 })),
        ...made.map(({ id }) => announce(id)),
        ...[api.service, other, other].map((service) => service.inbound.work()),
      ]);
      await passValidity(api.fixture);
    }
    await rails.work();
    await settleTransfers(api.fixture);
    for (const [n, { id, balance }] of made.entries()) {
      const isBack = ['fade', 'dead'].includes(ends[n % ends.length] ?? '');
      expect([n, (await read(id)).status, await balance(), (await sends(id)) <= 1]).toEqual([
        ...[n, isBack ? 'failed' : 'completed', isBack ? '10' : '0', true],
      ]);
    }
    const [row] = await api.fixture.scope.query<{ count: bigint }>(
      `select count(*) as count from :schema.rail_notifications n join :schema.queue_dead d on d.id = n.job_id
        where n.body::text like any ($1)`,
      [made.map(({ id }) => `%${Buffer.from(id).toString('hex')}%`)],
    );
    expect(row?.count).toBe(0n);
  });
});

describe('a sender', () => {
  const refusal = async (notification: Awaited<ReturnType<RailParts['sign']>>, rail?: string) => {
    const { status, body } = await rails.post(notification, rail);
    return [status, body.reason];
  };

  it('that cannot prove that it is the rail is refused, and nothing is kept', async () => {
    const { id } = await withdraw();
    await step();
    const before = await count();
    const good = await rails.sign(news(id));
    const without = (name: string) => ({
      ...good,
      headers: Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name)),
    });
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      expect(await refusal(without(name))).toEqual([401, 'webhook_header_missing']);
    }
    const forged = await rails.sign(news(id), { key: Buffer.alloc(32, 7) });
    expect(await refusal(forged)).toEqual([401, 'webhook_signature']);
    // The same JSON written otherwise is not what was signed.
    expect(await refusal({ ...good, body: good.body.replace('{', '{ ') })).toEqual([
      401,
      'webhook_signature',
    ]);
    for (const [name, value] of [
      ['webhook-id', 'msg_other'],
      ['webhook-timestamp', String(Number(good.headers['webhook-timestamp']) + 1)],
      ['webhook-signature', 'v1,'],
    ] as const) {
      const changed = { ...good, headers: { ...good.headers, [name]: value } };
      expect([name, await refusal(changed)]).toEqual([name, [401, 'webhook_signature']]);
    }
    const untimed = { ...good, headers: { ...good.headers, 'webhook-timestamp': 'soon' } };
    expect(await refusal(untimed)).toEqual([401, 'webhook_timestamp']);
    expect(await count()).toBe(before);
    expect((await rails.post(good)).status).toBe(202);
    await rails.work();
    await settleTransfers(api.fixture);
  });

  it('is heard within five minutes, and not beyond', async () => {
    for (const skewS of [-295, 295]) {
      expect((await rails.post(await rails.sign({ type: 'ping' }, { skewS }))).status).toBe(202);
    }
    for (const skewS of [-302, 302]) {
      expect(await refusal(await rails.sign({ type: 'ping' }, { skewS }))).toEqual([401, 'webhook_expired']);
    }
    await rails.work();
  });

  it('of another rail is not believed, and cannot speak of the transfers of this one', async () => {
    const { sandbox } = rails;
    const key = Buffer.alloc(32, 9);
    api.service.rails.add({
      ...sandbox,
      name: 'foreign',
      notifications: {
        verify: () => {
          throw new TypeError('not ours');
        },
        read: sandbox.notifications.read,
      },
    });
    const { id } = await withdraw('', 'foreign');
    await step();
    const signed = await rails.sign(news(id));
    expect(await refusal(signed, 'foreign')).toEqual([401, 'notification_not_verified']);
    expect(await refusal(await rails.sign(news(id), { key }))).toEqual([401, 'webhook_signature']);
    const letter = await rails.letterOf(await say(news(id)), admin);
    expect(letter).toMatchObject({
      rail: 'sandbox',
      platformId: null,
      error: `The transfer ${id} goes over the rail foreign, not sandbox.`,
    });
    expect((await read(id)).blockchainConfirmations).toBe(0);
    await settleTransfers(api.fixture);
  });

  it('finds no rail of that name, or one that reads no notifications', async () => {
    const { find, send } = rails.sandbox;
    api.service.rails.add({ name: 'deaf', find, send });
    const signed = await rails.sign({ type: 'ping' });
    expect(await refusal(signed, 'deaf')).toEqual([409, 'rail_has_no_notifications']);
    expect(await refusal(signed, 'none')).toEqual([404, 'rail_not_found']);
  });

  it('sends 64 KB at most, and no more calls than the general limit has', async () => {
    const padded = (bytes: number): string => {
      const bare = JSON.stringify({ type: 'ping', pad: '' }).length;
      return JSON.stringify({ type: 'ping', pad: 'x'.repeat(bytes - bare) });
    };
    expect(await rails.outcomeOf(await say(padded(65_536)))).toBe('ignored');
    const large = await rails.sign(padded(65_537));
    expect((await rails.post(large)).status).toBe(413);
    const inProgram = api.service.inbound.receiveNotification('sandbox', {
      ...{ headers: large.headers, body: Buffer.from(large.body) },
    });
    expect(await failureOf(inProgram)).toMatchObject({ code: 'invalid_input', field: 'body' });
    const { database, gigs: instance } = api.fixture.opened;
    const few = { calls: 2, seconds: 60 };
    const limited = openApi<Body>(
      { database, instance: instance as Instance },
      { rateLimits: { everything: few, create: { calls: 1, seconds: 60 }, auth: few } },
    );
    const statuses = [];
    for (let n = 0; n < 3; n += 1) {
      const { headers, body } = await rails.sign({ type: 'ping' });
      statuses.push((await limited.call('POST', '/webhooks-in/rails/sandbox', { headers, body })).status);
    }
    expect(statuses).toEqual([202, 202, 429]);
    await rails.work();
  });
});

describe('a dead letter of a rail', () => {
  it('is what nobody can work on; an administrator sees it and retries it, nobody else', async () => {
    const platform: PlatformCaller = await api.platform('0');
    const cases = [
      ['{"type": ', 'It cannot be read: The body is not valid JSON', '{"type": '],
      [{ type: 'moon.full' }, 'It cannot be read: There is no type "moon.full".', { type: 'moon.full' }],
      [
        { type: 'transfer.updated', data: {} },
        'It cannot be read: data.reference is missing.',
        expect.anything(),
      ],
      [news('txn_none'), 'There is no transfer txn_none.', expect.anything()],
      [news('x'.repeat(201)), 'reference has 201 characters, more than 200.', expect.anything()],
      [news('txn-0-\u0000'), 'It cannot be read: data.reference holds the NUL', expect.anything()],
    ] as const;
    for (const [body, error, payload] of cases) {
      const id = await say(body);
      const letter = await rails.letterOf(id, admin);
      expect(letter).toMatchObject({ id, rail: 'sandbox', platformId: null, payload });
      expect(String(letter?.error)).toContain(error);
      expect(await rails.letterOf(id, platform)).toBeUndefined();
      const path = `/webhooks-in/dead-letters/${id}/retry`;
      expect((await api.call('POST', path, { as: platform })).status).toBe(403);
    }
  });

  it('is processed when it is retried after its rail has learnt to read it', async () => {
    const id = await say({ type: 'moon.full' });
    const path = `/webhooks-in/dead-letters/${id}/retry`;
    await api.post(path, admin);
    await rails.work();
    expect(await rails.outcomeOf(id)).toBe('dead');
    const { sandbox } = rails;
    const read = (): RailNews => ({ about: 'other' });
    api.service.rails.add({ ...sandbox, notifications: { ...sandbox.notifications, read } });
    await api.post(path, admin);
    await rails.work();
    api.service.rails.add(sandbox);
    expect(await rails.outcomeOf(id)).toBe('ignored');
    expect((await api.call('POST', path, { as: admin })).body.reason).toBe('dead_letter_not_found');
    const trail = await api.fixture.scope.query(
      `select actor_id as actor from :schema.audit_logs where resource_type = 'rail_notification' and resource_id = $1`,
      [id],
    );
    expect(trail).toEqual([{ actor: admin.id }, { actor: admin.id }]);
  });

  it('is what the rail announced and does not know after ten looks', async () => {
    const { id } = await withdraw('0bad');
    await step();
    const rnt = await say(news(id));
    expect(await rails.letterOf(rnt, admin)).toMatchObject({
      failures: 10,
      error: `The rail announced ${id}, and does not know it yet.`,
    });
    expect(await sends(id)).toBe(0);
    await passValidity(api.fixture);
    await settleTransfers(api.fixture);
    expect([(await read(id)).status, await sends(id)]).toEqual(['completed', 1]);
  });
});

describe('the secret of the sandbox', () => {
  const path = '/webhooks-in/rails/sandbox/secret';
  const keyOf = (secret: unknown) => Buffer.from(String(secret).replace('whsec_', ''), 'base64');

  it('is made once, however many look for it first', async () => {
    await api.fixture.scope.query('delete from :schema.sandbox_secrets');
    const seen = await Promise.all(
      times(8, async () => {
        const [row] = await api.fixture.scope.query<{ keys: Buffer[] }>(
          'select :schema.sandbox_keys() as keys',
        );
        return row?.keys.map((key) => key.toString('hex'));
      }),
    );
    expect(new Set(seen.flat()).size).toBe(1);
    expect(seen.every((keys) => keys?.length === 1)).toBe(true);
  });

  it('is shown when an administrator replaces it; the one before it is accepted for a day, none older', async () => {
    const before = await rails.sign({ type: 'ping' });
    const shown: string[] = [];
    for (let n = 0; n < 2; n += 1) shown.push((await api.post(path, admin)).secret);
    const [first, second] = shown.map(keyOf);
    expect((await rails.post(before)).status).toBe(401);
    for (const key of [first, second]) {
      expect((await rails.post(await rails.sign({ type: 'ping' }, { key: key as Buffer }))).status).toBe(202);
    }
    await api.fixture.scope.query(
      `update :schema.sandbox_secrets set accepted_until = clock_timestamp() where accepted_until is not null`,
    );
    expect((await rails.post(await rails.sign({ type: 'ping' }, { key: first as Buffer }))).status).toBe(401);
    await rails.work();
  });

  it('is not shown to an API key, and not made for a rail that has its own', async () => {
    const { key } = await api.post('/api-keys', admin, { name: 'k', roles: ['admin'] });
    const byKey = await api.call('POST', path, { as: { headers: { authorization: `Bearer ${key}` } } });
    expect([byKey.status, byKey.body.reason]).toEqual([403, 'token_needed']);
    const { verify, read } = rails.sandbox.notifications;
    api.service.rails.add({ ...rails.sandbox, name: 'apart', notifications: { verify, read } });
    const apart = await api.call('POST', '/webhooks-in/rails/apart/secret', { as: admin });
    expect([apart.status, apart.body.reason]).toEqual([409, 'rail_secret_elsewhere']);
    const none = await api.call('POST', '/webhooks-in/rails/none/secret', { as: admin });
    expect(none.status).toBe(404);
  });
});

describe('how long notifications are kept', () => {
  it('is 90 days from the end of the work on them; what waits or died stays', async () => {
    const ids = [await say({ type: 'ping' }), await say({ type: 'ping' }), await say(news('txn_none'))];
    const waiting = await rails.post(await rails.sign({ type: 'ping' }));
    const all = [...ids, waiting.body.id];
    for (const [n, days] of [91, 89, 400, 400].entries()) {
      await api.fixture.scope.query(
        `update :schema.rail_notifications set received_at = received_at - make_interval(days => $2),
           processed_at = processed_at - make_interval(days => $2) where id = $1`,
        [all[n], days],
      );
    }
    await runRetention(api.fixture.scope, { policy: 'rail_notifications' });
    expect(await Promise.all(all.map((id) => rails.outcomeOf(id)))).toEqual([
      'gone',
      'ignored',
      'dead',
      'waits',
    ]);
    await rails.work();
  });
});
