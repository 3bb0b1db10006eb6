create or replace function :schema.transaction_json(p_row :schema.transactions) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The number of the ledger's entry is a matter of the books.
  select (to_jsonb(p_row) - 'ledger_transfer_id') || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'fee', trim_scale(p_row.fee)::text
  );
$$;
comment on function :schema.transaction_json(:schema.transactions) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
