/** The built-in rail: settles in tables of its own, with confirmations, and fails when told to by the address. */
import {
  actorParams,
  GuildhallError,
  invalidInput,
  newId,
  parseJson,
  type Scope,
  signWebhook,
  verifyWebhook,
  webhookSecretText,
} from '../../kernel/index.ts';
import { usdcText } from './amounts.ts';
import type {
  PaymentRail,
  RailDeposit,
  RailNews,
  RailNotifications,
  RailStatus,
  SendOutcome,
} from './rails.ts';
import { readRow } from './rows.ts';

type Json = Readonly<Record<string, unknown>>;

/** A notification as the sandbox would send it: post both to `/webhooks-in/rails/sandbox`. */
export interface SandboxNotification {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SandboxRail extends PaymentRail {
  readonly notifications: RailNotifications;
  findDeposit(reference: string): Promise<RailDeposit | null>;
  /** Pays in for a platform, outside of our books; returns the reference of the deposit. */
  payIn(input: {
    readonly platformId: string;
    readonly amount: string;
    readonly reference?: string;
  }): Promise<string>;
  /** What the sandbox would announce now of a transfer or deposit, signed. */
  announce(of: { readonly transfer: string } | { readonly deposit: string }): Promise<SandboxNotification>;
}

/** The secret before the last one is accepted for so long, as one of our own webhooks signs beside its successor. */
const OVERLAP_S = 86_400;
const KINDS = { 'transfer.updated': 'transfer', 'deposit.updated': 'deposit', ping: 'other' } as const;

/** `scope` is the one outside of any transaction: what was sent must outlive whoever sent it. */
export function sandboxRail(scope: Scope): SandboxRail {
  const answerOf = async <T>(text: string, params: readonly unknown[]): Promise<T | null> => {
    const [row] = await scope.query<{ answer: Json | null }>(text, params);
    return row === undefined || row.answer === null ? null : readRow<T>(row.answer);
  };
  const keys = async (): Promise<readonly Buffer[]> => {
    const [row] = await scope.query<{ keys: Buffer[] }>('select :schema.sandbox_keys() as keys');
    return row?.keys ?? [];
  };

  return {
    name: 'sandbox',
    send: async ({ reference, amount, to, validUntil }) =>
      (await answerOf<SendOutcome>('select :schema.sandbox_send($1, $2, $3, $4) as answer', [
        ...[reference, amount, to, validUntil],
      ])) as SendOutcome,
    find: (reference) => answerOf<RailStatus>('select :schema.sandbox_find($1) as answer', [reference]),
    findDeposit: (reference) =>
      answerOf<RailDeposit>('select :schema.sandbox_find_deposit($1) as answer', [reference]),

    notifications: {
      verify: async ({ headers, body }) =>
        verifyWebhook((await keys()).map(webhookSecretText), { headers, body }),
      read: readNews,
      rotateSecret: async (actor) => {
        const [row] = await scope.query<{ secret: Buffer }>(
          'select :schema.rotate_sandbox_secret($1, $2, $3, $4) as secret',
          [...actorParams(actor), OVERLAP_S],
        );
        return webhookSecretText(row?.secret ?? Buffer.alloc(0));
      },
    },

    payIn: async ({ platformId, amount, reference = newId('pay') }) => {
      await scope.query(
        'insert into :schema.sandbox_deposits (reference, platform_id, amount) values ($1, $2, $3)',
        [reference, platformId, usdcText(amount, 'amount')],
      );
      return reference;
    },

    announce: async (of) => {
      const isTransfer = 'transfer' in of;
      const reference = isTransfer ? of.transfer : of.deposit;
      const [row] = await scope.query<{ state: string; confirmations: number }>(
        `select state, confirmations from :schema.${isTransfer ? 'sandbox_transfers' : 'sandbox_deposits'} where reference = $1`,
        [reference],
      );
      if (row === undefined) throw notThere(reference);
      const timestamp = new Date();
      const body = JSON.stringify({
        type: isTransfer ? 'transfer.updated' : 'deposit.updated',
        timestamp,
        data: { reference, state: row.state, confirmations: row.confirmations },
      });
      return sign((await keys()).slice(0, 1), {
        id: newId('msg'),
        timestampS: Math.floor(timestamp.getTime() / 1000),
        body,
      });
    },
  };
}

function sign(
  keys: readonly Uint8Array[],
  message: { readonly id: string; readonly timestampS: number; readonly body: string },
): SandboxNotification {
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': String(message.timestampS),
      'webhook-signature': signWebhook(keys, message),
    },
    body: message.body,
  };
}

/** Throws for what it does not know, so that it becomes a dead letter and not silence. */
function readNews(body: Uint8Array): RailNews {
  const { type, data } = parseJson(body) as { readonly type?: unknown; readonly data?: Json };
  const about =
    typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type as keyof typeof KINDS] : undefined;
  if (about === undefined) throw invalidInput('type', `There is no type ${JSON.stringify(type)}.`);
  if (about === 'other') return { about };
  const reference = data?.reference;
  if (typeof reference === 'string')
    return about === 'transfer' ? { about, reference } : { about, reference };
  throw invalidInput('data.reference', 'data.reference is missing.');
}

function notThere(reference: string): GuildhallError {
  return new GuildhallError('not_found', `The sandbox knows nothing of ${reference}.`, {
    field: 'reference',
    hint: 'A transfer is there once it was sent, a deposit once it was paid in.',
  });
}
