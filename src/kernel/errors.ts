/** One error class for everything that can go wrong, with a closed list of codes that callers branch on. */

export const ERROR_CODES = {
  invalid_input: 'A value is malformed, missing or out of range.',
  unauthenticated: 'No valid credentials came with the call.',
  forbidden: 'The caller may not do this.',
  not_found: 'The thing named does not exist, or the caller may not see it.',
  already_exists: 'A unique value is taken.',
  conflict: 'The state of the thing does not allow this now.',
  idempotency_mismatch: 'The idempotency key was used before with other content.',
  limit_exceeded: 'An allowance, quota or limit would be exceeded.',
  rate_limited: 'Too many calls in a short time.',
  payload_too_large: 'The body or file is larger than allowed.',
  unsupported_media_type: 'The body is not of a type this endpoint reads.',
  method_not_allowed: 'The path exists but not for this method.',
  wrong_database_handle: 'The outer database was used inside a transaction.',
  migration_failed: 'A migration could not be applied or undone.',
  migration_conflict: 'The history in the database and the files disagree.',
  configuration: 'A setting is missing or wrong.',
  unavailable: 'The database cannot be reached.',
  timeout: 'The database did not answer in the time allowed.',
  serialization: 'A concurrent transaction got in the way and the retries ran out.',
  internal: 'Something failed that should not fail.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorOptions {
  /** The input field at fault, as the caller wrote it: `amount`, `costs[3].amount`. */
  readonly field?: string;
  /** A finer, stable word below the code, such as `budget_exceeded`; systems choose their own. */
  readonly reason?: string;
  /** What to do about it, as a sentence. */
  readonly hint?: string;
  /** Facts a program can read: ids, limits, amounts as decimal text. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Every error that leaves Guildhall. `code` is from the closed list, `message` says what happened to which id. */
export class GuildhallError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly reason: string | undefined;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GuildhallError';
    this.code = code;
    this.field = options.field;
    this.reason = options.reason;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
    };
  }
}

/** Builds the error for a bad value: names the field, says what is wrong with it, and how to mend it. */
export function invalidInput(field: string, problem: string, hint?: string): GuildhallError {
  return new GuildhallError('invalid_input', problem, { field, ...(hint === undefined ? {} : { hint }) });
}

/** True for an error of ours, whichever copy of the package made it; optionally of one code. */
export function isGuildhallError(error: unknown, code?: ErrorCode): error is GuildhallError {
  if (!(error instanceof Error) || error.name !== 'GuildhallError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}

/** Throws for a state that cannot happen; the message is for us, not for a user. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new GuildhallError('internal', `Assertion failed: ${message}`);
}
