create or replace function :schema.find_transfer(p_rail text, p_reference text, p_rail_reference text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object('id', f.id, 'rail', f.rail, 'status', f.status, 'round', f.round,
    'is_current', f.round = f.attempts,
    'reference', f.id || case when f.round > 1 then '-' || f.round else '' end)
  from (
    select t.id, t.rail, t.status, t.attempts,
      case when p_reference = t.id then 1 else substr(p_reference, length(t.id) + 2)::integer end as round
    from :schema.transactions t
    where t.id = split_part(p_reference, '-', 1) and p_reference ~ '^[^-]+(-([2-9]|[1-9][0-9]{1,5}))?$'
      and t.tx_type = 'withdrawal'
    union all
    select t.id, t.rail, t.status, t.attempts, t.attempts
    from :schema.transactions t
    where p_reference is null and t.rail = p_rail and t.rail_reference = p_rail_reference
      and t.tx_type = 'withdrawal'
  ) as f
  where f.round <= f.attempts;
$$;
comment on function :schema.find_transfer(text, text, text) is
  'The withdrawal that a rail speaks of, by our reference (of any of its rounds) or by the rail''s own; null when there is none. A reference of ours is found whichever rail the withdrawal goes over.';
