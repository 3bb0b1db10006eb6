create or replace function :schema.purge_accounts(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_sessions integer;
  v_keys integer;
begin
  delete from :schema.account_sessions as s
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.expires_at < now() - interval '1 day'
    order by o.expires_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_sessions = row_count;

  -- Ninety days: long enough to look up in a report which key was used.
  delete from :schema.api_keys as k
  where k.id in (
    select o.id
    from :schema.api_keys as o
    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'
    limit p_limit
    for update skip locked
  );
  get diagnostics v_keys = row_count;

  delete from :schema.auth_secrets as s
  where s.verify_until < now() - interval '1 day';

  return greatest(v_sessions, v_keys);
end
$$;

comment on function :schema.purge_accounts(integer) is
  'Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.';
