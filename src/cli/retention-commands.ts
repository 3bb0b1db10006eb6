/** Commands about retention: how the policies stand, and carrying them out. */
import type { Command } from 'commander';
import { type RetentionStatus, retentionAlarms, retentionStatus, runRetention } from '../guildhall.ts';
import { table, thousands } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstances, EXIT, type Session } from './session.ts';

export function addRetentionCommands(program: Command): void {
  const retention = program.command('retention').description('how long rows are kept, and cleaning up');
  retention
    .command('status')
    .argument('[instance]', 'only this instance')
    .description('policies, last runs, partitions ready; exit code 1 when there is an alarm')
    .action((name: string | undefined, _options: unknown, command: Command) =>
      withSession(command, (session) => runStatus(session, name)),
    );
  retention
    .command('run')
    .argument('[instance]', 'only this instance')
    .description('clean up now, whether due or not')
    .option('--policy <name>', 'only this policy')
    .option('--dry-run', 'count what would go, and remove nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  guildhall retention run --dry-run\n  guildhall retention run agents --policy outbox',
    )
    .action((name: string | undefined, options: RunOptions, command: Command) =>
      withSession(command, (session) => runNow(session, name, options)),
    );
}

interface RunOptions {
  readonly policy?: string;
  readonly dryRun?: boolean;
}

async function runStatus(session: Session, name: string | undefined): Promise<void> {
  const { output } = session;
  const { guildhall } = await session.open();
  for (const { schema, scope } of chooseInstances(guildhall, name)) {
    const [policies, alarms] = [await retentionStatus(scope), await retentionAlarms(scope)];
    output.value({ schema, policies, alarms });
    output.text(schema);
    output.text(table(['policy', 'keep', 'last run', 'removed', 'days ahead'], policies.map(statusRow)));
    for (const { alarm, problem } of alarms) output.text(`ALARM ${alarm}: ${problem}`);
    if (alarms.length > 0) process.exitCode = EXIT.failed;
  }
}

function statusRow(policy: RetentionStatus): string[] {
  return [
    policy.enabled ? policy.name : `${policy.name} (off)`,
    policy.keep,
    policy.lastRunAt?.toISOString() ?? 'never',
    `${thousands(policy.totalGone)}`,
    policy.daysAhead ?? '-',
  ];
}

async function runNow(session: Session, name: string | undefined, options: RunOptions): Promise<void> {
  const { output } = session;
  const { guildhall } = await session.open();
  const dryRun = options.dryRun === true;
  for (const { schema, scope } of chooseInstances(guildhall, name)) {
    const results = await runRetention(scope, {
      all: true,
      dryRun,
      ...(options.policy === undefined ? {} : { policy: options.policy }),
      onProgress: ({ policy, gone, batches }) => {
        if (batches > 1) output.note(`${schema}: ${policy}: ${thousands(gone)} removed so far`);
      },
    });
    output.value({ schema, dryRun, results });
    for (const { policy, gone, partitionsMade, ms, more, busy } of results) {
      const made = partitionsMade === 0 ? '' : `, ${partitionsMade} partitions made`;
      const rest = busy ? ' Somebody else is at it.' : more ? ' More is waiting: run it again.' : '';
      const verb = dryRun ? 'would be removed' : 'removed';
      output.text(`${schema}: ${policy}: ${thousands(gone)} ${verb}${made} in ${ms} ms.${rest}`);
    }
  }
}
