/** What a violated constraint means to a caller. */
import { accountConstraints, type ConstraintMeaning } from '../../kernel/index.ts';

const workerNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Worker not found',
  field: 'workerId',
};
const platformNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Platform not found',
  field: 'platformId',
};
const taskNotFound: ConstraintMeaning = { code: 'not_found', message: 'Task not found', field: 'taskId' };

export const constraints: Readonly<Record<string, ConstraintMeaning>> = {
  ...accountConstraints,
  usdc_check: {
    code: 'invalid_input',
    message: 'An amount of USDC has six decimals at most and is below 100,000,000,000,000',
    field: 'amount',
  },
  workers_wallet_address_key: {
    code: 'already_exists',
    message: 'Another worker has this wallet address',
    field: 'walletAddress',
  },
  platforms_webhook_url_check: {
    code: 'invalid_input',
    message: 'A webhook URL must begin with https://',
    field: 'webhookUrl',
  },
  platforms_fee_bps_check: {
    code: 'invalid_input',
    message: 'feeBps must be from 0 to 10000',
    field: 'feeBps',
    hint: 'Hundredths of a percent: 200 is 2 %.',
  },
  tasks_metadata_check: { code: 'invalid_input', message: 'metadata must be an object', field: 'metadata' },
  tasks_worker_id_fkey: workerNotFound,
  tasks_platform_id_fkey: platformNotFound,
  loans_worker_id_fkey: workerNotFound,
  streams_task_id_fkey: taskNotFound,
  transactions_worker_id_fkey: workerNotFound,
  transactions_payout_key: {
    code: 'conflict',
    message: 'Task already paid',
    field: 'taskId',
    reason: 'task_already_paid',
  },
  reputation_events_worker_id_fkey: workerNotFound,
};
