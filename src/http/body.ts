/** Reads JSON bodies once, within limits, refusing what PostgreSQL could not store, before any handler sees them. */
import type { Context } from 'hono';
import {
  GuildhallError,
  invalidInput,
  parseJson,
  payloadTooLarge,
  type RouteEnv,
  requestBytes,
} from '../kernel/index.ts';

export interface BodyRules {
  readonly limitBytes: number;
  readonly streamed: boolean;
  /** Media types the route declares; empty when it reads no body. */
  readonly mediaTypes: readonly string[];
  readonly required: boolean;
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/i;

/** Checks the body's size and type, and leaves parsed JSON for the validators. */
export async function readBody(c: Context<RouteEnv>, rules: BodyRules): Promise<void> {
  c.set('bodyLimitBytes', rules.limitBytes);
  refuseEncoding(c);
  const declared = declaredLength(c);
  if (declared !== undefined && declared > rules.limitBytes) throw payloadTooLarge(rules.limitBytes);
  if (rules.mediaTypes.length === 0) return;
  const type = mediaType(c);
  const hasBody = c.req.header('transfer-encoding') !== undefined || (declared ?? 0) > 0;
  if (type === undefined ? hasBody : !accepts(rules.mediaTypes, type))
    throw wrongType(rules.mediaTypes, type);
  if (rules.streamed || type === undefined) return;
  const bytes = await collect(c, declared);
  if (!JSON_TYPE.test(type)) {
    Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(bytes.slice().buffer) });
    return;
  }
  const value = bytes.byteLength === 0 ? emptyBody(rules.required) : parseJson(bytes);
  c.set('jsonBody', value);
  // Shadows the method, so that the validators do not parse the text a second time.
  c.req.json = async () => value as never;
}

async function collect(c: Context<RouteEnv>, declared: number | undefined): Promise<Uint8Array> {
  // Node delivers no more than the declared length, so one read is safe and takes the adapter's fast path.
  if (declared !== undefined && c.req.header('transfer-encoding') === undefined) {
    return new Uint8Array(await c.req.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of requestBytes(c)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function emptyBody(required: boolean): unknown {
  if (!required) return {};
  throw invalidInput('body', 'The body is missing.', 'Send a JSON object.');
}

function declaredLength(c: Context): number | undefined {
  const header = c.req.header('content-length');
  if (header === undefined) return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw invalidInput('Content-Length', 'The Content-Length is not a number.', 'Send the length in bytes.');
}

function mediaType(c: Context): string | undefined {
  return c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
}

function accepts(declared: readonly string[], type: string): boolean {
  return declared.some(
    (candidate) =>
      candidate === type ||
      candidate === '*/*' ||
      (candidate === 'application/json' && JSON_TYPE.test(type)) ||
      (candidate.endsWith('/*') && type.startsWith(candidate.slice(0, -1))),
  );
}

function wrongType(declared: readonly string[], type: string | undefined): GuildhallError {
  return new GuildhallError(
    'unsupported_media_type',
    type === undefined
      ? 'The body came without a Content-Type.'
      : `This call does not read ${type.slice(0, 100)}.`,
    { field: 'Content-Type', hint: `Send ${declared.join(' or ')}.`, details: { accepted: declared } },
  );
}

function refuseEncoding(c: Context): void {
  const encoding = c.req.header('content-encoding');
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new GuildhallError('unsupported_media_type', `The body is encoded as ${encoding.slice(0, 60)}.`, {
    field: 'Content-Encoding',
    hint: 'Send it uncompressed.',
  });
}
