/** A database of its own for a test file, cloned from the migrated template. */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase } from '../../src/kernel/database/open.ts';
import type { Database } from '../../src/kernel/database/types.ts';
import { createInstance } from '../../src/kernel/instance.ts';
import type { Instance } from '../../src/kernel/system.ts';
import { type AgentsService, agents } from '../../src/systems/agents/index.ts';
import { type GigsService, gigs } from '../../src/systems/gigs/index.ts';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** The instance `agents` of the template, over `database`. */
  readonly agents: Instance<AgentsService>;
  /** The instance `gigs` of the template, over `database`. */
  readonly gigs: Instance<GigsService>;
  /** Another pool on the same database, for a second caller; closed with this one. */
  connect(parameters?: Readonly<Record<string, string>>): Promise<Database>;
  /** Closes the pools and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** An empty database instead of a clone of the template. */
  readonly empty?: boolean;
  /** Parameters of the connection URL, such as pool_max. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.empty === true ? 'template1' : inject('templateName');
  const admin = await openDatabase(serverUrl);
  await cloneTemplate(admin, name, template);
  await admin.close();
  const urlWith = (parameters: Readonly<Record<string, string>> = {}): string => {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
    return url.toString();
  };
  const opened: Database[] = [];
  const connect = async (parameters?: Readonly<Record<string, string>>): Promise<Database> => {
    const database = await openDatabase(urlWith({ ...options.parameters, ...parameters }));
    opened.push(database);
    return database;
  };
  const database = await connect();
  return {
    url: urlWith(options.parameters),
    database,
    agents: createInstance(agents, database),
    gigs: createInstance(gigs, database),
    connect,
    close: async () => {
      await Promise.all(opened.map((one) => one.close()));
      const last = await openDatabase(serverUrl);
      await last.query(`drop database if exists ${name} with (force)`);
      await last.close();
    },
  };
}

/** Two files that clone at the same moment get 55006 or 23505 from the server; asking again is enough. */
async function cloneTemplate(admin: Database, name: string, template: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await admin.query(`create database ${name} template ${template}`);
      return;
    } catch (error) {
      if (attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80));
    }
  }
}
