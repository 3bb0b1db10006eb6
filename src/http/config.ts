/** Settings of the HTTP face, with defaults that are safe on a laptop and on a public host. */

/** So many calls in so many seconds; the window begins with the first call. */
export interface RateRule {
  readonly calls: number;
  readonly seconds: number;
}

export interface RateRules {
  readonly everything: RateRule;
  /** POST calls, per operation. */
  readonly create: RateRule;
  /** Sign-in, registration and refresh, per operation and address. */
  readonly auth: RateRule;
}

export interface EventLimits {
  /** How often the outbox is asked for new events, once per instance, while anyone listens. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
  /** How long an EventSource waits before it connects again. */
  readonly retryMs: number;
  /** Bytes kept for a listener that reads slowly; beyond that it is disconnected and resumes later. */
  readonly bufferBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAccount: number;
}

export interface HttpConfig {
  readonly version: string;
  /** Largest request body in bytes, unless a route declares its own. */
  readonly bodyLimitBytes: number;
  /** Longest time until an answer begins. */
  readonly requestTimeoutMs: number;
  /** `false` switches rate limiting off. */
  readonly rateLimits: RateRules | false;
  /** Reverse proxies in front whose X-Forwarded-For is believed; 0 believes none. */
  readonly trustedProxies: number;
  /** Origins whose pages may call the API from a browser, such as `https://console.example`. */
  readonly corsOrigins: readonly string[];
  /** Lets /metrics and /health/db be read from other machines, as a bearer token; without it only locally. */
  readonly operationsToken: string | undefined;
  readonly events: EventLimits;
}

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 4477;

export const HTTP_DEFAULTS: HttpConfig = {
  version: '0.1.0',
  bodyLimitBytes: 1_048_576,
  requestTimeoutMs: 30_000,
  // PocketBase's documented defaults.
  rateLimits: {
    everything: { calls: 300, seconds: 10 },
    create: { calls: 20, seconds: 5 },
    auth: { calls: 2, seconds: 3 },
  },
  trustedProxies: 0,
  corsOrigins: [],
  operationsToken: undefined,
  events: {
    pollMs: 250,
    // Below the 30 s after which common proxies cut a silent connection.
    heartbeatMs: 15_000,
    retryMs: 3_000,
    bufferBytes: 1_048_576,
    maxConnections: 1_000,
    // A browser opens at most 6 connections per host without HTTP/2; several tabs and tools fit.
    maxConnectionsPerAccount: 20,
  },
};
