/** HTTP routes of the system, a file for each noun. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createRouter, type Instance, type RouteEnv } from '../../../kernel/index.ts';
import type { GigsService } from '../service.ts';
import { Access } from './access.ts';
import { addAdvanceRoutes } from './advances.ts';
import { addAnalyticsRoutes } from './analytics.ts';
import { addAuthRoutes } from './auth.ts';
import { addImportRoutes } from './imports.ts';
import { addInboundRoutes } from './inbound.ts';
import { addPlatformRoutes } from './platforms.ts';
import { addStreamRoutes } from './streams.ts';
import { addTaskEndingRoutes } from './task-endings.ts';
import { addTaskRoutes } from './tasks.ts';
import { addWalletRoutes } from './wallets.ts';
import { addWorkerRoutes } from './workers.ts';

/** In the order of the API document. */
const PARTS = [
  addAuthRoutes,
  addWalletRoutes,
  addWorkerRoutes,
  addAdvanceRoutes,
  addPlatformRoutes,
  addTaskRoutes,
  addTaskEndingRoutes,
  addStreamRoutes,
  addInboundRoutes,
  addImportRoutes,
  addAnalyticsRoutes,
] as const;

export function createGigsRouter(instance: Instance<GigsService>): OpenAPIHono<RouteEnv> {
  const router = createRouter();
  const access = new Access(instance);
  for (const add of PARTS) add(router, access);
  return router;
}
