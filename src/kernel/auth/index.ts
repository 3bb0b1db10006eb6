/** Door of the account service. */
export { accountConstraints } from './constraints.ts';
export { checksumAddress, signerOf } from './ethereum.ts';
export { createPasswordHasher, type PasswordHasher } from './passwords.ts';
export { hasRole, requirePrincipal, requireRole } from './roles.ts';
export { accountsOn } from './service.ts';
export {
  MAX_SIGN_IN_MESSAGE,
  readSignInMessage,
  type SignInMessage,
  writeSignInMessage,
} from './sign-in-message.ts';
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
export {
  isWalletOrigin,
  readWalletSettings,
  type WalletSettings,
  type WalletSite,
  walletSiteOf,
} from './wallet-site.ts';
