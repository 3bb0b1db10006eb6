create or replace view :schema.ledger_trial_balance as
select s.code as asset, s.decimals, count(distinct a.id) as accounts,
  coalesce(sum(b.debits), 0) * s.unit as debits, coalesce(sum(b.credits), 0) * s.unit as credits,
  coalesce(sum(b.debits - b.credits), 0) * s.unit as difference,
  coalesce(sum(b.held_debits), 0) * s.unit as held
from :schema.ledger_assets s
left join :schema.ledger_accounts a on a.asset_id = s.id
left join :schema.ledger_balances b on b.account_id = a.id
group by s.id;
comment on view :schema.ledger_trial_balance is
  'Debits and credits of each asset over all accounts, in its own unit; the difference is zero or the ledger is broken.';
