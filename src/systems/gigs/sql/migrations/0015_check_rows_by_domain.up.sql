-- The server reads a table's checks again for every statement that writes it, those of a domain once a session. What
-- concerns one column is a rule of its domain now; what concerns several stays with the table, as short as it can be
-- said.
--
-- Domains without a rule first: to give a column such a type writes no row anew. The rules come last, and read the rows.
create domain :schema.usdc_above_zero as numeric;
create domain :schema.usdc_from_zero as numeric;
create domain :schema.token_amount as numeric;
create domain :schema.token_fee as numeric;
create domain :schema.from_zero as integer;
create domain :schema.metadata_object as jsonb;
create domain :schema.stars as smallint;
create domain :schema.mean_stars as numeric(3, 2);
create domain :schema.percent as numeric(5, 2);
create domain :schema.score as integer;
create domain :schema.worker_name as text;
create domain :schema.wallet_address as text;
create domain :schema.worker_status as text;
create domain :schema.task_type as text;
create domain :schema.task_status as text;
create domain :schema.task_verification as text;
create domain :schema.task_verifier as text;
create domain :schema.task_title as text;
create domain :schema.task_description as text;
create domain :schema.task_proof as text;
create domain :schema.external_id as text;
create domain :schema.tx_hash as text;
create domain :schema.tx_type as text;
create domain :schema.tx_status as text;
create domain :schema.reputation_event_type as text;
create domain :schema.reputation_reason as text;
create domain :schema.actor_type as text;
create domain :schema.audited_action as text;
create domain :schema.audited_resource as text;

-- They name columns whose type changes; their files make them anew.
drop trigger if exists workers_guard_wallet_proof on :schema.workers;
drop trigger if exists tasks_guard_status on :schema.tasks;
drop trigger if exists transactions_guard_status on :schema.transactions;
drop trigger if exists reputation_events_ratings on :schema.reputation_events;

alter table :schema.workers
  drop constraint workers_name_check,
  drop constraint workers_wallet_address_check,
  drop constraint workers_status_check,
  drop constraint workers_reputation_score_check,
  drop constraint workers_initial_score_check,
  drop constraint workers_rates_check,
  drop constraint workers_metadata_check,
  alter column name type :schema.worker_name,
  alter column wallet_address type :schema.wallet_address,
  alter column status type :schema.worker_status,
  alter column reputation_score type :schema.score,
  alter column initial_score type :schema.score,
  alter column completion_rate type :schema.percent,
  alter column dispute_rate type :schema.percent,
  alter column average_rating type :schema.mean_stars,
  alter column metadata type :schema.metadata_object;
alter table :schema.tasks
  drop constraint tasks_task_type_check,
  drop constraint tasks_amount_check,
  drop constraint tasks_status_check,
  drop constraint tasks_verification_check,
  drop constraint tasks_ratings_check,
  drop constraint tasks_money_check,
  drop constraint tasks_metadata_check,
  drop constraint tasks_texts_check,
  alter column external_id type :schema.external_id,
  alter column task_type type :schema.task_type,
  alter column amount type :schema.usdc_above_zero,
  alter column status type :schema.task_status,
  alter column title type :schema.task_title,
  alter column description type :schema.task_description,
  alter column metadata type :schema.metadata_object,
  alter column completion_proof type :schema.task_proof,
  alter column verification_status type :schema.task_verification,
  alter column verified_by type :schema.task_verifier,
  alter column worker_rating type :schema.stars,
  alter column platform_rating type :schema.stars,
  alter column escrowed_amount type :schema.usdc_from_zero,
  alter column paid_amount type :schema.usdc_from_zero,
  add constraint tasks_money_check check (escrowed_amount + paid_amount <= amount);
alter table :schema.transactions
  drop constraint transactions_tx_hash_check,
  drop constraint transactions_tx_type_check,
  drop constraint transactions_amount_check,
  drop constraint transactions_status_check,
  drop constraint transactions_confirmations_check,
  drop constraint transactions_metadata_check,
  alter column tx_hash type :schema.tx_hash,
  alter column log_index type :schema.from_zero,
  alter column tx_type type :schema.tx_type,
  alter column amount type :schema.token_amount,
  alter column fee type :schema.token_fee,
  alter column status type :schema.tx_status,
  alter column blockchain_confirmations type :schema.from_zero,
  alter column attempts type :schema.from_zero,
  alter column metadata type :schema.metadata_object,
  add constraint transactions_fee_check check (fee <= amount);
alter table :schema.reputation_events
  drop constraint reputation_events_event_type_check,
  drop constraint reputation_events_delta_check,
  drop constraint reputation_events_rating_check,
  drop constraint reputation_events_reason_check,
  alter column event_type type :schema.reputation_event_type,
  alter column previous_score type :schema.score,
  alter column new_score type :schema.score,
  alter column rating type :schema.stars,
  alter column reason type :schema.reputation_reason,
  add constraint reputation_events_delta_check check (new_score = previous_score + delta);
alter table :schema.audit_logs
  drop constraint audit_logs_actor_type_check,
  drop constraint audit_logs_texts_check,
  alter column actor_type type :schema.actor_type,
  alter column action type :schema.audited_action,
  alter column resource_type type :schema.audited_resource;

alter domain :schema.usdc_above_zero add constraint usdc_check
  check (value > '-1e14' and value < 1e14 and value = round(value, 6));
alter domain :schema.usdc_above_zero add constraint usdc_above_zero_check check (value > 0);
alter domain :schema.usdc_from_zero add constraint usdc_check
  check (value > '-1e14' and value < 1e14 and value = round(value, 6));
alter domain :schema.usdc_from_zero add constraint usdc_from_zero_check check (value >= 0);
alter domain :schema.token_amount add constraint token_amount_check check (value > 0 and value < 1e60);
alter domain :schema.token_fee add constraint token_fee_check check (value >= 0);
alter domain :schema.from_zero add constraint from_zero_check check (value >= 0);
alter domain :schema.metadata_object add constraint metadata_object_check check (jsonb_typeof(value) = 'object');
alter domain :schema.stars add constraint stars_check check (value between 1 and 5);
alter domain :schema.mean_stars add constraint mean_stars_check check (value between 0 and 5);
alter domain :schema.percent add constraint percent_check check (value between 0 and 100);
alter domain :schema.score add constraint score_check check (value between 0 and 1000);
alter domain :schema.worker_name add constraint worker_name_check check (length(value) between 1 and 100);
alter domain :schema.wallet_address add constraint wallet_address_check check (value ~ '^0x[0-9a-f]{40}$');
alter domain :schema.worker_status add constraint worker_status_check
  check (value in ('active', 'suspended', 'closed'));
alter domain :schema.task_type add constraint task_type_check check (value in ('fixed', 'streaming'));
alter domain :schema.task_status add constraint task_status_check
  check (value in ('pending', 'active', 'completed', 'cancelled', 'disputed'));
alter domain :schema.task_verification add constraint task_verification_check
  check (value in ('pending', 'approved', 'flagged', 'rejected'));
alter domain :schema.task_verifier add constraint task_verifier_check check (value in ('auto', 'manual'));
alter domain :schema.task_title add constraint task_title_check check (length(value) <= 500);
alter domain :schema.task_description add constraint task_description_check check (length(value) <= 10000);
alter domain :schema.task_proof add constraint task_proof_check check (length(value) <= 2000);
alter domain :schema.external_id add constraint external_id_check check (length(value) <= 200);
alter domain :schema.tx_hash add constraint tx_hash_check check (value ~ '^0x[0-9a-f]{64}$');
alter domain :schema.tx_type add constraint tx_type_check
  check (value in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer'));
alter domain :schema.tx_status add constraint tx_status_check
  check (value in ('pending', 'processing', 'completed', 'failed', 'cancelled'));
alter domain :schema.reputation_event_type add constraint reputation_event_type_check
  check (value in ('task_completed', 'task_late', 'dispute_filed', 'dispute_resolved', 'rating_received', 'bonus',
    'penalty', 'manual_adjustment'));
alter domain :schema.reputation_reason add constraint reputation_reason_check check (length(value) between 1 and 1000);
alter domain :schema.actor_type add constraint actor_type_check check (value ~ '^[a-z][a-z0-9_]{0,39}$');
alter domain :schema.audited_action add constraint audited_action_check check (length(value) between 1 and 100);
alter domain :schema.audited_resource add constraint audited_resource_check check (length(value) between 1 and 50);

-- The statistics of a column go with its old type. An empty table is left alone: looked at, it would be planned for as
-- one that stays empty.
do $$
begin
  if exists (select from :schema.workers) then analyze :schema.workers; end if;
  if exists (select from :schema.tasks) then analyze :schema.tasks; end if;
  if exists (select from :schema.transactions) then analyze :schema.transactions; end if;
  if exists (select from :schema.reputation_events) then analyze :schema.reputation_events; end if;
  if exists (select from :schema.audit_logs) then analyze :schema.audit_logs; end if;
end
$$;
