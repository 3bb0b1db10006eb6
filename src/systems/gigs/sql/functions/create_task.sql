create or replace function :schema.create_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_platform text, p_worker text, p_external text, p_type text, p_amount numeric, p_escrow numeric, p_title text,
  p_description text, p_metadata jsonb, p_scheduled_at timestamptz, p_due_at timestamptz, p_hold_until timestamptz,
  p_begun boolean, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_escrow numeric := coalesce(p_escrow, p_amount);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  perform :schema.check_parties(p_actor_kind, p_actor_id, p_platform, p_worker);
  if v_escrow > p_amount then
    raise exception 'Escrow of % is more than the amount of %.', p_escrow, p_amount
      using errcode = 'GH400', column = 'escrow', hint = 'Set aside the amount or less of it.';
  end if;
  insert into :schema.tasks (platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title, description,
    metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)
  values (p_platform, p_worker, p_external, p_type, p_amount, v_escrow, p_title, p_description, p_metadata,
    p_scheduled_at, p_due_at, p_hold_until, case when p_begun then 'active' else 'pending' end,
    case when p_begun then v_at end, v_at)
  on conflict (platform_id, external_id) do nothing
  returning * into v_task;
  if not found then
    select * into v_task from :schema.tasks where platform_id = p_platform and external_id = p_external;
    if not :schema.same_task(v_task, p_worker, p_type, p_amount, v_escrow, p_title, p_description, p_metadata,
      p_scheduled_at, p_due_at, p_hold_until) then
      raise exception 'Platform % posted task "%" before with other content.', p_platform, p_external
        using errcode = 'GH409', constraint = 'external_id_reused', column = 'externalId',
          detail = jsonb_build_object('id', v_task.id)::text, hint = 'Use an id of its own for each task.';
    end if;
    return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
  end if;
  perform :schema.move_money(array['task ' || v_task.id || ' escrow'], array['platform:' || p_platform],
    array['escrow:' || p_platform], array[v_escrow], v_task.id, p_wide);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'create_task', 'task', v_task.id,
    jsonb_build_object('task_type', p_type, 'amount', trim_scale(p_amount)::text)
      || case when p_begun then '{"begun": true}' else '{}' end::jsonb,
    array_remove(array[p_worker, p_platform], null));
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.create_task(
  text, text, text, text, text, text, bytea, text, text, text, text, numeric, numeric, text, text, jsonb, timestamptz,
  timestamptz, timestamptz, boolean, boolean) is
  'Posts a task and sets its money aside, platform to escrow. The platform''s own id posted again with the same content answers the first task.';
