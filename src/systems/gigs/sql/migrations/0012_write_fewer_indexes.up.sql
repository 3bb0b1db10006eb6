-- Nothing is listed by score, and the index kept every change of a score from staying on its page.
drop index :schema.workers_reputation_score_idx;

-- Most transactions have no reference: they stood in the index as so many nulls.
alter table :schema.transactions drop constraint transactions_rail_reference_key;
create unique index transactions_rail_reference_key on :schema.transactions (rail, rail_reference)
  where rail_reference is not null;

-- So did everything that nobody in particular has done.
drop index :schema.audit_logs_actor_id_idx;
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc) where actor_id is not null;
