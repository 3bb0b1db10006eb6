/** Puts the parts of the account service together over one scope. */
import { SYSTEM_ACTOR } from '../audit.ts';
import { GuildhallError } from '../errors.ts';
import type { Principal } from '../routes.ts';
import type { Scope } from '../system.ts';
import * as accountPasswords from './account-passwords.ts';
import * as accounts from './accounts.ts';
import * as apiKeys from './api-keys.ts';
import { type AuthContext, readAuthSettings } from './context.ts';
import { requirePrincipal } from './roles.ts';
import * as sessions from './sessions.ts';
import type { AccountOptions, Accounts } from './types.ts';

/** Our tokens have some 350 characters; what is far longer is not one of them. */
const AUTHORIZATION_MAX_CHARACTERS = 4_096;
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * The accounts of an instance. Call it once per instance and use `on(tx)` in transactions:
 * signing keys and the queue for hashing are shared by all that come from one call.
 */
export function accountsOn(scope: Scope, options: AccountOptions = {}): Accounts {
  return bind({ scope, actor: SYSTEM_ACTOR, settings: readAuthSettings(scope.schema, options) });
}

function bind(context: AuthContext): Accounts {
  return {
    on: (executor) => bind({ ...context, scope: context.scope.on(executor) }),
    by: (actor) => bind({ ...context, actor }),

    createAccount: (input) => accounts.createAccount(context, input),
    getAccount: (accountId) => accounts.getAccount(context, accountId),
    getAccountByLogin: (login) => accounts.getAccountByLogin(context, login),
    changeLogin: (change) => accounts.changeLogin(context, change),
    setRoles: (accountId, roles) => accounts.setRoles(context, accountId, roles),
    disableAccount: (accountId) => accounts.disableAccount(context, accountId),
    enableAccount: (accountId) => accounts.enableAccount(context, accountId),
    deleteAccount: (accountId) => accounts.deleteAccount(context, accountId),

    hashPassword: (password, options) => accountPasswords.hashPassword(context, password, options),
    changePassword: (change) => accountPasswords.changePassword(context, change),
    setPassword: (accountId, input) => accountPasswords.setPassword(context, accountId, input),

    signIn: (credentials) => sessions.signIn(context, credentials),
    startSession: (accountId, options) => sessions.startSession(context, accountId, options),
    refresh: (refreshToken) => sessions.refresh(context, refreshToken),
    signOut: (refreshToken) => sessions.signOut(context, refreshToken),
    signOutEverywhere: (accountId) => accounts.signOutEverywhere(context, accountId),

    authenticate: (authorization) => authenticate(context, authorization),
    verifyAccessToken: (token) => sessions.verifyAccessToken(context, token),
    verifyApiKey: (key) => apiKeys.verifyApiKey(context, key),

    createApiKey: (input) => apiKeys.createApiKey(context, input),
    listApiKeys: (accountId) => apiKeys.listApiKeys(context, accountId),
    revokeApiKey: (name) => apiKeys.revokeApiKey(context, name),
    rotateApiKey: (rotation) => apiKeys.rotateApiKey(context, rotation),

    rotateSigningKey: (options) => sessions.rotateSigningKey(context, options),
    purge: () => sessions.purge(context),
  };
}

async function authenticate(context: AuthContext, authorization: string | undefined): Promise<Principal> {
  if (authorization === undefined || authorization === '') return requirePrincipal(undefined);
  const short = authorization.length <= AUTHORIZATION_MAX_CHARACTERS;
  const credential = short ? BEARER.exec(authorization)?.[1] : undefined;
  if (credential === undefined) {
    throw new GuildhallError('unauthenticated', 'The Authorization header cannot be read.', {
      reason: 'credentials_malformed',
      hint: 'Send Authorization: Bearer with an access token or an API key.',
    });
  }
  return apiKeys.isApiKey(credential)
    ? apiKeys.verifyApiKey(context, credential)
    : sessions.verifyAccessToken(context, credential);
}
