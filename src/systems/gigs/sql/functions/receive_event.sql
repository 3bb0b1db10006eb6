create or replace function :schema.receive_event(
  p_platform_id text, p_event_id text, p_sha256 bytea, p_payload jsonb
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_event :schema.inbound_events;
  v_job bigint;
begin
  insert into :schema.inbound_events (platform_id, event_id, payload_sha256, payload)
  values (p_platform_id, p_event_id, p_sha256, p_payload)
  on conflict (platform_id, event_id) do nothing
  returning * into v_event;
  if not found then
    select e.* into strict v_event
    from :schema.inbound_events e
    where e.platform_id = p_platform_id and e.event_id = p_event_id;
    if v_event.payload_sha256 <> p_sha256 then
      raise exception 'The event % was received before with other content.', p_event_id
        using errcode = 'GH409', constraint = 'event_id_reused', column = 'eventId',
          detail = jsonb_build_object('id', v_event.id, 'eventId', p_event_id)::text,
          hint = 'Give each event an id of its own; the first one counts.';
    end if;
    return jsonb_build_object('id', v_event.id, 'event_id', p_event_id, 'created', false);
  end if;
  -- Event and job commit together: what was answered with 202 is worked on, whatever happens.
  select j.id into v_job
  from :schema.queue_enqueue('task-completed', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('inboundId', v_event.id)))) as j;
  update :schema.inbound_events set job_id = v_job where id = v_event.id;
  return jsonb_build_object('id', v_event.id, 'event_id', p_event_id, 'created', true);
end
$$;
comment on function :schema.receive_event(text, text, bytea, jsonb) is
  'Keeps an event of a platform with the job that works on it, once for its id; other content under the same id is refused.';
