/** What a violated constraint of this system means to a caller. */
import type { ConstraintMeaning } from '../../kernel/index.ts';

const projectNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Project not found',
  field: 'projectId',
};
const agentNotFound: ConstraintMeaning = {
  code: 'not_found',
  message: 'Agent not found in this project',
  field: 'agentId',
};
const emailTaken: ConstraintMeaning = {
  code: 'already_exists',
  message: 'User with this email already exists',
  field: 'email',
  hint: 'Sign in, or use another address.',
};

export const constraints: Readonly<Record<string, ConstraintMeaning>> = {
  users_email_key: emailTaken,
  accounts_login_key: emailTaken,
  projects_user_id_fkey: { code: 'not_found', message: 'User not found', field: 'userId' },
  projects_settings_check: {
    code: 'invalid_input',
    message: 'settings must be an object',
    field: 'settings',
    hint: 'Pass an object such as {"theme": "dark"}, or leave it out.',
  },
  agents_project_id_fkey: projectNotFound,
  agent_log_lines_agent_id_fkey: { code: 'not_found', message: 'Agent not found', field: 'agentId' },
  agents_status_check: {
    code: 'invalid_input',
    message: 'Invalid agent status. Must be one of: running, completed, failed',
    field: 'status',
  },
  agents_end_time_check: {
    code: 'invalid_input',
    message: 'endTime lies before startTime',
    field: 'endTime',
    hint: 'Pass the time the run ended.',
  },
  costs_project_id_fkey: projectNotFound,
  costs_agent_id_fkey: agentNotFound,
  usd_amount_check: {
    code: 'invalid_input',
    message: 'Amount must be positive and below 1e15 USD',
    field: 'amount',
    hint: 'Pass a decimal text of zero or more.',
  },
  activities_project_id_fkey: projectNotFound,
  budgets_project_id_fkey: projectNotFound,
  budgets_agent_id_fkey: agentNotFound,
  budgets_scope_key: {
    code: 'already_exists',
    message: 'There is a budget of this kind and period already',
    field: 'period',
    hint: 'Change its limit instead.',
  },
  budgets_limit_amount_check: {
    code: 'invalid_input',
    message: 'The limit of a budget must be above zero and below 1e15 USD',
    field: 'limit',
  },
  budgets_thresholds_check: {
    code: 'invalid_input',
    message: 'Thresholds are parts of the limit: above 0, at most 10, at most 20 of them',
    field: 'thresholds',
    hint: 'For alerts at half and at all of it pass ["0.5", "1"].',
  },
  budget_reservations_project_id_fkey: projectNotFound,
  budget_reservations_agent_id_fkey: agentNotFound,
  runners_user_id_fkey: { code: 'not_found', message: 'User not found', field: 'userId' },
  runners_max_concurrent_jobs_check: {
    code: 'invalid_input',
    message: 'maxConcurrentJobs must be between 1 and 8',
    field: 'maxConcurrentJobs',
    hint: 'Pass 1, 2, 4 or 8.',
  },
  model_prices_validity_check: {
    code: 'invalid_input',
    message: 'validUntil does not lie after validFrom',
    field: 'validUntil',
    hint: 'Pass a later moment, or leave validUntil out.',
  },
  model_prices_day_check: {
    code: 'invalid_input',
    message: 'The hours of a price need a start before their end, both or neither',
    field: 'dayUntil',
  },
  model_prices_service_tier_check: {
    code: 'invalid_input',
    message: 'Invalid service tier. Must be one of: standard, batch, flex, priority',
    field: 'serviceTier',
  },
  model_prices_overlap_excl: {
    code: 'conflict',
    message: 'Another price of this model for that time was entered at the same moment',
    field: 'validFrom',
    hint: 'Look at the prices of the model and try again.',
  },
  costs_price_id_fkey: {
    code: 'conflict',
    message: 'Costs were computed from this price',
    hint: 'End its validity instead of deleting it.',
  },
};
