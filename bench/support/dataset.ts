/** Fills a database with the benchmark's data and says which rows the operations ask for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

/** Changing it changes every id and amount; results stay comparable, rows do not. */
export const SEED = 20_250_101;

/** 100 costs in each of 100 small projects; the rest is spread over the ten big ones. */
const SMALL_COSTS = 10_000;

export interface DatasetSize {
  readonly costs: number;
}

/** What the operations are asked about; the same for every contender. */
export interface Targets {
  readonly users: readonly string[];
  readonly smallProjects: readonly string[];
  readonly bigProjects: readonly string[];
  /** Projects without rows, written to; each contender has its own, so that their sums can be checked. */
  readonly sinkProjects: readonly string[];
  /** The range of `dailySpend`: 30 days, `to` is exclusive. */
  readonly from: Date;
  readonly to: Date;
}

/** Where the SQL lies: the program runs from a bundle, so `import.meta.url` would not find it. */
export function benchFolder(): string {
  const folder = process.env.GUILDHALL_BENCH_FOLDER;
  if (folder === undefined) throw new Error('Start the benchmark with `node bench/run.mjs`.');
  return folder;
}

export async function runSqlFile(
  client: Client,
  path: string,
  values: Record<string, number> = {},
): Promise<void> {
  const text = await readFile(join(benchFolder(), path), 'utf8');
  await client.query(
    text.replace(/(?<!:):([a-z_]+)\b/g, (whole, name: string) => String(values[name] ?? whole)),
  );
}

/** Lays out the data in the schema `bench`; about a third of the load's time. */
export async function createDataset(client: Client, size: DatasetSize): Promise<void> {
  await runSqlFile(client, 'support/dataset.sql', {
    seed: SEED,
    small_costs: SMALL_COSTS,
    big_costs: size.costs - SMALL_COSTS,
  });
}

/** A database with the original five tables in it, which all rivals share. */
export async function createFiveTables(url: string, size: DatasetSize): Promise<Targets> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await createDataset(client, size);
    await runSqlFile(client, 'support/five-tables.sql');
    await assertCount(client, size);
    const targets = await readTargets(client);
    await finishLoad(client);
    return targets;
  } finally {
    await client.end();
  }
}

/** Drops the layout, and leaves statistics and visibility maps as a database in use has them. */
export async function finishLoad(client: Client): Promise<void> {
  await client.query('drop schema bench cascade');
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
}

async function assertCount(client: Client, size: DatasetSize): Promise<void> {
  const { rows } = await client.query<{ count: string }>('select count(*) from costs');
  if (Number(rows[0]?.count) !== size.costs) throw new Error(`${rows[0]?.count} costs, not ${size.costs}.`);
}

async function readTargets(client: Client): Promise<Targets> {
  const ids = async (from: string): Promise<string[]> => {
    const { rows } = await client.query<{ id: string }>(`select id from ${from} order by n`);
    return rows.map((row) => row.id);
  };
  return {
    users: await ids('bench.users'),
    smallProjects: await ids(`bench.projects where kind = 'small'`),
    bigProjects: await ids(`bench.projects where kind = 'big'`),
    sinkProjects: await ids(`bench.projects where kind = 'sink'`),
    from: new Date('2025-12-01T00:00:00Z'),
    to: new Date('2025-12-31T00:00:00Z'),
  };
}
