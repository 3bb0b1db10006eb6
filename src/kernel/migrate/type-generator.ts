/** Writes TypeScript types for the tables and views of a schema, from the migrated database. */
import type { Database } from '../database/types.ts';
import { GuildhallError } from '../errors.ts';

interface ColumnFact {
  readonly relation: string;
  readonly is_view: boolean;
  readonly relation_comment: string | null;
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
  readonly has_default: boolean;
  readonly always_generated: boolean;
  readonly comment: string | null;
}

const COLUMNS_SQL = `
select c.relname as relation, c.relkind = 'v' as is_view, obj_description(c.oid, 'pg_class') as relation_comment,
  a.attname as name, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as type,
  a.attnotnull as not_null,
  a.atthasdef or a.attidentity = 'd' as has_default,
  a.attidentity = 'a' or a.attgenerated <> '' as always_generated,
  col_description(c.oid, a.attnum) as comment
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p', 'v') and not c.relispartition
order by c.relname, a.attnum`;

/** What the driver returns and takes for each PostgreSQL type we use. */
const SCALARS: Readonly<Record<string, string>> = {
  text: 'string',
  'character varying': 'string',
  character: 'string',
  name: 'string',
  uuid: 'string',
  numeric: 'string',
  xid8: 'string',
  interval: 'string',
  date: 'string',
  bigint: 'bigint',
  integer: 'number',
  smallint: 'number',
  real: 'number',
  'double precision': 'number',
  boolean: 'boolean',
  bytea: 'Buffer',
  jsonb: 'unknown',
  json: 'unknown',
  'timestamp with time zone': 'Date',
};

/** The source text: an interface for each relation and `Tables`, which maps their names for Kysely. */
export async function generateTypes(database: Database, schema: string): Promise<string> {
  const { rows } = await database.query<ColumnFact>(COLUMNS_SQL, [`"${schema}"`]);
  if (rows.length === 0) {
    throw new GuildhallError('not_found', `Schema ${schema} has no tables.`, {
      hint: 'guildhall migrate up',
    });
  }
  const relations = groupByRelation(rows);
  const interfaces = [...relations].map(([name, columns]) => interfaceText(name, columns));
  const entries = [...relations.keys()].map((name) => `  ${name}: ${typeName(name)};`);
  return [
    '/** Generated from the migrated database by `guildhall types`; do not edit. */',
    "import type { ColumnType, Generated } from 'kysely';",
    '',
    ...interfaces,
    'export interface Tables {',
    ...entries,
    '}',
    '',
  ].join('\n');
}

function groupByRelation(rows: readonly ColumnFact[]): Map<string, ColumnFact[]> {
  const groups = new Map<string, ColumnFact[]>();
  for (const row of rows) {
    const group = groups.get(row.relation);
    if (group === undefined) groups.set(row.relation, [row]);
    else group.push(row);
  }
  return groups;
}

function interfaceText(name: string, columns: readonly ColumnFact[]): string {
  const comment = columns[0]?.relation_comment;
  return [
    ...(comment == null ? [] : [docComment(comment, '')]),
    `export interface ${typeName(name)} {`,
    ...columns.flatMap((column) => [
      ...(column.comment === null ? [] : [docComment(column.comment, '  ')]),
      `  ${column.name}: ${columnType(column)};`,
    ]),
    '}',
    '',
  ].join('\n');
}

/** Columns of a view have no not-null mark; what our views compute is never null unless commented so. */
function columnType(column: ColumnFact): string {
  const nullable = !column.not_null && !(column.is_view && column.comment === null);
  const type = `${scalarType(column.type)}${nullable ? ' | null' : ''}`;
  if (column.is_view || column.always_generated) return `ColumnType<${type}, never, never>`;
  return column.has_default ? `Generated<${type}>` : type;
}

function scalarType(type: string): string {
  if (type.endsWith('[]')) return `${scalarType(type.slice(0, -2))}[]`;
  return SCALARS[type] ?? 'unknown';
}

function typeName(relation: string): string {
  return relation.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function docComment(text: string, indent: string): string {
  return `${indent}/** ${text.replaceAll('*/', '* /')} */`;
}
