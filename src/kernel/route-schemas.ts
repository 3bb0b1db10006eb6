/** The pieces that requests and answers are made of, so that every system spells money, ids, times and pages alike. */
import { z } from '@hono/zod-openapi';
import { type DecimalRules, decimalText } from './decimal.ts';
import { isGuildhallError } from './errors.ts';
import { DEFAULT_PAGE, MAX_PAGE } from './page.ts';

/** An exact amount as text. A JSON number is refused: parsers have already rounded it when we see it. */
export function decimalSchema(rules: DecimalRules & { readonly example?: string } = {}) {
  return z
    .string({ error: (issue) => (typeof issue.input === 'number' ? numberRefused(issue.input) : undefined) })
    .check((context) => {
      try {
        decimalText(context.value, '', rules);
      } catch (error) {
        if (!isGuildhallError(error)) throw error;
        const message = error.message.trim().replace(/\.$/, '');
        context.issues.push({
          code: 'custom',
          input: context.value,
          message: error.hint === undefined ? message : `${message} | ${error.hint}`,
        });
      }
    })
    .openapi({
      format: 'decimal',
      description: 'Exact decimal as text, never a JSON number.',
      example: rules.example ?? '0.045',
    });
}

/** A decimal in an answer: not checked again, since the database made it. */
export function decimalAnswer(example = '0.045') {
  return z.string().openapi({ format: 'decimal', description: 'Exact decimal as text.', example });
}

/** An id of one kind, such as `prj_01jd7q8w9e3r5t6y7h8k9m0n1p`. */
export function idSchema(prefix: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), {
      error: `is not an id of the kind ${prefix}_… | Pass the id as it was returned.`,
    })
    .openapi({ example: `${prefix}_01jd7q8w9e3r5t6y7h8k9m0n1p` });
}

/** A count that may pass 2^53 - 1: a number while exact, text beyond. */
export function countSchema(example = 1200) {
  return z
    .union([z.int(), z.string().regex(/^-?\d+$/)])
    .openapi({ description: 'A whole number; as text when above 2^53 - 1.', example });
}

/** A moment in an answer: ISO 8601 in UTC with milliseconds. */
export function timeSchema() {
  return z.string().openapi({ format: 'date-time', example: '2026-01-31T09:30:00.000Z' });
}

/** A moment in a request: ISO 8601 with `Z` or an offset; becomes a Date. */
export function timeInput() {
  return z.iso
    .datetime({ offset: true, error: 'is not a time | Write ISO 8601, for example 2026-01-31T09:30:00Z.' })
    .transform((text) => new Date(text))
    .openapi({ type: 'string', format: 'date-time', example: '2026-01-31T09:30:00Z' });
}

/** A day, such as `2026-01-31`. */
export function daySchema() {
  return z.iso
    .date({ error: 'is not a day | Write it as 2026-01-31.' })
    .openapi({ format: 'date', example: '2026-01-31' });
}

/** A whole number in a query string or path. */
export function integerParam(range: { readonly min: number; readonly max: number }) {
  return z
    .string()
    .regex(/^-?\d{1,15}$/, { error: 'is not a whole number | Write digits only.' })
    .transform(Number)
    .pipe(z.int().min(range.min).max(range.max))
    .openapi({ type: 'integer', minimum: range.min, maximum: range.max });
}

/** `true` or `false` in a query string. */
export function booleanParam() {
  return z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .openapi({ type: 'boolean' });
}

/** A comma-separated choice in a query string: `?include=costs,agents`. */
export function listParam<const Name extends string>(names: readonly Name[]) {
  const known = new Set<string>(names);
  return z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .check((context) => {
      const strange = context.value.find((part) => !known.has(part));
      if (strange === undefined) return;
      const message = `names "${strange.slice(0, 60)}", which is not known | Use any of: ${names.join(', ')}.`;
      context.issues.push({ code: 'custom', input: context.value, message });
    })
    .transform((parts) => [...new Set(parts)] as Name[])
    .openapi({ type: 'string', description: `Any of ${names.join(', ')}; separated by commas.` });
}

/** The query of every list. Spread its shape to add filters: `pageQuery.extend({ status: … })`. */
export const pageQuery = z.strictObject({
  limit: integerParam({ min: 1, max: MAX_PAGE })
    .optional()
    .transform((limit) => limit ?? DEFAULT_PAGE)
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE,
      default: DEFAULT_PAGE,
      description: 'Entries per page.',
    }),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .openapi({ description: 'Where to go on: `nextCursor` of the page before.' }),
  withTotal: booleanParam().optional().openapi({
    type: 'boolean',
    description: 'Also count all entries, with a second query.',
  }),
});

/** The answer of every list. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    hasMore: z.boolean().openapi({ description: 'Whether another page follows.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` for the next page; null on the last one.' }),
    total: countSchema().optional().openapi({ description: 'All entries; only with `withTotal=true`.' }),
  });
}

/** Drops what is undefined, so that checked input fits options that may be absent but never undefined. */
export function defined<T extends object>(input: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

function numberRefused(input: number): string {
  return `is a JSON number, which cannot hold amounts exactly | Quote it: "${input}".`;
}
