/** Reads JSON bodies once, within limits, refusing what PostgreSQL could not store, before any handler sees them. */
import type { Context } from 'hono';
import {
  fieldName,
  GuildhallError,
  invalidInput,
  payloadTooLarge,
  type RouteEnv,
  requestBytes,
} from '../kernel/index.ts';

/** Deeper nesting is not data but an attack on recursive code; real settings and logs stay below ten. */
export const MAX_JSON_DEPTH = 32;

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

/** Parses a JSON body strictly: valid UTF-8, not too deep, and no text that PostgreSQL cannot hold. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (tooDeep(text)) {
    throw invalidInput(
      'body',
      `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`,
      'Send flatter JSON, or put the inner part into a text field.',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw invalidInput(
      'body',
      `The body is not valid JSON${position === undefined ? '' : `: it goes wrong at character ${position}`}.`,
      'Check quotes, commas and brackets.',
    );
  }
  // Control characters and lone surrogates can only come from an escape once the bytes were valid UTF-8.
  if (text.includes('\\u')) refuseUnstorable(value, []);
  return value;
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

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidInput('body', 'The body is not valid UTF-8.', 'Encode the JSON as UTF-8.');
  }
}

/** One pass over the text: recursion in the parser or in validators must never see it first. */
function tooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}

function refuseUnstorable(value: unknown, path: readonly (string | number)[]): void {
  if (typeof value === 'string') {
    refuseText(value, path);
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) refuseUnstorable(entry, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      refuseText(key, path);
      refuseUnstorable(entry, [...path, key]);
    }
  }
}

function refuseText(text: string, path: readonly (string | number)[]): void {
  const problem = text.includes('\0')
    ? 'the NUL character'
    : /\p{Surrogate}/u.test(text)
      ? 'half a surrogate pair'
      : null;
  if (problem === null) return;
  const field = fieldName(path);
  throw invalidInput(field, `${field} holds ${problem}, which text in PostgreSQL cannot.`, 'Remove it.');
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
