create or replace view :schema.invariant_sandbox_sends_once as
select s.reference, s.sends, s.amount
from :schema.sandbox_transfers s
where s.sends > 1;
comment on view :schema.invariant_sandbox_sends_once is
  'Transfers that the sandbox rail was told to send more than once: a worker sent again what it should have looked for.';
