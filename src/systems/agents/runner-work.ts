/** Makes and removes machines in the background: one runner a turn, under a lease with a fencing token. */
import { createHash, randomBytes } from 'node:crypto';
import type { Context } from './context.ts';
import { type Machine, type Provisioner, sandboxProvisioner } from './provisioner.ts';

/** Providers take one to three minutes; after this a worker counts as lost and another one takes over. */
const LEASE_S = 600;
/** The provider's call ends this long before the lease, so that its outcome can still be written. */
const MARGIN_S = 30;
/** Making a machine is tried this often; removing one goes on for ever, since it costs money while it stands. */
const MAX_ATTEMPTS = 5;
/** Doubles with each attempt, up to the lease. */
const FIRST_PAUSE_S = 5;
const MAX_ERROR = 2_000;

interface Work {
  readonly id: string;
  readonly attempt: number;
  readonly status: 'provisioning' | 'deleted';
  readonly name: string;
  readonly provider: string;
  readonly region: string;
  readonly serverType: string;
  readonly sshKeyId: string | null;
}

/**
 * Takes on the oldest runner that waits to be made or removed, and sees it through. No transaction is open
 * while the provider is asked. Returns true when there was one, so that the next turn follows at once.
 */
export async function workOnRunner(
  context: Context,
  provisioner: Provisioner = sandboxProvisioner,
): Promise<boolean> {
  const work = await claim(context);
  if (work === undefined) return false;
  const signal = AbortSignal.timeout((LEASE_S - MARGIN_S) * 1000);
  try {
    if (work.status === 'deleted') {
      await provisioner.destroy(work.id, signal);
      await write(context, REMOVED, [work.id, work.attempt]);
    } else {
      const token = `grt_${randomBytes(32).toString('base64url')}`;
      const machine = await provisioner.create({ ...work, runnerId: work.id, token }, signal);
      await activate(context, work, { machine, token });
    }
  } catch (error) {
    await failed(context, work, error);
  }
  return true;
}

// A removal waits until nobody is busy making the machine: the lease of that attempt has to end first.
const CLAIM = `
  with next as (
    select id from :schema.runners
    where torn_down_at is null and status in ('pending', 'provisioning', 'deleted')
      and (lease_until is null or lease_until <= clock_timestamp())
    order by created_at, id
    limit 1
    for no key update skip locked
  ), taken as (
    update :schema.runners r
    set status = case r.status when 'pending' then 'provisioning' else r.status end,
      attempt = r.attempt + 1,
      lease_until = clock_timestamp() + make_interval(secs => $1),
      updated_at = clock_timestamp()
    from next where r.id = next.id
    returning r.*
  ), told as (
    insert into :schema.outbox (type, subject, audience, payload)
    select 'runner.provisioning', id, user_id, jsonb_build_object('name', name, 'attempt', attempt)
    from taken where status = 'provisioning'
  )
  select id, attempt, status, name, provider, region, server_type as "serverType", ssh_key_id as "sshKeyId"
  from taken`;

const ACTIVATED = `
  with done as (
    update :schema.runners
    set status = 'active', ip_address = $3, token_hash = $4, metadata = $5, error_message = null,
      lease_until = null, updated_at = clock_timestamp()
    where id = $1 and attempt = $2 and status = 'provisioning'
    returning *
  ), told as (
    select :schema.record_change('system', null, null, 'runner.active', id, user_id,
      jsonb_build_object('status', 'provisioning'), jsonb_build_object('status', status, 'ipAddress', ip_address))
    from done
  )
  select done.id from done, told`;

const FAILED = `
  with done as (
    update :schema.runners
    set status = case when status = 'provisioning' and attempt >= $4 then 'error' else status end,
      error_message = $3,
      lease_until = case
        when status = 'provisioning' and attempt >= $4 then null
        else clock_timestamp() + make_interval(secs => $5)
      end,
      updated_at = clock_timestamp()
    where id = $1 and attempt = $2 and status in ('provisioning', 'deleted')
    returning *
  ), told as (
    select :schema.record_change('system', null, null, 'runner.error', id, user_id,
      jsonb_build_object('status', 'provisioning'), jsonb_build_object('status', status, 'error', error_message))
    from done where status = 'error'
  )
  select done.id from done left join told on true`;

const REMOVED = `
  update :schema.runners
  set torn_down_at = clock_timestamp(), lease_until = null, error_message = null
  where id = $1 and attempt = $2 and status = 'deleted'
  returning id`;

/** Lets the removal begin: the machine is known to be complete now. */
const LET_GO = `
  update :schema.runners set lease_until = null
  where id = $1 and attempt = $2 and status = 'deleted'
  returning id`;

async function claim(context: Context): Promise<Work | undefined> {
  const [work] = await context.scope.query<Work>(CLAIM, [LEASE_S]);
  return work;
}

async function activate(
  context: Context,
  { id, attempt }: Work,
  made: { readonly machine: Machine; readonly token: string },
): Promise<void> {
  const { ipAddress, metadata } = made.machine;
  const hash = createHash('sha256').update(made.token).digest();
  const active = await write(context, ACTIVATED, [id, attempt, ipAddress, hash, JSON.stringify(metadata)]);
  // Not active: deleted in the meantime, or somebody else's by now.
  if (!active) await write(context, LET_GO, [id, attempt]);
}

async function failed(context: Context, { id, attempt }: Work, error: unknown): Promise<void> {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll('\u0000', '');
  const pauseS = Math.min(LEASE_S, FIRST_PAUSE_S * 2 ** Math.min(attempt - 1, 10));
  await write(context, FAILED, [id, attempt, message.slice(0, MAX_ERROR), MAX_ATTEMPTS, pauseS]);
}

async function write(context: Context, text: string, params: readonly unknown[]): Promise<boolean> {
  return (await context.scope.query(text, params)).length > 0;
}
