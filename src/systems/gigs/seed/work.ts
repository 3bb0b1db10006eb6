/** Workers, platforms, tasks, streams and scores of the demonstration. */
import { PLATFORMS, seedHash, seedId, TASKS, WORKERS } from './data.ts';
import {
  type Clock,
  COMPLETED_POINTS,
  completed,
  DAY,
  HOUR,
  type Insert,
  MINUTE,
  STAR_POINTS,
  streamed,
} from './writing.ts';

const RELEASE_INTERVAL_S = 3_600;

export async function insertParties(insert: Insert, clock: Clock): Promise<void> {
  await insert(
    'workers',
    {
      id: 'text',
      name: 'text',
      email: 'text',
      wallet_address: 'text',
      reputation_score: 'integer',
      initial_score: 'integer',
      last_active_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    WORKERS.map((worker) => {
      const tasks = completed.filter((task) => task.worker === worker).length;
      const start = worker.score - tasks * COMPLETED_POINTS - (worker.stars - 3) * STAR_POINTS;
      const wallet = seedHash(worker.email, 40);
      return [
        worker.id,
        worker.name,
        worker.email,
        wallet,
        start,
        start,
        clock.ago(HOUR),
        clock.ago(worker.ageDays * DAY),
      ];
    }),
  );
  await insert(
    'platforms',
    { id: 'text', name: 'text', contact_email: 'text', wallet_address: 'text', created_at: 'timestamptz' },
    PLATFORMS.map(({ id, name, email }) => [id, name, email, seedHash(email, 40), clock.ago(98 * DAY)]),
  );
}

export async function insertWork(insert: Insert, clock: Clock): Promise<void> {
  await insert(
    'tasks',
    {
      id: 'text',
      platform_id: 'text',
      worker_id: 'text',
      external_id: 'text',
      task_type: 'text',
      amount: 'numeric',
      escrowed_amount: 'numeric',
      paid_amount: 'numeric',
      status: 'text',
      title: 'text',
      verification_status: 'text',
      verified_by: 'text',
      worker_rating: 'smallint',
      started_at: 'timestamptz',
      completed_at: 'timestamptz',
      paid_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    TASKS.map((task) => {
      const done = task.status === 'completed';
      return [
        ...[task.id, task.platformId, task.worker.id, `demo-${task.number}`],
        ...[
          task.streaming ? 'streaming' : 'fixed',
          task.amount,
          done ? '0' : task.amount,
          done ? task.amount : '0',
        ],
        ...[task.status, task.title, done ? 'approved' : 'pending', done ? 'auto' : null],
        task.number <= WORKERS.length ? task.worker.stars : null,
        task.status === 'pending' ? null : clock.started(task),
        ...(done ? [clock.ended(task), clock.ended(task)] : [null, null]),
        clock.posted(task),
      ];
    }),
  );
  await insert(
    'streams',
    {
      id: 'text',
      task_id: 'text',
      platform_id: 'text',
      worker_id: 'text',
      start_time: 'timestamptz',
      end_time: 'timestamptz',
      total_amount: 'numeric',
      funded_amount: 'numeric',
      released_amount: 'numeric',
      release_interval: 'integer',
      status: 'text',
      next_release_at: 'timestamptz',
      last_released_at: 'timestamptz',
      completed_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    streamed.map((task) => {
      const start = clock.started(task);
      const done = task.status === 'completed';
      return [
        ...[seedId('str', task.number), task.id, task.platformId, task.worker.id, start, clock.ended(task)],
        ...[task.amount, task.amount, done ? task.amount : '0', RELEASE_INTERVAL_S],
        ...[
          done ? 'completed' : 'active',
          done ? null : new Date(start.getTime() + RELEASE_INTERVAL_S * 1000),
        ],
        ...(done ? [clock.ended(task), clock.ended(task)] : [null, null]),
        start,
      ];
    }),
  );
}

/** What scores are made of, in the order in which it happened. */
export async function insertReputation(insert: Insert, clock: Clock): Promise<void> {
  const events = completed
    .flatMap((task) => {
      const at = clock.ended(task);
      const done = [at, task, 'task_completed', COMPLETED_POINTS, null, `Completed "${task.title}"`] as const;
      if (task.number > WORKERS.length) return [done];
      const { stars } = task.worker;
      const later = new Date(at.getTime() + 20 * MINUTE);
      return [
        done,
        [later, task, 'rating_received', (stars - 3) * STAR_POINTS, stars, `Rated ${stars} of 5`] as const,
      ];
    })
    .sort(([a], [b]) => a.getTime() - b.getTime());
  await insert(
    'reputation_events',
    {
      id: 'text',
      worker_id: 'text',
      task_id: 'text',
      event_type: 'text',
      requested_delta: 'integer',
      rating: 'smallint',
      reason: 'text',
      created_at: 'timestamptz',
    },
    events.map(([at, task, type, delta, rating, reason], index) => [
      ...[seedId('rep', index + 1), task.worker.id, task.id, type, delta, rating, reason, at],
    ]),
  );
}
