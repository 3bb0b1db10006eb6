/** Names each difference between a live catalogue and the expected one, with the statement that mends it. */
import type { Catalog } from '../system.ts';
import { renderSql, type Template } from './template.ts';

export interface Finding {
  readonly kind: 'history' | 'missing' | 'changed' | 'unexpected' | 'invariant';
  /** What it is about: `column costs.amount`, `view invariant_…`. */
  readonly subject: string;
  readonly problem: string;
  /** A statement, a command, or a sentence where neither can do it. */
  readonly mend: string;
}

/** One fact taken apart: `column costs.amount` is kind, `costs` and `amount`. */
interface Subject {
  readonly kind: string;
  /** The key without its kind. */
  readonly rest: string;
  /** The table it belongs to, or its own name. */
  readonly table: string;
  readonly name: string;
}

interface Context {
  readonly schema: string;
  readonly templates: readonly Template[];
}

/** Facts that others are part of. */
const WHOLE = /^(table|view|function) /;
const REPLACE = 'guildhall migrate up --replace';

export function findDrift(expected: Catalog, actual: Catalog, context: Context): Finding[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  const differing = keys.filter((key) => rendered(expected[key], context.schema) !== actual[key]);
  // A table that is missing, or one too many, says enough: its columns and comments need no lines of their own.
  const whole = new Set(
    differing.filter((key) => WHOLE.test(key) && !(key in expected && key in actual)).map(wholeOf),
  );
  return differing
    .filter((key) => WHOLE.test(key) || !whole.has(wholeOf(key)))
    .map((key) => findingFor(key, rendered(expected[key], context.schema), actual[key], context));
}

function findingFor(
  key: string,
  want: string | undefined,
  have: string | undefined,
  context: Context,
): Finding {
  const subject = takeApart(key);
  if (want === undefined) {
    const mend = mendUnexpected(subject, have ?? '', context.schema);
    return { kind: 'unexpected', subject: key, problem: 'No migration made it.', mend };
  }
  const mend = mendMissing(subject, want, have, context);
  if (have === undefined) return { kind: 'missing', subject: key, problem: 'It is missing.', mend };
  return { kind: 'changed', subject: key, problem: difference(have, want), mend };
}

function rendered(text: string | undefined, schema: string): string | undefined {
  return text === undefined ? undefined : renderSql(text, schema);
}

function takeApart(key: string): Subject {
  const [kind = '', ...words] = key.split(' ');
  const rest = words.join(' ');
  const [table = '', name = ''] = (words[0] ?? '').split('.');
  return { kind, rest, table, name };
}

/** The table, view or function that a fact is part of, or is. */
function wholeOf(key: string): string {
  const { kind, rest, table } = takeApart(key);
  if (kind === 'function' || kind === 'type') return key;
  if (kind !== 'comment') return table;
  return rest.startsWith('function ') ? rest : (rest.split(' ')[1]?.split('.')[0] ?? '');
}

function mendMissing(subject: Subject, want: string, have: string | undefined, context: Context): string {
  const { kind, rest, table, name } = subject;
  const { schema } = context;
  const changed = have !== undefined;
  const on = `"${schema}".${table}`;
  switch (kind) {
    case 'table':
      return changed
        ? `Compare it with its migration: it should be a ${want}.`
        : 'Restore it from a backup: its rows are gone with it. (With nothing to lose: guildhall reset.)';
    case 'column':
      return changed
        ? mendColumn(on, name, want, have)
        : inSchema(schema, `alter table ${on} add column ${name} ${want}`);
    case 'constraint':
      return inSchema(
        schema,
        `alter table ${on} ${changed ? `drop constraint ${name}, ` : ''}add constraint ${name} ${want}`,
      );
    case 'index':
      return inSchema(schema, `${changed ? `drop index "${schema}".${name}; ` : ''}${want}`);
    case 'trigger':
      if (have?.replace(/ (disabled|enabled \w)$/, '') === want)
        return `alter table ${on} enable trigger ${name};`;
      return inSchema(schema, `${changed ? `drop trigger ${name} on ${on}; ` : ''}${want}`);
    case 'comment':
      return `comment on ${qualified(rest, schema)} is ${literal(want)};`;
    case 'grant':
      return mendGrant(subject, want, have ?? '', schema);
    case 'type':
      return mendDomain(on, want, have ?? '') ?? mendObject(subject, context);
    default:
      return mendObject(subject, context);
  }
}

/** The rules of a domain that differ; null for what is no domain, or one over another type. */
function mendDomain(on: string, want: string, have: string): string | null {
  const [wanted, had] = [domainParts(want), domainParts(have)];
  if (wanted.base !== had.base) return null;
  const drops = [...had.rules].filter(([name, rule]) => wanted.rules.get(name) !== rule);
  const adds = [...wanted.rules].filter(([name, rule]) => had.rules.get(name) !== rule);
  return [
    ...drops.map(([name]) => `alter domain ${on} drop constraint ${name};`),
    ...adds.map(([name, rule]) => `alter domain ${on} add constraint ${name} ${rule};`),
  ].join(' ');
}

function domainParts(definition: string): { readonly base: string; readonly rules: Map<string, string> } {
  const [base = '', ...rules] = definition.split(/ constraint (?=\S+ CHECK )/);
  return {
    base,
    rules: new Map(
      rules.map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]),
    ),
  };
}

function mendUnexpected(subject: Subject, have: string, schema: string): string {
  const { kind, rest, table, name } = subject;
  const on = `"${schema}".${table}`;
  const drops: Readonly<Record<string, string>> = {
    table: `drop table ${on};`,
    view: `drop view ${on};`,
    type: `drop type ${on};`,
    function: `drop function "${schema}".${rest};`,
    column: `alter table ${on} drop column ${name};`,
    constraint: `alter table ${on} drop constraint ${name};`,
    index: `drop index "${schema}".${name};`,
    trigger: `drop trigger ${name} on ${on};`,
    comment: `comment on ${qualified(rest, schema)} is null;`,
  };
  if (kind === 'grant') return mendGrant(subject, '', have, schema);
  return drops[kind] ?? `Put it into a migration, or drop it: ${kind} ${rest}.`;
}

/** Functions, views and types: from their own file where they have one, else from the migration that made them. */
function mendObject({ kind, rest }: Subject, { templates }: Context): string {
  const name = rest.replace(/\(.*$/s, '');
  const hasFile = templates.some(({ objects }) =>
    objects.some((one) => one.kind === kind && one.name === name),
  );
  if (hasFile) return REPLACE;
  const maker = new RegExp(`create (or replace )?${kind} :schema\\.${name}\\b`);
  const migration = templates.flatMap(({ migrations }) => migrations).find(({ up }) => maker.test(up));
  if (migration === undefined) return `Restore ${kind} ${rest} from a backup.`;
  return `Run its "create ${kind}" from ${migration.module}/${migration.name}.up.sql again, as "create or replace" where it is still there.`;
}

interface ColumnParts {
  readonly type: string;
  readonly notNull: boolean;
  readonly generated: string;
  readonly value: string;
}

const COLUMN = /^(?<type>.*?)(?<notNull> not null)?(?<generated> generated .*)?(?: default (?<value>.*))?$/s;

function columnParts(definition: string): ColumnParts {
  const groups = COLUMN.exec(definition)?.groups ?? {};
  return {
    type: groups.type ?? definition,
    notNull: groups.notNull !== undefined,
    generated: groups.generated ?? '',
    value: groups.value ?? '',
  };
}

function mendColumn(on: string, name: string, want: string, have: string): string {
  const [wanted, had] = [columnParts(want), columnParts(have)];
  if (wanted.generated !== had.generated) return `Compare column ${on}.${name}: it should be ${want}.`;
  const actions: string[] = [];
  if (wanted.type !== had.type) actions.push(`type ${wanted.type}`);
  if (wanted.notNull !== had.notNull) actions.push(wanted.notNull ? 'set not null' : 'drop not null');
  if (wanted.value !== had.value)
    actions.push(wanted.value === '' ? 'drop default' : `set default ${wanted.value}`);
  return `alter table ${on} ${actions.map((action) => `alter column ${name} ${action}`).join(', ')};`;
}

/** The owner mends its own rights; PUBLIC's are taken back or given by the owner too. */
function mendGrant({ rest, table }: Subject, want: string, have: string, schema: string): string {
  const on = `"${schema}".${table}`;
  const to = rest.endsWith(' to public') ? 'public' : 'current_user';
  const [wanted, had] = [privileges(want), privileges(have)];
  const lacking = wanted.filter((privilege) => !had.includes(privilege));
  const extra = had.filter((privilege) => !wanted.includes(privilege));
  return [
    ...(lacking.length === 0 ? [] : [`grant ${lacking.join(', ')} on ${on} to ${to};`]),
    ...(extra.length === 0 ? [] : [`revoke ${extra.join(', ')} on ${on} from ${to};`]),
  ].join(' ');
}

function privileges(text: string): string[] {
  return text === '' ? [] : text.split(', ');
}

/** `column costs.amount` as a comment statement names it. */
function qualified(rest: string, schema: string): string {
  const [kind = '', ...words] = rest.split(' ');
  return `${kind} "${schema}".${words.join(' ')}`;
}

/** Definitions name their own schema's objects without it. */
function inSchema(schema: string, statement: string): string {
  return `set search_path = "${schema}"; ${statement};`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Characters shown before and after the place where two definitions part. */
const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 100;

/** Shows both where they begin to differ: a function's body is long, and mostly the same. */
function difference(have: string, want: string): string {
  const [a, b] = [have.replace(/\s+/g, ' '), want.replace(/\s+/g, ' ')];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const start = Math.max(0, same - SHOWN_BEFORE);
  const cut = (text: string): string => {
    const part = text.slice(start, same + SHOWN_AFTER);
    return `${start > 0 ? '…' : ''}${part}${same + SHOWN_AFTER < text.length ? '…' : ''}`;
  };
  return `It is "${cut(a)}" and should be "${cut(b)}".`;
}
