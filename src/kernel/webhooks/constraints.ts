/** What the constraints of the webhook tables mean to a caller. */
import type { ConstraintMeaning } from '../system.ts';

export const webhookConstraints: Readonly<Record<string, ConstraintMeaning>> = {
  webhook_endpoints_url_check: {
    code: 'invalid_input',
    message: 'The URL is malformed or too long.',
    field: 'url',
  },
  webhook_endpoints_description_check: {
    code: 'invalid_input',
    message: 'The description has more than 200 characters.',
    field: 'description',
  },
  webhook_endpoints_event_types_check: {
    code: 'invalid_input',
    message: 'An event type is malformed, or there are more than 50.',
    field: 'eventTypes',
    hint: 'Write types such as order.paid, or order.* for all of a noun; none at all takes every type.',
  },
  webhook_endpoints_owner_id_fkey: {
    code: 'not_found',
    message: 'There is no such account.',
    reason: 'account_unknown',
  },
  retention_policies_pkey: {
    code: 'already_exists',
    message: 'There is a policy of this name.',
    field: 'name',
  },
  retention_policies_keep_check: {
    code: 'invalid_input',
    message: 'Rows are kept for an hour at least.',
    field: 'keep',
    hint: "Pass an interval such as '30 days'.",
  },
  retention_policies_batch_size_check: {
    code: 'invalid_input',
    message: 'A batch has 1 to 10,000 rows.',
    field: 'batchSize',
  },
};
