import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constraints } from '../src/systems/gigs/constraints.ts';
import { GIGS } from './support/gigs-events.ts';

/** The parts of a text that begin with a word, up to where they end. */
function parts(folder: string, begin: RegExp, end: string): string[] {
  return readdirSync(GIGS + folder)
    .filter((name) => /\.(sql|ts)$/.test(name))
    .flatMap((name) => {
      const text = readFileSync(GIGS + folder + name, 'utf8');
      return [...text.matchAll(begin)].map(({ index }) => `${name}: ${text.slice(index).split(end)[0]}`);
    });
}

const withoutHint = (list: readonly string[]) => list.filter((part) => !/hint/.test(part));

describe('a refusal of gigs', () => {
  it('says what to do about it: those that functions raise or find', () => {
    const raised = parts('sql/functions/', /raise exception/g, ';');
    // refuse() passes on the hint of what was found.
    expect(raised.length).toBeGreaterThan(60);
    expect(withoutHint(raised)).toEqual([]);
    const found = parts('sql/functions/', /jsonb_build_object\('state', 'GH/g, ');\n').flatMap((part) =>
      part.split(/(?=when )/).filter((piece) => piece.includes("'state'")),
    );
    expect(found.length).toBeGreaterThan(6);
    expect(withoutHint(found)).toEqual([]);
  });

  it('says what to do about it: those of the service and of constraints', () => {
    const thrown = parts('', /new GuildhallError\(\s*'(?!internal)/g, ');\n');
    expect(thrown.length).toBeGreaterThan(10);
    expect(withoutHint(thrown)).toEqual([]);
    const own = Object.entries(constraints).filter(([name]) => !/^(account|api_key)/.test(name));
    expect(own.filter(([, { hint }]) => hint === undefined).map(([name]) => name)).toEqual([]);
  });

  it('without a hint is found (negative control)', () => {
    expect(withoutHint(["x.sql: raise exception 'No' using errcode = 'GH404'"])).toHaveLength(1);
  });
});
