import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../src/kernel/instance.ts';
import { type AgentsService, agents as agentsSystem, type NewProject } from '../src/systems/agents/index.ts';
import { type AgentsFixture, AWKWARD, openAgents, refusal, times, undone } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

const ALL = { includeUser: true, includeAgents: true, includeCosts: true, includeActivities: true } as const;

describe('settings of a project', () => {
  it('are null when left out, and null when given as null', async () => {
    expect((await t.newProject()).settings).toBeNull();
    expect((await t.newProject({ settings: null })).settings).toBeNull();
  });

  it('come back equal, however nested, from the call and from the database', async () => {
    const settings = {
      notifications: { enabled: true, voice: false, levels: [1, 2.5, -3e-7, null, { deep: [[]] }] },
      theme: 'dark',
      [AWKWARD]: AWKWARD,
    };
    const project = await t.newProject({ settings });
    expect(project.settings).toEqual(settings);
    expect((await service.getProjectById(project.id))?.settings).toEqual(settings);
    expect((await service.listProjectsByUser(project.userId))[0]?.settings).toEqual(settings);
  });

  it('stay an empty object when they are one', async () => {
    const project = await t.newProject({ settings: {} });
    expect(project.settings).toEqual({});
    expect((await service.getProjectById(project.id))?.settings).toEqual({});
  });

  it('may have 1000 items', async () => {
    const settings = Object.fromEntries(times(1_000, (n) => [`key${n}`, { value: n, text: `item ${n}` }]));
    const project = await t.newProject({ settings });
    expect((await service.getProjectById(project.id))?.settings).toEqual(settings);
  });

  it('are refused when they are no object, too large, or not JSON', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const settings of [
      [1],
      'text',
      7,
      { a: 'b\u0000' },
      { a: '\ud800' },
      { a: 'x'.repeat(600_000) },
      cyclic,
      { a: 1n },
    ]) {
      const refused = await refusal(t.newProject({ settings: settings as NewProject['settings'] & {} }));
      expect(refused).toMatchObject({ code: 'invalid_input' });
    }
  });

  it('may hold the six characters \\u0000 as text', async () => {
    const settings = { pattern: '\\u0000', more: '\\\\u0000' };
    expect((await t.newProject({ settings })).settings).toEqual(settings);
  });
});

describe('a new project', () => {
  it('has an id, its owner and both dates', async () => {
    const user = await t.newUser();
    const project = await service.createProject({ name: 'Name', path: '/path', userId: user.id });
    expect(project).toEqual({
      id: expect.stringMatching(/^prj_[0-9a-z]{26}$/),
      name: 'Name',
      path: '/path',
      userId: user.id,
      settings: null,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(await service.getProjectById(project.id)).toEqual(project);
  });

  it('of an unknown user is refused', async () => {
    expect(await refusal(t.newProject({ userId: 'usr_unknown' }))).toMatchObject({
      code: 'not_found',
      field: 'userId',
      message: 'User not found',
    });
  });

  it("may have the name that another user's project has, and the same user's", async () => {
    const other = await t.newUser();
    const made = [
      await t.newProject({ name: 'Same' }),
      await t.newProject({ name: 'Same', userId: other.id }),
      await t.newProject({ name: 'Same' }),
    ];
    expect(new Set(made.map((project) => project.id)).size).toBe(3);
  });

  it('keeps quotes, scripts and emoji', async () => {
    const project = await t.newProject({ name: AWKWARD, path: AWKWARD });
    expect(await service.getProjectById(project.id)).toMatchObject({ name: AWKWARD, path: AWKWARD });
  });

  it('needs name and path, of a length that makes sense and without NUL', async () => {
    for (const bad of [
      { name: '' },
      { name: '  ' },
      { path: '' },
      { name: 'x'.repeat(201) },
      { path: 'a\u0000' },
    ]) {
      expect(await refusal(t.newProject(bad))).toMatchObject({
        code: 'invalid_input',
        field: Object.keys(bad)[0],
      });
    }
  });

  it('is made once for an idempotency key', async () => {
    const user = await t.newUser();
    const input = { name: 'Once', path: '/once', userId: user.id, settings: { at: 'now' } };
    const first = await service.createProject(input, { idempotencyKey: 'project-1' });
    expect(await service.createProject(input, { idempotencyKey: 'project-1' })).toEqual(first);
    expect(await service.listProjectsByUser(user.id)).toHaveLength(1);
    const other = refusal(
      service.createProject({ ...input, name: 'Twice' }, { idempotencyKey: 'project-1' }),
    );
    expect(await other).toMatchObject({ code: 'idempotency_mismatch' });
  });

  it('is told in audit trail and event feed, in the same transaction', async () => {
    const actor = { kind: 'user', id: 'usr_somebody', requestId: 'req_1' };
    const user = await t.newUser();
    const input = { name: 'Told', path: '/told', userId: user.id };
    const gone = await undone(service, (inner) => inner.by(actor).createProject(input));
    const project = await service.by(actor).createProject(input);
    const audit = await service.listAudit({ subject: project.id });
    expect(audit.data).toMatchObject([
      {
        actorKind: 'user',
        actorId: 'usr_somebody',
        requestId: 'req_1',
        action: 'project.created',
        subject: project.id,
      },
    ]);
    const events = (id: string) =>
      t.sql('select type, audience from :schema.outbox where subject = $1', [id]);
    expect(await events(project.id)).toEqual([{ type: 'project.created', audience: user.id }]);
    expect(await events(gone.id)).toEqual([]);
    expect((await service.listAudit({ subject: gone.id })).data).toEqual([]);
  });
});

describe('a project is read', () => {
  async function furnished() {
    const project = await t.newProject({ settings: { theme: 'dark' } });
    const ids = { projectId: project.id };
    const silent = await service.createAgent({
      ...ids,
      status: 'running',
      startTime: new Date('2026-01-01T00:00:00.001Z'),
    });
    const loud = await service.createAgent({
      ...ids,
      status: 'failed',
      startTime: new Date('2026-01-02T00:00:00.123Z'),
      endTime: new Date('2026-01-02T00:00:01.999Z'),
      logs: ['one', AWKWARD, ''],
      error: 'broken',
    });
    const plain = await service.createCost({
      ...ids,
      amount: '0.010',
      model: 'm',
      provider: 'p',
      timestamp: new Date('2026-01-01T00:00:00.001Z'),
    });
    const full = await service.createCost({
      ...ids,
      agentId: loud.id,
      amount: '0.000000000000000000123',
      model: 'm',
      provider: 'p',
      inputTokens: 9_007_199_254_740_991,
      outputTokens: 0,
      usage: { input: '12', cached: 3 },
      serviceTier: 'batch',
      timestamp: new Date('2026-01-02T00:00:00.999Z'),
    });
    const unpriced = await service.createCost({
      ...ids,
      model: 'nobody-knows',
      provider: 'p',
      inputTokens: 1,
    });
    const first = await service.createActivity({
      ...ids,
      type: 'agent_started',
      message: 'first',
      metadata: { a: [1] },
    });
    const second = await service.createActivity({ ...ids, type: 'agent_failed', message: AWKWARD });
    await t.sql(
      `update :schema.activities set "timestamp" = case when id = $1 then '2026-01-01'::timestamptz else '2026-01-02 00:00:00.5' end where id in ($1, $2)`,
      [first.id, second.id],
    );
    const activities = await service.getActivitiesByProject(project.id);
    expect(activities.map((activity) => activity.id)).toEqual([second.id, first.id]);
    return { project, agents: [loud, silent], costs: [unpriced, full, plain], activities };
  }

  it('plain, and null when unknown', async () => {
    const { project } = await furnished();
    expect(await service.getProjectById(project.id)).toEqual(project);
    expect(await service.getProjectById('prj_unknown')).toBeNull();
    expect(await service.getProjectById('prj_unknown', ALL)).toBeNull();
  });

  it("with each relation alone, newest first, equal to what the relation's own call returns", async () => {
    const { project, agents, costs, activities } = await furnished();
    expect(await service.getProjectById(project.id, { includeAgents: true })).toEqual({ ...project, agents });
    expect(await service.getProjectById(project.id, { includeCosts: true })).toEqual({ ...project, costs });
    expect(await service.getProjectById(project.id, { includeActivities: true })).toEqual({
      ...project,
      activities,
    });
    const user = await service.getUserById(project.userId);
    const withUser = await service.getProjectById(project.id, { includeUser: true });
    expect(withUser).toEqual({ ...project, user });
    expect(JSON.stringify(withUser)).not.toContain('argon2');
    expect(await service.listAgentsByProject(project.id)).toEqual(agents);
    expect(await service.getCostsByProject(project.id)).toEqual(costs);
  });

  it('with all relations in one statement, exact amounts and milliseconds kept', async () => {
    const { project, agents, costs, activities } = await furnished();
    const { value, statements } = await t.countStatements(() => service.getProjectById(project.id, ALL));
    const user = await service.getUserById(project.userId);
    expect(value).toEqual({ ...project, user, agents, costs, activities });
    expect(statements).toBe(1);
    expect(value?.costs?.map((cost) => cost.amount)).toEqual([null, '0.000000000000000000123', '0.01']);
    expect(value?.costs?.[1]?.inputTokens).toBe(9_007_199_254_740_991);
    expect(value?.costs?.[1]?.timestamp.toISOString()).toBe('2026-01-02T00:00:00.999Z');
    expect(value?.agents?.[0]?.endTime?.toISOString()).toBe('2026-01-02T00:00:01.999Z');
    expect(value?.activities?.[1]?.metadata).toEqual({ a: [1] });
  });

  it('by many at once, each its own, and nothing that is shared', async () => {
    const projects = await Promise.all(
      Array.from({ length: 30 }, (_, index) => t.newProject({ settings: { index } })),
    );
    const wanted = [...projects, ...projects].map(({ id }) => id).concat('prj_nobody');
    const read = await Promise.all(wanted.map((id) => service.getProjectById(id, ALL)));
    expect(read.map((one) => one?.id ?? null)).toEqual([...wanted.slice(0, -1), null]);
    expect(read.slice(0, 30).map((one) => one?.settings)).toEqual(projects.map(({ settings }) => settings));
    const twice = await Promise.all(
      Array.from({ length: 20 }, () => service.getProjectById(wanted[0] ?? '')),
    );
    expect(new Set(twice.map((one) => one?.settings)).size).toBe(20);
  });

  it('with empty lists where there is nothing, and without what was not asked for', async () => {
    const project = await t.newProject();
    expect(await service.getProjectById(project.id, { ...ALL, includeUser: false })).toEqual({
      ...project,
      agents: [],
      costs: [],
      activities: [],
    });
    const none = { includeUser: false, includeAgents: false, includeCosts: false, includeActivities: false };
    expect(await service.getProjectById(project.id, none)).toEqual(project);
  });

  it('with as many related rows as asked for, the newest', async () => {
    const { project, agents, costs } = await furnished();
    const few = await service.getProjectById(project.id, {
      includeAgents: { limit: 1 },
      includeCosts: { limit: 2 },
    });
    expect(few?.agents).toEqual(agents.slice(0, 1));
    expect(few?.costs).toEqual(costs.slice(0, 2));
    for (const limit of [0, 10_001, 1.5, '1; drop table x' as unknown as number]) {
      expect(await refusal(service.getProjectById(project.id, { includeCosts: { limit } }))).toMatchObject({
        code: 'invalid_input',
      });
    }
  });
});

describe('changing a project', () => {
  it('changes only what is given, and updatedAt rises', async () => {
    const project = await t.newProject({ settings: { theme: 'dark' } });
    await t.sql("update :schema.projects set updated_at = '2026-01-01' where id = $1", [project.id]);
    const renamed = await service.updateProject(project.id, { name: 'Renamed' });
    expect(renamed).toEqual({ ...project, name: 'Renamed', updatedAt: expect.any(Date) });
    expect(renamed.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    const moved = await service.updateProject(project.id, { path: '/moved' });
    expect(moved).toMatchObject({ name: 'Renamed', path: '/moved', settings: { theme: 'dark' } });
    expect(await service.getProjectById(project.id)).toEqual(moved);
    expect(await service.updateProject(project.id, {})).toMatchObject({ name: 'Renamed', path: '/moved' });
  });

  it('replaces settings whole; null removes them', async () => {
    const project = await t.newProject({ settings: { theme: 'dark', autoApprove: true } });
    expect((await service.updateProject(project.id, { settings: { theme: 'light' } })).settings).toEqual({
      theme: 'light',
    });
    expect((await service.updateProject(project.id, { settings: {} })).settings).toEqual({});
    expect((await service.updateProject(project.id, { settings: null })).settings).toBeNull();
    expect((await service.getProjectById(project.id))?.settings).toBeNull();
  });

  it('refuses an unknown id with not_found, and bad values with their field', async () => {
    expect(await refusal(service.updateProject('prj_unknown', { name: 'x' }))).toMatchObject({
      code: 'not_found',
      message: 'Project not found',
    });
    const project = await t.newProject();
    expect(await refusal(service.updateProject(project.id, { name: '' }))).toMatchObject({
      code: 'invalid_input',
      field: 'name',
    });
    const list = [1] as unknown as Record<string, unknown>;
    expect(await refusal(service.updateProject(project.id, { settings: list }))).toMatchObject({
      code: 'invalid_input',
      field: 'settings',
    });
    expect(await service.getProjectById(project.id)).toEqual(project);
  });

  it('by two callers at once loses neither change', async () => {
    const project = await t.newProject({ name: 'before', path: '/before' });
    await Promise.all([
      service.updateProject(project.id, { name: 'after' }),
      service.updateProject(project.id, { path: '/after' }),
    ]);
    expect(await service.getProjectById(project.id)).toMatchObject({ name: 'after', path: '/after' });
    const audit = await service.listAudit({ subject: project.id });
    expect(audit.data.filter((entry) => entry.action === 'project.updated')).toHaveLength(2);
  });
});

describe('deleting a project', () => {
  it('is true and takes agents, logs, costs, activities, budgets and reservations along', async () => {
    const project = await t.newProject();
    const ids = { projectId: project.id };
    const agent = await t.newAgent({ ...ids, logs: ['line'] });
    await service.createCost({ ...ids, agentId: agent.id, amount: '1', model: 'm', provider: 'p' });
    await service.foldSpend();
    await service.createCost({ ...ids, agentId: agent.id, amount: '1', model: 'm', provider: 'p' });
    await service.createActivity({ ...ids, type: 'agent_started', message: 'm' });
    await service.createBudget({ ...ids, kind: 'soft', period: 'total', limit: '1' });
    await service.reserveBudget({ ...ids, amount: '1' });
    expect(await service.deleteProject(project.id)).toBe(true);
    const tables = [
      'agents',
      'costs',
      'activities',
      'budgets',
      'budget_reservations',
      'spend_daily',
      'project_spend',
      'agent_spend_daily',
    ];
    for (const table of tables) {
      expect(
        await t.sql(`select 1 from :schema.${table} where project_id = $1`, [project.id]),
        table,
      ).toEqual([]);
    }
    expect(await t.sql('select 1 from :schema.agent_log_lines where agent_id = $1', [agent.id])).toEqual([]);
    expect(await service.getProjectById(project.id)).toBeNull();
    expect(await service.getTotalCostByProject(project.id)).toBe('0');
  });

  it('is false for an unknown one, and for one deleted before', async () => {
    const project = await t.newProject();
    expect(await service.deleteProject('prj_unknown')).toBe(false);
    expect(await service.deleteProject(project.id)).toBe(true);
    expect(await service.deleteProject(project.id)).toBe(false);
  });

  it('is an error, and not false, when the database cannot do it', async () => {
    const project = await t.newProject();
    const closed = await t.opened.connect();
    await closed.close();
    const cut = createInstance(agentsSystem, closed).service;
    expect(await refusal(cut.deleteProject(project.id))).toMatchObject({ code: 'unavailable' });
    expect(await service.getProjectById(project.id)).not.toBeNull();
  });

  it('by ten callers at once is true for one', async () => {
    const project = await t.newProject();
    const answers = await Promise.all(times(10, () => service.deleteProject(project.id)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});
