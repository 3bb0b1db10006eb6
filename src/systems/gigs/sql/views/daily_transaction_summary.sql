create or replace view :schema.daily_transaction_summary as
select day as transaction_date, asset, tx_type, status, sum(transactions)::bigint as count, sum(amount) as total_amount,
  sum(fees) as total_fees, round(sum(amount) / nullif(sum(transactions), 0), 6) as average_amount
from (
  select day, asset, tx_type, status, transactions, amount, fees from :schema.transaction_days
  union all
  select day, asset, tx_type, status, transactions, amount, fees from :schema.money_deltas
) as part
group by day, asset, tx_type, status
having sum(transactions) <> 0;
comment on view :schema.daily_transaction_summary is
  'Transactions by UTC day, asset, type and status; exact at every read, and read by day in constant time. Sum amounts of one asset only.';
comment on column :schema.daily_transaction_summary.transaction_date is 'UTC day on which the transactions were made; filter by it.';
comment on column :schema.daily_transaction_summary.asset is 'USDC, or the token of transfers seen elsewhere: amounts are in whole units of it.';
comment on column :schema.daily_transaction_summary.tx_type is 'payout, advance, repayment, fee, refund, deposit, withdrawal or transfer.';
comment on column :schema.daily_transaction_summary.status is 'Status the transactions have now.';
comment on column :schema.daily_transaction_summary.count is 'Number of transactions.';
comment on column :schema.daily_transaction_summary.total_amount is 'Sum of the amounts, fees included.';
comment on column :schema.daily_transaction_summary.total_fees is 'Sum of our fees in them.';
comment on column :schema.daily_transaction_summary.average_amount is 'Mean amount, to six decimals.';
