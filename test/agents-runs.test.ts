import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentStatus, AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, AWKWARD, openAgents, refusal, times } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents({ pool_max: '10' });
  service = t.service;
});

afterAll(() => t?.close());

const STATUS_MESSAGE = 'Must be one of: running, completed, failed';

describe('a new run', () => {
  it('needs only project and status: it starts now, and end, log and error are null', async () => {
    const project = await t.newProject();
    const before = Date.now();
    const agent = await service.createAgent({ projectId: project.id, status: 'running' });
    expect(agent).toEqual({
      id: expect.stringMatching(/^agt_[0-9a-z]{26}$/),
      projectId: project.id,
      status: 'running',
      startTime: expect.any(Date),
      endTime: null,
      logs: null,
      error: null,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(agent.startTime.getTime()).toBeGreaterThanOrEqual(before - 1_000);
    expect(await service.getAgentById(agent.id)).toEqual(agent);
  });

  it('keeps everything it is given, to the millisecond', async () => {
    const given = {
      status: 'completed' as const,
      startTime: new Date('2026-02-03T04:05:06.007Z'),
      endTime: new Date('2026-02-03T04:05:06.999Z'),
      logs: ['first', '', AWKWARD],
      error: AWKWARD,
    };
    const agent = await t.newAgent(given);
    expect(agent).toMatchObject(given);
    expect(await service.getAgentById(agent.id)).toEqual(agent);
  });

  it('may have failed, with the text of the error', async () => {
    const agent = await t.newAgent({ status: 'failed', error: 'Type error in src/utils.ts' });
    expect(await service.getAgentById(agent.id)).toMatchObject({
      status: 'failed',
      error: 'Type error in src/utils.ts',
    });
  });

  it.each(['running', 'completed', 'failed'] as const)('may be %s', async (status) => {
    expect((await t.newAgent({ status })).status).toBe(status);
  });

  it.each(['', 'Running', 'paused', 'completed ', null, 7])('may not be %j', async (status) => {
    const project = await t.newProject();
    const refused = await refusal(
      service.createAgent({ projectId: project.id, status: status as AgentStatus }),
    );
    expect(refused).toMatchObject({
      code: 'invalid_input',
      field: 'status',
      message: `Invalid agent status: ${status}. ${STATUS_MESSAGE}`,
    });
    expect(await service.listAgentsByProject(project.id)).toEqual([]);
  });

  it('of an unknown project is refused, with and without a log', async () => {
    for (const logs of [null, ['line']]) {
      expect(await refusal(t.newAgent({ projectId: 'prj_unknown', logs }))).toMatchObject({
        code: 'not_found',
        field: 'projectId',
        message: 'Project not found',
      });
    }
  });

  it('may not end before it started', async () => {
    const [startTime, endTime] = [new Date('2026-01-02'), new Date('2026-01-01')];
    expect(await refusal(t.newAgent({ startTime, endTime }))).toMatchObject({
      code: 'invalid_input',
      field: 'endTime',
    });
    const agent = await t.newAgent({ startTime });
    expect(await refusal(service.updateAgent(agent.id, { endTime }))).toMatchObject({
      code: 'invalid_input',
      field: 'endTime',
    });
  });

  it('is refused with a time that is none', async () => {
    for (const field of ['startTime', 'endTime'] as const) {
      expect(await refusal(t.newAgent({ [field]: new Date('nonsense') }))).toMatchObject({
        code: 'invalid_input',
        field,
      });
      const text = '2026-01-01' as unknown as Date;
      expect(await refusal(t.newAgent({ [field]: text }))).toMatchObject({ code: 'invalid_input', field });
    }
  });

  it('is made once for an idempotency key, and its repeated answer has dates again', async () => {
    const project = await t.newProject();
    const input = {
      projectId: project.id,
      status: 'running' as const,
      startTime: new Date('2026-01-01T00:00:00.001Z'),
      logs: ['x'],
    };
    const first = await service.createAgent(input, { idempotencyKey: 'run-1' });
    expect(await service.createAgent(input, { idempotencyKey: 'run-1' })).toEqual(first);
    expect(await service.listAgentsByProject(project.id)).toEqual([first]);
  });
});

describe('a run is read', () => {
  it('with and without its project; an unknown one is null', async () => {
    const project = await t.newProject({ settings: { theme: 'dark' } });
    const agent = await t.newAgent({ projectId: project.id, logs: ['line'] });
    expect(await service.getAgentById(agent.id)).toEqual(agent);
    expect(await service.getAgentById(agent.id, { includeProject: false })).toEqual(agent);
    expect(await service.getAgentById(agent.id, { includeProject: true })).toEqual({ ...agent, project });
    expect(await service.getAgentById('agt_unknown')).toBeNull();
    expect(await service.getAgentById('agt_unknown', { includeProject: true })).toBeNull();
  });

  it('with owner and project for rights', async () => {
    const agent = await t.newAgent();
    const project = await service.getProjectById(agent.projectId);
    expect(await service.getAgentOwner(agent.id)).toEqual({
      projectId: agent.projectId,
      userId: project?.userId,
    });
    expect(await service.getAgentOwner('agt_unknown')).toBeNull();
  });
});

describe('the runs of a project', () => {
  it('are newest start first, and an empty list without any', async () => {
    const project = await t.newProject();
    expect(await service.listAgentsByProject(project.id)).toEqual([]);
    const days = ['2026-01-02', '2026-01-03', '2026-01-01'];
    for (const day of days) await t.newAgent({ projectId: project.id, startTime: new Date(day) });
    await t.newAgent();
    const list = await service.listAgentsByProject(project.id);
    expect(list.map(({ startTime }) => startTime.toISOString().slice(0, 10))).toEqual([
      '2026-01-03',
      '2026-01-02',
      '2026-01-01',
    ]);
    expect(await service.listAgentsByProject(project.id, { limit: 1 })).toEqual(list.slice(0, 1));
    expect(await service.listAgentsByProject('prj_unknown')).toEqual([]);
  });

  it('keep one order among equal times, in the list and over pages, without their logs', async () => {
    const project = await t.newProject();
    const startTime = new Date('2026-01-01');
    await Promise.all(
      times(9, (n) =>
        t.newAgent({
          projectId: project.id,
          startTime,
          logs: ['x'],
          status: n % 3 === 0 ? 'failed' : 'running',
        }),
      ),
    );
    const list = (await service.listAgentsByProject(project.id)).map(({ id }) => id);
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.pageAgents({
        projectId: project.id,
        limit: 2,
        withTotal: true,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.total).toBe(9);
      for (const agent of page.data) expect(agent).not.toHaveProperty('logs');
      pages.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(list);
    const failed = await service.pageAgents({ projectId: project.id, status: 'failed', withTotal: true });
    expect(failed.total).toBe(3);
    expect(failed.data.every(({ status }) => status === 'failed')).toBe(true);
  });

  it('can be asked for by owner, and not with an unknown status', async () => {
    const user = await t.newUser();
    const project = await t.newProject({ userId: user.id });
    const agent = await t.newAgent({ projectId: project.id });
    expect((await service.pageAgents({ userId: user.id })).data.map(({ id }) => id)).toEqual([agent.id]);
    expect(await refusal(service.pageAgents({ status: 'paused' }))).toMatchObject({
      code: 'invalid_input',
      field: 'status',
    });
  });
});

describe('changing a run', () => {
  it('changes only what is given, and updatedAt rises', async () => {
    const agent = await t.newAgent({ logs: ['line'], startTime: new Date('2026-01-01') });
    await t.sql("update :schema.agents set updated_at = '2026-01-01' where id = $1", [agent.id]);
    const endTime = new Date('2026-01-01T00:00:00.123Z');
    const done = await service.updateAgent(agent.id, { status: 'completed', endTime });
    expect(done).toEqual({ ...agent, status: 'completed', endTime, updatedAt: expect.any(Date) });
    expect(done.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    const failed = await service.updateAgent(agent.id, { status: 'failed', error: 'why' });
    expect(failed).toMatchObject({ status: 'failed', error: 'why', endTime, logs: ['line'] });
    expect(await service.getAgentById(agent.id)).toEqual(failed);
    expect(await service.updateAgent(agent.id, { error: null, endTime: null })).toMatchObject({
      error: null,
      endTime: null,
    });
  });

  it('may lead from any status to any other, also back to running', async () => {
    const agent = await t.newAgent({ status: 'completed' });
    for (const status of ['running', 'failed', 'running', 'completed', 'failed', 'completed'] as const) {
      expect((await service.updateAgent(agent.id, { status })).status).toBe(status);
    }
  });

  it('refuses an unknown run with not_found, and an unknown status', async () => {
    for (const change of [{ status: 'failed' as const }, { logs: ['x'] }, {}]) {
      expect(await refusal(service.updateAgent('agt_unknown', change))).toMatchObject({
        code: 'not_found',
        message: 'Agent not found',
      });
    }
    const agent = await t.newAgent();
    const status = 'done' as AgentStatus;
    expect(await refusal(service.updateAgent(agent.id, { status }))).toMatchObject({
      code: 'invalid_input',
      message: `Invalid agent status: done. ${STATUS_MESSAGE}`,
    });
  });

  it('is told in the audit trail with the status before and after', async () => {
    const agent = await t.newAgent();
    await service.updateAgent(agent.id, { status: 'failed', error: 'why' });
    await service.updateAgent(agent.id, { status: 'running' });
    const { data } = await service.listAudit({ subject: agent.id });
    expect(data.map(({ action }) => action)).toEqual(['agent.started', 'agent.failed', 'agent.started']);
    expect(data[1]).toMatchObject({
      before: { status: 'running' },
      after: { status: 'failed', error: 'why' },
    });
  });
});
