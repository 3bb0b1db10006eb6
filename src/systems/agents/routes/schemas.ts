/** The things of this system as they look in answers. */
import { z } from '@hono/zod-openapi';
import { anyId, decimalAnswer, timeSchema } from '../../../kernel/index.ts';
import { BUDGET_KINDS, BUDGET_PERIODS, RESERVATION_STATES } from '../budgets.ts';
import { ORGANIZATION_ROLES, ORGANIZATION_TYPES, SUBSCRIPTION_TIERS } from '../organizations.ts';
import { SERVICE_TIERS } from '../price-tables/index.ts';
import { RUNNER_PROVIDERS, RUNNER_STATUSES } from '../runners.ts';
import { ACTIVITY_TYPES, AGENT_STATUSES } from '../types.ts';

export const jsonObject = z.record(z.string(), z.unknown());
const percent = decimalAnswer('12.5').nullable();

export const userSchema = z
  .object({
    id: anyId('usr'),
    email: z.string().openapi({ example: 'robin@example.org' }),
    name: z.string().nullable().openapi({ example: 'Robin Vale' }),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('User');

export const userAccountSchema = userSchema
  .extend({
    roles: z.array(z.string()).openapi({ example: ['admin'] }),
    disabledAt: timeSchema().nullable().openapi({ description: 'Null: enabled.' }),
  })
  .openapi('UserAccount');

export const organizationSchema = z
  .object({
    id: anyId('org'),
    name: z.string().openapi({ example: 'Robin Vale' }),
    type: z.enum(ORGANIZATION_TYPES),
    slug: z.string().openapi({ example: 'robin-vale', description: 'Unique.' }),
    description: z.string().nullable().openapi({ example: null }),
    subscriptionTier: z.enum(SUBSCRIPTION_TIERS),
    subscriptionPrice: decimalAnswer('0'),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Organization');

export const membershipSchema = organizationSchema
  .extend({ role: z.enum(ORGANIZATION_ROLES), joinedAt: timeSchema() })
  .openapi('Membership');

export const projectSchema = z
  .object({
    id: anyId('prj'),
    name: z.string().openapi({ example: 'Quetrex' }),
    path: z.string().openapi({ example: '/projects/quetrex' }),
    userId: anyId('usr'),
    settings: jsonObject.nullable().openapi({ example: { theme: 'dark' } }),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
    progress: z
      .int()
      .openapi({ example: 50, description: 'Completed runs of all runs in percent; 0 without runs.' }),
    agentCount: z.int().openapi({ example: 2, description: 'Runs of agents.' }),
    totalCost: decimalAnswer('0.09').openapi({ description: 'USD, exact, without unpriced calls.' }),
    unpricedCalls: z.int().openapi({ example: 0, description: 'Calls whose price is unknown.' }),
    lastActivity: timeSchema().nullable(),
  })
  .openapi('Project');

export const agentSchema = z
  .object({
    id: anyId('agt'),
    projectId: anyId('prj'),
    status: z.enum(AGENT_STATUSES),
    startTime: timeSchema(),
    endTime: timeSchema().nullable().openapi({ description: 'Null while nobody has said that it ended.' }),
    error: z.string().nullable().openapi({ example: null, description: 'Why it failed.' }),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Agent', { description: 'A run of an AI agent; its log is at /agents/{id}/logs.' });

export const costSchema = z
  .object({
    id: anyId('cst'),
    projectId: anyId('prj'),
    agentId: anyId('agt')
      .nullable()
      .openapi({ description: 'Run that caused it; null when not attributed.' }),
    amount: decimalAnswer('0.01175').nullable().openapi({
      description: 'USD, exact. Null when the price is unknown, which is never the same as zero.',
    }),
    model: z.string().openapi({ example: 'gpt-4o' }),
    provider: z.string().openapi({ example: 'openai' }),
    inputTokens: z.int().nullable().openapi({ example: 1500 }),
    outputTokens: z.int().nullable().openapi({ example: 800 }),
    usage: jsonObject.nullable().openapi({ example: { input: 1500, output: 800 } }),
    serviceTier: z.enum(SERVICE_TIERS),
    pricing: z.enum(['given', 'computed', 'unpriced']),
    priceId: anyId('mpr').nullable(),
    unpricedKinds: z.array(z.string()).nullable().openapi({ description: 'Kinds of usage without a price.' }),
    timestamp: timeSchema(),
  })
  .openapi('Cost');

export const activitySchema = z
  .object({
    id: anyId('act'),
    projectId: anyId('prj'),
    type: z.enum(ACTIVITY_TYPES),
    message: z.string().openapi({ example: 'Agent started working on issue #125' }),
    metadata: z.unknown().openapi({ example: { issueNumber: 125 } }),
    timestamp: timeSchema(),
  })
  .openapi('Activity');

const spendFields = {
  amount: decimalAnswer('0.09').openapi({ description: 'USD, exact, without unpriced calls.' }),
  calls: z.int().openapi({ example: 3 }),
  unpricedCalls: z.int().openapi({ example: 0 }),
  inputTokens: z.string().openapi({ example: '3500', description: 'A sum, as text.' }),
  outputTokens: z.string().openapi({ example: '1800' }),
};

export const projectSpendSchema = z
  .object({ projectId: anyId('prj'), ...spendFields })
  .openapi('ProjectSpend');

export const dailySpendSchema = z
  .object({
    day: z.string().openapi({ format: 'date', example: '2026-01-31' }),
    projectId: anyId('prj').optional(),
    provider: z.string().optional().openapi({ example: 'openai' }),
    model: z.string().optional().openapi({ example: 'gpt-4o' }),
    agentId: anyId('agt').optional(),
    ...spendFields,
  })
  .openapi('DailySpend');

export const budgetSchema = z
  .object({
    id: anyId('bdg'),
    projectId: anyId('prj'),
    agentId: anyId('agt').nullable().openapi({ description: 'Null: for the whole project.' }),
    kind: z.enum(BUDGET_KINDS),
    period: z.enum(BUDGET_PERIODS),
    limit: decimalAnswer('25'),
    thresholds: z.array(z.string()).openapi({ example: ['0.5', '0.8', '1'] }),
    periodStart: z.string().openapi({ format: 'date', example: '2026-01-01' }),
    spent: decimalAnswer('3.2'),
    reserved: decimalAnswer('0.5'),
    remaining: decimalAnswer('21.3').openapi({ description: 'Negative once costs have passed the limit.' }),
    unpricedCalls: z.int().openapi({ example: 0 }),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Budget');

export const reservationSchema = z
  .object({
    id: anyId('rsv'),
    projectId: anyId('prj'),
    agentId: anyId('agt').nullable(),
    amount: decimalAnswer('0.5'),
    state: z.enum(RESERVATION_STATES),
    purpose: z.string().nullable().openapi({ example: 'issue #125' }),
    costId: anyId('cst').nullable().openapi({ description: 'Cost that settled it.' }),
    createdAt: timeSchema(),
    expiresAt: timeSchema(),
    closedAt: timeSchema().nullable().openapi({ description: 'Null while it is open.' }),
  })
  .openapi('Reservation');

export const runnerSchema = z
  .object({
    id: anyId('rnr'),
    userId: anyId('usr').nullable(),
    organizationId: anyId('org').nullable(),
    name: z.string().openapi({ example: 'builder' }),
    provider: z.enum(RUNNER_PROVIDERS),
    region: z.string().openapi({ example: 'fsn1' }),
    serverType: z.string().openapi({ example: 'cpx31' }),
    maxConcurrentJobs: z.int().openapi({ example: 2 }),
    monthlyPrice: decimalAnswer('17.99')
      .nullable()
      .openapi({ description: 'List price; null when not known.' }),
    ipAddress: z.string().nullable().openapi({ example: '192.0.2.17' }),
    sshKeyId: z.string().nullable().openapi({ example: null }),
    status: z.enum(RUNNER_STATUSES),
    lastHeartbeat: timeSchema().nullable(),
    errorMessage: z.string().nullable().openapi({ example: null }),
    cpuUsage: percent,
    memoryUsage: percent,
    diskUsage: percent,
    metadata: jsonObject.nullable().openapi({ example: { sandbox: true } }),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Runner');
