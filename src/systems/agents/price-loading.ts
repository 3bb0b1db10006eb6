/** Loads whole price tables into the price book. */
import { GuildhallError, type Scope } from '../../kernel/index.ts';
import {
  builtinTable,
  type PriceTable,
  providerRows,
  readPriceTable,
  type TableFormat,
  toVersionRow,
} from './price-tables/index.ts';

export interface TableReport {
  readonly source: string;
  readonly models: number;
  readonly inserted: number;
  readonly known: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  readonly notes: readonly string[];
}

/** What a table's text may measure: 40 times the largest known. */
const MAX_TABLE_CHARACTERS = 32 * 1024 * 1024;

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

async function enterTable(
  scope: Scope,
  table: PriceTable,
  options: { readonly asOf?: Date; readonly acceptImplausible?: boolean },
): Promise<TableReport> {
  const models = table.models.map(({ line, ...model }, position) => ({
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
    .map((row) => ({ line: table.models[Number(row.ordinal) - 1]?.line ?? 0, reason: row.reason ?? '' }));
  return {
    source: table.source,
    models: table.models.length,
    inserted: rows.filter((row) => row.outcome === 'inserted').length,
    known: rows.filter((row) => row.outcome === 'known').length,
    refused: [...table.refusals, ...refused],
    notes: table.notes,
  };
}
