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
    "numeric not null default 0",
  "column ledger_balances.debits":
    "numeric not null default 0",
  "column ledger_balances.held_credits":
    "numeric not null default 0",
  "column ledger_balances.held_debits":
    "numeric not null default 0",
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
    "numeric not null",
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
  "column refresh_tokens.generation":
    "integer not null",
  "column refresh_tokens.issued_at":
    "timestamp(3) with time zone not null default now()",
  "column refresh_tokens.session_id":
    "text not null",
  "column refresh_tokens.token_hash":
    "bytea not null",
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
    "Time of the last posting: the next is later, whatever the clock does.",
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
  "comment function add_model_price(p_priced_model_id text, p_price jsonb, p_earlier text[], p_not_before timestamp with time zone, p_implausible jsonb)":
    "Adds one version of a price: ends the version that holds at its start and lasts until the next one begins. Where p_earlier names prices that were there before this load, a changed price starts no earlier than p_not_before. Outcome: inserted or known.",
  "comment function check_budgets(p_projects text[])":
    "Writes one cost_alert for each threshold that these projects' budgets have reached in the running period; returns how many.",
  "comment function create_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_account_id text, p_name text, p_prefix text, p_key_hash bytea, p_roles text[], p_ttl_s double precision, p_max_keys integer)":
    "Adds an API key within the limit of live ones. Roles null: all of the account; lifetime null: does not expire.",
  "comment function delete_orphan_runner()":
    "Trigger of runners: a runner whose user is gone is deleted; the row stays until its machine is torn down.",
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
  "comment function ledger_decide(p_outcomes text[], p_kinds smallint[], p_holds bigint[], p_links integer[], p_debits bigint[], p_credits bigint[], p_debit_slots smallint[], p_credit_slots smallint[], p_debit_raises boolean[], p_credit_raises boolean[], p_amounts numeric[], p_held numeric[], p_cells bigint[], p_low numeric[], p_high numeric[], p_least numeric[], p_most numeric[], p_wide boolean, OUT outcomes text[], OUT short_of bigint[], OUT available numeric[])":
    "Goes through a batch in its order, in memory, and says of each whether limits and its group let it pass.",
  "comment function ledger_key(p_key text)":
    "The caller's idempotency key as the journal keeps it: 128 bits, whatever its length.",
  "comment function ledger_level_slots(p_accounts bigint[])":
    "Gives every slot of these accounts an equal part of what is free. The caller holds all slots locked.",
  "comment function ledger_open_accounts(p_codes text[], p_assets text[], p_sides text[], p_mins numeric[], p_maxs numeric[], p_slots smallint[], p_metadata jsonb[])":
    "Opens accounts by their codes; those that are there already are left as they are, and told apart when they differ.",
  "comment function ledger_post(p_keys text[], p_kinds smallint[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_holds bigint[], p_hold_s integer[], p_links integer[], p_references text[], p_metadata jsonb[], p_wide boolean)":
    "Posts a batch in one go: the good ones are kept and the bad ones refused one by one with an outcome each, but neighbours with one link number stand or fall together. Kinds as in ledger_transfers; amounts in the asset's own unit.",
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
  "comment function prune_idempotency_keys(p_keep interval, p_limit integer)":
    "Removes keys older than the given age, at most p_limit of them; returns how many.",
  "comment function purge_accounts(p_limit integer)":
    "Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.",
  "comment function put_priced_model(p_source text, p_precedence smallint, p_model jsonb)":
    "Makes sure that a priced model exists, under exactly the names and patterns given, and returns its id.",
  "comment function quote_usage(p_provider text, p_model text, p_at timestamp with time zone, p_usage jsonb, p_service_tier text)":
    "Amount in USD of one call; see quote_usages, which is the one to use for many.",
  "comment function quote_usage_lines(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "Prices many calls at once, one line per kind of usage; a call without usage has one line without kind. A null amount is an unknown price, and the reason says why; it never means zero.",
  "comment function quote_usages(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "Amount in USD of many calls at once. Amount null: the model is unknown (unknown_model), has no price for that moment and service tier (no_price_then), or a kind that was used has no rate (unpriced_kind).",
  "comment function rebase_outbox()":
    "After a restore on another server the stored transaction ids can lie in its future; this puts the old events first. Returns how many moved.",
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
  "comment table refresh_tokens":
    "SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one.",
  "comment table runners":
    "Machines that run agents. A background task makes and removes them; a trigger refuses every other change of status.",
  "comment table spend_daily":
    "Folded spend by project, UTC day, provider and model. Read the view daily_spend instead.",
  "comment table spend_deltas":
    "What each statement on costs added or took away; folded into the rollups every second, so that no writer waits for another.",
  "comment table users":
    "People who own projects. Password, roles and tokens are in accounts, under the same id.",
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
  "comment view invariant_rates_have_kinds":
    "Rates of a kind of usage that nothing counts.",
  "comment view invariant_spend_equals_costs":
    "Days of a project, provider and model whose rollup differs from the sum of their costs. Mend: run the function rebuild_spend() of this schema.",
  "comment view ledger_account_balances":
    "Every account with what it has now, what is held coming in and going out, and what it may still spend, in the asset's own unit.",
  "comment view ledger_trial_balance":
    "Debits and credits of each asset over all accounts, in its own unit; the difference is zero or the ledger is broken.",
  "comment view price_book":
    "Every version of every price with its rates (USD per unit, as text). Null validity is unbounded; null hours are the whole day.",
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
  "constraint ledger_balances.ledger_balances_sums_check":
    "CHECK (((debits >= (0)::numeric) AND (credits >= (0)::numeric) AND (held_debits >= (0)::numeric) AND (held_credits >= (0)::numeric)))",
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
  "constraint ledger_transfers.ledger_transfers_amount_check":
    "CHECK (((amount > (0)::numeric) AND (amount < '1000000000000000000000000000000000000000000000000000000000000'::numeric) AND (amount = trunc(amount))))",
  "constraint ledger_transfers.ledger_transfers_credit_fkey":
    "FOREIGN KEY (credit_account, asset_id, credit_slot) REFERENCES ledger_balances(account_id, asset_id, slot)",
  "constraint ledger_transfers.ledger_transfers_debit_fkey":
    "FOREIGN KEY (debit_account, asset_id, debit_slot) REFERENCES ledger_balances(account_id, asset_id, slot)",
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
  "constraint refresh_tokens.refresh_tokens_pkey":
    "PRIMARY KEY (token_hash)",
  "constraint refresh_tokens.refresh_tokens_session_id_fkey":
    "FOREIGN KEY (session_id) REFERENCES account_sessions(id) ON DELETE CASCADE",
  "constraint refresh_tokens.refresh_tokens_session_id_generation_key":
    "UNIQUE (session_id, generation)",
  "constraint refresh_tokens.refresh_tokens_token_hash_check":
    "CHECK ((octet_length(token_hash) = 32))",
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
    "PRIMARY KEY (id)",
  "constraint users.users_account_fkey":
    "FOREIGN KEY (id, email) REFERENCES accounts(id, login) ON UPDATE CASCADE ON DELETE CASCADE",
  "constraint users.users_email_key":
    "UNIQUE (email)",
  "constraint users.users_pkey":
    "PRIMARY KEY (id)",
  "function add_model_price(p_priced_model_id text, p_price jsonb, p_earlier text[], p_not_before timestamp with time zone, p_implausible jsonb)":
    "TABLE(outcome text, price_id text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_tier text := coalesce(p_price ->> 'service_tier', 'standard');\n  v_day_from time := (p_price ->> 'day_from')::time;\n  v_day_until time := (p_price ->> 'day_until')::time;\n  v_from timestamptz(3) := (p_price ->> 'valid_from')::timestamptz;\n  v_until timestamptz(3) := (p_price ->> 'valid_until')::timestamptz;\n  v_digest text;\n  v_id text;\n  v_start timestamptz(3);\n  v_next timestamptz(3);\n  v_other :schema.model_prices%rowtype;\n  v_stored text[];\nbegin\n  -- Two writers of one model's prices take turns; the constraint against overlaps would stop the second otherwise.\n  perform from :schema.priced_models as m where m.id = p_priced_model_id for update;\n\n  select md5(string_agg(format('%s>%s=%s', r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)), ' '\n    order by r.kind, r.above_tokens))\n  into v_digest\n  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);\n\n  v_stored := array(\n    select p.id\n    from :schema.model_prices as p\n    where p.priced_model_id = p_priced_model_id\n      and p.service_tier = v_tier\n      and p.day_from is not distinct from v_day_from\n      and p.day_until is not distinct from v_day_until\n  );\n\n  v_start := v_from;\n\n  if cardinality(v_stored) > 0 then\n    -- What a table says about the past stands as it was loaded first: costs were computed with it.\n    if v_stored && p_earlier and p_not_before is not null then\n      if v_until <= p_not_before then\n        return query select 'known', null::text;\n        return;\n      end if;\n      v_start := greatest(v_from, p_not_before);\n    end if;\n\n    -- The same rates hold already: at most their end changes.\n    select p.* into v_other\n    from :schema.model_prices as p\n    where p.id = any (v_stored)\n      and p.rates_digest = v_digest\n      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity');\n    if found then\n      if v_until < coalesce(v_other.valid_until, 'infinity') then\n        update :schema.model_prices as p set valid_until = v_until where p.id = v_other.id;\n      end if;\n      return query select 'known', v_other.id;\n      return;\n    end if;\n\n    -- A version that starts at this very moment is replaced, as long as nothing was computed with it.\n    select p.* into v_other\n    from :schema.model_prices as p\n    where p.id = any (v_stored) and p.valid_from is not distinct from v_start;\n    if found then\n      if exists (select from :schema.costs as c where c.price_id = v_other.id) then\n        raise exception using\n          errcode = 'GH409',\n          constraint = 'price_in_use',\n          column = 'validFrom',\n          message = format('Price %s starts at the same moment and costs were computed with it.', v_other.id),\n          hint = 'Let the new price start later; what was computed stays as it was.';\n      end if;\n      delete from :schema.model_prices as p where p.id = v_other.id;\n    end if;\n\n    select min(p.valid_from) into v_next\n    from :schema.model_prices as p\n    where p.id = any (v_stored) and p.valid_from > coalesce(v_start, '-infinity');\n\n    select p.* into v_other\n    from :schema.model_prices as p\n    where p.id = any (v_stored)\n      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity'::timestamptz);\n    if found then\n      -- A table gives what follows next; somebody who enters a single price must not leave a gap.\n      if p_not_before is null and v_until < coalesce(v_other.valid_until, 'infinity') then\n        raise exception using\n          errcode = 'GH409',\n          constraint = 'price_overlap',\n          column = 'validUntil',\n          message = format('Price %s holds beyond the end of the new price, which would leave a gap after it.', v_other.id),\n          hint = 'Set the price that follows first, then this one; or leave validUntil out.';\n      end if;\n      update :schema.model_prices as p set valid_until = v_start where p.id = v_other.id;\n    end if;\n  end if;\n\n  insert into :schema.model_prices as p (\n    priced_model_id, service_tier, day_from, day_until, valid_from, valid_until,\n    rates_digest, accepted_implausible, note\n  )\n  values (\n    p_priced_model_id, v_tier, v_day_from, v_day_until, v_start, least(v_until, v_next),\n    v_digest, p_implausible, p_price ->> 'note'\n  )\n  returning p.id into v_id;\n\n  insert into :schema.model_price_rates (price_id, kind, above_tokens, unit_price)\n  select v_id, r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)\n  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);\n\n  return query select 'inserted', v_id;\nend\n",
  "function check_budgets(p_projects text[])":
    "integer sql v set search_path=its own schema, pg_temp as \n  with fresh as (\n    insert into :schema.budget_alerts (budget_id, period_start, threshold, spent)\n    select s.budget_id, s.period_start, t.threshold, s.spent\n    from :schema.budget_status s cross join unnest(s.thresholds) as t(threshold)\n    where s.project_id = any (p_projects) and s.spent >= t.threshold * s.limit_amount\n    order by 1, 2, 3\n    on conflict do nothing\n    returning *\n  ), told as (\n    select f.*, b.project_id, b.agent_id, b.kind, b.period, b.limit_amount, p.name, p.user_id\n    from fresh f\n    join :schema.budgets b on b.id = f.budget_id\n    join :schema.projects p on p.id = b.project_id\n  ), shown as (\n    insert into :schema.activities (project_id, type, message, metadata)\n    select project_id, 'cost_alert',\n      format('Costs of %s have reached %s %% of the %s budget: %s of %s USD.',\n        name, trim_scale(threshold * 100), period, trim_scale(spent), trim_scale(limit_amount)),\n      jsonb_build_object(\n        'budgetId', budget_id, 'agentId', agent_id, 'kind', kind, 'period', period, 'periodStart', period_start,\n        'threshold', threshold::text, 'limit', trim_scale(limit_amount)::text, 'actual', trim_scale(spent)::text)\n    from told\n    returning 1\n  ), sent as (\n    insert into :schema.outbox (type, subject, audience, payload)\n    select 'budget.alert', budget_id, user_id, jsonb_build_object(\n      'projectId', project_id, 'threshold', threshold::text,\n      'limit', trim_scale(limit_amount)::text, 'actual', trim_scale(spent)::text)\n    from told\n    returning 1\n  )\n  select (select count(*) from shown)::integer + 0 * (select count(*) from sent)::integer;\n",
  "function create_api_key(p_actor_kind text, p_actor_id text, p_request_id text, p_id text, p_account_id text, p_name text, p_prefix text, p_key_hash bytea, p_roles text[], p_ttl_s double precision, p_max_keys integer)":
    "TABLE(id text, name text, prefix text, roles text[], created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, replaced_by text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\nbegin\n  -- The lock makes the count below exact.\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = p_account_id\n  for no key update;\n\n  if not found then\n    raise exception using\n      errcode = 'GH404',\n      constraint = 'account_unknown',\n      message = format('There is no account %s.', p_account_id);\n  end if;\n\n  if not p_roles <@ v_account.roles then\n    raise exception using\n      errcode = 'GH403',\n      constraint = 'roles_not_held',\n      column = 'roles',\n      message = format('Account %s does not have all the roles asked for the key.', p_account_id),\n      hint = 'Ask only for roles of the account; leave roles out to take all of them.';\n  end if;\n\n  v_now := clock_timestamp();\n\n  if p_max_keys <= (\n    select count(*)\n    from :schema.api_keys as k\n    where k.account_id = p_account_id\n      and k.revoked_at is null\n      and (k.expires_at is null or k.expires_at > v_now)\n  ) then\n    raise exception using\n      errcode = 'GH429',\n      constraint = 'too_many_api_keys',\n      message = format('Account %s has %s live API keys, which is the limit.', p_account_id, p_max_keys),\n      hint = 'Revoke one that is not used any more.';\n  end if;\n\n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)\n  values (\n    p_actor_kind,\n    p_actor_id,\n    p_request_id,\n    'api_key.created',\n    p_id,\n    jsonb_build_object('accountId', p_account_id, 'name', p_name, 'roles', coalesce(p_roles, v_account.roles))\n  );\n\n  return query\n  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)\n  values (\n    p_id,\n    p_account_id,\n    p_name,\n    p_prefix,\n    p_key_hash,\n    coalesce(p_roles, v_account.roles),\n    v_now,\n    v_now + make_interval(secs => p_ttl_s)\n  )\n  returning\n    n.id,\n    n.name,\n    n.prefix,\n    n.roles,\n    n.created_at::timestamptz,\n    n.expires_at::timestamptz,\n    n.last_used_at::timestamptz,\n    n.revoked_at::timestamptz,\n    n.replaced_by;\nend\n",
  "function delete_orphan_runner()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  new.torn_down_at := case when old.status = 'pending' then clock_timestamp() else old.torn_down_at end;\n  new.status := 'deleted';\n  return new;\nend\n",
  "function expire_reservations(p_limit integer)":
    "integer sql v set search_path=its own schema, pg_temp as \n  with expired as (\n    update :schema.budget_reservations set state = 'expired', closed_at = clock_timestamp()\n    where id in (\n      select id from :schema.budget_reservations\n      where state = 'open' and expires_at <= clock_timestamp()\n      order by expires_at\n      limit p_limit\n      for update skip locked\n    )\n    returning 1\n  )\n  select count(*)::integer from expired;\n",
  "function find_priced_models(p_provider text, p_model text)":
    "TABLE(priced_model_id text, rank bigint, matched_by text) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\ndeclare\n  v_model text := lower(btrim(coalesce(p_model, '')));\n  v_provider text := :schema.find_provider(p_provider, p_model);\n  v_prefix text := split_part(v_model, '/', 1);\n  v_names text[] := array[v_model];\n  v_providers text[];\nbegin\n  if v_model = '' or v_provider is null then\n    return;\n  end if;\n\n  -- `deepseek/deepseek-chat` and `models/gemini-1.5-pro` are also looked up without what stands in front,\n  -- but `meta-llama/llama-4-scout` only whole: there the front part belongs to the model's name.\n  if v_prefix <> v_model\n    and (v_prefix in ('models', lower(btrim(coalesce(p_provider, '')))) or :schema.find_provider(v_prefix, '') = v_provider)\n  then\n    v_names := v_names || substr(v_model, length(v_prefix) + 2);\n  end if;\n\n  select array[p.id] || p.fallback_providers into v_providers\n  from :schema.model_providers as p\n  where p.id = v_provider;\n\n  return query\n  with found as (\n    select\n      n.priced_model_id,\n      n.provider,\n      -- The whole logged name before the name without its front part; the source's own key before further names.\n      2 * array_position(v_names, n.name) - n.is_key::integer as class,\n      'name ' || n.name as matched_by\n    from :schema.priced_model_names as n\n    where n.provider = any (v_providers)\n      and n.name = any (v_names)\n    union all\n    select r.priced_model_id, r.provider, 10 + name.place::integer, r.operator || ' ' || r.pattern\n    from :schema.priced_model_rules as r\n    cross join unnest(v_names) with ordinality as name (name, place)\n    where r.provider = any (v_providers)\n      and :schema.matches_pattern(name.name, r.operator, r.pattern)\n  ),\n  best as (\n    select distinct on (f.priced_model_id) f.*\n    from found as f\n    order by f.priced_model_id, f.class, f.matched_by\n  )\n  select\n    b.priced_model_id,\n    row_number() over (\n      order by array_position(v_providers, b.provider), m.precedence, b.class, m.position, b.priced_model_id\n    ),\n    b.matched_by\n  from best as b\n  join :schema.priced_models as m on m.id = b.priced_model_id;\nend\n",
  "function find_provider(p_provider text, p_model text)":
    "text plpgsql s set search_path=its own schema, pg_temp as \ndeclare\n  v_provider text := lower(btrim(coalesce(p_provider, '')));\n  v_prefix text;\n  v_found text;\nbegin\n  if v_provider not in ('', 'unknown', 'litellm') then\n    select p.id into v_found from :schema.model_providers as p where p.id = v_provider;\n    if v_found is null then\n      v_found := :schema.find_provider_by_rule('provider', v_provider);\n    end if;\n    return v_found;\n  end if;\n\n  -- No provider was logged: `deepseek/deepseek-chat` names it in front, else the model's name tells.\n  if position('/' in p_model) > 0 then\n    v_prefix := split_part(lower(btrim(p_model)), '/', 1);\n    select p.id into v_found from :schema.model_providers as p where p.id = v_prefix;\n    if v_found is null and v_prefix <> '' then\n      v_found := :schema.find_provider_by_rule('provider', v_prefix);\n    end if;\n  end if;\n  return coalesce(v_found, :schema.find_provider_by_rule('model', lower(btrim(p_model))));\nend\n",
  "function find_provider_by_rule(p_subject text, p_text text)":
    "text plpgsql s set search_path=its own schema, pg_temp as \nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return (\n    select r.provider\n    from :schema.model_provider_rules as r\n    join :schema.model_providers as p on p.id = r.provider\n    where r.subject = p_subject\n      and :schema.matches_pattern(p_text, r.operator, r.pattern)\n    -- An alias spelled out wins over a pattern of whatever provider.\n    order by (r.operator = 'equals') desc, p.position, r.ordinal\n    limit 1\n  );\nend\n",
  "function fold_spend(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_moved integer;\n  v_projects text[];\nbegin\n  with moved as materialized (\n    -- Of two that fold at once the second waits for the first and then finds these rows gone; locking them\n    -- beforehand to step aside would write each row twice.\n    delete from :schema.spend_deltas\n    where id <= (select max(id) from (select id from :schema.spend_deltas order by id limit p_limit) as oldest)\n    returning *\n  ), kept_projects as materialized (\n    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.\n    select id from :schema.projects where id in (select project_id from moved) order by id for key share\n  ), kept_agents as materialized (\n    select id from :schema.agents where id in (select agent_id from moved) order by id for key share\n  ), by_day as (\n    insert into :schema.spend_daily as t\n    select m.project_id, m.day, m.provider, m.model, sum(m.amount), sum(m.calls), sum(m.unpriced_calls),\n      sum(m.input_tokens), sum(m.output_tokens)\n    from moved m join kept_projects p on p.id = m.project_id\n    group by 1, 2, 3, 4\n    order by 1, 2, 3, 4\n    on conflict (project_id, day, provider, model) do update set\n      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,\n      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,\n      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens\n  ), by_agent as (\n    insert into :schema.agent_spend_daily as t\n    select m.agent_id, m.day, min(m.project_id), sum(m.amount), sum(m.calls), sum(m.unpriced_calls),\n      sum(m.input_tokens), sum(m.output_tokens)\n    from moved m join kept_agents a on a.id = m.agent_id\n    group by 1, 2\n    order by 1, 2\n    on conflict (agent_id, day) do update set\n      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,\n      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,\n      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens\n  ), by_project as (\n    insert into :schema.project_spend as t\n    select m.project_id, sum(m.amount), sum(m.calls), sum(m.unpriced_calls),\n      sum(m.input_tokens), sum(m.output_tokens)\n    from moved m join kept_projects p on p.id = m.project_id\n    group by 1\n    order by 1\n    on conflict (project_id) do update set\n      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,\n      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,\n      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens\n  ), told as (\n    -- One event a project and fold: an event for each of ten million calls would help nobody.\n    insert into :schema.outbox (type, subject, audience, payload)\n    select 'spend.changed', p.id, p.user_id, jsonb_build_object(\n      'calls', sum(m.calls), 'amount', trim_scale(sum(m.amount))::text, 'unpricedCalls', sum(m.unpriced_calls))\n    from moved m\n    join kept_projects k on k.id = m.project_id\n    join :schema.projects p on p.id = k.id\n    group by p.id, p.user_id\n  )\n  select count(*)::integer, array_agg(distinct project_id) into v_moved, v_projects from moved;\n  -- Two costs that commit at the same moment do not see each other; here both are seen.\n  if exists (select from :schema.budgets where project_id = any (v_projects)) then\n    perform :schema.check_budgets(v_projects);\n  end if;\n  return v_moved;\nend\n",
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
  "function ledger_decide(p_outcomes text[], p_kinds smallint[], p_holds bigint[], p_links integer[], p_debits bigint[], p_credits bigint[], p_debit_slots smallint[], p_credit_slots smallint[], p_debit_raises boolean[], p_credit_raises boolean[], p_amounts numeric[], p_held numeric[], p_cells bigint[], p_low numeric[], p_high numeric[], p_least numeric[], p_most numeric[], p_wide boolean, OUT outcomes text[], OUT short_of bigint[], OUT available numeric[])":
    "record plpgsql i as \n-- There is no search_path setting: nothing below has a schema, and ledger_post has set one.\ndeclare\n  v_count constant integer := cardinality(p_outcomes);\n  v_account bigint;\n  v_cell integer;\n  v_raises boolean;\n  v_kind smallint;\n  v_low numeric;\n  v_high numeric;\n  -- What the group has done so far, to take it back.\n  v_from integer := 1;\n  v_failed boolean := false;\n  v_known boolean;\n  v_undo_cells integer[] := '{}';\n  v_undo_low numeric[] := '{}';\n  v_undo_high numeric[] := '{}';\n  v_ended bigint[] := '{}';\n  v_ended_before bigint[] := '{}';\nbegin\n  outcomes := p_outcomes;\n  short_of := array_fill(null::bigint, array[v_count]);\n  available := array_fill(null::numeric, array[v_count]);\n  for i in 1 .. v_count loop\n    -- Neighbours with one link number stand or fall together, and were all posted before or none was.\n    if i = 1 or p_links[i] is null or p_links[i] is distinct from p_links[i - 1] then\n      v_from := i;\n      v_failed := false;\n      v_known := null;\n      v_undo_cells := '{}';\n      v_ended_before := v_ended;\n    end if;\n    v_kind := p_kinds[i];\n    if outcomes[i] = 'new' and not v_failed then\n      if v_known is true then\n        outcomes[i] := 'linked';\n      elsif v_kind > 2 and p_holds[i] = any (v_ended) then\n        outcomes[i] := 'hold_ended';\n      else\n        v_known := false;\n        for leg in 1 .. 2 loop\n          v_account := case leg when 1 then p_debits[i] else p_credits[i] end;\n          v_raises := case leg when 1 then p_debit_raises[i] else p_credit_raises[i] end;\n          v_cell := array_position(p_cells, v_account * 64\n            + case when p_wide then 0 when leg = 1 then p_debit_slots[i] else p_credit_slots[i] end);\n          -- Of a hold only the side it takes from, or will raise.\n          if v_raises then\n            v_low := case when v_kind in (1, 3) then p_amounts[i] else 0 end;\n            v_high := case v_kind when 3 then p_amounts[i] - p_held[i] when 4 then -p_held[i] when 5 then -p_held[i]\n              else p_amounts[i] end;\n          else\n            v_low := case v_kind when 3 then p_held[i] - p_amounts[i] when 4 then p_held[i] when 5 then p_held[i]\n              else -p_amounts[i] end;\n            v_high := case when v_kind in (1, 3) then -p_amounts[i] else 0 end;\n          end if;\n          if v_low < 0 and p_low[v_cell] + v_low < p_least[v_cell] then\n            outcomes[i] := 'insufficient';\n            available[i] := p_low[v_cell] - p_least[v_cell];\n          elsif v_high > 0 and p_high[v_cell] + v_high > p_most[v_cell] then\n            outcomes[i] := 'limit';\n            available[i] := p_most[v_cell] - p_high[v_cell];\n          end if;\n          if outcomes[i] <> 'new' then\n            short_of[i] := v_account;\n            exit;\n          end if;\n          p_low[v_cell] := p_low[v_cell] + v_low;\n          p_high[v_cell] := p_high[v_cell] + v_high;\n          v_undo_cells := v_undo_cells || v_cell;\n          v_undo_low[cardinality(v_undo_cells)] := v_low;\n          v_undo_high[cardinality(v_undo_cells)] := v_high;\n        end loop;\n        if v_kind > 2 then v_ended := v_ended || p_holds[i]; end if;\n      end if;\n    elsif outcomes[i] = 'exists' and not v_failed then\n      if v_known is false then\n        outcomes[i] := 'linked';\n      else\n        v_known := true;\n      end if;\n    end if;\n    if v_failed then\n      outcomes[i] := case when outcomes[i] = 'new' then 'linked' else outcomes[i] end;\n    elsif outcomes[i] not in ('new', 'exists', 'repeat') then\n      v_failed := true;\n      for k in 1 .. cardinality(v_undo_cells) loop\n        p_low[v_undo_cells[k]] := p_low[v_undo_cells[k]] - v_undo_low[k];\n        p_high[v_undo_cells[k]] := p_high[v_undo_cells[k]] - v_undo_high[k];\n      end loop;\n      v_ended := v_ended_before;\n      for k in v_from .. i - 1 loop\n        outcomes[k] := case when outcomes[k] = 'new' then 'linked' else outcomes[k] end;\n      end loop;\n    end if;\n  end loop;\nend\n",
  "function ledger_key(p_key text)":
    "uuid sql i set search_path=its own schema, pg_temp as \n  select encode(substring(sha256(convert_to(p_key, 'UTF8')) from 1 for 16), 'hex')::uuid;\n",
  "function ledger_level_slots(p_accounts bigint[])":
    "void sql v set search_path=its own schema, pg_temp as \n  with own as (\n    select b.account_id, b.slot,\n      case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits\n        else b.credits - b.debits - b.held_debits end as free\n    from :schema.ledger_balances b\n    join :schema.ledger_accounts a on a.id = b.account_id\n    where b.account_id = any (p_accounts) and a.slots > 1\n  ), shared as (\n    select account_id, slot, free, sum(free) over whole as total, count(*) over whole as slots,\n      div(sum(free) over whole, count(*) over whole)\n        - case when mod(sum(free) over whole, count(*) over whole) < 0 then 1 else 0 end as part\n    from own\n    window whole as (partition by account_id)\n  )\n  update :schema.ledger_balances b\n  -- The rest goes one by one, so that no two parts differ by more than the smallest unit.\n  set shift = s.part + case when s.slot < s.total - s.slots * s.part then 1 else 0 end - s.free\n  from shared s\n  where b.account_id = s.account_id and b.slot = s.slot;\n",
  "function ledger_open_accounts(p_codes text[], p_assets text[], p_sides text[], p_mins numeric[], p_maxs numeric[], p_slots smallint[], p_metadata jsonb[])":
    "TABLE(place integer, outcome text, id bigint) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\nbegin\n  with input as (\n    select t.*, s.id as asset_id, t.least * s.factor as min_balance, t.most * s.factor as max_balance\n    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs, p_slots, p_metadata)\n      with ordinality as t(code, asset, side, least, most, slots, metadata, place)\n    join :schema.ledger_assets s on s.code = t.asset\n  ), made as (\n    insert into :schema.ledger_accounts (code, asset_id, normal_side, min_balance, max_balance, slots, metadata)\n    select code, asset_id, side, min_balance, max_balance, slots, metadata from input\n    order by place\n    on conflict (code) do nothing\n    returning id, asset_id, slots\n  )\n  insert into :schema.ledger_balances (account_id, asset_id, slot)\n  select m.id, m.asset_id, s.slot from made m cross join lateral generate_series(0, m.slots - 1) as s(slot);\n  return query\n    select t.place::integer,\n      case\n        when s.id is null then 'asset_unknown'\n        when a.asset_id = s.id and a.normal_side = t.side\n          and a.min_balance is not distinct from t.least * s.factor\n          and a.max_balance is not distinct from t.most * s.factor\n        then 'open'\n        else 'different'\n      end,\n      a.id\n    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs)\n      with ordinality as t(code, asset, side, least, most, place)\n    left join :schema.ledger_assets s on s.code = t.asset\n    left join :schema.ledger_accounts a on a.code = t.code\n    order by t.place;\nend\n",
  "function ledger_post(p_keys text[], p_kinds smallint[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_holds bigint[], p_hold_s integer[], p_links integer[], p_references text[], p_metadata jsonb[], p_wide boolean)":
    "TABLE(place integer, outcome text, id bigint, at timestamp with time zone, account_id bigint, available numeric) plpgsql v set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off as \n#variable_conflict use_column\ndeclare\n  v_count constant integer := coalesce(cardinality(p_keys), 0);\n  v_seed constant integer := floor(random() * 1000000);\n  v_at timestamptz;\n  -- By place in the call.\n  v_outcomes text[];\n  v_ids bigint[];\n  v_ats timestamptz[];\n  v_firsts integer[];\n  v_keys uuid[];\n  v_debits bigint[];\n  v_credits bigint[];\n  v_assets smallint[];\n  v_debit_slots smallint[];\n  v_credit_slots smallint[];\n  v_amounts numeric[];\n  v_held numeric[];\n  v_debit_raises boolean[];\n  v_credit_raises boolean[];\n  v_short bigint[];\n  v_left numeric[];\n  -- By cell, which is a slot of an account, or a whole account when wide: what it may still spend (low) and what it\n  -- may come to (high), with the limits of both.\n  v_cells bigint[];\n  v_low numeric[];\n  v_high numeric[];\n  v_least numeric[];\n  v_most numeric[];\n  v_new_ids bigint[];\n  v_next integer := 0;\nbegin\n  -- Balances are locked in the order of ids, always: callers then wait in a line and not in a circle.\n  with wanted as (\n    select a.id, s.slot::smallint as slot\n    from (select unnest(p_debits) union select unnest(p_credits)) as named(id)\n    cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a\n    cross join lateral generate_series(\n      case when p_wide then 0 else v_seed % a.slots end, case when p_wide then a.slots - 1 else v_seed % a.slots end\n    ) as s(slot)\n    union\n    select h.debit_account, h.debit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)\n    union\n    select h.credit_account, h.credit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)\n  ), locked as (\n    select w.id * 64 + case when p_wide then 0 else w.slot end as cell, b.last_at,\n      case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits\n        else b.credits - b.debits - b.held_debits end + b.shift as low,\n      case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits\n        else b.credits - b.debits + b.held_credits end + b.shift as high,\n      case when p_wide then a.min_balance else ceil(a.min_balance / a.slots) end as least,\n      case when p_wide then a.max_balance else floor(a.max_balance / a.slots) end as most\n    from (select w.id, w.slot from wanted w order by w.id, w.slot) as w\n    cross join lateral (select * from :schema.ledger_accounts a where a.id = w.id limit 1) as a\n    cross join lateral (\n      select * from :schema.ledger_balances b\n      where b.account_id = w.id and b.asset_id = a.asset_id and b.slot = w.slot\n      for no key update\n    ) as b\n  )\n  select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.least), array_agg(c.most), max(c.last_at)\n  into v_cells, v_low, v_high, v_least, v_most, v_at\n  from (\n    select cell, sum(low) as low, sum(high) as high, min(least) as least, min(most) as most, max(last_at) as last_at\n    from locked group by cell\n  ) as c;\n  -- After the locks: who posts to one of these accounts later is later in time as well, whatever the clock does.\n  v_at := greatest(clock_timestamp(), v_at + interval '1 microsecond');\n\n  with valued as materialized (\n    select t.*, h.hold_id as open_hold, h.amount as held, h.expires_at,\n      d.id as debit_id, c.id as credit_id, d.asset_id, c.asset_id as credit_asset,\n      coalesce(d.closed_at, c.closed_at) is not null as closed,\n      coalesce(h.debit_slot, v_seed % d.slots)::smallint as debit_slot,\n      coalesce(h.credit_slot, v_seed % c.slots)::smallint as credit_slot,\n      d.normal_side = 'debit' as debit_raises, c.normal_side = 'credit' as credit_raises,\n      case when t.kind < 3 or t.given is not null then t.given * s.factor else h.amount end as amount,\n      first_value(t.place) over (partition by t.digest order by t.place) as first_place\n    from (\n      select u.*, encode(substring(sha256(convert_to(u.key, 'UTF8')) from 1 for 16), 'hex')::uuid as digest\n      from unnest(p_keys, p_kinds, p_debits, p_credits, p_amounts, p_holds, p_hold_s, p_references, p_metadata)\n        with ordinality as u(key, kind, debit, credit, given, hold, hold_s, reference, metadata, place)\n    ) as t\n    left join lateral (select * from :schema.ledger_holds h where h.hold_id = t.hold limit 1) as h on true\n    left join lateral (\n      select * from :schema.ledger_accounts d where d.id = coalesce(h.debit_account, t.debit) limit 1) as d on true\n    left join lateral (\n      select * from :schema.ledger_accounts c where c.id = coalesce(h.credit_account, t.credit) limit 1) as c on true\n    left join lateral (select * from :schema.ledger_assets s where s.id = d.asset_id limit 1) as s on true\n  ), judged as (\n    select v.*, e.id as known_id, e.at as known_at,\n      case\n        when e.id is not null then case\n          when e.kind = v.kind and e.hold_id is not distinct from v.hold\n            and (v.kind > 2 or (e.debit_account = v.debit and e.credit_account = v.credit))\n            and (v.given is null or v.given = e.amount * (select unit from :schema.ledger_assets k where k.id = e.asset_id))\n            and e.expires_at is not distinct from e.at + make_interval(secs => v.hold_s)\n            and e.reference is not distinct from v.reference and e.metadata is not distinct from v.metadata\n          then 'exists' else 'key_reused' end\n        when v.first_place < v.place then case\n          when (v.kind, v.debit, v.credit, v.given, v.hold, v.hold_s, v.reference, v.metadata) is not distinct from\n            (p_kinds[v.first_place], p_debits[v.first_place], p_credits[v.first_place], p_amounts[v.first_place],\n              p_holds[v.first_place], p_hold_s[v.first_place], p_references[v.first_place], p_metadata[v.first_place])\n          then 'repeat' else 'key_reused' end\n        when v.kind > 2 and v.open_hold is null then case\n          when exists (select from :schema.ledger_transfers t where t.id = v.hold and t.kind = 2)\n          then 'hold_ended' else 'hold_unknown' end\n        when v.kind = 3 and v.expires_at <= v_at then 'hold_expired'\n        when v.kind = 5 and (v.expires_at is null or v.expires_at > v_at) then 'hold_not_expired'\n        when v.debit_id is null then 'debit_unknown'\n        when v.credit_id is null then 'credit_unknown'\n        when v.debit_id = v.credit_id then 'same_account'\n        when v.asset_id <> v.credit_asset then 'asset_mismatch'\n        when v.closed and v.kind < 3 then 'account_closed'\n        when v.amount is null or not (v.amount > 0 and v.amount < 'infinity') then 'amount_invalid'\n        when v.amount <> trunc(v.amount) then 'amount_too_fine'\n        when v.amount >= 1e60 then 'amount_too_large'\n        when v.kind > 2 and v.amount > v.held then 'amount_exceeds_hold'\n        else 'new'\n      end as judgement\n    from valued v\n    left join lateral (select * from :schema.ledger_transfers e where e.key = v.digest limit 1) as e on true\n  )\n  select array_agg(judgement order by place), array_agg(known_id order by place), array_agg(known_at order by place),\n    array_agg(first_place::integer order by place), array_agg(digest order by place), array_agg(debit_id order by place),\n    array_agg(credit_id order by place), array_agg(asset_id order by place), array_agg(debit_slot order by place),\n    array_agg(credit_slot order by place), array_agg(amount order by place), array_agg(held order by place),\n    array_agg(debit_raises order by place), array_agg(credit_raises order by place)\n  into v_outcomes, v_ids, v_ats, v_firsts, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots,\n    v_amounts, v_held, v_debit_raises, v_credit_raises\n  from judged;\n\n  select d.outcomes, d.short_of, d.available into v_outcomes, v_short, v_left\n  from :schema.ledger_decide(\n    v_outcomes, p_kinds, p_holds, p_links, v_debits, v_credits, v_debit_slots, v_credit_slots, v_debit_raises,\n    v_credit_raises, v_amounts, v_held, v_cells, v_low, v_high, v_least, v_most, p_wide) as d;\n  -- Other slots of the account may have what this one lacks; only who holds them all can tell.\n  if not p_wide and exists (select from :schema.ledger_accounts a where a.id = any (v_short) and a.slots > 1) then\n    raise exception 'A slot has too little left.'\n      using errcode = 'GH409', constraint = 'ledger_slot_short', hint = 'Call again with p_wide true.';\n  end if;\n  if 'new' = any (v_outcomes) then\n    v_new_ids := :schema.ledger_record(\n      v_at, v_outcomes, p_kinds, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots, v_amounts,\n      v_held, p_holds, p_hold_s, p_references, p_metadata);\n    if p_wide then\n      perform :schema.ledger_level_slots(v_debits || v_credits);\n    end if;\n    for i in 1 .. v_count loop\n      if v_outcomes[i] = 'new' then\n        v_next := v_next + 1;\n        v_outcomes[i] := 'posted';\n        v_ids[i] := v_new_ids[v_next];\n        v_ats[i] := v_at;\n      end if;\n    end loop;\n  end if;\n  return query\n    select t.place::integer,\n      case when t.outcome <> 'repeat' then t.outcome when v_outcomes[t.first] = 'posted' then 'exists'\n        else v_outcomes[t.first] end,\n      case when t.outcome = 'repeat' then v_ids[t.first] else t.id end,\n      case when t.outcome = 'repeat' then v_ats[t.first] else t.at end,\n      t.short_of, t.available * s.unit\n    from unnest(v_outcomes, v_ids, v_ats, v_firsts, v_short, v_left)\n      with ordinality as t(outcome, id, at, first, short_of, available, place)\n    left join :schema.ledger_accounts a on a.id = t.short_of\n    left join :schema.ledger_assets s on s.id = a.asset_id\n    order by t.place;\nend\n",
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
    "text sql v set search_path=its own schema, pg_temp as \n  select p_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', part.digit + 1, 1), '' order by part.place)\n  from (\n    select place,\n      case when place <= 10\n        then (((extract(epoch from clock_timestamp()) * 1000)::bigint >> (5 * (10 - place))) & 31)::integer\n        else get_byte(uuid_send(gen_random_uuid()), 0) & 31\n      end as digit\n    from generate_series(1, 26) as place\n  ) as part;\n",
  "function open_account_session(p_account_id text, p_session_id text, p_token_hash bytea, p_verified_hash text, p_better_hash text, p_ttl_s double precision, p_max_sessions integer, p_own_key boolean)":
    "TABLE(id text, kind text, login text, roles text[], disabled_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, kid text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\n  v_expires_at timestamptz(3);\nbegin\n  -- The lock orders sign-ins of one account among themselves and against a change of its password:\n  -- a password that was verified before the change does not open a session after it.\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = p_account_id\n    and a.disabled_at is null\n    and (p_verified_hash is null or a.password_hash = p_verified_hash)\n  for no key update;\n\n  if not found then\n    return;\n  end if;\n\n  v_now := clock_timestamp();\n  v_expires_at := v_now + make_interval(secs => p_ttl_s);\n\n  if p_better_hash is not null then\n    update :schema.accounts as a\n    set password_hash = p_better_hash\n    where a.id = p_account_id;\n  end if;\n\n  insert into :schema.account_sessions (id, account_id, epoch, created_at, refreshed_at, expires_at)\n  values (p_session_id, p_account_id, v_account.session_epoch, v_now, v_now, v_expires_at);\n\n  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)\n  values (p_token_hash, p_session_id, 1, v_now);\n\n  update :schema.account_sessions as s\n  set revoked_at = v_now,\n      revoked_reason = 'too_many'\n  where s.id in (\n    select o.id\n    from :schema.account_sessions as o\n    where o.account_id = p_account_id\n      and o.epoch = v_account.session_epoch\n      and o.revoked_at is null\n      and o.expires_at > v_now\n      and o.id <> p_session_id\n    order by o.created_at desc, o.id desc\n    offset p_max_sessions - 1\n  );\n\n  return query\n  select\n    v_account.id,\n    v_account.kind,\n    v_account.login,\n    v_account.roles,\n    v_account.disabled_at::timestamptz,\n    v_account.created_at::timestamptz,\n    v_account.updated_at::timestamptz,\n    v_now::timestamptz,\n    v_expires_at::timestamptz,\n    case when p_own_key then :schema.signing_key() end;\nend\n",
  "function project_summary(p_project_id text)":
    "TABLE(progress integer, agent_count integer, total_cost numeric, unpriced_calls integer, last_activity timestamp with time zone) sql s set search_path=its own schema, pg_temp as \n  select\n    coalesce(round(100.0 * a.completed / nullif(a.runs, 0)), 0)::integer,\n    a.runs::integer,\n    coalesce(s.amount, 0),\n    coalesce(s.unpriced_calls, 0)::integer,\n    (select max(v.\"timestamp\") from :schema.activities v where v.project_id = p_project_id)::timestamptz(3)\n  from (\n    select count(*) as runs, count(*) filter (where status = 'completed') as completed\n    from :schema.agents where project_id = p_project_id\n  ) as a\n  left join :schema.total_spend s on s.project_id = p_project_id;\n",
  "function prune_idempotency_keys(p_keep interval, p_limit integer)":
    "integer sql v set search_path=its own schema, pg_temp as \n  with gone as (\n    delete from :schema.idempotency_keys\n    where (account, key) in (\n      select account, key from :schema.idempotency_keys\n      where created_at < clock_timestamp() - p_keep\n      order by created_at\n      limit p_limit\n      for update skip locked\n    )\n    returning 1\n  )\n  select count(*)::integer from gone;\n",
  "function purge_accounts(p_limit integer)":
    "integer plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_sessions integer;\n  v_keys integer;\nbegin\n  delete from :schema.account_sessions as s\n  where s.id in (\n    select o.id\n    from :schema.account_sessions as o\n    where o.expires_at < now() - interval '1 day'\n    order by o.expires_at\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_sessions = row_count;\n\n  -- Ninety days: long enough to look up in a report which key was used.\n  delete from :schema.api_keys as k\n  where k.id in (\n    select o.id\n    from :schema.api_keys as o\n    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'\n    limit p_limit\n    for update skip locked\n  );\n  get diagnostics v_keys = row_count;\n\n  delete from :schema.auth_secrets as s\n  where s.verify_until < now() - interval '1 day';\n\n  return greatest(v_sessions, v_keys);\nend\n",
  "function put_priced_model(p_source text, p_precedence smallint, p_model jsonb)":
    "text plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_id text;\n  v_provider text := p_model ->> 'provider';\n  v_key text := lower(p_model ->> 'model');\nbegin\n  insert into :schema.priced_models as m (source, precedence, provider, model, position)\n  values (\n    p_source, p_precedence, v_provider, p_model ->> 'model',\n    coalesce((p_model ->> 'position')::integer, 0)\n  )\n  on conflict (source, provider, model) do update\n    set precedence = excluded.precedence, position = excluded.position\n    where (m.precedence, m.position) <> (excluded.precedence, excluded.position)\n  returning m.id into v_id;\n\n  if v_id is null then\n    select m.id into v_id\n    from :schema.priced_models as m\n    where m.source = p_source and m.provider = v_provider and m.model = p_model ->> 'model';\n  end if;\n\n  delete from :schema.priced_model_names as n\n  where n.priced_model_id = v_id\n    and n.name <> v_key\n    and not coalesce(p_model -> 'names', '[]') ? n.name;\n\n  insert into :schema.priced_model_names (provider, name, priced_model_id, is_key)\n  select v_provider, name.name, v_id, name.name = v_key\n  from (\n    select v_key as name\n    union\n    select lower(listed.name) from jsonb_array_elements_text(coalesce(p_model -> 'names', '[]')) as listed (name)\n  ) as name\n  on conflict do nothing;\n\n  delete from :schema.priced_model_rules as r where r.priced_model_id = v_id;\n\n  insert into :schema.priced_model_rules (priced_model_id, ordinal, provider, operator, pattern)\n  select v_id, rule.ordinal, v_provider, rule.value ->> 'operator',\n    case when rule.value ->> 'operator' = 'regex' then rule.value ->> 'pattern' else lower(rule.value ->> 'pattern') end\n  from jsonb_array_elements(coalesce(p_model -> 'rules', '[]')) with ordinality as rule (value, ordinal);\n\n  return v_id;\nend\n",
  "function quote_usage(p_provider text, p_model text, p_at timestamp with time zone, p_usage jsonb, p_service_tier text)":
    "TABLE(price_id text, amount numeric, unpriced_kinds text[], reason text) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  select q.price_id, q.amount, q.unpriced_kinds, q.reason\n  from :schema.quote_usages(array[p_provider], array[p_model], array[p_at], array[p_usage], array[p_service_tier]) as q;\nend\n",
  "function quote_usage_lines(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "TABLE(ordinal bigint, price_id text, reason text, kind text, quantity numeric, unit_price numeric, priced_as text, above_tokens bigint, amount numeric) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  with call as materialized (\n    select\n      c.ordinal,\n      coalesce(c.provider, '') as provider,\n      coalesce(c.model, '') as model,\n      c.at,\n      (c.at at time zone 'UTC')::time as day_time,\n      coalesce(nullif(c.service_tier, ''), 'standard') as service_tier,\n      coalesce(c.usage, '{}') as usage\n    from unnest(p_providers, p_models, p_ats, p_usages, p_service_tiers)\n      with ordinality as c (provider, model, at, usage, service_tier, ordinal)\n  ),\n  -- A statement prices thousands of calls of a few models: names are matched once per distinct name.\n  candidate as materialized (\n    select n.provider, n.model, f.priced_model_id, f.rank\n    from (select distinct c.provider, c.model from call as c) as n\n    cross join lateral :schema.find_priced_models(n.provider, n.model) as f\n  ),\n  priced as materialized (\n    select distinct on (c.ordinal) c.ordinal, k.rank, p.id as price_id\n    from call as c\n    join candidate as k on k.provider = c.provider and k.model = c.model\n    left join :schema.model_prices as p\n      on p.priced_model_id = k.priced_model_id\n      and p.service_tier = c.service_tier\n      and (p.valid_from is null or p.valid_from <= c.at)\n      and (p.valid_until is null or c.at < p.valid_until)\n      and (p.day_from is null or (p.day_from <= c.day_time and c.day_time < p.day_until))\n    order by c.ordinal, p.id is null, k.rank, p.day_from nulls last\n  ),\n  entry as materialized (\n    select c.ordinal, e.key as kind, q.quantity\n    from call as c\n    cross join lateral jsonb_each_text(c.usage) as e\n    -- Anything that is no plain quantity stays null: it can be shown and flagged, but not priced.\n    cross join lateral (\n      select case when e.value ~ '^[0-9]{1,30}(\\.[0-9]{1,30})?$' then e.value::numeric end as quantity\n    ) as q\n    union all\n    -- A price per request holds for a call that does not say how many requests it was.\n    select p.ordinal, 'requests', 1\n    from priced as p\n    join call as c on c.ordinal = p.ordinal\n    where not c.usage ? 'requests'\n      and exists (\n        select from :schema.model_price_rates as r where r.price_id = p.price_id and r.kind = 'requests'\n      )\n  ),\n  context as (\n    select e.ordinal, sum(e.quantity) as tokens\n    from entry as e\n    join :schema.usage_kinds as k on k.kind = e.kind\n    where k.side = 'input' and k.unit = 'token'\n    group by e.ordinal\n  )\n  select\n    c.ordinal,\n    p.price_id,\n    case\n      when p.ordinal is null then 'unknown_model'\n      when p.price_id is null then 'no_price_then'\n      -- A quantity that is none must not vanish from the sum either.\n      when e.kind is not null\n        and (\n          e.quantity is null\n          or (e.quantity <> 0 and rate.unit_price is null and not coalesce(k.optional, false))\n        ) then 'unpriced_kind'\n    end,\n    e.kind,\n    e.quantity,\n    rate.unit_price,\n    rate.kind,\n    rate.above_tokens,\n    e.quantity * rate.unit_price\n  from call as c\n  left join priced as p on p.ordinal = c.ordinal\n  left join entry as e on e.ordinal = c.ordinal\n  left join :schema.usage_kinds as k on k.kind = e.kind\n  left join context as x on x.ordinal = c.ordinal\n  left join lateral (\n    select r.unit_price, r.kind, r.above_tokens\n    from :schema.model_price_rates as r\n    where r.price_id = p.price_id\n      and r.kind in (e.kind, k.priced_as)\n      and (r.above_tokens = 0 or r.above_tokens < x.tokens)\n    order by (r.kind = e.kind) desc, r.above_tokens desc\n    limit 1\n  ) as rate on true;\nend\n",
  "function quote_usages(p_providers text[], p_models text[], p_ats timestamp with time zone[], p_usages jsonb[], p_service_tiers text[])":
    "TABLE(ordinal bigint, price_id text, amount numeric, unpriced_kinds text[], reason text) plpgsql s set search_path=its own schema, pg_temp, plan_cache_mode=force_generic_plan, jit=off as \n#variable_conflict use_column\nbegin\n  -- plpgsql, because it keeps its plan from call to call.\n  return query\n  select\n    l.ordinal,\n    min(l.price_id),\n    case when count(l.reason) = 0 then trim_scale(coalesce(sum(l.amount), 0)) end,\n    array_agg(l.kind order by l.kind)\n      filter (where l.reason is not null and l.kind is not null and l.quantity is distinct from 0),\n    min(l.reason)\n  from :schema.quote_usage_lines(p_providers, p_models, p_ats, p_usages, p_service_tiers) as l\n  group by l.ordinal;\nend\n",
  "function rebase_outbox()":
    "integer sql v set search_path=its own schema, pg_temp as \n  with moved as (\n    update :schema.outbox set xid = '3'::xid8\n    where exists (select from :schema.outbox where xid > pg_current_xact_id())\n    returning 1\n  )\n  select count(*)::integer from moved;\n",
  "function rebuild_spend()":
    "bigint plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_projects bigint;\nbegin\n  -- In the order of a deletion: it comes to the costs with projects and runs locked, and would wait for us for ever.\n  perform from :schema.projects order by id for key share;\n  perform from :schema.agents order by id for key share;\n  -- Whoever writes or folds waits: what came in between would be counted twice, or not at all.\n  lock table :schema.costs, :schema.spend_deltas, :schema.spend_daily, :schema.agent_spend_daily, :schema.project_spend\n    in share row exclusive mode;\n  delete from :schema.spend_deltas;\n  delete from :schema.spend_daily;\n  delete from :schema.agent_spend_daily;\n  delete from :schema.project_spend;\n  insert into :schema.spend_daily\n    (project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n  select project_id, (\"timestamp\" at time zone 'UTC')::date, provider, model,\n    coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),\n    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)\n  from :schema.costs\n  group by 1, 2, 3, 4;\n  insert into :schema.agent_spend_daily\n    (agent_id, day, project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)\n  select agent_id, (\"timestamp\" at time zone 'UTC')::date, min(project_id),\n    coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),\n    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)\n  from :schema.costs\n  where agent_id is not null\n  group by 1, 2;\n  insert into :schema.project_spend (project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)\n  select project_id, sum(amount), sum(calls), sum(unpriced_calls), sum(input_tokens), sum(output_tokens)\n  from :schema.spend_daily\n  group by 1;\n  get diagnostics v_projects = row_count;\n  return v_projects;\nend\n",
  "function record_change(p_actor_kind text, p_actor_id text, p_request_id text, p_action text, p_subject text, p_audience text, p_before jsonb, p_after jsonb)":
    "boolean sql v set search_path=its own schema, pg_temp as \n  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)\n  values (p_actor_kind, p_actor_id, p_request_id, p_action, p_subject, p_before, p_after);\n  insert into :schema.outbox (type, subject, audience, payload)\n  values (p_action, p_subject, p_audience, coalesce(p_after, p_before, '{}'));\n  select true;\n",
  "function record_spend()":
    "trigger plpgsql v as \n-- There is no search_path setting: every name below says its schema, and the setting would cost each cost a fiftieth.\ndeclare\n  v_projects text[];\n  v_budgeted boolean;\nbegin\n  -- One delta a group, whatever the statement's size. A project that is being deleted takes its rollups with it,\n  -- so its costs leave no delta.\n  if tg_op = 'INSERT' then\n    -- A single cost is the hot path: one statement, no grouping, and a probe by key for budgets.\n    insert into :schema.spend_deltas\n      (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n    select project_id, agent_id, (\"timestamp\" at time zone 'UTC')::date, provider, model,\n      coalesce(amount, 0), 1, case when amount is null then 1 else 0 end,\n      coalesce(input_tokens, 0), coalesce(output_tokens, 0)\n    from new_costs\n    where (select count(*) from new_costs) = 1\n    returning array[project_id], exists (select from :schema.budgets b where b.project_id = spend_deltas.project_id)\n    into v_projects, v_budgeted;\n    if found and not v_budgeted then\n      return null;\n    end if;\n    if v_projects is null then\n      insert into :schema.spend_deltas\n        (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n      select project_id, agent_id, (\"timestamp\" at time zone 'UTC')::date, provider, model,\n        coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),\n        coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)\n      from new_costs\n      group by 1, 2, 3, 4, 5;\n      v_projects := array(select distinct project_id from new_costs);\n    end if;\n  elsif tg_op = 'DELETE' then\n    insert into :schema.spend_deltas\n      (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n    select o.project_id, a.id, (o.\"timestamp\" at time zone 'UTC')::date, o.provider, o.model,\n      -coalesce(sum(o.amount), 0), -count(*), -count(*) filter (where o.amount is null),\n      -coalesce(sum(o.input_tokens), 0), -coalesce(sum(o.output_tokens), 0)\n    from old_costs o\n    join :schema.projects p on p.id = o.project_id\n    left join :schema.agents a on a.id = o.agent_id\n    group by 1, 2, 3, 4, 5;\n    return null;\n  else\n    with changed as (\n      insert into :schema.spend_deltas\n        (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)\n      select c.project_id, a.id, (c.\"timestamp\" at time zone 'UTC')::date, c.provider, c.model,\n        coalesce(sum(c.sign * c.amount), 0), sum(c.sign), coalesce(sum(c.sign) filter (where c.amount is null), 0),\n        coalesce(sum(c.sign * c.input_tokens), 0), coalesce(sum(c.sign * c.output_tokens), 0)\n      from (select -1 as sign, o.* from old_costs o union all select 1, n.* from new_costs n) as c\n      join :schema.projects p on p.id = c.project_id\n      left join :schema.agents a on a.id = c.agent_id\n      group by 1, 2, 3, 4, 5\n      having coalesce(sum(c.sign * c.amount), 0) <> 0 or sum(c.sign) <> 0\n        or coalesce(sum(c.sign) filter (where c.amount is null), 0) <> 0\n        or coalesce(sum(c.sign * c.input_tokens), 0) <> 0 or coalesce(sum(c.sign * c.output_tokens), 0) <> 0\n      returning project_id\n    )\n    select array_agg(distinct project_id) into v_projects from changed;\n  end if;\n  if exists (select from :schema.budgets where project_id = any (v_projects)) then\n    perform :schema.check_budgets(v_projects);\n  end if;\n  return null;\nend\n",
  "function refresh_account_session(p_token_hash bytea, p_new_hash bytea, p_ttl_s double precision, p_max_age_s double precision, p_grace_s double precision, p_own_key boolean)":
    "TABLE(outcome text, session_id text, id text, kind text, login text, roles text[], disabled_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, kid text) plpgsql v set search_path=its own schema, pg_temp as \n#variable_conflict use_column\ndeclare\n  v_token :schema.refresh_tokens%rowtype;\n  v_session :schema.account_sessions%rowtype;\n  v_account :schema.accounts%rowtype;\n  v_now timestamptz(3);\n  v_expires_at timestamptz(3);\nbegin\n  select t.* into v_token\n  from :schema.refresh_tokens as t\n  where t.token_hash = p_token_hash;\n\n  -- Callers with the same token queue up here; each then sees what the one before it did.\n  select s.* into v_session\n  from :schema.account_sessions as s\n  where s.id = v_token.session_id\n  for no key update;\n\n  v_now := clock_timestamp();\n\n  select a.* into v_account\n  from :schema.accounts as a\n  where a.id = v_session.account_id\n    and a.disabled_at is null\n    and a.session_epoch = v_session.epoch;\n\n  if v_account.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now then\n    outcome := 'invalid';\n    return next;\n    return;\n  end if;\n\n  if v_token.generation < v_session.generation then\n    -- Two tabs of one browser refresh at once: the slower one gets nothing, and nobody is signed out for it.\n    if v_token.generation = v_session.generation - 1\n      and v_now < v_session.refreshed_at + make_interval(secs => p_grace_s)\n    then\n      outcome := 'superseded';\n      return next;\n      return;\n    end if;\n\n    update :schema.account_sessions as s\n    set revoked_at = v_now,\n        revoked_reason = 'token_reused'\n    where s.id = v_session.id;\n\n    insert into :schema.audit_log (actor_kind, action, subject, after)\n    values ('system', 'account.token_reused', v_account.id, jsonb_build_object('sessionId', v_session.id));\n\n    outcome := 'reused';\n    return next;\n    return;\n  end if;\n\n  v_expires_at := least(\n    v_now + make_interval(secs => p_ttl_s),\n    v_session.created_at + make_interval(secs => p_max_age_s)\n  );\n\n  if v_expires_at <= v_now then\n    outcome := 'invalid';\n    return next;\n    return;\n  end if;\n\n  update :schema.account_sessions as s\n  set generation = s.generation + 1,\n      refreshed_at = v_now,\n      expires_at = v_expires_at\n  where s.id = v_session.id;\n\n  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)\n  values (p_new_hash, v_session.id, v_session.generation + 1, v_now);\n\n  return query\n  select\n    'refreshed',\n    v_session.id,\n    v_account.id,\n    v_account.kind,\n    v_account.login,\n    v_account.roles,\n    v_account.disabled_at::timestamptz,\n    v_account.created_at::timestamptz,\n    v_account.updated_at::timestamptz,\n    v_now::timestamptz,\n    v_expires_at::timestamptz,\n    case when p_own_key then :schema.signing_key() end;\nend\n",
  "function refuse_change()":
    "trigger plpgsql v set search_path=its own schema, pg_temp as \nbegin\n  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)\n    using errcode = 'GH403', constraint = 'append_only',\n      hint = 'Add a new row that corrects the old one.';\nend\n",
  "function reprice_costs(p_project_id text, p_after text, p_limit integer)":
    "TABLE(last_id text, examined bigint, priced bigint) sql v set search_path=its own schema, pg_temp as \n  with batch as materialized (\n    select c.id, c.provider, c.model, c.\"timestamp\" as at, c.service_tier,\n      coalesce(\n        c.usage,\n        jsonb_strip_nulls(jsonb_build_object('input', c.input_tokens, 'output', c.output_tokens))\n      ) as usage\n    from :schema.costs as c\n    where c.pricing = 'unpriced'\n      and c.id > p_after\n      and (p_project_id is null or c.project_id = p_project_id)\n    order by c.id\n    limit p_limit\n    -- In id order, as everything that locks many costs does.\n    for update\n  ),\n  -- One array fixes the order that ties each quote to its cost.\n  listed as (\n    select\n      array_agg(b.id order by b.id) as ids,\n      array_agg(b.provider order by b.id) as providers,\n      array_agg(b.model order by b.id) as models,\n      array_agg(b.at order by b.id) as ats,\n      array_agg(b.usage order by b.id) as usages,\n      array_agg(b.service_tier order by b.id) as tiers,\n      count(*) as examined,\n      max(b.id) as last_id\n    from batch as b\n  ),\n  quoted as materialized (\n    select l.ids[q.ordinal] as id, q.price_id, q.amount\n    from listed as l\n    cross join lateral :schema.quote_usages(l.providers, l.models, l.ats, l.usages, l.tiers) as q\n    where q.amount is not null\n  ),\n  changed as (\n    update :schema.costs as c\n    set amount = q.amount,\n      price_id = q.price_id,\n      pricing = 'computed',\n      unpriced_kinds = null\n    from quoted as q\n    where c.id = q.id and c.pricing = 'unpriced'\n    returning c.id\n  )\n  select l.last_id, l.examined, (select count(*) from changed)\n  from listed as l\n",
  "function reserve_budget(p_id text, p_project_id text, p_agent_id text, p_amount numeric, p_hold interval, p_purpose text)":
    "SETOF budget_reservations plpgsql v set search_path=its own schema, pg_temp as \ndeclare\n  v_budget record;\nbegin\n  -- The update, not a mere lock, is what makes a repeatable-read caller fail and retry instead of reading an old sum.\n  update :schema.budgets set reservations_made = reservations_made + 1\n  where id in (\n    select id from :schema.budgets\n    where project_id = p_project_id and kind = 'hard' and (agent_id is null or agent_id = p_agent_id)\n    order by id\n    for update\n  );\n  select s.* into v_budget\n  from :schema.budget_status s\n  where s.project_id = p_project_id and s.kind = 'hard' and (s.agent_id is null or s.agent_id = p_agent_id)\n    and s.spent + s.reserved + p_amount > s.limit_amount\n  order by s.remaining\n  limit 1;\n  if found then\n    raise exception 'Reserving % USD would pass the % budget of %: % spent, % reserved, limit %.',\n      trim_scale(p_amount), v_budget.period, coalesce(v_budget.agent_id, p_project_id),\n      trim_scale(v_budget.spent), trim_scale(v_budget.reserved), trim_scale(v_budget.limit_amount)\n      using errcode = 'GH429', constraint = 'budget_exceeded', column = 'amount',\n        detail = jsonb_build_object(\n          'budgetId', v_budget.budget_id, 'limit', trim_scale(v_budget.limit_amount)::text,\n          'spent', trim_scale(v_budget.spent)::text, 'reserved', trim_scale(v_budget.reserved)::text,\n          'remaining', trim_scale(greatest(v_budget.remaining, 0))::text)::text,\n        hint = 'Reserve less, wait for open reservations to settle, or raise the budget.';\n  end if;\n  return query\n    insert into :schema.budget_reservations (id, project_id, agent_id, amount, purpose, expires_at)\n    values (p_id, p_project_id, p_agent_id, p_amount, p_purpose, clock_timestamp() + p_hold)\n    returning *;\nend\n",
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
  "grant invariant_rates_have_kinds to owner":
    "delete, insert, references, select, trigger, truncate, update",
  "grant invariant_spend_equals_costs to owner":
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
  "grant refresh_tokens to owner":
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
  "index spend_deltas.spend_deltas_project_id_idx":
    "CREATE INDEX spend_deltas_project_id_idx ON spend_deltas USING btree (project_id)",
  "index users.users_created_at_idx":
    "CREATE INDEX users_created_at_idx ON users USING btree (created_at DESC, id DESC)",
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
  "table refresh_tokens":
    "table",
  "table runners":
    "table",
  "table spend_daily":
    "table",
  "table spend_deltas":
    "table",
  "table users":
    "table",
  "trigger audit_log.audit_log_append_only":
    "CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger costs.costs_spend_delete":
    "CREATE TRIGGER costs_spend_delete AFTER DELETE ON costs REFERENCING OLD TABLE AS old_costs FOR EACH STATEMENT EXECUTE FUNCTION record_spend()",
  "trigger costs.costs_spend_insert":
    "CREATE TRIGGER costs_spend_insert AFTER INSERT ON costs REFERENCING NEW TABLE AS new_costs FOR EACH STATEMENT EXECUTE FUNCTION record_spend()",
  "trigger costs.costs_spend_update":
    "CREATE TRIGGER costs_spend_update AFTER UPDATE ON costs REFERENCING OLD TABLE AS old_costs NEW TABLE AS new_costs FOR EACH STATEMENT EXECUTE FUNCTION record_spend()",
  "trigger ledger_seals.ledger_seals_append_only":
    "CREATE TRIGGER ledger_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger ledger_transfers.ledger_transfers_append_only":
    "CREATE TRIGGER ledger_transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger_transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
  "trigger runners.runners_delete_orphan":
    "CREATE TRIGGER runners_delete_orphan BEFORE UPDATE OF user_id ON runners FOR EACH ROW WHEN ((new.user_id IS NULL)) EXECUTE FUNCTION delete_orphan_runner()",
  "trigger runners.runners_guard_status":
    "CREATE TRIGGER runners_guard_status BEFORE UPDATE OF status ON runners FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION guard_runner_status()",
  "type cost_pricing":
    "domain over text constraint cost_pricing_check CHECK ((VALUE = ANY (ARRAY['given'::text, 'computed'::text, 'unpriced'::text])))",
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
    "(code text, slot smallint, debits numeric, journal_debits numeric, credits numeric, journal_credits numeric) WITH journal AS ( SELECT account_id, slot, sum(debits) AS debits, sum(credits) AS credits FROM (ledger_transfers t CROSS JOIN LATERAL ( VALUES (debit_account,debit_slot,amount,0), (credit_account,credit_slot,0,amount)) l(account_id, slot, debits, credits)) WHERE (kind = ANY (ARRAY[1, 3])) GROUP BY account_id, slot ), holds AS ( SELECT account_id, slot, sum(debits) AS debits, sum(credits) AS credits FROM (ledger_transfers t CROSS JOIN LATERAL ( VALUES (debit_account,debit_slot,amount,0), (credit_account,credit_slot,0,amount)) l(account_id, slot, debits, credits)) WHERE ((kind = 2) AND (NOT (EXISTS ( SELECT FROM ledger_transfers e WHERE (hold_id = id))))) GROUP BY account_id, slot ) SELECT code, slot, debits, debits AS journal_debits, credits, credits AS journal_credits FROM (((ledger_balances b JOIN ledger_accounts a ON ((id = account_id))) LEFT JOIN journal j ON (((account_id = account_id) AND (slot = slot)))) LEFT JOIN holds h ON (((account_id = account_id) AND (slot = slot)))) WHERE ((debits <> COALESCE(debits, (0)::numeric)) OR (credits <> COALESCE(credits, (0)::numeric)) OR (held_debits <> COALESCE(debits, (0)::numeric)) OR (held_credits <> COALESCE(credits, (0)::numeric)));",
  "view invariant_ledger_holds_open":
    "(hold_id bigint, amount numeric, journal_amount numeric) SELECT COALESCE(hold_id, id) AS hold_id, amount, amount AS journal_amount FROM (ledger_holds h FULL JOIN ( SELECT id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot, kind, amount, hold_id, expires_at, reference, metadata FROM ledger_transfers t_1 WHERE ((kind = 2) AND (NOT (EXISTS ( SELECT FROM ledger_transfers e WHERE (hold_id = id)))))) t ON ((id = hold_id))) WHERE ((hold_id IS NULL) OR (id IS NULL) OR ((((((amount IS DISTINCT FROM amount) OR (debit_account IS DISTINCT FROM debit_account)) OR (credit_account IS DISTINCT FROM credit_account)) OR (debit_slot IS DISTINCT FROM debit_slot)) OR (credit_slot IS DISTINCT FROM credit_slot)) OR (expires_at IS DISTINCT FROM expires_at)));",
  "view invariant_ledger_in_balance":
    "(asset text, debits numeric, credits numeric) SELECT code AS asset, sum(debits) AS debits, sum(credits) AS credits FROM (ledger_balances b JOIN ledger_assets s ON ((id = asset_id))) GROUP BY code HAVING ((sum(debits) <> sum(credits)) OR (sum(held_debits) <> sum(held_credits)));",
  "view invariant_ledger_seals_unbroken":
    "(number bigint, up_to bigint, problem text) SELECT number, up_to, problem FROM ledger_broken_seals((1)::bigint, COALESCE(( SELECT max(number) AS max FROM ledger_seals), (0)::bigint)) b(number, up_to, problem);",
  "view invariant_ledger_within_limits":
    "(code text, min_balance numeric, max_balance numeric, free numeric, full_to numeric, shifted numeric) SELECT code, min_balance, max_balance, free, full_to, shifted FROM (ledger_accounts a JOIN LATERAL ( SELECT sum( CASE normal_side WHEN 'debit'::text THEN ((debits - credits) - held_credits) ELSE ((credits - debits) - held_debits) END) AS free, sum( CASE normal_side WHEN 'debit'::text THEN ((debits - credits) + held_debits) ELSE ((credits - debits) + held_credits) END) AS full_to, sum(shift) AS shifted, count(*) AS slots FROM ledger_balances b WHERE (account_id = id)) v ON (true)) WHERE ((free < min_balance) OR (full_to > max_balance) OR (shifted <> (0)::numeric) OR (slots <> slots));",
  "view invariant_organizations_have_owners":
    "(organization_id text, type text, name text) SELECT id AS organization_id, type, name FROM organizations o WHERE (NOT (EXISTS ( SELECT FROM organization_members m WHERE ((organization_id = id) AND (role = 'owner'::text) AND ((personal_user_id IS NULL) OR (user_id = personal_user_id))))));",
  "view invariant_outbox_not_ahead":
    "(xid text, events bigint) SELECT (xid)::text AS xid, count(*) AS events FROM outbox WHERE (xid >= pg_snapshot_xmax(pg_current_snapshot())) GROUP BY xid;",
  "view invariant_rates_have_kinds":
    "(price_id text, kind text) SELECT price_id, kind FROM model_price_rates r WHERE (NOT (EXISTS ( SELECT FROM usage_kinds k WHERE (kind = kind))));",
  "view invariant_spend_equals_costs":
    "(project_id text, day date, provider text, model text, costs_amount numeric, spend_amount numeric, costs_calls bigint, spend_calls bigint) SELECT COALESCE(project_id, project_id) AS project_id, COALESCE(day, day) AS day, COALESCE((provider)::text, provider) AS provider, COALESCE((model)::text, model) AS model, amount AS costs_amount, amount AS spend_amount, calls AS costs_calls, calls AS spend_calls FROM (( SELECT project_id, ((\"timestamp\" AT TIME ZONE 'UTC'::text))::date AS day, provider, model, COALESCE(sum((amount)::numeric), (0)::numeric) AS amount, count(*) AS calls, count(*) FILTER (WHERE (amount IS NULL)) AS unpriced_calls, COALESCE(sum((input_tokens)::bigint), (0)::numeric) AS input_tokens, COALESCE(sum((output_tokens)::bigint), (0)::numeric) AS output_tokens FROM costs GROUP BY project_id, (((\"timestamp\" AT TIME ZONE 'UTC'::text))::date), provider, model) c FULL JOIN daily_spend s ON (((project_id = project_id) AND (day = day) AND (provider = (provider)::text) AND (model = (model)::text)))) WHERE (((((amount IS DISTINCT FROM amount) OR (calls IS DISTINCT FROM calls)) OR (unpriced_calls IS DISTINCT FROM unpriced_calls)) OR (input_tokens IS DISTINCT FROM input_tokens)) OR (output_tokens IS DISTINCT FROM output_tokens));",
  "view ledger_account_balances":
    "(id bigint, code text, asset text, normal_side text, balance numeric, held_in numeric, held_out numeric, available numeric, debits numeric, credits numeric, min_balance numeric, max_balance numeric, slots smallint, metadata jsonb, closed_at timestamp(3) with time zone, created_at timestamp(3) with time zone) SELECT id, code, code AS asset, normal_side, (sum( CASE normal_side WHEN 'debit'::text THEN (debits - credits) ELSE (credits - debits) END) * unit) AS balance, (sum( CASE normal_side WHEN 'debit'::text THEN held_debits ELSE held_credits END) * unit) AS held_in, (sum( CASE normal_side WHEN 'debit'::text THEN held_credits ELSE held_debits END) * unit) AS held_out, ((sum( CASE normal_side WHEN 'debit'::text THEN ((debits - credits) - held_credits) ELSE ((credits - debits) - held_debits) END) - min_balance) * unit) AS available, (sum(debits) * unit) AS debits, (sum(credits) * unit) AS credits, (min_balance * unit) AS min_balance, (max_balance * unit) AS max_balance, slots, metadata, closed_at, created_at FROM ((ledger_accounts a JOIN ledger_assets s ON ((id = asset_id))) JOIN ledger_balances b ON ((account_id = id))) GROUP BY id, id;",
  "view ledger_trial_balance":
    "(asset text, decimals smallint, accounts bigint, debits numeric, credits numeric, difference numeric, held numeric) SELECT code AS asset, decimals, count(DISTINCT id) AS accounts, (COALESCE(sum(debits), (0)::numeric) * unit) AS debits, (COALESCE(sum(credits), (0)::numeric) * unit) AS credits, (COALESCE(sum((debits - credits)), (0)::numeric) * unit) AS difference, (COALESCE(sum(held_debits), (0)::numeric) * unit) AS held FROM ((ledger_assets s LEFT JOIN ledger_accounts a ON ((asset_id = id))) LEFT JOIN ledger_balances b ON ((account_id = id))) GROUP BY id;",
  "view price_book":
    "(id text, source text, precedence smallint, provider text, model text, service_tier text, day_from text, day_until text, valid_from timestamp(3) with time zone, valid_until timestamp(3) with time zone, rates jsonb, accepted_implausible jsonb, note text, created_at timestamp(3) with time zone, priced_model_id text) SELECT id, source, precedence, provider, model, service_tier, (day_from)::text AS day_from, (day_until)::text AS day_until, valid_from, valid_until, ( SELECT jsonb_agg(jsonb_build_object('kind', kind, 'aboveTokens', above_tokens, 'unitPrice', (trim_scale(unit_price))::text) ORDER BY kind, above_tokens) AS jsonb_agg FROM model_price_rates r WHERE (price_id = id)) AS rates, accepted_implausible, note, created_at, priced_model_id FROM (model_prices p JOIN priced_models m ON ((id = priced_model_id)));",
  "view spend_parts":
    "(project_id text, day date, provider text, model text, amount numeric, calls bigint, unpriced_calls bigint, input_tokens numeric, output_tokens numeric) SELECT project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_daily UNION ALL SELECT project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_deltas d WHERE (EXISTS ( SELECT FROM projects p WHERE (id = project_id)));",
  "view total_spend":
    "(project_id text, amount numeric, calls bigint, unpriced_calls bigint, input_tokens numeric, output_tokens numeric) SELECT project_id, sum(amount) AS amount, (sum(calls))::bigint AS calls, (sum(unpriced_calls))::bigint AS unpriced_calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens FROM ( SELECT project_id, amount, calls, unpriced_calls, input_tokens, output_tokens FROM project_spend UNION ALL SELECT project_id, amount, calls, unpriced_calls, input_tokens, output_tokens FROM spend_deltas d WHERE (EXISTS ( SELECT FROM projects p WHERE (id = project_id)))) part GROUP BY project_id HAVING ((sum(calls) <> (0)::numeric) OR (sum(amount) <> (0)::numeric));",
  "view usage_kinds":
    "(kind text, unit text, side text, priced_as text, optional boolean, max_unit_price numeric, reason text) SELECT kind, unit, side, priced_as, optional, max_unit_price, reason FROM ( VALUES ('input'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('input_image'::text,'token'::text,'input'::text,'input'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('input_video'::text,'token'::text,'input'::text,'input'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('input_audio'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read_image'::text,'token'::text,'input'::text,'cache_read'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read_video'::text,'token'::text,'input'::text,'cache_read'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_read_audio'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_write'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_write_1h'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('cache_write_audio'::text,'token'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('output'::text,'token'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('reasoning'::text,'token'::text,'output'::text,'output'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('output_image'::text,'token'::text,'output'::text,'output'::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('output_audio'::text,'token'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('citation'::text,'token'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million tokens entered as a price per token.'::text), ('seconds'::text,'second'::text,'input'::text,NULL::text,false,0.5,'A price per hour entered as a price per second.'::text), ('audio_seconds'::text,'second'::text,'input'::text,NULL::text,false,0.5,'A price per hour entered as a price per second.'::text), ('video_seconds'::text,'second'::text,'input'::text,NULL::text,false,0.5,'A price per hour entered as a price per second.'::text), ('output_seconds'::text,'second'::text,'output'::text,NULL::text,false,5,'A price per minute or hour entered as a price per second; made video costs up to 0.5 a second.'::text), ('characters'::text,'character'::text,'input'::text,NULL::text,false,0.001,'A price per thousand or per million characters entered as a price per character.'::text), ('output_characters'::text,'character'::text,'output'::text,NULL::text,false,0.001,'A price per thousand or per million characters entered as a price per character.'::text), ('images'::text,'image'::text,'output'::text,NULL::text,false,10,'A price per hundred or thousand images entered as a price per image.'::text), ('input_images'::text,'image'::text,'input'::text,NULL::text,false,10,'A price per hundred or thousand images entered as a price per image.'::text), ('pixels'::text,'pixel'::text,'output'::text,NULL::text,false,0.0001,'A price per image entered as a price per pixel.'::text), ('input_pixels'::text,'pixel'::text,'input'::text,NULL::text,false,0.0001,'A price per image entered as a price per pixel.'::text), ('requests'::text,'request'::text,'input'::text,NULL::text,true,1,'A price per thousand requests entered as a price per request.'::text), ('web_searches'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text), ('web_searches_low'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text), ('web_searches_medium'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text), ('web_searches_high'::text,'search'::text,'input'::text,NULL::text,false,1,'A price per thousand searches entered as a price per search.'::text)) k(kind, unit, side, priced_as, optional, max_unit_price, reason);",
};
