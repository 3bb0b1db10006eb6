/** The server process: found on a data folder, started apart from us, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GuildhallError } from '../../errors.ts';
import { errorCode, readIfThere } from './files.ts';
import { type Claim, isOurPostmaster } from './postmaster-proof.ts';
import { isRunning } from './process-mark.ts';
import { childSettings, run } from './run.ts';
import type { Cluster, Postmaster, ServerPrograms } from './types.ts';

export interface StartRequest {
  readonly cluster: Cluster;
  readonly server: ServerPrograms;
  readonly port: number;
  /** `pg_ctl` on Windows, where it lays down the rights that PostgreSQL refuses; elsewhere not needed. */
  readonly through?: 'postgres' | 'pg_ctl';
}

export type StartResult =
  | { readonly ok: true; readonly postmaster: Postmaster }
  | { readonly ok: false; readonly log: string };

type PidFile = Postmaster & Claim;

interface Launched {
  /** True once it is certain that no server comes of it. */
  failed: boolean;
}

const POLL_MS = 10;
/** A start takes 0.1 s; this is for replaying the log after a crash. */
export const START_TIMEOUT_MS = 120_000;
/** A fast shutdown writes out at most `shared_buffers`. */
const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 10_000;
const LOG_LIMIT_BYTES = 1_000_000;
const LOG_TAIL_BYTES = 4_096;
const LOG_TAIL_LINES = 12;

/** The postmaster that lives on this data folder, or null. */
export async function findPostmaster(dataFolder: string): Promise<Postmaster | null> {
  const file = await readPidFile(dataFolder);
  if (file === null || !(await isRunning(file.pid)) || !(await isOurPostmaster(file, dataFolder)))
    return null;
  return { pid: file.pid, port: file.port, status: file.status };
}

/** PostgreSQL takes any living process of its account for the old server, so we remove what is proven stale. */
export async function removeStalePidFile(dataFolder: string): Promise<void> {
  const file = await readPidFile(dataFolder);
  if (file === null || !(await isRunning(file.pid)) || (await isOurPostmaster(file, dataFolder))) return;
  await rm(join(dataFolder, 'postmaster.pid'), { force: true });
}

/** Starts it in a session of its own, so that neither Ctrl-C nor a closing terminal reaches it. */
export async function startPostmaster(request: StartRequest): Promise<StartResult> {
  const { cluster } = request;
  await rotateLog(cluster.logFile);
  const log = await open(cluster.logFile, 'a', 0o600);
  const { account } = cluster;
  try {
    if (account !== null) await log.chown(account.uid, account.gid);
    const from = (await log.stat()).size;
    const through = request.through ?? (process.platform === 'win32' ? 'pg_ctl' : 'postgres');
    const launched = through === 'postgres' ? launch(request, log) : launchThroughPgCtl(request);
    const postmaster = await waitUntilReady(cluster, launched);
    return postmaster === null
      ? { ok: false, log: await logTail(cluster.logFile, from) }
      : { ok: true, postmaster };
  } finally {
    await log.close();
  }
}

/** Stops it so that nothing is lost: open statements are ended, what was committed is written. */
export async function stopPostmaster(
  postmaster: Postmaster,
  dataFolder: string,
  serverFolder: string | null,
): Promise<void> {
  if (process.platform === 'win32') {
    const program = serverFolder === null ? 'pg_ctl' : join(serverFolder, 'pg_ctl');
    await run(program, ['stop', '-D', dataFolder, '-m', 'fast'], { timeoutMs: FAST_STOP_MS });
  } else {
    signal(postmaster.pid, 'SIGINT');
  }
  if (await isGone(postmaster.pid, FAST_STOP_MS)) return;
  signal(postmaster.pid, 'SIGQUIT');
  if (await isGone(postmaster.pid, IMMEDIATE_STOP_MS)) return;
  throw new GuildhallError('timeout', `The server with pid ${postmaster.pid} does not stop.`, {
    hint: `Look into its log beside ${dataFolder}, and end process ${postmaster.pid} yourself.`,
  });
}

/** Waits for a server that is on its way down. */
export async function isGone(pid: number, timeoutMs: number = FAST_STOP_MS): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isRunning(pid)) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** The last lines of the server's log, from the given byte on. */
export async function logTail(logFile: string, from = 0): Promise<string> {
  const file = await open(logFile, 'r').catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - start)), {
      position: start,
    });
    return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  } finally {
    await file.close();
  }
}

function launch({ cluster, server, port }: StartRequest, log: FileHandle): Launched {
  const args = ['-D', cluster.dataFolder, '-h', '127.0.0.1', '-p', String(port)];
  const child = spawn(join(server.folder, 'postgres'), args, {
    ...childSettings(cluster.account),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  return watch(child, () => true);
}

function launchThroughPgCtl({ cluster, server, port }: StartRequest): Launched {
  const options = ['-o', `-h 127.0.0.1 -p ${port}`, '-t', String(START_TIMEOUT_MS / 1000)];
  const args = ['start', '-w', '-s', '-D', cluster.dataFolder, '-l', cluster.logFile, ...options];
  const settings = { ...childSettings(cluster.account), detached: true, stdio: 'ignore' as const };
  return watch(spawn(join(server.folder, 'pg_ctl'), args, settings), (code) => code !== 0);
}

function watch(child: ChildProcess, isFailure: (code: number | null) => boolean): Launched {
  const launched: Launched = { failed: false };
  child.on('error', () => {
    launched.failed = true;
  });
  child.on('exit', (code) => {
    if (isFailure(code)) launched.failed = true;
  });
  child.unref();
  return launched;
}

/** Null when it failed. Another one's server, started in the same moment, is as good as ours. */
async function waitUntilReady(cluster: Cluster, launched: Launched): Promise<Postmaster | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    // Read before looking for the server: a failure seen now cannot be of a server that comes up later.
    const { failed } = launched;
    const file = await readPidFile(cluster.dataFolder);
    // The proof costs a program on some systems, so it waits until there is something to prove.
    const postmaster = file?.status === 'ready' || failed ? await findPostmaster(cluster.dataFolder) : null;
    if (postmaster?.status === 'ready') return postmaster;
    if (postmaster === null && failed) return null;
    if (Date.now() > deadline) {
      throw new GuildhallError('timeout', `The server on ${cluster.dataFolder} was not ready in time.`, {
        hint: `It may still be recovering: look into ${cluster.logFile}, and run the command again.`,
        details: { log: await logTail(cluster.logFile) },
      });
    }
    await delay(POLL_MS);
  }
}

async function readPidFile(dataFolder: string): Promise<PidFile | null> {
  const lines = (await readIfThere(join(dataFolder, 'postmaster.pid')))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  // A negative number is a single-user server, which nobody can connect to.
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const status = (lines[7] ?? '').trim();
  const [folder, startedSeconds, port] = [lines[1] ?? '', Number(lines[2]), Number(lines[3] ?? 0)];
  return { pid, folder, startedSeconds, port, status };
}

async function rotateLog(logFile: string): Promise<void> {
  const status = await stat(logFile).catch(() => null);
  if (status !== null && status.size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.old`);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
