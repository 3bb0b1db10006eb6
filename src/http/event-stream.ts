/** One listener's stream: replays what it missed, then follows the feed, within limits. */
import { isGuildhallError, type OutboxEvent, type Principal } from '../kernel/index.ts';
import type { EventLimits } from './config.ts';
import { type EventFeed, PAGE } from './event-feed.ts';

export interface EventStreamOptions {
  readonly feed: EventFeed;
  readonly limits: EventLimits;
  /** First page after the listener's position, read before the answer began, so that a bad cursor is a problem answer. */
  readonly first: readonly OutboxEvent[];
  readonly after: string;
  readonly principal: Principal;
  readonly accepts: (principal: Principal, event: OutboxEvent) => boolean;
  /** JSON text of one event. */
  readonly encode: (event: OutboxEvent) => string;
  /** Checks the credentials again; throws `unauthenticated` or gives undefined when they no longer hold. */
  readonly reauthenticate: () => Promise<Principal | undefined>;
  readonly onSent: (count: number) => void;
  readonly onClose: () => void;
}

export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  close(reason: string): void;
}

/** A replay pauses while this much waits to be read. */
const REPLAY_WINDOW_BYTES = 65_536;

export function openEventStream(options: EventStreamOptions): EventStream {
  const stream = new Outgoing(options);
  // Not at once: the caller has to know the stream before it can close.
  queueMicrotask(() => void stream.run());
  return { body: stream.body, close: (reason) => stream.close(reason) };
}

class Outgoing {
  readonly body: ReadableStream<Uint8Array>;
  private readonly options: EventStreamOptions;
  private readonly encoder = new TextEncoder();
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private readonly heartbeat: NodeJS.Timeout;
  private principal: Principal;
  private closed = false;
  /** Last event looked at, shown to the listener or not; and the last id the listener was told. */
  private position: string;
  private told: string;
  private leave: () => void = () => undefined;
  private wake: () => void = () => undefined;

  constructor(options: EventStreamOptions) {
    this.options = options;
    this.principal = options.principal;
    this.position = options.after;
    this.told = options.after;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => this.wake(),
        cancel: () => this.end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: REPLAY_WINDOW_BYTES }),
    );
    this.heartbeat = setInterval(() => void this.beat(), options.limits.heartbeatMs);
    this.heartbeat.unref();
  }

  async run(): Promise<void> {
    const { feed, limits } = this.options;
    try {
      this.write(`retry: ${limits.retryMs}\n\n`);
      let events = this.options.first;
      for (;;) {
        this.deliver(events);
        if (events.length < PAGE || this.closed) break;
        await this.room();
        events = await feed.page(this.position);
      }
      if (this.closed) return;
      const leave = await feed.join(
        this.position,
        (missed) => this.deliver(missed),
        (live) => this.follow(live),
      );
      if (this.closed) leave();
      else this.leave = leave;
    } catch {
      // The status has been sent; the listener comes back with its last id and gets the problem then.
      this.close('the events cannot be read now, reconnect to resume');
    }
  }

  close(reason: string): void {
    if (this.closed) return;
    this.write(`: ${reason}\n\n`);
    this.end();
    this.controller?.close();
  }

  private deliver(events: readonly OutboxEvent[]): void {
    if (this.closed) return;
    let text = '';
    let count = 0;
    for (const event of events) {
      this.position = event.cursor;
      if (!this.options.accepts(this.principal, event)) continue;
      text += `id: ${event.cursor}\ndata: ${this.options.encode(event)}\n\n`;
      this.told = event.cursor;
      count += 1;
    }
    if (count === 0) return;
    this.write(text);
    this.options.onSent(count);
  }

  /** The feed waits for nobody: a listener that falls behind is sent away and resumes with a replay. */
  private follow(events: readonly OutboxEvent[]): void {
    this.deliver(events);
    if (this.waitingBytes() > this.options.limits.bufferBytes) this.close('too slow, reconnect to resume');
  }

  /** Keeps proxies from cutting the connection, passes over hidden events, and ends it with its credentials. */
  private async beat(): Promise<void> {
    try {
      const principal = await this.options.reauthenticate();
      if (!principal) return this.close('the credentials are no longer valid');
      this.principal = principal;
    } catch (error) {
      if (isGuildhallError(error, 'unauthenticated'))
        return this.close('the credentials are no longer valid');
      // The database is away: nothing can be delivered either, so the stream waits with it.
    }
    if (this.closed) return;
    // An id without data moves the listener's Last-Event-ID and fires no event.
    this.write(this.told === this.position ? ': heartbeat\n\n' : `: heartbeat\nid: ${this.position}\n\n`);
    this.told = this.position;
  }

  private write(text: string): void {
    if (!this.closed) this.controller?.enqueue(this.encoder.encode(text));
  }

  private waitingBytes(): number {
    return REPLAY_WINDOW_BYTES - (this.controller?.desiredSize ?? REPLAY_WINDOW_BYTES);
  }

  /** Waits until the listener has read enough for another page. */
  private async room(): Promise<void> {
    if (this.closed || this.waitingBytes() < REPLAY_WINDOW_BYTES) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.heartbeat);
    this.leave();
    this.wake();
    this.options.onClose();
  }
}
