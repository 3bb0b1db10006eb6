create or replace function :schema.queue_settle(p_id bigint, p_token bigint, p_result jsonb default null) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  perform :schema.queue_complete(array[p_id], array[p_token], array[p_result]);
  if not found then
    raise exception using
      errcode = 'GH409',
      constraint = 'lease_lost',
      message = format('Job %s is no longer held under the token %s.', p_id, p_token),
      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';
  end if;
end
$$;
comment on function :schema.queue_settle(bigint, bigint, jsonb) is
  'Ends one job as done, in the transaction of the rows it produced; raises lease_lost when the token is not the current one, so that the rows go too.';
