drop table :schema.platforms;
drop table :schema.workers;
drop domain :schema.usdc;
