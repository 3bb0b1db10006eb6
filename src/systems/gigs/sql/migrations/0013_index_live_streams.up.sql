-- Who has worked for a while has thousands of streams that are over, and a few that are not: active_streams_view reads those.
create index streams_live_worker_id_idx on :schema.streams (worker_id) where status in ('active', 'paused', 'insolvent');
create index streams_live_platform_id_idx on :schema.streams (platform_id) where status in ('active', 'paused', 'insolvent');
