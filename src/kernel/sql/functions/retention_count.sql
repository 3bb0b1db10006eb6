create or replace function :schema.retention_count(p_name text, p_limit integer) returns bigint
language plpgsql stable
set search_path = :schema, pg_temp
as $$
declare
  v_policy :schema.retention_policies%rowtype;
  v_count bigint;
begin
  select p.* into v_policy from :schema.retention_policies as p where p.name = p_name;

  if v_policy.kind = 'partitions' then
    select count(*) into v_count
    from :schema.retention_partitions(v_policy.table_name) as part
    where part.until_at <= statement_timestamp() - v_policy.keep;
  elsif v_policy.kind = 'read_events' then
    select count(*) into v_count
    from (
      select
      from :schema.outbox as o, :schema.webhook_cursor as c
      where (o.xid, o.id) <= (c.xid, c.event_id)
        and o.at < statement_timestamp() - v_policy.keep
      limit p_limit
    ) as old;
  elsif v_policy.kind = 'rows' then
    execute format(
      'select count(*) from (select from %I.%I where %I < $1 limit $2) as old',
      current_schema(), v_policy.table_name, v_policy.time_column
    )
    into v_count
    using statement_timestamp() - v_policy.keep, p_limit;
  end if;

  return v_count;
end
$$;

comment on function :schema.retention_count(text, integer) is
  'Rows, or partitions, that the policy would remove now, counted up to the limit; null: there is no such policy.';
