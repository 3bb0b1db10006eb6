/** Listens on an address, and stops without dropping anybody who was being served. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { GuildhallError, newId } from '../kernel/index.ts';
import type { App } from './app.ts';
import { DEFAULT_HOST, DEFAULT_PORT } from './config.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

export interface ServeOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** How long /readyz says 503 before connections are refused; for balancers that look every few seconds. */
  readonly drainDelayMs?: number;
  /** Longest wait for calls that are being answered. */
  readonly graceMs?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Turns unready, ends streams, waits for calls in flight, then closes. Safe to call twice. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;
/** Time to send all headers; a slower client is holding a socket, not talking. */
const HEADERS_TIMEOUT_MS = 15_000;
/** Idle connections are kept a little longer than common proxies keep theirs, so that they close first. */
const KEEP_ALIVE_MS = 65_000;

export async function serve(app: App, options: ServeOptions = {}): Promise<RunningServer> {
  const host = options.host ?? DEFAULT_HOST;
  const listener = getRequestListener(app.fetch, {
    errorHandler: (error) => problemFor(outsideError(error)),
  });
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS },
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      if (app.lifecycle.draining) outgoing.setHeader('Connection', 'close');
      void listener(incoming, outgoing);
    },
  );
  server.on('clientError', answerUnreadable);
  await listen(server, host, options.port ?? DEFAULT_PORT);
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    close() {
      closing ??= drain(server, app, options);
      return closing;
    },
  };
}

async function drain(
  server: Server,
  app: App,
  { drainDelayMs = 0, graceMs = GRACE_MS }: ServeOptions,
): Promise<void> {
  app.lifecycle.startDraining();
  if (drainDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  app.lifecycle.closeStreams();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  // A call that ends while draining leaves an idle connection behind.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearTimeout(timer);
  clearInterval(sweep);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): GuildhallError {
  const where = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new GuildhallError('configuration', `Something else is listening on ${where}.`, {
      reason: 'address_in_use',
      hint: `Stop it, or choose another port: PORT=${port + 1}.`,
      cause: error,
    });
  }
  return new GuildhallError('configuration', `Cannot listen on ${where}: ${error.message}.`, {
    reason: 'cannot_listen',
    hint: 'Set HOST to an address of this machine and PORT to a free port above 1023.',
    cause: error,
  });
}

/** Failures before or around the app: a URL or Host header that is none, or a fault of the adapter. */
function outsideError(error: unknown): GuildhallError {
  if (error instanceof Error && error.name === 'RequestError') {
    return new GuildhallError('invalid_input', 'The URL or the Host header cannot be read.', {
      field: 'url',
      hint: 'Check the address.',
    });
  }
  return new GuildhallError('internal', 'The adapter failed.', { cause: error });
}

function problemFor(error: GuildhallError): Response {
  const requestId = newId('req');
  const { problem, headers } = toProblem(error, { instance: '', requestId });
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      ...headers,
      'content-type': PROBLEM_TYPE,
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
  });
}

/** What Node's parser refuses never becomes a request, so the answer is written by hand. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title, detail] = UNREADABLE[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'That is not an HTTP request.',
  ];
  const requestId = newId('req');
  const body = JSON.stringify({
    type: '/docs/errors#invalid_input',
    title: 'Invalid input',
    status,
    detail,
    instance: '',
    code: 'invalid_input',
    request_id: requestId,
  });
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const UNREADABLE: Readonly<Record<string, readonly [status: number, title: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The URL and headers are larger than 16 kB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The headers did not arrive in time.'],
};
