/** Runs one command's body with a session that is closed afterwards, whatever happened. */
import type { Command } from 'commander';
import { createSession, type Session } from './session.ts';

/** The action of a command: options of the program (`--json`) are found wherever they were written. */
export async function withSession(
  command: Command,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  const json = command.optsWithGlobals<{ json?: boolean }>().json === true;
  const session = createSession({ json });
  try {
    await body(session);
  } finally {
    await session.close();
  }
}
