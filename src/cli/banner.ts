/** What `guildhall up` prints when it is ready: where everything is, and how safe it is. */
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { DemoSignIn } from '../guildhall.ts';
import type { OpenSession } from './session.ts';

export interface DemoSignIns {
  readonly schema: string;
  readonly signIns: readonly DemoSignIn[];
}

export interface BannerFacts {
  readonly open: OpenSession;
  readonly config: Config;
  readonly url: string;
  readonly signIns: readonly DemoSignIns[];
  readonly version: string;
}

export function banner({ open, config, url, signIns, version }: BannerFacts): string {
  const { embedded, database, guildhall } = open;
  const lines = [
    `Guildhall ${version} is up.`,
    '',
    `  Start page     ${url}/`,
    `  API reference  ${url}/docs    OpenAPI ${url}/openapi.json`,
    ...guildhall.instances.map(
      ({ schema, definition }) =>
        `  ${definition.title.padEnd(14)} ${url}/v1/${schema}    events ${url}/v1/${schema}/events`,
    ),
    `  Health         ${url}/readyz    ${url}/health    metrics ${url}/metrics`,
    '',
    ...signInLines(signIns),
    ...databaseLines(open, config),
    ...warnings(config, signIns),
    '  Stop           Ctrl-C',
  ];
  if (embedded !== null && database.profile === 'direct') {
    lines.splice(
      -1,
      0,
      '  Own server     set DATABASE_URL=postgres://… and start again; nothing else changes',
    );
  }
  return `\n${lines.join('\n')}\n`;
}

function signInLines(all: readonly DemoSignIns[]): string[] {
  return all.flatMap(({ schema, signIns }) =>
    signIns.map(
      ({ login, password, role }) => `  Demo sign-in   ${login} / ${password}  (${schema}, ${role})`,
    ),
  );
}

function databaseLines({ embedded, database }: OpenSession, { home }: Config): string[] {
  if (embedded === null) {
    const through = database.profile === 'pooled' ? ', through a transaction-mode pooler' : '';
    return [
      `  Database       ${database.address} (PostgreSQL ${Math.trunc(database.serverVersion / 10_000)}${through})`,
    ];
  }
  const { username, pathname } = new URL(embedded.url);
  const name = pathname.slice(1);
  return [
    `  Database       embedded PostgreSQL ${embedded.version} on 127.0.0.1:${embedded.port}, database ${name}, role ${username}`,
    ...(embedded.account === null
      ? []
      : [`                 (the server's processes belong to the system account ${embedded.account})`]),
    ...psqlLines({ home, port: embedded.port, role: username, name }),
    `  Data           ${embedded.dataFolder}`,
    ...(embedded.relocated
      ? [`                 (placed there because the account ${embedded.account} cannot reach this folder)`]
      : []),
    `  Durability     ${embedded.durability}`,
  ];
}

/** The password is read by the shell when the line is run, so that it stands in no terminal and no log. */
function psqlLines(at: {
  readonly home: string;
  readonly port: number;
  readonly role: string;
  readonly name: string;
}): string[] {
  // Shells of Windows have no $(…).
  if (process.platform === 'win32') return [];
  const file = `'${join(at.home, 'password').replaceAll("'", String.raw`'\''`)}'`;
  return [
    `  psql           PGPASSWORD=$(cat ${file}) psql -h 127.0.0.1 -p ${at.port} -U ${at.role} ${at.name}`,
  ];
}

function warnings(config: Config, signIns: readonly DemoSignIns[]): string[] {
  const loopback = ['127.0.0.1', 'localhost', '::1'].includes(config.host);
  if (loopback || signIns.every((one) => one.signIns.length === 0)) return [];
  return [
    '',
    `  WARNING        ${config.host} is reachable from other machines, and demonstration accounts with known`,
    '                 passwords exist. Delete them, or start on a fresh database with --no-seed.',
    '',
  ];
}
