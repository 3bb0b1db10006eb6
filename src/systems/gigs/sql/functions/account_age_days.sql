create or replace function :schema.account_age_days(p_worker :schema.workers) returns integer
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- A worker registered in this very statement is a moment older than the statement: minus nothing is 0 days, not -1.
  select greatest(0, floor(extract(epoch from statement_timestamp() - p_worker.created_at) / 86400))::integer;
$$;
comment on function :schema.account_age_days(:schema.workers) is
  'Whole days since the worker registered, right at every read: account_age_days(w) for a row w of workers.';
