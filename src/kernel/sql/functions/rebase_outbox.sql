create or replace function :schema.rebase_outbox() returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with moved as (
    update :schema.outbox set xid = '3'::xid8
    where exists (select from :schema.outbox where xid > pg_current_xact_id())
    returning 1
  )
  select count(*)::integer from moved;
$$;
comment on function :schema.rebase_outbox() is
  'After a restore on another server the stored transaction ids can lie in its future; this puts the old events first. Returns how many moved.';
