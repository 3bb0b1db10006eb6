/** Statistics of an instance's schema, from the server's own counters. */
import type { Database } from './types.ts';

export interface TableStats {
  readonly table: string;
  /** The planner's estimate; exact counts would read every row. */
  readonly estimatedRows: bigint;
  readonly totalBytes: bigint;
  readonly indexBytes: bigint;
  readonly deadRows: bigint;
  readonly sequentialScans: bigint;
  readonly indexScans: bigint;
  readonly lastVacuum: Date | null;
}

export interface SchemaStats {
  readonly schema: string;
  readonly tables: readonly TableStats[];
  /** Indexes that no query has used since the counters were reset, primary keys and uniques left out. */
  readonly unusedIndexes: readonly { readonly index: string; readonly bytes: bigint }[];
  /** Foreign keys whose columns no index begins with: each delete of a parent reads the whole child. */
  readonly unindexedForeignKeys: readonly string[];
  /** Statements that wait for another's lock right now. */
  readonly blocked: readonly {
    readonly pid: number;
    readonly blockedBy: number[];
    readonly waitingS: number;
  }[];
  readonly cacheHitRatio: number | null;
}

const TABLES_SQL = `
select s.relname as "table", greatest(c.reltuples, 0)::bigint as "estimatedRows",
  pg_total_relation_size(c.oid) as "totalBytes", pg_indexes_size(c.oid) as "indexBytes",
  s.n_dead_tup as "deadRows", s.seq_scan as "sequentialScans", coalesce(s.idx_scan, 0) as "indexScans",
  greatest(s.last_vacuum, s.last_autovacuum) as "lastVacuum"
from pg_stat_user_tables s join pg_class c on c.oid = s.relid
where s.schemaname = $1
order by pg_total_relation_size(c.oid) desc, s.relname`;

const UNUSED_SQL = `
select s.indexrelname as index, pg_relation_size(s.indexrelid) as bytes
from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid join pg_class c on c.oid = s.indexrelid
where s.schemaname = $1 and s.idx_scan = 0 and not i.indisunique and not c.relispartition
order by 2 desc, 1`;

const UNINDEXED_SQL = `
select k.conrelid::regclass::text || '.' || k.conname as name
from pg_constraint k
where k.contype = 'f' and k.connamespace = to_regnamespace($1)
  and not exists (
    select from pg_index i
    where i.indrelid = k.conrelid
      and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
  and not exists (
    select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1])
order by 1`;

const BLOCKED_SQL = `
select pid, pg_blocking_pids(pid) as "blockedBy",
  extract(epoch from clock_timestamp() - query_start)::float8 as "waitingS"
from pg_stat_activity
where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;

const CACHE_SQL = `
select (sum(heap_blks_hit) / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0))::float8 as ratio
from pg_statio_user_tables where schemaname = $1`;

/** Sizes, scans, dead rows, unused indexes, unindexed foreign keys and blocked statements of one schema. */
export async function schemaStats(database: Database, schema: string): Promise<SchemaStats> {
  const [tables, unused, unindexed, blocked, cache] = await Promise.all([
    database.query<TableStats>(TABLES_SQL, [schema]),
    database.query<{ index: string; bytes: bigint }>(UNUSED_SQL, [schema]),
    database.query<{ name: string }>(UNINDEXED_SQL, [`"${schema}"`]),
    database.query<{ pid: number; blockedBy: number[]; waitingS: number }>(BLOCKED_SQL),
    database.query<{ ratio: number | null }>(CACHE_SQL, [schema]),
  ]);
  return {
    schema,
    tables: tables.rows,
    unusedIndexes: unused.rows,
    unindexedForeignKeys: unindexed.rows.map((row) => row.name),
    blocked: blocked.rows,
    cacheHitRatio: cache.rows[0]?.ratio ?? null,
  };
}
