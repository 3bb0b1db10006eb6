/** Proof that a living pid is the server of our data folder, and not some process that got its number since. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { errorCode } from './files.ts';
import { startedAt } from './process-mark.ts';

export interface Claim {
  readonly pid: number;
  readonly port: number;
  /** The data folder as the server knew it when it started. */
  readonly folder: string;
  /** When the server says it started, in seconds since 1970. */
  readonly startedSeconds: number;
}

/** The file is written moments after the process started, and some systems tell the start to the second. */
const START_TOLERANCE_SECONDS = 10;

/** On Linux by its working folder, which is its data folder, also after somebody moved or copied the clone. */
export async function isOurPostmaster(claim: Claim, dataFolder: string): Promise<boolean> {
  if (process.platform !== 'linux') return startedAsClaimed(claim, dataFolder);
  try {
    return await isSameFolder(`/proc/${claim.pid}/cwd`, dataFolder);
  } catch (error) {
    // In a container, root may lack the right to look into a process of another account.
    return errorCode(error) === 'EACCES' ? runsOn(claim, dataFolder) : false;
  }
}

async function runsOn({ pid, port }: Claim, dataFolder: string): Promise<boolean> {
  const [program, ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const folder = args[args.indexOf('-D') + 1];
  if (basename(program ?? '') !== 'postgres' || folder === undefined) return false;
  // A folder that is no longer there was moved while the server ran; then the port has to do.
  return isSameFolder(folder, dataFolder).catch(() => args[args.indexOf('-p') + 1] === String(port));
}

async function isSameFolder(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(a), stat(b)]);
  return first.ino === second.ino && first.dev === second.dev;
}

/** Where a process cannot be looked into: it started when the file says, and the file is not a copy. */
async function startedAsClaimed(claim: Claim, dataFolder: string): Promise<boolean> {
  // A folder that is no longer there was moved while the server ran.
  if (!(await isSameFolder(claim.folder, dataFolder).catch(() => true))) return false;
  const started = await startedAt(claim.pid);
  if (started === null) return true;
  const milliseconds = process.platform === 'win32' ? Number(started) : Date.parse(`${started} UTC`);
  return Math.abs(milliseconds / 1000 - claim.startedSeconds) < START_TOLERANCE_SECONDS;
}
