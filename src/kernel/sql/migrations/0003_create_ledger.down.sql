drop table :schema.ledger_seal_marks;
drop table :schema.ledger_seals;
drop table :schema.ledger_holds;
drop table :schema.ledger_transfers;
drop table :schema.ledger_balances;
drop table :schema.ledger_accounts;
drop table :schema.ledger_assets;
