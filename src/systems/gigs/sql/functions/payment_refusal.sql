create or replace function :schema.payment_refusal(p_task :schema.tasks, p_id text, p_worker text) returns jsonb
language plpgsql stable
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each payment.
begin
  if p_task.id is null then
    return jsonb_build_object('state', 'GH404', 'message', 'Task not found', 'reason', 'task_not_found',
      'details', jsonb_build_object('taskId', p_id), 'hint', 'listTasks shows those there are.');
  end if;
  if p_worker is not null and p_task.worker_id is distinct from p_worker then
    return jsonb_build_object('state', 'GH403', 'message', 'Task does not belong to this worker',
      'reason', 'not_the_worker', 'field', 'workerId', 'details', jsonb_build_object('taskId', p_id),
      'hint', 'Name the worker of the task, or nobody.');
  end if;
  if p_task.status <> 'completed' then
    return jsonb_build_object('state', 'GH409', 'message', 'Task is not completed', 'reason', 'task_not_completed',
      'details', jsonb_build_object('taskId', p_id, 'status', p_task.status), 'hint', 'Complete it first.');
  end if;
  if p_task.paid_at is not null or exists (
    select from :schema.transactions t where t.task_id = p_task.id and t.tx_type = 'payout' and t.stream_id is null
      and t.status in ('pending', 'processing', 'completed')
  ) then
    return jsonb_build_object('state', 'GH409', 'message', 'Task already paid', 'reason', 'task_already_paid',
      'details', jsonb_build_object('taskId', p_id, 'paidAt', p_task.paid_at),
      'hint', 'A task is paid once; its paidAt says when. A call sent again with its own idempotency key gets the first answer.');
  end if;
  return :schema.hold_refusal(p_task);
end
$$;
comment on function :schema.payment_refusal(:schema.tasks, text, text) is
  'Why a task cannot be paid as a whole, as refuse() reads it, or null: not found, of another worker, not completed, already paid, held, not verified, paid by a stream.';
