-- requires: platform_totals
create or replace view :schema.platform_performance_view as
select platform_id, name, total_tasks, completed_tasks, cancelled_tasks, active_tasks, pending_tasks, disputed_tasks,
  total_payouts, payouts, total_fees, average_payment, unique_workers, active_workers_7d, active_workers_30d,
  average_completion_s, completion_rate
from :schema.platform_totals;
comment on view :schema.platform_performance_view is
  'How a platform performs, a row each; exact at every read, and read by platform_id in constant time. Amounts are USDC, days are UTC days, today included.';
comment on column :schema.platform_performance_view.platform_id is 'The platform; filter by it.';
comment on column :schema.platform_performance_view.name is 'Name of the platform.';
comment on column :schema.platform_performance_view.total_tasks is 'All tasks it posted.';
comment on column :schema.platform_performance_view.completed_tasks is 'Of them, completed.';
comment on column :schema.platform_performance_view.cancelled_tasks is 'Of them, cancelled.';
comment on column :schema.platform_performance_view.active_tasks is 'Of them, begun and not finished.';
comment on column :schema.platform_performance_view.pending_tasks is 'Of them, not begun.';
comment on column :schema.platform_performance_view.disputed_tasks is 'Of them, in dispute now.';
comment on column :schema.platform_performance_view.total_payouts is 'Sum of completed payouts, fees included.';
comment on column :schema.platform_performance_view.payouts is 'Number of completed payouts.';
comment on column :schema.platform_performance_view.total_fees is 'Our fees in them.';
comment on column :schema.platform_performance_view.average_payment is 'Mean of completed payouts, 0 without one.';
comment on column :schema.platform_performance_view.unique_workers is 'Workers who ever had a task of it.';
comment on column :schema.platform_performance_view.active_workers_7d is 'Workers with a task posted in the last 7 days.';
comment on column :schema.platform_performance_view.active_workers_30d is 'Workers with a task posted in the last 30 days.';
comment on column :schema.platform_performance_view.average_completion_s is 'Mean seconds from beginning to completion of completed tasks; null without one.';
comment on column :schema.platform_performance_view.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
