/** Receivers on the loopback address, and an instance whose webhooks may go there. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createInstance, type Database, type Instance, migratorOf } from '../../src/kernel/index.ts';
import type { Scope } from '../../src/kernel/system.ts';
import {
  createDeliveryWorker,
  fanOut,
  type Webhooks,
  type WorkerOptions,
  webhooksOf,
} from '../../src/kernel/webhooks/index.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { until } from './kernel.ts';
import { type NotesService, notesSystem } from './notes-system.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on; default 204. */
  answer: (response: ServerResponse, received: Received) => void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver: { -readonly [Key in keyof Receiver]: Receiver[Key] } = {
    url: '',
    received,
    answer: (response) => void response.writeHead(204).end(),
    close: async () => undefined,
  };
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        path: request.url ?? '',
      };
      received.push(one);
      receiver.answer(response, one);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  receiver.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`;
  receiver.close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return receiver;
}

/** An instance whose webhooks may go to this machine, over one database. */
export interface HooksOn {
  readonly instance: Instance;
  readonly scope: Scope;
  readonly webhooks: Webhooks;
  account(login: string, roles?: readonly string[]): Promise<string>;
  /** An event for this account, by a transaction of its own; returns its number. */
  emit(audience: string | null, type?: string, payload?: object): Promise<bigint>;
  /** Fans out until the cursor has passed everything written before the call. */
  fanAll(): Promise<void>;
  /** Makes what is due, until nothing is. */
  deliver(options?: WorkerOptions): Promise<void>;
  /** Makes due what waits for a later try. */
  hurry(): Promise<void>;
}

export interface Hooks extends HooksOn {
  readonly opened: TestDatabase;
  close(): Promise<void>;
}

export async function openHooks(): Promise<Hooks> {
  const opened = await openTestDatabase({ empty: true });
  const hooks = hooksOn(opened.database);
  await migratorOf(hooks.instance).up();
  return { ...hooks, opened, close: () => opened.close() };
}

export function hooksOn(database: Database): HooksOn {
  const made: Instance<NotesService> = createInstance(notesSystem, database, 'notes', {
    webhooks: { allowLoopback: true },
  });
  const instance = made as Instance;
  const { scope } = instance;
  const fanAll = async (): Promise<void> => {
    await until('the fan-out to have read everything', async () => {
      while (await fanOut(instance));
      const [row] = await scope.query<{ left: boolean }>(
        `select exists (select from :schema.outbox as o, :schema.webhook_cursor as c
           where (o.xid, o.id) > (c.xid, c.event_id)) as left`,
      );
      return row?.left === false;
    });
  };
  return {
    instance,
    scope,
    webhooks: webhooksOf(instance),
    account: async (login, roles = []) =>
      (await made.service.accounts.createAccount({ kind: 'user', login: `${login}@example.org`, roles })).id,
    emit: async (audience, type = 'note.created', payload = {}) => {
      const [row] = await scope.query<{ id: bigint }>(
        'insert into :schema.outbox (type, subject, audience, payload) values ($1, $2, $3, $4) returning id',
        [type, 'not_1', audience, JSON.stringify(payload)],
      );
      return row?.id ?? 0n;
    },
    fanAll,
    deliver: async (options) => {
      const worker = createDeliveryWorker(instance, {
        onError: (error) => {
          throw error;
        },
        ...options,
      });
      while (await worker.run());
      await worker.drain();
    },
    hurry: async () => {
      await scope.query(
        'update :schema.webhook_deliveries set due_at = clock_timestamp(), leased_until = null',
      );
    },
  };
}
