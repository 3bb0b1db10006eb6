import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp, createLogger, HTTP_DEFAULTS, type RunningServer, serve } from '../src/http/index.ts';
import { createInstance, type Instance, migratorOf, openDatabase } from '../src/kernel/index.ts';
import { type Face, openFace, problemOf } from './support/face.ts';
import { notesSystem } from './support/notes-system.ts';

let face: Face;
let alice: Awaited<ReturnType<Face['account']>>;
const running: RunningServer[] = [];

beforeAll(async () => {
  face = await openFace(['notes', 'second']);
  alice = await face.account('alice@example.org');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

afterAll(async () => {
  await face?.opened.close();
});

async function start(options: Parameters<typeof serve>[1] = {}, config: Parameters<Face['app']>[0] = {}) {
  const app = face.app({ events: { ...HTTP_DEFAULTS.events, pollMs: 20 }, ...config });
  const server = await serve(app, { port: 0, ...options });
  running.push(server);
  return { app, server };
}

/** Sends bytes as they are and gives everything that comes back until the server closes. */
function raw({ host, port }: RunningServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a server', () => {
  it('listens on loopback and answers what no HTTP parser can read as a problem too', async () => {
    const { server } = await start();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await (await fetch(`${server.url}/livez`)).json()).toEqual({ status: 'ok' });
    const cases = [
      ['nonsense\r\n\r\n', '400'],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
      ['GET /livez HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', '400'],
      ['GET http:// HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
      ['POST /v1/notes/notes HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', '400'],
      ['TRACE /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '405'],
    ] as const;
    for (const [sent, status] of cases) {
      const [head = '', body = ''] = (await raw(server, sent)).split('\r\n\r\n');
      expect([sent.slice(0, 30), head.slice(0, 12)]).toEqual([sent.slice(0, 30), `HTTP/1.1 ${status}`]);
      expect(head.toLowerCase()).toContain('content-type: application/problem+json');
      const problem = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as {
        request_id: string;
      };
      expect(head).toContain(problem.request_id);
    }
  });

  it('on a port that is taken says so, and what to do', async () => {
    const { app, server } = await start();
    await expect(serve(app, { port: server.port })).rejects.toMatchObject({
      code: 'configuration',
      reason: 'address_in_use',
      hint: expect.stringContaining(`PORT=${server.port + 1}`),
    });
  });

  it('refuses a large body over the wire before reading it', async () => {
    const { server } = await start();
    const answer = await raw(
      server,
      `POST /v1/notes/notes HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${alice.headers.authorization}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 2000000000\r\nConnection: close\r\n\r\n{"a":',
    );
    expect(answer).toContain('HTTP/1.1 413');
    expect(answer).toContain('payload_too_large');
  });

  it('refuses an import that grows too large, and one that falls silent, while it is being sent', async () => {
    const { server } = await start();
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${alice.headers.authorization}\r\n` +
      'Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`;
    const large = await raw(server, head('/v1/notes/imports') + chunk.repeat(21));
    expect(large).toContain('HTTP/1.1 413');
    const silent = await raw(server, head('/v1/notes/imports?idleMs=50') + chunk);
    expect(silent).toContain('HTTP/1.1 504');
    expect(silent).toContain('"code":"timeout"');
  });

  it('streams events over the wire and notices when the listener goes', async () => {
    const { server } = await start();
    const abort = new AbortController();
    const answer = await fetch(`${server.url}/v1/notes/events`, {
      headers: alice.headers,
      signal: abort.signal,
    });
    const open = async () =>
      (await (await fetch(`${server.url}/metrics`)).text()).match(
        /event_streams\{instance="notes"} (\d+)/,
      )?.[1];
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(await open()).toBe('1');
    abort.abort();
    while ((await open()) !== '0') await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('that closes turns unready, ends streams, finishes what it was answering, and then is gone', async () => {
    const { app, server } = await start({ drainDelayMs: 300 });
    const stream = await fetch(`${server.url}/v1/notes/events`, { headers: alice.headers });
    let release: () => void = () => undefined;
    const upload = fetch(`${server.url}/v1/notes/imports`, {
      method: 'POST',
      headers: { ...alice.headers, 'content-type': 'application/octet-stream' },
      duplex: 'half',
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(1_000));
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          controller.enqueue(new Uint8Array(1_000));
          controller.close();
        },
      }),
    } as RequestInit);
    await fetch(`${server.url}/livez`);
    const closing = server.close();
    const unready = await fetch(`${server.url}/readyz`);
    expect(unready.status).toBe(503);
    expect((await problemOf(unready)).checks).toEqual([
      expect.objectContaining({ name: 'draining', ok: false }),
    ]);
    expect(app.lifecycle.draining).toBe(true);
    expect(await stream.text()).toContain(': the server is shutting down');
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
    release();
    expect(await (await upload).json()).toEqual({ bytes: 2_000 });
    await closing;
  });

  it('cuts a call that does not end within the grace', async () => {
    const { server } = await start({ graceMs: 200 });
    const upload = fetch(`${server.url}/v1/notes/imports`, {
      method: 'POST',
      headers: { ...alice.headers, 'content-type': 'application/octet-stream' },
      duplex: 'half',
      body: new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) }),
    } as RequestInit);
    upload.catch(() => undefined);
    await fetch(`${server.url}/livez`);
    await server.close();
    await expect(upload).rejects.toThrow();
  });
});

/** A way to the database that can be cut, or that swallows everything. */
class Cable {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  mode: 'open' | 'cut' | 'silent' = 'open';

  constructor(target: URL) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      if (this.mode === 'cut') socket.destroy();
      if (this.mode !== 'open') return;
      const upstream = connect(Number(target.port), target.hostname);
      this.sockets.add(upstream);
      upstream.on('error', () => socket.destroy());
      upstream.on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      upstream.on('data', (chunk) => this.mode === 'open' && socket.write(chunk));
      socket.on('data', (chunk) => this.mode === 'open' && upstream.write(chunk));
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as { port: number }).port;
  }

  set(mode: Cable['mode']): void {
    this.mode = mode;
    if (mode !== 'silent') for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.set('cut');
    this.server.close();
  }
}

describe('readiness', () => {
  it.each(['cut', 'silent'] as const)(
    'turns within 2 s when the database is %s, and back; liveness does not care',
    async (mode) => {
      const cable = new Cable(new URL(face.opened.url));
      const url = new URL(face.opened.url);
      url.port = String(await cable.listen());
      url.hostname = '127.0.0.1';
      const database = await openDatabase(url.toString());
      const app = createApp({
        database,
        instances: [createInstance(notesSystem, database, 'notes') as Instance],
        logger: createLogger({ level: 'silent' }),
      });
      expect((await app.request('/readyz')).status).toBe(200);
      cable.set(mode);
      const started = performance.now();
      const lost = await app.request('/readyz');
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(lost.status).toBe(503);
      expect((await problemOf(lost)).checks).toEqual([{ name: 'database', ok: false }]);
      expect((await app.request('/livez')).status).toBe(200);
      expect((await app.request('/health')).status).toBe(503);
      cable.set('open');
      const deadline = Date.now() + 20_000;
      while ((await app.request('/readyz')).status !== 200) {
        if (Date.now() > deadline) throw new Error('did not come back');
      }
      await database.close(500);
      cable.close();
    },
  );

  it('waits for pending migrations', async () => {
    const { database } = face.opened;
    const instance = createInstance(notesSystem, database, 'late');
    const app = createApp({
      database,
      instances: [instance as Instance],
      logger: createLogger({ level: 'silent' }),
    });
    const pending = await app.request('/readyz');
    expect(pending.status).toBe(503);
    expect((await problemOf(pending)).checks).toContainEqual(
      expect.objectContaining({
        name: 'migrations of late',
        ok: false,
        note: expect.stringMatching(/^\d+ pending$/),
      }),
    );
    await migratorOf(instance).up();
    const ready = await app.request('/readyz');
    expect(await ready.json()).toMatchObject({ status: 'ready' });
  });
});

describe('health and metrics', () => {
  it('say what runs and how it is', async () => {
    const app = face.app();
    expect(await (await app.request('/health')).json()).toMatchObject({
      status: 'ok',
      instances: [
        { instance: 'notes', system: 'notes' },
        { instance: 'second', system: 'notes' },
      ],
    });
    expect(await (await app.request('/health/db')).json()).toMatchObject({
      ok: true,
      sizeBytes: expect.any(Number),
    });
    await app.request('/v1/notes/notes/not_01jd7q8w9e3r5t6y7h8k9m0n1p', { headers: alice.headers });
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain(
      'http_server_request_duration_seconds_bucket{le="0.005",http_request_method="GET",http_route="/v1/notes/notes/{id}",http_response_status_code="404"}',
    );
    for (const name of [
      'db_client_connection_count{state="idle"}',
      'db_client_operation_duration_seconds_bucket',
      'process_cpu_seconds_total',
    ]) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain('not_01jd7q8w9e3r5t6y7h8k9m0n1p');
  });

  it('are for this machine, or for the operations token', async () => {
    const app = face.app({ operationsToken: 'op-token-0123456789' });
    const remote = { 'x-forwarded-for': '198.51.100.1' };
    for (const path of ['/metrics', '/health/db']) {
      const refused = await app.request(path, { headers: remote });
      // In process there is no peer, so only the header tells that a proxy was in between.
      expect(refused.status).toBe(200);
    }
    const { server } = await start({}, { operationsToken: 'op-token-0123456789' });
    const ask = async (path: string, headers: Record<string, string>) =>
      (await fetch(server.url + path, { headers })).status;
    for (const path of ['/metrics', '/health/db']) {
      expect(await ask(path, {})).toBe(200);
      expect(await ask(path, remote)).toBe(403);
      expect(await ask(path, { ...remote, authorization: 'Bearer wrong' })).toBe(403);
      expect(await ask(path, { ...remote, authorization: 'Bearer op-token-0123456789' })).toBe(200);
    }
    // A page elsewhere that points its own name at 127.0.0.1 is not "this machine".
    const rebound = await raw(
      server,
      'GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(rebound).toContain('HTTP/1.1 403');
  });
});
