create or replace function :schema.new_id(p_prefix text) returns text
language sql volatile
set search_path = :schema, pg_temp
as $$
  select p_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', part.digit + 1, 1), '' order by part.place)
  from (
    select place,
      case when place <= 10
        then (((extract(epoch from clock_timestamp()) * 1000)::bigint >> (5 * (10 - place))) & 31)::integer
        else get_byte(uuid_send(gen_random_uuid()), 0) & 31
      end as digit
    from generate_series(1, 26) as place
  ) as part;
$$;

alter table :schema.idempotency_keys reset (fillfactor);
