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
  '23001': 'conflict',
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
  '25P02': 'conflict',
  '25P03': 'timeout',
  '25P04': 'timeout',
  '42501': 'forbidden',
  // Raised by our own functions: the class says the code, the constraint field carries the reason.
  GH400: 'invalid_input',
  GH403: 'forbidden',
  GH404: 'not_found',
  GH409: 'conflict',
  GH422: 'idempotency_mismatch',
  GH429: 'limit_exceeded',
};

/** Besides class 08: shut down, crashed, starting up, idle for too long, full. */
const LOST_CONNECTION = new Set(['57P01', '57P02', '57P03', '57P05', '53300']);
/** The server ends the connection with these as well, and has a reason of its own. */
const LOST_BY_TIMEOUT = new Set(['25P03', '25P04']);
/** A table or a schema that is not there. */
const NOT_MIGRATED = new Set(['42P01', '3F000']);
const UNDEFINED_FUNCTION = '42883';
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
const TIMEOUT_REASONS: Readonly<Record<string, string>> = {
  '55P03': 'lock_timeout',
  '25P03': 'idle_in_transaction_timeout',
  '25P04': 'transaction_timeout',
};
const TIMEOUT_HINT = 'Try again; if it keeps happening, look for long transactions with `guildhall stats`.';
const TIMEOUT_HINTS: Readonly<Record<string, string>> = {
  '25P03': 'Do slow work, such as network calls, before or after the transaction and not inside it.',
};
const LOST_MESSAGE =
  /Connection terminated|Client has encountered a connection error|not queryable|timeout exceeded when trying to connect|timeout expired/;

/** An internal error (XX000) of a statement whose table went between its planning and its run. */
const DROPPED_MEANWHILE = /^could not open relation with OID \d+$/;
const STALE_PLAN = /cached plan must not change result type/;
/** Causes that are looked at; chains of our own are three or four long. */
const MAX_CAUSES = 8;

/** A schema, or something of it, is not there: it was never migrated, or is being made anew. */
export function isSchemaMissing(error: unknown): boolean {
  const cause = chainOf(error).find(isPostgresError);
  if (cause === undefined) return false;
  return (
    NOT_MIGRATED.has(cause.code) || cause.code === UNDEFINED_FUNCTION || DROPPED_MEANWHILE.test(cause.message)
  );
}

/** SQLSTATE of an error or of anything in its chain of causes; null when the database did not raise it. */
export function sqlStateOf(error: unknown): string | null {
  return chainOf(error).find(isPostgresError)?.code ?? null;
}

/** True when the connection is gone, whatever layer noticed. */
export function isConnectionLost(error: unknown): boolean {
  return chainOf(error).some((current) => {
    const code = 'code' in current ? String(current.code) : '';
    if (isLostState(code) || LOST_SOCKET.has(code) || LOST_MESSAGE.test(current.message)) return true;
    return current instanceof AggregateError && current.errors.some((inner) => isConnectionLost(inner));
  });
}

/** A prepared plan that no longer fits: the table changed (0A000), or the pooler lost or mixed up the name. */
export function isStalePlan(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === '26000' || state === '42P05') return true;
  return state === '0A000' && chainOf(error).some(({ message }) => STALE_PLAN.test(message));
}

/** The error of ours for anything thrown by the driver; errors of ours pass through. */
export function toGuildhallError(error: unknown, address: string): GuildhallError {
  if (isGuildhallError(error)) return error;
  if (isPostgresError(error) && !isLostState(error.code)) return fromPostgres(error);
  if (isConnectionLost(error)) return unavailable(error, address);
  return new GuildhallError('internal', 'The database driver failed.', { cause: error });
}

/** The error of ours when the driver's error means that this connection is gone; else null. */
export function lossOf(error: unknown, address: string): GuildhallError | null {
  if (isPostgresError(error) && !isLostState(error.code)) {
    return LOST_BY_TIMEOUT.has(error.code) ? fromPostgres(error) : null;
  }
  // The driver gave up waiting; the statement may still run, so the connection is of no use any more.
  if (error instanceof Error && error.message === 'Query read timeout') {
    const options = { reason: 'statement_timeout', hint: TIMEOUT_HINT, cause: error };
    return new GuildhallError('timeout', 'The statement did not end in the time allowed.', options);
  }
  return isConnectionLost(error) ? unavailable(error, address) : null;
}

/** For whatever kept a connection from being made: wrong password and bad certificate included. */
export function unavailable(error: unknown, address: string): GuildhallError {
  return new GuildhallError(
    'unavailable',
    `The database at ${address} cannot be reached: ${messages(error)}`,
    {
      hint: 'Check that the server runs and that DATABASE_URL names it; `guildhall status` shows what is tried.',
      details: { address },
      cause: error,
    },
  );
}

function fromPostgres(error: PostgresError): GuildhallError {
  const own = error.code.startsWith('GH');
  const code = codeFor(error);
  const details: Record<string, unknown> = { sqlState: error.code };
  if (error.table !== undefined) details.table = error.table;
  if (error.constraint !== undefined) details.constraint = error.constraint;
  const options: { -readonly [Key in keyof ErrorOptions]: ErrorOptions[Key] } = { cause: error };
  if (error.hint !== undefined && error.hint !== '') options.hint = error.hint;
  if (own) {
    if (error.constraint !== undefined) options.reason = error.constraint;
    if (error.column !== undefined) options.field = error.column;
    Object.assign(details, ownDetails(error.detail));
  } else if (code === 'timeout') {
    options.reason = TIMEOUT_REASONS[error.code] ?? 'statement_timeout';
    options.hint = TIMEOUT_HINTS[error.code] ?? TIMEOUT_HINT;
  } else if (NOT_MIGRATED.has(error.code)) {
    options.hint = 'If this database was never migrated, run `guildhall migrate up`.';
  } else if (error.code === '25P02') {
    options.hint = 'Put the statement that may fail into a nested tx.transaction(…).';
  }
  options.details = details;
  return new GuildhallError(code, error.message, options);
}

function codeFor({ code, message }: PostgresError): ErrorCode {
  // The same SQLSTATE for a parent that is not there and for one that others still point to.
  if (code === '23503' && message.startsWith('update or delete')) return 'conflict';
  return BY_SQLSTATE[code] ?? (code.startsWith('22') ? 'invalid_input' : 'internal');
}

function isLostState(code: string): boolean {
  return LOST_CONNECTION.has(code) || /^08[0-9A-Z]{3}$/.test(code);
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

function messages(error: unknown): string {
  if (error instanceof AggregateError) {
    return error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/** The error and its causes, outermost first. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let current = error; chain.length < MAX_CAUSES && current instanceof Error; current = current.cause) {
    chain.push(current);
  }
  return chain;
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}
