/** `/docs`: the API reference, rendered from the document; readable without a script, and with one it can call. */
import { html } from 'hono/html';
import { LIMITS_KEY, type RouteLimits } from '../../kernel/index.ts';
import type { ApiDocument } from '../openapi.ts';
import { inline } from './errors.ts';
import { type Html, page } from './layout.ts';
import { describe, type SchemaNode, type Schemas, sample, schemaFields, typeName } from './schema-view.ts';

/** Stands for this server's address in examples until a request tells it. */
export const ORIGIN = '@@origin@@';

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema?: SchemaNode;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: SchemaNode }>>;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<
    Record<string, Content & { readonly $ref?: string; readonly description?: string }>
  >;
  readonly security?: readonly Record<string, unknown>[];
  readonly [LIMITS_KEY]?: RouteLimits;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
  readonly schemas: Schemas;
}

export function referencePage(document: ApiDocument): Html {
  const groups = groupCalls(callsOf(document));
  return page({
    title: 'API reference · Guildhall',
    script: '/assets/docs.js',
    body: html`<div class="reference">
<nav class="index" aria-label="Calls">
<p class="crumbs"><a href="/">Guildhall</a> ${document.info.version}</p>
<label class="filter">Filter <input type="search" id="filter" autocomplete="off"></label>
${[...groups].map(
  ([tag, calls]) => html`<section data-group><h2>${tag}</h2><ul>${calls.map(indexEntry)}</ul></section>`,
)}
</nav>
<main>
<header><h1>API reference</h1>
${String(document.info.description ?? '')
  .split('\n')
  .map((line) => html`<p>${inline(line)}</p>`)}
<p>Also as <a href="/openapi.json">OpenAPI 3.1</a>, with every code under <a href="/docs/errors">errors</a>.</p>
<form class="token card" id="token-form"><label for="token">Access token or API key</label>
<input id="token" type="password" autocomplete="off" spellcheck="false">
<p class="note">Used by “Send” below and kept in this tab only. Signing in below fills it in.</p></form>
</header>
${[...groups].map(([tag, calls], index) => groupSection(tag, calls, [...groups.keys()][index - 1]))}
</main></div>`,
  });
}

/** The address of an operation within the page. */
function anchor({ operation }: Call): string {
  return operation.operationId;
}

function indexEntry(call: Call): Html {
  return html`<li data-call="${searchText(call)}"><a href="#${anchor(call)}"><span class="method ${call.method}">${call.method}</span> ${
    call.operation.summary ?? call.path
  }</a></li>`;
}

/** The first group of an instance carries its name as well, so that the start page can link to it. */
function groupSection(tag: string, calls: readonly Call[], before: string | undefined): Html {
  const instance = tag.split(':')[0] ?? tag;
  const first = before?.split(':')[0] !== instance;
  return html`<section class="group" data-group><h2${first ? html` id="${instance}"` : ''}>${tag}</h2>${calls.map(callSection)}</section>`;
}

function callSection(call: Call): Html {
  const { method, path, operation } = call;
  return html`<details class="call" id="${anchor(call)}" data-call="${searchText(call)}">
<summary><span class="method ${method}">${method}</span> <code class="path">${path}</code> <span class="summary">${
    operation.summary ?? ''
  }</span></summary>
<div class="columns"><div>
${operation.description ? html`<p>${inline(operation.description)}</p>` : ''}
<p class="note">${accessText(operation)}${limitsText(operation[LIMITS_KEY])}</p>
${parametersTable(call)}${bodySection(call)}${responsesSection(call)}
</div><div>
<h4>curl</h4><pre tabindex="0"><code class="curl">${curl(call)}</code></pre>
${tryForm(call)}${answerExample(call)}
</div></div></details>`;
}

function parametersTable({ parameters, schemas }: Call): Html {
  if (parameters.length === 0) return html``;
  return html`<h4>Parameters</h4><dl class="fields">${parameters.map((parameter) => {
    const { name, in: place, required, schema = {} } = parameter;
    const described = { ...schema, description: parameter.description ?? schema.description ?? '' };
    return html`<dt><code>${name}</code> <span class="type">${place}, ${typeName(schema, schemas)}</span>${
      required ? '' : html` <span class="optional">optional</span>`
    }</dt><dd>${describe(described, schemas)}</dd>`;
  })}</dl>`;
}

function bodySection({ operation, schemas }: Call): Html {
  const [type, body] = firstContent(operation.requestBody);
  if (type === undefined) return html``;
  return html`<h4>Body <span class="type">${type}</span></h4>${schemaFields(body ?? {}, schemas)}`;
}

function responsesSection({ operation, schemas }: Call): Html {
  const answers = Object.entries(operation.responses);
  const problems = answers.filter(([, { $ref }]) => $ref !== undefined);
  return html`<h4>Answers</h4><ul class="answers">${answers
    .filter(([, { $ref }]) => $ref === undefined)
    .map(([status, response]) => {
      const [type, schema] = firstContent(response);
      return html`<li><span class="status ok">${status}</span> ${response.description ?? ''}${
        schema
          ? html` <span class="type">${type}, ${typeName(schema, schemas)}</span>${schemaFields(schema, schemas)}`
          : ''
      }</li>`;
    })}
<li><a href="/docs/errors">Problems</a> ${problems.map(([status]) => html`<span class="status">${status}</span> `)}</li></ul>`;
}

function answerExample({ operation, schemas }: Call): Html {
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  const [type, schema] = firstContent(success?.[1]);
  if (schema === undefined || type === undefined) return html``;
  const value = sample(schema, schemas);
  const text = type.includes('json') ? JSON.stringify(value, null, 2) : String(value);
  return html`<h4>Example answer</h4><pre tabindex="0"><code>${text}</code></pre>`;
}

/** Shown by the script only. */
function tryForm(call: Call): Html {
  const { method, path, operation, parameters } = call;
  const body = exampleBody(call);
  const type = firstContent(operation.requestBody)[0] ?? '';
  return html`<form class="try" hidden data-method="${method}" data-path="${path}" data-type="${type}">
${parameters
  .filter(({ name }) => name !== 'access_token')
  .map(
    ({ name, in: place, required }) =>
      html`<label>${name}<input name="${name}" data-in="${place}" autocomplete="off" ${
        required ? 'required' : ''
      }></label>`,
  )}
${bodyInput(type, body)}
<button>Send</button> <button type="button" class="stop" hidden>Stop</button>
<output hidden></output></form>`;
}

function bodyInput(type: string, body: string | undefined): Html {
  if (type === '') return html``;
  if (body === undefined) return html`<label>File<input type="file" name="file"></label>`;
  return html`<label>Body<textarea name="body" rows="8" spellcheck="false">${body}</textarea></label>`;
}

function curl(call: Call): string {
  const { method, path, operation, parameters } = call;
  const filled = path.replace(/\{(.+?)\}/g, (_, name: string) => {
    const parameter = parameters.find((candidate) => candidate.name === name);
    return String(parameter?.schema ? sample(parameter.schema, call.schemas) : `{${name}}`);
  });
  const required = parameters.filter((parameter) => parameter.required === true);
  const value = ({ schema, example }: Parameter): string =>
    String(example ?? (schema === undefined ? '' : sample(schema, call.schemas)));
  const query = required
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => `${parameter.name}=${encodeURIComponent(value(parameter))}`);
  const url = query.length === 0 ? `${ORIGIN}${filled}` : `'${ORIGIN}${filled}?${query.join('&')}'`;
  const lines = [`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${url}`];
  if ((operation.security?.length ?? 0) > 0) lines.push('  -H "Authorization: Bearer $TOKEN"');
  const [type] = firstContent(operation.requestBody);
  const body = exampleBody(call);
  for (const header of required.filter((parameter) => parameter.in === 'header'))
    lines.push(`  -H '${header.name}: ${value(header)}'`);
  if (type !== undefined) lines.push(`  -H 'Content-Type: ${type}'`);
  if (body !== undefined) lines.push(`  -d '${body.replaceAll("'", "'\\''")}'`);
  else if (type !== undefined) lines.push('  --data-binary @file');
  if (operation.responses['200']?.content?.['text/event-stream']) lines.push('  -N');
  return lines.join(' \\\n');
}

function exampleBody({ operation, schemas }: Call): string | undefined {
  const [type, schema] = firstContent(operation.requestBody);
  if (schema === undefined || type === undefined || !type.includes('json')) return undefined;
  return JSON.stringify(sample(schema, schemas), null, 2);
}

function accessText({ security = [] }: Operation): string {
  if (security.length === 0) return 'Public.';
  if (security.some((scheme) => Object.keys(scheme).length === 0))
    return 'Works with and without signing in.';
  return 'Needs an access token or API key.';
}

function limitsText(limits: RouteLimits | undefined): string {
  if (limits?.bodyBytes === undefined) return '';
  return ` Body up to ${Math.round(limits.bodyBytes / 1_048_576)} MiB.`;
}

function firstContent(
  place: Content | undefined,
): [type: string | undefined, schema: SchemaNode | undefined] {
  const entry = Object.entries(place?.content ?? {})[0];
  return entry ? [entry[0], entry[1].schema] : [undefined, undefined];
}

function searchText({ method, path, operation }: Call): string {
  return `${method} ${path} ${operation.summary ?? ''} ${operation.tags[0]}`.toLowerCase();
}

function callsOf(document: ApiDocument): Call[] {
  const { paths = {}, components } = document;
  const schemas = (components?.schemas ?? {}) as Schemas;
  const shared = (components?.parameters ?? {}) as Readonly<Record<string, Parameter>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      method,
      path,
      operation,
      schemas,
      parameters: (operation.parameters ?? []).map((parameter) =>
        parameter.$ref === undefined
          ? parameter
          : (shared[parameter.$ref.split('/').at(-1) ?? ''] ?? parameter),
      ),
    })),
  );
}

function groupCalls(calls: readonly Call[]): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls)
    groups.set(call.operation.tags[0], [...(groups.get(call.operation.tags[0]) ?? []), call]);
  return groups;
}
