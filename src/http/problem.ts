/** Turns every error into RFC 9457 problem details; the only place that decides statuses. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  ERROR_CODES,
  type ErrorCode,
  GuildhallError,
  isGuildhallError,
  toJsonText,
} from '../kernel/index.ts';

/** Status by code. */
export const STATUS_OF: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_exists: 409,
  conflict: 409,
  // Not 429 and not 402: waiting does not help, and it is the owner's own limit, not a bill.
  limit_exceeded: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  rate_limited: 429,
  wrong_database_handle: 500,
  migration_failed: 500,
  migration_conflict: 500,
  configuration: 500,
  internal: 500,
  serialization: 503,
  unavailable: 503,
  timeout: 504,
};

/** What a caller is told of a failure on our side; the log has the rest under the request id. */
const OUR_FAULT: Readonly<Record<number, { readonly code: ErrorCode; readonly detail: string }>> = {
  500: { code: 'internal', detail: 'Something failed on our side. The request id finds it in the log.' },
  503: { code: 'unavailable', detail: 'The service cannot answer right now. Try again in a moment.' },
  504: {
    code: 'timeout',
    detail: 'The answer took too long. Try again, with an Idempotency-Key if it writes.',
  },
};

/** Seconds after which a 503 is worth another try. */
const RETRY_AFTER_SECONDS = 1;

/** Statuses that Hono and its middleware answer with on their own. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_input',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ContentfulStatusCode;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly request_id: string;
  readonly [extension: string]: unknown;
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** A path of 16 kB is legal, and nobody's to read. */
const MAX_INSTANCE = 500;

export const PROBLEM_TYPE = 'application/problem+json';

/** The problem for an error, for the call at `instance` (a path, never with its query: tokens live there). */
export function toProblem(error: unknown, call: { instance: string; requestId: string }): ProblemAnswer {
  const known = asGuildhallError(error);
  const status = STATUS_OF[known.code];
  const fault = OUR_FAULT[status];
  const code = fault?.code ?? known.code;
  const problem: Problem = {
    type: `/docs/errors#${code}`,
    title: titleOf(code),
    status,
    detail: fault?.detail ?? known.message,
    instance: call.instance,
    code,
    request_id: call.requestId,
    ...(fault ? {} : extensions(known)),
  };
  return { problem, headers: headersFor(known, status) };
}

/** Answers with the problem for an error, and with members of its own where a call has them. */
export function problemResponse(c: Context, error: unknown, members: Record<string, unknown> = {}): Response {
  const call = { instance: c.req.path.slice(0, MAX_INSTANCE), requestId: String(c.get('requestId')) };
  const { problem, headers } = toProblem(error, call);
  const text = toJsonText({ ...problem, ...members });
  return c.body(text, problem.status, { 'content-type': PROBLEM_TYPE, ...headers });
}

/** `not_found` as people write it. */
export function titleOf(code: ErrorCode): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Any thrown thing as one of our errors; what is not ours is `internal`. */
export function asGuildhallError(error: unknown): GuildhallError {
  if (isGuildhallError(error)) return error;
  if (error instanceof HTTPException) {
    const code = CODE_OF_STATUS[error.status] ?? 'internal';
    return new GuildhallError(code, error.message || ERROR_CODES[code], { cause: error });
  }
  return new GuildhallError('internal', 'An unexpected error.', { cause: error });
}

function extensions(error: GuildhallError): Record<string, unknown> {
  const { errors, allow: _allow, ...details } = error.details;
  return {
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(errors === undefined ? {} : { errors }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

function headersFor(error: GuildhallError, status: number): Record<string, string> {
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="guildhall"' };
  if (status === 405) return { Allow: String(error.details.allow ?? '') };
  if (status === 429)
    return { 'Retry-After': String(error.details.retryAfterSeconds ?? RETRY_AFTER_SECONDS) };
  if (status === 503) return { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  return {};
}

/** RFC 9457 problem details: the body of every answer that is not a success. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'Where this kind of problem is explained.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What happened, and to which id.' }),
    instance: z.string().openapi({ description: 'Path of the call.' }),
    code: z.enum(Object.keys(ERROR_CODES) as [string, ...string[]]).openapi({
      description: 'Stable word to branch on.',
    }),
    reason: z.string().optional().openapi({ description: 'A finer word below the code.' }),
    request_id: z.string().openapi({ description: 'Quote it when asking for help; it is in the log too.' }),
    field: z.string().optional().openapi({ description: 'The input at fault.' }),
    hint: z.string().optional().openapi({ description: 'What to do about it.' }),
    errors: z
      .array(z.object({ field: z.string(), problem: z.string(), mend: z.string().optional() }))
      .optional()
      .openapi({ description: 'Every bad value of the request.' }),
    details: z.record(z.string(), z.unknown()).optional().openapi({
      description: 'Facts for programs: ids, limits, amounts as text.',
    }),
  })
  .openapi('Problem', {
    example: {
      type: '/docs/errors#not_found',
      title: 'Not found',
      status: 404,
      detail: 'There is no project prj_01jd7q8w9e3r5t6y7h8k9m0n1p.',
      instance: '/v1/agents/projects/prj_01jd7q8w9e3r5t6y7h8k9m0n1p',
      code: 'not_found',
      request_id: 'req_4kq0v8s6n2',
    },
  });
