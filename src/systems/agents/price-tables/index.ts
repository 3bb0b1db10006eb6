/** Price tables: recognises their formats and reads them into one shape. */
import { invalidInput, isRecord, parseLossless } from '../../../kernel/index.ts';
import { readGenaiTable } from './genai.ts';
import { readPriceList } from './list.ts';
import { readLitellmTable } from './litellm.ts';
import type { PriceTable } from './table.ts';

export { builtinTable } from './builtin.ts';
export { providerRows, toVersionRow } from './rows.ts';
export type {
  NameRule,
  PriceRate,
  PriceTable,
  PriceVersion,
  ServiceTier,
  TableModel,
  TableProvider,
} from './table.ts';
export { namedProvider, perUnit, SERVICE_TIERS, SOURCE_PRECEDENCE } from './table.ts';

export const TABLE_FORMATS = ['genai', 'litellm', 'list'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Reads a price table's text; throws `invalid_input` when it is not of this format. */
export function readPriceTable(format: TableFormat, text: string): PriceTable {
  if (format === 'list') return readPriceList(text);
  const json = parseLossless(text, 'The price table');
  if (format === 'genai') {
    if (Array.isArray(json)) return readGenaiTable(json);
    throw invalidInput(
      'table',
      'A genai price table is a JSON array of providers.',
      'Name its format: litellm or list.',
    );
  }
  if (isRecord(json)) return readLitellmTable(json);
  throw invalidInput(
    'table',
    'A LiteLLM price table is a JSON object of models.',
    'Name its format: genai or list.',
  );
}
