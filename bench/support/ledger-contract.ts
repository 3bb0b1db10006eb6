/** What the contenders of the ledger's benchmark do, and between which accounts. */
import pg from 'pg';
import type { BenchServer } from './server.ts';

/** Callers at a time. */
export const CALLERS = 32;
/** Transfers of one call, where they are batched. */
export const BATCH = 100;
export const AMOUNT = '0.25';

/** Who is debited and credited: pairs out of so many accounts, or one account paying all others. */
export interface Layout {
  readonly name: string;
  readonly accounts: number;
  readonly hot: boolean;
}

export interface Contender {
  readonly name: string;
  readonly shape: 'single' | 'batched' | 'gathered';
  /** Posts once (one transfer, or a batch) and says how many transfers that were; `caller` is 0 to 31. */
  post(layout: Layout, caller: number): Promise<number>;
}

/** Two different accounts by chance. */
export function pair({ accounts }: Layout): [number, number] {
  const from = Math.floor(Math.random() * accounts);
  const to = (from + 1 + Math.floor(Math.random() * (accounts - 1))) % accounts;
  return [from, to];
}

export async function query(server: BenchServer, database: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
