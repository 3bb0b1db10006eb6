/** Composition root: the only file that lists the systems. */
import {
  createInstance,
  type Database,
  type Instance,
  invalidInput,
  migratorOf,
  type OpenOptions,
  openDatabase,
  type SystemDefinition,
  startTasks,
  type TaskRunner,
  type WalletSettings,
  type WebhookSettings,
} from './kernel/index.ts';
import { type AgentsService, agents } from './systems/agents/index.ts';
import { type GigsService, gigs } from './systems/gigs/index.ts';

export * from './kernel/index.ts';
export { type AgentsService, agents, type GigsService, gigs };

/** Every system of this release; what differs between them is hidden behind the services they make. */
export const systems = [agents, gigs] as unknown as readonly SystemDefinition<unknown>[];

export interface InstanceRequest {
  /** Name of the system. */
  readonly system: string;
  /** Schema to install it in; default: the system's name. */
  readonly schema?: string;
}

export interface GuildhallOptions extends OpenOptions {
  /** Connection URL; the embedded server has its own in `acquireEmbedded(…).url`. */
  readonly url: string;
  /** Default: one instance of each system under its own name. */
  readonly instances?: readonly InstanceRequest[];
  /** Secrets for access tokens, newest first; default: each instance makes and keeps its own. */
  readonly tokenSecrets?: readonly string[];
  /** Where webhook endpoints may be; default: public addresses over https. */
  readonly webhooks?: WebhookSettings;
  /** Where wallets sign in; default: on this machine only. */
  readonly wallets?: WalletSettings;
  /** Runs background tasks (folding, expiry) in this process; default true. */
  readonly tasks?: boolean;
}

export interface Guildhall {
  readonly database: Database;
  readonly instances: readonly Instance[];
  /** The instance `agents`; throws when it is not among the instances. */
  readonly agents: Instance<AgentsService>;
  /** The instance `gigs`; throws when it is not among the instances. */
  readonly gigs: Instance<GigsService>;
  /** Migrates every instance; returns the steps taken by schema. */
  migrate(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens the database and makes the instances; call `migrate()` before the first use. */
export async function openGuildhall(options: GuildhallOptions): Promise<Guildhall> {
  const definitions = (options.instances ?? systems.map(({ name }) => ({ system: name }))).map(findSystem);
  const database = await openDatabase(options.url, options);
  const settings = {
    ...(options.tokenSecrets === undefined ? {} : { tokenSecrets: options.tokenSecrets }),
    ...(options.webhooks === undefined ? {} : { webhooks: options.webhooks }),
    ...(options.wallets === undefined ? {} : { wallets: options.wallets }),
  };
  const instances = definitions.map(({ definition, schema }) =>
    createInstance(definition, database, schema, settings),
  );
  const runner = options.tasks === false ? undefined : startInstanceTasks(instances, options);
  const close = async (): Promise<void> => {
    await runner?.stop();
    await database.close();
  };
  return {
    database,
    instances,
    get agents() {
      return instanceOf<AgentsService>(instances, agents);
    },
    get gigs() {
      return instanceOf<GigsService>(instances, gigs);
    },
    migrate: async () => {
      const steps: Record<string, number> = {};
      for (const instance of instances) steps[instance.schema] = (await migratorOf(instance).up()).length;
      return steps;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Reads `agents` or `team_a=agents` into a request for an instance. */
export function parseInstance(text: string): InstanceRequest {
  const [first = '', second] = text.split('=').map((part) => part.trim());
  return second === undefined ? { system: first } : { schema: first, system: second };
}

function findSystem(request: InstanceRequest): { definition: SystemDefinition<unknown>; schema: string } {
  const definition = systems.find((system) => system.name === request.system);
  if (definition === undefined) {
    throw invalidInput(
      'instances',
      `There is no system "${request.system}".`,
      `Systems: ${systems.map((system) => system.name).join(', ')}. Write system or schema=system.`,
    );
  }
  return {
    definition,
    schema: request.schema ?? definition.name,
  };
}

function instanceOf<Service>(
  instances: readonly Instance[],
  definition: { readonly name: string },
): Instance<Service> {
  const found = instances.find((instance) => instance.definition.name === definition.name);
  if (found === undefined) throw invalidInput('instances', `No instance of ${definition.name} is open.`);
  return found as Instance<Service>;
}

function startInstanceTasks(instances: readonly Instance[], options: GuildhallOptions): TaskRunner {
  return startTasks(instances, { onError: (error) => options.onError?.(error) });
}
