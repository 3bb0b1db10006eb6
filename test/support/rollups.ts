/** Compares the spend rollups with sums over all costs. */
import type { AgentsService } from '../../src/systems/agents/index.ts';
import type { AgentsFixture } from './agents.ts';

const SUMS = `coalesce(sum(amount), 0) as amount, count(*) as calls, count(*) filter (where amount is null) as unpriced_calls,
  coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens`;
const DAY = `("timestamp" at time zone 'UTC')::date`;

/** Rows in which a rollup and the sums over all costs differ; the whole database, in one snapshot. */
export async function differences({ sql }: AgentsFixture): Promise<unknown[]> {
  const compare = (view: string, columns: string, wanted: string) => `
    select '${view}' as view, to_jsonb(d) as row from (
      (select 'rollup only' as found, r.* from (select ${columns} from :schema.${view} except all ${wanted}) as r)
      union all
      (select 'costs only', c.* from (${wanted} except all select ${columns} from :schema.${view}) as c)
    ) as d`;
  const sums = 'amount, calls, unpriced_calls, input_tokens, output_tokens';
  return sql(
    [
      compare(
        'daily_spend',
        `project_id, day, provider, model, ${sums}`,
        `select project_id, ${DAY}, provider, model, ${SUMS} from :schema.costs group by 1, 2, 3, 4`,
      ),
      compare(
        'total_spend',
        `project_id, ${sums}`,
        `select project_id, ${SUMS} from :schema.costs group by 1`,
      ),
      compare(
        'daily_agent_spend',
        `agent_id, project_id, day, ${sums}`,
        `select agent_id, project_id, ${DAY}, ${SUMS} from :schema.costs where agent_id is not null group by 1, 2, 3`,
      ),
    ].join(' union all '),
  );
}

/** Folds until nothing waits. */
export async function foldAll(service: AgentsService): Promise<void> {
  while (await service.foldSpend());
}

/** How many deltas of a project wait to be folded. */
export async function pendingDeltas({ sql }: AgentsFixture, projectId: string): Promise<number> {
  return (await sql('select 1 from :schema.spend_deltas where project_id = $1', [projectId])).length;
}
