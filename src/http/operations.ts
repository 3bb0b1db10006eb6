/** What machines and operators ask: is it alive, is it ready, how is it, what are the numbers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Hono } from 'hono';
import {
  databaseHealth,
  GuildhallError,
  type Instance,
  isReachable,
  type Migrator,
  migratorOf,
  respond,
  retentionAlarms,
} from '../kernel/index.ts';
import { isLocal } from './client-address.ts';
import type { HttpConfig } from './config.ts';
import type { FaceEnv } from './env.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Metrics } from './metrics.ts';
import { problemResponse } from './problem.ts';

export interface OperationsOptions {
  readonly config: HttpConfig;
  readonly instances: readonly Instance[];
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly note?: string;
}

/** With the check of the database before it, /readyz turns within 2 s of a loss. */
const MIGRATION_CHECK_MS = 400;
const DATABASE_CHECK_MS = 1_200;

/** Routes that answer everybody, at any rate, without credentials. */
export const OPERATION_PATHS = ['/livez', '/readyz', '/health', '/health/db', '/metrics'] as const;

export function mountOperations(app: Hono<FaceEnv>, options: OperationsOptions): void {
  const { config, lifecycle, metrics, instances } = options;
  const ready = singleFlight(() => readinessChecks(options));

  app.get('/livez', (c) => respond(c, 200, { status: 'ok' }));

  app.get('/readyz', async (c) => {
    const checks = await ready();
    return checks.every(({ ok }) => ok) ? respond(c, 200, { status: 'ready', checks }) : notReady(c, checks);
  });

  app.get('/health', async (c) => {
    const checks = await ready();
    if (!checks.every(({ ok }) => ok)) return notReady(c, checks);
    return respond(c, 200, {
      status: 'ok',
      version: config.version,
      uptimeSeconds: Math.round(process.uptime()),
      instances: instances.map(({ schema, definition }) => ({
        instance: schema,
        system: definition.name,
        title: definition.title,
        url: `/v1/${schema}`,
      })),
      checks,
    });
  });

  app.get('/health/db', async (c) => {
    requireOperator(c, config);
    const databases = [...new Set(instances.map(({ database }) => database))];
    const [first] = databases;
    if (!first) throw new GuildhallError('unavailable', 'No database is open.');
    const health = await databaseHealth(first);
    return health.ok
      ? respond(c, 200, { status: 'ok', ...health, alarms: await retentionAlarmsOf(instances) })
      : notReady(c, [{ name: 'database', ok: false, note: health.problem ?? 'no answer' }]);
  });

  app.get('/metrics', async (c) => {
    requireOperator(c, config);
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType });
  });

  const migrators = new Map<string, Migrator>();
  async function readinessChecks({ instances }: OperationsOptions): Promise<Check[]> {
    if (lifecycle.draining) return [{ name: 'draining', ok: false, note: 'The server is shutting down.' }];
    const databases = [...new Set(instances.map(({ database }) => database))];
    const reachable = await Promise.all(
      databases.map((database) => isReachable(database, DATABASE_CHECK_MS)),
    );
    const database = { name: 'database', ok: reachable.every(Boolean) };
    if (!database.ok) return [database];
    return [
      database,
      ...(await Promise.all(instances.map((instance) => migrationCheck(instance, migrators)))),
    ];
  }
}

/**
 * Pending migrations make an instance unready. Ones that only the database knows do not: during a rolling upgrade
 * the old processes go on serving beside the new schema.
 */
async function migrationCheck(instance: Instance, migrators: Map<string, Migrator>): Promise<Check> {
  const { schema } = instance;
  const name = `migrations of ${schema}`;
  const migrator = migrators.get(schema) ?? migratorOf(instance);
  migrators.set(schema, migrator);
  try {
    const modules = await within(MIGRATION_CHECK_MS, migrator.status());
    const pending = modules.reduce((sum, module) => sum + module.pending.length, 0);
    return pending === 0 ? { name, ok: true } : { name, ok: false, note: `${pending} pending` };
  } catch {
    return { name, ok: false, note: 'The history cannot be read.' };
  }
}

/** What is wrong with clean-ups and partitions, by instance; no reason to be unready, but one to look. */
async function retentionAlarmsOf(instances: readonly Instance[]): Promise<object[]> {
  const found = await Promise.all(
    instances.map(async ({ schema, scope }) => {
      try {
        return (await retentionAlarms(scope)).map((alarm) => ({ instance: schema, ...alarm }));
      } catch {
        return [{ instance: schema, name: 'retention', alarm: 'unknown', problem: 'It cannot be read.' }];
      }
    }),
  );
  return found.flat();
}

function notReady(c: Context<FaceEnv>, checks: readonly Check[]): Response {
  return problemResponse(c, new GuildhallError('unavailable', 'Not ready.'), { checks });
}

/** Numbers about the inside are for this machine, or for whoever holds the operations token. */
function requireOperator(c: Context<FaceEnv>, config: HttpConfig): void {
  const given = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (config.operationsToken !== undefined && given !== undefined && same(given, config.operationsToken))
    return;
  if (isLocal(c)) return;
  throw new GuildhallError('forbidden', 'This address answers only to callers on its own machine.', {
    hint: 'Set GUILDHALL_OPERATIONS_TOKEN and send it as "Authorization: Bearer <token>".',
  });
}

function same(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

/** Probes that come while one is running share its answer, so that a lost database is not asked by all of them. */
function singleFlight<T>(body: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= body().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
