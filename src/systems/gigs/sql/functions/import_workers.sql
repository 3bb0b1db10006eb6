create or replace function :schema.import_workers(
  p_actor_kind text, p_actor_id text, p_request_id text, p_emails text[], p_names text[]
) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_made text[];
begin
  -- In one order always: two imports with the same workers wait for each other in a line.
  with wanted as (
    select distinct on (g.email) g.email, g.name, :schema.new_id('wrk') as id
    from unnest(p_emails, p_names) as g(email, name)
    where not exists (select from :schema.accounts a where a.login = g.email)
    order by g.email
  ), account as (
    insert into :schema.accounts (id, kind, login, roles)
    select w.id, 'worker', w.email, '{worker}' from wanted w order by w.email
    on conflict (login) do nothing
    returning id, login
  ), made as (
    insert into :schema.workers (id, name, email, metadata)
    select a.id, w.name, a.login, '{"imported": true}' from account a join wanted w on w.id = a.id
    returning id
  )
  select array_agg(m.id order by m.id) into v_made from made m;
  if v_made is null then return 0; end if;
  perform :schema.open_books('worker', u.id) from unnest(v_made) as u(id);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'register', 'worker', w.id,
    jsonb_build_object('login', w.email), array[w.id])
  from :schema.workers w where w.id = any (v_made) order by w.id;
  return cardinality(v_made);
end
$$;
comment on function :schema.import_workers(text, text, text, text[], text[]) is
  'Makes the workers of these addresses that are not there yet, without passwords; returns how many.';
