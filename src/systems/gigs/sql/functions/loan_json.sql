create or replace function :schema.loan_json(p_row :schema.loans) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'fee', trim_scale(p_row.fee)::text,
    'total_due', trim_scale(p_row.total_due)::text,
    'amount_repaid', trim_scale(p_row.amount_repaid)::text,
    'predicted_earnings', trim_scale(p_row.predicted_earnings)::text
  );
$$;
comment on function :schema.loan_json(:schema.loans) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
