/** `/`: what runs here, where it is, and what to try first. */
import { html } from 'hono/html';
import type { Instance } from '../../kernel/index.ts';
import { type Html, page } from './layout.ts';

const LINKS = [
  ['/docs', 'API reference', 'Every call, with examples, and a form to try it'],
  ['/openapi.json', 'OpenAPI 3.1', 'The same for tools and client generators'],
  ['/docs/errors', 'Errors', 'Every code, its status, and what to do'],
  ['/health', 'Health', 'Version, instances and checks'],
  ['/readyz', 'Readiness', 'For load balancers'],
  ['/metrics', 'Metrics', 'For Prometheus'],
] as const;

/** Commands of the systems name the default port; they are shown for the server that was asked. */
const DEFAULT_HOST = 'localhost:4477';

export function homePage(
  instances: readonly Instance[],
  { version, host }: { readonly version: string; readonly host: string },
): Html {
  return page({
    title: 'Guildhall',
    body: html`<main class="home">
<header class="hero">
<img src="/assets/icon.svg" alt="" width="48" height="48">
<div><h1>Guildhall</h1><p>The backbone of platforms where people, GPUs and AI agents do paid work. Version ${version} · ${instances.length} ${instances.length === 1 ? 'instance' : 'instances'}</p></div>
</header>
<section aria-labelledby="runs"><h2 id="runs">What runs here</h2>
<div class="cards">${instances.map(instanceCard)}</div></section>
<section aria-labelledby="first"><h2 id="first">Try first</h2>
<ol class="steps">${[...new Set(instances.map(({ definition }) => definition))].flatMap(({ tryFirst }) =>
      tryFirst.map(
        ({ title, command }) =>
          html`<li><p>${title}</p><pre tabindex="0"><code>${command.replaceAll(DEFAULT_HOST, host)}</code></pre></li>`,
      ),
    )}</ol></section>
<section aria-labelledby="look"><h2 id="look">Look around</h2>
<ul class="links">${LINKS.map(
      ([path, title, text]) => html`<li><a href="${path}">${title}</a><span>${text}</span></li>`,
    )}</ul></section>
</main>`,
  });
}

function instanceCard({ schema, definition }: Instance): Html {
  return html`<article class="card">
<h3>${definition.title}</h3>
<p>${definition.summary}</p>
<dl><dt>Instance</dt><dd><code>${schema}</code></dd><dt>Calls</dt><dd><a href="/docs#${schema}"><code>/v1/${schema}/…</code></a></dd><dt>Events</dt><dd><code>/v1/${schema}/events</code></dd></dl>
</article>`;
}
