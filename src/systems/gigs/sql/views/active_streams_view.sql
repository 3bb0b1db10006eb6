create or replace view :schema.active_streams_view as
select s.id as stream_id, s.status, s.task_id, k.title as task_title, s.worker_id, w.name as worker_name,
  s.platform_id, p.name as platform_name, s.total_amount, s.funded_amount, s.released_amount, s.remaining_amount,
  0.01 * div(s.released_amount * 10000, s.total_amount) as percent_released,
  :schema.stream_accrued(s, statement_timestamp())::numeric as accrued_amount,
  s.next_release_at,
  case when s.next_release_at is not null
    then ceil(greatest(extract(epoch from (s.next_release_at - statement_timestamp())), 0))::integer
  end as seconds_until_next_release,
  s.start_time, s.end_time
from :schema.streams s
join :schema.tasks k on k.id = s.task_id
join :schema.workers w on w.id = s.worker_id
join :schema.platforms p on p.id = s.platform_id
where s.status in ('active', 'paused', 'insolvent');
comment on view :schema.active_streams_view is
  'Streams that are not over, as of the moment of the read. Sort by next_release_at. Amounts are USDC.';
comment on column :schema.active_streams_view.stream_id is 'The stream.';
comment on column :schema.active_streams_view.status is 'active, paused, or insolvent (all that was funded is released).';
comment on column :schema.active_streams_view.task_id is 'The task it pays for.';
comment on column :schema.active_streams_view.task_title is 'Title of the task; null without one.';
comment on column :schema.active_streams_view.worker_id is 'Who is paid.';
comment on column :schema.active_streams_view.worker_name is 'Name of the worker.';
comment on column :schema.active_streams_view.platform_id is 'Who pays.';
comment on column :schema.active_streams_view.platform_name is 'Name of the platform.';
comment on column :schema.active_streams_view.total_amount is 'What it pays in all.';
comment on column :schema.active_streams_view.funded_amount is 'What of it lies or lay in escrow.';
comment on column :schema.active_streams_view.released_amount is 'What is in the worker''s balance already.';
comment on column :schema.active_streams_view.remaining_amount is 'Total less released.';
comment on column :schema.active_streams_view.percent_released is 'Percent of the total that is released, rounded down.';
comment on column :schema.active_streams_view.accrued_amount is 'What is earned by now, released or not; never more than was funded, and still while paused.';
comment on column :schema.active_streams_view.next_release_at is 'When the next release is due; null unless active.';
comment on column :schema.active_streams_view.seconds_until_next_release is 'Seconds until then, 0 when it is due; null unless active.';
comment on column :schema.active_streams_view.start_time is 'When it began.';
comment on column :schema.active_streams_view.end_time is 'When all has accrued.';
