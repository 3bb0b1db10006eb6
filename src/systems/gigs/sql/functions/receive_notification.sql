create or replace function :schema.receive_notification(p_rail text, p_notification_id text, p_body bytea) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.rail_notifications;
  v_job bigint;
begin
  insert into :schema.rail_notifications (rail, notification_id, body)
  values (p_rail, p_notification_id, p_body)
  on conflict (rail, notification_id) do nothing
  returning * into v_row;
  if not found then
    select n.* into strict v_row
    from :schema.rail_notifications n
    where n.rail = p_rail and n.notification_id = p_notification_id;
    if v_row.body <> p_body then
      raise exception 'The notification % was received before with other content.', p_notification_id
        using errcode = 'GH409', constraint = 'notification_id_reused', column = 'webhook-id',
          detail = jsonb_build_object('id', v_row.id, 'notificationId', p_notification_id)::text,
          hint = 'Give each notification an id of its own; the first one counts.';
    end if;
    return jsonb_build_object('id', v_row.id, 'notification_id', p_notification_id, 'created', false);
  end if;
  -- Notification and job commit together: what was answered with 202 is worked on, whatever happens.
  select j.id into v_job
  from :schema.queue_enqueue('rail-notification', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('notificationId', v_row.id)))) as j;
  update :schema.rail_notifications set job_id = v_job where id = v_row.id;
  return jsonb_build_object('id', v_row.id, 'notification_id', p_notification_id, 'created', true);
end
$$;
comment on function :schema.receive_notification(text, text, bytea) is
  'Keeps a notification of a rail, whose signature was checked, with the job that works on it, once for its id; other content under the same id is refused.';
