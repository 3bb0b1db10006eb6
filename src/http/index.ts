/** The HTTP face's door. */
export { type App, type AppOptions, createApp } from './app.ts';
export {
  DEFAULT_HOST,
  DEFAULT_PORT,
  type EventLimits,
  HTTP_DEFAULTS,
  type HttpConfig,
  type RateRule,
  type RateRules,
} from './config.ts';
export type { Authenticate } from './guard.ts';
export { createLogger, type Logger, type LoggerOptions } from './logging.ts';
export { type ApiDocument, buildDocument } from './openapi.ts';
export { PROBLEM_TYPE, type Problem, STATUS_OF } from './problem.ts';
export { type RunningServer, type ServeOptions, serve } from './serve.ts';
