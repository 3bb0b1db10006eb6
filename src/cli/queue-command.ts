/** `guildhall queue`: what is in the queues, one job with its story, and what an operator does about it. */
import type { Command } from 'commander';
import {
  cancelJob,
  type Guildhall,
  GuildhallError,
  getJob,
  type Instance,
  type JobState,
  listJobs,
  listQueues,
  listSchedules,
  pauseQueue,
  resumeQueue,
  retryDead,
  retryJob,
  type Scope,
} from '../guildhall.ts';
import { type InstanceOption, takesInstance } from './instance-option.ts';
import { type Output, table, thousands } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstance, chooseInstances, type Session } from './session.ts';

interface ListOptions extends InstanceOption {
  readonly state?: string;
  readonly limit: string;
}

const ONE = { without: 'needed where there are several' };

export function addQueueCommand(program: Command): void {
  const queue = program
    .command('queue')
    .description('look at queues and jobs; pause, resume, retry, cancel')
    .addHelpText('after', EXAMPLES);
  takesInstance(
    queue.command('list').argument('[queue]', 'list the jobs of this queue; without it, the queues'),
    { without: 'needed for jobs where there are several', sample: 'emails' },
  )
    .option('--state <state>', 'in_line, in_work, waiting, dead, done or cancelled', 'dead')
    .option('--limit <number>', 'most jobs listed', '50')
    .description('list the queues, or the jobs of one')
    .action((name: string | undefined, _name: unknown, options: ListOptions, self: Command) =>
      withSession(self, (session) => runList(session, name, options)),
    );
  takesInstance(queue.command('show').argument('<job>', 'number of a job'), {
    ...ONE,
    sample: '4711',
  })
    .description('show a job and every attempt at it')
    .action((id: string, _name: unknown, options: InstanceOption, self: Command) =>
      withSession(self, (session) => runShow(session, id, options)),
    );
  takesInstance(
    queue
      .command('retry')
      .argument('<job-or-queue>', 'number of a dead job, or a queue: all its dead ones, 1,000 at a time'),
    {
      ...ONE,
      sample: 'emails',
    },
  )
    .description('put dead jobs back in line')
    .action((what: string, _name: unknown, options: InstanceOption, self: Command) =>
      withSession(self, (session) => runRetry(session, what, options)),
    );
  takesInstance(queue.command('cancel').argument('<job>', 'number of a job'), {
    ...ONE,
    sample: '4711',
  })
    .description('take a job out of its queue; whoever is at work on it cannot end it any more')
    .action((id: string, _name: unknown, options: InstanceOption, self: Command) =>
      withSession(self, async (session) => {
        const { scope } = await instanceOf(session, options);
        await cancelJob(scope, jobId(id));
        done(session.output, { id, state: 'cancelled' }, `Job ${id} is cancelled.`);
      }),
    );
  takesInstance(queue.command('pause').argument('<queue>', 'name of a queue'), {
    ...ONE,
    sample: 'emails',
  })
    .description('hand out no more jobs of a queue; what is in work goes on')
    .action((name: string, _name: unknown, options: InstanceOption, self: Command) =>
      withSession(self, async (session) => {
        const { scope } = await instanceOf(session, options);
        await pauseQueue(scope, await knownQueue(scope, name));
        done(session.output, { queue: name, paused: true }, `${name} is paused.`);
      }),
    );
  takesInstance(queue.command('resume').argument('<queue>', 'name of a queue'), {
    ...ONE,
    sample: 'emails',
  })
    .description('hand out jobs of a queue again')
    .action((name: string, _name: unknown, options: InstanceOption, self: Command) =>
      withSession(self, async (session) => {
        const { scope } = await instanceOf(session, options);
        await resumeQueue(scope, await knownQueue(scope, name));
        done(session.output, { queue: name, paused: false }, `${name} goes on.`);
      }),
    );
  takesInstance(queue.command('schedules'))
    .description('list the schedules and their next slots')
    .action((_name: unknown, options: InstanceOption, self: Command) =>
      withSession(self, (session) => runSchedules(session, options)),
    );
}

const EXAMPLES = `
Examples:
  guildhall queue list
  guildhall queue list emails --state dead
  guildhall queue show 4711
  guildhall queue retry emails
  guildhall queue pause emails --instance agents`;

/** One name may be an instance as well, as with other commands; with an instance named it is a queue. */
async function runList(session: Session, name: string | undefined, options: ListOptions): Promise<void> {
  const { guildhall } = await session.open();
  const { instance } = options;
  const isInstance = guildhall.instances.some(({ schema }) => schema === name);
  if (name === undefined) await runQueues(session, chooseInstances(guildhall, instance));
  else if (instance === undefined && isInstance) await runQueues(session, chooseInstances(guildhall, name));
  else await runJobs(session, { queue: name, options, instance: oneOf(guildhall, options) });
}

async function runQueues(session: Session, instances: readonly Instance[]): Promise<void> {
  for (const { schema, scope } of instances) {
    const queues = await listQueues(scope);
    session.output.value({ instance: schema, queues });
    session.output.text(`Instance ${schema}`);
    session.output.text(
      queues.length === 0
        ? 'No queue yet.'
        : table(
            ['queue', 'in line', 'in work', 'waiting', 'dead', 'oldest', 'state'],
            queues.map((one) => [
              one.queue,
              ...[one.inLine, one.inWork, one.waiting, one.dead].map(thousands),
              time(one.oldestAt),
              one.pausedAt === null ? 'running' : `paused since ${time(one.pausedAt)}`,
            ]),
          ),
    );
  }
}

interface Listing {
  readonly queue: string;
  readonly instance: Instance;
  readonly options: ListOptions;
}

async function runJobs(session: Session, { queue, instance, options }: Listing): Promise<void> {
  const { scope, schema } = instance;
  await knownQueue(scope, queue);
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new GuildhallError('invalid_input', `--limit ${options.limit} is not a whole number from 1 on.`, {
      field: '--limit',
    });
  }
  const state = (options.state ?? 'dead') as JobState;
  const jobs = await listJobs(scope, { queue, state, limit });
  session.output.value({ instance: schema, queue, state, jobs });
  session.output.text(
    jobs.length === 0
      ? `No job of ${queue} is ${state}.`
      : table(
          ['job', 'at', 'failures', 'losses', 'payload', 'error'],
          jobs.map((one) => [
            String(one.id),
            time(one.at),
            String(one.failures),
            String(one.losses),
            short(JSON.stringify(one.payload)),
            short(one.error ?? ''),
          ]),
        ),
  );
}

async function runShow(session: Session, id: string, options: InstanceOption): Promise<void> {
  const { scope } = await instanceOf(session, options);
  const job = await getJob(scope, jobId(id));
  const { output } = session;
  output.value(job);
  output.text(`Job ${job.id} of ${job.queue}: ${job.state} at ${time(job.at)}`);
  output.text(`Created   ${time(job.createdAt)}, priority ${job.priority}, key ${job.key ?? '-'}`);
  output.text(`Payload   ${JSON.stringify(job.payload)}`);
  if (job.progress !== null) output.text(`Progress  ${JSON.stringify(job.progress)}`);
  if (job.result !== null) output.text(`Result    ${JSON.stringify(job.result)}`);
  if (job.error !== null) output.text(`Error     ${job.error}`);
  if (job.attempts.length === 0) return;
  output.text();
  output.text(
    table(
      ['token', 'from', 'to', 'outcome', 'worker', 'error'],
      job.attempts.map((one) => [
        String(one.token),
        time(one.startedAt),
        time(one.endedAt),
        one.outcome,
        one.worker ?? '-',
        short(one.error ?? ''),
      ]),
    ),
  );
}

async function runRetry(session: Session, what: string, options: InstanceOption): Promise<void> {
  const { scope } = await instanceOf(session, options);
  if (/^\d+$/.test(what)) {
    await retryJob(scope, jobId(what));
    done(session.output, { id: what, retried: 1 }, `Job ${what} is in line again.`);
    return;
  }
  const retried = await retryDead(scope, await knownQueue(scope, what));
  done(session.output, { queue: what, retried }, `${thousands(retried)} jobs of ${what} are in line again.`);
}

async function runSchedules(session: Session, options: InstanceOption): Promise<void> {
  const { guildhall } = await session.open();
  for (const { schema, scope } of chooseInstances(guildhall, options.instance)) {
    const schedules = await listSchedules(scope);
    session.output.value({ instance: schema, schedules });
    session.output.text(`Instance ${schema}`);
    session.output.text(
      schedules.length === 0
        ? 'No schedule yet.'
        : table(
            ['schedule', 'queue', 'cron', 'zone', 'last', 'next', 'left out'],
            schedules.map((one) => [
              one.name,
              one.queue,
              one.cron,
              one.timeZone,
              time(one.lastSlot),
              one.pausedAt === null ? time(one.nextSlot) : 'paused',
              thousands(one.slotsSkipped),
            ]),
          ),
    );
  }
}

async function instanceOf(session: Session, options: InstanceOption): Promise<Instance> {
  return oneOf((await session.open()).guildhall, options);
}

function oneOf(guildhall: Guildhall, { instance }: InstanceOption): Instance {
  const [only, second] = guildhall.instances;
  if (instance === undefined && second !== undefined) {
    throw new GuildhallError('invalid_input', 'There are several instances.', {
      field: '--instance',
      hint: `Name one with --instance: ${guildhall.instances.map(({ schema }) => schema).join(', ')}.`,
    });
  }
  return instance === undefined && only !== undefined ? only : chooseInstance(guildhall, instance ?? '');
}

/** The name, when there is a queue of it: a mistyped one must not be made. */
async function knownQueue(scope: Scope, name: string): Promise<string> {
  const queues = await listQueues(scope);
  if (queues.some(({ queue }) => queue === name)) return name;
  throw new GuildhallError('not_found', `There is no queue "${name}".`, {
    field: 'queue',
    hint: `Queues: ${queues.map(({ queue }) => queue).join(', ') || 'none yet'}.`,
  });
}

function jobId(text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new GuildhallError('invalid_input', `"${text}" is not the number of a job.`, { field: 'job' });
}

function done(output: Output, value: unknown, text: string): void {
  output.value(value);
  output.text(text);
}

function time(at: Date | null): string {
  return at === null ? '-' : at.toISOString();
}

function short(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
