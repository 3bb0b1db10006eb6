/** Runners: machines that run agents, asked for by users. Making and removing them is in `runner-work.ts`. */
import {
  camelRow,
  decodeCursor,
  GuildhallError,
  invalidInput,
  newId,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import { actorParams, type Context, once, requiredText } from './context.ts';
import type { CreateOptions, JsonObject } from './types.ts';

export const RUNNER_PROVIDERS = ['hetzner', 'aws', 'gcp', 'azure', 'other'] as const;
export const RUNNER_STATUSES = ['pending', 'provisioning', 'active', 'error', 'stopped', 'deleted'] as const;
export const RUNNER_JOBS = [1, 2, 4, 8] as const;

/** Hetzner's types with the jobs each can run at once and its price a month; the table checks the jobs too. */
export const SERVER_TYPES: Readonly<
  Record<string, { readonly jobs: number; readonly monthlyPrice: string }>
> = {
  cpx11: { jobs: 1, monthlyPrice: '4.99' },
  cpx31: { jobs: 2, monthlyPrice: '17.99' },
  cpx41: { jobs: 4, monthlyPrice: '33.49' },
  cpx51: { jobs: 8, monthlyPrice: '66.99' },
};

/** Machines cost money every hour; more than this is a loop that asks for them. */
export const MAX_RUNNERS = 50;
const MAX_NAME = 200;
const LIST = 'runners';

export interface NewRunner {
  readonly userId: string;
  readonly name: string;
  readonly provider: (typeof RUNNER_PROVIDERS)[number];
  readonly region: string;
  readonly serverType: string;
  /** 1, 2, 4 or 8. Default: what the server type can run; 1 where that is not known. */
  readonly maxConcurrentJobs?: number;
  readonly sshKeyId?: string;
}

export interface Runner {
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string | null;
  readonly name: string;
  readonly provider: (typeof RUNNER_PROVIDERS)[number];
  readonly region: string;
  readonly serverType: string;
  readonly maxConcurrentJobs: number;
  /** Null where the type's price is not known. */
  readonly monthlyPrice: string | null;
  /** Null until the machine is there. */
  readonly ipAddress: string | null;
  readonly sshKeyId: string | null;
  readonly status: (typeof RUNNER_STATUSES)[number];
  readonly lastHeartbeat: Date | null;
  readonly errorMessage: string | null;
  /** Percent, as decimal text. */
  readonly cpuUsage: string | null;
  readonly memoryUsage: string | null;
  readonly diskUsage: string | null;
  readonly metadata: JsonObject | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = `id, user_id, organization_id, name, provider, region, server_type, max_concurrent_jobs, ip_address,
  ssh_key_id, status, last_heartbeat, error_message, cpu_usage, memory_usage, disk_usage, metadata, created_at, updated_at`;

/** Asks for a machine: the runner is `pending`, and a background task goes on from there. */
export async function createRunner(
  context: Context,
  input: NewRunner,
  options: CreateOptions = {},
): Promise<Runner> {
  const row = checkRunner(input);
  return once(context, options, { operation: 'createRunner', request: input }, (outer) =>
    outer.scope.executor.transaction(async (tx) => {
      const inner = { ...outer, scope: outer.scope.on(tx) };
      await leaveRoom(inner, input.userId);
      const rows = await inner.scope.query<object>(
        `with made as (
           insert into :schema.runners
             (id, user_id, name, provider, region, server_type, max_concurrent_jobs, ssh_key_id, organization_id)
           values ($4, $5, $6, $7, $8, $9, $10, $11,
             (select id from :schema.organizations where personal_user_id = $5))
           returning ${COLUMNS}
         ), told as (
           select :schema.record_change($1, $2, $3, 'runner.created', id, user_id, null, jsonb_build_object(
             'name', name, 'provider', provider, 'region', region, 'serverType', server_type, 'status', status))
           from made
         )
         select made.* from made, told`,
        [...actorParams(inner), newId('rnr'), ...row],
      );
      return toRunner(rows[0] as object);
    }),
  );
}

/** Null when there is none, or it was deleted. */
export async function getRunnerById(context: Context, id: string): Promise<Runner | null> {
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.runners where id = $1 and status <> 'deleted'`,
    [id],
  );
  return rows[0] === undefined ? null : toRunner(rows[0]);
}

/** Runners that are not deleted, newest first; of one user, or of all when `userId` is missing. */
export async function pageRunners(
  context: Context,
  request: PageRequest & { readonly userId?: string; readonly status?: string } = {},
): Promise<Page<Runner>> {
  const limit = pageLimit(request.limit);
  const after = decodeCursor(LIST, request.cursor);
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  // Only the conditions that apply are written, so that each combination keeps the plan its index allows.
  const conditions = ["status <> 'deleted'"];
  if (request.userId !== undefined) conditions.push(`user_id = ${param(request.userId)}`);
  if (request.status !== undefined) conditions.push(`status = ${param(request.status)}`);
  const counting = { where: conditions.join(' and '), params: [...params] };
  if (after !== null) conditions.push(`(created_at, id) < (${param(after.at)}, ${param(after.id)})`);
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.runners where ${conditions.join(' and ')}
      order by created_at desc, id desc limit ${param(limit + 1)}`,
    params,
  );
  const page = toPage(LIST, rows.map(toRunner), limit, ({ createdAt }) => createdAt);
  if (request.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    `select count(*) as total from :schema.runners where ${counting.where}`,
    counting.params,
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

/** True, or false when there was none. What never became a machine is gone at once, the rest is torn down by the task. */
export async function deleteRunner(context: Context, id: string): Promise<boolean> {
  const rows = await context.scope.query(
    `with previous as (
       select id, status from :schema.runners where id = $4 and status <> 'deleted' for no key update
     ), gone as (
       update :schema.runners r
          set status = 'deleted', updated_at = clock_timestamp(),
              torn_down_at = case when p.status = 'pending' then clock_timestamp() end
         from previous p where r.id = p.id
       returning r.id, r.user_id, r.name, p.status as was
     ), told as (
       select :schema.record_change($1, $2, $3, 'runner.deleted', id, user_id,
         jsonb_build_object('name', name, 'status', was), null) from gone
     )
     select gone.id from gone, told`,
    [...actorParams(context), id],
  );
  return rows.length > 0;
}

/** Calls for one user come in one by one, so that together they cannot pass the limit. */
async function leaveRoom(context: Context, userId: string): Promise<void> {
  await context.scope.query('select id from :schema.users where id = $1 for no key update', [userId]);
  const rows = await context.scope.query<{ count: bigint }>(
    `select count(*) from :schema.runners where user_id = $1 and status <> 'deleted'`,
    [userId],
  );
  if (Number(rows[0]?.count ?? 0) < MAX_RUNNERS) return;
  throw new GuildhallError('limit_exceeded', `A user has at most ${MAX_RUNNERS} runners.`, {
    reason: 'too_many_runners',
    hint: 'Delete one that is not needed.',
    details: { limit: MAX_RUNNERS },
  });
}

/** The row in the order of the statement's parameters. */
function checkRunner(input: NewRunner): readonly unknown[] {
  const serverType = requiredText(input.serverType, 'serverType', MAX_NAME);
  const known = input.provider === 'hetzner' ? SERVER_TYPES[serverType] : undefined;
  if (input.provider === 'hetzner' && known === undefined) {
    throw invalidInput(
      'serverType',
      `"${serverType}" is not a server type of hetzner.`,
      `Use one of: ${Object.keys(SERVER_TYPES).join(', ')}.`,
    );
  }
  return [
    input.userId,
    requiredText(input.name, 'name', MAX_NAME),
    input.provider,
    requiredText(input.region, 'region', MAX_NAME),
    serverType,
    checkJobs(input.maxConcurrentJobs ?? known?.jobs ?? 1, serverType, known?.jobs),
    input.sshKeyId === undefined ? null : requiredText(input.sshKeyId, 'sshKeyId', MAX_NAME),
  ];
}

function checkJobs(jobs: number, serverType: string, most: number | undefined): number {
  const field = 'maxConcurrentJobs';
  if (!(jobs >= 1 && jobs <= 8)) {
    throw invalidInput(field, 'maxConcurrentJobs must be between 1 and 8', 'Pass 1, 2, 4 or 8.');
  }
  if (!(RUNNER_JOBS as readonly number[]).includes(jobs)) {
    throw invalidInput(field, `maxConcurrentJobs must be 1, 2, 4 or 8, but is ${jobs}`, 'Pass 1, 2, 4 or 8.');
  }
  if (most !== undefined && jobs > most) {
    throw invalidInput(
      field,
      `A ${serverType} runs at most ${most} ${most === 1 ? 'job' : 'jobs'} at once, not ${jobs}`,
      'Lower maxConcurrentJobs, or choose a larger server type.',
    );
  }
  return jobs;
}

function toRunner(row: object): Runner {
  const runner = camelRow<Omit<Runner, 'monthlyPrice'>>(row);
  const known = runner.provider === 'hetzner' ? SERVER_TYPES[runner.serverType] : undefined;
  return { ...runner, monthlyPrice: known?.monthlyPrice ?? null };
}
