import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, times } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents({ pool_max: '12' });
  service = t.service;
});

afterAll(() => t?.close());

/** Replay a failure with GUILDHALL_TEST_SEED=<seed>, and GUILDHALL_TEST_PATH=<path> for its smallest form. */
const seed = Number(process.env.GUILDHALL_TEST_SEED ?? randomInt(2 ** 31));
const path = process.env.GUILDHALL_TEST_PATH;

const SUMS = `coalesce(sum(amount), 0) as amount, count(*) as calls, count(*) filter (where amount is null) as unpriced_calls,
  coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens`;
const DAY = `("timestamp" at time zone 'UTC')::date`;

/** Rows in which a rollup and the sums over all costs differ; the whole database, in one snapshot. */
async function differences(): Promise<unknown[]> {
  const compare = (view: string, columns: string, wanted: string) => `
    select '${view}' as view, to_jsonb(d) as row from (
      (select 'rollup only' as found, r.* from (select ${columns} from :schema.${view} except all ${wanted}) as r)
      union all
      (select 'costs only', c.* from (${wanted} except all select ${columns} from :schema.${view}) as c)
    ) as d`;
  const sums = 'amount, calls, unpriced_calls, input_tokens, output_tokens';
  return t.sql(
    [
      compare(
        'daily_spend',
        `project_id, day, provider, model, ${sums}`,
        `select project_id, ${DAY}, provider, model, ${SUMS} from :schema.costs group by 1, 2, 3, 4`,
      ),
      compare(
        'total_spend',
        `project_id, ${sums}`,
        `select project_id, ${SUMS} from :schema.costs group by 1`,
      ),
      compare(
        'daily_agent_spend',
        `agent_id, project_id, day, ${sums}`,
        `select agent_id, project_id, ${DAY}, ${SUMS} from :schema.costs where agent_id is not null group by 1, 2, 3`,
      ),
    ].join(' union all '),
  );
}

const foldAll = async (): Promise<void> => {
  while (await service.foldSpend());
};

const pending = async (projectId: string) =>
  (await t.sql('select 1 from :schema.spend_deltas where project_id = $1', [projectId])).length;

const cost = (projectId: string, amount: string, input: object = {}) => ({
  projectId,
  amount,
  model: 'm',
  provider: 'p',
  ...input,
});

interface CostDraft {
  readonly slot: number;
  readonly attributed: boolean;
  readonly day: number;
  readonly provider: string;
  readonly model: string;
  /** Null is a cost without a known price. */
  readonly amount: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

type Command =
  | { readonly kind: 'create'; readonly cost: CostDraft }
  | { readonly kind: 'bulk'; readonly costs: readonly CostDraft[] }
  | { readonly kind: 'rewrite'; readonly pick: number; readonly to: CostDraft }
  | { readonly kind: 'rewriteMany'; readonly slot: number; readonly to: CostDraft }
  | { readonly kind: 'deleteCost'; readonly pick: number }
  | { readonly kind: 'deleteCosts'; readonly slot: number; readonly model: string }
  | { readonly kind: 'deleteAgent'; readonly slot: number }
  | { readonly kind: 'deleteProject'; readonly slot: number }
  | { readonly kind: 'undo'; readonly costs: readonly CostDraft[] }
  | { readonly kind: 'fold'; readonly rows: number };

const SLOTS = 3;
const slot = fc.nat(SLOTS - 1);
const model = fc.constantFrom('gpt-4o', 'claude-sonnet-4-5');
const amount = fc
  .tuple(fc.nat(10_000_000), fc.integer({ min: 0, max: 12 }))
  .map(([digits, places]) => `${digits}e-${places}`);
const tokens = fc.option(fc.nat(1_000_000), { freq: 3 });
const draft: fc.Arbitrary<CostDraft> = fc.record({
  slot,
  attributed: fc.boolean(),
  day: fc.nat(3),
  provider: fc.constantFrom('openai', 'anthropic'),
  model,
  amount: fc.option(amount, { freq: 5 }),
  inputTokens: tokens,
  outputTokens: tokens,
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('create' as const), cost: draft }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('bulk' as const),
      costs: fc.array(draft, { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), pick: fc.nat(), to: draft }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewriteMany' as const), slot, to: draft }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deleteCost' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteCosts' as const), slot, model }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteAgent' as const), slot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteProject' as const), slot }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('undo' as const),
      costs: fc.array(draft, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('fold' as const), rows: fc.integer({ min: 1, max: 12 }) }),
  },
);

/** Projects and runs of one round of commands, made when first needed and made anew after a deletion. */
class World {
  private readonly projects: (Promise<string> | undefined)[] = [];
  private readonly agents: (Promise<string> | undefined)[] = [];

  project(at: number): Promise<string> {
    this.projects[at] ??= t.newProject().then(({ id }) => id);
    return this.projects[at];
  }

  agent(at: number): Promise<string> {
    this.agents[at] ??= this.project(at).then(async (projectId) => (await t.newAgent({ projectId })).id);
    return this.agents[at];
  }

  forgetAgent(at: number): void {
    this.agents[at] = undefined;
  }

  forgetProject(at: number): void {
    this.projects[at] = undefined;
    this.agents[at] = undefined;
  }

  /** The ids come before the command's transaction: making them inside would undo them with it. */
  async resolve(one: CostDraft) {
    const projectId = await this.project(one.slot);
    const agentId = one.attributed ? await this.agent(one.slot) : null;
    const { provider, model: name, inputTokens, outputTokens } = one;
    const timestamp = new Date(Date.UTC(2026, 0, 1 + one.day, one.day % 2 === 0 ? 0 : 23, 59, 59, 999));
    // Without an amount some usage is needed; the model has no price, so the cost is unpriced.
    const usage = one.amount === null ? { usage: { input: 1 } } : { amount: one.amount };
    return { projectId, agentId, provider, model: name, inputTokens, outputTokens, timestamp, ...usage };
  }
}

async function run(world: World, one: Command): Promise<void> {
  switch (one.kind) {
    case 'create':
      await service.createCost(await world.resolve(one.cost));
      return;
    case 'bulk':
      await service.bulkCreateCosts(await Promise.all(one.costs.map((each) => world.resolve(each))));
      return;
    case 'rewrite': {
      const to = await world.resolve(one.to);
      const mine = await t.sql<{ id: string }>(
        'select id from :schema.costs where project_id = $1 order by id',
        [to.projectId],
      );
      const id = mine[one.pick % Math.max(mine.length, 1)]?.id;
      if (id !== undefined) await rewrite('id', id, { to, amount: one.to.amount });
      return;
    }
    case 'rewriteMany': {
      const to = await world.resolve({ ...one.to, slot: one.slot });
      await rewrite('project_id', to.projectId, { to, amount: one.to.amount });
      return;
    }
    case 'deleteCost': {
      const projectId = await world.project(one.pick % SLOTS);
      await t.sql(
        `delete from :schema.costs where id = (select id from :schema.costs where project_id = $1
           order by id offset $2 % greatest((select count(*) from :schema.costs where project_id = $1), 1) limit 1)`,
        [projectId, one.pick],
      );
      return;
    }
    case 'deleteCosts':
      await t.sql('delete from :schema.costs where project_id = $1 and model = $2', [
        await world.project(one.slot),
        one.model,
      ]);
      return;
    case 'deleteAgent':
      await t.sql('delete from :schema.agents where id = $1', [await world.agent(one.slot)]);
      world.forgetAgent(one.slot);
      return;
    case 'deleteProject':
      await service.deleteProject(await world.project(one.slot));
      world.forgetProject(one.slot);
      return;
    case 'undo': {
      const costs = await Promise.all(one.costs.map((each) => world.resolve(each)));
      const stop: Error = new Error('undo');
      const failure = await refusal(
        service.transaction(async (inner) => {
          await inner.bulkCreateCosts(costs);
          await inner.foldSpend();
          throw stop;
        }),
      );
      if (failure !== stop) throw failure;
      return;
    }
    case 'fold':
      await t.sql('select :schema.fold_spend($1)', [one.rows]);
  }
}

async function rewrite(
  column: 'id' | 'project_id',
  value: string,
  { to, amount: text }: { to: Awaited<ReturnType<World['resolve']>>; amount: string | null },
): Promise<void> {
  await t.sql(
    `update :schema.costs set agent_id = $2, provider = $3, model = $4, amount = $5, pricing = case when $5::numeric is null
       then 'unpriced' else 'given' end, input_tokens = $6, output_tokens = $7, "timestamp" = $8 where ${column} = $1`,
    [value, to.agentId, to.provider, to.model, text, to.inputTokens, to.outputTokens, to.timestamp],
  );
}

describe('whatever happens to costs', () => {
  it('the rollups by day, project and run equal sums over all costs, folded in part or whole', async () => {
    console.info(`seed ${seed}`);
    const property = fc.asyncProperty(
      fc.array(command, { minLength: 5, maxLength: 40 }),
      async (commands) => {
        const world = new World();
        for (const one of commands) await run(world, one);
        expect(await differences()).toEqual([]);
        await foldAll();
        expect(await differences()).toEqual([]);
        expect(await t.sql('select 1 from :schema.spend_deltas')).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 40, seed, ...(path === undefined ? {} : { path }) });
    expect((await verify(t.opened.agents)).findings.filter(({ kind }) => kind === 'invariant')).toEqual([]);
  });

  it('by six callers at once, while two fold, the rollups come out equal, and no fold fails', async () => {
    console.info(`seed ${seed}`);
    const rounds = fc.sample(
      fc.array(fc.array(command, { minLength: 15, maxLength: 15 }), { minLength: 6, maxLength: 6 }),
      {
        numRuns: 4,
        seed,
      },
    );
    for (const lists of rounds) {
      const world = new World();
      let done = false;
      const folders = times(2, async () => {
        while (!done) await t.sql('select :schema.fold_spend(5)');
      });
      const codes = new Set<string>();
      const callers = lists.map(async (commands) => {
        for (const one of commands) {
          // Another caller may have deleted the project, and deletions may meet in a deadlock; the sums must hold.
          await run(world, one).catch((error: Error & { code?: string }) =>
            codes.add(error.code ?? error.message),
          );
        }
      });
      await Promise.all(callers);
      done = true;
      await Promise.all(folders);
      expect([...codes].filter((code) => code !== 'not_found' && code !== 'serialization')).toEqual([]);
      expect(await differences()).toEqual([]);
      await foldAll();
      expect(await differences()).toEqual([]);
    }
    expect((await verify(t.opened.agents)).findings.filter(({ kind }) => kind === 'invariant')).toEqual([]);
  });

  it('a rollup that is off by a little is noticed by this comparison and by verify', async () => {
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    await foldAll();
    const shift = (by: string) =>
      t.sql('update :schema.spend_daily set amount = amount + $2 where project_id = $1', [project.id, by]);
    await shift('0.0000000001');
    expect(await differences()).toHaveLength(2);
    const { findings } = await verify(t.opened.agents);
    expect(findings.filter(({ kind }) => kind === 'invariant')).not.toEqual([]);
    await shift('-0.0000000001');
    expect(await differences()).toEqual([]);
  });

  it('a fold that sums first and deletes afterwards loses what came between: the comparison can tell', async () => {
    const project = await t.newProject();
    const other = await t.secondService(1);
    await foldAll();
    await service.createCost(cost(project.id, '1'));
    await service.transaction(async ({ scope }) => {
      const naive = await scope.query<{ amount: string }>(
        'select sum(amount) as amount from :schema.spend_deltas',
      );
      await other.createCost(cost(project.id, '2'));
      await scope.query(
        `insert into :schema.project_spend (project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)
         values ($1, $2, 1, 0, 0, 0)`,
        [project.id, naive[0]?.amount],
      );
      await scope.query('delete from :schema.spend_deltas');
    });
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
    expect(await differences()).not.toEqual([]);
    await service.deleteProject(project.id);
    expect(await differences()).toEqual([]);
  });
});

describe('folding', () => {
  it('moves at most as many deltas as asked, and says whether more are waiting', async () => {
    await foldAll();
    const project = await t.newProject();
    for (let n = 0; n < 5; n += 1) await service.createCost(cost(project.id, '1'));
    expect(await pending(project.id)).toBe(5);
    expect(await t.sql('select :schema.fold_spend(3) as moved')).toEqual([{ moved: 3 }]);
    expect(await pending(project.id)).toBe(2);
    expect(await service.getTotalCostByProject(project.id)).toBe('5');
    expect(await service.foldSpend()).toBe(false);
    expect(await pending(project.id)).toBe(0);
    expect(await service.getTotalCostByProject(project.id)).toBe('5');
    expect(await service.foldSpend()).toBe(false);
  });

  it('says that more are waiting when it took all it may', async () => {
    await foldAll();
    const project = await t.newProject();
    await t.sql(
      `insert into :schema.spend_deltas (project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
       select $1, '2026-01-01', 'p', 'm', 0, 0, 0, 0, 0 from generate_series(1, 10000)`,
      [project.id],
    );
    expect(await service.foldSpend()).toBe(true);
    expect(await service.foldSpend()).toBe(false);
    await service.deleteProject(project.id);
  });

  it('writes one delta for a statement and group, whatever the number of costs', async () => {
    await foldAll();
    const project = await t.newProject();
    await service.bulkCreateCosts(
      times(1_000, (n) => cost(project.id, '0.001', { model: n % 2 === 0 ? 'a' : 'b' })),
    );
    const written = await pending(project.id);
    expect(written).toBeGreaterThanOrEqual(2);
    // Two, or four where the batch crosses midnight.
    expect(written).toBeLessThanOrEqual(4);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('by two at once shares the work: neither takes what the other holds, and nothing is counted twice', async () => {
    await foldAll();
    const project = await t.newProject();
    for (let n = 0; n < 6; n += 1) await service.createCost(cost(project.id, '1'));
    const other = await t.secondService(1);
    let second: Promise<boolean> | undefined;
    await service.transaction(async ({ scope }) => {
      expect(await scope.query('select :schema.fold_spend(2) as moved')).toEqual([{ moved: 2 }]);
      second = other.foldSpend();
      // Both add to the same row of the rollup, so the second waits for the first.
      await t.untilWaiting(1);
    });
    await second;
    expect(await pending(project.id)).toBe(0);
    expect(await service.getTotalCostByProject(project.id)).toBe('6');
    expect(await differences()).toEqual([]);
  });

  it('that is rolled back loses nothing', async () => {
    await foldAll();
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    const stop = new Error('stop');
    const failed = service.transaction(async (inner) => {
      await inner.foldSpend();
      throw stop;
    });
    await expect(failed).rejects.toBe(stop);
    expect(await pending(project.id)).toBe(1);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
  });

  it('never shows in a read: a total neither dips nor doubles while it goes on', async () => {
    await foldAll();
    const agent = await t.newAgent();
    const { projectId } = agent;
    for (let n = 0; n < 30; n += 1) await service.createCost(cost(projectId, '1', { agentId: agent.id }));
    let done = false;
    const folding = (async () => {
      for (let n = 0; n < 30; n += 1) await t.sql('select :schema.fold_spend(1)');
      done = true;
    })();
    const totals = new Set<string>();
    while (!done) {
      totals.add(await service.getTotalCostByProject(projectId));
      for (const { amount: sum } of await service.getDailySpend({ agentId: agent.id })) totals.add(sum);
    }
    await folding;
    expect([...totals]).toEqual(['30']);
  });

  it('waits for a project that is being deleted, and then writes nothing for it', async () => {
    await foldAll();
    const [doomed, kept] = [await t.newProject(), await t.newProject()];
    for (const { id } of [doomed, kept]) await service.createCost(cost(id, '1'));
    const other = await t.secondService(1);
    let folding: Promise<boolean> | undefined;
    await service.transaction(async (inner) => {
      await inner.deleteProject(doomed.id);
      folding = other.foldSpend();
      await t.untilWaiting(1);
    });
    expect(await folding).toBe(false);
    expect(
      await t.sql('select project_id from :schema.project_spend where project_id = any ($1)', [
        [doomed.id, kept.id],
      ]),
    ).toEqual([{ project_id: kept.id }]);
    expect(await differences()).toEqual([]);
  });

  it('waits for a deletion that is then undone, and counts the project', async () => {
    await foldAll();
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    const other = await t.secondService(1);
    let folding: Promise<boolean> | undefined;
    const stop = new Error('stop');
    const undone = service.transaction(async (inner) => {
      await inner.deleteProject(project.id);
      folding = other.foldSpend();
      await t.untilWaiting(1);
      throw stop;
    });
    await expect(undone).rejects.toBe(stop);
    await folding;
    expect(await pending(project.id)).toBe(0);
    expect(await service.getTotalCostByProject(project.id)).toBe('1');
    expect(await differences()).toEqual([]);
  });

  it('waits for a run that is being deleted: the project keeps the cost, the run has none', async () => {
    await foldAll();
    const agent = await t.newAgent();
    await service.createCost(cost(agent.projectId, '1', { agentId: agent.id }));
    const other = await t.secondService(1);
    let folding: Promise<boolean> | undefined;
    await service.transaction(async ({ scope }) => {
      await scope.query('delete from :schema.agents where id = $1', [agent.id]);
      folding = other.foldSpend();
      await t.untilWaiting(1);
    });
    await folding;
    expect(await service.getTotalCostByProject(agent.projectId)).toBe('1');
    expect(await service.getDailySpend({ agentId: agent.id })).toEqual([]);
    expect(await t.sql('select 1 from :schema.agent_spend_daily where agent_id = $1', [agent.id])).toEqual(
      [],
    );
    expect(await differences()).toEqual([]);
  });

  it('of what a deleted project left brings nothing back, and until then no read shows it', async () => {
    await foldAll();
    const user = await t.newUser();
    const agent = await t.newAgent({ projectId: (await t.newProject({ userId: user.id })).id });
    await service.createCost(cost(agent.projectId, '1', { agentId: agent.id }));
    await foldAll();
    await service.createCost(cost(agent.projectId, '2', { agentId: agent.id }));
    await service.deleteProject(agent.projectId);
    expect(await pending(agent.projectId)).toBeGreaterThan(0);
    for (let round = 0; round < 2; round += 1) {
      expect(await service.getTotalCostByProject(agent.projectId)).toBe('0');
      expect(await service.getDailySpend({ projectId: agent.projectId })).toEqual([]);
      expect(await service.getDailySpend({ by: ['project'] })).not.toContainEqual(
        expect.objectContaining({ projectId: agent.projectId }),
      );
      expect(await service.getDailySpend({ agentId: agent.id })).toEqual([]);
      expect(await differences()).toEqual([]);
      await foldAll();
    }
    expect(await pending(agent.projectId)).toBe(0);
  });
});
