/** Builds dist/ with esbuild; with --types also the declarations, with --if-stale only when a source is newer. */
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inlineAll } from './inline-sql.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const ENTRIES = {
  guildhall: 'src/guildhall.ts',
  'kernel/index': 'src/kernel/index.ts',
  'systems/agents/index': 'src/systems/agents/index.ts',
  'systems/gigs/index': 'src/systems/gigs/index.ts',
  'http/index': 'src/http/index.ts',
  'cli/main': 'src/cli/main.ts',
};

export async function buildAll({ types = false } = {}) {
  inlineAll();
  // Built aside, so that a command that runs meanwhile never finds half a build.
  const aside = `dist-${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: aside,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning',
  });
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(join(root, aside), join(root, 'dist'));
  if (types) {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(status ?? 1);
  }
}

/** True when dist/ is missing or older than a source file. */
export function isStale() {
  try {
    const built = statSync(join(root, 'dist/cli/main.js')).mtimeMs;
    return newest(join(root, 'src')) > built;
  } catch {
    return true;
  }
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // sql.ts is rewritten by every build and would always look new.
    if (path.endsWith('generated/sql.ts')) continue;
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--if-stale') || isStale())
    await buildAll({ types: process.argv.includes('--types') });
}
