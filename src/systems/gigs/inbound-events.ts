/** Webhooks that platforms and rails send, as one part of the service: `service.inbound`. */
import type { Page, PageRequest } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import * as events from './inbound.ts';
import { type SignedCall, senderOf } from './inbound-signature.ts';
import { workInboundEvents } from './inbound-work.ts';
import * as notifications from './rail-notifications.ts';
import type { SignedNotification } from './rails.ts';

export class InboundEvents {
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }

  /** The platform that signed a call. */
  senderOf(call: SignedCall): Promise<string> {
    return senderOf(this.context, call);
  }

  receive(platformId: string, event: events.TaskCompletedEvent): Promise<events.ReceivedEvent> {
    return events.receiveEvent(this.context, platformId, event);
  }

  /** Verifies and keeps what a rail announces. */
  receiveNotification(
    rail: string,
    notification: SignedNotification,
  ): Promise<notifications.ReceivedNotification> {
    return notifications.receiveNotification(this.context, rail, notification);
  }

  /** A new secret that signs what a rail announces; it is shown this once. */
  rotateRailSecret(rail: string): Promise<string> {
    return notifications.rotateRailSecret(this.context, rail);
  }

  /** One round over what waits, of platforms and of rails; true when there may be more. */
  async work(): Promise<boolean> {
    const worked = await Promise.all([
      workInboundEvents(this.context),
      notifications.workNotifications(this.context),
    ]);
    return worked.includes(true);
  }

  listDeadLetters(filter?: PageRequest & { readonly platformId?: string }): Promise<Page<events.DeadLetter>> {
    return events.listDeadLetters(this.context, filter);
  }

  /** Whose it is; null when nothing of that id was received. */
  ownerOf(id: string): Promise<events.EventOwner | null> {
    return events.getEventOwner(this.context, id);
  }

  retryDeadLetter(id: string): Promise<void> {
    return events.retryDeadLetter(this.context, id);
  }
}
