/** Asks before something is lost; without a terminal it fails and names the flag. */
import { createInterface } from 'node:readline/promises';
import { GuildhallError } from '../guildhall.ts';
import type { Output } from './output.ts';

export interface Confirmation {
  readonly question: string;
  /** What has to be typed. */
  readonly answer: string;
  readonly yes: boolean;
  readonly flag: string;
}

/** Returns when the person agreed; throws otherwise. */
export async function confirm(output: Output, { question, answer, yes, flag }: Confirmation): Promise<void> {
  if (yes) return;
  if (!output.interactive) {
    throw new GuildhallError(
      'invalid_input',
      'This needs a confirmation, and there is no terminal to ask on.',
      {
        field: flag,
        hint: `Add ${flag} to go ahead.`,
      },
    );
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const given = await prompt.question(`${question}\nType "${answer}" to go ahead: `);
    if (given.trim() === answer) return;
  } finally {
    prompt.close();
  }
  throw new GuildhallError('conflict', 'Nothing was changed.', { hint: `The answer was not "${answer}".` });
}
