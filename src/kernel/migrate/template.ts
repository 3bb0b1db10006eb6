/** Reads a module's SQL files into migrations and replaceable objects, and renders them for a schema. */
import { createHash } from 'node:crypto';
import { GuildhallError } from '../errors.ts';
import { assertSchemaName, type SqlModule } from '../system.ts';

export interface Migration {
  readonly module: string;
  readonly number: number;
  /** `0001_create_core`, as in the file's name. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of the up text with line ends normalised. */
  readonly sha256: string;
}

export const OBJECT_KINDS = ['function', 'view', 'trigger'] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** A function, view or trigger: one file, replaced whenever its content changes. */
export interface SqlObject {
  readonly module: string;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
  /** The table a trigger hangs on; null for functions and views. */
  readonly table: string | null;
}

export interface Template {
  readonly name: string;
  readonly migrations: readonly Migration[];
  /** In the order to create them; drop them in reverse. */
  readonly objects: readonly SqlObject[];
}

const MIGRATION_PATH = /^migrations\/((\d{4})_[a-z0-9_]+)\.(up|down)\.sql$/;
const OBJECT_PATH = /^(function|view|trigger)s\/([a-z0-9_]+)\.sql$/;
/** `:schema` but not `::schema`, which would be a cast. */
const SCHEMA_PLACEHOLDER = /(?<!:):schema\b/g;

/** Sorts a module's files; throws `migration_conflict` for a gap, a duplicate number or a missing down file. */
export function readTemplate(module: SqlModule): Template {
  const ups = new Map<string, string>();
  const downs = new Map<string, string>();
  const objects: SqlObject[] = [];
  for (const file of module.files) {
    const text = file.text.replaceAll('\r\n', '\n');
    const migration = MIGRATION_PATH.exec(file.path);
    const object = OBJECT_PATH.exec(file.path);
    if (migration !== null) (migration[3] === 'up' ? ups : downs).set(migration[1] ?? '', text);
    else if (object !== null) objects.push(readObject(module.name, object, text));
    else throw conflict(`${module.name}: ${file.path} is neither a migration nor an object.`);
  }
  return { name: module.name, migrations: pairUp(module.name, ups, downs), objects: inOrder(objects) };
}

/** Puts the quoted schema name in place of `:schema`. */
export function renderSql(text: string, schema: string): string {
  assertSchemaName(schema);
  return text.replace(SCHEMA_PLACEHOLDER, `"${schema}"`);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function pairUp(module: string, ups: Map<string, string>, downs: Map<string, string>): Migration[] {
  const names = [...ups.keys()].sort();
  for (const name of downs.keys()) {
    if (!ups.has(name)) throw conflict(`${module}/${name} has a down file and no up file.`);
  }
  return names.map((name, index) => {
    const number = Number(name.slice(0, 4));
    if (number !== index + 1) throw conflict(`${module}/${name} should have the number ${index + 1}.`);
    const up = ups.get(name) ?? '';
    const down = downs.get(name);
    if (down === undefined) throw conflict(`${module}/${name} has no down file.`);
    return { module, number, name, up, down, sha256: sha256(up) };
  });
}

function readObject(module: string, match: RegExpExecArray, text: string): SqlObject {
  const kind = match[1] as ObjectKind;
  const name = match[2] ?? '';
  const declared = new RegExp(`create or replace ${kind} (?::schema\\.)?${name}\\b`).test(text);
  if (!declared)
    throw conflict(`${module}/${kind}s/${name}.sql does not "create or replace ${kind} ${name}".`);
  const table = kind === 'trigger' ? (/\bon :schema\.([a-z0-9_]+)/.exec(text)?.[1] ?? null) : null;
  if (kind === 'trigger' && table === null) throw conflict(`${module}/triggers/${name}.sql names no table.`);
  return { module, kind, name, text, sha256: sha256(text), table };
}

/** Functions, then views, then triggers; a view comes after the views that its `-- requires:` line names. */
function inOrder(objects: readonly SqlObject[]): SqlObject[] {
  const sorted = [...objects].sort(
    (a, b) => OBJECT_KINDS.indexOf(a.kind) - OBJECT_KINDS.indexOf(b.kind) || a.name.localeCompare(b.name),
  );
  const placed = new Set<SqlObject>();
  const place = (object: SqlObject, path: readonly string[]): void => {
    if (placed.has(object)) return;
    if (path.includes(object.name))
      throw conflict(`${[...path, object.name].join(' → ')} require each other.`);
    for (const required of requirementsOf(object)) {
      const target = sorted.find((other) => other.kind === object.kind && other.name === required);
      if (target === undefined) throw conflict(`${object.name} requires ${required}, which is not there.`);
      place(target, [...path, object.name]);
    }
    placed.add(object);
  };
  for (const object of sorted) place(object, []);
  return [...placed].sort((a, b) => OBJECT_KINDS.indexOf(a.kind) - OBJECT_KINDS.indexOf(b.kind));
}

function requirementsOf(object: SqlObject): string[] {
  const line = /^-- requires: (.+)$/m.exec(object.text)?.[1];
  return line === undefined ? [] : line.split(',').map((name) => name.trim());
}

function conflict(message: string): GuildhallError {
  return new GuildhallError('migration_conflict', message, { hint: 'Correct the files of the module.' });
}
