create or replace function :schema.ledger_seal(p_rows integer, p_seals integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_top bigint;
  v_fresh constant boolean := pg_current_xact_id_if_assigned() is null;
  v_mark record;
  v_last record;
  v_up_to bigint;
  v_count integer;
  v_digest bytea;
  v_made integer := 0;
begin
  -- Read before this transaction gets an id of its own: a posting locks balances, and so gets its id, before it takes
  -- the number of its transfer. Whoever has a number below this one has therefore a lower id than this transaction.
  select max(id) into v_top from :schema.ledger_transfers;
  select max(up_to) into v_up_to from :schema.ledger_seals;
  -- Nothing new: an idle ledger writes nothing.
  if v_top is null or v_top <= v_up_to then return 0; end if;
  -- One sealer at a time: the second finds the mark taken and leaves.
  select up_to, horizon into v_mark from :schema.ledger_seal_marks for update skip locked;
  if not found then
    if v_fresh and not exists (select from :schema.ledger_seal_marks) then
      insert into :schema.ledger_seal_marks (up_to, horizon) values (v_top, pg_current_xact_id())
      on conflict do nothing;
    end if;
    return 0;
  end if;
  -- A number below the mark was taken by a transaction below the horizon; while one of these runs it may still turn up.
  if pg_snapshot_xmin(pg_current_snapshot()) < v_mark.horizon then return 0; end if;
  select number, up_to, hash into v_last from :schema.ledger_seals order by number desc limit 1;
  if not found then
    select 0::bigint as number, 0::bigint as up_to, sha256(convert_to('ledger', 'UTF8')) as hash into v_last;
  end if;
  while v_made < p_seals and v_last.up_to < v_mark.up_to loop
    select max(id), count(*) into v_up_to, v_count
    from (
      select id from :schema.ledger_transfers where id > v_last.up_to and id <= v_mark.up_to order by id limit p_rows
    ) as next;
    exit when v_count = 0;
    v_digest := sha256(convert_to(:schema.ledger_seal_rows(v_last.up_to, v_up_to), 'UTF8'));
    insert into :schema.ledger_seals (number, up_to, transfers, digest, hash)
    values (v_last.number + 1, v_up_to, v_count, v_digest,
      sha256(v_last.hash || v_digest || int8send(v_last.number + 1) || int8send(v_up_to)))
    returning number, up_to, hash into v_last;
    v_made := v_made + 1;
  end loop;
  if v_fresh and v_made < p_seals and v_top > v_mark.up_to then
    update :schema.ledger_seal_marks set up_to = v_top, horizon = pg_current_xact_id();
  end if;
  return v_made;
end
$$;
comment on function :schema.ledger_seal(integer, integer) is
  'Seals up to p_seals times p_rows transfers that can have no late neighbour any more; returns how many seals it made. Call it in a transaction of its own.';
