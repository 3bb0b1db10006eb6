/** Door of the imports: reading files, and writing them in batches that a kill cannot halve. */
export { type BatchParts, batchStatement } from './batches.ts';
export { claimImport, finishImport, SHOWN_REFUSALS } from './claims.ts';
export { compareExact, ExactSum } from './exact.ts';
export { derivedId, importKey } from './keys.ts';
export { checkImportOptions, recogniseFile, unknownKind } from './kinds.ts';
export { isRecord, listOf, numberText, parseLossless, textOf } from './lossless.ts';
export { type CsvRow, type Line, readCsv, readLines, readWhole } from './read.ts';
export { IMPORT_STATES, type ImportRefusal, pageImportRefusals } from './refusals.ts';
export {
  IMPORT_LIMITS,
  type ImportExample,
  importBody,
  importQuery,
  importRecordSchema,
  importRefusalsSchema,
  importReportSchema,
} from './routes.ts';
export { importRows } from './rows.ts';
export { MAX_IMPORT_BYTES, spoolBody } from './spool.ts';
export type {
  FileKind,
  ImportBooks,
  ImportClaim,
  ImportEntry,
  ImportHost,
  ImportProgress,
  ImportTally,
  RowImport,
} from './types.ts';
export { decimalOf, guarded, nameOf, RowProblem, shortText, timeOf, wholeNumberOf } from './values.ts';
