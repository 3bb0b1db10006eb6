/** The audit trail: who did what to which thing, written with the change and never altered. */
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageLimit } from './page.ts';
import type { Scope } from './system.ts';
import { toJsonText } from './wire.ts';

/** Whoever causes a change: an account, an API key's account, or the system itself. */
export interface Actor {
  readonly kind: string;
  readonly id: string | null;
  readonly requestId?: string;
}

export const SYSTEM_ACTOR: Actor = { kind: 'system', id: null };

export interface Change {
  /** What happened, as `noun.verb`: `project.created`. It is the event's type as well. */
  readonly action: string;
  /** Id of the thing it happened to. */
  readonly subject: string;
  /** Id of whoever may see the event; null for administrators only. */
  readonly audience: string | null;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string | null;
}

/** Writes audit entry and event of a change; call it inside the change's transaction. */
export async function recordChange(scope: Scope, actor: Actor, change: Change): Promise<void> {
  await scope.query('select :schema.record_change($1, $2, $3, $4, $5, $6, $7, $8)', [
    actor.kind,
    actor.id,
    actor.requestId ?? null,
    change.action,
    change.subject,
    change.audience,
    change.before === undefined ? null : toJsonText(change.before),
    change.after === undefined ? null : toJsonText(change.after),
  ]);
}

/** The trail, newest first, of everything or of one subject. */
export async function listAudit(
  scope: Scope,
  { subject, ...page }: PageRequest & { readonly subject?: string } = {},
): Promise<Page<AuditEntry>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor('audit', page.cursor);
  const rows = await scope.query<Record<string, never>>(
    `select id, at, actor_kind, actor_id, action, subject, before, after, request_id
       from :schema.audit_log
      where ($1::text is null or subject = $1)
        and ($2::timestamptz is null or (at, id) < ($2, $3::bigint))
      order by at desc, id desc
      limit $4`,
    [subject ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const data = rows.slice(0, limit).map(toEntry);
  const last = data.at(-1);
  const hasMore = rows.length > limit;
  return {
    data,
    hasMore,
    nextCursor: hasMore && last !== undefined ? encodeCursor('audit', last.at, last.id) : null,
  };
}

function toEntry(row: Record<string, unknown>): AuditEntry {
  return {
    id: String(row.id),
    at: row.at as Date,
    actorKind: String(row.actor_kind),
    actorId: row.actor_id as string | null,
    action: String(row.action),
    subject: String(row.subject),
    before: row.before,
    after: row.after,
    requestId: row.request_id as string | null,
  };
}
