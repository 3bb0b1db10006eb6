import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, PASSWORD, times, undone } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

const COUNTS = { users: 2, projects: 3, agents: 3, costs: 5, activities: 6 };
const SETTINGS_KEYS = ['autoApprove', 'notifications', 'theme'];

const counts = async (view: AgentsService = service) => {
  const [row] = await view.scope.query<Record<string, number>>(
    `select (select count(*) from :schema.users)::integer as users, (select count(*) from :schema.projects)::integer as projects,
       (select count(*) from :schema.agents)::integer as agents, (select count(*) from :schema.costs)::integer as costs,
       (select count(*) from :schema.activities)::integer as activities`,
  );
  return row;
};

/** Everything but the times, which lie before the moment of seeding. */
const content = async (view: AgentsService) => {
  const [row] = await view.scope.query<{ all: unknown }>(
    `select jsonb_build_array(
       (select jsonb_agg(to_jsonb(u) - '{created_at,updated_at}'::text[] order by id) from :schema.users u),
       (select jsonb_agg(to_jsonb(p) - '{created_at,updated_at}'::text[] order by id) from :schema.projects p),
       (select jsonb_agg(to_jsonb(a) - '{created_at,updated_at,start_time,end_time}'::text[]
          || jsonb_build_object('took', extract(epoch from a.end_time - a.start_time)) order by id) from :schema.agents a),
       (select jsonb_agg(l.line order by l.agent_id, l.id) from :schema.agent_log_lines l),
       (select jsonb_agg(to_jsonb(c) - 'timestamp' order by id) from :schema.costs c),
       (select jsonb_agg(to_jsonb(v) - 'timestamp' order by id) from :schema.activities v)) as all`,
  );
  return row?.all;
};

describe('the demonstration data', () => {
  it('is the same at every run on an empty database', async () => {
    const runs = [];
    for (let n = 0; n < 2; n += 1) {
      runs.push(
        await undone(service, async (inner) => ({
          report: await inner.seed(),
          counts: await counts(inner),
          all: await content(inner),
        })),
      );
    }
    expect(runs[0]?.report).toEqual({ written: true, counts: COUNTS });
    expect(runs[0]?.counts).toEqual(COUNTS);
    expect(runs[1]).toEqual(runs[0]);
  });

  it('is not half written when only one of its e-mails is free', async () => {
    const left = await undone(service, async (inner) => {
      await inner.createUser({ email: 'demo@quetrex.ai', password: PASSWORD });
      const report = await inner.seed();
      const accounts = await inner.scope.query('select login from :schema.accounts');
      return { report, accounts, counts: await counts(inner) };
    });
    expect(left.report.written).toBe(false);
    expect(left.accounts).toEqual([{ login: 'demo@quetrex.ai' }]);
    expect(left.counts).toMatchObject({ users: 1, projects: 0 });
  });

  it('is written once by four seeds at the same time, and once more is nothing', async () => {
    const others = await Promise.all(times(3, () => t.secondService(2)));
    const reports = await Promise.all([service, ...others].map((one) => one.seed()));
    expect(reports.filter(({ written }) => written)).toHaveLength(1);
    for (const report of reports) expect(report.counts).toEqual(COUNTS);
    expect(await counts()).toEqual(COUNTS);
    expect(await service.seed()).toEqual({ written: false, counts: COUNTS });
    expect(await counts()).toEqual(COUNTS);
  });

  it('has an owner with two projects and a demo user with one, each with settings', async () => {
    const [owner, demo] = [
      await service.getUserByEmail('owner@quetrex.ai'),
      await service.getUserByEmail('demo@quetrex.ai'),
    ];
    expect(demo?.name).toBe('Demo User');
    const owned = await service.listProjectsByUser(owner!.id);
    expect(owned.map(({ name }) => name).sort()).toEqual(['Personal Blog', 'Quetrex']);
    const theirs = await service.listProjectsByUser(demo!.id);
    expect(theirs.map(({ name }) => name)).toEqual(['Demo Project']);
    for (const { settings } of [...owned, ...theirs]) {
      expect(Object.keys(settings ?? {}).sort()).toEqual(SETTINGS_KEYS);
      expect(Object.keys((settings?.notifications ?? {}) as object).sort()).toEqual(['enabled', 'voice']);
    }
  });

  it('lets both users sign in, though the demo password is short', async () => {
    const signIns = await service.demoSignIns();
    expect(signIns.map(({ login, role }) => [login, role])).toEqual([
      ['demo@quetrex.ai', 'user'],
      ['owner@quetrex.ai', 'admin'],
    ]);
    for (const { login, password } of signIns) {
      await expect(service.accounts.signIn({ login, password })).resolves.toMatchObject({
        account: { login },
      });
    }
    expect(signIns[0]?.password).toBe('demo123');
  });

  const quetrex = async () => {
    const owner = await service.getUserByEmail('owner@quetrex.ai');
    const projects = await service.listProjectsByUser(owner!.id);
    return {
      quetrex: projects.find(({ name }) => name === 'Quetrex')!,
      blog: projects.find(({ name }) => name === 'Personal Blog')!,
    };
  };

  it('costs Quetrex exactly 0.09, the blog 0.0012 and the demo project 0.015, folded or not', async () => {
    const { quetrex: main, blog } = await quetrex();
    const demo = await service.getUserByEmail('demo@quetrex.ai');
    const [demoProject] = await service.listProjectsByUser(demo!.id);
    for (let n = 0; n < 2; n += 1) {
      expect(await service.getTotalCostByProject(main.id)).toBe('0.09');
      expect(await service.getTotalCostByProject(blog.id)).toBe('0.0012');
      expect(await service.getTotalCostByProject(demoProject!.id)).toBe('0.015');
      await service.foldSpend();
    }
    const costs = await service.getCostsByProject(main.id);
    expect(
      costs.map(({ model, amount, inputTokens, outputTokens }) => [model, amount, inputTokens, outputTokens]),
    ).toEqual([
      ['whisper-1', '0.009', null, null],
      ['claude-sonnet-4-5', '0.036', 2_000, 1_000],
      ['gpt-4o', '0.045', 1_500, 800],
    ]);
  });

  it('has a completed, a running and a failed run with their logs', async () => {
    const { quetrex: main, blog } = await quetrex();
    const [running, completed] = await service.listAgentsByProject(main.id);
    const [failed] = await service.listAgentsByProject(blog.id);
    expect(running).toMatchObject({ status: 'running', endTime: null, error: null });
    expect(running?.logs).toHaveLength(3);
    expect(completed?.logs).toEqual([
      'Agent started: Processing issue #123',
      'Running tests...',
      'Tests passed',
      'Creating pull request...',
      'Pull request #124 created successfully',
    ]);
    expect(completed!.endTime!.getTime() - completed!.startTime.getTime()).toBe(30 * 60_000);
    expect(failed).toMatchObject({
      status: 'failed',
      error: 'Failed to compile TypeScript: Type error in src/utils.ts',
    });
    expect(failed!.endTime!.getTime() - failed!.startTime.getTime()).toBe(200_000);
    expect(await service.getProjectSummary(main.id)).toMatchObject({
      progress: 50,
      agentCount: 2,
      totalCost: '0.09',
    });
    expect(await service.getProjectSummary(blog.id)).toMatchObject({ progress: 0, agentCount: 1 });
  });

  it('has six activities with metadata as JSON, one with none', async () => {
    const { quetrex: main, blog } = await quetrex();
    const feed = [
      ...(await service.getActivitiesByProject(main.id)),
      ...(await service.getActivitiesByProject(blog.id)),
    ];
    const byType = Object.fromEntries(feed.map(({ type, metadata }) => [type, metadata]));
    expect(byType).toEqual({
      agent_started: { issueNumber: 125, estimatedCost: 0.5 },
      agent_completed: { issueNumber: 123, prNumber: 124, actualCost: 0.081, duration: 1_800 },
      cost_alert: { threshold: 1, actual: 1.23 },
      agent_failed: expect.objectContaining({}),
      project_updated: { changed: expect.anything() },
    });
    const demo = await service.getUserByEmail('demo@quetrex.ai');
    const [created] = await service.getRecentActivities(demo!.id);
    expect(created).toMatchObject({
      type: 'project_created',
      metadata: null,
      project: { name: 'Demo Project' },
    });
  });

  it('has every id in the form of all ids, and leaves nothing for verify to find', async () => {
    for (const table of ['users', 'projects', 'agents', 'costs', 'activities']) {
      const rows = await t.sql<{ id: string }>(`select id from :schema.${table}`);
      for (const { id } of rows) expect(id).toMatch(/^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$/);
    }
    expect((await verify(t.opened.agents)).findings).toEqual([]);
  });

  it('stays away once a user of it was deleted', async () => {
    const demo = await service.getUserByEmail('demo@quetrex.ai');
    expect(await service.deleteUser(demo!.id)).toBe(true);
    expect((await service.seed()).written).toBe(false);
    expect(await service.getUserByEmail('demo@quetrex.ai')).toBeNull();
    expect(await t.sql("select 1 from :schema.accounts where login = 'demo@quetrex.ai'")).toEqual([]);
    expect(await service.demoSignIns()).toMatchObject([{ login: 'owner@quetrex.ai' }]);
  });
});
