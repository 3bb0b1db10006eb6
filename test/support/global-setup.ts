/** Starts the PostgreSQL server of this test run and makes the template that every test file clones. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { scratchFolder } from '../../scripts/scratch-folder.mjs';
import { systems } from '../../src/guildhall.ts';
import {
  acquireEmbedded,
  destroyEmbedded,
  embeddedStatus,
} from '../../src/kernel/database/embedded/index.ts';
import { openDatabase } from '../../src/kernel/database/open.ts';
import { createInstance, migratorOf } from '../../src/kernel/instance.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the maintenance database of the test server. */
    serverUrl: string;
    /** Database with one migrated, empty instance of each system. */
    templateName: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.GUILDHALL_TEST_URL;
  const server = given === undefined ? await startServer() : { url: given, stop: async () => undefined };
  const templateName = `guildhall_template_${randomBytes(4).toString('hex')}`;
  const admin = await openDatabase(server.url);
  await admin.query(`create database ${templateName}`);
  const template = await openDatabase(withDatabase(server.url, templateName));
  for (const system of systems) await migratorOf(createInstance(system, template)).up();
  await template.close();
  await admin.close();
  project.provide('serverUrl', server.url);
  project.provide('templateName', templateName);
  return async () => {
    if (given !== undefined) {
      const last = await openDatabase(given);
      await last.query(`drop database if exists ${templateName} with (force)`);
      await last.close();
    }
    await server.stop();
  };
}

/** A run that was killed leaves its server behind; whoever comes next clears it away. */
async function sweepAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(HOME_PREFIX)) continue;
    const home = join(folder, name);
    const facts = await stat(home).catch(() => undefined);
    // A folder that is new may belong to a run that is just starting.
    if (facts === undefined || Date.now() - facts.mtimeMs < ABANDONED_MS) continue;
    const { users } = await embeddedStatus(home);
    if (users.length > 0) continue;
    await destroyEmbedded(home);
    await rm(home, { recursive: true, force: true });
  }
}

const HOME_PREFIX = 'guildhall-test-run-';
const ABANDONED_MS = 120_000;

async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = scratchFolder();
  for (const place of new Set([folder, tmpdir()])) await sweepAbandoned(place);
  const home = await mkdtemp(join(folder, HOME_PREFIX));
  // Tests create and drop many databases and prove durability elsewhere, with servers of their own.
  const server = await acquireEmbedded({ home, settings: { fsync: 'off', max_connections: '200' } });
  return {
    url: server.url,
    stop: async () => {
      await server.release();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
}
