/** The webhooks of an instance, as services, routes and the command line use them. */
import { type Actor, SYSTEM_ACTOR } from '../audit.ts';
import type { Executor } from '../database/types.ts';
import type { Page } from '../page.ts';
import type { Instance } from '../system.ts';
import { policyOf, type WebhookContext } from './context.ts';
import * as endpoints from './endpoints.ts';
import * as log from './log.ts';
import type {
  CreatedWebhook,
  Delivery,
  DeliveryDetail,
  DeliveryListRequest,
  NewWebhook,
  ReplayRequest,
  ReplayResult,
  RotatedSecret,
  Webhook,
  WebhookChange,
  WebhookListRequest,
} from './types.ts';

/** Every call checks its input; who may make it is the caller's business (the routes ask). */
export class Webhooks {
  private readonly context: WebhookContext;

  constructor(context: WebhookContext) {
    this.context = context;
  }

  /** The same, in somebody's name in the audit trail. */
  by(actor: Actor): Webhooks {
    return new Webhooks({ ...this.context, actor });
  }

  /** The same, taking part in a transaction. */
  on(executor: Executor): Webhooks {
    return new Webhooks({ ...this.context, scope: this.context.scope.on(executor) });
  }

  create(input: NewWebhook): Promise<CreatedWebhook> {
    return endpoints.createWebhook(this.context, input);
  }

  find(id: string): Promise<Webhook | null> {
    return endpoints.findWebhook(this.context, id);
  }

  get(id: string): Promise<Webhook> {
    return endpoints.getWebhook(this.context, id);
  }

  list(request?: WebhookListRequest): Promise<Page<Webhook>> {
    return endpoints.listWebhooks(this.context, request);
  }

  update(id: string, change: WebhookChange): Promise<Webhook> {
    return endpoints.updateWebhook(this.context, id, change);
  }

  delete(id: string): Promise<void> {
    return endpoints.deleteWebhook(this.context, id);
  }

  /** The old secret signs as well for `overlapS` seconds, a day when not said. */
  rotateSecret(id: string, options?: { readonly overlapS?: number }): Promise<RotatedSecret> {
    return endpoints.rotateWebhookSecret(this.context, id, options);
  }

  disable(id: string): Promise<Webhook> {
    return endpoints.disableWebhook(this.context, id);
  }

  enable(id: string): Promise<Webhook> {
    return endpoints.enableWebhook(this.context, id);
  }

  ping(id: string): Promise<string> {
    return endpoints.pingWebhook(this.context, id);
  }

  listDeliveries(request: DeliveryListRequest): Promise<Page<Delivery>> {
    return log.listDeliveries(this.context, request);
  }

  findDelivery(named: {
    readonly webhookId: string;
    readonly deliveryId: string;
  }): Promise<DeliveryDetail | null> {
    return log.findDelivery(this.context, named);
  }

  replay(named: { readonly webhookId: string; readonly deliveryId: string }): Promise<void> {
    return log.replayDelivery(this.context, named);
  }

  replayDead(request: ReplayRequest): Promise<ReplayResult> {
    return log.replayDead(this.context, request);
  }
}

export function webhooksOf(instance: Pick<Instance, 'scope' | 'settings'>): Webhooks {
  return new Webhooks({ scope: instance.scope, actor: SYSTEM_ACTOR, policy: policyOf(instance) });
}
