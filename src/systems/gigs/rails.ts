/** What a payment rail is to us: a way out that may answer late or never, and must be asked before anything is sent twice. */
import { type Actor, GuildhallError, invalidInput, type WebhookHeaders } from '../../kernel/index.ts';

/** As many confirmations make a transfer final. */
export const FINAL_CONFIRMATIONS = 12;

export interface TransferOrder {
  /** Ours: the same for every try of one transfer. */
  readonly reference: string;
  /** USDC as decimal text. */
  readonly amount: string;
  readonly to: string;
  /** What has not been accepted by then must never be: only so `find` can say for sure that nothing was sent. */
  readonly validUntil: Date;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type SendOutcome =
  | { readonly outcome: 'accepted'; readonly railReference: string }
  /** For good: it was not sent and never will be. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It may have been sent. Throwing means the same. */
  | { readonly outcome: 'unknown'; readonly reason: string };

export interface RailStatus {
  /** `failed`: refused, or dropped after it was accepted; no money has left, and none will. */
  readonly state: 'accepted' | 'failed';
  readonly railReference: string;
  readonly confirmations: number;
  readonly txHash?: string;
  readonly blockNumber?: number;
  readonly reason?: string;
}

/** Money that came in for a platform, as the rail has it. */
export interface RailDeposit extends Omit<RailStatus, 'railReference'> {
  readonly platformId: string;
  /** USDC as decimal text. */
  readonly amount: string;
  /** Place in the transaction of the chain, where one holds several deposits. */
  readonly logIndex?: number;
}

export interface SignedNotification {
  readonly headers: WebhookHeaders;
  /** As it came. */
  readonly body: Uint8Array;
}

/** What a notification is about. Only that is believed: what has become of it the rail is asked. */
export type RailNews =
  /** `reference` is ours; a rail that tells only its own leaves it out. */
  | { readonly about: 'transfer'; readonly reference: string }
  | { readonly about: 'transfer'; readonly railReference: string }
  /** `reference` is the rail's own of what came in. */
  | { readonly about: 'deposit'; readonly reference: string }
  /** Nothing of ours, such as a test ping. */
  | { readonly about: 'other' };

export interface RailNotifications {
  /** The notification's id, once headers and raw body prove that the rail sent it. Throws otherwise. */
  verify(notification: SignedNotification): string | Promise<string>;
  /** Called after it was verified and kept. Throwing makes it a dead letter, which is read again when it is retried. */
  read(body: Uint8Array): RailNews | Promise<RailNews>;
  /** Makes a new secret and returns it, for a rail whose secret is ours to choose. */
  rotateSecret?(actor: Actor): Promise<string>;
}

export interface PaymentRail {
  /** As in `transactions.rail`. */
  readonly name: string;
  send(order: TransferOrder): Promise<SendOutcome>;
  /** What became of a reference; null is a promise that nothing was accepted under it. Throws when it does not know. */
  find(reference: string): Promise<RailStatus | null>;
  /** What the rail knows of money that came in, for one that announces it; null: nothing came in under the reference. */
  findDeposit?(reference: string): Promise<RailDeposit | null>;
  /** For a rail that calls `POST /webhooks-in/rails/{name}`; without it the rail is only asked. */
  readonly notifications?: RailNotifications;
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** The rails of an instance, by name. `add` one before withdrawals over it are made or worked on. */
export class Rails {
  private readonly byName = new Map<string, PaymentRail>();

  constructor(rails: readonly PaymentRail[] = []) {
    for (const rail of rails) this.add(rail);
  }

  add(rail: PaymentRail): void {
    if (!NAME.test(rail.name) || rail.name === 'ledger') {
      throw invalidInput(
        'rail',
        `"${rail.name}" cannot be the name of a rail.`,
        'Use lower-case letters, digits and -, not ledger.',
      );
    }
    this.byName.set(rail.name, rail);
  }

  find(name: string): PaymentRail | undefined {
    return this.byName.get(name);
  }

  get(name: string): PaymentRail {
    const rail = this.byName.get(name);
    if (rail !== undefined) return rail;
    throw new GuildhallError('invalid_input', `There is no rail "${name}".`, {
      field: 'rail',
      reason: 'rail_not_found',
      hint: `Rails: ${[...this.byName.keys()].join(', ')}. Add one with service.rails.add(…).`,
    });
  }
}
