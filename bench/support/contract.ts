/** What every contender must be able to do, and the shapes that are compared before anything is timed. */
import type { DatasetSize, Targets } from './dataset.ts';

/** Decimal text, or a decimal object of the library's that prints itself exactly. Never a JavaScript number. */
export type Money = string | { toString(): string };

export interface Cost {
  readonly id: string;
  readonly projectId: string;
  readonly amount: Money;
  readonly model: string;
  readonly provider: string;
  readonly inputTokens: number | bigint | null;
  readonly outputTokens: number | bigint | null;
  readonly timestamp: Date;
}

export interface NewCost {
  readonly projectId: string;
  readonly amount: string;
  readonly model: string;
  readonly provider: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly userId: string;
  readonly settings: unknown;
  readonly createdAt: Date;
}

export interface Agent {
  readonly id: string;
  readonly projectId: string;
  readonly status: string;
  readonly startTime: Date;
  readonly endTime: Date | null;
  readonly logs: unknown;
  readonly error: string | null;
}

export interface Activity {
  readonly id: string;
  readonly projectId: string;
  readonly type: string;
  readonly message: string;
  readonly metadata: unknown;
  readonly timestamp: Date;
}

/** All lists newest first. */
export interface ProjectWithAll extends Project {
  readonly user: { readonly id: string; readonly email: string; readonly name: string | null };
  readonly agents: readonly Agent[];
  readonly costs: readonly Cost[];
  readonly activities: readonly Activity[];
}

export interface ActivityWithProject extends Activity {
  readonly project: Project;
}

export interface DaySpend {
  /** UTC day, `2025-12-01`. */
  readonly day: string;
  readonly amount: Money;
}

export interface DayRange {
  readonly projectId: string;
  readonly from: Date;
  readonly to: Date;
}

export interface Contender {
  /** Project, owner (without secrets), agents, costs and activities. */
  project(id: string): Promise<ProjectWithAll | null>;
  recentActivities(userId: string, limit: number): Promise<readonly ActivityWithProject[]>;
  createCost(cost: NewCost): Promise<Cost>;
  /** All or nothing; returns how many were written. */
  bulkCreateCosts(costs: readonly NewCost[]): Promise<number>;
  totalCost(projectId: string): Promise<Money>;
  /** Days without spending may be left out. */
  dailySpend(range: DayRange): Promise<readonly DaySpend[]>;
  close(): Promise<void>;
}

export interface Connection {
  readonly url: string;
  readonly poolMax: number;
}

export interface ContenderModule {
  /** Version of the library, for the record. */
  readonly version: string;
  open(connection: Connection): Promise<Contender>;
  /** For a contender with tables of its own: makes them in an empty database and fills them. */
  prepare?(url: string, size: DatasetSize): Promise<void>;
}

/** A contender opened in its own process, told which rows exist and which it may write into. */
export interface Assignment extends Connection {
  readonly targets: Targets;
  readonly sinkProject: string;
  readonly bulkRows: number;
}
