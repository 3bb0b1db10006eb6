create or replace view :schema.invariant_loans_equal_books as
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
