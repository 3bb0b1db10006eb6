delete from :schema.retention_policies where name = 'inbound_events';
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
