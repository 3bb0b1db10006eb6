create or replace function :schema.rebase_outbox() returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with ahead as materialized (
    select c.xid, c.event_id
    from :schema.webhook_cursor as c
    where c.xid > pg_current_xact_id()
      or exists (select from :schema.outbox as o where o.xid > pg_current_xact_id())
  ),
  -- What the webhooks' fan-out has read stays before its cursor, the rest behind it.
  cursor as (
    update :schema.webhook_cursor as c
    set xid = '3'::xid8, event_id = 9223372036854775807
    from ahead
  ),
  moved as (
    update :schema.outbox as o
    set xid = case when (o.xid, o.id) <= (ahead.xid, ahead.event_id) then '3' else '4' end::xid8
    from ahead
    returning 1
  )
  select count(*)::integer from moved;
$$;
comment on function :schema.rebase_outbox() is
  'After a restore on another server the stored transaction ids can lie in its future; this puts the old events first, and the position of the webhooks'' fan-out among them. Returns how many moved.';
