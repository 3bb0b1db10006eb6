create table :schema.runners (
  id text not null default :schema.new_id('rnr'),
  user_id text,
  organization_id text,
  name text not null,
  provider text not null,
  region text not null,
  server_type text not null,
  max_concurrent_jobs integer not null default 1,
  ip_address text,
  ssh_key_id text,
  token_hash bytea,
  status text not null default 'pending',
  last_heartbeat timestamptz(3),
  error_message text,
  cpu_usage numeric(5, 2),
  memory_usage numeric(5, 2),
  disk_usage numeric(5, 2),
  metadata jsonb,
  attempt integer not null default 0,
  lease_until timestamptz(3),
  torn_down_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint runners_pkey primary key (id),
  constraint runners_user_id_fkey foreign key (user_id) references :schema.users (id) on delete set null,
  constraint runners_organization_id_fkey foreign key (organization_id)
    references :schema.organizations (id) on delete set null,
  constraint runners_name_check check (name <> ''),
  constraint runners_provider_check check (provider in ('hetzner', 'aws', 'gcp', 'azure', 'other')),
  constraint runners_region_check check (region <> ''),
  constraint runners_max_concurrent_jobs_check check (max_concurrent_jobs in (1, 2, 4, 8)),
  constraint runners_server_type_check check (
    server_type <> '' and (
      provider <> 'hetzner' or max_concurrent_jobs <=
        case server_type when 'cpx11' then 1 when 'cpx31' then 2 when 'cpx41' then 4 when 'cpx51' then 8 else 0 end
    )
  ),
  constraint runners_status_check
    check (status in ('pending', 'provisioning', 'active', 'error', 'stopped', 'deleted')),
  constraint runners_token_hash_check check (octet_length(token_hash) = 32),
  constraint runners_active_check check (status <> 'active' or (token_hash is not null and ip_address is not null)),
  constraint runners_error_check check (status <> 'error' or error_message is not null),
  constraint runners_user_check check (user_id is not null or status = 'deleted'),
  constraint runners_torn_down_check check (torn_down_at is null or status = 'deleted'),
  constraint runners_usage_check check (
    cpu_usage between 0 and 100 and memory_usage between 0 and 100 and disk_usage between 0 and 100
  ),
  constraint runners_metadata_check check (jsonb_typeof(metadata) = 'object')
);
create index runners_user_id_idx on :schema.runners (user_id, created_at desc, id desc);
create index runners_created_at_idx on :schema.runners (created_at desc, id desc);
create index runners_organization_id_idx on :schema.runners (organization_id) where organization_id is not null;
create index runners_waiting_idx on :schema.runners (created_at, id)
  where torn_down_at is null and status in ('pending', 'provisioning', 'deleted');
comment on table :schema.runners is
  'Machines that run agents. A background task makes and removes them; a trigger refuses every other change of status.';
comment on column :schema.runners.user_id is
  'Null once the user is gone: a trigger then marks the runner deleted, so that its machine is torn down and not forgotten.';
comment on column :schema.runners.organization_id is 'Personal organization of the user when it was made; null when there was none, or it is gone.';
comment on column :schema.runners.max_concurrent_jobs is
  'At most what the server type can run: cpx11 1, cpx31 2, cpx41 4, cpx51 8; other providers'' types are not known here.';
comment on column :schema.runners.ip_address is 'Null until the machine is there.';
comment on column :schema.runners.ssh_key_id is 'Name of a key that the provider puts on the machine; null: none.';
comment on column :schema.runners.token_hash is
  'SHA-256 of the token that only the machine was given; null until the machine is there.';
comment on column :schema.runners.last_heartbeat is 'When the machine last reported; null: never.';
comment on column :schema.runners.error_message is 'What the last failed attempt said; null when none failed since.';
comment on column :schema.runners.cpu_usage is 'Percent at the last heartbeat; null: never reported.';
comment on column :schema.runners.memory_usage is 'Percent at the last heartbeat; null: never reported.';
comment on column :schema.runners.disk_usage is 'Percent at the last heartbeat; null: never reported.';
comment on column :schema.runners.metadata is 'What the provider says of the machine; null until it is there.';
comment on column :schema.runners.attempt is
  'Raised by whoever takes the runner on; what an older attempt wants to write is refused.';
comment on column :schema.runners.lease_until is 'Nobody else takes the runner on before this; null: free.';
comment on column :schema.runners.torn_down_at is
  'When a deleted runner''s machine was gone for certain; null: there may be one.';
