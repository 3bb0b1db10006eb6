/** A task's life with Prisma 7: interactive transactions as GigStream's services had them, made safe for callers at once. */
import { PrismaPg } from '@prisma/adapter-pg';
import { type GigsContender, POOL, prepareTables, tableBooks } from '../support/gigs-contract.ts';
import { versionOf } from '../support/version.ts';
import { PrismaClient } from './generated/prisma-gigs/client.ts';

export const version = versionOf('@prisma/client');
export const settings =
  '@prisma/adapter-pg, three interactive transactions; conditional updates for the state, select for update for paying';
export const prepare = prepareTables;

/** Its default gives up after 2 s without a connection; nothing here should fail for waiting. */
const PATIENT = { maxWait: 30_000, timeout: 30_000 };

export async function open(url: string): Promise<GigsContender> {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: POOL }) });
  await prisma.$connect();
  return {
    async live({ key, platformId, workerId, amount }) {
      const { id } = await prisma.$transaction(async (tx) => {
        const task = await tx.task.create({
          data: {
            ...{ platformId, workerId, amount, taskType: 'fixed', title: 'Delivery' },
            ...{ status: 'active', startedAt: new Date() },
          },
        });
        await tx.auditLog.create({
          data: {
            ...{ actorId: platformId, actorType: 'platform', action: 'create_task' },
            ...{ resourceType: 'task', resourceId: task.id, metadata: { task_type: 'fixed', amount } },
          },
        });
        return task;
      }, PATIENT);
      await prisma.$transaction(async (tx) => {
        // The state is a condition of the update, as its guide to concurrency advises: of two at once one finds no row.
        const { count } = await tx.task.updateMany({
          where: { id, status: 'active' },
          data: { status: 'completed', completedAt: new Date() },
        });
        if (count !== 1) throw new Error('Task is not active');
        const task = await tx.task.findUniqueOrThrow({ where: { id } });
        await tx.reputationEvent.create({
          data: {
            ...{ workerId: task.workerId, eventType: 'task_completed', delta: 10 },
            ...{ reason: 'Task completed', relatedId: id },
          },
        });
        // Kept in 0 to 1000, which an increment cannot.
        await tx.$executeRaw`update workers set "reputationScore" = least(1000, greatest(0, "reputationScore" + 10)),
          "updatedAt" = now() where "id" = ${task.workerId}`;
        await tx.auditLog.create({
          data: {
            ...{ actorId: task.workerId, actorType: 'worker', action: 'complete_task' },
            ...{ resourceType: 'task', resourceId: id, metadata: { delta: 10 } },
          },
        });
      }, PATIENT);
      await prisma.$transaction(async (tx) => {
        const known = await tx.idempotencyKey.findUnique({ where: { key } });
        if (known !== null) return known.transactionId;
        // Prisma has no lock of its own for a row.
        await tx.$queryRaw`select 1 from tasks where "id" = ${id} for update`;
        const task = await tx.task.findUnique({ where: { id } });
        if (task === null) throw new Error('Task not found');
        if (task.workerId !== workerId) throw new Error('Task does not belong to this worker');
        if (task.status !== 'completed') throw new Error('Task is not completed');
        const paid = await tx.transaction.findFirst({
          where: { taskId: id, txType: 'payout', status: 'completed' },
        });
        if (paid !== null) throw new Error('Task already paid');
        const payout = await tx.transaction.create({
          data: {
            ...{ workerId, taskId: id, txType: 'payout', amount: task.amount },
            ...{ status: 'completed', processedAt: new Date() },
          },
        });
        await tx.idempotencyKey.create({ data: { key, transactionId: payout.id } });
        await tx.task.update({ where: { id }, data: { status: 'completed' } });
        await tx.worker.update({
          where: { id: workerId },
          data: {
            totalTasks: { increment: 1 },
            totalEarned: { increment: task.amount },
            lastActiveAt: new Date(),
          },
        });
        await tx.platform.update({
          where: { id: task.platformId },
          data: { totalTasks: { increment: 1 }, totalPayouts: { increment: task.amount } },
        });
        await tx.auditLog.create({
          data: {
            ...{ actorId: 'system', actorType: 'system', action: 'process_payment' },
            ...{ resourceType: 'transaction', resourceId: payout.id },
            metadata: { taskId: id, amount: task.amount.toString() },
          },
        });
        return payout.id;
      }, PATIENT);
    },
    books: () => tableBooks(url),
    close: () => prisma.$disconnect(),
  };
}
