/** What the tests of rail notifications have in common: signing as the sandbox does, posting, working on all. */
import { newId, signWebhook } from '../../src/kernel/index.ts';
import { type SandboxNotification, type SandboxRail, sandboxRail } from '../../src/systems/gigs/index.ts';
import type { Answer, Body, GigsApi } from './gigs-api.ts';
import { makeDue } from './queue.ts';

export interface Signing {
  readonly id?: string;
  /** Seconds off the clock. */
  readonly skewS?: number;
  /** Default: the sandbox's. */
  readonly key?: Uint8Array;
}

export interface RailParts {
  readonly sandbox: SandboxRail;
  /** Any text or JSON, signed as the sandbox signs. */
  sign(body: unknown, signing?: Signing): Promise<SandboxNotification>;
  post(notification: SandboxNotification, rail?: string): Promise<Answer>;
  /** Works on notifications until none waits; those that wait to be tried again are made due. */
  work(): Promise<void>;
  /** Announces, posts, and works on it; returns what became of the notification. */
  tell(of: Parameters<SandboxRail['announce']>[0], rail?: string): Promise<string>;
  /** Of a notification: its outcome, or `waits` or `dead`. */
  outcomeOf(id: string): Promise<string>;
  letterOf(id: string, as: { readonly headers: Record<string, string> }): Promise<Body | undefined>;
}

export function railParts(api: GigsApi): RailParts {
  const { scope } = api.fixture;
  const sandbox = sandboxRail(scope);

  const sign: RailParts['sign'] = async (body, { id = newId('msg'), skewS = 0, key } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const timestampS = Math.floor(Date.now() / 1000) + skewS;
    const [row] = await scope.query<{ keys: Buffer[] }>('select :schema.sandbox_keys() as keys');
    const keys = [key ?? (row?.keys[0] as Buffer)];
    return {
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': signWebhook(keys, { id, timestampS, body: text }),
      },
      body: text,
    };
  };
  const post: RailParts['post'] = ({ headers, body }, rail = 'sandbox') =>
    api.call('POST', `/webhooks-in/rails/${rail}`, { body, headers });
  const work = async (): Promise<void> => {
    for (let round = 0; round < 40; round += 1) {
      await makeDue(scope);
      if (await api.service.inbound.work()) continue;
      const [row] = await scope.query<{ waiting: bigint }>(
        `select waiting from :schema.queue_overview where queue = 'rail-notification'`,
      );
      if (row === undefined || row.waiting === 0n) return;
    }
    throw new Error('Notifications still wait.');
  };
  const outcomeOf = async (id: string): Promise<string> => {
    const [row] = await scope.query<{ outcome: string }>(
      `select coalesce(n.outcome, case when d.id is null then 'waits' else 'dead' end) as outcome
         from :schema.rail_notifications n left join :schema.queue_dead d on d.id = n.job_id where n.id = $1`,
      [id],
    );
    return row?.outcome ?? 'gone';
  };

  return {
    sandbox,
    sign,
    post,
    work,
    outcomeOf,
    tell: async (of, rail) => {
      const answer = await post(await sandbox.announce(of), rail);
      if (answer.status !== 202) throw new Error(answer.text);
      await work();
      return outcomeOf(answer.body.id);
    },
    letterOf: async (id, as) => {
      const letters = await api.get('/webhooks-in/dead-letters?limit=100', { id: '', email: '', ...as });
      return letters.data.find((letter) => letter.id === id);
    },
  };
}
