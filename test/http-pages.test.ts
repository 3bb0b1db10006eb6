import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Face, openFace } from './support/face.ts';

let face: Face;

beforeAll(async () => {
  face = await openFace(['notes', 'second']);
});

afterAll(async () => {
  await face?.opened.close();
});

/** Addresses that a page links to or loads. */
function addressesOf(page: string): string[] {
  const attribute =
    /\s(?:src|href|action|formaction|srcset|poster|data|ping)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi;
  return [...page.matchAll(attribute)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

/** What points to another host, or is inline and so not under the policy. */
function strayParts(page: string): string[] {
  const foreign = addressesOf(page).filter((address) => !/^(?:\/(?!\/)|#)/.test(address));
  const inline = page.match(/<style|\sstyle\s*=|<script(?![^>]*\ssrc)|<[^>]*\son\w+\s*=|@import/gi) ?? [];
  return [...foreign, ...inline];
}

describe('the API document', () => {
  it('is valid OpenAPI 3.1 over all instances', async () => {
    const text = await (await face.app().request('/openapi.json')).text();
    const document = JSON.parse(text) as { paths: object; components: Record<string, object> };
    const result = await new Validator().validate(JSON.parse(text));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    for (const [, kind, name] of text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)) {
      expect(Object.keys(document.components[kind!]!)).toContain(name);
    }
    const paths = Object.keys(document.paths);
    for (const schema of ['notes', 'second']) {
      expect(paths).toEqual(
        expect.arrayContaining([`/v1/${schema}/notes`, `/v1/${schema}/notes/{id}`, `/v1/${schema}/events`]),
      );
    }
  });

  it('gives every operation a name of its own, security, and its problem answers', async () => {
    interface Operation {
      operationId: string;
      security: object[];
      parameters?: { $ref?: string }[];
      responses: Record<string, { $ref?: string }>;
    }
    const document = (await (await face.app().request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    const create = document.paths['/v1/notes/notes']!.post!;
    expect(create.security).toEqual([{ bearer: [] }]);
    expect(create.parameters).toContainEqual({ $ref: '#/components/parameters/IdempotencyKey' });
    expect(Object.keys(create.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '409', '413', '415', '422', '429', '500', '503']),
    );
    expect(document.paths['/v1/notes/auth/login']!.post!.security).toEqual([]);
  });
});

describe('the pages', () => {
  const PAGES = ['/', '/docs', '/docs/errors'];

  it('ask no other host for anything, and what they ask this one for is there', async () => {
    const app = face.app();
    for (const path of PAGES) {
      const answer = await app.request(`http://127.0.0.1:4477${path}`);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      const page = await answer.text();
      expect(strayParts(page)).toEqual([]);
      const local = new Set(addressesOf(page).filter((address) => address.startsWith('/')));
      expect(local.size).toBeGreaterThan(2);
      for (const address of local) {
        expect([address, (await app.request(address.split('#')[0]!)).status]).toEqual([address, 200]);
      }
    }
    for (const asset of ['/assets/guildhall.css', '/assets/docs.js', '/assets/icon.svg']) {
      const text = (await (await app.request(asset)).text()).replace('http://www.w3.org/2000/svg', '');
      expect(text).not.toMatch(/https?:|@import|url\(/);
    }
  });

  it.each([
    '<script src="https://cdn.example/x.js"></script>',
    '<link rel=stylesheet href=//cdn.example/x.css>',
    "<img src='http://cdn.example/x.png'>",
    '<p style="background:url(https://cdn.example/x.png)">',
    '<script>fetch("https://cdn.example")</script>',
    '<a onclick="go()">',
  ])('would be caught with %s', (part) => {
    expect(strayParts(`<!doctype html>${part}`)).not.toEqual([]);
  });

  it('have a script that a browser can read', async () => {
    const script = await (await face.app().request('/assets/docs.js')).text();
    expect(() => new Function(script)).not.toThrow();
  });

  it('show every operation with an example for this very server', async () => {
    const app = face.app();
    const page = await (await app.request('http://127.0.0.1:4477/docs')).text();
    const document = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    for (const [path, item] of Object.entries(document.paths)) {
      for (const { operationId } of Object.values(item)) expect(page).toContain(`id="${operationId}"`);
      expect(page).toContain(path);
    }
    expect(page).toContain('curl -X POST http://127.0.0.1:4477/v1/notes/notes');
    expect(page).not.toContain('@@');
    const evil = await (await app.request('http://x.example/docs', { headers: {} })).text();
    expect(evil).toContain('http://x.example/v1');
  });

  it('tell what runs here and what to try first', async () => {
    const page = await (await face.app().request('http://127.0.0.1:8080/')).text();
    expect(page).toContain('Notes with amounts, for tests.');
    expect(page).toContain('/v1/second/…');
    expect(page).toContain('curl http://127.0.0.1:8080/livez');
    expect(page).not.toContain('4477');
  });

  it('explain every code that a problem can have', async () => {
    const page = await (await face.app().request('/docs/errors')).text();
    for (const code of ['invalid_input', 'rate_limited', 'internal', 'unavailable', 'timeout']) {
      expect(page).toContain(`id="${code}"`);
    }
  });
});
