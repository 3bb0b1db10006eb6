/** The kinds of files with calls and runs; the first that recognises a file reads it. */
import { openhandsRuns, sweAgentTrajectory } from './agent-runs.ts';
import { aiderCosts, aiderEvents } from './aider.ts';
import { aiderLeaderboard } from './aider-leaderboard.ts';
import { azureTrace } from './azure-trace.ts';
import type { Importer } from './types.ts';

export const agentKinds: readonly Importer[] = [
  aiderCosts,
  aiderEvents,
  azureTrace,
  openhandsRuns,
  sweAgentTrajectory,
  aiderLeaderboard,
];
