create or replace function :schema.import_platform(
  p_actor_kind text, p_actor_id text, p_request_id text, p_name text, p_email text
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id text;
begin
  -- The unique login is the guard: of two imports that start at once the second waits here and then finds it.
  insert into :schema.accounts (id, kind, login, roles)
  values (:schema.new_id('plt'), 'platform', p_email, '{platform}')
  on conflict (login) do nothing
  returning id into v_id;
  if v_id is null then
    select p.id into v_id from :schema.platforms p where p.contact_email = p_email;
    return v_id;
  end if;
  insert into :schema.platforms (id, name, contact_email, fee_bps, metadata)
  values (v_id, p_name, p_email, 0, '{"imported": true}');
  perform :schema.open_books('platform', v_id);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'register', 'platform', v_id,
    jsonb_build_object('login', p_email), array[v_id]);
  return v_id;
end
$$;
comment on function :schema.import_platform(text, text, text, text, text) is
  'The platform of this address, made when there is none: without a password, so nobody signs in as it, and without a fee, so that imported amounts are paid as published.';
