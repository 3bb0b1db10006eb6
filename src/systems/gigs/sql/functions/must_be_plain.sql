create or replace function :schema.must_be_plain(p_plain boolean) returns void
language plpgsql
as $$
-- There is no search_path setting: no name is searched for.
begin
  if p_plain is not true then
    raise exception 'One of the calls is not as most are.'
      using errcode = 'GH409', constraint = 'not_plain', hint = 'Make each call alone.';
  end if;
end
$$;
comment on function :schema.must_be_plain(boolean) is
  'Raises unless true: calls of several callers that go together are then made one by one, and each is told what is the matter with it.';
