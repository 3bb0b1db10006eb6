/** Imports what was seen on a chain: it never touches our books. */
import {
  batchStatement,
  ExactSum,
  type ImportHost,
  type ImportReport,
  type ImportRequest,
  importRows,
} from '../../../kernel/index.ts';
import { BOOKS } from './books.ts';
import { chainEntries, chainTransactions, tokenTransfers, transferEntries } from './chain.ts';
import type { ChainEntry, TransferEntry } from './types.ts';
import { inUnits } from './values.ts';

/** Of the chain's own currency. */
const ETHER_DECIMALS = 18;

const WRITE_TRANSFERS = batchStatement(BOOKS, {
  rows: 'wrote as materialized (select :schema.import_transfers(g.id, $10::jsonb) as rows from gate g)',
  written: 'select rows from wrote',
});
const WRITE_TRANSACTIONS = batchStatement(BOOKS, {
  rows: 'wrote as materialized (select :schema.import_chain_transactions($10::jsonb) as rows from gate g)',
  written: 'select rows from wrote',
});

export function importTransfers(host: ImportHost, request: ImportRequest): Promise<ImportReport> {
  return importRows<TransferEntry>({
    host,
    books: BOOKS,
    request,
    kind: tokenTransfers.kind,
    target: null,
    entries: transferEntries,
    tally: () => {
      const tokens = new Set<string>();
      const known = new Map<string, { count: number; sum: ExactSum }>();
      let transfers = 0;
      return {
        add: ({ transfer }) => {
          if (transfer === undefined) return;
          transfers += 1;
          tokens.add(transfer.asset);
          if (transfer.asset.startsWith('0x')) return;
          const { count, sum } = known.get(transfer.asset) ?? { count: 0, sum: new ExactSum() };
          sum.add(transfer.amount);
          known.set(transfer.asset, { count: count + 1, sum });
        },
        report: () => ({
          totals: {
            transfers: String(transfers),
            tokens: String(tokens.size),
            ...Object.fromEntries(
              [...known].flatMap(([asset, { count, sum }]) => [
                [`${asset} transfers`, String(count)],
                [`${asset} amount`, sum.toString()],
              ]),
            ),
          },
          notes: [
            'Tokens whose decimals are not known are counted in their smallest units, under their address.',
          ],
        }),
      };
    },
    statement: WRITE_TRANSFERS,
    params: (entries) => {
      const rows = entries.flatMap(({ transfer }) => (transfer === undefined ? [] : [transfer]));
      return { writing: rows.length, values: [JSON.stringify(rows.map(snakeCase))] };
    },
  });
}

export function importChainTransactions(host: ImportHost, request: ImportRequest): Promise<ImportReport> {
  return importRows<ChainEntry>({
    host,
    books: BOOKS,
    request,
    kind: chainTransactions.kind,
    target: null,
    entries: chainEntries,
    tally: () => {
      const fees = new ExactSum();
      const gas = new ExactSum();
      let [transactions, failed] = [0, 0];
      return {
        add: ({ transaction }) => {
          if (transaction === undefined) return;
          transactions += 1;
          if (transaction.status === 'failed') failed += 1;
          fees.add(transaction.fee);
          gas.add(transaction.gasUsed);
        },
        report: () => ({
          totals: {
            transactions: String(transactions),
            failed: String(failed),
            gasUsed: gas.toString(),
            fees: inUnits(fees.toString(), ETHER_DECIMALS),
          },
          notes: [],
        }),
      };
    },
    statement: WRITE_TRANSACTIONS,
    params: (entries) => {
      const rows = entries.flatMap(({ transaction }) => (transaction === undefined ? [] : [transaction]));
      return { writing: rows.length, values: [JSON.stringify(rows.map(snakeCase))] };
    },
  });
}

function snakeCase(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
