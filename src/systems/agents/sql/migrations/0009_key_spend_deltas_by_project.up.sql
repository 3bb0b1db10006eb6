-- One index instead of two: each cost writes a delta, and each index costs it as much as the row itself.
alter table :schema.spend_deltas drop constraint spend_deltas_pkey;
drop index :schema.spend_deltas_project_id_idx;
alter table :schema.spend_deltas add constraint spend_deltas_pkey primary key (project_id, id);
