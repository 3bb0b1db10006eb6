import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BannerFacts, banner } from '../src/cli/banner.ts';
import type { OpenSession } from '../src/cli/session.ts';
import { readConfig } from '../src/config.ts';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "guildhall it's a banner-"));
  await writeFile(join(home, 'password'), 'top-secret\n');
});
afterAll(() => rm(home, { recursive: true, force: true }));

const shown = (account: string | null): string => {
  const open = {
    embedded: {
      url: 'postgres://guildhall:top-secret@127.0.0.1:23120/guildhall',
      port: 23_120,
      version: '18.4',
      dataFolder: join(home, 'data'),
      account,
      relocated: false,
      durability: 'safe',
    },
    database: { profile: 'direct' },
    guildhall: { instances: [] },
  } as unknown as OpenSession;
  const config = readConfig({ GUILDHALL_HOME: home }, '/');
  return banner({ open, config, url: 'http://127.0.0.1:4477', signIns: [], version: '1' } as BannerFacts);
};
const lineOf = (text: string, title: string): string =>
  text.split('\n').find((line) => line.trimStart().startsWith(`${title} `)) ?? '';

describe('the banner of the embedded server', () => {
  it('names database and role, and calls the account that runs it a system account', () => {
    const text = shown('postgres');
    expect(lineOf(text, 'Database')).toBe(
      '  Database       embedded PostgreSQL 18.4 on 127.0.0.1:23120, database guildhall, role guildhall',
    );
    expect(text.split('\n').filter((line) => /\bpostgres\b/.test(line))).toEqual([
      "                 (the server's processes belong to the system account postgres)",
      expect.stringContaining('DATABASE_URL=postgres://…'),
    ]);
    expect(shown(null)).not.toContain('account');
  });

  it.skipIf(process.platform === 'win32')('has a line that opens psql, and no password', () => {
    const text = shown('postgres');
    expect(text).not.toContain('top-secret');
    const command = lineOf(text, 'psql').replace(/^ *psql +/, '');
    // Run as it is printed, with a psql that tells what it was given.
    const stand = 'psql() { printf "%s %s" "$PGPASSWORD" "$*"; }; ';
    expect(execFileSync('/bin/sh', ['-c', stand + command]).toString()).toBe(
      'top-secret -h 127.0.0.1 -p 23120 -U guildhall guildhall',
    );
  });
});
