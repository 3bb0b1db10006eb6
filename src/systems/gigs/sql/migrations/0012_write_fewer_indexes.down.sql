drop index :schema.audit_logs_actor_id_idx;
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc);
drop index :schema.transactions_rail_reference_key;
alter table :schema.transactions add constraint transactions_rail_reference_key unique (rail, rail_reference);
create index workers_reputation_score_idx on :schema.workers (reputation_score desc, id desc);
