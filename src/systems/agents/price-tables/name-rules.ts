/** Name rules with `or` and `and` inside each other, flattened into a list of which any one suffices. */
import { isRecord, listOf } from '../../../kernel/index.ts';
import type { NameRule } from './table.ts';

const OPERATORS = new Set(['equals', 'starts_with', 'ends_with', 'contains', 'regex']);
/** The largest rule in the genai table has 40 parts; products of nested rules beyond this are a mistake. */
const MAX_RULES = 500;

/** Exact names apart from patterns, since names are looked up by index. */
export function modelRules(match: unknown): { readonly names: string[]; readonly rules: NameRule[] } {
  const flat = flatten(match);
  if (flat.length > MAX_RULES)
    throw new Error(`The name rule has ${flat.length} alternatives, over ${MAX_RULES}.`);
  return {
    names: flat.filter((rule) => rule.operator === 'equals').map((rule) => rule.pattern.toLowerCase()),
    rules: flat.filter((rule) => rule.operator !== 'equals'),
  };
}

function flatten(match: unknown): NameRule[] {
  if (!isRecord(match)) return [];
  return Object.entries(match).flatMap(([key, value]): NameRule[] => {
    if (key === 'or') return listOf(value).flatMap(flatten);
    if (key === 'and') return listOf(value).map(flatten).reduce(both);
    if (OPERATORS.has(key) && typeof value === 'string' && value !== '') {
      return [{ operator: key as NameRule['operator'], pattern: value }];
    }
    throw new Error(`The name rule "${key}" is not understood.`);
  });
}

/** Every alternative of one with every alternative of the other, as one regular expression each. */
function both(left: readonly NameRule[], right: readonly NameRule[]): NameRule[] {
  return left.flatMap((a) =>
    right.map((b) => ({ operator: 'regex' as const, pattern: `^${lookahead(a)}${lookahead(b)}` })),
  );
}

function lookahead({ operator, pattern }: NameRule): string {
  const literal = pattern.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  switch (operator) {
    case 'equals':
      return `(?=${literal}$)`;
    case 'starts_with':
      return `(?=${literal})`;
    case 'ends_with':
      return `(?=.*${literal}$)`;
    case 'contains':
      return `(?=.*${literal})`;
    case 'regex':
      return pattern.startsWith('^') ? `(?=${pattern.slice(1)})` : `(?=.*(?:${pattern}))`;
  }
}
