create or replace function :schema.event_type(p_resource_type text, p_action text) returns text
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The trail names what somebody did (create_task), an event what happened to a thing (task.created).
  select case p_action
    when 'create_task' then 'task.created'
    when 'assign_task' then 'task.assigned'
    when 'claim_task' then 'task.claimed'
    when 'start_task' then 'task.started'
    when 'submit_task' then 'task.submitted'
    when 'complete_task' then 'task.completed'
    when 'verify_task' then 'task.verified'
    when 'review_task' then 'task.reviewed'
    when 'rate_task' then 'task.rated'
    when 'cancel_task' then 'task.cancelled'
    when 'dispute_task' then 'task.disputed'
    when 'resolve_dispute' then 'task.resolved'
    when 'refund' then 'task.refunded'
    when 'execute_payment' then 'payment.confirmed'
    when 'insolvent' then 'stream.exhausted'
    when 'release_failed' then 'stream.stalled'
    when 'request_advance' then 'loan.requested'
    when 'approve_loan' then 'loan.approved'
    when 'disburse_loan' then 'loan.disbursed'
    when 'repayment' then 'loan.paid_down'
    when 'add_reputation' then 'reputation.changed'
    when 'rotate_webhook_secret' then 'platform.secret_rotated'
    when 'register' then p_resource_type || '.registered'
    when 'update' then p_resource_type || '.updated'
    when 'request' then p_resource_type || '.requested'
    when 'complete' then p_resource_type || '.completed'
    when 'fail' then p_resource_type || '.failed'
    when 'retry' then p_resource_type || '.retried'
    else p_resource_type || '.' || p_action
  end;
$$;
comment on function :schema.event_type(text, text) is
  'Type of the event of an action: a noun and a past participle. Actions that are participles already stay as they are.';
