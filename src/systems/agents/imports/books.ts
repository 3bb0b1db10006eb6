/** Where imports are kept, and who hears of a completed one: the owner of its project. */
import type { ImportBooks } from '../../../kernel/index.ts';

export const BOOKS: ImportBooks = {
  target: 'project_id',
  announce: `select :schema.record_change($5, $6, $7, 'import.completed', e.id, p.user_id, null,
       jsonb_build_object('kind', e.kind, 'source', e.source, 'projectId', e.project_id,
         'inserted', e.rows_inserted, 'known', e.rows_known, 'refused', e.rows_refused))
     from ended e left join :schema.projects p on p.id = e.project_id
     where e.state = 'completed'`,
};
