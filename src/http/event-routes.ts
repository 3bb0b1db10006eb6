/** `GET /v1/<instance>/events`: server-sent events, resumable, authorised one by one. */
import type { Context } from 'hono';
import {
  ADMIN_ROLE,
  GuildhallError,
  type Instance,
  invalidInput,
  type OutboxEvent,
  type Principal,
  toJsonText,
} from '../kernel/index.ts';
import type { HttpConfig } from './config.ts';
import type { FaceEnv } from './env.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import type { Authenticate } from './guard.ts';
import type { Logger } from './logging.ts';

export interface EventStreams {
  /** The handler of an instance's events route. */
  handle(instance: Instance, c: Context<FaceEnv>): Promise<Response>;
  /** Open streams by instance. */
  open(): [instance: string, open: number][];
  /** Ends every stream with a comment; clients come back elsewhere. */
  closeAll(reason: string): void;
}

export interface EventStreamsOptions {
  readonly config: HttpConfig;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly onSent: (instance: string, count: number) => void;
}

/** Position that replays everything kept. */
const FROM_START = 'start';
/** `project.created`, `project.*`. */
const TYPE = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*(?:\.\*)?$/;
/** A listener that does not even read the farewell is cut off after this. */
const FAREWELL_MS = 5_000;
/** Longer lists are a mistake: ask for everything instead. */
const MAX_TYPES = 50;

export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { config, authenticate, logger, onSent } = options;
  const limits = config.events;
  const feeds = new Map<string, EventFeed>();
  const streams = new Map<EventStream, { readonly schema: string; readonly account: string }>();

  const feedOf = (instance: Instance): EventFeed => {
    const known = feeds.get(instance.schema);
    if (known) return known;
    const feed = createEventFeed({ instance, pollMs: limits.pollMs, logger });
    feeds.set(instance.schema, feed);
    return feed;
  };

  const refuseTooMany = (account: string): void => {
    if (streams.size >= limits.maxConnections) {
      throw new GuildhallError('unavailable', `All ${limits.maxConnections} event streams are taken.`);
    }
    const own = [...streams.values()].filter((stream) => stream.account === account).length;
    if (own < limits.maxConnectionsPerAccount) return;
    throw new GuildhallError('rate_limited', `You have ${own} event streams open.`, {
      reason: 'too_many_streams',
      hint: 'Close one, or take several types over one stream with ?types=.',
      details: { limit: limits.maxConnectionsPerAccount, retryAfterSeconds: 5 },
    });
  };

  return {
    async handle(instance, c) {
      const header = credentialsOf(c);
      const principal = checked(c, instance, header);
      const account = `${instance.schema}:${principal.id}`;
      const wanted = wantedTypes(c.req.query('types'));
      const feed = feedOf(instance);
      const position = c.req.header('last-event-id') ?? c.req.query('after');
      const after = position === FROM_START ? '' : (position ?? (await feed.latest()));
      const first = await feed.page(after === '' ? undefined : after);
      c.header('Content-Type', 'text/event-stream; charset=utf-8');
      c.header('X-Accel-Buffering', 'no');
      if (c.req.method === 'HEAD') return c.body(null);
      refuseTooMany(account);
      const stream = openEventStream({
        feed,
        limits,
        first,
        after,
        principal,
        accepts: (caller, event) => wanted(event.type) && maySee(instance, caller, event),
        encode: (event) => encodeEvent(instance, event),
        reauthenticate: () => authenticate(instance, header),
        onSent: (count) => onSent(instance.schema, count),
        onClose: () => {
          streams.delete(stream);
          endSoon(c);
        },
      });
      streams.set(stream, { schema: instance.schema, account });
      return c.body(stream.body);
    },
    open: () =>
      [...feeds.keys()].map((schema) => [
        schema,
        [...streams.values()].filter((stream) => stream.schema === schema).length,
      ]),
    closeAll(reason) {
      for (const stream of streams.keys()) stream.close(reason);
      for (const feed of feeds.values()) feed.stop();
    },
  };
}

/** Events without an audience are for administrators; the others for whom the system says. */
function maySee(instance: Instance, principal: Principal, event: OutboxEvent): boolean {
  if (principal.roles.includes(ADMIN_ROLE)) return true;
  return event.audience !== null && instance.definition.maySee(principal, event);
}

/** CloudEvents 1.0 in JSON, so that ordinary tools can read it. */
function encodeEvent(instance: Instance, event: OutboxEvent): string {
  return toJsonText({
    specversion: '1.0',
    id: event.id,
    source: `/v1/${instance.schema}`,
    type: event.type,
    subject: event.subject,
    time: event.at,
    data: event.payload,
  });
}

function wantedTypes(query: string | undefined): (type: string) => boolean {
  if (query === undefined || query === '') return () => true;
  const types = query.split(',');
  const bad = types.find((type) => !TYPE.test(type));
  if (bad !== undefined || types.length > MAX_TYPES) {
    throw invalidInput(
      'types',
      bad === undefined
        ? `types names more than ${MAX_TYPES} types.`
        : `"${bad.slice(0, 60)}" is not an event type.`,
      'Write types separated by commas, such as project.created,cost.*.',
    );
  }
  const exact = new Set(types);
  const prefixes = types.filter((type) => type.endsWith('.*')).map((type) => type.slice(0, -1));
  return (type) => exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix));
}

function endSoon(c: Context): void {
  const env = c.env as { outgoing?: { readonly writableFinished: boolean; destroy(): void } } | undefined;
  const outgoing = env?.outgoing;
  if (!outgoing) return;
  setTimeout(() => {
    if (!outgoing.writableFinished) outgoing.destroy();
  }, FAREWELL_MS).unref();
}

function credentialsOf(c: Context<FaceEnv>): string {
  return c.req.header('authorization') ?? `Bearer ${c.req.query('access_token')}`;
}

function checked(c: Context<FaceEnv>, instance: Instance, header: string): Principal {
  const principal = c.get('principal');
  if (!principal) throw new GuildhallError('internal', `No principal on the events of ${instance.schema}.`);
  if (principal.via === 'token' || header === c.req.header('authorization')) return principal;
  throw new GuildhallError('unauthenticated', 'An API key must not be sent in a URL, where logs keep it.', {
    field: 'access_token',
    hint: 'Send it in the Authorization header, or pass a short-lived access token.',
  });
}
