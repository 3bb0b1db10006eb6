/** Shows JSON schemas to people: as a list of fields, and as an example. */
import { html } from 'hono/html';
import { inline } from './errors.ts';
import type { Html } from './layout.ts';

export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly description?: string;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export type Schemas = Readonly<Record<string, SchemaNode>>;

/** Deeper fields are named by their schema only; a schema may hold itself. */
const MAX_DEPTH = 5;

/** The fields of a schema as nested definition lists. */
export function schemaFields(node: SchemaNode, schemas: Schemas, depth = 0): Html {
  const schema = resolve(node, schemas);
  const list = schema.items ? resolve(schema.items, schemas) : schema;
  const fields = Object.entries(list.properties ?? {});
  if (fields.length === 0 || depth >= MAX_DEPTH) return html``;
  const required = new Set(list.required ?? []);
  return html`<dl class="fields">${fields.map(
    ([name, field]) =>
      html`<dt><code>${name}</code> <span class="type">${typeName(field, schemas)}</span>${
        required.has(name) ? '' : html` <span class="optional">optional</span>`
      }</dt><dd>${describe(field, schemas)}${schemaFields(field, schemas, depth + 1)}</dd>`,
  )}</dl>`;
}

/** A short name for a type: `text`, `list of Project`, `text or null`. */
export function typeName(node: SchemaNode, schemas: Schemas): string {
  if (node.$ref !== undefined) return refName(node.$ref);
  if (node.const !== undefined) return JSON.stringify(node.const);
  const choices = node.oneOf ?? node.anyOf;
  if (choices) return [...new Set(choices.map((choice) => typeName(choice, schemas)))].join(' or ');
  if (node.allOf?.[0]) return typeName(node.allOf[0], schemas);
  const types = typeof node.type === 'string' ? [node.type] : (node.type ?? ['any']);
  return types.map((type) => namedType(type, node, schemas)).join(' or ');
}

/** An example value, from what the schema gives and otherwise from its type. */
export function sample(node: SchemaNode, schemas: Schemas, depth = 0): unknown {
  const schema = resolve(node, schemas);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  const choice = (schema.oneOf ?? schema.anyOf)?.[0];
  if (choice) return sample(choice, schemas, depth);
  if (depth >= MAX_DEPTH) return null;
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, field]) => [name, sample(field, schemas, depth + 1)]),
    );
  }
  if (schema.items) return [sample(schema.items, schemas, depth + 1)];
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  return SAMPLES[type ?? ''] ?? null;
}

const SAMPLES: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 1,
  number: 1.5,
  boolean: true,
  array: [],
  object: {},
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
};

function namedType(type: string, node: SchemaNode, schemas: Schemas): string {
  if (type === 'array') return `list of ${node.items ? typeName(node.items, schemas) : 'any'}`;
  const word = TYPE_WORDS[type] ?? type;
  return node.format === undefined ? word : `${word} (${node.format})`;
}

/** What a field means, what it may be, and its limits. */
export function describe(node: SchemaNode, schemas: Schemas): Html {
  const schema = resolve(node, schemas);
  const limits = limitsOf(schema);
  const choices = schema.enum ?? schema.items?.enum;
  return html`${inline(node.description ?? schema.description ?? '')}${
    choices
      ? html` <span class="limits">One of ${choices.map((value) => html`<code>${String(value)}</code> `)}</span>`
      : ''
  }${limits === '' ? '' : html` <span class="limits">${limits}</span>`}`;
}

function limitsOf(schema: SchemaNode): string {
  const unit = schema.minLength !== undefined || schema.maxLength !== undefined ? ' characters' : '';
  const least = schema.minimum ?? schema.minLength ?? schema.minItems;
  const most = schema.maximum ?? schema.maxLength ?? schema.maxItems;
  const parts = [];
  if (least !== undefined && most !== undefined) parts.push(`${least} to ${most}${unit}`);
  else if (least !== undefined) parts.push(`at least ${least}${unit}`);
  else if (most !== undefined) parts.push(`at most ${most}${unit}`);
  if (schema.exclusiveMinimum !== undefined) parts.push(`above ${schema.exclusiveMinimum}`);
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  return parts.join(', ');
}

function resolve(node: SchemaNode, schemas: Schemas): SchemaNode {
  if (node.$ref !== undefined) return schemas[refName(node.$ref)] ?? {};
  // zod-openapi writes a described reference as allOf of one.
  if (node.allOf)
    return Object.assign({}, ...node.allOf.map((part) => resolve(part, schemas)), { allOf: undefined });
  return node;
}

function refName(reference: string): string {
  return reference.split('/').at(-1) ?? reference;
}
