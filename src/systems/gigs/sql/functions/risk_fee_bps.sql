create or replace function :schema.risk_fee_bps(p_score integer) returns integer
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select case when p_score >= 800 then 200 when p_score >= 600 then 350 else 500 end;
$$;
comment on function :schema.risk_fee_bps(integer) is 'Fee of an advance for a risk score, hundredths of a percent.';
