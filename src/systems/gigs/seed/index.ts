/** Demonstration data: the same workers, platforms, tasks, streams, payments, scores and advances at every run. */
import { bulkInsert, type DemoSignIn, type Scope, type SeedReport } from '../../../kernel/index.ts';
import type { Context } from '../context.ts';
import { LOANS, PLATFORMS, seedId, TASKS, WORKERS } from './data.ts';
import { insertLoans, insertPayments } from './money.ts';
import { insertTrail } from './trail.ts';
import { insertParties, insertReputation, insertWork } from './work.ts';
import { Clock, type Insert } from './writing.ts';

const PASSWORD = 'demo123';
const ADMIN = { id: seedId('acc', 1), email: 'ops@example.com' };
const AUDIT_ROWS = 30;

const COUNTS = {
  workers: WORKERS.length,
  platforms: PLATFORMS.length,
  tasks: TASKS.length,
  streams: 8,
  transactions: 11,
  reputation_events: 21,
  loans: LOANS.length,
  audit_logs: AUDIT_ROWS,
};

/** Writes the data once; a second run finds the accounts and writes nothing. */
export async function seed(context: Context): Promise<SeedReport> {
  const passwordHash = await context.accounts.hashPassword(PASSWORD, { allowShortPassword: true });
  const written = await context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    if (!(await claimAccounts(scope, passwordHash))) return false;
    const insert: Insert = (table, columns, rows) => bulkInsert(scope, { table, columns, rows });
    const clock = new Clock();
    await insertParties(insert, clock);
    await scope.query(
      `select :schema.open_books(a.kind, a.id) from :schema.accounts a where a.id = any ($1) order by a.id`,
      [[...PLATFORMS, ...WORKERS].map(({ id }) => id)],
    );
    await insertWork(insert, clock);
    await insertPayments(scope, insert, clock);
    await insertLoans(scope, insert, clock);
    await insertReputation(insert, clock);
    await insertTrail(insert, clock);
    return true;
  });
  return { written, counts: COUNTS };
}

/** The demonstration accounts that are still there: one of each kind. */
export async function demoSignIns(context: Context): Promise<DemoSignIn[]> {
  const shown = [WORKERS[0]?.id, PLATFORMS[0]?.id, ADMIN.id];
  const rows = await context.scope.query<{ login: string; kind: string }>(
    `select a.login, a.kind from :schema.accounts a join unnest($1::text[]) with ordinality as s(id, place) using (id)
     where a.disabled_at is null order by s.place`,
    [shown],
  );
  return rows.map(({ login, kind }) => ({ login, password: PASSWORD, role: kind }));
}

/** The unique logins are the guard: of two seeds at once the second waits here and then finds them taken. */
async function claimAccounts(scope: Scope, passwordHash: string): Promise<boolean> {
  const all = [
    ...WORKERS.map(({ id, email }) => ({ id, email, kind: 'worker', role: 'worker' })),
    ...PLATFORMS.map(({ id, email }) => ({ id, email, kind: 'platform', role: 'platform' })),
    { ...ADMIN, kind: 'admin', role: 'admin' },
  ];
  const claimed = await scope.query<{ id: string }>(
    `insert into :schema.accounts (id, kind, login, password_hash, roles)
     select g.id, g.kind, g.login, $4, array[g.role]
     from unnest($1::text[], $2::text[], $3::text[], $5::text[]) as g(id, kind, login, role) order by g.login
     on conflict do nothing returning id`,
    [
      all.map(({ id }) => id),
      all.map(({ kind }) => kind),
      all.map(({ email }) => email),
      passwordHash,
      all.map(({ role }) => role),
    ],
  );
  if (claimed.length === all.length) return true;
  // Only some were free: accounts without the rest would be half a seed.
  await scope.query('delete from :schema.accounts where id = any ($1)', [claimed.map(({ id }) => id)]);
  return false;
}
