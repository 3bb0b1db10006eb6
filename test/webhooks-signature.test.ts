import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as ReferenceWebhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { secretText, signWebhook, verifyWebhook } from '../src/kernel/webhooks/signature.ts';

/** The example of the standard's own libraries. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampS: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const keyOf = (secret: string) => Buffer.from(secret.slice('whsec_'.length), 'base64');
const vectorHeaders = (signature = VECTOR.signature) => ({
  'webhook-id': VECTOR.id,
  'webhook-timestamp': String(VECTOR.timestampS),
  'webhook-signature': signature,
});
const at = { nowS: VECTOR.timestampS };

function refusal(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('It was accepted.');
}

describe('a signature', () => {
  it('is the one of the published example', () => {
    expect(signWebhook([keyOf(VECTOR.secret)], VECTOR)).toBe(VECTOR.signature);
    expect(verifyWebhook(VECTOR.secret, { headers: vectorHeaders(), body: VECTOR.body }, at)).toBe(VECTOR.id);
  });

  it('is what the standard’s library makes and takes, for any body and any secret', () => {
    const now = Math.floor(Date.now() / 1000);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 24, max: 64 }), (text, bytes) => {
        const body = JSON.stringify({ text });
        const secret = secretText(randomBytes(bytes));
        const id = 'whd_1';
        const signature = signWebhook([keyOf(secret)], { id, timestampS: now, body });
        const reference = new ReferenceWebhook(secret);
        expect(reference.sign(id, new Date(now * 1000), body)).toBe(signature);
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(now),
          'webhook-signature': signature,
        };
        expect(reference.verify(body, headers)).toEqual({ text });
        expect(verifyWebhook(secret, { headers, body: Buffer.from(body) })).toBe(id);
      }),
    );
  });

  it('of one of several keys is enough, on either side of a rotation', () => {
    const [old, fresh] = [secretText(randomBytes(32)), secretText(randomBytes(32))];
    const both = signWebhook([keyOf(fresh), keyOf(old)], VECTOR);
    expect(both.split(' ')).toHaveLength(2);
    for (const secret of [old, fresh]) {
      expect(verifyWebhook(secret, { headers: vectorHeaders(both), body: VECTOR.body }, at)).toBe(VECTOR.id);
    }
    const oldOnly = signWebhook([keyOf(old)], VECTOR);
    const request = { headers: vectorHeaders(oldOnly), body: VECTOR.body };
    expect(verifyWebhook([fresh, old], request, at)).toBe(VECTOR.id);
    expect(refusal(() => verifyWebhook(fresh, request, at))).toMatchObject({ reason: 'webhook_signature' });
  });
});

describe('verifyWebhook refuses', () => {
  const good = { headers: vectorHeaders(), body: VECTOR.body };

  it.each([
    ['another body', { ...good, body: '{"test":2432232314}' }, 'webhook_signature'],
    ['another id', { ...good, headers: { ...good.headers, 'webhook-id': 'msg_2' } }, 'webhook_signature'],
    [
      'a signature of another version',
      { ...good, headers: vectorHeaders(VECTOR.signature.replace('v1,', 'v1a,')) },
      'webhook_signature',
    ],
    ['an empty signature', { ...good, headers: vectorHeaders('v1,') }, 'webhook_signature'],
    ['a missing header', { ...good, headers: { 'webhook-id': VECTOR.id } }, 'webhook_header_missing'],
    [
      'a time that is none',
      { ...good, headers: { ...good.headers, 'webhook-timestamp': '1e9' } },
      'webhook_timestamp',
    ],
  ])('%s', (_, request, reason) => {
    expect(refusal(() => verifyWebhook(VECTOR.secret, request, at))).toMatchObject({
      code: 'unauthenticated',
      reason,
    });
  });

  it('what is more than five minutes old or ahead, and takes what is exactly that', () => {
    for (const nowS of [VECTOR.timestampS + 300, VECTOR.timestampS - 300])
      expect(verifyWebhook(VECTOR.secret, good, { nowS })).toBe(VECTOR.id);
    for (const nowS of [VECTOR.timestampS + 301, VECTOR.timestampS - 301]) {
      expect(refusal(() => verifyWebhook(VECTOR.secret, good, { nowS }))).toMatchObject({
        reason: 'webhook_expired',
      });
    }
  });

  it('secrets that the standard does not allow, without showing them', () => {
    for (const secret of ['whsec_', 'whsec_!!!!', secretText(randomBytes(23)), secretText(randomBytes(65))]) {
      const error = refusal(() => verifyWebhook(secret, good, at));
      expect(error).toMatchObject({ code: 'configuration', field: 'secret' });
      if (secret.length > 6) expect(String(error)).not.toContain(secret.slice(6));
    }
  });

  it('reads headers of Node, of Fetch and of any spelling', () => {
    expect(verifyWebhook(VECTOR.secret, { ...good, headers: new Headers(good.headers) }, at)).toBe(VECTOR.id);
    const shouted = Object.fromEntries(
      Object.entries(good.headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(verifyWebhook(VECTOR.secret, { ...good, headers: shouted }, at)).toBe(VECTOR.id);
  });
});
