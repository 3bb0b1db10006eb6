/** The same life by hand: node-postgres, named statements, row locks, a transaction for each step. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type GigsContender, POOL, prepareTables, tableBooks } from '../support/gigs-contract.ts';
import { versionOf } from '../support/version.ts';

export const version = versionOf('pg');
export const settings = 'named statements, row locks (for update), three transactions';
export const prepare = prepareTables;

const STATEMENTS = {
  task: `insert into tasks ("id", "platformId", "workerId", "taskType", "amount", "status", "title", "startedAt")
    values ($1, $2, $3, 'fixed', $4, 'active', $5, now()) returning *`,
  audit: `insert into audit_logs ("id", "actorId", "actorType", "action", "resourceType", "resourceId", "metadata")
    values ($1, $2, $3, $4, $5, $6, $7)`,
  lock: `select * from tasks where "id" = $1 for update`,
  complete: `update tasks set "status" = 'completed', "completedAt" = now(), "updatedAt" = now() where "id" = $1 returning *`,
  event: `insert into reputation_events ("id", "workerId", "eventType", "delta", "reason", "relatedId")
    values ($1, $2, 'task_completed', $3, $4, $5)`,
  score: `update workers set "reputationScore" = least(1000, greatest(0, "reputationScore" + $2)), "updatedAt" = now()
    where "id" = $1`,
  key: `select "transactionId" from idempotency_keys where "key" = $1`,
  paid: `select "id" from transactions where "taskId" = $1 and "txType" = 'payout' and "status" = 'completed' limit 1`,
  payout: `insert into transactions ("id", "workerId", "taskId", "txType", "amount", "status", "processedAt")
    values ($1, $2, $3, 'payout', $4, 'completed', now()) returning *`,
  keep: `insert into idempotency_keys ("key", "transactionId") values ($1, $2)`,
  touch: `update tasks set "updatedAt" = now() where "id" = $1`,
  worker: `update workers set "totalTasks" = "totalTasks" + 1, "totalEarned" = "totalEarned" + $2, "lastActiveAt" = now(),
    "updatedAt" = now() where "id" = $1`,
  platform: `update platforms set "totalTasks" = "totalTasks" + 1, "totalPayouts" = "totalPayouts" + $2, "updatedAt" = now()
    where "id" = $1`,
} as const;

export async function open(url: string): Promise<GigsContender> {
  const pool = new pg.Pool({ connectionString: url, max: POOL });
  const transaction = async <T>(body: (run: Run) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const value = await body((name, ...values) =>
        client.query({ name, text: STATEMENTS[name], values: [...values] }).then(({ rows }) => rows),
      );
      await client.query('commit');
      return value;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  const audit = (run: Run, actor: readonly [string, string], what: Audited) =>
    run('audit', randomUUID(), ...actor, what.action, what.type, what.id, JSON.stringify(what.metadata));
  return {
    async live(life) {
      const id = await transaction(async (run) => {
        const [task] = await run(
          'task',
          ...[randomUUID(), life.platformId, life.workerId, life.amount, 'Delivery'],
        );
        const metadata = { task_type: 'fixed', amount: life.amount };
        await audit(run, [life.platformId, 'platform'], {
          action: 'create_task',
          type: 'task',
          id: String(task?.id),
          metadata,
        });
        return String(task?.id);
      });
      await transaction(async (run) => {
        const [task] = await run('lock', id);
        if (task === undefined) throw new Error('Task not found');
        if (task.status !== 'active') throw new Error('Task is not active');
        await run('complete', id);
        await run('event', randomUUID(), task.workerId, 10, 'Task completed', id);
        await run('score', task.workerId, 10);
        await audit(run, [String(task.workerId), 'worker'], {
          action: 'complete_task',
          type: 'task',
          id,
          metadata: { delta: 10 },
        });
      });
      await transaction(async (run) => {
        const [known] = await run('key', life.key);
        if (known !== undefined) return known.transactionId;
        const [task] = await run('lock', id);
        if (task === undefined) throw new Error('Task not found');
        if (task.workerId !== life.workerId) throw new Error('Task does not belong to this worker');
        if (task.status !== 'completed') throw new Error('Task is not completed');
        if ((await run('paid', id)).length > 0) throw new Error('Task already paid');
        const [payout] = await run('payout', randomUUID(), task.workerId, id, task.amount);
        await run('keep', life.key, payout?.id);
        await run('touch', id);
        await run('worker', task.workerId, task.amount);
        await run('platform', task.platformId, task.amount);
        await audit(run, ['system', 'system'], {
          action: 'process_payment',
          type: 'transaction',
          id: String(payout?.id),
          metadata: { taskId: id, amount: task.amount },
        });
        return payout?.id;
      });
    },
    books: () => tableBooks(url),
    close: () => pool.end(),
  };
}

type Run = (
  name: keyof typeof STATEMENTS,
  ...values: readonly unknown[]
) => Promise<Record<string, unknown>[]>;

interface Audited {
  readonly action: string;
  readonly type: string;
  readonly id: string;
  readonly metadata: unknown;
}
