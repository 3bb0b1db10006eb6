/** A gigs instance of a test file's own, with parties to work with. */
import { Ledger } from '../../src/kernel/index.ts';
import type { Scope } from '../../src/kernel/system.ts';
import type { GigsService, Platform, Worker } from '../../src/systems/gigs/index.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

/** What tests of gigs work with, on any server. */
export interface GigsParts {
  readonly scope: Scope;
  readonly service: GigsService;
  readonly ledger: Ledger;
  readonly worker: (input?: { readonly walletAddress?: string }) => Promise<Worker>;
  /** A platform with so much USDC paid in (default 1,000,000; '0' for none). */
  readonly platform: (funds?: string, input?: { readonly feeBps?: number }) => Promise<Platform>;
  readonly balance: (account: string) => Promise<string>;
  /** What is broken, by the name of its invariant view: of the ledger and of the system, or those that are like `only`. */
  readonly broken: (only?: RegExp) => Promise<string[]>;
}

export interface GigsFixture extends GigsParts {
  readonly opened: TestDatabase;
}

export async function openGigs(): Promise<GigsFixture> {
  const opened = await openTestDatabase();
  return { opened, ...gigsParts(opened.gigs.service) };
}

/** `run` keeps the parties of one run apart from those of another on the same database. */
export function gigsParts(service: GigsService, run = ''): GigsParts {
  const { scope } = service;
  const ledger = new Ledger(scope);
  let count = 0;
  const next = (): number => {
    count += 1;
    return count;
  };
  return {
    scope,
    service,
    ledger,
    worker: (input = {}) =>
      service.registerWorker({
        name: `Worker ${next()}`,
        email: `worker-${run}${next()}@example.com`,
        password: 'correct horse battery',
        ...input,
      }),
    platform: async (funds = '1000000', input = {}) => {
      const made = await service.registerPlatform({
        name: `Platform ${next()}`,
        contactEmail: `platform-${run}${next()}@example.com`,
        password: 'correct horse battery',
        ...input,
      });
      if (funds !== '0') {
        await ledger.transfer({
          key: `test funds ${made.id}`,
          debit: 'bank',
          credit: `platform:${made.id}`,
          amount: funds,
        });
      }
      return made;
    },
    balance: async (account) => (await ledger.account(account)).balance,
    broken: async (only = /./) => {
      const views = await scope.query<{ name: string }>(
        `select viewname as name from pg_views where schemaname = $1 and viewname like 'invariant\\_%' order by 1`,
        [scope.schema],
      );
      const found: string[] = [];
      for (const { name } of views.filter((view) => only.test(view.name))) {
        const rows = await scope.query<{ count: bigint }>(`select count(*) as count from :schema.${name}`);
        if (rows[0]?.count !== 0n) found.push(name);
      }
      return found;
    },
  };
}
