create or replace view :schema.invariant_webhook_cursor_not_ahead as
select xid::text as xid, event_id
from :schema.webhook_cursor
where xid >= pg_snapshot_xmax(pg_current_snapshot());

comment on view :schema.invariant_webhook_cursor_not_ahead is
  'The fan-out''s position lies in the future of this server: the data came from another one, and no event would be delivered. Run select rebase_outbox() in this schema.';
