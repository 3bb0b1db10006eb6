/** The `agents` service of a cloned database, fresh users and projects, and what its tests have in common. */

import type { GuildhallError } from '../../src/kernel/errors.ts';
import { createInstance } from '../../src/kernel/instance.ts';
import type { Scope } from '../../src/kernel/system.ts';
import {
  type Agent,
  type AgentsService,
  agents as agentsSystem,
  type NewAgent,
  type NewProject,
  type Project,
  type User,
} from '../../src/systems/agents/index.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

export const PASSWORD = 'correct horse battery';

export interface AgentsFixture {
  readonly opened: TestDatabase;
  readonly service: AgentsService;
  readonly scope: Scope;
  /** Rows of one statement of ours, with `:schema`. */
  sql<Row = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  newUser(): Promise<User>;
  /** A project of the file's first user, or of the one given. */
  newProject(input?: Partial<NewProject>): Promise<Project>;
  newAgent(input?: Partial<NewAgent>): Promise<Agent>;
  /** The same service over a pool of its own. */
  secondService(poolMax: number): Promise<AgentsService>;
  countStatements<T>(run: () => Promise<T>): Promise<{ value: T; statements: number }>;
  /** Resolves once this many sessions of the database wait for a lock; the proof that an interleaving happened. */
  untilWaiting(sessions: number): Promise<void>;
  close(): Promise<void>;
}

export async function openAgents(parameters: Readonly<Record<string, string>> = {}): Promise<AgentsFixture> {
  const opened = await openTestDatabase({ parameters });
  const { service, scope } = opened.agents;
  let statements = 0;
  opened.database.onQuery(() => {
    statements += 1;
  });
  let serial = 0;
  let firstUser: Promise<User> | undefined;
  const newUser = () => {
    serial += 1;
    return service.createUser({
      email: `user${serial}@example.org`,
      name: `User ${serial}`,
      password: PASSWORD,
    });
  };
  const owner = () => {
    firstUser ??= newUser();
    return firstUser;
  };
  const newProject = async (input: Partial<NewProject> = {}) => {
    serial += 1;
    const number = serial;
    const userId = input.userId ?? (await owner()).id;
    return service.createProject({ name: `Project ${number}`, path: `/srv/${number}`, ...input, userId });
  };
  // A pool of its own, so that a full one cannot hide what waits.
  const watcher = await opened.connect({ pool_max: '1' });
  return {
    opened,
    service,
    scope,
    sql: (text, params) => scope.query(text, params),
    newUser,
    newProject,
    newAgent: async (input = {}) =>
      service.createAgent({
        status: 'running',
        ...input,
        projectId: input.projectId ?? (await newProject()).id,
      }),
    secondService: async (poolMax) =>
      createInstance(agentsSystem, await opened.connect({ pool_max: String(poolMax) })).service,
    countStatements: async (run) => {
      const before = statements;
      const value = await run();
      return { value, statements: statements - before };
    },
    untilWaiting: async (sessions) => {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const { rows } = await watcher.query<{ waiting: bigint }>(
          `select count(*) as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        );
        if (Number(rows[0]?.waiting) >= sessions) return;
        if (performance.now() > deadline) throw new Error(`No ${sessions} sessions came to wait for a lock.`);
      }
    },
    close: () => opened.close(),
  };
}

/** The error of a call that must fail. */
export async function refusal(call: Promise<unknown>): Promise<GuildhallError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error as GuildhallError }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`Expected a refusal, got ${JSON.stringify(outcome.value)}`);
}

/** Runs the body in a transaction that is rolled back, and gives what it returned. */
export async function undone<T>(
  service: AgentsService,
  body: (service: AgentsService) => Promise<T>,
): Promise<T> {
  const done = Symbol('done');
  let value: T | undefined;
  const thrown = await service
    .transaction(async (inner) => {
      value = await body(inner);
      throw done;
    })
    .catch((error: unknown) => error);
  if (thrown !== done) throw thrown;
  return value as T;
}

/** How many of each outcome there were: `{ ok: 10, limit_exceeded: 40 }`. */
export async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(calls)) {
    const key = outcome.status === 'fulfilled' ? 'ok' : String((outcome.reason as GuildhallError).code);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Text that has broken other systems: quotes, escapes, markup, several scripts, an emoji of several code points. */
export const AWKWARD = `O'Brien "quoted" \\back\\slash %_ $1 :schema {a,b} <b>&amp;</b>\n\tÄß漢字 عربى 👩‍👩‍👧‍👦 🎉`;
