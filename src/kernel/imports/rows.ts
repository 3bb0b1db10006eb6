/** Imports a file of rows, in batches that each commit with their progress. */
import { createHash } from 'node:crypto';
import { assert, GuildhallError, invalidInput } from '../errors.ts';
import type { ImportReport } from '../system.ts';
import { writeBatch } from './batches.ts';
import { claimImport, finishImport, KEPT_REFUSALS, SHOWN_REFUSALS } from './claims.ts';
import type { ImportClaim, ImportEntry, ImportProgress, ImportTally, RowImport } from './types.ts';

/** Rows, or further rows in them, of one transaction: some 50 ms of work, and what a kill at most repeats. */
const BATCH_ROWS = 1_000;
/** A file of which all of the first rows are refused is another kind of file. */
const HOPELESS_ROWS = 200;

/**
 * Reads a file and writes what of it is new. A killed or stopped import goes on after its last whole batch; where the
 * file no longer begins with what was done, it starts from the first row.
 */
export async function importRows<Entry extends ImportEntry>(parts: RowImport<Entry>): Promise<ImportReport> {
  const wanted = { kind: parts.kind, source: parts.request.source, target: parts.target };
  for (const fresh of [false, true]) {
    const claim = await claimImport(parts.host.scope, parts.books, { ...wanted, fresh });
    const report = await new Attempt(parts, claim).run();
    if (report !== null) return report;
  }
  throw new GuildhallError(
    'internal',
    'An import that starts from the first row has nothing to compare with.',
  );
}

/** One attempt: reads the file from its start, and writes what an earlier attempt has not. */
class Attempt<Entry extends ImportEntry> {
  private readonly parts: RowImport<Entry>;
  private readonly claim: ImportClaim;
  private readonly hash = createHash('sha256');
  private readonly tally: ImportTally<Entry>;
  private readonly refusals: { line: number; reason: string }[] = [];
  private progress: ImportProgress;
  private batch: Entry[] = [];
  private batchSize = 0;
  private bytes = 0;
  private read = 0;
  private refused = 0;

  constructor(parts: RowImport<Entry>, claim: ImportClaim) {
    this.parts = parts;
    this.claim = claim;
    this.tally = parts.tally();
    this.progress = claim.progress;
  }

  /** Null when the file does not begin with the rows that the earlier attempt has dealt with. */
  async run(): Promise<ImportReport | null> {
    const { host, books } = this.parts;
    try {
      if (!(await this.readAll())) return null;
      const report = this.report();
      await finishImport(host, books, this.claim, { state: 'completed', totals: report.totals });
      return report;
    } catch (error) {
      const stopped = this.parts.request.signal?.aborted === true;
      await finishImport(host, books, this.claim, {
        state: stopped ? 'stopped' : 'failed',
        error: error instanceof Error ? error.message : String(error),
      }).catch(() => undefined); // The error that ended the import matters more than the note about it.
      throw error;
    }
  }

  private async readAll(): Promise<boolean> {
    const { claim } = this;
    for await (const entry of this.parts.entries(this.countBytes(this.parts.request.open()))) {
      this.refuseWhenStopped();
      this.take(entry);
      if (this.read < claim.rowsDone) continue;
      if (this.read === claim.rowsDone) {
        if (this.digest() !== claim.digest) return false;
        continue;
      }
      this.batch.push(entry);
      this.batchSize += 1 + (this.parts.extraRows?.(entry) ?? 0);
      if (this.batch.length >= BATCH_ROWS || this.batchSize >= 2 * BATCH_ROWS) await this.flush();
    }
    if (this.read < claim.rowsDone) return false;
    if (this.batch.length > 0) await this.flush();
    return true;
  }

  private take(entry: Entry): void {
    this.hash.update(`${entry.content.length} ${entry.content}\n`);
    this.read += 1;
    this.tally.add(entry);
    if (entry.refusal === undefined) return;
    this.refused += 1;
    if (this.refusals.length < SHOWN_REFUSALS)
      this.refusals.push({ line: entry.line, reason: entry.refusal });
    if (this.refused === HOPELESS_ROWS && this.read === HOPELESS_ROWS) {
      throw invalidInput(
        'file',
        `None of the first ${HOPELESS_ROWS} rows could be read as ${this.parts.kind}: ${entry.refusal}`,
        'Name the kind of the file, or check that it is whole.',
      );
    }
  }

  private async flush(): Promise<void> {
    const { host, statement, params } = this.parts;
    this.progress = await writeBatch(
      { scope: host.scope, claim: this.claim, statement, params },
      {
        entries: this.batch,
        rowsDone: this.read,
        digest: this.digest(),
        keepRefusals: Math.max(0, KEPT_REFUSALS - this.progress.refused),
      },
    );
    this.batch = [];
    this.batchSize = 0;
    this.parts.request.onProgress?.({ bytes: this.bytes, rows: this.read });
  }

  private digest(): string {
    return this.hash.copy().digest('hex');
  }

  private refuseWhenStopped(): void {
    if (this.parts.request.signal?.aborted !== true) return;
    throw new GuildhallError('conflict', `Import ${this.claim.id} was stopped.`, {
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
    const { inserted, known, refused } = this.progress;
    assert(inserted + known + refused <= this.read, 'no row is counted twice');
    const { totals, notes } = this.tally.report(this.progress);
    const { rowsDone } = this.claim;
    return {
      importId: this.claim.id,
      kind: this.parts.kind,
      source: this.parts.request.source,
      rowsRead: this.read,
      rowsInserted: inserted,
      rowsKnown: known,
      rowsRefused: refused,
      refusals: this.refusals,
      totals,
      notes: [
        ...(rowsDone === 0 ? [] : [`Continued after row ${rowsDone} of an import that had been stopped.`]),
        ...notes,
      ],
    };
  }
}
