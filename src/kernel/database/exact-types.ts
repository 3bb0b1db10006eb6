/** How values arrive: exact, never through a float or a local time zone. */
import pg from 'pg';
import { canonicalDecimal } from '../decimal.ts';

const INT8 = 20;
const INT8_ARRAY = 1016;
const NUMERIC = 1700;
const NUMERIC_ARRAY = 1231;
const DATE = 1082;
const DATE_ARRAY = 1182;
const INTERVAL = 1186;
const TIMESTAMPTZ = 1184;
const TEXT_ARRAY: number = 1009;

/** Stands between date and time of a year with four digits. */
const SPACE = 32;

type Parse = (text: string) => unknown;

const parseTimestamp: Parse = pg.types.getTypeParser(TIMESTAMPTZ, 'text');

const asText: Parse = (text) => text;
const parseTextArray: (text: string) => unknown[] = pg.types.getTypeParser(TEXT_ARRAY, 'text');

const PARSERS: Readonly<Record<number, Parse>> = {
  [INT8]: BigInt,
  [INT8_ARRAY]: arrayOf(BigInt),
  [NUMERIC]: canonicalDecimal,
  [NUMERIC_ARRAY]: arrayOf(canonicalDecimal),
  [DATE]: asText,
  [DATE_ARRAY]: arrayOf(asText),
  [INTERVAL]: asText,
  [TIMESTAMPTZ]: (text) => {
    // Sessions run in UTC, and then it is ISO 8601 but for two characters; JavaScript reads that twice as fast.
    if (text.length >= 22 && text.endsWith('+00') && text.charCodeAt(10) === SPACE) {
      return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
    }
    return parseTimestamp(text);
  },
};

/** Type parsers given to each statement, so that nothing global is changed. */
export const exactTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return (PARSERS[oid] ?? pg.types.getTypeParser(oid, format ?? 'text')) as never;
  },
};

function arrayOf(parse: Parse): Parse {
  const inner = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(inner);
    return item === null ? null : parse(item as string);
  };
  return (text) => parseTextArray(text).map(inner);
}
