/** Runs a program to its end, under an account where one is given, with as little environment as it needs. */
import { spawn } from 'node:child_process';
import { parse } from 'node:path';
import type { Account } from './types.ts';

export interface RunOptions {
  readonly account?: Account | null;
  readonly input?: string;
  readonly timeoutMs: number;
}

export interface RunResult {
  readonly ok: boolean;
  /** Standard output and error together, the last 64 kB. */
  readonly output: string;
}

/** Enough for every message of initdb; a chatty program must not fill the memory. */
const OUTPUT_LIMIT = 65_536;
/** Whatever else the shell exports, secrets first of all, is not the database server's business. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH'];

/** Never rejects: that a program cannot be started is an answer like any other. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const failed = (error: unknown) => resolve({ ok: false, output: String(error) });
    try {
      let output = '';
      const keep = (chunk: Buffer) => {
        output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
      };
      const child = spawn(command, args, { ...childSettings(options.account), stdio: 'pipe' });
      const timer = setTimeout(() => {
        output += `\n${command} did not finish within ${options.timeoutMs} ms.`;
        child.kill('SIGKILL');
      }, options.timeoutMs);
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.input ?? '');
      child.on('error', (error) => {
        clearTimeout(timer);
        failed(error);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ ok: code === 0, output });
      });
    } catch (error) {
      failed(error);
    }
  });
}

/** Account, folder and environment for a program of PostgreSQL; its messages are in English everywhere. */
export function childSettings(account: Account | null | undefined): {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly windowsHide: true;
  readonly uid?: number;
  readonly gid?: number;
} {
  return {
    // Our own working folder may be one that the account cannot read, and then nothing starts in it.
    cwd: parse(process.cwd()).root,
    env: environment(),
    windowsHide: true,
    ...(account == null ? {} : { uid: account.uid, gid: account.gid }),
  };
}

function environment(): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Windows programs need variables of many names, so there only PostgreSQL's own are withheld.
    const wanted = process.platform === 'win32' ? !name.startsWith('PG') : PASSED_ON.includes(name);
    if (wanted && value !== undefined) passed[name] = value;
  }
  return { ...passed, LC_ALL: 'C', TZ: 'UTC' };
}
