/** What an importer makes of a file: entries, each the outcome of one row. */
import type { FileKind, ImportEntry } from '../../../kernel/index.ts';

export interface CostDraft {
  readonly model: string;
  readonly provider: string;
  readonly at: Date;
  /** USD exactly as logged; null when the log has none and it is to be computed. */
  readonly amount: string | null;
  readonly inputTokens: bigint | null;
  readonly outputTokens: bigint | null;
  readonly runId: string | null;
  /** Calls that this cost stands for, where a file has only their sum; 1 when missing. */
  readonly calls?: number;
}

export interface RunDraft {
  readonly id: string;
  /** The row is the first of the run. */
  readonly begins: boolean;
  readonly status: 'completed' | 'failed';
  readonly startTime: Date;
  readonly endTime: Date;
  readonly error: string | null;
  /** Log of the run; written when the run is new. */
  readonly log: readonly string[];
}

export interface ActivityDraft {
  readonly id: string;
  readonly type: 'agent_started' | 'agent_completed' | 'agent_failed';
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly at: Date;
}

/** One row of the file. Either it is refused with a reason, or everything it holds is written together. */
export interface Entry extends ImportEntry {
  readonly runs?: readonly RunDraft[];
  readonly costs?: readonly CostDraft[];
  readonly activities?: readonly ActivityDraft[];
}

export interface ImporterInput {
  readonly projectId: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly options: Readonly<Record<string, string>>;
  /** Date of rows in files that carry no times. */
  readonly now: Date;
}

/** Reads one kind of file. */
export interface Importer extends FileKind {
  /** Project the rows go to unless one is named. */
  readonly defaultProject: string;
  /** Options it understands besides project and user. */
  readonly options: readonly string[];
  entries(input: ImporterInput): AsyncIterable<Entry>;
  /** Facts about this kind of file that its numbers do not tell. */
  notes?(input: {
    readonly zeroAmounts: number;
    readonly options: Readonly<Record<string, string>>;
  }): string[];
}
