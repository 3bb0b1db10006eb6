/** API keys: `ghk_<prefix>_<secret>`, shown once, kept as a hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { GuildhallError, invalidInput } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Principal } from '../routes.ts';
import { camelRow, camelRows } from '../rows.ts';
import { type AuthContext, actorParams, seconds } from './context.ts';
import type { ApiKey, ApiKeyName, ApiKeyRotation, IssuedApiKey, NewApiKey } from './types.ts';

const KEY = /^ghk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
/** Live keys of an account: one per program and machine, with room. */
const KEYS_MAX = 50;
const KEYS_LISTED_MAX = 200;
const NAME_MAX_CHARACTERS = 200;
const DAY_S = 86_400;
const OVERLAP_MAX_S = 30 * DAY_S;
const LIFETIME_MAX_S = 3_660 * DAY_S;

interface UsedKeyRow {
  readonly key_id: string;
  readonly key_hash: Buffer;
  readonly id: string;
  readonly kind: string;
  readonly login: string;
  readonly roles: string[];
  readonly touch_due: boolean;
}

const COLUMNS = 'id, name, prefix, roles, created_at, expires_at, last_used_at, revoked_at, replaced_by';

const CREATE = `select ${COLUMNS} from :schema.create_api_key($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

const ROTATE = `select ${COLUMNS} from :schema.rotate_api_key($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const LIST = `
  select ${COLUMNS}
  from :schema.api_keys
  where account_id = $1
  order by created_at desc, id desc
  limit ${KEYS_LISTED_MAX}`;

// A second revocation changes nothing and leaves no second entry. The lock shows it what the first one did.
const REVOKE = `
  with found as (
    select *
    from :schema.api_keys
    where id = $4 and account_id = $5
    for no key update
  ), revoked as (
    update :schema.api_keys as k
    set revoked_at = now()
    from found
    where k.id = found.id and found.revoked_at is null
    returning k.*
  ), audited as (
    insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
    select $1, $2, $3, 'api_key.revoked', revoked.id, jsonb_build_object('accountId', revoked.account_id)
    from revoked
  )
  select ${COLUMNS} from revoked
  union all
  select ${COLUMNS} from found
  where revoked_at is not null`;

// A key acts with the roles that both it and its account have, as they are at this moment.
const FIND = `
  select k.id as key_id, k.key_hash, a.id, a.kind, a.login,
    array(select unnest(k.roles) intersect select unnest(a.roles) order by 1) as roles,
    (k.last_used_at is null or k.last_used_at < statement_timestamp() - interval '1 minute') as touch_due
  from :schema.api_keys as k
  join :schema.accounts as a on a.id = k.account_id
  where k.prefix = $1
    and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > statement_timestamp())
    and a.disabled_at is null`;

// Once a minute for a key, by whichever call is first; the others skip the locked row and do not wait.
const TOUCH = `
  update :schema.api_keys
  set last_used_at = statement_timestamp()
  where id in (
    select k.id
    from :schema.api_keys as k
    where k.id = $1
      and (k.last_used_at is null or k.last_used_at < statement_timestamp() - interval '1 minute')
    for no key update skip locked
  )`;

export async function createApiKey(context: AuthContext, input: NewApiKey): Promise<IssuedApiKey> {
  const name = input.name.trim();
  if (name.length === 0 || name.length > NAME_MAX_CHARACTERS || name.includes('\0')) {
    throw invalidInput(
      'name',
      'The name of the key is empty or too long.',
      `Use 1 to ${NAME_MAX_CHARACTERS} characters.`,
    );
  }
  const secret = newSecret();
  const [row] = await context.scope.query<object>(CREATE, [
    ...actorParams(context),
    newId('key'),
    input.accountId,
    name,
    secret.prefix,
    sha256(secret.key),
    input.roles === undefined ? null : [...new Set(input.roles)].sort(),
    lifetime(input.expiresInS),
    KEYS_MAX,
  ]);
  return issued(row, secret.key);
}

export async function listApiKeys(context: AuthContext, accountId: string): Promise<ApiKey[]> {
  const rows = await context.scope.query<object>(LIST, [accountId]);
  return camelRows<ApiKey>(rows);
}

export async function revokeApiKey(context: AuthContext, name: ApiKeyName): Promise<ApiKey> {
  const [row] = await context.scope.query<object>(REVOKE, [
    ...actorParams(context),
    name.keyId,
    name.accountId,
  ]);
  if (row !== undefined) return camelRow<ApiKey>(row);
  throw new GuildhallError('not_found', `There is no API key ${name.keyId}.`, { reason: 'api_key_unknown' });
}

export async function rotateApiKey(context: AuthContext, rotation: ApiKeyRotation): Promise<IssuedApiKey> {
  const overlapS = seconds('overlapS', rotation.overlapS ?? DAY_S, { least: 0, most: OVERLAP_MAX_S });
  const secret = newSecret();
  const [row] = await context.scope.query<object>(ROTATE, [
    ...actorParams(context),
    rotation.accountId,
    rotation.keyId,
    newId('key'),
    secret.prefix,
    sha256(secret.key),
    overlapS,
    lifetime(rotation.expiresInS),
  ]);
  return issued(row, secret.key);
}

export async function verifyApiKey(context: AuthContext, key: string): Promise<Principal> {
  const prefix = KEY.exec(key)?.[1];
  if (prefix === undefined) throw invalidApiKey();
  const [row] = await context.scope.query<UsedKeyRow>(FIND, [prefix]);
  if (row === undefined || !timingSafeEqual(row.key_hash, sha256(key))) throw invalidApiKey();
  if (row.touch_due) await context.scope.query(TOUCH, [row.key_id]);
  return { id: row.id, kind: row.kind, login: row.login, roles: row.roles, via: 'api_key' };
}

export function isApiKey(credential: string): boolean {
  return credential.startsWith('ghk_');
}

function newSecret(): { readonly prefix: string; readonly key: string } {
  const prefix = randomBytes(6).toString('hex');
  return { prefix, key: `ghk_${prefix}_${randomBytes(32).toString('base64url')}` };
}

/** Plain SHA-256 is enough: 256 random bits cannot be guessed, so there is nothing to slow down. */
function sha256(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function lifetime(expiresInS: number | undefined): number | null {
  return expiresInS === undefined
    ? null
    : seconds('expiresInS', expiresInS, { least: 1, most: LIFETIME_MAX_S });
}

function issued(row: object | undefined, key: string): IssuedApiKey {
  if (row === undefined) throw new GuildhallError('internal', 'The new API key was not returned.');
  return { apiKey: camelRow<ApiKey>(row), key };
}

function invalidApiKey(): GuildhallError {
  return new GuildhallError('unauthenticated', 'The API key is not valid.', {
    reason: 'api_key_invalid',
    hint: 'It may be mistyped, revoked or expired; create a new one.',
  });
}
