import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../src/cli/main.ts';
import { until } from './support/kernel.ts';
import { type LedgerFixture, openLedger } from './support/ledger.ts';

let t: LedgerFixture;
let folder: string;

beforeAll(async () => {
  t = await openLedger();
  folder = await mkdtemp(join(tmpdir(), 'guildhall-ledger-cli-'));
  vi.stubEnv('DATABASE_URL', t.opened.url);
  const accounts = ['worker:1', 'worker:2'].map((code) => ({
    ...{ code, asset: 'USDC', normalSide: 'credit' as const, minBalance: '0' },
  }));
  await t.ledger.openAccounts(accounts);
  for (const [key, amount] of Object.entries({ a: '10', b: '2.5' })) {
    await t.ledger.transfer({ key, debit: 'bank:USDC', credit: 'worker:1', amount, reference: `job ${key}` });
  }
  await t.ledger.hold({ key: 'h', debit: 'worker:1', credit: 'worker:2', amount: '4' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await t.opened.close();
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
    await main(['ledger', ...argv, ...(argv.includes('--instance') ? [] : ['--instance', 'agents'])]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { text, code };
}

async function runJson(...argv: string[]): Promise<{ value: unknown; code: number }> {
  const { text, code } = await run(...argv, '--json');
  return { value: JSON.parse(text), code };
}

describe('guildhall ledger', () => {
  it('asks which instance when there are several', async () => {
    await main(['ledger', 'accounts']);
    expect(process.exitCode).toBe(2);
  });

  it('accounts lists balances and holds, by asset and prefix', async () => {
    const { text, code } = await run('accounts', '--prefix', 'worker:');
    expect(code).toBe(0);
    expect(text).toMatch(/worker:1 +USDC +12\.5 +0 +4 +8\.5/);
    expect(text).not.toContain('bank:');
    const { value } = await runJson('accounts', '--asset', 'ETH', '--all');
    expect(value).toMatchObject({ data: [{ code: 'bank:ETH', balance: '0' }], hasMore: false });
    expect((await run('accounts', '--asset', 'ETH')).text).toContain('Only empty ones, if any: --all.');
    // worker:2 has a hold on its way in and no balance.
    expect((await runJson('accounts')).value).toMatchObject({
      data: [{ code: 'worker:2' }, { code: 'worker:1' }, { code: 'bank:USDC' }],
    });
    expect((await run('accounts', '--limit', '1')).text).toContain('More: --cursor ');
  });

  it('account shows one; of nobody it fails', async () => {
    expect((await run('account', 'worker:1', '--instance', 'agents')).text).toMatch(/available +8\.5/);
    expect((await runJson('account', 'worker:1')).value).toMatchObject({ heldOut: '4', minBalance: '0' });
    expect(await run('account', 'nobody')).toMatchObject({
      code: 1,
      text: expect.stringContaining('no account'),
    });
    expect((await run('account', 'worker:1', '--instance', 'nowhere')).code).toBe(2);
  });

  it('statement shows postings with the balance after each', async () => {
    const { text } = await run('statement', 'worker:1');
    expect(text).toMatch(/transfer +credit +2\.5 +12\.5 +bank:USDC +job b/);
    const { value } = await runJson('statement', 'worker:1', '--limit', '1');
    expect(value).toMatchObject({ account: 'worker:1', lines: [{ balance: '10' }], hasMore: true });
    const none = await runJson('statement', 'worker:1', '--until', '2020-01-01');
    expect(none.value).toMatchObject({ lines: [] });
    for (const wrong of [
      ['--from', 'yesterday'],
      ['--limit', '0'],
      ['--cursor', 'x'],
    ]) {
      expect((await run('statement', 'worker:1', ...wrong)).code).toBe(2);
    }
  });

  it('trial-balance shows both sides of every asset', async () => {
    const { text, code } = await run('trial-balance');
    expect(code).toBe(0);
    expect(text).toMatch(/USDC +3 +12\.5 +12\.5 +0 +4/);
  });

  it('root and prove: sound, then broken with exit code 1', async () => {
    expect((await run('root')).text).toContain('Nothing is sealed');
    expect((await run('prove')).code).toBe(0);
    await until('a seal', async () => {
      await t.ledger.seal();
      return (await t.ledger.root()) !== null;
    });
    const file = join(folder, 'root.json');
    await writeFile(file, (await run('root', '--json')).text);
    expect(await run('prove', '--root', file)).toMatchObject({
      code: 0,
      text: expect.stringContaining('contains the root'),
    });
    await t.scope.query('alter table :schema.ledger_seals disable trigger all');
    await t.scope.query('delete from :schema.ledger_seals');
    const { value, code } = await runJson('prove', '--root', file);
    expect([code, value]).toMatchObject([1, { sound: false, broken: [{ number: '1' }] }]);
    expect((await run('prove', '--root', file)).text).toContain('not as it was sealed');
  });

  it('prove with a file that holds no root is refused', async () => {
    const file = join(folder, 'other.json');
    await writeFile(file, '{"number":1}');
    for (const path of [file, join(folder, 'missing.json')]) {
      expect((await run('prove', '--root', path)).code).toBe(2);
    }
  });
});
