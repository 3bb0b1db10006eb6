import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../src/kernel/instance.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase();
});
afterAll(() => t.close());

test('seed and totals', async () => {
  const s = t.agents.service;
  const report = await s.seed();
  expect(report.written).toBe(true);
  expect((await s.seed()).written).toBe(false);
  const users = await s.listUsers();
  expect(users).toHaveLength(2);
  const projects = await s.listProjectsByUser(users[1]!.id);
  console.log(projects);
  const q = projects.find((p) => p.name === 'Quetrex')!;
  expect(await s.getTotalCostByProject(q.id)).toBe('0.09');
  console.log(JSON.stringify(await s.getProjectById(q.id, { includeUser: true, includeAgents: true, includeCosts: true, includeActivities: true }), null, 1));
  await s.foldSpend();
  expect(await s.getTotalCostByProject(q.id)).toBe('0.09');
  const c = await s.createCost({ projectId: q.id, model: 'gpt-4o', provider: 'openai', inputTokens: 1500, outputTokens: 800 });
  console.log(c);
  console.log(await s.createAgent({ projectId: q.id, status: 'running', logs: ['a', 'b'] }));
  console.log(await s.getDailySpend({ projectId: q.id, by: ['model'] }));
  const b = await s.createBudget({ projectId: q.id, kind: 'hard', period: 'day', limit: '1' });
  console.log(b);
  const r = await s.reserveBudget({ projectId: q.id, amount: '0.5' });
  await expect(s.reserveBudget({ projectId: q.id, amount: '0.9' })).rejects.toThrow(/budget/);
  console.log(await s.settleReservation(r.id, { model: 'gpt-4o', provider: 'openai', amount: '0.6' }));
  console.log(await s.getDashboard(users[1]!.id));
  const v = await verify(t.agents);
  console.log(v);
  expect(v.findings).toEqual([]);
});
