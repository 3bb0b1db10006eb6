-- What people write by hand: accounts with a balance, a row a transfer, two entries with the balance after each.
create table hand_accounts (id bigint primary key, balance numeric not null default 0, version bigint not null default 0);
create table hand_transfers (
  id bigint generated always as identity primary key,
  key text not null unique,
  from_account bigint not null references hand_accounts (id),
  to_account bigint not null references hand_accounts (id),
  amount numeric not null check (amount > 0),
  at timestamptz not null default now()
);
create index on hand_transfers (from_account);
create index on hand_transfers (to_account);
create table hand_entries (
  id bigint generated always as identity primary key,
  account_id bigint not null references hand_accounts (id),
  transfer_id bigint not null references hand_transfers (id),
  amount numeric not null,
  balance numeric not null
);
create index on hand_entries (account_id);
create index on hand_entries (transfer_id);

-- The same inside the server, one transfer after the other, as ledgers in PL/pgSQL do it.
create function hand_post(p_key text, p_from bigint, p_to bigint, p_amount numeric) returns bigint
language plpgsql as $$
declare
  v_id bigint;
  v_from numeric;
  v_to numeric;
begin
  perform 1 from hand_accounts where id in (p_from, p_to) order by id for update;
  update hand_accounts set balance = balance - p_amount, version = version + 1 where id = p_from returning balance into v_from;
  update hand_accounts set balance = balance + p_amount, version = version + 1 where id = p_to returning balance into v_to;
  insert into hand_transfers (key, from_account, to_account, amount) values (p_key, p_from, p_to, p_amount) returning id into v_id;
  insert into hand_entries (account_id, transfer_id, amount, balance)
  values (p_from, v_id, -p_amount, v_from), (p_to, v_id, p_amount, v_to);
  return v_id;
end
$$;
create function hand_post_all(p_keys text[], p_from bigint[], p_to bigint[], p_amounts numeric[]) returns void
language plpgsql as $$
begin
  -- Two such batches would otherwise wait for each other in a circle.
  perform 1 from hand_accounts where id = any (p_from || p_to) order by id for update;
  for i in 1 .. cardinality(p_keys) loop
    perform hand_post(p_keys[i], p_from[i], p_to[i], p_amounts[i]);
  end loop;
end
$$;
