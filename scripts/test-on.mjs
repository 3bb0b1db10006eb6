/** Runs the test suite on another PostgreSQL: node scripts/test-on.mjs <folder with postgres, initdb, pg_ctl> [vitest arguments]. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from './run-ts.mjs';
import { scratchFolder } from './scratch-folder.mjs';

const [binaries, ...rest] = process.argv.slice(2);
if (binaries === undefined) {
  console.error('usage: node scripts/test-on.mjs <folder with postgres, initdb, pg_ctl> [vitest arguments]');
  process.exit(2);
}
const { acquireEmbedded } = await runTypeScript('src/kernel/database/embedded/index.ts');
const home = mkdtempSync(join(scratchFolder(), 'guildhall-test-on-'));
const server = await acquireEmbedded({ home, binaries, settings: { fsync: 'off', max_connections: '200' } });
console.log(`Testing on PostgreSQL ${server.version}.`);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', ...rest], {
  stdio: 'inherit',
  // The tests that kill their server start it from the same folder.
  env: { ...process.env, GUILDHALL_TEST_URL: server.url, GUILDHALL_TEST_BINARIES: resolve(binaries) },
});
await server.release();
rmSync(home, { recursive: true, force: true });
process.exit(status ?? 1);
