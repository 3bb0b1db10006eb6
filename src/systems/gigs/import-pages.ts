/** What is known of imports afterwards: their progress, and the rows they left out. */
import {
  camelRow,
  decodeCursor,
  encodeCursor,
  GuildhallError,
  type IMPORT_STATES,
  type ImportRefusal,
  type Page,
  type PageRequest,
  pageImportRefusals,
  pageLimit,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
