create or replace function :schema.release_due_streams(p_limit integer, p_wide boolean) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now timestamptz;
  v_ids text[];
  v_id text;
  v_constraint text;
  v_error text;
  v_failed integer := 0;
  v_released numeric := 0;
  v_one numeric;
begin
  -- Their tasks are locked first, and what another process is at is passed over.
  v_ids := array(
    select s.id
    from :schema.streams s join :schema.tasks t on t.id = s.task_id
    where s.status = 'active' and s.next_release_at <= statement_timestamp() and t.status in ('active', 'completed')
    order by s.next_release_at, s.id limit p_limit
    for no key update of t skip locked
  );
  if cardinality(v_ids) = 0 then return jsonb_build_object('streams', 0, 'released', '0', 'failed', 0); end if;
  -- Read again under the locks: between the two statements somebody may have released or ended one.
  v_now := clock_timestamp();
  v_ids := array(
    select s.id from :schema.streams s join :schema.tasks t on t.id = s.task_id
    where s.id = any (v_ids) and s.status = 'active' and s.next_release_at <= v_now
      and t.status in ('active', 'completed')
    order by s.id for no key update of s
  );
  begin
    select coalesce(sum(r.amount), 0) into v_released
    from :schema.release_streams('system', null, null, v_ids, null, v_now, p_wide) as r;
  exception when others then
    get stacked diagnostics v_constraint = constraint_name;
    -- What the caller repeats as a whole.
    if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;
    -- One that cannot be released must not hold up the others: each by itself, that one again in a minute.
    foreach v_id in array v_ids loop
      begin
        select coalesce(sum(r.amount), 0) into v_one
        from :schema.release_streams('system', null, null, array[v_id], null, v_now, p_wide) as r;
        v_released := v_released + v_one;
      exception when others then
        get stacked diagnostics v_constraint = constraint_name, v_error = message_text;
        if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;
        v_failed := v_failed + 1;
        update :schema.streams set next_release_at = v_now + interval '1 minute', updated_at = v_now where id = v_id;
        perform :schema.record_action('system', null, null, 'release_failed', 'stream', v_id,
          jsonb_build_object('error', v_error, 'constraint', v_constraint));
      end;
    end loop;
  end;
  return jsonb_build_object('streams', cardinality(v_ids), 'released', trim_scale(v_released)::text, 'failed', v_failed);
end
$$;
comment on function :schema.release_due_streams(integer, boolean) is
  'Releases the streams that are due, soonest first, up to so many: safe from any number of processes at once. Tells how many it took, how much was released and how many were refused (tried again in a minute, see the audit trail).';
