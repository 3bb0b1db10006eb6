import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, times } from './support/agents.ts';
import { differences, foldAll } from './support/rollups.ts';

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
    `update :schema.costs set agent_id = $2, provider = $3, model = $4, amount = $5::numeric, pricing = case when $5::numeric is null
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
        expect(await differences(t)).toEqual([]);
        await foldAll(service);
        expect(await differences(t)).toEqual([]);
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
      let succeeded = 0;
      const callers = lists.map(async (commands) => {
        for (const one of commands) {
          // Another caller may have deleted the project, and deletions may meet in a deadlock; the sums must hold.
          const failed = await run(world, one).then(
            () => null,
            (error: Error & { code?: string }) => error,
          );
          if (failed === null) succeeded += 1;
          else codes.add(failed.code ?? failed.message);
        }
      });
      await Promise.all(callers);
      done = true;
      await Promise.all(folders);
      expect([...codes].filter((code) => code !== 'not_found' && code !== 'serialization')).toEqual([]);
      expect(succeeded).toBeGreaterThan(lists.flat().length / 2);
      expect(await differences(t)).toEqual([]);
      await foldAll(service);
      expect(await differences(t)).toEqual([]);
    }
    expect((await verify(t.opened.agents)).findings.filter(({ kind }) => kind === 'invariant')).toEqual([]);
  });

  it('a rollup that is off by a little is noticed by this comparison and by verify', async () => {
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    await foldAll(service);
    const shift = (by: string) =>
      t.sql('update :schema.spend_daily set amount = amount + $2 where project_id = $1', [project.id, by]);
    await shift('0.0000000001');
    expect(await differences(t)).toHaveLength(2);
    const { findings } = await verify(t.opened.agents);
    expect(findings.filter(({ kind }) => kind === 'invariant')).not.toEqual([]);
    await shift('-0.0000000001');
    expect(await differences(t)).toEqual([]);
  });

  it('a fold that sums first and deletes afterwards loses what came between: the comparison can tell', async () => {
    const project = await t.newProject();
    const other = await t.secondService(1);
    await foldAll(service);
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
    expect(await differences(t)).not.toEqual([]);
    await service.deleteProject(project.id);
    expect(await differences(t)).toEqual([]);
  });
});
