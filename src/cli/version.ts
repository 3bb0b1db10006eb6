/** The version of this package, from its package.json. */
import { readFileSync } from 'node:fs';

/** dist/ and src/ lie at different depths below package.json, so both are tried. */
const CANDIDATES = ['../package.json', '../../package.json'];

export const VERSION: string = readVersion();

function readVersion(): string {
  for (const candidate of CANDIDATES) {
    try {
      const text = readFileSync(new URL(candidate, import.meta.url), 'utf8');
      const parsed = JSON.parse(text) as { name?: string; version?: string };
      if (parsed.name === 'guildhall' && parsed.version !== undefined) return parsed.version;
    } catch {
      // The next candidate.
    }
  }
  return '0.0.0';
}
