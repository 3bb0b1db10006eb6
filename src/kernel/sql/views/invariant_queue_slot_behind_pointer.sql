create or replace view :schema.invariant_queue_slot_behind_pointer as
select t.schedule, t.slot, s.next_slot
from :schema.queue_slots as t
join :schema.queue_schedules as s on s.name = t.schedule
where t.slot >= s.next_slot;

comment on view :schema.invariant_queue_slot_behind_pointer is
  'Slots that have their job already and lie ahead of their schedule: its pointer was moved back. They do not run twice; nothing is to be done unless the pointer is far off.';
