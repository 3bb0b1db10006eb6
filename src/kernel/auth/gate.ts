/** A bound on how many dear jobs run at once, and on how many wait. */
import { GuildhallError } from '../errors.ts';

/** Runs at most `atOnce` jobs; others wait in order, and beyond `waitingMax` are refused with `rate_limited`. */
export function createGate(atOnce: number, waitingMax: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax) {
        throw new GuildhallError('rate_limited', 'Too many sign-ins at once.', {
          reason: 'sign_ins_waiting',
          hint: 'Try again in a few seconds.',
        });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await run();
    } finally {
      // The place goes straight to the next in line, so a newcomer cannot slip in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
