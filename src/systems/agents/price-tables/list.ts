/** A simple price list, as CSV or as a JSON array of the same fields: one rate a row. */
import { parse as parseCsv } from 'csv-parse/sync';
import { invalidInput, isRecord, parseLossless, textOf } from '../../../kernel/index.ts';
import { providerId } from '../providers.ts';
import { isUsageKind } from '../usage-kinds.ts';
import {
  namedProvider,
  type PriceRate,
  type PriceTable,
  type PriceVersion,
  perUnit,
  SERVICE_TIERS,
  type ServiceTier,
  SOURCE_PRECEDENCE,
} from './table.ts';

export const LIST_COLUMNS = [
  'provider',
  'model',
  'kind',
  'price',
  'per',
  'above_tokens',
  'service_tier',
  'valid_from',
  'valid_until',
  'day_from',
  'day_until',
  'names',
  'note',
] as const;

type Row = Readonly<Record<(typeof LIST_COLUMNS)[number], string>>;

const REQUIRED = ['provider', 'model', 'kind', 'price'] as const;
/** `per` is the number of units the price is for: a power of ten, so that one unit has an exact price. */
const POWERS: Readonly<Record<string, number>> = { '': 0, '1': 0, '1000': 3, '1000000': 6, '1000000000': 9 };

interface Group {
  readonly line: number;
  readonly row: Row;
  readonly rates: PriceRate[];
  broken: boolean;
}

/** Rows of one model, tier and time make up one price. */
export function readPriceList(text: string): PriceTable {
  const rows = text.trimStart().startsWith('[') ? jsonRows(text) : csvRows(text);
  const refusals: { line: number; reason: string }[] = [];
  const groups = new Map<string, Group>();
  for (const { line, row } of rows) {
    const fields = [row.provider, row.model, row.service_tier, row.valid_from, row.valid_until, row.day_from];
    const key = fields.join('\n');
    const group = groups.get(key) ?? { line, row, rates: [], broken: false };
    groups.set(key, group);
    try {
      addRate(group, rateOf(row));
      versionOf(row);
    } catch (error) {
      // A price with a rate missing would leave that kind unpriced, so it is left out whole.
      group.broken = true;
      refusals.push({ line, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const models = new Map<string, { line: number; row: Row; prices: PriceVersion[] }>();
  for (const { line, row, rates, broken } of groups.values()) {
    if (broken) continue;
    const key = `${row.provider}\n${row.model}`;
    const model = models.get(key) ?? { line, row, prices: [] };
    model.prices.push({ ...versionOf(row), rates });
    models.set(key, model);
  }
  return {
    source: 'list',
    precedence: SOURCE_PRECEDENCE.list,
    providers: [...new Set([...models.values()].map(({ row }) => providerId(row.provider)))].map(
      namedProvider,
    ),
    models: [...models.values()].map(({ line, row, prices }) => ({
      line,
      provider: providerId(row.provider),
      model: row.model,
      names: row.names.split(/[;\s]+/).filter((name) => name !== ''),
      rules: [],
      prices: prices.sort((a, b) => (a.validFrom ?? '').localeCompare(b.validFrom ?? '')),
    })),
    refusals,
    notes: [],
  };
}

function addRate(group: Group, rate: PriceRate): void {
  const same = (other: PriceRate): boolean =>
    other.kind === rate.kind && (other.aboveTokens ?? 0) === (rate.aboveTokens ?? 0);
  if (group.rates.some(same)) {
    throw invalidInput(
      'kind',
      `${rate.kind} is priced twice.`,
      'Give each kind one price, or another validity.',
    );
  }
  group.rates.push(rate);
}

function rateOf(row: Row): PriceRate {
  for (const name of REQUIRED) if (row[name] === '') throw invalidInput(name, `${name} is missing.`);
  if (!isUsageKind(row.kind))
    throw invalidInput('kind', `"${row.kind}" is not a kind of usage.`, 'See docs/prices.md.');
  const power = POWERS[row.per];
  if (power === undefined)
    throw invalidInput('per', `per is ${row.per}.`, 'Use 1, 1000, 1000000 or 1000000000.');
  const unitPrice = perUnit(row.price, power, 'price');
  if (row.above_tokens === '') return { kind: row.kind, unitPrice };
  if (!/^\d{1,12}$/.test(row.above_tokens))
    throw invalidInput('above_tokens', 'above_tokens is no whole number.');
  return { kind: row.kind, unitPrice, aboveTokens: Number(row.above_tokens) };
}

function versionOf(row: Row): Omit<PriceVersion, 'rates'> {
  const tier = row.service_tier === '' ? 'standard' : row.service_tier;
  if (!SERVICE_TIERS.includes(tier as ServiceTier)) {
    throw invalidInput(
      'service_tier',
      `"${tier}" is not a service tier.`,
      `Use ${SERVICE_TIERS.join(', ')}.`,
    );
  }
  return {
    serviceTier: tier as ServiceTier,
    ...moment('validFrom', row.valid_from),
    ...moment('validUntil', row.valid_until),
    ...(row.day_from === '' ? {} : { dayFrom: row.day_from, dayUntil: row.day_until }),
    ...(row.note === '' ? {} : { note: row.note }),
  };
}

function moment(name: 'validFrom' | 'validUntil', text: string): Partial<Pick<PriceVersion, typeof name>> {
  if (text === '') return {};
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(time.getTime())) throw invalidInput(name, `"${text}" is not a time.`, 'Write 2026-01-31.');
  return { [name]: time.toISOString() };
}

function csvRows(text: string): { line: number; row: Row }[] {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parseCsv(text, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
    }) as never;
  } catch (cause) {
    throw invalidInput('file', `The price list is not CSV: ${cause instanceof Error ? cause.message : ''}`);
  }
  const columns = Object.keys(records[0]?.record ?? {});
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw invalidInput(
      'file',
      `The price list has no column ${missing.join(', ')}.`,
      `Columns: ${LIST_COLUMNS.join(', ')}.`,
    );
  }
  return records.map(({ record, info }) => ({ line: info.lines, row: toRow(record) }));
}

function jsonRows(text: string): { line: number; row: Row }[] {
  const list = parseLossless(text, 'The price list');
  if (!Array.isArray(list)) throw invalidInput('file', 'The price list is not a JSON array.');
  return list.map((entry: unknown, index) => ({ line: index + 1, row: toRow(isRecord(entry) ? entry : {}) }));
}

function toRow(record: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(LIST_COLUMNS.map((name) => [name, textOf(record[name])])) as Row;
}
