/** Schedules: jobs that come by the clock, each slot once, whoever looks after them. */
import { GuildhallError } from '../errors.ts';
import type { Scope } from '../system.ts';
import { payloadText } from './define.ts';
import { type CatchUp, dueSlots, nextSlot } from './slots.ts';
import type { JobDefinition } from './types.ts';
import { announce } from './wake.ts';

export interface Schedule<Input> {
  /** Unique in the instance. */
  readonly name: string;
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** Such as Europe/Berlin; default UTC. */
  readonly timeZone?: string;
  readonly payload: Input;
  readonly priority?: number;
  /** What to do with slots that passed while nobody looked; default `last`. */
  readonly catchUp?: CatchUp;
  /** Of `all`, the latest so many; default 100, at most 1,000. */
  readonly catchUpMost?: number;
}

export interface ScheduleState {
  readonly name: string;
  readonly queue: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  readonly nextSlot: Date | null;
  readonly lastSlot: Date | null;
  readonly slotsSkipped: bigint;
  readonly pausedAt: Date | null;
}

/** Schedules looked at in one round; more wait for the next, which follows at once. */
const MAX_DUE = 100;

interface Due {
  readonly name: string;
  readonly queue: string;
  readonly cron: string;
  readonly time_zone: string;
  readonly catch_up: CatchUp;
  readonly catch_up_most: number;
  readonly next_slot: Date;
  readonly paused: boolean;
  readonly now: Date;
}

/**
 * Makes or changes a schedule. The same again changes nothing, so that every process may call it when it starts;
 * another expression or zone begins anew from now.
 */
export async function defineSchedule<Input, Output>(
  scope: Scope,
  job: JobDefinition<Input, Output>,
  schedule: Schedule<Input>,
): Promise<void> {
  const {
    name,
    cron,
    timeZone = 'UTC',
    payload,
    priority = 5,
    catchUp = 'last',
    catchUpMost = 100,
  } = schedule;
  const text = await payloadText(job, payload);
  const rows = await scope.query<{ now: Date }>('select clock_timestamp()::timestamptz(3) as now');
  const next = nextSlot({ cron, timeZone }, rows[0]?.now ?? new Date());
  await scope.query(
    `insert into :schema.queue_schedules as s
       (name, queue_id, cron, time_zone, payload, priority, catch_up, catch_up_most, next_slot)
     values ($1, :schema.queue_id_of($2), $3, $4, $5::jsonb, $6, $7, $8, $9)
     on conflict on constraint queue_schedules_pkey do update
     set queue_id = excluded.queue_id, cron = excluded.cron, time_zone = excluded.time_zone,
       payload = excluded.payload, priority = excluded.priority,
       catch_up = excluded.catch_up, catch_up_most = excluded.catch_up_most,
       next_slot = case when (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
         then s.next_slot else excluded.next_slot end
     where (s.queue_id, s.cron, s.time_zone, s.payload, s.priority, s.catch_up, s.catch_up_most)
       is distinct from (excluded.queue_id, excluded.cron, excluded.time_zone, excluded.payload, excluded.priority,
         excluded.catch_up, excluded.catch_up_most)`,
    [name, job.name, cron, timeZone, text, priority, catchUp, catchUpMost, next],
  );
}

/** Enqueues the slots that are due by the database's clock; true when more schedules wait. Any number may call it. */
export async function fireSchedules(scope: Scope): Promise<boolean> {
  const due = await scope.query<Due>(
    `select s.name, q.name as queue, s.cron, s.time_zone, s.catch_up, s.catch_up_most, s.next_slot,
       s.paused_at is not null as paused, clock_timestamp()::timestamptz(3) as now
     from :schema.queue_schedules as s
     join :schema.queue_settings as q on q.id = s.queue_id
     where s.next_slot <= clock_timestamp()
     order by s.next_slot, s.name
     limit ${MAX_DUE}`,
  );
  for (const one of due) {
    const rhythm = { cron: one.cron, timeZone: one.time_zone };
    const { slots, skipped, next } = dueSlots(rhythm, {
      from: one.next_slot,
      now: one.now,
      catchUp: one.catch_up,
      most: one.catch_up_most,
    });
    const fired = one.paused ? [] : slots;
    const rows = await scope.query<{ count: number | null }>(
      'select :schema.queue_fire($1, $2, $3::timestamptz[], $4, $5) as count',
      [one.name, one.next_slot, fired, skipped + slots.length - fired.length, next],
    );
    if ((rows[0]?.count ?? 0) > 0) announce(scope, one.queue);
  }
  return due.length === MAX_DUE;
}

export const SCHEDULE_COLUMNS = `s.name, q.name as queue, s.cron, s.time_zone as "timeZone", s.catch_up as "catchUp",
  s.next_slot as "nextSlot", s.last_slot as "lastSlot", s.slots_skipped as "slotsSkipped", s.paused_at as "pausedAt"`;

export async function listSchedules(scope: Scope): Promise<ScheduleState[]> {
  return scope.query<ScheduleState>(
    `select ${SCHEDULE_COLUMNS} from :schema.queue_schedules as s
     join :schema.queue_settings as q on q.id = s.queue_id
     order by s.name`,
  );
}

/** Its slots pass by without a job until it is resumed. */
export function pauseSchedule(scope: Scope, name: string): Promise<void> {
  return change(
    scope,
    name,
    'update :schema.queue_schedules set paused_at = coalesce(paused_at, clock_timestamp()) where name = $1 returning true',
  );
}

export function resumeSchedule(scope: Scope, name: string): Promise<void> {
  return change(
    scope,
    name,
    'update :schema.queue_schedules set paused_at = null where name = $1 returning true',
  );
}

/** Jobs that it enqueued stay. */
export function removeSchedule(scope: Scope, name: string): Promise<void> {
  return change(scope, name, 'delete from :schema.queue_schedules where name = $1 returning true');
}

async function change(scope: Scope, name: string, text: string): Promise<void> {
  const rows = await scope.query(text, [name]);
  if (rows.length === 0) throw new GuildhallError('not_found', `There is no schedule "${name}".`);
}
