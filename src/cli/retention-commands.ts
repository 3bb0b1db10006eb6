/** Commands about retention: how the policies stand, and carrying them out. */
import type { Command } from 'commander';
import { type RetentionStatus, retentionAlarms, retentionStatus, runRetention } from '../guildhall.ts';
import { type InstanceOption, takesInstance } from './instance-option.ts';
import { table, thousands } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstances, EXIT, type Session } from './session.ts';

export function addRetentionCommands(program: Command): void {
  const retention = program.command('retention').description('how long rows are kept, and cleaning up');
  takesInstance(retention.command('status'))
    .description('policies, last runs, partitions ready; exit code 1 when there is an alarm')
    .action((_name: unknown, { instance }: InstanceOption, command: Command) =>
      withSession(command, (session) => runStatus(session, instance)),
    );
  takesInstance(retention.command('run'), { sample: '--policy outbox --dry-run' })
    .description('clean up now, whether due or not')
    .option('--policy <name>', 'only this policy')
    .option('--dry-run', 'count what would go, and remove nothing')
    .action((_name: unknown, options: RunOptions, command: Command) =>
      withSession(command, (session) => runNow(session, options)),
    );
}

interface RunOptions extends InstanceOption {
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

async function runNow(session: Session, options: RunOptions): Promise<void> {
  const { output } = session;
  const { guildhall } = await session.open();
  const dryRun = options.dryRun === true;
  for (const { schema, scope } of chooseInstances(guildhall, options.instance)) {
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
