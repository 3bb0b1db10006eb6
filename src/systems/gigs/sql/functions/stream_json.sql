create or replace function :schema.stream_json(p_row :schema.streams) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'total_amount', trim_scale(p_row.total_amount)::text,
    'funded_amount', trim_scale(p_row.funded_amount)::text,
    'released_amount', trim_scale(p_row.released_amount)::text,
    'remaining_amount', trim_scale(p_row.remaining_amount)::text
  );
$$;
comment on function :schema.stream_json(:schema.streams) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
