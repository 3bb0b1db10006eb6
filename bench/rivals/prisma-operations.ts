/** The operations in Prisma's client API: findUnique with include, aggregate, createMany; $queryRaw where it has none. */
import type { Contender } from '../support/contract.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { assertAmount, parseJson } from './service.ts';

const NEWEST_FIRST = { orderBy: { timestamp: 'desc' } } as const;

export function prismaContender(prisma: PrismaClient): Contender {
  return {
    async project(id) {
      const project = await prisma.project.findUnique({
        where: { id },
        include: {
          user: { omit: { password: true, refreshToken: true } },
          agents: { orderBy: { startTime: 'desc' } },
          costs: NEWEST_FIRST,
          activities: NEWEST_FIRST,
        },
      });
      if (project === null) return null;
      return {
        ...project,
        settings: parseJson(project.settings),
        agents: project.agents.map((agent) => ({ ...agent, logs: parseJson(agent.logs) })),
        activities: project.activities.map((activity) => ({
          ...activity,
          metadata: parseJson(activity.metadata),
        })),
      };
    },
    async recentActivities(userId, limit) {
      const activities = await prisma.activity.findMany({
        where: { project: { userId } },
        include: { project: true },
        take: limit,
        ...NEWEST_FIRST,
      });
      return activities.map((activity) => ({
        ...activity,
        metadata: parseJson(activity.metadata),
        project: { ...activity.project, settings: parseJson(activity.project.settings) },
      }));
    },
    async createCost(cost) {
      assertAmount(cost);
      return await prisma.cost.create({ data: cost });
    },
    async bulkCreateCosts(costs) {
      costs.forEach(assertAmount);
      const { count } = await prisma.cost.createMany({ data: [...costs] });
      return count;
    },
    async totalCost(projectId) {
      const { _sum } = await prisma.cost.aggregate({ where: { projectId }, _sum: { amount: true } });
      return _sum.amount ?? '0';
    },
    async dailySpend({ projectId, from, to }) {
      // groupBy takes columns only, not expressions such as a day, so the documentation sends us to raw SQL.
      return await prisma.$queryRaw<{ day: string; amount: string }[]>`
        select ("timestamp" at time zone 'UTC')::date::text as "day", sum("amount") as "amount"
        from costs where "projectId" = ${projectId} and "timestamp" >= ${from} and "timestamp" < ${to}
        group by ("timestamp" at time zone 'UTC')::date order by ("timestamp" at time zone 'UTC')::date`;
    },
    close: () => prisma.$disconnect(),
  };
}
