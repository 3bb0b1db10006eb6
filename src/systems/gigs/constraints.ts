/** What a violated constraint means to a caller. */
import { accountConstraints, type ConstraintMeaning } from '../../kernel/index.ts';

const workerNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Worker not found',
  field: 'workerId',
  hint: 'listWorkers shows those there are.',
};
const platformNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Platform not found',
  field: 'platformId',
  hint: 'Register it first.',
};
const taskNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Task not found',
  field: 'taskId',
  hint: 'listTasks shows those there are.',
};

export const constraints: Readonly<Record<string, ConstraintMeaning>> = {
  ...accountConstraints,
  usdc_check: {
    code: 'invalid_input',
    message: 'An amount of USDC has six decimals at most and is below 100,000,000,000,000',
    field: 'amount',
    hint: 'Write it as decimal text, such as "12.50".',
  },
  workers_wallet_address_key: {
    code: 'already_exists',
    message: 'Another worker has this wallet address',
    field: 'walletAddress',
    hint: 'Each worker is paid into a wallet of its own. Register without it; if you have its key, link it after that.',
  },
  platforms_webhook_url_check: {
    code: 'invalid_input',
    message: 'A webhook URL must begin with https://',
    field: 'webhookUrl',
    hint: 'Pass an address such as https://example.com/hooks.',
  },
  platforms_fee_bps_check: {
    code: 'invalid_input',
    message: 'feeBps must be from 0 to 10000',
    field: 'feeBps',
    hint: 'Hundredths of a percent: 200 is 2 %.',
  },
  metadata_object_check: {
    code: 'invalid_input',
    message: 'metadata must be an object',
    field: 'metadata',
    hint: 'Pass {…}.',
  },
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
    hint: 'A task is paid once; its paidAt says when. A call sent again with its own idempotency key gets the first answer.',
  },
  reputation_events_worker_id_fkey: workerNotFound,
};
