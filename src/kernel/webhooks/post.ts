/** One attempt over the network: a POST that follows nothing, connects to public addresses only, and ends in time. */
import { type IncomingMessage, request as requestOf } from 'node:http';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { guardedLookup, hostOf, mayConnect, refusedAddress, type TargetPolicy } from './target.ts';

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly policy: TargetPolicy;
  readonly timeoutMs?: number;
}

export interface PostResult {
  /** Null: no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Null: the receiver took it (2xx). */
  readonly error: string | null;
  /** The beginning of the answer. */
  readonly response: string;
  /** What the receiver asked for in Retry-After, as it wrote it: seconds or a time. */
  readonly retryAfterS: number | null;
  readonly retryAt: Date | null;
}

/** Standard Webhooks: 15 to 30 s, for everything from the look-up to the last byte. */
export const POST_TIMEOUT_MS = 15_000;
/** What is kept of an answer. */
export const EXCERPT_BYTES = 1_024;
/** A longer answer is cut off: nobody reads it. */
const MAX_RESPONSE_BYTES = 65_536;
const MAX_ERROR_LENGTH = 500;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
  readonly response: string;
}

/** Never throws: whatever happens is a result. */
export async function post(request: PostRequest): Promise<PostResult> {
  const started = performance.now();
  const timeoutMs = request.timeoutMs ?? POST_TIMEOUT_MS;
  try {
    const answer = await exchange(request, timeoutMs);
    return {
      status: answer.status,
      durationMs: elapsed(started),
      error: problemOf(answer),
      response: answer.response,
      ...readRetryAfter(answer.retryAfter),
    };
  } catch (error) {
    return {
      status: null,
      durationMs: elapsed(started),
      error: describe(error).slice(0, MAX_ERROR_LENGTH),
      response: '',
      retryAfterS: null,
      retryAt: null,
    };
  }
}

function exchange({ url: text, headers, body, policy }: PostRequest, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(text);
    let socket: Socket | undefined;
    let received: { readonly message: IncomingMessage; readonly excerpt: Buffer[] } | undefined;
    const finish = (error?: unknown): void => {
      clearTimeout(timer);
      // A status that has come is the receiver's word, whatever becomes of the rest of its answer.
      if (received !== undefined) resolve(answerOf(received.message, received.excerpt));
      else reject(error ?? new Error('The connection was closed before an answer came.'));
      outgoing.destroy();
      socket?.destroy();
    };
    const timer = setTimeout(() => finish(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
    const outgoing = requestOf(url, {
      // The request is told the scheme of its port only; the connection is made here, and there is no pool that
      // could hand out one that was made to another address.
      protocol: 'http:',
      method: 'POST',
      headers: {
        host: url.host,
        ...headers,
        'content-length': String(Buffer.byteLength(body)),
        connection: 'close',
      },
      createConnection: () => {
        socket = connect(url, policy, finish);
        return socket;
      },
    });
    outgoing.on('error', finish);
    outgoing.on('close', () => finish());
    outgoing.on('response', (message) => {
      const excerpt: Buffer[] = [];
      received = { message, excerpt };
      let bytes = 0;
      message.on('data', (chunk: Buffer) => {
        if (bytes < EXCERPT_BYTES) excerpt.push(chunk.subarray(0, EXCERPT_BYTES - bytes));
        bytes += chunk.length;
        if (bytes > MAX_RESPONSE_BYTES) finish();
      });
      message.on('end', () => finish());
      message.on('error', finish);
    });
    outgoing.end(body);
  });
}

/** Addresses written out are not looked up, and so are checked here; names are checked by their look-up. */
function connect(url: URL, policy: TargetPolicy, fail: (error: unknown) => void): Socket {
  const host = hostOf(url);
  const secure = url.protocol === 'https:';
  if (isIP(host) !== 0 && !mayConnect(host, policy)) throw refusedAddress(host, host);
  const options = {
    host,
    port: Number(url.port) || (secure ? 443 : 80),
    lookup: guardedLookup(policy),
  };
  const socket = secure
    ? connectTls({
        ...options,
        ALPNProtocols: ['http/1.1'],
        ...(isIP(host) === 0 ? { servername: host } : {}),
      })
    : connectPlain(options);
  // Once more, on the very connection: a proof that does not depend on how the look-up is used.
  socket.once('connect', () => {
    const address = socket.remoteAddress ?? '';
    if (!mayConnect(address, policy)) fail(refusedAddress(host, address));
  });
  return socket;
}

function answerOf(message: IncomingMessage, excerpt: readonly Buffer[]): Answer {
  return {
    status: message.statusCode ?? 0,
    retryAfter: message.headers['retry-after'],
    location: message.headers.location,
    response: storable(Buffer.concat(excerpt).toString('utf8')),
  };
}

/** Text that PostgreSQL can hold and a terminal can show. */
function storable(text: string): string {
  return text
    .replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '\ufffd')
    .slice(0, EXCERPT_BYTES)
    .replace(/[\ud800-\udbff]$/, '');
}

function problemOf({ status, location }: Answer): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) {
    const where = location === undefined ? '' : ` to ${storable(location).slice(0, 200)}`;
    return `It answered ${status}, a redirect${where}; redirects are not followed.`;
  }
  return `It answered ${status}.`;
}

/** Seconds are counted by the database's clock, and a time is compared with it. */
function readRetryAfter(value: string | undefined): Pick<PostResult, 'retryAfterS' | 'retryAt'> {
  const none = { retryAfterS: null, retryAt: null };
  if (value === undefined) return none;
  if (/^\d{1,9}$/.test(value.trim())) return { ...none, retryAfterS: Number(value) };
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? none : { ...none, retryAt: at };
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}

function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(describe).join('; ');
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code || error.name : error.message;
}
