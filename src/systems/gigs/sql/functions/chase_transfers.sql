create or replace function :schema.chase_transfers(p_idle interval, p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_jobs jsonb;
begin
  select jsonb_agg(jsonb_build_object('payload', jsonb_build_object('transactionId', d.id), 'key', d.id,
    'type', d.tx_type)) into v_jobs
  from (
    select t.id, t.tx_type from :schema.transactions t
    where t.status in ('pending', 'processing') and t.updated_at < clock_timestamp() - p_idle
      and t.tx_type in ('withdrawal', 'deposit')
    order by t.updated_at
    limit p_limit
    for no key update skip locked
  ) as d;
  if v_jobs is null then return 0; end if;
  perform :schema.queue_enqueue(q.queue, q.jobs)
  from (
    select case j ->> 'type' when 'deposit' then 'confirm-deposit' else 'send-transfer' end as queue,
      jsonb_agg(j - 'type') as jobs
    from jsonb_array_elements(v_jobs) as j
    group by 1
  ) as q;
  update :schema.transactions set updated_at = clock_timestamp()
  where id in (select j -> 'payload' ->> 'transactionId' from jsonb_array_elements(v_jobs) as j);
  return jsonb_array_length(v_jobs);
end
$$;
comment on function :schema.chase_transfers(interval, integer) is
  'Puts withdrawals and pending deposits that nobody has touched for so long back in line, such as after their jobs became dead letters; returns how many.';
