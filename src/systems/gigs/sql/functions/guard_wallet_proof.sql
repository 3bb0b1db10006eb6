create or replace function :schema.guard_wallet_proof() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if tg_op = 'UPDATE' then
    if (new.wallet_address, new.wallet_verified_at) is not distinct from (old.wallet_address, old.wallet_verified_at) then
      return new;
    end if;
    if new.wallet_verified_at = old.wallet_verified_at then
      -- The proof was of another address.
      new.wallet_verified_at := null;
      return new;
    end if;
  end if;
  -- Of this transaction: an older proof must not be put back.
  if exists (
    select from :schema.wallet_challenges c
    where c.worker_id = new.id and c.address = new.wallet_address and c.used_at = new.wallet_verified_at
      and c.used_at >= date_trunc('milliseconds', transaction_timestamp())
  ) then
    return new;
  end if;
  raise exception 'The wallet of worker % was not proven.', new.id
    using errcode = 'GH403', constraint = 'wallet_unproven', column = 'walletAddress',
      detail = jsonb_build_object('workerId', new.id)::text,
      hint = 'Only link_wallet sets wallet_verified_at, with a challenge that the worker has signed.';
end
$$;
comment on function :schema.guard_wallet_proof() is
  'Row trigger of workers: a wallet counts as proven only with a challenge for this worker and address that is used in the same transaction; another address ends the proof.';
