/** Brings files into an instance: recognises what they are and hands them to the importer of their kind. */
import { type ImportReport, type ImportRequest, invalidInput } from '../../../kernel/index.ts';
import { agentKinds } from './kinds.ts';
import { readSample } from './read.ts';
import { importRows } from './rows.ts';
import { importTable, TABLE_KINDS, TABLE_OPTIONS } from './tables.ts';
import type { ImportHost } from './types.ts';

export type { ImportHost } from './types.ts';

const MAX_SOURCE = 500;
const ROW_OPTIONS = ['project', 'user'];

/** Every kind of file that can be imported. */
export const IMPORT_KINDS: readonly string[] = [...agentKinds, ...TABLE_KINDS].map(({ kind }) => kind);

/** Kinds that change prices for everybody, rather than one project. */
export const PRICE_TABLE_KINDS: readonly string[] = TABLE_KINDS.map(({ kind }) => kind);

/**
 * Imports a file: a log of calls, agent runs, or a price table. Rows that are there already stay as they are, so that
 * importing twice adds nothing; bad rows are left out and reported. Throws `invalid_input` for a file or option that is
 * not understood. What was killed or stopped goes on, at the next import of the file, after its last whole batch.
 */
export async function importFile(host: ImportHost, request: ImportRequest): Promise<ImportReport> {
  const named = { ...request, source: request.source.slice(-MAX_SOURCE) };
  const kind = request.kind ?? (await recogniseKind(request));
  const table = TABLE_KINDS.find((candidate) => candidate.kind === kind);
  if (table !== undefined) {
    checkOptions(request, TABLE_OPTIONS);
    return importTable(host, named, table);
  }
  const importer = agentKinds.find((candidate) => candidate.kind === kind);
  if (importer === undefined) {
    throw invalidInput('kind', `"${kind}" is not a kind of file.`, `Use one of: ${IMPORT_KINDS.join(', ')}.`);
  }
  checkOptions(request, [...ROW_OPTIONS, ...importer.options]);
  return importRows(host, named, importer);
}

/** The kind of a file, from its name and beginning; throws `invalid_input` when nothing fits. */
export async function recogniseKind(request: Pick<ImportRequest, 'source' | 'open'>): Promise<string> {
  const sample = await readSample(request.open());
  const name = request.source.toLowerCase();
  const found = [...agentKinds, ...TABLE_KINDS].find((candidate) => candidate.recognises(name, sample));
  if (found !== undefined) return found.kind;
  throw invalidInput(
    'kind',
    `${request.source} is not recognised as a file that can be imported.`,
    `Name its kind: ${IMPORT_KINDS.join(', ')}.`,
  );
}

function checkOptions(request: ImportRequest, known: readonly string[]): void {
  for (const name of Object.keys(request.options ?? {})) {
    if (known.includes(name)) continue;
    throw invalidInput(
      `options.${name}`,
      `${name} is not an option of this import.`,
      `Options: ${known.join(', ')}.`,
    );
  }
}
