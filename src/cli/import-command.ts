/** `guildhall import <instance> <file>`: streams a file in, with a bar, and reports what was refused and why. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { GuildhallError, type ImportReport, type ImportRequest, migratorOf } from '../guildhall.ts';
import { type Output, table, thousands } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstance, type Session } from './session.ts';

interface ImportOptions {
  readonly instance?: string;
  readonly kind?: string;
  readonly option: readonly string[];
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .argument('<instance>', 'instance to bring it into, such as agents; left out with --instance')
    .argument('[file]', 'file to read')
    .option('--instance <schema>', 'the instance as an option')
    .description('bring in a file of real data; a second import of the same file adds nothing')
    .option('--kind <kind>', 'kind of file; guessed from its name and content when missing')
    .option(
      '-o, --option <key=value>',
      'option of the importer, such as project=…, user=…, model=…',
      collect,
      [],
    )
    .addHelpText(
      'after',
      `
Examples:
  guildhall import agents examples/agents/aider_llm_costs.csv
  guildhall import --instance gigs examples/gigs/swelancer_paid_tasks.csv
  guildhall import agents examples/agents/genai_prices_2026-08.json
  guildhall import agents trace.csv --kind azure-trace -o provider=azure -o model=gpt-4o

Kinds and options: docs/importing.md`,
    )
    .action((first: string, second: string | undefined, options: ImportOptions, command: Command) =>
      withSession(command, (session) => runImport(session, { ...named(first, second, options), options })),
    );
}

interface Named {
  readonly name: string;
  readonly file: string;
}

/** With `--instance` the one argument is the file. */
function named(first: string, second: string | undefined, { instance }: ImportOptions): Named {
  if (instance === undefined && second !== undefined) return { name: first, file: second };
  if (instance !== undefined && (second === undefined || first === instance)) {
    return { name: instance, file: second ?? first };
  }
  throw new GuildhallError(
    'invalid_input',
    instance === undefined
      ? 'Instance and file are needed.'
      : `The argument names the instance ${first}, --instance names ${instance}.`,
    { field: instance === undefined ? 'file' : '--instance', hint: 'guildhall import agents costs.csv' },
  );
}

async function runImport(
  session: Session,
  { name, file, options }: Named & { readonly options: ImportOptions },
): Promise<void> {
  const { output } = session;
  const sizeBytes = await fileSize(file);
  const { guildhall } = await session.open();
  const instance = chooseInstance(guildhall, name);
  if (instance.definition.importFile === undefined) {
    throw new GuildhallError('invalid_input', `The system ${instance.definition.name} imports no files.`);
  }
  await migratorOf(instance).up();
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  const bar = progressBar(output, sizeBytes);
  const request: ImportRequest = {
    source: basename(file),
    open: () => createReadStream(file),
    sizeBytes,
    options: Object.fromEntries(options.option.map(readOption)),
    signal: interrupt.signal,
    onProgress: (progress) => bar.update(progress),
    ...(options.kind === undefined ? {} : { kind: options.kind }),
  };
  try {
    const report = await instance.definition.importFile(instance.service, request);
    bar.stop();
    output.value(report);
    printReport(output, report);
  } finally {
    bar.stop();
    process.off('SIGINT', onSignal);
  }
}

async function fileSize(file: string): Promise<number> {
  try {
    const facts = await stat(file);
    if (facts.isFile()) return facts.size;
  } catch (cause) {
    throw new GuildhallError('invalid_input', `${file} cannot be read.`, {
      field: 'file',
      hint: 'Check the path; examples/ holds real files to try.',
      cause,
    });
  }
  throw new GuildhallError('invalid_input', `${file} is not a file.`, {
    field: 'file',
    hint: 'Name a file.',
  });
}

function readOption(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new GuildhallError('invalid_input', `"${text}" is not key=value.`, {
    field: '--option',
    hint: 'Write it as -o project="Aider log".',
  });
}

interface Progress {
  update(progress: { readonly bytes: number; readonly rows: number }): void;
  stop(): void;
}

/** A bar on a terminal; nothing elsewhere, so that logs stay readable. */
function progressBar(output: Output, sizeBytes: number): Progress {
  if (output.json || process.stderr.isTTY !== true) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '  {bar} {percentage} %  {rows} rows  {duration_formatted}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(Math.max(sizeBytes, 1), 0, { rows: '0' });
  let stopped = false;
  return {
    update: ({ bytes, rows }) => bar.update(Math.min(bytes, sizeBytes), { rows: thousands(rows) }),
    stop: () => {
      if (!stopped) bar.stop();
      stopped = true;
    },
  };
}

function printReport(output: Output, report: ImportReport): void {
  output.text(`Imported ${report.source} as ${report.kind} (${report.importId})`);
  output.text();
  output.text(
    table(
      ['read', 'new', 'known before', 'refused'],
      [[report.rowsRead, report.rowsInserted, report.rowsKnown, report.rowsRefused].map(thousands)],
    ),
  );
  output.text();
  const width = Math.max(0, ...Object.keys(report.totals).map((key) => key.length));
  for (const [key, value] of Object.entries(report.totals)) output.text(`  ${key.padEnd(width)}  ${value}`);
  for (const note of report.notes) output.text(`  note: ${note}`);
  if (report.rowsRefused === 0) return;
  output.text(`\nRefused, ${report.refusals.length} of ${report.rowsRefused} shown:`);
  for (const { line, reason } of report.refusals) output.text(`  line ${line}: ${reason}`);
}
