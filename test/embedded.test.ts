/** The embedded server, for real: folders, processes and crashes. As root it runs under an unprivileged account. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openHome } from '../src/kernel/database/embedded/home.ts';
import {
  acquireEmbedded,
  destroyEmbedded,
  embeddedStatus,
  stopEmbedded,
} from '../src/kernel/database/embedded/index.ts';
import { withLock } from '../src/kernel/database/embedded/lock.ts';
import { findCluster } from '../src/kernel/database/embedded/placement.ts';
import {
  findPostmaster,
  startPostmaster,
  stopPostmaster,
} from '../src/kernel/database/embedded/postmaster.ts';
import { isAlive, isRunning, ownMark } from '../src/kernel/database/embedded/process-mark.ts';
import {
  acquire,
  DEAD_MARK,
  isRoot,
  isUp,
  keep,
  kill,
  newFolder,
  newHome,
  query,
  refusal,
  SETTINGS,
  startChild,
  usedHome,
  useEmbeddedHomes,
} from './support/embedded.ts';

useEmbeddedHomes();

describe('a start', () => {
  test('on a fresh folder gives a database on the loopback address, and keeps it over the next start', async () => {
    const home = newHome();
    const first = await acquire(home, { settings: { ...SETTINGS, work_mem: '5MB' } });
    expect(first.started).toBe(true);
    expect(first.relocated).toBe(false);
    expect(first.account === null).toBe(!isRoot);
    const [row] = await query(
      first.url,
      `select current_database() as database, current_user as role, version() as version,
              current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
              current_setting('work_mem') as work_mem, current_setting('data_checksums') as checksums,
              current_setting('TimeZone') as zone, current_setting('password_encryption') as encryption,
              'a' < 'B' as mixes_case`,
    );
    expect(row).toMatchObject({ database: 'guildhall', role: 'guildhall', listen: '127.0.0.1', sockets: '' });
    expect(row).toMatchObject({ work_mem: '5MB', checksums: 'on', zone: 'UTC', encryption: 'scram-sha-256' });
    expect(row?.mixes_case).toBe(false);
    expect(String(row?.version)).toContain(`PostgreSQL ${first.version}`);
    const kept = await keep(first.url);
    await first.release();
    expect(await isUp(first)).toBe(false);

    const second = await acquire(home);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, kept)).toEqual([{ answer: 42 }]);
    await second.release();
  });

  test('says how safe the data is, and where it lies', async () => {
    const home = usedHome();
    const safe = await acquireEmbedded({ home });
    expect(safe.durability).toContain('fsync is on');
    expect(safe.durability).toContain(safe.dataFolder);
    await safe.release();
    const unsafe = await acquire(home);
    expect(unsafe.durability).toContain('fsync is off');
    await unsafe.release();
  });

  test('takes another port when that of last time is taken, and keeps the new one', async () => {
    const home = usedHome();
    const first = await acquire(home);
    await first.release();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await once(squatter, 'listening');
    const second = await acquire(home);
    expect(second.port).not.toBe(first.port);
    await second.release();
    squatter.close();
    await once(squatter, 'close');
    const third = await acquire(home);
    expect(third.port).toBe(second.port);
    await third.release();
  });

  test('begins again where initdb was killed half-way', async () => {
    const home = newHome();
    const child = startChild(home);
    await child.says('text');
    await kill(child.process);
    const server = await acquire(home);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(
      readdirSync(join(server.dataFolder, '..')).filter((name) => name.startsWith('unfinished')),
    ).toEqual([]);
    await server.release();
  });

  test('names the end of the server log when the server refuses to start', async () => {
    const home = usedHome();
    const error = await refusal(acquire(home, { settings: { shared_buffers: 'very much' } }));
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain('invalid value for parameter "shared_buffers"');
    expect(error.hint).toContain('server.log');
  });

  test('refuses settings that would open or hide the server', async () => {
    const home = usedHome();
    for (const settings of [
      { listen_addresses: '*' },
      { port: '1' },
      { "x'": '1' },
      { work_mem: '1\nfsync=off' },
    ]) {
      expect((await refusal(acquireEmbedded({ home, settings }))).code).toBe('invalid_input');
    }
    const quoted = await acquire(home, { settings: { ...SETTINGS, 'guildhall.note': "it's \\ here" } });
    expect(await query(quoted.url, `select current_setting('guildhall.note') as note`)).toEqual([
      { note: "it's \\ here" },
    ]);
    await quoted.release();
  });

  test('works through pg_ctl too, as on Windows', async () => {
    const home = usedHome();
    const server = await acquire(home);
    await server.release();
    const cluster = await findCluster(await openHome(home));
    if (cluster === null) throw new Error('There is no data.');
    const programs = { folder: server.serverFolder, version: '18', major: 18 };
    const result = await startPostmaster({ cluster, server: programs, port: server.port, through: 'pg_ctl' });
    if (!result.ok) throw new Error(result.log);
    expect((await findPostmaster(server.dataFolder))?.pid).toBe(result.postmaster.pid);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await stopPostmaster(result.postmaster, server.dataFolder, server.serverFolder);
    expect(await isUp(result.postmaster)).toBe(false);
  });
});

describe('sharing', () => {
  test('a second process uses the running server, and its leaving does not stop it', async () => {
    const home = usedHome();
    const ours = await acquire(home);
    const child = startChild(home);
    const theirs = await child.says('pid');
    expect(theirs).toMatchObject({ pid: ours.pid, url: ours.url, started: false });
    const users = [process.pid, child.process.pid ?? 0].sort((a, b) => a - b);
    expect((await embeddedStatus(home)).users).toEqual(users);
    await child.release();
    expect(await query(ours.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await embeddedStatus(home)).toMatchObject({ running: true, pid: ours.pid, users: [process.pid] });
    await ours.release();
    expect(await embeddedStatus(home)).toMatchObject({ running: false, users: [] });
  });

  test('whoever is last stops it, also when the starter left before', async () => {
    const home = usedHome();
    const starter = startChild(home);
    expect(await starter.says('pid')).toMatchObject({ started: true });
    const ours = await acquire(home);
    expect(ours.started).toBe(false);
    await starter.release();
    expect(await isUp(ours)).toBe(true);
    await ours.release();
    await ours.release();
    expect(await isUp(ours)).toBe(false);
  });

  test('two uses within one process count as two', async () => {
    const home = usedHome();
    const [one, two] = await Promise.all([acquire(home), acquire(home)]);
    expect(one.pid).toBe(two.pid);
    expect([one.started, two.started].sort()).toEqual([false, true]);
    await one.release();
    expect(await isUp(two)).toBe(true);
    await two.release();
    expect(await isUp(two)).toBe(false);
  });

  test('processes that come at once to a fresh folder start exactly one server', async () => {
    const home = newHome();
    const racers = [startChild(home), startChild(home), startChild(home)];
    const got = await Promise.all(racers.map((racer) => racer.says('pid')));
    expect(new Set(got.map((server) => server.pid)).size).toBe(1);
    expect(got.filter((server) => server.started)).toHaveLength(1);
    await Promise.all(racers.map((racer) => racer.release()));
    expect((await embeddedStatus(home)).running).toBe(false);
  });

  test('any process may stop it for all, and the next one starts it again at the same address', async () => {
    const home = usedHome();
    const child = startChild(home);
    const theirs = await child.says('pid');
    expect(await stopEmbedded(home)).toBe('stopped');
    expect(await isRunning(Number(theirs.pid))).toBe(false);
    expect(await stopEmbedded(home)).toBe('not running');
    const ours = await acquire(home);
    expect(ours).toMatchObject({ started: true, url: theirs.url });
    await ours.release();
    expect(await isUp(ours), 'the child still counts as a user').toBe(true);
    await child.release();
    expect(await isUp(ours)).toBe(false);
  });

  test('looking at a folder that never was, or stopping it, makes nothing', async () => {
    const home = join(newFolder(), 'never');
    expect(await embeddedStatus(home)).toEqual({ running: false, users: [] });
    expect(await stopEmbedded(home)).toBe('not running');
    await destroyEmbedded(home);
    expect(existsSync(home)).toBe(false);
  });
});

describe('after a crash', () => {
  test('the server of a killed starter is found again with its data, and stopped by the last user', async () => {
    const home = usedHome();
    const child = startChild(home);
    const theirs = await child.says('pid');
    const kept = await keep(String(theirs.url));
    await kill(child.process);
    const ours = await acquire(home);
    expect(ours).toMatchObject({ pid: theirs.pid, started: false });
    expect(await query(ours.url, kept)).toEqual([{ answer: 42 }]);
    expect((await embeddedStatus(home)).users).toEqual([process.pid]);
    await ours.release();
    expect(await isUp(ours)).toBe(false);
  });

  test.skipIf(process.platform === 'win32')(
    'Ctrl-C in the terminal ends the starter, not the server',
    async () => {
      const home = usedHome();
      const child = startChild(home, true);
      const theirs = await child.says('pid');
      const ended = once(child.process, 'exit');
      process.kill(-(child.process.pid ?? 0), 'SIGINT');
      await ended;
      expect(await query(String(theirs.url), 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(await stopEmbedded(home)).toBe('stopped');
    },
  );

  test('a server killed with -9 is started again, and what was committed is there', async () => {
    const home = usedHome();
    const first = await acquire(home);
    const kept = await keep(first.url);
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => isUp(first)).toBe(false);
    expect((await embeddedStatus(home)).running).toBe(false);
    const second = await acquire(home);
    expect(second.started).toBe(true);
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url, kept)).toEqual([{ answer: 42 }]);
    await first.release();
    await second.release();
    expect(await isUp(second)).toBe(false);
  });

  test('a pid that another process has got since is not taken for the server', async () => {
    const home = usedHome();
    const first = await acquire(home);
    await first.release();
    writeFileSync(
      join(first.dataFolder, 'postmaster.pid'),
      `${process.pid}\n${first.dataFolder}\n1700000000\n${first.port}\n\n127.0.0.1\n\nready   \n`,
    );
    expect((await embeddedStatus(home)).running).toBe(false);
    expect(await stopEmbedded(home)).toBe('not running');
    const again = await acquire(home);
    expect(again.started).toBe(true);
    await again.release();
  });

  test('a pid that another process has got since does not count as a user', async () => {
    const own = await ownMark();
    expect(await isAlive(own, 0)).toBe(true);
    expect(await isAlive({ ...own, started: '1' }, Date.now())).toBe(false);
    const home = usedHome();
    const server = await acquire(home);
    const mark = { ...DEAD_MARK, pid: process.ppid, machine: own.machine };
    writeFileSync(join(home, 'users', 'recycled.json'), JSON.stringify(mark));
    expect((await embeddedStatus(home)).users).toEqual([process.pid]);
    await server.release();
    expect(await isUp(server)).toBe(false);
    expect(readdirSync(join(home, 'users'))).toEqual([]);
  });

  test('the lock of a dead process is taken over by one at a time', async () => {
    const home = await openHome(newHome());
    const { machine } = await ownMark();
    let inside = 0;
    let most = 0;
    let turns = 0;
    const turn = async () => {
      most = Math.max(most, ++inside);
      await new Promise((done) => setImmediate(done));
      inside--;
      turns++;
    };
    for (let round = 0; round < 5; round++) {
      mkdirSync(join(home.folder, 'lock'), { recursive: true });
      const next = 1_000 * (round + 1);
      writeFileSync(join(home.folder, 'lock', `${next}.held`), JSON.stringify({ ...DEAD_MARK, machine }));
      await Promise.all(Array.from({ length: 8 }, () => withLock(home, turn)));
    }
    expect({ most, turns }).toEqual({ most: 1, turns: 40 });
    await Promise.all([turn(), turn()]);
    expect(most, 'without the lock they do meet').toBe(2);
    expect(readdirSync(join(home.folder, 'lock'))).toHaveLength(1);
  });

  test('a body that fails gives the lock back', async () => {
    const home = await openHome(newHome());
    await expect(withLock(home, () => Promise.reject(new Error('on purpose')))).rejects.toThrow('on purpose');
    expect(await withLock(home, async () => 'free')).toBe('free');
  });
});
