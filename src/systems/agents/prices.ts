/** The price book: sets, finds, lists and removes the prices of models. */
import {
  type Actor,
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
  SYSTEM_ACTOR,
  toPage,
} from '../../kernel/index.ts';
import { requiredText } from './context.ts';
import {
  namedProvider,
  type PriceRate,
  providerRows,
  type ServiceTier,
  SOURCE_PRECEDENCE,
  toVersionRow,
} from './price-tables/index.ts';
import { providerId } from './providers.ts';
import { isUsageKind, USAGE_KINDS } from './usage-kinds.ts';

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

/** A price has a few rates; a body with more is not one. */
const MAX_RATES = 200;
const MAX_NAME = 200;
const PRICE_COLUMNS = `id, source, provider, model, service_tier, day_from, day_until, valid_from, valid_until,
  rates, accepted_implausible, note, created_at`;

const PRICE_LIST = 'prices';

/**
 * Enters a price by hand; it comes before every table's. It starts at `validFrom` and ends the price before it.
 * Throws `implausible_price` for a rate above the limit of its kind, or far from the price in force,
 * and `price_in_use` when a price of the same start has been used already.
 */
export async function setPrice(
  scope: Scope,
  price: NewPrice,
  actor: Actor = SYSTEM_ACTOR,
): Promise<ModelPrice> {
  const provider = providerId(requiredText(price.provider, 'provider', MAX_NAME));
  const { serviceTier, dayFrom, dayUntil, note } = price;
  const version = toVersionRow({
    rates: checkRates(price.rates),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(price.validFrom === undefined ? {} : { validFrom: price.validFrom.toISOString() }),
    ...(price.validUntil === undefined ? {} : { validUntil: price.validUntil.toISOString() }),
    ...(dayFrom === undefined ? {} : { dayFrom }),
    ...(dayUntil === undefined ? {} : { dayUntil }),
    ...(note === undefined ? {} : { note }),
  });
  const model = requiredText(price.model, 'model', MAX_NAME).trim();
  const entry = { provider, model, names: price.names ?? [], rules: [], prices: [version] };
  const rows = await scope.query<object>(
    `select shown.*
     from :schema.set_model_prices('manual', $1::smallint, $2::jsonb, $3::jsonb, null, $4, true) as s
     cross join lateral :schema.show_model_price(s.price_id) as shown
     cross join lateral (
       select case when s.outcome = 'inserted' then :schema.record_change($5, $6, $7, 'price.set', shown.id, null, null,
         jsonb_build_object('provider', shown.provider, 'model', shown.model, 'rates', shown.rates,
           'acceptedImplausible', shown.accepted_implausible)) end as done
     ) as told`,
    [
      SOURCE_PRECEDENCE.manual,
      providerRows([namedProvider(provider)]),
      JSON.stringify([entry]),
      price.acceptImplausible === true,
      actor.kind,
      actor.id,
      actor.requestId ?? null,
    ],
  );
  const [row] = rows;
  assert(row !== undefined, 'a price was set and is not there');
  return camelRow<ModelPrice>(row);
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
export async function deletePrice(scope: Scope, id: string, actor: Actor = SYSTEM_ACTOR): Promise<void> {
  const rows = await scope.query<{ used: boolean }>(
    `with wanted as (
       select b.*, exists (select from :schema.costs c where c.price_id = b.id) as used
       from :schema.price_book b where b.id = $1
     ), gone as (
       delete from :schema.model_prices p using wanted w where p.id = w.id and not w.used
       returning p.id, w.provider, w.model, w.rates
     ), told as (
       select :schema.record_change($2, $3, $4, 'price.deleted', id, null,
         jsonb_build_object('provider', provider, 'model', model, 'rates', rates), null) as done
       from gone
     )
     select w.used, told.done from wanted w left join told on true`,
    [id, actor.kind, actor.id, actor.requestId ?? null],
  );
  const [row] = rows;
  if (row === undefined) throw new GuildhallError('not_found', `There is no price ${id}.`, { field: 'id' });
  if (row.used) {
    throw new GuildhallError('conflict', `Costs were computed with price ${id}.`, {
      reason: 'price_in_use',
      hint: 'Set a new price that starts later; what was computed stays as it was.',
    });
  }
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
