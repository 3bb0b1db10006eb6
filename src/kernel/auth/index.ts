/** Door of the account service. */
export { accountConstraints } from './constraints.ts';
export { createPasswordHasher, type PasswordHasher } from './passwords.ts';
export { hasRole, requirePrincipal, requireRole } from './roles.ts';
export { accountsOn } from './service.ts';
export type {
  Account,
  AccountMessages,
  AccountOptions,
  Accounts,
  ApiKey,
  ApiKeyName,
  ApiKeyRotation,
  IssuedApiKey,
  NewAccount,
  NewApiKey,
  PasswordInput,
  SignedIn,
} from './types.ts';
