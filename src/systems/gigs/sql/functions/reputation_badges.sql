create or replace function :schema.reputation_badges(
  p_completed bigint, p_completion_rate numeric, p_ratings bigint, p_average_rating numeric, p_risk_score integer
) returns text[]
language sql immutable
set search_path = :schema, pg_temp
as $$
  select coalesce(array_agg(b.name order by b.place), '{}')
  from (values
    (1, 'First Task', p_completed >= 1), (2, 'Consistent', p_completed >= 10), (3, 'Veteran', p_completed >= 50),
    (4, 'Top Rated', p_ratings >= 5 and p_average_rating >= 4.5),
    (5, 'Reliable', p_completed >= 1 and p_completion_rate >= 95), (6, 'Excellent', p_risk_score >= 900)
  ) as b(place, name, earned)
  where b.earned;
$$;
comment on function :schema.reputation_badges(bigint, numeric, bigint, numeric, integer) is
  'Badges for completed tasks (1, 10, 50), an average of 4.5 stars in 5 ratings or more, 95 percent of begun tasks completed, and a risk score of 900.';
