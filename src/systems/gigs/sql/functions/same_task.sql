create or replace function :schema.same_task(
  p_task :schema.tasks, p_worker text, p_type text, p_amount numeric, p_escrow numeric, p_title text,
  p_description text, p_metadata jsonb, p_scheduled_at timestamptz, p_due_at timestamptz, p_hold_until timestamptz
) returns boolean
language sql stable
set search_path = :schema, pg_temp
as $$
  -- Posted open it may have been taken since; what was set aside may have been topped up or paid, so the posting tells.
  select (p_worker is null or p_task.worker_id is not distinct from p_worker)
    and (p_task.task_type, p_task.amount, p_task.title, p_task.description, p_task.metadata, p_task.scheduled_at,
      p_task.due_at, p_task.hold_until)
      is not distinct from (p_type, p_amount, p_title, p_description, p_metadata, p_scheduled_at::timestamptz(3),
      p_due_at::timestamptz(3), p_hold_until::timestamptz(3))
    and p_escrow = coalesce((
      select t.amount * s.unit
      from :schema.ledger_transfers t
      join :schema.ledger_accounts a on a.id = t.debit_account
      join :schema.ledger_assets s on s.id = a.asset_id
      where t.key = encode(substring(sha256(convert_to('task ' || p_task.id || ' escrow', 'UTF8')) from 1 for 16), 'hex')::uuid
    ), 0);
$$;
comment on function :schema.same_task(
  :schema.tasks, text, text, numeric, numeric, text, text, jsonb, timestamptz, timestamptz, timestamptz) is
  'Whether a task was posted with this content; no worker stands for whoever has it now.';
