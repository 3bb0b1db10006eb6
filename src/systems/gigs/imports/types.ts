/** What the importers make of a file: tasks that were done elsewhere, and what was seen on a chain. */
import type { FileKind, ImportEntry } from '../../../kernel/index.ts';

/** Who did a part of a task. */
export interface ShareDraft {
  /** Id of a worker that is there; without it the worker of the address, made when there is none. */
  readonly worker?: string;
  readonly email?: string;
  readonly name?: string;
  readonly amount: string;
}

/** A completed task. It is paid at once, unless it is held, or was not approved. */
export interface TaskDraft {
  /** Unique for the platform: it is imported once. */
  readonly externalId: string;
  /** What all shares add up to. */
  readonly amount: string;
  readonly title: string;
  readonly description?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly verificationData?: Readonly<Record<string, unknown>>;
  readonly verification: 'approved' | 'rejected';
  /** Stars for the worker. */
  readonly rating?: number;
  /** For the worker's score. */
  readonly points: number;
  /** Taken from the score when the house imports. */
  readonly penalty?: number;
  readonly holdUntil?: Date;
  readonly startedAt?: Date;
  /** Missing: now. */
  readonly completedAt?: Date;
  readonly shares: readonly ShareDraft[];
}

export interface TaskEntry extends ImportEntry {
  readonly task?: TaskDraft;
}

export interface TransferEntry extends ImportEntry {
  readonly transfer?: {
    readonly asset: string;
    readonly txHash: string;
    readonly logIndex: number;
    readonly amount: string;
    readonly fromAddress: string;
    readonly toAddress: string;
    readonly blockNumber: string;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly at: Date;
  };
}

export interface ChainEntry extends ImportEntry {
  readonly transaction?: {
    readonly txHash: string;
    readonly blockNumber: string;
    readonly position: string;
    readonly fromAddress: string;
    readonly toAddress: string | null;
    readonly value: string;
    readonly gasUsed: string;
    readonly fee: string;
    readonly status: 'completed' | 'failed';
    readonly at: Date;
  };
}

export type ImportOptions = Readonly<Record<string, string>>;

/** Reads one kind of file with tasks. */
export interface TaskKind extends FileKind {
  /** Name of the platform that is made when none is given. */
  readonly platformName: string;
  /** Options it understands besides platform. */
  readonly options: readonly string[];
  entries(chunks: AsyncIterable<Uint8Array>, options: ImportOptions): AsyncIterable<TaskEntry>;
  /** Totals of its own, from the tasks that were not refused. */
  count?(task: TaskDraft, totals: Counts): void;
  /** The house imports: an operator or an administrator, and no platform. */
  notes?(options: ImportOptions, isHouse: boolean): readonly string[];
}

/** Counts and exact sums by name. */
export interface Counts {
  count(name: string): void;
  sum(name: string, amount: string): void;
}
