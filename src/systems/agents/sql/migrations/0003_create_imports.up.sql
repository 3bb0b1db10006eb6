create table :schema.imports (
  id text not null default :schema.new_id('imp'),
  kind text not null,
  source text not null,
  project_id text null,
  state text not null default 'running',
  attempt integer not null default 1,
  rows_done bigint not null default 0,
  digest text not null default '',
  rows_inserted bigint not null default 0,
  rows_known bigint not null default 0,
  rows_refused bigint not null default 0,
  totals jsonb not null default '{}',
  error text null,
  started_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  completed_at timestamptz(3) null,
  constraint imports_pkey primary key (id),
  constraint imports_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint imports_state_check check (state in ('running', 'stopped', 'failed', 'abandoned', 'completed')),
  constraint imports_completed_check check ((state = 'completed') = (completed_at is not null)),
  constraint imports_rows_check
    check (rows_done >= 0 and rows_inserted >= 0 and rows_known >= 0 and rows_refused >= 0)
);
comment on table :schema.imports is
  'One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended.';
comment on column :schema.imports.state is
  'running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed.';
comment on column :schema.imports.project_id is 'Project that received the rows; null: price tables belong to none.';
comment on column :schema.imports.attempt is 'Raised by whoever takes an unfinished import over; a batch of an older attempt is refused.';
comment on column :schema.imports.rows_done is 'Rows of the file dealt with so far: inserted, known or refused.';
comment on column :schema.imports.digest is 'Hash over the rows done; an import resumes only where the file still begins with them.';
comment on column :schema.imports.error is 'Why it failed; null: it did not.';
comment on column :schema.imports.completed_at is 'When the whole file was read; null: not yet.';
create index imports_unfinished_idx on :schema.imports (kind, source, started_at)
  where state in ('running', 'stopped', 'failed');
create index imports_started_at_idx on :schema.imports (started_at, id);
create index imports_project_id_idx on :schema.imports (project_id);

create table :schema.import_refusals (
  import_id text not null,
  line bigint not null,
  reason text not null,
  excerpt text not null,
  constraint import_refusals_pkey primary key (import_id, line),
  constraint import_refusals_import_id_fkey foreign key (import_id)
    references :schema.imports (id) on delete cascade
);
comment on table :schema.import_refusals is
  'Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all.';
