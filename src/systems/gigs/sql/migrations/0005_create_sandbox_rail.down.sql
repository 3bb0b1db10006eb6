drop index :schema.transactions_ledger_transfer_id_idx;
drop table :schema.sandbox_transfers;
