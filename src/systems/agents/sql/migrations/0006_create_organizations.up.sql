create table :schema.organizations (
  id text not null default :schema.new_id('org'),
  name text not null,
  type text not null default 'personal',
  slug text not null,
  personal_user_id text,
  description text,
  subscription_tier text not null default 'free',
  subscription_price numeric not null default 0,
  billing_email text,
  settings jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint organizations_pkey primary key (id),
  constraint organizations_slug_key unique (slug),
  constraint organizations_personal_user_id_key unique (personal_user_id),
  constraint organizations_personal_user_id_fkey foreign key (personal_user_id)
    references :schema.users (id) on delete cascade,
  constraint organizations_name_check check (name <> ''),
  constraint organizations_type_check check (type in ('personal', 'company')),
  constraint organizations_personal_check check ((type = 'personal') = (personal_user_id is not null)),
  constraint organizations_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
  constraint organizations_tier_check check (subscription_tier in ('free', 'pro', 'enterprise')),
  constraint organizations_price_check check (subscription_price >= 0 and subscription_price < 1e15),
  constraint organizations_settings_check check (jsonb_typeof(settings) = 'object')
);
comment on table :schema.organizations is
  'Who works together. Registration makes a personal one for each user, in the transaction that makes the user.';
comment on column :schema.organizations.personal_user_id is
  'The one user of a personal organization, which ends with them; null for a company.';
comment on column :schema.organizations.slug is 'Short name for addresses, derived from the name; a taken one gets a piece of the id.';
comment on column :schema.organizations.description is 'Null when none was given.';
comment on column :schema.organizations.billing_email is 'Null: bills go to the owners.';
comment on column :schema.organizations.settings is 'Settings as an object; null when none were given.';

create table :schema.organization_members (
  organization_id text not null,
  user_id text not null,
  role text not null,
  invited_by text,
  joined_at timestamptz(3) not null default clock_timestamp(),
  constraint organization_members_pkey primary key (organization_id, user_id),
  constraint organization_members_organization_id_fkey foreign key (organization_id)
    references :schema.organizations (id) on delete cascade,
  constraint organization_members_user_id_fkey foreign key (user_id) references :schema.users (id) on delete cascade,
  constraint organization_members_invited_by_fkey foreign key (invited_by)
    references :schema.users (id) on delete set null,
  constraint organization_members_role_check check (role in ('owner', 'admin', 'member', 'viewer'))
);
create index organization_members_user_id_idx
  on :schema.organization_members (user_id, joined_at desc, organization_id desc);
create index organization_members_invited_by_idx
  on :schema.organization_members (invited_by) where invited_by is not null;
comment on table :schema.organization_members is 'Who belongs to an organization, and as what.';
comment on column :schema.organization_members.invited_by is
  'Null for whoever founded it, and when the inviting user is gone.';
