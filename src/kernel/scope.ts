/** A schema plus a way to run SQL in it: what every service of a system is built on. */
import type { Executor } from './database/types.ts';
import { GuildhallError, isGuildhallError } from './errors.ts';
import { renderSql } from './migrate/template.ts';
import type { ConstraintMeaning, Scope } from './system.ts';

export interface ScopeOptions {
  readonly schema: string;
  readonly system: string;
  readonly executor: Executor;
  readonly constraints: Readonly<Record<string, ConstraintMeaning>>;
}

/** Rendered texts by schema: a system has a few hundred constant statements, so this stays small. */
const rendered = new Map<string, Map<string, string>>();
/** Texts beyond this are surely built at run time and are rendered without being kept. */
const MAX_RENDERED = 2_000;

export function createScope(options: ScopeOptions): Scope {
  const { schema, executor, constraints } = options;
  let texts = rendered.get(schema);
  if (texts === undefined) {
    texts = new Map();
    rendered.set(schema, texts);
  }
  const known = texts;
  const sql = (text: string): string => {
    let result = known.get(text);
    if (result === undefined) {
      result = renderSql(text, schema);
      if (known.size < MAX_RENDERED) known.set(text, result);
    }
    return result;
  };
  return {
    ...options,
    sql,
    query: async <Row>(text: string, params?: readonly unknown[]): Promise<Row[]> => {
      try {
        return (await executor.query<Row>(sql(text), params)).rows;
      } catch (error) {
        throw explainConstraint(error, constraints);
      }
    },
    on: (other) => createScope({ ...options, executor: other }),
  };
}

/** Replaces a bare constraint violation by what the system says the constraint means. */
export function explainConstraint(
  error: unknown,
  constraints: Readonly<Record<string, ConstraintMeaning>>,
): unknown {
  if (!isGuildhallError(error)) return error;
  const name = error.details.constraint;
  const meaning = typeof name === 'string' ? constraints[name] : undefined;
  if (meaning === undefined) return error;
  const { code, message, ...rest } = meaning;
  return new GuildhallError(code, message, { ...rest, details: error.details, cause: error });
}
