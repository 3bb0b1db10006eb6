/** What every price table is turned into before it goes into the price book. */
import { invalidInput } from '../../../kernel/index.ts';
import { aliasesOf } from '../providers.ts';

export interface PriceRate {
  /** Kind of usage, as in the view `usage_kinds`. */
  readonly kind: string;
  /** USD for one unit, as decimal text; scientific notation is exact as well. */
  readonly unitPrice: string;
  /** The rate of a call whose input exceeds this many tokens; 0 is every call. */
  readonly aboveTokens?: number;
}

export const SERVICE_TIERS = ['standard', 'batch', 'flex', 'priority'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

export interface PriceVersion {
  readonly rates: readonly PriceRate[];
  readonly serviceTier?: ServiceTier;
  /** First moment it holds, ISO 8601; missing: as far back as anyone asks. */
  readonly validFrom?: string;
  /** First moment it no longer holds; missing: until further notice. */
  readonly validUntil?: string;
  /** Daily hours in UTC, `00:30` inclusive to `16:30` exclusive; missing: all day. */
  readonly dayFrom?: string;
  readonly dayUntil?: string;
  readonly note?: string;
}

export interface NameRule {
  readonly operator: 'equals' | 'starts_with' | 'ends_with' | 'contains' | 'regex';
  readonly pattern: string;
}

export interface TableModel {
  /** Place in the table, counted from 1. */
  readonly line: number;
  readonly provider: string;
  readonly model: string;
  readonly names: readonly string[];
  readonly rules: readonly NameRule[];
  readonly prices: readonly PriceVersion[];
}

export interface TableProvider {
  readonly id: string;
  readonly name: string;
  readonly fallbackProviders: readonly string[];
  readonly rules: readonly (NameRule & { readonly subject: 'provider' | 'model' })[];
  /** The table describes the provider, rather than merely naming it. */
  readonly complete: boolean;
}

export interface PriceTable {
  /** Short name of where the prices come from. */
  readonly source: string;
  /** Of several sources that price a model, the lowest wins. */
  readonly precedence: number;
  readonly providers: readonly TableProvider[];
  readonly models: readonly TableModel[];
  /** Entries that cannot be used, by their place in the table. */
  readonly refusals: readonly { readonly line: number; readonly reason: string }[];
  readonly notes: readonly string[];
}

/** Sources and their precedence: what somebody entered by hand beats every table. */
export const SOURCE_PRECEDENCE = { manual: 0, list: 5, genai: 10, litellm: 20, builtin: 30 } as const;

/** A provider that a table only names; its aliases make logged spellings find it. */
export function namedProvider(id: string): TableProvider {
  return { id, name: id, fallbackProviders: [], rules: aliasRules(id), complete: false };
}

export function aliasRules(id: string): TableProvider['rules'] {
  return aliasesOf(id).map((pattern) => ({
    subject: 'provider' as const,
    operator: 'equals' as const,
    pattern,
  }));
}

const NUMBER = /^(\d+(?:\.\d+)?)(?:[eE]([+-]?\d{1,3}))?$/;

/** A price divided by a power of ten without arithmetic: `0.135` per million is `0.135e-6`. */
export function perUnit(price: string, powerOfTen: number, field: string): string {
  const match = NUMBER.exec(price);
  if (match === null) {
    throw invalidInput(
      field,
      `${field} is "${price.slice(0, 40)}", which is no price.`,
      'Write a number of zero or more.',
    );
  }
  const exponent = Number(match[2] ?? 0) - powerOfTen;
  return exponent === 0 ? (match[1] ?? '') : `${match[1]}e${exponent}`;
}
