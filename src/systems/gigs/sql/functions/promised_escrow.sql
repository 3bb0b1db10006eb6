create or replace function :schema.promised_escrow(p_task text) returns numeric
language sql stable
set search_path = :schema, pg_temp
as $$
  select coalesce(sum(s.funded_amount - s.released_amount), 0)
  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');
$$;
comment on function :schema.promised_escrow(text) is
  'What of a task''s escrow belongs to its streams; only the rest may be paid or given back otherwise. Call it with the task locked.';
