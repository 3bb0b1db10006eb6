/** Signs and reads access tokens: JWT, HMAC-SHA-256 and nothing else. */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { GuildhallError, isGuildhallError } from '../errors.ts';
import type { Scope } from '../system.ts';

export interface AccessClaims {
  readonly accountId: string;
  readonly sessionId: string;
  /** Seconds since 1970, by the database's clock. */
  readonly issuedAtS: number;
  readonly expiresAtS: number;
}

export interface ReadToken extends AccessClaims {
  /** Key in the instance that must still be accepted; null when the secret came from outside. */
  readonly storedKid: string | null;
}

export interface Keyring {
  /** True when the key is kept in the instance. */
  readonly stored: boolean;
  /** Signs with the stored key `kid`, or, when it is null, with the first secret from outside. */
  sign(scope: Scope, kid: string | null, claims: AccessClaims): Promise<string>;
  /** Checks signature and form. Expiry is left to the database's clock. */
  read(scope: Scope, token: string): Promise<ReadToken>;
}

const ALGORITHM = 'HS256';
/** RFC 9068; keeps other JWTs signed by the same key from passing as access tokens. */
const TYPE = 'at+jwt';
const SECRET_MIN_BYTES = 32;
/** The current key, its predecessor and some room; keys do not change, so the memory is never stale. */
const REMEMBERED_KEYS = 16;

export function createKeyring(schema: string, issuer: string, secrets: readonly string[]): Keyring {
  const audience = `guildhall:${schema}`;
  const outside = new Map(secrets.map((secret) => deriveKey(schema, secret)));
  const [outsideKid] = outside.keys();
  const remembered = new Map<string, KeyObject>();

  async function storedKey(scope: Scope, kid: string): Promise<KeyObject> {
    const known = remembered.get(kid);
    if (known !== undefined) return known;
    const [row] = await scope.query<{ secret: Buffer }>(
      'select secret from :schema.auth_secrets where kid = $1',
      [kid],
    );
    if (row === undefined) throw invalidToken();
    const key = createSecretKey(row.secret);
    if (remembered.size >= REMEMBERED_KEYS) remembered.clear();
    remembered.set(kid, key);
    return key;
  }

  async function keyFor(scope: Scope, kid: string | undefined): Promise<KeyObject> {
    if (kid === undefined || kid.length > 64) throw invalidToken();
    if (outsideKid === undefined) return storedKey(scope, kid);
    const key = outside.get(kid);
    if (key === undefined) throw invalidToken();
    return key;
  }

  return {
    stored: outsideKid === undefined,

    async sign(scope, kid, claims) {
      const chosen = kid ?? outsideKid;
      return new SignJWT({ sid: claims.sessionId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, ...(chosen === undefined ? {} : { kid: chosen }) })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(claims.accountId)
        .setIssuedAt(claims.issuedAtS)
        .setExpirationTime(claims.expiresAtS)
        .sign(await keyFor(scope, chosen));
    },

    async read(scope, token) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, (header) => keyFor(scope, header.kid), {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer,
          audience,
          requiredClaims: ['sub', 'sid', 'iat', 'exp'],
          // Nothing has expired in 1970: whether it has by now is asked of the clock that issued it.
          currentDate: new Date(0),
        });
        return {
          ...claimsOf(payload),
          storedKid: outsideKid === undefined ? (protectedHeader.kid ?? null) : null,
        };
      } catch (error) {
        if (isGuildhallError(error)) throw error;
        // The library's error holds the claims; it goes no further.
        throw invalidToken();
      }
    },
  };
}

export function invalidToken(reason = 'token_invalid'): GuildhallError {
  const message =
    reason === 'token_expired' ? 'The access token has expired.' : 'The access token is not valid.';
  return new GuildhallError('unauthenticated', message, {
    reason,
    hint: 'Refresh it or sign in again.',
  });
}

/** A key of its own for each instance, so that one secret for all of them mixes nothing up. */
function deriveKey(schema: string, secret: string): [string, KeyObject] {
  if (Buffer.byteLength(secret) < SECRET_MIN_BYTES) {
    throw new GuildhallError('configuration', `The token secret is shorter than ${SECRET_MIN_BYTES} bytes.`, {
      hint: 'Make one with: openssl rand -base64 48',
    });
  }
  const key = createHmac('sha256', secret).update(`guildhall access token ${schema}`).digest();
  const kid = `s_${createHash('sha256').update('guildhall kid').update(key).digest('hex').slice(0, 16)}`;
  return [kid, createSecretKey(key)];
}

function claimsOf(payload: JWTPayload): AccessClaims {
  const { sub, sid, iat, exp } = payload;
  if (
    typeof sub !== 'string' ||
    typeof sid !== 'string' ||
    typeof iat !== 'number' ||
    typeof exp !== 'number'
  ) {
    throw invalidToken();
  }
  return { accountId: sub, sessionId: sid, issuedAtS: iat, expiresAtS: exp };
}
