delete from :schema.retention_policies where name = 'wallet_challenges';
drop table :schema.wallet_challenges;
alter table :schema.workers
  drop constraint workers_wallet_verified_at_check,
  drop column wallet_verified_at;
