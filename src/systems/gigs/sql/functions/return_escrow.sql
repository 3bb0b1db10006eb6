create or replace function :schema.return_escrow(p_task :schema.tasks, p_wide boolean) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if exists (
    select from :schema.streams s where s.task_id = p_task.id and s.status in ('active', 'paused', 'insolvent')
  ) then
    raise exception 'Task % has a stream that is not over.', p_task.id
      using errcode = 'GH409', constraint = 'task_has_stream', column = 'taskId', hint = 'Cancel the stream first.';
  end if;
  if exists (
    select from :schema.transactions t
    where t.task_id = p_task.id and t.tx_type = 'payout' and t.stream_id is null and t.status in ('pending', 'processing')
  ) then
    raise exception 'A payment of task % is under way.', p_task.id
      using errcode = 'GH409', constraint = 'task_payment_under_way', column = 'taskId',
        hint = 'Try again when it is completed or has failed.';
  end if;
  perform :schema.move_money(array['task ' || p_task.id || ' return'], array['escrow:' || p_task.platform_id],
    array['platform:' || p_task.platform_id], array[p_task.escrowed_amount::numeric], p_task.id, p_wide);
  update :schema.tasks
  set status = 'cancelled', escrowed_amount = 0, cancelled_at = clock_timestamp(), completed_at = null,
    updated_at = clock_timestamp()
  where id = p_task.id;
end
$$;
comment on function :schema.return_escrow(:schema.tasks, boolean) is
  'Cancels a locked task: what of it is unpaid goes from escrow back to the platform. Raises while a stream or a payment of it is under way.';
