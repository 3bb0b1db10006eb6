/** Counts calls per client in memory and refuses those beyond the rules, saying when to come back. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { GuildhallError } from '../kernel/index.ts';
import type { RateRule, RateRules } from './config.ts';

export type RateClass = keyof RateRules;

/** What is left of one rule for one client, for the RateLimit headers. */
export interface Allowance {
  readonly name: RateClass;
  readonly rule: RateRule;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface RateGate {
  /** Throws when the client has used the rule up already; counts nothing. */
  check(name: RateClass, client: string): Promise<void>;
  /** Counts one call; throws `rate_limited` when it is one too many. */
  take(name: RateClass, client: string): Promise<Allowance>;
}

/**
 * A gate over the rules. Memory suffices: a second process doubles the allowance, which protects it just as well,
 * and a limit that must be exact belongs into the database (budgets are there).
 */
export function createRateGate(rules: RateRules): RateGate {
  const limiters = {
    everything: limiterFor('everything', rules.everything),
    create: limiterFor('create', rules.create),
    auth: limiterFor('auth', rules.auth),
  };
  return {
    async check(name, client) {
      const state = await limiters[name].get(client);
      if (state && state.remainingPoints <= 0) throw tooMany(name, rules[name], state.msBeforeNext);
    },
    async take(name, client) {
      const rule = rules[name];
      try {
        const state = await limiters[name].consume(client);
        const resetSeconds = Math.ceil(state.msBeforeNext / 1000);
        return { name, rule, remaining: state.remainingPoints, resetSeconds };
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) throw tooMany(name, rule, refusal.msBeforeNext);
        throw refusal;
      }
    },
  };
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-11. */
export function rateHeaders(allowances: readonly Allowance[]): Record<string, string> {
  if (allowances.length === 0) return {};
  return {
    'RateLimit-Policy': allowances.map(({ name, rule }) => policyOf(name, rule)).join(', '),
    RateLimit: allowances
      .map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  };
}

function policyOf(name: RateClass, rule: RateRule): string {
  return `"${name}";q=${rule.calls};w=${rule.seconds}`;
}

function limiterFor(keyPrefix: RateClass, rule: RateRule): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix, points: rule.calls, duration: rule.seconds });
}

function tooMany(name: RateClass, rule: RateRule, waitMs: number): GuildhallError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new GuildhallError('rate_limited', `More than ${rule.calls} calls in ${rule.seconds} seconds.`, {
    reason: `rate_${name}`,
    hint: `Wait ${retryAfterSeconds} s, then go on more slowly.`,
    details: { policy: name, calls: rule.calls, seconds: rule.seconds, retryAfterSeconds },
  });
}
