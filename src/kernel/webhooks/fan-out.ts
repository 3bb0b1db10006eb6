/** From events to deliveries: each event, in the commit-safe order of the outbox, once for each endpoint that may have it. */
import { ADMIN_ROLE } from '../auth/roles.ts';
import { GuildhallError } from '../errors.ts';
import { newId } from '../ids.ts';
import { readEvents } from '../outbox.ts';
import type { Principal } from '../routes.ts';
import type { Instance, OutboxEvent, Scope } from '../system.ts';
import { DELIVERY, wantsType } from './endpoints.ts';

/** Events of one step: with fifty endpoints that want all of them a few thousand rows, written in one statement. */
export const FAN_OUT_EVENTS = 500;
/** Endpoints compared with each event, five million comparisons a step; beyond it the fan-out stops with an error and loses nothing. */
export const MAX_ACTIVE_ENDPOINTS = 10_000;
/** Deliveries that one step writes; a step that would write more takes fewer events. */
const MAX_DELIVERIES = 10_000;

interface Recipient {
  readonly id: string;
  readonly eventTypes: readonly string[];
  readonly afterEventId: bigint;
  readonly principal: Principal;
}

interface RecipientRow {
  readonly id: string;
  readonly event_types: string[];
  readonly after_event_id: bigint;
  readonly owner_id: string;
  readonly kind: string;
  readonly login: string;
  readonly roles: string[];
}

// Endpoints that may hear of events.
const ACTIVE = `
  from :schema.webhook_endpoints as e
  join :schema.accounts as a on a.id = e.owner_id
 where e.state = 'active'
   and a.disabled_at is null`;

// A poll that finds nothing takes no lock and writes nothing. The order and the limit are for the planner: planned while
// the outbox was empty, a plain "exists" would read it from end to end for ever.
const LOOK = `
select (
  select true from :schema.outbox as o
   where (o.xid, o.id) > ((select c.xid from :schema.webhook_cursor as c), (select c.event_id from :schema.webhook_cursor as c))
     and o.xid < pg_snapshot_xmin(pg_current_snapshot())
   order by o.xid, o.id
   limit 1
) is true as waiting, exists (select ${ACTIVE}) as heard`;

// Nobody hears: no event is read, the cursor goes after the last one that is complete. One statement, so one snapshot:
// whoever was told that an endpoint exists before an event was written is found beside the event, or both are not.
const PASS = `
update :schema.webhook_cursor as c
   set xid = o.xid, event_id = o.id, moved_at = clock_timestamp()
  from (
    select xid, id from :schema.outbox
     where xid < pg_snapshot_xmin(pg_current_snapshot())
     order by xid desc, id desc
     limit 1
  ) as o
 where (o.xid, o.id) > (c.xid, c.event_id)
   and not exists (select ${ACTIVE})`;

const RECIPIENTS = `
select e.id, e.event_types, e.after_event_id, e.owner_id, a.kind, a.login, a.roles${ACTIVE}
 order by e.id
 limit ${MAX_ACTIVE_ENDPOINTS + 1}`;

// Deliveries and cursor in one statement: there is no moment between them. The body is made here, by the database, so
// that numbers of the payload which JavaScript would round stay exact.
const WRITE = `
with moved as (
  update :schema.webhook_cursor
     set xid = $4::text::xid8, event_id = $5::bigint, moved_at = clock_timestamp()
), recipients as materialized (
  select e.id from :schema.webhook_endpoints as e where e.id = any ($2::text[]) order by e.id for key share
)
insert into :schema.webhook_deliveries (id, endpoint_id, event_id, event_type, subject, body, created_at)
select w.id, w.endpoint_id, o.id, o.type, o.subject, json_build_object(
    'type', o.type,
    'timestamp', to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'id', 'evt_' || o.id, 'source', $6::text, 'subject', o.subject, 'data', o.payload)::text, o.at
  from unnest($1::text[], $2::text[], $3::text[], $7::bigint[]) as w (id, endpoint_id, xid, event_id)
  join recipients as r on r.id = w.endpoint_id
  join :schema.outbox as o on o.xid = w.xid::xid8 and o.id = w.event_id`;

/**
 * One step; true when more is waiting. The cursor's row is locked, so that one process at a time does it; the rows and
 * the cursor commit together, so that an event yields its deliveries once, whatever dies in between.
 */
export async function fanOut(instance: Instance): Promise<boolean> {
  const { scope } = instance;
  const [look] = await scope.query<{ waiting: boolean; heard: boolean }>(LOOK);
  if (look?.waiting !== true) return false;
  if (!look.heard) {
    await scope.query(PASS);
    return false;
  }
  return scope.executor.transaction((tx) => step(instance, scope.on(tx)), { idempotent: true });
}

async function step(instance: Instance, scope: Scope): Promise<boolean> {
  const [cursor] = await scope.query<{ position: string }>(
    `select xid::text || '-' || event_id as position from :schema.webhook_cursor for no key update skip locked`,
  );
  if (cursor === undefined) return false;
  const events = await readEvents(scope, { after: cursor.position, limit: FAN_OUT_EVENTS });
  // After the events: whoever was told that an endpoint exists before an event was written finds it here.
  const recipients = (await scope.query<RecipientRow>(RECIPIENTS)).map(toRecipient);
  if (recipients.length > MAX_ACTIVE_ENDPOINTS) throw tooManyEndpoints(scope.schema);
  const wanted: { readonly event: OutboxEvent; readonly endpoint: string }[] = [];
  let taken = 0;
  for (const event of events) {
    const mine = recipients.filter((recipient) => mayHave(instance, recipient, event));
    if (taken > 0 && wanted.length + mine.length > MAX_DELIVERIES) break;
    wanted.push(...mine.map(({ id }) => ({ event, endpoint: id })));
    taken += 1;
  }
  const last = events[taken - 1];
  if (last === undefined) return false;
  const [xid, eventId] = positionOf(last);
  await scope.query(WRITE, [
    wanted.map(() => newId(DELIVERY)),
    wanted.map(({ endpoint }) => endpoint),
    wanted.map(({ event }) => positionOf(event)[0]),
    xid,
    eventId,
    `/v1/${scope.schema}`,
    wanted.map(({ event }) => positionOf(event)[1]),
  ]);
  return events.length === FAN_OUT_EVENTS || taken < events.length;
}

/**
 * As the event streams have it: administrators see all, others what has an audience and the system lets them see.
 * An endpoint hears nothing about itself: that is for the owner's other ones.
 */
function mayHave(instance: Instance, recipient: Recipient, event: OutboxEvent): boolean {
  // Numbers are given out in the order of writing, so this is exact where times are not.
  if (BigInt(positionOf(event)[1]) <= recipient.afterEventId) return false;
  if (event.subject === recipient.id || !wantsType(recipient.eventTypes, event.type)) return false;
  const { principal } = recipient;
  if (principal.roles.includes(ADMIN_ROLE)) return true;
  return event.audience !== null && instance.definition.maySee(principal, event);
}

function tooManyEndpoints(schema: string): GuildhallError {
  return new GuildhallError(
    'limit_exceeded',
    `${schema} has more than ${MAX_ACTIVE_ENDPOINTS} active webhooks.`,
    {
      reason: 'too_many_webhooks',
      hint: 'Disable some; events wait in the outbox until then and are not lost.',
    },
  );
}

function toRecipient(row: RecipientRow): Recipient {
  const { id, event_types, after_event_id, owner_id, kind, login, roles } = row;
  const principal: Principal = { id: owner_id, kind, login, roles, via: 'token' };
  return { id, eventTypes: event_types, afterEventId: after_event_id, principal };
}

/** A cursor is `xid-id`. */
function positionOf({ cursor }: OutboxEvent): readonly [string, string] {
  const [xid = '', id = ''] = cursor.split('-');
  return [xid, id];
}
