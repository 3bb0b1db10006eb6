create or replace function :schema.sandbox_send(
  p_reference text, p_amount numeric, p_to text, p_valid_until timestamptz
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_rule constant text := right(p_to, 4);
  v_row :schema.sandbox_transfers;
begin
  if p_valid_until <= clock_timestamp() then
    return jsonb_build_object('outcome', 'unknown', 'reason', 'It came too late, and was not accepted.');
  end if;
  -- The first send to an address that ends in 0bad gets lost on the way; the next one arrives.
  insert into :schema.sandbox_transfers as s (reference, amount, to_address, state, sends, reason)
  values (p_reference, p_amount, p_to,
    case v_rule when '0bad' then 'lost' when 'dead' then 'refused' else 'accepted' end,
    case when v_rule in ('0bad', 'dead') then 0 else 1 end,
    case v_rule when 'dead' then 'The address is refused.' end)
  on conflict on constraint sandbox_transfers_pkey do update
  set state = case s.state when 'lost' then 'accepted' else s.state end,
    sends = s.sends + (s.state <> 'refused')::integer, updated_at = clock_timestamp()
  returning * into v_row;
  return case
    when v_row.state = 'refused' then jsonb_build_object('outcome', 'refused', 'reason', v_row.reason)
    when v_row.state = 'lost' or v_rule = 'beef' then
      jsonb_build_object('outcome', 'unknown', 'reason', 'The sandbox did not answer in time.')
    else jsonb_build_object('outcome', 'accepted', 'rail_reference', v_row.tx_hash)
  end;
end
$$;
comment on function :schema.sandbox_send(text, numeric, text, timestamptz) is
  'The sandbox rail''s send. The end of the address decides: dead is refused, 0bad lost on the way once, beef accepted without an answer. A second send of a reference is not prevented, but counted.';
