/** HTTP routes of the system, a file for each noun. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createRouter, type Instance, type RouteEnv } from '../../../kernel/index.ts';
import type { AgentsService } from '../service.ts';
import { Access } from './access.ts';
import { addActivityRoutes } from './activity.ts';
import { addAgentRoutes } from './agents.ts';
import { addAuthRoutes } from './auth.ts';
import { addBudgetRoutes } from './budgets.ts';
import { addCostRoutes } from './costs.ts';
import { addImportRoutes } from './imports.ts';
import { addPriceRoutes } from './prices.ts';
import { addProfileRoutes } from './profile.ts';
import { addProjectRoutes } from './projects.ts';
import { addReservationRoutes } from './reservations.ts';
import { addRunnerRoutes } from './runners.ts';
import { addSpendRoutes } from './spend.ts';
import { addUserRoutes } from './users.ts';

/** In the order of the API document. */
const PARTS = [
  addAuthRoutes,
  addProfileRoutes,
  addProjectRoutes,
  addAgentRoutes,
  addCostRoutes,
  addActivityRoutes,
  addSpendRoutes,
  addBudgetRoutes,
  addReservationRoutes,
  addPriceRoutes,
  addImportRoutes,
  addRunnerRoutes,
  addUserRoutes,
] as const;

export function createAgentsRouter(instance: Instance<AgentsService>): OpenAPIHono<RouteEnv> {
  const router = createRouter();
  const access = new Access(instance);
  for (const add of PARTS) add(router, access);
  return router;
}
