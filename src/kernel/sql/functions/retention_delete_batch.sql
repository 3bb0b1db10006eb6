create or replace function :schema.retention_delete_batch(p_name text)
returns table (outcome text, gone integer, more boolean)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_policy :schema.retention_policies%rowtype;
  v_started timestamptz := clock_timestamp();
  v_cutoff timestamptz;
  v_read integer;
begin
  -- Whoever else is at this policy goes on alone.
  select p.* into v_policy
  from :schema.retention_policies as p
  where p.name = p_name
    and p.enabled
    and p.kind <> 'partitions'
  for no key update skip locked;

  if not found then
    return query select 'busy', 0, false;
    return;
  end if;

  v_cutoff := v_started - v_policy.keep;

  if v_policy.kind = 'read_events' then
    -- From the oldest transaction on, by the primary key; it ends at the first event that is young enough to stay.
    with head as materialized (
      select o.xid, o.id, o.at
      from :schema.outbox as o, :schema.webhook_cursor as c
      where (o.xid, o.id) <= (c.xid, c.event_id)
      order by o.xid, o.id
      limit v_policy.batch_size
    ),
    removed as (
      delete from :schema.outbox as o
      using head
      where o.xid = head.xid
        and o.id = head.id
        and head.at < v_cutoff
      returning 1
    )
    select (select count(*) from removed), (select count(*) from head) into gone, v_read;
    more := gone = v_policy.batch_size and v_read = v_policy.batch_size;
  else
    execute format(
      'delete from %1$I.%2$I where ctid = any (array('
        'select ctid from %1$I.%2$I where %3$I < $1 order by %3$I limit $2 for update skip locked))',
      current_schema(), v_policy.table_name, v_policy.time_column
    )
    using v_cutoff, v_policy.batch_size;
    get diagnostics gone = row_count;
    more := gone = v_policy.batch_size;
  end if;

  update :schema.retention_policies as p
  set last_run_at = clock_timestamp(),
      last_gone = gone,
      total_gone = p.total_gone + gone,
      last_ms = extract(epoch from clock_timestamp() - v_started) * 1000,
      next_run_at = case when more then p.next_run_at else clock_timestamp() + p.every end
  where p.name = p_name;

  outcome := 'done';
  return next;
end
$$;

comment on function :schema.retention_delete_batch(text) is
  'Removes one batch of rows older than the policy keeps them. Outcome busy: another session is at it, or it is not a policy of rows that is enabled.';
