create or replace view :schema.invariant_ledger_holds_open as
select coalesce(h.hold_id, t.id) as hold_id, h.amount, t.amount as journal_amount
from :schema.ledger_holds h
full join (
  select * from :schema.ledger_transfers t
  where t.kind = 2 and not exists (select from :schema.ledger_transfers e where e.hold_id = t.id)
) as t on t.id = h.hold_id
where h.hold_id is null or t.id is null
  or (h.amount, h.debit_account, h.credit_account, h.debit_slot, h.credit_slot, h.expires_at)
    is distinct from (t.amount, t.debit_account, t.credit_account, t.debit_slot, t.credit_slot, t.expires_at);
comment on view :schema.invariant_ledger_holds_open is
  'Open holds that the journal does not have, or the other way round: a hold was changed by hand.';
