/** A task's life with Drizzle 0.45: a transaction for each step, rows locked with `.for('update')`. */
import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, jsonb, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { Pool } from 'pg';
import { type GigsContender, POOL, prepareTables, tableBooks } from '../support/gigs-contract.ts';
import { versionOf } from '../support/version.ts';

export const version = versionOf('drizzle-orm');
export const settings = 'node-postgres driver, three transactions, select for update';
export const prepare = prepareTables;

const id = () => text('id').primaryKey().$defaultFn(randomUUID);
const moment = (name: string) => timestamp(name, { precision: 3, withTimezone: true });
const usdc = (name: string) => numeric(name, { precision: 18, scale: 6 });

const workers = pgTable('workers', {
  id: id(),
  reputationScore: integer('reputationScore').notNull().default(500),
  totalTasks: integer('totalTasks').notNull().default(0),
  totalEarned: usdc('totalEarned').notNull().default('0'),
  lastActiveAt: moment('lastActiveAt').notNull().defaultNow(),
  updatedAt: moment('updatedAt').notNull().defaultNow(),
});
const platforms = pgTable('platforms', {
  id: id(),
  totalPayouts: usdc('totalPayouts').notNull().default('0'),
  totalTasks: integer('totalTasks').notNull().default(0),
  updatedAt: moment('updatedAt').notNull().defaultNow(),
});
const tasks = pgTable('tasks', {
  id: id(),
  platformId: text('platformId').notNull(),
  workerId: text('workerId').notNull(),
  taskType: text('taskType').notNull(),
  amount: usdc('amount').notNull(),
  status: text('status').notNull().default('pending'),
  title: text('title'),
  description: text('description'),
  metadata: jsonb('metadata'),
  verificationData: jsonb('verificationData'),
  completionProof: text('completionProof'),
  scheduledAt: moment('scheduledAt'),
  startedAt: moment('startedAt'),
  completedAt: moment('completedAt'),
  cancelledAt: moment('cancelledAt'),
  createdAt: moment('createdAt').notNull().defaultNow(),
  updatedAt: moment('updatedAt').notNull().defaultNow(),
});
const transactions = pgTable('transactions', {
  id: id(),
  workerId: text('workerId').notNull(),
  taskId: text('taskId'),
  txType: text('txType').notNull(),
  amount: usdc('amount').notNull(),
  fee: usdc('fee').notNull().default('0'),
  status: text('status').notNull().default('pending'),
  metadata: jsonb('metadata'),
  processedAt: moment('processedAt'),
  createdAt: moment('createdAt').notNull().defaultNow(),
  updatedAt: moment('updatedAt').notNull().defaultNow(),
});
const events = pgTable('reputation_events', {
  id: id(),
  workerId: text('workerId').notNull(),
  eventType: text('eventType').notNull(),
  delta: integer('delta').notNull(),
  reason: text('reason').notNull(),
  relatedId: text('relatedId'),
  createdAt: moment('createdAt').notNull().defaultNow(),
});
const audits = pgTable('audit_logs', {
  id: id(),
  actorId: text('actorId').notNull(),
  actorType: text('actorType').notNull(),
  action: text('action').notNull(),
  resourceType: text('resourceType').notNull(),
  resourceId: text('resourceId'),
  metadata: jsonb('metadata'),
  createdAt: moment('createdAt').notNull().defaultNow(),
});
const keys = pgTable('idempotency_keys', {
  key: text('key').primaryKey(),
  transactionId: text('transactionId').notNull(),
  createdAt: moment('createdAt').notNull().defaultNow(),
});

export async function open(url: string): Promise<GigsContender> {
  const pool = new Pool({ connectionString: url, max: POOL });
  const db = drizzle({ client: pool });
  return {
    async live({ key, platformId, workerId, amount }) {
      const taskId = await db.transaction(async (tx) => {
        const [task] = await tx
          .insert(tasks)
          .values({
            ...{ platformId, workerId, amount, taskType: 'fixed', title: 'Delivery' },
            ...{ status: 'active', startedAt: new Date() },
          })
          .returning();
        if (task === undefined) throw new Error('insert returned nothing');
        await tx.insert(audits).values({
          ...{ actorId: platformId, actorType: 'platform', action: 'create_task' },
          ...{ resourceType: 'task', resourceId: task.id, metadata: { task_type: 'fixed', amount } },
        });
        return task.id;
      });
      await db.transaction(async (tx) => {
        const [task] = await tx.select().from(tasks).where(eq(tasks.id, taskId)).for('update');
        if (task === undefined) throw new Error('Task not found');
        if (task.status !== 'active') throw new Error('Task is not active');
        const now = new Date();
        await tx
          .update(tasks)
          .set({ status: 'completed', completedAt: now, updatedAt: now })
          .where(eq(tasks.id, taskId));
        await tx.insert(events).values({
          ...{ workerId: task.workerId, eventType: 'task_completed', delta: 10 },
          ...{ reason: 'Task completed', relatedId: taskId },
        });
        await tx
          .update(workers)
          .set({
            reputationScore: sql`least(1000, greatest(0, ${workers.reputationScore} + 10))`,
            updatedAt: now,
          })
          .where(eq(workers.id, task.workerId));
        await tx.insert(audits).values({
          ...{ actorId: task.workerId, actorType: 'worker', action: 'complete_task' },
          ...{ resourceType: 'task', resourceId: taskId, metadata: { delta: 10 } },
        });
      });
      await db.transaction(async (tx) => {
        const [known] = await tx.select().from(keys).where(eq(keys.key, key));
        if (known !== undefined) return known.transactionId;
        const [task] = await tx.select().from(tasks).where(eq(tasks.id, taskId)).for('update');
        if (task === undefined) throw new Error('Task not found');
        if (task.workerId !== workerId) throw new Error('Task does not belong to this worker');
        if (task.status !== 'completed') throw new Error('Task is not completed');
        const isPayout = and(
          eq(transactions.taskId, taskId),
          eq(transactions.txType, 'payout'),
          eq(transactions.status, 'completed'),
        );
        const paid = await tx.select({ id: transactions.id }).from(transactions).where(isPayout).limit(1);
        if (paid.length > 0) throw new Error('Task already paid');
        const now = new Date();
        const [payout] = await tx
          .insert(transactions)
          .values({
            ...{ workerId, taskId, txType: 'payout', amount: task.amount },
            ...{ status: 'completed', processedAt: now },
          })
          .returning();
        if (payout === undefined) throw new Error('insert returned nothing');
        await tx.insert(keys).values({ key, transactionId: payout.id });
        await tx.update(tasks).set({ status: 'completed', updatedAt: now }).where(eq(tasks.id, taskId));
        await tx
          .update(workers)
          .set({
            totalTasks: sql`${workers.totalTasks} + 1`,
            totalEarned: sql`${workers.totalEarned} + ${task.amount}`,
            ...{ lastActiveAt: now, updatedAt: now },
          })
          .where(eq(workers.id, workerId));
        await tx
          .update(platforms)
          .set({
            totalTasks: sql`${platforms.totalTasks} + 1`,
            totalPayouts: sql`${platforms.totalPayouts} + ${task.amount}`,
            updatedAt: now,
          })
          .where(eq(platforms.id, task.platformId));
        await tx.insert(audits).values({
          ...{ actorId: 'system', actorType: 'system', action: 'process_payment' },
          ...{ resourceType: 'transaction', resourceId: payout.id },
          metadata: { taskId, amount: task.amount },
        });
        return payout.id;
      });
    },
    books: () => tableBooks(url),
    close: () => pool.end(),
  };
}
