/** What a signed message proves: that the key of an address has answered our challenge, for one purpose, now. */
import {
  GuildhallError,
  readSignInMessage,
  type Scope,
  type SignInMessage,
  signerOf,
  type WalletSite,
} from '../../kernel/index.ts';

export interface SignedMessage {
  readonly message: string;
  /** 0x and 130 hexadecimal digits, as `personal_sign` gives them. */
  readonly signature: string;
}

/** A message for one purpose is worth nothing for the other: who signs in must not link, nor link somebody else. */
export type Purpose =
  | { readonly purpose: 'sign_in'; readonly workerId?: never }
  | { readonly purpose: 'link'; readonly workerId: string };

export interface Proof {
  /** Lower case. */
  readonly address: string;
  readonly message: SignInMessage;
}

interface Refusal {
  readonly field: string;
  readonly text: string;
  readonly hint: string;
}

const AGAIN = 'Ask for a new challenge and sign that.';
const AS_IT_IS = 'Sign the message of the challenge as it is.';

const REFUSALS = {
  domain_mismatch: {
    field: 'message.domain',
    text: 'The message was made for another domain.',
    hint: 'If a page other than ours asked you to sign it, somebody wants to be taken for you.',
  },
  uri_mismatch: { field: 'message.uri', text: 'The message is about another URI.', hint: AS_IT_IS },
  chain_not_accepted: { field: 'message.chainId', text: 'The message names another chain.', hint: AS_IT_IS },
  signature_mismatch: {
    field: 'signature',
    text: 'The signature is not by the address in the message, or of another message.',
    hint: 'Sign with the account that the message names, and change nothing in it afterwards.',
  },
  nonce_unknown: { field: 'message.nonce', text: 'We gave out no such nonce, or long ago.', hint: AGAIN },
  nonce_used: { field: 'message.nonce', text: 'The nonce was used before.', hint: AGAIN },
  message_expired: { field: 'message.expirationTime', text: 'The message has expired.', hint: AGAIN },
  message_not_yet_valid: {
    field: 'message.notBefore',
    text: 'The message is not valid yet.',
    hint: 'Wait until the time that it names, or leave that line out.',
  },
  message_altered: { field: 'message', text: 'The message is not the one that we gave.', hint: AS_IT_IS },
  wallet_not_linked: {
    field: 'message.address',
    text: 'Nobody signs in with this wallet.',
    hint: 'Sign in by e-mail and link it: POST /workers/{id}/wallet/challenge, then POST /workers/{id}/wallet.',
  },
} as const satisfies Readonly<Record<string, Refusal>>;

type Reason = keyof typeof REFUSALS;

/** Only characters that EIP-4361 allows in a statement. */
export function statementOf(purpose: Purpose, schema: string): string {
  return purpose.purpose === 'sign_in'
    ? `Sign in to ${schema}.`
    : `Link this wallet to ${purpose.workerId} of ${schema}. It can sign in there from then on.`;
}

export function uriOf(origin: string, schema: string): string {
  return `${origin}/v1/${schema}`;
}

/** All that can be told without the database: form, place, statement, signature. */
export async function readProof(
  { message: text, signature }: SignedMessage,
  {
    purpose,
    schema,
    site,
  }: { readonly purpose: Purpose; readonly schema: string; readonly site: WalletSite },
): Promise<Proof> {
  const message = readSignInMessage(text);
  const { scheme, domain, uri, chainId, statement, resources } = message;
  const origin = site.origins.find((one) => {
    const { host, protocol } = new URL(one);
    return host === domain && (scheme === undefined || `${scheme}:` === protocol);
  });
  if (origin === undefined) throw refused(purpose, 'domain_mismatch');
  if (uri !== uriOf(origin, schema)) throw refused(purpose, 'uri_mismatch');
  if (!site.chainIds.includes(chainId)) throw refused(purpose, 'chain_not_accepted');
  const address = message.address.toLowerCase();
  if ((await signerOf(text, signature)) !== address) throw refused(purpose, 'signature_mismatch');
  if (statement !== statementOf(purpose, schema) || resources !== undefined) {
    throw refused(purpose, 'message_altered');
  }
  return { address, message };
}

/** Uses the challenge up, once for all processes. By the database's clock, like every time limit. */
export async function useChallenge(
  scope: Scope,
  purpose: Purpose,
  { address, message }: Proof,
): Promise<void> {
  const [row] = await scope.query<{ reason: Reason | null }>(
    'select :schema.use_wallet_challenge($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as reason',
    [
      message.nonce,
      address,
      purpose.purpose,
      purpose.workerId ?? null,
      message.domain,
      message.uri,
      message.chainId,
      moment(message.issuedAt),
      moment(message.expirationTime),
      moment(message.notBefore),
    ],
  );
  const reason = row?.reason ?? null;
  if (reason !== null) throw refused(purpose, reason);
}

/** As a date: the grammar has years and offsets that PostgreSQL does not read. */
function moment(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

/** For who signs in it is about who they are; for who is signed in already, about what they sent. */
export function refused({ purpose }: Purpose, reason: Reason): GuildhallError {
  const { field, text, hint } = REFUSALS[reason];
  return new GuildhallError(purpose === 'sign_in' ? 'unauthenticated' : 'invalid_input', text, {
    field,
    reason,
    hint,
  });
}
