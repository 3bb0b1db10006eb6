alter table :schema.streams
  add column fee_bps integer not null default 200,
  add constraint streams_fee_bps_check check (fee_bps between 0 and 10000);
comment on column :schema.streams.fee_bps is
  'The platform''s fee when the stream was made, hundredths of a percent: all releases of a stream are charged alike.';
