/** Commands about outgoing webhooks: list, show, replay, disable, enable. */
import type { Command } from 'commander';
import {
  GuildhallError,
  type Webhook,
  type WebhookDelivery,
  type Webhooks,
  webhooksOf,
} from '../guildhall.ts';
import { type InstanceOption, takesInstance } from './instance-option.ts';
import { type Output, table, thousands } from './output.ts';
import { withSession } from './run.ts';
import { chooseInstance, chooseInstances, type Session } from './session.ts';

const DEFAULT_INSTANCE = 'agents';
/** Endpoints listed for an instance; `--json` and the API page through the rest. */
const SHOWN = 100;

export function addWebhookCommands(program: Command): void {
  const webhooks = program.command('webhooks').description('list, show, replay, disable outgoing webhooks');
  takesInstance(webhooks.command('list'))
    .description('endpoints, with their state')
    .action((_name: unknown, { instance }: InstanceOption, command: Command) =>
      withSession(command, (session) => runList(session, instance)),
    );
  one(webhooks, 'show', 'an endpoint and its last deliveries')
    .option('--dead', 'only dead letters')
    .action((id: string, _name: unknown, options: ShowOptions, command: Command) =>
      withSession(command, (session) => runShow(session, id, options)),
    );
  one(webhooks, 'replay', 'send a delivery again, or all dead letters since a time')
    .option('--delivery <id>', 'only this delivery')
    .option('--since <time>', 'dead letters of events since then, such as 2026-01-31T09:30:00Z')
    .addHelpText(
      'after',
      '\nExample:\n  guildhall webhooks replay whe_01jd7q8w9e3r5t6y7h8k9m0n1p --since 2026-01-31T00:00:00Z',
    )
    .action((id: string, _name: unknown, options: ReplayOptions, command: Command) =>
      withSession(command, (session) => runReplay(session, id, options)),
    );
  one(webhooks, 'disable', 'send it nothing any more').action(
    (id: string, _name: unknown, options: OfInstance, command: Command) =>
      withSession(command, async (session) => {
        const webhook = await (await open(session, options)).disable(id);
        told(session.output, webhook);
      }),
  );
  one(webhooks, 'enable', 'send to it again').action(
    (id: string, _name: unknown, options: OfInstance, command: Command) =>
      withSession(command, async (session) => {
        const webhook = await (await open(session, options)).enable(id);
        told(session.output, webhook);
      }),
  );
}

interface OfInstance {
  readonly instance: string;
}

interface ShowOptions extends OfInstance {
  readonly dead?: boolean;
}

interface ReplayOptions extends OfInstance {
  readonly delivery?: string;
  readonly since?: string;
}

function one(parent: Command, name: string, description: string): Command {
  return takesInstance(parent.command(name).argument('<id>', 'id of the endpoint'), {
    fallback: DEFAULT_INSTANCE,
    sample: 'whe_01jd7q8w9e3r5t6y7h8k9m0n1p',
  }).description(description);
}

async function open(session: Session, { instance }: OfInstance): Promise<Webhooks> {
  const { guildhall } = await session.open();
  return webhooksOf(chooseInstance(guildhall, instance));
}

async function runList(session: Session, name: string | undefined): Promise<void> {
  const { output } = session;
  const { guildhall } = await session.open();
  for (const instance of chooseInstances(guildhall, name)) {
    const { data, total } = await webhooksOf(instance).list({ limit: SHOWN, withTotal: true });
    output.value({ schema: instance.schema, total, webhooks: data });
    output.text(`${instance.schema}: ${thousands(total ?? 0)} endpoints`);
    if (data.length === 0) continue;
    const rows = data.map((webhook) => [
      webhook.id,
      webhook.ownerId,
      stateOf(webhook),
      webhook.eventTypes.join(',') || 'all',
      webhook.url,
    ]);
    output.text(table(['endpoint', 'owner', 'state', 'types', 'url'], rows));
  }
}

async function runShow(session: Session, id: string, options: ShowOptions): Promise<void> {
  const { output } = session;
  const webhooks = await open(session, options);
  const webhook = await webhooks.get(id);
  const { data } = await webhooks.listDeliveries({
    webhookId: id,
    ...(options.dead === true ? { state: 'dead' as const } : {}),
  });
  output.value({ webhook, deliveries: data });
  told(output, webhook, false);
  output.text(data.length === 0 ? 'No deliveries.' : table(HEADINGS, data.map(deliveryRow)));
}

const HEADINGS = ['delivery', 'event', 'at', 'state', 'attempts', 'status', 'error'];

function deliveryRow(delivery: WebhookDelivery): string[] {
  return [
    delivery.id,
    delivery.eventType,
    delivery.createdAt.toISOString(),
    delivery.reason ?? delivery.state,
    String(delivery.attempts),
    String(delivery.lastStatus ?? '-'),
    (delivery.lastError ?? '').slice(0, 80),
  ];
}

async function runReplay(session: Session, id: string, options: ReplayOptions): Promise<void> {
  const { output } = session;
  if ((options.delivery === undefined) === (options.since === undefined)) {
    throw new GuildhallError('invalid_input', 'Say what to send again.', {
      field: '--delivery',
      hint: 'Pass either --delivery <id> or --since <time>.',
    });
  }
  const webhooks = await open(session, options);
  if (options.delivery !== undefined) {
    await webhooks.replay({ webhookId: id, deliveryId: options.delivery });
    output.value({ replayed: 1, more: false });
    output.text(`${options.delivery} is sent again by the next process with background tasks.`);
    return;
  }
  const result = await webhooks.replayDead({ webhookId: id, since: new Date(options.since ?? '') });
  output.value(result);
  output.text(
    `${result.replayed} dead letters are sent again${result.more ? '; more are left, run it again' : ''}.`,
  );
}

function told(output: Output, webhook: Webhook, valueToo = true): void {
  if (valueToo) output.value(webhook);
  output.text(`${webhook.id}  ${stateOf(webhook)}  ${webhook.url}`);
}

function stateOf({ state, disabledReason, failingSince }: Webhook): string {
  if (state === 'disabled') return `disabled (${disabledReason})`;
  return failingSince === null ? state : `failing since ${failingSince.toISOString()}`;
}
