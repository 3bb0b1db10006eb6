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

  it('requires an Idempotency-Key where the call is refused without one, and nowhere else', async () => {
    interface Parameter {
      readonly name: string;
      readonly required: boolean;
      readonly description: string;
    }
    interface Operation {
      readonly operationId: string;
      readonly parameters?: readonly (Partial<Parameter> & { readonly $ref?: string })[];
      readonly 'x-limits'?: { readonly needsKey?: string };
    }
    const { database, agents, gigs } = api.fixture.opened;
    const app = createApp({ database, instances: [agents, gigs] as unknown as Instance[] });
    const { paths, components } = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, Operation>>;
      components: { parameters: Record<string, Parameter> };
    };
    const page = await (await app.request('http://127.0.0.1:4477/docs')).text();
    const seen = { required: 0, optional: 0 };
    for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
      const keys = (operation.parameters ?? [])
        .map((one) => components.parameters[one.$ref?.split('/').at(-1) ?? ''] ?? one)
        .filter(({ name }) => name === 'Idempotency-Key');
      const isNeeded = operation['x-limits']?.needsKey !== undefined;
      if (isNeeded) expect([operation.operationId, keys.length]).toEqual([operation.operationId, 1]);
      for (const { required, description } of keys) {
        expect([operation.operationId, required]).toEqual([operation.operationId, isNeeded]);
        expect(description?.includes('is refused')).toBe(isNeeded);
        seen[isNeeded ? 'required' : 'optional'] += 1;
      }
    }
    expect(seen.required).toBe(14);
    expect(seen.optional).toBeGreaterThan(20);
    const shown = [...page.matchAll(/<dt><code>Idempotency-Key<\/code>.*?<\/dt>/gs)].map(([text]) => text);
    expect(shown.filter((text) => !text.includes('optional'))).toHaveLength(seen.required);
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
