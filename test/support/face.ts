/** The HTTP face over a real database with one or more instances of the notes system. */
import { Writable } from 'node:stream';
import { type App, createApp, createLogger, type HttpConfig } from '../../src/http/index.ts';
import { type Accounts, createInstance, type Instance, migratorOf } from '../../src/kernel/index.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { type NotesService, notesSystem } from './notes-system.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Face {
  readonly opened: TestDatabase;
  readonly instance: Instance<NotesService>;
  readonly instances: readonly Instance[];
  readonly accounts: Accounts;
  /** Lines logged by every app of this face. */
  readonly logs: string[];
  app(config?: Partial<HttpConfig>): App;
  /** A new account's id and `Authorization` header. */
  account(
    login: string,
    roles?: readonly string[],
  ): Promise<{ id: string; headers: Record<string, string>; token: string }>;
}

export async function openFace(schemas: readonly string[] = ['notes']): Promise<Face> {
  const opened = await openTestDatabase({ empty: true });
  const instances = schemas.map((schema) => createInstance(notesSystem, opened.database, schema));
  for (const instance of instances) await migratorOf(instance).up();
  const instance = instances[0]!;
  const { accounts } = instance.service;
  const logs: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logs.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ level: 'debug', destination });
  return {
    opened,
    instance,
    instances: instances as readonly Instance[],
    accounts,
    logs,
    app: (config) =>
      createApp({
        database: opened.database,
        instances: instances as readonly Instance[],
        logger,
        config: { rateLimits: false, ...config },
      }),
    async account(login, roles = []) {
      const { id } = await accounts.createAccount({ kind: 'user', login, password: PASSWORD, roles });
      const { accessToken: token } = await accounts.startSession(id);
      return { id, token, headers: { authorization: `Bearer ${token}` } };
    },
  };
}

/** The problem in an answer; throws when it is not one, so that every use is a check. */
export async function problemOf(answer: Response): Promise<Record<string, unknown>> {
  const type = answer.headers.get('content-type');
  const text = await answer.text();
  if (type !== 'application/problem+json') throw new Error(`${answer.status} ${type}: ${text.slice(0, 300)}`);
  const problem = JSON.parse(text) as Record<string, unknown>;
  for (const member of ['type', 'title', 'detail', 'instance', 'code', 'request_id']) {
    if (typeof problem[member] !== 'string') throw new Error(`${member} is missing in ${text}`);
  }
  if (problem.status !== answer.status) throw new Error(`status ${answer.status} differs from ${text}`);
  if (answer.headers.get('x-request-id') !== problem.request_id)
    throw new Error(`request id differs in ${text}`);
  return problem;
}

export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text };
}
