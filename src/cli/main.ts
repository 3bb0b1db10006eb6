/** The command line: parses, runs one command, turns errors into text and an exit code. */
import { Command, CommanderError } from 'commander';
import { isGuildhallError } from '../guildhall.ts';
import { addDatabaseCommands } from './database-commands.ts';
import { addImportCommand } from './import-command.ts';
import { addLedgerCommands } from './ledger-commands.ts';
import { addMigrateCommands } from './migrate-commands.ts';
import { addQueueCommand } from './queue-command.ts';
import { addRetentionCommands } from './retention-commands.ts';
import { EXIT, exitCodeOf } from './session.ts';
import { addUpCommand } from './up-command.ts';
import { VERSION } from './version.ts';
import { addWebhookCommands } from './webhook-commands.ts';

/** Runs a command line; sets `process.exitCode` and never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, argv.includes('--json'));
  }
}

export function createProgram(): Command {
  const program = new Command('guildhall')
    .description('The PostgreSQL-first backbone for platforms where people, GPUs and AI agents do paid work.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--json', 'print one JSON value instead of text')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  addUpCommand(program);
  addMigrateCommands(program);
  addDatabaseCommands(program);
  addImportCommand(program);
  addWebhookCommands(program);
  addRetentionCommands(program);
  addQueueCommand(program);
  addLedgerCommands(program);
  for (const command of allCommands(program)) command.exitOverride();
  return program;
}

const EXAMPLES = `
Examples:
  guildhall up                                     start everything on the embedded PostgreSQL
  guildhall import agents examples/agents/aider_llm_costs.csv
  guildhall verify                                 prove schema and invariants; the exit code tells
  DATABASE_URL=postgres://… guildhall migrate up   use your own server

Exit codes: 0 done, 1 failed or found something wrong, 2 wrong usage or settings, 3 database unreachable.
Settings come from the environment and from .env; .env.example lists them.`;

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    const asked =
      error.code === 'commander.helpDisplayed' ||
      error.code === 'commander.version' ||
      error.code === 'commander.help';
    return asked ? 0 : EXIT.usage;
  }
  if (json) {
    const value = isGuildhallError(error) ? error.toJSON() : { code: 'internal', message: String(error) };
    process.stdout.write(`${JSON.stringify({ error: value }, null, 2)}\n`);
  } else {
    process.stderr.write(`${describe(error)}\n`);
  }
  return exitCodeOf(error);
}

function describe(error: unknown): string {
  if (!isGuildhallError(error))
    return `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  const lines = [`error: ${error.message}`];
  if (error.hint !== undefined) lines.push(`  → ${error.hint}`);
  if (process.env.LOG_LEVEL === 'debug' && error.cause instanceof Error)
    lines.push(String(error.cause.stack));
  return lines.join('\n');
}
