/** What every command needs: settings, output, and a database that is closed at the end. */
import { type Config, readConfig, readDotEnv } from '../config.ts';
import {
  acquireEmbedded,
  type Database,
  type EmbeddedServer,
  type Guildhall,
  GuildhallError,
  type GuildhallOptions,
  type Instance,
  openGuildhall,
} from '../guildhall.ts';
import { createOutput, type Output } from './output.ts';

export interface Session {
  readonly config: Config;
  readonly output: Output;
  /** Opens the database, starting the embedded server when no DATABASE_URL is set. */
  open(options?: {
    readonly tasks?: boolean;
    readonly onError?: (error: unknown) => void;
  }): Promise<OpenSession>;
  close(): Promise<void>;
}

export interface OpenSession {
  readonly guildhall: Guildhall;
  readonly database: Database;
  /** Null with a DATABASE_URL. */
  readonly embedded: EmbeddedServer | null;
}

export function createSession(options: { readonly json: boolean; readonly folder?: string }): Session {
  const folder = options.folder ?? process.cwd();
  const environment = { ...readDotEnv(folder), ...process.env };
  // The embedded server looks at its own variables in the process environment.
  for (const name of ['GUILDHALL_PG_ACCOUNT', 'GUILDHALL_PG_BIN'] as const) {
    if (environment[name] !== undefined) process.env[name] = environment[name];
  }
  const config = readConfig(environment, folder);
  const output = createOutput({ json: options.json });
  const opened: (() => Promise<void>)[] = [];
  return {
    config,
    output,
    open: async ({ tasks = false, onError = () => undefined } = {}) => {
      const embedded =
        config.databaseUrl === undefined
          ? await acquireEmbedded({ home: config.home, log: (message) => output.note(message) })
          : null;
      if (embedded !== null) opened.push(() => embedded.release());
      const guildhallOptions: GuildhallOptions = {
        url: embedded?.url ?? (config.databaseUrl as string),
        tasks,
        onError,
        ...(config.instances === undefined ? {} : { instances: config.instances }),
        ...(config.tokenSecrets === undefined ? {} : { tokenSecrets: config.tokenSecrets }),
        ...(config.webhookLoopback ? { webhooks: { allowLoopback: true } } : {}),
        wallets: config.wallets,
      };
      const guildhall = await openGuildhall(guildhallOptions);
      opened.push(() => guildhall.close());
      return { guildhall, database: guildhall.database, embedded };
    },
    close: async () => {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
}

/** The instances a command is for: all, or the one named. */
export function chooseInstances(guildhall: Guildhall, name: string | undefined): readonly Instance[] {
  if (name === undefined) return guildhall.instances;
  const found = guildhall.instances.filter((instance) => instance.schema === name);
  if (found.length > 0) return found;
  throw new GuildhallError('invalid_input', `There is no instance "${name}".`, {
    field: 'instance',
    hint: `Instances: ${guildhall.instances.map((instance) => instance.schema).join(', ')}.`,
  });
}

/** The one instance a command is for. */
export function chooseInstance(guildhall: Guildhall, name: string): Instance {
  return chooseInstances(guildhall, name)[0] as Instance;
}

export const EXIT = {
  /** The command ran and found something wrong, or was refused. */
  failed: 1,
  /** Wrong usage or settings. */
  usage: 2,
  /** The database cannot be reached. */
  unavailable: 3,
} as const;

/** Exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof GuildhallError)) return EXIT.failed;
  if (error.code === 'unavailable') return EXIT.unavailable;
  return error.code === 'configuration' || error.code === 'invalid_input' ? EXIT.usage : EXIT.failed;
}
