import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeneratedFiles, generateFiles } from '../scripts/generate-from-database.ts';
import { generateTypes } from '../src/kernel/migrate/type-generator.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { failureOf } from './support/kernel.ts';

interface SqlFolder {
  readonly name: string;
  readonly folder: string;
}

interface Inliner {
  readonly sqlModules: () => readonly SqlFolder[];
  readonly inlinedSql: (module: SqlFolder) => string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const inliner = (await import(new URL('../scripts/inline-sql.mjs', import.meta.url).href)) as Inliner;

let opened: TestDatabase;
let generated: GeneratedFiles;

beforeAll(async () => {
  opened = await openTestDatabase({ empty: true });
  generated = await generateFiles(opened.database);
});

afterAll(() => opened?.close());

/** The first line that differs says more than two whole files. */
async function expectFresh(path: string, fresh: string): Promise<void> {
  const kept = (await readFile(path, 'utf8').catch(() => '')).replaceAll('\r\n', '\n');
  if (kept === fresh) return;
  const [a, b] = [kept.split('\n'), fresh.split('\n')];
  const line = b.findIndex((text, index) => text !== a[index]);
  throw new Error(
    `${path} is stale: run \`npm run generate\`. Line ${line + 1} is\n  ${a[line]}\nand should be\n  ${b[line]}`,
  );
}

describe('generated files are what their sources give', () => {
  it.each(inliner.sqlModules())('the SQL of $name', async (module) => {
    await expectFresh(`${module.folder}/generated/sql.ts`, inliner.inlinedSql(module));
  });

  it('catalogues and table types, read from a fresh migration on this server', async () => {
    const paths = Object.keys(generated);
    expect(paths).toContain('src/systems/agents/generated/catalog.ts');
    expect(paths).toContain('src/systems/agents/generated/tables.ts');
    for (const [path, fresh] of Object.entries(generated)) await expectFresh(`${root}${path}`, fresh);
  });

  it('and a file that is older than its source is told with the command (control)', async () => {
    await expect(expectFresh(`${root}package.json`, '{}')).rejects.toThrow(
      /stale: run `npm run generate`. Line 1 is/,
    );
  });

  it('and hold neither the schema they were read from nor anything of this machine', () => {
    for (const text of Object.values(generated)) {
      expect(text).not.toContain('source_of_generated');
      expect(text).not.toContain(root);
    }
  });
});

describe('the type generator', () => {
  it('writes what the driver returns, with the comments of the database', async () => {
    const { database } = opened;
    await database.query(`create schema shop;
      create table shop.order_lines (
        id bigint generated always as identity,
        sku text not null,
        price numeric(12, 4) not null default 0,
        tags text[] not null,
        sold_at timestamptz(3),
        total numeric generated always as (price * 2) stored,
        data jsonb not null,
        photo bytea not null);
      comment on table shop.order_lines is 'What was sold. */ Really.';
      comment on column shop.order_lines.sold_at is 'Null: not sold yet.';
      create view shop.order_totals as select sku, sum(price) as price, max(sold_at) as last_sold_at
        from shop.order_lines group by sku;
      comment on column shop.order_totals.last_sold_at is 'Null: never.'`);
    const text = await generateTypes(database, 'shop');
    expect(text).toContain(`/** What was sold. * / Really. */
export interface OrderLines {
  id: ColumnType<bigint, never, never>;
  sku: string;
  price: Generated<string>;
  tags: string[];
  /** Null: not sold yet. */
  sold_at: Date | null;
  total: ColumnType<string | null, never, never>;
  data: unknown;
  photo: Buffer;
}`);
    expect(text).toContain(`export interface OrderTotals {
  sku: ColumnType<string, never, never>;
  price: ColumnType<string, never, never>;
  /** Null: never. */
  last_sold_at: ColumnType<Date | null, never, never>;
}`);
    expect(text).toContain(`export interface Tables {
  order_lines: OrderLines;
  order_totals: OrderTotals;
}`);
  });

  it('refuses a schema without tables', async () => {
    const error = await failureOf(generateTypes(opened.database, 'nowhere'));
    expect(error).toMatchObject({ code: 'not_found', hint: 'guildhall migrate up' });
  });
});
