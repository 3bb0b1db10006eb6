/** Reads files in pieces: lines, CSV records, or a whole file within a limit. */
import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { GuildhallError, invalidInput } from '../errors.ts';

/** The longest line known is 110 kB. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** A CSV record of a log is some 200 bytes. */
const MAX_RECORD_BYTES = 64 * 1024;
/** Files that can only be read whole are at most this large; the longest known is 835 kB. */
const MAX_WHOLE_BYTES = 32 * 1024 * 1024;
const SAMPLE_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface Line {
  readonly line: number;
  /** Null when the line is longer than the limit; its content was not kept. */
  readonly text: string | null;
}

/** Lines without their ends; empty ones are left out but counted. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let line = 0;
  const finish = (): Line | null => {
    line += 1;
    const text = size > MAX_LINE_BYTES ? null : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    parts = [];
    size = 0;
    return text === null || text.trim() !== '' ? { line, text } : null;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end === -1 ? undefined : end);
      size += part.length;
      if (size <= MAX_LINE_BYTES) parts.push(part);
      else parts = [];
      if (end === -1) break;
      const done = finish();
      if (done !== null) yield done;
      start = end + 1;
    }
  }
  if (size > 0) {
    const done = finish();
    if (done !== null) yield done;
  }
}

export interface CsvRow {
  readonly line: number;
  /** Null when the record is not CSV; `problem` says why. */
  readonly fields: Readonly<Record<string, string>> | null;
  readonly problem: string;
  readonly content: string;
}

/** Records as columns by name. Throws `invalid_input` when a column that is needed is not in the header. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  required: readonly string[],
): AsyncGenerator<CsvRow> {
  const skipped: CsvRow[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_BYTES,
    on_skip: (error) => {
      const problem = error?.message ?? 'The record is not CSV.';
      skipped.push({ line: Number(error?.lines ?? 0), fields: null, problem, content: '' });
      return undefined;
    },
  });
  // Errors of the source arrive through the parser, which the loop below reads.
  pipeline(Readable.from(chunks), parser, () => undefined);
  let header: readonly string[] | null = null;
  try {
    for await (const item of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      yield* skipped.splice(0);
      const { record, info } = item;
      if (header === null) {
        header = record.map((name) => name.trim());
        requireColumns(header, required);
        continue;
      }
      yield toRow(header, record, info.lines);
    }
    yield* skipped.splice(0);
  } catch (cause) {
    if (cause instanceof GuildhallError || !(cause instanceof Error) || !('code' in cause)) throw cause;
    if (!String(cause.code).startsWith('CSV_')) throw cause;
    throw invalidInput('file', `The file stops being CSV: ${cause.message}`, 'Check that the file is whole.');
  }
  if (header === null) throw invalidInput('file', 'The file is empty.', 'Name a file with rows in it.');
}

/** The whole file as text; throws `payload_too_large` beyond the limit. */
export async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_WHOLE_BYTES) {
      throw new GuildhallError('payload_too_large', `The file is larger than ${MAX_WHOLE_BYTES} bytes.`, {
        hint: 'Files of this kind are read whole. Split it.',
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

/** The beginning of the file, to see what it is. */
export async function readSample(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= SAMPLE_BYTES) break;
  }
  return Buffer.concat(parts)
    .subarray(0, SAMPLE_BYTES)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

function toRow(header: readonly string[], record: readonly string[], line: number): CsvRow {
  const content = record.join('\u001f');
  if (record.length !== header.length) {
    const problem = `The row has ${record.length} fields, but the header has ${header.length}.`;
    return { line, fields: null, problem, content };
  }
  const fields = Object.fromEntries(header.map((name, index) => [name, record[index] ?? '']));
  return { line, fields, problem: '', content };
}

function requireColumns(header: readonly string[], required: readonly string[]): void {
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length === 0) return;
  throw invalidInput(
    'file',
    `The file has no column ${missing.join(', ')}.`,
    `It needs: ${required.join(', ')}. Name another kind if it is another file.`,
  );
}
