create or replace function :schema.use_wallet_challenge(
  p_nonce text, p_address text, p_purpose text, p_worker text, p_domain text, p_uri text, p_chain_id bigint,
  p_issued_at timestamptz, p_expires_at timestamptz, p_not_before timestamptz
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.wallet_challenges;
  v_now timestamptz(3);
begin
  -- Of two callers with one nonce the second waits here, in whatever process, and finds it used.
  select * into v_row from :schema.wallet_challenges where nonce = p_nonce for no key update;
  if not found then return 'nonce_unknown'; end if;
  v_now := clock_timestamp();
  if v_row.used_at is not null then return 'nonce_used'; end if;
  if v_now >= least(v_row.expires_at, p_expires_at) then return 'message_expired'; end if;
  if v_now < p_not_before then return 'message_not_yet_valid'; end if;
  if (p_address, p_purpose, p_worker, p_domain, p_uri, p_chain_id, p_issued_at, p_expires_at) is distinct from
    (v_row.address, v_row.purpose, v_row.worker_id, v_row.domain, v_row.uri, v_row.chain_id, v_row.issued_at,
      v_row.expires_at) then
    return 'message_altered';
  end if;
  update :schema.wallet_challenges set used_at = v_now where nonce = p_nonce;
  return null;
end
$$;
comment on function :schema.use_wallet_challenge(
  text, text, text, text, text, text, bigint, timestamptz, timestamptz, timestamptz
) is
  'Uses up a challenge, once; null when it is good, else what is wrong with it. The signature is checked before.';
