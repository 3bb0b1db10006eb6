/** Wallets of workers, as one part of the service: `service.wallets`. Signed in with, linked, unlinked. */
import { randomBytes } from 'node:crypto';
import {
  actorParams,
  assert,
  checksumAddress,
  GuildhallError,
  invalidInput,
  isGuildhallError,
  type SignedIn,
  type WalletSite,
  writeSignInMessage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { address, getWorker } from './parties.ts';
import type { Worker } from './types.ts';
import {
  type Purpose,
  readProof,
  refused,
  type SignedMessage,
  statementOf,
  uriOf,
  useChallenge,
} from './wallet-proofs.ts';

/** Long enough to find the telephone with the wallet, and as short as the founding rules ask for. */
const CHALLENGE_S = 300;

export interface WalletChallengeInput {
  readonly address: string;
  /** Default: the first of the site. */
  readonly chainId?: number;
}

export interface WalletChallenge {
  /** To be signed as it is, with `personal_sign`. */
  readonly message: string;
  readonly nonce: string;
  readonly expiresAt: Date;
}

export class Wallets {
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }

  /** A message to sign in with. No account is looked at, so it says nothing about whose the address is. */
  challenge(input: WalletChallengeInput, site: WalletSite): Promise<WalletChallenge> {
    return makeChallenge(this.context, { purpose: 'sign_in' }, { ...input, site });
  }

  /** A message that links the wallet to this worker, and nothing else. */
  async linkChallenge(
    workerId: string,
    input: WalletChallengeInput,
    site: WalletSite,
  ): Promise<WalletChallenge> {
    ownOnly(this.context, workerId);
    return makeChallenge(this.context, { purpose: 'link', workerId }, { ...input, site });
  }

  /** Throws `unauthenticated`, alike for a wallet that nobody has linked and for a disabled account. */
  signIn(signed: SignedMessage, site: WalletSite): Promise<SignedIn> {
    return signIn(this.context, signed, site);
  }

  /**
   * The worker has signed the message of `linkChallenge`: the address is its own from now on, and taken from whoever
   * has only typed it in. Ends all sessions of the worker.
   */
  async link(workerId: string, signed: SignedMessage, site: WalletSite): Promise<Worker> {
    ownOnly(this.context, workerId);
    return link(this.context, workerId, { signed, site });
  }

  /** The worker has no wallet any more; if it was proven, all its sessions end. */
  async unlink(workerId: string): Promise<void> {
    ownOnly(this.context, workerId);
    return unlink(this.context, workerId);
  }
}

/** Workers and platforms act for themselves; the house and whoever calls without an actor for everybody. */
function ownOnly({ actor }: Context, workerId: string): void {
  if ((actor.kind !== 'worker' && actor.kind !== 'platform') || actor.id === workerId) return;
  throw new GuildhallError(
    'forbidden',
    `${actor.kind} ${actor.id} cannot change the wallet of ${workerId}.`,
    {
      field: 'workerId',
      reason: 'not_your_worker',
      hint: 'A worker links and unlinks its own wallet.',
    },
  );
}

async function makeChallenge(
  context: Context,
  purpose: Purpose,
  { address: given, chainId, site }: WalletChallengeInput & { readonly site: WalletSite },
): Promise<WalletChallenge> {
  const wallet = address(given, 'address');
  const [origin] = site.origins;
  const chain = chainId ?? site.chainIds[0];
  assert(wallet !== null && origin !== undefined && chain !== undefined, 'a site has an origin and a chain');
  if (!site.chainIds.includes(chain)) {
    throw invalidInput('chainId', `Chain ${chain} is not accepted.`, `Use ${site.chainIds.join(', ')}.`);
  }
  const { schema } = context.scope;
  const { protocol, host } = new URL(origin);
  const uri = uriOf(origin, schema);
  const nonce = randomBytes(16).toString('hex');
  const [row] = await context.scope.query<{ issued_at: Date; expires_at: Date }>(
    `insert into :schema.wallet_challenges
       (nonce, address, purpose, worker_id, domain, uri, chain_id, issued_at, expires_at)
     select $1, $2, $3, $4, $5, $6, $7, n.at, n.at + make_interval(secs => $8)
     from (select clock_timestamp()::timestamptz(3) as at) as n
     returning issued_at, expires_at`,
    [nonce, wallet, purpose.purpose, purpose.workerId ?? null, host, uri, chain, CHALLENGE_S],
  );
  assert(row !== undefined, 'a challenge is a row');
  const message = writeSignInMessage({
    // Without a scheme wallets take a domain for https.
    ...(protocol === 'https:' ? {} : { scheme: protocol.slice(0, -1) }),
    domain: host,
    address: await checksumAddress(wallet),
    statement: statementOf(purpose, schema),
    uri,
    chainId: chain,
    nonce,
    issuedAt: row.issued_at.toISOString(),
    expirationTime: row.expires_at.toISOString(),
  });
  return { message, nonce, expiresAt: row.expires_at };
}

async function signIn(context: Context, signed: SignedMessage, site: WalletSite): Promise<SignedIn> {
  const purpose = { purpose: 'sign_in' } as const;
  // Before the transaction: no connection waits for the arithmetic.
  const proof = await readProof(signed, { purpose, schema: context.scope.schema, site });
  const signedIn = await context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    await useChallenge(scope, purpose, proof);
    const [row] = await scope.query<{ id: string | null }>('select :schema.wallet_worker($1) as id', [
      proof.address,
    ]);
    if (row === undefined || row.id === null) return undefined;
    return startSession(context.accounts.on(tx), row.id);
  });
  // After the commit: the challenge is used up whether somebody has linked the wallet or not.
  if (signedIn === undefined) throw refused(purpose, 'wallet_not_linked');
  return signedIn;
}

/** Undefined for a disabled account. */
async function startSession(accounts: Context['accounts'], id: string): Promise<SignedIn | undefined> {
  try {
    return await accounts.startSession(id);
  } catch (error) {
    if (isGuildhallError(error, 'not_found')) return undefined;
    throw error;
  }
}

async function link(
  context: Context,
  workerId: string,
  { signed, site }: { readonly signed: SignedMessage; readonly site: WalletSite },
): Promise<Worker> {
  const purpose = { purpose: 'link', workerId } as const;
  const proof = await readProof(signed, { purpose, schema: context.scope.schema, site });
  return context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    await useChallenge(scope, purpose, proof);
    await scope.query('select :schema.link_wallet($1, $2, $3, $4, $5)', [
      ...actorParams(context.actor),
      workerId,
      proof.message.nonce,
    ]);
    await context.accounts.on(tx).by(context.actor).signOutEverywhere(workerId);
    const worker = await getWorker({ ...context, scope }, workerId);
    assert(worker !== null, 'a worker with a wallet is there');
    return worker;
  });
}

function unlink(context: Context, workerId: string): Promise<void> {
  return context.scope.executor.transaction(async (tx) => {
    const [row] = await context.scope
      .on(tx)
      .query<{ proven: boolean }>('select :schema.unlink_wallet($1, $2, $3, $4) as proven', [
        ...actorParams(context.actor),
        workerId,
      ]);
    if (row?.proven === true) await context.accounts.on(tx).by(context.actor).signOutEverywhere(workerId);
  });
}
