-- One UUID has the chance that sixteen characters need; sixteen of them cost a tenth of a millisecond an id.
create or replace function :schema.new_id(p_prefix text) returns text
language plpgsql volatile
as $$
-- There is no search_path setting: no name is searched for, and the setting would cost each id.
declare
  c_digits constant text := '0123456789abcdefghjkmnpqrstvwxyz';
  v_ms constant bigint := extract(epoch from clock_timestamp()) * 1000;
  v_chance constant bytea := uuid_send(gen_random_uuid());
begin
  return p_prefix || '_'
    || substr(c_digits, 1 + ((v_ms >> 45) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 40) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 35) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 30) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 25) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 20) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 15) & 31)::integer, 1) || substr(c_digits, 1 + ((v_ms >> 10) & 31)::integer, 1)
    || substr(c_digits, 1 + ((v_ms >> 5) & 31)::integer, 1) || substr(c_digits, 1 + (v_ms & 31)::integer, 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 0) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 1) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 2) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 3) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 4) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 5) & 31), 1)
    -- The seventh byte has four bits of chance only (the others tell the version): the fifth is lent by the sixth byte.
    || substr(c_digits, 1 + ((get_byte(v_chance, 6) & 15) | ((get_byte(v_chance, 5) >> 1) & 16)), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 7) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 8) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 9) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 10) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 11) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 12) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 13) & 31), 1) || substr(c_digits, 1 + (get_byte(v_chance, 14) & 31), 1)
    || substr(c_digits, 1 + (get_byte(v_chance, 15) & 31), 1);
end
$$;

-- The answer is stored in the transaction that made the row: with room on its page no index hears of it.
alter table :schema.idempotency_keys set (fillfactor = 50);
