-- requires: worker_totals
create or replace view :schema.worker_profiles as
select w.id, w.name, w.email, w.wallet_id, w.wallet_address, w.wallet_verified_at, w.status, w.reputation_score,
  :schema.account_age_days(w) as account_age_days, t.completed_tasks as total_tasks, t.total_earned, t.completion_rate,
  t.average_rating, t.dispute_rate, t.last_active_at, w.metadata, w.created_at, w.updated_at
from :schema.workers w
join :schema.worker_totals t on t.worker_id = w.id;
comment on view :schema.worker_profiles is
  'Workers with statistics and account age as of the moment of the read; the columns of workers are brought up to date each second.';
