create or replace function :schema.open_books(p_kind text, p_id text) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_open record;
begin
  insert into :schema.ledger_assets (code, decimals) values ('USDC', 6) on conflict (code) do nothing;
  -- bank: money outside that stands for what we owe; a rail's account: money under way to or from outside.
  for v_open in
    select o.place, o.outcome
    from (
      select array_agg(code) as codes, array_agg(side) as sides, array_agg(least) as leasts, array_agg(parts) as parts,
        count(*)::integer as n
      from (values
        ('bank', 'debit', null::numeric, 16, 'own'), ('fees', 'credit', null, 16, 'own'),
        ('advance-fees', 'credit', null, 16, 'own'), ('losses', 'debit', null, 16, 'own'),
        ('rail', 'credit', null, 16, 'own'),
        ('worker:' || p_id, 'credit', 0, 1, 'worker'), ('advance:' || p_id, 'debit', 0, 1, 'worker'),
        ('platform:' || p_id, 'credit', 0, 1, 'platform'), ('escrow:' || p_id, 'credit', 0, 1, 'platform')
      ) as a(code, side, least, parts, kind)
      where a.kind = p_kind or (a.kind = 'own' and not exists (
        select from :schema.ledger_accounts l where l.code = a.code))
    ) as w
    cross join lateral :schema.ledger_open_accounts(
      w.codes, array_fill('USDC'::text, array[w.n]), w.sides, w.leasts, array_fill(null::numeric, array[w.n]),
      w.parts::smallint[], array_fill(null::jsonb, array[w.n])
    ) as o
  loop
    assert v_open.outcome = 'open', 'accounts of the books are ours';
  end loop;
end
$$;
comment on function :schema.open_books(text, text) is
  'Opens the ledger accounts of a worker (worker:ID balance, advance:ID what it owes) or a platform (platform:ID funds, escrow:ID set aside for work), and the common ones (bank, fees, advance-fees, losses, rail).';
