/** Generated from a fresh migration by `npm run generate`; do not edit. */
import type { Catalog } from '../../../kernel/index.ts';

export const agentsCatalog: Catalog = {
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
  "column activities.id":
    "text not null default new_id('act'::text)",
  "column activities.message":
    "text not null",
  "column activities.metadata":
    "jsonb",
  "column activities.project_id":
    "text not null",
  "column activities.timestamp":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column activities.type":
    "text not null",
  "column agent_log_lines.agent_id":
    "text not null",
  "column agent_log_lines.at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column agent_log_lines.id":
    "bigint not null generated always as identity",
  "column agent_log_lines.line":
    "text not null",
  "column agent_spend_daily.agent_id":
    "text not null",
  "column agent_spend_daily.amount":
    "numeric not null",
  "column agent_spend_daily.calls":
    "bigint not null",
  "column agent_spend_daily.day":
    "date not null",
  "column agent_spend_daily.input_tokens":
    "numeric not null",
  "column agent_spend_daily.output_tokens":
    "numeric not null",
  "column agent_spend_daily.project_id":
    "text not null",
  "column agent_spend_daily.unpriced_calls":
    "bigint not null",
  "column agents.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column agents.end_time":
    "timestamp(3) with time zone",
  "column agents.error":
    "text",
  "column agents.has_logs":
    "boolean not null default false",
  "column agents.id":
    "text not null default new_id('agt'::text)",
  "column agents.project_id":
    "text not null",
  "column agents.start_time":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column agents.status":
    "text not null",
  "column agents.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
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
  "column auth_secrets.created_at":
    "timestamp(3) with time zone not null default now()",
  "column auth_secrets.kid":
    "text not null",
  "column auth_secrets.secret":
    "bytea not null",
  "column auth_secrets.verify_until":
    "timestamp(3) with time zone",
  "column budget_alerts.at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column budget_alerts.budget_id":
    "text not null",
  "column budget_alerts.period_start":
    "date not null",
  "column budget_alerts.spent":
    "numeric not null",
  "column budget_alerts.threshold":
    "numeric not null",
  "column budget_reservations.agent_id":
    "text",
  "column budget_reservations.amount":
    "numeric not null",
  "column budget_reservations.closed_at":
    "timestamp(3) with time zone",
  "column budget_reservations.cost_id":
    "text",
  "column budget_reservations.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column budget_reservations.expires_at":
    "timestamp(3) with time zone not null",
  "column budget_reservations.id":
    "text not null default new_id('rsv'::text)",
  "column budget_reservations.project_id":
    "text not null",
  "column budget_reservations.purpose":
    "text",
  "column budget_reservations.state":
    "text not null default 'open'::text",
  "column budgets.agent_id":
    "text",
  "column budgets.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column budgets.id":
    "text not null default new_id('bdg'::text)",
  "column budgets.kind":
    "text not null",
  "column budgets.limit_amount":
    "numeric not null",
  "column budgets.period":
    "text not null",
  "column budgets.project_id":
    "text not null",
  "column budgets.reservations_made":
    "bigint not null default 0",
  "column budgets.thresholds":
    "numeric[] not null default '{0.5,0.8,1}'::numeric[]",
  "column budgets.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column costs.agent_id":
    "text",
  "column costs.amount":
    "usd_amount",
  "column costs.id":
    "text not null default new_id('cst'::text)",
  "column costs.import_key":
    "text",
  "column costs.input_tokens":
    "token_count",
  "column costs.model":
    "model_label not null",
  "column costs.output_tokens":
    "token_count",
  "column costs.price_id":
    "text",
  "column costs.pricing":
    "cost_pricing not null default 'given'::text",
  "column costs.project_id":
    "text not null",
  "column costs.provider":
    "model_label not null",
  "column costs.service_tier":
    "service_tier not null default 'standard'::text",
  "column costs.timestamp":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column costs.unpriced_kinds":
    "text[]",
  "column costs.usage":
    "jsonb",
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
  "column imports.project_id":
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
  "column model_price_rates.above_tokens":
    "bigint not null default 0",
  "column model_price_rates.kind":
    "text not null",
  "column model_price_rates.price_id":
    "text not null",
  "column model_price_rates.unit_price":
    "numeric not null",
  "column model_prices.accepted_implausible":
    "jsonb",
  "column model_prices.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column model_prices.day_from":
    "time without time zone",
  "column model_prices.day_until":
    "time without time zone",
  "column model_prices.id":
    "text not null default new_id('mpr'::text)",
  "column model_prices.note":
    "text",
  "column model_prices.priced_model_id":
    "text not null",
  "column model_prices.rates_digest":
    "text not null",
  "column model_prices.service_tier":
    "text not null default 'standard'::text",
  "column model_prices.valid_from":
    "timestamp(3) with time zone",
  "column model_prices.valid_until":
    "timestamp(3) with time zone",
  "column model_provider_rules.operator":
    "text not null",
  "column model_provider_rules.ordinal":
    "integer not null",
  "column model_provider_rules.pattern":
    "text not null",
  "column model_provider_rules.provider":
    "text not null",
  "column model_provider_rules.subject":
    "text not null",
  "column model_providers.fallback_providers":
    "text[] not null default '{}'::text[]",
  "column model_providers.id":
    "text not null",
  "column model_providers.name":
    "text not null",
  "column model_providers.position":
    "integer not null",
  "column organization_members.invited_by":
    "text",
  "column organization_members.joined_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column organization_members.organization_id":
    "text not null",
  "column organization_members.role":
    "text not null",
  "column organization_members.user_id":
    "text not null",
  "column organizations.billing_email":
    "text",
  "column organizations.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column organizations.description":
    "text",
  "column organizations.id":
    "text not null default new_id('org'::text)",
  "column organizations.name":
    "text not null",
  "column organizations.personal_user_id":
    "text",
  "column organizations.settings":
    "jsonb",
  "column organizations.slug":
    "text not null",
  "column organizations.subscription_price":
    "numeric not null default 0",
  "column organizations.subscription_tier":
    "text not null default 'free'::text",
  "column organizations.type":
    "text not null default 'personal'::text",
  "column organizations.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
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
  "column priced_model_names.is_key":
    "boolean not null",
  "column priced_model_names.name":
    "text not null",
  "column priced_model_names.priced_model_id":
    "text not null",
  "column priced_model_names.provider":
    "text not null",
  "column priced_model_rules.operator":
    "text not null",
  "column priced_model_rules.ordinal":
    "integer not null",
  "column priced_model_rules.pattern":
    "text not null",
  "column priced_model_rules.priced_model_id":
    "text not null",
  "column priced_model_rules.provider":
    "text not null",
  "column priced_models.id":
    "text not null default new_id('mdl'::text)",
  "column priced_models.model":
    "text not null",
  "column priced_models.position":
    "integer not null",
  "column priced_models.precedence":
    "smallint not null",
  "column priced_models.provider":
    "text not null",
  "column priced_models.source":
    "text not null",
  "column project_spend.amount":
    "numeric not null",
  "column project_spend.calls":
    "bigint not null",
  "column project_spend.input_tokens":
    "numeric not null",
  "column project_spend.output_tokens":
    "numeric not null",
  "column project_spend.project_id":
    "text not null",
  "column project_spend.unpriced_calls":
    "bigint not null",
  "column projects.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column projects.id":
    "text not null default new_id('prj'::text)",
  "column projects.name":
    "text not null",
  "column projects.path":
    "text not null",
  "column projects.settings":
    "jsonb",
  "column projects.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column projects.user_id":
    "text not null",
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
  "column refresh_tokens.generation":
    "integer not null",
  "column refresh_tokens.issued_at":
    "timestamp(3) with time zone not null default now()",
  "column refresh_tokens.session_id":
    "text not null",
  "column refresh_tokens.token_hash":
    "bytea not null",
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
  "column runners.attempt":
    "integer not null default 0",
  "column runners.cpu_usage":
    "numeric(5,2)",
  "column runners.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column runners.disk_usage":
    "numeric(5,2)",
  "column runners.error_message":
    "text",
  "column runners.id":
    "text not null default new_id('rnr'::text)",
  "column runners.ip_address":
    "text",
  "column runners.last_heartbeat":
    "timestamp(3) with time zone",
  "column runners.lease_until":
    "timestamp(3) with time zone",
  "column runners.max_concurrent_jobs":
    "integer not null default 1",
  "column runners.memory_usage":
    "numeric(5,2)",
  "column runners.metadata":
    "jsonb",
  "column runners.name":
    "text not null",
  "column runners.organization_id":
    "text",
  "column runners.provider":
    "text not null",
  "column runners.region":
    "text not null",
  "column runners.server_type":
    "text not null",
  "column runners.ssh_key_id":
    "text",
  "column runners.status":
    "text not null default 'pending'::text",
  "column runners.token_hash":
    "bytea",
  "column runners.torn_down_at":
    "timestamp(3) with time zone",
  "column runners.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column runners.user_id":
    "text",
  "column spend_daily.amount":
    "numeric not null",
  "column spend_daily.calls":
    "bigint not null",
  "column spend_daily.day":
    "date not null",
  "column spend_daily.input_tokens":
    "numeric not null",
  "column spend_daily.model":
    "text not null",
  "column spend_daily.output_tokens":
    "numeric not null",
  "column spend_daily.project_id":
    "text not null",
  "column spend_daily.provider":
    "text not null",
  "column spend_daily.unpriced_calls":
    "bigint not null",
  "column spend_deltas.agent_id":
    "text",
  "column spend_deltas.amount":
    "numeric not null",
  "column spend_deltas.calls":
    "bigint not null",
  "column spend_deltas.day":
    "date not null",
  "column spend_deltas.id":
    "bigint not null generated always as identity",
  "column spend_deltas.input_tokens":
    "numeric not null",
  "column spend_deltas.model":
    "text not null",
  "column spend_deltas.output_tokens":
    "numeric not null",
  "column spend_deltas.project_id":
    "text not null",
  "column spend_deltas.provider":
    "text not null",
  "column spend_deltas.unpriced_calls":
    "bigint not null",
  "column users.created_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
  "column users.email":
    "text not null",
  "column users.id":
    "text not null default new_id('usr'::text)",
  "column users.name":
    "text",
  "column users.updated_at":
    "timestamp(3) with time zone not null default clock_timestamp()",
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
  "comment column activities.metadata":
    "Facts of the activity as JSON; null when there are none.",
  "comment column agents.end_time":
    "Null while nobody has said that the run ended.",
  "comment column agents.error":
    "Why a run failed; null when it did not.",
  "comment column agents.has_logs":
    "Tells a run whose log is empty from one that has none.",
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
  "comment column auth_secrets.verify_until":
    "Null: the key that signs. Set: rotated out, and still accepted until then.",
  "comment column budget_reservations.agent_id":
    "Run that will spend it; null when it is not attributed to one.",
  "comment column budget_reservations.closed_at":
    "Null while it is open.",
  "comment column budget_reservations.cost_id":
    "Cost that settled it; null until then.",
  "comment column budget_reservations.purpose":
    "What it is for, in the caller's words; null when they said nothing.",
  "comment column budgets.agent_id":
    "Run the budget is for; null when it is for the whole project.",
  "comment column budgets.reservations_made":
    "Raised by every reservation: that update is the lock which lets reservations of one budget in one by one.",
  "comment column budgets.thresholds":
    "Parts of the limit, 1 is all of it, at each of which one cost_alert a period is written.",
  "comment column costs.agent_id":
    "Run that caused it; null when it is not attributed to one.",
  "comment column costs.amount":
    "USD, exact. Null when the price is unknown: it is counted as unpriced and never as zero.",
  "comment column costs.import_key":
    "Place and content in an imported file, so that a second import adds nothing; null otherwise.",
  "comment column costs.input_tokens":
    "Null when not reported; 0 is a count.",
  "comment column costs.output_tokens":
    "Null when not reported; 0 is a count.",
  "comment column costs.price_id":
    "Price the amount was computed from; null unless computed.",
  "comment column costs.pricing":
    "given: the caller said the amount; computed: from price_id; unpriced: no price known.",
  "comment column costs.service_tier":
    "How the provider sold the call; prices differ by it.",
  "comment column costs.unpriced_kinds":
    "Kinds of usage that had no price; null unless that is why it is unpriced.",
  "comment column costs.usage":
    "Disjoint kinds of usage with their quantities; null when only totals are known.",
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
  "comment column imports.project_id":
    "Project that received the rows; null: price tables belong to none.",
  "comment column imports.rows_done":
    "Rows of the file dealt with so far: inserted, known or refused.",
  "comment column imports.state":
    "running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed.",
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
  "comment column migration_objects.on_table":
    "Table that a trigger hangs on; null for functions and views.",
  "comment column model_prices.accepted_implausible":
    "The rates above their limit that somebody accepted explicitly, with the limits of that time; null: none.",
  "comment column model_prices.day_from":
    "Start of the daily hours in UTC, inclusive; null: all day.",
  "comment column model_prices.day_until":
    "End of the daily hours in UTC, exclusive; null: all day.",
  "comment column model_prices.note":
    "Where the price comes from, in words; null: the source says it all.",
  "comment column model_prices.rates_digest":
    "Hash of the rates, so that loading a table twice changes nothing.",
  "comment column model_prices.valid_from":
    "First moment it holds, inclusive; null: as far back as anyone asks.",
  "comment column model_prices.valid_until":
    "First moment it no longer holds; null: until further notice.",
  "comment column model_providers.position":
    "Rules of providers are tried in this order; the first match wins.",
  "comment column organization_members.invited_by":
    "Null for whoever founded it, and when the inviting user is gone.",
  "comment column organizations.billing_email":
    "Null: bills go to the owners.",
  "comment column organizations.description":
    "Null when none was given.",
  "comment column organizations.personal_user_id":
    "The one user of a personal organization, which ends with them; null for a company.",
  "comment column organizations.settings":
    "Settings as an object; null when none were given.",
  "comment column organizations.slug":
    "Short name for addresses, derived from the name; a taken one gets a piece of the id.",
  "comment column outbox.audience":
    "Account that may see the event; null for administrators only.",
  "comment column priced_models.position":
    "Place in its source; of two rules that match a name, the earlier model wins.",
  "comment column projects.settings":
    "Settings as an object; null when none were given. Replaced whole.",
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
  "comment column runners.attempt":
    "Raised by whoever takes the runner on; what an older attempt wants to write is refused.",
  "comment column runners.cpu_usage":
    "Percent at the last heartbeat; null: never reported.",
  "comment column runners.disk_usage":
    "Percent at the last heartbeat; null: never reported.",
  "comment column runners.error_message":
    "What the last failed attempt said; null when none failed since.",
  "comment column runners.ip_address":
    "Null until the machine is there.",
  "comment column runners.last_heartbeat":
    "When the machine last reported; null: never.",
  "comment column runners.lease_until":
    "Nobody else takes the runner on before this; null: free.",
  "comment column runners.max_concurrent_jobs":
    "At most what the server type can run: cpx11 1, cpx31 2, cpx41 4, cpx51 8; other providers' types are not known here.",
  "comment column runners.memory_usage":
    "Percent at the last heartbeat; null: never reported.",
  "comment column runners.metadata":
    "What the provider says of the machine; null until it is there.",
  "comment column runners.organization_id":
    "Personal organization of the user when it was made; null when there was none, or it is gone.",
  "comment column runners.ssh_key_id":
    "Name of a key that the provider puts on the machine; null: none.",
  "comment column runners.token_hash":
    "SHA-256 of the token that only the machine was given; null until the machine is there.",
  "comment column runners.torn_down_at":
    "When a deleted runner's machine was gone for certain; null: there may be one.",
  "comment column runners.user_id":
    "Null once the user is gone: a trigger then marks the runner deleted, so that its machine is torn down and not forgotten.",
  "comment column spend_deltas.agent_id":
    "Null for costs that are not attributed to a run.",
  "comment column users.name":
    "Display name; null when none was given.",
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
  "comment function add_model_price(p_priced_model_id text, p_price jsonb, p_earlier text[], p_not_before timestamp with time zone, p_implausible jsonb)":
    "Adds one version of a price: ends the version that holds at its start and lasts until the next one begins. Where p_earlier names prices that were there before this load, a changed price starts no earlier than p_not_before. Outcome: inserted or known.",
  "comment function begin_once(p_account text, p_key text, p_operation text, p_request_sha256 bytea)":
    "For functions that do their work in one round trip: null when the work is still to do (or no key was given), else the answer stored for the key. Other content under the key is refused.",
  "comment function check_budgets(p_projects text[])":
    "Writes one cost_alert for each threshold that these projects' budgets have reached in the running period; returns how many.",
  "comment function create_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_account_id text, p_name text, p_prefix text, p_key_hash bytea, p_roles text[], p_ttl_s double precision, p_max_keys integer)":
    "Adds an API key within the limit of live ones. Roles null: all of the account; lifetime null: does not expire.",
  "comment function delete_orphan_runner()":
    "Trigger of runners: a runner whose user is gone is deleted; the row stays until its machine is torn down.",
  "comment function end_once(p_account text, p_key text, p_answer jsonb)":
    "Stores the answer of work that begin_once let begin, and returns it.",
  "comment function expire_reservations(p_limit integer)":
    "Closes reservations whose time is over, at most p_limit of them; returns how many.",
  "comment function find_priced_models(p_provider text, p_model text)":
    "The priced models that a logged name may mean, best first: the provider itself before its fallbacks, then the source's precedence, then exact names before patterns, then the source's order.",
  "comment function find_provider(p_provider text, p_model text)":
    "The provider meant by a logged provider name, or by a model name that came without one; null: none known.",
  "comment function find_provider_by_rule(p_subject text, p_text text)":
    "The first provider, in order of position, whose rules match the text; exact names win over patterns; null: none.",
  "comment function fold_spend(p_limit integer)":
    "Moves up to p_limit deltas into the rollups; returns how many. Safe to run from several processes at once.",
  "comment function guard_runner_status()":
    "Trigger of runners: pending, provisioning, active or error; active and stopped alternate; deleted is the end of each.",
  "comment function implausible_rates(p_model jsonb, p_price jsonb, p_compare boolean)":
    "The rates of a price that are above the limit of their kind or, when compared, over a hundred times off the price in force.",
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
  "comment function matches_pattern(p_text text, p_operator text, p_pattern text)":
    "Whether a lower-case name satisfies one rule: equals, starts_with, ends_with, contains or regex.",
  "comment function new_id(p_prefix text)":
    "A new id: prefix, then 10 characters of time and 16 of chance. The default of id columns; the service makes its own.",
  "comment function open_account_session(p_account_id text, p_session_id text, p_token_hash bytea, p_verified_hash text, p_better_hash text, p_ttl_s double precision, p_max_sessions integer, p_own_key boolean)":
    "Opens a session with its first refresh token; no row when the account is unknown, disabled or has another password by now. The oldest sessions beyond the greatest number end.",
  "comment function project_summary(p_project_id text)":
    "Progress (completed runs of all runs in percent, 0 without runs), spend and last activity of a project.",
  "comment function purge_accounts(p_limit integer)":
    "Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.",
  "comment function put_priced_model(p_source text, p_precedence smallint, p_model jsonb)":
    "Makes sure that a priced model exists, under exactly the names and patterns given, and returns its id.",
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
  "comment function quote_usage(p_provider text, p_model text, p_at timestamp with time zone, p_usage jsonb, p_service_tier text)":
    "Amount in USD of one call; see quote_usages, which is the one to use for many.",
  "comment function quote_usage_lines(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "Prices many calls at once, one line per kind of usage; a call without usage has one line without kind. A null amount is an unknown price, and the reason says why; it never means zero.",
  "comment function quote_usages(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "Amount in USD of many calls at once. Amount null: the model is unknown (unknown_model), has no price for that moment and service tier (no_price_then), or a kind that was used has no rate (unpriced_kind).",
  "comment function rebase_outbox()":
    "After a restore on another server the stored transaction ids can lie in its future; this puts the old events first, and the position of the webhooks' fan-out among them. Returns how many moved.",
  "comment function rebuild_spend()":
    "Makes the spend rollups anew from the costs and returns how many projects have any; writers of costs wait meanwhile.",
  "comment function record_change(p_actor_kind text, p_actor_id text, p_request_id text, p_action text, p_subject text, p_audience text, p_before jsonb, p_after jsonb)":
    "Writes the audit entry and the event of one change; call it in the transaction, or the statement, of the change.",
  "comment function record_spend()":
    "Statement trigger of costs: appends what the statement added or took away, and writes the alerts it caused.",
  "comment function refresh_account_session(p_token_hash bytea, p_new_hash bytea, p_ttl_s double precision, p_max_age_s double precision, p_grace_s double precision, p_own_key boolean)":
    "Trades the current refresh token for the next. Outcome: refreshed; superseded (the token just replaced, within the grace time: nothing happens); reused (any older one: the session ends); invalid.",
  "comment function refuse_change()":
    "Trigger of append-only tables: refuses update, delete and truncate.",
  "comment function reprice_costs(p_project_id text, p_after text, p_limit integer)":
    "Computes the amounts of up to p_limit unpriced costs after the id p_after, where prices have become known since; project null: all projects. Returns the last id looked at (null: none left), how many were looked at, and how many now have an amount.",
  "comment function reserve_budget(p_id text, p_project_id text, p_agent_id text, p_amount numeric, p_hold interval, p_purpose text)":
    "Sets money aside if every hard budget of the project, and of the run, has room for it; else raises GH429 budget_exceeded.",
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
  "comment function rotate_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_account_id text, p_key_id text, p_new_id text, p_prefix text, p_key_hash bytea, p_overlap_s double precision, p_ttl_s double precision)":
    "Makes the key that follows another: same name, roles and lifetime unless one is given. The old one works on for the overlap, the one before that ends, so two are live at most.",
  "comment function rotate_signing_key(p_actor_kind text, p_actor_id text, p_request_id text, p_overlap_s double precision)":
    "Makes a new signing key; tokens of the old ones are accepted for the overlap in seconds, then refused.",
  "comment function set_model_prices(p_source text, p_precedence smallint, p_providers jsonb, p_models jsonb, p_not_before timestamp with time zone, p_accept_implausible boolean, p_strict boolean)":
    "Enters the prices of many models of one source, and their providers. An implausible rate is refused: as an error when strict, else as a row with the reason; when accepted explicitly it is recorded with the price.",
  "comment function set_model_providers(p_providers jsonb)":
    "Makes sure that providers exist, with the rules that recognise their names; an entry marked complete replaces what was known of it.",
  "comment function show_model_price(p_id text)":
    "One row of price_book, also within the statement that made it.",
  "comment function signing_key()":
    "Id of the key that signs access tokens now; makes the first one, once for all processes.",
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
  "comment sequence queue_places":
    "Ids of jobs and their places in line. Drawn only by a transaction that already has its own id: queue_sweep relies on it.",
  "comment sequence queue_tokens":
    "Fencing tokens: each claim draws a higher one than all before it.",
  "comment table account_sessions":
    "One sign-in: the family of all refresh tokens that follow from it. Only the token of the current generation refreshes.",
  "comment table accounts":
    "Who may sign in or call with a key. A row of the system (a user, a worker) shares the id of its account.",
  "comment table activities":
    "The feed of a project, for people.",
  "comment table agent_log_lines":
    "The log of a run, a row a line, so that several writers append at once without losing any.",
  "comment table agent_spend_daily":
    "Folded spend by run and UTC day. Read the view daily_agent_spend instead.",
  "comment table agents":
    "Runs of AI agents. Any status may follow any other: a finished run can be taken up again.",
  "comment table api_keys":
    "Keys for programs, shown once and kept as SHA-256. A key acts with those of its roles that the account still has.",
  "comment table audit_log":
    "Who did what to which thing. Rows are only ever added: a trigger and the missing grants refuse the rest.",
  "comment table auth_secrets":
    "Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody.",
  "comment table budget_alerts":
    "Thresholds that were reached, once each in a period: the primary key is what makes the alert single.",
  "comment table budget_reservations":
    "Money set aside before a call whose cost is not known yet; it counts against hard budgets until settled, released or expired.",
  "comment table budgets":
    "Limits on spend. hard: a reservation that would pass the limit is refused; soft: thresholds only write alerts.",
  "comment table costs":
    "One paid call of a model, in USD.",
  "comment table idempotency_keys":
    "One row per caller's key, committed with the change it guards; pruned after some days.",
  "comment table import_refusals":
    "Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all.",
  "comment table imports":
    "One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended.",
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
  "comment table migration_objects":
    "Functions, views and triggers of this schema with the hash of their file; replaced when it changes.",
  "comment table migrations":
    "Numbered migrations applied to this schema; sha256 is of the up file, and an edited file is refused.",
  "comment table model_price_rates":
    "USD for one unit of a kind of usage. A call whose input exceeds above_tokens pays the rate of that step for all of its units of the kind.",
  "comment table model_prices":
    "One version of a model's price. Versions of one model, tier and time of day never overlap; a price for a time of day wins over the price for the whole day.",
  "comment table model_provider_rules":
    "How a logged provider name (subject provider), or a model name that came without one (subject model), finds its provider.",
  "comment table model_providers":
    "Who sells model calls. A model that a provider does not price itself is looked up at its fallback providers, in order.",
  "comment table organization_members":
    "Who belongs to an organization, and as what.",
  "comment table organizations":
    "Who works together. Registration makes a personal one for each user, in the transaction that makes the user.",
  "comment table outbox":
    "Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.",
  "comment table priced_model_names":
    "Exact names of a priced model, in lower case; the key is the name its source lists it under, and wins over other names.",
  "comment table priced_model_rules":
    "Further names of a priced model, by pattern, in lower case; any one suffices.",
  "comment table priced_models":
    "A model as one source prices it. Where several sources price a model, the lowest precedence wins: manual 0, genai 10, litellm 20, builtin 30.",
  "comment table project_spend":
    "Folded spend of a project from its first day. Read the view total_spend instead.",
  "comment table projects":
    "A code base on which agents work; everything else belongs to one.",
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
  "comment table refresh_tokens":
    "SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one.",
  "comment table retention_policies":
    "How long rows of a table are kept, and how many go at once. A check by trigger keeps append-only tables out.",
  "comment table runners":
    "Machines that run agents. A background task makes and removes them; a trigger refuses every other change of status.",
  "comment table spend_daily":
    "Folded spend by project, UTC day, provider and model. Read the view daily_spend instead.",
  "comment table spend_deltas":
    "What each statement on costs added or took away; folded into the rollups every second, so that no writer waits for another.",
  "comment table users":
    "People who own projects. Password, roles and tokens are in accounts, under the same id.",
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
  "comment view budget_status":
    "Each budget with what its running period (UTC) has spent and holds reserved. remaining may be negative: costs are recorded even when they pass the limit.",
  "comment view daily_agent_spend":
    "Spend by run and UTC day, exact at every read.",
  "comment view daily_spend":
    "Spend by project, UTC day, provider and model, exact at every read. unpriced_calls are in calls and not in amount.",
  "comment view invariant_agent_spend_equals_costs":
    "Days of a run whose rollup differs from the sum of its costs. Mend: run the function rebuild_spend() of this schema.",
  "comment view invariant_computed_costs_have_prices":
    "Costs said to be computed without a price, or with a price although they were not.",
  "comment view invariant_daily_equals_total":
    "Projects whose daily rollup does not add up to their total. Mend: run the function rebuild_spend() of this schema.",
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
  "comment view invariant_organizations_have_owners":
    "Organizations that nobody owns, or personal ones whose user does not. Mend: make a member the owner.",
  "comment view invariant_outbox_not_ahead":
    "Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor.",
  "comment view invariant_queue_job_in_one_place":
    "Jobs that are in two places at once: something else than the queue's functions wrote. Look at both rows and delete the wrong one.",
  "comment view invariant_queue_lease_has_claim":
    "Jobs in work that no claim knows: nobody would notice that they are lost. Put them back with update queue_jobs set lease_until = null in this schema.",
  "comment view invariant_queue_slot_behind_pointer":
    "Slots that have their job already and lie ahead of their schedule: its pointer was moved back. They do not run twice; nothing is to be done unless the pointer is far off.",
  "comment view invariant_rates_have_kinds":
    "Rates of a kind of usage that nothing counts.",
  "comment view invariant_spend_equals_costs":
    "Days of a project, provider and model whose rollup differs from the sum of their costs. Mend: run the function rebuild_spend() of this schema.",
  "comment view invariant_webhook_cursor_not_ahead":
    "The fan-out's position lies in the future of this server: the data came from another one, and no event would be delivered. Run select rebase_outbox() in this schema.",
  "comment view invariant_webhook_deliveries_once":
    "Events that have more than one delivery for an endpoint, live and finished together: fan-out writes one, and a replay moves it.",
  "comment view ledger_account_balances":
    "Every account with what it has now, what is held coming in and going out, and what it may still spend, in the asset's own unit.",
  "comment view ledger_trial_balance":
    "Debits and credits of each asset over all accounts, in its own unit; the difference is zero or the ledger is broken.",
  "comment view price_book":
    "Every version of every price with its rates (USD per unit, as text). Null validity is unbounded; null hours are the whole day.",
  "comment view queue_overview":
    "Each queue: jobs in line, in work, waiting for their time and dead, and since when the oldest in line could have run.",
  "comment view queue_states":
    "Every job wherever it is. at: when it may run or could have run, died or was finished, by its state.",
  "comment view retention_alarms":
    "Rows mean that something is wrong: partitions run out, rows lie in a default partition, or a policy has not run for a day. Run guildhall retention run, and see that a process with background tasks is up.",
  "comment view retention_status":
    "Each policy with its last run, and for partitioned tables how far ahead partitions are ready. Public: may be read by anything that watches.",
  "comment view spend_parts":
    "Folded rows of spend and what is not folded yet, side by side: sum them by whatever is asked. What a deleted project left to fold is left out.",
  "comment view total_spend":
    "Spend of each project from its first day, exact at every read; a project without costs has no row.",
  "comment view usage_kinds":
    "Kinds of usage, which never overlap: unit, side, the kind whose rate it takes when a price has none of its own (null: it is then flagged), whether it may go unpriced, and the rate above which a price entry is refused.",
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
  "constraint activities.activities_pkey":
    "PRIMARY KEY (id)",
  "constraint activities.activities_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint activities.activities_type_check":
    "CHECK ((type = ANY (ARRAY['agent_started'::text, 'agent_completed'::text, 'agent_failed'::text, 'cost_alert'::text, 'project_created'::text, 'project_updated'::text, 'project_deleted'::text])))",
  "constraint agent_log_lines.agent_log_lines_agent_id_fkey":
    "FOREIGN KEY (agent_id) REFERENCES agents(id) ON DELETE CASCADE",
  "constraint agent_log_lines.agent_log_lines_pkey":
    "PRIMARY KEY (agent_id, id)",
  "constraint agent_spend_daily.agent_spend_daily_agent_id_fkey":
    "FOREIGN KEY (agent_id) REFERENCES agents(id) ON DELETE CASCADE",
  "constraint agent_spend_daily.agent_spend_daily_pkey":
    "PRIMARY KEY (agent_id, day)",
  "constraint agents.agents_end_time_check":
    "CHECK ((end_time >= start_time))",
  "constraint agents.agents_id_project_id_key":
    "UNIQUE (id, project_id)",
  "constraint agents.agents_pkey":
    "PRIMARY KEY (id)",
  "constraint agents.agents_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint agents.agents_status_check":
    "CHECK ((status = ANY (ARRAY['running'::text, 'completed'::text, 'failed'::text])))",
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
  "constraint auth_secrets.auth_secrets_pkey":
    "PRIMARY KEY (kid)",
  "constraint auth_secrets.auth_secrets_secret_check":
    "CHECK ((octet_length(secret) = 32))",
  "constraint budget_alerts.budget_alerts_budget_id_fkey":
    "FOREIGN KEY (budget_id) REFERENCES budgets(id) ON DELETE CASCADE",
  "constraint budget_alerts.budget_alerts_pkey":
    "PRIMARY KEY (budget_id, period_start, threshold)",
  "constraint budget_reservations.budget_reservations_agent_id_fkey":
    "FOREIGN KEY (agent_id, project_id) REFERENCES agents(id, project_id) ON DELETE SET NULL (agent_id)",
  "constraint budget_reservations.budget_reservations_amount_check":
    "CHECK (((amount > (0)::numeric) AND (amount < '1000000000000000'::numeric)))",
  "constraint budget_reservations.budget_reservations_closed_check":
    "CHECK (((state = 'open'::text) = (closed_at IS NULL)))",
  "constraint budget_reservations.budget_reservations_cost_id_fkey":
    "FOREIGN KEY (cost_id) REFERENCES costs(id) ON DELETE SET NULL",
  "constraint budget_reservations.budget_reservations_pkey":
    "PRIMARY KEY (id)",
  "constraint budget_reservations.budget_reservations_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint budget_reservations.budget_reservations_state_check":
    "CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'expired'::text])))",
  "constraint budgets.budgets_agent_id_fkey":
    "FOREIGN KEY (agent_id, project_id) REFERENCES agents(id, project_id) ON DELETE CASCADE",
  "constraint budgets.budgets_kind_check":
    "CHECK ((kind = ANY (ARRAY['hard'::text, 'soft'::text])))",
  "constraint budgets.budgets_limit_amount_check":
    "CHECK (((limit_amount > (0)::numeric) AND (limit_amount < '1000000000000000'::numeric)))",
  "constraint budgets.budgets_period_check":
    "CHECK ((period = ANY (ARRAY['day'::text, 'month'::text, 'total'::text])))",
  "constraint budgets.budgets_pkey":
    "PRIMARY KEY (id)",
  "constraint budgets.budgets_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint budgets.budgets_scope_key":
    "UNIQUE NULLS NOT DISTINCT (project_id, agent_id, kind, period)",
  "constraint budgets.budgets_thresholds_check":
    "CHECK (((array_position(thresholds, NULL::numeric) IS NULL) AND ((0)::numeric < ALL (thresholds)) AND ((10)::numeric >= ALL (thresholds)) AND (cardinality(thresholds) <= 20)))",
  "constraint costs.costs_agent_id_fkey":
    "FOREIGN KEY (agent_id, project_id) REFERENCES agents(id, project_id) ON DELETE SET NULL (agent_id)",
  "constraint costs.costs_pkey":
    "PRIMARY KEY (id)",
  "constraint costs.costs_price_id_fkey":
    "FOREIGN KEY (price_id) REFERENCES model_prices(id)",
  "constraint costs.costs_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint costs.costs_unpriced_check":
    "CHECK ((((pricing)::text = 'unpriced'::text) = (amount IS NULL)))",
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
  "constraint imports.imports_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint imports.imports_rows_check":
    "CHECK (((rows_done >= 0) AND (rows_inserted >= 0) AND (rows_known >= 0) AND (rows_refused >= 0)))",
  "constraint imports.imports_state_check":
    "CHECK ((state = ANY (ARRAY['running'::text, 'stopped'::text, 'failed'::text, 'abandoned'::text, 'completed'::text])))",
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
  "constraint migration_objects.migration_objects_pkey":
    "PRIMARY KEY (module, kind, name)",
  "constraint migrations.migrations_pkey":
    "PRIMARY KEY (module, number)",
  "constraint model_price_rates.model_price_rates_above_tokens_check":
    "CHECK ((above_tokens >= 0))",
  "constraint model_price_rates.model_price_rates_pkey":
    "PRIMARY KEY (price_id, kind, above_tokens)",
  "constraint model_price_rates.model_price_rates_price_id_fkey":
    "FOREIGN KEY (price_id) REFERENCES model_prices(id) ON DELETE CASCADE",
  "constraint model_price_rates.model_price_rates_unit_price_check":
    "CHECK (((unit_price >= (0)::numeric) AND (unit_price < 'Infinity'::numeric)))",
  "constraint model_prices.model_prices_day_check":
    "CHECK ((((day_from IS NULL) = (day_until IS NULL)) AND ((day_from IS NULL) OR (day_from < day_until))))",
  "constraint model_prices.model_prices_overlap_excl":
    "EXCLUDE USING gist (text_range((((priced_model_id || ' '::text) || service_tier) ||\nCASE\n    WHEN (day_from IS NULL) THEN ''::text\n    ELSE ' of day'::text\nEND), (((priced_model_id || ' '::text) || service_tier) ||\nCASE\n    WHEN (day_from IS NULL) THEN ''::text\n    ELSE ' of day'::text\nEND), '[]'::text) WITH &&, int4range(COALESCE((EXTRACT(epoch FROM day_from))::integer, 0), COALESCE((EXTRACT(epoch FROM day_until))::integer, 86400)) WITH &&, tstzrange(valid_from, valid_until) WITH &&)",
  "constraint model_prices.model_prices_pkey":
    "PRIMARY KEY (id)",
  "constraint model_prices.model_prices_priced_model_id_fkey":
    "FOREIGN KEY (priced_model_id) REFERENCES priced_models(id)",
  "constraint model_prices.model_prices_service_tier_check":
    "CHECK ((service_tier = ANY (ARRAY['standard'::text, 'batch'::text, 'flex'::text, 'priority'::text])))",
  "constraint model_prices.model_prices_validity_check":
    "CHECK ((valid_from < valid_until))",
  "constraint model_provider_rules.model_provider_rules_operator_check":
    "CHECK ((operator = ANY (ARRAY['equals'::text, 'starts_with'::text, 'ends_with'::text, 'contains'::text, 'regex'::text])))",
  "constraint model_provider_rules.model_provider_rules_pkey":
    "PRIMARY KEY (provider, ordinal)",
  "constraint model_provider_rules.model_provider_rules_provider_fkey":
    "FOREIGN KEY (provider) REFERENCES model_providers(id) ON DELETE CASCADE",
  "constraint model_provider_rules.model_provider_rules_subject_check":
    "CHECK ((subject = ANY (ARRAY['provider'::text, 'model'::text])))",
  "constraint model_providers.model_providers_id_check":
    "CHECK (((id = lower(id)) AND (id <> ''::text)))",
  "constraint model_providers.model_providers_pkey":
    "PRIMARY KEY (id)",
  "constraint organization_members.organization_members_invited_by_fkey":
    "FOREIGN KEY (invited_by) REFERENCES users(id) ON DELETE SET NULL",
  "constraint organization_members.organization_members_organization_id_fkey":
    "FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE",
  "constraint organization_members.organization_members_pkey":
    "PRIMARY KEY (organization_id, user_id)",
  "constraint organization_members.organization_members_role_check":
    "CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text])))",
  "constraint organization_members.organization_members_user_id_fkey":
    "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
  "constraint organizations.organizations_name_check":
    "CHECK ((name <> ''::text))",
  "constraint organizations.organizations_personal_check":
    "CHECK (((type = 'personal'::text) = (personal_user_id IS NOT NULL)))",
  "constraint organizations.organizations_personal_user_id_fkey":
    "FOREIGN KEY (personal_user_id) REFERENCES users(id) ON DELETE CASCADE",
  "constraint organizations.organizations_personal_user_id_key":
    "UNIQUE (personal_user_id)",
  "constraint organizations.organizations_pkey":
    "PRIMARY KEY (id)",
  "constraint organizations.organizations_price_check":
    "CHECK (((subscription_price >= (0)::numeric) AND (subscription_price < '1000000000000000'::numeric)))",
  "constraint organizations.organizations_settings_check":
    "CHECK ((jsonb_typeof(settings) = 'object'::text))",
  "constraint organizations.organizations_slug_check":
    "CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 80)))",
  "constraint organizations.organizations_slug_key":
    "UNIQUE (slug)",
  "constraint organizations.organizations_tier_check":
    "CHECK ((subscription_tier = ANY (ARRAY['free'::text, 'pro'::text, 'enterprise'::text])))",
  "constraint organizations.organizations_type_check":
    "CHECK ((type = ANY (ARRAY['personal'::text, 'company'::text])))",
  "constraint outbox.outbox_pkey":
    "PRIMARY KEY (xid, id)",
  "constraint priced_model_names.priced_model_names_name_check":
    "CHECK (((name = lower(name)) AND (name <> ''::text)))",
  "constraint priced_model_names.priced_model_names_pkey":
    "PRIMARY KEY (provider, name, priced_model_id)",
  "constraint priced_model_names.priced_model_names_priced_model_id_fkey":
    "FOREIGN KEY (priced_model_id) REFERENCES priced_models(id) ON DELETE CASCADE",
  "constraint priced_model_rules.priced_model_rules_operator_check":
    "CHECK ((operator = ANY (ARRAY['starts_with'::text, 'ends_with'::text, 'contains'::text, 'regex'::text])))",
  "constraint priced_model_rules.priced_model_rules_pkey":
    "PRIMARY KEY (priced_model_id, ordinal)",
  "constraint priced_model_rules.priced_model_rules_priced_model_id_fkey":
    "FOREIGN KEY (priced_model_id) REFERENCES priced_models(id) ON DELETE CASCADE",
  "constraint priced_models.priced_models_model_key":
    "UNIQUE (source, provider, model)",
  "constraint priced_models.priced_models_pkey":
    "PRIMARY KEY (id)",
  "constraint priced_models.priced_models_precedence_check":
    "CHECK (((precedence >= 0) AND (precedence <= 100)))",
  "constraint priced_models.priced_models_provider_fkey":
    "FOREIGN KEY (provider) REFERENCES model_providers(id)",
  "constraint priced_models.priced_models_source_check":
    "CHECK ((source ~ '^[a-z][a-z0-9_-]{0,40}$'::text))",
  "constraint project_spend.project_spend_pkey":
    "PRIMARY KEY (project_id)",
  "constraint project_spend.project_spend_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint projects.projects_name_check":
    "CHECK ((name <> ''::text))",
  "constraint projects.projects_pkey":
    "PRIMARY KEY (id)",
  "constraint projects.projects_settings_check":
    "CHECK ((jsonb_typeof(settings) = 'object'::text))",
  "constraint projects.projects_user_id_fkey":
    "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
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
  "constraint refresh_tokens.refresh_tokens_pkey":
    "PRIMARY KEY (token_hash)",
  "constraint refresh_tokens.refresh_tokens_session_id_fkey":
    "FOREIGN KEY (session_id) REFERENCES account_sessions(id) ON DELETE CASCADE",
  "constraint refresh_tokens.refresh_tokens_session_id_generation_key":
    "UNIQUE (session_id, generation)",
  "constraint refresh_tokens.refresh_tokens_token_hash_check":
    "CHECK ((octet_length(token_hash) = 32))",
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
  "constraint runners.runners_active_check":
    "CHECK (((status <> 'active'::text) OR ((token_hash IS NOT NULL) AND (ip_address IS NOT NULL))))",
  "constraint runners.runners_error_check":
    "CHECK (((status <> 'error'::text) OR (error_message IS NOT NULL)))",
  "constraint runners.runners_max_concurrent_jobs_check":
    "CHECK ((max_concurrent_jobs = ANY (ARRAY[1, 2, 4, 8])))",
  "constraint runners.runners_metadata_check":
    "CHECK ((jsonb_typeof(metadata) = 'object'::text))",
  "constraint runners.runners_name_check":
    "CHECK ((name <> ''::text))",
  "constraint runners.runners_organization_id_fkey":
    "FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE SET NULL",
  "constraint runners.runners_pkey":
    "PRIMARY KEY (id)",
  "constraint runners.runners_provider_check":
    "CHECK ((provider = ANY (ARRAY['hetzner'::text, 'aws'::text, 'gcp'::text, 'azure'::text, 'other'::text])))",
  "constraint runners.runners_region_check":
    "CHECK ((region <> ''::text))",
  "constraint runners.runners_server_type_check":
    "CHECK (((server_type <> ''::text) AND ((provider <> 'hetzner'::text) OR (max_concurrent_jobs <=\nCASE server_type\n    WHEN 'cpx11'::text THEN 1\n    WHEN 'cpx31'::text THEN 2\n    WHEN 'cpx41'::text THEN 4\n    WHEN 'cpx51'::text THEN 8\n    ELSE 0\nEND))))",
  "constraint runners.runners_status_check":
    "CHECK ((status = ANY (ARRAY['pending'::text, 'provisioning'::text, 'active'::text, 'error'::text, 'stopped'::text, 'deleted'::text])))",
  "constraint runners.runners_token_hash_check":
    "CHECK ((octet_length(token_hash) = 32))",
  "constraint runners.runners_torn_down_check":
    "CHECK (((torn_down_at IS NULL) OR (status = 'deleted'::text)))",
  "constraint runners.runners_usage_check":
    "CHECK ((((cpu_usage >= (0)::numeric) AND (cpu_usage <= (100)::numeric)) AND ((memory_usage >= (0)::numeric) AND (memory_usage <= (100)::numeric)) AND ((disk_usage >= (0)::numeric) AND (disk_usage <= (100)::numeric))))",
  "constraint runners.runners_user_check":
    "CHECK (((user_id IS NOT NULL) OR (status = 'deleted'::text)))",
  "constraint runners.runners_user_id_fkey":
    "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL",
  "constraint spend_daily.spend_daily_pkey":
    "PRIMARY KEY (project_id, day, provider, model)",
  "constraint spend_daily.spend_daily_project_id_fkey":
    "FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE",
  "constraint spend_deltas.spend_deltas_pkey":
    "PRIMARY KEY (project_id, id)",
  "constraint users.users_account_fkey":
    "FOREIGN KEY (id, email) REFERENCES accounts(id, login) ON UPDATE CASCADE ON DELETE CASCADE",
  "constraint users.users_email_key":
    "UNIQUE (email)",
  "constraint users.users_pkey":
    "PRIMARY KEY (id)",
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
  "function add_model_price(p_priced_model_id text, p_price jsonb, p_earlier text[], p_not_before timestamp with time zone, p_implausible jsonb)":
    "TABLE(outcome text, price_id text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_tier text := coalesce(p_price ->> 'service_tier', 'standard');\n  v_day_from time := (p_price ->> 'day_from')::time;\n  v_day_until time := (p_price ->> 'day_until')::time;\n  v_from timestamptz(3) := (p_price ->> 'valid_from')::timestamptz;\n  v_until timestamptz(3) := (p_price ->> 'valid_until')::timestamptz;\n  v_digest text;\n  v_id text;\n  v_start timestamptz(3);\n  v_next timestamptz(3);\n  v_other :schema.model_prices%rowtype;\n  v_stored text[];\nbegin\n  -- Two writers of one model's prices take turns; the constraint against overlaps would stop the second otherwise.\n  perform from :schema.priced_models as m where m.id = p_priced_model_id for update;\n\n  select md5(string_agg(format('%s>%s=%s', r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)), ' '\n    order by r.kind, r.above_tokens))\n  into v_digest\n  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);\n\n  v_stored := array(\n    select p.id\n    from :schema.model_prices as p\n    where p.priced_model_id = p_priced_model_id\n      and p.service_tier = v_tier\n      and p.day_from is not distinct from v_day_from\n      and p.day_until is not distinct from v_day_until\n  );\n\n  v_start := v_from;\n\n  if cardinality(v_stored) > 0 then\n    -- What a table says about the past stands as it was loaded first: costs were computed with it.\n    if v_stored && p_earlier and p_not_before is not null then\n      if v_until <= p_not_before then\n        return query select 'known', null::text;\n        return;\n      end if;\n      v_start := greatest(v_from, p_not_before);\n    end if;\n\n    -- The same rates hold already: at most their end changes.\n    select p.* into v_other\n    from :schema.model_prices as p\n    where p.id = any (v_stored)\n      and p.rates_digest = v_digest\n      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity');\n    if found then\n      if v_until < coalesce(v_other.valid_until, 'infinity') then\n        update :schema.model_prices as p set valid_until = v_until where p.id = v_other.id;\n      end if;\n      return query select 'known', v_other.id;\n      return;\n    end if;\n\n    -- A version that starts at this very moment is replaced, as long as nothing was computed with it.\n    select p.* into v_other\n    from :schema.model_prices as p\n    where p.id = any (v_stored) and p.valid_from is not distinct from v_start;\n    if found then\n      if exists (select from :schema.costs as c where c.price_id = v_other.id) then\n        raise exception using\n          errcode = 'GH409',\n          constraint = 'price_in_use',\n          column = 'validFrom',\n          message = format('Price %s starts at the same moment and costs were computed with it.', v_other.id),\n          hint = 'Let the new price start later; what was computed stays as it was.';\n      end if;\n      delete from :schema.model_prices as p where p.id = v_other.id;\n    end if;\n\n    select min(p.valid_from) into v_next\n    from :schema.model_prices as p\n    where p.id = any (v_stored) and p.valid_from > coalesce(v_start, '-infinity');\n\n    select p.* into v_other\n    from :schema.model_prices as p\n    where p.id = any (v_stored)\n      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity'::timestamptz);\n    if found then\n      -- A table gives what follows next; somebody who enters a single price must not leave a gap.\n      if p_not_before is null and v_until < coalesce(v_other.valid_until, 'infinity') then\n        raise exception using\n          errcode = 'GH409',\n          constraint = 'price_overlap',\n          column = 'validUntil',\n          message = format('Price %s holds beyond the end of the new price, which would leave a gap after it.', v_other.id),\n          hint = 'Set the price that follows first, then this one; or leave validUntil out.';\n      end if;\n      update :schema.model_prices as p set valid_until = v_start where p.id = v_other.id;\n    end if;\n  end if;\n\n  insert into :schema.model_prices as p (\n    priced_model_id, service_tier, day_from, day_until, valid_from, valid_until,\n    rates_digest, accepted_implausible, note\n  )\n  values (\n    p_priced_model_id, v_tier, v_day_from, v_day_until, v_start, least(v_until, v_next),\n    v_digest, p_implausible, p_price ->> 'note'\n  )\n  returning p.id into v_id;\n\n  insert into :schema.model_price_rates (price_id, kind, above_tokens, unit_price)\n  select v_id, r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)\n  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);\n\n  return query select 'inserted', v_id;\nend\n",
  "function begin_once(p_account text, p_key text, p_operation text, p_request_sha256 bytea)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_stored record;\nbegin\n  if p_key is null then return null; end if;\n  -- Waits for a call with the same key that is under way.\n  insert into :schema.idempotency_keys (account, key, operation, request_sha256)\n  values (p_account, p_key, p_operation, p_request_sha256)\n  on conflict (account, key) do nothing;\n  if found then return null; end if;\n  select k.request_sha256, k.operation, k.answer into v_stored\n  from :schema.idempotency_keys k where k.account = p_account and k.key = p_key;\n  if v_stored.request_sha256 is distinct from p_request_sha256 then\n    raise exception 'The idempotency key \"%\" was used before with other content.', p_key\n      using errcode = 'GH422', column = 'idempotencyKey', constraint = 'idempotency_key_reused',\n        detail = jsonb_build_object('operation', v_stored.operation)::text,\n        hint = 'Send the first content again to get its answer, or use a new key for a new change.';\n  end if;\n  return v_stored.answer;\nend\n",
  "function check_budgets(p_projects text[])":
    "integer sql v set search_path=its own schema, pg_temp as \n  with fresh as (\n    insert into :schema.budget_alerts (budget_id, period_start, threshold, spent)\n    select s.budget_id, s.period_start, t.threshold, s.spent\n    from :schema.budget_status s cross join unnest(s.thresholds) as t(threshold)\n    where s.project_id = any (p_projects) and s.spent >= t.threshold * s.limit_amount\n    order by 1, 2, 3\n    on conflict do nothing\n    returning *\n  ), told as (\n    select f.*, b.project_id, b.agent_id, b.kind, b.period, b.limit_amount, p.name, p.user_id\n    from fresh f\n    join :schema.budgets b on b.id = f.budget_id\n    join :schema.projects p on p.id = b.project_id\n  ), shown as (\n    insert into :schema.activities (project_id, type, message, metadata)\n    select project_id, 'cost_alert',\n      format('Costs of %s have reached %s %% of the %s budget: %s of %s USD.',\n        name, trim_scale(threshold * 100), period, trim_scale(spent), trim_scale(limit_amount)),\n      jsonb_build_object(\n        'budgetId', budget_id, 'agentId', agent_id, 'kind', kind, 'period', period, 'periodStart', period_start,\n        'threshold', threshold::text, 'limit', trim_scale(limit_amount)::text, 'actual', trim_scale(spent)::text)\n    from told\n    returning 1\n  ), sent as (\n    insert into :schema.outbox (type, subject, audience, payload)\n    select 'budget.alert', budget_id, user_id, jsonb_build_object(\n      'projectId', project_id, 'threshold', threshold::text,\n      'limit', trim_scale(limit_amount)::text, 'actual', trim_scale(spent)::text)\n    from told\n    returning 1\n  )\n  select (select count(*) from shown)::integer + 0 * (select count(*) from sent)::integer;\n",
  "function create_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_account_id text, p_name text, p_prefix text, p_key_hash bytea, p_roles text[], p_ttl_s double precision, p_max_keys integer)":
    "TABLE(id text, name text, prefix text, roles text[], created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, replaced_by text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\nbegin\n  -- The lock makes the count below exact.\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = p_account_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'account_unknown',\n      message = format('There is no account %s.', p_account_id);\n  end if;\n\n  if not p_roles <@ v_account.roles then\n    raise exception using\n      errcode = 'GH403',\n      constraint = 'roles_not_held',\n      column = 'roles',\n      message = format('Account %s does not have all the roles asked for the key.', p_account_id),\n      hint = 'Ask only for roles of the account; leave roles out to take all of them.';\n  end if;\n\n  v_now := clock_timestamp();\n\n  if p_max_keys <= (\n    select count(*)\n    from :schema.api_keys as k\n    where k.account_id = p_account_id\n      and k.revoked_at is null\n      and (k.expires_at is null or k.expires_at > v_now)\n  ) then\n    raise exception using\n      errcode = 'GH429',\n      constraint = 'too_many_api_keys',\n      message = format('Account %s has %s live API keys, which is the limit.', p_account_id, p_max_keys),\n      hint = 'Revoke one that is not used any more.';\n  end if;\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'api_key.created',\n    p_id,\n    jsonb_build_object('accountId', p_account_id, 'name', p_name, 'roles', coalesce(p_roles, v_account.roles))\n  );\n\n  return query\n  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)\n  values (\n    p_id,\n    p_account_id,\n    p_name,\n    p_prefix,\n    p_key_hash,\n    coalesce(p_roles, v_account.roles),\n    v_now,\n    v_now + make_interval(secs => p_ttl_s)\n  )\n  returning\n    n.id,\n    n.name,\n    n.prefix,\n    n.roles,\n    n.created_at::timestamptz,\n    n.expires_at::timestamptz,\n    n.last_used_at::timestamptz,\n    n.revoked_at::timestamptz,\n    n.replaced_by;\nend\n",
  "function delete_orphan_runner()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  new.torn_down_at := case when old.status = 'pending' then clock_timestamp() else old.torn_down_at end;\n  new.status := 'deleted';\n  return new;\nend\n",
  "function end_once(p_account text, p_key text, p_answer jsonb)":
    "jsonb plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if p_key is not null then\n    update :schema.idempotency_keys set answer = p_answer where account = p_account and key = p_key;\n  end if;\n  return p_answer;\nend\n",
  "function expire_reservations(p_limit integer)":
    "integer sql v set search_path=its own schema, pg_temp as \n  with expired as (\n    update :schema.budget_reservations set state = 'expired', closed_at = clock_timestamp()\n    where id in (\n      select id from :schema.budget_reservations\n      where state = 'open' and expires_at <= clock_timestamp()\n      order by expires_at\n      limit p_limit\n      for update skip locked\n    )\n    returning 1\n  )\n  select count(*)::integer from expired;\n",
  "function find_priced_models(p_provider text, p_model text)":
    "TABLE(priced_model_id text, rank bigint, matched_by text) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\ndeclare\n  v_model text := lower(btrim(coalesce(p_model, '')));\n  v_provider text := :schema.find_provider(p_provider, p_model);\n  v_prefix text := split_part(v_model, '/', 1);\n  v_names text[] := array[v_model];\n  v_providers text[];\nbegin\n  if v_model = '' or v_provider is null then\n    return;\n  end if;\n\n  -- `deepseek/deepseek-chat` and `models/gemini-1.5-pro` are also looked up without what stands in front,\n  -- but `meta-llama/llama-4-scout` only whole: there the front part belongs to the model's name.\n  if v_prefix <> v_model\n    and (v_prefix in ('models', lower(btrim(coalesce(p_provider, '')))) or :schema.find_provider(v_prefix, '') = v_provider)\n  then\n    v_names := v_names || substr(v_model, length(v_prefix) + 2);\n  end if;\n\n  select array[p.id] || p.fallback_providers into v_providers\n  from :schema.model_providers as p\n  where p.id = v_provider;\n\n  return query\n  with found as (\n    select\n      n.priced_model_id,\n      n.provider,\n      -- The whole logged name before the name without its front part; the source's own key before further names.\n      2 * array_position(v_names, n.name) - n.is_key::integer as class,\n      'name ' || n.name as matched_by\n    from :schema.priced_model_names as n\n    where n.provider = any (v_providers)\n      and n.name = any (v_names)\n    union all\n    select r.priced_model_id, r.provider, 10 + name.place::integer, r.operator || ' ' || r.pattern\n    from :schema.priced_model_rules as r\n    cross join unnest(v_names) with ordinality as name (name, place)\n    where r.provider = any (v_providers)\n      and :schema.matches_pattern(name.name, r.operator, r.pattern)\n  ),\n  best as (\n    select distinct on (f.priced_model_id) f.*\n    from found as f\n    order by f.priced_model_id, f.class, f.matched_by\n  )\n  select\n    b.priced_model_id,\n    row_number() over (\n      order by array_position(v_providers, b.provider), m.precedence, b.class, m.position, b.priced_model_id\n    ),\n    b.matched_by\n  from best as b\n  join :schema.priced_models as m on m.id = b.priced_model_id;\nend\n",
  "function find_provider(p_provider text, p_model text)":
    "text plpgsql s set search_path=its own schema, pg_temp as \ndeclare\n  v_provider text := lower(btrim(coalesce(p_provider, '')));\n  v_prefix text;\n  v_found text;\nbegin\n  if v_provider not in ('', 'unknown', 'litellm') then\n    select p.id into v_found from :schema.model_providers as p where p.id = v_provider;\n    if v_found is null then\n      v_found := :schema.find_provider_by_rule('provider', v_provider);\n    end if;\n    return v_found;\n  end if;\n\n  -- No provider was logged: `deepseek/deepseek-chat` names it in front, else the model's name tells.\n  if position('/' in p_model) > 0 then\n    v_prefix := split_part(lower(btrim(p_model)), '/', 1);\n    select p.id into v_found from :schema.model_providers as p where p.id = v_prefix;\n    if v_found is null and v_prefix <> '' then\n      v_found := :schema.find_provider_by_rule('provider', v_prefix);\n    end if;\n  end if;\n  return coalesce(v_found, :schema.find_provider_by_rule('model', lower(btrim(p_model))));\nend\n",
  "function find_provider_by_rule(p_subject text, p_text text)":
    "text plpgsql s set search_path=its own schema, pg_temp as \nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return (\n    select r.provider\n    from :schema.model_provider_rules as r\n    join :schema.model_providers as p on p.id = r.provider\n    where r.subject = p_subject\n      and :schema.matches_pattern(p_text, r.operator, r.pattern)\n    -- An alias spelled out wins over a pattern of whatever provider.\n    order by (r.operator = 'equals') desc, p.position, r.ordinal\n    limit 1\n  );\nend\n",
  "function fold_spend(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_moved integer;\n  v_projects text[];\nbegin\n  with moved as materialized (\n    -- Of two that fold at once the second waits for the first and then finds these rows gone; locking them\n    -- beforehand to step aside would write each row twice.\n    -- By place in the table, which is as good as any order: there is no index by age, and all are folded in the end.\n    delete from :schema.spend_deltas\n    where ctid = any (array(select ctid from :schema.spend_deltas limit p_limit))\n    returning *\n  ), kept_projects as materialized (\n    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.\n    select id from :schema.projects where id in (select project_id from moved) order by id for key share\n  ), kept_agents as materialized (\n    select id from :schema.agents where id in (select agent_id from moved) order by id for key share\n  ), by_day as (\n    insert into :schema.spend_daily as t\n    select m.project_id, m.day, m.provider, m.model, sum(m.amount), sum(m.calls), sum(m.unpriced_calls),\n      sum(m.input_tokens), sum(m.output_tokens)\n    from moved m join kept_projects p on p.id = m.project_id\n    group by 1, 2, 3, 4\n    order by 1, 2, 3, 4\n    on conflict (project_id, day, provider, model) do update set\n      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,\n      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,\n      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens\n  ), by_agent as (\n    insert into :schema.agent_spend_daily as t\n    select m.agent_id, m.day, min(m.project_id), sum(m.amount), sum(m.calls), sum(m.unpriced_calls),\n      sum(m.input_tokens), sum(m.output_tokens)\n    from moved m join kept_agents a on a.id = m.agent_id\n    group by 1, 2\n    order by 1, 2\n    on conflict (agent_id, day) do update set\n      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,\n      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,\n      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens\n  ), by_project as (\n    insert into :schema.project_spend as t\n    select m.project_id, sum(m.amount), sum(m.calls), sum(m.unpriced_calls),\n      sum(m.input_tokens), sum(m.output_tokens)\n    from moved m join kept_projects p on p.id = m.project_id\n    group by 1\n    order by 1\n    on conflict (project_id) do update set\n      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,\n      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,\n      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens\n  ), told as (\n    -- One event a project and fold: an event for each of ten million calls would help nobody.\n    insert into :schema.outbox (type, subject, audience, payload)\n    select 'spend.changed', p.id, p.user_id, jsonb_build_object(\n      'calls', sum(m.calls), 'amount', trim_scale(sum(m.amount))::text, 'unpricedCalls', sum(m.unpriced_calls))\n    from moved m\n    join kept_projects k on k.id = m.project_id\n    join :schema.projects p on p.id = k.id\n    group by p.id, p.user_id\n  )\n  select count(*)::integer, array_agg(distinct project_id) into v_moved, v_projects from moved;\n  -- Two costs that commit at the same moment do not see each other; here both are seen.\n  if exists (select from :schema.budgets where project_id = any (v_projects)) then\n    perform :schema.check_budgets(v_projects);\n  end if;\n  return v_moved;\nend\n",
  "function guard_runner_status()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  if old.status || ' ' || new.status in (\n    'pending provisioning', 'pending deleted',\n    'provisioning active', 'provisioning error', 'provisioning deleted',\n    'active error', 'active stopped', 'active deleted',\n    'stopped active', 'stopped deleted',\n    'error deleted'\n  ) then\n    return new;\n  end if;\n  raise exception 'Runner % is % and cannot become %.', old.id, old.status, new.status\n    using errcode = 'GH409', constraint = 'runner_status', column = 'status',\n      detail = jsonb_build_object('runnerId', old.id, 'from', old.status, 'to', new.status)::text,\n      hint = 'Read the runner again; another call was faster.';\nend\n",
  "function implausible_rates(p_model jsonb, p_price jsonb, p_compare boolean)":
    "TABLE(kind text, unit_price numeric, limit_price numeric, problem text, reason text) plpgsql s set search_path=its own schema, pg_temp as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  with rate as (\n    select r.kind, coalesce(r.above_tokens, 0) as above_tokens, trim_scale(r.unit_price) as unit_price\n    from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric)\n  ),\n  in_force as (\n    select p.id\n    from :schema.find_priced_models(p_model ->> 'provider', p_model ->> 'model') as f\n    join :schema.model_prices as p on p.priced_model_id = f.priced_model_id\n    where p_compare\n      and p.service_tier = coalesce(p_price ->> 'service_tier', 'standard')\n      and tstzrange(p.valid_from, p.valid_until) @> coalesce((p_price ->> 'valid_from')::timestamptz, now())\n    order by f.rank, p.day_from nulls first\n    limit 1\n  )\n  select\n    r.kind,\n    r.unit_price,\n    k.max_unit_price,\n    format('%s USD per %s is above the limit of %s', r.unit_price, k.unit, k.max_unit_price),\n    k.reason\n  from rate as r\n  join :schema.usage_kinds as k on k.kind = r.kind\n  where r.unit_price > k.max_unit_price\n  union all\n  -- Prices have moved by a factor of ten in a year, never by a hundred at once: that is a unit mixed up.\n  select\n    r.kind,\n    r.unit_price,\n    c.unit_price,\n    format('%s USD per %s is over a hundred times off the %s in force', r.unit_price, k.unit, c.unit_price),\n    'A price per thousand or per million units is easily taken for a price per unit, and the other way round.'\n  from rate as r\n  join :schema.usage_kinds as k on k.kind = r.kind and r.unit_price <= k.max_unit_price\n  join :schema.model_price_rates as c on c.kind = r.kind and c.above_tokens = r.above_tokens\n  join in_force as f on f.id = c.price_id\n  where r.unit_price > 0\n    and c.unit_price > 0\n    and (r.unit_price > 100 * c.unit_price or 100 * r.unit_price < c.unit_price)\n  order by 1, 2;\nend\n",
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
  "function matches_pattern(p_text text, p_operator text, p_pattern text)":
    "boolean sql i as \n  -- Built-in functions only and no search_path setting, so that the planner can inline it.\n  select case p_operator\n    when 'equals' then p_text = p_pattern\n    when 'starts_with' then starts_with(p_text, p_pattern)\n    when 'ends_with' then right(p_text, length(p_pattern)) = p_pattern\n    when 'contains' then position(p_pattern in p_text) > 0\n    when 'regex' then p_text ~ p_pattern\n    else false\n  end\n",
  "function new_id(p_prefix text)":
    "text plpgsql v as \n-- There is no search_path setting: no name is searched for, and the setting would cost each id.\ndeclare\n  c_digits constant text := '0123456789abcdefghjkmnpqrstvwxyz';\n  v_ms constant bigint := extract(epoch from clock_timestamp()) * 1000;\n  v_chance constant bytea := uuid_send(gen_random_uuid());\nbegin\n  return p_prefix || '_'\n    || substr(c_digits, 1 + ((v_ms >> 45) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 40) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 35) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 30) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 25) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 20) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 15) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 10) & 31)::integer, 1)\n    || substr(c_digits, 1 + ((v_ms >> 5) & 31)::integer, 1) || substr(c_digits, 1 + (v_ms & 31)::integer, 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 0) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 1) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 2) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 3) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 4) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 5) & 31), 1)\n    -- The seventh byte has four bits of chance only (the others tell the version): the fifth is lent by the sixth byte.\n    || substr(c_digits, 1 + ((get_byte(v_chance, 6) & 15) | ((get_byte(v_chance, 5) >> 1) & 16)), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 7) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 8) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 9) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 10) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 11) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 12) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 13) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 14) & 31), 1)\n    || substr(c_digits, 1 + (get_byte(v_chance, 15) & 31), 1);\nend\n",
  "function open_account_session(p_account_id text, p_session_id text, p_token_hash bytea, p_verified_hash text, p_better_hash text, p_ttl_s double precision, p_max_sessions integer, p_own_key boolean)":
    "TABLE(id text, kind text, login text, roles text[], disabled_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, kid text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\n  v_expires_at timestamptz(3);\nbegin\n  -- The lock orders sign-ins of one account among themselves and against a change of its password:\n  -- a password that was verified before the change does not open a session after it.\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = p_account_id\n    and a.disabled_at is null\n    and (p_verified_hash is null or a.password_hash = p_verified_hash)\n  for no key update;\n\n  if not found then\n    return;\n  end if;\n\n  v_now := clock_timestamp();\n  v_expires_at := v_now + make_interval(secs => p_ttl_s);\n\n  if p_better_hash is not null then\n    update :schema.accounts as a\n    set password_hash = p_better_hash\n    where a.id = p_account_id;\n  end if;\n\n  insert into :schema.account_sessions (id, account_id, epoch, created_at, refreshed_at, expires_at)\n  values (p_session_id, p_account_id, v_account.session_epoch, v_now, v_now, v_expires_at);\n\n  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)\n  values (p_token_hash, p_session_id, 1, v_now);\n\n  update :schema.account_sessions as s\n  set revoked_at = v_now,\n      revoked_reason = 'too_many'\n  where s.id in (\n    select o.id\n    from :schema.account_sessions as o\n    where o.account_id = p_account_id\n      and o.epoch = v_account.session_epoch\n      and o.revoked_at is null\n      and o.expires_at > v_now\n      and o.id <> p_session_id\n    order by o.created_at desc, o.id desc\n    offset p_max_sessions - 1\n  );\n\n  return query\n  select\n    v_account.id,\n    v_account.kind,\n    v_account.login,\n    v_account.roles,\n    v_account.disabled_at::timestamptz,\n    v_account.created_at::timestamptz,\n    v_account.updated_at::timestamptz,\n    v_now::timestamptz,\n    v_expires_at::timestamptz,\n    case when p_own_key then :schema.signing_key() end;\nend\n",
  "function project_summary(p_project_id text)":
    "TABLE(progress integer, agent_count integer, total_cost numeric, unpriced_calls integer, last_activity timestamp with time zone) sql s set search_path=its own schema, pg_temp as \n  select\n    coalesce(round(100.0 * a.completed / nullif(a.runs, 0)), 0)::integer,\n    a.runs::integer,\n    coalesce(s.amount, 0),\n    coalesce(s.unpriced_calls, 0)::integer,\n    (select max(v.\"timestamp\") from :schema.activities v where v.project_id = p_project_id)::timestamptz(3)\n  from (\n    select count(*) as runs, count(*) filter (where status = 'completed') as completed\n    from :schema.agents where project_id = p_project_id\n  ) as a\n  left join :schema.total_spend s on s.project_id = p_project_id;\n",
  "function purge_accounts(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_sessions integer;\n  v_keys integer;\nbegin\n  delete from :schema.account_sessions as s\n  where s.id in (\n    select o.id\n    from :schema.account_sessions as o\n    where o.expires_at < now() - interval '1 day'\n    order by o.expires_at\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_sessions = row_count;\n\n  -- Ninety days: long enough to look up in a report which key was used.\n  delete from :schema.api_keys as k\n  where k.id in (\n    select o.id\n    from :schema.api_keys as o\n    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_keys = row_count;\n\n  delete from :schema.auth_secrets as s\n  where s.verify_until < now() - interval '1 day';\n\n  return greatest(v_sessions, v_keys);\nend\n",
  "function put_priced_model(p_source text, p_precedence smallint, p_model jsonb)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_id text;\n  v_provider text := p_model ->> 'provider';\n  v_key text := lower(p_model ->> 'model');\nbegin\n  insert into :schema.priced_models as m (source, precedence, provider, model, position)\n  values (\n    p_source, p_precedence, v_provider, p_model ->> 'model',\n    coalesce((p_model ->> 'position')::integer, 0)\n  )\n  on conflict (source, provider, model) do update\n    set precedence = excluded.precedence, position = excluded.position\n    where (m.precedence, m.position) <> (excluded.precedence, excluded.position)\n  returning m.id into v_id;\n\n  if v_id is null then\n    select m.id into v_id\n    from :schema.priced_models as m\n    where m.source = p_source and m.provider = v_provider and m.model = p_model ->> 'model';\n  end if;\n\n  delete from :schema.priced_model_names as n\n  where n.priced_model_id = v_id\n    and n.name <> v_key\n    and not coalesce(p_model -> 'names', '[]') ? n.name;\n\n  insert into :schema.priced_model_names (provider, name, priced_model_id, is_key)\n  select v_provider, name.name, v_id, name.name = v_key\n  from (\n    select v_key as name\n    union\n    select lower(listed.name) from jsonb_array_elements_text(coalesce(p_model -> 'names', '[]')) as listed (name)\n  ) as name\n  on conflict do nothing;\n\n  delete from :schema.priced_model_rules as r where r.priced_model_id = v_id;\n\n  insert into :schema.priced_model_rules (priced_model_id, ordinal, provider, operator, pattern)\n  select v_id, rule.ordinal, v_provider, rule.value ->> 'operator',\n    case when rule.value ->> 'operator' = 'regex' then rule.value ->> 'pattern' else lower(rule.value ->> 'pattern') end\n  from jsonb_array_elements(coalesce(p_model -> 'rules', '[]')) with ordinality as rule (value, ordinal);\n\n  return v_id;\nend\n",
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
  "function quote_usage(p_provider text, p_model text, p_at timestamp with time zone, p_usage jsonb, p_service_tier text)":
    "TABLE(price_id text, amount numeric, unpriced_kinds text[], reason text) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  select q.price_id, q.amount, q.unpriced_kinds, q.reason\n  from :schema.quote_usages(array[p_provider], array[p_model], array[p_at], array[p_usage], array[p_service_tier]) as q;\nend\n",
  "function quote_usage_lines(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "TABLE(ordinal bigint, price_id text, reason text, kind text, quantity numeric, unit_price numeric, priced_as text, above_tokens bigint, amount numeric) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  with call as materialized (\n    select\n      c.ordinal,\n      coalesce(c.provider, '') as provider,\n      coalesce(c.model, '') as model,\n      c.at,\n      (c.at at time zone 'UTC')::time as day_time,\n      coalesce(nullif(c.service_tier, ''), 'standard') as service_tier,\n      coalesce(c.usage, '{}') as usage\n    from unnest(p_providers, p_models, p_ats, p_usages, p_service_tiers)\n      with ordinality as c (provider, model, at, usage, service_tier, ordinal)\n  ),\n  -- A statement prices thousands of calls of a few models: names are matched once per distinct name.\n  candidate as materialized (\n    select n.provider, n.model, f.priced_model_id, f.rank\n    from (select distinct c.provider, c.model from call as c) as n\n    cross join lateral :schema.find_priced_models(n.provider, n.model) as f\n  ),\n  priced as materialized (\n    select distinct on (c.ordinal) c.ordinal, k.rank, p.id as price_id\n    from call as c\n    join candidate as k on k.provider = c.provider and k.model = c.model\n    left join :schema.model_prices as p\n      on p.priced_model_id = k.priced_model_id\n      and p.service_tier = c.service_tier\n      and (p.valid_from is null or p.valid_from <= c.at)\n      and (p.valid_until is null or c.at < p.valid_until)\n      and (p.day_from is null or (p.day_from <= c.day_time and c.day_time < p.day_until))\n    order by c.ordinal, p.id is null, k.rank, p.day_from nulls last\n  ),\n  entry as materialized (\n    select c.ordinal, e.key as kind, q.quantity\n    from call as c\n    cross join lateral jsonb_each_text(c.usage) as e\n    -- Anything that is no plain quantity stays null: it can be shown and flagged, but not priced.\n    cross join lateral (\n      select case when e.value ~ '^[0-9]{1,30}(\\.[0-9]{1,30})?$' then e.value::numeric end as quantity\n    ) as q\n    union all\n    -- A price per request holds for a call that does not say how many requests it was.\n    select p.ordinal, 'requests', 1\n    from priced as p\n    join call as c on c.ordinal = p.ordinal\n    where not c.usage ? 'requests'\n      and exists (\n        select from :schema.model_price_rates as r where r.price_id = p.price_id and r.kind = 'requests'\n      )\n  ),\n  context as (\n    select e.ordinal, sum(e.quantity) as tokens\n    from entry as e\n    join :schema.usage_kinds as k on k.kind = e.kind\n    where k.side = 'input' and k.unit = 'token'\n    group by e.ordinal\n  )\n  select\n    c.ordinal,\n    p.price_id,\n    case\n      when p.ordinal is null then 'unknown_model'\n      when p.price_id is null then 'no_price_then'\n      -- A quantity that is none must not vanish from the sum either.\n      when e.kind is not null\n        and (\n          e.quantity is null\n          or (e.quantity <> 0 and rate.unit_price is null and not coalesce(k.optional, false))\n        ) then 'unpriced_kind'\n    end,\n    e.kind,\n    e.quantity,\n    rate.unit_price,\n    rate.kind,\n    rate.above_tokens,\n    e.quantity * rate.unit_price\n  from call as c\n  left join priced as p on p.ordinal = c.ordinal\n  left join entry as e on e.ordinal = c.ordinal\n  left join :schema.usage_kinds as k on k.kind = e.kind\n  left join context as x on x.ordinal = c.ordinal\n  left join lateral (\n    select r.unit_price, r.kind, r.above_tokens\n    from :schema.model_price_rates as r\n    where r.price_id = p.price_id\n      and r.kind in (e.kind, k.priced_as)\n      and (r.above_tokens = 0 or r.above_tokens < x.tokens)\n    order by (r.kind = e.kind) desc, r.above_tokens desc\n    limit 1\n  ) as rate on true;\nend\n",
  "function quote_usages(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "TABLE(ordinal bigint, price_id text, amount numeric, unpriced_kinds text[], reason text) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  select\n    l.ordinal,\n    min(l.price_id),\n    case when count(l.reason) = 0 then trim_scale(coalesce(sum(l.amount), 0)) end,\n    array_agg(l.kind order by l.kind)\n      filter (where l.reason is not null and l.kind is not null and l.quantity is distinct from 0),\n    min(l.reason)\n  from :schema.quote_usage_lines(p_providers, p_models, p_ats, p_usages, p_service_tiers) as l\n  group by l.ordinal;\nend\n",
  "function rebase_outbox()":
    "integer sql v set search_path=its own schema, pg_temp as \n  with ahead as materialized (\n    select c.xid, c.event_id\n    from :schema.webhook_cursor as c\n    where c.xid > pg_current_xact_id()\n      or exists (select from :schema.outbox as o where o.xid > pg_current_xact_id())\n  ),\n  -- What the webhooks' fan-out has read stays before its cursor, the rest behind it.\n  cursor as (\n    update :schema.webhook_cursor as c\n    set xid = '3'::xid8, event_id = 9223372036854775807\n    from ahead\n  ),\n  moved as (\n    update :schema.outbox as o\n    set xid = case when (o.xid, o.id) <= (ahead.xid, ahead.event_id) then '3' else '4' end::xid8\n    from ahead\n    returning 1\n  )\n  select count(*)::integer from moved;\n",
  "function rebuild_spend()":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_projects bigint;\nbegin\n  -- In the order of a deletion: it comes to the costs with projects and runs locked, and would wait for us for ever.\n  perform from :schema.projects order by id for key share;\n  perform from :schema.agents order by id for key share;\n  -- Whoever writes or folds waits: what came in between would be counted twice, or not at all.\n  lock table :schema.costs, :schema.spend_deltas, :schema.spend_daily, :schema.agent_spend_daily, :schema.project_spend\n    in share row exclusive mode;\n  delete from :schema.spend_deltas;\n  delete from :schema.spend_daily;\n  delete from :schema.agent_spend_daily;\n  delete from :schema.project_spend;\n  insert into :schema.spend_daily\n    (project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n  select project_id, (\"timestamp\" at time zone 'UTC')::date, provider, model,\n    coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),\n    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)\n  from :schema.costs\n  group by 1, 2, 3, 4;\n  insert into :schema.agent_spend_daily\n    (agent_id, day, project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)\n  select agent_id, (\"timestamp\" at time zone 'UTC')::date, min(project_id),\n    coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),\n    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)\n  from :schema.costs\n  where agent_id is not null\n  group by 1, 2;\n  insert into :schema.project_spend (project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)\n  select project_id, sum(amount), sum(calls), sum(unpriced_calls), sum(input_tokens), sum(output_tokens)\n  from :schema.spend_daily\n  group by 1;\n  get diagnostics v_projects = row_count;\n  return v_projects;\nend\n",
  "function record_change(p_actor_kind text, p_actor_id text, p_request_id text, p_action text, p_subject text, p_audience text, p_before jsonb, p_after jsonb)":
    "boolean sql v set search_path=its own schema, pg_temp as \n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)\n  values (p_actor_kind, p_actor_id, p_request_id, p_action, p_subject, p_before, p_after);\n  insert into :schema.outbox (type, subject, audience, payload)\n  values (p_action, p_subject, p_audience, coalesce(p_after, p_before, '{}'));\n  select true;\n",
  "function record_spend()":
    "trigger plpgsql v as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each cost a fiftieth.\ndeclare\n  v_projects text[];\n  v_budgeted boolean;\nbegin\n  -- One delta a group, whatever the statement's size. A project that is being deleted takes its rollups with it,\n  -- so its costs leave no delta.\n  if tg_op = 'INSERT' then\n    -- A single cost is the hot path: one statement, no grouping, and a probe by key for budgets.\n    insert into :schema.spend_deltas\n      (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n    select project_id, agent_id, (\"timestamp\" at time zone 'UTC')::date, provider, model,\n      coalesce(amount, 0), 1, case when amount is null then 1 else 0 end,\n      coalesce(input_tokens, 0), coalesce(output_tokens, 0)\n    from new_costs\n    -- No second row. To count them would cost a tenth of all this.\n    where (select true from new_costs offset 1 limit 1) is null\n    returning array[project_id], exists (select from :schema.budgets b where b.project_id = spend_deltas.project_id)\n    into v_projects, v_budgeted;\n    if found and not v_budgeted then\n      return null;\n    end if;\n    if v_projects is null then\n      insert into :schema.spend_deltas\n        (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n      select project_id, agent_id, (\"timestamp\" at time zone 'UTC')::date, provider, model,\n        coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),\n        coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)\n      from new_costs\n      group by 1, 2, 3, 4, 5;\n      v_projects := array(select distinct project_id from new_costs);\n    end if;\n  elsif tg_op = 'DELETE' then\n    insert into :schema.spend_deltas\n      (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n    select o.project_id, a.id, (o.\"timestamp\" at time zone 'UTC')::date, o.provider, o.model,\n      -coalesce(sum(o.amount), 0), -count(*), -count(*) filter (where o.amount is null),\n      -coalesce(sum(o.input_tokens), 0), -coalesce(sum(o.output_tokens), 0)\n    from old_costs o\n    join :schema.projects p on p.id = o.project_id\n    left join :schema.agents a on a.id = o.agent_id\n    group by 1, 2, 3, 4, 5;\n    return null;\n  else\n    with changed as (\n      insert into :schema.spend_deltas\n        (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n      select c.project_id, a.id, (c.\"timestamp\" at time zone 'UTC')::date, c.provider, c.model,\n        coalesce(sum(c.sign * c.amount), 0), sum(c.sign), coalesce(sum(c.sign) filter (where c.amount is null), 0),\n        coalesce(sum(c.sign * c.input_tokens), 0), coalesce(sum(c.sign * c.output_tokens), 0)\n      from (select -1 as sign, o.* from old_costs o union all select 1, n.* from new_costs n) as c\n      join :schema.projects p on p.id = c.project_id\n      left join :schema.agents a on a.id = c.agent_id\n      group by 1, 2, 3, 4, 5\n      having coalesce(sum(c.sign * c.amount), 0) <> 0 or sum(c.sign) <> 0\n        or coalesce(sum(c.sign) filter (where c.amount is null), 0) <> 0\n        or coalesce(sum(c.sign * c.input_tokens), 0) <> 0 or coalesce(sum(c.sign * c.output_tokens), 0) <> 0\n      returning project_id\n    )\n    select array_agg(distinct project_id) into v_projects from changed;\n  end if;\n  if exists (select from :schema.budgets where project_id = any (v_projects)) then\n    perform :schema.check_budgets(v_projects);\n  end if;\n  return null;\nend\n",
  "function refresh_account_session(p_token_hash bytea, p_new_hash bytea, p_ttl_s double precision, p_max_age_s double precision, p_grace_s double precision, p_own_key boolean)":
    "TABLE(outcome text, session_id text, id text, kind text, login text, roles text[], disabled_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, kid text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_token :schema.refresh_tokens%rowtype;\n  v_session :schema.account_sessions%rowtype;\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\n  v_expires_at timestamptz(3);\nbegin\n  select t.* into v_token\n  from :schema.refresh_tokens as t\n  where t.token_hash = p_token_hash;\n\n  -- Callers with the same token queue up here; each then sees what the one before it did.\n  select s.* into v_session\n  from :schema.account_sessions as s\n  where s.id = v_token.session_id\n  for no key update;\n\n  v_now := clock_timestamp();\n\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = v_session.account_id\n    and a.disabled_at is null\n    and a.session_epoch = v_session.epoch;\n\n  if v_account.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now then\n    outcome := 'invalid';\n    return next;\n    return;\n  end if;\n\n  if v_token.generation < v_session.generation then\n    -- Two tabs of one browser refresh at once: the slower one gets nothing, and nobody is signed out for it.\n    if v_token.generation = v_session.generation - 1\n      and v_now < v_session.refreshed_at + make_interval(secs => p_grace_s)\n    then\n      outcome := 'superseded';\n      return next;\n      return;\n    end if;\n\n    update :schema.account_sessions as s\n    set revoked_at = v_now,\n        revoked_reason = 'token_reused'\n    where s.id = v_session.id;\n\n    insert into :schema.audit_log (actor_kind, action, subject, after)\n    values ('system', 'account.token_reused', v_account.id, jsonb_build_object('sessionId', v_session.id));\n\n    outcome := 'reused';\n    return next;\n    return;\n  end if;\n\n  v_expires_at := least(\n    v_now + make_interval(secs => p_ttl_s),\n    v_session.created_at + make_interval(secs => p_max_age_s)\n  );\n\n  if v_expires_at <= v_now then\n    outcome := 'invalid';\n    return next;\n    return;\n  end if;\n\n  update :schema.account_sessions as s\n  set generation = s.generation + 1,\n      refreshed_at = v_now,\n      expires_at = v_expires_at\n  where s.id = v_session.id;\n\n  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)\n  values (p_new_hash, v_session.id, v_session.generation + 1, v_now);\n\n  return query\n  select\n    'refreshed',\n    v_session.id,\n    v_account.id,\n    v_account.kind,\n    v_account.login,\n    v_account.roles,\n    v_account.disabled_at::timestamptz,\n    v_account.created_at::timestamptz,\n    v_account.updated_at::timestamptz,\n    v_now::timestamptz,\n    v_expires_at::timestamptz,\n    case when p_own_key then :schema.signing_key() end;\nend\n",
  "function refuse_change()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)\n    using errcode = 'GH403', constraint = 'append_only',\n      hint = 'Add a new row that corrects the old one.';\nend\n",
  "function reprice_costs(p_project_id text, p_after text, p_limit integer)":
    "TABLE(last_id text, examined bigint, priced bigint) sql v set search_path=its own schema, pg_temp as \n  with batch as materialized (\n    select c.id, c.provider, c.model, c.\"timestamp\" as at, c.service_tier,\n      coalesce(\n        c.usage,\n        jsonb_strip_nulls(jsonb_build_object('input', c.input_tokens, 'output', c.output_tokens))\n      ) as usage\n    from :schema.costs as c\n    where c.pricing = 'unpriced'\n      and c.id > p_after\n      and (p_project_id is null or c.project_id = p_project_id)\n    order by c.id\n    limit p_limit\n    -- In id order, as everything that locks many costs does.\n    for update\n  ),\n  -- One array fixes the order that ties each quote to its cost.\n  listed as (\n    select\n      array_agg(b.id order by b.id) as ids,\n      array_agg(b.provider order by b.id) as providers,\n      array_agg(b.model order by b.id) as models,\n      array_agg(b.at order by b.id) as ats,\n      array_agg(b.usage order by b.id) as usages,\n      array_agg(b.service_tier order by b.id) as tiers,\n      count(*) as examined,\n      max(b.id) as last_id\n    from batch as b\n  ),\n  quoted as materialized (\n    select l.ids[q.ordinal] as id, q.price_id, q.amount\n    from listed as l\n    cross join lateral :schema.quote_usages(l.providers, l.models, l.ats, l.usages, l.tiers) as q\n    where q.amount is not null\n  ),\n  changed as (\n    update :schema.costs as c\n    set amount = q.amount,\n      price_id = q.price_id,\n      pricing = 'computed',\n      unpriced_kinds = null\n    from quoted as q\n    where c.id = q.id and c.pricing = 'unpriced'\n    returning c.id\n  )\n  select l.last_id, l.examined, (select count(*) from changed)\n  from listed as l\n",
  "function reserve_budget(p_id text, p_project_id text, p_agent_id text, p_amount numeric, p_hold interval, p_purpose text)":
    "SETOF budget_reservations plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_budget record;\nbegin\n  -- The update, not a mere lock, is what makes a repeatable-read caller fail and retry instead of reading an old sum.\n  update :schema.budgets set reservations_made = reservations_made + 1\n  where id in (\n    select id from :schema.budgets\n    where project_id = p_project_id and kind = 'hard' and (agent_id is null or agent_id = p_agent_id)\n    order by id\n    for update\n  );\n  select s.* into v_budget\n  from :schema.budget_status s\n  where s.project_id = p_project_id and s.kind = 'hard' and (s.agent_id is null or s.agent_id = p_agent_id)\n    and s.spent + s.reserved + p_amount > s.limit_amount\n  order by s.remaining\n  limit 1;\n  if found then\n    raise exception 'Reserving % USD would pass the % budget of %: % spent, % reserved, limit %.',\n      trim_scale(p_amount), v_budget.period, coalesce(v_budget.agent_id, p_project_id),\n      trim_scale(v_budget.spent), trim_scale(v_budget.reserved), trim_scale(v_budget.limit_amount)\n      using errcode = 'GH429', constraint = 'budget_exceeded', column = 'amount',\n        detail = jsonb_build_object(\n          'budgetId', v_budget.budget_id, 'limit', trim_scale(v_budget.limit_amount)::text,\n          'spent', trim_scale(v_budget.spent)::text, 'reserved', trim_scale(v_budget.reserved)::text,\n          'remaining', trim_scale(greatest(v_budget.remaining, 0))::text)::text,\n        hint = 'Reserve less, wait for open reservations to settle, or raise the budget.';\n  end if;\n  return query\n    insert into :schema.budget_reservations (id, project_id, agent_id, amount, purpose, expires_at)\n    values (p_id, p_project_id, p_agent_id, p_amount, p_purpose, clock_timestamp() + p_hold)\n    returning *;\nend\n",
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
  "function rotate_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_account_id text, p_key_id text, p_new_id text, p_prefix text, p_key_hash bytea, p_overlap_s double precision, p_ttl_s double precision)":
    "TABLE(id text, name text, prefix text, roles text[], created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, replaced_by text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_key :schema.api_keys%rowtype;\n  v_now timestamptz(3);\nbegin\n  select k.* into v_key\n  from :schema.api_keys as k\n  where k.id = p_key_id\n    and k.account_id = p_account_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'api_key_unknown',\n      message = format('There is no API key %s.', p_key_id);\n  end if;\n\n  v_now := clock_timestamp();\n\n  if v_key.revoked_at is not null or v_key.expires_at <= v_now or v_key.replaced_by is not null then\n    raise exception using\n      errcode = 'GH409',\n      constraint = 'api_key_not_live',\n      message = format('API key %s is revoked, expired or already rotated.', p_key_id),\n      hint = 'Create a new key, or rotate the one that followed it.';\n  end if;\n\n  update :schema.api_keys as k\n  set replaced_by = p_new_id,\n      expires_at = least(k.expires_at, v_now + make_interval(secs => p_overlap_s))\n  where k.id = p_key_id;\n\n  -- The one before it ends now, so that never more than two of a line are live.\n  update :schema.api_keys as k\n  set expires_at = v_now\n  where k.account_id = p_account_id\n    and k.replaced_by = p_key_id\n    and k.expires_at > v_now;\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'api_key.rotated',\n    p_key_id,\n    jsonb_build_object('accountId', p_account_id, 'replacedBy', p_new_id)\n  );\n\n  return query\n  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)\n  values (\n    p_new_id,\n    p_account_id,\n    v_key.name,\n    p_prefix,\n    p_key_hash,\n    v_key.roles,\n    v_now,\n    coalesce(v_now + make_interval(secs => p_ttl_s), v_now + (v_key.expires_at - v_key.created_at))\n  )\n  returning\n    n.id,\n    n.name,\n    n.prefix,\n    n.roles,\n    n.created_at::timestamptz,\n    n.expires_at::timestamptz,\n    n.last_used_at::timestamptz,\n    n.revoked_at::timestamptz,\n    n.replaced_by;\nend\n",
  "function rotate_signing_key(p_actor_kind text, p_actor_id text, p_request_id text, p_overlap_s double precision)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_kid text;\nbegin\n  -- Rotations wait for each other here; the second one then retires the key that the first one made.\n  lock table :schema.auth_secrets in share row exclusive mode;\n\n  -- Earlier keys keep their own, sooner end; without overlap (a key has leaked) all of them end now.\n  update :schema.auth_secrets\n  set verify_until = least(verify_until, clock_timestamp() + make_interval(secs => p_overlap_s));\n\n  v_kid := :schema.signing_key();\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'signing_key.rotated',\n    v_kid,\n    jsonb_build_object('overlapS', p_overlap_s)\n  );\n\n  return v_kid;\nend\n",
  "function set_model_prices(p_source text, p_precedence smallint, p_providers jsonb, p_models jsonb, p_not_before timestamp with time zone, p_accept_implausible boolean, p_strict boolean)":
    "TABLE(ordinal bigint, price_ordinal bigint, outcome text, price_id text, reason text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_row record;\n  v_bad record;\n  v_model_id text;\n  v_earlier text[];\nbegin\n  perform :schema.set_model_providers(p_providers);\n\n  for v_row in\n    select m.ordinal, m.model\n    from jsonb_array_elements(p_models) with ordinality as m (model, ordinal)\n    order by m.ordinal\n  loop\n    v_model_id := null;\n    ordinal := v_row.ordinal;\n\n    for v_bad in\n      select\n        p.ordinal as price_ordinal,\n        p.price,\n        jsonb_agg(\n          jsonb_build_object('kind', i.kind, 'unit_price', i.unit_price::text, 'limit', i.limit_price::text)\n        ) filter (where i.kind is not null) as listed,\n        (array_agg(i.kind))[1] as kind,\n        (array_agg(i.problem))[1] as problem,\n        (array_agg(i.reason))[1] as reason\n      from jsonb_array_elements(v_row.model -> 'prices') with ordinality as p (price, ordinal)\n      left join lateral :schema.implausible_rates(v_row.model, p.price, p_strict) as i on true\n      group by p.ordinal, p.price\n      order by p.ordinal\n    loop\n      price_ordinal := v_bad.price_ordinal;\n\n      if v_bad.listed is not null and not p_accept_implausible then\n        if p_strict then\n          raise exception using\n            errcode = 'GH400',\n            constraint = 'implausible_price',\n            column = 'rates.' || v_bad.kind,\n            message = format('The price of %s for %s is not plausible: %s.', v_bad.kind, v_row.model ->> 'model', v_bad.problem),\n            hint = v_bad.reason || ' Enter the price of one unit, or set acceptImplausible if it is right.',\n            detail = jsonb_build_object('implausible', v_bad.listed)::text;\n        end if;\n        outcome := 'refused';\n        price_id := null;\n        reason := format('%s %s: %s. %s', v_row.model ->> 'model', v_bad.kind, v_bad.problem, v_bad.reason);\n        return next;\n        continue;\n      end if;\n\n      if v_model_id is null then\n        v_model_id := :schema.put_priced_model(p_source, p_precedence, v_row.model);\n        v_earlier := array(select p.id from :schema.model_prices as p where p.priced_model_id = v_model_id);\n      end if;\n      select a.outcome, a.price_id into outcome, price_id\n      from :schema.add_model_price(v_model_id, v_bad.price, v_earlier, p_not_before, v_bad.listed) as a;\n      reason := null;\n      return next;\n    end loop;\n  end loop;\nend\n",
  "function set_model_providers(p_providers jsonb)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_count integer;\nbegin\n  insert into :schema.model_providers as p (id, name, position, fallback_providers)\n  select x.id, x.name, x.position, coalesce(x.fallback_providers, '{}')\n  from jsonb_to_recordset(p_providers)\n    as x (id text, name text, position integer, fallback_providers text[], complete boolean)\n  on conflict (id) do update\n    set name = excluded.name,\n      position = excluded.position,\n      fallback_providers = excluded.fallback_providers\n    -- Only a table that describes providers may change them; others merely need them to exist.\n    where (p.name, p.position, p.fallback_providers)\n        is distinct from (excluded.name, excluded.position, excluded.fallback_providers)\n      and exists (\n        select\n        from jsonb_to_recordset(p_providers) as y (id text, complete boolean)\n        where y.id = excluded.id and y.complete\n      );\n\n  get diagnostics v_count = row_count;\n\n  with described as (\n    select x.id, r.ordinal, r.rule\n    from jsonb_to_recordset(p_providers) as x (id text, rules jsonb, complete boolean)\n    cross join lateral jsonb_array_elements(x.rules) with ordinality as r (rule, ordinal)\n    where x.complete\n      or not exists (select from :schema.model_provider_rules as o where o.provider = x.id)\n  ),\n  stale as (\n    delete from :schema.model_provider_rules as o\n    where o.provider in (select d.id from described as d)\n      and not exists (select from described as d where d.id = o.provider and d.ordinal = o.ordinal)\n  )\n  insert into :schema.model_provider_rules as o (provider, ordinal, subject, operator, pattern)\n  select d.id, d.ordinal, d.rule ->> 'subject', d.rule ->> 'operator', lower(d.rule ->> 'pattern')\n  from described as d\n  on conflict (provider, ordinal) do update\n    set subject = excluded.subject, operator = excluded.operator, pattern = excluded.pattern\n    where (o.subject, o.operator, o.pattern) is distinct from (excluded.subject, excluded.operator, excluded.pattern);\n\n  return v_count;\nend\n",
  "function show_model_price(p_id text)":
    "TABLE(id text, source text, provider text, model text, service_tier text, day_from text, day_until text, valid_from timestamp with time zone, valid_until timestamp with time zone, rates jsonb, accepted_implausible jsonb, note text, created_at timestamp with time zone) sql v set search_path=its own schema, pg_temp as \n  select\n    b.id, b.source, b.provider, b.model, b.service_tier, b.day_from, b.day_until, b.valid_from, b.valid_until,\n    b.rates, b.accepted_implausible, b.note, b.created_at\n  from :schema.price_book as b\n  where b.id = p_id\n",
  "function signing_key()":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_kid text;\nbegin\n  select s.kid into v_kid\n  from :schema.auth_secrets as s\n  where s.verify_until is null;\n\n  if found then\n    return v_kid;\n  end if;\n\n  -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.\n  -- Each uuid holds 122 bits from the strong random source; the hash draws 256 bits from 366.\n  insert into :schema.auth_secrets (kid, secret)\n  values (\n    'k_' || left(replace(gen_random_uuid()::text, '-', ''), 16),\n    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))\n  )\n  on conflict do nothing\n  returning kid into v_kid;\n\n  if v_kid is null then\n    -- Another process was quicker; its key is visible to this new statement.\n    select s.kid into strict v_kid\n    from :schema.auth_secrets as s\n    where s.verify_until is null;\n  end if;\n\n  return v_kid;\nend\n",
  "function text_multirange()":
    "text_multirange internal i strict as multirange_constructor0",
  "function text_multirange(VARIADIC text_range[])":
    "text_multirange internal i strict as multirange_constructor2",
  "function text_multirange(text_range)":
    "text_multirange internal i strict as multirange_constructor1",
  "function text_range(text, text)":
    "text_range internal i as range_constructor2",
  "function text_range(text, text, text)":
    "text_range internal i as range_constructor3",
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
  "grant account_sessions to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant accounts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant activities to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant agent_log_lines to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant agent_spend_daily to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant agents to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant api_keys to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant audit_log to owner":
    "insert, references, select, trigger",
  "grant auth_secrets to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant budget_alerts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant budget_reservations to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant budget_status to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant budgets to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant costs to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant daily_agent_spend to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant daily_spend to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant idempotency_keys to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant import_refusals to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant imports to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_agent_spend_equals_costs to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_computed_costs_have_prices to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_daily_equals_total to owner":
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
  "grant invariant_organizations_have_owners to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_outbox_not_ahead to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_queue_job_in_one_place to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_queue_lease_has_claim to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_queue_slot_behind_pointer to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_rates_have_kinds to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_spend_equals_costs to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_webhook_cursor_not_ahead to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_webhook_deliveries_once to owner":
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
  "grant migration_objects to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant migrations to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant model_price_rates to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant model_prices to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant model_provider_rules to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant model_providers to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant organization_members to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant organizations to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant outbox to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant price_book to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant priced_model_names to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant priced_model_rules to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant priced_models to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant project_spend to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant projects to owner":
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
  "grant refresh_tokens to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant retention_alarms to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant retention_policies to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant retention_status to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant runners to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant spend_daily to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant spend_deltas to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant spend_parts to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant total_spend to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant usage_kinds to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant users to owner":
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
  "index account_sessions.account_sessions_account_id_idx":
    "CREATE INDEX account_sessions_account_id_idx ON account_sessions USING btree (account_id, created_at DESC, id DESC)",
  "index account_sessions.account_sessions_expires_at_idx":
    "CREATE INDEX account_sessions_expires_at_idx ON account_sessions USING btree (expires_at)",
  "index activities.activities_project_id_idx":
    "CREATE INDEX activities_project_id_idx ON activities USING btree (project_id, \"timestamp\" DESC, id DESC)",
  "index activities.activities_timestamp_idx":
    "CREATE INDEX activities_timestamp_idx ON activities USING btree (\"timestamp\" DESC, id DESC)",
  "index agent_spend_daily.agent_spend_daily_project_id_idx":
    "CREATE INDEX agent_spend_daily_project_id_idx ON agent_spend_daily USING btree (project_id, day)",
  "index agents.agents_project_id_idx":
    "CREATE INDEX agents_project_id_idx ON agents USING btree (project_id, start_time DESC, id DESC)",
  "index agents.agents_status_idx":
    "CREATE INDEX agents_status_idx ON agents USING btree (status, start_time DESC, id DESC)",
  "index api_keys.api_keys_account_id_idx":
    "CREATE INDEX api_keys_account_id_idx ON api_keys USING btree (account_id, created_at DESC, id DESC)",
  "index audit_log.audit_log_at_idx":
    "CREATE INDEX audit_log_at_idx ON audit_log USING btree (at DESC, id DESC)",
  "index audit_log.audit_log_subject_idx":
    "CREATE INDEX audit_log_subject_idx ON audit_log USING btree (subject, at DESC, id DESC)",
  "index auth_secrets.auth_secrets_signing_key":
    "CREATE UNIQUE INDEX auth_secrets_signing_key ON auth_secrets USING btree ((true)) WHERE (verify_until IS NULL)",
  "index budget_reservations.budget_reservations_agent_id_idx":
    "CREATE INDEX budget_reservations_agent_id_idx ON budget_reservations USING btree (agent_id) WHERE (agent_id IS NOT NULL)",
  "index budget_reservations.budget_reservations_cost_id_idx":
    "CREATE INDEX budget_reservations_cost_id_idx ON budget_reservations USING btree (cost_id) WHERE (cost_id IS NOT NULL)",
  "index budget_reservations.budget_reservations_expiry_idx":
    "CREATE INDEX budget_reservations_expiry_idx ON budget_reservations USING btree (expires_at) WHERE (state = 'open'::text)",
  "index budget_reservations.budget_reservations_open_idx":
    "CREATE INDEX budget_reservations_open_idx ON budget_reservations USING btree (project_id, expires_at) WHERE (state = 'open'::text)",
  "index budget_reservations.budget_reservations_project_id_idx":
    "CREATE INDEX budget_reservations_project_id_idx ON budget_reservations USING btree (project_id, created_at DESC, id DESC)",
  "index budgets.budgets_agent_id_idx":
    "CREATE INDEX budgets_agent_id_idx ON budgets USING btree (agent_id) WHERE (agent_id IS NOT NULL)",
  "index costs.costs_agent_id_idx":
    "CREATE INDEX costs_agent_id_idx ON costs USING btree (agent_id) WHERE (agent_id IS NOT NULL)",
  "index costs.costs_import_key_key":
    "CREATE UNIQUE INDEX costs_import_key_key ON costs USING btree (import_key) WHERE (import_key IS NOT NULL)",
  "index costs.costs_price_id_idx":
    "CREATE INDEX costs_price_id_idx ON costs USING btree (price_id) WHERE (price_id IS NOT NULL)",
  "index costs.costs_project_id_idx":
    "CREATE INDEX costs_project_id_idx ON costs USING btree (project_id, \"timestamp\" DESC, id DESC)",
  "index costs.costs_timestamp_idx":
    "CREATE INDEX costs_timestamp_idx ON costs USING btree (\"timestamp\" DESC, id DESC)",
  "index costs.costs_unpriced_idx":
    "CREATE INDEX costs_unpriced_idx ON costs USING btree (id) WHERE ((pricing)::text = 'unpriced'::text)",
  "index idempotency_keys.idempotency_keys_created_at_idx":
    "CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys USING btree (created_at)",
  "index imports.imports_project_id_idx":
    "CREATE INDEX imports_project_id_idx ON imports USING btree (project_id)",
  "index imports.imports_started_at_idx":
    "CREATE INDEX imports_started_at_idx ON imports USING btree (started_at, id)",
  "index imports.imports_unfinished_idx":
    "CREATE INDEX imports_unfinished_idx ON imports USING btree (kind, source, started_at) WHERE (state = ANY (ARRAY['running'::text, 'stopped'::text, 'failed'::text]))",
  "index ledger_holds.ledger_holds_expires_at_idx":
    "CREATE INDEX ledger_holds_expires_at_idx ON ledger_holds USING btree (expires_at) WHERE (expires_at IS NOT NULL)",
  "index ledger_transfers.ledger_transfers_credit_idx":
    "CREATE INDEX ledger_transfers_credit_idx ON ledger_transfers USING btree (credit_account, id)",
  "index ledger_transfers.ledger_transfers_debit_idx":
    "CREATE INDEX ledger_transfers_debit_idx ON ledger_transfers USING btree (debit_account, id)",
  "index ledger_transfers.ledger_transfers_hold_id_key":
    "CREATE UNIQUE INDEX ledger_transfers_hold_id_key ON ledger_transfers USING btree (hold_id) WHERE (hold_id IS NOT NULL)",
  "index model_prices.model_prices_created_at_idx":
    "CREATE INDEX model_prices_created_at_idx ON model_prices USING btree (created_at DESC, id DESC)",
  "index model_prices.model_prices_priced_model_id_idx":
    "CREATE INDEX model_prices_priced_model_id_idx ON model_prices USING btree (priced_model_id, service_tier)",
  "index organization_members.organization_members_invited_by_idx":
    "CREATE INDEX organization_members_invited_by_idx ON organization_members USING btree (invited_by) WHERE (invited_by IS NOT NULL)",
  "index organization_members.organization_members_user_id_idx":
    "CREATE INDEX organization_members_user_id_idx ON organization_members USING btree (user_id, joined_at DESC, organization_id DESC)",
  "index priced_model_names.priced_model_names_priced_model_id_idx":
    "CREATE INDEX priced_model_names_priced_model_id_idx ON priced_model_names USING btree (priced_model_id)",
  "index priced_model_rules.priced_model_rules_provider_idx":
    "CREATE INDEX priced_model_rules_provider_idx ON priced_model_rules USING btree (provider)",
  "index priced_models.priced_models_provider_idx":
    "CREATE INDEX priced_models_provider_idx ON priced_models USING btree (provider, model, id)",
  "index projects.projects_user_id_idx":
    "CREATE INDEX projects_user_id_idx ON projects USING btree (user_id, created_at DESC, id DESC)",
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
  "index runners.runners_created_at_idx":
    "CREATE INDEX runners_created_at_idx ON runners USING btree (created_at DESC, id DESC)",
  "index runners.runners_organization_id_idx":
    "CREATE INDEX runners_organization_id_idx ON runners USING btree (organization_id) WHERE (organization_id IS NOT NULL)",
  "index runners.runners_user_id_idx":
    "CREATE INDEX runners_user_id_idx ON runners USING btree (user_id, created_at DESC, id DESC)",
  "index runners.runners_waiting_idx":
    "CREATE INDEX runners_waiting_idx ON runners USING btree (created_at, id) WHERE ((torn_down_at IS NULL) AND (status = ANY (ARRAY['pending'::text, 'provisioning'::text, 'deleted'::text])))",
  "index spend_daily.spend_daily_day_idx":
    "CREATE INDEX spend_daily_day_idx ON spend_daily USING btree (day)",
  "index users.users_created_at_idx":
    "CREATE INDEX users_created_at_idx ON users USING btree (created_at DESC, id DESC)",
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
  "table account_sessions":
    "table",
  "table accounts":
    "table",
  "table activities":
    "table",
  "table agent_log_lines":
    "table",
  "table agent_spend_daily":
    "table",
  "table agents":
    "table",
  "table api_keys":
    "table",
  "table audit_log":
    "table",
  "table auth_secrets":
    "table",
  "table budget_alerts":
    "table",
  "table budget_reservations":
    "table",
  "table budgets":
    "table",
  "table costs":
    "table",
  "table idempotency_keys":
    "table",
  "table import_refusals":
    "table",
  "table imports":
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
  "table migration_objects":
    "table",
  "table migrations":
    "table",
  "table model_price_rates":
    "table",
  "table model_prices":
    "table",
  "table model_provider_rules":
    "table",
  "table model_providers":
    "table",
  "table organization_members":
    "table",
  "table organizations":
    "table",
  "table outbox":
    "table",
  "table priced_model_names":
    "table",
  "table priced_model_rules":
    "table",
  "table priced_models":
    "table",
  "table project_spend":
    "table",
  "table projects":
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
  "table refresh_tokens":
    "table",
  "table retention_policies":
    "table",
  "table runners":
    "table",
  "table spend_daily":
    "table",
  "table spend_deltas":
    "table",
  "table users":
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
  "trigger audit_log.audit_log_append_only":
    "CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger costs.costs_spend_delete":
    "CREATE TRIGGER costs_spend_delete AFTER DELETE ON costs REFERENCING OLD TABLE AS old_costs FOR EACH STATEMENT EXECUTE FUNCTION record_spend()",
  "trigger costs.costs_spend_insert":
    "CREATE TRIGGER costs_spend_insert AFTER INSERT ON costs REFERENCING NEW TABLE AS new_costs FOR EACH STATEMENT EXECUTE FUNCTION record_spend()",
  "trigger costs.costs_spend_update":
    "CREATE TRIGGER costs_spend_update AFTER UPDATE ON costs REFERENCING OLD TABLE AS old_costs NEW TABLE AS new_costs FOR EACH STATEMENT EXECUTE FUNCTION record_spend()",
  "trigger ledger_balances.ledger_balances_kept":
    "CREATE TRIGGER ledger_balances_kept BEFORE DELETE OR UPDATE OF account_id, asset_id, slot OR TRUNCATE ON ledger_balances FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances()",
  "trigger ledger_seals.ledger_seals_append_only":
    "CREATE TRIGGER ledger_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger ledger_transfers.ledger_transfers_append_only":
    "CREATE TRIGGER ledger_transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger_transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger ledger_transfers.ledger_transfers_check_accounts":
    "CREATE TRIGGER ledger_transfers_check_accounts AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_accounts()",
  "trigger retention_policies.retention_policies_check":
    "CREATE TRIGGER retention_policies_check BEFORE INSERT OR UPDATE OF kind, table_name, time_column ON retention_policies FOR EACH ROW EXECUTE FUNCTION retention_check_policy()",
  "trigger runners.runners_delete_orphan":
    "CREATE TRIGGER runners_delete_orphan BEFORE UPDATE OF user_id ON runners FOR EACH ROW WHEN ((new.user_id IS NULL)) EXECUTE FUNCTION delete_orphan_runner()",
  "trigger runners.runners_guard_status":
    "CREATE TRIGGER runners_guard_status BEFORE UPDATE OF status ON runners FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION guard_runner_status()",
  "type cost_pricing":
    "domain over text constraint cost_pricing_check CHECK ((VALUE = ANY (ARRAY['given'::text, 'computed'::text, 'unpriced'::text])))",
  "type ledger_sum":
    "domain over numeric constraint ledger_sum_check CHECK ((VALUE >= (0)::numeric))",
  "type ledger_units":
    "domain over numeric constraint ledger_units_check CHECK (((VALUE > (0)::numeric) AND (VALUE < '1000000000000000000000000000000000000000000000000000000000000'::numeric) AND (VALUE = trunc(VALUE))))",
  "type model_label":
    "domain over text constraint model_label_check CHECK ((VALUE <> ''::text))",
  "type service_tier":
    "domain over text constraint service_tier_check CHECK ((VALUE = ANY (ARRAY['standard'::text, 'batch'::text, 'flex'::text, 'priority'::text])))",
  "type text_range":
    "range over text",
  "type token_count":
    "domain over bigint constraint token_count_check CHECK (((VALUE >= 0) AND (VALUE <= '9007199254740991'::bigint)))",
  "type usd_amount":
    "domain over numeric constraint usd_amount_check CHECK (((VALUE >= (0)::numeric) AND (VALUE < '1000000000000000'::numeric)))",
  "view budget_status":
    "(budget_id text, project_id text, agent_id text, kind text, period text, limit_amount numeric, thresholds numeric[], period_start date, spent numeric, unpriced_calls bigint, reserved numeric, remaining numeric, created_at timestamp(3) with time zone, updated_at timestamp(3) with time zone) SELECT id AS budget_id, project_id, agent_id, kind, period, limit_amount, thresholds, period_start, spent, unpriced_calls, reserved, ((limit_amount - spent) - reserved) AS remaining, created_at, updated_at FROM ((((budgets b CROSS JOIN LATERAL ( SELECT CASE period WHEN 'day'::text THEN ((clock_timestamp() AT TIME ZONE 'UTC'::text))::date WHEN 'month'::text THEN (date_trunc('month'::text, (clock_timestamp() AT TIME ZONE 'UTC'::text)))::date ELSE '0001-01-01'::date END AS period_start) start) CROSS JOIN LATERAL ( SELECT CASE period WHEN 'day'::text THEN (period_start + 1) WHEN 'month'::text THEN ((period_start + '1 mon'::interval))::date ELSE 'infinity'::date END AS period_end) finish) CROSS JOIN LATERAL ( SELECT COALESCE(sum(amount), (0)::numeric) AS spent, (COALESCE(sum(unpriced_calls), (0)::numeric))::bigint AS unpriced_calls FROM ( SELECT amount, unpriced_calls FROM spend_daily d WHERE ((agent_id IS NULL) AND (period <> 'total'::text) AND (project_id = project_id) AND (day >= period_start) AND (day < period_end)) UNION ALL SELECT amount, unpriced_calls FROM project_spend d WHERE ((agent_id IS NULL) AND (period = 'total'::text) AND (project_id = project_id)) UNION ALL SELECT amount, unpriced_calls FROM agent_spend_daily d WHERE ((agent_id IS NOT NULL) AND (agent_id = agent_id) AND (day >= period_start) AND (day < period_end)) UNION ALL SELECT amount, unpriced_calls FROM spend_deltas d WHERE ((project_id = project_id) AND ((agent_id IS NULL) OR (agent_id = agent_id)) AND (day >= period_start) AND (day < period_end))) part) used) CROSS JOIN LATERAL ( SELECT COALESCE(sum(amount), (0)::numeric) AS reserved FROM budget_reservations r WHERE ((project_id = project_id) AND (state = 'open'::text) AND (expires_at > clock_timestamp()) AND ((agent_id IS NULL) OR (agent_id = agent_id)))) held);",
  "view daily_agent_spend":
    "(agent_id text, project_id text, day date, amount numeric, calls bigint, unpriced_calls bigint, input_tokens numeric, output_tokens numeric) SELECT agent_id, project_id, day, sum(amount) AS amount, (sum(calls))::bigint AS calls, (sum(unpriced_calls))::bigint AS unpriced_calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens FROM ( SELECT agent_id, project_id, day, amount, calls, unpriced_calls, input_tokens, output_tokens FROM agent_spend_daily UNION ALL SELECT agent_id, project_id, day, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_deltas d WHERE (EXISTS ( SELECT FROM agents a WHERE (id = agent_id)))) part GROUP BY agent_id, project_id, day HAVING ((sum(calls) <> (0)::numeric) OR (sum(amount) <> (0)::numeric));",
  "view daily_spend":
    "(project_id text, day date, provider text, model text, amount numeric, calls bigint, unpriced_calls bigint, input_tokens numeric, output_tokens numeric) SELECT project_id, day, provider, model, sum(amount) AS amount, (sum(calls))::bigint AS calls, (sum(unpriced_calls))::bigint AS unpriced_calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens FROM spend_parts GROUP BY project_id, day, provider, model HAVING ((sum(calls) <> (0)::numeric) OR (sum(amount) <> (0)::numeric));",
  "view invariant_agent_spend_equals_costs":
    "(agent_id text, day date, costs_amount numeric, spend_amount numeric, costs_calls bigint, spend_calls bigint) SELECT COALESCE(agent_id, agent_id) AS agent_id, COALESCE(day, day) AS day, amount AS costs_amount, amount AS spend_amount, calls AS costs_calls, calls AS spend_calls FROM (( SELECT agent_id, ((\"timestamp\" AT TIME ZONE 'UTC'::text))::date AS day, COALESCE(sum((amount)::numeric), (0)::numeric) AS amount, count(*) AS calls, count(*) FILTER (WHERE (amount IS NULL)) AS unpriced_calls, COALESCE(sum((input_tokens)::bigint), (0)::numeric) AS input_tokens, COALESCE(sum((output_tokens)::bigint), (0)::numeric) AS output_tokens FROM costs WHERE (agent_id IS NOT NULL) GROUP BY agent_id, (((\"timestamp\" AT TIME ZONE 'UTC'::text))::date)) c FULL JOIN daily_agent_spend s ON (((agent_id = agent_id) AND (day = day)))) WHERE (((((amount IS DISTINCT FROM amount) OR (calls IS DISTINCT FROM calls)) OR (unpriced_calls IS DISTINCT FROM unpriced_calls)) OR (input_tokens IS DISTINCT FROM input_tokens)) OR (output_tokens IS DISTINCT FROM output_tokens));",
  "view invariant_computed_costs_have_prices":
    "(id text, pricing cost_pricing, price_id text) SELECT id, pricing, price_id FROM costs c WHERE (((pricing)::text = 'computed'::text) <> (price_id IS NOT NULL));",
  "view invariant_daily_equals_total":
    "(project_id text, daily_amount numeric, total_amount numeric) SELECT COALESCE(project_id, project_id) AS project_id, amount AS daily_amount, amount AS total_amount FROM (( SELECT project_id, sum(amount) AS amount, sum(calls) AS calls, sum(unpriced_calls) AS unpriced_calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens FROM daily_spend GROUP BY project_id) d FULL JOIN total_spend t ON ((project_id = project_id))) WHERE (((((amount IS DISTINCT FROM amount) OR (calls IS DISTINCT FROM (calls)::numeric)) OR (unpriced_calls IS DISTINCT FROM (unpriced_calls)::numeric)) OR (input_tokens IS DISTINCT FROM input_tokens)) OR (output_tokens IS DISTINCT FROM output_tokens));",
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
  "view invariant_organizations_have_owners":
    "(organization_id text, type text, name text) SELECT id AS organization_id, type, name FROM organizations o WHERE (NOT (EXISTS ( SELECT FROM organization_members m WHERE ((organization_id = id) AND (role = 'owner'::text) AND ((personal_user_id IS NULL) OR (user_id = personal_user_id))))));",
  "view invariant_outbox_not_ahead":
    "(xid text, events bigint) SELECT (xid)::text AS xid, count(*) AS events FROM outbox WHERE (xid >= pg_snapshot_xmax(pg_current_snapshot())) GROUP BY xid;",
  "view invariant_queue_job_in_one_place":
    "(id bigint, problem text) SELECT id, 'live and finished'::text AS problem FROM queue_jobs j WHERE (EXISTS ( SELECT FROM queue_history h WHERE (id = id))) UNION ALL SELECT id, 'dead and finished'::text AS problem FROM queue_dead d WHERE (EXISTS ( SELECT FROM queue_history h WHERE (id = id))) UNION ALL SELECT id, 'dead and live'::text AS problem FROM queue_dead d WHERE (EXISTS ( SELECT FROM queue_jobs j WHERE (id = id)));",
  "view invariant_queue_lease_has_claim":
    "(id bigint, token bigint, lease_until timestamp(3) with time zone) SELECT id, token, lease_until FROM queue_jobs j WHERE ((lease_until IS NOT NULL) AND (NOT (EXISTS ( SELECT FROM queue_claims c WHERE ((token = token) AND (id = ANY (job_ids)))))));",
  "view invariant_queue_slot_behind_pointer":
    "(schedule text, slot timestamp(3) with time zone, next_slot timestamp(3) with time zone) SELECT schedule, slot, next_slot FROM (queue_slots t JOIN queue_schedules s ON ((name = schedule))) WHERE (slot >= next_slot);",
  "view invariant_rates_have_kinds":
    "(price_id text, kind text) SELECT price_id, kind FROM model_price_rates r WHERE (NOT (EXISTS ( SELECT FROM usage_kinds k WHERE (kind = kind))));",
  "view invariant_spend_equals_costs":
    "(project_id text, day date, provider text, model text, costs_amount numeric, spend_amount numeric, costs_calls bigint, spend_calls bigint) SELECT COALESCE(project_id, project_id) AS project_id, COALESCE(day, day) AS day, COALESCE((provider)::text, provider) AS provider, COALESCE((model)::text, model) AS model, amount AS costs_amount, amount AS spend_amount, calls AS costs_calls, calls AS spend_calls FROM (( SELECT project_id, ((\"timestamp\" AT TIME ZONE 'UTC'::text))::date AS day, provider, model, COALESCE(sum((amount)::numeric), (0)::numeric) AS amount, count(*) AS calls, count(*) FILTER (WHERE (amount IS NULL)) AS unpriced_calls, COALESCE(sum((input_tokens)::bigint), (0)::numeric) AS input_tokens, COALESCE(sum((output_tokens)::bigint), (0)::numeric) AS output_tokens FROM costs GROUP BY project_id, (((\"timestamp\" AT TIME ZONE 'UTC'::text))::date), provider, model) c FULL JOIN daily_spend s ON (((project_id = project_id) AND (day = day) AND (provider = (provider)::text) AND (model = (model)::text)))) WHERE (((((amount IS DISTINCT FROM amount) OR (calls IS DISTINCT FROM calls)) OR (unpriced_calls IS DISTINCT FROM unpriced_calls)) OR (input_tokens IS DISTINCT FROM input_tokens)) OR (output_tokens IS DISTINCT FROM output_tokens));",
  "view invariant_webhook_cursor_not_ahead":
    "(xid text, event_id bigint) SELECT (xid)::text AS xid, event_id FROM webhook_cursor WHERE (xid >= pg_snapshot_xmax(pg_current_snapshot()));",
  "view invariant_webhook_deliveries_once":
    "(endpoint_id text, event_id bigint, deliveries bigint) SELECT endpoint_id, event_id, count(*) AS deliveries FROM ( SELECT endpoint_id, event_id FROM webhook_deliveries UNION ALL SELECT endpoint_id, event_id FROM webhook_delivery_history) d WHERE (event_id IS NOT NULL) GROUP BY endpoint_id, event_id HAVING (count(*) > 1);",
  "view ledger_account_balances":
    "(id bigint, code text, asset text, normal_side text, balance numeric, held_in numeric, held_out numeric, available numeric, debits numeric, credits numeric, min_balance numeric, max_balance numeric, slots smallint, metadata jsonb, closed_at timestamp(3) with time zone, created_at timestamp(3) with time zone) SELECT id, code, code AS asset, normal_side, (sum( CASE normal_side WHEN 'debit'::text THEN ((debits)::numeric - (credits)::numeric) ELSE ((credits)::numeric - (debits)::numeric) END) * unit) AS balance, (sum(( CASE normal_side WHEN 'debit'::text THEN held_debits ELSE held_credits END)::numeric) * unit) AS held_in, (sum(( CASE normal_side WHEN 'debit'::text THEN held_credits ELSE held_debits END)::numeric) * unit) AS held_out, ((sum( CASE normal_side WHEN 'debit'::text THEN (((debits)::numeric - (credits)::numeric) - (held_credits)::numeric) ELSE (((credits)::numeric - (debits)::numeric) - (held_debits)::numeric) END) - min_balance) * unit) AS available, (sum((debits)::numeric) * unit) AS debits, (sum((credits)::numeric) * unit) AS credits, (min_balance * unit) AS min_balance, (max_balance * unit) AS max_balance, slots, metadata, closed_at, created_at FROM ((ledger_accounts a JOIN ledger_assets s ON ((id = asset_id))) JOIN ledger_balances b ON ((account_id = id))) GROUP BY id, id;",
  "view ledger_trial_balance":
    "(asset text, decimals smallint, accounts bigint, debits numeric, credits numeric, difference numeric, held numeric) SELECT code AS asset, decimals, count(DISTINCT id) AS accounts, (COALESCE(sum((debits)::numeric), (0)::numeric) * unit) AS debits, (COALESCE(sum((credits)::numeric), (0)::numeric) * unit) AS credits, (COALESCE(sum(((debits)::numeric - (credits)::numeric)), (0)::numeric) * unit) AS difference, (COALESCE(sum((held_debits)::numeric), (0)::numeric) * unit) AS held FROM ((ledger_assets s LEFT JOIN ledger_accounts a ON ((asset_id = id))) LEFT JOIN ledger_balances b ON ((account_id = id))) GROUP BY id;",
  "view price_book":
    "(id text, source text, precedence smallint, provider text, model text, service_tier text, day_from text, day_until text, valid_from timestamp(3) with time zone, valid_until timestamp(3) with time zone, rates jsonb, accepted_implausible jsonb, note text, created_at timestamp(3) with time zone, priced_model_id text) SELECT id, source, precedence, provider, model, service_tier, (day_from)::text AS day_from, (day_until)::text AS day_until, valid_from, valid_until, ( SELECT jsonb_agg(jsonb_build_object('kind', kind, 'aboveTokens', above_tokens, 'unitPrice', (trim_scale(unit_price))::text) ORDER BY kind, above_tokens) AS jsonb_agg FROM model_price_rates r WHERE (price_id = id)) AS rates, accepted_implausible, note, created_at, priced_model_id FROM (model_prices p JOIN priced_models m ON ((id = priced_model_id)));",
  "view queue_overview":
    "(queue text, paused_at timestamp(3) with time zone, in_line bigint, in_work bigint, waiting bigint, dead bigint, oldest_at timestamp with time zone) SELECT name AS queue, paused_at, COALESCE(in_line, (0)::bigint) AS in_line, COALESCE(in_work, (0)::bigint) AS in_work, COALESCE(waiting, (0)::bigint) AS waiting, COALESCE(dead, (0)::bigint) AS dead, oldest_at FROM ((queue_settings s LEFT JOIN ( SELECT queue_id, count(*) FILTER (WHERE ((place IS NOT NULL) AND (lease_until IS NULL))) AS in_line, count(*) FILTER (WHERE (lease_until IS NOT NULL)) AS in_work, count(*) FILTER (WHERE (place IS NULL)) AS waiting, min(run_at) FILTER (WHERE ((place IS NOT NULL) AND (lease_until IS NULL))) AS oldest_at FROM queue_jobs j GROUP BY queue_id) l ON ((queue_id = id))) LEFT JOIN ( SELECT queue_id, count(*) AS dead FROM queue_dead x GROUP BY queue_id) d ON ((queue_id = id)));",
  "view queue_states":
    "(id bigint, queue text, state text, token bigint, priority smallint, failures smallint, losses smallint, key text, payload jsonb, created_at timestamp(3) with time zone, at timestamp(3) with time zone, error text, result jsonb, progress jsonb, worker text) SELECT id, name AS queue, CASE WHEN (lease_until IS NOT NULL) THEN 'in_work'::text WHEN (place IS NOT NULL) THEN 'in_line'::text ELSE 'waiting'::text END AS state, token, priority, failures, losses, key, payload, created_at, run_at AS at, NULL::text AS error, NULL::jsonb AS result, progress, worker FROM ((queue_jobs j JOIN queue_settings s ON ((id = queue_id))) LEFT JOIN queue_claims c ON (((token = token) AND (lease_until IS NOT NULL)))) UNION ALL SELECT id, name AS queue, 'dead'::text AS state, token, priority, failures, losses, key, payload, created_at, died_at AS at, error, NULL::jsonb AS result, NULL::jsonb AS progress, NULL::text AS worker FROM (queue_dead d JOIN queue_settings s ON ((id = queue_id))) UNION ALL SELECT id, name AS queue, outcome AS state, token, priority, failures, losses, key, payload, created_at, finished_at AS at, NULL::text AS error, result, NULL::jsonb AS progress, worker FROM (queue_history h JOIN queue_settings s ON ((id = queue_id)));",
  "view retention_alarms":
    "(name text, alarm text, problem text) SELECT name, 'runway'::text AS alarm, format('Partitions of %s are ready for %s more days, fewer than %s.'::text, table_name, days_ahead, alarm_days) AS problem FROM retention_status WHERE (enabled AND (kind = 'partitions'::text) AND (days_ahead < (alarm_days)::numeric)) UNION ALL SELECT name, 'default_rows'::text AS alarm, format('%s rows of %s are in its default partition, because theirs was not there in time.'::text, default_rows, table_name) AS problem FROM retention_status WHERE (default_rows > 0) UNION ALL SELECT name, 'late'::text AS alarm, format('%s was to be cleaned up at %s and was not.'::text, table_name, next_run_at) AS problem FROM retention_status WHERE (enabled AND (next_run_at < (now() - '1 day'::interval)));",
  "view retention_status":
    "(name text, kind text, table_name text, keep interval, batch_size integer, enabled boolean, next_run_at timestamp(3) with time zone, last_run_at timestamp(3) with time zone, last_gone bigint, last_ms integer, total_gone bigint, alarm_days integer, partitions bigint, covered_until timestamp with time zone, days_ahead numeric, default_rows bigint) SELECT name, kind, table_name, keep, batch_size, enabled, next_run_at, last_run_at, last_gone, last_ms, total_gone, alarm_days, partitions, covered_until, CASE WHEN (kind = 'partitions'::text) THEN round((EXTRACT(epoch FROM (COALESCE(covered_until, now()) - now())) / (86400)::numeric), 2) ELSE NULL::numeric END AS days_ahead, CASE WHEN (kind = 'partitions'::text) THEN retention_default_rows(table_name) ELSE (0)::bigint END AS default_rows FROM (retention_policies p LEFT JOIN LATERAL ( SELECT count(*) AS partitions, max(until_at) AS covered_until FROM retention_partitions(table_name) part(partition_name, from_at, until_at, is_default, rows_estimated) WHERE (NOT is_default)) parts ON ((kind = 'partitions'::text)));",
  "view spend_parts":
    "(project_id text, day date, provider text, model text, amount numeric, calls bigint, unpriced_calls bigint, input_tokens numeric, output_tokens numeric) SELECT project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_daily UNION ALL SELECT project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_deltas d WHERE (EXISTS ( SELECT FROM projects p WHERE (id = project_id)));",
  "view total_spend":
    "(project_id text, amount numeric, calls bigint, unpriced_calls bigint, input_tokens numeric, output_tokens numeric) SELECT project_id, sum(amount) AS amount, (sum(calls))::bigint AS calls, (sum(unpriced_calls))::bigint AS unpriced_calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens FROM ( SELECT project_id, amount, calls, unpriced_calls, input_tokens, output_tokens FROM project_spend UNION ALL SELECT project_id, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_deltas d WHERE (EXISTS ( SELECT FROM projects p WHERE (id = project_id)))) part GROUP BY project_id HAVING ((sum(calls) <> (0)::numeric) OR (sum(amount) <> (0)::numeric));",
  "view usage_kinds":
    "(kind text, unit text, side text, priced_as text, optional boolean, max_unit_price numeric, reason text) SELECT kind, unit, side, priced_as, optional, max_unit_price, reason FROM ( VALUES ('input'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('input_image'::text,'token'::text,'input'::text,'input'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('input_video'::text,'token'::text,'input'::text,'input'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('input_audio'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read_image'::text,'token'::text,'input'::text,'cache_read'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read_video'::text,'token'::text,'input'::text,'cache_read'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read_audio'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_write'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_write_1h'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_write_audio'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('output'::text,'token'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('reasoning'::text,'token'::text,'output'::text,'output'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('output_image'::text,'token'::text,'output'::text,'output'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('output_audio'::text,'token'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('citation'::text,'token'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('seconds'::text,'second'::text,'input'::text,NULL::text,false,0.5,'A price per hour entered as a price per second.'::text), ('audio_seconds'::text,'second'::text,'input'::text,NULL::text,false,0.5,'A price per hour entered as a price per second.'::text), ('video_seconds'::text,'second'::text,'input'::text,NULL::text,false,0.5,'A price per hour entered as a price per second.'::text), ('output_seconds'::text,'second'::text,'output'::text,NULL::text,false,5,'A price per minute or hour entered as a price per second; made video costs up to 0.5 a second.'::text), ('characters'::text,'character'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million characters entered as a price per character.'::text), ('output_characters'::text,'character'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million characters entered as a price per character.'::text), ('images'::text,'image'::text,'output'::text,NULL::text,false,10,'A price per hundred or thousand images entered as a price per image.'::text), ('input_images'::text,'image'::text,'input'::text,NULL::text,false,10,'A price per hundred or thousand images entered as a price per image.'::text), ('pixels'::text,'pixel'::text,'output'::text,NULL::text,false,0.0001,'A price per image entered as a price per pixel.'::text), ('input_pixels'::text,'pixel'::text,'input'::text,NULL::text,false,0.0001,'A price per image entered as a price per pixel.'::text), ('requests'::text,'request'::text,'input'::text,NULL::text,true,1,'A price per thousand requests entered as a price per request.'::text), ('web_searches'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text), ('web_searches_low'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text), ('web_searches_medium'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text), ('web_searches_high'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text)) k(kind, unit, side, priced_as, optional, max_unit_price, reason);",
};
