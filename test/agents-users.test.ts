import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService } from '../src/systems/agents/index.ts';
import {
  type AgentsFixture,
  AWKWARD,
  openAgents,
  PASSWORD,
  refusal,
  times,
  undone,
} from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents();
  service = t.service;
});

afterAll(() => t?.close());

const FIELDS = ['createdAt', 'email', 'id', 'name', 'updatedAt'];

describe('a new user', () => {
  it('comes back with id, e-mail, name and both dates, and without the password', async () => {
    const user = await service.createUser({ email: 'ada@example.org', name: 'Ada', password: PASSWORD });
    expect(Object.keys(user).sort()).toEqual(FIELDS);
    expect(user).toMatchObject({ email: 'ada@example.org', name: 'Ada' });
    expect(user.id).toMatch(/^usr_[0-9a-z]{26}$/);
    expect(user.createdAt).toBeInstanceOf(Date);
    expect(user.updatedAt).toBeInstanceOf(Date);
    expect(Math.abs(user.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('has a password that is stored as an argon2id hash and nowhere else', async () => {
    const user = await t.newUser();
    const accounts = await t.sql<{ password_hash: string }>(
      'select password_hash from :schema.accounts where id = $1',
      [user.id],
    );
    expect(accounts[0]?.password_hash).toMatch(/^\$argon2id\$/);
    const rows = await t.sql(
      'select to_jsonb(u) || to_jsonb(a) as all from :schema.users u join :schema.accounts a using (id) where id = $1',
      [user.id],
    );
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    expect(
      Object.keys((await t.sql('select * from :schema.users where id = $1', [user.id]))[0] ?? {}),
    ).not.toContain('password');
    await expect(service.accounts.signIn({ login: user.email, password: PASSWORD })).resolves.toMatchObject({
      account: { id: user.id },
    });
  });

  it('is refused with a taken e-mail, in whatever case it is written', async () => {
    await service.createUser({ email: 'taken@example.org', password: PASSWORD });
    for (const email of ['taken@example.org', 'TAKEN@Example.ORG', ' taken@example.org ']) {
      expect(await refusal(service.createUser({ email, password: PASSWORD }))).toMatchObject({
        code: 'already_exists',
        field: 'email',
        message: 'User with this email already exists',
      });
    }
  });

  it.each([
    '',
    ' ',
    'plain',
    '@example.org',
    'a@',
    'a@b',
    'a b@example.org',
    'a@@example.org',
    'a@exam ple.org',
  ])('is refused with the malformed e-mail %j', async (email) => {
    expect(await refusal(service.createUser({ email, password: PASSWORD }))).toMatchObject({
      code: 'invalid_input',
      field: 'email',
      message: 'Invalid email format',
    });
  });

  it('is refused with an e-mail that is no text, too long, or holds a NUL', async () => {
    const long = `${'a'.repeat(320)}@example.org`;
    for (const email of [undefined, null, 7, long, 'a\u0000b@example.org'] as string[]) {
      expect(await refusal(service.createUser({ email, password: PASSWORD }))).toMatchObject({
        code: 'invalid_input',
      });
    }
  });

  it('has its e-mail stored in lower case', async () => {
    const user = await service.createUser({ email: 'Grace.HOPPER@Example.org', password: PASSWORD });
    expect(user.email).toBe('grace.hopper@example.org');
  });

  it('may have no name: left out and null are null', async () => {
    const without = await service.createUser({ email: 'noname1@example.org', password: PASSWORD });
    const withNull = await service.createUser({
      email: 'noname2@example.org',
      name: null,
      password: PASSWORD,
    });
    expect([without.name, withNull.name]).toEqual([null, null]);
  });

  it('is refused with a short or missing password', async () => {
    for (const password of ['', 'seven77', undefined] as string[]) {
      expect(await refusal(service.createUser({ email: 'short@example.org', password }))).toMatchObject({
        code: 'invalid_input',
        field: 'password',
      });
    }
    expect(await service.getUserByEmail('short@example.org')).toBeNull();
  });

  it('keeps quotes, scripts and emoji in the name, and refuses NUL and a name that is too long', async () => {
    const user = await service.createUser({
      email: 'awkward@example.org',
      name: AWKWARD,
      password: PASSWORD,
    });
    expect((await service.getUserById(user.id))?.name).toBe(AWKWARD);
    for (const name of ['a\u0000b', 'x'.repeat(201)]) {
      const refused = refusal(service.createUser({ email: 'name@example.org', name, password: PASSWORD }));
      expect(await refused).toMatchObject({ code: 'invalid_input', field: 'name' });
    }
  });

  it('made ten times at once has ten ids', async () => {
    const made = await Promise.all(
      times(10, (n) => service.createUser({ email: `many${n}@example.org`, password: PASSWORD })),
    );
    expect(new Set(made.map((user) => user.id)).size).toBe(10);
  });

  it('of one e-mail, made ten times at once, is made once', async () => {
    const outcomes = await Promise.allSettled(
      times(10, () => service.createUser({ email: 'race@example.org', password: PASSWORD })),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'already_exists' });
    }
    const accounts = await t.sql("select 1 from :schema.accounts where login = 'race@example.org'");
    expect(accounts).toHaveLength(1);
  });
});

describe('a user is found', () => {
  it('by id, without the password; an unknown id is null', async () => {
    const user = await t.newUser();
    expect(await service.getUserById(user.id)).toEqual(user);
    expect(await service.getUserById('usr_unknown')).toBeNull();
  });

  it('by e-mail in any case, without the password; an unknown one is null', async () => {
    const user = await service.createUser({ email: 'find.me@example.org', password: PASSWORD });
    expect(await service.getUserByEmail('Find.ME@example.ORG')).toEqual(user);
    expect(await service.getUserByEmail(' find.me@example.org ')).toEqual(user);
    expect(await service.getUserByEmail('nobody@example.org')).toBeNull();
    expect(await service.getUserByEmail('')).toBeNull();
  });

  it('with the hash only by the call that says so', async () => {
    const user = await t.newUser();
    const found = await service.getUserByEmailWithPassword(user.email.toUpperCase());
    expect(found?.password).toMatch(/^\$argon2id\$/);
    expect(found).toMatchObject({ ...user });
    expect(await service.getUserByEmailWithPassword('nobody@example.org')).toBeNull();
  });
});

describe('the list of users', () => {
  it('is empty without users', async () => {
    const list = await undone(service, async (inner) => {
      await inner.clearAll();
      return inner.listUsers();
    });
    expect(list).toEqual([]);
  });

  it('has all of them, newest first, never with a password', async () => {
    const made = [await t.newUser(), await t.newUser(), await t.newUser()];
    await t.sql(
      `update :schema.users u set created_at = clock_timestamp() + make_interval(hours => n::integer)
         from unnest($1::text[]) with ordinality as t(id, n) where u.id = t.id`,
      [made.map((user) => user.id)],
    );
    const list = await service.listUsers();
    expect(list.slice(0, 3).map((user) => user.id)).toEqual(made.map((user) => user.id).reverse());
    const counted = await t.sql<{ all: number }>('select count(*)::integer as all from :schema.users');
    expect(list).toHaveLength(counted[0]!.all);
    for (const user of list) expect(Object.keys(user).sort()).toEqual(FIELDS);
  });

  it('keeps one order among equal times, and its pages overlap nowhere', async () => {
    const paged = await undone(service, async (inner) => {
      await inner.scope.query("update :schema.users set created_at = '2026-01-01'");
      const all = await inner.listUsers();
      const pages: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await inner.pageUsers({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
        pages.push(...page.data.map((user) => user.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return { all: all.map((user) => user.id), pages };
    });
    expect(paged.pages.length).toBeGreaterThan(14);
    expect(paged.pages).toEqual(paged.all);
  });

  it('refuses a limit of nothing, too much, or no whole number', async () => {
    for (const limit of [0, -1, 1.5, 10_001, Number.NaN]) {
      expect(await refusal(service.listUsers({ limit }))).toMatchObject({
        code: 'invalid_input',
        field: 'limit',
      });
    }
    expect(await service.listUsers({ limit: 2 })).toHaveLength(2);
  });
});

describe('a user can be changed', () => {
  it('in name, also to null, and updatedAt rises', async () => {
    const user = await t.newUser();
    await t.sql("update :schema.users set updated_at = '2026-01-01' where id = $1", [user.id]);
    const named = await service.updateUser(user.id, { name: 'New name' });
    expect(named).toMatchObject({
      id: user.id,
      name: 'New name',
      email: user.email,
      createdAt: user.createdAt,
    });
    expect(named.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    expect((await service.updateUser(user.id, { name: null })).name).toBeNull();
    expect((await service.getUserById(user.id))?.name).toBeNull();
  });

  it('but not an unknown one', async () => {
    expect(await refusal(service.updateUser('usr_unknown', { name: 'x' }))).toMatchObject({
      code: 'not_found',
      message: 'User not found',
    });
  });
});

describe('a refresh token given to a user', () => {
  const token = (letter: string) => letter.repeat(40);

  it('works, is stored only as a hash, and raises updatedAt', async () => {
    const user = await t.newUser();
    await t.sql("update :schema.users set updated_at = '2026-01-01' where id = $1", [user.id]);
    const changed = await service.updateUserRefreshToken(user.id, token('a'));
    expect(Object.keys(changed).sort()).toEqual(FIELDS);
    expect(changed.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    const stored = await t.sql(
      'select to_jsonb(r) from :schema.refresh_tokens r join :schema.account_sessions s on s.id = r.session_id where s.account_id = $1',
      [user.id],
    );
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain(token('a'));
    await expect(service.accounts.refresh(token('a'))).resolves.toMatchObject({ account: { id: user.id } });
  });

  it('replaces the one before', async () => {
    const user = await t.newUser();
    await service.updateUserRefreshToken(user.id, token('b'));
    await service.updateUserRefreshToken(user.id, token('c'));
    expect(await refusal(service.accounts.refresh(token('b')))).toMatchObject({ code: 'unauthenticated' });
    await expect(service.accounts.refresh(token('c'))).resolves.toMatchObject({ account: { id: user.id } });
  });

  it('is good for one session of one user only', async () => {
    const [one, two] = [await t.newUser(), await t.newUser()];
    await service.updateUserRefreshToken(one.id, token('g'));
    for (const { id } of [one, two]) {
      const refused = await refusal(service.updateUserRefreshToken(id, token('g')));
      expect(refused).toMatchObject({ code: 'already_exists', field: 'refreshToken' });
      expect(refused.message).not.toContain('constraint');
    }
    await expect(service.accounts.refresh(token('g'))).resolves.toMatchObject({ account: { id: one.id } });
  });

  it('is cleared by null, and updatedAt rises', async () => {
    const user = await t.newUser();
    await service.updateUserRefreshToken(user.id, token('d'));
    await t.sql("update :schema.users set updated_at = '2026-01-01' where id = $1", [user.id]);
    const cleared = await service.updateUserRefreshToken(user.id, null);
    expect(cleared.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(await refusal(service.accounts.refresh(token('d')))).toMatchObject({ code: 'unauthenticated' });
  });

  it('is refused when too short, or for an unknown user, and then nothing changes', async () => {
    const user = await t.newUser();
    await service.updateUserRefreshToken(user.id, token('e'));
    expect(await refusal(service.updateUserRefreshToken(user.id, 'short'))).toMatchObject({
      code: 'invalid_input',
    });
    await expect(service.accounts.refresh(token('e'))).resolves.toMatchObject({ account: { id: user.id } });
    for (const value of [token('f'), null]) {
      expect(await refusal(service.updateUserRefreshToken('usr_unknown', value))).toMatchObject({
        code: 'not_found',
      });
    }
  });
});

describe('deleting', () => {
  it('a user is true and takes everything of theirs along; an unknown one is false', async () => {
    const user = await t.newUser();
    const project = await t.newProject({ userId: user.id });
    await t.newAgent({ projectId: project.id, logs: ['line'] });
    await service.createCost({ projectId: project.id, amount: '1', model: 'm', provider: 'p' });
    expect(await service.deleteUser(user.id)).toBe(true);
    expect(await service.getUserById(user.id)).toBeNull();
    expect(await service.getProjectById(project.id)).toBeNull();
    expect(await t.sql('select 1 from :schema.accounts where id = $1', [user.id])).toEqual([]);
    expect(await service.deleteUser(user.id)).toBe(false);
  });

  it('everything at once is refused in production', async () => {
    const before = process.env.NODE_ENV;
    const { length } = await service.listUsers();
    process.env.NODE_ENV = 'production';
    try {
      expect(await refusal(service.clearAll())).toMatchObject({
        code: 'forbidden',
        message: 'clearAll() is not allowed in production',
      });
    } finally {
      process.env.NODE_ENV = before;
    }
    expect(await service.listUsers()).toHaveLength(length);
  });

  it('everything at once leaves no row of any user, elsewhere', async () => {
    const project = await t.newProject();
    await service.createCost({ projectId: project.id, amount: '1', model: 'm', provider: 'p' });
    const left = await undone(service, async (inner) => {
      await inner.clearAll();
      const rows = await inner.scope.query<Record<string, number>>(
        `select (select count(*) from :schema.accounts)::integer as accounts,
           (select count(*) from :schema.users)::integer as users,
           (select count(*) from :schema.projects)::integer as projects,
           (select count(*) from :schema.costs)::integer as costs,
           (select count(*) from :schema.total_spend)::integer as spend`,
      );
      return rows[0];
    });
    expect(left).toEqual({ accounts: 0, users: 0, projects: 0, costs: 0, spend: 0 });
  });
});

describe('connecting', () => {
  it('and disconnecting may be repeated, in any order', async () => {
    await service.disconnect();
    await service.connect();
    await service.connect();
    await service.disconnect();
    await service.disconnect();
    await service.connect();
    await expect(service.listUsers({ limit: 1 })).resolves.toHaveLength(1);
  });
});
