/** Webhooks that platforms send, as one part of the service: `service.inbound`. */
import type { Page, PageRequest } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import * as events from './inbound.ts';
import { type SignedCall, senderOf } from './inbound-signature.ts';
import { workInboundEvents } from './inbound-work.ts';

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

  /** One round over the events that wait; true when there may be more. */
  work(): Promise<boolean> {
    return workInboundEvents(this.context);
  }

  listDeadLetters(filter?: PageRequest & { readonly platformId?: string }): Promise<Page<events.DeadLetter>> {
    return events.listDeadLetters(this.context, filter);
  }

  /** Platform of an event; null when there is no such event. */
  ownerOf(id: string): Promise<string | null> {
    return events.getEventOwner(this.context, id);
  }

  retryDeadLetter(id: string): Promise<void> {
    return events.retryDeadLetter(this.context, id);
  }
}
