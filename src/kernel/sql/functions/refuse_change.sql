create or replace function :schema.refuse_change() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'GH403', constraint = 'append_only',
      hint = 'Add a new row that corrects the old one.';
end
$$;
comment on function :schema.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate.';
