/** Registration, sign-in and tokens. None of these answers may be stored for a repeated call: they hold secrets. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  addSessionRoutes,
  addSignInRoutes,
  defined,
  defineRoute,
  filledText,
  json,
  notFound,
  passwordInput,
  type RouteContext,
  type RouteEnv,
  respond,
  texts,
  tokenFields,
  tokensOf,
} from '../../../kernel/index.ts';
import type { User } from '../types.ts';
import type { Access } from './access.ts';
import { organizationSchema, userSchema } from './schemas.ts';

const MAX_EMAIL = 320;

const sessionSchema = z.object({ ...tokenFields, user: userSchema }).openapi('Session');
const registrationSchema = z
  .object({ ...tokenFields, user: userSchema, organization: organizationSchema })
  .openapi('Registration');

const registration = z
  .strictObject({
    email: filledText(MAX_EMAIL, 'robin@example.org'),
    password: passwordInput,
    name: filledText(200, 'Robin Vale').nullish(),
  })
  .openapi('NewUser', {
    example: { email: 'robin@example.org', password: 'correct horse battery', name: 'Robin Vale' },
  });
const credentialsMissing = { fields: ['email', 'password'], text: 'Email and password are required' };
const badPassword = 'Password must be at least 8 characters';

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

  addSignInRoutes(router, access, {
    // The founding API has both, with a text each.
    paths: [
      {
        path: '/auth/login',
        operationId: 'login',
        summary: 'Sign in',
        refusal: 'Invalid credentials',
      },
      {
        path: '/auth/token',
        operationId: 'createToken',
        summary: 'Sign in for a program',
        refusal: 'Invalid email or password',
      },
    ],
    example: { email: 'demo@quetrex.ai', password: 'demo123' },
    answer: {
      schema: sessionSchema,
      description: 'Tokens and the user.',
      of: async (c, signedIn) => ({
        ...tokensOf(signedIn),
        user: await userOf(access, c, signedIn.account.id),
      }),
    },
  });
  addSessionRoutes(router, access);
}

/** The user behind an account; an account of another kind has none. */
export async function userOf(access: Access, c: RouteContext, id: string): Promise<User> {
  const user = await access.service(c).getUserById(id);
  if (user === null) throw notFound('User');
  return user;
}
