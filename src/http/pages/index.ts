/** Door of the pages: the start page, the reference, the errors, and what they are made of. */

import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Instance } from '../../kernel/index.ts';
import type { HttpConfig } from '../config.ts';
import type { FaceEnv } from '../env.ts';
import type { ApiDocument } from '../openapi.ts';
import { errorsPage } from './errors.ts';
import { homePage } from './home.ts';
import { type Html, ICON, PAGE_POLICY } from './layout.ts';
import { ORIGIN, referencePage } from './reference.ts';
import { DOCS_SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export interface PagesOptions {
  readonly config: HttpConfig;
  readonly instances: readonly Instance[];
  readonly document: () => ApiDocument;
}

/** Pages change with the release only; browsers ask again after this. */
const ASSET_CACHE = 'public, max-age=300';

export function mountPages(app: Hono<FaceEnv>, { config, instances, document }: PagesOptions): void {
  const built = once(document);
  const documentText = once(() => JSON.stringify(built()));
  const reference = once(async () => String(await referencePage(built())));

  app.get('/', (c) => {
    const { host } = new URL(c.req.url);
    return send(c, homePage(instances, { version: config.version, host }));
  });
  app.get('/docs', async (c) => {
    const text = await reference();
    const { origin } = new URL(c.req.url);
    return send(c, text.replaceAll(ORIGIN, String(await html`${origin}`)));
  });
  app.get('/docs/errors', (c) => send(c, errorsPage()));
  app.get('/openapi.json', (c) => c.body(documentText(), 200, { 'content-type': 'application/json' }));
  app.get('/assets/guildhall.css', (c) => asset(c, STYLE, 'text/css; charset=utf-8'));
  app.get('/assets/docs.js', (c) => asset(c, DOCS_SCRIPT, 'text/javascript; charset=utf-8'));
  app.get('/assets/icon.svg', (c) => asset(c, ICON, 'image/svg+xml'));
  app.get('/favicon.ico', (c) => asset(c, ICON, 'image/svg+xml'));
}

async function send(c: Context<FaceEnv>, page: Html | string): Promise<Response> {
  return c.body(String(await page), 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': PAGE_POLICY,
  });
}

function asset(c: Context<FaceEnv>, text: string, type: string): Response {
  return c.body(text, 200, { 'content-type': type, 'cache-control': ASSET_CACHE });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
