/** Lists of workers, and what a platform changes about itself. */
import { randomBytes } from 'node:crypto';
import {
  camelRow,
  camelRows,
  decodeCursor,
  GuildhallError,
  type Page,
  type PageRequest,
  pageLimit,
  requiredText,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { PLATFORM_COLUMNS, WORKER_COLUMNS } from './parties.ts';
import type { Platform, Worker } from './types.ts';

const MAX_NAME = 100;

export interface WorkerFilter extends PageRequest {
  readonly minReputation?: number;
  /** Only those with a task of this platform. */
  readonly platformId?: string;
}

export interface PlatformChange {
  readonly name?: string;
  /** Null: nowhere. */
  readonly webhookUrl?: string | null;
}

/** Newest first. */
export async function listWorkers(context: Context, filter: WorkerFilter = {}): Promise<Page<Worker>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('workers', filter.cursor);
  const params = [filter.minReputation ?? null, filter.platformId ?? null];
  const where = `($1::integer is null or w.reputation_score >= $1)
    and ($2::text is null or exists (
      select from :schema.tasks t where t.platform_id = $2 and t.worker_id = w.id))`;
  const rows = await context.scope.query<object>(
    `select ${WORKER_COLUMNS} from :schema.workers w
      where ${where} and ($3::timestamptz is null or (w.created_at, w.id) < ($3, $4))
      order by w.created_at desc, w.id desc limit $5`,
    [...params, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage('workers', camelRows<Worker>(rows), limit, ({ createdAt }) => createdAt);
  if (filter.withTotal !== true) return page;
  const [count] = await context.scope.query<{ total: bigint }>(
    `select count(*) as total from :schema.workers w where ${where}`,
    params,
  );
  return { ...page, total: Number(count?.total ?? 0) };
}

/** Throws `not_found` (platform_not_found) and `invalid_input` for an address that is not https. */
export async function updatePlatform(
  context: Context,
  id: string,
  change: PlatformChange,
): Promise<Platform> {
  const name = change.name === undefined ? null : requiredText(change.name, 'name', MAX_NAME);
  const rows = await context.scope.query<object>(
    `with before as (
       select * from :schema.platforms where id = $4 for no key update
     ), changed as (
       update :schema.platforms as p
       set name = coalesce($5, p.name), webhook_url = case when $6 then $7 else p.webhook_url end,
         updated_at = clock_timestamp()
       from before where p.id = before.id
       returning p.*
     )
     select ${PLATFORM_COLUMNS}
     from changed p
     join before b on b.id = p.id
     cross join lateral (
       select :schema.record_action($1, $2, $3, 'update', 'platform', p.id, '{}', array[p.id],
         jsonb_build_object('name', b.name, 'webhookUrl', b.webhook_url),
         jsonb_build_object('name', p.name, 'webhookUrl', p.webhook_url))
     ) as recorded`,
    [
      context.actor.kind,
      context.actor.id,
      context.actor.requestId ?? null,
      id,
      name,
      change.webhookUrl !== undefined,
      change.webhookUrl ?? null,
    ],
  );
  if (rows[0] === undefined) throw platformNotFound(id);
  return camelRow<Platform>(rows[0]);
}

/** A new secret that signs what the platform sends; the old one works no longer. It is shown this once. */
export async function rotateInboundSecret(context: Context, id: string): Promise<string> {
  const secret = `whin_${randomBytes(32).toString('base64url')}`;
  const rows = await context.scope.query(
    `with changed as (
       update :schema.platforms as p set webhook_secret = $5, updated_at = clock_timestamp()
       where p.id = $4 returning p.id
     )
     select :schema.record_action($1, $2, $3, 'rotate_webhook_secret', 'platform', c.id, '{}', array[c.id])
     from changed c`,
    [context.actor.kind, context.actor.id, context.actor.requestId ?? null, id, Buffer.from(secret)],
  );
  if (rows.length === 0) throw platformNotFound(id);
  return secret;
}

function platformNotFound(id: string): GuildhallError {
  return new GuildhallError('not_found', 'Platform not found', {
    field: 'id',
    reason: 'platform_not_found',
    details: { platformId: id },
    hint: 'Check the id: registerPlatform answered it.',
  });
}
