/** Which instance a command is for: named as its last argument or by `--instance`, whichever comes to mind. */
import type { Command } from 'commander';
import { GuildhallError } from '../guildhall.ts';

export interface InstanceOption {
  /** However it was named; undefined when it was not. */
  readonly instance?: string;
}

interface InstanceHelp {
  /** What a command does without a name. */
  readonly without?: string;
  /** Used without a name; shown by the help. */
  readonly fallback?: string;
  /** Sample of what the arguments and options before it look like, for the examples. */
  readonly sample?: string;
}

/** Call it after the command's own arguments. Its action finds the name in `options.instance`. */
export function takesInstance(
  command: Command,
  { without = 'all of them when missing', fallback, sample = '' }: InstanceHelp = {},
): Command {
  const place = command.registeredArguments.length;
  return command
    .argument(
      '[instance]',
      `instance, such as gigs; ${fallback === undefined ? without : `else ${fallback}`}`,
    )
    .option('--instance <schema>', 'the same as an option', fallback)
    .hook('preAction', (self) => {
      const argument = self.args[place];
      if (argument === undefined) return;
      const option: unknown = self.getOptionValue('instance');
      if (self.getOptionValueSource('instance') === 'cli' && option !== argument) {
        throw new GuildhallError(
          'invalid_input',
          `The argument names the instance ${argument}, --instance names ${option}.`,
          { field: '--instance', hint: 'Name one of them, either way.' },
        );
      }
      self.setOptionValueWithSource('instance', argument, 'cli');
    })
    .addHelpText('after', () => {
      const line = [...namesOf(command), ...(sample === '' ? [] : [sample])].join(' ');
      return `\nExamples:\n  ${line} gigs\n  ${line} --instance gigs`;
    });
}

function namesOf(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...namesOf(command.parent), command.name()];
}
