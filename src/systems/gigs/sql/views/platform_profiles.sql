-- requires: platform_totals
create or replace view :schema.platform_profiles as
select p.id, p.name, p.contact_email, p.webhook_url, p.wallet_address, p.fee_bps, t.total_payouts, t.total_tasks,
  t.active_workers_30d as active_workers, p.is_active,
  greatest(0, floor(extract(epoch from statement_timestamp() - p.created_at) / 86400))::integer as account_age_days,
  p.metadata, p.created_at, p.updated_at
from :schema.platforms p
join :schema.platform_totals t on t.platform_id = p.id;
comment on view :schema.platform_profiles is
  'Platforms with statistics and account age as of the moment of the read; the columns of platforms are brought up to date each second. Without the webhook secret.';
