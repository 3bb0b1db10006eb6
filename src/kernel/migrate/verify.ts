/** Compares a live schema with what its migrations give, and runs its invariants. */
import type { Database, Transaction } from '../database/types.ts';
import type { Catalog, SqlModule } from '../system.ts';
import { toJsonText } from '../wire.ts';
import { readCatalog } from './catalog.ts';
import { type Finding, findDrift } from './drift.ts';
import { compareHistory, type ModuleStatus, readHistory } from './history.ts';
import { readTemplate, renderSql } from './template.ts';

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
  const templates = modules.map(readTemplate);
  const actual = await readCatalog(database, schema);
  const invariants = Object.keys(actual)
    .filter((key) => key.startsWith('view invariant_'))
    .map((key) => key.slice('view '.length));
  return {
    schema,
    findings: [
      ...templates.flatMap((template) => historyFindings(compareHistory(template, history))),
      ...findDrift(expected, actual, { schema, templates }),
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

function historyFindings(status: ModuleStatus): Finding[] {
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
      make(
        name,
        'Its file was edited after it was applied.',
        'Restore the file; put the change into a new migration.',
      ),
    ),
    ...status.missing.map((name) =>
      make(name, 'It is applied, and this release has no such file.', 'Use the newer release that has it.'),
    ),
    ...(status.pending.length > 0 ? [] : status.changedObjects).map(({ kind, name }) =>
      make(`${kind} ${name}`, 'Its file changed since it was applied.', 'guildhall migrate up'),
    ),
  ];
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
        const problem = await brokenInvariant(tx, schema, name);
        if (problem === null) continue;
        const mend = actual[`comment view ${name}`] ?? `Look at select * from "${schema}".${name}.`;
        findings.push({ kind: 'invariant', subject: `view ${name}`, problem, mend });
      }
      return findings;
    },
    { readOnly: true, isolation: 'repeatable read', statementTimeoutMs: INVARIANT_TIMEOUT_MS },
  );
}

/** What an invariant found; also when drift keeps it from running at all. */
async function brokenInvariant(tx: Transaction, schema: string, name: string): Promise<string | null> {
  const text = renderSql(`select * from :schema.${name} limit ${SHOWN_ROWS}`, schema);
  try {
    const { rows } = await tx.transaction((nested) => nested.query(text));
    return rows.length === 0 ? null : `Broken: ${toJsonText(rows)}`;
  } catch (error) {
    return `It cannot be run: ${error instanceof Error ? error.message : String(error)}`;
  }
}
