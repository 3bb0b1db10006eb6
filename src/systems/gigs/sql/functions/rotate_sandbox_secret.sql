create or replace function :schema.rotate_sandbox_secret(
  p_actor_type text, p_actor_id text, p_request_id text, p_overlap_s double precision
) returns bytea
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_secret constant bytea := :schema.webhook_new_secret();
  v_last integer;
begin
  -- Rotations wait for each other here; the second one then retires the key that the first one made.
  lock table :schema.sandbox_secrets in share row exclusive mode;
  select max(generation) into v_last from :schema.sandbox_secrets;
  delete from :schema.sandbox_secrets where accepted_until is not null;
  update :schema.sandbox_secrets set accepted_until = clock_timestamp() + make_interval(secs => p_overlap_s);
  insert into :schema.sandbox_secrets (generation, secret) values (coalesce(v_last, 0) + 1, v_secret);
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'secret_rotated', 'rail', 'sandbox', '{}');
  return v_secret;
end
$$;
comment on function :schema.rotate_sandbox_secret(text, text, text, double precision) is
  'Makes a new key for notifications of the sandbox rail; the one before it is accepted beside it until the overlap in seconds is over.';
