/** Who sent a webhook: the headers and the signature over the raw body, before anything of the body is believed. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { GuildhallError, isGuildhallError } from '../../kernel/index.ts';
import type { Context } from './context.ts';

/** The window in which a recorded call could be sent again; event ids make even that harmless. */
export const MAX_SKEW_S = 300;
const PREFIX = 'sha256=';

export interface SignedCall {
  readonly apiKey: string | undefined;
  readonly signature: string | undefined;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | undefined;
  readonly body: Uint8Array;
  /** Milliseconds since 1970; default: this machine's clock. */
  readonly nowMs?: number;
}

/** `sha256=` and the HMAC-SHA-256 of `timestamp.body`; the key is the secret's text. */
export function signInbound(
  secret: string | Uint8Array,
  timestamp: string,
  body: string | Uint8Array,
): string {
  return PREFIX + createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
}

/**
 * The platform that sent a call. Throws `unauthenticated` (missing_auth_headers, invalid_api_key), `forbidden`
 * (platform_inactive, stale_timestamp, invalid_signature) and `conflict` (webhook_not_configured).
 */
export async function senderOf(context: Context, call: SignedCall): Promise<string> {
  const { apiKey, signature, timestamp, body, nowMs = Date.now() } = call;
  if (apiKey === undefined || signature === undefined || timestamp === undefined) {
    throw new GuildhallError('unauthenticated', 'A header that proves the sender is missing.', {
      reason: 'missing_auth_headers',
      hint: 'Send X-API-Key, X-Timestamp and X-Signature.',
    });
  }
  const platformId = await platformOf(context, apiKey);
  const [platform] = await context.scope.query<{ is_active: boolean; webhook_secret: Buffer | null }>(
    'select is_active, webhook_secret from :schema.platforms where id = $1',
    [platformId],
  );
  if (platform === undefined) throw invalidApiKey();
  if (!platform.is_active) throw refused('platform_inactive', 'The platform is not active.');
  if (platform.webhook_secret === null) {
    throw new GuildhallError('conflict', 'The platform has no secret to sign webhooks with.', {
      reason: 'webhook_not_configured',
      hint: 'Make one: POST /platforms/{id}/webhook-secret.',
    });
  }
  if (!isFresh(timestamp, nowMs)) {
    throw refused('stale_timestamp', `X-Timestamp is more than ${MAX_SKEW_S} s away from now.`);
  }
  if (!matches(signature, signInbound(platform.webhook_secret, timestamp, body))) {
    throw refused('invalid_signature', 'X-Signature does not fit the body.');
  }
  return platformId;
}

async function platformOf(context: Context, apiKey: string): Promise<string> {
  try {
    const { id, kind } = await context.accounts.verifyApiKey(apiKey);
    if (kind === 'platform') return id;
  } catch (error) {
    if (!isGuildhallError(error, 'unauthenticated')) throw error;
  }
  throw invalidApiKey();
}

function isFresh(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs / 1000 - Number(timestamp)) <= MAX_SKEW_S;
}

function matches(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  // The length is no secret: it is the same for every signature.
  return left.length === right.length && timingSafeEqual(left, right);
}

function invalidApiKey(): GuildhallError {
  return new GuildhallError('unauthenticated', 'X-API-Key is not a key of a platform.', {
    reason: 'invalid_api_key',
    hint: 'Send a key that the platform made and has not revoked.',
  });
}

function refused(reason: string, message: string): GuildhallError {
  return new GuildhallError('forbidden', message, {
    reason,
    hint: 'Sign X-Timestamp, a dot and the raw body with the secret of the platform, and check the clock.',
  });
}
