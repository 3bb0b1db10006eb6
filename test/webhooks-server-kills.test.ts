import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, migratorOf } from '../src/kernel/index.ts';
import { createDeliveryWorker, fanOut } from '../src/kernel/webhooks/index.ts';
import {
  FORGETFUL,
  FSYNC_ROUNDS,
  killUnderLoad,
  type Load,
  type MortalServer,
  prepareOn,
  ROUNDS,
  ROUNDS_TIMEOUT_MS,
  startMortal,
  untilGone,
  withDatabase,
} from './support/server-kills.ts';
import { type HooksOn, hooksOn, type Receiver, startReceiver } from './support/webhooks.ts';

/** Events written and deliveries received between two kills. */
const ENOUGH = 20;
/** Writers wait beyond so many events ahead of the receiver. */
const BACKLOG = 60;

interface Setting {
  readonly server: MortalServer;
  readonly receiver: Receiver;
  readonly owner: string;
  /** Events whose writing was acknowledged. */
  readonly acknowledged: Set<string>;
}

async function prepare(settings?: Readonly<Record<string, string>>): Promise<Setting> {
  const [server, receiver] = [await startMortal(settings), await startReceiver()];
  const owner = await prepareOn(server, async (database) => {
    const hooks = hooksOn(database);
    await migratorOf(hooks.instance).up();
    const id = await hooks.account('owner');
    await hooks.webhooks.create({ ownerId: id, url: receiver.url });
    return id;
  });
  return { server, receiver, owner, acknowledged: new Set() };
}

const nothingYet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Two who write events, one who fans out and one who delivers. */
async function begin(database: Database, { receiver, owner, acknowledged }: Setting): Promise<Load> {
  const hooks = hooksOn(database);
  const before = { written: acknowledged.size, received: receiver.received.length };
  let stopped = false;
  const isStopped = (): boolean => stopped;
  const worker = createDeliveryWorker(hooks.instance, { leaseS: 0.5, perEndpoint: 64 });
  const callers = [
    ...[1, 2].map(() =>
      untilGone(isStopped, async () => {
        if (acknowledged.size - receiver.received.length > BACKLOG) await nothingYet();
        else acknowledged.add(`evt_${await hooks.emit(owner)}`);
      }),
    ),
    untilGone(isStopped, async () => {
      if (!(await fanOut(hooks.instance))) await nothingYet();
    }),
    untilGone(isStopped, async () => {
      if (!(await worker.run())) await nothingYet();
    }),
  ];
  return {
    enough: () =>
      acknowledged.size >= before.written + ENOUGH && receiver.received.length >= before.received + ENOUGH,
    stop: async () => {
      stopped = true;
      await Promise.all(callers);
      await worker.drain();
    },
  };
}

/** Ends what the killed ones left leased, and delivers everything. */
async function finish(hooks: HooksOn): Promise<void> {
  await hooks.fanAll();
  await hooks.hurry();
  await hooks.deliver({ perEndpoint: 64 });
}

/** Ids of the deliveries that arrived, by event. */
function arrivals({ receiver }: Setting): Map<string, Set<unknown>> {
  const found = new Map<string, Set<unknown>>();
  for (const { headers, body } of receiver.received) {
    const { id } = JSON.parse(body) as { id: string };
    found.set(id, (found.get(id) ?? new Set()).add(headers['webhook-id']));
  }
  return found;
}

/** What is wrong between the events that were acknowledged, those that stand, and those that arrived. */
async function faultsIn(hooks: HooksOn, setting: Setting): Promise<string[]> {
  const rows = await hooks.scope.query<{ id: string }>(
    `select 'evt_' || id as id from :schema.outbox where type = 'note.created'`,
  );
  const [standing, arrived] = [new Set(rows.map(({ id }) => id)), arrivals(setting)];
  return [
    ...[...setting.acknowledged].filter((id) => !standing.has(id)).map((id) => `${id} is lost`),
    ...[...standing].filter((id) => !arrived.has(id)).map((id) => `${id} did not arrive`),
    ...[...arrived.keys()].filter((id) => !standing.has(id)).map((id) => `${id} arrived and is not there`),
    ...[...arrived].filter(([, ids]) => ids.size !== 1).map(([id]) => `${id} arrived under several ids`),
  ];
}

describe('a server that is killed while events are written and delivered', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await prepare();
  });
  afterAll(async () => {
    await setting?.receiver.close();
    await setting?.server.close();
  });

  it(
    `${ROUNDS} times loses no event, and each arrives under one id`,
    async () => {
      const { server, acknowledged } = setting;
      await killUnderLoad(server, ROUNDS, (database) => begin(database, setting));
      await withDatabase(server, async (database) => {
        const hooks = hooksOn(database);
        await finish(hooks);
        expect(await faultsIn(hooks, setting)).toEqual([]);
        expect(await hooks.scope.query('select * from :schema.invariant_webhook_deliveries_once')).toEqual(
          [],
        );
        expect(await hooks.scope.query('select id from :schema.webhook_deliveries')).toEqual([]);
        const counts = await hooks.scope.query(
          `select state, count(*) = count(distinct event_id) as once, count(*)::int as count
           from :schema.webhook_delivery_history group by state`,
        );
        expect(counts).toEqual([{ state: 'delivered', once: true, count: arrivals(setting).size }]);
      });
      expect(acknowledged.size).toBeGreaterThanOrEqual(ROUNDS * ENOUGH);
      expect(server.killed).toBeGreaterThan(ROUNDS);
      expect(server.started.fsync).toBeGreaterThanOrEqual(FSYNC_ROUNDS);
    },
    ROUNDS_TIMEOUT_MS,
  );
});

describe('a server that acknowledges before it writes (control)', () => {
  it('loses events when it is killed', async () => {
    const control = await prepare(FORGETFUL);
    try {
      let faults: string[] = [];
      for (let kills = 0; kills < 5 && faults.length === 0; kills += 1) {
        await killUnderLoad(control.server, 1, (database) => begin(database, control));
        faults = await withDatabase(control.server, async (database) => {
          const hooks = hooksOn(database);
          await finish(hooks);
          return faultsIn(hooks, control);
        });
      }
      expect(faults.filter((fault) => fault.endsWith('is lost'))).not.toEqual([]);
    } finally {
      await control.receiver.close();
      await control.server.close();
    }
  }, 60_000);
});
