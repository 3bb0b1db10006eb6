create or replace function :schema.update_platform_statistics() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each payout.
begin
  if tg_op = 'UPDATE' then
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, paid_day, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
      sum(sign), sum(sign * amount), sum(sign * fee)
    from (
      select -1 as sign, o.* from old_transactions o
      union all
      select 1, n.* from new_transactions n
    ) as c
    group by 1, 2, 3, 4, 5, 6, 7
    having sum(sign) <> 0 or sum(sign * amount) <> 0 or sum(sign * fee) <> 0;
  else
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, paid_day, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
      -count(*), -sum(amount), -sum(fee)
    from old_transactions
    group by 1, 2, 3, 4, 5, 6, 7;
  end if;
  return null;
end
$$;
comment on function :schema.update_platform_statistics() is
  'Statement trigger of updates and deletes of transactions: appends what they change in the payouts and fees of the platform, and in the sums of worker and day in the same row.';
