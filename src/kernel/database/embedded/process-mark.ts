/** Tells whether a process that left a file behind still lives; a recycled pid is not taken for it. */
import { readFile, readlink, utimes } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { run } from './run.ts';

export interface ProcessMark {
  readonly pid: number;
  /** When the process started, in the system's own words; null where that cannot be learnt. */
  readonly started: string | null;
  /** The boot and the pid namespace in which `pid` means anything. */
  readonly machine: string;
}

/** How often the file of a living process is touched. */
export const HEARTBEAT_MS = 3_000;
/** Four missed heartbeats: gone. */
export const HEARTBEAT_LOST_MS = 12_000;
/** Windows tells start times through another clock than Node's own. */
const WINDOWS_TOLERANCE_MS = 5_000;

export async function ownMark(): Promise<ProcessMark> {
  return { pid: process.pid, started: await startedAt(process.pid), machine: await machineId() };
}

/** Whether the process that wrote the mark lives; of a foreign machine only the heartbeat can tell. */
export async function isAlive(mark: ProcessMark, touchedMs: number): Promise<boolean> {
  if (await isForeign(mark)) return Date.now() - touchedMs < HEARTBEAT_LOST_MS;
  if (!pidExists(mark.pid)) return false;
  const started = await startedAt(mark.pid);
  if (process.platform !== 'linux' && (started === null || mark.started === null)) return true;
  return process.platform === 'win32' ? isNear(started, mark.started) : started === mark.started;
}

export async function isForeign(mark: ProcessMark): Promise<boolean> {
  return mark.machine !== (await machineId());
}

/** Touches our file until told to stop, so that a process in another container sees that we live. */
export function startHeartbeat(path: string): () => void {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS).unref();
  return () => clearInterval(timer);
}

/** Reads a mark; null for anything else, as a file that is being written. */
export function parseMark(text: string): ProcessMark | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, started, machine } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
    if (typeof machine !== 'string' || (typeof started !== 'string' && started !== null)) return null;
    return { pid, started, machine };
  } catch {
    return null;
  }
}

/** Whether a process of this number runs; a dead one that nobody has collected yet (a zombie) does not. */
export async function isRunning(pid: number): Promise<boolean> {
  if (process.platform === 'linux') return (await startedAt(pid)) !== null;
  return pidExists(pid);
}

/** Start time of a living process; null when there is none, or the system does not tell. */
export async function startedAt(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return startedOnLinux(pid);
  if (process.platform === 'win32') return startedOnWindows(pid);
  const answer = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { timeoutMs: 5_000 });
  return answer.ok ? answer.output.trim() || null : null;
}

async function startedOnLinux(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The program's name, in parentheses, may hold spaces and parentheses itself; state is what follows it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' || started === undefined ? null : started;
}

async function startedOnWindows(pid: number): Promise<string | null> {
  if (pid === process.pid) return String(Math.round(performance.timeOrigin));
  const script = `([DateTimeOffset](Get-Process -Id ${pid}).StartTime).ToUnixTimeMilliseconds()`;
  const answer = await run('powershell', ['-NoProfile', '-Command', script], { timeoutMs: 10_000 });
  return answer.ok ? answer.output.trim() || null : null;
}

async function machineId(): Promise<string> {
  if (process.platform !== 'linux') return process.platform;
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return `${boot.trim()} ${namespace}`;
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isNear(a: string | null, b: string | null): boolean {
  return Math.abs(Number(a) - Number(b)) < WINDOWS_TOLERANCE_MS;
}
