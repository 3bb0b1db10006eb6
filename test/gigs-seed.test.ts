import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import { type GigsService, gigs } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';

let t: GigsFixture;
beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const COUNTS = {
  workers: 10,
  platforms: 5,
  tasks: 20,
  streams: 8,
  transactions: 11,
  reputation_events: 21,
  loans: 5,
  audit_logs: 30,
};

const countsOf = async (service: GigsService) => {
  const selects = Object.keys(COUNTS).map(
    (table) => `(select count(*) from :schema.${table})::integer as ${table}`,
  );
  const [row] = await service.scope.query(`select ${selects.join(', ')}`);
  return row;
};

const TIMES =
  '{created_at,updated_at,last_active_at,started_at,completed_at,paid_at,start_time,end_time,next_release_at,last_released_at,processed_at,disbursed_at,repayment_due,repaid_at,seq,ledger_transfer_id}';

/** Everything but the times, which lie before the moment of seeding, and numbers that a sequence gave. */
const contentOf = async (service: GigsService) => {
  const selects = Object.keys(COUNTS).map(
    (table) =>
      `(select jsonb_agg(to_jsonb(r) - '${TIMES}'::text[] order by r.id) from :schema.${table} r) as ${table}`,
  );
  const [row] = await service.scope.query(`select ${selects.join(', ')}`);
  return row;
};

class Undo extends Error {}

async function undone<T>(body: (service: GigsService) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await t.service
    .transaction(async (inner) => {
      result = await body(inner);
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return result as T;
}

describe('the demonstration data', () => {
  it('is the same at every run on an empty database', async () => {
    const runs = [];
    for (let n = 0; n < 2; n += 1) {
      runs.push(
        await undone(async (inner) => ({
          report: await inner.seed(),
          counts: await countsOf(inner),
          content: await contentOf(inner),
        })),
      );
    }
    expect(runs[0]).toMatchObject({ report: { written: true, counts: COUNTS }, counts: COUNTS });
    expect(runs[1]).toEqual(runs[0]);
  });

  it('is not half written when one of its addresses is taken', async () => {
    const left = await undone(async (inner) => {
      await inner.registerWorker({ name: 'Eve', email: 'eve@example.com', password: 'long enough 1' });
      return {
        report: await inner.seed(),
        accounts: await inner.scope.query('select login from :schema.accounts'),
      };
    });
    expect(left.report.written).toBe(false);
    expect(left.accounts).toEqual([{ login: 'eve@example.com' }]);
  });

  it('is written once by three seeds at the same time, and once more is nothing', async () => {
    const pools = await Promise.all([t.opened.connect(), t.opened.connect()]);
    const services = [t.service, ...pools.map((pool) => t.service.on(t.scope.on(pool)))];
    const reports = await Promise.all(services.map((service) => service.seed()));
    expect(reports.map(({ written }) => written).sort()).toEqual([false, false, true]);
    expect(await countsOf(t.service)).toEqual(COUNTS);
    expect(await t.service.seed()).toEqual({ written: false, counts: COUNTS });
    expect(await countsOf(t.service)).toEqual(COUNTS);
  });

  it('obeys every rule of the system, in its schema and in its books', async () => {
    expect(await t.broken()).toEqual([]);
    expect((await verify(t.opened.gigs)).findings).toEqual([]);
    const held = await t.scope.query(
      `select t.id from :schema.tasks t where t.escrowed_amount + t.paid_amount <> t.amount`,
    );
    expect(held).toEqual([]);
    const debts = await t.scope.query(
      `select b.code, b.balance from :schema.ledger_account_balances b where b.code like 'advance:%' and b.balance <> 0 order by 1`,
    );
    expect(debts.map((row) => (row as { balance: string }).balance)).toEqual(['51.5', '51.5', '103']);
  });

  it('has the scores that are known, each from its events', async () => {
    const rows = await t.scope.query<{ name: string; score: number; replayed: number }>(
      `select w.name, w.reputation_score as score, :schema.replay_reputation(w.id) as replayed
       from :schema.workers w order by w.id`,
    );
    expect(rows.map(({ name, score }) => [name, score])).toEqual([
      ['Alice Johnson', 850],
      ['Bob Martinez', 720],
      ['Charlie Chen', 650],
      ['Diana Patel', 780],
      ['Eve Williams', 920],
      ['Frank Brown', 580],
      ['Grace Lee', 810],
      ['Henry Davis', 690],
      ['Iris Kumar', 550],
      ['Jack Wilson', 760],
    ]);
    for (const { score, replayed } of rows) expect(replayed).toBe(score);
  });

  it('lies in the last ninety-eight days, in the order in which things happen', async () => {
    const wrong = await t.scope.query(
      `select t.id from :schema.tasks t join :schema.workers w on w.id = t.worker_id
       where t.created_at < w.created_at or t.created_at > clock_timestamp() or t.started_at < t.created_at
         or t.completed_at <= t.started_at or t.completed_at > clock_timestamp()
         or w.created_at < clock_timestamp() - interval '98 days'
       union all
       select l.id from :schema.loans l join :schema.workers w on w.id = l.worker_id
       where l.created_at < w.created_at or l.disbursed_at < l.created_at or l.repaid_at < l.disbursed_at
         or l.repaid_at > l.repayment_due or (l.status <> 'repaid' and l.repayment_due < clock_timestamp())
       union all
       select s.id from :schema.streams s where s.status = 'active' and s.next_release_at < clock_timestamp()
       union all
       select r.id from :schema.reputation_events r where r.created_at > clock_timestamp()
       union all
       select a.id from :schema.audit_logs a where a.created_at > clock_timestamp()`,
    );
    expect(wrong).toEqual([]);
  });

  it('lets alice, a platform and the administrator sign in', async () => {
    const signIns = await t.service.demoSignIns();
    expect(signIns.map(({ login, role }) => [login, role])).toEqual([
      ['alice@example.com', 'worker'],
      ['quicktask@example.com', 'platform'],
      ['ops@example.com', 'admin'],
    ]);
    for (const { login, password, role } of signIns) {
      const { account } = await t.service.accounts.signIn({ login, password });
      expect(account).toMatchObject({ login, kind: role, roles: [role] });
    }
    const { account } = await t.service.accounts.signIn({ login: 'iris@example.com', password: 'demo123' });
    expect(account.kind).toBe('worker');
  });

  it('stays as it is while the work in the background runs, for the next half hour', async () => {
    for (const task of gigs.tasks) while (await task.run(t.service));
    expect(await countsOf(t.service)).toEqual(COUNTS);
    expect(await t.broken()).toEqual([]);
    const [alice] = await t.scope.query(
      `select total_tasks::integer as tasks, total_earned::text as earned, average_rating::text as rating from :schema.workers
       where email = 'alice@example.com'`,
    );
    expect(alice).toMatchObject({ tasks: 2, rating: expect.stringMatching(/^5/) });
  });

  it('is alive: an active task can be completed and paid, with the instalment withheld', async () => {
    const [task] = await t.scope.query<{ id: string; worker: string }>(
      `select t.id, t.worker_id as worker from :schema.tasks t where t.status = 'active' and t.task_type = 'fixed'
         and t.worker_id in (select worker_id from :schema.loans where status in ('disbursed', 'repaying')) order by t.id limit 1`,
    );
    await t.service.completeTaskWithReputation(task?.id ?? '');
    const payment = await t.service.processPayment({ taskId: task?.id ?? '' });
    expect(Number(payment.withheld)).toBeGreaterThan(0);
  });
});
