create or replace view :schema.invariant_reputation_replays as
select w.id as worker_id, w.reputation_score, coalesce(e.last_score, w.initial_score) as replayed_score, e.breaks
from :schema.workers w
left join (
  select c.worker_id, count(*) filter (where not c.follows) as breaks,
    max(c.new_score) filter (where c.is_last) as last_score
  from (
    select r.worker_id, r.new_score,
      r.previous_score = coalesce(lag(r.new_score) over one, b.initial_score)
        and r.new_score = least(1000, greatest(0, r.previous_score + r.requested_delta)) as follows,
      lead(r.seq) over one is null as is_last
    from :schema.reputation_events r
    join :schema.workers b on b.id = r.worker_id
    window one as (partition by r.worker_id order by r.seq)
  ) as c
  group by c.worker_id
) as e on e.worker_id = w.id
where w.reputation_score <> coalesce(e.last_score, w.initial_score) or e.breaks > 0;
comment on view :schema.invariant_reputation_replays is
  'Workers whose score does not follow from their events: from initial_score, each event begins where the one before it ended, the last ends at the score. Mend: add a manual_adjustment after finding who wrote past the trigger.';
comment on column :schema.invariant_reputation_replays.breaks is
  'Events that do not begin where the one before ended, or applied another delta than asked within 0 to 1000; null: no events.';
