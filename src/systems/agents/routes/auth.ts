/** Registration, sign-in and tokens. None of these answers may be stored for a repeated call: they hold secrets. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  callerOf,
  defined,
  defineRoute,
  GuildhallError,
  isGuildhallError,
  json,
  noContent,
  type RouteContext,
  type RouteEnv,
  respond,
  type SignedIn,
} from '../../../kernel/index.ts';
import type { User } from '../types.ts';
import { type Access, notFound } from './access.ts';
import { filledText, texts } from './input.ts';
import { organizationSchema, userSchema } from './schemas.ts';

const MAX_PASSWORD = 1_024;
const MAX_EMAIL = 320;

const tokenFields = {
  accessToken: z.string().openapi({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9…' }),
  refreshToken: z
    .string()
    .openapi({ example: 'ghr_9tq0…', description: 'Good for one refresh, for 7 days.' }),
  expiresIn: z.int().openapi({ example: 3600, description: 'Seconds the access token is good for.' }),
};
export const tokensSchema = z.object(tokenFields).openapi('Tokens');
const sessionSchema = z.object({ ...tokenFields, user: userSchema }).openapi('Session');
const registrationSchema = z
  .object({ ...tokenFields, user: userSchema, organization: organizationSchema })
  .openapi('Registration');

export const passwordInput = filledText(MAX_PASSWORD, 'correct horse battery').openapi({ minLength: 8 });
// No rules here: whatever cannot be an address or a password is answered like a wrong one.
const credentials = z
  .strictObject({
    email: z.string().min(1).openapi({ example: 'robin@example.org' }),
    password: z.string().min(1).openapi({ example: 'correct horse battery' }),
  })
  .openapi('Credentials', { example: { email: 'demo@quetrex.ai', password: 'demo123' } });
const registration = z
  .strictObject({
    email: filledText(MAX_EMAIL, 'robin@example.org'),
    password: passwordInput,
    name: filledText(200, 'Robin Vale').nullish(),
  })
  .openapi('NewUser', {
    example: { email: 'robin@example.org', password: 'correct horse battery', name: 'Robin Vale' },
  });
const refreshInput = z
  .strictObject({ refreshToken: filledText(600, 'ghr_9tq0…') })
  .openapi('RefreshToken', { example: { refreshToken: 'ghr_9tq0…' } });

const credentialsMissing = { fields: ['email', 'password'], text: 'Email and password are required' };
const badPassword = 'Password must be at least 8 characters';
const tokenMissing = { fields: ['refreshToken'], text: 'refreshToken is required' };

export function addAuthRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/register',
      operationId: 'register',
      tags: ['auth'],
      summary: 'Register',
      description:
        'Makes the user, a personal organization and its ownership together, and signs the user in.',
      security: [],
      request: { body: { content: json(registration) } },
      responses: { 201: { description: 'The user, signed in.', content: json(registrationSchema) } },
    }),
    async (c) => {
      const service = access.service(c);
      const { user, organization } = await service.registerUser(defined(c.req.valid('json')));
      const signedIn = await access.accounts(c).startSession(user.id);
      return respond(c, 201, { ...tokensOf(signedIn), user, organization });
    },
    texts({
      missing: credentialsMissing,
      bad: { email: 'Invalid email format', password: badPassword, name: 'Invalid name' },
    }),
  );

  // The founding API has both, with a text each.
  for (const [path, operationId, refusal] of [
    ['/auth/login', 'login', 'Invalid credentials'],
    ['/auth/token', 'createToken', 'Invalid email or password'],
  ] as const) {
    router.openapi(
      defineRoute({
        method: 'post',
        path,
        operationId,
        tags: ['auth'],
        summary: path === '/auth/login' ? 'Sign in' : 'Sign in for a program',
        description: 'An unknown address, a wrong password and a disabled account are not told apart.',
        security: [],
        request: { body: { content: json(credentials) } },
        responses: { 200: { description: 'Tokens and the user.', content: json(sessionSchema) } },
      }),
      async (c) => {
        const { email, password } = c.req.valid('json');
        const signedIn = await worded(refusal, () =>
          access.accounts(c).signIn({ login: email.trim(), password }),
        );
        return respond(c, 200, { ...tokensOf(signedIn), user: await userOf(access, c, signedIn.account.id) });
      },
      texts({ missing: credentialsMissing }),
    );
  }

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/refresh',
      operationId: 'refresh',
      tags: ['auth'],
      summary: 'Trade a refresh token for new tokens',
      description:
        'Each token is good for one refresh. One that comes back later was copied: the whole session ends.',
      security: [],
      request: { body: { content: json(refreshInput) } },
      responses: { 200: { description: 'New tokens.', content: json(tokensSchema) } },
    }),
    async (c) => {
      const { refreshToken } = c.req.valid('json');
      return respond(c, 200, tokensOf(await access.accounts(c).refresh(refreshToken)));
    },
    texts({ missing: tokenMissing }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/logout',
      operationId: 'logout',
      tags: ['auth'],
      summary: 'End the session of a refresh token',
      description:
        'An unknown or ended token is no error. Access tokens of the session stop working at once.',
      security: [],
      request: { body: { content: json(refreshInput) } },
      responses: { 204: { description: 'The session is over.' } },
    }),
    async (c) => {
      await access.accounts(c).signOut(c.req.valid('json').refreshToken);
      return noContent(c);
    },
    texts({ missing: tokenMissing }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/logout-all',
      operationId: 'logoutAll',
      tags: ['auth'],
      summary: 'End all sessions of the caller',
      responses: { 204: { description: 'All sessions are over, this one too. API keys stay.' } },
    }),
    async (c) => {
      await access.accounts(c).signOutEverywhere(callerOf(c).id);
      return noContent(c);
    },
  );
}

export function tokensOf({ accessToken, refreshToken, expiresInS }: SignedIn): z.infer<typeof tokensSchema> {
  return { accessToken, refreshToken, expiresIn: expiresInS };
}

/** The user behind an account; an account of another kind has none. */
export async function userOf(access: Access, c: RouteContext, id: string): Promise<User> {
  const user = await access.service(c).getUserById(id);
  if (user === null) throw notFound('User');
  return user;
}

/** Says in this route's words that the credentials are wrong. */
async function worded<T>(text: string, signIn: () => Promise<T>): Promise<T> {
  try {
    return await signIn();
  } catch (error) {
    if (!isGuildhallError(error, 'unauthenticated')) throw error;
    throw new GuildhallError('unauthenticated', text, { reason: 'bad_credentials', cause: error });
  }
}
