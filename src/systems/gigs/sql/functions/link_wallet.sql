create or replace function :schema.link_wallet(
  p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_nonce text
) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  c_attempts constant integer := 3;
  v_challenge :schema.wallet_challenges;
  v_holder :schema.workers;
  v_before :schema.workers;
begin
  select * into strict v_challenge from :schema.wallet_challenges
  where nonce = p_nonce and worker_id = p_worker and used_at is not null;
  perform from :schema.accounts where id = p_worker for no key update;
  for v_attempt in 1 .. c_attempts loop
    -- Both rows in the order of their ids, and as strongly at once as the change of a unique column needs.
    perform from :schema.workers where id = p_worker or wallet_address = v_challenge.address order by id for update;
    select * into v_holder from :schema.workers where wallet_address = v_challenge.address and id <> p_worker;
    if v_holder.wallet_verified_at is not null then
      raise exception 'Another worker has proven this wallet address.'
        using errcode = 'GH409', constraint = 'wallet_taken', column = 'walletAddress',
          hint = 'Unlink it from the other account first.';
    end if;
    select * into v_before from :schema.workers where id = p_worker;
    begin
      -- It was only typed in there; who has the key is somebody else.
      update :schema.workers set wallet_address = null, updated_at = clock_timestamp() where id = v_holder.id;
      update :schema.workers
      set wallet_address = v_challenge.address, wallet_verified_at = v_challenge.used_at, updated_at = clock_timestamp()
      where id = p_worker;
      exit;
    exception when unique_violation then
      -- Somebody registered with the address between our look and our write: now we see them.
      if v_attempt = c_attempts then raise; end if;
    end;
  end loop;
  if v_holder.id is not null then
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'displaced', 'wallet', v_holder.id, '{}',
      array[v_holder.id], jsonb_build_object('walletAddress', v_holder.wallet_address),
      jsonb_build_object('walletAddress', null));
  end if;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'linked', 'wallet', p_worker, '{}',
    array[p_worker],
    jsonb_build_object('walletAddress', v_before.wallet_address, 'walletVerifiedAt', v_before.wallet_verified_at),
    jsonb_build_object('walletAddress', v_challenge.address, 'walletVerifiedAt', v_challenge.used_at));
end
$$;
comment on function :schema.link_wallet(text, text, text, text, text) is
  'Gives a worker the address of a challenge that was used in this transaction, as proven, and takes it from whoever has only typed it in.';
