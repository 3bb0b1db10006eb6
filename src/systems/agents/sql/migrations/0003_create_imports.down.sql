drop table :schema.import_refusals;
drop table :schema.imports;
