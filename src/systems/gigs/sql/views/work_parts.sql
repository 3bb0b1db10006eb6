create or replace view :schema.work_parts as
select worker_id, day, tasks, completed, payouts, earned from :schema.worker_days
union all
select worker_id, created_day, tasks, completed, 0, 0
from :schema.work_deltas
where worker_id is not null and created_day is not null
union all
select worker_id, paid_day, 0, 0, transactions, amount - fees
from :schema.money_deltas
where worker_id is not null and paid_day is not null;
comment on view :schema.work_parts is
  'What is folded of a worker and UTC day and what is not yet, for whoever sums by something else than the day; several rows make a day. Read daily_work for days.';
