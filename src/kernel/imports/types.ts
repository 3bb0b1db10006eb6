/** Shapes of imports: rows of a file, what an import is written to, how far it has come. */
import type { Actor } from '../audit.ts';
import type { ImportRequest, Scope } from '../system.ts';

/** One row of a file. Either it is refused with a reason, or everything it holds is written together. */
export interface ImportEntry {
  /** Line in the file, or place of the record, counted from 1. */
  readonly line: number;
  /** The row as text: part of its key, and of the hash that recognises a file. */
  readonly content: string;
  readonly refusal?: string;
}

/** A kind of file, recognised from its name in lower case and its first 64 kB. */
export interface FileKind {
  readonly kind: string;
  recognises(name: string, sample: string): boolean;
}

/**
 * Where a system keeps its imports: tables `imports` and `import_refusals` of its own, made by a migration of its own.
 * Both are texts of ours, never of a caller.
 */
export interface ImportBooks {
  /** Column of `imports` with the id of what receives the rows, or null. */
  readonly target: string;
  /** `select … from ended e`: tells of the completed import e. $5, $6, $7: kind, id and request of who imports. */
  readonly announce: string;
}

/** What an import needs of the service that runs it. */
export interface ImportHost {
  readonly scope: Scope;
  /** Who imports, for the audit trail; the system itself when missing. */
  readonly actor?: Actor;
}

/** An attempt at an import, and what the attempts before it have done. */
export interface ImportClaim {
  readonly id: string;
  readonly attempt: number;
  /** Rows that an earlier attempt has dealt with, and the hash over them. */
  readonly rowsDone: number;
  readonly digest: string;
  readonly progress: ImportProgress;
}

/** Counted over all attempts of an import. */
export interface ImportProgress {
  readonly inserted: number;
  readonly known: number;
  readonly refused: number;
  /** What the batches have added up besides, as exact text. */
  readonly totals: Readonly<Record<string, string>>;
}

/** Totals of one attempt, from every row of the file, whether or not it was known. */
export interface ImportTally<Entry extends ImportEntry> {
  add(entry: Entry): void;
  report(progress: ImportProgress): {
    readonly totals: Readonly<Record<string, string>>;
    readonly notes: readonly string[];
  };
}

/** How rows of one kind are read, counted and written. */
export interface RowImport<Entry extends ImportEntry> {
  readonly host: ImportHost;
  readonly books: ImportBooks;
  readonly request: ImportRequest;
  readonly kind: string;
  /** Id of what receives the rows; null: nothing in particular. */
  readonly target: string | null;
  readonly entries: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Entry>;
  readonly tally: () => ImportTally<Entry>;
  /** Further rows that an entry writes, for the size of a batch; 0 when missing. */
  readonly extraRows?: (entry: Entry) => number;
  /** Writes a batch, made by `batchStatement`. */
  readonly statement: string;
  /** Its own parameters, from $10, and how many of the entries write something that is counted. */
  readonly params: (entries: readonly Entry[]) => {
    readonly writing: number;
    readonly values: readonly unknown[];
  };
}
