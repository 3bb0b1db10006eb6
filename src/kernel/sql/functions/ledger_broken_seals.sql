create or replace function :schema.ledger_broken_seals(p_from bigint, p_until bigint)
returns table (number bigint, up_to bigint, problem text)
language sql stable
set search_path = :schema, pg_temp
as $$
  with chained as (
    select s.number, s.up_to, s.transfers, s.digest, s.hash,
      lag(s.number, 1, 0::bigint) over w as number_before, lag(s.up_to, 1, 0::bigint) over w as up_to_before,
      lag(s.hash, 1, sha256(convert_to('ledger', 'UTF8'))) over w as hash_before
    from :schema.ledger_seals s
    where s.number between p_from - 1 and p_until
    window w as (order by s.number)
  )
  select c.number, c.up_to, case
      when c.number <> c.number_before + 1 then 'A seal before it is missing.'
      when c.hash <> sha256(c.hash_before || c.digest || int8send(c.number) || int8send(c.up_to))
      then 'The chain does not continue here: this seal or the one before it was changed.'
      else 'Transfers that it covers were changed, added, taken away or put in another order.'
    end
  from chained c
  where c.number >= p_from
    and (c.number <> c.number_before + 1
      or c.hash <> sha256(c.hash_before || c.digest || int8send(c.number) || int8send(c.up_to))
      or c.transfers <> (
        select count(*) from :schema.ledger_transfers t where t.id > c.up_to_before and t.id <= c.up_to)
      or c.digest is distinct from sha256(convert_to(:schema.ledger_seal_rows(c.up_to_before, c.up_to), 'UTF8')));
$$;
comment on function :schema.ledger_broken_seals(bigint, bigint) is
  'Checks seals against the journal and against each other, from one number to another; returns the broken ones.';
