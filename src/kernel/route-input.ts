/** Input that systems read alike, and refusals in the words of a founding API, whose clients show them to people. */
import { z } from '@hono/zod-openapi';
import { invalidInput } from './errors.ts';
import { invalidFields } from './validation.ts';

/** For what programs write at the pace of their calls: only the general limit counts. */
export const MACHINE_PACE = { rate: 'none' } as const;

export interface FoundingTexts {
  /** Fields that belong together: where one is missing or empty, the text tells of all of them. */
  readonly missing?: { readonly fields: readonly string[]; readonly text: string };
  /** Texts for a bad value, by field. */
  readonly bad?: Readonly<Record<string, string | ((value: unknown) => string)>>;
}

/** What a validator found; the failing one also carries the value as it came. */
type Outcome =
  | { readonly success: true }
  | { readonly success: false; readonly error: z.ZodError; readonly data?: unknown };

/** A route's hook: the founding text where there is one for the first bad field, else every field and its mend. */
export function texts({ missing, bad = {} }: FoundingTexts): (outcome: Outcome) => undefined {
  return (outcome) => {
    if (outcome.success) return undefined;
    const { error, data } = outcome;
    for (const issue of error.issues) {
      const field = String(issue.path[0] ?? '');
      const value = (data as Readonly<Record<string, unknown>> | null | undefined)?.[field];
      if (missing?.fields.includes(field) === true && isMissing(value)) {
        throw invalidInput(field, missing.text, `Send ${missing.fields.join(', ')} as text.`);
      }
      const text = bad[field];
      if (text !== undefined) throw invalidInput(field, typeof text === 'string' ? text : text(value));
    }
    throw invalidFields(error, data);
  };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Text that the founding API refuses like a missing one when it is empty. */
export function filledText(maxLength: number, example: string) {
  return z.string().min(1).max(maxLength).openapi({ example });
}

/**
 * An id that a caller names. Any text is let through: one that is malformed names nothing, and so gets the
 * founding "not found" of its kind, like one that is merely unknown.
 */
export function anyId(prefix: string) {
  return z
    .string()
    .min(1)
    .max(100)
    .openapi({ example: `${prefix}_01jd7q8w9e3r5t6y7h8k9m0n1p` });
}

/** The path parameter `id`. */
export function idParam(prefix: string) {
  return z.object({ id: anyId(prefix) });
}
