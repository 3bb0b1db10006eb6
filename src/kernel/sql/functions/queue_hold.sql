create or replace function :schema.queue_hold(p_id bigint, p_token bigint) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  perform 1
  from :schema.queue_jobs
  where id = p_id
    and token = p_token
    and lease_until is not null
  for update;
  if not found then
    raise exception using
      errcode = 'GH409',
      constraint = 'lease_lost',
      message = format('Job %s is no longer held under the token %s.', p_id, p_token),
      hint = 'Its lease ran out, or it was cancelled or has been completed: leave what was done for it undone.';
  end if;
end
$$;
comment on function :schema.queue_hold(bigint, bigint) is
  'Makes sure that a job is still held, and keeps it so until the transaction ends; raises lease_lost otherwise.';
