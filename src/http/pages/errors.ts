/** `/docs/errors`: the codes that problem answers carry; their `type` points here. */
import { html } from 'hono/html';
import { ERROR_CODES, type ErrorCode } from '../../kernel/index.ts';
import { STATUS_OF, titleOf } from '../problem.ts';
import { type Html, page } from './layout.ts';

/** What a caller does about it. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  invalid_input:
    'Read `errors`: each names the field, the problem and the mend. Sending it again unchanged fails again.',
  unauthenticated: 'Sign in, refresh the access token, or use another API key.',
  forbidden:
    'The credentials are fine, the right is missing. Ask whoever owns the thing, or an administrator.',
  not_found: 'Check the id. Things that belong to somebody else are answered this way too.',
  already_exists: 'Choose another value for `field`, or use what exists.',
  conflict: 'Read the thing again: its state has moved on.',
  idempotency_mismatch: 'Use a new Idempotency-Key for new content.',
  limit_exceeded: 'Raise the budget or limit named in `details`, or wait until it starts anew.',
  rate_limited:
    'Wait for the seconds in `Retry-After`. The `RateLimit` header shows what is left before it happens.',
  payload_too_large: 'Send less per call; files go to the import endpoint.',
  unsupported_media_type: 'Send `Content-Type: application/json`, uncompressed.',
  method_not_allowed: 'The `Allow` header lists the methods of the path.',
  unavailable: 'Try again after `Retry-After`, with growing pauses. Nothing was changed.',
  timeout: 'The change may or may not have happened: repeat it with the same Idempotency-Key.',
  internal: 'It is our fault. Quote `request_id`; the log has the rest.',
};

export function errorsPage(): Html {
  const codes = (Object.keys(ADVICE) as ErrorCode[]).sort((a, b) => STATUS_OF[a] - STATUS_OF[b]);
  return page({
    title: 'Errors · Guildhall',
    body: html`<main class="home">
<p class="crumbs"><a href="/">Guildhall</a> / <a href="/docs">API reference</a></p>
<h1>Errors</h1>
<p>Every answer that is not a success is <code>application/problem+json</code> (RFC 9457). Branch on <code>code</code>; show <code>detail</code> and <code>hint</code> to people.</p>
${codes.map(
  (code) => html`<section class="card error" id="${code}">
<h2><span class="status">${STATUS_OF[code]}</span> ${titleOf(code)} <code>${code}</code></h2>
<p>${ERROR_CODES[code]}</p><p>${inline(ADVICE[code] ?? '')}</p></section>`,
)}
</main>`,
  });
}

/** Text with \`code\` in backticks. */
export function inline(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
