/** What the import routes of every system have alike: the query, the body, the report, the record. */
import { z } from '@hono/zod-openapi';
import { anyId } from '../route-input.ts';
import { countSchema, pageSchema, timeSchema } from '../route-schemas.ts';
import { IMPORT_STATES } from './refusals.ts';
import { MAX_IMPORT_BYTES } from './spool.ts';

/** A file of a system's kind, as its API document shows it. */
export interface ImportExample {
  readonly kind: string;
  readonly source: string;
  /** Its first lines. */
  readonly head: string;
  readonly rows: number;
  readonly totals: Readonly<Record<string, string>>;
  /** A row that was refused. */
  readonly reason: string;
  readonly excerpt: string;
}

/** The body may be long and slow: it goes to a file, and the call has no end but the caller's patience. */
export const IMPORT_LIMITS = { streamsBody: true, bodyBytes: MAX_IMPORT_BYTES, timeMs: 0 } as const;

/** The file itself. */
export function importBody({ head }: ImportExample) {
  return { content: { '*/*': { schema: z.string().openapi({ format: 'binary' }), example: head } } };
}

/** Query of `POST /imports`; a system adds the options of its kinds. */
export function importQuery(example: ImportExample, kinds: readonly string[]) {
  return z.strictObject({
    source: z.string().min(1).max(500).openapi({
      example: example.source,
      description:
        'Name of the file: an import that was cut off goes on when a file of this name comes again.',
    }),
    kind: z
      .string()
      .max(40)
      .optional()
      .openapi({
        example: example.kind,
        description: `Recognised from name and content when left out. One of ${kinds.join(', ')}.`,
      }),
  });
}

export function importReportSchema({ kind, source, rows, totals }: ImportExample) {
  return z
    .object({
      importId: anyId('imp'),
      kind: z.string().openapi({ example: kind }),
      source: z.string().openapi({ example: source }),
      rowsRead: z.int().openapi({ example: rows }),
      rowsInserted: z.int().openapi({ example: rows }),
      rowsKnown: z.int().openapi({ example: 0, description: 'Rows that an earlier import had brought in.' }),
      rowsRefused: z.int().openapi({ example: 0 }),
      refusals: z
        .array(z.object({ line: z.int(), reason: z.string() }))
        .openapi({ example: [], description: 'The first 100; /imports/{id} has more.' }),
      totals: z.record(z.string(), z.string()).openapi({ example: totals }),
      notes: z.array(z.string()).openapi({ example: [] }),
    })
    .openapi('ImportReport');
}

/** An import, with the system's word for what received its rows. */
export function importRecordSchema<Owner extends z.ZodRawShape>(
  { kind, source, rows, totals }: ImportExample,
  owner: Owner,
) {
  return z.object({
    id: anyId('imp'),
    kind: z.string().openapi({ example: kind }),
    source: z.string().openapi({ example: source }),
    ...owner,
    state: z.enum(IMPORT_STATES),
    rowsDone: countSchema(rows),
    rowsInserted: countSchema(rows),
    rowsKnown: countSchema(0),
    rowsRefused: countSchema(0),
    totals: z.record(z.string(), z.unknown()).openapi({ example: totals }),
    error: z.string().nullable().openapi({ example: null }),
    startedAt: timeSchema(),
    updatedAt: timeSchema(),
    completedAt: timeSchema().nullable(),
  });
}

/** A page of the rows that an import left out. */
export function importRefusalsSchema({ reason, excerpt }: ImportExample) {
  return pageSchema(
    z.object({
      line: countSchema(17),
      reason: z.string().openapi({ example: reason }),
      excerpt: z.string().openapi({ example: excerpt }),
    }),
  );
}
