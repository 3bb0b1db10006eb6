/** Registration, sign-in, and who the caller is. None of these answers may be stored for a repeated call. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  addApiKeyRoutes,
  addPasswordRoute,
  addSessionRoutes,
  addSignInRoutes,
  anyId,
  callerOf,
  defined,
  defineRoute,
  filledText,
  GuildhallError,
  isGuildhallError,
  issuedKeySchema,
  json,
  type RouteContext,
  type RouteEnv,
  respond,
  type SignedIn,
  texts,
  tokenFields,
  tokensOf,
} from '../../../kernel/index.ts';
import type { Platform, Worker } from '../types.ts';
import type { Access } from './access.ts';
import { platformSchema, workerSchema } from './schemas.ts';

const MAX_EMAIL = 320;
const MAX_PASSWORD = 1_024;

const accountSchema = z
  .object({
    id: anyId('wrk'),
    type: z.string().openapi({ example: 'worker' }),
    email: z.string().openapi({ example: 'alice@example.com' }),
    roles: z.array(z.string()).openapi({ example: ['worker'] }),
    worker: workerSchema.nullable().openapi({ description: 'Null for others.' }),
    platform: platformSchema.nullable().openapi({ description: 'Null for others.' }),
  })
  .openapi('Account');
const meSchema = accountSchema
  .extend({ via: z.enum(['token', 'api_key']).openapi({ description: 'What the caller identified with.' }) })
  .openapi('Me');
export const sessionSchema = z.object({ ...tokenFields, account: accountSchema }).openapi('Session');

const workerRegistration = z
  .object({ type: z.literal('worker'), worker: workerSchema, ...tokenFields })
  .openapi('WorkerRegistration');
const platformRegistration = issuedKeySchema
  .extend({ type: z.literal('platform'), platform: platformSchema })
  .openapi('PlatformRegistration');

const partyFields = {
  email: filledText(MAX_EMAIL, 'robin@example.org'),
  password: filledText(MAX_PASSWORD, 'correct horse battery').openapi({ minLength: 8 }),
  name: filledText(100, 'Robin Vale'),
  walletAddress: z.string().optional().openapi({ example: '0x52908400098527886E0F7030069857D2E4169EE7' }),
};
const webhookUrl = z
  .string()
  .max(2_048)
  .openapi({ example: 'https://example.org/hooks', description: 'Begins with https://.' });
const registration = z
  .strictObject({
    ...partyFields,
    type: z.enum(['worker', 'platform']),
    webhookUrl: webhookUrl.optional().openapi({ description: 'Of platforms only.' }),
  })
  .openapi('NewAccount', {
    example: {
      email: 'robin@example.org',
      password: 'correct horse battery',
      name: 'Robin Vale',
      type: 'worker',
    },
  });
const newPlatform = z
  .strictObject({ ...partyFields, webhookUrl: webhookUrl.optional() })
  .openapi('NewPlatform', {
    example: { email: 'ops@example.org', password: 'correct horse battery', name: 'QuickTask' },
  });

export function addAuthRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/register',
      operationId: 'register',
      tags: ['auth'],
      summary: 'Register a worker or a platform',
      description:
        'A worker is signed in; a platform gets an API key, shown this once. Refused with the reasons `weak_password` and `email_exists`.',
      security: [],
      request: { body: { content: json(registration) } },
      responses: {
        201: {
          description: 'The worker with tokens, or the platform with its key.',
          content: json(z.union([workerRegistration, platformRegistration])),
        },
      },
    }),
    async (c) => {
      const { type, webhookUrl: url, ...party } = defined(c.req.valid('json'));
      if (type === 'platform') {
        const webhook = url === undefined ? {} : { webhookUrl: url };
        return respond(c, 201, await registerPlatform(access, c, { ...party, ...webhook }));
      }
      if (url !== undefined) {
        throw new GuildhallError('invalid_input', 'A worker has no webhookUrl.', {
          field: 'webhookUrl',
          hint: 'Leave it out; workers read GET /events.',
        });
      }
      const worker = await worded(() => access.service(c).registerWorker(party));
      const signedIn = await access.accounts(c).startSession(worker.id);
      return respond(c, 201, { type: 'worker' as const, worker, ...tokensOf(signedIn) });
    },
    texts({ bad: { type: 'type is worker or platform' } }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/platforms/register',
      operationId: 'registerPlatform',
      tags: ['platforms'],
      summary: 'Register a platform',
      description: 'As POST /auth/register with the type platform.',
      security: [],
      limits: { rate: 'auth' },
      request: { body: { content: json(newPlatform) } },
      responses: {
        201: { description: 'The platform and its API key.', content: json(platformRegistration) },
      },
    }),
    async (c) => respond(c, 201, await registerPlatform(access, c, defined(c.req.valid('json')))),
  );

  addSignInRoutes(router, access, {
    paths: [
      { path: '/auth/login', operationId: 'login', summary: 'Sign in', refusal: 'Invalid email or password' },
    ],
    example: { email: 'alice@example.com', password: 'demo123' },
    answer: {
      schema: sessionSchema,
      description: 'Tokens and the account.',
      of: (c, signedIn) => sessionOf(access, c, signedIn),
    },
  });
  addSessionRoutes(router, access);

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/auth/me',
      operationId: 'getMe',
      tags: ['profile'],
      summary: 'Who am I?',
      responses: { 200: { description: 'Account and roles.', content: json(meSchema) } },
    }),
    async (c) => {
      const caller = callerOf(c);
      return respond(c, 200, { ...(await accountOf(access, c, caller)), via: caller.via });
    },
  );
  addPasswordRoute(router, access);
  addApiKeyRoutes(router, access);
}

async function registerPlatform(
  access: Access,
  c: RouteContext,
  { email, ...party }: { readonly email: string; readonly password: string; readonly name: string },
) {
  const platform = await worded(() => access.service(c).registerPlatform({ ...party, contactEmail: email }));
  const issued = await access.accounts(c).createApiKey({ accountId: platform.id, name: 'first key' });
  return { type: 'platform' as const, platform, ...issued };
}

/** The founding reasons for a password that is too weak and an address that is taken. */
async function worded<T>(register: () => Promise<T>): Promise<T> {
  try {
    return await register();
  } catch (error) {
    if (!isGuildhallError(error)) throw error;
    const isWeak = error.code === 'invalid_input' && error.field === 'password';
    const reason = isWeak ? 'weak_password' : error.reason === 'login_taken' ? 'email_exists' : undefined;
    if (reason === undefined) throw error;
    const { code, message, field = 'email', hint } = error;
    throw new GuildhallError(code, message, {
      field,
      reason,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Tokens and the account, however it has signed in. */
export async function sessionOf(access: Access, c: RouteContext, signedIn: SignedIn) {
  const { id, kind, login, roles } = signedIn.account;
  return { ...tokensOf(signedIn), account: await accountOf(access, c, { id, kind, login, roles }) };
}

async function accountOf(
  access: Access,
  c: RouteContext,
  account: {
    readonly id: string;
    readonly kind: string;
    readonly login: string;
    readonly roles: readonly string[];
  },
): Promise<{
  id: string;
  type: string;
  email: string;
  roles: readonly string[];
  worker: Worker | null;
  platform: Platform | null;
}> {
  const { id, kind, login, roles } = account;
  const service = access.service(c);
  return {
    id,
    type: kind,
    email: login,
    roles,
    worker: kind === 'worker' ? await service.getWorker(id) : null,
    platform: kind === 'platform' ? await service.getPlatform(id) : null,
  };
}
