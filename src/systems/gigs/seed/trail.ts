/** The audit trail of the demonstration. */
import { LOANS, seedId, TASKS } from './data.ts';
import { type Clock, COMPLETED_POINTS, completed, DAY, type Insert, MINUTE } from './writing.ts';

/** A part of what happened, as the audit trail of the demonstration: six entries of each of five kinds, but five loans. */
export async function insertTrail(insert: Insert, clock: Clock): Promise<void> {
  const entries = [
    ...TASKS.slice(0, 8).map((task) => ({
      at: clock.posted(task),
      actor: ['platform', task.platformId],
      what: ['create_task', 'task', task.id],
      metadata: { task_type: task.streaming ? 'streaming' : 'fixed', amount: task.amount },
    })),
    ...completed.slice(0, 6).map((task) => ({
      at: clock.ended(task),
      actor: ['platform', task.platformId],
      what: ['complete_task', 'task', task.id],
      metadata: { amount: task.amount, reputation_delta: COMPLETED_POINTS },
    })),
    ...completed.slice(0, 6).map((task) => ({
      at: new Date(clock.ended(task).getTime() + 1000),
      actor: ['system', null],
      what: ['process_payment', 'transaction', seedId('txn', task.number)],
      metadata: { taskId: task.id, workerId: task.worker.id, amount: task.amount, fee: task.fee },
    })),
    ...LOANS.flatMap((loan) =>
      ['approve_loan', 'disburse_loan'].map((action, step) => ({
        at: clock.ago(loan.daysAgo * DAY + (1 - step) * MINUTE),
        actor: ['system', null],
        what: [action, 'loan', loan.id],
        metadata: { workerId: loan.worker.id, amount: loan.amount, fee: loan.fee },
      })),
    ),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  await insert(
    'audit_logs',
    {
      id: 'text',
      actor_type: 'text',
      actor_id: 'text',
      action: 'text',
      resource_type: 'text',
      resource_id: 'text',
      metadata: 'jsonb',
      created_at: 'timestamptz',
    },
    entries.map(({ at, actor, what, metadata }, index) => [
      seedId('aud', index + 1),
      ...actor,
      ...what,
      metadata,
      at,
    ]),
  );
}
