create or replace function :schema.deposit_funds(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_platform text, p_amount numeric, p_rail text, p_reference text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_ids bigint[];
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  if not exists (select from :schema.platforms where id = p_platform) then
    raise exception 'Platform not found' using errcode = 'GH404', constraint = 'platform_not_found',
      column = 'platformId', detail = jsonb_build_object('platformId', p_platform)::text,
      hint = 'Register it first.';
  end if;
  -- A reference that another call is just using is waited for; then its deposit is found.
  insert into :schema.transactions (platform_id, tx_type, amount, status, rail, rail_reference, processed_at)
  values (p_platform, 'deposit', p_amount, 'completed', p_rail, p_reference, clock_timestamp())
  on conflict (rail, rail_reference) where rail_reference is not null do nothing
  returning * into v_row;
  if v_row.id is null then
    select * into v_row from :schema.transactions where rail = p_rail and rail_reference = p_reference;
    if (v_row.platform_id, v_row.tx_type, v_row.amount) is distinct from (p_platform, 'deposit', p_amount) then
      raise exception 'The reference "%" of % belongs to another movement.', p_reference, p_rail
        using errcode = 'GH409', constraint = 'reference_used', column = 'reference',
          hint = 'Each deposit has a reference of its own.';
    end if;
    return :schema.end_once(p_account, p_key, :schema.transaction_json(v_row));
  end if;
  v_ids := :schema.move_money(array['deposit ' || v_row.id], array['bank'], array['platform:' || p_platform],
    array[p_amount], v_row.id, p_wide);
  update :schema.transactions set ledger_transfer_id = v_ids[1] where id = v_row.id returning * into v_row;
  v_answer := :schema.transaction_json(v_row);
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'complete', 'deposit', v_row.id,
    jsonb_build_object('platformId', p_platform, 'amount', v_answer ->> 'amount'), array[p_platform]);
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.deposit_funds(text, text, text, text, text, text, bytea, text, numeric, text, text, boolean) is
  'Books money that came in for a platform, once for its reference at the rail.';
