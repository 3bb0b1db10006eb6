create or replace function :schema.record_payments(
  p_actor_type text, p_actor_id text, p_request_id text, p_payouts jsonb[]
) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)
  select p_actor_type, p_actor_id, p_request_id, 'execute_payment', 'transaction', p ->> 'id',
    jsonb_build_object('taskId', p ->> 'task_id', 'workerId', p ->> 'worker_id', 'amount', p ->> 'amount',
      'fee', p ->> 'fee', 'net', p ->> 'net')
  from unnest(p_payouts) as p;
  insert into :schema.outbox (type, subject, audience, payload)
  select 'payment.confirmed', p ->> 'id', a.audience,
    jsonb_build_object('transactionId', p ->> 'id', 'taskId', p ->> 'task_id', 'workerId', p ->> 'worker_id',
      'platformId', p ->> 'platform_id', 'amount', p ->> 'amount', 'fee', p ->> 'fee', 'net', p ->> 'net')
  from unnest(p_payouts) as p
  cross join lateral unnest(array[p ->> 'worker_id', p ->> 'platform_id']) as a(audience);
$$;
comment on function :schema.record_payments(text, text, text, jsonb[]) is
  'Audit entries execute_payment and events payment.confirmed, for worker and platform, of payouts that were posted.';
