/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../system.ts';

export const kernelSql: SqlModule = {
  name: 'kernel',
  files: [
    {
      path: "functions/create_api_key.sql",
      text: `create or replace function :schema.create_api_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_account_id text,
  p_name text,
  p_prefix text,
  p_key_hash bytea,
  p_roles text[],
  p_ttl_s double precision,
  p_max_keys integer
)
returns table (
  id text,
  name text,
  prefix text,
  roles text[],
  created_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  replaced_by text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
begin
  -- The lock makes the count below exact.
  select a.* into v_account
  from :schema.accounts as a
  where a.id = p_account_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'account_unknown',
      message = format('There is no account %s.', p_account_id);
  end if;

  if not p_roles <@ v_account.roles then
    raise exception using
      errcode = 'GH403',
      constraint = 'roles_not_held',
      column = 'roles',
      message = format('Account %s does not have all the roles asked for the key.', p_account_id),
      hint = 'Ask only for roles of the account; leave roles out to take all of them.';
  end if;

  v_now := clock_timestamp();

  if p_max_keys <= (
    select count(*)
    from :schema.api_keys as k
    where k.account_id = p_account_id
      and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > v_now)
  ) then
    raise exception using
      errcode = 'GH429',
      constraint = 'too_many_api_keys',
      message = format('Account %s has %s live API keys, which is the limit.', p_account_id, p_max_keys),
      hint = 'Revoke one that is not used any more.';
  end if;

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'api_key.created',
    p_id,
    jsonb_build_object('accountId', p_account_id, 'name', p_name, 'roles', coalesce(p_roles, v_account.roles))
  );

  return query
  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)
  values (
    p_id,
    p_account_id,
    p_name,
    p_prefix,
    p_key_hash,
    coalesce(p_roles, v_account.roles),
    v_now,
    v_now + make_interval(secs => p_ttl_s)
  )
  returning
    n.id,
    n.name,
    n.prefix,
    n.roles,
    n.created_at::timestamptz,
    n.expires_at::timestamptz,
    n.last_used_at::timestamptz,
    n.revoked_at::timestamptz,
    n.replaced_by;
end
$$;

comment on function :schema.create_api_key(text, text, text, text, text, text, text, bytea, text[], double precision, integer) is
  'Adds an API key within the limit of live ones. Roles null: all of the account; lifetime null: does not expire.';
`,
    },
    {
      path: "functions/open_account_session.sql",
      text: `create or replace function :schema.open_account_session(
  p_account_id text,
  p_session_id text,
  p_token_hash bytea,
  p_verified_hash text,
  p_better_hash text,
  p_ttl_s double precision,
  p_max_sessions integer,
  p_own_key boolean
)
returns table (
  id text,
  kind text,
  login text,
  roles text[],
  disabled_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  issued_at timestamptz,
  expires_at timestamptz,
  kid text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
  v_expires_at timestamptz(3);
begin
  -- The lock orders sign-ins of one account among themselves and against a change of its password:
  -- a password that was verified before the change does not open a session after it.
  select a.* into v_account
  from :schema.accounts as a
  where a.id = p_account_id
    and a.disabled_at is null
    and (p_verified_hash is null or a.password_hash = p_verified_hash)
  for no key update;

  if not found then
    return;
  end if;

  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_ttl_s);

  if p_better_hash is not null then
    update :schema.accounts as a
    set password_hash = p_better_hash
    where a.id = p_account_id;
  end if;

  insert into :schema.account_sessions (id, account_id, epoch, created_at, refreshed_at, expires_at)
  values (p_session_id, p_account_id, v_account.session_epoch, v_now, v_now, v_expires_at);

  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)
  values (p_token_hash, p_session_id, 1, v_now);

  update :schema.account_sessions as s
  set revoked_at = v_now,
      revoked_reason = 'too_many'
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.account_id = p_account_id
      and o.epoch = v_account.session_epoch
      and o.revoked_at is null
      and o.expires_at > v_now
      and o.id <> p_session_id
    order by o.created_at desc, o.id desc
    offset p_max_sessions - 1
  );

  return query
  select
    v_account.id,
    v_account.kind,
    v_account.login,
    v_account.roles,
    v_account.disabled_at::timestamptz,
    v_account.created_at::timestamptz,
    v_account.updated_at::timestamptz,
    v_now::timestamptz,
    v_expires_at::timestamptz,
    case when p_own_key then :schema.signing_key() end;
end
$$;

comment on function :schema.open_account_session(text, text, bytea, text, text, double precision, integer, boolean) is
  'Opens a session with its first refresh token; no row when the account is unknown, disabled or has another password by now. The oldest sessions beyond the greatest number end.';
`,
    },
    {
      path: "functions/prune_idempotency_keys.sql",
      text: `create or replace function :schema.prune_idempotency_keys(p_keep interval, p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with gone as (
    delete from :schema.idempotency_keys
    where (account, key) in (
      select account, key from :schema.idempotency_keys
      where created_at < clock_timestamp() - p_keep
      order by created_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer from gone;
$$;
comment on function :schema.prune_idempotency_keys(interval, integer) is
  'Removes keys older than the given age, at most p_limit of them; returns how many.';
`,
    },
    {
      path: "functions/purge_accounts.sql",
      text: `create or replace function :schema.purge_accounts(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_sessions integer;
  v_keys integer;
begin
  delete from :schema.account_sessions as s
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.expires_at < now() - interval '1 day'
    order by o.expires_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_sessions = row_count;

  -- Ninety days: long enough to look up in a report which key was used.
  delete from :schema.api_keys as k
  where k.id in (
    select o.id
    from :schema.api_keys as o
    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'
    limit p_limit
    for update skip locked
  );
  get diagnostics v_keys = row_count;

  delete from :schema.auth_secrets as s
  where s.verify_until < now() - interval '1 day';

  return greatest(v_sessions, v_keys);
end
$$;

comment on function :schema.purge_accounts(integer) is
  'Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.';
`,
    },
    {
      path: "functions/queue_cancel.sql",
      text: `create or replace function :schema.queue_cancel(p_ids bigint[]) returns setof bigint
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
begin
  return query
  with held as materialized (
    select j.id from :schema.queue_jobs as j where j.id = any (p_ids) order by j.id for update
  ), gone as (
    delete from :schema.queue_jobs as j using held where j.id = held.id returning j.*
  )
  insert into :schema.queue_history as h (
    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload
  )
  select
    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'cancelled', c.worker,
    g.key, g.payload
  from gone as g
  left join :schema.queue_claims as c on c.token = g.token and g.lease_until is not null
  returning h.id;
end
$$;
comment on function :schema.queue_cancel(bigint[]) is
  'Takes jobs out of their queue; returns those that were still there. Who is at work on one is refused when it comes to complete it.';
`,
    },
    {
      path: "functions/queue_claim.sql",
      text: `create or replace function :schema.queue_claim(
  p_queue text,
  p_worker text,
  p_limit integer,
  p_lease_s double precision,
  p_after bigint[] default null
)
returns table (
  id bigint,
  token bigint,
  place bigint,
  priority smallint,
  failures smallint,
  losses smallint,
  run_at timestamptz,
  created_at timestamptz,
  payload jsonb
)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_queue integer;
  v_token bigint;
begin
  if p_limit not between 1 and 5000 or p_lease_s not between 1 and 86400 then
    raise exception using
      errcode = 'GH400',
      constraint = 'queue_claim_limits',
      message = format('A claim of %s jobs for %s seconds is outside of what is allowed.', p_limit, p_lease_s),
      hint = 'Claim 1 to 5,000 jobs for 1 second to a day; heartbeats make a lease longer.';
  end if;

  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue and s.paused_at is null;
  if not found then
    return;
  end if;

  if p_after is null then
    perform :schema.queue_promote(v_queue, 1000);
  end if;

  v_token := nextval(':schema.queue_tokens');

  return query
  with picked as materialized (
    -- A materialized step, because a LIMIT in a subquery of UPDATE may be run again and take more.
    select j.id
    from unnest(coalesce(p_after, '{0,0,0,0,0,0,0,0,0,0}')) with ordinality as lane (after, number)
    cross join lateral (
      select l.id
      from :schema.queue_jobs as l
      where l.queue_id = v_queue
        and l.priority = lane.number::smallint - 1::smallint
        and l.place > lane.after
        and l.lease_until is null
        and l.token < v_token
      order by l.place
      limit p_limit
      for update skip locked
    ) as j
    limit p_limit
  ), taken as (
    update :schema.queue_jobs as j
    set token = v_token,
      lease_until = clock_timestamp() + make_interval(secs => p_lease_s)
    from picked
    where j.id = picked.id
    returning
      j.id, j.token, j.place, j.priority, j.failures, j.losses, j.run_at::timestamptz, j.created_at::timestamptz, j.payload
  ), noted as (
    insert into :schema.queue_claims (token, queue_id, worker, expires_at, job_ids)
    select v_token, v_queue, p_worker, clock_timestamp() + make_interval(secs => p_lease_s), array_agg(taken.id)
    from taken
    having count(*) > 0
  )
  select * from taken;
end
$$;
comment on function :schema.queue_claim(text, text, integer, double precision, bigint[]) is
  'Takes up to p_limit jobs in line for p_lease_s seconds and gives each the fencing token of this claim. p_after (a place for each of the ten priorities) is where to begin to look, so that a reader need not pass what is done; null looks from the start and puts due jobs in line first.';
`,
    },
    {
      path: "functions/queue_complete.sql",
      text: `create or replace function :schema.queue_complete(
  p_ids bigint[],
  p_tokens bigint[],
  p_results jsonb[] default null
)
returns table (id bigint, token bigint)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  with gone as (
    delete from :schema.queue_jobs as j
    using unnest(p_ids, p_tokens, p_results) as given (id, token, result)
    where j.id = given.id
      and j.token = given.token
      and j.lease_until is not null
    returning j.*, given.result
  )
  insert into :schema.queue_history as h (
    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload, result
  )
  select
    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'done', c.worker,
    g.key, g.payload, g.result
  from gone as g
  left join :schema.queue_claims as c on c.token = g.token
  returning h.id, h.token;
end
$$;
comment on function :schema.queue_complete(bigint[], bigint[], jsonb[]) is
  'Ends jobs as done and moves them into the history. Returns those that were accepted: one whose token is no longer the current one is left alone.';
`,
    },
    {
      path: "functions/queue_define.sql",
      text: `create or replace function :schema.queue_define(
  p_queue text,
  p_max_failures integer,
  p_max_losses integer,
  p_retry_base_s double precision,
  p_retry_most_s double precision
) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.queue_settings as s (name, max_failures, max_losses, retry_base_s, retry_most_s)
  values (p_queue, p_max_failures, p_max_losses, p_retry_base_s, p_retry_most_s)
  on conflict on constraint queue_settings_name_key do update
  set max_failures = excluded.max_failures,
    max_losses = excluded.max_losses,
    retry_base_s = excluded.retry_base_s,
    retry_most_s = excluded.retry_most_s
  where (s.max_failures, s.max_losses, s.retry_base_s, s.retry_most_s)
    is distinct from (excluded.max_failures, excluded.max_losses, excluded.retry_base_s, excluded.retry_most_s);
$$;
comment on function :schema.queue_define(text, integer, integer, double precision, double precision) is
  'Makes a queue or changes its limits: failures and losses allowed, first and longest wait before another try. A worker calls it when it starts.';
`,
    },
    {
      path: "functions/queue_end.sql",
      text: `create or replace function :schema.queue_end(
  p_ids bigint[],
  p_tokens bigint[],
  p_outcomes text[],
  p_errors text[]
)
returns table (id bigint, verdict text, run_at timestamptz)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
  with given as materialized (
    select * from unnest(p_ids, p_tokens, p_outcomes, p_errors) as g (id, token, outcome, error)
  ), held as materialized (
    select
      j.*,
      g.outcome,
      left(g.error, 10000) as error,
      c.worker,
      c.claimed_at,
      s.max_failures,
      s.max_losses,
      s.retry_base_s,
      s.retry_most_s,
      j.failures + (g.outcome in ('failed', 'timed_out', 'invalid_payload', 'refused'))::integer as failures_now,
      j.losses + (g.outcome = 'lost')::integer as losses_now
    from given as g
    join :schema.queue_jobs as j on j.id = g.id and j.token = g.token and j.lease_until is not null
    join :schema.queue_settings as s on s.id = j.queue_id
    left join :schema.queue_claims as c on c.token = j.token
    order by j.id
    for update of j
  ), decided as materialized (
    select
      h.*,
      case
        when h.outcome = 'returned' then 'returned'
        when h.outcome in ('invalid_payload', 'refused') then 'dead'
        when h.failures_now >= h.max_failures then 'dead'
        when h.losses_now > h.max_losses then 'dead'
        else 'retry'
      end as verdict,
      -- Between half of the wait and all of it, doubled by each failure or loss.
      clock_timestamp() + make_interval(secs => (0.5 + random() / 2) * least(
        h.retry_most_s,
        h.retry_base_s * 2.0 ^ least(30, greatest(0, case h.outcome when 'lost' then h.losses_now else h.failures_now end - 1))
      )) as again_at
    from held as h
  ), noted as (
    insert into :schema.queue_attempts (job_id, token, queue_id, worker, started_at, outcome, error)
    select d.id, d.token, d.queue_id, d.worker, d.claimed_at, d.outcome, d.error from decided as d
  ), buried as (
    insert into :schema.queue_dead (
      id, token, created_at, queue_id, priority, failures, losses, reason, error, key, payload
    )
    select
      d.id, d.token, d.created_at, d.queue_id, d.priority, d.failures_now, d.losses_now, d.outcome, d.error, d.key,
      d.payload
    from decided as d
    where d.verdict = 'dead'
  ), removed as (
    delete from :schema.queue_jobs as j using decided as d where j.id = d.id and d.verdict = 'dead'
  ), kept as (
    update :schema.queue_jobs as j
    set failures = d.failures_now,
      losses = d.losses_now,
      lease_until = null,
      place = case d.verdict when 'returned' then j.place end,
      run_at = case d.verdict when 'returned' then j.run_at else d.again_at end
    from decided as d
    where j.id = d.id
      and d.verdict <> 'dead'
  )
  select g.id, coalesce(d.verdict, 'stale'), case d.verdict when 'retry' then d.again_at end
  from given as g
  left join decided as d on d.id = g.id;
end
$$;
comment on function :schema.queue_end(bigint[], bigint[], text[], text[]) is
  'Ends attempts that did not finish their job: a failure or a loss waits and is tried again until the queue''s limit, then it is a dead letter; returned goes back to its place and counts nothing. A token that is not the current one gives stale.';
`,
    },
    {
      path: "functions/queue_enqueue.sql",
      text: `create or replace function :schema.queue_enqueue(p_queue text, p_jobs jsonb)
returns table (id bigint, created boolean)
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_queue integer := :schema.queue_id_of(p_queue);
  v_job jsonb;
  v_id bigint;
begin
  -- Before the first place is drawn: queue_sweep takes it that whoever draws a place can be seen to run.
  perform pg_current_xact_id();

  if not p_jobs @? '$[*].key' then
    return query
    insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, payload)
    select
      d.id,
      case when d.run_at is null or d.run_at <= clock_timestamp() then d.id end,
      v_queue,
      coalesce((d.job ->> 'priority')::smallint, 5),
      coalesce(d.run_at, clock_timestamp()),
      d.job -> 'payload'
    from (
      select
        nextval(':schema.queue_places') as id,
        job,
        coalesce(
          (job ->> 'runAt')::timestamptz(3),
          clock_timestamp() + make_interval(secs => (job ->> 'delayS')::double precision)
        ) as run_at
      from jsonb_array_elements(p_jobs) as given (job)
    ) as d
    returning n.id, true;
    return;
  end if;

  for v_job in select job from jsonb_array_elements(p_jobs) as given (job)
  loop
    created := true;
    if v_job ->> 'key' is null then
      select e.id into v_id from :schema.queue_enqueue(p_queue, jsonb_build_array(v_job - 'key')) as e;
    else
      for v_try in 1..100 loop
        if v_try = 100 then
          raise exception using
            errcode = 'GH409',
            constraint = 'queue_key_contended',
            message = format('Jobs with the key %s come and go too fast.', v_job ->> 'key'),
            hint = 'Try again.';
        end if;
        v_id := nextval(':schema.queue_places');
        insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, key, payload)
        select
          v_id,
          case when t.run_at <= clock_timestamp() then v_id end,
          v_queue,
          coalesce((v_job ->> 'priority')::smallint, 5),
          t.run_at,
          v_job ->> 'key',
          v_job -> 'payload'
        from (
          select coalesce(
            (v_job ->> 'runAt')::timestamptz(3),
            clock_timestamp() + make_interval(secs => (v_job ->> 'delayS')::double precision),
            clock_timestamp()
          ) as run_at
        ) as t
        on conflict (queue_id, key) where key is not null do nothing;
        exit when found;
        -- Locked, so that the job given as the answer is there when this transaction ends, or was not taken for it.
        select j.id into v_id
        from :schema.queue_jobs as j
        where j.queue_id = v_queue
          and j.key = v_job ->> 'key'
        for key share;
        if found then
          created := false;
          exit;
        end if;
      end loop;
    end if;
    id := v_id;
    return next;
  end loop;
end
$$;
comment on function :schema.queue_enqueue(text, jsonb) is
  'Enqueues a list of {payload, key, priority, runAt, delayS}; answers in its order. A key that a live job of the queue has gives that job, created false.';
`,
    },
    {
      path: "functions/queue_fire.sql",
      text: `create or replace function :schema.queue_fire(
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
`,
    },
    {
      path: "functions/queue_heartbeat.sql",
      text: `create or replace function :schema.queue_heartbeat(p_ids bigint[], p_tokens bigint[], p_lease_s double precision)
returns setof bigint
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
begin
  -- One that is locked is being completed, cancelled or reaped: its lease does not matter any more.
  with held as materialized (
    select j.id
    from unnest(p_ids, p_tokens) as given (id, token)
    join :schema.queue_jobs as j on j.id = given.id and j.token = given.token and j.lease_until is not null
    for update of j skip locked
  )
  update :schema.queue_jobs as j
  set lease_until = clock_timestamp() + make_interval(secs => p_lease_s)
  from held
  where j.id = held.id;

  return query
  select given.id
  from unnest(p_ids, p_tokens) as given (id, token)
  where not exists (
    select from :schema.queue_jobs as j
    where j.id = given.id and j.token = given.token and j.lease_until is not null
  );
end
$$;
comment on function :schema.queue_heartbeat(bigint[], bigint[], double precision) is
  'Makes leases last p_lease_s seconds from now; returns the ids that are no longer held under their token.';
`,
    },
    {
      path: "functions/queue_hold.sql",
      text: `create or replace function :schema.queue_hold(p_id bigint, p_token bigint) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  perform 1
  from :schema.queue_jobs
  where id = p_id
    and token = p_token
    and lease_until is not null
  for update;
  if not found then
    raise exception using
      errcode = 'GH409',
      constraint = 'lease_lost',
      message = format('Job %s is no longer held under the token %s.', p_id, p_token),
      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';
  end if;
end
$$;
comment on function :schema.queue_hold(bigint, bigint) is
  'Makes sure that a job is still held, and keeps it so until the transaction ends; raises lease_lost otherwise.';
`,
    },
    {
      path: "functions/queue_id_of.sql",
      text: `create or replace function :schema.queue_id_of(p_queue text) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_id integer;
begin
  -- Queues are never deleted, so the second round finds what another transaction made meanwhile.
  for v_try in 1..3 loop
    select id into v_id from :schema.queue_settings where name = p_queue;
    if found then
      return v_id;
    end if;
    insert into :schema.queue_settings (name) values (p_queue)
    on conflict on constraint queue_settings_name_key do nothing
    returning id into v_id;
    if found then
      return v_id;
    end if;
  end loop;
  raise exception using
    errcode = '40001',
    message = format('The queue %s was made by a transaction that this one cannot see.', p_queue);
end
$$;
comment on function :schema.queue_id_of(text) is 'The number of a queue; one that nobody has named yet is made, with the usual limits.';
`,
    },
    {
      path: "functions/queue_progress.sql",
      text: `create or replace function :schema.queue_progress(p_id bigint, p_token bigint, p_progress jsonb) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  update :schema.queue_jobs
  set progress = p_progress
  where id = p_id
    and token = p_token
    and lease_until is not null;
  if not found then
    perform :schema.queue_hold(p_id, p_token);
  end if;
end
$$;
comment on function :schema.queue_progress(bigint, bigint, jsonb) is
  'Notes how far a job has come; raises lease_lost when the token is not the current one.';
`,
    },
    {
      path: "functions/queue_promote.sql",
      text: `create or replace function :schema.queue_promote(p_queue_id integer, p_limit integer) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  perform 1
  from :schema.queue_jobs
  where queue_id = p_queue_id
    and place is null
    and run_at <= clock_timestamp()
  limit 1;
  if not found then
    return 0;
  end if;

  perform pg_current_xact_id();
  with due as materialized (
    select id
    from :schema.queue_jobs
    where queue_id = p_queue_id
      and place is null
      and run_at <= clock_timestamp()
    order by run_at
    limit p_limit
    for update skip locked
  ), placed as materialized (
    select id, nextval(':schema.queue_places') as place from due
  )
  update :schema.queue_jobs as j
  set place = p.place
  from placed as p
  where j.id = p.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function :schema.queue_promote(integer, integer) is
  'Puts jobs whose time has come in line, the earliest first, at most p_limit; returns how many.';
`,
    },
    {
      path: "functions/queue_prune.sql",
      text: `create or replace function :schema.queue_prune(p_keep interval, p_limit integer) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_limit timestamptz := clock_timestamp() - p_keep;
  v_count integer;
  v_total integer := 0;
begin
  delete from :schema.queue_history as h
  where h.id in (
    select o.id from :schema.queue_history as o
    where o.finished_at < v_limit
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- The story of a dead letter stays with it.
  delete from :schema.queue_attempts as a
  where (a.job_id, a.token) in (
    select o.job_id, o.token from :schema.queue_attempts as o
    where o.ended_at < v_limit
      and not exists (select from :schema.queue_dead as d where d.id = o.job_id)
      and not exists (select from :schema.queue_jobs as j where j.id = o.job_id)
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- A slot above the pointer of its schedule could come again.
  delete from :schema.queue_slots as t
  where (t.schedule, t.slot) in (
    select o.schedule, o.slot from :schema.queue_slots as o
    left join :schema.queue_schedules as s on s.name = o.schedule
    where o.slot < v_limit
      and (s.name is null or s.next_slot is null or o.slot < s.next_slot)
    limit p_limit
  );
  get diagnostics v_count = row_count;
  return v_total + v_count;
end
$$;
comment on function :schema.queue_prune(interval, integer) is
  'Removes finished jobs, old attempts and slots older than p_keep, at most p_limit of each; returns how many rows went. Dead letters stay until somebody retries them.';
`,
    },
    {
      path: "functions/queue_reap.sql",
      text: `create or replace function :schema.queue_reap(p_limit integer) returns table (lost bigint, more boolean)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
declare
  v_claim record;
  v_ids bigint[];
  v_next timestamptz;
  v_claims integer := 0;
  v_over integer;
begin
  lost := 0;
  -- Most claims end with all their jobs: those go at once.
  delete from :schema.queue_claims as c
  where c.token in (
    select o.token
    from :schema.queue_claims as o
    where o.expires_at <= clock_timestamp()
      and not exists (
        select from :schema.queue_jobs as j
        where j.id = any (o.job_ids) and j.token = o.token and j.lease_until is not null
      )
    order by o.expires_at
    limit p_limit * 50
    for update skip locked
  );
  get diagnostics v_over = row_count;
  for v_claim in
    select c.token, c.job_ids
    from :schema.queue_claims as c
    where c.expires_at <= clock_timestamp()
    order by c.expires_at
    limit p_limit
    for update skip locked
  loop
    v_claims := v_claims + 1;
    -- Locked ones are being ended by somebody; they are looked at again if that comes to nothing.
    select array_agg(held.id) into v_ids
    from (
      select j.id
      from unnest(v_claim.job_ids) as given (id)
      join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token
      where j.lease_until <= clock_timestamp()
      for update of j skip locked
    ) as held;
    if v_ids is not null then
      perform :schema.queue_end(
        v_ids,
        array_fill(v_claim.token, array[cardinality(v_ids)]),
        array_fill('lost'::text, array[cardinality(v_ids)]),
        array_fill('The lease ran out without a word from the worker.'::text, array[cardinality(v_ids)])
      );
      lost := lost + cardinality(v_ids);
    end if;
    select min(j.lease_until) into v_next
    from unnest(v_claim.job_ids) as given (id)
    join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token
    where j.lease_until is not null;
    if v_next is null then
      delete from :schema.queue_claims where token = v_claim.token;
    else
      update :schema.queue_claims
      set expires_at = greatest(v_next, clock_timestamp() + interval '1 second')
      where token = v_claim.token;
    end if;
  end loop;
  more := v_claims = p_limit or v_over = p_limit * 50;
  return next;
end
$$;
comment on function :schema.queue_reap(integer) is
  'Looks at up to p_limit claims with jobs whose lease has run out, and clears away fifty times as many without: jobs without a heartbeat since are lost, and tried again until the queue''s limit of losses.';
`,
    },
    {
      path: "functions/queue_redrive.sql",
      text: `create or replace function :schema.queue_redrive(p_ids bigint[])
returns table (id bigint, verdict text)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  perform pg_current_xact_id();
  return query
  with held as materialized (
    select d.* from :schema.queue_dead as d where d.id = any (p_ids) order by d.id for update
  ), revived as (
    insert into :schema.queue_jobs as j (id, place, token, queue_id, priority, created_at, key, payload)
    select h.id, nextval(':schema.queue_places'), h.token, h.queue_id, h.priority, h.created_at, h.key, h.payload
    from held as h
    on conflict (queue_id, key) where key is not null do nothing
    returning j.id
  ), removed as (
    delete from :schema.queue_dead as d using revived as r where d.id = r.id
  )
  select given.id, case when r.id is not null then 'retried' when h.id is not null then 'key_taken' else 'unknown' end
  from unnest(p_ids) as given (id)
  left join held as h on h.id = given.id
  left join revived as r on r.id = given.id;
end
$$;
comment on function :schema.queue_redrive(bigint[]) is
  'Puts dead letters back in line with their counts at zero. Verdicts: retried; key_taken when a live job has its key; unknown when it is no dead letter.';
`,
    },
    {
      path: "functions/queue_settle.sql",
      text: `create or replace function :schema.queue_settle(p_id bigint, p_token bigint, p_result jsonb default null) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  perform :schema.queue_complete(array[p_id], array[p_token], array[p_result]);
  if not found then
    raise exception using
      errcode = 'GH409',
      constraint = 'lease_lost',
      message = format('Job %s is no longer held under the token %s.', p_id, p_token),
      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';
  end if;
end
$$;
comment on function :schema.queue_settle(bigint, bigint, jsonb) is
  'Ends one job as done, in the transaction of the rows it produced; raises lease_lost when the token is not the current one, so that the rows go too.';
`,
    },
    {
      path: "functions/queue_sweep.sql",
      text: `create or replace function :schema.queue_sweep(p_queue text, p_floor bigint[])
returns table (oldest bigint[], drawn bigint, horizon text, settled text)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_queue integer;
  v_drawn bigint;
begin
  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue;
  if not found then
    return;
  end if;
  perform :schema.queue_promote(v_queue, 5000);
  -- First the sequence and then, in a statement with a later snapshot, the transactions: whoever drew one of
  -- these places had its own id by then, so it is below the horizon.
  select case when p.is_called then p.last_value else 0 end into v_drawn from :schema.queue_places as p;
  return query
  select
    array_agg(j.place order by lane.number),
    v_drawn,
    pg_snapshot_xmax(pg_current_snapshot())::text,
    pg_snapshot_xmin(pg_current_snapshot())::text
  from unnest(p_floor) with ordinality as lane (floor, number)
  left join lateral (
    select l.place
    from :schema.queue_jobs as l
    where l.queue_id = v_queue
      and l.priority = lane.number::smallint - 1::smallint
      and l.place > lane.floor
    order by l.place
    limit 1
  ) as j on true;
end
$$;
comment on function :schema.queue_sweep(text, bigint[]) is
  'Puts due jobs in line, and tells the oldest place of each priority above a floor, with what is needed to know when no older one can still turn up.';
`,
    },
    {
      path: "functions/rebase_outbox.sql",
      text: `create or replace function :schema.rebase_outbox() returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with moved as (
    update :schema.outbox set xid = '3'::xid8
    where exists (select from :schema.outbox where xid > pg_current_xact_id())
    returning 1
  )
  select count(*)::integer from moved;
$$;
comment on function :schema.rebase_outbox() is
  'After a restore on another server the stored transaction ids can lie in its future; this puts the old events first. Returns how many moved.';
`,
    },
    {
      path: "functions/record_change.sql",
      text: `create or replace function :schema.record_change(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_action text,
  p_subject text,
  p_audience text,
  p_before jsonb,
  p_after jsonb
) returns boolean
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)
  values (p_actor_kind, p_actor_id, p_request_id, p_action, p_subject, p_before, p_after);
  insert into :schema.outbox (type, subject, audience, payload)
  values (p_action, p_subject, p_audience, coalesce(p_after, p_before, '{}'));
  select true;
$$;
comment on function :schema.record_change(text, text, text, text, text, text, jsonb, jsonb) is
  'Writes the audit entry and the event of one change; call it in the transaction, or the statement, of the change.';
`,
    },
    {
      path: "functions/refresh_account_session.sql",
      text: `create or replace function :schema.refresh_account_session(
  p_token_hash bytea,
  p_new_hash bytea,
  p_ttl_s double precision,
  p_max_age_s double precision,
  p_grace_s double precision,
  p_own_key boolean
)
returns table (
  outcome text,
  session_id text,
  id text,
  kind text,
  login text,
  roles text[],
  disabled_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  issued_at timestamptz,
  expires_at timestamptz,
  kid text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_token :schema.refresh_tokens%rowtype;
  v_session :schema.account_sessions%rowtype;
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
  v_expires_at timestamptz(3);
begin
  select t.* into v_token
  from :schema.refresh_tokens as t
  where t.token_hash = p_token_hash;

  -- Callers with the same token queue up here; each then sees what the one before it did.
  select s.* into v_session
  from :schema.account_sessions as s
  where s.id = v_token.session_id
  for no key update;

  v_now := clock_timestamp();

  select a.* into v_account
  from :schema.accounts as a
  where a.id = v_session.account_id
    and a.disabled_at is null
    and a.session_epoch = v_session.epoch;

  if v_account.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now then
    outcome := 'invalid';
    return next;
    return;
  end if;

  if v_token.generation < v_session.generation then
    -- Two tabs of one browser refresh at once: the slower one gets nothing, and nobody is signed out for it.
    if v_token.generation = v_session.generation - 1
      and v_now < v_session.refreshed_at + make_interval(secs => p_grace_s)
    then
      outcome := 'superseded';
      return next;
      return;
    end if;

    update :schema.account_sessions as s
    set revoked_at = v_now,
        revoked_reason = 'token_reused'
    where s.id = v_session.id;

    insert into :schema.audit_log (actor_kind, action, subject, after)
    values ('system', 'account.token_reused', v_account.id, jsonb_build_object('sessionId', v_session.id));

    outcome := 'reused';
    return next;
    return;
  end if;

  v_expires_at := least(
    v_now + make_interval(secs => p_ttl_s),
    v_session.created_at + make_interval(secs => p_max_age_s)
  );

  if v_expires_at <= v_now then
    outcome := 'invalid';
    return next;
    return;
  end if;

  update :schema.account_sessions as s
  set generation = s.generation + 1,
      refreshed_at = v_now,
      expires_at = v_expires_at
  where s.id = v_session.id;

  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)
  values (p_new_hash, v_session.id, v_session.generation + 1, v_now);

  return query
  select
    'refreshed',
    v_session.id,
    v_account.id,
    v_account.kind,
    v_account.login,
    v_account.roles,
    v_account.disabled_at::timestamptz,
    v_account.created_at::timestamptz,
    v_account.updated_at::timestamptz,
    v_now::timestamptz,
    v_expires_at::timestamptz,
    case when p_own_key then :schema.signing_key() end;
end
$$;

comment on function :schema.refresh_account_session(bytea, bytea, double precision, double precision, double precision, boolean) is
  'Trades the current refresh token for the next. Outcome: refreshed; superseded (the token just replaced, within the grace time: nothing happens); reused (any older one: the session ends); invalid.';
`,
    },
    {
      path: "functions/refuse_change.sql",
      text: `create or replace function :schema.refuse_change() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'GH403', constraint = 'append_only',
      hint = 'Add a new row that corrects the old one.';
end
$$;
comment on function :schema.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate.';
`,
    },
    {
      path: "functions/rotate_api_key.sql",
      text: `create or replace function :schema.rotate_api_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_account_id text,
  p_key_id text,
  p_new_id text,
  p_prefix text,
  p_key_hash bytea,
  p_overlap_s double precision,
  p_ttl_s double precision
)
returns table (
  id text,
  name text,
  prefix text,
  roles text[],
  created_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  replaced_by text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_key :schema.api_keys%rowtype;
  v_now timestamptz(3);
begin
  select k.* into v_key
  from :schema.api_keys as k
  where k.id = p_key_id
    and k.account_id = p_account_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'api_key_unknown',
      message = format('There is no API key %s.', p_key_id);
  end if;

  v_now := clock_timestamp();

  if v_key.revoked_at is not null or v_key.expires_at <= v_now or v_key.replaced_by is not null then
    raise exception using
      errcode = 'GH409',
      constraint = 'api_key_not_live',
      message = format('API key %s is revoked, expired or already rotated.', p_key_id),
      hint = 'Create a new key, or rotate the one that followed it.';
  end if;

  update :schema.api_keys as k
  set replaced_by = p_new_id,
      expires_at = least(k.expires_at, v_now + make_interval(secs => p_overlap_s))
  where k.id = p_key_id;

  -- The one before it ends now, so that never more than two of a line are live.
  update :schema.api_keys as k
  set expires_at = v_now
  where k.account_id = p_account_id
    and k.replaced_by = p_key_id
    and k.expires_at > v_now;

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'api_key.rotated',
    p_key_id,
    jsonb_build_object('accountId', p_account_id, 'replacedBy', p_new_id)
  );

  return query
  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)
  values (
    p_new_id,
    p_account_id,
    v_key.name,
    p_prefix,
    p_key_hash,
    v_key.roles,
    v_now,
    coalesce(v_now + make_interval(secs => p_ttl_s), v_now + (v_key.expires_at - v_key.created_at))
  )
  returning
    n.id,
    n.name,
    n.prefix,
    n.roles,
    n.created_at::timestamptz,
    n.expires_at::timestamptz,
    n.last_used_at::timestamptz,
    n.revoked_at::timestamptz,
    n.replaced_by;
end
$$;

comment on function :schema.rotate_api_key(text, text, text, text, text, text, text, bytea, double precision, double precision) is
  'Makes the key that follows another: same name, roles and lifetime unless one is given. The old one works on for the overlap, the one before that ends, so two are live at most.';
`,
    },
    {
      path: "functions/rotate_signing_key.sql",
      text: `create or replace function :schema.rotate_signing_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_overlap_s double precision
)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  -- Rotations wait for each other here; the second one then retires the key that the first one made.
  lock table :schema.auth_secrets in share row exclusive mode;

  -- Earlier keys keep their own, sooner end; without overlap (a key has leaked) all of them end now.
  update :schema.auth_secrets
  set verify_until = least(verify_until, clock_timestamp() + make_interval(secs => p_overlap_s));

  v_kid := :schema.signing_key();

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'signing_key.rotated',
    v_kid,
    jsonb_build_object('overlapS', p_overlap_s)
  );

  return v_kid;
end
$$;

comment on function :schema.rotate_signing_key(text, text, text, double precision) is
  'Makes a new signing key; tokens of the old ones are accepted for the overlap in seconds, then refused.';
`,
    },
    {
      path: "functions/signing_key.sql",
      text: `create or replace function :schema.signing_key() returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  select s.kid into v_kid
  from :schema.auth_secrets as s
  where s.verify_until is null;

  if found then
    return v_kid;
  end if;

  -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.
  -- Each uuid holds 122 bits from the strong random source; the hash draws 256 bits from 366.
  insert into :schema.auth_secrets (kid, secret)
  values (
    'k_' || left(replace(gen_random_uuid()::text, '-', ''), 16),
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  )
  on conflict do nothing
  returning kid into v_kid;

  if v_kid is null then
    -- Another process was quicker; its key is visible to this new statement.
    select s.kid into strict v_kid
    from :schema.auth_secrets as s
    where s.verify_until is null;
  end if;

  return v_kid;
end
$$;

comment on function :schema.signing_key() is
  'Id of the key that signs access tokens now; makes the first one, once for all processes.';
`,
    },
    {
      path: "migrations/0001_create_records.down.sql",
      text: `drop table :schema.idempotency_keys;
drop table :schema.outbox;
drop table :schema.audit_log;
drop function :schema.new_id(text);
`,
    },
    {
      path: "migrations/0001_create_records.up.sql",
      text: `create function :schema.new_id(p_prefix text) returns text
language sql volatile
set search_path = :schema, pg_temp
as $$
  select p_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', part.digit + 1, 1), '' order by part.place)
  from (
    select place,
      case when place <= 10
        then (((extract(epoch from clock_timestamp()) * 1000)::bigint >> (5 * (10 - place))) & 31)::integer
        else get_byte(uuid_send(gen_random_uuid()), 0) & 31
      end as digit
    from generate_series(1, 26) as place
  ) as part;
$$;
comment on function :schema.new_id(text) is
  'A new id: prefix, then 10 characters of time and 16 of chance. The default of id columns; the service makes its own.';

create table :schema.audit_log (
  id bigint generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  request_id text,
  constraint audit_log_pkey primary key (id)
);
create index audit_log_at_idx on :schema.audit_log (at desc, id desc);
create index audit_log_subject_idx on :schema.audit_log (subject, at desc, id desc);
comment on table :schema.audit_log is
  'Who did what to which thing. Rows are only ever added: a trigger and the missing grants refuse the rest.';
comment on column :schema.audit_log.actor_id is 'Account that acted; null for the system itself.';
comment on column :schema.audit_log.before is 'Values before the change; null when the thing is new.';
comment on column :schema.audit_log.after is 'Values after the change; null when the thing is gone.';
comment on column :schema.audit_log.request_id is 'HTTP request that caused it; null when none did.';
revoke update, delete, truncate on :schema.audit_log from current_user;

create table :schema.outbox (
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  type text not null,
  subject text not null,
  audience text,
  payload jsonb not null default '{}',
  constraint outbox_pkey primary key (xid, id)
);
comment on table :schema.outbox is
  'Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.';
comment on column :schema.outbox.audience is 'Account that may see the event; null for administrators only.';

create table :schema.idempotency_keys (
  account text not null,
  key text not null,
  operation text not null,
  request_sha256 bytea not null,
  answer jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint idempotency_keys_pkey primary key (account, key)
);
create index idempotency_keys_created_at_idx on :schema.idempotency_keys (created_at);
comment on table :schema.idempotency_keys is
  'One row per caller''s key, committed with the change it guards; pruned after some days.';
comment on column :schema.idempotency_keys.answer is
  'What the call returned; null only inside the transaction that is computing it.';
`,
    },
    {
      path: "migrations/0002_create_accounts.down.sql",
      text: `drop table :schema.auth_secrets;
drop table :schema.api_keys;
drop table :schema.refresh_tokens;
drop table :schema.account_sessions;
drop table :schema.accounts;
`,
    },
    {
      path: "migrations/0002_create_accounts.up.sql",
      text: `create table :schema.accounts (
  id text not null default :schema.new_id('acc'),
  kind text not null,
  login text not null,
  password_hash text,
  roles text[] not null default '{}',
  session_epoch integer not null default 0,
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint accounts_pkey primary key (id),
  constraint accounts_login_key unique (login),
  -- Lets a system's table reference (id, login) with \`on update cascade\` and keep its copy of the login right.
  constraint accounts_id_login_key unique (id, login),
  constraint accounts_id_check check (length(id) between 1 and 64),
  constraint accounts_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint accounts_login_check check (login = lower(login) and octet_length(login) between 1 and 320),
  constraint accounts_password_hash_check check (password_hash like '$argon2%' and length(password_hash) <= 512),
  constraint accounts_roles_check check (
    cardinality(roles) <= 32
    and array_position(roles, null) is null
    and array_to_string(roles, ' ') ~ '^([a-z][a-z0-9_.:-]{0,63}( [a-z][a-z0-9_.:-]{0,63})*)?$'
  )
);

comment on table :schema.accounts is
  'Who may sign in or call with a key. A row of the system (a user, a worker) shares the id of its account.';
comment on column :schema.accounts.login is 'Lower case; the application also normalises it to Unicode NFC.';
comment on column :schema.accounts.password_hash is
  'argon2 in PHC form, parameters included; null: cannot sign in by password.';
comment on column :schema.accounts.session_epoch is
  'Raised to end every session at once: a session is live only while its epoch equals this one.';
comment on column :schema.accounts.disabled_at is 'Null: enabled. Set: no sign-in, no token and no key works.';

create table :schema.account_sessions (
  id text not null default :schema.new_id('ses'),
  account_id text not null,
  epoch integer not null,
  generation integer not null default 1,
  created_at timestamptz(3) not null default now(),
  refreshed_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoked_reason text,
  constraint account_sessions_pkey primary key (id),
  constraint account_sessions_account_id_fkey foreign key (account_id)
    references :schema.accounts (id) on delete cascade,
  constraint account_sessions_generation_check check (generation >= 1),
  constraint account_sessions_revoked_check check (
    (revoked_at is null) = (revoked_reason is null)
    and revoked_reason in ('signed_out', 'token_reused', 'too_many')
  )
)
-- Every refresh updates the row; the spare room keeps those updates on its page, away from the indexes.
with (fillfactor = 80);

create index account_sessions_account_id_idx on :schema.account_sessions (account_id, created_at desc, id desc);
create index account_sessions_expires_at_idx on :schema.account_sessions (expires_at);

comment on table :schema.account_sessions is
  'One sign-in: the family of all refresh tokens that follow from it. Only the token of the current generation refreshes.';
comment on column :schema.account_sessions.epoch is 'session_epoch of the account when the session was opened.';
comment on column :schema.account_sessions.generation is 'Number of the refresh token that is valid now; each refresh raises it.';
comment on column :schema.account_sessions.refreshed_at is 'When the current generation was issued.';
comment on column :schema.account_sessions.expires_at is
  'End of the current refresh token; moved by each refresh, never beyond the greatest age of a session.';
comment on column :schema.account_sessions.revoked_at is 'Null: not revoked.';
comment on column :schema.account_sessions.revoked_reason is 'Null: not revoked.';

create table :schema.refresh_tokens (
  token_hash bytea not null,
  session_id text not null,
  generation integer not null,
  issued_at timestamptz(3) not null default now(),
  constraint refresh_tokens_pkey primary key (token_hash),
  constraint refresh_tokens_session_id_generation_key unique (session_id, generation),
  constraint refresh_tokens_session_id_fkey foreign key (session_id)
    references :schema.account_sessions (id) on delete cascade,
  constraint refresh_tokens_token_hash_check check (octet_length(token_hash) = 32)
);

comment on table :schema.refresh_tokens is
  'SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one.';

create table :schema.api_keys (
  id text not null default :schema.new_id('key'),
  account_id text not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  roles text[] not null default '{}',
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  replaced_by text,
  constraint api_keys_pkey primary key (id),
  constraint api_keys_prefix_key unique (prefix),
  constraint api_keys_account_id_fkey foreign key (account_id)
    references :schema.accounts (id) on delete cascade,
  constraint api_keys_name_check check (length(name) between 1 and 200),
  constraint api_keys_prefix_check check (prefix ~ '^[0-9a-f]{12}$'),
  constraint api_keys_key_hash_check check (octet_length(key_hash) = 32),
  constraint api_keys_roles_check check (cardinality(roles) <= 32 and array_position(roles, null) is null)
)
with (fillfactor = 90);

create index api_keys_account_id_idx on :schema.api_keys (account_id, created_at desc, id desc);

comment on table :schema.api_keys is
  'Keys for programs, shown once and kept as SHA-256. A key acts with those of its roles that the account still has.';
comment on column :schema.api_keys.prefix is 'The public middle part of the key, by which it is found and recognised.';
comment on column :schema.api_keys.expires_at is 'Null: does not expire.';
comment on column :schema.api_keys.last_used_at is 'Exact to a minute; null: never used.';
comment on column :schema.api_keys.revoked_at is 'Null: not revoked.';
comment on column :schema.api_keys.replaced_by is
  'Key that a rotation made to follow this one; null: not rotated. Not a reference: old keys are cleared away.';

create table :schema.auth_secrets (
  kid text not null,
  secret bytea not null,
  created_at timestamptz(3) not null default now(),
  verify_until timestamptz(3),
  constraint auth_secrets_pkey primary key (kid),
  constraint auth_secrets_secret_check check (octet_length(secret) = 32)
);

-- One signing key at most, however many processes find none at the same moment.
create unique index auth_secrets_signing_key on :schema.auth_secrets ((true)) where verify_until is null;

comment on table :schema.auth_secrets is
  'Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody.';
comment on column :schema.auth_secrets.verify_until is
  'Null: the key that signs. Set: rotated out, and still accepted until then.';
`,
    },
    {
      path: "migrations/0003_reserved.down.sql",
      text: `comment on table :schema.outbox is
  'Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.';
`,
    },
    {
      path: "migrations/0003_reserved.up.sql",
      text: `comment on table :schema.outbox is
  'Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.';
`,
    },
    {
      path: "migrations/0004_create_queue.down.sql",
      text: `drop table :schema.queue_slots;
drop table :schema.queue_schedules;
drop table :schema.queue_attempts;
drop table :schema.queue_dead;
drop table :schema.queue_history;
drop table :schema.queue_claims;
drop table :schema.queue_jobs;
drop table :schema.queue_settings;
drop sequence :schema.queue_tokens;
drop sequence :schema.queue_places;
`,
    },
    {
      path: "migrations/0004_create_queue.up.sql",
      text: `create sequence :schema.queue_places as bigint;
comment on sequence :schema.queue_places is
  'Ids of jobs and their places in line. Drawn only by a transaction that already has its own id: queue_sweep relies on it.';
create sequence :schema.queue_tokens as bigint;
comment on sequence :schema.queue_tokens is 'Fencing tokens: each claim draws a higher one than all before it.';

create table :schema.queue_settings (
  id integer generated always as identity,
  name text not null,
  paused_at timestamptz(3),
  max_failures smallint not null default 10,
  max_losses smallint not null default 20,
  retry_base_s double precision not null default 2,
  retry_most_s double precision not null default 3600,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint queue_settings_pkey primary key (id),
  constraint queue_settings_name_key unique (name),
  constraint queue_settings_name_check check (name ~ '^[a-z][a-z0-9_.:-]{0,99}$'),
  constraint queue_settings_limits_check check (max_failures between 1 and 1000 and max_losses between 0 and 1000),
  constraint queue_settings_retry_check check (
    retry_base_s between 0 and retry_most_s and retry_most_s <= 2592000
  )
);
comment on table :schema.queue_settings is
  'One row a queue: how often an attempt may fail or be lost, how long to wait between, and whether it is paused.';
comment on column :schema.queue_settings.paused_at is 'Null: jobs are handed out. Set: nobody gets one.';

create table :schema.queue_jobs (
  id bigint not null,
  token bigint not null default 0,
  place bigint,
  lease_until timestamptz(3),
  run_at timestamptz(3) not null default clock_timestamp(),
  created_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null default 5,
  failures smallint not null default 0,
  losses smallint not null default 0,
  key text,
  payload jsonb not null,
  progress jsonb,
  constraint queue_jobs_pkey primary key (id),
  constraint queue_jobs_priority_check check (priority between 0 and 9),
  constraint queue_jobs_key_check check (octet_length(key) between 1 and 255),
  constraint queue_jobs_payload_check check (pg_column_size(payload) <= 262144),
  constraint queue_jobs_progress_check check (pg_column_size(progress) <= 16384),
  constraint queue_jobs_lease_check check (lease_until is null or place is not null)
)
-- A claim changes token and lease only, which no index has: half of each page is kept free, so that the new
-- version stays on its page and no index is touched. Vacuum comes early and never takes the lock to shorten the file.
with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.5,
  autovacuum_analyze_scale_factor = 0.5,
  vacuum_truncate = off
);
create index queue_jobs_place_idx on :schema.queue_jobs (queue_id, priority, place) where place is not null;
create index queue_jobs_waiting_idx on :schema.queue_jobs (queue_id, run_at) where place is null;
create unique index queue_jobs_queue_id_key_key on :schema.queue_jobs (queue_id, key) where key is not null;
comment on table :schema.queue_jobs is
  'Jobs that are not finished: in line, in work, or waiting for their time. No foreign key to queue_settings, whose check would double the time of an insert; rows come in through queue_enqueue.';
comment on column :schema.queue_jobs.token is 'Fencing token of the last claim; 0 before the first.';
comment on column :schema.queue_jobs.place is 'Place in line, first by priority; null: waits for run_at.';
comment on column :schema.queue_jobs.lease_until is
  'Set: in work, and taken to be lost when this has passed and queue_reap comes by. Null: nobody has it.';
comment on column :schema.queue_jobs.key is 'Unique among the live jobs of the queue; null: no such wish.';
comment on column :schema.queue_jobs.progress is 'What the worker last reported; null: nothing.';

create table :schema.queue_claims (
  token bigint not null,
  queue_id integer not null,
  worker text not null,
  claimed_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  job_ids bigint[] not null,
  constraint queue_claims_pkey primary key (token),
  constraint queue_claims_worker_check check (octet_length(worker) between 1 and 200)
);
create index queue_claims_expires_at_idx on :schema.queue_claims (expires_at);
comment on table :schema.queue_claims is
  'Who took which jobs together and when, until the lease of the last of them has run out: so that lost ones are found without an index on the leases.';

create table :schema.queue_history (
  id bigint not null,
  token bigint not null,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null,
  failures smallint not null,
  losses smallint not null,
  outcome text not null,
  worker text,
  key text,
  payload jsonb not null,
  result jsonb,
  constraint queue_history_pkey primary key (id),
  constraint queue_history_outcome_check check (outcome in ('done', 'cancelled'))
);
create index queue_history_finished_at_idx on :schema.queue_history using brin (finished_at);
comment on table :schema.queue_history is 'Jobs that were done or cancelled, moved here by the statement that ended them.';
comment on column :schema.queue_history.started_at is 'When its last claim was; null: it was cancelled before any.';
comment on column :schema.queue_history.worker is 'Who had it last; null: it was cancelled while nobody had it.';
comment on column :schema.queue_history.key is 'Null: it had none.';
comment on column :schema.queue_history.result is 'What the worker gave back; null: nothing.';

create table :schema.queue_dead (
  id bigint not null,
  token bigint not null,
  created_at timestamptz(3) not null,
  died_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null,
  failures smallint not null,
  losses smallint not null,
  reason text not null,
  error text,
  key text,
  payload jsonb not null,
  constraint queue_dead_pkey primary key (id),
  constraint queue_dead_reason_check check (reason in ('failed', 'timed_out', 'lost', 'invalid_payload', 'refused'))
);
create index queue_dead_queue_id_idx on :schema.queue_dead (queue_id, id);
comment on table :schema.queue_dead is
  'Dead letters: jobs given up, with their payload, until somebody retries them. Their attempts are in queue_attempts.';
comment on column :schema.queue_dead.error is 'What the last attempt ended with; null: it said nothing.';
comment on column :schema.queue_dead.key is 'Null: it had none.';

create table :schema.queue_attempts (
  job_id bigint not null,
  token bigint not null,
  queue_id integer not null,
  worker text,
  started_at timestamptz(3),
  ended_at timestamptz(3) not null default clock_timestamp(),
  outcome text not null,
  error text,
  constraint queue_attempts_pkey primary key (job_id, token),
  constraint queue_attempts_outcome_check check (
    outcome in ('failed', 'timed_out', 'lost', 'returned', 'invalid_payload', 'refused')
  )
);
create index queue_attempts_ended_at_idx on :schema.queue_attempts using brin (ended_at);
comment on table :schema.queue_attempts is
  'Attempts that did not finish their job: when, who, how it ended and why. The one that did is the row of queue_history.';
comment on column :schema.queue_attempts.worker is 'Null: its claim is no longer known.';
comment on column :schema.queue_attempts.started_at is 'Null: its claim is no longer known.';
comment on column :schema.queue_attempts.error is 'Null: it said nothing.';

create table :schema.queue_schedules (
  name text not null,
  queue_id integer not null,
  cron text not null,
  time_zone text not null,
  payload jsonb not null,
  priority smallint not null default 5,
  catch_up text not null default 'last',
  catch_up_most integer not null default 100,
  next_slot timestamptz(3),
  last_slot timestamptz(3),
  slots_skipped bigint not null default 0,
  paused_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint queue_schedules_pkey primary key (name),
  constraint queue_schedules_queue_id_fkey foreign key (queue_id) references :schema.queue_settings (id),
  constraint queue_schedules_name_check check (octet_length(name) between 1 and 200),
  constraint queue_schedules_priority_check check (priority between 0 and 9),
  constraint queue_schedules_catch_up_check check (catch_up in ('all', 'last', 'none')),
  constraint queue_schedules_catch_up_most_check check (catch_up_most between 1 and 1000)
);
create index queue_schedules_queue_id_idx on :schema.queue_schedules (queue_id);
create index queue_schedules_next_slot_idx on :schema.queue_schedules (next_slot) where next_slot is not null;
comment on table :schema.queue_schedules is
  'Jobs that come by the clock. next_slot moves on in the transaction that enqueues, by compare and set: of many schedulers one wins.';
comment on column :schema.queue_schedules.next_slot is 'Null: the expression has no further time.';
comment on column :schema.queue_schedules.last_slot is 'Null: nothing was enqueued yet.';
comment on column :schema.queue_schedules.slots_skipped is 'Slots that the catch-up rule left out.';
comment on column :schema.queue_schedules.paused_at is 'Null: runs. Set: its slots pass by without a job.';

create table :schema.queue_slots (
  schedule text not null,
  slot timestamptz(3) not null,
  job_id bigint not null,
  constraint queue_slots_pkey primary key (schedule, slot),
  constraint queue_slots_job_id_key unique (job_id)
);
comment on table :schema.queue_slots is 'Which slot of a schedule became which job: at most one, however often it is tried.';
`,
    },
    {
      path: "triggers/audit_log_append_only.sql",
      text: `create or replace trigger audit_log_append_only
before update or delete or truncate on :schema.audit_log
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "views/invariant_outbox_not_ahead.sql",
      text: `create or replace view :schema.invariant_outbox_not_ahead as
select xid::text as xid, count(*) as events
from :schema.outbox
where xid >= pg_snapshot_xmax(pg_current_snapshot())
group by xid;

comment on view :schema.invariant_outbox_not_ahead is
  'Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor.';
`,
    },
    {
      path: "views/invariant_queue_job_in_one_place.sql",
      text: `create or replace view :schema.invariant_queue_job_in_one_place as
select j.id, 'live and finished' as problem
from :schema.queue_jobs as j
where exists (select from :schema.queue_history as h where h.id = j.id)
union all
select d.id, 'dead and finished'
from :schema.queue_dead as d
where exists (select from :schema.queue_history as h where h.id = d.id)
union all
select d.id, 'dead and live'
from :schema.queue_dead as d
where exists (select from :schema.queue_jobs as j where j.id = d.id);

comment on view :schema.invariant_queue_job_in_one_place is
  'Jobs that are in two places at once: something else than the queue''s functions wrote. Look at both rows and delete the wrong one.';
`,
    },
    {
      path: "views/invariant_queue_lease_has_claim.sql",
      text: `create or replace view :schema.invariant_queue_lease_has_claim as
select j.id, j.token, j.lease_until
from :schema.queue_jobs as j
where j.lease_until is not null
  and not exists (
    select from :schema.queue_claims as c where c.token = j.token and j.id = any (c.job_ids)
  );

comment on view :schema.invariant_queue_lease_has_claim is
  'Jobs in work that no claim knows: nobody would notice that they are lost. Put them back with update queue_jobs set lease_until = null in this schema.';
`,
    },
    {
      path: "views/invariant_queue_slot_behind_pointer.sql",
      text: `create or replace view :schema.invariant_queue_slot_behind_pointer as
select t.schedule, t.slot, s.next_slot
from :schema.queue_slots as t
join :schema.queue_schedules as s on s.name = t.schedule
where t.slot >= s.next_slot;

comment on view :schema.invariant_queue_slot_behind_pointer is
  'Slots that have their job already and lie ahead of their schedule: its pointer was moved back. They do not run twice; nothing is to be done unless the pointer is far off.';
`,
    },
    {
      path: "views/queue_overview.sql",
      text: `create or replace view :schema.queue_overview as
select
  s.name as queue,
  s.paused_at,
  coalesce(l.in_line, 0) as in_line,
  coalesce(l.in_work, 0) as in_work,
  coalesce(l.waiting, 0) as waiting,
  coalesce(d.dead, 0) as dead,
  l.oldest_at
from :schema.queue_settings as s
left join (
  select
    j.queue_id,
    count(*) filter (where j.place is not null and j.lease_until is null) as in_line,
    count(*) filter (where j.lease_until is not null) as in_work,
    count(*) filter (where j.place is null) as waiting,
    min(j.run_at) filter (where j.place is not null and j.lease_until is null) as oldest_at
  from :schema.queue_jobs as j
  group by j.queue_id
) as l on l.queue_id = s.id
left join (
  select x.queue_id, count(*) as dead from :schema.queue_dead as x group by x.queue_id
) as d on d.queue_id = s.id;

comment on view :schema.queue_overview is
  'Each queue: jobs in line, in work, waiting for their time and dead, and since when the oldest in line could have run.';
`,
    },
    {
      path: "views/queue_states.sql",
      text: `create or replace view :schema.queue_states as
select
  j.id,
  s.name as queue,
  case when j.lease_until is not null then 'in_work' when j.place is not null then 'in_line' else 'waiting' end as state,
  j.token,
  j.priority,
  j.failures,
  j.losses,
  j.key,
  j.payload,
  j.created_at,
  j.run_at as at,
  null::text as error,
  null::jsonb as result,
  j.progress,
  c.worker
from :schema.queue_jobs as j
join :schema.queue_settings as s on s.id = j.queue_id
left join :schema.queue_claims as c on c.token = j.token and j.lease_until is not null
union all
select
  d.id, s.name, 'dead', d.token, d.priority, d.failures, d.losses, d.key, d.payload, d.created_at, d.died_at, d.error,
  null, null, null
from :schema.queue_dead as d
join :schema.queue_settings as s on s.id = d.queue_id
union all
select
  h.id, s.name, h.outcome, h.token, h.priority, h.failures, h.losses, h.key, h.payload, h.created_at, h.finished_at, null,
  h.result, null, h.worker
from :schema.queue_history as h
join :schema.queue_settings as s on s.id = h.queue_id;

comment on view :schema.queue_states is
  'Every job wherever it is. at: when it may run or could have run, died or was finished, by its state.';
`,
    },
  ],
};
