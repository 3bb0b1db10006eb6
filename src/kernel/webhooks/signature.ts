/** Signatures of Standard Webhooks 1.0: made for what is sent, and checked by whoever receives it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { GuildhallError } from '../errors.ts';

export interface WebhookMessage {
  /** The delivery's id: the same at every attempt, so receivers use it to know repetitions. */
  readonly id: string;
  /** Seconds since 1970 of this attempt. */
  readonly timestampS: number;
  readonly body: string | Uint8Array;
}

export interface VerifyOptions {
  /** Greatest age, and the greatest lead of the sender's clock; default 5 minutes. */
  readonly toleranceS?: number;
  /** Seconds since 1970; default: this machine's clock. */
  readonly nowS?: number;
}

/** Headers as Node, Fetch or a plain object have them. */
export type WebhookHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null | undefined };

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Bounds of the standard. */
const SECRET_MIN_BYTES = 24;
const SECRET_MAX_BYTES = 64;
/** As the standard's own libraries have it. */
const TOLERANCE_S = 300;
/** A sender signs with two secrets while one is rotated; more is a try to make the receiver work. */
const MAX_SIGNATURES = 16;

/** The secret in the form in which it is shown: `whsec_` and base64. */
export function secretText(key: Uint8Array): string {
  return PREFIX + Buffer.from(key).toString('base64');
}

/** The `webhook-signature` header: one `v1,…` for each key, newest first, separated by spaces. */
export function signWebhook(keys: readonly Uint8Array[], message: WebhookMessage): string {
  return keys.map((key) => `v1,${digest(key, message).toString('base64')}`).join(' ');
}

/**
 * Throws `unauthenticated` unless the headers prove that the body was sent by whoever knows one of the secrets, within
 * the tolerance. Pass the body exactly as it came: parsed and written again it is another one. Returns the message's id.
 */
export function verifyWebhook(
  secrets: string | readonly string[],
  { headers, body }: { readonly headers: WebhookHeaders; readonly body: string | Uint8Array },
  { toleranceS = TOLERANCE_S, nowS = Date.now() / 1000 }: VerifyOptions = {},
): string {
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(readSecret);
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature').split(' ').slice(0, MAX_SIGNATURES);
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('webhook_timestamp', 'webhook-timestamp is not a time.');
  const timestampS = Number(timestamp);
  if (Math.abs(nowS - timestampS) > toleranceS) {
    throw refused('webhook_expired', `webhook-timestamp is more than ${toleranceS} s away from now.`);
  }
  const wanted = keys.map((key) => digest(key, { id, timestampS, body }));
  let matches = 0;
  for (const signature of signatures) {
    if (!signature.startsWith('v1,')) continue;
    const given = Buffer.from(signature.slice(3), 'base64');
    // Every pair is compared, in constant time each: how long it takes tells nothing.
    for (const digestOfKey of wanted) {
      if (given.length === digestOfKey.length && timingSafeEqual(given, digestOfKey)) matches += 1;
    }
  }
  if (matches === 0) throw refused('webhook_signature', 'No signature of the webhook is right.');
  return id;
}

/** The key in `whsec_…`; refuses what is no secret of the standard, without showing it. */
export function readSecret(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const key = BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (key.length >= SECRET_MIN_BYTES && key.length <= SECRET_MAX_BYTES) return key;
  throw new GuildhallError('configuration', 'That is not a webhook secret.', {
    field: 'secret',
    hint: `Pass it as it was shown: ${PREFIX} and the base64 of ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes.`,
  });
}

function digest(key: Uint8Array, { id, timestampS, body }: WebhookMessage): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestampS}.`).update(body).digest();
}

function header(headers: WebhookHeaders, name: string): string {
  const value = readHeader(headers, name);
  if (typeof value === 'string' && value !== '') return value;
  throw refused('webhook_header_missing', `The header ${name} is missing.`);
}

function readHeader(headers: WebhookHeaders, name: string): unknown {
  if ('get' in headers && typeof headers.get === 'function') return headers.get(name);
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}

function refused(reason: string, message: string): GuildhallError {
  return new GuildhallError('unauthenticated', message, {
    reason,
    hint: 'Check that the raw body is passed, that the secret is this endpoint’s, and that the clock is right.',
  });
}
