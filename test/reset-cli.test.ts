import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../src/cli/main.ts';
import type { Instance } from '../src/kernel/index.ts';
import { startTasks } from '../src/kernel/tasks.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { until } from './support/kernel.ts';

let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase();
  vi.stubEnv('DATABASE_URL', opened.url);
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await opened?.close();
});

describe('guildhall reset beside a running server', () => {
  it('lets its background tasks say nothing, and go on in the new schemas', async () => {
    const { agents, gigs } = opened;
    const errors: string[] = [];
    const tasks = startTasks([agents, gigs] as unknown as Instance[], {
      onError: (error, task) => errors.push(`${task}: ${error}`),
    });
    await gigs.service.registerPlatform({
      ...{ name: 'Gone', contactEmail: 'gone@example.com', password: 'correct horse battery' },
    });
    await main(['reset', '--yes']);
    expect(process.exitCode ?? 0).toBe(0);
    await until('a seal in the new schema', async () => {
      const [seal] = await gigs.scope.query('select number from :schema.ledger_seals limit 1');
      return seal !== undefined;
    });
    expect(await gigs.service.demoSignIns()).not.toEqual([]);
    await tasks.stop();
    expect(errors).toEqual([]);
  }, 60_000);
});
