import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId, signWebhook, verifyWebhook } from '../src/kernel/index.ts';
import type { GigsService, GigTransaction } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { GIGS } from './support/gigs-events.ts';
import { paidWorker, passValidity } from './support/gigs-tasks.ts';
import { failureOf } from './support/kernel.ts';
import { makeDue } from './support/queue.ts';

interface Sent {
  readonly id: string;
  readonly amount: string;
  readonly to: string;
  state: 'accepted' | 'dropped';
  confirmations: number;
}

let t: GigsFixture;
let provider: Server;
/** With which the provider signs what it announces. */
const key = Buffer.alloc(32, 5);
/** What the provider accepted, by its idempotency key. */
const sent = new Map<string, Sent>();
/** What it does with the next transfer. */
let mood: 'well' | 'refuses' | 'loses the answer' | 'is away' | 'drops' = 'well';
let posts = 0;

beforeAll(async () => {
  t = await openGigs();
  vi.stubEnv('EXAMPLE_RAIL_SECRET', `whsec_${key.toString('base64')}`);
  provider = createServer(async (request, response) => {
    const answer = (status: number, body?: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    if (request.method === 'GET') {
      const known = sent.get(decodeURIComponent(request.url?.split('/').at(-1) ?? ''));
      if (known === undefined) return answer(404);
      known.confirmations += 6;
      return answer(200, { ...known, txHash: `0x${Buffer.from(known.id).toString('hex').padEnd(64, '0')}` });
    }
    posts += 1;
    const { idempotencyKey, amount, to } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    if (mood === 'is away') return answer(503);
    if (mood === 'refuses') return answer(422, { error: 'no such address' });
    const known = sent.get(idempotencyKey) ?? { id: `p-${sent.size + 1}`, amount, to, confirmations: 0 };
    sent.set(idempotencyKey, { ...known, state: mood === 'drops' ? 'dropped' : 'accepted' });
    return mood === 'loses the answer' ? request.socket.destroy() : answer(201, { id: known.id });
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
  await new Promise((resolve) => provider.close(resolve));
});

/** The README's own lines, but for the address of the provider and the key. */
async function runSample(service: GigsService, workerId: string): Promise<void> {
  const blocks = readFileSync(`${GIGS}README.md`, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g);
  const [sample] = [...blocks].map(([, code = '']) => code).filter((code) => code.includes('rails.add'));
  const { port } = provider.address() as AddressInfo;
  const here = (sample ?? '')
    .replace('https://payments.example.com', `http://127.0.0.1:${port}`)
    .replace("'out 2'", `'out of ${workerId}'`);
  expect(here).toContain(`127.0.0.1:${port}`);
  expect(here).toContain(`out of ${workerId}`);
  const { code } = await transform(`async function sample() {${here}}`, { loader: 'ts' });
  const run = new Function('service', 'worker', 'verifyWebhook', `${code}; return sample();`);
  await run(service, { id: workerId }, verifyWebhook);
}

/** Announces a transfer as the provider does, and works on it; returns what became of that. */
async function announce(body: object, signedBy = key): Promise<string | undefined> {
  const text = JSON.stringify(body);
  const message = { id: newId('msg'), timestampS: Math.floor(Date.now() / 1000), body: text };
  const { id } = await t.service.inbound.receiveNotification('example', {
    headers: {
      'webhook-id': message.id,
      'webhook-timestamp': String(message.timestampS),
      'webhook-signature': signWebhook([signedBy], message),
    },
    body: Buffer.from(text),
  });
  await t.service.inbound.work();
  const [row] = await t.scope.query<{ outcome: string }>(
    'select outcome from :schema.rail_notifications where id = $1',
    [id],
  );
  return row?.outcome;
}

const transferOf = async (workerId: string): Promise<GigTransaction> =>
  (await t.service.listTransactions({ workerId, txType: 'withdrawal' })).data[0] as GigTransaction;

async function work(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await makeDue(t.scope);
    await t.service.workTransfers({ confirmEveryS: 60 });
  }
}

describe('the sample of a rail of one’s own in the README', () => {
  it('sends a withdrawal once, and completes it when the provider has confirmed it', async () => {
    const worker = await paidWorker(t, '30');
    await runSample(t.service, worker);
    expect(await t.balance(`worker:${worker}`)).toBe('10');
    await work(4);
    const transfer = await transferOf(worker);
    expect(transfer).toMatchObject({ rail: 'example', status: 'completed', amount: '20' });
    expect(sent.get(transfer.id)).toMatchObject({ amount: '20', to: transfer.toAddress, state: 'accepted' });
    expect(posts).toBe(1);
  });

  it('is told by the provider when it has confirmed it, and believes nobody else', async () => {
    const worker = await paidWorker(t, '30');
    await runSample(t.service, worker);
    await work(1);
    const { id } = await transferOf(worker);
    const news = { type: 'transfer', data: { idempotencyKey: id, state: 'dropped' } };
    expect(await failureOf(announce(news, Buffer.alloc(32, 6)))).toMatchObject({
      code: 'unauthenticated',
      reason: 'webhook_signature',
    });
    expect(await announce({ type: 'balance' })).toBe('ignored');
    expect(await announce(news)).toBe('waiting');
    expect(await announce(news)).toBe('confirmed');
    expect((await transferOf(worker)).status).toBe('completed');
  });

  it('after an answer that was lost asks, and does not send again', async () => {
    const worker = await paidWorker(t, '30');
    [mood, posts] = ['loses the answer', 0];
    await runSample(t.service, worker);
    await work(1);
    mood = 'well';
    await work(4);
    expect((await transferOf(worker)).status).not.toBe('failed');
    expect([(await transferOf(worker)).status, posts]).toEqual(['completed', 1]);
  });

  it('sends the same reference again when the provider was away and knows nothing of it', async () => {
    const worker = await paidWorker(t, '30');
    [mood, posts] = ['is away', 0];
    await runSample(t.service, worker);
    await work(1);
    mood = 'well';
    await work(1);
    expect(posts).toBe(1); // It could still be accepted until it is no longer valid.
    await passValidity(t);
    await work(5);
    expect([(await transferOf(worker)).status, posts]).toEqual(['completed', 2]);
  });

  it('gives the money back when the provider refuses or drops it', async () => {
    for (const bad of ['refuses', 'drops'] as const) {
      const worker = await paidWorker(t, '30');
      mood = bad;
      await runSample(t.service, worker);
      await work(4);
      expect([bad, (await transferOf(worker)).status]).toEqual([bad, 'failed']);
      expect(await t.balance(`worker:${worker}`)).toBe('30');
    }
    mood = 'well';
  });
});
