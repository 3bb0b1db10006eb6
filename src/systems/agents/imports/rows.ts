/** Imports a file of calls and runs, in batches that each commit with their progress. */
import { createHash } from 'node:crypto';
import {
  assert,
  GuildhallError,
  type ImportReport,
  type ImportRequest,
  invalidInput,
} from '../../../kernel/index.ts';
import {
  type Claim,
  claimImport,
  findOrCreateProject,
  finishImport,
  KEPT_REFUSALS,
  type Progress,
  writeBatch,
} from './store.ts';
import { Totals } from './totals.ts';
import type { Entry, Importer, ImportHost } from './types.ts';

/** Rows, or costs and activities in them, of one transaction: some 50 ms of work, and what a kill at most repeats. */
const BATCH_ROWS = 1_000;
/** Refusals shown in a report. */
const SHOWN_REFUSALS = 100;
/** A file of which all of the first rows are refused is another kind of file. */
const HOPELESS_ROWS = 200;

export async function importRows(
  host: ImportHost,
  request: ImportRequest,
  importer: Importer,
): Promise<ImportReport> {
  const { kind } = importer;
  const project = request.options?.project ?? importer.defaultProject;
  const projectId = await findOrCreateProject(host.scope, {
    project,
    user: request.options?.user,
    actor: host.actor,
  });
  const target = { kind, source: request.source, projectId };
  for (const fresh of [false, true]) {
    const claim = await claimImport(host.scope, { ...target, fresh });
    const report = await new RowImport({ host, request, importer, projectId, claim }).run();
    if (report !== null) return report;
  }
  throw new GuildhallError(
    'internal',
    'An import that starts from the first row has nothing to compare with.',
  );
}

interface RowImportParts {
  readonly host: ImportHost;
  readonly request: ImportRequest;
  readonly importer: Importer;
  readonly projectId: string;
  readonly claim: Claim;
}

/** One attempt: reads the file from its start, and writes what an earlier attempt has not. */
class RowImport {
  private readonly parts: RowImportParts;
  private readonly hash = createHash('sha256');
  private readonly totals = new Totals();
  private readonly refusals: { line: number; reason: string }[] = [];
  private progress: Progress;
  private batch: Entry[] = [];
  private batchSize = 0;
  private bytes = 0;
  private refused = 0;

  constructor(parts: RowImportParts) {
    this.parts = parts;
    this.progress = parts.claim.progress;
  }

  /** Null when the file does not begin with the rows that the earlier attempt has dealt with. */
  async run(): Promise<ImportReport | null> {
    const { host, claim } = this.parts;
    try {
      if (!(await this.readAll())) return null;
      const report = this.report();
      await finishImport(host.scope, claim, { state: 'completed', totals: report.totals, actor: host.actor });
      return report;
    } catch (error) {
      const stopped = this.parts.request.signal?.aborted === true;
      await finishImport(host.scope, claim, {
        state: stopped ? 'stopped' : 'failed',
        error: error instanceof Error ? error.message : String(error),
      }).catch(() => undefined); // The error that ended the import matters more than the note about it.
      throw error;
    }
  }

  private async readAll(): Promise<boolean> {
    const { importer, request, projectId, claim } = this.parts;
    const entries = importer.entries({
      projectId,
      chunks: this.countBytes(request.open()),
      options: request.options ?? {},
      now: new Date(),
    });
    for await (const entry of entries) {
      this.refuseWhenStopped();
      this.take(entry);
      const { rowsRead } = this.totals;
      if (rowsRead < claim.rowsDone) continue;
      if (rowsRead === claim.rowsDone) {
        if (this.digest() !== claim.digest) return false;
        continue;
      }
      this.batch.push(entry);
      this.batchSize += 1 + (entry.costs?.length ?? 0) + (entry.activities?.length ?? 0);
      if (this.batch.length >= BATCH_ROWS || this.batchSize >= 2 * BATCH_ROWS) await this.flush();
    }
    if (this.totals.rowsRead < claim.rowsDone) return false;
    if (this.batch.length > 0) await this.flush();
    return true;
  }

  private take(entry: Entry): void {
    this.hash.update(`${entry.content.length} ${entry.content}\n`);
    this.totals.add(entry);
    if (entry.refusal === undefined) return;
    this.refused += 1;
    if (this.refusals.length < SHOWN_REFUSALS)
      this.refusals.push({ line: entry.line, reason: entry.refusal });
    if (this.refused === HOPELESS_ROWS && this.totals.rowsRead === HOPELESS_ROWS) {
      throw invalidInput(
        'file',
        `None of the first ${HOPELESS_ROWS} rows could be read as ${this.parts.importer.kind}: ${entry.refusal}`,
        'Name the kind of the file, or check that it is whole.',
      );
    }
  }

  private async flush(): Promise<void> {
    const { host, claim, projectId, importer } = this.parts;
    this.progress = await writeBatch(
      host.scope,
      { claim, projectId, kind: importer.kind },
      {
        entries: this.batch,
        rowsDone: this.totals.rowsRead,
        digest: this.digest(),
        keepRefusals: Math.max(0, KEPT_REFUSALS - this.progress.refused),
      },
    );
    this.batch = [];
    this.batchSize = 0;
    this.parts.request.onProgress?.({ bytes: this.bytes, rows: this.totals.rowsRead });
  }

  private digest(): string {
    return this.hash.copy().digest('hex');
  }

  private refuseWhenStopped(): void {
    if (this.parts.request.signal?.aborted !== true) return;
    throw new GuildhallError('conflict', `Import ${this.parts.claim.id} was stopped.`, {
      reason: 'import_stopped',
      hint: 'Import the same file again: it goes on where it stopped.',
    });
  }

  private async *countBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  private report(): ImportReport {
    const { importer, request, claim } = this.parts;
    const { inserted, known, refused, computed, unpriced } = this.progress;
    assert(inserted + known + refused <= this.totals.rowsRead, 'no row is counted twice');
    return {
      importId: claim.id,
      kind: importer.kind,
      source: request.source,
      rowsRead: this.totals.rowsRead,
      rowsInserted: inserted,
      rowsKnown: known,
      rowsRefused: refused,
      refusals: this.refusals,
      totals: this.totals.report({ computed, unpriced }),
      notes: [
        ...(claim.rowsDone === 0
          ? []
          : [`Continued after row ${claim.rowsDone} of an import that had been stopped.`]),
        ...(importer.notes?.({ zeroAmounts: this.totals.zeroAmounts, options: request.options ?? {} }) ?? []),
      ],
    };
  }
}
