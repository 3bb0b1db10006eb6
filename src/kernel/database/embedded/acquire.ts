/** Gives a process the running server: adopted where it runs, started where it does not. */
import { setTimeout as delay } from 'node:timers/promises';
import { GuildhallError } from '../../errors.ts';
import { dataMajor, makeDataFolder, removeLeftovers, resetPassword, writeSettings } from './data-folder.ts';
import { durabilitySentence } from './durability.ts';
import { exists } from './files.ts';
import { makePassword, openHome, readNote, readPassword, writeNote } from './home.ts';
import { chooseServer, serverPlaces } from './locate.ts';
import { withLock } from './lock.ts';
import { checkReach, findCluster, placeCluster } from './placement.ts';
import { freePorts } from './ports.ts';
import {
  findPostmaster,
  isGone,
  logTail,
  removeStalePidFile,
  type StartRequest,
  type StartResult,
  startPostmaster,
} from './postmaster.ts';
import { askServer, connectionUrl, type Facts } from './session.ts';
import { stopCluster } from './stop.ts';
import type {
  Cluster,
  EmbeddedOptions,
  EmbeddedServer,
  Home,
  Log,
  Postmaster,
  ServerPrograms,
} from './types.ts';
import { livingUsers, refuseForeignUsers, registerUser, type User } from './users.ts';

interface Running {
  readonly cluster: Cluster;
  readonly postmaster: Postmaster;
  readonly password: string;
  readonly facts: Facts;
  readonly started: boolean;
}

interface Preparation {
  readonly cluster: Cluster;
  readonly options: EmbeddedOptions;
  readonly log: Log;
}

/** Once with the password we have, once with a new one, once for a server that ended in between. */
const ATTEMPTS = 3;
/** The memory of a killed server is freed once the last of its processes has noticed; that takes moments. */
const MEMORY_RETRIES = 50;
const MEMORY_RETRY_MS = 100;
const MEMORY_IN_USE = /pre-existing shared memory block/;
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/;

export async function acquireEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const home = await openHome(options.home);
  const log = options.log ?? (() => undefined);
  return withLock(home, async () => {
    await refuseForeignUsers(home, log);
    const running = await ensureRunning(home, options, log);
    return describe(running, await registerUser(home));
  });
}

async function ensureRunning(home: Home, options: EmbeddedOptions, log: Log): Promise<Running> {
  const cluster = (await findCluster(home)) ?? (await placeCluster(home, log));
  let renew = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await findSettled(cluster);
    const kept = renew ? null : await readPassword(home);
    if (found !== null && kept === null) {
      log('The password of the running server is lost: restarting it with a new one.');
      await stopCluster(cluster);
    }
    const adopts = found !== null && kept !== null;
    const { postmaster, password } = adopts
      ? { postmaster: found, password: kept }
      : await start({ cluster, options, log }, kept);
    const answer = await askServer(cluster, postmaster, password);
    if (answer.kind === 'ready')
      return { cluster, postmaster, password, facts: answer.facts, started: !adopts };
    renew = answer.kind === 'refused';
  }
  throw new GuildhallError('unavailable', `The server on ${cluster.dataFolder} starts and ends again.`, {
    hint: `Its log is ${cluster.logFile}.`,
    details: { log: await logTail(cluster.logFile) },
  });
}

/** The running server; one that is on its way down is waited for, and then there is none. */
async function findSettled(cluster: Cluster): Promise<Postmaster | null> {
  const found = await findPostmaster(cluster.dataFolder);
  return found?.status === 'stopping' && (await isGone(found.pid)) ? null : found;
}

async function start(
  { cluster, options, log }: Preparation,
  kept: string | null,
): Promise<{ readonly postmaster: Postmaster; readonly password: string }> {
  await removeLeftovers(cluster);
  const major = await dataMajor(cluster);
  if (major !== null) await checkReach(cluster);
  const places = await serverPlaces(options);
  const server = await chooseServer({ places, cluster, dataMajor: major, log });
  const password = kept ?? (await makePassword(cluster.home));
  const settings = options.settings ?? {};
  await writeSettings(cluster, settings);
  if (major === null) {
    log(`Preparing a database with PostgreSQL ${server.version} in ${cluster.dataFolder}.`);
    await makeDataFolder({ cluster, server, password, settings });
  }
  await removeStalePidFile(cluster.dataFolder);
  if (major !== null && kept === null) {
    log(`The password of the data in ${cluster.dataFolder} is lost: setting a new one.`);
    await resetPassword(cluster, server, password);
  }
  return { postmaster: await startOnFreePort(cluster, server), password };
}

async function startOnFreePort(cluster: Cluster, server: ServerPrograms): Promise<Postmaster> {
  const { home, root } = cluster;
  const lastPort = (await readNote(home))?.port ?? 0;
  let said = '';
  for await (const port of freePorts(home.folder, lastPort)) {
    await writeNote(home, { root, port, serverFolder: server.folder });
    const result = await startPatiently({ cluster, server, port });
    if (result.ok) return result.postmaster;
    said = result.log;
    if (!PORT_TAKEN.test(said)) break;
  }
  const account = cluster.account === null ? '' : ` as the account ${cluster.account.name}`;
  throw new GuildhallError(
    'unavailable',
    `PostgreSQL ${server.version} did not start${account} on ${cluster.dataFolder}. Its log ends with:\n${said}`,
    {
      hint: `The whole log is ${cluster.logFile}. Mend what it says, or set DATABASE_URL to another server.`,
    },
  );
}

async function startPatiently(request: StartRequest): Promise<StartResult> {
  for (let retry = 0; ; retry++) {
    const result = await startPostmaster(request);
    if (result.ok || retry === MEMORY_RETRIES || !MEMORY_IN_USE.test(result.log)) return result;
    await delay(MEMORY_RETRY_MS);
  }
}

async function describe(running: Running, user: User): Promise<EmbeddedServer> {
  const { cluster, postmaster, password, facts, started } = running;
  let released: Promise<void> | null = null;
  return {
    url: connectionUrl(postmaster.port, password),
    port: postmaster.port,
    pid: postmaster.pid,
    dataFolder: cluster.dataFolder,
    serverFolder: (await readNote(cluster.home))?.serverFolder ?? '',
    version: facts.version,
    started,
    account: cluster.account?.name ?? null,
    relocated: cluster.relocated,
    durability: await durabilitySentence(cluster, facts),
    release() {
      released ??= leave(cluster, user);
      return released;
    },
  };
}

/** The last one out stops the server; whoever starts it again finds the data as it was. */
async function leave(cluster: Cluster, user: User): Promise<void> {
  const { home } = cluster;
  if (!(await exists(home.folder))) return;
  await withLock(home, async () => {
    await user.remove();
    if ((await livingUsers(home, true)).length > 0) return;
    await stopCluster(cluster);
  });
}
