create or replace view :schema.ledger_account_balances as
select a.id, a.code, s.code as asset, a.normal_side,
  sum(case a.normal_side when 'debit' then b.debits - b.credits else b.credits - b.debits end) * s.unit as balance,
  sum(case a.normal_side when 'debit' then b.held_debits else b.held_credits end) * s.unit as held_in,
  sum(case a.normal_side when 'debit' then b.held_credits else b.held_debits end) * s.unit as held_out,
  (sum(case a.normal_side when 'debit' then b.debits - b.credits - b.held_credits
    else b.credits - b.debits - b.held_debits end) - a.min_balance) * s.unit as available,
  sum(b.debits) * s.unit as debits, sum(b.credits) * s.unit as credits,
  a.min_balance * s.unit as min_balance, a.max_balance * s.unit as max_balance, a.slots, a.metadata, a.closed_at, a.created_at
from :schema.ledger_accounts a
join :schema.ledger_assets s on s.id = a.asset_id
join :schema.ledger_balances b on b.account_id = a.id
group by a.id, s.id;
comment on view :schema.ledger_account_balances is
  'Every account with what it has now, what is held coming in and going out, and what it may still spend, in the asset''s own unit.';
comment on column :schema.ledger_account_balances.available is 'Null: it may spend without limit.';
comment on column :schema.ledger_account_balances.min_balance is 'Null: no lowest balance.';
comment on column :schema.ledger_account_balances.max_balance is 'Null: no highest balance.';
comment on column :schema.ledger_account_balances.metadata is 'Null: none was given.';
comment on column :schema.ledger_account_balances.closed_at is 'Null: it is open.';
