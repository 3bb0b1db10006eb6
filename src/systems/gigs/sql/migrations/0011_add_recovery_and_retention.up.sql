alter table :schema.loans
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
