create or replace function :schema.begin_send(p_id text, p_valid_s double precision, p_found_none timestamptz default null)
returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_action text;
  v_seen timestamptz;
begin
  select * into v_row from :schema.transactions where id = p_id for no key update;
  if not found or v_row.tx_type <> 'withdrawal' or v_row.status not in ('pending', 'processing') then
    return jsonb_build_object('action', 'none');
  end if;
  v_seen := v_row.submitted_at;
  if v_row.rail_reference is not null then
    v_action := 'confirm';
  elsif v_seen is null or (v_seen = p_found_none and v_seen + make_interval(secs => p_valid_s) <= clock_timestamp()) then
    -- Written down before anything leaves: whoever comes after a crash knows that it may have been sent.
    update :schema.transactions set status = 'processing', submitted_at = clock_timestamp(),
      updated_at = clock_timestamp()
    where id = p_id returning * into v_row;
    v_action := 'send';
  else
    v_action := 'find';
  end if;
  return jsonb_build_object('action', v_action, 'round', v_row.attempts, 'rail', v_row.rail,
    'reference', v_row.id || case when v_row.attempts > 1 then '-' || v_row.attempts else '' end,
    'amount', trim_scale(v_row.amount)::text, 'to', v_row.to_address, 'submitted_at', v_row.submitted_at,
    'valid_until', v_row.submitted_at + make_interval(secs => p_valid_s),
    'valid_for_s', extract(epoch from (v_row.submitted_at + make_interval(secs => p_valid_s) - clock_timestamp())));
end
$$;
comment on function :schema.begin_send(text, double precision, timestamptz) is
  'What is to be done with a withdrawal: send (it is marked as submitted now), find (somebody may have sent it), confirm, none. It is given out to be sent again only to who found nothing under the submission that it still has, and when that one can no longer be accepted.';
