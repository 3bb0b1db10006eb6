/** Price tables as imports: read whole, entered in one transaction. */
import {
  claimImport,
  type FileKind,
  finishImport,
  type ImportHost,
  type ImportReport,
  type ImportRequest,
  invalidInput,
  RowProblem,
  readWhole,
  SHOWN_REFUSALS,
  timeOf,
} from '../../../kernel/index.ts';
import { loadPriceTable } from '../price-loading.ts';
import type { TableFormat } from '../price-tables/index.ts';
import { BOOKS } from './books.ts';

export interface TableKind extends FileKind {
  readonly format: TableFormat;
}

export const TABLE_KINDS: readonly TableKind[] = [
  {
    kind: 'genai-prices',
    format: 'genai',
    recognises: (_name, sample) => /^\s*\[/.test(sample) && sample.includes('"pricing_urls"'),
  },
  {
    kind: 'litellm-prices',
    format: 'litellm',
    recognises: (_name, sample) => /^\s*\{/.test(sample) && sample.includes('"litellm_provider"'),
  },
  {
    kind: 'price-list',
    format: 'list',
    recognises: (_name, sample) =>
      /^provider,model,kind,price\b/.test(sample) || /^\s*\[\s*\{\s*"provider":/.test(sample),
  },
];

export const TABLE_OPTIONS = ['asOf', 'acceptImplausible'];

/** Loads the table; every model is a row of the report. A killed load has changed nothing, so it starts afresh. */
export async function importTable(
  host: ImportHost,
  request: ImportRequest,
  table: TableKind,
): Promise<ImportReport> {
  const { scope } = host;
  const { kind } = table;
  const { source } = request;
  const options = request.options ?? {};
  const claim = await claimImport(scope, BOOKS, { kind, source, target: null, fresh: true });
  try {
    const text = await readWhole(request.open());
    const loaded = await loadPriceTable(scope, table.format, text, {
      ...(options.asOf === undefined ? {} : { asOf: timeOf(options.asOf, 'asOf') }),
      acceptImplausible: options.acceptImplausible === 'true',
    });
    const { inserted, known, refused } = loaded;
    const counts = { done: inserted + known + refused.length, inserted, known, refused: refused.length };
    const totals = { models: String(loaded.models), prices: String(inserted + known) };
    await finishImport(host, BOOKS, claim, { state: 'completed', totals, counts, refusals: refused });
    request.onProgress?.({ bytes: Buffer.byteLength(text), rows: counts.done });
    return {
      importId: claim.id,
      kind,
      source,
      rowsRead: counts.done,
      rowsInserted: inserted,
      rowsKnown: known,
      rowsRefused: refused.length,
      refusals: refused.slice(0, SHOWN_REFUSALS),
      totals,
      notes: loaded.notes,
    };
  } catch (error) {
    const problem = error instanceof RowProblem ? invalidInput('options', error.message) : error;
    const text = problem instanceof Error ? problem.message : String(problem);
    await finishImport(host, BOOKS, claim, { state: 'failed', error: text }).catch(() => undefined);
    throw problem;
  }
}
