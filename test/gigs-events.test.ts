import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { documentedEvents, GIGS } from './support/gigs-events.ts';

let t: GigsFixture;
beforeAll(async () => {
  t = await openGigs();
});
afterAll(() => t?.opened.close());

/** Every text of the system in which an action is recorded. */
const SOURCES = ['sql/functions/', 'imports/', '']
  .flatMap((folder) => readdirSync(GIGS + folder).map((name) => GIGS + folder + name))
  .filter((path) => /\.(sql|ts)$/.test(path))
  .map((path) => readFileSync(path, 'utf8'));

/** Actions that are not written out beside their resource: begin_task, streams, verification, transfers. */
const INDIRECT: readonly (readonly [string, string])[] = [
  ...['assign_task', 'claim_task', 'start_task', 'verify_task', 'review_task'].map(
    (action) => ['task', action] as const,
  ),
  ...['completed', 'insolvent', 'paused', 'cancelled'].map((action) => ['stream', action] as const),
  ['withdrawal', 'complete'],
  ['withdrawal', 'fail'],
  ['worker', 'register'],
  ['platform', 'register'],
  ['deposit', 'fail'],
  ['inbound_event', 'retry'],
  ['rail_notification', 'retry'],
];

const PARTICIPLE = /^[a-z]+(_[a-z]+)*\.([a-z]+ed|repaid|paid_down|topped_up|written_off|secret_rotated)$/;

function recorded(): (readonly [string, string])[] {
  const direct = SOURCES.flatMap((text) =>
    [...text.matchAll(/record_action\([^;]*?,\s*'([a-z_]+)', '([a-z_]+)',/g)].map(
      ([, action = '', resource = '']) => [resource, action] as const,
    ),
  );
  return [...direct, ...INDIRECT];
}

async function typeOf(resource: string, action: string): Promise<string> {
  const [row] = await t.scope.query<{ type: string }>('select :schema.event_type($1, $2) as type', [
    resource,
    action,
  ]);
  return row!.type;
}

describe('the type of an event', () => {
  it('is a noun and a past participle, for every action that is recorded', async () => {
    const actions = recorded();
    expect(actions.length).toBeGreaterThan(35);
    const types = await Promise.all(actions.map(([resource, action]) => typeOf(resource, action)));
    expect(types.filter((type) => !PARTICIPLE.test(type))).toEqual([]);
    expect(PARTICIPLE.test('task.create_task')).toBe(false);
  });

  it('is listed in the README, and nothing else is', async () => {
    const types = await Promise.all(recorded().map(([resource, action]) => typeOf(resource, action)));
    expect(documentedEvents().sort()).toEqual([...new Set([...types, 'payment.confirmed'])].sort());
  });

  it('is the same for calls that go together as for calls made alone', async () => {
    const together = SOURCES.flatMap((text) =>
      [...text.matchAll(/'action', '([a-z_]+)',\s+'event', '([a-z_.]+)'/g)].map(
        ([, action = '', type = '']) => [action, type] as const,
      ),
    );
    expect(together).toHaveLength(7);
    for (const [action, type] of together) expect(await typeOf('task', action)).toBe(type);
  });
});

describe('the audit trail', () => {
  it('keeps the names of the actions beside events of other names', async () => {
    const [platform, worker] = [await t.platform(), await t.worker()];
    const input = { platformId: platform.id, workerId: worker.id, amount: '10' };
    const task = await t.service.createTaskWithAudit(input);
    await t.service.startTask(task.id);
    await t.service.completeTaskWithReputation(task.id);
    await t.service.disputeTask(task.id, { by: 'platform', reason: 'late' });
    await t.service.resolveDispute(task.id, { outcome: 'complete' });
    const names = async (table: string, column: string, key: string): Promise<unknown[]> =>
      (
        await t.scope.query<{ name: string }>(
          `select distinct ${column} as name from :schema.${table} where ${key} = $1 order by 1`,
          [task.id],
        )
      ).map(({ name }) => name);
    expect(await names('audit_logs', 'action', 'resource_id')).toEqual([
      'complete_task',
      'create_task',
      'dispute_task',
      'resolve_dispute',
      'start_task',
    ]);
    expect(await names('outbox', 'type', 'subject')).toEqual([
      'task.completed',
      'task.created',
      'task.disputed',
      'task.resolved',
      'task.started',
    ]);
  });
});
