/** Brings a schema up, takes it down, and says what it would do; safe against a second migrator and a kill. */
import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../database/types.ts';
import { GuildhallError } from '../errors.ts';
import type { SqlModule } from '../system.ts';
import { BOOTSTRAP_SQL, compareHistory, isUpToDate, type ModuleStatus, readHistory } from './history.ts';
import {
  dropObject,
  type Migration,
  readTemplate,
  renderSql,
  type SqlObject,
  type Template,
} from './template.ts';

export interface MigratorOptions {
  readonly database: Database;
  readonly schema: string;
  /** In order of dependence: the kernel's module first, the system's last. */
  readonly modules: readonly SqlModule[];
  /** How long to wait for another migrator before giving up; default one minute. */
  readonly lockWaitMs?: number;
}

export interface DownOptions {
  /** Drops tables even when they hold rows. */
  readonly force?: boolean;
}

export interface Step {
  readonly direction: 'up' | 'down';
  readonly module: string;
  readonly name: string;
}

export interface Migrator {
  status(): Promise<ModuleStatus[]>;
  /** Applies what is pending and replaces changed objects, all in one transaction. */
  up(): Promise<Step[]>;
  /** Like `up`, and replaces every function, view and trigger even when its file has not changed. */
  replace(): Promise<Step[]>;
  /** Takes back the newest `steps` migrations (default 1), the system's before the kernel's. */
  down(steps?: number, options?: DownOptions): Promise<Step[]>;
  /** Down and up again, for work on the newest migration. */
  redo(options?: DownOptions): Promise<Step[]>;
  /** Goes to a number of one module, up or down; 0 takes all of it back. */
  to(module: string, number: number, options?: DownOptions): Promise<Step[]>;
  /** The SQL that `up` would run; empty when there is nothing to do. */
  plan(): Promise<string>;
}

const LOCK_WAIT_MS = 60_000;
const LOCK_POLL_MS = 100;
/** DDL on a large table takes its time; the lock time-out still ends a wait for other transactions. */
const NO_TIMEOUT = { statementTimeoutMs: 0, retries: 3 } as const;

export function createMigrator(options: MigratorOptions): Migrator {
  const { database, schema } = options;
  const templates = options.modules.map(readTemplate);
  const locked = <T>(body: (tx: Transaction) => Promise<T>): Promise<T> =>
    database.transaction(async (tx) => {
      await takeLock(tx, schema, options.lockWaitMs ?? LOCK_WAIT_MS);
      return body(tx);
    }, NO_TIMEOUT);

  const status = async (): Promise<ModuleStatus[]> => {
    const history = await readHistory(database, schema);
    return templates.map((template) => compareHistory(template, history));
  };

  const upTo = (limit: (migration: Migration) => boolean, replaceAll = false): Promise<Step[]> =>
    locked(async (tx) => {
      await tx.query(renderSql(BOOTSTRAP_SQL, schema));
      // Forgetting the hashes is enough for every object to count as changed.
      if (replaceAll) await tx.query(renderSql("update :schema.migration_objects set sha256 = ''", schema));
      const history = await readHistory(tx, schema);
      const work = templates.map((template) => upWork(template, compareHistory(template, history), limit));
      for (const statement of work.flatMap((part) => part.statements))
        await runStatement(tx, schema, statement);
      return work.flatMap((part) => part.steps);
    });

  const downWhile = (
    wanted: (migration: Migration) => boolean,
    steps: number,
    force: boolean,
  ): Promise<Step[]> =>
    locked(async (tx) => {
      const history = await readHistory(tx, schema);
      const applied = [...templates].reverse().flatMap((template) => {
        const current = compareHistory(template, history);
        refuseConflicts(current);
        const done = new Set(current.applied.map((row) => row.number));
        return [...template.migrations].reverse().filter((migration) => done.has(migration.number));
      });
      const chosen = applied.filter(wanted).slice(0, steps);
      if (chosen.length === 0) return [];
      const filled = force ? new Set<string>() : await filledTables(tx, schema);
      const modules = new Set(chosen.map((migration) => migration.module));
      for (const template of [...templates].reverse()) {
        if (modules.has(template.name)) await dropObjects(tx, schema, template);
      }
      for (const migration of chosen) await runStatement(tx, schema, downStatement(migration));
      await refuseLostRows(tx, schema, filled);
      return chosen.map(({ module, name }) => ({ direction: 'down' as const, module, name }));
    });

  return {
    status,
    up: async () => {
      // Most starts find nothing to do, and then take no lock.
      if ((await status()).every(isUpToDate)) return [];
      return upTo(() => true);
    },
    replace: () => upTo(() => true, true),
    down: (steps = 1, { force = false } = {}) => downWhile(() => true, steps, force),
    redo: async ({ force = false } = {}) => [
      ...(await downWhile(() => true, 1, force)),
      ...(await upTo(() => true)),
    ],
    to: async (module, number, { force = false } = {}) => {
      const template = templates.find((candidate) => candidate.name === module);
      if (template === undefined || number < 0 || number > template.migrations.length) {
        throw new GuildhallError('invalid_input', `There is no migration ${number} in module ${module}.`, {
          field: 'number',
          hint: templates.map(({ name, migrations }) => `${name}: 0 to ${migrations.length}`).join(', '),
        });
      }
      const taken = await downWhile(
        (migration) => migration.module === module && migration.number > number,
        Number.POSITIVE_INFINITY,
        force,
      );
      const given = await upTo((migration) => migration.module !== module || migration.number <= number);
      return [...taken, ...given];
    },
    plan: async () => {
      const parts = (await status()).map((current, index) => {
        const template = templates[index] as Template;
        return upWork(template, current, () => true).statements.map(
          ({ title, text }) => `-- ${title}\n${text}`,
        );
      });
      const statements = parts.flat();
      return statements.length === 0 ? '' : renderSql([BOOTSTRAP_SQL, ...statements].join('\n'), schema);
    },
  };
}

interface Statement {
  readonly title: string;
  readonly text: string;
  readonly record: { readonly text: string; readonly params: readonly unknown[] } | null;
}

function upWork(
  template: Template,
  current: ModuleStatus,
  limit: (migration: Migration) => boolean,
): { readonly steps: Step[]; readonly statements: Statement[] } {
  refuseConflicts(current);
  const pending = current.pending.filter(limit);
  const complete = pending.length === current.pending.length;
  const rebuild = pending.length > 0 || current.changedObjects.length + current.removedObjects.length > 0;
  const statements: Statement[] = [];
  if (rebuild) {
    // Views stand in the way of altered columns, so they go first and come back last.
    for (const object of [...template.objects].reverse()) {
      if (object.kind === 'view') statements.push(dropStatement(object));
    }
    for (const removed of current.removedObjects) {
      statements.push(
        dropStatement({ ...removed, kind: removed.kind as SqlObject['kind'], table: removed.on_table }),
      );
    }
  }
  statements.push(...pending.map(upStatement));
  if (rebuild && complete) {
    const changed = new Set(current.changedObjects);
    const all = pending.length > 0;
    for (const object of template.objects) {
      if (all || object.kind === 'view' || changed.has(object)) statements.push(objectStatement(object));
    }
  }
  return { steps: pending.map(({ module, name }) => ({ direction: 'up', module, name })), statements };
}

function upStatement(migration: Migration): Statement {
  const { module, number, name, sha256 } = migration;
  return {
    title: `${module}/${name}`,
    text: migration.up,
    record: {
      text: 'insert into :schema.migrations (module, number, name, sha256) values ($1, $2, $3, $4)',
      params: [module, number, name, sha256],
    },
  };
}

function downStatement(migration: Migration): Statement {
  return {
    title: `${migration.module}/${migration.name} (down)`,
    text: migration.down,
    record: {
      text: 'delete from :schema.migrations where module = $1 and number = $2',
      params: [migration.module, migration.number],
    },
  };
}

function objectStatement(object: SqlObject): Statement {
  return {
    title: `${object.module}/${object.kind} ${object.name}`,
    // Bodies may name objects that come later in this very transaction.
    text: `set local check_function_bodies = off;\n${object.text}`,
    record: {
      text: `insert into :schema.migration_objects (module, kind, name, on_table, sha256)
        values ($1, $2, $3, $4, $5)
        on conflict (module, kind, name) do update
          set sha256 = excluded.sha256, on_table = excluded.on_table, applied_at = clock_timestamp()`,
      params: [object.module, object.kind, object.name, object.table, object.sha256],
    },
  };
}

function dropStatement(object: Pick<SqlObject, 'module' | 'kind' | 'name' | 'table'>): Statement {
  return {
    title: `drop ${object.kind} ${object.name}`,
    text: dropObject(object),
    record: {
      text: 'delete from :schema.migration_objects where module = $1 and kind = $2 and name = $3',
      params: [object.module, object.kind, object.name],
    },
  };
}

async function runStatement(tx: Transaction, schema: string, statement: Statement): Promise<void> {
  try {
    await tx.query(renderSql(statement.text, schema));
    if (statement.record !== null)
      await tx.query(renderSql(statement.record.text, schema), statement.record.params);
  } catch (cause) {
    if (cause instanceof GuildhallError && (cause.code === 'unavailable' || cause.code === 'serialization'))
      throw cause;
    throw new GuildhallError(
      'migration_failed',
      `${statement.title} failed in schema ${schema}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Nothing was changed. Correct the SQL, or the data it stumbled over, and run it again.',
        cause,
      },
    );
  }
}

async function dropObjects(tx: Transaction, schema: string, template: Template): Promise<void> {
  const drops = [...template.objects].reverse().map(dropObject).join('\n');
  await tx.query(
    renderSql(`${drops}\ndelete from :schema.migration_objects where module = '${template.name}'`, schema),
  );
}

function refuseConflicts(current: ModuleStatus): void {
  const { module, edited, missing } = current;
  if (edited.length > 0) {
    throw new GuildhallError(
      'migration_conflict',
      `Edited after it was applied: ${edited.map((name) => `${module}/${name}`).join(', ')}.`,
      { reason: 'migration_edited', hint: 'Restore the file and put the change into a new migration.' },
    );
  }
  if (missing.length > 0) {
    throw new GuildhallError(
      'migration_conflict',
      `Applied to this schema, but not among the files: ${missing.map((name) => `${module}/${name}`).join(', ')}.`,
      {
        reason: 'migration_missing',
        hint: 'Use the release that has these files; it is newer than this one.',
      },
    );
  }
}

/** Waits for the lock that one migrator of a schema holds until its transaction ends. */
async function takeLock(tx: Transaction, schema: string, waitMs: number): Promise<void> {
  const key = createHash('sha256').update(`guildhall.migrate.${schema}`).digest().readBigInt64BE(0);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { rows } = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [
      key,
    ]);
    if (rows[0]?.taken === true) return;
    if (performance.now() > deadline) throw await lockedError(tx, schema, key, waitMs);
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

async function lockedError(
  tx: Transaction,
  schema: string,
  key: bigint,
  waitMs: number,
): Promise<GuildhallError> {
  const { rows } = await tx.query<{ pid: number; application_name: string; xact_start: Date }>(
    `select a.pid, a.application_name, a.xact_start
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted
        and ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
    [key],
  );
  const owner = rows[0];
  const who = owner === undefined ? 'another migrator' : `process ${owner.pid} (${owner.application_name})`;
  return new GuildhallError('migration_conflict', `Schema ${schema} is being migrated by ${who}.`, {
    reason: 'migration_locked',
    hint: `Waited ${waitMs} ms. Wait for it to end, or stop it, and run this again.`,
  });
}

/** Names of tables that hold at least one row; reads one row of each at most. */
async function filledTables(tx: Transaction, schema: string): Promise<Set<string>> {
  const tables = await tableNames(tx, schema);
  if (tables.length === 0) return new Set();
  const probes = tables.map(
    (name) => `select '${name}' as name where exists (select from :schema."${name}")`,
  );
  const { rows } = await tx.query<{ name: string }>(renderSql(probes.join(' union all '), schema));
  return new Set(rows.map((row) => row.name));
}

async function tableNames(tx: Transaction, schema: string): Promise<string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `select c.relname as name from pg_class c
      where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p')
        and c.relname not in ('migrations', 'migration_objects')`,
    [`"${schema}"`],
  );
  return rows.map((row) => row.name);
}

async function refuseLostRows(tx: Transaction, schema: string, filled: ReadonlySet<string>): Promise<void> {
  if (filled.size === 0) return;
  const left = new Set(await tableNames(tx, schema));
  const lost = [...filled].filter((name) => !left.has(name)).sort();
  if (lost.length === 0) return;
  throw new GuildhallError(
    'migration_failed',
    `Going down would drop tables that hold rows: ${lost.join(', ')}.`,
    {
      reason: 'rows_would_be_lost',
      hint: 'Nothing was changed. Add --force to drop them with their rows.',
      details: { tables: lost },
    },
  );
}
