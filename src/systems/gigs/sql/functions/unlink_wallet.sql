create or replace function :schema.unlink_wallet(
  p_actor_type text, p_actor_id text, p_request_id text, p_worker text
) returns boolean
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_before :schema.workers;
begin
  perform from :schema.accounts where id = p_worker for no key update;
  select * into v_before from :schema.workers where id = p_worker for update;
  if not found then
    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'id',
      detail = jsonb_build_object('workerId', p_worker)::text, hint = 'listWorkers shows those there are.';
  end if;
  if v_before.wallet_address is null then return false; end if;
  update :schema.workers set wallet_address = null, wallet_verified_at = null, updated_at = clock_timestamp()
  where id = p_worker;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'unlinked', 'wallet', p_worker, '{}',
    array[p_worker],
    jsonb_build_object('walletAddress', v_before.wallet_address, 'walletVerifiedAt', v_before.wallet_verified_at),
    jsonb_build_object('walletAddress', null, 'walletVerifiedAt', null));
  return v_before.wallet_verified_at is not null;
end
$$;
comment on function :schema.unlink_wallet(text, text, text, text) is
  'Takes the wallet address off a worker; true when it was proven, and its sessions are to end.';
