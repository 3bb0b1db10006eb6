create or replace function :schema.release_holds(p_limit integer, p_wide boolean default false) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_tasks text[];
begin
  -- Several processes do this at once: each takes tasks that no other has, and none is waited for.
  select array_agg(d.id) into v_tasks
  from (
    select t.id from :schema.tasks t
    where t.status = 'completed' and t.hold_until is not null and t.escrowed_amount > 0
      and t.hold_until <= clock_timestamp() and t.verification_status = 'approved' and t.paid_at is null
      and t.escrowed_amount >= t.amount - t.paid_amount
      and not exists (
        select from :schema.transactions x where x.task_id = t.id and x.tx_type = 'payout' and x.stream_id is null
          and x.status in ('pending', 'processing', 'completed')
      )
      and not exists (
        select from :schema.streams s where s.task_id = t.id and s.status in ('active', 'paused', 'insolvent')
      )
    order by t.hold_until
    limit p_limit
    for no key update of t skip locked
  ) as d;
  if v_tasks is null then return 0; end if;
  perform :schema.pay_tasks('system', null, null, v_tasks, null, 'ledger', 0, '{"releasedFromHold": true}', p_wide);
  return cardinality(v_tasks);
end
$$;
comment on function :schema.release_holds(integer, boolean) is
  'Pays approved tasks whose hold is over, the oldest first; returns how many it looked at. Safe to run in several processes.';
