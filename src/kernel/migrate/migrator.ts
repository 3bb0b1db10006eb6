/** Brings a schema up, takes it down, and says what it would do; safe against a second migrator and a kill. */
import type { Database, Transaction } from '../database/types.ts';
import { GuildhallError } from '../errors.ts';
import type { SqlModule } from '../system.ts';
import { BOOTSTRAP_SQL, compareHistory, isUpToDate, type ModuleStatus, readHistory } from './history.ts';
import { takeLock } from './lock.ts';
import { lockFilledTables, refuseLostRows } from './lost-rows.ts';
import { downWork, refuseConflicts, runStatement, type Step, upWork } from './statements.ts';
import { type Migration, readTemplate, renderSql, type Template } from './template.ts';

export type { Step } from './statements.ts';

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

/** Every call is one transaction: it changes all that it should, or nothing. */
export interface Migrator {
  status(): Promise<ModuleStatus[]>;
  /** Applies what is pending and replaces changed objects. */
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

interface DownRequest extends DownOptions {
  readonly wanted: (migration: Migration) => boolean;
  readonly steps: number;
}

const LOCK_WAIT_MS = 60_000;
/** DDL on a large table takes its time; the lock time-out still ends a wait for other transactions. */
const NO_TIMEOUT = { statementTimeoutMs: 0, retries: 3 } as const;

const everything = (): boolean => true;

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

  const goUp = async (tx: Transaction, limit = everything as DownRequest['wanted'], replaceAll = false) => {
    await tx.query(renderSql(BOOTSTRAP_SQL, schema));
    // Forgetting the hashes is enough for every object to count as changed.
    if (replaceAll) await tx.query(renderSql("update :schema.migration_objects set sha256 = ''", schema));
    const history = await readHistory(tx, schema);
    const states = templates.map((template) => compareHistory(template, history));
    const { steps, statements } = upWork(templates, states, limit);
    for (const statement of statements) await runStatement(tx, schema, statement);
    return [...steps];
  };

  const goDown = async (tx: Transaction, { wanted, steps, force = false }: DownRequest): Promise<Step[]> => {
    const history = await readHistory(tx, schema);
    const modules = [...templates].reverse().map((template) => {
      const current = compareHistory(template, history);
      refuseConflicts(current);
      return { current, migrations: appliedOf(template, current).filter(wanted) };
    });
    const chosen = new Set(modules.flatMap(({ migrations }) => migrations).slice(0, steps));
    if (chosen.size === 0) return [];
    const filled = force ? new Set<string>() : await lockFilledTables(tx, schema);
    const work = modules
      .map(({ current, migrations }) => ({ current, taken: migrations.filter((one) => chosen.has(one)) }))
      .filter(({ taken }) => taken.length > 0)
      .map(({ current, taken }) => downWork(current, taken));
    for (const statement of work.flatMap((part) => part.statements))
      await runStatement(tx, schema, statement);
    await refuseLostRows(tx, schema, filled);
    return work.flatMap((part) => part.steps);
  };

  return {
    status,
    up: async () => {
      // Most starts find nothing to do, and then take no lock.
      if ((await status()).every(isUpToDate)) return [];
      return locked((tx) => goUp(tx));
    },
    replace: () => locked((tx) => goUp(tx, everything, true)),
    down: async (steps = 1, { force = false } = {}) => {
      if (!Number.isInteger(steps) || steps < 1)
        throw wrongNumber('steps', `${steps} steps cannot be taken back.`);
      return locked((tx) => goDown(tx, { wanted: everything, steps, force }));
    },
    redo: ({ force = false } = {}) =>
      locked(async (tx) => [
        ...(await goDown(tx, { wanted: everything, steps: 1, force })),
        ...(await goUp(tx)),
      ]),
    to: async (module, number, { force = false } = {}) => {
      refuseUnknown(templates, module, number);
      const order = templates.map(({ name }) => name);
      // What the module stands on has to be there; what stands on it stays as it is.
      const wanted = (migration: Migration) =>
        migration.module === module
          ? migration.number <= number
          : order.indexOf(migration.module) < order.indexOf(module);
      const above = (migration: Migration) => migration.module === module && !wanted(migration);
      return locked(async (tx) => [
        ...(await goDown(tx, { wanted: above, steps: Number.POSITIVE_INFINITY, force })),
        ...(await goUp(tx, wanted)),
      ]);
    },
    plan: async () => {
      const work = upWork(templates, await status(), everything);
      const statements = work.statements.map(({ title, text }) => `-- ${title}\n${text}`);
      return statements.length === 0 ? '' : renderSql([BOOTSTRAP_SQL, ...statements].join('\n'), schema);
    },
  };
}

/** Newest first. */
function appliedOf(template: Template, current: ModuleStatus): Migration[] {
  const done = new Set(current.applied.map((row) => row.number));
  return template.migrations.filter((migration) => done.has(migration.number)).reverse();
}

function refuseUnknown(templates: readonly Template[], module: string, number: number): void {
  const template = templates.find((candidate) => candidate.name === module);
  const known = template !== undefined && Number.isInteger(number);
  if (known && number >= 0 && number <= template.migrations.length) return;
  const hint = templates.map(({ name, migrations }) => `${name}: 0 to ${migrations.length}`).join(', ');
  throw wrongNumber('number', `There is no migration ${number} in module ${module}.`, hint);
}

function wrongNumber(
  field: string,
  problem: string,
  hint = 'Pass a whole number from 1 on.',
): GuildhallError {
  return new GuildhallError('invalid_input', problem, { field, hint });
}
