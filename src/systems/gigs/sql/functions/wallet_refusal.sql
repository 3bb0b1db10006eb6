create or replace function :schema.wallet_refusal(p_worker text) returns jsonb
language sql immutable parallel safe
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object('state', 'GH409', 'message', format('Worker %s has no wallet address.', p_worker),
    'reason', 'no_wallet', 'field', 'toAddress', 'details', jsonb_build_object('workerId', p_worker),
    'hint', 'Give the worker a wallet address, or name one to send to.');
$$;
comment on function :schema.wallet_refusal(text) is 'The refusal of sending to a worker without a wallet address.';
