alter table :schema.spend_deltas drop constraint spend_deltas_pkey;
alter table :schema.spend_deltas add constraint spend_deltas_pkey primary key (id);
create index spend_deltas_project_id_idx on :schema.spend_deltas (project_id);
