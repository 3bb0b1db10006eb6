drop table :schema.transaction_days, :schema.platform_activity, :schema.platform_workers, :schema.platform_statistics,
  :schema.worker_transactions, :schema.worker_days, :schema.worker_statistics, :schema.money_deltas, :schema.work_deltas;
