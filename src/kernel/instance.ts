/** An installed system: its schema, its service, its migrator and its proof. */
import { accountConstraints } from './auth/index.ts';
import type { Database } from './database/types.ts';
import { kernelSql } from './generated/sql.ts';
import { createMigrator, type Migrator } from './migrate/migrator.ts';
import { type Verification, verifyInstance } from './migrate/verify.ts';
import { queueConstraints } from './queue/constraints.ts';
import { createScope } from './scope.ts';
import {
  assertSchemaName,
  type Instance,
  type InstanceSettings,
  type SqlModule,
  type SystemDefinition,
} from './system.ts';
import { webhookConstraints } from './webhooks/constraints.ts';

/** Makes the handle of an instance; nothing is read or written yet. */
export function createInstance<Service>(
  definition: SystemDefinition<Service>,
  database: Database,
  schema: string = definition.name,
  settings: InstanceSettings = {},
): Instance<Service> {
  assertSchemaName(schema);
  const scope = createScope({
    schema,
    system: definition.name,
    executor: database,
    constraints: {
      ...accountConstraints,
      ...queueConstraints,
      ...webhookConstraints,
      ...definition.constraints,
    },
  });
  return {
    schema,
    definition,
    database,
    scope,
    settings,
    service: definition.createService(scope, settings),
  };
}

/** The kernel's own part and the system's, in the order they are installed. */
export function modulesOf<Service>(definition: SystemDefinition<Service>): readonly SqlModule[] {
  return [kernelSql, definition.sql];
}

export function migratorOf<Service>(instance: Instance<Service>, lockWaitMs?: number): Migrator {
  const { database, schema, definition } = instance;
  return createMigrator({
    database,
    schema,
    modules: modulesOf(definition),
    ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
  });
}

/** Compares the live schema with its files and runs its invariants. */
export function verify<Service>(instance: Instance<Service>): Promise<Verification> {
  const { database, schema, definition } = instance;
  return verifyInstance({ database, schema, modules: modulesOf(definition), expected: definition.catalog });
}
