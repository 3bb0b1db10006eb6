create or replace function :schema.ledger_seal(p_rows integer, p_seals integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_mark record;
  v_last record;
  v_up_to bigint;
  v_count integer;
  v_digest bytea;
  v_made integer := 0;
begin
  -- One sealer at a time: the second finds the mark taken and leaves.
  select up_to, horizon into v_mark from :schema.ledger_seal_marks for update skip locked;
  if not found then
    if exists (select from :schema.ledger_seal_marks) then return 0; end if;
    insert into :schema.ledger_seal_marks (up_to, horizon)
    select coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot()) from :schema.ledger_transfers
    on conflict do nothing;
    return 0;
  end if;
  -- An id below the mark was taken by a transaction below the horizon; while one of these runs it may still turn up.
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
  if v_made < p_seals then
    update :schema.ledger_seal_marks
    set up_to = (select max(id) from :schema.ledger_transfers), horizon = pg_snapshot_xmax(pg_current_snapshot())
    where (select max(id) from :schema.ledger_transfers) > v_mark.up_to;
  end if;
  return v_made;
end
$$;
comment on function :schema.ledger_seal(integer, integer) is
  'Seals up to p_seals times p_rows transfers that can have no late neighbour any more; returns how many seals it made.';
