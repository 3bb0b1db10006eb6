/** What a payment rail is to us: a way out that may answer late or never, and must be asked before anything is sent twice. */
import { GuildhallError, invalidInput } from '../../kernel/index.ts';

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

export interface PaymentRail {
  /** As in `transactions.rail`. */
  readonly name: string;
  send(order: TransferOrder): Promise<SendOutcome>;
  /** What became of a reference; null is a promise that nothing was accepted under it. Throws when it does not know. */
  find(reference: string): Promise<RailStatus | null>;
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
