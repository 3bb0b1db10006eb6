create or replace function :schema.check_parties(
  p_actor_kind text, p_actor_id text, p_platform text, p_worker text
) returns boolean
language plpgsql stable
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
declare
  v_status text;
  v_active boolean;
begin
  if p_platform is not null then
    if p_actor_kind = 'worker' or (p_actor_kind = 'platform' and p_actor_id is distinct from p_platform) then
      raise exception '% % cannot post tasks of platform %.', initcap(p_actor_kind), p_actor_id, p_platform
        using errcode = 'GH403', constraint = 'not_your_platform', column = 'platformId',
          hint = 'A platform posts its own tasks.';
    end if;
    select is_active into v_active from :schema.platforms where id = p_platform;
    if not found then
      raise exception 'Platform % not found.', p_platform
        using errcode = 'GH404', constraint = 'platform_not_found', column = 'platformId', hint = 'Check the id.';
    elsif not v_active then
      raise exception 'Platform % is not active.', p_platform
        using errcode = 'GH403', constraint = 'platform_inactive', column = 'platformId',
          hint = 'It must be activated before it posts tasks.';
    end if;
  end if;
  if p_worker is not null then
    select status into v_status from :schema.workers where id = p_worker;
    if not found then
      raise exception 'Worker % not found.', p_worker
        using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId', hint = 'Check the id.';
    elsif v_status <> 'active' then
      raise exception 'Worker % is %.', p_worker, v_status
        using errcode = 'GH403', constraint = 'worker_' || v_status, column = 'workerId',
          hint = 'Only active workers are given tasks.';
    end if;
  end if;
  return true;
end
$$;
comment on function :schema.check_parties(text, text, text, text) is
  'Raises unless the platform (null: not asked) is active and the actor''s, and the worker (null: not asked) is active.';
