alter table :schema.loans
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
