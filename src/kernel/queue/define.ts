/** Declares a kind of job, and checks payloads against its schema. */
import { GuildhallError, invalidInput } from '../errors.ts';
import type { JobDefinition, PayloadSchema, SchemaIssue } from './types.ts';

const NAME = /^[a-z][a-z0-9_.:-]{0,99}$/;
/** Bodies above this belong into a table or an object store, with their id in the payload. */
export const MAX_PAYLOAD_BYTES = 262_144;
/** Shown of what a schema found wrong. */
const MAX_ISSUES = 20;
/** The constraints of queue_settings and the limits of queue_claim. */
const MAX_LEASE_S = 86_400;
const MAX_TRIES = 1_000;
const MAX_WAIT_S = 2_592_000;

/** Declares a kind of job: a queue of that name, the schema of its payload, and what is done. It does nothing by itself. */
export function defineJob<Input, Output>(
  definition: JobDefinition<Input, Output>,
): JobDefinition<Input, Output> {
  const { name, leaseS = 30, runS = 900, retry = {} } = definition;
  const { maxFailures = 10, maxLosses = 20, mostS = 3_600, baseS = Math.min(2, mostS) } = retry;
  assertQueueName(name);
  const limits: readonly (readonly [field: string, value: number, least: number, most: number])[] = [
    ['leaseS', leaseS, 1, MAX_LEASE_S],
    ['runS', runS, 1, MAX_LEASE_S],
    ['retry.maxFailures', maxFailures, 1, MAX_TRIES],
    ['retry.maxLosses', maxLosses, 0, MAX_TRIES],
    ['retry.mostS', mostS, 0, MAX_WAIT_S],
    ['retry.baseS', baseS, 0, mostS],
  ];
  for (const [field, value, least, most] of limits) {
    if (!(value >= least && value <= most)) {
      throw invalidInput(field, `${field} of ${name} is ${value}.`, `Use ${least} to ${most}.`);
    }
  }
  return definition;
}

export function assertQueueName(name: string): void {
  if (NAME.test(name)) return;
  throw invalidInput(
    'queue',
    `"${name}" cannot be the name of a queue.`,
    'Use 1 to 100 lower-case letters, digits and _.:-, starting with a letter.',
  );
}

/** The payload as JSON text, and nothing that its handler would refuse. */
export async function payloadText<Input, Output>(
  definition: Pick<JobDefinition<Input, Output>, 'name' | 'schema'>,
  payload: Input,
): Promise<string> {
  const text = JSON.stringify(payload) as string | undefined;
  if (text === undefined) throw invalidInput('payload', `The payload of ${definition.name} is not JSON.`);
  if (text.length > MAX_PAYLOAD_BYTES) {
    throw new GuildhallError('payload_too_large', `The payload of ${definition.name} is too large.`, {
      field: 'payload',
      hint: `Keep it below ${MAX_PAYLOAD_BYTES} bytes: store the body elsewhere and enqueue its id.`,
    });
  }
  // As the worker will read it: a Date, for instance, is a text by then.
  await checkPayload(definition, JSON.parse(text));
  return text;
}

/** The payload as the schema gives it; throws `invalid_input` naming what is wrong. */
export async function checkPayload<Input, Output>(
  { name, schema }: { readonly name: string; readonly schema: PayloadSchema<Input, Output> },
  payload: unknown,
): Promise<Output> {
  const checked = schema['~standard'].validate(payload);
  const result = checked instanceof Promise ? await checked : checked;
  if (result.issues === undefined) return result.value;
  const errors = result.issues.slice(0, MAX_ISSUES).map(problemOf);
  const first = errors[0];
  throw new GuildhallError(
    'invalid_input',
    `The payload of ${name} is not valid: ${errors.map(({ field, problem }) => `${field}: ${problem}`).join('; ')}.`,
    { field: first?.field ?? 'payload', reason: 'invalid_payload', details: { errors } },
  );
}

function problemOf(issue: SchemaIssue): { field: string; problem: string } {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return { field: ['payload', ...path].join('.'), problem: issue.message };
}
