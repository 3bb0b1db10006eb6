/** The queue's door. */
export {
  type AttemptRecord,
  cancelJob,
  getJob,
  JOB_STATES,
  type JobRecord,
  type JobState,
  listJobs,
  listQueues,
  pauseQueue,
  type QueueOverview,
  resumeQueue,
  retryDead,
  retryJob,
} from './admin.ts';
export { queueConstraints } from './constraints.ts';
export { ClaimCursor } from './cursor.ts';
export { defineJob } from './define.ts';
export { enqueue, enqueueMany, MAX_ENQUEUED } from './enqueue.ts';
export {
  type Claim,
  claim,
  complete,
  completeMany,
  completeSoon,
  type Ending,
  endAttempts,
  fail,
  heartbeat,
  holdLease,
  MAX_CLAIM,
  progress,
} from './leases.ts';
export { pageJobs, pageQueues, pageSchedules } from './lists.ts';
export { addQueueRoutes } from './routes.ts';
export {
  defineSchedule,
  fireSchedules,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  type Schedule,
  type ScheduleState,
} from './schedules.ts';
export { type CatchUp, type DueSlots, dueSlots, nextSlot, type Rhythm } from './slots.ts';
export * from './types.ts';
export { pruneHistory, queueTasks, reapLost } from './upkeep.ts';
export { type AnyJob, createWorker, type Worker, type WorkerOptions } from './worker.ts';
