/** What a refused posting means to the caller. */
import { type ErrorCode, GuildhallError } from '../errors.ts';
import type { PostingResult, Refusal } from './types.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly field: string;
  readonly message: string;
  readonly hint: string;
}

const MEANINGS: Readonly<Record<Refusal, Meaning>> = {
  key_reused: {
    code: 'idempotency_mismatch',
    field: 'key',
    message: 'The key was used before for another posting.',
    hint: 'Send the first content again to get its answer, or use a new key for a new posting.',
  },
  hold_unknown: {
    code: 'not_found',
    field: 'holdId',
    message: 'There is no such hold.',
    hint: 'Pass the id that the hold was given.',
  },
  hold_ended: {
    code: 'conflict',
    field: 'holdId',
    message: 'The hold was settled, released or expired before.',
    hint: 'A hold ends once; what is due beyond it is a transfer of its own.',
  },
  hold_expired: {
    code: 'conflict',
    field: 'holdId',
    message: 'The hold has expired.',
    hint: 'Make a new hold, or a transfer.',
  },
  hold_not_expired: {
    code: 'conflict',
    field: 'holdId',
    message: 'The hold has not expired yet.',
    hint: 'Release it to end it earlier.',
  },
  debit_unknown: {
    code: 'not_found',
    field: 'debit',
    message: 'The account to debit does not exist.',
    hint: 'Open it first.',
  },
  credit_unknown: {
    code: 'not_found',
    field: 'credit',
    message: 'The account to credit does not exist.',
    hint: 'Open it first.',
  },
  same_account: {
    code: 'invalid_input',
    field: 'credit',
    message: 'Both sides are the same account.',
    hint: 'Name two accounts.',
  },
  asset_mismatch: {
    code: 'invalid_input',
    field: 'credit',
    message: 'The accounts are kept in different assets.',
    hint: 'Exchange by two linked transfers over an account in each asset.',
  },
  account_closed: {
    code: 'conflict',
    field: 'debit',
    message: 'One of the accounts is closed.',
    hint: 'Open it again with changeAccount, or use another.',
  },
  amount_invalid: {
    code: 'invalid_input',
    field: 'amount',
    message: 'The amount is not above zero.',
    hint: 'Pass an amount above zero.',
  },
  amount_too_fine: {
    code: 'invalid_input',
    field: 'amount',
    message: 'The amount has more decimals than its asset.',
    hint: 'Round it to the decimals of the asset.',
  },
  amount_too_large: {
    code: 'invalid_input',
    field: 'amount',
    message: 'The amount is 10^60 smallest units or more.',
    hint: 'Check its unit.',
  },
  amount_exceeds_hold: {
    code: 'conflict',
    field: 'amount',
    message: 'The amount is more than was held.',
    hint: 'Settle what was held, and transfer the rest.',
  },
  insufficient: {
    code: 'limit_exceeded',
    field: 'amount',
    message: 'The account has too little.',
    hint: 'Post less, or add to the account first.',
  },
  limit: {
    code: 'limit_exceeded',
    field: 'amount',
    message: 'The account may not hold that much.',
    hint: 'Post less, or raise its limit.',
  },
  linked: {
    code: 'conflict',
    field: 'key',
    message: 'Another posting of its group was refused, so none of the group was made.',
    hint: 'Look at the refusal of the other one.',
  },
};

/** The error of a refused posting: says which, why, and how much there was. */
export function refusalError(result: PostingResult & { readonly ok: false }): GuildhallError {
  const { code, field, message, hint } = MEANINGS[result.refusal];
  const had =
    result.account === null ? '' : ` ${result.account}: ${result.available ?? 'nothing'} available.`;
  return new GuildhallError(code, `Posting "${result.key}": ${message}${had}`, {
    field,
    reason: `ledger_${result.refusal}`,
    hint,
    details: {
      key: result.key,
      ...(result.account === null ? {} : { account: result.account, available: result.available }),
    },
  });
}
