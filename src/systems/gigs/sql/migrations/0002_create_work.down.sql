drop table :schema.streams;
drop table :schema.tasks;
