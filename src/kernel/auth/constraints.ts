/** What the constraints of the account tables mean to a caller. */
import type { ConstraintMeaning } from '../system.ts';

/** Merged by the kernel into the constraints of every instance; a system's own words go first. */
export const accountConstraints: Readonly<Record<string, ConstraintMeaning>> = {
  accounts_pkey: { code: 'already_exists', message: 'The account id is taken.', field: 'id' },
  accounts_login_key: {
    code: 'already_exists',
    message: 'The login is taken.',
    field: 'login',
    reason: 'login_taken',
  },
  accounts_id_check: { code: 'invalid_input', message: 'The account id is empty or too long.', field: 'id' },
  accounts_kind_check: { code: 'invalid_input', message: 'The kind of account is malformed.', field: 'kind' },
  accounts_login_check: {
    code: 'invalid_input',
    message: 'The login is empty, too long or not in lower case.',
    field: 'login',
  },
  accounts_password_hash_check: {
    code: 'invalid_input',
    message: 'The password hash is not an argon2 hash.',
    field: 'passwordHash',
  },
  accounts_roles_check: {
    code: 'invalid_input',
    message: 'A role is malformed, or there are too many.',
    field: 'roles',
  },
  account_sessions_account_id_fkey: {
    code: 'not_found',
    message: 'There is no such account.',
    reason: 'account_unknown',
  },
  refresh_tokens_pkey: {
    code: 'already_exists',
    message: 'This refresh token was given out before.',
    field: 'refreshToken',
    hint: 'Make a new random one for every session.',
  },
  api_keys_account_id_fkey: {
    code: 'not_found',
    message: 'There is no such account.',
    reason: 'account_unknown',
  },
  api_keys_name_check: {
    code: 'invalid_input',
    message: 'The name of the key is empty or too long.',
    field: 'name',
  },
  api_keys_roles_check: { code: 'invalid_input', message: 'A key has too many roles.', field: 'roles' },
};
