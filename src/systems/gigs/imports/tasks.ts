/** Imports a file of tasks that were done elsewhere, for a platform that posts and pays them. */
import {
  actorParams,
  batchStatement,
  ExactSum,
  GuildhallError,
  type ImportHost,
  type ImportReport,
  type ImportRequest,
  importRows,
  SYSTEM_ACTOR,
} from '../../../kernel/index.ts';
import { BOOKS } from './books.ts';
import type { Counts, ImportOptions, TaskDraft, TaskEntry, TaskKind } from './types.ts';

const WRITE_TASKS = batchStatement(BOOKS, {
  rows: `wrote as materialized (
  select :schema.import_tasks($10, $11, $12, g.id, g.target, $3::bigint, $13, $14::jsonb, $15::jsonb) as rows from gate g
)`,
  written: 'select rows from wrote',
});

export async function importTasks(
  host: ImportHost,
  request: ImportRequest,
  kind: TaskKind,
): Promise<ImportReport> {
  const options = request.options ?? {};
  if (options.worker !== undefined) await requireParty(host, 'worker', options.worker);
  const target = await platformOf(host, kind, options.platform);
  const by = host.actor ?? SYSTEM_ACTOR;
  const actor = actorParams(by);
  return importRows<TaskEntry>({
    host,
    books: BOOKS,
    request,
    kind: kind.kind,
    target,
    entries: (chunks) => kind.entries(chunks, options),
    tally: () => new TaskTally(kind, options, by.kind !== 'platform'),
    extraRows: ({ task }) => (task?.shares.length ?? 1) - 1,
    statement: WRITE_TASKS,
    params: (entries) => {
      const tasks = entries.flatMap(({ task }) => (task === undefined ? [] : [task]));
      // The same id twice in a batch is one task; the second counts as known.
      const once = [...new Map(tasks.toReversed().map((task) => [task.externalId, task])).values()].reverse();
      return {
        writing: tasks.length,
        values: [
          ...actor,
          options.platform === undefined,
          JSON.stringify(once.map(taskRow)),
          shareRows(once),
        ],
      };
    },
  });
}

/** The platform named, or the one of this kind of file, which is made when it is not there and paid for by deposits. */
async function platformOf(host: ImportHost, kind: TaskKind, named: string | undefined): Promise<string> {
  if (named !== undefined) return requireParty(host, 'platform', named);
  const email = `${kind.kind}@imports.invalid`;
  const [row] = await host.scope.query<{ id: string | null }>(
    'select :schema.import_platform($1, $2, $3, $4, $5) as id',
    [...actorParams(host.actor ?? SYSTEM_ACTOR), kind.platformName, email],
  );
  if (typeof row?.id === 'string') return row.id;
  throw new GuildhallError('conflict', `${email} is not the address of a platform.`, {
    field: 'options.platform',
    hint: 'Name a platform: platform=plt_…',
  });
}

async function requireParty(host: ImportHost, party: 'platform' | 'worker', id: string): Promise<string> {
  const rows = await host.scope.query(
    party === 'platform'
      ? 'select id from :schema.platforms where id = $1'
      : 'select id from :schema.workers where id = $1',
    [id],
  );
  if (rows.length > 0) return id;
  throw new GuildhallError('not_found', `There is no ${party} ${id}.`, {
    field: `options.${party}`,
    hint: `Name a ${party} by its id, or leave the option out.`,
  });
}

function taskRow(task: TaskDraft, place: number): Record<string, unknown> {
  return {
    place,
    external_id: task.externalId,
    amount: task.amount,
    title: task.title,
    description: task.description ?? null,
    metadata: task.metadata,
    verification_data: task.verificationData ?? null,
    verification: task.verification,
    rating: task.rating ?? null,
    points: task.points,
    penalty: task.penalty ?? null,
    hold_until: task.holdUntil ?? null,
    started_at: task.startedAt ?? task.completedAt ?? null,
    completed_at: task.completedAt ?? null,
  };
}

function shareRows(tasks: readonly TaskDraft[]): string {
  const rows = tasks.flatMap(({ shares }, task) => shares.map((share) => ({ task, ...share })));
  return JSON.stringify(rows.map((row, place) => ({ place, ...row })));
}

class TaskTally implements Counts {
  private readonly kind: TaskKind;
  private readonly options: ImportOptions;
  private readonly isHouse: boolean;
  private readonly amount = new ExactSum();
  private readonly counts = new Map<string, number>();
  private readonly sums = new Map<string, ExactSum>();
  private readonly workers = new Set<string>();
  private tasks = 0;

  constructor(kind: TaskKind, options: ImportOptions, isHouse: boolean) {
    this.kind = kind;
    this.options = options;
    this.isHouse = isHouse;
  }

  add({ task, refusal }: TaskEntry): void {
    if (task === undefined || refusal !== undefined) return;
    this.tasks += 1;
    this.amount.add(task.amount);
    for (const { worker, email } of task.shares) this.workers.add(worker ?? email ?? '');
    this.kind.count?.(task, this);
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  sum(name: string, amount: string): void {
    const sum = this.sums.get(name) ?? new ExactSum();
    sum.add(amount);
    this.sums.set(name, sum);
  }

  report(): { totals: Record<string, string>; notes: readonly string[] } {
    return {
      totals: {
        tasks: String(this.tasks),
        amount: this.amount.toString(),
        workers: String(this.workers.size),
        ...Object.fromEntries([...this.counts].map(([name, count]) => [name, String(count)])),
        ...Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum.toString()])),
      },
      notes: this.kind.notes?.(this.options, this.isHouse) ?? [],
    };
  }
}
