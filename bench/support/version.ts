/** Versions for the record, read from the packages that are really used. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Version of an installed package, also where its `exports` hide its package.json. */
export function versionOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (let depth = 0; depth < 6; depth += 1) {
    try {
      const found: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (
        typeof found === 'object' &&
        found !== null &&
        'name' in found &&
        found.name === name &&
        'version' in found
      ) {
        return String(found.version);
      }
    } catch {
      // No package.json at this level: look one folder up.
    }
    folder = dirname(folder);
  }
  throw new Error(`Cannot tell the version of ${name}.`);
}
