/** Kysely over our own executor, so that built queries share pool, prepared names, retry and timing with raw SQL. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult as KyselyResult,
  type TransactionSettings,
} from 'kysely';
import { GuildhallError } from '../errors.ts';
import type { AnySchema, Executor, QueryResult } from './types.ts';

/** A connection held for one Kysely transaction. */
export interface HeldConnection {
  query(text: string, params: readonly unknown[]): Promise<QueryResult<unknown>>;
  release(): void;
}

/** For the database: each query takes a pooled connection, and `db.transaction()` of Kysely holds one. */
export function kyselyOnPool(hold: () => Promise<HeldConnection>): Kysely<AnySchema> {
  return kyselyWith({
    acquireConnection: async () => new Connection(await hold()),
    releaseConnection: async (connection) => (connection as Connection).held.release(),
    beginTransaction: (connection, settings) => run(connection, beginText(settings)),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
  });
}

/** For a transaction: every query runs in it; Kysely's own transaction() is refused in favour of ours. */
export function kyselyInTransaction(executor: Executor): Kysely<AnySchema> {
  const held: HeldConnection = {
    query: (text, params) => executor.query(text, params),
    release: () => undefined,
  };
  const connection = new Connection(held);
  const refuse = () =>
    Promise.reject(
      new GuildhallError('wrong_database_handle', 'A transaction is open already.', {
        hint: 'Use tx.transaction(…) for a savepoint.',
      }),
    );
  return kyselyWith({
    acquireConnection: async () => connection,
    releaseConnection: async () => undefined,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
  });
}

class Connection implements DatabaseConnection {
  constructor(readonly held: HeldConnection) {}

  async executeQuery<Row>(compiled: CompiledQuery): Promise<KyselyResult<Row>> {
    const result = await this.held.query(compiled.sql, compiled.parameters);
    return { rows: result.rows as Row[], numAffectedRows: BigInt(result.rowCount) };
  }

  // biome-ignore lint/correctness/useYield: streaming is refused, not implemented.
  async *streamQuery<Row>(): AsyncIterableIterator<KyselyResult<Row>> {
    throw new GuildhallError('invalid_input', 'stream() is not offered: a cursor would pin a connection.', {
      hint: 'Read in pages with keyset(…).',
    });
  }
}

function kyselyWith(driver: Omit<Driver, 'init' | 'destroy'>): Kysely<AnySchema> {
  return new Kysely<AnySchema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => ({ init: async () => undefined, destroy: async () => undefined, ...driver }),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

async function run(connection: DatabaseConnection, text: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(text));
}

function beginText(settings: TransactionSettings): string {
  const level = settings.isolationLevel === undefined ? '' : ` isolation level ${settings.isolationLevel}`;
  return `begin${level}${settings.accessMode === 'read only' ? ' read only' : ''}`;
}
