/** The outermost layer of every call: its id, its security headers, its log line and its measurement. */
import type { MiddlewareHandler } from 'hono';
import { newId } from '../kernel/index.ts';
import { clientAddress } from './client-address.ts';
import type { HttpConfig } from './config.ts';
import type { FaceEnv } from './env.ts';
import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';
import { rateHeaders } from './rate-limit.ts';
import type { RouteTable } from './route-table.ts';

export interface RequestScopeOptions {
  readonly config: HttpConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly table: RouteTable;
}

/** A caller's own id is taken over when it is harmless in logs and headers. */
const SANE_ID = /^[\w.:-]{1,128}$/;

/** Applied unless the handler chose its own: an API answer is nobody's page, frame, or cache entry. */
const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Probes come every few seconds, so they are logged for debugging only. */
const QUIET_ROUTES = new Set(['/livez', '/readyz', '/metrics']);

export function requestScope(options: RequestScopeOptions): MiddlewareHandler<FaceEnv> {
  const { config, logger, metrics, table } = options;
  return async (c, next) => {
    const startedAt = performance.now();
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : newId('req');
    const facts = table.find(c);
    c.set('requestId', requestId);
    c.set('facts', facts);
    c.set('allowances', []);
    c.set('bodyLimitBytes', facts?.limits.bodyBytes ?? config.bodyLimitBytes);
    await next();

    const { headers, status } = c.res;
    headers.set('X-Request-Id', requestId);
    for (const [name, value] of Object.entries(rateHeaders(c.get('allowances')))) headers.set(name, value);
    for (const name in DEFAULT_HEADERS)
      if (!headers.has(name)) headers.set(name, DEFAULT_HEADERS[name] ?? '');

    const durationMs = performance.now() - startedAt;
    const route = facts?.template ?? 'unmatched';
    metrics.observeRequest({ method: c.req.method, route, status, seconds: durationMs / 1000 });
    const level = status >= 500 ? 'error' : QUIET_ROUTES.has(route) ? 'debug' : 'info';
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        requestId,
        method: c.req.method,
        route,
        // The path only: a query may carry an access token.
        path: c.req.path,
        status,
        durationMs: Math.round(durationMs * 1000) / 1000,
        account: c.get('principal')?.id,
        client: clientAddress(c, config.trustedProxies),
        ...(status >= 500 && c.error ? { err: c.error } : {}),
      },
      'request',
    );
  };
}
