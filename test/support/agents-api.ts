/** The HTTP face over a cloned database with an `agents` instance: callers, calls, and the table of its routes. */
import type { HttpConfig } from '../../src/http/index.ts';
import type { Instance } from '../../src/kernel/index.ts';
import type { AgentsService } from '../../src/systems/agents/index.ts';
import { type Api, type Answer as ApiAnswer, openApi } from './api.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

export { type CallOptions, isEngineRoute, type Operation, type Route } from './api.ts';

export const BASE = '/v1/agents';
export const PASSWORD = 'correct horse battery';

/** The fields of answers that tests name; the rest is compared as a whole. */
export interface Body {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly status: string;
  readonly amount: string | null;
  readonly data: Body[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
  readonly total: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: Body;
  readonly apiKey: Body;
  readonly key: string;
  readonly detail: string;
  readonly code: string;
  readonly [name: string]: unknown;
}

export type Answer = ApiAnswer<Body>;

export interface Caller {
  readonly id: string;
  readonly email: string;
  readonly refreshToken: string;
  readonly headers: Record<string, string>;
}

export interface AgentsApi extends Api<Body> {
  readonly opened: TestDatabase;
  readonly instance: Instance<AgentsService>;
  readonly service: AgentsService;
  /** Registers over the API. */
  user(name?: string): Promise<Caller>;
  /** Registers, and is made an administrator. */
  admin(): Promise<Caller>;
  signIn(email: string, password?: string): Promise<Caller>;
  project(as: Caller, input?: object): Promise<Body>;
  sql<Row = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openAgentsApi(config: Partial<HttpConfig> = {}): Promise<AgentsApi> {
  const opened = await openTestDatabase();
  const instance = opened.agents;
  const api = openApi<Body>({ database: opened.database, instance: instance as Instance }, config);
  const { call } = api;
  let serial = 0;

  const callerOf = (email: string, session: Body): Caller => ({
    id: session.user.id,
    email,
    refreshToken: session.refreshToken,
    headers: { authorization: `Bearer ${session.accessToken}` },
  });

  const user = async (name?: string): Promise<Caller> => {
    serial += 1;
    const email = `user${serial}@example.org`;
    const made = await call('POST', '/auth/register', {
      body: { email, password: PASSWORD, name: name ?? null },
    });
    if (made.status !== 201) throw new Error(made.text);
    return callerOf(email, made.body);
  };

  return {
    ...api,
    opened,
    instance,
    service: instance.service,
    user,
    admin: async () => {
      const caller = await user();
      await instance.service.accounts.setRoles(caller.id, ['admin']);
      return caller;
    },
    signIn: async (email, password = PASSWORD) => {
      const session = await call('POST', '/auth/login', { body: { email, password } });
      if (session.status !== 200) throw new Error(session.text);
      return callerOf(email, session.body);
    },
    project: async (as, input = {}) => {
      serial += 1;
      const made = await call('POST', '/projects', {
        as,
        body: { name: `P${serial}`, path: `/p/${serial}`, ...input },
      });
      if (made.status !== 201) throw new Error(made.text);
      return made.body;
    },
    sql: (text, params) => instance.scope.query(text, params),
    close: () => opened.close(),
  };
}
