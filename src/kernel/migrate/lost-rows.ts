/** Keeps `down` from dropping tables that hold rows. */
import type { Transaction } from '../database/types.ts';
import { GuildhallError } from '../errors.ts';
import { renderSql } from './template.ts';

/** Tables of the migrator, and those whose rows their own migration brings with it: settings and positions. */
const LEFT_OUT = ['migrations', 'migration_objects', 'retention_policies', 'webhook_cursor'];

/** Names of tables that hold at least one row, which nobody can add to until the transaction ends. */
export async function lockFilledTables(tx: Transaction, schema: string): Promise<Set<string>> {
  const tables = await tableNames(tx, schema);
  if (tables.length === 0) return new Set();
  const list = tables.map((name) => `:schema."${name}"`).join(', ');
  await tx.query(renderSql(`lock table ${list} in share mode`, schema));
  const probes = tables.map(
    (name) => `select '${name}' as name where exists (select from :schema."${name}")`,
  );
  const { rows } = await tx.query<{ name: string }>(renderSql(probes.join(' union all '), schema));
  return new Set(rows.map((row) => row.name));
}

/** Throws when one of the filled tables is gone; the transaction then brings it back. */
export async function refuseLostRows(
  tx: Transaction,
  schema: string,
  filled: ReadonlySet<string>,
): Promise<void> {
  if (filled.size === 0) return;
  const left = new Set(await tableNames(tx, schema));
  const lost = [...filled].filter((name) => !left.has(name)).sort();
  if (lost.length === 0) return;
  throw new GuildhallError(
    'migration_failed',
    `Going down would drop tables that hold rows: ${lost.join(', ')}.`,
    {
      reason: 'rows_would_be_lost',
      hint: 'Nothing was changed. Add --force to drop them with their rows.',
      details: { tables: lost },
    },
  );
}

async function tableNames(tx: Transaction, schema: string): Promise<string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `select c.relname as name from pg_class c
      where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all ($2::text[])
      order by c.oid`,
    [`"${schema}"`, LEFT_OUT],
  );
  return rows.map((row) => row.name);
}
