create or replace trigger workers_guard_wallet_proof
before insert or update of wallet_address, wallet_verified_at on :schema.workers
for each row when (new.wallet_verified_at is not null) execute function :schema.guard_wallet_proof();
