create or replace function :schema.guard_status() returns trigger
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
