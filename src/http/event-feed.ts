/** One reader of an instance's outbox per process, shared by everyone who listens. */
import { type Instance, latestCursor, type OutboxEvent, readEvents } from '../kernel/index.ts';
import type { Logger } from './logging.ts';

/** Takes events in order; never waits, never throws. */
export type Listener = (events: readonly OutboxEvent[]) => void;

export interface EventFeed {
  /** Events after a cursor, one page of them; undefined starts at the oldest that is kept. */
  page(after: string | undefined): Promise<OutboxEvent[]>;
  /**
   * Brings a listener that has seen everything up to `after` to the live edge and keeps it there.
   * `missed` gets what lies between; nothing is lost or doubled at the seam. Returns how to leave.
   */
  join(after: string, missed: Listener, live: Listener): Promise<() => void>;
  /** The position from which only new events follow. */
  latest(): Promise<string>;
  readonly listeners: number;
  stop(): void;
}

export interface EventFeedOptions {
  readonly instance: Instance;
  readonly pollMs: number;
  readonly logger: Logger;
}

/** Events per read: a page is a few hundred kilobytes at most. */
export const PAGE = 500;
/** Pause after a failed read doubles from the poll interval up to this. */
const MAX_PAUSE_MS = 5_000;

export function createEventFeed({ instance, pollMs, logger }: EventFeedOptions): EventFeed {
  const { scope } = instance;
  const listeners = new Set<Listener>();
  /** Everything up to here has been given to every listener; null while nobody listens. */
  let tail: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let stopped = false;
  /** Reads that move the tail, and joins, happen one after the other. */
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const result = queue.then(body);
    queue = result.catch(() => undefined);
    return result;
  };

  const page = (after: string | undefined): Promise<OutboxEvent[]> =>
    readEvents(scope, { limit: PAGE, ...(after === undefined ? {} : { after }) });

  /** Gives everybody what is new, until nothing is. */
  const drain = async (): Promise<string> => {
    for (;;) {
      const from: string = tail ?? (await latestCursor(scope));
      const events = await page(from);
      tail = events.at(-1)?.cursor ?? from;
      if (events.length > 0) for (const listener of listeners) listener(events);
      if (events.length < PAGE) return tail;
    }
  };

  const poll = async (): Promise<void> => {
    try {
      if (listeners.size > 0) await inTurn(drain);
      failures = 0;
    } catch (error) {
      // The database is away; listeners keep their connection and get everything once it is back.
      failures += 1;
      if (failures === 1)
        logger.warn({ err: error, instance: instance.schema }, 'the event feed cannot read');
    }
    schedule();
  };

  const schedule = (): void => {
    if (stopped || listeners.size === 0) {
      tail = null;
      timer = undefined;
      return;
    }
    timer = setTimeout(poll, Math.min(MAX_PAUSE_MS, pollMs * 2 ** failures));
    timer.unref();
  };

  return {
    page,
    latest: () => latestCursor(scope),
    get listeners() {
      return listeners.size;
    },
    join: (after, missed, live) =>
      inTurn(async () => {
        const edge = await drain();
        const ahead = await replayUntil(edge, { after, page, missed });
        const listener: Listener = (events) =>
          live(ahead.size === 0 ? events : events.filter(({ cursor }) => !ahead.delete(cursor)));
        // A poll without listeners may have forgotten the edge meanwhile.
        tail ??= edge;
        listeners.add(listener);
        if (timer === undefined) schedule();
        return () => {
          listeners.delete(listener);
        };
      }),
    stop() {
      stopped = true;
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

/**
 * Hands over the events after `after` up to and including the one at `edge`; what comes later is the feed's to deliver.
 * Cursors are opaque, so the edge is recognised by being equal. A listener that was past it already (its position
 * was pruned, or never existed) does not meet it: the cursors it got are returned, for the feed delivers them again.
 */
async function replayUntil(
  edge: string,
  { after, page, missed }: { after: string; page: EventFeed['page']; missed: Listener },
): Promise<Set<string>> {
  const given = new Set<string>();
  let position = after;
  while (position !== edge) {
    const events = await page(position);
    const end = events.findIndex(({ cursor }) => cursor === edge);
    const part = end === -1 ? events : events.slice(0, end + 1);
    if (part.length > 0) missed(part);
    if (end !== -1) return new Set();
    for (const { cursor } of part) given.add(cursor);
    if (events.length < PAGE) return given;
    position = events.at(-1)?.cursor ?? edge;
  }
  return new Set();
}
