/** Door of the system `agents`: projects, AI agent runs, exact model costs, budgets, activity. */
import { defineSystem } from '../../kernel/index.ts';
import { constraints } from './constraints.ts';
import { agentsCatalog } from './generated/catalog.ts';
import { agentsSql } from './generated/sql.ts';
import { createAgentsRouter } from './routes/index.ts';
import { AgentsService, defaultAccounts } from './service.ts';

export type { Tables as AgentsTables } from './generated/tables.ts';
export { AgentsService } from './service.ts';
export * from './types.ts';

export const agents = defineSystem<AgentsService>({
  name: 'agents',
  title: 'Agents',
  summary: 'Projects, AI agent runs, exact model costs, budgets, activity.',
  sql: agentsSql,
  catalog: agentsCatalog,
  constraints,
  createService: (scope, settings) => new AgentsService(scope, defaultAccounts(scope, settings)),
  accountsOf: (service) => service.accounts,
  createRouter: createAgentsRouter,
  seed: (service) => service.seed(),
  importFile: (service, request) => service.importFile(request),
  demoSignIns: (service) => service.demoSignIns(),
  tasks: [
    { name: 'fold-spend', everyMs: 1_000, run: (service) => service.foldSpend() },
    { name: 'expire-reservations', everyMs: 1_000, run: (service) => service.expireReservations() },
    { name: 'work-on-runners', everyMs: 1_000, run: (service) => service.workOnRunner() },
    { name: 'purge-accounts', everyMs: 3_600_000, run: (service) => service.accounts.purge() },
  ],
  maySee: (principal, event) => event.audience === principal.id,
  tryFirst: [
    {
      title: 'Sign in as the demo user',
      command:
        'curl -s localhost:4477/v1/agents/auth/login -H \'content-type: application/json\' -d \'{"email":"demo@quetrex.ai","password":"demo123"}\'',
    },
    {
      title: 'Import the real log of a developer',
      command: 'npx guildhall import agents examples/agents/aider_llm_costs.csv',
    },
  ],
});
