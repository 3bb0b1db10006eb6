/** The outbox: events written in the transaction of their change, read in an order that skips no late commit. */
import { GuildhallError, invalidInput } from './errors.ts';
import type { OutboxEvent, Scope } from './system.ts';

/** One read takes this many at most; readers go on from the last cursor. */
export const MAX_EVENTS = 1_000;

const CURSOR = /^(\d{1,20})-(\d{1,19})$/;
const MAX_XID = 2n ** 64n - 1n;
const MAX_ID = 2n ** 63n - 1n;

/**
 * One row at least: it tells whether the cursor lies in the future of this server, which has then never given it
 * out, and a reader would wait for it in vain. The transaction id is text under another name than its own, by
 * which it sorts as a number.
 */
const EVENTS_SQL = `
select c.ahead, e.xid::text as position, e.id, e.type, e.subject, e.audience, e.payload, e.at
  from (select $1::text::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as ahead) as c
  left join lateral (
    select * from :schema.outbox
     where (xid, id) > ($1::text::xid8, $2::bigint)
       and xid < pg_snapshot_xmin(pg_current_snapshot())
     order by xid, id
     limit $3
  ) as e on true
 order by e.xid, e.id`;

interface EventRow {
  readonly ahead: boolean;
  readonly position: string;
  /** Null where there is no event. */
  readonly id: bigint | null;
  readonly type: string;
  readonly subject: string;
  readonly audience: string | null;
  readonly payload: unknown;
  readonly at: Date;
}

/**
 * Events after a cursor, oldest first. An event appears once every transaction that began writing before
 * its own has ended; so nothing can turn up behind a cursor that was handed out. A transaction that
 * stays open delays the feed, and never makes it lose an event. Where two transactions changed the same
 * thing in turn, the feed may show them the other way round: of one subject, the higher id came later.
 */
export async function readEvents(
  scope: Scope,
  { after, limit = MAX_EVENTS }: { readonly after?: string; readonly limit?: number } = {},
): Promise<OutboxEvent[]> {
  const [xid, number] = readCursor(after);
  if (!Number.isInteger(limit) || limit < 1) {
    throw invalidInput(
      'limit',
      `limit must be a whole number from 1 on, but is ${limit}.`,
      'Pass 1 or more.',
    );
  }
  const rows = await scope.query<EventRow>(EVENTS_SQL, [xid, number, Math.min(limit, MAX_EVENTS)]);
  if (rows[0]?.ahead === true) throw cursorAhead();
  const events = rows.filter(({ id }) => id !== null);
  return events.map((row) => ({
    cursor: `${row.position}-${row.id}`,
    id: `evt_${row.id}`,
    type: row.type,
    subject: row.subject,
    audience: row.audience,
    payload: row.payload,
    at: row.at,
  }));
}

/** The position after everything that can be read now: where a reader starts that wants only what is new. */
export async function latestCursor(scope: Scope): Promise<string> {
  const rows = await scope.query<{ position: string; id: bigint }>(
    `select xid::text as position, id from :schema.outbox
      where xid < pg_snapshot_xmin(pg_current_snapshot())
      order by xid desc, id desc limit 1`,
  );
  const last = rows[0];
  return last === undefined ? '0-0' : `${last.position}-${last.id}`;
}

function readCursor(cursor: string | undefined): [string, string] {
  if (cursor === undefined || cursor === '') return ['0', '0'];
  const match = CURSOR.exec(cursor);
  if (match?.[1] !== undefined && match[2] !== undefined) {
    const [, xid, id] = match;
    if (BigInt(xid) <= MAX_XID && BigInt(id) <= MAX_ID) return [xid, id];
  }
  throw invalidInput(
    'Last-Event-ID',
    'That is not an event cursor.',
    'Pass the id of the last event you received.',
  );
}

function cursorAhead(): GuildhallError {
  return new GuildhallError('invalid_input', 'That event cursor is not from this server.', {
    field: 'Last-Event-ID',
    reason: 'cursor_ahead',
    hint: 'The data was restored from elsewhere. Start again without a cursor; the ids tell which events you know.',
  });
}
