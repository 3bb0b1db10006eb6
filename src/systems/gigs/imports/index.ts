/** Brings files into an instance: recognises what they are and hands them to the importer of their kind. */
import {
  checkImportOptions,
  type ImportHost,
  type ImportReport,
  type ImportRequest,
  recogniseFile,
  unknownKind,
} from '../../../kernel/index.ts';
import { bountyAwards } from './bounty-awards.ts';
import { chainTransactions, tokenTransfers } from './chain.ts';
import { importChainTransactions, importTransfers } from './chain-rows.ts';
import { crowdJudgements } from './crowd-judgements.ts';
import { paidTasks } from './paid-tasks.ts';
import { importTasks } from './tasks.ts';
import { trips } from './trips.ts';
import type { TaskKind } from './types.ts';

const MAX_SOURCE = 500;
const TASK_KINDS: readonly TaskKind[] = [paidTasks, bountyAwards, crowdJudgements, trips];
const KINDS = [...TASK_KINDS, tokenTransfers, chainTransactions];

/** Every kind of file that can be imported. */
export const IMPORT_KINDS: readonly string[] = KINDS.map(({ kind }) => kind);

/** Kinds that write what was seen on a chain, for no platform: for administrators. */
export const CHAIN_KINDS: readonly string[] = [tokenTransfers.kind, chainTransactions.kind];

/**
 * Imports a file: tasks done and paid elsewhere, or what was seen on a chain. Rows that are there already stay as they
 * are, so that importing twice adds nothing; bad rows are left out and reported. Throws `invalid_input` for a file or
 * option that is not understood, `limit_exceeded` when a platform that was named has too little money. What was killed
 * or stopped goes on, at the next import of the file, after its last whole batch.
 */
export async function importFile(host: ImportHost, request: ImportRequest): Promise<ImportReport> {
  const named = { ...request, source: request.source.slice(-MAX_SOURCE) };
  const kind = request.kind ?? (await recogniseKind(request));
  if (kind === tokenTransfers.kind || kind === chainTransactions.kind) {
    checkImportOptions(request, []);
    return kind === tokenTransfers.kind ? importTransfers(host, named) : importChainTransactions(host, named);
  }
  const tasks = TASK_KINDS.find((candidate) => candidate.kind === kind);
  if (tasks === undefined) throw unknownKind(kind, KINDS);
  checkImportOptions(request, ['platform', ...tasks.options]);
  return importTasks(host, named, tasks);
}

/** The kind of a file, from its name and beginning; throws `invalid_input` when nothing fits. */
export function recogniseKind(request: Pick<ImportRequest, 'source' | 'open'>): Promise<string> {
  return recogniseFile(request, KINDS);
}
