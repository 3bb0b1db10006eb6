/** What every function of the webhooks is given: the schema, who acts, and where webhooks may go. */
import type { Actor } from '../audit.ts';
import { GuildhallError } from '../errors.ts';
import type { Instance, Scope } from '../system.ts';
import type { TargetPolicy } from './target.ts';

export interface WebhookContext {
  readonly scope: Scope;
  readonly actor: Actor;
  readonly policy: TargetPolicy;
}

export function actorParams({ actor }: WebhookContext): [string, string | null, string | null] {
  return [actor.kind, actor.id, actor.requestId ?? null];
}

export function policyOf({ settings }: Pick<Instance, 'settings'>): TargetPolicy {
  const { allowLoopback = false, resolve } = settings.webhooks ?? {};
  return { allowLoopback, ...(resolve === undefined ? {} : { resolve }) };
}

export function unknownWebhook(id: string): GuildhallError {
  return new GuildhallError('not_found', `There is no webhook endpoint ${id}.`, {
    reason: 'webhook_unknown',
  });
}
