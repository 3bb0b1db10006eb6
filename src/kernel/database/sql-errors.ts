/** Turns what the driver throws into errors of ours; the SQLSTATE decides. */
import { type ErrorCode, type ErrorOptions, GuildhallError, isGuildhallError } from '../errors.ts';

interface PostgresError extends Error {
  readonly code: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly severity: string;
}

const BY_SQLSTATE: Readonly<Record<string, ErrorCode>> = {
  '23505': 'already_exists',
  '23503': 'not_found',
  '23514': 'invalid_input',
  '23502': 'invalid_input',
  '23P01': 'conflict',
  '22001': 'invalid_input',
  '22003': 'invalid_input',
  '22007': 'invalid_input',
  '22008': 'invalid_input',
  '22021': 'invalid_input',
  '22023': 'invalid_input',
  '22P02': 'invalid_input',
  '22P05': 'invalid_input',
  '40001': 'serialization',
  '40P01': 'serialization',
  '55P03': 'timeout',
  '57014': 'timeout',
  '25P03': 'timeout',
  '42501': 'forbidden',
  // Raised by our own functions: the class says the code, the constraint field carries the reason.
  GH400: 'invalid_input',
  GH403: 'forbidden',
  GH404: 'not_found',
  GH409: 'conflict',
  GH422: 'idempotency_mismatch',
  GH429: 'limit_exceeded',
};

const LOST_CONNECTION = new Set(['57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006', '53300']);
const LOST_SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
const LOST_MESSAGE =
  /Connection terminated|Client has encountered a connection error|not queryable|timeout exceeded when trying to connect|timeout expired/;

/** SQLSTATE of an error or of anything in its chain of causes; null when the database did not raise it. */
export function sqlStateOf(error: unknown): string | null {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (isPostgresError(current)) return current.code;
    current = current.cause;
  }
  return null;
}

/** True when the connection is gone, whatever layer noticed. */
export function isConnectionLost(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    const code = 'code' in current ? String(current.code) : '';
    if (LOST_CONNECTION.has(code) || LOST_SOCKET.has(code)) return true;
    if (LOST_MESSAGE.test(current.message)) return true;
    if (current instanceof AggregateError && current.errors.some((inner) => isConnectionLost(inner))) return true;
    current = current.cause;
  }
  return false;
}

/** A prepared plan that no longer fits: the table changed (0A000), or the pooler lost or mixed up the name. */
export function isStalePlan(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === '26000' || state === '42P05') return true;
  return state === '0A000' && messages(error).includes('cached plan must not change result type');
}

/** The error of ours for anything thrown by the driver; errors of ours pass through. */
export function toGuildhallError(error: unknown, address: string): GuildhallError {
  if (isGuildhallError(error)) return error;
  if (isPostgresError(error) && !LOST_CONNECTION.has(error.code)) return fromPostgres(error);
  if (isConnectionLost(error)) return unavailable(error, address);
  return new GuildhallError('internal', 'The database driver failed.', { cause: error });
}

function fromPostgres(error: PostgresError): GuildhallError {
  const own = error.code.startsWith('GH');
  const code = BY_SQLSTATE[error.code] ?? (error.code.startsWith('22') ? 'invalid_input' : 'internal');
  const details: Record<string, unknown> = { sqlState: error.code };
  if (error.table !== undefined) details.table = error.table;
  if (error.constraint !== undefined) details.constraint = error.constraint;
  const options: { -readonly [Key in keyof ErrorOptions]: ErrorOptions[Key] } = { cause: error };
  if (error.hint !== undefined) options.hint = error.hint;
  if (own) {
    if (error.constraint !== undefined) options.reason = error.constraint;
    if (error.column !== undefined) options.field = error.column;
    Object.assign(details, ownDetails(error.detail));
  } else if (code === 'timeout') {
    options.reason = error.code === '55P03' ? 'lock_timeout' : 'statement_timeout';
    options.hint = 'Try again; if it keeps happening, look for long transactions with `guildhall stats`.';
  }
  options.details = details;
  return new GuildhallError(code, error.message, options);
}

/** Our functions put facts into DETAIL as a JSON object; anything else there is left to the cause. */
function ownDetails(detail: string | undefined): Record<string, unknown> {
  if (detail === undefined || !detail.startsWith('{')) return {};
  try {
    return JSON.parse(detail) as Record<string, unknown>;
  } catch {
    return { detail };
  }
}

function unavailable(error: unknown, address: string): GuildhallError {
  return new GuildhallError('unavailable', `The database at ${address} cannot be reached: ${messages(error)}`, {
    hint: 'Check that the server runs and that DATABASE_URL names it; `guildhall status` shows what is tried.',
    details: { address },
    cause: error,
  });
}

function messages(error: unknown): string {
  if (error instanceof AggregateError) {
    return error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}
