create or replace function :schema.queue_progress(p_id bigint, p_token bigint, p_progress jsonb) returns void
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
begin
  update :schema.queue_jobs
  set progress = p_progress
  where id = p_id
    and token = p_token
    and lease_until is not null;
  if not found then
    perform :schema.queue_hold(p_id, p_token);
  end if;
end
$$;
comment on function :schema.queue_progress(bigint, bigint, jsonb) is
  'Notes how far a job has come; raises lease_lost when the token is not the current one.';
