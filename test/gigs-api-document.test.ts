import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/http/index.ts';
import type { Instance } from '../src/kernel/index.ts';
import { isEngineRoute } from './support/api.ts';
import { type GigsApi, openGigsApi } from './support/gigs-api.ts';

let api: GigsApi;

beforeAll(async () => {
  api = await openGigsApi();
});
afterAll(() => api?.close());

describe('the API document of gigs', () => {
  it('is valid OpenAPI 3.1, alone and beside agents, with every reference there', async () => {
    const { database, agents, gigs } = api.fixture.opened;
    const together = createApp({ database, instances: [agents, gigs] as unknown as Instance[] });
    for (const app of [api.app, together]) {
      const text = await (await app.request('/openapi.json')).text();
      const result = await new Validator().validate(JSON.parse(text));
      expect(result.errors).toBeUndefined();
      const { components } = JSON.parse(text) as { components: Record<string, object> };
      for (const [, kind, name] of text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)) {
        expect(Object.keys(components[kind ?? ''] ?? {})).toContain(name);
      }
    }
  });

  it('describes every route: a summary, one tag, a name of its own, an example for every body', async () => {
    const document = (await (await api.app.request('/openapi.json')).json()) as {
      components: { schemas: Record<string, { example?: unknown }> };
    };
    const routes = (await api.routes()).filter((route) => !isEngineRoute(route));
    for (const { method, path, operation } of routes) {
      const name = `${method} ${path}`;
      expect([name, (operation.summary?.length ?? 0) > 5, operation.tags?.length]).toEqual([name, true, 1]);
      expect([name, operation.operationId]).toEqual([name, expect.stringMatching(/^gigs_[a-z][A-Za-z]+$/)]);
      const [content] = Object.values(operation.requestBody?.content ?? {});
      if (content === undefined) continue;
      const schema = document.components.schemas[content.schema.$ref?.split('/').at(-1) ?? ''];
      expect([name, schema?.example ?? content.example]).toEqual([name, expect.anything()]);
    }
    expect(new Set(routes.map(({ operation }) => operation.operationId)).size).toBe(routes.length);
  });

  it('shows curl lines with all that a call requires', async () => {
    const page = (await (await api.app.request('http://127.0.0.1:4477/docs')).text()).replaceAll(
      '&#39;',
      "'",
    );
    expect(page).toMatch(
      /curl -X POST http:\S+\/v1\/gigs\/tasks \\\n.*\n {2}-H 'Idempotency-Key: [-\w]{36}' \\/,
    );
    expect(page).toContain("'http://127.0.0.1:4477/v1/gigs/imports?source=swelancer_paid_tasks.csv' ");
  });
});
