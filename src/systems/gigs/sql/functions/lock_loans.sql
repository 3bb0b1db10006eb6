create or replace function :schema.lock_loans(p_workers text[]) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  perform from :schema.loans l
  where l.worker_id = any (p_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')
  order by l.id for no key update;
end
$$;
comment on function :schema.lock_loans(text[]) is
  'Locks what these workers owe, in the order of ids. Whoever pays workers calls it before the posting: loans come before the ledger, and withhold_repayment changes them after it.';
