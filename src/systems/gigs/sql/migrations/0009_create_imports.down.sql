drop table :schema.chain_transactions;
drop table :schema.import_refusals;
drop table :schema.imports;
alter table :schema.workers drop column initial_score;
