/** The price book: sets, finds and lists prices, and computes what usage costs at the price of its time. */
import {
  assert,
  camelRow,
  decimalText,
  decodeCursor,
  GuildhallError,
  invalidInput,
  type Page,
  type PageRequest,
  pageLimit,
  type Scope,
  toPage,
} from '../../kernel/index.ts';
import {
  builtinTable,
  namedProvider,
  type PriceRate,
  type PriceTable,
  type PriceVersion,
  readPriceTable,
  type ServiceTier,
  SOURCE_PRECEDENCE,
  type TableFormat,
  type TableProvider,
} from './price-tables/index.ts';
import { providerId } from './providers.ts';
import { isUsageKind, USAGE_KINDS, type Usage } from './usage-kinds.ts';

export interface NewPrice {
  readonly provider: string;
  readonly model: string;
  /** Other exact names of the model. */
  readonly names?: readonly string[];
  readonly rates: readonly PriceRate[];
  readonly serviceTier?: ServiceTier;
  /** First moment it holds; missing: as far back as anyone asks. It ends the price that held until then. */
  readonly validFrom?: Date;
  readonly validUntil?: Date;
  /** Daily hours in UTC, such as `00:30` to `16:30`. */
  readonly dayFrom?: string;
  readonly dayUntil?: string;
  readonly note?: string;
  /** Enters a rate above the limit of its kind; it is recorded with the price. */
  readonly acceptImplausible?: boolean;
}

export interface ModelPrice {
  readonly id: string;
  readonly source: string;
  readonly provider: string;
  readonly model: string;
  readonly serviceTier: string;
  readonly dayFrom: string | null;
  readonly dayUntil: string | null;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  /** Unit prices as decimal text. */
  readonly rates: readonly {
    readonly kind: string;
    readonly aboveTokens: number;
    readonly unitPrice: string;
  }[];
  readonly acceptedImplausible: readonly { kind: string; unit_price: string; limit: string }[] | null;
  readonly note: string | null;
  readonly createdAt: Date;
}

export interface UsageToPrice {
  readonly provider?: string;
  readonly model: string;
  readonly at: Date;
  readonly usage: Usage;
  readonly serviceTier?: string;
}

export type UnpricedReason = 'unknown_model' | 'no_price_then' | 'unpriced_kind';

export interface Quote {
  /** USD as exact text; null when the price is not known, which is never the same as zero. */
  readonly amount: string | null;
  readonly priceId: string | null;
  readonly reason: UnpricedReason | null;
  readonly unpricedKinds: readonly string[];
  readonly lines: readonly QuoteLine[];
}

export interface QuoteLine {
  readonly kind: string;
  readonly quantity: string;
  /** Null for a kind without a rate. */
  readonly unitPrice: string | null;
  /** Kind whose rate was used; differs from `kind` where that has none of its own. */
  readonly pricedAs: string | null;
  /** Step of context whose rate was used: 0, or the tokens that the input exceeds. */
  readonly aboveTokens: bigint | null;
  readonly amount: string | null;
}

export interface TableReport {
  readonly source: string;
  readonly models: number;
  readonly inserted: number;
  readonly known: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  readonly notes: readonly string[];
}

/** A price has a few rates; a body with more is not one. */
const MAX_RATES = 200;
/** Rows a statement of reprice changes; short enough not to hold locks that others notice. */
const REPRICE_BATCH = 5_000;
/** What a table's text may measure: 40 times the largest known. */
const MAX_TABLE_CHARACTERS = 32 * 1024 * 1024;

const PRICE_COLUMNS = `id, source, provider, model, service_tier, day_from, day_until, valid_from, valid_until,
  rates, accepted_implausible, note, created_at`;

const PRICE_LIST = 'prices';

const QUOTE = `
  select price_id, reason, kind, quantity, unit_price, priced_as, above_tokens, amount, coalesce(sum(amount) over (), 0) as total
  from :schema.quote_usage_lines(array[$1::text], array[$2::text], array[$3::timestamptz], array[$4::jsonb], array[$5::text])`;

/**
 * Enters a price by hand; it comes before every table's. It starts at `validFrom` and ends the price before it.
 * Throws `implausible_price` for a rate above the limit of its kind, or far from the price in force,
 * and `price_in_use` when a price of the same start has been used already.
 */
export async function setPrice(scope: Scope, price: NewPrice): Promise<ModelPrice> {
  const provider = providerId(requireText(price.provider, 'provider'));
  const { serviceTier, dayFrom, dayUntil, note } = price;
  const entry = {
    provider,
    model: requireText(price.model, 'model'),
    names: price.names ?? [],
    rules: [],
    prices: [
      toVersionRow({
        rates: checkRates(price.rates),
        ...(serviceTier === undefined ? {} : { serviceTier }),
        ...(price.validFrom === undefined ? {} : { validFrom: price.validFrom.toISOString() }),
        ...(price.validUntil === undefined ? {} : { validUntil: price.validUntil.toISOString() }),
        ...(dayFrom === undefined ? {} : { dayFrom }),
        ...(dayUntil === undefined ? {} : { dayUntil }),
        ...(note === undefined ? {} : { note }),
      }),
    ],
  };
  const rows = await scope.query<object>(
    `select shown.*
     from :schema.set_model_prices('manual', $1::smallint, $2::jsonb, $3::jsonb, null, $4, true) as s
     cross join lateral :schema.show_model_price(s.price_id) as shown`,
    [
      SOURCE_PRECEDENCE.manual,
      providerRows([namedProvider(provider)]),
      JSON.stringify([entry]),
      price.acceptImplausible === true,
    ],
  );
  return camelRow<ModelPrice>(onlyRow(rows));
}

/** The price that a call of this model would be charged at; null when none is known for that moment. */
export async function findPrice(
  scope: Scope,
  wanted: {
    readonly provider?: string;
    readonly model: string;
    readonly at?: Date;
    readonly serviceTier?: string;
  },
): Promise<(ModelPrice & { readonly matchedBy: string }) | null> {
  const rows = await scope.query<object>(
    `select ${PRICE_COLUMNS}, matched_by
     from :schema.find_priced_models($1, $2)
     join :schema.price_book using (priced_model_id)
     cross join (select coalesce($3::timestamptz, now()) as at) as moment
     where service_tier = $4
       and tstzrange(valid_from, valid_until) @> at
       and (day_from is null or (day_from <= (at at time zone 'UTC')::time::text and (at at time zone 'UTC')::time::text < day_until))
     order by rank, day_from nulls last
     limit 1`,
    [wanted.provider ?? null, wanted.model, wanted.at ?? null, wanted.serviceTier ?? 'standard'],
  );
  return rows[0] === undefined ? null : camelRow<ModelPrice & { matchedBy: string }>(rows[0]);
}

export interface PriceFilter extends PageRequest {
  readonly source?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Only prices that hold at this moment. */
  readonly at?: Date;
}

/** Prices, the newest entries first. */
export async function listPrices(scope: Scope, filter: PriceFilter = {}): Promise<Page<ModelPrice>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor(PRICE_LIST, filter.cursor);
  const rows = await scope.query<object>(
    `select ${PRICE_COLUMNS}
     from :schema.price_book
     where ($1::text is null or source = $1)
       and ($2::text is null or provider = $2)
       and ($3::text is null or model = $3)
       and ($4::timestamptz is null or tstzrange(valid_from, valid_until) @> $4)
       and ($5::timestamptz is null or (created_at, id) < ($5, $6))
     order by created_at desc, id desc
     limit $7`,
    [
      filter.source ?? null,
      filter.provider === undefined ? null : providerId(filter.provider),
      filter.model ?? null,
      filter.at ?? null,
      after?.at ?? null,
      after?.id ?? null,
      limit + 1,
    ],
  );
  return toPage(
    PRICE_LIST,
    rows.map((row) => camelRow<ModelPrice>(row)),
    limit,
    (price) => price.createdAt,
  );
}

/** Removes a price that nothing was computed with; throws `price_in_use` otherwise and `not_found` for an unknown id. */
export async function deletePrice(scope: Scope, id: string): Promise<void> {
  const rows = await scope.query<{ used: boolean }>(
    `with wanted as (
       select p.id, exists (select from :schema.costs c where c.price_id = p.id) as used
       from :schema.model_prices p where p.id = $1
     ),
     gone as (delete from :schema.model_prices p using wanted w where p.id = w.id and not w.used)
     select used from wanted`,
    [id],
  );
  if (rows[0] === undefined)
    throw new GuildhallError('not_found', `There is no price ${id}.`, { field: 'id' });
  if (rows[0].used) {
    throw new GuildhallError('conflict', `Costs were computed with price ${id}.`, {
      reason: 'price_in_use',
      hint: 'Set a new price that starts later; what was computed stays as it was.',
    });
  }
}

/** What usage costs at the price of its time, kind by kind. */
export async function quote(scope: Scope, call: UsageToPrice): Promise<Quote> {
  const rows = await scope.query<QuoteRow>(QUOTE, [
    call.provider ?? null,
    requireText(call.model, 'model'),
    call.at,
    JSON.stringify(checkUsage(call.usage)),
    call.serviceTier ?? null,
  ]);
  return toQuote(rows);
}

/** Reads a price table and enters it. `asOf` (default now) is when a changed price of a known model starts. */
export async function loadPriceTable(
  scope: Scope,
  format: TableFormat,
  text: string,
  options: { readonly asOf?: Date; readonly acceptImplausible?: boolean } = {},
): Promise<TableReport> {
  if (text.length > MAX_TABLE_CHARACTERS) {
    throw new GuildhallError('payload_too_large', `The price table has ${text.length} characters.`, {
      hint: `The limit is ${MAX_TABLE_CHARACTERS}. Split the table.`,
    });
  }
  return enterTable(scope, readPriceTable(format, text), options);
}

/** Enters the prices that need no table; for the first start. */
export function loadBuiltinPrices(scope: Scope): Promise<TableReport> {
  return enterTable(scope, builtinTable(), {});
}

/** Computes the amounts of unpriced costs where prices have become known; in batches, each its own transaction. */
export async function reprice(
  scope: Scope,
  options: { readonly projectId?: string; readonly batch?: number } = {},
): Promise<{ readonly examined: number; readonly priced: number }> {
  let after: string | null = '';
  let examined = 0;
  let priced = 0;
  while (after !== null) {
    const [row]: { last_id: string | null; examined: bigint; priced: bigint }[] = await scope.query(
      'select last_id, examined, priced from :schema.reprice_costs($1, $2, $3)',
      [options.projectId ?? null, after, options.batch ?? REPRICE_BATCH],
    );
    examined += Number(row?.examined ?? 0);
    priced += Number(row?.priced ?? 0);
    after = row?.last_id ?? null;
  }
  return { examined, priced };
}

async function enterTable(
  scope: Scope,
  table: PriceTable,
  options: { readonly asOf?: Date; readonly acceptImplausible?: boolean },
): Promise<TableReport> {
  const models = table.models.map((model, position) => ({
    ...model,
    position,
    prices: model.prices.map(toVersionRow),
  }));
  const rows = await scope.query<{ ordinal: bigint; outcome: string; reason: string | null }>(
    `select ordinal, outcome, reason
     from :schema.set_model_prices($1, $2::smallint, $3::jsonb, $4::jsonb, coalesce($5, now()), $6, false)`,
    [
      table.source,
      table.precedence,
      providerRows(table.providers),
      JSON.stringify(models),
      options.asOf ?? null,
      options.acceptImplausible === true,
    ],
  );
  const refused = rows
    .filter((row) => row.outcome === 'refused')
    .map((row) => ({ line: Number(row.ordinal), reason: row.reason ?? '' }));
  return {
    source: table.source,
    models: table.models.length,
    inserted: rows.filter((row) => row.outcome === 'inserted').length,
    known: rows.filter((row) => row.outcome === 'known').length,
    refused: [...table.refusals, ...refused],
    notes: table.notes,
  };
}

interface QuoteRow {
  readonly price_id: string | null;
  readonly reason: UnpricedReason | null;
  readonly kind: string | null;
  readonly quantity: string | null;
  readonly unit_price: string | null;
  readonly priced_as: string | null;
  readonly above_tokens: bigint | null;
  readonly amount: string | null;
  readonly total: string | null;
}

function toQuote(rows: readonly QuoteRow[]): Quote {
  const reason = rows.find((row) => row.reason !== null)?.reason ?? null;
  return {
    amount: reason === null ? (rows[0]?.total ?? null) : null,
    priceId: rows[0]?.price_id ?? null,
    reason,
    unpricedKinds: rows.flatMap((row) => (row.reason !== null && row.kind !== null ? [row.kind] : [])),
    lines: rows.flatMap((row) =>
      row.kind === null
        ? []
        : [
            {
              kind: row.kind,
              quantity: row.quantity ?? '0',
              unitPrice: row.unit_price,
              pricedAs: row.priced_as,
              aboveTokens: row.above_tokens,
              amount: row.amount,
            },
          ],
    ),
  };
}

function toVersionRow(version: PriceVersion): Record<string, unknown> {
  return {
    service_tier: version.serviceTier ?? 'standard',
    day_from: version.dayFrom ?? null,
    day_until: version.dayUntil ?? null,
    valid_from: version.validFrom ?? null,
    valid_until: version.validUntil ?? null,
    note: version.note ?? null,
    rates: version.rates.map(({ kind, unitPrice, aboveTokens }) => ({
      kind,
      unit_price: unitPrice,
      above_tokens: aboveTokens ?? 0,
    })),
  };
}

function providerRows(providers: readonly TableProvider[]): string {
  return JSON.stringify(
    providers.map(({ fallbackProviders, ...rest }, position) => ({
      ...rest,
      position,
      fallback_providers: fallbackProviders,
    })),
  );
}

function checkRates(rates: readonly PriceRate[]): PriceRate[] {
  if (rates.length === 0 || rates.length > MAX_RATES) {
    throw invalidInput('rates', `A price has 1 to ${MAX_RATES} rates, but ${rates.length} were given.`);
  }
  return rates.map((rate, index) => {
    if (!isUsageKind(rate.kind)) {
      throw invalidInput(
        `rates[${index}].kind`,
        `"${rate.kind}" is not a kind of usage.`,
        `Use one of: ${Object.keys(USAGE_KINDS).join(', ')}.`,
      );
    }
    return { ...rate, unitPrice: decimalText(rate.unitPrice, `rates[${index}].unitPrice`, { min: 'zero' }) };
  });
}

/** Refuses kinds and quantities that could only be flagged; the database flags them all the same. */
export function checkUsage(usage: Readonly<Record<string, unknown>>): Usage {
  const entries = Object.entries(usage).map(([kind, quantity]) => {
    if (!isUsageKind(kind)) {
      throw invalidInput(
        `usage.${kind}`,
        `"${kind}" is not a kind of usage.`,
        `Use: ${Object.keys(USAGE_KINDS).join(', ')}.`,
      );
    }
    return [kind, decimalText(quantity, `usage.${kind}`, { min: 'zero' })];
  });
  return Object.fromEntries(entries);
}

function requireText(value: string, field: string): string {
  if (value.trim() === '') throw invalidInput(field, `${field} is empty.`, `Give the ${field}.`);
  return value.trim();
}

function onlyRow(rows: readonly object[]): object {
  const [row] = rows;
  assert(row !== undefined, 'a price was set and is not there');
  return row;
}
