/** What a user sees first: sums, the newest activities, the newest projects. */

import { getRecentActivities } from './activities.ts';
import type { Context } from './context.ts';
import { type ProjectSummary, pageProjectSummaries } from './projects.ts';
import type { Activity, Project } from './types.ts';

export interface Dashboard {
  readonly summary: {
    readonly totalProjects: number;
    /** Runs with status running. */
    readonly activeAgents: number;
    /** USD rounded to cents, for people. */
    readonly totalCosts: string;
    /** USD, exact. */
    readonly totalCostsExact: string;
    readonly unpricedCalls: number;
  };
  readonly recentActivities: (Activity & { readonly project: Project })[];
  readonly projects: ProjectSummary[];
}

const RECENT_ACTIVITIES = 10;
const FIRST_PROJECTS = 5;

export async function getDashboard(context: Context, userId: string): Promise<Dashboard> {
  const [sums, recentActivities, page] = await Promise.all([
    context.scope.query<{
      projects: number;
      active: number;
      exact: string;
      rounded: string;
      unpriced: number;
    }>(
      `select count(*)::integer as projects,
          coalesce(sum((select count(*) from :schema.agents a where a.project_id = p.id and a.status = 'running')), 0)::integer as active,
          coalesce(sum(s.amount), 0) as exact, round(coalesce(sum(s.amount), 0), 2)::text as rounded,
          coalesce(sum(s.unpriced_calls), 0)::integer as unpriced
         from :schema.projects p
         left join lateral (select * from :schema.total_spend t where t.project_id = p.id) s on true
        where p.user_id = $1`,
      [userId],
    ),
    getRecentActivities(context, userId, RECENT_ACTIVITIES),
    pageProjectSummaries(context, { userId, limit: FIRST_PROJECTS }),
  ]);
  const row = sums[0];
  return {
    summary: {
      totalProjects: row?.projects ?? 0,
      activeAgents: row?.active ?? 0,
      totalCosts: row?.rounded ?? '0.00',
      totalCostsExact: row?.exact ?? '0',
      unpricedCalls: row?.unpriced ?? 0,
    },
    recentActivities,
    projects: page.data,
  };
}
