/** What was seen on a chain: token transfers and the transactions that made them, one JSON object a line. */
import {
  type FileKind,
  guarded,
  isRecord,
  numberText,
  parseLossless,
  RowProblem,
  readLines,
  textOf,
  wholeNumberOf,
} from '../../../kernel/index.ts';
import type { ChainEntry, TransferEntry } from './types.ts';
import { inUnits } from './values.ts';

type Json = Readonly<Record<string, unknown>>;

/** Tokens whose decimals are known; all others are counted in their smallest units, under their address. */
const TOKENS: Readonly<Record<string, { readonly asset: string; readonly decimals: number }>> = {
  '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48': { asset: 'USDC', decimals: 6 },
  '0xdac17f958d2ee523a2206206994597c13d831ec7': { asset: 'USDT', decimals: 6 },
};
/** What the table can hold. */
const MAX_UNITS = 10n ** 60n - 1n;
const MAX_NUMBER = 2n ** 53n - 1n;
const MAX_LOG_INDEX = 2n ** 31n - 1n;
const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;

export const tokenTransfers: FileKind = {
  kind: 'token-transfers',
  recognises: (_name, sample) => sample.startsWith('{') && firstType(sample) === 'token_transfer',
};

export const chainTransactions: FileKind = {
  kind: 'chain-transactions',
  recognises: (_name, sample) => sample.startsWith('{') && firstType(sample) === 'transaction',
};

const firstType = (sample: string): string | undefined => /"type":\s*"([a-z_]+)"/.exec(sample)?.[1];

export async function* transferEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TransferEntry> {
  for await (const { line, text } of readLines(chunks)) {
    if (text === null) yield { line, content: '', refusal: 'The line is longer than 16 MB.' };
    else yield guarded<TransferEntry>(line, text, () => ({ transfer: transferOf(objectOf(text)) }));
  }
}

export async function* chainEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ChainEntry> {
  for await (const { line, text } of readLines(chunks)) {
    if (text === null) yield { line, content: '', refusal: 'The line is longer than 16 MB.' };
    else yield guarded<ChainEntry>(line, text, () => ({ transaction: transactionOf(objectOf(text)) }));
  }
}

function transferOf(row: Json): NonNullable<TransferEntry['transfer']> {
  const token = match(row, 'token_address', ADDRESS);
  const value = units(row, 'value');
  if (value === '0') throw new RowProblem('value is 0: nothing was moved.');
  const known = TOKENS[token];
  return {
    asset: known?.asset ?? token,
    txHash: match(row, 'transaction_hash', HASH),
    logIndex: Number(whole(row, 'log_index', MAX_LOG_INDEX)),
    amount: known === undefined ? value : inUnits(value, known.decimals),
    fromAddress: match(row, 'from_address', ADDRESS),
    toAddress: match(row, 'to_address', ADDRESS),
    blockNumber: whole(row, 'block_number', MAX_NUMBER),
    metadata: { tokenAddress: token, value },
    at: moment(row),
  };
}

function transactionOf(row: Json): NonNullable<ChainEntry['transaction']> {
  const gasUsed = whole(row, 'receipt_gas_used', MAX_NUMBER);
  const price = units(row, 'receipt_effective_gas_price');
  const status = whole(row, 'receipt_status', 1n);
  return {
    txHash: match(row, 'hash', HASH),
    blockNumber: whole(row, 'block_number', MAX_NUMBER),
    position: whole(row, 'transaction_index', MAX_LOG_INDEX),
    fromAddress: match(row, 'from_address', ADDRESS),
    toAddress: row.to_address === null ? null : match(row, 'to_address', ADDRESS),
    value: units(row, 'value'),
    gasUsed,
    fee: (BigInt(gasUsed) * BigInt(price)).toString(),
    status: status === '1' ? 'completed' : 'failed',
    at: moment(row),
  };
}

function objectOf(text: string): Json {
  const row = parseLossless(text, 'The line');
  if (!isRecord(row)) throw new RowProblem('The line is not a JSON object.');
  return row;
}

function match(row: Json, name: string, pattern: RegExp): string {
  const value = textOf(row[name]).toLowerCase();
  if (value === '') throw new RowProblem(`${name} is missing.`);
  if (!pattern.test(value)) throw new RowProblem(`${name} is "${value.slice(0, 80)}".`);
  return value;
}

/** Whole text of a number: it may have more digits than a JavaScript number keeps. */
function units(row: Json, name: string): string {
  return whole(row, name, MAX_UNITS);
}

function whole(row: Json, name: string, limit: bigint): string {
  return wholeNumberOf(numberText(row[name]) ?? textOf(row[name]), name, limit).toString();
}

function moment(row: Json): Date {
  return new Date(Number(whole(row, 'block_timestamp', 100_000_000_000n)) * 1000);
}
