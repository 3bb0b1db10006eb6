create or replace function :schema.ledger_decide(
  p_outcomes text[], p_kinds smallint[], p_holds bigint[], p_links integer[], p_debits bigint[], p_credits bigint[],
  p_debit_slots smallint[], p_credit_slots smallint[], p_debit_raises boolean[], p_credit_raises boolean[],
  p_amounts numeric[], p_held numeric[], p_cells bigint[], p_low numeric[], p_high numeric[], p_least numeric[],
  p_most numeric[], p_wide boolean, out outcomes text[], out short_of bigint[], out available numeric[]
)
language plpgsql immutable
as $$
-- There is no search_path setting: nothing below has a schema, and ledger_post has set one.
declare
  v_count constant integer := cardinality(p_outcomes);
  v_account bigint;
  v_cell integer;
  v_raises boolean;
  v_kind smallint;
  v_low numeric;
  v_high numeric;
  -- What the group has done so far, to take it back.
  v_from integer := 1;
  v_failed boolean := false;
  v_known boolean;
  v_undo_cells integer[] := '{}';
  v_undo_low numeric[] := '{}';
  v_undo_high numeric[] := '{}';
  v_ended bigint[] := '{}';
  v_ended_before bigint[] := '{}';
begin
  outcomes := p_outcomes;
  short_of := array_fill(null::bigint, array[v_count]);
  available := array_fill(null::numeric, array[v_count]);
  for i in 1 .. v_count loop
    -- Neighbours with one link number stand or fall together, and were all posted before or none was.
    if i = 1 or p_links[i] is null or p_links[i] is distinct from p_links[i - 1] then
      v_from := i;
      v_failed := false;
      v_known := null;
      v_undo_cells := '{}';
      v_ended_before := v_ended;
    end if;
    v_kind := p_kinds[i];
    if outcomes[i] = 'new' and not v_failed then
      if v_known is true then
        outcomes[i] := 'linked';
      elsif v_kind > 2 and p_holds[i] = any (v_ended) then
        outcomes[i] := 'hold_ended';
      else
        v_known := false;
        for leg in 1 .. 2 loop
          v_account := case leg when 1 then p_debits[i] else p_credits[i] end;
          v_raises := case leg when 1 then p_debit_raises[i] else p_credit_raises[i] end;
          v_cell := array_position(p_cells, v_account * 64
            + case when p_wide then 0 when leg = 1 then p_debit_slots[i] else p_credit_slots[i] end);
          -- Of a hold only the side it takes from, or will raise.
          if v_raises then
            v_low := case when v_kind in (1, 3) then p_amounts[i] else 0 end;
            v_high := case v_kind when 3 then p_amounts[i] - p_held[i] when 4 then -p_held[i] when 5 then -p_held[i]
              else p_amounts[i] end;
          else
            v_low := case v_kind when 3 then p_held[i] - p_amounts[i] when 4 then p_held[i] when 5 then p_held[i]
              else -p_amounts[i] end;
            v_high := case when v_kind in (1, 3) then -p_amounts[i] else 0 end;
          end if;
          if v_low < 0 and p_low[v_cell] + v_low < p_least[v_cell] then
            outcomes[i] := 'insufficient';
            available[i] := p_low[v_cell] - p_least[v_cell];
          elsif v_high > 0 and p_high[v_cell] + v_high > p_most[v_cell] then
            outcomes[i] := 'limit';
            available[i] := p_most[v_cell] - p_high[v_cell];
          end if;
          if outcomes[i] <> 'new' then
            short_of[i] := v_account;
            exit;
          end if;
          p_low[v_cell] := p_low[v_cell] + v_low;
          p_high[v_cell] := p_high[v_cell] + v_high;
          v_undo_cells := v_undo_cells || v_cell;
          v_undo_low[cardinality(v_undo_cells)] := v_low;
          v_undo_high[cardinality(v_undo_cells)] := v_high;
        end loop;
        if v_kind > 2 then v_ended := v_ended || p_holds[i]; end if;
      end if;
    elsif outcomes[i] = 'exists' and not v_failed then
      if v_known is false then
        outcomes[i] := 'linked';
      else
        v_known := true;
      end if;
    end if;
    if v_failed then
      outcomes[i] := case when outcomes[i] = 'new' then 'linked' else outcomes[i] end;
    elsif outcomes[i] not in ('new', 'exists', 'repeat') then
      v_failed := true;
      for k in 1 .. cardinality(v_undo_cells) loop
        p_low[v_undo_cells[k]] := p_low[v_undo_cells[k]] - v_undo_low[k];
        p_high[v_undo_cells[k]] := p_high[v_undo_cells[k]] - v_undo_high[k];
      end loop;
      v_ended := v_ended_before;
      for k in v_from .. i - 1 loop
        outcomes[k] := case when outcomes[k] = 'new' then 'linked' else outcomes[k] end;
      end loop;
    end if;
  end loop;
end
$$;
comment on function :schema.ledger_decide(
  text[], smallint[], bigint[], integer[], bigint[], bigint[], smallint[], smallint[], boolean[], boolean[], numeric[],
  numeric[], bigint[], numeric[], numeric[], numeric[], numeric[], boolean) is
  'Goes through a batch in its order, in memory, and says of each whether limits and its group let it pass.';
