create or replace function :schema.rotate_signing_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_overlap_s double precision
)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  -- Rotations wait for each other here; the second one then retires the key that the first one made.
  lock table :schema.auth_secrets in share row exclusive mode;

  -- Earlier keys keep their own, sooner end; without overlap (a key has leaked) all of them end now.
  update :schema.auth_secrets
  set verify_until = least(verify_until, clock_timestamp() + make_interval(secs => p_overlap_s));

  v_kid := :schema.signing_key();

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'signing_key.rotated',
    v_kid,
    jsonb_build_object('overlapS', p_overlap_s)
  );

  return v_kid;
end
$$;

comment on function :schema.rotate_signing_key(text, text, text, double precision) is
  'Makes a new signing key; tokens of the old ones are accepted for the overlap in seconds, then refused.';
