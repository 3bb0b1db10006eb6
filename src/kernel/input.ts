/** Checks of what callers hand to a service, before it gets near a statement. */
import type { Actor } from './audit.ts';
import { invalidInput } from './errors.ts';

/** Parameters of SQL functions that record who acts: kind, id, request id. */
export function actorParams(actor: Actor): [string, string | null, string | null] {
  return [actor.kind, actor.id, actor.requestId ?? null];
}

/** Text that must have something in it, and nothing PostgreSQL cannot store. */
export function requiredText(value: unknown, field: string, maxLength: number): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw invalidInput(
      field,
      `${field} is required and must be text.`,
      `Pass a ${field} of 1 to ${maxLength} characters.`,
    );
  }
  return storableText(value, field, maxLength);
}

/** Refuses text that is too long or holds NUL, which PostgreSQL text cannot. */
export function storableText(value: string, field: string, maxLength: number): string {
  if (value.length > maxLength) {
    throw invalidInput(
      field,
      `${field} has ${value.length} characters, more than ${maxLength}.`,
      'Shorten it.',
    );
  }
  if (value.includes('\u0000')) throw invalidInput(field, `${field} contains a NUL character.`, 'Remove it.');
  return value;
}

/** A moment that is one; default undefined lets the database's clock decide. */
export function moment(value: Date | null | undefined, field: string): Date | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw invalidInput(field, `${field} is not a valid date.`, 'Pass a Date.');
}

/** JSON text for a jsonb parameter; null stays SQL null, and what JSON cannot hold is refused. */
export function jsonParam(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  const text = toJson(value);
  if (text === undefined || NUL_IN_JSON.test(text)) {
    throw invalidInput(
      field,
      `${field} cannot be stored as JSON.`,
      'Leave out functions, bigint, cycles and NUL characters.',
    );
  }
  if (text.length > MAX_JSON_LENGTH) {
    throw invalidInput(
      field,
      `${field} has ${text.length} characters as JSON, more than ${MAX_JSON_LENGTH}.`,
      'Store it elsewhere and keep a reference.',
    );
  }
  return text;
}

/** Undefined for what JSON has no form for: functions, bigint, cycles. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The escape of NUL, and not an escaped backslash with u0000 after it. */
const NUL_IN_JSON = /(?<!\\)(?:\\\\)*\\u0000/;

/** Bodies above this belong into object storage, with a reference here. */
const MAX_JSON_LENGTH = 512 * 1024;
