/** Hand-written node-postgres: named statements, one round trip where one does, `unnest` for bulk. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type {
  Activity,
  ActivityWithProject,
  Connection,
  Contender,
  Cost,
  DaySpend,
  NewCost,
  Project,
  ProjectWithAll,
} from '../support/contract.ts';
import { versionOf } from '../support/version.ts';

export const version: string = versionOf('pg');

/**
 * One statement with positional JSON. Measured against four parallel statements (0.65 of it), json_agg of objects
 * (0.65) and json_agg of whole rows (0.8): fewer names to write and to parse. Amounts go as text, to stay exact.
 */
const PROJECT = {
  name: 'project',
  text: `select p."id", p."name", p."path", p."userId", p."settings", p."createdAt", p."updatedAt",
      json_build_object('id', u."id", 'email', u."email", 'name', u."name") as "user",
      (select coalesce(json_agg(json_build_array(a."id", a."status", a."startTime", a."endTime", a."logs", a."error",
          a."createdAt", a."updatedAt") order by a."startTime" desc), '[]')
        from agents as a where a."projectId" = p."id") as "agents",
      (select coalesce(json_agg(json_build_array(c."id", c."amount"::text, c."model", c."provider", c."inputTokens",
          c."outputTokens", c."timestamp") order by c."timestamp" desc), '[]')
        from costs as c where c."projectId" = p."id") as "costs",
      (select coalesce(json_agg(json_build_array(v."id", v."type", v."message", v."metadata", v."timestamp")
          order by v."timestamp" desc), '[]')
        from activities as v where v."projectId" = p."id") as "activities"
    from projects as p join users as u on u."id" = p."userId" where p."id" = $1`,
};
const RECENT = {
  name: 'recent',
  text: `select a."id", a."projectId", a."type", a."message", a."metadata", a."timestamp",
      p."name" as "projectName", p."path" as "projectPath", p."userId" as "projectUserId",
      p."settings" as "projectSettings", p."createdAt" as "projectCreatedAt"
    from activities as a join projects as p on p."id" = a."projectId"
    where p."userId" = $1 order by a."timestamp" desc limit $2`,
};
const CREATE = {
  name: 'create',
  text: `insert into costs ("id", "projectId", "amount", "model", "provider", "inputTokens", "outputTokens")
    values ($1, $2, $3, $4, $5, $6, $7)
    returning "id", "projectId", "amount", "model", "provider", "inputTokens", "outputTokens", "timestamp"`,
};
const BULK = {
  name: 'bulk',
  text: `insert into costs ("id", "projectId", "amount", "model", "provider", "inputTokens", "outputTokens")
    select * from unnest($1::text[], $2::text[], $3::numeric[], $4::text[], $5::text[], $6::integer[], $7::integer[])`,
};
const TOTAL = {
  name: 'total',
  text: `select coalesce(sum("amount"), 0) as "total" from costs where "projectId" = $1`,
};
const DAILY = {
  name: 'daily',
  text: `select ("timestamp" at time zone 'UTC')::date::text as "day", sum("amount") as "amount"
    from costs where "projectId" = $1 and "timestamp" >= $2 and "timestamp" < $3
    group by ("timestamp" at time zone 'UTC')::date order by ("timestamp" at time zone 'UTC')::date`,
};

type AgentTuple = [string, string, string, string | null, string | null, string | null, string, string];
type CostTuple = [string, string, string, string, number | null, number | null, string];
type ActivityTuple = [string, string, string, string | null, string];
type ProjectRow = Omit<Project, 'settings'> & {
  settings: string | null;
  user: ProjectWithAll['user'];
  agents: AgentTuple[];
  costs: CostTuple[];
  activities: ActivityTuple[];
};
type StoredActivity = Omit<Activity, 'metadata'> & { metadata: string | null };
type RecentRow = StoredActivity & {
  projectName: string;
  projectPath: string;
  projectUserId: string;
  projectSettings: string | null;
  projectCreatedAt: Date;
};

export async function open(connection: Connection): Promise<Contender> {
  const pool = new pg.Pool({ connectionString: connection.url, max: connection.poolMax });
  return {
    async project(id) {
      const { rows } = await pool.query<ProjectRow>({ ...PROJECT, values: [id] });
      const row = rows[0];
      return row === undefined ? null : toProjectWithAll(row);
    },
    async recentActivities(userId, limit) {
      const { rows } = await pool.query<RecentRow>({ ...RECENT, values: [userId, limit] });
      return rows.map(toActivityWithProject);
    },
    async createCost(cost) {
      assertAmount(cost);
      const values = [
        randomUUID(),
        cost.projectId,
        cost.amount,
        cost.model,
        cost.provider,
        cost.inputTokens,
        cost.outputTokens,
      ];
      const { rows } = await pool.query<Cost>({ ...CREATE, values });
      const created = rows[0];
      if (created === undefined) throw new Error('insert returned nothing');
      return created;
    },
    async bulkCreateCosts(costs) {
      costs.forEach(assertAmount);
      const values = [
        costs.map(() => randomUUID()),
        costs.map((cost) => cost.projectId),
        costs.map((cost) => cost.amount),
        costs.map((cost) => cost.model),
        costs.map((cost) => cost.provider),
        costs.map((cost) => cost.inputTokens),
        costs.map((cost) => cost.outputTokens),
      ];
      const { rowCount } = await pool.query({ ...BULK, values });
      return rowCount ?? 0;
    },
    async totalCost(projectId) {
      const { rows } = await pool.query<{ total: string }>({ ...TOTAL, values: [projectId] });
      return rows[0]?.total ?? '0';
    },
    async dailySpend({ projectId, from, to }) {
      const { rows } = await pool.query<DaySpend>({ ...DAILY, values: [projectId, from, to] });
      return rows;
    },
    close: () => pool.end(),
  };
}

function toProjectWithAll(row: ProjectRow): ProjectWithAll {
  const projectId = row.id;
  return {
    ...row,
    settings: parse(row.settings),
    agents: row.agents.map(([id, status, startTime, endTime, logs, error, createdAt, updatedAt]) => ({
      ...{ id, projectId, status, error },
      startTime: new Date(startTime),
      endTime: endTime === null ? null : new Date(endTime),
      logs: parse(logs),
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
    })),
    costs: row.costs.map(([id, amount, model, provider, inputTokens, outputTokens, timestamp]) => ({
      id,
      projectId,
      amount,
      model,
      provider,
      inputTokens,
      outputTokens,
      timestamp: new Date(timestamp),
    })),
    activities: row.activities.map(([id, type, message, metadata, timestamp]) => ({
      id,
      projectId,
      type,
      message,
      metadata: parse(metadata),
      timestamp: new Date(timestamp),
    })),
  };
}

function toActivityWithProject(row: RecentRow): ActivityWithProject {
  return {
    id: row.id,
    projectId: row.projectId,
    type: row.type,
    message: row.message,
    metadata: parse(row.metadata),
    timestamp: row.timestamp,
    project: {
      id: row.projectId,
      name: row.projectName,
      path: row.projectPath,
      userId: row.projectUserId,
      settings: parse(row.projectSettings),
      createdAt: row.projectCreatedAt,
    },
  };
}

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function assertAmount(cost: NewCost): void {
  if (!/^\d+(\.\d+)?$/.test(cost.amount)) throw new Error(`Amount must be positive: ${cost.amount}`);
}
