/** A system is a template; an instance is one PostgreSQL schema made from it, self-contained. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Accounts } from './auth/types.ts';
import type { WalletSettings } from './auth/wallet-site.ts';
import type { Database, Executor } from './database/types.ts';
import { type ErrorCode, invalidInput } from './errors.ts';
import type { Principal, RouteEnv } from './routes.ts';
import type { WebhookSettings } from './webhooks/types.ts';

/** One SQL file, inlined at build time. `:schema` stands for the instance's schema. */
export interface SqlFile {
  readonly path: string;
  readonly text: string;
}

/** The SQL of a module (the kernel's own part, or a system's), inlined by `npm run generate`. */
export interface SqlModule {
  readonly name: string;
  readonly files: readonly SqlFile[];
}

/** What a constraint means to a caller, so that its violation reads as an error about their input. */
export interface ConstraintMeaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly reason?: string;
  readonly hint?: string;
}

/** Work that an instance repeats while it runs; `run` returns true when more is waiting. */
export interface BackgroundTask<Service> {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (service: Service) => Promise<boolean>;
}

export interface ImportReport {
  readonly importId: string;
  readonly kind: string;
  readonly source: string;
  readonly rowsRead: number;
  readonly rowsInserted: number;
  /** Rows that an earlier import had already brought in. */
  readonly rowsKnown: number;
  readonly rowsRefused: number;
  /** The first refusals, with line number and reason; at most 100. */
  readonly refusals: readonly { readonly line: number; readonly reason: string }[];
  /** Totals of this file worth telling, as exact text: calls, amount, tokens. */
  readonly totals: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

export interface ImportRequest {
  /** File name as given, for the report and to guess the kind. */
  readonly source: string;
  /** The bytes; a factory, because a resumed import reads from the start again. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly sizeBytes?: number;
  /** Kind of file; guessed from name and content when missing. */
  readonly kind?: string;
  /** `key=value` options of the importer, such as project, user, model. */
  readonly options?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: { readonly bytes: number; readonly rows: number }) => void;
  readonly signal?: AbortSignal;
}

/** A sign-in of the demonstration data. */
export interface DemoSignIn {
  readonly login: string;
  readonly password: string;
  readonly role: string;
}

export interface SeedReport {
  readonly counts: Readonly<Record<string, number>>;
  /** False when the data was there already and nothing was written. */
  readonly written: boolean;
}

export interface OutboxEvent {
  /** Opaque, ordered position: give it back to continue after this event. */
  readonly cursor: string;
  readonly id: string;
  readonly type: string;
  /** Id of the thing the event is about. */
  readonly subject: string;
  /** Id of whoever may see it (an owner); null is for administrators only. */
  readonly audience: string | null;
  readonly payload: unknown;
  readonly at: Date;
}

/** What an operator sets for an instance. */
export interface InstanceSettings {
  /** Secrets for access tokens, newest first, 32 bytes at least each; default: one made and kept in the instance. */
  readonly tokenSecrets?: readonly string[];
  readonly webhooks?: WebhookSettings;
  /** Where wallets sign in; default: on this machine only. */
  readonly wallets?: WalletSettings;
}

export interface SystemDefinition<Service> {
  /** Template name and default schema name: lower case letters, digits and underscores. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly sql: SqlModule;
  /** Normalised catalogue of a fresh migration, generated and committed; what `verify` compares with. */
  readonly catalog: Catalog;
  readonly constraints: Readonly<Record<string, ConstraintMeaning>>;
  readonly createService: (scope: Scope, settings: InstanceSettings) => Service;
  /** The accounts that callers of this instance sign in with. */
  readonly accountsOf: (service: Service) => Accounts;
  readonly createRouter: (instance: Instance<Service>) => OpenAPIHono<RouteEnv>;
  readonly seed: (service: Service) => Promise<SeedReport>;
  /** Sign-ins of the demonstration data that are still there, for the banner. */
  readonly demoSignIns: (service: Service) => Promise<readonly DemoSignIn[]>;
  readonly importFile?: (service: Service, request: ImportRequest) => Promise<ImportReport>;
  readonly tasks: readonly BackgroundTask<Service>[];
  /** Whether this principal may see this event; administrators always do. */
  readonly maySee: (principal: Principal, event: OutboxEvent) => boolean;
  /** A line or two for the start page: what to try first. */
  readonly tryFirst: readonly { readonly title: string; readonly command: string }[];
}

/** Normalised facts about a schema: fact key -> definition, with the schema's name replaced by `:schema`. */
export type Catalog = Readonly<Record<string, string>>;

/** A schema and a way to run SQL in it: what a service is built on, outside or inside a transaction. */
export interface Scope {
  readonly schema: string;
  readonly system: string;
  readonly executor: Executor;
  readonly constraints: Readonly<Record<string, ConstraintMeaning>>;
  /** Replaces `:schema` by the quoted schema name; the result is kept, so call it with constant texts. */
  sql(text: string): string;
  /** Runs one statement of ours (with `:schema`), turning database errors into typed ones. */
  query<Row = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The same schema over another executor, such as a transaction. */
  on(executor: Executor): Scope;
}

export interface Instance<Service = unknown> {
  readonly schema: string;
  readonly definition: SystemDefinition<Service>;
  readonly database: Database;
  readonly scope: Scope;
  readonly settings: InstanceSettings;
  readonly service: Service;
}

/** Declares a system. It does nothing by itself: `openGuildhall` installs and runs instances of it. */
export function defineSystem<Service>(definition: SystemDefinition<Service>): SystemDefinition<Service> {
  assertSchemaName(definition.name);
  return definition;
}

const SCHEMA_NAME = /^[a-z][a-z0-9_]{0,40}$/;
const RESERVED_SCHEMAS = new Set(['public', 'information_schema', 'guildhall']);

/** Schema names come from settings, so they are checked before they get near SQL. */
export function assertSchemaName(name: string): void {
  if (!SCHEMA_NAME.test(name) || name.startsWith('pg_') || RESERVED_SCHEMAS.has(name)) {
    throw invalidInput(
      'schema',
      `"${name}" cannot be an instance's schema name.`,
      'Use 1 to 41 lower-case letters, digits and underscores, starting with a letter, not pg_… or public.',
    );
  }
}
