/** Commands about the database: seed, reset, verify, status, stats, types, down. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  type DatabaseHealth,
  databaseHealth,
  embeddedStatus,
  GuildhallError,
  generateTypes,
  type Instance,
  isUpToDate,
  migratorOf,
  schemaStats,
  stopEmbedded,
  type Verification,
  verify,
} from '../guildhall.ts';
import { confirm } from './confirm.ts';
import { type InstanceOption, takesInstance } from './instance-option.ts';
import { bytes, type Output, table, thousands } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstance, chooseInstances, EXIT, type OpenSession, type Session } from './session.ts';

export function addDatabaseCommands(program: Command): void {
  takesInstance(program.command('seed'))
    .description('write the demonstration data; a second run changes nothing')
    .action((_name: unknown, { instance }: InstanceOption, command: Command) =>
      withSession(command, (session) => runSeed(session, instance)),
    );
  takesInstance(program.command('reset'), { sample: '--yes' })
    .description('DELETE all data of the instances, migrate afresh and seed')
    .option('--yes', 'do not ask')
    .option('--no-seed', 'leave it empty')
    .action((_name: unknown, options: ResetOptions, command: Command) =>
      withSession(command, (session) => runReset(session, options)),
    );
  takesInstance(program.command('verify'))
    .description(
      'compare the live schema with its files and run its invariants; exit code 1 when anything is off',
    )
    .action((_name: unknown, { instance }: InstanceOption, command: Command) =>
      withSession(command, (session) => runVerify(session, instance)),
    );
  program
    .command('status')
    .description('show server, connection and migrations')
    .action((_options: unknown, command: Command) => withSession(command, runStatus));
  takesInstance(program.command('stats'))
    .description('show sizes, scans, unused indexes, unindexed foreign keys and blocked statements')
    .action((_name: unknown, { instance }: InstanceOption, command: Command) =>
      withSession(command, (session) => runStats(session, instance)),
    );
  takesInstance(program.command('types'), { fallback: 'agents', sample: '--out src/db/gigs.ts' })
    .description('write TypeScript types of the tables and views, for Kysely')
    .option('--out <file>', 'file to write; standard output when missing')
    .action((_name: unknown, options: TypesOptions, command: Command) =>
      withSession(command, (session) => runTypes(session, options)),
    );
  program
    .command('down')
    .description('stop the embedded server, whoever started it')
    .action((_options: unknown, command: Command) =>
      withSession(command, async ({ config, output }) => {
        const result = await stopEmbedded(config.home);
        output.value({ result });
        output.text(
          result === 'stopped' ? 'The embedded server is stopped.' : 'The embedded server was not running.',
        );
      }),
    );
}

async function runSeed(session: Session, name: string | undefined): Promise<void> {
  const { guildhall } = await session.open();
  for (const instance of chooseInstances(guildhall, name)) {
    const report = await instance.definition.seed(instance.service);
    session.output.value({ schema: instance.schema, ...report });
    const counts = Object.entries(report.counts).map(([kind, count]) => `${count} ${kind}`);
    session.output.text(
      report.written
        ? `${instance.schema}: wrote ${counts.join(', ')}.`
        : `${instance.schema}: the demonstration data is there already; nothing was written.`,
    );
  }
}

interface ResetOptions extends InstanceOption {
  readonly yes?: boolean;
  readonly seed: boolean;
}

async function runReset(session: Session, options: ResetOptions): Promise<void> {
  const { output } = session;
  const { guildhall, database } = await session.open();
  const instances = chooseInstances(guildhall, options.instance);
  const names = instances.map((instance) => instance.schema).join(', ');
  await confirm(output, {
    question: `This deletes all data of ${names} at ${database.address}.`,
    answer: names,
    yes: options.yes === true,
    flag: '--yes',
  });
  for (const instance of instances) {
    await database.query(`drop schema if exists "${instance.schema}" cascade`);
    const steps = await migratorOf(instance).up();
    const report = options.seed ? await instance.definition.seed(instance.service) : null;
    output.value({ schema: instance.schema, steps: steps.length, seeded: report?.counts ?? null });
    output.text(
      `${instance.schema}: deleted, migrated (${steps.length} steps)${report === null ? '' : ', seeded'}.`,
    );
  }
}

async function runVerify(session: Session, name: string | undefined): Promise<void> {
  const { output } = session;
  const { guildhall } = await session.open();
  const results: Verification[] = [];
  for (const instance of chooseInstances(guildhall, name)) results.push(await verify(instance));
  output.value(results);
  for (const result of results) printVerification(output, result);
  if (results.some((result) => result.findings.length > 0)) process.exitCode = EXIT.failed;
}

function printVerification(
  output: Output,
  { schema, findings, factsCompared, invariantsRun }: Verification,
): void {
  const proof = `${factsCompared} facts of the catalogue compared, ${invariantsRun} invariants run`;
  if (findings.length === 0) {
    output.text(`✓ ${schema}: sound. ${proof}.`);
    return;
  }
  output.text(`✗ ${schema}: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}. ${proof}.`);
  for (const finding of findings) {
    output.text(`\n  ${finding.kind}: ${finding.subject}\n    ${finding.problem}\n    mend: ${finding.mend}`);
  }
}

async function runStatus(session: Session): Promise<void> {
  const { config, output } = session;
  const server = config.databaseUrl === undefined ? await embeddedStatus(config.home) : null;
  const open = await session.open();
  const health = await databaseHealth(open.database);
  const instances = await Promise.all(open.guildhall.instances.map(instanceStatus));
  output.value({ embedded: server, health, instances });
  printHealth(output, open, health);
  output.text();
  output.text(
    table(
      ['instance', 'system', 'migrations', 'pending', 'state'],
      instances.map((one) => [one.schema, one.system, String(one.applied), String(one.pending), one.state]),
    ),
  );
  if (instances.some((one) => one.state !== 'up to date')) {
    output.text('\nNext: guildhall migrate up');
    process.exitCode = EXIT.failed;
  }
}

async function instanceStatus(instance: Instance) {
  const modules = await migratorOf(instance).status();
  const applied = modules.reduce((sum, module) => sum + module.applied.length, 0);
  const pending = modules.reduce((sum, module) => sum + module.pending.length, 0);
  const state = modules.every(isUpToDate) ? 'up to date' : applied === 0 ? 'not installed' : 'behind';
  return { schema: instance.schema, system: instance.definition.name, applied, pending, state };
}

function printHealth(output: Output, { embedded, database }: OpenSession, health: DatabaseHealth): void {
  const kind = embedded === null ? 'server' : 'embedded server';
  output.text(
    `Database     ${kind} PostgreSQL ${health.serverVersion} at ${health.address} (${database.profile})`,
  );
  if (embedded !== null) output.text(`Data         ${embedded.dataFolder}`);
  output.text(`Answers in   ${health.roundTripMs} ms; clock differs by ${health.clockSkewMs} ms`);
  output.text(`Size         ${bytes(health.sizeBytes ?? 0n)}`);
  output.text(
    `Connections  ${health.connections} of ${health.maxConnections}; pool of up to ${health.pool.max}`,
  );
  output.text(
    `Durability   fsync ${health.fsync === false ? 'OFF: a crash of the machine can lose data' : 'on'}`,
  );
}

async function runStats(session: Session, name: string | undefined): Promise<void> {
  const { output } = session;
  const { guildhall, database } = await session.open();
  const all = [];
  for (const instance of chooseInstances(guildhall, name))
    all.push(await schemaStats(database, instance.schema));
  output.value(all);
  for (const stats of all) {
    output.text(`Instance ${stats.schema}`);
    output.text(
      table(
        ['table', 'rows (estimate)', 'size', 'indexes', 'dead', 'seq scans', 'index scans'],
        stats.tables.map((one) => [
          one.table,
          thousands(one.estimatedRows),
          bytes(one.totalBytes),
          bytes(one.indexBytes),
          thousands(one.deadRows),
          thousands(one.sequentialScans),
          thousands(one.indexScans),
        ]),
      ),
    );
    const unused = stats.unusedIndexes.map((one) => `${one.index} (${bytes(one.bytes)})`);
    if (unused.length > 0) output.text(`\nIndexes no query has used yet: ${unused.join(', ')}`);
    for (const key of stats.unindexedForeignKeys) output.text(`Foreign key without an index: ${key}`);
    for (const one of stats.blocked) {
      output.text(
        `Process ${one.pid} waits for ${one.blockedBy.join(', ')} since ${one.waitingS.toFixed(1)} s`,
      );
    }
    output.text();
  }
}

interface TypesOptions {
  readonly instance: string;
  readonly out?: string;
}

async function runTypes(session: Session, { instance, out }: TypesOptions): Promise<void> {
  const { guildhall, database } = await session.open();
  const text = await generateTypes(database, chooseInstance(guildhall, instance).schema);
  if (out === undefined) {
    session.output.text(text.trimEnd());
    session.output.value({ types: text });
    return;
  }
  await writeFile(out, text).catch((cause: unknown) => {
    throw new GuildhallError('configuration', `${out} cannot be written.`, {
      field: '--out',
      hint: 'Name a file in a folder that exists and that you may write to.',
      cause,
    });
  });
  session.output.value({ file: out });
  session.output.text(`Wrote ${out}.`);
}
