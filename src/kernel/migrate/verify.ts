/** Compares a live schema with what its migrations give, and runs its invariants. */
import type { Database } from '../database/types.ts';
import type { Catalog, SqlModule } from '../system.ts';
import { readCatalog } from './catalog.ts';
import { compareHistory, readHistory } from './history.ts';
import { readTemplate, renderSql } from './template.ts';

export interface Finding {
  readonly kind: 'history' | 'missing' | 'changed' | 'unexpected' | 'invariant';
  /** What it is about: `column costs.amount`, `view invariant_…`. */
  readonly subject: string;
  readonly problem: string;
  readonly mend: string;
}

export interface Verification {
  readonly schema: string;
  readonly findings: readonly Finding[];
  readonly factsCompared: number;
  readonly invariantsRun: number;
}

export interface VerifyOptions {
  readonly database: Database;
  readonly schema: string;
  readonly modules: readonly SqlModule[];
  readonly expected: Catalog;
}

/** Rows of a broken invariant that are shown; one is enough to start looking. */
const SHOWN_ROWS = 3;
/** Invariants read whole tables: they get more time than a request does. */
const INVARIANT_TIMEOUT_MS = 600_000;

/** Proves an instance: catalogue, history and invariants. No finding means it is as its files say. */
export async function verifyInstance(options: VerifyOptions): Promise<Verification> {
  const { database, schema, modules, expected } = options;
  const history = await readHistory(database, schema);
  if (!history.installed) return notInstalled(schema);
  const actual = await readCatalog(database, schema);
  const invariants = Object.keys(actual)
    .filter((key) => key.startsWith('view invariant_'))
    .map((key) => key.slice('view '.length));
  return {
    schema,
    findings: [
      ...modules.flatMap((module) => historyFindings(compareHistory(readTemplate(module), history))),
      ...catalogFindings(schema, expected, actual),
      ...(await runInvariants(database, schema, invariants, actual)),
    ],
    factsCompared: Object.keys(expected).length,
    invariantsRun: invariants.length,
  };
}

function notInstalled(schema: string): Verification {
  const finding: Finding = {
    kind: 'history',
    subject: `schema ${schema}`,
    problem: 'It is not installed in this database.',
    mend: 'guildhall migrate up',
  };
  return { schema, findings: [finding], factsCompared: 0, invariantsRun: 0 };
}

function historyFindings(status: ReturnType<typeof compareHistory>): Finding[] {
  const { module } = status;
  const make = (subject: string, problem: string, mend: string): Finding => ({
    kind: 'history',
    subject: `${module}/${subject}`,
    problem,
    mend,
  });
  return [
    ...status.pending.map(({ name }) => make(name, 'It is not applied yet.', 'guildhall migrate up')),
    ...status.edited.map((name) =>
      make(name, 'Its file was edited after it was applied.', 'Restore the file; put the change into a new migration.'),
    ),
    ...status.missing.map((name) =>
      make(name, 'It is applied, and this release has no such file.', 'Use the newer release that has it.'),
    ),
    ...(status.pending.length > 0 ? [] : status.changedObjects).map(({ kind, name }) =>
      make(`${kind} ${name}`, 'Its file changed since it was applied.', 'guildhall migrate up'),
    ),
  ];
}

function catalogFindings(schema: string, expected: Catalog, actual: Catalog): Finding[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  return keys.flatMap((key): Finding[] => {
    const want = expected[key];
    const have = actual[key];
    if (want === have) return [];
    if (want === undefined) {
      const mend = mendUnexpected(schema, key);
      return [{ kind: 'unexpected', subject: key, problem: 'No migration made it.', mend }];
    }
    if (have === undefined) {
      return [{ kind: 'missing', subject: key, problem: 'It is missing.', mend: mendMissing(schema, key, want) }];
    }
    const problem = `It is "${brief(have)}" and should be "${brief(want)}".`;
    return [{ kind: 'changed', subject: key, problem, mend: mendMissing(schema, key, want) }];
  });
}

/** The statement that brings a fact back, where one statement can; else the way to get there. */
function mendMissing(schema: string, key: string, want: string): string {
  const [kind, subject = ''] = key.split(' ');
  const [table, name = ''] = subject.split('.');
  const on = `"${schema}"."${table}"`;
  if (kind === 'constraint') return `alter table ${on} add constraint ${name} ${renderSql(want, schema)};`;
  if (kind === 'index') return `${renderSql(want, schema)};`;
  if (kind === 'column') return `Compare alter table ${on} … column ${name}: it should be ${renderSql(want, schema)}`;
  if (kind === 'trigger' && want.startsWith('CREATE TRIGGER')) {
    return `drop trigger if exists ${name} on ${on}; ${renderSql(want, schema)}; or guildhall migrate up --replace`;
  }
  if (kind === 'grant') return `Compare grants on ${on}: they should be ${want}`;
  return 'guildhall migrate up --replace';
}

function mendUnexpected(schema: string, key: string): string {
  const [kind, subject = ''] = key.split(' ');
  const [table, name = ''] = subject.split('.');
  const on = `"${schema}"."${table}"`;
  if (kind === 'column') return `Put it into a migration, or: alter table ${on} drop column ${name};`;
  if (kind === 'constraint') return `Put it into a migration, or: alter table ${on} drop constraint ${name};`;
  if (kind === 'index') return `Put it into a migration, or: drop index "${schema}".${subject};`;
  if (kind === 'trigger') return `Put it into a migration, or: drop trigger ${name} on ${on};`;
  if (kind === 'grant') return `Revoke it, or leave it knowingly: revoke … on ${on}`;
  return `Put it into a migration, or drop it: ${key}`;
}

async function runInvariants(
  database: Database,
  schema: string,
  names: readonly string[],
  actual: Catalog,
): Promise<Finding[]> {
  if (names.length === 0) return [];
  // One snapshot for all of them, so that work going on meanwhile cannot look like damage.
  return database.transaction(
    async (tx) => {
      const findings: Finding[] = [];
      for (const name of names) {
        const { rows } = await tx.query(renderSql(`select * from :schema.${name} limit ${SHOWN_ROWS}`, schema));
        if (rows.length === 0) continue;
        const comment = actual[`comment ${name}`] ?? '';
        findings.push({
          kind: 'invariant',
          subject: `view ${name}`,
          problem: `Broken: ${JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`,
          mend: comment,
        });
      }
      return findings;
    },
    { readOnly: true, isolation: 'repeatable read', statementTimeoutMs: INVARIANT_TIMEOUT_MS },
  );
}

/** Long definitions (function bodies) are cut where they start to differ from each other anyway. */
function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}
