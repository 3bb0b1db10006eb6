/** The events that the README of gigs lists. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const GIGS = fileURLToPath(new URL('../../src/systems/gigs/', import.meta.url));

export function documentedEvents(): string[] {
  const text = readFileSync(`${GIGS}README.md`, 'utf8');
  const section = text.slice(text.indexOf('\n## Events\n'), text.indexOf('\n## Background tasks\n'));
  return [...section.matchAll(/^\|.*$/gm)].flatMap(([line]) =>
    [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, type = '']) => type),
  );
}
