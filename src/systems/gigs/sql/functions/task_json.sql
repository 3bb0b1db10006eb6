create or replace function :schema.task_json(p_row :schema.tasks) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'escrowed_amount', trim_scale(p_row.escrowed_amount)::text,
    'paid_amount', trim_scale(p_row.paid_amount)::text
  );
$$;
comment on function :schema.task_json(:schema.tasks) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
