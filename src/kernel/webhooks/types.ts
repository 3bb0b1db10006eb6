/** What the webhooks offer, and what they can be told. */
import type { PageRequest } from '../page.ts';
import type { ResolvedAddress } from './target.ts';

/** What an operator sets for the webhooks of an instance. */
export interface WebhookSettings {
  /** Lets endpoints be on this machine, over plain http too: for development and tests. Default false. */
  readonly allowLoopback?: boolean;
  /** Every address of a host name; default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

export type WebhookState = 'active' | 'disabled';
export type DisabledReason = 'by_owner' | 'gone' | 'failing';

export interface Webhook {
  readonly id: string;
  /** Account whose events it gets; of an administrator, all events. */
  readonly ownerId: string;
  readonly url: string;
  readonly description: string;
  /** Exact types and prefixes such as `order.*`; empty: all. */
  readonly eventTypes: readonly string[];
  readonly state: WebhookState;
  /** Null: active. */
  readonly disabledReason: DisabledReason | null;
  /** Null: active. */
  readonly disabledAt: Date | null;
  /** First dead letter since the last success; null: none. */
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewWebhook {
  readonly ownerId: string;
  readonly url: string;
  readonly description?: string;
  readonly eventTypes?: readonly string[];
}

export interface WebhookChange {
  readonly url?: string;
  readonly description?: string;
  readonly eventTypes?: readonly string[];
}

export interface CreatedWebhook {
  readonly webhook: Webhook;
  /** `whsec_…`, shown this once. */
  readonly secret: string;
}

export interface RotatedSecret {
  /** `whsec_…`, shown this once. */
  readonly secret: string;
  /** Until then the old secret signs as well. */
  readonly oldSignsUntil: Date;
}

/** `waiting`: for its first or next attempt; `dead`: given up, can be replayed. */
export type DeliveryState = 'waiting' | 'delivered' | 'dead';

export interface Delivery {
  /** Sent as `webhook-id`. */
  readonly id: string;
  readonly webhookId: string;
  /** Null: a test ping. */
  readonly eventId: string | null;
  readonly eventType: string;
  readonly subject: string;
  readonly state: DeliveryState;
  /** Why it is a dead letter; null otherwise. */
  readonly reason: string | null;
  readonly attempts: number;
  /** HTTP status of the last attempt; null: no answer, or none yet. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  /** Next attempt, or end of the one being made; null: finished. */
  readonly dueAt: Date | null;
  /** Null: not finished. */
  readonly finishedAt: Date | null;
}

export interface Attempt {
  readonly number: number;
  readonly at: Date;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Null: the receiver took it. */
  readonly error: string | null;
  /** The first kilobyte of the answer. */
  readonly response: string;
}

export interface DeliveryDetail extends Delivery {
  /** What is posted, to the byte. */
  readonly body: string;
  readonly attemptLog: readonly Attempt[];
}

export interface WebhookListRequest extends PageRequest {
  readonly ownerId?: string;
}

export interface DeliveryListRequest extends PageRequest {
  readonly webhookId: string;
  readonly state?: DeliveryState;
}

export interface ReplayRequest {
  readonly webhookId: string;
  readonly since: Date;
}

export interface ReplayResult {
  readonly replayed: number;
  /** True when the limit of one call was reached: call again for the rest. */
  readonly more: boolean;
}
