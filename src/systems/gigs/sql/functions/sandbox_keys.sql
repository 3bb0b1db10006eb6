create or replace function :schema.sandbox_keys() returns bytea[]
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if not exists (select from :schema.sandbox_secrets where accepted_until is null) then
    -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.
    insert into :schema.sandbox_secrets (generation, secret) values (1, :schema.webhook_new_secret())
    on conflict do nothing;
  end if;
  return (
    select array_agg(s.secret order by s.generation desc)
    from :schema.sandbox_secrets s
    where coalesce(s.accepted_until > clock_timestamp(), true)
  );
end
$$;
comment on function :schema.sandbox_keys() is
  'Keys of the sandbox rail''s notifications, the one that signs first; makes the first one, once for all processes.';
