/** Which moments a cron expression names in a time zone; pure, and always told what time it is. */
import { Cron } from 'croner';
import { invalidInput } from '../errors.ts';

export type CatchUp = 'all' | 'last' | 'none';

export interface Rhythm {
  readonly cron: string;
  readonly timeZone: string;
}

export interface DueSlots {
  readonly slots: readonly Date[];
  /** Slots that passed and are left out. */
  readonly skipped: number;
  /** Null: there is no further one. */
  readonly next: Date | null;
}

/** A slot that is this late was not missed: schedulers look once a second, and may be busy. */
const PUNCTUAL_MS = 60_000;
/** Slots counted after a long time away, at some 60 microseconds each; beyond it they are left out uncounted. */
const MAX_COUNTED = 5_000;

/** The first slot after a moment; null when there is none. Throws `invalid_input` for a bad expression or zone. */
export function nextSlot(rhythm: Rhythm, after: Date): Date | null {
  return reader(rhythm).nextRun(after);
}

/**
 * Slots from `from` (a slot) to `now`, by the catch-up rule. `all`: the latest `most` of them; `last`: the latest;
 * `none`: only one that is not a minute late.
 */
export function dueSlots(
  rhythm: Rhythm,
  {
    from,
    now,
    catchUp,
    most,
  }: { readonly from: Date; readonly now: Date; readonly catchUp: CatchUp; readonly most: number },
): DueSlots {
  const cron = reader(rhythm);
  const wanted = catchUp === 'all' ? most : 1;
  const latest: Date[] = [];
  let count = 0;
  let slot: Date | null = from;
  while (slot !== null && slot <= now) {
    latest.push(slot);
    if (latest.length > wanted) latest.shift();
    count += 1;
    if (count === MAX_COUNTED) {
      const rest = cron.previousRuns(wanted, new Date(now.getTime() + 1)).reverse();
      latest.splice(0, latest.length, ...rest);
      slot = cron.nextRun(now);
      break;
    }
    slot = cron.nextRun(slot);
  }
  const slots =
    catchUp === 'none' ? latest.filter((one) => now.getTime() - one.getTime() < PUNCTUAL_MS) : latest;
  return { slots, skipped: count - slots.length, next: slot };
}

const readers = new Map<string, Cron>();
/** Expressions kept read; a program has some dozen. */
const MAX_READERS = 1_000;

function reader({ cron, timeZone }: Rhythm): Cron {
  const key = `${timeZone} ${cron}`;
  let known = readers.get(key);
  if (known === undefined) {
    try {
      known = new Cron(cron, { timezone: timeZone, paused: true });
      known.nextRun(new Date(0));
    } catch (error) {
      throw invalidInput(
        'cron',
        `"${cron}" in ${timeZone} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        'Write five or six fields (minute first, or second first), such as "30 2 * * *", and a zone such as Europe/Berlin.',
      );
    }
    if (readers.size < MAX_READERS) readers.set(key, known);
  }
  return known;
}
