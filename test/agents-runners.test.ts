import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance, type Instance, startTasks } from '../src/kernel/index.ts';
import { agents as agentsSystem } from '../src/systems/agents/index.ts';
import type { MachineOrder, Provisioner } from '../src/systems/agents/provisioner.ts';
import { MAX_RUNNERS, SERVER_TYPES } from '../src/systems/agents/runners.ts';
import { type AgentsApi, type Caller, openAgentsApi } from './support/agents-api.ts';

let api: AgentsApi;
let robin: Caller;
beforeAll(async () => {
  api = await openAgentsApi();
  robin = await api.user('Robin Vale');
});
afterAll(() => api?.close());

const call = (...args: Parameters<AgentsApi['call']>) => api.call(...args);
const GOOD = { provider: 'hetzner', name: 'builder', region: 'fsn1', serverType: 'cpx31' };

async function ask(as: Caller = robin, input: object = GOOD): Promise<string> {
  const made = await call('POST', '/runners', { as, body: input });
  if (made.status !== 201) throw new Error(made.text);
  return made.body.id;
}

async function rowOf(id: string): Promise<Record<string, unknown>> {
  const [row] = await api.sql('select * from :schema.runners where id = $1', [id]);
  if (row === undefined) throw new Error(`no runner ${id}`);
  return row;
}

/** Turns of the task until nothing waits; each with a fresh claim. */
async function workOff(provisioner?: Provisioner): Promise<number> {
  let turns = 0;
  while (await api.service.workOnRunner(provisioner)) turns += 1;
  return turns;
}

/** Provider that remembers what it was asked, and does as the test says. */
function provider(create: (order: MachineOrder) => Promise<void> = async () => undefined) {
  const machines = new Set<string>();
  const orders: MachineOrder[] = [];
  const destroyed: string[] = [];
  const result: Provisioner = {
    create: async (order) => {
      orders.push(order);
      machines.add(order.runnerId);
      await create(order);
      return { ipAddress: '192.0.2.9', metadata: { machineId: `m-${order.runnerId}` } };
    },
    destroy: async (id) => {
      destroyed.push(id);
      machines.delete(id);
    },
  };
  return { ...result, machines, orders, destroyed };
}

describe('asking for a runner', () => {
  it('answers pending at once, and the machine follows in the background', async () => {
    const made = await call('POST', '/runners', { as: robin, body: { ...GOOD, sshKeyId: 'deploy' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...GOOD,
      status: 'pending',
      userId: robin.id,
      organizationId: expect.stringMatching(/^org_/),
      maxConcurrentJobs: 2,
      monthlyPrice: '17.99',
      ipAddress: null,
      sshKeyId: 'deploy',
      errorMessage: null,
    });
    const runner = startTasks([api.instance as Instance], { onError: (error) => expect.fail(String(error)) });
    try {
      await expect
        .poll(async () => (await call('GET', `/runners/${made.body.id}`, { as: robin })).body.status, {
          timeout: 20_000,
        })
        .toBe('active');
    } finally {
      await runner.stop();
    }
    const active = await call('GET', `/runners/${made.body.id}`, { as: robin });
    expect(active.body).toMatchObject({
      ipAddress: expect.stringMatching(/^192\.0\.2\.\d+$/),
      metadata: { sandbox: true },
    });
    const events = await api.sql<{ type: string }>(
      'select type from :schema.outbox where subject = $1 order by id',
      [made.body.id],
    );
    expect(events.map(({ type }) => type)).toEqual([
      'runner.created',
      'runner.provisioning',
      'runner.active',
    ]);
  });

  it('says in the founding words what is missing or wrong', async () => {
    const missing = 'Missing required fields: provider, name, region, serverType';
    const jobs = 'maxConcurrentJobs must be between 1 and 8';
    for (const [change, detail] of [
      [{ provider: undefined }, missing],
      [{ name: '' }, missing],
      [{ region: null }, missing],
      [{ serverType: undefined }, missing],
      [{ maxConcurrentJobs: 0 }, jobs],
      [{ maxConcurrentJobs: 9 }, jobs],
      [{ maxConcurrentJobs: 'two' }, jobs],
      [{ maxConcurrentJobs: 3 }, 'maxConcurrentJobs must be 1, 2, 4 or 8, but is 3'],
      [{ maxConcurrentJobs: 1.5 }, 'maxConcurrentJobs must be 1, 2, 4 or 8, but is 1.5'],
      [{ maxConcurrentJobs: 4 }, 'A cpx31 runs at most 2 jobs at once, not 4'],
      [{ serverType: 'cpx99' }, '"cpx99" is not a server type of hetzner.'],
      [{ provider: 'basement' }, 'provider is "basement", which is not allowed.'],
      [{ apiToken: 'secret' }, 'apiToken is not a field of this call.'],
    ] as const) {
      const answer = await call('POST', '/runners', { as: robin, body: { ...GOOD, ...change } });
      expect([change, answer.status, answer.body.detail]).toEqual([change, 400, detail]);
    }
    expect((await call('GET', '/runners/rnr_unknown', { as: robin })).body.detail).toBe('Runner not found');
  });

  it('takes as many jobs as the server type can run, and what a stranger type is said to', async () => {
    for (const [serverType, { jobs, monthlyPrice }] of Object.entries(SERVER_TYPES)) {
      const { body } = await call('POST', '/runners', { as: robin, body: { ...GOOD, serverType } });
      expect(body).toMatchObject({ maxConcurrentJobs: jobs, monthlyPrice });
      const fewer = await call('POST', '/runners', {
        as: robin,
        body: { ...GOOD, serverType, maxConcurrentJobs: 1 },
      });
      expect(fewer.body.maxConcurrentJobs).toBe(1);
    }
    const other = await call('POST', '/runners', {
      as: robin,
      body: { ...GOOD, provider: 'aws', serverType: 't3.large', maxConcurrentJobs: 8 },
    });
    expect(other.body).toMatchObject({ maxConcurrentJobs: 8, monthlyPrice: null });
    await workOff();
  });

  it('the table itself refuses more jobs than the type can run', async () => {
    const insert = api.sql(
      `insert into :schema.runners (user_id, name, provider, region, server_type, max_concurrent_jobs)
       values ($1, 'n', 'hetzner', 'r', 'cpx11', 2)`,
      [robin.id],
    );
    await expect(insert).rejects.toMatchObject({ details: { constraint: 'runners_server_type_check' } });
  });

  it('ends at a limit, also for calls at once', async () => {
    const greedy = await api.user();
    const answers = await Promise.all(
      Array.from({ length: MAX_RUNNERS + 5 }, () => call('POST', '/runners', { as: greedy, body: GOOD })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(MAX_RUNNERS);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body.reason)).toEqual(
      Array.from({ length: 5 }, () => 'too_many_runners'),
    );
    const { body } = await call('GET', '/runners?limit=1&withTotal=true&status=pending', { as: greedy });
    expect(body.total).toBe(MAX_RUNNERS);
    await api.sql('delete from :schema.runners where user_id = $1', [greedy.id]);
  });
});

describe('a machine', () => {
  it('is given a token that nobody else ever sees', async () => {
    const id = await ask();
    const made = provider();
    await workOff(made);
    const token = made.orders[0]?.token ?? '';
    expect(token).toMatch(/^grt_[A-Za-z0-9_-]{43}$/);
    const row = await rowOf(id);
    expect(row.token_hash).toEqual(createHash('sha256').update(token).digest());
    const answer = await call('GET', `/runners/${id}`, { as: robin });
    expect(Object.keys(answer.body).filter((name) => /token|hash|lease|attempt/i.test(name))).toEqual([]);
    const everywhere = await api.sql<{ text: string }>(
      `select string_agg(t::text, '') as text from (
         select to_jsonb(r)::text as t from :schema.runners r
         union all select to_jsonb(a)::text from :schema.audit_log a
         union all select to_jsonb(o)::text from :schema.outbox o) as all_rows`,
    );
    expect(everywhere[0]?.text).not.toContain(token);
  });

  it('that fails is tried again, five times, and then the runner says why', async () => {
    const id = await ask();
    let failures = 0;
    const failing = provider(async () => {
      failures += 1;
      throw new Error(`out of stock ${failures}`);
    });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await api.service.workOnRunner(failing)).toBe(true);
      const row = await rowOf(id);
      expect(row).toMatchObject({
        attempt,
        status: attempt < 5 ? 'provisioning' : 'error',
        error_message: `out of stock ${attempt}`,
      });
      // It waits before the next attempt, longer each time.
      expect(await api.service.workOnRunner(failing)).toBe(false);
      await api.sql('update :schema.runners set lease_until = null where id = $1', [id]);
    }
    const { body } = await call('GET', `/runners/${id}`, { as: robin });
    expect(body).toMatchObject({ status: 'error', errorMessage: 'out of stock 5' });
    expect(new Set(failing.orders.map(({ runnerId }) => runnerId))).toEqual(new Set([id]));
  });

  it('of a worker that died is taken over, and what the dead one still says is refused', async () => {
    const id = await ask();
    let finish = (): void => undefined;
    const slow = provider(() => new Promise((resolve) => (finish = resolve)));
    const first = api.service.workOnRunner(slow);
    await expect.poll(() => slow.orders.length).toBe(1);
    // The lease is over, as after a crash.
    await api.sql(`update :schema.runners set lease_until = clock_timestamp() where id = $1`, [id]);
    const second = provider();
    expect(await api.service.workOnRunner(second)).toBe(true);
    const active = await rowOf(id);
    expect(active).toMatchObject({ status: 'active', attempt: 2 });
    finish();
    expect(await first).toBe(true);
    expect(await rowOf(id)).toEqual(active);
    expect(active.token_hash).toEqual(
      createHash('sha256')
        .update(second.orders[0]?.token ?? '')
        .digest(),
    );
  });

  it('is made for each runner once, by however many workers', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => ask()));
    const shared = provider();
    const others = await Promise.all([
      api.opened.connect({ pool_max: '2' }),
      api.opened.connect({ pool_max: '2' }),
    ]);
    const services = [
      api.service,
      ...others.map((database) => createInstance(agentsSystem, database).service),
    ];
    const drain = async (service: typeof api.service): Promise<void> => {
      while (await service.workOnRunner(shared));
    };
    await Promise.all([...services, ...services].map(drain));
    const made = shared.orders.map(({ runnerId }) => runnerId);
    expect([...made].sort()).toEqual([...ids].sort());
  });
});

describe('deleting a runner', () => {
  it('that never became a machine ends it at once', async () => {
    const id = await ask();
    expect((await call('DELETE', `/runners/${id}`, { as: robin })).status).toBe(204);
    const idle = provider();
    expect(await workOff(idle)).toBe(0);
    expect([idle.orders, idle.destroyed]).toEqual([[], []]);
    const again = await call('DELETE', `/runners/${id}`, { as: robin });
    expect([again.status, again.body.detail]).toEqual([404, 'Runner not found']);
    const listed = await call('GET', '/runners?limit=100', { as: robin });
    expect(listed.body.data.some((runner) => runner.id === id)).toBe(false);
  });

  it('tears its machine down, and goes on trying until it is gone', async () => {
    const id = await ask();
    const made = provider();
    await workOff(made);
    await call('DELETE', `/runners/${id}`, { as: robin });
    const stubborn: Provisioner = { ...made, destroy: () => Promise.reject(new Error('busy')) };
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(await api.service.workOnRunner(stubborn)).toBe(true);
      await api.sql('update :schema.runners set lease_until = null where id = $1', [id]);
    }
    expect(await rowOf(id)).toMatchObject({ status: 'deleted', torn_down_at: null, error_message: 'busy' });
    expect(await workOff(made)).toBe(1);
    expect(made.machines.size).toBe(0);
    expect(await rowOf(id)).toMatchObject({ status: 'deleted', torn_down_at: expect.any(Date) });
  });

  it('while its machine is being made leaves no machine behind', async () => {
    const id = await ask();
    let finish = (): void => undefined;
    const slow = provider(() => new Promise((resolve) => (finish = resolve)));
    const work = api.service.workOnRunner(slow);
    await expect.poll(() => slow.orders.length).toBe(1);
    await call('DELETE', `/runners/${id}`, { as: robin });
    // Not yet: the provider could still be making what is to be removed.
    expect(await workOff(slow)).toBe(0);
    expect(slow.machines.size).toBe(1);
    finish();
    await work;
    expect(await workOff(slow)).toBe(1);
    expect(slow.machines.size).toBe(0);
    expect(await rowOf(id)).toMatchObject({
      status: 'deleted',
      ip_address: null,
      torn_down_at: expect.any(Date),
    });
  });

  it('together with its user tears the machine down all the same', async () => {
    const admin = await api.admin();
    const user = await api.user();
    const made = provider();
    const [machine, waiting] = [await ask(user), await ask(user)];
    await api.service.workOnRunner(made);
    expect(made.machines.has(machine)).toBe(true);
    expect((await call('DELETE', `/users/${user.id}`, { as: admin })).status).toBe(204);
    expect(await workOff(made)).toBe(1);
    expect(made.machines.size).toBe(0);
    for (const id of [machine, waiting]) {
      expect(await rowOf(id)).toMatchObject({
        user_id: null,
        status: 'deleted',
        torn_down_at: expect.any(Date),
      });
    }
  });
});

describe('the status of a runner', () => {
  it('changes only along its arrows, whoever writes it', async () => {
    const LEGAL: Readonly<Record<string, readonly string[]>> = {
      pending: ['provisioning', 'deleted'],
      provisioning: ['active', 'error', 'deleted'],
      active: ['error', 'stopped', 'deleted'],
      stopped: ['active', 'deleted'],
      error: ['deleted'],
      deleted: [],
    };
    const id = await ask();
    for (const [from, targets] of Object.entries(LEGAL)) {
      for (const to of Object.keys(LEGAL).filter((status) => status !== from)) {
        const outcome = api.opened.database.transaction(async (tx) => {
          const scope = api.instance.scope.on(tx);
          await scope.query('alter table :schema.runners disable trigger runners_guard_status');
          await scope.query(
            `update :schema.runners set status = $2, ip_address = '192.0.2.1', token_hash = sha256('x'), error_message = 'e'
              where id = $1`,
            [id, from],
          );
          await scope.query('alter table :schema.runners enable trigger runners_guard_status');
          await scope.query('update :schema.runners set status = $2 where id = $1', [id, to]);
          throw new Error('allowed');
        });
        const error = await outcome.catch((thrown: Error & { reason?: string }) => thrown);
        expect([from, to, error.reason ?? error.message]).toEqual([
          from,
          to,
          targets.includes(to) ? 'allowed' : 'runner_status',
        ]);
      }
    }
  });
});
