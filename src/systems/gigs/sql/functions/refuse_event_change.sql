create or replace function :schema.refuse_event_change() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  -- Only what a deletion of the worker or the task itself does to its events passes.
  if tg_op = 'DELETE' and not exists (select from :schema.workers where id = old.worker_id) then return old; end if;
  if tg_op = 'UPDATE' and new.task_id is null and old.task_id is not null
    and to_jsonb(new) - 'task_id' = to_jsonb(old) - 'task_id'
    and not exists (select from :schema.tasks where id = old.task_id) then return new; end if;
  raise exception 'reputation_events is append-only: % is refused.', lower(tg_op)
    using errcode = 'GH403', constraint = 'append_only', hint = 'Add an event that takes the other back.';
end
$$;
comment on function :schema.refuse_event_change() is
  'Row trigger of reputation_events: an event is never changed or taken away, so a replay always gives the score.';
