/** Drizzle 0.45: relational queries and the query builder, prepared once as its performance page advises. */
import { randomUUID } from 'node:crypto';
import { and, desc, eq, gte, lt, relations, sql, sum } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { index, integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { Pool } from 'pg';
import type { Connection, Contender, NewCost } from '../support/contract.ts';
import { versionOf } from '../support/version.ts';
import { assertAmount, parseJson } from './service.ts';

export const version = versionOf('drizzle-orm');

/** 7 values per row; the protocol counts parameters in 16 bits, so one statement holds 9,362 rows at most. */
const ROWS_PER_INSERT = 5_000;

const id = () => text('id').primaryKey().$defaultFn(randomUUID);
const moment = (name: string) => timestamp(name, { precision: 3, withTimezone: true });

const users = pgTable('users', {
  id: id(),
  email: text('email').notNull().unique(),
  password: text('password').notNull(),
  name: text('name'),
  refreshToken: text('refreshToken'),
  createdAt: moment('createdAt').notNull().defaultNow(),
  updatedAt: moment('updatedAt').notNull().defaultNow(),
});
const projects = pgTable(
  'projects',
  {
    id: id(),
    name: text('name').notNull(),
    path: text('path').notNull(),
    userId: text('userId')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    settings: text('settings'),
    createdAt: moment('createdAt').notNull().defaultNow(),
    updatedAt: moment('updatedAt').notNull().defaultNow(),
  },
  (table) => [index('projects_userId_idx').on(table.userId)],
);
const projectId = () =>
  text('projectId')
    .notNull()
    .references(() => projects.id, { onDelete: 'cascade' });
const agents = pgTable('agents', {
  id: id(),
  projectId: projectId(),
  status: text('status').notNull(),
  startTime: moment('startTime').notNull().defaultNow(),
  endTime: moment('endTime'),
  logs: text('logs'),
  error: text('error'),
  createdAt: moment('createdAt').notNull().defaultNow(),
  updatedAt: moment('updatedAt').notNull().defaultNow(),
});
const costs = pgTable('costs', {
  id: id(),
  projectId: projectId(),
  amount: numeric('amount', { precision: 20, scale: 10 }).notNull(),
  model: text('model').notNull(),
  provider: text('provider').notNull(),
  inputTokens: integer('inputTokens'),
  outputTokens: integer('outputTokens'),
  timestamp: moment('timestamp').notNull().defaultNow(),
});
const activities = pgTable('activities', {
  id: id(),
  projectId: projectId(),
  type: text('type').notNull(),
  message: text('message').notNull(),
  metadata: text('metadata'),
  timestamp: moment('timestamp').notNull().defaultNow(),
});

const projectRelations = relations(projects, ({ one, many }) => ({
  user: one(users, { fields: [projects.userId], references: [users.id] }),
  agents: many(agents),
  costs: many(costs),
  activities: many(activities),
}));
const agentRelations = relations(agents, ({ one }) => ({
  project: one(projects, { fields: [agents.projectId], references: [projects.id] }),
}));
const costRelations = relations(costs, ({ one }) => ({
  project: one(projects, { fields: [costs.projectId], references: [projects.id] }),
}));
const activityRelations = relations(activities, ({ one }) => ({
  project: one(projects, { fields: [activities.projectId], references: [projects.id] }),
}));
const schema = {
  ...{ users, projects, agents, costs, activities },
  ...{ projectRelations, agentRelations, costRelations, activityRelations },
};

export async function open(connection: Connection): Promise<Contender> {
  const pool = new Pool({ connectionString: connection.url, max: connection.poolMax });
  const db = drizzle({ client: pool, schema });
  const statements = prepareStatements(db);
  return {
    async project(projectId) {
      const project = await statements.project.execute({ id: projectId });
      if (project === undefined) return null;
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
      const rows = await statements.recent.execute({ userId, limit });
      return rows.map((row) => ({
        ...row.activities,
        metadata: parseJson(row.activities.metadata),
        project: { ...row.projects, settings: parseJson(row.projects.settings) },
      }));
    },
    async createCost(cost) {
      assertAmount(cost);
      const [created] = await statements.create.execute({ id: randomUUID(), ...cost });
      if (created === undefined) throw new Error('insert returned nothing');
      return created;
    },
    async bulkCreateCosts(rows) {
      rows.forEach(assertAmount);
      return await db.transaction(async (tx) => {
        let written = 0;
        for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
          const chunk: NewCost[] = rows.slice(start, start + ROWS_PER_INSERT);
          written += (await tx.insert(costs).values(chunk)).rowCount ?? 0;
        }
        return written;
      });
    },
    async totalCost(of) {
      const [row] = await statements.total.execute({ projectId: of });
      return row?.total ?? '0';
    },
    async dailySpend(range) {
      return await statements.daily.execute({ ...range });
    },
    close: () => pool.end(),
  };
}

function prepareStatements(db: ReturnType<typeof drizzle<typeof schema, Pool>>) {
  const day = sql<string>`(${costs.timestamp} at time zone 'UTC')::date`;
  return {
    project: db.query.projects
      .findFirst({
        where: eq(projects.id, sql.placeholder('id')),
        with: {
          user: { columns: { password: false, refreshToken: false } },
          agents: { orderBy: [desc(agents.startTime)] },
          costs: { orderBy: [desc(costs.timestamp)] },
          activities: { orderBy: [desc(activities.timestamp)] },
        },
      })
      .prepare('project'),
    recent: db
      .select()
      .from(activities)
      .innerJoin(projects, eq(projects.id, activities.projectId))
      .where(eq(projects.userId, sql.placeholder('userId')))
      .orderBy(desc(activities.timestamp))
      .limit(sql.placeholder('limit'))
      .prepare('recent'),
    create: db
      .insert(costs)
      .values({
        // A prepared insert would evaluate $defaultFn once, at preparation, and repeat that id for ever.
        id: sql.placeholder('id'),
        projectId: sql.placeholder('projectId'),
        amount: sql.placeholder('amount'),
        model: sql.placeholder('model'),
        provider: sql.placeholder('provider'),
        inputTokens: sql.placeholder('inputTokens'),
        outputTokens: sql.placeholder('outputTokens'),
      })
      .returning()
      .prepare('create'),
    total: db
      .select({ total: sum(costs.amount) })
      .from(costs)
      .where(eq(costs.projectId, sql.placeholder('projectId')))
      .prepare('total'),
    daily: db
      .select({ day: sql<string>`${day}::text`, amount: sql<string>`sum(${costs.amount})` })
      .from(costs)
      .where(
        and(
          eq(costs.projectId, sql.placeholder('projectId')),
          gte(costs.timestamp, sql.placeholder('from')),
          lt(costs.timestamp, sql.placeholder('to')),
        ),
      )
      .groupBy(day)
      .orderBy(day)
      .prepare('daily'),
  };
}
