/** Payment streams: pay that accrues by the second and is released on schedule, or when the worker takes it. */
import { actorParams, decimalText, invalidInput, moment, requiredText } from '../../kernel/index.ts';
import { type Context, moving, type OnceOptions, onceParams } from './context.ts';
import { address } from './parties.ts';
import { readRow } from './rows.ts';
import type { NewStream, ReleaseReport, StreamProgress, StreamWithdrawal } from './stream-types.ts';
import type { GigTransaction } from './types.ts';

const MAX_ID = 200;
const MAX_DURATION_S = 30 * 86_400;
const MIN_INTERVAL_S = 60;
/** A release is two postings, and one call of the ledger takes 1,000; locks of a batch are held some 100 ms. */
const RELEASE_BATCH = 200;
const DEFAULT_RELEASES = 1_000;
const MAX_RELEASES = 100_000;

type Json = Readonly<Record<string, unknown>>;

/** Begins a stream of an active streaming task, funded from its escrow. */
export async function createStream(
  context: Context,
  input: NewStream,
  options: OnceOptions = {},
): Promise<StreamProgress> {
  const taskId = requiredText(input.taskId, 'taskId', MAX_ID);
  if ((input.durationS === undefined) === (input.endTime === undefined)) {
    throw invalidInput('durationS', 'A stream needs a duration or an end.', 'Pass durationS or endTime.');
  }
  const call = { operation: 'createStream', request: input };
  const params = [
    ...actorParams(context.actor),
    ...onceParams(context, options, call),
    taskId,
    input.totalAmount === undefined
      ? null
      : decimalText(input.totalAmount, 'totalAmount', { min: 'positive' }),
    moment(input.startTime, 'startTime'),
    moment(input.endTime, 'endTime'),
    input.durationS === undefined ? null : seconds(input.durationS, 'durationS', MIN_INTERVAL_S),
    seconds(input.releaseIntervalS, 'releaseIntervalS', MIN_INTERVAL_S),
    address(input.contractAddress, 'contractAddress'),
  ];
  return moving(context, () =>
    ask(context, 'create_stream($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)', params),
  ).then((row) => readRow<StreamProgress>(row));
}

/** Adds money to a stream that was not funded in full; one that ran out goes on from now. */
export async function topUpStream(
  context: Context,
  id: string,
  input: { readonly amount: string },
  options: OnceOptions = {},
): Promise<StreamProgress> {
  const amount = decimalText(input.amount, 'amount', { min: 'positive' });
  const params = changeParams(context, options, { operation: 'topUpStream', id, amount });
  return moving(context, (wide) =>
    ask(context, 'top_up_stream($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [...params, amount, wide]),
  ).then((row) => readRow<StreamProgress>(row));
}

/** Pays what has accrued, then pauses: paused time earns nothing and moves the end. */
export async function pauseStream(
  context: Context,
  id: string,
  options: OnceOptions = {},
): Promise<StreamProgress> {
  const params = changeParams(context, options, { operation: 'pauseStream', id });
  return moving(context, (wide) =>
    ask(context, 'pause_stream($1, $2, $3, $4, $5, $6, $7, $8, $9)', [...params, wide]),
  ).then((row) => readRow<StreamProgress>(row));
}

export async function resumeStream(
  context: Context,
  id: string,
  options: OnceOptions = {},
): Promise<StreamProgress> {
  const params = changeParams(context, options, { operation: 'resumeStream', id });
  return moving(context, () => ask(context, 'resume_stream($1, $2, $3, $4, $5, $6, $7, $8)', params)).then(
    (row) => readRow<StreamProgress>(row),
  );
}

/** Pays what has accrued and ends the stream; the rest of its money is free escrow of the task again. */
export async function cancelStream(
  context: Context,
  id: string,
  options: OnceOptions = {},
): Promise<StreamProgress> {
  const params = changeParams(context, options, { operation: 'cancelStream', id });
  return moving(context, (wide) =>
    ask(context, 'cancel_stream($1, $2, $3, $4, $5, $6, $7, $8, $9)', [...params, wide]),
  ).then((row) => readRow<StreamProgress>(row));
}

/** Pays the worker what has accrued, or so much of it. Throws `conflict` with the reason `nothing_to_release`. */
export async function withdrawFromStream(
  context: Context,
  id: string,
  input: { readonly amount?: string } = {},
  options: OnceOptions = {},
): Promise<StreamWithdrawal> {
  const amount = input.amount === undefined ? null : decimalText(input.amount, 'amount', { min: 'positive' });
  const params = changeParams(context, options, { operation: 'withdrawFromStream', id, amount });
  const answer = await moving(context, (wide) =>
    ask(context, 'withdraw_from_stream($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [...params, amount, wide]),
  );
  return {
    stream: readRow<StreamProgress>(answer.stream as Json),
    transaction: readRow<GigTransaction>(answer.transaction as Json),
  };
}

/**
 * Releases what is due, soonest first, in batches of one transaction each. Any number of processes may do it at once,
 * and one that dies leaves nothing half done.
 */
export async function releaseDueStreams(context: Context, limit = DEFAULT_RELEASES): Promise<ReleaseReport> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RELEASES) {
    throw invalidInput('limit', `limit is ${limit}.`, `Pass a whole number from 1 to ${MAX_RELEASES}.`);
  }
  let [streams, failed] = [0, 0];
  const amounts: string[] = [];
  while (streams < limit) {
    const batch = Math.min(RELEASE_BATCH, limit - streams);
    const done = await moving(context, (wide) => ask(context, 'release_due_streams($1, $2)', [batch, wide]));
    streams += Number(done.streams);
    failed += Number(done.failed);
    amounts.push(String(done.released));
    // A short batch is the end: what others hold, they release.
    if (Number(done.streams) < batch) break;
  }
  return { streams, failed, released: sumOf(amounts), more: streams === limit };
}

interface StreamCall {
  readonly operation: string;
  readonly id: string;
  readonly amount?: string | null;
}

function changeParams(context: Context, options: OnceOptions, call: StreamCall): unknown[] {
  const { operation, ...request } = call;
  return [
    ...actorParams(context.actor),
    ...onceParams(context, options, { operation, request }),
    requiredText(call.id, 'streamId', MAX_ID),
  ];
}

/** Calls a function of the schema that answers one JSON object. */
async function ask(context: Context, call: string, params: readonly unknown[]): Promise<Json> {
  const [row] = await context.scope.query<{ answer: Json }>(`select :schema.${call} as answer`, [...params]);
  return (row as { answer: Json }).answer;
}

function seconds(value: number, field: string, min: number): number {
  if (Number.isInteger(value) && value >= min && value <= MAX_DURATION_S) return value;
  throw invalidInput(
    field,
    `${field} must be whole seconds from ${min} to ${MAX_DURATION_S}, but is ${value}.`,
    'A stream lasts up to 30 days, and is released every 60 seconds at most.',
  );
}

const UNIT = 6;

/** Sum of amounts of six decimals at most, exact. */
function sumOf(amounts: readonly string[]): string {
  const units = amounts.reduce((sum, amount) => {
    const [whole = '0', part = ''] = amount.split('.');
    return sum + BigInt(whole + part.padEnd(UNIT, '0'));
  }, 0n);
  const digits = units.toString().padStart(UNIT + 1, '0');
  return `${digits.slice(0, -UNIT)}.${digits.slice(-UNIT)}`.replace(/\.?0+$/, '');
}
