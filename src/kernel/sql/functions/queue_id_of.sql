create or replace function :schema.queue_id_of(p_queue text) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_id integer;
begin
  -- Queues are never deleted, so the second round finds what another transaction made meanwhile.
  for v_try in 1..3 loop
    select id into v_id from :schema.queue_settings where name = p_queue;
    if found then
      return v_id;
    end if;
    insert into :schema.queue_settings (name) values (p_queue)
    on conflict on constraint queue_settings_name_key do nothing
    returning id into v_id;
    if found then
      return v_id;
    end if;
  end loop;
  raise exception using
    errcode = '40001',
    message = format('The queue %s was made by a transaction that this one cannot see.', p_queue);
end
$$;
comment on function :schema.queue_id_of(text) is 'The number of a queue; one that nobody has named yet is made, with the usual limits.';
