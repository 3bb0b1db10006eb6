/** The migration history inside an instance's schema, and how it differs from the files. */
import type { Executor } from '../database/types.ts';
import type { Migration, SqlObject, Template } from './template.ts';
import { renderSql } from './template.ts';

export interface AppliedMigration {
  readonly module: string;
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
  readonly applied_at: Date;
}

export interface AppliedObject {
  readonly module: string;
  readonly kind: string;
  readonly name: string;
  readonly on_table: string | null;
  readonly sha256: string;
}

export interface History {
  readonly installed: boolean;
  readonly migrations: readonly AppliedMigration[];
  readonly objects: readonly AppliedObject[];
}

export interface ModuleStatus {
  readonly module: string;
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly Migration[];
  /** Applied, and the file has changed since. */
  readonly edited: readonly string[];
  /** Applied, and no file of that name is left. */
  readonly missing: readonly string[];
  /** Functions, views and triggers in the database, as the history knows them. */
  readonly objects: readonly AppliedObject[];
  readonly changedObjects: readonly SqlObject[];
  readonly removedObjects: readonly AppliedObject[];
}

/** The two tables that exist before any migration; created with the schema. */
export const BOOTSTRAP_SQL = `create schema if not exists :schema;
create table if not exists :schema.migrations (
  module text not null,
  number integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamptz(3) not null default clock_timestamp(),
  applied_by text not null default session_user,
  constraint migrations_pkey primary key (module, number)
);
comment on table :schema.migrations is
  'Numbered migrations applied to this schema; sha256 is of the up file, and an edited file is refused.';
create table if not exists :schema.migration_objects (
  module text not null,
  kind text not null,
  name text not null,
  on_table text,
  sha256 text not null,
  applied_at timestamptz(3) not null default clock_timestamp(),
  constraint migration_objects_pkey primary key (module, kind, name)
);
comment on table :schema.migration_objects is
  'Functions, views and triggers of this schema with the hash of their file; replaced when it changes.';
comment on column :schema.migration_objects.on_table is
  'Table that a trigger hangs on; null for functions and views.';
`;

/** Reads the history in one round trip; a schema that is not there yet has an empty one. */
export async function readHistory(executor: Executor, schema: string): Promise<History> {
  const exists = await executor.query<{ installed: boolean }>(
    'select to_regclass($1) is not null as installed',
    [`"${schema}".migration_objects`],
  );
  if (exists.rows[0]?.installed !== true) return { installed: false, migrations: [], objects: [] };
  const migrations = await executor.query<AppliedMigration>(
    renderSql(
      'select module, number, name, sha256, applied_at from :schema.migrations order by module, number',
      schema,
    ),
  );
  const objects = await executor.query<AppliedObject>(
    renderSql('select module, kind, name, on_table, sha256 from :schema.migration_objects', schema),
  );
  return { installed: true, migrations: migrations.rows, objects: objects.rows };
}

/** Compares by set difference, never by highest number, so that a file merged late is found. */
export function compareHistory(template: Template, history: History): ModuleStatus {
  const applied = history.migrations.filter((row) => row.module === template.name);
  const files = new Map(template.migrations.map((migration) => [migration.number, migration]));
  const done = new Set(applied.map((row) => row.number));
  const objects = history.objects.filter((row) => row.module === template.name);
  const hashes = new Map(objects.map((row) => [`${row.kind} ${row.name}`, row.sha256]));
  const wanted = new Set(template.objects.map((object) => `${object.kind} ${object.name}`));
  return {
    module: template.name,
    applied,
    pending: template.migrations.filter((migration) => !done.has(migration.number)),
    edited: applied
      .filter(
        (row) => files.get(row.number)?.name === row.name && files.get(row.number)?.sha256 !== row.sha256,
      )
      .map((row) => row.name),
    missing: applied.filter((row) => files.get(row.number)?.name !== row.name).map((row) => row.name),
    objects,
    changedObjects: template.objects.filter(
      (object) => hashes.get(`${object.kind} ${object.name}`) !== object.sha256,
    ),
    removedObjects: objects.filter((row) => !wanted.has(`${row.kind} ${row.name}`)),
  };
}

export function isUpToDate(status: ModuleStatus): boolean {
  return (
    status.pending.length + status.edited.length + status.missing.length === 0 &&
    status.changedObjects.length + status.removedObjects.length === 0
  );
}
