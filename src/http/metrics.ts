/** Prometheus metrics of the process, the HTTP face, the database pool, the event streams and the engines. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database, Instance } from '../kernel/index.ts';
import { watchEngines } from './engine-metrics.ts';

/** Buckets that OpenTelemetry's semantic conventions prescribe for request durations, in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Statements are faster than requests: most take less than the first bucket of the list above. */
const STATEMENT_SECONDS = [0.0005, 0.001, 0.0025, ...SECONDS];

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const STATEMENT = /^\s*(?:--[^\n]*\n\s*)*([a-z]+)/i;
const STATEMENTS = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'with',
  'copy',
  'begin',
  'commit',
  'rollback',
]);

export interface RequestSample {
  readonly method: string;
  /** Route template such as `/v1/agents/projects/{id}`; never the path itself, which would be unbounded. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Metrics {
  observeRequest(sample: RequestSample): void;
  countRefused(policy: string): void;
  countEvents(instance: string, sent: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsSources {
  readonly database: Database;
  readonly instances: readonly Instance[];
  /** Open event streams by instance, asked for at each scrape. */
  readonly openStreams: () => Iterable<readonly [instance: string, open: number]>;
}

export function createMetrics({ database, instances, openStreams }: MetricsSources): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from the arrival of a request until its answer begins.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: SECONDS,
    registers,
  });
  const refused = new Counter({
    name: 'guildhall_rate_limited_requests_total',
    help: 'Requests refused by a rate limit.',
    labelNames: ['policy'] as const,
    registers,
  });
  const events = new Counter({
    name: 'guildhall_events_sent_total',
    help: 'Events sent to listeners.',
    labelNames: ['instance'] as const,
    registers,
  });
  new Gauge({
    name: 'guildhall_event_streams',
    help: 'Open event streams.',
    labelNames: ['instance'] as const,
    registers,
    collect() {
      for (const [instance, open] of openStreams()) this.set({ instance }, open);
    },
  });
  watchDatabase(database, registers);
  const readEngines = watchEngines({ instances, registers });
  return {
    observeRequest({ method, route, status, seconds }) {
      requests.observe(
        {
          http_request_method: METHODS.has(method) ? method : '_OTHER',
          http_route: route,
          http_response_status_code: status,
        },
        seconds,
      );
    },
    countRefused: (policy) => refused.inc({ policy }),
    countEvents: (instance, sent) => events.inc({ instance }, sent),
    async text() {
      await readEngines();
      return register.metrics();
    },
    contentType: register.contentType,
  };
}

function watchDatabase(database: Database, registers: Registry[]): void {
  const statements = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Time of one statement, by kind and SQLSTATE (empty when it succeeded).',
    labelNames: ['db_operation_name', 'db_response_status_code'] as const,
    buckets: STATEMENT_SECONDS,
    registers,
  });
  database.onQuery(({ text, durationMs, sqlState }) => {
    statements.observe(
      { db_operation_name: statementKind(text), db_response_status_code: sqlState ?? '' },
      durationMs / 1000,
    );
  });
  new Gauge({
    name: 'db_client_connection_count',
    help: 'Connections of the pool, by state.',
    labelNames: ['state'] as const,
    registers,
    collect() {
      const { open, idle } = database.poolState();
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'used' }, open - idle);
    },
  });
  new Gauge({
    name: 'db_client_connection_max',
    help: 'Connections the pool may open.',
    registers,
    collect() {
      this.set(database.poolState().max);
    },
  });
  new Gauge({
    name: 'db_client_connection_pending_requests',
    help: 'Callers waiting for a connection.',
    registers,
    collect() {
      this.set(database.poolState().waiting);
    },
  });
}

function statementKind(text: string): string {
  const word = STATEMENT.exec(text)?.[1]?.toLowerCase() ?? '';
  return STATEMENTS.has(word) ? word : 'other';
}
