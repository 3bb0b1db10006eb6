/** Turns what a schema found wrong into one error that names every field, the problem, and the mend. */
import type { z } from '@hono/zod-openapi';
import { GuildhallError } from './errors.ts';

/** One bad value in a request: where, what is wrong, and what to send instead. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
  readonly mend?: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A body with a thousand bad rows gets this many explained; the message still says how many there are. */
const MAX_PROBLEMS = 50;

/** The error for a value that a schema refused. `input` is the value as it came, to say what was received. */
export function invalidFields(error: z.ZodError, input: unknown): GuildhallError {
  const problems = error.issues.flatMap((issue) => problemsOf(issue, input));
  const first = problems[0];
  const count = problems.length;
  return new GuildhallError(
    'invalid_input',
    count === 1 && first ? `${first.field} ${first.problem}.` : `${count} values are not valid.`,
    {
      ...(first === undefined ? {} : { field: first.field }),
      ...(first?.mend === undefined || count > 1 ? {} : { hint: first.mend }),
      details: { errors: problems.slice(0, MAX_PROBLEMS) },
    },
  );
}

/** `['costs', 3, 'amount']` as a caller writes it: `costs[3].amount`. */
export function fieldName(path: Path): string {
  let name = '';
  for (const part of path) {
    if (typeof part === 'number') name += `[${part}]`;
    else name += name === '' ? String(part) : `.${String(part)}`;
  }
  return name === '' ? 'body' : name;
}

function problemsOf(issue: Issue, input: unknown): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldName([...issue.path, key]),
      problem: 'is not a field of this call',
      mend: 'Remove it, or check its spelling.',
    }));
  }
  if (issue.code === 'invalid_union') {
    const nearest = nearestBranch(issue);
    if (nearest) {
      return nearest.flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] } as Issue, input),
      );
    }
  }
  const received = valueAt(input, issue.path);
  return [{ field: fieldName(issue.path), ...describe(issue, received) }];
}

function describe(issue: Issue, received: unknown): Omit<FieldProblem, 'field'> {
  switch (issue.code) {
    case 'invalid_type':
      return describeType(issue, received);
    case 'too_small':
      return sized('least', issue.origin, issue.minimum, issue.inclusive);
    case 'too_big':
      return sized('most', issue.origin, issue.maximum, issue.inclusive);
    case 'invalid_value':
      return {
        problem: received === undefined ? 'is missing' : `is ${shown(received)}, which is not allowed`,
        mend: `Send one of: ${issue.values.map(String).join(', ')}.`,
      };
    case 'not_multiple_of':
      return { problem: `must be a multiple of ${issue.divisor}` };
    default:
      return custom(issue);
  }
}

function describeType(
  issue: Extract<Issue, { code: 'invalid_type' }>,
  received: unknown,
): Omit<FieldProblem, 'field'> {
  if (!issue.message.startsWith('Invalid input')) return custom(issue);
  const expected = KIND[issue.expected] ?? issue.expected;
  if (received === undefined) return { problem: 'is missing', mend: `Add it: ${expected} is expected.` };
  const mend =
    issue.expected === 'string' && typeof received === 'number'
      ? `Write it in quotes: "${received}".`
      : `Send ${expected}.`;
  return { problem: `is ${kindOf(received)}, but ${expected} is expected`, mend };
}

const KIND: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a time',
};

const SIZED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
};

function sized(
  bound: 'least' | 'most',
  origin: string,
  limit: number | bigint,
  inclusive = true,
): Omit<FieldProblem, 'field'> {
  const unit = SIZED[origin];
  if (unit) return { problem: `must have at ${bound} ${limit} ${unit[Number(limit) === 1 ? 0 : 1]}` };
  if (inclusive) return { problem: `must be at ${bound} ${limit}` };
  return { problem: `must be ${bound === 'least' ? 'above' : 'below'} ${limit}` };
}

/** A message of our own schemas: `what is wrong | what to do`. */
function custom(issue: Issue): Omit<FieldProblem, 'field'> {
  const [problem = issue.message, mend] = issue.message.split(' | ');
  return mend === undefined ? { problem } : { problem, mend };
}

/** Of a union's branches, the one that failed last is the one the caller most likely meant. */
function nearestBranch(issue: Extract<Issue, { code: 'invalid_union' }>): Issue[] | undefined {
  const branches = issue.errors.filter((branch) => branch.length > 0);
  return branches.sort((a, b) => deepest(b) - deepest(a))[0];
}

function deepest(branch: readonly Issue[]): number {
  return Math.max(...branch.map((issue) => issue.path.length));
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return KIND[typeof value] ?? typeof value;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : kindOf(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
