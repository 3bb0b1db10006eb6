import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ACTIVITY_TYPES,
  type ActivityType,
  type AgentsService,
  type NewActivity,
} from '../src/systems/agents/index.ts';
import { type AgentsFixture, AWKWARD, openAgents, refusal, times } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

const note = (projectId: string, message: string, timestamp?: Date): NewActivity => ({
  projectId,
  type: 'agent_started',
  message,
  ...(timestamp === undefined ? {} : { timestamp }),
});

describe('a new activity', () => {
  it('keeps project, type and message, and has id and time', async () => {
    const project = await t.newProject();
    const activity = await service.createActivity({
      projectId: project.id,
      type: 'agent_completed',
      message: 'done',
    });
    expect(activity).toEqual({
      id: expect.stringMatching(/^act_[0-9a-z]{26}$/),
      projectId: project.id,
      type: 'agent_completed',
      message: 'done',
      metadata: null,
      timestamp: expect.any(Date),
    });
    expect(await service.getActivitiesByProject(project.id)).toEqual([activity]);
  });

  it.each([
    [{ issueNumber: 125, estimatedCost: 0.5, nested: { list: [1, null, 'x'] } }],
    [{}],
    [null],
    [[1, 2]],
    ['{"not": "parsed again"}'],
    ['12'],
    [0],
    [false],
  ])('gives the metadata %j back as it is, wherever it is read', async (metadata) => {
    const user = await t.newUser();
    const project = await t.newProject({ userId: user.id });
    const made = await service.createActivity({ ...note(project.id, 'm'), metadata });
    const reads = [
      made,
      (await service.getActivitiesByProject(project.id))[0],
      (await service.getRecentActivities(user.id))[0],
      (await service.pageActivities({ projectId: project.id })).data[0],
      (await service.getProjectById(project.id, { includeActivities: true }))?.activities?.[0],
    ];
    for (const read of reads) expect(read?.metadata).toEqual(metadata);
  });

  it('has null metadata when none is given', async () => {
    const project = await t.newProject();
    expect((await service.createActivity(note(project.id, 'm'))).metadata).toBeNull();
  });

  it.each([...ACTIVITY_TYPES])('may be of the type %s', async (type) => {
    const project = await t.newProject();
    expect((await service.createActivity({ projectId: project.id, type, message: 'm' })).type).toBe(type);
  });

  it.each(['', 'Agent_started', 'deleted', null])('may not be of the type %j', async (type) => {
    const project = await t.newProject();
    const refused = await refusal(
      service.createActivity({ projectId: project.id, type: type as ActivityType, message: 'm' }),
    );
    expect(refused).toMatchObject({
      code: 'invalid_input',
      field: 'type',
      message: `Invalid activity type: ${type}. Must be one of: ${ACTIVITY_TYPES.join(', ')}`,
    });
    expect(await service.getActivitiesByProject(project.id)).toEqual([]);
  });

  it('of an unknown project is refused', async () => {
    expect(await refusal(service.createActivity(note('prj_unknown', 'm')))).toMatchObject({
      code: 'not_found',
      field: 'projectId',
      message: 'Project not found',
    });
  });

  it('keeps a message of 10,000 characters, an empty one, quotes, scripts and emoji', async () => {
    const project = await t.newProject();
    for (const message of ['ä'.repeat(10_000), '', AWKWARD]) {
      const { id } = await service.createActivity(note(project.id, message));
      const read = (await service.getActivitiesByProject(project.id)).find((activity) => activity.id === id);
      expect(read?.message).toBe(message);
    }
  });

  it('is refused with a message that is no text, too long, or holds NUL', async () => {
    const project = await t.newProject();
    for (const message of [undefined, 7, 'x'.repeat(65_537), 'a\u0000'] as string[]) {
      expect(await refusal(service.createActivity(note(project.id, message)))).toMatchObject({
        code: 'invalid_input',
        field: 'message',
      });
    }
  });

  it('is refused with metadata that JSON cannot hold', async () => {
    const project = await t.newProject();
    for (const metadata of [{ a: '\u0000' }, { a: 1n }, () => 1]) {
      expect(await refusal(service.createActivity({ ...note(project.id, 'm'), metadata }))).toMatchObject({
        code: 'invalid_input',
        field: 'metadata',
      });
    }
  });

  it('keeps the milliseconds of its time', async () => {
    const project = await t.newProject();
    const timestamp = new Date('2026-02-03T04:05:06.789Z');
    await service.createActivity(note(project.id, 'm', timestamp));
    expect((await service.getActivitiesByProject(project.id))[0]?.timestamp).toEqual(timestamp);
  });
});

describe('the activities of a project', () => {
  it('are newest first, limited, and an empty list without any', async () => {
    const project = await t.newProject();
    expect(await service.getActivitiesByProject(project.id)).toEqual([]);
    for (const day of ['02', '03', '01'])
      await service.createActivity(note(project.id, day, new Date(`2026-01-${day}`)));
    await service.createActivity(note((await t.newProject()).id, 'foreign'));
    const list = await service.getActivitiesByProject(project.id);
    expect(list.map(({ message }) => message)).toEqual(['03', '02', '01']);
    expect(await service.getActivitiesByProject(project.id, { limit: 2 })).toEqual(list.slice(0, 2));
    expect(await service.getActivitiesByProject('prj_unknown')).toEqual([]);
  });

  it('skip by offset: two pages have nothing in common, also among equal times', async () => {
    const project = await t.newProject();
    const timestamp = new Date('2026-01-01');
    await service.bulkCreateActivities(times(20, (n) => note(project.id, String(n), timestamp)));
    const all = await service.getActivitiesByProject(project.id);
    const pages = [
      await service.getActivitiesByProject(project.id, { limit: 10 }),
      await service.getActivitiesByProject(project.id, { limit: 10, offset: 10 }),
    ];
    expect(pages.flat()).toEqual(all);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(20);
    expect(await service.getActivitiesByProject(project.id, { offset: 20 })).toEqual([]);
  });

  it('have the same order over pages with a cursor, with the true total', async () => {
    const project = await t.newProject();
    const timestamp = new Date('2026-01-01');
    await service.bulkCreateActivities(times(17, (n) => note(project.id, String(n), timestamp)));
    const all = await service.getActivitiesByProject(project.id);
    const pages: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.pageActivities({
        projectId: project.id,
        limit: 4,
        withTotal: true,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.total).toBe(17);
      pages.push(...page.data);
      cursor = page.nextCursor ?? undefined;
      // What arrives while somebody pages shifts nothing.
      await service.createActivity(note(project.id, 'newer'));
      await t.sql("delete from :schema.activities where project_id = $1 and message = 'newer'", [project.id]);
    } while (cursor !== undefined);
    expect(pages).toEqual(all);
  });

  it('refuse a limit or offset that is none', async () => {
    const project = await t.newProject();
    for (const limit of [0, -1, 1.5, 10_001, Number.NaN]) {
      expect(await refusal(service.getActivitiesByProject(project.id, { limit }))).toMatchObject({
        code: 'invalid_input',
        field: 'limit',
      });
    }
    for (const offset of [-1, 1.5, 100_001, Number.NaN]) {
      expect(await refusal(service.getActivitiesByProject(project.id, { offset }))).toMatchObject({
        code: 'invalid_input',
        field: 'offset',
        message: 'Invalid offset parameter',
      });
    }
  });
});

describe('recent activities', () => {
  it('come from all projects of the user, each with its project, newest first, and from nobody else', async () => {
    const [user, other] = [await t.newUser(), await t.newUser()];
    const projects = [
      await t.newProject({ userId: user.id, settings: { a: 1 } }),
      await t.newProject({ userId: user.id }),
    ];
    const foreign = await t.newProject({ userId: other.id });
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
    for (let n = 0; n < 12; n += 1) {
      await service.createActivity({ ...note(projects[n % 2]!.id, String(n), at(n)), metadata: { n } });
      await service.createActivity(note(foreign.id, 'foreign', at(n)));
    }
    const recent = await service.getRecentActivities(user.id);
    expect(recent.map(({ message }) => message)).toEqual(times(10, (n) => String(11 - n)));
    for (const { project, message, metadata } of recent) {
      expect(project).toEqual(projects[Number(message) % 2]);
      expect(metadata).toEqual({ n: Number(message) });
    }
    expect((await service.getRecentActivities(user.id, 3)).map(({ message }) => message)).toEqual([
      '11',
      '10',
      '9',
    ]);
    expect(await service.getRecentActivities(user.id, 100)).toHaveLength(12);
    expect((await service.pageActivities({ userId: user.id })).data.map(({ message }) => message)).toEqual(
      times(12, (n) => String(11 - n)),
    );
  });

  it('take a whole page from one busy project if that is where the newest are', async () => {
    const user = await t.newUser();
    const [busy, quiet] = [await t.newProject({ userId: user.id }), await t.newProject({ userId: user.id })];
    await service.createActivity(note(quiet.id, 'old', new Date('2025-01-01')));
    await service.bulkCreateActivities(
      times(15, (n) => note(busy.id, String(n), new Date(Date.UTC(2026, 0, 1, n)))),
    );
    const recent = await service.getRecentActivities(user.id);
    expect(recent.map(({ message }) => message)).toEqual(times(10, (n) => String(14 - n)));
  });

  it('keep one order among equal times', async () => {
    const user = await t.newUser();
    const projects = await Promise.all(times(3, () => t.newProject({ userId: user.id })));
    const timestamp = new Date('2026-01-01');
    await service.bulkCreateActivities(
      projects.flatMap(({ id }) => times(5, (n) => note(id, String(n), timestamp))),
    );
    const all = (await service.getRecentActivities(user.id, 100)).map(({ id }) => id);
    expect((await service.getRecentActivities(user.id, 7)).map(({ id }) => id)).toEqual(all.slice(0, 7));
  });

  it('are none for a user without any, and are limited sensibly', async () => {
    const user = await t.newUser();
    expect(await service.getRecentActivities(user.id)).toEqual([]);
    for (const limit of [0, -1, 10_001]) {
      expect(await refusal(service.getRecentActivities(user.id, limit))).toMatchObject({
        code: 'invalid_input',
      });
    }
  });
});

describe('activities in bulk', () => {
  it('of 50 are made together', async () => {
    const project = await t.newProject();
    const made = await service.bulkCreateActivities(
      times(50, (n) => ({ ...note(project.id, String(n)), metadata: n % 2 === 0 ? { n } : null })),
    );
    expect(made).toBe(50);
    const list = await service.getActivitiesByProject(project.id);
    expect(list).toHaveLength(50);
    for (const { message, metadata } of list) {
      expect(metadata).toEqual(Number(message) % 2 === 0 ? { n: Number(message) } : null);
    }
  });

  it('are all or none: an unknown project undoes the whole batch', async () => {
    const project = await t.newProject();
    const batch = times(20, (n) => note(n === 13 ? 'prj_unknown' : project.id, 'm'));
    expect(await refusal(service.bulkCreateActivities(batch))).toMatchObject({
      code: 'not_found',
      message: 'Project not found',
    });
    expect(await service.getActivitiesByProject(project.id)).toEqual([]);
  });

  it('are checked before anything is sent: a bad one is named by its place', async () => {
    const project = await t.newProject();
    const batch = [note(project.id, 'm'), { ...note(project.id, 'm'), type: 'nothing' as ActivityType }];
    const { value, statements } = await t.countStatements(() => refusal(service.bulkCreateActivities(batch)));
    expect(value).toMatchObject({ code: 'invalid_input', field: 'activities[1].type' });
    expect(statements).toBe(0);
  });

  it('of none are nothing, and of too many refused', async () => {
    expect(await service.bulkCreateActivities([])).toBe(0);
    const many = Array.from<NewActivity>({ length: 10_001 }).fill(note('prj_unknown', 'm'));
    expect(await refusal(service.bulkCreateActivities(many))).toMatchObject({
      code: 'invalid_input',
      field: 'activities',
    });
  });

  it('are made once for an idempotency key', async () => {
    const project = await t.newProject();
    const batch = times(3, (n) => note(project.id, String(n)));
    for (let n = 0; n < 3; n += 1) {
      expect(await service.bulkCreateActivities(batch, { idempotencyKey: 'activities-1' })).toBe(3);
    }
    expect(await service.getActivitiesByProject(project.id)).toHaveLength(3);
    const single = times(5, () =>
      service.createActivity(note(project.id, 'single'), { idempotencyKey: 'activity-1' }),
    );
    expect(new Set((await Promise.all(single)).map(({ id }) => id)).size).toBe(1);
  });
});
