import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createProgram, main } from '../src/cli/main.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';

let opened: TestDatabase;
let folder: string;

beforeAll(async () => {
  opened = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'guildhall-instance-cli-'));
  vi.stubEnv('DATABASE_URL', opened.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await opened?.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  process.exitCode = undefined;
});

/** What a command line prints, and its exit code. */
async function run(...argv: string[]): Promise<{ text: string; code: number }> {
  let text = '';
  const write = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(write),
  );
  process.exitCode = undefined;
  try {
    await main(argv);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { text, code: Number(process.exitCode ?? 0) };
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

const nameOf = (command: Command): string =>
  command.parent?.parent === null ? command.name() : `${nameOf(command.parent as Command)} ${command.name()}`;

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

/** They are about the server, or about everything. */
const WITHOUT = ['up', 'status', 'down'];

describe('every command that is about an instance', () => {
  const commands = leaves(createProgram()).filter((command) => !WITHOUT.includes(nameOf(command)));

  it('takes it as an argument and as --instance, and shows both in its help', () => {
    expect(commands.length).toBeGreaterThan(25);
    for (const command of commands) {
      const name = nameOf(command);
      const help = helpOf(command);
      expect([name, command.registeredArguments.map((one) => one.name())]).toEqual([
        name,
        expect.arrayContaining(['instance']),
      ]);
      expect([name, command.options.map(({ long }) => long)]).toEqual([
        name,
        expect.arrayContaining(['--instance']),
      ]);
      expect([name, help]).toEqual([name, expect.stringMatching(/Examples:\n {2}guildhall [^\n]* \S+\n/)]);
      expect([name, help]).toEqual([name, expect.stringMatching(/\n {2}guildhall [^\n]*--instance gigs/)]);
    }
  });

  it('does the same either way', async () => {
    for (const [words, after] of [
      [['verify'], []],
      [['migrate', 'status'], []],
      [['migrate', 'plan'], []],
      [['retention', 'status'], []],
      [
        ['retention', 'run'],
        ['--dry-run', '--policy', 'outbox'],
      ],
      [['webhooks', 'list'], []],
      [['queue', 'schedules'], []],
      [['queue', 'list'], []],
      [['ledger', 'accounts'], []],
      [['ledger', 'account', 'losses'], []],
      [['ledger', 'statement', 'losses'], []],
      [['ledger', 'trial-balance'], []],
      [['ledger', 'root'], []],
      [['ledger', 'prove'], []],
      [['types'], []],
    ] as const) {
      const [argument, option] = [
        await run(...words, 'gigs', ...after),
        await run(...words, '--instance', 'gigs', ...after),
      ];
      const plain = (text: string) => text.replaceAll(/\d+ ms/g, '');
      expect([words, argument.code, plain(argument.text)]).toEqual([words, option.code, plain(option.text)]);
      expect([words, option.text]).toEqual([words, expect.not.stringMatching(/^agents/m)]);
    }
  });

  it('stats of one instance are not those of another', async () => {
    for (const words of [
      ['stats', 'gigs'],
      ['stats', '--instance', 'gigs'],
    ]) {
      const { text, code } = await run(...words);
      expect([code, text.match(/^Instance .*$/gm)]).toEqual([0, ['Instance gigs']]);
    }
    expect((await run('stats')).text.match(/^Instance .*$/gm)).toEqual(['Instance agents', 'Instance gigs']);
  });

  it('takes it with an argument before it, and with options around it', async () => {
    expect(await run('queue', 'list', 'nowhere', 'gigs')).toMatchObject({
      code: 1,
      text: expect.stringContaining('no queue "nowhere"'),
    });
    const file = join(folder, 'gigs.ts');
    expect((await run('types', '--out', file, 'gigs')).code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('inbound_events');
    expect((await run('migrate', 'to', 'x', 'gigs')).text).toContain('must be a whole number');
  });

  it('refuses two names that differ, and an instance that is not there', async () => {
    for (const words of [
      ['verify', 'gigs', '--instance', 'agents'],
      ['ledger', 'account', 'losses', 'gigs', '--instance', 'agents'],
      ['import', 'agents', 'file.csv', '--instance', 'gigs'],
    ]) {
      const { text, code } = await run(...words);
      expect([words, code, text]).toEqual([words, 2, expect.stringContaining('--instance names')]);
    }
    expect((await run('verify', 'gigs', '--instance', 'gigs')).code).toBe(0);
    for (const words of [
      ['verify', 'nowhere'],
      ['stats', '--instance', 'nowhere'],
    ]) {
      expect(await run(...words)).toMatchObject({
        code: 2,
        text: expect.stringContaining('Instances: agents, gigs.'),
      });
    }
  });

  it('imports either way, and says what is missing', async () => {
    const file = 'examples/gigs/swelancer_paid_tasks.csv';
    const first = JSON.parse((await run('import', '--instance', 'gigs', file, '--json')).text);
    expect(first).toMatchObject({ rowsInserted: 120, rowsKnown: 0 });
    const second = JSON.parse((await run('import', 'gigs', file, '--json')).text);
    expect(second).toMatchObject({ rowsInserted: 0, rowsKnown: 120 });
    expect(await run('import', file)).toMatchObject({
      code: 2,
      text: expect.stringContaining('Instance and file are needed'),
    });
  });
});
