-- Nothing is listed by score, and the index kept every change of a score from staying on its page.
drop index :schema.workers_reputation_score_idx;

-- Most transactions have no reference: they stood in the index as so many nulls.
alter table :schema.transactions drop constraint transactions_rail_reference_key;
create unique index transactions_rail_reference_key on :schema.transactions (rail, rail_reference)
  where rail_reference is not null;
