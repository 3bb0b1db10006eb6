alter table :schema.loans add column written_off_at timestamptz(3);
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
