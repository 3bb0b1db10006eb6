/** The statements of going up and down, in an order in which nothing stands in another's way. */
import type { Transaction } from '../database/types.ts';
import { GuildhallError } from '../errors.ts';
import { type AppliedObject, isUpToDate, type ModuleStatus } from './history.ts';
import { type Migration, type ObjectKind, renderSql, type SqlObject, type Template } from './template.ts';

export interface Step {
  readonly direction: 'up' | 'down';
  readonly module: string;
  readonly name: string;
}

export interface Statement {
  readonly title: string;
  readonly text: string;
  /** What the history is told once it has run. */
  readonly record: { readonly text: string; readonly params: readonly unknown[] };
}

export interface Work {
  readonly steps: readonly Step[];
  readonly statements: readonly Statement[];
}

/**
 * What goes up, module by module. From the first module that changes on, every view goes beforehand, the last module's
 * first: views stand in the way of altered columns, and those of a system stand on the kernel's tables and views as well.
 */
export function upWork(
  templates: readonly Template[],
  states: readonly ModuleStatus[],
  limit: (migration: Migration) => boolean,
): Work {
  states.forEach(refuseConflicts);
  const found = states.findIndex((current) => isComplete(current, limit) && !isUpToDate(current));
  const first = found === -1 ? states.length : found;
  const views = states.slice(first).flatMap(({ objects }) => [dropTogether('view', objects)]);
  const parts = templates.map((template, index) =>
    moduleUpWork(template, states[index] as ModuleStatus, { limit, viewsAreGone: index >= first }),
  );
  return {
    steps: parts.flatMap(({ steps }) => steps),
    statements: [...views.reverse().flat(), ...parts.flatMap(({ statements }) => statements)],
  };
}

interface ModuleUpOptions {
  readonly limit: (migration: Migration) => boolean;
  readonly viewsAreGone: boolean;
}

/**
 * Pending migrations within the limit, then the objects. Where the limit leaves migrations pending, no object
 * stays: their files fit the newest tables only.
 */
function moduleUpWork(
  template: Template,
  current: ModuleStatus,
  { limit, viewsAreGone }: ModuleUpOptions,
): Work {
  const pending = current.pending.filter(limit);
  const steps = pending.map(({ module, name }) => ({ direction: 'up' as const, module, name }));
  const ups = pending.map(upStatement);
  if (!isComplete(current, limit)) return { steps, statements: [...dropAll(current), ...ups] };
  if (!viewsAreGone) return { steps, statements: [] };
  const [before, after] = [dropsBefore(current), dropsAfter(current)];
  const objects = objectsToMake(template, current).map(objectStatement);
  return { steps, statements: [...before, ...ups, ...objects, ...after] };
}

function isComplete({ pending }: ModuleStatus, limit: (migration: Migration) => boolean): boolean {
  return pending.every(limit);
}

/** The migrations given, newest first, after every object of their module. */
export function downWork(current: ModuleStatus, migrations: readonly Migration[]): Work {
  return {
    steps: migrations.map(({ module, name }) => ({ direction: 'down', module, name })),
    statements: [...dropAll(current), ...migrations.map(downStatement)],
  };
}

export async function runStatement(tx: Transaction, schema: string, statement: Statement): Promise<void> {
  const { title, text, record } = statement;
  try {
    await tx.query(renderSql(text, schema));
    await tx.query(renderSql(record.text, schema), record.params);
  } catch (cause) {
    const passing = cause instanceof GuildhallError && /^(unavailable|serialization)$/.test(cause.code);
    if (passing) throw cause;
    throw new GuildhallError(
      'migration_failed',
      `${title} failed in schema ${schema}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Nothing was changed. Correct the SQL, or the data it stumbled over, and run it again.',
        details: { statement: title },
        cause,
      },
    );
  }
}

export function refuseConflicts({ module, edited, missing }: ModuleStatus): void {
  const list = (names: readonly string[]) => names.map((name) => `${module}/${name}`).join(', ');
  if (edited.length > 0) {
    throw new GuildhallError('migration_conflict', `Edited after it was applied: ${list(edited)}.`, {
      reason: 'migration_edited',
      hint: 'Restore the file and put the change into a new migration.',
    });
  }
  if (missing.length > 0) {
    throw new GuildhallError(
      'migration_conflict',
      `Applied to this schema, but not among the files: ${list(missing)}.`,
      {
        reason: 'migration_missing',
        hint: 'Use the release that has these files; it is newer than this one.',
      },
    );
  }
}

/** Changed functions stand in the way of their new arguments: they come back later. */
function dropsBefore(current: ModuleStatus): Statement[] {
  const { objects, changedObjects, removedObjects } = current;
  const changed = new Map(changedObjects.map((object) => [`${object.kind} ${object.name}`, object]));
  const moved = objects.filter((applied) => {
    const file = changed.get(`${applied.kind} ${applied.name}`);
    return applied.kind === 'trigger' && file !== undefined && file.table !== applied.on_table;
  });
  const remade = objects.filter((applied) => {
    const file = changed.get(`${applied.kind} ${applied.name}`);
    return applied.kind === 'function' && file !== undefined && !isTriggerFunction(file);
  });
  return [
    ...[...removedObjects.filter(({ kind }) => kind === 'trigger'), ...moved].map(dropTrigger),
    ...dropTogether('function', remade),
  ];
}

/** A trigger that was given another function has let go of its old one only now. */
function dropsAfter({ removedObjects }: ModuleStatus): Statement[] {
  return dropTogether('function', removedObjects);
}

function dropAll({ objects }: ModuleStatus): Statement[] {
  return [
    ...objects.filter(({ kind }) => kind === 'trigger').map(dropTrigger),
    ...dropTogether('view', objects),
    ...dropTogether('function', objects),
  ];
}

function objectsToMake(template: Template, { pending, changedObjects }: ModuleStatus): SqlObject[] {
  const changed = new Set(changedObjects);
  return template.objects.filter(
    (object) => pending.length > 0 || object.kind === 'view' || changed.has(object),
  );
}

/** In one statement, since the server then sorts out which depends on which. */
function dropTogether(kind: ObjectKind, objects: readonly AppliedObject[]): Statement[] {
  const chosen = objects.filter((object) => object.kind === kind);
  const [first] = chosen;
  if (first === undefined) return [];
  const names = chosen.map(({ name }) => name);
  return [
    {
      title: `drop ${kind} ${names.join(', ')}`,
      text: `drop ${kind} if exists ${names.map((name) => `:schema.${name}`).join(', ')};`,
      record: forget(first.module, kind, names),
    },
  ];
}

function dropTrigger({ module, name, on_table }: AppliedObject): Statement {
  return {
    title: `drop trigger ${name}`,
    text: `drop trigger if exists ${name} on :schema.${on_table};`,
    record: forget(module, 'trigger', [name]),
  };
}

function forget(module: string, kind: string, names: readonly string[]): Statement['record'] {
  return {
    text: 'delete from :schema.migration_objects where module = $1 and kind = $2 and name = any ($3)',
    params: [module, kind, names],
  };
}

function upStatement({ module, number, name, up, sha256 }: Migration): Statement {
  return {
    title: `${module}/${name}`,
    text: up,
    record: {
      text: 'insert into :schema.migrations (module, number, name, sha256) values ($1, $2, $3, $4)',
      params: [module, number, name, sha256],
    },
  };
}

function downStatement({ module, number, name, down }: Migration): Statement {
  return {
    title: `${module}/${name} (down)`,
    text: down,
    record: {
      text: 'delete from :schema.migrations where module = $1 and number = $2',
      params: [module, number],
    },
  };
}

function objectStatement({ module, kind, name, table, sha256, text }: SqlObject): Statement {
  return {
    title: `${module}/${kind} ${name}`,
    // Bodies may name objects that come later in this very transaction.
    text: `set local check_function_bodies = off;\n${text}`,
    record: {
      text: `insert into :schema.migration_objects (module, kind, name, on_table, sha256)
        values ($1, $2, $3, $4, $5)
        on conflict (module, kind, name) do update
          set sha256 = excluded.sha256, on_table = excluded.on_table, applied_at = clock_timestamp()`,
      params: [module, kind, name, table, sha256],
    },
  };
}

/** Its arguments cannot change, and its triggers would keep it from being dropped. */
function isTriggerFunction({ text }: SqlObject): boolean {
  return /\breturns trigger\b/.test(text);
}
