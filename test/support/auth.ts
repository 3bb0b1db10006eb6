/** Accounts of two bare instances, and what the tests of the account service have in common. */
import {
  type Accounts,
  accountConstraints,
  accountsOn,
  createPasswordHasher,
  type PasswordHasher,
} from '../../src/kernel/auth/index.ts';
import type { Database } from '../../src/kernel/database/types.ts';
import type { ErrorCode } from '../../src/kernel/errors.ts';
import { kernelSql } from '../../src/kernel/generated/sql.ts';
import { createMigrator } from '../../src/kernel/migrate/migrator.ts';
import { createScope } from '../../src/kernel/scope.ts';
import type { Scope } from '../../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

export const PASSWORD = 'correct horse battery';

export interface AuthFixture {
  readonly opened: TestDatabase;
  readonly database: Database;
  readonly scope: Scope;
  readonly otherScope: Scope;
  readonly accounts: Accounts;
  readonly others: Accounts;
  readonly hasher: CountingHasher;
  /** Another instance of the kernel's part alone. */
  install(schema: string): Promise<Scope>;
  newUser(roles?: readonly string[]): Promise<{ id: string; login: string }>;
  countStatements<T>(run: () => Promise<T>): Promise<{ value: T; statements: number }>;
}

/** Counts the dear operations, so that equal work is shown by numbers and not by a stopwatch. */
export interface CountingHasher extends PasswordHasher {
  readonly counts: { hashed: number; verified: number };
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly message: string;
  readonly field: string | undefined;
}

export async function openAuth(): Promise<AuthFixture> {
  const opened = await openTestDatabase({ empty: true });
  const { database } = opened;
  const hasher = countingHasher();
  const install = async (schema: string): Promise<Scope> => {
    await createMigrator({ database, schema, modules: [kernelSql] }).up();
    return createScope({ schema, system: 'kernel', executor: database, constraints: accountConstraints });
  };
  const [scope, otherScope] = [await install('auth_one'), await install('auth_two')];
  const accounts = accountsOn(scope, { passwords: hasher });
  const others = accountsOn(otherScope, { passwords: hasher });
  let statements = 0;
  database.onQuery(() => {
    statements += 1;
  });
  return {
    opened,
    database,
    scope,
    otherScope,
    accounts,
    others,
    hasher,
    install,
    newUser: (roles = []) =>
      accounts.createAccount({ kind: 'user', login: newLogin(), password: PASSWORD, roles }),
    countStatements: async (run) => {
      const before = statements;
      const value = await run();
      return { value, statements: statements - before };
    },
  };
}

let serial = 0;
export function newLogin(): string {
  serial += 1;
  return `user${serial}@example.org`;
}

/** The error of a call that must fail. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome) throw new Error(`Expected a refusal, got ${JSON.stringify(outcome.value)}`);
  const error = outcome.error as Refusal;
  return { code: error.code, reason: error.reason, message: error.message, field: error.field };
}

function countingHasher(): CountingHasher {
  const inner = createPasswordHasher();
  const counts = { hashed: 0, verified: 0 };
  return {
    counts,
    hash: (password) => {
      counts.hashed += 1;
      return inner.hash(password);
    },
    verify: (hash, password) => {
      counts.verified += 1;
      return inner.verify(hash, password);
    },
    isWeak: (hash) => inner.isWeak(hash),
  };
}
