/** The benchmark of webhooks: events in the outbox until a receiver has them all, beside bare signed POSTs to the same receiver. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { openGuildhall } from '../src/guildhall.ts';
import { signWebhook, webhooksOf } from '../src/kernel/index.ts';
import { query } from './support/ledger-contract.ts';
import { quantile } from './support/measure.ts';
import { machineFacts, type ResultRow } from './support/report.ts';
import { SERVER_SETTINGS, startServer } from './support/server.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const HELP = `npm run bench -- webhooks [options]
  --quick          fewer events: does it work, roughly how fast
  --data <folder>  where the server's temporary folder is made, instead of the system's
  --out <file>     where the result is written; a quick run writes only with this option
`;
/** Bare POSTs at a time: as many as go to one endpoint at once. */
const CALLERS = 8;
const GIVE_UP_MS = 120_000;

interface Receiver {
  readonly url: string;
  /** Distinct webhook-ids since the last call of `forget`. */
  readonly ids: Set<string>;
  close(): Promise<void>;
}

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const [rounds, events] = options.quick ? [2, 500] : [5, 5_000];
  const began = Date.now();
  const server = await startServer(options.data);
  const receiver = await startReceiver();
  await query(server, 'postgres', 'create database ours');
  const guildhall = await openGuildhall({
    url: server.url('ours'),
    instances: [{ system: 'agents' }],
    webhooks: { allowLoopback: true },
  });
  try {
    await guildhall.migrate();
    const { scope } = guildhall.agents;
    const account = await guildhall.agents.service.accounts.createAccount({
      kind: 'user',
      login: 'bench@example.org',
      roles: [],
    });
    await webhooksOf(guildhall.agents).create({ ownerId: account.id, url: receiver.url });
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round += 1) {
      receiver.ids.clear();
      const started = performance.now();
      await scope.query(
        `insert into :schema.outbox (type, subject, audience, payload)
         select 'bench.event', 'sub_' || n, $1, jsonb_build_object('number', n, 'text', repeat('x', 200))
         from generate_series(1, $2::integer) as n`,
        [account.id, events],
      );
      await arrived(receiver, events);
      const rate = (events * 1_000) / (performance.now() - started);
      const yardstick = await barePosts(receiver, events);
      // The first round warms both up.
      if (round > 0) {
        ours.push(rate);
        bare.push(yardstick);
      }
    }
    const twice = await scope.query('select 1 from :schema.invariant_webhook_deliveries_once');
    const row = resultRow(median(ours), median(bare));
    process.stdout.write(
      `outbox to receiver: ${row.ours} deliveries/s; bare signed POSTs, nothing kept: ${row.rival}/s (${row.ratio})\n`,
    );
    const target = options.out ?? (options.quick ? undefined : 'docs/benchmarks/webhooks.json');
    if (target !== undefined) {
      const document = {
        benchmark: 'webhooks',
        date: new Date().toISOString().slice(0, 10),
        seconds: Math.round((Date.now() - began) / 1_000),
        quick: options.quick,
        machine: machineFacts(),
        node: process.version,
        postgres: SERVER_SETTINGS,
        pace: { rounds, events, callers: CALLERS },
        rows: [row],
        measurements: { guildhall: ours.map(Math.round), bare: bare.map(Math.round) },
      };
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
      process.stdout.write(`Written to ${target}.\n`);
    }
    return twice.length === 0 ? 0 : 1;
  } finally {
    await guildhall.close();
    await receiver.close();
    await server.stop();
  }
}

/** All of them, each by its own id: a delivery that is lost shows as a benchmark that does not end. */
async function arrived(receiver: Receiver, count: number): Promise<void> {
  const giveUp = performance.now() + GIVE_UP_MS;
  while (receiver.ids.size < count) {
    if (performance.now() > giveUp) throw new Error(`${receiver.ids.size} of ${count} events arrived.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the receiver and a signature cost by themselves. */
async function barePosts(receiver: Receiver, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  const key = randomBytes(32);
  const body = JSON.stringify({ number: 1, text: 'x'.repeat(200) });
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (next < count) {
        next += 1;
        const message = { id: `bare_${next}`, timestampS: Math.floor(Date.now() / 1_000), body };
        const headers = {
          'content-type': 'application/json',
          'webhook-id': message.id,
          'webhook-timestamp': String(message.timestampS),
          'webhook-signature': signWebhook([key], message),
        };
        await post(receiver.url, { agent, headers, body });
      }
    }),
  );
  const rate = (count * 1_000) / (performance.now() - started);
  agent.destroy();
  return rate;
}

function post(
  url: string,
  {
    agent,
    headers,
    body,
  }: { readonly agent: Agent; readonly headers: Record<string, string>; readonly body: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function startReceiver(): Promise<Receiver> {
  const ids = new Set<string>();
  const server = createServer((incoming, response) => {
    ids.add(String(incoming.headers['webhook-id']));
    incoming.resume();
    incoming.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    ids,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function median(rates: readonly number[]): number {
  return quantile(Float64Array.from(rates).sort(), 0.5);
}

function resultRow(ours: number, rival: number): ResultRow {
  return {
    id: 'deliver.bare-posts',
    ours: Math.round(ours),
    rival: Math.round(rival),
    ratio: Number((ours / rival).toPrecision(4)),
    aim: null,
    met: null,
    unit: 'deliveries/s',
    rivalName: 'signed POSTs of the same process, nothing kept',
  };
}
