drop index :schema.streams_live_platform_id_idx;
drop index :schema.streams_live_worker_id_idx;
