/** `guildhall migrate …`: up, down, redo, to, status, plan. */
import type { Command } from 'commander';
import {
  GuildhallError,
  type Instance,
  isUpToDate,
  type Migrator,
  migratorOf,
  type Step,
} from '../guildhall.ts';
import { type InstanceOption, takesInstance } from './instance-option.ts';
import type { Output } from './output.ts';
import { table } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstances, EXIT } from './session.ts';

interface StepOptions extends InstanceOption {
  readonly force?: boolean;
  readonly steps?: string;
  readonly module?: string;
  readonly seed?: boolean;
  readonly replace?: boolean;
}

const FORCE = ['--force', 'drop tables even when they hold rows'] as const;

export function addMigrateCommands(program: Command): void {
  const migrate = program.command('migrate').description('bring schemas up or take them back');
  takesInstance(migrate.command('up'))
    .description('apply what is pending and replace changed functions, triggers and views')
    .option('--replace', 'also replace objects that have not changed, as a mend after verify')
    .option('--seed', 'write demonstration data afterwards, where there is none')
    .action((_name: unknown, options: StepOptions, command: Command) =>
      eachInstance(command, options, async (instance, output) => {
        const migrator = migratorOf(instance);
        printSteps(
          output,
          instance,
          options.replace === true ? await migrator.replace() : await migrator.up(),
        );
        if (options.seed === true) {
          const { written, counts } = await instance.definition.seed(instance.service);
          output.text(
            `${instance.schema}: ${written ? 'seeded' : 'seeded before'} ${JSON.stringify(counts)}`,
          );
        }
      }),
    );
  takesInstance(migrate.command('down'))
    .description('take back the newest migration')
    .option('--steps <count>', 'how many to take back', '1')
    .option(...FORCE)
    .action((_name: unknown, options: StepOptions, command: Command) =>
      eachInstance(command, options, async (instance, output) => {
        const steps = wholeNumber(options.steps ?? '1', '--steps');
        printSteps(
          output,
          instance,
          await migratorOf(instance).down(steps, { force: options.force === true }),
        );
      }),
    );
  takesInstance(migrate.command('redo'))
    .description('take the newest migration back and apply it again')
    .option(...FORCE)
    .action((_name: unknown, options: StepOptions, command: Command) =>
      eachInstance(command, options, async (instance, output) => {
        printSteps(output, instance, await migratorOf(instance).redo({ force: options.force === true }));
      }),
    );
  takesInstance(
    migrate.command('to').argument('<number>', 'migration to stop at; 0 takes all of them back'),
    { sample: '3' },
  )
    .description('go up or down to a migration')
    .option('--module <name>', "the system's own migrations, or kernel", undefined)
    .option(...FORCE)
    .action((number: string, _name: unknown, options: StepOptions, command: Command) =>
      eachInstance(command, options, async (instance, output) => {
        const module = options.module ?? instance.definition.name;
        const target = wholeNumber(number, 'number');
        printSteps(
          output,
          instance,
          await migratorOf(instance).to(module, target, { force: options.force === true }),
        );
      }),
    );
  takesInstance(migrate.command('status'))
    .description('show applied and pending migrations')
    .action((_name: unknown, options: StepOptions, command: Command) =>
      eachInstance(command, options, showStatus),
    );
  takesInstance(migrate.command('plan'))
    .description('print the SQL that up would run, and run nothing')
    .action((_name: unknown, options: StepOptions, command: Command) =>
      eachInstance(command, options, async (instance, output) => {
        const sql = await migratorOf(instance).plan();
        output.value({ schema: instance.schema, sql });
        output.text(sql === '' ? `-- ${instance.schema}: nothing to do` : sql);
      }),
    );
}

async function eachInstance(
  command: Command,
  options: StepOptions,
  body: (instance: Instance, output: Output) => Promise<void>,
): Promise<void> {
  await withSession(command, async (session) => {
    const { guildhall } = await session.open();
    for (const instance of chooseInstances(guildhall, options.instance)) await body(instance, session.output);
  });
}

function printSteps(output: Output, instance: Instance, steps: readonly Step[]): void {
  output.value({ schema: instance.schema, steps });
  if (steps.length === 0) output.text(`${instance.schema}: nothing to do`);
  for (const step of steps) {
    output.text(`${instance.schema}: ${step.direction === 'up' ? '↑' : '↓'} ${step.module}/${step.name}`);
  }
}

async function showStatus(instance: Instance, output: Output): Promise<void> {
  const migrator: Migrator = migratorOf(instance);
  const modules = await migrator.status();
  output.value({
    schema: instance.schema,
    modules: modules.map((module) => ({ ...module, upToDate: isUpToDate(module) })),
  });
  const rows = modules.flatMap((module) => [
    ...module.applied.map((row) => {
      const mark = module.edited.includes(row.name)
        ? 'edited'
        : module.missing.includes(row.name)
          ? 'missing'
          : 'applied';
      return [`${row.module}/${row.name}`, mark, row.applied_at.toISOString()];
    }),
    ...module.pending.map((migration) => [`${migration.module}/${migration.name}`, 'pending', '-']),
    ...(module.pending.length > 0 ? [] : module.changedObjects).map((object) => [
      `${object.module}/${object.kind} ${object.name}`,
      'changed',
      '-',
    ]),
  ]);
  output.text(`Instance ${instance.schema}`);
  output.text(table(['migration', 'state', 'applied'], rows));
  output.text();
  if (!modules.every(isUpToDate)) process.exitCode = EXIT.failed;
}

function wholeNumber(text: string, name: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new GuildhallError('invalid_input', `${name} must be a whole number, but is "${text}".`, {
    field: name,
  });
}
