create or replace view :schema.invariant_ledger_seals_unbroken as
select b.number, b.up_to, b.problem
from :schema.ledger_broken_seals(1, coalesce((select max(number) from :schema.ledger_seals), 0)) as b;
comment on view :schema.invariant_ledger_seals_unbroken is
  'Seals that no longer fit the journal: it was changed after it was sealed. Compare with a backup from before the named seal.';
