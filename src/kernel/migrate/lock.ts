/** The lock that lets one migrator at a time work on a schema; it ends with the transaction, also behind a pooler. */
import { createHash } from 'node:crypto';
import type { Transaction } from '../database/types.ts';
import { GuildhallError } from '../errors.ts';

const POLL_MS = 100;

interface Owner {
  readonly pid: number;
  readonly application_name: string;
  readonly since: Date;
}

/** Waits up to `waitMs` for the lock; then says who holds it. */
export async function takeLock(tx: Transaction, schema: string, waitMs: number): Promise<void> {
  const key = createHash('sha256').update(`guildhall.migrate.${schema}`).digest().readBigInt64BE(0);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { rows } = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [
      key,
    ]);
    if (rows[0]?.taken === true) return hearOfOthers(tx);
    if (performance.now() > deadline) throw lockedError(schema, waitMs, await readOwner(tx, key));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Reading a catalogue table makes the session take note of what the migrator before it created. Otherwise it may
 * remember from before its wait that there is no such schema, and `create schema if not exists` fails.
 */
async function hearOfOthers(tx: Transaction): Promise<void> {
  await tx.query('select from pg_catalog.pg_namespace limit 1');
}

async function readOwner(tx: Transaction, key: bigint): Promise<Owner | undefined> {
  const { rows } = await tx.query<Owner>(
    `select a.pid, a.application_name, a.xact_start as since
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
    [key],
  );
  return rows[0];
}

function lockedError(schema: string, waitMs: number, owner: Owner | undefined): GuildhallError {
  const who =
    owner === undefined
      ? 'another migrator'
      : `process ${owner.pid} (${owner.application_name}) since ${owner.since.toISOString()}`;
  return new GuildhallError('migration_conflict', `Schema ${schema} is being migrated by ${who}.`, {
    reason: 'migration_locked',
    hint: `Waited ${waitMs} ms. Wait for it to end, or stop it, and run this again.`,
    ...(owner === undefined ? {} : { details: { pid: owner.pid } }),
  });
}
