/** Sign-in and tokens over HTTP, as every system has them. None of these answers may be stored: they hold secrets. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { GuildhallError, isGuildhallError } from '../errors.ts';
import type { ActingService, RouteAccess } from '../route-access.ts';
import { filledText, texts } from '../route-input.ts';
import {
  callerOf,
  defineRoute,
  json,
  noContent,
  type RouteContext,
  type RouteEnv,
  respond,
} from '../routes.ts';
import type { SignedIn } from './types.ts';

const MAX_PASSWORD = 1_024;

export const tokenFields = {
  accessToken: z.string().openapi({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9…' }),
  refreshToken: z
    .string()
    .openapi({ example: 'ghr_9tq0…', description: 'Good for one refresh, for 7 days.' }),
  expiresIn: z.int().openapi({ example: 3600, description: 'Seconds the access token is good for.' }),
};
const tokensSchema = z.object(tokenFields).openapi('Tokens');

export const passwordInput = filledText(MAX_PASSWORD, 'correct horse battery').openapi({ minLength: 8 });
const refreshInput = z
  .strictObject({ refreshToken: filledText(600, 'ghr_9tq0…') })
  .openapi('RefreshToken', { example: { refreshToken: 'ghr_9tq0…' } });
const passwordChange = z
  .strictObject({ currentPassword: passwordInput, newPassword: passwordInput })
  .openapi('PasswordChange', {
    example: { currentPassword: 'correct horse battery', newPassword: 'a longer and better one' },
  });

const tokenMissing = { fields: ['refreshToken'], text: 'refreshToken is required' };

/** What of the sign-in is a system's own. */
export interface SignInOptions {
  /** Paths, each with its operation and the text of a refusal. */
  readonly paths: readonly {
    readonly path: string;
    readonly operationId: string;
    readonly summary: string;
    readonly refusal: string;
  }[];
  /** Sign-in of the demonstration data, for the API document. */
  readonly example: { readonly email: string; readonly password: string };
  readonly answer: {
    readonly schema: z.ZodType;
    readonly description: string;
    readonly of: (c: RouteContext, signedIn: SignedIn) => Promise<object>;
  };
}

/** POST /auth/login and the like. */
export function addSignInRoutes<Service extends ActingService<Service>>(
  router: OpenAPIHono<RouteEnv>,
  access: RouteAccess<Service>,
  { paths, example, answer }: SignInOptions,
): void {
  // No rules here: whatever cannot be an address or a password is answered like a wrong one.
  const credentials = z
    .strictObject({
      email: z.string().min(1).openapi({ example: 'robin@example.org' }),
      password: z.string().min(1).openapi({ example: 'correct horse battery' }),
    })
    .openapi('Credentials', { example });
  for (const { path, operationId, summary, refusal } of paths) {
    router.openapi(
      defineRoute({
        method: 'post',
        path,
        operationId,
        tags: ['auth'],
        summary,
        description: 'An unknown address, a wrong password and a disabled account are not told apart.',
        security: [],
        request: { body: { content: json(credentials) } },
        responses: { 200: { description: answer.description, content: json(answer.schema) } },
      }),
      async (c) => {
        const { email, password } = c.req.valid('json');
        const signedIn = await worded(refusal, () =>
          access.accounts(c).signIn({ login: email.trim(), password }),
        );
        // The shape is the system's own, which its schema declares and its tests compare.
        return respond(c, 200, await answer.of(c, signedIn)) as never;
      },
      texts({ missing: { fields: ['email', 'password'], text: 'Email and password are required' } }),
    );
  }
}

/** Refresh, logout, logout-all. */
export function addSessionRoutes<Service extends ActingService<Service>>(
  router: OpenAPIHono<RouteEnv>,
  access: RouteAccess<Service>,
): void {
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

/** The caller changes its own password. */
export function addPasswordRoute<Service extends ActingService<Service>>(
  router: OpenAPIHono<RouteEnv>,
  access: RouteAccess<Service>,
): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/password',
      operationId: 'changePassword',
      tags: ['profile'],
      summary: 'Change the caller’s password',
      description: 'Ends every session of the caller and opens a new one for this call. API keys stay.',
      request: { body: { content: json(passwordChange) } },
      responses: { 200: { description: 'Tokens of the new session.', content: json(tokensSchema) } },
    }),
    async (c) => {
      const { id } = access.person(c);
      await access.accounts(c).changePassword({ accountId: id, ...c.req.valid('json') });
      return respond(c, 200, tokensOf(await access.accounts(c).startSession(id)));
    },
  );
}

export function tokensOf({ accessToken, refreshToken, expiresInS }: SignedIn): z.infer<typeof tokensSchema> {
  return { accessToken, refreshToken, expiresIn: expiresInS };
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
