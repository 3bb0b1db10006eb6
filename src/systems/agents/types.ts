/** What the service of `agents` takes and returns; names and meanings as its founding document has them. */
import type { Principal } from '../../kernel/index.ts';

export const AGENT_STATUSES = ['running', 'completed', 'failed'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export const ACTIVITY_TYPES = [
  'agent_started',
  'agent_completed',
  'agent_failed',
  'cost_alert',
  'project_created',
  'project_updated',
  'project_deleted',
] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

export type JsonObject = Readonly<Record<string, unknown>>;

export interface User {
  readonly id: string;
  readonly email: string;
  /** Null when none was given. */
  readonly name: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly userId: string;
  /** Null when none were given; an empty object stays one. */
  readonly settings: JsonObject | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A run of an AI agent. */
export interface Agent {
  readonly id: string;
  readonly projectId: string;
  readonly status: AgentStatus;
  readonly startTime: Date;
  /** Null while nobody has said that the run ended. */
  readonly endTime: Date | null;
  /** The log, a line an entry; null when none was ever given. */
  readonly logs: string[] | null;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Cost {
  readonly id: string;
  readonly projectId: string;
  /** Run that caused it; null when it is not attributed to one. */
  readonly agentId: string | null;
  /** USD as exact decimal text; null when the price is unknown. */
  readonly amount: string | null;
  readonly model: string;
  readonly provider: string;
  /** Null when not reported; 0 is a count. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Disjoint kinds of usage and their quantities; null when only totals are known. */
  readonly usage: JsonObject | null;
  readonly serviceTier: ServiceTier;
  readonly pricing: 'given' | 'computed' | 'unpriced';
  readonly priceId: string | null;
  readonly unpricedKinds: string[] | null;
  readonly timestamp: Date;
}

export type ServiceTier = 'standard' | 'batch' | 'flex' | 'priority';

export interface Activity {
  readonly id: string;
  readonly projectId: string;
  readonly type: ActivityType;
  readonly message: string;
  readonly metadata: unknown;
  readonly timestamp: Date;
}

export interface NewUser {
  readonly email: string;
  readonly name?: string | null;
  readonly password: string;
}

export interface NewProject {
  readonly name: string;
  readonly path: string;
  readonly userId: string;
  readonly settings?: JsonObject | null;
}

export interface ProjectChange {
  readonly name?: string;
  readonly path?: string;
  /** Replaces all settings. */
  readonly settings?: JsonObject | null;
}

export interface NewAgent {
  readonly projectId: string;
  readonly status: AgentStatus;
  readonly startTime?: Date;
  readonly endTime?: Date | null;
  readonly logs?: readonly string[] | null;
  readonly error?: string | null;
}

export interface AgentChange {
  readonly status?: AgentStatus;
  readonly endTime?: Date | null;
  /** Replaces the whole log; `appendAgentLogs` adds to it. */
  readonly logs?: readonly string[] | null;
  readonly error?: string | null;
}

export interface NewCost {
  readonly projectId: string;
  readonly agentId?: string | null;
  /** USD as decimal text. Left out: computed from the usage at the price valid then. */
  readonly amount?: string;
  readonly model: string;
  readonly provider: string;
  readonly inputTokens?: number | null;
  readonly outputTokens?: number | null;
  /** Disjoint kinds of usage, as `normaliseUsage` makes them from a provider's answer. */
  readonly usage?: Readonly<Record<string, string | number | bigint>> | null;
  readonly serviceTier?: ServiceTier;
  readonly timestamp?: Date;
}

export interface NewActivity {
  readonly projectId: string;
  readonly type: ActivityType;
  readonly message: string;
  readonly metadata?: unknown;
  readonly timestamp?: Date;
}

/** How many related rows an include brings: all up to the limit, newest first. */
export type Include = boolean | { readonly limit: number };

export interface ProjectIncludes {
  readonly includeUser?: boolean;
  readonly includeAgents?: Include;
  readonly includeCosts?: Include;
  readonly includeActivities?: Include;
}

export interface ProjectWithRelations extends Project {
  readonly user?: User;
  readonly agents?: Agent[];
  readonly costs?: Cost[];
  readonly activities?: Activity[];
}

/** Every creating call takes a key: a second call with it and the same content gets the first one's answer. */
export interface CreateOptions {
  readonly idempotencyKey?: string;
}

export interface ListOptions {
  /** 1 to 10,000; default 1,000. */
  readonly limit?: number;
}

/** What a service acts as: `principal` for a caller who signed in, nothing for the program itself. */
export interface ServiceOptions {
  readonly principal?: Principal;
  readonly requestId?: string;
}

/** A list inside one process ends here; the API's pages are smaller. */
export const MAX_LIST = 10_000;
export const DEFAULT_LIST = 1_000;
