/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../system.ts';

export const kernelSql: SqlModule = {
  name: 'kernel',
  files: [
    {
      path: "functions/begin_once.sql",
      text: `create or replace function :schema.begin_once(
  p_account text, p_key text, p_operation text, p_request_sha256 bytea
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_stored record;
begin
  if p_key is null then return null; end if;
  -- Waits for a call with the same key that is under way.
  insert into :schema.idempotency_keys (account, key, operation, request_sha256)
  values (p_account, p_key, p_operation, p_request_sha256)
  on conflict (account, key) do nothing;
  if found then return null; end if;
  select k.request_sha256, k.operation, k.answer into v_stored
  from :schema.idempotency_keys k where k.account = p_account and k.key = p_key;
  if v_stored.request_sha256 is distinct from p_request_sha256 then
    raise exception 'The idempotency key "%" was used before with other content.', p_key
      using errcode = 'GH422', column = 'idempotencyKey', constraint = 'idempotency_key_reused',
        detail = jsonb_build_object('operation', v_stored.operation)::text,
        hint = 'Send the first content again to get its answer, or use a new key for a new change.';
  end if;
  return v_stored.answer;
end
$$;
comment on function :schema.begin_once(text, text, text, bytea) is
  'For functions that do their work in one round trip: null when the work is still to do (or no key was given), else the answer stored for the key. Other content under the key is refused.';
`,
    },
    {
      path: "functions/create_api_key.sql",
      text: `create or replace function :schema.create_api_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_account_id text,
  p_name text,
  p_prefix text,
  p_key_hash bytea,
  p_roles text[],
  p_ttl_s double precision,
  p_max_keys integer
)
returns table (
  id text,
  name text,
  prefix text,
  roles text[],
  created_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  replaced_by text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
begin
  -- The lock makes the count below exact.
  select a.* into v_account
  from :schema.accounts as a
  where a.id = p_account_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'account_unknown',
      message = format('There is no account %s.', p_account_id);
  end if;

  if not p_roles <@ v_account.roles then
    raise exception using
      errcode = 'GH403',
      constraint = 'roles_not_held',
      column = 'roles',
      message = format('Account %s does not have all the roles asked for the key.', p_account_id),
      hint = 'Ask only for roles of the account; leave roles out to take all of them.';
  end if;

  v_now := clock_timestamp();

  if p_max_keys <= (
    select count(*)
    from :schema.api_keys as k
    where k.account_id = p_account_id
      and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > v_now)
  ) then
    raise exception using
      errcode = 'GH429',
      constraint = 'too_many_api_keys',
      message = format('Account %s has %s live API keys, which is the limit.', p_account_id, p_max_keys),
      hint = 'Revoke one that is not used any more.';
  end if;

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'api_key.created',
    p_id,
    jsonb_build_object('accountId', p_account_id, 'name', p_name, 'roles', coalesce(p_roles, v_account.roles))
  );

  return query
  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)
  values (
    p_id,
    p_account_id,
    p_name,
    p_prefix,
    p_key_hash,
    coalesce(p_roles, v_account.roles),
    v_now,
    v_now + make_interval(secs => p_ttl_s)
  )
  returning
    n.id,
    n.name,
    n.prefix,
    n.roles,
    n.created_at::timestamptz,
    n.expires_at::timestamptz,
    n.last_used_at::timestamptz,
    n.revoked_at::timestamptz,
    n.replaced_by;
end
$$;

comment on function :schema.create_api_key(text, text, text, text, text, text, text, bytea, text[], double precision, integer) is
  'Adds an API key within the limit of live ones. Roles null: all of the account; lifetime null: does not expire.';
`,
    },
    {
      path: "functions/end_once.sql",
      text: `create or replace function :schema.end_once(p_account text, p_key text, p_answer jsonb) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if p_key is not null then
    update :schema.idempotency_keys set answer = p_answer where account = p_account and key = p_key;
  end if;
  return p_answer;
end
$$;
comment on function :schema.end_once(text, text, jsonb) is
  'Stores the answer of work that begin_once let begin, and returns it.';
`,
    },
    {
      path: "functions/ledger_balance_at.sql",
      text: `create or replace function :schema.ledger_balance_at(p_account bigint, p_at timestamptz) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now numeric;
  v_side text;
  v_unit numeric;
begin
  -- Who is posting now has taken its time already and is waited for; who posts afterwards takes a later one. So the
  -- answer for a moment that has passed never changes any more.
  perform 1 from :schema.ledger_balances where account_id = p_account order by slot for share;
  select a.normal_side, s.unit into v_side, v_unit
  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
  where a.id = p_account;
  select sum(debits - credits) into v_now from :schema.ledger_balances where account_id = p_account;
  -- From today backwards, because people mostly ask for what was lately.
  v_now := v_now - coalesce((
    select sum(case when t.debit_account = p_account then t.amount else -t.amount end)
    from (
      select * from :schema.ledger_transfers where debit_account = p_account
      union all
      select * from :schema.ledger_transfers where credit_account = p_account
    ) as t
    where t.kind in (1, 3) and t.at > p_at
  ), 0);
  return v_now * v_unit * case v_side when 'debit' then 1 else -1 end;
end
$$;
comment on function :schema.ledger_balance_at(bigint, timestamptz) is
  'Balance of an account right after the last posting at or before a moment, in the asset''s own unit; null when there is no such account.';
`,
    },
    {
      path: "functions/ledger_broken_seals.sql",
      text: `create or replace function :schema.ledger_broken_seals(p_from bigint, p_until bigint)
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
`,
    },
    {
      path: "functions/ledger_change_account.sql",
      text: `create or replace function :schema.ledger_change_account(
  p_code text, p_min numeric, p_max numeric, p_slots smallint, p_closed boolean
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_account record;
  v_free numeric;
  v_full numeric;
begin
  select a.*, s.factor into v_account
  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
  where a.code = p_code
  for no key update of a;
  if not found then return 'unknown'; end if;
  perform 1 from :schema.ledger_balances where account_id = v_account.id order by slot for no key update;
  select
    sum(case v_account.normal_side when 'debit' then debits - credits - held_credits else credits - debits - held_debits end),
    sum(case v_account.normal_side when 'debit' then debits - credits + held_debits else credits - debits + held_credits end)
  into v_free, v_full
  from :schema.ledger_balances where account_id = v_account.id;
  if v_free < p_min * v_account.factor or v_full > p_max * v_account.factor then return 'outside'; end if;
  if p_closed and (v_free <> 0 or v_full <> 0) then return 'not_empty'; end if;
  if p_slots < v_account.slots then return 'fewer_slots'; end if;
  update :schema.ledger_accounts
  set min_balance = p_min * v_account.factor, max_balance = p_max * v_account.factor,
    slots = coalesce(p_slots, slots),
    closed_at = case when p_closed then coalesce(closed_at, clock_timestamp()) end
  where id = v_account.id;
  insert into :schema.ledger_balances (account_id, asset_id, slot)
  select v_account.id, v_account.asset_id, s.slot
  from generate_series(v_account.slots, coalesce(p_slots, v_account.slots) - 1) as s(slot);
  -- Each slot keeps its part of the limits by itself, which holds only from equal parts on.
  perform :schema.ledger_level_slots(array[v_account.id]);
  return 'changed';
end
$$;
comment on function :schema.ledger_change_account(text, numeric, numeric, smallint, boolean) is
  'Sets limits, slots (never fewer) and whether an account is closed; refused where the balance does not allow it.';
`,
    },
    {
      path: "functions/ledger_check_accounts.sql",
      text: `create or replace function :schema.ledger_check_accounts() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_transfer bigint;
begin
  -- Each look-up is lateral with a limit, so that it is planned as one by key and not as a join of whole tables.
  select n.id into v_transfer
  from added n
  left join lateral (
    select true as found from :schema.ledger_balances b
    where b.account_id = n.debit_account and b.asset_id = n.asset_id and b.slot = n.debit_slot limit 1
  ) as d on true
  left join lateral (
    select true as found from :schema.ledger_balances b
    where b.account_id = n.credit_account and b.asset_id = n.asset_id and b.slot = n.credit_slot limit 1
  ) as c on true
  where d.found is null or c.found is null
  limit 1;
  if found then
    raise exception 'Transfer % is between accounts that are not there, or not of its asset.', v_transfer
      using errcode = 'foreign_key_violation', table = 'ledger_transfers',
        constraint = 'ledger_transfers_accounts_known', hint = 'Post with ledger_post.';
  end if;
  return null;
end
$$;
comment on function :schema.ledger_check_accounts() is
  'Trigger of the journal: both sides of a transfer are balances of its asset. What a foreign key would check row by row, once a statement.';
`,
    },
    {
      path: "functions/ledger_decide.sql",
      text: `create or replace function :schema.ledger_decide(
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
`,
    },
    {
      path: "functions/ledger_keep_balances.sql",
      text: `create or replace function :schema.ledger_keep_balances() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  raise exception 'The journal refers to %: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'foreign_key_violation', constraint = tg_name, hint = 'Close the account instead.';
end
$$;
comment on function :schema.ledger_keep_balances() is
  'Trigger of balances: a row is never taken away or given to another account, since transfers refer to it.';
`,
    },
    {
      path: "functions/ledger_key.sql",
      text: `create or replace function :schema.ledger_key(p_key text) returns uuid
language sql immutable parallel safe
set search_path = :schema, pg_temp
as $$
  select encode(substring(sha256(convert_to(p_key, 'UTF8')) from 1 for 16), 'hex')::uuid;
$$;
comment on function :schema.ledger_key(text) is
  'The caller''s idempotency key as the journal keeps it: 128 bits, whatever its length.';
`,
    },
    {
      path: "functions/ledger_level_slots.sql",
      text: `create or replace function :schema.ledger_level_slots(p_accounts bigint[]) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  with own as (
    select b.account_id, b.slot,
      case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits
        else b.credits - b.debits - b.held_debits end as free
    from :schema.ledger_balances b
    join :schema.ledger_accounts a on a.id = b.account_id
    where b.account_id = any (p_accounts) and a.slots > 1
  ), shared as (
    select account_id, slot, free, sum(free) over whole as total, count(*) over whole as slots,
      div(sum(free) over whole, count(*) over whole)
        - case when mod(sum(free) over whole, count(*) over whole) < 0 then 1 else 0 end as part
    from own
    window whole as (partition by account_id)
  )
  update :schema.ledger_balances b
  -- The rest goes one by one, so that no two parts differ by more than the smallest unit.
  set shift = s.part + case when s.slot < s.total - s.slots * s.part then 1 else 0 end - s.free
  from shared s
  where b.account_id = s.account_id and b.slot = s.slot;
$$;
comment on function :schema.ledger_level_slots(bigint[]) is
  'Gives every slot of these accounts an equal part of what is free. The caller holds all slots locked.';
`,
    },
    {
      path: "functions/ledger_open_accounts.sql",
      text: `create or replace function :schema.ledger_open_accounts(
  p_codes text[], p_assets text[], p_sides text[], p_mins numeric[], p_maxs numeric[], p_slots smallint[], p_metadata jsonb[]
) returns table (place integer, outcome text, id bigint)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
begin
  with input as (
    select t.*, s.id as asset_id, t.least * s.factor as min_balance, t.most * s.factor as max_balance
    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs, p_slots, p_metadata)
      with ordinality as t(code, asset, side, least, most, slots, metadata, place)
    join :schema.ledger_assets s on s.code = t.asset
  ), made as (
    insert into :schema.ledger_accounts (code, asset_id, normal_side, min_balance, max_balance, slots, metadata)
    select code, asset_id, side, min_balance, max_balance, slots, metadata from input
    order by place
    on conflict (code) do nothing
    returning id, asset_id, slots
  )
  insert into :schema.ledger_balances (account_id, asset_id, slot)
  select m.id, m.asset_id, s.slot from made m cross join lateral generate_series(0, m.slots - 1) as s(slot);
  return query
    select t.place::integer,
      case
        when s.id is null then 'asset_unknown'
        when a.asset_id = s.id and a.normal_side = t.side
          and a.min_balance is not distinct from t.least * s.factor
          and a.max_balance is not distinct from t.most * s.factor
        then 'open'
        else 'different'
      end,
      a.id
    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs)
      with ordinality as t(code, asset, side, least, most, place)
    left join :schema.ledger_assets s on s.code = t.asset
    left join :schema.ledger_accounts a on a.code = t.code
    order by t.place;
end
$$;
comment on function :schema.ledger_open_accounts(text[], text[], text[], numeric[], numeric[], smallint[], jsonb[]) is
  'Opens accounts by their codes; those that are there already are left as they are, and told apart when they differ.';
`,
    },
    {
      path: "functions/ledger_post.sql",
      text: `create or replace function :schema.ledger_post(
  p_keys text[], p_kinds smallint[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_holds bigint[],
  p_hold_s integer[], p_links integer[], p_references text[], p_metadata jsonb[], p_wide boolean default false
) returns table (place integer, outcome text, id bigint, at timestamptz, account_id bigint, available numeric)
language plpgsql
-- A plan made for these arrays' lengths would be made anew at every call; one made while the tables were small would
-- read them whole for ever. Every join below is by a key, and lateral with a limit, so that it is planned as one.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_count constant integer := coalesce(cardinality(p_keys), 0);
  v_seed constant integer := floor(random() * 1000000);
  v_at timestamptz;
  -- By place in the call.
  v_outcomes text[];
  v_ids bigint[];
  v_ats timestamptz[];
  v_firsts integer[];
  v_keys uuid[];
  v_debits bigint[];
  v_credits bigint[];
  v_assets smallint[];
  v_debit_slots smallint[];
  v_credit_slots smallint[];
  v_amounts numeric[];
  v_held numeric[];
  v_debit_raises boolean[];
  v_credit_raises boolean[];
  v_debit_parts smallint[];
  v_credit_parts smallint[];
  v_debit_least numeric[];
  v_credit_least numeric[];
  v_debit_most numeric[];
  v_credit_most numeric[];
  v_decision record;
  v_short bigint[];
  v_left numeric[];
  -- By cell, which is a slot of an account, or a whole account when wide: what it may still spend (low) and what it
  -- may come to (high).
  v_cells bigint[];
  v_low numeric[];
  v_high numeric[];
  v_cell_slots smallint[];
  v_new_ids bigint[];
  v_next integer := 0;
begin
  if not p_wide and 1 = all (p_kinds) and 0 < all (p_amounts) and 1e60 > all (p_amounts) then
    return query select * from :schema.ledger_post_plain(p_keys, p_debits, p_credits, p_amounts, p_references, p_metadata);
    if found then return; end if;
  end if;
  -- Balances are locked in the order of ids, always: callers then wait in a line and not in a circle.
  if not p_wide and cardinality(array_remove(p_holds, null)) = 0 then
    -- The same as below for what most calls are: one slot an account, no hold that ends. A third of the work.
    select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.slots), max(c.last_at)
    into v_cells, v_low, v_high, v_cell_slots, v_at
    from (
      select a.id * 64 + b.slot as cell, b.last_at, a.slots,
        case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits
          else b.credits - b.debits - b.held_debits end + b.shift as low,
        case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits
          else b.credits - b.debits + b.held_credits end + b.shift as high
      from (select unnest(p_debits) union select unnest(p_credits) order by 1) as named(id)
      cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a
      cross join lateral (
        select * from :schema.ledger_balances b
        where b.account_id = a.id and b.asset_id = a.asset_id and b.slot = v_seed % a.slots
        for no key update
      ) as b
    ) as c;
  else
    with wanted as (
      select a.id, s.slot::smallint as slot
      from (select unnest(p_debits) union select unnest(p_credits)) as named(id)
      cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a
      cross join lateral generate_series(
        case when p_wide then 0 else v_seed % a.slots end, case when p_wide then a.slots - 1 else v_seed % a.slots end
      ) as s(slot)
      union
      select h.debit_account, h.debit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)
      union
      select h.credit_account, h.credit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)
    ), locked as (
      select w.id * 64 + case when p_wide then 0 else w.slot end as cell, b.last_at,
        case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits
          else b.credits - b.debits - b.held_debits end + b.shift as low,
        case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits
          else b.credits - b.debits + b.held_credits end + b.shift as high,
        a.slots
      from (select w.id, w.slot from wanted w order by w.id, w.slot) as w
      cross join lateral (select * from :schema.ledger_accounts a where a.id = w.id limit 1) as a
      cross join lateral (
        select * from :schema.ledger_balances b
        where b.account_id = w.id and b.asset_id = a.asset_id and b.slot = w.slot
        for no key update
      ) as b
    )
    select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.slots), max(c.last_at)
    into v_cells, v_low, v_high, v_cell_slots, v_at
    from (
      select cell, sum(low) as low, sum(high) as high, min(slots) as slots, max(last_at) as last_at
      from locked group by cell
    ) as c;
  end if;
  -- After the locks: who posts to one of these accounts later is later in time as well.
  v_at := greatest(clock_timestamp(), v_at + interval '1 microsecond');

  with valued as materialized (
    select t.*, h.hold_id as open_hold, h.amount as held, h.expires_at,
      d.id as debit_id, c.id as credit_id, d.asset_id, c.asset_id as credit_asset,
      coalesce(d.closed_at, c.closed_at) is not null as closed,
      coalesce(h.debit_slot, v_seed % d.slots)::smallint as debit_slot,
      coalesce(h.credit_slot, v_seed % c.slots)::smallint as credit_slot,
      d.normal_side = 'debit' as debit_raises, c.normal_side = 'credit' as credit_raises,
      d.slots as debit_parts, c.slots as credit_parts,
      -- Limits as they are now that the balances are locked. What is held coming in is not spread evenly over slots, so
      -- only who holds them all can tell whether there is room.
      case when p_wide then d.min_balance else ceil(d.min_balance / d.slots) end as debit_least,
      case when p_wide then c.min_balance else ceil(c.min_balance / c.slots) end as credit_least,
      case when p_wide or d.slots = 1 then d.max_balance when d.max_balance is not null then '-infinity' end as debit_most,
      case when p_wide or c.slots = 1 then c.max_balance when c.max_balance is not null then '-infinity' end as credit_most,
      case when t.kind < 3 or t.given is not null then t.given * s.factor else h.amount end as amount,
      first_value(t.place) over (partition by t.digest order by t.place) as first_place
    from (
      select u.*, encode(substring(sha256(convert_to(u.key, 'UTF8')) from 1 for 16), 'hex')::uuid as digest
      from unnest(p_keys, p_kinds, p_debits, p_credits, p_amounts, p_holds, p_hold_s, p_references, p_metadata)
        with ordinality as u(key, kind, debit, credit, given, hold, hold_s, reference, metadata, place)
    ) as t
    left join lateral (select * from :schema.ledger_holds h where h.hold_id = t.hold limit 1) as h on true
    left join lateral (
      select * from :schema.ledger_accounts d where d.id = coalesce(h.debit_account, t.debit) limit 1) as d on true
    left join lateral (
      select * from :schema.ledger_accounts c where c.id = coalesce(h.credit_account, t.credit) limit 1) as c on true
    left join lateral (select * from :schema.ledger_assets s where s.id = d.asset_id limit 1) as s on true
  ), judged as (
    select v.*, e.id as known_id, e.at as known_at,
      case
        when e.id is not null then case
          when e.kind = v.kind and e.hold_id is not distinct from v.hold
            and (v.kind > 2 or (e.debit_account = v.debit and e.credit_account = v.credit))
            and case
              when v.given is not null
              then v.given = e.amount * (select unit from :schema.ledger_assets k where k.id = e.asset_id)
              when v.kind = 3 then e.amount = (select t.amount from :schema.ledger_transfers t where t.id = e.hold_id)
              else true end
            and e.expires_at is not distinct from e.at + make_interval(secs => v.hold_s)
            and e.reference is not distinct from v.reference and e.metadata is not distinct from v.metadata
          then 'exists' else 'key_reused' end
        when v.first_place < v.place then case
          when (v.kind, v.debit, v.credit, v.given, v.hold, v.hold_s, v.reference, v.metadata) is not distinct from
            (p_kinds[v.first_place], p_debits[v.first_place], p_credits[v.first_place], p_amounts[v.first_place],
              p_holds[v.first_place], p_hold_s[v.first_place], p_references[v.first_place], p_metadata[v.first_place])
          then 'repeat' else 'key_reused' end
        when v.kind > 2 and v.open_hold is null then case
          when exists (select from :schema.ledger_transfers t where t.id = v.hold and t.kind = 2)
          then 'hold_ended' else 'hold_unknown' end
        when v.kind = 3 and v.expires_at <= v_at then 'hold_expired'
        when v.kind = 5 and (v.expires_at is null or v.expires_at > v_at) then 'hold_not_expired'
        when v.debit_id is null then 'debit_unknown'
        when v.credit_id is null then 'credit_unknown'
        when v.debit_id = v.credit_id then 'same_account'
        when v.asset_id <> v.credit_asset then 'asset_mismatch'
        when v.closed and v.kind < 3 then 'account_closed'
        when v.amount is null or not (v.amount > 0 and v.amount < 'infinity') then 'amount_invalid'
        when v.amount <> trunc(v.amount) then 'amount_too_fine'
        when v.amount >= 1e60 then 'amount_too_large'
        when v.kind > 2 and v.amount > v.held then 'amount_exceeds_hold'
        else 'new'
      end as judgement
    from valued v
    left join lateral (select * from :schema.ledger_transfers e where e.key = v.digest limit 1) as e on true
  )
  select array_agg(judgement order by place), array_agg(known_id order by place), array_agg(known_at order by place),
    array_agg(first_place::integer order by place), array_agg(digest order by place), array_agg(debit_id order by place),
    array_agg(credit_id order by place), array_agg(asset_id order by place), array_agg(debit_slot order by place),
    array_agg(credit_slot order by place), array_agg(amount order by place), array_agg(held order by place),
    array_agg(debit_raises order by place), array_agg(credit_raises order by place),
    array_agg(debit_parts order by place), array_agg(credit_parts order by place),
    array_agg(debit_least order by place), array_agg(credit_least order by place),
    array_agg(debit_most order by place), array_agg(credit_most order by place)
  into v_outcomes, v_ids, v_ats, v_firsts, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots,
    v_amounts, v_held, v_debit_raises, v_credit_raises, v_debit_parts, v_credit_parts, v_debit_least, v_credit_least,
    v_debit_most, v_credit_most
  from judged;

  v_decision := :schema.ledger_decide(
    v_outcomes, p_kinds, p_holds, p_links, v_debits, v_credits, v_debit_slots, v_credit_slots, v_debit_raises,
    v_credit_raises, v_amounts, v_held, v_debit_parts, v_credit_parts, v_debit_least, v_credit_least, v_debit_most,
    v_credit_most, v_cells, v_low, v_high, v_cell_slots, p_wide);
  v_outcomes := v_decision.outcomes;
  v_short := v_decision.short_of;
  v_left := v_decision.available;
  -- Other slots of the account may have what this one lacks; only who holds them all can tell.
  if not p_wide and exists (select from :schema.ledger_accounts a where a.id = any (v_short) and a.slots > 1) then
    raise exception 'A slot has too little left.'
      using errcode = 'GH409', constraint = 'ledger_slot_short', hint = 'Call again with p_wide true.';
  end if;
  if 'new' = any (v_outcomes) then
    v_new_ids := :schema.ledger_record(
      v_at, v_outcomes, p_kinds, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots, v_amounts,
      v_held, p_holds, p_hold_s, p_references, p_metadata);
    if p_wide then
      perform :schema.ledger_level_slots(v_debits || v_credits);
    end if;
    for i in 1 .. v_count loop
      if v_outcomes[i] = 'new' then
        v_next := v_next + 1;
        v_outcomes[i] := 'posted';
        v_ids[i] := v_new_ids[v_next];
        v_ats[i] := v_at;
      end if;
    end loop;
  end if;
  return query
    select t.place::integer,
      case when t.outcome <> 'repeat' then t.outcome when v_outcomes[t.first] = 'posted' then 'exists'
        else v_outcomes[t.first] end,
      case when t.outcome = 'repeat' then v_ids[t.first] else t.id end,
      case when t.outcome = 'repeat' then v_ats[t.first] else t.at end,
      t.short_of,
      case when t.short_of is not null then t.available * (
        select s.unit from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
        where a.id = t.short_of) end
    from unnest(v_outcomes, v_ids, v_ats, v_firsts, v_short, v_left)
      with ordinality as t(outcome, id, at, first, short_of, available, place)
    order by t.place;
end
$$;
comment on function :schema.ledger_post(
  text[], smallint[], bigint[], bigint[], numeric[], bigint[], integer[], integer[], text[], jsonb[], boolean) is
  'Posts a batch in one go: the good ones are kept and the bad ones refused one by one with an outcome each, but neighbours with one link number stand or fall together. Kinds as in ledger_transfers; amounts in the asset''s own unit.';
`,
    },
    {
      path: "functions/ledger_post_plain.sql",
      text: `create or replace function :schema.ledger_post_plain(
  p_keys text[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_references text[], p_metadata jsonb[]
) returns table (place integer, outcome text, id bigint, at timestamptz, account_id bigint, available numeric)
language plpgsql
as $$
#variable_conflict use_column
-- There is no search_path setting: every name below says its schema, and the caller, such as ledger_post, has made the
-- others.
declare
  v_seed constant integer := floor(random() * 1000000);
  v_at timestamptz;
  -- By account.
  v_accounts bigint[];
  v_slots smallint[];
  v_low numeric[];
  v_high numeric[];
  v_asset smallint;
  v_other_asset smallint;
  v_factor numeric;
  v_ids bigint[];
begin
  -- Balances are locked in the order of ids, as in ledger_post, by being changed at once. What turns out not to be
  -- plain takes all of it back.
  with moved as (
    update :schema.ledger_balances b
    set debits = b.debits + s.debits, credits = b.credits + s.credits,
      last_at = greatest(clock_timestamp(), b.last_at + interval '1 microsecond')
    from (
      select a.id, a.asset_id, (v_seed % a.slots)::smallint as slot, a.slots, a.normal_side, f.factor,
        l.debits * f.factor as debits, l.credits * f.factor as credits
      from (
        select l.account, coalesce(sum(l.debit), 0) as debits, coalesce(sum(l.credit), 0) as credits
        from (
          select unnest(p_debits), unnest(p_amounts), null::numeric
          union all
          select unnest(p_credits), null, unnest(p_amounts)
        ) as l(account, debit, credit)
        group by l.account
        order by l.account
      ) as l
      cross join lateral (select * from :schema.ledger_accounts a where a.id = l.account limit 1) as a
      cross join lateral (select k.factor from :schema.ledger_assets k where k.id = a.asset_id limit 1) as f
    ) as s
    where b.account_id = s.id and b.asset_id = s.asset_id and b.slot = s.slot
    -- The lowest and highest balance that any order of these transfers could have led through.
    returning b.account_id, b.asset_id, b.last_at, s.slots, s.factor,
      case when s.normal_side = 'debit' then b.debits - s.debits - b.credits - b.held_credits
        else b.credits - s.credits - b.debits - b.held_debits end + b.shift as low,
      case when s.normal_side = 'debit' then b.debits - b.credits + s.credits + b.held_debits
        else b.credits - b.debits + s.debits + b.held_credits end + b.shift as high
  )
  select array_agg(m.account_id), array_agg(m.slots), array_agg(m.low), array_agg(m.high), min(m.asset_id),
    max(m.asset_id), min(m.factor), max(m.last_at)
  into v_accounts, v_slots, v_low, v_high, v_asset, v_other_asset, v_factor, v_at
  from moved m;
  -- After the locks: who posts to one of these accounts later is later in time.
  v_at := greatest(clock_timestamp(), v_at);

  -- Terms as they are now that the balances are locked. One asset only; accounts that are there, open, and far enough
  -- from their limits that no order matters.
  if v_asset <> v_other_asset or not (
    select bool_and(
      a.closed_at is null and a.slots = c.slots
      and (a.min_balance is null or c.low >= ceil(a.min_balance / a.slots))
      and (a.max_balance is null or (a.slots = 1 and c.high <= a.max_balance)))
    from unnest(v_accounts, v_slots, v_low, v_high) as c(account, slots, low, high)
    cross join lateral (select * from :schema.ledger_accounts a where a.id = c.account limit 1) as a
  ) then
    raise exception 'not plain' using errcode = 'GH000';
  end if;

  -- An account that is not there has no slot; the same account twice, an amount that is too fine or a key that was used
  -- violate a constraint of the journal: all of that is judged, and told, by ledger_post.
  with posted as (
    insert into :schema.ledger_transfers (id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot,
      kind, amount, reference, metadata)
    overriding system value
    select nextval(':schema.ledger_transfers_id_seq'), v_at, t.debit, t.credit,
      encode(substring(sha256(convert_to(t.key, 'UTF8')) from 1 for 16), 'hex')::uuid, v_asset,
      v_seed % v_slots[array_position(v_accounts, t.debit)], v_seed % v_slots[array_position(v_accounts, t.credit)],
      1, t.amount * v_factor, t.reference, t.metadata
    from unnest(p_keys, p_debits, p_credits, p_amounts, p_references, p_metadata)
      as t(key, debit, credit, amount, reference, metadata)
    returning id
  )
  select array_agg(p.id order by p.id) into v_ids from posted p;
  return query
    select i.place, 'posted'::text, v_ids[i.place], v_at, null::bigint, null::numeric
    from generate_subscripts(v_ids, 1) as i(place);
exception
  when sqlstate 'GH000' or unique_violation or check_violation or not_null_violation then
    return;
end
$$;
comment on function :schema.ledger_post_plain(text[], bigint[], bigint[], numeric[], text[], jsonb[]) is
  'Posts what most calls are, new transfers that nothing speaks against, in half of the time; posts nothing and returns no row when anything else is among them.';
`,
    },
    {
      path: "functions/ledger_reconcile.sql",
      text: `create or replace function :schema.ledger_reconcile(
  p_account bigint, p_from timestamptz, p_until timestamptz, p_references text[], p_amounts numeric[]
) returns table (outcome text, reference text, ledger_amount numeric, outside_amount numeric, transfer_ids bigint[])
language sql volatile
set search_path = :schema, pg_temp
as $$
  with ledger as (
    select t.reference, array_agg(t.id order by t.id) as ids,
      sum(case when (t.debit_account = p_account) = (a.normal_side = 'debit') then t.amount else -t.amount end) * s.unit
        as amount
    from (
      select * from :schema.ledger_transfers where debit_account = p_account
      union all
      select * from :schema.ledger_transfers where credit_account = p_account
    ) as t
    join :schema.ledger_accounts a on a.id = p_account
    join :schema.ledger_assets s on s.id = a.asset_id
    where t.kind in (1, 3) and t.at >= p_from and t.at < p_until
    group by t.reference, s.unit
  ), outside as (
    select reference, sum(amount) as amount from unnest(p_references, p_amounts) as o(reference, amount) group by reference
  )
  select case
      when o.reference is null then 'missing_outside'
      when l.ids is null then 'missing_in_ledger'
      when l.amount = o.amount then 'matched'
      else 'different'
    end, coalesce(l.reference, o.reference), l.amount, o.amount, l.ids
  from ledger l full join outside o on o.reference = l.reference
  order by 2 nulls last;
$$;
comment on function :schema.ledger_reconcile(bigint, timestamptz, timestamptz, text[], numeric[]) is
  'Compares an account''s postings, summed by reference, with a list from outside. Signs: what raises the balance is positive.';
`,
    },
    {
      path: "functions/ledger_record.sql",
      text: `create or replace function :schema.ledger_record(
  p_at timestamptz, p_outcomes text[], p_kinds smallint[], p_keys uuid[], p_debits bigint[], p_credits bigint[],
  p_assets smallint[], p_debit_slots smallint[], p_credit_slots smallint[], p_amounts numeric[], p_held numeric[],
  p_holds bigint[], p_hold_s integer[], p_references text[], p_metadata jsonb[]
) returns bigint[]
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and ledger_post has made the others.
declare
  v_ids bigint[];
begin
  with accepted as materialized (
    select nextval(':schema.ledger_transfers_id_seq') as id, t.*
    from unnest(p_outcomes, p_kinds, p_keys, p_debits, p_credits, p_assets, p_debit_slots, p_credit_slots, p_amounts,
        p_held, p_holds, p_hold_s, p_references, p_metadata)
      with ordinality as t(outcome, kind, key, debit, credit, asset, debit_slot, credit_slot, amount,
        held, hold, hold_s, reference, metadata, place)
    where t.outcome = 'new'
  ), posted as (
    insert into :schema.ledger_transfers (id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot,
      kind, amount, hold_id, expires_at, reference, metadata)
    overriding system value
    select id, p_at, debit, credit, key, asset, debit_slot, credit_slot, kind, amount, hold,
      p_at + make_interval(secs => hold_s), reference, metadata
    from accepted
    order by place
  ), opened as (
    insert into :schema.ledger_holds (hold_id, debit_account, credit_account, asset_id, debit_slot, credit_slot, amount,
      expires_at)
    select id, debit, credit, asset, debit_slot, credit_slot, amount, p_at + make_interval(secs => hold_s)
    from accepted where kind = 2
  ), ended as (
    delete from :schema.ledger_holds where hold_id in (select hold from accepted where kind > 2)
  ), sums as (
    select l.account, l.asset, l.slot, sum(l.debits) as debits, sum(l.credits) as credits,
      sum(l.held_debits) as held_debits, sum(l.held_credits) as held_credits
    from accepted a
    cross join lateral (
      select case when a.kind in (1, 3) then a.amount else 0 end as moved,
        case when a.kind = 2 then a.amount when a.kind > 2 then -a.held else 0 end as holding
    ) as m
    cross join lateral (values
      (a.debit, a.asset, a.debit_slot, m.moved, 0, m.holding, 0), (a.credit, a.asset, a.credit_slot, 0, m.moved, 0, m.holding)
    ) as l(account, asset, slot, debits, credits, held_debits, held_credits)
    group by 1, 2, 3
  ), balanced as (
    update :schema.ledger_balances b
    set debits = b.debits + s.debits, credits = b.credits + s.credits, held_debits = b.held_debits + s.held_debits,
      held_credits = b.held_credits + s.held_credits, last_at = p_at
    from sums s
    where b.account_id = s.account and b.asset_id = s.asset and b.slot = s.slot
  )
  select array_agg(id order by place) into v_ids from accepted;
  return v_ids;
end
$$;
comment on function :schema.ledger_record(
  timestamptz, text[], smallint[], uuid[], bigint[], bigint[], smallint[], smallint[], smallint[], numeric[], numeric[],
  bigint[], integer[], text[], jsonb[]) is
  'Writes what ledger_post has decided: transfers, holds and balances in one statement; returns the ids in the order of the call.';
`,
    },
    {
      path: "functions/ledger_seal.sql",
      text: `create or replace function :schema.ledger_seal(p_rows integer, p_seals integer) returns integer
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
`,
    },
    {
      path: "functions/ledger_seal_rows.sql",
      text: `create or replace function :schema.ledger_seal_rows(p_after bigint, p_up_to bigint) returns text
language sql stable
set search_path = :schema, pg_temp
as $$
  -- Every column, in a form that no setting of the session changes; the order is part of what is sealed.
  select string_agg(concat_ws(' ', t.id, extract(epoch from at), t.debit_account, t.debit_slot, t.credit_account,
    t.credit_slot, t.asset_id, t.kind, t.key, t.amount, coalesce(t.hold_id::text, '-'),
    coalesce(extract(epoch from expires_at)::text, '-'), quote_nullable(t.reference), quote_nullable(t.metadata::text)),
    e'\\n' order by t.id)
  from :schema.ledger_transfers t
  where t.id > p_after and t.id <= p_up_to;
$$;
comment on function :schema.ledger_seal_rows(bigint, bigint) is
  'The transfers after one id, up to and with another, as the text whose SHA-256 is the digest of their seal; null when there are none.';
`,
    },
    {
      path: "functions/ledger_statement.sql",
      text: `create or replace function :schema.ledger_statement(
  p_account bigint, p_from timestamptz, p_until timestamptz, p_after_at timestamptz, p_after_id bigint,
  p_after_balance numeric, p_limit integer
) returns table (
  id bigint, at timestamptz, kind smallint, side text, other_account text, amount numeric, balance numeric,
  hold_id bigint, reference text, metadata jsonb
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_opening numeric := p_after_balance;
  v_side text;
  v_unit numeric;
begin
  perform 1 from :schema.ledger_balances where account_id = p_account order by slot for share;
  select a.normal_side, s.unit into v_side, v_unit
  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
  where a.id = p_account;
  if v_opening is null then
    v_opening := :schema.ledger_balance_at(p_account, p_from - interval '1 microsecond');
  end if;
  return query
    with moved as (
      select t.*, 'debit' as on_side, t.credit_account as other,
        case v_side when 'debit' then t.amount else -t.amount end * v_unit as change
      from :schema.ledger_transfers t
      where t.debit_account = p_account and t.kind in (1, 3) and t.at >= p_from and t.at < p_until
        and (p_after_id is null or (t.at, t.id) > (p_after_at, p_after_id))
      union all
      select t.*, 'credit', t.debit_account, case v_side when 'credit' then t.amount else -t.amount end * v_unit
      from :schema.ledger_transfers t
      where t.credit_account = p_account and t.kind in (1, 3) and t.at >= p_from and t.at < p_until
        and (p_after_id is null or (t.at, t.id) > (p_after_at, p_after_id))
    ), page as (
      select * from moved order by moved.at, moved.id limit p_limit
    )
    select p.id, p.at, p.kind, p.on_side, a.code, p.amount * v_unit,
      v_opening + sum(p.change) over (order by p.at, p.id), p.hold_id, p.reference, p.metadata
    from page p join :schema.ledger_accounts a on a.id = p.other
    order by p.at, p.id;
end
$$;
comment on function :schema.ledger_statement(bigint, timestamptz, timestamptz, timestamptz, bigint, numeric, integer) is
  'Postings of an account from p_from up to before p_until, oldest first, each with the balance after it. Goes on after (p_after_at, p_after_id), where the balance was p_after_balance.';
`,
    },
    {
      path: "functions/open_account_session.sql",
      text: `create or replace function :schema.open_account_session(
  p_account_id text,
  p_session_id text,
  p_token_hash bytea,
  p_verified_hash text,
  p_better_hash text,
  p_ttl_s double precision,
  p_max_sessions integer,
  p_own_key boolean
)
returns table (
  id text,
  kind text,
  login text,
  roles text[],
  disabled_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  issued_at timestamptz,
  expires_at timestamptz,
  kid text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
  v_expires_at timestamptz(3);
begin
  -- The lock orders sign-ins of one account among themselves and against a change of its password:
  -- a password that was verified before the change does not open a session after it.
  select a.* into v_account
  from :schema.accounts as a
  where a.id = p_account_id
    and a.disabled_at is null
    and (p_verified_hash is null or a.password_hash = p_verified_hash)
  for no key update;

  if not found then
    return;
  end if;

  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_ttl_s);

  if p_better_hash is not null then
    update :schema.accounts as a
    set password_hash = p_better_hash
    where a.id = p_account_id;
  end if;

  insert into :schema.account_sessions (id, account_id, epoch, created_at, refreshed_at, expires_at)
  values (p_session_id, p_account_id, v_account.session_epoch, v_now, v_now, v_expires_at);

  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)
  values (p_token_hash, p_session_id, 1, v_now);

  update :schema.account_sessions as s
  set revoked_at = v_now,
      revoked_reason = 'too_many'
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.account_id = p_account_id
      and o.epoch = v_account.session_epoch
      and o.revoked_at is null
      and o.expires_at > v_now
      and o.id <> p_session_id
    order by o.created_at desc, o.id desc
    offset p_max_sessions - 1
  );

  return query
  select
    v_account.id,
    v_account.kind,
    v_account.login,
    v_account.roles,
    v_account.disabled_at::timestamptz,
    v_account.created_at::timestamptz,
    v_account.updated_at::timestamptz,
    v_now::timestamptz,
    v_expires_at::timestamptz,
    case when p_own_key then :schema.signing_key() end;
end
$$;

comment on function :schema.open_account_session(text, text, bytea, text, text, double precision, integer, boolean) is
  'Opens a session with its first refresh token; no row when the account is unknown, disabled or has another password by now. The oldest sessions beyond the greatest number end.';
`,
    },
    {
      path: "functions/purge_accounts.sql",
      text: `create or replace function :schema.purge_accounts(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_sessions integer;
  v_keys integer;
begin
  delete from :schema.account_sessions as s
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.expires_at < now() - interval '1 day'
    order by o.expires_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_sessions = row_count;

  -- Ninety days: long enough to look up in a report which key was used.
  delete from :schema.api_keys as k
  where k.id in (
    select o.id
    from :schema.api_keys as o
    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'
    limit p_limit
    for update skip locked
  );
  get diagnostics v_keys = row_count;

  delete from :schema.auth_secrets as s
  where s.verify_until < now() - interval '1 day';

  return greatest(v_sessions, v_keys);
end
$$;

comment on function :schema.purge_accounts(integer) is
  'Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.';
`,
    },
    {
      path: "functions/queue_cancel.sql",
      text: `create or replace function :schema.queue_cancel(p_ids bigint[]) returns setof bigint
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
begin
  return query
  with held as materialized (
    select j.id from :schema.queue_jobs as j where j.id = any (p_ids) order by j.id for update
  ), gone as (
    delete from :schema.queue_jobs as j using held where j.id = held.id returning j.*
  )
  insert into :schema.queue_history as h (
    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload
  )
  select
    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'cancelled', c.worker,
    g.key, g.payload
  from gone as g
  left join :schema.queue_claims as c on c.token = g.token and g.lease_until is not null
  returning h.id;
end
$$;
comment on function :schema.queue_cancel(bigint[]) is
  'Takes jobs out of their queue; returns those that were still there. Who is at work on one is refused when it comes to complete it.';
`,
    },
    {
      path: "functions/queue_claim.sql",
      text: `create or replace function :schema.queue_claim(
  p_queue text,
  p_worker text,
  p_limit integer,
  p_lease_s double precision,
  p_after bigint[] default null
)
returns table (
  id bigint,
  token bigint,
  place bigint,
  priority smallint,
  failures smallint,
  losses smallint,
  run_at timestamptz,
  created_at timestamptz,
  payload jsonb
)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_queue integer;
  v_token bigint;
begin
  if p_limit not between 1 and 5000 or p_lease_s not between 1 and 86400 then
    raise exception using
      errcode = 'GH400',
      constraint = 'queue_claim_limits',
      message = format('A claim of %s jobs for %s seconds is outside of what is allowed.', p_limit, p_lease_s),
      hint = 'Claim 1 to 5,000 jobs for 1 second to a day; heartbeats make a lease longer.';
  end if;

  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue and s.paused_at is null;
  if not found then
    return;
  end if;

  if p_after is null then
    perform :schema.queue_promote(v_queue, 1000);
  end if;

  v_token := nextval(':schema.queue_tokens');

  return query
  with picked as materialized (
    -- A materialized step, because a LIMIT in a subquery of UPDATE may be run again and take more.
    select j.id
    from unnest(coalesce(p_after, '{0,0,0,0,0,0,0,0,0,0}')) with ordinality as lane (after, number)
    cross join lateral (
      select l.id
      from :schema.queue_jobs as l
      where l.queue_id = v_queue
        and l.priority = lane.number::smallint - 1::smallint
        and l.place > lane.after
        and l.lease_until is null
        and l.token < v_token
      order by l.place
      limit p_limit
      for update skip locked
    ) as j
    limit p_limit
  ), taken as (
    update :schema.queue_jobs as j
    set token = v_token,
      lease_until = clock_timestamp() + make_interval(secs => p_lease_s)
    from picked
    where j.id = picked.id
    returning
      j.id, j.token, j.place, j.priority, j.failures, j.losses, j.run_at::timestamptz, j.created_at::timestamptz, j.payload
  ), noted as (
    insert into :schema.queue_claims (token, queue_id, worker, expires_at, job_ids)
    select v_token, v_queue, p_worker, clock_timestamp() + make_interval(secs => p_lease_s), array_agg(taken.id)
    from taken
    having count(*) > 0
  )
  select * from taken;
end
$$;
comment on function :schema.queue_claim(text, text, integer, double precision, bigint[]) is
  'Takes up to p_limit jobs in line for p_lease_s seconds and gives each the fencing token of this claim. p_after (a place for each of the ten priorities) is where to begin to look, so that a reader need not pass what is done; null looks from the start and puts due jobs in line first.';
`,
    },
    {
      path: "functions/queue_complete.sql",
      text: `create or replace function :schema.queue_complete(
  p_ids bigint[],
  p_tokens bigint[],
  p_results jsonb[] default null
)
returns table (id bigint, token bigint)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  with gone as (
    delete from :schema.queue_jobs as j
    using unnest(p_ids, p_tokens, p_results) as given (id, token, result)
    where j.id = given.id
      and j.token = given.token
      and j.lease_until is not null
    returning j.*, given.result
  )
  insert into :schema.queue_history as h (
    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload, result
  )
  select
    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'done', c.worker,
    g.key, g.payload, g.result
  from gone as g
  left join :schema.queue_claims as c on c.token = g.token
  returning h.id, h.token;
end
$$;
comment on function :schema.queue_complete(bigint[], bigint[], jsonb[]) is
  'Ends jobs as done and moves them into the history. Returns those that were accepted: one whose token is no longer the current one is left alone.';
`,
    },
    {
      path: "functions/queue_define.sql",
      text: `create or replace function :schema.queue_define(
  p_queue text,
  p_max_failures integer,
  p_max_losses integer,
  p_retry_base_s double precision,
  p_retry_most_s double precision
) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.queue_settings as s (name, max_failures, max_losses, retry_base_s, retry_most_s)
  values (p_queue, p_max_failures, p_max_losses, p_retry_base_s, p_retry_most_s)
  on conflict on constraint queue_settings_name_key do update
  set max_failures = excluded.max_failures,
    max_losses = excluded.max_losses,
    retry_base_s = excluded.retry_base_s,
    retry_most_s = excluded.retry_most_s
  where (s.max_failures, s.max_losses, s.retry_base_s, s.retry_most_s)
    is distinct from (excluded.max_failures, excluded.max_losses, excluded.retry_base_s, excluded.retry_most_s);
$$;
comment on function :schema.queue_define(text, integer, integer, double precision, double precision) is
  'Makes a queue or changes its limits: failures and losses allowed, first and longest wait before another try. A worker calls it when it starts.';
`,
    },
    {
      path: "functions/queue_end.sql",
      text: `create or replace function :schema.queue_end(
  p_ids bigint[],
  p_tokens bigint[],
  p_outcomes text[],
  p_errors text[]
)
returns table (id bigint, verdict text, run_at timestamptz)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
  with given as materialized (
    select * from unnest(p_ids, p_tokens, p_outcomes, p_errors) as g (id, token, outcome, error)
  ), held as materialized (
    select
      j.*,
      g.outcome,
      left(g.error, 10000) as error,
      c.worker,
      c.claimed_at,
      s.max_failures,
      s.max_losses,
      s.retry_base_s,
      s.retry_most_s,
      j.failures + (g.outcome in ('failed', 'timed_out', 'invalid_payload', 'refused'))::integer as failures_now,
      j.losses + (g.outcome = 'lost')::integer as losses_now
    from given as g
    join :schema.queue_jobs as j on j.id = g.id and j.token = g.token and j.lease_until is not null
    join :schema.queue_settings as s on s.id = j.queue_id
    left join :schema.queue_claims as c on c.token = j.token
    order by j.id
    for update of j
  ), decided as materialized (
    select
      h.*,
      case
        when h.outcome = 'returned' then 'returned'
        when h.outcome in ('invalid_payload', 'refused') then 'dead'
        when h.failures_now >= h.max_failures then 'dead'
        when h.losses_now > h.max_losses then 'dead'
        else 'retry'
      end as verdict,
      -- Between half of the wait and all of it, doubled by each failure or loss.
      clock_timestamp() + make_interval(secs => (0.5 + random() / 2) * least(
        h.retry_most_s,
        h.retry_base_s * 2.0 ^ least(30, greatest(0, case h.outcome when 'lost' then h.losses_now else h.failures_now end - 1))
      )) as again_at
    from held as h
  ), noted as (
    insert into :schema.queue_attempts (job_id, token, queue_id, worker, started_at, outcome, error)
    select d.id, d.token, d.queue_id, d.worker, d.claimed_at, d.outcome, d.error from decided as d
  ), buried as (
    insert into :schema.queue_dead (
      id, token, created_at, queue_id, priority, failures, losses, reason, error, key, payload
    )
    select
      d.id, d.token, d.created_at, d.queue_id, d.priority, d.failures_now, d.losses_now, d.outcome, d.error, d.key,
      d.payload
    from decided as d
    where d.verdict = 'dead'
  ), removed as (
    delete from :schema.queue_jobs as j using decided as d where j.id = d.id and d.verdict = 'dead'
  ), kept as (
    update :schema.queue_jobs as j
    set failures = d.failures_now,
      losses = d.losses_now,
      lease_until = null,
      place = case d.verdict when 'returned' then j.place end,
      run_at = case d.verdict when 'returned' then j.run_at else d.again_at end
    from decided as d
    where j.id = d.id
      and d.verdict <> 'dead'
  )
  select g.id, coalesce(d.verdict, 'stale'), case d.verdict when 'retry' then d.again_at end
  from given as g
  left join decided as d on d.id = g.id;
end
$$;
comment on function :schema.queue_end(bigint[], bigint[], text[], text[]) is
  'Ends attempts that did not finish their job: a failure or a loss waits and is tried again until the queue''s limit, then it is a dead letter; returned goes back to its place and counts nothing. A token that is not the current one gives stale.';
`,
    },
    {
      path: "functions/queue_enqueue.sql",
      text: `create or replace function :schema.queue_enqueue(p_queue text, p_jobs jsonb)
returns table (id bigint, created boolean)
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_queue integer := :schema.queue_id_of(p_queue);
  v_job jsonb;
  v_id bigint;
begin
  -- Before the first place is drawn: queue_sweep takes it that whoever draws a place can be seen to run.
  perform pg_current_xact_id();

  if not p_jobs @? '$[*].key' then
    return query
    insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, payload)
    select
      d.id,
      case when d.run_at is null or d.run_at <= clock_timestamp() then d.id end,
      v_queue,
      coalesce((d.job ->> 'priority')::smallint, 5),
      coalesce(d.run_at, clock_timestamp()),
      d.job -> 'payload'
    from (
      select
        nextval(':schema.queue_places') as id,
        job,
        coalesce(
          (job ->> 'runAt')::timestamptz(3),
          clock_timestamp() + make_interval(secs => (job ->> 'delayS')::double precision)
        ) as run_at
      from jsonb_array_elements(p_jobs) as given (job)
    ) as d
    returning n.id, true;
    return;
  end if;

  for v_job in select job from jsonb_array_elements(p_jobs) as given (job)
  loop
    created := true;
    if v_job ->> 'key' is null then
      select e.id into v_id from :schema.queue_enqueue(p_queue, jsonb_build_array(v_job - 'key')) as e;
    else
      for v_try in 1..100 loop
        if v_try = 100 then
          raise exception using
            errcode = 'GH409',
            constraint = 'queue_key_contended',
            message = format('Jobs with the key %s come and go too fast.', v_job ->> 'key'),
            hint = 'Try again.';
        end if;
        v_id := nextval(':schema.queue_places');
        insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, key, payload)
        select
          v_id,
          case when t.run_at <= clock_timestamp() then v_id end,
          v_queue,
          coalesce((v_job ->> 'priority')::smallint, 5),
          t.run_at,
          v_job ->> 'key',
          v_job -> 'payload'
        from (
          select coalesce(
            (v_job ->> 'runAt')::timestamptz(3),
            clock_timestamp() + make_interval(secs => (v_job ->> 'delayS')::double precision),
            clock_timestamp()
          ) as run_at
        ) as t
        on conflict (queue_id, key) where key is not null do nothing;
        exit when found;
        -- Locked, so that the job given as the answer is there when this transaction ends, or was not taken for it.
        select j.id into v_id
        from :schema.queue_jobs as j
        where j.queue_id = v_queue
          and j.key = v_job ->> 'key'
        for key share;
        if found then
          created := false;
          exit;
        end if;
      end loop;
    end if;
    id := v_id;
    return next;
  end loop;
end
$$;
comment on function :schema.queue_enqueue(text, jsonb) is
  'Enqueues a list of {payload, key, priority, runAt, delayS}; answers in its order. A key that a live job of the queue has gives that job, created false.';
`,
    },
    {
      path: "functions/queue_fire.sql",
      text: `create or replace function :schema.queue_fire(
  p_schedule text,
  p_expected timestamptz,
  p_slots timestamptz[],
  p_skipped bigint,
  p_next timestamptz
)
returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_schedule :schema.queue_schedules%rowtype;
  v_count integer := 0;
  v_slot timestamptz;
  v_id bigint;
begin
  update :schema.queue_schedules as s
  set next_slot = p_next,
    last_slot = coalesce((select max(given.slot) from unnest(p_slots) as given (slot)), s.last_slot),
    slots_skipped = s.slots_skipped + p_skipped
  where s.name = p_schedule
    and s.next_slot = p_expected
  returning s.* into v_schedule;
  if not found then
    return null;
  end if;
  foreach v_slot in array p_slots
  loop
    v_id := nextval(':schema.queue_places');
    insert into :schema.queue_slots (schedule, slot, job_id)
    values (p_schedule, v_slot, v_id)
    on conflict on constraint queue_slots_pkey do nothing;
    if found then
      insert into :schema.queue_jobs (id, place, queue_id, priority, run_at, payload)
      values (v_id, v_id, v_schedule.queue_id, v_schedule.priority, v_slot, v_schedule.payload);
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function :schema.queue_fire(text, timestamptz, timestamptz[], bigint, timestamptz) is
  'Enqueues the slots of a schedule and moves its pointer from p_expected to p_next, both or neither; null when another scheduler was first. A slot that has its job already gets no second one.';
`,
    },
    {
      path: "functions/queue_heartbeat.sql",
      text: `create or replace function :schema.queue_heartbeat(p_ids bigint[], p_tokens bigint[], p_lease_s double precision)
returns setof bigint
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
begin
  -- One that is locked is being completed, cancelled or reaped: its lease does not matter any more.
  with held as materialized (
    select j.id
    from unnest(p_ids, p_tokens) as given (id, token)
    join :schema.queue_jobs as j on j.id = given.id and j.token = given.token and j.lease_until is not null
    for update of j skip locked
  )
  update :schema.queue_jobs as j
  set lease_until = clock_timestamp() + make_interval(secs => p_lease_s)
  from held
  where j.id = held.id;

  return query
  select given.id
  from unnest(p_ids, p_tokens) as given (id, token)
  where not exists (
    select from :schema.queue_jobs as j
    where j.id = given.id and j.token = given.token and j.lease_until is not null
  );
end
$$;
comment on function :schema.queue_heartbeat(bigint[], bigint[], double precision) is
  'Makes leases last p_lease_s seconds from now; returns the ids that are no longer held under their token.';
`,
    },
    {
      path: "functions/queue_hold.sql",
      text: `create or replace function :schema.queue_hold(p_id bigint, p_token bigint) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  perform 1
  from :schema.queue_jobs
  where id = p_id
    and token = p_token
    and lease_until is not null
  for update;
  if not found then
    raise exception using
      errcode = 'GH409',
      constraint = 'lease_lost',
      message = format('Job %s is no longer held under the token %s.', p_id, p_token),
      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';
  end if;
end
$$;
comment on function :schema.queue_hold(bigint, bigint) is
  'Makes sure that a job is still held, and keeps it so until the transaction ends; raises lease_lost otherwise.';
`,
    },
    {
      path: "functions/queue_id_of.sql",
      text: `create or replace function :schema.queue_id_of(p_queue text) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_id integer;
begin
  -- Queues are never deleted, so the second round finds what another transaction made meanwhile.
  for v_try in 1..3 loop
    select id into v_id from :schema.queue_settings where name = p_queue;
    if found then
      return v_id;
    end if;
    insert into :schema.queue_settings (name) values (p_queue)
    on conflict on constraint queue_settings_name_key do nothing
    returning id into v_id;
    if found then
      return v_id;
    end if;
  end loop;
  raise exception using
    errcode = '40001',
    message = format('The queue %s was made by a transaction that this one cannot see.', p_queue);
end
$$;
comment on function :schema.queue_id_of(text) is 'The number of a queue; one that nobody has named yet is made, with the usual limits.';
`,
    },
    {
      path: "functions/queue_progress.sql",
      text: `create or replace function :schema.queue_progress(p_id bigint, p_token bigint, p_progress jsonb) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  update :schema.queue_jobs
  set progress = p_progress
  where id = p_id
    and token = p_token
    and lease_until is not null;
  if not found then
    perform :schema.queue_hold(p_id, p_token);
  end if;
end
$$;
comment on function :schema.queue_progress(bigint, bigint, jsonb) is
  'Notes how far a job has come; raises lease_lost when the token is not the current one.';
`,
    },
    {
      path: "functions/queue_promote.sql",
      text: `create or replace function :schema.queue_promote(p_queue_id integer, p_limit integer) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  perform 1
  from :schema.queue_jobs
  where queue_id = p_queue_id
    and place is null
    and run_at <= clock_timestamp()
  limit 1;
  if not found then
    return 0;
  end if;

  perform pg_current_xact_id();
  with due as materialized (
    select id
    from :schema.queue_jobs
    where queue_id = p_queue_id
      and place is null
      and run_at <= clock_timestamp()
    order by run_at
    limit p_limit
    for update skip locked
  ), placed as materialized (
    select id, nextval(':schema.queue_places') as place from due
  )
  update :schema.queue_jobs as j
  set place = p.place
  from placed as p
  where j.id = p.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function :schema.queue_promote(integer, integer) is
  'Puts jobs whose time has come in line, the earliest first, at most p_limit; returns how many.';
`,
    },
    {
      path: "functions/queue_prune.sql",
      text: `create or replace function :schema.queue_prune(p_keep interval, p_limit integer) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_limit timestamptz := clock_timestamp() - p_keep;
  v_count integer;
  v_total integer := 0;
begin
  delete from :schema.queue_history as h
  where h.id in (
    select o.id from :schema.queue_history as o
    where o.finished_at < v_limit
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- The story of a dead letter stays with it.
  delete from :schema.queue_attempts as a
  where (a.job_id, a.token) in (
    select o.job_id, o.token from :schema.queue_attempts as o
    where o.ended_at < v_limit
      and not exists (select from :schema.queue_dead as d where d.id = o.job_id)
      and not exists (select from :schema.queue_jobs as j where j.id = o.job_id)
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- A slot above the pointer of its schedule could come again.
  delete from :schema.queue_slots as t
  where (t.schedule, t.slot) in (
    select o.schedule, o.slot from :schema.queue_slots as o
    left join :schema.queue_schedules as s on s.name = o.schedule
    where o.slot < v_limit
      and (s.name is null or s.next_slot is null or o.slot < s.next_slot)
    limit p_limit
  );
  get diagnostics v_count = row_count;
  return v_total + v_count;
end
$$;
comment on function :schema.queue_prune(interval, integer) is
  'Removes finished jobs, old attempts and slots older than p_keep, at most p_limit of each; returns how many rows went. Dead letters stay until somebody retries them.';
`,
    },
    {
      path: "functions/queue_reap.sql",
      text: `create or replace function :schema.queue_reap(p_limit integer) returns table (lost bigint, more boolean)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
declare
  v_claim record;
  v_ids bigint[];
  v_next timestamptz;
  v_claims integer := 0;
  v_over integer;
begin
  lost := 0;
  -- Most claims end with all their jobs: those go at once.
  delete from :schema.queue_claims as c
  where c.token in (
    select o.token
    from :schema.queue_claims as o
    where o.expires_at <= clock_timestamp()
      and not exists (
        select from :schema.queue_jobs as j
        where j.id = any (o.job_ids) and j.token = o.token and j.lease_until is not null
      )
    order by o.expires_at
    limit p_limit * 50
    for update skip locked
  );
  get diagnostics v_over = row_count;
  for v_claim in
    select c.token, c.job_ids
    from :schema.queue_claims as c
    where c.expires_at <= clock_timestamp()
    order by c.expires_at
    limit p_limit
    for update skip locked
  loop
    v_claims := v_claims + 1;
    -- Locked ones are being ended by somebody; they are looked at again if that comes to nothing.
    select array_agg(held.id) into v_ids
    from (
      select j.id
      from unnest(v_claim.job_ids) as given (id)
      join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token
      where j.lease_until <= clock_timestamp()
      for update of j skip locked
    ) as held;
    if v_ids is not null then
      perform :schema.queue_end(
        v_ids,
        array_fill(v_claim.token, array[cardinality(v_ids)]),
        array_fill('lost'::text, array[cardinality(v_ids)]),
        array_fill('The lease ran out without a word from the worker.'::text, array[cardinality(v_ids)])
      );
      lost := lost + cardinality(v_ids);
    end if;
    select min(j.lease_until) into v_next
    from unnest(v_claim.job_ids) as given (id)
    join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token
    where j.lease_until is not null;
    if v_next is null then
      delete from :schema.queue_claims where token = v_claim.token;
    else
      update :schema.queue_claims
      set expires_at = greatest(v_next, clock_timestamp() + interval '1 second')
      where token = v_claim.token;
    end if;
  end loop;
  more := v_claims = p_limit or v_over = p_limit * 50;
  return next;
end
$$;
comment on function :schema.queue_reap(integer) is
  'Looks at up to p_limit claims with jobs whose lease has run out, and clears away fifty times as many without: jobs without a heartbeat since are lost, and tried again until the queue''s limit of losses.';
`,
    },
    {
      path: "functions/queue_redrive.sql",
      text: `create or replace function :schema.queue_redrive(p_ids bigint[])
returns table (id bigint, verdict text)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  perform pg_current_xact_id();
  return query
  with held as materialized (
    select d.* from :schema.queue_dead as d where d.id = any (p_ids) order by d.id for update
  ), revived as (
    insert into :schema.queue_jobs as j (id, place, token, queue_id, priority, created_at, key, payload)
    select h.id, nextval(':schema.queue_places'), h.token, h.queue_id, h.priority, h.created_at, h.key, h.payload
    from held as h
    on conflict (queue_id, key) where key is not null do nothing
    returning j.id
  ), removed as (
    delete from :schema.queue_dead as d using revived as r where d.id = r.id
  )
  select given.id, case when r.id is not null then 'retried' when h.id is not null then 'key_taken' else 'unknown' end
  from unnest(p_ids) as given (id)
  left join held as h on h.id = given.id
  left join revived as r on r.id = given.id;
end
$$;
comment on function :schema.queue_redrive(bigint[]) is
  'Puts dead letters back in line with their counts at zero. Verdicts: retried; key_taken when a live job has its key; unknown when it is no dead letter.';
`,
    },
    {
      path: "functions/queue_settle.sql",
      text: `create or replace function :schema.queue_settle(p_id bigint, p_token bigint, p_result jsonb default null) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  perform :schema.queue_complete(array[p_id], array[p_token], array[p_result]);
  if not found then
    raise exception using
      errcode = 'GH409',
      constraint = 'lease_lost',
      message = format('Job %s is no longer held under the token %s.', p_id, p_token),
      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';
  end if;
end
$$;
comment on function :schema.queue_settle(bigint, bigint, jsonb) is
  'Ends one job as done, in the transaction of the rows it produced; raises lease_lost when the token is not the current one, so that the rows go too.';
`,
    },
    {
      path: "functions/queue_sweep.sql",
      text: `create or replace function :schema.queue_sweep(p_queue text, p_floor bigint[])
returns table (oldest bigint[], drawn bigint, horizon text, settled text)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_queue integer;
  v_drawn bigint;
begin
  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue;
  if not found then
    return;
  end if;
  perform :schema.queue_promote(v_queue, 5000);
  -- First the sequence and then, in a statement with a later snapshot, the transactions: whoever drew one of
  -- these places had its own id by then, so it is below the horizon.
  select case when p.is_called then p.last_value else 0 end into v_drawn from :schema.queue_places as p;
  return query
  select
    array_agg(j.place order by lane.number),
    v_drawn,
    pg_snapshot_xmax(pg_current_snapshot())::text,
    pg_snapshot_xmin(pg_current_snapshot())::text
  from unnest(p_floor) with ordinality as lane (floor, number)
  left join lateral (
    select l.place
    from :schema.queue_jobs as l
    where l.queue_id = v_queue
      and l.priority = lane.number::smallint - 1::smallint
      and l.place > lane.floor
    order by l.place
    limit 1
  ) as j on true;
end
$$;
comment on function :schema.queue_sweep(text, bigint[]) is
  'Puts due jobs in line, and tells the oldest place of each priority above a floor, with what is needed to know when no older one can still turn up.';
`,
    },
    {
      path: "functions/rebase_outbox.sql",
      text: `create or replace function :schema.rebase_outbox() returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with ahead as materialized (
    select c.xid, c.event_id
    from :schema.webhook_cursor as c
    where c.xid > pg_current_xact_id()
      or exists (select from :schema.outbox as o where o.xid > pg_current_xact_id())
  ),
  -- What the webhooks' fan-out has read stays before its cursor, the rest behind it.
  cursor as (
    update :schema.webhook_cursor as c
    set xid = '3'::xid8, event_id = 9223372036854775807
    from ahead
  ),
  moved as (
    update :schema.outbox as o
    set xid = case when (o.xid, o.id) <= (ahead.xid, ahead.event_id) then '3' else '4' end::xid8
    from ahead
    returning 1
  )
  select count(*)::integer from moved;
$$;
comment on function :schema.rebase_outbox() is
  'After a restore on another server the stored transaction ids can lie in its future; this puts the old events first, and the position of the webhooks'' fan-out among them. Returns how many moved.';
`,
    },
    {
      path: "functions/record_change.sql",
      text: `create or replace function :schema.record_change(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_action text,
  p_subject text,
  p_audience text,
  p_before jsonb,
  p_after jsonb
) returns boolean
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)
  values (p_actor_kind, p_actor_id, p_request_id, p_action, p_subject, p_before, p_after);
  insert into :schema.outbox (type, subject, audience, payload)
  values (p_action, p_subject, p_audience, coalesce(p_after, p_before, '{}'));
  select true;
$$;
comment on function :schema.record_change(text, text, text, text, text, text, jsonb, jsonb) is
  'Writes the audit entry and the event of one change; call it in the transaction, or the statement, of the change.';
`,
    },
    {
      path: "functions/refresh_account_session.sql",
      text: `create or replace function :schema.refresh_account_session(
  p_token_hash bytea,
  p_new_hash bytea,
  p_ttl_s double precision,
  p_max_age_s double precision,
  p_grace_s double precision,
  p_own_key boolean
)
returns table (
  outcome text,
  session_id text,
  id text,
  kind text,
  login text,
  roles text[],
  disabled_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  issued_at timestamptz,
  expires_at timestamptz,
  kid text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_token :schema.refresh_tokens%rowtype;
  v_session :schema.account_sessions%rowtype;
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
  v_expires_at timestamptz(3);
begin
  select t.* into v_token
  from :schema.refresh_tokens as t
  where t.token_hash = p_token_hash;

  -- Callers with the same token queue up here; each then sees what the one before it did.
  select s.* into v_session
  from :schema.account_sessions as s
  where s.id = v_token.session_id
  for no key update;

  v_now := clock_timestamp();

  select a.* into v_account
  from :schema.accounts as a
  where a.id = v_session.account_id
    and a.disabled_at is null
    and a.session_epoch = v_session.epoch;

  if v_account.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now then
    outcome := 'invalid';
    return next;
    return;
  end if;

  if v_token.generation < v_session.generation then
    -- Two tabs of one browser refresh at once: the slower one gets nothing, and nobody is signed out for it.
    if v_token.generation = v_session.generation - 1
      and v_now < v_session.refreshed_at + make_interval(secs => p_grace_s)
    then
      outcome := 'superseded';
      return next;
      return;
    end if;

    update :schema.account_sessions as s
    set revoked_at = v_now,
        revoked_reason = 'token_reused'
    where s.id = v_session.id;

    insert into :schema.audit_log (actor_kind, action, subject, after)
    values ('system', 'account.token_reused', v_account.id, jsonb_build_object('sessionId', v_session.id));

    outcome := 'reused';
    return next;
    return;
  end if;

  v_expires_at := least(
    v_now + make_interval(secs => p_ttl_s),
    v_session.created_at + make_interval(secs => p_max_age_s)
  );

  if v_expires_at <= v_now then
    outcome := 'invalid';
    return next;
    return;
  end if;

  update :schema.account_sessions as s
  set generation = s.generation + 1,
      refreshed_at = v_now,
      expires_at = v_expires_at
  where s.id = v_session.id;

  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)
  values (p_new_hash, v_session.id, v_session.generation + 1, v_now);

  return query
  select
    'refreshed',
    v_session.id,
    v_account.id,
    v_account.kind,
    v_account.login,
    v_account.roles,
    v_account.disabled_at::timestamptz,
    v_account.created_at::timestamptz,
    v_account.updated_at::timestamptz,
    v_now::timestamptz,
    v_expires_at::timestamptz,
    case when p_own_key then :schema.signing_key() end;
end
$$;

comment on function :schema.refresh_account_session(bytea, bytea, double precision, double precision, double precision, boolean) is
  'Trades the current refresh token for the next. Outcome: refreshed; superseded (the token just replaced, within the grace time: nothing happens); reused (any older one: the session ends); invalid.';
`,
    },
    {
      path: "functions/refuse_change.sql",
      text: `create or replace function :schema.refuse_change() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'GH403', constraint = 'append_only',
      hint = 'Add a new row that corrects the old one.';
end
$$;
comment on function :schema.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate.';
`,
    },
    {
      path: "functions/retention_check_policy.sql",
      text: `create or replace function :schema.retention_check_policy() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_table regclass := to_regclass(format('%I.%I', current_schema(), new.table_name));
  v_column record;
begin
  if v_table is null then
    raise exception using errcode = 'GH404', constraint = 'retention_table_unknown', column = 'tableName',
      message = format('There is no table %s in this schema.', new.table_name);
  end if;

  if exists (
    select from pg_trigger as t
    where t.tgrelid = v_table
      and t.tgfoid = to_regprocedure(format('%I.refuse_change()', current_schema()))
  ) then
    raise exception using errcode = 'GH403', constraint = 'append_only', column = 'tableName',
      message = format('%s is append-only: nothing of it may be cleaned up.', new.table_name),
      hint = 'Export and archive it instead.';
  end if;

  select a.attnum, a.attnotnull, a.atttypid into v_column
  from pg_attribute as a
  where a.attrelid = v_table
    and a.attname = new.time_column
    and not a.attisdropped;

  if v_column.attnum is null or not v_column.attnotnull or v_column.atttypid <> 'timestamptz'::regtype then
    raise exception using errcode = 'GH400', constraint = 'retention_time_column', column = 'timeColumn',
      message = format('%s.%s is not a column of time that is always set.', new.table_name, new.time_column),
      hint = 'Name a column of the type timestamptz that is not null.';
  end if;

  if new.kind = 'rows' and not exists (
    select from pg_index as x
    where x.indrelid = v_table and x.indkey[0] = v_column.attnum and x.indisvalid and x.indpred is null
  ) then
    raise exception using errcode = 'GH400', constraint = 'retention_index_missing', column = 'timeColumn',
      message = format('No index of %s begins with %s.', new.table_name, new.time_column),
      hint = 'Add one: a clean-up must not read the whole table for each batch.';
  end if;

  if new.kind = 'read_events' and (new.table_name, new.time_column) is distinct from ('outbox', 'at') then
    raise exception using errcode = 'GH400', constraint = 'retention_kind', column = 'kind',
      message = 'The kind read_events is for the outbox.';
  end if;

  if new.kind = 'partitions' and not exists (
    select from pg_partitioned_table as p
    where p.partrelid = v_table and p.partstrat = 'r' and p.partnatts = 1 and p.partattrs[0] = v_column.attnum
  ) then
    raise exception using errcode = 'GH400', constraint = 'retention_not_partitioned', column = 'tableName',
      message = format('%s is not partitioned by range of %s.', new.table_name, new.time_column);
  end if;

  return new;
end
$$;

comment on function :schema.retention_check_policy() is
  'Trigger of retention_policies: the table is there and not append-only, and its time column is indexed or is the key of its partitions.';
`,
    },
    {
      path: "functions/retention_count.sql",
      text: `create or replace function :schema.retention_count(p_name text, p_limit integer) returns bigint
language plpgsql stable
set search_path = :schema, pg_temp
as $$
declare
  v_policy :schema.retention_policies%rowtype;
  v_count bigint;
begin
  select p.* into v_policy from :schema.retention_policies as p where p.name = p_name;

  if v_policy.kind = 'partitions' then
    select count(*) into v_count
    from :schema.retention_partitions(v_policy.table_name) as part
    where part.until_at <= statement_timestamp() - v_policy.keep;
  elsif v_policy.kind = 'read_events' then
    select count(*) into v_count
    from (
      select
      from :schema.outbox as o, :schema.webhook_cursor as c
      where (o.xid, o.id) <= (c.xid, c.event_id)
        and o.at < statement_timestamp() - v_policy.keep
      limit p_limit
    ) as old;
  elsif v_policy.kind = 'rows' then
    execute format(
      'select count(*) from (select from %I.%I where %I < $1 limit $2) as old',
      current_schema(), v_policy.table_name, v_policy.time_column
    )
    into v_count
    using statement_timestamp() - v_policy.keep, p_limit;
  end if;

  return v_count;
end
$$;

comment on function :schema.retention_count(text, integer) is
  'Rows, or partitions, that the policy would remove now, counted up to the limit; null: there is no such policy.';
`,
    },
    {
      path: "functions/retention_default_rows.sql",
      text: `create or replace function :schema.retention_default_rows(p_table text) returns bigint
language plpgsql stable
set search_path = :schema, pg_temp
as $$
declare
  v_partition text;
  v_count bigint := 0;
begin
  select part.partition_name into v_partition
  from :schema.retention_partitions(p_table) as part
  where part.is_default;

  if found then
    execute format('select count(*) from (select from %I.%I limit 10000) as strays', current_schema(), v_partition)
    into v_count;
  end if;

  return v_count;
end
$$;

comment on function :schema.retention_default_rows(text) is
  'Rows that fell into the default partition because theirs was missing, counted up to 10,000.';
`,
    },
    {
      path: "functions/retention_delete_batch.sql",
      text: `create or replace function :schema.retention_delete_batch(p_name text)
returns table (outcome text, gone integer, more boolean)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_policy :schema.retention_policies%rowtype;
  v_started timestamptz := clock_timestamp();
  v_cutoff timestamptz;
  v_read integer;
begin
  -- Whoever else is at this policy goes on alone.
  select p.* into v_policy
  from :schema.retention_policies as p
  where p.name = p_name
    and p.enabled
    and p.kind <> 'partitions'
  for no key update skip locked;

  if not found then
    return query select 'busy', 0, false;
    return;
  end if;

  v_cutoff := v_started - v_policy.keep;

  if v_policy.kind = 'read_events' then
    -- From the oldest transaction on, by the primary key; it ends at the first event that is young enough to stay.
    with head as materialized (
      select o.xid, o.id, o.at
      from :schema.outbox as o, :schema.webhook_cursor as c
      where (o.xid, o.id) <= (c.xid, c.event_id)
      order by o.xid, o.id
      limit v_policy.batch_size
    ),
    removed as (
      delete from :schema.outbox as o
      using head
      where o.xid = head.xid
        and o.id = head.id
        and head.at < v_cutoff
      returning 1
    )
    select (select count(*) from removed), (select count(*) from head) into gone, v_read;
    more := gone = v_policy.batch_size and v_read = v_policy.batch_size;
  else
    execute format(
      'delete from %1$I.%2$I where ctid = any (array('
        'select ctid from %1$I.%2$I where %3$I < $1 order by %3$I limit $2 for update skip locked))',
      current_schema(), v_policy.table_name, v_policy.time_column
    )
    using v_cutoff, v_policy.batch_size;
    get diagnostics gone = row_count;
    more := gone = v_policy.batch_size;
  end if;

  update :schema.retention_policies as p
  set last_run_at = clock_timestamp(),
      last_gone = gone,
      total_gone = p.total_gone + gone,
      last_ms = extract(epoch from clock_timestamp() - v_started) * 1000,
      next_run_at = case when more then p.next_run_at else clock_timestamp() + p.every end
  where p.name = p_name;

  outcome := 'done';
  return next;
end
$$;

comment on function :schema.retention_delete_batch(text) is
  'Removes one batch of rows older than the policy keeps them. Outcome busy: another session is at it, or it is not a policy of rows that is enabled.';
`,
    },
    {
      path: "functions/retention_drop_partition.sql",
      text: `create or replace function :schema.retention_drop_partition(p_name text)
returns table (outcome text, partition_name text, more boolean)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_policy :schema.retention_policies%rowtype;
  v_started timestamptz := clock_timestamp();
begin
  -- Whoever else is at this policy goes on alone.
  select p.* into v_policy
  from :schema.retention_policies as p
  where p.name = p_name
    and p.enabled
    and p.kind = 'partitions'
  for no key update skip locked;

  if not found then
    return query select 'busy', null::text, false;
    return;
  end if;

  select part.partition_name, count(*) over () > 1 into partition_name, more
  from :schema.retention_partitions(v_policy.table_name) as part
  where part.until_at <= v_started - v_policy.keep
  order by part.until_at
  limit 1;

  if partition_name is not null then
    execute format('drop table %I.%I', current_schema(), partition_name);
  end if;

  more := coalesce(more, false);
  update :schema.retention_policies as p
  set last_run_at = clock_timestamp(),
      last_gone = case when partition_name is null then 0 else 1 end,
      total_gone = p.total_gone + case when partition_name is null then 0 else 1 end,
      last_ms = extract(epoch from clock_timestamp() - v_started) * 1000,
      next_run_at = case when more then p.next_run_at else clock_timestamp() + p.every end
  where p.name = p_name;

  outcome := case when partition_name is null then 'nothing' else 'dropped' end;
  return next;
end
$$;

comment on function :schema.retention_drop_partition(text) is
  'Drops the oldest partition that lies wholly before what the policy keeps; call it with a short lock_timeout, since it waits for every reader of the table. Outcome: dropped, nothing, busy.';
`,
    },
    {
      path: "functions/retention_due.sql",
      text: `create or replace function :schema.retention_due() returns setof text
language sql stable
set search_path = :schema, pg_temp
as $$
  select name
  from :schema.retention_policies
  where enabled
    and next_run_at <= statement_timestamp()
  order by name;
$$;
comment on function :schema.retention_due() is 'Policies whose time has come.';
`,
    },
    {
      path: "functions/retention_make_partitions.sql",
      text: `create or replace function :schema.retention_make_partitions(p_name text) returns integer
language plpgsql
set search_path = :schema, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
  v_policy :schema.retention_policies%rowtype;
  v_default text;
  v_first timestamptz;
  v_start timestamptz;
  v_end timestamptz;
  v_child text;
  v_made integer := 0;
begin
  -- Whoever else is at this policy goes on alone.
  select p.* into v_policy
  from :schema.retention_policies as p
  where p.name = p_name
    and p.enabled
    and p.kind = 'partitions'
  for no key update skip locked;

  if not found then
    return -1;
  end if;

  select part.partition_name into v_default
  from :schema.retention_partitions(v_policy.table_name) as part
  where part.is_default;

  v_first := date_trunc(v_policy.step, clock_timestamp());

  for v_start in execute format(
    'select at from generate_series($1, $2, $3) as ahead (at)%s order by 1',
    case when v_default is null then '' else format(
      -- Days for which no partition was there in time: their rows wait in the default partition.
      ' union select distinct date_trunc($4, %1$I) from (select %1$I from %2$I.%3$I limit 100000) as strays',
      v_policy.time_column, current_schema(), v_default
    ) end
  )
  using v_first, v_first + v_policy.steps_ahead * ('1 ' || v_policy.step)::interval, ('1 ' || v_policy.step)::interval,
    v_policy.step
  loop
    v_end := v_start + ('1 ' || v_policy.step)::interval;

    continue when exists (
      select from :schema.retention_partitions(v_policy.table_name) as part
      where part.from_at < v_end and part.until_at > v_start
    );

    v_child := v_policy.table_name || to_char(v_start, case v_policy.step when 'day' then '"_p"YYYYMMDD' else '"_p"YYYYMM' end);

    if v_default is not null then
      -- Writers wait at the parent, in front of the choice of a partition: one that had chosen the default one and
      -- then waited there would fail once its range belongs to another. Attaching takes the second lock anyway.
      execute format('lock table only %I.%I in share row exclusive mode', current_schema(), v_policy.table_name);
      execute format('lock table %I.%I in access exclusive mode', current_schema(), v_default);
    end if;

    execute format(
      'create table %1$I.%2$I (like %1$I.%3$I including defaults including constraints including storage)',
      current_schema(), v_child, v_policy.table_name
    );

    if v_default is not null then
      execute format(
        'with strays as (delete from %1$I.%2$I where %3$I >= $1 and %3$I < $2 returning *) insert into %1$I.%4$I select * from strays',
        current_schema(), v_default, v_policy.time_column, v_child
      )
      using v_start, v_end;
    end if;

    execute format(
      'alter table %1$I.%2$I attach partition %1$I.%3$I for values from (%4$L) to (%5$L)',
      current_schema(), v_policy.table_name, v_child, v_start, v_end
    );
    v_made := v_made + 1;
  end loop;

  return v_made;
end
$$;

comment on function :schema.retention_make_partitions(text) is
  'Makes the partitions that a policy wants ready, and those of rows that had to go into the default partition, with these rows in them. Returns how many; -1: another session is at it.';
`,
    },
    {
      path: "functions/retention_partitions.sql",
      text: `create or replace function :schema.retention_partitions(p_table text)
returns table (partition_name text, from_at timestamptz, until_at timestamptz, is_default boolean, rows_estimated bigint)
language sql stable
set search_path = :schema, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
  select
    c.relname::text,
    (regexp_match(b.bound, '^FOR VALUES FROM \\(''([^'']+)''\\)'))[1]::timestamptz,
    (regexp_match(b.bound, ' TO \\(''([^'']+)''\\)$'))[1]::timestamptz,
    b.bound = 'DEFAULT',
    greatest(c.reltuples, 0)::bigint
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) as b
  where i.inhparent = to_regclass(format('%I.%I', current_schema(), p_table))
    and c.relispartition
    and not i.inhdetachpending
  order by 2 nulls last;
$$;
comment on function :schema.retention_partitions(text) is
  'Partitions of a table with their bounds; the bounds of the default partition are null.';
`,
    },
    {
      path: "functions/rotate_api_key.sql",
      text: `create or replace function :schema.rotate_api_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_account_id text,
  p_key_id text,
  p_new_id text,
  p_prefix text,
  p_key_hash bytea,
  p_overlap_s double precision,
  p_ttl_s double precision
)
returns table (
  id text,
  name text,
  prefix text,
  roles text[],
  created_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  replaced_by text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_key :schema.api_keys%rowtype;
  v_now timestamptz(3);
begin
  select k.* into v_key
  from :schema.api_keys as k
  where k.id = p_key_id
    and k.account_id = p_account_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'api_key_unknown',
      message = format('There is no API key %s.', p_key_id);
  end if;

  v_now := clock_timestamp();

  if v_key.revoked_at is not null or v_key.expires_at <= v_now or v_key.replaced_by is not null then
    raise exception using
      errcode = 'GH409',
      constraint = 'api_key_not_live',
      message = format('API key %s is revoked, expired or already rotated.', p_key_id),
      hint = 'Create a new key, or rotate the one that followed it.';
  end if;

  update :schema.api_keys as k
  set replaced_by = p_new_id,
      expires_at = least(k.expires_at, v_now + make_interval(secs => p_overlap_s))
  where k.id = p_key_id;

  -- The one before it ends now, so that never more than two of a line are live.
  update :schema.api_keys as k
  set expires_at = v_now
  where k.account_id = p_account_id
    and k.replaced_by = p_key_id
    and k.expires_at > v_now;

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'api_key.rotated',
    p_key_id,
    jsonb_build_object('accountId', p_account_id, 'replacedBy', p_new_id)
  );

  return query
  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)
  values (
    p_new_id,
    p_account_id,
    v_key.name,
    p_prefix,
    p_key_hash,
    v_key.roles,
    v_now,
    coalesce(v_now + make_interval(secs => p_ttl_s), v_now + (v_key.expires_at - v_key.created_at))
  )
  returning
    n.id,
    n.name,
    n.prefix,
    n.roles,
    n.created_at::timestamptz,
    n.expires_at::timestamptz,
    n.last_used_at::timestamptz,
    n.revoked_at::timestamptz,
    n.replaced_by;
end
$$;

comment on function :schema.rotate_api_key(text, text, text, text, text, text, text, bytea, double precision, double precision) is
  'Makes the key that follows another: same name, roles and lifetime unless one is given. The old one works on for the overlap, the one before that ends, so two are live at most.';
`,
    },
    {
      path: "functions/rotate_signing_key.sql",
      text: `create or replace function :schema.rotate_signing_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_overlap_s double precision
)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  -- Rotations wait for each other here; the second one then retires the key that the first one made.
  lock table :schema.auth_secrets in share row exclusive mode;

  -- Earlier keys keep their own, sooner end; without overlap (a key has leaked) all of them end now.
  update :schema.auth_secrets
  set verify_until = least(verify_until, clock_timestamp() + make_interval(secs => p_overlap_s));

  v_kid := :schema.signing_key();

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'signing_key.rotated',
    v_kid,
    jsonb_build_object('overlapS', p_overlap_s)
  );

  return v_kid;
end
$$;

comment on function :schema.rotate_signing_key(text, text, text, double precision) is
  'Makes a new signing key; tokens of the old ones are accepted for the overlap in seconds, then refused.';
`,
    },
    {
      path: "functions/signing_key.sql",
      text: `create or replace function :schema.signing_key() returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  select s.kid into v_kid
  from :schema.auth_secrets as s
  where s.verify_until is null;

  if found then
    return v_kid;
  end if;

  -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.
  -- Each uuid holds 122 bits from the strong random source; the hash draws 256 bits from 366.
  insert into :schema.auth_secrets (kid, secret)
  values (
    'k_' || left(replace(gen_random_uuid()::text, '-', ''), 16),
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  )
  on conflict do nothing
  returning kid into v_kid;

  if v_kid is null then
    -- Another process was quicker; its key is visible to this new statement.
    select s.kid into strict v_kid
    from :schema.auth_secrets as s
    where s.verify_until is null;
  end if;

  return v_kid;
end
$$;

comment on function :schema.signing_key() is
  'Id of the key that signs access tokens now; makes the first one, once for all processes.';
`,
    },
    {
      path: "functions/webhook_claim.sql",
      text: `create or replace function :schema.webhook_claim(
  p_limit integer,
  p_per_endpoint integer,
  p_lease_s double precision
)
returns table (
  id text,
  fence bigint,
  endpoint_id text,
  url text,
  body text,
  sent_at_s bigint,
  secrets bytea[]
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz(3) := clock_timestamp();
  v_lease_end timestamptz(3) := v_now + make_interval(secs => p_lease_s);
begin
  -- The usual poll finds nothing, and finds it out by one look at one index.
  if not exists (select from :schema.webhook_deliveries as d where d.due_at <= v_now) then
    return;
  end if;

  return query
  with ripe as materialized (
    -- A few of each endpoint, so that one that hangs or is far behind takes no more than its share of the workers.
    select due.id
    from :schema.webhook_endpoints as e
    join :schema.accounts as a on a.id = e.owner_id and a.disabled_at is null
    cross join lateral (
      select count(*)::integer as leased
      from :schema.webhook_deliveries as l
      where l.endpoint_id = e.id
        and l.leased_until > v_now
    ) as busy
    cross join lateral (
      select d.id, d.due_at
      from :schema.webhook_deliveries as d
      where d.endpoint_id = e.id
        and d.due_at <= v_now
      order by d.due_at
      limit greatest(p_per_endpoint - busy.leased, 0)
    ) as due
    where e.state = 'active'
    order by due.due_at
    limit p_limit
  ),
  locked as materialized (
    select d.id
    from :schema.webhook_deliveries as d
    join ripe on ripe.id = d.id
    where d.due_at <= v_now
    order by d.id
    for update of d skip locked
  ),
  claimed as (
    update :schema.webhook_deliveries as d
    set fence = d.fence + 1,
        due_at = v_lease_end,
        leased_until = v_lease_end
    from locked
    where d.id = locked.id
    returning d.id, d.fence, d.endpoint_id, d.body
  )
  select
    c.id,
    c.fence,
    c.endpoint_id,
    e.url,
    c.body,
    floor(extract(epoch from v_now))::bigint,
    array(
      select s.secret
      from :schema.webhook_secrets as s
      where s.endpoint_id = c.endpoint_id
        and (s.signs_until is null or s.signs_until > v_now)
      order by s.generation desc
    )
  from claimed as c
  join :schema.webhook_endpoints as e on e.id = c.endpoint_id;
end
$$;

comment on function :schema.webhook_claim(integer, integer, double precision) is
  'Leases deliveries that are due, at most so many in all and of one endpoint; each with its fencing token and the keys that sign it.';
`,
    },
    {
      path: "functions/webhook_create_endpoint.sql",
      text: `create or replace function :schema.webhook_create_endpoint(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_owner_id text,
  p_url text,
  p_description text,
  p_event_types text[],
  p_max_endpoints integer
)
returns bytea
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_secret bytea := :schema.webhook_new_secret();
begin
  -- The lock makes the count below exact.
  perform from :schema.accounts as a where a.id = p_owner_id for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'account_unknown',
      message = format('There is no account %s.', p_owner_id);
  end if;

  if p_max_endpoints <= (select count(*) from :schema.webhook_endpoints as e where e.owner_id = p_owner_id) then
    raise exception using
      errcode = 'GH429',
      constraint = 'too_many_webhooks',
      message = format('Account %s has %s webhook endpoints, which is the limit.', p_owner_id, p_max_endpoints),
      hint = 'Delete one that is not used any more, or let one endpoint take more event types.';
  end if;

  insert into :schema.webhook_endpoints (id, owner_id, url, description, event_types)
  values (p_id, p_owner_id, p_url, p_description, p_event_types);

  insert into :schema.webhook_secrets (endpoint_id, generation, secret)
  values (p_id, 1, v_secret);

  perform :schema.record_change(
    p_actor_kind, p_actor_id, p_request_id, 'webhook.created', p_id, p_owner_id, null,
    jsonb_build_object('url', p_url, 'eventTypes', p_event_types)
  );

  update :schema.webhook_endpoints as e
  set after_event_id = o.id
  from :schema.outbox as o
  where e.id = p_id
    and o.xid = pg_current_xact_id()
    and o.subject = p_id;

  return v_secret;
end
$$;

comment on function :schema.webhook_create_endpoint(text, text, text, text, text, text, text, text[], integer) is
  'Adds an endpoint within the owner''s limit and returns its signing key, which is shown to the owner once.';
`,
    },
    {
      path: "functions/webhook_new_secret.sql",
      text: `create or replace function :schema.webhook_new_secret() returns bytea
language sql volatile
set search_path = :schema, pg_temp
as $$
  -- Two random UUIDs hold 244 bits; hashing spreads them over 32 bytes. Made here, so that no statement log has it.
  select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
$$;
comment on function :schema.webhook_new_secret() is 'A new signing key of 32 bytes.';
`,
    },
    {
      path: "functions/webhook_record_attempt.sql",
      text: `create or replace function :schema.webhook_record_attempt(
  p_id text,
  p_fence bigint,
  p_status integer,
  p_duration_ms integer,
  p_error text,
  p_response text,
  p_retry_after_s double precision,
  p_retry_at timestamptz
)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_delivery :schema.webhook_deliveries%rowtype;
  v_failing_since timestamptz(3);
  v_now timestamptz(3);
  v_delay interval;
  v_asked interval;
  v_reason text;
begin
  -- The endpoint before its delivery, as deleting an endpoint locks them.
  perform from :schema.webhook_endpoints as e
  where e.id = (select d.endpoint_id from :schema.webhook_deliveries as d where d.id = p_id)
  for key share;

  select d.* into v_delivery
  from :schema.webhook_deliveries as d
  where d.id = p_id
    and d.fence = p_fence
  for update;

  if not found then
    return 'stale';
  end if;

  v_now := clock_timestamp();

  insert into :schema.webhook_attempts (delivery_id, number, endpoint_id, at, status, duration_ms, error, response)
  values (p_id, v_delivery.attempts + 1, v_delivery.endpoint_id, v_now, p_status, p_duration_ms, p_error, p_response);

  if p_error is null then
    update :schema.webhook_endpoints as e
    set failing_since = null
    where e.id = v_delivery.endpoint_id
      and e.failing_since is not null;
  elsif p_status = 410 then
    v_reason := 'endpoint_gone';
  elsif v_delivery.event_id is null then
    v_reason := 'test_failed';
  else
    v_delay := :schema.webhook_retry_delay(v_delivery.tries + 1);
    if v_delay is null then
      v_reason := 'schedule_ended';
    end if;
  end if;

  if p_error is not null and v_reason is null then
    -- A fifth at most on top spreads what failed together; the receiver's own wish counts up to a day.
    v_delay := v_delay * (1 + 0.2 * random());
    v_asked := case
      when p_retry_after_s is not null then make_interval(secs => least(p_retry_after_s, 86400))
      when p_retry_at is not null then least(p_retry_at - v_now, interval '24 hours')
      else v_delay
    end;

    update :schema.webhook_deliveries as d
    set attempts = d.attempts + 1,
        tries = d.tries + 1,
        due_at = v_now + greatest(v_delay, v_asked),
        leased_until = null,
        last_status = p_status,
        last_error = p_error
    where d.id = p_id;

    return 'retry';
  end if;

  delete from :schema.webhook_deliveries as d
  where d.id = p_id;

  insert into :schema.webhook_delivery_history (
    id, endpoint_id, event_id, event_type, subject, body, attempts, fence, state, reason,
    last_status, last_error, created_at, finished_at
  )
  values (
    p_id, v_delivery.endpoint_id, v_delivery.event_id, v_delivery.event_type, v_delivery.subject, v_delivery.body,
    v_delivery.attempts + 1, p_fence, case when v_reason is null then 'delivered' else 'dead' end, v_reason,
    p_status, p_error, v_delivery.created_at, v_now
  );

  if v_reason is null then
    return 'delivered';
  end if;

  if v_reason = 'endpoint_gone' then
    perform :schema.webhook_set_state('system', null, null, v_delivery.endpoint_id, 'disabled', 'gone');
  elsif v_reason = 'schedule_ended' then
    update :schema.webhook_endpoints as e
    set failing_since = coalesce(e.failing_since, v_now)
    where e.id = v_delivery.endpoint_id
    returning e.failing_since into v_failing_since;

    if v_failing_since <= v_now - interval '5 days' then
      perform :schema.webhook_set_state('system', null, null, v_delivery.endpoint_id, 'disabled', 'failing');
    end if;
  end if;

  return 'dead';
end
$$;

comment on function :schema.webhook_record_attempt(text, bigint, integer, integer, text, text, double precision, timestamptz) is
  'Records the result of an attempt (error null: success) and decides: delivered, retry, dead; stale: another claim came after this one, and nothing is changed.';
`,
    },
    {
      path: "functions/webhook_replay.sql",
      text: `create or replace function :schema.webhook_replay(
  p_endpoint_id text,
  p_delivery_id text,
  p_since timestamptz,
  p_limit integer
)
returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_state text;
  v_moved integer;
begin
  select e.state into v_state
  from :schema.webhook_endpoints as e
  where e.id = p_endpoint_id
  for key share;

  if v_state is null then
    raise exception using
      errcode = 'GH404',
      constraint = 'webhook_unknown',
      message = format('There is no webhook endpoint %s.', p_endpoint_id);
  end if;

  if v_state = 'disabled' then
    raise exception using
      errcode = 'GH409',
      constraint = 'webhook_disabled',
      message = format('Webhook endpoint %s is disabled.', p_endpoint_id),
      hint = 'Enable it first.';
  end if;

  if p_delivery_id is not null then
    -- One that still waits for its next try is made now; one that somebody is at is left alone.
    update :schema.webhook_deliveries as d
    set due_at = clock_timestamp()
    where d.id = p_delivery_id
      and d.endpoint_id = p_endpoint_id
      and d.leased_until is null;

    if found then
      return 1;
    end if;
  end if;

  with chosen as materialized (
    select h.id, h.finished_at
    from :schema.webhook_delivery_history as h
    where h.endpoint_id = p_endpoint_id
      and case
        when p_delivery_id is null then h.state = 'dead' and h.event_id is not null and h.created_at >= p_since
        else h.id = p_delivery_id
      end
    order by h.created_at, h.id
    limit p_limit
    for update skip locked
  ),
  gone as (
    delete from :schema.webhook_delivery_history as h
    using chosen
    where h.id = chosen.id
      and h.finished_at = chosen.finished_at
    returning h.*
  ),
  back as (
    insert into :schema.webhook_deliveries (
      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, last_status, last_error, created_at
    )
    select id, endpoint_id, event_id, event_type, subject, body, attempts, fence, last_status, last_error, created_at
    from gone
    returning 1
  )
  select count(*)::integer into v_moved from back;

  return v_moved;
end
$$;

comment on function :schema.webhook_replay(text, text, timestamptz, integer) is
  'Sends again one delivery, or the dead letters of events since a time, oldest first and at most so many; the id stays, so that receivers know it. Returns how many.';
`,
    },
    {
      path: "functions/webhook_retire_deliveries.sql",
      text: `create or replace function :schema.webhook_retire_deliveries(p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with idle as materialized (
    select d.id
    from :schema.webhook_endpoints as e
    join :schema.accounts as a on a.id = e.owner_id
    cross join lateral (
      select w.id
      from :schema.webhook_deliveries as w
      where w.endpoint_id = e.id
        and (w.leased_until is null or w.leased_until < statement_timestamp())
      limit p_limit
    ) as d
    where e.state = 'disabled'
      or a.disabled_at is not null
    limit p_limit
  ),
  locked as materialized (
    select d.id
    from :schema.webhook_deliveries as d
    join idle on idle.id = d.id
    order by d.id
    for update of d skip locked
  ),
  gone as (
    delete from :schema.webhook_deliveries as d
    using locked
    where d.id = locked.id
      and (d.leased_until is null or d.leased_until < statement_timestamp())
    returning d.*
  ),
  kept as (
    insert into :schema.webhook_delivery_history (
      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, state, reason,
      last_status, last_error, created_at
    )
    select
      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, 'dead', 'endpoint_disabled',
      last_status, last_error, created_at
    from gone
    returning 1
  )
  select count(*)::integer from kept;
$$;
comment on function :schema.webhook_retire_deliveries(integer) is
  'Makes dead letters of what still waits for disabled endpoints, at most so many; they can be replayed once the endpoint is enabled. Returns how many.';
`,
    },
    {
      path: "functions/webhook_retry_delay.sql",
      text: `create or replace function :schema.webhook_retry_delay(p_tries integer) returns interval
language sql immutable
set search_path = :schema, pg_temp
as $$
  -- The schedule that Standard Webhooks recommends: ten attempts over three days.
  select (array[
    interval '5 seconds', interval '5 minutes', interval '30 minutes', interval '2 hours', interval '5 hours',
    interval '10 hours', interval '14 hours', interval '20 hours', interval '24 hours'
  ])[p_tries];
$$;
comment on function :schema.webhook_retry_delay(integer) is
  'Time to wait after so many attempts, before jitter; null: that was the last one.';
`,
    },
    {
      path: "functions/webhook_rotate_secret.sql",
      text: `create or replace function :schema.webhook_rotate_secret(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_overlap_s double precision
)
returns table (secret bytea, old_signs_until timestamptz)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_endpoint :schema.webhook_endpoints%rowtype;
  v_secret bytea := :schema.webhook_new_secret();
  v_until timestamptz(3);
begin
  -- Rotations of one endpoint wait for each other here.
  select e.* into v_endpoint
  from :schema.webhook_endpoints as e
  where e.id = p_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'webhook_unknown',
      message = format('There is no webhook endpoint %s.', p_id);
  end if;

  v_until := clock_timestamp() + make_interval(secs => p_overlap_s);

  -- Keys before the last one end now, so that never more than two sign.
  delete from :schema.webhook_secrets as s
  where s.endpoint_id = p_id
    and s.signs_until is not null;

  update :schema.webhook_secrets as s
  set signs_until = v_until
  where s.endpoint_id = p_id;

  insert into :schema.webhook_secrets (endpoint_id, generation, secret)
  select p_id, max(s.generation) + 1, v_secret
  from :schema.webhook_secrets as s
  where s.endpoint_id = p_id;

  perform :schema.record_change(
    p_actor_kind, p_actor_id, p_request_id, 'webhook.secret_rotated', p_id, v_endpoint.owner_id, null,
    jsonb_build_object('overlapS', p_overlap_s)
  );

  return query select v_secret, v_until::timestamptz;
end
$$;

comment on function :schema.webhook_rotate_secret(text, text, text, text, double precision) is
  'Makes a new signing key; the one before it signs beside it until the overlap in seconds is over.';
`,
    },
    {
      path: "functions/webhook_set_state.sql",
      text: `create or replace function :schema.webhook_set_state(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_state text,
  p_reason text
)
returns boolean
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_endpoint :schema.webhook_endpoints%rowtype;
  v_now timestamptz(3);
begin
  select e.* into v_endpoint
  from :schema.webhook_endpoints as e
  where e.id = p_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'webhook_unknown',
      message = format('There is no webhook endpoint %s.', p_id);
  end if;

  if v_endpoint.state = p_state then
    return false;
  end if;

  v_now := clock_timestamp();

  update :schema.webhook_endpoints as e
  set state = p_state,
      disabled_at = case when p_state = 'disabled' then v_now end,
      disabled_reason = case when p_state = 'disabled' then p_reason end,
      failing_since = null,
      updated_at = v_now
  where e.id = p_id;

  perform :schema.record_change(
    p_actor_kind, p_actor_id, p_request_id,
    case when p_state = 'disabled' then 'webhook.disabled' else 'webhook.enabled' end,
    p_id, v_endpoint.owner_id,
    jsonb_build_object('state', v_endpoint.state, 'url', v_endpoint.url),
    jsonb_build_object('state', p_state, 'url', v_endpoint.url, 'reason', p_reason)
  );

  return true;
end
$$;

comment on function :schema.webhook_set_state(text, text, text, text, text, text) is
  'Enables or disables an endpoint, with an audit entry and an event for its owner; false when it was so already.';
`,
    },
    {
      path: "migrations/0001_create_records.down.sql",
      text: `drop table :schema.idempotency_keys;
drop table :schema.outbox;
drop table :schema.audit_log;
drop function :schema.new_id(text);
`,
    },
    {
      path: "migrations/0001_create_records.up.sql",
      text: `create function :schema.new_id(p_prefix text) returns text
language sql volatile
set search_path = :schema, pg_temp
as $$
  select p_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', part.digit + 1, 1), '' order by part.place)
  from (
    select place,
      case when place <= 10
        then (((extract(epoch from clock_timestamp()) * 1000)::bigint >> (5 * (10 - place))) & 31)::integer
        else get_byte(uuid_send(gen_random_uuid()), 0) & 31
      end as digit
    from generate_series(1, 26) as place
  ) as part;
$$;
comment on function :schema.new_id(text) is
  'A new id: prefix, then 10 characters of time and 16 of chance. The default of id columns; the service makes its own.';

create table :schema.audit_log (
  id bigint generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  request_id text,
  constraint audit_log_pkey primary key (id)
);
create index audit_log_at_idx on :schema.audit_log (at desc, id desc);
create index audit_log_subject_idx on :schema.audit_log (subject, at desc, id desc);
comment on table :schema.audit_log is
  'Who did what to which thing. Rows are only ever added: a trigger and the missing grants refuse the rest.';
comment on column :schema.audit_log.actor_id is 'Account that acted; null for the system itself.';
comment on column :schema.audit_log.before is 'Values before the change; null when the thing is new.';
comment on column :schema.audit_log.after is 'Values after the change; null when the thing is gone.';
comment on column :schema.audit_log.request_id is 'HTTP request that caused it; null when none did.';
revoke update, delete, truncate on :schema.audit_log from current_user;

create table :schema.outbox (
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  type text not null,
  subject text not null,
  audience text,
  payload jsonb not null default '{}',
  constraint outbox_pkey primary key (xid, id)
);
comment on table :schema.outbox is
  'Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.';
comment on column :schema.outbox.audience is 'Account that may see the event; null for administrators only.';

create table :schema.idempotency_keys (
  account text not null,
  key text not null,
  operation text not null,
  request_sha256 bytea not null,
  answer jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint idempotency_keys_pkey primary key (account, key)
);
create index idempotency_keys_created_at_idx on :schema.idempotency_keys (created_at);
comment on table :schema.idempotency_keys is
  'One row per caller''s key, committed with the change it guards; pruned after some days.';
comment on column :schema.idempotency_keys.answer is
  'What the call returned; null only inside the transaction that is computing it.';
`,
    },
    {
      path: "migrations/0002_create_accounts.down.sql",
      text: `drop table :schema.auth_secrets;
drop table :schema.api_keys;
drop table :schema.refresh_tokens;
drop table :schema.account_sessions;
drop table :schema.accounts;
`,
    },
    {
      path: "migrations/0002_create_accounts.up.sql",
      text: `create table :schema.accounts (
  id text not null default :schema.new_id('acc'),
  kind text not null,
  login text not null,
  password_hash text,
  roles text[] not null default '{}',
  session_epoch integer not null default 0,
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint accounts_pkey primary key (id),
  constraint accounts_login_key unique (login),
  -- Lets a system's table reference (id, login) with \`on update cascade\` and keep its copy of the login right.
  constraint accounts_id_login_key unique (id, login),
  constraint accounts_id_check check (length(id) between 1 and 64),
  constraint accounts_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint accounts_login_check check (login = lower(login) and octet_length(login) between 1 and 320),
  constraint accounts_password_hash_check check (password_hash like '$argon2%' and length(password_hash) <= 512),
  constraint accounts_roles_check check (
    cardinality(roles) <= 32
    and array_position(roles, null) is null
    and array_to_string(roles, ' ') ~ '^([a-z][a-z0-9_.:-]{0,63}( [a-z][a-z0-9_.:-]{0,63})*)?$'
  )
);

comment on table :schema.accounts is
  'Who may sign in or call with a key. A row of the system (a user, a worker) shares the id of its account.';
comment on column :schema.accounts.login is 'Lower case; the application also normalises it to Unicode NFC.';
comment on column :schema.accounts.password_hash is
  'argon2 in PHC form, parameters included; null: cannot sign in by password.';
comment on column :schema.accounts.session_epoch is
  'Raised to end every session at once: a session is live only while its epoch equals this one.';
comment on column :schema.accounts.disabled_at is 'Null: enabled. Set: no sign-in, no token and no key works.';

create table :schema.account_sessions (
  id text not null default :schema.new_id('ses'),
  account_id text not null,
  epoch integer not null,
  generation integer not null default 1,
  created_at timestamptz(3) not null default now(),
  refreshed_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoked_reason text,
  constraint account_sessions_pkey primary key (id),
  constraint account_sessions_account_id_fkey foreign key (account_id)
    references :schema.accounts (id) on delete cascade,
  constraint account_sessions_generation_check check (generation >= 1),
  constraint account_sessions_revoked_check check (
    (revoked_at is null) = (revoked_reason is null)
    and revoked_reason in ('signed_out', 'token_reused', 'too_many')
  )
)
-- Every refresh updates the row; the spare room keeps those updates on its page, away from the indexes.
with (fillfactor = 80);

create index account_sessions_account_id_idx on :schema.account_sessions (account_id, created_at desc, id desc);
create index account_sessions_expires_at_idx on :schema.account_sessions (expires_at);

comment on table :schema.account_sessions is
  'One sign-in: the family of all refresh tokens that follow from it. Only the token of the current generation refreshes.';
comment on column :schema.account_sessions.epoch is 'session_epoch of the account when the session was opened.';
comment on column :schema.account_sessions.generation is 'Number of the refresh token that is valid now; each refresh raises it.';
comment on column :schema.account_sessions.refreshed_at is 'When the current generation was issued.';
comment on column :schema.account_sessions.expires_at is
  'End of the current refresh token; moved by each refresh, never beyond the greatest age of a session.';
comment on column :schema.account_sessions.revoked_at is 'Null: not revoked.';
comment on column :schema.account_sessions.revoked_reason is 'Null: not revoked.';

create table :schema.refresh_tokens (
  token_hash bytea not null,
  session_id text not null,
  generation integer not null,
  issued_at timestamptz(3) not null default now(),
  constraint refresh_tokens_pkey primary key (token_hash),
  constraint refresh_tokens_session_id_generation_key unique (session_id, generation),
  constraint refresh_tokens_session_id_fkey foreign key (session_id)
    references :schema.account_sessions (id) on delete cascade,
  constraint refresh_tokens_token_hash_check check (octet_length(token_hash) = 32)
);

comment on table :schema.refresh_tokens is
  'SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one.';

create table :schema.api_keys (
  id text not null default :schema.new_id('key'),
  account_id text not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  roles text[] not null default '{}',
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  replaced_by text,
  constraint api_keys_pkey primary key (id),
  constraint api_keys_prefix_key unique (prefix),
  constraint api_keys_account_id_fkey foreign key (account_id)
    references :schema.accounts (id) on delete cascade,
  constraint api_keys_name_check check (length(name) between 1 and 200),
  constraint api_keys_prefix_check check (prefix ~ '^[0-9a-f]{12}$'),
  constraint api_keys_key_hash_check check (octet_length(key_hash) = 32),
  constraint api_keys_roles_check check (cardinality(roles) <= 32 and array_position(roles, null) is null)
)
with (fillfactor = 90);

create index api_keys_account_id_idx on :schema.api_keys (account_id, created_at desc, id desc);

comment on table :schema.api_keys is
  'Keys for programs, shown once and kept as SHA-256. A key acts with those of its roles that the account still has.';
comment on column :schema.api_keys.prefix is 'The public middle part of the key, by which it is found and recognised.';
comment on column :schema.api_keys.expires_at is 'Null: does not expire.';
comment on column :schema.api_keys.last_used_at is 'Exact to a minute; null: never used.';
comment on column :schema.api_keys.revoked_at is 'Null: not revoked.';
comment on column :schema.api_keys.replaced_by is
  'Key that a rotation made to follow this one; null: not rotated. Not a reference: old keys are cleared away.';

create table :schema.auth_secrets (
  kid text not null,
  secret bytea not null,
  created_at timestamptz(3) not null default now(),
  verify_until timestamptz(3),
  constraint auth_secrets_pkey primary key (kid),
  constraint auth_secrets_secret_check check (octet_length(secret) = 32)
);

-- One signing key at most, however many processes find none at the same moment.
create unique index auth_secrets_signing_key on :schema.auth_secrets ((true)) where verify_until is null;

comment on table :schema.auth_secrets is
  'Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody.';
comment on column :schema.auth_secrets.verify_until is
  'Null: the key that signs. Set: rotated out, and still accepted until then.';
`,
    },
    {
      path: "migrations/0003_create_ledger.down.sql",
      text: `drop table :schema.ledger_seal_marks;
drop table :schema.ledger_seals;
drop table :schema.ledger_holds;
drop table :schema.ledger_transfers;
drop table :schema.ledger_balances;
drop table :schema.ledger_accounts;
drop table :schema.ledger_assets;
`,
    },
    {
      path: "migrations/0003_create_ledger.up.sql",
      text: `create table :schema.ledger_assets (
  id smallint generated always as identity,
  code text not null,
  decimals smallint not null,
  factor numeric not null generated always as ((('1' || repeat('0', decimals))::numeric)) stored,
  unit numeric not null generated always as (
    (case decimals when 0 then '1' else '0.' || repeat('0', decimals - 1) || '1' end)::numeric) stored,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_assets_pkey primary key (id),
  constraint ledger_assets_code_key unique (code),
  constraint ledger_assets_code_check check (code ~ '^[A-Za-z][A-Za-z0-9._:/-]{0,63}$'),
  constraint ledger_assets_decimals_check check (decimals between 0 and 38)
);
comment on table :schema.ledger_assets is
  'What accounts are kept in, and how finely it divides. Amounts are stored in the smallest unit, as whole numbers.';
comment on column :schema.ledger_assets.factor is 'Smallest units in one: 10 to the power of decimals.';
comment on column :schema.ledger_assets.unit is 'The smallest unit: multiply by it, for a division rounds large amounts.';

create table :schema.ledger_accounts (
  id bigint generated always as identity,
  code text not null,
  asset_id smallint not null,
  normal_side text not null,
  min_balance numeric,
  max_balance numeric,
  slots smallint not null default 1,
  metadata jsonb,
  closed_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_accounts_pkey primary key (id),
  constraint ledger_accounts_code_key unique (code),
  constraint ledger_accounts_asset_key unique (id, asset_id),
  constraint ledger_accounts_asset_id_fkey foreign key (asset_id) references :schema.ledger_assets (id),
  constraint ledger_accounts_code_check check (code <> '' and length(code) <= 200),
  constraint ledger_accounts_normal_side_check check (normal_side in ('debit', 'credit')),
  constraint ledger_accounts_limits_check check (
    (min_balance is null or (min_balance = trunc(min_balance) and min_balance <= 0))
    and (max_balance is null or (max_balance = trunc(max_balance) and max_balance >= 0))
  ),
  constraint ledger_accounts_slots_check check (slots between 1 and 64)
);
comment on table :schema.ledger_accounts is
  'Accounts of the double entry. The code is the caller''s own name for it and never changes.';
comment on column :schema.ledger_accounts.normal_side is
  'The side that raises the balance: debit for what is owned or spent, credit for what is owed or earned.';
comment on column :schema.ledger_accounts.min_balance is
  'Lowest balance in smallest units, zero or below, counting open holds against it; null: any.';
comment on column :schema.ledger_accounts.max_balance is
  'Highest balance in smallest units, zero or above, counting open holds into it; null: any.';
comment on column :schema.ledger_accounts.slots is
  'Parts that the balance is kept in. More than one for an account that everybody posts to at once.';
comment on column :schema.ledger_accounts.metadata is 'Facts of the caller''s; null when there are none.';
comment on column :schema.ledger_accounts.closed_at is 'Since when nothing is posted any more; null while it is open.';

create table :schema.ledger_balances (
  account_id bigint not null,
  last_at timestamptz not null default '-infinity',
  asset_id smallint not null,
  slot smallint not null,
  debits numeric not null default 0,
  credits numeric not null default 0,
  held_debits numeric not null default 0,
  held_credits numeric not null default 0,
  shift numeric not null default 0,
  constraint ledger_balances_pkey primary key (account_id, asset_id, slot),
  constraint ledger_balances_account_id_fkey foreign key (account_id, asset_id)
    references :schema.ledger_accounts (id, asset_id),
  constraint ledger_balances_sums_check
    check (debits >= 0 and credits >= 0 and held_debits >= 0 and held_credits >= 0)
) with (fillfactor = 50);
comment on table :schema.ledger_balances is
  'Sums of the transfers of each account, a row a slot; the row that postings lock. Read the view ledger_account_balances.';
comment on column :schema.ledger_balances.last_at is 'Time of the last posting: the next is later, whatever the clock does.';
comment on column :schema.ledger_balances.shift is
  'What this slot may spend beyond its own sums, taken from the other slots; adds up to zero over the account.';

create table :schema.ledger_transfers (
  id bigint generated always as identity,
  at timestamptz not null,
  debit_account bigint not null,
  credit_account bigint not null,
  key uuid not null,
  asset_id smallint not null,
  debit_slot smallint not null,
  credit_slot smallint not null,
  kind smallint not null,
  amount numeric not null,
  hold_id bigint,
  expires_at timestamptz,
  reference text,
  metadata jsonb,
  constraint ledger_transfers_pkey primary key (id),
  constraint ledger_transfers_key_key unique (key),
  constraint ledger_transfers_debit_fkey foreign key (debit_account, asset_id, debit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot),
  constraint ledger_transfers_credit_fkey foreign key (credit_account, asset_id, credit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot),
  constraint ledger_transfers_amount_check check (amount > 0 and amount < 1e60 and amount = trunc(amount)),
  constraint ledger_transfers_accounts_check check (debit_account <> credit_account),
  constraint ledger_transfers_kind_check check (
    kind between 1 and 5 and (kind >= 3) = (hold_id is not null) and (kind = 2 or expires_at is null)
  )
);
create index ledger_transfers_debit_idx on :schema.ledger_transfers (debit_account, id);
create index ledger_transfers_credit_idx on :schema.ledger_transfers (credit_account, id);
create unique index ledger_transfers_hold_id_key on :schema.ledger_transfers (hold_id) where hold_id is not null;
comment on table :schema.ledger_transfers is
  'The journal: amounts moved from one account (debited) to another (credited) of the same asset. Rows are only ever added, by ledger_post.';
comment on column :schema.ledger_transfers.key is 'First half of the SHA-256 of the caller''s idempotency key.';
comment on column :schema.ledger_transfers.kind is
  '1 transfer, 2 hold, 3 settlement of a hold, 4 hold given back, 5 hold expired. Only 1 and 3 move money.';
comment on column :schema.ledger_transfers.amount is 'In smallest units of the asset; for 4 and 5, what was held.';
comment on column :schema.ledger_transfers.hold_id is 'Hold that this ends, each at most once; null for transfers and holds. No foreign key: its check locks the hold, which needs the right to update it.';
comment on column :schema.ledger_transfers.expires_at is 'When a hold may be expired; null: never, or it is no hold.';
comment on column :schema.ledger_transfers.reference is 'Caller''s words or foreign id; null when none was given.';
comment on column :schema.ledger_transfers.metadata is 'Facts of the caller''s; null when there are none.';
revoke update, delete, truncate on :schema.ledger_transfers from current_user;

create table :schema.ledger_holds (
  hold_id bigint not null,
  debit_account bigint not null,
  credit_account bigint not null,
  asset_id smallint not null,
  debit_slot smallint not null,
  credit_slot smallint not null,
  amount numeric not null,
  expires_at timestamptz,
  constraint ledger_holds_pkey primary key (hold_id)
);
create index ledger_holds_expires_at_idx on :schema.ledger_holds (expires_at) where expires_at is not null;
comment on table :schema.ledger_holds is 'Holds that are open now; a row goes when the hold ends.';
comment on column :schema.ledger_holds.expires_at is 'Null: it stays until it is settled or given back.';

create table :schema.ledger_seals (
  number bigint not null,
  up_to bigint not null,
  transfers integer not null,
  digest bytea not null,
  hash bytea not null,
  at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_seals_pkey primary key (number),
  constraint ledger_seals_up_to_key unique (up_to),
  constraint ledger_seals_number_check check (number >= 1 and transfers >= 1),
  constraint ledger_seals_hash_check check (octet_length(digest) = 32 and octet_length(hash) = 32)
);
comment on table :schema.ledger_seals is
  'Hash chain over the journal: each seal covers the transfers after the seal before it, up to and with up_to.';
comment on column :schema.ledger_seals.digest is 'SHA-256 of the transfers it covers.';
comment on column :schema.ledger_seals.hash is 'SHA-256 of the hash before, the digest, the number and up_to: the root to keep elsewhere.';
revoke update, delete, truncate on :schema.ledger_seals from current_user;

create table :schema.ledger_seal_marks (
  single boolean not null default true,
  up_to bigint not null,
  horizon xid8 not null,
  constraint ledger_seal_marks_pkey primary key (single),
  constraint ledger_seal_marks_single_check check (single)
);
comment on table :schema.ledger_seal_marks is
  'Up to which transfer may be sealed, once every transaction below the horizon has ended: none can then turn up behind it.';
`,
    },
    {
      path: "migrations/0004_create_webhooks.down.sql",
      text: `drop table :schema.webhook_attempts;
drop table :schema.webhook_delivery_history;
drop table :schema.webhook_deliveries;
drop table :schema.webhook_cursor;
drop table :schema.webhook_secrets;
drop table :schema.webhook_endpoints;
`,
    },
    {
      path: "migrations/0004_create_webhooks.up.sql",
      text: `create table :schema.webhook_endpoints (
  id text not null,
  owner_id text not null,
  url text not null,
  description text not null default '',
  event_types text[] not null default '{}',
  state text not null default 'active',
  disabled_reason text,
  disabled_at timestamptz(3),
  failing_since timestamptz(3),
  after_event_id bigint not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_endpoints_pkey primary key (id),
  constraint webhook_endpoints_owner_id_fkey foreign key (owner_id)
    references :schema.accounts (id) on delete cascade,
  constraint webhook_endpoints_url_check check (url ~ '^https?://' and octet_length(url) <= 2048),
  constraint webhook_endpoints_description_check check (length(description) <= 200),
  constraint webhook_endpoints_event_types_check check (
    cardinality(event_types) <= 50
    and array_position(event_types, null) is null
    and array_to_string(event_types, ' ') ~ '^([a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*)?( [a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*)?)*)?$'
  ),
  constraint webhook_endpoints_state_check check (state in ('active', 'disabled')),
  constraint webhook_endpoints_disabled_check check (
    (state = 'disabled') = (disabled_at is not null)
    and (disabled_at is null) = (disabled_reason is null)
    and disabled_reason in ('by_owner', 'gone', 'failing')
  )
);

create index webhook_endpoints_owner_id_idx on :schema.webhook_endpoints (owner_id, created_at desc, id desc);
create index webhook_endpoints_created_at_idx on :schema.webhook_endpoints (created_at desc, id desc);

comment on table :schema.webhook_endpoints is
  'Addresses that events are posted to. The owner''s endpoint gets the events the owner may see; an administrator''s gets all.';
comment on column :schema.webhook_endpoints.event_types is
  'Exact types and prefixes such as order.*; empty: every type.';
comment on column :schema.webhook_endpoints.disabled_reason is
  'by_owner; gone: it answered 410; failing: dead letters for five days without a success. Null: active.';
comment on column :schema.webhook_endpoints.disabled_at is 'Null: active.';
comment on column :schema.webhook_endpoints.after_event_id is
  'Number of the event that told of its creation: only later ones are sent to it.';
comment on column :schema.webhook_endpoints.failing_since is
  'First dead letter since the last success; null: none.';

create table :schema.webhook_secrets (
  endpoint_id text not null,
  generation integer not null,
  secret bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  signs_until timestamptz(3),
  constraint webhook_secrets_pkey primary key (endpoint_id, generation),
  constraint webhook_secrets_endpoint_id_fkey foreign key (endpoint_id)
    references :schema.webhook_endpoints (id) on delete cascade,
  constraint webhook_secrets_secret_check check (octet_length(secret) between 24 and 64)
);

comment on table :schema.webhook_secrets is
  'Keys that sign deliveries. They are kept as they are, because signing needs them: grant this table to no reporting role.';
comment on column :schema.webhook_secrets.signs_until is
  'End of the overlap after a rotation; null: signs until it is rotated.';

create table :schema.webhook_cursor (
  only_row boolean not null default true,
  xid xid8 not null,
  event_id bigint not null,
  moved_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_cursor_pkey primary key (only_row),
  constraint webhook_cursor_only_row_check check (only_row)
);

comment on table :schema.webhook_cursor is
  'Position in the outbox up to which deliveries have been written; it moves in the transaction that writes them.';

-- An instance that is upgraded begins with what it has: there was no endpoint to miss anything.
insert into :schema.webhook_cursor (xid, event_id) values ('0'::xid8, 0);

create table :schema.webhook_deliveries (
  id text not null,
  endpoint_id text not null,
  event_id bigint,
  event_type text not null,
  subject text not null,
  body text not null,
  attempts integer not null default 0,
  tries integer not null default 0,
  fence bigint not null default 0,
  due_at timestamptz(3) not null default clock_timestamp(),
  leased_until timestamptz(3),
  last_status integer,
  last_error text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_deliveries_pkey primary key (id),
  constraint webhook_deliveries_endpoint_id_fkey foreign key (endpoint_id)
    references :schema.webhook_endpoints (id) on delete cascade,
  constraint webhook_deliveries_tries_check check (tries between 0 and 10 and attempts >= tries)
)
-- Rows live for a few updates and go: room on the page, and vacuum early, keep the table as small as its live rows.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create index webhook_deliveries_due_at_idx on :schema.webhook_deliveries (due_at);
create index webhook_deliveries_endpoint_id_idx on :schema.webhook_deliveries (endpoint_id, due_at);
create index webhook_deliveries_leased_idx on :schema.webhook_deliveries (endpoint_id, leased_until)
  where leased_until is not null;
create index webhook_deliveries_log_idx on :schema.webhook_deliveries (endpoint_id, created_at desc, id desc);

comment on table :schema.webhook_deliveries is
  'Deliveries that are waiting or being made, one per event and endpoint; finished ones move to webhook_delivery_history.';
comment on column :schema.webhook_deliveries.event_id is 'Number of the event; null: a test ping.';
comment on column :schema.webhook_deliveries.tries is
  'Place in the retry schedule; a replay begins again at 0, while attempts goes on counting.';
comment on column :schema.webhook_deliveries.fence is
  'Raised by every claim; a result that brings an older number is refused.';
comment on column :schema.webhook_deliveries.due_at is
  'When it may be claimed; while it is claimed, the end of the lease.';
comment on column :schema.webhook_deliveries.leased_until is 'Null: nobody is at it.';
comment on column :schema.webhook_deliveries.last_status is 'HTTP status of the last attempt; null: no answer, or none yet.';
comment on column :schema.webhook_deliveries.last_error is 'Why the last attempt failed; null: it did not, or there was none.';

create table :schema.webhook_delivery_history (
  id text not null,
  endpoint_id text not null,
  event_id bigint,
  event_type text not null,
  subject text not null,
  body text not null,
  attempts integer not null,
  fence bigint not null,
  state text not null,
  reason text,
  last_status integer,
  last_error text,
  created_at timestamptz(3) not null,
  finished_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_delivery_history_pkey primary key (id, finished_at),
  constraint webhook_delivery_history_state_check check (state in ('delivered', 'dead')),
  constraint webhook_delivery_history_reason_check check (
    (state = 'dead') = (reason is not null)
    and reason in ('schedule_ended', 'endpoint_gone', 'endpoint_disabled', 'test_failed')
  )
)
partition by range (finished_at);

create index webhook_delivery_history_log_idx
  on :schema.webhook_delivery_history (endpoint_id, created_at desc, id desc);
create index webhook_delivery_history_dead_idx
  on :schema.webhook_delivery_history (endpoint_id, created_at, id)
  where state = 'dead';

comment on table :schema.webhook_delivery_history is
  'Deliveries that have ended, by day; whole days are dropped by retention. A replay moves a row back to webhook_deliveries.';
comment on column :schema.webhook_delivery_history.event_id is 'Number of the event; null: a test ping.';
comment on column :schema.webhook_delivery_history.reason is 'Why it is a dead letter; null: it was delivered.';
comment on column :schema.webhook_delivery_history.last_status is 'HTTP status of the last attempt; null: no answer came.';
comment on column :schema.webhook_delivery_history.last_error is 'Why the last attempt failed; null: it did not.';

create table :schema.webhook_delivery_history_default
  partition of :schema.webhook_delivery_history default;

create table :schema.webhook_attempts (
  delivery_id text not null,
  number integer not null,
  endpoint_id text not null,
  at timestamptz(3) not null default clock_timestamp(),
  status integer,
  duration_ms integer not null,
  error text,
  response text not null default '',
  constraint webhook_attempts_pkey primary key (delivery_id, number, at),
  constraint webhook_attempts_response_check check (length(response) <= 1024)
)
partition by range (at);

comment on table :schema.webhook_attempts is
  'Every attempt whose result was recorded, by day; whole days are dropped by retention.';
comment on column :schema.webhook_attempts.status is 'HTTP status; null: no answer came.';
comment on column :schema.webhook_attempts.error is 'Why it failed; null: it did not.';
comment on column :schema.webhook_attempts.response is 'The first kilobyte of the answer.';

create table :schema.webhook_attempts_default partition of :schema.webhook_attempts default;
`,
    },
    {
      path: "migrations/0005_create_retention.down.sql",
      text: `drop table :schema.retention_policies;
`,
    },
    {
      path: "migrations/0005_create_retention.up.sql",
      text: `create table :schema.retention_policies (
  name text not null,
  kind text not null,
  table_name text not null,
  time_column text not null,
  keep interval not null,
  batch_size integer not null default 5000,
  step text,
  steps_ahead integer,
  alarm_days integer,
  every interval not null default '1 hour',
  enabled boolean not null default true,
  next_run_at timestamptz(3) not null default clock_timestamp(),
  last_run_at timestamptz(3),
  last_gone bigint not null default 0,
  last_ms integer not null default 0,
  total_gone bigint not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint retention_policies_pkey primary key (name),
  constraint retention_policies_kind_check check (kind in ('rows', 'read_events', 'partitions')),
  constraint retention_policies_names_check check (
    name ~ '^[a-z][a-z0-9_]{0,62}$' and table_name ~ '^[a-z][a-z0-9_]{0,49}$' and time_column ~ '^[a-z][a-z0-9_]{0,62}$'
  ),
  constraint retention_policies_keep_check check (keep >= interval '1 hour' and keep <= interval '100 years'),
  constraint retention_policies_batch_size_check check (batch_size between 1 and 10000),
  constraint retention_policies_every_check check (every >= interval '1 minute' and every <= interval '1 day'),
  constraint retention_policies_partitions_check check (
    (kind = 'partitions') = (step is not null)
    and (step is null) = (steps_ahead is null)
    and (step is null) = (alarm_days is null)
    and step in ('day', 'month')
    and steps_ahead between 1 and 400
    and alarm_days between 0 and 366
  )
);

comment on table :schema.retention_policies is
  'How long rows of a table are kept, and how many go at once. A check by trigger keeps append-only tables out.';
comment on column :schema.retention_policies.kind is
  'rows: deleted in batches by an index on time; read_events: rows of the outbox, never beyond what the webhooks'' fan-out has read; partitions: made ahead and dropped whole.';
comment on column :schema.retention_policies.step is 'Length of a partition; null: not partitioned.';
comment on column :schema.retention_policies.steps_ahead is 'Partitions kept ready beyond the present one; null: not partitioned.';
comment on column :schema.retention_policies.alarm_days is
  'Fewer days ready than this raise the alarm; null: not partitioned.';
comment on column :schema.retention_policies.last_run_at is 'Null: it has not run yet.';

insert into :schema.retention_policies (name, kind, table_name, time_column, keep, batch_size, step, steps_ahead, alarm_days)
values
  ('idempotency_keys', 'rows', 'idempotency_keys', 'created_at', interval '3 days', 5000, null, null, null),
  -- A month of replay for event streams and for webhooks that are turned on late.
  ('outbox', 'read_events', 'outbox', 'at', interval '30 days', 5000, null, null, null),
  ('webhook_delivery_history', 'partitions', 'webhook_delivery_history', 'finished_at', interval '30 days', 5000, 'day', 14, 3),
  ('webhook_attempts', 'partitions', 'webhook_attempts', 'at', interval '30 days', 5000, 'day', 14, 3);
`,
    },
    {
      path: "migrations/0006_create_queue.down.sql",
      text: `drop table :schema.queue_slots;
drop table :schema.queue_schedules;
drop table :schema.queue_attempts;
drop table :schema.queue_dead;
drop table :schema.queue_history;
drop table :schema.queue_claims;
drop table :schema.queue_jobs;
drop table :schema.queue_settings;
drop sequence :schema.queue_tokens;
drop sequence :schema.queue_places;
`,
    },
    {
      path: "migrations/0006_create_queue.up.sql",
      text: `create sequence :schema.queue_places as bigint;
comment on sequence :schema.queue_places is
  'Ids of jobs and their places in line. Drawn only by a transaction that already has its own id: queue_sweep relies on it.';
create sequence :schema.queue_tokens as bigint;
comment on sequence :schema.queue_tokens is 'Fencing tokens: each claim draws a higher one than all before it.';

create table :schema.queue_settings (
  id integer generated always as identity,
  name text not null,
  paused_at timestamptz(3),
  max_failures smallint not null default 10,
  max_losses smallint not null default 20,
  retry_base_s double precision not null default 2,
  retry_most_s double precision not null default 3600,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint queue_settings_pkey primary key (id),
  constraint queue_settings_name_key unique (name),
  constraint queue_settings_name_check check (name ~ '^[a-z][a-z0-9_.:-]{0,99}$'),
  constraint queue_settings_limits_check check (max_failures between 1 and 1000 and max_losses between 0 and 1000),
  constraint queue_settings_retry_check check (
    retry_base_s between 0 and retry_most_s and retry_most_s <= 2592000
  )
);
comment on table :schema.queue_settings is
  'One row a queue: how often an attempt may fail or be lost, how long to wait between, and whether it is paused.';
comment on column :schema.queue_settings.paused_at is 'Null: jobs are handed out. Set: nobody gets one.';

create table :schema.queue_jobs (
  id bigint not null,
  token bigint not null default 0,
  place bigint,
  lease_until timestamptz(3),
  run_at timestamptz(3) not null default clock_timestamp(),
  created_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null default 5,
  failures smallint not null default 0,
  losses smallint not null default 0,
  key text,
  payload jsonb not null,
  progress jsonb,
  constraint queue_jobs_pkey primary key (id),
  constraint queue_jobs_priority_check check (priority between 0 and 9),
  constraint queue_jobs_key_check check (octet_length(key) between 1 and 255),
  constraint queue_jobs_payload_check check (pg_column_size(payload) <= 262144),
  constraint queue_jobs_progress_check check (pg_column_size(progress) <= 16384),
  constraint queue_jobs_lease_check check (lease_until is null or place is not null)
)
-- A claim changes token and lease only, which no index has: half of each page is kept free, so that the new
-- version stays on its page and no index is touched. Vacuum comes early and never takes the lock to shorten the file.
with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.5,
  autovacuum_analyze_scale_factor = 0.5,
  vacuum_truncate = off
);
create index queue_jobs_place_idx on :schema.queue_jobs (queue_id, priority, place) where place is not null;
create index queue_jobs_waiting_idx on :schema.queue_jobs (queue_id, run_at) where place is null;
create unique index queue_jobs_queue_id_key_key on :schema.queue_jobs (queue_id, key) where key is not null;
comment on table :schema.queue_jobs is
  'Jobs that are not finished: in line, in work, or waiting for their time. No foreign key to queue_settings, whose check would double the time of an insert; rows come in through queue_enqueue.';
comment on column :schema.queue_jobs.token is 'Fencing token of the last claim; 0 before the first.';
comment on column :schema.queue_jobs.place is 'Place in line, first by priority; null: waits for run_at.';
comment on column :schema.queue_jobs.lease_until is
  'Set: in work, and taken to be lost when this has passed and queue_reap comes by. Null: nobody has it.';
comment on column :schema.queue_jobs.key is 'Unique among the live jobs of the queue; null: no such wish.';
comment on column :schema.queue_jobs.progress is 'What the worker last reported; null: nothing.';

create table :schema.queue_claims (
  token bigint not null,
  queue_id integer not null,
  worker text not null,
  claimed_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  job_ids bigint[] not null,
  constraint queue_claims_pkey primary key (token),
  constraint queue_claims_worker_check check (octet_length(worker) between 1 and 200)
);
create index queue_claims_expires_at_idx on :schema.queue_claims (expires_at);
comment on table :schema.queue_claims is
  'Who took which jobs together and when, until the lease of the last of them has run out: so that lost ones are found without an index on the leases.';

create table :schema.queue_history (
  id bigint not null,
  token bigint not null,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null,
  failures smallint not null,
  losses smallint not null,
  outcome text not null,
  worker text,
  key text,
  payload jsonb not null,
  result jsonb,
  constraint queue_history_pkey primary key (id),
  constraint queue_history_outcome_check check (outcome in ('done', 'cancelled'))
);
create index queue_history_finished_at_idx on :schema.queue_history using brin (finished_at);
comment on table :schema.queue_history is 'Jobs that were done or cancelled, moved here by the statement that ended them.';
comment on column :schema.queue_history.started_at is 'When its last claim was; null: it was cancelled before any.';
comment on column :schema.queue_history.worker is 'Who had it last; null: it was cancelled while nobody had it.';
comment on column :schema.queue_history.key is 'Null: it had none.';
comment on column :schema.queue_history.result is 'What the worker gave back; null: nothing.';

create table :schema.queue_dead (
  id bigint not null,
  token bigint not null,
  created_at timestamptz(3) not null,
  died_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null,
  failures smallint not null,
  losses smallint not null,
  reason text not null,
  error text,
  key text,
  payload jsonb not null,
  constraint queue_dead_pkey primary key (id),
  constraint queue_dead_reason_check check (reason in ('failed', 'timed_out', 'lost', 'invalid_payload', 'refused'))
);
create index queue_dead_queue_id_idx on :schema.queue_dead (queue_id, id);
comment on table :schema.queue_dead is
  'Dead letters: jobs given up, with their payload, until somebody retries them. Their attempts are in queue_attempts.';
comment on column :schema.queue_dead.error is 'What the last attempt ended with; null: it said nothing.';
comment on column :schema.queue_dead.key is 'Null: it had none.';

create table :schema.queue_attempts (
  job_id bigint not null,
  token bigint not null,
  queue_id integer not null,
  worker text,
  started_at timestamptz(3),
  ended_at timestamptz(3) not null default clock_timestamp(),
  outcome text not null,
  error text,
  constraint queue_attempts_pkey primary key (job_id, token),
  constraint queue_attempts_outcome_check check (
    outcome in ('failed', 'timed_out', 'lost', 'returned', 'invalid_payload', 'refused')
  )
);
create index queue_attempts_ended_at_idx on :schema.queue_attempts using brin (ended_at);
comment on table :schema.queue_attempts is
  'Attempts that did not finish their job: when, who, how it ended and why. The one that did is the row of queue_history.';
comment on column :schema.queue_attempts.worker is 'Null: its claim is no longer known.';
comment on column :schema.queue_attempts.started_at is 'Null: its claim is no longer known.';
comment on column :schema.queue_attempts.error is 'Null: it said nothing.';

create table :schema.queue_schedules (
  name text not null,
  queue_id integer not null,
  cron text not null,
  time_zone text not null,
  payload jsonb not null,
  priority smallint not null default 5,
  catch_up text not null default 'last',
  catch_up_most integer not null default 100,
  next_slot timestamptz(3),
  last_slot timestamptz(3),
  slots_skipped bigint not null default 0,
  paused_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint queue_schedules_pkey primary key (name),
  constraint queue_schedules_queue_id_fkey foreign key (queue_id) references :schema.queue_settings (id),
  constraint queue_schedules_name_check check (octet_length(name) between 1 and 200),
  constraint queue_schedules_priority_check check (priority between 0 and 9),
  constraint queue_schedules_catch_up_check check (catch_up in ('all', 'last', 'none')),
  constraint queue_schedules_catch_up_most_check check (catch_up_most between 1 and 1000)
);
create index queue_schedules_queue_id_idx on :schema.queue_schedules (queue_id);
create index queue_schedules_next_slot_idx on :schema.queue_schedules (next_slot) where next_slot is not null;
comment on table :schema.queue_schedules is
  'Jobs that come by the clock. next_slot moves on in the transaction that enqueues, by compare and set: of many schedulers one wins.';
comment on column :schema.queue_schedules.next_slot is 'Null: the expression has no further time.';
comment on column :schema.queue_schedules.last_slot is 'Null: nothing was enqueued yet.';
comment on column :schema.queue_schedules.slots_skipped is 'Slots that the catch-up rule left out.';
comment on column :schema.queue_schedules.paused_at is 'Null: runs. Set: its slots pass by without a job.';

create table :schema.queue_slots (
  schedule text not null,
  slot timestamptz(3) not null,
  job_id bigint not null,
  constraint queue_slots_pkey primary key (schedule, slot),
  constraint queue_slots_job_id_key unique (job_id)
);
comment on table :schema.queue_slots is 'Which slot of a schedule became which job: at most one, however often it is tried.';
`,
    },
    {
      path: "migrations/0007_check_ledger_accounts_at_once.down.sql",
      text: `alter table :schema.ledger_transfers
  add constraint ledger_transfers_debit_fkey foreign key (debit_account, asset_id, debit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot),
  add constraint ledger_transfers_credit_fkey foreign key (credit_account, asset_id, credit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot);
comment on column :schema.ledger_balances.last_at is 'Time of the last posting: the next is later, whatever the clock does.';
`,
    },
    {
      path: "migrations/0007_check_ledger_accounts_at_once.up.sql",
      text: `-- A foreign key is looked up row by row, twice a transfer: an eighth of the time of posting. The triggers
-- ledger_transfers_check_accounts and ledger_balances_kept hold the same rule with one look-up a statement.
alter table :schema.ledger_transfers
  drop constraint ledger_transfers_debit_fkey,
  drop constraint ledger_transfers_credit_fkey;

-- Plain transfers take their time after the last of their balances is changed, so the others may be a moment behind it.
comment on column :schema.ledger_balances.last_at is
  'Time at which the last posting had this balance, at most that of the posting itself: the next is later, as long as the database''s clock does not go back.';
`,
    },
    {
      path: "migrations/0008_make_ids_and_keys_cheap.down.sql",
      text: `create or replace function :schema.new_id(p_prefix text) returns text
language sql volatile
set search_path = :schema, pg_temp
as $$
  select p_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', part.digit + 1, 1), '' order by part.place)
  from (
    select place,
      case when place <= 10
        then (((extract(epoch from clock_timestamp()) * 1000)::bigint >> (5 * (10 - place))) & 31)::integer
        else get_byte(uuid_send(gen_random_uuid()), 0) & 31
      end as digit
    from generate_series(1, 26) as place
  ) as part;
$$;

alter table :schema.idempotency_keys reset (fillfactor);
`,
    },
    {
      path: "migrations/0008_make_ids_and_keys_cheap.up.sql",
      text: `-- One UUID has the chance that sixteen characters need; sixteen of them cost a tenth of a millisecond an id.
create or replace function :schema.new_id(p_prefix text) returns text
language plpgsql volatile
as $$
-- There is no search_path setting: no name is searched for, and the setting would cost each id.
declare
  c_digits constant text := '0123456789abcdefghjkmnpqrstvwxyz';
  v_ms constant bigint := extract(epoch from clock_timestamp()) * 1000;
  v_chance constant bytea := uuid_send(gen_random_uuid());
begin
  return p_prefix || '_'
    || substr(c_digits, 1 + ((v_ms >> 45) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 40) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 35) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 30) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 25) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 20) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 15) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 10) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 5) & 31)::integer, 1) || substr(c_digits, 1 + (v_ms & 31)::integer, 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 0) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 1) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 2) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 3) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 4) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 5) & 31), 1)
    -- The seventh byte has four bits of chance only (the others tell the version): the fifth is lent by the sixth byte.
    || substr(c_digits, 1 + ((get_byte(v_chance, 6) & 15) | ((get_byte(v_chance, 5) >> 1) & 16)), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 7) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 8) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 9) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 10) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 11) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 12) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 13) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 14) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 15) & 31), 1);
end
$$;

-- The answer is stored in the transaction that made the row: with room on its page no index hears of it.
alter table :schema.idempotency_keys set (fillfactor = 50);
`,
    },
    {
      path: "migrations/0009_check_postings_by_domain.down.sql",
      text: `alter table :schema.ledger_transfers
  alter column amount type numeric,
  add constraint ledger_transfers_amount_check check (amount > 0 and amount < 1e60 and amount = trunc(amount));
alter table :schema.ledger_balances
  alter column debits type numeric,
  alter column credits type numeric,
  alter column held_debits type numeric,
  alter column held_credits type numeric,
  add constraint ledger_balances_sums_check
    check (debits >= 0 and credits >= 0 and held_debits >= 0 and held_credits >= 0);
drop domain :schema.ledger_units, :schema.ledger_sum;
`,
    },
    {
      path: "migrations/0009_check_postings_by_domain.up.sql",
      text: `-- The server reads a table's checks again for every statement that writes it, those of a domain once a session.
--
-- Domains without a rule first: to give a column such a type writes no row anew. The rules come last, and read the rows.
create domain :schema.ledger_units as numeric;
create domain :schema.ledger_sum as numeric;

alter table :schema.ledger_balances
  drop constraint ledger_balances_sums_check,
  alter column debits type :schema.ledger_sum,
  alter column credits type :schema.ledger_sum,
  alter column held_debits type :schema.ledger_sum,
  alter column held_credits type :schema.ledger_sum;
alter table :schema.ledger_transfers
  drop constraint ledger_transfers_amount_check,
  alter column amount type :schema.ledger_units;

alter domain :schema.ledger_units add constraint ledger_units_check
  check (value > 0 and value < 1e60 and value = trunc(value));
alter domain :schema.ledger_sum add constraint ledger_sum_check check (value >= 0);

-- The statistics of a column go with its old type. An empty table is left alone: looked at, it would be planned for as
-- one that stays empty.
do $$
begin
  if exists (select from :schema.ledger_balances) then analyze :schema.ledger_balances; end if;
  if exists (select from :schema.ledger_transfers) then analyze :schema.ledger_transfers; end if;
end
$$;
`,
    },
    {
      path: "triggers/audit_log_append_only.sql",
      text: `create or replace trigger audit_log_append_only
before update or delete or truncate on :schema.audit_log
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "triggers/ledger_balances_kept.sql",
      text: `create or replace trigger ledger_balances_kept
before delete or truncate or update of account_id, asset_id, slot on :schema.ledger_balances
for each statement execute function :schema.ledger_keep_balances();
`,
    },
    {
      path: "triggers/ledger_seals_append_only.sql",
      text: `create or replace trigger ledger_seals_append_only
before update or delete or truncate on :schema.ledger_seals
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "triggers/ledger_transfers_append_only.sql",
      text: `create or replace trigger ledger_transfers_append_only
before update or delete or truncate on :schema.ledger_transfers
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "triggers/ledger_transfers_check_accounts.sql",
      text: `create or replace trigger ledger_transfers_check_accounts
after insert on :schema.ledger_transfers
referencing new table as added
for each statement execute function :schema.ledger_check_accounts();
`,
    },
    {
      path: "triggers/retention_policies_check.sql",
      text: `create or replace trigger retention_policies_check
before insert or update of kind, table_name, time_column on :schema.retention_policies
for each row execute function :schema.retention_check_policy();
`,
    },
    {
      path: "views/invariant_ledger_balances_equal_journal.sql",
      text: `create or replace view :schema.invariant_ledger_balances_equal_journal as
with journal as (
  select l.account_id, l.slot, sum(l.debits) as debits, sum(l.credits) as credits
  from :schema.ledger_transfers t
  cross join lateral (values
    (t.debit_account, t.debit_slot, t.amount, 0), (t.credit_account, t.credit_slot, 0, t.amount)
  ) as l(account_id, slot, debits, credits)
  where t.kind in (1, 3)
  group by 1, 2
), holds as (
  select l.account_id, l.slot, sum(l.debits) as debits, sum(l.credits) as credits
  from :schema.ledger_transfers t
  cross join lateral (values
    (t.debit_account, t.debit_slot, t.amount, 0), (t.credit_account, t.credit_slot, 0, t.amount)
  ) as l(account_id, slot, debits, credits)
  where t.kind = 2 and not exists (select from :schema.ledger_transfers e where e.hold_id = t.id)
  group by 1, 2
)
select a.code, b.slot, b.debits, j.debits as journal_debits, b.credits, j.credits as journal_credits
from :schema.ledger_balances b
join :schema.ledger_accounts a on a.id = b.account_id
left join journal j on j.account_id = b.account_id and j.slot = b.slot
left join holds h on h.account_id = b.account_id and h.slot = b.slot
where b.debits <> coalesce(j.debits, 0) or b.credits <> coalesce(j.credits, 0)
  or b.held_debits <> coalesce(h.debits, 0) or b.held_credits <> coalesce(h.credits, 0);
comment on view :schema.invariant_ledger_balances_equal_journal is
  'Balances and holds that differ from the sum of their transfers: a transfer or a balance was changed by hand. Compare with a backup.';
`,
    },
    {
      path: "views/invariant_ledger_holds_open.sql",
      text: `create or replace view :schema.invariant_ledger_holds_open as
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
`,
    },
    {
      path: "views/invariant_ledger_in_balance.sql",
      text: `create or replace view :schema.invariant_ledger_in_balance as
select s.code as asset, sum(b.debits) as debits, sum(b.credits) as credits
from :schema.ledger_balances b
join :schema.ledger_assets s on s.id = b.asset_id
group by s.code
having sum(b.debits) <> sum(b.credits) or sum(b.held_debits) <> sum(b.held_credits);
comment on view :schema.invariant_ledger_in_balance is
  'Assets whose debits and credits differ: a balance was changed by hand. Find it in invariant_ledger_balances_equal_journal.';
`,
    },
    {
      path: "views/invariant_ledger_seals_unbroken.sql",
      text: `create or replace view :schema.invariant_ledger_seals_unbroken as
select b.number, b.up_to, b.problem
from :schema.ledger_broken_seals(1, coalesce((select max(number) from :schema.ledger_seals), 0)) as b;
comment on view :schema.invariant_ledger_seals_unbroken is
  'Seals that no longer fit the journal: it was changed after it was sealed. Compare with a backup from before the named seal.';
`,
    },
    {
      path: "views/invariant_ledger_within_limits.sql",
      text: `create or replace view :schema.invariant_ledger_within_limits as
select a.code, a.min_balance, a.max_balance, v.free, v.full_to, v.shifted
from :schema.ledger_accounts a
join lateral (
  select
    sum(case a.normal_side when 'debit' then debits - credits - held_credits else credits - debits - held_debits end) as free,
    sum(case a.normal_side when 'debit' then debits - credits + held_debits else credits - debits + held_credits end) as full_to,
    sum(shift) as shifted, count(*) as slots
  from :schema.ledger_balances b where b.account_id = a.id
) as v on true
where v.free < a.min_balance or v.full_to > a.max_balance or v.shifted <> 0 or v.slots <> a.slots;
comment on view :schema.invariant_ledger_within_limits is
  'Accounts beyond their limits, or whose slots do not add up: a balance or limit was changed by hand.';
`,
    },
    {
      path: "views/invariant_outbox_not_ahead.sql",
      text: `create or replace view :schema.invariant_outbox_not_ahead as
select xid::text as xid, count(*) as events
from :schema.outbox
where xid >= pg_snapshot_xmax(pg_current_snapshot())
group by xid;

comment on view :schema.invariant_outbox_not_ahead is
  'Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor.';
`,
    },
    {
      path: "views/invariant_queue_job_in_one_place.sql",
      text: `create or replace view :schema.invariant_queue_job_in_one_place as
select j.id, 'live and finished' as problem
from :schema.queue_jobs as j
where exists (select from :schema.queue_history as h where h.id = j.id)
union all
select d.id, 'dead and finished'
from :schema.queue_dead as d
where exists (select from :schema.queue_history as h where h.id = d.id)
union all
select d.id, 'dead and live'
from :schema.queue_dead as d
where exists (select from :schema.queue_jobs as j where j.id = d.id);

comment on view :schema.invariant_queue_job_in_one_place is
  'Jobs that are in two places at once: something else than the queue''s functions wrote. Look at both rows and delete the wrong one.';
`,
    },
    {
      path: "views/invariant_queue_lease_has_claim.sql",
      text: `create or replace view :schema.invariant_queue_lease_has_claim as
select j.id, j.token, j.lease_until
from :schema.queue_jobs as j
where j.lease_until is not null
  and not exists (
    select from :schema.queue_claims as c where c.token = j.token and j.id = any (c.job_ids)
  );

comment on view :schema.invariant_queue_lease_has_claim is
  'Jobs in work that no claim knows: nobody would notice that they are lost. Put them back with update queue_jobs set lease_until = null in this schema.';
`,
    },
    {
      path: "views/invariant_queue_slot_behind_pointer.sql",
      text: `create or replace view :schema.invariant_queue_slot_behind_pointer as
select t.schedule, t.slot, s.next_slot
from :schema.queue_slots as t
join :schema.queue_schedules as s on s.name = t.schedule
where t.slot >= s.next_slot;

comment on view :schema.invariant_queue_slot_behind_pointer is
  'Slots that have their job already and lie ahead of their schedule: its pointer was moved back. They do not run twice; nothing is to be done unless the pointer is far off.';
`,
    },
    {
      path: "views/invariant_webhook_cursor_not_ahead.sql",
      text: `create or replace view :schema.invariant_webhook_cursor_not_ahead as
select xid::text as xid, event_id
from :schema.webhook_cursor
where xid >= pg_snapshot_xmax(pg_current_snapshot());

comment on view :schema.invariant_webhook_cursor_not_ahead is
  'The fan-out''s position lies in the future of this server: the data came from another one, and no event would be delivered. Run select rebase_outbox() in this schema.';
`,
    },
    {
      path: "views/invariant_webhook_deliveries_once.sql",
      text: `create or replace view :schema.invariant_webhook_deliveries_once as
select d.endpoint_id, d.event_id, count(*) as deliveries
from (
  select endpoint_id, event_id from :schema.webhook_deliveries
  union all
  select endpoint_id, event_id from :schema.webhook_delivery_history
) as d
where d.event_id is not null
group by d.endpoint_id, d.event_id
having count(*) > 1;

comment on view :schema.invariant_webhook_deliveries_once is
  'Events that have more than one delivery for an endpoint, live and finished together: fan-out writes one, and a replay moves it.';
`,
    },
    {
      path: "views/ledger_account_balances.sql",
      text: `create or replace view :schema.ledger_account_balances as
select a.id, a.code, s.code as asset, a.normal_side,
  sum(case a.normal_side when 'debit' then b.debits - b.credits else b.credits - b.debits end) * s.unit as balance,
  sum(case a.normal_side when 'debit' then b.held_debits else b.held_credits end) * s.unit as held_in,
  sum(case a.normal_side when 'debit' then b.held_credits else b.held_debits end) * s.unit as held_out,
  (sum(case a.normal_side when 'debit' then b.debits - b.credits - b.held_credits
    else b.credits - b.debits - b.held_debits end) - a.min_balance) * s.unit as available,
  sum(b.debits) * s.unit as debits, sum(b.credits) * s.unit as credits,
  a.min_balance * s.unit as min_balance, a.max_balance * s.unit as max_balance, a.slots, a.metadata, a.closed_at, a.created_at
from :schema.ledger_accounts a
join :schema.ledger_assets s on s.id = a.asset_id
join :schema.ledger_balances b on b.account_id = a.id
group by a.id, s.id;
comment on view :schema.ledger_account_balances is
  'Every account with what it has now, what is held coming in and going out, and what it may still spend, in the asset''s own unit.';
comment on column :schema.ledger_account_balances.available is 'Null: it may spend without limit.';
comment on column :schema.ledger_account_balances.min_balance is 'Null: no lowest balance.';
comment on column :schema.ledger_account_balances.max_balance is 'Null: no highest balance.';
comment on column :schema.ledger_account_balances.metadata is 'Null: none was given.';
comment on column :schema.ledger_account_balances.closed_at is 'Null: it is open.';
`,
    },
    {
      path: "views/ledger_trial_balance.sql",
      text: `create or replace view :schema.ledger_trial_balance as
select s.code as asset, s.decimals, count(distinct a.id) as accounts,
  coalesce(sum(b.debits), 0) * s.unit as debits, coalesce(sum(b.credits), 0) * s.unit as credits,
  coalesce(sum(b.debits - b.credits), 0) * s.unit as difference,
  coalesce(sum(b.held_debits), 0) * s.unit as held
from :schema.ledger_assets s
left join :schema.ledger_accounts a on a.asset_id = s.id
left join :schema.ledger_balances b on b.account_id = a.id
group by s.id;
comment on view :schema.ledger_trial_balance is
  'Debits and credits of each asset over all accounts, in its own unit; the difference is zero or the ledger is broken.';
`,
    },
    {
      path: "views/queue_overview.sql",
      text: `create or replace view :schema.queue_overview as
select
  s.name as queue,
  s.paused_at,
  coalesce(l.in_line, 0) as in_line,
  coalesce(l.in_work, 0) as in_work,
  coalesce(l.waiting, 0) as waiting,
  coalesce(d.dead, 0) as dead,
  l.oldest_at
from :schema.queue_settings as s
left join (
  select
    j.queue_id,
    count(*) filter (where j.place is not null and j.lease_until is null) as in_line,
    count(*) filter (where j.lease_until is not null) as in_work,
    count(*) filter (where j.place is null) as waiting,
    min(j.run_at) filter (where j.place is not null and j.lease_until is null) as oldest_at
  from :schema.queue_jobs as j
  group by j.queue_id
) as l on l.queue_id = s.id
left join (
  select x.queue_id, count(*) as dead from :schema.queue_dead as x group by x.queue_id
) as d on d.queue_id = s.id;

comment on view :schema.queue_overview is
  'Each queue: jobs in line, in work, waiting for their time and dead, and since when the oldest in line could have run.';
`,
    },
    {
      path: "views/queue_states.sql",
      text: `create or replace view :schema.queue_states as
select
  j.id,
  s.name as queue,
  case when j.lease_until is not null then 'in_work' when j.place is not null then 'in_line' else 'waiting' end as state,
  j.token,
  j.priority,
  j.failures,
  j.losses,
  j.key,
  j.payload,
  j.created_at,
  j.run_at as at,
  null::text as error,
  null::jsonb as result,
  j.progress,
  c.worker
from :schema.queue_jobs as j
join :schema.queue_settings as s on s.id = j.queue_id
left join :schema.queue_claims as c on c.token = j.token and j.lease_until is not null
union all
select
  d.id, s.name, 'dead', d.token, d.priority, d.failures, d.losses, d.key, d.payload, d.created_at, d.died_at, d.error,
  null, null, null
from :schema.queue_dead as d
join :schema.queue_settings as s on s.id = d.queue_id
union all
select
  h.id, s.name, h.outcome, h.token, h.priority, h.failures, h.losses, h.key, h.payload, h.created_at, h.finished_at, null,
  h.result, null, h.worker
from :schema.queue_history as h
join :schema.queue_settings as s on s.id = h.queue_id;

comment on view :schema.queue_states is
  'Every job wherever it is. at: when it may run or could have run, died or was finished, by its state.';
`,
    },
    {
      path: "views/retention_alarms.sql",
      text: `-- requires: retention_status
create or replace view :schema.retention_alarms as
select
  name,
  'runway' as alarm,
  format('Partitions of %s are ready for %s more days, fewer than %s.', table_name, days_ahead, alarm_days) as problem
from :schema.retention_status
where enabled
  and kind = 'partitions'
  and days_ahead < alarm_days
union all
select
  name,
  'default_rows',
  format('%s rows of %s are in its default partition, because theirs was not there in time.', default_rows, table_name)
from :schema.retention_status
where default_rows > 0
union all
select
  name,
  'late',
  format('%s was to be cleaned up at %s and was not.', table_name, next_run_at)
from :schema.retention_status
where enabled
  and next_run_at < now() - interval '1 day';

comment on view :schema.retention_alarms is
  'Rows mean that something is wrong: partitions run out, rows lie in a default partition, or a policy has not run for a day. Run guildhall retention run, and see that a process with background tasks is up.';
`,
    },
    {
      path: "views/retention_status.sql",
      text: `create or replace view :schema.retention_status as
select
  p.name,
  p.kind,
  p.table_name,
  p.keep,
  p.batch_size,
  p.enabled,
  p.next_run_at,
  p.last_run_at,
  p.last_gone,
  p.last_ms,
  p.total_gone,
  p.alarm_days,
  parts.partitions,
  parts.covered_until,
  case
    when p.kind = 'partitions'
      then round((extract(epoch from coalesce(parts.covered_until, now()) - now()) / 86400)::numeric, 2)
  end as days_ahead,
  case when p.kind = 'partitions' then :schema.retention_default_rows(p.table_name) else 0 end as default_rows
from :schema.retention_policies as p
left join lateral (
  select count(*) as partitions, max(part.until_at) as covered_until
  from :schema.retention_partitions(p.table_name) as part
  where not part.is_default
) as parts on p.kind = 'partitions';

comment on view :schema.retention_status is
  'Each policy with its last run, and for partitioned tables how far ahead partitions are ready. Public: may be read by anything that watches.';
comment on column :schema.retention_status.last_run_at is 'Null: it has not run yet.';
comment on column :schema.retention_status.alarm_days is 'Null: not partitioned.';
comment on column :schema.retention_status.partitions is 'Null: not partitioned.';
comment on column :schema.retention_status.covered_until is 'End of the last partition; null: there is none, or it is not partitioned.';
comment on column :schema.retention_status.days_ahead is 'Null: not partitioned.';
`,
    },
  ],
};
