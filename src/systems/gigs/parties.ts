/** Workers and platforms: registration, profiles. Each has an account of the same id and its books in the ledger. */
import { camelRow, invalidInput, jsonParam, newId, requiredText } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import type { NewPlatform, NewWorker, Platform, Worker } from './types.ts';

/** `something@something.something`, without spaces; real addresses are proven by mail, not by patterns. */
export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
export const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const MAX_NAME = 100;
const DEFAULT_FEE_BPS = 200;

export interface RegisterOptions {
  /** For demonstration data only. */
  readonly allowShortPassword?: boolean;
}

export const WORKER_COLUMNS = `w.id, w.name, w.email, w.wallet_id, w.wallet_address, w.wallet_verified_at, w.status, w.reputation_score,
  greatest(0, floor(extract(epoch from statement_timestamp() - w.created_at) / 86400))::integer as account_age_days,
  w.total_tasks::integer, w.total_earned, w.completion_rate, w.average_rating, w.dispute_rate,
  w.last_active_at, w.metadata, w.created_at, w.updated_at`;
export const PLATFORM_COLUMNS = `p.id, p.name, p.contact_email, p.webhook_url, p.wallet_address, p.fee_bps,
  p.total_payouts, p.total_tasks::integer, p.active_workers::integer, p.is_active, p.metadata, p.created_at, p.updated_at`;

/** Creates account, worker and its books. Throws `invalid_input` and `already_exists`. */
export async function registerWorker(
  context: Context,
  input: NewWorker,
  options: RegisterOptions = {},
): Promise<Worker> {
  const id = newId('wrk');
  const name = requiredText(input.name, 'name', MAX_NAME);
  const wallet = address(input.walletAddress, 'walletAddress');
  const metadata = jsonParam(input.metadata, 'metadata') ?? '{}';
  return register(
    context,
    { ...options, id, kind: 'worker', login: input.email, password: input.password },
    (inner, email) =>
      inner.scope.query<object>(
        `with made as (
         insert into :schema.workers (id, name, email, wallet_address, metadata) values ($1, $2, $3, $4, $5) returning *
       )
       select ${WORKER_COLUMNS} from made w cross join lateral (select :schema.open_books('worker', w.id)) as opened`,
        [id, name, email, wallet, metadata],
      ),
  ).then((row) => camelRow<Worker>(row));
}

/** Creates account, platform and its books. Throws `invalid_input` and `already_exists`. */
export async function registerPlatform(
  context: Context,
  input: NewPlatform,
  options: RegisterOptions = {},
): Promise<Platform> {
  const id = newId('plt');
  const name = requiredText(input.name, 'name', MAX_NAME);
  const wallet = address(input.walletAddress, 'walletAddress');
  const metadata = jsonParam(input.metadata, 'metadata') ?? '{}';
  return register(
    context,
    { ...options, id, kind: 'platform', login: input.contactEmail, password: input.password },
    (inner, email) =>
      inner.scope.query<object>(
        `with made as (
         insert into :schema.platforms (id, name, contact_email, webhook_url, wallet_address, fee_bps, metadata)
         values ($1, $2, $3, $4, $5, $6, $7) returning *
       )
       select ${PLATFORM_COLUMNS} from made p cross join lateral (select :schema.open_books('platform', p.id)) as opened`,
        [id, name, email, input.webhookUrl ?? null, wallet, input.feeBps ?? DEFAULT_FEE_BPS, metadata],
      ),
  ).then((row) => camelRow<Platform>(row));
}

interface Registration extends RegisterOptions {
  readonly id: string;
  readonly kind: 'worker' | 'platform';
  readonly login: string;
  readonly password: string;
}

async function register(
  context: Context,
  { id, kind, login, password, allowShortPassword }: Registration,
  insert: (context: Context, email: string) => Promise<object[]>,
): Promise<object> {
  // Hashing takes time, and no connection should wait for it.
  const passwordHash = await context.accounts.hashPassword(password, {
    allowShortPassword: allowShortPassword === true,
  });
  return context.scope.executor.transaction(async (tx) => {
    const inner: Context = { ...context, scope: context.scope.on(tx) };
    const account = await inner.accounts
      .on(tx)
      .by(inner.actor)
      .createAccount({ id, kind, login, passwordHash, roles: [kind] });
    const [row] = await insert(inner, account.login);
    await inner.scope.query('select :schema.record_action($1, $2, $3, $4, $5, $6, $7, array[$6])', [
      inner.actor.kind,
      inner.actor.id,
      inner.actor.requestId ?? null,
      'register',
      kind,
      id,
      JSON.stringify({ login: account.login }),
    ]);
    return row as object;
  });
}

/** With statistics of the moment. Null when there is none. */
export async function getWorker(context: Context, id: string): Promise<Worker | null> {
  const rows = await context.scope.query<object>(
    `select ${WORKER_COLUMNS} from :schema.worker_profiles w where w.id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : camelRow<Worker>(rows[0]);
}

/** With statistics of the moment. Null when there is none. */
export async function getPlatform(context: Context, id: string): Promise<Platform | null> {
  const rows = await context.scope.query<object>(
    `select ${PLATFORM_COLUMNS} from :schema.platform_profiles p where p.id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : camelRow<Platform>(rows[0]);
}

/** Lower case, as the tables keep them; undefined is none. */
export function address(value: string | undefined, field: string): string | null {
  if (value === undefined) return null;
  if (ADDRESS.test(value)) return value.toLowerCase();
  throw invalidInput(field, `${field} is not a wallet address.`, 'Pass 0x and 40 hexadecimal digits.');
}
