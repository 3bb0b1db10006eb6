alter table :schema.audit_logs
  alter column actor_type type text,
  alter column action type text,
  alter column resource_type type text,
  add constraint audit_logs_actor_type_check check (actor_type ~ '^[a-z][a-z0-9_]{0,39}$'),
  add constraint audit_logs_texts_check check (length(action) between 1 and 100 and length(resource_type) between 1 and 50);
alter table :schema.reputation_events
  drop constraint reputation_events_delta_check,
  alter column event_type type text,
  alter column previous_score type integer,
  alter column new_score type integer,
  alter column rating type smallint,
  alter column reason type text,
  add constraint reputation_events_event_type_check check (event_type in ('task_completed', 'task_late', 'dispute_filed',
    'dispute_resolved', 'rating_received', 'bonus', 'penalty', 'manual_adjustment')),
  add constraint reputation_events_delta_check check (
    previous_score between 0 and 1000 and new_score between 0 and 1000 and new_score = previous_score + delta
  ),
  add constraint reputation_events_rating_check check (rating between 1 and 5),
  add constraint reputation_events_reason_check check (length(reason) between 1 and 1000);
alter table :schema.transactions
  drop constraint transactions_fee_check,
  alter column tx_hash type text,
  alter column log_index type integer,
  alter column tx_type type text,
  alter column amount type numeric,
  alter column fee type numeric,
  alter column status type text,
  alter column blockchain_confirmations type integer,
  alter column attempts type integer,
  alter column metadata type jsonb,
  add constraint transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$' and log_index >= 0),
  add constraint transactions_tx_type_check check (
    tx_type in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer')
  ),
  add constraint transactions_amount_check check (amount > 0 and amount < 1e60 and fee >= 0 and fee <= amount),
  add constraint transactions_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  add constraint transactions_confirmations_check check (blockchain_confirmations >= 0 and attempts >= 0),
  add constraint transactions_metadata_check check (jsonb_typeof(metadata) = 'object');
alter table :schema.tasks
  drop constraint tasks_money_check,
  alter column external_id type text,
  alter column task_type type text,
  alter column amount type :schema.usdc,
  alter column status type text,
  alter column title type text,
  alter column description type text,
  alter column metadata type jsonb,
  alter column completion_proof type text,
  alter column verification_status type text,
  alter column verified_by type text,
  alter column worker_rating type smallint,
  alter column platform_rating type smallint,
  alter column escrowed_amount type :schema.usdc,
  alter column paid_amount type :schema.usdc,
  add constraint tasks_task_type_check check (task_type in ('fixed', 'streaming')),
  add constraint tasks_amount_check check (amount > 0),
  add constraint tasks_status_check check (status in ('pending', 'active', 'completed', 'cancelled', 'disputed')),
  add constraint tasks_verification_check check (
    verification_status in ('pending', 'approved', 'flagged', 'rejected') and verified_by in ('auto', 'manual')
  ),
  add constraint tasks_ratings_check check (worker_rating between 1 and 5 and platform_rating between 1 and 5),
  add constraint tasks_money_check check (
    escrowed_amount between 0 and amount and paid_amount between 0 and amount and escrowed_amount + paid_amount <= amount
  ),
  add constraint tasks_metadata_check check (jsonb_typeof(metadata) = 'object'),
  add constraint tasks_texts_check check (
    length(title) <= 500 and length(description) <= 10000 and length(completion_proof) <= 2000 and length(external_id) <= 200
  );
alter table :schema.workers
  alter column name type text,
  alter column wallet_address type text,
  alter column status type text,
  alter column reputation_score type integer,
  alter column initial_score type integer,
  alter column completion_rate type numeric(5, 2),
  alter column dispute_rate type numeric(5, 2),
  alter column average_rating type numeric(3, 2),
  alter column metadata type jsonb,
  add constraint workers_name_check check (length(name) between 1 and 100),
  add constraint workers_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  add constraint workers_status_check check (status in ('active', 'suspended', 'closed')),
  add constraint workers_reputation_score_check check (reputation_score between 0 and 1000),
  add constraint workers_initial_score_check check (initial_score between 0 and 1000),
  add constraint workers_rates_check check (
    completion_rate between 0 and 100 and dispute_rate between 0 and 100 and average_rating between 0 and 5
  ),
  add constraint workers_metadata_check check (jsonb_typeof(metadata) = 'object');
drop domain :schema.usdc_above_zero, :schema.usdc_from_zero, :schema.token_amount, :schema.token_fee, :schema.from_zero,
  :schema.metadata_object, :schema.stars, :schema.mean_stars, :schema.percent, :schema.score, :schema.worker_name,
  :schema.wallet_address, :schema.worker_status, :schema.task_type, :schema.task_status, :schema.task_verification,
  :schema.task_verifier, :schema.task_title, :schema.task_description, :schema.task_proof, :schema.external_id,
  :schema.tx_hash, :schema.tx_type, :schema.tx_status, :schema.reputation_event_type, :schema.reputation_reason,
  :schema.actor_type, :schema.audited_action, :schema.audited_resource;
