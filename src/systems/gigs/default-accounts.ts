/** How accounts of this system sign in: by e-mail address, with the messages of the founding API. */
import { type Accounts, accountsOn, type InstanceSettings, type Scope } from '../../kernel/index.ts';
import { EMAIL } from './parties.ts';

export function defaultAccounts(scope: Scope, settings: InstanceSettings = {}): Accounts {
  return accountsOn(scope, {
    ...(settings.tokenSecrets === undefined ? {} : { secrets: settings.tokenSecrets }),
    accessTtlS: 3_600,
    refreshTtlS: 7 * 86_400,
    loginField: 'email',
    loginRule: EMAIL,
    messages: {
      invalidLogin: 'Invalid email format',
      shortPassword: 'Password must be at least 8 characters',
      loginTaken: 'Email already registered',
      badCredentials: 'Invalid email or password',
      badRefreshToken: 'Invalid refresh token',
    },
  });
}
