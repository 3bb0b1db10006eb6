/** What the queue's constraints mean to a caller. */
import type { ConstraintMeaning } from '../system.ts';

export const queueConstraints: Readonly<Record<string, ConstraintMeaning>> = {
  queue_settings_name_check: {
    code: 'invalid_input',
    field: 'queue',
    message: 'That cannot be the name of a queue.',
    hint: 'Use 1 to 100 lower-case letters, digits and _.:-, starting with a letter.',
  },
  queue_settings_limits_check: {
    code: 'invalid_input',
    field: 'retry',
    message: 'A queue allows 1 to 1,000 failures and 0 to 1,000 losses.',
  },
  queue_settings_retry_check: {
    code: 'invalid_input',
    field: 'retry',
    message:
      'The wait before another try is 0 seconds to 30 days, and the first not longer than the longest.',
  },
  queue_jobs_priority_check: {
    code: 'invalid_input',
    field: 'priority',
    message: 'A priority is 0 (first) to 9 (last).',
  },
  queue_jobs_key_check: { code: 'invalid_input', field: 'key', message: 'A key has 1 to 255 bytes.' },
  queue_jobs_payload_check: {
    code: 'payload_too_large',
    field: 'payload',
    message: 'A payload has at most 262,144 bytes.',
    hint: 'Store the body elsewhere and enqueue its id.',
  },
  queue_jobs_progress_check: {
    code: 'payload_too_large',
    field: 'progress',
    message: 'A note of progress has at most 16,384 bytes.',
  },
  queue_claims_worker_check: {
    code: 'invalid_input',
    field: 'worker',
    message: 'The name of a worker has 1 to 200 bytes.',
  },
  queue_schedules_name_check: {
    code: 'invalid_input',
    field: 'name',
    message: 'The name of a schedule has 1 to 200 bytes.',
  },
  queue_schedules_priority_check: {
    code: 'invalid_input',
    field: 'priority',
    message: 'A priority is 0 (first) to 9 (last).',
  },
  queue_schedules_catch_up_check: {
    code: 'invalid_input',
    field: 'catchUp',
    message: 'The catch-up rule is all, last or none.',
  },
  queue_schedules_catch_up_most_check: {
    code: 'invalid_input',
    field: 'catchUpMost',
    message: 'At most 1 to 1,000 slots are caught up.',
  },
};
