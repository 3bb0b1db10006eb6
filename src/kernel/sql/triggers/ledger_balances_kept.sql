create or replace trigger ledger_balances_kept
before delete or truncate or update of account_id, asset_id, slot on :schema.ledger_balances
for each statement execute function :schema.ledger_keep_balances();
