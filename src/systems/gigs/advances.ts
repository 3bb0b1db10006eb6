/** Advances: who may have one and how much, asking for one, repaying it by hand. */
import {
  actorParams,
  camelRow,
  canonicalDecimal,
  decimalText,
  GuildhallError,
  invalidInput,
} from '../../kernel/index.ts';
import { type Context, moving, type OnceOptions, onceParams } from './context.ts';
import { fromMicros, lessOf, parseMicros, toMicros } from './micros.ts';
import {
  type EarningsHistoryJson,
  type EarningsPrediction,
  predictEarnings,
  readHistory,
} from './prediction.ts';
import {
  MAX_ADVANCE,
  MIN_ADVANCE_SCORE,
  RISK_COLUMNS,
  type RiskInputs,
  type RiskScore,
  riskScore,
  workerNotFound,
} from './risk.ts';
import { readRow } from './rows.ts';
import type { Loan } from './types.ts';

export const ADVANCE_REASONS = {
  not_active: 'The account is not active.',
  open_loan: 'An advance is not repaid.',
  written_off_loan: 'An advance was never repaid.',
  low_score: 'The risk score is too low.',
  low_prediction: 'Too little is predicted to be earned in the coming week.',
  new_account: 'The account is too new.',
  low_completion: 'Too many tasks were not completed.',
  few_tasks: 'Too few tasks were completed.',
} as const;

export interface AdvanceReason {
  readonly reason: keyof typeof ADVANCE_REASONS;
  readonly message: string;
  readonly actual: string;
  readonly required: string;
}

export interface AdvanceEligibility {
  readonly workerId: string;
  readonly eligible: boolean;
  /** Everything that is missing; empty when eligible. */
  readonly reasons: readonly AdvanceReason[];
  /** USDC. */
  readonly minAmount: string;
  /** USDC: the less of the maximum by risk and the safe part of a week's earnings, as if eligible. */
  readonly maxAmount: string;
  readonly feeBps: number;
  /** Days from disbursement to the due date. */
  readonly termDays: number;
  readonly installments: number;
  readonly risk: RiskScore;
  readonly prediction: EarningsPrediction;
}

const MIN_ADVANCE = '1';
const MIN_PREDICTED_WEEK = '50';
const MIN_ACCOUNT_AGE_DAYS = 7;
const MIN_COMPLETION_RATE = 0.8;
const MIN_COMPLETED_TASKS = 5;
/** As request_advance writes them. */
const TERM_DAYS = 30;
const INSTALLMENTS = 5;

/** One round trip. Throws `not_found` with the reason `worker_not_found`. */
export async function checkAdvanceEligibility(
  context: Context,
  workerId: string,
): Promise<AdvanceEligibility> {
  const [row] = await context.scope.query<object & { history: EarningsHistoryJson }>(
    `select ${RISK_COLUMNS}, :schema.earnings_history(i.worker_id) as history from :schema.risk_inputs($1) as i`,
    [workerId],
  );
  if (row === undefined) throw workerNotFound(workerId);
  return advanceEligibility(camelRow<RiskInputs>(row), predictEarnings(readHistory(row.history)));
}

/** The rules, without a database. */
export function advanceEligibility(inputs: RiskInputs, prediction: EarningsPrediction): AdvanceEligibility {
  const risk = riskScore(inputs);
  const { completedTasks, endedTasks, accountAgeDays, openLoanId, writtenOffLoans } = inputs;
  const completion = endedTasks === 0 ? 0 : completedTasks / endedTasks;
  const isPredictedLow = toMicros(prediction.predictedWeek) < toMicros(MIN_PREDICTED_WEEK);
  const rules: [AdvanceReason['reason'], boolean, unknown, unknown][] = [
    ['not_active', inputs.status !== 'active', inputs.status, 'active'],
    ['open_loan', openLoanId !== null, openLoanId, 'none'],
    ['written_off_loan', writtenOffLoans > 0, writtenOffLoans, 0],
    ['low_score', risk.score < MIN_ADVANCE_SCORE, risk.score, MIN_ADVANCE_SCORE],
    ['low_prediction', isPredictedLow, prediction.predictedWeek, MIN_PREDICTED_WEEK],
    ['new_account', accountAgeDays < MIN_ACCOUNT_AGE_DAYS, accountAgeDays, MIN_ACCOUNT_AGE_DAYS],
    ['low_completion', completion < MIN_COMPLETION_RATE, completion, MIN_COMPLETION_RATE],
    ['few_tasks', completedTasks < MIN_COMPLETED_TASKS, completedTasks, MIN_COMPLETED_TASKS],
  ];
  const reasons = rules
    .filter(([, isMissing]) => isMissing)
    .map(([reason, , actual, required]) => ({
      reason,
      message: ADVANCE_REASONS[reason],
      actual: String(actual),
      required: String(required),
    }));
  return {
    workerId: inputs.workerId,
    eligible: reasons.length === 0,
    reasons,
    minAmount: MIN_ADVANCE,
    maxAmount: fromMicros(lessOf(toMicros(risk.maxAdvance), toMicros(prediction.safeAdvance))),
    feeBps: risk.feeBps,
    termDays: TERM_DAYS,
    installments: INSTALLMENTS,
    risk,
    prediction,
  };
}

/**
 * Checks, approves and pays out: one read, one write. Throws `not_found` (worker_not_found), `invalid_input`
 * (invalid_amount), `conflict` (active_loan_exists; not_eligible with `details.reasons`) and `limit_exceeded`
 * (amount_exceeds_limit with `details.limit`).
 */
export async function requestAdvance(
  context: Context,
  workerId: string,
  input: { readonly amount: string },
  options: OnceOptions = {},
): Promise<Loan> {
  const amount = advanceAmount(input.amount);
  const once = onceParams(context, options, { operation: 'requestAdvance', request: { workerId, amount } });
  return moving(context, async (wide) => {
    const { risk, prediction, reasons, maxAmount, feeBps } = await checkAdvanceEligibility(context, workerId);
    const rows = await context.scope.query<{ loan: Record<string, unknown> }>(
      `select :schema.request_advance($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) as loan`,
      [
        ...actorParams(context.actor),
        ...once,
        workerId,
        amount,
        maxAmount,
        feeBps,
        risk.score,
        prediction.predictedWeek,
        // A repeated key gets its first answer, eligible still or not: so the function refuses, and not we.
        reasons.map(({ reason }) => reason),
        wide,
      ],
    );
    return readRow<Loan>(rows[0]?.loan ?? {});
  });
}

/**
 * Repays a part from the worker's balance. Throws `not_found` (no_open_loan), `conflict` (amount_exceeds_due) and
 * `limit_exceeded` (insufficient_funds).
 */
export async function repayAdvance(
  context: Context,
  workerId: string,
  amount: string,
  options: OnceOptions = {},
): Promise<Loan> {
  const text = canonicalDecimal(decimalText(amount, 'amount', { min: 'positive' }));
  if (parseMicros(text) === null) {
    throw invalidInput(
      'amount',
      `${text} is no amount of USDC.`,
      'Write plain digits, six decimals at most.',
    );
  }
  const once = onceParams(context, options, {
    operation: 'repayAdvance',
    request: { workerId, amount: text },
  });
  return moving(context, async (wide) => {
    const rows = await context.scope.query<{ loan: Record<string, unknown> }>(
      'select :schema.repay_advance($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as loan',
      [...actorParams(context.actor), ...once, workerId, text, wide],
    );
    return readRow<Loan>(rows[0]?.loan ?? {});
  });
}

function advanceAmount(amount: unknown): string {
  const text = canonicalDecimal(decimalText(amount, 'amount'));
  const micros = parseMicros(text);
  if (micros !== null && micros >= toMicros(MIN_ADVANCE) && micros <= toMicros(MAX_ADVANCE)) return text;
  throw new GuildhallError('invalid_input', `An advance of ${text} USDC is not possible.`, {
    reason: 'invalid_amount',
    field: 'amount',
    hint: `Ask for ${MIN_ADVANCE} to ${MAX_ADVANCE} USDC, with six decimals at most.`,
    details: { min: MIN_ADVANCE, max: MAX_ADVANCE },
  });
}
