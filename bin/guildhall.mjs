#!/usr/bin/env node
/** Starts the command line; in a clone it builds first when a source file is newer than the build. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const build = new URL('../scripts/build.mjs', import.meta.url);
if (existsSync(fileURLToPath(build))) {
  const { buildAll, isStale } = await import(build.href);
  if (isStale()) await buildAll();
}
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
