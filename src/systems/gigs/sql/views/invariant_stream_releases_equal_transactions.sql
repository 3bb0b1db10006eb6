create or replace view :schema.invariant_stream_releases_equal_transactions as
select s.id as stream_id, s.released_amount, coalesce(p.amount, 0) as paid, p.fee,
  round(s.released_amount * s.fee_bps * 0.0001, 6) as fee_of_released
from :schema.streams s
left join (
  select stream_id, sum(amount) as amount, sum(fee) as fee
  from :schema.transactions where stream_id is not null and tx_type = 'payout' and status = 'completed'
  group by stream_id
) as p on p.stream_id = s.id
where s.released_amount <> coalesce(p.amount, 0)
  or coalesce(p.fee, 0) <> round(s.released_amount * s.fee_bps * 0.0001, 6);
comment on view :schema.invariant_stream_releases_equal_transactions is
  'Streams whose released amount, or the fee of it, is not the sum of their payouts. Mend: compare with the ledger, whose keys begin with "stream " and the id.';
