/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../system.ts';

export const kernelSql: SqlModule = {
  name: 'kernel',
  files: [
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
      path: "functions/ledger_decide.sql",
      text: `create or replace function :schema.ledger_decide(
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
  v_short bigint[];
  v_left numeric[];
  -- By cell, which is a slot of an account, or a whole account when wide: what it may still spend (low) and what it
  -- may come to (high), with the limits of both.
  v_cells bigint[];
  v_low numeric[];
  v_high numeric[];
  v_least numeric[];
  v_most numeric[];
  v_new_ids bigint[];
  v_next integer := 0;
begin
  -- Balances are locked in the order of ids, always: callers then wait in a line and not in a circle.
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
      case when p_wide then a.min_balance else ceil(a.min_balance / a.slots) end as least,
      case when p_wide then a.max_balance else floor(a.max_balance / a.slots) end as most
    from (select w.id, w.slot from wanted w order by w.id, w.slot) as w
    cross join lateral (select * from :schema.ledger_accounts a where a.id = w.id limit 1) as a
    cross join lateral (
      select * from :schema.ledger_balances b
      where b.account_id = w.id and b.asset_id = a.asset_id and b.slot = w.slot
      for no key update
    ) as b
  )
  select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.least), array_agg(c.most), max(c.last_at)
  into v_cells, v_low, v_high, v_least, v_most, v_at
  from (
    select cell, sum(low) as low, sum(high) as high, min(least) as least, min(most) as most, max(last_at) as last_at
    from locked group by cell
  ) as c;
  -- After the locks: who posts to one of these accounts later is later in time as well, whatever the clock does.
  v_at := greatest(clock_timestamp(), v_at + interval '1 microsecond');

  with valued as materialized (
    select t.*, h.hold_id as open_hold, h.amount as held, h.expires_at,
      d.id as debit_id, c.id as credit_id, d.asset_id, c.asset_id as credit_asset,
      coalesce(d.closed_at, c.closed_at) is not null as closed,
      coalesce(h.debit_slot, v_seed % d.slots)::smallint as debit_slot,
      coalesce(h.credit_slot, v_seed % c.slots)::smallint as credit_slot,
      d.normal_side = 'debit' as debit_raises, c.normal_side = 'credit' as credit_raises,
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
            and (v.given is null or v.given = e.amount * (select unit from :schema.ledger_assets k where k.id = e.asset_id))
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
    array_agg(debit_raises order by place), array_agg(credit_raises order by place)
  into v_outcomes, v_ids, v_ats, v_firsts, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots,
    v_amounts, v_held, v_debit_raises, v_credit_raises
  from judged;

  select d.outcomes, d.short_of, d.available into v_outcomes, v_short, v_left
  from :schema.ledger_decide(
    v_outcomes, p_kinds, p_holds, p_links, v_debits, v_credits, v_debit_slots, v_credit_slots, v_debit_raises,
    v_credit_raises, v_amounts, v_held, v_cells, v_low, v_high, v_least, v_most, p_wide) as d;
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
      t.short_of, t.available * s.unit
    from unnest(v_outcomes, v_ids, v_ats, v_firsts, v_short, v_left)
      with ordinality as t(outcome, id, at, first, short_of, available, place)
    left join :schema.ledger_accounts a on a.id = t.short_of
    left join :schema.ledger_assets s on s.id = a.asset_id
    order by t.place;
end
$$;
comment on function :schema.ledger_post(
  text[], smallint[], bigint[], bigint[], numeric[], bigint[], integer[], integer[], text[], jsonb[], boolean) is
  'Posts a batch in one go: the good ones are kept and the bad ones refused one by one with an outcome each, but neighbours with one link number stand or fall together. Kinds as in ledger_transfers; amounts in the asset''s own unit.';
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
      path: "functions/prune_idempotency_keys.sql",
      text: `create or replace function :schema.prune_idempotency_keys(p_keep interval, p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with gone as (
    delete from :schema.idempotency_keys
    where (account, key) in (
      select account, key from :schema.idempotency_keys
      where created_at < clock_timestamp() - p_keep
      order by created_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer from gone;
$$;
comment on function :schema.prune_idempotency_keys(interval, integer) is
  'Removes keys older than the given age, at most p_limit of them; returns how many.';
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
      path: "functions/rebase_outbox.sql",
      text: `create or replace function :schema.rebase_outbox() returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with moved as (
    update :schema.outbox set xid = '3'::xid8
    where exists (select from :schema.outbox where xid > pg_current_xact_id())
    returning 1
  )
  select count(*)::integer from moved;
$$;
comment on function :schema.rebase_outbox() is
  'After a restore on another server the stored transaction ids can lie in its future; this puts the old events first. Returns how many moved.';
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
      path: "triggers/audit_log_append_only.sql",
      text: `create or replace trigger audit_log_append_only
before update or delete or truncate on :schema.audit_log
for each statement execute function :schema.refuse_change();
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
  ],
};
