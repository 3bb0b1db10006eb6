/** Kysely over our own executor, so that built queries share pool, prepared names, retry and timing with raw SQL. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult as KyselyResult,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { GuildhallError } from '../errors.ts';
import type { AnySchema, Executor, QueryResult } from './types.ts';

/** A connection held for one query, or for Kysely's connection(). */
export interface HeldConnection {
  query(text: string, params: readonly unknown[]): Promise<QueryResult<unknown>>;
  release(): void;
}

/** For the database: each query takes a pooled connection. */
export function kyselyOnPool(hold: () => Promise<HeldConnection>): Kysely<AnySchema> {
  return kyselyWith({
    acquireConnection: async () => new Connection(await hold()),
    releaseConnection: async (connection) => (connection as Connection).held.release(),
    ...refuseTransactions(
      'Use db.transaction((tx) => tx.kysely()…): it retries, and keeps the outer handle out.',
    ),
  });
}

/** For a transaction: every query runs in it. */
export function kyselyInTransaction(executor: Executor): Kysely<AnySchema> {
  const connection = new Connection({
    query: (text, params) => executor.query(text, params),
    release: () => undefined,
  });
  return kyselyWith({
    acquireConnection: async () => connection,
    releaseConnection: async () => undefined,
    ...refuseTransactions('Use tx.transaction(…) for a savepoint.'),
  });
}

/** Kysely's own transactions would know nothing of retries, time-outs and the guard on the outer handle. */
function refuseTransactions(
  hint: string,
): Pick<Driver, 'beginTransaction' | 'commitTransaction' | 'rollbackTransaction'> {
  const refuse = () =>
    Promise.reject(
      new GuildhallError('wrong_database_handle', "Kysely's own transaction() is not offered.", { hint }),
    );
  return { beginTransaction: refuse, commitTransaction: refuse, rollbackTransaction: refuse };
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
      hint: 'Read in pages: pageLimit, decodeCursor, toPage.',
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
