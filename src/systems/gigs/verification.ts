/** Rules by which the evidence for a task is judged: fraud points, a score, a verdict, each with its reasons. */

export interface VerificationEvidence {
  /** Addresses of photos. */
  readonly photos?: readonly string[];
  readonly location?: { readonly latitude: number; readonly longitude: number };
  /** Default: from the task's start to its completion. */
  readonly durationMinutes?: number;
  /** When the work was done; default: when the task was completed, else now. */
  readonly completedAt?: Date;
  readonly notes?: string;
}

/** Everything the rules look at. */
export interface VerificationFacts {
  /** USDC, for comparing only. */
  readonly amount: number;
  readonly now: Date;
  readonly completedAt: Date;
  /** Null when nobody knows. */
  readonly durationMinutes: number | null;
  readonly photos: number;
  readonly hasLocation: boolean;
  /** Null: the task has no worker. */
  readonly worker: {
    readonly reputationScore: number;
    readonly accountAgeDays: number;
    readonly completedTasks: number;
    readonly tasksInDay: number;
    readonly disputes: number;
    readonly averageRating: number;
    /** Null without completed tasks. */
    readonly averageAmount: number | null;
    /** Null without completed tasks whose duration is known. */
    readonly averageMinutes: number | null;
    /** Other tasks of 30 days within a thousandth of a degree. */
    readonly samePlace: number;
  } | null;
}

export type Verdict = 'approve' | 'flag' | 'reject';

export interface RulePoints {
  readonly rule: string;
  readonly points: number;
  readonly why: string;
}

export interface VerificationResult {
  readonly verdict: Verdict;
  /** 0 to 100: how sure the verdict is. */
  readonly confidence: number;
  /** 0 to 100. */
  readonly score: number;
  readonly checks: readonly { readonly check: string; readonly passed: boolean; readonly why: string }[];
  readonly fraud: {
    readonly points: number;
    readonly level: 'low' | 'medium' | 'high';
    readonly reasons: readonly RulePoints[];
  };
  /** What the score is made of, 50 to begin with. */
  readonly breakdown: readonly RulePoints[];
  /** In words, why the verdict is what it is. */
  readonly reason: string;
}

type Worker = NonNullable<VerificationFacts['worker']>;
/** A rule's name, its points (0: it does not apply), and why. */
type Rule = readonly [rule: string, points: number, why: string];

const MIN_AMOUNT = 0.01;
const MAX_AMOUNT = 1000;
/** Above it a person looks, whatever the score. */
const REVIEW_AMOUNT = 500;
const MAX_AUTO_AMOUNT = 200;
const MAX_FUTURE_MS = 5 * 60_000;
const MAX_PAST_MS = 24 * 3_600_000;
const MAX_MINUTES = 480;
const BASE_SCORE = 50;

/** The founding rules of automatic verification. */
export function judgeTask(facts: VerificationFacts): VerificationResult {
  const checks = quickChecks(facts);
  const hopeless = checks.find(
    ({ check, passed }) => !passed && ['worker', 'amount', 'future'].includes(check),
  );
  const { worker } = facts;
  if (hopeless !== undefined || worker === null) {
    const none = { points: 0, level: 'low', reasons: [] } as const;
    const reason = hopeless?.why ?? 'nobody has taken the task';
    return { verdict: 'reject', confidence: 100, score: 0, checks, fraud: none, breakdown: [], reason };
  }
  const fraud = fraudOf(facts, worker);
  const failed = checks.filter(({ passed }) => !passed);
  const breakdown = applying([
    ['base', BASE_SCORE, 'where every task begins'],
    ...scoreRules(facts, worker),
    ['fraud', { high: -30, medium: -15, low: 0 }[fraud.level], `${fraud.points} fraud points`],
    ['checks', failed.length > 0 ? -10 : 0, failed.map(({ why }) => why).join('; ')],
  ]);
  const score = clamp(sumOf(breakdown));
  const [verdict, reason] = verdictOf(facts, { score, level: fraud.level, allPassed: failed.length === 0 });
  const confidence = verdict === 'reject' ? 100 - score : score;
  return { verdict, confidence, score, checks, fraud, breakdown, reason };
}

function quickChecks({ amount, now, completedAt, durationMinutes, worker }: VerificationFacts) {
  const ahead = completedAt.getTime() - now.getTime();
  const minutes = durationMinutes;
  return [
    { check: 'worker', passed: worker !== null, why: 'a task is done by somebody' },
    {
      check: 'amount',
      passed: amount >= MIN_AMOUNT && amount <= MAX_AMOUNT,
      why: `${amount} USDC; ${MIN_AMOUNT} to ${MAX_AMOUNT} can be verified`,
    },
    {
      check: 'review',
      passed: amount <= REVIEW_AMOUNT,
      why: `${amount} USDC; a person looks above ${REVIEW_AMOUNT}`,
    },
    { check: 'future', passed: ahead <= MAX_FUTURE_MS, why: 'completed at most 5 minutes in the future' },
    { check: 'past', passed: -ahead <= MAX_PAST_MS, why: 'completed at most 24 hours ago' },
    {
      check: 'duration',
      passed: minutes === null || (minutes >= 1 && minutes <= MAX_MINUTES),
      why: minutes === null ? 'duration is not known' : `${minutes} minutes; 1 to ${MAX_MINUTES} are usual`,
    },
  ];
}

function fraudOf(facts: VerificationFacts, worker: Worker): VerificationResult['fraud'] {
  const { amount, completedAt, durationMinutes } = facts;
  const { averageAmount: usual, averageMinutes, tasksInDay, samePlace, accountAgeDays, disputes } = worker;
  const ended = worker.completedTasks + disputes;
  const completion = ended === 0 ? 1 : worker.completedTasks / ended;
  const hour = completedAt.getUTCHours();
  const isQuick =
    durationMinutes !== null && averageMinutes !== null && durationMinutes < averageMinutes * 0.3;
  const reasons = applying([
    ['rate', steps(tasksInDay, [50, 30], [30, 15]), `${tasksInDay} tasks in 24 hours`],
    [
      'amount',
      usual === null ? 0 : steps(amount, [usual * 3, usual * 2], [25, 10]),
      `${amount} USDC, where ${usual?.toFixed(2)} are usual`,
    ],
    ['hour', hour >= 2 && hour <= 5 ? 10 : 0, `done at ${hour} o'clock UTC`],
    ['place', steps(samePlace, [10, 5], [25, 10]), `${samePlace} other tasks at the same place`],
    [
      'newAccount',
      accountAgeDays < 7 && amount > 100 ? 20 : 0,
      `${amount} USDC for an account of ${accountAgeDays} days`,
    ],
    [
      'disputes',
      worker.reputationScore < 500 && disputes > 2 ? 20 : 0,
      `reputation ${worker.reputationScore} and ${disputes} disputes`,
    ],
    ['completion', completion < 0.8 ? 15 : 0, `${(completion * 100).toFixed(1)} % completed undisputed`],
    [
      'duration',
      isQuick ? 15 : 0,
      `${durationMinutes} minutes, where ${averageMinutes?.toFixed(1)} are usual`,
    ],
  ]);
  const points = sumOf(reasons);
  return { points, level: points >= 50 ? 'high' : points >= 25 ? 'medium' : 'low', reasons };
}

function scoreRules(facts: VerificationFacts, worker: Worker): Rule[] {
  const { amount, photos, durationMinutes: minutes } = facts;
  const {
    reputationScore,
    accountAgeDays: age,
    disputes,
    completedTasks: tasks,
    averageAmount: usual,
  } = worker;
  const ended = tasks + disputes;
  const completion = ended === 0 ? 0 : tasks / ended;
  return [
    ['reputation', from(reputationScore, [800, 600, 400], [30, 20, 10]), `reputation ${reputationScore}`],
    [
      'completion',
      from(completion, [0.95, 0.85, 0.75], [15, 10, 5]),
      `${(completion * 100).toFixed(1)} % undisputed`,
    ],
    ['undisputed', disputes === 0 && tasks > 10 ? 5 : 0, `${tasks} tasks and no dispute`],
    ['smallAmount', amount < 50 ? 5 : 0, `${amount} USDC are below 50`],
    ['photos', from(photos, [2, 1], [10, 5]), `${photos} photos`],
    ['location', facts.hasLocation ? 5 : 0, 'the place is known'],
    ['usualDuration', minutes !== null && minutes >= 10 && minutes <= 240 ? 5 : 0, `${minutes} minutes`],
    ['rating', worker.averageRating >= 4 ? 5 : 0, `rated ${worker.averageRating.toFixed(2)}`],
    ['disputes', steps(disputes, [5, 2, 0], [-30, -20, -10]), `${disputes} disputes`],
    ['tooQuick', minutes !== null && minutes < 1 ? -20 : 0, `${minutes} minutes`],
    [
      'largeAmount',
      usual !== null && amount > usual * 2 ? -15 : 0,
      `${amount} USDC, where ${usual?.toFixed(2)} are usual`,
    ],
    ['newAccount', age < 3 ? -15 : age < 7 ? -10 : 0, `account of ${age} days`],
    ['fewTasks', tasks < 5 && amount > 100 ? -20 : 0, `${amount} USDC after ${tasks} tasks`],
  ];
}

function verdictOf(
  { amount }: VerificationFacts,
  { score, level, allPassed }: { score: number; level: 'low' | 'medium' | 'high'; allPassed: boolean },
): [Verdict, string] {
  if (amount > REVIEW_AMOUNT) return ['flag', `a person looks at more than ${REVIEW_AMOUNT} USDC`];
  if (level === 'high') return ['reject', 'the fraud points are high'];
  if (score < BASE_SCORE) return ['reject', `the score is below ${BASE_SCORE}`];
  if (score >= 90 && level === 'low' && allPassed && amount <= MAX_AUTO_AMOUNT) {
    return ['approve', 'the score is 90 or more, few fraud points, all checks passed'];
  }
  if (score >= 70) return ['flag', 'the score is 70 or more, and not enough for approval without a look'];
  return ['reject', 'the score is below 70'];
}

/** Points of the first limit that the value is above. */
function steps(value: number, limits: readonly number[], points: readonly number[]): number {
  return points[limits.findIndex((limit) => value > limit)] ?? 0;
}

/** Points of the first limit that the value reaches. */
function from(value: number, limits: readonly number[], points: readonly number[]): number {
  return points[limits.findIndex((limit) => value >= limit)] ?? 0;
}

function applying(rules: readonly Rule[]): RulePoints[] {
  return rules.filter(([, points]) => points !== 0).map(([rule, points, why]) => ({ rule, points, why }));
}

function sumOf(rules: readonly RulePoints[]): number {
  return rules.reduce((total, { points }) => total + points, 0);
}

function clamp(score: number): number {
  return Math.max(0, Math.min(100, score));
}
