/** What the middleware of the face hands to each other, besides what routes see. */
import type { RouteEnv } from '../kernel/index.ts';
import type { Allowance } from './rate-limit.ts';
import type { RouteFacts } from './route-table.ts';

export interface FaceEnv {
  Variables: RouteEnv['Variables'] & {
    /** Undefined when no route matches. */
    facts: RouteFacts | undefined;
    /** What is left of the rate limits that this call counted against. */
    allowances: readonly Allowance[];
  };
}
