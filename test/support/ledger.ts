import { expect } from 'vitest';
import { Ledger, type NewTransfer, type PostingResult } from '../../src/kernel/index.ts';
import type { Scope } from '../../src/kernel/system.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

export interface LedgerFixture {
  readonly opened: TestDatabase;
  readonly scope: Scope;
  readonly ledger: Ledger;
  /** A key no test has used. */
  readonly key: () => string;
  /** Opens an account with a code of its own, which may not fall below zero, and puts an amount into it. */
  readonly funded: (amount: string, terms?: { asset?: string; slots?: number }) => Promise<string>;
  /** Opens an account that may spend without limit. */
  readonly open: (terms?: { asset?: string; slots?: number; maxBalance?: string }) => Promise<string>;
  /** Every invariant view of the ledger, trial balances and seals: what is broken, by name. */
  readonly broken: () => Promise<string[]>;
}

export const INVARIANTS = [
  'invariant_ledger_balances_equal_journal',
  'invariant_ledger_holds_open',
  'invariant_ledger_in_balance',
  'invariant_ledger_seals_unbroken',
  'invariant_ledger_within_limits',
];

/** A ledger with USDC (6 decimals), GNK (9), QUBIC (0) and ETH (18), and a bank for each that funds the accounts. */
export async function openLedger(): Promise<LedgerFixture> {
  const opened = await openTestDatabase();
  const { scope } = opened.agents;
  const ledger = new Ledger(scope);
  let count = 0;
  const next = (): number => {
    count += 1;
    return count;
  };
  const key = (): string => `key ${next()}`;
  const decimals = { USDC: 6, GNK: 9, QUBIC: 0, ETH: 18 };
  await ledger.defineAssets(Object.entries(decimals).map(([code, places]) => ({ code, decimals: places })));
  await ledger.openAccounts(
    Object.keys(decimals).map((asset) => ({ code: `bank:${asset}`, asset, normalSide: 'debit' as const })),
  );
  const open: LedgerFixture['open'] = async ({ asset = 'USDC', ...terms } = {}) => {
    const code = `account ${next()}`;
    await ledger.openAccounts([{ code, asset, normalSide: 'credit', ...terms }]);
    return code;
  };
  const funded: LedgerFixture['funded'] = async (amount, { asset = 'USDC', slots = 1 } = {}) => {
    const code = `account ${next()}`;
    await ledger.openAccounts([{ code, asset, normalSide: 'credit', minBalance: '0', slots }]);
    if (amount !== '0') {
      await ledger.transfer({ key: key(), debit: `bank:${asset}`, credit: code, amount });
    }
    return code;
  };
  const broken = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const view of INVARIANTS) {
      const rows = await scope.query<{ count: bigint }>(`select count(*) as count from :schema.${view}`);
      if (rows[0]?.count !== 0n) found.push(view);
    }
    const lines = await ledger.trialBalance();
    return [...found, ...lines.filter(({ difference }) => difference !== '0').map(({ asset }) => asset)];
  };
  return { opened, scope, ledger, key, funded, open, broken };
}

/** The refusals of a batch, `posted` and `replayed` for what was made. */
export function outcomes(results: readonly PostingResult[]): string[] {
  return results.map((result) =>
    result.ok ? (result.posting.replayed ? 'replayed' : 'posted') : result.refusal,
  );
}

export function expectPosted(results: readonly PostingResult[]): void {
  expect(outcomes(results).filter((outcome) => outcome !== 'posted')).toEqual([]);
}

export type { NewTransfer };
