create or replace view :schema.invariant_outbox_not_ahead as
select xid::text as xid, count(*) as events
from :schema.outbox
where xid >= pg_snapshot_xmax(pg_current_snapshot())
group by xid;

comment on view :schema.invariant_outbox_not_ahead is
  'Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor.';
