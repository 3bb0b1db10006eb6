/** TypeORM 1: entity schemas, repositories with find options, and the query builder where its documentation prefers it. */
import { randomUUID } from 'node:crypto';
import { DataSource, EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Connection, Contender } from '../support/contract.ts';
import { versionOf } from '../support/version.ts';
import { assertAmount, parseJson } from './service.ts';

export const version = versionOf('typeorm');

/** 7 values per row; the protocol counts parameters in 16 bits, so one statement holds 9,362 rows at most. */
const ROWS_PER_INSERT = 5_000;

interface UserRow {
  id: string;
  email: string;
  password: string;
  name: string | null;
  refreshToken: string | null;
  createdAt: Date;
  updatedAt: Date;
}
interface ProjectRow {
  id: string;
  name: string;
  path: string;
  userId: string;
  settings: string | null;
  createdAt: Date;
  updatedAt: Date;
  user: UserRow;
  agents: AgentRow[];
  costs: CostRow[];
  activities: ActivityRow[];
}
interface AgentRow {
  id: string;
  projectId: string;
  status: string;
  startTime: Date;
  endTime: Date | null;
  logs: string | null;
  error: string | null;
  createdAt: Date;
  updatedAt: Date;
  project: ProjectRow;
}
interface CostRow {
  id: string;
  projectId: string;
  amount: string;
  model: string;
  provider: string;
  inputTokens: number | null;
  outputTokens: number | null;
  timestamp: Date;
  project: ProjectRow;
}
interface ActivityRow {
  id: string;
  projectId: string;
  type: string;
  message: string;
  metadata: string | null;
  timestamp: Date;
  project: ProjectRow;
}

const key: EntitySchemaColumnOptions = { type: 'text', primary: true };
const string: EntitySchemaColumnOptions = { type: 'text' };
const optional: EntitySchemaColumnOptions = { type: 'text', nullable: true };
const secret: EntitySchemaColumnOptions = { type: 'text', select: false };
const created: EntitySchemaColumnOptions = { type: 'timestamptz', precision: 3, createDate: true };
const updated: EntitySchemaColumnOptions = { type: 'timestamptz', precision: 3, updateDate: true };

const UserEntity = new EntitySchema<UserRow>({
  name: 'User',
  tableName: 'users',
  columns: {
    id: key,
    email: { ...string, unique: true },
    password: secret,
    name: optional,
    refreshToken: { ...secret, nullable: true },
    createdAt: created,
    updatedAt: updated,
  },
});
const ProjectEntity = new EntitySchema<ProjectRow>({
  name: 'Project',
  tableName: 'projects',
  columns: {
    id: key,
    name: string,
    path: string,
    userId: string,
    settings: optional,
    createdAt: created,
    updatedAt: updated,
  },
  relations: {
    user: { type: 'many-to-one', target: 'User', joinColumn: { name: 'userId' }, onDelete: 'CASCADE' },
    agents: { type: 'one-to-many', target: 'Agent', inverseSide: 'project' },
    costs: { type: 'one-to-many', target: 'Cost', inverseSide: 'project' },
    activities: { type: 'one-to-many', target: 'Activity', inverseSide: 'project' },
  },
});
const AgentEntity = new EntitySchema<AgentRow>({
  name: 'Agent',
  tableName: 'agents',
  columns: {
    id: key,
    projectId: string,
    status: string,
    startTime: { type: 'timestamptz', precision: 3 },
    endTime: { type: 'timestamptz', precision: 3, nullable: true },
    logs: optional,
    error: optional,
    createdAt: created,
    updatedAt: updated,
  },
  relations: { project: belongsTo('agents') },
});
const CostEntity = new EntitySchema<CostRow>({
  name: 'Cost',
  tableName: 'costs',
  columns: {
    id: key,
    projectId: string,
    amount: { type: 'numeric', precision: 20, scale: 10 },
    model: string,
    provider: string,
    inputTokens: { type: 'integer', nullable: true },
    outputTokens: { type: 'integer', nullable: true },
    timestamp: created,
  },
  relations: { project: belongsTo('costs') },
});
const ActivityEntity = new EntitySchema<ActivityRow>({
  name: 'Activity',
  tableName: 'activities',
  columns: {
    id: key,
    projectId: string,
    type: string,
    message: string,
    metadata: optional,
    timestamp: created,
  },
  relations: { project: belongsTo('activities') },
});

function belongsTo(inverseSide: 'agents' | 'costs' | 'activities') {
  return {
    type: 'many-to-one',
    target: 'Project',
    inverseSide,
    joinColumn: { name: 'projectId' },
    onDelete: 'CASCADE',
  } as const;
}

export async function open(connection: Connection): Promise<Contender> {
  const source = new DataSource({
    type: 'postgres',
    url: connection.url,
    poolSize: connection.poolMax,
    entities: [UserEntity, ProjectEntity, AgentEntity, CostEntity, ActivityEntity],
  });
  await source.initialize();
  const projects = source.getRepository(ProjectEntity);
  const activities = source.getRepository(ActivityEntity);
  const costs = source.getRepository(CostEntity);
  return {
    async project(id) {
      const project = await projects.findOne({
        where: { id },
        relations: { user: true, agents: true, costs: true, activities: true },
        // The default strategy, one join, would return agents x costs x activities: 100,000 rows per project.
        relationLoadStrategy: 'query',
      });
      if (project === null) return null;
      return {
        ...project,
        settings: parseJson(project.settings),
        // An order in the find options fails together with that strategy (1.1.1 names a column it never joined).
        agents: project.agents
          .sort((a, b) => b.startTime.getTime() - a.startTime.getTime())
          .map((agent) => ({ ...agent, logs: parseJson(agent.logs) })),
        costs: project.costs.sort(newestFirst),
        activities: project.activities
          .sort(newestFirst)
          .map((activity) => ({ ...activity, metadata: parseJson(activity.metadata) })),
      };
    },
    async recentActivities(userId, limit) {
      const found = await activities.find({
        where: { project: { userId } },
        relations: { project: true },
        order: { timestamp: 'DESC' },
        take: limit,
      });
      return found.map((activity) => ({
        ...activity,
        metadata: parseJson(activity.metadata),
        project: { ...activity.project, settings: parseJson(activity.project.settings) },
      }));
    },
    async createCost(cost) {
      assertAmount(cost);
      // insert, not save: save would look for the id first and open a transaction.
      const created = costs.create({ id: randomUUID(), ...cost });
      await costs.insert(created);
      return created;
    },
    async bulkCreateCosts(rows) {
      rows.forEach(assertAmount);
      return await source.transaction(async (manager) => {
        let written = 0;
        for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
          const values = rows
            .slice(start, start + ROWS_PER_INSERT)
            .map((cost) => ({ id: randomUUID(), ...cost }));
          await manager
            .createQueryBuilder()
            .insert()
            .into(CostEntity)
            .values(values)
            .updateEntity(false)
            .execute();
          written += values.length;
        }
        return written;
      });
    },
    async totalCost(projectId) {
      // Repository.sum() gives a JavaScript number; the query builder keeps the exact text.
      const row = await costs
        .createQueryBuilder('cost')
        .select('SUM(cost.amount)', 'total')
        .where('cost.projectId = :projectId', { projectId })
        .getRawOne<{ total: string | null }>();
      return row?.total ?? '0';
    },
    async dailySpend({ projectId, from, to }) {
      const day = `(cost.timestamp at time zone 'UTC')::date`;
      return await costs
        .createQueryBuilder('cost')
        .select(`${day}::text`, 'day')
        .addSelect('SUM(cost.amount)', 'amount')
        .where('cost.projectId = :projectId', { projectId })
        .andWhere('cost.timestamp >= :from AND cost.timestamp < :to', { from, to })
        .groupBy(day)
        .orderBy(day)
        .getRawMany<{ day: string; amount: string }>();
    },
    close: () => source.destroy(),
  };
}

function newestFirst(a: { timestamp: Date }, b: { timestamp: Date }): number {
  return b.timestamp.getTime() - a.timestamp.getTime();
}
