/** Guildhall as an application uses it: the service of the `agents` system, with its background tasks running. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { openGuildhall } from '../../src/guildhall.ts';
import type { Connection, Contender } from '../support/contract.ts';
import { benchFolder, createDataset, type DatasetSize, finishLoad, runSqlFile } from '../support/dataset.ts';

export const version: string = JSON.parse(
  readFileSync(join(benchFolder(), '..', 'package.json'), 'utf8'),
).version;

const ONE_DAY_MS = 86_400_000;

/** Migrates an empty database, then copies the data set into the tables as an import would leave them. */
export async function prepare(url: string, size: DatasetSize): Promise<void> {
  await using guildhall = await openGuildhall({ url, tasks: false, instances: [{ system: 'agents' }] });
  await guildhall.migrate();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await createDataset(client, size);
    await runSqlFile(client, 'contenders/guildhall-load.sql');
    while (await guildhall.agents.service.foldSpend());
    await finishLoad(client);
  } finally {
    await client.end();
  }
}

export async function open(connection: Connection): Promise<Contender> {
  const url = new URL(connection.url);
  url.searchParams.set('pool_max', String(connection.poolMax));
  const guildhall = await openGuildhall({
    url: url.toString(),
    instances: [{ system: 'agents' }],
    // An error in a background task ends this process, so that the benchmark reports it.
    onError: (error) => process.nextTick(() => Promise.reject(error)),
  });
  const service = guildhall.agents.service;
  return {
    async project(id) {
      const project = await service.getProjectById(id, {
        includeUser: true,
        includeAgents: true,
        includeCosts: true,
        includeActivities: true,
      });
      if (project === null) return null;
      const { user, agents, costs, activities } = project;
      if (user === undefined || agents === undefined || costs === undefined || activities === undefined) {
        throw new Error('getProjectById left out what it was asked to include.');
      }
      return { ...project, user, agents, costs: costs.map(priced), activities };
    },
    recentActivities: (userId, limit) => service.getRecentActivities(userId, limit),
    createCost: async (cost) => priced(await service.createCost(cost)),
    bulkCreateCosts: async (costs) => (await service.bulkCreateCosts(costs)).count,
    totalCost: (projectId) => service.getTotalCostByProject(projectId),
    dailySpend: ({ projectId, from, to }) =>
      service.getDailySpend({
        projectId,
        from: from.toISOString().slice(0, 10),
        // Its range includes the last day.
        to: new Date(to.getTime() - ONE_DAY_MS).toISOString().slice(0, 10),
      }),
    close: () => guildhall.close(),
  };
}

/** All costs of the data set have an amount; one without would be an error of ours. */
function priced<Cost extends { readonly amount: string | null }>(
  cost: Cost,
): Cost & { readonly amount: string } {
  if (cost.amount === null) throw new Error('A cost came back without its amount.');
  return cost as Cost & { readonly amount: string };
}
