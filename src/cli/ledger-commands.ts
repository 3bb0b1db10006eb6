/** `guildhall ledger …`: accounts, statements, trial balance, and the proof that the journal is as it was written. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  GuildhallError,
  type Instance,
  invalidInput,
  Ledger,
  type LedgerAccount,
  type LedgerRoot,
  MAX_PAGE,
} from '../guildhall.ts';
import { type InstanceOption, takesInstance } from './instance-option.ts';
import { type Output, table } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstance, chooseInstances, EXIT } from './session.ts';

interface LedgerOptions extends InstanceOption {
  readonly asset?: string;
  readonly prefix?: string;
  readonly all?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly root?: string;
}

interface Subject {
  readonly ledger: Ledger;
  readonly instance: Instance;
  readonly output: Output;
}

const ONE = { without: 'needed where there are several' };
const LIMIT = ['--limit <count>', `lines to show, 1 to ${MAX_PAGE}`] as const;
const CURSOR = ['--cursor <cursor>', 'where the page before ended'] as const;

export function addLedgerCommands(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('show balances, statements and proofs of an instance’s ledger')
    .addHelpText('after', EXAMPLES);
  takesInstance(ledger.command('accounts'), ONE)
    .description('list accounts that are not empty with their balances, newest first')
    .option('--asset <code>', 'only accounts of this asset')
    .option('--prefix <text>', 'only codes that begin so')
    .option('--all', 'also those without a balance and without anything held')
    .option(...LIMIT)
    .option(...CURSOR)
    .action((_name: unknown, options: LedgerOptions, command: Command) =>
      onLedger(command, options, showAccounts),
    );
  takesInstance(ledger.command('account').argument('<code>', 'code of the account'), {
    ...ONE,
    sample: 'losses',
  })
    .description('show one account: balance, holds, limits')
    .action((code: string, _name: unknown, options: LedgerOptions, command: Command) =>
      onLedger(command, options, (subject) => showAccount(subject, code)),
    );
  takesInstance(ledger.command('statement').argument('<code>', 'code of the account'), {
    ...ONE,
    sample: 'losses',
  })
    .description('show its postings, oldest first, each with the balance after it')
    .option('--from <time>', 'from this moment on, such as 2026-01-31 or 2026-01-31T12:00:00Z')
    .option('--until <time>', 'up to before this moment')
    .option(...LIMIT)
    .option(...CURSOR)
    .action((code: string, _name: unknown, options: LedgerOptions, command: Command) =>
      onLedger(command, options, (subject) => showStatement(subject, code, options)),
    );
  takesInstance(ledger.command('trial-balance'), ONE)
    .description('show debits and credits of every asset; exit code 1 when they differ')
    .action((_name: unknown, options: LedgerOptions, command: Command) =>
      onLedger(command, options, showTrialBalance),
    );
  takesInstance(ledger.command('root'), ONE)
    .description('print the end of the hash chain, to be kept elsewhere')
    .action((_name: unknown, options: LedgerOptions, command: Command) =>
      onLedger(command, options, showRoot),
    );
  takesInstance(ledger.command('prove'), ONE)
    .description('check the journal against its hash chain; exit code 1 when it was changed')
    .option('--root <file>', 'root that was kept, as "ledger root --json" printed it: finds a tail cut off')
    .action((_name: unknown, options: LedgerOptions, command: Command) => onLedger(command, options, prove));
}

const EXAMPLES = `
Examples:
  guildhall ledger accounts --asset USDC --prefix worker:
  guildhall ledger statement worker:1:earned --from 2026-01-01 --until 2026-02-01
  guildhall ledger root --json > root.json         keep it where nobody who can write the database can write
  guildhall ledger prove --root root.json

What it is: docs/ledger.md`;

type Body = (subject: Subject, options: LedgerOptions) => Promise<void>;

function onLedger(command: Command, options: LedgerOptions, body: Body): Promise<void> {
  return withSession(command, async (session) => {
    const { guildhall } = await session.open();
    const instance = theInstance(guildhall, options.instance);
    await body({ ledger: new Ledger(instance.scope), instance, output: session.output }, options);
  });
}

function theInstance(guildhall: Parameters<typeof chooseInstance>[0], name: string | undefined): Instance {
  if (name !== undefined) return chooseInstance(guildhall, name);
  const [only, ...others] = chooseInstances(guildhall, undefined);
  if (only !== undefined && others.length === 0) return only;
  throw invalidInput(
    'instance',
    'There are several instances, each with a ledger of its own.',
    `Name one with --instance: ${guildhall.instances.map(({ schema }) => schema).join(', ')}.`,
  );
}

async function showAccounts({ ledger, output }: Subject, options: LedgerOptions): Promise<void> {
  const page = await ledger.accounts({
    ...(options.asset === undefined ? {} : { asset: options.asset }),
    ...(options.prefix === undefined ? {} : { codePrefix: options.prefix }),
    nonEmpty: options.all !== true,
    ...pageOf(options),
  });
  output.value(page);
  output.text(
    table(
      ['account', 'asset', 'balance', 'held in', 'held out', 'available'],
      page.data.map((one) => [
        ...[one.code, one.asset, one.balance, one.heldIn, one.heldOut],
        one.available ?? 'any',
      ]),
    ),
  );
  if (options.all !== true && page.data.length === 0) output.text('Only empty ones, if any: --all.');
  printMore(output, page.nextCursor);
}

async function showAccount({ ledger, output }: Subject, code: string): Promise<void> {
  const account = await ledger.account(code);
  output.value(account);
  const facts = factsOf(account);
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) output.text(`${name.padEnd(width)}  ${value}`);
}

function factsOf(account: LedgerAccount): readonly (readonly [string, string])[] {
  return [
    ['account', account.code],
    ['asset', account.asset],
    ['normal side', account.normalSide],
    ['balance', account.balance],
    ['debits', account.debits],
    ['credits', account.credits],
    ['held in', account.heldIn],
    ['held out', account.heldOut],
    ['available', account.available ?? 'without limit'],
    ['lowest balance', account.minBalance ?? 'any'],
    ['highest balance', account.maxBalance ?? 'any'],
    ['slots', String(account.slots)],
    ['opened', account.createdAt.toISOString()],
    ['closed', account.closedAt?.toISOString() ?? 'no'],
  ];
}

async function showStatement(
  { ledger, output }: Subject,
  code: string,
  options: LedgerOptions,
): Promise<void> {
  const { asset } = await ledger.account(code);
  const statement = await ledger.statement(code, {
    ...(options.from === undefined ? {} : { from: readTime(options.from, '--from') }),
    ...(options.until === undefined ? {} : { until: readTime(options.until, '--until') }),
    ...pageOf(options),
  });
  output.value({ account: code, asset, ...statement });
  output.text(`${code} (${asset})\n`);
  output.text(
    table(
      ['time', 'id', 'kind', 'side', 'amount', 'balance', 'other account', 'reference'],
      statement.lines.map((line) => [
        ...[line.at.toISOString(), line.id, line.kind, line.side, line.amount, line.balance],
        ...[line.otherAccount, line.reference ?? ''],
      ]),
    ),
  );
  printMore(output, statement.nextCursor);
}

async function showTrialBalance({ ledger, output }: Subject): Promise<void> {
  const lines = await ledger.trialBalance();
  output.value(lines);
  output.text(
    table(
      ['asset', 'accounts', 'debits', 'credits', 'difference', 'held'],
      lines.map((line) => [
        ...[line.asset, String(line.accounts), line.debits, line.credits, line.difference, line.held],
      ]),
    ),
  );
  if (lines.some(({ difference }) => difference !== '0')) process.exitCode = EXIT.failed;
}

async function showRoot({ ledger, output }: Subject): Promise<void> {
  const root = await ledger.root();
  output.value(root);
  output.text(
    root === null
      ? 'Nothing is sealed yet; a running instance seals every second.'
      : `seal ${root.number}, up to transfer ${root.upTo}\n${root.hash}`,
  );
}

async function prove({ ledger, instance, output }: Subject, options: LedgerOptions): Promise<void> {
  const kept = options.root === undefined ? undefined : await readRoot(options.root);
  const broken = await ledger.brokenSeals(kept);
  const root = await ledger.root();
  output.value({ sound: broken.length === 0, root, broken });
  if (broken.length > 0) {
    output.text(`✗ ${instance.schema}: the journal is not as it was sealed.`);
    for (const { number, upTo, problem } of broken)
      output.text(`  seal ${number}, up to transfer ${upTo}: ${problem}`);
    process.exitCode = EXIT.failed;
    return;
  }
  const extent =
    root === null ? 'nothing is sealed yet' : `${root.number} seals, up to transfer ${root.upTo}`;
  const end =
    kept === undefined
      ? 'Give --root to prove that no tail was cut off.'
      : 'It contains the root that was kept.';
  output.text(`✓ ${instance.schema}: sound, ${extent}. ${end}`);
}

function pageOf({ limit, cursor }: LedgerOptions): { readonly limit?: number; readonly cursor?: string } {
  return {
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function printMore(output: Output, nextCursor: string | null): void {
  if (nextCursor !== null) output.text(`\nMore: --cursor ${nextCursor}`);
}

function readTime(text: string, flag: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw invalidInput(flag, `"${text}" is no time.`, 'Write it as 2026-01-31 or 2026-01-31T12:00:00Z.');
}

async function readRoot(file: string): Promise<LedgerRoot> {
  const failure = (message: string, cause?: unknown) =>
    new GuildhallError('invalid_input', message, {
      field: '--root',
      hint: 'Name a file with what "guildhall ledger root --json" printed.',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw failure(`${file} cannot be read as JSON.`, cause);
  }
  const { number, upTo, hash } = (value ?? {}) as Partial<Record<keyof LedgerRoot, unknown>>;
  if (typeof number === 'string' && typeof upTo === 'string' && typeof hash === 'string') {
    return { number, upTo, hash };
  }
  throw failure(`${file} holds no root.`);
}
