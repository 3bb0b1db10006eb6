/** JSON whose numbers keep every digit, and small readers of it. */
import { LosslessNumber, parse } from 'lossless-json';
import { invalidInput } from '../errors.ts';

/** Parses JSON with every number kept as the text it was written in. */
export function parseLossless(text: string, field: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidInput(
      field,
      `${field} is not JSON: ${reason.slice(0, 200)}`,
      'Check that the file is whole.',
    );
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber)
  );
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof LosslessNumber ? value.value : '';
}

/** Text of a number as it was written; null for anything else. */
export function numberText(value: unknown): string | null {
  return value instanceof LosslessNumber ? value.value : null;
}
