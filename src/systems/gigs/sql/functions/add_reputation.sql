create or replace function :schema.add_reputation(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_type text, p_delta integer, p_reason text, p_related text, p_metadata jsonb
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_event :schema.reputation_events;
begin
  if v_answer is not null then return v_answer; end if;
  if p_actor_kind in ('worker', 'platform') then
    raise exception '% % cannot change scores.', initcap(p_actor_kind), p_actor_id
      using errcode = 'GH403', constraint = 'not_yours', hint = 'Platforms rate completed tasks instead.';
  end if;
  insert into :schema.reputation_events (worker_id, event_type, requested_delta, reason, related_id, metadata)
  values (p_worker, p_type, p_delta, p_reason, p_related, p_metadata)
  returning * into v_event;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'add_reputation', 'worker', p_worker,
    jsonb_build_object('type', p_type, 'delta', v_event.delta, 'reason', p_reason), array[p_worker],
    jsonb_build_object('reputation_score', v_event.previous_score), jsonb_build_object('reputation_score', v_event.new_score));
  return :schema.end_once(p_account, p_key, to_jsonb(v_event) - 'seq');
end
$$;
comment on function :schema.add_reputation(
  text, text, text, text, text, text, bytea, text, text, integer, text, text, jsonb) is
  'A bonus, penalty or manual adjustment of a worker''s score, with its reason in the audit trail.';
