/** Sign-in by wallet (EIP-4361), and which wallet is whose. None of these answers may be stored for a repeated call. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  defined,
  defineRoute,
  filledText,
  idParam,
  json,
  MAX_SIGN_IN_MESSAGE,
  noContent,
  type RouteContext,
  type RouteEnv,
  respond,
  timeSchema,
  tokenFields,
  tokensOf,
  walletSiteOf,
} from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { sessionOf, sessionSchema } from './auth.ts';
import { workerSchema } from './schemas.ts';

const ADDRESS = '0x52908400098527886E0F7030069857D2E4169EE7';
const NONCE = '4b1f0f6f3d1e4a0c9d5c2b7a8e6f1d20';
const MESSAGE = [
  `app.example.com wants you to sign in with your Ethereum account:\n${ADDRESS}\n\nSign in to gigs.\n`,
  'URI: https://app.example.com/v1/gigs\nVersion: 1\nChain ID: 1',
  `Nonce: ${NONCE}\nIssued At: 2026-01-31T09:30:00.000Z\nExpiration Time: 2026-01-31T09:35:00.000Z`,
].join('\n');
const SIGNATURE = `0x${'5c'.repeat(64)}1b`;

const challengeInput = z
  .strictObject({
    address: filledText(42, ADDRESS).openapi({ description: 'In capitals or not.' }),
    chainId: z.int().optional().openapi({ example: 1, description: 'Default: the first that is accepted.' }),
  })
  .openapi('WalletChallengeInput', { example: { address: ADDRESS } });
const challengeSchema = z
  .object({
    message: z
      .string()
      .openapi({ example: MESSAGE, description: 'To be signed as it is, by personal_sign.' }),
    nonce: z.string().openapi({ example: NONCE }),
    expiresAt: timeSchema(),
  })
  .openapi('WalletChallenge');
const signedInput = z
  .strictObject({
    message: filledText(MAX_SIGN_IN_MESSAGE, MESSAGE),
    signature: filledText(2_000, SIGNATURE).openapi({ description: '0x and 130 hexadecimal digits.' }),
  })
  .openapi('SignedMessage', { example: { message: MESSAGE, signature: SIGNATURE } });
const linkedSchema = z.object({ worker: workerSchema, ...tokenFields }).openapi('LinkedWallet');

export function addWalletRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const site = (c: RouteContext) => walletSiteOf(c, access.wallets);
  const challengeOf = {
    200: { description: 'What to sign, within five minutes.', content: json(challengeSchema) },
  };

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/wallet/challenge',
      operationId: 'challengeWallet',
      tags: ['auth'],
      summary: 'A message for a wallet to sign in with',
      description: 'The same for every address: it does not say whether anybody signs in with it.',
      security: [],
      request: { body: { content: json(challengeInput) } },
      responses: challengeOf,
    }),
    async (c) =>
      respond(c, 200, await access.service(c).wallets.challenge(defined(c.req.valid('json')), site(c))),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/wallet-login',
      operationId: 'walletLogin',
      tags: ['auth'],
      summary: 'Sign in with a wallet',
      description:
        'Sign-In with Ethereum (EIP-4361). Refused with the reasons `wallet_not_linked` (nobody has linked it, it was only typed in, or the account is disabled), `signature_mismatch`, `signature_malformed`, `signature_high_s`, `message_malformed`, `message_altered`, `message_expired`, `message_not_yet_valid`, `nonce_unknown`, `nonce_used`, `domain_mismatch`, `uri_mismatch`, `chain_not_accepted`. `field` names the member at fault. Wallets that are contracts (EIP-1271) cannot sign in.',
      security: [],
      request: { body: { content: json(signedInput) } },
      responses: { 200: { description: 'Tokens and the account.', content: json(sessionSchema) } },
    }),
    async (c) => {
      const { wallets } = access.service(c);
      return respond(c, 200, await sessionOf(access, c, await wallets.signIn(c.req.valid('json'), site(c))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/workers/{id}/wallet/challenge',
      operationId: 'challengeWorkerWallet',
      tags: ['workers'],
      summary: 'A message that links a wallet to the caller',
      request: { params: idParam('wrk'), body: { content: json(challengeInput) } },
      responses: challengeOf,
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.ownWallet(c, service, id);
      return respond(c, 200, await service.wallets.linkChallenge(id, defined(c.req.valid('json')), site(c)));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/workers/{id}/wallet',
      operationId: 'linkWallet',
      tags: ['workers'],
      summary: 'Link a wallet: it can sign in, and payouts over a rail go to it',
      description:
        'For the worker alone, with the message of the challenge signed. The address is taken from a worker who has only typed it in; one that another worker has proven is refused (`wallet_taken`). Ends every session of the caller and opens a new one for this call. API keys stay.',
      request: { params: idParam('wrk'), body: { content: json(signedInput) } },
      responses: { 200: { description: 'The worker, and tokens.', content: json(linkedSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.ownWallet(c, service, id);
      const worker = await service.wallets.link(id, c.req.valid('json'), site(c));
      return respond(c, 200, { worker, ...tokensOf(await access.accounts(c).startSession(id)) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/workers/{id}/wallet',
      operationId: 'unlinkWallet',
      tags: ['workers'],
      summary: 'Unlink the wallet',
      description:
        'By the worker or an administrator. If it was proven, every session of the worker ends. Without a wallet nothing happens.',
      request: { params: idParam('wrk') },
      responses: { 204: { description: 'The worker has no wallet.' } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.worker(c, service, id);
      access.person(c);
      await service.wallets.unlink(id);
      return noContent(c);
    },
  );
}
