/** Brings files into an instance: recognises what they are and hands them to the importer of their kind. */
import {
  checkImportOptions,
  type ImportHost,
  type ImportReport,
  type ImportRequest,
  recogniseFile,
  unknownKind,
} from '../../../kernel/index.ts';
import { agentKinds } from './kinds.ts';
import { importCalls } from './rows.ts';
import { importTable, TABLE_KINDS, TABLE_OPTIONS } from './tables.ts';

const MAX_SOURCE = 500;
const ROW_OPTIONS = ['project', 'user'];
const KINDS = [...agentKinds, ...TABLE_KINDS];

/** Every kind of file that can be imported. */
export const IMPORT_KINDS: readonly string[] = KINDS.map(({ kind }) => kind);

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
    checkImportOptions(request, TABLE_OPTIONS);
    return importTable(host, named, table);
  }
  const importer = agentKinds.find((candidate) => candidate.kind === kind);
  if (importer === undefined) throw unknownKind(kind, KINDS);
  checkImportOptions(request, [...ROW_OPTIONS, ...importer.options]);
  return importCalls(host, named, importer);
}

/** The kind of a file, from its name and beginning; throws `invalid_input` when nothing fits. */
export function recogniseKind(request: Pick<ImportRequest, 'source' | 'open'>): Promise<string> {
  return recogniseFile(request, KINDS);
}
