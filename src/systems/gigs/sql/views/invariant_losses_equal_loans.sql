create or replace view :schema.invariant_losses_equal_loans as
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
