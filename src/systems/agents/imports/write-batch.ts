/** The statement that writes one batch of runs, costs and activities. */
import { batchStatement } from '../../../kernel/index.ts';
import { BOOKS } from './books.ts';

/** Runs come before costs because costs refer to them; both checks of foreign keys happen at the statement's end. */
export const WRITE_BATCH = batchStatement(BOOKS, {
  rows: `run as (
  insert into :schema.agents as a (id, project_id, status, start_time, end_time, error, has_logs)
  select r.id, g.target, r.status, r.start_time, r.end_time, r.error, r.has_logs
  from unnest($10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::boolean[])
    as r (id, status, start_time, end_time, error, has_logs)
  cross join gate g
  order by r.id
  on conflict (id) do update
    set status = excluded.status, error = excluded.error, end_time = excluded.end_time, updated_at = clock_timestamp()
    where (a.status, a.error, a.end_time) is distinct from (excluded.status, excluded.error, excluded.end_time)
      and excluded.end_time >= a.end_time
  -- Only a row that was not there before has no deleting transaction.
  returning a.id, a.xmax = 0 as is_new
), log as (
  insert into :schema.agent_log_lines (agent_id, at, line)
  select l.agent_id, l.at, l.line
  from unnest($16::text[], $17::timestamptz[], $18::text[]) with ordinality as l (agent_id, at, line, place)
  join run r on r.id = l.agent_id and r.is_new
  order by l.place
), call as materialized (
  select c.*
  from unnest($19::bigint[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::numeric[],
      $26::bigint[], $27::bigint[], $28::timestamptz[]) with ordinality
    as c (entry, id, import_key, run_id, model, provider, amount, input_tokens, output_tokens, at, place)
), unlogged as (
  select array_agg(c.place order by c.place) as places,
    array_agg(c.provider order by c.place) as providers,
    array_agg(c.model order by c.place) as models,
    array_agg(c.at order by c.place) as ats,
    array_agg(jsonb_build_object('input', coalesce(c.input_tokens, 0), 'output', coalesce(c.output_tokens, 0))
      order by c.place) as usages,
    array_agg(null::text) as tiers
  from call c
  where c.amount is null
), quoted as materialized (
  select u.places[q.ordinal] as place, q.price_id, q.amount, q.unpriced_kinds
  from unlogged u
  cross join lateral :schema.quote_usages(u.providers, u.models, u.ats, u.usages, u.tiers) as q
), cost as (
  insert into :schema.costs (id, project_id, agent_id, amount, model, provider, input_tokens, output_tokens,
    pricing, price_id, unpriced_kinds, import_key, "timestamp")
  select c.id, g.target, c.run_id, coalesce(c.amount, q.amount), c.model, c.provider, c.input_tokens, c.output_tokens,
    case when c.amount is not null then 'given' when q.amount is not null then 'computed' else 'unpriced' end,
    case when c.amount is null and q.amount is not null then q.price_id end,
    case when c.amount is null then q.unpriced_kinds end,
    c.import_key, c.at
  from call c
  cross join gate g
  left join quoted q on q.place = c.place
  order by c.place
  on conflict (import_key) where import_key is not null do nothing
  returning import_key, amount
), activity as (
  insert into :schema.activities (id, project_id, type, message, metadata, "timestamp")
  select t.id, g.target, t.type, t.message, t.metadata, t.at
  from unnest($29::bigint[], $30::text[], $31::text[], $32::text[], $33::jsonb[], $34::timestamptz[])
    as t (entry, id, type, message, metadata, at)
  cross join gate g
  on conflict (id) do nothing
  returning id
)`,
  written: `select count(*) as rows
  from (
    select c.entry from cost join call c using (import_key)
    union
    select t.entry from activity join unnest($29::bigint[], $30::text[]) as t (entry, id) using (id)
  ) as entries`,
  totals: `jsonb_build_object(
      'computed', coalesce((i.totals ->> 'computed')::numeric, 0) + (select coalesce(sum(amount), 0) from quoted),
      'unpriced', coalesce((i.totals ->> 'unpriced')::integer, 0) + (select count(*) from quoted where amount is null)
    )`,
});
