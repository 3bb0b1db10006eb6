create or replace function :schema.ledger_decide(
  p_outcomes text[], p_kinds smallint[], p_holds bigint[], p_links integer[], p_debits bigint[], p_credits bigint[],
  p_debit_slots smallint[], p_credit_slots smallint[], p_debit_raises boolean[], p_credit_raises boolean[],
  p_amounts numeric[], p_held numeric[], p_debit_parts smallint[], p_credit_parts smallint[], p_debit_least numeric[],
  p_credit_least numeric[], p_debit_most numeric[], p_credit_most numeric[], p_cells bigint[], p_low numeric[],
  p_high numeric[], p_cell_slots smallint[], p_wide boolean, out outcomes text[], out short_of bigint[], out available numeric[]
)
language plpgsql immutable
as $$
-- There is no search_path setting: nothing below has a schema, and ledger_post has set one.
declare
  v_count constant integer := cardinality(p_outcomes);
  v_kind smallint;
  v_wide integer;
  v_debit integer;
  v_credit integer;
  v_amount numeric;
  v_held numeric;
  v_debit_low numeric;
  v_debit_high numeric;
  v_credit_low numeric;
  v_credit_high numeric;
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
      -- Inside its group a hold stays ended also when the group falls: who ends it twice there is told so.
      if v_failed and p_links[i - 1] is not null then v_ended := v_ended_before; end if;
      v_from := i;
      v_failed := false;
      v_known := null;
      if p_links[i] is not null then
        v_undo_cells := '{}';
        v_undo_low := '{}';
        v_undo_high := '{}';
        v_ended_before := v_ended;
      end if;
    end if;
    v_kind := p_kinds[i];
    -- What an earlier one of this batch has ended is ended, whatever else is wrong with this one.
    if v_kind > 2 and p_holds[i] = any (v_ended)
      and outcomes[i] not in ('exists', 'key_reused', 'repeat', 'hold_unknown') then
      outcomes[i] := 'hold_ended';
    end if;
    if outcomes[i] = 'new' and not v_failed then
      if v_known is true then
        outcomes[i] := 'linked';
      else
        v_known := false;
        v_wide := case when p_wide then 0 else 1 end;
        v_debit := array_position(p_cells, p_debits[i] * 64 + v_wide * p_debit_slots[i]);
        v_credit := array_position(p_cells, p_credits[i] * 64 + v_wide * p_credit_slots[i]);
        if p_cell_slots[v_debit] is distinct from p_debit_parts[i]
          or p_cell_slots[v_credit] is distinct from p_credit_parts[i] then
          raise exception 'An account was given slots while its balance was waited for.'
            using errcode = 'GH409', constraint = 'ledger_slot_short', hint = 'Call again with p_wide true.';
        end if;
        v_amount := p_amounts[i];
        if v_kind = 1 then
          v_debit_low := case when p_debit_raises[i] then v_amount else -v_amount end;
          v_credit_low := case when p_credit_raises[i] then v_amount else -v_amount end;
          v_debit_high := v_debit_low;
          v_credit_high := v_credit_low;
        else
          -- A hold takes from low where the account will pay, and adds to high where it will receive; its end gives
          -- both back, and a settlement then moves the amount.
          v_held := case v_kind when 2 then -v_amount else p_held[i] end;
          v_amount := case v_kind when 3 then v_amount else 0 end;
          v_debit_low := case when p_debit_raises[i] then v_amount else v_held - v_amount end;
          v_debit_high := case when p_debit_raises[i] then v_amount - v_held else -v_amount end;
          v_credit_low := case when p_credit_raises[i] then v_amount else v_held - v_amount end;
          v_credit_high := case when p_credit_raises[i] then v_amount - v_held else -v_amount end;
        end if;
        if v_debit_low < 0 and p_low[v_debit] + v_debit_low < p_debit_least[i] then
          outcomes[i] := 'insufficient';
          short_of[i] := p_debits[i];
          available[i] := p_low[v_debit] - p_debit_least[i];
        elsif v_credit_low < 0 and p_low[v_credit] + v_credit_low < p_credit_least[i] then
          outcomes[i] := 'insufficient';
          short_of[i] := p_credits[i];
          available[i] := p_low[v_credit] - p_credit_least[i];
        elsif v_debit_high > 0 and p_high[v_debit] + v_debit_high > p_debit_most[i] then
          outcomes[i] := 'limit';
          short_of[i] := p_debits[i];
          available[i] := p_debit_most[i] - p_high[v_debit];
        elsif v_credit_high > 0 and p_high[v_credit] + v_credit_high > p_credit_most[i] then
          outcomes[i] := 'limit';
          short_of[i] := p_credits[i];
          available[i] := p_credit_most[i] - p_high[v_credit];
        else
          p_low[v_debit] := p_low[v_debit] + v_debit_low;
          p_high[v_debit] := p_high[v_debit] + v_debit_high;
          p_low[v_credit] := p_low[v_credit] + v_credit_low;
          p_high[v_credit] := p_high[v_credit] + v_credit_high;
          if p_links[i] is not null then
            v_undo_cells := v_undo_cells || array[v_debit, v_credit];
            v_undo_low := v_undo_low || array[v_debit_low, v_credit_low];
            v_undo_high := v_undo_high || array[v_debit_high, v_credit_high];
          end if;
        end if;
        if v_kind > 2 and outcomes[i] = 'new' then v_ended := v_ended || p_holds[i]; end if;
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
      continue when p_links[i] is null;
      for k in 1 .. cardinality(v_undo_cells) loop
        p_low[v_undo_cells[k]] := p_low[v_undo_cells[k]] - v_undo_low[k];
        p_high[v_undo_cells[k]] := p_high[v_undo_cells[k]] - v_undo_high[k];
      end loop;
      for k in v_from .. i - 1 loop
        outcomes[k] := case when outcomes[k] = 'new' then 'linked' else outcomes[k] end;
      end loop;
    end if;
  end loop;
end
$$;
comment on function :schema.ledger_decide(
  text[], smallint[], bigint[], integer[], bigint[], bigint[], smallint[], smallint[], boolean[], boolean[], numeric[],
  numeric[], smallint[], smallint[], numeric[], numeric[], numeric[], numeric[], bigint[], numeric[], numeric[],
  smallint[], boolean) is
  'Goes through a batch in its order, in memory, and says of each whether limits and its group let it pass.';
