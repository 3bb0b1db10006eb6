/** Generated from a fresh migration by `npm run generate`; do not edit. */
import type { Catalog } from '../../../kernel/index.ts';

export const gigsCatalog: Catalog = {
  "column account_sessions.account_id":
    "text not null",
  "column account_sessions.created_at":
    "timestamp(3) with time zone not null default now()",
  "column account_sessions.epoch":
    "integer not null",
  "column account_sessions.expires_at":
    "timestamp(3) with time zone not null",
  "column account_sessions.generation":
    "integer not null default 1",
  "column account_sessions.id":
    "text not null default new_id('ses'::text)",
  "column account_sessions.refreshed_at":
    "timestamp(3) with time zone not null default now()",
  "column account_sessions.revoked_at":
    "timestamp(3) with time zone",
  "column account_sessions.revoked_reason":
    "text",
  "column accounts.created_at":
    "timestamp(3) with time zone not null default now()",
  "column accounts.disabled_at":
    "timestamp(3) with time zone",
  "column accounts.id":
    "text not null default new_id('acc'::text)",
  "column accounts.kind":
    "text not null",
  "column accounts.login":
    "text not null",
  "column accounts.password_hash":
    "text",
  "column accounts.roles":
    "text[] not null default '{}'::text[]",
  "column accounts.session_epoch":
    "integer not null default 0",
  "column accounts.updated_at":
    "timestamp(3) with time zone not null default now()",
  "column api_keys.account_id":
    "text not null",
  "column api_keys.created_at":
    "timestamp(3) with time zone not null default now()",
  "column api_keys.expires_at":
    "timestamp(3) with time zone",
  "column api_keys.id":
    "text not null default new_id('key'::text)",
  "column api_keys.key_hash":
    "bytea not null",
  "column api_keys.last_used_at":
    "timestamp(3) with time zone",
  "column api_keys.name":
    "text not null",
  "column api_keys.prefix":
    "text not null",
  "column api_keys.replaced_by":
    "text",
  "column api_keys.revoked_at":
    "timestamp(3) with time zone",
  "column api_keys.roles":
    "text[] not null default '{}'::text[]",
  "column audit_log.action":
    "text not null",
  "column audit_log.actor_id":
    "text",
  "column audit_log.actor_kind":
    "text not null",
  "column audit_log.after":
    "jsonb",
  "column audit_log.at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column audit_log.before":
    "jsonb",
  "column audit_log.id":
    "bigint not null generated always as identity",
  "column audit_log.request_id":
    "text",
  "column audit_log.subject":
    "text not null",
  "column audit_logs.action":
    "audited_action not null",
  "column audit_logs.actor_id":
    "text",
  "column audit_logs.actor_type":
    "actor_type not null",
  "column audit_logs.changes_after":
    "jsonb",
  "column audit_logs.changes_before":
    "jsonb",
  "column audit_logs.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column audit_logs.error_message":
    "text",
  "column audit_logs.id":
    "text not null default new_id('aud'::text)",
  "column audit_logs.ip_address":
    "inet",
  "column audit_logs.metadata":
    "jsonb not null default '{}'::jsonb",
  "column audit_logs.request_id":
    "text",
  "column audit_logs.resource_id":
    "text",
  "column audit_logs.resource_type":
    "audited_resource not null",
  "column audit_logs.success":
    "boolean not null default true",
  "column audit_logs.user_agent":
    "text",
  "column auth_secrets.created_at":
    "timestamp(3) with time zone not null default now()",
  "column auth_secrets.kid":
    "text not null",
  "column auth_secrets.secret":
    "bytea not null",
  "column auth_secrets.verify_until":
    "timestamp(3) with time zone",
  "column chain_transactions.at":
    "timestamp(3) with time zone not null",
  "column chain_transactions.block_number":
    "bigint not null",
  "column chain_transactions.fee":
    "numeric not null",
  "column chain_transactions.from_address":
    "text not null",
  "column chain_transactions.gas_used":
    "bigint not null",
  "column chain_transactions.position":
    "integer not null",
  "column chain_transactions.status":
    "text not null",
  "column chain_transactions.to_address":
    "text",
  "column chain_transactions.tx_hash":
    "text not null",
  "column chain_transactions.value":
    "numeric not null",
  "column idempotency_keys.account":
    "text not null",
  "column idempotency_keys.answer":
    "jsonb",
  "column idempotency_keys.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column idempotency_keys.key":
    "text not null",
  "column idempotency_keys.operation":
    "text not null",
  "column idempotency_keys.request_sha256":
    "bytea not null",
  "column import_refusals.excerpt":
    "text not null",
  "column import_refusals.import_id":
    "text not null",
  "column import_refusals.line":
    "bigint not null",
  "column import_refusals.reason":
    "text not null",
  "column imports.attempt":
    "integer not null default 1",
  "column imports.completed_at":
    "timestamp(3) with time zone",
  "column imports.digest":
    "text not null default ''::text",
  "column imports.error":
    "text",
  "column imports.id":
    "text not null default new_id('imp'::text)",
  "column imports.kind":
    "text not null",
  "column imports.platform_id":
    "text",
  "column imports.rows_done":
    "bigint not null default 0",
  "column imports.rows_inserted":
    "bigint not null default 0",
  "column imports.rows_known":
    "bigint not null default 0",
  "column imports.rows_refused":
    "bigint not null default 0",
  "column imports.source":
    "text not null",
  "column imports.started_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column imports.state":
    "text not null default 'running'::text",
  "column imports.totals":
    "jsonb not null default '{}'::jsonb",
  "column imports.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column inbound_events.done_at":
    "timestamp(3) with time zone not null generated always as (COALESCE(processed_at, 'infinity'::timestamp with time zone)) stored",
  "column inbound_events.event_id":
    "text not null",
  "column inbound_events.id":
    "text not null default new_id('inb'::text)",
  "column inbound_events.job_id":
    "bigint",
  "column inbound_events.outcome":
    "text",
  "column inbound_events.payload":
    "jsonb not null",
  "column inbound_events.payload_sha256":
    "bytea not null",
  "column inbound_events.platform_id":
    "text not null",
  "column inbound_events.processed_at":
    "timestamp(3) with time zone",
  "column inbound_events.received_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column inbound_events.task_id":
    "text",
  "column ledger_accounts.asset_id":
    "smallint not null",
  "column ledger_accounts.closed_at":
    "timestamp(3) with time zone",
  "column ledger_accounts.code":
    "text not null",
  "column ledger_accounts.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column ledger_accounts.id":
    "bigint not null generated always as identity",
  "column ledger_accounts.max_balance":
    "numeric",
  "column ledger_accounts.metadata":
    "jsonb",
  "column ledger_accounts.min_balance":
    "numeric",
  "column ledger_accounts.normal_side":
    "text not null",
  "column ledger_accounts.slots":
    "smallint not null default 1",
  "column ledger_assets.code":
    "text not null",
  "column ledger_assets.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column ledger_assets.decimals":
    "smallint not null",
  "column ledger_assets.factor":
    "numeric not null generated always as ((('1'::text || repeat('0'::text, (decimals)::integer)))::numeric) stored",
  "column ledger_assets.id":
    "smallint not null generated always as identity",
  "column ledger_assets.unit":
    "numeric not null generated always as ((\nCASE decimals\n    WHEN 0 THEN '1'::text\n    ELSE (('0.'::text || repeat('0'::text, (decimals - 1))) || '1'::text)\nEND)::numeric) stored",
  "column ledger_balances.account_id":
    "bigint not null",
  "column ledger_balances.asset_id":
    "smallint not null",
  "column ledger_balances.credits":
    "ledger_sum not null default 0",
  "column ledger_balances.debits":
    "ledger_sum not null default 0",
  "column ledger_balances.held_credits":
    "ledger_sum not null default 0",
  "column ledger_balances.held_debits":
    "ledger_sum not null default 0",
  "column ledger_balances.last_at":
    "timestamp with time zone not null default '-infinity'::timestamp with time zone",
  "column ledger_balances.shift":
    "numeric not null default 0",
  "column ledger_balances.slot":
    "smallint not null",
  "column ledger_holds.amount":
    "numeric not null",
  "column ledger_holds.asset_id":
    "smallint not null",
  "column ledger_holds.credit_account":
    "bigint not null",
  "column ledger_holds.credit_slot":
    "smallint not null",
  "column ledger_holds.debit_account":
    "bigint not null",
  "column ledger_holds.debit_slot":
    "smallint not null",
  "column ledger_holds.expires_at":
    "timestamp with time zone",
  "column ledger_holds.hold_id":
    "bigint not null",
  "column ledger_seal_marks.horizon":
    "xid8 not null",
  "column ledger_seal_marks.single":
    "boolean not null default true",
  "column ledger_seal_marks.up_to":
    "bigint not null",
  "column ledger_seals.at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column ledger_seals.digest":
    "bytea not null",
  "column ledger_seals.hash":
    "bytea not null",
  "column ledger_seals.number":
    "bigint not null",
  "column ledger_seals.transfers":
    "integer not null",
  "column ledger_seals.up_to":
    "bigint not null",
  "column ledger_transfers.amount":
    "ledger_units not null",
  "column ledger_transfers.asset_id":
    "smallint not null",
  "column ledger_transfers.at":
    "timestamp with time zone not null",
  "column ledger_transfers.credit_account":
    "bigint not null",
  "column ledger_transfers.credit_slot":
    "smallint not null",
  "column ledger_transfers.debit_account":
    "bigint not null",
  "column ledger_transfers.debit_slot":
    "smallint not null",
  "column ledger_transfers.expires_at":
    "timestamp with time zone",
  "column ledger_transfers.hold_id":
    "bigint",
  "column ledger_transfers.id":
    "bigint not null generated always as identity",
  "column ledger_transfers.key":
    "uuid not null",
  "column ledger_transfers.kind":
    "smallint not null",
  "column ledger_transfers.metadata":
    "jsonb",
  "column ledger_transfers.reference":
    "text",
  "column loans.amount":
    "usdc not null",
  "column loans.amount_repaid":
    "usdc not null default 0",
  "column loans.contract_address":
    "text",
  "column loans.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column loans.defaulted_at":
    "timestamp(3) with time zone",
  "column loans.disbursed_at":
    "timestamp(3) with time zone",
  "column loans.fee":
    "usdc not null",
  "column loans.fee_bps":
    "integer not null",
  "column loans.id":
    "text not null default new_id('lon'::text)",
  "column loans.installments":
    "integer not null default 5",
  "column loans.installments_paid":
    "integer not null default 0",
  "column loans.predicted_earnings":
    "usdc not null",
  "column loans.repaid_at":
    "timestamp(3) with time zone",
  "column loans.repayment_due":
    "timestamp(3) with time zone not null",
  "column loans.risk_score":
    "integer not null",
  "column loans.status":
    "text not null default 'pending'::text",
  "column loans.total_due":
    "usdc not null",
  "column loans.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column loans.worker_id":
    "text not null",
  "column loans.written_off_at":
    "timestamp(3) with time zone",
  "column migration_objects.applied_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column migration_objects.kind":
    "text not null",
  "column migration_objects.module":
    "text not null",
  "column migration_objects.name":
    "text not null",
  "column migration_objects.on_table":
    "text",
  "column migration_objects.sha256":
    "text not null",
  "column migrations.applied_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column migrations.applied_by":
    "text not null default SESSION_USER",
  "column migrations.module":
    "text not null",
  "column migrations.name":
    "text not null",
  "column migrations.number":
    "integer not null",
  "column migrations.sha256":
    "text not null",
  "column money_deltas.active_at":
    "timestamp with time zone",
  "column money_deltas.amount":
    "numeric not null",
  "column money_deltas.asset":
    "text not null",
  "column money_deltas.day":
    "date not null",
  "column money_deltas.fees":
    "numeric not null",
  "column money_deltas.id":
    "bigint not null generated always as identity",
  "column money_deltas.paid_day":
    "date",
  "column money_deltas.platform_id":
    "text",
  "column money_deltas.status":
    "text not null",
  "column money_deltas.transactions":
    "integer not null",
  "column money_deltas.tx_type":
    "text not null",
  "column money_deltas.worker_id":
    "text",
  "column outbox.at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column outbox.audience":
    "text",
  "column outbox.id":
    "bigint not null generated always as identity",
  "column outbox.payload":
    "jsonb not null default '{}'::jsonb",
  "column outbox.subject":
    "text not null",
  "column outbox.type":
    "text not null",
  "column outbox.xid":
    "xid8 not null default pg_current_xact_id()",
  "column platform_activity.day":
    "date not null",
  "column platform_activity.platform_id":
    "text not null",
  "column platform_activity.workers":
    "bigint not null",
  "column platform_statistics.abandoned":
    "bigint not null",
  "column platform_statistics.active":
    "bigint not null",
  "column platform_statistics.brought_on":
    "date not null default '-infinity'::date",
  "column platform_statistics.cancelled":
    "bigint not null",
  "column platform_statistics.completed":
    "bigint not null",
  "column platform_statistics.disputed":
    "bigint not null",
  "column platform_statistics.fees":
    "numeric not null",
  "column platform_statistics.payout_amount":
    "numeric not null",
  "column platform_statistics.payouts":
    "bigint not null",
  "column platform_statistics.pending":
    "bigint not null",
  "column platform_statistics.platform_id":
    "text not null",
  "column platform_statistics.seconds":
    "numeric not null",
  "column platform_statistics.tasks":
    "bigint not null",
  "column platform_statistics.timed":
    "bigint not null",
  "column platform_statistics.unique_workers":
    "bigint not null",
  "column platform_workers.last_day":
    "date not null",
  "column platform_workers.platform_id":
    "text not null",
  "column platform_workers.tasks":
    "bigint not null",
  "column platform_workers.worker_id":
    "text not null",
  "column platforms.active_workers":
    "bigint not null default 0",
  "column platforms.contact_email":
    "text not null",
  "column platforms.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column platforms.fee_bps":
    "integer not null default 200",
  "column platforms.id":
    "text not null default new_id('plt'::text)",
  "column platforms.is_active":
    "boolean not null default true",
  "column platforms.metadata":
    "jsonb not null default '{}'::jsonb",
  "column platforms.name":
    "text not null",
  "column platforms.total_payouts":
    "usdc not null default 0",
  "column platforms.total_tasks":
    "bigint not null default 0",
  "column platforms.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column platforms.wallet_address":
    "text",
  "column platforms.webhook_secret":
    "bytea",
  "column platforms.webhook_url":
    "text",
  "column queue_attempts.ended_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_attempts.error":
    "text",
  "column queue_attempts.job_id":
    "bigint not null",
  "column queue_attempts.outcome":
    "text not null",
  "column queue_attempts.queue_id":
    "integer not null",
  "column queue_attempts.started_at":
    "timestamp(3) with time zone",
  "column queue_attempts.token":
    "bigint not null",
  "column queue_attempts.worker":
    "text",
  "column queue_claims.claimed_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_claims.expires_at":
    "timestamp(3) with time zone not null",
  "column queue_claims.job_ids":
    "bigint[] not null",
  "column queue_claims.queue_id":
    "integer not null",
  "column queue_claims.token":
    "bigint not null",
  "column queue_claims.worker":
    "text not null",
  "column queue_dead.created_at":
    "timestamp(3) with time zone not null",
  "column queue_dead.died_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_dead.error":
    "text",
  "column queue_dead.failures":
    "smallint not null",
  "column queue_dead.id":
    "bigint not null",
  "column queue_dead.key":
    "text",
  "column queue_dead.losses":
    "smallint not null",
  "column queue_dead.payload":
    "jsonb not null",
  "column queue_dead.priority":
    "smallint not null",
  "column queue_dead.queue_id":
    "integer not null",
  "column queue_dead.reason":
    "text not null",
  "column queue_dead.token":
    "bigint not null",
  "column queue_history.created_at":
    "timestamp(3) with time zone not null",
  "column queue_history.failures":
    "smallint not null",
  "column queue_history.finished_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_history.id":
    "bigint not null",
  "column queue_history.key":
    "text",
  "column queue_history.losses":
    "smallint not null",
  "column queue_history.outcome":
    "text not null",
  "column queue_history.payload":
    "jsonb not null",
  "column queue_history.priority":
    "smallint not null",
  "column queue_history.queue_id":
    "integer not null",
  "column queue_history.result":
    "jsonb",
  "column queue_history.started_at":
    "timestamp(3) with time zone",
  "column queue_history.token":
    "bigint not null",
  "column queue_history.worker":
    "text",
  "column queue_jobs.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_jobs.failures":
    "smallint not null default 0",
  "column queue_jobs.id":
    "bigint not null",
  "column queue_jobs.key":
    "text",
  "column queue_jobs.lease_until":
    "timestamp(3) with time zone",
  "column queue_jobs.losses":
    "smallint not null default 0",
  "column queue_jobs.payload":
    "jsonb not null",
  "column queue_jobs.place":
    "bigint",
  "column queue_jobs.priority":
    "smallint not null default 5",
  "column queue_jobs.progress":
    "jsonb",
  "column queue_jobs.queue_id":
    "integer not null",
  "column queue_jobs.run_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_jobs.token":
    "bigint not null default 0",
  "column queue_schedules.catch_up":
    "text not null default 'last'::text",
  "column queue_schedules.catch_up_most":
    "integer not null default 100",
  "column queue_schedules.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_schedules.cron":
    "text not null",
  "column queue_schedules.last_slot":
    "timestamp(3) with time zone",
  "column queue_schedules.name":
    "text not null",
  "column queue_schedules.next_slot":
    "timestamp(3) with time zone",
  "column queue_schedules.paused_at":
    "timestamp(3) with time zone",
  "column queue_schedules.payload":
    "jsonb not null",
  "column queue_schedules.priority":
    "smallint not null default 5",
  "column queue_schedules.queue_id":
    "integer not null",
  "column queue_schedules.slots_skipped":
    "bigint not null default 0",
  "column queue_schedules.time_zone":
    "text not null",
  "column queue_settings.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column queue_settings.id":
    "integer not null generated always as identity",
  "column queue_settings.max_failures":
    "smallint not null default 10",
  "column queue_settings.max_losses":
    "smallint not null default 20",
  "column queue_settings.name":
    "text not null",
  "column queue_settings.paused_at":
    "timestamp(3) with time zone",
  "column queue_settings.retry_base_s":
    "double precision not null default 2",
  "column queue_settings.retry_most_s":
    "double precision not null default 3600",
  "column queue_slots.job_id":
    "bigint not null",
  "column queue_slots.schedule":
    "text not null",
  "column queue_slots.slot":
    "timestamp(3) with time zone not null",
  "column rail_notifications.body":
    "bytea not null",
  "column rail_notifications.done_at":
    "timestamp(3) with time zone not null generated always as (COALESCE(processed_at, 'infinity'::timestamp with time zone)) stored",
  "column rail_notifications.id":
    "text not null default new_id('rnt'::text)",
  "column rail_notifications.job_id":
    "bigint",
  "column rail_notifications.notification_id":
    "text not null",
  "column rail_notifications.outcome":
    "text",
  "column rail_notifications.processed_at":
    "timestamp(3) with time zone",
  "column rail_notifications.rail":
    "text not null",
  "column rail_notifications.received_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column rail_notifications.transaction_id":
    "text",
  "column refresh_tokens.generation":
    "integer not null",
  "column refresh_tokens.issued_at":
    "timestamp(3) with time zone not null default now()",
  "column refresh_tokens.session_id":
    "text not null",
  "column refresh_tokens.token_hash":
    "bytea not null",
  "column reputation_events.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column reputation_events.delta":
    "integer not null",
  "column reputation_events.event_type":
    "reputation_event_type not null",
  "column reputation_events.id":
    "text not null default new_id('rep'::text)",
  "column reputation_events.metadata":
    "jsonb not null default '{}'::jsonb",
  "column reputation_events.new_score":
    "score not null",
  "column reputation_events.previous_score":
    "score not null",
  "column reputation_events.rating":
    "stars",
  "column reputation_events.reason":
    "reputation_reason not null",
  "column reputation_events.related_id":
    "text",
  "column reputation_events.requested_delta":
    "integer not null",
  "column reputation_events.seq":
    "bigint not null generated always as identity",
  "column reputation_events.task_id":
    "text",
  "column reputation_events.worker_id":
    "text not null",
  "column retention_policies.alarm_days":
    "integer",
  "column retention_policies.batch_size":
    "integer not null default 5000",
  "column retention_policies.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column retention_policies.enabled":
    "boolean not null default true",
  "column retention_policies.every":
    "interval not null default '01:00:00'::interval",
  "column retention_policies.keep":
    "interval not null",
  "column retention_policies.kind":
    "text not null",
  "column retention_policies.last_gone":
    "bigint not null default 0",
  "column retention_policies.last_ms":
    "integer not null default 0",
  "column retention_policies.last_run_at":
    "timestamp(3) with time zone",
  "column retention_policies.name":
    "text not null",
  "column retention_policies.next_run_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column retention_policies.step":
    "text",
  "column retention_policies.steps_ahead":
    "integer",
  "column retention_policies.table_name":
    "text not null",
  "column retention_policies.time_column":
    "text not null",
  "column retention_policies.total_gone":
    "bigint not null default 0",
  "column retention_policies.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column sandbox_deposits.amount":
    "usdc not null",
  "column sandbox_deposits.confirmations":
    "integer not null default 0",
  "column sandbox_deposits.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column sandbox_deposits.looks":
    "integer not null default 0",
  "column sandbox_deposits.platform_id":
    "text not null",
  "column sandbox_deposits.reason":
    "text",
  "column sandbox_deposits.reference":
    "text not null",
  "column sandbox_deposits.state":
    "text not null default 'accepted'::text",
  "column sandbox_deposits.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column sandbox_secrets.accepted_until":
    "timestamp(3) with time zone",
  "column sandbox_secrets.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column sandbox_secrets.generation":
    "integer not null",
  "column sandbox_secrets.secret":
    "bytea not null",
  "column sandbox_transfers.amount":
    "usdc not null",
  "column sandbox_transfers.confirmations":
    "integer not null default 0",
  "column sandbox_transfers.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column sandbox_transfers.looks":
    "integer not null default 0",
  "column sandbox_transfers.reason":
    "text",
  "column sandbox_transfers.reference":
    "text not null",
  "column sandbox_transfers.sends":
    "integer not null default 0",
  "column sandbox_transfers.state":
    "text not null",
  "column sandbox_transfers.to_address":
    "text not null",
  "column sandbox_transfers.tx_hash":
    "text not null generated always as (('0x'::text || encode(sha256((reference)::bytea), 'hex'::text))) stored",
  "column sandbox_transfers.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column streams.cancelled_at":
    "timestamp(3) with time zone",
  "column streams.completed_at":
    "timestamp(3) with time zone",
  "column streams.contract_address":
    "text",
  "column streams.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column streams.end_time":
    "timestamp with time zone not null",
  "column streams.fee_bps":
    "integer not null default 200",
  "column streams.funded_amount":
    "usdc not null default 0",
  "column streams.id":
    "text not null default new_id('str'::text)",
  "column streams.last_released_at":
    "timestamp with time zone",
  "column streams.next_release_at":
    "timestamp with time zone",
  "column streams.paused_at":
    "timestamp with time zone",
  "column streams.paused_for":
    "interval not null default '00:00:00'::interval",
  "column streams.platform_id":
    "text not null",
  "column streams.release_interval":
    "integer not null",
  "column streams.released_amount":
    "usdc not null default 0",
  "column streams.remaining_amount":
    "usdc not null default 0",
  "column streams.start_time":
    "timestamp with time zone not null",
  "column streams.status":
    "text not null default 'active'::text",
  "column streams.task_id":
    "text not null",
  "column streams.total_amount":
    "usdc not null",
  "column streams.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column streams.worker_id":
    "text not null",
  "column tasks.amount":
    "usdc_above_zero not null",
  "column tasks.cancelled_at":
    "timestamp(3) with time zone",
  "column tasks.completed_at":
    "timestamp(3) with time zone",
  "column tasks.completion_proof":
    "task_proof",
  "column tasks.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column tasks.description":
    "task_description",
  "column tasks.disputed_at":
    "timestamp(3) with time zone",
  "column tasks.due_at":
    "timestamp(3) with time zone",
  "column tasks.escrowed_amount":
    "usdc_from_zero not null default 0",
  "column tasks.external_id":
    "external_id",
  "column tasks.hold_until":
    "timestamp(3) with time zone",
  "column tasks.id":
    "text not null default new_id('tsk'::text)",
  "column tasks.metadata":
    "metadata_object not null default '{}'::jsonb",
  "column tasks.paid_amount":
    "usdc_from_zero not null default 0",
  "column tasks.paid_at":
    "timestamp(3) with time zone",
  "column tasks.platform_id":
    "text not null",
  "column tasks.platform_rating":
    "stars",
  "column tasks.scheduled_at":
    "timestamp(3) with time zone",
  "column tasks.started_at":
    "timestamp(3) with time zone",
  "column tasks.status":
    "task_status not null default 'pending'::text",
  "column tasks.task_type":
    "task_type not null default 'fixed'::text",
  "column tasks.title":
    "task_title",
  "column tasks.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column tasks.verification_data":
    "jsonb",
  "column tasks.verification_status":
    "task_verification not null default 'pending'::text",
  "column tasks.verified_by":
    "task_verifier",
  "column tasks.was_disputed":
    "boolean not null default false",
  "column tasks.worker_id":
    "text",
  "column tasks.worker_rating":
    "stars",
  "column transaction_days.amount":
    "numeric not null",
  "column transaction_days.asset":
    "text not null",
  "column transaction_days.day":
    "date not null",
  "column transaction_days.fees":
    "numeric not null",
  "column transaction_days.status":
    "text not null",
  "column transaction_days.transactions":
    "bigint not null",
  "column transaction_days.tx_type":
    "text not null",
  "column transactions.amount":
    "token_amount not null",
  "column transactions.asset":
    "text not null default 'USDC'::text",
  "column transactions.attempts":
    "from_zero not null default 0",
  "column transactions.block_number":
    "bigint",
  "column transactions.blockchain_confirmations":
    "from_zero not null default 0",
  "column transactions.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column transactions.error_message":
    "text",
  "column transactions.fee":
    "token_fee not null default 0",
  "column transactions.from_address":
    "text",
  "column transactions.id":
    "text not null default new_id('txn'::text)",
  "column transactions.ledger_transfer_id":
    "bigint",
  "column transactions.loan_id":
    "text",
  "column transactions.log_index":
    "from_zero not null default 0",
  "column transactions.metadata":
    "metadata_object not null default '{}'::jsonb",
  "column transactions.platform_id":
    "text",
  "column transactions.processed_at":
    "timestamp(3) with time zone",
  "column transactions.rail":
    "text not null default 'ledger'::text",
  "column transactions.rail_reference":
    "text",
  "column transactions.status":
    "tx_status not null default 'pending'::text",
  "column transactions.stream_id":
    "text",
  "column transactions.submitted_at":
    "timestamp(3) with time zone",
  "column transactions.task_id":
    "text",
  "column transactions.to_address":
    "text",
  "column transactions.tx_hash":
    "tx_hash",
  "column transactions.tx_type":
    "tx_type not null",
  "column transactions.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column transactions.worker_id":
    "text",
  "column wallet_challenges.address":
    "text not null",
  "column wallet_challenges.chain_id":
    "bigint not null",
  "column wallet_challenges.domain":
    "text not null",
  "column wallet_challenges.expires_at":
    "timestamp(3) with time zone not null",
  "column wallet_challenges.issued_at":
    "timestamp(3) with time zone not null",
  "column wallet_challenges.nonce":
    "text not null",
  "column wallet_challenges.purpose":
    "text not null",
  "column wallet_challenges.uri":
    "text not null",
  "column wallet_challenges.used_at":
    "timestamp(3) with time zone",
  "column wallet_challenges.worker_id":
    "text",
  "column webhook_attempts.at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_attempts.delivery_id":
    "text not null",
  "column webhook_attempts.duration_ms":
    "integer not null",
  "column webhook_attempts.endpoint_id":
    "text not null",
  "column webhook_attempts.error":
    "text",
  "column webhook_attempts.number":
    "integer not null",
  "column webhook_attempts.response":
    "text not null default ''::text",
  "column webhook_attempts.status":
    "integer",
  "column webhook_cursor.event_id":
    "bigint not null",
  "column webhook_cursor.moved_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_cursor.only_row":
    "boolean not null default true",
  "column webhook_cursor.xid":
    "xid8 not null",
  "column webhook_deliveries.attempts":
    "integer not null default 0",
  "column webhook_deliveries.body":
    "text not null",
  "column webhook_deliveries.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_deliveries.due_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_deliveries.endpoint_id":
    "text not null",
  "column webhook_deliveries.event_id":
    "bigint",
  "column webhook_deliveries.event_type":
    "text not null",
  "column webhook_deliveries.fence":
    "bigint not null default 0",
  "column webhook_deliveries.id":
    "text not null",
  "column webhook_deliveries.last_error":
    "text",
  "column webhook_deliveries.last_status":
    "integer",
  "column webhook_deliveries.leased_until":
    "timestamp(3) with time zone",
  "column webhook_deliveries.subject":
    "text not null",
  "column webhook_deliveries.tries":
    "integer not null default 0",
  "column webhook_delivery_history.attempts":
    "integer not null",
  "column webhook_delivery_history.body":
    "text not null",
  "column webhook_delivery_history.created_at":
    "timestamp(3) with time zone not null",
  "column webhook_delivery_history.endpoint_id":
    "text not null",
  "column webhook_delivery_history.event_id":
    "bigint",
  "column webhook_delivery_history.event_type":
    "text not null",
  "column webhook_delivery_history.fence":
    "bigint not null",
  "column webhook_delivery_history.finished_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_delivery_history.id":
    "text not null",
  "column webhook_delivery_history.last_error":
    "text",
  "column webhook_delivery_history.last_status":
    "integer",
  "column webhook_delivery_history.reason":
    "text",
  "column webhook_delivery_history.state":
    "text not null",
  "column webhook_delivery_history.subject":
    "text not null",
  "column webhook_endpoints.after_event_id":
    "bigint not null default 0",
  "column webhook_endpoints.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_endpoints.description":
    "text not null default ''::text",
  "column webhook_endpoints.disabled_at":
    "timestamp(3) with time zone",
  "column webhook_endpoints.disabled_reason":
    "text",
  "column webhook_endpoints.event_types":
    "text[] not null default '{}'::text[]",
  "column webhook_endpoints.failing_since":
    "timestamp(3) with time zone",
  "column webhook_endpoints.id":
    "text not null",
  "column webhook_endpoints.owner_id":
    "text not null",
  "column webhook_endpoints.state":
    "text not null default 'active'::text",
  "column webhook_endpoints.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_endpoints.url":
    "text not null",
  "column webhook_secrets.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column webhook_secrets.endpoint_id":
    "text not null",
  "column webhook_secrets.generation":
    "integer not null",
  "column webhook_secrets.secret":
    "bytea not null",
  "column webhook_secrets.signs_until":
    "timestamp(3) with time zone",
  "column work_deltas.abandoned":
    "integer not null default 0",
  "column work_deltas.active":
    "integer not null default 0",
  "column work_deltas.active_at":
    "timestamp with time zone",
  "column work_deltas.cancelled":
    "integer not null default 0",
  "column work_deltas.completed":
    "integer not null default 0",
  "column work_deltas.created_day":
    "date",
  "column work_deltas.disputed":
    "integer not null default 0",
  "column work_deltas.earned":
    "numeric not null default 0",
  "column work_deltas.ever_disputed":
    "integer not null default 0",
  "column work_deltas.id":
    "bigint not null generated always as identity",
  "column work_deltas.late":
    "integer not null default 0",
  "column work_deltas.open_amount":
    "numeric not null default 0",
  "column work_deltas.paid":
    "numeric not null default 0",
  "column work_deltas.pending":
    "integer not null default 0",
  "column work_deltas.platform_id":
    "text",
  "column work_deltas.ratings":
    "integer not null default 0",
  "column work_deltas.released":
    "numeric not null default 0",
  "column work_deltas.seconds":
    "numeric not null default 0",
  "column work_deltas.stars":
    "integer not null default 0",
  "column work_deltas.tasks":
    "integer not null default 0",
  "column work_deltas.timed":
    "integer not null default 0",
  "column work_deltas.worker_id":
    "text",
  "column worker_days.completed":
    "bigint not null",
  "column worker_days.day":
    "date not null",
  "column worker_days.earned":
    "numeric not null",
  "column worker_days.payouts":
    "bigint not null",
  "column worker_days.tasks":
    "bigint not null",
  "column worker_days.worker_id":
    "text not null",
  "column worker_statistics.abandoned":
    "bigint not null",
  "column worker_statistics.active":
    "bigint not null",
  "column worker_statistics.cancelled":
    "bigint not null",
  "column worker_statistics.completed":
    "bigint not null",
  "column worker_statistics.disputed":
    "bigint not null",
  "column worker_statistics.earned":
    "numeric not null",
  "column worker_statistics.ever_disputed":
    "bigint not null",
  "column worker_statistics.is_stale":
    "boolean not null default true",
  "column worker_statistics.last_active_at":
    "timestamp with time zone",
  "column worker_statistics.late":
    "bigint not null",
  "column worker_statistics.open_amount":
    "numeric not null",
  "column worker_statistics.paid":
    "numeric not null",
  "column worker_statistics.pending":
    "bigint not null",
  "column worker_statistics.ratings":
    "bigint not null",
  "column worker_statistics.released":
    "numeric not null",
  "column worker_statistics.stars":
    "bigint not null",
  "column worker_statistics.tasks":
    "bigint not null",
  "column worker_statistics.worker_id":
    "text not null",
  "column worker_transactions.amount":
    "numeric not null",
  "column worker_transactions.transactions":
    "bigint not null",
  "column worker_transactions.tx_type":
    "text not null",
  "column worker_transactions.worker_id":
    "text not null",
  "column workers.average_rating":
    "mean_stars not null default 0",
  "column workers.completion_rate":
    "percent not null default 0",
  "column workers.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column workers.dispute_rate":
    "percent not null default 0",
  "column workers.email":
    "text not null",
  "column workers.id":
    "text not null default new_id('wrk'::text)",
  "column workers.initial_score":
    "score not null default 500",
  "column workers.last_active_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column workers.metadata":
    "metadata_object not null default '{}'::jsonb",
  "column workers.name":
    "worker_name not null",
  "column workers.reputation_score":
    "score not null default 500",
  "column workers.status":
    "worker_status not null default 'active'::text",
  "column workers.total_earned":
    "usdc not null default 0",
  "column workers.total_tasks":
    "bigint not null default 0",
  "column workers.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column workers.wallet_address":
    "wallet_address",
  "column workers.wallet_id":
    "text",
  "column workers.wallet_verified_at":
    "timestamp(3) with time zone",
  "comment column account_sessions.epoch":
    "session_epoch of the account when the session was opened.",
  "comment column account_sessions.expires_at":
    "End of the current refresh token; moved by each refresh, never beyond the greatest age of a session.",
  "comment column account_sessions.generation":
    "Number of the refresh token that is valid now; each refresh raises it.",
  "comment column account_sessions.refreshed_at":
    "When the current generation was issued.",
  "comment column account_sessions.revoked_at":
    "Null: not revoked.",
  "comment column account_sessions.revoked_reason":
    "Null: not revoked.",
  "comment column accounts.disabled_at":
    "Null: enabled. Set: no sign-in, no token and no key works.",
  "comment column accounts.login":
    "Lower case; the application also normalises it to Unicode NFC.",
  "comment column accounts.password_hash":
    "argon2 in PHC form, parameters included; null: cannot sign in by password.",
  "comment column accounts.session_epoch":
    "Raised to end every session at once: a session is live only while its epoch equals this one.",
  "comment column active_streams_view.accrued_amount":
    "What is earned by now, released or not; never more than was funded, and still while paused.",
  "comment column active_streams_view.end_time":
    "When all has accrued.",
  "comment column active_streams_view.funded_amount":
    "What of it lies or lay in escrow.",
  "comment column active_streams_view.next_release_at":
    "When the next release is due; null unless active.",
  "comment column active_streams_view.percent_released":
    "Percent of the total that is released, rounded down.",
  "comment column active_streams_view.platform_id":
    "Who pays.",
  "comment column active_streams_view.platform_name":
    "Name of the platform.",
  "comment column active_streams_view.released_amount":
    "What is in the worker's balance already.",
  "comment column active_streams_view.remaining_amount":
    "Total less released.",
  "comment column active_streams_view.seconds_until_next_release":
    "Seconds until then, 0 when it is due; null unless active.",
  "comment column active_streams_view.start_time":
    "When it began.",
  "comment column active_streams_view.status":
    "active, paused, or insolvent (all that was funded is released).",
  "comment column active_streams_view.stream_id":
    "The stream.",
  "comment column active_streams_view.task_id":
    "The task it pays for.",
  "comment column active_streams_view.task_title":
    "Title of the task; null without one.",
  "comment column active_streams_view.total_amount":
    "What it pays in all.",
  "comment column active_streams_view.worker_id":
    "Who is paid.",
  "comment column active_streams_view.worker_name":
    "Name of the worker.",
  "comment column api_keys.expires_at":
    "Null: does not expire.",
  "comment column api_keys.last_used_at":
    "Exact to a minute; null: never used.",
  "comment column api_keys.prefix":
    "The public middle part of the key, by which it is found and recognised.",
  "comment column api_keys.replaced_by":
    "Key that a rotation made to follow this one; null: not rotated. Not a reference: old keys are cleared away.",
  "comment column api_keys.revoked_at":
    "Null: not revoked.",
  "comment column audit_log.actor_id":
    "Account that acted; null for the system itself.",
  "comment column audit_log.after":
    "Values after the change; null when the thing is gone.",
  "comment column audit_log.before":
    "Values before the change; null when the thing is new.",
  "comment column audit_log.request_id":
    "HTTP request that caused it; null when none did.",
  "comment column audit_logs.actor_id":
    "Account that acted; null for the system and for callers without an account.",
  "comment column audit_logs.changes_after":
    "Values after; null when none were changed.",
  "comment column audit_logs.changes_before":
    "Values before; null when none were changed.",
  "comment column audit_logs.error_message":
    "Null when the action succeeded.",
  "comment column audit_logs.ip_address":
    "Null when no request caused it.",
  "comment column audit_logs.request_id":
    "Null when no request caused it.",
  "comment column audit_logs.resource_id":
    "Null when it is about no single thing.",
  "comment column audit_logs.user_agent":
    "Null when no request caused it.",
  "comment column auth_secrets.verify_until":
    "Null: the key that signs. Set: rotated out, and still accepted until then.",
  "comment column chain_transactions.fee":
    "Gas used times price, in smallest units of the chain's own currency.",
  "comment column chain_transactions.position":
    "Place in the block, from 0.",
  "comment column chain_transactions.to_address":
    "Null: it made a contract.",
  "comment column chain_transactions.value":
    "Smallest units of the chain's own currency.",
  "comment column daily_transaction_summary.asset":
    "USDC, or the token of transfers seen elsewhere: amounts are in whole units of it.",
  "comment column daily_transaction_summary.average_amount":
    "Mean amount, to six decimals.",
  "comment column daily_transaction_summary.count":
    "Number of transactions.",
  "comment column daily_transaction_summary.status":
    "Status the transactions have now.",
  "comment column daily_transaction_summary.total_amount":
    "Sum of the amounts, fees included.",
  "comment column daily_transaction_summary.total_fees":
    "Sum of our fees in them.",
  "comment column daily_transaction_summary.transaction_date":
    "UTC day on which the transactions were made; filter by it.",
  "comment column daily_transaction_summary.tx_type":
    "payout, advance, repayment, fee, refund, deposit, withdrawal or transfer.",
  "comment column idempotency_keys.answer":
    "What the call returned; null only inside the transaction that is computing it.",
  "comment column imports.attempt":
    "Raised by whoever takes an unfinished import over; a batch of an older attempt is refused.",
  "comment column imports.completed_at":
    "When the whole file was read; null: not yet.",
  "comment column imports.digest":
    "Hash over the rows done; an import resumes only where the file still begins with them.",
  "comment column imports.error":
    "Why it failed; null: it did not.",
  "comment column imports.platform_id":
    "Platform that posted and paid the tasks; null: what was seen on a chain belongs to none.",
  "comment column imports.rows_done":
    "Rows of the file dealt with so far: inserted, known or refused.",
  "comment column imports.state":
    "running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed.",
  "comment column inbound_events.done_at":
    "When it was processed, infinity before: what the retention policy goes by.",
  "comment column inbound_events.event_id":
    "The platform's own id of the event; sent again it is the same event.",
  "comment column inbound_events.job_id":
    "Job of the queue task-completed that works on it; null only within the statement that receives it.",
  "comment column inbound_events.outcome":
    "paid, held (paid when the hold of the task is over), flagged (a person looks), rejected; null before.",
  "comment column inbound_events.payload_sha256":
    "Of the payload, to tell a repetition from another event under the same id.",
  "comment column inbound_events.processed_at":
    "Null while it waits, is worked on, or is a dead letter.",
  "comment column inbound_events.task_id":
    "Task it was about; null before it is processed.",
  "comment column invariant_loans_equal_books.balance":
    "Balance of the account advance:ID.",
  "comment column invariant_loans_equal_books.due":
    "What is left of loans that are disbursed, repaying or defaulted.",
  "comment column invariant_losses_equal_loans.balance":
    "Balance of the account losses.",
  "comment column invariant_losses_equal_loans.lost":
    "What is left of loans that were written off.",
  "comment column invariant_reputation_replays.breaks":
    "Events that do not begin where the one before ended, or applied another delta than asked within 0 to 1000; null: no events.",
  "comment column ledger_account_balances.available":
    "Null: it may spend without limit.",
  "comment column ledger_account_balances.closed_at":
    "Null: it is open.",
  "comment column ledger_account_balances.max_balance":
    "Null: no highest balance.",
  "comment column ledger_account_balances.metadata":
    "Null: none was given.",
  "comment column ledger_account_balances.min_balance":
    "Null: no lowest balance.",
  "comment column ledger_accounts.closed_at":
    "Since when nothing is posted any more; null while it is open.",
  "comment column ledger_accounts.max_balance":
    "Highest balance in smallest units, zero or above, counting open holds into it; null: any.",
  "comment column ledger_accounts.metadata":
    "Facts of the caller's; null when there are none.",
  "comment column ledger_accounts.min_balance":
    "Lowest balance in smallest units, zero or below, counting open holds against it; null: any.",
  "comment column ledger_accounts.normal_side":
    "The side that raises the balance: debit for what is owned or spent, credit for what is owed or earned.",
  "comment column ledger_accounts.slots":
    "Parts that the balance is kept in. More than one for an account that everybody posts to at once.",
  "comment column ledger_assets.factor":
    "Smallest units in one: 10 to the power of decimals.",
  "comment column ledger_assets.unit":
    "The smallest unit: multiply by it, for a division rounds large amounts.",
  "comment column ledger_balances.last_at":
    "Time at which the last posting had this balance, at most that of the posting itself: the next is later, as long as the database's clock does not go back.",
  "comment column ledger_balances.shift":
    "What this slot may spend beyond its own sums, taken from the other slots; adds up to zero over the account.",
  "comment column ledger_holds.expires_at":
    "Null: it stays until it is settled or given back.",
  "comment column ledger_seals.digest":
    "SHA-256 of the transfers it covers.",
  "comment column ledger_seals.hash":
    "SHA-256 of the hash before, the digest, the number and up_to: the root to keep elsewhere.",
  "comment column ledger_transfers.amount":
    "In smallest units of the asset; for 4 and 5, what was held.",
  "comment column ledger_transfers.expires_at":
    "When a hold may be expired; null: never, or it is no hold.",
  "comment column ledger_transfers.hold_id":
    "Hold that this ends, each at most once; null for transfers and holds. No foreign key: its check locks the hold, which needs the right to update it.",
  "comment column ledger_transfers.key":
    "First half of the SHA-256 of the caller's idempotency key.",
  "comment column ledger_transfers.kind":
    "1 transfer, 2 hold, 3 settlement of a hold, 4 hold given back, 5 hold expired. Only 1 and 3 move money.",
  "comment column ledger_transfers.metadata":
    "Facts of the caller's; null when there are none.",
  "comment column ledger_transfers.reference":
    "Caller's words or foreign id; null when none was given.",
  "comment column loans.contract_address":
    "Of a contract that mirrors it; null without one.",
  "comment column loans.defaulted_at":
    "When it was not repaid in time; null: it was, or is not due.",
  "comment column loans.disbursed_at":
    "Null before it was paid out.",
  "comment column loans.fee_bps":
    "Fee in hundredths of a percent of the amount.",
  "comment column loans.installments":
    "Payouts over which it is repaid, an equal part from each.",
  "comment column loans.repaid_at":
    "Null unless repaid.",
  "comment column loans.status":
    "pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), written_off (booked as a loss, still repayable), cancelled; guarded by guard_status.",
  "comment column loans.written_off_at":
    "When what was left of it was booked as a loss, whether it was recovered later or not; null: it was not.",
  "comment column migration_objects.on_table":
    "Table that a trigger hangs on; null for functions and views.",
  "comment column money_deltas.active_at":
    "When the transactions were made; null for what was changed or taken away.",
  "comment column money_deltas.paid_day":
    "UTC day on which payouts in USDC were completed; null for all else.",
  "comment column money_deltas.platform_id":
    "Null when none is part of it.",
  "comment column money_deltas.worker_id":
    "Null for movements of a platform only.",
  "comment column outbox.audience":
    "Account that may see the event; null for administrators only.",
  "comment column platform_performance_view.active_tasks":
    "Of them, begun and not finished.",
  "comment column platform_performance_view.active_workers_30d":
    "Workers with a task posted in the last 30 days.",
  "comment column platform_performance_view.active_workers_7d":
    "Workers with a task posted in the last 7 days.",
  "comment column platform_performance_view.average_completion_s":
    "Mean seconds from beginning to completion of completed tasks; null without one.",
  "comment column platform_performance_view.average_payment":
    "Mean of completed payouts, 0 without one.",
  "comment column platform_performance_view.cancelled_tasks":
    "Of them, cancelled.",
  "comment column platform_performance_view.completed_tasks":
    "Of them, completed.",
  "comment column platform_performance_view.completion_rate":
    "Percent: completed of those that were completed, cancelled after they began, or disputed.",
  "comment column platform_performance_view.disputed_tasks":
    "Of them, in dispute now.",
  "comment column platform_performance_view.name":
    "Name of the platform.",
  "comment column platform_performance_view.payouts":
    "Number of completed payouts.",
  "comment column platform_performance_view.pending_tasks":
    "Of them, not begun.",
  "comment column platform_performance_view.platform_id":
    "The platform; filter by it.",
  "comment column platform_performance_view.total_fees":
    "Our fees in them.",
  "comment column platform_performance_view.total_payouts":
    "Sum of completed payouts, fees included.",
  "comment column platform_performance_view.total_tasks":
    "All tasks it posted.",
  "comment column platform_performance_view.unique_workers":
    "Workers who ever had a task of it.",
  "comment column platform_statistics.brought_on":
    "UTC day on which the columns of platforms were brought up to date last; -infinity when something changed since.",
  "comment column platforms.active_workers":
    "Workers with a task of this platform in the last 30 days.",
  "comment column platforms.fee_bps":
    "Our fee on each payout, hundredths of a percent of it, taken from the worker's amount.",
  "comment column platforms.total_payouts":
    "Sum of completed payouts, fees included.",
  "comment column platforms.total_tasks":
    "Tasks ever posted.",
  "comment column platforms.wallet_address":
    "Lower case; null without one.",
  "comment column platforms.webhook_secret":
    "Signs what the platform sends us (HMAC-SHA-256); null: it sends nothing. Never shown again after it was made.",
  "comment column platforms.webhook_url":
    "Where the platform wants to hear of its tasks; null: nowhere.",
  "comment column queue_attempts.error":
    "Null: it said nothing.",
  "comment column queue_attempts.started_at":
    "Null: its claim is no longer known.",
  "comment column queue_attempts.worker":
    "Null: its claim is no longer known.",
  "comment column queue_dead.error":
    "What the last attempt ended with; null: it said nothing.",
  "comment column queue_dead.key":
    "Null: it had none.",
  "comment column queue_history.key":
    "Null: it had none.",
  "comment column queue_history.result":
    "What the worker gave back; null: nothing.",
  "comment column queue_history.started_at":
    "When its last claim was; null: it was cancelled before any.",
  "comment column queue_history.worker":
    "Who had it last; null: it was cancelled while nobody had it.",
  "comment column queue_jobs.key":
    "Unique among the live jobs of the queue; null: no such wish.",
  "comment column queue_jobs.lease_until":
    "Set: in work, and taken to be lost when this has passed and queue_reap comes by. Null: nobody has it.",
  "comment column queue_jobs.place":
    "Place in line, first by priority; null: waits for run_at.",
  "comment column queue_jobs.progress":
    "What the worker last reported; null: nothing.",
  "comment column queue_jobs.token":
    "Fencing token of the last claim; 0 before the first.",
  "comment column queue_schedules.last_slot":
    "Null: nothing was enqueued yet.",
  "comment column queue_schedules.next_slot":
    "Null: the expression has no further time.",
  "comment column queue_schedules.paused_at":
    "Null: runs. Set: its slots pass by without a job.",
  "comment column queue_schedules.slots_skipped":
    "Slots that the catch-up rule left out.",
  "comment column queue_settings.paused_at":
    "Null: jobs are handed out. Set: nobody gets one.",
  "comment column rail_notifications.body":
    "The bytes that were signed: a retry reads them again.",
  "comment column rail_notifications.done_at":
    "When it was processed, infinity before: what the retention policy goes by.",
  "comment column rail_notifications.job_id":
    "Job of the queue rail-notification that works on it; null only within the statement that receives it.",
  "comment column rail_notifications.notification_id":
    "The rail's own id of the notification; sent again it is the same one.",
  "comment column rail_notifications.outcome":
    "What the rail said when it was asked: confirmed, failed, waiting (for confirmations), unchanged (it was over before), ignored (about nothing of ours); null before.",
  "comment column rail_notifications.processed_at":
    "Null while it waits, is worked on, or is a dead letter.",
  "comment column rail_notifications.transaction_id":
    "Transfer or deposit it was about; null before it is processed, and for one about neither.",
  "comment column reputation_events.delta":
    "What was applied: scores stay from 0 to 1000.",
  "comment column reputation_events.rating":
    "Stars, for a rating; else null.",
  "comment column reputation_events.related_id":
    "Id of what caused it outside of the tasks; null when nothing did.",
  "comment column reputation_events.requested_delta":
    "What was asked for.",
  "comment column reputation_events.task_id":
    "Null when it is about no task.",
  "comment column retention_policies.alarm_days":
    "Fewer days ready than this raise the alarm; null: not partitioned.",
  "comment column retention_policies.kind":
    "rows: deleted in batches by an index on time; read_events: rows of the outbox, never beyond what the webhooks' fan-out has read; partitions: made ahead and dropped whole.",
  "comment column retention_policies.last_run_at":
    "Null: it has not run yet.",
  "comment column retention_policies.step":
    "Length of a partition; null: not partitioned.",
  "comment column retention_policies.steps_ahead":
    "Partitions kept ready beyond the present one; null: not partitioned.",
  "comment column retention_status.alarm_days":
    "Null: not partitioned.",
  "comment column retention_status.covered_until":
    "End of the last partition; null: there is none, or it is not partitioned.",
  "comment column retention_status.days_ahead":
    "Null: not partitioned.",
  "comment column retention_status.last_run_at":
    "Null: it has not run yet.",
  "comment column retention_status.partitions":
    "Null: not partitioned.",
  "comment column sandbox_deposits.confirmations":
    "Grow with each look; 12 are final.",
  "comment column sandbox_deposits.reason":
    "Why it failed; null otherwise.",
  "comment column sandbox_secrets.accepted_until":
    "Null: the one that signs. Set: rotated out, and still accepted until then.",
  "comment column sandbox_transfers.confirmations":
    "Grow with each look; 12 are final.",
  "comment column sandbox_transfers.reason":
    "Why it was refused or failed; null otherwise.",
  "comment column sandbox_transfers.sends":
    "How often it was paid outside; more than once is money lost.",
  "comment column sandbox_transfers.state":
    "lost (never arrived, so nothing was sent), accepted, refused, failed (after it was accepted).",
  "comment column streams.cancelled_at":
    "Null unless cancelled.",
  "comment column streams.completed_at":
    "Null unless completed.",
  "comment column streams.contract_address":
    "Of a contract that mirrors the stream; null without one.",
  "comment column streams.end_time":
    "When all has accrued; moved by each pause, for paused time earns nothing.",
  "comment column streams.fee_bps":
    "The platform's fee when the stream was made, hundredths of a percent: all releases of a stream are charged alike.",
  "comment column streams.funded_amount":
    "What lies or lay in escrow for it; below the total it will run out, and stops there.",
  "comment column streams.last_released_at":
    "Null before the first release.",
  "comment column streams.next_release_at":
    "When the next release is due; null unless active.",
  "comment column streams.paused_at":
    "Since when it is paused; null unless it is.",
  "comment column streams.paused_for":
    "Length of all pauses that are over.",
  "comment column streams.status":
    "active, paused, insolvent (all that was funded is released), completed, cancelled; guarded by guard_stream_status.",
  "comment column tasks.cancelled_at":
    "Null unless cancelled.",
  "comment column tasks.completed_at":
    "Null while it is not completed.",
  "comment column tasks.completion_proof":
    "Hash or address of what proves it; null without one.",
  "comment column tasks.description":
    "Null without one.",
  "comment column tasks.disputed_at":
    "When it was disputed last; null: never.",
  "comment column tasks.due_at":
    "Completed later than this it is late; null: never.",
  "comment column tasks.escrowed_amount":
    "What of the amount still lies in escrow.",
  "comment column tasks.external_id":
    "The platform's own id for it; posting it again gives the first task. Null without one.",
  "comment column tasks.hold_until":
    "Not paid before this moment; null: as soon as it is completed.",
  "comment column tasks.paid_at":
    "When all of it was paid; null before.",
  "comment column tasks.platform_rating":
    "Stars the worker gave the platform; null before.",
  "comment column tasks.scheduled_at":
    "When it is meant to begin; null: at any time.",
  "comment column tasks.started_at":
    "Null while it has not begun.",
  "comment column tasks.status":
    "pending (posted), active (begun), completed, cancelled, disputed; guarded by guard_task_status.",
  "comment column tasks.title":
    "Null without one.",
  "comment column tasks.verification_data":
    "What the worker handed in: photos, places, minutes; null before.",
  "comment column tasks.verified_by":
    "auto or manual; null before a verdict.",
  "comment column tasks.worker_id":
    "Null while nobody has taken it.",
  "comment column tasks.worker_rating":
    "Stars the platform gave the worker; null before.",
  "comment column transactions.amount":
    "What is moved, the fee included; in whole units of the asset.",
  "comment column transactions.asset":
    "USDC, or the token of a transfer that was seen elsewhere.",
  "comment column transactions.block_number":
    "Null when it is on no chain.",
  "comment column transactions.error_message":
    "Why it failed last; null when it did not.",
  "comment column transactions.fee":
    "What of the amount is kept as our fee.",
  "comment column transactions.from_address":
    "Null inside our books.",
  "comment column transactions.ledger_transfer_id":
    "Main entry in the ledger; null when it never touched our books.",
  "comment column transactions.loan_id":
    "Null when it is about no loan.",
  "comment column transactions.platform_id":
    "Platform that pays or is paid; null when none is part of it.",
  "comment column transactions.processed_at":
    "When it was completed or failed for good; null before.",
  "comment column transactions.rail":
    "How it is settled: ledger (in our own books, at once) or the name of a payment rail.",
  "comment column transactions.rail_reference":
    "The rail's own id; null before it is known.",
  "comment column transactions.status":
    "pending, processing (handed to the rail), completed, failed, cancelled; guarded by guard_transaction_status.",
  "comment column transactions.stream_id":
    "Null when it is about no stream.",
  "comment column transactions.submitted_at":
    "When it was handed to the rail; null when it was not.",
  "comment column transactions.task_id":
    "Null when it is about no task.",
  "comment column transactions.to_address":
    "Null inside our books.",
  "comment column transactions.tx_hash":
    "Of the chain's transaction; null when there is none.",
  "comment column transactions.worker_id":
    "Who is paid or pays; null for movements of a platform only.",
  "comment column wallet_challenges.used_at":
    "Null: not used.",
  "comment column wallet_challenges.worker_id":
    "Whom the wallet is to be linked to; null: a sign-in, whoever it will be.",
  "comment column webhook_attempts.error":
    "Why it failed; null: it did not.",
  "comment column webhook_attempts.response":
    "The first kilobyte of the answer.",
  "comment column webhook_attempts.status":
    "HTTP status; null: no answer came.",
  "comment column webhook_deliveries.due_at":
    "When it may be claimed; while it is claimed, the end of the lease.",
  "comment column webhook_deliveries.event_id":
    "Number of the event; null: a test ping.",
  "comment column webhook_deliveries.fence":
    "Raised by every claim; a result that brings an older number is refused.",
  "comment column webhook_deliveries.last_error":
    "Why the last attempt failed; null: it did not, or there was none.",
  "comment column webhook_deliveries.last_status":
    "HTTP status of the last attempt; null: no answer, or none yet.",
  "comment column webhook_deliveries.leased_until":
    "Null: nobody is at it.",
  "comment column webhook_deliveries.tries":
    "Place in the retry schedule; a replay begins again at 0, while attempts goes on counting.",
  "comment column webhook_delivery_history.event_id":
    "Number of the event; null: a test ping.",
  "comment column webhook_delivery_history.last_error":
    "Why the last attempt failed; null: it did not.",
  "comment column webhook_delivery_history.last_status":
    "HTTP status of the last attempt; null: no answer came.",
  "comment column webhook_delivery_history.reason":
    "Why it is a dead letter; null: it was delivered.",
  "comment column webhook_endpoints.after_event_id":
    "Number of the event that told of its creation: only later ones are sent to it.",
  "comment column webhook_endpoints.disabled_at":
    "Null: active.",
  "comment column webhook_endpoints.disabled_reason":
    "by_owner; gone: it answered 410; failing: dead letters for five days without a success. Null: active.",
  "comment column webhook_endpoints.event_types":
    "Exact types and prefixes such as order.*; empty: every type.",
  "comment column webhook_endpoints.failing_since":
    "First dead letter since the last success; null: none.",
  "comment column webhook_secrets.signs_until":
    "End of the overlap after a rotation; null: signs until it is rotated.",
  "comment column work_deltas.active_at":
    "What the worker did last, as far as these tasks tell; null for what was taken away.",
  "comment column work_deltas.created_day":
    "UTC day the tasks were posted; null for ratings.",
  "comment column work_deltas.platform_id":
    "Null for ratings.",
  "comment column work_deltas.worker_id":
    "Null for tasks nobody has taken.",
  "comment column worker_earnings_view.active_tasks":
    "Tasks begun and not finished.",
  "comment column worker_earnings_view.advance_count":
    "Number of completed advances paid out.",
  "comment column worker_earnings_view.advance_total":
    "Sum of completed advances paid out.",
  "comment column worker_earnings_view.average_rating":
    "Mean of the ratings by platforms, 0 without one.",
  "comment column worker_earnings_view.cancelled_tasks":
    "Tasks that were cancelled.",
  "comment column worker_earnings_view.completed_tasks":
    "Tasks that are completed.",
  "comment column worker_earnings_view.completion_rate":
    "Percent: completed of those that were completed, cancelled after they began, or disputed.",
  "comment column worker_earnings_view.dispute_rate":
    "Percent of the tasks that were ever disputed.",
  "comment column worker_earnings_view.disputed_tasks":
    "Tasks in dispute now.",
  "comment column worker_earnings_view.fee_count":
    "Number of completed fees charged apart from payouts.",
  "comment column worker_earnings_view.fee_total":
    "Sum of completed fees charged apart from payouts.",
  "comment column worker_earnings_view.last_active_at":
    "When the worker last took, began or completed a task, or a transaction was made for it.",
  "comment column worker_earnings_view.loans":
    "Advances ever paid out.",
  "comment column worker_earnings_view.loans_defaulted":
    "Of them, those that were not repaid in time.",
  "comment column worker_earnings_view.loans_repaid":
    "Of them, those that are repaid.",
  "comment column worker_earnings_view.name":
    "Name of the worker.",
  "comment column worker_earnings_view.open_loan_due":
    "What is due of it in all, its fee included; null without one.",
  "comment column worker_earnings_view.open_loan_due_at":
    "When it must be repaid; null without one.",
  "comment column worker_earnings_view.open_loan_id":
    "The advance that is open; null without one.",
  "comment column worker_earnings_view.open_loan_remaining":
    "What of it is left to repay; null without one.",
  "comment column worker_earnings_view.open_loan_repaid":
    "What of it is repaid; null without one.",
  "comment column worker_earnings_view.open_loan_status":
    "Its status; null without one.",
  "comment column worker_earnings_view.paid":
    "What was paid for all tasks, streaming ones too, before fees.",
  "comment column worker_earnings_view.payout_count":
    "Number of completed payouts, fees included.",
  "comment column worker_earnings_view.payout_total":
    "Sum of completed payouts, fees included.",
  "comment column worker_earnings_view.pending_earnings":
    "What tasks that are not cancelled may still pay: amounts less what was paid of them.",
  "comment column worker_earnings_view.pending_tasks":
    "Tasks taken and not begun.",
  "comment column worker_earnings_view.ratings":
    "Number of ratings.",
  "comment column worker_earnings_view.released":
    "What was paid for streaming tasks, by releases of their streams.",
  "comment column worker_earnings_view.repayment_count":
    "Number of completed repayments of advances.",
  "comment column worker_earnings_view.repayment_total":
    "Sum of completed repayments of advances.",
  "comment column worker_earnings_view.reputation_score":
    "0 to 1000.",
  "comment column worker_earnings_view.total_earned":
    "Sum of the amounts of completed tasks, before fees.",
  "comment column worker_earnings_view.total_tasks":
    "All tasks the worker has or had, in any status.",
  "comment column worker_earnings_view.withdrawal_count":
    "Number of completed withdrawals to outside.",
  "comment column worker_earnings_view.withdrawal_total":
    "Sum of completed withdrawals to outside.",
  "comment column worker_earnings_view.worker_id":
    "The worker; filter by it.",
  "comment column worker_risk_assessment.account_age_days":
    "Whole days since registration.",
  "comment column worker_risk_assessment.average_rating":
    "Mean of the ratings by platforms, 0 without one.",
  "comment column worker_risk_assessment.completed_30d":
    "Of them, completed.",
  "comment column worker_risk_assessment.completed_tasks":
    "Completed tasks since registration.",
  "comment column worker_risk_assessment.completion_rate_30d":
    "Percent of them that are completed, 0 without one.",
  "comment column worker_risk_assessment.disputes":
    "Tasks that were ever disputed.",
  "comment column worker_risk_assessment.earnings_30d":
    "USDC: payouts completed in the 30 days, after fees.",
  "comment column worker_risk_assessment.eligible_without_prediction":
    "No such reason: an advance then depends on the predicted earnings alone.",
  "comment column worker_risk_assessment.ended_tasks":
    "Tasks that are completed, disputed, or were cancelled after they began.",
  "comment column worker_risk_assessment.fee_bps":
    "Fee of an advance, hundredths of a percent.",
  "comment column worker_risk_assessment.late_tasks":
    "Of them, completed after they were due.",
  "comment column worker_risk_assessment.loans":
    "Advances, all but cancelled ones.",
  "comment column worker_risk_assessment.loans_due":
    "Of them, repaid ones and those whose time is over.",
  "comment column worker_risk_assessment.loans_on_time":
    "Of them, repaid by the day they were due.",
  "comment column worker_risk_assessment.max_advance_by_risk":
    "USDC: earnings of the 30 days times 0.5 to 0.8 by score, 500 at most, as if eligible; the prediction may allow less.",
  "comment column worker_risk_assessment.name":
    "Name of the worker.",
  "comment column worker_risk_assessment.on_time_rate":
    "Percent of the completed tasks that were not late, 100 without one.",
  "comment column worker_risk_assessment.open_loan_id":
    "The advance that is not repaid; null without one.",
  "comment column worker_risk_assessment.reasons":
    "What stands in the way of an advance, as checkAdvanceEligibility names it, the predicted earnings left aside.",
  "comment column worker_risk_assessment.reputation_score":
    "0 to 1000.",
  "comment column worker_risk_assessment.risk_factors":
    "The parts of the score: an array of objects with part and points.",
  "comment column worker_risk_assessment.risk_score":
    "0 to 1000, the sum of the parts, rounded: higher is safer.",
  "comment column worker_risk_assessment.status":
    "active, suspended or closed.",
  "comment column worker_risk_assessment.tasks_30d":
    "Tasks posted in the 30 days.",
  "comment column worker_risk_assessment.weekly_deviation":
    "Standard deviation of the earnings of the weeks (from Sunday) with payouts in the 30 days.",
  "comment column worker_risk_assessment.worker_id":
    "The worker; filter by it.",
  "comment column worker_risk_assessment.written_off_loans":
    "Advances that were never repaid.",
  "comment column worker_statistics.is_stale":
    "The columns of workers are not brought up to date yet.",
  "comment column worker_statistics.last_active_at":
    "Null when nothing tells.",
  "comment column workers.average_rating":
    "Mean of the ratings by platforms, 0 without one.",
  "comment column workers.completion_rate":
    "Percent: completed of those that were completed, cancelled after they began, or disputed.",
  "comment column workers.dispute_rate":
    "Percent of the worker's tasks that were ever disputed.",
  "comment column workers.initial_score":
    "Score the worker began with: 500, or what it brought along from elsewhere. Replaying its events from here gives its score.",
  "comment column workers.reputation_score":
    "0 to 1000, starts at 500; changed by reputation events only.",
  "comment column workers.total_earned":
    "Sum of the amounts of completed tasks, before fees.",
  "comment column workers.total_tasks":
    "Completed tasks.",
  "comment column workers.wallet_address":
    "Lower case, 0x and 40 hexadecimal digits; null: paid into the balance only.",
  "comment column workers.wallet_id":
    "Id of the wallet at the payment provider; null without one.",
  "comment column workers.wallet_verified_at":
    "When the worker proved the wallet address by a signature, and may sign in with it since; null: it was only typed in. Set with a challenge that is used in the same transaction, cleared with the address (guard_wallet_proof).",
  "comment function account_age_days(p_worker workers)":
    "Whole days since the worker registered, right at every read: account_age_days(w) for a row w of workers.",
  "comment function add_completion_events(p_task tasks, p_delta integer)":
    "The points for completing a task, and 5 less when it was late; once for a task. Returns what was applied and the score.",
  "comment function add_reputation(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_type text, p_delta integer, p_reason text, p_related text, p_metadata jsonb)":
    "A bonus, penalty or manual adjustment of a worker's score, with its reason in the audit trail.",
  "comment function begin_calls(p_calls jsonb)":
    "begin_once for calls that go together; raises when a key was used before.",
  "comment function begin_once(p_account text, p_key text, p_operation text, p_request_sha256 bytea)":
    "For functions that do their work in one round trip: null when the work is still to do (or no key was given), else the answer stored for the key. Other content under the key is refused.",
  "comment function begin_send(p_id text, p_valid_s double precision, p_found_none timestamp with time zone)":
    "What is to be done with a withdrawal: send (it is marked as submitted now), find (somebody may have sent it), confirm, none. It is given out to be sent again only to who found nothing under the submission that it still has, and when that one can no longer be accepted.",
  "comment function begin_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_worker text)":
    "assign_task: a pending task is given to a worker. claim_task: a worker takes an open one and begins it. start_task: its worker begins it.",
  "comment function bring_statistics(p_limit integer)":
    "Brings the statistics columns of up to p_limit workers and platforms whose statistics have changed up to date; returns how many. Rows that are locked wait for the next call.",
  "comment function bulk_payments(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_tasks text[], p_rail text, p_least numeric, p_wide boolean)":
    "Pays many completed tasks in one statement: those that can be paid are, the others say why not.",
  "comment function cancel_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_wide boolean)":
    "Pays what has accrued and ends the stream; what else it was funded with is free escrow of its task again. One of which all was paid by that is completed instead.",
  "comment function cancel_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_reason text, p_wide boolean)":
    "Cancels a task that is pending or active; what of it is unpaid goes back to the platform.",
  "comment function changed_platform_workers(p_platform text, p_workers text[], p_tasks integer[], p_days date[])":
    "What deltas (worker, tasks, day) make of a platform's workers: tasks and UTC day of the newest task, as folded and with them.",
  "comment function chase_transfers(p_idle interval, p_limit integer)":
    "Puts withdrawals and pending deposits that nobody has touched for so long back in line, such as after their jobs became dead letters; returns how many.",
  "comment function check_parties(p_actor_kind text, p_actor_id text, p_platform text, p_worker text)":
    "Raises unless the platform (null: not asked) is active and the actor's, and the worker (null: not asked) is active.",
  "comment function complete_calls(p_calls jsonb)":
    "complete_task for calls of several callers at once, all or none; what is not plain is refused and made alone.",
  "comment function complete_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_delta integer, p_verification jsonb, p_proof text)":
    "Completes an active task, with its points for the worker. Paying it is another step.",
  "comment function create_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_account_id text, p_name text, p_prefix text, p_key_hash bytea, p_roles text[], p_ttl_s double precision, p_max_keys integer)":
    "Adds an API key within the limit of live ones. Roles null: all of the account; lifetime null: does not expire.",
  "comment function create_calls(p_calls jsonb)":
    "create_task for calls of several callers at once, all or none; what is not plain is refused and made alone.",
  "comment function create_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_total usdc, p_start timestamp with time zone, p_end timestamp with time zone, p_duration_s integer, p_interval_s integer, p_contract text)":
    "Begins a stream for an active streaming task, funded from what of the task's escrow no other stream was promised: with less than its total it will run out, with nothing it waits for money.",
  "comment function create_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_platform text, p_worker text, p_external text, p_type text, p_amount numeric, p_escrow numeric, p_title text, p_description text, p_metadata jsonb, p_scheduled_at timestamp with time zone, p_due_at timestamp with time zone, p_hold_until timestamp with time zone, p_begun boolean, p_wide boolean)":
    "Posts a task and sets its money aside, platform to escrow. The platform's own id posted again with the same content answers the first task.",
  "comment function create_tasks(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_tasks jsonb, p_wide boolean)":
    "Posts a list of tasks, all or none, in one statement: as create_task does for one. Returns them in the order of the list.",
  "comment function default_overdue_loans(p_penalty integer, p_limit integer)":
    "Makes loans whose due date has passed defaulted, with a penalty in reputation, at most p_limit of them; returns how many.",
  "comment function deposit_funds(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_platform text, p_amount numeric, p_rail text, p_reference text, p_wide boolean)":
    "Books money that came in for a platform, once for its reference at the rail.",
  "comment function dispute_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_by text, p_reason text)":
    "Freezes a task that has a worker until the dispute is resolved: it is neither paid nor cancelled meanwhile. Costs no points; what is found may.",
  "comment function earnings_history(p_worker text)":
    "Payouts after fees by day (UTC) of the 30 whole days before today, oldest first, as decimal text; first_earning_day is null for who never earned.",
  "comment function end_calls(p_calls jsonb, p_records jsonb, p_answers jsonb[])":
    "Audit entries and events of calls that went together, and their answers stored for their keys; either is left for another call when it is null.",
  "comment function end_once(p_account text, p_key text, p_answer jsonb)":
    "Stores the answer of work that begin_once let begin, and returns it.",
  "comment function event_type(p_resource_type text, p_action text)":
    "Type of the event of an action: a noun and a past participle. Actions that are participles already stay as they are.",
  "comment function find_transfer(p_rail text, p_reference text, p_rail_reference text)":
    "The withdrawal that a rail speaks of, by our reference (of any of its rounds) or by the rail's own; null when there is none. A reference of ours is found whichever rail the withdrawal goes over.",
  "comment function fold_statistics(p_limit integer)":
    "Moves up to p_limit deltas of work and of money into the rollups; returns how many of whichever were more. Safe to run from several processes at once. The columns of workers and platforms follow by bring_statistics.",
  "comment function guard_status()":
    "Row trigger of tasks, streams, loans and transactions: lets only the steps of their state machines pass.",
  "comment function guard_wallet_proof()":
    "Row trigger of workers: a wallet counts as proven only with a challenge for this worker and address that is used in the same transaction; another address ends the proof.",
  "comment function halt_streams(p_actor_type text, p_actor_id text, p_request_id text, p_task text, p_stream text, p_status text, p_wide boolean)":
    "Pauses (paused) or ends (cancelled) one stream of a task, or all with null, after paying what has accrued; returns how much that was. The rest stays in the task's escrow. For callers that have locked the task.",
  "comment function hold_refusal(p_task tasks)":
    "Why nothing may leave the escrow of a completed task for a worker just now, or null: held, flagged or rejected, a stream that is not over.",
  "comment function import_chain_transactions(p_rows jsonb)":
    "Writes transactions of a chain, each once for its hash, and their fee to the transfers within them; returns how many were new.",
  "comment function import_platform(p_actor_kind text, p_actor_id text, p_request_id text, p_name text, p_email text)":
    "The platform of this address, made when there is none: without a password, so nobody signs in as it, and without a fee, so that imported amounts are paid as published.",
  "comment function import_reputation(p_made text[], p_tasks jsonb, p_places integer[], p_workers text[])":
    "The reputation events of imported tasks, dated at their completion: points for completing, the rating, a penalty.",
  "comment function import_tasks(p_actor_kind text, p_actor_id text, p_request_id text, p_import text, p_platform text, p_rows_done bigint, p_fund boolean, p_tasks jsonb, p_shares jsonb)":
    "Writes a batch of tasks that were done elsewhere: completed, their money moved from the platform (paid in first when p_fund) to escrow and, unless held or rejected, to their workers. Penalties are left out when a platform imports. Returns how many were new.",
  "comment function import_transfers(p_import text, p_transfers jsonb)":
    "Writes token transfers seen on a chain, each once for its hash and log index, with outcome and fee where the chain's transaction is known; returns how many were new.",
  "comment function import_workers(p_actor_kind text, p_actor_id text, p_request_id text, p_emails text[], p_names text[])":
    "Makes the workers of these addresses that are not there yet, without passwords; returns how many.",
  "comment function ledger_balance_at(p_account bigint, p_at timestamp with time zone)":
    "Balance of an account right after the last posting at or before a moment, in the asset's own unit; null when there is no such account.",
  "comment function ledger_broken_seals(p_from bigint, p_until bigint)":
    "Checks seals against the journal and against each other, from one number to another; returns the broken ones.",
  "comment function ledger_change_account(p_code text, p_min numeric, p_max numeric, p_slots smallint, p_closed boolean)":
    "Sets limits, slots (never fewer) and whether an account is closed; refused where the balance does not allow it.",
  "comment function ledger_check_accounts()":
    "Trigger of the journal: both sides of a transfer are balances of its asset. What a foreign key would check row by row, once a statement.",
  "comment function ledger_decide(p_outcomes text[], p_kinds smallint[], p_holds bigint[], p_links integer[], p_debits bigint[], p_credits bigint[], p_debit_slots smallint[], p_credit_slots smallint[], p_debit_raises boolean[], p_credit_raises boolean[], p_amounts numeric[], p_held numeric[], p_debit_parts smallint[], p_credit_parts smallint[], p_debit_least numeric[], p_credit_least numeric[], p_debit_most numeric[], p_credit_most numeric[], p_cells bigint[], p_low numeric[], p_high numeric[], p_cell_slots smallint[], p_wide boolean, OUT outcomes text[], OUT short_of bigint[], OUT available numeric[])":
    "Goes through a batch in its order, in memory, and says of each whether limits and its group let it pass.",
  "comment function ledger_keep_balances()":
    "Trigger of balances: a row is never taken away or given to another account, since transfers refer to it.",
  "comment function ledger_key(p_key text)":
    "The caller's idempotency key as the journal keeps it: 128 bits, whatever its length.",
  "comment function ledger_level_slots(p_accounts bigint[])":
    "Gives every slot of these accounts an equal part of what is free. The caller holds all slots locked.",
  "comment function ledger_open_accounts(p_codes text[], p_assets text[], p_sides text[], p_mins numeric[], p_maxs numeric[], p_slots smallint[], p_metadata jsonb[])":
    "Opens accounts by their codes; those that are there already are left as they are, and told apart when they differ.",
  "comment function ledger_post(p_keys text[], p_kinds smallint[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_holds bigint[], p_hold_s integer[], p_links integer[], p_references text[], p_metadata jsonb[], p_wide boolean)":
    "Posts a batch in one go: the good ones are kept and the bad ones refused one by one with an outcome each, but neighbours with one link number stand or fall together. Kinds as in ledger_transfers; amounts in the asset's own unit.",
  "comment function ledger_post_plain(p_keys text[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_references text[], p_metadata jsonb[])":
    "Posts what most calls are, new transfers that nothing speaks against, in half of the time; posts nothing and returns no row when anything else is among them.",
  "comment function ledger_reconcile(p_account bigint, p_from timestamp with time zone, p_until timestamp with time zone, p_references text[], p_amounts numeric[])":
    "Compares an account's postings, summed by reference, with a list from outside. Signs: what raises the balance is positive.",
  "comment function ledger_record(p_at timestamp with time zone, p_outcomes text[], p_kinds smallint[], p_keys uuid[], p_debits bigint[], p_credits bigint[], p_assets smallint[], p_debit_slots smallint[], p_credit_slots smallint[], p_amounts numeric[], p_held numeric[], p_holds bigint[], p_hold_s integer[], p_references text[], p_metadata jsonb[])":
    "Writes what ledger_post has decided: transfers, holds and balances in one statement; returns the ids in the order of the call.",
  "comment function ledger_seal(p_rows integer, p_seals integer)":
    "Seals up to p_seals times p_rows transfers that can have no late neighbour any more; returns how many seals it made. Call it in a transaction of its own.",
  "comment function ledger_seal_rows(p_after bigint, p_up_to bigint)":
    "The transfers after one id, up to and with another, as the text whose SHA-256 is the digest of their seal; null when there are none.",
  "comment function ledger_statement(p_account bigint, p_from timestamp with time zone, p_until timestamp with time zone, p_after_at timestamp with time zone, p_after_id bigint, p_after_balance numeric, p_limit integer)":
    "Postings of an account from p_from up to before p_until, oldest first, each with the balance after it. Goes on after (p_after_at, p_after_id), where the balance was p_after_balance.",
  "comment function link_wallet(p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_nonce text)":
    "Gives a worker the address of a challenge that was used in this transaction, as proven, and takes it from whoever has only typed it in.",
  "comment function loan_json(p_row loans)":
    "The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.",
  "comment function lock_loans(p_workers text[])":
    "Locks what these workers owe, in the order of ids. Whoever pays workers calls it before the posting: loans come before the ledger, and withhold_repayment changes them after it.",
  "comment function lock_stream(p_id text)":
    "Locks a stream and, before it, its task. Everything that changes a stream holds its task's lock.",
  "comment function lock_task(p_actor_kind text, p_actor_id text, p_task text, p_parties text[], p_states text[])":
    "Locks a task and returns it; raises unless it is there, in one of the states, and the actor's own (a worker or platform among the parties named, or neither of both kinds).",
  "comment function move_money(p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_reference text, p_wide boolean)":
    "Posts transfers of USDC between accounts named by code, together or not at all, each once for its key; returns their ids, null for amounts of zero. Raises insufficient_funds, or ledger_ and the outcome.",
  "comment function move_together(p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_references text[])":
    "Posts new transfers of several calls, each with a reference of its own, all or none; returns their ids in order.",
  "comment function must_be_plain(p_plain boolean)":
    "Raises unless true: calls of several callers that go together are then made one by one, and each is told what is the matter with it.",
  "comment function new_id(p_prefix text)":
    "A new id: prefix, then 10 characters of time and 16 of chance. The default of id columns; the service makes its own.",
  "comment function note_deposit(p_rail text, p_reference text, p_platform text, p_amount numeric, p_state text, p_confirmations integer, p_final integer, p_tx_hash text, p_log_index integer, p_block bigint, p_reason text, p_delay_s double precision, p_wide boolean)":
    "Writes down what the rail says of a deposit: pending first, booked once with enough confirmations, failed when the rail dropped it. What is over stays as it is; another platform or amount under the same reference is refused.",
  "comment function note_transfer(p_id text, p_round integer, p_state text, p_confirmations integer, p_final integer, p_rail_reference text, p_tx_hash text, p_block bigint, p_reason text, p_wide boolean)":
    "Writes down what the rail says of a withdrawal: with enough confirmations it is completed, refused or failed for good the money is back in the balance. What is about an earlier round, or comes again, changes nothing.",
  "comment function open_account_session(p_account_id text, p_session_id text, p_token_hash bytea, p_verified_hash text, p_better_hash text, p_ttl_s double precision, p_max_sessions integer, p_own_key boolean)":
    "Opens a session with its first refresh token; no row when the account is unknown, disabled or has another password by now. The oldest sessions beyond the greatest number end.",
  "comment function open_books(p_kind text, p_id text)":
    "Opens the ledger accounts of a worker (worker:ID balance, advance:ID what it owes) or a platform (platform:ID funds, escrow:ID set aside for work), and the common ones (bank, fees, advance-fees, losses, rail).",
  "comment function pause_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_wide boolean)":
    "Pays what has accrued and pauses the stream: paused time earns nothing and moves its end. One of which all was paid by that is completed instead.",
  "comment function pay_calls(p_calls jsonb)":
    "process_payment for calls of several callers at once, all or none; what is not plain is refused and made alone.",
  "comment function pay_tasks(p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_worker text, p_rail text, p_least numeric, p_metadata jsonb, p_wide boolean)":
    "Pays completed tasks from their escrow, set by set: answers in order {payout} or {refusal}. Over a rail the net amount goes on to the worker's wallet when it is not below p_least.",
  "comment function payment_refusal(p_task tasks, p_id text, p_worker text)":
    "Why a task cannot be paid as a whole, as refuse() reads it, or null: not found, of another worker, not completed, already paid, held, not verified, paid by a stream.",
  "comment function post_payouts(p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_workers text[], p_amounts numeric[], p_metadata jsonb, p_wide boolean)":
    "Pays workers from the escrow of tasks that the caller has locked and checked, all or none: entries, payouts, amounts of the tasks, instalments of advances. Answers the payouts with net and withheld, in the order asked.",
  "comment function process_payment(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_worker text, p_rail text, p_least numeric, p_metadata jsonb, p_wide boolean)":
    "Pays one completed task from its escrow, once, or raises why not.",
  "comment function promised_escrow(p_task text)":
    "What of a task's escrow belongs to its streams; only the rest may be paid or given back otherwise. Call it with the task locked.",
  "comment function purge_accounts(p_limit integer)":
    "Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.",
  "comment function queue_cancel(p_ids bigint[])":
    "Takes jobs out of their queue; returns those that were still there. Who is at work on one is refused when it comes to complete it.",
  "comment function queue_claim(p_queue text, p_worker text, p_limit integer, p_lease_s double precision, p_after bigint[])":
    "Takes up to p_limit jobs in line for p_lease_s seconds and gives each the fencing token of this claim. p_after (a place for each of the ten priorities) is where to begin to look, so that a reader need not pass what is done; null looks from the start and puts due jobs in line first.",
  "comment function queue_complete(p_ids bigint[], p_tokens bigint[], p_results jsonb[])":
    "Ends jobs as done and moves them into the history. Returns those that were accepted: one whose token is no longer the current one is left alone.",
  "comment function queue_define(p_queue text, p_max_failures integer, p_max_losses integer, p_retry_base_s double precision, p_retry_most_s double precision)":
    "Makes a queue or changes its limits: failures and losses allowed, first and longest wait before another try. A worker calls it when it starts.",
  "comment function queue_end(p_ids bigint[], p_tokens bigint[], p_outcomes text[], p_errors text[])":
    "Ends attempts that did not finish their job: a failure or a loss waits and is tried again until the queue's limit, then it is a dead letter; returned goes back to its place and counts nothing. A token that is not the current one gives stale.",
  "comment function queue_enqueue(p_queue text, p_jobs jsonb)":
    "Enqueues a list of {payload, key, priority, runAt, delayS}; answers in its order. A key that a live job of the queue has gives that job, created false.",
  "comment function queue_fire(p_schedule text, p_expected timestamp with time zone, p_slots timestamp with time zone[], p_skipped bigint, p_next timestamp with time zone)":
    "Enqueues the slots of a schedule and moves its pointer from p_expected to p_next, both or neither; null when another scheduler was first. A slot that has its job already gets no second one.",
  "comment function queue_heartbeat(p_ids bigint[], p_tokens bigint[], p_lease_s double precision)":
    "Makes leases last p_lease_s seconds from now; returns the ids that are no longer held under their token.",
  "comment function queue_hold(p_id bigint, p_token bigint)":
    "Makes sure that a job is still held, and keeps it so until the transaction ends; raises lease_lost otherwise.",
  "comment function queue_id_of(p_queue text)":
    "The number of a queue; one that nobody has named yet is made, with the usual limits.",
  "comment function queue_progress(p_id bigint, p_token bigint, p_progress jsonb)":
    "Notes how far a job has come; raises lease_lost when the token is not the current one.",
  "comment function queue_promote(p_queue_id integer, p_limit integer)":
    "Puts jobs whose time has come in line, the earliest first, at most p_limit; returns how many.",
  "comment function queue_prune(p_keep interval, p_limit integer)":
    "Removes finished jobs, old attempts and slots older than p_keep, at most p_limit of each; returns how many rows went. Dead letters stay until somebody retries them.",
  "comment function queue_reap(p_limit integer)":
    "Looks at up to p_limit claims with jobs whose lease has run out, and clears away fifty times as many without: jobs without a heartbeat since are lost, and tried again until the queue's limit of losses.",
  "comment function queue_redrive(p_ids bigint[])":
    "Puts dead letters back in line with their counts at zero. Verdicts: retried; key_taken when a live job has its key; unknown when it is no dead letter.",
  "comment function queue_settle(p_id bigint, p_token bigint, p_result jsonb)":
    "Ends one job as done, in the transaction of the rows it produced; raises lease_lost when the token is not the current one, so that the rows go too.",
  "comment function queue_sweep(p_queue text, p_floor bigint[])":
    "Puts due jobs in line, and tells the oldest place of each priority above a floor, with what is needed to know when no older one can still turn up.",
  "comment function rate_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_by text, p_stars integer, p_comment text)":
    "Stars from 1 to 5 for a completed task, once from each side. Those for the worker move its score by five for each star from three.",
  "comment function rebase_outbox()":
    "After a restore on another server the stored transaction ids can lie in its future; this puts the old events first, and the position of the webhooks' fan-out among them. Returns how many moved.",
  "comment function rebuild_statistics()":
    "Makes the statistics anew from tasks, transactions and ratings, and brings the columns of workers and platforms up to date; returns the number of workers. Writers wait meanwhile.",
  "comment function receive_event(p_platform_id text, p_event_id text, p_sha256 bytea, p_payload jsonb)":
    "Keeps an event of a platform with the job that works on it, once for its id; other content under the same id is refused.",
  "comment function receive_notification(p_rail text, p_notification_id text, p_body bytea)":
    "Keeps a notification of a rail, whose signature was checked, with the job that works on it, once for its id; other content under the same id is refused.",
  "comment function record_action(p_actor_type text, p_actor_id text, p_request_id text, p_action text, p_resource_type text, p_resource_id text, p_metadata jsonb, p_audiences text[], p_before jsonb, p_after jsonb)":
    "Writes the audit entry of an action and an event for each of its audiences (none: administrators only); call it in the transaction of the action.",
  "comment function record_change(p_actor_kind text, p_actor_id text, p_request_id text, p_action text, p_subject text, p_audience text, p_before jsonb, p_after jsonb)":
    "Writes the audit entry and the event of one change; call it in the transaction, or the statement, of the change.",
  "comment function record_payments(p_actor_type text, p_actor_id text, p_request_id text, p_payouts jsonb[])":
    "Audit entries execute_payment and events payment.confirmed, for worker and platform, of payouts that were posted.",
  "comment function record_work(p_calls jsonb)":
    "Work that is done already: posts, completes and pays each task of the calls, all or none, from the platform's funds. One call alone is told what is the matter with it, and repays an advance; several must be plain.",
  "comment function refresh_account_session(p_token_hash bytea, p_new_hash bytea, p_ttl_s double precision, p_max_age_s double precision, p_grace_s double precision, p_own_key boolean)":
    "Trades the current refresh token for the next. Outcome: refreshed; superseded (the token just replaced, within the grace time: nothing happens); reused (any older one: the session ends); invalid.",
  "comment function refund_task(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_wide boolean)":
    "Gives what is left in the escrow of a task back to its platform, after payouts, a cancellation or a rejection.",
  "comment function refuse(p_refusal jsonb)":
    "Raises a refusal that was found as a value {state, message, reason, field, details, hint}; null passes.",
  "comment function refuse_change()":
    "Trigger of append-only tables: refuses update, delete and truncate.",
  "comment function refuse_event_change()":
    "Row trigger of reputation_events: an event is never changed or taken away, so a replay always gives the score.",
  "comment function release_due_streams(p_limit integer, p_wide boolean)":
    "Releases the streams that are due, soonest first, up to so many: safe from any number of processes at once. Tells how many it took, how much was released and how many were refused (tried again in a minute, see the audit trail).",
  "comment function release_holds(p_limit integer, p_wide boolean)":
    "Pays approved tasks whose hold is over, the oldest first; returns how many it looked at. Safe to run in several processes.",
  "comment function release_streams(p_actor_type text, p_actor_id text, p_request_id text, p_ids text[], p_most numeric, p_at timestamp with time zone, p_wide boolean)":
    "Pays the workers of these streams what had accrued at the moment and was not released, p_most of each at most, and returns the payouts. For callers that have locked the streams and their tasks.",
  "comment function repay_advance(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_amount numeric, p_wide boolean)":
    "Repays a part of a worker's advance from its balance, once for its key. Raises no_open_loan, amount_exceeds_due, insufficient_funds.",
  "comment function repay_loan(p_actor_kind text, p_actor_id text, p_request_id text, p_loan text, p_worker text, p_task text, p_amount numeric, p_installments integer, p_key text, p_wide boolean)":
    "Moves an amount from a worker's balance to its advance, or to the losses when that was written off, and writes it down; the last unit makes the loan repaid. Raises a serialization failure when the loan was changed meanwhile: call again.",
  "comment function replay_reputation(p_worker text)":
    "The score that follows from the worker's events alone: from the initial score, in the order of seq, kept in 0 to 1000 after each.",
  "comment function reputation_badges(p_completed bigint, p_completion_rate numeric, p_ratings bigint, p_average_rating numeric, p_risk_score integer)":
    "Badges for completed tasks (1, 10, 50), an average of 4.5 stars in 5 ratings or more, 95 percent of begun tasks completed, and a risk score of 900.",
  "comment function reputation_rank(p_score integer)":
    "Name of a score: 900 Diamond, 800 Platinum, 700 Gold, 600 Silver, 400 Bronze, below Starter.",
  "comment function request_advance(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_amount numeric, p_limit numeric, p_fee_bps integer, p_risk_score integer, p_predicted numeric, p_reasons text[], p_wide boolean)":
    "Approves and pays out an advance whose eligibility was read just before (p_reasons: why not), once for its key. Raises active_loan_exists, not_eligible, amount_exceeds_limit.",
  "comment function resolve_dispute(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_outcome text, p_severity integer, p_note text, p_wide boolean)":
    "Ends a dispute: the task is completed (with its points, if it has none yet), cancelled or active again, and each step of severity takes 10 points.",
  "comment function resume_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text)":
    "Lets a paused stream go on; its end and its releases move by the length of the pause.",
  "comment function retention_check_policy()":
    "Trigger of retention_policies: the table is there and not append-only, and its time column is indexed or is the key of its partitions.",
  "comment function retention_count(p_name text, p_limit integer)":
    "Rows, or partitions, that the policy would remove now, counted up to the limit; null: there is no such policy.",
  "comment function retention_default_rows(p_table text)":
    "Rows that fell into the default partition because theirs was missing, counted up to 10,000.",
  "comment function retention_delete_batch(p_name text)":
    "Removes one batch of rows older than the policy keeps them. Outcome busy: another session is at it, or it is not a policy of rows that is enabled.",
  "comment function retention_drop_partition(p_name text)":
    "Drops the oldest partition that lies wholly before what the policy keeps; call it with a short lock_timeout, since it waits for every reader of the table. Outcome: dropped, nothing, busy.",
  "comment function retention_due()":
    "Policies whose time has come.",
  "comment function retention_make_partitions(p_name text)":
    "Makes the partitions that a policy wants ready, and those of rows that had to go into the default partition, with these rows in them. Returns how many; -1: another session is at it.",
  "comment function retention_partitions(p_table text)":
    "Partitions of a table with their bounds; the bounds of the default partition are null.",
  "comment function retry_withdrawal(p_actor_type text, p_actor_id text, p_request_id text, p_id text, p_wide boolean)":
    "Sends a failed withdrawal again, under a new reference, after taking its amount out of the balance again.",
  "comment function return_escrow(p_task tasks, p_wide boolean)":
    "Cancels a locked task: what of it is unpaid goes from escrow back to the platform. Raises while a stream or a payment of it is under way.",
  "comment function risk_fee_bps(p_score integer)":
    "Fee of an advance for a risk score, hundredths of a percent.",
  "comment function risk_inputs(p_worker text)":
    "What the risk of a worker is judged by, one row, none for an unknown worker; from the rollups, exact at every read. Recent is the last 30 UTC days, today included: tasks posted, and payouts after fees; the deviation is that of weeks from Sunday with payouts. Rates are from 0 to 1; loans_due are repaid ones and those whose time is over.",
  "comment function risk_max_advance(p_score integer, p_recent_earnings numeric)":
    "The most a worker may be advanced: earnings of 30 days times (0.5 + score / 1000 * 0.3), rounded down, 500 at most.",
  "comment function risk_parts(p_reputation_score integer, p_account_age_days integer, p_completed_tasks bigint, p_completion_rate double precision, p_on_time_rate double precision, p_average_rating double precision, p_disputes bigint, p_loans_due bigint, p_loans_on_time bigint, p_weekly_deviation double precision, p_recent_earnings numeric)":
    "The parts of a risk score and the score, 0 to 1000, from what risk_inputs gives. riskScore in TypeScript gives the same numbers and says why.",
  "comment function rotate_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_account_id text, p_key_id text, p_new_id text, p_prefix text, p_key_hash bytea, p_overlap_s double precision, p_ttl_s double precision)":
    "Makes the key that follows another: same name, roles and lifetime unless one is given. The old one works on for the overlap, the one before that ends, so two are live at most.",
  "comment function rotate_sandbox_secret(p_actor_type text, p_actor_id text, p_request_id text, p_overlap_s double precision)":
    "Makes a new key for notifications of the sandbox rail; the one before it is accepted beside it until the overlap in seconds is over.",
  "comment function rotate_signing_key(p_actor_kind text, p_actor_id text, p_request_id text, p_overlap_s double precision)":
    "Makes a new signing key; tokens of the old ones are accepted for the overlap in seconds, then refused.",
  "comment function same_task(p_task tasks, p_worker text, p_type text, p_amount numeric, p_escrow numeric, p_title text, p_description text, p_metadata jsonb, p_scheduled_at timestamp with time zone, p_due_at timestamp with time zone, p_hold_until timestamp with time zone)":
    "Whether a task was posted with this content; no worker stands for whoever has it now.",
  "comment function sandbox_find(p_reference text)":
    "The sandbox rail's find: each look adds four confirmations. An address that ends in cafe gets none, one in fade fails at the second look. Null: nothing was sent.",
  "comment function sandbox_find_deposit(p_reference text)":
    "What the sandbox rail knows of a deposit: each look adds four confirmations. A reference that ends in cafe gets none, one in fade fails at the second look. Null: nothing came in.",
  "comment function sandbox_keys()":
    "Keys of the sandbox rail's notifications, the one that signs first; makes the first one, once for all processes.",
  "comment function sandbox_send(p_reference text, p_amount numeric, p_to text, p_valid_until timestamp with time zone)":
    "The sandbox rail's send. The end of the address decides: dead is refused, 0bad lost on the way once, beef accepted without an answer. A second send of a reference is not prevented, but counted.",
  "comment function set_verification(p_actor_kind text, p_actor_id text, p_request_id text, p_task text, p_status text, p_by text, p_data jsonb)":
    "Stores the verdict on a task. An automatic one is given once, while it is pending; a manual one (p_by) may overrule, but never reject what is paid.",
  "comment function signing_key()":
    "Id of the key that signs access tokens now; makes the first one, once for all processes.",
  "comment function split_payment(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_workers text[], p_amounts numeric[], p_wide boolean)":
    "Pays several workers from the escrow of one completed task, each once; what is not shared out stays in escrow.",
  "comment function start_calls(p_calls jsonb)":
    "start_task for calls of several callers at once, all or none; what is not plain is refused and made alone.",
  "comment function start_withdrawal(p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_task text, p_amount numeric, p_to text, p_rail text, p_wide boolean)":
    "Takes the amount out of the worker's balance, notes the withdrawal and enqueues its sending, together.",
  "comment function stream_accrued(p_stream streams, p_at timestamp with time zone)":
    "What a stream has earned until a moment: floor(total × whole seconds run ÷ duration) in smallest units, all of it at the end, never more than is funded. stream_accrued(s, moment) for a row s of streams.",
  "comment function stream_duration_s(p_stream streams)":
    "Seconds in which all of a stream accrues, pauses left out.",
  "comment function stream_elapsed_s(p_stream streams, p_at timestamp with time zone)":
    "Seconds that a stream has run until a moment, exact to the microsecond, pauses left out.",
  "comment function stream_json(p_row streams)":
    "The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.",
  "comment function stream_next_release_at(p_stream streams, p_at timestamp with time zone)":
    "The next moment after this one at which the time that a stream has run is a multiple of its interval, or its end, or when its money runs out. Pauses and withdrawals do not shift that grid.",
  "comment function stream_progress(p_stream streams, p_at timestamp with time zone)":
    "A stream as functions answer it, with what has accrued, what can be taken, when it runs out (null: it does not) and when it is complete (null: unknown while it lacks money, or never); of a paused one as if it went on now.",
  "comment function stream_runs_out_at(p_stream streams)":
    "When the money of a stream that is not funded in full is used up, were it not paused any more; null for others.",
  "comment function submit_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_verification jsonb, p_proof text)":
    "The worker hands in what proves an active task; it stays active until somebody completes it, and waits for a verdict.",
  "comment function task_json(p_row tasks)":
    "The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.",
  "comment function top_up_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_amount usdc, p_wide boolean)":
    "Adds money to a stream, from free escrow of its task and then from the platform's funds, up to its total. One that ran out goes on from now.",
  "comment function transaction_json(p_row transactions)":
    "The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.",
  "comment function unlink_wallet(p_actor_type text, p_actor_id text, p_request_id text, p_worker text)":
    "Takes the wallet address off a worker; true when it was proven, and its sessions are to end.",
  "comment function update_account_ages()":
    "Kept for those who run it daily: ages are computed at every read and need no update. Returns how many workers have one.",
  "comment function update_platform_statistics()":
    "Statement trigger of updates and deletes of transactions: appends what they change in the payouts and fees of the platform, and in the sums of worker and day in the same row.",
  "comment function update_reputation_score()":
    "Row trigger before an insert into reputation_events: applies the delta to the worker's score, kept in 0 to 1000, and stores what was applied.",
  "comment function update_stream_amounts()":
    "Row trigger of streams: remaining is total less released, and a stream of which all is released is completed.",
  "comment function update_worker_last_active()":
    "Statement trigger of inserts into tasks and transactions: appends that the worker was active, and what the new rows add to the statistics of worker, platform and day.",
  "comment function update_worker_ratings()":
    "Row trigger of reputation events with stars, so that all others cost nothing: appends the rating. Events are never changed, and go only with their worker.",
  "comment function update_worker_statistics()":
    "Statement trigger of updates and deletes of tasks: appends what they change in the statistics of the worker, and of the platform in the same row.",
  "comment function use_wallet_challenge(p_nonce text, p_address text, p_purpose text, p_worker text, p_domain text, p_uri text, p_chain_id bigint, p_issued_at timestamp with time zone, p_expires_at timestamp with time zone, p_not_before timestamp with time zone)":
    "Uses up a challenge, once; null when it is good, else what is wrong with it. The signature is checked before.",
  "comment function wallet_refusal(p_worker text)":
    "The refusal of sending to a worker without a wallet address.",
  "comment function wallet_worker(p_address text)":
    "The worker who has proven the address, with its account locked; null when nobody has. An address that was typed in is nobody's.",
  "comment function webhook_claim(p_limit integer, p_per_endpoint integer, p_lease_s double precision)":
    "Leases deliveries that are due, at most so many in all and of one endpoint; each with its fencing token and the keys that sign it.",
  "comment function webhook_create_endpoint(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_owner_id text, p_url text, p_description text, p_event_types text[], p_max_endpoints integer)":
    "Adds an endpoint within the owner's limit and returns its signing key, which is shown to the owner once.",
  "comment function webhook_new_secret()":
    "A new signing key of 32 bytes.",
  "comment function webhook_record_attempt(p_id text, p_fence bigint, p_status integer, p_duration_ms integer, p_error text, p_response text, p_retry_after_s double precision, p_retry_at timestamp with time zone)":
    "Records the result of an attempt (error null: success) and decides: delivered, retry, dead; stale: another claim came after this one, and nothing is changed.",
  "comment function webhook_replay(p_endpoint_id text, p_delivery_id text, p_since timestamp with time zone, p_limit integer)":
    "Sends again one delivery, or the dead letters of events since a time, oldest first and at most so many; the id stays, so that receivers know it. Returns how many.",
  "comment function webhook_retire_deliveries(p_limit integer)":
    "Makes dead letters of what still waits for disabled endpoints, at most so many; they can be replayed once the endpoint is enabled. Returns how many.",
  "comment function webhook_retry_delay(p_tries integer)":
    "Time to wait after so many attempts, before jitter; null: that was the last one.",
  "comment function webhook_rotate_secret(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_overlap_s double precision)":
    "Makes a new signing key; the one before it signs beside it until the overlap in seconds is over.",
  "comment function webhook_set_state(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_state text, p_reason text)":
    "Enables or disables an endpoint, with an audit entry and an event for its owner; false when it was so already.",
  "comment function withdraw(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_amount numeric, p_to text, p_rail text, p_wide boolean)":
    "Starts a withdrawal from a worker's balance to the address given, or to the worker's wallet.",
  "comment function withdraw_from_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_amount usdc, p_wide boolean)":
    "Pays the worker what has accrued and is not released, or so much of it, without waiting for the interval.",
  "comment function withhold_repayment(p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean)":
    "Takes the instalment of an open advance out of what a worker was just paid (never more than p_paid), once for its key, and one instalment in all from one task; returns how much. Call it after the payment was posted, in the same transaction.",
  "comment function worker_reputation(p_worker text)":
    "A worker's score and what it is made of: start and points of each kind of event add up to it. Percentile: percent of all workers whose score is not higher. Null without such a worker.",
  "comment function write_off_loan(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_loan text, p_reason text, p_wide boolean)":
    "Books what is left of a defaulted loan as a loss. Raises loan_not_found, loan_not_defaulted.",
  "comment sequence queue_places":
    "Ids of jobs and their places in line. Drawn only by a transaction that already has its own id: queue_sweep relies on it.",
  "comment sequence queue_tokens":
    "Fencing tokens: each claim draws a higher one than all before it.",
  "comment table account_sessions":
    "One sign-in: the family of all refresh tokens that follow from it. Only the token of the current generation refreshes.",
  "comment table accounts":
    "Who may sign in or call with a key. A row of the system (a user, a worker) shares the id of its account.",
  "comment table api_keys":
    "Keys for programs, shown once and kept as SHA-256. A key acts with those of its roles that the account still has.",
  "comment table audit_log":
    "Who did what to which thing. Rows are only ever added: a trigger and the missing grants refuse the rest.",
  "comment table audit_logs":
    "Who did what in the business of the platform, actors of any kind. No foreign keys: an entry outlives what it tells of. Rows are only added.",
  "comment table auth_secrets":
    "Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody.",
  "comment table chain_transactions":
    "Transactions of a chain as they were seen there, with their outcome and what they cost. They never touch our books; token transfers within them are rows of transactions with the same hash.",
  "comment table idempotency_keys":
    "One row per caller's key, committed with the change it guards; pruned after some days.",
  "comment table import_refusals":
    "Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all.",
  "comment table imports":
    "One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended.",
  "comment table inbound_events":
    "What platforms reported by webhook: each event once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead.",
  "comment table ledger_accounts":
    "Accounts of the double entry. The code is the caller's own name for it and never changes.",
  "comment table ledger_assets":
    "What accounts are kept in, and how finely it divides. Amounts are stored in the smallest unit, as whole numbers.",
  "comment table ledger_balances":
    "Sums of the transfers of each account, a row a slot; the row that postings lock. Read the view ledger_account_balances.",
  "comment table ledger_holds":
    "Holds that are open now; a row goes when the hold ends.",
  "comment table ledger_seal_marks":
    "Up to which transfer may be sealed, once every transaction below the horizon has ended: none can then turn up behind it.",
  "comment table ledger_seals":
    "Hash chain over the journal: each seal covers the transfers after the seal before it, up to and with up_to.",
  "comment table ledger_transfers":
    "The journal: amounts moved from one account (debited) to another (credited) of the same asset. Rows are only ever added, by ledger_post.",
  "comment table loans":
    "Advances on later tasks, repaid from them: a part is withheld from each payout until all that is due is repaid.",
  "comment table migration_objects":
    "Functions, views and triggers of this schema with the hash of their file; replaced when it changes.",
  "comment table migrations":
    "Numbered migrations applied to this schema; sha256 is of the up file, and an edited file is refused.",
  "comment table money_deltas":
    "What each statement on transactions added or took away; folded into the statistics every second.",
  "comment table outbox":
    "Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.",
  "comment table platform_activity":
    "How many workers had their newest task of the platform on that UTC day: the last 30 rows are those active in 30 days.",
  "comment table platform_statistics":
    "Folded statistics of a platform. Read the view platform_totals instead.",
  "comment table platform_workers":
    "Folded tasks by platform and worker, and the UTC day of the newest. No key to workers: the deltas of a deleted worker's tasks take its rows away.",
  "comment table platforms":
    "Those who post tasks and pay for them. API keys are kept as hashes only, in api_keys under the same account.",
  "comment table queue_attempts":
    "Attempts that did not finish their job: when, who, how it ended and why. The one that did is the row of queue_history.",
  "comment table queue_claims":
    "Who took which jobs together and when, until the lease of the last of them has run out: so that lost ones are found without an index on the leases.",
  "comment table queue_dead":
    "Dead letters: jobs given up, with their payload, until somebody retries them. Their attempts are in queue_attempts.",
  "comment table queue_history":
    "Jobs that were done or cancelled, moved here by the statement that ended them.",
  "comment table queue_jobs":
    "Jobs that are not finished: in line, in work, or waiting for their time. No foreign key to queue_settings, whose check would double the time of an insert; rows come in through queue_enqueue.",
  "comment table queue_schedules":
    "Jobs that come by the clock. next_slot moves on in the transaction that enqueues, by compare and set: of many schedulers one wins.",
  "comment table queue_settings":
    "One row a queue: how often an attempt may fail or be lost, how long to wait between, and whether it is paused.",
  "comment table queue_slots":
    "Which slot of a schedule became which job: at most one, however often it is tried.",
  "comment table rail_notifications":
    "What payment rails announced, after their signature was checked: each once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead.",
  "comment table refresh_tokens":
    "SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one.",
  "comment table reputation_events":
    "Everything that ever changed a score, in the order of seq. Rows are only added; replaying them gives the score.",
  "comment table retention_policies":
    "How long rows of a table are kept, and how many go at once. A check by trigger keeps append-only tables out.",
  "comment table sandbox_deposits":
    "What was paid in over the sandbox rail. It stands for money outside of our books: a deposit is booked when it is confirmed here.",
  "comment table sandbox_secrets":
    "Keys that sign notifications of the sandbox rail (HMAC-SHA-256). Whoever reads them can make the service look at transfers: grant it to nobody.",
  "comment table sandbox_transfers":
    "What the sandbox rail was told to send. It stands for money outside of our books: each send counts, also a second one for the same reference.",
  "comment table streams":
    "Pay that accrues by the second over a time. What is released is in the worker's balance; what is funded and not released lies in escrow.",
  "comment table tasks":
    "Work that a platform posts and pays for. The amount lies in escrow from the moment it is posted until it is paid or given back.",
  "comment table transaction_days":
    "Folded transactions by UTC day, asset, type and status. Read the view daily_transaction_summary instead.",
  "comment table transactions":
    "Every movement of money with its business meaning; the ledger holds the entries. A payout exists once for a task and worker, whatever is retried.",
  "comment table wallet_challenges":
    "Messages that wallets were asked to sign, each good for one use within minutes. Kept for an hour after their end, so that a second use is told from an unknown nonce.",
  "comment table webhook_attempts":
    "Every attempt whose result was recorded, by day; whole days are dropped by retention.",
  "comment table webhook_cursor":
    "Position in the outbox up to which deliveries have been written; it moves in the transaction that writes them.",
  "comment table webhook_deliveries":
    "Deliveries that are waiting or being made, one per event and endpoint; finished ones move to webhook_delivery_history.",
  "comment table webhook_delivery_history":
    "Deliveries that have ended, by day; whole days are dropped by retention. A replay moves a row back to webhook_deliveries.",
  "comment table webhook_endpoints":
    "Addresses that events are posted to. The owner's endpoint gets the events the owner may see; an administrator's gets all.",
  "comment table webhook_secrets":
    "Keys that sign deliveries. They are kept as they are, because signing needs them: grant this table to no reporting role.",
  "comment table work_deltas":
    "What each statement on tasks, and each rating, added or took away; folded into the statistics every second, so that no writer waits for another.",
  "comment table worker_days":
    "Folded work by worker and UTC day: tasks and completed are of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed. Read the view daily_work instead.",
  "comment table worker_statistics":
    "Folded statistics of a worker. Read the view worker_totals instead.",
  "comment table worker_transactions":
    "Folded completed transactions in USDC by worker and type.",
  "comment table workers":
    "People who do tasks and are paid. Password and keys are in accounts under the same id. The statistics are brought up to date each second; worker_profiles shows them as of the moment.",
  "comment view active_streams_view":
    "Streams that are not over, as of the moment of the read. Sort by next_release_at. Amounts are USDC.",
  "comment view daily_transaction_summary":
    "Transactions by UTC day, asset, type and status; exact at every read, and read by day in constant time. Sum amounts of one asset only.",
  "comment view daily_work":
    "Work by worker and UTC day, exact at every read: tasks and completed of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed.",
  "comment view invariant_daily_transactions_equal":
    "Days, or types of a worker's transactions, whose sums differ from the transactions. Mend: run the function rebuild_statistics() of this schema.",
  "comment view invariant_escrow_equals_tasks":
    "Platforms whose escrow account holds something else than their tasks say. Mend: compare the statement of the account with the tasks; each posting names its task.",
  "comment view invariant_ledger_balances_equal_journal":
    "Balances and holds that differ from the sum of their transfers: a transfer or a balance was changed by hand. Compare with a backup.",
  "comment view invariant_ledger_holds_open":
    "Open holds that the journal does not have, or the other way round: a hold was changed by hand.",
  "comment view invariant_ledger_in_balance":
    "Assets whose debits and credits differ: a balance was changed by hand. Find it in invariant_ledger_balances_equal_journal.",
  "comment view invariant_ledger_seals_unbroken":
    "Seals that no longer fit the journal: it was changed after it was sealed. Compare with a backup from before the named seal.",
  "comment view invariant_ledger_within_limits":
    "Accounts beyond their limits, or whose slots do not add up: a balance or limit was changed by hand.",
  "comment view invariant_loans_equal_books":
    "Rows mean broken: workers of whom the ledger (advance:ID) says something else than their loans about what they owe.",
  "comment view invariant_losses_equal_loans":
    "Rows mean broken: the ledger (losses) says something else than the loans about what was written off and not recovered.",
  "comment view invariant_outbox_not_ahead":
    "Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor.",
  "comment view invariant_payouts_have_entries":
    "Payouts, refunds, deposits and withdrawals whose entry in the ledger is missing or another, and entries of payouts and withdrawals that no transaction explains. A hand has changed one of both: compare it with the audit trail.",
  "comment view invariant_platform_statistics_equal_tasks":
    "Platforms whose statistics differ from the sums over their tasks and payouts. Mend: run the function rebuild_statistics() of this schema.",
  "comment view invariant_queue_job_in_one_place":
    "Jobs that are in two places at once: something else than the queue's functions wrote. Look at both rows and delete the wrong one.",
  "comment view invariant_queue_lease_has_claim":
    "Jobs in work that no claim knows: nobody would notice that they are lost. Put them back with update queue_jobs set lease_until = null in this schema.",
  "comment view invariant_queue_slot_behind_pointer":
    "Slots that have their job already and lie ahead of their schedule: its pointer was moved back. They do not run twice; nothing is to be done unless the pointer is far off.",
  "comment view invariant_rail_equals_transactions":
    "A row when the money under way in the books is not the sum of the withdrawals under way. Find the withdrawal whose entries are missing in invariant_payouts_have_entries.",
  "comment view invariant_reputation_replays":
    "Workers whose score does not follow from their events: from initial_score, each event begins where the one before it ended, the last ends at the score. Mend: add a manual_adjustment after finding who wrote past the trigger.",
  "comment view invariant_sandbox_sends_once":
    "Transfers that the sandbox rail was told to send more than once: a worker sent again what it should have looked for.",
  "comment view invariant_stream_releases_equal_transactions":
    "Streams whose released amount, or the fee of it, is not the sum of their payouts. Mend: compare with the ledger, whose keys begin with \"stream \" and the id.",
  "comment view invariant_streams_within_escrow":
    "Tasks whose streams were promised more than lies in escrow for them. Mend: find in the audit trail who took it, and pay it in again.",
  "comment view invariant_webhook_cursor_not_ahead":
    "The fan-out's position lies in the future of this server: the data came from another one, and no event would be delivered. Run select rebase_outbox() in this schema.",
  "comment view invariant_webhook_deliveries_once":
    "Events that have more than one delivery for an endpoint, live and finished together: fan-out writes one, and a replay moves it.",
  "comment view invariant_worker_statistics_equal_tasks":
    "Workers, or days of a worker, whose statistics differ from the sums over their tasks, payouts and ratings. Mend: run the function rebuild_statistics() of this schema.",
  "comment view ledger_account_balances":
    "Every account with what it has now, what is held coming in and going out, and what it may still spend, in the asset's own unit.",
  "comment view ledger_trial_balance":
    "Debits and credits of each asset over all accounts, in its own unit; the difference is zero or the ledger is broken.",
  "comment view platform_performance_view":
    "How a platform performs, a row each; exact at every read, and read by platform_id in constant time. Amounts are USDC, days are UTC days, today included.",
  "comment view platform_profiles":
    "Platforms with statistics and account age as of the moment of the read; the columns of platforms are brought up to date each second. Without the webhook secret.",
  "comment view platform_totals":
    "All statistics of a platform, exact at every read: what is folded and what is not yet. The views of platforms stand on it.",
  "comment view queue_overview":
    "Each queue: jobs in line, in work, waiting for their time and dead, and since when the oldest in line could have run.",
  "comment view queue_states":
    "Every job wherever it is. at: when it may run or could have run, died or was finished, by its state.",
  "comment view recomputed_worker_days":
    "Work by worker and UTC day from all tasks and payouts: what daily_work must equal. Slow; for rebuilding and comparing only.",
  "comment view retention_alarms":
    "Rows mean that something is wrong: partitions run out, rows lie in a default partition, or a policy has not run for a day. Run guildhall retention run, and see that a process with background tasks is up.",
  "comment view retention_status":
    "Each policy with its last run, and for partitioned tables how far ahead partitions are ready. Public: may be read by anything that watches.",
  "comment view work_parts":
    "What is folded of a worker and UTC day and what is not yet, for whoever sums by something else than the day; several rows make a day. Read daily_work for days.",
  "comment view worker_earnings_view":
    "What a worker has done, earned, been paid and owes, a row each; exact at every read, and read by worker_id in constant time. Amounts are USDC.",
  "comment view worker_profiles":
    "Workers with statistics and account age as of the moment of the read; the columns of workers are brought up to date each second.",
  "comment view worker_risk_assessment":
    "What the risk of an advance to a worker is, a row each; exact at every read, and read by worker_id in constant time. 30d is the last 30 UTC days, today included.",
  "comment view worker_totals":
    "All statistics of a worker, exact at every read: what is folded and what is not yet. The views of workers stand on it.",
  "constraint account_sessions.account_sessions_account_id_fkey":
    "FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE",
  "constraint account_sessions.account_sessions_generation_check":
    "CHECK ((generation >= 1))",
  "constraint account_sessions.account_sessions_pkey":
    "PRIMARY KEY (id)",
  "constraint account_sessions.account_sessions_revoked_check":
    "CHECK ((((revoked_at IS NULL) = (revoked_reason IS NULL)) AND (revoked_reason = ANY (ARRAY['signed_out'::text, 'token_reused'::text, 'too_many'::text]))))",
  "constraint accounts.accounts_id_check":
    "CHECK (((length(id) >= 1) AND (length(id) <= 64)))",
  "constraint accounts.accounts_id_login_key":
    "UNIQUE (id, login)",
  "constraint accounts.accounts_kind_check":
    "CHECK ((kind ~ '^[a-z][a-z0-9_]{0,39}$'::text))",
  "constraint accounts.accounts_login_check":
    "CHECK (((login = lower(login)) AND ((octet_length(login) >= 1) AND (octet_length(login) <= 320))))",
  "constraint accounts.accounts_login_key":
    "UNIQUE (login)",
  "constraint accounts.accounts_password_hash_check":
    "CHECK (((password_hash ~~ '$argon2%'::text) AND (length(password_hash) <= 512)))",
  "constraint accounts.accounts_pkey":
    "PRIMARY KEY (id)",
  "constraint accounts.accounts_roles_check":
    "CHECK (((cardinality(roles) <= 32) AND (array_position(roles, NULL::text) IS NULL) AND (array_to_string(roles, ' '::text) ~ '^([a-z][a-z0-9_.:-]{0,63}( [a-z][a-z0-9_.:-]{0,63})*)?$'::text)))",
  "constraint api_keys.api_keys_account_id_fkey":
    "FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE",
  "constraint api_keys.api_keys_key_hash_check":
    "CHECK ((octet_length(key_hash) = 32))",
  "constraint api_keys.api_keys_name_check":
    "CHECK (((length(name) >= 1) AND (length(name) <= 200)))",
  "constraint api_keys.api_keys_pkey":
    "PRIMARY KEY (id)",
  "constraint api_keys.api_keys_prefix_check":
    "CHECK ((prefix ~ '^[0-9a-f]{12}$'::text))",
  "constraint api_keys.api_keys_prefix_key":
    "UNIQUE (prefix)",
  "constraint api_keys.api_keys_roles_check":
    "CHECK (((cardinality(roles) <= 32) AND (array_position(roles, NULL::text) IS NULL)))",
  "constraint audit_log.audit_log_pkey":
    "PRIMARY KEY (id)",
  "constraint audit_logs.audit_logs_actor_check":
    "CHECK (((actor_id IS NOT NULL) OR ((actor_type)::text = ANY (ARRAY['system'::text, 'anonymous'::text]))))",
  "constraint audit_logs.audit_logs_pkey":
    "PRIMARY KEY (id)",
  "constraint auth_secrets.auth_secrets_pkey":
    "PRIMARY KEY (kid)",
  "constraint auth_secrets.auth_secrets_secret_check":
    "CHECK ((octet_length(secret) = 32))",
  "constraint chain_transactions.chain_transactions_addresses_check":
    "CHECK (((from_address ~ '^0x[0-9a-f]{40}$'::text) AND (to_address ~ '^0x[0-9a-f]{40}$'::text)))",
  "constraint chain_transactions.chain_transactions_amounts_check":
    "CHECK (((value >= (0)::numeric) AND (value < '1000000000000000000000000000000000000000000000000000000000000'::numeric) AND (value = round(value)) AND (fee >= (0)::numeric) AND (fee < '1000000000000000000000000000000000000000000000000000000000000'::numeric) AND (fee = round(fee))))",
  "constraint chain_transactions.chain_transactions_pkey":
    "PRIMARY KEY (tx_hash)",
  "constraint chain_transactions.chain_transactions_places_check":
    "CHECK (((block_number >= 0) AND (\"position\" >= 0) AND (gas_used >= 0)))",
  "constraint chain_transactions.chain_transactions_status_check":
    "CHECK ((status = ANY (ARRAY['completed'::text, 'failed'::text])))",
  "constraint chain_transactions.chain_transactions_tx_hash_check":
    "CHECK ((tx_hash ~ '^0x[0-9a-f]{64}$'::text))",
  "constraint idempotency_keys.idempotency_keys_pkey":
    "PRIMARY KEY (account, key)",
  "constraint import_refusals.import_refusals_import_id_fkey":
    "FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE",
  "constraint import_refusals.import_refusals_pkey":
    "PRIMARY KEY (import_id, line)",
  "constraint imports.imports_completed_check":
    "CHECK (((state = 'completed'::text) = (completed_at IS NOT NULL)))",
  "constraint imports.imports_pkey":
    "PRIMARY KEY (id)",
  "constraint imports.imports_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint imports.imports_rows_check":
    "CHECK (((rows_done >= 0) AND (rows_inserted >= 0) AND (rows_known >= 0) AND (rows_refused >= 0)))",
  "constraint imports.imports_state_check":
    "CHECK ((state = ANY (ARRAY['running'::text, 'stopped'::text, 'failed'::text, 'abandoned'::text, 'completed'::text])))",
  "constraint inbound_events.inbound_events_event_id_check":
    "CHECK (((length(event_id) >= 1) AND (length(event_id) <= 200)))",
  "constraint inbound_events.inbound_events_event_id_key":
    "UNIQUE (platform_id, event_id)",
  "constraint inbound_events.inbound_events_job_id_key":
    "UNIQUE (job_id)",
  "constraint inbound_events.inbound_events_outcome_check":
    "CHECK (((outcome = ANY (ARRAY['paid'::text, 'held'::text, 'flagged'::text, 'rejected'::text])) AND ((outcome IS NULL) = (processed_at IS NULL))))",
  "constraint inbound_events.inbound_events_payload_check":
    "CHECK ((jsonb_typeof(payload) = 'object'::text))",
  "constraint inbound_events.inbound_events_pkey":
    "PRIMARY KEY (id)",
  "constraint inbound_events.inbound_events_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint inbound_events.inbound_events_task_id_fkey":
    "FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE SET NULL",
  "constraint ledger_accounts.ledger_accounts_asset_id_fkey":
    "FOREIGN KEY (asset_id) REFERENCES ledger_assets(id)",
  "constraint ledger_accounts.ledger_accounts_asset_key":
    "UNIQUE (id, asset_id)",
  "constraint ledger_accounts.ledger_accounts_code_check":
    "CHECK (((code <> ''::text) AND (length(code) <= 200)))",
  "constraint ledger_accounts.ledger_accounts_code_key":
    "UNIQUE (code)",
  "constraint ledger_accounts.ledger_accounts_limits_check":
    "CHECK ((((min_balance IS NULL) OR ((min_balance = trunc(min_balance)) AND (min_balance <= (0)::numeric))) AND ((max_balance IS NULL) OR ((max_balance = trunc(max_balance)) AND (max_balance >= (0)::numeric)))))",
  "constraint ledger_accounts.ledger_accounts_normal_side_check":
    "CHECK ((normal_side = ANY (ARRAY['debit'::text, 'credit'::text])))",
  "constraint ledger_accounts.ledger_accounts_pkey":
    "PRIMARY KEY (id)",
  "constraint ledger_accounts.ledger_accounts_slots_check":
    "CHECK (((slots >= 1) AND (slots <= 64)))",
  "constraint ledger_assets.ledger_assets_code_check":
    "CHECK ((code ~ '^[A-Za-z][A-Za-z0-9._:/-]{0,63}$'::text))",
  "constraint ledger_assets.ledger_assets_code_key":
    "UNIQUE (code)",
  "constraint ledger_assets.ledger_assets_decimals_check":
    "CHECK (((decimals >= 0) AND (decimals <= 38)))",
  "constraint ledger_assets.ledger_assets_pkey":
    "PRIMARY KEY (id)",
  "constraint ledger_balances.ledger_balances_account_id_fkey":
    "FOREIGN KEY (account_id, asset_id) REFERENCES ledger_accounts(id, asset_id)",
  "constraint ledger_balances.ledger_balances_pkey":
    "PRIMARY KEY (account_id, asset_id, slot)",
  "constraint ledger_holds.ledger_holds_pkey":
    "PRIMARY KEY (hold_id)",
  "constraint ledger_seal_marks.ledger_seal_marks_pkey":
    "PRIMARY KEY (single)",
  "constraint ledger_seal_marks.ledger_seal_marks_single_check":
    "CHECK (single)",
  "constraint ledger_seals.ledger_seals_hash_check":
    "CHECK (((octet_length(digest) = 32) AND (octet_length(hash) = 32)))",
  "constraint ledger_seals.ledger_seals_number_check":
    "CHECK (((number >= 1) AND (transfers >= 1)))",
  "constraint ledger_seals.ledger_seals_pkey":
    "PRIMARY KEY (number)",
  "constraint ledger_seals.ledger_seals_up_to_key":
    "UNIQUE (up_to)",
  "constraint ledger_transfers.ledger_transfers_accounts_check":
    "CHECK ((debit_account <> credit_account))",
  "constraint ledger_transfers.ledger_transfers_key_key":
    "UNIQUE (key)",
  "constraint ledger_transfers.ledger_transfers_kind_check":
    "CHECK ((((kind >= 1) AND (kind <= 5)) AND ((kind >= 3) = (hold_id IS NOT NULL)) AND ((kind = 2) OR (expires_at IS NULL))))",
  "constraint ledger_transfers.ledger_transfers_pkey":
    "PRIMARY KEY (id)",
  "constraint loans.loans_amount_check":
    "CHECK ((((amount)::numeric > (0)::numeric) AND ((amount)::numeric <= (500)::numeric)))",
  "constraint loans.loans_defaulted_at_check":
    "CHECK ((defaulted_at >= repayment_due))",
  "constraint loans.loans_fee_check":
    "CHECK ((((fee)::numeric >= (0)::numeric) AND ((fee_bps >= 0) AND (fee_bps <= 10000)) AND ((total_due)::numeric = ((amount)::numeric + (fee)::numeric))))",
  "constraint loans.loans_installments_check":
    "CHECK ((((installments >= 1) AND (installments <= 60)) AND (installments_paid >= 0)))",
  "constraint loans.loans_pkey":
    "PRIMARY KEY (id)",
  "constraint loans.loans_repaid_check":
    "CHECK ((((amount_repaid)::numeric >= (0)::numeric) AND ((amount_repaid)::numeric <= (total_due)::numeric)))",
  "constraint loans.loans_risk_score_check":
    "CHECK (((risk_score >= 0) AND (risk_score <= 1000)))",
  "constraint loans.loans_state_check":
    "CHECK ((((status <> 'repaid'::text) OR (((amount_repaid)::numeric = (total_due)::numeric) AND (repaid_at IS NOT NULL))) AND ((status <> 'defaulted'::text) OR (defaulted_at IS NOT NULL)) AND ((status <> 'written_off'::text) OR ((written_off_at IS NOT NULL) AND ((amount_repaid)::numeric < (total_due)::numeric))) AND ((written_off_at IS NULL) OR (status = ANY (ARRAY['written_off'::text, 'repaid'::text]))) AND ((disbursed_at IS NOT NULL) = (status = ANY (ARRAY['disbursed'::text, 'repaying'::text, 'repaid'::text, 'defaulted'::text, 'written_off'::text])))))",
  "constraint loans.loans_status_check":
    "CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text, 'repaying'::text, 'repaid'::text, 'defaulted'::text, 'written_off'::text, 'cancelled'::text])))",
  "constraint loans.loans_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint migration_objects.migration_objects_pkey":
    "PRIMARY KEY (module, kind, name)",
  "constraint migrations.migrations_pkey":
    "PRIMARY KEY (module, number)",
  "constraint money_deltas.money_deltas_pkey":
    "PRIMARY KEY (id)",
  "constraint outbox.outbox_pkey":
    "PRIMARY KEY (xid, id)",
  "constraint platform_activity.platform_activity_pkey":
    "PRIMARY KEY (platform_id, day)",
  "constraint platform_activity.platform_activity_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint platform_statistics.platform_statistics_pkey":
    "PRIMARY KEY (platform_id)",
  "constraint platform_statistics.platform_statistics_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint platform_workers.platform_workers_pkey":
    "PRIMARY KEY (platform_id, worker_id)",
  "constraint platform_workers.platform_workers_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint platforms.platforms_account_fkey":
    "FOREIGN KEY (id, contact_email) REFERENCES accounts(id, login) ON UPDATE CASCADE ON DELETE CASCADE",
  "constraint platforms.platforms_contact_email_key":
    "UNIQUE (contact_email)",
  "constraint platforms.platforms_fee_bps_check":
    "CHECK (((fee_bps >= 0) AND (fee_bps <= 10000)))",
  "constraint platforms.platforms_metadata_check":
    "CHECK ((jsonb_typeof(metadata) = 'object'::text))",
  "constraint platforms.platforms_name_check":
    "CHECK (((length(name) >= 1) AND (length(name) <= 100)))",
  "constraint platforms.platforms_pkey":
    "PRIMARY KEY (id)",
  "constraint platforms.platforms_wallet_address_check":
    "CHECK ((wallet_address ~ '^0x[0-9a-f]{40}$'::text))",
  "constraint platforms.platforms_wallet_address_key":
    "UNIQUE (wallet_address)",
  "constraint platforms.platforms_webhook_secret_check":
    "CHECK (((octet_length(webhook_secret) >= 24) AND (octet_length(webhook_secret) <= 64)))",
  "constraint platforms.platforms_webhook_url_check":
    "CHECK (((webhook_url ~ '^https://[^\\s]+$'::text) AND (length(webhook_url) <= 2048)))",
  "constraint queue_attempts.queue_attempts_outcome_check":
    "CHECK ((outcome = ANY (ARRAY['failed'::text, 'timed_out'::text, 'lost'::text, 'returned'::text, 'invalid_payload'::text, 'refused'::text])))",
  "constraint queue_attempts.queue_attempts_pkey":
    "PRIMARY KEY (job_id, token)",
  "constraint queue_claims.queue_claims_pkey":
    "PRIMARY KEY (token)",
  "constraint queue_claims.queue_claims_worker_check":
    "CHECK (((octet_length(worker) >= 1) AND (octet_length(worker) <= 200)))",
  "constraint queue_dead.queue_dead_pkey":
    "PRIMARY KEY (id)",
  "constraint queue_dead.queue_dead_reason_check":
    "CHECK ((reason = ANY (ARRAY['failed'::text, 'timed_out'::text, 'lost'::text, 'invalid_payload'::text, 'refused'::text])))",
  "constraint queue_history.queue_history_outcome_check":
    "CHECK ((outcome = ANY (ARRAY['done'::text, 'cancelled'::text])))",
  "constraint queue_history.queue_history_pkey":
    "PRIMARY KEY (id)",
  "constraint queue_jobs.queue_jobs_key_check":
    "CHECK (((octet_length(key) >= 1) AND (octet_length(key) <= 255)))",
  "constraint queue_jobs.queue_jobs_lease_check":
    "CHECK (((lease_until IS NULL) OR (place IS NOT NULL)))",
  "constraint queue_jobs.queue_jobs_payload_check":
    "CHECK ((pg_column_size(payload) <= 262144))",
  "constraint queue_jobs.queue_jobs_pkey":
    "PRIMARY KEY (id)",
  "constraint queue_jobs.queue_jobs_priority_check":
    "CHECK (((priority >= 0) AND (priority <= 9)))",
  "constraint queue_jobs.queue_jobs_progress_check":
    "CHECK ((pg_column_size(progress) <= 16384))",
  "constraint queue_schedules.queue_schedules_catch_up_check":
    "CHECK ((catch_up = ANY (ARRAY['all'::text, 'last'::text, 'none'::text])))",
  "constraint queue_schedules.queue_schedules_catch_up_most_check":
    "CHECK (((catch_up_most >= 1) AND (catch_up_most <= 1000)))",
  "constraint queue_schedules.queue_schedules_name_check":
    "CHECK (((octet_length(name) >= 1) AND (octet_length(name) <= 200)))",
  "constraint queue_schedules.queue_schedules_pkey":
    "PRIMARY KEY (name)",
  "constraint queue_schedules.queue_schedules_priority_check":
    "CHECK (((priority >= 0) AND (priority <= 9)))",
  "constraint queue_schedules.queue_schedules_queue_id_fkey":
    "FOREIGN KEY (queue_id) REFERENCES queue_settings(id)",
  "constraint queue_settings.queue_settings_limits_check":
    "CHECK ((((max_failures >= 1) AND (max_failures <= 1000)) AND ((max_losses >= 0) AND (max_losses <= 1000))))",
  "constraint queue_settings.queue_settings_name_check":
    "CHECK ((name ~ '^[a-z][a-z0-9_.:-]{0,99}$'::text))",
  "constraint queue_settings.queue_settings_name_key":
    "UNIQUE (name)",
  "constraint queue_settings.queue_settings_pkey":
    "PRIMARY KEY (id)",
  "constraint queue_settings.queue_settings_retry_check":
    "CHECK ((((retry_base_s >= (0)::double precision) AND (retry_base_s <= retry_most_s)) AND (retry_most_s <= (2592000)::double precision)))",
  "constraint queue_slots.queue_slots_job_id_key":
    "UNIQUE (job_id)",
  "constraint queue_slots.queue_slots_pkey":
    "PRIMARY KEY (schedule, slot)",
  "constraint rail_notifications.rail_notifications_body_check":
    "CHECK ((octet_length(body) <= 65536))",
  "constraint rail_notifications.rail_notifications_job_id_key":
    "UNIQUE (job_id)",
  "constraint rail_notifications.rail_notifications_notification_id_check":
    "CHECK (((length(notification_id) >= 1) AND (length(notification_id) <= 200)))",
  "constraint rail_notifications.rail_notifications_notification_id_key":
    "UNIQUE (rail, notification_id)",
  "constraint rail_notifications.rail_notifications_outcome_check":
    "CHECK (((outcome = ANY (ARRAY['confirmed'::text, 'failed'::text, 'waiting'::text, 'unchanged'::text, 'ignored'::text])) AND ((outcome IS NULL) = (processed_at IS NULL))))",
  "constraint rail_notifications.rail_notifications_pkey":
    "PRIMARY KEY (id)",
  "constraint rail_notifications.rail_notifications_rail_check":
    "CHECK ((rail ~ '^[a-z][a-z0-9-]{0,39}$'::text))",
  "constraint rail_notifications.rail_notifications_transaction_id_fkey":
    "FOREIGN KEY (transaction_id) REFERENCES transactions(id) ON DELETE SET NULL",
  "constraint refresh_tokens.refresh_tokens_pkey":
    "PRIMARY KEY (token_hash)",
  "constraint refresh_tokens.refresh_tokens_session_id_fkey":
    "FOREIGN KEY (session_id) REFERENCES account_sessions(id) ON DELETE CASCADE",
  "constraint refresh_tokens.refresh_tokens_session_id_generation_key":
    "UNIQUE (session_id, generation)",
  "constraint refresh_tokens.refresh_tokens_token_hash_check":
    "CHECK ((octet_length(token_hash) = 32))",
  "constraint reputation_events.reputation_events_delta_check":
    "CHECK (((new_score)::integer = ((previous_score)::integer + delta)))",
  "constraint reputation_events.reputation_events_pkey":
    "PRIMARY KEY (id)",
  "constraint reputation_events.reputation_events_seq_key":
    "UNIQUE (worker_id, seq)",
  "constraint reputation_events.reputation_events_task_id_fkey":
    "FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE SET NULL",
  "constraint reputation_events.reputation_events_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint retention_policies.retention_policies_batch_size_check":
    "CHECK (((batch_size >= 1) AND (batch_size <= 10000)))",
  "constraint retention_policies.retention_policies_every_check":
    "CHECK (((every >= '00:01:00'::interval) AND (every <= '1 day'::interval)))",
  "constraint retention_policies.retention_policies_keep_check":
    "CHECK (((keep >= '01:00:00'::interval) AND (keep <= '100 years'::interval)))",
  "constraint retention_policies.retention_policies_kind_check":
    "CHECK ((kind = ANY (ARRAY['rows'::text, 'read_events'::text, 'partitions'::text])))",
  "constraint retention_policies.retention_policies_names_check":
    "CHECK (((name ~ '^[a-z][a-z0-9_]{0,62}$'::text) AND (table_name ~ '^[a-z][a-z0-9_]{0,49}$'::text) AND (time_column ~ '^[a-z][a-z0-9_]{0,62}$'::text)))",
  "constraint retention_policies.retention_policies_partitions_check":
    "CHECK ((((kind = 'partitions'::text) = (step IS NOT NULL)) AND ((step IS NULL) = (steps_ahead IS NULL)) AND ((step IS NULL) = (alarm_days IS NULL)) AND (step = ANY (ARRAY['day'::text, 'month'::text])) AND ((steps_ahead >= 1) AND (steps_ahead <= 400)) AND ((alarm_days >= 0) AND (alarm_days <= 366))))",
  "constraint retention_policies.retention_policies_pkey":
    "PRIMARY KEY (name)",
  "constraint sandbox_deposits.sandbox_deposits_amount_check":
    "CHECK (((amount)::numeric > (0)::numeric))",
  "constraint sandbox_deposits.sandbox_deposits_counts_check":
    "CHECK (((looks >= 0) AND ((confirmations >= 0) AND (confirmations <= 12))))",
  "constraint sandbox_deposits.sandbox_deposits_pkey":
    "PRIMARY KEY (reference)",
  "constraint sandbox_deposits.sandbox_deposits_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint sandbox_deposits.sandbox_deposits_reference_check":
    "CHECK ((reference ~ '^[A-Za-z0-9_-]{1,200}$'::text))",
  "constraint sandbox_deposits.sandbox_deposits_state_check":
    "CHECK ((state = ANY (ARRAY['accepted'::text, 'failed'::text])))",
  "constraint sandbox_secrets.sandbox_secrets_pkey":
    "PRIMARY KEY (generation)",
  "constraint sandbox_secrets.sandbox_secrets_secret_check":
    "CHECK ((octet_length(secret) = 32))",
  "constraint sandbox_transfers.sandbox_transfers_amount_check":
    "CHECK (((amount)::numeric > (0)::numeric))",
  "constraint sandbox_transfers.sandbox_transfers_counts_check":
    "CHECK (((sends >= 0) AND (looks >= 0) AND ((confirmations >= 0) AND (confirmations <= 12))))",
  "constraint sandbox_transfers.sandbox_transfers_pkey":
    "PRIMARY KEY (reference)",
  "constraint sandbox_transfers.sandbox_transfers_reference_check":
    "CHECK ((reference ~ '^[A-Za-z0-9_-]{1,200}$'::text))",
  "constraint sandbox_transfers.sandbox_transfers_state_check":
    "CHECK ((state = ANY (ARRAY['lost'::text, 'accepted'::text, 'refused'::text, 'failed'::text])))",
  "constraint streams.streams_amounts_check":
    "CHECK (((((released_amount)::numeric >= (0)::numeric) AND ((released_amount)::numeric <= (funded_amount)::numeric)) AND ((funded_amount)::numeric <= (total_amount)::numeric) AND ((remaining_amount)::numeric = ((total_amount)::numeric - (released_amount)::numeric))))",
  "constraint streams.streams_duration_check":
    "CHECK (((end_time > start_time) AND ((end_time - start_time) <= (paused_for + '30 days'::interval))))",
  "constraint streams.streams_fee_bps_check":
    "CHECK (((fee_bps >= 0) AND (fee_bps <= 10000)))",
  "constraint streams.streams_pkey":
    "PRIMARY KEY (id)",
  "constraint streams.streams_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint streams.streams_release_interval_check":
    "CHECK (((release_interval >= 60) AND ((release_interval)::numeric <= EXTRACT(epoch FROM (end_time - start_time)))))",
  "constraint streams.streams_state_check":
    "CHECK ((((status = 'paused'::text) = (paused_at IS NOT NULL)) AND ((status = 'active'::text) = (next_release_at IS NOT NULL)) AND ((status <> 'completed'::text) OR ((released_amount)::numeric = (total_amount)::numeric))))",
  "constraint streams.streams_status_check":
    "CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'insolvent'::text, 'completed'::text, 'cancelled'::text])))",
  "constraint streams.streams_task_id_fkey":
    "FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE CASCADE",
  "constraint streams.streams_total_amount_check":
    "CHECK (((total_amount)::numeric > (0)::numeric))",
  "constraint streams.streams_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint tasks.tasks_external_id_key":
    "UNIQUE (platform_id, external_id)",
  "constraint tasks.tasks_money_check":
    "CHECK ((((escrowed_amount)::numeric + (paid_amount)::numeric) <= (amount)::numeric))",
  "constraint tasks.tasks_pkey":
    "PRIMARY KEY (id)",
  "constraint tasks.tasks_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint tasks.tasks_times_check":
    "CHECK (((((status)::text <> 'completed'::text) OR (completed_at IS NOT NULL)) AND (((status)::text <> 'cancelled'::text) OR (cancelled_at IS NOT NULL)) AND (completed_at >= started_at)))",
  "constraint tasks.tasks_worker_check":
    "CHECK (((worker_id IS NOT NULL) OR ((status)::text = ANY (ARRAY['pending'::text, 'cancelled'::text]))))",
  "constraint tasks.tasks_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint transaction_days.transaction_days_pkey":
    "PRIMARY KEY (day, asset, tx_type, status)",
  "constraint transactions.transactions_fee_check":
    "CHECK (((fee)::numeric <= (amount)::numeric))",
  "constraint transactions.transactions_loan_id_fkey":
    "FOREIGN KEY (loan_id) REFERENCES loans(id) ON DELETE SET NULL",
  "constraint transactions.transactions_pkey":
    "PRIMARY KEY (id)",
  "constraint transactions.transactions_platform_id_fkey":
    "FOREIGN KEY (platform_id) REFERENCES platforms(id) ON DELETE CASCADE",
  "constraint transactions.transactions_state_check":
    "CHECK ((((status)::text <> 'completed'::text) OR (processed_at IS NOT NULL)))",
  "constraint transactions.transactions_stream_id_fkey":
    "FOREIGN KEY (stream_id) REFERENCES streams(id) ON DELETE SET NULL",
  "constraint transactions.transactions_task_id_fkey":
    "FOREIGN KEY (task_id) REFERENCES tasks(id) ON DELETE SET NULL",
  "constraint transactions.transactions_usdc_check":
    "CHECK (((asset <> 'USDC'::text) OR (((amount)::numeric = round((amount)::numeric, 6)) AND ((fee)::numeric = round((fee)::numeric, 6)))))",
  "constraint transactions.transactions_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint wallet_challenges.wallet_challenges_address_check":
    "CHECK ((address ~ '^0x[0-9a-f]{40}$'::text))",
  "constraint wallet_challenges.wallet_challenges_nonce_check":
    "CHECK ((nonce ~ '^[0-9a-f]{32}$'::text))",
  "constraint wallet_challenges.wallet_challenges_pkey":
    "PRIMARY KEY (nonce)",
  "constraint wallet_challenges.wallet_challenges_purpose_check":
    "CHECK ((purpose = ANY (ARRAY['sign_in'::text, 'link'::text])))",
  "constraint wallet_challenges.wallet_challenges_times_check":
    "CHECK (((expires_at > issued_at) AND (used_at >= issued_at) AND (used_at <= expires_at)))",
  "constraint wallet_challenges.wallet_challenges_worker_check":
    "CHECK (((purpose = 'link'::text) = (worker_id IS NOT NULL)))",
  "constraint wallet_challenges.wallet_challenges_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint webhook_attempts.webhook_attempts_pkey":
    "PRIMARY KEY (delivery_id, number, at)",
  "constraint webhook_attempts.webhook_attempts_response_check":
    "CHECK ((length(response) <= 1024))",
  "constraint webhook_cursor.webhook_cursor_only_row_check":
    "CHECK (only_row)",
  "constraint webhook_cursor.webhook_cursor_pkey":
    "PRIMARY KEY (only_row)",
  "constraint webhook_deliveries.webhook_deliveries_endpoint_id_fkey":
    "FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE",
  "constraint webhook_deliveries.webhook_deliveries_pkey":
    "PRIMARY KEY (id)",
  "constraint webhook_deliveries.webhook_deliveries_tries_check":
    "CHECK ((((tries >= 0) AND (tries <= 10)) AND (attempts >= tries)))",
  "constraint webhook_delivery_history.webhook_delivery_history_pkey":
    "PRIMARY KEY (id, finished_at)",
  "constraint webhook_delivery_history.webhook_delivery_history_reason_check":
    "CHECK ((((state = 'dead'::text) = (reason IS NOT NULL)) AND (reason = ANY (ARRAY['schedule_ended'::text, 'endpoint_gone'::text, 'endpoint_disabled'::text, 'test_failed'::text]))))",
  "constraint webhook_delivery_history.webhook_delivery_history_state_check":
    "CHECK ((state = ANY (ARRAY['delivered'::text, 'dead'::text])))",
  "constraint webhook_endpoints.webhook_endpoints_description_check":
    "CHECK ((length(description) <= 200))",
  "constraint webhook_endpoints.webhook_endpoints_disabled_check":
    "CHECK ((((state = 'disabled'::text) = (disabled_at IS NOT NULL)) AND ((disabled_at IS NULL) = (disabled_reason IS NULL)) AND (disabled_reason = ANY (ARRAY['by_owner'::text, 'gone'::text, 'failing'::text]))))",
  "constraint webhook_endpoints.webhook_endpoints_event_types_check":
    "CHECK (((cardinality(event_types) <= 50) AND (array_position(event_types, NULL::text) IS NULL) AND (array_to_string(event_types, ' '::text) ~ '^([a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*)?( [a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*)?)*)?$'::text)))",
  "constraint webhook_endpoints.webhook_endpoints_owner_id_fkey":
    "FOREIGN KEY (owner_id) REFERENCES accounts(id) ON DELETE CASCADE",
  "constraint webhook_endpoints.webhook_endpoints_pkey":
    "PRIMARY KEY (id)",
  "constraint webhook_endpoints.webhook_endpoints_state_check":
    "CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))",
  "constraint webhook_endpoints.webhook_endpoints_url_check":
    "CHECK (((url ~ '^https?://'::text) AND (octet_length(url) <= 2048)))",
  "constraint webhook_secrets.webhook_secrets_endpoint_id_fkey":
    "FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE",
  "constraint webhook_secrets.webhook_secrets_pkey":
    "PRIMARY KEY (endpoint_id, generation)",
  "constraint webhook_secrets.webhook_secrets_secret_check":
    "CHECK (((octet_length(secret) >= 24) AND (octet_length(secret) <= 64)))",
  "constraint work_deltas.work_deltas_pkey":
    "PRIMARY KEY (id)",
  "constraint worker_days.worker_days_pkey":
    "PRIMARY KEY (worker_id, day)",
  "constraint worker_days.worker_days_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint worker_statistics.worker_statistics_pkey":
    "PRIMARY KEY (worker_id)",
  "constraint worker_statistics.worker_statistics_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint worker_transactions.worker_transactions_pkey":
    "PRIMARY KEY (worker_id, tx_type)",
  "constraint worker_transactions.worker_transactions_worker_id_fkey":
    "FOREIGN KEY (worker_id) REFERENCES workers(id) ON DELETE CASCADE",
  "constraint workers.workers_account_fkey":
    "FOREIGN KEY (id, email) REFERENCES accounts(id, login) ON UPDATE CASCADE ON DELETE CASCADE",
  "constraint workers.workers_email_key":
    "UNIQUE (email)",
  "constraint workers.workers_pkey":
    "PRIMARY KEY (id)",
  "constraint workers.workers_wallet_address_key":
    "UNIQUE (wallet_address)",
  "constraint workers.workers_wallet_id_key":
    "UNIQUE (wallet_id)",
  "constraint workers.workers_wallet_verified_at_check":
    "CHECK (((wallet_verified_at IS NULL) OR (wallet_address IS NOT NULL)))",
  "function account_age_days(p_worker workers)":
    "integer sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  -- A worker registered in this very statement is a moment older than the statement: minus nothing is 0 days, not -1.\n  select greatest(0, floor(extract(epoch from statement_timestamp() - p_worker.created_at) / 86400))::integer;\n",
  "function add_completion_events(p_task tasks, p_delta integer)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_before integer;\n  v_after integer;\n  v_event record;\nbegin\n  -- Once for a task, also when it was resumed after a dispute and completed again. The lock on the task makes asking safe;\n  -- \"on conflict\" would come after the trigger has applied the points.\n  for v_event in\n    select e.type, e.delta, e.reason\n    from (values\n      (1, 'task_completed', p_delta, 'Completed \"' || left(coalesce(p_task.title, p_task.id), 200) || '\"', true),\n      (2, 'task_late', -5, 'Completed after it was due', p_task.completed_at > p_task.due_at)\n    ) as e(place, type, delta, reason, applies)\n    where e.applies and not exists (\n      select from :schema.reputation_events r\n      where r.task_id = p_task.id and r.worker_id = p_task.worker_id and r.event_type = e.type\n        and r.event_type in ('task_completed', 'task_late', 'rating_received')\n    )\n    order by e.place\n  loop\n    insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason)\n    values (p_task.worker_id, p_task.id, v_event.type, v_event.delta, v_event.reason)\n    returning coalesce(v_before, previous_score), new_score into v_before, v_after;\n  end loop;\n  if v_after is null then\n    select reputation_score into v_after from :schema.workers where id = p_task.worker_id;\n  end if;\n  return jsonb_build_object('reputation_delta', v_after - coalesce(v_before, v_after), 'reputation_score', v_after);\nend\n",
  "function add_reputation(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_type text, p_delta integer, p_reason text, p_related text, p_metadata jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_event :schema.reputation_events;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  if p_actor_kind in ('worker', 'platform') then\n    raise exception '% % cannot change scores.', initcap(p_actor_kind), p_actor_id\n      using errcode = 'GH403', constraint = 'not_yours', hint = 'Platforms rate completed tasks instead.';\n  end if;\n  insert into :schema.reputation_events (worker_id, event_type, requested_delta, reason, related_id, metadata)\n  values (p_worker, p_type, p_delta, p_reason, p_related, p_metadata)\n  returning * into v_event;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'add_reputation', 'worker', p_worker,\n    jsonb_build_object('type', p_type, 'delta', v_event.delta, 'reason', p_reason), array[p_worker],\n    jsonb_build_object('reputation_score', v_event.previous_score), jsonb_build_object('reputation_score', v_event.new_score));\n  return :schema.end_once(p_account, p_key, to_jsonb(v_event) - 'seq');\nend\n",
  "function begin_calls(p_calls jsonb)":
    "void plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_new bigint;\nbegin\n  -- In one order always: of two lists with a common key one waits, and never each for the other.\n  insert into :schema.idempotency_keys (account, key, operation, request_sha256)\n  select c.account, c.key, c.operation, decode(c.request, 'hex')\n  from jsonb_to_recordset(p_calls) as c(account text, key text, operation text, request text)\n  where c.key is not null\n  order by c.account, c.key\n  on conflict (account, key) do nothing;\n  get diagnostics v_new = row_count;\n  perform :schema.must_be_plain(v_new = (\n    select count(*) from jsonb_to_recordset(p_calls) as c(key text) where c.key is not null));\nend\n",
  "function begin_once(p_account text, p_key text, p_operation text, p_request_sha256 bytea)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_stored record;\nbegin\n  if p_key is null then return null; end if;\n  -- Waits for a call with the same key that is under way.\n  insert into :schema.idempotency_keys (account, key, operation, request_sha256)\n  values (p_account, p_key, p_operation, p_request_sha256)\n  on conflict (account, key) do nothing;\n  if found then return null; end if;\n  select k.request_sha256, k.operation, k.answer into v_stored\n  from :schema.idempotency_keys k where k.account = p_account and k.key = p_key;\n  if v_stored.request_sha256 is distinct from p_request_sha256 then\n    raise exception 'The idempotency key \"%\" was used before with other content.', p_key\n      using errcode = 'GH422', column = 'idempotencyKey', constraint = 'idempotency_key_reused',\n        detail = jsonb_build_object('operation', v_stored.operation)::text,\n        hint = 'Send the first content again to get its answer, or use a new key for a new change.';\n  end if;\n  return v_stored.answer;\nend\n",
  "function begin_send(p_id text, p_valid_s double precision, p_found_none timestamp with time zone)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.transactions;\n  v_action text;\n  v_seen timestamptz;\nbegin\n  select * into v_row from :schema.transactions where id = p_id for no key update;\n  if not found or v_row.tx_type <> 'withdrawal' or v_row.status not in ('pending', 'processing') then\n    return jsonb_build_object('action', 'none');\n  end if;\n  v_seen := v_row.submitted_at;\n  if v_row.rail_reference is not null then\n    v_action := 'confirm';\n  elsif v_seen is null or (v_seen = p_found_none and v_seen + make_interval(secs => p_valid_s) <= clock_timestamp()) then\n    -- Written down before anything leaves: whoever comes after a crash knows that it may have been sent.\n    update :schema.transactions set status = 'processing', submitted_at = clock_timestamp(),\n      updated_at = clock_timestamp()\n    where id = p_id returning * into v_row;\n    v_action := 'send';\n  else\n    v_action := 'find';\n  end if;\n  return jsonb_build_object('action', v_action, 'round', v_row.attempts, 'rail', v_row.rail,\n    'reference', v_row.id || case when v_row.attempts > 1 then '-' || v_row.attempts else '' end,\n    'amount', trim_scale(v_row.amount)::text, 'to', v_row.to_address, 'submitted_at', v_row.submitted_at,\n    'valid_until', v_row.submitted_at + make_interval(secs => p_valid_s),\n    'valid_for_s', extract(epoch from (v_row.submitted_at + make_interval(secs => p_valid_s) - clock_timestamp())));\nend\n",
  "function begin_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_worker text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_claim constant boolean := p_operation = 'claim_task';\n  v_task :schema.tasks;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  if v_claim and p_actor_kind = 'worker' and p_actor_id is distinct from p_worker then\n    raise exception 'Worker % cannot take a task for worker %.', p_actor_id, p_worker\n      using errcode = 'GH403', constraint = 'not_your_task', column = 'workerId', hint = 'Take it for yourself.';\n  end if;\n  -- A task without a worker belongs to no worker yet, so who takes it is asked above.\n  v_task := :schema.lock_task(case when v_claim and p_actor_kind = 'worker' then 'system' else p_actor_kind end, p_actor_id,\n    p_task, case p_operation when 'start_task' then array['worker', 'platform'] else array['platform'] end, '{pending}');\n  if v_claim and v_task.worker_id is not null then\n    raise exception 'Task % has a worker.', p_task\n      using errcode = 'GH409', constraint = 'task_taken', column = 'taskId', hint = 'Take another that is open.';\n  elsif p_operation = 'start_task' and v_task.worker_id is null then\n    raise exception 'Task % has no worker.', p_task\n      using errcode = 'GH409', constraint = 'task_open', column = 'taskId', hint = 'Assign or claim it first.';\n  end if;\n  perform :schema.check_parties('system', null, null, coalesce(p_worker, v_task.worker_id));\n  update :schema.tasks\n  set worker_id = coalesce(p_worker, worker_id),\n    status = case p_operation when 'assign_task' then status else 'active' end,\n    started_at = case p_operation when 'assign_task' then started_at else clock_timestamp() end,\n    updated_at = clock_timestamp()\n  where id = p_task\n  returning * into v_task;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, p_operation, 'task', p_task,\n    jsonb_build_object('worker_id', v_task.worker_id), array[v_task.worker_id, v_task.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function bring_statistics(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_workers text[];\n  v_platforms text[];\nbegin\n  -- Not beside a fold: what it adds after the columns were read would be taken for brought.\n  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));\n  -- A row that somebody holds is left for the next time: nobody who is paid waits for statistics, nor they for him.\n  v_workers := array(\n    select w.id from :schema.workers w\n    where w.id in (select s.worker_id from :schema.worker_statistics s where s.is_stale order by s.worker_id limit p_limit)\n    order by w.id for no key update skip locked\n  );\n  update :schema.workers w set total_tasks = t.completed_tasks, total_earned = t.total_earned,\n    completion_rate = t.completion_rate, average_rating = t.average_rating, dispute_rate = t.dispute_rate,\n    last_active_at = t.last_active_at\n  from :schema.worker_totals t\n  where w.id = any (v_workers) and t.worker_id = w.id\n    and (w.total_tasks, w.total_earned, w.completion_rate, w.average_rating, w.dispute_rate, w.last_active_at)\n      is distinct from\n      (t.completed_tasks, t.total_earned, t.completion_rate, t.average_rating, t.dispute_rate, t.last_active_at);\n  update :schema.worker_statistics set is_stale = false where worker_id = any (v_workers);\n  -- Each day anew, too: who was active 30 days ago is not any more.\n  v_platforms := array(\n    select p.id from :schema.platforms p\n    where p.id in (\n      select s.platform_id from :schema.platform_statistics s\n      where s.brought_on < (statement_timestamp() at time zone 'UTC')::date\n      order by s.brought_on, s.platform_id limit p_limit\n    )\n    order by p.id for no key update skip locked\n  );\n  update :schema.platforms p set total_payouts = t.total_payouts, total_tasks = t.total_tasks,\n    active_workers = t.active_workers_30d\n  from :schema.platform_totals t\n  where p.id = any (v_platforms) and t.platform_id = p.id\n    and (p.total_payouts, p.total_tasks, p.active_workers) is distinct from\n      (t.total_payouts, t.total_tasks, t.active_workers_30d);\n  update :schema.platform_statistics set brought_on = (statement_timestamp() at time zone 'UTC')::date\n  where platform_id = any (v_platforms);\n  return cardinality(v_workers) + cardinality(v_platforms);\nend\n",
  "function bulk_payments(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_tasks text[], p_rail text, p_least numeric, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_answer := to_jsonb(:schema.pay_tasks(p_actor_type, p_actor_id, p_request_id, p_tasks, null, p_rail, p_least, null,\n    p_wide));\n  return :schema.end_once(p_account, p_key, v_answer);\nend\n",
  "function cancel_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_stream :schema.streams;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_stream := :schema.lock_stream(p_id);\n  if v_stream.status in ('completed', 'cancelled') then\n    raise exception 'Stream % is %.', p_id, v_stream.status\n      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Read it: it has ended before.';\n  end if;\n  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'cancelled', p_wide);\n  select * into v_stream from :schema.streams s where s.id = p_id;\n  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));\nend\n",
  "function cancel_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_reason text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_before :schema.tasks;\n  v_task :schema.tasks;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_before := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{platform}', '{pending,active}');\n  perform :schema.return_escrow(v_before, p_wide);\n  select * into v_task from :schema.tasks where id = p_task;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'cancel_task', 'task', p_task,\n    jsonb_build_object('reason', p_reason, 'returned', trim_scale(v_before.escrowed_amount)::text),\n    array_remove(array[v_task.worker_id, v_task.platform_id], null));\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function changed_platform_workers(p_platform text, p_workers text[], p_tasks integer[], p_days date[])":
    "TABLE(worker_id text, old_tasks bigint, new_tasks bigint, old_day date, new_day date) sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select g.worker_id, coalesce(w.tasks, 0), coalesce(w.tasks, 0) + g.tasks, w.last_day,\n    case\n      when coalesce(w.tasks, 0) + g.tasks <= 0 then null\n      -- Something was taken away, so the newest is looked up; only added to, it is the newer of the two. None is left\n      -- when more was taken away than is among these deltas: those that follow will say so.\n      when g.shrunk then coalesce((\n        select (t.created_at at time zone 'UTC')::date\n        from :schema.tasks t\n        where t.worker_id = g.worker_id and t.platform_id = p_platform\n        order by t.created_at desc\n        limit 1\n      ), w.last_day, g.newest_day)\n      else greatest(w.last_day, g.newest_day)\n    end\n  from (\n    select d.worker_id, sum(d.tasks) as tasks, max(d.day) as newest_day, bool_or(d.tasks < 0) as shrunk\n    from unnest(p_workers, p_tasks, p_days) as d(worker_id, tasks, day)\n    group by d.worker_id\n  ) as g\n  left join :schema.platform_workers w on w.platform_id = p_platform and w.worker_id = g.worker_id;\n",
  "function chase_transfers(p_idle interval, p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_jobs jsonb;\nbegin\n  select jsonb_agg(jsonb_build_object('payload', jsonb_build_object('transactionId', d.id), 'key', d.id,\n    'type', d.tx_type)) into v_jobs\n  from (\n    select t.id, t.tx_type from :schema.transactions t\n    where t.status in ('pending', 'processing') and t.updated_at < clock_timestamp() - p_idle\n      and t.tx_type in ('withdrawal', 'deposit')\n    order by t.updated_at\n    limit p_limit\n    for no key update skip locked\n  ) as d;\n  if v_jobs is null then return 0; end if;\n  perform :schema.queue_enqueue(q.queue, q.jobs)\n  from (\n    select case j ->> 'type' when 'deposit' then 'confirm-deposit' else 'send-transfer' end as queue,\n      jsonb_agg(j - 'type') as jobs\n    from jsonb_array_elements(v_jobs) as j\n    group by 1\n  ) as q;\n  update :schema.transactions set updated_at = clock_timestamp()\n  where id in (select j -> 'payload' ->> 'transactionId' from jsonb_array_elements(v_jobs) as j);\n  return jsonb_array_length(v_jobs);\nend\n",
  "function check_parties(p_actor_kind text, p_actor_id text, p_platform text, p_worker text)":
    "boolean plpgsql s as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each task.\ndeclare\n  v_status text;\n  v_active boolean;\nbegin\n  if p_platform is not null then\n    if p_actor_kind = 'worker' or (p_actor_kind = 'platform' and p_actor_id is distinct from p_platform) then\n      raise exception '% % cannot post tasks of platform %.', initcap(p_actor_kind), p_actor_id, p_platform\n        using errcode = 'GH403', constraint = 'not_your_platform', column = 'platformId',\n          hint = 'A platform posts its own tasks.';\n    end if;\n    select is_active into v_active from :schema.platforms where id = p_platform;\n    if not found then\n      raise exception 'Platform % not found.', p_platform\n        using errcode = 'GH404', constraint = 'platform_not_found', column = 'platformId', hint = 'Check the id.';\n    elsif not v_active then\n      raise exception 'Platform % is not active.', p_platform\n        using errcode = 'GH403', constraint = 'platform_inactive', column = 'platformId',\n          hint = 'It must be activated before it posts tasks.';\n    end if;\n  end if;\n  if p_worker is not null then\n    select status into v_status from :schema.workers where id = p_worker;\n    if not found then\n      raise exception 'Worker % not found.', p_worker\n        using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId', hint = 'Check the id.';\n    elsif v_status <> 'active' then\n      raise exception 'Worker % is %.', p_worker, v_status\n        using errcode = 'GH403', constraint = 'worker_' || v_status, column = 'workerId',\n          hint = 'Only active workers are given tasks.';\n    end if;\n  end if;\n  return true;\nend\n",
  "function complete_calls(p_calls jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_at constant timestamptz := clock_timestamp();\n  -- In the order of the calls.\n  v_tasks constant text[] := array(\n    select c.task from jsonb_to_recordset(p_calls) as c(place integer, task text) order by c.place);\n  v_answers jsonb[];\n  v_records jsonb;\nbegin\n  perform :schema.begin_calls(p_calls);\n  perform from :schema.tasks t\n  where t.id = any (v_tasks)\n  order by t.id for no key update;\n  -- One that is late has a second event, and one that was completed before has its own already: both go alone.\n  perform :schema.must_be_plain(\n    count(distinct t.id) = jsonb_array_length(p_calls)\n    and bool_and(t.status = 'active' and (t.due_at is null or t.due_at > v_at)\n      and not t.was_disputed\n      and case c.actor_kind when 'worker' then false when 'platform' then c.actor_id = t.platform_id else true end))\n  from jsonb_to_recordset(p_calls) as c(task text, actor_kind text, actor_id text)\n  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;\n  update :schema.tasks t\n  set status = 'completed', completed_at = greatest(v_at, t.started_at), updated_at = v_at,\n    verification_data = coalesce(c.verification::jsonb, t.verification_data),\n    completion_proof = coalesce(c.proof, t.completion_proof)\n  from jsonb_to_recordset(p_calls) as c(task text, verification text, proof text)\n  where t.id = c.task\n    and t.id = any (v_tasks);\n  with given as (\n    insert into :schema.reputation_events (id, worker_id, task_id, event_type, requested_delta, reason)\n    select c.own_id, t.worker_id, t.id, 'task_completed', c.delta, 'Completed \"' || left(coalesce(t.title, t.id), 200) || '\"'\n    from jsonb_to_recordset(p_calls) as c(task text, delta integer, own_id text)\n    cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t\n    order by t.worker_id, t.id\n    returning task_id, new_score - previous_score as delta, new_score\n  )\n  select array_agg(:schema.task_json(t) || r.reputation order by r.place),\n    jsonb_agg(jsonb_build_object('place', r.place, 'action', 'complete_task', 'event', 'task.completed',\n      'type', 'task', 'id', t.id,\n      'metadata', r.reputation || jsonb_build_object('amount', trim_scale(t.amount)::text),\n      'audiences', array[t.worker_id, t.platform_id]) order by r.place)\n  into v_answers, v_records\n  from given g\n  cross join lateral (\n    select jsonb_build_object('reputation_delta', g.delta, 'reputation_score', g.new_score) as reputation,\n      -- A join with the calls would compare every event with every call.\n      array_position(v_tasks, g.task_id) as place\n  ) as r\n  cross join lateral (select k.* from :schema.tasks k where k.id = g.task_id limit 1) as t;\n  return :schema.end_calls(p_calls, v_records, v_answers);\nend\n",
  "function complete_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_delta integer, p_verification jsonb, p_proof text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_task :schema.tasks;\n  v_reputation jsonb;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{platform}', '{active}');\n  update :schema.tasks\n  set status = 'completed', completed_at = greatest(clock_timestamp(), started_at),\n    verification_data = coalesce(p_verification, verification_data), completion_proof = coalesce(p_proof, completion_proof),\n    updated_at = clock_timestamp()\n  where id = p_task\n  returning * into v_task;\n  v_reputation := :schema.add_completion_events(v_task, p_delta);\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'complete_task', 'task', p_task,\n    v_reputation || jsonb_build_object('amount', trim_scale(v_task.amount)::text), array[v_task.worker_id, v_task.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task) || v_reputation);\nend\n",
  "function create_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_account_id text, p_name text, p_prefix text, p_key_hash bytea, p_roles text[], p_ttl_s double precision, p_max_keys integer)":
    "TABLE(id text, name text, prefix text, roles text[], created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, replaced_by text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\nbegin\n  -- The lock makes the count below exact.\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = p_account_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'account_unknown',\n      message = format('There is no account %s.', p_account_id);\n  end if;\n\n  if not p_roles <@ v_account.roles then\n    raise exception using\n      errcode = 'GH403',\n      constraint = 'roles_not_held',\n      column = 'roles',\n      message = format('Account %s does not have all the roles asked for the key.', p_account_id),\n      hint = 'Ask only for roles of the account; leave roles out to take all of them.';\n  end if;\n\n  v_now := clock_timestamp();\n\n  if p_max_keys <= (\n    select count(*)\n    from :schema.api_keys as k\n    where k.account_id = p_account_id\n      and k.revoked_at is null\n      and (k.expires_at is null or k.expires_at > v_now)\n  ) then\n    raise exception using\n      errcode = 'GH429',\n      constraint = 'too_many_api_keys',\n      message = format('Account %s has %s live API keys, which is the limit.', p_account_id, p_max_keys),\n      hint = 'Revoke one that is not used any more.';\n  end if;\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'api_key.created',\n    p_id,\n    jsonb_build_object('accountId', p_account_id, 'name', p_name, 'roles', coalesce(p_roles, v_account.roles))\n  );\n\n  return query\n  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)\n  values (\n    p_id,\n    p_account_id,\n    p_name,\n    p_prefix,\n    p_key_hash,\n    coalesce(p_roles, v_account.roles),\n    v_now,\n    v_now + make_interval(secs => p_ttl_s)\n  )\n  returning\n    n.id,\n    n.name,\n    n.prefix,\n    n.roles,\n    n.created_at::timestamptz,\n    n.expires_at::timestamptz,\n    n.last_used_at::timestamptz,\n    n.revoked_at::timestamptz,\n    n.replaced_by;\nend\n",
  "function create_calls(p_calls jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_ids text[];\n  v_platforms text[];\n  v_amounts numeric[];\n  v_answers jsonb[];\n  v_records jsonb;\n  v_answer jsonb;\nbegin\n  perform :schema.begin_calls(p_calls);\n  perform :schema.check_parties(c.actor_kind, c.actor_id, c.platform_id, c.worker_id)\n  from jsonb_to_recordset(p_calls) as c(actor_kind text, actor_id text, platform_id text, worker_id text);\n  insert into :schema.tasks (id, platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title,\n    description, metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)\n  select c.id, c.platform_id, c.worker_id, c.external_id, c.task_type, c.amount, coalesce(c.escrow, c.amount), c.title,\n    c.description, c.metadata::jsonb, c.scheduled_at, c.due_at, c.hold_until,\n    case when c.begun then 'active' else 'pending' end, case when c.begun then v_at end, v_at\n  from jsonb_to_recordset(p_calls) as c(id text, platform_id text, worker_id text, external_id text, task_type text,\n    amount numeric, escrow numeric, title text, description text, metadata text, scheduled_at timestamptz,\n    due_at timestamptz, hold_until timestamptz, begun boolean)\n  order by c.platform_id, c.external_id\n  on conflict (platform_id, external_id) do nothing;\n  select array_agg(t.id order by c.place), array_agg(t.platform_id order by c.place),\n    array_agg(t.escrowed_amount::numeric order by c.place), array_agg(:schema.task_json(t) order by c.place),\n    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'create_task', 'event', 'task.created',\n      'type', 'task', 'id', t.id,\n      'metadata', jsonb_build_object('task_type', t.task_type, 'amount', trim_scale(t.amount)::text)\n        || case when t.status = 'active' then '{\"begun\": true}' else '{}' end::jsonb,\n      'audiences', array_remove(array[t.worker_id, t.platform_id], null)) order by c.place)\n  into v_ids, v_platforms, v_amounts, v_answers, v_records\n  from jsonb_to_recordset(p_calls) as c(place integer, id text)\n  cross join lateral (select k.* from :schema.tasks k where k.id = c.id limit 1) as t;\n  perform :schema.must_be_plain(cardinality(v_ids) = jsonb_array_length(p_calls) and 0 < all (v_amounts));\n  v_answer := :schema.end_calls(p_calls, v_records, v_answers);\n  -- Last, so that the balances are locked for no longer than it takes: others post and pay from the same accounts.\n  perform :schema.move_together(\n    (select array_agg('task ' || u.id || ' escrow' order by u.place) from unnest(v_ids) with ordinality as u(id, place)),\n    (select array_agg('platform:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),\n    (select array_agg('escrow:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),\n    v_amounts, v_ids);\n  return v_answer;\nend\n",
  "function create_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_total usdc, p_start timestamp with time zone, p_end timestamp with time zone, p_duration_s integer, p_interval_s integer, p_contract text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_task :schema.tasks;\n  v_stream :schema.streams;\n  v_duration_s numeric;\n  v_promised numeric;\n  v_free numeric;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  select * into v_task from :schema.tasks t where t.id = p_task for no key update;\n  if not found then\n    raise exception 'There is no task %.', p_task\n      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'List the tasks of the platform.';\n  end if;\n  if v_task.task_type <> 'streaming' then\n    raise exception 'Task % is of type %, and only streaming tasks have streams.', p_task, v_task.task_type\n      using errcode = 'GH409', constraint = 'task_not_streaming', column = 'taskId', hint = 'Post a task of type streaming.';\n  end if;\n  if v_task.status <> 'active' then\n    raise exception 'Task % is %, not active.', p_task, v_task.status\n      using errcode = 'GH409', constraint = 'task_not_active', column = 'taskId',\n        hint = 'A stream begins while its task is active.';\n  end if;\n  v_stream.start_time := coalesce(p_start, date_trunc('milliseconds', clock_timestamp()));\n  v_stream.end_time := coalesce(p_end, v_stream.start_time + make_interval(secs => p_duration_s));\n  v_duration_s := extract(epoch from (v_stream.end_time - v_stream.start_time));\n  if v_duration_s <= 0 or v_duration_s > 30 * 86400 then\n    raise exception 'A stream of % seconds is refused.', trim_scale(v_duration_s)\n      using errcode = 'GH400', constraint = 'stream_duration',\n        column = case when p_end is null then 'durationS' else 'endTime' end,\n        hint = 'A stream lasts up to 30 days.';\n  end if;\n  if p_interval_s < 60 or p_interval_s > v_duration_s then\n    raise exception 'Releases every % seconds do not fit a stream of % seconds.', p_interval_s, trim_scale(v_duration_s)\n      using errcode = 'GH400', constraint = 'stream_interval', column = 'releaseIntervalS',\n        hint = 'The interval is 60 seconds or more, and not longer than the stream.';\n  end if;\n  v_stream.total_amount := coalesce(p_total, v_task.amount);\n  -- Streams that have ended count with what they paid, which is in paid_amount.\n  select coalesce(sum(s.remaining_amount), 0) into v_promised\n  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');\n  if v_stream.total_amount > v_task.amount - v_task.paid_amount - v_promised then\n    raise exception 'A stream of % is more than what task % has left.', trim_scale(v_stream.total_amount), p_task\n      using errcode = 'GH409', constraint = 'above_task_amount', column = 'totalAmount',\n        detail = jsonb_build_object('left', trim_scale(v_task.amount - v_task.paid_amount - v_promised)::text)::text,\n        hint = 'All streams of a task together pay its amount at most.';\n  end if;\n  v_free := v_task.escrowed_amount - :schema.promised_escrow(p_task);\n  v_stream.funded_amount := least(v_stream.total_amount, v_free);\n  insert into :schema.streams (task_id, platform_id, worker_id, contract_address, start_time, end_time, total_amount,\n    funded_amount, release_interval, fee_bps, status, next_release_at)\n  select p_task, v_task.platform_id, v_task.worker_id, p_contract, v_stream.start_time, v_stream.end_time,\n    v_stream.total_amount, v_stream.funded_amount, p_interval_s, p.fee_bps,\n    case when v_stream.funded_amount > 0 then 'active' else 'insolvent' end,\n    case when v_stream.funded_amount > 0 then v_stream.end_time end\n  from :schema.platforms p where p.id = v_task.platform_id\n  returning * into v_stream;\n  update :schema.streams s set next_release_at = :schema.stream_next_release_at(s, s.start_time)\n  where s.id = v_stream.id and s.status = 'active';\n  select * into v_stream from :schema.streams s where s.id = v_stream.id;\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'created', 'stream', v_stream.id,\n    jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text,\n      'funded', trim_scale(v_stream.funded_amount)::text, 'startTime', v_stream.start_time, 'endTime', v_stream.end_time,\n      'releaseIntervalS', p_interval_s),\n    array[v_stream.worker_id, v_stream.platform_id]);\n  if v_stream.status = 'insolvent' then\n    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'insolvent', 'stream', v_stream.id,\n      jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text, 'released', '0'),\n      array[v_stream.worker_id, v_stream.platform_id]);\n  end if;\n  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));\nend\n",
  "function create_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_platform text, p_worker text, p_external text, p_type text, p_amount numeric, p_escrow numeric, p_title text, p_description text, p_metadata jsonb, p_scheduled_at timestamp with time zone, p_due_at timestamp with time zone, p_hold_until timestamp with time zone, p_begun boolean, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_escrow numeric := coalesce(p_escrow, p_amount);\n  v_task :schema.tasks;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  perform :schema.check_parties(p_actor_kind, p_actor_id, p_platform, p_worker);\n  if v_escrow > p_amount then\n    raise exception 'Escrow of % is more than the amount of %.', p_escrow, p_amount\n      using errcode = 'GH400', column = 'escrow', hint = 'Set aside the amount or less of it.';\n  end if;\n  insert into :schema.tasks (platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title, description,\n    metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)\n  values (p_platform, p_worker, p_external, p_type, p_amount, v_escrow, p_title, p_description, p_metadata,\n    p_scheduled_at, p_due_at, p_hold_until, case when p_begun then 'active' else 'pending' end,\n    case when p_begun then v_at end, v_at)\n  on conflict (platform_id, external_id) do nothing\n  returning * into v_task;\n  if not found then\n    select * into v_task from :schema.tasks where platform_id = p_platform and external_id = p_external;\n    if not :schema.same_task(v_task, p_worker, p_type, p_amount, v_escrow, p_title, p_description, p_metadata,\n      p_scheduled_at, p_due_at, p_hold_until) then\n      raise exception 'Platform % posted task \"%\" before with other content.', p_platform, p_external\n        using errcode = 'GH409', constraint = 'external_id_reused', column = 'externalId',\n          detail = jsonb_build_object('id', v_task.id)::text, hint = 'Use an id of its own for each task.';\n    end if;\n    return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\n  end if;\n  perform :schema.move_money(array['task ' || v_task.id || ' escrow'], array['platform:' || p_platform],\n    array['escrow:' || p_platform], array[v_escrow], v_task.id, p_wide);\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'create_task', 'task', v_task.id,\n    jsonb_build_object('task_type', p_type, 'amount', trim_scale(p_amount)::text)\n      || case when p_begun then '{\"begun\": true}' else '{}' end::jsonb,\n    array_remove(array[p_worker, p_platform], null));\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function create_tasks(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_tasks jsonb, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_bad record;\n  v_made text[];\n  v_platforms text[];\n  v_escrows numeric[];\nbegin\n  if v_answer is not null then return v_answer; end if;\n  perform :schema.check_parties(p_actor_kind, p_actor_id, l.platform_id, l.worker_id)\n  from (\n    select distinct r.platform_id, r.worker_id\n    from jsonb_to_recordset(p_tasks) as r(platform_id text, worker_id text)\n  ) as l;\n  select l.place, l.escrow, l.amount into v_bad\n  from jsonb_to_recordset(p_tasks) as l(place integer, amount numeric, escrow numeric)\n  where l.escrow > l.amount\n  order by l.place limit 1;\n  if found then\n    raise exception 'Escrow of % is more than the amount of %.', v_bad.escrow, v_bad.amount\n      using errcode = 'GH400', column = 'tasks.' || v_bad.place || '.escrow', hint = 'Set aside the amount or less of it.';\n  end if;\n  -- In one order always, so that two lists with the same tasks wait for each other in a line.\n  with made as (\n    insert into :schema.tasks (id, platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title,\n      description, metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)\n    select l.id, l.platform_id, l.worker_id, l.external_id, l.task_type, l.amount, coalesce(l.escrow, l.amount), l.title,\n      l.description, l.metadata, l.scheduled_at, l.due_at, l.hold_until,\n      case when l.begun then 'active' else 'pending' end, case when l.begun then v_at end, v_at\n    from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, worker_id text, external_id text,\n      task_type text, amount numeric, escrow numeric, title text, description text, metadata jsonb,\n      scheduled_at timestamptz, due_at timestamptz, hold_until timestamptz, begun boolean)\n    order by l.platform_id, l.external_id, l.place\n    on conflict (platform_id, external_id) do nothing\n    returning id, platform_id, escrowed_amount\n  )\n  select array_agg(m.id order by m.id), array_agg(m.platform_id order by m.id), array_agg(m.escrowed_amount::numeric order by m.id)\n  into v_made, v_platforms, v_escrows\n  from made m;\n  if v_made is not null then\n    perform :schema.move_money(\n      (select array_agg('task ' || u.id || ' escrow' order by u.place) from unnest(v_made) with ordinality as u(id, place)),\n      (select array_agg('platform:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),\n      (select array_agg('escrow:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),\n      v_escrows, 'create_tasks', p_wide);\n    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'create_task', 'task', t.id,\n      jsonb_build_object('task_type', t.task_type, 'amount', trim_scale(t.amount)::text)\n        || case when t.status = 'active' then '{\"begun\": true}' else '{}' end::jsonb,\n      array_remove(array[t.worker_id, t.platform_id], null))\n    from :schema.tasks t where t.id = any (v_made);\n  end if;\n  -- What was posted before, or twice in this list, must be the same.\n  select l.place, l.platform_id, l.external_id, t.id into v_bad\n  from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, worker_id text, external_id text,\n    task_type text, amount numeric, escrow numeric, title text, description text, metadata jsonb,\n    scheduled_at timestamptz, due_at timestamptz, hold_until timestamptz)\n  join :schema.tasks t on t.platform_id = l.platform_id and t.external_id = l.external_id\n  where t.id <> l.id and not :schema.same_task(t, l.worker_id, l.task_type, l.amount, coalesce(l.escrow, l.amount),\n    l.title, l.description, l.metadata, l.scheduled_at, l.due_at, l.hold_until)\n  order by l.place limit 1;\n  if found then\n    raise exception 'Platform % posted task \"%\" before with other content.', v_bad.platform_id, v_bad.external_id\n      using errcode = 'GH409', constraint = 'external_id_reused', column = 'tasks.' || v_bad.place || '.externalId',\n        detail = jsonb_build_object('id', v_bad.id)::text, hint = 'Use an id of its own for each task.';\n  end if;\n  select jsonb_agg(:schema.task_json(t) order by l.place) into v_answer\n  from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, external_id text)\n  cross join lateral (\n    select k.* from :schema.tasks k where k.id = l.id\n    union all\n    select k.* from :schema.tasks k\n    where k.platform_id = l.platform_id and k.external_id = l.external_id and k.id <> l.id\n  ) as t;\n  return :schema.end_once(p_account, p_key, v_answer);\nend\n",
  "function default_overdue_loans(p_penalty integer, p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_loan :schema.loans;\n  v_count integer := 0;\nbegin\n  for v_loan in\n    select * from :schema.loans\n    where status in ('disbursed', 'repaying') and repayment_due < statement_timestamp()\n    order by repayment_due, id\n    limit p_limit\n    for no key update skip locked\n  loop\n    update :schema.loans set status = 'defaulted', defaulted_at = clock_timestamp(), updated_at = clock_timestamp()\n    where id = v_loan.id;\n    insert into :schema.reputation_events (worker_id, event_type, requested_delta, delta, previous_score, new_score,\n      reason, related_id)\n    values (v_loan.worker_id, 'penalty', p_penalty, 0, 0, 0, 'Advance not repaid in time', v_loan.id);\n    perform :schema.record_action('system', null, null, 'defaulted', 'loan', v_loan.id,\n      jsonb_build_object('workerId', v_loan.worker_id, 'penalty', p_penalty,\n        'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[v_loan.worker_id]);\n    v_count := v_count + 1;\n  end loop;\n  return v_count;\nend\n",
  "function deposit_funds(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_platform text, p_amount numeric, p_rail text, p_reference text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.transactions;\n  v_ids bigint[];\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\nbegin\n  if v_answer is not null then return v_answer; end if;\n  if not exists (select from :schema.platforms where id = p_platform) then\n    raise exception 'Platform not found' using errcode = 'GH404', constraint = 'platform_not_found',\n      column = 'platformId', detail = jsonb_build_object('platformId', p_platform)::text,\n      hint = 'Register it first.';\n  end if;\n  -- A reference that another call is just using is waited for; then its deposit is found.\n  insert into :schema.transactions (platform_id, tx_type, amount, status, rail, rail_reference, processed_at)\n  values (p_platform, 'deposit', p_amount, 'completed', p_rail, p_reference, clock_timestamp())\n  on conflict (rail, rail_reference) where rail_reference is not null do nothing\n  returning * into v_row;\n  if v_row.id is null then\n    select * into v_row from :schema.transactions where rail = p_rail and rail_reference = p_reference;\n    if (v_row.platform_id, v_row.tx_type, v_row.amount) is distinct from (p_platform, 'deposit', p_amount) then\n      raise exception 'The reference \"%\" of % belongs to another movement.', p_reference, p_rail\n        using errcode = 'GH409', constraint = 'reference_used', column = 'reference',\n          hint = 'Each deposit has a reference of its own.';\n    end if;\n    return :schema.end_once(p_account, p_key, :schema.transaction_json(v_row));\n  end if;\n  v_ids := :schema.move_money(array['deposit ' || v_row.id], array['bank'], array['platform:' || p_platform],\n    array[p_amount], v_row.id, p_wide);\n  update :schema.transactions set ledger_transfer_id = v_ids[1] where id = v_row.id returning * into v_row;\n  v_answer := :schema.transaction_json(v_row);\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'complete', 'deposit', v_row.id,\n    jsonb_build_object('platformId', p_platform, 'amount', v_answer ->> 'amount'), array[p_platform]);\n  return :schema.end_once(p_account, p_key, v_answer);\nend\n",
  "function dispute_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_by text, p_reason text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_task :schema.tasks;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task,\n    case when p_by in ('worker', 'platform') then array[p_by] else array[]::text[] end, '{pending,active,completed}');\n  if v_task.worker_id is null then\n    raise exception 'Task % has no worker: there is nobody to dispute with.', p_task\n      using errcode = 'GH409', constraint = 'task_open', column = 'taskId', hint = 'Cancel it.';\n  end if;\n  update :schema.tasks\n  set status = 'disputed', was_disputed = true, disputed_at = clock_timestamp(), updated_at = clock_timestamp()\n  where id = p_task;\n  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason, metadata)\n  values (v_task.worker_id, p_task, 'dispute_filed', 0, 'Dispute filed by the ' || p_by || ': ' || p_reason,\n    jsonb_build_object('by', p_by));\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'dispute_task', 'task', p_task,\n    jsonb_build_object('by', p_by, 'reason', p_reason, 'was', v_task.status), array[v_task.worker_id, v_task.platform_id]);\n  select * into v_task from :schema.tasks where id = p_task;\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function earnings_history(p_worker text)":
    "jsonb sql s set search_path=its own schema, pg_temp as \n  with days as (\n    select (statement_timestamp() at time zone 'UTC')::date as today\n  ), paid as (\n    select w.day, w.earned from :schema.daily_work w where w.worker_id = p_worker and w.payouts > 0\n  )\n  select jsonb_build_object(\n    'last_day', d.today - 1,\n    'first_earning_day', (select min(day) from paid),\n    'daily_sums', (\n      select jsonb_agg(trim_scale(coalesce(p.earned, 0))::text order by g.n desc)\n      from generate_series(1, 30) as g(n) left join paid p on p.day = d.today - g.n\n    )\n  )\n  from days d;\n",
  "function end_calls(p_calls jsonb, p_records jsonb, p_answers jsonb[])":
    "jsonb plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_keys text[];\nbegin\n  if p_records is not null then\n    insert into :schema.audit_logs (id, actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)\n    select coalesce(r.audit_id, c.audit_id), c.actor_kind, c.actor_id, c.request_id, r.action, r.type, r.id, r.metadata\n    from jsonb_to_recordset(p_records) as r(place integer, audit_id text, action text, type text, id text, metadata jsonb)\n    -- By its place, from 1 on: a join would compare every record with every call.\n    cross join lateral jsonb_to_record(p_calls -> (r.place - 1))\n      as c(audit_id text, actor_kind text, actor_id text, request_id text);\n    insert into :schema.outbox (type, subject, audience, payload)\n    select r.event, r.id, a.audience, coalesce(r.payload, r.metadata)\n    from jsonb_to_recordset(p_records) as r(event text, id text, metadata jsonb, payload jsonb, audiences jsonb)\n    cross join lateral jsonb_array_elements_text(r.audiences) as a(audience)\n    where a.audience is not null;\n  end if;\n  if p_answers is not null then\n    v_keys := array(\n      select c.account || ' ' || c.key\n      from jsonb_to_recordset(p_calls) as c(place integer, account text, key text) order by c.place);\n    update :schema.idempotency_keys k\n    set answer = p_answers[array_position(v_keys, k.account || ' ' || k.key)]\n    where k.account = any (array(select c.account from jsonb_to_recordset(p_calls) as c(account text)))\n      and k.key = any (array(select c.key from jsonb_to_recordset(p_calls) as c(key text)))\n      and array_position(v_keys, k.account || ' ' || k.key) is not null;\n  end if;\n  return to_jsonb(p_answers);\nend\n",
  "function end_once(p_account text, p_key text, p_answer jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if p_key is not null then\n    update :schema.idempotency_keys set answer = p_answer where account = p_account and key = p_key;\n  end if;\n  return p_answer;\nend\n",
  "function event_type(p_resource_type text, p_action text)":
    "text sql i as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  -- The trail names what somebody did (create_task), an event what happened to a thing (task.created).\n  select case p_action\n    when 'create_task' then 'task.created'\n    when 'assign_task' then 'task.assigned'\n    when 'claim_task' then 'task.claimed'\n    when 'start_task' then 'task.started'\n    when 'submit_task' then 'task.submitted'\n    when 'complete_task' then 'task.completed'\n    when 'verify_task' then 'task.verified'\n    when 'review_task' then 'task.reviewed'\n    when 'rate_task' then 'task.rated'\n    when 'cancel_task' then 'task.cancelled'\n    when 'dispute_task' then 'task.disputed'\n    when 'resolve_dispute' then 'task.resolved'\n    when 'refund' then 'task.refunded'\n    when 'execute_payment' then 'payment.confirmed'\n    when 'insolvent' then 'stream.exhausted'\n    when 'release_failed' then 'stream.stalled'\n    when 'request_advance' then 'loan.requested'\n    when 'approve_loan' then 'loan.approved'\n    when 'disburse_loan' then 'loan.disbursed'\n    when 'repayment' then 'loan.paid_down'\n    when 'add_reputation' then 'reputation.changed'\n    when 'rotate_webhook_secret' then 'platform.secret_rotated'\n    when 'register' then p_resource_type || '.registered'\n    when 'update' then p_resource_type || '.updated'\n    when 'request' then p_resource_type || '.requested'\n    when 'complete' then p_resource_type || '.completed'\n    when 'fail' then p_resource_type || '.failed'\n    when 'retry' then p_resource_type || '.retried'\n    else p_resource_type || '.' || p_action\n  end;\n",
  "function find_transfer(p_rail text, p_reference text, p_rail_reference text)":
    "jsonb sql s set search_path=its own schema, pg_temp as \n  select jsonb_build_object('id', f.id, 'rail', f.rail, 'status', f.status, 'round', f.round,\n    'is_current', f.round = f.attempts,\n    'reference', f.id || case when f.round > 1 then '-' || f.round else '' end)\n  from (\n    select t.id, t.rail, t.status, t.attempts,\n      case when p_reference = t.id then 1 else substr(p_reference, length(t.id) + 2)::integer end as round\n    from :schema.transactions t\n    where t.id = split_part(p_reference, '-', 1) and p_reference ~ '^[^-]+(-([2-9]|[1-9][0-9]{1,5}))?$'\n      and t.tx_type = 'withdrawal'\n    union all\n    select t.id, t.rail, t.status, t.attempts, t.attempts\n    from :schema.transactions t\n    where p_reference is null and t.rail = p_rail and t.rail_reference = p_rail_reference\n      and t.tx_type = 'withdrawal'\n  ) as f\n  where f.round <= f.attempts;\n",
  "function fold_statistics(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_moved integer;\nbegin\n  -- One at a time: the second waits here, and then finds these rows gone. Writers never take this lock.\n  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));\n  with work as materialized (\n    delete from :schema.work_deltas\n    where id <= (select max(id) from (select id from :schema.work_deltas order by id limit p_limit) as oldest)\n    returning *\n  ), money as materialized (\n    delete from :schema.money_deltas\n    where id <= (select max(id) from (select id from :schema.money_deltas order by id limit p_limit) as oldest)\n    returning *\n  ), kept_workers as materialized (\n    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.\n    select id from :schema.workers where id in (select worker_id from work union select worker_id from money)\n    order by id for key share\n  ), kept_platforms as materialized (\n    select id from :schema.platforms where id in (select platform_id from work union select platform_id from money)\n    order by id for key share\n  ), by_worker as (\n    insert into :schema.worker_statistics as t (worker_id, tasks, pending, active, completed, cancelled, abandoned,\n      disputed, ever_disputed, late, ratings, stars, earned, paid, released, open_amount, last_active_at)\n    select m.worker_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled), sum(m.abandoned),\n      sum(m.disputed), sum(m.ever_disputed), sum(m.late), sum(m.ratings), sum(m.stars), sum(m.earned), sum(m.paid),\n      sum(m.released), sum(m.open_amount), max(m.active_at)\n    from (\n      select worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed, ever_disputed, late, ratings,\n        stars, earned, paid, released, open_amount, active_at\n      from work\n      union all\n      select worker_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, active_at from money\n    ) as m\n    join kept_workers k on k.id = m.worker_id\n    group by 1\n    order by 1\n    on conflict (worker_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,\n      active = t.active + excluded.active, completed = t.completed + excluded.completed,\n      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,\n      disputed = t.disputed + excluded.disputed, ever_disputed = t.ever_disputed + excluded.ever_disputed,\n      late = t.late + excluded.late,\n      ratings = t.ratings + excluded.ratings, stars = t.stars + excluded.stars, earned = t.earned + excluded.earned,\n      paid = t.paid + excluded.paid, released = t.released + excluded.released,\n      open_amount = t.open_amount + excluded.open_amount,\n      last_active_at = greatest(t.last_active_at, excluded.last_active_at), is_stale = true\n  ), by_worker_day as (\n    insert into :schema.worker_days as t (worker_id, day, tasks, completed, payouts, earned)\n    select m.worker_id, m.day, sum(m.tasks), sum(m.completed), sum(m.payouts), sum(m.earned)\n    from (\n      select worker_id, created_day as day, tasks, completed, 0 as payouts, 0 as earned\n      from work\n      where created_day is not null\n      union all\n      select worker_id, paid_day, 0, 0, transactions, amount - fees from money where paid_day is not null\n    ) as m\n    join kept_workers k on k.id = m.worker_id\n    group by 1, 2\n    having (sum(m.tasks), sum(m.completed), sum(m.payouts), sum(m.earned)) <> (0, 0, 0, 0)\n    order by 1, 2\n    on conflict (worker_id, day) do update set tasks = t.tasks + excluded.tasks,\n      completed = t.completed + excluded.completed, payouts = t.payouts + excluded.payouts,\n      earned = t.earned + excluded.earned\n  ), by_worker_type as (\n    insert into :schema.worker_transactions as t (worker_id, tx_type, transactions, amount)\n    select m.worker_id, m.tx_type, sum(m.transactions), sum(m.amount)\n    from money m join kept_workers k on k.id = m.worker_id\n    where m.status = 'completed' and m.asset = 'USDC'\n    group by 1, 2\n    order by 1, 2\n    on conflict (worker_id, tx_type) do update set\n      transactions = t.transactions + excluded.transactions, amount = t.amount + excluded.amount\n  ), by_day as (\n    insert into :schema.transaction_days as t (day, asset, tx_type, status, transactions, amount, fees)\n    select day, asset, tx_type, status, sum(transactions), sum(amount), sum(fees)\n    from money\n    group by 1, 2, 3, 4\n    order by 1, 2, 3, 4\n    on conflict (day, asset, tx_type, status) do update set transactions = t.transactions + excluded.transactions,\n      amount = t.amount + excluded.amount, fees = t.fees + excluded.fees\n  ), pairs as materialized (\n    select m.platform_id, c.worker_id, c.old_tasks, c.new_tasks, c.old_day, c.new_day\n    from (\n      select platform_id, array_agg(worker_id) as workers, array_agg(tasks) as tasks, array_agg(created_day) as days\n      from work\n      where worker_id is not null and tasks <> 0\n      group by 1\n    ) as m\n    join kept_platforms k on k.id = m.platform_id\n    cross join lateral :schema.changed_platform_workers(m.platform_id, m.workers, m.tasks, m.days) as c\n  ), pairs_gone as (\n    delete from :schema.platform_workers t\n    using pairs p\n    where p.new_tasks <= 0 and t.platform_id = p.platform_id and t.worker_id = p.worker_id\n  ), by_pair as (\n    insert into :schema.platform_workers as t (platform_id, worker_id, tasks, last_day)\n    select platform_id, worker_id, new_tasks, new_day from pairs where new_tasks > 0 order by 1, 2\n    on conflict (platform_id, worker_id) do update set tasks = excluded.tasks, last_day = excluded.last_day\n  ), by_activity as (\n    insert into :schema.platform_activity as t (platform_id, day, workers)\n    select m.platform_id, m.day, sum(m.workers)\n    from (\n      select platform_id, old_day as day, -1 as workers from pairs where old_day is distinct from new_day\n      union all\n      select platform_id, new_day, 1 from pairs where old_day is distinct from new_day\n    ) as m\n    where m.day is not null\n    group by 1, 2\n    having sum(m.workers) <> 0\n    order by 1, 2\n    on conflict (platform_id, day) do update set workers = t.workers + excluded.workers\n  ), by_platform as (\n    insert into :schema.platform_statistics as t (platform_id, tasks, pending, active, completed, cancelled, abandoned,\n      disputed, timed, seconds, payouts, payout_amount, fees, unique_workers)\n    select m.platform_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled),\n      sum(m.abandoned), sum(m.disputed), sum(m.timed), sum(m.seconds), sum(m.payouts), sum(m.payout_amount), sum(m.fees),\n      sum(m.unique_workers)\n    from (\n      select platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed, timed, seconds,\n        0 as payouts, 0 as payout_amount, 0 as fees, 0 as unique_workers\n      from work\n      union all\n      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, transactions, amount, fees, 0\n      from money\n      where tx_type = 'payout' and status = 'completed' and asset = 'USDC'\n      union all\n      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (new_tasks > 0)::integer - (old_tasks > 0)::integer\n      from pairs\n    ) as m\n    join kept_platforms k on k.id = m.platform_id\n    group by 1\n    order by 1\n    on conflict (platform_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,\n      active = t.active + excluded.active, completed = t.completed + excluded.completed,\n      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,\n      disputed = t.disputed + excluded.disputed, timed = t.timed + excluded.timed, seconds = t.seconds + excluded.seconds,\n      payouts = t.payouts + excluded.payouts, payout_amount = t.payout_amount + excluded.payout_amount,\n      fees = t.fees + excluded.fees, unique_workers = t.unique_workers + excluded.unique_workers,\n      brought_on = '-infinity'\n  )\n  select greatest((select count(*) from work), (select count(*) from money)) into v_moved;\n  return v_moved;\nend\n",
  "function guard_status()":
    "trigger plpgsql v as \n-- There is no search_path setting: no name is searched for, and the setting would cost each step.\nbegin\n  if (tg_table_name, old.status, new.status) in (\n    ('tasks', 'pending', 'active'), ('tasks', 'pending', 'cancelled'), ('tasks', 'pending', 'disputed'),\n    ('tasks', 'active', 'completed'), ('tasks', 'active', 'cancelled'), ('tasks', 'active', 'disputed'),\n    ('tasks', 'active', 'pending'), ('tasks', 'completed', 'disputed'),\n    ('tasks', 'disputed', 'active'), ('tasks', 'disputed', 'completed'), ('tasks', 'disputed', 'cancelled'),\n    ('streams', 'active', 'paused'), ('streams', 'active', 'insolvent'), ('streams', 'active', 'completed'),\n    ('streams', 'active', 'cancelled'), ('streams', 'paused', 'active'), ('streams', 'paused', 'cancelled'),\n    ('streams', 'paused', 'insolvent'), ('streams', 'insolvent', 'active'), ('streams', 'insolvent', 'paused'),\n    ('streams', 'insolvent', 'cancelled'), ('streams', 'paused', 'completed'), ('streams', 'insolvent', 'completed'),\n    ('loans', 'pending', 'approved'), ('loans', 'pending', 'cancelled'), ('loans', 'approved', 'disbursed'),\n    ('loans', 'approved', 'cancelled'), ('loans', 'disbursed', 'repaying'), ('loans', 'disbursed', 'repaid'),\n    ('loans', 'disbursed', 'defaulted'), ('loans', 'repaying', 'repaid'), ('loans', 'repaying', 'defaulted'),\n    ('loans', 'defaulted', 'repaid'), ('loans', 'defaulted', 'written_off'), ('loans', 'written_off', 'repaid'),\n    ('transactions', 'pending', 'processing'), ('transactions', 'pending', 'completed'),\n    ('transactions', 'pending', 'failed'), ('transactions', 'pending', 'cancelled'),\n    ('transactions', 'processing', 'completed'), ('transactions', 'processing', 'failed'),\n    ('transactions', 'failed', 'processing')\n  ) then\n    return new;\n  end if;\n  raise exception 'A % that is % cannot become %.', rtrim(tg_table_name, 's'), old.status, new.status\n    using errcode = 'GH409', constraint = rtrim(tg_table_name, 's') || '_status', column = 'status',\n      detail = jsonb_build_object('id', old.id, 'from', old.status, 'to', new.status)::text,\n      hint = 'Read it again: somebody may have changed it meanwhile.';\nend\n",
  "function guard_wallet_proof()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if tg_op = 'UPDATE' then\n    if (new.wallet_address, new.wallet_verified_at) is not distinct from (old.wallet_address, old.wallet_verified_at) then\n      return new;\n    end if;\n    if new.wallet_verified_at = old.wallet_verified_at then\n      -- The proof was of another address.\n      new.wallet_verified_at := null;\n      return new;\n    end if;\n  end if;\n  -- Of this transaction: an older proof must not be put back.\n  if exists (\n    select from :schema.wallet_challenges c\n    where c.worker_id = new.id and c.address = new.wallet_address and c.used_at = new.wallet_verified_at\n      and c.used_at >= date_trunc('milliseconds', transaction_timestamp())\n  ) then\n    return new;\n  end if;\n  raise exception 'The wallet of worker % was not proven.', new.id\n    using errcode = 'GH403', constraint = 'wallet_unproven', column = 'walletAddress',\n      detail = jsonb_build_object('workerId', new.id)::text,\n      hint = 'Only link_wallet sets wallet_verified_at, with a challenge that the worker has signed.';\nend\n",
  "function halt_streams(p_actor_type text, p_actor_id text, p_request_id text, p_task text, p_stream text, p_status text, p_wide boolean)":
    "numeric plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_now constant timestamptz := clock_timestamp();\n  v_ids text[];\n  v_released numeric;\n  v_stream record;\nbegin\n  assert p_status in ('paused', 'cancelled'), 'streams are halted by a pause or for good';\n  v_ids := array(\n    select s.id from :schema.streams s\n    where s.task_id = p_task and s.id = coalesce(p_stream, s.id)\n      and s.status in ('active', 'insolvent', case when p_status = 'cancelled' then 'paused' end)\n    order by s.id for no key update\n  );\n  select coalesce(sum(r.amount), 0) into v_released\n  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, v_ids, null, v_now, p_wide) as r;\n  for v_stream in\n    update :schema.streams s\n    set status = p_status, next_release_at = null,\n      -- One that ran out of money has earned nothing since.\n      paused_at = case when p_status = 'paused' then least(v_now, :schema.stream_runs_out_at(s)) end,\n      cancelled_at = case when p_status = 'cancelled' then v_now end, updated_at = v_now\n    where s.id = any (v_ids) and s.status in ('active', 'insolvent', 'paused')\n    returning s.id, s.task_id, s.worker_id, s.platform_id, s.released_amount, s.funded_amount\n  loop\n    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, p_status, 'stream', v_stream.id,\n      jsonb_build_object('taskId', v_stream.task_id, 'released', trim_scale(v_stream.released_amount)::text,\n        'unreleased', trim_scale(v_stream.funded_amount - v_stream.released_amount)::text),\n      array[v_stream.worker_id, v_stream.platform_id]);\n  end loop;\n  return v_released;\nend\n",
  "function hold_refusal(p_task tasks)":
    "jsonb plpgsql s as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each payment.\nbegin\n  if p_task.hold_until > clock_timestamp() then\n    return jsonb_build_object('state', 'GH409',\n      'message', format('Task %s is held until %s.', p_task.id, to_char(p_task.hold_until at time zone 'UTC',\n        'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')),\n      'reason', 'task_held', 'details', jsonb_build_object('taskId', p_task.id, 'holdUntil', p_task.hold_until),\n      'hint', 'It is paid by itself when that time has come and it is approved.');\n  end if;\n  if p_task.verification_status in ('flagged', 'rejected') then\n    return jsonb_build_object('state', 'GH409',\n      'message', format('Task %s is %s.', p_task.id, p_task.verification_status), 'reason', 'not_verified',\n      'details', jsonb_build_object('taskId', p_task.id, 'verificationStatus', p_task.verification_status),\n      'hint', 'Approve it first.');\n  end if;\n  if exists (\n    select from :schema.streams s where s.task_id = p_task.id and s.status in ('active', 'paused', 'insolvent')\n  ) then\n    return jsonb_build_object('state', 'GH409', 'message', format('Task %s is being paid by a stream.', p_task.id),\n      'reason', 'task_streaming', 'details', jsonb_build_object('taskId', p_task.id),\n      'hint', 'Wait for its end, or cancel it.');\n  end if;\n  return null;\nend\n",
  "function import_chain_transactions(p_rows jsonb)":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_made text[];\nbegin\n  with made as (\n    insert into :schema.chain_transactions (tx_hash, block_number, position, from_address, to_address, value, gas_used,\n      fee, status, at)\n    select d.tx_hash, d.block_number, d.position, d.from_address, d.to_address, d.value, d.gas_used, d.fee, d.status, d.at\n    from jsonb_to_recordset(p_rows) as d(tx_hash text, block_number bigint, position integer, from_address text,\n      to_address text, value numeric, gas_used bigint, fee numeric, status text, at timestamptz)\n    order by d.tx_hash\n    on conflict (tx_hash) do nothing\n    returning tx_hash\n  )\n  select array_agg(m.tx_hash) into v_made from made m;\n  -- Transfers that came in before: a log proves that its transaction went through, so only the fee is new.\n  update :schema.transactions t\n  set metadata = t.metadata || jsonb_build_object('chainFee', c.fee::text), updated_at = clock_timestamp()\n  from :schema.chain_transactions c\n  where c.tx_hash = any (v_made) and t.tx_hash = c.tx_hash and t.rail = 'ethereum';\n  return coalesce(cardinality(v_made), 0);\nend\n",
  "function import_platform(p_actor_kind text, p_actor_id text, p_request_id text, p_name text, p_email text)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_id text;\nbegin\n  -- The unique login is the guard: of two imports that start at once the second waits here and then finds it.\n  insert into :schema.accounts (id, kind, login, roles)\n  values (:schema.new_id('plt'), 'platform', p_email, '{platform}')\n  on conflict (login) do nothing\n  returning id into v_id;\n  if v_id is null then\n    select p.id into v_id from :schema.platforms p where p.contact_email = p_email;\n    return v_id;\n  end if;\n  insert into :schema.platforms (id, name, contact_email, fee_bps, metadata)\n  values (v_id, p_name, p_email, 0, '{\"imported\": true}');\n  perform :schema.open_books('platform', v_id);\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'register', 'platform', v_id,\n    jsonb_build_object('login', p_email), array[v_id]);\n  return v_id;\nend\n",
  "function import_reputation(p_made text[], p_tasks jsonb, p_places integer[], p_workers text[])":
    "void sql v set search_path=its own schema, pg_temp as \n  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, rating, reason, created_at)\n  select s.worker, t.id, e.type, e.delta, e.rating, e.reason, t.completed_at\n  from :schema.tasks t\n  join jsonb_to_recordset(p_tasks) as d(place integer, external_id text, points integer, rating smallint, penalty integer)\n    on d.external_id = t.external_id\n  join unnest(p_places, p_workers) as s(task, worker) on s.task = d.place\n  cross join lateral (values\n    (1, 'task_completed', d.points, null::smallint, 'Completed \"' || left(coalesce(t.title, t.id), 200) || '\"'),\n    (2, 'rating_received', (d.rating - 3) * 5, d.rating, 'Rated ' || d.rating || ' of 5'),\n    (3, 'penalty', -d.penalty, null, 'The platform marked the work as tainted')\n  ) as e(place, type, delta, rating, reason)\n  where t.id = any (p_made) and e.delta is not null\n  -- In one order of workers: two imports that meet at the same rows wait for each other in a line.\n  order by s.worker, t.completed_at, t.id, e.place;\n",
  "function import_tasks(p_actor_kind text, p_actor_id text, p_request_id text, p_import text, p_platform text, p_rows_done bigint, p_fund boolean, p_tasks jsonb, p_shares jsonb)":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_now constant timestamptz(3) := clock_timestamp();\n  v_made text[];\n  v_keys text[];\n  v_amounts numeric[];\n  v_places integer[];\n  v_owners text[];\n  v_parts numeric[];\n  v_tasks text[];\n  v_workers text[];\n  -- A penalty is the house's: what a platform says of its own tasks costs nobody points until a dispute is resolved.\n  v_tasks_told constant jsonb := case when p_actor_kind not in ('worker', 'platform') then p_tasks\n    else (select jsonb_agg(t - 'penalty') from jsonb_array_elements(p_tasks) as t) end;\nbegin\n  perform :schema.import_workers(p_actor_kind, p_actor_id, p_request_id, array_agg(s.email), array_agg(s.name))\n  from jsonb_to_recordset(p_shares) as s(worker text, email text, name text)\n  where s.worker is null;\n  select array_agg(s.task order by s.place), array_agg(coalesce(k.id, m.id) order by s.place),\n    array_agg(s.amount order by s.place)\n  into v_places, v_owners, v_parts\n  from jsonb_to_recordset(p_shares) as s(place integer, task integer, worker text, email text, amount numeric)\n  left join :schema.workers k on k.id = s.worker\n  left join :schema.workers m on m.email = s.email;\n\n  -- What the platform posted before under the same id stays as it is.\n  with made as (\n    insert into :schema.tasks (platform_id, worker_id, external_id, amount, escrowed_amount, status, title, description,\n      metadata, verification_data, verification_status, verified_by, worker_rating, hold_until, started_at, completed_at,\n      created_at, updated_at)\n    select p_platform, w.id, t.external_id, t.amount, case when t.verification = 'rejected' then 0 else t.amount end,\n      'completed', t.title, t.description, t.metadata || jsonb_build_object('importId', p_import), t.verification_data,\n      t.verification, case when t.verification <> 'pending' then 'manual' end, t.rating, t.hold_until,\n      coalesce(t.started_at, v_now), coalesce(t.completed_at, v_now), coalesce(t.started_at, v_now), v_now\n    from jsonb_to_recordset(p_tasks) as t(place integer, external_id text, amount numeric, title text, description text,\n      metadata jsonb, verification_data jsonb, verification text, rating smallint, hold_until timestamptz,\n      started_at timestamptz, completed_at timestamptz)\n    join (\n      select distinct on (u.task) u.task, u.id\n      from unnest(v_places, v_owners) with ordinality as u(task, id, place) order by u.task, u.place\n    ) as w on w.task = t.place\n    order by t.external_id\n    on conflict (platform_id, external_id) do nothing\n    returning id, escrowed_amount\n  )\n  select array_agg(m.id order by m.id), array_agg('task ' || m.id || ' escrow' order by m.id),\n    array_agg(m.escrowed_amount::numeric order by m.id)\n  into v_made, v_keys, v_amounts\n  from made m;\n  if v_made is null then return 0; end if;\n\n  if p_fund then\n    perform :schema.deposit_funds(p_actor_kind, p_actor_id, p_request_id, null, null, null, null, p_platform, s.amount,\n      'ledger', 'import ' || p_import || ' row ' || p_rows_done, true)\n    from (select sum(a) as amount from unnest(v_amounts) as a) as s where s.amount > 0;\n  end if;\n  perform :schema.move_money(v_keys, array_fill('platform:' || p_platform, array[cardinality(v_keys)]),\n    array_fill('escrow:' || p_platform, array[cardinality(v_keys)]), v_amounts, 'import ' || p_import, true);\n\n  -- Held ones are paid by release_holds, rejected ones by nobody.\n  select array_agg(t.id order by s.place), array_agg(s.worker order by s.place), array_agg(s.amount order by s.place)\n  into v_tasks, v_workers, v_amounts\n  from :schema.tasks t\n  join jsonb_to_recordset(p_tasks) as d(place integer, external_id text) on d.external_id = t.external_id\n  join unnest(v_places, v_owners, v_parts) with ordinality as s(task, worker, amount, place) on s.task = d.place\n  where t.id = any (v_made) and t.hold_until is null and t.verification_status = 'approved' and s.amount > 0;\n  if v_tasks is not null then\n    perform :schema.post_payouts(p_actor_kind, p_actor_id, p_request_id, v_tasks, v_workers, v_amounts,\n      jsonb_build_object('importId', p_import), true);\n  end if;\n  perform :schema.import_reputation(v_made, v_tasks_told, v_places, v_owners);\n  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)\n  values (p_actor_kind, p_actor_id, p_request_id, 'import_tasks', 'import', p_import,\n    jsonb_build_object('platformId', p_platform, 'tasks', cardinality(v_made), 'payouts', coalesce(cardinality(v_tasks), 0),\n      'penalties', (\n        select count(*) from :schema.tasks t\n        join jsonb_to_recordset(v_tasks_told) as d(place integer, external_id text, penalty integer)\n          on d.external_id = t.external_id\n        join unnest(v_places) as s(task) on s.task = d.place\n        where t.id = any (v_made) and d.penalty is not null)));\n  return cardinality(v_made);\nend\n",
  "function import_transfers(p_import text, p_transfers jsonb)":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_made bigint;\nbegin\n  -- Our books stay as they are: this money moved elsewhere. A failed transaction of the chain moved nothing.\n  insert into :schema.transactions (asset, tx_hash, log_index, tx_type, amount, status, from_address, to_address, rail,\n    block_number, error_message, metadata, processed_at, created_at)\n  select d.asset, d.tx_hash, d.log_index, 'transfer', d.amount, coalesce(c.status, 'completed'), d.from_address,\n    d.to_address, 'ethereum', d.block_number, case when c.status = 'failed' then 'The chain reverted it.' end,\n    d.metadata || jsonb_build_object('importId', p_import)\n      || case when c.tx_hash is null then '{}' else jsonb_build_object('chainFee', c.fee::text) end,\n    d.at, d.at\n  from jsonb_to_recordset(p_transfers) as d(asset text, tx_hash text, log_index integer, amount numeric,\n    from_address text, to_address text, block_number bigint, metadata jsonb, at timestamptz)\n  left join :schema.chain_transactions c on c.tx_hash = d.tx_hash\n  order by d.tx_hash, d.log_index\n  on conflict (tx_hash, log_index) where tx_hash is not null do nothing;\n  get diagnostics v_made = row_count;\n  return v_made;\nend\n",
  "function import_workers(p_actor_kind text, p_actor_id text, p_request_id text, p_emails text[], p_names text[])":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_made text[];\nbegin\n  -- In one order always: two imports with the same workers wait for each other in a line.\n  with wanted as (\n    select distinct on (g.email) g.email, g.name, :schema.new_id('wrk') as id\n    from unnest(p_emails, p_names) as g(email, name)\n    where not exists (select from :schema.accounts a where a.login = g.email)\n    order by g.email\n  ), account as (\n    insert into :schema.accounts (id, kind, login, roles)\n    select w.id, 'worker', w.email, '{worker}' from wanted w order by w.email\n    on conflict (login) do nothing\n    returning id, login\n  ), made as (\n    insert into :schema.workers (id, name, email, metadata)\n    select a.id, w.name, a.login, '{\"imported\": true}' from account a join wanted w on w.id = a.id\n    returning id\n  )\n  select array_agg(m.id order by m.id) into v_made from made m;\n  if v_made is null then return 0; end if;\n  perform :schema.open_books('worker', u.id) from unnest(v_made) as u(id);\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'register', 'worker', w.id,\n    jsonb_build_object('login', w.email), array[w.id])\n  from :schema.workers w where w.id = any (v_made) order by w.id;\n  return cardinality(v_made);\nend\n",
  "function ledger_balance_at(p_account bigint, p_at timestamp with time zone)":
    "numeric plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_now numeric;\n  v_side text;\n  v_unit numeric;\nbegin\n  -- Who is posting now has taken its time already and is waited for; who posts afterwards takes a later one. So the\n  -- answer for a moment that has passed never changes any more.\n  perform 1 from :schema.ledger_balances where account_id = p_account order by slot for share;\n  select a.normal_side, s.unit into v_side, v_unit\n  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id\n  where a.id = p_account;\n  select sum(debits - credits) into v_now from :schema.ledger_balances where account_id = p_account;\n  -- From today backwards, because people mostly ask for what was lately.\n  v_now := v_now - coalesce((\n    select sum(case when t.debit_account = p_account then t.amount else -t.amount end)\n    from (\n      select * from :schema.ledger_transfers where debit_account = p_account\n      union all\n      select * from :schema.ledger_transfers where credit_account = p_account\n    ) as t\n    where t.kind in (1, 3) and t.at > p_at\n  ), 0);\n  return v_now * v_unit * case v_side when 'debit' then 1 else -1 end;\nend\n",
  "function ledger_broken_seals(p_from bigint, p_until bigint)":
    "TABLE(number bigint, up_to bigint, problem text) sql s set search_path=its own schema, pg_temp as \n  with chained as (\n    select s.number, s.up_to, s.transfers, s.digest, s.hash,\n      lag(s.number, 1, 0::bigint) over w as number_before, lag(s.up_to, 1, 0::bigint) over w as up_to_before,\n      lag(s.hash, 1, sha256(convert_to('ledger', 'UTF8'))) over w as hash_before\n    from :schema.ledger_seals s\n    where s.number between p_from - 1 and p_until\n    window w as (order by s.number)\n  )\n  select c.number, c.up_to, case\n      when c.number <> c.number_before + 1 then 'A seal before it is missing.'\n      when c.hash <> sha256(c.hash_before || c.digest || int8send(c.number) || int8send(c.up_to))\n      then 'The chain does not continue here: this seal or the one before it was changed.'\n      else 'Transfers that it covers were changed, added, taken away or put in another order.'\n    end\n  from chained c\n  where c.number >= p_from\n    and (c.number <> c.number_before + 1\n      or c.hash <> sha256(c.hash_before || c.digest || int8send(c.number) || int8send(c.up_to))\n      or c.transfers <> (\n        select count(*) from :schema.ledger_transfers t where t.id > c.up_to_before and t.id <= c.up_to)\n      or c.digest is distinct from sha256(convert_to(:schema.ledger_seal_rows(c.up_to_before, c.up_to), 'UTF8')));\n",
  "function ledger_change_account(p_code text, p_min numeric, p_max numeric, p_slots smallint, p_closed boolean)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_account record;\n  v_free numeric;\n  v_full numeric;\nbegin\n  select a.*, s.factor into v_account\n  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id\n  where a.code = p_code\n  for no key update of a;\n  if not found then return 'unknown'; end if;\n  perform 1 from :schema.ledger_balances where account_id = v_account.id order by slot for no key update;\n  select\n    sum(case v_account.normal_side when 'debit' then debits - credits - held_credits else credits - debits - held_debits end),\n    sum(case v_account.normal_side when 'debit' then debits - credits + held_debits else credits - debits + held_credits end)\n  into v_free, v_full\n  from :schema.ledger_balances where account_id = v_account.id;\n  if v_free < p_min * v_account.factor or v_full > p_max * v_account.factor then return 'outside'; end if;\n  if p_closed and (v_free <> 0 or v_full <> 0) then return 'not_empty'; end if;\n  if p_slots < v_account.slots then return 'fewer_slots'; end if;\n  update :schema.ledger_accounts\n  set min_balance = p_min * v_account.factor, max_balance = p_max * v_account.factor,\n    slots = coalesce(p_slots, slots),\n    closed_at = case when p_closed then coalesce(closed_at, clock_timestamp()) end\n  where id = v_account.id;\n  insert into :schema.ledger_balances (account_id, asset_id, slot)\n  select v_account.id, v_account.asset_id, s.slot\n  from generate_series(v_account.slots, coalesce(p_slots, v_account.slots) - 1) as s(slot);\n  -- Each slot keeps its part of the limits by itself, which holds only from equal parts on.\n  perform :schema.ledger_level_slots(array[v_account.id]);\n  return 'changed';\nend\n",
  "function ledger_check_accounts()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_transfer bigint;\nbegin\n  -- Each look-up is lateral with a limit, so that it is planned as one by key and not as a join of whole tables.\n  select n.id into v_transfer\n  from added n\n  left join lateral (\n    select true as found from :schema.ledger_balances b\n    where b.account_id = n.debit_account and b.asset_id = n.asset_id and b.slot = n.debit_slot limit 1\n  ) as d on true\n  left join lateral (\n    select true as found from :schema.ledger_balances b\n    where b.account_id = n.credit_account and b.asset_id = n.asset_id and b.slot = n.credit_slot limit 1\n  ) as c on true\n  where d.found is null or c.found is null\n  limit 1;\n  if found then\n    raise exception 'Transfer % is between accounts that are not there, or not of its asset.', v_transfer\n      using errcode = 'foreign_key_violation', table = 'ledger_transfers',\n        constraint = 'ledger_transfers_accounts_known', hint = 'Post with ledger_post.';\n  end if;\n  return null;\nend\n",
  "function ledger_decide(p_outcomes text[], p_kinds smallint[], p_holds bigint[], p_links integer[], p_debits bigint[], p_credits bigint[], p_debit_slots smallint[], p_credit_slots smallint[], p_debit_raises boolean[], p_credit_raises boolean[], p_amounts numeric[], p_held numeric[], p_debit_parts smallint[], p_credit_parts smallint[], p_debit_least numeric[], p_credit_least numeric[], p_debit_most numeric[], p_credit_most numeric[], p_cells bigint[], p_low numeric[], p_high numeric[], p_cell_slots smallint[], p_wide boolean, OUT outcomes text[], OUT short_of bigint[], OUT available numeric[])":
    "record plpgsql i as \n-- There is no search_path setting: nothing below has a schema, and ledger_post has set one.\ndeclare\n  v_count constant integer := cardinality(p_outcomes);\n  v_kind smallint;\n  v_wide integer;\n  v_debit integer;\n  v_credit integer;\n  v_amount numeric;\n  v_held numeric;\n  v_debit_low numeric;\n  v_debit_high numeric;\n  v_credit_low numeric;\n  v_credit_high numeric;\n  -- What the group has done so far, to take it back.\n  v_from integer := 1;\n  v_failed boolean := false;\n  v_known boolean;\n  v_undo_cells integer[] := '{}';\n  v_undo_low numeric[] := '{}';\n  v_undo_high numeric[] := '{}';\n  v_ended bigint[] := '{}';\n  v_ended_before bigint[] := '{}';\nbegin\n  outcomes := p_outcomes;\n  short_of := array_fill(null::bigint, array[v_count]);\n  available := array_fill(null::numeric, array[v_count]);\n  for i in 1 .. v_count loop\n    -- Neighbours with one link number stand or fall together, and were all posted before or none was.\n    if i = 1 or p_links[i] is null or p_links[i] is distinct from p_links[i - 1] then\n      -- Inside its group a hold stays ended also when the group falls: who ends it twice there is told so.\n      if v_failed and p_links[i - 1] is not null then v_ended := v_ended_before; end if;\n      v_from := i;\n      v_failed := false;\n      v_known := null;\n      if p_links[i] is not null then\n        v_undo_cells := '{}';\n        v_undo_low := '{}';\n        v_undo_high := '{}';\n        v_ended_before := v_ended;\n      end if;\n    end if;\n    v_kind := p_kinds[i];\n    -- What an earlier one of this batch has ended is ended, whatever else is wrong with this one.\n    if v_kind > 2 and p_holds[i] = any (v_ended)\n      and outcomes[i] not in ('exists', 'key_reused', 'repeat', 'hold_unknown') then\n      outcomes[i] := 'hold_ended';\n    end if;\n    if outcomes[i] = 'new' and not v_failed then\n      if v_known is true then\n        outcomes[i] := 'linked';\n      else\n        v_known := false;\n        v_wide := case when p_wide then 0 else 1 end;\n        v_debit := array_position(p_cells, p_debits[i] * 64 + v_wide * p_debit_slots[i]);\n        v_credit := array_position(p_cells, p_credits[i] * 64 + v_wide * p_credit_slots[i]);\n        if p_cell_slots[v_debit] is distinct from p_debit_parts[i]\n          or p_cell_slots[v_credit] is distinct from p_credit_parts[i] then\n          raise exception 'An account was given slots while its balance was waited for.'\n            using errcode = 'GH409', constraint = 'ledger_slot_short', hint = 'Call again with p_wide true.';\n        end if;\n        v_amount := p_amounts[i];\n        if v_kind = 1 then\n          v_debit_low := case when p_debit_raises[i] then v_amount else -v_amount end;\n          v_credit_low := case when p_credit_raises[i] then v_amount else -v_amount end;\n          v_debit_high := v_debit_low;\n          v_credit_high := v_credit_low;\n        else\n          -- A hold takes from low where the account will pay, and adds to high where it will receive; its end gives\n          -- both back, and a settlement then moves the amount.\n          v_held := case v_kind when 2 then -v_amount else p_held[i] end;\n          v_amount := case v_kind when 3 then v_amount else 0 end;\n          v_debit_low := case when p_debit_raises[i] then v_amount else v_held - v_amount end;\n          v_debit_high := case when p_debit_raises[i] then v_amount - v_held else -v_amount end;\n          v_credit_low := case when p_credit_raises[i] then v_amount else v_held - v_amount end;\n          v_credit_high := case when p_credit_raises[i] then v_amount - v_held else -v_amount end;\n        end if;\n        if v_debit_low < 0 and p_low[v_debit] + v_debit_low < p_debit_least[i] then\n          outcomes[i] := 'insufficient';\n          short_of[i] := p_debits[i];\n          available[i] := p_low[v_debit] - p_debit_least[i];\n        elsif v_credit_low < 0 and p_low[v_credit] + v_credit_low < p_credit_least[i] then\n          outcomes[i] := 'insufficient';\n          short_of[i] := p_credits[i];\n          available[i] := p_low[v_credit] - p_credit_least[i];\n        elsif v_debit_high > 0 and p_high[v_debit] + v_debit_high > p_debit_most[i] then\n          outcomes[i] := 'limit';\n          short_of[i] := p_debits[i];\n          available[i] := p_debit_most[i] - p_high[v_debit];\n        elsif v_credit_high > 0 and p_high[v_credit] + v_credit_high > p_credit_most[i] then\n          outcomes[i] := 'limit';\n          short_of[i] := p_credits[i];\n          available[i] := p_credit_most[i] - p_high[v_credit];\n        else\n          p_low[v_debit] := p_low[v_debit] + v_debit_low;\n          p_high[v_debit] := p_high[v_debit] + v_debit_high;\n          p_low[v_credit] := p_low[v_credit] + v_credit_low;\n          p_high[v_credit] := p_high[v_credit] + v_credit_high;\n          if p_links[i] is not null then\n            v_undo_cells := v_undo_cells || array[v_debit, v_credit];\n            v_undo_low := v_undo_low || array[v_debit_low, v_credit_low];\n            v_undo_high := v_undo_high || array[v_debit_high, v_credit_high];\n          end if;\n        end if;\n        if v_kind > 2 and outcomes[i] = 'new' then v_ended := v_ended || p_holds[i]; end if;\n      end if;\n    elsif outcomes[i] = 'exists' and not v_failed then\n      if v_known is false then\n        outcomes[i] := 'linked';\n      else\n        v_known := true;\n      end if;\n    end if;\n    if v_failed then\n      outcomes[i] := case when outcomes[i] = 'new' then 'linked' else outcomes[i] end;\n    elsif outcomes[i] not in ('new', 'exists', 'repeat') then\n      v_failed := true;\n      continue when p_links[i] is null;\n      for k in 1 .. cardinality(v_undo_cells) loop\n        p_low[v_undo_cells[k]] := p_low[v_undo_cells[k]] - v_undo_low[k];\n        p_high[v_undo_cells[k]] := p_high[v_undo_cells[k]] - v_undo_high[k];\n      end loop;\n      for k in v_from .. i - 1 loop\n        outcomes[k] := case when outcomes[k] = 'new' then 'linked' else outcomes[k] end;\n      end loop;\n    end if;\n  end loop;\nend\n",
  "function ledger_keep_balances()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  raise exception 'The journal refers to %: % is refused.', tg_table_name, lower(tg_op)\n    using errcode = 'foreign_key_violation', constraint = tg_name, hint = 'Close the account instead.';\nend\n",
  "function ledger_key(p_key text)":
    "uuid sql i set search_path=its own schema, pg_temp as \n  select encode(substring(sha256(convert_to(p_key, 'UTF8')) from 1 for 16), 'hex')::uuid;\n",
  "function ledger_level_slots(p_accounts bigint[])":
    "void sql v set search_path=its own schema, pg_temp as \n  with own as (\n    select b.account_id, b.slot,\n      case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits\n        else b.credits - b.debits - b.held_debits end as free\n    from :schema.ledger_balances b\n    join :schema.ledger_accounts a on a.id = b.account_id\n    where b.account_id = any (p_accounts) and a.slots > 1\n  ), shared as (\n    select account_id, slot, free, sum(free) over whole as total, count(*) over whole as slots,\n      div(sum(free) over whole, count(*) over whole)\n        - case when mod(sum(free) over whole, count(*) over whole) < 0 then 1 else 0 end as part\n    from own\n    window whole as (partition by account_id)\n  )\n  update :schema.ledger_balances b\n  -- The rest goes one by one, so that no two parts differ by more than the smallest unit.\n  set shift = s.part + case when s.slot < s.total - s.slots * s.part then 1 else 0 end - s.free\n  from shared s\n  where b.account_id = s.account_id and b.slot = s.slot;\n",
  "function ledger_open_accounts(p_codes text[], p_assets text[], p_sides text[], p_mins numeric[], p_maxs numeric[], p_slots smallint[], p_metadata jsonb[])":
    "TABLE(place integer, outcome text, id bigint) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\nbegin\n  with input as (\n    select t.*, s.id as asset_id, t.least * s.factor as min_balance, t.most * s.factor as max_balance\n    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs, p_slots, p_metadata)\n      with ordinality as t(code, asset, side, least, most, slots, metadata, place)\n    join :schema.ledger_assets s on s.code = t.asset\n  ), made as (\n    insert into :schema.ledger_accounts (code, asset_id, normal_side, min_balance, max_balance, slots, metadata)\n    select code, asset_id, side, min_balance, max_balance, slots, metadata from input\n    order by place\n    on conflict (code) do nothing\n    returning id, asset_id, slots\n  )\n  insert into :schema.ledger_balances (account_id, asset_id, slot)\n  select m.id, m.asset_id, s.slot from made m cross join lateral generate_series(0, m.slots - 1) as s(slot);\n  return query\n    select t.place::integer,\n      case\n        when s.id is null then 'asset_unknown'\n        when a.asset_id = s.id and a.normal_side = t.side\n          and a.min_balance is not distinct from t.least * s.factor\n          and a.max_balance is not distinct from t.most * s.factor\n        then 'open'\n        else 'different'\n      end,\n      a.id\n    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs)\n      with ordinality as t(code, asset, side, least, most, place)\n    left join :schema.ledger_assets s on s.code = t.asset\n    left join :schema.ledger_accounts a on a.code = t.code\n    order by t.place;\nend\n",
  "function ledger_post(p_keys text[], p_kinds smallint[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_holds bigint[], p_hold_s integer[], p_links integer[], p_references text[], p_metadata jsonb[], p_wide boolean)":
    "TABLE(place integer, outcome text, id bigint, at timestamp with time zone, account_id bigint, available numeric) plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \n#variable_conflict use_column\ndeclare\n  v_count constant integer := coalesce(cardinality(p_keys), 0);\n  v_seed constant integer := floor(random() * 1000000);\n  v_at timestamptz;\n  -- By place in the call.\n  v_outcomes text[];\n  v_ids bigint[];\n  v_ats timestamptz[];\n  v_firsts integer[];\n  v_keys uuid[];\n  v_debits bigint[];\n  v_credits bigint[];\n  v_assets smallint[];\n  v_debit_slots smallint[];\n  v_credit_slots smallint[];\n  v_amounts numeric[];\n  v_held numeric[];\n  v_debit_raises boolean[];\n  v_credit_raises boolean[];\n  v_debit_parts smallint[];\n  v_credit_parts smallint[];\n  v_debit_least numeric[];\n  v_credit_least numeric[];\n  v_debit_most numeric[];\n  v_credit_most numeric[];\n  v_decision record;\n  v_short bigint[];\n  v_left numeric[];\n  -- By cell, which is a slot of an account, or a whole account when wide: what it may still spend (low) and what it\n  -- may come to (high).\n  v_cells bigint[];\n  v_low numeric[];\n  v_high numeric[];\n  v_cell_slots smallint[];\n  v_new_ids bigint[];\n  v_next integer := 0;\nbegin\n  if not p_wide and 1 = all (p_kinds) and 0 < all (p_amounts) and 1e60 > all (p_amounts) then\n    return query select * from :schema.ledger_post_plain(p_keys, p_debits, p_credits, p_amounts, p_references, p_metadata);\n    if found then return; end if;\n  end if;\n  -- Balances are locked in the order of ids, always: callers then wait in a line and not in a circle.\n  if not p_wide and cardinality(array_remove(p_holds, null)) = 0 then\n    -- The same as below for what most calls are: one slot an account, no hold that ends. A third of the work.\n    select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.slots), max(c.last_at)\n    into v_cells, v_low, v_high, v_cell_slots, v_at\n    from (\n      select a.id * 64 + b.slot as cell, b.last_at, a.slots,\n        case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits\n          else b.credits - b.debits - b.held_debits end + b.shift as low,\n        case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits\n          else b.credits - b.debits + b.held_credits end + b.shift as high\n      from (select unnest(p_debits) union select unnest(p_credits) order by 1) as named(id)\n      cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a\n      cross join lateral (\n        select * from :schema.ledger_balances b\n        where b.account_id = a.id and b.asset_id = a.asset_id and b.slot = v_seed % a.slots\n        for no key update\n      ) as b\n    ) as c;\n  else\n    with wanted as (\n      select a.id, s.slot::smallint as slot\n      from (select unnest(p_debits) union select unnest(p_credits)) as named(id)\n      cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a\n      cross join lateral generate_series(\n        case when p_wide then 0 else v_seed % a.slots end, case when p_wide then a.slots - 1 else v_seed % a.slots end\n      ) as s(slot)\n      union\n      select h.debit_account, h.debit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)\n      union\n      select h.credit_account, h.credit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)\n    ), locked as (\n      select w.id * 64 + case when p_wide then 0 else w.slot end as cell, b.last_at,\n        case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits\n          else b.credits - b.debits - b.held_debits end + b.shift as low,\n        case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits\n          else b.credits - b.debits + b.held_credits end + b.shift as high,\n        a.slots\n      from (select w.id, w.slot from wanted w order by w.id, w.slot) as w\n      cross join lateral (select * from :schema.ledger_accounts a where a.id = w.id limit 1) as a\n      cross join lateral (\n        select * from :schema.ledger_balances b\n        where b.account_id = w.id and b.asset_id = a.asset_id and b.slot = w.slot\n        for no key update\n      ) as b\n    )\n    select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.slots), max(c.last_at)\n    into v_cells, v_low, v_high, v_cell_slots, v_at\n    from (\n      select cell, sum(low) as low, sum(high) as high, min(slots) as slots, max(last_at) as last_at\n      from locked group by cell\n    ) as c;\n  end if;\n  -- After the locks: who posts to one of these accounts later is later in time as well.\n  v_at := greatest(clock_timestamp(), v_at + interval '1 microsecond');\n\n  with valued as materialized (\n    select t.*, h.hold_id as open_hold, h.amount as held, h.expires_at,\n      d.id as debit_id, c.id as credit_id, d.asset_id, c.asset_id as credit_asset,\n      coalesce(d.closed_at, c.closed_at) is not null as closed,\n      coalesce(h.debit_slot, v_seed % d.slots)::smallint as debit_slot,\n      coalesce(h.credit_slot, v_seed % c.slots)::smallint as credit_slot,\n      d.normal_side = 'debit' as debit_raises, c.normal_side = 'credit' as credit_raises,\n      d.slots as debit_parts, c.slots as credit_parts,\n      -- Limits as they are now that the balances are locked. What is held coming in is not spread evenly over slots, so\n      -- only who holds them all can tell whether there is room.\n      case when p_wide then d.min_balance else ceil(d.min_balance / d.slots) end as debit_least,\n      case when p_wide then c.min_balance else ceil(c.min_balance / c.slots) end as credit_least,\n      case when p_wide or d.slots = 1 then d.max_balance when d.max_balance is not null then '-infinity' end as debit_most,\n      case when p_wide or c.slots = 1 then c.max_balance when c.max_balance is not null then '-infinity' end as credit_most,\n      case when t.kind < 3 or t.given is not null then t.given * s.factor else h.amount end as amount,\n      first_value(t.place) over (partition by t.digest order by t.place) as first_place\n    from (\n      select u.*, encode(substring(sha256(convert_to(u.key, 'UTF8')) from 1 for 16), 'hex')::uuid as digest\n      from unnest(p_keys, p_kinds, p_debits, p_credits, p_amounts, p_holds, p_hold_s, p_references, p_metadata)\n        with ordinality as u(key, kind, debit, credit, given, hold, hold_s, reference, metadata, place)\n    ) as t\n    left join lateral (select * from :schema.ledger_holds h where h.hold_id = t.hold limit 1) as h on true\n    left join lateral (\n      select * from :schema.ledger_accounts d where d.id = coalesce(h.debit_account, t.debit) limit 1) as d on true\n    left join lateral (\n      select * from :schema.ledger_accounts c where c.id = coalesce(h.credit_account, t.credit) limit 1) as c on true\n    left join lateral (select * from :schema.ledger_assets s where s.id = d.asset_id limit 1) as s on true\n  ), judged as (\n    select v.*, e.id as known_id, e.at as known_at,\n      case\n        when e.id is not null then case\n          when e.kind = v.kind and e.hold_id is not distinct from v.hold\n            and (v.kind > 2 or (e.debit_account = v.debit and e.credit_account = v.credit))\n            and case\n              when v.given is not null\n              then v.given = e.amount * (select unit from :schema.ledger_assets k where k.id = e.asset_id)\n              when v.kind = 3 then e.amount = (select t.amount from :schema.ledger_transfers t where t.id = e.hold_id)\n              else true end\n            and e.expires_at is not distinct from e.at + make_interval(secs => v.hold_s)\n            and e.reference is not distinct from v.reference and e.metadata is not distinct from v.metadata\n          then 'exists' else 'key_reused' end\n        when v.first_place < v.place then case\n          when (v.kind, v.debit, v.credit, v.given, v.hold, v.hold_s, v.reference, v.metadata) is not distinct from\n            (p_kinds[v.first_place], p_debits[v.first_place], p_credits[v.first_place], p_amounts[v.first_place],\n              p_holds[v.first_place], p_hold_s[v.first_place], p_references[v.first_place], p_metadata[v.first_place])\n          then 'repeat' else 'key_reused' end\n        when v.kind > 2 and v.open_hold is null then case\n          when exists (select from :schema.ledger_transfers t where t.id = v.hold and t.kind = 2)\n          then 'hold_ended' else 'hold_unknown' end\n        when v.kind = 3 and v.expires_at <= v_at then 'hold_expired'\n        when v.kind = 5 and (v.expires_at is null or v.expires_at > v_at) then 'hold_not_expired'\n        when v.debit_id is null then 'debit_unknown'\n        when v.credit_id is null then 'credit_unknown'\n        when v.debit_id = v.credit_id then 'same_account'\n        when v.asset_id <> v.credit_asset then 'asset_mismatch'\n        when v.closed and v.kind < 3 then 'account_closed'\n        when v.amount is null or not (v.amount > 0 and v.amount < 'infinity') then 'amount_invalid'\n        when v.amount <> trunc(v.amount) then 'amount_too_fine'\n        when v.amount >= 1e60 then 'amount_too_large'\n        when v.kind > 2 and v.amount > v.held then 'amount_exceeds_hold'\n        else 'new'\n      end as judgement\n    from valued v\n    left join lateral (select * from :schema.ledger_transfers e where e.key = v.digest limit 1) as e on true\n  )\n  select array_agg(judgement order by place), array_agg(known_id order by place), array_agg(known_at order by place),\n    array_agg(first_place::integer order by place), array_agg(digest order by place), array_agg(debit_id order by place),\n    array_agg(credit_id order by place), array_agg(asset_id order by place), array_agg(debit_slot order by place),\n    array_agg(credit_slot order by place), array_agg(amount order by place), array_agg(held order by place),\n    array_agg(debit_raises order by place), array_agg(credit_raises order by place),\n    array_agg(debit_parts order by place), array_agg(credit_parts order by place),\n    array_agg(debit_least order by place), array_agg(credit_least order by place),\n    array_agg(debit_most order by place), array_agg(credit_most order by place)\n  into v_outcomes, v_ids, v_ats, v_firsts, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots,\n    v_amounts, v_held, v_debit_raises, v_credit_raises, v_debit_parts, v_credit_parts, v_debit_least, v_credit_least,\n    v_debit_most, v_credit_most\n  from judged;\n\n  v_decision := :schema.ledger_decide(\n    v_outcomes, p_kinds, p_holds, p_links, v_debits, v_credits, v_debit_slots, v_credit_slots, v_debit_raises,\n    v_credit_raises, v_amounts, v_held, v_debit_parts, v_credit_parts, v_debit_least, v_credit_least, v_debit_most,\n    v_credit_most, v_cells, v_low, v_high, v_cell_slots, p_wide);\n  v_outcomes := v_decision.outcomes;\n  v_short := v_decision.short_of;\n  v_left := v_decision.available;\n  -- Other slots of the account may have what this one lacks; only who holds them all can tell.\n  if not p_wide and exists (select from :schema.ledger_accounts a where a.id = any (v_short) and a.slots > 1) then\n    raise exception 'A slot has too little left.'\n      using errcode = 'GH409', constraint = 'ledger_slot_short', hint = 'Call again with p_wide true.';\n  end if;\n  if 'new' = any (v_outcomes) then\n    v_new_ids := :schema.ledger_record(\n      v_at, v_outcomes, p_kinds, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots, v_amounts,\n      v_held, p_holds, p_hold_s, p_references, p_metadata);\n    if p_wide then\n      perform :schema.ledger_level_slots(v_debits || v_credits);\n    end if;\n    for i in 1 .. v_count loop\n      if v_outcomes[i] = 'new' then\n        v_next := v_next + 1;\n        v_outcomes[i] := 'posted';\n        v_ids[i] := v_new_ids[v_next];\n        v_ats[i] := v_at;\n      end if;\n    end loop;\n  end if;\n  return query\n    select t.place::integer,\n      case when t.outcome <> 'repeat' then t.outcome when v_outcomes[t.first] = 'posted' then 'exists'\n        else v_outcomes[t.first] end,\n      case when t.outcome = 'repeat' then v_ids[t.first] else t.id end,\n      case when t.outcome = 'repeat' then v_ats[t.first] else t.at end,\n      t.short_of,\n      case when t.short_of is not null then t.available * (\n        select s.unit from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id\n        where a.id = t.short_of) end\n    from unnest(v_outcomes, v_ids, v_ats, v_firsts, v_short, v_left)\n      with ordinality as t(outcome, id, at, first, short_of, available, place)\n    order by t.place;\nend\n",
  "function ledger_post_plain(p_keys text[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_references text[], p_metadata jsonb[])":
    "TABLE(place integer, outcome text, id bigint, at timestamp with time zone, account_id bigint, available numeric) plpgsql v as \n#variable_conflict use_column\n-- There is no search_path setting: every name below says its schema, and the caller, such as ledger_post, has made the\n-- others.\ndeclare\n  v_seed constant integer := floor(random() * 1000000);\n  v_at timestamptz;\n  -- By account.\n  v_accounts bigint[];\n  v_slots smallint[];\n  v_low numeric[];\n  v_high numeric[];\n  v_asset smallint;\n  v_other_asset smallint;\n  v_factor numeric;\n  v_ids bigint[];\nbegin\n  -- Balances are locked in the order of ids, as in ledger_post, by being changed at once. What turns out not to be\n  -- plain takes all of it back.\n  with moved as (\n    update :schema.ledger_balances b\n    set debits = b.debits + s.debits, credits = b.credits + s.credits,\n      last_at = greatest(clock_timestamp(), b.last_at + interval '1 microsecond')\n    from (\n      select a.id, a.asset_id, (v_seed % a.slots)::smallint as slot, a.slots, a.normal_side, f.factor,\n        l.debits * f.factor as debits, l.credits * f.factor as credits\n      from (\n        select l.account, coalesce(sum(l.debit), 0) as debits, coalesce(sum(l.credit), 0) as credits\n        from (\n          select unnest(p_debits), unnest(p_amounts), null::numeric\n          union all\n          select unnest(p_credits), null, unnest(p_amounts)\n        ) as l(account, debit, credit)\n        group by l.account\n        order by l.account\n      ) as l\n      cross join lateral (select * from :schema.ledger_accounts a where a.id = l.account limit 1) as a\n      cross join lateral (select k.factor from :schema.ledger_assets k where k.id = a.asset_id limit 1) as f\n    ) as s\n    where b.account_id = s.id and b.asset_id = s.asset_id and b.slot = s.slot\n    -- The lowest and highest balance that any order of these transfers could have led through.\n    returning b.account_id, b.asset_id, b.last_at, s.slots, s.factor,\n      case when s.normal_side = 'debit' then b.debits - s.debits - b.credits - b.held_credits\n        else b.credits - s.credits - b.debits - b.held_debits end + b.shift as low,\n      case when s.normal_side = 'debit' then b.debits - b.credits + s.credits + b.held_debits\n        else b.credits - b.debits + s.debits + b.held_credits end + b.shift as high\n  )\n  select array_agg(m.account_id), array_agg(m.slots), array_agg(m.low), array_agg(m.high), min(m.asset_id),\n    max(m.asset_id), min(m.factor), max(m.last_at)\n  into v_accounts, v_slots, v_low, v_high, v_asset, v_other_asset, v_factor, v_at\n  from moved m;\n  -- After the locks: who posts to one of these accounts later is later in time.\n  v_at := greatest(clock_timestamp(), v_at);\n\n  -- Terms as they are now that the balances are locked. One asset only; accounts that are there, open, and far enough\n  -- from their limits that no order matters.\n  if v_asset <> v_other_asset or not (\n    select bool_and(\n      a.closed_at is null and a.slots = c.slots\n      and (a.min_balance is null or c.low >= ceil(a.min_balance / a.slots))\n      and (a.max_balance is null or (a.slots = 1 and c.high <= a.max_balance)))\n    from unnest(v_accounts, v_slots, v_low, v_high) as c(account, slots, low, high)\n    cross join lateral (select * from :schema.ledger_accounts a where a.id = c.account limit 1) as a\n  ) then\n    raise exception 'not plain' using errcode = 'GH000';\n  end if;\n\n  -- An account that is not there has no slot; the same account twice, an amount that is too fine or a key that was used\n  -- violate a constraint of the journal: all of that is judged, and told, by ledger_post.\n  with posted as (\n    insert into :schema.ledger_transfers (id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot,\n      kind, amount, reference, metadata)\n    overriding system value\n    select nextval(':schema.ledger_transfers_id_seq'), v_at, t.debit, t.credit,\n      encode(substring(sha256(convert_to(t.key, 'UTF8')) from 1 for 16), 'hex')::uuid, v_asset,\n      v_seed % v_slots[array_position(v_accounts, t.debit)], v_seed % v_slots[array_position(v_accounts, t.credit)],\n      1, t.amount * v_factor, t.reference, t.metadata\n    from unnest(p_keys, p_debits, p_credits, p_amounts, p_references, p_metadata)\n      as t(key, debit, credit, amount, reference, metadata)\n    returning id\n  )\n  select array_agg(p.id order by p.id) into v_ids from posted p;\n  return query\n    select i.place, 'posted'::text, v_ids[i.place], v_at, null::bigint, null::numeric\n    from generate_subscripts(v_ids, 1) as i(place);\nexception\n  when sqlstate 'GH000' or unique_violation or check_violation or not_null_violation then\n    return;\nend\n",
  "function ledger_reconcile(p_account bigint, p_from timestamp with time zone, p_until timestamp with time zone, p_references text[], p_amounts numeric[])":
    "TABLE(outcome text, reference text, ledger_amount numeric, outside_amount numeric, transfer_ids bigint[]) sql v set search_path=its own schema, pg_temp as \n  with ledger as (\n    select t.reference, array_agg(t.id order by t.id) as ids,\n      sum(case when (t.debit_account = p_account) = (a.normal_side = 'debit') then t.amount else -t.amount end) * s.unit\n        as amount\n    from (\n      select * from :schema.ledger_transfers where debit_account = p_account\n      union all\n      select * from :schema.ledger_transfers where credit_account = p_account\n    ) as t\n    join :schema.ledger_accounts a on a.id = p_account\n    join :schema.ledger_assets s on s.id = a.asset_id\n    where t.kind in (1, 3) and t.at >= p_from and t.at < p_until\n    group by t.reference, s.unit\n  ), outside as (\n    select reference, sum(amount) as amount from unnest(p_references, p_amounts) as o(reference, amount) group by reference\n  )\n  select case\n      when o.reference is null then 'missing_outside'\n      when l.ids is null then 'missing_in_ledger'\n      when l.amount = o.amount then 'matched'\n      else 'different'\n    end, coalesce(l.reference, o.reference), l.amount, o.amount, l.ids\n  from ledger l full join outside o on o.reference = l.reference\n  order by 2 nulls last;\n",
  "function ledger_record(p_at timestamp with time zone, p_outcomes text[], p_kinds smallint[], p_keys uuid[], p_debits bigint[], p_credits bigint[], p_assets smallint[], p_debit_slots smallint[], p_credit_slots smallint[], p_amounts numeric[], p_held numeric[], p_holds bigint[], p_hold_s integer[], p_references text[], p_metadata jsonb[])":
    "bigint[] plpgsql v as \n-- There is no search_path setting: every name below says its schema, and ledger_post has made the others.\ndeclare\n  v_ids bigint[];\nbegin\n  with accepted as materialized (\n    select nextval(':schema.ledger_transfers_id_seq') as id, t.*\n    from unnest(p_outcomes, p_kinds, p_keys, p_debits, p_credits, p_assets, p_debit_slots, p_credit_slots, p_amounts,\n        p_held, p_holds, p_hold_s, p_references, p_metadata)\n      with ordinality as t(outcome, kind, key, debit, credit, asset, debit_slot, credit_slot, amount,\n        held, hold, hold_s, reference, metadata, place)\n    where t.outcome = 'new'\n  ), posted as (\n    insert into :schema.ledger_transfers (id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot,\n      kind, amount, hold_id, expires_at, reference, metadata)\n    overriding system value\n    select id, p_at, debit, credit, key, asset, debit_slot, credit_slot, kind, amount, hold,\n      p_at + make_interval(secs => hold_s), reference, metadata\n    from accepted\n    order by place\n  ), opened as (\n    insert into :schema.ledger_holds (hold_id, debit_account, credit_account, asset_id, debit_slot, credit_slot, amount,\n      expires_at)\n    select id, debit, credit, asset, debit_slot, credit_slot, amount, p_at + make_interval(secs => hold_s)\n    from accepted where kind = 2\n  ), ended as (\n    delete from :schema.ledger_holds where hold_id in (select hold from accepted where kind > 2)\n  ), sums as (\n    select l.account, l.asset, l.slot, sum(l.debits) as debits, sum(l.credits) as credits,\n      sum(l.held_debits) as held_debits, sum(l.held_credits) as held_credits\n    from accepted a\n    cross join lateral (\n      select case when a.kind in (1, 3) then a.amount else 0 end as moved,\n        case when a.kind = 2 then a.amount when a.kind > 2 then -a.held else 0 end as holding\n    ) as m\n    cross join lateral (values\n      (a.debit, a.asset, a.debit_slot, m.moved, 0, m.holding, 0), (a.credit, a.asset, a.credit_slot, 0, m.moved, 0, m.holding)\n    ) as l(account, asset, slot, debits, credits, held_debits, held_credits)\n    group by 1, 2, 3\n  ), balanced as (\n    update :schema.ledger_balances b\n    set debits = b.debits + s.debits, credits = b.credits + s.credits, held_debits = b.held_debits + s.held_debits,\n      held_credits = b.held_credits + s.held_credits, last_at = p_at\n    from sums s\n    where b.account_id = s.account and b.asset_id = s.asset and b.slot = s.slot\n  )\n  select array_agg(id order by place) into v_ids from accepted;\n  return v_ids;\nend\n",
  "function ledger_seal(p_rows integer, p_seals integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_top bigint;\n  v_fresh constant boolean := pg_current_xact_id_if_assigned() is null;\n  v_mark record;\n  v_last record;\n  v_up_to bigint;\n  v_count integer;\n  v_digest bytea;\n  v_made integer := 0;\nbegin\n  -- Read before this transaction gets an id of its own: a posting locks balances, and so gets its id, before it takes\n  -- the number of its transfer. Whoever has a number below this one has therefore a lower id than this transaction.\n  select max(id) into v_top from :schema.ledger_transfers;\n  select max(up_to) into v_up_to from :schema.ledger_seals;\n  -- Nothing new: an idle ledger writes nothing.\n  if v_top is null or v_top <= v_up_to then return 0; end if;\n  -- One sealer at a time: the second finds the mark taken and leaves.\n  select up_to, horizon into v_mark from :schema.ledger_seal_marks for update skip locked;\n  if not found then\n    if v_fresh and not exists (select from :schema.ledger_seal_marks) then\n      insert into :schema.ledger_seal_marks (up_to, horizon) values (v_top, pg_current_xact_id())\n      on conflict do nothing;\n    end if;\n    return 0;\n  end if;\n  -- A number below the mark was taken by a transaction below the horizon; while one of these runs it may still turn up.\n  if pg_snapshot_xmin(pg_current_snapshot()) < v_mark.horizon then return 0; end if;\n  select number, up_to, hash into v_last from :schema.ledger_seals order by number desc limit 1;\n  if not found then\n    select 0::bigint as number, 0::bigint as up_to, sha256(convert_to('ledger', 'UTF8')) as hash into v_last;\n  end if;\n  while v_made < p_seals and v_last.up_to < v_mark.up_to loop\n    select max(id), count(*) into v_up_to, v_count\n    from (\n      select id from :schema.ledger_transfers where id > v_last.up_to and id <= v_mark.up_to order by id limit p_rows\n    ) as next;\n    exit when v_count = 0;\n    v_digest := sha256(convert_to(:schema.ledger_seal_rows(v_last.up_to, v_up_to), 'UTF8'));\n    insert into :schema.ledger_seals (number, up_to, transfers, digest, hash)\n    values (v_last.number + 1, v_up_to, v_count, v_digest,\n      sha256(v_last.hash || v_digest || int8send(v_last.number + 1) || int8send(v_up_to)))\n    returning number, up_to, hash into v_last;\n    v_made := v_made + 1;\n  end loop;\n  if v_fresh and v_made < p_seals and v_top > v_mark.up_to then\n    update :schema.ledger_seal_marks set up_to = v_top, horizon = pg_current_xact_id();\n  end if;\n  return v_made;\nend\n",
  "function ledger_seal_rows(p_after bigint, p_up_to bigint)":
    "text sql s set search_path=its own schema, pg_temp as \n  -- Every column, in a form that no setting of the session changes; the order is part of what is sealed.\n  select string_agg(concat_ws(' ', t.id, extract(epoch from at), t.debit_account, t.debit_slot, t.credit_account,\n    t.credit_slot, t.asset_id, t.kind, t.key, t.amount, coalesce(t.hold_id::text, '-'),\n    coalesce(extract(epoch from expires_at)::text, '-'), quote_nullable(t.reference), quote_nullable(t.metadata::text)),\n    e'\\n' order by t.id)\n  from :schema.ledger_transfers t\n  where t.id > p_after and t.id <= p_up_to;\n",
  "function ledger_statement(p_account bigint, p_from timestamp with time zone, p_until timestamp with time zone, p_after_at timestamp with time zone, p_after_id bigint, p_after_balance numeric, p_limit integer)":
    "TABLE(id bigint, at timestamp with time zone, kind smallint, side text, other_account text, amount numeric, balance numeric, hold_id bigint, reference text, metadata jsonb) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_opening numeric := p_after_balance;\n  v_side text;\n  v_unit numeric;\nbegin\n  perform 1 from :schema.ledger_balances where account_id = p_account order by slot for share;\n  select a.normal_side, s.unit into v_side, v_unit\n  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id\n  where a.id = p_account;\n  if v_opening is null then\n    v_opening := :schema.ledger_balance_at(p_account, p_from - interval '1 microsecond');\n  end if;\n  return query\n    with moved as (\n      select t.*, 'debit' as on_side, t.credit_account as other,\n        case v_side when 'debit' then t.amount else -t.amount end * v_unit as change\n      from :schema.ledger_transfers t\n      where t.debit_account = p_account and t.kind in (1, 3) and t.at >= p_from and t.at < p_until\n        and (p_after_id is null or (t.at, t.id) > (p_after_at, p_after_id))\n      union all\n      select t.*, 'credit', t.debit_account, case v_side when 'credit' then t.amount else -t.amount end * v_unit\n      from :schema.ledger_transfers t\n      where t.credit_account = p_account and t.kind in (1, 3) and t.at >= p_from and t.at < p_until\n        and (p_after_id is null or (t.at, t.id) > (p_after_at, p_after_id))\n    ), page as (\n      select * from moved order by moved.at, moved.id limit p_limit\n    )\n    select p.id, p.at, p.kind, p.on_side, a.code, p.amount * v_unit,\n      v_opening + sum(p.change) over (order by p.at, p.id), p.hold_id, p.reference, p.metadata\n    from page p join :schema.ledger_accounts a on a.id = p.other\n    order by p.at, p.id;\nend\n",
  "function link_wallet(p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_nonce text)":
    "void plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  c_attempts constant integer := 3;\n  v_challenge :schema.wallet_challenges;\n  v_holder :schema.workers;\n  v_before :schema.workers;\nbegin\n  select * into strict v_challenge from :schema.wallet_challenges\n  where nonce = p_nonce and worker_id = p_worker and used_at is not null;\n  perform from :schema.accounts where id = p_worker for no key update;\n  for v_attempt in 1 .. c_attempts loop\n    -- Both rows in the order of their ids, and as strongly at once as the change of a unique column needs.\n    perform from :schema.workers where id = p_worker or wallet_address = v_challenge.address order by id for update;\n    select * into v_holder from :schema.workers where wallet_address = v_challenge.address and id <> p_worker;\n    if v_holder.wallet_verified_at is not null then\n      raise exception 'Another worker has proven this wallet address.'\n        using errcode = 'GH409', constraint = 'wallet_taken', column = 'walletAddress',\n          hint = 'Unlink it from the other account first.';\n    end if;\n    select * into v_before from :schema.workers where id = p_worker;\n    begin\n      -- It was only typed in there; who has the key is somebody else.\n      update :schema.workers set wallet_address = null, updated_at = clock_timestamp() where id = v_holder.id;\n      update :schema.workers\n      set wallet_address = v_challenge.address, wallet_verified_at = v_challenge.used_at, updated_at = clock_timestamp()\n      where id = p_worker;\n      exit;\n    exception when unique_violation then\n      -- Somebody registered with the address between our look and our write: now we see them.\n      if v_attempt = c_attempts then raise; end if;\n    end;\n  end loop;\n  if v_holder.id is not null then\n    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'displaced', 'wallet', v_holder.id, '{}',\n      array[v_holder.id], jsonb_build_object('walletAddress', v_holder.wallet_address),\n      jsonb_build_object('walletAddress', null));\n  end if;\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'linked', 'wallet', p_worker, '{}',\n    array[p_worker],\n    jsonb_build_object('walletAddress', v_before.wallet_address, 'walletVerifiedAt', v_before.wallet_verified_at),\n    jsonb_build_object('walletAddress', v_challenge.address, 'walletVerifiedAt', v_challenge.used_at));\nend\n",
  "function loan_json(p_row loans)":
    "jsonb sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select to_jsonb(p_row) || jsonb_build_object(\n    'amount', trim_scale(p_row.amount)::text,\n    'fee', trim_scale(p_row.fee)::text,\n    'total_due', trim_scale(p_row.total_due)::text,\n    'amount_repaid', trim_scale(p_row.amount_repaid)::text,\n    'predicted_earnings', trim_scale(p_row.predicted_earnings)::text\n  );\n",
  "function lock_loans(p_workers text[])":
    "void plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  perform from :schema.loans l\n  where l.worker_id = any (p_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')\n  order by l.id for no key update;\nend\n",
  "function lock_stream(p_id text)":
    "streams plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_stream :schema.streams;\nbegin\n  -- The task first, as everywhere; a stream never moves to another.\n  perform 1 from :schema.tasks t where t.id = (select s.task_id from :schema.streams s where s.id = p_id)\n    for no key update;\n  select * into v_stream from :schema.streams s where s.id = p_id for no key update;\n  if not found then\n    raise exception 'There is no stream %.', p_id\n      using errcode = 'GH404', constraint = 'stream_not_found', column = 'streamId', hint = 'List the streams of the task.';\n  end if;\n  return v_stream;\nend\n",
  "function lock_task(p_actor_kind text, p_actor_id text, p_task text, p_parties text[], p_states text[])":
    "tasks plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_task :schema.tasks;\nbegin\n  select * into v_task from :schema.tasks where id = p_task for no key update;\n  if not found then\n    raise exception 'Task % not found.', p_task\n      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'Check the id.';\n  end if;\n  -- Whoever is neither a worker nor a platform acts for the house.\n  if p_actor_kind in ('worker', 'platform') and (\n    p_actor_kind <> all (p_parties)\n    or p_actor_id is distinct from case p_actor_kind when 'worker' then v_task.worker_id else v_task.platform_id end\n  ) then\n    raise exception 'Task % is not % %''s to change so.', p_task, p_actor_kind, p_actor_id\n      using errcode = 'GH403', constraint = 'not_your_task', column = 'taskId',\n        hint = 'Only those it belongs to may, each its own part.';\n  end if;\n  if v_task.status <> all (p_states) then\n    raise exception 'Task % is %, not %.', p_task, v_task.status, array_to_string(p_states, ' or ')\n      using errcode = 'GH409', constraint = 'task_status', column = 'status',\n        detail = jsonb_build_object('id', p_task, 'status', v_task.status, 'expected', to_jsonb(p_states))::text,\n        hint = 'Read it again: somebody may have changed it meanwhile.';\n  end if;\n  return v_task;\nend\n",
  "function move_money(p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_reference text, p_wide boolean)":
    "bigint[] plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_ids bigint[];\n  v_refused record;\n  v_keys text[];\n  v_debits bigint[];\n  v_credits bigint[];\n  v_amounts numeric[];\n  v_places integer[];\n  v_new_ids bigint[];\nbegin\n  -- What is zero is left out: a fee of nothing is no entry.\n  select array_agg(m.key order by m.place), array_agg(d.id order by m.place), array_agg(c.id order by m.place),\n    array_agg(m.amount order by m.place), array_agg(m.place::integer order by m.place)\n  into v_keys, v_debits, v_credits, v_amounts, v_places\n  from unnest(p_keys, p_debits, p_credits, p_amounts) with ordinality as m(key, debit, credit, amount, place)\n  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true\n  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true\n  where m.amount <> 0;\n  v_ids := array_fill(null::bigint, array[cardinality(p_keys)]);\n  if v_keys is null then return v_ids; end if;\n  if not p_wide and 0 < all (v_amounts) and 1e60 > all (v_amounts) then\n    -- What nothing speaks against, which is nearly all, needs no judging.\n    select array_agg(r.id order by r.place) into v_new_ids\n    from :schema.ledger_post_plain(v_keys, v_debits, v_credits, v_amounts, array_fill(p_reference, array[cardinality(v_keys)]),\n      array_fill(null::jsonb, array[cardinality(v_keys)])) as r;\n    if v_new_ids is not null then\n      for v_place in 1 .. cardinality(v_places) loop\n        v_ids[v_places[v_place]] := v_new_ids[v_place];\n      end loop;\n      return v_ids;\n    end if;\n  end if;\n  -- One link number for all: they are posted together or not at all.\n  for v_refused in\n    select r.place, r.outcome, r.id, r.available, r.account_id\n    from :schema.ledger_post(\n      v_keys, array_fill(1::smallint, array[cardinality(v_keys)]), v_debits, v_credits, v_amounts,\n      array_fill(null::bigint, array[cardinality(v_keys)]), array_fill(null::integer, array[cardinality(v_keys)]),\n      case when cardinality(v_keys) > 1 then array_fill(1, array[cardinality(v_keys)])\n        else array[null::integer] end,\n      array_fill(p_reference, array[cardinality(v_keys)]), array_fill(null::jsonb, array[cardinality(v_keys)]), p_wide\n    ) as r\n    order by r.outcome in ('posted', 'exists', 'linked'), r.place\n  loop\n    if v_refused.outcome not in ('posted', 'exists') then\n      raise exception 'Moving % USDC from % to % is refused: %.', p_amounts[v_places[v_refused.place]],\n        p_debits[v_places[v_refused.place]], p_credits[v_places[v_refused.place]], replace(v_refused.outcome, '_', ' ')\n        using errcode = case when v_refused.outcome in ('insufficient', 'limit') then 'GH429' else 'GH409' end,\n          constraint = case v_refused.outcome when 'insufficient' then 'insufficient_funds'\n            else 'ledger_' || v_refused.outcome end,\n          detail = jsonb_build_object(\n            'account', coalesce((select a.code from :schema.ledger_accounts a where a.id = v_refused.account_id),\n              p_debits[v_places[v_refused.place]]),\n            'available', trim_scale(v_refused.available)::text)::text,\n          hint = case v_refused.outcome when 'insufficient' then 'Pay in first.' else 'Look at guildhall ledger statement.' end;\n    end if;\n    v_ids[v_places[v_refused.place]] := v_refused.id;\n  end loop;\n  return v_ids;\nend\n",
  "function move_together(p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_references text[])":
    "bigint[] plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_ids bigint[];\n  v_count constant integer := cardinality(p_keys);\nbegin\n  select array_agg(r.id order by r.place) into v_ids\n  from (\n    select array_agg(d.id order by m.place) as debits, array_agg(c.id order by m.place) as credits\n    from unnest(p_debits, p_credits) with ordinality as m(debit, credit, place)\n    left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true\n    left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true\n  ) as a\n  cross join lateral :schema.ledger_post(\n    p_keys, array_fill(1::smallint, array[v_count]), a.debits, a.credits, p_amounts,\n    array_fill(null::bigint, array[v_count]), array_fill(null::integer, array[v_count]),\n    array_fill(null::integer, array[v_count]), p_references, array_fill(null::jsonb, array[v_count])\n  ) as r\n  where r.outcome = 'posted';\n  perform :schema.must_be_plain(v_ids is null and v_count = 0 or cardinality(v_ids) = v_count);\n  return v_ids;\nend\n",
  "function must_be_plain(p_plain boolean)":
    "void plpgsql v as \n-- There is no search_path setting: no name is searched for.\nbegin\n  if p_plain is not true then\n    raise exception 'One of the calls is not as most are.'\n      using errcode = 'GH409', constraint = 'not_plain', hint = 'Make each call alone.';\n  end if;\nend\n",
  "function new_id(p_prefix text)":
    "text plpgsql v as \n-- There is no search_path setting: no name is searched for, and the setting would cost each id.\ndeclare\n  c_digits constant text := '0123456789abcdefghjkmnpqrstvwxyz';\n  v_ms constant bigint := extract(epoch from clock_timestamp()) * 1000;\n  v_chance constant bytea := uuid_send(gen_random_uuid());\nbegin\n  return p_prefix || '_'\n    || substr(c_digits, 1 + ((v_ms >> 45) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 40) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 35) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 30) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 25) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 20) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 15) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 10) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 5) & 31)::integer, 1) || substr(c_digits, 1 + (v_ms & 31)::integer, 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 0) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 1) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 2) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 3) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 4) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 5) & 31), 1)\n    -- The seventh byte has four bits of chance only (the others tell the version): the fifth is lent by the sixth byte.\n    || substr(c_digits, 1 + ((get_byte(v_chance, 6) & 15) | ((get_byte(v_chance, 5) >> 1) & 16)), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 7) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 8) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 9) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 10) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 11) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 12) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 13) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 14) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 15) & 31), 1);\nend\n",
  "function note_deposit(p_rail text, p_reference text, p_platform text, p_amount numeric, p_state text, p_confirmations integer, p_final integer, p_tx_hash text, p_log_index integer, p_block bigint, p_reason text, p_delay_s double precision, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.transactions;\n  v_ids bigint[];\n  v_done constant boolean := p_state = 'accepted' and p_confirmations >= p_final;\n  v_at constant timestamptz(3) := clock_timestamp();\nbegin\n  if not exists (select from :schema.platforms where id = p_platform) then\n    raise exception 'Platform not found' using errcode = 'GH404', constraint = 'platform_not_found',\n      column = 'platformId', detail = jsonb_build_object('platformId', p_platform)::text,\n      hint = 'Register it first.';\n  end if;\n  -- A reference that another call is just using is waited for; then its deposit is found.\n  insert into :schema.transactions (platform_id, tx_type, amount, status, rail, rail_reference)\n  values (p_platform, 'deposit', p_amount, 'pending', p_rail, p_reference)\n  on conflict (rail, rail_reference) where rail_reference is not null do nothing\n  returning * into v_row;\n  if v_row.id is null then\n    select * into v_row from :schema.transactions where rail = p_rail and rail_reference = p_reference\n    for no key update;\n    if (v_row.platform_id, v_row.tx_type, v_row.amount) is distinct from (p_platform, 'deposit', p_amount) then\n      raise exception 'The reference \"%\" of % belongs to another movement.', p_reference, p_rail\n        using errcode = 'GH409', constraint = 'reference_used', column = 'reference',\n          hint = 'Each deposit has a reference of its own.';\n    end if;\n    if v_row.status <> 'pending' then\n      return jsonb_build_object('id', v_row.id, 'status', v_row.status, 'was_over', true);\n    end if;\n  else\n    perform :schema.record_action('system', null, null, 'announced', 'deposit', v_row.id,\n      jsonb_build_object('platformId', p_platform, 'amount', trim_scale(p_amount)::text), array[p_platform]);\n    if p_state = 'accepted' and not v_done then\n      -- A rail may announce it once and never again: it is asked until it is final.\n      perform :schema.queue_enqueue('confirm-deposit', jsonb_build_array(jsonb_build_object(\n        'payload', jsonb_build_object('transactionId', v_row.id), 'key', v_row.id, 'delayS', p_delay_s)));\n    end if;\n  end if;\n  if v_done then\n    v_ids := :schema.move_money(array['deposit ' || v_row.id], array['bank'], array['platform:' || p_platform],\n      array[p_amount], v_row.id, p_wide);\n  end if;\n  update :schema.transactions\n  set status = case when p_state = 'failed' then 'failed' when v_done then 'completed' else 'pending' end,\n    ledger_transfer_id = v_ids[1], tx_hash = coalesce(p_tx_hash, tx_hash), log_index = coalesce(p_log_index, log_index),\n    block_number = coalesce(p_block, block_number),\n    blockchain_confirmations = greatest(blockchain_confirmations, p_confirmations),\n    error_message = case when p_state = 'failed' then p_reason end,\n    processed_at = case when p_state = 'failed' or v_done then v_at end, updated_at = v_at\n  where id = v_row.id returning * into v_row;\n  if v_row.status <> 'pending' then\n    perform :schema.record_action('system', null, null, case when v_done then 'complete' else 'fail' end, 'deposit',\n      v_row.id, jsonb_build_object('platformId', p_platform, 'amount', trim_scale(p_amount)::text,\n        'txHash', v_row.tx_hash, 'error', v_row.error_message), array[p_platform]);\n  end if;\n  return jsonb_build_object('id', v_row.id, 'status', v_row.status, 'was_over', false);\nend\n",
  "function note_transfer(p_id text, p_round integer, p_state text, p_confirmations integer, p_final integer, p_rail_reference text, p_tx_hash text, p_block bigint, p_reason text, p_wide boolean)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.transactions;\n  v_done constant boolean := p_state = 'accepted' and p_confirmations >= p_final;\n  v_at constant timestamptz(3) := clock_timestamp();\nbegin\n  select * into v_row from :schema.transactions where id = p_id for no key update;\n  -- One that is pending here was sent all the same if the rail knows it, such as after a restore: it is not sent again.\n  if coalesce(v_row.status not in ('pending', 'processing'), true) or v_row.attempts <> p_round then\n    return v_row.status;\n  end if;\n  if p_state = 'failed' then\n    perform :schema.move_money(array['withdrawal ' || p_id || ' back ' || p_round], array['rail'],\n      array['worker:' || v_row.worker_id], array[v_row.amount], p_id, p_wide);\n  elsif v_done then\n    perform :schema.move_money(array['withdrawal ' || p_id || ' sent ' || p_round], array['rail'], array['bank'],\n      array[v_row.amount], p_id, p_wide);\n  end if;\n  update :schema.transactions\n  set status = case when p_state = 'failed' then 'failed' when v_done then 'completed' else 'processing' end,\n    rail_reference = coalesce(p_rail_reference, rail_reference), tx_hash = coalesce(p_tx_hash, tx_hash),\n    block_number = coalesce(p_block, block_number),\n    blockchain_confirmations = greatest(blockchain_confirmations, p_confirmations),\n    error_message = case when p_state = 'failed' then p_reason end,\n    submitted_at = coalesce(submitted_at, v_at),\n    processed_at = case when p_state = 'failed' or v_done then v_at end, updated_at = v_at\n  where id = p_id returning * into v_row;\n  if v_row.status <> 'processing' then\n    perform :schema.record_action('system', null, null, case when v_done then 'complete' else 'fail' end, 'withdrawal',\n      p_id, jsonb_build_object('workerId', v_row.worker_id, 'amount', trim_scale(v_row.amount)::text,\n        'txHash', v_row.tx_hash, 'error', v_row.error_message), array[v_row.worker_id]);\n  end if;\n  return v_row.status;\nend\n",
  "function open_account_session(p_account_id text, p_session_id text, p_token_hash bytea, p_verified_hash text, p_better_hash text, p_ttl_s double precision, p_max_sessions integer, p_own_key boolean)":
    "TABLE(id text, kind text, login text, roles text[], disabled_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, kid text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\n  v_expires_at timestamptz(3);\nbegin\n  -- The lock orders sign-ins of one account among themselves and against a change of its password:\n  -- a password that was verified before the change does not open a session after it.\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = p_account_id\n    and a.disabled_at is null\n    and (p_verified_hash is null or a.password_hash = p_verified_hash)\n  for no key update;\n\n  if not found then\n    return;\n  end if;\n\n  v_now := clock_timestamp();\n  v_expires_at := v_now + make_interval(secs => p_ttl_s);\n\n  if p_better_hash is not null then\n    update :schema.accounts as a\n    set password_hash = p_better_hash\n    where a.id = p_account_id;\n  end if;\n\n  insert into :schema.account_sessions (id, account_id, epoch, created_at, refreshed_at, expires_at)\n  values (p_session_id, p_account_id, v_account.session_epoch, v_now, v_now, v_expires_at);\n\n  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)\n  values (p_token_hash, p_session_id, 1, v_now);\n\n  update :schema.account_sessions as s\n  set revoked_at = v_now,\n      revoked_reason = 'too_many'\n  where s.id in (\n    select o.id\n    from :schema.account_sessions as o\n    where o.account_id = p_account_id\n      and o.epoch = v_account.session_epoch\n      and o.revoked_at is null\n      and o.expires_at > v_now\n      and o.id <> p_session_id\n    order by o.created_at desc, o.id desc\n    offset p_max_sessions - 1\n  );\n\n  return query\n  select\n    v_account.id,\n    v_account.kind,\n    v_account.login,\n    v_account.roles,\n    v_account.disabled_at::timestamptz,\n    v_account.created_at::timestamptz,\n    v_account.updated_at::timestamptz,\n    v_now::timestamptz,\n    v_expires_at::timestamptz,\n    case when p_own_key then :schema.signing_key() end;\nend\n",
  "function open_books(p_kind text, p_id text)":
    "void plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_open record;\nbegin\n  insert into :schema.ledger_assets (code, decimals) values ('USDC', 6) on conflict (code) do nothing;\n  -- bank: money outside that stands for what we owe; a rail's account: money under way to or from outside.\n  for v_open in\n    select o.place, o.outcome\n    from (\n      select array_agg(code) as codes, array_agg(side) as sides, array_agg(least) as leasts, array_agg(parts) as parts,\n        count(*)::integer as n\n      from (values\n        ('bank', 'debit', null::numeric, 16, 'own'), ('fees', 'credit', null, 16, 'own'),\n        ('advance-fees', 'credit', null, 16, 'own'), ('losses', 'debit', null, 16, 'own'),\n        ('rail', 'credit', null, 16, 'own'),\n        ('worker:' || p_id, 'credit', 0, 1, 'worker'), ('advance:' || p_id, 'debit', 0, 1, 'worker'),\n        ('platform:' || p_id, 'credit', 0, 1, 'platform'), ('escrow:' || p_id, 'credit', 0, 1, 'platform')\n      ) as a(code, side, least, parts, kind)\n      where a.kind = p_kind or (a.kind = 'own' and not exists (\n        select from :schema.ledger_accounts l where l.code = a.code))\n    ) as w\n    cross join lateral :schema.ledger_open_accounts(\n      w.codes, array_fill('USDC'::text, array[w.n]), w.sides, w.leasts, array_fill(null::numeric, array[w.n]),\n      w.parts::smallint[], array_fill(null::jsonb, array[w.n])\n    ) as o\n  loop\n    assert v_open.outcome = 'open', 'accounts of the books are ours';\n  end loop;\nend\n",
  "function pause_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_stream :schema.streams;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_stream := :schema.lock_stream(p_id);\n  if v_stream.status not in ('active', 'insolvent') then\n    raise exception 'Stream % is %.', p_id, v_stream.status\n      using errcode = 'GH409', constraint = 'stream_not_active', column = 'streamId', hint = 'Only a stream that runs can be paused.';\n  end if;\n  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'paused', p_wide);\n  select * into v_stream from :schema.streams s where s.id = p_id;\n  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));\nend\n",
  "function pay_calls(p_calls jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_tasks constant text[] := array(select c.task from jsonb_to_recordset(p_calls) as c(task text));\n  v_keys text[];\n  v_debits text[];\n  v_credits text[];\n  v_amounts numeric[];\n  v_references text[];\n  v_ids bigint[];\n  v_answers jsonb[];\n  v_records jsonb;\nbegin\n  perform :schema.begin_calls(p_calls);\n  perform from :schema.tasks t\n  where t.id = any (v_tasks)\n  order by t.id for no key update;\n  -- Into balances only, all of it, and to workers without an open advance.\n  perform :schema.must_be_plain(\n    count(distinct t.id) = jsonb_array_length(p_calls)\n    and bool_and(c.rail = 'ledger' and t.escrowed_amount = t.amount - t.paid_amount\n      and :schema.payment_refusal(t, c.task, c.worker) is null\n      and not exists (\n        select from :schema.loans l\n        where l.worker_id = t.worker_id and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off'))))\n  from jsonb_to_recordset(p_calls) as c(task text, worker text, rail text)\n  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;\n  select array_agg(e.key order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(e.debit order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(e.credit order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(e.amount order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(t.id order by c.place, e.place) filter (where e.amount > 0),\n    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'execute_payment', 'event', 'payment.confirmed',\n      'type', 'transaction', 'id', c.own_id,\n      'metadata', a.amounts || jsonb_build_object('taskId', t.id, 'workerId', t.worker_id),\n      'payload', a.amounts || jsonb_build_object('transactionId', c.own_id, 'taskId', t.id, 'workerId', t.worker_id,\n        'platformId', t.platform_id),\n      'audiences', array[t.worker_id, t.platform_id]) order by c.place) filter (where e.place = 1)\n  into v_keys, v_debits, v_credits, v_amounts, v_references, v_records\n  from jsonb_to_recordset(p_calls) as c(place integer, task text, own_id text)\n  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t\n  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = t.platform_id limit 1) as p\n  cross join lateral (select round(t.escrowed_amount * p.fee_bps * 0.0001, 6) as fee) as f\n  cross join lateral (select jsonb_build_object('amount', trim_scale(t.escrowed_amount)::text,\n    'fee', trim_scale(f.fee)::text, 'net', trim_scale(t.escrowed_amount - f.fee)::text) as amounts) as a\n  cross join lateral (values\n    (1, 'task ' || t.id || ' pay ' || t.worker_id, 'escrow:' || t.platform_id, 'worker:' || t.worker_id,\n      t.escrowed_amount - f.fee),\n    (2, 'task ' || t.id || ' fee ' || t.worker_id, 'escrow:' || t.platform_id, 'fees', f.fee)\n  ) as e(place, key, debit, credit, amount);\n  update :schema.tasks t\n  set paid_amount = t.paid_amount + t.escrowed_amount, escrowed_amount = 0, paid_at = v_at, updated_at = v_at\n  where t.id = any (v_tasks);\n  perform :schema.end_calls(p_calls, v_records, null);\n  -- Late, so that the balances are locked for no longer than it takes: others post and pay from the same accounts.\n  v_ids := :schema.move_together(v_keys, v_debits, v_credits, v_amounts, v_references);\n  -- v_references has the tasks in the order of the calls: a join would compare every payout with every call.\n  with made as (\n    insert into :schema.transactions as x (id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,\n      created_at, updated_at, ledger_transfer_id, metadata)\n    select c.own_id, t.worker_id, t.platform_id, t.id, 'payout', (r.amounts ->> 'amount')::numeric,\n      (r.amounts ->> 'fee')::numeric, 'completed', v_at, v_at, v_at, v_ids[array_position(v_references, t.id)],\n      c.metadata::jsonb\n    from jsonb_to_recordset(p_calls) as c(place integer, task text, metadata text, own_id text)\n    cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t\n    cross join lateral (select v_records -> (c.place - 1) -> 'payload' as amounts) as r\n    returning x.*\n  )\n  select array_agg(:schema.transaction_json(m) || jsonb_build_object(\n      'net', trim_scale(m.amount - m.fee)::text, 'withheld', '0', 'withdrawal', null)\n    order by array_position(v_references, m.task_id))\n  into v_answers\n  from made m;\n  return :schema.end_calls(p_calls, null, v_answers);\nend\n",
  "function pay_tasks(p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_worker text, p_rail text, p_least numeric, p_metadata jsonb, p_wide boolean)":
    "jsonb[] plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answers jsonb[] := array_fill(null::jsonb, array[cardinality(p_tasks)]);\n  v_row record;\n  v_last text;\n  v_refusal jsonb;\n  v_places integer[] := '{}';\n  v_tasks text[] := '{}';\n  v_workers text[] := '{}';\n  v_wallets text[] := '{}';\n  v_amounts numeric[] := '{}';\n  v_payouts jsonb[];\n  v_left numeric;\nbegin\n  perform from :schema.tasks where id = any (p_tasks) order by id for no key update;\n  for v_row in\n    select g.place::integer as place, g.id as asked, t as task, w.wallet_address\n    from unnest(p_tasks) with ordinality as g(id, place)\n    left join :schema.tasks t on t.id = g.id\n    left join :schema.workers w on w.id = t.worker_id\n    order by g.id, g.place\n  loop\n    v_refusal := :schema.payment_refusal(v_row.task, v_row.asked, p_worker);\n    if v_refusal is null and v_row.asked = v_last then\n      v_refusal := jsonb_build_object('state', 'GH409', 'message', 'Task already paid', 'reason', 'task_already_paid',\n        'details', jsonb_build_object('taskId', v_row.asked), 'hint', 'It is twice in the list.');\n    end if;\n    if v_refusal is null and (v_row.task).escrowed_amount < (v_row.task).amount - (v_row.task).paid_amount then\n      v_refusal := jsonb_build_object('state', 'GH429', 'reason', 'insufficient_escrow',\n        'message', format('Of the %s USDC that task %s costs only %s are in escrow.',\n          trim_scale((v_row.task).amount - (v_row.task).paid_amount), v_row.asked,\n          trim_scale((v_row.task).escrowed_amount)),\n        'details', jsonb_build_object('taskId', v_row.asked, 'available', trim_scale((v_row.task).escrowed_amount)::text),\n        'hint', 'Fund it first.');\n    end if;\n    if v_refusal is null and p_rail <> 'ledger' and v_row.wallet_address is null then\n      v_refusal := :schema.wallet_refusal((v_row.task).worker_id);\n    end if;\n    v_last := v_row.asked;\n    if v_refusal is not null then\n      v_answers[v_row.place] := jsonb_build_object('refusal', v_refusal);\n    else\n      v_places := v_places || v_row.place;\n      v_tasks := v_tasks || v_row.asked;\n      v_workers := v_workers || (v_row.task).worker_id;\n      v_wallets := v_wallets || v_row.wallet_address;\n      v_amounts := v_amounts || ((v_row.task).amount - (v_row.task).paid_amount)::numeric;\n    end if;\n  end loop;\n  if cardinality(v_tasks) = 0 then return v_answers; end if;\n\n  v_payouts := :schema.post_payouts(p_actor_type, p_actor_id, p_request_id, v_tasks, v_workers, v_amounts, p_metadata,\n    p_wide);\n  for v_place in 1..cardinality(v_tasks) loop\n    v_left := (v_payouts[v_place] ->> 'net')::numeric - (v_payouts[v_place] ->> 'withheld')::numeric;\n    if p_rail <> 'ledger' and v_left >= p_least then\n      v_payouts[v_place] := v_payouts[v_place] || jsonb_build_object('withdrawal', :schema.start_withdrawal(\n        p_actor_type, p_actor_id, p_request_id, v_workers[v_place], v_tasks[v_place], v_left, v_wallets[v_place], p_rail,\n        p_wide));\n    end if;\n    v_answers[v_places[v_place]] := v_payouts[v_place];\n  end loop;\n  return v_answers;\nend\n",
  "function payment_refusal(p_task tasks, p_id text, p_worker text)":
    "jsonb plpgsql s as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each payment.\nbegin\n  if p_task.id is null then\n    return jsonb_build_object('state', 'GH404', 'message', 'Task not found', 'reason', 'task_not_found',\n      'details', jsonb_build_object('taskId', p_id), 'hint', 'listTasks shows those there are.');\n  end if;\n  if p_worker is not null and p_task.worker_id is distinct from p_worker then\n    return jsonb_build_object('state', 'GH403', 'message', 'Task does not belong to this worker',\n      'reason', 'not_the_worker', 'field', 'workerId', 'details', jsonb_build_object('taskId', p_id),\n      'hint', 'Name the worker of the task, or nobody.');\n  end if;\n  if p_task.status <> 'completed' then\n    return jsonb_build_object('state', 'GH409', 'message', 'Task is not completed', 'reason', 'task_not_completed',\n      'details', jsonb_build_object('taskId', p_id, 'status', p_task.status), 'hint', 'Complete it first.');\n  end if;\n  if p_task.paid_at is not null or exists (\n    select from :schema.transactions t where t.task_id = p_task.id and t.tx_type = 'payout' and t.stream_id is null\n      and t.status in ('pending', 'processing', 'completed')\n  ) then\n    return jsonb_build_object('state', 'GH409', 'message', 'Task already paid', 'reason', 'task_already_paid',\n      'details', jsonb_build_object('taskId', p_id, 'paidAt', p_task.paid_at),\n      'hint', 'A task is paid once; its paidAt says when. A call sent again with its own idempotency key gets the first answer.');\n  end if;\n  return :schema.hold_refusal(p_task);\nend\n",
  "function post_payouts(p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_workers text[], p_amounts numeric[], p_metadata jsonb, p_wide boolean)":
    "jsonb[] plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_count constant integer := cardinality(p_tasks);\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_platforms text[];\n  v_fees numeric[];\n  v_keys text[];\n  v_debits text[];\n  v_credits text[];\n  v_amounts numeric[];\n  v_ids bigint[];\n  v_payouts jsonb[];\n  v_withheld numeric;\nbegin\n  perform :schema.lock_loans(p_workers);\n  -- The caller has locked the tasks. Net amounts come first, then fees: place n and place n + count belong together.\n  select array_agg(t.platform_id order by g.place), array_agg(f.fee order by g.place),\n    array_agg('task ' || t.id || ' pay ' || g.worker order by g.place)\n      || array_agg('task ' || t.id || ' fee ' || g.worker order by g.place),\n    array_agg('escrow:' || t.platform_id order by g.place) || array_agg('escrow:' || t.platform_id order by g.place),\n    array_agg('worker:' || g.worker order by g.place) || array_fill('fees'::text, array[v_count]),\n    array_agg(g.amount - f.fee order by g.place) || array_agg(f.fee order by g.place)\n  into v_platforms, v_fees, v_keys, v_debits, v_credits, v_amounts\n  from unnest(p_tasks, p_workers, p_amounts) with ordinality as g(task, worker, amount, place)\n  -- Lateral with a limit: a plan made while the tables were small would walk through all tasks of all platforms.\n  cross join lateral (select k.id, k.platform_id from :schema.tasks k where k.id = g.task limit 1) as t\n  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = t.platform_id limit 1) as p\n  cross join lateral (select round(g.amount * p.fee_bps * 0.0001, 6) as fee) as f;\n  v_ids := :schema.move_money(v_keys, v_debits, v_credits, v_amounts, p_tasks[1], p_wide);\n\n  with paid as (\n    select g.task, sum(g.amount) as amount from unnest(p_tasks, p_amounts) as g(task, amount) group by g.task\n  )\n  update :schema.tasks t\n  set escrowed_amount = t.escrowed_amount - paid.amount, paid_amount = t.paid_amount + paid.amount,\n    paid_at = case when t.escrowed_amount = paid.amount then v_at else t.paid_at end, updated_at = v_at\n  from paid where t.id = paid.task;\n\n  with made as (\n    insert into :schema.transactions as t (worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,\n      created_at, updated_at, ledger_transfer_id, metadata)\n    select g.worker, g.platform, g.task, 'payout', g.amount, g.fee, 'completed', v_at, v_at, v_at,\n      coalesce(v_ids[g.place], v_ids[g.place + v_count]), coalesce(p_metadata, '{}')\n    from unnest(p_tasks, p_workers, p_amounts, v_platforms, v_fees)\n      with ordinality as g(task, worker, amount, platform, fee, place)\n    returning t.*\n  )\n  select array_agg(:schema.transaction_json(m) || jsonb_build_object('net', trim_scale(m.amount - m.fee)::text)\n    order by g.place)\n  into v_payouts\n  from unnest(p_tasks, p_workers) with ordinality as g(task, worker, place)\n  join made m on m.task_id = g.task and m.worker_id = g.worker;\n\n  perform :schema.record_payments(p_actor_type, p_actor_id, p_request_id, v_payouts);\n  for v_place in 1..v_count loop\n    v_withheld := case when v_amounts[v_place] = 0 then 0 else :schema.withhold_repayment(p_workers[v_place],\n      p_tasks[v_place], v_amounts[v_place], 'task ' || p_tasks[v_place] || ' repay ' || p_workers[v_place], p_wide) end;\n    v_payouts[v_place] := v_payouts[v_place]\n      || jsonb_build_object('withheld', trim_scale(coalesce(v_withheld, 0))::text, 'withdrawal', null);\n  end loop;\n  return v_payouts;\nend\n",
  "function process_payment(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_worker text, p_rail text, p_least numeric, p_metadata jsonb, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_answer := (:schema.pay_tasks(p_actor_type, p_actor_id, p_request_id, array[p_task], p_worker, p_rail, p_least,\n    p_metadata, p_wide))[1];\n  perform :schema.refuse(v_answer -> 'refusal');\n  return :schema.end_once(p_account, p_key, v_answer);\nend\n",
  "function promised_escrow(p_task text)":
    "numeric sql s set search_path=its own schema, pg_temp as \n  select coalesce(sum(s.funded_amount - s.released_amount), 0)\n  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');\n",
  "function purge_accounts(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_sessions integer;\n  v_keys integer;\nbegin\n  delete from :schema.account_sessions as s\n  where s.id in (\n    select o.id\n    from :schema.account_sessions as o\n    where o.expires_at < now() - interval '1 day'\n    order by o.expires_at\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_sessions = row_count;\n\n  -- Ninety days: long enough to look up in a report which key was used.\n  delete from :schema.api_keys as k\n  where k.id in (\n    select o.id\n    from :schema.api_keys as o\n    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_keys = row_count;\n\n  delete from :schema.auth_secrets as s\n  where s.verify_until < now() - interval '1 day';\n\n  return greatest(v_sessions, v_keys);\nend\n",
  "function queue_cancel(p_ids bigint[])":
    "SETOF bigint plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off as \nbegin\n  return query\n  with held as materialized (\n    select j.id from :schema.queue_jobs as j where j.id = any (p_ids) order by j.id for update\n  ), gone as (\n    delete from :schema.queue_jobs as j using held where j.id = held.id returning j.*\n  )\n  insert into :schema.queue_history as h (\n    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload\n  )\n  select\n    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'cancelled', c.worker,\n    g.key, g.payload\n  from gone as g\n  left join :schema.queue_claims as c on c.token = g.token and g.lease_until is not null\n  returning h.id;\nend\n",
  "function queue_claim(p_queue text, p_worker text, p_limit integer, p_lease_s double precision, p_after bigint[])":
    "TABLE(id bigint, token bigint, place bigint, priority smallint, failures smallint, losses smallint, run_at timestamp with time zone, created_at timestamp with time zone, payload jsonb) plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off, enable_sort=off, enable_hashjoin=off, enable_mergejoin=off as \n#variable_conflict use_column\ndeclare\n  v_queue integer;\n  v_token bigint;\nbegin\n  if p_limit not between 1 and 5000 or p_lease_s not between 1 and 86400 then\n    raise exception using\n      errcode = 'GH400',\n      constraint = 'queue_claim_limits',\n      message = format('A claim of %s jobs for %s seconds is outside of what is allowed.', p_limit, p_lease_s),\n      hint = 'Claim 1 to 5,000 jobs for 1 second to a day; heartbeats make a lease longer.';\n  end if;\n\n  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue and s.paused_at is null;\n  if not found then\n    return;\n  end if;\n\n  if p_after is null then\n    perform :schema.queue_promote(v_queue, 1000);\n  end if;\n\n  v_token := nextval(':schema.queue_tokens');\n\n  return query\n  with picked as materialized (\n    -- A materialized step, because a LIMIT in a subquery of UPDATE may be run again and take more.\n    select j.id\n    from unnest(coalesce(p_after, '{0,0,0,0,0,0,0,0,0,0}')) with ordinality as lane (after, number)\n    cross join lateral (\n      select l.id\n      from :schema.queue_jobs as l\n      where l.queue_id = v_queue\n        and l.priority = lane.number::smallint - 1::smallint\n        and l.place > lane.after\n        and l.lease_until is null\n        and l.token < v_token\n      order by l.place\n      limit p_limit\n      for update skip locked\n    ) as j\n    limit p_limit\n  ), taken as (\n    update :schema.queue_jobs as j\n    set token = v_token,\n      lease_until = clock_timestamp() + make_interval(secs => p_lease_s)\n    from picked\n    where j.id = picked.id\n    returning\n      j.id, j.token, j.place, j.priority, j.failures, j.losses, j.run_at::timestamptz, j.created_at::timestamptz, j.payload\n  ), noted as (\n    insert into :schema.queue_claims (token, queue_id, worker, expires_at, job_ids)\n    select v_token, v_queue, p_worker, clock_timestamp() + make_interval(secs => p_lease_s), array_agg(taken.id)\n    from taken\n    having count(*) > 0\n  )\n  select * from taken;\nend\n",
  "function queue_complete(p_ids bigint[], p_tokens bigint[], p_results jsonb[])":
    "TABLE(id bigint, token bigint) plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \n#variable_conflict use_column\nbegin\n  return query\n  with gone as (\n    delete from :schema.queue_jobs as j\n    using unnest(p_ids, p_tokens, p_results) as given (id, token, result)\n    where j.id = given.id\n      and j.token = given.token\n      and j.lease_until is not null\n    returning j.*, given.result\n  )\n  insert into :schema.queue_history as h (\n    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload, result\n  )\n  select\n    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'done', c.worker,\n    g.key, g.payload, g.result\n  from gone as g\n  left join :schema.queue_claims as c on c.token = g.token\n  returning h.id, h.token;\nend\n",
  "function queue_define(p_queue text, p_max_failures integer, p_max_losses integer, p_retry_base_s double precision, p_retry_most_s double precision)":
    "void sql v set search_path=its own schema, pg_temp as \n  insert into :schema.queue_settings as s (name, max_failures, max_losses, retry_base_s, retry_most_s)\n  values (p_queue, p_max_failures, p_max_losses, p_retry_base_s, p_retry_most_s)\n  on conflict on constraint queue_settings_name_key do update\n  set max_failures = excluded.max_failures,\n    max_losses = excluded.max_losses,\n    retry_base_s = excluded.retry_base_s,\n    retry_most_s = excluded.retry_most_s\n  where (s.max_failures, s.max_losses, s.retry_base_s, s.retry_most_s)\n    is distinct from (excluded.max_failures, excluded.max_losses, excluded.retry_base_s, excluded.retry_most_s);\n",
  "function queue_end(p_ids bigint[], p_tokens bigint[], p_outcomes text[], p_errors text[])":
    "TABLE(id bigint, verdict text, run_at timestamp with time zone) plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off as \n#variable_conflict use_column\nbegin\n  return query\n  with given as materialized (\n    select * from unnest(p_ids, p_tokens, p_outcomes, p_errors) as g (id, token, outcome, error)\n  ), held as materialized (\n    select\n      j.*,\n      g.outcome,\n      left(g.error, 10000) as error,\n      c.worker,\n      c.claimed_at,\n      s.max_failures,\n      s.max_losses,\n      s.retry_base_s,\n      s.retry_most_s,\n      j.failures + (g.outcome in ('failed', 'timed_out', 'invalid_payload', 'refused'))::integer as failures_now,\n      j.losses + (g.outcome = 'lost')::integer as losses_now\n    from given as g\n    join :schema.queue_jobs as j on j.id = g.id and j.token = g.token and j.lease_until is not null\n    join :schema.queue_settings as s on s.id = j.queue_id\n    left join :schema.queue_claims as c on c.token = j.token\n    order by j.id\n    for update of j\n  ), decided as materialized (\n    select\n      h.*,\n      case\n        when h.outcome = 'returned' then 'returned'\n        when h.outcome in ('invalid_payload', 'refused') then 'dead'\n        when h.failures_now >= h.max_failures then 'dead'\n        when h.losses_now > h.max_losses then 'dead'\n        else 'retry'\n      end as verdict,\n      -- Between half of the wait and all of it, doubled by each failure or loss.\n      clock_timestamp() + make_interval(secs => (0.5 + random() / 2) * least(\n        h.retry_most_s,\n        h.retry_base_s * 2.0 ^ least(30, greatest(0, case h.outcome when 'lost' then h.losses_now else h.failures_now end - 1))\n      )) as again_at\n    from held as h\n  ), noted as (\n    insert into :schema.queue_attempts (job_id, token, queue_id, worker, started_at, outcome, error)\n    select d.id, d.token, d.queue_id, d.worker, d.claimed_at, d.outcome, d.error from decided as d\n  ), buried as (\n    insert into :schema.queue_dead (\n      id, token, created_at, queue_id, priority, failures, losses, reason, error, key, payload\n    )\n    select\n      d.id, d.token, d.created_at, d.queue_id, d.priority, d.failures_now, d.losses_now, d.outcome, d.error, d.key,\n      d.payload\n    from decided as d\n    where d.verdict = 'dead'\n  ), removed as (\n    delete from :schema.queue_jobs as j using decided as d where j.id = d.id and d.verdict = 'dead'\n  ), kept as (\n    update :schema.queue_jobs as j\n    set failures = d.failures_now,\n      losses = d.losses_now,\n      lease_until = null,\n      place = case d.verdict when 'returned' then j.place end,\n      run_at = case d.verdict when 'returned' then j.run_at else d.again_at end\n    from decided as d\n    where j.id = d.id\n      and d.verdict <> 'dead'\n  )\n  select g.id, coalesce(d.verdict, 'stale'), case d.verdict when 'retry' then d.again_at end\n  from given as g\n  left join decided as d on d.id = g.id;\nend\n",
  "function queue_enqueue(p_queue text, p_jobs jsonb)":
    "TABLE(id bigint, created boolean) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_queue integer := :schema.queue_id_of(p_queue);\n  v_job jsonb;\n  v_id bigint;\nbegin\n  -- Before the first place is drawn: queue_sweep takes it that whoever draws a place can be seen to run.\n  perform pg_current_xact_id();\n\n  if not p_jobs @? '$[*].key' then\n    return query\n    insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, payload)\n    select\n      d.id,\n      case when d.run_at is null or d.run_at <= clock_timestamp() then d.id end,\n      v_queue,\n      coalesce((d.job ->> 'priority')::smallint, 5),\n      coalesce(d.run_at, clock_timestamp()),\n      d.job -> 'payload'\n    from (\n      select\n        nextval(':schema.queue_places') as id,\n        job,\n        coalesce(\n          (job ->> 'runAt')::timestamptz(3),\n          clock_timestamp() + make_interval(secs => (job ->> 'delayS')::double precision)\n        ) as run_at\n      from jsonb_array_elements(p_jobs) as given (job)\n    ) as d\n    returning n.id, true;\n    return;\n  end if;\n\n  for v_job in select job from jsonb_array_elements(p_jobs) as given (job)\n  loop\n    created := true;\n    if v_job ->> 'key' is null then\n      select e.id into v_id from :schema.queue_enqueue(p_queue, jsonb_build_array(v_job - 'key')) as e;\n    else\n      for v_try in 1..100 loop\n        if v_try = 100 then\n          raise exception using\n            errcode = 'GH409',\n            constraint = 'queue_key_contended',\n            message = format('Jobs with the key %s come and go too fast.', v_job ->> 'key'),\n            hint = 'Try again.';\n        end if;\n        v_id := nextval(':schema.queue_places');\n        insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, key, payload)\n        select\n          v_id,\n          case when t.run_at <= clock_timestamp() then v_id end,\n          v_queue,\n          coalesce((v_job ->> 'priority')::smallint, 5),\n          t.run_at,\n          v_job ->> 'key',\n          v_job -> 'payload'\n        from (\n          select coalesce(\n            (v_job ->> 'runAt')::timestamptz(3),\n            clock_timestamp() + make_interval(secs => (v_job ->> 'delayS')::double precision),\n            clock_timestamp()\n          ) as run_at\n        ) as t\n        on conflict (queue_id, key) where key is not null do nothing;\n        exit when found;\n        -- Locked, so that the job given as the answer is there when this transaction ends, or was not taken for it.\n        select j.id into v_id\n        from :schema.queue_jobs as j\n        where j.queue_id = v_queue\n          and j.key = v_job ->> 'key'\n        for key share;\n        if found then\n          created := false;\n          exit;\n        end if;\n      end loop;\n    end if;\n    id := v_id;\n    return next;\n  end loop;\nend\n",
  "function queue_fire(p_schedule text, p_expected timestamp with time zone, p_slots timestamp with time zone[], p_skipped bigint, p_next timestamp with time zone)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_schedule :schema.queue_schedules%rowtype;\n  v_count integer := 0;\n  v_slot timestamptz;\n  v_id bigint;\nbegin\n  update :schema.queue_schedules as s\n  set next_slot = p_next,\n    last_slot = coalesce((select max(given.slot) from unnest(p_slots) as given (slot)), s.last_slot),\n    slots_skipped = s.slots_skipped + p_skipped\n  where s.name = p_schedule\n    and s.next_slot = p_expected\n  returning s.* into v_schedule;\n  if not found then\n    return null;\n  end if;\n  foreach v_slot in array p_slots\n  loop\n    v_id := nextval(':schema.queue_places');\n    insert into :schema.queue_slots (schedule, slot, job_id)\n    values (p_schedule, v_slot, v_id)\n    on conflict on constraint queue_slots_pkey do nothing;\n    if found then\n      insert into :schema.queue_jobs (id, place, queue_id, priority, run_at, payload)\n      values (v_id, v_id, v_schedule.queue_id, v_schedule.priority, v_slot, v_schedule.payload);\n      v_count := v_count + 1;\n    end if;\n  end loop;\n  return v_count;\nend\n",
  "function queue_heartbeat(p_ids bigint[], p_tokens bigint[], p_lease_s double precision)":
    "SETOF bigint plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off as \nbegin\n  -- One that is locked is being completed, cancelled or reaped: its lease does not matter any more.\n  with held as materialized (\n    select j.id\n    from unnest(p_ids, p_tokens) as given (id, token)\n    join :schema.queue_jobs as j on j.id = given.id and j.token = given.token and j.lease_until is not null\n    for update of j skip locked\n  )\n  update :schema.queue_jobs as j\n  set lease_until = clock_timestamp() + make_interval(secs => p_lease_s)\n  from held\n  where j.id = held.id;\n\n  return query\n  select given.id\n  from unnest(p_ids, p_tokens) as given (id, token)\n  where not exists (\n    select from :schema.queue_jobs as j\n    where j.id = given.id and j.token = given.token and j.lease_until is not null\n  );\nend\n",
  "function queue_hold(p_id bigint, p_token bigint)":
    "void plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  perform 1\n  from :schema.queue_jobs\n  where id = p_id\n    and token = p_token\n    and lease_until is not null\n  for update;\n  if not found then\n    raise exception using\n      errcode = 'GH409',\n      constraint = 'lease_lost',\n      message = format('Job %s is no longer held under the token %s.', p_id, p_token),\n      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';\n  end if;\nend\n",
  "function queue_id_of(p_queue text)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_id integer;\nbegin\n  -- Queues are never deleted, so the second round finds what another transaction made meanwhile.\n  for v_try in 1..3 loop\n    select id into v_id from :schema.queue_settings where name = p_queue;\n    if found then\n      return v_id;\n    end if;\n    insert into :schema.queue_settings (name) values (p_queue)\n    on conflict on constraint queue_settings_name_key do nothing\n    returning id into v_id;\n    if found then\n      return v_id;\n    end if;\n  end loop;\n  raise exception using\n    errcode = '40001',\n    message = format('The queue %s was made by a transaction that this one cannot see.', p_queue);\nend\n",
  "function queue_progress(p_id bigint, p_token bigint, p_progress jsonb)":
    "void plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  update :schema.queue_jobs\n  set progress = p_progress\n  where id = p_id\n    and token = p_token\n    and lease_until is not null;\n  if not found then\n    perform :schema.queue_hold(p_id, p_token);\n  end if;\nend\n",
  "function queue_promote(p_queue_id integer, p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off as \ndeclare\n  v_count integer;\nbegin\n  perform 1\n  from :schema.queue_jobs\n  where queue_id = p_queue_id\n    and place is null\n    and run_at <= clock_timestamp()\n  limit 1;\n  if not found then\n    return 0;\n  end if;\n\n  perform pg_current_xact_id();\n  with due as materialized (\n    select id\n    from :schema.queue_jobs\n    where queue_id = p_queue_id\n      and place is null\n      and run_at <= clock_timestamp()\n    order by run_at\n    limit p_limit\n    for update skip locked\n  ), placed as materialized (\n    select id, nextval(':schema.queue_places') as place from due\n  )\n  update :schema.queue_jobs as j\n  set place = p.place\n  from placed as p\n  where j.id = p.id;\n  get diagnostics v_count = row_count;\n  return v_count;\nend\n",
  "function queue_prune(p_keep interval, p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_limit timestamptz := clock_timestamp() - p_keep;\n  v_count integer;\n  v_total integer := 0;\nbegin\n  delete from :schema.queue_history as h\n  where h.id in (\n    select o.id from :schema.queue_history as o\n    where o.finished_at < v_limit\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_count = row_count;\n  v_total := v_total + v_count;\n\n  -- The story of a dead letter stays with it.\n  delete from :schema.queue_attempts as a\n  where (a.job_id, a.token) in (\n    select o.job_id, o.token from :schema.queue_attempts as o\n    where o.ended_at < v_limit\n      and not exists (select from :schema.queue_dead as d where d.id = o.job_id)\n      and not exists (select from :schema.queue_jobs as j where j.id = o.job_id)\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_count = row_count;\n  v_total := v_total + v_count;\n\n  -- A slot above the pointer of its schedule could come again.\n  delete from :schema.queue_slots as t\n  where (t.schedule, t.slot) in (\n    select o.schedule, o.slot from :schema.queue_slots as o\n    left join :schema.queue_schedules as s on s.name = o.schedule\n    where o.slot < v_limit\n      and (s.name is null or s.next_slot is null or o.slot < s.next_slot)\n    limit p_limit\n  );\n  get diagnostics v_count = row_count;\n  return v_total + v_count;\nend\n",
  "function queue_reap(p_limit integer)":
    "TABLE(lost bigint, more boolean) plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off as \ndeclare\n  v_claim record;\n  v_ids bigint[];\n  v_next timestamptz;\n  v_claims integer := 0;\n  v_over integer;\nbegin\n  lost := 0;\n  -- Most claims end with all their jobs: those go at once.\n  delete from :schema.queue_claims as c\n  where c.token in (\n    select o.token\n    from :schema.queue_claims as o\n    where o.expires_at <= clock_timestamp()\n      and not exists (\n        select from :schema.queue_jobs as j\n        where j.id = any (o.job_ids) and j.token = o.token and j.lease_until is not null\n      )\n    order by o.expires_at\n    limit p_limit * 50\n    for update skip locked\n  );\n  get diagnostics v_over = row_count;\n  for v_claim in\n    select c.token, c.job_ids\n    from :schema.queue_claims as c\n    where c.expires_at <= clock_timestamp()\n    order by c.expires_at\n    limit p_limit\n    for update skip locked\n  loop\n    v_claims := v_claims + 1;\n    -- Locked ones are being ended by somebody; they are looked at again if that comes to nothing.\n    select array_agg(held.id) into v_ids\n    from (\n      select j.id\n      from unnest(v_claim.job_ids) as given (id)\n      join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token\n      where j.lease_until <= clock_timestamp()\n      for update of j skip locked\n    ) as held;\n    if v_ids is not null then\n      perform :schema.queue_end(\n        v_ids,\n        array_fill(v_claim.token, array[cardinality(v_ids)]),\n        array_fill('lost'::text, array[cardinality(v_ids)]),\n        array_fill('The lease ran out without a word from the worker.'::text, array[cardinality(v_ids)])\n      );\n      lost := lost + cardinality(v_ids);\n    end if;\n    select min(j.lease_until) into v_next\n    from unnest(v_claim.job_ids) as given (id)\n    join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token\n    where j.lease_until is not null;\n    if v_next is null then\n      delete from :schema.queue_claims where token = v_claim.token;\n    else\n      update :schema.queue_claims\n      set expires_at = greatest(v_next, clock_timestamp() + interval '1 second')\n      where token = v_claim.token;\n    end if;\n  end loop;\n  more := v_claims = p_limit or v_over = p_limit * 50;\n  return next;\nend\n",
  "function queue_redrive(p_ids bigint[])":
    "TABLE(id bigint, verdict text) plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off as \n#variable_conflict use_column\nbegin\n  perform pg_current_xact_id();\n  return query\n  with held as materialized (\n    select d.* from :schema.queue_dead as d where d.id = any (p_ids) order by d.id for update\n  ), revived as (\n    insert into :schema.queue_jobs as j (id, place, token, queue_id, priority, created_at, key, payload)\n    select h.id, nextval(':schema.queue_places'), h.token, h.queue_id, h.priority, h.created_at, h.key, h.payload\n    from held as h\n    on conflict (queue_id, key) where key is not null do nothing\n    returning j.id\n  ), removed as (\n    delete from :schema.queue_dead as d using revived as r where d.id = r.id\n  )\n  select given.id, case when r.id is not null then 'retried' when h.id is not null then 'key_taken' else 'unknown' end\n  from unnest(p_ids) as given (id)\n  left join held as h on h.id = given.id\n  left join revived as r on r.id = given.id;\nend\n",
  "function queue_settle(p_id bigint, p_token bigint, p_result jsonb)":
    "void plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  perform :schema.queue_complete(array[p_id], array[p_token], array[p_result]);\n  if not found then\n    raise exception using\n      errcode = 'GH409',\n      constraint = 'lease_lost',\n      message = format('Job %s is no longer held under the token %s.', p_id, p_token),\n      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';\n  end if;\nend\n",
  "function queue_sweep(p_queue text, p_floor bigint[])":
    "TABLE(oldest bigint[], drawn bigint, horizon text, settled text) plpgsql v set search_path=its own schema, pg_temp, enable_seqscan=off, enable_sort=off as \n#variable_conflict use_column\ndeclare\n  v_queue integer;\n  v_drawn bigint;\nbegin\n  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue;\n  if not found then\n    return;\n  end if;\n  perform :schema.queue_promote(v_queue, 5000);\n  -- First the sequence and then, in a statement with a later snapshot, the transactions: whoever drew one of\n  -- these places had its own id by then, so it is below the horizon.\n  select case when p.is_called then p.last_value else 0 end into v_drawn from :schema.queue_places as p;\n  return query\n  select\n    array_agg(j.place order by lane.number),\n    v_drawn,\n    pg_snapshot_xmax(pg_current_snapshot())::text,\n    pg_snapshot_xmin(pg_current_snapshot())::text\n  from unnest(p_floor) with ordinality as lane (floor, number)\n  left join lateral (\n    select l.place\n    from :schema.queue_jobs as l\n    where l.queue_id = v_queue\n      and l.priority = lane.number::smallint - 1::smallint\n      and l.place > lane.floor\n    order by l.place\n    limit 1\n  ) as j on true;\nend\n",
  "function rate_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_by text, p_stars integer, p_comment text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_task :schema.tasks;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, array[p_by], '{completed}');\n  if (case p_by when 'platform' then v_task.worker_rating else v_task.platform_rating end) is not null then\n    raise exception 'The % has rated task % before.', p_by, p_task\n      using errcode = 'GH409', constraint = 'already_rated', column = 'taskId', hint = 'A rating is given once.';\n  end if;\n  update :schema.tasks\n  set worker_rating = case p_by when 'platform' then p_stars else worker_rating end,\n    platform_rating = case p_by when 'worker' then p_stars else platform_rating end,\n    updated_at = clock_timestamp()\n  where id = p_task\n  returning * into v_task;\n  if p_by = 'platform' then\n    insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, rating, reason, metadata)\n    values (v_task.worker_id, p_task, 'rating_received', (p_stars - 3) * 5, p_stars, 'Rated ' || p_stars || ' of 5',\n      jsonb_strip_nulls(jsonb_build_object('comment', p_comment)));\n  end if;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'rate_task', 'task', p_task,\n    jsonb_build_object('by', p_by, 'stars', p_stars, 'comment', p_comment), array[v_task.worker_id, v_task.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function rebase_outbox()":
    "integer sql v set search_path=its own schema, pg_temp as \n  with ahead as materialized (\n    select c.xid, c.event_id\n    from :schema.webhook_cursor as c\n    where c.xid > pg_current_xact_id()\n      or exists (select from :schema.outbox as o where o.xid > pg_current_xact_id())\n  ),\n  -- What the webhooks' fan-out has read stays before its cursor, the rest behind it.\n  cursor as (\n    update :schema.webhook_cursor as c\n    set xid = '3'::xid8, event_id = 9223372036854775807\n    from ahead\n  ),\n  moved as (\n    update :schema.outbox as o\n    set xid = case when (o.xid, o.id) <= (ahead.xid, ahead.event_id) then '3' else '4' end::xid8\n    from ahead\n    returning 1\n  )\n  select count(*)::integer from moved;\n",
  "function rebuild_statistics()":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_workers bigint;\nbegin\n  -- In the order of a deletion: it comes to the tasks with workers and platforms locked, and would wait for us for ever.\n  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));\n  perform from :schema.workers order by id for key share;\n  perform from :schema.platforms order by id for key share;\n  -- Whoever writes waits: what came in between would be counted twice, or not at all.\n  lock table :schema.tasks, :schema.transactions, :schema.reputation_events, :schema.work_deltas, :schema.money_deltas\n    in share row exclusive mode;\n  delete from :schema.work_deltas;\n  delete from :schema.money_deltas;\n  delete from :schema.worker_statistics;\n  delete from :schema.worker_days;\n  delete from :schema.worker_transactions;\n  delete from :schema.platform_statistics;\n  delete from :schema.platform_workers;\n  delete from :schema.platform_activity;\n  delete from :schema.transaction_days;\n  insert into :schema.worker_statistics (worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed,\n    ever_disputed, late, ratings, stars, earned, paid, released, open_amount, last_active_at)\n  select w.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),\n    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.ever_disputed, 0),\n    coalesce(t.late, 0), coalesce(r.ratings, 0), coalesce(r.stars, 0), coalesce(t.earned, 0), coalesce(t.paid, 0), coalesce(t.released, 0),\n    coalesce(t.open_amount, 0), greatest(t.active_at, x.active_at)\n  from :schema.workers w\n  left join (\n    select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,\n      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,\n      count(*) filter (where status = 'cancelled') as cancelled,\n      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,\n      count(*) filter (where status = 'disputed') as disputed, count(*) filter (where was_disputed) as ever_disputed,\n      count(*) filter (where status = 'completed' and completed_at > due_at) as late,\n      sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,\n      sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,\n      sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,\n      max(greatest(created_at, started_at, completed_at)) as active_at\n    from :schema.tasks\n    group by worker_id\n  ) as t on t.worker_id = w.id\n  left join (\n    select worker_id, count(*) as ratings, sum(rating) as stars from :schema.reputation_events\n    where rating is not null and event_type = 'rating_received' group by worker_id\n  ) as r on r.worker_id = w.id\n  left join (\n    select worker_id, max(created_at) as active_at from :schema.transactions group by worker_id\n  ) as x on x.worker_id = w.id;\n  get diagnostics v_workers = row_count;\n  insert into :schema.worker_days (worker_id, day, tasks, completed, payouts, earned)\n  select worker_id, day, tasks, completed, payouts, earned from :schema.recomputed_worker_days;\n  insert into :schema.worker_transactions (worker_id, tx_type, transactions, amount)\n  select worker_id, tx_type, count(*), sum(amount)\n  from :schema.transactions\n  where worker_id is not null and status = 'completed' and asset = 'USDC'\n  group by 1, 2;\n  insert into :schema.transaction_days (day, asset, tx_type, status, transactions, amount, fees)\n  select (created_at at time zone 'UTC')::date, asset, tx_type, status, count(*), sum(amount), sum(fee)\n  from :schema.transactions\n  group by 1, 2, 3, 4;\n  insert into :schema.platform_workers (platform_id, worker_id, tasks, last_day)\n  select platform_id, worker_id, count(*), (max(created_at) at time zone 'UTC')::date\n  from :schema.tasks\n  where worker_id is not null\n  group by 1, 2;\n  insert into :schema.platform_activity (platform_id, day, workers)\n  select platform_id, last_day, count(*) from :schema.platform_workers group by 1, 2;\n  insert into :schema.platform_statistics (platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed,\n    timed, seconds, payouts, payout_amount, fees, unique_workers)\n  select p.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),\n    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.timed, 0),\n    coalesce(t.seconds, 0), coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0), coalesce(u.workers, 0)\n  from :schema.platforms p\n  left join (\n    select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,\n      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,\n      count(*) filter (where status = 'cancelled') as cancelled,\n      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,\n      count(*) filter (where status = 'disputed') as disputed,\n      count(*) filter (where status = 'completed' and started_at is not null) as timed,\n      sum(extract(epoch from completed_at - started_at)) filter (where status = 'completed') as seconds\n    from :schema.tasks\n    group by platform_id\n  ) as t on t.platform_id = p.id\n  left join (\n    select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees from :schema.transactions\n    where tx_type = 'payout' and status = 'completed' and asset = 'USDC' group by platform_id\n  ) as x on x.platform_id = p.id\n  left join (\n    select platform_id, count(*) as workers from :schema.platform_workers group by platform_id\n  ) as u on u.platform_id = p.id;\n  perform :schema.bring_statistics(null);\n  return v_workers;\nend\n",
  "function receive_event(p_platform_id text, p_event_id text, p_sha256 bytea, p_payload jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_event :schema.inbound_events;\n  v_job bigint;\nbegin\n  insert into :schema.inbound_events (platform_id, event_id, payload_sha256, payload)\n  values (p_platform_id, p_event_id, p_sha256, p_payload)\n  on conflict (platform_id, event_id) do nothing\n  returning * into v_event;\n  if not found then\n    select e.* into strict v_event\n    from :schema.inbound_events e\n    where e.platform_id = p_platform_id and e.event_id = p_event_id;\n    if v_event.payload_sha256 <> p_sha256 then\n      raise exception 'The event % was received before with other content.', p_event_id\n        using errcode = 'GH409', constraint = 'event_id_reused', column = 'eventId',\n          detail = jsonb_build_object('id', v_event.id, 'eventId', p_event_id)::text,\n          hint = 'Give each event an id of its own; the first one counts.';\n    end if;\n    return jsonb_build_object('id', v_event.id, 'event_id', p_event_id, 'created', false);\n  end if;\n  -- Event and job commit together: what was answered with 202 is worked on, whatever happens.\n  select j.id into v_job\n  from :schema.queue_enqueue('task-completed', jsonb_build_array(\n    jsonb_build_object('payload', jsonb_build_object('inboundId', v_event.id)))) as j;\n  update :schema.inbound_events set job_id = v_job where id = v_event.id;\n  return jsonb_build_object('id', v_event.id, 'event_id', p_event_id, 'created', true);\nend\n",
  "function receive_notification(p_rail text, p_notification_id text, p_body bytea)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.rail_notifications;\n  v_job bigint;\nbegin\n  insert into :schema.rail_notifications (rail, notification_id, body)\n  values (p_rail, p_notification_id, p_body)\n  on conflict (rail, notification_id) do nothing\n  returning * into v_row;\n  if not found then\n    select n.* into strict v_row\n    from :schema.rail_notifications n\n    where n.rail = p_rail and n.notification_id = p_notification_id;\n    if v_row.body <> p_body then\n      raise exception 'The notification % was received before with other content.', p_notification_id\n        using errcode = 'GH409', constraint = 'notification_id_reused', column = 'webhook-id',\n          detail = jsonb_build_object('id', v_row.id, 'notificationId', p_notification_id)::text,\n          hint = 'Give each notification an id of its own; the first one counts.';\n    end if;\n    return jsonb_build_object('id', v_row.id, 'notification_id', p_notification_id, 'created', false);\n  end if;\n  -- Notification and job commit together: what was answered with 202 is worked on, whatever happens.\n  select j.id into v_job\n  from :schema.queue_enqueue('rail-notification', jsonb_build_array(\n    jsonb_build_object('payload', jsonb_build_object('notificationId', v_row.id)))) as j;\n  update :schema.rail_notifications set job_id = v_job where id = v_row.id;\n  return jsonb_build_object('id', v_row.id, 'notification_id', p_notification_id, 'created', true);\nend\n",
  "function record_action(p_actor_type text, p_actor_id text, p_request_id text, p_action text, p_resource_type text, p_resource_id text, p_metadata jsonb, p_audiences text[], p_before jsonb, p_after jsonb)":
    "boolean sql v set search_path=its own schema, pg_temp as \n  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata,\n    changes_before, changes_after)\n  values (p_actor_type, p_actor_id, p_request_id, p_action, p_resource_type, p_resource_id, coalesce(p_metadata, '{}'),\n    p_before, p_after);\n  -- An event a reader: a worker and a platform may both see what happened to their task.\n  insert into :schema.outbox (type, subject, audience, payload)\n  select :schema.event_type(p_resource_type, p_action), p_resource_id, a.audience, coalesce(p_metadata, '{}')\n  from unnest(case when cardinality(p_audiences) = 0 then array[null::text] else p_audiences end) as a(audience);\n  select true;\n",
  "function record_change(p_actor_kind text, p_actor_id text, p_request_id text, p_action text, p_subject text, p_audience text, p_before jsonb, p_after jsonb)":
    "boolean sql v set search_path=its own schema, pg_temp as \n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)\n  values (p_actor_kind, p_actor_id, p_request_id, p_action, p_subject, p_before, p_after);\n  insert into :schema.outbox (type, subject, audience, payload)\n  values (p_action, p_subject, p_audience, coalesce(p_after, p_before, '{}'));\n  select true;\n",
  "function record_payments(p_actor_type text, p_actor_id text, p_request_id text, p_payouts jsonb[])":
    "void sql v set search_path=its own schema, pg_temp as \n  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)\n  select p_actor_type, p_actor_id, p_request_id, 'execute_payment', 'transaction', p ->> 'id',\n    jsonb_build_object('taskId', p ->> 'task_id', 'workerId', p ->> 'worker_id', 'amount', p ->> 'amount',\n      'fee', p ->> 'fee', 'net', p ->> 'net')\n  from unnest(p_payouts) as p;\n  insert into :schema.outbox (type, subject, audience, payload)\n  select 'payment.confirmed', p ->> 'id', a.audience,\n    jsonb_build_object('transactionId', p ->> 'id', 'taskId', p ->> 'task_id', 'workerId', p ->> 'worker_id',\n      'platformId', p ->> 'platform_id', 'amount', p ->> 'amount', 'fee', p ->> 'fee', 'net', p ->> 'net')\n  from unnest(p_payouts) as p\n  cross join lateral unnest(array[p ->> 'worker_id', p ->> 'platform_id']) as a(audience);\n",
  "function record_work(p_calls jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_count constant integer := jsonb_array_length(p_calls);\n  v_alone constant boolean := v_count = 1;\n  v_workers constant text[] := array(select c.worker_id from jsonb_to_recordset(p_calls) as c(worker_id text));\n  v_made integer;\n  v_bad record;\n  v_keys text[];\n  v_debits text[];\n  v_credits text[];\n  v_amounts numeric[];\n  v_tasks text[];\n  v_ids bigint[];\n  v_points jsonb;\n  v_answers jsonb[];\n  v_records jsonb;\n  v_withheld numeric := 0;\n  v_owes boolean;\nbegin\n  if v_alone then\n    select array[:schema.begin_once(c.account, c.key, c.operation, decode(c.request, 'hex'))] into v_answers\n    from jsonb_to_recordset(p_calls) as c(account text, key text, operation text, request text);\n    if v_answers[1] is not null then return to_jsonb(v_answers); end if;\n  else\n    perform :schema.begin_calls(p_calls);\n  end if;\n  perform :schema.check_parties(c.actor_kind, c.actor_id, c.platform_id, c.worker_id)\n  from jsonb_to_recordset(p_calls) as c(actor_kind text, actor_id text, platform_id text, worker_id text);\n  if v_alone then\n    -- As lock_loans does, which does not say whether there are any.\n    perform from :schema.loans l\n    where l.worker_id = any (v_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')\n    order by l.id for no key update;\n    v_owes := found;\n  else\n    -- Who owes an instalment is paid alone.\n    perform :schema.must_be_plain(not exists (\n      select from :schema.loans l\n      where l.worker_id = any (v_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')));\n  end if;\n\n  insert into :schema.tasks (id, platform_id, worker_id, external_id, amount, title, description, metadata, status,\n    verification_data, completion_proof, paid_amount, started_at, completed_at, paid_at, created_at, updated_at)\n  select c.id, c.platform_id, c.worker_id, c.external_id, c.amount, c.title, c.description, c.metadata::jsonb, 'completed',\n    c.verification::jsonb, c.proof, c.amount, least(c.started_at, c.completed_at, v_at),\n    -- A platform's clock may be a little ahead of ours.\n    least(c.completed_at, v_at), v_at, v_at, v_at\n  from jsonb_to_recordset(p_calls) as c(id text, platform_id text, worker_id text, external_id text, amount numeric,\n    title text, description text, metadata text, verification text, proof text, started_at timestamptz,\n    completed_at timestamptz)\n  order by c.platform_id, c.external_id\n  on conflict (platform_id, external_id) do nothing;\n  get diagnostics v_made = row_count;\n  if v_alone and v_made = 0 then\n    select t.id, t.external_id, t.platform_id into v_bad\n    from jsonb_to_recordset(p_calls) as c(platform_id text, external_id text)\n    cross join lateral (\n      select k.id, k.external_id, k.platform_id from :schema.tasks k\n      where k.platform_id = c.platform_id and k.external_id = c.external_id limit 1\n    ) as t;\n    raise exception 'Platform % posted task \"%\" before.', v_bad.platform_id, v_bad.external_id\n      using errcode = 'GH409', constraint = 'external_id_reused', column = 'externalId',\n        detail = jsonb_build_object('id', v_bad.id)::text,\n        hint = 'Complete and pay that task, or use an id of its own for each task.';\n  end if;\n  perform :schema.must_be_plain(v_made = v_count);\n\n  with given as (\n    insert into :schema.reputation_events (id, worker_id, task_id, event_type, requested_delta, reason)\n    select c.event_id, c.worker_id, c.id, 'task_completed', c.delta, 'Completed \"' || left(coalesce(c.title, c.id), 200) || '\"'\n    from jsonb_to_recordset(p_calls) as c(id text, worker_id text, title text, delta integer, event_id text)\n    order by c.worker_id, c.id\n    returning task_id, new_score - previous_score as delta, new_score\n  )\n  select jsonb_object_agg(g.task_id, jsonb_build_object('reputation_delta', g.delta, 'reputation_score', g.new_score))\n  into v_points\n  from given g;\n\n  -- From the platform's funds at once: nothing of it has to wait in escrow.\n  select array_agg(e.key order by c.place, e.place) filter (where e.amount > 0),\n    array_agg('platform:' || c.platform_id order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(e.credit order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(e.amount order by c.place, e.place) filter (where e.amount > 0),\n    array_agg(c.id order by c.place, e.place) filter (where e.amount > 0),\n    jsonb_agg(e.record || jsonb_build_object('place', c.place, 'audiences', array[c.worker_id, c.platform_id])\n      order by c.place, e.place) filter (where e.record is not null)\n  into v_keys, v_debits, v_credits, v_amounts, v_tasks, v_records\n  from jsonb_to_recordset(p_calls) as c(place integer, id text, audit_id text, payout_id text, platform_id text,\n    worker_id text, amount numeric)\n  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = c.platform_id limit 1) as p\n  cross join lateral (select round(c.amount * p.fee_bps * 0.0001, 6) as fee) as f\n  cross join lateral (select jsonb_build_object('amount', trim_scale(c.amount)::text, 'fee', trim_scale(f.fee)::text,\n    'net', trim_scale(c.amount - f.fee)::text) as amounts) as a\n  cross join lateral (values\n    (1, 'task ' || c.id || ' pay ' || c.worker_id, 'worker:' || c.worker_id, c.amount - f.fee, null::jsonb),\n    (2, 'task ' || c.id || ' fee ' || c.worker_id, 'fees', f.fee, null),\n    (3, null, null, null, jsonb_build_object('audit_id', c.audit_id, 'action', 'create_task', 'event', 'task.created',\n      'type', 'task', 'id', c.id,\n      'metadata', jsonb_build_object('task_type', 'fixed', 'amount', a.amounts -> 'amount', 'recorded', true))),\n    (4, null, null, null, jsonb_build_object('audit_id', c.audit_id || 'b', 'action', 'complete_task',\n      'event', 'task.completed', 'type', 'task', 'id', c.id,\n      'metadata', v_points -> c.id || jsonb_build_object('amount', a.amounts -> 'amount'))),\n    (5, null, null, null, jsonb_build_object('audit_id', c.audit_id || 'c', 'action', 'execute_payment',\n      'event', 'payment.confirmed', 'type', 'transaction', 'id', c.payout_id,\n      'metadata', a.amounts || jsonb_build_object('taskId', c.id, 'workerId', c.worker_id),\n      'payload', a.amounts || jsonb_build_object('transactionId', c.payout_id, 'taskId', c.id, 'workerId', c.worker_id,\n        'platformId', c.platform_id)))\n  ) as e(place, key, credit, amount, record);\n  perform :schema.end_calls(p_calls, v_records, null);\n\n  -- Late, so that the balances are locked for no longer than it takes: others record from the same accounts.\n  if v_alone then\n    v_ids := :schema.move_money(v_keys, v_debits, v_credits, v_amounts, v_tasks[1]);\n    if v_owes then\n      v_withheld := :schema.withhold_repayment(v_workers[1], v_tasks[1],\n        coalesce((select sum(u.amount) from unnest(v_credits, v_amounts) as u(credit, amount) where u.credit <> 'fees'), 0),\n        'task ' || v_tasks[1] || ' repay ' || v_workers[1]);\n    end if;\n  else\n    v_ids := :schema.move_together(v_keys, v_debits, v_credits, v_amounts, v_tasks);\n  end if;\n\n  -- v_tasks has the tasks in the order of the calls, and v_records three of each: a join would compare all with all.\n  with made as (\n    insert into :schema.transactions as x (id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,\n      created_at, updated_at, ledger_transfer_id)\n    select c.payout_id, c.worker_id, c.platform_id, c.id, 'payout', c.amount,\n      (v_records -> (c.place * 3 - 1) -> 'payload' ->> 'fee')::numeric, 'completed', v_at, v_at, v_at,\n      v_ids[array_position(v_tasks, c.id)]\n    from jsonb_to_recordset(p_calls) as c(place integer, id text, worker_id text, platform_id text, payout_id text,\n      amount numeric)\n    returning x.*\n  )\n  select array_agg(jsonb_build_object(\n      'task', t.task || (v_points -> m.task_id),\n      'payment', :schema.transaction_json(m) || jsonb_build_object('net', trim_scale(m.amount - m.fee)::text,\n        'withheld', trim_scale(v_withheld)::text, 'withdrawal', null)) order by array_position(v_tasks, m.task_id))\n  into v_answers\n  from made m\n  cross join lateral (select :schema.task_json(k) as task from :schema.tasks k where k.id = m.task_id limit 1) as t;\n  return :schema.end_calls(p_calls, null, v_answers);\nend\n",
  "function refresh_account_session(p_token_hash bytea, p_new_hash bytea, p_ttl_s double precision, p_max_age_s double precision, p_grace_s double precision, p_own_key boolean)":
    "TABLE(outcome text, session_id text, id text, kind text, login text, roles text[], disabled_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, kid text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_token :schema.refresh_tokens%rowtype;\n  v_session :schema.account_sessions%rowtype;\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\n  v_expires_at timestamptz(3);\nbegin\n  select t.* into v_token\n  from :schema.refresh_tokens as t\n  where t.token_hash = p_token_hash;\n\n  -- Callers with the same token queue up here; each then sees what the one before it did.\n  select s.* into v_session\n  from :schema.account_sessions as s\n  where s.id = v_token.session_id\n  for no key update;\n\n  v_now := clock_timestamp();\n\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = v_session.account_id\n    and a.disabled_at is null\n    and a.session_epoch = v_session.epoch;\n\n  if v_account.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now then\n    outcome := 'invalid';\n    return next;\n    return;\n  end if;\n\n  if v_token.generation < v_session.generation then\n    -- Two tabs of one browser refresh at once: the slower one gets nothing, and nobody is signed out for it.\n    if v_token.generation = v_session.generation - 1\n      and v_now < v_session.refreshed_at + make_interval(secs => p_grace_s)\n    then\n      outcome := 'superseded';\n      return next;\n      return;\n    end if;\n\n    update :schema.account_sessions as s\n    set revoked_at = v_now,\n        revoked_reason = 'token_reused'\n    where s.id = v_session.id;\n\n    insert into :schema.audit_log (actor_kind, action, subject, after)\n    values ('system', 'account.token_reused', v_account.id, jsonb_build_object('sessionId', v_session.id));\n\n    outcome := 'reused';\n    return next;\n    return;\n  end if;\n\n  v_expires_at := least(\n    v_now + make_interval(secs => p_ttl_s),\n    v_session.created_at + make_interval(secs => p_max_age_s)\n  );\n\n  if v_expires_at <= v_now then\n    outcome := 'invalid';\n    return next;\n    return;\n  end if;\n\n  update :schema.account_sessions as s\n  set generation = s.generation + 1,\n      refreshed_at = v_now,\n      expires_at = v_expires_at\n  where s.id = v_session.id;\n\n  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)\n  values (p_new_hash, v_session.id, v_session.generation + 1, v_now);\n\n  return query\n  select\n    'refreshed',\n    v_session.id,\n    v_account.id,\n    v_account.kind,\n    v_account.login,\n    v_account.roles,\n    v_account.disabled_at::timestamptz,\n    v_account.created_at::timestamptz,\n    v_account.updated_at::timestamptz,\n    v_now::timestamptz,\n    v_expires_at::timestamptz,\n    case when p_own_key then :schema.signing_key() end;\nend\n",
  "function refund_task(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_task :schema.tasks;\n  v_refund :schema.transactions;\n  v_ids bigint[];\n  v_at constant timestamptz(3) := clock_timestamp();\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\nbegin\n  if v_answer is not null then return v_answer; end if;\n  select * into v_task from :schema.tasks where id = p_task for no key update;\n  if v_task.id is null then perform :schema.refuse(:schema.payment_refusal(v_task, p_task, null)); end if;\n  if v_task.escrowed_amount = 0 then\n    raise exception 'Task % has nothing in escrow.', p_task\n      using errcode = 'GH409', constraint = 'nothing_to_refund', column = 'taskId',\n        hint = 'All of it is paid or given back: look at paidAmount.';\n  end if;\n  -- What a worker has earned is not the platform's to take back.\n  if not (v_task.status = 'cancelled' or (v_task.status = 'completed' and (\n      v_task.verification_status = 'rejected' or exists (\n        select from :schema.transactions t where t.task_id = p_task and t.tx_type = 'payout' and t.status = 'completed')\n    ))) or exists (\n      select from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent')\n    ) then\n    raise exception 'Task % cannot be refunded: nobody was paid for it, and it is neither cancelled nor rejected.', p_task\n      using errcode = 'GH409', constraint = 'task_not_refundable', column = 'taskId',\n        detail = jsonb_build_object('taskId', p_task, 'status', v_task.status)::text,\n        hint = 'Pay it first, or cancel or reject it; end its streams.';\n  end if;\n  v_ids := :schema.move_money(array['task ' || p_task || ' refund ' || v_task.paid_amount],\n    array['escrow:' || v_task.platform_id], array['platform:' || v_task.platform_id],\n    array[v_task.escrowed_amount::numeric], p_task, p_wide);\n  update :schema.tasks set escrowed_amount = 0, updated_at = v_at,\n    paid_at = case when status = 'completed' and paid_amount > 0 then v_at else paid_at end\n  where id = p_task;\n  insert into :schema.transactions (worker_id, platform_id, task_id, tx_type, amount, status, processed_at,\n    ledger_transfer_id)\n  values (null, v_task.platform_id, p_task, 'refund', v_task.escrowed_amount, 'completed', v_at, v_ids[1])\n  returning * into v_refund;\n  v_answer := :schema.transaction_json(v_refund);\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'refund', 'task', p_task,\n    jsonb_build_object('transactionId', v_refund.id, 'amount', v_answer ->> 'amount'),\n    array_remove(array[v_task.platform_id, v_task.worker_id], null));\n  return :schema.end_once(p_account, p_key, v_answer);\nend\n",
  "function refuse(p_refusal jsonb)":
    "void plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if p_refusal is null then return; end if;\n  raise exception '%', p_refusal ->> 'message'\n    using errcode = p_refusal ->> 'state', constraint = p_refusal ->> 'reason',\n      column = coalesce(p_refusal ->> 'field', 'taskId'), detail = coalesce(p_refusal -> 'details', '{}')::text,\n      hint = coalesce(p_refusal ->> 'hint', '');\nend\n",
  "function refuse_change()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)\n    using errcode = 'GH403', constraint = 'append_only',\n      hint = 'Add a new row that corrects the old one.';\nend\n",
  "function refuse_event_change()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  -- Only what a deletion of the worker or the task itself does to its events passes.\n  if tg_op = 'DELETE' and not exists (select from :schema.workers where id = old.worker_id) then return old; end if;\n  if tg_op = 'UPDATE' and new.task_id is null and old.task_id is not null\n    and to_jsonb(new) - 'task_id' = to_jsonb(old) - 'task_id'\n    and not exists (select from :schema.tasks where id = old.task_id) then return new; end if;\n  raise exception 'reputation_events is append-only: % is refused.', lower(tg_op)\n    using errcode = 'GH403', constraint = 'append_only', hint = 'Add an event that takes the other back.';\nend\n",
  "function release_due_streams(p_limit integer, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_now timestamptz;\n  v_ids text[];\n  v_id text;\n  v_constraint text;\n  v_error text;\n  v_failed integer := 0;\n  v_released numeric := 0;\n  v_one numeric;\nbegin\n  -- Their tasks are locked first, and what another process is at is passed over.\n  v_ids := array(\n    select s.id\n    from :schema.streams s join :schema.tasks t on t.id = s.task_id\n    where s.status = 'active' and s.next_release_at <= statement_timestamp() and t.status in ('active', 'completed')\n    order by s.next_release_at, s.id limit p_limit\n    for no key update of t skip locked\n  );\n  if cardinality(v_ids) = 0 then return jsonb_build_object('streams', 0, 'released', '0', 'failed', 0); end if;\n  -- Read again under the locks: between the two statements somebody may have released or ended one.\n  v_now := clock_timestamp();\n  v_ids := array(\n    select s.id from :schema.streams s join :schema.tasks t on t.id = s.task_id\n    where s.id = any (v_ids) and s.status = 'active' and s.next_release_at <= v_now\n      and t.status in ('active', 'completed')\n    order by s.id for no key update of s\n  );\n  begin\n    select coalesce(sum(r.amount), 0) into v_released\n    from :schema.release_streams('system', null, null, v_ids, null, v_now, p_wide) as r;\n  exception when others then\n    get stacked diagnostics v_constraint = constraint_name;\n    -- What the caller repeats as a whole.\n    if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;\n    -- One that cannot be released must not hold up the others: each by itself, that one again in a minute.\n    foreach v_id in array v_ids loop\n      begin\n        select coalesce(sum(r.amount), 0) into v_one\n        from :schema.release_streams('system', null, null, array[v_id], null, v_now, p_wide) as r;\n        v_released := v_released + v_one;\n      exception when others then\n        get stacked diagnostics v_constraint = constraint_name, v_error = message_text;\n        if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;\n        v_failed := v_failed + 1;\n        update :schema.streams set next_release_at = v_now + interval '1 minute', updated_at = v_now where id = v_id;\n        perform :schema.record_action('system', null, null, 'release_failed', 'stream', v_id,\n          jsonb_build_object('error', v_error, 'constraint', v_constraint));\n      end;\n    end loop;\n  end;\n  return jsonb_build_object('streams', cardinality(v_ids), 'released', trim_scale(v_released)::text, 'failed', v_failed);\nend\n",
  "function release_holds(p_limit integer, p_wide boolean)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_tasks text[];\nbegin\n  -- Several processes do this at once: each takes tasks that no other has, and none is waited for.\n  select array_agg(d.id) into v_tasks\n  from (\n    select t.id from :schema.tasks t\n    where t.status = 'completed' and t.hold_until is not null and t.escrowed_amount > 0\n      and t.hold_until <= clock_timestamp() and t.verification_status = 'approved' and t.paid_at is null\n      and t.escrowed_amount >= t.amount - t.paid_amount\n      and not exists (\n        select from :schema.transactions x where x.task_id = t.id and x.tx_type = 'payout' and x.stream_id is null\n          and x.status in ('pending', 'processing', 'completed')\n      )\n      and not exists (\n        select from :schema.streams s where s.task_id = t.id and s.status in ('active', 'paused', 'insolvent')\n      )\n    order by t.hold_until\n    limit p_limit\n    for no key update of t skip locked\n  ) as d;\n  if v_tasks is null then return 0; end if;\n  perform :schema.pay_tasks('system', null, null, v_tasks, null, 'ledger', 0, '{\"releasedFromHold\": true}', p_wide);\n  return cardinality(v_tasks);\nend\n",
  "function release_streams(p_actor_type text, p_actor_id text, p_request_id text, p_ids text[], p_most numeric, p_at timestamp with time zone, p_wide boolean)":
    "SETOF transactions plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_due record;\n  v_posted bigint[];\n  v_stream record;\nbegin\n  perform :schema.lock_loans(array(select s.worker_id from :schema.streams s where s.id = any (p_ids)));\n\n  -- The fee of a release is what the fee of all that is released grows by: the fees add up to the fee of the total.\n  -- Times 0.0001 is exact; a division by 10000 would be rounded before it is rounded.\n  select coalesce(array_agg(d.id order by d.id), '{}') as ids, array_agg(d.amount order by d.id) as amounts,\n    array_agg(d.fee order by d.id) as fees, array_agg(d.key order by d.id) as keys,\n    array_agg('escrow:' || d.platform_id order by d.id) as escrows,\n    array_agg('worker:' || d.worker_id order by d.id) as workers, count(*)::integer as n\n  into v_due\n  from (\n    select s.id, s.platform_id, s.worker_id, a.amount,\n      round((s.released_amount + a.amount) * s.fee_bps * 0.0001, 6) - round(s.released_amount * s.fee_bps * 0.0001, 6) as fee,\n      -- What was released before names the state: a release of one state can be posted once only.\n      'stream ' || s.id || ' ' || trim_scale(s.released_amount) as key\n    from :schema.streams s\n    cross join lateral (select least(:schema.stream_accrued(s, p_at) - s.released_amount, p_most) as amount) as a\n    where s.id = any (p_ids) and s.status in ('active', 'paused', 'insolvent') and a.amount > 0\n  ) as d;\n\n  if v_due.n > 0 then\n    v_posted := :schema.move_money(\n      v_due.keys || array(select k || ' fee' from unnest(v_due.keys) with ordinality as u(k, place) order by u.place),\n      v_due.escrows || v_due.escrows, v_due.workers || array_fill('fees'::text, array[v_due.n]),\n      array(select a - f from unnest(v_due.amounts, v_due.fees) with ordinality as u(a, f, place) order by u.place)\n        || v_due.fees,\n      'stream release', p_wide);\n    return query\n      insert into :schema.transactions (worker_id, platform_id, task_id, stream_id, tx_type, amount, fee, status,\n        ledger_transfer_id, processed_at)\n      select s.worker_id, s.platform_id, s.task_id, s.id, 'payout', u.amount, u.fee, 'completed',\n        coalesce(v_posted[u.place], v_posted[v_due.n + u.place]), p_at\n      from unnest(v_due.ids, v_due.amounts, v_due.fees) with ordinality as u(id, amount, fee, place)\n      join :schema.streams s on s.id = u.id\n      order by u.place\n      returning *;\n    update :schema.tasks t\n    set escrowed_amount = t.escrowed_amount - r.amount, paid_amount = t.paid_amount + r.amount,\n      paid_at = case when t.paid_amount + r.amount = t.amount then p_at else t.paid_at end, updated_at = p_at\n    from (\n      select s.task_id, sum(u.amount) as amount\n      from unnest(v_due.ids, v_due.amounts) as u(id, amount) join :schema.streams s on s.id = u.id\n      group by s.task_id\n    ) as r\n    where t.id = r.task_id;\n  end if;\n\n  -- The trigger streams_amounts completes those of which all is released.\n  for v_stream in\n    update :schema.streams s\n    set released_amount = s.released_amount + n.amount,\n      last_released_at = case when n.amount > 0 then p_at else s.last_released_at end,\n      status = case when n.spent then 'insolvent' else s.status end,\n      next_release_at = case when s.status = 'active' and not n.spent then :schema.stream_next_release_at(s, p_at) end,\n      updated_at = p_at\n    from (\n      select o.id, o.status, coalesce(u.amount, 0) as amount, coalesce(u.fee, 0) as fee, u.key,\n        o.status = 'active' and o.funded_amount < o.total_amount\n          and o.released_amount + coalesce(u.amount, 0) = o.funded_amount as spent\n      from :schema.streams o\n      left join unnest(v_due.ids, v_due.amounts, v_due.fees, v_due.keys) as u(id, amount, fee, key) on u.id = o.id\n      where o.id = any (p_ids) and o.status in ('active', 'paused', 'insolvent')\n    ) as n\n    where s.id = n.id\n    returning s.id, s.task_id, s.worker_id, s.platform_id, s.total_amount, s.released_amount, s.remaining_amount, s.status,\n      n.status as old_status, n.amount, n.fee, n.key\n  loop\n    if v_stream.amount > 0 then\n      perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'released', 'stream', v_stream.id,\n        jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(v_stream.amount)::text,\n          'fee', trim_scale(v_stream.fee)::text, 'released', trim_scale(v_stream.released_amount)::text,\n          'remaining', trim_scale(v_stream.remaining_amount)::text),\n        array[v_stream.worker_id, v_stream.platform_id]);\n      -- A fifth of each release, as of the due: pay by the second stays pay, however small the releases are.\n      perform :schema.withhold_repayment(v_stream.worker_id, v_stream.task_id,\n        floor((v_stream.amount - v_stream.fee) * 1000000 / 5) / 1000000, v_stream.key || ' repayment', p_wide);\n    end if;\n    if v_stream.status in ('completed', 'insolvent') and v_stream.status <> v_stream.old_status then\n      perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, v_stream.status, 'stream', v_stream.id,\n        jsonb_build_object('taskId', v_stream.task_id, 'total', trim_scale(v_stream.total_amount)::text,\n          'released', trim_scale(v_stream.released_amount)::text),\n        array[v_stream.worker_id, v_stream.platform_id]);\n    end if;\n  end loop;\nend\n",
  "function repay_advance(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_amount numeric, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb;\n  v_loan :schema.loans;\nbegin\n  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  if v_answer is not null then return v_answer; end if;\n  select * into v_loan from :schema.loans\n  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted', 'written_off')\n  order by created_at, id limit 1 for no key update;\n  if not found then\n    raise exception 'Worker % has no advance to repay.', p_worker\n      using errcode = 'GH404', constraint = 'no_open_loan', column = 'workerId', hint = 'listLoans shows all of them.';\n  elsif p_amount > v_loan.total_due - v_loan.amount_repaid then\n    raise exception 'Of advance % only % USDC are left to repay.', v_loan.id,\n      trim_scale(v_loan.total_due - v_loan.amount_repaid)\n      using errcode = 'GH409', constraint = 'amount_exceeds_due', column = 'amount',\n        detail = jsonb_build_object('due', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text)::text,\n        hint = 'Pay no more than is left.';\n  end if;\n  v_loan := :schema.repay_loan(p_actor_kind, p_actor_id, p_request_id, v_loan.id, p_worker, null, p_amount, 0,\n    'loan ' || v_loan.id || ' by hand ' || :schema.new_id('rpy'), p_wide);\n  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));\nend\n",
  "function repay_loan(p_actor_kind text, p_actor_id text, p_request_id text, p_loan text, p_worker text, p_task text, p_amount numeric, p_installments integer, p_key text, p_wide boolean)":
    "loans plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_loan :schema.loans;\n  v_ids bigint[];\nbegin\n  select * into v_loan from :schema.loans where id = p_loan for no key update;\n  if v_loan.status not in ('disbursed', 'repaying', 'defaulted', 'written_off')\n    or v_loan.total_due - v_loan.amount_repaid < p_amount then\n    raise exception 'Advance % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';\n  end if;\n  v_ids := :schema.move_money(array[p_key], array['worker:' || p_worker],\n    -- What was written off is owed no longer to the books: it makes the loss smaller.\n    array[case when v_loan.status = 'written_off' then 'losses' else 'advance:' || p_worker end],\n    array[p_amount], p_loan, p_wide);\n  update :schema.loans set amount_repaid = amount_repaid + p_amount,\n    installments_paid = installments_paid + p_installments,\n    status = case when amount_repaid + p_amount = total_due then 'repaid' when status in ('defaulted', 'written_off') then status\n      else 'repaying' end,\n    repaid_at = case when amount_repaid + p_amount = total_due then clock_timestamp() end,\n    updated_at = clock_timestamp()\n  where id = p_loan\n  returning * into v_loan;\n  -- Of one key one row: a second one is refused by transactions_rail_reference_key.\n  insert into :schema.transactions (worker_id, task_id, loan_id, tx_type, amount, status, rail_reference,\n    ledger_transfer_id, processed_at)\n  values (p_worker, p_task, p_loan, 'repayment', p_amount, 'completed', p_key, v_ids[1], clock_timestamp());\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repayment', 'loan', p_loan,\n    jsonb_build_object('workerId', p_worker, 'taskId', p_task, 'amount', trim_scale(p_amount)::text,\n      'recovered', v_loan.written_off_at is not null, 'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[p_worker]);\n  if v_loan.status = 'repaid' then\n    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repaid', 'loan', p_loan,\n      jsonb_build_object('workerId', p_worker, 'totalDue', trim_scale(v_loan.total_due)::text,\n        'onTime', v_loan.repaid_at <= v_loan.repayment_due), array[p_worker]);\n  end if;\n  return v_loan;\nend\n",
  "function replay_reputation(p_worker text)":
    "integer plpgsql s set search_path=its own schema, pg_temp as \ndeclare\n  v_score integer;\n  v_delta integer;\nbegin\n  select w.initial_score into v_score from :schema.workers w where w.id = p_worker;\n  for v_delta in\n    select e.requested_delta from :schema.reputation_events e where e.worker_id = p_worker order by e.seq\n  loop\n    v_score := least(1000, greatest(0, v_score + v_delta));\n  end loop;\n  return v_score;\nend\n",
  "function reputation_badges(p_completed bigint, p_completion_rate numeric, p_ratings bigint, p_average_rating numeric, p_risk_score integer)":
    "text[] sql i set search_path=its own schema, pg_temp as \n  select coalesce(array_agg(b.name order by b.place), '{}')\n  from (values\n    (1, 'First Task', p_completed >= 1), (2, 'Consistent', p_completed >= 10), (3, 'Veteran', p_completed >= 50),\n    (4, 'Top Rated', p_ratings >= 5 and p_average_rating >= 4.5),\n    (5, 'Reliable', p_completed >= 1 and p_completion_rate >= 95), (6, 'Excellent', p_risk_score >= 900)\n  ) as b(place, name, earned)\n  where b.earned;\n",
  "function reputation_rank(p_score integer)":
    "text sql i as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select case when p_score >= 900 then 'Diamond' when p_score >= 800 then 'Platinum' when p_score >= 700 then 'Gold'\n    when p_score >= 600 then 'Silver' when p_score >= 400 then 'Bronze' else 'Starter' end;\n",
  "function request_advance(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_amount numeric, p_limit numeric, p_fee_bps integer, p_risk_score integer, p_predicted numeric, p_reasons text[], p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb;\n  v_loan :schema.loans;\n  v_fee numeric;\n  v_now timestamptz;\n  v_ids bigint[];\n  v_told jsonb;\nbegin\n  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  if v_answer is not null then return v_answer; end if;\n  if 'open_loan' = any (p_reasons) then\n    raise exception 'Worker % has an advance that is not repaid.', p_worker\n      using errcode = 'GH409', constraint = 'active_loan_exists', column = 'workerId',\n        hint = 'Repay it first.';\n  elsif cardinality(p_reasons) > 0 then\n    raise exception 'Worker % cannot have an advance now.', p_worker\n      using errcode = 'GH409', constraint = 'not_eligible', column = 'workerId',\n        detail = jsonb_build_object('reasons', p_reasons)::text,\n        hint = 'checkAdvanceEligibility says what is missing.';\n  elsif p_amount > p_limit then\n    raise exception 'An advance of % USDC is more than the limit of % USDC.', p_amount, trim_scale(p_limit)\n      using errcode = 'GH429', constraint = 'amount_exceeds_limit', column = 'amount',\n        detail = jsonb_build_object('limit', trim_scale(p_limit)::text)::text,\n        hint = 'Ask for no more than the limit.';\n  end if;\n  v_fee := round(p_amount * p_fee_bps * 0.0001, 6);\n  v_now := clock_timestamp();\n  -- Waits for another request of the worker that is under way. Of two at once one finds the other's row.\n  insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, status, risk_score, predicted_earnings,\n    installments, disbursed_at, repayment_due)\n  values (p_worker, p_amount, v_fee, p_fee_bps, p_amount + v_fee, 'disbursed', p_risk_score, p_predicted,\n    5, v_now, v_now + interval '30 days')\n  on conflict (worker_id) where status in ('pending', 'approved', 'disbursed', 'repaying') do nothing\n  returning * into v_loan;\n  -- After the insert, which waits for a loan that is defaulting: the index does not know those.\n  if v_loan.id is null or exists (\n    select from :schema.loans where worker_id = p_worker and status in ('defaulted', 'written_off')\n  ) then\n    raise exception 'Worker % has an advance that is not repaid.', p_worker\n      using errcode = 'GH409', constraint = 'active_loan_exists', column = 'workerId',\n        hint = 'Repay it first.';\n  end if;\n  v_ids := :schema.move_money(\n    array['loan ' || v_loan.id || ' disbursement', 'loan ' || v_loan.id || ' fee'],\n    array['advance:' || p_worker, 'advance:' || p_worker], array['worker:' || p_worker, 'advance-fees'],\n    array[p_amount, v_fee], v_loan.id, p_wide\n  );\n  insert into :schema.transactions (worker_id, loan_id, tx_type, amount, status, ledger_transfer_id, processed_at, metadata)\n  values (p_worker, v_loan.id, 'advance', p_amount, 'completed', v_ids[1], clock_timestamp(),\n    jsonb_build_object('feeOwed', trim_scale(v_fee)::text));\n  v_told := jsonb_build_object('workerId', p_worker, 'amount', trim_scale(p_amount)::text,\n    'fee', trim_scale(v_fee)::text, 'totalDue', trim_scale(v_loan.total_due)::text, 'riskScore', p_risk_score);\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'request_advance', 'loan', v_loan.id, v_told,\n    array[p_worker]);\n  perform :schema.record_action('system', null, p_request_id, 'approve_loan', 'loan', v_loan.id, v_told, array[p_worker]);\n  perform :schema.record_action('system', null, p_request_id, 'disburse_loan', 'loan', v_loan.id, v_told, array[p_worker]);\n  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));\nend\n",
  "function resolve_dispute(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_outcome text, p_severity integer, p_note text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_task :schema.tasks;\n  v_reputation jsonb := '{}';\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{}', '{disputed}');\n  if p_outcome <> 'complete' and v_task.paid_amount = v_task.amount then\n    raise exception 'Task % is paid: its dispute can only end with the task completed.', p_task\n      using errcode = 'GH409', constraint = 'task_paid', column = 'outcome',\n        hint = 'Resolve it as complete, with the severity that was found.';\n  end if;\n  if p_outcome = 'cancel' then\n    perform :schema.return_escrow(v_task, p_wide);\n  else\n    update :schema.tasks\n    set status = case p_outcome when 'complete' then 'completed' else 'active' end,\n      started_at = coalesce(started_at, clock_timestamp()),\n      completed_at = case p_outcome when 'complete' then coalesce(completed_at, greatest(clock_timestamp(), started_at)) end,\n      updated_at = clock_timestamp()\n    where id = p_task;\n  end if;\n  select * into v_task from :schema.tasks where id = p_task;\n  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason, metadata)\n  values (v_task.worker_id, p_task, 'dispute_resolved', -10 * p_severity,\n    'Dispute resolved: ' || p_outcome || coalesce(', ' || p_note, ''), jsonb_build_object('severity', p_severity));\n  if p_outcome = 'complete' then v_reputation := :schema.add_completion_events(v_task, 10); end if;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'resolve_dispute', 'task', p_task,\n    v_reputation || jsonb_build_object('outcome', p_outcome, 'severity', p_severity, 'note', p_note),\n    array[v_task.worker_id, v_task.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function resume_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_stream :schema.streams;\n  v_task_status text;\n  v_now timestamptz;\n  v_pause interval;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_stream := :schema.lock_stream(p_id);\n  if v_stream.status <> 'paused' then\n    raise exception 'Stream % is %, not paused.', p_id, v_stream.status\n      using errcode = 'GH409', constraint = 'stream_not_paused', column = 'streamId',\n        hint = 'Only a paused stream can go on.';\n  end if;\n  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;\n  if v_task_status not in ('active', 'completed') then\n    raise exception 'Task % is %, so its streams stay paused.', v_stream.task_id, v_task_status\n      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';\n  end if;\n  v_now := clock_timestamp();\n  -- A pause before the start costs no time.\n  v_pause := make_interval(secs => greatest(0,\n    extract(epoch from v_now - greatest(v_stream.paused_at, v_stream.start_time)))::double precision);\n  v_stream.status := 'active';\n  v_stream.paused_at := null;\n  v_stream.paused_for := v_stream.paused_for + v_pause;\n  v_stream.end_time := v_stream.end_time + v_pause;\n  update :schema.streams s\n  set status = 'active', paused_at = null, paused_for = v_stream.paused_for, end_time = v_stream.end_time,\n    next_release_at = :schema.stream_next_release_at(v_stream, v_now), updated_at = v_now\n  where s.id = p_id returning * into v_stream;\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'resumed', 'stream', p_id,\n    jsonb_build_object('taskId', v_stream.task_id, 'endTime', v_stream.end_time,\n      'pausedS', extract(epoch from v_pause)),\n    array[v_stream.worker_id, v_stream.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));\nend\n",
  "function retention_check_policy()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_table regclass := to_regclass(format('%I.%I', current_schema(), new.table_name));\n  v_column record;\nbegin\n  if v_table is null then\n    raise exception using errcode = 'GH404', constraint = 'retention_table_unknown', column = 'tableName',\n      message = format('There is no table %s in this schema.', new.table_name);\n  end if;\n\n  if exists (\n    select from pg_trigger as t\n    where t.tgrelid = v_table\n      and t.tgfoid = to_regprocedure(format('%I.refuse_change()', current_schema()))\n  ) then\n    raise exception using errcode = 'GH403', constraint = 'append_only', column = 'tableName',\n      message = format('%s is append-only: nothing of it may be cleaned up.', new.table_name),\n      hint = 'Export and archive it instead.';\n  end if;\n\n  select a.attnum, a.attnotnull, a.atttypid into v_column\n  from pg_attribute as a\n  where a.attrelid = v_table\n    and a.attname = new.time_column\n    and not a.attisdropped;\n\n  if v_column.attnum is null or not v_column.attnotnull or v_column.atttypid <> 'timestamptz'::regtype then\n    raise exception using errcode = 'GH400', constraint = 'retention_time_column', column = 'timeColumn',\n      message = format('%s.%s is not a column of time that is always set.', new.table_name, new.time_column),\n      hint = 'Name a column of the type timestamptz that is not null.';\n  end if;\n\n  if new.kind = 'rows' and not exists (\n    select from pg_index as x\n    where x.indrelid = v_table and x.indkey[0] = v_column.attnum and x.indisvalid and x.indpred is null\n  ) then\n    raise exception using errcode = 'GH400', constraint = 'retention_index_missing', column = 'timeColumn',\n      message = format('No index of %s begins with %s.', new.table_name, new.time_column),\n      hint = 'Add one: a clean-up must not read the whole table for each batch.';\n  end if;\n\n  if new.kind = 'read_events' and (new.table_name, new.time_column) is distinct from ('outbox', 'at') then\n    raise exception using errcode = 'GH400', constraint = 'retention_kind', column = 'kind',\n      message = 'The kind read_events is for the outbox.';\n  end if;\n\n  if new.kind = 'partitions' and not exists (\n    select from pg_partitioned_table as p\n    where p.partrelid = v_table and p.partstrat = 'r' and p.partnatts = 1 and p.partattrs[0] = v_column.attnum\n  ) then\n    raise exception using errcode = 'GH400', constraint = 'retention_not_partitioned', column = 'tableName',\n      message = format('%s is not partitioned by range of %s.', new.table_name, new.time_column);\n  end if;\n\n  return new;\nend\n",
  "function retention_count(p_name text, p_limit integer)":
    "bigint plpgsql s set search_path=its own schema, pg_temp as \ndeclare\n  v_policy :schema.retention_policies%rowtype;\n  v_count bigint;\nbegin\n  select p.* into v_policy from :schema.retention_policies as p where p.name = p_name;\n\n  if v_policy.kind = 'partitions' then\n    select count(*) into v_count\n    from :schema.retention_partitions(v_policy.table_name) as part\n    where part.until_at <= statement_timestamp() - v_policy.keep;\n  elsif v_policy.kind = 'read_events' then\n    select count(*) into v_count\n    from (\n      select\n      from :schema.outbox as o, :schema.webhook_cursor as c\n      where (o.xid, o.id) <= (c.xid, c.event_id)\n        and o.at < statement_timestamp() - v_policy.keep\n      limit p_limit\n    ) as old;\n  elsif v_policy.kind = 'rows' then\n    execute format(\n      'select count(*) from (select from %I.%I where %I < $1 limit $2) as old',\n      current_schema(), v_policy.table_name, v_policy.time_column\n    )\n    into v_count\n    using statement_timestamp() - v_policy.keep, p_limit;\n  end if;\n\n  return v_count;\nend\n",
  "function retention_default_rows(p_table text)":
    "bigint plpgsql s set search_path=its own schema, pg_temp as \ndeclare\n  v_partition text;\n  v_count bigint := 0;\nbegin\n  select part.partition_name into v_partition\n  from :schema.retention_partitions(p_table) as part\n  where part.is_default;\n\n  if found then\n    execute format('select count(*) from (select from %I.%I limit 10000) as strays', current_schema(), v_partition)\n    into v_count;\n  end if;\n\n  return v_count;\nend\n",
  "function retention_delete_batch(p_name text)":
    "TABLE(outcome text, gone integer, more boolean) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_policy :schema.retention_policies%rowtype;\n  v_started timestamptz := clock_timestamp();\n  v_cutoff timestamptz;\n  v_read integer;\nbegin\n  -- Whoever else is at this policy goes on alone.\n  select p.* into v_policy\n  from :schema.retention_policies as p\n  where p.name = p_name\n    and p.enabled\n    and p.kind <> 'partitions'\n  for no key update skip locked;\n\n  if not found then\n    return query select 'busy', 0, false;\n    return;\n  end if;\n\n  v_cutoff := v_started - v_policy.keep;\n\n  if v_policy.kind = 'read_events' then\n    -- From the oldest transaction on, by the primary key; it ends at the first event that is young enough to stay.\n    with head as materialized (\n      select o.xid, o.id, o.at\n      from :schema.outbox as o, :schema.webhook_cursor as c\n      where (o.xid, o.id) <= (c.xid, c.event_id)\n      order by o.xid, o.id\n      limit v_policy.batch_size\n    ),\n    removed as (\n      delete from :schema.outbox as o\n      using head\n      where o.xid = head.xid\n        and o.id = head.id\n        and head.at < v_cutoff\n      returning 1\n    )\n    select (select count(*) from removed), (select count(*) from head) into gone, v_read;\n    more := gone = v_policy.batch_size and v_read = v_policy.batch_size;\n  else\n    execute format(\n      'delete from %1$I.%2$I where ctid = any (array('\n        'select ctid from %1$I.%2$I where %3$I < $1 order by %3$I limit $2 for update skip locked))',\n      current_schema(), v_policy.table_name, v_policy.time_column\n    )\n    using v_cutoff, v_policy.batch_size;\n    get diagnostics gone = row_count;\n    more := gone = v_policy.batch_size;\n  end if;\n\n  update :schema.retention_policies as p\n  set last_run_at = clock_timestamp(),\n      last_gone = gone,\n      total_gone = p.total_gone + gone,\n      last_ms = extract(epoch from clock_timestamp() - v_started) * 1000,\n      next_run_at = case when more then p.next_run_at else clock_timestamp() + p.every end\n  where p.name = p_name;\n\n  outcome := 'done';\n  return next;\nend\n",
  "function retention_drop_partition(p_name text)":
    "TABLE(outcome text, partition_name text, more boolean) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_policy :schema.retention_policies%rowtype;\n  v_started timestamptz := clock_timestamp();\nbegin\n  -- Whoever else is at this policy goes on alone.\n  select p.* into v_policy\n  from :schema.retention_policies as p\n  where p.name = p_name\n    and p.enabled\n    and p.kind = 'partitions'\n  for no key update skip locked;\n\n  if not found then\n    return query select 'busy', null::text, false;\n    return;\n  end if;\n\n  select part.partition_name, count(*) over () > 1 into partition_name, more\n  from :schema.retention_partitions(v_policy.table_name) as part\n  where part.until_at <= v_started - v_policy.keep\n  order by part.until_at\n  limit 1;\n\n  if partition_name is not null then\n    execute format('drop table %I.%I', current_schema(), partition_name);\n  end if;\n\n  more := coalesce(more, false);\n  update :schema.retention_policies as p\n  set last_run_at = clock_timestamp(),\n      last_gone = case when partition_name is null then 0 else 1 end,\n      total_gone = p.total_gone + case when partition_name is null then 0 else 1 end,\n      last_ms = extract(epoch from clock_timestamp() - v_started) * 1000,\n      next_run_at = case when more then p.next_run_at else clock_timestamp() + p.every end\n  where p.name = p_name;\n\n  outcome := case when partition_name is null then 'nothing' else 'dropped' end;\n  return next;\nend\n",
  "function retention_due()":
    "SETOF text sql s set search_path=its own schema, pg_temp as \n  select name\n  from :schema.retention_policies\n  where enabled\n    and next_run_at <= statement_timestamp()\n  order by name;\n",
  "function retention_make_partitions(p_name text)":
    "integer plpgsql v set search_path=its own schema, pg_temp, TimeZone=UTC, DateStyle=ISO, YMD as \ndeclare\n  v_policy :schema.retention_policies%rowtype;\n  v_default text;\n  v_first timestamptz;\n  v_start timestamptz;\n  v_end timestamptz;\n  v_child text;\n  v_made integer := 0;\nbegin\n  -- Whoever else is at this policy goes on alone.\n  select p.* into v_policy\n  from :schema.retention_policies as p\n  where p.name = p_name\n    and p.enabled\n    and p.kind = 'partitions'\n  for no key update skip locked;\n\n  if not found then\n    return -1;\n  end if;\n\n  select part.partition_name into v_default\n  from :schema.retention_partitions(v_policy.table_name) as part\n  where part.is_default;\n\n  v_first := date_trunc(v_policy.step, clock_timestamp());\n\n  for v_start in execute format(\n    'select at from generate_series($1, $2, $3) as ahead (at)%s order by 1',\n    case when v_default is null then '' else format(\n      -- Days for which no partition was there in time: their rows wait in the default partition.\n      ' union select distinct date_trunc($4, %1$I) from (select %1$I from %2$I.%3$I limit 100000) as strays',\n      v_policy.time_column, current_schema(), v_default\n    ) end\n  )\n  using v_first, v_first + v_policy.steps_ahead * ('1 ' || v_policy.step)::interval, ('1 ' || v_policy.step)::interval,\n    v_policy.step\n  loop\n    v_end := v_start + ('1 ' || v_policy.step)::interval;\n\n    continue when exists (\n      select from :schema.retention_partitions(v_policy.table_name) as part\n      where part.from_at < v_end and part.until_at > v_start\n    );\n\n    v_child := v_policy.table_name || to_char(v_start, case v_policy.step when 'day' then '\"_p\"YYYYMMDD' else '\"_p\"YYYYMM' end);\n\n    if v_default is not null then\n      -- Writers wait at the parent, in front of the choice of a partition: one that had chosen the default one and\n      -- then waited there would fail once its range belongs to another. Attaching takes the second lock anyway.\n      execute format('lock table only %I.%I in share row exclusive mode', current_schema(), v_policy.table_name);\n      execute format('lock table %I.%I in access exclusive mode', current_schema(), v_default);\n    end if;\n\n    execute format(\n      'create table %1$I.%2$I (like %1$I.%3$I including defaults including constraints including storage)',\n      current_schema(), v_child, v_policy.table_name\n    );\n\n    if v_default is not null then\n      execute format(\n        'with strays as (delete from %1$I.%2$I where %3$I >= $1 and %3$I < $2 returning *) insert into %1$I.%4$I select * from strays',\n        current_schema(), v_default, v_policy.time_column, v_child\n      )\n      using v_start, v_end;\n    end if;\n\n    execute format(\n      'alter table %1$I.%2$I attach partition %1$I.%3$I for values from (%4$L) to (%5$L)',\n      current_schema(), v_policy.table_name, v_child, v_start, v_end\n    );\n    v_made := v_made + 1;\n  end loop;\n\n  return v_made;\nend\n",
  "function retention_partitions(p_table text)":
    "TABLE(partition_name text, from_at timestamp with time zone, until_at timestamp with time zone, is_default boolean, rows_estimated bigint) sql s set search_path=its own schema, pg_temp, TimeZone=UTC, DateStyle=ISO, YMD as \n  select\n    c.relname::text,\n    (regexp_match(b.bound, '^FOR VALUES FROM \\(''([^'']+)''\\)'))[1]::timestamptz,\n    (regexp_match(b.bound, ' TO \\(''([^'']+)''\\)$'))[1]::timestamptz,\n    b.bound = 'DEFAULT',\n    greatest(c.reltuples, 0)::bigint\n  from pg_inherits as i\n  join pg_class as c on c.oid = i.inhrelid\n  cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) as b\n  where i.inhparent = to_regclass(format('%I.%I', current_schema(), p_table))\n    and c.relispartition\n    and not i.inhdetachpending\n  order by 2 nulls last;\n",
  "function retry_withdrawal(p_actor_type text, p_actor_id text, p_request_id text, p_id text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.transactions;\nbegin\n  select * into v_row from :schema.transactions where id = p_id for no key update;\n  if not found then\n    raise exception 'Transaction not found' using errcode = 'GH404', constraint = 'transaction_not_found',\n      column = 'transactionId', detail = jsonb_build_object('transactionId', p_id)::text,\n      hint = 'listTransactions shows those of a worker.';\n  end if;\n  if v_row.status = 'completed' then\n    raise exception 'Transaction already completed' using errcode = 'GH409', constraint = 'transaction_completed',\n      column = 'transactionId', detail = jsonb_build_object('transactionId', p_id)::text,\n      hint = 'The money has arrived: withdraw more in a call of its own.';\n  end if;\n  if v_row.status <> 'failed' or v_row.tx_type <> 'withdrawal' then\n    raise exception 'Transaction % is a % that is %, and cannot be retried.', p_id, v_row.tx_type, v_row.status\n      using errcode = 'GH409', constraint = 'transaction_not_failed', column = 'transactionId',\n        hint = 'Only a withdrawal that has failed can: one under way is looked after.';\n  end if;\n  perform :schema.move_money(array['withdrawal ' || p_id || ' take ' || v_row.attempts + 1],\n    array['worker:' || v_row.worker_id], array['rail'], array[v_row.amount], p_id, p_wide);\n  update :schema.transactions\n  set status = 'processing', attempts = attempts + 1, submitted_at = null, rail_reference = null, tx_hash = null,\n    block_number = null, blockchain_confirmations = 0, error_message = null, processed_at = null,\n    updated_at = clock_timestamp()\n  where id = p_id returning * into v_row;\n  perform :schema.queue_enqueue('send-transfer', jsonb_build_array(\n    jsonb_build_object('payload', jsonb_build_object('transactionId', p_id), 'key', p_id)));\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'retry', 'withdrawal', p_id,\n    jsonb_build_object('attempt', v_row.attempts), array[v_row.worker_id]);\n  return :schema.transaction_json(v_row);\nend\n",
  "function return_escrow(p_task tasks, p_wide boolean)":
    "void plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if exists (\n    select from :schema.streams s where s.task_id = p_task.id and s.status in ('active', 'paused', 'insolvent')\n  ) then\n    raise exception 'Task % has a stream that is not over.', p_task.id\n      using errcode = 'GH409', constraint = 'task_has_stream', column = 'taskId', hint = 'Cancel the stream first.';\n  end if;\n  if exists (\n    select from :schema.transactions t\n    where t.task_id = p_task.id and t.tx_type = 'payout' and t.stream_id is null and t.status in ('pending', 'processing')\n  ) then\n    raise exception 'A payment of task % is under way.', p_task.id\n      using errcode = 'GH409', constraint = 'task_payment_under_way', column = 'taskId',\n        hint = 'Try again when it is completed or has failed.';\n  end if;\n  perform :schema.move_money(array['task ' || p_task.id || ' return'], array['escrow:' || p_task.platform_id],\n    array['platform:' || p_task.platform_id], array[p_task.escrowed_amount::numeric], p_task.id, p_wide);\n  update :schema.tasks\n  set status = 'cancelled', escrowed_amount = 0, cancelled_at = clock_timestamp(), completed_at = null,\n    updated_at = clock_timestamp()\n  where id = p_task.id;\nend\n",
  "function risk_fee_bps(p_score integer)":
    "integer sql i as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select case when p_score >= 800 then 200 when p_score >= 600 then 350 else 500 end;\n",
  "function risk_inputs(p_worker text)":
    "TABLE(worker_id text, status text, reputation_score integer, account_age_days integer, completed_tasks bigint, late_tasks bigint, disputes bigint, ended_tasks bigint, recent_tasks bigint, recent_completed_tasks bigint, completion_rate double precision, on_time_rate double precision, average_rating double precision, loans bigint, loans_due bigint, loans_on_time bigint, open_loan_id text, written_off_loans bigint, weekly_deviation double precision, recent_earnings numeric) sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select w.id, w.status, w.reputation_score, :schema.account_age_days(w),\n    t.completed_tasks, t.late_tasks, t.ever_disputed_tasks, t.ended_tasks, d.tasks, d.completed,\n    case when d.tasks = 0 then 0 else d.completed::double precision / d.tasks end,\n    case when t.completed_tasks = 0 then 1 else 1 - t.late_tasks::double precision / t.completed_tasks end,\n    case when t.ratings = 0 then 0 else t.stars::double precision / t.ratings end,\n    l.loans, l.due, l.on_time, l.open_id, l.written_off, d.deviation, d.earned\n  from :schema.workers w\n  join :schema.worker_totals t on t.worker_id = w.id\n  cross join lateral (\n    select coalesce(sum(v.tasks), 0)::bigint as tasks, coalesce(sum(v.completed), 0)::bigint as completed,\n      coalesce(sum(v.earned), 0) as earned,\n      coalesce(stddev_pop(v.earned) filter (where v.payouts > 0), 0)::double precision as deviation\n    from (\n      -- Weeks begin on Sunday, in UTC.\n      select sum(k.tasks) as tasks, sum(k.completed) as completed, sum(k.payouts) as payouts, sum(k.earned) as earned\n      from :schema.work_parts k\n      where k.worker_id = w.id and k.day > (statement_timestamp() at time zone 'UTC')::date - 30\n      group by k.day - extract(dow from (k.day))::integer\n    ) as v\n  ) as d\n  cross join lateral (\n    -- A loan that runs says nothing yet: it counts once it is repaid, or its time is over.\n    select count(*) as loans,\n      count(*) filter (where n.status = 'repaid' or n.repayment_due < statement_timestamp()) as due,\n      count(*) filter (where n.status = 'repaid' and n.repaid_at <= n.repayment_due) as on_time,\n      max(n.id) filter (where n.status in ('pending', 'approved', 'disbursed', 'repaying', 'defaulted')) as open_id,\n      count(*) filter (where n.status = 'written_off') as written_off\n    from :schema.loans n where n.worker_id = w.id and n.status <> 'cancelled'\n  ) as l\n  where w.id = p_worker;\n",
  "function risk_max_advance(p_score integer, p_recent_earnings numeric)":
    "numeric sql i as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select least(500, trunc(p_recent_earnings * (5000 + 3 * p_score) * 0.0001, 6));\n",
  "function risk_parts(p_reputation_score integer, p_account_age_days integer, p_completed_tasks bigint, p_completion_rate double precision, p_on_time_rate double precision, p_average_rating double precision, p_disputes bigint, p_loans_due bigint, p_loans_on_time bigint, p_weekly_deviation double precision, p_recent_earnings numeric)":
    "TABLE(reputation double precision, maturity double precision, task_history double precision, performance double precision, disputes double precision, loan_history double precision, consistency double precision, score integer) sql i as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  -- The same double arithmetic in the same order as riskScore in risk.ts, so that both give the same numbers.\n  select p.reputation, p.maturity, p.task_history, p.performance, p.disputes, p.loan_history, p.consistency,\n    greatest(0, least(1000, floor(\n      p.reputation + p.maturity + p.task_history + p.performance + p.disputes + p.loan_history + p.consistency + 0.5\n    )))::integer\n  from (\n    select p_reputation_score::double precision / 1000 * 300 as reputation,\n      least(p_account_age_days::double precision / 90, 1) * 150 as maturity,\n      least(p_completed_tasks::double precision / 50, 1) * 250 as task_history,\n      (p_completion_rate * 0.4 + p_on_time_rate * 0.4 + p_average_rating / 5 * 0.2) * 200 as performance,\n      (100 - least(20 * p_disputes, 100))::double precision as disputes,\n      (case\n        when p_loans_due > 0 and p_loans_on_time = p_loans_due then 50\n        when p_loans_on_time * 5 < p_loans_due * 4 then -50\n        else 0\n      end)::double precision as loan_history,\n      (case\n        when p_weekly_deviation < 50 and p_recent_earnings > 100 then 30\n        when p_weekly_deviation > 150 then -30\n        else 0\n      end)::double precision as consistency\n    -- Computed once, where an inlined expression would be computed for every column that uses it.\n    offset 0\n  ) as p;\n",
  "function rotate_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_account_id text, p_key_id text, p_new_id text, p_prefix text, p_key_hash bytea, p_overlap_s double precision, p_ttl_s double precision)":
    "TABLE(id text, name text, prefix text, roles text[], created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, replaced_by text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_key :schema.api_keys%rowtype;\n  v_now timestamptz(3);\nbegin\n  select k.* into v_key\n  from :schema.api_keys as k\n  where k.id = p_key_id\n    and k.account_id = p_account_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'api_key_unknown',\n      message = format('There is no API key %s.', p_key_id);\n  end if;\n\n  v_now := clock_timestamp();\n\n  if v_key.revoked_at is not null or v_key.expires_at <= v_now or v_key.replaced_by is not null then\n    raise exception using\n      errcode = 'GH409',\n      constraint = 'api_key_not_live',\n      message = format('API key %s is revoked, expired or already rotated.', p_key_id),\n      hint = 'Create a new key, or rotate the one that followed it.';\n  end if;\n\n  update :schema.api_keys as k\n  set replaced_by = p_new_id,\n      expires_at = least(k.expires_at, v_now + make_interval(secs => p_overlap_s))\n  where k.id = p_key_id;\n\n  -- The one before it ends now, so that never more than two of a line are live.\n  update :schema.api_keys as k\n  set expires_at = v_now\n  where k.account_id = p_account_id\n    and k.replaced_by = p_key_id\n    and k.expires_at > v_now;\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'api_key.rotated',\n    p_key_id,\n    jsonb_build_object('accountId', p_account_id, 'replacedBy', p_new_id)\n  );\n\n  return query\n  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)\n  values (\n    p_new_id,\n    p_account_id,\n    v_key.name,\n    p_prefix,\n    p_key_hash,\n    v_key.roles,\n    v_now,\n    coalesce(v_now + make_interval(secs => p_ttl_s), v_now + (v_key.expires_at - v_key.created_at))\n  )\n  returning\n    n.id,\n    n.name,\n    n.prefix,\n    n.roles,\n    n.created_at::timestamptz,\n    n.expires_at::timestamptz,\n    n.last_used_at::timestamptz,\n    n.revoked_at::timestamptz,\n    n.replaced_by;\nend\n",
  "function rotate_sandbox_secret(p_actor_type text, p_actor_id text, p_request_id text, p_overlap_s double precision)":
    "bytea plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_secret constant bytea := :schema.webhook_new_secret();\n  v_last integer;\nbegin\n  -- Rotations wait for each other here; the second one then retires the key that the first one made.\n  lock table :schema.sandbox_secrets in share row exclusive mode;\n  select max(generation) into v_last from :schema.sandbox_secrets;\n  delete from :schema.sandbox_secrets where accepted_until is not null;\n  update :schema.sandbox_secrets set accepted_until = clock_timestamp() + make_interval(secs => p_overlap_s);\n  insert into :schema.sandbox_secrets (generation, secret) values (coalesce(v_last, 0) + 1, v_secret);\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'secret_rotated', 'rail', 'sandbox', '{}');\n  return v_secret;\nend\n",
  "function rotate_signing_key(p_actor_kind text, p_actor_id text, p_request_id text, p_overlap_s double precision)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_kid text;\nbegin\n  -- Rotations wait for each other here; the second one then retires the key that the first one made.\n  lock table :schema.auth_secrets in share row exclusive mode;\n\n  -- Earlier keys keep their own, sooner end; without overlap (a key has leaked) all of them end now.\n  update :schema.auth_secrets\n  set verify_until = least(verify_until, clock_timestamp() + make_interval(secs => p_overlap_s));\n\n  v_kid := :schema.signing_key();\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'signing_key.rotated',\n    v_kid,\n    jsonb_build_object('overlapS', p_overlap_s)\n  );\n\n  return v_kid;\nend\n",
  "function same_task(p_task tasks, p_worker text, p_type text, p_amount numeric, p_escrow numeric, p_title text, p_description text, p_metadata jsonb, p_scheduled_at timestamp with time zone, p_due_at timestamp with time zone, p_hold_until timestamp with time zone)":
    "boolean sql s set search_path=its own schema, pg_temp as \n  -- Posted open it may have been taken since; what was set aside may have been topped up or paid, so the posting tells.\n  select (p_worker is null or p_task.worker_id is not distinct from p_worker)\n    and (p_task.task_type, p_task.amount, p_task.title, p_task.description, p_task.metadata, p_task.scheduled_at,\n      p_task.due_at, p_task.hold_until)\n      is not distinct from (p_type, p_amount, p_title, p_description, p_metadata, p_scheduled_at::timestamptz(3),\n      p_due_at::timestamptz(3), p_hold_until::timestamptz(3))\n    and p_escrow = coalesce((\n      select t.amount * s.unit\n      from :schema.ledger_transfers t\n      join :schema.ledger_accounts a on a.id = t.debit_account\n      join :schema.ledger_assets s on s.id = a.asset_id\n      where t.key = encode(substring(sha256(convert_to('task ' || p_task.id || ' escrow', 'UTF8')) from 1 for 16), 'hex')::uuid\n    ), 0);\n",
  "function sandbox_find(p_reference text)":
    "jsonb sql v set search_path=its own schema, pg_temp as \n  update :schema.sandbox_transfers s\n  set looks = s.looks + 1, updated_at = clock_timestamp(),\n    state = case when s.state = 'accepted' and right(s.to_address, 4) = 'fade' and s.looks >= 1 then 'failed'\n      else s.state end,\n    reason = case when s.state = 'accepted' and right(s.to_address, 4) = 'fade' and s.looks >= 1\n      then 'It was dropped from the chain.' else s.reason end,\n    confirmations = case when s.state <> 'accepted' or right(s.to_address, 4) in ('cafe', 'fade') then s.confirmations\n      else least(12, s.confirmations + 4) end\n  where s.reference = p_reference and s.state <> 'lost'\n  returning jsonb_build_object('state', case s.state when 'accepted' then 'accepted' else 'failed' end,\n    'rail_reference', s.tx_hash, 'tx_hash', s.tx_hash, 'confirmations', s.confirmations, 'reason', s.reason);\n",
  "function sandbox_find_deposit(p_reference text)":
    "jsonb sql v set search_path=its own schema, pg_temp as \n  update :schema.sandbox_deposits s\n  set looks = s.looks + 1, updated_at = clock_timestamp(),\n    state = case when right(s.reference, 4) = 'fade' and s.looks >= 1 then 'failed' else s.state end,\n    reason = case when right(s.reference, 4) = 'fade' and s.looks >= 1 then 'It was dropped from the chain.' else s.reason end,\n    confirmations = case when s.state <> 'accepted' or right(s.reference, 4) in ('cafe', 'fade') then s.confirmations\n      else least(12, s.confirmations + 4) end\n  where s.reference = p_reference\n  returning jsonb_build_object('state', s.state, 'platform_id', s.platform_id, 'amount', trim_scale(s.amount)::text,\n    'confirmations', s.confirmations, 'reason', s.reason);\n",
  "function sandbox_keys()":
    "bytea[] plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if not exists (select from :schema.sandbox_secrets where accepted_until is null) then\n    -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.\n    insert into :schema.sandbox_secrets (generation, secret) values (1, :schema.webhook_new_secret())\n    on conflict do nothing;\n  end if;\n  return (\n    select array_agg(s.secret order by s.generation desc)\n    from :schema.sandbox_secrets s\n    where coalesce(s.accepted_until > clock_timestamp(), true)\n  );\nend\n",
  "function sandbox_send(p_reference text, p_amount numeric, p_to text, p_valid_until timestamp with time zone)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_rule constant text := right(p_to, 4);\n  v_row :schema.sandbox_transfers;\nbegin\n  if p_valid_until <= clock_timestamp() then\n    return jsonb_build_object('outcome', 'unknown', 'reason', 'It came too late, and was not accepted.');\n  end if;\n  -- The first send to an address that ends in 0bad gets lost on the way; the next one arrives.\n  insert into :schema.sandbox_transfers as s (reference, amount, to_address, state, sends, reason)\n  values (p_reference, p_amount, p_to,\n    case v_rule when '0bad' then 'lost' when 'dead' then 'refused' else 'accepted' end,\n    case when v_rule in ('0bad', 'dead') then 0 else 1 end,\n    case v_rule when 'dead' then 'The address is refused.' end)\n  on conflict on constraint sandbox_transfers_pkey do update\n  set state = case s.state when 'lost' then 'accepted' else s.state end,\n    sends = s.sends + (s.state <> 'refused')::integer, updated_at = clock_timestamp()\n  returning * into v_row;\n  return case\n    when v_row.state = 'refused' then jsonb_build_object('outcome', 'refused', 'reason', v_row.reason)\n    when v_row.state = 'lost' or v_rule = 'beef' then\n      jsonb_build_object('outcome', 'unknown', 'reason', 'The sandbox did not answer in time.')\n    else jsonb_build_object('outcome', 'accepted', 'rail_reference', v_row.tx_hash)\n  end;\nend\n",
  "function set_verification(p_actor_kind text, p_actor_id text, p_request_id text, p_task text, p_status text, p_by text, p_data jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_task :schema.tasks;\n  v_before text;\nbegin\n  select * into v_task from :schema.tasks where id = p_task for no key update;\n  if not found then\n    raise exception 'Task % not found.', p_task\n      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId',\n        hint = 'listTasks shows those there are.';\n  elsif v_task.status = 'cancelled' then\n    raise exception 'Task % is cancelled.', p_task\n      using errcode = 'GH409', constraint = 'task_cancelled', column = 'taskId',\n        hint = 'Nothing is paid for it: post another task.';\n  elsif p_by = 'auto' and v_task.verification_status <> 'pending' then\n    raise exception 'Task % is % already.', p_task, v_task.verification_status\n      using errcode = 'GH409', constraint = 'already_verified', column = 'taskId',\n        detail = jsonb_build_object('verificationStatus', v_task.verification_status)::text,\n        hint = 'A second look is for reviewTask: trying evidence until it passes is no verification.';\n  elsif p_status = 'rejected' and v_task.paid_amount > 0 then\n    raise exception 'Task % is paid already.', p_task\n      using errcode = 'GH409', constraint = 'already_paid', column = 'taskId', hint = 'Open a dispute.';\n  end if;\n  v_before := v_task.verification_status;\n  update :schema.tasks set verification_status = p_status, verified_by = p_by,\n    verification_data = coalesce(verification_data, '{}')\n      || case p_by when 'auto' then p_data else jsonb_build_object('review', p_data) end,\n    updated_at = clock_timestamp()\n  where id = p_task returning * into v_task;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id,\n    case p_by when 'auto' then 'verify_task' else 'review_task' end, 'task', p_task,\n    case p_by when 'auto' then p_data -> 'verification' else p_data end,\n    array_remove(array[v_task.platform_id, v_task.worker_id], null),\n    jsonb_build_object('verificationStatus', v_before), jsonb_build_object('verificationStatus', p_status));\n  return :schema.task_json(v_task);\nend\n",
  "function signing_key()":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_kid text;\nbegin\n  select s.kid into v_kid\n  from :schema.auth_secrets as s\n  where s.verify_until is null;\n\n  if found then\n    return v_kid;\n  end if;\n\n  -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.\n  -- Each uuid holds 122 bits from the strong random source; the hash draws 256 bits from 366.\n  insert into :schema.auth_secrets (kid, secret)\n  values (\n    'k_' || left(replace(gen_random_uuid()::text, '-', ''), 16),\n    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))\n  )\n  on conflict do nothing\n  returning kid into v_kid;\n\n  if v_kid is null then\n    -- Another process was quicker; its key is visible to this new statement.\n    select s.kid into strict v_kid\n    from :schema.auth_secrets as s\n    where s.verify_until is null;\n  end if;\n\n  return v_kid;\nend\n",
  "function split_payment(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_workers text[], p_amounts numeric[], p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_task :schema.tasks;\n  v_sum numeric;\n  v_worker text;\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\nbegin\n  if v_answer is not null then return v_answer; end if;\n  select * into v_task from :schema.tasks where id = p_task for no key update;\n  if v_task.id is null or v_task.status <> 'completed' then\n    perform :schema.refuse(:schema.payment_refusal(v_task, p_task, null));\n  end if;\n  perform :schema.refuse(:schema.hold_refusal(v_task));\n  select g.worker into v_worker from unnest(p_workers) as g(worker)\n  where not exists (select from :schema.workers w where w.id = g.worker) limit 1;\n  if v_worker is not null then\n    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId',\n      detail = jsonb_build_object('workerId', v_worker)::text,\n      hint = 'Shares go to registered workers.';\n  end if;\n  select t.worker_id into v_worker from :schema.transactions t\n  where t.task_id = p_task and t.tx_type = 'payout' and t.stream_id is null and t.worker_id = any (p_workers)\n    and t.status in ('pending', 'processing', 'completed') limit 1;\n  if v_worker is not null then\n    raise exception 'Task already paid' using errcode = 'GH409', constraint = 'task_already_paid', column = 'shares',\n      detail = jsonb_build_object('taskId', p_task, 'workerId', v_worker)::text,\n      hint = 'A worker is paid once for a task: leave the worker out.';\n  end if;\n  select sum(a) into v_sum from unnest(p_amounts) as a;\n  if v_sum > v_task.escrowed_amount then\n    raise exception 'The shares are % USDC, and task % has % in escrow.', trim_scale(v_sum), p_task,\n      trim_scale(v_task.escrowed_amount)\n      using errcode = 'GH429', constraint = 'insufficient_escrow', column = 'shares',\n        detail = jsonb_build_object('taskId', p_task, 'available', trim_scale(v_task.escrowed_amount)::text)::text,\n        hint = 'Pay less.';\n  end if;\n  v_answer := to_jsonb(:schema.post_payouts(p_actor_type, p_actor_id, p_request_id,\n    array_fill(p_task, array[cardinality(p_workers)]), p_workers, p_amounts, '{\"split\": true}', p_wide));\n  return :schema.end_once(p_account, p_key, v_answer);\nend\n",
  "function start_calls(p_calls jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \ndeclare\n  v_at constant timestamptz := clock_timestamp();\n  v_answers jsonb[];\n  v_records jsonb;\nbegin\n  perform :schema.begin_calls(p_calls);\n  perform from :schema.tasks t\n  where t.id = any (array(select c.task from jsonb_to_recordset(p_calls) as c(task text)))\n  order by t.id for no key update;\n  perform :schema.must_be_plain(\n    count(distinct t.id) = jsonb_array_length(p_calls)\n    and bool_and(t.status = 'pending' and w.status = 'active' and case c.actor_kind\n      when 'worker' then c.actor_id = t.worker_id when 'platform' then c.actor_id = t.platform_id else true end))\n  from jsonb_to_recordset(p_calls) as c(task text, actor_kind text, actor_id text)\n  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t\n  cross join lateral (select k.status from :schema.workers k where k.id = t.worker_id limit 1) as w;\n  update :schema.tasks t set status = 'active', started_at = v_at, updated_at = v_at\n  where t.id = any (array(select c.task from jsonb_to_recordset(p_calls) as c(task text)));\n  select array_agg(:schema.task_json(t) order by c.place),\n    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'start_task', 'event', 'task.started',\n      'type', 'task', 'id', t.id,\n      'metadata', jsonb_build_object('worker_id', t.worker_id), 'audiences', array[t.worker_id, t.platform_id])\n      order by c.place)\n  into v_answers, v_records\n  from jsonb_to_recordset(p_calls) as c(place integer, task text)\n  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;\n  return :schema.end_calls(p_calls, v_records, v_answers);\nend\n",
  "function start_withdrawal(p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_task text, p_amount numeric, p_to text, p_rail text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_id constant text := :schema.new_id('txn');\n  v_ids bigint[];\n  v_row :schema.transactions;\nbegin\n  -- Taken out of the balance at once: what is on its way cannot be spent again.\n  v_ids := :schema.move_money(array['withdrawal ' || v_id || ' take 1'], array['worker:' || p_worker], array['rail'],\n    array[p_amount], v_id, p_wide);\n  insert into :schema.transactions (id, worker_id, task_id, tx_type, amount, status, rail, to_address, attempts,\n    ledger_transfer_id)\n  values (v_id, p_worker, p_task, 'withdrawal', p_amount, 'pending', p_rail, p_to, 1, v_ids[1])\n  returning * into v_row;\n  perform :schema.queue_enqueue('send-transfer', jsonb_build_array(\n    jsonb_build_object('payload', jsonb_build_object('transactionId', v_id), 'key', v_id)));\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'request', 'withdrawal', v_id,\n    jsonb_build_object('workerId', p_worker, 'amount', trim_scale(p_amount)::text, 'toAddress', p_to), array[p_worker]);\n  return :schema.transaction_json(v_row);\nend\n",
  "function stream_accrued(p_stream streams, p_at timestamp with time zone)":
    "numeric sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  -- div() and the multiplication by 0.000001 are exact; a division of numerics would be rounded.\n  select case\n    when p_stream.status in ('completed', 'cancelled') then p_stream.released_amount\n    when :schema.stream_elapsed_s(p_stream, p_at) >= :schema.stream_duration_s(p_stream) then p_stream.funded_amount\n    else least(p_stream.funded_amount, 0.000001 * div(\n      p_stream.total_amount * 1000000 * floor(:schema.stream_elapsed_s(p_stream, p_at)),\n      :schema.stream_duration_s(p_stream)))\n  end;\n",
  "function stream_duration_s(p_stream streams)":
    "numeric sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select extract(epoch from (p_stream.end_time - p_stream.start_time)) - extract(epoch from (p_stream.paused_for));\n",
  "function stream_elapsed_s(p_stream streams, p_at timestamp with time zone)":
    "numeric sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select greatest(0, extract(epoch from least(p_at, p_stream.paused_at) - p_stream.start_time)\n    - extract(epoch from (p_stream.paused_for)));\n",
  "function stream_json(p_row streams)":
    "jsonb sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select to_jsonb(p_row) || jsonb_build_object(\n    'total_amount', trim_scale(p_row.total_amount)::text,\n    'funded_amount', trim_scale(p_row.funded_amount)::text,\n    'released_amount', trim_scale(p_row.released_amount)::text,\n    'remaining_amount', trim_scale(p_row.remaining_amount)::text\n  );\n",
  "function stream_next_release_at(p_stream streams, p_at timestamp with time zone)":
    "timestamp with time zone sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select least(\n    p_stream.end_time,\n    :schema.stream_runs_out_at(p_stream),\n    p_stream.end_time - make_interval(secs => (:schema.stream_duration_s(p_stream) - p_stream.release_interval\n      * (floor(:schema.stream_elapsed_s(p_stream, p_at) / p_stream.release_interval) + 1))::double precision)\n  );\n",
  "function stream_progress(p_stream streams, p_at timestamp with time zone)":
    "jsonb sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select :schema.stream_json(p_stream) || jsonb_build_object(\n    'accrued', trim_scale(:schema.stream_accrued(p_stream, p_at))::text,\n    'releasable', trim_scale(:schema.stream_accrued(p_stream, p_at) - p_stream.released_amount)::text,\n    'percent_released', trim_scale(0.01 * div(p_stream.released_amount * 10000, p_stream.total_amount))::text,\n    'amount_per_release', trim_scale(0.000001 * div(\n      p_stream.total_amount * 1000000 * p_stream.release_interval, :schema.stream_duration_s(p_stream)))::text,\n    'runs_out_at', :schema.stream_runs_out_at(p_stream) + w.waited,\n    'estimated_completion_at', case\n      when p_stream.status = 'completed' then p_stream.completed_at\n      when p_stream.status in ('active', 'paused') and p_stream.funded_amount = p_stream.total_amount\n      then p_stream.end_time + w.waited end\n  )\n  from (select case when p_stream.paused_at is null then interval '0'\n    else make_interval(secs => greatest(0,\n      extract(epoch from p_at - greatest(p_stream.paused_at, p_stream.start_time)))::double precision)\n  end as waited) as w;\n",
  "function stream_runs_out_at(p_stream streams)":
    "timestamp with time zone sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  -- The first whole second at which as much has accrued as is funded.\n  select case\n    when p_stream.funded_amount < p_stream.total_amount and p_stream.status in ('active', 'paused', 'insolvent')\n    then p_stream.end_time - make_interval(secs => greatest(0, :schema.stream_duration_s(p_stream) - div(\n      -- Whole numbers, rounded up: a is funded, b is the total, (a × duration + b - 1) div b.\n      p_stream.funded_amount * 1000000 * :schema.stream_duration_s(p_stream) * 1000000\n        + p_stream.total_amount * 1000000 * 1000000 - 1,\n      p_stream.total_amount * 1000000 * 1000000))::double precision)\n  end;\n",
  "function submit_task(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_task text, p_verification jsonb, p_proof text)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_task :schema.tasks;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{worker}', '{active}');\n  -- A verdict was on what was handed in before.\n  update :schema.tasks\n  set verification_data = coalesce(p_verification, verification_data), completion_proof = coalesce(p_proof, completion_proof),\n    verification_status = 'pending', verified_by = null, updated_at = clock_timestamp()\n  where id = p_task\n  returning * into v_task;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'submit_task', 'task', p_task,\n    jsonb_build_object('completion_proof', v_task.completion_proof), array[v_task.worker_id, v_task.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));\nend\n",
  "function task_json(p_row tasks)":
    "jsonb sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  select to_jsonb(p_row) || jsonb_build_object(\n    'amount', trim_scale(p_row.amount)::text,\n    'escrowed_amount', trim_scale(p_row.escrowed_amount)::text,\n    'paid_amount', trim_scale(p_row.paid_amount)::text\n  );\n",
  "function top_up_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_amount usdc, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_stream :schema.streams;\n  v_task :schema.tasks;\n  v_now timestamptz;\n  v_new numeric;\n  v_ran_out timestamptz;\n  v_late interval := '0';\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_stream := :schema.lock_stream(p_id);\n  select * into v_task from :schema.tasks t where t.id = v_stream.task_id;\n  v_now := clock_timestamp();\n  if v_stream.status in ('completed', 'cancelled') then\n    raise exception 'Stream % is %.', p_id, v_stream.status\n      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Begin another stream.';\n  end if;\n  if v_task.status not in ('active', 'completed') then\n    raise exception 'Task % is %, so its streams take no money.', v_task.id, v_task.status\n      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';\n  end if;\n  if p_amount > v_stream.total_amount - v_stream.funded_amount then\n    raise exception 'Stream % lacks less than %.', p_id, trim_scale(p_amount)\n      using errcode = 'GH409', constraint = 'above_stream_total', column = 'amount',\n        detail = jsonb_build_object(\n          'lacking', trim_scale(v_stream.total_amount - v_stream.funded_amount)::text)::text,\n        hint = 'A stream is funded up to its total.';\n  end if;\n  -- What lies in escrow and is promised to no stream is used before the platform's funds.\n  v_new := greatest(0, p_amount - (v_task.escrowed_amount - :schema.promised_escrow(v_task.id)));\n  perform :schema.move_money(\n    array['stream ' || p_id || ' top-up ' || trim_scale(v_stream.funded_amount)],\n    array['platform:' || v_stream.platform_id], array['escrow:' || v_stream.platform_id], array[v_new],\n    'stream top-up', p_wide);\n  update :schema.tasks t set escrowed_amount = t.escrowed_amount + v_new, updated_at = v_now where t.id = v_task.id;\n  -- Without money nothing accrues, noticed or not: the time since it ran out counts as a pause.\n  v_ran_out := :schema.stream_runs_out_at(v_stream);\n  if v_stream.status <> 'paused' and v_ran_out < v_now then\n    v_late := make_interval(secs => extract(epoch from v_now - v_ran_out)::double precision);\n  end if;\n  v_stream.funded_amount := v_stream.funded_amount + p_amount;\n  v_stream.paused_for := v_stream.paused_for + v_late;\n  v_stream.end_time := v_stream.end_time + v_late;\n  if v_stream.status = 'insolvent' then v_stream.status := 'active'; end if;\n  update :schema.streams s\n  set funded_amount = v_stream.funded_amount, paused_for = v_stream.paused_for, end_time = v_stream.end_time,\n    status = v_stream.status,\n    next_release_at = case when v_stream.status = 'active' then case\n      when s.next_release_at <= v_now then s.next_release_at\n      else :schema.stream_next_release_at(v_stream, v_now) end end,\n    updated_at = v_now\n  where s.id = p_id returning * into v_stream;\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'topped_up', 'stream', p_id,\n    jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(p_amount)::text,\n      'funded', trim_scale(v_stream.funded_amount)::text, 'fromPlatform', trim_scale(v_new)::text),\n    array[v_stream.worker_id, v_stream.platform_id]);\n  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));\nend\n",
  "function transaction_json(p_row transactions)":
    "jsonb sql s as \n  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.\n  -- The number of the ledger's entry is a matter of the books.\n  select (to_jsonb(p_row) - 'ledger_transfer_id') || jsonb_build_object(\n    'amount', trim_scale(p_row.amount)::text,\n    'fee', trim_scale(p_row.fee)::text\n  );\n",
  "function unlink_wallet(p_actor_type text, p_actor_id text, p_request_id text, p_worker text)":
    "boolean plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_before :schema.workers;\nbegin\n  perform from :schema.accounts where id = p_worker for no key update;\n  select * into v_before from :schema.workers where id = p_worker for update;\n  if not found then\n    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'id',\n      detail = jsonb_build_object('workerId', p_worker)::text, hint = 'listWorkers shows those there are.';\n  end if;\n  if v_before.wallet_address is null then return false; end if;\n  update :schema.workers set wallet_address = null, wallet_verified_at = null, updated_at = clock_timestamp()\n  where id = p_worker;\n  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'unlinked', 'wallet', p_worker, '{}',\n    array[p_worker],\n    jsonb_build_object('walletAddress', v_before.wallet_address, 'walletVerifiedAt', v_before.wallet_verified_at),\n    jsonb_build_object('walletAddress', null, 'walletVerifiedAt', null));\n  return v_before.wallet_verified_at is not null;\nend\n",
  "function update_account_ages()":
    "bigint sql s set search_path=its own schema, pg_temp as \n  select count(*) from :schema.workers w where :schema.account_age_days(w) >= 0;\n",
  "function update_platform_statistics()":
    "trigger plpgsql v as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each payout.\nbegin\n  if tg_op = 'UPDATE' then\n    insert into :schema.money_deltas\n      (worker_id, platform_id, day, asset, tx_type, status, paid_day, transactions, amount, fees)\n    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,\n      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,\n      sum(sign), sum(sign * amount), sum(sign * fee)\n    from (\n      select -1 as sign, o.* from old_transactions o\n      union all\n      select 1, n.* from new_transactions n\n    ) as c\n    group by 1, 2, 3, 4, 5, 6, 7\n    having sum(sign) <> 0 or sum(sign * amount) <> 0 or sum(sign * fee) <> 0;\n  else\n    insert into :schema.money_deltas\n      (worker_id, platform_id, day, asset, tx_type, status, paid_day, transactions, amount, fees)\n    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,\n      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,\n      -count(*), -sum(amount), -sum(fee)\n    from old_transactions\n    group by 1, 2, 3, 4, 5, 6, 7;\n  end if;\n  return null;\nend\n",
  "function update_reputation_score()":
    "trigger plpgsql v as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each event.\ndeclare\n  v_score integer;\n  v_new integer;\nbegin\n  -- The worker's row is locked: of two events at once the second begins from what the first has left. Locked and\n  -- changed by one statement: a second one would cost each event.\n  update :schema.workers w\n  set reputation_score = least(1000, greatest(0, o.reputation_score + new.requested_delta)), updated_at = clock_timestamp()\n  from (select k.id, k.reputation_score from :schema.workers k where k.id = new.worker_id for no key update) as o\n  where w.id = o.id and o.reputation_score <> least(1000, greatest(0, o.reputation_score + new.requested_delta))\n  returning o.reputation_score, w.reputation_score into v_score, v_new;\n  if not found then\n    -- No points, no room for them, or no worker: then the foreign key will say so, if no null is in its way.\n    select k.reputation_score into v_score from :schema.workers k where k.id = new.worker_id for no key update;\n    if not found then\n      v_score := 0;\n      new.requested_delta := 0;\n    end if;\n    v_new := least(1000, greatest(0, v_score + new.requested_delta));\n    -- Room was made meanwhile, perhaps, by whoever held the row.\n    if v_new <> v_score then\n      update :schema.workers set reputation_score = v_new, updated_at = clock_timestamp() where id = new.worker_id;\n    end if;\n  end if;\n  -- The number given before the lock could be of another order than the one the points were applied in.\n  new.seq := nextval(':schema.reputation_events_seq_seq');\n  new.previous_score := v_score;\n  new.new_score := v_new;\n  new.delta := v_new - v_score;\n  return new;\nend\n",
  "function update_stream_amounts()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  new.remaining_amount := new.total_amount - new.released_amount;\n  if tg_op = 'UPDATE' and new.remaining_amount = 0 and old.status in ('active', 'paused', 'insolvent')\n    and new.status <> 'cancelled' then\n    new.status := 'completed';\n    new.completed_at := coalesce(new.completed_at, clock_timestamp());\n    new.next_release_at := null;\n    new.paused_at := null;\n  end if;\n  return new;\nend\n",
  "function update_worker_last_active()":
    "trigger plpgsql v as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each task.\nbegin\n  -- A new row is activity, and is counted in the same delta: a second trigger would cost the hottest calls twice.\n  -- A few rows are the hot path: a delta for each, no grouping. Of many, grouped, the fold has less to do.\n  if tg_table_name = 'tasks' then\n    insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,\n      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)\n    select worker_id, platform_id, (created_at at time zone 'UTC')::date,\n      greatest(created_at, started_at, completed_at), 1, (status = 'pending')::integer, (status = 'active')::integer,\n      (status = 'completed')::integer, (status = 'cancelled')::integer,\n      (status = 'cancelled' and started_at is not null)::integer, (status = 'disputed')::integer, was_disputed::integer,\n      (status = 'completed' and due_at is not null and completed_at > due_at)::integer,\n      (status = 'completed' and started_at is not null)::integer,\n      case when status = 'completed' then amount else 0 end, paid_amount,\n      case when task_type = 'streaming' then paid_amount else 0 end,\n      case when status = 'cancelled' then 0 else amount - paid_amount end,\n      case when status = 'completed' and started_at is not null\n        then extract(epoch from completed_at - started_at) else 0 end\n    from new_tasks\n    where (select count(*) from new_tasks) <= 100;\n    if not found then\n      insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,\n        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)\n      select worker_id, platform_id, (created_at at time zone 'UTC')::date,\n        max(greatest(created_at, started_at, completed_at)), count(*), count(*) filter (where status = 'pending'),\n        count(*) filter (where status = 'active'), count(*) filter (where status = 'completed'),\n        count(*) filter (where status = 'cancelled'),\n        count(*) filter (where status = 'cancelled' and started_at is not null),\n        count(*) filter (where status = 'disputed'), count(*) filter (where was_disputed),\n        count(*) filter (where status = 'completed' and completed_at > due_at),\n        count(*) filter (where status = 'completed' and started_at is not null),\n        sum(case when status = 'completed' then amount else 0 end), sum(paid_amount),\n        sum(case when task_type = 'streaming' then paid_amount else 0 end),\n        sum(case when status = 'cancelled' then 0 else amount - paid_amount end),\n        sum(case when status = 'completed' and started_at is not null\n          then extract(epoch from completed_at - started_at) else 0 end)\n      from new_tasks\n      group by 1, 2, 3;\n    end if;\n  else\n    insert into :schema.money_deltas\n      (worker_id, platform_id, day, asset, tx_type, status, paid_day, active_at, transactions,\n        amount, fees)\n    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,\n      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,\n      created_at, 1, amount, fee\n    from new_transactions\n    where (select count(*) from new_transactions) <= 100;\n    if not found then\n      insert into :schema.money_deltas\n        (worker_id, platform_id, day, asset, tx_type, status, paid_day, active_at, transactions,\n        amount, fees)\n      select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,\n        case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,\n        max(created_at), count(*), sum(amount), sum(fee)\n      from new_transactions\n      group by 1, 2, 3, 4, 5, 6, 7;\n    end if;\n  end if;\n  return null;\nend\n",
  "function update_worker_ratings()":
    "trigger plpgsql v as \n-- There is no search_path setting: the one name below says its schema.\nbegin\n  insert into :schema.work_deltas (worker_id, ratings, stars) values (new.worker_id, 1, new.rating);\n  return null;\nend\n",
  "function update_worker_statistics()":
    "trigger plpgsql v as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each task.\ndeclare\n  v_left bigint;\nbegin\n  if tg_op = 'UPDATE' then\n    -- A few tasks that move on are the hot path: a row of differences for each, no grouping. A task with another worker\n    -- needs two rows, and takes the long way, as do many tasks at once: grouped, they are fewer rows to fold.\n    with made as (\n      insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, pending, active,\n        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)\n      select n.worker_id, n.platform_id, (n.created_at at time zone 'UTC')::date,\n        greatest(n.created_at, n.started_at, n.completed_at),\n        (n.status = 'pending')::integer - (o.status = 'pending')::integer,\n        (n.status = 'active')::integer - (o.status = 'active')::integer,\n        (n.status = 'completed')::integer - (o.status = 'completed')::integer,\n        (n.status = 'cancelled')::integer - (o.status = 'cancelled')::integer,\n        (n.status = 'cancelled' and n.started_at is not null)::integer\n          - (o.status = 'cancelled' and o.started_at is not null)::integer,\n        (n.status = 'disputed')::integer - (o.status = 'disputed')::integer,\n        n.was_disputed::integer - o.was_disputed::integer,\n        (n.status = 'completed' and n.due_at is not null and n.completed_at > n.due_at)::integer\n          - (o.status = 'completed' and o.due_at is not null and o.completed_at > o.due_at)::integer,\n        (n.status = 'completed' and n.started_at is not null)::integer\n          - (o.status = 'completed' and o.started_at is not null)::integer,\n        case when n.status = 'completed' then n.amount else 0 end - case when o.status = 'completed' then o.amount else 0 end,\n        n.paid_amount - o.paid_amount,\n        case when n.task_type = 'streaming' then n.paid_amount else 0 end\n          - case when o.task_type = 'streaming' then o.paid_amount else 0 end,\n        case when n.status = 'cancelled' then 0 else n.amount - n.paid_amount end\n          - case when o.status = 'cancelled' then 0 else o.amount - o.paid_amount end,\n        case when n.status = 'completed' and n.started_at is not null\n          then extract(epoch from (n.completed_at - n.started_at)) else 0 end\n        - case when o.status = 'completed' and o.started_at is not null\n          then extract(epoch from (o.completed_at - o.started_at)) else 0 end\n      from new_tasks n\n      join old_tasks o on o.id = n.id\n      where (select count(*) from new_tasks) <= 100\n        and n.worker_id is not distinct from o.worker_id and n.platform_id = o.platform_id and n.created_at = o.created_at\n        and (n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at, n.started_at, n.due_at, n.task_type)\n          is distinct from\n          (o.status, o.amount, o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)\n      returning id\n    )\n    select (select count(*) from new_tasks) - (select count(*) from made) into v_left;\n    if v_left = 0 then return null; end if;\n    insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,\n      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)\n    select worker_id, platform_id, (created_at at time zone 'UTC')::date,\n      max(greatest(created_at, started_at, completed_at)) filter (where sign = 1), sum(sign),\n      sum(case when status = 'pending' then sign else 0 end), sum(case when status = 'active' then sign else 0 end),\n      sum(case when status = 'completed' then sign else 0 end), sum(case when status = 'cancelled' then sign else 0 end),\n      sum(case when status = 'cancelled' and started_at is not null then sign else 0 end),\n      sum(case when status = 'disputed' then sign else 0 end), sum(case when was_disputed then sign else 0 end),\n      sum(case when status = 'completed' and completed_at > due_at then sign else 0 end),\n      sum(case when status = 'completed' and started_at is not null then sign else 0 end),\n      sum(case when status = 'completed' then sign * amount else 0 end), sum(sign * paid_amount),\n      sum(case when task_type = 'streaming' then sign * paid_amount else 0 end),\n      sum(case when status = 'cancelled' then 0 else sign * (amount - paid_amount) end),\n      sum(case when status = 'completed' and started_at is not null\n        then sign * extract(epoch from completed_at - started_at) else 0 end)\n    from (\n      select -1 as sign, o.* from old_tasks o\n      union all\n      select 1, n.* from new_tasks n\n    ) as c\n    -- What no statistic looks at leaves no delta: both rows of such a task are left out by the same comparison.\n    where c.id in (\n      select n.id from new_tasks n join old_tasks o on o.id = n.id\n      where ((select count(*) from new_tasks) > 100\n          or (n.worker_id, n.platform_id, n.created_at) is distinct from (o.worker_id, o.platform_id, o.created_at))\n        and (n.worker_id, n.platform_id, n.created_at, n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at,\n        n.started_at, n.due_at, n.task_type) is distinct from (o.worker_id, o.platform_id, o.created_at, o.status, o.amount,\n        o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)\n    )\n    group by 1, 2, 3;\n  else\n    insert into :schema.work_deltas (worker_id, platform_id, created_day, tasks, pending, active,\n      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)\n    select worker_id, platform_id, (created_at at time zone 'UTC')::date,\n      -count(*), -count(*) filter (where status = 'pending'),\n      -count(*) filter (where status = 'active'), -count(*) filter (where status = 'completed'),\n      -count(*) filter (where status = 'cancelled'),\n      -count(*) filter (where status = 'cancelled' and started_at is not null),\n      -count(*) filter (where status = 'disputed'), -count(*) filter (where was_disputed),\n      -count(*) filter (where status = 'completed' and completed_at > due_at),\n      -count(*) filter (where status = 'completed' and started_at is not null),\n      -sum(case when status = 'completed' then amount else 0 end), -sum(paid_amount),\n      -sum(case when task_type = 'streaming' then paid_amount else 0 end),\n      -sum(case when status = 'cancelled' then 0 else amount - paid_amount end),\n      -sum(case when status = 'completed' and started_at is not null\n        then extract(epoch from completed_at - started_at) else 0 end)\n    from old_tasks\n    group by 1, 2, 3;\n  end if;\n  return null;\nend\n",
  "function use_wallet_challenge(p_nonce text, p_address text, p_purpose text, p_worker text, p_domain text, p_uri text, p_chain_id bigint, p_issued_at timestamp with time zone, p_expires_at timestamp with time zone, p_not_before timestamp with time zone)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_row :schema.wallet_challenges;\n  v_now timestamptz(3);\nbegin\n  -- Of two callers with one nonce the second waits here, in whatever process, and finds it used.\n  select * into v_row from :schema.wallet_challenges where nonce = p_nonce for no key update;\n  if not found then return 'nonce_unknown'; end if;\n  v_now := clock_timestamp();\n  if v_row.used_at is not null then return 'nonce_used'; end if;\n  if v_now >= least(v_row.expires_at, p_expires_at) then return 'message_expired'; end if;\n  if v_now < p_not_before then return 'message_not_yet_valid'; end if;\n  if (p_address, p_purpose, p_worker, p_domain, p_uri, p_chain_id, p_issued_at, p_expires_at) is distinct from\n    (v_row.address, v_row.purpose, v_row.worker_id, v_row.domain, v_row.uri, v_row.chain_id, v_row.issued_at,\n      v_row.expires_at) then\n    return 'message_altered';\n  end if;\n  update :schema.wallet_challenges set used_at = v_now where nonce = p_nonce;\n  return null;\nend\n",
  "function wallet_refusal(p_worker text)":
    "jsonb sql i set search_path=its own schema, pg_temp as \n  select jsonb_build_object('state', 'GH409', 'message', format('Worker %s has no wallet address.', p_worker),\n    'reason', 'no_wallet', 'field', 'toAddress', 'details', jsonb_build_object('workerId', p_worker),\n    'hint', 'Give the worker a wallet address, or name one to send to.');\n",
  "function wallet_worker(p_address text)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_id text;\nbegin\n  select id into v_id from :schema.workers where wallet_address = p_address and wallet_verified_at is not null;\n  -- Linking and unlinking hold this lock: a sign-in sees what they have left, or ends with the sessions they end.\n  perform from :schema.accounts where id = v_id for no key update;\n  select id into v_id from :schema.workers\n  where id = v_id and wallet_address = p_address and wallet_verified_at is not null;\n  return v_id;\nend\n",
  "function webhook_claim(p_limit integer, p_per_endpoint integer, p_lease_s double precision)":
    "TABLE(id text, fence bigint, endpoint_id text, url text, body text, sent_at_s bigint, secrets bytea[]) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_now timestamptz(3) := clock_timestamp();\n  v_lease_end timestamptz(3) := v_now + make_interval(secs => p_lease_s);\nbegin\n  -- The usual poll finds nothing, and finds it out by one look at one index.\n  if not exists (select from :schema.webhook_deliveries as d where d.due_at <= v_now) then\n    return;\n  end if;\n\n  return query\n  with ripe as materialized (\n    -- A few of each endpoint, so that one that hangs or is far behind takes no more than its share of the workers.\n    select due.id\n    from :schema.webhook_endpoints as e\n    join :schema.accounts as a on a.id = e.owner_id and a.disabled_at is null\n    cross join lateral (\n      select count(*)::integer as leased\n      from :schema.webhook_deliveries as l\n      where l.endpoint_id = e.id\n        and l.leased_until > v_now\n    ) as busy\n    cross join lateral (\n      select d.id, d.due_at\n      from :schema.webhook_deliveries as d\n      where d.endpoint_id = e.id\n        and d.due_at <= v_now\n      order by d.due_at\n      limit greatest(p_per_endpoint - busy.leased, 0)\n    ) as due\n    where e.state = 'active'\n    order by due.due_at\n    limit p_limit\n  ),\n  locked as materialized (\n    select d.id\n    from :schema.webhook_deliveries as d\n    join ripe on ripe.id = d.id\n    where d.due_at <= v_now\n    order by d.id\n    for update of d skip locked\n  ),\n  claimed as (\n    update :schema.webhook_deliveries as d\n    set fence = d.fence + 1,\n        due_at = v_lease_end,\n        leased_until = v_lease_end\n    from locked\n    where d.id = locked.id\n    returning d.id, d.fence, d.endpoint_id, d.body\n  )\n  select\n    c.id,\n    c.fence,\n    c.endpoint_id,\n    e.url,\n    c.body,\n    floor(extract(epoch from v_now))::bigint,\n    array(\n      select s.secret\n      from :schema.webhook_secrets as s\n      where s.endpoint_id = c.endpoint_id\n        and (s.signs_until is null or s.signs_until > v_now)\n      order by s.generation desc\n    )\n  from claimed as c\n  join :schema.webhook_endpoints as e on e.id = c.endpoint_id;\nend\n",
  "function webhook_create_endpoint(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_owner_id text, p_url text, p_description text, p_event_types text[], p_max_endpoints integer)":
    "bytea plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_secret bytea := :schema.webhook_new_secret();\nbegin\n  -- The lock makes the count below exact.\n  perform from :schema.accounts as a where a.id = p_owner_id for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'account_unknown',\n      message = format('There is no account %s.', p_owner_id);\n  end if;\n\n  if p_max_endpoints <= (select count(*) from :schema.webhook_endpoints as e where e.owner_id = p_owner_id) then\n    raise exception using\n      errcode = 'GH429',\n      constraint = 'too_many_webhooks',\n      message = format('Account %s has %s webhook endpoints, which is the limit.', p_owner_id, p_max_endpoints),\n      hint = 'Delete one that is not used any more, or let one endpoint take more event types.';\n  end if;\n\n  insert into :schema.webhook_endpoints (id, owner_id, url, description, event_types)\n  values (p_id, p_owner_id, p_url, p_description, p_event_types);\n\n  insert into :schema.webhook_secrets (endpoint_id, generation, secret)\n  values (p_id, 1, v_secret);\n\n  perform :schema.record_change(\n    p_actor_kind, p_actor_id, p_request_id, 'webhook.created', p_id, p_owner_id, null,\n    jsonb_build_object('url', p_url, 'eventTypes', p_event_types)\n  );\n\n  update :schema.webhook_endpoints as e\n  set after_event_id = o.id\n  from :schema.outbox as o\n  where e.id = p_id\n    and o.xid = pg_current_xact_id()\n    and o.subject = p_id;\n\n  return v_secret;\nend\n",
  "function webhook_new_secret()":
    "bytea sql v set search_path=its own schema, pg_temp as \n  -- Two random UUIDs hold 244 bits; hashing spreads them over 32 bytes. Made here, so that no statement log has it.\n  select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));\n",
  "function webhook_record_attempt(p_id text, p_fence bigint, p_status integer, p_duration_ms integer, p_error text, p_response text, p_retry_after_s double precision, p_retry_at timestamp with time zone)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_delivery :schema.webhook_deliveries%rowtype;\n  v_failing_since timestamptz(3);\n  v_now timestamptz(3);\n  v_delay interval;\n  v_asked interval;\n  v_reason text;\nbegin\n  -- The endpoint before its delivery, as deleting an endpoint locks them.\n  perform from :schema.webhook_endpoints as e\n  where e.id = (select d.endpoint_id from :schema.webhook_deliveries as d where d.id = p_id)\n  for key share;\n\n  select d.* into v_delivery\n  from :schema.webhook_deliveries as d\n  where d.id = p_id\n    and d.fence = p_fence\n  for update;\n\n  if not found then\n    return 'stale';\n  end if;\n\n  v_now := clock_timestamp();\n\n  insert into :schema.webhook_attempts (delivery_id, number, endpoint_id, at, status, duration_ms, error, response)\n  values (p_id, v_delivery.attempts + 1, v_delivery.endpoint_id, v_now, p_status, p_duration_ms, p_error, p_response);\n\n  if p_error is null then\n    update :schema.webhook_endpoints as e\n    set failing_since = null\n    where e.id = v_delivery.endpoint_id\n      and e.failing_since is not null;\n  elsif p_status = 410 then\n    v_reason := 'endpoint_gone';\n  elsif v_delivery.event_id is null then\n    v_reason := 'test_failed';\n  else\n    v_delay := :schema.webhook_retry_delay(v_delivery.tries + 1);\n    if v_delay is null then\n      v_reason := 'schedule_ended';\n    end if;\n  end if;\n\n  if p_error is not null and v_reason is null then\n    -- A fifth at most on top spreads what failed together; the receiver's own wish counts up to a day.\n    v_delay := v_delay * (1 + 0.2 * random());\n    v_asked := case\n      when p_retry_after_s is not null then make_interval(secs => least(p_retry_after_s, 86400))\n      when p_retry_at is not null then least(p_retry_at - v_now, interval '24 hours')\n      else v_delay\n    end;\n\n    update :schema.webhook_deliveries as d\n    set attempts = d.attempts + 1,\n        tries = d.tries + 1,\n        due_at = v_now + greatest(v_delay, v_asked),\n        leased_until = null,\n        last_status = p_status,\n        last_error = p_error\n    where d.id = p_id;\n\n    return 'retry';\n  end if;\n\n  delete from :schema.webhook_deliveries as d\n  where d.id = p_id;\n\n  insert into :schema.webhook_delivery_history (\n    id, endpoint_id, event_id, event_type, subject, body, attempts, fence, state, reason,\n    last_status, last_error, created_at, finished_at\n  )\n  values (\n    p_id, v_delivery.endpoint_id, v_delivery.event_id, v_delivery.event_type, v_delivery.subject, v_delivery.body,\n    v_delivery.attempts + 1, p_fence, case when v_reason is null then 'delivered' else 'dead' end, v_reason,\n    p_status, p_error, v_delivery.created_at, v_now\n  );\n\n  if v_reason is null then\n    return 'delivered';\n  end if;\n\n  if v_reason = 'endpoint_gone' then\n    perform :schema.webhook_set_state('system', null, null, v_delivery.endpoint_id, 'disabled', 'gone');\n  elsif v_reason = 'schedule_ended' then\n    update :schema.webhook_endpoints as e\n    set failing_since = coalesce(e.failing_since, v_now)\n    where e.id = v_delivery.endpoint_id\n    returning e.failing_since into v_failing_since;\n\n    if v_failing_since <= v_now - interval '5 days' then\n      perform :schema.webhook_set_state('system', null, null, v_delivery.endpoint_id, 'disabled', 'failing');\n    end if;\n  end if;\n\n  return 'dead';\nend\n",
  "function webhook_replay(p_endpoint_id text, p_delivery_id text, p_since timestamp with time zone, p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_state text;\n  v_moved integer;\nbegin\n  select e.state into v_state\n  from :schema.webhook_endpoints as e\n  where e.id = p_endpoint_id\n  for key share;\n\n  if v_state is null then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'webhook_unknown',\n      message = format('There is no webhook endpoint %s.', p_endpoint_id);\n  end if;\n\n  if v_state = 'disabled' then\n    raise exception using\n      errcode = 'GH409',\n      constraint = 'webhook_disabled',\n      message = format('Webhook endpoint %s is disabled.', p_endpoint_id),\n      hint = 'Enable it first.';\n  end if;\n\n  if p_delivery_id is not null then\n    -- One that still waits for its next try is made now; one that somebody is at is left alone.\n    update :schema.webhook_deliveries as d\n    set due_at = clock_timestamp()\n    where d.id = p_delivery_id\n      and d.endpoint_id = p_endpoint_id\n      and d.leased_until is null;\n\n    if found then\n      return 1;\n    end if;\n  end if;\n\n  with chosen as materialized (\n    select h.id, h.finished_at\n    from :schema.webhook_delivery_history as h\n    where h.endpoint_id = p_endpoint_id\n      and case\n        when p_delivery_id is null then h.state = 'dead' and h.event_id is not null and h.created_at >= p_since\n        else h.id = p_delivery_id\n      end\n    order by h.created_at, h.id\n    limit p_limit\n    for update skip locked\n  ),\n  gone as (\n    delete from :schema.webhook_delivery_history as h\n    using chosen\n    where h.id = chosen.id\n      and h.finished_at = chosen.finished_at\n    returning h.*\n  ),\n  back as (\n    insert into :schema.webhook_deliveries (\n      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, last_status, last_error, created_at\n    )\n    select id, endpoint_id, event_id, event_type, subject, body, attempts, fence, last_status, last_error, created_at\n    from gone\n    returning 1\n  )\n  select count(*)::integer into v_moved from back;\n\n  return v_moved;\nend\n",
  "function webhook_retire_deliveries(p_limit integer)":
    "integer sql v set search_path=its own schema, pg_temp as \n  with idle as materialized (\n    select d.id\n    from :schema.webhook_endpoints as e\n    join :schema.accounts as a on a.id = e.owner_id\n    cross join lateral (\n      select w.id\n      from :schema.webhook_deliveries as w\n      where w.endpoint_id = e.id\n        and (w.leased_until is null or w.leased_until < statement_timestamp())\n      limit p_limit\n    ) as d\n    where e.state = 'disabled'\n      or a.disabled_at is not null\n    limit p_limit\n  ),\n  locked as materialized (\n    select d.id\n    from :schema.webhook_deliveries as d\n    join idle on idle.id = d.id\n    order by d.id\n    for update of d skip locked\n  ),\n  gone as (\n    delete from :schema.webhook_deliveries as d\n    using locked\n    where d.id = locked.id\n      and (d.leased_until is null or d.leased_until < statement_timestamp())\n    returning d.*\n  ),\n  kept as (\n    insert into :schema.webhook_delivery_history (\n      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, state, reason,\n      last_status, last_error, created_at\n    )\n    select\n      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, 'dead', 'endpoint_disabled',\n      last_status, last_error, created_at\n    from gone\n    returning 1\n  )\n  select count(*)::integer from kept;\n",
  "function webhook_retry_delay(p_tries integer)":
    "interval sql i set search_path=its own schema, pg_temp as \n  -- The schedule that Standard Webhooks recommends: ten attempts over three days.\n  select (array[\n    interval '5 seconds', interval '5 minutes', interval '30 minutes', interval '2 hours', interval '5 hours',\n    interval '10 hours', interval '14 hours', interval '20 hours', interval '24 hours'\n  ])[p_tries];\n",
  "function webhook_rotate_secret(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_overlap_s double precision)":
    "TABLE(secret bytea, old_signs_until timestamp with time zone) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_endpoint :schema.webhook_endpoints%rowtype;\n  v_secret bytea := :schema.webhook_new_secret();\n  v_until timestamptz(3);\nbegin\n  -- Rotations of one endpoint wait for each other here.\n  select e.* into v_endpoint\n  from :schema.webhook_endpoints as e\n  where e.id = p_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'webhook_unknown',\n      message = format('There is no webhook endpoint %s.', p_id);\n  end if;\n\n  v_until := clock_timestamp() + make_interval(secs => p_overlap_s);\n\n  -- Keys before the last one end now, so that never more than two sign.\n  delete from :schema.webhook_secrets as s\n  where s.endpoint_id = p_id\n    and s.signs_until is not null;\n\n  update :schema.webhook_secrets as s\n  set signs_until = v_until\n  where s.endpoint_id = p_id;\n\n  insert into :schema.webhook_secrets (endpoint_id, generation, secret)\n  select p_id, max(s.generation) + 1, v_secret\n  from :schema.webhook_secrets as s\n  where s.endpoint_id = p_id;\n\n  perform :schema.record_change(\n    p_actor_kind, p_actor_id, p_request_id, 'webhook.secret_rotated', p_id, v_endpoint.owner_id, null,\n    jsonb_build_object('overlapS', p_overlap_s)\n  );\n\n  return query select v_secret, v_until::timestamptz;\nend\n",
  "function webhook_set_state(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_state text, p_reason text)":
    "boolean plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_endpoint :schema.webhook_endpoints%rowtype;\n  v_now timestamptz(3);\nbegin\n  select e.* into v_endpoint\n  from :schema.webhook_endpoints as e\n  where e.id = p_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'webhook_unknown',\n      message = format('There is no webhook endpoint %s.', p_id);\n  end if;\n\n  if v_endpoint.state = p_state then\n    return false;\n  end if;\n\n  v_now := clock_timestamp();\n\n  update :schema.webhook_endpoints as e\n  set state = p_state,\n      disabled_at = case when p_state = 'disabled' then v_now end,\n      disabled_reason = case when p_state = 'disabled' then p_reason end,\n      failing_since = null,\n      updated_at = v_now\n  where e.id = p_id;\n\n  perform :schema.record_change(\n    p_actor_kind, p_actor_id, p_request_id,\n    case when p_state = 'disabled' then 'webhook.disabled' else 'webhook.enabled' end,\n    p_id, v_endpoint.owner_id,\n    jsonb_build_object('state', v_endpoint.state, 'url', v_endpoint.url),\n    jsonb_build_object('state', p_state, 'url', v_endpoint.url, 'reason', p_reason)\n  );\n\n  return true;\nend\n",
  "function withdraw(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_worker text, p_amount numeric, p_to text, p_rail text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_worker :schema.workers;\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\nbegin\n  if v_answer is not null then return v_answer; end if;\n  select * into v_worker from :schema.workers where id = p_worker;\n  if not found then\n    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId',\n      detail = jsonb_build_object('workerId', p_worker)::text,\n      hint = 'listWorkers shows those there are.';\n  end if;\n  if v_worker.status = 'suspended' then\n    raise exception 'Worker % is suspended.', p_worker using errcode = 'GH403', constraint = 'worker_suspended',\n      column = 'workerId', hint = 'An administrator can lift the suspension.';\n  end if;\n  if coalesce(p_to, v_worker.wallet_address) is null then\n    perform :schema.refuse(:schema.wallet_refusal(p_worker));\n  end if;\n  return :schema.end_once(p_account, p_key, :schema.start_withdrawal(p_actor_type, p_actor_id, p_request_id, p_worker,\n    null, p_amount, coalesce(p_to, v_worker.wallet_address), p_rail, p_wide));\nend\n",
  "function withdraw_from_stream(p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_id text, p_amount usdc, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  v_stream :schema.streams;\n  v_task_status text;\n  v_payout :schema.transactions;\n  v_now timestamptz;\n  v_releasable numeric;\nbegin\n  if v_answer is not null then return v_answer; end if;\n  v_stream := :schema.lock_stream(p_id);\n  v_now := clock_timestamp();\n  v_releasable := :schema.stream_accrued(v_stream, v_now) - v_stream.released_amount;\n  if v_releasable <= 0 then\n    raise exception 'Nothing to release: stream % is %, and all that has accrued is paid.', p_id, v_stream.status\n      using errcode = 'GH409', constraint = 'nothing_to_release', column = 'streamId',\n        hint = 'Pay accrues by the second while a stream is active.';\n  end if;\n  if p_amount > v_releasable then\n    raise exception 'Only % of stream % has accrued and is not paid.', trim_scale(v_releasable), p_id\n      using errcode = 'GH409', constraint = 'above_releasable', column = 'amount',\n        detail = jsonb_build_object('releasable', trim_scale(v_releasable)::text)::text,\n        hint = 'Leave out the amount to take all there is.';\n  end if;\n  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;\n  if v_task_status not in ('active', 'completed') then\n    raise exception 'Task % is %, so its streams pay nothing.', v_stream.task_id, v_task_status\n      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';\n  end if;\n  select * into v_payout\n  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, array[p_id], p_amount, v_now, p_wide) as r;\n  select * into v_stream from :schema.streams s where s.id = p_id;\n  return :schema.end_once(p_account, p_key, jsonb_build_object(\n    'stream', :schema.stream_progress(v_stream, v_now), 'transaction', :schema.transaction_json(v_payout)));\nend\n",
  "function withhold_repayment(p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean)":
    "numeric plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_loan :schema.loans;\n  v_key text := p_key || ' repayment';\n  v_amount numeric;\n  v_taken numeric;\nbegin\n  select * into v_loan from :schema.loans\n  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted', 'written_off')\n  order by created_at, id limit 1 for no key update;\n  if not found then return 0; end if;\n  select amount into v_amount from :schema.transactions where rail = 'ledger' and rail_reference = v_key;\n  if found then return v_amount; end if;\n  -- A task repays one instalment, in however many releases and payouts it is paid.\n  select coalesce(sum(t.amount), 0) into v_taken\n  from :schema.transactions t\n  where t.task_id = p_task and t.loan_id = v_loan.id and t.tx_type = 'repayment';\n  -- Rounded up: five instalments are never less than the whole, and the last takes only what is left.\n  v_amount := least(\n    ceil(v_loan.total_due * 1000000 / v_loan.installments) / 1000000 - v_taken, p_paid,\n    v_loan.total_due - v_loan.amount_repaid\n  );\n  if v_amount <= 0 then return 0; end if;\n  perform :schema.repay_loan('system', null, null, v_loan.id, p_worker, p_task, v_amount,\n    case when v_taken = 0 then 1 else 0 end, v_key, p_wide);\n  return v_amount;\nend\n",
  "function worker_reputation(p_worker text)":
    "jsonb sql s set search_path=its own schema, pg_temp as \n  select jsonb_build_object(\n    'worker_id', w.id, 'score', w.reputation_score, 'rank', :schema.reputation_rank(w.reputation_score),\n    'badges', to_jsonb(:schema.reputation_badges(t.completed_tasks, t.completion_rate, t.ratings, t.average_rating,\n      k.score)),\n    'percentile', (\n      select round(100.0 * count(*) filter (where o.reputation_score <= w.reputation_score) / count(*), 2)\n      from :schema.workers o),\n    'risk_score', k.score, 'completed_tasks', t.completed_tasks, 'completion_rate', t.completion_rate,\n    'ratings', t.ratings, 'average_rating', t.average_rating,\n    'explanation', jsonb_build_object('start', w.initial_score, 'points', coalesce(points.list, '[]')),\n    'events', coalesce((\n      select jsonb_agg(to_jsonb(e) - 'seq' order by e.seq desc)\n      from (\n        select * from :schema.reputation_events r where r.worker_id = w.id order by r.seq desc limit 20\n      ) as e), '[]')\n  )\n  from :schema.workers w\n  join :schema.worker_totals t on t.worker_id = w.id\n  cross join lateral :schema.risk_inputs(w.id) as i\n  cross join lateral :schema.risk_parts(i.reputation_score, i.account_age_days, i.completed_tasks, i.completion_rate,\n    i.on_time_rate, i.average_rating, i.disputes, i.loans_due, i.loans_on_time, i.weekly_deviation, i.recent_earnings) as k\n  cross join lateral (\n    select jsonb_agg(jsonb_build_object('type', g.event_type, 'events', g.events, 'points', g.points) order by g.event_type)\n      as list\n    from (\n      select r.event_type, count(*) as events, sum(r.delta) as points\n      from :schema.reputation_events r where r.worker_id = w.id group by r.event_type\n    ) as g\n  ) as points\n  where w.id = p_worker;\n",
  "function write_off_loan(p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea, p_loan text, p_reason text, p_wide boolean)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_answer jsonb;\n  v_loan :schema.loans;\n  v_due numeric;\nbegin\n  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);\n  if v_answer is not null then return v_answer; end if;\n  select * into v_loan from :schema.loans where id = p_loan for no key update;\n  if not found then\n    raise exception 'Loan % not found.', p_loan\n      using errcode = 'GH404', constraint = 'loan_not_found', column = 'loanId', hint = 'listLoans shows all of them.';\n  elsif v_loan.status <> 'defaulted' then\n    raise exception 'Loan % is %, not defaulted.', p_loan, v_loan.status\n      using errcode = 'GH409', constraint = 'loan_not_defaulted', column = 'loanId',\n        detail = jsonb_build_object('status', v_loan.status)::text,\n        hint = 'Only what was not repaid in time can be written off.';\n  end if;\n  v_due := v_loan.total_due - v_loan.amount_repaid;\n  perform :schema.move_money(array['loan ' || p_loan || ' write-off'], array['losses'],\n    array['advance:' || v_loan.worker_id], array[v_due], p_loan, p_wide);\n  update :schema.loans set status = 'written_off', written_off_at = clock_timestamp(), updated_at = clock_timestamp()\n  where id = p_loan returning * into v_loan;\n  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'written_off', 'loan', p_loan,\n    jsonb_build_object('workerId', v_loan.worker_id, 'loss', trim_scale(v_due)::text, 'reason', p_reason),\n    array[v_loan.worker_id]);\n  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));\nend\n",
  "grant account_sessions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant accounts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant active_streams_view to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant api_keys to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant audit_log to owner":
    "insert, references, select, trigger",
  "grant audit_logs to owner":
    "insert, references, select, trigger",
  "grant auth_secrets to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant chain_transactions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant daily_transaction_summary to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant daily_work to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant idempotency_keys to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant import_refusals to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant imports to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant inbound_events to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_daily_transactions_equal to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_escrow_equals_tasks to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_ledger_balances_equal_journal to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_ledger_holds_open to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_ledger_in_balance to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_ledger_seals_unbroken to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_ledger_within_limits to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_loans_equal_books to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_losses_equal_loans to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_outbox_not_ahead to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_payouts_have_entries to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_platform_statistics_equal_tasks to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_queue_job_in_one_place to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_queue_lease_has_claim to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_queue_slot_behind_pointer to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_rail_equals_transactions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_reputation_replays to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_sandbox_sends_once to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_stream_releases_equal_transactions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_streams_within_escrow to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_webhook_cursor_not_ahead to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_webhook_deliveries_once to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_worker_statistics_equal_tasks to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_account_balances to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_accounts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_assets to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_balances to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_holds to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_seal_marks to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant ledger_seals to owner":
    "insert, references, select, trigger",
  "grant ledger_transfers to owner":
    "insert, references, select, trigger",
  "grant ledger_trial_balance to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant loans to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant migration_objects to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant migrations to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant money_deltas to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant outbox to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platform_activity to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platform_performance_view to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platform_profiles to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platform_statistics to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platform_totals to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platform_workers to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant platforms to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_attempts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_claims to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_dead to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_history to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_jobs to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_overview to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_schedules to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_settings to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_slots to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant queue_states to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant rail_notifications to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant recomputed_worker_days to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant refresh_tokens to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant reputation_events to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant retention_alarms to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant retention_policies to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant retention_status to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant sandbox_deposits to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant sandbox_secrets to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant sandbox_transfers to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant streams to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant tasks to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant transaction_days to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant transactions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant wallet_challenges to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant webhook_attempts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant webhook_cursor to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant webhook_deliveries to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant webhook_delivery_history to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant webhook_endpoints to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant webhook_secrets to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant work_deltas to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant work_parts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_days to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_earnings_view to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_profiles to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_risk_assessment to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_statistics to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_totals to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant worker_transactions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant workers to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "index account_sessions.account_sessions_account_id_idx":
    "CREATE INDEX account_sessions_account_id_idx ON account_sessions USING btree (account_id, created_at DESC, id DESC)",
  "index account_sessions.account_sessions_expires_at_idx":
    "CREATE INDEX account_sessions_expires_at_idx ON account_sessions USING btree (expires_at)",
  "index api_keys.api_keys_account_id_idx":
    "CREATE INDEX api_keys_account_id_idx ON api_keys USING btree (account_id, created_at DESC, id DESC)",
  "index audit_log.audit_log_at_idx":
    "CREATE INDEX audit_log_at_idx ON audit_log USING btree (at DESC, id DESC)",
  "index audit_log.audit_log_subject_idx":
    "CREATE INDEX audit_log_subject_idx ON audit_log USING btree (subject, at DESC, id DESC)",
  "index audit_logs.audit_logs_actor_id_idx":
    "CREATE INDEX audit_logs_actor_id_idx ON audit_logs USING btree (actor_id, created_at DESC, id DESC) WHERE (actor_id IS NOT NULL)",
  "index audit_logs.audit_logs_created_at_idx":
    "CREATE INDEX audit_logs_created_at_idx ON audit_logs USING btree (created_at DESC, id DESC)",
  "index audit_logs.audit_logs_resource_id_idx":
    "CREATE INDEX audit_logs_resource_id_idx ON audit_logs USING btree (resource_id, created_at DESC, id DESC)",
  "index auth_secrets.auth_secrets_signing_key":
    "CREATE UNIQUE INDEX auth_secrets_signing_key ON auth_secrets USING btree ((true)) WHERE (verify_until IS NULL)",
  "index chain_transactions.chain_transactions_at_idx":
    "CREATE INDEX chain_transactions_at_idx ON chain_transactions USING btree (at DESC, tx_hash)",
  "index idempotency_keys.idempotency_keys_created_at_idx":
    "CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys USING btree (created_at)",
  "index imports.imports_platform_id_idx":
    "CREATE INDEX imports_platform_id_idx ON imports USING btree (platform_id)",
  "index imports.imports_started_at_idx":
    "CREATE INDEX imports_started_at_idx ON imports USING btree (started_at, id)",
  "index imports.imports_unfinished_idx":
    "CREATE INDEX imports_unfinished_idx ON imports USING btree (kind, source, started_at) WHERE (state = ANY (ARRAY['running'::text, 'stopped'::text, 'failed'::text]))",
  "index inbound_events.inbound_events_done_at_idx":
    "CREATE INDEX inbound_events_done_at_idx ON inbound_events USING btree (done_at)",
  "index inbound_events.inbound_events_task_id_idx":
    "CREATE INDEX inbound_events_task_id_idx ON inbound_events USING btree (task_id) WHERE (task_id IS NOT NULL)",
  "index ledger_holds.ledger_holds_expires_at_idx":
    "CREATE INDEX ledger_holds_expires_at_idx ON ledger_holds USING btree (expires_at) WHERE (expires_at IS NOT NULL)",
  "index ledger_transfers.ledger_transfers_credit_idx":
    "CREATE INDEX ledger_transfers_credit_idx ON ledger_transfers USING btree (credit_account, id)",
  "index ledger_transfers.ledger_transfers_debit_idx":
    "CREATE INDEX ledger_transfers_debit_idx ON ledger_transfers USING btree (debit_account, id)",
  "index ledger_transfers.ledger_transfers_hold_id_key":
    "CREATE UNIQUE INDEX ledger_transfers_hold_id_key ON ledger_transfers USING btree (hold_id) WHERE (hold_id IS NOT NULL)",
  "index loans.loans_due_idx":
    "CREATE INDEX loans_due_idx ON loans USING btree (repayment_due) WHERE (status = ANY (ARRAY['disbursed'::text, 'repaying'::text]))",
  "index loans.loans_open_key":
    "CREATE UNIQUE INDEX loans_open_key ON loans USING btree (worker_id) WHERE (status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text, 'repaying'::text]))",
  "index loans.loans_worker_id_idx":
    "CREATE INDEX loans_worker_id_idx ON loans USING btree (worker_id, created_at DESC, id DESC)",
  "index money_deltas.money_deltas_day_idx":
    "CREATE INDEX money_deltas_day_idx ON money_deltas USING btree (day)",
  "index money_deltas.money_deltas_platform_id_idx":
    "CREATE INDEX money_deltas_platform_id_idx ON money_deltas USING btree (platform_id)",
  "index money_deltas.money_deltas_worker_id_idx":
    "CREATE INDEX money_deltas_worker_id_idx ON money_deltas USING btree (worker_id)",
  "index platform_statistics.platform_statistics_brought_on_idx":
    "CREATE INDEX platform_statistics_brought_on_idx ON platform_statistics USING btree (brought_on)",
  "index platforms.platforms_created_at_idx":
    "CREATE INDEX platforms_created_at_idx ON platforms USING btree (created_at DESC, id DESC)",
  "index queue_attempts.queue_attempts_ended_at_idx":
    "CREATE INDEX queue_attempts_ended_at_idx ON queue_attempts USING brin (ended_at)",
  "index queue_claims.queue_claims_expires_at_idx":
    "CREATE INDEX queue_claims_expires_at_idx ON queue_claims USING btree (expires_at)",
  "index queue_dead.queue_dead_queue_id_idx":
    "CREATE INDEX queue_dead_queue_id_idx ON queue_dead USING btree (queue_id, id)",
  "index queue_history.queue_history_finished_at_idx":
    "CREATE INDEX queue_history_finished_at_idx ON queue_history USING brin (finished_at)",
  "index queue_jobs.queue_jobs_place_idx":
    "CREATE INDEX queue_jobs_place_idx ON queue_jobs USING btree (queue_id, priority, place) WHERE (place IS NOT NULL)",
  "index queue_jobs.queue_jobs_queue_id_key_key":
    "CREATE UNIQUE INDEX queue_jobs_queue_id_key_key ON queue_jobs USING btree (queue_id, key) WHERE (key IS NOT NULL)",
  "index queue_jobs.queue_jobs_waiting_idx":
    "CREATE INDEX queue_jobs_waiting_idx ON queue_jobs USING btree (queue_id, run_at) WHERE (place IS NULL)",
  "index queue_schedules.queue_schedules_next_slot_idx":
    "CREATE INDEX queue_schedules_next_slot_idx ON queue_schedules USING btree (next_slot) WHERE (next_slot IS NOT NULL)",
  "index queue_schedules.queue_schedules_queue_id_idx":
    "CREATE INDEX queue_schedules_queue_id_idx ON queue_schedules USING btree (queue_id)",
  "index rail_notifications.rail_notifications_done_at_idx":
    "CREATE INDEX rail_notifications_done_at_idx ON rail_notifications USING btree (done_at)",
  "index rail_notifications.rail_notifications_transaction_id_idx":
    "CREATE INDEX rail_notifications_transaction_id_idx ON rail_notifications USING btree (transaction_id) WHERE (transaction_id IS NOT NULL)",
  "index reputation_events.reputation_events_once_key":
    "CREATE UNIQUE INDEX reputation_events_once_key ON reputation_events USING btree (task_id, worker_id, event_type) WHERE ((task_id IS NOT NULL) AND ((event_type)::text = ANY (ARRAY['task_completed'::text, 'task_late'::text, 'rating_received'::text])))",
  "index reputation_events.reputation_events_worker_id_idx":
    "CREATE INDEX reputation_events_worker_id_idx ON reputation_events USING btree (worker_id, created_at DESC, id DESC)",
  "index sandbox_deposits.sandbox_deposits_platform_id_idx":
    "CREATE INDEX sandbox_deposits_platform_id_idx ON sandbox_deposits USING btree (platform_id)",
  "index sandbox_secrets.sandbox_secrets_signing_key":
    "CREATE UNIQUE INDEX sandbox_secrets_signing_key ON sandbox_secrets USING btree ((true)) WHERE (accepted_until IS NULL)",
  "index streams.streams_due_idx":
    "CREATE INDEX streams_due_idx ON streams USING btree (next_release_at, id) WHERE (status = 'active'::text)",
  "index streams.streams_live_idx":
    "CREATE INDEX streams_live_idx ON streams USING btree (end_time) WHERE (status = ANY (ARRAY['active'::text, 'paused'::text, 'insolvent'::text]))",
  "index streams.streams_live_platform_id_idx":
    "CREATE INDEX streams_live_platform_id_idx ON streams USING btree (platform_id) WHERE (status = ANY (ARRAY['active'::text, 'paused'::text, 'insolvent'::text]))",
  "index streams.streams_live_worker_id_idx":
    "CREATE INDEX streams_live_worker_id_idx ON streams USING btree (worker_id) WHERE (status = ANY (ARRAY['active'::text, 'paused'::text, 'insolvent'::text]))",
  "index streams.streams_platform_id_idx":
    "CREATE INDEX streams_platform_id_idx ON streams USING btree (platform_id, created_at DESC, id DESC)",
  "index streams.streams_task_id_idx":
    "CREATE INDEX streams_task_id_idx ON streams USING btree (task_id)",
  "index streams.streams_worker_id_idx":
    "CREATE INDEX streams_worker_id_idx ON streams USING btree (worker_id, created_at DESC, id DESC)",
  "index tasks.tasks_hold_until_idx":
    "CREATE INDEX tasks_hold_until_idx ON tasks USING btree (hold_until) WHERE (((status)::text = 'completed'::text) AND (hold_until IS NOT NULL) AND ((escrowed_amount)::numeric > (0)::numeric))",
  "index tasks.tasks_open_idx":
    "CREATE INDEX tasks_open_idx ON tasks USING btree (status, created_at DESC, id DESC) WHERE ((status)::text = ANY (ARRAY['pending'::text, 'active'::text, 'disputed'::text]))",
  "index tasks.tasks_platform_id_idx":
    "CREATE INDEX tasks_platform_id_idx ON tasks USING btree (platform_id, created_at DESC, id DESC)",
  "index tasks.tasks_worker_id_idx":
    "CREATE INDEX tasks_worker_id_idx ON tasks USING btree (worker_id, created_at DESC, id DESC)",
  "index transactions.transactions_created_at_idx":
    "CREATE INDEX transactions_created_at_idx ON transactions USING btree (created_at DESC, id DESC)",
  "index transactions.transactions_ledger_transfer_id_idx":
    "CREATE INDEX transactions_ledger_transfer_id_idx ON transactions USING btree (ledger_transfer_id) WHERE (ledger_transfer_id IS NOT NULL)",
  "index transactions.transactions_loan_id_idx":
    "CREATE INDEX transactions_loan_id_idx ON transactions USING btree (loan_id) WHERE (loan_id IS NOT NULL)",
  "index transactions.transactions_payout_key":
    "CREATE UNIQUE INDEX transactions_payout_key ON transactions USING btree (task_id, worker_id) WHERE (((tx_type)::text = 'payout'::text) AND (stream_id IS NULL) AND ((status)::text = ANY (ARRAY['pending'::text, 'processing'::text, 'completed'::text])))",
  "index transactions.transactions_platform_id_idx":
    "CREATE INDEX transactions_platform_id_idx ON transactions USING btree (platform_id, created_at DESC, id DESC)",
  "index transactions.transactions_rail_reference_key":
    "CREATE UNIQUE INDEX transactions_rail_reference_key ON transactions USING btree (rail, rail_reference) WHERE (rail_reference IS NOT NULL)",
  "index transactions.transactions_stream_id_idx":
    "CREATE INDEX transactions_stream_id_idx ON transactions USING btree (stream_id) WHERE (stream_id IS NOT NULL)",
  "index transactions.transactions_tx_hash_key":
    "CREATE UNIQUE INDEX transactions_tx_hash_key ON transactions USING btree (tx_hash, log_index) WHERE (tx_hash IS NOT NULL)",
  "index transactions.transactions_unsettled_idx":
    "CREATE INDEX transactions_unsettled_idx ON transactions USING btree (status, updated_at) WHERE ((status)::text = ANY (ARRAY['pending'::text, 'processing'::text]))",
  "index transactions.transactions_worker_id_idx":
    "CREATE INDEX transactions_worker_id_idx ON transactions USING btree (worker_id, created_at DESC, id DESC)",
  "index wallet_challenges.wallet_challenges_expires_at_idx":
    "CREATE INDEX wallet_challenges_expires_at_idx ON wallet_challenges USING btree (expires_at)",
  "index wallet_challenges.wallet_challenges_worker_id_idx":
    "CREATE INDEX wallet_challenges_worker_id_idx ON wallet_challenges USING btree (worker_id) WHERE (worker_id IS NOT NULL)",
  "index webhook_deliveries.webhook_deliveries_due_at_idx":
    "CREATE INDEX webhook_deliveries_due_at_idx ON webhook_deliveries USING btree (due_at)",
  "index webhook_deliveries.webhook_deliveries_endpoint_id_idx":
    "CREATE INDEX webhook_deliveries_endpoint_id_idx ON webhook_deliveries USING btree (endpoint_id, due_at)",
  "index webhook_deliveries.webhook_deliveries_leased_idx":
    "CREATE INDEX webhook_deliveries_leased_idx ON webhook_deliveries USING btree (endpoint_id, leased_until) WHERE (leased_until IS NOT NULL)",
  "index webhook_deliveries.webhook_deliveries_log_idx":
    "CREATE INDEX webhook_deliveries_log_idx ON webhook_deliveries USING btree (endpoint_id, created_at DESC, id DESC)",
  "index webhook_delivery_history.webhook_delivery_history_dead_idx":
    "CREATE INDEX webhook_delivery_history_dead_idx ON webhook_delivery_history USING btree (endpoint_id, created_at, id) WHERE (state = 'dead'::text)",
  "index webhook_delivery_history.webhook_delivery_history_log_idx":
    "CREATE INDEX webhook_delivery_history_log_idx ON webhook_delivery_history USING btree (endpoint_id, created_at DESC, id DESC)",
  "index webhook_endpoints.webhook_endpoints_created_at_idx":
    "CREATE INDEX webhook_endpoints_created_at_idx ON webhook_endpoints USING btree (created_at DESC, id DESC)",
  "index webhook_endpoints.webhook_endpoints_owner_id_idx":
    "CREATE INDEX webhook_endpoints_owner_id_idx ON webhook_endpoints USING btree (owner_id, created_at DESC, id DESC)",
  "index work_deltas.work_deltas_platform_id_idx":
    "CREATE INDEX work_deltas_platform_id_idx ON work_deltas USING btree (platform_id)",
  "index work_deltas.work_deltas_worker_id_idx":
    "CREATE INDEX work_deltas_worker_id_idx ON work_deltas USING btree (worker_id)",
  "index worker_statistics.worker_statistics_stale_idx":
    "CREATE INDEX worker_statistics_stale_idx ON worker_statistics USING btree (worker_id) WHERE is_stale",
  "index workers.workers_created_at_idx":
    "CREATE INDEX workers_created_at_idx ON workers USING btree (created_at DESC, id DESC)",
  "table account_sessions":
    "table",
  "table accounts":
    "table",
  "table api_keys":
    "table",
  "table audit_log":
    "table",
  "table audit_logs":
    "table",
  "table auth_secrets":
    "table",
  "table chain_transactions":
    "table",
  "table idempotency_keys":
    "table",
  "table import_refusals":
    "table",
  "table imports":
    "table",
  "table inbound_events":
    "table",
  "table ledger_accounts":
    "table",
  "table ledger_assets":
    "table",
  "table ledger_balances":
    "table",
  "table ledger_holds":
    "table",
  "table ledger_seal_marks":
    "table",
  "table ledger_seals":
    "table",
  "table ledger_transfers":
    "table",
  "table loans":
    "table",
  "table migration_objects":
    "table",
  "table migrations":
    "table",
  "table money_deltas":
    "table",
  "table outbox":
    "table",
  "table platform_activity":
    "table",
  "table platform_statistics":
    "table",
  "table platform_workers":
    "table",
  "table platforms":
    "table",
  "table queue_attempts":
    "table",
  "table queue_claims":
    "table",
  "table queue_dead":
    "table",
  "table queue_history":
    "table",
  "table queue_jobs":
    "table",
  "table queue_schedules":
    "table",
  "table queue_settings":
    "table",
  "table queue_slots":
    "table",
  "table rail_notifications":
    "table",
  "table refresh_tokens":
    "table",
  "table reputation_events":
    "table",
  "table retention_policies":
    "table",
  "table sandbox_deposits":
    "table",
  "table sandbox_secrets":
    "table",
  "table sandbox_transfers":
    "table",
  "table streams":
    "table",
  "table tasks":
    "table",
  "table transaction_days":
    "table",
  "table transactions":
    "table",
  "table wallet_challenges":
    "table",
  "table webhook_attempts":
    "partitioned table by RANGE (at)",
  "table webhook_cursor":
    "table",
  "table webhook_deliveries":
    "table",
  "table webhook_delivery_history":
    "partitioned table by RANGE (finished_at)",
  "table webhook_endpoints":
    "table",
  "table webhook_secrets":
    "table",
  "table work_deltas":
    "table",
  "table worker_days":
    "table",
  "table worker_statistics":
    "table",
  "table worker_transactions":
    "table",
  "table workers":
    "table",
  "trigger audit_log.audit_log_append_only":
    "CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger audit_logs.audit_logs_append_only":
    "CREATE TRIGGER audit_logs_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger ledger_balances.ledger_balances_kept":
    "CREATE TRIGGER ledger_balances_kept BEFORE DELETE OR UPDATE OF account_id, asset_id, slot OR TRUNCATE ON ledger_balances FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances()",
  "trigger ledger_seals.ledger_seals_append_only":
    "CREATE TRIGGER ledger_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger ledger_transfers.ledger_transfers_append_only":
    "CREATE TRIGGER ledger_transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger_transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger ledger_transfers.ledger_transfers_check_accounts":
    "CREATE TRIGGER ledger_transfers_check_accounts AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_accounts()",
  "trigger loans.loans_guard_status":
    "CREATE TRIGGER loans_guard_status BEFORE UPDATE OF status ON loans FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION guard_status()",
  "trigger reputation_events.reputation_events_append_only":
    "CREATE TRIGGER reputation_events_append_only BEFORE DELETE OR UPDATE ON reputation_events FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
  "trigger reputation_events.reputation_events_ratings":
    "CREATE TRIGGER reputation_events_ratings AFTER INSERT ON reputation_events FOR EACH ROW WHEN (((new.rating IS NOT NULL) AND ((new.event_type)::text = 'rating_received'::text))) EXECUTE FUNCTION update_worker_ratings()",
  "trigger reputation_events.reputation_events_update_score":
    "CREATE TRIGGER reputation_events_update_score BEFORE INSERT ON reputation_events FOR EACH ROW EXECUTE FUNCTION update_reputation_score()",
  "trigger retention_policies.retention_policies_check":
    "CREATE TRIGGER retention_policies_check BEFORE INSERT OR UPDATE OF kind, table_name, time_column ON retention_policies FOR EACH ROW EXECUTE FUNCTION retention_check_policy()",
  "trigger streams.streams_amounts":
    "CREATE TRIGGER streams_amounts BEFORE INSERT OR UPDATE ON streams FOR EACH ROW EXECUTE FUNCTION update_stream_amounts()",
  "trigger streams.streams_guard_status":
    "CREATE TRIGGER streams_guard_status BEFORE UPDATE OF status ON streams FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION guard_status()",
  "trigger tasks.tasks_guard_status":
    "CREATE TRIGGER tasks_guard_status BEFORE UPDATE OF status ON tasks FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION guard_status()",
  "trigger tasks.tasks_statistics_delete":
    "CREATE TRIGGER tasks_statistics_delete AFTER DELETE ON tasks REFERENCING OLD TABLE AS old_tasks FOR EACH STATEMENT EXECUTE FUNCTION update_worker_statistics()",
  "trigger tasks.tasks_statistics_insert":
    "CREATE TRIGGER tasks_statistics_insert AFTER INSERT ON tasks REFERENCING NEW TABLE AS new_tasks FOR EACH STATEMENT EXECUTE FUNCTION update_worker_last_active()",
  "trigger tasks.tasks_statistics_update":
    "CREATE TRIGGER tasks_statistics_update AFTER UPDATE ON tasks REFERENCING OLD TABLE AS old_tasks NEW TABLE AS new_tasks FOR EACH STATEMENT EXECUTE FUNCTION update_worker_statistics()",
  "trigger transactions.transactions_guard_status":
    "CREATE TRIGGER transactions_guard_status BEFORE UPDATE OF status ON transactions FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION guard_status()",
  "trigger transactions.transactions_statistics_delete":
    "CREATE TRIGGER transactions_statistics_delete AFTER DELETE ON transactions REFERENCING OLD TABLE AS old_transactions FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics()",
  "trigger transactions.transactions_statistics_insert":
    "CREATE TRIGGER transactions_statistics_insert AFTER INSERT ON transactions REFERENCING NEW TABLE AS new_transactions FOR EACH STATEMENT EXECUTE FUNCTION update_worker_last_active()",
  "trigger transactions.transactions_statistics_update":
    "CREATE TRIGGER transactions_statistics_update AFTER UPDATE ON transactions REFERENCING OLD TABLE AS old_transactions NEW TABLE AS new_transactions FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics()",
  "trigger workers.workers_guard_wallet_proof":
    "CREATE TRIGGER workers_guard_wallet_proof BEFORE INSERT OR UPDATE OF wallet_address, wallet_verified_at ON workers FOR EACH ROW WHEN ((new.wallet_verified_at IS NOT NULL)) EXECUTE FUNCTION guard_wallet_proof()",
  "type actor_type":
    "domain over text constraint actor_type_check CHECK ((VALUE ~ '^[a-z][a-z0-9_]{0,39}$'::text))",
  "type audited_action":
    "domain over text constraint audited_action_check CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 100)))",
  "type audited_resource":
    "domain over text constraint audited_resource_check CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 50)))",
  "type external_id":
    "domain over text constraint external_id_check CHECK ((length(VALUE) <= 200))",
  "type from_zero":
    "domain over integer constraint from_zero_check CHECK ((VALUE >= 0))",
  "type ledger_sum":
    "domain over numeric constraint ledger_sum_check CHECK ((VALUE >= (0)::numeric))",
  "type ledger_units":
    "domain over numeric constraint ledger_units_check CHECK (((VALUE > (0)::numeric) AND (VALUE < '1000000000000000000000000000000000000000000000000000000000000'::numeric) AND (VALUE = trunc(VALUE))))",
  "type mean_stars":
    "domain over numeric(3,2) constraint mean_stars_check CHECK (((VALUE >= (0)::numeric) AND (VALUE <= (5)::numeric)))",
  "type metadata_object":
    "domain over jsonb constraint metadata_object_check CHECK ((jsonb_typeof(VALUE) = 'object'::text))",
  "type percent":
    "domain over numeric(5,2) constraint percent_check CHECK (((VALUE >= (0)::numeric) AND (VALUE <= (100)::numeric)))",
  "type reputation_event_type":
    "domain over text constraint reputation_event_type_check CHECK ((VALUE = ANY (ARRAY['task_completed'::text, 'task_late'::text, 'dispute_filed'::text, 'dispute_resolved'::text, 'rating_received'::text, 'bonus'::text, 'penalty'::text, 'manual_adjustment'::text])))",
  "type reputation_reason":
    "domain over text constraint reputation_reason_check CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 1000)))",
  "type score":
    "domain over integer constraint score_check CHECK (((VALUE >= 0) AND (VALUE <= 1000)))",
  "type stars":
    "domain over smallint constraint stars_check CHECK (((VALUE >= 1) AND (VALUE <= 5)))",
  "type task_description":
    "domain over text constraint task_description_check CHECK ((length(VALUE) <= 10000))",
  "type task_proof":
    "domain over text constraint task_proof_check CHECK ((length(VALUE) <= 2000))",
  "type task_status":
    "domain over text constraint task_status_check CHECK ((VALUE = ANY (ARRAY['pending'::text, 'active'::text, 'completed'::text, 'cancelled'::text, 'disputed'::text])))",
  "type task_title":
    "domain over text constraint task_title_check CHECK ((length(VALUE) <= 500))",
  "type task_type":
    "domain over text constraint task_type_check CHECK ((VALUE = ANY (ARRAY['fixed'::text, 'streaming'::text])))",
  "type task_verification":
    "domain over text constraint task_verification_check CHECK ((VALUE = ANY (ARRAY['pending'::text, 'approved'::text, 'flagged'::text, 'rejected'::text])))",
  "type task_verifier":
    "domain over text constraint task_verifier_check CHECK ((VALUE = ANY (ARRAY['auto'::text, 'manual'::text])))",
  "type token_amount":
    "domain over numeric constraint token_amount_check CHECK (((VALUE > (0)::numeric) AND (VALUE < '1000000000000000000000000000000000000000000000000000000000000'::numeric)))",
  "type token_fee":
    "domain over numeric constraint token_fee_check CHECK ((VALUE >= (0)::numeric))",
  "type tx_hash":
    "domain over text constraint tx_hash_check CHECK ((VALUE ~ '^0x[0-9a-f]{64}$'::text))",
  "type tx_status":
    "domain over text constraint tx_status_check CHECK ((VALUE = ANY (ARRAY['pending'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))",
  "type tx_type":
    "domain over text constraint tx_type_check CHECK ((VALUE = ANY (ARRAY['payout'::text, 'advance'::text, 'repayment'::text, 'fee'::text, 'refund'::text, 'deposit'::text, 'withdrawal'::text, 'transfer'::text])))",
  "type usdc":
    "domain over numeric constraint usdc_check CHECK (((VALUE > '-100000000000000'::numeric) AND (VALUE < '100000000000000'::numeric) AND (VALUE = round(VALUE, 6))))",
  "type usdc_above_zero":
    "domain over numeric constraint usdc_above_zero_check CHECK ((VALUE > (0)::numeric)) constraint usdc_check CHECK (((VALUE > '-100000000000000'::numeric) AND (VALUE < '100000000000000'::numeric) AND (VALUE = round(VALUE, 6))))",
  "type usdc_from_zero":
    "domain over numeric constraint usdc_check CHECK (((VALUE > '-100000000000000'::numeric) AND (VALUE < '100000000000000'::numeric) AND (VALUE = round(VALUE, 6)))) constraint usdc_from_zero_check CHECK ((VALUE >= (0)::numeric))",
  "type wallet_address":
    "domain over text constraint wallet_address_check CHECK ((VALUE ~ '^0x[0-9a-f]{40}$'::text))",
  "type worker_name":
    "domain over text constraint worker_name_check CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 100)))",
  "type worker_status":
    "domain over text constraint worker_status_check CHECK ((VALUE = ANY (ARRAY['active'::text, 'suspended'::text, 'closed'::text])))",
  "view active_streams_view":
    "(stream_id text, status text, task_id text, task_title task_title, worker_id text, worker_name worker_name, platform_id text, platform_name text, total_amount usdc, funded_amount usdc, released_amount usdc, remaining_amount usdc, percent_released numeric, accrued_amount numeric, next_release_at timestamp with time zone, seconds_until_next_release integer, start_time timestamp with time zone, end_time timestamp with time zone) SELECT id AS stream_id, status, task_id, title AS task_title, worker_id, name AS worker_name, platform_id, name AS platform_name, total_amount, funded_amount, released_amount, remaining_amount, (0.01 * div(((released_amount)::numeric * (10000)::numeric), (total_amount)::numeric)) AS percent_released, stream_accrued(s.*, statement_timestamp()) AS accrued_amount, next_release_at, CASE WHEN (next_release_at IS NOT NULL) THEN (ceil(GREATEST(EXTRACT(epoch FROM (next_release_at - statement_timestamp())), (0)::numeric)))::integer ELSE NULL::integer END AS seconds_until_next_release, start_time, end_time FROM (((streams s JOIN tasks k ON ((id = task_id))) JOIN workers w ON ((id = worker_id))) JOIN platforms p ON ((id = platform_id))) WHERE (status = ANY (ARRAY['active'::text, 'paused'::text, 'insolvent'::text]));",
  "view daily_transaction_summary":
    "(transaction_date date, asset text, tx_type text, status text, count bigint, total_amount numeric, total_fees numeric, average_amount numeric) SELECT day AS transaction_date, asset, tx_type, status, (sum(transactions))::bigint AS count, sum(amount) AS total_amount, sum(fees) AS total_fees, round((sum(amount) / NULLIF(sum(transactions), (0)::numeric)), 6) AS average_amount FROM ( SELECT day, asset, tx_type, status, transactions, amount, fees FROM transaction_days UNION ALL SELECT day, asset, tx_type, status, transactions, amount, fees FROM money_deltas) part GROUP BY day, asset, tx_type, status HAVING (sum(transactions) <> (0)::numeric);",
  "view daily_work":
    "(worker_id text, day date, tasks bigint, completed bigint, payouts bigint, earned numeric) SELECT worker_id, day, (sum(tasks))::bigint AS tasks, (sum(completed))::bigint AS completed, (sum(payouts))::bigint AS payouts, sum(earned) AS earned FROM work_parts GROUP BY worker_id, day HAVING ((sum(tasks) <> (0)::numeric) OR (sum(payouts) <> (0)::numeric));",
  "view invariant_daily_transactions_equal":
    "(worker_id text, day date, tx_type text, status text, statistics_count numeric, base_count bigint, statistics_amount numeric, base_amount numeric) SELECT NULL::text AS worker_id, COALESCE(transaction_date, day) AS day, COALESCE(tx_type, (tx_type)::text) AS tx_type, COALESCE(status, (status)::text) AS status, count AS statistics_count, count AS base_count, total_amount AS statistics_amount, amount AS base_amount FROM (daily_transaction_summary v FULL JOIN ( SELECT ((created_at AT TIME ZONE 'UTC'::text))::date AS day, asset, tx_type, status, count(*) AS count, sum((amount)::numeric) AS amount, sum((fee)::numeric) AS fees FROM transactions GROUP BY (((created_at AT TIME ZONE 'UTC'::text))::date), asset, tx_type, status) b ON (((day = transaction_date) AND (asset = asset) AND ((tx_type)::text = tx_type) AND ((status)::text = status)))) WHERE (((count IS DISTINCT FROM count) OR (total_amount IS DISTINCT FROM amount)) OR (total_fees IS DISTINCT FROM fees)) UNION ALL SELECT COALESCE(worker_id, worker_id) AS worker_id, NULL::date AS day, COALESCE(tx_type, (tx_type)::text) AS tx_type, 'completed'::text AS status, count AS statistics_count, count AS base_count, amount AS statistics_amount, amount AS base_amount FROM (( SELECT worker_id, tx_type, sum(transactions) AS count, sum(amount) AS amount FROM ( SELECT worker_id, tx_type, transactions, amount FROM worker_transactions UNION ALL SELECT worker_id, tx_type, transactions, amount FROM money_deltas d WHERE ((status = 'completed'::text) AND (asset = 'USDC'::text) AND (EXISTS ( SELECT FROM workers w WHERE (id = worker_id))))) part GROUP BY worker_id, tx_type HAVING (sum(transactions) <> (0)::numeric)) v FULL JOIN ( SELECT worker_id, tx_type, count(*) AS count, sum((amount)::numeric) AS amount FROM transactions WHERE ((worker_id IS NOT NULL) AND ((status)::text = 'completed'::text) AND (asset = 'USDC'::text)) GROUP BY worker_id, tx_type) b ON (((worker_id = worker_id) AND ((tx_type)::text = tx_type)))) WHERE ((count IS DISTINCT FROM (count)::numeric) OR (amount IS DISTINCT FROM amount));",
  "view invariant_escrow_equals_tasks":
    "(platform_id text, escrow_balance numeric, tasks_escrowed numeric) SELECT id AS platform_id, COALESCE(balance, (0)::numeric) AS escrow_balance, COALESCE(escrowed, (0)::numeric) AS tasks_escrowed FROM ((platforms p LEFT JOIN ledger_account_balances b ON ((code = ('escrow:'::text || id)))) LEFT JOIN ( SELECT platform_id, sum((escrowed_amount)::numeric) AS escrowed FROM tasks k GROUP BY platform_id) t ON ((platform_id = id))) WHERE (COALESCE(balance, (0)::numeric) <> COALESCE(escrowed, (0)::numeric));",
  "view invariant_ledger_balances_equal_journal":
    "(code text, slot smallint, debits ledger_sum, journal_debits numeric, credits ledger_sum, journal_credits numeric) WITH journal AS ( SELECT account_id, slot, sum(debits) AS debits, sum(credits) AS credits FROM (ledger_transfers t CROSS JOIN LATERAL ( VALUES (debit_account,debit_slot,amount,0), (credit_account,credit_slot,0,amount)) l(account_id, slot, debits, credits)) WHERE (kind = ANY (ARRAY[1, 3])) GROUP BY account_id, slot ), holds AS ( SELECT account_id, slot, sum(debits) AS debits, sum(credits) AS credits FROM (ledger_transfers t CROSS JOIN LATERAL ( VALUES (debit_account,debit_slot,amount,0), (credit_account,credit_slot,0,amount)) l(account_id, slot, debits, credits)) WHERE ((kind = 2) AND (NOT (EXISTS ( SELECT FROM ledger_transfers e WHERE (hold_id = id))))) GROUP BY account_id, slot ) SELECT code, slot, debits, debits AS journal_debits, credits, credits AS journal_credits FROM (((ledger_balances b JOIN ledger_accounts a ON ((id = account_id))) LEFT JOIN journal j ON (((account_id = account_id) AND (slot = slot)))) LEFT JOIN holds h ON (((account_id = account_id) AND (slot = slot)))) WHERE (((debits)::numeric <> COALESCE(debits, (0)::numeric)) OR ((credits)::numeric <> COALESCE(credits, (0)::numeric)) OR ((held_debits)::numeric <> COALESCE(debits, (0)::numeric)) OR ((held_credits)::numeric <> COALESCE(credits, (0)::numeric)));",
  "view invariant_ledger_holds_open":
    "(hold_id bigint, amount numeric, journal_amount ledger_units) SELECT COALESCE(hold_id, id) AS hold_id, amount, amount AS journal_amount FROM (ledger_holds h FULL JOIN ( SELECT id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot, kind, amount, hold_id, expires_at, reference, metadata FROM ledger_transfers t_1 WHERE ((kind = 2) AND (NOT (EXISTS ( SELECT FROM ledger_transfers e WHERE (hold_id = id)))))) t ON ((id = hold_id))) WHERE ((hold_id IS NULL) OR (id IS NULL) OR ((((((amount IS DISTINCT FROM (amount)::numeric) OR (debit_account IS DISTINCT FROM debit_account)) OR (credit_account IS DISTINCT FROM credit_account)) OR (debit_slot IS DISTINCT FROM debit_slot)) OR (credit_slot IS DISTINCT FROM credit_slot)) OR (expires_at IS DISTINCT FROM expires_at)));",
  "view invariant_ledger_in_balance":
    "(asset text, debits numeric, credits numeric) SELECT code AS asset, sum((debits)::numeric) AS debits, sum((credits)::numeric) AS credits FROM (ledger_balances b JOIN ledger_assets s ON ((id = asset_id))) GROUP BY code HAVING ((sum((debits)::numeric) <> sum((credits)::numeric)) OR (sum((held_debits)::numeric) <> sum((held_credits)::numeric)));",
  "view invariant_ledger_seals_unbroken":
    "(number bigint, up_to bigint, problem text) SELECT number, up_to, problem FROM ledger_broken_seals((1)::bigint, COALESCE(( SELECT max(number) AS max FROM ledger_seals), (0)::bigint)) b(number, up_to, problem);",
  "view invariant_ledger_within_limits":
    "(code text, min_balance numeric, max_balance numeric, free numeric, full_to numeric, shifted numeric) SELECT code, min_balance, max_balance, free, full_to, shifted FROM (ledger_accounts a JOIN LATERAL ( SELECT sum( CASE normal_side WHEN 'debit'::text THEN (((debits)::numeric - (credits)::numeric) - (held_credits)::numeric) ELSE (((credits)::numeric - (debits)::numeric) - (held_debits)::numeric) END) AS free, sum( CASE normal_side WHEN 'debit'::text THEN (((debits)::numeric - (credits)::numeric) + (held_debits)::numeric) ELSE (((credits)::numeric - (debits)::numeric) + (held_credits)::numeric) END) AS full_to, sum(shift) AS shifted, count(*) AS slots FROM ledger_balances b WHERE (account_id = id)) v ON (true)) WHERE ((free < min_balance) OR (full_to > max_balance) OR (shifted <> (0)::numeric) OR (slots <> slots));",
  "view invariant_loans_equal_books":
    "(worker_id text, due numeric, balance numeric) SELECT COALESCE(worker_id, worker_id) AS worker_id, COALESCE(due, (0)::numeric) AS due, COALESCE(balance, (0)::numeric) AS balance FROM (( SELECT worker_id, sum(((total_due)::numeric - (amount_repaid)::numeric)) AS due FROM loans WHERE (status = ANY (ARRAY['disbursed'::text, 'repaying'::text, 'defaulted'::text])) GROUP BY worker_id) l FULL JOIN ( SELECT substr(code, (length('advance:'::text) + 1)) AS worker_id, balance FROM ledger_account_balances a WHERE (code ~~ 'advance:%'::text)) b ON ((worker_id = worker_id))) WHERE (COALESCE(due, (0)::numeric) <> COALESCE(balance, (0)::numeric));",
  "view invariant_losses_equal_loans":
    "(lost numeric, balance numeric) SELECT lost, balance FROM (( SELECT COALESCE(sum(((total_due)::numeric - (amount_repaid)::numeric)), (0)::numeric) AS lost FROM loans WHERE (written_off_at IS NOT NULL)) l CROSS JOIN ( SELECT COALESCE(sum(balance), (0)::numeric) AS balance FROM ledger_account_balances a WHERE (code = 'losses'::text)) b) WHERE (lost <> balance);",
  "view invariant_outbox_not_ahead":
    "(xid text, events bigint) SELECT (xid)::text AS xid, count(*) AS events FROM outbox WHERE (xid >= pg_snapshot_xmax(pg_current_snapshot())) GROUP BY xid;",
  "view invariant_payouts_have_entries":
    "(subject text, problem text) WITH entries AS ( SELECT id, ((amount)::numeric * unit) AS amount, code AS debit, code AS credit, reference FROM (((ledger_transfers l JOIN ledger_assets s ON ((id = asset_id))) JOIN ledger_accounts d ON ((id = debit_account))) JOIN ledger_accounts c ON ((id = credit_account))) WHERE ((kind = ANY (ARRAY[1, 3])) AND (code = 'USDC'::text)) ) SELECT id AS subject, 'movement without its entry'::text AS problem FROM (transactions t LEFT JOIN entries e ON ((id = ledger_transfer_id))) WHERE ((asset = 'USDC'::text) AND ((tx_type)::text = ANY (ARRAY['payout'::text, 'refund'::text, 'deposit'::text, 'withdrawal'::text])) AND (((status)::text = 'completed'::text) OR ((tx_type)::text = 'withdrawal'::text)) AND ( CASE tx_type WHEN 'payout'::text THEN (((debit = ('escrow:'::text || platform_id)) OR (debit = ('platform:'::text || platform_id))) AND (((credit = ('worker:'::text || worker_id)) AND (amount = ((amount)::numeric - (fee)::numeric))) OR ((credit = 'fees'::text) AND ((fee)::numeric = (amount)::numeric)))) WHEN 'refund'::text THEN ((debit = ('escrow:'::text || platform_id)) AND (credit = ('platform:'::text || platform_id)) AND (amount = (amount)::numeric)) WHEN 'deposit'::text THEN ((debit = 'bank'::text) AND (credit = ('platform:'::text || platform_id)) AND (amount = (amount)::numeric)) ELSE ((debit = ('worker:'::text || worker_id)) AND (credit = 'rail'::text) AND (amount = (amount)::numeric)) END IS NOT TRUE)) UNION ALL SELECT (id)::text AS subject, 'entry without its payout'::text AS problem FROM entries e WHERE (((debit ~~ 'escrow:%'::text) OR ((debit ~~ 'platform:%'::text) AND (reference ~~ 'tsk\\_%'::text))) AND (credit ~~ 'worker:%'::text) AND (NOT (EXISTS ( SELECT FROM transactions t WHERE ((ledger_transfer_id = id) AND ((tx_type)::text = 'payout'::text)))))) UNION ALL SELECT COALESCE(worker, worker) AS subject, 'withdrawals and entries differ'::text AS problem FROM (( SELECT substr( CASE WHEN (credit = 'rail'::text) THEN debit ELSE credit END, 8) AS worker, sum( CASE WHEN (credit = 'rail'::text) THEN amount ELSE (0)::numeric END) AS taken, sum( CASE WHEN (debit = 'rail'::text) THEN amount ELSE (0)::numeric END) AS given_back FROM entries e WHERE (((credit = 'rail'::text) AND (debit ~~ 'worker:%'::text)) OR ((debit = 'rail'::text) AND (credit ~~ 'worker:%'::text))) GROUP BY (substr( CASE WHEN (credit = 'rail'::text) THEN debit ELSE credit END, 8))) b FULL JOIN ( SELECT worker_id AS worker, sum(((amount)::numeric * (attempts)::numeric)) AS taken, sum(((amount)::numeric * (((attempts)::integer - (((status)::text <> ALL (ARRAY['failed'::text, 'cancelled'::text])))::integer))::numeric)) AS given_back FROM transactions t WHERE (((tx_type)::text = 'withdrawal'::text) AND (asset = 'USDC'::text)) GROUP BY worker_id) m ON ((worker = worker))) WHERE ((COALESCE(taken, (0)::numeric) IS DISTINCT FROM COALESCE(taken, (0)::numeric)) OR (COALESCE(given_back, (0)::numeric) IS DISTINCT FROM COALESCE(given_back, (0)::numeric))) UNION ALL SELECT 'bank'::text AS subject, 'sent withdrawals and entries differ'::text AS problem FROM (( SELECT COALESCE(sum(amount), (0)::numeric) AS amount FROM entries e WHERE ((debit = 'rail'::text) AND (credit = 'bank'::text))) b CROSS JOIN ( SELECT COALESCE(sum((amount)::numeric), (0)::numeric) AS amount FROM transactions t WHERE (((tx_type)::text = 'withdrawal'::text) AND (asset = 'USDC'::text) AND ((status)::text = 'completed'::text))) m) WHERE (amount <> amount);",
  "view invariant_platform_statistics_equal_tasks":
    "(platform_id text, statistics_tasks bigint, base_tasks bigint, statistics_payouts numeric, base_payouts numeric, statistics_workers bigint, base_workers bigint) SELECT platform_id, total_tasks AS statistics_tasks, tasks AS base_tasks, total_payouts AS statistics_payouts, amount AS base_payouts, unique_workers AS statistics_workers, workers AS base_workers FROM ((platform_totals v LEFT JOIN ( SELECT platform_id, count(*) AS tasks, count(*) FILTER (WHERE ((status)::text = 'pending'::text)) AS pending, count(*) FILTER (WHERE ((status)::text = 'active'::text)) AS active, count(*) FILTER (WHERE ((status)::text = 'completed'::text)) AS completed, count(*) FILTER (WHERE ((status)::text = 'cancelled'::text)) AS cancelled, count(*) FILTER (WHERE ((status)::text = 'disputed'::text)) AS disputed, count(DISTINCT worker_id) AS workers, count(DISTINCT worker_id) FILTER (WHERE (((created_at AT TIME ZONE 'UTC'::text))::date > (((statement_timestamp() AT TIME ZONE 'UTC'::text))::date - 7))) AS workers_7d, count(DISTINCT worker_id) FILTER (WHERE (((created_at AT TIME ZONE 'UTC'::text))::date > (((statement_timestamp() AT TIME ZONE 'UTC'::text))::date - 30))) AS workers_30d, round(avg(EXTRACT(epoch FROM (completed_at - started_at))) FILTER (WHERE ((status)::text = 'completed'::text)), 3) AS average_s, count(*) FILTER (WHERE (((status)::text = ANY (ARRAY['completed'::text, 'disputed'::text])) OR (((status)::text = 'cancelled'::text) AND (started_at IS NOT NULL)))) AS ended FROM tasks GROUP BY platform_id) b ON ((platform_id = platform_id))) LEFT JOIN ( SELECT platform_id, count(*) AS payouts, sum((amount)::numeric) AS amount, sum((fee)::numeric) AS fees FROM transactions WHERE (((tx_type)::text = 'payout'::text) AND ((status)::text = 'completed'::text) AND (asset = 'USDC'::text)) GROUP BY platform_id) x ON ((platform_id = platform_id))) WHERE ((((((((((((((total_tasks IS DISTINCT FROM COALESCE(tasks, (0)::bigint)) OR (pending_tasks IS DISTINCT FROM COALESCE(pending, (0)::bigint))) OR (active_tasks IS DISTINCT FROM COALESCE(active, (0)::bigint))) OR (completed_tasks IS DISTINCT FROM COALESCE(completed, (0)::bigint))) OR (cancelled_tasks IS DISTINCT FROM COALESCE(cancelled, (0)::bigint))) OR (disputed_tasks IS DISTINCT FROM COALESCE(disputed, (0)::bigint))) OR (unique_workers IS DISTINCT FROM COALESCE(workers, (0)::bigint))) OR (active_workers_7d IS DISTINCT FROM COALESCE(workers_7d, (0)::bigint))) OR (active_workers_30d IS DISTINCT FROM COALESCE(workers_30d, (0)::bigint))) OR (average_completion_s IS DISTINCT FROM average_s)) OR (completion_rate IS DISTINCT FROM COALESCE(round(((100.0 * (completed)::numeric) / (NULLIF(ended, 0))::numeric), 2), (0)::numeric))) OR (payouts IS DISTINCT FROM COALESCE(payouts, (0)::bigint))) OR (total_payouts IS DISTINCT FROM COALESCE(amount, (0)::numeric))) OR (total_fees IS DISTINCT FROM COALESCE(fees, (0)::numeric)));",
  "view invariant_queue_job_in_one_place":
    "(id bigint, problem text) SELECT id, 'live and finished'::text AS problem FROM queue_jobs j WHERE (EXISTS ( SELECT FROM queue_history h WHERE (id = id))) UNION ALL SELECT id, 'dead and finished'::text AS problem FROM queue_dead d WHERE (EXISTS ( SELECT FROM queue_history h WHERE (id = id))) UNION ALL SELECT id, 'dead and live'::text AS problem FROM queue_dead d WHERE (EXISTS ( SELECT FROM queue_jobs j WHERE (id = id)));",
  "view invariant_queue_lease_has_claim":
    "(id bigint, token bigint, lease_until timestamp(3) with time zone) SELECT id, token, lease_until FROM queue_jobs j WHERE ((lease_until IS NOT NULL) AND (NOT (EXISTS ( SELECT FROM queue_claims c WHERE ((token = token) AND (id = ANY (job_ids)))))));",
  "view invariant_queue_slot_behind_pointer":
    "(schedule text, slot timestamp(3) with time zone, next_slot timestamp(3) with time zone) SELECT schedule, slot, next_slot FROM (queue_slots t JOIN queue_schedules s ON ((name = schedule))) WHERE (slot >= next_slot);",
  "view invariant_rail_equals_transactions":
    "(rail numeric, under_way numeric) SELECT balance AS rail, amount AS under_way FROM (( SELECT COALESCE(sum(balance), (0)::numeric) AS balance FROM ledger_account_balances a WHERE (code = 'rail'::text)) b CROSS JOIN ( SELECT COALESCE(sum((amount)::numeric), (0)::numeric) AS amount FROM transactions w WHERE (((tx_type)::text = 'withdrawal'::text) AND ((status)::text = ANY (ARRAY['pending'::text, 'processing'::text])))) t) WHERE (balance <> amount);",
  "view invariant_reputation_replays":
    "(worker_id text, reputation_score score, replayed_score integer, breaks bigint) SELECT id AS worker_id, reputation_score, COALESCE(last_score, (initial_score)::integer) AS replayed_score, breaks FROM (workers w LEFT JOIN ( SELECT worker_id, count(*) FILTER (WHERE (NOT follows)) AS breaks, max((new_score)::integer) FILTER (WHERE is_last) AS last_score FROM ( SELECT worker_id, new_score, (((previous_score)::integer = (COALESCE(lag(new_score) OVER one, initial_score))::integer) AND ((new_score)::integer = LEAST(1000, GREATEST(0, ((previous_score)::integer + requested_delta))))) AS follows, (lead(seq) OVER one IS NULL) AS is_last FROM (reputation_events r JOIN workers b ON ((id = worker_id))) WINDOW one AS (PARTITION BY worker_id ORDER BY seq)) c GROUP BY worker_id) e ON ((worker_id = id))) WHERE (((reputation_score)::integer <> COALESCE(last_score, (initial_score)::integer)) OR (breaks > 0));",
  "view invariant_sandbox_sends_once":
    "(reference text, sends integer, amount usdc) SELECT reference, sends, amount FROM sandbox_transfers s WHERE (sends > 1);",
  "view invariant_stream_releases_equal_transactions":
    "(stream_id text, released_amount usdc, paid numeric, fee numeric, fee_of_released numeric) SELECT id AS stream_id, released_amount, COALESCE(amount, (0)::numeric) AS paid, fee, round((((released_amount)::numeric * (fee_bps)::numeric) * 0.0001), 6) AS fee_of_released FROM (streams s LEFT JOIN ( SELECT stream_id, sum((amount)::numeric) AS amount, sum((fee)::numeric) AS fee FROM transactions WHERE ((stream_id IS NOT NULL) AND ((tx_type)::text = 'payout'::text) AND ((status)::text = 'completed'::text)) GROUP BY stream_id) p ON ((stream_id = id))) WHERE (((released_amount)::numeric <> COALESCE(amount, (0)::numeric)) OR (COALESCE(fee, (0)::numeric) <> round((((released_amount)::numeric * (fee_bps)::numeric) * 0.0001), 6)));",
  "view invariant_streams_within_escrow":
    "(task_id text, escrowed_amount usdc_from_zero, promised numeric) SELECT id AS task_id, escrowed_amount, promised FROM (( SELECT task_id, sum(((funded_amount)::numeric - (released_amount)::numeric)) AS promised FROM streams WHERE (status = ANY (ARRAY['active'::text, 'paused'::text, 'insolvent'::text])) GROUP BY task_id) s JOIN tasks t ON ((id = task_id))) WHERE (promised > (escrowed_amount)::numeric);",
  "view invariant_webhook_cursor_not_ahead":
    "(xid text, event_id bigint) SELECT (xid)::text AS xid, event_id FROM webhook_cursor WHERE (xid >= pg_snapshot_xmax(pg_current_snapshot()));",
  "view invariant_webhook_deliveries_once":
    "(endpoint_id text, event_id bigint, deliveries bigint) SELECT endpoint_id, event_id, count(*) AS deliveries FROM ( SELECT endpoint_id, event_id FROM webhook_deliveries UNION ALL SELECT endpoint_id, event_id FROM webhook_delivery_history) d WHERE (event_id IS NOT NULL) GROUP BY endpoint_id, event_id HAVING (count(*) > 1);",
  "view invariant_worker_statistics_equal_tasks":
    "(worker_id text, day date, statistics_tasks bigint, base_tasks bigint, statistics_earned numeric, base_earned numeric) SELECT COALESCE(worker_id, worker_id) AS worker_id, NULL::date AS day, total_tasks AS statistics_tasks, tasks AS base_tasks, total_earned AS statistics_earned, earned AS base_earned FROM ((worker_totals v LEFT JOIN ( SELECT worker_id, count(*) AS tasks, count(*) FILTER (WHERE ((status)::text = 'pending'::text)) AS pending, count(*) FILTER (WHERE ((status)::text = 'active'::text)) AS active, count(*) FILTER (WHERE ((status)::text = 'completed'::text)) AS completed, count(*) FILTER (WHERE ((status)::text = 'cancelled'::text)) AS cancelled, count(*) FILTER (WHERE ((status)::text = 'disputed'::text)) AS disputed, count(*) FILTER (WHERE was_disputed) AS ever_disputed, count(*) FILTER (WHERE (((status)::text = 'completed'::text) AND (completed_at > due_at))) AS late, sum( CASE WHEN ((status)::text = 'completed'::text) THEN (amount)::numeric ELSE (0)::numeric END) AS earned, sum((paid_amount)::numeric) AS paid, sum( CASE WHEN ((task_type)::text = 'streaming'::text) THEN (paid_amount)::numeric ELSE (0)::numeric END) AS released, sum( CASE WHEN ((status)::text = 'cancelled'::text) THEN (0)::numeric ELSE ((amount)::numeric - (paid_amount)::numeric) END) AS open_amount, count(*) FILTER (WHERE (((status)::text = ANY (ARRAY['completed'::text, 'disputed'::text])) OR (((status)::text = 'cancelled'::text) AND (started_at IS NOT NULL)))) AS ended FROM tasks GROUP BY worker_id) b ON ((worker_id = worker_id))) LEFT JOIN ( SELECT worker_id, count(*) AS ratings, round(avg((rating)::smallint), 2) AS average_rating FROM reputation_events WHERE ((rating IS NOT NULL) AND ((event_type)::text = 'rating_received'::text)) GROUP BY worker_id) r ON ((worker_id = worker_id))) WHERE (((((((((((((((total_tasks IS DISTINCT FROM COALESCE(tasks, (0)::bigint)) OR (pending_tasks IS DISTINCT FROM COALESCE(pending, (0)::bigint))) OR (active_tasks IS DISTINCT FROM COALESCE(active, (0)::bigint))) OR (completed_tasks IS DISTINCT FROM COALESCE(completed, (0)::bigint))) OR (cancelled_tasks IS DISTINCT FROM COALESCE(cancelled, (0)::bigint))) OR (disputed_tasks IS DISTINCT FROM COALESCE(disputed, (0)::bigint))) OR (ever_disputed_tasks IS DISTINCT FROM COALESCE(ever_disputed, (0)::bigint))) OR (late_tasks IS DISTINCT FROM COALESCE(late, (0)::bigint))) OR (total_earned IS DISTINCT FROM COALESCE(earned, (0)::numeric))) OR (paid IS DISTINCT FROM COALESCE(paid, (0)::numeric))) OR (released IS DISTINCT FROM COALESCE(released, (0)::numeric))) OR (pending_earnings IS DISTINCT FROM COALESCE(open_amount, (0)::numeric))) OR (completion_rate IS DISTINCT FROM COALESCE(round(((100.0 * (completed)::numeric) / (NULLIF(ended, 0))::numeric), 2), (0)::numeric))) OR (ratings IS DISTINCT FROM COALESCE(ratings, (0)::bigint))) OR (average_rating IS DISTINCT FROM COALESCE(average_rating, (0)::numeric))) UNION ALL SELECT COALESCE(worker_id, worker_id) AS worker_id, COALESCE(day, day) AS day, tasks AS statistics_tasks, tasks AS base_tasks, earned AS statistics_earned, earned AS base_earned FROM (( SELECT worker_id, day, tasks, completed, payouts, earned FROM daily_work w WHERE (EXISTS ( SELECT FROM workers k WHERE (id = worker_id)))) d FULL JOIN recomputed_worker_days b ON (((worker_id = worker_id) AND (day = day)))) WHERE ((((tasks IS DISTINCT FROM tasks) OR (completed IS DISTINCT FROM completed)) OR (payouts IS DISTINCT FROM payouts)) OR (earned IS DISTINCT FROM earned));",
  "view ledger_account_balances":
    "(id bigint, code text, asset text, normal_side text, balance numeric, held_in numeric, held_out numeric, available numeric, debits numeric, credits numeric, min_balance numeric, max_balance numeric, slots smallint, metadata jsonb, closed_at timestamp(3) with time zone, created_at timestamp(3) with time zone) SELECT id, code, code AS asset, normal_side, (sum( CASE normal_side WHEN 'debit'::text THEN ((debits)::numeric - (credits)::numeric) ELSE ((credits)::numeric - (debits)::numeric) END) * unit) AS balance, (sum(( CASE normal_side WHEN 'debit'::text THEN held_debits ELSE held_credits END)::numeric) * unit) AS held_in, (sum(( CASE normal_side WHEN 'debit'::text THEN held_credits ELSE held_debits END)::numeric) * unit) AS held_out, ((sum( CASE normal_side WHEN 'debit'::text THEN (((debits)::numeric - (credits)::numeric) - (held_credits)::numeric) ELSE (((credits)::numeric - (debits)::numeric) - (held_debits)::numeric) END) - min_balance) * unit) AS available, (sum((debits)::numeric) * unit) AS debits, (sum((credits)::numeric) * unit) AS credits, (min_balance * unit) AS min_balance, (max_balance * unit) AS max_balance, slots, metadata, closed_at, created_at FROM ((ledger_accounts a JOIN ledger_assets s ON ((id = asset_id))) JOIN ledger_balances b ON ((account_id = id))) GROUP BY id, id;",
  "view ledger_trial_balance":
    "(asset text, decimals smallint, accounts bigint, debits numeric, credits numeric, difference numeric, held numeric) SELECT code AS asset, decimals, count(DISTINCT id) AS accounts, (COALESCE(sum((debits)::numeric), (0)::numeric) * unit) AS debits, (COALESCE(sum((credits)::numeric), (0)::numeric) * unit) AS credits, (COALESCE(sum(((debits)::numeric - (credits)::numeric)), (0)::numeric) * unit) AS difference, (COALESCE(sum((held_debits)::numeric), (0)::numeric) * unit) AS held FROM ((ledger_assets s LEFT JOIN ledger_accounts a ON ((asset_id = id))) LEFT JOIN ledger_balances b ON ((account_id = id))) GROUP BY id;",
  "view platform_performance_view":
    "(platform_id text, name text, total_tasks bigint, completed_tasks bigint, cancelled_tasks bigint, active_tasks bigint, pending_tasks bigint, disputed_tasks bigint, total_payouts numeric, payouts bigint, total_fees numeric, average_payment numeric, unique_workers bigint, active_workers_7d bigint, active_workers_30d bigint, average_completion_s numeric, completion_rate numeric) SELECT platform_id, name, total_tasks, completed_tasks, cancelled_tasks, active_tasks, pending_tasks, disputed_tasks, total_payouts, payouts, total_fees, average_payment, unique_workers, active_workers_7d, active_workers_30d, average_completion_s, completion_rate FROM platform_totals;",
  "view platform_profiles":
    "(id text, name text, contact_email text, webhook_url text, wallet_address text, fee_bps integer, total_payouts numeric, total_tasks bigint, active_workers bigint, is_active boolean, account_age_days integer, metadata jsonb, created_at timestamp(3) with time zone, updated_at timestamp(3) with time zone) SELECT id, name, contact_email, webhook_url, wallet_address, fee_bps, total_payouts, total_tasks, active_workers_30d AS active_workers, is_active, (GREATEST((0)::numeric, floor((EXTRACT(epoch FROM (statement_timestamp() - created_at)) / (86400)::numeric))))::integer AS account_age_days, metadata, created_at, updated_at FROM (platforms p JOIN platform_totals t ON ((platform_id = id)));",
  "view platform_totals":
    "(platform_id text, name text, total_tasks bigint, completed_tasks bigint, cancelled_tasks bigint, active_tasks bigint, pending_tasks bigint, disputed_tasks bigint, payouts bigint, total_payouts numeric, total_fees numeric, average_payment numeric, unique_workers bigint, active_workers_7d bigint, active_workers_30d bigint, average_completion_s numeric, completion_rate numeric) SELECT id AS platform_id, name, total_tasks, completed_tasks, cancelled_tasks, active_tasks, pending_tasks, disputed_tasks, payouts, total_payouts, total_fees, COALESCE(round((total_payouts / (NULLIF(payouts, 0))::numeric), 6), (0)::numeric) AS average_payment, (COALESCE(unique_workers, (0)::bigint) + more_workers) AS unique_workers, (workers_7d + more_workers_7d) AS active_workers_7d, (workers_30d + more_workers_30d) AS active_workers_30d, round((seconds / (NULLIF(timed_tasks, 0))::numeric), 3) AS average_completion_s, COALESCE(round(((100.0 * (completed_tasks)::numeric) / (NULLIF(((completed_tasks + abandoned_tasks) + disputed_tasks), 0))::numeric), 2), (0)::numeric) AS completion_rate FROM (((((platforms p LEFT JOIN platform_statistics s ON ((platform_id = id))) CROSS JOIN LATERAL ( SELECT (COALESCE(tasks, (0)::bigint) + COALESCE(sum(tasks), (0)::bigint)) AS total_tasks, (COALESCE(completed, (0)::bigint) + COALESCE(sum(completed), (0)::bigint)) AS completed_tasks, (COALESCE(cancelled, (0)::bigint) + COALESCE(sum(cancelled), (0)::bigint)) AS cancelled_tasks, (COALESCE(abandoned, (0)::bigint) + COALESCE(sum(abandoned), (0)::bigint)) AS abandoned_tasks, (COALESCE(active, (0)::bigint) + COALESCE(sum(active), (0)::bigint)) AS active_tasks, (COALESCE(pending, (0)::bigint) + COALESCE(sum(pending), (0)::bigint)) AS pending_tasks, (COALESCE(disputed, (0)::bigint) + COALESCE(sum(disputed), (0)::bigint)) AS disputed_tasks, (COALESCE(timed, (0)::bigint) + COALESCE(sum(timed), (0)::bigint)) AS timed_tasks, (COALESCE(seconds, (0)::numeric) + COALESCE(sum(seconds), (0)::numeric)) AS seconds, array_agg(worker_id) FILTER (WHERE ((worker_id IS NOT NULL) AND (tasks <> 0))) AS workers, array_agg(tasks) FILTER (WHERE ((worker_id IS NOT NULL) AND (tasks <> 0))) AS tasks, array_agg(created_day) FILTER (WHERE ((worker_id IS NOT NULL) AND (tasks <> 0))) AS days FROM work_deltas d WHERE (platform_id = id)) t) CROSS JOIN LATERAL ( SELECT (COALESCE(payouts, (0)::bigint) + COALESCE(sum(transactions), (0)::bigint)) AS payouts, (COALESCE(payout_amount, (0)::numeric) + COALESCE(sum(amount), (0)::numeric)) AS total_payouts, (COALESCE(fees, (0)::numeric) + COALESCE(sum(fees), (0)::numeric)) AS total_fees FROM money_deltas d WHERE ((platform_id = id) AND (tx_type = 'payout'::text) AND (status = 'completed'::text) AND (asset = 'USDC'::text))) m) CROSS JOIN LATERAL ( SELECT (COALESCE(sum(workers) FILTER (WHERE (day > (today - 7))), (0)::numeric))::bigint AS workers_7d, (COALESCE(sum(workers), (0)::numeric))::bigint AS workers_30d FROM (( SELECT ((statement_timestamp() AT TIME ZONE 'UTC'::text))::date AS today) n JOIN platform_activity d ON (((platform_id = id) AND (day > (today - 30)))))) a) CROSS JOIN LATERAL ( SELECT COALESCE(sum((((new_tasks > 0))::integer - ((old_tasks > 0))::integer)), (0)::bigint) AS more_workers, COALESCE(sum(((((new_day IS NOT NULL) AND (new_day > (today - 7))))::integer - (((old_day IS NOT NULL) AND (old_day > (today - 7))))::integer)), (0)::bigint) AS more_workers_7d, COALESCE(sum(((((new_day IS NOT NULL) AND (new_day > (today - 30))))::integer - (((old_day IS NOT NULL) AND (old_day > (today - 30))))::integer)), (0)::bigint) AS more_workers_30d FROM (( SELECT ((statement_timestamp() AT TIME ZONE 'UTC'::text))::date AS today) n CROSS JOIN LATERAL changed_platform_workers(id, workers, tasks, days) c(worker_id, old_tasks, new_tasks, old_day, new_day))) w);",
  "view queue_overview":
    "(queue text, paused_at timestamp(3) with time zone, in_line bigint, in_work bigint, waiting bigint, dead bigint, oldest_at timestamp with time zone) SELECT name AS queue, paused_at, COALESCE(in_line, (0)::bigint) AS in_line, COALESCE(in_work, (0)::bigint) AS in_work, COALESCE(waiting, (0)::bigint) AS waiting, COALESCE(dead, (0)::bigint) AS dead, oldest_at FROM ((queue_settings s LEFT JOIN ( SELECT queue_id, count(*) FILTER (WHERE ((place IS NOT NULL) AND (lease_until IS NULL))) AS in_line, count(*) FILTER (WHERE (lease_until IS NOT NULL)) AS in_work, count(*) FILTER (WHERE (place IS NULL)) AS waiting, min(run_at) FILTER (WHERE ((place IS NOT NULL) AND (lease_until IS NULL))) AS oldest_at FROM queue_jobs j GROUP BY queue_id) l ON ((queue_id = id))) LEFT JOIN ( SELECT queue_id, count(*) AS dead FROM queue_dead x GROUP BY queue_id) d ON ((queue_id = id)));",
  "view queue_states":
    "(id bigint, queue text, state text, token bigint, priority smallint, failures smallint, losses smallint, key text, payload jsonb, created_at timestamp(3) with time zone, at timestamp(3) with time zone, error text, result jsonb, progress jsonb, worker text) SELECT id, name AS queue, CASE WHEN (lease_until IS NOT NULL) THEN 'in_work'::text WHEN (place IS NOT NULL) THEN 'in_line'::text ELSE 'waiting'::text END AS state, token, priority, failures, losses, key, payload, created_at, run_at AS at, NULL::text AS error, NULL::jsonb AS result, progress, worker FROM ((queue_jobs j JOIN queue_settings s ON ((id = queue_id))) LEFT JOIN queue_claims c ON (((token = token) AND (lease_until IS NOT NULL)))) UNION ALL SELECT id, name AS queue, 'dead'::text AS state, token, priority, failures, losses, key, payload, created_at, died_at AS at, error, NULL::jsonb AS result, NULL::jsonb AS progress, NULL::text AS worker FROM (queue_dead d JOIN queue_settings s ON ((id = queue_id))) UNION ALL SELECT id, name AS queue, outcome AS state, token, priority, failures, losses, key, payload, created_at, finished_at AS at, NULL::text AS error, result, NULL::jsonb AS progress, worker FROM (queue_history h JOIN queue_settings s ON ((id = queue_id)));",
  "view recomputed_worker_days":
    "(worker_id text, day date, tasks bigint, completed bigint, payouts bigint, earned numeric) SELECT worker_id, day, sum(tasks) AS tasks, sum(completed) AS completed, sum(payouts) AS payouts, sum(earned) AS earned FROM ( SELECT worker_id, ((created_at AT TIME ZONE 'UTC'::text))::date AS day, 1 AS tasks, (((status)::text = 'completed'::text))::integer AS completed, 0 AS payouts, 0 AS earned FROM tasks WHERE (worker_id IS NOT NULL) UNION ALL SELECT worker_id, ((processed_at AT TIME ZONE 'UTC'::text))::date AS timezone, 0, 0, 1, ((amount)::numeric - (fee)::numeric) FROM transactions WHERE ((worker_id IS NOT NULL) AND ((tx_type)::text = 'payout'::text) AND ((status)::text = 'completed'::text) AND (asset = 'USDC'::text))) part GROUP BY worker_id, day;",
  "view retention_alarms":
    "(name text, alarm text, problem text) SELECT name, 'runway'::text AS alarm, format('Partitions of %s are ready for %s more days, fewer than %s.'::text, table_name, days_ahead, alarm_days) AS problem FROM retention_status WHERE (enabled AND (kind = 'partitions'::text) AND (days_ahead < (alarm_days)::numeric)) UNION ALL SELECT name, 'default_rows'::text AS alarm, format('%s rows of %s are in its default partition, because theirs was not there in time.'::text, default_rows, table_name) AS problem FROM retention_status WHERE (default_rows > 0) UNION ALL SELECT name, 'late'::text AS alarm, format('%s was to be cleaned up at %s and was not.'::text, table_name, next_run_at) AS problem FROM retention_status WHERE (enabled AND (next_run_at < (now() - '1 day'::interval)));",
  "view retention_status":
    "(name text, kind text, table_name text, keep interval, batch_size integer, enabled boolean, next_run_at timestamp(3) with time zone, last_run_at timestamp(3) with time zone, last_gone bigint, last_ms integer, total_gone bigint, alarm_days integer, partitions bigint, covered_until timestamp with time zone, days_ahead numeric, default_rows bigint) SELECT name, kind, table_name, keep, batch_size, enabled, next_run_at, last_run_at, last_gone, last_ms, total_gone, alarm_days, partitions, covered_until, CASE WHEN (kind = 'partitions'::text) THEN round((EXTRACT(epoch FROM (COALESCE(covered_until, now()) - now())) / (86400)::numeric), 2) ELSE NULL::numeric END AS days_ahead, CASE WHEN (kind = 'partitions'::text) THEN retention_default_rows(table_name) ELSE (0)::bigint END AS default_rows FROM (retention_policies p LEFT JOIN LATERAL ( SELECT count(*) AS partitions, max(until_at) AS covered_until FROM retention_partitions(table_name) part(partition_name, from_at, until_at, is_default, rows_estimated) WHERE (NOT is_default)) parts ON ((kind = 'partitions'::text)));",
  "view work_parts":
    "(worker_id text, day date, tasks bigint, completed bigint, payouts bigint, earned numeric) SELECT worker_id, day, tasks, completed, payouts, earned FROM worker_days UNION ALL SELECT worker_id, created_day AS day, tasks, completed, 0 AS payouts, 0 AS earned FROM work_deltas WHERE ((worker_id IS NOT NULL) AND (created_day IS NOT NULL)) UNION ALL SELECT worker_id, paid_day AS day, 0 AS tasks, 0 AS completed, transactions AS payouts, (amount - fees) AS earned FROM money_deltas WHERE ((worker_id IS NOT NULL) AND (paid_day IS NOT NULL));",
  "view worker_earnings_view":
    "(worker_id text, name worker_name, total_tasks bigint, completed_tasks bigint, active_tasks bigint, pending_tasks bigint, cancelled_tasks bigint, disputed_tasks bigint, total_earned numeric, released numeric, paid numeric, pending_earnings numeric, payout_total numeric, payout_count bigint, advance_total numeric, advance_count bigint, repayment_total numeric, repayment_count bigint, fee_total numeric, fee_count bigint, withdrawal_total numeric, withdrawal_count bigint, open_loan_id text, open_loan_status text, open_loan_due numeric, open_loan_repaid numeric, open_loan_remaining numeric, open_loan_due_at timestamp with time zone, loans bigint, loans_repaid bigint, loans_defaulted bigint, completion_rate numeric, average_rating numeric, ratings bigint, dispute_rate numeric, reputation_score score, last_active_at timestamp with time zone) SELECT worker_id, name, total_tasks, completed_tasks, active_tasks, pending_tasks, cancelled_tasks, disputed_tasks, total_earned, released, paid, pending_earnings, payout_total, payout_count, advance_total, advance_count, repayment_total, repayment_count, fee_total, fee_count, withdrawal_total, withdrawal_count, open_loan_id, open_loan_status, open_loan_due, open_loan_repaid, (open_loan_due - open_loan_repaid) AS open_loan_remaining, open_loan_due_at, loans, loans_repaid, loans_defaulted, completion_rate, average_rating, ratings, dispute_rate, reputation_score, last_active_at FROM ((worker_totals t CROSS JOIN LATERAL ( SELECT COALESCE(sum(amount) FILTER (WHERE (tx_type = 'payout'::text)), (0)::numeric) AS payout_total, (COALESCE(sum(transactions) FILTER (WHERE (tx_type = 'payout'::text)), (0)::numeric))::bigint AS payout_count, COALESCE(sum(amount) FILTER (WHERE (tx_type = 'advance'::text)), (0)::numeric) AS advance_total, (COALESCE(sum(transactions) FILTER (WHERE (tx_type = 'advance'::text)), (0)::numeric))::bigint AS advance_count, COALESCE(sum(amount) FILTER (WHERE (tx_type = 'repayment'::text)), (0)::numeric) AS repayment_total, (COALESCE(sum(transactions) FILTER (WHERE (tx_type = 'repayment'::text)), (0)::numeric))::bigint AS repayment_count, COALESCE(sum(amount) FILTER (WHERE (tx_type = 'fee'::text)), (0)::numeric) AS fee_total, (COALESCE(sum(transactions) FILTER (WHERE (tx_type = 'fee'::text)), (0)::numeric))::bigint AS fee_count, COALESCE(sum(amount) FILTER (WHERE (tx_type = 'withdrawal'::text)), (0)::numeric) AS withdrawal_total, (COALESCE(sum(transactions) FILTER (WHERE (tx_type = 'withdrawal'::text)), (0)::numeric))::bigint AS withdrawal_count FROM ( SELECT tx_type, transactions, amount FROM worker_transactions r WHERE (worker_id = worker_id) UNION ALL SELECT tx_type, transactions, amount FROM money_deltas d WHERE ((worker_id = worker_id) AND (status = 'completed'::text) AND (asset = 'USDC'::text))) x_1) x) CROSS JOIN LATERAL ( SELECT max(id) FILTER (WHERE is_open) AS open_loan_id, max(status) FILTER (WHERE is_open) AS open_loan_status, max((total_due)::numeric) FILTER (WHERE is_open) AS open_loan_due, max((amount_repaid)::numeric) FILTER (WHERE is_open) AS open_loan_repaid, max(repayment_due) FILTER (WHERE is_open) AS open_loan_due_at, count(*) FILTER (WHERE (disbursed_at IS NOT NULL)) AS loans, count(*) FILTER (WHERE (status = 'repaid'::text)) AS loans_repaid, count(*) FILTER (WHERE (defaulted_at IS NOT NULL)) AS loans_defaulted FROM ( SELECT id, worker_id, amount, fee, fee_bps, total_due, amount_repaid, status, risk_score, predicted_earnings, installments, installments_paid, contract_address, disbursed_at, repayment_due, repaid_at, defaulted_at, created_at, updated_at, written_off_at, (status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text, 'repaying'::text])) AS is_open FROM loans n WHERE (worker_id = worker_id)) o) l);",
  "view worker_profiles":
    "(id text, name worker_name, email text, wallet_id text, wallet_address wallet_address, wallet_verified_at timestamp(3) with time zone, status worker_status, reputation_score score, account_age_days integer, total_tasks bigint, total_earned numeric, completion_rate numeric, average_rating numeric, dispute_rate numeric, last_active_at timestamp with time zone, metadata metadata_object, created_at timestamp(3) with time zone, updated_at timestamp(3) with time zone) SELECT id, name, email, wallet_id, wallet_address, wallet_verified_at, status, reputation_score, account_age_days(w.*) AS account_age_days, completed_tasks AS total_tasks, total_earned, completion_rate, average_rating, dispute_rate, last_active_at, metadata, created_at, updated_at FROM (workers w JOIN worker_totals t ON ((worker_id = id)));",
  "view worker_risk_assessment":
    "(worker_id text, name worker_name, status text, reputation_score integer, account_age_days integer, completed_tasks bigint, late_tasks bigint, disputes bigint, ended_tasks bigint, tasks_30d bigint, completed_30d bigint, completion_rate_30d numeric, on_time_rate numeric, average_rating numeric, earnings_30d numeric, weekly_deviation numeric, loans bigint, loans_due bigint, loans_on_time bigint, open_loan_id text, written_off_loans bigint, risk_score integer, risk_factors jsonb, reasons text[], eligible_without_prediction boolean, max_advance_by_risk numeric, fee_bps integer) SELECT id AS worker_id, name, status, reputation_score, account_age_days, completed_tasks, late_tasks, disputes, ended_tasks, recent_tasks AS tasks_30d, recent_completed_tasks AS completed_30d, round(((100)::numeric * (completion_rate)::numeric), 2) AS completion_rate_30d, round(((100)::numeric * (on_time_rate)::numeric), 2) AS on_time_rate, round((average_rating)::numeric, 2) AS average_rating, recent_earnings AS earnings_30d, round((weekly_deviation)::numeric, 6) AS weekly_deviation, loans, loans_due, loans_on_time, open_loan_id, written_off_loans, score AS risk_score, jsonb_build_array(jsonb_build_object('part', 'reputation', 'points', (floor(((reputation * (100)::double precision) + (0.5)::double precision)) / (100)::double precision)), jsonb_build_object('part', 'maturity', 'points', (floor(((maturity * (100)::double precision) + (0.5)::double precision)) / (100)::double precision)), jsonb_build_object('part', 'taskHistory', 'points', (floor(((task_history * (100)::double precision) + (0.5)::double precision)) / (100)::double precision)), jsonb_build_object('part', 'performance', 'points', (floor(((performance * (100)::double precision) + (0.5)::double precision)) / (100)::double precision)), jsonb_build_object('part', 'disputes', 'points', (floor(((disputes * (100)::double precision) + (0.5)::double precision)) / (100)::double precision)), jsonb_build_object('part', 'loanHistory', 'points', (floor(((loan_history * (100)::double precision) + (0.5)::double precision)) / (100)::double precision)), jsonb_build_object('part', 'consistency', 'points', (floor(((consistency * (100)::double precision) + (0.5)::double precision)) / (100)::double precision))) AS risk_factors, reasons, (cardinality(reasons) = 0) AS eligible_without_prediction, risk_max_advance(score, recent_earnings) AS max_advance_by_risk, risk_fee_bps(score) AS fee_bps FROM (((workers w CROSS JOIN LATERAL risk_inputs(id) i(worker_id, status, reputation_score, account_age_days, completed_tasks, late_tasks, disputes, ended_tasks, recent_tasks, recent_completed_tasks, completion_rate, on_time_rate, average_rating, loans, loans_due, loans_on_time, open_loan_id, written_off_loans, weekly_deviation, recent_earnings)) CROSS JOIN LATERAL risk_parts(reputation_score, account_age_days, completed_tasks, completion_rate, on_time_rate, average_rating, disputes, loans_due, loans_on_time, weekly_deviation, recent_earnings) k(reputation, maturity, task_history, performance, disputes, loan_history, consistency, score)) CROSS JOIN LATERAL ( SELECT array_remove(ARRAY[ CASE WHEN (status <> 'active'::text) THEN 'not_active'::text ELSE NULL::text END, CASE WHEN (open_loan_id IS NOT NULL) THEN 'open_loan'::text ELSE NULL::text END, CASE WHEN (written_off_loans > 0) THEN 'written_off_loan'::text ELSE NULL::text END, CASE WHEN (score < 600) THEN 'low_score'::text ELSE NULL::text END, CASE WHEN (account_age_days < 7) THEN 'new_account'::text ELSE NULL::text END, CASE WHEN ((ended_tasks = 0) OR ((completed_tasks * 5) < (ended_tasks * 4))) THEN 'low_completion'::text ELSE NULL::text END, CASE WHEN (completed_tasks < 5) THEN 'few_tasks'::text ELSE NULL::text END], NULL::text) AS reasons OFFSET 0) r);",
  "view worker_totals":
    "(worker_id text, name worker_name, reputation_score score, created_at timestamp(3) with time zone, total_tasks bigint, completed_tasks bigint, active_tasks bigint, pending_tasks bigint, cancelled_tasks bigint, disputed_tasks bigint, ever_disputed_tasks bigint, late_tasks bigint, ended_tasks bigint, total_earned numeric, paid numeric, released numeric, pending_earnings numeric, ratings bigint, stars bigint, completion_rate numeric, average_rating numeric, dispute_rate numeric, last_active_at timestamp with time zone) SELECT id AS worker_id, name, reputation_score, created_at, total_tasks, completed_tasks, active_tasks, pending_tasks, cancelled_tasks, disputed_tasks, ever_disputed_tasks, late_tasks, ((completed_tasks + abandoned_tasks) + disputed_tasks) AS ended_tasks, total_earned, paid, released, pending_earnings, ratings, stars, COALESCE(round(((100.0 * (completed_tasks)::numeric) / (NULLIF(((completed_tasks + abandoned_tasks) + disputed_tasks), 0))::numeric), 2), (0)::numeric) AS completion_rate, COALESCE(round(((stars)::numeric / (NULLIF(ratings, 0))::numeric), 2), (0)::numeric) AS average_rating, COALESCE(round(((100.0 * (ever_disputed_tasks)::numeric) / (NULLIF(total_tasks, 0))::numeric), 2), (0)::numeric) AS dispute_rate, GREATEST(last_active_at, last_active_at) AS last_active_at FROM ((workers w LEFT JOIN worker_statistics s ON ((worker_id = id))) CROSS JOIN LATERAL ( SELECT (COALESCE(tasks, (0)::bigint) + COALESCE(sum(tasks), (0)::bigint)) AS total_tasks, (COALESCE(completed, (0)::bigint) + COALESCE(sum(completed), (0)::bigint)) AS completed_tasks, (COALESCE(active, (0)::bigint) + COALESCE(sum(active), (0)::bigint)) AS active_tasks, (COALESCE(pending, (0)::bigint) + COALESCE(sum(pending), (0)::bigint)) AS pending_tasks, (COALESCE(cancelled, (0)::bigint) + COALESCE(sum(cancelled), (0)::bigint)) AS cancelled_tasks, (COALESCE(abandoned, (0)::bigint) + COALESCE(sum(abandoned), (0)::bigint)) AS abandoned_tasks, (COALESCE(disputed, (0)::bigint) + COALESCE(sum(disputed), (0)::bigint)) AS disputed_tasks, (COALESCE(ever_disputed, (0)::bigint) + COALESCE(sum(ever_disputed), (0)::bigint)) AS ever_disputed_tasks, (COALESCE(late, (0)::bigint) + COALESCE(sum(late), (0)::bigint)) AS late_tasks, (COALESCE(ratings, (0)::bigint) + COALESCE(sum(ratings), (0)::bigint)) AS ratings, (COALESCE(stars, (0)::bigint) + COALESCE(sum(stars), (0)::bigint)) AS stars, (COALESCE(earned, (0)::numeric) + COALESCE(sum(earned), (0)::numeric)) AS total_earned, (COALESCE(paid, (0)::numeric) + COALESCE(sum(paid), (0)::numeric)) AS paid, (COALESCE(released, (0)::numeric) + COALESCE(sum(released), (0)::numeric)) AS released, (COALESCE(open_amount, (0)::numeric) + COALESCE(sum(open_amount), (0)::numeric)) AS pending_earnings, GREATEST(last_active_at, max(active_at), ( SELECT max(active_at) AS max FROM money_deltas m WHERE (worker_id = id))) AS last_active_at FROM work_deltas d WHERE (worker_id = id)) t);",
};
