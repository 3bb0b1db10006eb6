/** The account that runs the server: PostgreSQL refuses root, so root needs an unprivileged one. */
import { readFile } from 'node:fs/promises';
import { GuildhallError } from '../../errors.ts';
import type { FileOwner } from './files.ts';
import { run } from './run.ts';
import type { Account } from './types.ts';

/** Best first: made for this, made for Node in its container images, there on every system. */
const USUAL_ACCOUNTS = ['postgres', 'node', 'nobody'];
const ACCOUNT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Null for an ordinary user and on Windows: the server then runs as ourselves. A home's owner is a good choice. */
export async function chooseAccount(homeOwner: FileOwner | null): Promise<Account | null> {
  if (!isRoot()) return null;
  const wanted = process.env.GUILDHALL_PG_ACCOUNT;
  if (wanted !== undefined && wanted !== '') return checkStart(await wantedAccount(wanted));
  if (homeOwner !== null) return checkStart(await accountOf(homeOwner));
  for (const name of USUAL_ACCOUNTS) {
    const account = await findAccount(name);
    if (account !== null && account.uid !== 0) return checkStart(account);
  }
  throw new GuildhallError(
    'configuration',
    `PostgreSQL refuses to run as root, and there is none of the accounts ${USUAL_ACCOUNTS.join(', ')}.`,
    { hint: 'Run as an ordinary user, name an account in GUILDHALL_PG_ACCOUNT, or set DATABASE_URL.' },
  );
}

/** The account a data folder belongs to: only that one can run a server on it. */
export async function accountOf(owner: FileOwner): Promise<Account> {
  const known = (await readAccounts()).find((account) => account.uid === owner.uid);
  return known ?? { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
}

/** In some containers and user namespaces root may not become anybody else. */
async function checkStart(account: Account): Promise<Account> {
  const answer = await run('/bin/sh', ['-c', 'exit 0'], { account, timeoutMs: 10_000 });
  if (answer.ok) return account;
  throw new GuildhallError(
    'configuration',
    `PostgreSQL refuses to run as root, and root may not start it as ${account.name} here: ${answer.output.trim()}.`,
    { hint: 'Allow the container SETUID and SETGID, run as an ordinary user, or set DATABASE_URL.' },
  );
}

async function wantedAccount(name: string): Promise<Account> {
  const account = await findAccount(name);
  if (account === null || account.uid === 0) {
    const problem =
      account === null ? 'is not an account of this system' : 'is root, which PostgreSQL refuses';
    throw new GuildhallError('configuration', `GUILDHALL_PG_ACCOUNT: "${name}" ${problem}.`, {
      hint: 'Name an existing unprivileged account, or unset the variable.',
    });
  }
  return account;
}

async function findAccount(name: string): Promise<Account | null> {
  if (!ACCOUNT_NAME.test(name)) return null;
  const listed = (await readAccounts()).find((account) => account.name === name);
  if (listed !== undefined) return listed;
  // Directory services (LDAP, macOS) know accounts that are in no file.
  const [uid, gid] = [await numericId('-u', name), await numericId('-g', name)];
  return uid === null || gid === null ? null : { name, uid, gid };
}

async function readAccounts(): Promise<Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || !isNumber(uid) || !isNumber(gid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

async function numericId(flag: '-u' | '-g', name: string): Promise<number | null> {
  const answer = await run('id', [flag, name], { timeoutMs: 5_000 });
  const text = answer.output.trim();
  return answer.ok && isNumber(text) ? Number(text) : null;
}

/** Node starts programs under ids of 31 bits only, which leaves out the negative ones of macOS. */
function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= 0x7fff_ffff;
}
