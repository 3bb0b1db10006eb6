/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../../../kernel/index.ts';

export const gigsSql: SqlModule = {
  name: 'gigs',
  files: [
    {
      path: "functions/account_age_days.sql",
      text: `create or replace function :schema.account_age_days(p_worker :schema.workers) returns integer
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- A worker registered in this very statement is a moment older than the statement: minus nothing is 0 days, not -1.
  select greatest(0, floor(extract(epoch from statement_timestamp() - p_worker.created_at) / 86400))::integer;
$$;
comment on function :schema.account_age_days(:schema.workers) is
  'Whole days since the worker registered, right at every read: account_age_days(w) for a row w of workers.';
`,
    },
    {
      path: "functions/add_completion_events.sql",
      text: `create or replace function :schema.add_completion_events(p_task :schema.tasks, p_delta integer) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_before integer;
  v_after integer;
  v_event record;
begin
  -- Once for a task, also when it was resumed after a dispute and completed again. The lock on the task makes asking safe;
  -- "on conflict" would come after the trigger has applied the points.
  for v_event in
    select e.type, e.delta, e.reason
    from (values
      (1, 'task_completed', p_delta, 'Completed "' || left(coalesce(p_task.title, p_task.id), 200) || '"', true),
      (2, 'task_late', -5, 'Completed after it was due', p_task.completed_at > p_task.due_at)
    ) as e(place, type, delta, reason, applies)
    where e.applies and not exists (
      select from :schema.reputation_events r
      where r.task_id = p_task.id and r.worker_id = p_task.worker_id and r.event_type = e.type
        and r.event_type in ('task_completed', 'task_late', 'rating_received')
    )
    order by e.place
  loop
    insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason)
    values (p_task.worker_id, p_task.id, v_event.type, v_event.delta, v_event.reason)
    returning coalesce(v_before, previous_score), new_score into v_before, v_after;
  end loop;
  if v_after is null then
    select reputation_score into v_after from :schema.workers where id = p_task.worker_id;
  end if;
  return jsonb_build_object('reputation_delta', v_after - coalesce(v_before, v_after), 'reputation_score', v_after);
end
$$;
comment on function :schema.add_completion_events(:schema.tasks, integer) is
  'The points for completing a task, and 5 less when it was late; once for a task. Returns what was applied and the score.';
`,
    },
    {
      path: "functions/add_reputation.sql",
      text: `create or replace function :schema.add_reputation(
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
`,
    },
    {
      path: "functions/begin_calls.sql",
      text: `create or replace function :schema.begin_calls(p_calls jsonb) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_new bigint;
begin
  -- In one order always: of two lists with a common key one waits, and never each for the other.
  insert into :schema.idempotency_keys (account, key, operation, request_sha256)
  select c.account, c.key, c.operation, decode(c.request, 'hex')
  from jsonb_to_recordset(p_calls) as c(account text, key text, operation text, request text)
  where c.key is not null
  order by c.account, c.key
  on conflict (account, key) do nothing;
  get diagnostics v_new = row_count;
  perform :schema.must_be_plain(v_new = (
    select count(*) from jsonb_to_recordset(p_calls) as c(key text) where c.key is not null));
end
$$;
comment on function :schema.begin_calls(jsonb) is
  'begin_once for calls that go together; raises when a key was used before.';
`,
    },
    {
      path: "functions/begin_send.sql",
      text: `create or replace function :schema.begin_send(p_id text, p_valid_s double precision, p_found_none timestamptz default null)
returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_action text;
  v_seen timestamptz;
begin
  select * into v_row from :schema.transactions where id = p_id for no key update;
  if not found or v_row.tx_type <> 'withdrawal' or v_row.status not in ('pending', 'processing') then
    return jsonb_build_object('action', 'none');
  end if;
  v_seen := v_row.submitted_at;
  if v_row.rail_reference is not null then
    v_action := 'confirm';
  elsif v_seen is null or (v_seen = p_found_none and v_seen + make_interval(secs => p_valid_s) <= clock_timestamp()) then
    -- Written down before anything leaves: whoever comes after a crash knows that it may have been sent.
    update :schema.transactions set status = 'processing', submitted_at = clock_timestamp(),
      updated_at = clock_timestamp()
    where id = p_id returning * into v_row;
    v_action := 'send';
  else
    v_action := 'find';
  end if;
  return jsonb_build_object('action', v_action, 'round', v_row.attempts, 'rail', v_row.rail,
    'reference', v_row.id || case when v_row.attempts > 1 then '-' || v_row.attempts else '' end,
    'amount', trim_scale(v_row.amount)::text, 'to', v_row.to_address, 'submitted_at', v_row.submitted_at,
    'valid_until', v_row.submitted_at + make_interval(secs => p_valid_s),
    'valid_for_s', extract(epoch from (v_row.submitted_at + make_interval(secs => p_valid_s) - clock_timestamp())));
end
$$;
comment on function :schema.begin_send(text, double precision, timestamptz) is
  'What is to be done with a withdrawal: send (it is marked as submitted now), find (somebody may have sent it), confirm, none. It is given out to be sent again only to who found nothing under the submission that it still has, and when that one can no longer be accepted.';
`,
    },
    {
      path: "functions/begin_task.sql",
      text: `create or replace function :schema.begin_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_worker text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_claim constant boolean := p_operation = 'claim_task';
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  if v_claim and p_actor_kind = 'worker' and p_actor_id is distinct from p_worker then
    raise exception 'Worker % cannot take a task for worker %.', p_actor_id, p_worker
      using errcode = 'GH403', constraint = 'not_your_task', column = 'workerId', hint = 'Take it for yourself.';
  end if;
  -- A task without a worker belongs to no worker yet, so who takes it is asked above.
  v_task := :schema.lock_task(case when v_claim and p_actor_kind = 'worker' then 'system' else p_actor_kind end, p_actor_id,
    p_task, case p_operation when 'start_task' then array['worker', 'platform'] else array['platform'] end, '{pending}');
  if v_claim and v_task.worker_id is not null then
    raise exception 'Task % has a worker.', p_task
      using errcode = 'GH409', constraint = 'task_taken', column = 'taskId', hint = 'Take another that is open.';
  elsif p_operation = 'start_task' and v_task.worker_id is null then
    raise exception 'Task % has no worker.', p_task
      using errcode = 'GH409', constraint = 'task_open', column = 'taskId', hint = 'Assign or claim it first.';
  end if;
  perform :schema.check_parties('system', null, null, coalesce(p_worker, v_task.worker_id));
  update :schema.tasks
  set worker_id = coalesce(p_worker, worker_id),
    status = case p_operation when 'assign_task' then status else 'active' end,
    started_at = case p_operation when 'assign_task' then started_at else clock_timestamp() end,
    updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, p_operation, 'task', p_task,
    jsonb_build_object('worker_id', v_task.worker_id), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.begin_task(text, text, text, text, text, text, bytea, text, text) is
  'assign_task: a pending task is given to a worker. claim_task: a worker takes an open one and begins it. start_task: its worker begins it.';
`,
    },
    {
      path: "functions/bring_statistics.sql",
      text: `create or replace function :schema.bring_statistics(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_workers text[];
  v_platforms text[];
begin
  -- Not beside a fold: what it adds after the columns were read would be taken for brought.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  -- A row that somebody holds is left for the next time: nobody who is paid waits for statistics, nor they for him.
  v_workers := array(
    select w.id from :schema.workers w
    where w.id in (select s.worker_id from :schema.worker_statistics s where s.is_stale order by s.worker_id limit p_limit)
    order by w.id for no key update skip locked
  );
  update :schema.workers w set total_tasks = t.completed_tasks, total_earned = t.total_earned,
    completion_rate = t.completion_rate, average_rating = t.average_rating, dispute_rate = t.dispute_rate,
    last_active_at = t.last_active_at
  from :schema.worker_totals t
  where w.id = any (v_workers) and t.worker_id = w.id
    and (w.total_tasks, w.total_earned, w.completion_rate, w.average_rating, w.dispute_rate, w.last_active_at)
      is distinct from
      (t.completed_tasks, t.total_earned, t.completion_rate, t.average_rating, t.dispute_rate, t.last_active_at);
  update :schema.worker_statistics set is_stale = false where worker_id = any (v_workers);
  -- Each day anew, too: who was active 30 days ago is not any more.
  v_platforms := array(
    select p.id from :schema.platforms p
    where p.id in (
      select s.platform_id from :schema.platform_statistics s
      where s.brought_on < (statement_timestamp() at time zone 'UTC')::date
      order by s.brought_on, s.platform_id limit p_limit
    )
    order by p.id for no key update skip locked
  );
  update :schema.platforms p set total_payouts = t.total_payouts, total_tasks = t.total_tasks,
    active_workers = t.active_workers_30d
  from :schema.platform_totals t
  where p.id = any (v_platforms) and t.platform_id = p.id
    and (p.total_payouts, p.total_tasks, p.active_workers) is distinct from
      (t.total_payouts, t.total_tasks, t.active_workers_30d);
  update :schema.platform_statistics set brought_on = (statement_timestamp() at time zone 'UTC')::date
  where platform_id = any (v_platforms);
  return cardinality(v_workers) + cardinality(v_platforms);
end
$$;
comment on function :schema.bring_statistics(integer) is
  'Brings the statistics columns of up to p_limit workers and platforms whose statistics have changed up to date; returns how many. Rows that are locked wait for the next call.';
`,
    },
    {
      path: "functions/bulk_payments.sql",
      text: `create or replace function :schema.bulk_payments(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_tasks text[], p_rail text, p_least numeric, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  v_answer := to_jsonb(:schema.pay_tasks(p_actor_type, p_actor_id, p_request_id, p_tasks, null, p_rail, p_least, null,
    p_wide));
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.bulk_payments(text, text, text, text, text, text, bytea, text[], text, numeric, boolean) is
  'Pays many completed tasks in one statement: those that can be paid are, the others say why not.';
`,
    },
    {
      path: "functions/cancel_stream.sql",
      text: `create or replace function :schema.cancel_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status in ('completed', 'cancelled') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Read it: it has ended before.';
  end if;
  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'cancelled', p_wide);
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.cancel_stream(text, text, text, text, text, text, bytea, text, boolean) is
  'Pays what has accrued and ends the stream; what else it was funded with is free escrow of its task again. One of which all was paid by that is completed instead.';
`,
    },
    {
      path: "functions/cancel_task.sql",
      text: `create or replace function :schema.cancel_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_reason text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_before :schema.tasks;
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_before := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{platform}', '{pending,active}');
  perform :schema.return_escrow(v_before, p_wide);
  select * into v_task from :schema.tasks where id = p_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'cancel_task', 'task', p_task,
    jsonb_build_object('reason', p_reason, 'returned', trim_scale(v_before.escrowed_amount)::text),
    array_remove(array[v_task.worker_id, v_task.platform_id], null));
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.cancel_task(text, text, text, text, text, text, bytea, text, text, boolean) is
  'Cancels a task that is pending or active; what of it is unpaid goes back to the platform.';
`,
    },
    {
      path: "functions/changed_platform_workers.sql",
      text: `create or replace function :schema.changed_platform_workers(
  p_platform text, p_workers text[], p_tasks integer[], p_days date[]
) returns table (worker_id text, old_tasks bigint, new_tasks bigint, old_day date, new_day date)
language sql stable
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select g.worker_id, coalesce(w.tasks, 0), coalesce(w.tasks, 0) + g.tasks, w.last_day,
    case
      when coalesce(w.tasks, 0) + g.tasks <= 0 then null
      -- Something was taken away, so the newest is looked up; only added to, it is the newer of the two. None is left
      -- when more was taken away than is among these deltas: those that follow will say so.
      when g.shrunk then coalesce((
        select (t.created_at at time zone 'UTC')::date
        from :schema.tasks t
        where t.worker_id = g.worker_id and t.platform_id = p_platform
        order by t.created_at desc
        limit 1
      ), w.last_day, g.newest_day)
      else greatest(w.last_day, g.newest_day)
    end
  from (
    select d.worker_id, sum(d.tasks) as tasks, max(d.day) as newest_day, bool_or(d.tasks < 0) as shrunk
    from unnest(p_workers, p_tasks, p_days) as d(worker_id, tasks, day)
    group by d.worker_id
  ) as g
  left join :schema.platform_workers w on w.platform_id = p_platform and w.worker_id = g.worker_id;
$$;
comment on function :schema.changed_platform_workers(text, text[], integer[], date[]) is
  'What deltas (worker, tasks, day) make of a platform''s workers: tasks and UTC day of the newest task, as folded and with them.';
`,
    },
    {
      path: "functions/chase_transfers.sql",
      text: `create or replace function :schema.chase_transfers(p_idle interval, p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_jobs jsonb;
begin
  select jsonb_agg(jsonb_build_object('payload', jsonb_build_object('transactionId', d.id), 'key', d.id,
    'type', d.tx_type)) into v_jobs
  from (
    select t.id, t.tx_type from :schema.transactions t
    where t.status in ('pending', 'processing') and t.updated_at < clock_timestamp() - p_idle
      and t.tx_type in ('withdrawal', 'deposit')
    order by t.updated_at
    limit p_limit
    for no key update skip locked
  ) as d;
  if v_jobs is null then return 0; end if;
  perform :schema.queue_enqueue(q.queue, q.jobs)
  from (
    select case j ->> 'type' when 'deposit' then 'confirm-deposit' else 'send-transfer' end as queue,
      jsonb_agg(j - 'type') as jobs
    from jsonb_array_elements(v_jobs) as j
    group by 1
  ) as q;
  update :schema.transactions set updated_at = clock_timestamp()
  where id in (select j -> 'payload' ->> 'transactionId' from jsonb_array_elements(v_jobs) as j);
  return jsonb_array_length(v_jobs);
end
$$;
comment on function :schema.chase_transfers(interval, integer) is
  'Puts withdrawals and pending deposits that nobody has touched for so long back in line, such as after their jobs became dead letters; returns how many.';
`,
    },
    {
      path: "functions/check_parties.sql",
      text: `create or replace function :schema.check_parties(
  p_actor_kind text, p_actor_id text, p_platform text, p_worker text
) returns boolean
language plpgsql stable
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
declare
  v_status text;
  v_active boolean;
begin
  if p_platform is not null then
    if p_actor_kind = 'worker' or (p_actor_kind = 'platform' and p_actor_id is distinct from p_platform) then
      raise exception '% % cannot post tasks of platform %.', initcap(p_actor_kind), p_actor_id, p_platform
        using errcode = 'GH403', constraint = 'not_your_platform', column = 'platformId',
          hint = 'A platform posts its own tasks.';
    end if;
    select is_active into v_active from :schema.platforms where id = p_platform;
    if not found then
      raise exception 'Platform % not found.', p_platform
        using errcode = 'GH404', constraint = 'platform_not_found', column = 'platformId', hint = 'Check the id.';
    elsif not v_active then
      raise exception 'Platform % is not active.', p_platform
        using errcode = 'GH403', constraint = 'platform_inactive', column = 'platformId',
          hint = 'It must be activated before it posts tasks.';
    end if;
  end if;
  if p_worker is not null then
    select status into v_status from :schema.workers where id = p_worker;
    if not found then
      raise exception 'Worker % not found.', p_worker
        using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId', hint = 'Check the id.';
    elsif v_status <> 'active' then
      raise exception 'Worker % is %.', p_worker, v_status
        using errcode = 'GH403', constraint = 'worker_' || v_status, column = 'workerId',
          hint = 'Only active workers are given tasks.';
    end if;
  end if;
  return true;
end
$$;
comment on function :schema.check_parties(text, text, text, text) is
  'Raises unless the platform (null: not asked) is active and the actor''s, and the worker (null: not asked) is active.';
`,
    },
    {
      path: "functions/complete_calls.sql",
      text: `create or replace function :schema.complete_calls(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz := clock_timestamp();
  -- In the order of the calls.
  v_tasks constant text[] := array(
    select c.task from jsonb_to_recordset(p_calls) as c(place integer, task text) order by c.place);
  v_answers jsonb[];
  v_records jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform from :schema.tasks t
  where t.id = any (v_tasks)
  order by t.id for no key update;
  -- One that is late has a second event, and one that was completed before has its own already: both go alone.
  perform :schema.must_be_plain(
    count(distinct t.id) = jsonb_array_length(p_calls)
    and bool_and(t.status = 'active' and (t.due_at is null or t.due_at > v_at)
      and not t.was_disputed
      and case c.actor_kind when 'worker' then false when 'platform' then c.actor_id = t.platform_id else true end))
  from jsonb_to_recordset(p_calls) as c(task text, actor_kind text, actor_id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;
  update :schema.tasks t
  set status = 'completed', completed_at = greatest(v_at, t.started_at), updated_at = v_at,
    verification_data = coalesce(c.verification::jsonb, t.verification_data),
    completion_proof = coalesce(c.proof, t.completion_proof)
  from jsonb_to_recordset(p_calls) as c(task text, verification text, proof text)
  where t.id = c.task
    and t.id = any (v_tasks);
  with given as (
    insert into :schema.reputation_events (id, worker_id, task_id, event_type, requested_delta, reason)
    select c.own_id, t.worker_id, t.id, 'task_completed', c.delta, 'Completed "' || left(coalesce(t.title, t.id), 200) || '"'
    from jsonb_to_recordset(p_calls) as c(task text, delta integer, own_id text)
    cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
    order by t.worker_id, t.id
    returning task_id, new_score - previous_score as delta, new_score
  )
  select array_agg(:schema.task_json(t) || r.reputation order by r.place),
    jsonb_agg(jsonb_build_object('place', r.place, 'action', 'complete_task', 'event', 'task.completed',
      'type', 'task', 'id', t.id,
      'metadata', r.reputation || jsonb_build_object('amount', trim_scale(t.amount)::text),
      'audiences', array[t.worker_id, t.platform_id]) order by r.place)
  into v_answers, v_records
  from given g
  cross join lateral (
    select jsonb_build_object('reputation_delta', g.delta, 'reputation_score', g.new_score) as reputation,
      -- A join with the calls would compare every event with every call.
      array_position(v_tasks, g.task_id) as place
  ) as r
  cross join lateral (select k.* from :schema.tasks k where k.id = g.task_id limit 1) as t;
  return :schema.end_calls(p_calls, v_records, v_answers);
end
$$;
comment on function :schema.complete_calls(jsonb) is
  'complete_task for calls of several callers at once, all or none; what is not plain is refused and made alone.';
`,
    },
    {
      path: "functions/complete_task.sql",
      text: `create or replace function :schema.complete_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_delta integer, p_verification jsonb, p_proof text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_reputation jsonb;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{platform}', '{active}');
  update :schema.tasks
  set status = 'completed', completed_at = greatest(clock_timestamp(), started_at),
    verification_data = coalesce(p_verification, verification_data), completion_proof = coalesce(p_proof, completion_proof),
    updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  v_reputation := :schema.add_completion_events(v_task, p_delta);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'complete_task', 'task', p_task,
    v_reputation || jsonb_build_object('amount', trim_scale(v_task.amount)::text), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task) || v_reputation);
end
$$;
comment on function :schema.complete_task(text, text, text, text, text, text, bytea, text, integer, jsonb, text) is
  'Completes an active task, with its points for the worker. Paying it is another step.';
`,
    },
    {
      path: "functions/create_calls.sql",
      text: `create or replace function :schema.create_calls(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_ids text[];
  v_platforms text[];
  v_amounts numeric[];
  v_answers jsonb[];
  v_records jsonb;
  v_answer jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform :schema.check_parties(c.actor_kind, c.actor_id, c.platform_id, c.worker_id)
  from jsonb_to_recordset(p_calls) as c(actor_kind text, actor_id text, platform_id text, worker_id text);
  insert into :schema.tasks (id, platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title,
    description, metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)
  select c.id, c.platform_id, c.worker_id, c.external_id, c.task_type, c.amount, coalesce(c.escrow, c.amount), c.title,
    c.description, c.metadata::jsonb, c.scheduled_at, c.due_at, c.hold_until,
    case when c.begun then 'active' else 'pending' end, case when c.begun then v_at end, v_at
  from jsonb_to_recordset(p_calls) as c(id text, platform_id text, worker_id text, external_id text, task_type text,
    amount numeric, escrow numeric, title text, description text, metadata text, scheduled_at timestamptz,
    due_at timestamptz, hold_until timestamptz, begun boolean)
  order by c.platform_id, c.external_id
  on conflict (platform_id, external_id) do nothing;
  select array_agg(t.id order by c.place), array_agg(t.platform_id order by c.place),
    array_agg(t.escrowed_amount::numeric order by c.place), array_agg(:schema.task_json(t) order by c.place),
    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'create_task', 'event', 'task.created',
      'type', 'task', 'id', t.id,
      'metadata', jsonb_build_object('task_type', t.task_type, 'amount', trim_scale(t.amount)::text)
        || case when t.status = 'active' then '{"begun": true}' else '{}' end::jsonb,
      'audiences', array_remove(array[t.worker_id, t.platform_id], null)) order by c.place)
  into v_ids, v_platforms, v_amounts, v_answers, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.id limit 1) as t;
  perform :schema.must_be_plain(cardinality(v_ids) = jsonb_array_length(p_calls) and 0 < all (v_amounts));
  v_answer := :schema.end_calls(p_calls, v_records, v_answers);
  -- Last, so that the balances are locked for no longer than it takes: others post and pay from the same accounts.
  perform :schema.move_together(
    (select array_agg('task ' || u.id || ' escrow' order by u.place) from unnest(v_ids) with ordinality as u(id, place)),
    (select array_agg('platform:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
    (select array_agg('escrow:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
    v_amounts, v_ids);
  return v_answer;
end
$$;
comment on function :schema.create_calls(jsonb) is
  'create_task for calls of several callers at once, all or none; what is not plain is refused and made alone.';
`,
    },
    {
      path: "functions/create_stream.sql",
      text: `create or replace function :schema.create_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_total :schema.usdc, p_start timestamptz, p_end timestamptz, p_duration_s integer, p_interval_s integer,
  p_contract text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_stream :schema.streams;
  v_duration_s numeric;
  v_promised numeric;
  v_free numeric;
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks t where t.id = p_task for no key update;
  if not found then
    raise exception 'There is no task %.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'List the tasks of the platform.';
  end if;
  if v_task.task_type <> 'streaming' then
    raise exception 'Task % is of type %, and only streaming tasks have streams.', p_task, v_task.task_type
      using errcode = 'GH409', constraint = 'task_not_streaming', column = 'taskId', hint = 'Post a task of type streaming.';
  end if;
  if v_task.status <> 'active' then
    raise exception 'Task % is %, not active.', p_task, v_task.status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'taskId',
        hint = 'A stream begins while its task is active.';
  end if;
  v_stream.start_time := coalesce(p_start, date_trunc('milliseconds', clock_timestamp()));
  v_stream.end_time := coalesce(p_end, v_stream.start_time + make_interval(secs => p_duration_s));
  v_duration_s := extract(epoch from (v_stream.end_time - v_stream.start_time));
  if v_duration_s <= 0 or v_duration_s > 30 * 86400 then
    raise exception 'A stream of % seconds is refused.', trim_scale(v_duration_s)
      using errcode = 'GH400', constraint = 'stream_duration',
        column = case when p_end is null then 'durationS' else 'endTime' end,
        hint = 'A stream lasts up to 30 days.';
  end if;
  if p_interval_s < 60 or p_interval_s > v_duration_s then
    raise exception 'Releases every % seconds do not fit a stream of % seconds.', p_interval_s, trim_scale(v_duration_s)
      using errcode = 'GH400', constraint = 'stream_interval', column = 'releaseIntervalS',
        hint = 'The interval is 60 seconds or more, and not longer than the stream.';
  end if;
  v_stream.total_amount := coalesce(p_total, v_task.amount);
  -- Streams that have ended count with what they paid, which is in paid_amount.
  select coalesce(sum(s.remaining_amount), 0) into v_promised
  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');
  if v_stream.total_amount > v_task.amount - v_task.paid_amount - v_promised then
    raise exception 'A stream of % is more than what task % has left.', trim_scale(v_stream.total_amount), p_task
      using errcode = 'GH409', constraint = 'above_task_amount', column = 'totalAmount',
        detail = jsonb_build_object('left', trim_scale(v_task.amount - v_task.paid_amount - v_promised)::text)::text,
        hint = 'All streams of a task together pay its amount at most.';
  end if;
  v_free := v_task.escrowed_amount - :schema.promised_escrow(p_task);
  v_stream.funded_amount := least(v_stream.total_amount, v_free);
  insert into :schema.streams (task_id, platform_id, worker_id, contract_address, start_time, end_time, total_amount,
    funded_amount, release_interval, fee_bps, status, next_release_at)
  select p_task, v_task.platform_id, v_task.worker_id, p_contract, v_stream.start_time, v_stream.end_time,
    v_stream.total_amount, v_stream.funded_amount, p_interval_s, p.fee_bps,
    case when v_stream.funded_amount > 0 then 'active' else 'insolvent' end,
    case when v_stream.funded_amount > 0 then v_stream.end_time end
  from :schema.platforms p where p.id = v_task.platform_id
  returning * into v_stream;
  update :schema.streams s set next_release_at = :schema.stream_next_release_at(s, s.start_time)
  where s.id = v_stream.id and s.status = 'active';
  select * into v_stream from :schema.streams s where s.id = v_stream.id;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'created', 'stream', v_stream.id,
    jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text,
      'funded', trim_scale(v_stream.funded_amount)::text, 'startTime', v_stream.start_time, 'endTime', v_stream.end_time,
      'releaseIntervalS', p_interval_s),
    array[v_stream.worker_id, v_stream.platform_id]);
  if v_stream.status = 'insolvent' then
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'insolvent', 'stream', v_stream.id,
      jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text, 'released', '0'),
      array[v_stream.worker_id, v_stream.platform_id]);
  end if;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.create_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, timestamptz, timestamptz, integer, integer, text) is
  'Begins a stream for an active streaming task, funded from what of the task''s escrow no other stream was promised: with less than its total it will run out, with nothing it waits for money.';
`,
    },
    {
      path: "functions/create_task.sql",
      text: `create or replace function :schema.create_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_platform text, p_worker text, p_external text, p_type text, p_amount numeric, p_escrow numeric, p_title text,
  p_description text, p_metadata jsonb, p_scheduled_at timestamptz, p_due_at timestamptz, p_hold_until timestamptz,
  p_begun boolean, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_escrow numeric := coalesce(p_escrow, p_amount);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  perform :schema.check_parties(p_actor_kind, p_actor_id, p_platform, p_worker);
  if v_escrow > p_amount then
    raise exception 'Escrow of % is more than the amount of %.', p_escrow, p_amount
      using errcode = 'GH400', column = 'escrow', hint = 'Set aside the amount or less of it.';
  end if;
  insert into :schema.tasks (platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title, description,
    metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)
  values (p_platform, p_worker, p_external, p_type, p_amount, v_escrow, p_title, p_description, p_metadata,
    p_scheduled_at, p_due_at, p_hold_until, case when p_begun then 'active' else 'pending' end,
    case when p_begun then v_at end, v_at)
  on conflict (platform_id, external_id) do nothing
  returning * into v_task;
  if not found then
    select * into v_task from :schema.tasks where platform_id = p_platform and external_id = p_external;
    if not :schema.same_task(v_task, p_worker, p_type, p_amount, v_escrow, p_title, p_description, p_metadata,
      p_scheduled_at, p_due_at, p_hold_until) then
      raise exception 'Platform % posted task "%" before with other content.', p_platform, p_external
        using errcode = 'GH409', constraint = 'external_id_reused', column = 'externalId',
          detail = jsonb_build_object('id', v_task.id)::text, hint = 'Use an id of its own for each task.';
    end if;
    return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
  end if;
  perform :schema.move_money(array['task ' || v_task.id || ' escrow'], array['platform:' || p_platform],
    array['escrow:' || p_platform], array[v_escrow], v_task.id, p_wide);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'create_task', 'task', v_task.id,
    jsonb_build_object('task_type', p_type, 'amount', trim_scale(p_amount)::text)
      || case when p_begun then '{"begun": true}' else '{}' end::jsonb,
    array_remove(array[p_worker, p_platform], null));
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.create_task(
  text, text, text, text, text, text, bytea, text, text, text, text, numeric, numeric, text, text, jsonb, timestamptz,
  timestamptz, timestamptz, boolean, boolean) is
  'Posts a task and sets its money aside, platform to escrow. The platform''s own id posted again with the same content answers the first task.';
`,
    },
    {
      path: "functions/create_tasks.sql",
      text: `create or replace function :schema.create_tasks(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_tasks jsonb, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_bad record;
  v_made text[];
  v_platforms text[];
  v_escrows numeric[];
begin
  if v_answer is not null then return v_answer; end if;
  perform :schema.check_parties(p_actor_kind, p_actor_id, l.platform_id, l.worker_id)
  from (
    select distinct r.platform_id, r.worker_id
    from jsonb_to_recordset(p_tasks) as r(platform_id text, worker_id text)
  ) as l;
  select l.place, l.escrow, l.amount into v_bad
  from jsonb_to_recordset(p_tasks) as l(place integer, amount numeric, escrow numeric)
  where l.escrow > l.amount
  order by l.place limit 1;
  if found then
    raise exception 'Escrow of % is more than the amount of %.', v_bad.escrow, v_bad.amount
      using errcode = 'GH400', column = 'tasks.' || v_bad.place || '.escrow', hint = 'Set aside the amount or less of it.';
  end if;
  -- In one order always, so that two lists with the same tasks wait for each other in a line.
  with made as (
    insert into :schema.tasks (id, platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title,
      description, metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)
    select l.id, l.platform_id, l.worker_id, l.external_id, l.task_type, l.amount, coalesce(l.escrow, l.amount), l.title,
      l.description, l.metadata, l.scheduled_at, l.due_at, l.hold_until,
      case when l.begun then 'active' else 'pending' end, case when l.begun then v_at end, v_at
    from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, worker_id text, external_id text,
      task_type text, amount numeric, escrow numeric, title text, description text, metadata jsonb,
      scheduled_at timestamptz, due_at timestamptz, hold_until timestamptz, begun boolean)
    order by l.platform_id, l.external_id, l.place
    on conflict (platform_id, external_id) do nothing
    returning id, platform_id, escrowed_amount
  )
  select array_agg(m.id order by m.id), array_agg(m.platform_id order by m.id), array_agg(m.escrowed_amount::numeric order by m.id)
  into v_made, v_platforms, v_escrows
  from made m;
  if v_made is not null then
    perform :schema.move_money(
      (select array_agg('task ' || u.id || ' escrow' order by u.place) from unnest(v_made) with ordinality as u(id, place)),
      (select array_agg('platform:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
      (select array_agg('escrow:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
      v_escrows, 'create_tasks', p_wide);
    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'create_task', 'task', t.id,
      jsonb_build_object('task_type', t.task_type, 'amount', trim_scale(t.amount)::text)
        || case when t.status = 'active' then '{"begun": true}' else '{}' end::jsonb,
      array_remove(array[t.worker_id, t.platform_id], null))
    from :schema.tasks t where t.id = any (v_made);
  end if;
  -- What was posted before, or twice in this list, must be the same.
  select l.place, l.platform_id, l.external_id, t.id into v_bad
  from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, worker_id text, external_id text,
    task_type text, amount numeric, escrow numeric, title text, description text, metadata jsonb,
    scheduled_at timestamptz, due_at timestamptz, hold_until timestamptz)
  join :schema.tasks t on t.platform_id = l.platform_id and t.external_id = l.external_id
  where t.id <> l.id and not :schema.same_task(t, l.worker_id, l.task_type, l.amount, coalesce(l.escrow, l.amount),
    l.title, l.description, l.metadata, l.scheduled_at, l.due_at, l.hold_until)
  order by l.place limit 1;
  if found then
    raise exception 'Platform % posted task "%" before with other content.', v_bad.platform_id, v_bad.external_id
      using errcode = 'GH409', constraint = 'external_id_reused', column = 'tasks.' || v_bad.place || '.externalId',
        detail = jsonb_build_object('id', v_bad.id)::text, hint = 'Use an id of its own for each task.';
  end if;
  select jsonb_agg(:schema.task_json(t) order by l.place) into v_answer
  from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, external_id text)
  cross join lateral (
    select k.* from :schema.tasks k where k.id = l.id
    union all
    select k.* from :schema.tasks k
    where k.platform_id = l.platform_id and k.external_id = l.external_id and k.id <> l.id
  ) as t;
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.create_tasks(text, text, text, text, text, text, bytea, jsonb, boolean) is
  'Posts a list of tasks, all or none, in one statement: as create_task does for one. Returns them in the order of the list.';
`,
    },
    {
      path: "functions/default_overdue_loans.sql",
      text: `create or replace function :schema.default_overdue_loans(p_penalty integer, p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_count integer := 0;
begin
  for v_loan in
    select * from :schema.loans
    where status in ('disbursed', 'repaying') and repayment_due < statement_timestamp()
    order by repayment_due, id
    limit p_limit
    for no key update skip locked
  loop
    update :schema.loans set status = 'defaulted', defaulted_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = v_loan.id;
    insert into :schema.reputation_events (worker_id, event_type, requested_delta, delta, previous_score, new_score,
      reason, related_id)
    values (v_loan.worker_id, 'penalty', p_penalty, 0, 0, 0, 'Advance not repaid in time', v_loan.id);
    perform :schema.record_action('system', null, null, 'defaulted', 'loan', v_loan.id,
      jsonb_build_object('workerId', v_loan.worker_id, 'penalty', p_penalty,
        'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[v_loan.worker_id]);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function :schema.default_overdue_loans(integer, integer) is
  'Makes loans whose due date has passed defaulted, with a penalty in reputation, at most p_limit of them; returns how many.';
`,
    },
    {
      path: "functions/deposit_funds.sql",
      text: `create or replace function :schema.deposit_funds(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_platform text, p_amount numeric, p_rail text, p_reference text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_ids bigint[];
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  if not exists (select from :schema.platforms where id = p_platform) then
    raise exception 'Platform not found' using errcode = 'GH404', constraint = 'platform_not_found',
      column = 'platformId', detail = jsonb_build_object('platformId', p_platform)::text,
      hint = 'Register it first.';
  end if;
  -- A reference that another call is just using is waited for; then its deposit is found.
  insert into :schema.transactions (platform_id, tx_type, amount, status, rail, rail_reference, processed_at)
  values (p_platform, 'deposit', p_amount, 'completed', p_rail, p_reference, clock_timestamp())
  on conflict (rail, rail_reference) where rail_reference is not null do nothing
  returning * into v_row;
  if v_row.id is null then
    select * into v_row from :schema.transactions where rail = p_rail and rail_reference = p_reference;
    if (v_row.platform_id, v_row.tx_type, v_row.amount) is distinct from (p_platform, 'deposit', p_amount) then
      raise exception 'The reference "%" of % belongs to another movement.', p_reference, p_rail
        using errcode = 'GH409', constraint = 'reference_used', column = 'reference',
          hint = 'Each deposit has a reference of its own.';
    end if;
    return :schema.end_once(p_account, p_key, :schema.transaction_json(v_row));
  end if;
  v_ids := :schema.move_money(array['deposit ' || v_row.id], array['bank'], array['platform:' || p_platform],
    array[p_amount], v_row.id, p_wide);
  update :schema.transactions set ledger_transfer_id = v_ids[1] where id = v_row.id returning * into v_row;
  v_answer := :schema.transaction_json(v_row);
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'complete', 'deposit', v_row.id,
    jsonb_build_object('platformId', p_platform, 'amount', v_answer ->> 'amount'), array[p_platform]);
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.deposit_funds(text, text, text, text, text, text, bytea, text, numeric, text, text, boolean) is
  'Books money that came in for a platform, once for its reference at the rail.';
`,
    },
    {
      path: "functions/dispute_task.sql",
      text: `create or replace function :schema.dispute_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_by text, p_reason text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task,
    case when p_by in ('worker', 'platform') then array[p_by] else array[]::text[] end, '{pending,active,completed}');
  if v_task.worker_id is null then
    raise exception 'Task % has no worker: there is nobody to dispute with.', p_task
      using errcode = 'GH409', constraint = 'task_open', column = 'taskId', hint = 'Cancel it.';
  end if;
  update :schema.tasks
  set status = 'disputed', was_disputed = true, disputed_at = clock_timestamp(), updated_at = clock_timestamp()
  where id = p_task;
  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason, metadata)
  values (v_task.worker_id, p_task, 'dispute_filed', 0, 'Dispute filed by the ' || p_by || ': ' || p_reason,
    jsonb_build_object('by', p_by));
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'dispute_task', 'task', p_task,
    jsonb_build_object('by', p_by, 'reason', p_reason, 'was', v_task.status), array[v_task.worker_id, v_task.platform_id]);
  select * into v_task from :schema.tasks where id = p_task;
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.dispute_task(text, text, text, text, text, text, bytea, text, text, text) is
  'Freezes a task that has a worker until the dispute is resolved: it is neither paid nor cancelled meanwhile. Costs no points; what is found may.';
`,
    },
    {
      path: "functions/earnings_history.sql",
      text: `create or replace function :schema.earnings_history(p_worker text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  with days as (
    select (statement_timestamp() at time zone 'UTC')::date as today
  ), paid as (
    select w.day, w.earned from :schema.daily_work w where w.worker_id = p_worker and w.payouts > 0
  )
  select jsonb_build_object(
    'last_day', d.today - 1,
    'first_earning_day', (select min(day) from paid),
    'daily_sums', (
      select jsonb_agg(trim_scale(coalesce(p.earned, 0))::text order by g.n desc)
      from generate_series(1, 30) as g(n) left join paid p on p.day = d.today - g.n
    )
  )
  from days d;
$$;
comment on function :schema.earnings_history(text) is
  'Payouts after fees by day (UTC) of the 30 whole days before today, oldest first, as decimal text; first_earning_day is null for who never earned.';
`,
    },
    {
      path: "functions/end_calls.sql",
      text: `create or replace function :schema.end_calls(
  p_calls jsonb, p_records jsonb, p_answers jsonb[]
) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_keys text[];
begin
  if p_records is not null then
    insert into :schema.audit_logs (id, actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)
    select coalesce(r.audit_id, c.audit_id), c.actor_kind, c.actor_id, c.request_id, r.action, r.type, r.id, r.metadata
    from jsonb_to_recordset(p_records) as r(place integer, audit_id text, action text, type text, id text, metadata jsonb)
    -- By its place, from 1 on: a join would compare every record with every call.
    cross join lateral jsonb_to_record(p_calls -> (r.place - 1))
      as c(audit_id text, actor_kind text, actor_id text, request_id text);
    insert into :schema.outbox (type, subject, audience, payload)
    select r.event, r.id, a.audience, coalesce(r.payload, r.metadata)
    from jsonb_to_recordset(p_records) as r(event text, id text, metadata jsonb, payload jsonb, audiences jsonb)
    cross join lateral jsonb_array_elements_text(r.audiences) as a(audience)
    where a.audience is not null;
  end if;
  if p_answers is not null then
    v_keys := array(
      select c.account || ' ' || c.key
      from jsonb_to_recordset(p_calls) as c(place integer, account text, key text) order by c.place);
    update :schema.idempotency_keys k
    set answer = p_answers[array_position(v_keys, k.account || ' ' || k.key)]
    where k.account = any (array(select c.account from jsonb_to_recordset(p_calls) as c(account text)))
      and k.key = any (array(select c.key from jsonb_to_recordset(p_calls) as c(key text)))
      and array_position(v_keys, k.account || ' ' || k.key) is not null;
  end if;
  return to_jsonb(p_answers);
end
$$;
comment on function :schema.end_calls(jsonb, jsonb, jsonb[]) is
  'Audit entries and events of calls that went together, and their answers stored for their keys; either is left for another call when it is null.';
`,
    },
    {
      path: "functions/event_type.sql",
      text: `create or replace function :schema.event_type(p_resource_type text, p_action text) returns text
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
`,
    },
    {
      path: "functions/find_transfer.sql",
      text: `create or replace function :schema.find_transfer(p_rail text, p_reference text, p_rail_reference text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object('id', f.id, 'rail', f.rail, 'status', f.status, 'round', f.round,
    'is_current', f.round = f.attempts,
    'reference', f.id || case when f.round > 1 then '-' || f.round else '' end)
  from (
    select t.id, t.rail, t.status, t.attempts,
      case when p_reference = t.id then 1 else substr(p_reference, length(t.id) + 2)::integer end as round
    from :schema.transactions t
    where t.id = split_part(p_reference, '-', 1) and p_reference ~ '^[^-]+(-([2-9]|[1-9][0-9]{1,5}))?$'
      and t.tx_type = 'withdrawal'
    union all
    select t.id, t.rail, t.status, t.attempts, t.attempts
    from :schema.transactions t
    where p_reference is null and t.rail = p_rail and t.rail_reference = p_rail_reference
      and t.tx_type = 'withdrawal'
  ) as f
  where f.round <= f.attempts;
$$;
comment on function :schema.find_transfer(text, text, text) is
  'The withdrawal that a rail speaks of, by our reference (of any of its rounds) or by the rail''s own; null when there is none. A reference of ours is found whichever rail the withdrawal goes over.';
`,
    },
    {
      path: "functions/fold_statistics.sql",
      text: `create or replace function :schema.fold_statistics(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_moved integer;
begin
  -- One at a time: the second waits here, and then finds these rows gone. Writers never take this lock.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  with work as materialized (
    delete from :schema.work_deltas
    where id <= (select max(id) from (select id from :schema.work_deltas order by id limit p_limit) as oldest)
    returning *
  ), money as materialized (
    delete from :schema.money_deltas
    where id <= (select max(id) from (select id from :schema.money_deltas order by id limit p_limit) as oldest)
    returning *
  ), kept_workers as materialized (
    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.
    select id from :schema.workers where id in (select worker_id from work union select worker_id from money)
    order by id for key share
  ), kept_platforms as materialized (
    select id from :schema.platforms where id in (select platform_id from work union select platform_id from money)
    order by id for key share
  ), by_worker as (
    insert into :schema.worker_statistics as t (worker_id, tasks, pending, active, completed, cancelled, abandoned,
      disputed, ever_disputed, late, ratings, stars, earned, paid, released, open_amount, last_active_at)
    select m.worker_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled), sum(m.abandoned),
      sum(m.disputed), sum(m.ever_disputed), sum(m.late), sum(m.ratings), sum(m.stars), sum(m.earned), sum(m.paid),
      sum(m.released), sum(m.open_amount), max(m.active_at)
    from (
      select worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed, ever_disputed, late, ratings,
        stars, earned, paid, released, open_amount, active_at
      from work
      union all
      select worker_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, active_at from money
    ) as m
    join kept_workers k on k.id = m.worker_id
    group by 1
    order by 1
    on conflict (worker_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,
      active = t.active + excluded.active, completed = t.completed + excluded.completed,
      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,
      disputed = t.disputed + excluded.disputed, ever_disputed = t.ever_disputed + excluded.ever_disputed,
      late = t.late + excluded.late,
      ratings = t.ratings + excluded.ratings, stars = t.stars + excluded.stars, earned = t.earned + excluded.earned,
      paid = t.paid + excluded.paid, released = t.released + excluded.released,
      open_amount = t.open_amount + excluded.open_amount,
      last_active_at = greatest(t.last_active_at, excluded.last_active_at), is_stale = true
  ), by_worker_day as (
    insert into :schema.worker_days as t (worker_id, day, tasks, completed, payouts, earned)
    select m.worker_id, m.day, sum(m.tasks), sum(m.completed), sum(m.payouts), sum(m.earned)
    from (
      select worker_id, created_day as day, tasks, completed, 0 as payouts, 0 as earned
      from work
      where created_day is not null
      union all
      select worker_id, paid_day, 0, 0, transactions, amount - fees from money where paid_day is not null
    ) as m
    join kept_workers k on k.id = m.worker_id
    group by 1, 2
    having (sum(m.tasks), sum(m.completed), sum(m.payouts), sum(m.earned)) <> (0, 0, 0, 0)
    order by 1, 2
    on conflict (worker_id, day) do update set tasks = t.tasks + excluded.tasks,
      completed = t.completed + excluded.completed, payouts = t.payouts + excluded.payouts,
      earned = t.earned + excluded.earned
  ), by_worker_type as (
    insert into :schema.worker_transactions as t (worker_id, tx_type, transactions, amount)
    select m.worker_id, m.tx_type, sum(m.transactions), sum(m.amount)
    from money m join kept_workers k on k.id = m.worker_id
    where m.status = 'completed' and m.asset = 'USDC'
    group by 1, 2
    order by 1, 2
    on conflict (worker_id, tx_type) do update set
      transactions = t.transactions + excluded.transactions, amount = t.amount + excluded.amount
  ), by_day as (
    insert into :schema.transaction_days as t (day, asset, tx_type, status, transactions, amount, fees)
    select day, asset, tx_type, status, sum(transactions), sum(amount), sum(fees)
    from money
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (day, asset, tx_type, status) do update set transactions = t.transactions + excluded.transactions,
      amount = t.amount + excluded.amount, fees = t.fees + excluded.fees
  ), pairs as materialized (
    select m.platform_id, c.worker_id, c.old_tasks, c.new_tasks, c.old_day, c.new_day
    from (
      select platform_id, array_agg(worker_id) as workers, array_agg(tasks) as tasks, array_agg(created_day) as days
      from work
      where worker_id is not null and tasks <> 0
      group by 1
    ) as m
    join kept_platforms k on k.id = m.platform_id
    cross join lateral :schema.changed_platform_workers(m.platform_id, m.workers, m.tasks, m.days) as c
  ), pairs_gone as (
    delete from :schema.platform_workers t
    using pairs p
    where p.new_tasks <= 0 and t.platform_id = p.platform_id and t.worker_id = p.worker_id
  ), by_pair as (
    insert into :schema.platform_workers as t (platform_id, worker_id, tasks, last_day)
    select platform_id, worker_id, new_tasks, new_day from pairs where new_tasks > 0 order by 1, 2
    on conflict (platform_id, worker_id) do update set tasks = excluded.tasks, last_day = excluded.last_day
  ), by_activity as (
    insert into :schema.platform_activity as t (platform_id, day, workers)
    select m.platform_id, m.day, sum(m.workers)
    from (
      select platform_id, old_day as day, -1 as workers from pairs where old_day is distinct from new_day
      union all
      select platform_id, new_day, 1 from pairs where old_day is distinct from new_day
    ) as m
    where m.day is not null
    group by 1, 2
    having sum(m.workers) <> 0
    order by 1, 2
    on conflict (platform_id, day) do update set workers = t.workers + excluded.workers
  ), by_platform as (
    insert into :schema.platform_statistics as t (platform_id, tasks, pending, active, completed, cancelled, abandoned,
      disputed, timed, seconds, payouts, payout_amount, fees, unique_workers)
    select m.platform_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled),
      sum(m.abandoned), sum(m.disputed), sum(m.timed), sum(m.seconds), sum(m.payouts), sum(m.payout_amount), sum(m.fees),
      sum(m.unique_workers)
    from (
      select platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed, timed, seconds,
        0 as payouts, 0 as payout_amount, 0 as fees, 0 as unique_workers
      from work
      union all
      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, transactions, amount, fees, 0
      from money
      where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
      union all
      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (new_tasks > 0)::integer - (old_tasks > 0)::integer
      from pairs
    ) as m
    join kept_platforms k on k.id = m.platform_id
    group by 1
    order by 1
    on conflict (platform_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,
      active = t.active + excluded.active, completed = t.completed + excluded.completed,
      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,
      disputed = t.disputed + excluded.disputed, timed = t.timed + excluded.timed, seconds = t.seconds + excluded.seconds,
      payouts = t.payouts + excluded.payouts, payout_amount = t.payout_amount + excluded.payout_amount,
      fees = t.fees + excluded.fees, unique_workers = t.unique_workers + excluded.unique_workers,
      brought_on = '-infinity'
  )
  select greatest((select count(*) from work), (select count(*) from money)) into v_moved;
  return v_moved;
end
$$;
comment on function :schema.fold_statistics(integer) is
  'Moves up to p_limit deltas of work and of money into the rollups; returns how many of whichever were more. Safe to run from several processes at once. The columns of workers and platforms follow by bring_statistics.';
`,
    },
    {
      path: "functions/guard_status.sql",
      text: `create or replace function :schema.guard_status() returns trigger
language plpgsql
as $$
-- There is no search_path setting: no name is searched for, and the setting would cost each step.
begin
  if (tg_table_name, old.status, new.status) in (
    ('tasks', 'pending', 'active'), ('tasks', 'pending', 'cancelled'), ('tasks', 'pending', 'disputed'),
    ('tasks', 'active', 'completed'), ('tasks', 'active', 'cancelled'), ('tasks', 'active', 'disputed'),
    ('tasks', 'active', 'pending'), ('tasks', 'completed', 'disputed'),
    ('tasks', 'disputed', 'active'), ('tasks', 'disputed', 'completed'), ('tasks', 'disputed', 'cancelled'),
    ('streams', 'active', 'paused'), ('streams', 'active', 'insolvent'), ('streams', 'active', 'completed'),
    ('streams', 'active', 'cancelled'), ('streams', 'paused', 'active'), ('streams', 'paused', 'cancelled'),
    ('streams', 'paused', 'insolvent'), ('streams', 'insolvent', 'active'), ('streams', 'insolvent', 'paused'),
    ('streams', 'insolvent', 'cancelled'), ('streams', 'paused', 'completed'), ('streams', 'insolvent', 'completed'),
    ('loans', 'pending', 'approved'), ('loans', 'pending', 'cancelled'), ('loans', 'approved', 'disbursed'),
    ('loans', 'approved', 'cancelled'), ('loans', 'disbursed', 'repaying'), ('loans', 'disbursed', 'repaid'),
    ('loans', 'disbursed', 'defaulted'), ('loans', 'repaying', 'repaid'), ('loans', 'repaying', 'defaulted'),
    ('loans', 'defaulted', 'repaid'), ('loans', 'defaulted', 'written_off'), ('loans', 'written_off', 'repaid'),
    ('transactions', 'pending', 'processing'), ('transactions', 'pending', 'completed'),
    ('transactions', 'pending', 'failed'), ('transactions', 'pending', 'cancelled'),
    ('transactions', 'processing', 'completed'), ('transactions', 'processing', 'failed'),
    ('transactions', 'failed', 'processing')
  ) then
    return new;
  end if;
  raise exception 'A % that is % cannot become %.', rtrim(tg_table_name, 's'), old.status, new.status
    using errcode = 'GH409', constraint = rtrim(tg_table_name, 's') || '_status', column = 'status',
      detail = jsonb_build_object('id', old.id, 'from', old.status, 'to', new.status)::text,
      hint = 'Read it again: somebody may have changed it meanwhile.';
end
$$;
comment on function :schema.guard_status() is
  'Row trigger of tasks, streams, loans and transactions: lets only the steps of their state machines pass.';
`,
    },
    {
      path: "functions/guard_wallet_proof.sql",
      text: `create or replace function :schema.guard_wallet_proof() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if tg_op = 'UPDATE' then
    if (new.wallet_address, new.wallet_verified_at) is not distinct from (old.wallet_address, old.wallet_verified_at) then
      return new;
    end if;
    if new.wallet_verified_at = old.wallet_verified_at then
      -- The proof was of another address.
      new.wallet_verified_at := null;
      return new;
    end if;
  end if;
  -- Of this transaction: an older proof must not be put back.
  if exists (
    select from :schema.wallet_challenges c
    where c.worker_id = new.id and c.address = new.wallet_address and c.used_at = new.wallet_verified_at
      and c.used_at >= date_trunc('milliseconds', transaction_timestamp())
  ) then
    return new;
  end if;
  raise exception 'The wallet of worker % was not proven.', new.id
    using errcode = 'GH403', constraint = 'wallet_unproven', column = 'walletAddress',
      detail = jsonb_build_object('workerId', new.id)::text,
      hint = 'Only link_wallet sets wallet_verified_at, with a challenge that the worker has signed.';
end
$$;
comment on function :schema.guard_wallet_proof() is
  'Row trigger of workers: a wallet counts as proven only with a challenge for this worker and address that is used in the same transaction; another address ends the proof.';
`,
    },
    {
      path: "functions/halt_streams.sql",
      text: `create or replace function :schema.halt_streams(
  p_actor_type text, p_actor_id text, p_request_id text, p_task text, p_stream text, p_status text, p_wide boolean
) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_ids text[];
  v_released numeric;
  v_stream record;
begin
  assert p_status in ('paused', 'cancelled'), 'streams are halted by a pause or for good';
  v_ids := array(
    select s.id from :schema.streams s
    where s.task_id = p_task and s.id = coalesce(p_stream, s.id)
      and s.status in ('active', 'insolvent', case when p_status = 'cancelled' then 'paused' end)
    order by s.id for no key update
  );
  select coalesce(sum(r.amount), 0) into v_released
  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, v_ids, null, v_now, p_wide) as r;
  for v_stream in
    update :schema.streams s
    set status = p_status, next_release_at = null,
      -- One that ran out of money has earned nothing since.
      paused_at = case when p_status = 'paused' then least(v_now, :schema.stream_runs_out_at(s)) end,
      cancelled_at = case when p_status = 'cancelled' then v_now end, updated_at = v_now
    where s.id = any (v_ids) and s.status in ('active', 'insolvent', 'paused')
    returning s.id, s.task_id, s.worker_id, s.platform_id, s.released_amount, s.funded_amount
  loop
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, p_status, 'stream', v_stream.id,
      jsonb_build_object('taskId', v_stream.task_id, 'released', trim_scale(v_stream.released_amount)::text,
        'unreleased', trim_scale(v_stream.funded_amount - v_stream.released_amount)::text),
      array[v_stream.worker_id, v_stream.platform_id]);
  end loop;
  return v_released;
end
$$;
comment on function :schema.halt_streams(text, text, text, text, text, text, boolean) is
  'Pauses (paused) or ends (cancelled) one stream of a task, or all with null, after paying what has accrued; returns how much that was. The rest stays in the task''s escrow. For callers that have locked the task.';
`,
    },
    {
      path: "functions/hold_refusal.sql",
      text: `create or replace function :schema.hold_refusal(p_task :schema.tasks) returns jsonb
language plpgsql stable
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each payment.
begin
  if p_task.hold_until > clock_timestamp() then
    return jsonb_build_object('state', 'GH409',
      'message', format('Task %s is held until %s.', p_task.id, to_char(p_task.hold_until at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      'reason', 'task_held', 'details', jsonb_build_object('taskId', p_task.id, 'holdUntil', p_task.hold_until),
      'hint', 'It is paid by itself when that time has come and it is approved.');
  end if;
  if p_task.verification_status in ('flagged', 'rejected') then
    return jsonb_build_object('state', 'GH409',
      'message', format('Task %s is %s.', p_task.id, p_task.verification_status), 'reason', 'not_verified',
      'details', jsonb_build_object('taskId', p_task.id, 'verificationStatus', p_task.verification_status),
      'hint', 'Approve it first.');
  end if;
  if exists (
    select from :schema.streams s where s.task_id = p_task.id and s.status in ('active', 'paused', 'insolvent')
  ) then
    return jsonb_build_object('state', 'GH409', 'message', format('Task %s is being paid by a stream.', p_task.id),
      'reason', 'task_streaming', 'details', jsonb_build_object('taskId', p_task.id),
      'hint', 'Wait for its end, or cancel it.');
  end if;
  return null;
end
$$;
comment on function :schema.hold_refusal(:schema.tasks) is
  'Why nothing may leave the escrow of a completed task for a worker just now, or null: held, flagged or rejected, a stream that is not over.';
`,
    },
    {
      path: "functions/import_chain_transactions.sql",
      text: `create or replace function :schema.import_chain_transactions(p_rows jsonb) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_made text[];
begin
  with made as (
    insert into :schema.chain_transactions (tx_hash, block_number, position, from_address, to_address, value, gas_used,
      fee, status, at)
    select d.tx_hash, d.block_number, d.position, d.from_address, d.to_address, d.value, d.gas_used, d.fee, d.status, d.at
    from jsonb_to_recordset(p_rows) as d(tx_hash text, block_number bigint, position integer, from_address text,
      to_address text, value numeric, gas_used bigint, fee numeric, status text, at timestamptz)
    order by d.tx_hash
    on conflict (tx_hash) do nothing
    returning tx_hash
  )
  select array_agg(m.tx_hash) into v_made from made m;
  -- Transfers that came in before: a log proves that its transaction went through, so only the fee is new.
  update :schema.transactions t
  set metadata = t.metadata || jsonb_build_object('chainFee', c.fee::text), updated_at = clock_timestamp()
  from :schema.chain_transactions c
  where c.tx_hash = any (v_made) and t.tx_hash = c.tx_hash and t.rail = 'ethereum';
  return coalesce(cardinality(v_made), 0);
end
$$;
comment on function :schema.import_chain_transactions(jsonb) is
  'Writes transactions of a chain, each once for its hash, and their fee to the transfers within them; returns how many were new.';
`,
    },
    {
      path: "functions/import_platform.sql",
      text: `create or replace function :schema.import_platform(
  p_actor_kind text, p_actor_id text, p_request_id text, p_name text, p_email text
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id text;
begin
  -- The unique login is the guard: of two imports that start at once the second waits here and then finds it.
  insert into :schema.accounts (id, kind, login, roles)
  values (:schema.new_id('plt'), 'platform', p_email, '{platform}')
  on conflict (login) do nothing
  returning id into v_id;
  if v_id is null then
    select p.id into v_id from :schema.platforms p where p.contact_email = p_email;
    return v_id;
  end if;
  insert into :schema.platforms (id, name, contact_email, fee_bps, metadata)
  values (v_id, p_name, p_email, 0, '{"imported": true}');
  perform :schema.open_books('platform', v_id);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'register', 'platform', v_id,
    jsonb_build_object('login', p_email), array[v_id]);
  return v_id;
end
$$;
comment on function :schema.import_platform(text, text, text, text, text) is
  'The platform of this address, made when there is none: without a password, so nobody signs in as it, and without a fee, so that imported amounts are paid as published.';
`,
    },
    {
      path: "functions/import_reputation.sql",
      text: `create or replace function :schema.import_reputation(
  p_made text[], p_tasks jsonb, p_places integer[], p_workers text[]
) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, rating, reason, created_at)
  select s.worker, t.id, e.type, e.delta, e.rating, e.reason, t.completed_at
  from :schema.tasks t
  join jsonb_to_recordset(p_tasks) as d(place integer, external_id text, points integer, rating smallint, penalty integer)
    on d.external_id = t.external_id
  join unnest(p_places, p_workers) as s(task, worker) on s.task = d.place
  cross join lateral (values
    (1, 'task_completed', d.points, null::smallint, 'Completed "' || left(coalesce(t.title, t.id), 200) || '"'),
    (2, 'rating_received', (d.rating - 3) * 5, d.rating, 'Rated ' || d.rating || ' of 5'),
    (3, 'penalty', -d.penalty, null, 'The platform marked the work as tainted')
  ) as e(place, type, delta, rating, reason)
  where t.id = any (p_made) and e.delta is not null
  -- In one order of workers: two imports that meet at the same rows wait for each other in a line.
  order by s.worker, t.completed_at, t.id, e.place;
$$;
comment on function :schema.import_reputation(text[], jsonb, integer[], text[]) is
  'The reputation events of imported tasks, dated at their completion: points for completing, the rating, a penalty.';
`,
    },
    {
      path: "functions/import_tasks.sql",
      text: `create or replace function :schema.import_tasks(
  p_actor_kind text, p_actor_id text, p_request_id text, p_import text, p_platform text, p_rows_done bigint,
  p_fund boolean, p_tasks jsonb, p_shares jsonb
) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now constant timestamptz(3) := clock_timestamp();
  v_made text[];
  v_keys text[];
  v_amounts numeric[];
  v_places integer[];
  v_owners text[];
  v_parts numeric[];
  v_tasks text[];
  v_workers text[];
  -- A penalty is the house's: what a platform says of its own tasks costs nobody points until a dispute is resolved.
  v_tasks_told constant jsonb := case when p_actor_kind not in ('worker', 'platform') then p_tasks
    else (select jsonb_agg(t - 'penalty') from jsonb_array_elements(p_tasks) as t) end;
begin
  perform :schema.import_workers(p_actor_kind, p_actor_id, p_request_id, array_agg(s.email), array_agg(s.name))
  from jsonb_to_recordset(p_shares) as s(worker text, email text, name text)
  where s.worker is null;
  select array_agg(s.task order by s.place), array_agg(coalesce(k.id, m.id) order by s.place),
    array_agg(s.amount order by s.place)
  into v_places, v_owners, v_parts
  from jsonb_to_recordset(p_shares) as s(place integer, task integer, worker text, email text, amount numeric)
  left join :schema.workers k on k.id = s.worker
  left join :schema.workers m on m.email = s.email;

  -- What the platform posted before under the same id stays as it is.
  with made as (
    insert into :schema.tasks (platform_id, worker_id, external_id, amount, escrowed_amount, status, title, description,
      metadata, verification_data, verification_status, verified_by, worker_rating, hold_until, started_at, completed_at,
      created_at, updated_at)
    select p_platform, w.id, t.external_id, t.amount, case when t.verification = 'rejected' then 0 else t.amount end,
      'completed', t.title, t.description, t.metadata || jsonb_build_object('importId', p_import), t.verification_data,
      t.verification, case when t.verification <> 'pending' then 'manual' end, t.rating, t.hold_until,
      coalesce(t.started_at, v_now), coalesce(t.completed_at, v_now), coalesce(t.started_at, v_now), v_now
    from jsonb_to_recordset(p_tasks) as t(place integer, external_id text, amount numeric, title text, description text,
      metadata jsonb, verification_data jsonb, verification text, rating smallint, hold_until timestamptz,
      started_at timestamptz, completed_at timestamptz)
    join (
      select distinct on (u.task) u.task, u.id
      from unnest(v_places, v_owners) with ordinality as u(task, id, place) order by u.task, u.place
    ) as w on w.task = t.place
    order by t.external_id
    on conflict (platform_id, external_id) do nothing
    returning id, escrowed_amount
  )
  select array_agg(m.id order by m.id), array_agg('task ' || m.id || ' escrow' order by m.id),
    array_agg(m.escrowed_amount::numeric order by m.id)
  into v_made, v_keys, v_amounts
  from made m;
  if v_made is null then return 0; end if;

  if p_fund then
    perform :schema.deposit_funds(p_actor_kind, p_actor_id, p_request_id, null, null, null, null, p_platform, s.amount,
      'ledger', 'import ' || p_import || ' row ' || p_rows_done, true)
    from (select sum(a) as amount from unnest(v_amounts) as a) as s where s.amount > 0;
  end if;
  perform :schema.move_money(v_keys, array_fill('platform:' || p_platform, array[cardinality(v_keys)]),
    array_fill('escrow:' || p_platform, array[cardinality(v_keys)]), v_amounts, 'import ' || p_import, true);

  -- Held ones are paid by release_holds, rejected ones by nobody.
  select array_agg(t.id order by s.place), array_agg(s.worker order by s.place), array_agg(s.amount order by s.place)
  into v_tasks, v_workers, v_amounts
  from :schema.tasks t
  join jsonb_to_recordset(p_tasks) as d(place integer, external_id text) on d.external_id = t.external_id
  join unnest(v_places, v_owners, v_parts) with ordinality as s(task, worker, amount, place) on s.task = d.place
  where t.id = any (v_made) and t.hold_until is null and t.verification_status = 'approved' and s.amount > 0;
  if v_tasks is not null then
    perform :schema.post_payouts(p_actor_kind, p_actor_id, p_request_id, v_tasks, v_workers, v_amounts,
      jsonb_build_object('importId', p_import), true);
  end if;
  perform :schema.import_reputation(v_made, v_tasks_told, v_places, v_owners);
  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)
  values (p_actor_kind, p_actor_id, p_request_id, 'import_tasks', 'import', p_import,
    jsonb_build_object('platformId', p_platform, 'tasks', cardinality(v_made), 'payouts', coalesce(cardinality(v_tasks), 0),
      'penalties', (
        select count(*) from :schema.tasks t
        join jsonb_to_recordset(v_tasks_told) as d(place integer, external_id text, penalty integer)
          on d.external_id = t.external_id
        join unnest(v_places) as s(task) on s.task = d.place
        where t.id = any (v_made) and d.penalty is not null)));
  return cardinality(v_made);
end
$$;
comment on function :schema.import_tasks(text, text, text, text, text, bigint, boolean, jsonb, jsonb) is
  'Writes a batch of tasks that were done elsewhere: completed, their money moved from the platform (paid in first when p_fund) to escrow and, unless held or rejected, to their workers. Penalties are left out when a platform imports. Returns how many were new.';
`,
    },
    {
      path: "functions/import_transfers.sql",
      text: `create or replace function :schema.import_transfers(p_import text, p_transfers jsonb) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_made bigint;
begin
  -- Our books stay as they are: this money moved elsewhere. A failed transaction of the chain moved nothing.
  insert into :schema.transactions (asset, tx_hash, log_index, tx_type, amount, status, from_address, to_address, rail,
    block_number, error_message, metadata, processed_at, created_at)
  select d.asset, d.tx_hash, d.log_index, 'transfer', d.amount, coalesce(c.status, 'completed'), d.from_address,
    d.to_address, 'ethereum', d.block_number, case when c.status = 'failed' then 'The chain reverted it.' end,
    d.metadata || jsonb_build_object('importId', p_import)
      || case when c.tx_hash is null then '{}' else jsonb_build_object('chainFee', c.fee::text) end,
    d.at, d.at
  from jsonb_to_recordset(p_transfers) as d(asset text, tx_hash text, log_index integer, amount numeric,
    from_address text, to_address text, block_number bigint, metadata jsonb, at timestamptz)
  left join :schema.chain_transactions c on c.tx_hash = d.tx_hash
  order by d.tx_hash, d.log_index
  on conflict (tx_hash, log_index) where tx_hash is not null do nothing;
  get diagnostics v_made = row_count;
  return v_made;
end
$$;
comment on function :schema.import_transfers(text, jsonb) is
  'Writes token transfers seen on a chain, each once for its hash and log index, with outcome and fee where the chain''s transaction is known; returns how many were new.';
`,
    },
    {
      path: "functions/import_workers.sql",
      text: `create or replace function :schema.import_workers(
  p_actor_kind text, p_actor_id text, p_request_id text, p_emails text[], p_names text[]
) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_made text[];
begin
  -- In one order always: two imports with the same workers wait for each other in a line.
  with wanted as (
    select distinct on (g.email) g.email, g.name, :schema.new_id('wrk') as id
    from unnest(p_emails, p_names) as g(email, name)
    where not exists (select from :schema.accounts a where a.login = g.email)
    order by g.email
  ), account as (
    insert into :schema.accounts (id, kind, login, roles)
    select w.id, 'worker', w.email, '{worker}' from wanted w order by w.email
    on conflict (login) do nothing
    returning id, login
  ), made as (
    insert into :schema.workers (id, name, email, metadata)
    select a.id, w.name, a.login, '{"imported": true}' from account a join wanted w on w.id = a.id
    returning id
  )
  select array_agg(m.id order by m.id) into v_made from made m;
  if v_made is null then return 0; end if;
  perform :schema.open_books('worker', u.id) from unnest(v_made) as u(id);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'register', 'worker', w.id,
    jsonb_build_object('login', w.email), array[w.id])
  from :schema.workers w where w.id = any (v_made) order by w.id;
  return cardinality(v_made);
end
$$;
comment on function :schema.import_workers(text, text, text, text[], text[]) is
  'Makes the workers of these addresses that are not there yet, without passwords; returns how many.';
`,
    },
    {
      path: "functions/link_wallet.sql",
      text: `create or replace function :schema.link_wallet(
  p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_nonce text
) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  c_attempts constant integer := 3;
  v_challenge :schema.wallet_challenges;
  v_holder :schema.workers;
  v_before :schema.workers;
begin
  select * into strict v_challenge from :schema.wallet_challenges
  where nonce = p_nonce and worker_id = p_worker and used_at is not null;
  perform from :schema.accounts where id = p_worker for no key update;
  for v_attempt in 1 .. c_attempts loop
    -- Both rows in the order of their ids, and as strongly at once as the change of a unique column needs.
    perform from :schema.workers where id = p_worker or wallet_address = v_challenge.address order by id for update;
    select * into v_holder from :schema.workers where wallet_address = v_challenge.address and id <> p_worker;
    if v_holder.wallet_verified_at is not null then
      raise exception 'Another worker has proven this wallet address.'
        using errcode = 'GH409', constraint = 'wallet_taken', column = 'walletAddress',
          hint = 'Unlink it from the other account first.';
    end if;
    select * into v_before from :schema.workers where id = p_worker;
    begin
      -- It was only typed in there; who has the key is somebody else.
      update :schema.workers set wallet_address = null, updated_at = clock_timestamp() where id = v_holder.id;
      update :schema.workers
      set wallet_address = v_challenge.address, wallet_verified_at = v_challenge.used_at, updated_at = clock_timestamp()
      where id = p_worker;
      exit;
    exception when unique_violation then
      -- Somebody registered with the address between our look and our write: now we see them.
      if v_attempt = c_attempts then raise; end if;
    end;
  end loop;
  if v_holder.id is not null then
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'displaced', 'wallet', v_holder.id, '{}',
      array[v_holder.id], jsonb_build_object('walletAddress', v_holder.wallet_address),
      jsonb_build_object('walletAddress', null));
  end if;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'linked', 'wallet', p_worker, '{}',
    array[p_worker],
    jsonb_build_object('walletAddress', v_before.wallet_address, 'walletVerifiedAt', v_before.wallet_verified_at),
    jsonb_build_object('walletAddress', v_challenge.address, 'walletVerifiedAt', v_challenge.used_at));
end
$$;
comment on function :schema.link_wallet(text, text, text, text, text) is
  'Gives a worker the address of a challenge that was used in this transaction, as proven, and takes it from whoever has only typed it in.';
`,
    },
    {
      path: "functions/loan_json.sql",
      text: `create or replace function :schema.loan_json(p_row :schema.loans) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'fee', trim_scale(p_row.fee)::text,
    'total_due', trim_scale(p_row.total_due)::text,
    'amount_repaid', trim_scale(p_row.amount_repaid)::text,
    'predicted_earnings', trim_scale(p_row.predicted_earnings)::text
  );
$$;
comment on function :schema.loan_json(:schema.loans) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/lock_loans.sql",
      text: `create or replace function :schema.lock_loans(p_workers text[]) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  perform from :schema.loans l
  where l.worker_id = any (p_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')
  order by l.id for no key update;
end
$$;
comment on function :schema.lock_loans(text[]) is
  'Locks what these workers owe, in the order of ids. Whoever pays workers calls it before the posting: loans come before the ledger, and withhold_repayment changes them after it.';
`,
    },
    {
      path: "functions/lock_stream.sql",
      text: `create or replace function :schema.lock_stream(p_id text) returns :schema.streams
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_stream :schema.streams;
begin
  -- The task first, as everywhere; a stream never moves to another.
  perform 1 from :schema.tasks t where t.id = (select s.task_id from :schema.streams s where s.id = p_id)
    for no key update;
  select * into v_stream from :schema.streams s where s.id = p_id for no key update;
  if not found then
    raise exception 'There is no stream %.', p_id
      using errcode = 'GH404', constraint = 'stream_not_found', column = 'streamId', hint = 'List the streams of the task.';
  end if;
  return v_stream;
end
$$;
comment on function :schema.lock_stream(text) is
  'Locks a stream and, before it, its task. Everything that changes a stream holds its task''s lock.';
`,
    },
    {
      path: "functions/lock_task.sql",
      text: `create or replace function :schema.lock_task(
  p_actor_kind text, p_actor_id text, p_task text, p_parties text[], p_states text[]
) returns :schema.tasks
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
begin
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if not found then
    raise exception 'Task % not found.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'Check the id.';
  end if;
  -- Whoever is neither a worker nor a platform acts for the house.
  if p_actor_kind in ('worker', 'platform') and (
    p_actor_kind <> all (p_parties)
    or p_actor_id is distinct from case p_actor_kind when 'worker' then v_task.worker_id else v_task.platform_id end
  ) then
    raise exception 'Task % is not % %''s to change so.', p_task, p_actor_kind, p_actor_id
      using errcode = 'GH403', constraint = 'not_your_task', column = 'taskId',
        hint = 'Only those it belongs to may, each its own part.';
  end if;
  if v_task.status <> all (p_states) then
    raise exception 'Task % is %, not %.', p_task, v_task.status, array_to_string(p_states, ' or ')
      using errcode = 'GH409', constraint = 'task_status', column = 'status',
        detail = jsonb_build_object('id', p_task, 'status', v_task.status, 'expected', to_jsonb(p_states))::text,
        hint = 'Read it again: somebody may have changed it meanwhile.';
  end if;
  return v_task;
end
$$;
comment on function :schema.lock_task(text, text, text, text[], text[]) is
  'Locks a task and returns it; raises unless it is there, in one of the states, and the actor''s own (a worker or platform among the parties named, or neither of both kinds).';
`,
    },
    {
      path: "functions/move_money.sql",
      text: `create or replace function :schema.move_money(
  p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_reference text, p_wide boolean default false
) returns bigint[]
language plpgsql
-- Planned once, perhaps while the tables were small, and ledger_post_plain has its plans from here: as in ledger_post.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ids bigint[];
  v_refused record;
  v_keys text[];
  v_debits bigint[];
  v_credits bigint[];
  v_amounts numeric[];
  v_places integer[];
  v_new_ids bigint[];
begin
  -- What is zero is left out: a fee of nothing is no entry.
  select array_agg(m.key order by m.place), array_agg(d.id order by m.place), array_agg(c.id order by m.place),
    array_agg(m.amount order by m.place), array_agg(m.place::integer order by m.place)
  into v_keys, v_debits, v_credits, v_amounts, v_places
  from unnest(p_keys, p_debits, p_credits, p_amounts) with ordinality as m(key, debit, credit, amount, place)
  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true
  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true
  where m.amount <> 0;
  v_ids := array_fill(null::bigint, array[cardinality(p_keys)]);
  if v_keys is null then return v_ids; end if;
  if not p_wide and 0 < all (v_amounts) and 1e60 > all (v_amounts) then
    -- What nothing speaks against, which is nearly all, needs no judging.
    select array_agg(r.id order by r.place) into v_new_ids
    from :schema.ledger_post_plain(v_keys, v_debits, v_credits, v_amounts, array_fill(p_reference, array[cardinality(v_keys)]),
      array_fill(null::jsonb, array[cardinality(v_keys)])) as r;
    if v_new_ids is not null then
      for v_place in 1 .. cardinality(v_places) loop
        v_ids[v_places[v_place]] := v_new_ids[v_place];
      end loop;
      return v_ids;
    end if;
  end if;
  -- One link number for all: they are posted together or not at all.
  for v_refused in
    select r.place, r.outcome, r.id, r.available, r.account_id
    from :schema.ledger_post(
      v_keys, array_fill(1::smallint, array[cardinality(v_keys)]), v_debits, v_credits, v_amounts,
      array_fill(null::bigint, array[cardinality(v_keys)]), array_fill(null::integer, array[cardinality(v_keys)]),
      case when cardinality(v_keys) > 1 then array_fill(1, array[cardinality(v_keys)])
        else array[null::integer] end,
      array_fill(p_reference, array[cardinality(v_keys)]), array_fill(null::jsonb, array[cardinality(v_keys)]), p_wide
    ) as r
    order by r.outcome in ('posted', 'exists', 'linked'), r.place
  loop
    if v_refused.outcome not in ('posted', 'exists') then
      raise exception 'Moving % USDC from % to % is refused: %.', p_amounts[v_places[v_refused.place]],
        p_debits[v_places[v_refused.place]], p_credits[v_places[v_refused.place]], replace(v_refused.outcome, '_', ' ')
        using errcode = case when v_refused.outcome in ('insufficient', 'limit') then 'GH429' else 'GH409' end,
          constraint = case v_refused.outcome when 'insufficient' then 'insufficient_funds'
            else 'ledger_' || v_refused.outcome end,
          detail = jsonb_build_object(
            'account', coalesce((select a.code from :schema.ledger_accounts a where a.id = v_refused.account_id),
              p_debits[v_places[v_refused.place]]),
            'available', trim_scale(v_refused.available)::text)::text,
          hint = case v_refused.outcome when 'insufficient' then 'Pay in first.' else 'Look at guildhall ledger statement.' end;
    end if;
    v_ids[v_places[v_refused.place]] := v_refused.id;
  end loop;
  return v_ids;
end
$$;
comment on function :schema.move_money(text[], text[], text[], numeric[], text, boolean) is
  'Posts transfers of USDC between accounts named by code, together or not at all, each once for its key; returns their ids, null for amounts of zero. Raises insufficient_funds, or ledger_ and the outcome.';
`,
    },
    {
      path: "functions/move_together.sql",
      text: `create or replace function :schema.move_together(
  p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_references text[]
) returns bigint[]
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ids bigint[];
  v_count constant integer := cardinality(p_keys);
begin
  select array_agg(r.id order by r.place) into v_ids
  from (
    select array_agg(d.id order by m.place) as debits, array_agg(c.id order by m.place) as credits
    from unnest(p_debits, p_credits) with ordinality as m(debit, credit, place)
    left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true
    left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true
  ) as a
  cross join lateral :schema.ledger_post(
    p_keys, array_fill(1::smallint, array[v_count]), a.debits, a.credits, p_amounts,
    array_fill(null::bigint, array[v_count]), array_fill(null::integer, array[v_count]),
    array_fill(null::integer, array[v_count]), p_references, array_fill(null::jsonb, array[v_count])
  ) as r
  where r.outcome = 'posted';
  perform :schema.must_be_plain(v_ids is null and v_count = 0 or cardinality(v_ids) = v_count);
  return v_ids;
end
$$;
comment on function :schema.move_together(text[], text[], text[], numeric[], text[]) is
  'Posts new transfers of several calls, each with a reference of its own, all or none; returns their ids in order.';
`,
    },
    {
      path: "functions/must_be_plain.sql",
      text: `create or replace function :schema.must_be_plain(p_plain boolean) returns void
language plpgsql
as $$
-- There is no search_path setting: no name is searched for.
begin
  if p_plain is not true then
    raise exception 'One of the calls is not as most are.'
      using errcode = 'GH409', constraint = 'not_plain', hint = 'Make each call alone.';
  end if;
end
$$;
comment on function :schema.must_be_plain(boolean) is
  'Raises unless true: calls of several callers that go together are then made one by one, and each is told what is the matter with it.';
`,
    },
    {
      path: "functions/note_deposit.sql",
      text: `create or replace function :schema.note_deposit(
  p_rail text, p_reference text, p_platform text, p_amount numeric, p_state text, p_confirmations integer,
  p_final integer, p_tx_hash text, p_log_index integer, p_block bigint, p_reason text, p_delay_s double precision,
  p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_ids bigint[];
  v_done constant boolean := p_state = 'accepted' and p_confirmations >= p_final;
  v_at constant timestamptz(3) := clock_timestamp();
begin
  if not exists (select from :schema.platforms where id = p_platform) then
    raise exception 'Platform not found' using errcode = 'GH404', constraint = 'platform_not_found',
      column = 'platformId', detail = jsonb_build_object('platformId', p_platform)::text,
      hint = 'Register it first.';
  end if;
  -- A reference that another call is just using is waited for; then its deposit is found.
  insert into :schema.transactions (platform_id, tx_type, amount, status, rail, rail_reference)
  values (p_platform, 'deposit', p_amount, 'pending', p_rail, p_reference)
  on conflict (rail, rail_reference) where rail_reference is not null do nothing
  returning * into v_row;
  if v_row.id is null then
    select * into v_row from :schema.transactions where rail = p_rail and rail_reference = p_reference
    for no key update;
    if (v_row.platform_id, v_row.tx_type, v_row.amount) is distinct from (p_platform, 'deposit', p_amount) then
      raise exception 'The reference "%" of % belongs to another movement.', p_reference, p_rail
        using errcode = 'GH409', constraint = 'reference_used', column = 'reference',
          hint = 'Each deposit has a reference of its own.';
    end if;
    if v_row.status <> 'pending' then
      return jsonb_build_object('id', v_row.id, 'status', v_row.status, 'was_over', true);
    end if;
  else
    perform :schema.record_action('system', null, null, 'announced', 'deposit', v_row.id,
      jsonb_build_object('platformId', p_platform, 'amount', trim_scale(p_amount)::text), array[p_platform]);
    if p_state = 'accepted' and not v_done then
      -- A rail may announce it once and never again: it is asked until it is final.
      perform :schema.queue_enqueue('confirm-deposit', jsonb_build_array(jsonb_build_object(
        'payload', jsonb_build_object('transactionId', v_row.id), 'key', v_row.id, 'delayS', p_delay_s)));
    end if;
  end if;
  if v_done then
    v_ids := :schema.move_money(array['deposit ' || v_row.id], array['bank'], array['platform:' || p_platform],
      array[p_amount], v_row.id, p_wide);
  end if;
  update :schema.transactions
  set status = case when p_state = 'failed' then 'failed' when v_done then 'completed' else 'pending' end,
    ledger_transfer_id = v_ids[1], tx_hash = coalesce(p_tx_hash, tx_hash), log_index = coalesce(p_log_index, log_index),
    block_number = coalesce(p_block, block_number),
    blockchain_confirmations = greatest(blockchain_confirmations, p_confirmations),
    error_message = case when p_state = 'failed' then p_reason end,
    processed_at = case when p_state = 'failed' or v_done then v_at end, updated_at = v_at
  where id = v_row.id returning * into v_row;
  if v_row.status <> 'pending' then
    perform :schema.record_action('system', null, null, case when v_done then 'complete' else 'fail' end, 'deposit',
      v_row.id, jsonb_build_object('platformId', p_platform, 'amount', trim_scale(p_amount)::text,
        'txHash', v_row.tx_hash, 'error', v_row.error_message), array[p_platform]);
  end if;
  return jsonb_build_object('id', v_row.id, 'status', v_row.status, 'was_over', false);
end
$$;
comment on function :schema.note_deposit(
  text, text, text, numeric, text, integer, integer, text, integer, bigint, text, double precision, boolean
) is
  'Writes down what the rail says of a deposit: pending first, booked once with enough confirmations, failed when the rail dropped it. What is over stays as it is; another platform or amount under the same reference is refused.';
`,
    },
    {
      path: "functions/note_transfer.sql",
      text: `create or replace function :schema.note_transfer(
  p_id text, p_round integer, p_state text, p_confirmations integer, p_final integer, p_rail_reference text,
  p_tx_hash text, p_block bigint, p_reason text, p_wide boolean default false
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_done constant boolean := p_state = 'accepted' and p_confirmations >= p_final;
  v_at constant timestamptz(3) := clock_timestamp();
begin
  select * into v_row from :schema.transactions where id = p_id for no key update;
  -- One that is pending here was sent all the same if the rail knows it, such as after a restore: it is not sent again.
  if coalesce(v_row.status not in ('pending', 'processing'), true) or v_row.attempts <> p_round then
    return v_row.status;
  end if;
  if p_state = 'failed' then
    perform :schema.move_money(array['withdrawal ' || p_id || ' back ' || p_round], array['rail'],
      array['worker:' || v_row.worker_id], array[v_row.amount], p_id, p_wide);
  elsif v_done then
    perform :schema.move_money(array['withdrawal ' || p_id || ' sent ' || p_round], array['rail'], array['bank'],
      array[v_row.amount], p_id, p_wide);
  end if;
  update :schema.transactions
  set status = case when p_state = 'failed' then 'failed' when v_done then 'completed' else 'processing' end,
    rail_reference = coalesce(p_rail_reference, rail_reference), tx_hash = coalesce(p_tx_hash, tx_hash),
    block_number = coalesce(p_block, block_number),
    blockchain_confirmations = greatest(blockchain_confirmations, p_confirmations),
    error_message = case when p_state = 'failed' then p_reason end,
    submitted_at = coalesce(submitted_at, v_at),
    processed_at = case when p_state = 'failed' or v_done then v_at end, updated_at = v_at
  where id = p_id returning * into v_row;
  if v_row.status <> 'processing' then
    perform :schema.record_action('system', null, null, case when v_done then 'complete' else 'fail' end, 'withdrawal',
      p_id, jsonb_build_object('workerId', v_row.worker_id, 'amount', trim_scale(v_row.amount)::text,
        'txHash', v_row.tx_hash, 'error', v_row.error_message), array[v_row.worker_id]);
  end if;
  return v_row.status;
end
$$;
comment on function :schema.note_transfer(text, integer, text, integer, integer, text, text, bigint, text, boolean) is
  'Writes down what the rail says of a withdrawal: with enough confirmations it is completed, refused or failed for good the money is back in the balance. What is about an earlier round, or comes again, changes nothing.';
`,
    },
    {
      path: "functions/open_books.sql",
      text: `create or replace function :schema.open_books(p_kind text, p_id text) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_open record;
begin
  insert into :schema.ledger_assets (code, decimals) values ('USDC', 6) on conflict (code) do nothing;
  -- bank: money outside that stands for what we owe; a rail's account: money under way to or from outside.
  for v_open in
    select o.place, o.outcome
    from (
      select array_agg(code) as codes, array_agg(side) as sides, array_agg(least) as leasts, array_agg(parts) as parts,
        count(*)::integer as n
      from (values
        ('bank', 'debit', null::numeric, 16, 'own'), ('fees', 'credit', null, 16, 'own'),
        ('advance-fees', 'credit', null, 16, 'own'), ('losses', 'debit', null, 16, 'own'),
        ('rail', 'credit', null, 16, 'own'),
        ('worker:' || p_id, 'credit', 0, 1, 'worker'), ('advance:' || p_id, 'debit', 0, 1, 'worker'),
        ('platform:' || p_id, 'credit', 0, 1, 'platform'), ('escrow:' || p_id, 'credit', 0, 1, 'platform')
      ) as a(code, side, least, parts, kind)
      where a.kind = p_kind or (a.kind = 'own' and not exists (
        select from :schema.ledger_accounts l where l.code = a.code))
    ) as w
    cross join lateral :schema.ledger_open_accounts(
      w.codes, array_fill('USDC'::text, array[w.n]), w.sides, w.leasts, array_fill(null::numeric, array[w.n]),
      w.parts::smallint[], array_fill(null::jsonb, array[w.n])
    ) as o
  loop
    assert v_open.outcome = 'open', 'accounts of the books are ours';
  end loop;
end
$$;
comment on function :schema.open_books(text, text) is
  'Opens the ledger accounts of a worker (worker:ID balance, advance:ID what it owes) or a platform (platform:ID funds, escrow:ID set aside for work), and the common ones (bank, fees, advance-fees, losses, rail).';
`,
    },
    {
      path: "functions/pause_stream.sql",
      text: `create or replace function :schema.pause_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status not in ('active', 'insolvent') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_not_active', column = 'streamId', hint = 'Only a stream that runs can be paused.';
  end if;
  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'paused', p_wide);
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.pause_stream(text, text, text, text, text, text, bytea, text, boolean) is
  'Pays what has accrued and pauses the stream: paused time earns nothing and moves its end. One of which all was paid by that is completed instead.';
`,
    },
    {
      path: "functions/pay_calls.sql",
      text: `create or replace function :schema.pay_calls(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_tasks constant text[] := array(select c.task from jsonb_to_recordset(p_calls) as c(task text));
  v_keys text[];
  v_debits text[];
  v_credits text[];
  v_amounts numeric[];
  v_references text[];
  v_ids bigint[];
  v_answers jsonb[];
  v_records jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform from :schema.tasks t
  where t.id = any (v_tasks)
  order by t.id for no key update;
  -- Into balances only, all of it, and to workers without an open advance.
  perform :schema.must_be_plain(
    count(distinct t.id) = jsonb_array_length(p_calls)
    and bool_and(c.rail = 'ledger' and t.escrowed_amount = t.amount - t.paid_amount
      and :schema.payment_refusal(t, c.task, c.worker) is null
      and not exists (
        select from :schema.loans l
        where l.worker_id = t.worker_id and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off'))))
  from jsonb_to_recordset(p_calls) as c(task text, worker text, rail text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;
  select array_agg(e.key order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.debit order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.credit order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.amount order by c.place, e.place) filter (where e.amount > 0),
    array_agg(t.id order by c.place, e.place) filter (where e.amount > 0),
    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'execute_payment', 'event', 'payment.confirmed',
      'type', 'transaction', 'id', c.own_id,
      'metadata', a.amounts || jsonb_build_object('taskId', t.id, 'workerId', t.worker_id),
      'payload', a.amounts || jsonb_build_object('transactionId', c.own_id, 'taskId', t.id, 'workerId', t.worker_id,
        'platformId', t.platform_id),
      'audiences', array[t.worker_id, t.platform_id]) order by c.place) filter (where e.place = 1)
  into v_keys, v_debits, v_credits, v_amounts, v_references, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, task text, own_id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = t.platform_id limit 1) as p
  cross join lateral (select round(t.escrowed_amount * p.fee_bps * 0.0001, 6) as fee) as f
  cross join lateral (select jsonb_build_object('amount', trim_scale(t.escrowed_amount)::text,
    'fee', trim_scale(f.fee)::text, 'net', trim_scale(t.escrowed_amount - f.fee)::text) as amounts) as a
  cross join lateral (values
    (1, 'task ' || t.id || ' pay ' || t.worker_id, 'escrow:' || t.platform_id, 'worker:' || t.worker_id,
      t.escrowed_amount - f.fee),
    (2, 'task ' || t.id || ' fee ' || t.worker_id, 'escrow:' || t.platform_id, 'fees', f.fee)
  ) as e(place, key, debit, credit, amount);
  update :schema.tasks t
  set paid_amount = t.paid_amount + t.escrowed_amount, escrowed_amount = 0, paid_at = v_at, updated_at = v_at
  where t.id = any (v_tasks);
  perform :schema.end_calls(p_calls, v_records, null);
  -- Late, so that the balances are locked for no longer than it takes: others post and pay from the same accounts.
  v_ids := :schema.move_together(v_keys, v_debits, v_credits, v_amounts, v_references);
  -- v_references has the tasks in the order of the calls: a join would compare every payout with every call.
  with made as (
    insert into :schema.transactions as x (id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,
      created_at, updated_at, ledger_transfer_id, metadata)
    select c.own_id, t.worker_id, t.platform_id, t.id, 'payout', (r.amounts ->> 'amount')::numeric,
      (r.amounts ->> 'fee')::numeric, 'completed', v_at, v_at, v_at, v_ids[array_position(v_references, t.id)],
      c.metadata::jsonb
    from jsonb_to_recordset(p_calls) as c(place integer, task text, metadata text, own_id text)
    cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
    cross join lateral (select v_records -> (c.place - 1) -> 'payload' as amounts) as r
    returning x.*
  )
  select array_agg(:schema.transaction_json(m) || jsonb_build_object(
      'net', trim_scale(m.amount - m.fee)::text, 'withheld', '0', 'withdrawal', null)
    order by array_position(v_references, m.task_id))
  into v_answers
  from made m;
  return :schema.end_calls(p_calls, null, v_answers);
end
$$;
comment on function :schema.pay_calls(jsonb) is
  'process_payment for calls of several callers at once, all or none; what is not plain is refused and made alone.';
`,
    },
    {
      path: "functions/pay_tasks.sql",
      text: `create or replace function :schema.pay_tasks(
  p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_worker text, p_rail text, p_least numeric,
  p_metadata jsonb, p_wide boolean default false
) returns jsonb[]
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answers jsonb[] := array_fill(null::jsonb, array[cardinality(p_tasks)]);
  v_row record;
  v_last text;
  v_refusal jsonb;
  v_places integer[] := '{}';
  v_tasks text[] := '{}';
  v_workers text[] := '{}';
  v_wallets text[] := '{}';
  v_amounts numeric[] := '{}';
  v_payouts jsonb[];
  v_left numeric;
begin
  perform from :schema.tasks where id = any (p_tasks) order by id for no key update;
  for v_row in
    select g.place::integer as place, g.id as asked, t as task, w.wallet_address
    from unnest(p_tasks) with ordinality as g(id, place)
    left join :schema.tasks t on t.id = g.id
    left join :schema.workers w on w.id = t.worker_id
    order by g.id, g.place
  loop
    v_refusal := :schema.payment_refusal(v_row.task, v_row.asked, p_worker);
    if v_refusal is null and v_row.asked = v_last then
      v_refusal := jsonb_build_object('state', 'GH409', 'message', 'Task already paid', 'reason', 'task_already_paid',
        'details', jsonb_build_object('taskId', v_row.asked), 'hint', 'It is twice in the list.');
    end if;
    if v_refusal is null and (v_row.task).escrowed_amount < (v_row.task).amount - (v_row.task).paid_amount then
      v_refusal := jsonb_build_object('state', 'GH429', 'reason', 'insufficient_escrow',
        'message', format('Of the %s USDC that task %s costs only %s are in escrow.',
          trim_scale((v_row.task).amount - (v_row.task).paid_amount), v_row.asked,
          trim_scale((v_row.task).escrowed_amount)),
        'details', jsonb_build_object('taskId', v_row.asked, 'available', trim_scale((v_row.task).escrowed_amount)::text),
        'hint', 'Fund it first.');
    end if;
    if v_refusal is null and p_rail <> 'ledger' and v_row.wallet_address is null then
      v_refusal := :schema.wallet_refusal((v_row.task).worker_id);
    end if;
    v_last := v_row.asked;
    if v_refusal is not null then
      v_answers[v_row.place] := jsonb_build_object('refusal', v_refusal);
    else
      v_places := v_places || v_row.place;
      v_tasks := v_tasks || v_row.asked;
      v_workers := v_workers || (v_row.task).worker_id;
      v_wallets := v_wallets || v_row.wallet_address;
      v_amounts := v_amounts || ((v_row.task).amount - (v_row.task).paid_amount)::numeric;
    end if;
  end loop;
  if cardinality(v_tasks) = 0 then return v_answers; end if;

  v_payouts := :schema.post_payouts(p_actor_type, p_actor_id, p_request_id, v_tasks, v_workers, v_amounts, p_metadata,
    p_wide);
  for v_place in 1..cardinality(v_tasks) loop
    v_left := (v_payouts[v_place] ->> 'net')::numeric - (v_payouts[v_place] ->> 'withheld')::numeric;
    if p_rail <> 'ledger' and v_left >= p_least then
      v_payouts[v_place] := v_payouts[v_place] || jsonb_build_object('withdrawal', :schema.start_withdrawal(
        p_actor_type, p_actor_id, p_request_id, v_workers[v_place], v_tasks[v_place], v_left, v_wallets[v_place], p_rail,
        p_wide));
    end if;
    v_answers[v_places[v_place]] := v_payouts[v_place];
  end loop;
  return v_answers;
end
$$;
comment on function :schema.pay_tasks(text, text, text, text[], text, text, numeric, jsonb, boolean) is
  'Pays completed tasks from their escrow, set by set: answers in order {payout} or {refusal}. Over a rail the net amount goes on to the worker''s wallet when it is not below p_least.';
`,
    },
    {
      path: "functions/payment_refusal.sql",
      text: `create or replace function :schema.payment_refusal(p_task :schema.tasks, p_id text, p_worker text) returns jsonb
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
`,
    },
    {
      path: "functions/post_payouts.sql",
      text: `create or replace function :schema.post_payouts(
  p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_workers text[], p_amounts numeric[],
  p_metadata jsonb, p_wide boolean
) returns jsonb[]
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_count constant integer := cardinality(p_tasks);
  v_at constant timestamptz(3) := clock_timestamp();
  v_platforms text[];
  v_fees numeric[];
  v_keys text[];
  v_debits text[];
  v_credits text[];
  v_amounts numeric[];
  v_ids bigint[];
  v_payouts jsonb[];
  v_withheld numeric;
begin
  perform :schema.lock_loans(p_workers);
  -- The caller has locked the tasks. Net amounts come first, then fees: place n and place n + count belong together.
  select array_agg(t.platform_id order by g.place), array_agg(f.fee order by g.place),
    array_agg('task ' || t.id || ' pay ' || g.worker order by g.place)
      || array_agg('task ' || t.id || ' fee ' || g.worker order by g.place),
    array_agg('escrow:' || t.platform_id order by g.place) || array_agg('escrow:' || t.platform_id order by g.place),
    array_agg('worker:' || g.worker order by g.place) || array_fill('fees'::text, array[v_count]),
    array_agg(g.amount - f.fee order by g.place) || array_agg(f.fee order by g.place)
  into v_platforms, v_fees, v_keys, v_debits, v_credits, v_amounts
  from unnest(p_tasks, p_workers, p_amounts) with ordinality as g(task, worker, amount, place)
  -- Lateral with a limit: a plan made while the tables were small would walk through all tasks of all platforms.
  cross join lateral (select k.id, k.platform_id from :schema.tasks k where k.id = g.task limit 1) as t
  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = t.platform_id limit 1) as p
  cross join lateral (select round(g.amount * p.fee_bps * 0.0001, 6) as fee) as f;
  v_ids := :schema.move_money(v_keys, v_debits, v_credits, v_amounts, p_tasks[1], p_wide);

  with paid as (
    select g.task, sum(g.amount) as amount from unnest(p_tasks, p_amounts) as g(task, amount) group by g.task
  )
  update :schema.tasks t
  set escrowed_amount = t.escrowed_amount - paid.amount, paid_amount = t.paid_amount + paid.amount,
    paid_at = case when t.escrowed_amount = paid.amount then v_at else t.paid_at end, updated_at = v_at
  from paid where t.id = paid.task;

  with made as (
    insert into :schema.transactions as t (worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,
      created_at, updated_at, ledger_transfer_id, metadata)
    select g.worker, g.platform, g.task, 'payout', g.amount, g.fee, 'completed', v_at, v_at, v_at,
      coalesce(v_ids[g.place], v_ids[g.place + v_count]), coalesce(p_metadata, '{}')
    from unnest(p_tasks, p_workers, p_amounts, v_platforms, v_fees)
      with ordinality as g(task, worker, amount, platform, fee, place)
    returning t.*
  )
  select array_agg(:schema.transaction_json(m) || jsonb_build_object('net', trim_scale(m.amount - m.fee)::text)
    order by g.place)
  into v_payouts
  from unnest(p_tasks, p_workers) with ordinality as g(task, worker, place)
  join made m on m.task_id = g.task and m.worker_id = g.worker;

  perform :schema.record_payments(p_actor_type, p_actor_id, p_request_id, v_payouts);
  for v_place in 1..v_count loop
    v_withheld := case when v_amounts[v_place] = 0 then 0 else :schema.withhold_repayment(p_workers[v_place],
      p_tasks[v_place], v_amounts[v_place], 'task ' || p_tasks[v_place] || ' repay ' || p_workers[v_place], p_wide) end;
    v_payouts[v_place] := v_payouts[v_place]
      || jsonb_build_object('withheld', trim_scale(coalesce(v_withheld, 0))::text, 'withdrawal', null);
  end loop;
  return v_payouts;
end
$$;
comment on function :schema.post_payouts(text, text, text, text[], text[], numeric[], jsonb, boolean) is
  'Pays workers from the escrow of tasks that the caller has locked and checked, all or none: entries, payouts, amounts of the tasks, instalments of advances. Answers the payouts with net and withheld, in the order asked.';
`,
    },
    {
      path: "functions/process_payment.sql",
      text: `create or replace function :schema.process_payment(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_worker text, p_rail text, p_least numeric, p_metadata jsonb, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  v_answer := (:schema.pay_tasks(p_actor_type, p_actor_id, p_request_id, array[p_task], p_worker, p_rail, p_least,
    p_metadata, p_wide))[1];
  perform :schema.refuse(v_answer -> 'refusal');
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.process_payment(text, text, text, text, text, text, bytea, text, text, text, numeric, jsonb, boolean) is
  'Pays one completed task from its escrow, once, or raises why not.';
`,
    },
    {
      path: "functions/promised_escrow.sql",
      text: `create or replace function :schema.promised_escrow(p_task text) returns numeric
language sql stable
set search_path = :schema, pg_temp
as $$
  select coalesce(sum(s.funded_amount - s.released_amount), 0)
  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');
$$;
comment on function :schema.promised_escrow(text) is
  'What of a task''s escrow belongs to its streams; only the rest may be paid or given back otherwise. Call it with the task locked.';
`,
    },
    {
      path: "functions/rate_task.sql",
      text: `create or replace function :schema.rate_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_by text, p_stars integer, p_comment text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, array[p_by], '{completed}');
  if (case p_by when 'platform' then v_task.worker_rating else v_task.platform_rating end) is not null then
    raise exception 'The % has rated task % before.', p_by, p_task
      using errcode = 'GH409', constraint = 'already_rated', column = 'taskId', hint = 'A rating is given once.';
  end if;
  update :schema.tasks
  set worker_rating = case p_by when 'platform' then p_stars else worker_rating end,
    platform_rating = case p_by when 'worker' then p_stars else platform_rating end,
    updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  if p_by = 'platform' then
    insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, rating, reason, metadata)
    values (v_task.worker_id, p_task, 'rating_received', (p_stars - 3) * 5, p_stars, 'Rated ' || p_stars || ' of 5',
      jsonb_strip_nulls(jsonb_build_object('comment', p_comment)));
  end if;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'rate_task', 'task', p_task,
    jsonb_build_object('by', p_by, 'stars', p_stars, 'comment', p_comment), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.rate_task(text, text, text, text, text, text, bytea, text, text, integer, text) is
  'Stars from 1 to 5 for a completed task, once from each side. Those for the worker move its score by five for each star from three.';
`,
    },
    {
      path: "functions/rebuild_statistics.sql",
      text: `create or replace function :schema.rebuild_statistics() returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_workers bigint;
begin
  -- In the order of a deletion: it comes to the tasks with workers and platforms locked, and would wait for us for ever.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  perform from :schema.workers order by id for key share;
  perform from :schema.platforms order by id for key share;
  -- Whoever writes waits: what came in between would be counted twice, or not at all.
  lock table :schema.tasks, :schema.transactions, :schema.reputation_events, :schema.work_deltas, :schema.money_deltas
    in share row exclusive mode;
  delete from :schema.work_deltas;
  delete from :schema.money_deltas;
  delete from :schema.worker_statistics;
  delete from :schema.worker_days;
  delete from :schema.worker_transactions;
  delete from :schema.platform_statistics;
  delete from :schema.platform_workers;
  delete from :schema.platform_activity;
  delete from :schema.transaction_days;
  insert into :schema.worker_statistics (worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed,
    ever_disputed, late, ratings, stars, earned, paid, released, open_amount, last_active_at)
  select w.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),
    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.ever_disputed, 0),
    coalesce(t.late, 0), coalesce(r.ratings, 0), coalesce(r.stars, 0), coalesce(t.earned, 0), coalesce(t.paid, 0), coalesce(t.released, 0),
    coalesce(t.open_amount, 0), greatest(t.active_at, x.active_at)
  from :schema.workers w
  left join (
    select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'cancelled') as cancelled,
      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,
      count(*) filter (where status = 'disputed') as disputed, count(*) filter (where was_disputed) as ever_disputed,
      count(*) filter (where status = 'completed' and completed_at > due_at) as late,
      sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,
      sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,
      sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,
      max(greatest(created_at, started_at, completed_at)) as active_at
    from :schema.tasks
    group by worker_id
  ) as t on t.worker_id = w.id
  left join (
    select worker_id, count(*) as ratings, sum(rating) as stars from :schema.reputation_events
    where rating is not null and event_type = 'rating_received' group by worker_id
  ) as r on r.worker_id = w.id
  left join (
    select worker_id, max(created_at) as active_at from :schema.transactions group by worker_id
  ) as x on x.worker_id = w.id;
  get diagnostics v_workers = row_count;
  insert into :schema.worker_days (worker_id, day, tasks, completed, payouts, earned)
  select worker_id, day, tasks, completed, payouts, earned from :schema.recomputed_worker_days;
  insert into :schema.worker_transactions (worker_id, tx_type, transactions, amount)
  select worker_id, tx_type, count(*), sum(amount)
  from :schema.transactions
  where worker_id is not null and status = 'completed' and asset = 'USDC'
  group by 1, 2;
  insert into :schema.transaction_days (day, asset, tx_type, status, transactions, amount, fees)
  select (created_at at time zone 'UTC')::date, asset, tx_type, status, count(*), sum(amount), sum(fee)
  from :schema.transactions
  group by 1, 2, 3, 4;
  insert into :schema.platform_workers (platform_id, worker_id, tasks, last_day)
  select platform_id, worker_id, count(*), (max(created_at) at time zone 'UTC')::date
  from :schema.tasks
  where worker_id is not null
  group by 1, 2;
  insert into :schema.platform_activity (platform_id, day, workers)
  select platform_id, last_day, count(*) from :schema.platform_workers group by 1, 2;
  insert into :schema.platform_statistics (platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed,
    timed, seconds, payouts, payout_amount, fees, unique_workers)
  select p.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),
    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.timed, 0),
    coalesce(t.seconds, 0), coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0), coalesce(u.workers, 0)
  from :schema.platforms p
  left join (
    select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'cancelled') as cancelled,
      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,
      count(*) filter (where status = 'disputed') as disputed,
      count(*) filter (where status = 'completed' and started_at is not null) as timed,
      sum(extract(epoch from completed_at - started_at)) filter (where status = 'completed') as seconds
    from :schema.tasks
    group by platform_id
  ) as t on t.platform_id = p.id
  left join (
    select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees from :schema.transactions
    where tx_type = 'payout' and status = 'completed' and asset = 'USDC' group by platform_id
  ) as x on x.platform_id = p.id
  left join (
    select platform_id, count(*) as workers from :schema.platform_workers group by platform_id
  ) as u on u.platform_id = p.id;
  perform :schema.bring_statistics(null);
  return v_workers;
end
$$;
comment on function :schema.rebuild_statistics() is
  'Makes the statistics anew from tasks, transactions and ratings, and brings the columns of workers and platforms up to date; returns the number of workers. Writers wait meanwhile.';
`,
    },
    {
      path: "functions/receive_event.sql",
      text: `create or replace function :schema.receive_event(
  p_platform_id text, p_event_id text, p_sha256 bytea, p_payload jsonb
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_event :schema.inbound_events;
  v_job bigint;
begin
  insert into :schema.inbound_events (platform_id, event_id, payload_sha256, payload)
  values (p_platform_id, p_event_id, p_sha256, p_payload)
  on conflict (platform_id, event_id) do nothing
  returning * into v_event;
  if not found then
    select e.* into strict v_event
    from :schema.inbound_events e
    where e.platform_id = p_platform_id and e.event_id = p_event_id;
    if v_event.payload_sha256 <> p_sha256 then
      raise exception 'The event % was received before with other content.', p_event_id
        using errcode = 'GH409', constraint = 'event_id_reused', column = 'eventId',
          detail = jsonb_build_object('id', v_event.id, 'eventId', p_event_id)::text,
          hint = 'Give each event an id of its own; the first one counts.';
    end if;
    return jsonb_build_object('id', v_event.id, 'event_id', p_event_id, 'created', false);
  end if;
  -- Event and job commit together: what was answered with 202 is worked on, whatever happens.
  select j.id into v_job
  from :schema.queue_enqueue('task-completed', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('inboundId', v_event.id)))) as j;
  update :schema.inbound_events set job_id = v_job where id = v_event.id;
  return jsonb_build_object('id', v_event.id, 'event_id', p_event_id, 'created', true);
end
$$;
comment on function :schema.receive_event(text, text, bytea, jsonb) is
  'Keeps an event of a platform with the job that works on it, once for its id; other content under the same id is refused.';
`,
    },
    {
      path: "functions/receive_notification.sql",
      text: `create or replace function :schema.receive_notification(p_rail text, p_notification_id text, p_body bytea) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.rail_notifications;
  v_job bigint;
begin
  insert into :schema.rail_notifications (rail, notification_id, body)
  values (p_rail, p_notification_id, p_body)
  on conflict (rail, notification_id) do nothing
  returning * into v_row;
  if not found then
    select n.* into strict v_row
    from :schema.rail_notifications n
    where n.rail = p_rail and n.notification_id = p_notification_id;
    if v_row.body <> p_body then
      raise exception 'The notification % was received before with other content.', p_notification_id
        using errcode = 'GH409', constraint = 'notification_id_reused', column = 'webhook-id',
          detail = jsonb_build_object('id', v_row.id, 'notificationId', p_notification_id)::text,
          hint = 'Give each notification an id of its own; the first one counts.';
    end if;
    return jsonb_build_object('id', v_row.id, 'notification_id', p_notification_id, 'created', false);
  end if;
  -- Notification and job commit together: what was answered with 202 is worked on, whatever happens.
  select j.id into v_job
  from :schema.queue_enqueue('rail-notification', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('notificationId', v_row.id)))) as j;
  update :schema.rail_notifications set job_id = v_job where id = v_row.id;
  return jsonb_build_object('id', v_row.id, 'notification_id', p_notification_id, 'created', true);
end
$$;
comment on function :schema.receive_notification(text, text, bytea) is
  'Keeps a notification of a rail, whose signature was checked, with the job that works on it, once for its id; other content under the same id is refused.';
`,
    },
    {
      path: "functions/record_action.sql",
      text: `create or replace function :schema.record_action(
  p_actor_type text, p_actor_id text, p_request_id text, p_action text, p_resource_type text, p_resource_id text,
  p_metadata jsonb, p_audiences text[] default '{}', p_before jsonb default null, p_after jsonb default null
) returns boolean
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata,
    changes_before, changes_after)
  values (p_actor_type, p_actor_id, p_request_id, p_action, p_resource_type, p_resource_id, coalesce(p_metadata, '{}'),
    p_before, p_after);
  -- An event a reader: a worker and a platform may both see what happened to their task.
  insert into :schema.outbox (type, subject, audience, payload)
  select :schema.event_type(p_resource_type, p_action), p_resource_id, a.audience, coalesce(p_metadata, '{}')
  from unnest(case when cardinality(p_audiences) = 0 then array[null::text] else p_audiences end) as a(audience);
  select true;
$$;
comment on function :schema.record_action(text, text, text, text, text, text, jsonb, text[], jsonb, jsonb) is
  'Writes the audit entry of an action and an event for each of its audiences (none: administrators only); call it in the transaction of the action.';
`,
    },
    {
      path: "functions/record_payments.sql",
      text: `create or replace function :schema.record_payments(
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
`,
    },
    {
      path: "functions/record_work.sql",
      text: `create or replace function :schema.record_work(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_count constant integer := jsonb_array_length(p_calls);
  v_alone constant boolean := v_count = 1;
  v_workers constant text[] := array(select c.worker_id from jsonb_to_recordset(p_calls) as c(worker_id text));
  v_made integer;
  v_bad record;
  v_keys text[];
  v_debits text[];
  v_credits text[];
  v_amounts numeric[];
  v_tasks text[];
  v_ids bigint[];
  v_points jsonb;
  v_answers jsonb[];
  v_records jsonb;
  v_withheld numeric := 0;
  v_owes boolean;
begin
  if v_alone then
    select array[:schema.begin_once(c.account, c.key, c.operation, decode(c.request, 'hex'))] into v_answers
    from jsonb_to_recordset(p_calls) as c(account text, key text, operation text, request text);
    if v_answers[1] is not null then return to_jsonb(v_answers); end if;
  else
    perform :schema.begin_calls(p_calls);
  end if;
  perform :schema.check_parties(c.actor_kind, c.actor_id, c.platform_id, c.worker_id)
  from jsonb_to_recordset(p_calls) as c(actor_kind text, actor_id text, platform_id text, worker_id text);
  if v_alone then
    -- As lock_loans does, which does not say whether there are any.
    perform from :schema.loans l
    where l.worker_id = any (v_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')
    order by l.id for no key update;
    v_owes := found;
  else
    -- Who owes an instalment is paid alone.
    perform :schema.must_be_plain(not exists (
      select from :schema.loans l
      where l.worker_id = any (v_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')));
  end if;

  insert into :schema.tasks (id, platform_id, worker_id, external_id, amount, title, description, metadata, status,
    verification_data, completion_proof, paid_amount, started_at, completed_at, paid_at, created_at, updated_at)
  select c.id, c.platform_id, c.worker_id, c.external_id, c.amount, c.title, c.description, c.metadata::jsonb, 'completed',
    c.verification::jsonb, c.proof, c.amount, least(c.started_at, c.completed_at, v_at),
    -- A platform's clock may be a little ahead of ours.
    least(c.completed_at, v_at), v_at, v_at, v_at
  from jsonb_to_recordset(p_calls) as c(id text, platform_id text, worker_id text, external_id text, amount numeric,
    title text, description text, metadata text, verification text, proof text, started_at timestamptz,
    completed_at timestamptz)
  order by c.platform_id, c.external_id
  on conflict (platform_id, external_id) do nothing;
  get diagnostics v_made = row_count;
  if v_alone and v_made = 0 then
    select t.id, t.external_id, t.platform_id into v_bad
    from jsonb_to_recordset(p_calls) as c(platform_id text, external_id text)
    cross join lateral (
      select k.id, k.external_id, k.platform_id from :schema.tasks k
      where k.platform_id = c.platform_id and k.external_id = c.external_id limit 1
    ) as t;
    raise exception 'Platform % posted task "%" before.', v_bad.platform_id, v_bad.external_id
      using errcode = 'GH409', constraint = 'external_id_reused', column = 'externalId',
        detail = jsonb_build_object('id', v_bad.id)::text,
        hint = 'Complete and pay that task, or use an id of its own for each task.';
  end if;
  perform :schema.must_be_plain(v_made = v_count);

  with given as (
    insert into :schema.reputation_events (id, worker_id, task_id, event_type, requested_delta, reason)
    select c.event_id, c.worker_id, c.id, 'task_completed', c.delta, 'Completed "' || left(coalesce(c.title, c.id), 200) || '"'
    from jsonb_to_recordset(p_calls) as c(id text, worker_id text, title text, delta integer, event_id text)
    order by c.worker_id, c.id
    returning task_id, new_score - previous_score as delta, new_score
  )
  select jsonb_object_agg(g.task_id, jsonb_build_object('reputation_delta', g.delta, 'reputation_score', g.new_score))
  into v_points
  from given g;

  -- From the platform's funds at once: nothing of it has to wait in escrow.
  select array_agg(e.key order by c.place, e.place) filter (where e.amount > 0),
    array_agg('platform:' || c.platform_id order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.credit order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.amount order by c.place, e.place) filter (where e.amount > 0),
    array_agg(c.id order by c.place, e.place) filter (where e.amount > 0),
    jsonb_agg(e.record || jsonb_build_object('place', c.place, 'audiences', array[c.worker_id, c.platform_id])
      order by c.place, e.place) filter (where e.record is not null)
  into v_keys, v_debits, v_credits, v_amounts, v_tasks, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, id text, audit_id text, payout_id text, platform_id text,
    worker_id text, amount numeric)
  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = c.platform_id limit 1) as p
  cross join lateral (select round(c.amount * p.fee_bps * 0.0001, 6) as fee) as f
  cross join lateral (select jsonb_build_object('amount', trim_scale(c.amount)::text, 'fee', trim_scale(f.fee)::text,
    'net', trim_scale(c.amount - f.fee)::text) as amounts) as a
  cross join lateral (values
    (1, 'task ' || c.id || ' pay ' || c.worker_id, 'worker:' || c.worker_id, c.amount - f.fee, null::jsonb),
    (2, 'task ' || c.id || ' fee ' || c.worker_id, 'fees', f.fee, null),
    (3, null, null, null, jsonb_build_object('audit_id', c.audit_id, 'action', 'create_task', 'event', 'task.created',
      'type', 'task', 'id', c.id,
      'metadata', jsonb_build_object('task_type', 'fixed', 'amount', a.amounts -> 'amount', 'recorded', true))),
    (4, null, null, null, jsonb_build_object('audit_id', c.audit_id || 'b', 'action', 'complete_task',
      'event', 'task.completed', 'type', 'task', 'id', c.id,
      'metadata', v_points -> c.id || jsonb_build_object('amount', a.amounts -> 'amount'))),
    (5, null, null, null, jsonb_build_object('audit_id', c.audit_id || 'c', 'action', 'execute_payment',
      'event', 'payment.confirmed', 'type', 'transaction', 'id', c.payout_id,
      'metadata', a.amounts || jsonb_build_object('taskId', c.id, 'workerId', c.worker_id),
      'payload', a.amounts || jsonb_build_object('transactionId', c.payout_id, 'taskId', c.id, 'workerId', c.worker_id,
        'platformId', c.platform_id)))
  ) as e(place, key, credit, amount, record);
  perform :schema.end_calls(p_calls, v_records, null);

  -- Late, so that the balances are locked for no longer than it takes: others record from the same accounts.
  if v_alone then
    v_ids := :schema.move_money(v_keys, v_debits, v_credits, v_amounts, v_tasks[1]);
    if v_owes then
      v_withheld := :schema.withhold_repayment(v_workers[1], v_tasks[1],
        coalesce((select sum(u.amount) from unnest(v_credits, v_amounts) as u(credit, amount) where u.credit <> 'fees'), 0),
        'task ' || v_tasks[1] || ' repay ' || v_workers[1]);
    end if;
  else
    v_ids := :schema.move_together(v_keys, v_debits, v_credits, v_amounts, v_tasks);
  end if;

  -- v_tasks has the tasks in the order of the calls, and v_records three of each: a join would compare all with all.
  with made as (
    insert into :schema.transactions as x (id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,
      created_at, updated_at, ledger_transfer_id)
    select c.payout_id, c.worker_id, c.platform_id, c.id, 'payout', c.amount,
      (v_records -> (c.place * 3 - 1) -> 'payload' ->> 'fee')::numeric, 'completed', v_at, v_at, v_at,
      v_ids[array_position(v_tasks, c.id)]
    from jsonb_to_recordset(p_calls) as c(place integer, id text, worker_id text, platform_id text, payout_id text,
      amount numeric)
    returning x.*
  )
  select array_agg(jsonb_build_object(
      'task', t.task || (v_points -> m.task_id),
      'payment', :schema.transaction_json(m) || jsonb_build_object('net', trim_scale(m.amount - m.fee)::text,
        'withheld', trim_scale(v_withheld)::text, 'withdrawal', null)) order by array_position(v_tasks, m.task_id))
  into v_answers
  from made m
  cross join lateral (select :schema.task_json(k) as task from :schema.tasks k where k.id = m.task_id limit 1) as t;
  return :schema.end_calls(p_calls, null, v_answers);
end
$$;
comment on function :schema.record_work(jsonb) is
  'Work that is done already: posts, completes and pays each task of the calls, all or none, from the platform''s funds. One call alone is told what is the matter with it, and repays an advance; several must be plain.';
`,
    },
    {
      path: "functions/refund_task.sql",
      text: `create or replace function :schema.refund_task(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_refund :schema.transactions;
  v_ids bigint[];
  v_at constant timestamptz(3) := clock_timestamp();
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if v_task.id is null then perform :schema.refuse(:schema.payment_refusal(v_task, p_task, null)); end if;
  if v_task.escrowed_amount = 0 then
    raise exception 'Task % has nothing in escrow.', p_task
      using errcode = 'GH409', constraint = 'nothing_to_refund', column = 'taskId',
        hint = 'All of it is paid or given back: look at paidAmount.';
  end if;
  -- What a worker has earned is not the platform's to take back.
  if not (v_task.status = 'cancelled' or (v_task.status = 'completed' and (
      v_task.verification_status = 'rejected' or exists (
        select from :schema.transactions t where t.task_id = p_task and t.tx_type = 'payout' and t.status = 'completed')
    ))) or exists (
      select from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent')
    ) then
    raise exception 'Task % cannot be refunded: nobody was paid for it, and it is neither cancelled nor rejected.', p_task
      using errcode = 'GH409', constraint = 'task_not_refundable', column = 'taskId',
        detail = jsonb_build_object('taskId', p_task, 'status', v_task.status)::text,
        hint = 'Pay it first, or cancel or reject it; end its streams.';
  end if;
  v_ids := :schema.move_money(array['task ' || p_task || ' refund ' || v_task.paid_amount],
    array['escrow:' || v_task.platform_id], array['platform:' || v_task.platform_id],
    array[v_task.escrowed_amount::numeric], p_task, p_wide);
  update :schema.tasks set escrowed_amount = 0, updated_at = v_at,
    paid_at = case when status = 'completed' and paid_amount > 0 then v_at else paid_at end
  where id = p_task;
  insert into :schema.transactions (worker_id, platform_id, task_id, tx_type, amount, status, processed_at,
    ledger_transfer_id)
  values (null, v_task.platform_id, p_task, 'refund', v_task.escrowed_amount, 'completed', v_at, v_ids[1])
  returning * into v_refund;
  v_answer := :schema.transaction_json(v_refund);
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'refund', 'task', p_task,
    jsonb_build_object('transactionId', v_refund.id, 'amount', v_answer ->> 'amount'),
    array_remove(array[v_task.platform_id, v_task.worker_id], null));
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.refund_task(text, text, text, text, text, text, bytea, text, boolean) is
  'Gives what is left in the escrow of a task back to its platform, after payouts, a cancellation or a rejection.';
`,
    },
    {
      path: "functions/refuse.sql",
      text: `create or replace function :schema.refuse(p_refusal jsonb) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if p_refusal is null then return; end if;
  raise exception '%', p_refusal ->> 'message'
    using errcode = p_refusal ->> 'state', constraint = p_refusal ->> 'reason',
      column = coalesce(p_refusal ->> 'field', 'taskId'), detail = coalesce(p_refusal -> 'details', '{}')::text,
      hint = coalesce(p_refusal ->> 'hint', '');
end
$$;
comment on function :schema.refuse(jsonb) is
  'Raises a refusal that was found as a value {state, message, reason, field, details, hint}; null passes.';
`,
    },
    {
      path: "functions/refuse_event_change.sql",
      text: `create or replace function :schema.refuse_event_change() returns trigger
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
`,
    },
    {
      path: "functions/release_due_streams.sql",
      text: `create or replace function :schema.release_due_streams(p_limit integer, p_wide boolean) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now timestamptz;
  v_ids text[];
  v_id text;
  v_constraint text;
  v_error text;
  v_failed integer := 0;
  v_released numeric := 0;
  v_one numeric;
begin
  -- Their tasks are locked first, and what another process is at is passed over.
  v_ids := array(
    select s.id
    from :schema.streams s join :schema.tasks t on t.id = s.task_id
    where s.status = 'active' and s.next_release_at <= statement_timestamp() and t.status in ('active', 'completed')
    order by s.next_release_at, s.id limit p_limit
    for no key update of t skip locked
  );
  if cardinality(v_ids) = 0 then return jsonb_build_object('streams', 0, 'released', '0', 'failed', 0); end if;
  -- Read again under the locks: between the two statements somebody may have released or ended one.
  v_now := clock_timestamp();
  v_ids := array(
    select s.id from :schema.streams s join :schema.tasks t on t.id = s.task_id
    where s.id = any (v_ids) and s.status = 'active' and s.next_release_at <= v_now
      and t.status in ('active', 'completed')
    order by s.id for no key update of s
  );
  begin
    select coalesce(sum(r.amount), 0) into v_released
    from :schema.release_streams('system', null, null, v_ids, null, v_now, p_wide) as r;
  exception when others then
    get stacked diagnostics v_constraint = constraint_name;
    -- What the caller repeats as a whole.
    if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;
    -- One that cannot be released must not hold up the others: each by itself, that one again in a minute.
    foreach v_id in array v_ids loop
      begin
        select coalesce(sum(r.amount), 0) into v_one
        from :schema.release_streams('system', null, null, array[v_id], null, v_now, p_wide) as r;
        v_released := v_released + v_one;
      exception when others then
        get stacked diagnostics v_constraint = constraint_name, v_error = message_text;
        if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;
        v_failed := v_failed + 1;
        update :schema.streams set next_release_at = v_now + interval '1 minute', updated_at = v_now where id = v_id;
        perform :schema.record_action('system', null, null, 'release_failed', 'stream', v_id,
          jsonb_build_object('error', v_error, 'constraint', v_constraint));
      end;
    end loop;
  end;
  return jsonb_build_object('streams', cardinality(v_ids), 'released', trim_scale(v_released)::text, 'failed', v_failed);
end
$$;
comment on function :schema.release_due_streams(integer, boolean) is
  'Releases the streams that are due, soonest first, up to so many: safe from any number of processes at once. Tells how many it took, how much was released and how many were refused (tried again in a minute, see the audit trail).';
`,
    },
    {
      path: "functions/release_holds.sql",
      text: `create or replace function :schema.release_holds(p_limit integer, p_wide boolean default false) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_tasks text[];
begin
  -- Several processes do this at once: each takes tasks that no other has, and none is waited for.
  select array_agg(d.id) into v_tasks
  from (
    select t.id from :schema.tasks t
    where t.status = 'completed' and t.hold_until is not null and t.escrowed_amount > 0
      and t.hold_until <= clock_timestamp() and t.verification_status = 'approved' and t.paid_at is null
      and t.escrowed_amount >= t.amount - t.paid_amount
      and not exists (
        select from :schema.transactions x where x.task_id = t.id and x.tx_type = 'payout' and x.stream_id is null
          and x.status in ('pending', 'processing', 'completed')
      )
      and not exists (
        select from :schema.streams s where s.task_id = t.id and s.status in ('active', 'paused', 'insolvent')
      )
    order by t.hold_until
    limit p_limit
    for no key update of t skip locked
  ) as d;
  if v_tasks is null then return 0; end if;
  perform :schema.pay_tasks('system', null, null, v_tasks, null, 'ledger', 0, '{"releasedFromHold": true}', p_wide);
  return cardinality(v_tasks);
end
$$;
comment on function :schema.release_holds(integer, boolean) is
  'Pays approved tasks whose hold is over, the oldest first; returns how many it looked at. Safe to run in several processes.';
`,
    },
    {
      path: "functions/release_streams.sql",
      text: `create or replace function :schema.release_streams(
  p_actor_type text, p_actor_id text, p_request_id text, p_ids text[], p_most numeric, p_at timestamptz, p_wide boolean
) returns setof :schema.transactions
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_due record;
  v_posted bigint[];
  v_stream record;
begin
  perform :schema.lock_loans(array(select s.worker_id from :schema.streams s where s.id = any (p_ids)));

  -- The fee of a release is what the fee of all that is released grows by: the fees add up to the fee of the total.
  -- Times 0.0001 is exact; a division by 10000 would be rounded before it is rounded.
  select coalesce(array_agg(d.id order by d.id), '{}') as ids, array_agg(d.amount order by d.id) as amounts,
    array_agg(d.fee order by d.id) as fees, array_agg(d.key order by d.id) as keys,
    array_agg('escrow:' || d.platform_id order by d.id) as escrows,
    array_agg('worker:' || d.worker_id order by d.id) as workers, count(*)::integer as n
  into v_due
  from (
    select s.id, s.platform_id, s.worker_id, a.amount,
      round((s.released_amount + a.amount) * s.fee_bps * 0.0001, 6) - round(s.released_amount * s.fee_bps * 0.0001, 6) as fee,
      -- What was released before names the state: a release of one state can be posted once only.
      'stream ' || s.id || ' ' || trim_scale(s.released_amount) as key
    from :schema.streams s
    cross join lateral (select least(:schema.stream_accrued(s, p_at) - s.released_amount, p_most) as amount) as a
    where s.id = any (p_ids) and s.status in ('active', 'paused', 'insolvent') and a.amount > 0
  ) as d;

  if v_due.n > 0 then
    v_posted := :schema.move_money(
      v_due.keys || array(select k || ' fee' from unnest(v_due.keys) with ordinality as u(k, place) order by u.place),
      v_due.escrows || v_due.escrows, v_due.workers || array_fill('fees'::text, array[v_due.n]),
      array(select a - f from unnest(v_due.amounts, v_due.fees) with ordinality as u(a, f, place) order by u.place)
        || v_due.fees,
      'stream release', p_wide);
    return query
      insert into :schema.transactions (worker_id, platform_id, task_id, stream_id, tx_type, amount, fee, status,
        ledger_transfer_id, processed_at)
      select s.worker_id, s.platform_id, s.task_id, s.id, 'payout', u.amount, u.fee, 'completed',
        coalesce(v_posted[u.place], v_posted[v_due.n + u.place]), p_at
      from unnest(v_due.ids, v_due.amounts, v_due.fees) with ordinality as u(id, amount, fee, place)
      join :schema.streams s on s.id = u.id
      order by u.place
      returning *;
    update :schema.tasks t
    set escrowed_amount = t.escrowed_amount - r.amount, paid_amount = t.paid_amount + r.amount,
      paid_at = case when t.paid_amount + r.amount = t.amount then p_at else t.paid_at end, updated_at = p_at
    from (
      select s.task_id, sum(u.amount) as amount
      from unnest(v_due.ids, v_due.amounts) as u(id, amount) join :schema.streams s on s.id = u.id
      group by s.task_id
    ) as r
    where t.id = r.task_id;
  end if;

  -- The trigger streams_amounts completes those of which all is released.
  for v_stream in
    update :schema.streams s
    set released_amount = s.released_amount + n.amount,
      last_released_at = case when n.amount > 0 then p_at else s.last_released_at end,
      status = case when n.spent then 'insolvent' else s.status end,
      next_release_at = case when s.status = 'active' and not n.spent then :schema.stream_next_release_at(s, p_at) end,
      updated_at = p_at
    from (
      select o.id, o.status, coalesce(u.amount, 0) as amount, coalesce(u.fee, 0) as fee, u.key,
        o.status = 'active' and o.funded_amount < o.total_amount
          and o.released_amount + coalesce(u.amount, 0) = o.funded_amount as spent
      from :schema.streams o
      left join unnest(v_due.ids, v_due.amounts, v_due.fees, v_due.keys) as u(id, amount, fee, key) on u.id = o.id
      where o.id = any (p_ids) and o.status in ('active', 'paused', 'insolvent')
    ) as n
    where s.id = n.id
    returning s.id, s.task_id, s.worker_id, s.platform_id, s.total_amount, s.released_amount, s.remaining_amount, s.status,
      n.status as old_status, n.amount, n.fee, n.key
  loop
    if v_stream.amount > 0 then
      perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'released', 'stream', v_stream.id,
        jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(v_stream.amount)::text,
          'fee', trim_scale(v_stream.fee)::text, 'released', trim_scale(v_stream.released_amount)::text,
          'remaining', trim_scale(v_stream.remaining_amount)::text),
        array[v_stream.worker_id, v_stream.platform_id]);
      -- A fifth of each release, as of the due: pay by the second stays pay, however small the releases are.
      perform :schema.withhold_repayment(v_stream.worker_id, v_stream.task_id,
        floor((v_stream.amount - v_stream.fee) * 1000000 / 5) / 1000000, v_stream.key || ' repayment', p_wide);
    end if;
    if v_stream.status in ('completed', 'insolvent') and v_stream.status <> v_stream.old_status then
      perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, v_stream.status, 'stream', v_stream.id,
        jsonb_build_object('taskId', v_stream.task_id, 'total', trim_scale(v_stream.total_amount)::text,
          'released', trim_scale(v_stream.released_amount)::text),
        array[v_stream.worker_id, v_stream.platform_id]);
    end if;
  end loop;
end
$$;
comment on function :schema.release_streams(text, text, text, text[], numeric, timestamptz, boolean) is
  'Pays the workers of these streams what had accrued at the moment and was not released, p_most of each at most, and returns the payouts. For callers that have locked the streams and their tasks.';
`,
    },
    {
      path: "functions/repay_advance.sql",
      text: `create or replace function :schema.repay_advance(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_amount numeric, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb;
  v_loan :schema.loans;
begin
  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);
  if v_answer is not null then return v_answer; end if;
  select * into v_loan from :schema.loans
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted', 'written_off')
  order by created_at, id limit 1 for no key update;
  if not found then
    raise exception 'Worker % has no advance to repay.', p_worker
      using errcode = 'GH404', constraint = 'no_open_loan', column = 'workerId', hint = 'listLoans shows all of them.';
  elsif p_amount > v_loan.total_due - v_loan.amount_repaid then
    raise exception 'Of advance % only % USDC are left to repay.', v_loan.id,
      trim_scale(v_loan.total_due - v_loan.amount_repaid)
      using errcode = 'GH409', constraint = 'amount_exceeds_due', column = 'amount',
        detail = jsonb_build_object('due', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text)::text,
        hint = 'Pay no more than is left.';
  end if;
  v_loan := :schema.repay_loan(p_actor_kind, p_actor_id, p_request_id, v_loan.id, p_worker, null, p_amount, 0,
    'loan ' || v_loan.id || ' by hand ' || :schema.new_id('rpy'), p_wide);
  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));
end
$$;
comment on function :schema.repay_advance(text, text, text, text, text, text, bytea, text, numeric, boolean) is
  'Repays a part of a worker''s advance from its balance, once for its key. Raises no_open_loan, amount_exceeds_due, insufficient_funds.';
`,
    },
    {
      path: "functions/repay_loan.sql",
      text: `create or replace function :schema.repay_loan(
  p_actor_kind text, p_actor_id text, p_request_id text, p_loan text, p_worker text, p_task text, p_amount numeric,
  p_installments integer, p_key text, p_wide boolean
) returns :schema.loans
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_ids bigint[];
begin
  select * into v_loan from :schema.loans where id = p_loan for no key update;
  if v_loan.status not in ('disbursed', 'repaying', 'defaulted', 'written_off')
    or v_loan.total_due - v_loan.amount_repaid < p_amount then
    raise exception 'Advance % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';
  end if;
  v_ids := :schema.move_money(array[p_key], array['worker:' || p_worker],
    -- What was written off is owed no longer to the books: it makes the loss smaller.
    array[case when v_loan.status = 'written_off' then 'losses' else 'advance:' || p_worker end],
    array[p_amount], p_loan, p_wide);
  update :schema.loans set amount_repaid = amount_repaid + p_amount,
    installments_paid = installments_paid + p_installments,
    status = case when amount_repaid + p_amount = total_due then 'repaid' when status in ('defaulted', 'written_off') then status
      else 'repaying' end,
    repaid_at = case when amount_repaid + p_amount = total_due then clock_timestamp() end,
    updated_at = clock_timestamp()
  where id = p_loan
  returning * into v_loan;
  -- Of one key one row: a second one is refused by transactions_rail_reference_key.
  insert into :schema.transactions (worker_id, task_id, loan_id, tx_type, amount, status, rail_reference,
    ledger_transfer_id, processed_at)
  values (p_worker, p_task, p_loan, 'repayment', p_amount, 'completed', p_key, v_ids[1], clock_timestamp());
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repayment', 'loan', p_loan,
    jsonb_build_object('workerId', p_worker, 'taskId', p_task, 'amount', trim_scale(p_amount)::text,
      'recovered', v_loan.written_off_at is not null, 'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[p_worker]);
  if v_loan.status = 'repaid' then
    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repaid', 'loan', p_loan,
      jsonb_build_object('workerId', p_worker, 'totalDue', trim_scale(v_loan.total_due)::text,
        'onTime', v_loan.repaid_at <= v_loan.repayment_due), array[p_worker]);
  end if;
  return v_loan;
end
$$;
comment on function :schema.repay_loan(text, text, text, text, text, text, numeric, integer, text, boolean) is
  'Moves an amount from a worker''s balance to its advance, or to the losses when that was written off, and writes it down; the last unit makes the loan repaid. Raises a serialization failure when the loan was changed meanwhile: call again.';
`,
    },
    {
      path: "functions/replay_reputation.sql",
      text: `create or replace function :schema.replay_reputation(p_worker text) returns integer
language plpgsql stable
set search_path = :schema, pg_temp
as $$
declare
  v_score integer;
  v_delta integer;
begin
  select w.initial_score into v_score from :schema.workers w where w.id = p_worker;
  for v_delta in
    select e.requested_delta from :schema.reputation_events e where e.worker_id = p_worker order by e.seq
  loop
    v_score := least(1000, greatest(0, v_score + v_delta));
  end loop;
  return v_score;
end
$$;
comment on function :schema.replay_reputation(text) is
  'The score that follows from the worker''s events alone: from the initial score, in the order of seq, kept in 0 to 1000 after each.';
`,
    },
    {
      path: "functions/reputation_badges.sql",
      text: `create or replace function :schema.reputation_badges(
  p_completed bigint, p_completion_rate numeric, p_ratings bigint, p_average_rating numeric, p_risk_score integer
) returns text[]
language sql immutable
set search_path = :schema, pg_temp
as $$
  select coalesce(array_agg(b.name order by b.place), '{}')
  from (values
    (1, 'First Task', p_completed >= 1), (2, 'Consistent', p_completed >= 10), (3, 'Veteran', p_completed >= 50),
    (4, 'Top Rated', p_ratings >= 5 and p_average_rating >= 4.5),
    (5, 'Reliable', p_completed >= 1 and p_completion_rate >= 95), (6, 'Excellent', p_risk_score >= 900)
  ) as b(place, name, earned)
  where b.earned;
$$;
comment on function :schema.reputation_badges(bigint, numeric, bigint, numeric, integer) is
  'Badges for completed tasks (1, 10, 50), an average of 4.5 stars in 5 ratings or more, 95 percent of begun tasks completed, and a risk score of 900.';
`,
    },
    {
      path: "functions/reputation_rank.sql",
      text: `create or replace function :schema.reputation_rank(p_score integer) returns text
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select case when p_score >= 900 then 'Diamond' when p_score >= 800 then 'Platinum' when p_score >= 700 then 'Gold'
    when p_score >= 600 then 'Silver' when p_score >= 400 then 'Bronze' else 'Starter' end;
$$;
comment on function :schema.reputation_rank(integer) is
  'Name of a score: 900 Diamond, 800 Platinum, 700 Gold, 600 Silver, 400 Bronze, below Starter.';
`,
    },
    {
      path: "functions/request_advance.sql",
      text: `create or replace function :schema.request_advance(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_amount numeric, p_limit numeric, p_fee_bps integer, p_risk_score integer, p_predicted numeric,
  p_reasons text[], p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb;
  v_loan :schema.loans;
  v_fee numeric;
  v_now timestamptz;
  v_ids bigint[];
  v_told jsonb;
begin
  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);
  if v_answer is not null then return v_answer; end if;
  if 'open_loan' = any (p_reasons) then
    raise exception 'Worker % has an advance that is not repaid.', p_worker
      using errcode = 'GH409', constraint = 'active_loan_exists', column = 'workerId',
        hint = 'Repay it first.';
  elsif cardinality(p_reasons) > 0 then
    raise exception 'Worker % cannot have an advance now.', p_worker
      using errcode = 'GH409', constraint = 'not_eligible', column = 'workerId',
        detail = jsonb_build_object('reasons', p_reasons)::text,
        hint = 'checkAdvanceEligibility says what is missing.';
  elsif p_amount > p_limit then
    raise exception 'An advance of % USDC is more than the limit of % USDC.', p_amount, trim_scale(p_limit)
      using errcode = 'GH429', constraint = 'amount_exceeds_limit', column = 'amount',
        detail = jsonb_build_object('limit', trim_scale(p_limit)::text)::text,
        hint = 'Ask for no more than the limit.';
  end if;
  v_fee := round(p_amount * p_fee_bps * 0.0001, 6);
  v_now := clock_timestamp();
  -- Waits for another request of the worker that is under way. Of two at once one finds the other's row.
  insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, status, risk_score, predicted_earnings,
    installments, disbursed_at, repayment_due)
  values (p_worker, p_amount, v_fee, p_fee_bps, p_amount + v_fee, 'disbursed', p_risk_score, p_predicted,
    5, v_now, v_now + interval '30 days')
  on conflict (worker_id) where status in ('pending', 'approved', 'disbursed', 'repaying') do nothing
  returning * into v_loan;
  -- After the insert, which waits for a loan that is defaulting: the index does not know those.
  if v_loan.id is null or exists (
    select from :schema.loans where worker_id = p_worker and status in ('defaulted', 'written_off')
  ) then
    raise exception 'Worker % has an advance that is not repaid.', p_worker
      using errcode = 'GH409', constraint = 'active_loan_exists', column = 'workerId',
        hint = 'Repay it first.';
  end if;
  v_ids := :schema.move_money(
    array['loan ' || v_loan.id || ' disbursement', 'loan ' || v_loan.id || ' fee'],
    array['advance:' || p_worker, 'advance:' || p_worker], array['worker:' || p_worker, 'advance-fees'],
    array[p_amount, v_fee], v_loan.id, p_wide
  );
  insert into :schema.transactions (worker_id, loan_id, tx_type, amount, status, ledger_transfer_id, processed_at, metadata)
  values (p_worker, v_loan.id, 'advance', p_amount, 'completed', v_ids[1], clock_timestamp(),
    jsonb_build_object('feeOwed', trim_scale(v_fee)::text));
  v_told := jsonb_build_object('workerId', p_worker, 'amount', trim_scale(p_amount)::text,
    'fee', trim_scale(v_fee)::text, 'totalDue', trim_scale(v_loan.total_due)::text, 'riskScore', p_risk_score);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'request_advance', 'loan', v_loan.id, v_told,
    array[p_worker]);
  perform :schema.record_action('system', null, p_request_id, 'approve_loan', 'loan', v_loan.id, v_told, array[p_worker]);
  perform :schema.record_action('system', null, p_request_id, 'disburse_loan', 'loan', v_loan.id, v_told, array[p_worker]);
  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));
end
$$;
comment on function :schema.request_advance(
  text, text, text, text, text, text, bytea, text, numeric, numeric, integer, integer, numeric, text[], boolean
) is
  'Approves and pays out an advance whose eligibility was read just before (p_reasons: why not), once for its key. Raises active_loan_exists, not_eligible, amount_exceeds_limit.';
`,
    },
    {
      path: "functions/resolve_dispute.sql",
      text: `create or replace function :schema.resolve_dispute(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_outcome text, p_severity integer, p_note text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_reputation jsonb := '{}';
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{}', '{disputed}');
  if p_outcome <> 'complete' and v_task.paid_amount = v_task.amount then
    raise exception 'Task % is paid: its dispute can only end with the task completed.', p_task
      using errcode = 'GH409', constraint = 'task_paid', column = 'outcome',
        hint = 'Resolve it as complete, with the severity that was found.';
  end if;
  if p_outcome = 'cancel' then
    perform :schema.return_escrow(v_task, p_wide);
  else
    update :schema.tasks
    set status = case p_outcome when 'complete' then 'completed' else 'active' end,
      started_at = coalesce(started_at, clock_timestamp()),
      completed_at = case p_outcome when 'complete' then coalesce(completed_at, greatest(clock_timestamp(), started_at)) end,
      updated_at = clock_timestamp()
    where id = p_task;
  end if;
  select * into v_task from :schema.tasks where id = p_task;
  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason, metadata)
  values (v_task.worker_id, p_task, 'dispute_resolved', -10 * p_severity,
    'Dispute resolved: ' || p_outcome || coalesce(', ' || p_note, ''), jsonb_build_object('severity', p_severity));
  if p_outcome = 'complete' then v_reputation := :schema.add_completion_events(v_task, 10); end if;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'resolve_dispute', 'task', p_task,
    v_reputation || jsonb_build_object('outcome', p_outcome, 'severity', p_severity, 'note', p_note),
    array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.resolve_dispute(text, text, text, text, text, text, bytea, text, text, integer, text, boolean) is
  'Ends a dispute: the task is completed (with its points, if it has none yet), cancelled or active again, and each step of severity takes 10 points.';
`,
    },
    {
      path: "functions/resume_stream.sql",
      text: `create or replace function :schema.resume_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task_status text;
  v_now timestamptz;
  v_pause interval;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status <> 'paused' then
    raise exception 'Stream % is %, not paused.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_not_paused', column = 'streamId',
        hint = 'Only a paused stream can go on.';
  end if;
  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;
  if v_task_status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams stay paused.', v_stream.task_id, v_task_status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  v_now := clock_timestamp();
  -- A pause before the start costs no time.
  v_pause := make_interval(secs => greatest(0,
    extract(epoch from v_now - greatest(v_stream.paused_at, v_stream.start_time)))::double precision);
  v_stream.status := 'active';
  v_stream.paused_at := null;
  v_stream.paused_for := v_stream.paused_for + v_pause;
  v_stream.end_time := v_stream.end_time + v_pause;
  update :schema.streams s
  set status = 'active', paused_at = null, paused_for = v_stream.paused_for, end_time = v_stream.end_time,
    next_release_at = :schema.stream_next_release_at(v_stream, v_now), updated_at = v_now
  where s.id = p_id returning * into v_stream;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'resumed', 'stream', p_id,
    jsonb_build_object('taskId', v_stream.task_id, 'endTime', v_stream.end_time,
      'pausedS', extract(epoch from v_pause)),
    array[v_stream.worker_id, v_stream.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));
end
$$;
comment on function :schema.resume_stream(text, text, text, text, text, text, bytea, text) is
  'Lets a paused stream go on; its end and its releases move by the length of the pause.';
`,
    },
    {
      path: "functions/retry_withdrawal.sql",
      text: `create or replace function :schema.retry_withdrawal(
  p_actor_type text, p_actor_id text, p_request_id text, p_id text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
begin
  select * into v_row from :schema.transactions where id = p_id for no key update;
  if not found then
    raise exception 'Transaction not found' using errcode = 'GH404', constraint = 'transaction_not_found',
      column = 'transactionId', detail = jsonb_build_object('transactionId', p_id)::text,
      hint = 'listTransactions shows those of a worker.';
  end if;
  if v_row.status = 'completed' then
    raise exception 'Transaction already completed' using errcode = 'GH409', constraint = 'transaction_completed',
      column = 'transactionId', detail = jsonb_build_object('transactionId', p_id)::text,
      hint = 'The money has arrived: withdraw more in a call of its own.';
  end if;
  if v_row.status <> 'failed' or v_row.tx_type <> 'withdrawal' then
    raise exception 'Transaction % is a % that is %, and cannot be retried.', p_id, v_row.tx_type, v_row.status
      using errcode = 'GH409', constraint = 'transaction_not_failed', column = 'transactionId',
        hint = 'Only a withdrawal that has failed can: one under way is looked after.';
  end if;
  perform :schema.move_money(array['withdrawal ' || p_id || ' take ' || v_row.attempts + 1],
    array['worker:' || v_row.worker_id], array['rail'], array[v_row.amount], p_id, p_wide);
  update :schema.transactions
  set status = 'processing', attempts = attempts + 1, submitted_at = null, rail_reference = null, tx_hash = null,
    block_number = null, blockchain_confirmations = 0, error_message = null, processed_at = null,
    updated_at = clock_timestamp()
  where id = p_id returning * into v_row;
  perform :schema.queue_enqueue('send-transfer', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('transactionId', p_id), 'key', p_id)));
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'retry', 'withdrawal', p_id,
    jsonb_build_object('attempt', v_row.attempts), array[v_row.worker_id]);
  return :schema.transaction_json(v_row);
end
$$;
comment on function :schema.retry_withdrawal(text, text, text, text, boolean) is
  'Sends a failed withdrawal again, under a new reference, after taking its amount out of the balance again.';
`,
    },
    {
      path: "functions/return_escrow.sql",
      text: `create or replace function :schema.return_escrow(p_task :schema.tasks, p_wide boolean) returns void
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
`,
    },
    {
      path: "functions/risk_fee_bps.sql",
      text: `create or replace function :schema.risk_fee_bps(p_score integer) returns integer
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select case when p_score >= 800 then 200 when p_score >= 600 then 350 else 500 end;
$$;
comment on function :schema.risk_fee_bps(integer) is 'Fee of an advance for a risk score, hundredths of a percent.';
`,
    },
    {
      path: "functions/risk_inputs.sql",
      text: `create or replace function :schema.risk_inputs(p_worker text) returns table (
  worker_id text, status text, reputation_score integer, account_age_days integer,
  completed_tasks bigint, late_tasks bigint, disputes bigint, ended_tasks bigint,
  recent_tasks bigint, recent_completed_tasks bigint,
  completion_rate double precision, on_time_rate double precision, average_rating double precision,
  loans bigint, loans_due bigint, loans_on_time bigint, open_loan_id text, written_off_loans bigint,
  weekly_deviation double precision, recent_earnings numeric
)
language sql stable
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select w.id, w.status, w.reputation_score, :schema.account_age_days(w),
    t.completed_tasks, t.late_tasks, t.ever_disputed_tasks, t.ended_tasks, d.tasks, d.completed,
    case when d.tasks = 0 then 0 else d.completed::double precision / d.tasks end,
    case when t.completed_tasks = 0 then 1 else 1 - t.late_tasks::double precision / t.completed_tasks end,
    case when t.ratings = 0 then 0 else t.stars::double precision / t.ratings end,
    l.loans, l.due, l.on_time, l.open_id, l.written_off, d.deviation, d.earned
  from :schema.workers w
  join :schema.worker_totals t on t.worker_id = w.id
  cross join lateral (
    select coalesce(sum(v.tasks), 0)::bigint as tasks, coalesce(sum(v.completed), 0)::bigint as completed,
      coalesce(sum(v.earned), 0) as earned,
      coalesce(stddev_pop(v.earned) filter (where v.payouts > 0), 0)::double precision as deviation
    from (
      -- Weeks begin on Sunday, in UTC.
      select sum(k.tasks) as tasks, sum(k.completed) as completed, sum(k.payouts) as payouts, sum(k.earned) as earned
      from :schema.work_parts k
      where k.worker_id = w.id and k.day > (statement_timestamp() at time zone 'UTC')::date - 30
      group by k.day - extract(dow from (k.day))::integer
    ) as v
  ) as d
  cross join lateral (
    -- A loan that runs says nothing yet: it counts once it is repaid, or its time is over.
    select count(*) as loans,
      count(*) filter (where n.status = 'repaid' or n.repayment_due < statement_timestamp()) as due,
      count(*) filter (where n.status = 'repaid' and n.repaid_at <= n.repayment_due) as on_time,
      max(n.id) filter (where n.status in ('pending', 'approved', 'disbursed', 'repaying', 'defaulted')) as open_id,
      count(*) filter (where n.status = 'written_off') as written_off
    from :schema.loans n where n.worker_id = w.id and n.status <> 'cancelled'
  ) as l
  where w.id = p_worker;
$$;
comment on function :schema.risk_inputs(text) is
  'What the risk of a worker is judged by, one row, none for an unknown worker; from the rollups, exact at every read. Recent is the last 30 UTC days, today included: tasks posted, and payouts after fees; the deviation is that of weeks from Sunday with payouts. Rates are from 0 to 1; loans_due are repaid ones and those whose time is over.';
`,
    },
    {
      path: "functions/risk_max_advance.sql",
      text: `create or replace function :schema.risk_max_advance(p_score integer, p_recent_earnings numeric) returns numeric
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select least(500, trunc(p_recent_earnings * (5000 + 3 * p_score) * 0.0001, 6));
$$;
comment on function :schema.risk_max_advance(integer, numeric) is
  'The most a worker may be advanced: earnings of 30 days times (0.5 + score / 1000 * 0.3), rounded down, 500 at most.';
`,
    },
    {
      path: "functions/risk_parts.sql",
      text: `create or replace function :schema.risk_parts(
  p_reputation_score integer, p_account_age_days integer, p_completed_tasks bigint,
  p_completion_rate double precision, p_on_time_rate double precision, p_average_rating double precision,
  p_disputes bigint, p_loans_due bigint, p_loans_on_time bigint,
  p_weekly_deviation double precision, p_recent_earnings numeric
) returns table (
  reputation double precision, maturity double precision, task_history double precision, performance double precision,
  disputes double precision, loan_history double precision, consistency double precision, score integer
)
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The same double arithmetic in the same order as riskScore in risk.ts, so that both give the same numbers.
  select p.reputation, p.maturity, p.task_history, p.performance, p.disputes, p.loan_history, p.consistency,
    greatest(0, least(1000, floor(
      p.reputation + p.maturity + p.task_history + p.performance + p.disputes + p.loan_history + p.consistency + 0.5
    )))::integer
  from (
    select p_reputation_score::double precision / 1000 * 300 as reputation,
      least(p_account_age_days::double precision / 90, 1) * 150 as maturity,
      least(p_completed_tasks::double precision / 50, 1) * 250 as task_history,
      (p_completion_rate * 0.4 + p_on_time_rate * 0.4 + p_average_rating / 5 * 0.2) * 200 as performance,
      (100 - least(20 * p_disputes, 100))::double precision as disputes,
      (case
        when p_loans_due > 0 and p_loans_on_time = p_loans_due then 50
        when p_loans_on_time * 5 < p_loans_due * 4 then -50
        else 0
      end)::double precision as loan_history,
      (case
        when p_weekly_deviation < 50 and p_recent_earnings > 100 then 30
        when p_weekly_deviation > 150 then -30
        else 0
      end)::double precision as consistency
    -- Computed once, where an inlined expression would be computed for every column that uses it.
    offset 0
  ) as p;
$$;
comment on function :schema.risk_parts(
  integer, integer, bigint, double precision, double precision, double precision, bigint, bigint, bigint,
  double precision, numeric
) is
  'The parts of a risk score and the score, 0 to 1000, from what risk_inputs gives. riskScore in TypeScript gives the same numbers and says why.';
`,
    },
    {
      path: "functions/rotate_sandbox_secret.sql",
      text: `create or replace function :schema.rotate_sandbox_secret(
  p_actor_type text, p_actor_id text, p_request_id text, p_overlap_s double precision
) returns bytea
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_secret constant bytea := :schema.webhook_new_secret();
  v_last integer;
begin
  -- Rotations wait for each other here; the second one then retires the key that the first one made.
  lock table :schema.sandbox_secrets in share row exclusive mode;
  select max(generation) into v_last from :schema.sandbox_secrets;
  delete from :schema.sandbox_secrets where accepted_until is not null;
  update :schema.sandbox_secrets set accepted_until = clock_timestamp() + make_interval(secs => p_overlap_s);
  insert into :schema.sandbox_secrets (generation, secret) values (coalesce(v_last, 0) + 1, v_secret);
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'secret_rotated', 'rail', 'sandbox', '{}');
  return v_secret;
end
$$;
comment on function :schema.rotate_sandbox_secret(text, text, text, double precision) is
  'Makes a new key for notifications of the sandbox rail; the one before it is accepted beside it until the overlap in seconds is over.';
`,
    },
    {
      path: "functions/same_task.sql",
      text: `create or replace function :schema.same_task(
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
`,
    },
    {
      path: "functions/sandbox_find.sql",
      text: `create or replace function :schema.sandbox_find(p_reference text) returns jsonb
language sql volatile
set search_path = :schema, pg_temp
as $$
  update :schema.sandbox_transfers s
  set looks = s.looks + 1, updated_at = clock_timestamp(),
    state = case when s.state = 'accepted' and right(s.to_address, 4) = 'fade' and s.looks >= 1 then 'failed'
      else s.state end,
    reason = case when s.state = 'accepted' and right(s.to_address, 4) = 'fade' and s.looks >= 1
      then 'It was dropped from the chain.' else s.reason end,
    confirmations = case when s.state <> 'accepted' or right(s.to_address, 4) in ('cafe', 'fade') then s.confirmations
      else least(12, s.confirmations + 4) end
  where s.reference = p_reference and s.state <> 'lost'
  returning jsonb_build_object('state', case s.state when 'accepted' then 'accepted' else 'failed' end,
    'rail_reference', s.tx_hash, 'tx_hash', s.tx_hash, 'confirmations', s.confirmations, 'reason', s.reason);
$$;
comment on function :schema.sandbox_find(text) is
  'The sandbox rail''s find: each look adds four confirmations. An address that ends in cafe gets none, one in fade fails at the second look. Null: nothing was sent.';
`,
    },
    {
      path: "functions/sandbox_find_deposit.sql",
      text: `create or replace function :schema.sandbox_find_deposit(p_reference text) returns jsonb
language sql volatile
set search_path = :schema, pg_temp
as $$
  update :schema.sandbox_deposits s
  set looks = s.looks + 1, updated_at = clock_timestamp(),
    state = case when right(s.reference, 4) = 'fade' and s.looks >= 1 then 'failed' else s.state end,
    reason = case when right(s.reference, 4) = 'fade' and s.looks >= 1 then 'It was dropped from the chain.' else s.reason end,
    confirmations = case when s.state <> 'accepted' or right(s.reference, 4) in ('cafe', 'fade') then s.confirmations
      else least(12, s.confirmations + 4) end
  where s.reference = p_reference
  returning jsonb_build_object('state', s.state, 'platform_id', s.platform_id, 'amount', trim_scale(s.amount)::text,
    'confirmations', s.confirmations, 'reason', s.reason);
$$;
comment on function :schema.sandbox_find_deposit(text) is
  'What the sandbox rail knows of a deposit: each look adds four confirmations. A reference that ends in cafe gets none, one in fade fails at the second look. Null: nothing came in.';
`,
    },
    {
      path: "functions/sandbox_keys.sql",
      text: `create or replace function :schema.sandbox_keys() returns bytea[]
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if not exists (select from :schema.sandbox_secrets where accepted_until is null) then
    -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.
    insert into :schema.sandbox_secrets (generation, secret) values (1, :schema.webhook_new_secret())
    on conflict do nothing;
  end if;
  return (
    select array_agg(s.secret order by s.generation desc)
    from :schema.sandbox_secrets s
    where coalesce(s.accepted_until > clock_timestamp(), true)
  );
end
$$;
comment on function :schema.sandbox_keys() is
  'Keys of the sandbox rail''s notifications, the one that signs first; makes the first one, once for all processes.';
`,
    },
    {
      path: "functions/sandbox_send.sql",
      text: `create or replace function :schema.sandbox_send(
  p_reference text, p_amount numeric, p_to text, p_valid_until timestamptz
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_rule constant text := right(p_to, 4);
  v_row :schema.sandbox_transfers;
begin
  if p_valid_until <= clock_timestamp() then
    return jsonb_build_object('outcome', 'unknown', 'reason', 'It came too late, and was not accepted.');
  end if;
  -- The first send to an address that ends in 0bad gets lost on the way; the next one arrives.
  insert into :schema.sandbox_transfers as s (reference, amount, to_address, state, sends, reason)
  values (p_reference, p_amount, p_to,
    case v_rule when '0bad' then 'lost' when 'dead' then 'refused' else 'accepted' end,
    case when v_rule in ('0bad', 'dead') then 0 else 1 end,
    case v_rule when 'dead' then 'The address is refused.' end)
  on conflict on constraint sandbox_transfers_pkey do update
  set state = case s.state when 'lost' then 'accepted' else s.state end,
    sends = s.sends + (s.state <> 'refused')::integer, updated_at = clock_timestamp()
  returning * into v_row;
  return case
    when v_row.state = 'refused' then jsonb_build_object('outcome', 'refused', 'reason', v_row.reason)
    when v_row.state = 'lost' or v_rule = 'beef' then
      jsonb_build_object('outcome', 'unknown', 'reason', 'The sandbox did not answer in time.')
    else jsonb_build_object('outcome', 'accepted', 'rail_reference', v_row.tx_hash)
  end;
end
$$;
comment on function :schema.sandbox_send(text, numeric, text, timestamptz) is
  'The sandbox rail''s send. The end of the address decides: dead is refused, 0bad lost on the way once, beef accepted without an answer. A second send of a reference is not prevented, but counted.';
`,
    },
    {
      path: "functions/set_verification.sql",
      text: `create or replace function :schema.set_verification(
  p_actor_kind text, p_actor_id text, p_request_id text, p_task text, p_status text, p_by text, p_data jsonb
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_before text;
begin
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if not found then
    raise exception 'Task % not found.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId',
        hint = 'listTasks shows those there are.';
  elsif v_task.status = 'cancelled' then
    raise exception 'Task % is cancelled.', p_task
      using errcode = 'GH409', constraint = 'task_cancelled', column = 'taskId',
        hint = 'Nothing is paid for it: post another task.';
  elsif p_by = 'auto' and v_task.verification_status <> 'pending' then
    raise exception 'Task % is % already.', p_task, v_task.verification_status
      using errcode = 'GH409', constraint = 'already_verified', column = 'taskId',
        detail = jsonb_build_object('verificationStatus', v_task.verification_status)::text,
        hint = 'A second look is for reviewTask: trying evidence until it passes is no verification.';
  elsif p_status = 'rejected' and v_task.paid_amount > 0 then
    raise exception 'Task % is paid already.', p_task
      using errcode = 'GH409', constraint = 'already_paid', column = 'taskId', hint = 'Open a dispute.';
  end if;
  v_before := v_task.verification_status;
  update :schema.tasks set verification_status = p_status, verified_by = p_by,
    verification_data = coalesce(verification_data, '{}')
      || case p_by when 'auto' then p_data else jsonb_build_object('review', p_data) end,
    updated_at = clock_timestamp()
  where id = p_task returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id,
    case p_by when 'auto' then 'verify_task' else 'review_task' end, 'task', p_task,
    case p_by when 'auto' then p_data -> 'verification' else p_data end,
    array_remove(array[v_task.platform_id, v_task.worker_id], null),
    jsonb_build_object('verificationStatus', v_before), jsonb_build_object('verificationStatus', p_status));
  return :schema.task_json(v_task);
end
$$;
comment on function :schema.set_verification(text, text, text, text, text, text, jsonb) is
  'Stores the verdict on a task. An automatic one is given once, while it is pending; a manual one (p_by) may overrule, but never reject what is paid.';
`,
    },
    {
      path: "functions/split_payment.sql",
      text: `create or replace function :schema.split_payment(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_workers text[], p_amounts numeric[], p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_sum numeric;
  v_worker text;
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if v_task.id is null or v_task.status <> 'completed' then
    perform :schema.refuse(:schema.payment_refusal(v_task, p_task, null));
  end if;
  perform :schema.refuse(:schema.hold_refusal(v_task));
  select g.worker into v_worker from unnest(p_workers) as g(worker)
  where not exists (select from :schema.workers w where w.id = g.worker) limit 1;
  if v_worker is not null then
    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId',
      detail = jsonb_build_object('workerId', v_worker)::text,
      hint = 'Shares go to registered workers.';
  end if;
  select t.worker_id into v_worker from :schema.transactions t
  where t.task_id = p_task and t.tx_type = 'payout' and t.stream_id is null and t.worker_id = any (p_workers)
    and t.status in ('pending', 'processing', 'completed') limit 1;
  if v_worker is not null then
    raise exception 'Task already paid' using errcode = 'GH409', constraint = 'task_already_paid', column = 'shares',
      detail = jsonb_build_object('taskId', p_task, 'workerId', v_worker)::text,
      hint = 'A worker is paid once for a task: leave the worker out.';
  end if;
  select sum(a) into v_sum from unnest(p_amounts) as a;
  if v_sum > v_task.escrowed_amount then
    raise exception 'The shares are % USDC, and task % has % in escrow.', trim_scale(v_sum), p_task,
      trim_scale(v_task.escrowed_amount)
      using errcode = 'GH429', constraint = 'insufficient_escrow', column = 'shares',
        detail = jsonb_build_object('taskId', p_task, 'available', trim_scale(v_task.escrowed_amount)::text)::text,
        hint = 'Pay less.';
  end if;
  v_answer := to_jsonb(:schema.post_payouts(p_actor_type, p_actor_id, p_request_id,
    array_fill(p_task, array[cardinality(p_workers)]), p_workers, p_amounts, '{"split": true}', p_wide));
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.split_payment(text, text, text, text, text, text, bytea, text, text[], numeric[], boolean) is
  'Pays several workers from the escrow of one completed task, each once; what is not shared out stays in escrow.';
`,
    },
    {
      path: "functions/start_calls.sql",
      text: `create or replace function :schema.start_calls(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz := clock_timestamp();
  v_answers jsonb[];
  v_records jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform from :schema.tasks t
  where t.id = any (array(select c.task from jsonb_to_recordset(p_calls) as c(task text)))
  order by t.id for no key update;
  perform :schema.must_be_plain(
    count(distinct t.id) = jsonb_array_length(p_calls)
    and bool_and(t.status = 'pending' and w.status = 'active' and case c.actor_kind
      when 'worker' then c.actor_id = t.worker_id when 'platform' then c.actor_id = t.platform_id else true end))
  from jsonb_to_recordset(p_calls) as c(task text, actor_kind text, actor_id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
  cross join lateral (select k.status from :schema.workers k where k.id = t.worker_id limit 1) as w;
  update :schema.tasks t set status = 'active', started_at = v_at, updated_at = v_at
  where t.id = any (array(select c.task from jsonb_to_recordset(p_calls) as c(task text)));
  select array_agg(:schema.task_json(t) order by c.place),
    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'start_task', 'event', 'task.started',
      'type', 'task', 'id', t.id,
      'metadata', jsonb_build_object('worker_id', t.worker_id), 'audiences', array[t.worker_id, t.platform_id])
      order by c.place)
  into v_answers, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, task text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;
  return :schema.end_calls(p_calls, v_records, v_answers);
end
$$;
comment on function :schema.start_calls(jsonb) is
  'start_task for calls of several callers at once, all or none; what is not plain is refused and made alone.';
`,
    },
    {
      path: "functions/start_withdrawal.sql",
      text: `create or replace function :schema.start_withdrawal(
  p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_task text, p_amount numeric, p_to text,
  p_rail text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id constant text := :schema.new_id('txn');
  v_ids bigint[];
  v_row :schema.transactions;
begin
  -- Taken out of the balance at once: what is on its way cannot be spent again.
  v_ids := :schema.move_money(array['withdrawal ' || v_id || ' take 1'], array['worker:' || p_worker], array['rail'],
    array[p_amount], v_id, p_wide);
  insert into :schema.transactions (id, worker_id, task_id, tx_type, amount, status, rail, to_address, attempts,
    ledger_transfer_id)
  values (v_id, p_worker, p_task, 'withdrawal', p_amount, 'pending', p_rail, p_to, 1, v_ids[1])
  returning * into v_row;
  perform :schema.queue_enqueue('send-transfer', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('transactionId', v_id), 'key', v_id)));
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'request', 'withdrawal', v_id,
    jsonb_build_object('workerId', p_worker, 'amount', trim_scale(p_amount)::text, 'toAddress', p_to), array[p_worker]);
  return :schema.transaction_json(v_row);
end
$$;
comment on function :schema.start_withdrawal(text, text, text, text, text, numeric, text, text, boolean) is
  'Takes the amount out of the worker''s balance, notes the withdrawal and enqueues its sending, together.';
`,
    },
    {
      path: "functions/stream_accrued.sql",
      text: `-- requires: stream_duration_s, stream_elapsed_s
create or replace function :schema.stream_accrued(p_stream :schema.streams, p_at timestamptz) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- div() and the multiplication by 0.000001 are exact; a division of numerics would be rounded.
  select case
    when p_stream.status in ('completed', 'cancelled') then p_stream.released_amount
    when :schema.stream_elapsed_s(p_stream, p_at) >= :schema.stream_duration_s(p_stream) then p_stream.funded_amount
    else least(p_stream.funded_amount, 0.000001 * div(
      p_stream.total_amount * 1000000 * floor(:schema.stream_elapsed_s(p_stream, p_at)),
      :schema.stream_duration_s(p_stream)))
  end;
$$;
comment on function :schema.stream_accrued(:schema.streams, timestamptz) is
  'What a stream has earned until a moment: floor(total × whole seconds run ÷ duration) in smallest units, all of it at the end, never more than is funded. stream_accrued(s, moment) for a row s of streams.';
`,
    },
    {
      path: "functions/stream_duration_s.sql",
      text: `create or replace function :schema.stream_duration_s(p_stream :schema.streams) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select extract(epoch from (p_stream.end_time - p_stream.start_time)) - extract(epoch from (p_stream.paused_for));
$$;
comment on function :schema.stream_duration_s(:schema.streams) is
  'Seconds in which all of a stream accrues, pauses left out.';
`,
    },
    {
      path: "functions/stream_elapsed_s.sql",
      text: `create or replace function :schema.stream_elapsed_s(p_stream :schema.streams, p_at timestamptz) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select greatest(0, extract(epoch from least(p_at, p_stream.paused_at) - p_stream.start_time)
    - extract(epoch from (p_stream.paused_for)));
$$;
comment on function :schema.stream_elapsed_s(:schema.streams, timestamptz) is
  'Seconds that a stream has run until a moment, exact to the microsecond, pauses left out.';
`,
    },
    {
      path: "functions/stream_json.sql",
      text: `create or replace function :schema.stream_json(p_row :schema.streams) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'total_amount', trim_scale(p_row.total_amount)::text,
    'funded_amount', trim_scale(p_row.funded_amount)::text,
    'released_amount', trim_scale(p_row.released_amount)::text,
    'remaining_amount', trim_scale(p_row.remaining_amount)::text
  );
$$;
comment on function :schema.stream_json(:schema.streams) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/stream_next_release_at.sql",
      text: `-- requires: stream_duration_s, stream_elapsed_s, stream_runs_out_at
create or replace function :schema.stream_next_release_at(p_stream :schema.streams, p_at timestamptz) returns timestamptz
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select least(
    p_stream.end_time,
    :schema.stream_runs_out_at(p_stream),
    p_stream.end_time - make_interval(secs => (:schema.stream_duration_s(p_stream) - p_stream.release_interval
      * (floor(:schema.stream_elapsed_s(p_stream, p_at) / p_stream.release_interval) + 1))::double precision)
  );
$$;
comment on function :schema.stream_next_release_at(:schema.streams, timestamptz) is
  'The next moment after this one at which the time that a stream has run is a multiple of its interval, or its end, or when its money runs out. Pauses and withdrawals do not shift that grid.';
`,
    },
    {
      path: "functions/stream_progress.sql",
      text: `-- requires: stream_json, stream_duration_s, stream_accrued, stream_runs_out_at
create or replace function :schema.stream_progress(p_stream :schema.streams, p_at timestamptz) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select :schema.stream_json(p_stream) || jsonb_build_object(
    'accrued', trim_scale(:schema.stream_accrued(p_stream, p_at))::text,
    'releasable', trim_scale(:schema.stream_accrued(p_stream, p_at) - p_stream.released_amount)::text,
    'percent_released', trim_scale(0.01 * div(p_stream.released_amount * 10000, p_stream.total_amount))::text,
    'amount_per_release', trim_scale(0.000001 * div(
      p_stream.total_amount * 1000000 * p_stream.release_interval, :schema.stream_duration_s(p_stream)))::text,
    'runs_out_at', :schema.stream_runs_out_at(p_stream) + w.waited,
    'estimated_completion_at', case
      when p_stream.status = 'completed' then p_stream.completed_at
      when p_stream.status in ('active', 'paused') and p_stream.funded_amount = p_stream.total_amount
      then p_stream.end_time + w.waited end
  )
  from (select case when p_stream.paused_at is null then interval '0'
    else make_interval(secs => greatest(0,
      extract(epoch from p_at - greatest(p_stream.paused_at, p_stream.start_time)))::double precision)
  end as waited) as w;
$$;
comment on function :schema.stream_progress(:schema.streams, timestamptz) is
  'A stream as functions answer it, with what has accrued, what can be taken, when it runs out (null: it does not) and when it is complete (null: unknown while it lacks money, or never); of a paused one as if it went on now.';
`,
    },
    {
      path: "functions/stream_runs_out_at.sql",
      text: `-- requires: stream_duration_s
create or replace function :schema.stream_runs_out_at(p_stream :schema.streams) returns timestamptz
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The first whole second at which as much has accrued as is funded.
  select case
    when p_stream.funded_amount < p_stream.total_amount and p_stream.status in ('active', 'paused', 'insolvent')
    then p_stream.end_time - make_interval(secs => greatest(0, :schema.stream_duration_s(p_stream) - div(
      -- Whole numbers, rounded up: a is funded, b is the total, (a × duration + b - 1) div b.
      p_stream.funded_amount * 1000000 * :schema.stream_duration_s(p_stream) * 1000000
        + p_stream.total_amount * 1000000 * 1000000 - 1,
      p_stream.total_amount * 1000000 * 1000000))::double precision)
  end;
$$;
comment on function :schema.stream_runs_out_at(:schema.streams) is
  'When the money of a stream that is not funded in full is used up, were it not paused any more; null for others.';
`,
    },
    {
      path: "functions/submit_task.sql",
      text: `create or replace function :schema.submit_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_verification jsonb, p_proof text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{worker}', '{active}');
  -- A verdict was on what was handed in before.
  update :schema.tasks
  set verification_data = coalesce(p_verification, verification_data), completion_proof = coalesce(p_proof, completion_proof),
    verification_status = 'pending', verified_by = null, updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'submit_task', 'task', p_task,
    jsonb_build_object('completion_proof', v_task.completion_proof), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.submit_task(text, text, text, text, text, text, bytea, text, jsonb, text) is
  'The worker hands in what proves an active task; it stays active until somebody completes it, and waits for a verdict.';
`,
    },
    {
      path: "functions/task_json.sql",
      text: `create or replace function :schema.task_json(p_row :schema.tasks) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'escrowed_amount', trim_scale(p_row.escrowed_amount)::text,
    'paid_amount', trim_scale(p_row.paid_amount)::text
  );
$$;
comment on function :schema.task_json(:schema.tasks) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/top_up_stream.sql",
      text: `create or replace function :schema.top_up_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_amount :schema.usdc, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task :schema.tasks;
  v_now timestamptz;
  v_new numeric;
  v_ran_out timestamptz;
  v_late interval := '0';
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  select * into v_task from :schema.tasks t where t.id = v_stream.task_id;
  v_now := clock_timestamp();
  if v_stream.status in ('completed', 'cancelled') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Begin another stream.';
  end if;
  if v_task.status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams take no money.', v_task.id, v_task.status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  if p_amount > v_stream.total_amount - v_stream.funded_amount then
    raise exception 'Stream % lacks less than %.', p_id, trim_scale(p_amount)
      using errcode = 'GH409', constraint = 'above_stream_total', column = 'amount',
        detail = jsonb_build_object(
          'lacking', trim_scale(v_stream.total_amount - v_stream.funded_amount)::text)::text,
        hint = 'A stream is funded up to its total.';
  end if;
  -- What lies in escrow and is promised to no stream is used before the platform's funds.
  v_new := greatest(0, p_amount - (v_task.escrowed_amount - :schema.promised_escrow(v_task.id)));
  perform :schema.move_money(
    array['stream ' || p_id || ' top-up ' || trim_scale(v_stream.funded_amount)],
    array['platform:' || v_stream.platform_id], array['escrow:' || v_stream.platform_id], array[v_new],
    'stream top-up', p_wide);
  update :schema.tasks t set escrowed_amount = t.escrowed_amount + v_new, updated_at = v_now where t.id = v_task.id;
  -- Without money nothing accrues, noticed or not: the time since it ran out counts as a pause.
  v_ran_out := :schema.stream_runs_out_at(v_stream);
  if v_stream.status <> 'paused' and v_ran_out < v_now then
    v_late := make_interval(secs => extract(epoch from v_now - v_ran_out)::double precision);
  end if;
  v_stream.funded_amount := v_stream.funded_amount + p_amount;
  v_stream.paused_for := v_stream.paused_for + v_late;
  v_stream.end_time := v_stream.end_time + v_late;
  if v_stream.status = 'insolvent' then v_stream.status := 'active'; end if;
  update :schema.streams s
  set funded_amount = v_stream.funded_amount, paused_for = v_stream.paused_for, end_time = v_stream.end_time,
    status = v_stream.status,
    next_release_at = case when v_stream.status = 'active' then case
      when s.next_release_at <= v_now then s.next_release_at
      else :schema.stream_next_release_at(v_stream, v_now) end end,
    updated_at = v_now
  where s.id = p_id returning * into v_stream;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'topped_up', 'stream', p_id,
    jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(p_amount)::text,
      'funded', trim_scale(v_stream.funded_amount)::text, 'fromPlatform', trim_scale(v_new)::text),
    array[v_stream.worker_id, v_stream.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));
end
$$;
comment on function :schema.top_up_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, boolean) is
  'Adds money to a stream, from free escrow of its task and then from the platform''s funds, up to its total. One that ran out goes on from now.';
`,
    },
    {
      path: "functions/transaction_json.sql",
      text: `create or replace function :schema.transaction_json(p_row :schema.transactions) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The number of the ledger's entry is a matter of the books.
  select (to_jsonb(p_row) - 'ledger_transfer_id') || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'fee', trim_scale(p_row.fee)::text
  );
$$;
comment on function :schema.transaction_json(:schema.transactions) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/unlink_wallet.sql",
      text: `create or replace function :schema.unlink_wallet(
  p_actor_type text, p_actor_id text, p_request_id text, p_worker text
) returns boolean
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_before :schema.workers;
begin
  perform from :schema.accounts where id = p_worker for no key update;
  select * into v_before from :schema.workers where id = p_worker for update;
  if not found then
    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'id',
      detail = jsonb_build_object('workerId', p_worker)::text, hint = 'listWorkers shows those there are.';
  end if;
  if v_before.wallet_address is null then return false; end if;
  update :schema.workers set wallet_address = null, wallet_verified_at = null, updated_at = clock_timestamp()
  where id = p_worker;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'unlinked', 'wallet', p_worker, '{}',
    array[p_worker],
    jsonb_build_object('walletAddress', v_before.wallet_address, 'walletVerifiedAt', v_before.wallet_verified_at),
    jsonb_build_object('walletAddress', null, 'walletVerifiedAt', null));
  return v_before.wallet_verified_at is not null;
end
$$;
comment on function :schema.unlink_wallet(text, text, text, text) is
  'Takes the wallet address off a worker; true when it was proven, and its sessions are to end.';
`,
    },
    {
      path: "functions/update_account_ages.sql",
      text: `create or replace function :schema.update_account_ages() returns bigint
language sql stable
set search_path = :schema, pg_temp
as $$
  select count(*) from :schema.workers w where :schema.account_age_days(w) >= 0;
$$;
comment on function :schema.update_account_ages() is
  'Kept for those who run it daily: ages are computed at every read and need no update. Returns how many workers have one.';
`,
    },
    {
      path: "functions/update_platform_statistics.sql",
      text: `create or replace function :schema.update_platform_statistics() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each payout.
begin
  if tg_op = 'UPDATE' then
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, paid_day, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
      sum(sign), sum(sign * amount), sum(sign * fee)
    from (
      select -1 as sign, o.* from old_transactions o
      union all
      select 1, n.* from new_transactions n
    ) as c
    group by 1, 2, 3, 4, 5, 6, 7
    having sum(sign) <> 0 or sum(sign * amount) <> 0 or sum(sign * fee) <> 0;
  else
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, paid_day, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
      -count(*), -sum(amount), -sum(fee)
    from old_transactions
    group by 1, 2, 3, 4, 5, 6, 7;
  end if;
  return null;
end
$$;
comment on function :schema.update_platform_statistics() is
  'Statement trigger of updates and deletes of transactions: appends what they change in the payouts and fees of the platform, and in the sums of worker and day in the same row.';
`,
    },
    {
      path: "functions/update_reputation_score.sql",
      text: `create or replace function :schema.update_reputation_score() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each event.
declare
  v_score integer;
  v_new integer;
begin
  -- The worker's row is locked: of two events at once the second begins from what the first has left. Locked and
  -- changed by one statement: a second one would cost each event.
  update :schema.workers w
  set reputation_score = least(1000, greatest(0, o.reputation_score + new.requested_delta)), updated_at = clock_timestamp()
  from (select k.id, k.reputation_score from :schema.workers k where k.id = new.worker_id for no key update) as o
  where w.id = o.id and o.reputation_score <> least(1000, greatest(0, o.reputation_score + new.requested_delta))
  returning o.reputation_score, w.reputation_score into v_score, v_new;
  if not found then
    -- No points, no room for them, or no worker: then the foreign key will say so, if no null is in its way.
    select k.reputation_score into v_score from :schema.workers k where k.id = new.worker_id for no key update;
    if not found then
      v_score := 0;
      new.requested_delta := 0;
    end if;
    v_new := least(1000, greatest(0, v_score + new.requested_delta));
    -- Room was made meanwhile, perhaps, by whoever held the row.
    if v_new <> v_score then
      update :schema.workers set reputation_score = v_new, updated_at = clock_timestamp() where id = new.worker_id;
    end if;
  end if;
  -- The number given before the lock could be of another order than the one the points were applied in.
  new.seq := nextval(':schema.reputation_events_seq_seq');
  new.previous_score := v_score;
  new.new_score := v_new;
  new.delta := v_new - v_score;
  return new;
end
$$;
comment on function :schema.update_reputation_score() is
  'Row trigger before an insert into reputation_events: applies the delta to the worker''s score, kept in 0 to 1000, and stores what was applied.';
`,
    },
    {
      path: "functions/update_stream_amounts.sql",
      text: `create or replace function :schema.update_stream_amounts() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  new.remaining_amount := new.total_amount - new.released_amount;
  if tg_op = 'UPDATE' and new.remaining_amount = 0 and old.status in ('active', 'paused', 'insolvent')
    and new.status <> 'cancelled' then
    new.status := 'completed';
    new.completed_at := coalesce(new.completed_at, clock_timestamp());
    new.next_release_at := null;
    new.paused_at := null;
  end if;
  return new;
end
$$;
comment on function :schema.update_stream_amounts() is
  'Row trigger of streams: remaining is total less released, and a stream of which all is released is completed.';
`,
    },
    {
      path: "functions/update_worker_last_active.sql",
      text: `create or replace function :schema.update_worker_last_active() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
begin
  -- A new row is activity, and is counted in the same delta: a second trigger would cost the hottest calls twice.
  -- A few rows are the hot path: a delta for each, no grouping. Of many, grouped, the fold has less to do.
  if tg_table_name = 'tasks' then
    insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      greatest(created_at, started_at, completed_at), 1, (status = 'pending')::integer, (status = 'active')::integer,
      (status = 'completed')::integer, (status = 'cancelled')::integer,
      (status = 'cancelled' and started_at is not null)::integer, (status = 'disputed')::integer, was_disputed::integer,
      (status = 'completed' and due_at is not null and completed_at > due_at)::integer,
      (status = 'completed' and started_at is not null)::integer,
      case when status = 'completed' then amount else 0 end, paid_amount,
      case when task_type = 'streaming' then paid_amount else 0 end,
      case when status = 'cancelled' then 0 else amount - paid_amount end,
      case when status = 'completed' and started_at is not null
        then extract(epoch from completed_at - started_at) else 0 end
    from new_tasks
    where (select count(*) from new_tasks) <= 100;
    if not found then
      insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,
        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
      select worker_id, platform_id, (created_at at time zone 'UTC')::date,
        max(greatest(created_at, started_at, completed_at)), count(*), count(*) filter (where status = 'pending'),
        count(*) filter (where status = 'active'), count(*) filter (where status = 'completed'),
        count(*) filter (where status = 'cancelled'),
        count(*) filter (where status = 'cancelled' and started_at is not null),
        count(*) filter (where status = 'disputed'), count(*) filter (where was_disputed),
        count(*) filter (where status = 'completed' and completed_at > due_at),
        count(*) filter (where status = 'completed' and started_at is not null),
        sum(case when status = 'completed' then amount else 0 end), sum(paid_amount),
        sum(case when task_type = 'streaming' then paid_amount else 0 end),
        sum(case when status = 'cancelled' then 0 else amount - paid_amount end),
        sum(case when status = 'completed' and started_at is not null
          then extract(epoch from completed_at - started_at) else 0 end)
      from new_tasks
      group by 1, 2, 3;
    end if;
  else
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, paid_day, active_at, transactions,
        amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
      created_at, 1, amount, fee
    from new_transactions
    where (select count(*) from new_transactions) <= 100;
    if not found then
      insert into :schema.money_deltas
        (worker_id, platform_id, day, asset, tx_type, status, paid_day, active_at, transactions,
        amount, fees)
      select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
        case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
        max(created_at), count(*), sum(amount), sum(fee)
      from new_transactions
      group by 1, 2, 3, 4, 5, 6, 7;
    end if;
  end if;
  return null;
end
$$;
comment on function :schema.update_worker_last_active() is
  'Statement trigger of inserts into tasks and transactions: appends that the worker was active, and what the new rows add to the statistics of worker, platform and day.';
`,
    },
    {
      path: "functions/update_worker_ratings.sql",
      text: `create or replace function :schema.update_worker_ratings() returns trigger
language plpgsql
as $$
-- There is no search_path setting: the one name below says its schema.
begin
  insert into :schema.work_deltas (worker_id, ratings, stars) values (new.worker_id, 1, new.rating);
  return null;
end
$$;
comment on function :schema.update_worker_ratings() is
  'Row trigger of reputation events with stars, so that all others cost nothing: appends the rating. Events are never changed, and go only with their worker.';
`,
    },
    {
      path: "functions/update_worker_statistics.sql",
      text: `create or replace function :schema.update_worker_statistics() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
declare
  v_left bigint;
begin
  if tg_op = 'UPDATE' then
    -- A few tasks that move on are the hot path: a row of differences for each, no grouping. A task with another worker
    -- needs two rows, and takes the long way, as do many tasks at once: grouped, they are fewer rows to fold.
    with made as (
      insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, pending, active,
        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
      select n.worker_id, n.platform_id, (n.created_at at time zone 'UTC')::date,
        greatest(n.created_at, n.started_at, n.completed_at),
        (n.status = 'pending')::integer - (o.status = 'pending')::integer,
        (n.status = 'active')::integer - (o.status = 'active')::integer,
        (n.status = 'completed')::integer - (o.status = 'completed')::integer,
        (n.status = 'cancelled')::integer - (o.status = 'cancelled')::integer,
        (n.status = 'cancelled' and n.started_at is not null)::integer
          - (o.status = 'cancelled' and o.started_at is not null)::integer,
        (n.status = 'disputed')::integer - (o.status = 'disputed')::integer,
        n.was_disputed::integer - o.was_disputed::integer,
        (n.status = 'completed' and n.due_at is not null and n.completed_at > n.due_at)::integer
          - (o.status = 'completed' and o.due_at is not null and o.completed_at > o.due_at)::integer,
        (n.status = 'completed' and n.started_at is not null)::integer
          - (o.status = 'completed' and o.started_at is not null)::integer,
        case when n.status = 'completed' then n.amount else 0 end - case when o.status = 'completed' then o.amount else 0 end,
        n.paid_amount - o.paid_amount,
        case when n.task_type = 'streaming' then n.paid_amount else 0 end
          - case when o.task_type = 'streaming' then o.paid_amount else 0 end,
        case when n.status = 'cancelled' then 0 else n.amount - n.paid_amount end
          - case when o.status = 'cancelled' then 0 else o.amount - o.paid_amount end,
        case when n.status = 'completed' and n.started_at is not null
          then extract(epoch from (n.completed_at - n.started_at)) else 0 end
        - case when o.status = 'completed' and o.started_at is not null
          then extract(epoch from (o.completed_at - o.started_at)) else 0 end
      from new_tasks n
      join old_tasks o on o.id = n.id
      where (select count(*) from new_tasks) <= 100
        and n.worker_id is not distinct from o.worker_id and n.platform_id = o.platform_id and n.created_at = o.created_at
        and (n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at, n.started_at, n.due_at, n.task_type)
          is distinct from
          (o.status, o.amount, o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)
      returning id
    )
    select (select count(*) from new_tasks) - (select count(*) from made) into v_left;
    if v_left = 0 then return null; end if;
    insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      max(greatest(created_at, started_at, completed_at)) filter (where sign = 1), sum(sign),
      sum(case when status = 'pending' then sign else 0 end), sum(case when status = 'active' then sign else 0 end),
      sum(case when status = 'completed' then sign else 0 end), sum(case when status = 'cancelled' then sign else 0 end),
      sum(case when status = 'cancelled' and started_at is not null then sign else 0 end),
      sum(case when status = 'disputed' then sign else 0 end), sum(case when was_disputed then sign else 0 end),
      sum(case when status = 'completed' and completed_at > due_at then sign else 0 end),
      sum(case when status = 'completed' and started_at is not null then sign else 0 end),
      sum(case when status = 'completed' then sign * amount else 0 end), sum(sign * paid_amount),
      sum(case when task_type = 'streaming' then sign * paid_amount else 0 end),
      sum(case when status = 'cancelled' then 0 else sign * (amount - paid_amount) end),
      sum(case when status = 'completed' and started_at is not null
        then sign * extract(epoch from completed_at - started_at) else 0 end)
    from (
      select -1 as sign, o.* from old_tasks o
      union all
      select 1, n.* from new_tasks n
    ) as c
    -- What no statistic looks at leaves no delta: both rows of such a task are left out by the same comparison.
    where c.id in (
      select n.id from new_tasks n join old_tasks o on o.id = n.id
      where ((select count(*) from new_tasks) > 100
          or (n.worker_id, n.platform_id, n.created_at) is distinct from (o.worker_id, o.platform_id, o.created_at))
        and (n.worker_id, n.platform_id, n.created_at, n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at,
        n.started_at, n.due_at, n.task_type) is distinct from (o.worker_id, o.platform_id, o.created_at, o.status, o.amount,
        o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)
    )
    group by 1, 2, 3;
  else
    insert into :schema.work_deltas (worker_id, platform_id, created_day, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      -count(*), -count(*) filter (where status = 'pending'),
      -count(*) filter (where status = 'active'), -count(*) filter (where status = 'completed'),
      -count(*) filter (where status = 'cancelled'),
      -count(*) filter (where status = 'cancelled' and started_at is not null),
      -count(*) filter (where status = 'disputed'), -count(*) filter (where was_disputed),
      -count(*) filter (where status = 'completed' and completed_at > due_at),
      -count(*) filter (where status = 'completed' and started_at is not null),
      -sum(case when status = 'completed' then amount else 0 end), -sum(paid_amount),
      -sum(case when task_type = 'streaming' then paid_amount else 0 end),
      -sum(case when status = 'cancelled' then 0 else amount - paid_amount end),
      -sum(case when status = 'completed' and started_at is not null
        then extract(epoch from completed_at - started_at) else 0 end)
    from old_tasks
    group by 1, 2, 3;
  end if;
  return null;
end
$$;
comment on function :schema.update_worker_statistics() is
  'Statement trigger of updates and deletes of tasks: appends what they change in the statistics of the worker, and of the platform in the same row.';
`,
    },
    {
      path: "functions/use_wallet_challenge.sql",
      text: `create or replace function :schema.use_wallet_challenge(
  p_nonce text, p_address text, p_purpose text, p_worker text, p_domain text, p_uri text, p_chain_id bigint,
  p_issued_at timestamptz, p_expires_at timestamptz, p_not_before timestamptz
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.wallet_challenges;
  v_now timestamptz(3);
begin
  -- Of two callers with one nonce the second waits here, in whatever process, and finds it used.
  select * into v_row from :schema.wallet_challenges where nonce = p_nonce for no key update;
  if not found then return 'nonce_unknown'; end if;
  v_now := clock_timestamp();
  if v_row.used_at is not null then return 'nonce_used'; end if;
  if v_now >= least(v_row.expires_at, p_expires_at) then return 'message_expired'; end if;
  if v_now < p_not_before then return 'message_not_yet_valid'; end if;
  if (p_address, p_purpose, p_worker, p_domain, p_uri, p_chain_id, p_issued_at, p_expires_at) is distinct from
    (v_row.address, v_row.purpose, v_row.worker_id, v_row.domain, v_row.uri, v_row.chain_id, v_row.issued_at,
      v_row.expires_at) then
    return 'message_altered';
  end if;
  update :schema.wallet_challenges set used_at = v_now where nonce = p_nonce;
  return null;
end
$$;
comment on function :schema.use_wallet_challenge(
  text, text, text, text, text, text, bigint, timestamptz, timestamptz, timestamptz
) is
  'Uses up a challenge, once; null when it is good, else what is wrong with it. The signature is checked before.';
`,
    },
    {
      path: "functions/wallet_refusal.sql",
      text: `create or replace function :schema.wallet_refusal(p_worker text) returns jsonb
language sql immutable parallel safe
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object('state', 'GH409', 'message', format('Worker %s has no wallet address.', p_worker),
    'reason', 'no_wallet', 'field', 'toAddress', 'details', jsonb_build_object('workerId', p_worker),
    'hint', 'Give the worker a wallet address, or name one to send to.');
$$;
comment on function :schema.wallet_refusal(text) is 'The refusal of sending to a worker without a wallet address.';
`,
    },
    {
      path: "functions/wallet_worker.sql",
      text: `create or replace function :schema.wallet_worker(p_address text) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id text;
begin
  select id into v_id from :schema.workers where wallet_address = p_address and wallet_verified_at is not null;
  -- Linking and unlinking hold this lock: a sign-in sees what they have left, or ends with the sessions they end.
  perform from :schema.accounts where id = v_id for no key update;
  select id into v_id from :schema.workers
  where id = v_id and wallet_address = p_address and wallet_verified_at is not null;
  return v_id;
end
$$;
comment on function :schema.wallet_worker(text) is
  'The worker who has proven the address, with its account locked; null when nobody has. An address that was typed in is nobody''s.';
`,
    },
    {
      path: "functions/withdraw.sql",
      text: `create or replace function :schema.withdraw(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_amount numeric, p_to text, p_rail text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_worker :schema.workers;
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_worker from :schema.workers where id = p_worker;
  if not found then
    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId',
      detail = jsonb_build_object('workerId', p_worker)::text,
      hint = 'listWorkers shows those there are.';
  end if;
  if v_worker.status = 'suspended' then
    raise exception 'Worker % is suspended.', p_worker using errcode = 'GH403', constraint = 'worker_suspended',
      column = 'workerId', hint = 'An administrator can lift the suspension.';
  end if;
  if coalesce(p_to, v_worker.wallet_address) is null then
    perform :schema.refuse(:schema.wallet_refusal(p_worker));
  end if;
  return :schema.end_once(p_account, p_key, :schema.start_withdrawal(p_actor_type, p_actor_id, p_request_id, p_worker,
    null, p_amount, coalesce(p_to, v_worker.wallet_address), p_rail, p_wide));
end
$$;
comment on function :schema.withdraw(text, text, text, text, text, text, bytea, text, numeric, text, text, boolean) is
  'Starts a withdrawal from a worker''s balance to the address given, or to the worker''s wallet.';
`,
    },
    {
      path: "functions/withdraw_from_stream.sql",
      text: `create or replace function :schema.withdraw_from_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_amount :schema.usdc, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task_status text;
  v_payout :schema.transactions;
  v_now timestamptz;
  v_releasable numeric;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  v_now := clock_timestamp();
  v_releasable := :schema.stream_accrued(v_stream, v_now) - v_stream.released_amount;
  if v_releasable <= 0 then
    raise exception 'Nothing to release: stream % is %, and all that has accrued is paid.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'nothing_to_release', column = 'streamId',
        hint = 'Pay accrues by the second while a stream is active.';
  end if;
  if p_amount > v_releasable then
    raise exception 'Only % of stream % has accrued and is not paid.', trim_scale(v_releasable), p_id
      using errcode = 'GH409', constraint = 'above_releasable', column = 'amount',
        detail = jsonb_build_object('releasable', trim_scale(v_releasable)::text)::text,
        hint = 'Leave out the amount to take all there is.';
  end if;
  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;
  if v_task_status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams pay nothing.', v_stream.task_id, v_task_status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  select * into v_payout
  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, array[p_id], p_amount, v_now, p_wide) as r;
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, jsonb_build_object(
    'stream', :schema.stream_progress(v_stream, v_now), 'transaction', :schema.transaction_json(v_payout)));
end
$$;
comment on function :schema.withdraw_from_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, boolean) is
  'Pays the worker what has accrued and is not released, or so much of it, without waiting for the interval.';
`,
    },
    {
      path: "functions/withhold_repayment.sql",
      text: `create or replace function :schema.withhold_repayment(
  p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean default false
) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_key text := p_key || ' repayment';
  v_amount numeric;
  v_taken numeric;
begin
  select * into v_loan from :schema.loans
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted', 'written_off')
  order by created_at, id limit 1 for no key update;
  if not found then return 0; end if;
  select amount into v_amount from :schema.transactions where rail = 'ledger' and rail_reference = v_key;
  if found then return v_amount; end if;
  -- A task repays one instalment, in however many releases and payouts it is paid.
  select coalesce(sum(t.amount), 0) into v_taken
  from :schema.transactions t
  where t.task_id = p_task and t.loan_id = v_loan.id and t.tx_type = 'repayment';
  -- Rounded up: five instalments are never less than the whole, and the last takes only what is left.
  v_amount := least(
    ceil(v_loan.total_due * 1000000 / v_loan.installments) / 1000000 - v_taken, p_paid,
    v_loan.total_due - v_loan.amount_repaid
  );
  if v_amount <= 0 then return 0; end if;
  perform :schema.repay_loan('system', null, null, v_loan.id, p_worker, p_task, v_amount,
    case when v_taken = 0 then 1 else 0 end, v_key, p_wide);
  return v_amount;
end
$$;
comment on function :schema.withhold_repayment(text, text, numeric, text, boolean) is
  'Takes the instalment of an open advance out of what a worker was just paid (never more than p_paid), once for its key, and one instalment in all from one task; returns how much. Call it after the payment was posted, in the same transaction.';
`,
    },
    {
      path: "functions/worker_reputation.sql",
      text: `create or replace function :schema.worker_reputation(p_worker text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object(
    'worker_id', w.id, 'score', w.reputation_score, 'rank', :schema.reputation_rank(w.reputation_score),
    'badges', to_jsonb(:schema.reputation_badges(t.completed_tasks, t.completion_rate, t.ratings, t.average_rating,
      k.score)),
    'percentile', (
      select round(100.0 * count(*) filter (where o.reputation_score <= w.reputation_score) / count(*), 2)
      from :schema.workers o),
    'risk_score', k.score, 'completed_tasks', t.completed_tasks, 'completion_rate', t.completion_rate,
    'ratings', t.ratings, 'average_rating', t.average_rating,
    'explanation', jsonb_build_object('start', w.initial_score, 'points', coalesce(points.list, '[]')),
    'events', coalesce((
      select jsonb_agg(to_jsonb(e) - 'seq' order by e.seq desc)
      from (
        select * from :schema.reputation_events r where r.worker_id = w.id order by r.seq desc limit 20
      ) as e), '[]')
  )
  from :schema.workers w
  join :schema.worker_totals t on t.worker_id = w.id
  cross join lateral :schema.risk_inputs(w.id) as i
  cross join lateral :schema.risk_parts(i.reputation_score, i.account_age_days, i.completed_tasks, i.completion_rate,
    i.on_time_rate, i.average_rating, i.disputes, i.loans_due, i.loans_on_time, i.weekly_deviation, i.recent_earnings) as k
  cross join lateral (
    select jsonb_agg(jsonb_build_object('type', g.event_type, 'events', g.events, 'points', g.points) order by g.event_type)
      as list
    from (
      select r.event_type, count(*) as events, sum(r.delta) as points
      from :schema.reputation_events r where r.worker_id = w.id group by r.event_type
    ) as g
  ) as points
  where w.id = p_worker;
$$;
comment on function :schema.worker_reputation(text) is
  'A worker''s score and what it is made of: start and points of each kind of event add up to it. Percentile: percent of all workers whose score is not higher. Null without such a worker.';
`,
    },
    {
      path: "functions/write_off_loan.sql",
      text: `create or replace function :schema.write_off_loan(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_loan text, p_reason text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb;
  v_loan :schema.loans;
  v_due numeric;
begin
  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);
  if v_answer is not null then return v_answer; end if;
  select * into v_loan from :schema.loans where id = p_loan for no key update;
  if not found then
    raise exception 'Loan % not found.', p_loan
      using errcode = 'GH404', constraint = 'loan_not_found', column = 'loanId', hint = 'listLoans shows all of them.';
  elsif v_loan.status <> 'defaulted' then
    raise exception 'Loan % is %, not defaulted.', p_loan, v_loan.status
      using errcode = 'GH409', constraint = 'loan_not_defaulted', column = 'loanId',
        detail = jsonb_build_object('status', v_loan.status)::text,
        hint = 'Only what was not repaid in time can be written off.';
  end if;
  v_due := v_loan.total_due - v_loan.amount_repaid;
  perform :schema.move_money(array['loan ' || p_loan || ' write-off'], array['losses'],
    array['advance:' || v_loan.worker_id], array[v_due], p_loan, p_wide);
  update :schema.loans set status = 'written_off', written_off_at = clock_timestamp(), updated_at = clock_timestamp()
  where id = p_loan returning * into v_loan;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'written_off', 'loan', p_loan,
    jsonb_build_object('workerId', v_loan.worker_id, 'loss', trim_scale(v_due)::text, 'reason', p_reason),
    array[v_loan.worker_id]);
  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));
end
$$;
comment on function :schema.write_off_loan(text, text, text, text, text, text, bytea, text, text, boolean) is
  'Books what is left of a defaulted loan as a loss. Raises loan_not_found, loan_not_defaulted.';
`,
    },
    {
      path: "migrations/0001_create_parties.down.sql",
      text: `drop table :schema.platforms;
drop table :schema.workers;
drop domain :schema.usdc;
`,
    },
    {
      path: "migrations/0001_create_parties.up.sql",
      text: `create domain :schema.usdc as numeric
  constraint usdc_check check (value > '-1e14' and value < 1e14 and value = round(value, 6));
comment on domain :schema.usdc is 'An amount of USDC: exact, six decimals at most, never NaN or infinite.';

create table :schema.workers (
  id text not null default :schema.new_id('wrk'),
  name text not null,
  email text not null,
  wallet_id text,
  wallet_address text,
  status text not null default 'active',
  reputation_score integer not null default 500,
  total_tasks bigint not null default 0,
  total_earned :schema.usdc not null default 0,
  completion_rate numeric(5, 2) not null default 0,
  average_rating numeric(3, 2) not null default 0,
  dispute_rate numeric(5, 2) not null default 0,
  last_active_at timestamptz(3) not null default clock_timestamp(),
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint workers_pkey primary key (id),
  constraint workers_email_key unique (email),
  constraint workers_wallet_id_key unique (wallet_id),
  constraint workers_wallet_address_key unique (wallet_address),
  constraint workers_account_fkey foreign key (id, email)
    references :schema.accounts (id, login) on update cascade on delete cascade,
  constraint workers_name_check check (length(name) between 1 and 100),
  constraint workers_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  constraint workers_status_check check (status in ('active', 'suspended', 'closed')),
  constraint workers_reputation_score_check check (reputation_score between 0 and 1000),
  constraint workers_rates_check check (
    completion_rate between 0 and 100 and dispute_rate between 0 and 100 and average_rating between 0 and 5
  ),
  constraint workers_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 70);
create index workers_created_at_idx on :schema.workers (created_at desc, id desc);
create index workers_reputation_score_idx on :schema.workers (reputation_score desc, id desc);
comment on table :schema.workers is
  'People who do tasks and are paid. Password and keys are in accounts under the same id. The statistics are brought up to date each second; worker_profiles shows them as of the moment.';
comment on column :schema.workers.wallet_id is 'Id of the wallet at the payment provider; null without one.';
comment on column :schema.workers.wallet_address is 'Lower case, 0x and 40 hexadecimal digits; null: paid into the balance only.';
comment on column :schema.workers.reputation_score is '0 to 1000, starts at 500; changed by reputation events only.';
comment on column :schema.workers.total_tasks is 'Completed tasks.';
comment on column :schema.workers.total_earned is 'Sum of the amounts of completed tasks, before fees.';
comment on column :schema.workers.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
comment on column :schema.workers.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.workers.dispute_rate is 'Percent of the worker''s tasks that were ever disputed.';

create table :schema.platforms (
  id text not null default :schema.new_id('plt'),
  name text not null,
  contact_email text not null,
  webhook_url text,
  webhook_secret bytea,
  wallet_address text,
  fee_bps integer not null default 200,
  total_payouts :schema.usdc not null default 0,
  total_tasks bigint not null default 0,
  active_workers bigint not null default 0,
  is_active boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint platforms_pkey primary key (id),
  constraint platforms_contact_email_key unique (contact_email),
  constraint platforms_wallet_address_key unique (wallet_address),
  constraint platforms_account_fkey foreign key (id, contact_email)
    references :schema.accounts (id, login) on update cascade on delete cascade,
  constraint platforms_name_check check (length(name) between 1 and 100),
  constraint platforms_webhook_url_check check (webhook_url ~ '^https://[^\\s]+$' and length(webhook_url) <= 2048),
  constraint platforms_webhook_secret_check check (octet_length(webhook_secret) between 24 and 64),
  constraint platforms_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  constraint platforms_fee_bps_check check (fee_bps between 0 and 10000),
  constraint platforms_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 70);
create index platforms_created_at_idx on :schema.platforms (created_at desc, id desc);
comment on table :schema.platforms is
  'Those who post tasks and pay for them. API keys are kept as hashes only, in api_keys under the same account.';
comment on column :schema.platforms.webhook_url is 'Where the platform wants to hear of its tasks; null: nowhere.';
comment on column :schema.platforms.webhook_secret is
  'Signs what the platform sends us (HMAC-SHA-256); null: it sends nothing. Never shown again after it was made.';
comment on column :schema.platforms.wallet_address is 'Lower case; null without one.';
comment on column :schema.platforms.fee_bps is 'Our fee on each payout, hundredths of a percent of it, taken from the worker''s amount.';
comment on column :schema.platforms.total_payouts is 'Sum of completed payouts, fees included.';
comment on column :schema.platforms.total_tasks is 'Tasks ever posted.';
comment on column :schema.platforms.active_workers is 'Workers with a task of this platform in the last 30 days.';
`,
    },
    {
      path: "migrations/0002_create_work.down.sql",
      text: `drop table :schema.streams;
drop table :schema.tasks;
`,
    },
    {
      path: "migrations/0002_create_work.up.sql",
      text: `create table :schema.tasks (
  id text not null default :schema.new_id('tsk'),
  platform_id text not null,
  worker_id text,
  external_id text,
  task_type text not null default 'fixed',
  amount :schema.usdc not null,
  status text not null default 'pending',
  title text,
  description text,
  metadata jsonb not null default '{}',
  verification_data jsonb,
  completion_proof text,
  verification_status text not null default 'pending',
  verified_by text,
  worker_rating smallint,
  platform_rating smallint,
  escrowed_amount :schema.usdc not null default 0,
  paid_amount :schema.usdc not null default 0,
  was_disputed boolean not null default false,
  scheduled_at timestamptz(3),
  due_at timestamptz(3),
  hold_until timestamptz(3),
  started_at timestamptz(3),
  completed_at timestamptz(3),
  cancelled_at timestamptz(3),
  disputed_at timestamptz(3),
  paid_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint tasks_pkey primary key (id),
  constraint tasks_external_id_key unique (platform_id, external_id),
  constraint tasks_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint tasks_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint tasks_task_type_check check (task_type in ('fixed', 'streaming')),
  constraint tasks_amount_check check (amount > 0),
  constraint tasks_status_check check (status in ('pending', 'active', 'completed', 'cancelled', 'disputed')),
  constraint tasks_verification_check check (
    verification_status in ('pending', 'approved', 'flagged', 'rejected') and verified_by in ('auto', 'manual')
  ),
  constraint tasks_ratings_check check (worker_rating between 1 and 5 and platform_rating between 1 and 5),
  constraint tasks_money_check check (
    escrowed_amount between 0 and amount and paid_amount between 0 and amount and escrowed_amount + paid_amount <= amount
  ),
  constraint tasks_worker_check check (worker_id is not null or status in ('pending', 'cancelled')),
  constraint tasks_times_check check (
    (status <> 'completed' or completed_at is not null) and (status <> 'cancelled' or cancelled_at is not null)
    and completed_at >= started_at
  ),
  constraint tasks_metadata_check check (jsonb_typeof(metadata) = 'object'),
  constraint tasks_texts_check check (
    length(title) <= 500 and length(description) <= 10000 and length(completion_proof) <= 2000 and length(external_id) <= 200
  )
) with (fillfactor = 80);
create index tasks_platform_id_idx on :schema.tasks (platform_id, created_at desc, id desc);
create index tasks_worker_id_idx on :schema.tasks (worker_id, created_at desc, id desc);
create index tasks_open_idx on :schema.tasks (status, created_at desc, id desc) where status in ('pending', 'active', 'disputed');
create index tasks_hold_until_idx on :schema.tasks (hold_until)
  where status = 'completed' and hold_until is not null and escrowed_amount > 0;
comment on table :schema.tasks is
  'Work that a platform posts and pays for. The amount lies in escrow from the moment it is posted until it is paid or given back.';
comment on column :schema.tasks.worker_id is 'Null while nobody has taken it.';
comment on column :schema.tasks.external_id is 'The platform''s own id for it; posting it again gives the first task. Null without one.';
comment on column :schema.tasks.status is
  'pending (posted), active (begun), completed, cancelled, disputed; guarded by guard_task_status.';
comment on column :schema.tasks.verification_data is 'What the worker handed in: photos, places, minutes; null before.';
comment on column :schema.tasks.verified_by is 'auto or manual; null before a verdict.';
comment on column :schema.tasks.worker_rating is 'Stars the platform gave the worker; null before.';
comment on column :schema.tasks.platform_rating is 'Stars the worker gave the platform; null before.';
comment on column :schema.tasks.escrowed_amount is 'What of the amount still lies in escrow.';
comment on column :schema.tasks.title is 'Null without one.';
comment on column :schema.tasks.description is 'Null without one.';
comment on column :schema.tasks.completion_proof is 'Hash or address of what proves it; null without one.';
comment on column :schema.tasks.scheduled_at is 'When it is meant to begin; null: at any time.';
comment on column :schema.tasks.due_at is 'Completed later than this it is late; null: never.';
comment on column :schema.tasks.started_at is 'Null while it has not begun.';
comment on column :schema.tasks.completed_at is 'Null while it is not completed.';
comment on column :schema.tasks.cancelled_at is 'Null unless cancelled.';
comment on column :schema.tasks.disputed_at is 'When it was disputed last; null: never.';
comment on column :schema.tasks.paid_at is 'When all of it was paid; null before.';
comment on column :schema.tasks.hold_until is 'Not paid before this moment; null: as soon as it is completed.';

create table :schema.streams (
  id text not null default :schema.new_id('str'),
  task_id text not null,
  platform_id text not null,
  worker_id text not null,
  contract_address text,
  start_time timestamptz not null,
  end_time timestamptz not null,
  total_amount :schema.usdc not null,
  funded_amount :schema.usdc not null default 0,
  released_amount :schema.usdc not null default 0,
  remaining_amount :schema.usdc not null default 0,
  release_interval integer not null,
  next_release_at timestamptz,
  status text not null default 'active',
  paused_at timestamptz,
  paused_for interval not null default '0',
  last_released_at timestamptz,
  completed_at timestamptz(3),
  cancelled_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint streams_pkey primary key (id),
  constraint streams_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete cascade,
  constraint streams_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint streams_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint streams_total_amount_check check (total_amount > 0),
  constraint streams_amounts_check check (
    released_amount between 0 and funded_amount and funded_amount <= total_amount
    and remaining_amount = total_amount - released_amount
  ),
  constraint streams_duration_check check (
    end_time > start_time and end_time - start_time <= paused_for + interval '30 days'
  ),
  constraint streams_release_interval_check check (
    release_interval >= 60 and release_interval <= extract(epoch from end_time - start_time)
  ),
  constraint streams_status_check check (status in ('active', 'paused', 'insolvent', 'completed', 'cancelled')),
  constraint streams_state_check check (
    (status = 'paused') = (paused_at is not null) and (status = 'active') = (next_release_at is not null)
    and (status <> 'completed' or released_amount = total_amount)
  )
) with (fillfactor = 70);
create index streams_task_id_idx on :schema.streams (task_id);
create index streams_worker_id_idx on :schema.streams (worker_id, created_at desc, id desc);
create index streams_platform_id_idx on :schema.streams (platform_id, created_at desc, id desc);
create index streams_due_idx on :schema.streams (next_release_at, id) where status = 'active';
create index streams_live_idx on :schema.streams (end_time) where status in ('active', 'paused', 'insolvent');
comment on table :schema.streams is
  'Pay that accrues by the second over a time. What is released is in the worker''s balance; what is funded and not released lies in escrow.';
comment on column :schema.streams.contract_address is 'Of a contract that mirrors the stream; null without one.';
comment on column :schema.streams.end_time is 'When all has accrued; moved by each pause, for paused time earns nothing.';
comment on column :schema.streams.funded_amount is 'What lies or lay in escrow for it; below the total it will run out, and stops there.';
comment on column :schema.streams.next_release_at is 'When the next release is due; null unless active.';
comment on column :schema.streams.status is
  'active, paused, insolvent (all that was funded is released), completed, cancelled; guarded by guard_stream_status.';
comment on column :schema.streams.paused_at is 'Since when it is paused; null unless it is.';
comment on column :schema.streams.paused_for is 'Length of all pauses that are over.';
comment on column :schema.streams.last_released_at is 'Null before the first release.';
comment on column :schema.streams.completed_at is 'Null unless completed.';
comment on column :schema.streams.cancelled_at is 'Null unless cancelled.';
`,
    },
    {
      path: "migrations/0003_create_money.down.sql",
      text: `drop table :schema.transactions;
drop table :schema.loans;
`,
    },
    {
      path: "migrations/0003_create_money.up.sql",
      text: `create table :schema.loans (
  id text not null default :schema.new_id('lon'),
  worker_id text not null,
  amount :schema.usdc not null,
  fee :schema.usdc not null,
  fee_bps integer not null,
  total_due :schema.usdc not null,
  amount_repaid :schema.usdc not null default 0,
  status text not null default 'pending',
  risk_score integer not null,
  predicted_earnings :schema.usdc not null,
  installments integer not null default 5,
  installments_paid integer not null default 0,
  contract_address text,
  disbursed_at timestamptz(3),
  repayment_due timestamptz(3) not null,
  repaid_at timestamptz(3),
  defaulted_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint loans_pkey primary key (id),
  constraint loans_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint loans_amount_check check (amount > 0 and amount <= 500),
  constraint loans_fee_check check (fee >= 0 and fee_bps between 0 and 10000 and total_due = amount + fee),
  constraint loans_repaid_check check (amount_repaid between 0 and total_due),
  constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'cancelled')
  ),
  constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted'))
  ),
  constraint loans_risk_score_check check (risk_score between 0 and 1000),
  constraint loans_installments_check check (installments between 1 and 60 and installments_paid >= 0)
) with (fillfactor = 80);
create unique index loans_open_key on :schema.loans (worker_id)
  where status in ('pending', 'approved', 'disbursed', 'repaying');
create index loans_worker_id_idx on :schema.loans (worker_id, created_at desc, id desc);
create index loans_due_idx on :schema.loans (repayment_due) where status in ('disbursed', 'repaying');
comment on table :schema.loans is
  'Advances on later tasks, repaid from them: a part is withheld from each payout until all that is due is repaid.';
comment on column :schema.loans.fee_bps is 'Fee in hundredths of a percent of the amount.';
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), cancelled; guarded by guard_loan_status.';
comment on column :schema.loans.installments is 'Payouts over which it is repaid, an equal part from each.';
comment on column :schema.loans.contract_address is 'Of a contract that mirrors it; null without one.';
comment on column :schema.loans.disbursed_at is 'Null before it was paid out.';
comment on column :schema.loans.repaid_at is 'Null unless repaid.';
comment on column :schema.loans.defaulted_at is 'When it was not repaid in time; null: it was, or is not due.';

create table :schema.transactions (
  id text not null default :schema.new_id('txn'),
  worker_id text,
  platform_id text,
  task_id text,
  stream_id text,
  loan_id text,
  asset text not null default 'USDC',
  tx_hash text,
  log_index integer not null default 0,
  tx_type text not null,
  amount numeric not null,
  fee numeric not null default 0,
  status text not null default 'pending',
  from_address text,
  to_address text,
  rail text not null default 'ledger',
  rail_reference text,
  block_number bigint,
  blockchain_confirmations integer not null default 0,
  attempts integer not null default 0,
  ledger_transfer_id bigint,
  error_message text,
  metadata jsonb not null default '{}',
  submitted_at timestamptz(3),
  processed_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint transactions_pkey primary key (id),
  constraint transactions_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint transactions_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint transactions_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint transactions_stream_id_fkey foreign key (stream_id) references :schema.streams (id) on delete set null,
  constraint transactions_loan_id_fkey foreign key (loan_id) references :schema.loans (id) on delete set null,
  constraint transactions_rail_reference_key unique (rail, rail_reference),
  constraint transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$' and log_index >= 0),
  constraint transactions_tx_type_check check (
    tx_type in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer')
  ),
  constraint transactions_amount_check check (amount > 0 and amount < 1e60 and fee >= 0 and fee <= amount),
  constraint transactions_usdc_check check (asset <> 'USDC' or (amount = round(amount, 6) and fee = round(fee, 6))),
  constraint transactions_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  constraint transactions_state_check check (status <> 'completed' or processed_at is not null),
  constraint transactions_confirmations_check check (blockchain_confirmations >= 0 and attempts >= 0),
  constraint transactions_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 90);
create unique index transactions_tx_hash_key on :schema.transactions (tx_hash, log_index) where tx_hash is not null;
create unique index transactions_payout_key on :schema.transactions (task_id, worker_id)
  where tx_type = 'payout' and stream_id is null and status in ('pending', 'processing', 'completed');
create index transactions_worker_id_idx on :schema.transactions (worker_id, created_at desc, id desc);
create index transactions_platform_id_idx on :schema.transactions (platform_id, created_at desc, id desc);
create index transactions_stream_id_idx on :schema.transactions (stream_id) where stream_id is not null;
create index transactions_loan_id_idx on :schema.transactions (loan_id) where loan_id is not null;
create index transactions_created_at_idx on :schema.transactions (created_at desc, id desc);
create index transactions_unsettled_idx on :schema.transactions (status, updated_at) where status in ('pending', 'processing');
comment on table :schema.transactions is
  'Every movement of money with its business meaning; the ledger holds the entries. A payout exists once for a task and worker, whatever is retried.';
comment on column :schema.transactions.worker_id is 'Who is paid or pays; null for movements of a platform only.';
comment on column :schema.transactions.asset is 'USDC, or the token of a transfer that was seen elsewhere.';
comment on column :schema.transactions.amount is 'What is moved, the fee included; in whole units of the asset.';
comment on column :schema.transactions.fee is 'What of the amount is kept as our fee.';
comment on column :schema.transactions.status is
  'pending, processing (handed to the rail), completed, failed, cancelled; guarded by guard_transaction_status.';
comment on column :schema.transactions.rail is 'How it is settled: ledger (in our own books, at once) or the name of a payment rail.';
comment on column :schema.transactions.platform_id is 'Platform that pays or is paid; null when none is part of it.';
comment on column :schema.transactions.task_id is 'Null when it is about no task.';
comment on column :schema.transactions.stream_id is 'Null when it is about no stream.';
comment on column :schema.transactions.loan_id is 'Null when it is about no loan.';
comment on column :schema.transactions.tx_hash is 'Of the chain''s transaction; null when there is none.';
comment on column :schema.transactions.from_address is 'Null inside our books.';
comment on column :schema.transactions.to_address is 'Null inside our books.';
comment on column :schema.transactions.block_number is 'Null when it is on no chain.';
comment on column :schema.transactions.error_message is 'Why it failed last; null when it did not.';
comment on column :schema.transactions.submitted_at is 'When it was handed to the rail; null when it was not.';
comment on column :schema.transactions.processed_at is 'When it was completed or failed for good; null before.';
comment on column :schema.transactions.rail_reference is 'The rail''s own id; null before it is known.';
comment on column :schema.transactions.ledger_transfer_id is 'Main entry in the ledger; null when it never touched our books.';
`,
    },
    {
      path: "migrations/0004_create_reputation.down.sql",
      text: `drop table :schema.audit_logs;
drop table :schema.reputation_events;
`,
    },
    {
      path: "migrations/0004_create_reputation.up.sql",
      text: `create table :schema.reputation_events (
  id text not null default :schema.new_id('rep'),
  seq bigint generated always as identity,
  worker_id text not null,
  task_id text,
  event_type text not null,
  requested_delta integer not null,
  delta integer not null,
  previous_score integer not null,
  new_score integer not null,
  rating smallint,
  reason text not null,
  related_id text,
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint reputation_events_pkey primary key (id),
  constraint reputation_events_seq_key unique (worker_id, seq),
  constraint reputation_events_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint reputation_events_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint reputation_events_event_type_check check (event_type in ('task_completed', 'task_late', 'dispute_filed',
    'dispute_resolved', 'rating_received', 'bonus', 'penalty', 'manual_adjustment')),
  constraint reputation_events_delta_check check (
    previous_score between 0 and 1000 and new_score between 0 and 1000 and new_score = previous_score + delta
  ),
  constraint reputation_events_rating_check check (rating between 1 and 5),
  constraint reputation_events_reason_check check (length(reason) between 1 and 1000)
);
create index reputation_events_worker_id_idx on :schema.reputation_events (worker_id, created_at desc, id desc);
create unique index reputation_events_once_key on :schema.reputation_events (task_id, worker_id, event_type)
  where task_id is not null and event_type in ('task_completed', 'task_late', 'rating_received');
comment on table :schema.reputation_events is
  'Everything that ever changed a score, in the order of seq. Rows are only added; replaying them gives the score.';
comment on column :schema.reputation_events.requested_delta is 'What was asked for.';
comment on column :schema.reputation_events.delta is 'What was applied: scores stay from 0 to 1000.';
comment on column :schema.reputation_events.task_id is 'Null when it is about no task.';
comment on column :schema.reputation_events.rating is 'Stars, for a rating; else null.';
comment on column :schema.reputation_events.related_id is 'Id of what caused it outside of the tasks; null when nothing did.';

create table :schema.audit_logs (
  id text not null default :schema.new_id('aud'),
  actor_id text,
  actor_type text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  success boolean not null default true,
  error_message text,
  changes_before jsonb,
  changes_after jsonb,
  metadata jsonb not null default '{}',
  ip_address inet,
  user_agent text,
  request_id text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_actor_type_check check (actor_type ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint audit_logs_actor_check check (actor_id is not null or actor_type in ('system', 'anonymous')),
  constraint audit_logs_texts_check check (length(action) between 1 and 100 and length(resource_type) between 1 and 50)
);
create index audit_logs_created_at_idx on :schema.audit_logs (created_at desc, id desc);
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc);
create index audit_logs_resource_id_idx on :schema.audit_logs (resource_id, created_at desc, id desc);
comment on table :schema.audit_logs is
  'Who did what in the business of the platform, actors of any kind. No foreign keys: an entry outlives what it tells of. Rows are only added.';
comment on column :schema.audit_logs.actor_id is 'Account that acted; null for the system and for callers without an account.';
comment on column :schema.audit_logs.ip_address is 'Null when no request caused it.';
comment on column :schema.audit_logs.resource_id is 'Null when it is about no single thing.';
comment on column :schema.audit_logs.error_message is 'Null when the action succeeded.';
comment on column :schema.audit_logs.changes_before is 'Values before; null when none were changed.';
comment on column :schema.audit_logs.changes_after is 'Values after; null when none were changed.';
comment on column :schema.audit_logs.user_agent is 'Null when no request caused it.';
comment on column :schema.audit_logs.request_id is 'Null when no request caused it.';
revoke update, delete, truncate on :schema.audit_logs from current_user;
`,
    },
    {
      path: "migrations/0005_create_sandbox_rail.down.sql",
      text: `drop index :schema.transactions_ledger_transfer_id_idx;
drop table :schema.sandbox_transfers;
`,
    },
    {
      path: "migrations/0005_create_sandbox_rail.up.sql",
      text: `create table :schema.sandbox_transfers (
  reference text not null,
  amount :schema.usdc not null,
  to_address text not null,
  state text not null,
  sends integer not null default 0,
  confirmations integer not null default 0,
  looks integer not null default 0,
  tx_hash text not null generated always as ('0x' || encode(sha256(reference::bytea), 'hex')) stored,
  reason text,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint sandbox_transfers_pkey primary key (reference),
  constraint sandbox_transfers_reference_check check (reference ~ '^[A-Za-z0-9_-]{1,200}$'),
  constraint sandbox_transfers_amount_check check (amount > 0),
  constraint sandbox_transfers_state_check check (state in ('lost', 'accepted', 'refused', 'failed')),
  constraint sandbox_transfers_counts_check check (sends >= 0 and looks >= 0 and confirmations between 0 and 12)
) with (fillfactor = 70);
comment on table :schema.sandbox_transfers is
  'What the sandbox rail was told to send. It stands for money outside of our books: each send counts, also a second one for the same reference.';
comment on column :schema.sandbox_transfers.state is
  'lost (never arrived, so nothing was sent), accepted, refused, failed (after it was accepted).';
comment on column :schema.sandbox_transfers.sends is 'How often it was paid outside; more than once is money lost.';
comment on column :schema.sandbox_transfers.confirmations is 'Grow with each look; 12 are final.';
comment on column :schema.sandbox_transfers.reason is 'Why it was refused or failed; null otherwise.';

create index transactions_ledger_transfer_id_idx on :schema.transactions (ledger_transfer_id)
  where ledger_transfer_id is not null;
`,
    },
    {
      path: "migrations/0006_extend_loans.down.sql",
      text: `alter table :schema.loans
  drop constraint loans_defaulted_at_check,
  drop constraint loans_state_check,
  drop constraint loans_status_check,
  add constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'cancelled')
  ),
  add constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted'))
  );
alter table :schema.loans drop column written_off_at;
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), cancelled; guarded by guard_loan_status.';
`,
    },
    {
      path: "migrations/0006_extend_loans.up.sql",
      text: `alter table :schema.loans add column written_off_at timestamptz(3);
comment on column :schema.loans.written_off_at is 'When what was left of it was booked as a loss; null: it was not.';
alter table :schema.loans
  drop constraint loans_status_check,
  drop constraint loans_state_check,
  add constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'written_off', 'cancelled')
  ),
  add constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (status = 'written_off') = (written_off_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted', 'written_off'))
  ),
  add constraint loans_defaulted_at_check check (defaulted_at >= repayment_due);
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), written_off, cancelled; guarded by guard_status.';
`,
    },
    {
      path: "migrations/0007_add_stream_fees.down.sql",
      text: `alter table :schema.streams drop column fee_bps;
`,
    },
    {
      path: "migrations/0007_add_stream_fees.up.sql",
      text: `alter table :schema.streams
  add column fee_bps integer not null default 200,
  add constraint streams_fee_bps_check check (fee_bps between 0 and 10000);
comment on column :schema.streams.fee_bps is
  'The platform''s fee when the stream was made, hundredths of a percent: all releases of a stream are charged alike.';
`,
    },
    {
      path: "migrations/0008_create_statistics.down.sql",
      text: `drop table :schema.transaction_days, :schema.platform_activity, :schema.platform_workers, :schema.platform_statistics,
  :schema.worker_transactions, :schema.worker_days, :schema.worker_statistics, :schema.money_deltas, :schema.work_deltas;
`,
    },
    {
      path: "migrations/0008_create_statistics.up.sql",
      text: `create table :schema.work_deltas (
  id bigint generated always as identity,
  worker_id text,
  platform_id text,
  created_day date,
  active_at timestamptz,
  tasks integer not null default 0,
  pending integer not null default 0,
  active integer not null default 0,
  completed integer not null default 0,
  cancelled integer not null default 0,
  abandoned integer not null default 0,
  disputed integer not null default 0,
  ever_disputed integer not null default 0,
  late integer not null default 0,
  timed integer not null default 0,
  ratings integer not null default 0,
  stars integer not null default 0,
  earned numeric not null default 0,
  paid numeric not null default 0,
  released numeric not null default 0,
  open_amount numeric not null default 0,
  seconds numeric not null default 0,
  constraint work_deltas_pkey primary key (id)
);
create index work_deltas_worker_id_idx on :schema.work_deltas (worker_id);
create index work_deltas_platform_id_idx on :schema.work_deltas (platform_id);
comment on table :schema.work_deltas is
  'What each statement on tasks, and each rating, added or took away; folded into the statistics every second, so that no writer waits for another.';
comment on column :schema.work_deltas.worker_id is 'Null for tasks nobody has taken.';
comment on column :schema.work_deltas.platform_id is 'Null for ratings.';
comment on column :schema.work_deltas.created_day is 'UTC day the tasks were posted; null for ratings.';
comment on column :schema.work_deltas.active_at is 'What the worker did last, as far as these tasks tell; null for what was taken away.';

create table :schema.money_deltas (
  id bigint generated always as identity,
  worker_id text,
  platform_id text,
  day date not null,
  asset text not null,
  tx_type text not null,
  status text not null,
  paid_day date,
  active_at timestamptz,
  transactions integer not null,
  amount numeric not null,
  fees numeric not null,
  constraint money_deltas_pkey primary key (id)
);
create index money_deltas_worker_id_idx on :schema.money_deltas (worker_id);
create index money_deltas_platform_id_idx on :schema.money_deltas (platform_id);
create index money_deltas_day_idx on :schema.money_deltas (day);
comment on table :schema.money_deltas is
  'What each statement on transactions added or took away; folded into the statistics every second.';
comment on column :schema.money_deltas.worker_id is 'Null for movements of a platform only.';
comment on column :schema.money_deltas.platform_id is 'Null when none is part of it.';
comment on column :schema.money_deltas.paid_day is 'UTC day on which payouts in USDC were completed; null for all else.';
comment on column :schema.money_deltas.active_at is 'When the transactions were made; null for what was changed or taken away.';

create table :schema.worker_statistics (
  worker_id text not null,
  tasks bigint not null,
  pending bigint not null,
  active bigint not null,
  completed bigint not null,
  cancelled bigint not null,
  abandoned bigint not null,
  disputed bigint not null,
  ever_disputed bigint not null,
  late bigint not null,
  ratings bigint not null,
  stars bigint not null,
  earned numeric not null,
  paid numeric not null,
  released numeric not null,
  open_amount numeric not null,
  last_active_at timestamptz,
  is_stale boolean not null default true,
  constraint worker_statistics_pkey primary key (worker_id),
  constraint worker_statistics_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
create index worker_statistics_stale_idx on :schema.worker_statistics (worker_id) where is_stale;
comment on table :schema.worker_statistics is 'Folded statistics of a worker. Read the view worker_totals instead.';
comment on column :schema.worker_statistics.last_active_at is 'Null when nothing tells.';
comment on column :schema.worker_statistics.is_stale is 'The columns of workers are not brought up to date yet.';

create table :schema.worker_days (
  worker_id text not null,
  day date not null,
  tasks bigint not null,
  completed bigint not null,
  payouts bigint not null,
  earned numeric not null,
  constraint worker_days_pkey primary key (worker_id, day),
  constraint worker_days_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
comment on table :schema.worker_days is
  'Folded work by worker and UTC day: tasks and completed are of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed. Read the view daily_work instead.';

create table :schema.worker_transactions (
  worker_id text not null,
  tx_type text not null,
  transactions bigint not null,
  amount numeric not null,
  constraint worker_transactions_pkey primary key (worker_id, tx_type),
  constraint worker_transactions_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
comment on table :schema.worker_transactions is 'Folded completed transactions in USDC by worker and type.';

create table :schema.platform_statistics (
  platform_id text not null,
  tasks bigint not null,
  pending bigint not null,
  active bigint not null,
  completed bigint not null,
  cancelled bigint not null,
  abandoned bigint not null,
  disputed bigint not null,
  timed bigint not null,
  seconds numeric not null,
  payouts bigint not null,
  payout_amount numeric not null,
  fees numeric not null,
  unique_workers bigint not null,
  brought_on date not null default '-infinity',
  constraint platform_statistics_pkey primary key (platform_id),
  constraint platform_statistics_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
create index platform_statistics_brought_on_idx on :schema.platform_statistics (brought_on);
comment on table :schema.platform_statistics is 'Folded statistics of a platform. Read the view platform_totals instead.';
comment on column :schema.platform_statistics.brought_on is
  'UTC day on which the columns of platforms were brought up to date last; -infinity when something changed since.';

create table :schema.platform_workers (
  platform_id text not null,
  worker_id text not null,
  tasks bigint not null,
  last_day date not null,
  constraint platform_workers_pkey primary key (platform_id, worker_id),
  constraint platform_workers_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
comment on table :schema.platform_workers is
  'Folded tasks by platform and worker, and the UTC day of the newest. No key to workers: the deltas of a deleted worker''s tasks take its rows away.';

create table :schema.platform_activity (
  platform_id text not null,
  day date not null,
  workers bigint not null,
  constraint platform_activity_pkey primary key (platform_id, day),
  constraint platform_activity_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
comment on table :schema.platform_activity is
  'How many workers had their newest task of the platform on that UTC day: the last 30 rows are those active in 30 days.';

create table :schema.transaction_days (
  day date not null,
  asset text not null,
  tx_type text not null,
  status text not null,
  transactions bigint not null,
  amount numeric not null,
  fees numeric not null,
  constraint transaction_days_pkey primary key (day, asset, tx_type, status)
);
comment on table :schema.transaction_days is
  'Folded transactions by UTC day, asset, type and status. Read the view daily_transaction_summary instead.';
`,
    },
    {
      path: "migrations/0009_create_imports.down.sql",
      text: `drop table :schema.chain_transactions;
drop table :schema.import_refusals;
drop table :schema.imports;
alter table :schema.workers drop column initial_score;
`,
    },
    {
      path: "migrations/0009_create_imports.up.sql",
      text: `alter table :schema.workers
  add column initial_score integer not null default 500,
  add constraint workers_initial_score_check check (initial_score between 0 and 1000);
comment on column :schema.workers.initial_score is
  'Score the worker began with: 500, or what it brought along from elsewhere. Replaying its events from here gives its score.';

create table :schema.imports (
  id text not null default :schema.new_id('imp'),
  kind text not null,
  source text not null,
  platform_id text null,
  state text not null default 'running',
  attempt integer not null default 1,
  rows_done bigint not null default 0,
  digest text not null default '',
  rows_inserted bigint not null default 0,
  rows_known bigint not null default 0,
  rows_refused bigint not null default 0,
  totals jsonb not null default '{}',
  error text null,
  started_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  completed_at timestamptz(3) null,
  constraint imports_pkey primary key (id),
  constraint imports_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint imports_state_check check (state in ('running', 'stopped', 'failed', 'abandoned', 'completed')),
  constraint imports_completed_check check ((state = 'completed') = (completed_at is not null)),
  constraint imports_rows_check
    check (rows_done >= 0 and rows_inserted >= 0 and rows_known >= 0 and rows_refused >= 0)
);
comment on table :schema.imports is
  'One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended.';
comment on column :schema.imports.state is
  'running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed.';
comment on column :schema.imports.platform_id is 'Platform that posted and paid the tasks; null: what was seen on a chain belongs to none.';
comment on column :schema.imports.attempt is 'Raised by whoever takes an unfinished import over; a batch of an older attempt is refused.';
comment on column :schema.imports.rows_done is 'Rows of the file dealt with so far: inserted, known or refused.';
comment on column :schema.imports.digest is 'Hash over the rows done; an import resumes only where the file still begins with them.';
comment on column :schema.imports.error is 'Why it failed; null: it did not.';
comment on column :schema.imports.completed_at is 'When the whole file was read; null: not yet.';
create index imports_unfinished_idx on :schema.imports (kind, source, started_at)
  where state in ('running', 'stopped', 'failed');
create index imports_started_at_idx on :schema.imports (started_at, id);
create index imports_platform_id_idx on :schema.imports (platform_id);

create table :schema.import_refusals (
  import_id text not null,
  line bigint not null,
  reason text not null,
  excerpt text not null,
  constraint import_refusals_pkey primary key (import_id, line),
  constraint import_refusals_import_id_fkey foreign key (import_id)
    references :schema.imports (id) on delete cascade
);
comment on table :schema.import_refusals is
  'Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all.';

create table :schema.chain_transactions (
  tx_hash text not null,
  block_number bigint not null,
  position integer not null,
  from_address text not null,
  to_address text null,
  value numeric not null,
  gas_used bigint not null,
  fee numeric not null,
  status text not null,
  at timestamptz(3) not null,
  constraint chain_transactions_pkey primary key (tx_hash),
  constraint chain_transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$'),
  constraint chain_transactions_addresses_check check (
    from_address ~ '^0x[0-9a-f]{40}$' and to_address ~ '^0x[0-9a-f]{40}$'
  ),
  constraint chain_transactions_amounts_check check (
    value >= 0 and value < 1e60 and value = round(value) and fee >= 0 and fee < 1e60 and fee = round(fee)
  ),
  constraint chain_transactions_places_check check (block_number >= 0 and position >= 0 and gas_used >= 0),
  constraint chain_transactions_status_check check (status in ('completed', 'failed'))
);
create index chain_transactions_at_idx on :schema.chain_transactions (at desc, tx_hash);
comment on table :schema.chain_transactions is
  'Transactions of a chain as they were seen there, with their outcome and what they cost. They never touch our books; token transfers within them are rows of transactions with the same hash.';
comment on column :schema.chain_transactions.position is 'Place in the block, from 0.';
comment on column :schema.chain_transactions.to_address is 'Null: it made a contract.';
comment on column :schema.chain_transactions.value is 'Smallest units of the chain''s own currency.';
comment on column :schema.chain_transactions.fee is 'Gas used times price, in smallest units of the chain''s own currency.';
`,
    },
    {
      path: "migrations/0010_create_inbound_events.down.sql",
      text: `drop table :schema.inbound_events;
`,
    },
    {
      path: "migrations/0010_create_inbound_events.up.sql",
      text: `create table :schema.inbound_events (
  id text not null default :schema.new_id('inb'),
  platform_id text not null,
  event_id text not null,
  payload_sha256 bytea not null,
  payload jsonb not null,
  job_id bigint,
  task_id text,
  outcome text,
  received_at timestamptz(3) not null default clock_timestamp(),
  processed_at timestamptz(3),
  constraint inbound_events_pkey primary key (id),
  constraint inbound_events_event_id_key unique (platform_id, event_id),
  constraint inbound_events_job_id_key unique (job_id),
  constraint inbound_events_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint inbound_events_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint inbound_events_event_id_check check (length(event_id) between 1 and 200),
  constraint inbound_events_payload_check check (jsonb_typeof(payload) = 'object'),
  constraint inbound_events_outcome_check check (
    outcome in ('paid', 'held', 'flagged', 'rejected') and (outcome is null) = (processed_at is null)
  )
) with (fillfactor = 80);
create index inbound_events_task_id_idx on :schema.inbound_events (task_id) where task_id is not null;
comment on table :schema.inbound_events is
  'What platforms reported by webhook: each event once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead.';
comment on column :schema.inbound_events.event_id is 'The platform''s own id of the event; sent again it is the same event.';
comment on column :schema.inbound_events.payload_sha256 is 'Of the payload, to tell a repetition from another event under the same id.';
comment on column :schema.inbound_events.job_id is 'Job of the queue task-completed that works on it; null only within the statement that receives it.';
comment on column :schema.inbound_events.task_id is 'Task it was about; null before it is processed.';
comment on column :schema.inbound_events.outcome is
  'paid, held (paid when the hold of the task is over), flagged (a person looks), rejected; null before.';
comment on column :schema.inbound_events.processed_at is 'Null while it waits, is worked on, or is a dead letter.';
`,
    },
    {
      path: "migrations/0011_add_recovery_and_retention.down.sql",
      text: `delete from :schema.retention_policies where name = 'inbound_events';
drop index :schema.inbound_events_done_at_idx;
alter table :schema.inbound_events drop column done_at;

-- The older schema knows no loan that was written off and repaid after all: it keeps that it was repaid.
update :schema.loans set written_off_at = null where status = 'repaid' and written_off_at is not null;
alter table :schema.loans
  drop constraint loans_state_check,
  add constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (status = 'written_off') = (written_off_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted', 'written_off'))
  );
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), written_off, cancelled; guarded by guard_status.';
comment on column :schema.loans.written_off_at is 'When what was left of it was booked as a loss; null: it was not.';
`,
    },
    {
      path: "migrations/0011_add_recovery_and_retention.up.sql",
      text: `alter table :schema.loans
  drop constraint loans_state_check,
  add constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (status <> 'written_off' or (written_off_at is not null and amount_repaid < total_due))
    and (written_off_at is null or status in ('written_off', 'repaid'))
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted', 'written_off'))
  );
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), written_off (booked as a loss, still repayable), cancelled; guarded by guard_status.';
comment on column :schema.loans.written_off_at is
  'When what was left of it was booked as a loss, whether it was recovered later or not; null: it was not.';

-- Rows that are not done have no end of their time: a clean-up by this column never takes one.
alter table :schema.inbound_events
  add column done_at timestamptz(3) not null generated always as (coalesce(processed_at, 'infinity')) stored;
comment on column :schema.inbound_events.done_at is
  'When it was processed, infinity before: what the retention policy goes by.';
create index inbound_events_done_at_idx on :schema.inbound_events (done_at);
insert into :schema.retention_policies (name, kind, table_name, time_column, keep)
values ('inbound_events', 'rows', 'inbound_events', 'done_at', interval '90 days');
`,
    },
    {
      path: "migrations/0012_write_fewer_indexes.down.sql",
      text: `drop index :schema.audit_logs_actor_id_idx;
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc);
drop index :schema.transactions_rail_reference_key;
alter table :schema.transactions add constraint transactions_rail_reference_key unique (rail, rail_reference);
create index workers_reputation_score_idx on :schema.workers (reputation_score desc, id desc);
`,
    },
    {
      path: "migrations/0012_write_fewer_indexes.up.sql",
      text: `-- Nothing is listed by score, and the index kept every change of a score from staying on its page.
drop index :schema.workers_reputation_score_idx;

-- Most transactions have no reference: they stood in the index as so many nulls.
alter table :schema.transactions drop constraint transactions_rail_reference_key;
create unique index transactions_rail_reference_key on :schema.transactions (rail, rail_reference)
  where rail_reference is not null;

-- So did everything that nobody in particular has done.
drop index :schema.audit_logs_actor_id_idx;
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc) where actor_id is not null;
`,
    },
    {
      path: "migrations/0013_index_live_streams.down.sql",
      text: `drop index :schema.streams_live_platform_id_idx;
drop index :schema.streams_live_worker_id_idx;
`,
    },
    {
      path: "migrations/0013_index_live_streams.up.sql",
      text: `-- Who has worked for a while has thousands of streams that are over, and a few that are not: active_streams_view reads those.
create index streams_live_worker_id_idx on :schema.streams (worker_id) where status in ('active', 'paused', 'insolvent');
create index streams_live_platform_id_idx on :schema.streams (platform_id) where status in ('active', 'paused', 'insolvent');
`,
    },
    {
      path: "migrations/0014_prove_wallets.down.sql",
      text: `delete from :schema.retention_policies where name = 'wallet_challenges';
drop table :schema.wallet_challenges;
alter table :schema.workers
  drop constraint workers_wallet_verified_at_check,
  drop column wallet_verified_at;
`,
    },
    {
      path: "migrations/0014_prove_wallets.up.sql",
      text: `-- An address that was typed in is a wish; who signs a message with its key has it.
alter table :schema.workers
  add column wallet_verified_at timestamptz(3),
  add constraint workers_wallet_verified_at_check check (wallet_verified_at is null or wallet_address is not null);
comment on column :schema.workers.wallet_verified_at is
  'When the worker proved the wallet address by a signature, and may sign in with it since; null: it was only typed in. Set with a challenge that is used in the same transaction, cleared with the address (guard_wallet_proof).';

create table :schema.wallet_challenges (
  nonce text not null,
  address text not null,
  purpose text not null,
  worker_id text,
  domain text not null,
  uri text not null,
  chain_id bigint not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  constraint wallet_challenges_pkey primary key (nonce),
  constraint wallet_challenges_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint wallet_challenges_nonce_check check (nonce ~ '^[0-9a-f]{32}$'),
  constraint wallet_challenges_address_check check (address ~ '^0x[0-9a-f]{40}$'),
  constraint wallet_challenges_purpose_check check (purpose in ('sign_in', 'link')),
  constraint wallet_challenges_worker_check check ((purpose = 'link') = (worker_id is not null)),
  constraint wallet_challenges_times_check check (expires_at > issued_at and used_at >= issued_at and used_at <= expires_at)
);
create index wallet_challenges_expires_at_idx on :schema.wallet_challenges (expires_at);
create index wallet_challenges_worker_id_idx on :schema.wallet_challenges (worker_id) where worker_id is not null;
comment on table :schema.wallet_challenges is
  'Messages that wallets were asked to sign, each good for one use within minutes. Kept for an hour after their end, so that a second use is told from an unknown nonce.';
comment on column :schema.wallet_challenges.worker_id is 'Whom the wallet is to be linked to; null: a sign-in, whoever it will be.';
comment on column :schema.wallet_challenges.used_at is 'Null: not used.';
insert into :schema.retention_policies (name, kind, table_name, time_column, keep)
values ('wallet_challenges', 'rows', 'wallet_challenges', 'expires_at', interval '1 hour');
`,
    },
    {
      path: "migrations/0015_check_rows_by_domain.down.sql",
      text: `alter table :schema.audit_logs
  alter column actor_type type text,
  alter column action type text,
  alter column resource_type type text,
  add constraint audit_logs_actor_type_check check (actor_type ~ '^[a-z][a-z0-9_]{0,39}$'),
  add constraint audit_logs_texts_check check (length(action) between 1 and 100 and length(resource_type) between 1 and 50);
alter table :schema.reputation_events
  drop constraint reputation_events_delta_check,
  alter column event_type type text,
  alter column previous_score type integer,
  alter column new_score type integer,
  alter column rating type smallint,
  alter column reason type text,
  add constraint reputation_events_event_type_check check (event_type in ('task_completed', 'task_late', 'dispute_filed',
    'dispute_resolved', 'rating_received', 'bonus', 'penalty', 'manual_adjustment')),
  add constraint reputation_events_delta_check check (
    previous_score between 0 and 1000 and new_score between 0 and 1000 and new_score = previous_score + delta
  ),
  add constraint reputation_events_rating_check check (rating between 1 and 5),
  add constraint reputation_events_reason_check check (length(reason) between 1 and 1000);
alter table :schema.transactions
  drop constraint transactions_fee_check,
  alter column tx_hash type text,
  alter column log_index type integer,
  alter column tx_type type text,
  alter column amount type numeric,
  alter column fee type numeric,
  alter column status type text,
  alter column blockchain_confirmations type integer,
  alter column attempts type integer,
  alter column metadata type jsonb,
  add constraint transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$' and log_index >= 0),
  add constraint transactions_tx_type_check check (
    tx_type in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer')
  ),
  add constraint transactions_amount_check check (amount > 0 and amount < 1e60 and fee >= 0 and fee <= amount),
  add constraint transactions_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  add constraint transactions_confirmations_check check (blockchain_confirmations >= 0 and attempts >= 0),
  add constraint transactions_metadata_check check (jsonb_typeof(metadata) = 'object');
alter table :schema.tasks
  drop constraint tasks_money_check,
  alter column external_id type text,
  alter column task_type type text,
  alter column amount type :schema.usdc,
  alter column status type text,
  alter column title type text,
  alter column description type text,
  alter column metadata type jsonb,
  alter column completion_proof type text,
  alter column verification_status type text,
  alter column verified_by type text,
  alter column worker_rating type smallint,
  alter column platform_rating type smallint,
  alter column escrowed_amount type :schema.usdc,
  alter column paid_amount type :schema.usdc,
  add constraint tasks_task_type_check check (task_type in ('fixed', 'streaming')),
  add constraint tasks_amount_check check (amount > 0),
  add constraint tasks_status_check check (status in ('pending', 'active', 'completed', 'cancelled', 'disputed')),
  add constraint tasks_verification_check check (
    verification_status in ('pending', 'approved', 'flagged', 'rejected') and verified_by in ('auto', 'manual')
  ),
  add constraint tasks_ratings_check check (worker_rating between 1 and 5 and platform_rating between 1 and 5),
  add constraint tasks_money_check check (
    escrowed_amount between 0 and amount and paid_amount between 0 and amount and escrowed_amount + paid_amount <= amount
  ),
  add constraint tasks_metadata_check check (jsonb_typeof(metadata) = 'object'),
  add constraint tasks_texts_check check (
    length(title) <= 500 and length(description) <= 10000 and length(completion_proof) <= 2000 and length(external_id) <= 200
  );
alter table :schema.workers
  alter column name type text,
  alter column wallet_address type text,
  alter column status type text,
  alter column reputation_score type integer,
  alter column initial_score type integer,
  alter column completion_rate type numeric(5, 2),
  alter column dispute_rate type numeric(5, 2),
  alter column average_rating type numeric(3, 2),
  alter column metadata type jsonb,
  add constraint workers_name_check check (length(name) between 1 and 100),
  add constraint workers_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  add constraint workers_status_check check (status in ('active', 'suspended', 'closed')),
  add constraint workers_reputation_score_check check (reputation_score between 0 and 1000),
  add constraint workers_initial_score_check check (initial_score between 0 and 1000),
  add constraint workers_rates_check check (
    completion_rate between 0 and 100 and dispute_rate between 0 and 100 and average_rating between 0 and 5
  ),
  add constraint workers_metadata_check check (jsonb_typeof(metadata) = 'object');
drop domain :schema.usdc_above_zero, :schema.usdc_from_zero, :schema.token_amount, :schema.token_fee, :schema.from_zero,
  :schema.metadata_object, :schema.stars, :schema.mean_stars, :schema.percent, :schema.score, :schema.worker_name,
  :schema.wallet_address, :schema.worker_status, :schema.task_type, :schema.task_status, :schema.task_verification,
  :schema.task_verifier, :schema.task_title, :schema.task_description, :schema.task_proof, :schema.external_id,
  :schema.tx_hash, :schema.tx_type, :schema.tx_status, :schema.reputation_event_type, :schema.reputation_reason,
  :schema.actor_type, :schema.audited_action, :schema.audited_resource;
`,
    },
    {
      path: "migrations/0015_check_rows_by_domain.up.sql",
      text: `-- The server reads a table's checks again for every statement that writes it, those of a domain once a session. What
-- concerns one column is a rule of its domain now; what concerns several stays with the table, as short as it can be
-- said.
--
-- Domains without a rule first: to give a column such a type writes no row anew. The rules come last, and read the rows.
create domain :schema.usdc_above_zero as numeric;
create domain :schema.usdc_from_zero as numeric;
create domain :schema.token_amount as numeric;
create domain :schema.token_fee as numeric;
create domain :schema.from_zero as integer;
create domain :schema.metadata_object as jsonb;
create domain :schema.stars as smallint;
create domain :schema.mean_stars as numeric(3, 2);
create domain :schema.percent as numeric(5, 2);
create domain :schema.score as integer;
create domain :schema.worker_name as text;
create domain :schema.wallet_address as text;
create domain :schema.worker_status as text;
create domain :schema.task_type as text;
create domain :schema.task_status as text;
create domain :schema.task_verification as text;
create domain :schema.task_verifier as text;
create domain :schema.task_title as text;
create domain :schema.task_description as text;
create domain :schema.task_proof as text;
create domain :schema.external_id as text;
create domain :schema.tx_hash as text;
create domain :schema.tx_type as text;
create domain :schema.tx_status as text;
create domain :schema.reputation_event_type as text;
create domain :schema.reputation_reason as text;
create domain :schema.actor_type as text;
create domain :schema.audited_action as text;
create domain :schema.audited_resource as text;

-- They name columns whose type changes; their files make them anew.
drop trigger if exists workers_guard_wallet_proof on :schema.workers;
drop trigger if exists tasks_guard_status on :schema.tasks;
drop trigger if exists transactions_guard_status on :schema.transactions;
drop trigger if exists reputation_events_ratings on :schema.reputation_events;

alter table :schema.workers
  drop constraint workers_name_check,
  drop constraint workers_wallet_address_check,
  drop constraint workers_status_check,
  drop constraint workers_reputation_score_check,
  drop constraint workers_initial_score_check,
  drop constraint workers_rates_check,
  drop constraint workers_metadata_check,
  alter column name type :schema.worker_name,
  alter column wallet_address type :schema.wallet_address,
  alter column status type :schema.worker_status,
  alter column reputation_score type :schema.score,
  alter column initial_score type :schema.score,
  alter column completion_rate type :schema.percent,
  alter column dispute_rate type :schema.percent,
  alter column average_rating type :schema.mean_stars,
  alter column metadata type :schema.metadata_object;
alter table :schema.tasks
  drop constraint tasks_task_type_check,
  drop constraint tasks_amount_check,
  drop constraint tasks_status_check,
  drop constraint tasks_verification_check,
  drop constraint tasks_ratings_check,
  drop constraint tasks_money_check,
  drop constraint tasks_metadata_check,
  drop constraint tasks_texts_check,
  alter column external_id type :schema.external_id,
  alter column task_type type :schema.task_type,
  alter column amount type :schema.usdc_above_zero,
  alter column status type :schema.task_status,
  alter column title type :schema.task_title,
  alter column description type :schema.task_description,
  alter column metadata type :schema.metadata_object,
  alter column completion_proof type :schema.task_proof,
  alter column verification_status type :schema.task_verification,
  alter column verified_by type :schema.task_verifier,
  alter column worker_rating type :schema.stars,
  alter column platform_rating type :schema.stars,
  alter column escrowed_amount type :schema.usdc_from_zero,
  alter column paid_amount type :schema.usdc_from_zero,
  add constraint tasks_money_check check (escrowed_amount + paid_amount <= amount);
alter table :schema.transactions
  drop constraint transactions_tx_hash_check,
  drop constraint transactions_tx_type_check,
  drop constraint transactions_amount_check,
  drop constraint transactions_status_check,
  drop constraint transactions_confirmations_check,
  drop constraint transactions_metadata_check,
  alter column tx_hash type :schema.tx_hash,
  alter column log_index type :schema.from_zero,
  alter column tx_type type :schema.tx_type,
  alter column amount type :schema.token_amount,
  alter column fee type :schema.token_fee,
  alter column status type :schema.tx_status,
  alter column blockchain_confirmations type :schema.from_zero,
  alter column attempts type :schema.from_zero,
  alter column metadata type :schema.metadata_object,
  add constraint transactions_fee_check check (fee <= amount);
alter table :schema.reputation_events
  drop constraint reputation_events_event_type_check,
  drop constraint reputation_events_delta_check,
  drop constraint reputation_events_rating_check,
  drop constraint reputation_events_reason_check,
  alter column event_type type :schema.reputation_event_type,
  alter column previous_score type :schema.score,
  alter column new_score type :schema.score,
  alter column rating type :schema.stars,
  alter column reason type :schema.reputation_reason,
  add constraint reputation_events_delta_check check (new_score = previous_score + delta);
alter table :schema.audit_logs
  drop constraint audit_logs_actor_type_check,
  drop constraint audit_logs_texts_check,
  alter column actor_type type :schema.actor_type,
  alter column action type :schema.audited_action,
  alter column resource_type type :schema.audited_resource;

alter domain :schema.usdc_above_zero add constraint usdc_check
  check (value > '-1e14' and value < 1e14 and value = round(value, 6));
alter domain :schema.usdc_above_zero add constraint usdc_above_zero_check check (value > 0);
alter domain :schema.usdc_from_zero add constraint usdc_check
  check (value > '-1e14' and value < 1e14 and value = round(value, 6));
alter domain :schema.usdc_from_zero add constraint usdc_from_zero_check check (value >= 0);
alter domain :schema.token_amount add constraint token_amount_check check (value > 0 and value < 1e60);
alter domain :schema.token_fee add constraint token_fee_check check (value >= 0);
alter domain :schema.from_zero add constraint from_zero_check check (value >= 0);
alter domain :schema.metadata_object add constraint metadata_object_check check (jsonb_typeof(value) = 'object');
alter domain :schema.stars add constraint stars_check check (value between 1 and 5);
alter domain :schema.mean_stars add constraint mean_stars_check check (value between 0 and 5);
alter domain :schema.percent add constraint percent_check check (value between 0 and 100);
alter domain :schema.score add constraint score_check check (value between 0 and 1000);
alter domain :schema.worker_name add constraint worker_name_check check (length(value) between 1 and 100);
alter domain :schema.wallet_address add constraint wallet_address_check check (value ~ '^0x[0-9a-f]{40}$');
alter domain :schema.worker_status add constraint worker_status_check
  check (value in ('active', 'suspended', 'closed'));
alter domain :schema.task_type add constraint task_type_check check (value in ('fixed', 'streaming'));
alter domain :schema.task_status add constraint task_status_check
  check (value in ('pending', 'active', 'completed', 'cancelled', 'disputed'));
alter domain :schema.task_verification add constraint task_verification_check
  check (value in ('pending', 'approved', 'flagged', 'rejected'));
alter domain :schema.task_verifier add constraint task_verifier_check check (value in ('auto', 'manual'));
alter domain :schema.task_title add constraint task_title_check check (length(value) <= 500);
alter domain :schema.task_description add constraint task_description_check check (length(value) <= 10000);
alter domain :schema.task_proof add constraint task_proof_check check (length(value) <= 2000);
alter domain :schema.external_id add constraint external_id_check check (length(value) <= 200);
alter domain :schema.tx_hash add constraint tx_hash_check check (value ~ '^0x[0-9a-f]{64}$');
alter domain :schema.tx_type add constraint tx_type_check
  check (value in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer'));
alter domain :schema.tx_status add constraint tx_status_check
  check (value in ('pending', 'processing', 'completed', 'failed', 'cancelled'));
alter domain :schema.reputation_event_type add constraint reputation_event_type_check
  check (value in ('task_completed', 'task_late', 'dispute_filed', 'dispute_resolved', 'rating_received', 'bonus',
    'penalty', 'manual_adjustment'));
alter domain :schema.reputation_reason add constraint reputation_reason_check check (length(value) between 1 and 1000);
alter domain :schema.actor_type add constraint actor_type_check check (value ~ '^[a-z][a-z0-9_]{0,39}$');
alter domain :schema.audited_action add constraint audited_action_check check (length(value) between 1 and 100);
alter domain :schema.audited_resource add constraint audited_resource_check check (length(value) between 1 and 50);

-- The statistics of a column go with its old type. An empty table is left alone: looked at, it would be planned for as
-- one that stays empty.
do $$
begin
  if exists (select from :schema.workers) then analyze :schema.workers; end if;
  if exists (select from :schema.tasks) then analyze :schema.tasks; end if;
  if exists (select from :schema.transactions) then analyze :schema.transactions; end if;
  if exists (select from :schema.reputation_events) then analyze :schema.reputation_events; end if;
  if exists (select from :schema.audit_logs) then analyze :schema.audit_logs; end if;
end
$$;
`,
    },
    {
      path: "migrations/0016_create_rail_notifications.down.sql",
      text: `drop table :schema.sandbox_deposits;
drop table :schema.sandbox_secrets;
delete from :schema.retention_policies where name = 'rail_notifications';
drop table :schema.rail_notifications;
`,
    },
    {
      path: "migrations/0016_create_rail_notifications.up.sql",
      text: `create table :schema.rail_notifications (
  id text not null default :schema.new_id('rnt'),
  rail text not null,
  notification_id text not null,
  body bytea not null,
  job_id bigint,
  transaction_id text,
  outcome text,
  received_at timestamptz(3) not null default clock_timestamp(),
  processed_at timestamptz(3),
  done_at timestamptz(3) not null generated always as (coalesce(processed_at, 'infinity')) stored,
  constraint rail_notifications_pkey primary key (id),
  constraint rail_notifications_notification_id_key unique (rail, notification_id),
  constraint rail_notifications_job_id_key unique (job_id),
  constraint rail_notifications_transaction_id_fkey foreign key (transaction_id)
    references :schema.transactions (id) on delete set null,
  constraint rail_notifications_rail_check check (rail ~ '^[a-z][a-z0-9-]{0,39}$'),
  constraint rail_notifications_notification_id_check check (length(notification_id) between 1 and 200),
  constraint rail_notifications_body_check check (octet_length(body) <= 65536),
  constraint rail_notifications_outcome_check check (
    outcome in ('confirmed', 'failed', 'waiting', 'unchanged', 'ignored') and (outcome is null) = (processed_at is null)
  )
) with (fillfactor = 80);
create index rail_notifications_transaction_id_idx on :schema.rail_notifications (transaction_id)
  where transaction_id is not null;
create index rail_notifications_done_at_idx on :schema.rail_notifications (done_at);
comment on table :schema.rail_notifications is
  'What payment rails announced, after their signature was checked: each once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead.';
comment on column :schema.rail_notifications.notification_id is
  'The rail''s own id of the notification; sent again it is the same one.';
comment on column :schema.rail_notifications.body is 'The bytes that were signed: a retry reads them again.';
comment on column :schema.rail_notifications.job_id is
  'Job of the queue rail-notification that works on it; null only within the statement that receives it.';
comment on column :schema.rail_notifications.transaction_id is
  'Transfer or deposit it was about; null before it is processed, and for one about neither.';
comment on column :schema.rail_notifications.outcome is
  'What the rail said when it was asked: confirmed, failed, waiting (for confirmations), unchanged (it was over before), ignored (about nothing of ours); null before.';
comment on column :schema.rail_notifications.processed_at is 'Null while it waits, is worked on, or is a dead letter.';
comment on column :schema.rail_notifications.done_at is
  'When it was processed, infinity before: what the retention policy goes by.';
insert into :schema.retention_policies (name, kind, table_name, time_column, keep)
values ('rail_notifications', 'rows', 'rail_notifications', 'done_at', interval '90 days');

create table :schema.sandbox_secrets (
  generation integer not null,
  secret bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  accepted_until timestamptz(3),
  constraint sandbox_secrets_pkey primary key (generation),
  constraint sandbox_secrets_secret_check check (octet_length(secret) = 32)
);
-- One secret at most that signs, however many processes find none at the same moment.
create unique index sandbox_secrets_signing_key on :schema.sandbox_secrets ((true)) where accepted_until is null;
comment on table :schema.sandbox_secrets is
  'Keys that sign notifications of the sandbox rail (HMAC-SHA-256). Whoever reads them can make the service look at transfers: grant it to nobody.';
comment on column :schema.sandbox_secrets.accepted_until is
  'Null: the one that signs. Set: rotated out, and still accepted until then.';

create table :schema.sandbox_deposits (
  reference text not null,
  platform_id text not null,
  amount :schema.usdc not null,
  state text not null default 'accepted',
  confirmations integer not null default 0,
  looks integer not null default 0,
  reason text,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint sandbox_deposits_pkey primary key (reference),
  constraint sandbox_deposits_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade,
  constraint sandbox_deposits_reference_check check (reference ~ '^[A-Za-z0-9_-]{1,200}$'),
  constraint sandbox_deposits_amount_check check (amount > 0),
  constraint sandbox_deposits_state_check check (state in ('accepted', 'failed')),
  constraint sandbox_deposits_counts_check check (looks >= 0 and confirmations between 0 and 12)
) with (fillfactor = 70);
create index sandbox_deposits_platform_id_idx on :schema.sandbox_deposits (platform_id);
comment on table :schema.sandbox_deposits is
  'What was paid in over the sandbox rail. It stands for money outside of our books: a deposit is booked when it is confirmed here.';
comment on column :schema.sandbox_deposits.confirmations is 'Grow with each look; 12 are final.';
comment on column :schema.sandbox_deposits.reason is 'Why it failed; null otherwise.';
`,
    },
    {
      path: "triggers/audit_logs_append_only.sql",
      text: `create or replace trigger audit_logs_append_only
before update or delete or truncate on :schema.audit_logs
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "triggers/loans_guard_status.sql",
      text: `create or replace trigger loans_guard_status
before update of status on :schema.loans
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/reputation_events_append_only.sql",
      text: `create or replace trigger reputation_events_append_only
before update or delete on :schema.reputation_events
for each row execute function :schema.refuse_event_change();
`,
    },
    {
      path: "triggers/reputation_events_ratings.sql",
      text: `create or replace trigger reputation_events_ratings
after insert on :schema.reputation_events
for each row when (new.rating is not null and new.event_type = 'rating_received')
execute function :schema.update_worker_ratings();
`,
    },
    {
      path: "triggers/reputation_events_update_score.sql",
      text: `create or replace trigger reputation_events_update_score
before insert on :schema.reputation_events
for each row execute function :schema.update_reputation_score();
`,
    },
    {
      path: "triggers/streams_amounts.sql",
      text: `create or replace trigger streams_amounts
before insert or update on :schema.streams
for each row execute function :schema.update_stream_amounts();
`,
    },
    {
      path: "triggers/streams_guard_status.sql",
      text: `create or replace trigger streams_guard_status
before update of status on :schema.streams
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/tasks_guard_status.sql",
      text: `create or replace trigger tasks_guard_status
before update of status on :schema.tasks
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/tasks_statistics_delete.sql",
      text: `create or replace trigger tasks_statistics_delete
after delete on :schema.tasks
referencing old table as old_tasks
for each statement execute function :schema.update_worker_statistics();
`,
    },
    {
      path: "triggers/tasks_statistics_insert.sql",
      text: `create or replace trigger tasks_statistics_insert
after insert on :schema.tasks
referencing new table as new_tasks
for each statement execute function :schema.update_worker_last_active();
`,
    },
    {
      path: "triggers/tasks_statistics_update.sql",
      text: `create or replace trigger tasks_statistics_update
after update on :schema.tasks
referencing old table as old_tasks new table as new_tasks
for each statement execute function :schema.update_worker_statistics();
`,
    },
    {
      path: "triggers/transactions_guard_status.sql",
      text: `create or replace trigger transactions_guard_status
before update of status on :schema.transactions
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/transactions_statistics_delete.sql",
      text: `create or replace trigger transactions_statistics_delete
after delete on :schema.transactions
referencing old table as old_transactions
for each statement execute function :schema.update_platform_statistics();
`,
    },
    {
      path: "triggers/transactions_statistics_insert.sql",
      text: `create or replace trigger transactions_statistics_insert
after insert on :schema.transactions
referencing new table as new_transactions
for each statement execute function :schema.update_worker_last_active();
`,
    },
    {
      path: "triggers/transactions_statistics_update.sql",
      text: `create or replace trigger transactions_statistics_update
after update on :schema.transactions
referencing old table as old_transactions new table as new_transactions
for each statement execute function :schema.update_platform_statistics();
`,
    },
    {
      path: "triggers/workers_guard_wallet_proof.sql",
      text: `create or replace trigger workers_guard_wallet_proof
before insert or update of wallet_address, wallet_verified_at on :schema.workers
for each row when (new.wallet_verified_at is not null) execute function :schema.guard_wallet_proof();
`,
    },
    {
      path: "views/active_streams_view.sql",
      text: `create or replace view :schema.active_streams_view as
select s.id as stream_id, s.status, s.task_id, k.title as task_title, s.worker_id, w.name as worker_name,
  s.platform_id, p.name as platform_name, s.total_amount, s.funded_amount, s.released_amount, s.remaining_amount,
  0.01 * div(s.released_amount * 10000, s.total_amount) as percent_released,
  :schema.stream_accrued(s, statement_timestamp())::numeric as accrued_amount,
  s.next_release_at,
  case when s.next_release_at is not null
    then ceil(greatest(extract(epoch from (s.next_release_at - statement_timestamp())), 0))::integer
  end as seconds_until_next_release,
  s.start_time, s.end_time
from :schema.streams s
join :schema.tasks k on k.id = s.task_id
join :schema.workers w on w.id = s.worker_id
join :schema.platforms p on p.id = s.platform_id
where s.status in ('active', 'paused', 'insolvent');
comment on view :schema.active_streams_view is
  'Streams that are not over, as of the moment of the read. Sort by next_release_at. Amounts are USDC.';
comment on column :schema.active_streams_view.stream_id is 'The stream.';
comment on column :schema.active_streams_view.status is 'active, paused, or insolvent (all that was funded is released).';
comment on column :schema.active_streams_view.task_id is 'The task it pays for.';
comment on column :schema.active_streams_view.task_title is 'Title of the task; null without one.';
comment on column :schema.active_streams_view.worker_id is 'Who is paid.';
comment on column :schema.active_streams_view.worker_name is 'Name of the worker.';
comment on column :schema.active_streams_view.platform_id is 'Who pays.';
comment on column :schema.active_streams_view.platform_name is 'Name of the platform.';
comment on column :schema.active_streams_view.total_amount is 'What it pays in all.';
comment on column :schema.active_streams_view.funded_amount is 'What of it lies or lay in escrow.';
comment on column :schema.active_streams_view.released_amount is 'What is in the worker''s balance already.';
comment on column :schema.active_streams_view.remaining_amount is 'Total less released.';
comment on column :schema.active_streams_view.percent_released is 'Percent of the total that is released, rounded down.';
comment on column :schema.active_streams_view.accrued_amount is 'What is earned by now, released or not; never more than was funded, and still while paused.';
comment on column :schema.active_streams_view.next_release_at is 'When the next release is due; null unless active.';
comment on column :schema.active_streams_view.seconds_until_next_release is 'Seconds until then, 0 when it is due; null unless active.';
comment on column :schema.active_streams_view.start_time is 'When it began.';
comment on column :schema.active_streams_view.end_time is 'When all has accrued.';
`,
    },
    {
      path: "views/daily_transaction_summary.sql",
      text: `create or replace view :schema.daily_transaction_summary as
select day as transaction_date, asset, tx_type, status, sum(transactions)::bigint as count, sum(amount) as total_amount,
  sum(fees) as total_fees, round(sum(amount) / nullif(sum(transactions), 0), 6) as average_amount
from (
  select day, asset, tx_type, status, transactions, amount, fees from :schema.transaction_days
  union all
  select day, asset, tx_type, status, transactions, amount, fees from :schema.money_deltas
) as part
group by day, asset, tx_type, status
having sum(transactions) <> 0;
comment on view :schema.daily_transaction_summary is
  'Transactions by UTC day, asset, type and status; exact at every read, and read by day in constant time. Sum amounts of one asset only.';
comment on column :schema.daily_transaction_summary.transaction_date is 'UTC day on which the transactions were made; filter by it.';
comment on column :schema.daily_transaction_summary.asset is 'USDC, or the token of transfers seen elsewhere: amounts are in whole units of it.';
comment on column :schema.daily_transaction_summary.tx_type is 'payout, advance, repayment, fee, refund, deposit, withdrawal or transfer.';
comment on column :schema.daily_transaction_summary.status is 'Status the transactions have now.';
comment on column :schema.daily_transaction_summary.count is 'Number of transactions.';
comment on column :schema.daily_transaction_summary.total_amount is 'Sum of the amounts, fees included.';
comment on column :schema.daily_transaction_summary.total_fees is 'Sum of our fees in them.';
comment on column :schema.daily_transaction_summary.average_amount is 'Mean amount, to six decimals.';
`,
    },
    {
      path: "views/daily_work.sql",
      text: `-- requires: work_parts
create or replace view :schema.daily_work as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(payouts)::bigint as payouts,
  sum(earned) as earned
from :schema.work_parts
group by worker_id, day
having sum(tasks) <> 0 or sum(payouts) <> 0;
comment on view :schema.daily_work is
  'Work by worker and UTC day, exact at every read: tasks and completed of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed.';
`,
    },
    {
      path: "views/invariant_daily_transactions_equal.sql",
      text: `-- requires: daily_transaction_summary
create or replace view :schema.invariant_daily_transactions_equal as
select null::text as worker_id, coalesce(v.transaction_date, b.day) as day, coalesce(v.tx_type, b.tx_type) as tx_type,
  coalesce(v.status, b.status) as status, v.count as statistics_count, b.count as base_count,
  v.total_amount as statistics_amount, b.amount as base_amount
from :schema.daily_transaction_summary v
full join (
  select (created_at at time zone 'UTC')::date as day, asset, tx_type, status, count(*) as count, sum(amount) as amount,
    sum(fee) as fees
  from :schema.transactions
  group by 1, 2, 3, 4
) as b on b.day = v.transaction_date and b.asset = v.asset and b.tx_type = v.tx_type and b.status = v.status
where (v.count, v.total_amount, v.total_fees) is distinct from (b.count, b.amount, b.fees)
union all
select coalesce(v.worker_id, b.worker_id), null, coalesce(v.tx_type, b.tx_type), 'completed', v.count, b.count,
  v.amount, b.amount
from (
  select worker_id, tx_type, sum(transactions) as count, sum(amount) as amount
  from (
    select worker_id, tx_type, transactions, amount from :schema.worker_transactions
    union all
    select worker_id, tx_type, transactions, amount
    from :schema.money_deltas d
    where status = 'completed' and asset = 'USDC' and exists (select from :schema.workers w where w.id = d.worker_id)
  ) as part
  group by 1, 2
  having sum(transactions) <> 0
) as v
full join (
  select worker_id, tx_type, count(*) as count, sum(amount) as amount
  from :schema.transactions
  where worker_id is not null and status = 'completed' and asset = 'USDC'
  group by 1, 2
) as b on b.worker_id = v.worker_id and b.tx_type = v.tx_type
where (v.count, v.amount) is distinct from (b.count, b.amount);
comment on view :schema.invariant_daily_transactions_equal is
  'Days, or types of a worker''s transactions, whose sums differ from the transactions. Mend: run the function rebuild_statistics() of this schema.';
`,
    },
    {
      path: "views/invariant_escrow_equals_tasks.sql",
      text: `create or replace view :schema.invariant_escrow_equals_tasks as
select p.id as platform_id, coalesce(b.balance, 0) as escrow_balance, coalesce(t.escrowed, 0) as tasks_escrowed
from :schema.platforms p
left join :schema.ledger_account_balances b on b.code = 'escrow:' || p.id
left join (
  select k.platform_id, sum(k.escrowed_amount) as escrowed from :schema.tasks k group by k.platform_id
) as t on t.platform_id = p.id
where coalesce(b.balance, 0) <> coalesce(t.escrowed, 0);
comment on view :schema.invariant_escrow_equals_tasks is
  'Platforms whose escrow account holds something else than their tasks say. Mend: compare the statement of the account with the tasks; each posting names its task.';
`,
    },
    {
      path: "views/invariant_loans_equal_books.sql",
      text: `create or replace view :schema.invariant_loans_equal_books as
select coalesce(l.worker_id, b.worker_id) as worker_id, coalesce(l.due, 0) as due, coalesce(b.balance, 0) as balance
from (
  select worker_id, sum(total_due - amount_repaid) as due
  from :schema.loans
  where status in ('disbursed', 'repaying', 'defaulted')
  group by worker_id
) as l
full join (
  select substr(a.code, length('advance:') + 1) as worker_id, a.balance
  from :schema.ledger_account_balances a
  where a.code like 'advance:%'
) as b on b.worker_id = l.worker_id
where coalesce(l.due, 0) <> coalesce(b.balance, 0);
comment on view :schema.invariant_loans_equal_books is
  'Rows mean broken: workers of whom the ledger (advance:ID) says something else than their loans about what they owe.';
comment on column :schema.invariant_loans_equal_books.due is 'What is left of loans that are disbursed, repaying or defaulted.';
comment on column :schema.invariant_loans_equal_books.balance is 'Balance of the account advance:ID.';
`,
    },
    {
      path: "views/invariant_losses_equal_loans.sql",
      text: `create or replace view :schema.invariant_losses_equal_loans as
select l.lost, b.balance
from (
  select coalesce(sum(total_due - amount_repaid), 0) as lost from :schema.loans where written_off_at is not null
) as l
cross join (
  select coalesce(sum(a.balance), 0) as balance from :schema.ledger_account_balances a where a.code = 'losses'
) as b
where l.lost <> b.balance;
comment on view :schema.invariant_losses_equal_loans is
  'Rows mean broken: the ledger (losses) says something else than the loans about what was written off and not recovered.';
comment on column :schema.invariant_losses_equal_loans.lost is 'What is left of loans that were written off.';
comment on column :schema.invariant_losses_equal_loans.balance is 'Balance of the account losses.';
`,
    },
    {
      path: "views/invariant_payouts_have_entries.sql",
      text: `create or replace view :schema.invariant_payouts_have_entries as
with entries as (
  select l.id, l.amount * s.unit as amount, d.code as debit, c.code as credit, l.reference
  from :schema.ledger_transfers l
  join :schema.ledger_assets s on s.id = l.asset_id
  join :schema.ledger_accounts d on d.id = l.debit_account
  join :schema.ledger_accounts c on c.id = l.credit_account
  where l.kind in (1, 3) and s.code = 'USDC'
)
select t.id as subject, 'movement without its entry' as problem
from :schema.transactions t
left join entries e on e.id = t.ledger_transfer_id
where t.asset = 'USDC' and t.tx_type in ('payout', 'refund', 'deposit', 'withdrawal')
  and (t.status = 'completed' or t.tx_type = 'withdrawal')
  and case t.tx_type
    when 'payout' then e.debit in ('escrow:' || t.platform_id, 'platform:' || t.platform_id) and (
      (e.credit = 'worker:' || t.worker_id and e.amount = t.amount - t.fee) or (e.credit = 'fees' and t.fee = t.amount))
    when 'refund' then e.debit = 'escrow:' || t.platform_id and e.credit = 'platform:' || t.platform_id and e.amount = t.amount
    when 'deposit' then e.debit = 'bank' and e.credit = 'platform:' || t.platform_id and e.amount = t.amount
    else e.debit = 'worker:' || t.worker_id and e.credit = 'rail' and e.amount = t.amount
  end is not true
union all
select e.id::text, 'entry without its payout'
from entries e
where (e.debit like 'escrow:%' or (e.debit like 'platform:%' and e.reference like 'tsk\\_%')) and e.credit like 'worker:%'
  and not exists (select from :schema.transactions t where t.ledger_transfer_id = e.id and t.tx_type = 'payout')
union all
select coalesce(b.worker, m.worker), 'withdrawals and entries differ'
from (
  select substr(case when e.credit = 'rail' then e.debit else e.credit end, 8) as worker,
    sum(case when e.credit = 'rail' then e.amount else 0 end) as taken,
    sum(case when e.debit = 'rail' then e.amount else 0 end) as given_back
  from entries e
  where (e.credit = 'rail' and e.debit like 'worker:%') or (e.debit = 'rail' and e.credit like 'worker:%')
  group by 1
) as b
full join (
  select t.worker_id as worker, sum(t.amount * t.attempts) as taken,
    sum(t.amount * (t.attempts - (t.status not in ('failed', 'cancelled'))::integer)) as given_back
  from :schema.transactions t
  where t.tx_type = 'withdrawal' and t.asset = 'USDC'
  group by 1
) as m on m.worker = b.worker
where (coalesce(b.taken, 0), coalesce(b.given_back, 0)) is distinct from (coalesce(m.taken, 0), coalesce(m.given_back, 0))
union all
select 'bank', 'sent withdrawals and entries differ'
from (select coalesce(sum(e.amount), 0) as amount from entries e where e.debit = 'rail' and e.credit = 'bank') as b
cross join (
  select coalesce(sum(t.amount), 0) as amount from :schema.transactions t
  where t.tx_type = 'withdrawal' and t.asset = 'USDC' and t.status = 'completed'
) as m
where b.amount <> m.amount;
comment on view :schema.invariant_payouts_have_entries is
  'Payouts, refunds, deposits and withdrawals whose entry in the ledger is missing or another, and entries of payouts and withdrawals that no transaction explains. A hand has changed one of both: compare it with the audit trail.';
`,
    },
    {
      path: "views/invariant_platform_statistics_equal_tasks.sql",
      text: `-- requires: platform_totals
create or replace view :schema.invariant_platform_statistics_equal_tasks as
select v.platform_id, v.total_tasks as statistics_tasks, b.tasks as base_tasks, v.total_payouts as statistics_payouts,
  x.amount as base_payouts, v.unique_workers as statistics_workers, b.workers as base_workers
from :schema.platform_totals v
left join (
  select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'disputed') as disputed,
    count(distinct worker_id) as workers,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 7) as workers_7d,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 30) as workers_30d,
    round(avg(extract(epoch from completed_at - started_at)) filter (where status = 'completed'), 3) as average_s,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)) as ended
  from :schema.tasks
  group by platform_id
) as b on b.platform_id = v.platform_id
left join (
  select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees
  from :schema.transactions
  where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
  group by platform_id
) as x on x.platform_id = v.platform_id
where (v.total_tasks, v.pending_tasks, v.active_tasks, v.completed_tasks, v.cancelled_tasks, v.disputed_tasks,
    v.unique_workers, v.active_workers_7d, v.active_workers_30d, v.average_completion_s, v.completion_rate,
    v.payouts, v.total_payouts, v.total_fees)
  is distinct from (coalesce(b.tasks, 0), coalesce(b.pending, 0), coalesce(b.active, 0), coalesce(b.completed, 0),
    coalesce(b.cancelled, 0), coalesce(b.disputed, 0), coalesce(b.workers, 0), coalesce(b.workers_7d, 0),
    coalesce(b.workers_30d, 0), b.average_s, coalesce(round(100.0 * b.completed / nullif(b.ended, 0), 2), 0),
    coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0));
comment on view :schema.invariant_platform_statistics_equal_tasks is
  'Platforms whose statistics differ from the sums over their tasks and payouts. Mend: run the function rebuild_statistics() of this schema.';
`,
    },
    {
      path: "views/invariant_rail_equals_transactions.sql",
      text: `create or replace view :schema.invariant_rail_equals_transactions as
select b.balance as rail, t.amount as under_way
from (
  select coalesce(sum(a.balance), 0) as balance from :schema.ledger_account_balances a where a.code = 'rail'
) as b
cross join (
  select coalesce(sum(w.amount), 0) as amount from :schema.transactions w
  where w.tx_type = 'withdrawal' and w.status in ('pending', 'processing')
) as t
where b.balance <> t.amount;
comment on view :schema.invariant_rail_equals_transactions is
  'A row when the money under way in the books is not the sum of the withdrawals under way. Find the withdrawal whose entries are missing in invariant_payouts_have_entries.';
`,
    },
    {
      path: "views/invariant_reputation_replays.sql",
      text: `create or replace view :schema.invariant_reputation_replays as
select w.id as worker_id, w.reputation_score, coalesce(e.last_score, w.initial_score) as replayed_score, e.breaks
from :schema.workers w
left join (
  select c.worker_id, count(*) filter (where not c.follows) as breaks,
    max(c.new_score) filter (where c.is_last) as last_score
  from (
    select r.worker_id, r.new_score,
      r.previous_score = coalesce(lag(r.new_score) over one, b.initial_score)
        and r.new_score = least(1000, greatest(0, r.previous_score + r.requested_delta)) as follows,
      lead(r.seq) over one is null as is_last
    from :schema.reputation_events r
    join :schema.workers b on b.id = r.worker_id
    window one as (partition by r.worker_id order by r.seq)
  ) as c
  group by c.worker_id
) as e on e.worker_id = w.id
where w.reputation_score <> coalesce(e.last_score, w.initial_score) or e.breaks > 0;
comment on view :schema.invariant_reputation_replays is
  'Workers whose score does not follow from their events: from initial_score, each event begins where the one before it ended, the last ends at the score. Mend: add a manual_adjustment after finding who wrote past the trigger.';
comment on column :schema.invariant_reputation_replays.breaks is
  'Events that do not begin where the one before ended, or applied another delta than asked within 0 to 1000; null: no events.';
`,
    },
    {
      path: "views/invariant_sandbox_sends_once.sql",
      text: `create or replace view :schema.invariant_sandbox_sends_once as
select s.reference, s.sends, s.amount
from :schema.sandbox_transfers s
where s.sends > 1;
comment on view :schema.invariant_sandbox_sends_once is
  'Transfers that the sandbox rail was told to send more than once: a worker sent again what it should have looked for.';
`,
    },
    {
      path: "views/invariant_stream_releases_equal_transactions.sql",
      text: `create or replace view :schema.invariant_stream_releases_equal_transactions as
select s.id as stream_id, s.released_amount, coalesce(p.amount, 0) as paid, p.fee,
  round(s.released_amount * s.fee_bps * 0.0001, 6) as fee_of_released
from :schema.streams s
left join (
  select stream_id, sum(amount) as amount, sum(fee) as fee
  from :schema.transactions where stream_id is not null and tx_type = 'payout' and status = 'completed'
  group by stream_id
) as p on p.stream_id = s.id
where s.released_amount <> coalesce(p.amount, 0)
  or coalesce(p.fee, 0) <> round(s.released_amount * s.fee_bps * 0.0001, 6);
comment on view :schema.invariant_stream_releases_equal_transactions is
  'Streams whose released amount, or the fee of it, is not the sum of their payouts. Mend: compare with the ledger, whose keys begin with "stream " and the id.';
`,
    },
    {
      path: "views/invariant_streams_within_escrow.sql",
      text: `create or replace view :schema.invariant_streams_within_escrow as
select t.id as task_id, t.escrowed_amount, s.promised
from (
  select task_id, sum(funded_amount - released_amount) as promised
  from :schema.streams where status in ('active', 'paused', 'insolvent') group by task_id
) as s
join :schema.tasks t on t.id = s.task_id
where s.promised > t.escrowed_amount;
comment on view :schema.invariant_streams_within_escrow is
  'Tasks whose streams were promised more than lies in escrow for them. Mend: find in the audit trail who took it, and pay it in again.';
`,
    },
    {
      path: "views/invariant_worker_statistics_equal_tasks.sql",
      text: `-- requires: daily_work, recomputed_worker_days, worker_totals
create or replace view :schema.invariant_worker_statistics_equal_tasks as
select coalesce(v.worker_id, b.worker_id) as worker_id, null::date as day, v.total_tasks as statistics_tasks,
  b.tasks as base_tasks, v.total_earned as statistics_earned, b.earned as base_earned
from :schema.worker_totals v
left join (
  select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'disputed') as disputed,
    count(*) filter (where was_disputed) as ever_disputed,
    count(*) filter (where status = 'completed' and completed_at > due_at) as late,
    sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,
    sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,
    sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)) as ended
  from :schema.tasks
  group by worker_id
) as b on b.worker_id = v.worker_id
left join (
  select worker_id, count(*) as ratings, round(avg(rating), 2) as average_rating
  from :schema.reputation_events
  where rating is not null and event_type = 'rating_received'
  group by worker_id
) as r on r.worker_id = v.worker_id
where (v.total_tasks, v.pending_tasks, v.active_tasks, v.completed_tasks, v.cancelled_tasks, v.disputed_tasks,
    v.ever_disputed_tasks, v.late_tasks, v.total_earned, v.paid, v.released, v.pending_earnings, v.completion_rate, v.ratings,
    v.average_rating)
  is distinct from (coalesce(b.tasks, 0), coalesce(b.pending, 0), coalesce(b.active, 0), coalesce(b.completed, 0),
    coalesce(b.cancelled, 0), coalesce(b.disputed, 0), coalesce(b.ever_disputed, 0), coalesce(b.late, 0), coalesce(b.earned, 0),
    coalesce(b.paid, 0), coalesce(b.released, 0), coalesce(b.open_amount, 0),
    coalesce(round(100.0 * b.completed / nullif(b.ended, 0), 2), 0), coalesce(r.ratings, 0), coalesce(r.average_rating, 0))
union all
select coalesce(d.worker_id, b.worker_id), coalesce(d.day, b.day), d.tasks, b.tasks, d.earned, b.earned
from (select w.* from :schema.daily_work w where exists (select from :schema.workers k where k.id = w.worker_id)) as d
full join :schema.recomputed_worker_days b on b.worker_id = d.worker_id and b.day = d.day
where (d.tasks, d.completed, d.payouts, d.earned) is distinct from (b.tasks, b.completed, b.payouts, b.earned);
comment on view :schema.invariant_worker_statistics_equal_tasks is
  'Workers, or days of a worker, whose statistics differ from the sums over their tasks, payouts and ratings. Mend: run the function rebuild_statistics() of this schema.';
`,
    },
    {
      path: "views/platform_performance_view.sql",
      text: `-- requires: platform_totals
create or replace view :schema.platform_performance_view as
select platform_id, name, total_tasks, completed_tasks, cancelled_tasks, active_tasks, pending_tasks, disputed_tasks,
  total_payouts, payouts, total_fees, average_payment, unique_workers, active_workers_7d, active_workers_30d,
  average_completion_s, completion_rate
from :schema.platform_totals;
comment on view :schema.platform_performance_view is
  'How a platform performs, a row each; exact at every read, and read by platform_id in constant time. Amounts are USDC, days are UTC days, today included.';
comment on column :schema.platform_performance_view.platform_id is 'The platform; filter by it.';
comment on column :schema.platform_performance_view.name is 'Name of the platform.';
comment on column :schema.platform_performance_view.total_tasks is 'All tasks it posted.';
comment on column :schema.platform_performance_view.completed_tasks is 'Of them, completed.';
comment on column :schema.platform_performance_view.cancelled_tasks is 'Of them, cancelled.';
comment on column :schema.platform_performance_view.active_tasks is 'Of them, begun and not finished.';
comment on column :schema.platform_performance_view.pending_tasks is 'Of them, not begun.';
comment on column :schema.platform_performance_view.disputed_tasks is 'Of them, in dispute now.';
comment on column :schema.platform_performance_view.total_payouts is 'Sum of completed payouts, fees included.';
comment on column :schema.platform_performance_view.payouts is 'Number of completed payouts.';
comment on column :schema.platform_performance_view.total_fees is 'Our fees in them.';
comment on column :schema.platform_performance_view.average_payment is 'Mean of completed payouts, 0 without one.';
comment on column :schema.platform_performance_view.unique_workers is 'Workers who ever had a task of it.';
comment on column :schema.platform_performance_view.active_workers_7d is 'Workers with a task posted in the last 7 days.';
comment on column :schema.platform_performance_view.active_workers_30d is 'Workers with a task posted in the last 30 days.';
comment on column :schema.platform_performance_view.average_completion_s is 'Mean seconds from beginning to completion of completed tasks; null without one.';
comment on column :schema.platform_performance_view.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
`,
    },
    {
      path: "views/platform_profiles.sql",
      text: `-- requires: platform_totals
create or replace view :schema.platform_profiles as
select p.id, p.name, p.contact_email, p.webhook_url, p.wallet_address, p.fee_bps, t.total_payouts, t.total_tasks,
  t.active_workers_30d as active_workers, p.is_active,
  greatest(0, floor(extract(epoch from statement_timestamp() - p.created_at) / 86400))::integer as account_age_days,
  p.metadata, p.created_at, p.updated_at
from :schema.platforms p
join :schema.platform_totals t on t.platform_id = p.id;
comment on view :schema.platform_profiles is
  'Platforms with statistics and account age as of the moment of the read; the columns of platforms are brought up to date each second. Without the webhook secret.';
`,
    },
    {
      path: "views/platform_totals.sql",
      text: `create or replace view :schema.platform_totals as
select p.id as platform_id, p.name, t.total_tasks, t.completed_tasks, t.cancelled_tasks, t.active_tasks, t.pending_tasks,
  t.disputed_tasks, m.payouts, m.total_payouts, m.total_fees,
  coalesce(round(m.total_payouts / nullif(m.payouts, 0), 6), 0) as average_payment,
  coalesce(s.unique_workers, 0) + w.more_workers as unique_workers,
  a.workers_7d + w.more_workers_7d as active_workers_7d,
  a.workers_30d + w.more_workers_30d as active_workers_30d,
  round(t.seconds / nullif(t.timed_tasks, 0), 3) as average_completion_s,
  coalesce(round(100.0 * t.completed_tasks / nullif(t.completed_tasks + t.abandoned_tasks + t.disputed_tasks, 0), 2), 0)
    as completion_rate
from :schema.platforms p
left join :schema.platform_statistics s on s.platform_id = p.id
cross join lateral (
  select coalesce(s.tasks, 0) + coalesce(sum(d.tasks), 0) as total_tasks,
    coalesce(s.completed, 0) + coalesce(sum(d.completed), 0) as completed_tasks,
    coalesce(s.cancelled, 0) + coalesce(sum(d.cancelled), 0) as cancelled_tasks,
    coalesce(s.abandoned, 0) + coalesce(sum(d.abandoned), 0) as abandoned_tasks,
    coalesce(s.active, 0) + coalesce(sum(d.active), 0) as active_tasks,
    coalesce(s.pending, 0) + coalesce(sum(d.pending), 0) as pending_tasks,
    coalesce(s.disputed, 0) + coalesce(sum(d.disputed), 0) as disputed_tasks,
    coalesce(s.timed, 0) + coalesce(sum(d.timed), 0) as timed_tasks,
    coalesce(s.seconds, 0) + coalesce(sum(d.seconds), 0) as seconds,
    array_agg(d.worker_id) filter (where d.worker_id is not null and d.tasks <> 0) as workers,
    array_agg(d.tasks) filter (where d.worker_id is not null and d.tasks <> 0) as tasks,
    array_agg(d.created_day) filter (where d.worker_id is not null and d.tasks <> 0) as days
  from :schema.work_deltas d
  where d.platform_id = p.id
) as t
cross join lateral (
  select coalesce(s.payouts, 0) + coalesce(sum(d.transactions), 0) as payouts,
    coalesce(s.payout_amount, 0) + coalesce(sum(d.amount), 0) as total_payouts,
    coalesce(s.fees, 0) + coalesce(sum(d.fees), 0) as total_fees
  from :schema.money_deltas d
  where d.platform_id = p.id and d.tx_type = 'payout' and d.status = 'completed' and d.asset = 'USDC'
) as m
cross join lateral (
  select coalesce(sum(d.workers) filter (where d.day > n.today - 7), 0)::bigint as workers_7d,
    coalesce(sum(d.workers), 0)::bigint as workers_30d
  from (select (statement_timestamp() at time zone 'UTC')::date as today) as n
  join :schema.platform_activity d on d.platform_id = p.id and d.day > n.today - 30
) as a
cross join lateral (
  select coalesce(sum((c.new_tasks > 0)::integer - (c.old_tasks > 0)::integer), 0) as more_workers,
    coalesce(sum((c.new_day is not null and c.new_day > n.today - 7)::integer
      - (c.old_day is not null and c.old_day > n.today - 7)::integer), 0) as more_workers_7d,
    coalesce(sum((c.new_day is not null and c.new_day > n.today - 30)::integer
      - (c.old_day is not null and c.old_day > n.today - 30)::integer), 0) as more_workers_30d
  from (select (statement_timestamp() at time zone 'UTC')::date as today) as n
  cross join lateral :schema.changed_platform_workers(p.id, t.workers, t.tasks, t.days) as c
) as w;
comment on view :schema.platform_totals is
  'All statistics of a platform, exact at every read: what is folded and what is not yet. The views of platforms stand on it.';
`,
    },
    {
      path: "views/recomputed_worker_days.sql",
      text: `create or replace view :schema.recomputed_worker_days as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(payouts)::bigint as payouts,
  sum(earned) as earned
from (
  select worker_id, (created_at at time zone 'UTC')::date as day, 1 as tasks, (status = 'completed')::integer as completed,
    0 as payouts, 0 as earned
  from :schema.tasks
  where worker_id is not null
  union all
  select worker_id, (processed_at at time zone 'UTC')::date, 0, 0, 1, amount - fee
  from :schema.transactions
  where worker_id is not null and tx_type = 'payout' and status = 'completed' and asset = 'USDC'
) as part
group by worker_id, day;
comment on view :schema.recomputed_worker_days is
  'Work by worker and UTC day from all tasks and payouts: what daily_work must equal. Slow; for rebuilding and comparing only.';
`,
    },
    {
      path: "views/work_parts.sql",
      text: `create or replace view :schema.work_parts as
select worker_id, day, tasks, completed, payouts, earned from :schema.worker_days
union all
select worker_id, created_day, tasks, completed, 0, 0
from :schema.work_deltas
where worker_id is not null and created_day is not null
union all
select worker_id, paid_day, 0, 0, transactions, amount - fees
from :schema.money_deltas
where worker_id is not null and paid_day is not null;
comment on view :schema.work_parts is
  'What is folded of a worker and UTC day and what is not yet, for whoever sums by something else than the day; several rows make a day. Read daily_work for days.';
`,
    },
    {
      path: "views/worker_earnings_view.sql",
      text: `-- requires: worker_totals
create or replace view :schema.worker_earnings_view as
select t.worker_id, t.name, t.total_tasks, t.completed_tasks, t.active_tasks, t.pending_tasks, t.cancelled_tasks,
  t.disputed_tasks, t.total_earned, t.released, t.paid, t.pending_earnings,
  x.payout_total, x.payout_count,
  x.advance_total, x.advance_count,
  x.repayment_total, x.repayment_count,
  x.fee_total, x.fee_count,
  x.withdrawal_total, x.withdrawal_count,
  l.open_loan_id, l.open_loan_status, l.open_loan_due, l.open_loan_repaid,
  l.open_loan_due - l.open_loan_repaid as open_loan_remaining, l.open_loan_due_at,
  l.loans, l.loans_repaid, l.loans_defaulted,
  t.completion_rate, t.average_rating, t.ratings, t.dispute_rate, t.reputation_score, t.last_active_at
from :schema.worker_totals t
cross join lateral (
  select coalesce(sum(x.amount) filter (where x.tx_type = 'payout'), 0) as payout_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'payout'), 0)::bigint as payout_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'advance'), 0) as advance_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'advance'), 0)::bigint as advance_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'repayment'), 0) as repayment_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'repayment'), 0)::bigint as repayment_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'fee'), 0) as fee_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'fee'), 0)::bigint as fee_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'withdrawal'), 0) as withdrawal_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'withdrawal'), 0)::bigint as withdrawal_count
  from (
    select r.tx_type, r.transactions, r.amount from :schema.worker_transactions r where r.worker_id = t.worker_id
    union all
    select d.tx_type, d.transactions, d.amount
    from :schema.money_deltas d
    where d.worker_id = t.worker_id and d.status = 'completed' and d.asset = 'USDC'
  ) as x
) as x
cross join lateral (
  select max(o.id) filter (where o.is_open) as open_loan_id, max(o.status) filter (where o.is_open) as open_loan_status,
    max(o.total_due::numeric) filter (where o.is_open) as open_loan_due,
    max(o.amount_repaid::numeric) filter (where o.is_open) as open_loan_repaid,
    max(o.repayment_due) filter (where o.is_open) as open_loan_due_at,
    count(*) filter (where o.disbursed_at is not null) as loans, count(*) filter (where o.status = 'repaid') as loans_repaid,
    count(*) filter (where o.defaulted_at is not null) as loans_defaulted
  from (
    select n.*, n.status in ('pending', 'approved', 'disbursed', 'repaying') as is_open
    from :schema.loans n
    where n.worker_id = t.worker_id
  ) as o
) as l;
comment on view :schema.worker_earnings_view is
  'What a worker has done, earned, been paid and owes, a row each; exact at every read, and read by worker_id in constant time. Amounts are USDC.';
comment on column :schema.worker_earnings_view.worker_id is 'The worker; filter by it.';
comment on column :schema.worker_earnings_view.name is 'Name of the worker.';
comment on column :schema.worker_earnings_view.total_tasks is 'All tasks the worker has or had, in any status.';
comment on column :schema.worker_earnings_view.completed_tasks is 'Tasks that are completed.';
comment on column :schema.worker_earnings_view.active_tasks is 'Tasks begun and not finished.';
comment on column :schema.worker_earnings_view.pending_tasks is 'Tasks taken and not begun.';
comment on column :schema.worker_earnings_view.cancelled_tasks is 'Tasks that were cancelled.';
comment on column :schema.worker_earnings_view.disputed_tasks is 'Tasks in dispute now.';
comment on column :schema.worker_earnings_view.total_earned is 'Sum of the amounts of completed tasks, before fees.';
comment on column :schema.worker_earnings_view.released is 'What was paid for streaming tasks, by releases of their streams.';
comment on column :schema.worker_earnings_view.paid is 'What was paid for all tasks, streaming ones too, before fees.';
comment on column :schema.worker_earnings_view.pending_earnings is 'What tasks that are not cancelled may still pay: amounts less what was paid of them.';
comment on column :schema.worker_earnings_view.payout_total is 'Sum of completed payouts, fees included.';
comment on column :schema.worker_earnings_view.payout_count is 'Number of completed payouts, fees included.';
comment on column :schema.worker_earnings_view.advance_total is 'Sum of completed advances paid out.';
comment on column :schema.worker_earnings_view.advance_count is 'Number of completed advances paid out.';
comment on column :schema.worker_earnings_view.repayment_total is 'Sum of completed repayments of advances.';
comment on column :schema.worker_earnings_view.repayment_count is 'Number of completed repayments of advances.';
comment on column :schema.worker_earnings_view.fee_total is 'Sum of completed fees charged apart from payouts.';
comment on column :schema.worker_earnings_view.fee_count is 'Number of completed fees charged apart from payouts.';
comment on column :schema.worker_earnings_view.withdrawal_total is 'Sum of completed withdrawals to outside.';
comment on column :schema.worker_earnings_view.withdrawal_count is 'Number of completed withdrawals to outside.';
comment on column :schema.worker_earnings_view.open_loan_id is 'The advance that is open; null without one.';
comment on column :schema.worker_earnings_view.open_loan_status is 'Its status; null without one.';
comment on column :schema.worker_earnings_view.open_loan_due is 'What is due of it in all, its fee included; null without one.';
comment on column :schema.worker_earnings_view.open_loan_repaid is 'What of it is repaid; null without one.';
comment on column :schema.worker_earnings_view.open_loan_remaining is 'What of it is left to repay; null without one.';
comment on column :schema.worker_earnings_view.open_loan_due_at is 'When it must be repaid; null without one.';
comment on column :schema.worker_earnings_view.loans is 'Advances ever paid out.';
comment on column :schema.worker_earnings_view.loans_repaid is 'Of them, those that are repaid.';
comment on column :schema.worker_earnings_view.loans_defaulted is 'Of them, those that were not repaid in time.';
comment on column :schema.worker_earnings_view.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
comment on column :schema.worker_earnings_view.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.worker_earnings_view.ratings is 'Number of ratings.';
comment on column :schema.worker_earnings_view.dispute_rate is 'Percent of the tasks that were ever disputed.';
comment on column :schema.worker_earnings_view.reputation_score is '0 to 1000.';
comment on column :schema.worker_earnings_view.last_active_at is 'When the worker last took, began or completed a task, or a transaction was made for it.';
`,
    },
    {
      path: "views/worker_profiles.sql",
      text: `-- requires: worker_totals
create or replace view :schema.worker_profiles as
select w.id, w.name, w.email, w.wallet_id, w.wallet_address, w.wallet_verified_at, w.status, w.reputation_score,
  :schema.account_age_days(w) as account_age_days, t.completed_tasks as total_tasks, t.total_earned, t.completion_rate,
  t.average_rating, t.dispute_rate, t.last_active_at, w.metadata, w.created_at, w.updated_at
from :schema.workers w
join :schema.worker_totals t on t.worker_id = w.id;
comment on view :schema.worker_profiles is
  'Workers with statistics and account age as of the moment of the read; the columns of workers are brought up to date each second.';
`,
    },
    {
      path: "views/worker_risk_assessment.sql",
      text: `create or replace view :schema.worker_risk_assessment as
select w.id as worker_id, w.name, i.status, i.reputation_score, i.account_age_days, i.completed_tasks, i.late_tasks,
  i.disputes, i.ended_tasks, i.recent_tasks as tasks_30d, i.recent_completed_tasks as completed_30d,
  round(100 * i.completion_rate::numeric, 2) as completion_rate_30d, round(100 * i.on_time_rate::numeric, 2) as on_time_rate,
  round(i.average_rating::numeric, 2) as average_rating, i.recent_earnings as earnings_30d,
  round(i.weekly_deviation::numeric, 6) as weekly_deviation, i.loans, i.loans_due, i.loans_on_time, i.open_loan_id,
  i.written_off_loans, k.score as risk_score,
  jsonb_build_array(
    jsonb_build_object('part', 'reputation', 'points', floor(k.reputation * 100 + 0.5) / 100),
    jsonb_build_object('part', 'maturity', 'points', floor(k.maturity * 100 + 0.5) / 100),
    jsonb_build_object('part', 'taskHistory', 'points', floor(k.task_history * 100 + 0.5) / 100),
    jsonb_build_object('part', 'performance', 'points', floor(k.performance * 100 + 0.5) / 100),
    jsonb_build_object('part', 'disputes', 'points', floor(k.disputes * 100 + 0.5) / 100),
    jsonb_build_object('part', 'loanHistory', 'points', floor(k.loan_history * 100 + 0.5) / 100),
    jsonb_build_object('part', 'consistency', 'points', floor(k.consistency * 100 + 0.5) / 100)
  ) as risk_factors,
  r.reasons, cardinality(r.reasons) = 0 as eligible_without_prediction,
  :schema.risk_max_advance(k.score, i.recent_earnings) as max_advance_by_risk, :schema.risk_fee_bps(k.score) as fee_bps
from :schema.workers w
cross join lateral :schema.risk_inputs(w.id) as i
cross join lateral :schema.risk_parts(i.reputation_score, i.account_age_days, i.completed_tasks, i.completion_rate,
  i.on_time_rate, i.average_rating, i.disputes, i.loans_due, i.loans_on_time, i.weekly_deviation, i.recent_earnings) as k
cross join lateral (
  -- The rules of advanceEligibility in advances.ts, in its order, but the one that needs a prediction.
  select array_remove(array[
    case when i.status <> 'active' then 'not_active' end,
    case when i.open_loan_id is not null then 'open_loan' end,
    case when i.written_off_loans > 0 then 'written_off_loan' end,
    case when k.score < 600 then 'low_score' end,
    case when i.account_age_days < 7 then 'new_account' end,
    case when i.ended_tasks = 0 or i.completed_tasks * 5 < i.ended_tasks * 4 then 'low_completion' end,
    case when i.completed_tasks < 5 then 'few_tasks' end
  ], null) as reasons
  -- Computed once for the two columns that use it.
  offset 0
) as r;
comment on view :schema.worker_risk_assessment is
  'What the risk of an advance to a worker is, a row each; exact at every read, and read by worker_id in constant time. 30d is the last 30 UTC days, today included.';
comment on column :schema.worker_risk_assessment.worker_id is 'The worker; filter by it.';
comment on column :schema.worker_risk_assessment.name is 'Name of the worker.';
comment on column :schema.worker_risk_assessment.status is 'active, suspended or closed.';
comment on column :schema.worker_risk_assessment.reputation_score is '0 to 1000.';
comment on column :schema.worker_risk_assessment.account_age_days is 'Whole days since registration.';
comment on column :schema.worker_risk_assessment.completed_tasks is 'Completed tasks since registration.';
comment on column :schema.worker_risk_assessment.late_tasks is 'Of them, completed after they were due.';
comment on column :schema.worker_risk_assessment.disputes is 'Tasks that were ever disputed.';
comment on column :schema.worker_risk_assessment.ended_tasks is 'Tasks that are completed, disputed, or were cancelled after they began.';
comment on column :schema.worker_risk_assessment.tasks_30d is 'Tasks posted in the 30 days.';
comment on column :schema.worker_risk_assessment.completed_30d is 'Of them, completed.';
comment on column :schema.worker_risk_assessment.completion_rate_30d is 'Percent of them that are completed, 0 without one.';
comment on column :schema.worker_risk_assessment.on_time_rate is 'Percent of the completed tasks that were not late, 100 without one.';
comment on column :schema.worker_risk_assessment.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.worker_risk_assessment.earnings_30d is 'USDC: payouts completed in the 30 days, after fees.';
comment on column :schema.worker_risk_assessment.weekly_deviation is 'Standard deviation of the earnings of the weeks (from Sunday) with payouts in the 30 days.';
comment on column :schema.worker_risk_assessment.loans is 'Advances, all but cancelled ones.';
comment on column :schema.worker_risk_assessment.loans_due is 'Of them, repaid ones and those whose time is over.';
comment on column :schema.worker_risk_assessment.loans_on_time is 'Of them, repaid by the day they were due.';
comment on column :schema.worker_risk_assessment.open_loan_id is 'The advance that is not repaid; null without one.';
comment on column :schema.worker_risk_assessment.written_off_loans is 'Advances that were never repaid.';
comment on column :schema.worker_risk_assessment.risk_score is '0 to 1000, the sum of the parts, rounded: higher is safer.';
comment on column :schema.worker_risk_assessment.risk_factors is 'The parts of the score: an array of objects with part and points.';
comment on column :schema.worker_risk_assessment.reasons is 'What stands in the way of an advance, as checkAdvanceEligibility names it, the predicted earnings left aside.';
comment on column :schema.worker_risk_assessment.eligible_without_prediction is 'No such reason: an advance then depends on the predicted earnings alone.';
comment on column :schema.worker_risk_assessment.max_advance_by_risk is 'USDC: earnings of the 30 days times 0.5 to 0.8 by score, 500 at most, as if eligible; the prediction may allow less.';
comment on column :schema.worker_risk_assessment.fee_bps is 'Fee of an advance, hundredths of a percent.';
`,
    },
    {
      path: "views/worker_totals.sql",
      text: `create or replace view :schema.worker_totals as
select w.id as worker_id, w.name, w.reputation_score, w.created_at,
  t.total_tasks, t.completed_tasks, t.active_tasks, t.pending_tasks, t.cancelled_tasks, t.disputed_tasks,
  t.ever_disputed_tasks, t.late_tasks, t.completed_tasks + t.abandoned_tasks + t.disputed_tasks as ended_tasks,
  t.total_earned, t.paid, t.released, t.pending_earnings, t.ratings, t.stars,
  coalesce(round(100.0 * t.completed_tasks / nullif(t.completed_tasks + t.abandoned_tasks + t.disputed_tasks, 0), 2), 0)
    as completion_rate,
  coalesce(round(t.stars::numeric / nullif(t.ratings, 0), 2), 0) as average_rating,
  coalesce(round(100.0 * t.ever_disputed_tasks / nullif(t.total_tasks, 0), 2), 0) as dispute_rate,
  greatest(w.last_active_at, t.last_active_at) as last_active_at
from :schema.workers w
left join :schema.worker_statistics s on s.worker_id = w.id
cross join lateral (
  select coalesce(s.tasks, 0) + coalesce(sum(d.tasks), 0) as total_tasks,
    coalesce(s.completed, 0) + coalesce(sum(d.completed), 0) as completed_tasks,
    coalesce(s.active, 0) + coalesce(sum(d.active), 0) as active_tasks,
    coalesce(s.pending, 0) + coalesce(sum(d.pending), 0) as pending_tasks,
    coalesce(s.cancelled, 0) + coalesce(sum(d.cancelled), 0) as cancelled_tasks,
    coalesce(s.abandoned, 0) + coalesce(sum(d.abandoned), 0) as abandoned_tasks,
    coalesce(s.disputed, 0) + coalesce(sum(d.disputed), 0) as disputed_tasks,
    coalesce(s.ever_disputed, 0) + coalesce(sum(d.ever_disputed), 0) as ever_disputed_tasks,
    coalesce(s.late, 0) + coalesce(sum(d.late), 0) as late_tasks,
    coalesce(s.ratings, 0) + coalesce(sum(d.ratings), 0) as ratings,
    coalesce(s.stars, 0) + coalesce(sum(d.stars), 0) as stars,
    coalesce(s.earned, 0) + coalesce(sum(d.earned), 0) as total_earned,
    coalesce(s.paid, 0) + coalesce(sum(d.paid), 0) as paid,
    coalesce(s.released, 0) + coalesce(sum(d.released), 0) as released,
    coalesce(s.open_amount, 0) + coalesce(sum(d.open_amount), 0) as pending_earnings,
    greatest(s.last_active_at, max(d.active_at),
      (select max(m.active_at) from :schema.money_deltas m where m.worker_id = w.id)) as last_active_at
  from :schema.work_deltas d
  where d.worker_id = w.id
) as t;
comment on view :schema.worker_totals is
  'All statistics of a worker, exact at every read: what is folded and what is not yet. The views of workers stand on it.';
`,
    },
  ],
};
