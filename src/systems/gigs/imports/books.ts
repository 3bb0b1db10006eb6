/** Where imports are kept, and who hears of a completed one: the platform that paid, or administrators. */
import type { ImportBooks } from '../../../kernel/index.ts';

export const BOOKS: ImportBooks = {
  target: 'platform_id',
  announce: `select :schema.record_action($5, $6, $7, 'completed', 'import', e.id,
       jsonb_build_object('kind', e.kind, 'source', e.source, 'platformId', e.platform_id,
         'inserted', e.rows_inserted, 'known', e.rows_known, 'refused', e.rows_refused),
       array_remove(array[e.platform_id], null))
     from ended e where e.state = 'completed'`,
};
