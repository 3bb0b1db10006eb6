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

describe('daily spend', () => {
  const at = (day: number, hour = 12) => new Date(Date.UTC(2026, 0, day, hour));

  async function spent() {
    const user = await t.newUser();
    const [one, two] = [await t.newProject({ userId: user.id }), await t.newProject({ userId: user.id })];
    const agent = await t.newAgent({ projectId: one.id });
    await service.bulkCreateCosts([
      cost(one.id, '1', {
        timestamp: at(1),
        provider: 'openai',
        model: 'a',
        inputTokens: 10,
        outputTokens: 1,
      }),
      cost(one.id, '2', {
        timestamp: at(2),
        provider: 'openai',
        model: 'b',
        agentId: agent.id,
        inputTokens: 0,
      }),
      cost(one.id, '4', { timestamp: at(2), provider: 'anthropic', model: 'c', agentId: agent.id }),
      cost(two.id, '8', { timestamp: at(3), provider: 'openai', model: 'a' }),
    ]);
    await service.createCost({
      projectId: two.id,
      provider: 'openai',
      model: 'nobody-knows',
      inputTokens: 7,
      timestamp: at(3),
    });
    return { user, one, two, agent };
  }

  it('is a row a day, newest first, with exact sums', async () => {
    const { user } = await spent();
    expect(await service.getDailySpend({ userId: user.id })).toEqual([
      { day: '2026-01-03', amount: '8', calls: 2, unpricedCalls: 1, inputTokens: '7', outputTokens: '0' },
      { day: '2026-01-02', amount: '6', calls: 2, unpricedCalls: 0, inputTokens: '0', outputTokens: '0' },
      { day: '2026-01-01', amount: '1', calls: 1, unpricedCalls: 0, inputTokens: '10', outputTokens: '1' },
    ]);
    expect(await service.getDailySpend({ userId: user.id, limit: 1 })).toHaveLength(1);
    expect(await service.getDailySpend({ userId: 'usr_unknown' })).toEqual([]);
  });

  it('is split by project, provider, model and run as asked', async () => {
    const { user, one, two, agent } = await spent();
    const rows = async (filter: Parameters<AgentsService['getDailySpend']>[0], key: string) =>
      (await service.getDailySpend({ userId: user.id, ...filter })).map((row) => [
        row.day.slice(-2),
        row[key as 'model'],
        row.amount,
      ]);
    expect(await rows({ by: ['project'] }, 'projectId')).toEqual([
      ['03', two.id, '8'],
      ['02', one.id, '6'],
      ['01', one.id, '1'],
    ]);
    expect(await rows({ by: ['provider'], projectId: one.id }, 'provider')).toEqual([
      ['02', 'anthropic', '4'],
      ['02', 'openai', '2'],
      ['01', 'openai', '1'],
    ]);
    expect(await rows({ by: ['model', 'provider'], projectId: one.id }, 'model')).toEqual([
      ['02', 'b', '2'],
      ['02', 'c', '4'],
      ['01', 'a', '1'],
    ]);
    expect(await rows({ by: ['agent'] }, 'agentId')).toEqual([['02', agent.id, '6']]);
    expect(await rows({ agentId: agent.id, by: ['project', 'agent'] }, 'projectId')).toEqual([
      ['02', one.id, '6'],
    ]);
  });

  it('is of the days asked for, both included', async () => {
    const { user } = await spent();
    const days = async (range: object) =>
      (await service.getDailySpend({ userId: user.id, ...range })).map(({ day }) => day.slice(-2));
    expect(await days({ from: '2026-01-02' })).toEqual(['03', '02']);
    expect(await days({ to: '2026-01-02' })).toEqual(['02', '01']);
    expect(await days({ from: '2026-01-02', to: '2026-01-02' })).toEqual(['02']);
    expect(await days({ from: '2026-01-04' })).toEqual([]);
  });

  it('counts a cost on its UTC day, to the millisecond', async () => {
    const project = await t.newProject();
    const edges = ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z'];
    for (const [n, text] of edges.entries())
      await service.createCost(cost(project.id, String(n + 1), { timestamp: new Date(text) }));
    const rows = await service.getDailySpend({ projectId: project.id });
    expect(rows.map(({ day, amount: sum }) => [day, sum])).toEqual([
      ['2026-02-01', '2'],
      ['2026-01-31', '1'],
    ]);
  });

  it('is refused for days that are none, and for a run split by model', async () => {
    for (const from of ['2026-1-1', '2026-02-30', '2026-13-01', 'today', '']) {
      expect(await refusal(service.getDailySpend({ from }))).toMatchObject({
        code: 'invalid_input',
        field: 'from',
      });
    }
    for (const by of [
      ['agent', 'model'],
      ['agent', 'provider'],
    ] as const) {
      expect(await refusal(service.getDailySpend({ by }))).toMatchObject({
        code: 'invalid_input',
        field: 'by',
      });
    }
    expect(await refusal(service.getDailySpend({ agentId: 'agt_x', by: ['model'] }))).toMatchObject({
      code: 'invalid_input',
    });
    const by = ['nonsense'] as unknown as ['model'];
    expect(await refusal(service.getDailySpend({ by }))).toMatchObject({ code: 'invalid_input' });
  });

  it('has no row for a day whose costs are all gone', async () => {
    const project = await t.newProject();
    await service.createCost(cost(project.id, '1'));
    await foldAll();
    await t.sql('delete from :schema.costs where project_id = $1', [project.id]);
    for (let round = 0; round < 2; round += 1) {
      expect(await service.getDailySpend({ projectId: project.id })).toEqual([]);
      expect(await service.getTotalCostByProject(project.id)).toBe('0');
      await foldAll();
    }
  });
});
