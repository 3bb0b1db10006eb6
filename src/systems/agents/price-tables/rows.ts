/** Prices and providers as the database's functions take them. */
import type { PriceVersion, TableProvider } from './table.ts';

export function toVersionRow(version: PriceVersion): Record<string, unknown> {
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

export function providerRows(providers: readonly TableProvider[]): string {
  return JSON.stringify(
    providers.map(({ fallbackProviders, ...rest }, position) => ({
      ...rest,
      position,
      fallback_providers: fallbackProviders,
    })),
  );
}
