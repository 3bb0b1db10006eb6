/** What usage costs at the price of its time, and costs computed later when prices have become known. */
import { decimalText, invalidInput, type Scope } from '../../kernel/index.ts';
import { requiredText } from './context.ts';
import { isUsageKind, USAGE_KINDS, type Usage } from './usage-kinds.ts';

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

const MAX_NAME = 200;
/** Rows a statement of reprice changes; short enough not to hold locks that others notice. */
const REPRICE_BATCH = 5_000;
const QUOTE = `
  select price_id, reason, kind, quantity, unit_price, priced_as, above_tokens, amount, coalesce(sum(amount) over (), 0) as total
  from :schema.quote_usage_lines(array[$1::text], array[$2::text], array[$3::timestamptz], array[$4::jsonb], array[$5::text])`;

/** What usage costs at the price of its time, kind by kind. */
export async function quote(scope: Scope, call: UsageToPrice): Promise<Quote> {
  const rows = await scope.query<QuoteRow>(QUOTE, [
    call.provider ?? null,
    requiredText(call.model, 'model', MAX_NAME),
    call.at,
    JSON.stringify(checkUsage(call.usage)),
    call.serviceTier ?? null,
  ]);
  return toQuote(rows);
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
