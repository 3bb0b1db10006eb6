/** What the tests of the kernel have in common: bare instances, refusals, waiting for a state, a proxy that cuts. */
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import type { Database } from '../../src/kernel/database/types.ts';
import { type GuildhallError, isGuildhallError } from '../../src/kernel/errors.ts';
import { kernelSql } from '../../src/kernel/generated/sql.ts';
import { createMigrator } from '../../src/kernel/migrate/migrator.ts';
import { createScope } from '../../src/kernel/scope.ts';
import type { Scope, SqlModule } from '../../src/kernel/system.ts';

/** An instance of the kernel's part alone. */
export async function installKernel(database: Database, schema: string): Promise<Scope> {
  await createMigrator({ database, schema, modules: [kernelSql] }).up();
  return scopeOf(database, schema);
}

export function scopeOf(database: Database, schema: string): Scope {
  return createScope({ schema, system: 'kernel', executor: database, constraints: {} });
}

/** Files of a module, by path. */
export function moduleOf(name: string, files: Readonly<Record<string, string>>): SqlModule {
  return { name, files: Object.entries(files).map(([path, text]) => ({ path, text })) };
}

/** The error of a call that must fail with one of ours. */
export async function failureOf(call: Promise<unknown>): Promise<GuildhallError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome) throw new Error(`Expected a failure, got ${inspect(outcome.value)}`);
  if (isGuildhallError(outcome.error)) return outcome.error;
  throw outcome.error;
}

/** Everything a log could show of an error, causes and hidden properties included. */
export function everythingOf(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true });
}

const PATIENCE_MS = 15_000;

/** Waits until a state is reached; a state, not a time, is what the caller then relies on. */
export async function until(what: string, reached: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`Not within ${PATIENCE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Signal {
  readonly promise: Promise<void>;
  fire(): void;
}

/** A promise that somebody else fulfils. */
export function signal(): Signal {
  let fire = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { promise, fire };
}

/** Waits until some session waits for a lock: then the statement under test has reached its obstacle. */
export async function untilBlocked(database: Database, count = 1): Promise<void> {
  await until(`${count} blocked sessions`, async () => {
    const { rows } = await database.query<{ blocked: bigint }>(
      `select count(*) as blocked from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
    );
    return Number(rows[0]?.blocked) >= count;
  });
}

export async function backendPid(executor: Pick<Database, 'query'>): Promise<number> {
  const { rows } = await executor.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** Ends a session as an operator or a failover would, and waits until it is gone. */
export async function killBackend(database: Database, pid: number): Promise<void> {
  await database.query('select pg_terminate_backend($1, 5000)', [pid]);
}

export interface Proxy {
  readonly port: number;
  /** The URL, through the proxy. */
  urlFor(url: string): string;
  close(): Promise<void>;
}

export interface ProxyRules {
  /**
   * Called with what a client sends; `cut` passes it on and then breaks both sides before the answer, `drop` breaks
   * them without passing it on.
   */
  readonly onSend?: (bytes: Buffer) => 'pass' | 'cut' | 'drop';
}

/** A TCP proxy on the loopback address in front of the server of this URL. */
export async function startProxy(url: string, rules: ProxyRules = {}): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connectSocket(Number(target.port), target.hostname);
    let cut = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        if (!cut) upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      const verdict = rules.onSend?.(bytes) ?? 'pass';
      if (verdict === 'drop') {
        client.destroy();
        return;
      }
      upstream.write(bytes);
      if (verdict === 'pass') return;
      // The server has the bytes and works on; the client never hears of it.
      cut = true;
      upstream.unpipe(client);
      upstream.resume();
      // Behind the bytes, so that the session ends after its work: hundreds of them would fill the server.
      upstream.end();
      client.destroy();
    });
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    urlFor: (original) => {
      const changed = new URL(original);
      changed.hostname = '127.0.0.1';
      changed.port = String(port);
      return changed.toString();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Cutter {
  /** How often it has cut. */
  readonly cuts: number;
  /** Breaks the next so many COMMITs, or whatever is sent next: after passing it on (`cut`) or without (`drop`). */
  arm(at: 'commit' | 'anything', how: 'cut' | 'drop', times?: number): void;
  disarm(): void;
  readonly rules: ProxyRules;
}

/** Rules of a proxy that breaks a connection when told to. */
export function cutter(): Cutter {
  let armed = { at: 'commit', how: 'cut' as 'cut' | 'drop', times: 0 };
  let cuts = 0;
  return {
    get cuts() {
      return cuts;
    },
    arm: (at, how, times = 1) => {
      armed = { at, how, times };
    },
    disarm: () => {
      armed.times = 0;
    },
    rules: {
      onSend: (bytes) => {
        if (armed.times === 0 || (armed.at === 'commit' && !bytes.includes('commit\0'))) return 'pass';
        armed.times -= 1;
        cuts += 1;
        return armed.how;
      },
    },
  };
}
