/** The frame of every page: one style sheet, no script unless asked for, nothing from another host. */
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface PageOptions {
  readonly title: string;
  readonly body: Html;
  /** Path of a script of ours. */
  readonly script?: string;
}

/** Nothing is loaded from anywhere but this server, and no other site may frame a page. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function page({ title, body, script }: PageOptions): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/guildhall.css">
${script === undefined ? '' : html`<script src="${script}" defer></script>`}
</head>
<body>
${body}
</body>
</html>`;
}

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3446c8"/><path d="M6 13 16 6l10 7v2H6zm2 4h3v7H8zm6.500 0h3v7h-3zM21 17h3v7h-3zM6 25h20v2H6z" fill="#fff"/></svg>`;
