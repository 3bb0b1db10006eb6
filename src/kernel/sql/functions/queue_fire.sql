create or replace function :schema.queue_fire(
  p_schedule text,
  p_expected timestamptz,
  p_slots timestamptz[],
  p_skipped bigint,
  p_next timestamptz
)
returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_schedule :schema.queue_schedules%rowtype;
  v_count integer := 0;
  v_slot timestamptz;
  v_id bigint;
begin
  update :schema.queue_schedules as s
  set next_slot = p_next,
    last_slot = coalesce((select max(given.slot) from unnest(p_slots) as given (slot)), s.last_slot),
    slots_skipped = s.slots_skipped + p_skipped
  where s.name = p_schedule
    and s.next_slot = p_expected
  returning s.* into v_schedule;
  if not found then
    return null;
  end if;
  foreach v_slot in array p_slots
  loop
    v_id := nextval(':schema.queue_places');
    insert into :schema.queue_slots (schedule, slot, job_id)
    values (p_schedule, v_slot, v_id)
    on conflict on constraint queue_slots_pkey do nothing;
    if found then
      insert into :schema.queue_jobs (id, place, queue_id, priority, run_at, payload)
      values (v_id, v_id, v_schedule.queue_id, v_schedule.priority, v_slot, v_schedule.payload);
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function :schema.queue_fire(text, timestamptz, timestamptz[], bigint, timestamptz) is
  'Enqueues the slots of a schedule and moves its pointer from p_expected to p_next, both or neither; null when another scheduler was first. A slot that has its job already gets no second one.';
